//! What another shape of an input does to the ends of the interval, against quantiles known in closed form.

#![allow(
    clippy::disallowed_methods,
    reason = "the answers are computed on the machine at hand"
)]

use montecarbon::diagnostic::Source;
use montecarbon::model::check;
use montecarbon::pipeline::{Plan, Unwatched, simulate};
use montecarbon::report::shape::ShapeRow;
use montecarbon::sampler::Method;
use montecarbon::sensitivity::Measure;

/// The normal deviate of 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

fn rows(text: &str, sampler: Method) -> Vec<ShapeRow> {
    let model = check(Source::new("shape.toml", text), "shape", &[]);
    let model = model.unwrap_or_else(|complaints| panic!("{}", complaints[0].message));
    let plan = Plan {
        trials: 1 << 14,
        measures: vec![Measure::Shape],
        base: Some(1 << 17),
        sampler,
        ..Plan::default()
    };
    let report = simulate(&[(model, plan)], None, &Unwatched, None);
    let mut report = report.unwrap_or_else(|error| panic!("{error}"));
    report.runs.remove(0).outputs.remove(0).shapes
}

/// The ends of the central 95 % of each family with a mean of 10 and a standard deviation of 1.
fn ends(family: &str) -> [f64; 2] {
    match family {
        "normal" => [10.0 - Z, 10.0 + Z],
        "uniform" => [-0.95, 0.95].map(|place| 10.0 + place * 3f64.sqrt()),
        // The share beyond an end is (distance to the tip)² / 2 of the half-width.
        "triangular" => {
            [-1.0, 1.0].map(|side: f64| 10.0 + side * 6f64.sqrt() * (1.0 - 0.05f64.sqrt()))
        }
        "lognormal" => {
            let variance = 1.01f64.ln();
            [-Z, Z].map(|z| (10f64.ln() - 0.5 * variance + z * variance.sqrt()).exp())
        }
        other => panic!("{other}"),
    }
}

#[test]
fn shifts_are_those_between_the_quantiles() {
    let families = [
        ("normal", "mean = 10, sd = 1"),
        (
            "uniform",
            "min = 8.267949192431123, max = 11.732050807568877",
        ),
        (
            "triangular",
            "min = 7.550510257216822, mode = 10, max = 12.449489742783178",
        ),
        ("lognormal", "mean = 10, sd = 1"),
    ];
    let mut checked = 0;
    for sampler in [Method::Random, Method::LatinHypercube, Method::Sobol] {
        for (own, parameters) in families {
            let text = format!(
                "[inputs]\nx = {{ distribution = \"{own}\", {parameters} }}\n[outputs]\nx = \"1\"\n"
            );
            let rows = rows(&text, sampler);
            assert_eq!(rows.len(), 3);
            for row in rows {
                assert_eq!((row.input.as_str(), row.own), ("x", own));
                for end in 0..2 {
                    let exact = ends(row.family)[end] - ends(own)[end];
                    let (shift, error) = (
                        row.shifts[end].value.unwrap(),
                        row.shifts[end].standard_error.unwrap(),
                    );
                    assert!(
                        (shift - exact).abs() < 5.0 * error + 1e-9,
                        "{sampler:?} {row:?} for {exact}"
                    );
                    assert!(error < 0.02, "{row:?}");
                    // The twin: not the shift to the end of the next family.
                    assert!(
                        (shift - 1.5 * exact).abs() > 5.0 * error || exact.abs() < 0.1,
                        "{row:?}"
                    );
                    let value = row.ends[end].value.unwrap();
                    assert!(
                        (value - ends(row.family)[end]).abs()
                            < 5.0 * row.ends[end].standard_error.unwrap() + 1e-9
                    );
                    checked += 1;
                }
            }
        }
    }
    assert_eq!(checked, 3 * 4 * 3 * 2);
}

/// In a sum with another input the shift is far smaller than what either end is known to, and still resolved.
#[test]
fn the_same_draws_tell_small_shifts() {
    let text = "[inputs]\nx = { distribution = \"uniform\", min = 1, max = 2 }\ny = { distribution = \"normal\", mean = 20, sd = 1 }\n[formulas]\nsum = \"x + y\"\n[outputs]\nsum = \"1\"\n";
    let rows = rows(text, Method::Random);
    let row = rows
        .iter()
        .find(|row| row.input == "x" && row.family == "triangular")
        .unwrap();
    for end in 0..2 {
        let (own, paired) = (
            row.ends[end].standard_error.unwrap(),
            row.shifts[end].standard_error.unwrap(),
        );
        assert!(paired < 0.4 * own, "{row:?}");
    }
}

/// A normal that would be below zero in place of what cannot be is not tried; shares, coins and rows have no other shape.
#[test]
fn shapes_that_make_no_sense_are_not_tried() {
    let text = "[inputs]\nx = { distribution = \"exponential\", mean = 1 }\ncoin = { distribution = \"bernoulli\", p = 0.5 }\nn = { distribution = \"gamma\", mean = 10, sd = 2 }\n[shares.mix]\nmean = { a = 0.5, b = 0.5 }\nconcentration = 10\n[formulas]\ny = \"x + coin + mix_a + sqrt(n)\"\n[outputs]\ny = \"1\"\n";
    let rows = rows(text, Method::Sobol);
    let of = |input: &str| {
        let mine = rows.iter().filter(|row| row.input == input);
        mine.map(|row| row.family).collect::<Vec<_>>()
    };
    assert_eq!(of("x"), ["lognormal"]);
    assert_eq!(of("n"), ["uniform", "triangular", "normal", "lognormal"]);
    assert_eq!(rows.len(), 5);
    // The root is finite: what a normal has below zero is cut off.
    assert!(
        rows.iter()
            .all(|row| row.shifts.iter().all(|shift| shift.value.is_some()))
    );
}
