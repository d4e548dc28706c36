//! Alternatives held against each other: exact answers where what is shared and what is not decides them, and the very trials of
//! plain runs.

#![allow(
    clippy::disallowed_methods,
    reason = "a test compares numbers, it does not print them"
)]

use montecarbon::diagnostic::Source;
use montecarbon::model::{Model, check, draw_apart};
use montecarbon::pipeline::{
    Against, Encoder, Plan, TrialSink, Unwatched, alternatives, compare, simulate,
};
use montecarbon::report::comparison::{ComparedOutput, ComparisonReport};
use montecarbon::report::{Report, csv::Csv};
use montecarbon::report::{Writer as _, comparison, ranks};
use montecarbon::run::with_threads;
use montecarbon::sampler::Method;
use montecarbon::sensitivity::Measure;
use montecarbon::statistic::Estimate;
use std::io;
use std::sync::{Arc, Mutex};

const SUMS: &str = r#"
[inputs]
common = { distribution = "normal", mean = 100, sd = 15, unit = "kg" }
own    = { distribution = "normal", mean = 12, sd = 4, unit = "kg" }

[formulas]
total = "common + own"

[outputs]
total = "kg"

[variants.other]
inputs = { own = { distribution = "normal", mean = 10, sd = 3, unit = "kg" } }

[variants."same quantile"]
inputs = { own = { distribution = "normal", mean = 10, sd = 3, unit = "kg", draws = "shared" } }

[variants.same]
description = "nothing is different"
"#;

const PRODUCTS: &str = r#"
[inputs]
energy = { distribution = "lognormal", median = 96, gsd = 2, unit = "kWh/day" }
grid   = { distribution = "lognormal", median = 240, gsd = 1.2, unit = "gCO2e/kWh" }

[formulas]
emissions = "energy * grid"

[outputs]
emissions = "kgCO2e/day"

[variants.other]
inputs = { grid = { distribution = "lognormal", median = 300, gsd = 1.3, unit = "gCO2e/kWh" } }
"#;

fn model(stem: &str, text: &str) -> Model {
    check(Source::new(format!("{stem}.toml"), text), stem, &[]).expect("a model")
}

fn plan(sampler: Method, trials: u64) -> Plan {
    Plan {
        trials,
        sampler,
        seed: 20_221_205,
        measures: Vec::new(),
        ..Plan::default()
    }
}

fn report_of(mut models: Vec<Model>, against: Against, plan: &Plan) -> Report {
    draw_apart(&mut models);
    let places = alternatives(&models, None);
    compare(&models, &places, against, plan, &Unwatched).expect("compared")
}

fn compared(models: Vec<Model>, plan: &Plan) -> ComparisonReport {
    let report = report_of(models, Against::Baseline(0), plan);
    report.comparison.expect("a comparison")
}

fn output(found: &ComparisonReport, pair: usize) -> &ComparedOutput {
    &found.pairs[pair].outputs[0]
}

fn number(output: &ComparedOutput, quantity: &str, statistic: &str) -> Estimate {
    *output
        .estimate(quantity, statistic)
        .unwrap_or_else(|| panic!("no {quantity} {statistic}"))
}

/// Which numbers are farther than five standard errors from the exact ones.
fn far(output: &ComparedOutput, exact: &[(&str, &str, f64)]) -> Vec<String> {
    exact
        .iter()
        .filter_map(|&(quantity, statistic, exact)| {
            let found = number(output, quantity, statistic);
            let (value, error) = (found.value?, found.standard_error?);
            let z = (value - exact) / (error + 1e-13 * exact.abs());
            (z.abs() > 5.0)
                .then(|| format!("{quantity} {statistic}: {value} ± {error}, not {exact}"))
        })
        .collect()
}

// Φ(0.4), and the 97.5 % point of the standard normal distribution.
const PHI_0_4: f64 = 0.655_421_741_610_324_2;
const NORMAL_975: f64 = 1.959_963_984_540_054;

/// a − b = N(10, 3) − N(12, 4): what both share falls out.
const SUMS_EXACT: [(&str, &str, f64); 6] = [
    ("difference", "mean", -2.0),
    ("difference", "sd", 5.0),
    ("difference", "median", -2.0),
    ("difference", "interval_low", -2.0 - 5.0 * NORMAL_975),
    ("difference", "interval_high", -2.0 + 5.0 * NORMAL_975),
    ("order", "p_a_below_b", PHI_0_4),
];

#[test]
fn a_difference_of_normals_is_exact() {
    for sampler in [Method::Random, Method::LatinHypercube, Method::Sobol] {
        let found = compared(vec![model("sums", SUMS)], &plan(sampler, 200_000));
        let wrong = far(output(&found, 0), &SUMS_EXACT);
        assert!(wrong.is_empty(), "{sampler:?}: {wrong:?}");
        assert_eq!(found.pairs[0].shared, ["common"]);
        assert_eq!(found.pairs[0].apart, ["own"]);
        // At one quantile the two differ by N(−2, 1): P(a < b) = Φ(2).
        let exact = [
            ("difference", "mean", -2.0),
            ("difference", "sd", 1.0),
            ("order", "p_a_below_b", 0.977_249_868_051_820_8),
        ];
        let wrong = far(output(&found, 1), &exact);
        assert!(wrong.is_empty(), "{sampler:?}: {wrong:?}");
        assert_eq!(found.pairs[1].same_quantile, ["own"]);
        let same = output(&found, 2);
        assert_eq!(number(same, "order", "p_equal").value, Some(1.0));
        assert_eq!(number(same, "difference", "sd").value, Some(0.0));
        assert!(same.verdict.contains("equal in every trial"));
    }
}

#[test]
fn a_ratio_of_lognormals_is_exact() {
    let (ln_a, ln_b) = (1.3_f64.ln(), 1.2_f64.ln());
    let sigma = ln_a.hypot(ln_b);
    let exact = [
        ("ratio", "median", 1.25),
        ("ratio", "mean", 1.25 * (sigma * sigma / 2.0).exp()),
        ("ratio", "interval_low", 1.25 * (-sigma * NORMAL_975).exp()),
        ("ratio", "interval_high", 1.25 * (sigma * NORMAL_975).exp()),
        // The mean of energy is its median times exp(σ²/2).
        (
            "difference",
            "mean",
            0.096
                * (2.0_f64.ln().powi(2) / 2.0).exp()
                * (300.0 * (ln_a * ln_a / 2.0).exp() - 240.0 * (ln_b * ln_b / 2.0).exp()),
        ),
    ];
    for sampler in [Method::Random, Method::Sobol] {
        let found = compared(vec![model("products", PRODUCTS)], &plan(sampler, 200_000));
        let wrong = far(output(&found, 0), &exact);
        assert!(wrong.is_empty(), "{sampler:?}: {wrong:?}");
    }
}

#[test]
fn what_is_taken_for_shared_and_is_not_is_caught() {
    // The twin: the same model with the common input drawn twice, independently, must fail.
    let apart = SUMS.replace(
        "[variants.other]\ninputs = { own",
        "[variants.other]\ninputs = { common = { distribution = \"normal\", mean = 100, sd = 15.001, unit = \"kg\" }, own",
    );
    let found = compared(vec![model("sums", &apart)], &plan(Method::Sobol, 200_000));
    let wrong = far(output(&found, 0), &SUMS_EXACT);
    assert!(wrong.len() >= 4, "{wrong:?}");
    // And a difference one per cent off.
    let found = compared(vec![model("sums", SUMS)], &plan(Method::Sobol, 200_000));
    let shifted =
        SUMS_EXACT.map(|(quantity, statistic, exact)| (quantity, statistic, 1.01 * exact));
    assert!(far(output(&found, 0), &shifted).len() >= 5);
}

#[test]
fn pairing_takes_away_the_variance_that_is_shared() {
    // 225 of 241 and 234: more than 90 % of either variance is shared.
    let plan = plan(Method::Random, 100_000);
    let of_model = model("sums", SUMS);
    let runs = simulate(&[(of_model.clone(), plan.clone())], None, &Unwatched, None).expect("run");
    let error = |run: usize| {
        let mean = runs.runs[run].outputs[0].statistic("mean").expect("a mean");
        mean.standard_error.expect("an error").powi(2)
    };
    let sd = |run: usize| {
        let sd = runs.runs[run].outputs[0].statistic("sd").expect("an sd");
        sd.value.expect("a value").powi(2)
    };
    let found = compared(vec![of_model], &plan);
    let paired = output(&found, 0);
    let of_difference = number(paired, "difference", "sd")
        .value
        .expect("a value")
        .powi(2);
    assert!((sd(0) + sd(1)) / of_difference >= 9.0);
    let error_of_difference = number(paired, "difference", "mean")
        .standard_error
        .expect("one");
    // The errors are themselves known to an eighth of them or so.
    assert!((error(0) + error(1)) / error_of_difference.powi(2) >= 5.0);
    assert!((error_of_difference / (5.0 / 100_000_f64.sqrt()) - 1.0).abs() < 0.6);
}

#[test]
fn files_share_what_they_define_alike() {
    let plan = plan(Method::Sobol, 50_000);
    let alike = SUMS
        .split("[variants.")
        .next()
        .expect("the base")
        .to_owned();
    let found = compared(vec![model("one", &alike), model("two", &alike)], &plan);
    assert_eq!(
        number(output(&found, 0), "order", "p_equal").value,
        Some(1.0)
    );
    assert_eq!(found.pairs[0].shared, ["common", "own"]);
    // Another definition of the same name is another quantity, wherever it stands.
    let other = alike.replace("mean = 12, sd = 4", "mean = 10, sd = 3");
    let found = compared(vec![model("one", &alike), model("two", &other)], &plan);
    let wrong = far(output(&found, 0), &SUMS_EXACT);
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(found.pairs[0].apart, ["own"]);
    let shared = other.replace("sd = 3", "draws = \"shared\", sd = 3");
    let found = compared(vec![model("one", &alike), model("two", &shared)], &plan);
    let wrong = far(output(&found, 0), &[("difference", "sd", 1.0)]);
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn three_alike_and_independent_have_every_rank_equally_often() {
    let text = SUMS
        .split("[variants.")
        .next()
        .expect("the base")
        .to_owned();
    let own = "distribution = \"normal\", mean = 12, unit = \"kg\"";
    // An sd that differs in the tenth digit makes another quantity.
    let text = format!(
        "{text}\n[variants.b]\ninputs = {{ own = {{ {own}, sd = 4.000000001 }} }}\n[variants.c]\ninputs = {{ own = {{ {own}, sd = 4.000000002 }} }}\n"
    );
    let found = compared(vec![model("ranks", &text)], &plan(Method::Random, 100_000));
    assert_eq!(found.ranks.len(), 9);
    for row in &found.ranks {
        let (value, error) = (row.probability.value, row.probability.standard_error);
        let z = (value.expect("a value") - 1.0 / 3.0) / error.expect("an error");
        assert!(z.abs() < 5.0, "{row:?}");
    }
    for of_one in found.ranks.chunks(3) {
        let sum: f64 = of_one.iter().filter_map(|row| row.probability.value).sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }
}

/// Correlated inputs, each an output.
const COUPLED: &str = r#"
[inputs]
pue  = { distribution = "normal", mean = 10, sd = 1 }
grid = { distribution = "normal", mean = 10, sd = 1 }
[[correlations]]
inputs   = ["pue", "grid"]
gaussian = 0.8
[formulas]
of_grid = "grid * 1"
of_pue  = "pue * 1"
[outputs]
of_grid = "1"
of_pue  = "1"
"#;

/// An input that stays is drawn once, also where another one of its group is replaced, becomes a number, or is swept over; where that
/// cannot be, it is not called shared.
#[test]
fn what_stays_of_correlated_inputs_is_drawn_once() {
    for (more, pairs) in [
        (
            "[variants.other]\ninputs = { pue = { distribution = \"uniform\", min = 5, max = 15 } }\n",
            1,
        ),
        ("[variants.other]\ninputs = { pue = 7 }\n", 1),
        ("[sweep]\n\"inputs.pue\" = [1, 2]\n", 2),
    ] {
        let model = model("coupled", &format!("{COUPLED}{more}"));
        let found = compared(vec![model], &plan(Method::Sobol, 20_000));
        for pair in &found.pairs {
            let equal = number(&pair.outputs[0], "order", "p_equal");
            assert_eq!(
                equal.value,
                Some(1.0),
                "{more}: {}",
                pair.outputs[0].verdict
            );
            assert!(pair.shared.contains(&"grid".to_owned()) && pair.in_part.is_empty());
        }
        assert_eq!(found.pairs.len(), pairs, "{more}");
    }
    let more = "[[variants.other.correlations]]\ninputs = [\"pue\", \"grid\"]\ngaussian = -0.2\n";
    let found = compared(
        vec![model("coupled", &format!("{COUPLED}{more}"))],
        &plan(Method::Sobol, 20_000),
    );
    let pair = &found.pairs[0];
    assert_eq!(
        (&pair.shared[..], &pair.in_part[..]),
        (&["pue".to_owned()][..], &["grid".to_owned()][..])
    );
    assert!(number(&pair.outputs[0], "order", "p_equal").value < Some(1.0));
}

/// The same number worked out in another order is no difference that anything could drive.
#[test]
fn roundings_are_no_difference() {
    let text = r#"
[inputs]
power = { distribution = "uniform", min = 1, max = 2, unit = "kW" }
time  = { distribution = "uniform", min = 1, max = 2, unit = "day" }
grid  = { distribution = "lognormal", median = 200, gsd = 1.3, unit = "gCO2e/kWh" }
[formulas]
emissions = "power * time * grid"
[outputs]
emissions = "kgCO2e"
[variants.rewritten]
formulas = { emissions = "grid * power * time" }
[variants.more]
formulas = { emissions = "grid * power * time * 1.000001" }
"#;
    let mut plan = plan(Method::Sobol, 20_000);
    plan.measures = vec![Measure::Spearman];
    let found = compared(vec![model("rounded", text)], &plan);
    let [rounded, more] = [0, 1].map(|pair| output(&found, pair));
    assert!(
        rounded.same && rounded.sensitivity.is_empty(),
        "{rounded:?}"
    );
    assert!(
        rounded.verdict.contains("but for roundings"),
        "{}",
        rounded.verdict
    );
    assert!(!more.same && !more.sensitivity.is_empty());
}

#[test]
fn a_baseline_that_can_be_zero_has_a_difference_and_no_ratio() {
    let text = r#"
[inputs]
x = { distribution = "discrete", values = [0, 1], unit = "kg" }
y = { distribution = "uniform", min = 1, max = 2, unit = "kg" }
[formulas]
total = "x"
[outputs]
total = "kg"
[variants.other]
formulas = { total = "x + y" }
"#;
    let report = report_of(
        vec![model("zero", text)],
        Against::Baseline(0),
        &plan(Method::Sobol, 10_000),
    );
    assert!(
        report
            .notes
            .iter()
            .any(|note| note.contains("ratio") && note.contains("not finite"))
    );
    let found = report.comparison.expect("a comparison");
    let output = output(&found, 0);
    assert_eq!(number(output, "ratio", "mean"), Estimate::unavailable());
    assert!(far(output, &[("difference", "mean", 1.5)]).is_empty());
    assert_eq!(number(output, "order", "p_a_below_b").value, Some(0.0));
}

/// What comes of each trial, variant by variant.
#[derive(Default)]
struct Kept(Arc<Mutex<Vec<Vec<f64>>>>);

impl TrialSink for Kept {
    fn begin(
        &mut self,
        _: &str,
        _: &str,
        columns: &[(String, &'static str, String)],
    ) -> io::Result<Encoder> {
        let at = columns
            .iter()
            .position(|column| column.1 == "output")
            .expect("an output");
        self.0.lock().expect("a lock").push(Vec::new());
        Ok(Box::new(move |_, _, columns| {
            columns[at]
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect()
        }))
    }

    fn block(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        let values = bytes
            .chunks_exact(8)
            .map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight bytes")));
        let mut kept = self.0.lock().expect("a lock");
        kept.last_mut().expect("a variant").extend(values);
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Trial by trial they are the trials of plain runs: also where correlations, shares and quantiles are shared or are not.
#[test]
fn the_trials_are_those_of_plain_runs() {
    let text = r#"
[inputs]
load = { distribution = "lognormal", median = 10, gsd = 1.5, unit = "kWh/day" }
pue  = { distribution = "uniform", min = 1.1, max = 1.4 }
grid = { distribution = "triangular", min = 169, mode = 241, max = 351, unit = "gCO2e/kWh" }

[shares.mix]
mean = { old = 0.3, new = 0.7 }
concentration = 20

[[correlations]]
inputs   = ["load", "pue"]
spearman = 0.7

[formulas]
emissions = "load * pue * grid * (mix_old + 0.5 * mix_new)"

[outputs]
emissions = "kgCO2e/day"

[variants.against]
correlations = [{ inputs = ["load", "pue"], spearman = -0.7 }]

[variants.redefined]
inputs = { pue = { distribution = "uniform", min = 1.0, max = 1.2 } }

[variants.quantile]
inputs = { load = { distribution = "lognormal", median = 11, gsd = 1.4, unit = "kWh/day", draws = "shared" } }

[sweep]
"inputs.grid.mode" = [200, 300]
"#;
    for sampler in [Method::Random, Method::LatinHypercube, Method::Sobol] {
        let plan = plan(sampler, 20_000);
        let model = model("trials", text);
        let mut kept = Kept::default();
        simulate(
            &[(model.clone(), plan.clone())],
            None,
            &Unwatched,
            Some(&mut kept),
        )
        .expect("run");
        let trials = std::mem::take(&mut *kept.0.lock().expect("a lock"));
        let found = compared(vec![model], &plan);
        assert_eq!(found.pairs.len(), 5);
        for (at, of_a) in trials.iter().skip(1).enumerate() {
            let differences: Vec<f64> = of_a.iter().zip(&trials[0]).map(|(a, b)| a - b).collect();
            let n = differences.len() as f64;
            let mean = differences.iter().sum::<f64>() / n;
            let squares: f64 = differences.iter().map(|d| (d - mean).powi(2)).sum();
            let below = differences.iter().filter(|d| **d < 0.0).count() as f64 / n;
            for (quantity, statistic, exact) in [
                ("difference", "mean", mean),
                ("difference", "sd", (squares / (n - 1.0)).sqrt()),
                ("order", "p_a_below_b", below),
            ] {
                let value = number(output(&found, at), quantity, statistic)
                    .value
                    .expect("one");
                assert!(
                    (value - exact).abs() < 1e-11 * exact.abs().max(1e-3),
                    "{sampler:?} {at} {statistic}: {value}, not {exact}"
                );
            }
        }
    }
}

/// What must be said of an alternative is said whether its drivers are asked for or not.
#[test]
fn notes_of_the_alternatives_are_told_once() {
    let text = "[inputs]\nx = { distribution = \"normal\", mean = 9, sd = 1, truncate = [8, inf] }\n\
                y = { distribution = \"uniform\", min = 1, max = 2 }\n[formulas]\nz = \"x * y\"\n[outputs]\nz = \"1\"\n\
                [[correlations]]\ninputs = [\"x\", \"y\"]\nspearman = 0.5\n[variants.fixed]\ninputs = { y = { value = 2 } }\n\
                [variants.other.inputs]\nx = { distribution = \"normal\", mean = 10, sd = 1, truncate = [8, inf] }\n";
    for automatic in [true, false] {
        let plan = Plan {
            automatic,
            ..plan(Method::Sobol, 1000)
        };
        let notes = report_of(vec![model("plain", text)], Against::Baseline(0), &plan).notes;
        let told = |words: &str| notes.iter().filter(|note| note.contains(words)).count();
        assert_eq!(
            told("1,000 trials were asked for and 1,024 run"),
            1,
            "{notes:?}"
        );
        assert_eq!(
            told("truncation removed 15.9 % of the mass of x"),
            1,
            "{notes:?}"
        );
        assert_eq!(told("of the mass of"), 2, "{notes:?}");
        // By the names that the inputs have in their files.
        assert_eq!(
            told("rank correlation"),
            told("rank correlation x–y: asked 0.5"),
            "{notes:?}"
        );
        assert!(told("rank correlation") > 0, "{notes:?}");
        assert_eq!(
            told("plain / fixed: the correlation of x and y has no place in fixed"),
            1,
            "{notes:?}"
        );
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let bytes = |threads| {
        let plan = plan(Method::Sobol, 100_000);
        let report = with_threads(Some(threads), || {
            report_of(vec![model("sums", SUMS)], Against::Earlier, &plan)
        });
        let mut bytes = Vec::new();
        Csv(&comparison::TABLE)
            .write(&report, &mut bytes)
            .expect("written");
        Csv(&ranks::TABLE)
            .write(&report, &mut bytes)
            .expect("written");
        bytes
    };
    let one = bytes(1);
    assert!(one.len() > 1000);
    assert_eq!(one, bytes(3));
}

/// The rows of a measure of the difference of the first output: input, value, standard error, rank.
fn drivers(
    found: &ComparisonReport,
    pair: usize,
    measure: &str,
) -> Vec<(String, f64, f64, Option<u32>)> {
    let rows = output(found, pair).sensitivity.iter();
    rows.filter(|row| row.measure == measure && row.input != "(dummy)")
        .map(|row| {
            let value = row.estimate.value.expect("a value");
            (
                row.input.clone(),
                value,
                row.estimate.standard_error.unwrap_or(0.0),
                row.rank,
            )
        })
        .collect()
}

#[test]
fn what_drives_a_difference_is_not_what_drives_the_totals() {
    // 12 + 4 z against 10 + 3 z′ beside 100 + 15 z″ in both: the variance of the difference is 16 + 9, of which the common part,
    // 225/241 of the variance of the total, has nothing. At one quantile the difference is 2 + z, all of one input.
    let apart = [
        ("own", 16.0 / 25.0),
        ("other/own", 9.0 / 25.0),
        ("common", 0.0),
    ];
    let one = [("own", 1.0), ("common", 0.0)];
    for sampler in [Method::Random, Method::LatinHypercube, Method::Sobol] {
        let plan = Plan {
            automatic: true,
            measures: vec![Measure::Spearman, Measure::GivenData],
            ..plan(sampler, 100_000)
        };
        let found = compared(vec![model("sums", SUMS)], &plan);
        for measure in ["sobol_first", "sobol_total", "first_order_given_data"] {
            for (pair, exact) in [(0, &apart[..]), (1, &one[..])] {
                let rows = drivers(&found, pair, measure);
                assert_eq!(
                    rows.len(),
                    exact.len(),
                    "{sampler:?} {measure}: each input once"
                );
                for (name, exact) in exact {
                    let row = rows.iter().find(|row| row.0 == *name).expect("a row");
                    let far = (row.1 - exact).abs() > 5.0 * row.2 + 0.005;
                    assert!(
                        !far,
                        "{sampler:?} {measure} of {name}: {row:?}, not {exact}"
                    );
                    // The twin: by the share that it has of the total, the common part would be found.
                    assert!((row.1 - 225.0 / 241.0).abs() > 5.0 * row.2 + 0.005);
                }
                let mut ranks: Vec<_> = rows.iter().filter_map(|row| row.3).collect();
                ranks.sort_unstable();
                let expected: Vec<u32> = (1..=ranks.len() as u32).collect();
                assert_eq!(ranks, expected, "{sampler:?} {measure}");
            }
        }
        // What is the same in every trial is driven by nothing.
        assert!(output(&found, 2).sensitivity.is_empty());
    }
}

/// What differs may be of one kind in the one and of the other kind in the other.
#[test]
fn a_difference_says_when_it_mixes_the_two_kinds() {
    let one = |kind: &str| {
        let text = format!(
            "[inputs]\nx = {{ distribution = \"uniform\", min = 1, max = 2, kind = \"{kind}\" }}\n[outputs]\nx = \"1\"\n"
        );
        move |stem: &str| model(stem, &text)
    };
    let (unknown, varying) = (one("uncertainty"), one("variability"));
    let mixes = |a: Model, b: Model| compared(vec![a, b], &plan(Method::Random, 1_000)).mixes_kinds;
    assert!(mixes(unknown("a"), varying("b")));
    assert!(!mixes(unknown("a"), unknown("b")));
    assert!(!mixes(varying("a"), varying("b")));
}
