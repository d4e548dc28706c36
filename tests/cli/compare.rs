//! `compare` on the command line: the tables, the files, and what cannot be asked.

use crate::fixture::{CliTest, assert_told, told};

const SCENARIO: &str = r#"
variant = "west"

[inputs]
power = { distribution = "uniform", min = 3, max = 5, unit = "kW" }
grid  = { distribution = "normal", mean = 240, sd = 20, unit = "gCO2e/kWh" }

[formulas]
emissions = "power * grid"

[outputs]
emissions = "kgCO2e/day"

[variants.north]
inputs = { grid = { distribution = "normal", mean = 200, sd = 30, unit = "gCO2e/kWh" } }

[variants."more power"]
inputs = { power = { distribution = "uniform", min = 4, max = 6, unit = "kW", draws = "shared" } }
"#;

fn test() -> CliTest {
    let test = CliTest::new();
    test.write("region.toml", SCENARIO);
    test
}

const SHORT: &[&str] = &["-n", "8192", "--replicates", "32"];

fn with<'words>(first: &[&'words str], more: &[&'words str]) -> Vec<&'words str> {
    [first, SHORT, more].concat()
}

#[test]
fn differences_and_what_drives_them() {
    let test = test();
    assert_told!(test.told(&with(&["compare", "region.toml"], &[])));
    assert_told!(test.told(&with(
        &["compare", "region.toml"],
        &["--all-pairs", "--sensitivity", "none"]
    )));
    assert_told!(test.told(&with(&["compare", "region.toml"], &["--baseline", "nort"])));
    assert_told!(test.told(&with(&["compare", "region.toml"], &["--variant", "west"])));
}

#[test]
fn the_files_of_a_comparison() {
    let test = test();
    told(&test.run(&with(
        &["compare", "region.toml", "--quiet"],
        &["--out", "results"],
    )));
    let comparison = test.read("results/comparison.csv");
    let mut lines = comparison.lines();
    assert_eq!(
        lines.next(),
        Some(
            "output,unit,scenario_a,variant_a,scenario_b,variant_b,quantity,statistic,value,standard_error,error_low,error_high"
        )
    );
    // Five statistics of the difference, five of the ratio, two of the order, of two pairs.
    assert_eq!(lines.count(), 2 * 12);
    let sensitivity = test.read("results/sensitivity.csv");
    let row = "region,north,emissions (region / north − region / west),north/grid,,sobol_total,1,";
    assert!(sensitivity.contains(row), "{sensitivity}");
    let json = told(&test.run(&with(&["compare", "region.toml"], &["--json", "--quiet"])));
    assert!(json.contains("\"quantity\": \"difference\""), "{json}");
}

#[test]
fn help_of_compare() {
    assert_told!(CliTest::new().told(&["compare", "--help"]));
}
