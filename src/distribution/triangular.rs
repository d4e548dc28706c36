//! The triangular distribution: density rising in a line from min to the mode and falling in a line to max.

use super::parameters::Check;
use super::{Built, Family, MAX, MIN, MODE, Marginal, Parameterisation, Parameters};
use crate::kernel;
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "triangular",
    summary: "a smallest, a most likely and a largest value, straight lines between",
    parameters: &[MIN, MODE, MAX],
    parameterisations: &[Parameterisation::of(&["min", "mode", "max"])],
    build,
};

/// Below so much in the nearer tail the exact path is taken.
const FAR_TAIL: f64 = 1.0 / 65536.0;

/// Triangular on [`min`, `max`], in the input's unit.
#[derive(Debug, Clone, Copy)]
struct Triangular {
    min: f64,
    mode: f64,
    max: f64,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (min, mode, max) = check.range_with_mode();
    check.finish(|| Arc::new(Triangular { min, mode, max }) as Arc<dyn Marginal>)
}

impl Triangular {
    fn width(&self) -> f64 {
        self.max - self.min
    }

    /// F(mode).
    fn turn(&self) -> f64 {
        (self.mode - self.min) / self.width()
    }

    /// x = min + √(u (max − min)(mode − min)) below the mode, max − √((1−u)(max − min)(max − mode)) above it. On the part
    /// that is past the mode but still in the nearer half, seen from its tail, the same as a distance from the mode: with
    /// s the share of that side between mode and x, b s / (1 + √(1 − s)), so that a mode at an end loses no digits there.
    #[inline(always)]
    fn at(&self, u: f64, q: f64) -> f64 {
        let width = self.width();
        let (rising, falling) = (self.mode - self.min, self.max - self.mode);
        let (turn, rest) = (rising / width, falling / width);
        // Roots and signs of both sides, then the choice: over a slice they are worked out once.
        let (root_rising, root_falling) = (rising.sqrt(), falling.sqrt());
        let (root_turn, root_rest) = (turn.sqrt(), rest.sqrt());
        let lower = u <= turn;
        let root = (if lower { u } else { q }).sqrt();
        let side = if lower { rising } else { -falling };
        let root_side = if lower { root_rising } else { root_falling };
        let sign = if lower { 1.0 } else { -1.0 };
        let share = if lower { turn } else { rest };
        let root_share = if lower { root_turn } else { root_rest };
        let end = if lower { self.min } else { self.max };
        let from_end = (root * width.sqrt() * root_side).mul_add(sign, end);
        let past = if lower { q - rest } else { u - turn };
        let from_mode = self.mode - side * (past / root.mul_add(root_share, share));
        let x = if lower == (u <= 0.5) {
            from_end
        } else {
            from_mode
        };
        let x = if x < self.min { self.min } else { x };
        if x > self.max { self.max } else { x }
    }
}

impl Marginal for Triangular {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        if (0.0..=1.0).contains(&u) {
            self.at(u, 1.0 - u)
        } else {
            f64::NAN
        }
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if (0.0..=1.0).contains(&q) {
            self.at(1.0 - q, q)
        } else {
            f64::NAN
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        let (min, mode, max) = (self.min, self.mode, self.max);
        if x <= min {
            0.0
        } else if x <= mode {
            (x - min) / self.width() * ((x - min) / (mode - min))
        } else if x < max {
            // From the mode on, so that a mode at the lower end loses no digits there.
            let past = (x - mode) / (max - mode) * ((max - x + (max - mode)) / self.width());
            self.turn() + past
        } else if x.is_nan() {
            x
        } else {
            1.0
        }
    }

    fn survival(&self, x: f64) -> f64 {
        let (min, mode, max) = (self.min, self.mode, self.max);
        if x >= max {
            0.0
        } else if x > mode {
            (max - x) / self.width() * ((max - x) / (max - mode))
        } else if x > min {
            let past = (mode - x) / (mode - min) * ((x - min + (mode - min)) / self.width());
            (max - mode) / self.width() + past
        } else if x.is_nan() {
            x
        } else {
            1.0
        }
    }

    fn density(&self, x: f64) -> f64 {
        let peak = 2.0 / self.width();
        if x == self.mode {
            peak
        } else if x >= self.min && x < self.mode {
            peak * ((x - self.min) / (self.mode - self.min))
        } else if x > self.mode && x <= self.max {
            peak * ((self.max - x) / (self.max - self.mode))
        } else {
            0.0
        }
    }

    fn mean(&self) -> Option<f64> {
        Some(self.min + (self.mode - self.min) / 3.0 + self.width() / 3.0)
    }

    fn sd(&self) -> Option<f64> {
        let r = self.turn();
        Some(self.width() * ((1.0 - r + r * r) / 18.0).sqrt())
    }

    fn support(&self) -> (f64, f64) {
        (self.min, self.max)
    }

    /// By the root from the nearer end alone, which is within 2⁻⁵³ / v of the exact path in v = min(u, 1 − u), as a share of v: past the
    /// middle a root and its rest nearly cancel. Below [`FAR_TAIL`] it is the exact path.
    fn fill(&self, u: &[f64], x: &mut [f64]) {
        assert_eq!(u.len(), x.len(), "slices of different lengths");
        let Self { min, mode, max } = *self;
        let width = self.width();
        let turn = self.turn();
        // Roots before products: the squares of large and of small numbers are none.
        let rising = width.sqrt() * (mode - min).sqrt();
        let falling = -(width.sqrt() * (max - mode).sqrt());
        let out = &mut *x;
        let far = kernel::dispatch(
            #[inline(always)]
            move || {
                for (x, &u) in out.iter_mut().zip(u) {
                    let lower = u <= turn;
                    // Chosen bit by bit: by a condition it would become two roots, which cost more than all else.
                    let (bits, rest) = (u.to_bits(), (1.0 - u).to_bits());
                    let chosen = u64::from(lower).wrapping_neg();
                    let root = f64::from_bits(rest ^ ((rest ^ bits) & chosen)).sqrt();
                    let (from_min, from_max) =
                        (root.mul_add(rising, min), root.mul_add(falling, max));
                    let y = if lower { from_min } else { from_max };
                    let y = if y < min { min } else { y };
                    *x = if y > max { max } else { y };
                }
                u.iter().fold(false, |far, &u| far | is_far(u))
            },
        );
        if far {
            for (x, &u) in x.iter_mut().zip(u).filter(|(_, u)| is_far(**u)) {
                *x = self.at(u, 1.0 - u);
            }
        }
    }
}

/// Whether u is so near to 0 or 1 that the exact path is taken.
#[inline(always)]
fn is_far(u: f64) -> bool {
    !(FAR_TAIL..=1.0 - FAR_TAIL).contains(&u)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Widths whose squares are no doubles: what is drawn is what is drawn in other units.
    #[test]
    fn draws_of_any_size() {
        let u: Vec<f64> = (0..1000).map(|i| (f64::from(i) + 0.5) / 1000.0).collect();
        let draws = |min: f64, mode: f64, max: f64| {
            let mut x = vec![0.0; u.len()];
            Triangular { min, mode, max }.fill(&u, &mut x);
            x
        };
        for (min, mode, max) in [(0.0, 1.0, 3.0), (-2.0, -2.0, 1.0), (1.0, 2.0, 2.0)] {
            let plain = draws(min, mode, max);
            for size in [1e-200, 1e-160, 1e-6, 1e150, 1e200] {
                let sized = draws(min * size, mode * size, max * size);
                for (x, plain) in sized.iter().zip(&plain) {
                    assert!((x / size - plain).abs() <= 1e-12, "{size:e}: {x} {plain}");
                }
            }
        }
    }
}
