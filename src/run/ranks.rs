//! How often each of several numbers is the lowest, the second lowest and so on, trial by trial.

use super::{Experiment, stream_trials};
use crate::program::Slot;
use std::convert::Infallible;

/// How often each of several numbers had each rank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranks {
    /// Trials of each replicate in which all were finite.
    pub sizes: Vec<u64>,
    numbers: usize,
    /// Replicate by replicate, number by number, rank by rank.
    counts: Vec<u64>,
}

impl Ranks {
    /// In how many trials of a replicate a number had a rank, from 0: so many others were lower.
    pub fn count(&self, replicate: usize, number: usize, rank: usize) -> u64 {
        self.counts[(replicate * self.numbers + number) * self.numbers + rank]
    }
}

/// Counts the ranks of the numbers at `slots`. Equal numbers have the same rank, that of the first of them.
pub fn count_ranks(experiment: &Experiment, slots: &[Slot]) -> Ranks {
    let numbers = slots.len();
    let replicates = experiment.layout.replicates as usize;
    let mut ranks = Ranks {
        sizes: vec![0; replicates],
        numbers,
        counts: vec![0; replicates * numbers * numbers],
    };
    let count = |_, replicate: u32, columns: &[&[f64]]| {
        let mut counts = vec![0; numbers * numbers];
        let mut finite = 0;
        let mut row: Vec<(f64, usize)> = Vec::with_capacity(numbers);
        for at in 0..columns.first().map_or(0, |column| column.len()) {
            row.clear();
            row.extend(
                columns
                    .iter()
                    .enumerate()
                    .map(|(number, column)| (column[at], number)),
            );
            if row.iter().any(|(value, _)| !value.is_finite()) {
                continue;
            }
            finite += 1;
            row.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
            let mut rank = 0;
            for place in 0..numbers {
                if row[place].0 != row[rank].0 {
                    rank = place;
                }
                counts[row[place].1 * numbers + rank] += 1;
            }
        }
        (replicate as usize, finite, counts)
    };
    let take = |(replicate, finite, counts): (usize, u64, Vec<u64>)| {
        ranks.sizes[replicate] += finite;
        let all = numbers * numbers;
        let sums = &mut ranks.counts[replicate * all..][..all];
        for (sum, more) in sums.iter_mut().zip(&counts) {
            *sum += more;
        }
        Ok::<(), Infallible>(())
    };
    let Ok(()) = stream_trials(experiment, slots, count, take);
    ranks
}
