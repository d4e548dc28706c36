//! How heavy a tail is: the shape of the generalised Pareto distribution of the largest trials.

use super::ordered::OrderedByCell;
use crate::kernel;

/// The shape k of a generalised Pareto distribution fitted to the heavier tail: moments of order 1/k and above are infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TailIndex {
    /// The shape.
    pub shape: f64,
    /// Its standard error, as of independent trials.
    pub standard_error: f64,
    /// Trials of the tail that it is fitted to.
    pub trials: usize,
}

/// Fewer trials in a tail say nothing of it.
const LEAST: usize = 50;

/// The ends of a sample that its tails are fitted to.
#[derive(Debug, Clone)]
pub struct Ends {
    /// The least values, rising, and one more.
    low: Vec<f64>,
    /// One more, and the largest values, rising.
    high: Vec<f64>,
}

impl Ends {
    /// Of a sample; each tail holds the min(N/5, 3√N) farthest: Vehtari, Simpson, Gelman, Yao & Gabry, "Pareto smoothed importance
    /// sampling", J. Mach. Learn. Res. 25(72) (2024), equation (11).
    pub fn of(sample: &mut OrderedByCell) -> Ends {
        let n = sample.size();
        let end = Self::length(n);
        Ends {
            low: sample.of_ranks(0..end),
            high: sample.of_ranks(n - end..n),
        }
    }

    /// The values of an end, the nearest of which is where it begins.
    fn length(values: usize) -> usize {
        let n = values as f64;
        let trials = (0.2 * n).min(3.0 * n.sqrt()).ceil() as usize;
        (trials + 1).min(values)
    }
}

impl TailIndex {
    /// Of the heavier tail; `None` where there are too few trials, or ties leave no tail.
    pub fn of(ends: &Ends) -> Option<TailIndex> {
        let trials = ends.low.len().saturating_sub(1);
        if trials < LEAST {
            return None;
        }
        let right: Vec<f64> = ends.high[1..].iter().map(|x| x - ends.high[0]).collect();
        let left: Vec<f64> = ends.low[..trials]
            .iter()
            .rev()
            .map(|x| ends.low[trials] - x)
            .collect();
        let shape = match (pareto_shape(&right), pareto_shape(&left)) {
            (Some(right), Some(left)) => right.max(left),
            (one, other) => one.or(other)?,
        };
        Some(TailIndex {
            shape,
            // The variance of the likelihood's estimate is (1 + shape)² / n: Zhang & Stephens (2009), section 1.
            standard_error: (1.0 + shape).abs() / (trials as f64).sqrt(),
            trials,
        })
    }
}

/// A tail too heavy for a variance, or for a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeavyTail {
    /// Whether there is not even a mean.
    pub no_mean: bool,
    /// The index that says so; `None` where it is known without.
    pub index: Option<TailIndex>,
}

impl HeavyTail {
    /// What must be said of an output whose moments are known to be finite below this order (`exact`: and infinite above), and whose tails
    /// are these. Where nothing is proven, an index within two standard errors of 1/2 (1) counts as no variance (no mean).
    pub fn of(finite_below: f64, exact: bool, ends: &Ends) -> Option<HeavyTail> {
        if finite_below > 2.0 {
            return None;
        }
        if exact {
            return Some(HeavyTail {
                no_mean: finite_below <= 1.0,
                index: None,
            });
        }
        let index = TailIndex::of(ends)?;
        let reach = index.shape + 2.0 * index.standard_error;
        (reach >= 0.5).then_some(HeavyTail {
            no_mean: reach >= 1.0 && finite_below <= 1.0,
            index: Some(index),
        })
    }
}

/// The shape from rising excesses over a threshold: Zhang & Stephens, "A new and efficient estimation method for the generalized Pareto
/// distribution", Technometrics 51, 316–325 (2009), equations (4) to (7), with their k = −shape.
fn pareto_shape(excess: &[f64]) -> Option<f64> {
    let n = excess.len() as f64;
    let (&largest, &quarter) = (excess.last()?, excess.get((n / 4.0 + 0.5) as usize)?);
    if !(quarter > 0.0 && largest.is_finite()) {
        return None;
    }
    let points = 20 + n.sqrt() as usize;
    // The mean of ln(1 − θx) is −k, so k = shape up to the sign.
    let shape_at = |theta: f64| {
        excess
            .iter()
            .map(|x| kernel::ln((-theta).mul_add(*x, 1.0)))
            .sum::<f64>()
            / n
    };
    let candidates: Vec<(f64, f64)> = (1..=points)
        .map(|at| {
            let theta = 1.0 / largest
                + (1.0 - (points as f64 / (at as f64 - 0.5)).sqrt()) / (3.0 * quarter);
            let shape = shape_at(theta);
            // Minus: θ = k/σ in their notation, with k = −shape.
            (theta, n * (kernel::ln(-theta / shape) - shape - 1.0))
        })
        .filter(|(_, likelihood)| likelihood.is_finite())
        .collect();
    let theta: f64 = candidates
        .iter()
        .map(|&(theta, likelihood)| {
            let others: f64 = candidates
                .iter()
                .map(|other| kernel::exp(other.1 - likelihood))
                .sum();
            theta / others
        })
        .sum();
    Some(shape_at(theta)).filter(|shape| shape.is_finite())
}

#[cfg(test)]
mod tests {
    use super::super::grid::Grid;
    use super::*;

    /// Rising quantiles of a Pareto distribution of this shape, at the middles of equal shares.
    fn pareto(n: u32, shape: f64) -> Vec<f64> {
        (0..n)
            .map(|i| {
                let q = 1.0 - (f64::from(i) + 0.5) / f64::from(n);
                kernel::powf(q, -shape)
            })
            .collect()
    }

    fn ends_of(values: &[f64]) -> Ends {
        let values = [values];
        Ends::of(&mut OrderedByCell::new(&Grid::of(&values, 6), &values))
    }

    fn of_sorted(sorted: &[f64]) -> Option<TailIndex> {
        TailIndex::of(&ends_of(sorted))
    }

    #[test]
    fn a_power_law_has_its_own_index() {
        for shape in [0.2, 0.5, 0.67, 1.0, 2.0] {
            let found = of_sorted(&pareto(100_000, shape)).unwrap();
            // Of even points the error is far below that of independent trials; the estimator's own bias is about 1/n.
            assert!(
                (found.shape - shape).abs() < 0.5 * found.standard_error,
                "{shape} {found:?}"
            );
        }
    }

    #[test]
    fn light_and_bounded_tails_are_light() {
        let exponential: Vec<f64> = pareto(100_000, 1.0)
            .iter()
            .map(|&x| kernel::ln(x))
            .collect();
        let found = of_sorted(&exponential).unwrap();
        assert!(found.shape.abs() < 0.05, "{found:?}");
        let uniform: Vec<f64> = (0..100_000).map(f64::from).collect();
        assert!(of_sorted(&uniform).unwrap().shape < -0.8);
        // The heavier of the two counts.
        let mut mirrored: Vec<f64> = pareto(100_000, 0.8).iter().map(|x| -x).collect();
        mirrored.reverse();
        assert!((of_sorted(&mirrored).unwrap().shape - 0.8).abs() < 0.05);
    }

    #[test]
    fn what_is_proven_needs_no_trials() {
        let ends = ends_of(&pareto(10_000, 0.7));
        assert_eq!(HeavyTail::of(f64::INFINITY, false, &ends), None);
        let proven = HeavyTail::of(1.0, true, &ends).unwrap();
        assert!(proven.no_mean && proven.index.is_none());
        let found = HeavyTail::of(1.5, false, &ends).unwrap();
        assert!(!found.no_mean && found.index.is_some());
        assert_eq!(
            HeavyTail::of(1.0, false, &ends_of(&pareto(10_000, 0.2))),
            None
        );
    }

    #[test]
    fn few_trials_and_ties_have_none() {
        assert_eq!(of_sorted(&pareto(100, 0.5)), None);
        assert_eq!(of_sorted(&vec![1.0; 10_000]), None);
    }
}
