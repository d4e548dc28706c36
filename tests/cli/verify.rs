//! Results made again: every byte the same, or which file differs and where.

use crate::fixture::{CliTest, SMALL, assert_told, told};
use serde_json::Value;

const LOGGED: &str = r#"
[inputs]
load = { distribution = "empirical", file = "log.csv", column = "load", unit = "kW" }
grid = { distribution = "normal", mean = 240, sd = 30, unit = "gCO2e/kWh" }

[formulas]
emissions = "load * grid"

[outputs]
emissions = "kgCO2e/day"
"#;

fn verified(test: &CliTest, words: &[&str]) -> Value {
    let output = test.run(&[&["verify", "--json", "--quiet"], words].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)))
}

#[test]
fn what_every_command_wrote_is_made_again() {
    let test = CliTest::with_small();
    test.write("logged.toml", LOGGED);
    test.write("log.csv", "load\n1\n2\n4\n");
    let set = "inputs.grid=300";
    for words in [
        &["run", "small.toml", "-n", "4096", "--samples", "csv"][..],
        &["run", "small.toml", "-n", "4096", "--samples", "parquet"],
        &[
            "run",
            "small.toml",
            "logged.toml",
            "--digits",
            "2",
            "--seed",
            "3",
            "--set",
            set,
        ],
        &[
            "run",
            "logged.toml",
            "--sampler",
            "latin-hypercube",
            "-n",
            "1000",
            "--strict",
            "--json",
        ],
        &["compare", "small.toml", "-n", "4096", "--all-pairs"],
        &["compare", "small.toml", "logged.toml", "-n", "4096"],
    ] {
        let output = test.run(&[words, &["--out", "results"]].concat());
        assert!(output.status.success(), "{}", told(&output));
        let before = test.files();
        for threads in ["1", "2"] {
            let output = test.run(&["verify", "results", "--threads", threads]);
            assert!(output.status.success(), "{words:?}: {}", told(&output));
        }
        assert_eq!(test.files(), before, "nothing is left behind");
        let manifest: Value =
            serde_json::from_str(&test.read("results/manifest.json")).expect("JSON");
        let files = manifest["results"].as_array().expect("files").len() + 1;
        let document = verified(&test, &["results"]);
        assert_eq!(document["same"], true);
        assert_eq!(document["files"].as_array().expect("files").len(), files);
        if words[0] == "compare" {
            assert!(manifest["comparison"]["trials"].as_u64() >= Some(4096));
        }
    }
    // What came by standard input is in the manifest.
    let words = ["run", "-", "-n", "4096", "--out", "results"];
    let output = test.run_with_input(&words, SMALL);
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(verified(&test, &["results"])["same"], true);
}

#[test]
fn what_was_altered_is_found() {
    let test = CliTest::with_small();
    let words = ["run", "small.toml", "-n", "4096", "--out", "results"];
    assert!(test.run(&words).status.success());
    // One digit of one number: by hand, and with its hash put right.
    let summary = test.read("results/summary.csv");
    let line = summary.lines().position(|line| line.contains(",mean,"));
    let line = line.expect("a mean");
    let altered: Vec<String> = summary
        .lines()
        .enumerate()
        .map(|(at, text)| {
            if at == line {
                text.replacen(",mean,1.", ",mean,2.", 1)
            } else {
                text.to_owned()
            }
        })
        .collect();
    assert_ne!(altered.join("\n") + "\n", summary, "{summary}");
    test.write("results/summary.csv", &(altered.join("\n") + "\n"));
    assert_told!(test.told(&["verify", "results"]));
    let document = verified(&test, &["results"]);
    let differing: Vec<&Value> = document["files"]
        .as_array()
        .expect("files")
        .iter()
        .filter(|file| file["same"] == false)
        .collect();
    assert_eq!(differing.len(), 1);
    assert_eq!(differing[0]["path"], "summary.csv");
    let difference = differing[0]["difference"].as_str().expect("words");
    assert!(
        difference.contains(&format!("line {}", line + 1)),
        "{difference}"
    );
    // A file that is gone, and a manifest that says something else.
    std::fs::remove_file(test.path("results/sensitivity.csv")).expect("removed");
    let manifest = test.read("results/manifest.json");
    test.write(
        "results/manifest.json",
        &manifest.replace("\"seed\": 42", "\"seed\": 43"),
    );
    let differing = verified(&test, &["results"]);
    let words = differing.to_string();
    assert!(words.contains("is missing"), "{words}");
    assert!(words.contains("differs in scenarios"), "{words}");
}

#[test]
fn what_cannot_be_made_again_is_said() {
    let test = CliTest::with_small();
    let words = ["run", "small.toml", "-n", "4096", "--out", "results"];
    assert!(test.run(&words).status.success());
    let manifest = test.read("results/manifest.json");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let other = manifest.replace(&version, "\"version\": \"0.0.7\"");
    assert_ne!(other, manifest);
    test.write("results/manifest.json", &other);
    let output = test.run(&["verify", "results"]);
    assert!(
        told(&output).contains("made by version 0.0.7"),
        "{}",
        told(&output)
    );
    assert!(output.status.success(), "{}", told(&output));
    test.write("results/manifest.json", &manifest);
    // Another scenario, none, no folder, no result.
    test.write("small.toml", &SMALL.replace("250", "251"));
    assert_told!(test.told(&["verify", "results"]));
    std::fs::remove_file(test.path("small.toml")).expect("removed");
    assert_told!(test.told(&["verify", "results"]));
    assert_told!(test.told(&["verify", "nowhere"]));
    test.write("other/manifest.json", "{}");
    assert_told!(test.told(&["verify", "other"]));
}
