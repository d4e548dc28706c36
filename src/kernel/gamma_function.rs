//! The regularised incomplete gamma function and what it is made of.

use super::logarithm::artanh_rest;
use super::quadrature::{panel_width, tail_integral};
use super::{Tails, dispatch, exp, expm1, gamma, ln, ln_gamma, log1p, powf};
use std::f64::consts::PI;

/// ½ ln(2π).
const HALF_LN_TWO_PI: f64 = 0.9189385332046728;
/// B₂ₖ / (2k (2k − 1)), k = 1 … 8 (Stirling's series, DLMF 5.11.1).
const STIRLING: [f64; 8] = [
    0.08333333333333333,
    -0.002777777777777778,
    0.0007936507936507937,
    -0.0005952380952380953,
    0.0008417508417508417,
    -0.0019175269175269176,
    0.00641025641025641,
    -0.029550653594771242,
];
/// ζ(k) − 1, k = 2 … 41 (`tests/reference/constants.py`).
const ZETA_LESS_ONE: [f64; 40] = [
    0.6449340668482264,
    0.2020569031595943,
    0.08232323371113819,
    0.03692775514336993,
    0.01734306198444914,
    0.008349277381922827,
    0.00407735619794434,
    0.0020083928260822143,
    0.0009945751278180853,
    0.0004941886041194645,
    0.0002460865533080483,
    0.00012271334757848915,
    6.124813505870483e-05,
    3.058823630702049e-05,
    1.528225940865187e-05,
    7.637197637899763e-06,
    3.81729326499984e-06,
    1.908212716553939e-06,
    9.539620338727962e-07,
    4.769329867878064e-07,
    2.38450502727733e-07,
    1.1921992596531106e-07,
    5.960818905125948e-08,
    2.980350351465228e-08,
    1.4901554828365043e-08,
    7.45071178983543e-09,
    3.725334024788457e-09,
    1.862659723513049e-09,
    9.313274324196682e-10,
    4.656629065033784e-10,
    2.3283118336765053e-10,
    1.164155017270052e-10,
    5.820772087902701e-11,
    2.9103850444971e-11,
    1.4551921891041985e-11,
    7.275959835057482e-12,
    3.637979547378651e-12,
    1.818989650307066e-12,
    9.094947840263888e-13,
    4.547473783042154e-13,
];
/// 1 − Euler's constant.
const ONE_LESS_EULER: f64 = 0.42278433509846713;
/// From this shape on the tails are integrated; below it series and continued fraction converge quickly.
const LARGE_SHAPE: f64 = 200.0;
/// From this shape on the density is written as a saddle point, free of large powers.
const SADDLE_POINT: f64 = 10.0;

/// ln Γ(1 + a), accurate for small a (|a| ≤ 0.5 by its series, DLMF 5.7.3; else from Γ).
#[inline(always)]
pub fn ln_gamma_1p(a: f64) -> f64 {
    if a.abs() > 0.5 {
        return ln_gamma(1.0 + a);
    }
    let mut sum = 0.0;
    for (index, zeta) in ZETA_LESS_ONE.iter().enumerate().rev() {
        let k = index as f64 + 2.0;
        sum = (zeta / k) - a * sum;
    }
    // Σ (−1)^k (ζ(k) − 1) a^k / k = a² × the nested sum.
    a * ONE_LESS_EULER - log1p(a) + a * a * sum
}

/// δ(z) = ln Γ(z + 1) − (z + ½) ln z + z − ½ ln 2π, the error of Stirling's formula, for z > 0.
pub fn stirling_error(z: f64) -> f64 {
    if z < 10.0 {
        return (ln_gamma_1p(z) - (z + 0.5) * ln(z)) + (z - HALF_LN_TWO_PI);
    }
    let w = 1.0 / (z * z);
    STIRLING.iter().rev().fold(0.0, |sum, c| sum * w + c) / z
}

/// a ln(a/m) + m − a ≥ 0, with `difference` = m − a given exactly or nearly so: the exponent of a saddle-point
/// approximation, without cancellation where m is near a (Loader, Fast and accurate computation of binomial
/// probabilities, 2000).
#[inline(always)]
pub fn relative_entropy(a: f64, m: f64, difference: f64) -> f64 {
    let delta = difference / a;
    // δ − ln(1 + δ) with s = δ / (2 + δ) and δ − 2s = δ s.
    let s = delta / (2.0 + delta);
    let z = s * s;
    let near = a * s * (delta - z * artanh_rest(z));
    // Both are computed, so that a loop over many has no branch.
    let far = difference - a * ln(m / a);
    let is_near = (delta > -0.29) & (delta < 0.41);
    if is_near { near } else { far }
}

/// The gamma distribution of one shape and scale 1: what depends on the shape alone is computed once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaShape {
    a: f64,
    /// 1 / Γ(a), or what is left of it in the saddle-point form of large shapes.
    factor: f64,
}

impl GammaShape {
    /// Shape a > 0.
    pub fn new(a: f64) -> Self {
        let factor = if a < SADDLE_POINT {
            a / gamma(a + 1.0)
        } else {
            (a / (2.0 * PI)).sqrt() * exp(-stirling_error(a))
        };
        Self { a, factor }
    }

    /// The shape.
    pub fn shape(&self) -> f64 {
        self.a
    }

    /// x times the density at x > 0: x^a e^−x / Γ(a).
    #[inline(always)]
    pub fn weight(&self, x: f64) -> f64 {
        let a = self.a;
        if a >= SADDLE_POINT {
            self.saddle_point(x)
        } else if x < 600.0 {
            powf(x, a) * exp(-x) * self.factor
        } else {
            exp(a * ln(x) - x) * self.factor
        }
    }

    #[inline(always)]
    fn saddle_point(&self, x: f64) -> f64 {
        self.factor * exp(-relative_entropy(self.a, x, x - self.a))
    }

    /// P(a, x) and Q(a, x), each with a small relative error, and [`GammaShape::weight`]; (0, 1) for x ≤ 0.
    pub fn tails_and_weight(&self, x: f64) -> (Tails, f64) {
        dispatch(
            #[inline(always)]
            || {
                let weight = self.weight(x);
                (self.tails_given(x, weight), weight)
            },
        )
    }

    /// P(a, x) and Q(a, x), each with a small relative error; (0, 1) for x ≤ 0.
    pub fn tails(&self, x: f64) -> Tails {
        if x <= 0.0 {
            Tails::from_lower(0.0)
        } else if x == f64::INFINITY {
            Tails::from_upper(0.0)
        } else {
            self.tails_and_weight(x).0
        }
    }

    #[inline(always)]
    fn tails_given(&self, x: f64, weight: f64) -> Tails {
        let a = self.a;
        if x.is_nan() || a.is_nan() {
            Tails::from_lower(f64::NAN)
        } else if a >= LARGE_SHAPE {
            let density = |t: f64| self.saddle_point(t) / t;
            let width = panel_width(x - a, x.max(a).sqrt());
            if x > a {
                Tails::from_upper(tail_integral(x, width, f64::INFINITY, density))
            } else {
                Tails::from_lower(tail_integral(x, -width, 0.0, density))
            }
        } else if x > a + 1.0 {
            Tails::from_upper(weight * upper_fraction(a, x))
        } else if a < 1.0 {
            small_shape(a, x)
        } else {
            Tails::from_lower(weight / a * lower_series(a, x))
        }
    }
}

/// P(a, x) and Q(a, x) for a > 0, each with a small relative error; (0, 1) for x ≤ 0.
pub fn regularized_gamma(a: f64, x: f64) -> Tails {
    GammaShape::new(a).tails(x)
}

/// Σ x^n / ((a+1) … (a+n)) (DLMF 8.7.1): P = x^a e^−x / Γ(a+1) times this.
#[inline(always)]
fn lower_series(a: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut n = a;
    while term > 1e-17 * sum {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum
}

/// Q(a, x) over x^a e^−x / Γ(a) by the continued fraction DLMF 8.9.2, evaluated from the front (Lentz), for x > a + 1.
#[inline(always)]
fn upper_fraction(a: f64, x: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..10_000 {
        let i = f64::from(i);
        let numerator = i * (a - i);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        let factor = c * d;
        h *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    h
}

/// a < 1, x ≤ a + 1: both tails without cancellation (after Gautschi, A computational procedure for incomplete gamma
/// functions, 1979): with g = x^a / Γ(1 + a), Q = (1 − g) + g a Σ (−1)^(n+1) x^n / (n! (a + n)).
#[inline(always)]
fn small_shape(a: f64, x: f64) -> Tails {
    let exponent = a * ln(x) - ln_gamma_1p(a);
    let mut power = 1.0;
    let mut sum = 0.0;
    for n in 1..60 {
        let n = f64::from(n);
        power *= -x / n;
        let term = power / (a + n);
        sum -= term;
        if term.abs() < 1e-18 * sum.abs() {
            break;
        }
    }
    let g = powf(x, a) / gamma(1.0 + a);
    Tails {
        lower: g * (1.0 - a * sum),
        upper: g * (a * sum) - expm1(exponent),
    }
}
