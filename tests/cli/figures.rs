//! `--figures` and `plot`: the files, and that they are the same drawn at once or later.

use crate::fixture::CliTest;
use std::fs;

/// The names in a folder, sorted.
fn names(test: &CliTest, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(test.path(folder)).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn done(test: &CliTest, words: &[&str]) {
    let output = test.run(words);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {told}");
}

#[test]
fn figures_stand_beside_the_results_and_can_be_drawn_again() {
    let test = CliTest::with_small();
    let run = ["run", "small.toml", "-n", "16384", "-q", "--out", "results"];
    done(&test, &[&run[..], &["--figures"]].concat());
    let drawn = names(&test, "results/figures");
    let stems = [
        "forest.emissions",
        "small.emissions.cdf",
        "small.emissions.convergence",
        "small.emissions.density",
        "small.emissions.drivers",
        "small.hydropower.emissions.cdf",
        "small.hydropower.emissions.convergence",
        "small.hydropower.emissions.density",
        "small.hydropower.emissions.drivers",
        "small.inputs",
    ];
    let expected: Vec<String> = stems
        .iter()
        .flat_map(|stem| ["pdf", "png", "svg"].map(|ending| format!("{stem}.{ending}")))
        .collect();
    assert_eq!(drawn, expected);
    done(
        &test,
        &[
            "plot",
            "results",
            "--format",
            "svg,png,pdf",
            "--out",
            "again",
        ],
    );
    assert_eq!(names(&test, "again"), expected);
    for name in &expected {
        let bytes = |folder: &str| fs::read(test.path(folder).join(name)).expect("a figure");
        assert!(bytes("results/figures") == bytes("again"), "{name}");
    }
    // The manifest knows them: the folder is verified, and replaced.
    done(&test, &["verify", "results", "-q"]);
    done(&test, &run);
    assert!(!test.path("results/figures").exists());
}

#[test]
fn what_is_printed_does_not_depend_on_the_folder() {
    let test = CliTest::with_small();
    let words = ["run", "small.toml", "-n", "16384", "-q", "--json"];
    let printed = test.run(&words).stdout;
    let beside = test
        .run(&[&words[..], &["--out", "results"]].concat())
        .stdout;
    assert!(!printed.is_empty() && printed == beside);
    assert!(test.path("results/distribution.csv").exists());
}

#[test]
fn a_comparison_says_what_no_trial_hit_by_its_bound() {
    let test = CliTest::with_small();
    let words = [
        "compare",
        "small.toml",
        "-n",
        "16384",
        "-q",
        "--figures=svg",
        "--html",
    ];
    done(&test, &[&words[..], &["--out", "pair"]].concat());
    let read = |name: &str| fs::read_to_string(test.path(name)).expect("a file");
    let svg = read("pair/figures/comparison.emissions.svg");
    assert!(svg.contains(">above 99.98 %</text>"), "{svg}");
    assert!(!svg.contains(">100 %</text>"), "{svg}");
    assert!(read("pair/report.html").contains("above 99.98 %"));
}

#[test]
fn one_kind_and_what_is_not_there() {
    let test = CliTest::with_small();
    let out = ["-n", "16384", "-q", "--out"];
    done(
        &test,
        &[&["compare", "small.toml"], &out[..], &["pair"]].concat(),
    );
    done(
        &test,
        &[
            "plot",
            "pair",
            "--out",
            "figures",
            "--kind",
            "comparison",
            "-q",
        ],
    );
    assert_eq!(names(&test, "figures"), ["comparison.emissions.svg"]);
    let told = test.run(&["plot", "pair", "--out", "figures", "--kind", "density,cdf"]);
    assert_eq!(told.status.code(), Some(1));
    let message = String::from_utf8_lossy(&told.stderr);
    assert!(
        message.contains("have nothing for a figure of the kind density, cdf"),
        "{message}"
    );
    test.write("pair/comparison.csv", "output,unit\nx,kWh\n");
    let told = test.run(&["plot", "pair", "--out", "figures"]);
    assert_eq!(told.status.code(), Some(2));
    let message = String::from_utf8_lossy(&told.stderr);
    assert!(
        message.contains("comparison.csv: line 2: the column scenario_a is missing"),
        "{message}"
    );
}
