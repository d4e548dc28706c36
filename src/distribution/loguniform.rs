//! The loguniform distribution: density 1 / (x ln(max/min)) on [min, max], even over the logarithm.

use super::parameters::Check;
use super::{
    Built, Family, INTERVAL, LEVEL, MAX, MIN, Marginal, Parameterisation, Parameters, codes,
};
use crate::kernel;
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "loguniform",
    summary: "every order of magnitude between min and max equally likely",
    parameters: &[MIN, MAX, INTERVAL, LEVEL],
    parameterisations: &[
        Parameterisation::of(&["min", "max"]),
        Parameterisation::of(&["interval", "level"]),
    ],
    build,
};

/// Loguniform on [`min`, `max`], in the input's unit, with `length` = ln(max/min).
#[derive(Debug, Clone, Copy)]
struct LogUniform {
    min: f64,
    max: f64,
    length: f64,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (min, max) = if parameters.has("interval") {
        let (low, high) = check.interval(true);
        let level = check.level();
        let beyond = kernel::log_ratio(low, high) * (0.5 * (1.0 - level) / level);
        let (min, max) = (low * kernel::exp(-beyond), high * kernel::exp(beyond));
        if min == 0.0 || max == f64::INFINITY {
            check.too_extreme("interval", format!("the range would be {min} to {max}"));
        }
        (min, max)
    } else {
        let (min, max) = check.range();
        check.require(
            !(min <= 0.0),
            "min",
            &codes::RANGE_NOT_POSITIVE,
            || format!("min is {min}"),
            "a min above zero",
        );
        (min, max)
    };
    let length = kernel::log_ratio(min, max);
    check.defined("max", &[min, max, length]);
    check.finish(|| Arc::new(LogUniform { min, max, length }) as Arc<dyn Marginal>)
}

impl LogUniform {
    /// sinh h / h and cosh h − sinh h / h, with h half the length: what the moments are made of.
    fn moment_terms(&self) -> (f64, f64) {
        let h = 0.5 * self.length;
        let mean = kernel::sinh(h) / h;
        if h > 1.0 {
            return (mean, kernel::cosh(h) - mean);
        }
        // Σ 2k h^2k / (2k + 1)!, free of cancellation.
        let mut term = 1.0;
        let mut sum = 0.0;
        for k in 1..12 {
            let k = 2.0 * f64::from(k);
            term *= h * h / (k * (k + 1.0));
            sum += k * term;
        }
        (mean, sum)
    }

    fn middle(&self) -> f64 {
        self.min.sqrt() * self.max.sqrt()
    }
}

impl Marginal for LogUniform {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        if !(0.0..=1.0).contains(&u) {
            f64::NAN
        } else if u <= 0.5 {
            (self.min * kernel::exp(u * self.length)).max(self.min)
        } else {
            self.upper_quantile(1.0 - u)
        }
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if !(0.0..=1.0).contains(&q) {
            f64::NAN
        } else if q <= 0.5 {
            (self.max * kernel::exp(-q * self.length)).min(self.max)
        } else {
            self.quantile(1.0 - q)
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.min {
            return 0.0;
        }
        (kernel::log_ratio(self.min, x) / self.length).clamp(0.0, 1.0)
    }

    fn survival(&self, x: f64) -> f64 {
        if x <= self.min {
            return 1.0;
        }
        (kernel::log_ratio(x, self.max) / self.length).clamp(0.0, 1.0)
    }

    fn density(&self, x: f64) -> f64 {
        if x >= self.min && x <= self.max {
            1.0 / (x * self.length)
        } else {
            0.0
        }
    }

    fn mean(&self) -> Option<f64> {
        Some(self.middle() * self.moment_terms().0)
    }

    fn sd(&self) -> Option<f64> {
        let (mean, rest) = self.moment_terms();
        Some(self.middle() * mean.sqrt() * rest.sqrt())
    }

    fn support(&self) -> (f64, f64) {
        (self.min, self.max)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        let Self { min, max, length } = *self;
        kernel::dispatch(
            #[inline(always)]
            || {
                kernel::map(
                    u,
                    x,
                    #[inline(always)]
                    |u| {
                        let upper = u > 0.5;
                        let base = if upper { max } else { min };
                        let distance = if upper { u - 1.0 } else { u };
                        let y = base * kernel::exp(distance * length);
                        let y = if y < min { min } else { y };
                        if y > max { max } else { y }
                    },
                )
            },
        )
    }
}
