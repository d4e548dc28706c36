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
        &["run", "a.toml", "--samples", "xlsx", "--out", "x"],
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

#[test]
fn bash_completes() {
    let test = CliTest::new();
    let script = test.run(&["completions", "bash"]).stdout;
    std::fs::write(test.path("completions.bash"), script).expect("written");
    let asked = |words: &[&str]| {
        let code = format!(
            "source completions.bash; COMP_WORDS=({}); COMP_CWORD={}; _montecarbon montecarbon '{}' ''; echo \"${{COMPREPLY[*]}}\"",
            words.join(" "),
            words.len() - 1,
            words[words.len() - 1],
        );
        let mut bash = std::process::Command::new("bash");
        let bash = bash
            .args(["--norc", "-c", &code])
            .current_dir(test.path("."));
        bash.output().ok().map(|output| {
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        })
    };
    // Where there is no bash, there is nothing to complete.
    let Some(command) = asked(&["montecarbon", "compa"]) else {
        return;
    };
    assert_eq!(command, "compare");
    assert_eq!(
        asked(&["montecarbon", "run", "--samp"]).as_deref(),
        Some("--sampler --samples")
    );
    assert_eq!(asked(&["montecarbon", "no-such"]).as_deref(), Some(""));
}

#[test]
fn a_page_of_the_manual_for_each_command() {
    let test = CliTest::new();
    let printed = String::from_utf8(test.run(&["man"]).stdout).expect("text");
    assert!(printed.contains(".TH montecarbon 1"), "{printed}");
    let written = test.run(&["man", "pages"]);
    assert!(written.status.success() && written.stdout.is_empty());
    let read = |name: &str| std::fs::read_to_string(test.path("pages").join(name));
    assert_eq!(read("montecarbon.1").expect("a page"), printed);
    for (command, option) in [
        ("run", "trials"),
        ("compare", "baseline"),
        ("plot", "kind"),
        ("man", "DIR"),
    ] {
        let page = read(&format!("montecarbon-{command}.1")).expect("a page");
        assert!(page.contains(option), "{command}: {page}");
    }
    assert!(read("montecarbon-none.1").is_err());
    std::fs::write(test.path("file"), "").expect("written");
    assert_eq!(test.run(&["man", "file/pages"]).status.code(), Some(2));
}
