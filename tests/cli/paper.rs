//! `--paper` and `paper`: the files for a paper.

use crate::fixture::{CliTest, told};
use std::fs;

const HOSTILE: &str = include_str!("../clients/hostile.toml");
const FILES: [&str; 5] = [
    "tables.tex",
    "tables.md",
    "methods.tex",
    "methods.md",
    "references.bib",
];

fn run(test: &CliTest, more: &[&str]) {
    let words = ["run", "hostile.toml", "--trials", "16384", "--quiet"];
    let output = test.run(&[&words[..], more].concat());
    assert!(output.status.success(), "{}", told(&output));
}

#[test]
fn made_later_it_is_the_same() {
    let test = CliTest::new();
    test.write("hostile.toml", HOSTILE);
    run(&test, &["--paper", "--samples", "csv", "--out", "at-once"]);
    run(&test, &["--samples", "csv", "--out", "later"]);
    let missing = test.path("later/tables.tex");
    assert!(!missing.exists());
    for _ in 0..2 {
        let output = test.run(&["paper", "later"]);
        assert!(output.status.success(), "{}", told(&output));
    }
    let files = |folder: &str| -> Vec<String> {
        let files = test.files().into_iter();
        let files = files.filter_map(|path| Some(path.strip_prefix(folder)?.to_owned()));
        files.filter(|path| path != "manifest.json").collect()
    };
    let names = files("at-once/");
    assert_eq!(names, files("later/"));
    let figures =
        ["svg", "pdf", "png"].map(|end| format!("figures/hostile.emissions.density.{end}"));
    for name in FILES.map(str::to_owned).iter().chain(&figures) {
        assert!(names.contains(name), "{name}");
    }
    for name in names {
        let bytes =
            |folder: &str| fs::read(test.path(&format!("{folder}/{name}"))).expect("a file");
        assert!(bytes("at-once") == bytes("later"), "{name}");
    }
    for folder in ["at-once", "later"] {
        let output = test.run(&["verify", folder]);
        assert!(output.status.success(), "{}", told(&output));
    }
}

#[test]
fn text_stays_text() {
    let test = CliTest::new();
    test.write("hostile.toml", HOSTILE);
    run(&test, &["--paper", "--out", "results"]);
    for name in FILES {
        let text = test.read(&format!("results/{name}"));
        for attack in [
            "\\input{/",
            "\\write18",
            "\\def",
            "<script>",
            "<img",
            "\u{1b}",
            "\u{202e}",
            "\u{200f}",
            "\\newpage",
        ] {
            // Markdown has the backslash doubled, and LaTeX has it as a word.
            let text = text.replace("\\\\", "");
            assert!(!text.contains(attack), "{name}: {attack:?}");
        }
    }
}

#[test]
fn changed_results_are_refused() {
    let test = CliTest::with_small();
    let words = [
        "run",
        "small.toml",
        "--trials",
        "4096",
        "--quiet",
        "--out",
        "results",
    ];
    assert!(test.run(&words).status.success());
    let summary = test.read("results/summary.csv");
    test.write("results/summary.csv", &summary.replacen('1', "2", 1));
    let before = test.files();
    let output = test.run(&["paper", "results"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    assert!(
        told(&output).contains("its SHA-256 has changed"),
        "{}",
        told(&output)
    );
    assert_eq!(test.files(), before);
}

/// What varies beside what is not known, and what is asserted of it.
const VARYING: &str = r#"
[inputs]
power = { distribution = "uniform", min = 250, max = 400, unit = "W" }
load  = { distribution = "uniform", min = 0, max = 1, kind = "variability" }

[formulas]
emissions = "power * load * 240 gCO2e/kWh"

[outputs]
emissions = "kgCO2e/day"

[[assert]]
name = "within | the budget"
that = "p95(emissions) < 1 tCO2e/yr"

[[assert]]
that = "mean(emissions) > 1 tCO2e/day"
"#;

#[test]
fn assertions_and_nested_runs_are_told() {
    let test = CliTest::new();
    test.write("varying.toml", VARYING);
    let words = [
        "run",
        "varying.toml",
        "-n",
        "8192",
        "-q",
        "--nested",
        "64x32",
        "--paper",
        "--out",
        "results",
    ];
    let output = test.run(&words);
    assert!(output.status.success(), "{}", told(&output));
    let (methods, tables) = (
        test.read("results/methods.md"),
        test.read("results/tables.md"),
    );
    for sentence in [
        "64 draws of the uncertain inputs, and for each of them 32 trials",
        "Of 2 assertions about the results, 1 holds at both 95 % limits of the Monte Carlo error, 1 fails at both, and 0 are not resolved",
    ] {
        assert!(methods.contains(sentence), "{sentence} in:\n{methods}");
    }
    for row in [
        "| within \\| the budget: p95(emissions) &lt; 1 tCO2e/yr |",
        "| fails |",
        "| upper end of 95 % (kgCO2e/day) |",
    ] {
        assert!(tables.contains(row), "{row} in:\n{tables}");
    }
}

#[test]
fn a_comparison_is_told() {
    let test = CliTest::with_small();
    let words = ["compare", "small.toml", "-n", "4096", "-q", "--out"];
    for more in [&["at-once", "--paper"][..], &["later"]] {
        let output = test.run(&[&words[..], more].concat());
        assert!(output.status.success(), "{}", told(&output));
    }
    let output = test.run(&["paper", "later", "--quiet"]);
    assert!(output.status.success(), "{}", told(&output));
    for name in FILES.iter().chain(&["figures/comparison.emissions.svg"]) {
        assert_eq!(
            test.read(&format!("at-once/{name}")),
            test.read(&format!("later/{name}")),
            "{name}"
        );
    }
    let output = test.run(&["verify", "later"]);
    assert!(output.status.success(), "{}", told(&output));
    let (methods, tables) = (test.read("later/methods.md"), test.read("later/tables.md"));
    let sentence = "1 pair of alternatives was held against each other trial by trial: small / hydropower against small.";
    assert!(methods.contains(sentence), "{methods}");
    let sentence = "In each pair, power is the same quantity in both, drawn once.";
    assert!(methods.contains(sentence), "{methods}");
    // No trial of some thousands has the water above the mix: more than that is not known.
    assert!(
        tables.contains("| small / hydropower against small | emissions (kgCO2e/day) |"),
        "{tables}"
    );
    assert!(tables.contains("| above 99.92 % |"), "{tables}");
    assert!(tables.contains("| uniform"), "{tables}");
}

#[test]
fn without_a_run_there_is_no_paper() {
    let test = CliTest::with_small();
    let words = [
        "require",
        "emissions within 20 %",
        "small.toml",
        "-n",
        "4096",
        "--quiet",
        "--out",
        "results",
    ];
    assert!(test.run(&words).status.success());
    let output = test.run(&["paper", "results"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(
        told(&output).contains("there is no run and no comparison in it"),
        "{}",
        told(&output)
    );
}
