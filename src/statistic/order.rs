//! Order statistics of all trials together, and each replicate's share below a point, from tallies.

use super::rising::{Selection, sorted};
use super::shortest::{self, Pieces};
use super::spare;
use super::tally::{BINS, Role, Tally, TallyPlan, group};
use crate::kernel;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Trials from which a replicate is large: a cell is then far narrower than the ends of such intervals are known to.
const LARGE: u64 = 256;
/// Cells between two sums of what lies below.
const RUN: usize = 8;

/// A wanted rank lies in a cell whose values were only counted: the trials must be run again with this cell kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed {
    /// The cell.
    pub cell: usize,
}

/// The trials of one output, ready to be asked for ranks.
pub struct OrderStatistics<'a> {
    plan: &'a TallyPlan,
    replicates: &'a [Tally],
    /// Trials in each replicate.
    sizes: Vec<u64>,
    /// Trials below each cell, pooled; one more than there are cells.
    below: Vec<u64>,
    /// Trials of each replicate below the cells 0, [`RUN`], 2 · [`RUN`], …, replicate by replicate.
    below_runs: Vec<u64>,
    kept: Kept,
    /// The kept values of the cells that were asked for ranks: one is asked for several.
    selections: Mutex<BTreeMap<usize, Selection>>,
    /// The widest bin an answer was read from, as bits, which rise with it: how far it may be off.
    widest_bin: AtomicU64,
}

/// Where the kept values of a cell are.
enum Kept {
    /// Where every value is kept.
    Together {
        /// Those of all replicates, cell by cell, and in a cell replicate by replicate.
        values: Vec<f64>,
        /// Where each cell's begin; one more than there are cells.
        starts: Vec<usize>,
    },
    /// Where only some are: each replicate's where they are, in the order of their cells.
    Apart {
        /// For each replicate where each kept cell's begin.
        starts: Vec<u32>,
    },
}

impl Kept {
    fn together(plan: &TallyPlan, replicates: &[Tally], below: &[u64]) -> Self {
        let starts: Vec<usize> = below.iter().map(|&below| below as usize).collect();
        let mut values = spare::take_filled(starts[plan.grid.cells()]);
        let mut next = starts.clone();
        let mut cells = Vec::new();
        for Tally { kept, .. } in replicates {
            cells.resize(kept.len(), 0);
            kernel::dispatch(
                #[inline(always)]
                || plan.grid.cells_of(kept, &mut cells),
            );
            group(kept, &cells, &mut next, &mut values);
        }
        Kept::Together { values, starts }
    }

    fn apart(plan: &TallyPlan, replicates: &[Tally]) -> Self {
        let mut starts = Vec::with_capacity(replicates.len() * plan.kept().len());
        for replicate in replicates {
            let mut start = 0;
            starts.extend(plan.kept().iter().map(|&cell| {
                let before = start;
                start += replicate.kept_of(plan, cell as usize) as u32;
                before
            }));
        }
        Kept::Apart { starts }
    }

    /// Those of a cell in all replicates, where they are together.
    fn of_cell(&self, cell: usize) -> Option<&[f64]> {
        match self {
            Kept::Together { values, starts } => Some(&values[starts[cell]..starts[cell + 1]]),
            Kept::Apart { .. } => None,
        }
    }
}

impl<'a> OrderStatistics<'a> {
    /// From the tallies of all replicates, whose kept values are grouped.
    pub fn new(plan: &'a TallyPlan, replicates: &'a [Tally]) -> Self {
        let cells = plan.grid.cells();
        let mut below = vec![0; cells + 1];
        let mut below_runs = Vec::with_capacity(replicates.len() * cells.div_ceil(RUN));
        kernel::dispatch(
            #[inline(always)]
            || {
                for replicate in replicates {
                    for (sum, &count) in below[1..].iter_mut().zip(&replicate.cells) {
                        *sum += u64::from(count);
                    }
                    let mut up_to = 0;
                    below_runs.extend(replicate.cells.chunks(RUN).map(|counts| {
                        let before = up_to;
                        up_to += total(counts);
                        before
                    }));
                }
            },
        );
        for cell in 0..cells {
            below[cell + 1] += below[cell];
        }
        let kept = if plan.all_kept() {
            Kept::together(plan, replicates, &below)
        } else {
            Kept::apart(plan, replicates)
        };
        OrderStatistics {
            plan,
            replicates,
            sizes: replicates
                .iter()
                .map(|replicate| replicate.moments.n)
                .collect(),
            below,
            below_runs,
            kept,
            selections: Mutex::default(),
            widest_bin: AtomicU64::new(0),
        }
    }

    /// Trials in all.
    pub fn trials(&self) -> u64 {
        self.below[self.below.len() - 1]
    }

    /// Trials in each replicate.
    pub fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// How far the answers so far may be off: the width of the widest bin one was read from; 0 while all were exact.
    pub fn widest_bin(&self) -> f64 {
        f64::from_bits(self.widest_bin.load(Ordering::Relaxed))
    }

    /// The trials of a cell.
    pub fn count(&self, cell: usize) -> u64 {
        self.below[cell + 1] - self.below[cell]
    }

    /// The value of rank `rank`, 1 to the number of trials.
    ///
    /// # Errors
    /// [`Missed`] where the cell's values were only counted.
    pub fn of_rank(&self, rank: u64) -> Result<f64, Missed> {
        self.of_rank_and_next(rank).map(|(value, _)| value)
    }

    /// The value of a rank, and the one of the next rank where it is at hand.
    fn of_rank_and_next(&self, rank: u64) -> Result<(f64, Option<f64>), Missed> {
        let rank = rank.clamp(1, self.trials().max(1));
        let cell = self.below.partition_point(|&below| below < rank) - 1;
        let inside = rank - self.below[cell];
        match self.plan.role(cell) {
            Role::Count => Err(Missed { cell }),
            Role::Bins => Ok((self.of_rank_in_bins(cell, inside), None)),
            Role::Keep => Ok(self.select(cell, inside - 1)),
            Role::Tie(tie) => {
                let (mut kept, mut less) = (0, 0);
                for values in self.by_replicate(cell) {
                    kept += values.len() as u64;
                    less += values.iter().filter(|&&value| value < tie).count() as u64;
                }
                let ties = self.count(cell) - kept;
                Ok(if inside <= less {
                    (self.select(cell, inside - 1).0, None)
                } else if inside <= less + ties {
                    (tie, None)
                } else {
                    self.select(cell, inside - ties - 1)
                })
            }
        }
    }

    /// The kept value of a cell that has so many before it in rising order, and the one after it where there is one.
    fn select(&self, cell: usize, before: u64) -> (f64, Option<f64>) {
        let selections = self.selections.lock();
        let mut selections = selections.unwrap_or_else(PoisonError::into_inner);
        let selection = selections
            .entry(cell)
            .or_insert_with(|| match self.kept.of_cell(cell) {
                Some(values) => Selection::new([values]),
                None => Selection::new(self.by_replicate(cell)),
            });
        let next = before as usize + 1;
        let value = selection.value(before as usize);
        (
            value,
            (next < selection.size()).then(|| selection.value(next)),
        )
    }

    /// The value of rank `inside`, from 1 on, of a cell that is counted in bins.
    fn of_rank_in_bins(&self, cell: usize, inside: u64) -> f64 {
        let (low, high) = (self.plan.grid.edge(cell), self.plan.grid.edge(cell + 1));
        let width = (high - low) / BINS as f64;
        self.widest_bin
            .fetch_max(width.to_bits(), Ordering::Relaxed);
        let first = self.plan.place(cell) * BINS;
        let mut before = 0;
        for bin in 0..BINS {
            let counts = self
                .replicates
                .iter()
                .map(|tally| u64::from(tally.bins[first + bin]));
            let count: u64 = counts.sum();
            if before + count >= inside {
                let share = (inside - before) as f64 - 0.5;
                let upper = low + (high - low) * (bin + 1) as f64 / BINS as f64;
                return upper - width + width * share / count as f64;
            }
            before += count;
        }
        high
    }

    /// The quantile at `p`: Hazen's (k − ½)/N between order statistics; where both are equal, that value itself.
    ///
    /// # Errors
    /// As [`Self::of_rank`].
    pub fn quantile(&self, p: f64) -> Result<f64, Missed> {
        let n = self.trials();
        let position = (p * n as f64 + 0.5).clamp(1.0, n as f64);
        let rank = position.floor();
        let (low, next) = self.of_rank_and_next(rank as u64)?;
        let share = position - rank;
        if share == 0.0 {
            return Ok(low);
        }
        let high = next.map_or_else(|| self.of_rank(rank as u64 + 1), Ok)?;
        Ok(if low == high {
            low
        } else {
            share.mul_add(high - low, low)
        })
    }

    /// For each replicate, the shares of its trials below `x` and at or below it.
    ///
    /// # Errors
    /// [`Missed`] where the cell's values were only counted.
    pub fn shares(&self, x: f64) -> Result<Vec<(f64, f64)>, Missed> {
        let cell = self.plan.grid.cell(x);
        if self.count(cell) > 0 && self.plan.role(cell) == Role::Count {
            return Err(Missed { cell });
        }
        let (run, runs) = (cell / RUN, self.plan.grid.cells().div_ceil(RUN));
        Ok(self
            .by_replicate(cell)
            .enumerate()
            .map(|(replicate, kept)| {
                let tally = &self.replicates[replicate];
                let before =
                    self.below_runs[replicate * runs + run] + total(&tally.cells[run * RUN..cell]);
                let (less, equal) = self.inside_of(replicate, cell, kept, x);
                let size = tally.moments.n as f64;
                (
                    (before as f64 + less) / size,
                    (before as f64 + less + equal) / size,
                )
            })
            .collect())
    }

    /// In one replicate, the trials of `cell` less than x, and equal to it.
    pub(super) fn inside(&self, replicate: usize, cell: usize, x: f64) -> (f64, f64) {
        self.inside_of(replicate, cell, self.kept(replicate, cell), x)
    }

    /// The same; `kept`: its kept values of that cell.
    fn inside_of(&self, replicate: usize, cell: usize, kept: &[f64], x: f64) -> (f64, f64) {
        let tally = &self.replicates[replicate];
        if self.plan.role(cell) == Role::Bins {
            let (low, high) = (self.plan.grid.edge(cell), self.plan.grid.edge(cell + 1));
            let position = ((x - low) / (high - low) * BINS as f64).clamp(0.0, BINS as f64);
            let bin = (position as usize).min(BINS - 1);
            let bins = &tally.bins[self.plan.place(cell) * BINS..][..BINS];
            let before: u64 = bins[..bin].iter().map(|&count| u64::from(count)).sum();
            return (
                before as f64 + (position - bin as f64) * f64::from(bins[bin]),
                0.0,
            );
        }
        let (mut less, mut equal) = (0, 0);
        for &value in kept {
            less += u64::from(value < x);
            equal += u64::from(value == x);
        }
        if let Role::Tie(value) = self.plan.role(cell) {
            let ties = tally.ties[self.plan.place(cell)];
            if value < x {
                less += ties;
            } else if value == x {
                equal += ties;
            }
        }
        (less as f64, equal as f64)
    }

    /// The kept values of a cell in one replicate.
    pub(super) fn kept(&self, replicate: usize, cell: usize) -> &[f64] {
        let count = |replicate: usize| self.replicates[replicate].kept_of(self.plan, cell);
        let before = match &self.kept {
            Kept::Together { .. } => (0..replicate).map(count).sum(),
            Kept::Apart { .. } => 0,
        };
        self.kept_from(replicate, cell, before)
    }

    /// The kept values of a cell in each replicate.
    fn by_replicate(&self, cell: usize) -> impl Iterator<Item = &[f64]> {
        let mut before = 0;
        (0..self.replicates.len()).map(move |replicate| {
            let kept = self.kept_from(replicate, cell, before);
            before += kept.len();
            kept
        })
    }

    /// The kept values of a cell in one replicate; `before`: how many there are in the replicates before.
    fn kept_from(&self, replicate: usize, cell: usize, before: usize) -> &[f64] {
        let tally = &self.replicates[replicate];
        let kept = match &self.kept {
            Kept::Together { values, starts } => &values[starts[cell] + before..],
            Kept::Apart { starts } => match self.plan.kept().binary_search(&(cell as u32)) {
                Ok(place) => {
                    let start = starts[replicate * self.plan.kept().len() + place];
                    &tally.kept[start as usize..]
                }
                Err(_) => &[],
            },
        };
        &kept[..tally.kept_of(self.plan, cell)]
    }

    /// The distribution as pieces, for the shortest intervals.
    pub fn pieces(&self) -> Pieces<'a> {
        Pieces::new(self.plan, self.replicates, |cell| self.count(cell))
    }

    /// The shortest interval that holds a share of the trials, of one replicate or of all: exact where every value was kept, else
    /// within one of the pieces; and within one for a large replicate, whose own is asked for only to see how far they spread.
    pub fn shortest(
        &self,
        pieces: &Pieces,
        replicate: Option<usize>,
        level: f64,
    ) -> Option<(f64, f64)> {
        let is_large = replicate.is_some_and(|replicate| self.sizes[replicate] >= LARGE);
        let starts = match &self.kept {
            Kept::Together { starts, .. } if !is_large => starts,
            _ => return pieces.shortest(replicate, level),
        };
        let Some(replicate) = replicate else {
            let group = |cell| self.kept.of_cell(cell).unwrap_or_default();
            return shortest::of_groups(starts, group, level);
        };
        let mut up_to = 0;
        let counts = self.replicates[replicate].cells.iter();
        let ends = counts.map(|&count| {
            up_to += count as usize;
            up_to
        });
        let starts: Vec<usize> = std::iter::once(0).chain(ends).collect();
        shortest::of_groups(&starts, |cell| self.kept(replicate, cell), level)
    }

    /// Every value of one replicate, or of all, sorted; only where every cell was kept.
    pub fn all_sorted(&self, replicate: Option<usize>) -> Option<Vec<f64>> {
        if !self.plan.all_kept() {
            return None;
        }
        let values_of = |cell| match replicate {
            Some(replicate) => self.kept(replicate, cell),
            None => self.kept.of_cell(cell).unwrap_or_default(),
        };
        // The cells rise: only inside a cell is there anything to sort.
        let cells = (0..self.plan.grid.cells()).flat_map(|cell| sorted(values_of(cell)));
        Some(cells.collect())
    }
}

impl Drop for OrderStatistics<'_> {
    fn drop(&mut self) {
        if let Kept::Together { values, .. } = &mut self.kept {
            spare::give(std::mem::take(values));
        }
    }
}

/// The sum of counts.
#[inline(always)]
fn total(counts: &[u32]) -> u64 {
    counts.iter().map(|&count| u64::from(count)).sum()
}
