//! Spearman's rank correlation without a sort, in one pass.
//!
//! The rank of an input is its u (the middle of its atom for a discrete one). The rank R of an output, ties shared, is that of its
//! fine cell ([`FineCells`](super::fine_cells::FineCells)), of which there are so many that the order inside one hardly matters; it is
//! known only when all trials are counted. But the pilot knows it nearly: it gives each fine cell a score s, and Σ u s is what the trials
//! add up, column by column. In the end
//!
//! Σ u R = Σ u s + Σ_k ū_k (n_k R_k − Σ s),
//!
//! with k the classes of about 1/K of the mass that the cells are gathered in; n_k, the rank R_k they share, and the last sum, over
//! the trials in class k, all from the counts of all trials by fine cell; and ū_k the mean of u over those trials in class k that stand at
//! the beginning of a segment ([`SAMPLED_ROWS`]; over all of them up to [`FEW`] trials). Two errors are left, both of the second order.
//!
//! - ū_k is known from m of the N trials only. Its factor is the pilot's own error, of the size (6 n)^(−½) for a pilot of n independent
//!   trials, so that the coefficient is off by about 12 · (6 n)^(−½) · sd(u | class) · m^(−½) ≤ 1.4 (n m)^(−½). With n = 3 N^(2/3) and
//!   m = N/16 that is 3e-5 at N = 10⁶, where independent trials have a standard error of 1e-3. Trials that fill the space
//!   evenly have both factors smaller; and what is left differs from replicate to replicate, so that the jackknife counts it.
//! - Inside a class the pilot's error is not evened out. There it is of the size (6 n K)^(−½), and meets only what the mean of u changes
//!   across a class, about 1/(K √12), with another sign in every class: 1.4 / (K² √n) ≤ 2e-6 for K ≥ 64 and n = 2¹⁵. Classes alone, with
//!   neither scores nor cells, leave 1/K² of what the mean of u changes from the lowest outputs to the highest: 2e-4.

use super::{OutputClasses, add_all, padded};
use crate::kernel::{self, LANES, ProductSums, TOGETHER, lane_sum};
use crate::sampler::SEGMENT_ROWS;
use crate::statistic::Estimate;
use crate::statistic::replicates::jackknife;
use serde::{Deserialize, Serialize};

/// Up to so many trials the means by class are over all of them.
const FEW: u64 = 1 << 17;
/// Rows at the beginning of a segment that the means by class are over, where there are more.
const SAMPLED_ROWS: usize = SEGMENT_ROWS / 16;

/// Neighbouring cells that may have one score, so that the tables of a few outputs stay in the first cache.
const NEIGHBOURS: usize = 4;
/// They may if they hold no more together than one of so many of the trials: less than 1/256² of what the mean of u changes is lost.
const LEAST_GROUPS: u32 = 256;

/// Steps of a score from 0 to 1: finer than the pilot knows.
const STEPS: f32 = (1 << 20) as f32;

/// What the pilot knows of the ranks of one output.
#[derive(Debug, Clone)]
pub struct Scores {
    /// Class of each cell, rising.
    class_of_cell: Vec<u16>,
    /// Cells of one score, as a power of two.
    shift: u32,
    /// Rank among the pilot's values, less ½, in whole [`STEPS`].
    of_neighbours: Vec<f32>,
}

impl Scores {
    /// From the counts of the pilot's values by cell, and the class of each.
    pub fn new(counts: &[u32], class_of_cell: Vec<u16>) -> Self {
        let all: u32 = counts.iter().sum();
        let few = |group: &[u32]| group.iter().sum::<u32>() <= all / LEAST_GROUPS;
        let together = if counts.chunks(NEIGHBOURS).all(few) {
            NEIGHBOURS
        } else {
            1
        };
        let mut below = 0.0;
        let score = |group: &[u32]| {
            let count = f64::from(group.iter().sum::<u32>());
            let middle = below + count / 2.0;
            below += count;
            let score = (middle / f64::from(all) - 0.5) as f32;
            (score * STEPS).round() / STEPS
        };
        Scores {
            class_of_cell,
            shift: together.ilog2(),
            of_neighbours: counts.chunks(together).map(score).collect(),
        }
    }

    /// The scores of these cells.
    #[inline(always)]
    fn find(&self, cells: &[u32], scores: &mut [f64]) {
        // Four at a time, in one store: a little more than half the time.
        let (cells, rest) = cells.as_chunks::<4>();
        let (scores, rest_of_scores) = scores.as_chunks_mut::<4>();
        for (scores, &[first, second, third, fourth]) in scores.iter_mut().zip(cells) {
            *scores = [
                self.of(first),
                self.of(second),
                self.of(third),
                self.of(fourth),
            ];
        }
        for (found, &cell) in rest_of_scores.iter_mut().zip(rest) {
            *found = self.of(cell);
        }
    }

    #[inline(always)]
    fn of(&self, cell: u32) -> f64 {
        f64::from(self.of_neighbours[(cell >> self.shift) as usize])
    }

    /// The scores of all cells, in [`STEPS`].
    fn of_cells(&self) -> Vec<i32> {
        let cells = 0..self.class_of_cell.len();
        let score = |cell: usize| self.of_neighbours[cell >> self.shift] * STEPS;
        cells.map(|cell| score(cell) as i32).collect()
    }

    /// The first cell of each class, and the end.
    fn starts(&self, classes: usize) -> Vec<usize> {
        let cells = &self.class_of_cell;
        let start = |class| cells.partition_point(|&other| usize::from(other) < class);
        (0..=classes).map(start).collect()
    }
}

/// Sums over the trials of a block or a replicate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spearman {
    columns: usize,
    /// Columns up to whole vectors.
    width: usize,
    outputs: usize,
    classes: usize,
    /// Rows at the beginning of each segment that are sampled.
    sampled_rows: usize,
    /// Rows added to this block.
    rows: usize,
    /// `products[group · columns + column]`, a group [`TOGETHER`] outputs.
    products: Vec<ProductSums>,
    /// Sampled trials by output and class.
    counts: Vec<u32>,
    /// Σ u over them: `sums[(output · classes + class) · width + column]`.
    sums: Vec<f64>,
}

/// Room for a tile.
#[derive(Debug, Default)]
pub struct Room {
    /// Output by output.
    scores: Vec<f64>,
    /// The ranks of the inputs row by row, so that a row is added to the sums of its class in one go.
    rows: Vec<f64>,
}

impl Spearman {
    /// Nothing added yet; `trials`: of the whole run.
    pub fn new(columns: usize, outputs: usize, classes: usize, trials: u64) -> Self {
        let width = padded(columns);
        Spearman {
            columns,
            width,
            outputs,
            classes,
            sampled_rows: if trials <= FEW {
                SEGMENT_ROWS
            } else {
                SAMPLED_ROWS
            },
            rows: 0,
            products: vec![ProductSums::default(); columns * outputs.div_ceil(TOGETHER)],
            counts: vec![0; outputs * classes],
            sums: vec![0.0; outputs * classes * width],
        }
    }

    /// Adds the tile that comes next in its block: the columns of the inputs' ranks, and the cells of each output.
    #[inline(always)]
    pub fn add<'a>(
        &mut self,
        room: &mut Room,
        ranks: impl Iterator<Item = &'a [f64]> + Clone,
        cells: &[&[u32]],
        plans: &[OutputClasses],
    ) {
        let rows = cells.first().map_or(0, |cells| cells.len());
        if rows == 0 {
            return;
        }
        room.scores.resize(rows * self.outputs, 0.0);
        for ((cells, plan), scores) in cells
            .iter()
            .zip(plans)
            .zip(room.scores.chunks_exact_mut(rows))
        {
            plan.scores.find(cells, scores);
        }
        kernel::add_products(ranks.clone(), &room.scores, &mut self.products);
        // Blocks begin with a segment.
        if self.rows % SEGMENT_ROWS < self.sampled_rows {
            self.sample(&mut room.rows, ranks, cells, plans);
        }
        self.rows += rows;
    }

    /// Adds a tile to the sums by class.
    #[inline(always)]
    fn sample<'a>(
        &mut self,
        rows: &mut Vec<f64>,
        ranks: impl Iterator<Item = &'a [f64]>,
        cells: &[&[u32]],
        plans: &[OutputClasses],
    ) {
        let width = self.width;
        // What pads a row to whole vectors is zero from the start and never written.
        rows.resize(cells.first().map_or(0, |cells| cells.len()) * width, 0.0);
        for (column, ranks) in ranks.enumerate() {
            for (row, &rank) in rows.chunks_exact_mut(width).zip(ranks) {
                row[column] = rank;
            }
        }
        for (output, (cells, plan)) in cells.iter().zip(plans).enumerate() {
            let first = output * self.classes;
            let counts = &mut self.counts[first..][..self.classes];
            let sums = &mut self.sums[first * width..][..self.classes * width];
            let classes = cells
                .iter()
                .map(|&cell| plan.scores.class_of_cell[cell as usize] as usize);
            match width {
                4 => add_rows::<4>(counts, sums, classes, rows),
                8 => add_rows::<8>(counts, sums, classes, rows),
                12 => add_rows::<12>(counts, sums, classes, rows),
                16 => add_rows::<16>(counts, sums, classes, rows),
                _ => {
                    for (row, class) in rows.chunks_exact(width).zip(classes) {
                        counts[class] += 1;
                        add_all(&mut sums[class * width..][..width], row);
                    }
                }
            }
        }
    }

    /// Adds the block that comes next.
    pub fn merge(&mut self, block: &Spearman) {
        for (sums, more) in self.products.iter_mut().zip(&block.products) {
            for (sums, more) in sums.iter_mut().zip(more) {
                add_all(sums, more);
            }
        }
        add_all(&mut self.counts, &block.counts);
        add_all(&mut self.sums, &block.sums);
    }

    /// The sums that a coefficient is made of, in one row that takes the place of what `all` had: Σ u, Σ u² and Σ u s of every column; then for each class its trials, Σ s over
    /// them, the sampled trials, and Σ u of every column over them.
    fn of_output(
        &self,
        output: usize,
        scores: &[i32],
        starts: &[usize],
        cells: &[u32],
        all: &mut Vec<f64>,
    ) {
        let (group, place) = (output / TOGETHER, 2 + output % TOGETHER);
        let products = &self.products[group * self.columns..][..self.columns];
        all.clear();
        for at in [0, 1, place] {
            all.extend(products.iter().map(|sums| lane_sum(sums[at])));
        }
        let counted = kernel::dispatch(
            #[inline(always)]
            || counted(cells, scores, starts),
        );
        for (class, counted) in counted.into_iter().enumerate() {
            all.extend(counted);
            let at = output * self.classes + class;
            all.push(f64::from(self.counts[at]));
            all.extend_from_slice(&self.sums[at * self.width..][..self.columns]);
        }
    }
}

#[inline(always)]
fn add_rows<const WIDTH: usize>(
    counts: &mut [u32],
    sums: &mut [f64],
    classes: impl Iterator<Item = usize>,
    ranks: &[f64],
) {
    let (sums, _) = sums.as_chunks_mut::<WIDTH>();
    let (ranks, _) = ranks.as_chunks::<WIDTH>();
    for (row, class) in ranks.iter().zip(classes) {
        counts[class] += 1;
        let sum = &mut sums[class];
        let (old, more) = (*sum, *row);
        *sum = std::array::from_fn(|lane| old[lane] + more[lane]);
    }
}

/// For each class, Σ over its cells of their counts, and of counts times scores.
#[inline(always)]
fn counted(counts: &[u32], scores: &[i32], starts: &[usize]) -> Vec<[f64; 2]> {
    let of_class = |ends: &[usize]| {
        let cells = ends[0]..ends[1];
        // Whole numbers, which add up to the same in any order.
        let (mut count, mut product) = (0, 0);
        for (&own, &score) in counts[cells.clone()].iter().zip(&scores[cells]) {
            count += u64::from(own);
            product += i64::from(own) * i64::from(score);
        }
        [count as f64, product as f64 / f64::from(STEPS)]
    };
    starts.windows(2).map(of_class).collect()
}

/// Σ over the cells of the third power of their counts, of all replicates less one.
#[inline(always)]
fn cubes(all: &[f64], one: &[u32]) -> f64 {
    let cube = |all: f64, one: u32| {
        let count = all - f64::from(one);
        count * count * count
    };
    let ((all, rest), (one, rest_of_one)) = (all.as_chunks::<LANES>(), one.as_chunks::<LANES>());
    let mut lanes = [0.0; LANES];
    for (all, one) in all.iter().zip(one) {
        for lane in 0..LANES {
            lanes[lane] += cube(all[lane], one[lane]);
        }
    }
    for (lane, (&all, &one)) in rest.iter().zip(rest_of_one).enumerate() {
        lanes[lane] += cube(all, one);
    }
    lane_sum(lanes)
}

/// Pearson's correlation of the ranks for every column, from sums like those of [`Spearman::of_output`] and the third powers of the
/// cells' counts.
fn coefficients(sums: &[f64], columns: usize, cubes: f64) -> Vec<f64> {
    let (of_columns, of_classes) = sums.split_at(3 * columns);
    let of_classes = of_classes.chunks_exact(3 + columns);
    let n: f64 = of_classes.clone().map(|class| class[0]).sum();
    // The variance of ranks of which some are shared.
    let spread = (1.0 - cubes / (n * n * n)) / 12.0;
    if !(spread > 0.0) {
        return vec![f64::NAN; columns];
    }
    let mut below = 0.0;
    let means: Vec<f64> = of_columns[..columns].iter().map(|sum| sum / n).collect();
    let mut products = of_columns[2 * columns..].to_vec();
    for class in of_classes {
        let (count, scores, sampled) = (class[0], class[1], class[2]);
        let rank = (below + count / 2.0) / n - 0.5;
        below += count;
        let off = count * rank - scores;
        let of_sampled = class[3..].iter().zip(&means);
        for (product, (sum, mean)) in products.iter_mut().zip(of_sampled) {
            *product += off * if sampled > 0.0 { sum / sampled } else { *mean };
        }
    }
    let squares = &of_columns[columns..];
    let correlation = |((product, mean), square): ((&f64, &f64), &f64)| {
        let variance = square / n - mean * mean;
        // Ranks that are all the same but for roundings.
        if !(variance > 1e-12 * square / n) {
            return f64::NAN;
        }
        // The mean of the output's ranks is one half. A correlation that is one but for its roundings is one.
        (product / n / (variance * spread).sqrt()).clamp(-1.0, 1.0)
    };
    products
        .iter()
        .zip(&means)
        .zip(squares)
        .map(correlation)
        .collect()
}

/// The coefficient of every column for one output.
#[derive(Debug)]
pub struct Correlations {
    /// From all replicates.
    pub all: Vec<f64>,
    /// With each replicate left out.
    pub without: Vec<Vec<f64>>,
}

impl Correlations {
    /// From the sums of the replicates, and what each counted by cell of the output.
    pub fn new(
        replicates: &[&Spearman],
        output: usize,
        scores: &Scores,
        cells: &[&[u32]],
    ) -> Correlations {
        let columns = replicates[0].columns;
        let mut counts = vec![0.0; scores.class_of_cell.len()];
        for cells in cells {
            for (sum, &count) in counts.iter_mut().zip(*cells) {
                *sum += f64::from(count);
            }
        }
        // Most cells are far out, and empty.
        let empty = |count: &&f64| **count == 0.0;
        let met = counts.iter().take_while(empty).count()
            ..counts.len() - counts.iter().rev().take_while(empty).count();
        let met = met.start.min(met.end)..met.end;
        let starts = scores.starts(replicates[0].classes);
        let starts = starts.iter().map(|start| start.clamp(&met.start, &met.end));
        let starts: Vec<usize> = starts.copied().collect();
        let scores = scores.of_cells();
        // Made twice for each replicate: all of them would not stay in the caches.
        let mut part = Vec::new();
        let mut sums = Vec::new();
        for (replicate, cells) in replicates.iter().zip(cells) {
            replicate.of_output(output, &scores, &starts, cells, &mut part);
            sums.resize(part.len(), 0.0);
            add_all(&mut sums, &part);
        }
        let cubes = |one: &[u32]| {
            kernel::dispatch(
                #[inline(always)]
                || cubes(&counts[met.clone()], one),
            )
        };
        let without = replicates.iter().zip(cells).map(|(replicate, cells)| {
            replicate.of_output(output, &scores, &starts, cells, &mut part);
            for (one, sum) in part.iter_mut().zip(&sums) {
                *one = sum - *one;
            }
            coefficients(&part, columns, cubes(&cells[met.clone()]))
        });
        Correlations {
            all: coefficients(&sums, columns, cubes(&vec![0; met.len()])),
            without: without.collect(),
        }
    }

    /// The coefficients with their errors, for replicates of these sizes.
    pub fn estimates(&self, sizes: &[u64]) -> Vec<Estimate> {
        jackknifed(&self.all, &self.without, sizes)
    }

    /// The squares of the coefficients as shares of their sum over all columns but the dummy, the last: "contribution to variance" as
    /// Crystal Ball and other spreadsheet tools print it. For an output that is monotone in independent inputs it is near the share of
    /// the variance of the output's ranks; it holds neither interactions nor dependence.
    pub fn contributions(&self, sizes: &[u64]) -> Vec<Estimate> {
        let shares = |coefficients: &Vec<f64>| -> Vec<f64> {
            let (_dummy, inputs) = coefficients.split_last().unwrap_or((&0.0, &[]));
            let sum: f64 = inputs.iter().map(|one| one * one).sum();
            coefficients.iter().map(|one| one * one / sum).collect()
        };
        let without: Vec<Vec<f64>> = self.without.iter().map(shares).collect();
        jackknifed(&shares(&self.all), &without, sizes)
    }
}

fn jackknifed(all: &[f64], without: &[Vec<f64>], sizes: &[u64]) -> Vec<Estimate> {
    let estimate = |(column, &value): (usize, &f64)| {
        let without: Vec<f64> = without.iter().map(|values| values[column]).collect();
        jackknife(value, &without, sizes)
    };
    all.iter().enumerate().map(estimate).collect()
}

#[cfg(test)]
mod tests;
