//! The model as operations over columns: names became slots, units became factors. Lowering cannot fail.
//!
//! Every column holds numbers in whatever unit is at hand, and carries an exact factor to base units that is folded into
//! products for nothing and applied once, at the output: a unit conversion costs one rounding. What no distribution acts
//! on is computed in exact rational arithmetic as far as it can be.

pub mod exact;
pub mod exchange;
mod execute;
mod fold;
mod lower;
mod registers;
mod rows;
mod shares;
mod tails;

use crate::distribution::Marginal;
use crate::model::{Binary, Unary, Variant};
pub use lower::{lower, lower_unshared};
use std::sync::Arc;
pub use tails::Orders;

/// Rows of a tile: a column of 4 KiB, so that the live columns of a model stay in the first cache. Its height changes no number.
pub const TILE: usize = 512;

/// A slot for a column.
pub type Register = u32;

/// A variant, lowered.
#[derive(Debug)]
pub struct Program {
    /// What it draws, in the order of the scenario.
    pub sources: Vec<Source>,
    /// The operations, in order; every operand was written before.
    pub steps: Vec<Step>,
    /// How many columns the steps need.
    pub registers: usize,
    /// The outputs in their own units, in the order of the variant.
    pub outputs: Vec<Slot>,
    /// For each output, the first one that is the same column in another unit, or times another number, and how many times that one
    /// it is, if that is a positive number: a total a day and a year, say.
    pub multiples: Vec<Option<(usize, f64)>>,
    /// Where to find every input in its own unit, in the order of the variant; empty unless asked for.
    pub inputs: Vec<Slot>,
    /// How many counters of [`Step::Interpolate`] there are.
    pub monitors: usize,
    /// The groups of shares that it draws.
    pub shares: Vec<ShareSources>,
}

/// The draws that shares which sum to one are made of: each is its own draw over the sum of them all.
#[derive(Debug)]
pub struct ShareSources {
    /// Their places among the sources.
    pub sources: Vec<usize>,
    /// The distribution of each share.
    pub marginals: Vec<Arc<dyn Marginal>>,
}

impl Program {
    /// The outputs that a distribution acts on.
    pub fn varying_outputs(&self) -> impl Iterator<Item = usize> {
        self.varying_columns().map(|(_, output)| output)
    }

    /// The columns of those outputs, each with the output's index.
    pub fn varying_columns(&self) -> impl Iterator<Item = (Register, usize)> {
        let outputs = self.outputs.iter().enumerate();
        outputs.filter_map(|(output, slot)| match slot {
            Slot::Column(register) => Some((*register, output)),
            Slot::Constant(_) => None,
        })
    }
}

/// Something random: an input, or the rows of a data file that several inputs take their numbers from.
#[derive(Debug)]
pub struct Source {
    /// The index in the variant's inputs of the (first) input that is made of it: its draws have that one's key.
    pub input: usize,
    /// The other inputs that are made of it.
    pub others: Vec<usize>,
    /// Its distribution; of rows, that of the number of a row in the order of the first input's values.
    pub marginal: Arc<dyn Marginal>,
}

/// What a source is called: the names of its inputs, joined by `+`.
pub fn source_label(variant: &Variant, source: &Source) -> String {
    let inputs = std::iter::once(&source.input).chain(&source.others);
    let names: Vec<&str> = inputs
        .map(|&input| variant.inputs[input].name.as_str())
        .collect();
    names.join("+")
}

/// Where a number per trial stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Slot {
    /// In a column.
    Column(Register),
    /// The same in every trial.
    Constant(f64),
}

/// One pass over columns.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Draws source `source`.
    Fill {
        /// Index in [`Program::sources`].
        source: usize,
        /// Where to.
        result: Register,
    },
    /// The number that a column of a data file has in a row.
    Take {
        /// The numbers of the rows.
        numbers: Arc<[f64]>,
        /// The number of the row, from 0.
        row: Register,
        /// Where to.
        result: Register,
    },
    /// A function of one column.
    Unary {
        /// Which.
        function: Unary,
        /// Of what.
        argument: Register,
        /// Where to.
        result: Register,
    },
    /// A function of two.
    Binary {
        /// Which.
        function: Binary,
        /// First operand.
        left: Slot,
        /// Second operand.
        right: Slot,
        /// Where to.
        result: Register,
    },
    /// `factor · scaled + added`, rounded once: a sum of two quantities in different units.
    MultiplyAdd {
        /// The ratio of the units.
        factor: f64,
        /// The column it multiplies.
        scaled: Register,
        /// The column added.
        added: Register,
        /// Where to.
        result: Register,
    },
    /// `then` where the condition is not zero, else `otherwise`; NaN where the condition is NaN.
    Select {
        /// The condition.
        condition: Register,
        /// Where it holds.
        then: Slot,
        /// Where not.
        otherwise: Slot,
        /// Where to.
        result: Register,
    },
    /// Piecewise linear between knots, held at the ends; counts the rows beyond them.
    Interpolate {
        /// The abscissa.
        argument: Register,
        /// Strictly rising (or, with `descending`, strictly falling) abscissae of the knots.
        knots: Vec<f64>,
        /// The value at each knot.
        values: Vec<Slot>,
        /// Which counter to raise by the rows beyond the ends.
        monitor: usize,
        /// Where to.
        result: Register,
    },
}

/// The columns of one tile.
pub struct Tile {
    columns: Vec<Vec<f64>>,
    /// Takes the place of a column while it is written: columns are swapped, never copied.
    spare: Vec<f64>,
    /// Rows in use.
    pub rows: usize,
    /// Rows beyond the ends of each interpolation, summed over the tiles.
    pub beyond: Vec<u64>,
}

impl Tile {
    /// A slot's numbers; constants are written out into `buffer`.
    pub fn slot<'a>(&'a self, slot: Slot, buffer: &'a mut [f64; TILE]) -> &'a [f64] {
        match slot {
            Slot::Column(register) => self.column(register),
            Slot::Constant(value) => {
                buffer[..self.rows].fill(value);
                &buffer[..self.rows]
            }
        }
    }

    /// A column's rows.
    pub fn column(&self, register: Register) -> &[f64] {
        &self.columns[register as usize][..self.rows]
    }

    /// The number of a slot in one row.
    pub fn value(&self, slot: Slot, row: usize) -> f64 {
        match slot {
            Slot::Column(register) => self.columns[register as usize][row],
            Slot::Constant(value) => value,
        }
    }
}
