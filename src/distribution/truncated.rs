//! Truncation of a distribution to [lower, upper], renormalised: no value is drawn and thrown away.
//!
//! F_T(x) = (F(x) − F(lower)) / (F(upper) − F(lower)). Probabilities are taken from whichever end of the base
//! distribution is nearer, so a truncation that keeps 1e-300 of the mass is as exact as any other.

use super::discrete::Discrete;
use super::mixture::mixed;
use super::moments::LazyMoments;
use super::table::{LazyTable, Tabulated};
use super::{Component, Marginal, ParameterProblem, codes};
use crate::diagnostic::Code;
use crate::kernel::{self, Tails};
use std::fmt;
use std::sync::Arc;

/// The least share of the mass a truncation may keep.
const LEAST_MASS: f64 = 1e-300;
/// The share of a tail below which a step from its bound is taken by the density.
const BESIDE: f64 = 1e-5;

/// Values of a discrete distribution that are kept one by one, at most.
const MOST_VALUES: usize = 1 << 20;
/// The share of what is kept that is not looked for in an open tail: no u reaches it.
const OUT_OF_REACH: f64 = 1.0 / (1_u64 << 60) as f64;

/// A distribution restricted to [`lower`, `upper`], both included (a bound may be infinite), and the share of the mass that lay outside.
pub fn truncate(
    base: Arc<dyn Marginal>,
    lower: f64,
    upper: f64,
) -> Result<(Arc<dyn Marginal>, f64), Vec<ParameterProblem>> {
    if !(lower < upper) {
        return Err(problem(
            &codes::TRUNCATION_EMPTY,
            format!("lower {lower} is not below upper {upper}"),
            "truncate = [lower, upper] with lower below upper",
        ));
    }
    match kept(&base, lower, upper)? {
        Some(kept) => Ok((kept.marginal, kept.removed)),
        None => {
            let (least, most) = (base.quantile(1e-6), base.upper_quantile(1e-6));
            Err(problem(
                &codes::TRUNCATION_WITHOUT_MASS,
                format!(
                    "less than {LEAST_MASS:e} of the distribution lies between {lower} and {upper}"
                ),
                &format!(
                    "bounds that meet the distribution: nearly all of it lies between {least} and {most}"
                ),
            ))
        }
    }
}

fn problem(code: &'static Code, message: String, advice: &str) -> Vec<ParameterProblem> {
    vec![ParameterProblem {
        parameter: Some("truncate"),
        code,
        message,
        advice: advice.to_owned(),
    }]
}

/// What a truncation keeps: each of the two shares from the sums that it has its digits in.
struct Kept {
    marginal: Arc<dyn Marginal>,
    mass: f64,
    removed: f64,
}

/// What lies between two bounds; `None` where there is next to nothing.
fn kept(
    base: &Arc<dyn Marginal>,
    lower: f64,
    upper: f64,
) -> Result<Option<Kept>, Vec<ParameterProblem>> {
    if !base.parts().is_empty() {
        return kept_of_parts(base.parts(), lower, upper);
    }
    // A value on the lower bound is not below it.
    let before = if base.is_discrete() {
        lower.next_down()
    } else {
        lower
    };
    let below = Tails {
        lower: base.cdf(before),
        upper: base.survival(before),
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
        return Ok(None);
    }
    let removed = match side {
        Side::Both => below.lower + above.upper,
        _ => 1.0 - mass,
    };
    let marginal = if base.is_discrete() {
        let beyond = OUT_OF_REACH * mass;
        // A bound beyond the median is one itself.
        let least = match side {
            Side::Upper => lower,
            _ => lower.max(base.quantile(below.lower + beyond)),
        };
        let most = match side {
            Side::Lower => upper,
            _ => upper.min(base.upper_quantile(above.upper + beyond)),
        };
        values(&**base, [least, most])?
    } else {
        let (base_lower, base_upper) = base.support();
        Arc::new(Truncated {
            lower: lower.max(base_lower),
            upper: upper.min(base_upper),
            base: Arc::clone(base),
            below,
            above,
            mass,
            side,
            table: LazyTable::default(),
            moments: LazyMoments::default(),
        }) as Arc<dyn Marginal>
    };
    Ok(Some(Kept {
        marginal,
        mass,
        removed,
    }))
}

/// The values of a discrete distribution between two of them, listed.
fn values(
    base: &dyn Marginal,
    [lower, upper]: [f64; 2],
) -> Result<Arc<dyn Marginal>, Vec<ParameterProblem>> {
    let Some(atoms) = base.atoms_between(lower, upper, MOST_VALUES) else {
        return Err(problem(
            &codes::TRUNCATION_OF_MANY,
            format!("more than {MOST_VALUES} single values lie between {lower} and {upper}"),
            "a normal with the same mean and standard deviation, or no truncate",
        ));
    };
    let pairs = atoms.into_iter().map(|x| (x, base.density(x)));
    let pairs: Vec<(f64, f64)> = pairs.filter(|pair| pair.1 > 0.0).collect();
    Ok(Arc::new(Discrete::new(base.family(), &pairs)))
}

/// What lies between two bounds of a mixture: the same of each of its parts, in their new shares.
fn kept_of_parts(
    parts: &[Component],
    lower: f64,
    upper: f64,
) -> Result<Option<Kept>, Vec<ParameterProblem>> {
    let (mut components, mut mass, mut removed) = (Vec::new(), 0.0, 0.0);
    for part in parts {
        let Some(kept) = kept(&part.marginal, lower, upper)? else {
            removed += part.weight;
            continue;
        };
        mass += part.weight * kept.mass;
        removed += part.weight * kept.removed;
        components.push(Component {
            weight: part.weight * kept.mass,
            marginal: kept.marginal,
        });
    }
    Ok((mass >= LEAST_MASS).then(|| Kept {
        marginal: mixed(&components),
        mass,
        removed,
    }))
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
