//! Distributions over whole numbers 0, 1, 2 …, from their tails: exact quantiles by a guess and a bracketed search, and
//! draws through a list of steps or, where there are too many, through the guess where it is beyond doubt.

use super::Marginal;
use super::normal::fill_standard;
use super::steps::Steps;
use crate::kernel::{self, Tails};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Steps are listed when there are at most so many between the outermost draws.
const LISTED: f64 = 32_768.0;
/// The outermost tail that is listed: just below the smallest u.
const OUTERMOST: f64 = 1.0 / 18014398509481984.0; // 2^-54
/// Above this mean neighbouring whole numbers differ by so little that the guess is the answer.
const CONTINUOUS: f64 = 1e15;

/// What a counting distribution says of itself.
pub(super) trait Count: fmt::Debug + Send + Sync {
    /// The family's name.
    fn family(&self) -> &'static str;
    /// Both tails at the whole number k ≥ 0.
    fn tails(&self, k: f64) -> Tails;
    /// The probability of the whole number k ≥ 0.
    fn probability(&self, k: f64) -> f64;
    /// Mean, variance, skewness and excess kurtosis.
    fn cumulants(&self) -> [f64; 4];
    /// The largest value that can occur.
    fn largest(&self) -> f64 {
        f64::INFINITY
    }
}

/// A counting distribution as a marginal.
pub(super) struct Counting<C> {
    count: C,
    steps: OnceLock<Option<(f64, Steps)>>,
}

impl<C: Count> fmt::Debug for Counting<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.count.fmt(f)
    }
}

impl<C: Count + 'static> Counting<C> {
    /// The marginal of a counting distribution.
    pub fn marginal(count: C) -> Arc<dyn Marginal> {
        Arc::new(Self {
            count,
            steps: OnceLock::new(),
        })
    }

    fn mean(&self) -> f64 {
        self.count.cumulants()[0]
    }

    /// The continuous value that normal deviate z stands for: Cornish & Fisher's expansion (Abramowitz & Stegun 26.2.49)
    /// with the continuity correction; the whole number is the next one up.
    #[inline(always)]
    fn guess(cumulants: [f64; 4], z: f64) -> f64 {
        let [mean, variance, skew, kurtosis] = cumulants;
        let h1 = (z * z - 1.0) / 6.0;
        let h2 = z * (z * z - 3.0) / 24.0;
        let h11 = z * (2.0 * z * z - 5.0) / 36.0;
        // The step of one adds 1/12 to the variance (Sheppard): the second-order term −z/(24 sd).
        let sd = variance.sqrt();
        let deviate = z + skew * h1 + kurtosis * h2 - skew * skew * h11;
        mean + sd * deviate - 0.5 - z / (24.0 * sd)
    }

    /// The smallest k with F(k) ≥ p, or with 1 − F(k) ≤ p where `upper`; p ≤ ½.
    fn search(&self, p: f64, upper: bool) -> f64 {
        if p == 0.0 {
            return if upper { self.count.largest() } else { 0.0 };
        }
        if self.count.cumulants()[1] == 0.0 {
            return self.mean();
        }
        let z = kernel::normal_lower_quantile(p);
        let z = if upper { -z } else { z };
        let largest = self.count.largest();
        let guess = Self::guess(self.count.cumulants(), z);
        // Between −1 and 0 the next whole number is −0, which is added away.
        let guess = guess.ceil().clamp(0.0, largest.min(f64::MAX)) + 0.0;
        if self.mean() > CONTINUOUS {
            return guess;
        }
        let reached = |k: f64| {
            let tails = self.count.tails(k);
            if upper {
                tails.upper <= p
            } else {
                tails.lower >= p
            }
        };
        // Steps that double until the answer is between `low` (not reached) and `high` (reached).
        let mut step = 1.0;
        let (mut low, mut high);
        if reached(guess) {
            high = guess;
            low = guess - 1.0;
            while low >= 0.0 && reached(low) {
                high = low;
                step *= 2.0;
                low -= step;
            }
            low = low.max(-1.0);
        } else {
            low = guess;
            high = guess + 1.0;
            while high < largest && !reached(high) {
                low = high;
                step *= 2.0;
                high += step;
            }
            high = high.min(largest);
        }
        while high - low > 1.0 {
            let middle = (0.5 * (low + high)).floor();
            if reached(middle) {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }

    /// The first listed value and the steps, unless they are too many.
    fn steps(&self) -> Option<&(f64, Steps)> {
        self.steps
            .get_or_init(|| {
                if self.mean() > CONTINUOUS {
                    return None;
                }
                let first = self.search(OUTERMOST, false);
                let last = self.search(OUTERMOST, true);
                (last - first < LISTED).then(|| (first, self.listed(first, last)))
            })
            .as_ref()
    }

    /// Cumulated from each end toward the median, so that the smaller tail has a small relative error.
    fn listed(&self, first: f64, last: f64) -> Steps {
        let count = (last - first) as usize;
        let mut tails = vec![Tails::from_lower(0.0); count];
        let mut lower = self.count.tails(first).lower;
        let mut split = count;
        for (index, entry) in tails.iter_mut().enumerate() {
            if index > 0 {
                lower += self.count.probability(first + index as f64);
            }
            if lower > 0.5 {
                split = index;
                break;
            }
            *entry = Tails::from_lower(lower);
        }
        let mut upper = self.count.tails(last).upper;
        for index in (split..count).rev() {
            upper += self.count.probability(first + index as f64 + 1.0);
            // Never taken for a lower tail, however it was rounded.
            tails[index] = Tails {
                lower: (1.0 - upper).max(0.5 + f64::EPSILON),
                upper: upper.min(0.5),
            };
        }
        Steps::new(tails)
    }

    /// Draws where the values are too many to list: the guess, and the exact search where it is close to a step.
    fn fill_by_guess(&self, u: &[f64], x: &mut [f64]) {
        fill_standard(u, x);
        let cumulants = self.count.cumulants();
        let sd = cumulants[1].sqrt();
        // The expansion errs by the order of 1/variance; the table by 1e-10 in u.
        let doubt = (0.01 + 1e-8 * sd).min(0.05);
        let largest = self.count.largest();
        let exact = self.mean() <= CONTINUOUS;
        for (u, x) in u.iter().zip(x) {
            let z = *x;
            let value = Self::guess(cumulants, z);
            let whole = value.ceil();
            let distance = (value - value.round()).abs();
            *x = if exact && (distance < doubt || z.abs() > 4.0) {
                self.quantile(*u)
            } else {
                whole.clamp(0.0, largest.min(f64::MAX)) + 0.0
            };
        }
    }
}

impl<C: Count + 'static> Marginal for Counting<C> {
    fn family(&self) -> &'static str {
        self.count.family()
    }

    fn quantile(&self, u: f64) -> f64 {
        if !(0.0..=1.0).contains(&u) {
            f64::NAN
        } else if u <= 0.5 {
            self.search(u, false)
        } else {
            self.search(1.0 - u, true)
        }
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if (0.0..=0.5).contains(&q) {
            self.search(q, true)
        } else {
            self.quantile(1.0 - q)
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            0.0
        } else if x >= self.count.largest() {
            1.0
        } else {
            self.count.tails(x.floor()).lower
        }
    }

    fn survival(&self, x: f64) -> f64 {
        if x < 0.0 {
            1.0
        } else if x >= self.count.largest() {
            0.0
        } else {
            self.count.tails(x.floor()).upper
        }
    }

    fn density(&self, x: f64) -> f64 {
        if x >= 0.0 && x == x.floor() && x <= self.count.largest() {
            self.count.probability(x)
        } else {
            0.0
        }
    }

    fn mean(&self) -> Option<f64> {
        Some(self.count.cumulants()[0])
    }

    fn sd(&self) -> Option<f64> {
        Some(self.count.cumulants()[1].sqrt())
    }

    fn support(&self) -> (f64, f64) {
        (0.0, self.count.largest())
    }

    fn atoms(&self, limit: usize) -> Option<Vec<f64>> {
        let largest = self.count.largest();
        (largest < limit as f64).then(|| (0..=largest as u64).map(|k| k as f64).collect())
    }

    fn atoms_between(&self, lower: f64, upper: f64, limit: usize) -> Option<Vec<f64>> {
        let (first, last) = (
            lower.ceil().max(0.0),
            upper.floor().min(self.count.largest()),
        );
        let few = last - first < limit as f64;
        few.then(|| (first as u64..=last as u64).map(|k| k as f64).collect())
    }

    fn is_discrete(&self) -> bool {
        true
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        assert_eq!(u.len(), x.len(), "slices of different lengths");
        let Some((first, steps)) = self.steps() else {
            return self.fill_by_guess(u, x);
        };
        for (u, x) in u.iter().zip(x) {
            *x = first + steps.index(*u) as f64;
        }
    }
}
