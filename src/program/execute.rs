//! The steps over a tile: each a loop over slices, compiled for the processor at hand, the same bits on every one.

use super::{Program, Register, Slot, Step, TILE, Tile};
use crate::kernel;
use crate::model::{Binary, Unary};

impl Program {
    /// A tile with room for every column.
    pub fn tile(&self) -> Tile {
        Tile {
            columns: (0..self.registers).map(|_| vec![0.0; TILE]).collect(),
            spare: vec![0.0; TILE],
            rows: TILE,
            beyond: vec![0; self.monitors],
        }
    }

    /// Runs every step over `tile.rows` rows; `fill` draws a source into a column.
    pub fn execute(&self, tile: &mut Tile, mut fill: impl FnMut(usize, &mut [f64])) {
        let rows = tile.rows;
        for step in &self.steps {
            let result = step.result() as usize;
            std::mem::swap(&mut tile.spare, &mut tile.columns[result]);
            let columns = &tile.columns;
            step.execute(
                |register| &columns[register as usize][..rows],
                &mut tile.spare[..rows],
                &mut fill,
                &mut tile.beyond,
            );
            std::mem::swap(&mut tile.spare, &mut tile.columns[result]);
        }
    }
}

impl Step {
    /// Computes the step into `out` from the columns that `column` finds; `beyond` counts the rows beyond the ends of each
    /// interpolation.
    pub(super) fn execute<'a>(
        &self,
        column: impl Fn(Register) -> &'a [f64],
        out: &mut [f64],
        fill: &mut impl FnMut(usize, &mut [f64]),
        beyond: &mut [u64],
    ) {
        let side = |slot: &Slot| match slot {
            Slot::Column(register) => Side::Column(column(*register)),
            Slot::Constant(value) => Side::Constant(*value),
        };
        match self {
            Step::Fill { source, .. } => fill(*source, out),
            Step::Take { numbers, row, .. } => {
                for (out, row) in out.iter_mut().zip(column(*row)) {
                    *out = numbers[*row as usize];
                }
            }
            Step::Unary {
                function, argument, ..
            } => unary_columns(*function, column(*argument), out),
            Step::Binary {
                function,
                left,
                right,
                ..
            } => binary_columns(*function, side(left), side(right), out),
            Step::MultiplyAdd {
                factor,
                scaled,
                added,
                ..
            } => {
                let factor = *factor;
                zip(
                    Side::Column(column(*scaled)),
                    Side::Column(column(*added)),
                    out,
                    // Moved in: a factor behind a reference would be looked at again for every row.
                    move |scaled, added| factor.mul_add(scaled, added),
                );
            }
            Step::Select {
                condition,
                then,
                otherwise,
                ..
            } => {
                select(column(*condition), side(then), side(otherwise), out);
            }
            Step::Interpolate {
                argument,
                knots,
                values,
                monitor,
                ..
            } => {
                let values: Vec<Side> = values.iter().map(side).collect();
                let (first, last) = (knots[0], knots[knots.len() - 1]);
                for (row, (&x, result)) in column(*argument).iter().zip(out).enumerate() {
                    beyond[*monitor] += u64::from(x < first || x > last);
                    *result = interpolate(x, knots, |at| values[at].at(row));
                }
            }
        }
    }
}

/// An operand of a step.
#[derive(Clone, Copy)]
enum Side<'a> {
    Column(&'a [f64]),
    Constant(f64),
}

impl Side<'_> {
    #[inline(always)]
    fn at(&self, row: usize) -> f64 {
        match self {
            Side::Column(column) => column[row],
            Side::Constant(value) => *value,
        }
    }
}

/// `out = function(left, right)`, row by row.
#[inline(always)]
fn zip(left: Side, right: Side, out: &mut [f64], function: impl Fn(f64, f64) -> f64) {
    kernel::dispatch(
        #[inline(always)]
        || match (left, right) {
            (Side::Column(left), Side::Column(right)) => {
                for ((out, &a), &b) in out.iter_mut().zip(left).zip(right) {
                    *out = function(a, b);
                }
            }
            (Side::Column(left), Side::Constant(b)) => {
                for (out, &a) in out.iter_mut().zip(left) {
                    *out = function(a, b);
                }
            }
            (Side::Constant(a), Side::Column(right)) => {
                for (out, &b) in out.iter_mut().zip(right) {
                    *out = function(a, b);
                }
            }
            (Side::Constant(a), Side::Constant(b)) => out.fill(function(a, b)),
        },
    );
}

fn select(condition: &[f64], then: Side, otherwise: Side, out: &mut [f64]) {
    zip(then, otherwise, out, |a, _| a);
    kernel::dispatch(
        #[inline(always)]
        || {
            for (row, (out, &condition)) in out.iter_mut().zip(condition).enumerate() {
                let chosen = if condition == 0.0 {
                    otherwise.at(row)
                } else {
                    *out
                };
                *out = if condition.is_nan() {
                    condition
                } else {
                    chosen
                };
            }
        },
    );
}

fn unary_columns(function: Unary, argument: &[f64], out: &mut [f64]) {
    match function {
        Unary::Exp => kernel::exp_slice(argument, out),
        Unary::Ln => kernel::ln_slice(argument, out),
        Unary::Log10 => kernel::log10_slice(argument, out),
        Unary::Negate => map(argument, out, |x| -x),
        Unary::Not => map(argument, out, not),
        Unary::Abs => map(argument, out, f64::abs),
        Unary::Sqrt => map(argument, out, f64::sqrt),
        Unary::Floor => map(argument, out, f64::floor),
        Unary::Ceil => map(argument, out, f64::ceil),
        Unary::Round => map(argument, out, f64::round_ties_even),
        Unary::Sin => map(argument, out, kernel::sin),
        Unary::Cos => map(argument, out, kernel::cos),
        Unary::Tan => map(argument, out, kernel::tan),
        Unary::Asin => map(argument, out, kernel::asin),
        Unary::Acos => map(argument, out, kernel::acos),
        Unary::Atan => map(argument, out, kernel::atan),
    }
}

#[inline(always)]
fn map(argument: &[f64], out: &mut [f64], function: impl Fn(f64) -> f64) {
    kernel::dispatch(
        #[inline(always)]
        || {
            for (out, &x) in out.iter_mut().zip(argument) {
                *out = function(x);
            }
        },
    );
}

fn binary_columns(function: Binary, left: Side, right: Side, out: &mut [f64]) {
    match function {
        Binary::Add => zip(left, right, out, |a, b| a + b),
        Binary::Subtract => zip(left, right, out, |a, b| a - b),
        Binary::Multiply => zip(left, right, out, |a, b| a * b),
        Binary::Divide => zip(left, right, out, |a, b| a / b),
        Binary::Power => power(left, right, out),
        Binary::Minimum => zip(left, right, out, minimum),
        Binary::Maximum => zip(left, right, out, maximum),
        Binary::Less => zip(left, right, out, |a, b| truth(a < b, a, b)),
        Binary::LessOrEqual => zip(left, right, out, |a, b| truth(a <= b, a, b)),
        Binary::Greater => zip(left, right, out, |a, b| truth(a > b, a, b)),
        Binary::GreaterOrEqual => zip(left, right, out, |a, b| truth(a >= b, a, b)),
        Binary::Equal => zip(left, right, out, |a, b| truth(a == b, a, b)),
        Binary::NotEqual => zip(left, right, out, |a, b| truth(a != b, a, b)),
        Binary::And => zip(left, right, out, |a, b| truth(a != 0.0 && b != 0.0, a, b)),
        Binary::Or => zip(left, right, out, |a, b| truth(a != 0.0 || b != 0.0, a, b)),
        Binary::Atan2 => zip(left, right, out, kernel::atan2),
    }
}

fn power(left: Side, right: Side, out: &mut [f64]) {
    let mut buffers = [[0.0; TILE]; 2];
    let [left_buffer, right_buffer] = &mut buffers;
    let rows = out.len();
    let left = written_out(left, &mut left_buffer[..rows]);
    let right = written_out(right, &mut right_buffer[..rows]);
    kernel::powf_slice(left, right, out);
}

fn written_out<'a>(side: Side<'a>, buffer: &'a mut [f64]) -> &'a [f64] {
    match side {
        Side::Column(column) => column,
        Side::Constant(value) => {
            buffer.fill(value);
            buffer
        }
    }
}

/// The function of two numbers, as the columns compute it.
pub fn binary(function: Binary, a: f64, b: f64) -> f64 {
    let mut out = [0.0];
    binary_columns(function, Side::Constant(a), Side::Constant(b), &mut out);
    out[0]
}

/// 1 or 0; NaN where an operand is NaN, so that it is not lost in a condition.
#[inline(always)]
fn truth(holds: bool, a: f64, b: f64) -> f64 {
    let value = if holds { 1.0 } else { 0.0 };
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        value
    }
}

/// 1 for zero, 0 for any other number, NaN for NaN.
#[inline(always)]
pub fn not(x: f64) -> f64 {
    truth(x == 0.0, x, x)
}

/// The smaller: −0 before +0, NaN passed on.
#[inline(always)]
fn minimum(a: f64, b: f64) -> f64 {
    let equal = f64::from_bits(a.to_bits() | b.to_bits());
    let smaller = if a < b { a } else { b };
    let chosen = if a == b { equal } else { smaller };
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        chosen
    }
}

/// The larger: +0 after −0, NaN passed on.
#[inline(always)]
fn maximum(a: f64, b: f64) -> f64 {
    let equal = f64::from_bits(a.to_bits() & b.to_bits());
    let larger = if a > b { a } else { b };
    let chosen = if a == b { equal } else { larger };
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        chosen
    }
}

/// Piecewise linear through (knot, value), held at the ends, NaN passed on.
#[inline(always)]
pub fn interpolate(x: f64, knots: &[f64], value: impl Fn(usize) -> f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let above = knots.partition_point(|&knot| knot <= x);
    if above == 0 {
        return value(0);
    }
    if above == knots.len() {
        return value(above - 1);
    }
    let (x0, x1) = (knots[above - 1], knots[above]);
    let share = (x - x0) / (x1 - x0);
    let (y0, y1) = (value(above - 1), value(above));
    share.mul_add(y1 - y0, y0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minimum_and_maximum_order_zeros_and_pass_nan() {
        assert!(minimum(0.0, -0.0).is_sign_negative() && minimum(-0.0, 0.0).is_sign_negative());
        assert!(maximum(0.0, -0.0).is_sign_positive() && maximum(-0.0, 0.0).is_sign_positive());
        assert!(minimum(f64::NAN, 1.0).is_nan() && maximum(1.0, f64::NAN).is_nan());
        assert_eq!((minimum(2.0, -3.0), maximum(2.0, -3.0)), (-3.0, 2.0));
        assert_eq!((minimum(-3.0, -3.0), maximum(-3.0, -3.0)), (-3.0, -3.0));
    }

    #[test]
    fn interpolation_is_held_at_the_ends() {
        let value = |at: usize| [10.0, 20.0, 0.0][at];
        let at = |x| interpolate(x, &[1.0, 2.0, 4.0], value);
        assert_eq!(
            [0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 9.0].map(at),
            [10.0, 10.0, 15.0, 20.0, 10.0, 0.0, 0.0]
        );
        assert!(at(f64::NAN).is_nan());
    }

    #[test]
    fn a_nan_is_not_lost_in_a_condition() {
        assert!(binary(Binary::Less, f64::NAN, 1.0).is_nan());
        assert!(binary(Binary::Or, f64::NAN, 1.0).is_nan());
        assert!(not(f64::NAN).is_nan());
    }
}
