//! Spearman's rank correlation without a sort.
//!
//! The rank of an input is its u (the middle of its atom for a discrete one). The ranks of the output are those of the classes
//! of its cells, ties shared, which become known when all trials are counted; until then the sums of the inputs' ranks are kept
//! by class. With classes of about 1/256 of the trials the coefficient, corrected for ties, differs by less than 1e-5.

use super::{OutputClasses, add_all};
use crate::statistic::Estimate;
use crate::statistic::moments::Moments;
use crate::statistic::replicates::jackknife;

/// Sums of the inputs' ranks by class of the output.
#[derive(Debug, Clone)]
pub struct Spearman {
    columns: usize,
    classes: usize,
    /// Trials by output and class.
    counts: Vec<u32>,
    /// Σ rank: `sums[(output · classes + class) · columns + column]`.
    sums: Vec<f64>,
    /// Σ rank² of each column.
    squares: Vec<f64>,
}

impl Spearman {
    /// Nothing added yet.
    pub fn new(columns: usize, outputs: usize, classes: usize) -> Self {
        Spearman { columns, classes, counts: vec![0; outputs * classes], sums: vec![0.0; outputs * classes * columns], squares: vec![0.0; columns] }
    }

    /// Adds a tile: ranks row by row, and the cells of each output.
    pub fn add(&mut self, ranks: &[f64], cells: &[&[u32]], plans: &[OutputClasses]) {
        let columns = self.columns;
        for row in ranks.chunks_exact(columns) {
            for (square, rank) in self.squares.iter_mut().zip(row) {
                *square += rank * rank;
            }
        }
        for (output, (cells, plan)) in cells.iter().zip(plans).enumerate() {
            for (row, &cell) in ranks.chunks_exact(columns).zip(cells.iter()) {
                let class = output * self.classes + plan.class_of_cell[cell as usize] as usize;
                self.counts[class] += 1;
                add_all(&mut self.sums[class * columns..][..columns], row);
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

/// Sums over all replicates, from which one can be taken away.
struct Pooled {
    counts: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Pooled {
    fn take(&mut self, part: &Spearman, output: usize, sign: f64) {
        let classes = part.classes;
        for (sum, &more) in self.counts.iter_mut().zip(&part.counts[output * classes..][..classes]) {
            *sum += sign * f64::from(more);
        }
        for (sum, &more) in self.sums.iter_mut().zip(&part.sums[output * classes * part.columns..][..classes * part.columns]) {
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
        let spread: f64 = self.counts.iter().zip(&ranks).map(|(count, rank)| count * (rank - 0.5) * (rank - 0.5)).sum::<f64>() / n;
        (0..columns)
            .map(|column| {
                let sums = self.sums[column..].iter().step_by(columns);
                let total: f64 = sums.clone().sum();
                let mean = total / n;
                let variance = self.squares[column] / n - mean * mean;
                // The mean of the output's ranks is one half.
                let product: f64 = sums.zip(&ranks).map(|(sum, rank)| sum * (rank - 0.5)).sum::<f64>() / n;
                product / (variance * spread).sqrt()
            })
            .collect()
    }
}

/// The coefficient of every column for one output.
pub fn estimates(replicates: &[&Spearman], output: usize, moments: &[Moments]) -> Vec<Estimate> {
    let sizes: Vec<u64> = moments.iter().map(|moments| moments.n).collect();
    let (columns, classes) = (replicates[0].columns, replicates[0].classes);
    let mut pooled = Pooled { counts: vec![0.0; classes], sums: vec![0.0; classes * columns], squares: vec![0.0; columns] };
    for replicate in replicates {
        pooled.take(replicate, output, 1.0);
    }
    let values = pooled.correlations();
    let without: Vec<Vec<f64>> = replicates
        .iter()
        .map(|replicate| {
            pooled.take(replicate, output, -1.0);
            let values = pooled.correlations();
            pooled.take(replicate, output, 1.0);
            values
        })
        .collect();
    (0..columns)
        .map(|column| {
            let without: Vec<f64> = without.iter().map(|values| values[column]).collect();
            Estimate::with_error(values[column], jackknife(values[column], &without, &sizes))
        })
        .collect()
}
