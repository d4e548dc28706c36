//! The reference values: computed with 50-digit arithmetic by no code of this project.

#![allow(
    clippy::disallowed_methods,
    reason = "a test compares numbers, it does not print them"
)]

use montecarbon::distribution::{Marginal, Parameters, family, truncate};
use std::sync::Arc;

/// The families of the reference set that exist here, their parameters renamed to the scenario language's.
fn build(name: &str, written: &str) -> Option<Arc<dyn Marginal>> {
    let mut parameters = Parameters::default();
    let mut bounds = (f64::NEG_INFINITY, f64::INFINITY);
    let (family_name, truncated) = match name {
        "truncnormal" => ("normal", true),
        "trunclognormal" => ("lognormal", true),
        "negbinomial" => ("negative_binomial", false),
        other => (other, false),
    };
    for pair in written.split(';') {
        let (key, value) = pair.split_once('=').expect("key=value");
        let value: f64 = value.parse().expect("a number");
        let key = match (family_name, key) {
            ("poisson", "lambda") => "mean",
            ("negative_binomial", "r") => "size",
            ("student_t" | "logistic" | "gumbel", "loc") => "location",
            (_, "lower") => {
                bounds.0 = value;
                continue;
            }
            (_, "upper") => {
                bounds.1 = value;
                continue;
            }
            (_, key) => key,
        };
        parameters = parameters.with(key, value);
    }
    let family = family(family_name)?;
    // Defaults as the parser fills them in.
    for parameterisation in family.parameterisations {
        let fits = parameterisation.required.iter().all(|k| parameters.has(k));
        if fits {
            for (key, default) in parameterisation.optional {
                if !parameters.has(key) {
                    parameters = parameters.with(key, *default);
                }
            }
            break;
        }
    }
    let marginal =
        (family.build)(&parameters).unwrap_or_else(|p| panic!("{name} {written}: {p:?}"));
    if truncated {
        return Some(truncate(marginal, bounds.0, bounds.1).expect("mass").0);
    }
    Some(marginal)
}

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

fn relative(found: f64, expected: f64) -> f64 {
    if found == expected {
        0.0
    } else {
        (found - expected).abs() / expected.abs()
    }
}

#[test]
fn quantiles_agree_with_the_reference() {
    let mut worst: Vec<(String, f64)> = Vec::new();
    let mut failures = Vec::new();
    for row in rows(include_str!("reference/quantiles.csv")) {
        let [name, written, p, _, expected] = row[..] else {
            panic!("five columns")
        };
        let Some(marginal) = build(name, written) else {
            continue;
        };
        let p: f64 = p.parse().expect("p");
        let expected: f64 = expected.parse().expect("quantile");
        let found = marginal.quantile(p);
        let error = relative(found, expected);
        let tolerance = match () {
            () if marginal.is_discrete() => 0.0,
            // What rounds to a bound or underflows is as right as a double can be.
            () if expected.abs() < f64::MIN_POSITIVE => f64::INFINITY,
            () if (1e-3..=0.999).contains(&p) => 1e-12,
            () => 1e-9,
        };
        if !(error <= tolerance) {
            failures.push(format!(
                "{name} {written} p={p}: {found} not {expected}, relative {error:e}"
            ));
        }
        match worst.iter_mut().find(|(n, _)| n == name) {
            Some((_, w)) => *w = w.max(error),
            None => worst.push((name.into(), error)),
        }
    }
    println!("{worst:?}");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn moments_agree_with_the_reference() {
    let mut failures = Vec::new();
    for row in rows(include_str!("reference/moments.csv")) {
        let [name, written, mean, sd, ..] = row[..] else {
            panic!("seven columns")
        };
        let Some(marginal) = build(name, written) else {
            continue;
        };
        for (what, found, expected) in [("mean", marginal.mean(), mean), ("sd", marginal.sd(), sd)]
        {
            let holds = match (found, expected) {
                (None, "undefined" | "inf") => true,
                (None, _) | (_, "undefined" | "inf") => false,
                (Some(found), expected) => {
                    let expected: f64 = expected.parse().expect("a number");
                    relative(found, expected) <= 1e-12
                }
            };
            if !holds {
                failures.push(format!("{name} {written}: {what} {found:?} not {expected}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Every way of stating a distribution that the reference converts: the same parameters, seen through the quantiles.
#[test]
fn conversions_agree_with_the_reference() {
    let text = include_str!("reference/param_conversions.json");
    let file: serde_json::Value = serde_json::from_str(text).expect("json");
    let mut checked = 0;
    for case in file["cases"].as_array().expect("cases") {
        let given = |key: &str| case["given"][key].as_f64().expect("given");
        let parameters = Parameters::default();
        let (name, parameters) = match case["kind"].as_str().expect("kind") {
            "lognormal_mean_sd" => (
                "lognormal",
                parameters
                    .with("mean", given("mean"))
                    .with("sd", given("sd")),
            ),
            "lognormal_mean_cv" => (
                "lognormal",
                parameters
                    .with("mean", given("mean"))
                    .with("cv", given("cv")),
            ),
            "lognormal_median_gsd" => (
                "lognormal",
                parameters
                    .with("median", given("median"))
                    .with("gsd", given("gsd")),
            ),
            "lognormal_median_gsd2_95" => (
                "lognormal",
                parameters
                    .with("median", given("median"))
                    .with("gsd2", given("gsd_squared")),
            ),
            "lognormal_mean_gsd" => (
                "lognormal",
                parameters
                    .with("mean", given("mean"))
                    .with("gsd", given("gsd")),
            ),
            "lognormal_p5_p95" => (
                "lognormal",
                parameters
                    .with_list("interval", &[given("p5"), given("p95")])
                    .with("level", 0.9),
            ),
            "lognormal_p2.5_p97.5" => (
                "lognormal",
                parameters
                    .with_list("interval", &[given("p2.5"), given("p97.5")])
                    .with("level", 0.95),
            ),
            "normal_mean_pm95" => (
                "normal",
                parameters
                    .with("mean", given("mean"))
                    .with("half_width", given("half_width_95"))
                    .with("level", 0.95),
            ),
            "normal_p10_p90" => (
                "normal",
                parameters
                    .with_list("interval", &[given("p10"), given("p90")])
                    .with("level", 0.8),
            ),
            "gamma_mean_sd" => (
                "gamma",
                parameters
                    .with("mean", given("mean"))
                    .with("sd", given("sd")),
            ),
            // Not in the language: beta and uniform by mean and sd, the rounded 1.96 of the IPCC.
            _ => continue,
        };
        let marginal = (family(name).expect(name).build)(&parameters).expect(name);
        let mut holds = |found: Option<f64>, expected: f64| {
            let found = found.expect("finite");
            assert!(
                relative(found, expected) < 1e-12,
                "{case}: {found} not {expected}"
            );
            checked += 1;
        };
        if let Some(mean) = case["mean"].as_f64() {
            holds(marginal.mean(), mean);
        }
        if let Some(sd) = case["sd"].as_f64() {
            holds(marginal.sd(), sd);
        }
        for (key, u) in [("p2_5", 0.025), ("median", 0.5), ("p97_5", 0.975)] {
            if let Some(expected) = case[key].as_f64() {
                holds(Some(marginal.quantile(u)), expected);
            }
        }
        if let (Some(shape), Some(scale)) = (case["shape"].as_f64(), case["scale"].as_f64()) {
            holds(marginal.mean(), shape * scale);
            holds(marginal.sd(), shape.sqrt() * scale);
        }
    }
    assert!(checked >= 40, "{checked} numbers compared");
}

/// An interval is met at both ends: half of what is outside lies below, half above.
#[test]
fn intervals_are_central() {
    for name in [
        "normal",
        "lognormal",
        "uniform",
        "loguniform",
        "gamma",
        "weibull",
        "logistic",
        "gumbel",
    ] {
        for (low, high, level) in [(169.0, 351.0, 0.9), (1.0, 1.0001, 0.5), (0.001, 10.0, 0.95)] {
            let parameters = Parameters::default()
                .with_list("interval", &[low, high])
                .with("level", level);
            let marginal = (family(name).expect(name).build)(&parameters).expect(name);
            let outside = 0.5 * (1.0 - level);
            let found = (marginal.quantile(outside), marginal.upper_quantile(outside));
            assert!(
                relative(found.0, low) < 1e-11,
                "{name} [{low}, {high}] {level}: {found:?}"
            );
            assert!(
                relative(found.1, high) < 1e-11,
                "{name} [{low}, {high}] {level}: {found:?}"
            );
        }
    }
}

/// Half a Student's t, whose tail is a power: E[T | T > 0] = 2 ν/(ν − 1) f(0) and E[T² | T > 0] = ν/(ν − 2), in 40-digit arithmetic.
#[test]
fn moments_near_where_there_are_none_are_exact() {
    for (df, mean, sd) in [
        (1.05, 13.493_526_722_668_457, None),
        (1.5, 2.044_409_887_732_162, None),
        (2.05, 1.384_382_896_845_112_3, Some(6.251_678_494_206_394)),
        (2.5, 1.206_029_080_098_55, Some(1.882_948_182_493_784_3)),
    ] {
        let whole = build("student_t", &format!("df={df}")).expect("a distribution");
        let (half, _) = truncate(whole, 0.0, f64::INFINITY).expect("mass");
        let found = half.mean().expect("a mean");
        assert!(relative(found, mean) < 1e-12, "{df}: {found}");
        assert_eq!(half.sd().is_some(), sd.is_some());
        if let (Some(found), Some(sd)) = (half.sd(), sd) {
            assert!(relative(found, sd) < 1e-12, "{df}: {found}");
        }
    }
}
