//! The beta distribution: density y^(alpha−1) (1−y)^(beta−1) / (B(alpha, beta) (max − min)), y = (x − min)/(max − min);
//! and beta-PERT, which is one with its shapes from the mode.
//!
//! The tails are regularised incomplete beta functions; the quantile solves them by [`invert_tail`] from whichever end
//! of the range the value is nearer to in probability.

use super::parameters::Check;
use super::solve::{Guess, Slope, invert_tail};
use super::table::{LazyTable, Tabulated, exact_quantile};
use super::{
    ALPHA, BETA, Built, Family, MAX, MIN, MODE, Marginal, PERT_SHAPE, Parameterisation, Parameters,
    codes,
};
use crate::kernel::{self, BetaShape, Tails};
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "beta",
    summary: "a share between 0 and 1 (or between min and max) of flexible shape",
    parameters: &[ALPHA, BETA, MIN, MAX],
    parameterisations: &[Parameterisation {
        required: &["alpha", "beta"],
        optional: &[("min", 0.0), ("max", 1.0)],
    }],
    build: build_beta,
};

/// The row of the table for beta-PERT.
pub(super) static PERT: Family = Family {
    name: "pert",
    summary: "a smallest, a most likely and a largest value, smoother than triangular and closer to the mode",
    parameters: &[MIN, MODE, MAX, PERT_SHAPE],
    parameterisations: &[Parameterisation {
        required: &["min", "mode", "max"],
        optional: &[("shape", 4.0)],
    }],
    build: build_pert,
};

/// Shapes that are computed.
const SHAPES: (f64, f64) = (1e-3, 1e10);

/// The beta distribution on [0, 1].
#[derive(Debug, Clone, Copy)]
struct StandardBeta(BetaShape);

impl StandardBeta {
    fn new(alpha: f64, beta: f64) -> Self {
        Self(BetaShape::new(alpha, beta))
    }

    /// That of 1 − Y.
    fn mirrored(self) -> Self {
        Self(self.0.mirrored())
    }

    /// y with lower tail p ≤ ½.
    fn lower(self, p: f64, near: Option<f64>) -> f64 {
        let (a, b) = self.0.shapes();
        let guess = Guess::new(near.unwrap_or_else(|| self.start(p)), near);
        invert_tail(p, true, guess, 1.0, |x| {
            let y = 1.0 - x;
            let (tails, weight) = self.0.tails_and_weight(x, y);
            Slope {
                probability: tails.lower,
                weight: weight / y,
                bend: a - (b - 1.0) * x / y,
            }
        })
    }

    /// Where the lower tail still is a power, (p a B(a, b))^(1/a); else a normal guess.
    fn start(self, p: f64) -> f64 {
        let (a, b) = self.0.shapes();
        let log_beta = kernel::ln_gamma(a) + kernel::ln_gamma(b) - kernel::ln_gamma(a + b);
        let power = kernel::exp((kernel::ln(p) + kernel::ln(a) + log_beta) / a);
        let mean = a / (a + b);
        if power < 0.3 * mean || a < 1.0 {
            return power.min(0.999);
        }
        // The logit is nearly normal; its variance by its derivatives.
        let z = kernel::normal_lower_quantile(p);
        let odds = a / b * kernel::exp(z * (1.0 / a + 1.0 / b).sqrt());
        odds / (1.0 + odds)
    }
}

impl Tabulated for StandardBeta {
    fn lower_quantile(&self, p: f64, near: Option<f64>) -> f64 {
        self.lower(p, near)
    }

    fn upper_quantile(&self, q: f64, near: Option<f64>) -> f64 {
        1.0 - self.mirrored().lower(q, near.map(|x| 1.0 - x))
    }

    fn tails(&self, x: f64) -> Tails {
        self.0.tails(x, 1.0 - x)
    }

    fn density(&self, x: f64) -> f64 {
        let y = 1.0 - x;
        kernel::dispatch(
            #[inline(always)]
            || self.0.weight(x, y) / (x * y),
        )
    }
}

/// A beta distribution stretched to [`min`, `max`], in the input's unit.
#[derive(Debug, Clone)]
struct Beta {
    family: &'static str,
    standard: StandardBeta,
    min: f64,
    max: f64,
    table: LazyTable,
}

fn build_beta(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let alpha = check.positive("alpha", &codes::SHAPE_NOT_POSITIVE);
    let beta = check.positive("beta", &codes::SHAPE_NOT_POSITIVE);
    check.computable("alpha", alpha, SHAPES.0, SHAPES.1);
    check.computable("beta", beta, SHAPES.0, SHAPES.1);
    let (min, max) = check.range();
    finish(check, FAMILY.name, StandardBeta::new(alpha, beta), min, max)
}

/// alpha = 1 + shape (mode − min)/(max − min), beta = 1 + shape (max − mode)/(max − min) (Malcolm et al. 1959, with
/// shape 4; the shape free: Vose 2000).
fn build_pert(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (min, mode, max) = check.range_with_mode();
    let shape = if parameters.has("shape") {
        check.positive("shape", &codes::SHAPE_NOT_POSITIVE)
    } else {
        4.0
    };
    check.computable("shape", shape, SHAPES.0, SHAPES.1);
    let width = max - min;
    let standard = StandardBeta::new(
        1.0 + shape * ((mode - min) / width),
        1.0 + shape * ((max - mode) / width),
    );
    finish(check, PERT.name, standard, min, max)
}

fn finish(
    check: Check<'_>,
    family: &'static str,
    standard: StandardBeta,
    min: f64,
    max: f64,
) -> Built {
    check.finish(|| {
        Arc::new(Beta {
            family,
            standard,
            min,
            max,
            table: LazyTable::default(),
        }) as Arc<dyn Marginal>
    })
}

impl Beta {
    fn width(&self) -> f64 {
        self.max - self.min
    }

    /// From the nearer end, so that neither loses digits.
    fn tails(&self, x: f64) -> Tails {
        let from_min = (x - self.min) / self.width();
        let from_max = (self.max - x) / self.width();
        self.standard.0.tails(from_min, from_max)
    }

    fn below_max(&self, q: f64) -> f64 {
        let distance = self.standard.mirrored().lower(q, None);
        (-distance).mul_add(self.width(), self.max).max(self.min)
    }
}

impl Marginal for Beta {
    fn family(&self) -> &'static str {
        self.family
    }

    fn quantile(&self, u: f64) -> f64 {
        if u > 0.5 {
            return self.upper_quantile(1.0 - u);
        }
        let x = exact_quantile(&self.standard, u).mul_add(self.width(), self.min);
        if x > self.max { self.max } else { x }
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if q > 0.5 {
            self.quantile(1.0 - q)
        } else if q >= 0.0 {
            self.below_max(q)
        } else {
            f64::NAN
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.tails(x).lower
    }

    fn survival(&self, x: f64) -> f64 {
        self.tails(x).upper
    }

    fn density(&self, x: f64) -> f64 {
        let from_min = x - self.min;
        let from_max = self.max - x;
        if !(from_min > 0.0 && from_max > 0.0) {
            return 0.0;
        }
        let width = self.width();
        self.standard.0.weight(from_min / width, from_max / width) * (width / from_min / from_max)
    }

    fn mean(&self) -> Option<f64> {
        let (alpha, beta) = self.standard.0.shapes();
        Some((alpha / (alpha + beta)).mul_add(self.width(), self.min))
    }

    fn sd(&self) -> Option<f64> {
        let (alpha, beta) = self.standard.0.shapes();
        let sum = alpha + beta;
        Some(self.width() * (alpha / sum * (beta / sum) / (sum + 1.0)).sqrt())
    }

    fn support(&self) -> (f64, f64) {
        (self.min, self.max)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        self.table.fill(&self.standard, u, x);
        kernel::stretch(x, self.min, self.width(), self.min, self.max);
    }
}
