//! The sampling path of families with no fast closed inverse: a piecewise polynomial of the quantile function.
//!
//! Each tail is cut into octaves of v = min(u, 1 − u), each octave into 2³ equal pieces, and on each piece x(v) is a
//! polynomial of degree 7 through its exact values at the Chebyshev–Lobatto nodes. Which piece and where in it are the
//! leading and the remaining bits of the double v, so finding it is a shift and a subtraction. A piece is kept only if,
//! put back into the exact CDF at the places where interpolation errs most, it is within a quarter of the promised
//! bounds (1e-10 in u, 1e-8 of v). Pieces that are not, and v below 2⁻¹⁶, hold NaN: there the exact path is taken, so
//! the far tails are as exact as they can be and the table stays small enough for the first cache.

use crate::kernel::{self, Tails};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

/// Degree of the polynomials plus one: a row is one cache line.
const TERMS: usize = 8;
/// 2^SPLIT pieces an octave.
const SPLIT: u32 = 3;
/// Octaves of v below one half that are tabulated.
const OCTAVES: u64 = 15;
/// Rows for one tail: one of NaN for the far tail, the pieces, one for v = ½ itself.
const TAIL_ROWS: usize = 128;
const ROWS: usize = 2 * TAIL_ROWS;
/// Bits of the mantissa that place v inside its piece.
const LOCAL_BITS: u32 = 52 - SPLIT;
/// The piece of v = 2^−(OCTAVES + 1), less one, counted from zero.
const FIRST: u64 = ((1023 - 1 - OCTAVES) << SPLIT) - 1;
const PIECES: usize = (OCTAVES as usize) << SPLIT;
/// Cached tables are dropped all at once above this number (16 KiB each).
const CACHED: usize = 256;
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
    /// `x[i]` = the quantile of `of` at `u[i]`; what is printed by its `Debug` tells one distribution from another.
    pub fn fill(&self, of: &impl Tabulated, u: &[f64], x: &mut [f64]) {
        let table = self.0.get_or_init(|| cached(of));
        table.fill(of, u, x);
    }
}

fn cached(of: &impl Tabulated) -> Arc<Table> {
    static CACHE: Mutex<Option<HashMap<String, Arc<Table>>>> = Mutex::new(None);
    let key = format!("{of:?}");
    // A panic elsewhere cannot leave the map half changed.
    let lock = || {
        CACHE
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    };
    if let Some(table) = lock().get_or_insert_default().get(&key) {
        return Arc::clone(table);
    }
    // Built outside the lock; two threads may do it twice, to the same bits.
    let table = Arc::new(Table::build(of));
    let mut guard = lock();
    let map = guard.get_or_insert_default();
    if map.len() >= CACHED {
        map.clear();
    }
    map.insert(key, Arc::clone(&table));
    table
}

struct Table {
    rows: Box<[[f64; TERMS]; ROWS]>,
    logarithmic: bool,
}

impl Table {
    fn build(of: &impl Tabulated) -> Self {
        let mut rows = Box::new([[f64::NAN; TERMS]; ROWS]);
        let logarithmic = of.logarithmic();
        for upper in [false, true] {
            let tail = Tail {
                of,
                upper,
                logarithmic,
            };
            let rows = &mut rows[usize::from(upper) * TAIL_ROWS..][..TAIL_ROWS];
            tail.build(rows);
        }
        Self { rows, logarithmic }
    }

    fn fill(&self, of: &impl Tabulated, u: &[f64], x: &mut [f64]) {
        assert_eq!(u.len(), x.len(), "slices of different lengths");
        let missing = kernel::dispatch(
            #[inline(always)]
            || {
                let mut missing = false;
                for (u, x) in u.chunks(BLOCK).zip(x.chunks_mut(BLOCK)) {
                    missing |= evaluate(&self.rows, u, x);
                }
                if self.logarithmic {
                    for x in x.iter_mut() {
                        *x = kernel::exp(*x);
                    }
                }
                missing
            },
        );
        if missing {
            for (u, x) in u.iter().zip(x) {
                if x.is_nan() {
                    *x = exact_quantile(of, *u);
                }
            }
        }
    }
}

/// Evaluates at most [`BLOCK`] values; true if one of them has no polynomial and is left NaN.
#[inline(always)]
fn evaluate(rows: &[[f64; TERMS]; ROWS], u: &[f64], x: &mut [f64]) -> bool {
    let mut index = [0_u64; BLOCK];
    let mut local = [0.0_f64; BLOCK];
    for ((u, index), local) in u.iter().zip(&mut index).zip(&mut local) {
        let upper = *u > 0.5;
        let v = if upper { 1.0 - *u } else { *u };
        let bits = v.to_bits();
        let piece = (bits >> LOCAL_BITS).wrapping_sub(FIRST) as i64;
        // Row 0 is the far tail. NaN and values outside (0, 1) have huge bits and end in the last rows, NaN too.
        let piece = if piece < 0 { 0 } else { piece };
        let last = TAIL_ROWS as i64 - 1;
        let piece = if piece > last { last } else { piece };
        let tail = if upper { TAIL_ROWS as u64 } else { 0 };
        *index = piece as u64 + tail;
        // The remaining bits as a number in [1, 2), stretched to [−1, 1).
        let mantissa = (bits << SPLIT) & ((1 << 52) - 1);
        *local = 2.0 * f64::from_bits(mantissa | 1.0_f64.to_bits()) - 3.0;
    }
    for ((x, index), t) in x.iter_mut().zip(&index).zip(&local) {
        let [c0, c1, c2, c3, c4, c5, c6, c7] = rows[*index as usize & (ROWS - 1)];
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
        *x = odd.mul_add(*t, even);
    }
    x.iter().fold(false, |missing, x| missing | x.is_nan())
}

/// One tail of a distribution, as its table sees it.
struct Tail<'a, T: Tabulated> {
    of: &'a T,
    upper: bool,
    logarithmic: bool,
}

impl<T: Tabulated> Tail<'_, T> {
    /// Fills the rows of this tail, from the median outward, each piece giving the next its first guesses.
    fn build(&self, rows: &mut [[f64; TERMS]]) {
        let rule = Rule::get();
        let middle = self.solve(0.5, None);
        // v = ½ is no draw of the sampler but may be asked for.
        rows[PIECES + 1] = [0.0; TERMS];
        rows[PIECES + 1][0] = middle;
        let mut top = middle;
        let mut previous: Option<[f64; TERMS]> = None;
        for piece in (1..=PIECES).rev() {
            let low = f64::from_bits((FIRST + piece as u64) << LOCAL_BITS);
            let high = f64::from_bits((FIRST + piece as u64 + 1) << LOCAL_BITS);
            let half = 0.5 * (high - low);
            let mut values = [0.0; TERMS];
            values[TERMS - 1] = top;
            let mut near = Some(self.unscaled(top));
            for node in (0..TERMS - 1).rev() {
                let t = rule.nodes[node];
                if let Some(row) = previous {
                    // In the local variable of the piece above, which may be twice as long.
                    let ratio = if piece % (1 << SPLIT) == 0 { 0.5 } else { 1.0 };
                    near = Some(self.unscaled(horner(&row, (t - 1.0) * ratio - 1.0)));
                }
                let v = if node == 0 {
                    low
                } else {
                    half.mul_add(t + 1.0, low)
                };
                values[node] = self.solve(v, near);
                if previous.is_none() {
                    near = Some(self.unscaled(values[node]));
                }
            }
            top = values[0];
            let row = rule.coefficients(&values);
            // Values that underflow are no polynomial; one zero may be the median.
            let tiny = values.iter().filter(|x| x.abs() < 1e-290).count();
            let flat = values.iter().all(|value| *value == values[0]);
            let holds = (tiny <= 1 || flat)
                && rule
                    .checks
                    .iter()
                    .all(|t| self.holds(half.mul_add(t + 1.0, low), horner(&row, *t)));
            previous = row.iter().all(|c| c.is_finite()).then_some(row);
            if holds {
                rows[piece] = row;
            }
        }
    }

    fn solve(&self, v: f64, near: Option<f64>) -> f64 {
        let x = if self.upper {
            self.of.upper_quantile(v, near)
        } else {
            self.of.lower_quantile(v, near)
        };
        if self.logarithmic { kernel::ln(x) } else { x }
    }

    fn unscaled(&self, x: f64) -> f64 {
        if self.logarithmic { kernel::exp(x) } else { x }
    }

    /// Whether the value belongs to v within a quarter of the bounds, or as nearly as a double can.
    fn holds(&self, v: f64, x: f64) -> bool {
        let bound = 0.25 * (1e-8 * v).min(1e-10);
        let x = self.unscaled(x);
        let tail = |x: f64| {
            let tails = self.of.tails(x);
            if self.upper { tails.upper } else { tails.lower }
        };
        if (tail(x) - v).abs() <= bound {
            return true;
        }
        // Also beside 0, which a mixture may have an atom at.
        let step = (4.0 * f64::EPSILON * x.abs()).max(f64::MIN_POSITIVE);
        let (a, b) = (tail(x - step), tail(x + step));
        x.is_finite() && a.min(b) <= v && v <= a.max(b)
    }
}

fn horner(row: &[f64; TERMS], t: f64) -> f64 {
    row.iter().rev().fold(0.0_f64, |y, c| y.mul_add(t, *c))
}

/// Interpolation at the Chebyshev–Lobatto nodes −cos(π j / 7).
struct Rule {
    nodes: [f64; TERMS],
    /// Row i, column j: the share of the value at node j in the coefficient of t^i.
    matrix: [[f64; TERMS]; TERMS],
    /// Where the nodal polynomial, and with it the error, is largest.
    checks: [f64; 2],
}

impl Rule {
    fn get() -> &'static Self {
        static RULE: OnceLock<Rule> = OnceLock::new();
        RULE.get_or_init(Self::new)
    }

    fn new() -> Self {
        let degree = TERMS as f64 - 1.0;
        let angle = |j: f64| -kernel::cos(std::f64::consts::PI * j / degree);
        let mut nodes = std::array::from_fn(|j| angle(j as f64));
        // Symmetric and exact at the ends, so that neighbouring pieces share a value.
        for j in 0..TERMS / 2 {
            nodes[j] = -nodes[TERMS - 1 - j];
        }
        let mut matrix = [[0.0; TERMS]; TERMS];
        for (j, column) in (0..TERMS).map(|j| (j, lagrange(&nodes, j))) {
            for (i, coefficient) in column.into_iter().enumerate() {
                matrix[i][j] = coefficient;
            }
        }
        Self {
            nodes,
            matrix,
            checks: [0.0, -angle(1.5)],
        }
    }

    fn coefficients(&self, values: &[f64; TERMS]) -> [f64; TERMS] {
        // Differences from one value: the coefficients then carry no rounding of a large common part.
        let base = values[TERMS - 1];
        let mut row = [0.0; TERMS];
        for (coefficient, weights) in row.iter_mut().zip(&self.matrix) {
            for (weight, value) in weights.iter().zip(values) {
                *coefficient = weight.mul_add(*value - base, *coefficient);
            }
        }
        row[0] += base;
        row
    }
}

/// Coefficients of the polynomial that is 1 at node j and 0 at the others.
fn lagrange(nodes: &[f64; TERMS], j: usize) -> [f64; TERMS] {
    let mut polynomial = [0.0; TERMS];
    polynomial[0] = 1.0;
    for (k, node) in nodes.iter().enumerate() {
        if k == j {
            continue;
        }
        let scale = 1.0 / (nodes[j] - node);
        for i in (0..TERMS).rev() {
            let below = if i == 0 { 0.0 } else { polynomial[i - 1] };
            polynomial[i] = (below - node * polynomial[i]) * scale;
        }
    }
    polynomial
}
