//! One trial again: the same digits as in the samples, whatever is asked for, and the trial that is sought.

use crate::fixture::{CliTest, assert_told, told};
use serde_json::Value;

/// Everything that a draw can be: correlated, a share, a row of a file, discrete; a formula that is no output, one that is not
/// always finite, and an input that is an output.
const SCENARIO: &str = r#"
title = "A service"

[inputs]
power = { distribution = "uniform", min = 250, max = 400, unit = "W" }
hours = { distribution = "lognormal", median = 8, gsd = 1.5, unit = "h/day" }
grid = { distribution = "normal", mean = 240, sd = 30, unit = "gCO2e/kWh" }
machines = { distribution = "poisson", mean = 3, unit = "server" }
load = { distribution = "empirical", file = "log.csv", column = "load" }
overhead = { distribution = "empirical", file = "log.csv", column = "overhead" }
price = { value = 0.3, unit = "1/kWh" }

[shares.mix]
mean = { coal = 0.4, wind = 0.6 }
concentration = 20

[[correlations]]
inputs = ["power", "hours"]
spearman = 0.7

[formulas]
energy = "power * hours * load * overhead"
emissions = "energy * grid * mix_coal"
per_machine = "emissions / machines * 1 server"
cost = "energy * price"

[outputs]
emissions = "kgCO2e/day"
per_machine = "gCO2e/day"
hours = "min/day"
cost = "1/day"

[variants.other]
inputs = { grid = { distribution = "uniform", min = 20, max = 40, unit = "gCO2e/kWh" }, machines = { value = 4, unit = "server" } }
"#;

fn service() -> CliTest {
    let test = CliTest::new();
    test.write("service.toml", SCENARIO);
    test.write("log.csv", "load,overhead\n0.2,1.5\n0.4,1.3\n0.9,1.1\n");
    test
}

/// The trial by name: text of the number and unit.
fn replayed(test: &CliTest, words: &[&str]) -> (Value, Vec<(String, f64)>) {
    let words = [&["replay", "service.toml", "--json", "--quiet"], words].concat();
    let output = test.run(&words);
    assert!(output.status.success(), "{}", told(&output));
    let mut document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let trial = document["trials"][0].take();
    let quantities = trial["quantities"].as_array().expect("quantities").iter();
    let named = quantities
        .map(|one| {
            let name = one["name"].as_str().expect("a name").to_owned();
            (name, one["value"].as_f64().unwrap_or(f64::NAN))
        })
        .collect();
    (trial, named)
}

/// Lines of a file of samples, cells by column.
fn samples(text: &str) -> (Vec<&str>, Vec<Vec<f64>>) {
    let mut lines = text.lines().map(|line| line.split(','));
    let names = lines.next().expect("a heading").collect();
    let number = |cell: &str| cell.parse().unwrap_or(f64::NAN);
    (
        names,
        lines.map(|line| line.map(number).collect()).collect(),
    )
}

#[test]
fn a_trial_is_that_of_the_samples_to_the_digit() {
    let test = service();
    let sets: [&[&str]; 5] = [
        &["--sampler", "random"],
        &["--sampler", "latin-hypercube", "--seed", "7"],
        &["--sampler", "sobol", "--replicates", "24"],
        &["--set", "inputs.grid.mean=300", "--set", "inputs.price=0.4"],
        &["--sampler", "latin-hypercube", "--variant", "other"],
    ];
    for words in sets {
        let shared = [words, &["-n", "3000"]].concat();
        let run = [
            &[
                "run",
                "service.toml",
                "--allow-nonfinite",
                "--sensitivity",
                "none",
            ],
            &["--out", "out", "--samples", "csv", "--quiet"],
            shared.as_slice(),
        ]
        .concat();
        let output = test.run(&run);
        assert!(output.status.success(), "{}", told(&output));
        let other = words.contains(&"other");
        let text = test.read(if other {
            "out/samples/service.other.csv"
        } else {
            "out/samples/service.csv"
        });
        let (names, rows) = samples(&text);
        for number in [0, 1, 255, 256, 1777, rows.len() - 1] {
            let row = &rows[number];
            let number = number.to_string();
            let (trial, quantities) =
                replayed(&test, &[shared.as_slice(), &["--trial", &number]].concat());
            assert_eq!(trial["replicate"], row[1] as u64, "{words:?}");
            for (name, cell) in names.iter().zip(row).skip(2) {
                let found = quantities.iter().find(|(other, _)| other == name);
                let (_, value) = found.unwrap_or_else(|| panic!("{name} is missing"));
                let same = value.to_bits() == cell.to_bits() || value.is_nan() && cell.is_nan();
                assert!(same, "{words:?}, trial {number}, {name}: {value} {cell}");
            }
            // Energy is no output: it stands between, and what is computed from it is computed from it.
            let of = |name: &str| quantities.iter().find(|one| one.0 == name).expect(name).1;
            let price = if words.contains(&"--set") && !other {
                0.4
            } else {
                0.3
            };
            // Watts, though the file says hours a day of watts: the unit of an input that measures the same.
            let unit = &trial["quantities"].as_array().expect("quantities")[8]["unit"];
            assert_eq!(unit, "W", "{trial:#}");
            let cost = of("energy") * 24.0 / 1000.0 * price;
            assert!(
                (of("cost") / cost - 1.0).abs() < 1e-12,
                "{cost} {}",
                of("cost")
            );
        }
        // The twin: another seed is another trial.
        let trial = ["--trial", "256", "--seed", "8"];
        let without_seed: Vec<&str> = shared
            .iter()
            .copied()
            .filter(|word| !matches!(*word, "--seed" | "7"))
            .collect();
        let (_, others) = replayed(&test, &[without_seed.as_slice(), &trial].concat());
        let power = others
            .iter()
            .find(|(name, _)| name == "power")
            .expect("power");
        let column = names
            .iter()
            .position(|name| *name == "power")
            .expect("power");
        assert_ne!(power.1, rows[256][column]);
    }
}

#[test]
fn the_trial_that_is_sought() {
    let test = service();
    let shared = ["-n", "3000", "--sampler", "random", "--sensitivity", "none"];
    let run = ["run", "service.toml", "--quiet"];
    // The first trial that is not finite is the one that the refusal names.
    let refusal = told(&test.run(&[&run[..], &shared[..]].concat()));
    let (trial, quantities) = replayed(
        &test,
        &["-n", "3000", "--sampler", "random", "--at", "nonfinite"],
    );
    let line = format!("first in trial {}, where", trial["trial"]);
    assert!(refusal.contains(&line), "{line}\n{refusal}");
    for (name, value) in quantities
        .iter()
        .filter(|one| one.0 == "power" || one.0 == "load")
    {
        assert!(refusal.contains(&format!("{name} = {value}")), "{refusal}");
    }
    let of = |trial: &Value, name: &str| {
        let quantities = trial["quantities"].as_array().expect("quantities").iter();
        let mut named = quantities.filter(|one| one["name"] == name);
        named.next_back().expect(name).clone()
    };
    assert_eq!(of(&trial, "per_machine")["not_finite"], "inf");
    assert_eq!(of(&trial, "machines")["value"], 0.0);

    let output = test.run(
        &[
            &run[..],
            &shared[..],
            &["--allow-nonfinite", "--out", "out", "--samples", "csv"],
        ]
        .concat(),
    );
    assert!(output.status.success(), "{}", told(&output));
    let text = test.read("out/samples/service.csv");
    let (names, rows) = samples(&text);
    let column = names
        .iter()
        .position(|name| *name == "emissions")
        .expect("it");
    let finite: Vec<&Vec<f64>> = rows
        .iter()
        .filter(|row| row.iter().all(|cell| cell.is_finite()))
        .collect();
    let best = |key: &dyn Fn(f64) -> f64| {
        let nearest = finite
            .iter()
            .min_by(|a, b| key(a[column]).total_cmp(&key(b[column])));
        nearest.expect("a row")[0]
    };
    let summary = test.read("out/summary.csv");
    let quantile: f64 = summary
        .lines()
        .find(|line| line.contains(",emissions,") && line.contains(",q0.95,"))
        .and_then(|line| line.split(',').nth(5)?.parse().ok())
        .expect("a quantile");
    for (at, wanted) in [
        ("max:emissions", best(&|value| -value)),
        ("min:emissions", best(&|value| value)),
        ("q0.95:emissions", best(&|value| (value - quantile).abs())),
    ] {
        let (trial, _) = replayed(&test, &["-n", "3000", "--sampler", "random", "--at", at]);
        assert_eq!(trial["trial"], wanted as u64, "{at}");
        assert_eq!(
            trial["found"]["left_out"],
            (rows.len() - finite.len()) as u64
        );
    }
}

#[test]
fn a_trial_as_people_read_it() {
    let test = service();
    let words = [
        "replay",
        "service.toml",
        "--sampler",
        "random",
        "-n",
        "3000",
    ];
    let at = |what: &[&str]| test.told(&[&words[..], what].concat());
    assert_told!(at(&[
        "--trial",
        "1777",
        "--variant",
        "base",
        "--variant",
        "other"
    ]));
    assert_told!(at(&["--at", "q0.975:emissions"]));
    assert_told!(at(&["--at", "nonfinite:per_machine"]));
}

#[test]
fn what_cannot_be_replayed_is_said() {
    let test = service();
    for (words, code) in [
        (
            &["--trial", "3000", "-n", "3000", "--sampler", "random"][..],
            1,
        ),
        (&["--at", "nonfinite:hours", "-n", "3000"], 1),
        (&["--at", "max:emisions"], 2),
        (&["--at", "max"], 2),
        (&["--at", "q1.5:emissions"], 2),
        (&["--trial", "1", "--at", "max:emissions"], 2),
        (&[], 2),
        (&["--trial", "1", "--variant", "no"], 2),
    ] {
        let output = test.run(&[&["replay", "service.toml"], words].concat());
        assert_eq!(output.status.code(), Some(code), "{}", told(&output));
        assert_told!(told(&output));
    }
}
