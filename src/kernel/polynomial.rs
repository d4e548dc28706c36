//! Polynomials whose coefficients stand in a table: each value has a row of its own.
//!
//! Fetching the eight coefficients of each value is the cost. A row is a cache line, so a processor with vectors of eight loads a row
//! at once and turns eight rows into eight columns in registers: on Zen 4 that takes 1.1 ns a value where gathering them one column
//! at a time takes 4. Whatever the way, the arithmetic is the same and so are the bits.

#[cfg(target_arch = "x86_64")]
use pulp::x86::V4;

/// Degree plus one.
pub(crate) const POLYNOMIAL_TERMS: usize = 8;

/// The coefficients of a polynomial from the constant on, on a cache line of their own.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct PolynomialRow(pub [f64; POLYNOMIAL_TERMS]);

/// `x[i]` becomes the polynomial of row `index[i]` at `t[i]`; true if one of them is not a number. The number of rows is a power of
/// two, and only the bits of an index below it count.
///
/// # Panics
/// If the lengths differ.
pub(crate) fn polynomials<const ROWS: usize>(
    rows: &[PolynomialRow; ROWS],
    index: &[u64],
    t: &[f64],
    x: &mut [f64],
) -> bool {
    const { assert!(ROWS.is_power_of_two()) };
    assert!(
        index.len() == x.len() && t.len() == x.len(),
        "slices of different lengths"
    );
    #[cfg(target_arch = "x86_64")]
    if let pulp::Arch::V4(simd) = pulp::Arch::new() {
        return simd.vectorize(Transposed {
            simd,
            rows,
            index,
            t,
            x,
        });
    }
    super::dispatch(
        #[inline(always)]
        || one_by_one(rows, index, t, x),
    )
}

#[inline(always)]
fn one_by_one<const ROWS: usize>(
    rows: &[PolynomialRow; ROWS],
    index: &[u64],
    t: &[f64],
    x: &mut [f64],
) -> bool {
    for ((x, index), &t) in x.iter_mut().zip(index).zip(t) {
        let PolynomialRow([c0, c1, c2, c3, c4, c5, c6, c7]) = rows[*index as usize & (ROWS - 1)];
        // Even and odd terms apart: two short chains in place of a long one.
        let square = t * t;
        let even = c6
            .mul_add(square, c4)
            .mul_add(square, c2)
            .mul_add(square, c0);
        let odd = c7
            .mul_add(square, c5)
            .mul_add(square, c3)
            .mul_add(square, c1);
        *x = odd.mul_add(t, even);
    }
    x.iter().fold(false, |missing, x| missing | x.is_nan())
}

/// [`polynomials`] in vectors of eight.
#[cfg(target_arch = "x86_64")]
struct Transposed<'a, const ROWS: usize> {
    simd: V4,
    rows: &'a [PolynomialRow; ROWS],
    index: &'a [u64],
    t: &'a [f64],
    x: &'a mut [f64],
}

#[cfg(target_arch = "x86_64")]
impl<const ROWS: usize> pulp::NullaryFnOnce for Transposed<'_, ROWS> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let Transposed {
            simd,
            rows,
            index,
            t,
            x,
        } = self;
        let (whole, rest) = x.as_chunks_mut::<8>();
        let (whole_index, rest_index) = index.as_chunks::<8>();
        let (whole_t, rest_t) = t.as_chunks::<8>();
        let mut missing = 0;
        for ((x, index), t) in whole.iter_mut().zip(whole_index).zip(whole_t) {
            missing |= eight::polynomials(simd, rows, index, t, x);
        }
        // Both in any case.
        one_by_one(rows, rest_index, rest_t, rest) | (missing != 0)
    }
}

/// What takes vectors of eight: all of it is inlined into [`Transposed`], else it would be compiled for other vectors.
#[cfg(target_arch = "x86_64")]
mod eight {
    use super::{POLYNOMIAL_TERMS, PolynomialRow};
    use pulp::x86::V4;
    use std::arch::x86_64::__m512d as Vector;

    /// The first and third quarter of both.
    #[inline(always)]
    fn outer(simd: V4, a: Vector, b: Vector) -> Vector {
        simd.avx512f._mm512_shuffle_f64x2::<0b10_00_10_00>(a, b)
    }

    /// The second and fourth quarter of both.
    #[inline(always)]
    fn inner(simd: V4, a: Vector, b: Vector) -> Vector {
        simd.avx512f._mm512_shuffle_f64x2::<0b11_01_11_01>(a, b)
    }

    /// From one column in each quarter, of two values side by side, to the columns of eight values, in their order.
    #[inline(always)]
    fn columns(simd: V4, [a, b, c, d]: [Vector; 4]) -> [Vector; 4] {
        let (low, high) = (outer(simd, a, b), inner(simd, a, b));
        let (more_low, more_high) = (outer(simd, c, d), inner(simd, c, d));
        [
            outer(simd, low, more_low),
            outer(simd, high, more_high),
            inner(simd, low, more_low),
            inner(simd, high, more_high),
        ]
    }

    /// The same steps as for one value.
    #[inline(always)]
    fn chain(simd: V4, square: Vector, [c0, c1, c2, c3]: [Vector; 4]) -> Vector {
        let f = simd.avx512f;
        let sum = f._mm512_fmadd_pd(c3, square, c2);
        let sum = f._mm512_fmadd_pd(sum, square, c1);
        f._mm512_fmadd_pd(sum, square, c0)
    }

    /// Eight values; a bit for each that is not a number.
    #[inline(always)]
    pub fn polynomials<const ROWS: usize>(
        simd: V4,
        rows: &[PolynomialRow; ROWS],
        index: &[u64; 8],
        t: &[f64; 8],
        x: &mut [f64; 8],
    ) -> u8 {
        let f = simd.avx512f;
        let mut loaded = [[0.0; POLYNOMIAL_TERMS]; 8];
        for (loaded, &index) in loaded.iter_mut().zip(index) {
            *loaded = rows[index as usize & (ROWS - 1)].0;
        }
        let loaded: [Vector; 8] = pulp::cast(loaded);
        let mut even = [loaded[0]; 4];
        let mut odd = even;
        for pair in 0..4 {
            let (a, b) = (loaded[2 * pair], loaded[2 * pair + 1]);
            even[pair] = f._mm512_unpacklo_pd(a, b);
            odd[pair] = f._mm512_unpackhi_pd(a, b);
        }
        let t: Vector = pulp::cast(*t);
        let square = f._mm512_mul_pd(t, t);
        // The columns come as 0, 2, 4, 6 and 1, 3, 5, 7 of the coefficients.
        let [c0, c2, c4, c6] = columns(simd, even);
        let [c1, c3, c5, c7] = columns(simd, odd);
        let odd = chain(simd, square, [c1, c3, c5, c7]);
        let value = f._mm512_fmadd_pd(odd, t, chain(simd, square, [c0, c2, c4, c6]));
        *x = pulp::cast(value);
        const UNORDERED: i32 = 3;
        f._mm512_cmp_pd_mask::<UNORDERED>(value, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any number of values, rows of all sorts: the bits of the one-by-one way.
    #[test]
    fn every_way_gives_the_same_bits() {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
            state >> 11
        };
        let unit = 2f64.powi(-53);
        let mut rows = [PolynomialRow([f64::NAN; 8]); 64];
        for row in rows.iter_mut().skip(1) {
            row.0 = std::array::from_fn(|_| next() as f64 * unit - 0.5);
        }
        for length in 0..70 {
            let index: Vec<u64> = (0..length).map(|_| next()).collect();
            let t: Vec<f64> = (0..length)
                .map(|_| 2.0 * (next() as f64 * unit) - 1.0)
                .collect();
            let (mut x, mut expected) = (vec![0.0; length], vec![0.0; length]);
            let missing = polynomials(&rows, &index, &t, &mut x);
            assert_eq!(one_by_one(&rows, &index, &t, &mut expected), missing);
            assert_eq!(missing, index.iter().any(|index| index % 64 == 0));
            let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&x), bits(&expected), "{length}");
        }
    }
}
