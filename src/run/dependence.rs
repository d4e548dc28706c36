//! How strongly the draws of inputs depend on each other: what was achieved, beside what was asked.

use crate::distribution::Marginal;
use crate::program::TILE;
use crate::sampler::{Layout, Sampler};
use crate::statistic::Estimate;
use crate::statistic::replicates::jackknife;

/// Trials looked at, at most: the standard error is then at most 0.004.
const MOST_TRIALS: u64 = 1 << 16;

/// Spearman's rank correlation, ties sharing their mean rank, of pairs of columns of a sampler over the first rows of every
/// replicate; the columns are those of `marginals`, from the first on.
pub fn rank_correlations(
    sampler: &dyn Sampler,
    layout: &Layout,
    marginals: &[&dyn Marginal],
    pairs: &[[usize; 2]],
) -> Vec<Estimate> {
    if pairs.is_empty() {
        return Vec::new();
    }
    let rows = (MOST_TRIALS / u64::from(layout.replicates)).max(1);
    let mut values = vec![Vec::new(); marginals.len()];
    let mut sizes = Vec::new();
    let (mut u, mut x) = ([0.0; TILE], [0.0; TILE]);
    for replicate in 0..layout.replicates {
        let mut uniforms = sampler.open(replicate, 0);
        let rows = rows.min(layout.rows(replicate)) as usize;
        sizes.push(rows as u64);
        for first in (0..rows).step_by(TILE) {
            let height = TILE.min(rows - first);
            for (column, (marginal, values)) in marginals.iter().zip(&mut values).enumerate() {
                // Only the last call of a segment may ask for less than a tile.
                uniforms.fill(column, &mut u);
                marginal.fill(&u, &mut x);
                values.extend_from_slice(&x[..height]);
            }
        }
    }
    let ranks: Vec<Vec<f64>> = values.iter().map(|values| ranks(values)).collect();
    pairs
        .iter()
        .map(|&[one, other]| correlation(&ranks[one], &ranks[other], &sizes))
        .collect()
}

/// Ranks about their mean, ties sharing theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let middle = 0.5 * (values.len() as f64 - 1.0);
    for tied in order
        .chunk_by(|&a, &b| values[a] == values[b])
        .scan(0, |below, tied| {
            let first = *below;
            *below += tied.len();
            Some((first, tied))
        })
    {
        let (first, tied) = tied;
        let rank = first as f64 + 0.5 * (tied.len() as f64 - 1.0) - middle;
        for &at in tied {
            ranks[at] = rank;
        }
    }
    ranks
}

/// Pearson's correlation of ranks, with its jackknife error over the replicates.
fn correlation(one: &[f64], other: &[f64], sizes: &[u64]) -> Estimate {
    let mut sums = Vec::with_capacity(sizes.len());
    let mut first = 0;
    for &size in sizes {
        let rows = first..first + size as usize;
        first = rows.end;
        let mut sum = [0.0; 3];
        for (a, b) in one[rows.clone()].iter().zip(&other[rows]) {
            sum[0] += a * b;
            sum[1] += a * a;
            sum[2] += b * b;
        }
        sums.push(sum);
    }
    let total = sums.iter().fold([0.0; 3], |total, sum| {
        std::array::from_fn(|at| total[at] + sum[at])
    });
    let of = |sum: [f64; 3]| sum[0] / (sum[1] * sum[2]).sqrt();
    let without: Vec<f64> = sums
        .iter()
        .map(|sum| of(std::array::from_fn(|at| total[at] - sum[at])))
        .collect();
    jackknife(of(total), &without, sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_share_their_mean_rank() {
        assert_eq!(
            ranks(&[3.0, 1.0, 2.0, 2.0, 5.0]),
            [1.0, -2.0, -0.5, -0.5, 2.0]
        );
    }

    #[test]
    fn correlations_of_ranks() {
        let one = ranks(&[1.0, 2.0, 3.0, 4.0]);
        let sizes = [2, 2];
        let of = |other: [f64; 4]| correlation(&one, &ranks(&other), &sizes).value.unwrap();
        assert!((of([10.0, 20.0, 21.0, 400.0]) - 1.0).abs() < 1e-15);
        assert!((of([4.0, 3.0, 2.0, 1.0]) + 1.0).abs() < 1e-15);
        // 1 − 6 Σ d² / (n (n² − 1)) with d = 1, 1, 0, 0.
        assert!((of([2.0, 1.0, 3.0, 4.0]) - 0.8).abs() < 1e-15);
    }
}
