//! Indices of inputs that the scenario groups, against closed forms.

use montecarbon::diagnostic::Source;
use montecarbon::model::check;
use montecarbon::pipeline::{Plan, Unwatched, simulate};
use montecarbon::report::SensitivityRow;
use montecarbon::sensitivity::Measure;

/// y = a b + 2 c of uniform inputs with mean 0 and variance 1: Var(y) = 1 + 4, all of a b by interaction.
const TEXT: &str = "[inputs]
a = { distribution = \"uniform\", min = -1.7320508075688772, max = 1.7320508075688772 }
b = { distribution = \"uniform\", min = -1.7320508075688772, max = 1.7320508075688772 }
c = { distribution = \"uniform\", min = -1.7320508075688772, max = 1.7320508075688772 }
d = { distribution = \"uniform\", min = -1.7320508075688772, max = 1.7320508075688772 }
[groups]
product = [\"a\", \"b\"]
one = [\"d\"]
[formulas]
y = \"a * b + 2 * c + d\"
[outputs]
y = \"1\"
";

fn rows(measure: Measure) -> Vec<SensitivityRow> {
    let model = check(Source::new("groups.toml", TEXT), "groups", &[]);
    let model = model.unwrap_or_else(|complaints| panic!("{}", complaints[0].message));
    let plan = Plan {
        trials: 1 << 14,
        measures: vec![measure],
        base: Some(1 << 15),
        ..Plan::default()
    };
    let report = simulate(&[(model, plan)], None, &Unwatched, None);
    let mut report = report.unwrap_or_else(|error| panic!("{error}"));
    report.runs.remove(0).outputs.remove(0).sensitivity
}

fn of<'a>(rows: &'a [SensitivityRow], measure: &str, input: &str) -> &'a SensitivityRow {
    let found = rows
        .iter()
        .find(|row| row.measure == measure && row.input == input && row.input_2.is_none());
    found.unwrap_or_else(|| panic!("no {measure} of {input}"))
}

/// Whether a row is within five standard errors of an answer, and those are small.
fn is(row: &SensitivityRow, truth: f64) -> bool {
    let (value, error) = (
        row.estimate.value.unwrap(),
        row.estimate.standard_error.unwrap(),
    );
    (value - truth).abs() <= 5.0 * error + 1e-9 && error < 0.004
}

#[test]
fn sobol_indices_of_groups_see_what_their_inputs_do_together() {
    let rows = rows(Measure::Sobol);
    // Alone a has no effect of first order; with b it has all of the product.
    assert!(is(of(&rows, "sobol_first", "a"), 0.0));
    assert!(is(of(&rows, "sobol_total", "a"), 1.0 / 6.0));
    for measure in ["sobol_first", "sobol_total"] {
        let product = of(&rows, measure, "group:product");
        assert!(is(product, 1.0 / 6.0), "{product:?}");
        assert!(product.rank.is_none() && product.resolved);
        // A group of one is that one, to the last bit.
        let (one, alone) = (of(&rows, measure, "group:one"), of(&rows, measure, "d"));
        assert_eq!(one.estimate, alone.estimate);
        // The twin: not that of a member.
        assert!(!is(product, 4.0 / 6.0) && !is(product, 0.0));
    }
    // Neither the ranks nor the pairs of the inputs know of the groups.
    let ranked = rows
        .iter()
        .filter(|row| row.measure == "sobol_total" && row.rank.is_some());
    assert_eq!(ranked.count(), 4);
    assert!(rows.iter().filter(|row| row.input_2.is_some()).count() == 6);
    let pair = rows
        .iter()
        .find(|row| row.input == "a" && row.input_2.as_deref() == Some("b"));
    assert!(is(pair.unwrap(), 1.0 / 6.0));
}

#[test]
fn shapley_effects_of_groups_sum_to_one() {
    let rows = rows(Measure::Shapley);
    for (player, truth) in [("group:product", 1.0), ("c", 4.0), ("group:one", 1.0)] {
        let row = of(&rows, "shapley_group", player);
        assert!(is(row, truth / 6.0), "{row:?}");
    }
    let groups = rows.iter().filter(|row| row.measure == "shapley_group");
    let sum: f64 = groups.filter_map(|row| row.estimate.value).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    // Each input is still a player of its own.
    assert!(is(of(&rows, "shapley", "a"), 0.5 / 6.0));
}
