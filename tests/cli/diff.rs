//! Two results held against each other: what was changed is named, what changed is told from what is error.

use crate::fixture::{CliTest, SMALL, assert_told, told};
use serde_json::Value;

fn run_to(test: &CliTest, folder: &str, words: &[&str]) {
    let run = [
        "run",
        "small.toml",
        "--quiet",
        "--sensitivity",
        "none",
        "--out",
        folder,
    ];
    let output = test.run(&[&run, words].concat());
    assert!(output.status.success(), "{}", told(&output));
}

fn diff(test: &CliTest) -> Value {
    let output = test.run(&["diff", "one", "two", "--json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)))
}

#[test]
fn the_same_is_the_same() {
    let test = CliTest::with_small();
    run_to(&test, "one", &["-n", "4096"]);
    run_to(&test, "two", &["-n", "4096"]);
    let found = diff(&test);
    assert_eq!(found["changed"], serde_json::json!([]));
    assert_eq!(found["beyond_errors"], serde_json::json!([]));
    assert!(found["compared"].as_u64() > Some(20));
    let strict = test.run(&["diff", "one", "two", "--strict"]);
    assert!(strict.status.success(), "{}", told(&strict));
    assert_told!(test.told(&["diff", "one", "two"]));
}

/// Other seeds and samplers change numbers, but within their errors: of some 60 (correlated) numbers a few by chance. A change of
/// the scenario that is as small as 1 % is found in every number that depends on it.
#[test]
fn changes_are_told_from_errors() {
    let test = CliTest::with_small();
    run_to(&test, "one", &["-n", "20000", "--sampler", "random"]);
    let mut beyond = 0;
    let mut compared = 0;
    for seed in 1..=10 {
        run_to(
            &test,
            "two",
            &[
                "-n",
                "20000",
                "--sampler",
                "random",
                "--seed",
                &seed.to_string(),
            ],
        );
        let found = diff(&test);
        beyond += found["beyond_errors"].as_array().expect("rows").len();
        compared += found["compared"].as_u64().expect("a count") as usize;
        assert_eq!(
            found["changed"].as_array().expect("rows").len(),
            1,
            "{found:#}"
        );
    }
    assert!(beyond * 5 < compared, "{beyond} of {compared}");

    run_to(&test, "two", &["-n", "20000", "--set", "inputs.grid=242.4"]);
    let found = diff(&test);
    let changed = found["changed"].to_string();
    assert!(
        changed.contains("input grid: 240 gCO2e/kWh → 242.4 gCO2e/kWh"),
        "{changed}"
    );
    let rows = found["beyond_errors"].as_array().expect("rows");
    let mean = rows
        .iter()
        .find(|row| row["variant"] == "base" && row["statistic"] == "mean");
    let change = mean.expect("the mean")["change"]
        .as_f64()
        .expect("a number");
    // 325 W for a day at 2.4 g/kWh more.
    assert!((change - 0.325 * 24.0 * 0.0024).abs() < 0.01, "{change}");
    assert!(
        !rows
            .iter()
            .any(|row| row["variant"] == "hydropower" && row["statistic"] == "mean")
    );
    let strict = test.run(&["diff", "one", "two", "--strict"]);
    assert_eq!(strict.status.code(), Some(3), "{}", told(&strict));
    assert_told!(test.told(&["diff", "one", "two"]));
}

#[test]
fn units_are_converted_and_what_has_no_partner_is_named() {
    let test = CliTest::with_small();
    run_to(&test, "one", &["-n", "4096"]);
    test.write(
        "small.toml",
        &SMALL
            .replace("unit = \"kgCO2e/day\"", "unit = \"gCO2e/day\"")
            .replace("hydropower", "water"),
    );
    run_to(&test, "two", &["-n", "4096", "--quantiles", "0.5"]);
    let found = diff(&test);
    // Thresholds are numbers in the unit of the output: those moved, and nothing else.
    let rows = found["beyond_errors"].as_array().expect("rows");
    let others = |row: &&Value| {
        !row["statistic"]
            .as_str()
            .expect("a name")
            .starts_with("p_above")
    };
    assert_eq!(rows.iter().filter(others).count(), 0, "{found:#}");
    let words = found["not_compared"].to_string();
    assert!(
        words.contains("gone: small base emissions q0.95"),
        "{words}"
    );
    assert!(
        words.contains("gone: small hydropower emissions mean"),
        "{words}"
    );
    assert!(words.contains("new: small water emissions mean"), "{words}");
    let none = test.run(&["diff", "one", "nowhere"]);
    assert_eq!(none.status.code(), Some(2), "{}", told(&none));
}

#[test]
fn comparisons_are_held_against_each_other_too() {
    let test = CliTest::new();
    let text = "[inputs]\nx = { distribution = \"uniform\", min = 0, max = 1 }\n[outputs]\nx = \"1\"\n\
                [variants.wide]\ninputs = { x = { distribution = \"uniform\", min = 0, max = 2 } }\n";
    for (folder, text) in [
        ("one", text.to_owned()),
        ("two", text.replace("max = 2", "max = 3")),
    ] {
        test.write("pair.toml", &text);
        let words = [
            "compare",
            "pair.toml",
            "-n",
            "8192",
            "--sensitivity",
            "none",
            "--quiet",
            "--out",
            folder,
        ];
        told(&test.run(&words));
    }
    let found = diff(&test);
    let beyond = found["beyond_errors"].as_array().expect("a list");
    let named = |row: &Value| row["statistic"] == "difference mean";
    assert!(beyond.iter().any(named), "{found}");
    // The twin: the same folder twice.
    let same = test.run(&["diff", "one", "one", "--json"]).stdout;
    let same: Value = serde_json::from_slice(&same).expect("JSON");
    assert_eq!(
        same["beyond_errors"].as_array().map(Vec::len),
        Some(0),
        "{same}"
    );
}

/// A further variant's numbers are held against their errors as those of the first are: they are the same times a constant.
#[test]
fn every_variant_is_told_alike() {
    let test = CliTest::with_small();
    run_to(&test, "one", &["-n", "20000"]);
    test.write("small.toml", &SMALL.replace("max = 400", "max = 400.2"));
    run_to(&test, "two", &["-n", "20000"]);
    let found = diff(&test);
    let rows = found["beyond_errors"].as_array().expect("rows");
    let of = |variant: &str| {
        let mine = rows.iter().filter(|row| row["variant"] == variant);
        let names = mine.map(|row| row["statistic"].as_str().expect("a name").to_owned());
        let mut names: Vec<String> = names.filter(|name| !name.contains(':')).collect();
        names.sort();
        names
    };
    assert!(of("base").len() > 3, "{found:#}");
    assert_eq!(of("base"), of("hydropower"));
}
