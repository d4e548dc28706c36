//! How the estimates came to where they are: those of the first replicates alone, of more and more of them, up to all.
//!
//! Nothing is run again: the tallies of the replicates are at hand. Each step is what a run of so many replicates of the same
//! length would have reported, with the limits of its error.

use super::Estimate;
use super::moments::Moments;
use super::order::OrderStatistics;
use super::replicates::jackknife;
use super::summary::{central, quantile};
use super::tally::{Tally, TallyPlan};

/// Fewest replicates of a step: of fewer, the error itself is hardly known.
const FEWEST: usize = 4;
/// About so many steps.
const STEPS: usize = 10;

/// The estimates of the first replicates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// How many replicates.
    pub replicates: usize,
    /// Their trials that count.
    pub trials: u64,
    /// Mean.
    pub mean: Estimate,
    /// Median.
    pub median: Estimate,
    /// The central interval.
    pub interval: [Estimate; 2],
}

impl Step {
    /// The same of an output that is this one times a positive number.
    pub fn times(&self, factor: f64) -> Self {
        Step {
            mean: self.mean.times(factor),
            median: self.median.times(factor),
            interval: self.interval.map(|end| end.times(factor)),
            ..*self
        }
    }

    /// Each number with the name it has in `summary.csv`.
    pub fn statistics(&self) -> [(&'static str, Estimate); 4] {
        [
            ("mean", self.mean),
            ("median", self.median),
            ("interval_low", self.interval[0]),
            ("interval_high", self.interval[1]),
        ]
    }
}

/// The steps to the numbers of an output, the last of them of all replicates; `has_mean`: whether it has a mean. A quantile that
/// would need values that were not kept is not available.
pub fn convergence(
    plan: &TallyPlan,
    replicates: &[Tally],
    level: f64,
    has_mean: bool,
) -> Vec<Step> {
    let all = replicates.len();
    let every = all.div_ceil(STEPS).max(1);
    let steps = (FEWEST..=all).filter(|count| (all - count).is_multiple_of(every));
    let step = |count: usize| {
        let first = &replicates[..count];
        let order = OrderStatistics::new(plan, first);
        // Where hardly a trial counts, the first replicates may have none.
        if order.trials() == 0 {
            return None;
        }
        let at = |p: f64| quantile(&order, p).unwrap_or_else(|_| Estimate::unavailable());
        Some(Step {
            replicates: count,
            trials: order.trials(),
            mean: if has_mean {
                mean(plan, first, order.sizes())
            } else {
                Estimate::unavailable()
            },
            median: at(0.5),
            interval: central(level).map(at),
        })
    };
    steps.filter_map(step).collect()
}

fn mean(plan: &TallyPlan, replicates: &[Tally], sizes: &[u64]) -> Estimate {
    let mut all = Moments::default();
    for replicate in replicates {
        all.merge(&replicate.moments);
    }
    let of = |moments: &Moments| plan.grid.centre() + plan.grid.scale() * moments.mean();
    let without: Vec<f64> = replicates
        .iter()
        .map(|replicate| of(&all.without(&replicate.moments)))
        .collect();
    jackknife(of(&all), &without, sizes)
}
