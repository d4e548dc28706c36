//! From statistics over variability, one an outer draw, to their distribution over uncertainty: without the noise of the inner samples.
//!
//! What an inner sample of n trials says of an outer draw is the truth and a noise, so the spread of the outer draws is too wide:
//! for n = 100 often twice as wide. The two halves of each inner sample are independent of each other and drawn alike. So their mean t has
//! a noise of variance ¼ E(a − b)², without bias and whatever the sampler, and what is left of the variance of t is that of
//! the truth (the variance decomposition of two-dimensional Monte Carlo; Sun, Apley & Staum, "Efficient nested simulation for estimating the
//! variance of a conditional expectation", Operations Research 59, 998 (2011)). Each t is drawn towards the mean by the square root of the share
//! that is left (the constrained Bayes estimates of Louis, JASA 79, 393 (1984)), and the mean is that of the whole samples,
//! whose bias is half that of the halves. Quantiles over uncertainty are those of the drawn values: exact where truth and noise
//! have one shape. Measured at n = 100 with independent inner trials, width of the 95 % interval over the exact one: normal
//! 1.00 (1.69 uncorrected), lognormal 1.01 (1.23), uniform truth 1.18 (2.05); with the Sobol' inner samples that are used,
//! less than a tenth of that noise is there to begin with. The extrapolation over n of Gordy & Juneja, Management Science 56, 1833 (2010),
//! leaves more where there is much noise: 1.19, 1.03 and 1.42.

use super::Estimate;
use super::inner::InnerEstimate;
use super::replicates::{jackknife, pooled_quantile, student_factor};

/// Outer draws that lie beyond a quantile, at the fewest, for its error to be trusted.
const FEWEST_BEYOND: f64 = 2.0;

/// What is known over uncertainty about one statistic over variability.
#[derive(Debug, Clone, PartialEq)]
pub struct OverUncertainty {
    /// Its mean.
    pub mean: Estimate,
    /// Its median.
    pub median: Estimate,
    /// Its standard deviation.
    pub sd: Estimate,
    /// Its central interval.
    pub interval: [Estimate; 2],
    /// The share of noise in the variance between outer draws before it was removed.
    pub noise_share: f64,
    /// The sd of that noise.
    pub noise_sd: f64,
}

/// The distribution over uncertainty of a statistic, from its estimates in the outer draws of each replicate; `level` is that
/// of the interval, no value lies beyond `range`, and those that a half of an inner sample can have are `step` apart (0: any).
///
/// Standard errors have more parts than that of the outer draws: how far the mean moves between halves and whole inner samples, and how
/// far curvature bends it, both measures of what an inner sample of finite size is biased by; and the rounding to the steps.
pub fn over_uncertainty(
    replicates: &[Vec<InnerEstimate>],
    level: f64,
    range: (f64, f64),
    step: f64,
) -> OverUncertainty {
    let replicates: Vec<&[InnerEstimate]> = replicates
        .iter()
        .map(Vec::as_slice)
        .filter(|replicate| !replicate.is_empty())
        .collect();
    let sizes: Vec<u64> = replicates.iter().map(|rows| rows.len() as u64).collect();
    let sample = Sample::new(&replicates, &sizes);
    let within = |value: f64| value.clamp(range.0, range.1);
    let moved = sample.whole.value - sample.halves.value;
    let bias = moved * moved + sample.bent * sample.bent;
    // The mean of two halves lies on half a step; ±¼ of a step is a standard deviation of step / √48.
    let rounding = step * step / 48.0;
    let with_bias =
        |error: Option<f64>, rounding: f64| Some((error? * error? + bias + rounding).sqrt());
    let quantile = |p| {
        let (value, influence, least) = sample.quantile(p, 0.5 * step);
        let error = sample.error(value, &influence);
        Estimate::with_error(within(value), with_bias(error, rounding + least * least))
            .marked(sample.n * p.min(1.0 - p) < FEWEST_BEYOND)
    };
    let mean = sample.whole.value;
    let error = sample.error(mean, &sample.whole.influence);
    OverUncertainty {
        mean: Estimate::with_error(mean, with_bias(error, 0.0)),
        median: quantile(0.5),
        sd: sample.sd(),
        interval: [quantile(0.5 - 0.5 * level), quantile(0.5 + 0.5 * level)],
        noise_share: sample.noise_share,
        noise_sd: sample.noise.value.sqrt(),
    }
}

/// A mean over all outer draws, and by how much each replicate's own differs from it.
struct Mean {
    value: f64,
    influence: Vec<f64>,
}

impl Mean {
    fn of(replicates: &[&[InnerEstimate]], n: f64, number: impl Fn(&InnerEstimate) -> f64) -> Self {
        let base = replicates
            .first()
            .and_then(|rows| rows.first())
            .map_or(0.0, &number);
        let sums: Vec<f64> = replicates
            .iter()
            .map(|rows| rows.iter().map(|row| number(row) - base).sum())
            .collect();
        let mean = sums.iter().sum::<f64>() / n;
        Mean {
            value: base + mean,
            influence: sums
                .iter()
                .zip(replicates)
                .map(|(sum, rows)| sum / rows.len() as f64 - mean)
                .collect(),
        }
    }
}

/// The outer draws, and what their sums say.
struct Sample<'a> {
    replicates: &'a [&'a [InnerEstimate]],
    sizes: &'a [u64],
    n: f64,
    /// Rising means of the halves.
    sorted: Vec<f64>,
    /// The mean of the whole inner samples' estimates, and of the means of the halves.
    whole: Mean,
    halves: Mean,
    /// The mean bias by curvature.
    bent: f64,
    /// The mean square of the latter around their mean, and of the noise in them.
    squares: Mean,
    noise: Mean,
    /// The variance between outer draws, the noise in it included.
    variance: f64,
    noise_share: f64,
    /// What the means of the halves are drawn towards the mean by.
    shrink: f64,
}

fn of_halves(row: &InnerEstimate) -> f64 {
    0.5 * row.halves[0] + 0.5 * row.halves[1]
}

impl<'a> Sample<'a> {
    fn new(replicates: &'a [&'a [InnerEstimate]], sizes: &'a [u64]) -> Self {
        let n = sizes.iter().sum::<u64>() as f64;
        let mean = |number: &dyn Fn(&InnerEstimate) -> f64| Mean::of(replicates, n, number);
        let halves = mean(&of_halves);
        let squares = mean(&|row| {
            let off = of_halves(row) - halves.value;
            off * off
        });
        let noise = mean(&|row| {
            let off = 0.5 * row.halves[0] - 0.5 * row.halves[1];
            off * off
        });
        let variance = squares.value * n / (n - 1.0);
        let noise_share = if noise.value > 0.0 {
            (noise.value / variance).min(1.0)
        } else {
            0.0
        };
        let mut sorted: Vec<f64> = replicates
            .iter()
            .flat_map(|rows| rows.iter().map(of_halves))
            .collect();
        sorted.sort_unstable_by(f64::total_cmp);
        Sample {
            replicates,
            sizes,
            n,
            sorted,
            whole: mean(&|row| row.whole),
            bent: mean(&|row| row.bent).value,
            halves,
            squares,
            noise,
            variance,
            noise_share,
            shrink: (1.0 - noise_share).sqrt(),
        }
    }

    /// The standard error of a number that moves by `influence` where one replicate stands for all.
    fn error(&self, value: f64, influence: &[f64]) -> Option<f64> {
        let without: Vec<f64> = influence
            .iter()
            .zip(self.sizes)
            .map(|(influence, &size)| {
                let size = size as f64;
                value - size / (self.n - size) * influence
            })
            .collect();
        jackknife(value, &without, self.sizes).standard_error
    }

    /// The sd of the truth. Its error is that of the variance, so its limits are not symmetric near zero.
    fn sd(&self) -> Estimate {
        let left = self.variance - self.noise.value;
        let influence: Vec<f64> = self
            .squares
            .influence
            .iter()
            .zip(&self.noise.influence)
            .map(|(squares, noise)| squares - noise)
            .collect();
        let factor = student_factor(self.sizes.len());
        let value = left.max(0.0).sqrt();
        match self.error(left, &influence) {
            Some(error) => {
                let low = (left - factor * error).max(0.0).sqrt();
                let high = (left + factor * error).max(0.0).sqrt();
                Estimate {
                    error_low: Some(low),
                    error_high: Some(high),
                    ..Estimate::with_error(value, Some((high - low) / (2.0 * factor)))
                }
            }
            None => Estimate::exact(value),
        }
    }

    /// The quantile at `p` of the drawn values, its influence, and the error that it has at the least, from the distance between
    /// neighbours. Values are `step` apart. The influence is that of the quantile of the means of the halves by Woodruff's shares
    /// over the density there, and those of the two means and of the factor between them.
    fn quantile(&self, p: f64, step: f64) -> (f64, Vec<f64>, f64) {
        let q = pooled_quantile(&self.sorted, p);
        let off = q - self.halves.value;
        let below = Mean::of(self.replicates, self.n, |row| {
            let t = of_halves(row);
            if t < q {
                1.0
            } else if t == q {
                0.5
            } else {
                0.0
            }
        });
        // One over the density, from the quantiles as far apart as the share below is uncertain.
        let reach = student_factor(self.sizes.len())
            * self
                .error(below.value, &below.influence)
                .unwrap_or_default()
                .max(0.5 / self.n);
        let (low, high) = ((p - reach).max(0.0), (p + reach).min(1.0));
        let [least, most] = [low, high].map(|p| pooled_quantile(&self.sorted, p));
        let spread = (most - least).max(step);
        let inverse_density = spread / (high - low);
        let influence = (0..self.sizes.len()).map(|at| {
            let moved = -below.influence[at] * inverse_density - self.halves.influence[at];
            let ratio = if self.shrink > 0.0 && self.variance > 0.0 {
                (self.noise_share * self.squares.influence[at] - self.noise.influence[at])
                    / (2.0 * self.shrink * self.variance)
            } else {
                0.0
            };
            self.whole.influence[at] + self.shrink * moved + off * ratio
        });
        (
            self.whole.value + self.shrink * off,
            influence.collect(),
            // The middle between two neighbours is off by half the difference of two waits of 1/n.
            self.shrink * inverse_density * std::f64::consts::FRAC_1_SQRT_2 / self.n,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_noise_it_is_the_plain_distribution() {
        let replicates: Vec<Vec<InnerEstimate>> = (0..4)
            .map(|replicate| {
                let value = |row: i32| f64::from(10 * row + replicate);
                let row = |row| InnerEstimate {
                    halves: [value(row); 2],
                    whole: value(row),
                    bent: 0.0,
                };
                (0..10).map(row).collect()
            })
            .collect();
        let found = over_uncertainty(&replicates, 0.5, (f64::NEG_INFINITY, 80.0), 0.0);
        assert_eq!(found.noise_share, 0.0);
        assert_eq!(found.mean.value, Some(46.5));
        assert_eq!(found.median.value, Some(46.5));
        let variance = (100.0 * 8.25 + 1.25) * 40.0 / 39.0;
        assert!((found.sd.value.unwrap() - f64::sqrt(variance)).abs() < 1e-12);
        assert!(found.interval[0].value.unwrap() < 25.0 && found.interval[1].value == Some(71.5));
    }

    #[test]
    fn nothing_but_noise_leaves_no_spread() {
        let replicates: Vec<Vec<InnerEstimate>> = (0..30)
            .map(|replicate| {
                let sign = |row: i32| {
                    if (row + replicate) % 2 == 0 {
                        1.0
                    } else {
                        -1.0
                    }
                };
                let row = |row: i32| InnerEstimate {
                    halves: [5.0 + sign(row), 5.0 + sign(row / 2)],
                    whole: 5.0,
                    bent: 0.0,
                };
                (0..32).map(row).collect()
            })
            .collect();
        let found = over_uncertainty(&replicates, 0.95, (0.0, 1e9), 0.0);
        assert!(found.noise_share > 0.9, "{found:?}");
        assert!(
            found.sd.value.unwrap() < 0.2
                && found.sd.error_high.unwrap() >= found.sd.value.unwrap()
        );
        assert!((found.interval[0].value.unwrap() - 5.0).abs() < 0.3);
    }
}
