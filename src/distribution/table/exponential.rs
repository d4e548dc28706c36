//! The table of e^(scale · z) from the table of the standard normal z.
//!
//! On each piece z is a polynomial in the local variable t, and so are, for as far as matters, the powers of e: the coefficients
//! of y = e^p follow from y′ = p′ y, k cₖ = Σ j aⱼ cₖ₋ⱼ (Knuth, The Art of Computer Programming 2, section 4.7, exercise 4). They are
//! worked out to degree 10, and what is beyond degree 5 is brought below it by Chebyshev polynomials, tⁿ − 2¹⁻ⁿ Tₙ(t), which leaves
//! an error of at most 2¹⁻ⁿ |cₙ| (Lanczos). All rows go side by side, so that the whole table takes a few microseconds.

use super::build::bound;
use super::{FIRST, LOCAL_BITS, PIECES, ROWS, Row, TAIL_ROWS, TERMS};
use crate::kernel;

/// The highest degree that is worked out.
const DEGREE: usize = 10;

/// One number a row.
type Lane = [f64; ROWS];

/// The rows of e^(`scale` · z), from those of z; `None` where a piece is not within a quarter of the promised bounds besides what z
/// itself is off. 9 `scale` ≤ 708.
pub(super) fn exponential(z: &[Row; ROWS], scale: f64) -> Option<Box<[Row; ROWS]>> {
    let z: Vec<[f64; TERMS]> = z.iter().map(Row::coefficients).collect();
    let mut c = Box::new([[0.0; ROWS]; DEGREE + 1]);
    let mut error = [0.0; ROWS];
    let holds = kernel::dispatch(
        #[inline(always)]
        || {
            series(&z, scale, &mut c);
            economise(&mut c, &mut error);
            for (power, share) in c.iter().zip(Row::LOSSES) {
                for (error, c) in error.iter_mut().zip(power) {
                    *error = c.abs().mul_add(share, *error);
                }
            }
            let mut holds = true;
            for (row, (z, error)) in z.iter().zip(&error).enumerate() {
                // An error of x is one of u by the density, φ(z) / (scale · x), with x that of the middle of the piece, which is less than
                // twice any other of it. It is highest where |z| is least: at t = 1.
                let least: f64 = z.iter().sum();
                let density = kernel::exp_in_range(-0.5 * least * least) * 0.4;
                // Rows without a polynomial have no piece.
                let is_off = error * density > scale * bound(least_probability(row));
                holds &= !is_off;
            }
            for (row, z) in z.iter().enumerate() {
                let factor = kernel::exp_in_range(z[0] * scale);
                for power in c.iter_mut().take(TERMS) {
                    power[row] *= factor;
                }
            }
            holds
        },
    );
    holds.then(|| {
        let mut rows = Box::new([Row::MISSING; ROWS]);
        for (at, row) in rows.iter_mut().enumerate() {
            *row = Row::pack(std::array::from_fn(|power| c[power][at]));
        }
        rows
    })
}

/// The coefficients of e^(scale · (z − z(0))).
#[inline(always)]
fn series(z: &[[f64; TERMS]], scale: f64, c: &mut [Lane; DEGREE + 1]) {
    let mut slopes = [[0.0; ROWS]; TERMS];
    for (j, slope) in slopes.iter_mut().enumerate() {
        for (slope, z) in slope.iter_mut().zip(z) {
            *slope = j as f64 * scale * z[j];
        }
    }
    c[0] = [1.0; ROWS];
    for k in 1..=DEGREE {
        let (known, rest) = c.split_at_mut(k);
        let sum = &mut rest[0];
        for j in 1..=k.min(TERMS - 1) {
            for ((sum, slope), known) in sum.iter_mut().zip(&slopes[j]).zip(&known[k - j]) {
                *sum = slope.mul_add(*known, *sum);
            }
        }
        sum.iter_mut().for_each(|sum| *sum /= k as f64);
    }
}

/// Brings the terms beyond degree 5 below it; adds to `error` by how much the polynomials change at most.
#[inline(always)]
fn economise(c: &mut [Lane; DEGREE + 1], error: &mut Lane) {
    for degree in (TERMS..=DEGREE).rev() {
        let (lower, rest) = c.split_at_mut(degree);
        let highest = &rest[0];
        let chebyshev = chebyshev(degree);
        let share = 1.0 / chebyshev[degree];
        for (error, highest) in error.iter_mut().zip(highest) {
            *error = highest.abs().mul_add(share, *error);
        }
        for (lower, coefficient) in lower.iter_mut().zip(chebyshev) {
            for (lower, highest) in lower.iter_mut().zip(highest) {
                *lower = (-coefficient * share).mul_add(*highest, *lower);
            }
        }
    }
}

/// The coefficients of Tₙ.
fn chebyshev(degree: usize) -> [f64; DEGREE + 1] {
    let (mut before, mut last) = ([0.0; DEGREE + 1], [0.0; DEGREE + 1]);
    before[0] = 1.0;
    last[1] = 1.0;
    for _ in 1..degree {
        let next = std::array::from_fn(|power| {
            let raised = if power == 0 { 0.0 } else { last[power - 1] };
            2.0 * raised - before[power]
        });
        (before, last) = (last, next);
    }
    last
}

/// The tail probability at the outer end of a row's piece.
#[inline(always)]
fn least_probability(row: usize) -> f64 {
    let piece = (row % TAIL_ROWS).clamp(1, PIECES) as u64;
    f64::from_bits((FIRST + piece) << LOCAL_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chebyshev_polynomials_are_cosines() {
        for degree in TERMS..=DEGREE {
            let t = chebyshev(degree);
            for angle in [0.1, 0.7, 1.3, 2.9] {
                let x = kernel::cos(angle);
                let value = t.iter().rev().fold(0.0, |sum: f64, c| sum.mul_add(x, *c));
                let expected = kernel::cos(degree as f64 * angle);
                assert!((value - expected).abs() < 1e-10, "{degree} {angle}");
            }
        }
    }

    /// Of spreads from hardly any to a factor of 10²⁰: the table holds, and where it would not it is refused.
    #[test]
    fn wide_spreads_are_refused() {
        let table = crate::distribution::normal::standard_table();
        for scale in [1e-12, 0.01, 0.2, 1.0, 1.4, 3.0] {
            assert!(exponential(&table.rows, scale).is_some(), "{scale}");
        }
        assert!(exponential(&table.rows, 60.0).is_none());
    }
}
