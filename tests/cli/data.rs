//! Data files on the command line: where they are looked for, where they are complained about, what is written down.

use crate::fixture::{CliTest, assert_told, told};
use sha2::{Digest, Sha256};

const SCENARIO: &str = r#"
[inputs]
requests = { distribution = "empirical", file = "log.csv", column = "requests", unit = "request/day", source = "our log", evidence = "measured", kind = "variability" }
power = { distribution = "empirical", file = "log.csv", column = "power", unit = "kW", source = "our log", evidence = "measured", kind = "variability" }

[formulas]
per_request = "power / requests"

[outputs]
per_request = "Wh/request"
"#;
const LOG: &str = "day,requests,power\n1,1000,2\n2,4000,2.5\n3,2000,2.25\n4,8000,3\n";

fn with_log(log: &str) -> CliTest {
    let test = CliTest::new();
    test.write("service/day.toml", SCENARIO);
    test.write("service/log.csv", log);
    test
}

#[test]
fn a_data_file_is_beside_its_scenario_and_in_the_manifest() {
    let test = with_log(LOG);
    let output = test.run(&[
        "run",
        "service/day.toml",
        "--trials",
        "4096",
        "--out",
        "results",
    ]);
    assert!(output.status.success(), "{}", told(&output));
    let manifest: serde_json::Value =
        serde_json::from_str(&test.read("results/manifest.json")).expect("JSON");
    let hash: String = Sha256::digest(LOG.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(manifest["read"][1]["path"], "service/log.csv");
    assert_eq!(manifest["read"][1]["sha256"], hash);
    assert!(
        test.read("results/sensitivity.csv")
            .contains("requests+power")
    );
    // By standard input, it is relative to where the command runs.
    let lost = told(&test.run_with_input(&["check", "-"], SCENARIO));
    assert!(
        lost.contains("the data file `log.csv` does not exist"),
        "{lost}"
    );
    test.write("log.csv", LOG);
    let found = test.run_with_input(&["check", "-"], SCENARIO);
    assert!(found.status.success(), "{}", told(&found));
}

#[test]
fn a_data_file_is_checked_and_shown() {
    let test = with_log(LOG);
    assert_told!(test.told(&["check", "service/day.toml"]));
    let test = with_log("day,requests,power\n1,1000,\n2,4 000,2.5\n3,2000\n");
    assert_told!(test.told(&["check", "service/day.toml"]));
}
