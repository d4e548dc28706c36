//! Single trials: the draws are a function of their place, so any of them can be made again alone.

use super::Experiment;
use super::parallel::in_order;
use super::pass::UniformColumns;
use crate::program::{Slot, TILE, Tile};
use crate::sampler::SEGMENT_ROWS;

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
    let segments: Vec<(u32, u64, usize)> = (0..layout.replicates)
        .flat_map(|replicate| {
            layout
                .segments(replicate)
                .map(move |(segment, rows)| (replicate, segment, rows))
        })
        .collect();
    let mut result = Ok(());
    in_order(
        segments.len(),
        || {
            (
                experiment.program.tile(),
                UniformColumns::new(experiment, false),
                vec![Vec::new(); slots.len()],
            )
        },
        |(tile, columns, values): &mut (Tile, UniformColumns, Vec<Vec<f64>>), at| {
            let (replicate, segment, rows) = segments[at];
            values.iter_mut().for_each(Vec::clear);
            let mut uniforms = experiment.sampler.open(replicate, segment);
            let mut done = 0;
            while done < rows {
                tile.rows = (rows - done).min(TILE);
                columns.execute(experiment, tile, &mut *uniforms);
                let mut buffer = [0.0; TILE];
                for (values, &slot) in values.iter_mut().zip(slots) {
                    values.extend_from_slice(tile.slot(slot, &mut buffer));
                }
                done += tile.rows;
            }
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
