//! Single trials: the draws are a function of their place, so any of them can be made again alone.

use super::Experiment;
use super::parallel::in_order;
use super::pass::UniformColumns;
use crate::program::{Slot, TILE, Tile};
use crate::sampler::SEGMENT_ROWS;
use std::ops::Range;

/// The numbers at `slots` in trial `trial`.
pub fn one_trial(experiment: &Experiment, slots: &[Slot], trial: u64) -> Vec<f64> {
    let layout = experiment.layout;
    let replicate = (0..layout.replicates)
        .rev()
        .find(|&replicate| layout.first_trial(replicate) <= trial)
        .unwrap_or(0);
    let row = trial - layout.first_trial(replicate);
    let segment = row / SEGMENT_ROWS as u64;
    let mut rest = (row % SEGMENT_ROWS as u64) as usize;
    let (mut tile, mut columns) = (
        experiment.program.tile(),
        UniformColumns::new(experiment, false),
    );
    let mut uniforms = experiment.sampler.open(replicate, segment);
    loop {
        columns.execute(experiment, &mut tile, &mut *uniforms);
        if rest < TILE {
            return slots.iter().map(|&slot| tile.value(slot, rest)).collect();
        }
        rest -= TILE;
    }
}

/// A thread's own columns to make any rows again.
pub struct SegmentReader<'a> {
    experiment: &'a Experiment<'a>,
    tile: Tile,
    columns: UniformColumns,
}

impl<'a> SegmentReader<'a> {
    /// For the trials of this experiment.
    pub fn new(experiment: &'a Experiment<'a>) -> Self {
        SegmentReader {
            tile: experiment.program.tile(),
            columns: UniformColumns::new(experiment, false),
            experiment,
        }
    }

    /// Appends the numbers at `slots` in these rows of a segment to `values`, one column each.
    fn segment(
        &mut self,
        replicate: u32,
        segment: u64,
        rows: Range<usize>,
        slots: &[Slot],
        values: &mut [Vec<f64>],
    ) {
        let mut uniforms = self.experiment.sampler.open(replicate, segment);
        let mut buffer = [0.0; TILE];
        // What stands before the first row of a segment must be drawn, too.
        for first in (0..rows.end).step_by(TILE) {
            self.tile.rows = (rows.end - first).min(TILE);
            self.columns
                .execute(self.experiment, &mut self.tile, &mut *uniforms);
            let from = rows.start.saturating_sub(first).min(self.tile.rows);
            for (values, &slot) in values.iter_mut().zip(slots) {
                values.extend_from_slice(&self.tile.slot(slot, &mut buffer)[from..]);
            }
        }
    }

    /// Appends the numbers at `slots` in these rows of a replicate to `values`, one column each.
    pub fn rows(
        &mut self,
        replicate: u32,
        rows: Range<u64>,
        slots: &[Slot],
        values: &mut [Vec<f64>],
    ) {
        let size = SEGMENT_ROWS as u64;
        for segment in rows.start / size..rows.end.div_ceil(size) {
            let first = segment * size;
            let from = rows.start.saturating_sub(first) as usize;
            let to = (rows.end - first).min(size) as usize;
            self.segment(replicate, segment, from..to, slots, values);
        }
    }
}

/// Hands every trial to `take`, in order: the number of the first one, its replicate, and what `encode` made (on any thread) of the
/// columns at `slots`. Stops when `take` fails.
///
/// # Errors
/// What `take` said.
pub fn stream_trials<T: Send, E: Send>(
    experiment: &Experiment,
    slots: &[Slot],
    encode: impl Fn(u64, u32, &[&[f64]]) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<(), E> {
    let layout = experiment.layout;
    let segments: Vec<(u32, u64, usize)> = layout.every_segment().collect();
    let mut result = Ok(());
    in_order(
        segments.len(),
        || {
            (
                SegmentReader::new(experiment),
                vec![Vec::new(); slots.len()],
            )
        },
        |(reader, values): &mut (SegmentReader, Vec<Vec<f64>>), at| {
            let (replicate, segment, rows) = segments[at];
            values.iter_mut().for_each(Vec::clear);
            reader.segment(replicate, segment, 0..rows, slots, values);
            let first = layout.first_trial(replicate) + segment * SEGMENT_ROWS as u64;
            let columns: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
            encode(first, replicate, &columns)
        },
        |block| {
            result = take(block);
            result.is_ok()
        },
    );
    result
}
