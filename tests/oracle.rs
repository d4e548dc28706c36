//! The reference values: computed with 50-digit arithmetic by no code of this project.

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
