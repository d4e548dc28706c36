//! Latin hypercube points: of each input, every replicate has one point in each of as many strata of equal mass as it has rows.
//!
//! McKay, Beckman & Conover, "A comparison of three methods for selecting values of input variables in the analysis of output from a
//! computer code", Technometrics 21, 239–245 (1979), section 2.2: u = (π(row) + v) / rows, π a random permutation for each input
//! and v uniform. π is keyed, so that any block is made alone; v is what [`super::random`] would have drawn.

use super::key::Purpose;
use super::permutation::Permutation;
use super::random::Random;
use super::{Layout, SEGMENT_ROWS, SampledInput, Sampler, Uniforms};
use crate::kernel;

/// 2⁵²: u is (k + ½)·2⁻⁵².
const STEPS: f64 = 4503599627370496.0;

/// The sampler `latin-hypercube`.
#[derive(Debug)]
pub struct LatinHypercube {
    inputs: Vec<SampledInput>,
    layout: Layout,
    within: Random,
}

impl LatinHypercube {
    /// For these inputs, in the order in which their columns are asked for; `layout` says how many rows a replicate has.
    pub fn new(inputs: Vec<SampledInput>, layout: Layout) -> Self {
        LatinHypercube {
            within: Random::new(inputs.clone()),
            inputs,
            layout,
        }
    }
}

impl Sampler for LatinHypercube {
    fn open(&self, replicate: u32, segment: u64) -> Box<dyn Uniforms + '_> {
        // A run has at most 5·10¹⁰ trials in at least two dozen replicates, or a few trials: rows fit 32 bits.
        let rows = self.layout.rows(replicate) as u32;
        let permutation = |input: &SampledInput| {
            Permutation::new(rows, &input.key.words(Purpose::Permutation, replicate, 0))
        };
        Box::new(LatinHypercubeUniforms {
            permutations: self.inputs.iter().map(permutation).collect(),
            next: vec![(segment * SEGMENT_ROWS as u64) as u32; self.inputs.len()],
            step: STEPS / f64::from(rows),
            within: self.within.open(replicate, segment),
            strata: Vec::new(),
        })
    }
}

struct LatinHypercubeUniforms<'a> {
    permutations: Vec<Permutation>,
    /// The row that comes next in each column.
    next: Vec<u32>,
    /// Values of u in a stratum.
    step: f64,
    within: Box<dyn Uniforms + 'a>,
    strata: Vec<u32>,
}

impl Uniforms for LatinHypercubeUniforms<'_> {
    fn fill(&mut self, input: usize, u: &mut [f64]) {
        self.within.fill(input, u);
        let (permutation, first) = (&self.permutations[input], self.next[input]);
        self.next[input] += u.len() as u32;
        let (strata, step) = (&mut self.strata, self.step);
        strata.resize(u.len(), 0);
        kernel::dispatch(
            #[inline(always)]
            || {
                permutation.fill(first, strata);
                for (u, &stratum) in u.iter_mut().zip(strata.iter()) {
                    // The sum may round up to the next stratum's first step, the last one's would be 1.
                    let k = ((f64::from(stratum) + *u) * step).min(STEPS - 1.0).floor();
                    *u = (k + 0.5) * (1.0 / STEPS);
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::Method;
    use super::super::key::StreamKey;
    use super::*;

    fn inputs() -> Vec<SampledInput> {
        ["a", "b"]
            .map(|name| SampledInput {
                key: StreamKey::new(3, name),
                dimension: 0,
            })
            .to_vec()
    }

    /// One column of a replicate.
    fn column(sampler: &dyn Sampler, layout: &Layout, replicate: u32, input: usize) -> Vec<f64> {
        let mut column = Vec::new();
        for (segment, rows) in layout.segments(replicate) {
            let mut uniforms = sampler.open(replicate, segment);
            let mut done = 0;
            while done < rows {
                let mut tile = vec![0.0; 256.min(rows - done)];
                uniforms.fill(input, &mut tile);
                done += tile.len();
                column.extend(tile);
            }
        }
        column
    }

    #[test]
    fn every_stratum_of_every_input_has_one_point() {
        for trials in [2, 7, 1000, 4096, 1_000_003] {
            let layout = Method::LatinHypercube.layout(trials, None);
            let sampler = LatinHypercube::new(inputs(), layout);
            for replicate in [0, layout.replicates - 1] {
                for input in 0..2 {
                    let column = column(&sampler, &layout, replicate, input);
                    let rows = column.len() as f64;
                    let mut strata: Vec<u64> =
                        column.iter().map(|u| (u * rows).floor() as u64).collect();
                    strata.sort_unstable();
                    assert!(
                        strata.iter().copied().eq(0..column.len() as u64),
                        "{trials} {replicate} {input}"
                    );
                    assert!(column.iter().all(|&u| u > 0.0 && u < 1.0));
                }
            }
        }
    }

    #[test]
    fn replicates_and_inputs_are_permuted_apart() {
        let layout = Method::LatinHypercube.layout(64_000, None);
        let sampler = LatinHypercube::new(inputs(), layout);
        let correlation = |x: &[f64], y: &[f64]| {
            let sum: f64 = x.iter().zip(y).map(|(x, y)| (x - 0.5) * (y - 0.5)).sum();
            12.0 * sum / x.len() as f64
        };
        let a = column(&sampler, &layout, 0, 0);
        // Five standard errors of 2,000 pairs.
        assert!(correlation(&a, &column(&sampler, &layout, 0, 1)).abs() < 5.0 / 2000f64.sqrt());
        assert!(correlation(&a, &column(&sampler, &layout, 1, 0)).abs() < 5.0 / 2000f64.sqrt());
        assert!(correlation(&a, &a) > 0.99);
    }
}
