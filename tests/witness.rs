//! Independent witnesses: `rand_distr` draws against ours, `statrs` CDFs against ours; each test has a twin that must fail.

#![allow(
    clippy::disallowed_methods,
    reason = "a test compares numbers, it does not print them"
)]

use montecarbon::distribution::{Marginal, Parameters, family};
use rand::{Rng, SeedableRng};
use rand_distr::Distribution;
use rand_xoshiro::Xoshiro256PlusPlus;
use statrs::distribution::{ContinuousCDF, DiscreteCDF};
use std::sync::Arc;

/// Draws from each side.
const DRAWS: usize = if cfg!(debug_assertions) {
    100_000
} else {
    400_000
};

/// The two-sample Kolmogorov–Smirnov statistic D exceeds c √(2/n) with probability near 2 e^(−2c²) (Kolmogorov 1933,
/// Smirnov 1939: Q(λ) ≈ 2 e^(−2λ²), λ = D √(n/2)). A false alarm of 1e-7 a case needs c² = ln(2e7)/2, c = 2.9; for
/// discrete distributions it is rarer still.
const CRITICAL: f64 = 2.9;

fn make(name: &str, keys: &[(&str, f64)]) -> Arc<dyn Marginal> {
    let parameters = keys
        .iter()
        .fold(Parameters::default(), |p, (k, v)| p.with(k, *v));
    (family(name).expect(name).build)(&parameters).expect(name)
}

/// Our draws: the sampling path at the sampler's own kind of u.
fn ours(marginal: &dyn Marginal, seed: u64) -> Vec<f64> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    let u: Vec<f64> = (0..DRAWS)
        .map(|_| ((generator.next_u64() >> 12) as f64 + 0.5) / 4503599627370496.0)
        .collect();
    let mut x = vec![0.0; DRAWS];
    for (u, x) in u.chunks(256).zip(x.chunks_mut(256)) {
        marginal.fill(u, x);
    }
    x
}

/// D √(n/2) of two samples of equal size, ties taken together.
fn kolmogorov_smirnov(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
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

fn compare(name: &str, keys: &[(&str, f64)], witness: impl Distribution<f64>) -> f64 {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(20_240_607);
    let theirs = (0..DRAWS).map(|_| witness.sample(&mut generator)).collect();
    kolmogorov_smirnov(ours(&*make(name, keys), 42), theirs)
}

macro_rules! cases {
    ($check:ident) => {
        $check(
            "uniform",
            &[("min", -1.0), ("max", 3.0)],
            rand_distr::Uniform::new(-1.0, 3.0).unwrap(),
        );
        $check(
            "triangular",
            &[("min", 1.0), ("mode", 2.0), ("max", 9.0)],
            rand_distr::Triangular::new(1.0, 9.0, 2.0).unwrap(),
        );
        $check(
            "pert",
            &[("min", 1.1), ("mode", 1.18), ("max", 1.35)],
            rand_distr::Pert::new(1.1, 1.35).with_mode(1.18).unwrap(),
        );
        $check(
            "normal",
            &[("mean", 3.0), ("sd", 0.5)],
            rand_distr::Normal::new(3.0, 0.5).unwrap(),
        );
        $check(
            "lognormal",
            &[("mu", 1.0), ("sigma", 0.7)],
            rand_distr::LogNormal::new(1.0, 0.7).unwrap(),
        );
        $check(
            "beta",
            &[("alpha", 2.0), ("beta", 3.0)],
            rand_distr::Beta::new(2.0, 3.0).unwrap(),
        );
        $check(
            "beta",
            &[("alpha", 0.4), ("beta", 0.3)],
            rand_distr::Beta::new(0.4, 0.3).unwrap(),
        );
        $check(
            "gamma",
            &[("shape", 2.5), ("scale", 0.4)],
            rand_distr::Gamma::new(2.5, 0.4).unwrap(),
        );
        $check(
            "gamma",
            &[("shape", 0.2), ("scale", 3.0)],
            rand_distr::Gamma::new(0.2, 3.0).unwrap(),
        );
        $check(
            "exponential",
            &[("mean", 4.0)],
            rand_distr::Exp::new(0.25).unwrap(),
        );
        $check(
            "weibull",
            &[("shape", 1.7), ("scale", 2.0)],
            rand_distr::Weibull::new(2.0, 1.7).unwrap(),
        );
        $check(
            "student_t",
            &[("df", 3.0), ("scale", 1.0)],
            rand_distr::StudentT::new(3.0).unwrap(),
        );
        $check(
            "gumbel",
            &[("location", 1.0), ("scale", 2.0)],
            rand_distr::Gumbel::new(1.0, 2.0).unwrap(),
        );
        $check(
            "poisson",
            &[("mean", 4.5)],
            rand_distr::Poisson::new(4.5).unwrap(),
        );
        $check(
            "poisson",
            &[("mean", 12345.6)],
            rand_distr::Poisson::new(12345.6).unwrap(),
        );
    };
}

#[test]
fn draws_agree_with_rand_distr() {
    fn check(name: &str, keys: &[(&str, f64)], witness: impl Distribution<f64>) {
        let statistic = compare(name, keys, witness);
        assert!(
            statistic < CRITICAL,
            "{name} {keys:?}: {statistic:.2} over {CRITICAL}"
        );
    }
    cases!(check);
}

/// The twin: every parameter that is not zero enlarged by 10 % must be noticed.
#[test]
fn a_shifted_parameter_is_noticed() {
    fn check(name: &str, keys: &[(&str, f64)], witness: impl Distribution<f64>) {
        let shifted: Vec<(&str, f64)> = keys.iter().map(|(k, v)| (*k, v * 1.1)).collect();
        let statistic = compare(name, &shifted, witness);
        assert!(
            statistic > CRITICAL,
            "{name} {shifted:?}: only {statistic:.2}"
        );
    }
    cases!(check);
}

#[test]
fn binomial_draws_agree_with_rand_distr() {
    let witness = rand_distr::Binomial::new(40, 0.3).unwrap();
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(7);
    let theirs: Vec<f64> = (0..DRAWS)
        .map(|_| witness.sample(&mut generator) as f64)
        .collect();
    let statistic = |p: f64| {
        kolmogorov_smirnov(
            ours(&*make("binomial", &[("n", 40.0), ("p", p)]), 42),
            theirs.clone(),
        )
    };
    assert!(statistic(0.3) < CRITICAL);
    assert!(
        statistic(0.306) > CRITICAL,
        "the twin with p shifted by 2 % passes"
    );
}

/// `statrs` is accurate to about 1e-10 here; a parameter off by 1e-6 shows as 1e-7.
#[test]
fn cdfs_agree_with_statrs() {
    use statrs::distribution as witness;
    fn worst(marginal: &dyn Marginal, cdf: &dyn Fn(f64) -> f64) -> f64 {
        let quantiles = (1..100).map(|p| marginal.quantile(f64::from(p) / 100.0));
        quantiles
            .map(|x| (marginal.cdf(x) - cdf(x)).abs())
            .fold(0.0, f64::max)
    }
    fn check(name: &str, keys: &[(&str, f64)], cdf: impl Fn(f64) -> f64) {
        let found = worst(&*make(name, keys), &cdf);
        assert!(found < 1e-9, "{name} {keys:?}: {found:e}");
        let shifted: Vec<(&str, f64)> = keys.iter().map(|(k, v)| (*k, v * (1.0 + 1e-6))).collect();
        let found = worst(&*make(name, &shifted), &cdf);
        assert!(
            found > 1e-9,
            "the twin {name} {shifted:?} passes: {found:e}"
        );
    }
    let normal = witness::Normal::new(3.0, 0.5).unwrap();
    check("normal", &[("mean", 3.0), ("sd", 0.5)], |x| normal.cdf(x));
    let gamma = witness::Gamma::new(2.5, 2.5).unwrap();
    check("gamma", &[("shape", 2.5), ("scale", 0.4)], |x| gamma.cdf(x));
    let gamma = witness::Gamma::new(300.0, 1.0).unwrap();
    check("gamma", &[("shape", 300.0), ("scale", 1.0)], |x| {
        gamma.cdf(x)
    });
    let beta = witness::Beta::new(2.0, 3.0).unwrap();
    check("beta", &[("alpha", 2.0), ("beta", 3.0)], |x| beta.cdf(x));
    let beta = witness::Beta::new(150.0, 220.0).unwrap();
    check("beta", &[("alpha", 150.0), ("beta", 220.0)], |x| {
        beta.cdf(x)
    });
    let student = witness::StudentsT::new(0.0, 1.0, 4.0).unwrap();
    check("student_t", &[("df", 4.0)], |x| student.cdf(x));
    let weibull = witness::Weibull::new(1.7, 2.0).unwrap();
    check("weibull", &[("shape", 1.7), ("scale", 2.0)], |x| {
        weibull.cdf(x)
    });
    let poisson = witness::Poisson::new(50.5).unwrap();
    check("poisson", &[("mean", 50.5)], |x| poisson.cdf(x as u64));
}
