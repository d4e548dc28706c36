//! Truncation of a continuous distribution to [lower, upper], renormalised: no value is drawn and thrown away.
//!
//! F_T(x) = (F(x) − F(lower)) / (F(upper) − F(lower)). Probabilities are taken from whichever end of the base
//! distribution is nearer, so a truncation that keeps 1e-300 of the mass is as exact as any other.

use super::moments::LazyMoments;
use super::table::{LazyTable, Tabulated};
use super::{Marginal, ParameterProblem, codes};
use crate::kernel::{self, Tails};
use std::fmt;
use std::sync::Arc;

/// The least share of the mass a truncation may keep.
const LEAST_MASS: f64 = 1e-300;
/// The share of a tail below which a step from its bound is taken by the density.
const BESIDE: f64 = 1e-5;

/// A continuous distribution restricted to [`lower`, `upper`] (a bound may be infinite), and the share of the mass that
/// lay outside.
pub fn truncate(
    base: Arc<dyn Marginal>,
    lower: f64,
    upper: f64,
) -> Result<(Arc<dyn Marginal>, f64), Vec<ParameterProblem>> {
    let problem = |code, message: String, advice: &str| {
        Err(vec![ParameterProblem {
            parameter: Some("truncate"),
            code,
            message,
            advice: advice.into(),
        }])
    };
    if base.has_atoms() {
        return problem(
            &codes::TRUNCATION_OF_DISCRETE,
            format!("{} takes single values", base.family()),
            "no truncate; leave the unwanted values out",
        );
    }
    if !(lower < upper) {
        return problem(
            &codes::TRUNCATION_EMPTY,
            format!("lower {lower} is not below upper {upper}"),
            "truncate = [lower, upper] with lower below upper",
        );
    }
    let below = Tails {
        lower: base.cdf(lower),
        upper: base.survival(lower),
    };
    let above = Tails {
        lower: base.cdf(upper),
        upper: base.survival(upper),
    };
    let (side, mass) = if below.lower >= 0.5 {
        (Side::Upper, below.upper - above.upper)
    } else if above.lower <= 0.5 {
        (Side::Lower, above.lower - below.lower)
    } else {
        (Side::Both, 1.0 - below.lower - above.upper)
    };
    if !(mass >= LEAST_MASS) {
        let (least, most) = (base.quantile(1e-6), base.upper_quantile(1e-6));
        return problem(
            &codes::TRUNCATION_WITHOUT_MASS,
            format!(
                "less than {LEAST_MASS:e} of the distribution lies between {lower} and {upper}"
            ),
            &format!(
                "bounds that meet the distribution: nearly all of it lies between {least} and {most}"
            ),
        );
    }
    let removed = match side {
        Side::Both => below.lower + above.upper,
        _ => 1.0 - mass,
    };
    let (base_lower, base_upper) = base.support();
    let truncated = Truncated {
        lower: lower.max(base_lower),
        upper: upper.min(base_upper),
        base,
        below,
        above,
        mass,
        side,
        table: LazyTable::default(),
        moments: LazyMoments::default(),
    };
    Ok((Arc::new(truncated), removed))
}

/// Which tail of the base distribution its probabilities are measured from.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Lower,
    Upper,
    Both,
}

struct Truncated {
    base: Arc<dyn Marginal>,
    lower: f64,
    upper: f64,
    /// The base's tails at the lower bound.
    below: Tails,
    /// The base's tails at the upper bound.
    above: Tails,
    mass: f64,
    side: Side,
    table: LazyTable,
    moments: LazyMoments,
}

impl fmt::Debug for Truncated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Truncated")
            .field("base", &self.base)
            .field("lower", &self.lower)
            .field("upper", &self.upper)
            .finish()
    }
}

impl Truncated {
    /// Mean and standard deviation: by a formula where the variance cannot cancel, else by quadrature.
    fn moments(&self) -> (f64, f64) {
        let formula = (self.mass > 0.5)
            .then(|| self.base.moments_between(self.lower, self.upper, self.mass))
            .flatten();
        formula.unwrap_or_else(|| self.moments.of(self))
    }

    /// The base's quantile with `p` of the kept mass below and `q` = 1 − p above.
    fn at(&self, p: f64, q: f64) -> f64 {
        if !(p >= 0.0 && q >= 0.0) {
            return f64::NAN;
        }
        if let Some(x) = self.beside_a_bound(p, q) {
            return x.clamp(self.lower, self.upper);
        }
        // Measured from the bound that is nearer in probability, so that neither product cancels.
        let x = match self.side {
            Side::Lower if p <= q => self.base.quantile(p.mul_add(self.mass, self.below.lower)),
            Side::Lower => self
                .base
                .quantile((-q).mul_add(self.mass, self.above.lower)),
            Side::Upper if p <= q => self
                .base
                .upper_quantile((-p).mul_add(self.mass, self.below.upper)),
            Side::Upper => self
                .base
                .upper_quantile(q.mul_add(self.mass, self.above.upper)),
            Side::Both => {
                let from_below = p.mul_add(self.mass, self.below.lower);
                if from_below <= 0.5 {
                    self.base.quantile(from_below)
                } else {
                    self.base
                        .upper_quantile(q.mul_add(self.mass, self.above.upper))
                }
            }
        };
        x.clamp(self.lower, self.upper)
    }

    /// The value so close to a cut that the base's probability no longer tells them apart: a step of the mass over the
    /// density half-way, whose relative error is the square of the share of the tail stepped over, [`BESIDE`].
    fn beside_a_bound(&self, p: f64, q: f64) -> Option<f64> {
        let (bound, tails, step) = if p <= q {
            (self.lower, self.below, p * self.mass)
        } else {
            (self.upper, self.above, -q * self.mass)
        };
        if !(step.abs() < BESIDE * tails.lower.min(tails.upper)) {
            return None;
        }
        let guess = bound + step / self.base.density(bound);
        Some(bound + step / self.base.density(0.5 * (bound + guess)))
    }

    /// The mass between `x` and a bound whose tails are given, where the difference of two probabilities would cancel.
    fn mass_beside(&self, x: f64, bound: f64, tails: Tails, difference: f64) -> f64 {
        if bound.is_finite() && difference.abs() < BESIDE * tails.lower.min(tails.upper) {
            (x - bound).abs() * self.base.density(0.5 * (x + bound))
        } else {
            difference
        }
    }
}

impl Tabulated for Truncated {
    fn lower_quantile(&self, p: f64, _near: Option<f64>) -> f64 {
        self.at(p, 1.0 - p)
    }

    fn upper_quantile(&self, q: f64, _near: Option<f64>) -> f64 {
        self.at(1.0 - q, q)
    }

    fn tails(&self, x: f64) -> Tails {
        if x <= self.lower {
            return Tails::from_lower(0.0);
        }
        if x >= self.upper {
            return Tails::from_upper(0.0);
        }
        if x.is_nan() {
            return Tails::from_lower(f64::NAN);
        }
        let (lower, upper) = match self.side {
            Side::Upper => {
                let s = self.base.survival(x);
                (self.below.upper - s, s - self.above.upper)
            }
            Side::Lower => {
                let c = self.base.cdf(x);
                (c - self.below.lower, self.above.lower - c)
            }
            Side::Both => (
                self.base.cdf(x) - self.below.lower,
                self.base.survival(x) - self.above.upper,
            ),
        };
        let lower = self.mass_beside(x, self.lower, self.below, lower);
        let upper = self.mass_beside(x, self.upper, self.above, upper);
        Tails {
            lower: (lower / self.mass).clamp(0.0, 1.0),
            upper: (upper / self.mass).clamp(0.0, 1.0),
        }
    }

    fn density(&self, x: f64) -> f64 {
        Marginal::density(self, x)
    }
}

impl Marginal for Truncated {
    fn family(&self) -> &'static str {
        self.base.family()
    }

    fn quantile(&self, u: f64) -> f64 {
        self.at(u, 1.0 - u)
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        self.at(1.0 - q, q)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.tails(x).lower
    }

    fn survival(&self, x: f64) -> f64 {
        self.tails(x).upper
    }

    fn density(&self, x: f64) -> f64 {
        if x >= self.lower && x <= self.upper {
            self.base.density(x) / self.mass
        } else {
            0.0
        }
    }

    fn mean(&self) -> Option<f64> {
        let bounded = self.lower.is_finite() && self.upper.is_finite();
        (bounded || self.base.mean().is_some()).then(|| self.moments().0)
    }

    fn sd(&self) -> Option<f64> {
        let bounded = self.lower.is_finite() && self.upper.is_finite();
        (bounded || self.base.sd().is_some()).then(|| self.moments().1)
    }

    fn support(&self) -> (f64, f64) {
        (self.lower, self.upper)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        self.table.fill(self, u, x);
        kernel::stretch(x, 0.0, 1.0, self.lower, self.upper);
    }
}
