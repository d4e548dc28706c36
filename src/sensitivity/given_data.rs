//! First-order index from the main sample: Var(E[Y | X]) / Var(Y), with E[Y | X] linear in u inside each class of the input's u.
//!
//! The estimator from given data of Plischke, Borgonovo & Smith, "Global sensitivity measures from given data", Eur. J. Oper.
//! Res. 226, 536–550 (2013), section 3.2, with three changes. The square of a class mean is taken as the product of the means of
//! two different replicates, averaged over all pairs: they are independent whatever the sampler, so an input that does nothing
//! has expectation zero, where the plug-in has (classes − 1)/N. Inside a class the slope counts too, so that classes of finite
//! width lose next to nothing. And the classes are halved toward both ends, so that a heavy tail's conditional mean is not
//! averaged away.

use super::classes::Classes;
use super::{OutputClasses, add_all};
use crate::statistic::Estimate;
use crate::statistic::moments::Moments;
use crate::statistic::replicates::jackknife;
use crate::statistic::summary::TRIALS_FOR_SD;

/// Where every replicate has this many trials in a class, its mean is taken over the trials there; in the classes at the far ends,
/// which some replicates never meet, over the trials expected there, which leaves it unbiased.
const ENOUGH: u32 = 4;

/// Sums of the outputs and counts of trials by class. With φ = √12 · (place in the class − ½), of mean 0 and variance 1:
#[derive(Debug, Clone)]
pub struct GivenData {
    outputs: usize,
    /// Where each column's classes begin among all classes.
    starts: Vec<usize>,
    /// Trials in each class.
    counts: Vec<u32>,
    /// Σ φ of each class.
    places: Vec<f64>,
    /// Σ (y − centre) and Σ (y − centre) φ: `sums[class · outputs + output]`.
    sums: Vec<[f64; 2]>,
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
        GivenData { outputs, starts, counts: vec![0; total], places: vec![0.0; total], sums: vec![[0.0; 2]; total * outputs] }
    }

    /// Adds a tile's rows to the classes of one column: the class of each row, and φ.
    pub fn add(&mut self, column: usize, classes: &[u16], places: &[f64], outputs: &[&[f64]], plans: &[OutputClasses]) {
        let start = self.starts[column];
        for (&class, &place) in classes.iter().zip(places) {
            self.counts[start + class as usize] += 1;
            self.places[start + class as usize] += place;
        }
        for (at, (values, plan)) in outputs.iter().zip(plans).enumerate() {
            let sums = &mut self.sums[start * self.outputs + at..];
            for ((&class, &place), &y) in classes.iter().zip(places).zip(values.iter()) {
                let sum = &mut sums[class as usize * self.outputs];
                let y = y - plan.centre;
                sum[0] += y;
                sum[1] += y * place;
            }
        }
    }

    /// Adds the block that comes next.
    pub fn merge(&mut self, block: &GivenData) {
        add_all(&mut self.counts, &block.counts);
        add_all(&mut self.places, &block.places);
        for (sum, more) in self.sums.iter_mut().zip(&block.sums) {
            sum[0] += more[0];
            sum[1] += more[1];
        }
    }
}

/// The index of every column for one output.
pub fn estimates(replicates: &[&GivenData], classes: &[Classes], output: usize, moments: &[Moments], scale: f64) -> Vec<Estimate> {
    let sizes: Vec<u64> = moments.iter().map(|moments| moments.n).collect();
    let mut all = Moments::default();
    for replicate in moments {
        all.merge(replicate);
    }
    let variance = |moments: &Moments| moments.variance() * scale * scale;
    let used: Vec<usize> = (0..replicates.len()).filter(|&replicate| sizes[replicate] > 0).collect();
    classes
        .iter()
        .enumerate()
        .map(|(column, classes)| {
            if used.len() < 3 || !(variance(&all) > 0.0) {
                return Estimate::unavailable();
            }
            let (weights, coefficients) = coefficients(replicates, &used, &sizes, column, classes, output);
            let numerator = PairProducts::new(&weights, &coefficients);
            let value = numerator.of_all() / variance(&all);
            let mut without = vec![f64::NAN; sizes.len()];
            for (at, &replicate) in used.iter().enumerate() {
                without[replicate] = numerator.without(at) / variance(&all.without(&moments[replicate]));
            }
            Estimate::with_error(value, jackknife(value, &without, &sizes)).marked(!(all.effective_trials() >= TRIALS_FOR_SD))
        })
        .collect()
}

/// For each term of the expansion of E[Y | X] — the mean of each class, then its slope — its weight, and for each used replicate its
/// coefficient.
fn coefficients(
    replicates: &[&GivenData],
    used: &[usize],
    sizes: &[u64],
    column: usize,
    classes: &Classes,
    output: usize,
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let (start, outputs) = (replicates[0].starts[column], replicates[0].outputs);
    let weights = classes.weights();
    let mut means = vec![Vec::with_capacity(2 * weights.len()); used.len()];
    let mut slopes = vec![Vec::with_capacity(weights.len()); used.len()];
    for (class, weight) in weights.iter().enumerate() {
        let everywhere = used.iter().all(|&replicate| replicates[replicate].counts[start + class] >= ENOUGH);
        for (at, &replicate) in used.iter().enumerate() {
            let data = replicates[replicate];
            let [sum, product] = data.sums[(start + class) * outputs + output];
            let trials = if everywhere { f64::from(data.counts[start + class]) } else { sizes[replicate] as f64 * weight };
            means[at].push(sum / trials);
            // Where the mean is over the trials that came, what their places have by chance is taken out.
            let chance = if everywhere { sum / trials * data.places[start + class] } else { 0.0 };
            slopes[at].push((product - chance) / trials);
        }
    }
    for (means, slopes) in means.iter_mut().zip(slopes) {
        means.extend(slopes);
    }
    ([weights.clone(), weights].concat(), means)
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
            .map(|class| means.iter().fold((0.0, 0.0), |(sum, square), mean| (sum + mean[class], square + mean[class] * mean[class])))
            .collect();
        let classes = weights.len() / 2;
        let overall: Vec<f64> =
            means.iter().map(|means| means[..classes].iter().zip(weights).map(|(mean, weight)| mean * weight).sum()).collect();
        let overall_sums = overall.iter().fold((0.0, 0.0), |(sum, square), mean| (sum + mean, square + mean * mean));
        PairProducts { weights, means, class_sums, overall, overall_sums }
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
            .map(|(class, &sums)| self.weights[class] * reduced(sums, left_out.map(|replicate| self.means[replicate][class])))
            .sum();
        let overall = reduced(self.overall_sums, left_out.map(|replicate| self.overall[replicate]));
        let replicates = self.means.len() as f64 - f64::from(u8::from(left_out.is_some()));
        (by_class - overall) / (replicates * (replicates - 1.0))
    }
}
