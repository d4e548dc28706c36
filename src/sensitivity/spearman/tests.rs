//! The coefficients against those of a sort of all trials.

use super::super::Measure;
use super::super::fine_cells::{FineCells, FineCounts};
use super::super::output_classes::class_of_cell;
use super::*;
use crate::statistic::grid::Grid;
use crate::statistic::ordered::OrderedByCell;

const TILE: usize = 256;
const CLASSES: usize = 64;
/// Beyond what is printed of a sample of this size, and more than classes alone would leave: 1/(2K²) = 1.2e-4.
const BOUND: f64 = 5e-4;

type Output = (&'static str, fn(&[f64; 3]) -> f64);

/// Of each output its classes, of each replicate its sums, and of each output and replicate its counts by cell.
type Added = (Vec<OutputClasses>, Vec<Spearman>, Vec<Vec<Vec<u32>>>);

/// Skewed, heavy tails, discrete with few and with many atoms, an atom beside a continuum, correlations near 1 and −1, none; and values that
/// gather far from the median: single ones with others just above them.
const OUTPUTS: [Output; 11] = [
    ("skewed", |[a, b, c]| {
        kernel::exp(4.0 * a + 2.0 * b) * (0.1 + c)
    }),
    ("heavy tail", |[a, b, c]| 1.0 / (a * a * b.sqrt()) + c),
    ("two tails", |[a, b, c]| {
        1.0 / a - 1.0 / (1.0 - a) + 1.0 / b - c
    }),
    ("few atoms", |[a, b, c]| (5.0 * a * b + 3.0 * c).floor()),
    ("many atoms", |[a, b, c]| {
        (20_000.0 * (a + b * c)).floor().powi(3)
    }),
    ("an atom", |[a, b, c]| (a + b - 1.0 + c / 8.0).max(0.0)),
    ("near 1", |[a, b, _]| a + 1e-3 * b),
    ("near -1", |[a, _, _]| -a * a * a),
    ("not monotone", |[a, b, c]| {
        (a - 0.5) * (a - 0.5) + b / 8.0 - c / 4.0
    }),
    ("atoms with a little more", |[a, b, c]| {
        let seldom = if *b > 0.7 { 0.01 * a } else { 0.0 };
        [8.0, 16.0, 16.0, 32.0][(4.0 * c) as usize] + seldom
    }),
    ("atoms of three magnitudes", |[a, b, c]| {
        [1e-3, 1.0, 1e3][(3.0 * c) as usize] + (1e-4 * (a - 0.6 * b)).max(0.0)
    }),
];

/// The numbers 0 … n in the order of their hashes.
fn shuffled(n: usize, key: u64) -> Vec<usize> {
    let hash = |&at: &usize| {
        let mut z = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ key;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(hash);
    order
}

/// Ranks from 0 to 1, shared by equal values: by a sort of all.
fn textbook_ranks(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = |value: &f64| {
        let below = sorted.partition_point(|other| other < value);
        let up_to = sorted.partition_point(|other| other <= value);
        (below + up_to) as f64 / (2 * values.len()) as f64
    };
    values.iter().map(rank).collect()
}

fn textbook(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = (textbook_ranks(x), textbook_ranks(y));
    let product =
        |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - 0.5) * (b - 0.5)).sum() };
    product(&x, &y) / (product(&x, &x) * product(&y, &y)).sqrt()
}

/// Trials whose inputs have every rank once, the last in twelve atoms.
struct Sample {
    inputs: Vec<Vec<f64>>,
    outputs: Vec<Vec<f64>>,
    rows: usize,
}

impl Sample {
    fn new(replicates: usize, rows: usize) -> Self {
        let n = replicates * rows;
        let uniform = |key| -> Vec<f64> {
            let order = shuffled(n, key);
            order.iter().map(|&k| (k as f64 + 0.5) / n as f64).collect()
        };
        let atoms = uniform(3)
            .iter()
            .map(|u| (12.0 * u).floor())
            .collect::<Vec<_>>();
        let inputs = vec![uniform(1), uniform(2), textbook_ranks(&atoms)];
        let trial = |at: usize| [inputs[0][at], inputs[1][at], inputs[2][at]];
        let outputs = OUTPUTS
            .iter()
            .map(|(_, of)| (0..n).map(|at| of(&trial(at))).collect())
            .collect();
        Sample {
            inputs,
            outputs,
            rows,
        }
    }

    /// Every replicate as the passes add it, on the grid of a pilot: the first so many rows of each that it wants.
    fn replicates(
        &self,
        resolution: u32,
        first: usize,
        trials: u64,
        wanted: impl Fn(usize) -> bool,
        cut: bool,
    ) -> Added {
        let n = self.inputs[0].len();
        let (mut plans, mut cells) = (Vec::new(), Vec::new());
        for values in &self.outputs {
            let in_pilot = (0..n).filter(|&at| at % self.rows < first && wanted(at));
            let pilot: Vec<f64> = in_pilot.map(|at| values[at]).collect();
            let grid = Grid::of(&[&pilot], resolution);
            let mut pilot = OrderedByCell::new(&grid, &[&pilot]);
            let mut classes = OutputClasses::new(&grid, &mut pilot, CLASSES, &[Measure::Spearman]);
            if !cut {
                classes.cells = FineCells::uncut(grid.cells());
                classes.scores = Scores::new(
                    &(0..grid.cells())
                        .map(|cell| pilot.count(cell) as u32)
                        .collect::<Vec<_>>(),
                    class_of_cell(pilot.below(), CLASSES),
                );
            }
            plans.push(classes);
            let mut own = vec![0; n];
            grid.cells_of(values, &mut own);
            let plan = &plans[plans.len() - 1].cells;
            let mut fine = Vec::new();
            FineCounts::new(plan).add(plan, values, &own, &mut fine);
            cells.push((fine, plan.count()));
        }
        let mut counts = vec![Vec::new(); self.outputs.len()];
        let mut room = Room::default();
        let replicate = |replicate: usize| {
            let all = replicate * self.rows..(replicate + 1) * self.rows;
            for (counts, (cells, count)) in counts.iter_mut().zip(&cells) {
                let mut own = vec![0; *count];
                cells[all.clone()]
                    .iter()
                    .for_each(|&cell| own[cell as usize] += 1);
                counts.push(own);
            }
            let mut sums = Spearman::new(3, self.outputs.len(), CLASSES, trials);
            for tile in all.clone().step_by(TILE) {
                let tile = tile..(tile + TILE).min(all.end);
                let ranks = self.inputs.iter().map(|column| &column[tile.clone()]);
                let cells = cells.iter().map(|(cells, _)| &cells[tile.clone()]);
                sums.add(&mut room, ranks, &cells.collect::<Vec<_>>(), &plans);
            }
            sums
        };
        let replicates = (0..n / self.rows).map(replicate).collect();
        (plans, replicates, counts)
    }
}

/// What is farther than the bound from the textbook's, by the sums that `of` makes of those of an output.
fn far_off(
    sample: &Sample,
    (plans, replicates, counts): &Added,
    correct: bool,
    bound: f64,
) -> Vec<String> {
    let mut far = Vec::new();
    let replicates: Vec<&Spearman> = replicates.iter().collect();
    for (output, (name, _)) in OUTPUTS.iter().enumerate() {
        let cells: Vec<&[u32]> = counts[output].iter().map(|cells| &cells[..]).collect();
        let mut scores = plans[output].scores.clone();
        if !correct {
            // Scores at the end that are the ranks of the classes, where those in the pass were the pilot's: nothing to correct.
            let all: Vec<u32> = (0..cells[0].len())
                .map(|cell| cells.iter().map(|cells| cells[cell]).sum())
                .collect();
            scores = Scores::new(&all, scores.class_of_cell);
        }
        let found = Correlations::new(&replicates, output, &scores, &cells);
        for (column, x) in sample.inputs.iter().enumerate() {
            let exact = textbook(x, &sample.outputs[output]);
            let off = found.all[column] - exact;
            if off.abs() > bound {
                far.push(format!("{name} {column}: {off:e} from {exact}"));
            }
        }
        // Each replicate left out is as if it had never been.
        if output % 4 == 0 {
            let fewer = Correlations::new(&replicates[1..], output, &scores, &cells[1..]);
            for (one, other) in fewer.all.iter().zip(&found.without[0]) {
                assert!((one - other).abs() < 1e-11, "{name}: {one} {other}");
            }
        }
    }
    far
}

#[test]
fn coefficients_are_those_of_the_textbook() {
    let sample = Sample::new(16, SEGMENT_ROWS);
    let trials = 16 * SEGMENT_ROWS as u64;
    let usual = sample.replicates(9, 1024, trials, |_| true, true);
    let far = far_off(&sample, &usual, true, BOUND);
    assert!(far.is_empty(), "{}", far.join("\n"));
    // The twin: cells that are not cut, however much they hold.
    let uncut = sample.replicates(9, 1024, trials, |_| true, false);
    let far = far_off(&sample, &uncut, true, 20.0 * BOUND);
    assert!(far.len() >= 3, "{}", far.join("\n"));
    // A pilot that saw too few of the trials in which the inputs are small, every trial sampled.
    let few_small =
        |at: usize| sample.inputs[0][at] + sample.inputs[1][at] > 0.7 || at.is_multiple_of(4);
    let skewed = sample.replicates(9, 1024, FEW, few_small, true);
    let far = far_off(&sample, &skewed, true, BOUND);
    assert!(far.is_empty(), "{}", far.join("\n"));
    // The twin: its scores as if they were the ranks.
    let far = far_off(&sample, &skewed, false, 10.0 * BOUND);
    assert!(far.len() >= 12, "{}", far.join("\n"));
    // And sampled as usual, where the pilot is so far off.
    let skewed = sample.replicates(9, 1024, trials, few_small, true);
    let far = far_off(&sample, &skewed, true, 10.0 * BOUND);
    assert!(far.is_empty(), "{}", far.join("\n"));
}

#[test]
fn coefficients_of_few_trials_are_those_of_the_textbook() {
    let sample = Sample::new(32, 100);
    let few = sample.replicates(4, 25, 3200, |_| true, true);
    // On so coarse a grid a cell holds a fifth of the most skewed output.
    let far = far_off(&sample, &few, true, 10.0 * BOUND);
    assert!(far.is_empty(), "{}", far.join("\n"));
}
