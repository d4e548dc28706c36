//! What is run: variants of models, one after another or beside each other.

use super::dimensions::Dimensions;
use super::{Plan, Progress, RunError, VariantRun, Work, nested};
use crate::model::{Model, Variant};
use crate::report::part::Parts;
use crate::run;
use crate::sensitivity::MainPlan;

/// Variants of at most so many trials run beside each other: the threads would wait for one another too often inside one. (Of larger ones
/// not every value is kept, and nothing is gained.)
const AT_ONCE: u64 = 1 << 17;
/// Memory that those may take which run at once.
const MOST_BYTES_AT_ONCE: u64 = 1 << 30;

/// What is run.
pub struct Batch<'a> {
    /// The models, each with its plan.
    pub models: &'a [(Model, Plan)],
    /// The names of the variants; `None`: all of them.
    pub chosen: Option<&'a [String]>,
    /// What every shard of the batch found, where it was run in shards.
    pub parts: Option<&'a Parts>,
}

impl Batch<'_> {
    /// How the Sobol' dimensions are dealt.
    pub(super) fn dimensions(&self) -> Result<Dimensions, RunError> {
        Dimensions::deal(self.models.iter().map(|(model, plan)| (model, plan)))
    }

    /// Every variant that is run; refused before anything runs where one cannot be.
    pub(super) fn runs<'a>(
        &'a self,
        dimensions: &'a Dimensions,
    ) -> Result<Vec<VariantRun<'a>>, RunError> {
        let mut runs = Vec::new();
        for (model, plan) in self.models {
            let variants = model.variants.iter();
            for variant in variants.filter(|variant| is_chosen(variant, self.chosen)) {
                let run = VariantRun {
                    model,
                    variant,
                    plan,
                    dimensions,
                    layout: plan.layout(),
                    work: self.parts.map_or(Work::Whole, |parts| Work::Done {
                        parts,
                        variant: runs.len() as u32,
                    }),
                };
                if let Some(why) = nested::refusal(variant, plan) {
                    return Err(run.not_nested(why));
                }
                runs.push(run);
            }
        }
        Ok(runs)
    }
}

/// Whether a variant is among those asked for (`None`: all of them).
pub fn is_chosen(variant: &Variant, chosen: Option<&[String]>) -> bool {
    chosen.is_none_or(|names| names.contains(&variant.name))
}

impl VariantRun<'_> {
    /// Whether other variants may run beside this one.
    fn is_small(&self) -> bool {
        self.layout.trials() <= AT_ONCE && self.plan.stopping.is_none()
    }

    /// About what its run takes: every value of every output twice, and the sums for the indices.
    fn bytes(&self) -> u64 {
        let (inputs, outputs) = (self.variant.inputs.len(), self.variant.outputs.len());
        let measures = self.plan.main_measures();
        let indices = MainPlan::bytes(&measures, inputs, outputs, self.layout.replicates);
        let values = self.layout.trials() * outputs as u64 * 2 * size_of::<f64>() as u64;
        values.saturating_add(indices)
    }
}

/// Whether variants may run beside each other.
pub(super) fn are_small(variants: &[VariantRun]) -> bool {
    let most = MOST_BYTES_AT_ONCE / run::threads() as u64;
    let mut variants = variants.iter();
    variants.all(|run| run.is_small() && run.bytes() <= most)
}

/// Hands what `work` makes of each variant to `take` in their order, beside each other.
pub(super) fn at_once<T: Send>(
    variants: &[VariantRun],
    progress: &dyn Progress,
    work: impl Fn(&VariantRun) -> Result<T, RunError> + Sync,
    mut take: impl FnMut(T) -> Result<(), RunError> + Send,
) -> Result<(), RunError> {
    let mut stopped = Ok(());
    run::beside_each_other(
        variants.len(),
        |at| {
            if progress.cancelled() {
                return Err(RunError::Cancelled);
            }
            work(&variants[at])
        },
        |result| {
            stopped = result.and_then(&mut take);
            stopped.is_ok()
        },
    );
    stopped
}
