//! Inverting a tail probability of a positive variable: Halley's method on the logarithms, kept inside a bracket.
//!
//! In logarithms a tail is nearly straight where it is small, so a step from far away lands near; near the solution the
//! error of ln p after a step is of the order of the cube of the one before.

use crate::kernel;

/// A tail probability at x and how it changes there.
pub(super) struct Slope {
    /// The tail probability.
    pub probability: f64,
    /// |dp / d ln x| = x f(x).
    pub weight: f64,
    /// d ln(x f(x)) / d ln x.
    pub bend: f64,
}

/// Where to begin, and how small |ln(p / target)| must be for the next step to be the last.
#[derive(Clone, Copy)]
pub(super) struct Guess {
    start: f64,
    last_step: f64,
}

impl Guess {
    /// `start`; where a neighbouring value was known (`near`) a table is being built, and 1e-12 of the tail (the cube of
    /// 1e-4) is enough; else the result is exact to a rounding.
    pub fn new(start: f64, near: Option<f64>) -> Self {
        let last_step = if near.is_some() { 1e-4 } else { 1e-5 };
        Self { start, last_step }
    }
}

/// x in [0, upper] at which the tail is `target`; `rising` when it is the lower tail (p grows with x).
pub(super) fn invert_tail(
    target: f64,
    rising: bool,
    guess: Guess,
    upper: f64,
    tail: impl Fn(f64) -> Slope,
) -> f64 {
    if !(target > 0.0) {
        let at_zero = if rising { 0.0 } else { upper };
        return if target == 0.0 { at_zero } else { f64::NAN };
    }
    let sign = if rising { 1.0 } else { -1.0 };
    let (mut low, mut high) = (0.0_f64, upper);
    let mut x = guess.start;
    if rising && !(x > 1e-290) {
        // Possibly below the smallest normal number: the nearest thing to say then is 0.
        low = f64::MIN_POSITIVE;
        if tail(low).probability >= target {
            return 0.0;
        }
    }
    for _ in 0..300 {
        if !(x > low && x < high) {
            x = middle(low, high);
            if !(x > low && x < high) || x < f64::MIN_POSITIVE {
                // Neighbouring numbers, or nothing between zero and the smallest normal one.
                return if low == 0.0 { 0.0 } else { high.min(f64::MAX) };
            }
        }
        let slope = tail(x);
        let error = kernel::ln(slope.probability / target);
        if error == 0.0 {
            return x;
        }
        if (error > 0.0) == rising {
            high = x;
        } else {
            low = x;
        }
        // Derivatives of ln p by ln x: the first is s, the second s (bend − s).
        let s = sign * slope.weight / slope.probability;
        let newton = error / s;
        let curvature = (1.0 - 0.5 * newton * (slope.bend - s)).clamp(0.5, 2.0);
        let step = -newton / curvature;
        let next = if step.abs() < 0.5 {
            x + x * kernel::expm1(step)
        } else {
            x * kernel::exp(step.clamp(-100.0, 100.0))
        };
        if error.abs() < guess.last_step && next.is_finite() {
            return next.clamp(0.0, upper);
        }
        x = next;
    }
    x
}

/// Half-way in the logarithm, or by steps of a hundred orders of magnitude where an end is 0 or ∞.
fn middle(low: f64, high: f64) -> f64 {
    match (low > 0.0, high < f64::INFINITY) {
        (true, true) => low.sqrt() * high.sqrt(),
        (true, false) => (low * 1e6).min(f64::MAX),
        (false, true) => high * 1e-20,
        (false, false) => 1.0,
    }
}
