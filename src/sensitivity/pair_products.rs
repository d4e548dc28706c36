//! The mean of the products of two different replicates' coefficients, over all pairs of replicates.

use super::given_data::Terms;
use crate::kernel::{LANES, lane_sum};

/// Σ_k w_k c_k c'_k − M M', averaged over the pairs of different replicates, M the mean over the classes.
pub(super) struct PairProducts<'a> {
    terms: &'a Terms,
    /// Over the replicates, the sum of each coefficient, and of its square.
    sums: Vec<f64>,
    squares: Vec<f64>,
    /// M of each replicate: the mean over the classes.
    overall: Vec<f64>,
}

impl<'a> PairProducts<'a> {
    #[inline(always)]
    pub fn new(terms: &'a Terms) -> Self {
        let mut sums = vec![0.0; terms.weights.len()];
        let mut squares = vec![0.0; terms.weights.len()];
        for row in terms.coefficients() {
            for ((sum, square), &coefficient) in sums.iter_mut().zip(&mut squares).zip(row) {
                *sum += coefficient;
                *square += coefficient * coefficient;
            }
        }
        let mean = |row: &[f64]| {
            let means = row.len() / 2;
            total(
                [&row[..means], &terms.weights[..means]],
                |[mean, weight]| mean * weight,
            )
        };
        PairProducts {
            overall: terms.coefficients().map(mean).collect(),
            terms,
            sums,
            squares,
        }
    }

    #[inline(always)]
    pub fn of_all(&self) -> f64 {
        let by_term = total(
            [&self.terms.weights, &self.sums, &self.squares],
            |[weight, sum, square]| weight * (sum * sum - square),
        );
        self.mean(by_term, self.overall.iter().copied())
    }

    /// With one of the replicates left out.
    #[inline(always)]
    pub fn without(&self, replicate: usize) -> f64 {
        let row = self.row(replicate);
        let by_term = total(
            [&self.terms.weights, &self.sums, &self.squares, row],
            |[weight, sum, square, left_out]| {
                let sum = sum - left_out;
                weight * (sum * sum - (square - left_out * left_out))
            },
        );
        let rest = self.overall.iter().enumerate();
        let rest = rest.filter(|(at, _)| *at != replicate);
        self.mean(by_term, rest.map(|(_, &overall)| overall))
    }

    /// The mean over the pairs, from the sum of w c c' over the ordered ones and the M of each replicate.
    fn mean(&self, by_term: f64, overall: impl Iterator<Item = f64>) -> f64 {
        let (mut replicates, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for overall in overall {
            replicates += 1.0;
            sum += overall;
            squares += overall * overall;
        }
        (by_term - (sum * sum - squares)) / (replicates * (replicates - 1.0))
    }

    fn row(&self, replicate: usize) -> &[f64] {
        self.terms.coefficients().nth(replicate).unwrap_or_default()
    }

    /// What the jackknife's variance has too much. The products of pairs h(i, j) are of the form θ + a(i) + a(j) + g(i, j), and of
    /// the part of the variance that comes of g the jackknife counts twice (Efron & Stein, The jackknife estimate of variance, Ann.
    /// Stat. 9, 586 (1981), theorem 2 and section 4): for n replicates 4 ζ / (n (n − 2)) in place of 2 ζ / (n (n − 1)), with ζ the
    /// variance of g, here from the residuals of a fit by least squares.
    #[inline(always)]
    pub fn counted_twice(&self) -> f64 {
        let count = self.overall.len();
        let n = count as f64;
        if count < 4 {
            return 0.0;
        }
        let mut products = vec![0.0; count * count];
        let mut weighted = vec![0.0; self.terms.weights.len()];
        for one in 0..count {
            let factors = self.row(one).iter().zip(&self.terms.weights);
            for (weighted, (coefficient, weight)) in weighted.iter_mut().zip(factors) {
                *weighted = coefficient * weight;
            }
            for (other, row) in self.terms.coefficients().enumerate().skip(one + 1) {
                let together = total([&weighted, row], |[a, b]| a * b);
                let product = together - self.overall[one] * self.overall[other];
                products[one * count + other] = product;
                products[other * count + one] = product;
            }
        }
        let totals: Vec<f64> = products
            .chunks_exact(count)
            .map(|row| row.iter().sum())
            .collect();
        let mean = totals.iter().sum::<f64>() / (n * (n - 1.0));
        let own: Vec<f64> = totals
            .iter()
            .map(|total| (total - (n - 1.0) * mean) / (n - 2.0))
            .collect();
        let mut squares = 0.0;
        for one in 0..count {
            for other in one + 1..count {
                let rest = products[one * count + other] - mean - own[one] - own[other];
                squares += rest * rest;
            }
        }
        let zeta = squares / (n * (n - 3.0) / 2.0);
        2.0 * zeta / ((n - 1.0) * (n - 2.0))
    }
}

/// The sum of a function of columns of whole lanes. (One sum over whole blocks: a run of 10⁴ trials with its indices is a tenth faster than by `further::sums`,
/// which has several and a rest, and would lose three times as much there if it were written so.)
#[inline(always)]
fn total<const COLUMNS: usize>(
    columns: [&[f64]; COLUMNS],
    of: impl Fn([f64; COLUMNS]) -> f64,
) -> f64 {
    let columns = columns.map(|column| column.as_chunks::<LANES>().0);
    let mut lanes = [0.0; LANES];
    for at in 0..columns[0].len() {
        let block = columns.map(|column| column[at]);
        for lane in 0..LANES {
            lanes[lane] += of(block.map(|values| values[lane]));
        }
    }
    lane_sum(lanes)
}
