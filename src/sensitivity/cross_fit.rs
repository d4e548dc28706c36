//! Borgonovo's δ and PAWN's distances, cross-fitted between replicates.
//!
//! Both are integrals of an absolute value: δ = ½ E ∫ |f(y | X) − f(y)| dy (Borgonovo, "A new uncertainty importance measure",
//! Reliab. Eng. Syst. Saf. 92, 771–784 (2007), equations (4) and (5)), and the distance of Kolmogorov and Smirnov max |F(y | x) −
//! F(y)| for each x (Pianosi & Wagener, "A simple and efficient method for global sensitivity analysis based on cumulative
//! distribution functions", Environ. Model. Softw. 67, 1–11 (2015), equations (3) and (4)). Put in estimates, and noise is taken for
//! signal: an input without effect gets 0.02 to 0.4. Here the signs (and the place of the maximum) are decided on the other
//! replicates, and the signed difference is integrated on the one that is held out: independent of the decision, so of an input
//! without effect the expectation is zero, and of any input a wrong sign makes the number smaller, never larger.
//!
//! The decision is made on the differences less their noise: coefficients of unbalanced Haar steps in both directions that are no
//! larger than noise would be are left out (Donoho & Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81,
//! 425–455 (1994), section 2), but for the coarsest.
//!
//! What wrong signs and classes of finite width take away is no chance that replicates could show. It is estimated, by deciding on
//! half as many replicates, and without the finest steps, and is part of the error.

use super::haar::Haar;
use super::joint::{CLASSES, Dependence};
use crate::statistic::Estimate;
use crate::statistic::replicates::{at_least, jackknife, scaled};

/// Squares of coefficients beyond so many times their variance are more than noise.
const THRESHOLD: f64 = 9.0;
/// Coefficients that are kept whatever they are, in each direction: steps between quarters of the mass.
const COARSE: usize = 4;
/// What is lost by wrong signs falls at least as the root of the trials: where half of them lose d more, all of them lose at most
/// d / (√2 − 1). 95 % limits, two standard errors, reach so far.
const LOST_TO_NOISE: f64 = 0.5 / (std::f64::consts::SQRT_2 - 1.0);
/// What is lost in the classes falls at least as their width: where classes twice as wide lose d more, these lose at most d.
const LOST_IN_CLASSES: f64 = 0.5;
/// The error of a sum over pairs of replicates, over that of independent values: the root of 3.
const IN_COMMON: f64 = 1.732_050_807_568_877_2;
/// Fewer replicates leave none to decide on.
pub const LEAST_REPLICATES: usize = 3;

/// δ and the distances of the classes: from all replicates, and with each left out.
pub struct CrossFit {
    /// The classes' shares of the input's mass.
    masses: Vec<f64>,
    sizes: Vec<u64>,
    all: Measured,
    /// With each replicate left out, what is decided being decided without it.
    without: Vec<Measured>,
    /// Likewise, but decided as for all.
    as_decided: Vec<Measured>,
    /// Decided on half as many replicates.
    by_half: Measured,
    /// Decided for classes twice as wide.
    by_wider: Measured,
}

#[derive(Clone)]
struct Measured {
    delta: f64,
    /// The distance of Kolmogorov and Smirnov given each class.
    distances: Vec<f64>,
}

impl Measured {
    fn add(&mut self, other: &Measured, weight: f64) {
        self.delta += weight * other.delta;
        for (sum, more) in self.distances.iter_mut().zip(&other.distances) {
            *sum += weight * more;
        }
    }
}

/// What was decided: the sign of each difference of the densities, and for each class where the distributions differ most, and how.
struct Pattern {
    signs: Vec<f64>,
    places: Vec<(usize, f64)>,
}

impl Pattern {
    /// Of the coefficients of the differences from so many trials, the first of them in each direction.
    fn new(
        coefficients: &[f64],
        trials: f64,
        dependence: &Dependence,
        (input, output): (&Haar, &Haar),
        first: [usize; 2],
    ) -> Self {
        let width = output.length();
        let mut kept = vec![0.0; coefficients.len()];
        let mut row_of = vec![0.0; width];
        let mut scratch = vec![0.0; coefficients.len()];
        for (at, (kept, row)) in kept
            .chunks_exact_mut(width)
            .zip(coefficients.chunks_exact(width))
            .enumerate()
        {
            let mut any = false;
            for (place, (to, &coefficient)) in row_of.iter_mut().zip(row).enumerate() {
                let coarse = at < COARSE && place < COARSE;
                let keep = at < first[0]
                    && place < first[1]
                    && (coarse || coefficient * coefficient * trials > THRESHOLD);
                any |= keep;
                *to = if keep { coefficient } else { 0.0 };
            }
            if any {
                output.backward(&mut row_of, 1, &mut scratch);
                kept.copy_from_slice(&row_of);
            }
        }
        input.backward(&mut kept, width, &mut scratch);
        let mut places = Vec::with_capacity(dependence.classes);
        for row in kept.chunks_exact(width).take(dependence.classes) {
            let mut below = 0.0;
            let mut farthest: (usize, f64) = (0, 0.0);
            for (at, (value, mass)) in row.iter().zip(&dependence.output).enumerate() {
                below += value * mass;
                if below.abs() > farthest.1.abs() {
                    farthest = (at, below);
                }
            }
            places.push((farthest.0, sign(farthest.1)));
        }
        kept.truncate(dependence.classes * width);
        for value in &mut kept {
            *value = sign(*value);
        }
        Pattern {
            signs: kept,
            places,
        }
    }
}

fn sign(value: f64) -> f64 {
    if value > 0.0 {
        1.0
    } else if value < 0.0 {
        -1.0
    } else {
        0.0
    }
}

impl CrossFit {
    /// Of an input and an output; `None` where there are too few replicates.
    pub fn new(dependence: &Dependence) -> Option<Self> {
        let replicates = &dependence.replicates;
        if replicates.len() < LEAST_REPLICATES {
            return None;
        }
        let haars = (
            &Haar::new(&dependence.input),
            &Haar::new(&dependence.output),
        );
        let (height, width) = (haars.0.length(), haars.1.length());
        let coefficients: Vec<Vec<f64>> = replicates
            .iter()
            .map(|replicate| {
                let mut values = replicate.differences.clone();
                values.resize(height * width, 0.0);
                for row in values.chunks_exact_mut(width).take(dependence.classes) {
                    haars.1.forward(row, |i| i);
                }
                for column in 0..width {
                    haars.0.forward(&mut values, |i| i * width + column);
                }
                values
            })
            .collect();
        let cumulated: Vec<Vec<f64>> = replicates
            .iter()
            .map(|replicate| {
                let mut cumulated = replicate.differences.clone();
                for row in cumulated.chunks_exact_mut(CLASSES) {
                    for at in 1..CLASSES {
                        row[at] += row[at - 1];
                    }
                }
                cumulated
            })
            .collect();
        // Σ over the replicates but those left out of their coefficients, weighted by their trials.
        let total: f64 = replicates.iter().map(|replicate| replicate.size).sum();
        let mut sums = vec![0.0; height * width];
        let add = |sums: &mut [f64], at: usize, factor: f64| {
            let weight = factor * replicates[at].size;
            for (sum, more) in sums.iter_mut().zip(&coefficients[at]) {
                *sum += weight * more;
            }
        };
        for at in 0..replicates.len() {
            add(&mut sums, at, 1.0);
        }
        let pattern_of = |sums: &[f64], trials: f64, first: [usize; 2]| {
            let means: Vec<f64> = sums.iter().map(|sum| sum / trials).collect();
            Pattern::new(&means, trials, dependence, haars, first)
        };
        let pattern = |sums: &[f64], trials: f64| pattern_of(sums, trials, [height, width]);
        // Classes that are atoms are as narrow as can be.
        let wider = [
            if dependence.atoms { height } else { height / 2 },
            width / 2,
        ];
        let measured = |pattern: &Pattern, at: usize| {
            let differences = &replicates[at].differences;
            let products = pattern.signs.iter().zip(differences);
            let distance = |(class, &(place, sign)): (usize, &(usize, f64))| {
                let mass = dependence.input[class];
                if mass > 0.0 {
                    sign * cumulated[at][class * CLASSES + place] / mass
                } else {
                    0.0
                }
            };
            Measured {
                delta: products.map(|(sign, value)| sign * value).sum::<f64>() / 2.0,
                distances: pattern.places.iter().enumerate().map(distance).collect(),
            }
        };
        let nothing = Measured {
            delta: 0.0,
            distances: vec![0.0; dependence.classes],
        };
        let mut all = nothing.clone();
        let (mut by_half, mut by_wider) = (nothing.clone(), nothing.clone());
        let mut without = vec![nothing.clone(); replicates.len()];
        let mut held_out = Vec::with_capacity(replicates.len());
        let mut two_out = sums.clone();
        for one in 0..replicates.len() {
            let size = replicates[one].size;
            add(&mut sums, one, -1.0);
            let share = size / total;
            let found = measured(&pattern(&sums, total - size), one);
            all.add(&found, share);
            held_out.push(found);
            let decided = pattern_of(&sums, total - size, wider);
            by_wider.add(&measured(&decided, one), share);
            let mut half = vec![0.0; sums.len()];
            let mut trials = 0.0;
            for step in 1..=replicates.len() / 2 {
                let other = (one + step) % replicates.len();
                add(&mut half, other, 1.0);
                trials += replicates[other].size;
            }
            by_half.add(&measured(&pattern(&half, trials), one), share);
            for other in 0..one {
                two_out.copy_from_slice(&sums);
                add(&mut two_out, other, -1.0);
                let other_size = replicates[other].size;
                let decided = pattern(&two_out, total - size - other_size);
                without[other].add(&measured(&decided, one), size / (total - other_size));
                without[one].add(&measured(&decided, other), other_size / (total - size));
            }
            add(&mut sums, one, 1.0);
        }
        let as_decided = replicates.iter().zip(&held_out).map(|(replicate, found)| {
            let mut without = nothing.clone();
            without.add(&all, total / (total - replicate.size));
            without.add(found, -replicate.size / (total - replicate.size));
            without
        });
        Some(CrossFit {
            as_decided: as_decided.collect(),
            masses: dependence.input.clone(),
            sizes: dependence.sizes(),
            all,
            without,
            by_half,
            by_wider,
        })
    }

    fn estimate(&self, of: impl Fn(&Measured) -> f64) -> Estimate {
        let value = of(&self.all);
        let jackknifed = |without: &[Measured]| {
            let without: Vec<f64> = without.iter().map(&of).collect();
            jackknife(value, &without, &self.sizes)
        };
        // Of an input without effect the value is a sum over pairs of replicates, and the jackknife finds far more than its variance.
        // There the spread of the replicates' values as they were held out says more, though they have pairs in common: the variance
        // of the whole is twice theirs for decisions that are linear in the differences, 3.5 times for single signs (R = 32).
        let again = jackknifed(&self.without);
        let decided = scaled(jackknifed(&self.as_decided), IN_COMMON);
        let estimate = if decided.standard_error < again.standard_error {
            decided
        } else {
            again
        };
        let to_noise = LOST_TO_NOISE * (value - of(&self.by_half)).max(0.0);
        let in_classes = LOST_IN_CLASSES * (value - of(&self.by_wider));
        let chance = estimate.standard_error.unwrap_or(0.0);
        let error = (chance * chance + to_noise * to_noise + in_classes * in_classes).sqrt();
        at_least(estimate, error, self.sizes.len())
    }

    /// Borgonovo's δ.
    pub fn delta(&self) -> Estimate {
        self.estimate(|measured| measured.delta)
    }

    /// The median of the distances over the input's mass.
    pub fn median_distance(&self) -> Estimate {
        self.estimate(|measured| median(&measured.distances, &self.masses))
    }

    /// Their mean.
    pub fn mean_distance(&self) -> Estimate {
        self.estimate(|measured| {
            let products = measured.distances.iter().zip(&self.masses);
            products.map(|(distance, mass)| distance * mass).sum()
        })
    }
}

/// The median of values with masses that sum to one: between the middles of the masses it is linear.
fn median(values: &[f64], masses: &[f64]) -> f64 {
    let mut sorted: Vec<(f64, f64)> = values
        .iter()
        .copied()
        .zip(masses.iter().copied())
        .filter(|&(_, mass)| mass > 0.0)
        .collect();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut below = 0.0;
    let mut before: Option<(f64, f64)> = None;
    for &(value, mass) in &sorted {
        let middle = below + mass / 2.0;
        below += mass;
        if middle >= 0.5 {
            return match before {
                Some((place, lower)) => lower + (value - lower) * (0.5 - place) / (middle - place),
                None => value,
            };
        }
        before = Some((middle, value));
    }
    sorted.last().map_or(f64::NAN, |last| last.0)
}
