//! Help, usage, and the commands that print what the program knows.

use crate::fixture::{CliTest, assert_told};

#[test]
fn help() {
    assert_told!(CliTest::new().told(&["--help"]));
}

#[test]
fn help_of_run() {
    assert_told!(CliTest::new().told(&["run", "--help"]));
}

#[test]
fn help_of_replay() {
    assert_told!(CliTest::new().told(&["replay", "--help"]));
}

#[test]
fn help_of_verify() {
    assert_told!(CliTest::new().told(&["verify", "--help"]));
}

#[test]
fn help_of_diff() {
    assert_told!(CliTest::new().told(&["diff", "--help"]));
}

#[test]
fn help_of_check() {
    assert_told!(CliTest::new().told(&["check", "--help"]));
}

#[test]
fn help_of_list() {
    assert_told!(CliTest::new().told(&["list", "--help"]));
}

#[test]
fn help_of_explain() {
    assert_told!(CliTest::new().told(&["explain", "--help"]));
}

#[test]
fn help_of_schema() {
    assert_told!(CliTest::new().told(&["schema", "--help"]));
}

#[test]
fn help_of_init() {
    assert_told!(CliTest::new().told(&["init", "--help"]));
}

#[test]
fn help_of_completions() {
    assert_told!(CliTest::new().told(&["completions", "--help"]));
}

#[test]
fn wrong_usage() {
    let test = CliTest::new();
    let wrong: &[&[&str]] = &[
        &[],
        &["rnu"],
        &["run"],
        &["run", "a.toml", "--trials", "1.5"],
        &["run", "a.toml", "--trials", "1"],
        &["run", "a.toml", "--sampler", "sobl"],
        &["run", "a.toml", "--replicates", "8"],
        &["run", "a.toml", "--threads", "0"],
        &["run", "a.toml", "--samples", "csv"],
        &["run", "a.toml", "--samples", "parquet", "--out", "x"],
        &["run", "a.toml", "--level", "95"],
        &["run", "a.toml", "--quantiles", "0.5,1"],
        &["run", "a.toml", "--set", "inputs.pue"],
        &["run", "a.toml", "--sensitivity", "none,spearman"],
        &["explain", "no-such-code"],
    ];
    let told: Vec<_> = wrong
        .iter()
        .map(|words| format!("$ montecarbon {}\n{}", words.join(" "), test.told(words)))
        .collect();
    for (words, told) in wrong.iter().zip(&told) {
        assert!(told.contains("exit code: 2"), "{words:?}: {told}");
    }
    assert_told!(told.join("\n"));
}

#[test]
fn list_samplers_and_measures() {
    let test = CliTest::new();
    assert_told!(
        [
            test.told(&["list", "samplers"]),
            test.told(&["list", "measures"])
        ]
        .join("\n")
    );
}

#[test]
fn list_distributions() {
    assert_told!(CliTest::new().told(&["list", "distributions"]));
}

#[test]
fn list_functions() {
    assert_told!(CliTest::new().told(&["list", "functions"]));
}

#[test]
fn list_units() {
    let test = CliTest::new();
    assert_told!(
        [
            test.told(&["list", "units"]),
            test.told(&["list", "units", "co2E"])
        ]
        .join("\n")
    );
}

#[test]
fn explain() {
    assert_told!(CliTest::new().told(&["explain", "unknown-unit"]));
}

#[test]
fn schema_is_json() {
    let output = CliTest::new().run(&["schema"]);
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(schema["$schema"].is_string());
}

#[test]
fn completions_of_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = CliTest::new().run(&["completions", shell]);
        assert!(output.status.success());
        assert!(
            String::from_utf8_lossy(&output.stdout).contains("allow-nonfinite"),
            "{shell}"
        );
    }
}

#[test]
fn init_writes_a_valid_scenario_and_never_overwrites() {
    let test = CliTest::new();
    assert_told!(
        [
            test.told(&["init", "mine"]),
            test.told(&["init", "mine.toml"]),
            test.told(&["run", "mine.toml", "--trials", "10000"]),
        ]
        .join("\n")
    );
    assert_eq!(test.files(), ["mine.toml"]);
}
