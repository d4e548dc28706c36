//! The result folder: what is in it, and what it may replace.

use crate::fixture::{CliTest, SMALL, told};
use sha2::{Digest, Sha256};

const WORDS: &[&str] = &["run", "small.toml", "--trials", "16384", "--out", "results"];

fn with<'words>(more: &[&'words str]) -> Vec<&'words str> {
    WORDS.iter().copied().chain(more.iter().copied()).collect()
}

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn the_files_and_their_columns() {
    let test = CliTest::with_small();
    let output = test.run(&with(&["--samples", "csv"]));
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(
        test.files(),
        [
            "results/convergence.csv",
            "results/distribution.csv",
            "results/manifest.json",
            "results/samples/small.csv",
            "results/samples/small.hydropower.csv",
            "results/samples/units.csv",
            "results/sensitivity.csv",
            "results/summary.csv",
            "results/variants.csv",
            "small.toml"
        ]
    );
    let first_line = |name: &str| test.read(name).lines().next().expect("a line").to_owned();
    assert_eq!(
        first_line("results/summary.csv"),
        "scenario,variant,output,unit,statistic,value,standard_error,error_low,error_high,level"
    );
    assert_eq!(
        first_line("results/sensitivity.csv"),
        "scenario,variant,output,input,input_2,measure,unit,value,standard_error,rank"
    );
    assert_eq!(
        test.read("results/variants.csv"),
        "scenario,variant,key,value\nsmall,hydropower,description,'=much water\n"
    );
    assert_eq!(
        first_line("results/samples/small.csv"),
        "trial,replicate,power,grid,emissions"
    );
    assert!(
        test.read("results/samples/units.csv")
            .contains("small,base,emissions,output,kgCO2e/day\n")
    );
    let statistics: Vec<_> = test
        .read("results/summary.csv")
        .lines()
        .skip(1)
        .take(19)
        .map(|line| line.split(',').nth(4).expect("a column").to_owned())
        .collect();
    let expected = "trials nonfinite mean sd cv min max at_medians q0.025 q0.05 q0.25 median q0.75 q0.95 q0.975 interval_low interval_high shortest_low shortest_high";
    let mut sorted = (
        statistics.clone(),
        expected.split(' ').map(str::to_owned).collect::<Vec<_>>(),
    );
    sorted.0.sort();
    sorted.1.sort();
    assert_eq!(sorted.0, sorted.1, "{statistics:?}");
}

#[test]
fn the_manifest_is_enough_to_run_again() {
    let test = CliTest::with_small();
    test.run(&with(&["--set", "inputs.grid=300"]));
    let manifest: serde_json::Value =
        serde_json::from_str(&test.read("results/manifest.json")).expect("JSON");
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(manifest["set"][0], "inputs.grid=300");
    assert_eq!(manifest["read"][0]["path"], "small.toml");
    assert_eq!(manifest["read"][0]["sha256"], hash(SMALL));
    assert_eq!(manifest["scenarios"][0]["seed"], 42);
    for file in manifest["results"].as_array().expect("files") {
        let name = file["path"].as_str().expect("a path");
        assert_eq!(
            file["sha256"],
            hash(&test.read(&format!("results/{name}"))),
            "{name}"
        );
    }
    for key in ["started", "seconds", "host", "threads", "platform"] {
        assert!(manifest["run"].get(key).is_some(), "{key}");
    }
}

#[test]
fn the_same_command_gives_the_same_bytes() {
    for format in ["csv", "parquet"] {
        let one = CliTest::with_small();
        let two = CliTest::with_small();
        one.run(&with(&["--samples", format, "--threads", "1"]));
        two.run(&with(&["--samples", format, "--threads", "2"]));
        let bytes = |test: &CliTest, name: &str| std::fs::read(test.path(name)).expect("read");
        let samples = format!("results/samples/small.hydropower.{format}");
        assert!(one.files().contains(&samples), "{samples}");
        for name in one.files() {
            if name != "results/manifest.json" {
                assert!(bytes(&one, &name) == bytes(&two, &name), "{name} differs");
            }
        }
    }
}

#[test]
fn an_earlier_result_is_replaced_whole() {
    let test = CliTest::with_small();
    test.run(&with(&["--samples", "csv"]));
    let output = test.run(&with(&["--variant", "base"]));
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(
        test.files(),
        [
            "results/convergence.csv",
            "results/distribution.csv",
            "results/manifest.json",
            "results/sensitivity.csv",
            "results/summary.csv",
            "small.toml"
        ]
    );
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let test = CliTest::with_small();
    test.write("results/thesis.tex", "years of work");
    let output = test.run(WORDS);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(output.stdout.is_empty(), "refused before the run");
    assert_eq!(test.files(), ["results/thesis.tex", "small.toml"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_the_run() {
    let test = CliTest::with_small();
    let output = test.run(&["run", "small.toml", "--out", "small.toml"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(output.stdout.is_empty());
    let output = test.run(&["run", "small.toml", "--out", "small.toml/below"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
}

#[test]
fn a_failed_run_leaves_the_earlier_result() {
    let test = CliTest::with_small();
    test.run(WORDS);
    let before = test.read("results/summary.csv");
    test.write("ratio.toml", "[inputs]\nb = { distribution = \"bernoulli\", p = 0.5 }\n[formulas]\nratio = \"1 / b\"\n[outputs]\nratio = \"1\"\n");
    let output = test.run(&["run", "ratio.toml", "--trials", "4096", "--out", "results"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert_eq!(test.read("results/summary.csv"), before);
    assert_eq!(
        test.files(),
        [
            "ratio.toml",
            "results/convergence.csv",
            "results/distribution.csv",
            "results/manifest.json",
            "results/sensitivity.csv",
            "results/summary.csv",
            "results/variants.csv",
            "small.toml"
        ]
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_the_earlier_result() {
    let test = CliTest::with_small();
    test.run(WORDS);
    let before = test.files();
    let mut child = test
        .command(&[
            "run",
            "small.toml",
            "--trials",
            "5e10",
            "--out",
            "results",
            "--samples",
            "csv",
        ])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("started");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let interrupted = std::process::Command::new("sh")
        .args(["-c", &format!("kill -INT {}", child.id())])
        .status()
        .expect("started");
    assert!(interrupted.success());
    assert_eq!(child.wait().expect("ended").code(), Some(130));
    assert_eq!(test.files(), before);
}

/// The tables of a large sweep are written as the runs come: they are those that are written at the end where figures need all runs.
#[test]
fn a_sweep_is_written_as_it_comes() {
    let test = CliTest::new();
    let values: Vec<String> = (0..201).map(|at| (100 + at).to_string()).collect();
    let sweep = format!("[sweep]\n\"inputs.grid\" = [{}]\n", values.join(", "));
    test.write("small.toml", &format!("{SMALL}\n{sweep}"));
    let words = ["run", "small.toml", "-n", "512"];
    let at_once = test.run(&[&words[..], &["--out", "stream"]].concat());
    let at_end = test.run(&[&words[..], &["--out", "whole", "--figures=svg"]].concat());
    assert!(at_once.status.success() && at_end.status.success());
    for file in ["summary.csv", "sensitivity.csv", "variants.csv"] {
        let [stream, whole] =
            ["stream", "whole"].map(|folder| test.read(&format!("{folder}/{file}")));
        assert!(stream.lines().count() > 200, "{file}");
        assert_eq!(stream, whole, "{file}");
    }
    let manifest = |folder: &str| {
        let text = test.read(&format!("{folder}/manifest.json"));
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        document["scenarios"].clone()
    };
    assert_eq!(manifest("stream"), manifest("whole"));
    // The same page but for what is said not to be printed.
    let page = |output: &std::process::Output| {
        let text = String::from_utf8(output.stdout.clone()).expect("text");
        let lines = text.lines().map(str::to_owned);
        lines
            .take_while(|line| !line.starts_with("What drives"))
            .collect::<Vec<_>>()
    };
    let (stream, whole) = (page(&at_once), page(&at_end));
    assert_eq!(stream[..whole.len() - 1], whole[..whole.len() - 1]);
    assert!(told(&at_once).contains("is written to sensitivity.csv and not printed"));
}

/// What is known of a decision stands in the same table, for however many variants.
#[test]
fn a_large_sweep_with_a_decision_loses_nothing() {
    let test = CliTest::new();
    let values: Vec<String> = (0..201).map(|at| (100 + at).to_string()).collect();
    let sweep = format!("[sweep]\n\"inputs.grid\" = [{}]\n", values.join(", "));
    let decision = "[decision]\nminimise = \"emissions\"\nvariants = [\"base\", \"hydropower\"]\n";
    test.write("small.toml", &format!("{SMALL}\n{sweep}\n{decision}"));
    let output = test.run(&["run", "small.toml", "-n", "4096", "--out", "results"]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(test.read("results/sensitivity.csv").contains(",evppi,"));
}

#[test]
fn no_quantity_is_called_as_the_columns_of_samples_are() {
    let test = CliTest::new();
    test.write("small.toml", &SMALL.replace("power", "trial"));
    for format in ["csv", "parquet"] {
        let output = test.run(&[
            "run",
            "small.toml",
            "-n",
            "512",
            "--out",
            "results",
            "--samples",
            format,
        ]);
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        assert!(
            told(&output).contains("`trial` is a column"),
            "{}",
            told(&output)
        );
        assert!(!test.path("results").exists());
    }
}
