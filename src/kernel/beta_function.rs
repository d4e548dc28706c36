//! The regularised incomplete beta function.

use super::quadrature::{panel_width, tail_integral};
use super::{Tails, exp, relative_entropy, stirling_error};
use std::f64::consts::PI;

/// From this smaller shape on the tails are integrated; below it the continued fraction converges quickly.
const LARGE_SHAPE: f64 = 100.0;

/// x y times the density at x of the beta distribution, y = 1 − x given separately: x^a y^b / B(a, b).
///
/// As a saddle point (Loader 2000): the large powers never appear.
pub fn beta_density_weight(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    // n x − a = b x − a y, and the same with the other sign for n y − b.
    let shift = b.mul_add(x, -(a * y));
    let exponent = relative_entropy(a, n * x, shift) + relative_entropy(b, n * y, -shift);
    let correction = stirling_error(n) - stirling_error(a) - stirling_error(b);
    (a / n * b / (2.0 * PI)).sqrt() * exp(correction - exponent)
}

/// I_x(a, b) and its complement for a, b > 0, with x and y = 1 − x both given, so that neither end loses digits.
pub fn regularized_beta(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x.is_nan() || y.is_nan() {
        return Tails::from_lower(f64::NAN);
    }
    if x <= 0.0 {
        return Tails::from_lower(0.0);
    }
    if y <= 0.0 {
        return Tails::from_upper(0.0);
    }
    if a.min(b) >= LARGE_SHAPE {
        integrated(a, b, x, y)
    } else if x * (a + b + 2.0) <= a + 1.0 {
        Tails::from_lower(fraction(a, b, x, y))
    } else {
        Tails::from_lower(fraction(b, a, y, x)).mirrored()
    }
}

/// Both shapes large: the smaller tail by quadrature outward from x.
fn integrated(a: f64, b: f64, x: f64, y: f64) -> Tails {
    let n = a + b;
    if b * x > a * y {
        return integrated(b, a, y, x).mirrored();
    }
    // The lower tail, x below the mean; the density is nearly Gaussian there.
    let sd = (a / n * (b / n) / (n + 1.0)).sqrt();
    let width = panel_width(a / n - x, sd);
    let density = |t: f64| {
        let s = 1.0 - t;
        beta_density_weight(a, b, t, s) / (t * s)
    };
    Tails::from_lower(tail_integral(x, -width, 0.0, density))
}

/// I_x(a, b) by the continued fraction DLMF 8.17.22, evaluated from the front (Lentz), for x ≤ (a+1)/(a+b+2).
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let tiny = 1e-300;
    let guard = |v: f64| if v.abs() < tiny { tiny } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(even.mul_add(d, 1.0));
        c = guard(1.0 + even / c);
        h *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(odd.mul_add(d, 1.0));
        c = guard(1.0 + odd / c);
        let factor = c * d;
        h *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    beta_density_weight(a, b, x, y) / a * h
}
