//! The sampling path of families with no fast closed inverse: a piecewise polynomial of the quantile function.
//!
//! Each tail is cut into octaves of v = min(u, 1 − u), each octave into 2⁴ equal pieces, and on each piece x(v) is a
//! polynomial of degree 5. Which piece and where in it are the leading and the remaining bits of the double v, so finding
//! it is a shift and a subtraction. How the polynomials are made and proven within the bounds is in [`build`]; pieces that
//! are not within them, and v below 2⁻¹⁶, hold NaN. Such a piece is cut once more into as many (around the valley between two
//! components of a mixture, say); where that does not help either the exact path is taken, so the far tails are as exact as they
//! can be. Of 16 KiB, half of the draws look at 1 and fifteen of sixteen at 4, so that the first cache holds what is used.
//! Where two pieces meet x may step back, by as little as their errors differ: some 10⁻¹³ in u.

mod build;
mod exponential;
mod hermite;

use super::shared::Shared;
use crate::kernel::{self, PolynomialRow as Row, Tails};
use build::Tail;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Degree of the polynomials plus one.
const TERMS: usize = kernel::POLYNOMIAL_TERMS;
/// 2^SPLIT pieces an octave.
const SPLIT: u32 = 4;
/// Octaves of v below one half that are tabulated.
const OCTAVES: u64 = 15;
/// Rows for one tail: one of NaN for the far tail, the pieces, one for v = ½ itself.
const TAIL_ROWS: usize = 256;
const ROWS: usize = 2 * TAIL_ROWS;
/// Bits of the mantissa that place v inside its piece.
const LOCAL_BITS: u32 = 52 - SPLIT;
/// The piece of v = 2^−(OCTAVES + 1), less one, counted from zero.
const FIRST: u64 = ((1023 - 1 - OCTAVES) << SPLIT) - 1;
const PIECES: usize = (OCTAVES as usize) << SPLIT;
/// Values evaluated between one pass for the indices and one for the polynomials.
const BLOCK: usize = 64;

/// What a table is made from.
pub(super) trait Tabulated: fmt::Debug {
    /// The value with lower tail `p` ≤ ½, given a value that is likely near.
    fn lower_quantile(&self, p: f64, near: Option<f64>) -> f64;

    /// The value with upper tail `q` ≤ ½, given a value that is likely near.
    fn upper_quantile(&self, q: f64, near: Option<f64>) -> f64;

    /// Both tails at `x`.
    fn tails(&self, x: f64) -> Tails;

    /// The density at `x`, of what is not in atoms.
    fn density(&self, x: f64) -> f64;

    /// Whether the table holds ln x: for values that spread over many orders of magnitude.
    fn logarithmic(&self) -> bool {
        false
    }
}

/// The exact quantile at any u, by its nearer tail; NaN outside [0, 1].
pub(super) fn exact_quantile(of: &(impl Tabulated + ?Sized), u: f64) -> f64 {
    if !(0.0..=1.0).contains(&u) {
        f64::NAN
    } else if u <= 0.5 {
        of.lower_quantile(u, None)
    } else {
        of.upper_quantile(1.0 - u, None)
    }
}

/// A table that is built, or found among those built already, at its first use.
#[derive(Clone, Default)]
pub(super) struct LazyTable(OnceLock<Arc<Table>>);

impl fmt::Debug for LazyTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LazyTable")
    }
}

impl LazyTable {
    /// `x[i]` = the quantile of `of` at `u[i]`.
    pub fn fill(&self, of: &impl Tabulated, u: &[f64], x: &mut [f64]) {
        static TABLES: Shared<Table> = Shared::new();
        let table = self.0.get_or_init(|| TABLES.get(of, || Table::build(of)));
        table.fill(of, u, x);
    }
}

/// The polynomials of both tails.
pub(super) struct Table {
    rows: Box<[Row; ROWS]>,
    finer: Finer,
    logarithmic: bool,
}

/// The pieces that are cut once more.
#[derive(Debug, Default)]
struct Finer {
    /// For each row, the place of its piece in `pieces`, from one on; zero for those that are not cut. Empty where none is.
    of_row: Vec<u16>,
    pieces: Vec<[Row; 1 << SPLIT]>,
}

impl Finer {
    /// The rows of the cut piece of a row.
    fn get(&self, row: usize) -> Option<&[Row; 1 << SPLIT]> {
        let place = *self.of_row.get(row)?;
        self.pieces.get(usize::from(place.checked_sub(1)?))
    }

    /// Cuts the piece of a row into these.
    fn cut(&mut self, row: usize, pieces: [Row; 1 << SPLIT]) {
        self.pieces.push(pieces);
        self.of_row.resize(ROWS, 0);
        self.of_row[row] = self.pieces.len() as u16;
    }
}

/// The bytes that [`Table::of_constant`] takes.
#[cfg(test)]
pub(super) fn bytes_of(of: &impl Tabulated) -> Vec<u8> {
    let table = Table::build(of);
    table.rows.iter().flat_map(|row| row.to_bytes()).collect()
}

impl Table {
    /// A table that was built before, from the bytes of its rows.
    pub fn of_constant(bytes: &[u8]) -> Self {
        let mut rows = Box::new([Row::MISSING; ROWS]);
        let (rows_of_bytes, _) = bytes.as_chunks();
        for (row, bytes) in rows.iter_mut().zip(rows_of_bytes) {
            *row = Row::from_bytes(bytes);
        }
        Table {
            rows,
            finer: Finer::default(),
            logarithmic: false,
        }
    }

    /// The table of e^(`scale` · z), this being that of the standard normal z and 9 `scale` ≤ 708; `None` where the spread is too wide
    /// for one.
    pub fn exponential(&self, scale: f64) -> Option<Table> {
        exponential::exponential(&self.rows, scale).map(|rows| Table {
            rows,
            finer: Finer::default(),
            logarithmic: false,
        })
    }

    fn build(of: &impl Tabulated) -> Self {
        let mut rows = Box::new([Row::MISSING; ROWS]);
        let logarithmic = of.logarithmic();
        let mut finer = Finer::default();
        for upper in [false, true] {
            let first = usize::from(upper) * TAIL_ROWS;
            let tail = Tail::new(of, upper);
            for (piece, rows) in tail.build(&mut rows[first..][..TAIL_ROWS]) {
                finer.cut(first + piece, rows);
            }
        }
        Self {
            rows,
            finer,
            logarithmic,
        }
    }

    /// `x[i]` = the quantile of `of` at `u[i]`.
    pub fn fill(&self, of: &impl Tabulated, u: &[f64], x: &mut [f64]) {
        assert_eq!(u.len(), x.len(), "slices of different lengths");
        let mut missing = false;
        let (mut index, mut local) = ([0; BLOCK], [0.0; BLOCK]);
        for (u, x) in u.chunks(BLOCK).zip(x.chunks_mut(BLOCK)) {
            let (index, local) = (&mut index[..u.len()], &mut local[..u.len()]);
            kernel::dispatch(
                #[inline(always)]
                || places(u, index, local),
            );
            // One of them has no polynomial and is left NaN.
            missing |= kernel::polynomials(&self.rows, index, local, x);
        }
        if self.logarithmic {
            kernel::dispatch(
                #[inline(always)]
                || {
                    for x in x.iter_mut() {
                        *x = kernel::exp(*x);
                    }
                },
            );
        }
        if missing {
            for (u, x) in u.iter().zip(x) {
                if x.is_nan() {
                    *x = self
                        .finer_value(*u)
                        .unwrap_or_else(|| exact_quantile(of, *u));
                }
            }
        }
    }
}

impl Table {
    /// The value at u, where its piece is cut once more.
    fn finer_value(&self, u: f64) -> Option<f64> {
        let (index, rest) = place(u);
        let pieces = self.finer.get(index as usize)?;
        let x = pieces[(rest >> LOCAL_BITS) as usize].at(local_of(rest << SPLIT));
        Some(if self.logarithmic { kernel::exp(x) } else { x })
    }
}

/// The rows of numbers, and where in their pieces they lie.
#[inline(always)]
fn places(u: &[f64], index: &mut [u64], local: &mut [f64]) {
    for ((u, index), local) in u.iter().zip(index).zip(local) {
        let rest;
        (*index, rest) = place(*u);
        *local = local_of(rest);
    }
}

/// The row of a number, and the bits of the mantissa that are left, moved to the top of a mantissa.
#[inline(always)]
fn place(u: f64) -> (u64, u64) {
    let upper = u > 0.5;
    let v = if upper { 1.0 - u } else { u };
    let bits = v.to_bits();
    let piece = (bits >> LOCAL_BITS).wrapping_sub(FIRST) as i64;
    // Row 0 is the far tail. NaN and values outside (0, 1) have huge bits and end in the last rows, NaN too.
    let piece = if piece < 0 { 0 } else { piece };
    let last = TAIL_ROWS as i64 - 1;
    let piece = if piece > last { last } else { piece };
    let tail = if upper { TAIL_ROWS as u64 } else { 0 };
    (piece as u64 + tail, (bits << SPLIT) & ((1 << 52) - 1))
}

/// The leading bits of a mantissa as a number in [1, 2), stretched to [−1, 1).
#[inline(always)]
fn local_of(rest: u64) -> f64 {
    let mantissa = rest & ((1 << 52) - 1);
    2.0 * f64::from_bits(mantissa | 1.0_f64.to_bits()) - 3.0
}
