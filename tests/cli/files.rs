//! Which files are read: folders, stems, what is missing.

use crate::fixture::{CliTest, SMALL, assert_told, told};

#[test]
fn everything_that_cannot_be_read_is_said_at_once() {
    let test = CliTest::with_small();
    test.write("empty/readme.md", "");
    let told = test.told(&[
        "run",
        "missing.toml",
        "small.toml",
        "also-missing.toml",
        "empty",
    ]);
    assert!(told.starts_with("exit code: 2"), "{told}");
    assert_told!(told);
}

#[test]
fn two_files_with_one_stem_are_refused() {
    let test = CliTest::with_small();
    test.write("other/small.toml", SMALL);
    let told = test.told(&["run", "small.toml", "other/small.toml"]);
    assert!(told.starts_with("exit code: 1"), "{told}");
    assert_told!(told);
}

#[test]
fn a_folder_is_its_toml_files_in_order_and_not_below() {
    let test = CliTest::new();
    for name in [
        "folder/b.toml",
        "folder/a.toml",
        "folder/below/c.toml",
        "folder/.d.toml",
        "folder/e.txt",
    ] {
        test.write(name, SMALL);
    }
    let output = test.run(&[
        "run",
        "folder",
        "--trials",
        "4096",
        "--json",
        "--variant",
        "base",
    ]);
    let document: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)));
    let mut scenarios: Vec<_> = document["summary"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["scenario"].clone())
        .collect();
    scenarios.dedup();
    assert_eq!(scenarios, ["a", "b"]);
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let test = CliTest::new();
    std::fs::write(test.path("binary.toml"), [0xff, 0xfe, 0x00]).expect("written");
    let output = test.run(&["run", "binary.toml"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
}
