//! Sobol' points with Joe & Kuo's direction numbers and nested uniform scrambling, each replicate scrambled by its own key.
//!
//! Points: Joe & Kuo, SIAM J. Sci. Comput. 30, 2635 (2008), in natural (not Gray-code) order, first point kept: a block of
//! 2^k points starting at a multiple of 2^k is a digital net whatever the order inside it.

use super::key::Purpose;
use super::scramble::Scramble;
use super::xoshiro::to_uniform;
use super::{SEGMENT_ROWS, SampledInput, Sampler, Uniforms};
use crate::kernel;

/// Bits of the index of a point: 2^52 points, as many as there are values of u.
const INDEX_BITS: usize = 52;

/// Dimensions the table has.
pub const DIMENSIONS: u32 = 4096;

const TABLE: &str = include_str!("joe_kuo.txt");

/// The direction numbers of one dimension, bit-reversed: bit `b` of number `j` is binary digit `b + 1` after the point.
#[derive(Debug, Clone)]
pub struct Directions([u64; INDEX_BITS]);

/// Points whose indices differ only in the lowest [`BLOCK_BITS`] are made together.
const BLOCK: usize = 1 << BLOCK_BITS;
const BLOCK_BITS: usize = 8;

impl Directions {
    /// Direction numbers of `dimensions` (counted from 0, each below [`DIMENSIONS`]), in the order asked for.
    pub fn of(dimensions: &[u32]) -> Vec<Directions> {
        let mut order: Vec<usize> = (0..dimensions.len()).collect();
        order.sort_by_key(|&at| dimensions[at]);
        let mut directions = vec![Directions([0; INDEX_BITS]); dimensions.len()];
        let mut rows = TABLE.lines().filter(|line| !line.starts_with('#'));
        // Row 0 of the table belongs to dimension 1: dimension 0 is the van der Corput sequence.
        let mut next_row = 1;
        let mut current = Directions::van_der_corput();
        let mut current_dimension = 0;
        for at in order {
            let dimension = dimensions[at];
            if dimension != current_dimension {
                let row = rows
                    .nth((dimension - next_row) as usize)
                    .unwrap_or_default();
                next_row = dimension + 1;
                current = Directions::from_row(row);
                current_dimension = dimension;
            }
            directions[at] = current.clone();
        }
        directions
    }

    fn van_der_corput() -> Self {
        Directions(std::array::from_fn(|j| 1 << j))
    }

    /// Joe & Kuo, equations (2) and (3): `m_j = 2 a_1 m_{j-1} ⊕ 4 a_2 m_{j-2} ⊕ … ⊕ 2^s m_{j-s} ⊕ m_{j-s}`.
    fn from_row(row: &str) -> Self {
        let numbers: Vec<u64> = row
            .split_ascii_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        let (degree, coefficients) = (numbers[1] as usize, numbers[2]);
        let mut m = [0u64; INDEX_BITS];
        m[..degree].copy_from_slice(&numbers[3..3 + degree]);
        for j in degree..INDEX_BITS {
            m[j] = m[j - degree] ^ (m[j - degree] << degree);
            for i in 1..degree {
                if (coefficients >> (degree - 1 - i)) & 1 == 1 {
                    m[j] ^= m[j - i] << i;
                }
            }
        }
        // v_j = m_j / 2^j: digit 1 after the point is bit j-1 of m_j.
        Directions(std::array::from_fn(|j| m[j].reverse_bits() >> (63 - j)))
    }

    /// The digits of point `index`, bit-reversed, before scrambling.
    pub fn point(&self, index: u64) -> u64 {
        let mut digits = 0;
        let mut rest = index;
        while rest != 0 {
            digits ^= self.0[rest.trailing_zeros() as usize];
            rest &= rest - 1;
        }
        digits
    }

    /// What the points of a block differ in. Number j has no bit above j, so it is a byte.
    fn block(&self) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        for (bit, &number) in self.0[..BLOCK_BITS].iter().enumerate() {
            // The points with this bit are those without it, moved.
            let (without, with) = block.split_at_mut(1 << bit);
            for (point, &before) in with.iter_mut().zip(without.iter()) {
                *point = before ^ number as u8;
            }
        }
        block
    }
}

/// The sampler `sobol`.
#[derive(Debug)]
pub struct Sobol {
    inputs: Vec<SampledInput>,
    directions: Vec<Directions>,
    /// For each input, the points of the first block.
    blocks: Vec<[u8; BLOCK]>,
}

impl Sobol {
    /// For these inputs, in the order in which their columns are asked for; each has its own dimension below [`DIMENSIONS`].
    pub fn new(inputs: Vec<SampledInput>) -> Self {
        let dimensions: Vec<u32> = inputs.iter().map(|input| input.dimension).collect();
        let directions = Directions::of(&dimensions);
        Sobol {
            blocks: directions.iter().map(Directions::block).collect(),
            directions,
            inputs,
        }
    }
}

impl Sampler for Sobol {
    fn open(&self, replicate: u32, segment: u64) -> Box<dyn Uniforms + '_> {
        // One scrambling for the whole replicate: its points are one randomised net.
        let columns = self
            .inputs
            .iter()
            .map(|input| SobolColumn {
                next: segment * SEGMENT_ROWS as u64,
                scramble: Scramble::from_words(input.key.words(Purpose::Scrambling, replicate, 0)),
            })
            .collect();
        Box::new(SobolUniforms {
            sobol: self,
            columns,
        })
    }
}

struct SobolUniforms<'a> {
    sobol: &'a Sobol,
    columns: Vec<SobolColumn>,
}

struct SobolColumn {
    next: u64,
    scramble: Scramble,
}

impl Uniforms for SobolUniforms<'_> {
    fn fill(&mut self, input: usize, u: &mut [f64]) {
        let (directions, block) = (&self.sobol.directions[input], &self.sobol.blocks[input]);
        let SobolColumn { next, scramble } = &mut self.columns[input];
        let scramble = *scramble;
        for part in u.chunks_mut(BLOCK) {
            // Tiles begin at multiples of BLOCK (see SEGMENT_ROWS), so the low bits of the index run from zero.
            let first = directions.point(*next);
            *next += part.len() as u64;
            kernel::dispatch_reversing(
                #[inline(always)]
                move || {
                    for (value, &differing) in part.iter_mut().zip(block) {
                        let point = first ^ u64::from(differing);
                        *value = to_uniform(scramble.apply(point).reverse_bits());
                    }
                },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first 64 points of 16 dimensions, made elsewhere (tests/reference/sobol_points.csv: Gray-code order).
    #[test]
    fn unscrambled_points_are_joe_and_kuos() {
        let text = include_str!("../../tests/reference/sobol_points.csv");
        let directions = Directions::of(&(0..16).collect::<Vec<_>>());
        let mut checked = 0;
        for line in text.lines().skip(1) {
            let numbers: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            let index = numbers[0] as u64;
            for (direction, &expected) in directions.iter().zip(&numbers[1..]) {
                let point = direction.point(index ^ (index >> 1)).reverse_bits();
                assert_eq!(point as f64 / 2f64.powi(64), expected, "point {index}");
                checked += 1;
            }
        }
        assert_eq!(checked, 64 * 16);
    }

    #[test]
    fn dimensions_may_be_asked_for_in_any_order_and_twice() {
        let some = Directions::of(&[7, 0, 4095, 7, 1]);
        let all = Directions::of(&(0..DIMENSIONS).collect::<Vec<_>>());
        for (at, dimension) in [7, 0, 4095, 7, 1].into_iter().enumerate() {
            assert_eq!(some[at].0, all[dimension].0);
        }
        // Every dimension is a permutation in its first 2^k points: the direction numbers form a unit triangular matrix.
        for direction in &all {
            for (j, number) in direction.0.iter().enumerate() {
                assert_eq!(number >> j, 1);
            }
        }
    }
}
