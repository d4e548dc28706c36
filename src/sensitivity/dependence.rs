//! The measures of dependence of one output on every column, from the tables of all replicates.

use super::cross_fit::CrossFit;
use super::hsic;
use super::joint::{self, CLASSES, Dependence, InputPlan, Joint};
use super::{MainIndices, Measure, OutputClasses, ranked};
use crate::distribution::Marginal;
use crate::statistic::Estimate;
use crate::statistic::moments::Moments;
use std::sync::Arc;

/// What the tables of every column need, where a measure needs them.
#[derive(Debug)]
pub struct Plan {
    /// Of every column, the dummy last.
    pub inputs: Vec<InputPlan>,
    /// The kernel's s of every column.
    scales: Vec<f64>,
}

impl Plan {
    /// Of these inputs, classed like this, the dummy last.
    pub fn new(inputs: &[Arc<dyn Marginal>], classes: &[super::classes::Classes]) -> Self {
        let marginals = || {
            inputs
                .iter()
                .map(|marginal| Some(&**marginal))
                .chain([None])
        };
        let scale = |marginal: Option<&dyn Marginal>| match marginal {
            Some(marginal) => marginal.sd().unwrap_or_else(|| spread(marginal)),
            None => 1.0 / 12f64.sqrt(),
        };
        Plan {
            inputs: classes
                .iter()
                .zip(marginals())
                .map(|(classes, marginal)| InputPlan::new(classes, marginal))
                .collect(),
            scales: marginals().map(scale).collect(),
        }
    }

    /// The rows of one of these measures for one output: every table is made once.
    pub fn indices(
        &self,
        measures: &[Measure],
        tallies: &[&Joint],
        output: usize,
        plan: &OutputClasses,
        moments: &[Moments],
        scale: f64,
    ) -> Vec<MainIndices> {
        let mut all = Moments::default();
        for replicate in moments {
            all.merge(replicate);
        }
        let sd = all.variance().sqrt() * scale;
        let wants = |measure| measures.contains(&measure);
        let of_output = plan
            .joint
            .as_ref()
            .filter(|_| wants(Measure::Hsic) && sd > 0.0 && sd.is_finite())
            .map(|joint| hsic::Kernel::new(&joint.points, CLASSES, sd));
        let mut rows: Vec<(&'static str, Vec<Estimate>)> = Vec::new();
        let mut push = |measure, estimate| match rows.iter_mut().find(|row| row.0 == measure) {
            Some(row) => row.1.push(estimate),
            None => rows.push((measure, vec![estimate])),
        };
        for (column, (input, &scale)) in self.inputs.iter().zip(&self.scales).enumerate() {
            let dependence = Dependence::new(tallies, column, output, input.atoms);
            let fit = (wants(Measure::Borgonovo) || wants(Measure::Pawn))
                .then(|| CrossFit::new(&dependence))
                .flatten();
            let of_fit =
                |of: fn(&CrossFit) -> Estimate| fit.as_ref().map_or_else(Estimate::unavailable, of);
            for &measure in measures {
                match measure {
                    Measure::Borgonovo => push("borgonovo_delta", of_fit(CrossFit::delta)),
                    Measure::Pawn => {
                        push("pawn", of_fit(CrossFit::median_distance));
                        push("pawn_mean", of_fit(CrossFit::mean_distance));
                    }
                    Measure::Hsic => {
                        let estimate = of_output.as_ref().map(|of_output| {
                            let of_input = hsic::Kernel::new(&input.points, input.count(), scale);
                            hsic::estimate(&dependence, &of_input, of_output)
                        });
                        push("hsic_r2", estimate.unwrap_or_else(Estimate::unavailable));
                    }
                    _ => {}
                }
            }
        }
        let replicates = moments.len();
        rows.into_iter()
            .map(|(measure, estimates)| MainIndices {
                measure,
                indices: ranked(estimates, replicates),
            })
            .collect()
    }

    /// Bytes of the table of one column and one output.
    pub const BYTES: usize = joint::CLASSES * joint::CLASSES * size_of::<u32>();
}

/// What a normal distribution with these quartiles has for its standard deviation: of an input that has none.
fn spread(marginal: &dyn Marginal) -> f64 {
    (marginal.quantile(0.75) - marginal.quantile(0.25)) / 1.348_979_500_392_163_5
}
