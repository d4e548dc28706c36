//! Assertions on the command line: sentences, a table, and code 3 under `--strict`.

use crate::fixture::{CliTest, SMALL, assert_told, told};

const ASSERTIONS: &str = r#"
[[assert]]
name = "within the budget"
that = "p95(emissions) < 2.5 kgCO2e/day"
description = "the budget of the year"

[[assert]]
that = "P(emissions > 2 kgCO2e/day) < 5 %"
variant = "base"

[[assert]]
that = "mean(emissions) <= 1.872 kgCO2e/day"
variant = "base"

[[assert]]
that = "P(hydropower < base) > 99 %"
"#;

fn asserting() -> CliTest {
    let test = CliTest::new();
    test.write("small.toml", &format!("{SMALL}{ASSERTIONS}"));
    test
}

const WORDS: &[&str] = &["run", "small.toml", "-n", "16384", "--sensitivity", "none"];

#[test]
fn assertions_are_told() {
    assert_told!(asserting().told(WORDS));
}

#[test]
fn assertions_have_a_table() {
    let test = asserting();
    let output = test.run(&[WORDS, &["--out", "results"]].concat());
    assert!(output.status.success(), "{}", told(&output));
    let table = test.read("results/assertions.csv");
    let outcomes: Vec<_> = table
        .lines()
        .map(|line| line.split(',').rev().nth(1).expect("a column"))
        .collect();
    assert_eq!(
        outcomes,
        [
            "outcome",
            "holds",
            "fails",
            "not resolved",
            "holds",
            "holds"
        ],
        "{table}"
    );
    let json = test.run(&[WORDS, &["--json"]].concat());
    let document: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(document["assertions"][1]["outcome"], "fails");
    assert!(test.run(&["verify", "results"]).status.success());
}

#[test]
fn strict_ends_with_3_unless_every_assertion_holds() {
    let test = asserting();
    let strict = |words: &[&str]| test.run(&[WORDS, &["--strict", "--quiet"], words].concat());
    let output = strict(&[]);
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(errors.lines().count(), 2, "{errors}");
    assert!(
        errors.contains("assertion fails: P(emissions > 2"),
        "{errors}"
    );
    assert!(
        errors.contains("assertion not resolved: mean(emissions)"),
        "{errors}"
    );
    // What is asserted of the scenario as written does not concern the variant.
    let output = strict(&["--variant", "hydropower"]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let told = test.told(&[WORDS, &["--variant", "hydropower"]].concat());
    assert!(
        told.contains("not both variants were run: P(hydropower < base)"),
        "{told}"
    );
}

#[test]
fn a_comparison_is_strict_about_two_alternatives() {
    let test = CliTest::new();
    let compare = ["compare", "small.toml", "-n", "4096", "--strict"];
    for (that, code) in [("> 99 %", 0), ("< 99 %", 3)] {
        let asserted = format!("[[assert]]\nthat = \"P(hydropower < base) {that}\"\n");
        test.write("small.toml", &format!("{SMALL}{asserted}"));
        let output = test.run(&compare);
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        assert!(told(&output).contains(&format!("P(hydropower < base) {that}")));
    }
}
