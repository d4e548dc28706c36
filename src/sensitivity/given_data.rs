//! First-order index from the main sample: Var(E[Y | X]) / Var(Y), with E[Y | X] linear in u inside each class of the input's u.
//!
//! The estimator from given data of Plischke, Borgonovo & Smith, "Global sensitivity measures from given data", Eur. J. Oper.
//! Res. 226, 536–550 (2013), section 3.2, with three changes. The square of a class mean is taken as the product of the means of
//! two different replicates, averaged over all pairs: they are independent whatever the sampler, so an input that does nothing
//! has expectation zero, where the plug-in has (classes − 1)/N. Inside a class the slope counts too, so that classes of finite
//! width lose next to nothing. And the classes are halved toward both ends, so that a heavy tail's conditional mean is not
//! averaged away.

use super::classes::Classes;
use super::{OutputClasses, add_all, padded};
use crate::statistic::Estimate;
use crate::statistic::moments::Moments;
use crate::statistic::replicates::{jackknife, scaled};
use crate::statistic::summary::TRIALS_FOR_SD;

/// Where every replicate has this many trials in a class, its mean is taken over the trials there; in the classes at the far ends,
/// which some replicates never meet, over the trials expected there, which leaves it unbiased.
const ENOUGH: f64 = 4.0;

/// Sums by class. With φ = √12 · (place in the class − ½), of mean 0 and variance 1: Σ v and Σ v φ for v each output less its centre,
/// and for v = 1.
#[derive(Debug, Clone)]
pub struct GivenData {
    /// Values summed a class: outputs, then the one, then zeros up to whole vectors.
    width: usize,
    outputs: usize,
    /// Where each column's classes begin among all classes.
    starts: Vec<usize>,
    /// `sums[class · 2 width ..]`: Σ v, then Σ v φ.
    sums: Vec<f64>,
}

impl GivenData {
    /// Nothing added yet.
    pub fn new(classes: &[Classes], outputs: usize) -> Self {
        let mut total = 0;
        let starts = classes
            .iter()
            .map(|classes| {
                let start = total;
                total += classes.count();
                start
            })
            .collect();
        let width = padded(outputs + 1);
        GivenData {
            width,
            outputs,
            starts,
            sums: vec![0.0; total * 2 * width],
        }
    }

    /// The outputs of a tile as [`GivenData::add`] takes them: row by row, less their centres, then a one.
    pub fn rows(&self, outputs: &[&[f64]], plans: &[OutputClasses], rows: &mut Vec<f64>) {
        // What pads a row to whole vectors is zero from the start and never written.
        rows.resize(
            outputs.first().map_or(0, |column| column.len()) * self.width,
            0.0,
        );
        for (at, (values, plan)) in outputs.iter().zip(plans).enumerate() {
            for (row, &y) in rows.chunks_exact_mut(self.width).zip(values.iter()) {
                row[at] = y - plan.centre;
            }
        }
        for row in rows.chunks_exact_mut(self.width) {
            row[self.outputs] = 1.0;
        }
    }

    /// Adds a tile to the classes of one column: the class and φ of each row, and the rows.
    #[inline(always)]
    pub fn add(&mut self, column: usize, classes: &[u16], places: &[f64], rows: &[f64]) {
        let sums = &mut self.sums[self.starts[column] * 2 * self.width..];
        // One loop for each usual width, so that a row is a fixed number of vectors.
        match self.width {
            4 => add_rows::<4>(sums, classes, places, rows),
            8 => add_rows::<8>(sums, classes, places, rows),
            12 => add_rows::<12>(sums, classes, places, rows),
            width => {
                for ((&class, &place), row) in
                    classes.iter().zip(places).zip(rows.chunks_exact(width))
                {
                    let (plain, sloped) =
                        sums[class as usize * 2 * width..][..2 * width].split_at_mut(width);
                    for ((plain, sloped), &value) in plain.iter_mut().zip(sloped).zip(row) {
                        *plain += value;
                        *sloped = place.mul_add(value, *sloped);
                    }
                }
            }
        }
    }

    /// Adds the block that comes next.
    pub fn merge(&mut self, block: &GivenData) {
        add_all(&mut self.sums, &block.sums);
    }

    /// Σ v and Σ v φ of one class, v an output or, past the last of them, one.
    fn sum(&self, class: usize, value: usize) -> [f64; 2] {
        let sums = &self.sums[class * 2 * self.width..];
        [sums[value], sums[self.width + value]]
    }
}

#[inline(always)]
fn add_rows<const WIDTH: usize>(sums: &mut [f64], classes: &[u16], places: &[f64], rows: &[f64]) {
    let (sums, _) = sums.as_chunks_mut::<WIDTH>();
    let (sums, _) = sums.as_chunks_mut::<2>();
    let (rows, _) = rows.as_chunks::<WIDTH>();
    for ((&class, &place), row) in classes.iter().zip(places).zip(rows) {
        let [plain, sloped] = &mut sums[class as usize];
        // Whole rows out, then in: the compiler cannot see that they do not overlap.
        let (old, old_sloped, more) = (*plain, *sloped, *row);
        *plain = std::array::from_fn(|lane| old[lane] + more[lane]);
        *sloped = std::array::from_fn(|lane| place.mul_add(more[lane], old_sloped[lane]));
    }
}

/// The index of every column for one output. `whole`: no trial was left out, so that every input's u is uniform.
pub fn estimates(
    replicates: &[&GivenData],
    classes: &[Classes],
    output: usize,
    moments: &[Moments],
    scale: f64,
    whole: bool,
) -> Vec<Estimate> {
    let sizes: Vec<u64> = moments.iter().map(|moments| moments.n).collect();
    let mut all = Moments::default();
    for replicate in moments {
        all.merge(replicate);
    }
    let variance = |moments: &Moments| moments.variance() * scale * scale;
    let used: Vec<usize> = (0..replicates.len())
        .filter(|&replicate| sizes[replicate] > 0)
        .collect();
    classes
        .iter()
        .enumerate()
        .map(|(column, classes)| {
            if used.len() < 3 || !(variance(&all) > 0.0) {
                return Estimate::unavailable();
            }
            let (weights, coefficients) =
                coefficients(replicates, &used, &sizes, column, classes, output, whole);
            let numerator = PairProducts::new(&weights, &coefficients);
            let value = numerator.of_all() / variance(&all);
            let mut without = vec![f64::NAN; sizes.len()];
            for (at, &replicate) in used.iter().enumerate() {
                without[replicate] =
                    numerator.without(at) / variance(&all.without(&moments[replicate]));
            }
            let found = jackknife(value, &without, &sizes);
            let found = match found.standard_error {
                Some(error) if error > 0.0 => {
                    let counted_twice =
                        numerator.counted_twice() / (variance(&all) * variance(&all));
                    // Never below what remains where all of it is of pairs.
                    let kept = (1.0 - counted_twice / (error * error)).clamp(0.5, 1.0);
                    scaled(found, kept.sqrt())
                }
                _ => found,
            };
            found.marked(!(all.effective_trials() >= TRIALS_FOR_SD))
        })
        .collect()
}

/// For each term of the expansion of E[Y | X] — the mean of each class, then its slope — its weight, and for each used replicate its
/// coefficient.
pub(super) fn coefficients(
    replicates: &[&GivenData],
    used: &[usize],
    sizes: &[u64],
    column: usize,
    classes: &Classes,
    output: usize,
    whole: bool,
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let (start, one) = (replicates[0].starts[column], replicates[0].outputs);
    let weights = if whole {
        classes.weights()
    } else {
        shares(replicates, start, classes.count())
    };
    let mut means = vec![Vec::with_capacity(2 * weights.len()); used.len()];
    let mut slopes = vec![Vec::with_capacity(weights.len()); used.len()];
    for (class, weight) in weights.iter().enumerate() {
        let everywhere = used
            .iter()
            .all(|&replicate| replicates[replicate].sum(start + class, one)[0] >= ENOUGH);
        for (at, &replicate) in used.iter().enumerate() {
            let data = replicates[replicate];
            let [sum, product] = data.sum(start + class, output);
            let [count, places] = data.sum(start + class, one);
            let trials = if everywhere {
                count
            } else {
                sizes[replicate] as f64 * weight
            };
            means[at].push(if trials > 0.0 { sum / trials } else { 0.0 });
            // Where the mean is over the trials that came, what their places have by chance is taken out.
            let chance = if everywhere {
                sum / trials * places
            } else {
                0.0
            };
            // Among trials that were left over, φ is no longer of mean 0 and variance 1: no slopes.
            slopes[at].push(if whole {
                (product - chance) / trials
            } else {
                0.0
            });
        }
    }
    for (means, slopes) in means.iter_mut().zip(slopes) {
        means.extend(slopes);
    }
    ([weights.clone(), weights].concat(), means)
}

/// The shares of the trials in each class, all replicates together: the weights where trials were left out.
fn shares(replicates: &[&GivenData], start: usize, classes: usize) -> Vec<f64> {
    let one = replicates[0].outputs;
    let counts: Vec<f64> = (start..start + classes)
        .map(|class| {
            replicates
                .iter()
                .map(|replicate| replicate.sum(class, one)[0])
                .sum()
        })
        .collect();
    let total: f64 = counts.iter().sum();
    counts.iter().map(|count| count / total).collect()
}

/// Σ_k w_k c_k c'_k − M M', averaged over the pairs of different replicates, M the mean over the classes.
struct PairProducts<'a> {
    weights: &'a [f64],
    means: &'a [Vec<f64>],
    /// Σ over replicates of each coefficient, and of its square.
    class_sums: Vec<(f64, f64)>,
    /// M of each replicate: the mean over the classes.
    overall: Vec<f64>,
    overall_sums: (f64, f64),
}

impl<'a> PairProducts<'a> {
    fn new(weights: &'a [f64], means: &'a [Vec<f64>]) -> Self {
        let class_sums = (0..weights.len())
            .map(|class| {
                means.iter().fold((0.0, 0.0), |(sum, square), mean| {
                    (sum + mean[class], square + mean[class] * mean[class])
                })
            })
            .collect();
        let classes = weights.len() / 2;
        let overall: Vec<f64> = means
            .iter()
            .map(|means| {
                means[..classes]
                    .iter()
                    .zip(weights)
                    .map(|(mean, weight)| mean * weight)
                    .sum()
            })
            .collect();
        let overall_sums = overall.iter().fold((0.0, 0.0), |(sum, square), mean| {
            (sum + mean, square + mean * mean)
        });
        PairProducts {
            weights,
            means,
            class_sums,
            overall,
            overall_sums,
        }
    }

    fn of_all(&self) -> f64 {
        self.over(None)
    }

    fn without(&self, replicate: usize) -> f64 {
        self.over(Some(replicate))
    }

    fn over(&self, left_out: Option<usize>) -> f64 {
        let reduced = |(sum, square): (f64, f64), value: Option<f64>| {
            let value = value.unwrap_or(0.0);
            let sum = sum - value;
            sum * sum - (square - value * value)
        };
        let by_class: f64 = self
            .class_sums
            .iter()
            .enumerate()
            .map(|(class, &sums)| {
                self.weights[class]
                    * reduced(sums, left_out.map(|replicate| self.means[replicate][class]))
            })
            .sum();
        let overall = reduced(
            self.overall_sums,
            left_out.map(|replicate| self.overall[replicate]),
        );
        let replicates = self.means.len() as f64 - f64::from(u8::from(left_out.is_some()));
        (by_class - overall) / (replicates * (replicates - 1.0))
    }

    /// What the jackknife's variance has too much. The products of pairs h(i, j) are of the form θ + a(i) + a(j) + g(i, j), and of
    /// the part of the variance that comes of g the jackknife counts twice (Efron & Stein, The jackknife estimate of variance, Ann.
    /// Stat. 9, 586 (1981), theorem 2 and section 4): for n replicates 4 ζ / (n (n − 2)) in place of 2 ζ / (n (n − 1)), with ζ the
    /// variance of g, here from the residuals of a fit by least squares.
    fn counted_twice(&self) -> f64 {
        let count = self.means.len();
        let n = count as f64;
        if count < 4 {
            return 0.0;
        }
        let mut products = vec![0.0; count * count];
        for one in 0..count {
            let weighted: Vec<f64> = self.means[one]
                .iter()
                .zip(self.weights)
                .map(|(mean, weight)| mean * weight)
                .collect();
            for other in one + 1..count {
                let together: f64 = weighted
                    .iter()
                    .zip(&self.means[other])
                    .map(|(a, b)| a * b)
                    .sum();
                let product = together - self.overall[one] * self.overall[other];
                products[one * count + other] = product;
                products[other * count + one] = product;
            }
        }
        let totals: Vec<f64> = products
            .chunks_exact(count)
            .map(|row| row.iter().sum())
            .collect();
        let mean = totals.iter().sum::<f64>() / (n * (n - 1.0));
        let own: Vec<f64> = totals
            .iter()
            .map(|total| (total - (n - 1.0) * mean) / (n - 2.0))
            .collect();
        let mut squares = 0.0;
        for one in 0..count {
            for other in one + 1..count {
                let rest = products[one * count + other] - mean - own[one] - own[other];
                squares += rest * rest;
            }
        }
        let zeta = squares / (n * (n - 3.0) / 2.0);
        2.0 * zeta / ((n - 1.0) * (n - 2.0))
    }
}
