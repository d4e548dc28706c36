//! The quantile function of a discrete distribution as a sorted list of steps, found through a guide table.
//!
//! A step is kept as an integer that orders every u in (0, 1) exactly: the bits of u up to one half, and above it those
//! of 1 − u, reversed. So both tails have their full precision and "smallest value with F ≥ u" is one comparison.

use crate::kernel::Tails;

/// Equal parts of u, each with the first step it may need: so many at the least, and as many as there are steps up to the most.
const FEWEST_PARTS: usize = 1 << 10;
const MOST_PARTS: usize = 1 << 20;

/// The steps of a quantile function.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    /// F at each value but the last, as an ordered integer.
    thresholds: Vec<u64>,
    /// Index of the first value that u in the part may have, and one more entry at the end.
    guide: Vec<u32>,
}

/// An integer that grows with the lower tail, told from its smaller side.
#[inline(always)]
fn order(tails: Tails) -> u64 {
    if tails.lower <= 0.5 {
        tails.lower.to_bits()
    } else {
        // Twice the bits of one half, less those of the upper tail: above every lower tail's.
        2 * 0.5_f64.to_bits() + 1 - tails.upper.to_bits()
    }
}

impl Steps {
    /// From both tails of F at each value, in rising order; the last value's (1, 0) is left out.
    pub fn new(tails: impl IntoIterator<Item = Tails>) -> Self {
        let thresholds: Vec<u64> = tails.into_iter().map(order).collect();
        let parts = thresholds
            .len()
            .next_power_of_two()
            .clamp(FEWEST_PARTS, MOST_PARTS);
        let mut first = 0;
        let guide = (0..=parts)
            .map(|part| {
                let key = order(Tails::from_lower(part as f64 / parts as f64));
                while thresholds.get(first).is_some_and(|t| *t < key) {
                    first += 1;
                }
                first as u32
            })
            .collect();
        Self { thresholds, guide }
    }

    /// The index of the smallest value with F ≥ u, u in (0, 1).
    #[inline]
    pub fn index(&self, u: f64) -> usize {
        let key = order(Tails::from_lower(u));
        let parts = self.guide.len() - 1;
        let part = ((u * parts as f64) as usize).min(parts - 1);
        let first = self.guide[part] as usize;
        let last = self.guide[part + 1] as usize;
        let between = &self.thresholds[first..last];
        if between.len() > 8 {
            first + between.partition_point(|t| *t < key)
        } else {
            // Few: counting them has no branch to guess wrong.
            first + between.iter().filter(|t| **t < key).count()
        }
    }
}
