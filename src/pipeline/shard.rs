//! A batch cut into shards, one a machine: which replicates each of them runs, and what it finds in them for [`Parts`] to hold.
//!
//! Every machine repeats the pilots, so that all count on the same grids. What follows from the whole sample alone (the numbers, nested
//! runs, decisions, other shapes of the inputs) is left to whoever has all parts.

use super::further::MainSample;
use super::{Batch, Progress, RunError, VariantRun, are_small, at_once};
use crate::program;
use crate::report::part::{Parts, Piece};
use crate::run::{self, Experiment, Passed};
use crate::sampler::Layout;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The pass over the trials themselves, among the passes that measures ask for.
pub(super) const MAIN: &str = "trials";

/// One of several machines that share a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Shard {
    /// The replicates that are its own, of a variant with so many trials (one at least) that stands behind so many others of all.
    fn replicates(self, layout: Layout, [before, trials, all]: [u64; 3]) -> Range<u32> {
        let [before, trials, all] = [before, trials, all].map(i128::from);
        let [shards, replicates] = [self.of, layout.replicates].map(i128::from);
        // Replicate r begins at (before + trials · r / replicates) / all of the batch, shard i at i / shards.
        let from = |shard: u32| {
            let ahead = replicates * (i128::from(shard) * all - shards * before);
            let first = ahead.max(0) + (shards * trials - 1);
            (first / (shards * trials)).min(replicates) as u32
        };
        from(self.number - 1)..from(self.number)
    }
}

/// Where the trials of a variant are run.
#[derive(Clone, Copy)]
pub(super) enum Work<'a> {
    /// All of them here.
    Whole,
    /// Those of a shard here.
    Part(&'a Portion),
    /// In shards, before.
    Done {
        parts: &'a Parts,
        /// Its place among all that are run.
        variant: u32,
    },
}

/// A shard's share of a variant.
pub(super) struct Portion {
    variant: u32,
    /// The replicates of the trials that are its own.
    own: Range<u32>,
    /// How many there are.
    of: u32,
    pieces: Mutex<Vec<Piece>>,
}

impl Portion {
    /// The replicates of any pass that are its own: the same stretch as of the trials, so that a shard without trials has nothing to do.
    fn replicates(&self, layout: Layout) -> Range<u32> {
        let at = |replicate: u32| (replicate * layout.replicates).div_ceil(self.of);
        at(self.own.start)..at(self.own.end)
    }
}

/// What is found in replicates, one stretch after the other.
pub(super) trait Joined {
    fn append(&mut self, next: Self);
}

impl<T> Joined for Vec<T> {
    fn append(&mut self, next: Self) {
        self.extend(next);
    }
}

impl Joined for Passed {
    fn append(&mut self, next: Self) {
        self.join(next);
    }
}

impl Work<'_> {
    /// Whether only a shard of it is run.
    pub(super) fn is_part(self) -> bool {
        matches!(self, Work::Part(_))
    }

    /// The replicates of a pass that are run here.
    pub(super) fn replicates(self, layout: Layout) -> Range<u32> {
        match self {
            Work::Part(portion) => portion.replicates(layout),
            Work::Whole | Work::Done { .. } => 0..layout.replicates,
        }
    }

    /// What the shards found in a pass, where it was run by them.
    pub(super) fn done<T: DeserializeOwned + Joined>(
        self,
        pass: &'static str,
        layout: Layout,
    ) -> Result<Option<T>, RunError> {
        let Work::Done { parts, variant } = self else {
            return Ok(None);
        };
        let mut joined: Option<T> = None;
        let take = |bytes: &[u8]| {
            let next: T = postcard::from_bytes(bytes).map_err(io::Error::other)?;
            match &mut joined {
                None => joined = Some(next),
                Some(joined) => joined.append(next),
            }
            Ok(())
        };
        let taken = parts.each_piece(variant, pass, layout.replicates, take);
        taken.map_err(RunError::Parts)?;
        Ok(joined)
    }

    /// Hands on what was found in a pass; a shard notes it, and has nothing to hand on.
    pub(super) fn keep<T: Serialize>(
        self,
        pass: &'static str,
        replicates: Range<u32>,
        found: T,
    ) -> Result<Option<T>, RunError> {
        let Work::Part(portion) = self else {
            return Ok(Some(found));
        };
        if replicates.is_empty() {
            return Ok(None);
        }
        let bytes = postcard::to_allocvec(&found).map_err(io::Error::other);
        let piece = bytes.and_then(|bytes| Piece::new(portion.variant, pass, replicates, &bytes));
        let piece = piece.map_err(RunError::Parts)?;
        let pieces = portion.pieces.lock();
        pieces.unwrap_or_else(PoisonError::into_inner).push(piece);
        Ok(None)
    }
}

/// Runs what is a shard's own of every variant, and hands what it finds to `take`, variant by variant; how many trials it passed over.
///
/// # Errors
/// See [`RunError`].
pub fn run_shard(
    batch: &Batch,
    shard: Shard,
    progress: &dyn Progress,
    mut take: impl FnMut(Vec<Piece>) -> io::Result<()> + Send,
) -> Result<u64, RunError> {
    let dimensions = batch.dimensions()?;
    let runs = batch.runs(&dimensions)?;
    let all = runs.iter().map(|run| run.layout.trials()).sum();
    let mut before = 0;
    let portions: Vec<Portion> = runs
        .iter()
        .zip(0..)
        .map(|(run, variant)| {
            let trials = run.layout.trials();
            before += trials;
            Portion {
                variant,
                own: shard.replicates(run.layout, [before - trials, trials, all]),
                of: run.layout.replicates,
                pieces: Mutex::default(),
            }
        })
        .collect();
    let mut own: Vec<VariantRun> = runs
        .iter()
        .zip(&portions)
        .map(|(run, portion)| VariantRun {
            work: Work::Part(portion),
            ..run.clone()
        })
        .collect();
    own.retain(|run| !run.work.replicates(run.layout).is_empty());
    let mut passed_over = 0;
    let mut take = |(trials, pieces)| {
        passed_over += trials;
        take(pieces).map_err(RunError::Parts)
    };
    if are_small(&own) {
        at_once(&own, progress, |run| run.part(progress), take)?;
    } else {
        own.iter().try_for_each(|run| take(run.part(progress)?))?;
    }
    Ok(passed_over)
}

impl VariantRun<'_> {
    /// What a shard finds of this variant, in how many trials.
    fn part(&self, progress: &dyn Progress) -> Result<(u64, Vec<Piece>), RunError> {
        let Work::Part(portion) = self.work else {
            return Ok((0, Vec::new()));
        };
        let program = program::lower(self.variant, false);
        self.refuse_constant_nonfinite(&program)?;
        let (marks, measures) = (self.marks(), self.plan.main_measures());
        self.refuse_indices_too_large(&program, &measures)?;
        let replicates = self.work.replicates(self.layout);
        let is_random = program.varying_outputs().next().is_some();
        let trials = if is_random { self.own_trials() } else { 0 };
        let (scenario, variant) = (&self.model.scenario, &self.variant.name);
        progress.begin(scenario, variant, trials);
        if is_random {
            let sampler = self.sampler(&program, self.layout);
            let experiment = Experiment {
                program: &program,
                sampler: &*sampler,
                layout: self.layout,
            };
            let question = self.question(&marks, &measures);
            let share = run::run_part(&experiment, &question, replicates.clone(), progress);
            let share = share.map_err(|stopped| self.stopped(stopped))?;
            let left_out = share.passed.nonfinite.trials;
            self.refuse_nonfinite(&share.passed.nonfinite)?;
            self.work.keep(MAIN, replicates, share.passed)?;
            self.further(
                &MainSample {
                    standards: &share.standards,
                    left_out,
                    outputs: &[],
                },
                progress,
            )?;
        }
        progress.end(scenario, variant, trials);
        let mut pieces = portion
            .pieces
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Ok((trials, std::mem::take(&mut pieces)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampler::Method;

    /// Every replicate of every variant belongs to one shard, and the shards have about as many trials each.
    #[test]
    fn shards_share_everything_once() {
        for trials in [
            vec![1_000_000],
            vec![10_000; 37],
            vec![2, 50_000_000_000, 77, 1000],
        ] {
            let all: u64 = trials.iter().sum();
            for of in [1, 2, 3, 7, 32, 100, 4096] {
                let mut before = 0;
                let mut loads = vec![0; of as usize];
                for &trials in &trials {
                    let layout = Method::Random.layout(trials, None);
                    let mut next = 0;
                    for number in 1..=of {
                        let own = Shard { number, of }.replicates(layout, [before, trials, all]);
                        assert!(own.start == next && own.end >= next);
                        next = own.end;
                        loads[number as usize - 1] += own.map(|at| layout.rows(at)).sum::<u64>();
                    }
                    assert_eq!(next, layout.replicates);
                    // Other passes have other replicates: whoever has none of the trials has none of them, and all are somebody's.
                    for other in [1_u64, 2, 5, 100_000, 131_072] {
                        let other = Method::Sobol.layout(other, None);
                        let mut next = 0;
                        for number in 1..=of {
                            let portion = Portion {
                                variant: 0,
                                own: Shard { number, of }.replicates(layout, [before, trials, all]),
                                of: layout.replicates,
                                pieces: Mutex::default(),
                            };
                            let replicates = portion.replicates(other);
                            assert!(!portion.own.is_empty() || replicates.is_empty());
                            assert!(replicates.start == next);
                            next = replicates.end;
                        }
                        assert_eq!(next, other.replicates);
                    }
                    before += trials;
                }
                let largest = trials.iter().max().unwrap() / 24 + 1;
                let most = *loads.iter().max().unwrap();
                assert!(most <= all / u64::from(of) + 2 * largest, "{of} {most}");
            }
        }
    }
}
