//! The worked examples of the GUM's supplements, from their reference answers and as shipped scenarios; and first-order
//! propagation where it has a closed form.

#![allow(
    clippy::disallowed_methods,
    reason = "a test compares numbers, it does not print them"
)]

use montecarbon::diagnostic::Source;
use montecarbon::model::check;
use montecarbon::pipeline::{Plan, Unwatched, simulate};
use montecarbon::report::{OutputReport, RunReport, Verdict};
use montecarbon::sampler::Method;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn run(text: &str, sampler: Method, trials: u64) -> Vec<RunReport> {
    let model = check(Source::new("example.toml", text), "example", &[])
        .unwrap_or_else(|complaints| panic!("{text}: {complaints:?}"));
    let plan = Plan {
        trials,
        seed: 101,
        sampler,
        quantiles: vec![0.5],
        measures: Vec::new(),
        ..Plan::default()
    };
    simulate(&[(model, plan)], None, &Unwatched, None)
        .unwrap_or_else(|error| panic!("{text}: {error:?}"))
        .runs
}

fn one(text: &str) -> OutputReport {
    run(text, Method::Sobol, 4096).remove(0).outputs.remove(0)
}

fn value(output: &OutputReport, statistic: &str) -> Option<f64> {
    output.statistic(statistic).expect(statistic).value
}

/// An expression with the names of the inputs behind `q_`: `h` is a unit.
fn renamed(expression: &str, inputs: &serde_json::Map<String, Value>) -> String {
    let mut text = String::new();
    let mut word = String::new();
    for letter in expression.chars().chain([' ']) {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            word.push(letter);
            continue;
        }
        if inputs.contains_key(&word) {
            text += "q_";
        }
        text += &word;
        word.clear();
        text.push(letter);
    }
    text
}

/// A case of the reference file as a scenario; every number is pure.
fn scenario(case: &Value) -> String {
    let mut text = String::from("[inputs]\n");
    let inputs = case["inputs"].as_object().expect("inputs");
    for (name, input) in inputs {
        let parameters: Vec<String> = input
            .as_object()
            .expect("an input")
            .iter()
            .filter(|(key, _)| *key != "dist")
            .map(|(key, number)| format!("{key} = {number}"))
            .collect();
        text += &format!(
            "q_{name} = {{ distribution = {}, {} }}\n",
            input["dist"],
            parameters.join(", ")
        );
    }
    let single = [("y".to_owned(), case["expression"].clone())];
    let expressions: Vec<(String, Value)> = match case["expressions"].as_object() {
        Some(several) => several
            .iter()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
        None => single.to_vec(),
    };
    text += "[formulas]\n";
    for (name, expression) in &expressions {
        let expression = renamed(expression.as_str().expect("a text"), inputs);
        text += &format!("{name} = \"{expression}\"\n");
    }
    text += "[outputs]\n";
    for (name, _) in &expressions {
        text += &format!("{name} = \"1\"\n");
    }
    text
}

/// Numbers that the exact answers of the reference give and that lie more than five standard errors from ours.
fn far_off(shift: f64) -> (usize, Vec<String>) {
    let text = include_str!("reference/jcgm101.json");
    let file: Value = serde_json::from_str(text).expect("JSON");
    let (mut compared, mut far) = (0, Vec::new());
    for case in file["cases"].as_array().expect("cases") {
        for sampler in [Method::Random, Method::Sobol] {
            let outputs = run(&scenario(case), sampler, 400_000).remove(0).outputs;
            for output in &outputs {
                let suffix = if outputs.len() > 1 {
                    format!("_{}", output.name)
                } else {
                    String::new()
                };
                let exact = &case["exact"];
                let number = |key: &str| exact[format!("{key}{suffix}")].as_f64();
                let end = |at: usize| exact["symmetric_95"][at].as_f64();
                for (statistic, expected) in [
                    ("mean", number("mean")),
                    ("sd", number("sd")),
                    ("median", number("median")),
                    ("interval_low", end(0)),
                    ("interval_high", end(1)),
                ] {
                    let Some(expected) = expected else { continue };
                    let estimate = output.statistic(statistic).expect(statistic);
                    let found = estimate.value.expect("a value");
                    let error = estimate.standard_error.expect("an error");
                    // What the reference gives to so many digits is known no better.
                    let known = 1e-8 * expected.abs();
                    compared += 1;
                    let sd = number("sd").unwrap_or(expected);
                    let distance = (found - expected - shift * sd).abs() - known;
                    if !(distance <= 5.0 * error) {
                        far.push(format!(
                            "{} {sampler:?} {statistic}{suffix}: {found} ± {error}, exact {expected}",
                            case["id"]
                        ));
                    }
                }
            }
        }
    }
    (compared, far)
}

#[test]
fn every_example_is_met_within_five_standard_errors() {
    let (compared, far) = far_off(0.0);
    assert!(compared >= 60, "{compared}");
    assert!(far.is_empty(), "{}", far.join("\n"));
}

#[test]
fn an_example_a_fiftieth_of_its_spread_off_is_caught() {
    let (compared, far) = far_off(0.02);
    assert!(5 * far.len() > 4 * compared, "{} of {compared}", far.len());
}

/// What the supplements (the first column of figures: value and standard uncertainty of first-order propagation) and the
/// arithmetic from them say of a shipped example: file, variant, output, value, standard uncertainty, verdict.
const EXAMPLES: &[(&str, &str, &str, f64, f64, Verdict)] = &[
    ("additive-normal", "base", "y", 0.0, 2.0, Verdict::Enough),
    (
        "additive-rectangular",
        "base",
        "y",
        0.0,
        2.0,
        Verdict::Enough,
    ),
    (
        "mass-calibration",
        "base",
        "deviation",
        1.234,
        0.053_851_648,
        Verdict::NotEnough,
    ),
    (
        "power-meter-loss",
        "base",
        "loss",
        0.0,
        0.0,
        Verdict::NotEnough,
    ),
    (
        "power-meter-loss",
        "near",
        "loss",
        100e-6,
        100e-6,
        Verdict::NotEnough,
    ),
    (
        "power-meter-loss",
        "far",
        "loss",
        2500e-6,
        500e-6,
        Verdict::NotEnough,
    ),
    (
        "polar-coordinates",
        "base",
        "magnitude",
        0.001,
        0.01,
        Verdict::NotEnough,
    ),
    (
        "polar-coordinates",
        "base",
        "phase",
        0.0,
        10.0,
        Verdict::NotEnough,
    ),
    (
        "viscometer",
        "base",
        "viscosity",
        5.687_234,
        1.026_863,
        Verdict::NotEnough,
    ),
];

#[test]
fn the_verdicts_of_the_shipped_examples() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/metrology");
    let shipped: BTreeSet<String> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            path.file_stem()
                .expect("a stem")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    let expected: BTreeSet<String> = EXAMPLES.iter().map(|row| row.0.to_owned()).collect();
    assert_eq!(shipped, expected);
    for file in shipped {
        let text = std::fs::read_to_string(folder.join(format!("{file}.toml"))).expect("read");
        for run in run(&text, Method::Sobol, 1_000_000) {
            for output in &run.outputs {
                let row = EXAMPLES
                    .iter()
                    .find(|row| row.0 == file && row.1 == run.variant && row.2 == output.name);
                let Some(&(.., y, u, verdict)) = row else {
                    panic!("{file} {} {} is not expected", run.variant, output.name)
                };
                let near = |statistic: &str, expected: f64| {
                    let found = value(output, statistic).expect(statistic);
                    let room = 1e-4 * expected.abs().max(1e-3 * u).max(1e-9);
                    assert!(
                        (found - expected).abs() <= room,
                        "{file} {}: {statistic} {found}, not {expected}",
                        run.variant
                    );
                };
                near("at_means", y);
                near("first_order_sd", u);
                near("first_order_interval_low", y - 1.959_964 * u);
                near("first_order_interval_high", y + 1.959_964 * u);
                let report = output.first_order.as_ref().expect("a verdict");
                if verdict == Verdict::Enough {
                    assert_eq!(report.for_one_digit, Verdict::Enough, "{file}");
                }
                assert_eq!(
                    report.verdict, verdict,
                    "{file} {}: {report:?}",
                    run.variant
                );
            }
        }
    }
}

/// (at_means, first_order_sd) of a scenario against what they are by hand.
fn first_order(text: &str, at_means: f64, sd: f64) {
    let output = one(text);
    for (statistic, expected) in [("at_means", at_means), ("first_order_sd", sd)] {
        let found = value(&output, statistic).expect(statistic);
        assert!(
            (found - expected).abs() <= 1e-9 * expected.abs() + 1e-12,
            "{text}: {statistic} is {found}, not {expected}"
        );
    }
}

fn model(inputs: &str, formula: &str) -> String {
    format!("{inputs}\n[formulas]\ny = \"{formula}\"\n[outputs]\ny = \"1\"\n")
}

const NORMALS: &str = "[inputs]\n\
    a = { distribution = \"normal\", mean = 3, sd = 0.5 }\n\
    b = { distribution = \"normal\", mean = -2, sd = 0.25 }\n\
    c = { distribution = \"normal\", mean = 5, sd = 1 }\n";

#[test]
fn first_order_of_models_by_hand() {
    let square = |x: f64| x * x;
    let linear: f64 = square(2.0 * 0.5) + square(3.0 * 0.25) + 1.0;
    first_order(&model(NORMALS, "2*a - 3*b + c"), 17.0, linear.sqrt());
    let product = square(0.5 * 10.0) + square(0.25 * 15.0) + square(6.0);
    first_order(&model(NORMALS, "a*b*c"), -30.0, product.sqrt());
    first_order(&model(NORMALS, "exp(a) / c"), 3.0_f64.exp() / 5.0, {
        let y = 3.0_f64.exp() / 5.0;
        y * (square(0.5) + square(1.0 / 5.0)).sqrt()
    });
    // At a minimum first order sees nothing, and nothing is lost of what is independent of it.
    first_order(&model(NORMALS, "(a - 3)^2 + c"), 5.0, 1.0);
    // A constant output, and an input that no distribution acts on.
    first_order(&model(NORMALS, "7 + 0 * 2"), 7.0, 0.0);
}

/// Squares of standard deviations may leave the range of a double that they themselves are in; of nothing at all, the sum is no −0.
#[test]
fn first_order_of_any_size() {
    for (size, power) in [("1e-300", 1e-300), ("1e300", 1e300)] {
        let text = NORMALS.replace("mean = 3, sd = 0.5", &format!("mean = {size}, sd = {size}"));
        let found = value(&one(&model(&text, "0.75 * a")), "first_order_sd").expect("an sd");
        assert!((found / power - 0.75).abs() < 1e-9, "{size}: {found}");
    }
    let constant = value(&one(&model(NORMALS, "7")), "first_order_sd");
    assert_eq!(constant.map(f64::to_bits), Some(0));
}

#[test]
fn first_order_with_correlations() {
    let correlated =
        |how: &str| format!("{NORMALS}[[correlations]]\ninputs = [\"a\", \"b\"]\n{how}\n");
    let spread = |r: f64| (1.0 + 0.75_f64 * 0.75 - 2.0 * r * 0.75 + 1.0).sqrt();
    first_order(
        &model(&correlated("gaussian = 0.6"), "2*a - 3*b + c"),
        17.0,
        spread(0.6),
    );
    let r = 2.0 * (std::f64::consts::PI / 6.0 * 0.6).sin();
    first_order(
        &model(&correlated("spearman = 0.6"), "2*a - 3*b + c"),
        17.0,
        spread(r),
    );
    // The twin: without the correlation it is another number.
    assert!((spread(0.6) - spread(0.0)).abs() > 0.1);
}

/// Linear in shares first order is exact: Var Σ w s = (Σ w² m − (Σ w m)²) / (c + 1).
#[test]
fn first_order_of_shares() {
    let text = "[shares.mix]\nmean = { coal = 0.5, gas = 0.3, wind = 0.2 }\nconcentration = 7\n";
    let (m, w) = ([0.5, 0.3, 0.2], [900.0, 400.0, 10.0]);
    let sum = |f: &dyn Fn(usize) -> f64| (0..3).map(f).sum::<f64>();
    let mean = sum(&|i| w[i] * m[i]);
    let variance = (sum(&|i| w[i] * w[i] * m[i]) - mean * mean) / 8.0;
    let formula = "900 * mix_coal + 400 * mix_gas + 10 * mix_wind";
    first_order(&model(text, formula), mean, variance.sqrt());
}

#[test]
fn first_order_of_single_values() {
    let text = "[inputs]\nn = { distribution = \"discrete\", values = [8, 16, 32], weights = [0.15, 0.7, 0.15] }\n";
    let mean: f64 = 0.15 * 8.0 + 0.7 * 16.0 + 0.15 * 32.0;
    let square = 0.15 * 64.0 + 0.7 * 256.0 + 0.15 * 1024.0;
    let sd = (square - mean * mean).sqrt();
    first_order(&model(text, "3*n + 1"), 3.0 * mean + 1.0, 3.0 * sd);
    // By the difference over ± one standard deviation: of a square, the derivative at the mean.
    first_order(&model(text, "n^2"), mean * mean, 2.0 * mean * sd);
}

/// Columns of one data file are correlated as their rows are: of a sum first order is exact.
#[test]
fn first_order_of_rows() {
    let input = |name: &str, column: &str| {
        format!(
            "{name} = {{ distribution = \"empirical\", file = \"tests/data/pairs.csv\", column = \"{column}\", weight_column = \"w\" }}\n"
        )
    };
    let text = format!("[inputs]\n{}{}", input("a", "x"), input("b", "y"));
    let rows = [
        (4.0, 10.0, 1.0),
        (1.0, 30.0, 2.0),
        (9.0, 20.0, 3.0),
        (2.0, 40.0, 4.0),
    ];
    let mean_of = |f: &dyn Fn(f64) -> f64| {
        rows.iter()
            .map(|(x, y, w)| w / 10.0 * f(2.0 * x + y))
            .sum::<f64>()
    };
    let mean = mean_of(&|sum| sum);
    let variance = mean_of(&|sum| (sum - mean) * (sum - mean));
    first_order(&model(&text, "2*a + b"), mean, variance.sqrt());
}

#[test]
fn first_order_is_missing_where_moments_are() {
    let text = "[inputs]\n\
        x = { distribution = \"student_t\", df = 1 }\n\
        v = { distribution = \"student_t\", df = 2, location = 4 }\n\
        z = { distribution = \"normal\", mean = 1, sd = 2 }\n\
        [formulas]\na = \"x + z\"\nb = \"v + z\"\nc = \"3 * z\"\n\
        [outputs]\na = \"1\"\nb = \"1\"\nc = \"1\"\n";
    let outputs = run(text, Method::Sobol, 4096).remove(0).outputs;
    let both = |at: usize| ["at_means", "first_order_sd"].map(|name| value(&outputs[at], name));
    assert_eq!(both(0), [None, None]);
    assert_eq!(both(1), [Some(5.0), None]);
    assert_eq!(value(&outputs[2], "at_means"), Some(3.0));
    assert!((value(&outputs[2], "first_order_sd").unwrap() - 6.0).abs() < 1e-9);
    assert!(outputs[0].first_order.is_none() && outputs[1].first_order.is_none());
}

/// Mean, median and the values at the inputs' means and medians are told apart where they differ, and by what.
#[test]
fn the_centres_differ_for_a_reason() {
    let reasons = |text: &str| {
        let output = run(text, Method::Sobol, 100_000)
            .remove(0)
            .outputs
            .remove(0);
        output
            .centres
            .map(|c| (c.outcomes_skewed, c.inputs_skewed, c.not_linear))
    };
    assert_eq!(reasons(&model(NORMALS, "2*a - 3*b + c")), None);
    let square = model(
        "[inputs]\na = { distribution = \"normal\", mean = 0, sd = 1 }\n",
        "a^2",
    );
    assert_eq!(reasons(&square), Some((true, false, true)));
    let skewed = "[inputs]\na = { distribution = \"lognormal\", median = 2, gsd = 2 }\n";
    assert_eq!(reasons(&model(skewed, "3*a")), Some((true, true, false)));
}
