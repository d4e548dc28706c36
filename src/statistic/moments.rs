//! Sums of powers about a fixed centre, in fixed lanes: they merge by adding, in order, and lose no digits to the centre.

use serde::{Deserialize, Serialize};

/// Lanes that are summed apart, whatever the processor.
const LANES: usize = 8;

/// n and Σ dᵏ, k = 1 … 4, with d = (x − centre) / scale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Trials.
    pub n: u64,
    /// Σ dᵏ for k = 1 … 4.
    pub sums: [f64; 4],
}

/// Sums of a block, lane by lane.
#[derive(Debug, Clone, Default)]
pub struct MomentLanes {
    n: u64,
    sums: [[f64; LANES]; 4],
}

impl MomentLanes {
    /// Adds a tile's values.
    #[inline(always)]
    pub fn add(&mut self, x: &[f64], centre: f64, inverse_scale: f64) {
        self.n += x.len() as u64;
        let [first, second, third, fourth] = &mut self.sums;
        let mut blocks = x.chunks_exact(LANES);
        for block in &mut blocks {
            for lane in 0..LANES {
                let d = (block[lane] - centre) * inverse_scale;
                let square = d * d;
                first[lane] += d;
                second[lane] += square;
                third[lane] += square * d;
                fourth[lane] += square * square;
            }
        }
        for (lane, &x) in blocks.remainder().iter().enumerate() {
            let d = (x - centre) * inverse_scale;
            let square = d * d;
            first[lane] += d;
            second[lane] += square;
            third[lane] += square * d;
            fourth[lane] += square * square;
        }
    }

    /// The lanes added up, always in the same order.
    pub fn finish(&self) -> Moments {
        let total = |lanes: &[f64; LANES]| {
            let half: [f64; LANES / 2] =
                std::array::from_fn(|lane| lanes[lane] + lanes[lane + LANES / 2]);
            (half[0] + half[2]) + (half[1] + half[3])
        };
        Moments {
            n: self.n,
            sums: [0, 1, 2, 3].map(|power| total(&self.sums[power])),
        }
    }
}

impl Moments {
    /// Adds another block's sums.
    pub fn merge(&mut self, other: &Moments) {
        self.n += other.n;
        for (sum, other) in self.sums.iter_mut().zip(other.sums) {
            *sum += other;
        }
    }

    /// What is left without `part`.
    pub fn without(&self, part: &Moments) -> Moments {
        Moments {
            n: self.n - part.n,
            sums: std::array::from_fn(|power| self.sums[power] - part.sums[power]),
        }
    }

    /// Mean of d.
    pub fn mean(&self) -> f64 {
        self.sums[0] / self.n as f64
    }

    /// Σ (d − mean)²; not a number where the sums overflow.
    pub fn squares(&self) -> f64 {
        let squares = self.sums[1] - self.sums[0] * self.mean();
        // Not `max`, which would make a zero of what is not a number.
        if squares < 0.0 { 0.0 } else { squares }
    }

    /// Variance of d, divisor n − 1.
    pub fn variance(&self) -> f64 {
        self.squares() / (self.n as f64 - 1.0)
    }

    /// (Σ e²)² / Σ e⁴ with e = d − mean: how many trials carry the variance; all of them where there is none to carry.
    pub fn effective_trials(&self) -> f64 {
        if self.squares() == 0.0 {
            return self.n as f64;
        }
        let m = self.mean();
        let [s1, s2, s3, s4] = self.sums;
        let n = self.n as f64;
        let square = m * m;
        let fourth =
            s4 - 4.0 * m * s3 + 6.0 * square * s2 - 4.0 * square * m * s1 + n * square * square;
        self.squares() * self.squares() / fourth
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(x: &[f64], centre: f64) -> Moments {
        let mut lanes = MomentLanes::default();
        lanes.add(x, centre, 1.0);
        lanes.finish()
    }

    proptest! {
        #[test]
        fn merging_at_any_point_gives_the_whole(x in prop::collection::vec(-10.0f64..10.0, 2..200), at in 0usize..200) {
            let at = at.min(x.len());
            let mut merged = of(&x[..at], 0.5);
            merged.merge(&of(&x[at..], 0.5));
            let whole = of(&x, 0.5);
            prop_assert_eq!(merged.n, whole.n);
            prop_assert!((merged.mean() - whole.mean()).abs() < 1e-12);
            prop_assert!((merged.variance() - whole.variance()).abs() < 1e-10);
            let mean = x.iter().sum::<f64>() / x.len() as f64;
            let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (x.len() as f64 - 1.0);
            prop_assert!((whole.mean() + 0.5 - mean).abs() < 1e-12 && (whole.variance() - variance).abs() < 1e-10);
        }
    }

    #[test]
    fn a_sum_that_overflows_is_no_spread_of_zero() {
        let moments = of(&[0.0, 1e200, 2e200], 0.0);
        assert!(!moments.variance().is_finite(), "{}", moments.variance());
        assert_eq!(of(&[0.1; 3], 0.3).variance().max(1e-16), 1e-16);
    }

    #[test]
    fn a_far_centre_costs_no_digits() {
        let x: Vec<f64> = (0..1000).map(|i| 1e9 + f64::from(i % 7)).collect();
        let exact = {
            let mean = (0..1000).map(|i| f64::from(i % 7)).sum::<f64>() / 1000.0;
            (0..1000)
                .map(|i| (f64::from(i % 7) - mean).powi(2))
                .sum::<f64>()
                / 999.0
        };
        assert!((of(&x, 1e9 + 3.0).variance() / exact - 1.0).abs() < 1e-14);
    }

    #[test]
    fn few_trials_carry_a_heavy_tail() {
        let mut x = vec![0.0; 10_000];
        x[17] = 1e6;
        assert!(of(&x, 0.0).effective_trials() < 2.0);
        assert_eq!(of(&[2.5; 100], 2.5).effective_trials(), 100.0);
        let even: Vec<f64> = (0..10_000).map(|i| f64::from(i % 2)).collect();
        assert!((of(&even, 0.0).effective_trials() - 10_000.0).abs() < 1.0);
    }
}
