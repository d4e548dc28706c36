//! Polynomials whose coefficients stand in a table: each value has a row of its own.
//!
//! Fetching the coefficients of each value is the cost: a processor with vectors loads the rows of as many values as a vector has and
//! turns them into columns in registers, and the fewer numbers a row has the fewer turns that takes. So six coefficients stand in four
//! numbers, the higher ones, of which few digits matter, in the last digits of the lower ones. Whatever the way, the arithmetic is the
//! same and so are the bits.

/// Degree plus one.
pub(crate) const POLYNOMIAL_TERMS: usize = 6;

/// Numbers that hold them.
const PACKED: usize = 4;

/// Bits of c₅ that stand in the lowest bits of c₂, and of c₄ in those of c₃: sign, exponent and the leading bits of the mantissa.
const BITS_OF_FIFTH: u32 = 24;
const BITS_OF_FOURTH: u32 = 32;

/// The coefficients of a polynomial: c₀, c₁, c₂ with c₅ in its lowest bits, and c₃ with c₄.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
pub(crate) struct PolynomialRow([f64; PACKED]);

impl PolynomialRow {
    /// A row whose values are not numbers.
    pub const MISSING: Self = PolynomialRow([f64::NAN; PACKED]);

    /// How much of itself each coefficient may be off where it is packed, and no less than 10⁻³¹³.
    pub const LOSSES: [f64; POLYNOMIAL_TERMS] = [
        0.0,
        0.0,
        1.0 / (1_u64 << 29) as f64,
        1.0 / (1_u64 << 21) as f64,
        1.0 / (1_u64 << 21) as f64,
        1.0 / (1_u64 << 13) as f64,
    ];

    /// The row nearest to these coefficients, from the constant on, each within [`Self::LOSSES`]; [`Self::MISSING`] where one is not finite.
    pub fn pack(coefficients: [f64; POLYNOMIAL_TERMS]) -> Self {
        let [c0, c1, c2, c3, c4, c5] = coefficients;
        if !coefficients.iter().all(|c| c.is_finite()) {
            return Self::MISSING;
        }
        PolynomialRow([
            c0,
            c1,
            with_lowest_bits(c2, leading_bits(c5, BITS_OF_FIFTH), BITS_OF_FIFTH),
            with_lowest_bits(c3, leading_bits(c4, BITS_OF_FOURTH), BITS_OF_FOURTH),
        ])
    }

    /// The coefficients that the row stands for.
    #[inline(always)]
    pub fn coefficients(&self) -> [f64; POLYNOMIAL_TERMS] {
        let PolynomialRow([c0, c1, c2, c3]) = *self;
        let c4 = f64::from_bits(c3.to_bits() << BITS_OF_FOURTH);
        let c5 = f64::from_bits(c2.to_bits() << (64 - BITS_OF_FIFTH));
        [c0, c1, c2, c3, c4, c5]
    }

    /// The polynomial at t.
    #[inline(always)]
    pub fn at(&self, t: f64) -> f64 {
        let [c0, c1, c2, c3, c4, c5] = self.coefficients();
        // Even and odd terms apart: two short chains in place of a long one.
        let square = t * t;
        let even = c4.mul_add(square, c2).mul_add(square, c0);
        let odd = c5.mul_add(square, c3).mul_add(square, c1);
        odd.mul_add(t, even)
    }

    /// How far the polynomial of the row is, on [−1, 1], from that of the coefficients it was packed from at most.
    pub fn loss(coefficients: &[f64; POLYNOMIAL_TERMS]) -> f64 {
        let pairs = coefficients.iter().zip(Self::LOSSES);
        pairs.map(|(c, loss)| c.abs() * loss).sum()
    }

    /// The bytes of its numbers, the least significant of each first.
    #[cfg(test)]
    pub fn to_bytes(self) -> [u8; 8 * PACKED] {
        pulp::bytemuck::cast(self.0.map(f64::to_le_bytes))
    }

    /// The row of such bytes.
    pub fn from_bytes(bytes: &[u8; 8 * PACKED]) -> Self {
        let (numbers, _) = bytes.as_chunks();
        PolynomialRow(std::array::from_fn(|at| f64::from_le_bytes(numbers[at])))
    }
}

/// The highest `bits` bits of a number, rounded.
fn leading_bits(x: f64, bits: u32) -> u64 {
    let dropped = 64 - bits;
    (x.to_bits() + (1 << (dropped - 1))) >> dropped
}

/// The number nearest to x whose lowest `bits` bits are these.
fn with_lowest_bits(x: f64, lowest: u64, bits: u32) -> f64 {
    const SIGN: u64 = 1 << 63;
    let step = 1 << bits;
    let magnitude = x.to_bits() & !SIGN;
    let found = (magnitude & !(step - 1)) | lowest;
    let found = if found > magnitude + step / 2 && found >= step {
        found - step
    } else if found + step / 2 < magnitude {
        found + step
    } else {
        found
    };
    f64::from_bits(found | (x.to_bits() & SIGN))
}

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
    let values = Values { rows, index, t, x };
    #[cfg(target_arch = "x86_64")]
    match pulp::Arch::new() {
        pulp::Arch::V4(simd) => return simd.vectorize(InVectors::<_, 8, _> { simd, values }),
        pulp::Arch::V3(simd) => return simd.vectorize(InVectors::<_, 4, _> { simd, values }),
        _ => {}
    }
    super::dispatch(
        #[inline(always)]
        || values.one_by_one(),
    )
}

/// What [`polynomials`] is asked for.
struct Values<'a, const ROWS: usize> {
    rows: &'a [PolynomialRow; ROWS],
    index: &'a [u64],
    t: &'a [f64],
    x: &'a mut [f64],
}

impl<const ROWS: usize> Values<'_, ROWS> {
    #[inline(always)]
    fn one_by_one(self) -> bool {
        let Values { rows, index, t, x } = self;
        let mut missing = false;
        for ((x, index), &t) in x.iter_mut().zip(index).zip(t) {
            *x = rows[*index as usize & (ROWS - 1)].at(t);
            missing |= x.is_nan();
        }
        missing
    }
}

/// A kind of processors, with vectors of `N`.
#[cfg(target_arch = "x86_64")]
trait Vectors<const N: usize>: Copy {
    /// The polynomials of the rows, each at its t, by the same steps as for one value; a bit for each that is not a number.
    fn polynomials(self, rows: [&PolynomialRow; N], t: &[f64; N], x: &mut [f64; N]) -> u32;
}

/// [`polynomials`] in vectors.
#[cfg(target_arch = "x86_64")]
struct InVectors<'a, S, const N: usize, const ROWS: usize> {
    simd: S,
    values: Values<'a, ROWS>,
}

#[cfg(target_arch = "x86_64")]
impl<S: Vectors<N>, const N: usize, const ROWS: usize> pulp::NullaryFnOnce
    for InVectors<'_, S, N, ROWS>
{
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let InVectors { simd, values } = self;
        let (whole, rest) = values.x.as_chunks_mut::<N>();
        let (whole_index, rest_index) = values.index.as_chunks::<N>();
        let (whole_t, rest_t) = values.t.as_chunks::<N>();
        let mut missing = 0;
        for ((x, index), t) in whole.iter_mut().zip(whole_index).zip(whole_t) {
            let rows = index.map(|index| &values.rows[index as usize & (ROWS - 1)]);
            missing |= simd.polynomials(rows, t, x);
        }
        let rest = Values {
            rows: values.rows,
            index: rest_index,
            t: rest_t,
            x: rest,
        };
        // Both in any case.
        rest.one_by_one() | (missing != 0)
    }
}

/// What takes vectors of eight: all of it is inlined into [`InVectors`], else it would be compiled for other vectors.
#[cfg(target_arch = "x86_64")]
mod eight {
    use super::{BITS_OF_FIFTH, BITS_OF_FOURTH, PolynomialRow, Vectors};
    use pulp::x86::V4;
    use std::arch::x86_64::__m512d as Vector;

    /// One row after another.
    #[inline(always)]
    fn both(simd: V4, first: &PolynomialRow, second: &PolynomialRow) -> Vector {
        let f = simd.avx512f;
        let first = f._mm512_castpd256_pd512(pulp::cast(first.0));
        f._mm512_insertf64x4::<1>(first, pulp::cast(second.0))
    }

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

    /// The numbers moved to higher bits.
    #[inline(always)]
    fn shifted<const BITS: u32>(simd: V4, x: Vector) -> Vector {
        let f = simd.avx512f;
        f._mm512_castsi512_pd(f._mm512_slli_epi64::<BITS>(f._mm512_castpd_si512(x)))
    }

    impl Vectors<8> for V4 {
        #[inline(always)]
        fn polynomials(self, rows: [&PolynomialRow; 8], t: &[f64; 8], x: &mut [f64; 8]) -> u32 {
            let f = self.avx512f;
            // Side by side as the two steps below bring them into order.
            let a = both(self, rows[0], rows[2]);
            let b = both(self, rows[1], rows[3]);
            let c = both(self, rows[4], rows[6]);
            let d = both(self, rows[5], rows[7]);
            let (even, odd) = (f._mm512_unpacklo_pd(a, b), f._mm512_unpackhi_pd(a, b));
            let (more_even, more_odd) = (f._mm512_unpacklo_pd(c, d), f._mm512_unpackhi_pd(c, d));
            let (c0, c2) = (outer(self, even, more_even), inner(self, even, more_even));
            let (c1, c3) = (outer(self, odd, more_odd), inner(self, odd, more_odd));
            let c4 = shifted::<BITS_OF_FOURTH>(self, c3);
            let c5 = shifted::<{ 64 - BITS_OF_FIFTH }>(self, c2);
            let t: Vector = pulp::cast(*t);
            let square = f._mm512_mul_pd(t, t);
            let even = f._mm512_fmadd_pd(f._mm512_fmadd_pd(c4, square, c2), square, c0);
            let odd = f._mm512_fmadd_pd(f._mm512_fmadd_pd(c5, square, c3), square, c1);
            let value = f._mm512_fmadd_pd(odd, t, even);
            *x = pulp::cast(value);
            const UNORDERED: i32 = 3;
            f._mm512_cmp_pd_mask::<UNORDERED>(value, value).into()
        }
    }
}

/// What takes vectors of four.
#[cfg(target_arch = "x86_64")]
mod four {
    use super::{BITS_OF_FIFTH, BITS_OF_FOURTH, PolynomialRow, Vectors};
    use pulp::x86::V3;
    use std::arch::x86_64::__m256d as Vector;

    /// The numbers moved to higher bits.
    #[inline(always)]
    fn shifted<const BITS: i32>(simd: V3, x: Vector) -> Vector {
        let moved = simd.avx2._mm256_slli_epi64::<BITS>(pulp::cast(x));
        pulp::cast(moved)
    }

    impl Vectors<4> for V3 {
        #[inline(always)]
        fn polynomials(self, rows: [&PolynomialRow; 4], t: &[f64; 4], x: &mut [f64; 4]) -> u32 {
            let (avx, fma) = (self.avx, self.fma);
            let [a, b, c, d]: [Vector; 4] = rows.map(|row| pulp::cast(row.0));
            let (even, odd) = (avx._mm256_unpacklo_pd(a, b), avx._mm256_unpackhi_pd(a, b));
            let (more_even, more_odd) =
                (avx._mm256_unpacklo_pd(c, d), avx._mm256_unpackhi_pd(c, d));
            const LOWER: i32 = 0x20;
            const UPPER: i32 = 0x31;
            let c0 = avx._mm256_permute2f128_pd::<LOWER>(even, more_even);
            let c2 = avx._mm256_permute2f128_pd::<UPPER>(even, more_even);
            let c1 = avx._mm256_permute2f128_pd::<LOWER>(odd, more_odd);
            let c3 = avx._mm256_permute2f128_pd::<UPPER>(odd, more_odd);
            let c4 = shifted::<{ BITS_OF_FOURTH as i32 }>(self, c3);
            let c5 = shifted::<{ 64 - BITS_OF_FIFTH as i32 }>(self, c2);
            let t: Vector = pulp::cast(*t);
            let square = avx._mm256_mul_pd(t, t);
            let even = fma._mm256_fmadd_pd(fma._mm256_fmadd_pd(c4, square, c2), square, c0);
            let odd = fma._mm256_fmadd_pd(fma._mm256_fmadd_pd(c5, square, c3), square, c1);
            let value = fma._mm256_fmadd_pd(odd, t, even);
            *x = pulp::cast(value);
            const UNORDERED: i32 = 3;
            avx._mm256_movemask_pd(avx._mm256_cmp_pd::<UNORDERED>(value, value)) as u32
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every way this processor has, of any number of values and rows of all sorts: the bits of the one-by-one way.
    #[test]
    fn every_way_gives_the_same_bits() {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
            state >> 11
        };
        let unit = 2f64.powi(-53);
        let mut rows = [PolynomialRow::MISSING; 64];
        for row in rows.iter_mut().skip(1) {
            *row = PolynomialRow::pack(std::array::from_fn(|_| next() as f64 * unit - 0.5));
        }
        for length in 0..70 {
            let index: Vec<u64> = (0..length).map(|_| next()).collect();
            let t: Vec<f64> = (0..length)
                .map(|_| 2.0 * (next() as f64 * unit) - 1.0)
                .collect();
            let mut expected = vec![0.0; length];
            let missing = index.iter().any(|index| index % 64 == 0);
            let mut check = |way: &dyn Fn(Values<64>) -> bool| {
                let mut x = vec![0.0; length];
                let values = Values {
                    rows: &rows,
                    index: &index,
                    t: &t,
                    x: &mut x,
                };
                assert_eq!(way(values), missing);
                let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                if expected.iter().all(|x| *x == 0.0) {
                    expected.clone_from(&x);
                }
                assert_eq!(bits(&x), bits(&expected), "{length}");
            };
            check(&|values| values.one_by_one());
            check(&|Values { rows, index, t, x }| polynomials(rows, index, t, x));
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V3::try_new() {
                check(&|values| simd.vectorize(InVectors::<_, 4, _> { simd, values }));
            }
        }
    }

    proptest! {
        #[test]
        fn rows_hold_their_coefficients(c in prop::array::uniform6(-1e3f64..1e3), scale in -300..300i32) {
            let c = c.map(|c| c * 2f64.powi(scale));
            let packed = PolynomialRow::pack(c).coefficients();
            for ((packed, c), loss) in packed.iter().zip(&c).zip(PolynomialRow::LOSSES) {
                prop_assert!((packed - c).abs() <= c.abs() * loss, "{packed} {c}");
            }
            // The twin: a bit more would be told.
            let off = (packed[2] * (1.0 + 2f64.powi(-27)) - c[2]).abs();
            prop_assert!(c[2] == 0.0 || off > c[2].abs() * PolynomialRow::LOSSES[2]);
        }
    }

    #[test]
    fn nothing_and_missing_rows_stay_what_they_are() {
        let zero = PolynomialRow::pack([1.5, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(zero.coefficients(), [1.5, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert!(PolynomialRow::MISSING.coefficients()[0].is_nan());
        let negative = PolynomialRow::pack([0.0, 0.0, -1e-310, -0.0, 1.0, -1.0]).coefficients();
        assert_eq!(negative[4..], [1.0, -1.0]);
        assert!(negative[2].abs() < 1e-309 && negative[3].abs() < 1e-313);
        for missing in [f64::NAN, f64::INFINITY] {
            let row = PolynomialRow::pack([1.0, 1.0, missing, 1.0, 1.0, -1.0]);
            assert!(row.coefficients()[0].is_nan());
        }
    }
}
