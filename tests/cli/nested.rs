//! `--nested` on the command line: the table, the file, and what cannot be asked.

use crate::fixture::{CliTest, assert_told, told};

const SCENARIO: &str = r#"
[inputs]
requests = { distribution = "lognormal", median = 12000, gsd = 1.3, unit = "request/day", kind = "variability" }
power = { distribution = "normal", mean = 2, sd = 0.2, unit = "kW" }

[formulas]
per_request = "power / requests"

[outputs]
per_request = { unit = "Wh/request", thresholds = { five = 5 } }

[variants.larger]
inputs = { power = { distribution = "normal", mean = 3, sd = 0.2, unit = "kW" } }
"#;

fn test() -> CliTest {
    let test = CliTest::new();
    test.write("service.toml", SCENARIO);
    test
}

const WORDS: &[&str] = &[
    "run",
    "service.toml",
    "--sensitivity",
    "none",
    "-n",
    "4096",
    "--replicates",
    "32",
];

fn with<'words>(more: &[&'words str]) -> Vec<&'words str> {
    WORDS.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn what_varies_is_shown_apart() {
    let test = test();
    assert_told!(test.told(&with(&["--variant", "base", "--nested", "1024x512"])));
    assert_told!(test.told(&with(&["--nested", "1e3×200", "--out", "results"])));
    let table = test.read("results/nested.csv");
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some("scenario,variant,output,unit,over_variability,over_uncertainty,value,standard_error")
    );
    // mean, sd, seven quantiles, two ends and a threshold, five numbers each, of two variants.
    assert_eq!(lines.count(), 2 * 12 * 5);
    let manifest = test.read("results/manifest.json");
    assert!(manifest.contains("\"nested\": \"1000x200\""), "{manifest}");
    let json = told(&test.run(&with(&["--nested", "64x64", "--json", "--quiet"])));
    assert!(
        json.contains("\"over_variability\": \"p_above:five\""),
        "{json}"
    );
}

#[test]
fn what_cannot_be_nested_is_said() {
    let test = test();
    test.write(
        "correlated.toml",
        &SCENARIO.replace(
            "[formulas]",
            "[[correlations]]\ninputs = [\"requests\", \"power\"]\nspearman = 0.5\n\n[formulas]",
        ),
    );
    assert_told!(test.told(&["run", "correlated.toml", "--nested", "100x100"]));
    test.write(
        "certain.toml",
        &SCENARIO.replace(", kind = \"variability\"", ""),
    );
    assert_told!(test.told(&["run", "certain.toml", "--nested", "100x100"]));
    assert_told!(test.told(&with(&["--nested", "100xrows"])));
    for wrong in ["100", "100x", "1x100", "100x5", "1e9x1e6", "ax100"] {
        let told = test.told(&with(&["--nested", wrong]));
        assert!(
            told.starts_with("exit code: 2") && told.contains("--nested"),
            "{told}"
        );
    }
}

#[test]
fn inner_trials_without_a_number_are_no_result() {
    let test = test();
    let half = SCENARIO.replace("power / requests", "if(requests > 12000 request/day, power / requests, sqrt(0 - power / (1 kW)) * power / requests)");
    test.write("half.toml", &half);
    let words = [
        "run",
        "half.toml",
        "--variant",
        "base",
        "--sensitivity",
        "none",
        "-n",
        "4096",
        "--nested",
        "64x64",
    ];
    let refused = test.told(&words);
    assert!(
        refused.starts_with("exit code: 1") && refused.contains("is not finite"),
        "{refused}"
    );
    // One trial in 600 is finite: the plain run has some, and no inner sample has enough.
    let rare = half.replace("12000 request/day, power", "26000 request/day, power");
    test.write("rare.toml", &rare);
    let words_of_rare: Vec<&str> = words
        .iter()
        .map(|word| {
            if *word == "half.toml" {
                "rare.toml"
            } else {
                word
            }
        })
        .collect();
    let lost = test.told(&[&words_of_rare[..], &["--allow-nonfinite"]].concat());
    assert!(
        lost.starts_with("exit code: 1") && lost.contains("of the nested run"),
        "{lost}"
    );
    let left = test.told(&[&words[..], &["--allow-nonfinite"]].concat());
    assert!(left.starts_with("exit code: 0"), "{left}");
    assert!(
        left.contains("trials of the nested run were left out because an output was not finite"),
        "{left}"
    );
}
