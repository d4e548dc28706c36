//! The exponential function.
//!
//! x = k ln 2 + r with |r| ≤ ln 2 / 2, and e^r = 1 + r + r² q(r) with q of degree 10, fitted by Chebyshev expansion to
//! 2⁻⁵⁹ (`tests/reference/constants.py`). The sum 1 + r is carried with its rounding error, so that only the last
//! addition rounds: at most 0.6 ulp is found in tests, over the whole range and into the subnormals.

use super::{dispatch, map};

/// 1.5·2⁵²: adding it rounds to an integer, left in the low bits.
pub(super) const ROUND: f64 = 6755399441055744.0;
/// The leading 41 bits of ln 2: k times it is exact for every exponent.
pub(super) const LN_2_HIGH: f64 = 0.693147180559663;
/// ln 2 − [`LN_2_HIGH`].
pub(super) const LN_2_LOW: f64 = 2.8235290563031577e-13;
const LOG2_E: f64 = std::f64::consts::LOG2_E;

/// e^x; 0 and ∞ where it under- and overflows, NaN for NaN.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    exp_sum(x, 0.0)
}

/// `y[i]` = e^`x[i]`, the same bits as [`exp`].
///
/// # Panics
/// If the lengths differ.
pub fn exp_slice(x: &[f64], y: &mut [f64]) {
    dispatch(
        #[inline(always)]
        || map(x, y, exp),
    )
}

/// e^x for −708 ≤ x ≤ 709, where neither the argument nor the result need be looked after: the same bits as [`exp`] there.
#[inline(always)]
pub(crate) fn exp_in_range(x: f64) -> f64 {
    let (y, k) = reduced(x, 0.0);
    y * power_of_two(k + ROUND)
}

/// e^(x + low), `low` being small beside x.
#[inline(always)]
pub(super) fn exp_sum(x: f64, low: f64) -> f64 {
    // Beyond these the result is 0 or ∞ for certain, and the exponent arithmetic stays in range. NaN passes.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let (y, k) = reduced(x, low);
    // 2^k in two factors: the first product is exact, so a subnormal result is rounded once.
    let half = k.mul_add(0.5, ROUND);
    let other = (k - (half - ROUND)) + ROUND;
    y * power_of_two(half) * power_of_two(other)
}

/// y about 1 and a whole number k with y · 2^k = e^(x + low).
#[inline(always)]
fn reduced(x: f64, low: f64) -> (f64, f64) {
    let k = x.mul_add(LOG2_E, ROUND) - ROUND;
    let high = (-k).mul_add(LN_2_HIGH, x);
    let low = (-k).mul_add(LN_2_LOW, low);
    let r = high + low;
    let r_low = (high - r) + low;
    let q = 2.0914686968086876e-9_f64;
    let q = q.mul_add(r, 2.5105217004720745e-8);
    let q = q.mul_add(r, 2.75572736431103e-7);
    let q = q.mul_add(r, 2.7557255400206422e-6);
    let q = q.mul_add(r, 2.4801587325547743e-5);
    let q = q.mul_add(r, 0.00019841269874820627);
    let q = q.mul_add(r, 0.0013888888888883748);
    let q = q.mul_add(r, 0.008333333333326136);
    let q = q.mul_add(r, 0.04166666666666667);
    let q = q.mul_add(r, 0.1666666666666667);
    let q = q.mul_add(r, 0.5);
    let sum = 1.0 + r;
    let sum_low = (1.0 - sum) + r;
    let rest = (r * r).mul_add(q, r_low.mul_add(sum, sum_low));
    (sum + rest, k)
}

/// 2^n, n given as n + [`ROUND`], −1023 < n < 1024.
#[inline(always)]
fn power_of_two(shifted: f64) -> f64 {
    f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}
