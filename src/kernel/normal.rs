//! The standard normal distribution.

use super::exponential::exp_sum;
use super::{dispatch, erf, erfc, exp, ln};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// √(2π).
const SQRT_TWO_PI: f64 = 2.5066282746310002;

/// φ(x) = e^(−x²/2) / √(2π).
pub fn normal_density(x: f64) -> f64 {
    // x² as a sum of two: its rounding error would be magnified in the far tail.
    let square = x * x;
    let low = x.mul_add(x, -square);
    exp(-0.5 * square) * (1.0 - 0.5 * low) / SQRT_TWO_PI
}

/// Φ(x), accurate in the lower tail.
pub fn normal_lower_tail(x: f64) -> f64 {
    0.5 * erfc(-x * FRAC_1_SQRT_2)
}

/// 1 − Φ(x), accurate in the upper tail.
pub fn normal_upper_tail(x: f64) -> f64 {
    0.5 * erfc(x * FRAC_1_SQRT_2)
}

/// x with Φ(x) = u, for u in [0, 1]; NaN elsewhere.
pub fn normal_quantile(u: f64) -> f64 {
    if u <= 0.5 {
        normal_lower_quantile(u)
    } else {
        -normal_lower_quantile(1.0 - u)
    }
}

/// x with Φ(x) = p, accurate for every p in [0, 1], down to the smallest.
pub fn normal_lower_quantile(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -normal_lower_quantile(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 0.25 {
        return -central_quantile(0.5 - p);
    }
    // Abramowitz & Stegun 26.2.23: absolute error below 4.5e-4 for every p.
    let w = (-2.0 * ln(p)).sqrt();
    let numerator = 0.010328_f64.mul_add(w, 0.802853).mul_add(w, 2.515517);
    let denominator = 0.001308_f64
        .mul_add(w, 0.189269)
        .mul_add(w, 1.432788)
        .mul_add(w, 1.0);
    let mut x = w - numerator / denominator;
    // One refinement leaves (4.5e-4 x)^6 / 6x, below a rounding up to x = 8; beyond it a second one is made.
    let steps = if x < 8.0 { 1 } else { 2 };
    for _ in 0..steps {
        x = refine(x, (p - normal_upper_tail(x)) / normal_density(x));
    }
    -x
}

/// x > 0 with Φ(x) = ½ + q, q in [0, ¼]: from the first terms of the inverse error function's series.
fn central_quantile(q: f64) -> f64 {
    let z = 2.0 * q;
    let c = PI * z * z;
    let series = (4369.0 / 5806080.0_f64)
        .mul_add(c, 127.0 / 40320.0)
        .mul_add(c, 7.0 / 480.0)
        .mul_add(c, 1.0 / 12.0)
        .mul_add(c, 1.0);
    let x = 0.5 * SQRT_TWO_PI * z * series;
    let t = (0.5 * erf(x * FRAC_1_SQRT_2) - q) / normal_density(x);
    refine(x, t)
}

/// The solution near x of Φ(·) = Φ(x) − t φ(x): the series of the inverse in t to the fifth order (the derivatives of
/// x(u) follow from x' = 1/φ(x): Steinbrecher & Shaw, Quantile mechanics, 2008, eq. 10).
fn refine(x: f64, t: f64) -> f64 {
    let s = x * x;
    let c5 = 24.0_f64.mul_add(s, 46.0).mul_add(s, 7.0) / 120.0;
    let c4 = x * 6.0_f64.mul_add(s, 7.0) / 24.0;
    let c3 = 2.0_f64.mul_add(s, 1.0) / 6.0;
    // x − t + x t²/2 − …: with h = −t the inverse moves by h + x h²/2 + c3 h³ + c4 h⁴ + c5 h⁵.
    let h = -t;
    let tail = c5.mul_add(h, c4).mul_add(h, c3).mul_add(h, 0.5 * x);
    x + h * tail.mul_add(h, 1.0)
}

/// Values worked on together, so that each step of a recurrence fills vectors.
const LANES: usize = 16;

/// `u[i]` = Φ(`x[i]`), the lower tail within 1e-14 of itself as far as any draw goes.
///
/// # Panics
/// If the lengths differ.
pub fn normal_probability_slice(x: &[f64], u: &mut [f64]) {
    assert_eq!(x.len(), u.len(), "slices of different lengths");
    dispatch(
        #[inline(always)]
        || {
            for (x, u) in x.chunks(LANES).zip(u.chunks_mut(LANES)) {
                let mut lanes = [0.0; LANES];
                lanes[..x.len()].copy_from_slice(x);
                u.copy_from_slice(&probabilities(&lanes)[..x.len()]);
            }
        },
    );
}

/// Φ(x) without a branch.
///
/// With z = |x|/√2 and t = 2/(2 + z), erfc z = t exp(−z² + g(2t − 1)), and g is smooth on the whole of [−1, 1]: a
/// Chebyshev sum (Clenshaw's recurrence, in the form of Press et al., Numerical Recipes, 2007, section 6.2.2).
#[inline(always)]
fn probabilities(x: &[f64; LANES]) -> [f64; LANES] {
    let t: [f64; LANES] = std::array::from_fn(|at| 2.0 / x[at].abs().mul_add(FRAC_1_SQRT_2, 2.0));
    let s: [f64; LANES] = std::array::from_fn(|at| 2.0f64.mul_add(t[at], -1.0));
    let (mut b, mut before) = ([0.0_f64; LANES], [0.0_f64; LANES]);
    for coefficient in LN_ERFC.iter().skip(1).rev() {
        for at in 0..LANES {
            let next = (2.0 * s[at]).mul_add(b[at], coefficient - before[at]);
            before[at] = b[at];
            b[at] = next;
        }
    }
    let mut u = [0.0; LANES];
    for at in 0..LANES {
        let g = s[at].mul_add(b[at], 0.5 * LN_ERFC[0] - before[at]);
        // −z² = −x²/2 with the rounding errors of the square and of the sum carried along.
        let square = -0.5 * (x[at] * x[at]);
        let low = (-0.5 * x[at]).mul_add(x[at], -square);
        let sum = square + g;
        let tail = 0.5 * t[at] * exp_sum(sum, (square - sum) + g + low);
        u[at] = if x[at] > 0.0 { 1.0 - tail } else { tail };
    }
    u
}

/// Chebyshev coefficients of ln(erfc z / t) + z² in 2t − 1, the first one doubled (`tests/reference/constants.py`).
const LN_ERFC: [f64; 28] = [
    -1.3026537197817094,
    0.6419697923564902,
    0.019476473204185836,
    -0.009561514786808632,
    -0.0009465953444820369,
    0.00036683949785276145,
    4.252332480690777e-05,
    -2.0278578112534242e-05,
    -1.6242900046470256e-06,
    1.3036558355805232e-06,
    1.5626441722066142e-08,
    -8.523809591492654e-08,
    6.5290544390988515e-09,
    5.059343495551469e-09,
    -9.91364156493033e-10,
    -2.273651222931836e-10,
    9.646791102015527e-11,
    2.3940380830391146e-12,
    -6.886027526497553e-12,
    8.944879273090725e-13,
    3.130921399342958e-13,
    -1.1270822361367252e-13,
    3.810905255189232e-16,
    7.106097613609237e-15,
    -1.5230282014571043e-15,
    -9.457494571291233e-17,
    1.210237189224279e-16,
    -2.816663087747177e-17,
];
