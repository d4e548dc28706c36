//! Nested runs: for each outer draw of what is not known, an inner sample of what varies.
//!
//! The inner sample of an outer draw is two halves of Sobol' points, each with a scrambling of its own, whatever the outer
//! sampler: independent of each other and of every other outer draw. Or it is every value of one discrete source, with its probability.

use super::parallel::in_order;
use super::pass::all_finite;
use super::{NonFinite, Progress, Stopped};
use crate::program::{Program, Slot, TILE, Tile};
use crate::sampler::{Layout, SEGMENT_ROWS, Sampler};
use crate::statistic::inner::{InnerEstimate, InnerStatistic, InnerWorkspace};
use std::ops::Range;

/// Bits of the number of a replicate in that of an inner scrambling.
const REPLICATE_BITS: u32 = 6;

/// A program with its outer and inner samples.
pub struct NestedExperiment<'a> {
    /// What is computed.
    pub program: &'a Program,
    /// The uniforms of the sources that are not known: a column for each source of the program.
    pub outer: &'a dyn Sampler,
    /// Replicates and rows of the outer draws.
    pub layout: Layout,
    /// For each source, whether it varies: is drawn anew in the inner sample.
    pub varies: &'a [bool],
    /// The inner samples.
    pub inner: Inner<'a>,
}

/// The inner sample of each outer draw.
pub enum Inner<'a> {
    /// So many trials, an even number.
    Sample {
        /// The uniforms of the sources that vary.
        sampler: &'a dyn Sampler,
        /// The source that each of its columns belongs to.
        columns: &'a [usize],
        /// Trials of an outer draw, two halves together.
        trials: usize,
    },
    /// Every value of the one source that varies, each with its probability.
    Values {
        /// The values.
        values: &'a [f64],
        /// Their probabilities.
        probabilities: &'a [f64],
    },
}

impl Inner<'_> {
    /// Trials of an outer draw.
    pub fn trials(&self) -> usize {
        match self {
            Inner::Sample { trials, .. } => *trials,
            Inner::Values { values, .. } => values.len(),
        }
    }
}

/// What came out.
pub struct NestedOutcome {
    /// For each varying output (in the order of the program's) and each of its statistics, the estimates of the outer draws of each
    /// replicate.
    pub estimates: Vec<Vec<Vec<Vec<InnerEstimate>>>>,
    /// Trials left out because an output was not finite.
    pub nonfinite: NonFinite,
    /// Outer draws of which too few trials were left.
    pub lost: u64,
}

/// Outer draws that are done in one go.
struct Task {
    replicate: u32,
    first: u64,
    rows: usize,
}

/// What they brought.
struct Part {
    replicate: u32,
    trials: u64,
    /// Outer draw by outer draw, output by output, statistic by statistic.
    estimates: Vec<InnerEstimate>,
    nonfinite: NonFinite,
    lost: u64,
}

/// Runs every inner sample of every outer draw; `wanted` are the statistics of each varying output.
///
/// # Errors
/// When it was cancelled.
pub fn run_nested(
    experiment: &NestedExperiment,
    wanted: &[Vec<InnerStatistic>],
    progress: &dyn Progress,
) -> Result<NestedOutcome, Stopped> {
    let layout = experiment.layout;
    let tasks: Vec<Task> = (0..layout.replicates)
        .flat_map(|replicate| {
            let rows = layout.rows(replicate);
            (0..rows).step_by(TILE).map(move |first| Task {
                replicate,
                first,
                rows: (rows - first).min(TILE as u64) as usize,
            })
        })
        .collect();
    let replicates = layout.replicates as usize;
    let mut outcome = NestedOutcome {
        estimates: wanted
            .iter()
            .map(|statistics| vec![vec![Vec::new(); replicates]; statistics.len()])
            .collect(),
        nonfinite: NonFinite {
            by_output: vec![0; experiment.program.outputs.len()],
            ..NonFinite::default()
        },
        lost: 0,
    };
    let mut cancelled = false;
    in_order(
        tasks.len(),
        || Worker::new(experiment, wanted),
        |worker, at| (!progress.cancelled()).then(|| worker.task(&tasks[at])),
        |part| {
            let Some(part) = part else {
                cancelled = true;
                return false;
            };
            progress.advance(part.trials);
            outcome.take(part);
            true
        },
    );
    if cancelled {
        Err(Stopped::Cancelled)
    } else {
        Ok(outcome)
    }
}

impl NestedOutcome {
    fn take(&mut self, part: Part) {
        let replicate = part.replicate as usize;
        let mut columns: Vec<&mut Vec<InnerEstimate>> = self
            .estimates
            .iter_mut()
            .flatten()
            .map(|replicates| &mut replicates[replicate])
            .collect();
        for draw in part.estimates.chunks(columns.len().max(1)) {
            for (column, &estimate) in columns.iter_mut().zip(draw) {
                column.push(estimate);
            }
        }
        self.nonfinite.add(&part.nonfinite);
        self.lost += part.lost;
    }
}

/// A thread's own columns.
struct Worker<'a> {
    experiment: &'a NestedExperiment<'a>,
    wanted: &'a [Vec<InnerStatistic>],
    tile: Tile,
    /// The outer draws of each source that is not known.
    known: Vec<Vec<f64>>,
    /// The trials of each source that varies, of the outer draws of one batch.
    varying: Vec<Vec<f64>>,
    /// Those of each varying output.
    outputs: Vec<Vec<f64>>,
    registers: Vec<(Slot, usize)>,
    /// Of one outer draw, where some trials are left out.
    kept: Vec<f64>,
    weights: Vec<f64>,
    uniforms: Vec<f64>,
    workspace: InnerWorkspace,
}

impl<'a> Worker<'a> {
    fn new(experiment: &'a NestedExperiment<'a>, wanted: &'a [Vec<InnerStatistic>]) -> Self {
        let program = experiment.program;
        let sources = program.sources.len();
        Worker {
            tile: program.tile(),
            known: vec![Vec::new(); sources],
            varying: vec![Vec::new(); sources],
            outputs: vec![Vec::new(); wanted.len()],
            registers: program
                .varying_outputs()
                .map(|output| (program.outputs[output], output))
                .collect(),
            kept: Vec::new(),
            weights: Vec::new(),
            uniforms: Vec::new(),
            workspace: InnerWorkspace::default(),
            experiment,
            wanted,
        }
    }

    fn task(&mut self, task: &Task) -> Part {
        let trials = self.experiment.inner.trials();
        let mut part = Part {
            replicate: task.replicate,
            trials: (task.rows * trials) as u64,
            estimates: Vec::new(),
            nonfinite: NonFinite {
                by_output: vec![0; self.experiment.program.outputs.len()],
                ..NonFinite::default()
            },
            lost: 0,
        };
        self.draw_outer(task);
        // As many outer draws as fill a tile.
        let together = (TILE / trials).max(1);
        for first in (0..task.rows).step_by(together) {
            let draws = first..(first + together).min(task.rows);
            self.draw_inner(task, draws.clone());
            self.compute(draws.clone());
            for draw in draws.clone() {
                let trial =
                    (self.experiment.layout.first_trial(task.replicate) + task.first + draw as u64)
                        * trials as u64;
                let rows = (draw - draws.start) * trials..(draw - draws.start + 1) * trials;
                self.remember(rows, trial, &mut part);
            }
        }
        part
    }

    /// The outer draws of a task: the tiles of its segment are handed out from the first on.
    fn draw_outer(&mut self, task: &Task) {
        let experiment = self.experiment;
        let segment = task.first / SEGMENT_ROWS as u64;
        let tiles = (task.first % SEGMENT_ROWS as u64) as usize / TILE;
        let mut uniforms = experiment.outer.open(task.replicate, segment);
        let mut u = [0.0; TILE];
        for tile in 0..=tiles {
            let rows = if tile == tiles { task.rows } else { TILE };
            for (source, known) in self.known.iter_mut().enumerate() {
                if experiment.varies[source] {
                    continue;
                }
                uniforms.fill(source, &mut u[..rows]);
                if tile == tiles {
                    known.resize(rows, 0.0);
                    experiment.program.sources[source]
                        .marginal
                        .fill(&u[..rows], known);
                }
            }
        }
    }

    /// The inner samples of some outer draws of a task.
    fn draw_inner(&mut self, task: &Task, draws: Range<usize>) {
        let experiment = self.experiment;
        let sources = &experiment.program.sources;
        match experiment.inner {
            Inner::Values { values, .. } => {
                for (varying, &varies) in self.varying.iter_mut().zip(experiment.varies) {
                    if varies && varying.len() < draws.len() * values.len() {
                        *varying = values.repeat(draws.len());
                    }
                }
            }
            Inner::Sample {
                sampler,
                columns,
                trials,
            } => {
                let half = trials / 2;
                for &source in columns {
                    self.varying[source].resize(draws.len() * trials, 0.0);
                }
                for (at, draw) in draws.enumerate() {
                    for second in 0..2 {
                        let number = 2 * (task.first + draw as u64) + second;
                        let key = (number << REPLICATE_BITS) as u32 | task.replicate;
                        let first = at * trials + second as usize * half;
                        for begin in (0..half).step_by(SEGMENT_ROWS) {
                            let end = (begin + SEGMENT_ROWS).min(half);
                            let mut points = sampler.open(key, (begin / SEGMENT_ROWS) as u64);
                            for begin in (begin..end).step_by(TILE) {
                                let rows = first + begin..first + (begin + TILE).min(end);
                                self.uniforms.resize(rows.len(), 0.0);
                                for (column, &source) in columns.iter().enumerate() {
                                    points.fill(column, &mut self.uniforms);
                                    sources[source].marginal.fill(
                                        &self.uniforms,
                                        &mut self.varying[source][rows.clone()],
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The outputs of some outer draws.
    fn compute(&mut self, draws: Range<usize>) {
        let trials = self.experiment.inner.trials();
        let rows = draws.len() * trials;
        self.outputs.iter_mut().for_each(Vec::clear);
        for first in (0..rows).step_by(TILE) {
            self.tile.rows = (rows - first).min(TILE);
            let (known, varying) = (&self.known, &self.varying);
            let varies = self.experiment.varies;
            self.experiment
                .program
                .execute(&mut self.tile, |source, column| {
                    if varies[source] {
                        let rows = first..first + column.len();
                        column.copy_from_slice(&varying[source][rows]);
                        return;
                    }
                    let mut done = 0;
                    while done < column.len() {
                        let draw = (first + done) / trials;
                        let end = ((draw + 1) * trials - first).min(column.len());
                        column[done..end].fill(known[source][draws.start + draw]);
                        done = end;
                    }
                });
            let mut buffer = [0.0; TILE];
            for (values, &(slot, _)) in self.outputs.iter_mut().zip(&self.registers) {
                values.extend_from_slice(self.tile.slot(slot, &mut buffer));
            }
        }
    }

    /// The statistics of one outer draw, whose first trial has the number `trial`; without its trials that are not finite.
    fn remember(&mut self, rows: Range<usize>, trial: u64, part: &mut Part) {
        let kept = self.finite(rows.clone(), trial, part);
        let half = rows.len() / 2;
        let (first, all) = match &kept {
            Some(kept) => (kept.partition_point(|&row| row < half), kept.len()),
            None => (half, rows.len()),
        };
        let enough = match self.experiment.inner {
            Inner::Sample { .. } => first >= 2 && all - first >= 2,
            Inner::Values { .. } => all > 0,
        };
        if !enough {
            part.lost += 1;
            return;
        }
        for (values, wanted) in self.outputs.iter().zip(self.wanted) {
            let of_draw = &values[rows.clone()];
            let values = pick(of_draw, kept.as_deref(), &mut self.kept);
            let take = |estimate| part.estimates.push(estimate);
            match self.experiment.inner {
                Inner::Sample { .. } => {
                    let halves = [&values[..first], &values[first..]];
                    self.workspace.of_halves(halves, wanted, take);
                }
                Inner::Values { probabilities, .. } => {
                    let weights = pick(probabilities, kept.as_deref(), &mut self.weights);
                    self.workspace.of_rows(values, weights, wanted, take);
                }
            }
        }
    }

    /// Which trials of an outer draw are finite in every output; `None`: all.
    fn finite(&self, rows: Range<usize>, trial: u64, part: &mut Part) -> Option<Vec<usize>> {
        if self
            .outputs
            .iter()
            .all(|values| all_finite(&values[rows.clone()]))
        {
            return None;
        }
        let mut kept = Vec::new();
        for (at, row) in rows.enumerate() {
            let mut finite = true;
            for (values, &(_, output)) in self.outputs.iter().zip(&self.registers) {
                if !values[row].is_finite() {
                    part.nonfinite.by_output[output] += 1;
                    let first = (trial + at as u64, output);
                    part.nonfinite.first = part.nonfinite.first.or(Some(first));
                    finite = false;
                }
            }
            if finite {
                kept.push(at);
            } else {
                part.nonfinite.trials += 1;
            }
        }
        Some(kept)
    }
}

/// Those of some numbers that are kept; `None`: all.
fn pick<'a>(numbers: &'a [f64], kept: Option<&[usize]>, room: &'a mut Vec<f64>) -> &'a [f64] {
    let Some(kept) = kept else { return numbers };
    room.clear();
    room.extend(kept.iter().map(|&at| numbers[at]));
    room
}
