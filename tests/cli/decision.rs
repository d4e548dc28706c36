//! A decision on the command line: the table, the files, and what cannot be asked.

use crate::fixture::{CliTest, assert_told};

const SCENARIO: &str = r#"
[inputs]
gpus  = { distribution = "discrete", values = [8, 16, 32], unit = "GPU" }
power = { distribution = "uniform", min = 380, max = 407, unit = "W/GPU" }
grid  = { distribution = "lognormal", median = 240, gsd = 1.25, unit = "gCO2e/kWh" }

[groups]
hardware = ["gpus", "power"]

[formulas]
emissions = "gpus * power * grid"

[outputs]
emissions = "kgCO2e/day"

[variants.elsewhere]
inputs = { grid = { distribution = "lognormal", median = 250, gsd = 1.1, unit = "gCO2e/kWh" } }

[decision]
minimise  = "emissions"
threshold = 36
"#;

fn test() -> CliTest {
    let test = CliTest::new();
    test.write("service.toml", SCENARIO);
    test
}

#[test]
fn a_decision_and_its_files() {
    let test = test();
    let words = [
        "run",
        "service.toml",
        "-n",
        "65536",
        "--out",
        "results",
        "-q",
    ];
    assert_told!(test.told(&words));
    let alternatives = test.read("results/decision.csv");
    assert_eq!(alternatives.lines().count(), 4, "{alternatives}");
    assert!(alternatives.contains("service,emissions,kgCO2e/day,(threshold),"));
    let rows = test.read("results/sensitivity.csv");
    let of_decision: Vec<&str> = rows
        .lines()
        .filter(|line| line.contains(",evppi,") || line.contains(",evpi,"))
        .collect();
    // Everything, four draws, the dummy, and the group; of no variant.
    assert_eq!(of_decision.len(), 7, "{rows}");
    assert!(
        of_decision
            .iter()
            .all(|line| line.starts_with("service,,emissions,"))
    );
    assert!(rows.contains("service,base,emissions,group:hardware,,sobol_total,"));
}

/// It is looked at unless something else is asked for.
#[test]
fn when_it_is_looked_at() {
    let test = test();
    for (more, there) in [
        (&["--sensitivity", "spearman"][..], false),
        (&["--sensitivity", "none"], false),
        (&["--sensitivity", "evppi"], true),
        (&["--variant", "base"], false),
        (&["--variant", "base", "--sensitivity", "evppi"], true),
        (&[], true),
    ] {
        let words = [&["run", "service.toml", "-n", "4096", "-q"], more].concat();
        let told = test.told(&words);
        assert_eq!(told.contains("Decision:"), there, "{more:?}\n{told}");
    }
}

#[test]
fn a_scenario_without_one_is_refused() {
    let test = CliTest::with_small();
    let words = ["run", "small.toml", "-n", "4096", "--sensitivity", "evppi"];
    assert_told!(test.told(&words));
}

/// Neither a choice nor the ends of a variant's interval is a matter of differences.
#[test]
fn what_only_a_run_has_is_refused_by_compare() {
    let test = test();
    for measure in ["evppi", "shape"] {
        let told = test.told(&["compare", "service.toml", "--sensitivity", measure]);
        assert!(
            told.starts_with("exit code: 2") && told.contains("ask `run` for it"),
            "{told}"
        );
    }
}
