//! `--sensitivity shape` on the command line: the table, and the file.

use crate::fixture::{CliTest, assert_told};

#[test]
fn shapes_are_shown_and_written() {
    let test = CliTest::with_small();
    let words = ["run", "small.toml", "--variant", "base", "-n", "16384"];
    let shape = [
        "--sensitivity",
        "shape",
        "--base",
        "16384",
        "--out",
        "results",
        "-q",
    ];
    assert_told!(test.told(&[&words[..], &shape].concat()));
    let rows = test.read("results/shape.csv");
    // Three families in place of a uniform one, both ends of each.
    assert_eq!(rows.lines().count(), 1 + 3 * 2, "{rows}");
    assert!(
        rows.contains("small,base,emissions,kgCO2e/day,power,normal,uniform,interval_high,0.95,")
    );
}
