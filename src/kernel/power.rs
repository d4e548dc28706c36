//! x^y = e^(y ln x), the logarithm carried to about 2⁻⁶⁵ so that a large exponent does not magnify its error.

use super::dispatch;
use super::exponential::{LN_2_HIGH, LN_2_LOW, exp_sum};
use super::logarithm::decompose;

/// 2/3 and what is left of it.
const TWO_THIRDS_HIGH: f64 = 2.0 / 3.0;
const TWO_THIRDS_LOW: f64 = 3.700743415417188e-17;

/// x^y with the special cases of IEEE 754-2019, 9.2.1 (`pow`): x⁰ = 1 and 1^y = 1 even for NaN, a negative base takes
/// whole exponents only, and signed zeros and infinities as the limits demand.
#[inline(always)]
pub fn powf(x: f64, y: f64) -> f64 {
    let a = x.abs();
    let (high, low) = ln_double(a);
    let product = y * high;
    let product_low = y.mul_add(high, -product) + y * low;
    // Far outside the range of exp the low part may be NaN (∞ − ∞) and does not matter.
    let product_low = if product.abs() < 800.0 {
        product_low
    } else {
        0.0
    };
    let z = exp_sum(product, product_low);

    // 0, ∞ as base or ∞ as exponent: which limit.
    let limit = a == 0.0 || a == f64::INFINITY || y.abs() == f64::INFINITY;
    let to_zero = (a < 1.0) == (y > 0.0);
    let z = if limit {
        if to_zero { 0.0 } else { f64::INFINITY }
    } else {
        z
    };
    let z = if a == 1.0 { 1.0 } else { z };

    let whole = y.floor() == y;
    let odd = whole && (0.5 * y).floor() != 0.5 * y && y.abs() < 9007199254740992.0;
    let negative = x.to_bits() >> 63 == 1;
    let z = if negative && odd { -z } else { z };
    let undefined = (x < 0.0 && x != f64::NEG_INFINITY && !whole) || x.is_nan() || y.is_nan();
    let z = if undefined { f64::NAN } else { z };
    if y == 0.0 || x == 1.0 { 1.0 } else { z }
}

/// `z[i]` = `x[i]`^`y[i]`, the same bits as [`powf`].
///
/// # Panics
/// If the lengths differ.
pub fn powf_slice(x: &[f64], y: &[f64], z: &mut [f64]) {
    assert_eq!(x.len(), z.len(), "slices of different lengths");
    assert_eq!(y.len(), z.len(), "slices of different lengths");
    dispatch(
        #[inline(always)]
        || {
            for ((x, y), z) in x.iter().zip(y).zip(z) {
                *z = powf(*x, *y);
            }
        },
    )
}

/// ln x as a sum of two doubles, to about 2⁻⁶⁵ relative, for positive finite x.
#[inline(always)]
fn ln_double(x: f64) -> (f64, f64) {
    let (e, m) = decompose(x);
    let f = m - 1.0;
    // s = f / (2 + f) and its error.
    let d = 2.0 + f;
    let d_low = f - (d - 2.0);
    let s = f / d;
    let remainder = (-s).mul_add(d_low, (-s).mul_add(d, f));
    let s_low = remainder / d;
    // z = s².
    let z = s * s;
    let z_low = (2.0 * s).mul_add(s_low, s.mul_add(s, -z));
    // t = 2/3 + z S(z): ln m = s (2 + z t).
    let q = z * artanh_rest_above(z);
    let t = TWO_THIRDS_HIGH + q;
    let t_low = ((TWO_THIRDS_HIGH - t) + q) + TWO_THIRDS_LOW;
    let w = z * t;
    let w_low = z_low.mul_add(t, z.mul_add(t_low, z.mul_add(t, -w)));
    let v = 2.0 + w;
    let v_low = ((2.0 - v) + w) + w_low;
    let l = s * v;
    let l_low = s_low.mul_add(v, s.mul_add(v_low, s.mul_add(v, -l)));
    let big = e * LN_2_HIGH;
    let head = big + l;
    let head_low = ((big - head) + l) + e.mul_add(LN_2_LOW, l_low);
    let high = head + head_low;
    (high, (head - high) + head_low)
}

/// S(z) where R(z) = 2/3 + z S(z) is the polynomial of the logarithm (`tests/reference/constants.py`, to 2⁻⁶⁵).
#[inline(always)]
fn artanh_rest_above(z: f64) -> f64 {
    let r = 0.107624244195648_f64;
    let r = r.mul_add(z, 0.10456327269484514);
    let r = r.mul_add(z, 0.11766813121034213);
    let r = r.mul_add(z, 0.13333296534432942);
    let r = r.mul_add(z, 0.15384615761170173);
    let r = r.mul_add(z, 0.18181818179656925);
    let r = r.mul_add(z, 0.2222222222222843);
    let r = r.mul_add(z, 0.28571428571428564);
    r.mul_add(z, 0.4)
}
