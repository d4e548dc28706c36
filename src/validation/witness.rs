//! Draws of `rand_distr`, which is written by others and samples in other ways, against ours.

use crate::distribution::{Marginal, Parameters, family};
use crate::sampler::key::StreamKey;
use crate::sampler::{Generator, generator};
use rand_distr::Distribution;
use std::sync::Arc;

/// A family with parameters, and another library's draws of it.
pub struct Witnessed {
    /// The word of the scenario language.
    pub family: &'static str,
    /// Its parameters.
    pub parameters: &'static [(&'static str, f64)],
    draw: fn(&mut Generator) -> Draws,
}

/// Draws in the order in which they were made; none where the other library refuses the parameters.
pub type Draws = Vec<f64>;

/// Draws of each side.
const DRAWS: usize = 400_000;

/// The two-sample Kolmogorov–Smirnov statistic D exceeds c √(2/n) with probability near 2 e^(−2c²) (Kolmogorov 1933,
/// Smirnov 1939: Q(λ) ≈ 2 e^(−2λ²), λ = D √(n/2)). A false alarm of 1e-7 a case needs c² = ln(2e7)/2, c = 2.9; for
/// discrete distributions it is rarer still.
pub const CRITICAL: f64 = 2.9;

fn sample<E>(witness: Result<impl Distribution<f64>, E>, generator: &mut Generator) -> Draws {
    witness.map_or_else(
        |_| Vec::new(),
        |witness| (0..DRAWS).map(|_| witness.sample(generator)).collect(),
    )
}

/// The families that the other library has, each at parameters that matter.
pub const WITNESSED: &[Witnessed] = &[
    Witnessed {
        family: "uniform",
        parameters: &[("min", -1.0), ("max", 3.0)],
        draw: |generator| sample(rand_distr::Uniform::new(-1.0, 3.0), generator),
    },
    Witnessed {
        family: "triangular",
        parameters: &[("min", 1.0), ("mode", 2.0), ("max", 9.0)],
        draw: |generator| sample(rand_distr::Triangular::new(1.0, 9.0, 2.0), generator),
    },
    Witnessed {
        family: "pert",
        parameters: &[("min", 1.1), ("mode", 1.18), ("max", 1.35)],
        draw: |generator| sample(rand_distr::Pert::new(1.1, 1.35).with_mode(1.18), generator),
    },
    Witnessed {
        family: "normal",
        parameters: &[("mean", 3.0), ("sd", 0.5)],
        draw: |generator| sample(rand_distr::Normal::new(3.0, 0.5), generator),
    },
    Witnessed {
        family: "lognormal",
        parameters: &[("mu", 1.0), ("sigma", 0.7)],
        draw: |generator| sample(rand_distr::LogNormal::new(1.0, 0.7), generator),
    },
    Witnessed {
        family: "beta",
        parameters: &[("alpha", 2.0), ("beta", 3.0)],
        draw: |generator| sample(rand_distr::Beta::new(2.0, 3.0), generator),
    },
    Witnessed {
        family: "beta",
        parameters: &[("alpha", 0.4), ("beta", 0.3)],
        draw: |generator| sample(rand_distr::Beta::new(0.4, 0.3), generator),
    },
    Witnessed {
        family: "gamma",
        parameters: &[("shape", 2.5), ("scale", 0.4)],
        draw: |generator| sample(rand_distr::Gamma::new(2.5, 0.4), generator),
    },
    Witnessed {
        family: "gamma",
        parameters: &[("shape", 0.2), ("scale", 3.0)],
        draw: |generator| sample(rand_distr::Gamma::new(0.2, 3.0), generator),
    },
    Witnessed {
        family: "exponential",
        parameters: &[("mean", 4.0)],
        draw: |generator| sample(rand_distr::Exp::new(0.25), generator),
    },
    Witnessed {
        family: "weibull",
        parameters: &[("shape", 1.7), ("scale", 2.0)],
        draw: |generator| sample(rand_distr::Weibull::new(2.0, 1.7), generator),
    },
    Witnessed {
        family: "student_t",
        parameters: &[("df", 3.0), ("scale", 1.0)],
        draw: |generator| sample(rand_distr::StudentT::new(3.0), generator),
    },
    Witnessed {
        family: "gumbel",
        parameters: &[("location", 1.0), ("scale", 2.0)],
        draw: |generator| sample(rand_distr::Gumbel::new(1.0, 2.0), generator),
    },
    Witnessed {
        family: "poisson",
        parameters: &[("mean", 4.5)],
        draw: |generator| sample(rand_distr::Poisson::new(4.5), generator),
    },
    Witnessed {
        family: "poisson",
        parameters: &[("mean", 12345.6)],
        draw: |generator| sample(rand_distr::Poisson::new(12345.6), generator),
    },
    Witnessed {
        family: "binomial",
        parameters: &[("n", 40.0), ("p", 0.3)],
        draw: |generator| {
            sample(
                rand_distr::Binomial::new(40, 0.3).map(|witness| witness.map(|x| x as f64)),
                generator,
            )
        },
    },
];

impl Witnessed {
    /// D √(n/2) between our draws, with every parameter multiplied by `factor`, and the other library's; infinite where either
    /// refuses.
    pub fn distance(&self, factor: f64) -> f64 {
        let parameters = self
            .parameters
            .iter()
            .fold(Parameters::default(), |parameters, (key, value)| {
                parameters.with(key, value * factor)
            });
        let built = family(self.family).and_then(|family| (family.build)(&parameters).ok());
        let theirs = (self.draw)(&mut generator(&StreamKey::new(SEED, "rand_distr")));
        match built {
            Some(marginal) if !theirs.is_empty() => kolmogorov_smirnov(ours(&marginal), theirs),
            _ => f64::INFINITY,
        }
    }
}

const SEED: u64 = 20_240_607;

/// Our draws: the sampling path at the sampler's own u.
fn ours(marginal: &Arc<dyn Marginal>) -> Draws {
    let mut generator = generator(&StreamKey::new(SEED, "montecarbon"));
    let mut u = vec![0.0; DRAWS];
    generator.fill_uniforms(&mut u);
    let mut x = vec![0.0; DRAWS];
    for (u, x) in u.chunks(256).zip(x.chunks_mut(256)) {
        marginal.fill(u, x);
    }
    x
}

/// D √(n/2) of two samples of equal size, ties taken together.
fn kolmogorov_smirnov(mut a: Draws, mut b: Draws) -> f64 {
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let n = a.len();
    let (mut i, mut j, mut largest) = (0, 0, 0);
    while i < n && j < n {
        let x = a[i].min(b[j]);
        while i < n && a[i] <= x {
            i += 1;
        }
        while j < n && b[j] <= x {
            j += 1;
        }
        largest = largest.max(i.abs_diff(j));
    }
    largest as f64 / n as f64 * (n as f64 / 2.0).sqrt()
}
