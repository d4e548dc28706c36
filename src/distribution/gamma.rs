//! The gamma distribution: density x^(shape−1) e^(−x/scale) / (Γ(shape) scale^shape) for x > 0.
//!
//! The tails are the regularised incomplete gamma functions; the quantile solves them by [`invert_tail`], starting from
//! the leading term of the series or from Wilson & Hilferty's cube (Abramowitz & Stegun 26.4.17).

use super::parameters::{Check, shown};
use super::solve::{Guess, Slope, invert_tail};
use super::table::{LazyTable, Tabulated, exact_quantile};
use super::{
    Built, Family, INTERVAL, LEVEL, MEAN, Marginal, Parameterisation, Parameters, SCALE, SD, SHAPE,
    codes,
};
use crate::kernel::{self, GammaShape, Tails};
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "gamma",
    summary: "a positive quantity with a tail to the right, the sum of waits",
    parameters: &[SHAPE, SCALE, MEAN, SD, INTERVAL, LEVEL],
    parameterisations: &[
        Parameterisation::of(&["shape", "scale"]),
        Parameterisation::of(&["mean", "sd"]),
        Parameterisation::of(&["interval", "level"]),
    ],
    build,
};

/// Shapes that are computed: below, the values are spread over more than a double holds; above, they are one number.
const SHAPES: (f64, f64) = (1e-3, 1e15);

/// The gamma distribution with scale 1.
#[derive(Debug, Clone, Copy)]
struct StandardGamma(GammaShape);

impl StandardGamma {
    fn new(shape: f64) -> Self {
        Self(GammaShape::new(shape))
    }

    fn slope(&self, x: f64, upper: bool) -> Slope {
        let (tails, weight) = self.0.tails_and_weight(x);
        Slope {
            probability: if upper { tails.upper } else { tails.lower },
            weight,
            bend: self.0.shape() - x,
        }
    }

    /// (p Γ(a + 1))^(1/a), where the lower tail begins as a power.
    fn power_start(&self, p: f64) -> f64 {
        let a = self.0.shape();
        kernel::exp((kernel::ln(p) + kernel::ln_gamma_1p(a)) / a)
    }

    /// Wilson & Hilferty: the cube root is nearly normal.
    fn cube_start(&self, z: f64) -> f64 {
        let a = self.0.shape();
        let w = 1.0 / (9.0 * a);
        let root = (1.0 - w + z * w.sqrt()).max(0.0);
        a * root * root * root
    }
}

impl Tabulated for StandardGamma {
    fn lower_quantile(&self, p: f64, near: Option<f64>) -> f64 {
        let start = near.unwrap_or_else(|| {
            let power = self.power_start(p);
            if self.0.shape() < 1.0 || power < 0.2 * self.0.shape() {
                power
            } else {
                self.cube_start(kernel::normal_lower_quantile(p))
            }
        });
        let upper = f64::INFINITY;
        let guess = Guess::new(start, near);
        invert_tail(p, true, guess, upper, |x| self.slope(x, false))
    }

    fn upper_quantile(&self, q: f64, near: Option<f64>) -> f64 {
        let start = near.unwrap_or_else(|| {
            let a = self.0.shape();
            let tail = -kernel::ln(q) - kernel::ln_gamma(a);
            if a >= 1.0 {
                self.cube_start(-kernel::normal_lower_quantile(q))
            } else if tail > 1.0 {
                tail + (a - 1.0) * kernel::ln(tail)
            } else {
                self.power_start(1.0 - q)
            }
        });
        let upper = f64::INFINITY;
        let guess = Guess::new(start, near);
        invert_tail(q, false, guess, upper, |x| self.slope(x, true))
    }

    fn tails(&self, x: f64) -> Tails {
        self.0.tails(x)
    }

    fn density(&self, x: f64) -> f64 {
        kernel::dispatch(
            #[inline(always)]
            || self.0.weight(x) / x,
        )
    }

    fn logarithmic(&self) -> bool {
        self.0.shape() < 0.5
    }
}

/// Gamma with its shape, and its scale in the input's unit.
#[derive(Debug, Clone)]
struct Gamma {
    standard: StandardGamma,
    scale: f64,
    table: LazyTable,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (shape, scale, key) = if parameters.has("interval") {
        let (low, high) = check.interval(true);
        let level = check.level();
        let (shape, scale) = from_interval(low, high, level);
        (shape, scale, "interval")
    } else if parameters.has("shape") {
        let shape = check.positive("shape", &codes::SHAPE_NOT_POSITIVE);
        let scale = check.positive("scale", &codes::SCALE_NOT_POSITIVE);
        (shape, scale, "shape")
    } else {
        let mean = check.positive("mean", &codes::MEAN_NOT_POSITIVE);
        let sd = check.positive("sd", &codes::SD_NOT_POSITIVE);
        let ratio = mean / sd;
        (ratio * ratio, sd / ratio, "sd")
    };
    if shape < SHAPES.0 || shape > SHAPES.1 {
        check.too_extreme(
            key,
            format!(
                "a gamma distribution of shape {} is not computed ({:e} to {:e} are)",
                shown(shape),
                SHAPES.0,
                SHAPES.1
            ),
        );
    }
    let largest = (shape + 50.0 * shape.sqrt() + 50.0) * scale;
    check.finite(key, "a value of the distribution", largest);
    check.defined(key, &[shape, scale]);
    if scale == 0.0 {
        check.too_extreme(key, "the scale would underflow to 0".into());
    }
    check.finish(|| {
        Arc::new(Gamma {
            standard: StandardGamma::new(shape),
            scale,
            table: LazyTable::default(),
        }) as Arc<dyn Marginal>
    })
}

/// Shape and scale with the central interval of that level: the ratio of its ends falls as the shape grows, so the shape
/// is found by bisection of its logarithm, then the scale.
fn from_interval(low: f64, high: f64, level: f64) -> (f64, f64) {
    let outside = 0.5 * (1.0 - level);
    let target = kernel::log_ratio(low, high);
    if !(target.is_finite() && outside > 0.0) {
        return (f64::NAN, f64::NAN);
    }
    let ends = |log_shape: f64| {
        let standard = StandardGamma::new(kernel::exp(log_shape));
        (
            standard.lower_quantile(outside, None),
            standard.upper_quantile(outside, None),
        )
    };
    let error = |log_shape: f64| {
        let (a, b) = ends(log_shape);
        kernel::log_ratio(a, b) / target - 1.0
    };
    let (mut small, mut large) = (kernel::ln(SHAPES.0), kernel::ln(SHAPES.1));
    if !(error(small) > 0.0 && error(large) < 0.0) {
        // Beyond what is computed: let the check of the shape say so.
        let shape = if error(small) > 0.0 {
            f64::INFINITY
        } else {
            0.0
        };
        return (shape, 1.0);
    }
    // Regula falsi on ln(ratio)'s logarithm would be quicker; this runs once an input.
    for _ in 0..80 {
        let middle = 0.5 * (small + large);
        if middle <= small || middle >= large {
            break;
        }
        if error(middle) > 0.0 {
            small = middle;
        } else {
            large = middle;
        }
    }
    let log_shape = 0.5 * (small + large);
    let (_, upper) = ends(log_shape);
    (kernel::exp(log_shape), high / upper)
}

impl Marginal for Gamma {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        exact_quantile(&self.standard, u) * self.scale
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if q <= 0.5 {
            self.standard.upper_quantile(q, None) * self.scale
        } else {
            self.quantile(1.0 - q)
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.standard.tails(x / self.scale).lower
    }

    fn survival(&self, x: f64) -> f64 {
        self.standard.tails(x / self.scale).upper
    }

    fn density(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else {
            self.standard.0.weight(x / self.scale) / x
        }
    }

    fn mean(&self) -> Option<f64> {
        Some(self.standard.0.shape() * self.scale)
    }

    fn sd(&self) -> Option<f64> {
        Some(self.standard.0.shape().sqrt() * self.scale)
    }

    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        self.table.fill(&self.standard, u, x);
        let scale = self.scale;
        for x in x {
            *x *= scale;
        }
    }
}
