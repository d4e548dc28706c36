//! Spearman's rank correlation without a sort.
//!
//! The rank of an input is its u (the middle of its atom for a discrete one). The ranks of the output are those of the classes
//! of its cells, ties shared, which become known when all trials are counted; until then the sums of the inputs' ranks are kept
//! by class. With K classes of equal mass the coefficient, corrected for ties, is too near to zero by 1/(2K²) of itself: 1e-4 at
//! K = 64, 8e-6 at K = 256.

use super::{OutputClasses, add_all, padded};
use crate::statistic::Estimate;
use crate::statistic::replicates::jackknife;

/// Sums of the inputs' ranks by class of the output.
#[derive(Debug, Clone)]
pub struct Spearman {
    columns: usize,
    /// Columns up to whole vectors.
    width: usize,
    classes: usize,
    /// Trials by output and class.
    counts: Vec<u32>,
    /// Σ rank: `sums[(output · classes + class) · width + column]`.
    sums: Vec<f64>,
    /// Σ rank² of each column.
    squares: Vec<f64>,
}

impl Spearman {
    /// Nothing added yet.
    pub fn new(columns: usize, outputs: usize, classes: usize) -> Self {
        let width = padded(columns);
        Spearman {
            columns,
            width,
            classes,
            counts: vec![0; outputs * classes],
            sums: vec![0.0; outputs * classes * width],
            squares: vec![0.0; width],
        }
    }

    /// How many numbers a row of ranks has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Adds a tile: ranks row by row, and the cells of each output.
    #[inline(always)]
    pub fn add(&mut self, ranks: &[f64], cells: &[&[u32]], plans: &[OutputClasses]) {
        let width = self.width;
        for row in ranks.chunks_exact(width) {
            for (square, rank) in self.squares.iter_mut().zip(row) {
                *square = rank.mul_add(*rank, *square);
            }
        }
        for (output, (cells, plan)) in cells.iter().zip(plans).enumerate() {
            let first = output * self.classes;
            let counts = &mut self.counts[first..][..self.classes];
            let sums = &mut self.sums[first * width..][..self.classes * width];
            let classes = cells
                .iter()
                .map(|&cell| plan.class_of_cell[cell as usize] as usize);
            match width {
                4 => add_rows::<4>(counts, sums, classes, ranks),
                8 => add_rows::<8>(counts, sums, classes, ranks),
                12 => add_rows::<12>(counts, sums, classes, ranks),
                16 => add_rows::<16>(counts, sums, classes, ranks),
                _ => {
                    for (row, class) in ranks.chunks_exact(width).zip(classes) {
                        counts[class] += 1;
                        add_all(&mut sums[class * width..][..width], row);
                    }
                }
            }
        }
    }

    /// Adds the block that comes next.
    pub fn merge(&mut self, block: &Spearman) {
        add_all(&mut self.counts, &block.counts);
        add_all(&mut self.sums, &block.sums);
        add_all(&mut self.squares, &block.squares);
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

/// Sums over all replicates, from which one can be taken away.
struct Pooled {
    counts: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Pooled {
    fn take(&mut self, part: &Spearman, output: usize, sign: f64) {
        let classes = part.classes;
        for (sum, &more) in self
            .counts
            .iter_mut()
            .zip(&part.counts[output * classes..][..classes])
        {
            *sum += sign * f64::from(more);
        }
        for (sum, &more) in self
            .sums
            .iter_mut()
            .zip(&part.sums[output * classes * part.width..][..classes * part.width])
        {
            *sum += sign * more;
        }
        for (sum, &more) in self.squares.iter_mut().zip(&part.squares) {
            *sum += sign * more;
        }
    }

    /// Pearson's correlation of the ranks, for every column.
    fn correlations(&self) -> Vec<f64> {
        let columns = self.squares.len();
        let n: f64 = self.counts.iter().sum();
        let mut below = 0.0;
        let ranks: Vec<f64> = self
            .counts
            .iter()
            .map(|count| {
                let rank = (below + count / 2.0) / n;
                below += count;
                rank
            })
            .collect();
        let spread: f64 = self
            .counts
            .iter()
            .zip(&ranks)
            .map(|(count, rank)| count * (rank - 0.5) * (rank - 0.5))
            .sum::<f64>()
            / n;
        (0..columns)
            .map(|column| {
                let sums = self.sums[column..].iter().step_by(columns);
                let total: f64 = sums.clone().sum();
                let mean = total / n;
                let variance = self.squares[column] / n - mean * mean;
                // The mean of the output's ranks is one half.
                let product: f64 = sums
                    .zip(&ranks)
                    .map(|(sum, rank)| sum * (rank - 0.5))
                    .sum::<f64>()
                    / n;
                // A correlation that is one but for its roundings is one.
                (product / (variance * spread).sqrt()).clamp(-1.0, 1.0)
            })
            .collect()
    }
}

/// The coefficient of every column for one output, from all replicates and with each left out.
pub fn correlations(replicates: &[&Spearman], output: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let (width, classes) = (replicates[0].width, replicates[0].classes);
    let mut pooled = Pooled {
        counts: vec![0.0; classes],
        sums: vec![0.0; classes * width],
        squares: vec![0.0; width],
    };
    for replicate in replicates {
        pooled.take(replicate, output, 1.0);
    }
    let columns = replicates[0].columns;
    let coefficients = |pooled: &Pooled| {
        let mut coefficients = pooled.correlations();
        coefficients.truncate(columns);
        coefficients
    };
    let all = coefficients(&pooled);
    let without = replicates.iter().map(|replicate| {
        pooled.take(replicate, output, -1.0);
        let without = coefficients(&pooled);
        pooled.take(replicate, output, 1.0);
        without
    });
    let without = without.collect();
    (all, without)
}

/// The same with its error, for replicates of these sizes.
pub fn estimates(replicates: &[&Spearman], output: usize, sizes: &[u64]) -> Vec<Estimate> {
    let (all, without) = correlations(replicates, output);
    jackknifed(&all, &without, sizes)
}

/// The squares of the coefficients as shares of their sum over all columns but the dummy, the last: "contribution to variance" as
/// Crystal Ball and other spreadsheet tools print it. For an output that is monotone in independent inputs it is near the share of
/// the variance of the output's ranks; it holds neither interactions nor dependence.
pub fn contributions(replicates: &[&Spearman], output: usize, sizes: &[u64]) -> Vec<Estimate> {
    let shares = |coefficients: Vec<f64>| -> Vec<f64> {
        let (_dummy, inputs) = coefficients.split_last().unwrap_or((&0.0, &[]));
        let sum: f64 = inputs.iter().map(|one| one * one).sum();
        coefficients.iter().map(|one| one * one / sum).collect()
    };
    let (all, without) = correlations(replicates, output);
    let without: Vec<Vec<f64>> = without.into_iter().map(shares).collect();
    jackknifed(&shares(all), &without, sizes)
}

fn jackknifed(all: &[f64], without: &[Vec<f64>], sizes: &[u64]) -> Vec<Estimate> {
    let estimate = |(column, &value): (usize, &f64)| {
        let without: Vec<f64> = without.iter().map(|values| values[column]).collect();
        jackknife(value, &without, sizes)
    };
    all.iter().enumerate().map(estimate).collect()
}
