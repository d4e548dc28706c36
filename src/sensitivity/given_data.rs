//! First-order index from the main sample: Var(E[Y | X]) / Var(Y) by the means of Y over classes of the input's u.
//!
//! The estimator from given data of Plischke, Borgonovo & Smith, "Global sensitivity measures from given data", Eur. J. Oper.
//! Res. 226, 536–550 (2013), section 3.2, with two changes. The square of a class mean is taken as the product of the means of
//! two different replicates, averaged over all pairs: they are independent whatever the sampler, so an input that does nothing
//! has expectation zero, where the plug-in has (classes − 1)/N. And classes are of u with known weights, halved toward both
//! ends, so that a heavy tail's conditional mean is not averaged away.

use super::classes::Classes;
use super::{OutputClasses, add_all};
use crate::statistic::Estimate;
use crate::statistic::moments::Moments;
use crate::statistic::replicates::jackknife;

/// Every replicate must have this many trials in a class; classes with fewer are joined to their neighbour.
const FEWEST: u32 = 4;

/// Sums of the outputs and counts of trials by class.
#[derive(Debug, Clone)]
pub struct GivenData {
    outputs: usize,
    /// Where each column's classes begin among all classes.
    starts: Vec<usize>,
    /// Trials in each class.
    counts: Vec<u32>,
    /// Σ (y − centre): `sums[class · outputs + output]`.
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
        GivenData { outputs, starts, counts: vec![0; total], sums: vec![0.0; total * outputs] }
    }

    /// Adds a tile's rows to the classes of one column.
    pub fn add(&mut self, column: usize, classes: &[u16], outputs: &[&[f64]], plans: &[OutputClasses]) {
        let start = self.starts[column];
        for &class in classes {
            self.counts[start + class as usize] += 1;
        }
        for (at, (values, plan)) in outputs.iter().zip(plans).enumerate() {
            let sums = &mut self.sums[start * self.outputs + at..];
            for (&class, &y) in classes.iter().zip(values.iter()) {
                sums[class as usize * self.outputs] += y - plan.centre;
            }
        }
    }

    /// Adds the block that comes next.
    pub fn merge(&mut self, block: &GivenData) {
        add_all(&mut self.counts, &block.counts);
        add_all(&mut self.sums, &block.sums);
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
            let (weights, means) = class_means(replicates, &used, column, classes, output);
            let numerator = PairProducts::new(&weights, &means);
            let value = numerator.of_all() / variance(&all);
            let mut without = vec![f64::NAN; sizes.len()];
            for (at, &replicate) in used.iter().enumerate() {
                without[replicate] = numerator.without(at) / variance(&all.without(&moments[replicate]));
            }
            Estimate::with_error(value, jackknife(value, &without, &sizes))
        })
        .collect()
}

/// Weights of the classes, joined so that none is nearly empty, and for each used replicate the class means.
fn class_means(replicates: &[&GivenData], used: &[usize], column: usize, classes: &Classes, output: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let start = replicates[0].starts[column];
    let outputs = replicates[0].outputs;
    let mut weights: Vec<f64> = Vec::new();
    let mut joined: Vec<Vec<(u32, f64)>> = Vec::new();
    let mut open = true;
    for (class, weight) in classes.weights().into_iter().enumerate() {
        let here = used.iter().map(|&replicate| {
            let data = replicates[replicate];
            (data.counts[start + class], data.sums[(start + class) * outputs + output])
        });
        if open {
            weights.push(weight);
            joined.push(here.collect());
        } else if let (Some(total), Some(parts)) = (weights.last_mut(), joined.last_mut()) {
            *total += weight;
            for (part, (count, sum)) in parts.iter_mut().zip(here) {
                part.0 += count;
                part.1 += sum;
            }
        }
        open = joined.last().is_some_and(|parts| parts.iter().all(|part| part.0 >= FEWEST));
    }
    // What was left over at the upper end goes to the class before it.
    if !open
        && joined.len() > 1
        && let (Some(rest), Some(weight)) = (joined.pop(), weights.pop())
        && let (Some(total), Some(parts)) = (weights.last_mut(), joined.last_mut())
    {
        *total += weight;
        for (part, (count, sum)) in parts.iter_mut().zip(rest) {
            part.0 += count;
            part.1 += sum;
        }
    }
    let means = (0..used.len())
        .map(|at| joined.iter().map(|parts| if parts[at].0 == 0 { 0.0 } else { parts[at].1 / f64::from(parts[at].0) }).collect())
        .collect();
    (weights, means)
}

/// Σ_k w_k m_k m'_k − M M', averaged over the pairs of different replicates.
struct PairProducts<'a> {
    weights: &'a [f64],
    means: &'a [Vec<f64>],
    /// Σ over replicates of each class mean, and of its square.
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
        let overall: Vec<f64> = means.iter().map(|means| means.iter().zip(weights).map(|(mean, weight)| mean * weight).sum()).collect();
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
