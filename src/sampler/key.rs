//! The key of a stream: a draw is a function of (seed, replicate, segment, the input's name) and of nothing else.
//!
//! The name and the seed are hashed by SHA-256 into a 128-bit Philox key; the replicate and the segment are the Philox
//! counter. Both are frozen: changing either changes every number this program has ever printed.

use super::philox::philox4x64;
use sha2::{Digest, Sha256};

/// What a stream of words is for: part of the counter, so that two uses of one key never see the same words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The states of the random generator.
    RandomStates = 0,
    /// The keys of the scrambling of Sobol' points.
    Scrambling = 1,
    /// The keys of the permutations of a Latin hypercube.
    Permutation = 2,
    /// The key of the half of a pick-freeze sample that is frozen.
    FrozenHalf = 3,
    /// The key of the half that takes its place.
    ExchangedHalf = 4,
    /// The key of base points on levels.
    Levels = 5,
    /// Random orders.
    Orders = 6,
}

/// The key of one input under one seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamKey([u64; 2]);

impl StreamKey {
    /// The key of the input drawn under `name`.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"montecarbon stream 1\0");
        hash.update(seed.to_le_bytes());
        hash.update(name.as_bytes());
        let digest = hash.finalize();
        let word = |at: usize| {
            digest[at..at + 8]
                .iter()
                .rev()
                .fold(0u64, |word, &byte| (word << 8) | u64::from(byte))
        };
        StreamKey([word(0), word(8)])
    }

    /// The key of another stream of the same input.
    pub(super) fn derived(&self, purpose: Purpose) -> StreamKey {
        let [one, other, _, _] = self.words(purpose, 0, 0);
        StreamKey([one, other])
    }

    /// A random order of the numbers below `count` (Fisher & Yates; Knuth, TAOCP 2, algorithm 3.4.2P), one for each run and number.
    pub fn order(&self, count: usize, run: u32, number: u32) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            let place = (u64::from(number) << 32) | last as u64;
            let [word, _, _, _] = self.words(Purpose::Orders, run, place);
            let chosen = (u128::from(word) * (last as u128 + 1)) >> 64;
            order.swap(chosen as usize, last);
        }
        order
    }

    /// `N` words (a multiple of four) belonging to this key, replicate, segment and purpose.
    pub fn words<const N: usize>(
        &self,
        purpose: Purpose,
        replicate: u32,
        segment: u64,
    ) -> [u64; N] {
        let mut words = [0; N];
        for (block, chunk) in words.chunks_mut(4).enumerate() {
            let counter = [block as u64, segment, u64::from(replicate), purpose as u64];
            chunk.copy_from_slice(&philox4x64(counter, self.0)[..chunk.len()]);
        }
        words
    }
}
