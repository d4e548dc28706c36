//! What it is worth to know before a decision, against exact answers.

#![allow(
    clippy::disallowed_methods,
    reason = "the answers are computed on the machine at hand"
)]

use montecarbon::diagnostic::Source;
use montecarbon::model::{Model, check};
use montecarbon::pipeline::{Plan, RunError, Unwatched, simulate};
use montecarbon::report::SensitivityRow;
use montecarbon::report::decision::DecisionReport;
use montecarbon::sampler::Method;
use montecarbon::sensitivity::Measure;
use serde_json::Value;

fn checked(text: &str) -> Model {
    match check(Source::new("decision.toml", text), "decision", &[]) {
        Ok(model) => model,
        Err(complaints) => panic!("{text}\n{}", complaints[0].message),
    }
}

fn plan(sampler: Method, trials: u64, seed: u64) -> Plan {
    Plan {
        trials,
        seed,
        sampler,
        measures: vec![Measure::Evppi],
        ..Plan::default()
    }
}

fn decision(text: &str, plan: Plan) -> DecisionReport {
    let report = simulate(&[(checked(text), plan)], None, &Unwatched, None);
    let mut report = report.unwrap_or_else(|error| panic!("{error}"));
    report.decisions.remove(0)
}

fn row<'a>(report: &'a DecisionReport, input: &str) -> &'a SensitivityRow {
    let found = report.sensitivity.iter().find(|row| row.input == input);
    found.unwrap_or_else(|| panic!("no row {input}"))
}

/// The linear model of the references: benefits become losses, with an input that both alternatives share on top.
fn reference() -> (String, Value) {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/reference/sensitivity.json"
    );
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let models = all["models"].as_array().unwrap();
    let model = models.iter().find(|m| m["id"] == "evppi_lin3").unwrap();
    let mut text =
        String::from("[inputs]\nshared = { distribution = \"normal\", mean = 20, sd = 3 }\n");
    for (name, input) in model["inputs"].as_object().unwrap() {
        let (mean, sd) = (&input["mean"], &input["sd"]);
        text += &format!("{name} = {{ distribution = \"normal\", mean = {mean}, sd = {sd} }}\n");
    }
    let loss = |name: &str| {
        let benefit = model["decisions"][name].as_str().unwrap();
        format!("{{ loss = \"shared - ({benefit})\" }}")
    };
    text += &format!(
        "[formulas]\nloss = \"shared\"\n[outputs]\nloss = \"1\"\n[variants.d0]\nformulas = {}\n[variants.d1]\nformulas = {}\n[decision]\nminimise = \"loss\"\nvariants = [\"d0\", \"d1\"]\n",
        loss("d0"),
        loss("d1")
    );
    (text, model.clone())
}

/// What is further from the exact answers, moved by `shift`, than five standard errors; and how many were held against one.
fn far_off(shift: f64) -> (Vec<String>, usize) {
    let (text, exact) = reference();
    let mut far = Vec::new();
    let mut count = 0;
    for (sampler, least) in [
        (Method::Random, 2e-3),
        (Method::LatinHypercube, 2e-3),
        (Method::Sobol, 5e-5),
    ] {
        let report = decision(&text, plan(sampler, 1 << 20, 11));
        let mut check = |input: &str, truth: f64| {
            let estimate = row(&report, input).estimate;
            let (value, error) = (estimate.value.unwrap(), estimate.standard_error.unwrap());
            count += 1;
            // The error itself is as small as the sampler makes it.
            if (value - truth - shift).abs() > 5.0 * error || error > least {
                far.push(format!(
                    "{sampler:?} {input}: {value} ± {error} for {truth}"
                ));
            }
        };
        check("(all)", exact["evpi"].as_f64().unwrap());
        for (input, truth) in exact["evppi"].as_object().unwrap() {
            check(input, truth.as_f64().unwrap());
        }
    }
    (far, count)
}

#[test]
fn the_value_of_knowing_is_that_of_the_closed_form() {
    let (far, count) = far_off(0.0);
    assert!(far.is_empty(), "{far:#?}");
    assert_eq!(count, 12);
    // The twin: an answer that is off by two hundredths of the smallest.
    let (far, _) = far_off(0.0016);
    assert!(
        far.iter().filter(|line| line.starts_with("Sobol")).count() == 4,
        "{far:#?}"
    );
}

#[test]
fn what_all_alternatives_share_is_not_worth_knowing() {
    let (text, _) = reference();
    // Between alternatives that are the same on average too, where any noise would change the choice.
    for text in [text.clone(), text.replace("(1+1*x1", "(0+1*x1")] {
        for sampler in [Method::Random, Method::Sobol] {
            let report = decision(&text, plan(sampler, 1 << 18, 5));
            for input in ["(dummy)", "shared", "x1"] {
                let row = row(&report, input);
                let error = row.estimate.standard_error.unwrap();
                let nothing = row.estimate.value.unwrap().abs() <= 5.0 * error;
                assert_eq!(nothing, input != "x1", "{sampler:?} {row:?}");
                assert_eq!(row.resolved, input == "x1", "{sampler:?} {row:?}");
            }
        }
    }
}

/// Against something known that has 20: the loss is normal with mean 21 and sd 3, and only the shared input matters.
#[test]
fn a_threshold_is_an_alternative() {
    let text = "[inputs]\nx = { distribution = \"normal\", mean = 21, sd = 3 }\n[outputs]\nx = \"1\"\n[decision]\nminimise = \"x\"\nthreshold = 20\n";
    let report = decision(text, plan(Method::Sobol, 1 << 18, 3));
    let density = (-1.0_f64 / 18.0).exp() / std::f64::consts::TAU.sqrt();
    // s φ(m/s) − m Φ(−m/s); Φ(−1/3) to 16 digits.
    let exact = 3.0 * density - 0.369_441_340_181_763_6;
    for input in ["(all)", "x"] {
        let estimate = row(&report, input).estimate;
        let off = (estimate.value.unwrap() - exact).abs();
        assert!(
            off < 5.0 * estimate.standard_error.unwrap(),
            "{estimate:?} for {exact}"
        );
        assert!(off < 1e-3);
    }
    assert!(report.alternatives[1].chosen && report.alternatives[1].name == "(threshold)");
    assert!((report.alternatives[0].above.value.unwrap() - 1.0).abs() < 1e-4);
}

/// A coin decides which of two is better: knowing it is worth half of what is at stake, whatever the other input does.
#[test]
fn a_coin_that_decides() {
    let text = "[inputs]\ncoin = { distribution = \"bernoulli\", p = 0.25 }\nnoise = { distribution = \"uniform\", min = 0, max = 1 }\n[formulas]\ny = \"noise\"\n[outputs]\ny = \"1\"\n[variants.other]\nformulas = { y = \"noise + 1 - 2 * coin\" }\n[variants.third]\nformulas = { y = \"noise + 5\" }\n[decision]\nminimise = \"y\"\n";
    let report = decision(text, plan(Method::Random, 1 << 16, 3));
    for input in ["(all)", "coin"] {
        let estimate = row(&report, input).estimate;
        let off = (estimate.value.unwrap() - 0.25).abs();
        // Of the coin, whose classes are its sides, rounding alone.
        let far = 5.0 * estimate.standard_error.unwrap() + 1e-12;
        assert!(off <= far, "{estimate:?}");
    }
    assert!(report.alternatives[0].chosen);
    assert_eq!(report.alternatives[2].above.value, Some(5.0));
}

#[test]
fn a_choice_that_is_certain_leaves_nothing_to_know() {
    let text = "[inputs]\nx = { distribution = \"uniform\", min = 0, max = 1 }\n[outputs]\nx = \"1\"\n[decision]\nminimise = \"x\"\nthreshold = 2\n";
    let report = decision(text, plan(Method::Sobol, 1 << 14, 3));
    for input in ["(all)", "x", "(dummy)"] {
        assert_eq!(row(&report, input).estimate.value, Some(0.0));
        assert!(!row(&report, input).resolved);
    }
}

#[test]
fn without_a_decision_there_is_nothing_to_value() {
    let text =
        "[inputs]\nx = { distribution = \"uniform\", min = 0, max = 1 }\n[outputs]\nx = \"1\"\n";
    let plan = plan(Method::Sobol, 1 << 14, 3);
    let result = simulate(&[(checked(text), plan)], None, &Unwatched, None);
    assert!(matches!(result, Err(RunError::NoDecision { scenario }) if scenario == "decision"));
}

/// Knowing two of the inputs together: the closed form for pairs; and one group that is one input, as that input alone.
#[test]
fn groups_are_worth_what_they_are_together() {
    let (text, exact) = reference();
    for (pair, truth) in exact["evppi_pairs"].as_object().unwrap() {
        let (one, other) = pair.split_once(',').unwrap();
        let groups = format!("[groups]\nboth = [\"{one}\", \"{other}\"]\n[formulas]");
        let text = text.replacen("[formulas]", &groups, 1);
        let report = decision(&text, plan(Method::Sobol, 1 << 16, 7));
        let row = row(&report, "group:both");
        let (value, error) = (
            row.estimate.value.unwrap(),
            row.estimate.standard_error.unwrap(),
        );
        let truth = truth.as_f64().unwrap();
        assert!((value - truth).abs() < 5.0 * error, "{row:?} for {truth}");
        assert!(
            error < 0.002 && row.resolved && row.rank.is_none(),
            "{row:?}"
        );
        // The twin: the worth of one of the two alone.
        let alone = exact["evppi"][one].as_f64().unwrap();
        assert!((value - alone).abs() > 5.0 * error);
    }
    let groups = "[groups]\nlone = [\"x1\"]\n[formulas]";
    let report = decision(
        &text.replacen("[formulas]", groups, 1),
        plan(Method::Sobol, 1 << 16, 7),
    );
    let (group, alone) = (row(&report, "group:lone"), row(&report, "x1"));
    assert_eq!(group.estimate, alone.estimate);
}

/// An input of the group depends on one outside: what is held fixed would not leave the rest as it is.
#[test]
fn a_group_that_depends_on_others_is_not_valued() {
    let (text, _) = reference();
    let groups = "[groups]\nboth = [\"x1\", \"x2\"]\n[[correlations]]\ninputs = [\"x2\", \"x3\"]\nspearman = 0.5\n[formulas]";
    let report = decision(
        &text.replacen("[formulas]", groups, 1),
        plan(Method::Sobol, 1 << 14, 7),
    );
    assert_eq!(row(&report, "group:both").estimate.value, None);
    assert!(report.notes.iter().any(|note| note.contains("correlated")));
    assert!(row(&report, "x2").estimate.value.unwrap() > 0.0);
}
