//! From the tallies of the replicates to numbers with their errors.

use super::Estimate;
use super::moments::Moments;
use super::order::{Missed, OrderStatistics};
use super::replicates::{at_least, jackknife, least_error, student_factor};
use super::tail::HeavyTail;
use super::tally::{Tally, TallyPlan};

/// Fewer effective trials than this carry an sd: its error is not to be trusted.
pub const TRIALS_FOR_SD: f64 = 500.0;
/// Fewer than this carry a mean: in the coverage study its limits then hold the answer in less than 93 %.
pub const TRIALS_FOR_MEAN: f64 = 100.0;
/// Fewer trials than this beyond a quantile or a threshold.
pub const TRIALS_IN_TAIL: f64 = 20.0;

/// What is reported of one output.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Trials that count.
    pub trials: u64,
    /// Mean.
    pub mean: Estimate,
    /// Standard deviation, divisor N − 1.
    pub sd: Estimate,
    /// sd / |mean|.
    pub cv: Estimate,
    /// Smallest and largest value.
    pub extremes: [f64; 2],
    /// The asked quantiles: probability and estimate.
    pub quantiles: Vec<(f64, Estimate)>,
    /// The central interval.
    pub interval: [Estimate; 2],
    /// The shortest interval.
    pub shortest: [Estimate; 2],
    /// For each threshold, P(X > t).
    pub above: Vec<Estimate>,
    /// For each observed value, P(X < x) + ½ P(X = x).
    pub below: Vec<Estimate>,
    /// How many trials carry the sd: (Σ d²)² / Σ d⁴.
    pub effective_trials: f64,
    /// Where there is no variance: why. Mean and sd are then as `without_variance` leaves them.
    pub heavy_tail: Option<HeavyTail>,
    /// How far a quantile may be off because values were binned, where that is more than a twentieth of its standard error.
    pub binned: Option<f64>,
}

/// The probabilities of the ends of the central interval: of a level of up to 15 decimals those that are written 0.025 and 0.975.
pub fn central(level: f64) -> [f64; 2] {
    // A quotient of whole numbers is the double that is nearest. Half a level is known to 2^-55.
    let decimal = |p: f64| {
        let near = (p * 1e15).round() / 1e15;
        let is_meant = p > 1e-12 && (near - p).abs() <= f64::EPSILON / 4.0;
        if is_meant { near } else { p }
    };
    let low = decimal((1.0 - level) / 2.0);
    [low, decimal(1.0 - low)]
}

/// The ends of an interval, where there is one.
pub type Interval = Option<(f64, f64)>;

/// Does so many tasks, on as many threads as there are, and returns what they return in their order.
pub type Each<'a> = dyn Fn(usize, &(dyn Fn(usize) -> Interval + Sync)) -> Vec<Interval> + 'a;

/// Summarises one output; `each` does tasks that are independent of one another.
///
/// # Errors
/// Every cell whose values must be kept in another run.
pub fn summarise(
    plan: &TallyPlan,
    replicates: &[Tally],
    quantiles: &[f64],
    level: f64,
    each: &Each<'_>,
) -> Result<Summary, Vec<Missed>> {
    let order = OrderStatistics::new(plan, replicates);
    let mut missed = Vec::new();
    let mut quantile_estimate = |p: f64| {
        quantile(&order, p).unwrap_or_else(|miss| {
            missed.push(miss);
            Estimate::unavailable()
        })
    };
    let quantiles: Vec<(f64, Estimate)> = quantiles
        .iter()
        .map(|&p| (p, quantile_estimate(p)))
        .collect();
    let interval = central(level).map(&mut quantile_estimate);
    if !missed.is_empty() {
        return Err(missed);
    }

    let mut all = Moments::default();
    for replicate in replicates {
        all.merge(&replicate.moments);
    }
    let sizes = order.sizes();
    let (centre, scale) = (plan.grid.centre(), plan.grid.scale());
    let smooth = |statistic: &dyn Fn(&Moments) -> f64| {
        let value = statistic(&all);
        let without: Vec<f64> = replicates
            .iter()
            .map(|replicate| statistic(&all.without(&replicate.moments)))
            .collect();
        jackknife(value, &without, sizes)
    };
    let range = range(replicates);
    // Replicates that agree to the last bit, though the values differ: an output of single values whose counts are alike by chance.
    let not_by_chance = |estimate: Estimate, step: f64| {
        let nothing = 1e-12 * range.max(estimate.value.unwrap_or(0.0).abs());
        if range > 0.0
            && estimate
                .standard_error
                .is_some_and(|error| error <= nothing)
        {
            at_least(estimate, least_error(step, sizes), replicates.len())
        } else {
            estimate
        }
    };
    let effective = all.effective_trials();
    let mean_of = |moments: &Moments| centre + scale * moments.mean();
    let sd_of = |moments: &Moments| scale * moments.variance().sqrt();
    let few_for_sd = !(effective >= TRIALS_FOR_SD);
    let mean = not_by_chance(smooth(&mean_of), range).marked(!(effective >= TRIALS_FOR_MEAN));
    let sd = not_by_chance(smooth(&sd_of), range).marked(few_for_sd);
    let cv = smooth(&|moments| sd_of(moments) / mean_of(moments).abs());
    let cv = not_by_chance(cv, range / mean_of(&all).abs()).marked(few_for_sd);

    let above_mark = |replicate: usize, at: usize| replicates[replicate].above[at];
    let above = plan
        .marks
        .thresholds()
        .map(|at| share(sizes, 1, &|replicate| above_mark(replicate, at)))
        .collect();
    let below = plan
        .marks
        .observed()
        .map(|[at_or_above, above]| {
            share(sizes, 2, &|replicate| {
                2 * sizes[replicate]
                    - above_mark(replicate, at_or_above)
                    - above_mark(replicate, above)
            })
        })
        .collect();
    // What is the same in every trial may be so by what hardly ever happens: nothing is known of the rest.
    let unseen = range == 0.0;
    let known = |estimate: Estimate| {
        if unseen {
            estimate.without_error()
        } else {
            estimate
        }
    };
    let (mean, sd, cv) = (known(mean), known(sd), known(cv));
    let quantiles: Vec<(f64, Estimate)> = quantiles
        .into_iter()
        .map(|(p, estimate)| (p, known(estimate)))
        .collect();
    let interval = interval.map(known);
    let error = quantiles
        .iter()
        .map(|(_, estimate)| estimate)
        .chain(&interval)
        .filter_map(|estimate| estimate.standard_error);
    let smallest_error = error.fold(f64::INFINITY, f64::min);
    let binned =
        Some(order.widest_bin()).filter(|&width| width > smallest_error / 20.0 && width > 0.0);
    Ok(Summary {
        trials: order.trials(),
        mean,
        sd,
        cv,
        extremes: extremes(replicates),
        quantiles,
        interval,
        shortest: shortest_interval(&order, replicates.len(), level, each).map(known),
        above,
        below,
        effective_trials: effective,
        heavy_tail: None,
        binned,
    })
}

/// An sd carried by more than this share of the trials is that of a light tail: a normal distribution's is carried by a third of them,
/// where there is no variance by a share that falls to nothing.
const LIGHT: f64 = 1.0 / 6.0;

/// The sd of a handful of roundings to the nearest double, over the number that is rounded: each has at most ε / √12 of it.
const ROUNDINGS: f64 = 4.0 * f64::EPSILON;

impl Summary {
    /// Whether every trial had the same value.
    pub fn is_one_value(&self) -> bool {
        self.extremes[0] == self.extremes[1]
    }

    /// Whether the spread is no more than what is left of roundings where everything else cancels.
    pub fn is_rounding(&self) -> bool {
        match (self.mean.value, self.sd.value) {
            (Some(mean), Some(sd)) => sd <= ROUNDINGS * mean.abs(),
            _ => false,
        }
    }

    /// Of an output that is this one times a positive number, and held against nothing.
    pub fn times(&self, factor: f64) -> Summary {
        let times = |estimate: Estimate| estimate.times(factor);
        Summary {
            mean: times(self.mean),
            sd: times(self.sd),
            extremes: self.extremes.map(|extreme| extreme * factor),
            quantiles: self
                .quantiles
                .iter()
                .map(|&(p, estimate)| (p, times(estimate)))
                .collect(),
            interval: self.interval.map(times),
            shortest: self.shortest.map(times),
            above: Vec::new(),
            below: Vec::new(),
            binned: self.binned.map(|width| width * factor),
            ..*self
        }
    }

    /// Whether the tails are so light that nothing need be asked of them.
    pub fn is_light(&self) -> bool {
        self.effective_trials >= LIGHT * self.trials as f64
    }

    /// Takes back what does not exist: sd and cv, and the mean or its claim to an error.
    pub fn without_variance(&mut self, tail: HeavyTail) {
        self.heavy_tail = Some(tail);
        self.sd = Estimate::unavailable();
        self.cv = Estimate::unavailable();
        self.mean = if tail.no_mean {
            Estimate::unavailable()
        } else {
            self.mean.marked(true)
        };
    }
}

/// The smallest and the largest value.
pub(super) fn extremes(replicates: &[Tally]) -> [f64; 2] {
    [
        replicates
            .iter()
            .fold(f64::INFINITY, |least, tally| least.min(tally.minimum)),
        replicates
            .iter()
            .fold(f64::NEG_INFINITY, |most, tally| most.max(tally.maximum)),
    ]
}

/// How far they lie apart.
fn range(replicates: &[Tally]) -> f64 {
    let [least, most] = extremes(replicates);
    most - least
}

/// A quantile with Woodruff's limits: R. S. Woodruff, "Confidence intervals for medians and other position measures",
/// J. Am. Stat. Assoc. 47, 635–646 (1952), with the error of the share below from the replicates.
/// A quantile with the limits of its error (Woodruff).
pub(super) fn quantile(order: &OrderStatistics, p: f64) -> Result<Estimate, Missed> {
    let n = order.trials() as f64;
    // Nearer to an end than half a trial: all that is known is on which side of the extreme it lies.
    if n * p.min(1.0 - p) < 0.5 {
        let rank = if p < 0.5 { 1 } else { order.trials() };
        let extreme = Some(order.of_rank(rank)?);
        return Ok(Estimate {
            error_low: extreme.filter(|_| p > 0.5),
            error_high: extreme.filter(|_| p < 0.5),
            poorly_carried: true,
            ..Estimate::unavailable()
        });
    }
    let value = order.quantile(p)?;
    let shares = order.shares(value)?;
    let replicates = shares.len();
    let error_of = |share: &dyn Fn(&(f64, f64)) -> f64| {
        let mean = shares.iter().map(share).sum::<f64>() / replicates as f64;
        let squares: f64 = shares
            .iter()
            .map(|one| (share(one) - mean) * (share(one) - mean))
            .sum();
        (squares / (replicates as f64 * (replicates as f64 - 1.0))).sqrt()
    };
    // On an atom the share jumps: the larger of the errors at its two sides.
    let share_error = error_of(&|one| one.0).max(error_of(&|one| one.1));
    let factor = student_factor(replicates);
    // Ranks outward, and so that both exist: where they would lie outside the sample, its extremes.
    let low = order.of_rank(((p - factor * share_error) * n + 0.5).floor().max(1.0) as u64)?;
    let high = order.of_rank(((p + factor * share_error) * n + 0.5).ceil().min(n) as u64)?;
    Ok(Estimate {
        value: Some(value),
        standard_error: Some((high - low) / (2.0 * factor)),
        error_low: Some(low),
        error_high: Some(high),
        poorly_carried: n * p.min(1.0 - p) < TRIALS_IN_TAIL,
    })
}

/// The share of the trials that is counted in each replicate, a trial as `parts`, with the jackknife's error; where it is none or all of them, the
/// 95 % one-sided limit of Clopper and Pearson (Biometrika 26, 404 (1934)).
pub fn share(sizes: &[u64], parts: u64, count: &dyn Fn(usize) -> u64) -> Estimate {
    let n: u64 = sizes.iter().sum();
    let counts: Vec<u64> = (0..sizes.len()).map(count).collect();
    let counted: u64 = counts.iter().sum();
    let all = parts * n;
    let value = counted as f64 / all as f64;
    let limit = -crate::kernel::expm1(crate::kernel::ln(0.05) / n as f64);
    if counted == 0 || counted == all {
        return Estimate {
            value: Some(value),
            standard_error: None,
            error_low: Some(if counted == 0 { 0.0 } else { 1.0 - limit }),
            error_high: Some(if counted == 0 { limit } else { 1.0 }),
            poorly_carried: true,
        };
    }
    let without: Vec<f64> = counts
        .iter()
        .zip(sizes)
        .map(|(count, size)| (counted - count) as f64 / (parts * (n - size)) as f64)
        .collect();
    let estimate = jackknife(value, &without, sizes);
    let estimate = at_least(estimate, least_error(1.0, sizes), sizes.len());
    Estimate {
        error_low: estimate.error_low.map(|low| low.max(0.0)),
        error_high: estimate.error_high.map(|high| high.min(1.0)),
        ..estimate
    }
    .marked((counted.min(all - counted) as f64) < parts as f64 * TRIALS_IN_TAIL)
}

/// The ends of the shortest interval; their errors are the replicates' spread · R^(−1/3), the rate at which such ends converge,
/// and approximate.
fn shortest_interval(
    order: &OrderStatistics,
    replicates: usize,
    level: f64,
    each: &Each<'_>,
) -> [Estimate; 2] {
    let pieces = order.pieces();
    let ends = |replicate: Option<usize>| order.shortest(&pieces, replicate, level);
    let Some((low, high)) = ends(None) else {
        return [Estimate::unavailable(); 2];
    };
    let of_replicates = each(replicates, &|replicate| ends(Some(replicate)));
    let each: Vec<(f64, f64)> = of_replicates.into_iter().flatten().collect();
    let error = |end: &dyn Fn(&(f64, f64)) -> f64| {
        let n = each.len() as f64;
        let mean = each.iter().map(end).sum::<f64>() / n;
        let spread = (each
            .iter()
            .map(|one| (end(one) - mean) * (end(one) - mean))
            .sum::<f64>()
            / (n - 1.0))
            .sqrt();
        let error = spread / crate::kernel::powf(n, 1.0 / 3.0);
        error.is_finite().then_some(error)
    };
    [
        Estimate::with_error(low, error(&|one| one.0)),
        Estimate::with_error(high, error(&|one| one.1)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_intervals_have_the_probabilities_that_are_written() {
        assert_eq!(central(0.95), [0.025, 0.975]);
        assert_eq!(central(0.9), [0.05, 0.95]);
        assert_eq!(central(0.683), [0.1585, 0.8415]);
        assert_eq!(central(0.999_999), [5e-7, 0.999_999_5]);
        for level in [f64::EPSILON, 1.0 - f64::EPSILON] {
            let [low, high] = central(level);
            assert!(
                0.0 < low && low < high && high < 1.0,
                "{level}: {low} {high}"
            );
        }
    }
}
