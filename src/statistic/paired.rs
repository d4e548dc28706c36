//! Quantiles of outputs on the same trials, with what each replicate does to them: the error of a difference or a ratio of quantiles
//! is that of its replicates, which have in common what the trials have.
//!
//! A replicate moves the quantile x of p by (p − F_r(x)) / f(x) (Bahadur, Ann. Math. Stat. 37, 577 (1966), equation 1), F_r its share
//! below and f the density there, from the order statistics around.

use super::Estimate;
use super::replicates::{jackknife, pooled_quantile};

/// Order statistics on either side from which the density is taken, as a share of √N (1 − |2p − 1|) and so that a few trials are
/// between them.
const WINDOW: f64 = 8.0;
/// The fewest.
const FEWEST: f64 = 30.0;

/// A number with what each replicate adds to it, were it alone.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The number from all trials.
    pub value: f64,
    /// For each replicate how far it moves the number, over all of them zero on average.
    pub by: Vec<f64>,
}

impl Moved {
    /// A smooth function of such numbers, by its derivatives at their values.
    pub fn combine(value: f64, parts: &[(f64, &Moved)]) -> Moved {
        let replicates = parts.first().map_or(0, |(_, part)| part.by.len());
        let by = (0..replicates).map(|replicate| {
            let parts = parts.iter();
            parts
                .map(|(derivative, part)| derivative * part.by[replicate])
                .sum()
        });
        Moved {
            value,
            by: by.collect(),
        }
    }

    /// With its error; `sizes` are the trials of the replicates.
    pub fn estimate(&self, sizes: &[u64]) -> Estimate {
        let total: f64 = sizes.iter().map(|&size| size as f64).sum();
        let sum: f64 = self
            .by
            .iter()
            .zip(sizes)
            .map(|(by, &size)| by * size as f64)
            .sum();
        let without: Vec<f64> = self
            .by
            .iter()
            .zip(sizes)
            .map(|(by, &size)| {
                let size = size as f64;
                self.value + (sum - by * size) / (total - size)
            })
            .collect();
        jackknife(self.value, &without, sizes)
    }
}

/// The quantiles of values that stand replicate by replicate, `sizes` of each; `None` where one is not finite.
pub fn quantiles(values: &[f64], sizes: &[u64], probabilities: &[f64]) -> Option<Vec<Moved>> {
    if values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let of_probability = |&p: &f64| quantile(values, &sorted, sizes, p);
    Some(probabilities.iter().map(of_probability).collect())
}

fn quantile(values: &[f64], sorted: &[f64], sizes: &[u64], p: f64) -> Moved {
    let n = sorted.len() as f64;
    let value = pooled_quantile(sorted, p);
    let reach = (WINDOW * n.sqrt() * (1.0 - (2.0 * p - 1.0).abs())).max(FEWEST) / n;
    let (low, high) = ((p - reach).max(0.5 / n), (p + reach).min(1.0 - 0.5 / n));
    let per_share = (pooled_quantile(sorted, high) - pooled_quantile(sorted, low)) / (high - low);
    let mut rest = values;
    let by = sizes.iter().map(|&size| {
        let (mine, others) = rest.split_at(size as usize);
        rest = others;
        let below = mine.iter().filter(|x| **x < value).count() as f64;
        let equal = mine.iter().filter(|x| **x == value).count() as f64;
        (p - (below + 0.5 * equal) / size as f64) * per_share
    });
    Moved {
        value,
        by: by.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value from a multiplicative congruence, in (0, 1).
    fn uniform(state: &mut u64) -> f64 {
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((*state >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// Over many samples the spread of a quantile is what its replicates say, and that of a paired difference far less.
    #[test]
    fn the_error_is_the_spread_over_samples() {
        let sizes = [400; 32];
        let (mut found, mut errors) = (Vec::new(), Vec::new());
        let (mut differences, mut paired) = (Vec::new(), Vec::new());
        let mut state = 9;
        for _ in 0..200 {
            let values: Vec<f64> = (0..12_800).map(|_| uniform(&mut state).powi(2)).collect();
            // Another output of the same trials, almost the same.
            let other: Vec<f64> = values
                .iter()
                .map(|x| 1.1 * x + 0.01 * (20.0 * x).sin())
                .collect();
            let [one, two] = [&values, &other]
                .map(|values| quantiles(values, &sizes, &[0.9]).unwrap().remove(0));
            let estimate = one.estimate(&sizes);
            found.push(one.value);
            errors.push(estimate.standard_error.unwrap());
            let difference = Moved::combine(two.value - one.value, &[(1.0, &two), (-1.0, &one)]);
            differences.push(difference.value);
            paired.push(difference.estimate(&sizes).standard_error.unwrap());
        }
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let spread = |values: &[f64]| {
            let middle = mean(values);
            let squares = values.iter().map(|x| (x - middle) * (x - middle));
            (squares.sum::<f64>() / (values.len() - 1) as f64).sqrt()
        };
        // √(p (1 − p) / N) / f.
        let exact = (0.09f64 / 12_800.0).sqrt() * 2.0 * 0.9;
        for (found, errors) in [(&found, &errors), (&differences, &paired)] {
            let ratio = mean(errors) / spread(found);
            assert!((0.8..1.25).contains(&ratio), "{ratio}");
        }
        assert!((mean(&errors) / exact - 1.0).abs() < 0.1);
        assert!(mean(&paired) < 0.5 * mean(&errors));
    }

    #[test]
    fn what_is_not_finite_has_no_quantiles() {
        assert!(quantiles(&[1.0, f64::NAN], &[1, 1], &[0.5]).is_none());
        let constant = quantiles(&[3.0; 8], &[4, 4], &[0.5]).unwrap();
        assert_eq!(constant[0].value, 3.0);
        assert_eq!(constant[0].estimate(&[4, 4]).standard_error, Some(0.0));
    }
}
