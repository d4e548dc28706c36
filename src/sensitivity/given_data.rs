//! First-order index from the main sample: Var(E[Y | X]) / Var(Y), with E[Y | X] linear in u inside each class of the input's u.
//!
//! The estimator from given data of Plischke, Borgonovo & Smith, "Global sensitivity measures from given data", Eur. J. Oper.
//! Res. 226, 536–550 (2013), section 3.2, with three changes. The square of a class mean is taken as the product of the means of
//! two different replicates, averaged over all pairs: they are independent whatever the sampler, so an input that does nothing
//! has expectation zero, where the plug-in has (classes − 1)/N. Inside a class the slope counts too, so that classes of finite
//! width lose next to nothing. And the classes are halved toward both ends, so that a heavy tail's conditional mean is not
//! averaged away.

use super::classes::Classes;
use super::pair_products::PairProducts;
use super::{CountedOutput, OutputClasses, add_all, padded};
use crate::kernel::{self, LANES};
use crate::statistic::Estimate;
use crate::statistic::moments::Moments;
use crate::statistic::replicates::{jackknife, scaled};
use crate::statistic::summary::TRIALS_FOR_SD;
use serde::{Deserialize, Serialize};

/// Where a replicate has so many trials in a class by expectation, its mean is taken over the trials there: fewer than 1/2000 of the replicates meet
/// none. In the smaller classes at the far ends it is taken over the trials expected there, which leaves it unbiased. That is decided by what is
/// expected, not by what was met: choosing by the counts would be choosing by the noise.
const ENOUGH: f64 = 8.0;
/// It is enough to expect this many where points that fill the space evenly have as many everywhere.
const ENOUGH_EVENLY: f64 = 4.0;
/// Standard errors of an index that what wider classes miss may have by chance.
const NOISE: f64 = 1.5;

const ROOT_3: f64 = 1.732_050_807_568_877_2;

/// Sums by class. With φ = √12 · (place in the class − ½), of mean 0 and variance 1: Σ v and Σ v φ for v each output less its centre,
/// and for v = 1.
#[derive(Debug, Clone, Serialize, Deserialize)]
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

    /// The sums of the classes of one column, class by class: Σ v of each value, then Σ v φ.
    fn of_column(&self, column: usize, classes: usize) -> &[f64] {
        &self.sums[self.starts[column] * 2 * self.width..][..classes * 2 * self.width]
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

/// The index of every column, for each output. `whole`: no trial was left out, so that every input's u is uniform.
pub fn estimates(
    replicates: &[&GivenData],
    classes: &[Classes],
    outputs: &[CountedOutput],
    whole: bool,
) -> Vec<Vec<Estimate>> {
    let outputs: Vec<Variances> = outputs.iter().map(Variances::of).collect();
    let mut estimates = vec![Vec::with_capacity(classes.len()); outputs.len()];
    // Every output while the sums of a column are at hand: those of all columns may be more than the caches hold.
    for (at, classes) in classes.iter().enumerate() {
        let mut column = None;
        for (output, (variances, estimates)) in outputs.iter().zip(&mut estimates).enumerate() {
            let Variances { used, sizes, .. } = variances;
            estimates.push(if used.len() < 3 || !(variances.all > 0.0) {
                Estimate::unavailable()
            } else {
                // Trials are counted in all outputs or in none.
                let made = || Column::new(replicates, used, sizes, at, classes, whole);
                let terms = column.get_or_insert_with(made).terms(output);
                kernel::dispatch(
                    #[inline(always)]
                    || variances.estimate(&terms),
                )
            });
        }
    }
    estimates
}

/// What the indices of one output are shares of.
struct Variances {
    sizes: Vec<u64>,
    /// The replicates that have trials.
    used: Vec<usize>,
    all: f64,
    /// With each of those left out.
    without: Vec<f64>,
    effective_trials: f64,
}

impl Variances {
    fn of(output: &CountedOutput) -> Self {
        let moments = || output.values.iter().map(|tally| &tally.moments);
        let mut all = Moments::default();
        moments().for_each(|replicate| all.merge(replicate));
        let variance = |moments: &Moments| moments.variance() * output.scale * output.scale;
        let used = moments().enumerate().filter(|(_, moments)| moments.n > 0);
        let (used, without) = used
            .map(|(replicate, moments)| (replicate, variance(&all.without(moments))))
            .unzip();
        Variances {
            sizes: moments().map(|moments| moments.n).collect(),
            used,
            all: variance(&all),
            without,
            effective_trials: all.effective_trials(),
        }
    }

    /// The index of the column that the terms are of.
    #[inline(always)]
    fn estimate(&self, terms: &Terms) -> Estimate {
        let numerator = PairProducts::new(terms);
        let mut without = vec![f64::NAN; self.sizes.len()];
        for (at, (&replicate, variance)) in self.used.iter().zip(&self.without).enumerate() {
            without[replicate] = numerator.without(at) / variance;
        }
        let found = jackknife(numerator.of_all() / self.all, &without, &self.sizes);
        let found = match found.standard_error {
            Some(error) if error > 0.0 => {
                let counted_twice = numerator.counted_twice() / (self.all * self.all);
                // Never below what remains where all of it is of pairs.
                let kept = (1.0 - counted_twice / (error * error)).clamp(0.5, 1.0);
                scaled(found, kept.sqrt())
            }
            _ => found,
        };
        let found = with_jumps(found, terms, self.all);
        found.marked(!(self.effective_trials >= TRIALS_FOR_SD))
    }
}

/// An index with what jumps of E[Y | X] inside classes take from it.
///
/// A jump of height h at the place t of a class of weight w is missed by w h² t (1 − t) (1 − 3 t (1 − t)): h² w/15 on average over t. What classes
/// twice as wide miss beyond that, for both ways to make pairs of neighbours, is as much on average; where E[Y | X] is smooth it is
/// next to nothing. That is added to the index, and the larger of the two to its error: the loss is off by half of that (root mean square over
/// t), and by no more than twice.
fn with_jumps(index: Estimate, terms: &Terms, variance: f64) -> Estimate {
    let (Some(found), Some(error)) = (index.value, index.standard_error) else {
        return index;
    };
    if terms.are_atoms {
        return index;
    }
    let misses = [0, 1].map(|first| {
        let wider = PairProducts::new(&terms.of_pairs(first)).of_all();
        found - wider / variance
    });
    let missed = (misses[0] + misses[1]) / 2.0;
    let doubt = misses[0].max(misses[1]);
    if !(missed > NOISE * error) {
        return index;
    }
    let with_doubt = |error: f64| (error * error + doubt * doubt).sqrt();
    let limit = |limit: Option<f64>, side: f64| {
        limit.map(|limit| found + missed + side * with_doubt(limit - found))
    };
    Estimate {
        value: Some(found + missed),
        standard_error: Some(with_doubt(error)),
        error_low: limit(index.error_low, -1.0),
        error_high: limit(index.error_high, 1.0),
        ..index
    }
}

/// The classes of one column, in every replicate that is used.
pub(super) struct Column<'a> {
    /// Their sums, replicate by replicate.
    sums: Vec<&'a [f64]>,
    width: usize,
    /// The share of the trials in each class.
    weights: Vec<f64>,
    /// The trials that the mean of each class is taken over, replicate by replicate.
    trials: Vec<f64>,
    /// The sum of their places, where what those have by chance is to be taken out.
    places: Vec<f64>,
    whole: bool,
    are_atoms: bool,
}

impl<'a> Column<'a> {
    /// `used`: the replicates that have trials; `sizes`: the trials of all.
    pub fn new(
        replicates: &[&'a GivenData],
        used: &[usize],
        sizes: &[u64],
        column: usize,
        classes: &Classes,
        whole: bool,
    ) -> Self {
        let (width, one) = (replicates[0].width, replicates[0].outputs);
        let all = replicates
            .iter()
            .map(|replicate| replicate.of_column(column, classes.count()));
        let all: Vec<&[f64]> = all.collect();
        let weights = if whole {
            classes.weights()
        } else {
            shares(&all, width, one)
        };
        let sums: Vec<&[f64]> = used.iter().map(|&replicate| all[replicate]).collect();
        let mut everywhere = vec![true; weights.len()];
        for (sums, &replicate) in sums.iter().zip(used) {
            let classes = sums.chunks_exact(2 * width).zip(&weights);
            for (everywhere, (class, &weight)) in everywhere.iter_mut().zip(classes) {
                let expected = sizes[replicate] as f64 * weight;
                let evenly = (class[one] - expected).abs() < 1.0;
                *everywhere &= expected >= ENOUGH || (expected >= ENOUGH_EVENLY && evenly);
            }
        }
        let (mut trials, mut places) = (Vec::new(), Vec::new());
        for (sums, &replicate) in sums.iter().zip(used) {
            let expected = |weight: f64| sizes[replicate] as f64 * weight;
            let classes = sums.chunks_exact(2 * width).zip(&weights).zip(&everywhere);
            let denominators = classes.map(|((class, &weight), &everywhere)| {
                if everywhere && class[one] > 0.0 {
                    (class[one], class[width + one])
                } else {
                    (expected(weight), 0.0)
                }
            });
            for (over, place) in denominators {
                trials.push(over);
                places.push(place);
            }
        }
        Column {
            sums,
            width,
            weights,
            trials,
            places,
            whole,
            are_atoms: classes.are_atoms(),
        }
    }

    /// The expansion of E[Y | X] for one output Y.
    pub fn terms(&self, output: usize) -> Terms {
        let classes = self.weights.len();
        let half = classes.next_multiple_of(LANES);
        let mut weights = vec![0.0; half];
        weights[..classes].copy_from_slice(&self.weights);
        let mut coefficients = vec![0.0; 2 * half * self.sums.len()];
        let rows = coefficients.chunks_exact_mut(2 * half).zip(&self.sums);
        let trials = self.trials.chunks_exact(classes);
        let denominators = trials.zip(self.places.chunks_exact(classes));
        for ((row, sums), (trials, places)) in rows.zip(denominators) {
            let (means, slopes) = row.split_at_mut(half);
            let sums = sums.chunks_exact(2 * self.width);
            let found = means.iter_mut().zip(slopes);
            for (((mean, slope), class), (&trials, &place)) in
                found.zip(sums).zip(trials.iter().zip(places))
            {
                if trials > 0.0 {
                    *mean = class[output] / trials;
                }
                // Among trials that were left over, φ is no longer of mean 0 and variance 1: no slopes.
                if self.whole {
                    *slope = (class[self.width + output] - *mean * place) / trials;
                }
            }
        }
        Terms {
            classes,
            are_atoms: self.are_atoms,
            weights: weights.repeat(2),
            coefficients,
        }
    }
}

/// The expansion of E[Y | X]: the mean of each class and zeros up to whole lanes, then its slope and zeros likewise.
pub(super) struct Terms {
    classes: usize,
    /// Whether each class is an atom.
    are_atoms: bool,
    /// The weight of each term.
    pub weights: Vec<f64>,
    coefficients: Vec<f64>,
}

impl Terms {
    /// The coefficients of all terms, replicate by replicate.
    pub fn coefficients(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.coefficients.chunks_exact(self.weights.len())
    }

    /// Those of classes twice as wide: from the class `first` on, two neighbours together.
    fn of_pairs(&self, first: usize) -> Terms {
        let half = self.weights.len() / 2;
        let mut pairs = Terms {
            classes: self.classes,
            are_atoms: self.are_atoms,
            weights: self.weights.clone(),
            coefficients: self.coefficients.clone(),
        };
        for one in (first..self.classes - 1).step_by(2) {
            let other = one + 1;
            let together = self.weights[one] + self.weights[other];
            let [a, b] = [one, other].map(|class| self.weights[class] / together);
            // The second of the two is left without weight.
            for from in [0, half] {
                pairs.weights[from + one] = together;
                pairs.weights[from + other] = 0.0;
            }
            for row in pairs.coefficients.chunks_exact_mut(2 * half) {
                let (means, slopes) = row.split_at_mut(half);
                let [mean, next] = [means[one], means[other]];
                means[one] = a * mean + b * next;
                // φ of both is a φ − √3 b in the first, and b φ + √3 a in the second.
                slopes[one] =
                    a * a * slopes[one] + b * b * slopes[other] + ROOT_3 * a * b * (next - mean);
            }
        }
        pairs
    }

    /// The share of the trials in each class.
    pub fn shares(&self) -> &[f64] {
        &self.weights[..self.classes]
    }

    /// Mean and slope of each class, replicate by replicate.
    pub fn means_and_slopes(&self) -> impl Iterator<Item = [&[f64]; 2]> {
        self.coefficients().map(|row| {
            let (means, slopes) = row.split_at(row.len() / 2);
            [means, slopes].map(|terms| &terms[..self.classes])
        })
    }
}

/// The shares of the trials in each class, all replicates together: the weights where trials were left out.
fn shares(replicates: &[&[f64]], width: usize, one: usize) -> Vec<f64> {
    let mut counts = vec![0.0; replicates[0].len() / (2 * width)];
    for sums in replicates {
        for (count, class) in counts.iter_mut().zip(sums.chunks_exact(2 * width)) {
            *count += class[one];
        }
    }
    let total: f64 = counts.iter().sum();
    counts.iter().map(|count| count / total).collect()
}
