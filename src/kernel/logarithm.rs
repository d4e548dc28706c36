//! The natural and the decimal logarithm.
//!
//! x = 2^e m with m in [√½, √2), f = m − 1 exactly, s = f / (2 + f): ln m = 2 artanh s = f − (f²/2 − s (f²/2 + s² R(s²)))
//! with R of degree 7, fitted by Chebyshev expansion to 2⁻⁵⁸ (`tests/reference/constants.py`). The sum e ln 2 + f is
//! carried with its rounding error: at most 0.7 ulp is found in tests.

use super::exponential::{LN_2_HIGH, LN_2_LOW, ROUND};
use super::{dispatch, map};

const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
const MANTISSA: u64 = (1 << 52) - 1;
/// 1 / ln 10 and what is left of it.
const INVERSE_LN_10_HIGH: f64 = std::f64::consts::LOG10_E;
const INVERSE_LN_10_LOW: f64 = 1.098319650216765e-17;

/// ln x; −∞ at ±0, NaN below and for NaN.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let (high, low) = ln_sum(x);
    special_cases(x, high + low)
}

/// `y[i]` = ln `x[i]`, the same bits as [`ln`].
///
/// # Panics
/// If the lengths differ.
pub fn ln_slice(x: &[f64], y: &mut [f64]) {
    dispatch(
        #[inline(always)]
        || map(x, y, ln),
    )
}

/// The decimal logarithm; −∞ at ±0, NaN below and for NaN; exact for powers of ten.
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    let (head, rest) = ln_sum(x);
    let high = head + rest;
    let low = (head - high) + rest;
    let product = high * INVERSE_LN_10_HIGH;
    let error = high.mul_add(INVERSE_LN_10_HIGH, -product);
    let error = high.mul_add(INVERSE_LN_10_LOW, error);
    special_cases(x, product + low.mul_add(INVERSE_LN_10_HIGH, error))
}

/// `y[i]` = log₁₀ `x[i]`, the same bits as [`log10`].
///
/// # Panics
/// If the lengths differ.
pub fn log10_slice(x: &[f64], y: &mut [f64]) {
    dispatch(
        #[inline(always)]
        || map(x, y, log10),
    )
}

/// (e, m): x = 2^e m with m in [√½, √2), for positive finite x.
#[inline(always)]
pub(super) fn decompose(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let scaled = if subnormal {
        x * 18014398509481984.0 // 2^54
    } else {
        x
    };
    let shifted = scaled.to_bits().wrapping_add(ONE_BITS - SQRT_HALF_BITS);
    let exponent = f64::from_bits((shifted >> 52) | ROUND.to_bits()) - ROUND;
    let bias = if subnormal { 1077.0 } else { 1023.0 };
    let m = f64::from_bits((shifted & MANTISSA).wrapping_add(SQRT_HALF_BITS));
    (exponent - bias, m)
}

/// R(z) where ln((1+s)/(1−s)) = 2s + s z R(z), z = s² ≤ 0.0295.
#[inline(always)]
pub(super) fn artanh_rest(z: f64) -> f64 {
    let r = 0.13086767009948175_f64;
    let r = r.mul_add(z, 0.13268759668560612);
    let r = r.mul_add(z, 0.15386240205813478);
    let r = r.mul_add(z, 0.18181795630884753);
    let r = r.mul_add(z, 0.2222222239180047);
    let r = r.mul_add(z, 0.2857142857080323);
    let r = r.mul_add(z, 0.4000000000000088);
    r.mul_add(z, 0.6666666666666666)
}

/// ln x as an unevaluated sum, for positive finite x.
#[inline(always)]
fn ln_sum(x: f64) -> (f64, f64) {
    let (e, m) = decompose(x);
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let half = 0.5 * f;
    let half_square = half * f;
    let half_square_low = half.mul_add(f, -half_square);
    let big = e * LN_2_HIGH;
    let head = big + f;
    let head_low = (big - head) + f;
    let inner = s.mul_add(z.mul_add(artanh_rest(z), half_square), -half_square);
    let low = e.mul_add(LN_2_LOW, head_low - half_square_low);
    (head, inner + low)
}

/// The results outside the positive finite numbers.
#[inline(always)]
fn special_cases(x: f64, y: f64) -> f64 {
    let y = if x == f64::INFINITY { f64::INFINITY } else { y };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    // Not `x < 0`, so that NaN is caught too.
    if x >= 0.0 { y } else { f64::NAN }
}
