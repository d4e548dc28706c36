//! The metalog distribution: a quantile function through any quantiles, linear in its coefficients.
//!
//! Keelin, "The Metalog Distributions", Decision Analysis 13(4), 243 (2016). With s = y − ½ and L = ln(y / (1 − y)),
//! M(y) = μ(s) + σ(s) L, μ and σ polynomials whose coefficients are those of equation (6) in its order. With bounds, M is
//! the quantile function of ln(x − lower), −ln(upper − x) or ln((x − lower) / (upper − x)) (equations (14) to (16)).

use super::moments::LazyMoments;
use super::parameters::Check;
use super::series::{Place, Series, horner};
use super::{BOUNDS, Built, Family, Marginal, Parameterisation, Parameters, QUANTILES, codes};
use crate::kernel::{self, Tails};
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "metalog",
    summary: "whatever shape goes through the given quantiles, such as an expert's",
    parameters: &[QUANTILES, BOUNDS],
    parameterisations: &[
        Parameterisation::of(&["quantiles"]),
        Parameterisation::of(&["quantiles", "bounds"]),
    ],
    build,
};

/// Columns are worked on in pieces of this height.
const BLOCK: usize = 64;

/// Metalog with its bounds, in the input's unit; an open side is infinite.
#[derive(Debug, Clone)]
struct Metalog {
    series: Series,
    lower: f64,
    upper: f64,
    moments: LazyMoments,
}

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let (lower, upper) = check.bounds();
    let mut pairs = parameters.pairs("quantiles").unwrap_or(&[]).to_vec();
    check.require(
        pairs.len() >= 3,
        "quantiles",
        &codes::QUANTILES_TOO_FEW,
        || format!("{} quantiles are given", pairs.len()),
        "three or more: quantiles = [[0.1, 20], [0.5, 30], [0.9, 50]]",
    );
    for [p, x] in &pairs {
        check.require(
            *p > 0.0 && *p < 1.0,
            "quantiles",
            &codes::PROBABILITY_OUTSIDE_UNIT_INTERVAL,
            || format!("the probability of the quantile {x} is {p}"),
            "a probability between 0 and 1, the ends not included; give the ends of the range as bounds = [lower, upper]",
        );
        check.require(
            x.is_finite(),
            "quantiles",
            &codes::NUMBER_NOT_FINITE,
            || format!("the quantile at {p} is {x}"),
            "a finite number",
        );
        check.require(
            !(*x <= lower || *x >= upper),
            "quantiles",
            &codes::QUANTILE_OUTSIDE_BOUNDS,
            || format!("the quantile {x} at {p} is not between the bounds {lower} and {upper}"),
            "quantiles between the bounds",
        );
    }
    pairs.sort_by(|one, other| one[0].total_cmp(&other[0]));
    for pair in pairs.windows(2) {
        let ([p, x], [q, y]) = (pair[0], pair[1]);
        check.require(
            !(p >= q || x >= y),
            "quantiles",
            &codes::QUANTILES_NOT_RISING,
            || format!("the quantile is {x} at {p}, and {y} at {q}"),
            "a larger value for each larger probability, each probability once",
        );
    }
    let metalog = check.finish(|| Metalog::through(&pairs, lower, upper))?;
    let mut check = Check::new(parameters);
    match metalog {
        None => check.too_extreme(
            "quantiles",
            "the quantiles are too close to each other to tell a shape".into(),
        ),
        Some(metalog) => {
            if let Some(place) = metalog.series.falls_at() {
                check.complain(
                    Some("quantiles"),
                    &codes::METALOG_INFEASIBLE,
                    format!(
                        "no metalog goes through these quantiles: its density would be negative near the probability {:.3e}, where it would be {:.4}",
                        place.tails().lower,
                        metalog.value(metalog.series.at(place))
                    ),
                    "fewer quantiles, or smoother ones; bounds where there are some",
                );
            }
            let ends = [f64::EPSILON / 2.0, 1.0 - f64::EPSILON / 2.0];
            if ends.iter().any(|&u| !metalog.quantile(u).is_finite()) {
                check.too_extreme("quantiles", "its values leave the range of a double".into());
            }
            return check.finish(|| Arc::new(metalog) as Arc<dyn Marginal>);
        }
    }
    check.finish(|| unreachable!("a complaint was made"))
}

impl Metalog {
    fn through(pairs: &[[f64; 2]], lower: f64, upper: f64) -> Option<Self> {
        let mut metalog = Metalog {
            series: Series {
                mu: vec![0.0],
                sigma: vec![0.0],
            },
            lower,
            upper,
            moments: LazyMoments::default(),
        };
        let points: Vec<(f64, f64)> = pairs
            .iter()
            .map(|&[p, x]| (p, metalog.unbounded(x)))
            .collect();
        if points.windows(2).any(|pair| !(pair[0].1 < pair[1].1)) {
            return None;
        }
        metalog.series = Series::fit(&points)?;
        Some(metalog)
    }

    fn is_bounded(&self) -> (bool, bool) {
        (self.lower.is_finite(), self.upper.is_finite())
    }

    /// x on the scale where the series holds.
    fn unbounded(&self, x: f64) -> f64 {
        match self.is_bounded() {
            (false, false) => x,
            (true, false) => kernel::ln(x - self.lower),
            (false, true) => -kernel::ln(self.upper - x),
            (true, true) => kernel::ln((x - self.lower) / (self.upper - x)),
        }
    }

    /// x from the series' value.
    #[inline(always)]
    fn value(&self, m: f64) -> f64 {
        match self.is_bounded() {
            (false, false) => m,
            (true, false) => self.lower + kernel::exp(m),
            (false, true) => self.upper - kernel::exp(-m),
            // From the nearer bound, so that nothing cancels beside it.
            (true, true) => {
                let e = kernel::exp(-m.abs());
                let step = (self.upper - self.lower) * (e / (1.0 + e));
                if m < 0.0 {
                    self.lower + step
                } else {
                    self.upper - step
                }
            }
        }
    }

    /// dx / dM.
    fn stretch(&self, x: f64) -> f64 {
        match self.is_bounded() {
            (false, false) => 1.0,
            (true, false) => x - self.lower,
            (false, true) => self.upper - x,
            (true, true) => (x - self.lower) * (self.upper - x) / (self.upper - self.lower),
        }
    }

    fn tails(&self, x: f64) -> Tails {
        if x.is_nan() {
            return Tails::from_lower(f64::NAN);
        }
        let (least, most) = self.support();
        if x <= least {
            return Tails::from_lower(0.0);
        }
        if x >= most {
            return Tails::from_upper(0.0);
        }
        self.series.solve(self.unbounded(x)).tails()
    }

    /// σ at the ends: the series grows like it times the logarithm of the tail.
    fn end_spreads(&self) -> (f64, f64) {
        let sigma = |s: f64| horner(&self.series.sigma, s).max(0.0);
        (sigma(-0.5), sigma(0.5))
    }

    /// Whether the moment of order `order` exists: beside one bound alone, the other tail is a power.
    fn has_moment(&self, order: f64) -> bool {
        let (low, high) = self.end_spreads();
        match self.is_bounded() {
            (true, false) => high * order < 1.0,
            (false, true) => low * order < 1.0,
            _ => true,
        }
    }
}

impl Marginal for Metalog {
    fn family(&self) -> &'static str {
        FAMILY.name
    }

    fn quantile(&self, u: f64) -> f64 {
        if !(0.0..=1.0).contains(&u) {
            f64::NAN
        } else if u > 0.5 {
            self.upper_quantile(1.0 - u)
        } else if u == 0.0 {
            self.support().0
        } else {
            self.value(self.series.at(Place::of_lower(u)))
        }
    }

    fn upper_quantile(&self, q: f64) -> f64 {
        if q > 0.5 {
            self.quantile(1.0 - q)
        } else if q == 0.0 {
            self.support().1
        } else {
            self.value(self.series.at(Place::of_upper(q)))
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.tails(x).lower
    }

    fn survival(&self, x: f64) -> f64 {
        self.tails(x).upper
    }

    fn density(&self, x: f64) -> f64 {
        let (least, most) = self.support();
        if !(x > least && x < most) {
            return 0.0;
        }
        let place = self.series.solve(self.unbounded(x));
        let tails = place.tails();
        tails.lower * tails.upper / (self.series.slope(place) * self.stretch(x))
    }

    fn mean(&self) -> Option<f64> {
        self.has_moment(1.0).then(|| self.moments.of(self).0)
    }

    fn sd(&self) -> Option<f64> {
        self.has_moment(2.0).then(|| self.moments.of(self).1)
    }

    fn support(&self) -> (f64, f64) {
        let (low, high) = self.end_spreads();
        let end = |spread: f64, s: f64, infinite: f64| {
            if spread > 0.0 {
                infinite
            } else {
                self.value(horner(&self.series.mu, s))
            }
        };
        let lower = if self.lower.is_finite() {
            self.lower
        } else {
            end(low, -0.5, f64::NEG_INFINITY)
        };
        let upper = if self.upper.is_finite() {
            self.upper
        } else {
            end(high, 0.5, f64::INFINITY)
        };
        (lower, upper)
    }

    fn fill(&self, u: &[f64], x: &mut [f64]) {
        assert_eq!(u.len(), x.len(), "slices of different lengths");
        let (least, most) = self.support();
        for (u, x) in u.chunks(BLOCK).zip(x.chunks_mut(BLOCK)) {
            self.fill_block(u, x, least, most);
        }
    }
}

impl Metalog {
    /// The closed form, a coefficient at a time over the whole block.
    fn fill_block(&self, u: &[f64], x: &mut [f64], least: f64, most: f64) {
        kernel::dispatch(
            #[inline(always)]
            || {
                let mut sigma = [0.0_f64; BLOCK];
                for c in self.series.sigma.iter().rev() {
                    for (sigma, u) in sigma.iter_mut().zip(u) {
                        *sigma = sigma.mul_add(u - 0.5, *c);
                    }
                }
                x.fill(0.0);
                for c in self.series.mu.iter().rev() {
                    for (x, u) in x.iter_mut().zip(u) {
                        *x = x.mul_add(u - 0.5, *c);
                    }
                }
                for ((x, sigma), u) in x.iter_mut().zip(&sigma).zip(u) {
                    *x = (kernel::ln(*u) - kernel::ln(1.0 - u)).mul_add(*sigma, *x);
                }
                for x in x.iter_mut() {
                    let value = self.value(*x);
                    let value = if value < least { least } else { value };
                    *x = if value > most { most } else { value };
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_met() {
        for (bounds, pairs) in [
            (
                [f64::NEG_INFINITY, f64::INFINITY],
                vec![[0.1, 20.0], [0.5, 30.0], [0.9, 50.0]],
            ),
            (
                [0.0, f64::INFINITY],
                vec![
                    [0.05, 1.846],
                    [0.25, 3.305],
                    [0.5, 4.953],
                    [0.75, 7.422],
                    [0.95, 13.29],
                ],
            ),
            (
                [f64::NEG_INFINITY, 10.0],
                vec![[0.1, 2.0], [0.5, 7.0], [0.9, 9.0]],
            ),
            (
                [0.0, 1.0],
                vec![[0.1, 0.17], [0.4, 0.312], [0.7, 0.4526], [0.9, 0.616]],
            ),
        ] {
            let metalog = Metalog::through(&pairs, bounds[0], bounds[1]).unwrap();
            assert!(metalog.series.falls_at().is_none());
            for [p, x] in pairs {
                assert!((metalog.quantile(p) / x - 1.0).abs() < 1e-12, "{p} {x}");
                assert!((metalog.cdf(x) / p - 1.0).abs() < 1e-12);
            }
        }
    }

    /// Seven, eleven and fifteen quantiles that are symmetric about the middle, which the first terms cannot tell apart; and as many on a straight line.
    #[test]
    fn symmetric_quantiles_are_met() {
        for halves in [3, 5, 7] {
            let step = 0.5 / (f64::from(halves) + 1.0);
            let probabilities = (-halves..=halves).map(|at| 0.5 + step * f64::from(at));
            let bent = |p: f64| {
                50.0 + 40.0 * (p - 0.5) + 3.0 * Place::of_lower(p).logit + 4.0 * (p - 0.5).powi(4)
            };
            let line = |p: f64| 3.0 + 7.0 * p;
            for shape in [&bent as &dyn Fn(f64) -> f64, &line] {
                let pairs: Vec<[f64; 2]> = probabilities.clone().map(|p| [p, shape(p)]).collect();
                let metalog =
                    Metalog::through(&pairs, f64::NEG_INFINITY, f64::INFINITY).expect("a metalog");
                assert!(metalog.series.falls_at().is_none());
                for [p, x] in pairs {
                    let far = metalog.quantile(p) / x - 1.0;
                    assert!(
                        far.abs() < 1e-12,
                        "{} quantiles, {p}: {far:e}",
                        2 * halves + 1
                    );
                }
            }
        }
        // Straight lines of any number are a uniform distribution.
        for count in 4..=20 {
            let at = |at: i32| (f64::from(at) + 0.5) / f64::from(count);
            let pairs: Vec<[f64; 2]> = (0..count).map(|k| [at(k), 5.0 + 40.0 * at(k)]).collect();
            let metalog =
                Metalog::through(&pairs, f64::NEG_INFINITY, f64::INFINITY).expect("a metalog");
            assert!(metalog.series.falls_at().is_none(), "{count}");
            assert!((metalog.quantile(1e-9) - 5.0).abs() < 1e-6, "{count}");
        }
    }

    /// A logistic distribution is a metalog of two terms, a uniform one of terms one and four.
    #[test]
    fn known_shapes_are_found_again() {
        let logistic: Vec<[f64; 2]> = [0.1, 0.3, 0.5, 0.8, 0.95]
            .into_iter()
            .map(|p| [p, 3.0 + 2.0 * Place::of_lower(p).logit])
            .collect();
        let metalog = Metalog::through(&logistic, f64::NEG_INFINITY, f64::INFINITY).unwrap();
        let far = 3.0 + 2.0 * Place::of_lower(1e-9).logit;
        assert!((metalog.quantile(1e-9) / far - 1.0).abs() < 1e-9);
        let uniform = [[0.1, 1.0], [0.4, 4.0], [0.6, 6.0], [0.9, 9.0]];
        let metalog = Metalog::through(&uniform, f64::NEG_INFINITY, f64::INFINITY).unwrap();
        assert!(metalog.series.falls_at().is_none());
        let (lower, upper) = metalog.support();
        assert!(
            lower.abs() < 1e-12 && (upper - 10.0).abs() < 1e-12,
            "{lower} {upper}"
        );
        assert!((metalog.density(3.3) - 0.1).abs() < 1e-12);
    }

    /// Keelin (2016), section 4.1: three terms are feasible while the skewness is bounded; twice as far they are not.
    #[test]
    fn what_falls_is_found() {
        let falls = |middle: f64| {
            Metalog::through(
                &[[0.1, 0.0], [0.5, middle], [0.9, 1.0]],
                f64::NEG_INFINITY,
                f64::INFINITY,
            )
            .unwrap()
            .series
            .falls_at()
            .is_some()
        };
        assert!(!falls(0.5) && !falls(0.2) && !falls(0.8));
        assert!(falls(0.1) && falls(0.9));
    }

    #[test]
    fn more_quantiles_than_terms_are_fitted() {
        let pairs: Vec<[f64; 2]> = (1..40)
            .map(|at| {
                let p = f64::from(at) / 40.0;
                [p, kernel::normal_quantile(p)]
            })
            .collect();
        let metalog = Metalog::through(&pairs, f64::NEG_INFINITY, f64::INFINITY).unwrap();
        for [p, x] in pairs {
            assert!((metalog.quantile(p) - x).abs() < 1e-3, "{p}");
        }
    }
}
