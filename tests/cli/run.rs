//! `run` and `check`: tables, JSON, options, standard input and pipes.

use crate::fixture::{BAD, CliTest, SMALL, assert_told, told};
use std::path::Path;
use std::process::Stdio;

/// The folder of the shipped scenarios.
fn shipped(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(name)
        .display()
        .to_string()
}

fn run_shipped(name: &str) -> String {
    CliTest::new().told(&["run", &shipped(name), "--trials", "32768"])
}

#[test]
fn article_exact() {
    assert_told!(run_shipped("article-exact.toml"));
}

#[test]
fn chatgpt_inference() {
    assert_told!(run_shipped("chatgpt-inference.toml"));
}

#[test]
fn bloom_hindcast() {
    assert_told!(run_shipped("bloom-hindcast.toml"));
}

#[test]
fn bloom_tdp_trap() {
    assert_told!(run_shipped("bloom-tdp-trap.toml"));
}

/// Code 3, with a line for each that is outside.
#[test]
fn strict_about_what_was_observed() {
    assert_told!(CliTest::new().told(&[
        "run",
        &shipped("bloom-tdp-trap.toml"),
        "--trials",
        "32768",
        "--strict",
        "--quiet"
    ]));
    assert_told!(CliTest::new().told(&[
        "run",
        &shipped("bloom-hindcast.toml"),
        "--trials",
        "32768",
        "--strict",
        "--quiet"
    ]));
}

#[test]
fn catalog() {
    let scenario = CliTest::new();
    assert_told!(scenario.told(&["list", "catalog", "azure/westus"]));
    assert_told!(scenario.told(&["check", &shipped("boundary-switch.toml")]));
}

#[test]
fn gpt3_training() {
    assert_told!(run_shipped("gpt3-training.toml"));
}

#[test]
fn variants_in_one_table() {
    assert_told!(CliTest::with_small().told(&["run", "small.toml", "--trials", "16384"]));
}

/// Complaints that nobody can be told are no reason to end otherwise.
#[cfg(target_os = "linux")]
#[test]
fn standard_error_that_takes_nothing() {
    let test = CliTest::with_small();
    test.write("bad.toml", BAD);
    for words in [&["check", "bad.toml"][..], &["run", "bad.toml"]] {
        let full = std::fs::File::create("/dev/full").expect("a device");
        let status = test.command(words).stderr(full).status().expect("ended");
        assert_eq!(status.code(), Some(1), "{words:?}");
    }
}

/// An event that no trial saw: nothing is known of how much it would change.
#[test]
fn what_never_happened_is_not_known_to_be_nothing() {
    let test = CliTest::new();
    test.write("rare.toml", "[inputs]\nb = { distribution = \"bernoulli\", p = 2e-7 }\n[formulas]\nq = \"b * 100\"\n[outputs]\nq = \"1\"\n");
    let output = test.run(&["run", "rare.toml", "-n", "20000", "--out", "out"]);
    let (told, noted) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(
        told.contains("~0") && !told.contains("differ because"),
        "{told}"
    );
    assert!(
        noted.contains("q is the same in all 20,480 trials") && !noted.contains("roundings"),
        "{noted}"
    );
    let summary = std::fs::read_to_string(test.path("out/summary.csv")).expect("written");
    assert!(summary.contains("rare,base,q,1,mean,0,,,,"), "{summary}");
}

/// A unit that does not fit in a variant is complained about with the variant's name, and in each of them.
#[test]
fn units_that_do_not_fit_in_variants() {
    let test = CliTest::new();
    let text = "[inputs]\na = { distribution = \"normal\", mean = 1, sd = 1 }\ne = { value = 1, unit = \"kWh\" }\n[formulas]\nf = \"a * 2\"\n\
                [outputs]\nf = \"1\"\n[variants.v]\nformulas = { f = \"a * e\" }\n[variants.w]\ninputs = { a = { value = 1, unit = \"kWh\" } }\n";
    test.write("of.toml", text);
    let output = test.run(&["check", "of.toml"]);
    let told = String::from_utf8_lossy(&output.stderr);
    for name in ["v", "w"] {
        assert!(
            told.contains(&format!("in the variant `{name}`, `f` is energy")),
            "{told}"
        );
    }
    assert!(told.contains("2 complaints"), "{told}");
}

/// What the header says is said of the scenario as written, not of a variant without words of its own.
#[test]
fn a_description_is_of_what_it_was_written_for() {
    let test = CliTest::new();
    let text = "description = \"as it is\"\n[inputs]\nx = { distribution = \"uniform\", min = 1, max = 2 }\n[outputs]\nx = \"1\"\n\
                [variants.less.inputs]\nx = 0.5\n[variants.more]\ndescription = \"as it was\"\ninputs = { x = 5 }\n";
    test.write("of.toml", text);
    let output = test.run(&["run", "of.toml", "-n", "4096", "--out", "out"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        (
            told.matches("as it is").count(),
            told.matches("as it was").count()
        ),
        (1, 1),
        "{told}"
    );
    let written = std::fs::read_to_string(test.path("out/variants.csv")).expect("written");
    assert_eq!(written.matches("description").count(), 2, "{written}");
}

/// Of several runs a line each; what else was asked for is not passed over in silence. Alone it stands there, also what is zero without noise.
#[test]
fn what_else_was_asked_for() {
    let test = CliTest::new();
    let text = "[inputs]\nfails = { distribution = \"bernoulli\", p = 0.2 }\ncost = { distribution = \"lognormal\", median = 100, gsd = 1.3 }\n\
                [formulas]\nloss = \"if(fails == 1, cost, 0)\"\n[outputs]\nloss = \"1\"\n[variants.dear.inputs]\ncost = 300\n";
    test.write("of.toml", text);
    let words = ["run", "of.toml", "-n", "16384", "-q", "--sensitivity"];
    let hint = "one run alone (`--variant NAME`)";
    let told = |more: &[&str]| {
        let output = test.run(&[&words[..], more].concat());
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(told(&["borgonovo,tornado"]).contains(hint));
    assert!(!told(&["spearman,given-data"]).contains(hint));
    let alone = told(&["borgonovo,tornado", "--variant", "base"]);
    assert!(
        alone.contains("at its 5 %") && !alone.contains("not resolved"),
        "{alone}"
    );
}

#[test]
fn one_variant() {
    let test = CliTest::with_small();
    let chosen = test.told(&[
        "run",
        "small.toml",
        "--trials",
        "16384",
        "--variant",
        "hydropower",
        "--quiet",
    ]);
    let unknown = test.told(&["run", "small.toml", "--variant", "hydro"]);
    assert_told!([chosen, unknown].join("\n"));
}

#[test]
fn random_says_what_it_cannot_know() {
    assert_told!(CliTest::with_small().told(&[
        "run",
        "small.toml",
        "--trials",
        "2000",
        "--sampler",
        "random",
        "--variant",
        "base"
    ]));
}

#[test]
fn a_replaced_input() {
    let test = CliTest::with_small();
    assert_told!(test.told(&[
        "run",
        "small.toml",
        "--set",
        "inputs.power=400",
        "--variant",
        "base"
    ]));
}

#[test]
fn json() {
    let output = CliTest::with_small().run(&["run", "small.toml", "--trials", "16384", "--json"]);
    assert!(output.status.success());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let keys: Vec<_> = document.as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        [
            "summary",
            "sensitivity",
            "shape",
            "observed",
            "assertions",
            "nested",
            "comparison",
            "ranks",
            "decision",
            "require",
            "variants",
            "choices",
            "notes"
        ]
    );
    let rows = document["summary"].as_array().expect("rows");
    let mean = rows
        .iter()
        .find(|row| row["statistic"] == "mean" && row["variant"] == "base")
        .expect("a mean");
    assert!((mean["value"].as_f64().expect("a number") - 325.0 * 24.0 * 240.0 / 1e6).abs() < 1e-3);
    assert!(mean["standard_error"].is_f64());
}

#[test]
fn standard_input() {
    let output = CliTest::new().run_with_input(
        &["run", "-", "--trials", "16384", "--json", "--quiet"],
        SMALL,
    );
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["summary"][0]["scenario"], "stdin");
    assert!(output.stderr.is_empty(), "{}", told(&output));
}

/// Also from a file, and with its complaints under that name; what comes once cannot be read twice.
#[test]
fn standard_input_is_checked() {
    let test = CliTest::with_small();
    test.write("bad.toml", BAD);
    let from = |file: &str, words: &[&str]| {
        let input = std::fs::File::open(test.path(file)).expect("opened");
        told(&test.command(words).stdin(input).output().expect("ended"))
    };
    let checked = from("small.toml", &["check", "-"]);
    assert!(checked.starts_with("exit code: 0\n"), "{checked}");
    assert!(
        checked.contains("A small service (stdin): no complaint"),
        "{checked}"
    );
    let refused = from("bad.toml", &["check", "-"]);
    assert!(refused.starts_with("exit code: 1\n"), "{refused}");
    assert!(refused.contains("--> stdin:3:26"), "{refused}");
    let run = from("small.toml", &["run", "-", "--trials", "4096"]);
    assert!(run.starts_with("exit code: 0\n"), "{run}");
    let twice = from("small.toml", &["run", "-", "-"]);
    assert!(twice.starts_with("exit code: 1\n"), "{twice}");
}

#[test]
fn a_closed_pipe_is_success() {
    let test = CliTest::with_small();
    let mut child = test
        .command(&["run", "small.toml", "--trials", "16384", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    // The reader leaves before a byte is written.
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ended");
    assert!(output.status.success(), "{}", told(&output));
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("error"),
        "{}",
        told(&output)
    );
}

#[test]
fn nothing_is_coloured_in_a_pipe() {
    let output = CliTest::with_small().run(&["run", "small.toml", "--trials", "16384"]);
    assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b));
}

#[test]
fn check_shows_what_inputs_imply() {
    assert_told!(CliTest::with_small().told(&[
        "check",
        "small.toml",
        "--quantiles",
        "0.975,0.5,0.025"
    ]));
}

#[test]
fn check_json_at_full_precision() {
    let output =
        CliTest::with_small().run(&["check", "small.toml", "--json", "--quantiles", "0.5"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document.as_object().expect("an object").len(), 1);
    let power = &document["inputs"][0];
    assert_eq!(
        power
            .as_object()
            .expect("an input")
            .keys()
            .collect::<Vec<_>>(),
        ["name", "unit", "mean", "sd", "quantiles"]
    );
    assert_eq!(
        (&power["name"], &power["unit"]),
        (&"power".into(), &"W".into())
    );
    assert_eq!(power["quantiles"], serde_json::json!([[0.5, 325.0]]));
    assert!((power["sd"].as_f64().expect("a number") - 150.0 / 12.0_f64.sqrt()).abs() < 1e-12);
}

#[test]
fn every_complaint_of_every_file_and_no_run() {
    let test = CliTest::with_small();
    test.write("bad.toml", BAD);
    test.write("worse.toml", "inputs = 3\n");
    let told = test.told(&[
        "run",
        "small.toml",
        "bad.toml",
        "worse.toml",
        "--out",
        "results",
    ]);
    assert!(
        told.starts_with("exit code: 1\n----- stdout -----\n----- stderr -----\n"),
        "{told}"
    );
    assert!(!test.path("results").exists());
    assert_told!(told);
}

#[test]
fn a_result_that_is_not_finite() {
    let test = CliTest::new();
    test.write(
        "ratio.toml",
        "[inputs]\na = { value = 1 }\nb = { distribution = \"bernoulli\", p = 0.5 }\n[formulas]\nratio = \"a / b\"\n[outputs]\nratio = \"1\"\n",
    );
    let refused = test.run(&[
        "run",
        "ratio.toml",
        "--trials",
        "4096",
        "--sampler",
        "random",
    ]);
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    let words = String::from_utf8_lossy(&refused.stderr).into_owned();
    for part in [
        "ratio is not finite in ",
        " of 4,096 trials",
        "b = 0",
        "--allow-nonfinite",
    ] {
        assert!(words.contains(part), "{part:?} is not in {words}");
    }
    let allowed = test.run(&["run", "ratio.toml", "--trials", "4096", "--allow-nonfinite"]);
    assert_eq!(allowed.status.code(), Some(0), "{}", told(&allowed));
}

#[test]
fn a_result_that_is_never_finite() {
    let test = CliTest::new();
    test.write(
        "constant.toml",
        "[inputs]\nb = { value = 0 }\n[formulas]\nratio = \"1 / b\"\n[outputs]\nratio = \"1\"\n",
    );
    test.write(
        "random.toml",
        "[inputs]\nb = { distribution = \"uniform\", min = 1, max = 2 }\n[formulas]\nratio = \"1 / (b - b)\"\n[outputs]\nratio = \"1\"\n",
    );
    for file in ["constant.toml", "random.toml"] {
        let refused = test.run(&["run", file, "--trials", "1024", "--allow-nonfinite"]);
        assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
        let words = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(
            words.contains("ratio is not finite in all 1,024 trials, first in trial 0"),
            "{words}"
        );
        assert!(!words.contains("--allow-nonfinite"), "{words}");
    }
}

#[test]
fn more_trials_than_can_be_counted() {
    let test = CliTest::new();
    test.write(
        "many.toml",
        "[inputs]\na = { distribution = \"uniform\", min = 1, max = 2 }\n[outputs]\na = \"1\"\n[run]\ntrials = 9_223_372_036_854_775_807\n",
    );
    let refused = test.run(&["run", "many.toml"]);
    assert_eq!(refused.status.code(), Some(1), "{}", told(&refused));
    assert!(told(&refused).contains("error[trials-out-of-range]"));
    let refused = test.run(&["run", "many.toml", "--trials", "1e15"]);
    assert_eq!(refused.status.code(), Some(2), "{}", told(&refused));
}

#[test]
fn a_threshold_that_is_a_pure_number() {
    let test = CliTest::new();
    test.write(
        "pure.toml",
        "[inputs]\na = { distribution = \"uniform\", min = 0, max = 1 }\n[outputs]\na = { unit = \"1\", thresholds = { half = 0.5 } }\n",
    );
    let told = test.told(&["run", "pure.toml", "--trials", "4096"]);
    assert!(told.contains("P(a > half = 0.5) = 50"), "{told}");
}

/// What has no mean or no variance is said: by `check` in its cells (null in JSON), by a run in its notes.
#[test]
fn inputs_without_moments() {
    let test = CliTest::new();
    test.write(
        "heavy.toml",
        "[inputs]\nx = { distribution = \"student_t\", df = 1 }\ny = { distribution = \"student_t\", df = 2, location = 3 }\n\
         z = { distribution = \"student_t\", df = 1, truncate = [-1e9, 1e9] }\n\
         [formulas]\nsum = \"x + y + z\"\n[outputs]\nsum = \"1\"\n",
    );
    assert_told!(test.told(&["check", "heavy.toml", "--quantiles", "0.25,0.75"]));
    let json = test.told(&["check", "heavy.toml", "--json"]);
    assert!(
        json.contains(r#""name":"x","unit":"1","mean":null,"sd":null"#),
        "{json}"
    );
    assert!(
        json.contains(r#""name":"y","unit":"1","mean":3.0,"sd":null"#),
        "{json}"
    );
    let run = test.told(&["run", "heavy.toml", "--trials", "4096"]);
    assert!(run.contains("note: x has no mean"), "{run}");
    assert!(run.contains("note: y has no variance"), "{run}");
    assert!(!run.contains("note: z has no"), "{run}");
}

/// What is asked for by name and does not hold is refused with what does; by itself the program takes what holds.
#[test]
fn measures_that_evaluate_the_model_again() {
    let correlated = "[inputs]\na = { distribution = \"normal\", mean = 5, sd = 1, evidence = \"assumption\" }\n\
        b = { distribution = \"normal\", mean = 5, sd = 1, evidence = \"measured\" }\n\
        c = { distribution = \"uniform\", min = 1, max = 2 }\n\
        [[correlations]]\ninputs = [\"a\", \"b\"]\ngaussian = 0.5\n\
        [formulas]\ntotal = \"(a + 2 * b) * c\"\n[outputs]\ntotal = \"1\"\n";
    let test = CliTest::new();
    test.write("correlated.toml", correlated);
    let run = |more: &[&str]| {
        let words = ["run", "correlated.toml", "--trials", "32768"];
        test.told(&[&words[..], more].concat())
    };
    assert_told!(run(&[]));
    assert_told!(run(&["--sensitivity", "sobol"]));
    assert_told!(run(&["--sensitivity", "morris"]));
    assert_told!(run(&["--sensitivity", "tornado"]));
    assert_told!(run(&["--base", "1e6"]));
    let chatgpt = shipped("chatgpt-inference.toml");
    let sobol = [
        "run",
        &chatgpt,
        "--trials",
        "32768",
        "--sensitivity",
        "sobol",
    ];
    assert_told!(test.told(&[&sobol[..], &["--base", "32768"]].concat()));
}
