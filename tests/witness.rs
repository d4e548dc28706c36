//! Independent witnesses: `rand_distr` draws against ours, `statrs` CDFs against ours; each test has a twin that must fail.

#![allow(
    clippy::disallowed_methods,
    reason = "a test compares numbers, it does not print them"
)]

use montecarbon::distribution::{Marginal, Parameters, family};
use montecarbon::validation::{CRITICAL, WITNESSED};
use statrs::distribution::{ContinuousCDF, DiscreteCDF};
use std::sync::Arc;

fn make(name: &str, keys: &[(&str, f64)]) -> Arc<dyn Marginal> {
    let parameters = keys
        .iter()
        .fold(Parameters::default(), |p, (k, v)| p.with(k, *v));
    (family(name).expect(name).build)(&parameters).expect(name)
}

#[test]
fn draws_agree_with_rand_distr() {
    for witnessed in WITNESSED {
        let statistic = witnessed.distance(1.0);
        assert!(
            statistic < CRITICAL,
            "{} {:?}: {statistic:.2} over {CRITICAL}",
            witnessed.family,
            witnessed.parameters
        );
    }
}

/// The twin: every parameter enlarged by 10 % (a whole number of trials stays one) must be noticed.
#[test]
fn a_shifted_parameter_is_noticed() {
    for witnessed in WITNESSED {
        let statistic = witnessed.distance(1.1);
        assert!(
            statistic > CRITICAL,
            "{} {:?}: only {statistic:.2}",
            witnessed.family,
            witnessed.parameters
        );
    }
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
