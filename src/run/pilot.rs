//! The pilot: the first rows of the replicates, run first, fix how each output's values are counted and which are kept.
//!
//! Every shard repeats it, so every shard counts on the same grid.

use super::pass::{UniformColumns, all_finite};
use super::{Experiment, Question};
use crate::kernel;
use crate::program::{Orders, Register, TILE};
use crate::sampler::SEGMENT_ROWS;
use crate::sensitivity::{MainPlan, OutputClasses, Standard};
use crate::statistic::distribution::COARSE;
use crate::statistic::grid::Grid;
use crate::statistic::moments::MomentLanes;
use crate::statistic::ordered::OrderedByCell;
use crate::statistic::summary::central;
use crate::statistic::tail::Ends;
use crate::statistic::tally::{BINS, Role, TallyPlan};

/// Up to so many trials every value is kept.
const KEEP_ALL: u64 = 1 << 17;
/// Cells an octave, as powers of two, up to so many trials: enough for single values not to matter, few enough to go through
/// all of them for every replicate. Beyond the last, [`FINE`].
const RESOLUTIONS: [(u64, u32); 2] = [(1 << 14, 4), (KEEP_ALL, 6)];
const FINE: u32 = 9;
/// Brackets reach this many standard errors of the pilot to both sides.
const BRACKET: f64 = 8.0;
/// Values of one output that may be kept; brackets that hold more are binned.
const MOST_KEPT: f64 = (1 << 20) as f64;
/// A value seen so often in its cell of the pilot, and as often as all others of the cell together, is a tie.
const TIE: usize = 8;

/// Cells that are looked at closely although no quantile needs it, at most.
const MOST_GATHERED: usize = 32;

/// Trials of a pilot that has nothing to do but to place a grid, in runs of so many rows.
const FEW: usize = 1024;
const FEW_ROWS: usize = 256;

/// What the pilot fixes.
pub struct Pilot {
    /// For each output that is counted, how its values are remembered.
    pub plans: Vec<TallyPlan>,
    /// For each of them, the ends of its values, and of which order its moments are finite.
    pub ends: Vec<(Ends, Orders)>,
    /// For each of them, about where it lies and how widely.
    pub standards: Vec<Standard>,
    /// How the sums for the indices are made, where any are asked for.
    pub main: Option<MainPlan>,
}

/// Runs the pilot; `None` when not one of its trials was finite.
pub fn pilot(experiment: &Experiment, question: &Question, counted: &[usize]) -> Option<Pilot> {
    let layout = experiment.layout;
    let trials = layout.trials();
    let keep_all = trials <= KEEP_ALL;
    let resolution = RESOLUTIONS
        .iter()
        .find(|(most, _)| trials <= *most)
        .map_or(FINE, |&(_, resolution)| resolution);
    let orders = experiment.program.orders();
    let orders: Vec<Orders> = counted.iter().map(|&output| orders[output]).collect();
    let places_grid_only =
        keep_all && question.measures.is_empty() && orders.iter().all(Orders::are_known);
    let wanted = if keep_all {
        (trials / 4).clamp(512, 4096)
    } else {
        // A pilot of n costs by n, what its brackets keep by N/√n: least together where n is as N^(2/3).
        let root = kernel::cbrt(trials as f64);
        ((3.0 * root * root) as u64).clamp(1 << 13, 1 << 19)
    };
    // Some rows of every replicate: brackets need what tells them apart.
    let first_rows = (wanted / u64::from(layout.replicates))
        .max(1)
        .next_power_of_two()
        .min(SEGMENT_ROWS as u64);
    let outputs = counted.len();
    let replicates = layout.replicates as usize;
    let mut rows = first_rows as usize;
    let mut values = if places_grid_only {
        // Every value will be kept, wherever it falls.
        let rows = FEW_ROWS.min(layout.rows(0) as usize).max(1);
        Values::draw(
            experiment,
            counted,
            FEW.div_ceil(rows).min(replicates),
            rows,
        )
    } else {
        Values::draw(experiment, counted, replicates, rows)
    };
    // Where hardly a trial is finite, a longer look.
    while values.is_empty() && rows < SEGMENT_ROWS {
        rows = (8 * rows).min(SEGMENT_ROWS);
        values = Values::draw(experiment, counted, replicates, rows);
    }
    if values.is_empty() {
        return None;
    }
    let rank_classes =
        MainPlan::rank_classes(experiment.program.sources.len(), outputs, layout.replicates);
    let found = super::parallel::each(outputs, |at| {
        let parts = &values.columns[at];
        let marks = question.marks[counted[at]].clone();
        let grid = Grid::of(parts, resolution);
        let mut sample = OrderedByCell::new(&grid, parts);
        let (roles, kept) = if keep_all {
            (vec![Role::Keep; grid.cells()], 1.0)
        } else {
            roles(&mut sample, parts, question, trials)
        };
        let classes = (!question.measures.is_empty())
            .then(|| OutputClasses::new(&grid, &mut sample, rank_classes, question.measures));
        let ends = Ends::of(&mut sample);
        let standard = standard(parts, &grid);
        let plan = TallyPlan::new(grid, roles, kept, marks);
        (plan, classes, ends, standard)
    });
    let mut plans = Vec::with_capacity(outputs);
    let mut classes = Vec::with_capacity(outputs);
    let mut ends = Vec::with_capacity(outputs);
    let mut standards = Vec::with_capacity(outputs);
    for ((plan, output_classes, output_ends, standard), orders) in found.into_iter().zip(orders) {
        plans.push(plan);
        standards.push(standard);
        classes.extend(output_classes);
        ends.push((output_ends, orders));
    }
    let main = (!question.measures.is_empty() && outputs > 0).then(|| {
        let program = experiment.program;
        let sources = program.sources.iter();
        let mut inputs: Vec<_> = sources
            .map(|source| std::sync::Arc::clone(&source.marginal))
            .collect();
        for shares in &program.shares {
            for (&source, marginal) in shares.sources.iter().zip(&shares.marginals) {
                inputs[source] = std::sync::Arc::clone(marginal);
            }
        }
        let last = program
            .shares
            .iter()
            .filter_map(|shares| shares.sources.last());
        let determined: Vec<usize> = last.copied().collect();
        MainPlan::new(
            question.measures,
            &inputs,
            &determined,
            classes,
            rank_classes,
            trials,
        )
    });
    Some(Pilot {
        plans,
        ends,
        standards,
        main,
    })
}

/// About where values lie and how widely.
fn standard(parts: &[Vec<f64>], grid: &Grid) -> Standard {
    let (centre, scale) = (grid.centre(), grid.scale());
    let mut lanes = MomentLanes::default();
    kernel::dispatch(
        #[inline(always)]
        || {
            for part in parts {
                lanes.add(part, centre, 1.0 / scale);
            }
        },
    );
    let moments = lanes.finish();
    Standard::new(
        centre + scale * moments.mean(),
        scale * moments.variance().sqrt(),
    )
}

/// The values of the outputs that are counted in the first rows of the first replicates, without the trials that are not finite.
struct Values {
    /// For each output, those of each replicate.
    columns: Vec<Vec<Vec<f64>>>,
    /// How many there are of each output.
    rows: usize,
}

impl Values {
    fn draw(experiment: &Experiment, counted: &[usize], replicates: usize, rows: usize) -> Self {
        let registers: Vec<(Register, usize)> = experiment.program.varying_columns().collect();
        let place = |output: &usize| registers.iter().position(|register| register.1 == *output);
        let counted: Vec<usize> = counted.iter().filter_map(place).collect();
        let mut values = Values {
            columns: vec![Vec::with_capacity(replicates); counted.len()],
            rows: 0,
        };
        super::parallel::in_order(
            replicates,
            || {
                (
                    experiment.program.tile(),
                    UniformColumns::new(experiment, false),
                )
            },
            |(tile, uniforms), replicate| {
                let replicate = replicate as u32;
                let rows = rows.min(experiment.layout.rows(replicate) as usize);
                let mut stream = experiment.sampler.open(replicate, 0);
                let mut found: Vec<Vec<f64>> =
                    counted.iter().map(|_| Vec::with_capacity(rows)).collect();
                let (mut done, mut finite_rows) = (0, 0);
                while done < rows {
                    tile.rows = (rows - done).min(TILE);
                    uniforms.execute(experiment, tile, &mut *stream);
                    let columns: Vec<&[f64]> = registers
                        .iter()
                        .map(|&(register, _)| tile.column(register))
                        .collect();
                    if columns.iter().all(|column| all_finite(column)) {
                        for (found, &at) in found.iter_mut().zip(&counted) {
                            found.extend_from_slice(columns[at]);
                        }
                        finite_rows += tile.rows;
                    } else {
                        for row in 0..tile.rows {
                            if columns.iter().all(|column| column[row].is_finite()) {
                                for (found, &at) in found.iter_mut().zip(&counted) {
                                    found.push(columns[at][row]);
                                }
                                finite_rows += 1;
                            }
                        }
                    }
                    done += tile.rows;
                }
                (found, finite_rows)
            },
            |(found, finite_rows)| {
                for (column, found) in values.columns.iter_mut().zip(found) {
                    column.push(found);
                }
                values.rows += finite_rows;
                true
            },
        );
        values
    }

    /// Whether no trial was finite.
    fn is_empty(&self) -> bool {
        self.rows == 0
    }
}

/// Which cells to keep: those that hold the wanted quantiles and the limits of their errors, with a wide margin; and about which share of all
/// values that is.
fn roles(
    sample: &mut OrderedByCell,
    parts: &[Vec<f64>],
    question: &Question,
    trials: u64,
) -> (Vec<Role>, f64) {
    let n = sample.size();
    let cells = sample.below().len() - 1;
    let mut roles = vec![Role::Count; cells];
    let mut brackets = Vec::new();
    for p in question
        .quantiles
        .iter()
        .copied()
        .chain(central(question.level))
    {
        let half = BRACKET * share_error(sample, parts, p) + 3.0 / n as f64;
        let rank = |p: f64| (p * n as f64).floor();
        let (low, high) = (rank(p - half), rank(p + half));
        let first = if low < 0.0 {
            0
        } else {
            sample.cell_of_rank(low as usize)
        };
        let last = if high >= n as f64 {
            cells - 1
        } else {
            sample.cell_of_rank(high as usize)
        };
        brackets.push(first..=last);
    }
    for cell in brackets.into_iter().flatten() {
        if roles[cell] == Role::Count {
            roles[cell] = most_frequent(sample.cell(cell)).map_or(Role::Keep, Role::Tie);
        }
    }
    // Cells that hold the most are binned first, until the rest can be kept.
    let expected = |count: usize| count as f64 / n as f64 * trials as f64;
    let mut kept: Vec<usize> = (0..roles.len())
        .filter(|&cell| roles[cell] == Role::Keep)
        .collect();
    kept.sort_by_key(|&cell| std::cmp::Reverse(sample.count(cell)));
    let mut total: f64 = kept.iter().map(|&cell| expected(sample.count(cell))).sum();
    for cell in kept {
        if total <= MOST_KEPT || expected(sample.count(cell)) < 4.0 * BINS as f64 {
            break;
        }
        total -= expected(sample.count(cell));
        roles[cell] = Role::Bins;
    }
    // A tie that no quantile needs is no matter for the roles, but the shortest interval must know where it stands.
    for (cell, role) in roles.iter_mut().enumerate() {
        if *role == Role::Count
            && sample.count(cell) >= n / 256
            && let Some(value) = most_frequent(sample.cell(cell))
        {
            *role = Role::Tie(value);
        }
    }
    // Where the values gather in a cell, it is looked at closely: a figure shows what is inside.
    let coarse = (COARSE * n as f64) as usize;
    let gathered = (0..roles.len()).filter(|&cell| sample.count(cell) > coarse);
    let mut gathered: Vec<usize> = gathered
        .filter(|&cell| roles[cell] == Role::Count)
        .collect();
    gathered.sort_by_key(|&cell| std::cmp::Reverse(sample.count(cell)));
    for cell in gathered.into_iter().take(MOST_GATHERED) {
        total += expected(sample.count(cell));
        roles[cell] = if total <= MOST_KEPT / 4.0 {
            Role::Keep
        } else {
            Role::Bins
        };
    }
    (roles, total / trials as f64)
}

/// The value that is a tie, if one of these sorted values is.
fn most_frequent(sorted: &[f64]) -> Option<f64> {
    // What makes up half of a sorted list stands in its middle.
    let middle = *sorted.get(sorted.len() / 2)?;
    let count = sorted.partition_point(|&value| value <= middle)
        - sorted.partition_point(|&value| value < middle);
    (count >= TIE && 2 * count >= sorted.len()).then_some(middle)
}

/// The standard error of the pilot's share below its quantile at p: from the replicates, but no less than a quarter of what
/// independent trials would have, lest few replicates agree by chance.
fn share_error(sample: &mut OrderedByCell, parts: &[Vec<f64>], p: f64) -> f64 {
    let n = sample.size() as f64;
    let quantile = sample.of_rank(((p * n) as usize).min(sample.size() - 1));
    let shares: Vec<f64> = parts
        .iter()
        .filter(|part| !part.is_empty())
        .map(|part| {
            let count: u64 = kernel::dispatch(
                #[inline(always)]
                || part.iter().map(|&value| u64::from(value <= quantile)).sum(),
            );
            count as f64 / part.len() as f64
        })
        .collect();
    let r = shares.len() as f64;
    let mean = shares.iter().sum::<f64>() / r;
    let spread = shares
        .iter()
        .map(|share| (share - mean) * (share - mean))
        .sum::<f64>()
        / (r * (r - 1.0)).max(1.0);
    let independent = (p * (1.0 - p) / n).sqrt();
    spread.sqrt().max(independent / 4.0)
}
