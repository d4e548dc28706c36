//! Stopping rules: `--digits`, `--tolerance`, `--target`, `--method`, `--max-trials`.

use crate::fixture::{CliTest, assert_told};

fn told(words: &[&str]) -> String {
    let all = [
        &["run", "small.toml", "--quiet", "--sensitivity", "none"],
        words,
    ]
    .concat();
    CliTest::with_small().told(&all)
}

#[test]
fn every_way_of_asking_is_answered() {
    assert_told!(told(&["--digits", "3"]));
    assert_told!(told(&["--tolerance", "0.5%", "--sampler", "random"]));
    assert_told!(told(&["--target", "emissions=0.001", "--variant", "base"]));
    assert_told!(told(&["--method", "jcgm101", "--digits", "1"]));
}

/// What was not reached is said, with what it would take.
#[test]
fn a_cap_is_honest() {
    assert_told!(told(&["--digits", "6", "--max-trials", "1e5"]));
}

#[test]
fn what_cannot_be_asked_is_refused() {
    for words in [
        &["--digits", "3", "--trials", "1000"][..],
        &["--target", "emission=1%"],
        &["--tolerance", "-1"],
        &["--method", "errors"],
        &["--method", "jcgm101", "--sampler", "sobol"],
        &["--method", "jcgm101", "--replicates", "32"],
    ] {
        assert_told!(told(words));
    }
}

/// The result is the one that --trials with the number reached gives.
#[test]
fn a_run_that_stopped_is_a_run_of_so_many_trials() {
    let test = CliTest::with_small();
    for sampler in ["sobol", "random", "latin-hypercube"] {
        let rows = |words: &[&str]| {
            let before = [
                "run",
                "small.toml",
                "--quiet",
                "--json",
                "--variant",
                "base",
            ];
            let all = [&before[..], &["--sampler", sampler], words].concat();
            let document: serde_json::Value =
                serde_json::from_slice(&test.run(&all).stdout).expect("JSON");
            document["summary"].clone()
        };
        let stopped = rows(&["--digits", "3"]);
        let trials = stopped[0]["value"].as_f64().expect("trials").to_string();
        let plain = rows(&["--trials", &trials, "--replicates", "32"]);
        assert!(stopped == plain, "{sampler}");
    }
}
