//! `require` on the command line: the table, the file, and what cannot be asked.

use crate::fixture::{CliTest, assert_told};

const SCENARIO: &str = r#"
[inputs]
gpus  = { distribution = "discrete", values = [15, 16, 17], unit = "GPU" }
power = { distribution = "uniform", min = 340, max = 407, unit = "W/GPU" }
grid  = { distribution = "lognormal", median = 240, gsd = 1.25, unit = "gCO2e/kWh" }
load  = { distribution = "normal", mean = 1, sd = 0.02, kind = "variability" }

[formulas]
emissions = "gpus * power * grid * load"

[outputs]
emissions = "kgCO2e/day"
"#;

fn test() -> CliTest {
    let test = CliTest::new();
    test.write("service.toml", SCENARIO);
    test
}

#[test]
fn what_is_required_and_its_file() {
    let test = test();
    let words = [
        "require",
        "emissions within 25 %",
        "service.toml",
        "-n",
        "32768",
    ];
    assert_told!(test.told(&[&words[..], &["--out", "results"]].concat()));
    let rows = test.read("results/require.csv");
    // Three inputs, the best two, and all.
    assert_eq!(rows.lines().count(), 6, "{rows}");
    assert_eq!(
        test.files(),
        [
            "results/manifest.json",
            "results/require.csv",
            "service.toml"
        ]
    );
    let json = test.told(&[&words[..], &["--json", "-q"]].concat());
    assert!(json.contains("\"need\": \"shrink\""), "{json}");
    assert_told!(test.told(&[
        "require",
        "emissions within 90 %",
        "service.toml",
        "-n",
        "32768",
        "-q"
    ]));
}

#[test]
fn a_folder_of_what_is_required_is_verified() {
    let test = test();
    let words = [
        "require",
        "emissions within 25 %",
        "service.toml",
        "-n",
        "4096",
    ];
    test.told(&[&words[..], &["--out", "results", "-q"]].concat());
    let verified = test.told(&["verify", "results"]);
    assert!(verified.starts_with("exit code: 0"), "{verified}");
}

#[test]
fn what_cannot_be_asked() {
    let test = test();
    for (asked, words) in [
        ("emission within 20 %", "did you mean"),
        ("emissions within 20", "within PERCENT"),
        ("emissions", "within PERCENT"),
    ] {
        let told = test.told(&["require", asked, "service.toml"]);
        assert!(
            told.starts_with("exit code: 2") && told.contains(words),
            "{told}"
        );
    }
}
