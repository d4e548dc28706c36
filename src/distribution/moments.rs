//! Mean and standard deviation: by quadrature of the quantile function, for what has no formula; and why there is none.

use super::Marginal;
use super::shared::Shared;
use crate::kernel;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Octaves of the tail probability that are integrated, at most: what is left of a tail then is that of a power, and its octaves a geometric series.
const OCTAVES: i32 = 200;

/// Shares of the variance, and of the standard deviation, that are not looked for: less than a quantile function is known to.
const NEGLIGIBLE: f64 = 1e-13;
/// Halvings that are enough to close in on a kink.
const MOST_HALVINGS: u32 = 50;
/// So many stretches are not open for kinks, but for the last digits of the quantile function.
const MOST_OPEN: usize = 64;

/// Mean and standard deviation by quadrature, worked out, or found among those worked out already, at their first use.
#[derive(Clone, Default)]
pub(super) struct LazyMoments(OnceLock<Arc<(f64, f64)>>);

impl fmt::Debug for LazyMoments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazyMoments")
    }
}

impl LazyMoments {
    /// (mean, sd) of `of`.
    pub fn of(&self, of: &dyn Marginal) -> (f64, f64) {
        static MOMENTS: Shared<(f64, f64)> = Shared::new();
        **self
            .0
            .get_or_init(|| MOMENTS.get(of, || quantile_moments(of)))
    }
}

/// A stretch of tail probabilities, and what was found on it: the integrals of the distance from the middle, and of its square.
struct Stretch {
    upper: bool,
    ends: [f64; 2],
    found: [f64; 2],
}

/// (mean, sd) = (∫ x(u) du, √∫ (x(u) − mean)² du), each octave of min(u, 1 − u) by a 20-point Gauss rule, halved where its halves say
/// otherwise: a quantile function may have a kink or a jump anywhere.
fn quantile_moments(marginal: &dyn Marginal) -> (f64, f64) {
    // Distances from a middle value, so that a narrow distribution far from zero loses nothing.
    let middle = marginal.quantile(0.5);
    let on = |upper: bool, ends: [f64; 2]| {
        let powers = |v: f64| {
            let x = if upper {
                marginal.upper_quantile(v)
            } else {
                marginal.quantile(v)
            };
            [x - middle, (x - middle) * (x - middle)]
        };
        Stretch {
            upper,
            ends,
            found: kernel::integrate_all(ends[0], ends[1], powers),
        }
    };
    let mut stretches = Vec::new();
    // Of distances without their sign, and of squares.
    let mut sizes = [0.0; 2];
    let mut sums = [0.0; 2];
    for upper in [false, true] {
        let mut high = 0.5;
        let mut last = [[0.0; 2]; 2];
        let mut is_last = false;
        for _ in 0..OCTAVES {
            let octave = on(upper, [0.5 * high, high]);
            let found = octave.found;
            sizes[0] += found[0].abs();
            sizes[1] += found[1];
            is_last = found[1] < 1e-20 * sizes[1] && high < 1e-9;
            stretches.push(octave);
            if is_last {
                break;
            }
            last = [last[1], found];
            high *= 0.5;
        }
        for power in 0..2 {
            let ratio = last[1][power] / last[0][power];
            if !is_last && ratio > 0.0 && ratio < 1.0 {
                sums[power] += last[1][power] * ratio / (1.0 - ratio);
            }
        }
    }
    let matters = |[first, square]: [f64; 2]| {
        square.abs() > NEGLIGIBLE * sizes[1] || first.abs() > NEGLIGIBLE * sizes[0]
    };
    let mut add = |[first, square]: [f64; 2]| {
        sums[0] += first;
        sums[1] += square;
    };
    for _ in 0..MOST_HALVINGS {
        let mut open = Vec::new();
        for Stretch {
            upper,
            ends: [low, high],
            found,
        } in std::mem::take(&mut stretches)
        {
            if !matters(found) {
                add(found);
                continue;
            }
            let between = low + 0.5 * (high - low);
            let halves = [[low, between], [between, high]].map(|ends| on(upper, ends));
            let both = [0, 1].map(|power| halves[0].found[power] + halves[1].found[power]);
            if matters([0, 1].map(|power| both[power] - found[power])) {
                open.extend(halves);
            } else {
                add(both);
            }
        }
        stretches = open;
        if stretches.len() > MOST_OPEN {
            break;
        }
    }
    stretches.iter().for_each(|stretch| add(stretch.found));
    let [first, second] = sums;
    (middle + first, (second - first * first).max(0.0).sqrt())
}

/// Why a distribution has no mean or no standard deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The integral does not exist: both tails are too heavy.
    Undefined,
    /// It is infinite, or beyond what a double holds.
    Infinite,
}

impl Missing {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Missing::Undefined => "undefined",
            Missing::Infinite => "infinite",
        }
    }
}

impl dyn Marginal {
    /// The mean, or why there is none.
    ///
    /// # Errors
    /// The reason.
    pub fn mean_or_why(&self) -> Result<f64, Missing> {
        self.mean().ok_or_else(|| match heavy_sides(self) {
            [true, true] => Missing::Undefined,
            _ => Missing::Infinite,
        })
    }

    /// The standard deviation, or why there is none.
    ///
    /// # Errors
    /// The reason.
    pub fn sd_or_why(&self) -> Result<f64, Missing> {
        match self.mean_or_why() {
            Err(missing) => Err(missing),
            Ok(_) => self.sd().ok_or(Missing::Infinite),
        }
    }
}

/// On which sides, the lower and the upper, a distribution without a mean is unbounded; of a mixture, its parts without one.
fn heavy_sides(marginal: &dyn Marginal) -> [bool; 2] {
    if marginal.parts().is_empty() {
        let (lower, upper) = marginal.support();
        return [lower.is_infinite(), upper.is_infinite()];
    }
    let without = marginal
        .parts()
        .iter()
        .filter(|part| part.marginal.mean().is_none());
    without.fold([false; 2], |sides, part| {
        let [lower, upper] = heavy_sides(&*part.marginal);
        [sides[0] | lower, sides[1] | upper]
    })
}
