//! Keyed permutations of 0 … n − 1, any element of which is computed alone.
//!
//! A chain of bijections of the k-bit numbers, 2ᵏ the least power of two not below n: x · odd + key, then x ⊕ (x ≫ k/2), as in
//! Kensler, "Correlated multi-jittered sampling", Pixar Technical Memo 13-01 (2013), section 3, here with keyed multipliers; what falls
//! outside 0 … n − 1 is sent through the chain again until it does not ("cycle walking": Black & Rogaway, "Ciphers with
//! arbitrary finite domains", CT-RSA 2002, method 2), at most twice on average. Over many keys its pairs of elements are, for the
//! variance of a Latin hypercube, those of shuffled cards.

/// Rounds of the chain: three leave a variance that shows on 32 elements.
const ROUNDS: usize = 4;

/// Words of key that a permutation takes.
pub const KEY_WORDS: usize = 2 * ROUNDS;

/// One permutation.
#[derive(Debug, Clone)]
pub struct Permutation {
    elements: u32,
    mask: u32,
    shift: u32,
    rounds: [(u32, u32); ROUNDS],
    last: u32,
}

impl Permutation {
    /// The permutation of `elements` (at least one) that belongs to these words.
    pub fn new(elements: u32, words: &[u64; KEY_WORDS]) -> Self {
        let bits = 32 - (elements - 1).leading_zeros();
        Permutation {
            elements,
            mask: if bits == 0 {
                0
            } else {
                u32::MAX >> (32 - bits)
            },
            shift: (bits / 2).max(1),
            rounds: std::array::from_fn(|round| {
                (
                    (words[round] >> 32) as u32 | 1,
                    words[ROUNDS + round] as u32,
                )
            }),
            last: (words[ROUNDS] >> 32) as u32,
        }
    }

    #[inline(always)]
    fn chain(&self, element: u32) -> u32 {
        let mut x = element;
        for &(odd, key) in &self.rounds {
            x = x.wrapping_mul(odd).wrapping_add(key) & self.mask;
            x ^= x >> self.shift;
        }
        x.wrapping_add(self.last) & self.mask
    }

    /// Where the elements from `first` on are sent, as many as `to` has room for; 0 where there are no more.
    #[inline(always)]
    pub fn fill(&self, first: u32, to: &mut [u32]) {
        // From outside the elements the walk might never come in.
        let left = self.elements.saturating_sub(first) as usize;
        let (to, beyond) = to.split_at_mut(left.min(to.len()));
        beyond.fill(0);
        for (offset, to) in to.iter_mut().enumerate() {
            *to = self.chain(first.wrapping_add(offset as u32));
        }
        for to in to {
            while *to >= self.elements {
                *to = self.chain(*to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::{Purpose, StreamKey};
    use super::super::xoshiro::{EightLanes, to_uniform};
    use super::*;
    use proptest::prelude::*;
    use rand::Rng;

    fn keyed(elements: u32, name: &str, replicate: u32) -> Permutation {
        let key = StreamKey::new(5, name);
        Permutation::new(elements, &key.words(Purpose::Permutation, replicate, 0))
    }

    proptest! {
        #[test]
        fn every_element_comes_once_and_any_block_alone(elements in 1u32..3000, replicate in 0u32..50, cut in 0u32..3000) {
            let permutation = keyed(elements, "x", replicate);
            let mut whole = vec![0; elements as usize];
            permutation.fill(0, &mut whole);
            let cut = cut.min(elements);
            let mut rest = vec![0; (elements - cut) as usize];
            permutation.fill(cut, &mut rest);
            prop_assert_eq!(&whole[cut as usize..], &rest[..]);
            let mut beyond = vec![7; elements as usize + 300];
            permutation.fill(0, &mut beyond);
            prop_assert_eq!(&whole[..], &beyond[..whole.len()]);
            whole.sort_unstable();
            prop_assert!(whole.iter().copied().eq(0..elements));
        }
    }

    /// The functions of two and three inputs whose mean over a Latin hypercube depends on how the permutations pair.
    fn functions(x: [f64; 3]) -> [f64; 5] {
        [
            x[0] * x[1],
            (x[0] - 0.5) * (x[1] - 0.5) * (x[2] - 0.5),
            f64::from(x[0] + x[1] < 0.7),
            f64::from(x[0] < 0.25 && x[2] < 0.25),
            (x[0] + x[1] + x[2]).powi(3),
        ]
    }

    /// Variance over replicates of the five means over `n` points, with the columns permuted by `permute(replicate, column)`.
    fn variances(
        n: u32,
        replicates: u32,
        mut permute: impl FnMut(u32, usize) -> Vec<u32>,
    ) -> [f64; 5] {
        let (mut sum, mut squares) = ([0.0; 5], [0.0; 5]);
        for replicate in 0..replicates {
            let columns: Vec<Vec<u32>> = (0..3).map(|column| permute(replicate, column)).collect();
            let mut means = [0.0; 5];
            for row in 0..n as usize {
                let x = [0, 1, 2].map(|column: usize| {
                    let cards: &[u32] = &columns[column];
                    (f64::from(cards[row]) + 0.5) / f64::from(n)
                });
                for (mean, value) in means.iter_mut().zip(functions(x)) {
                    *mean += value / f64::from(n);
                }
            }
            for ((sum, squares), mean) in sum.iter_mut().zip(&mut squares).zip(means) {
                *sum += mean;
                *squares += mean * mean;
            }
        }
        let count = f64::from(replicates);
        std::array::from_fn(|at| squares[at] / count - (sum[at] / count).powi(2))
    }

    /// Fisher and Yates, from an independent generator.
    fn shuffled(n: u32, generator: &mut EightLanes) -> Vec<u32> {
        let mut cards: Vec<u32> = (0..n).collect();
        for at in (1..n as usize).rev() {
            let other = (to_uniform(generator.next_u64()) * (at + 1) as f64) as usize;
            cards.swap(at, other.min(at));
        }
        cards
    }

    /// The largest deviation from one of a permutation's variance over that of shuffled cards; each ratio is known to about
    /// √(2 · 2 / replicates): 1.2 % and 2 %.
    fn largest_deviation(permute: impl Fn(u32, u32, usize) -> Vec<u32>) -> f64 {
        let mut generator =
            EightLanes::from_words(&StreamKey::new(9, "cards").words(Purpose::RandomStates, 0, 0));
        let mut largest: f64 = 0.0;
        for (n, replicates) in [(31, 30_000), (32, 30_000), (100, 20_000), (512, 10_000)] {
            let by_key = variances(n, replicates, |replicate, column| {
                permute(n, replicate, column)
            });
            let by_cards = variances(n, replicates, |_, _| shuffled(n, &mut generator));
            for (by_key, by_cards) in by_key.iter().zip(by_cards) {
                largest = largest.max((by_key / by_cards - 1.0).abs());
            }
        }
        largest
    }

    #[test]
    fn a_hypercube_has_the_variance_of_shuffled_cards() {
        let deviation = largest_deviation(|n, replicate, column| {
            let mut elements = vec![0; n as usize];
            keyed(n, &format!("x{column}"), replicate).fill(0, &mut elements);
            elements
        });
        println!("largest deviation {deviation}");
        assert!(deviation < 0.1, "{deviation}");
    }

    /// The twin: turning the cards round by a random amount is no shuffle.
    #[test]
    fn a_rotation_is_caught() {
        let deviation = largest_deviation(|n, replicate, column| {
            let key = StreamKey::new(5, &format!("x{column}"));
            let [turn, ..] = key.words::<4>(Purpose::Permutation, replicate, 0);
            (0..n)
                .map(|row| ((u64::from(row) + turn % u64::from(n)) % u64::from(n)) as u32)
                .collect()
        });
        assert!(deviation > 0.1, "{deviation}");
    }
}
