//! Where observed values lie: exact shares on outputs with atoms, one-sided limits beyond the ends, units, variants.

use montecarbon::diagnostic::Source;
use montecarbon::model::check;
use montecarbon::pipeline::{Plan, Unwatched, simulate};
use montecarbon::report::{ObservedRow, Report};
use montecarbon::sampler::Method;

fn run(text: &str) -> Report {
    let model = check(Source::new("test.toml", text), "test", &[]).expect("accepted");
    let plan = Plan {
        trials: 100_000,
        seed: 1,
        sampler: Method::Random,
        replicates: None,
        level: 0.9,
        quantiles: vec![0.5],
        measures: Vec::new(),
        stopping: None,
        automatic: false,
        base: None,
        nested: None,
        allow_nonfinite: false,
        distributions: false,
    };
    simulate(&[(model, plan)], None, &Unwatched, None).expect("a report")
}

fn rows(report: &Report, variant: usize) -> &[ObservedRow] {
    &report.runs[variant].outputs[0].observed
}

const DIE: &str = r#"
[inputs]
die = { distribution = "discrete", values = [1, 2, 3, 4, 5, 6], unit = "kWh", source = "the same die" }
[formulas]
sum = "die"
[outputs]
sum = "Wh"
[[observed]]
name = "three"
output = "sum"
value = 3
unit = "kWh"
source = "the same die"
[[observed]]
name = "between"
output = "sum"
interval = [2.5, 3.5]
unit = "kWh"
[[observed]]
name = "beyond"
output = "sum"
value = 7
unit = "kWh"
variant = "base"
[variants.fixed]
inputs.die = 3
"#;

#[test]
fn half_of_an_atom_lies_below_its_own_value() {
    let report = run(DIE);
    let [three, between, beyond] = rows(&report, 0) else {
        panic!("three rows")
    };
    let share = |row: &ObservedRow, end: usize| row.below[end].value.expect("a share");
    let error = |row: &ObservedRow| row.below[0].standard_error.expect("an error");
    assert_eq!(three.band, [3000.0, 3000.0]);
    assert!((share(three, 0) - 2.5 / 6.0).abs() < 5.0 * error(three));
    // Half the atom counts with half its noise: √(Σ p (F − F̄)²/n), here √(0.2430…/n).
    assert!(
        (error(three) * 1e5_f64.sqrt() / 0.4565 - 1.0).abs() < 0.5,
        "{}",
        error(three)
    );
    assert!((share(between, 0) - 2.0 / 6.0).abs() < 5.0 * error(between));
    assert!((share(between, 1) - 3.0 / 6.0).abs() < 5.0 * error(between));
    assert!(three.inside && between.inside && !beyond.inside);
    assert_eq!(three.sharing, ["die"]);
    assert!(between.sharing.is_empty());
}

#[test]
fn beyond_every_trial_there_is_a_one_sided_limit() {
    let report = run(DIE);
    let below = rows(&report, 0)[2].below[0];
    assert_eq!((below.value, below.standard_error), (Some(1.0), None));
    let low = below.error_low.expect("a limit");
    assert!((1.0 - low) * 1e5 > 2.9 && (1.0 - low) * 1e5 < 3.1, "{low}");
}

#[test]
fn a_constant_output_lies_on_its_value_exactly() {
    let report = run(DIE);
    let [three, between] = rows(&report, 1) else {
        panic!("two rows: one is of the base alone")
    };
    assert_eq!(three.below[0].value, Some(0.5));
    assert_eq!(three.below[0].standard_error, Some(0.0));
    assert_eq!(
        between.below.map(|below| below.value),
        [Some(0.0), Some(1.0)]
    );
    assert!(three.inside && between.inside);
}
