//! How far the ends of an output's interval depend on the family that an input was given: one input at a time takes another one with the
//! same mean and standard deviation, at the same uniforms.

use super::Again;
use crate::distribution::{Marginal, Parameters, family, truncate};
use crate::pipeline::RunError;
use crate::program::{Register, source_label};
use crate::report::shape::ShapeRow;
use crate::run::{self, Redraw, Redrawn};
use crate::sampler::players::Players;
use crate::statistic::Estimate;
use crate::statistic::paired::{self, Moved};
use crate::statistic::replicates::student_factor;
use std::sync::Arc;

/// Columns of values that are kept at a time.
const TOGETHER: usize = 64;
/// Values below zero that another family may have where the input has none, as a share: they are cut off.
const MOST_BELOW_ZERO: f64 = 1e-3;

/// A family that takes the place of an input's own, and its parameters from a mean and a standard deviation.
struct Alternative {
    family: &'static str,
    parameters: fn(f64, f64) -> Parameters,
}

/// The families tried, each with nothing but a mean and a spread to say.
const ALTERNATIVES: &[Alternative] = &[
    Alternative {
        family: "uniform",
        parameters: |mean, sd| {
            let half = 3.0_f64.sqrt() * sd;
            ends(mean - half, mean + half)
        },
    },
    Alternative {
        family: "triangular",
        parameters: |mean, sd| {
            let half = 6.0_f64.sqrt() * sd;
            ends(mean - half, mean + half).with("mode", mean)
        },
    },
    Alternative {
        family: "normal",
        parameters: mean_and_sd,
    },
    Alternative {
        family: "lognormal",
        parameters: mean_and_sd,
    },
];

fn ends(min: f64, max: f64) -> Parameters {
    Parameters::default().with("min", min).with("max", max)
}

fn mean_and_sd(mean: f64, sd: f64) -> Parameters {
    Parameters::default().with("mean", mean).with("sd", sd)
}

impl Alternative {
    /// The family in the place of a distribution; `None` where it is that family already, or cannot have its mean and standard deviation,
    /// or would be below zero where the input is not.
    fn of(&self, own: &dyn Marginal) -> Option<Arc<dyn Marginal>> {
        let (mean, sd) = (own.mean()?, own.sd()?);
        if own.has_atoms() || own.family() == self.family {
            return None;
        }
        let other = (family(self.family)?.build)(&(self.parameters)(mean, sd)).ok()?;
        let is_of_one_sign = own.support().0 >= 0.0 && other.support().0 < 0.0;
        if !is_of_one_sign {
            return Some(other);
        }
        if other.cdf(0.0) > MOST_BELOW_ZERO {
            return None;
        }
        let (cut, _) = truncate(other, 0.0, f64::INFINITY).ok()?;
        Some(cut)
    }
}

impl Again<'_> {
    /// For each output that a distribution acts on, what every other shape of every input does to it.
    pub(super) fn shapes(&self) -> Result<Vec<Vec<ShapeRow>>, RunError> {
        let sources = self.program.sources.iter().enumerate();
        // A gamma draw behind a share, and the number of a row, are no input that somebody gave a family.
        let alone = sources.filter(|(_, source)| {
            let shares = &self.run.variant.shares;
            let is_share = |input| shares.iter().any(|shares| shares.inputs.contains(&input));
            source.others.is_empty() && !is_share(source.input)
        });
        let tried: Vec<(usize, &'static str, Arc<dyn Marginal>)> = alone
            .flat_map(|(at, source)| {
                ALTERNATIVES.iter().filter_map(move |alternative| {
                    let other = alternative.of(&*source.marginal)?;
                    Some((at, alternative.family, other))
                })
            })
            .collect();
        let outputs: Vec<Register> = self
            .program
            .varying_columns()
            .map(|(register, _)| register)
            .collect();
        let layout = self.layout(tried.len() as u64);
        let sizes: Vec<u64> = (0..layout.replicates)
            .map(|replicate| layout.rows(replicate))
            .collect();
        let sampler = self.run.sampler(&self.program, layout);
        let level = self.run.plan.level;
        let probabilities = [0.5 - 0.5 * level, 0.5 + 0.5 * level];
        let mut rows = vec![Vec::new(); outputs.len()];
        // A source has one distribution at a time, so the families go one after another.
        let families = ALTERNATIVES.iter().map(|alternative| alternative.family);
        let each = (TOGETHER / outputs.len().max(1)).max(1);
        for family in families {
            let of_family: Vec<_> = tried.iter().filter(|tried| tried.1 == family).collect();
            for tried in of_family.chunks(each) {
                let mut redraws = vec![Redraw::Same; self.program.sources.len()];
                for (source, _, other) in tried {
                    redraws[*source] = Redraw::By(Arc::clone(other));
                }
                let sets = tried
                    .iter()
                    .map(|(source, ..)| Players::of(redraws.len(), [*source]));
                let what = Redrawn {
                    program: &self.program,
                    sampler: &*sampler,
                    layout,
                    redraws: &redraws,
                    sets: sets.collect(),
                    outputs: outputs.clone(),
                };
                let values = run::redraw(&what, self.progress);
                let values = values.map_err(|stopped| self.run.stopped(stopped))?;
                let (own, others) = values.split_at(1);
                for (output, own) in own[0].iter().enumerate() {
                    let own = paired::quantiles(own, &sizes, &probabilities);
                    for ((source, family, _), other) in tried.iter().zip(others) {
                        let other = paired::quantiles(&other[output], &sizes, &probabilities);
                        let of = &self.program.sources[*source];
                        let found =
                            [0, 1].map(|end| shift(own.as_deref(), other.as_deref(), end, &sizes));
                        rows[output].push(ShapeRow {
                            input: source_label(self.run.variant, of),
                            own: of.marginal.family(),
                            family,
                            ends: found.map(|(end, _)| end),
                            shifts: found.map(|(_, shift)| shift),
                            resolved: found.map(|(_, shift)| stands_out(&shift, sizes.len())),
                        });
                    }
                }
            }
        }
        Ok(rows)
    }
}

/// An end by another family, and how far that is from the end as it is.
fn shift(
    own: Option<&[Moved]>,
    other: Option<&[Moved]>,
    end: usize,
    sizes: &[u64],
) -> (Estimate, Estimate) {
    let (Some(own), Some(other)) = (own, other) else {
        return (Estimate::unavailable(), Estimate::unavailable());
    };
    let (own, other) = (&own[end], &other[end]);
    let moved = Moved::combine(other.value - own.value, &[(1.0, other), (-1.0, own)]);
    (other.estimate(sizes), moved.estimate(sizes))
}

fn stands_out(shift: &Estimate, replicates: usize) -> bool {
    let (Some(value), Some(error)) = (shift.value, shift.standard_error) else {
        return false;
    };
    value.abs() > student_factor(replicates) * error
}
