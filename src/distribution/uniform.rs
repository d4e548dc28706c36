//! The uniform distribution: density 1 / (max − min) on [min, max].

use super::parameters::Check;
use super::{Built, Family, INTERVAL, LEVEL, MAX, MIN, Marginal, Parameterisation, Parameters};
use crate::kernel;
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "uniform",
    summary: "every value between min and max equally likely",
    parameters: &[MIN, MAX, INTERVAL, LEVEL],
    parameterisations: &[
        Parameterisation::of(&["min", "max"]),
        Parameterisation::of(&["interval", "level"]),
    ],
    build,
};

/// Uniform on [`min`, `max`], in the input's unit.
#[derive(Debug, Clone, Copy)]
struct Uniform {
    min: f64,
    max: f64,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (min, max) = if parameters.has("interval") {
        let (low, high) = check.interval(false);
        let level = check.level();
        let beyond = (high - low) * (0.5 * (1.0 - level) / level);
        check.finite("level", "min", low - beyond);
        check.finite("level", "max", high + beyond);
        (low - beyond, high + beyond)
    } else {
        check.range()
    };
    check.defined("level", &[min, max, max - min]);
    check.finish(|| Arc::new(Uniform { min, max }) as Arc<dyn Marginal>)
}

impl Uniform {
    fn width(&self) -> f64 {
        self.max - self.min
    }
}

impl Marginal for Uniform {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        if !(0.0..=1.0).contains(&u) {
            f64::NAN
        } else if u <= 0.5 {
            u.mul_add(self.width(), self.min)
        } else {
            self.upper_quantile(1.0 - u)
        }
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if (0.0..=1.0).contains(&q) {
            (-q).mul_add(self.width(), self.max)
        } else {
            f64::NAN
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x - self.min) / self.width()).clamp(0.0, 1.0)
    }

    fn survival(&self, x: f64) -> f64 {
        ((self.max - x) / self.width()).clamp(0.0, 1.0)
    }

    fn density(&self, x: f64) -> f64 {
        if x >= self.min && x <= self.max {
            1.0 / self.width()
        } else {
            0.0
        }
    }

    fn mean(&self) -> Option<f64> {
        Some(0.5 * self.min + 0.5 * self.max)
    }

    fn sd(&self) -> Option<f64> {
        Some(self.width() / 12.0_f64.sqrt())
    }

    fn support(&self) -> (f64, f64) {
        (self.min, self.max)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        let (min, max, width) = (self.min, self.max, self.width());
        kernel::dispatch(
            #[inline(always)]
            || {
                kernel::map(u, x, |u| {
                    let y = u.mul_add(width, min);
                    if y > max { max } else { y }
                })
            },
        )
    }
}
