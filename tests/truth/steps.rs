//! Outputs that jump, or take few values: indices from the main sample against the exact ones, over several seeds.

use montecarbon::diagnostic::Source;
use montecarbon::model::check;
use montecarbon::pipeline::{Plan, Unwatched, simulate};
use montecarbon::sampler::Method;
use montecarbon::sensitivity::Measure;

const SEEDS: u64 = 24;

/// Value and standard error of one measure of the first input for the first output, seed by seed.
fn found(text: &str, measure: Measure, sampler: Method, trials: u64) -> Vec<[f64; 2]> {
    let model = check(Source::new("steps.toml", text), "steps", &[]).expect("a model");
    let of_seed = |seed| {
        let plan = Plan {
            trials,
            sampler,
            seed,
            measures: vec![measure],
            ..Plan::default()
        };
        let report = simulate(&[(model.clone(), plan)], None, &Unwatched, None).expect("simulated");
        let rows = &report.runs[0].outputs[0].sensitivity;
        let row = rows.iter().find(|row| row.measure == measure.column());
        let estimate = row.expect("a row").estimate;
        [estimate.value, estimate.standard_error].map(|number| number.expect("a number"))
    };
    (1..=SEEDS).map(of_seed).collect()
}

/// How far the mean of all seeds is from the exact value, in its standard errors.
fn distance(found: &[[f64; 2]], exact: f64) -> f64 {
    let n = found.len() as f64;
    let mean = found.iter().map(|[value, _]| value).sum::<f64>() / n;
    let squares = found
        .iter()
        .map(|[value, _]| (value - mean) * (value - mean));
    let error = (squares.sum::<f64>() / (n - 1.0) / n).sqrt();
    (mean - exact).abs() / error.max(1e-9)
}

/// A threshold at any place is explained by the input it is of, within an error that says something.
#[test]
fn what_a_jump_takes_from_a_first_order_index_is_in_its_error() {
    for place in [0.03, 0.11, 0.31, 0.5, 0.777, 0.84, 0.93, 0.991] {
        let text = format!(
            "[inputs]\nx = {{ distribution = \"uniform\", min = 0, max = 1 }}\ny = {{ distribution = \"normal\", mean = 0, sd = 1 }}\n[formulas]\nover = \"if(x > {place}, 1, 0) + 0 * y\"\n[outputs]\nover = \"1\"\n"
        );
        for [value, error] in found(&text, Measure::GivenData, Method::Sobol, 100_000) {
            let off = (value - 1.0).abs();
            assert!(off < 4.0 * error + 1e-4, "{place}: {value} ± {error}");
            assert!(error < 0.06, "{place}: {value} ± {error}");
        }
    }
}

#[test]
fn few_trials_a_class_are_no_bias() {
    let values: Vec<String> = (1..=200).map(|value| value.to_string()).collect();
    let text = format!(
        "[inputs]\nx = {{ distribution = \"discrete\", values = [{}] }}\n[outputs]\nx = \"1\"\n",
        values.join(", ")
    );
    let all = found(&text, Measure::GivenData, Method::Random, 50_000);
    assert!(distance(&all, 1.0) < 5.0, "{all:?}");
    // The twin: what the choice of the denominator by the counts took.
    assert!(distance(&all, 0.985) > 5.0);
}

#[test]
fn the_margins_of_a_replicate_are_no_bias() {
    let text = "[inputs]\nx = { distribution = \"bernoulli\", p = 0.5 }\n[outputs]\nx = \"1\"\n";
    for (measure, exact) in [(Measure::Borgonovo, 0.5), (Measure::Hsic, 1.0)] {
        for sampler in [Method::Random, Method::Sobol] {
            let all = found(text, measure, sampler, 2_000);
            // 32 replicates of about 63 trials: of the margins of all, 1/2000 is left.
            let left = exact / 1_000.0;
            let distances = [exact - left, exact, exact + left].map(|exact| distance(&all, exact));
            let nearest = distances.into_iter().fold(f64::INFINITY, f64::min);
            assert!(nearest < 5.0, "{measure:?} {sampler:?}: {all:?}");
            // The twin: 1/63 of it less.
            assert!(distance(&all, exact * (1.0 - 1.0 / 63.0)) > 5.0);
        }
    }
}
