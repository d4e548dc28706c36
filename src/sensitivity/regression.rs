//! Correlation, and linear regression in all inputs, of the output on values and on ranks; from the main sample.
//!
//! With C the correlation matrix of the inputs and r their correlations with the output: standardised regression coefficients
//! b = C⁻¹ r (SRC; of ranks SRRC), the share of the variance that the linear model explains R² = r·b, and partial correlations
//! bᵢ / √(bᵢ² + (C⁻¹)ᵢᵢ (1 − R²)) (PCC, PRCC), which is −Pᵢᵧ / √(Pᵢᵢ Pᵧᵧ) with P the inverse of the matrix of inputs and output
//! together (Saltelli, Chan & Scott, Sensitivity Analysis (2000), sections 6.6.2 and 6.6.4; Whittaker, Graphical Models in Applied
//! Multivariate Statistics (1990), proposition 5.8.2). The dummy is one of the inputs of the regression.

use super::further::sums;
use super::{add_all, spearman};
use crate::distribution::Marginal;
use crate::statistic::Estimate;
use crate::statistic::replicates::jackknife;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A pivot below this of a correlation matrix: the inputs are as good as linear in each other, and have no coefficients.
const LEAST_PIVOT: f64 = 1e-9;

/// What a linear model leaves unexplained, at least: a coefficient below its root is a rounding's, not an input's.
const ROUNDINGS: f64 = 1e-12;

/// What the inputs' values are shifted and scaled by.
#[derive(Debug)]
pub struct Values {
    columns: Vec<Column>,
    /// The columns that are in the linear model: those that are what others leave of one are not.
    in_model: Vec<usize>,
}

#[derive(Debug)]
struct Column {
    /// `None`: the dummy, whose value is its u.
    marginal: Option<Arc<dyn Marginal>>,
    centre: f64,
    inverse_scale: f64,
}

impl Values {
    /// Of these inputs and the dummy; `determined`: the inputs that are what others leave of one, and have no coefficient beside these.
    pub fn new(inputs: &[Arc<dyn Marginal>], determined: &[usize]) -> Self {
        let column = |marginal: &Arc<dyn Marginal>| {
            let centre = marginal.mean().unwrap_or_else(|| marginal.quantile(0.5));
            let spread = || marginal.quantile(0.75) - marginal.quantile(0.25);
            let scale = marginal.sd().unwrap_or_else(spread);
            Column {
                marginal: Some(Arc::clone(marginal)),
                centre,
                inverse_scale: if scale > 0.0 { 1.0 / scale } else { 1.0 },
            }
        };
        let dummy = Column {
            marginal: None,
            centre: 0.5,
            inverse_scale: 1.0,
        };
        Values {
            columns: inputs.iter().map(column).chain([dummy]).collect(),
            in_model: (0..=inputs.len())
                .filter(|at| !determined.contains(at))
                .collect(),
        }
    }

    fn fill(&self, u: &[&[f64]], values: &mut Vec<Vec<f64>>) {
        values.resize(self.columns.len(), Vec::new());
        for ((column, u), values) in self.columns.iter().zip(u).zip(values) {
            values.resize(u.len(), 0.0);
            match &column.marginal {
                Some(marginal) => marginal.fill(u, values),
                None => values.copy_from_slice(u),
            }
            for value in values {
                *value = (*value - column.centre) * column.inverse_scale;
            }
        }
    }
}

/// Sums of products over the trials of a block or a replicate.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Products {
    columns: usize,
    rows: f64,
    values: Gram,
    ranks: Gram,
    /// For each output: y, y², and x y of every column.
    outputs: Vec<[f64; 2]>,
    with_outputs: Vec<Vec<f64>>,
}

/// Σ x of each column, and Σ x x′ of each pair, the lower triangle row by row.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Gram {
    sums: Vec<f64>,
    products: Vec<f64>,
}

impl Gram {
    fn new(columns: usize) -> Self {
        Gram {
            sums: vec![0.0; columns],
            products: vec![0.0; columns * (columns + 1) / 2],
        }
    }

    fn add(&mut self, columns: &[Vec<f64>]) {
        let mut pair = 0;
        for (one, sum) in columns.iter().zip(&mut self.sums) {
            *sum += sums(
                [one],
                #[inline(always)]
                |[x]| [x],
            )[0];
        }
        for (at, one) in columns.iter().enumerate() {
            for other in &columns[..=at] {
                self.products[pair] += sums(
                    [one, other],
                    #[inline(always)]
                    |[x, y]| [x * y],
                )[0];
                pair += 1;
            }
        }
    }

    fn combine(&mut self, other: &Gram) {
        add_all(&mut self.sums, &other.sums);
        add_all(&mut self.products, &other.products);
    }

    /// The standard deviations and the correlation matrix, row by row.
    fn correlations(&self, rows: f64) -> (Vec<f64>, Vec<f64>) {
        let count = self.sums.len();
        let covariance = |one: usize, other: usize| {
            let (low, high) = (one.min(other), one.max(other));
            let product = self.products[high * (high + 1) / 2 + low] / rows;
            product - self.sums[one] / rows * (self.sums[other] / rows)
        };
        let sd: Vec<f64> = (0..count).map(|at| covariance(at, at).sqrt()).collect();
        let cells = (0..count * count).map(|cell| {
            let (row, column) = (cell / count, cell % count);
            covariance(row, column) / (sd[row] * sd[column])
        });
        let matrix = cells.collect();
        (sd, matrix)
    }
}

/// Room for the columns of a tile.
#[derive(Debug, Default)]
pub struct Room {
    values: Vec<Vec<f64>>,
    ranks: Vec<Vec<f64>>,
}

impl Products {
    /// Nothing added yet.
    pub fn new(columns: usize, outputs: usize) -> Self {
        Products {
            columns,
            rows: 0.0,
            values: Gram::new(columns),
            ranks: Gram::new(columns),
            outputs: vec![[0.0; 2]; outputs],
            with_outputs: vec![vec![0.0; columns]; outputs],
        }
    }

    /// Adds a tile: the columns of u, those of their ranks, and the outputs, each shifted by its centre.
    pub fn add<'a>(
        &mut self,
        plan: &Values,
        room: &mut Room,
        u: &[&[f64]],
        ranks: impl Iterator<Item = &'a [f64]>,
        outputs: &[(&[f64], f64)],
    ) {
        plan.fill(u, &mut room.values);
        room.ranks.resize(self.columns, Vec::new());
        for (own, ranks) in room.ranks.iter_mut().zip(ranks) {
            own.clear();
            own.extend(ranks.iter().map(|rank| rank - 0.5));
        }
        self.rows += u.first().map_or(0, |column| column.len()) as f64;
        self.values.add(&room.values);
        self.ranks.add(&room.ranks);
        let sums_of_outputs = self.outputs.iter_mut().zip(&mut self.with_outputs);
        for ((own, with), &(y, centre)) in sums_of_outputs.zip(outputs) {
            let more = sums(
                [y],
                #[inline(always)]
                |[y]| [y - centre, (y - centre) * (y - centre)],
            );
            add_all(own, &more);
            for (sum, x) in with.iter_mut().zip(&room.values) {
                *sum += sums(
                    [x, y],
                    #[inline(always)]
                    |[x, y]| [x * (y - centre)],
                )[0];
            }
        }
    }

    /// Adds the block that comes next.
    pub fn merge(&mut self, block: &Products) {
        self.rows += block.rows;
        self.values.combine(&block.values);
        self.ranks.combine(&block.ranks);
        for (sum, more) in self.outputs.iter_mut().zip(&block.outputs) {
            add_all(sum, more);
        }
        for (sum, more) in self.with_outputs.iter_mut().zip(&block.with_outputs) {
            add_all(sum, more);
        }
    }

    /// Of the values and one output: each column's correlation with it, and the correlations among the columns.
    fn of_values(&self, output: usize) -> Correlated {
        let (sd, among) = self.values.correlations(self.rows);
        let [mean, square] = self.outputs[output].map(|sum| sum / self.rows);
        let spread = (square - mean * mean).sqrt();
        let columns = self.with_outputs[output]
            .iter()
            .zip(&self.values.sums)
            .zip(&sd);
        let with_output = columns.map(|((product, sum), sd)| {
            let covariance = product / self.rows - sum / self.rows * mean;
            (covariance / (sd * spread)).clamp(-1.0, 1.0)
        });
        Correlated {
            with_output: with_output.collect(),
            among,
        }
    }

    /// Likewise of the ranks; those with the output's are Spearman's.
    fn of_ranks(&self, with_output: &[f64]) -> Correlated {
        Correlated {
            with_output: with_output.to_vec(),
            among: self.ranks.correlations(self.rows).1,
        }
    }
}

/// Correlations of columns with an output, and among themselves.
struct Correlated {
    with_output: Vec<f64>,
    among: Vec<f64>,
}

/// A linear model: not numbers where the columns are linear in each other.
struct Linear {
    coefficients: Vec<f64>,
    partial: Vec<f64>,
    explained: f64,
}

impl Correlated {
    /// Those of some of the columns.
    fn of(&self, columns: &[usize]) -> Correlated {
        let count = self.with_output.len();
        let rows = columns
            .iter()
            .map(|&row| &self.among[row * count..][..count]);
        Correlated {
            with_output: columns.iter().map(|&at| self.with_output[at]).collect(),
            among: rows
                .flat_map(|row| columns.iter().map(|&at| row[at]))
                .collect(),
        }
    }

    /// The linear model of some of the columns; the others have not numbers.
    fn linear(&self, columns: &[usize]) -> Linear {
        let found = self.of(columns).linear_of_all();
        let spread = |numbers: Vec<f64>| {
            let mut all = vec![f64::NAN; self.with_output.len()];
            columns
                .iter()
                .zip(numbers)
                .for_each(|(&at, number)| all[at] = number);
            all
        };
        Linear {
            coefficients: spread(found.coefficients),
            partial: spread(found.partial),
            explained: found.explained,
        }
    }

    fn linear_of_all(&self) -> Linear {
        let count = self.with_output.len();
        let Some(inverse) = inverse(&self.among, count) else {
            return Linear {
                coefficients: vec![f64::NAN; count],
                partial: vec![f64::NAN; count],
                explained: f64::NAN,
            };
        };
        let row = |at: usize| &inverse[at * count..][..count];
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let coefficients: Vec<f64> = (0..count)
            .map(|at| dot(row(at), &self.with_output))
            .collect();
        let explained = dot(&coefficients, &self.with_output).clamp(0.0, 1.0);
        let partial = coefficients.iter().enumerate().map(|(at, b)| {
            let left = row(at)[at] * (1.0 - explained).max(ROUNDINGS);
            b / (b * b + left).sqrt()
        });
        Linear {
            partial: partial.collect(),
            coefficients,
            explained,
        }
    }
}

/// The inverse of a symmetric positive definite matrix, by Gauss's and Jordan's elimination; `None` where it is as good as singular.
fn inverse(matrix: &[f64], count: usize) -> Option<Vec<f64>> {
    let mut left = matrix.to_vec();
    let mut right = vec![0.0; count * count];
    (0..count).for_each(|at| right[at * count + at] = 1.0);
    for pivot in 0..count {
        let value = left[pivot * count + pivot];
        if !(value > LEAST_PIVOT) {
            return None;
        }
        for column in 0..count {
            left[pivot * count + column] /= value;
            right[pivot * count + column] /= value;
        }
        for row in (0..count).filter(|&row| row != pivot) {
            let factor = left[row * count + pivot];
            for column in 0..count {
                left[row * count + column] -= factor * left[pivot * count + column];
                right[row * count + column] -= factor * right[pivot * count + column];
            }
        }
    }
    Some(right)
}

/// What is wanted of the columns and an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Pearson's correlation.
    Correlation,
    /// Standardised regression coefficients.
    Coefficients,
    /// Partial correlations.
    Partial,
    /// The share of the variance that the linear model explains: one number.
    Explained,
}

/// The estimates of every column (or the one of the model) for an output, of the values, or with the correlations of its `ranks` of
/// the ranks.
pub fn estimates(
    values: &Values,
    replicates: &[&Products],
    ranks: Option<&spearman::Correlations>,
    output: usize,
    sizes: &[u64],
    wanted: Wanted,
) -> Vec<Estimate> {
    let sum = |left_out: Option<usize>| {
        let mut sum = Products::new(replicates[0].columns, replicates[0].outputs.len());
        let others = replicates.iter().enumerate();
        others
            .filter(|(at, _)| Some(*at) != left_out)
            .for_each(|(_, part)| sum.merge(part));
        let correlated = match (ranks, left_out) {
            (None, _) => sum.of_values(output),
            (Some(ranks), None) => sum.of_ranks(&ranks.all),
            (Some(ranks), Some(at)) => sum.of_ranks(&ranks.without[at]),
        };
        match wanted {
            Wanted::Correlation => correlated.with_output,
            Wanted::Coefficients => correlated.linear(&values.in_model).coefficients,
            Wanted::Partial => correlated.linear(&values.in_model).partial,
            Wanted::Explained => vec![correlated.linear(&values.in_model).explained],
        }
    };
    let all = sum(None);
    let without: Vec<Vec<f64>> = (0..replicates.len()).map(|at| sum(Some(at))).collect();
    let estimate = |(column, &value): (usize, &f64)| {
        let without: Vec<f64> = without.iter().map(|values| values[column]).collect();
        jackknife(value, &without, sizes)
    };
    all.iter().enumerate().map(estimate).collect()
}
