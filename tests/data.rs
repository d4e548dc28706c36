//! Data files: the empirical distribution against its closed form, and columns of one file that keep their rows together.

#![allow(
    clippy::disallowed_methods,
    reason = "a test compares numbers, it does not print them"
)]

use montecarbon::diagnostic::{Source, Style, render_all};
use montecarbon::distribution::Marginal;
use montecarbon::model::{DataCache, Definition, Model, check, check_with};
use montecarbon::pipeline::{Plan, Unwatched, simulate};
use montecarbon::program::{lower, source_label};
use montecarbon::report::RunReport;
use montecarbon::sampler::Method;
use montecarbon::sensitivity::Measure;
use montecarbon::statistic::Estimate;
use std::sync::Arc;

fn model(text: &str) -> Model {
    check(Source::new("data.toml", text), "data", &[])
        .unwrap_or_else(|complaints| panic!("{}", render_all(&complaints, Style::Plain)))
}

fn marginal(model: &Model, input: usize) -> Arc<dyn Marginal> {
    match &model.variants[0].inputs[input].definition {
        Definition::Random(marginal) => Arc::clone(marginal),
        Definition::Fixed(_) => panic!("a constant"),
    }
}

fn run(text: &str, sampler: Method) -> RunReport {
    let model = model(text);
    let plan = Plan {
        trials: 100_000,
        sampler,
        ..Plan::of(&model)
    };
    simulate(&[(model, plan)], None, &Unwatched, None)
        .unwrap()
        .runs
        .remove(0)
}

fn mean(run: &RunReport, output: &str) -> Estimate {
    *run.output(output).unwrap().statistic("mean").unwrap()
}

/// How many standard errors lie between.
fn distance(exact: f64, estimate: Estimate) -> f64 {
    let (value, error) = (estimate.value.unwrap(), estimate.standard_error.unwrap());
    (value - exact).abs() / error
}

/// x of tests/data/pairs.csv with its weights, sorted; the fifth row weighs nothing.
const WEIGHTED: [(f64, f64); 4] = [(1.0, 0.2), (2.0, 0.4), (4.0, 0.1), (9.0, 0.3)];

#[test]
fn a_column_is_the_weighted_empirical_distribution() {
    let weighted = model(
        "[inputs]\nx = { distribution = \"empirical\", file = \"tests/data/pairs.csv\", column = \"x\", weight_column = \"w\" }\n[outputs]\nx = \"1\"\n",
    );
    let x = marginal(&weighted, 0);
    let mean: f64 = WEIGHTED.iter().map(|(x, p)| x * p).sum();
    let variance: f64 = WEIGHTED
        .iter()
        .map(|(x, p)| p * (x - mean) * (x - mean))
        .sum();
    assert!((x.mean().unwrap() - mean).abs() < 1e-14);
    assert!((x.sd().unwrap() - variance.sqrt()).abs() < 1e-14);
    assert_eq!(x.support(), (1.0, 9.0));
    assert_eq!(x.atoms(10).unwrap(), [1.0, 2.0, 4.0, 9.0]);
    assert!((x.density(4.0) - 0.1).abs() < 1e-15 && x.density(5.0) == 0.0);
    // The value whose cumulative weight first reaches p.
    for (p, value) in [
        (0.001, 1.0),
        (0.2, 1.0),
        (0.2001, 2.0),
        (0.5, 2.0),
        (0.6, 2.0),
        (0.65, 4.0),
        (0.7, 4.0),
        (0.701, 9.0),
    ] {
        assert_eq!(x.quantile(p), value, "{p}");
    }
    // Ten rows alike, with a byte order mark, blanks, quotes, a blank line and ends of lines as Windows writes them.
    let ten = model(
        "[inputs]\nx = { distribution = \"empirical\", file = \"tests/data/ten.csv\", column = \"x\" }\n[outputs]\nx = \"1\"\n",
    );
    let x = marginal(&ten, 0);
    assert!((x.mean().unwrap() - 5.5).abs() < 1e-14);
    assert!((x.sd().unwrap() - 8.25_f64.sqrt()).abs() < 1e-14);
    for tenth in 1..=10 {
        let p: f64 = format!("0.{tenth}").parse().unwrap();
        let p = if tenth == 10 { 1.0 } else { p };
        assert_eq!(x.quantile(p), f64::from(tenth), "{p}");
        assert_eq!(x.quantile(p - 0.01), f64::from(tenth), "{p}");
    }
    // What is sampled is the same function.
    let u: Vec<f64> = (0..1000).map(|at| (f64::from(at) + 0.5) / 1000.0).collect();
    let mut sampled = vec![0.0; u.len()];
    x.fill(&u, &mut sampled);
    assert!(
        u.iter()
            .zip(&sampled)
            .all(|(u, sampled)| x.quantile(*u) == *sampled)
    );
}

/// Two columns of the rows (4, 10), (1, 30), (5, 20), (9, 20), (2, 40) with weights 1, 2, 0, 3, 4.
fn pairs(second: &str) -> String {
    format!(
        "[inputs]\nx = {{ distribution = \"empirical\", file = \"tests/data/pairs.csv\", column = \"x\", weight_column = \"w\" }}\n\
         y = {{ distribution = \"empirical\", file = \"{second}\", column = \"y\", weight_column = \"w\" }}\n\
         z = {{ distribution = \"uniform\", min = 0, max = 100 }}\n\
         [formulas]\nproduct = \"x * y\"\nall = \"product + z\"\n[outputs]\nx = \"1\"\ny = \"1\"\nproduct = \"1\"\nall = \"1\"\n"
    )
}

const MEANS: [(&str, f64); 3] = [("x", 4.1), ("y", 29.0), ("product", 96.0)];

#[test]
fn columns_of_one_file_keep_their_rows_together() {
    let twin = std::env::temp_dir().join(format!("montecarbon-twin-{}.csv", std::process::id()));
    std::fs::copy("tests/data/pairs.csv", &twin).unwrap();
    for sampler in [Method::Random, Method::Sobol] {
        let off = |run: &RunReport| {
            MEANS
                .map(|(output, exact)| distance(exact, mean(run, output)))
                .into_iter()
                .fold(0.0, f64::max)
        };
        let joint = run(&pairs("./tests/data/pairs.csv"), sampler);
        assert!(off(&joint) < 5.0, "{sampler:?} {}", off(&joint));
        // The twin: the same rows in another file are drawn independently, and caught.
        let apart = run(&pairs(&twin.display().to_string()), sampler);
        assert!(off(&apart) > 5.0, "{sampler:?} {}", off(&apart));
        assert!(distance(4.1 * 29.0, mean(&apart, "product")) < 5.0);
    }
    std::fs::remove_file(&twin).unwrap();
}

#[test]
fn rows_are_one_player_and_each_input_has_its_own_median() {
    let joint = run(&pairs("tests/data/pairs.csv"), Method::Sobol);
    let all = joint.output("all").unwrap();
    let of = |measure: &str, input: &str| {
        all.sensitivity
            .iter()
            .find(|row| row.measure == measure && row.input == input)
            .unwrap()
            .estimate
            .value
            .unwrap()
    };
    // x · y is 40, 30, 180 and 80 with probabilities 0.1, 0.2, 0.3 and 0.4: of variance 3404.
    let share = 3404.0 / (3404.0 + 100.0 * 100.0 / 12.0);
    assert!((of("first_order_given_data", "x+y") - share).abs() < 0.005);
    assert!((of("first_order_given_data", "z") - (1.0 - share)).abs() < 0.005);
    let inputs: Vec<&str> = all
        .sensitivity
        .iter()
        .map(|row| row.input.as_str())
        .collect();
    assert!(!inputs.contains(&"x") && !inputs.contains(&"y"));
    assert!(
        joint
            .notes
            .iter()
            .any(|note| note.starts_with("x, y take their numbers from the same rows"))
    );
    // The medians of the columns are 2 and 30; in the row of x = 2, y is 40.
    let at_medians = |output: &str| {
        joint
            .output(output)
            .unwrap()
            .statistic("at_medians")
            .unwrap()
            .value
    };
    assert_eq!(
        (at_medians("y"), at_medians("product")),
        (Some(30.0), Some(60.0))
    );
}

#[test]
fn rows_are_in_the_order_of_the_first_column_used() {
    let order = |first: &str, second: &str| {
        let input = |name: &str| {
            format!(
                "{name} = {{ distribution = \"empirical\", file = \"tests/data/pairs.csv\", column = \"{name}\", weight_column = \"w\" }}\n"
            )
        };
        let text = format!(
            "[inputs]\n{}{}[formulas]\nboth = \"x + y\"\n[outputs]\nx = \"1\"\ny = \"1\"\nboth = \"1\"\n",
            input(first),
            input(second)
        );
        let model = model(&text);
        let program = lower(&model.variants[0], true);
        assert_eq!(program.sources.len(), 1);
        assert_eq!(
            source_label(&model.variants[0], &program.sources[0]),
            format!("{first}+{second}")
        );
        let mut tile = program.tile();
        tile.rows = 100;
        program.execute(&mut tile, |source, column| {
            let u: Vec<f64> = (0..100).map(|at| (f64::from(at) + 0.5) / 100.0).collect();
            program.sources[source].marginal.fill(&u, column);
        });
        let mut pairs: Vec<(f64, f64)> = (0..100)
            .map(|row| {
                (
                    tile.value(program.outputs[0], row),
                    tile.value(program.outputs[1], row),
                )
            })
            .collect();
        let all = pairs.len();
        pairs.dedup();
        assert_eq!(all, 100);
        pairs
    };
    assert_eq!(
        order("x", "y"),
        [(1.0, 30.0), (2.0, 40.0), (4.0, 10.0), (9.0, 20.0)]
    );
    assert_eq!(
        order("y", "x"),
        [(4.0, 10.0), (9.0, 20.0), (1.0, 30.0), (2.0, 40.0)]
    );
}

#[test]
fn a_file_is_read_once_a_call_and_listed() {
    let mut data = DataCache::default();
    let mut checked = |stem: &str| {
        let text = pairs("./tests/data/../data/pairs.csv");
        check_with(Source::new("data.toml", text), stem, &[], &mut data).unwrap()
    };
    let (one, two) = (checked("one"), checked("two"));
    assert!(Arc::ptr_eq(&marginal(&one, 1), &marginal(&two, 1)));
    assert_eq!(one.data[0].name, "tests/data/pairs.csv");
    let rows = |model: &Model| Arc::clone(&model.variants[0].rows[0].columns[1]);
    assert!(Arc::ptr_eq(&rows(&one), &rows(&two)));
}

/// The rows of a file are one player where inputs are exchanged: of a product of x y and an independent w the indices are those of a
/// product of two.
#[test]
fn exchanged_rows_have_the_indices_of_a_product_of_two() {
    let model =
        model(&pairs("tests/data/pairs.csv").replace("product + z", "product * (1 + z / 100)"));
    let plan = Plan {
        trials: 20_000,
        base: Some(65_536),
        measures: vec![Measure::Sobol, Measure::Shapley],
        automatic: false,
        ..Plan::of(&model)
    };
    let run = simulate(&[(model, plan)], None, &Unwatched, None)
        .unwrap()
        .runs
        .remove(0);
    let rows = &run.output("all").unwrap().sensitivity;
    // Of x · y the mean is 96 and the variance 3404; of w they are 3/2 and 1/12.
    let alone = [3404.0 * 1.5 * 1.5, 96.0 * 96.0 / 12.0];
    let both = 3404.0 / 12.0;
    let whole = alone[0] + alone[1] + both;
    let exact = |measure: &str, player: usize| {
        alone[player]
            + both
                * match measure {
                    "sobol_first" => 0.0,
                    "shapley" => 0.5,
                    _ => 1.0,
                }
    };
    for measure in ["sobol_first", "sobol_total", "shapley"] {
        for (player, input) in ["x+y", "z"].iter().enumerate() {
            let row = rows
                .iter()
                .find(|row| row.measure == measure && row.input == *input);
            let index = row.unwrap().estimate;
            let truth = exact(measure, player) / whole;
            assert!(
                distance(truth, index) < 5.0,
                "{measure} {input}: {index:?} for {truth}"
            );
            assert!(
                distance(1.1 * truth, index) > 5.0,
                "{measure} {input}: the twin"
            );
        }
    }
    let pair = rows
        .iter()
        .find(|row| row.measure == "sobol_second")
        .unwrap();
    assert!(distance(both / whole, pair.estimate) < 5.0, "{pair:?}");
    // What nothing depends on has no effect: zero, not a rounding.
    for row in rows.iter().filter(|row| row.input == "(dummy)") {
        assert_eq!(row.estimate.value, Some(0.0), "{row:?}");
    }
}
