//! Assertions against exact answers: what holds holds, what fails fails, and what lies on the bound is left open.

use montecarbon::diagnostic::Source;
use montecarbon::model::check;
use montecarbon::pipeline::{Against, Plan, alternatives, compare, simulate};
use montecarbon::report::assertions::{AssertionRow, Outcome};
use montecarbon::run::Unwatched;
use montecarbon::sampler::Method;

/// energy is uniform on 24 to 48 kWh; the longer variant has 5/4 of it, on the same draws; the other one draws its own.
const SCENARIO: &str = r#"
[inputs]
power = { distribution = "uniform", min = 1, max = 2, unit = "kW" }
hours = { value = 24, unit = "h" }

[formulas]
energy = "power * hours"

[outputs]
energy = "kWh"
hours = "h"

[variants.longer]
inputs = { hours = { value = 30, unit = "h" } }

[variants."other draw"]
inputs = { power = { distribution = "uniform", min = 1, max = 3, unit = "kW" } }
"#;

fn rows(assertions: &[(&str, &str)], method: Method, trials: u64) -> Vec<(String, AssertionRow)> {
    let mut text = SCENARIO.to_owned();
    for (that, variant) in assertions {
        text.push_str(&format!("[[assert]]\nthat = \"{that}\"\n{variant}\n"));
    }
    let model = check(Source::new("test.toml", text), "test", &[]).expect("no complaint");
    let plan = Plan {
        trials,
        sampler: method,
        measures: Vec::new(),
        automatic: false,
        ..Plan::of(&model)
    };
    let report = simulate(&[(model, plan)], None, &Unwatched, None).expect("a run");
    let of_run = |run: &montecarbon::report::RunReport| {
        let rows = run.assertions.iter();
        let named = rows.map(|row| (run.variant.clone(), row.clone()));
        named.collect::<Vec<_>>()
    };
    report.runs.iter().flat_map(of_run).collect()
}

/// Assertions of the scenario as written with the exact number they are about, in the bound's unit.
const EXACT: &[(&str, &str, f64)] = &[
    ("mean(energy)", "kWh", 36.0),
    ("median(energy)", "kWh", 36.0),
    ("p95(energy)", "kWh", 46.8),
    ("q0.1(energy)", "Wh", 26_400.0),
    ("sd(energy)", "kWh", 6.928_203_230_275_509),
    ("cv(energy)", "%", 19.245_008_972_987_524),
    ("interval_low(energy)", "kWh", 24.6),
    ("interval_high(energy)", "MWh", 0.0474),
    ("P(energy > 30 kWh)", "%", 75.0),
    ("P(energy >= 30 kWh)", "", 0.75),
    ("P(energy < 30000 Wh)", "", 0.25),
    ("P(energy <= 42 kWh)", "", 0.75),
    // Uniform on [1, 2] below uniform on [1, 3]: 3/4.
    ("P(energy: base < other draw)", "", 0.75),
    ("P(energy: base >= other draw)", "", 0.25),
    ("P(energy: other draw > base)", "%", 75.0),
    ("P(energy: other draw <= base)", "", 0.25),
];

#[test]
fn what_holds_holds_and_what_fails_fails() {
    for method in [Method::Random, Method::LatinHypercube, Method::Sobol] {
        let mut assertions = Vec::new();
        let mut expected = Vec::new();
        for (about, unit, exact) in EXACT {
            for (sign, factor, outcome) in [
                ("<", 1.1, Outcome::Holds),
                ("<=", 0.9, Outcome::Fails),
                (">", 1.1, Outcome::Fails),
                (">=", 0.9, Outcome::Holds),
            ] {
                assertions.push(format!("{about} {sign} {} {unit}", exact * factor));
                expected.push(outcome);
            }
        }
        let assertions: Vec<(&str, &str)> = assertions
            .iter()
            .map(|that| {
                (
                    that.trim_end(),
                    if that.contains(':') {
                        ""
                    } else {
                        "variant = \"base\""
                    },
                )
            })
            .collect();
        let rows = rows(&assertions, method, 20_000);
        assert_eq!(rows.len(), assertions.len());
        for ((that, _), outcome) in assertions.iter().zip(expected) {
            let found = rows.iter().find(|(_, row)| row.that == *that);
            let (_, row) = found.unwrap_or_else(|| panic!("{that} is missing"));
            assert_eq!(row.outcome, outcome, "{method:?} {row:?}");
            // The number itself, five of its standard errors around the exact one: in the unit of the row.
            let error = row.estimate.standard_error.expect("an error");
            let (_, _, exact) = EXACT
                .iter()
                .find(|(about, ..)| that.starts_with(about))
                .expect("an answer");
            let factor = row.bound
                / that
                    .rsplit_once(['<', '>', '='])
                    .expect("a bound")
                    .1
                    .trim()
                    .split(' ')
                    .next()
                    .expect("a number")
                    .parse::<f64>()
                    .expect("a number");
            let off = (row.estimate.value.expect("a value") - exact * factor).abs();
            assert!(off <= 5.0 * error + 1e-9, "{method:?} {row:?}");
        }
    }
}

#[test]
fn what_lies_on_the_bound_is_left_open() {
    let assertions: Vec<String> = EXACT
        .iter()
        .map(|(about, unit, exact)| format!("{about} < {exact} {unit}").trim_end().to_owned())
        .collect();
    let assertions: Vec<(&str, &str)> = assertions.iter().map(|that| (that.as_str(), "")).collect();
    let rows = rows(&assertions, Method::Random, 4000);
    let mut open = 0;
    for (variant, row) in rows.iter().filter(|(variant, _)| variant == "base") {
        open += usize::from(row.outcome == Outcome::NotResolved);
        // More trials by the square of how much nearer the limits must come.
        if let (Some(more), Some(value), Some([low, high])) =
            (row.more, row.estimate.value, row.limits)
        {
            let half = if row.bound > value {
                high - value
            } else {
                value - low
            };
            let needed = half / (row.bound - value);
            let needed = needed * needed;
            assert!(
                more >= needed * 0.99 && more <= needed + 1.01,
                "{variant} {row:?}"
            );
        }
    }
    // 95 % limits miss the exact number now and then: of 14 at most 5, but for one time in 3000 (seed fixed).
    assert!(open >= 9, "{open}");
}

#[test]
fn what_is_exact_is_told_exactly() {
    let rows = rows(
        &[
            ("mean(hours) < 24 h", "variant = \"base\""),
            ("mean(hours) <= 24 h", "variant = \"base\""),
            ("sd(hours) <= 0", "variant = [\"base\", \"longer\"]"),
            ("P(hours > 29 h) > 0.5", ""),
            ("P(energy: base < longer) >= 100 %", ""),
            ("P(hours: longer < base) > 0", ""),
            ("P(energy >= 24 kWh) > 99.9 %", "variant = \"base\""),
        ],
        Method::Sobol,
        20_000,
    );
    let outcome = |variant: &str, that: &str| {
        let mut rows = rows.iter();
        let found = rows.find(|(name, row)| name == variant && row.that.starts_with(that));
        found
            .unwrap_or_else(|| panic!("{variant} {that}"))
            .1
            .outcome
    };
    use Outcome::{Fails, Holds, NotResolved};
    assert_eq!(outcome("base", "mean(hours) < 24 h"), Fails);
    assert_eq!(outcome("base", "mean(hours) <= 24 h"), Holds);
    assert_eq!(outcome("base", "sd(hours)"), Holds);
    assert_eq!(outcome("longer", "sd(hours)"), Holds);
    assert_eq!(outcome("base", "P(hours > 29 h)"), Fails);
    assert_eq!(outcome("longer", "P(hours > 29 h)"), Holds);
    assert_eq!(outcome("longer", "P(hours: longer < base)"), Fails);
    // Every trial of 20,000 is below, but no number of trials shows that all are.
    assert_eq!(outcome("base", "P(energy: base < longer)"), NotResolved);
    assert_eq!(outcome("base", "P(energy >= 24 kWh)"), Holds);
    assert!(
        !rows
            .iter()
            .any(|(name, row)| name == "other draw" && row.that.starts_with("sd"))
    );
}

/// The twin: the same bound with a fault planted in the scenario is caught.
#[test]
fn a_budget_that_is_exceeded_is_caught() {
    let that = "p95(energy) < 47 kWh";
    let rows = rows(&[(that, "")], Method::Sobol, 20_000);
    let outcomes: Vec<_> = rows
        .iter()
        .map(|(variant, row)| (variant.as_str(), row.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("base", Outcome::Holds),
            ("longer", Outcome::Fails),
            ("other draw", Outcome::Fails)
        ]
    );
}

/// `compare` looks at the assertions that are about two of its alternatives, with the same number as `run`; of the rest it says that there
/// are some.
#[test]
fn a_comparison_looks_at_what_is_asserted_of_two_alternatives() {
    let orders = [
        "P(energy: base < other draw) > 0.7",
        "P(energy: base < other draw) > 0.8",
    ];
    let asserted: Vec<(&str, &str)> = orders
        .iter()
        .map(|that| (*that, ""))
        .chain([
            ("mean(energy) > 1 kWh", ""),
            ("P(energy: base < longer) > 0.9", ""),
        ])
        .collect();
    let mut text = SCENARIO.to_owned();
    for (that, _) in &asserted {
        text.push_str(&format!("[[assert]]\nthat = \"{that}\"\n"));
    }
    let model = check(Source::new("test.toml", text), "test", &[]).expect("no complaint");
    let plan = Plan {
        trials: 20_000,
        sampler: Method::Random,
        measures: Vec::new(),
        automatic: false,
        ..Plan::of(&model)
    };
    let chosen = ["base".to_owned(), "other draw".to_owned()];
    let places = alternatives(std::slice::from_ref(&model), Some(&chosen));
    let report =
        compare(&[model], &places, Against::Baseline(0), &plan, &Unwatched).expect("a run");
    let comparison = report.comparison.expect("a comparison");
    let by_run = rows(&asserted, Method::Random, 20_000);
    let found: Vec<(&str, Outcome)> = comparison
        .assertions
        .iter()
        .map(|(_, row)| (row.that.as_str(), row.outcome))
        .collect();
    let expected = orders.into_iter().zip([Outcome::Holds, Outcome::Fails]);
    assert_eq!(found, expected.collect::<Vec<_>>());
    for (of, row) in &comparison.assertions {
        let same = by_run.iter().find(|(_, other)| other.that == row.that);
        assert_eq!(same.expect("the same").1.estimate, row.estimate);
        assert_eq!(of.variant, "base");
    }
    let left = "2 of 4 assertions are not about two of these alternatives";
    assert!(
        report.notes.iter().any(|note| note.contains(left)),
        "{:?}",
        report.notes
    );
}
