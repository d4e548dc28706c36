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

#[test]
fn without_a_run_there_is_no_paper() {
    let test = CliTest::with_small();
    let words = [
        "compare",
        "small.toml",
        "--trials",
        "4096",
        "--quiet",
        "--out",
        "results",
    ];
    assert!(test.run(&words).status.success());
    let output = test.run(&["paper", "results"]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(
        told(&output).contains("there is no run in it"),
        "{}",
        told(&output)
    );
}
