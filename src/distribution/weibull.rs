//! The Weibull distribution: F(x) = 1 − e^(−(x/scale)^shape) for x ≥ 0.

use super::parameters::{Check, shown};
use super::{
    Built, Family, INTERVAL, LEVEL, Marginal, Parameterisation, Parameters, SCALE, SHAPE, codes,
};
use crate::kernel;
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "weibull",
    summary: "lifetimes and wind speeds: the failure rate falls or rises with age as the shape says",
    parameters: &[SHAPE, SCALE, INTERVAL, LEVEL],
    parameterisations: &[
        Parameterisation::of(&["shape", "scale"]),
        Parameterisation::of(&["interval", "level"]),
    ],
    build,
};

/// Shapes that are computed: at the smaller one the draws span 10^±160 scales.
const SHAPES: (f64, f64) = (0.01, 1e15);

/// Weibull with its shape, and its scale in the input's unit.
#[derive(Debug, Clone, Copy)]
struct Weibull {
    shape: f64,
    scale: f64,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (shape, scale, key) = if parameters.has("interval") {
        let (low, high) = check.interval(true);
        let level = check.level();
        let outside = 0.5 * (1.0 - level);
        // ln x = ln scale + ln(−ln(1 − u)) / shape at both ends.
        let below = kernel::ln(-kernel::log1p(-outside));
        let above = kernel::ln(-kernel::ln(outside));
        let shape = (above - below) / kernel::log_ratio(low, high);
        (shape, high * kernel::exp(-above / shape), "interval")
    } else {
        let shape = check.positive("shape", &codes::SHAPE_NOT_POSITIVE);
        let scale = check.positive("scale", &codes::SCALE_NOT_POSITIVE);
        (shape, scale, "shape")
    };
    if shape < SHAPES.0 || shape > SHAPES.1 {
        check.too_extreme(
            key,
            format!(
                "a Weibull distribution of shape {} is not computed ({} to {:e} are)",
                shown(shape),
                SHAPES.0,
                SHAPES.1
            ),
        );
    } else {
        let weibull = Weibull { shape, scale };
        check.finite(key, "a value of the distribution", weibull.at(40.0));
    }
    check.defined(key, &[shape, scale]);
    check.finish(|| Arc::new(Weibull { shape, scale }) as Arc<dyn Marginal>)
}

impl Weibull {
    /// The value at `hazard` = −ln(1 − u).
    #[inline(always)]
    fn at(&self, hazard: f64) -> f64 {
        self.scale * kernel::powf(hazard, 1.0 / self.shape)
    }

    fn hazard(&self, x: f64) -> f64 {
        kernel::powf(if x < 0.0 { 0.0 } else { x } / self.scale, self.shape)
    }

    /// E(X/scale)^n = Γ(1 + n/shape).
    fn log_moment(&self, n: f64) -> f64 {
        kernel::ln_gamma_1p(n / self.shape)
    }
}

impl Marginal for Weibull {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        if (0.0..=1.0).contains(&u) {
            self.at(-kernel::log1p(-u))
        } else {
            f64::NAN
        }
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if (0.0..=1.0).contains(&q) {
            self.at(-kernel::ln(q))
        } else {
            f64::NAN
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        -kernel::expm1(-self.hazard(x))
    }

    fn survival(&self, x: f64) -> f64 {
        kernel::exp(-self.hazard(x))
    }

    fn density(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        let hazard = self.hazard(x);
        self.shape / x * hazard * kernel::exp(-hazard)
    }

    fn mean(&self) -> Option<f64> {
        let mean = self.scale * kernel::exp(self.log_moment(1.0));
        mean.is_finite().then_some(mean)
    }

    fn sd(&self) -> Option<f64> {
        // √(Γ(1 + 2/k) − Γ(1 + 1/k)²) = mean √(e^(difference of logarithms) − 1), which does not cancel for large k.
        let ratio = kernel::expm1(self.log_moment(2.0) - 2.0 * self.log_moment(1.0));
        let sd = self.mean()? * ratio.sqrt();
        sd.is_finite().then_some(sd)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        let (power, scale) = (1.0 / self.shape, self.scale);
        kernel::dispatch(
            #[inline(always)]
            || {
                kernel::map(
                    u,
                    x,
                    #[inline(always)]
                    |u| {
                        // The power by its logarithm: quicker than `powf`, and far within the bound of this path.
                        let log_hazard = kernel::ln(-kernel::ln(1.0 - u));
                        scale * kernel::exp(log_hazard * power)
                    },
                )
            },
        )
    }
}
