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
    discrete: false,
    build,
};

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

    /// √((max − min)(mode − min)) and √((max − min)(max − mode)): x = min + √u × the first, or max − √(1−u) × the other.
    fn slopes(&self) -> (f64, f64) {
        let root = self.width().sqrt();
        (
            root * (self.mode - self.min).sqrt(),
            root * (self.max - self.mode).sqrt(),
        )
    }

    #[inline(always)]
    fn at(&self, u: f64, q: f64) -> f64 {
        let (rise, fall) = self.slopes();
        let lower = u <= self.turn();
        let root = (if lower { u } else { q }).sqrt();
        let x = if lower {
            root.mul_add(rise, self.min)
        } else {
            (-root).mul_add(fall, self.max)
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
        if x <= self.min {
            0.0
        } else if x <= self.mode {
            (x - self.min) / self.width() * ((x - self.min) / (self.mode - self.min))
        } else {
            1.0 - self.survival(x)
        }
    }

    fn survival(&self, x: f64) -> f64 {
        if x >= self.max {
            0.0
        } else if x > self.mode {
            (self.max - x) / self.width() * ((self.max - x) / (self.max - self.mode))
        } else {
            1.0 - self.cdf(x)
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

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        kernel::dispatch(
            #[inline(always)]
            || kernel::map(u, x, |u| self.at(u, 1.0 - u)),
        )
    }
}
