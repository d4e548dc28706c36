//! The exponential distribution: density e^(−x/mean) / mean for x ≥ 0.

use super::parameters::Check;
use super::{Built, Family, MEAN, Marginal, Parameterisation, Parameters, RATE, codes};
use crate::kernel;
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "exponential",
    summary: "the wait for an event that comes at a constant rate",
    parameters: &[MEAN, RATE],
    parameterisations: &[
        Parameterisation::of(&["mean"]),
        Parameterisation::of(&["rate"]),
    ],
    build,
};

/// Exponential with its mean, in the input's unit.
#[derive(Debug, Clone, Copy)]
struct Exponential {
    mean: f64,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (key, mean) = if parameters.has("rate") {
        let rate = check.positive("rate", &codes::SCALE_NOT_POSITIVE);
        ("rate", 1.0 / rate)
    } else {
        ("mean", check.positive("mean", &codes::MEAN_NOT_POSITIVE))
    };
    // 60 means are beyond every draw.
    check.finite(key, "a value of the distribution", 60.0 * mean);
    check.finish(|| Arc::new(Exponential { mean }) as Arc<dyn Marginal>)
}

impl Marginal for Exponential {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        if (0.0..=1.0).contains(&u) {
            -self.mean * kernel::log1p(-u)
        } else {
            f64::NAN
        }
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if q > 1.0 {
            f64::NAN
        } else {
            -self.mean * kernel::ln(q)
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else {
            -kernel::expm1(-x / self.mean)
        }
    }

    fn survival(&self, x: f64) -> f64 {
        if x <= 0.0 {
            1.0
        } else {
            kernel::exp(-x / self.mean)
        }
    }

    fn density(&self, x: f64) -> f64 {
        if x < 0.0 {
            0.0
        } else {
            kernel::exp(-x / self.mean) / self.mean
        }
    }

    fn mean(&self) -> Option<f64> {
        Some(self.mean)
    }

    fn sd(&self) -> Option<f64> {
        Some(self.mean)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        let mean = self.mean;
        kernel::dispatch(
            #[inline(always)]
            // 1 − u is exact for the sampler's u, so nothing is lost for small ones.
            || {
                kernel::map(
                    u,
                    x,
                    #[inline(always)]
                    |u| -mean * kernel::ln(1.0 - u),
                )
            },
        )
    }
}
