//! xoshiro256++ in eight lanes: eight generators with unrelated states, stepped together so that one step fills vectors.
//!
//! Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM Trans. Math. Softw. 47(4) 36 (2021), figure 3.
//! Word `8 i + l` of the stream is word `i` of lane `l`.

use crate::kernel;
use rand::TryRng;
use std::convert::Infallible;

/// Lanes stepped together.
pub const LANES: usize = 8;

/// Eight xoshiro256++ generators, also one generator behind `rand`'s traits.
#[derive(Debug, Clone)]
pub struct EightLanes {
    state: [[u64; LANES]; 4],
    /// Words of the last step not yet handed out one by one.
    pending: [u64; LANES],
    used: usize,
}

impl EightLanes {
    /// From 32 words: four of state for each lane. An all-zero state, which would stay zero, has probability 2^-256.
    pub fn from_words(words: &[u64; 4 * LANES]) -> Self {
        let mut state = [[0; LANES]; 4];
        for (lane, lane_words) in words.chunks_exact(4).enumerate() {
            for (row, &word) in lane_words.iter().enumerate() {
                state[row][lane] = word;
            }
        }
        EightLanes {
            state,
            pending: [0; LANES],
            used: LANES,
        }
    }

    /// The next word of every lane.
    #[inline(always)]
    fn step(&mut self) -> [u64; LANES] {
        let [s0, s1, s2, s3] = &mut self.state;
        let mut words = [0; LANES];
        for lane in 0..LANES {
            words[lane] = s0[lane]
                .wrapping_add(s3[lane])
                .rotate_left(23)
                .wrapping_add(s0[lane]);
            let shifted = s1[lane] << 17;
            s2[lane] ^= s0[lane];
            s3[lane] ^= s1[lane];
            s1[lane] ^= s2[lane];
            s0[lane] ^= s3[lane];
            s2[lane] ^= shifted;
            s3[lane] = s3[lane].rotate_left(45);
        }
        words
    }

    /// Fills `u` with uniforms (k + ½)·2⁻⁵², k < 2⁵², in (0, 1). Whole steps are taken: words left over at the end of
    /// slice whose length is no multiple of eight are dropped.
    pub fn fill_uniforms(&mut self, u: &mut [f64]) {
        kernel::dispatch(
            #[inline(always)]
            || {
                let mut generator = self.clone();
                let mut blocks = u.chunks_exact_mut(LANES);
                for block in &mut blocks {
                    let words = generator.step();
                    for lane in 0..LANES {
                        block[lane] = to_uniform(words[lane]);
                    }
                }
                let rest = blocks.into_remainder();
                if !rest.is_empty() {
                    let words = generator.step();
                    for (value, word) in rest.iter_mut().zip(words) {
                        *value = to_uniform(word);
                    }
                }
                self.state = generator.state;
            },
        );
    }
}

/// (k + ½)·2⁻⁵² with k the upper 52 bits: built in the mantissa of a number in [1, 2). The difference is exact.
#[inline(always)]
pub fn to_uniform(word: u64) -> f64 {
    const HALF_STEP_BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;
    f64::from_bits((word >> 12) | 0x3FF0_0000_0000_0000) - HALF_STEP_BELOW_ONE
}

impl TryRng for EightLanes {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        if self.used == LANES {
            self.pending = self.step();
            self.used = 0;
        }
        self.used += 1;
        Ok(self.pending[self.used - 1])
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;
    use rand_xoshiro::rand_core::SeedableRng;

    /// Known answers of the reference implementation (tests/reference/rng_kat.json, `xoshiro256pp_state_1234`).
    const KNOWN: [u64; 10] = [
        41943041,
        58720359,
        3588806011781223,
        3591011842654386,
        9228616714210784205,
        9973669472204895162,
        14011001112246962877,
        12406186145184390807,
        15849039046786891736,
        10450023813501588000,
    ];

    #[test]
    fn every_lane_is_xoshiro256_plus_plus() {
        let mut words = [0; 32];
        for (at, word) in words.iter_mut().enumerate() {
            *word = if at < 4 {
                at as u64 + 1
            } else {
                (at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
            };
        }
        let mut lanes = EightLanes::from_words(&words);
        let mut witnesses: Vec<_> = words
            .chunks_exact(4)
            .map(|state| {
                let mut seed = [0; 32];
                for (bytes, word) in seed.chunks_exact_mut(8).zip(state) {
                    bytes.copy_from_slice(&word.to_le_bytes());
                }
                rand_xoshiro::Xoshiro256PlusPlus::from_seed(seed)
            })
            .collect();
        for known in KNOWN {
            for (lane, witness) in witnesses.iter_mut().enumerate() {
                let word = lanes.next_u64();
                assert_eq!(word, witness.next_u64(), "lane {lane}");
                if lane == 0 {
                    assert_eq!(word, known);
                }
            }
        }
    }

    #[test]
    fn uniforms_are_the_words_and_lie_inside() {
        let words = std::array::from_fn(|at| (at as u64 + 1).wrapping_mul(0xD134_2543_DE82_EF95));
        let (mut slice, mut single) = (
            EightLanes::from_words(&words),
            EightLanes::from_words(&words),
        );
        let mut u = [0.0; 1003];
        slice.fill_uniforms(&mut u);
        for value in u {
            let k = single.next_u64() >> 12;
            assert_eq!(value, (k as f64 + 0.5) / (1u64 << 52) as f64);
            assert!(value > 0.0 && value < 1.0);
        }
        assert_eq!(to_uniform(0), 0.5f64.powi(53));
        assert_eq!(to_uniform(u64::MAX), 1.0 - 0.5f64.powi(53));
    }
}
