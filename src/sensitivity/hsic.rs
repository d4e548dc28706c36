//! The Hilbert–Schmidt independence criterion, normalised: R² = HSIC(X, Y) / √(HSIC(X, X) HSIC(Y, Y)).
//!
//! Da Veiga, "Global sensitivity analysis with dependence measures", J. Stat. Comput. Simul. 85, 1283–1305 (2015), equations (4) and
//! (8). Both kernels are Gaussian, exp(−(x − x′)² / 2s²), s the standard deviation of the values, as in the R package sensitivity.
//! HSIC(X, Y) = ⟨D, K D L⟩ for D the differences between the joint shares and the product of the margins', and here the two D are
//! those of two different replicates, averaged over all pairs: of an input without effect the expectation is zero. Kernels between
//! classes are averaged over points of both. What classes of finite width take away is extrapolated from classes twice as wide.

use super::joint::{CLASSES, Dependence, Point, Replicate};
use crate::kernel;
use crate::statistic::Estimate;
use crate::statistic::replicates::{at_least, jackknife};

/// Fewer replicates leave no pair when one is left out.
const LEAST_REPLICATES: usize = 3;

/// What is lost in the classes falls as their width to the power of 3/2 (of normal variables, whose outermost classes are the widest,
/// 1.42; of bounded ones 2): where classes twice as wide lose d more, these lose d / (2^1.5 − 1).
const EXTRAPOLATED: f64 = 1.0 / 1.828_427_124_746_19;
/// How much of the extrapolation is doubtful: half of it.
const DOUBTFUL: f64 = 0.5;

/// A Gaussian kernel between the classes of one variable.
pub struct Kernel {
    points: Vec<Point>,
    classes: usize,
    /// Of each point with each class: the mean of the kernel.
    of_points: Vec<f64>,
    /// Of each class with each class: the mean of the kernel, and of its square.
    means: Vec<f64>,
    squares: Vec<f64>,
}

impl Kernel {
    /// Over classes that these points stand for, rising; `scale` is its s.
    pub fn new(points: &[Point], classes: usize, scale: f64) -> Self {
        let count = points.len();
        let mut exponents = Vec::with_capacity(count * count);
        for one in points {
            exponents.extend(points.iter().map(|other| {
                let d = (one.value - other.value) / scale;
                -0.5 * d * d
            }));
        }
        let mut values = vec![0.0; exponents.len()];
        kernel::exp_slice(&exponents, &mut values);
        let mut of_points = vec![0.0; count * classes];
        let mut means = vec![0.0; classes * classes];
        let mut squares = vec![0.0; classes * classes];
        for (at, one) in points.iter().enumerate() {
            for (other, &value) in points.iter().zip(&values[at * count..]) {
                of_points[at * classes + other.class] += other.share * value;
                let share = one.share * other.share;
                means[one.class * classes + other.class] += share * value;
                squares[one.class * classes + other.class] += share * value * value;
            }
        }
        Kernel {
            points: points.to_vec(),
            classes,
            of_points,
            means,
            squares,
        }
    }

    /// The first of each two classes of which one is more than a single value.
    fn wide_pairs(&self) -> impl Iterator<Item = usize> {
        let is_wide = |class: usize| {
            let mut of_class = self.points.iter().filter(|point| point.class == class);
            let first = of_class.next().map_or(0.0, |point| point.value);
            of_class.any(|point| point.value != first)
        };
        (0..self.classes - 1)
            .step_by(2)
            .filter(move |&pair| is_wide(pair) || is_wide(pair + 1))
    }

    /// HSIC of the variable with itself, for these masses of its classes: E k² + (E k)² − 2 E (E′ k)².
    fn with_itself(&self, masses: &[f64]) -> f64 {
        let quadratic = |matrix: &[f64]| -> f64 {
            let rows = matrix.chunks_exact(self.classes).zip(masses);
            rows.map(|(row, mass)| mass * dot(row, masses)).sum()
        };
        let mean = quadratic(&self.means);
        let rows = self
            .points
            .iter()
            .zip(self.of_points.chunks_exact(self.classes));
        let third: f64 = rows
            .map(|(point, row)| {
                let mean = dot(row, masses);
                masses[point.class] * point.share * mean * mean
            })
            .sum();
        quadratic(&self.squares) + mean * mean - 2.0 * third
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// R² of an input and an output.
pub fn estimate(dependence: &Dependence, input: &Kernel, output: &Kernel) -> Estimate {
    let replicates = &dependence.replicates;
    let count = replicates.len();
    if count < LEAST_REPLICATES {
        return Estimate::unavailable();
    }
    let smoothed: Vec<Vec<f64>> = replicates
        .iter()
        .map(|replicate| smoothed(&replicate.differences, input, output))
        .collect();
    // Products of pairs, weighted by the trials of both: of all pairs, and of those that each replicate is a part of.
    let mut pairs = (0.0, 0.0);
    let mut of_one = vec![(0.0, 0.0); count];
    for one in 0..count {
        for other in 0..one {
            let weight = replicates[one].size * replicates[other].size;
            let product = weight * dot(&replicates[other].differences, &smoothed[one]);
            pairs.0 += product;
            pairs.1 += weight;
            for at in [one, other] {
                of_one[at].0 += product;
                of_one[at].1 += weight;
            }
        }
    }
    let total: f64 = replicates.iter().map(|replicate| replicate.size).sum();
    let of_themselves = |left_out: Option<&Replicate>| {
        let masses = |pooled: &[f64], of: fn(&Replicate) -> &[f64]| match left_out {
            None => pooled.to_vec(),
            Some(left_out) => pooled
                .iter()
                .zip(of(left_out))
                .map(|(all, one)| (total * all - left_out.size * one) / (total - left_out.size))
                .collect(),
        };
        input.with_itself(&masses(&dependence.input, |replicate| &replicate.input))
            * output.with_itself(&masses(&dependence.output, |replicate| &replicate.output))
    };
    let of = |(product, weight): (f64, f64), left_out: Option<&Replicate>| {
        product / weight / of_themselves(left_out).sqrt()
    };
    let without: Vec<f64> = replicates
        .iter()
        .zip(of_one)
        .map(|(replicate, one)| of((pairs.0 - one.0, pairs.1 - one.1), Some(replicate)))
        .collect();
    let extrapolated =
        EXTRAPOLATED * lost_by_wider(dependence, input, output) / of_themselves(None).sqrt();
    let value = of(pairs, None) + extrapolated;
    let without: Vec<f64> = without.iter().map(|value| value + extrapolated).collect();
    let estimate = jackknife(value, &without, &dependence.sizes());
    let chance = estimate.standard_error.unwrap_or(0.0);
    let doubt = DOUBTFUL * extrapolated;
    at_least(estimate, (chance * chance + doubt * doubt).sqrt(), count)
}

/// How much HSIC classes twice as wide would lose against these, all replicates together. A class that is one value is as narrow as
/// can be.
fn lost_by_wider(dependence: &Dependence, input: &Kernel, output: &Kernel) -> f64 {
    let mut differences = vec![0.0; dependence.classes * CLASSES];
    let mut total = 0.0;
    for replicate in &dependence.replicates {
        total += replicate.size;
        for (sum, more) in differences.iter_mut().zip(&replicate.differences) {
            *sum += replicate.size * more;
        }
    }
    for sum in &mut differences {
        *sum /= total;
    }
    let fine = dot(&differences, &smoothed(&differences, input, output));
    for pair in input.wide_pairs() {
        let shares = shares(&dependence.input, pair);
        for class in 0..CLASSES {
            let places = [pair * CLASSES + class, (pair + 1) * CLASSES + class];
            share_out(&mut differences, places, shares);
        }
    }
    for pair in output.wide_pairs() {
        let shares = shares(&dependence.output, pair);
        for row in differences.chunks_exact_mut(CLASSES) {
            share_out(row, [pair, pair + 1], shares);
        }
    }
    fine - dot(&differences, &smoothed(&differences, input, output))
}

/// The shares of a class and the next one in both.
fn shares(masses: &[f64], pair: usize) -> [f64; 2] {
    let whole = masses[pair] + masses[pair + 1];
    if whole > 0.0 {
        [masses[pair] / whole, masses[pair + 1] / whole]
    } else {
        [0.5, 0.5]
    }
}

fn share_out(values: &mut [f64], places: [usize; 2], shares: [f64; 2]) {
    let whole = values[places[0]] + values[places[1]];
    for (place, share) in places.into_iter().zip(shares) {
        values[place] = whole * share;
    }
}

/// K D L.
fn smoothed(differences: &[f64], input: &Kernel, output: &Kernel) -> Vec<f64> {
    let classes = input.classes;
    let mut across = vec![0.0; classes * CLASSES];
    for (row, to) in differences
        .chunks_exact(CLASSES)
        .zip(across.chunks_exact_mut(CLASSES))
    {
        for (&value, kernel) in row.iter().zip(output.means.chunks_exact(CLASSES)) {
            for (to, kernel) in to.iter_mut().zip(kernel) {
                *to += value * kernel;
            }
        }
    }
    let mut both = vec![0.0; classes * CLASSES];
    for (kernels, to) in input
        .means
        .chunks_exact(classes)
        .zip(both.chunks_exact_mut(CLASSES))
    {
        for (&kernel, row) in kernels.iter().zip(across.chunks_exact(CLASSES)) {
            for (to, value) in to.iter_mut().zip(row) {
                *to += kernel * value;
            }
        }
    }
    both
}
