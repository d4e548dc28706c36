//! The README against the program: its scenarios are accepted, its tables are the program's own.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

fn text(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a text")
}

fn montecarbon(words: &[&str], input: &str) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_montecarbon"));
    let piped = command
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = piped.spawn().expect("started");
    child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes())
        .expect("written");
    let output = child.wait_with_output().expect("ended");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.success(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        match &mut block {
            Some(lines) if line == "```" => blocks.extend([std::mem::take(lines)]),
            Some(lines) => lines.extend([line, "\n"]),
            None => {}
        }
        if line == "```" {
            block = None;
        } else if line == format!("```{language}") {
            block = Some(String::new());
        }
    }
    blocks
}

#[test]
fn every_scenario_of_the_readme_is_accepted() {
    let scenarios = blocks(&text("README.md"), "toml");
    assert!(scenarios.len() >= 2);
    for scenario in scenarios {
        let (accepted, _, complaints) = montecarbon(&["check", "-"], &scenario);
        assert!(accepted && complaints.is_empty(), "{complaints}");
    }
}

#[test]
fn the_table_of_distributions_is_the_programs_own() {
    let readme = text("README.md");
    let (_, after) = readme.split_once("<!-- distributions:").expect("the mark");
    let (between, _) = after
        .split_once("<!-- end of distributions -->")
        .expect("the end mark");
    let (_, listed, _) = montecarbon(&["list", "distributions"], "");
    assert_eq!(
        blocks(between, "text"),
        [listed],
        "put the output of `montecarbon list distributions` between the marks"
    );
}

#[test]
fn every_capture_is_what_the_program_prints() {
    let readme = text("README.md");
    let marked: Vec<&str> = readme.split("<!-- capture:").skip(1).collect();
    assert!(marked.len() >= 2);
    for after in marked {
        let capture = blocks(after, "text").swap_remove(0);
        let (command, printed) = capture.split_once('\n').expect("a command");
        // What stands in quotes is one word.
        let parts = command.split('"').enumerate();
        let words = parts.flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        });
        let words: Vec<_> = words.skip(2).chain(["--quiet"]).collect();
        let (_, output, _) = montecarbon(&words, "");
        assert_eq!(
            printed, output,
            "copy what `{command}` prints into the README"
        );
    }
}

#[test]
fn every_shipped_scenario_is_in_the_readme() {
    let readme = text("README.md");
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"))
        .expect("a folder")
    {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        assert!(readme.contains(&format!("(scenarios/{name})")), "{name}");
    }
}

#[test]
fn the_starter_of_init_has_neither_complaint_nor_warning() {
    let (accepted, table, complaints) = montecarbon(
        &["check", "-"],
        include_str!("../src/commands/starter.toml"),
    );
    assert!(accepted && complaints.is_empty(), "{complaints}");
    assert!(table.contains("no complaint"), "{table}");
}
