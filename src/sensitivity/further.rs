//! What indices that evaluate the model again have in common: which exchanges they need, and what they remember of them.

use crate::kernel::{self, LANES, lane_sum};
use crate::sampler::players::{Exchanging, PairedSample, PairedUniforms};
use crate::statistic::Estimate;
use crate::statistic::replicates::jackknife;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An index by its design: the exchanges, the sample that is made for them, and what is remembered of the outputs.
pub trait Design: Exchanging + Sync {
    /// The only sample that the index can be computed from.
    type Sample: PairedSample;
    /// What is remembered of a block or a replicate.
    type Tally: Send + Serialize + DeserializeOwned;
    /// Columns that outlive an exchange, within a tile.
    type Workspace: Default + Send;

    /// Nothing remembered yet.
    fn tally(&self) -> Self::Tally;

    /// The outputs of A and of B over a tile.
    fn begin(
        &self,
        tally: &mut Self::Tally,
        workspace: &mut Self::Workspace,
        a: &[&[f64]],
        b: &[&[f64]],
    );

    /// The outputs of an exchange over the same tile, and the uniforms of the tile; the exchanges come in their order.
    fn exchange(
        &self,
        tally: &mut Self::Tally,
        workspace: &mut Self::Workspace,
        at: usize,
        columns: &[Evaluated<'_>],
        uniforms: &dyn PairedUniforms,
    );

    /// Adds the block that comes next in the order of the trials.
    fn merge(&self, sum: &mut Self::Tally, block: &Self::Tally);
}

/// The tallies of all replicates together, and of all but one: what the delete-one-replicate jackknife needs.
pub(super) struct Replicates<T> {
    all: T,
    without: Vec<T>,
    sizes: Vec<u64>,
}

impl<T> Replicates<T> {
    /// From the tallies of the replicates and the rows of each.
    pub(super) fn new<D: Design<Tally = T>>(
        design: &D,
        tallies: &[T],
        rows: impl Fn(&T) -> u64,
    ) -> Self {
        let sum = |left_out: Option<usize>| {
            let mut sum = design.tally();
            for (at, tally) in tallies.iter().enumerate() {
                if Some(at) != left_out {
                    design.merge(&mut sum, tally);
                }
            }
            sum
        };
        Replicates {
            all: sum(None),
            without: (0..tallies.len()).map(|at| sum(Some(at))).collect(),
            sizes: tallies.iter().map(rows).collect(),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.sizes.len()
    }

    /// A statistic of the sums, with its error.
    pub(super) fn estimate(&self, of: impl Fn(&T) -> f64) -> Estimate {
        let value = of(&self.all);
        let without: Vec<f64> = self.without.iter().map(of).collect();
        jackknife(value, &without, &self.sizes)
    }
}

/// An output over a tile: of A, of B, and of an exchange.
#[derive(Debug, Clone, Copy)]
pub struct Evaluated<'a> {
    /// Of A.
    pub a: &'a [f64],
    /// Of B.
    pub b: &'a [f64],
    /// Of the exchange.
    pub y: &'a [f64],
}

/// How an output is shifted and scaled before it is squared, so that no sum cancels or overflows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standard {
    /// About its mean.
    pub centre: f64,
    /// One over about its standard deviation.
    pub inverse_scale: f64,
}

impl Standard {
    /// From about the mean and about the standard deviation; whatever they are, the result is finite.
    pub fn new(mean: f64, sd: f64) -> Self {
        let inverse = 1.0 / sd;
        Standard {
            centre: if mean.is_finite() { mean } else { 0.0 },
            inverse_scale: if inverse.is_finite() && inverse > 0.0 {
                inverse
            } else {
                1.0
            },
        }
    }

    /// Of what is so many times as much.
    pub fn times(self, factor: f64) -> Self {
        Standard::new(self.centre * factor, factor.abs() / self.inverse_scale)
    }

    #[inline(always)]
    pub(super) fn of(self, x: f64) -> f64 {
        (x - self.centre) * self.inverse_scale
    }
}

/// Σ over the rows of `SUMS` terms each, in fixed lanes.
#[inline(always)]
pub(super) fn sums<const COLUMNS: usize, const SUMS: usize>(
    columns: [&[f64]; COLUMNS],
    term: impl Fn([f64; COLUMNS]) -> [f64; SUMS],
) -> [f64; SUMS] {
    kernel::dispatch(
        #[inline(always)]
        || {
            let rows = columns[0].len();
            let columns = columns.map(|column| &column[..rows]);
            let mut lanes = [[0.0; LANES]; SUMS];
            let whole = rows - rows % LANES;
            for first in (0..whole).step_by(LANES) {
                for lane in 0..LANES {
                    let terms = term(columns.map(|column| column[first + lane]));
                    for (lanes, term) in lanes.iter_mut().zip(terms) {
                        lanes[lane] += term;
                    }
                }
            }
            for row in whole..rows {
                let terms = term(columns.map(|column| column[row]));
                for (lanes, term) in lanes.iter_mut().zip(terms) {
                    lanes[row - whole] += term;
                }
            }
            lanes.map(lane_sum)
        },
    )
}
