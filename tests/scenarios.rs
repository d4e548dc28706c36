//! Every shipped scenario is accepted without a warning, cites a source for every input, and gives the figures that an
//! independent computation gave: exact ones to the last digit, the others (a plain Python run of 100 to 200 thousand
//! draws) within 2 per cent.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn montecarbon(words: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_montecarbon"))
        .args(words)
        .current_dir(folder())
        .output()
        .expect("started");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

/// The numbers of `summary` by variant, output and statistic.
fn summary(file: &str) -> HashMap<(String, String, String), f64> {
    let (json, _) = montecarbon(&["run", file, "--trials", "200000", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let text =
        |row: &serde_json::Value, column: &str| row[column].as_str().expect("a text").to_owned();
    let rows = document["summary"].as_array().expect("rows").iter();
    rows.filter_map(|row| {
        Some((
            (
                text(row, "variant"),
                text(row, "output"),
                text(row, "statistic"),
            ),
            row["value"].as_f64()?,
        ))
    })
    .collect()
}

/// The rows of `observed`.
fn observed(file: &str) -> Vec<serde_json::Value> {
    let (json, _) = montecarbon(&["run", file, "--trials", "200000", "--json"]);
    let document: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    document["observed"].as_array().expect("rows").clone()
}

/// Where an observed value lies: P(output < value) + ½ P(output = value).
fn percentile(rows: &[serde_json::Value], output: &str, name: &str) -> f64 {
    let row = rows
        .iter()
        .find(|row| row["output"] == output && row["name"] == name);
    row.and_then(|row| row["p_below_low"].as_f64())
        .expect("a row")
}

fn check(file: &str, expected: &[(&str, &str, f64)]) {
    let found = summary(file);
    for (output, statistic, value) in expected {
        let number = found[&(
            "base".to_owned(),
            (*output).to_owned(),
            (*statistic).to_owned(),
        )];
        assert!(
            (number / value - 1.0).abs() < 0.02,
            "{file}: {statistic} of {output} is {number}, not about {value}"
        );
    }
}

#[test]
fn article_exact() {
    let found = summary("article-exact.toml");
    let value = |variant: &str, output: &str| {
        found[&(variant.to_owned(), output.to_owned(), "mean".to_owned())]
    };
    for (output, expected) in [
        ("energy", 96.0),
        ("emissions", 23.04),
        ("in_18_days", 414.72),
        ("in_a_year", 8409.6),
        ("of_a_dane", 8409.6 / 11_000.0),
        ("day_of_dane", 100.0 * 23.04 / 11_000.0),
    ] {
        // Exact arithmetic, rounded once: the double nearest to the decimal, or its neighbour for a quotient.
        let number = value("base", output);
        assert!(
            (number - expected).abs() <= f64::EPSILON * expected,
            "{output} is {number:?}, not {expected:?}"
        );
    }
    assert_eq!(value("base", "emissions"), 23.04);
    assert_eq!(value("base", "in_18_days"), 414.72);
    assert_eq!(value("base", "in_a_year"), 8409.6);
    assert_eq!(value("unrounded", "emissions"), 23.0976);
}

#[test]
fn chatgpt_inference() {
    check(
        "chatgpt-inference.toml",
        &[
            ("emissions", "mean", 30.7),
            ("emissions", "median", 27.4),
            ("emissions", "interval_low", 9.4),
            ("emissions", "interval_high", 76.0),
            ("emissions", "p_above:the article", 0.63),
        ],
    );
}

#[test]
fn bloom_hindcast() {
    check(
        "bloom-hindcast.toml",
        &[
            ("energy", "mean", 1277.0),
            ("energy", "interval_low", 640.0),
            ("energy", "interval_high", 2239.0),
        ],
    );
    let rows = observed("bloom-hindcast.toml");
    assert!(rows.iter().all(|row| row["inside"] == "true"));
    assert!((percentile(&rows, "energy", "the authors' notebook") - 0.18).abs() < 0.01);
    assert!((percentile(&rows, "energy", "the paper") - 0.22).abs() < 0.01);
}

#[test]
fn bloom_tdp_trap() {
    check(
        "bloom-tdp-trap.toml",
        &[
            ("energy", "interval_low", 1355.0),
            ("energy", "interval_high", 2611.0),
        ],
    );
    for row in observed("bloom-tdp-trap.toml") {
        assert_eq!(
            (&row["inside"], row["p_below_high"].as_f64()),
            (&"false".into(), Some(0.0))
        );
    }
}

#[test]
fn gpt3_training() {
    check(
        "gpt3-training.toml",
        &[
            ("energy", "mean", 1318.0),
            ("energy", "interval_low", 1140.0),
            ("energy", "interval_high", 1517.0),
            ("emissions", "mean", 564.0),
            ("emissions", "interval_low", 460.0),
            ("emissions", "interval_high", 680.0),
        ],
    );
}

#[test]
fn every_input_has_its_source_and_evidence() {
    for entry in std::fs::read_dir(folder()).expect("a folder") {
        let path = entry.expect("an entry").path();
        let (table, complaints) = montecarbon(&["check", &path.display().to_string()]);
        assert!(complaints.is_empty(), "{complaints}");
        assert!(!table.contains("without a source"), "{table}");
        for line in table.lines().skip(3).filter(|line| !line.is_empty()) {
            let graded = ["measured", "published", "vendor", "estimate", "assumption"]
                .iter()
                .any(|grade| line.contains(grade));
            assert!(graded, "{}: {line}", path.display());
        }
    }
}
