//! One pass over all trials.

use super::parallel::{each_of, in_order};
use super::shares::ShareRanks;
use super::{Experiment, NonFinite, Progress, Stopped};
use crate::kernel;
use crate::program::{Register, TILE, Tile};
use crate::sampler::Uniforms;
use crate::sensitivity::{MainPlan, MainTally, MainWorkspace};
use crate::statistic::moments::Moments;
use crate::statistic::tally::{Counter, Tally, TallyPlan};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Blocks a replicate is cut into, at most, and segments of a block, at least: enough for any number of threads to share, few enough to
/// merge for nothing.
const BLOCKS: u64 = 32;
const LEAST_SEGMENTS: u64 = 2;

/// What a pass brings together, replicate by replicate.
#[derive(Debug, Serialize, Deserialize)]
pub struct Passed {
    /// The first replicate that was passed over.
    #[serde(skip)]
    first: u32,
    /// What tells the plans of the outputs from others.
    marks: Vec<[u64; 4]>,
    /// Trials passed over.
    trials: u64,
    /// For each output that is counted, a tally for each replicate.
    pub outputs: Vec<Vec<Tally>>,
    /// Sums for the indices of each replicate.
    pub main: Vec<MainTally>,
    /// Trials left out.
    pub nonfinite: NonFinite,
    /// Rows beyond the ends of each interpolation.
    pub beyond: Vec<u64>,
}

/// A run of segments of one replicate: the unit of work. It depends on the layout alone, never on the threads.
struct Block {
    replicate: u32,
    /// Number and rows of each segment.
    segments: Vec<(u64, usize)>,
}

/// What a block brings.
struct Part {
    replicate: u32,
    trials: u64,
    /// The sums of each output.
    moments: Vec<Moments>,
    /// What the thread counted in the replicate that it was at before this one.
    before: Option<Counted>,
    main: Option<MainTally>,
    nonfinite: NonFinite,
    beyond: Vec<u64>,
}

/// The tallies of a replicate by one thread: it goes on with them as long as its blocks are of the same replicate.
struct Counted {
    replicate: u32,
    outputs: Vec<Tally>,
}

/// Runs every trial of some of the replicates. `counted`: the outputs whose values are counted, in order, each with its plan; of the
/// others only finiteness is looked at.
pub fn pass(
    experiment: &Experiment,
    counted: &[usize],
    plans: &[TallyPlan],
    main: Option<&MainPlan>,
    replicates: Range<u32>,
    progress: &dyn Progress,
) -> Result<Passed, Stopped> {
    let layout = experiment.layout;
    let first = replicates.start;
    let mut blocks = Vec::new();
    for replicate in replicates.clone() {
        let segments: Vec<_> = layout.segments(replicate).collect();
        let size = (segments.len() as u64).div_ceil(BLOCKS).max(LEAST_SEGMENTS) as usize;
        blocks.extend(segments.chunks(size).map(|segments| Block {
            replicate,
            segments: segments.to_vec(),
        }));
    }
    let replicates = replicates.len();
    let mut passed = Passed {
        first,
        marks: plans.iter().map(TallyPlan::mark).collect(),
        trials: 0,
        outputs: plans
            .iter()
            .map(|_| (0..replicates).map(|_| Tally::none()).collect())
            .collect(),
        main: main
            .map(|plan| (0..replicates).map(|_| plan.tally()).collect())
            .unwrap_or_default(),
        nonfinite: NonFinite {
            by_output: vec![0; experiment.program.outputs.len()],
            ..NonFinite::default()
        },
        beyond: vec![0; experiment.program.monitors],
    };
    let shares = main.map(|_| ShareRanks::of(experiment.program));
    let shares = shares.unwrap_or_default();
    let mut cancelled = false;
    let workers = in_order(
        blocks.len(),
        || Worker::new(experiment, counted, plans, main, &shares),
        |worker, at| (!progress.cancelled()).then(|| worker.block(&blocks[at])),
        |part| {
            let Some(part) = part else {
                cancelled = true;
                return false;
            };
            progress.advance(part.trials);
            passed.take(part);
            true
        },
    );
    if cancelled {
        return Err(Stopped::Cancelled);
    }
    for mut worker in workers {
        if let Some(counted) = worker.counted() {
            passed.add(counted);
        }
    }
    for (replicates, plan) in passed.outputs.iter_mut().zip(plans) {
        each_of(replicates, |tally| tally.group(plan));
    }
    Ok(passed)
}

impl Passed {
    /// Appends what was found in the replicates that come next, of the same trials.
    pub fn join(&mut self, next: Passed) {
        // What is counted on other grids fits to nothing.
        if self.marks != next.marks {
            self.marks.clear();
        }
        self.trials += next.trials;
        for (replicates, more) in self.outputs.iter_mut().zip(next.outputs) {
            replicates.extend(more);
        }
        self.main.extend(next.main);
        self.nonfinite.add(&next.nonfinite);
        add_all(&mut self.beyond, &next.beyond);
    }

    /// Whether these are so many trials, counted by these plans.
    pub fn is_of(&self, plans: &[TallyPlan], trials: u64) -> bool {
        self.trials == trials
            && plans
                .iter()
                .map(TallyPlan::mark)
                .eq(self.marks.iter().copied())
    }

    fn add(&mut self, counted: Counted) {
        let replicate = (counted.replicate - self.first) as usize;
        for (replicates, tally) in self.outputs.iter_mut().zip(counted.outputs) {
            replicates[replicate].merge(tally);
        }
    }

    fn take(&mut self, part: Part) {
        self.trials += part.trials;
        let replicate = (part.replicate - self.first) as usize;
        if let Some(counted) = part.before {
            self.add(counted);
        }
        for (replicates, block) in self.outputs.iter_mut().zip(&part.moments) {
            replicates[replicate].moments.merge(block);
        }
        if let (Some(sums), Some(block)) = (self.main.get_mut(replicate), &part.main) {
            sums.merge(block);
        }
        self.nonfinite.add(&part.nonfinite);
        add_all(&mut self.beyond, &part.beyond);
    }
}

/// `sums[i] += more[i]`.
pub(super) fn add_all(sums: &mut [u64], more: &[u64]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}

/// A thread's own columns and counters.
struct Worker<'a> {
    experiment: &'a Experiment<'a>,
    plans: &'a [TallyPlan],
    main: Option<&'a MainPlan>,
    shares: &'a [ShareRanks<'a>],
    /// The replicate that the counters are of.
    replicate: Option<u32>,
    counters: Vec<Counter>,
    /// The columns of the varying outputs, and which output each is.
    registers: Vec<(Register, usize)>,
    /// The places in `registers` of those whose values are counted.
    counted: Vec<usize>,
    tile: Tile,
    uniforms: UniformColumns,
    /// Finite rows only, where some are not: the outputs, then the uniforms.
    finite: Vec<[f64; TILE]>,
    cells: Vec<[u32; TILE]>,
    workspace: MainWorkspace,
}

impl<'a> Worker<'a> {
    fn new(
        experiment: &'a Experiment<'a>,
        counted: &[usize],
        plans: &'a [TallyPlan],
        main: Option<&'a MainPlan>,
        shares: &'a [ShareRanks<'a>],
    ) -> Self {
        let registers: Vec<(Register, usize)> = experiment.program.varying_columns().collect();
        let uniforms = UniformColumns::new(experiment, main.is_some());
        Worker {
            tile: experiment.program.tile(),
            finite: (0..registers.len() + uniforms.columns.len())
                .map(|_| [0.0; TILE])
                .collect(),
            cells: counted.iter().map(|_| [0; TILE]).collect(),
            counted: (0..registers.len())
                .filter(|&at| counted.contains(&registers[at].1))
                .collect(),
            workspace: MainWorkspace::default(),
            experiment,
            plans,
            main,
            shares,
            replicate: None,
            counters: plans.iter().map(Counter::new).collect(),
            registers,
            uniforms,
        }
    }

    /// What was counted since the last call.
    fn counted(&mut self) -> Option<Counted> {
        let counters = self.counters.iter_mut().zip(self.plans);
        self.replicate.take().map(|replicate| Counted {
            replicate,
            outputs: counters.map(|(counter, plan)| counter.take(plan)).collect(),
        })
    }

    fn block(&mut self, block: &Block) -> Part {
        let another = self.replicate.is_some_and(|at| at != block.replicate);
        let before = if another { self.counted() } else { None };
        self.replicate = Some(block.replicate);
        let trials = self.experiment.layout.rows(block.replicate);
        for (counter, plan) in self.counters.iter_mut().zip(self.plans) {
            counter.reserve(plan, trials);
        }
        let mut part = Part {
            replicate: block.replicate,
            trials: 0,
            moments: Vec::new(),
            before,
            main: self.main.map(MainPlan::tally),
            nonfinite: NonFinite {
                by_output: vec![0; self.experiment.program.outputs.len()],
                ..NonFinite::default()
            },
            beyond: Vec::new(),
        };
        self.tile.beyond.fill(0);
        let first = self.experiment.layout.first_trial(block.replicate);
        for &(segment, rows) in &block.segments {
            let mut uniforms = self.experiment.sampler.open(block.replicate, segment);
            let mut done = 0;
            while done < rows {
                self.tile.rows = (rows - done).min(TILE);
                self.uniforms
                    .execute(self.experiment, &mut self.tile, &mut *uniforms);
                for shares in self.shares {
                    let columns = &mut self.uniforms.columns;
                    shares.replace(self.experiment.program, columns, self.tile.rows);
                }
                let trial = first + segment * crate::sampler::SEGMENT_ROWS as u64 + done as u64;
                self.remember(trial, &mut part);
                done += self.tile.rows;
            }
            part.trials += rows as u64;
        }
        part.moments = self
            .counters
            .iter_mut()
            .map(Counter::take_moments)
            .collect();
        part.beyond.clone_from(&self.tile.beyond);
        part
    }

    /// Adds the tile that begins at `trial` to the tallies, without the rows that are not finite.
    fn remember(&mut self, trial: u64, part: &mut Part) {
        let rows = self.tile.rows;
        let outputs: Vec<&[f64]> = self
            .registers
            .iter()
            .map(|&(register, _)| self.tile.column(register))
            .collect();
        let uniforms: Vec<&[f64]> = self
            .uniforms
            .columns
            .iter()
            .map(|column| &column[..rows])
            .collect();
        if outputs.iter().all(|column| all_finite(column)) {
            remember_rows(
                &mut self.counters,
                part.main.as_mut(),
                self.plans,
                self.main,
                &self
                    .counted
                    .iter()
                    .map(|&at| outputs[at])
                    .collect::<Vec<_>>(),
                &uniforms,
                &mut self.cells,
                &mut self.workspace,
            );
            return;
        }
        let mut left = 0;
        for row in 0..rows {
            let mut finite = true;
            for (&column, &(_, output)) in outputs.iter().zip(&self.registers) {
                if !column[row].is_finite() {
                    part.nonfinite.by_output[output] += 1;
                    part.nonfinite.first =
                        part.nonfinite.first.or(Some((trial + row as u64, output)));
                    finite = false;
                }
            }
            if finite {
                for (to, from) in self.finite.iter_mut().zip(outputs.iter().chain(&uniforms)) {
                    to[left] = from[row];
                }
                left += 1;
            }
        }
        part.nonfinite.trials += (rows - left) as u64;
        if left > 0 {
            let finite: Vec<&[f64]> = self.finite.iter().map(|column| &column[..left]).collect();
            let (outputs, uniforms) = finite.split_at(self.registers.len());
            remember_rows(
                &mut self.counters,
                part.main.as_mut(),
                self.plans,
                self.main,
                &self
                    .counted
                    .iter()
                    .map(|&at| outputs[at])
                    .collect::<Vec<_>>(),
                uniforms,
                &mut self.cells,
                &mut self.workspace,
            );
        }
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "parts of a worker, borrowed apart"
)]
fn remember_rows(
    counters: &mut [Counter],
    tally: Option<&mut MainTally>,
    plans: &[TallyPlan],
    main: Option<&MainPlan>,
    outputs: &[&[f64]],
    uniforms: &[&[f64]],
    cells: &mut [[u32; TILE]],
    workspace: &mut MainWorkspace,
) {
    for (((counter, plan), values), cells) in counters
        .iter_mut()
        .zip(plans)
        .zip(outputs)
        .zip(cells.iter_mut())
    {
        counter.add(plan, values, &mut cells[..values.len()]);
    }
    if let (Some(tally), Some(plan)) = (tally, main) {
        let cells: Vec<&[u32]> = cells
            .iter()
            .zip(outputs)
            .map(|(cells, values)| &cells[..values.len()])
            .collect();
        tally.add(plan, workspace, uniforms, outputs, &cells);
    }
}

/// The uniforms of a tile: one column a source and one of the dummy where indices need them, else one that is used again and again.
pub struct UniformColumns {
    columns: Vec<[f64; TILE]>,
    kept: bool,
    scratch: [f64; TILE],
}

impl UniformColumns {
    /// Columns for an experiment; `kept`: every source's uniforms are wanted after the tile is run, and the dummy's.
    pub fn new(experiment: &Experiment, kept: bool) -> Self {
        let columns = if kept {
            experiment.program.sources.len() + 1
        } else {
            0
        };
        UniformColumns {
            columns: (0..columns).map(|_| [0.0; TILE]).collect(),
            kept,
            scratch: [0.0; TILE],
        }
    }

    /// Draws and computes one tile.
    pub fn execute(
        &mut self,
        experiment: &Experiment,
        tile: &mut Tile,
        uniforms: &mut dyn Uniforms,
    ) {
        let sources = &experiment.program.sources;
        experiment.program.execute(tile, |source, out| {
            let u = if self.kept {
                &mut self.columns[source][..out.len()]
            } else {
                &mut self.scratch[..out.len()]
            };
            uniforms.fill(source, u);
            sources[source].marginal.fill(u, out);
        });
        if self.kept {
            uniforms.fill(sources.len(), &mut self.columns[sources.len()][..tile.rows]);
        }
    }
}

/// Whether no value is infinite or NaN: x · 0 is zero for all others.
pub(super) fn all_finite(values: &[f64]) -> bool {
    kernel::dispatch(
        #[inline(always)]
        || {
            let mut lanes = [0.0; 8];
            let mut blocks = values.chunks_exact(8);
            for block in &mut blocks {
                for lane in 0..8 {
                    lanes[lane] += block[lane] * 0.0;
                }
            }
            lanes.iter().sum::<f64>() == 0.0
                && blocks.remainder().iter().all(|value| value.is_finite())
        },
    )
}
