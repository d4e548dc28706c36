//! The regularised incomplete beta function.

use super::quadrature::{panel_width, tail_integral};
use super::{Tails, dispatch, exp, relative_entropy, stirling_error};
use std::f64::consts::PI;

/// From this smaller shape on the tails are integrated; below it the continued fraction converges quickly.
const LARGE_SHAPE: f64 = 100.0;

/// The beta distribution of two shapes on [0, 1]: what depends on the shapes alone is computed once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaShape {
    a: f64,
    b: f64,
    factor: f64,
}

impl BetaShape {
    /// Shapes a, b > 0.
    pub fn new(a: f64, b: f64) -> Self {
        let n = a + b;
        let correction = stirling_error(n) - stirling_error(a) - stirling_error(b);
        let factor = (a / n * b / (2.0 * PI)).sqrt() * exp(correction);
        Self { a, b, factor }
    }

    /// The shapes.
    pub fn shapes(&self) -> (f64, f64) {
        (self.a, self.b)
    }

    /// That of 1 − X.
    #[inline(always)]
    pub fn mirrored(self) -> Self {
        Self {
            a: self.b,
            b: self.a,
            factor: self.factor,
        }
    }

    /// x y times the density at x, y = 1 − x given separately: x^a y^b / B(a, b).
    ///
    /// As a saddle point (Loader 2000): the large powers never appear.
    #[inline(always)]
    pub fn weight(&self, x: f64, y: f64) -> f64 {
        weight(self.a, self.b, x, y) * self.factor
    }

    /// I_x(a, b) and its complement, and [`BetaShape::weight`], with x and y = 1 − x both given, so that neither end
    /// loses digits.
    pub fn tails_and_weight(&self, x: f64, y: f64) -> (Tails, f64) {
        dispatch(
            #[inline(always)]
            || {
                let weight = self.weight(x, y);
                (self.tails_given(x, y, weight), weight)
            },
        )
    }

    /// I_x(a, b) and its complement, with x and y = 1 − x both given.
    pub fn tails(&self, x: f64, y: f64) -> Tails {
        if x <= 0.0 {
            Tails::from_lower(0.0)
        } else if y <= 0.0 {
            Tails::from_upper(0.0)
        } else {
            self.tails_and_weight(x, y).0
        }
    }

    #[inline(always)]
    fn tails_given(&self, x: f64, y: f64, weight: f64) -> Tails {
        let (a, b) = (self.a, self.b);
        if x.is_nan() || y.is_nan() {
            Tails::from_lower(f64::NAN)
        } else if a.min(b) >= LARGE_SHAPE {
            // From the side whose tail is the smaller one.
            let above = b * x > a * y;
            let (shape, t) = if above {
                (self.mirrored(), y)
            } else {
                (*self, x)
            };
            let tails = shape.integrated(t);
            if above { tails.mirrored() } else { tails }
        } else {
            let lower = x * (a + b + 2.0) <= a + 1.0;
            let tails = Tails::from_lower(if lower {
                weight / fraction(a, b, x, y)
            } else {
                weight / fraction(b, a, y, x)
            });
            if lower { tails } else { tails.mirrored() }
        }
    }

    /// Both shapes large, x below the mean: the lower tail by quadrature outward from x.
    #[inline(always)]
    fn integrated(&self, x: f64) -> Tails {
        let (a, b) = (self.a, self.b);
        let n = a + b;
        let sd = (a / n * (b / n) / (n + 1.0)).sqrt();
        let width = panel_width(a / n - x, sd);
        let integral = tail_integral(
            x,
            -width,
            0.0,
            #[inline(always)]
            |t| {
                let s = 1.0 - t;
                weight(a, b, t, s) / (t * s)
            },
        );
        Tails::from_lower(integral * self.factor)
    }
}

/// x^a y^b, times what makes the largest value 1.
#[inline(always)]
fn weight(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    // n x − a = b x − a y, and the same with the other sign for n y − b.
    let shift = b.mul_add(x, -(a * y));
    exp(-relative_entropy(a, n * x, shift) - relative_entropy(b, n * y, -shift))
}

/// I_x(a, b) and its complement for a, b > 0, with x and y = 1 − x both given.
pub fn regularized_beta(a: f64, b: f64, x: f64, y: f64) -> Tails {
    BetaShape::new(a, b).tails(x, y)
}

/// x^a y^b / B(a, b) over I_x(a, b) by the continued fraction of Didonato & Morris, Algorithm 708, ACM TOMS 18(3), 1992,
/// equation (9), evaluated from the front (Lentz), for x ≤ (a+1)/(a+b+2). It is the even part of DLMF 8.17.22; where a is
/// huge it becomes that of the incomplete gamma function, and takes as few terms.
#[inline(always)]
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let tiny = 1e-300;
    let guard = |v: f64| if v.abs() < tiny { tiny } else { v };
    let shift = a.mul_add(y, -(b * x)) + 1.0;
    let mut h = guard(a * shift / (a + 1.0));
    let mut c = h;
    let mut d = 0.0;
    for m in 1..100_000 {
        let m = f64::from(m);
        let n = a + 2.0 * m;
        let share = m * (b - m) * x / (n - 1.0);
        let numerator = (a + m - 1.0) / (n - 1.0) * (a + b + m - 1.0) * x * share;
        let denominator = m + share + (a + m) / (n + 1.0) * (1.0 + y).mul_add(m, shift);
        d = 1.0 / guard(numerator.mul_add(d, denominator));
        c = guard(denominator + numerator / c);
        let factor = c * d;
        h *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    h
}
