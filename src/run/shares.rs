//! The ranks of shares: each share's own distribution function at its value, in the place of the u of the draw that it is made of.
//!
//! A share is its draw over the sum of its group's draws, so that its draw alone says little of it. What the indices of the main sample
//! see as its u is this.

use crate::distribution::Marginal;
use crate::program::{Program, ShareSources, TILE};

/// Steps of an octave of the smaller tail, between which the distribution function is a straight line: it is off by less than 1e-4 of the tail
/// where the density is smooth, which is nothing to a rank.
const STEPS: u32 = 64;
/// Octaves: below them a share has the rank of their end.
const OCTAVES: u32 = 30;

/// The ranks of one group.
pub struct ShareRanks<'a> {
    shares: &'a ShareSources,
    functions: Vec<DistributionFunction>,
}

/// A distribution function as a table.
struct DistributionFunction {
    /// Values, rising.
    x: Vec<f64>,
    u: Vec<f64>,
}

impl DistributionFunction {
    fn of(marginal: &dyn Marginal) -> Self {
        // The smaller tail at each step, falling.
        let mut tails = Vec::new();
        let mut high = 0.5;
        for _ in 0..OCTAVES {
            let steps = (0..STEPS).map(|step| 1.0 - f64::from(step) / f64::from(2 * STEPS));
            tails.extend(steps.map(|part| high * part));
            high *= 0.5;
        }
        let lower = tails.iter().rev().map(|&v| (marginal.quantile(v), v));
        let upper = tails[1..]
            .iter()
            .map(|&v| (marginal.upper_quantile(v), 1.0 - v));
        let (x, u) = lower.chain(upper).unzip();
        DistributionFunction { x, u }
    }

    fn at(&self, x: f64) -> f64 {
        let after = self.x.partition_point(|&other| other < x);
        if after == 0 || after == self.x.len() {
            return self.u[after.min(self.x.len() - 1)];
        }
        let (low, high) = (self.x[after - 1], self.x[after]);
        let (from, to) = (self.u[after - 1], self.u[after]);
        (from + (to - from) * ((x - low) / (high - low))).min(to)
    }
}

impl<'a> ShareRanks<'a> {
    /// Of every group that a program draws.
    pub fn of(program: &'a Program) -> Vec<Self> {
        let of_group = |shares: &'a ShareSources| ShareRanks {
            shares,
            functions: super::parallel::each(shares.marginals.len(), |at| {
                DistributionFunction::of(&*shares.marginals[at])
            }),
        };
        program.shares.iter().map(of_group).collect()
    }

    /// Puts the ranks of the shares in the place of the u of their draws, in the first `rows` of the columns of all sources.
    pub fn replace(&self, program: &Program, columns: &mut [[f64; TILE]], rows: usize) {
        let mut sum = [0.0; TILE];
        for &source in &self.shares.sources {
            let column = &mut columns[source][..rows];
            let u: [f64; TILE] = std::array::from_fn(|row| column.get(row).copied().unwrap_or(0.5));
            program.sources[source].marginal.fill(&u[..rows], column);
            for (sum, draw) in sum.iter_mut().zip(column) {
                *sum += *draw;
            }
        }
        for (&source, function) in self.shares.sources.iter().zip(&self.functions) {
            for (value, sum) in columns[source][..rows].iter_mut().zip(&sum) {
                *value = function.at(*value / sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distribution::{Parameters, family};

    #[test]
    fn tables_are_the_distribution_functions() {
        for (alpha, beta) in [(4.0, 6.0), (0.3, 0.7), (0.05, 20.0), (90.0, 10.0)] {
            let parameters = Parameters::default()
                .with("alpha", alpha)
                .with("beta", beta)
                .with("min", 0.0)
                .with("max", 1.0);
            let marginal = (family("beta").expect("beta").build)(&parameters).expect("a beta");
            let function = DistributionFunction::of(&*marginal);
            let mut before = 0.0;
            for step in 0..=1000 {
                let x = f64::from(step) / 1000.0;
                let (found, exact) = (function.at(x), marginal.cdf(x));
                assert!(
                    (found - exact).abs() < 2e-4 * exact.min(1.0 - exact) + 1e-9,
                    "{alpha} {beta} {x}: {found} {exact}"
                );
                assert!(found >= before);
                before = found;
            }
        }
    }
}
