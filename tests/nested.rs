//! Nested runs against exact answers: what varies is separated from what is not known, and the noise of the inner samples is gone.

#![allow(
    clippy::disallowed_methods,
    reason = "a test compares numbers, it does not print them"
)]

use montecarbon::diagnostic::Source;
use montecarbon::model::{Model, check};
use montecarbon::pipeline::{InnerPlan, Nested, NotNested, Plan, RunError, Unwatched, simulate};
use montecarbon::program::lower;
use montecarbon::report::RunReport;
use montecarbon::run::{Inner, NestedExperiment, run_nested, with_threads};
use montecarbon::sampler::key::StreamKey;
use montecarbon::sampler::{Method, SampledInput};
use montecarbon::statistic::Estimate;
use montecarbon::statistic::inner::{InnerEstimate, InnerStatistic};
use montecarbon::statistic::nested::over_uncertainty;
use statrs::distribution::{ContinuousCDF, Normal};

fn model(text: &str) -> Model {
    check(Source::new("nested.toml", text), "nested", &[]).expect("accepted")
}

fn nested(outer: u64, trials: u32) -> Option<Nested> {
    Some(Nested {
        outer,
        inner: InnerPlan::Trials(trials),
    })
}

fn run(text: &str, plan: impl Fn(Plan) -> Plan) -> RunReport {
    let model = model(text);
    let plan = plan(Plan {
        trials: 1_000,
        measures: Vec::new(),
        ..Plan::of(&model)
    });
    simulate(&[(model, plan)], None, &Unwatched, None)
        .unwrap()
        .runs
        .remove(0)
}

fn of(run: &RunReport, over_variability: &str, over_uncertainty: &str) -> Estimate {
    run.outputs[0]
        .nested
        .iter()
        .find(|row| {
            row.over_variability == over_variability && row.over_uncertainty == over_uncertainty
        })
        .unwrap_or_else(|| panic!("{over_variability} {over_uncertainty}"))
        .estimate
}

/// How many standard errors lie between.
fn distance(exact: f64, estimate: Estimate) -> f64 {
    (estimate.value.unwrap() - exact).abs() / estimate.standard_error.unwrap()
}

fn z(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

/// A centre that is normal and not known, and what is normal around it and varies: every quantile over the latter is normal over
/// the former.
const NORMAL: &str = r#"
[inputs]
centre = { distribution = "normal", mean = 5, sd = 0.15 }
around = { distribution = "normal", mean = 0, sd = 1, kind = "variability" }
[formulas]
x = "centre + around"
[outputs]
x = { unit = "1", thresholds = { six = 6 } }
"#;

/// What is exact about NORMAL: over variability, over uncertainty, the number.
fn exact() -> Vec<(&'static str, &'static str, f64)> {
    let mut rows = Vec::new();
    for (name, at) in [
        ("mean", 5.0),
        ("median", 5.0),
        ("q0.95", 5.0 + z(0.95)),
        ("q0.05", 5.0 + z(0.05)),
        ("interval_high", 5.0 + z(0.975)),
    ] {
        rows.extend([
            (name, "mean", at),
            (name, "median", at),
            (name, "sd", 0.15),
            (name, "interval_low", at + 0.15 * z(0.025)),
            (name, "interval_high", at + 0.15 * z(0.975)),
        ]);
    }
    // P(x > 6 | centre) = Φ(centre − 6).
    let above = |centre: f64| Normal::standard().cdf(centre - 6.0);
    rows.extend([
        ("p_above:six", "median", above(5.0)),
        ("p_above:six", "interval_low", above(5.0 + 0.15 * z(0.025))),
        ("p_above:six", "interval_high", above(5.0 + 0.15 * z(0.975))),
        (
            "p_above:six",
            "mean",
            Normal::standard().cdf(-1.0 / f64::sqrt(1.0 + 0.15 * 0.15)),
        ),
        ("sd", "mean", 1.0),
    ]);
    rows
}

#[test]
fn a_normal_model_has_its_exact_answers() {
    for (sampler, outer, trials) in [
        (Method::Sobol, 4_096, 1_000),
        (Method::Sobol, 1_000, 256),
        (Method::LatinHypercube, 1_000, 256),
        (Method::Random, 1_000, 256),
    ] {
        let found = run(NORMAL, |plan| Plan {
            nested: nested(outer, trials),
            sampler,
            ..plan
        });
        for (variability, uncertainty, exact) in exact() {
            let estimate = of(&found, variability, uncertainty);
            assert!(
                distance(exact, estimate) < 5.0,
                "{sampler:?} {outer}x{trials} {variability} {uncertainty}: {estimate:?}, exactly {exact}"
            );
        }
    }
}

/// With 100 inner trials the interval of the 95 % quantile is as wide as it is, and what so few do not reach is marked.
#[test]
fn a_hundred_inner_trials_are_enough_for_the_width() {
    let found = run(NORMAL, |plan| Plan {
        nested: nested(4_096, 100),
        ..plan
    });
    let value = |variability, uncertainty| of(&found, variability, uncertainty).value.unwrap();
    for variability in ["mean", "q0.95", "q0.05"] {
        let width = value(variability, "interval_high") - value(variability, "interval_low");
        let ratio = width / (0.3 * z(0.975));
        assert!((ratio - 1.0).abs() < 0.04, "{variability} {ratio}");
        assert!(!of(&found, variability, "mean").poorly_carried);
    }
    assert!(of(&found, "interval_high", "mean").poorly_carried);
    assert!(
        found.notes.iter().any(|note| note
            .starts_with("q0.025, q0.975, interval_low, interval_high of x lie so far out")),
        "{:?}",
        found.notes
    );
}

/// How often the 95 % limits hold what is exact: as often as they say, or more often where the bias of small samples is allowed for.
#[test]
fn limits_cover_what_is_exact() {
    let runs = 200;
    let mut covered = vec![[0; 2]; exact().len()];
    for seed in 0..runs {
        let found = run(NORMAL, |plan| Plan {
            nested: nested(512, 256),
            seed,
            ..plan
        });
        for (covered, (variability, uncertainty, exact)) in covered.iter_mut().zip(exact()) {
            let distance = distance(exact, of(&found, variability, uncertainty));
            covered[0] += u32::from(distance < 2.04);
            // The twin: errors half as large.
            covered[1] += u32::from(distance < 1.02);
        }
    }
    let share = |count: u32| f64::from(count) / runs as f64;
    for ([whole, halved], row) in covered.iter().zip(exact()) {
        assert!(share(*whole) >= 0.89, "{row:?} {}", share(*whole));
        if row.0 == "mean" {
            assert!(share(*halved) < 0.85, "{row:?} {}", share(*halved));
        }
    }
}

/// The estimates of the 95 % quantile over `around` from independent inner trials, whose noise is twice the spread.
fn noisy(trials: usize) -> Vec<Vec<InnerEstimate>> {
    let model = model(NORMAL);
    let program = lower(&model.variants[0], false);
    let columns = |names: &[&str]| {
        let columns = names.iter().enumerate().map(|(at, name)| SampledInput {
            key: StreamKey::new(11, name),
            dimension: at as u32,
        });
        columns.collect::<Vec<_>>()
    };
    let layout = Method::Random.layout(20_000, None);
    let outer = Method::Random.sampler(columns(&["centre", "around"]), layout);
    let inner = Method::Random.sampler(columns(&["around"]), layout);
    let experiment = NestedExperiment {
        program: &program,
        outer: &*outer,
        layout,
        varies: &[false, true],
        inner: Inner::Sample {
            sampler: &*inner,
            columns: &[1],
            trials,
        },
    };
    let outcome = run_nested(
        &experiment,
        &[vec![InnerStatistic::Quantile(0.95)]],
        &Unwatched,
    );
    outcome.unwrap().estimates.remove(0).remove(0)
}

#[test]
fn the_noise_of_inner_samples_is_removed() {
    let everything = (f64::NEG_INFINITY, f64::INFINITY);
    let exact = |p: f64| 5.0 + z(0.95) + 0.15 * z(p);
    let estimates = noisy(100);
    let found = over_uncertainty(&estimates, 0.95, everything, 0.0);
    let width = |found: &[Estimate; 2]| found[1].value.unwrap() - found[0].value.unwrap();
    let ratio = width(&found.interval) / (0.3 * z(0.975));
    assert!((ratio - 1.0).abs() < 0.06, "{ratio}");
    assert!(found.noise_share > 0.6, "{}", found.noise_share);
    assert!(distance(0.15, found.sd) < 5.0);
    for (estimate, p) in [
        (found.interval[0], 0.025),
        (found.median, 0.5),
        (found.interval[1], 0.975),
    ] {
        assert!(distance(exact(p), estimate) < 5.0, "{p} {estimate:?}");
    }
    // The twin: taken at their word, the estimates are spread too wide, and caught.
    let whole = |row: &InnerEstimate| InnerEstimate {
        halves: [row.whole; 2],
        ..*row
    };
    let believed: Vec<Vec<InnerEstimate>> = estimates
        .iter()
        .map(|rows| rows.iter().map(whole).collect())
        .collect();
    let naive = over_uncertainty(&believed, 0.95, everything, 0.0);
    assert!(width(&naive.interval) / (0.3 * z(0.975)) > 1.6);
    assert!(
        distance(exact(0.025), naive.interval[0]) > 5.0
            && distance(exact(0.975), naive.interval[1]) > 5.0
    );
    assert!(distance(0.15, naive.sd) > 5.0);
}

/// A factor that is not known times a column of tests/data/pairs.csv: 4, 1, 9, 2 with weights 1, 2, 3, 4 of 10.
const ROWS: &str = r#"
[inputs]
factor = { distribution = "normal", mean = 1, sd = 0.1 }
x = { distribution = "empirical", file = "tests/data/pairs.csv", column = "x", weight_column = "w", kind = "variability" }
y = { distribution = "empirical", file = "tests/data/pairs.csv", column = "y", weight_column = "w", kind = "variability" }
[formulas]
scaled = "factor * (x + 0 * y)"
[outputs]
scaled = "1"
"#;

#[test]
fn rows_are_gone_through_without_noise() {
    let found = run(ROWS, |plan| Plan {
        nested: Some(Nested {
            outer: 4_096,
            inner: InnerPlan::Rows,
        }),
        ..plan
    });
    assert_eq!(found.nested.unwrap().inner, 4);
    let sd = f64::sqrt(0.2 * 9.61 + 0.4 * 4.41 + 0.1 * 0.01 + 0.3 * 24.01);
    for (variability, scale) in [
        ("mean", 4.1),
        ("sd", sd),
        ("median", 2.0),
        ("q0.95", 9.0),
        ("q0.025", 1.0),
    ] {
        for (uncertainty, exact) in [
            ("mean", 1.0),
            ("median", 1.0),
            ("sd", 0.1),
            ("interval_low", 1.0 + 0.1 * z(0.025)),
            ("interval_high", 1.0 + 0.1 * z(0.975)),
        ] {
            let estimate = of(&found, variability, uncertainty);
            assert!(
                distance(scale * exact, estimate) < 5.0,
                "{variability} {uncertainty} {estimate:?}"
            );
            assert!(
                estimate.standard_error.unwrap() < 0.005 * scale,
                "{variability} {uncertainty} {estimate:?}"
            );
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_numbers() {
    for (text, nested) in [
        (NORMAL, nested(1_000, 300).unwrap()),
        (NORMAL, nested(9_000, 34).unwrap()),
        (
            ROWS,
            Nested {
                outer: 1_000,
                inner: InnerPlan::Rows,
            },
        ),
    ] {
        let of = |threads| {
            with_threads(Some(threads), || {
                let found = run(text, |plan| Plan {
                    nested: Some(nested),
                    ..plan
                });
                format!("{found:?}")
            })
        };
        let one = of(1);
        assert!([2, 3].iter().all(|&threads| of(threads) == one));
    }
}

/// An input added leaves the draws of the others alone, outer and inner.
#[test]
fn draws_do_not_depend_on_other_inputs() {
    let plan = |plan| Plan {
        nested: nested(500, 40),
        ..plan
    };
    let more = NORMAL.replace("[formulas]", "other = { distribution = \"uniform\", min = 0, max = 1, kind = \"variability\" }\n[formulas]\ny = \"other\"")
        .replace("x = { unit", "y = \"1\"\nx = { unit");
    let (alone, beside) = (run(NORMAL, plan), run(&more, plan));
    let rows = |run: &RunReport| {
        let output = run.output("x").unwrap();
        format!("{:?}", output.nested)
    };
    assert_eq!(rows(&alone), rows(&beside));
}

#[test]
fn what_cannot_be_nested_is_refused_with_its_reason() {
    let why = |text: &str, nested: Nested| {
        let model = model(text);
        let plan = Plan {
            nested: Some(nested),
            ..Plan::of(&model)
        };
        match simulate(&[(model, plan)], None, &Unwatched, None) {
            Err(RunError::NotNested { why, .. }) => why,
            other => panic!("{other:?}"),
        }
    };
    let (trials, rows) = (
        nested(100, 100).unwrap(),
        Nested {
            outer: 100,
            inner: InnerPlan::Rows,
        },
    );
    let certain = NORMAL.replace(", kind = \"variability\"", "");
    assert_eq!(why(&certain, trials), NotNested::NothingVaries);
    let varying = NORMAL.replace("sd = 0.15", "sd = 0.15, kind = \"variability\"");
    assert_eq!(why(&varying, trials), NotNested::NothingUncertain);
    let correlated = NORMAL.replace(
        "[formulas]",
        "[[correlations]]\ninputs = [\"centre\", \"around\"]\nspearman = 0.5\n[formulas]",
    );
    assert_eq!(
        why(&correlated, trials),
        NotNested::KindsCorrelated("centre".into(), "around".into())
    );
    assert_eq!(why(NORMAL, rows), NotNested::NotOfOneFile("around".into()));
    let large = nested(1 << 30, 32).unwrap();
    assert!(matches!(why(NORMAL, large), NotNested::TooLarge(_)));
    for wrong in [
        nested(1, 100),
        nested(100, 10),
        nested(1 << 40, 1 << 20),
        nested(100, 1 << 21),
    ] {
        assert!(wrong.unwrap().check().is_err());
    }
}
