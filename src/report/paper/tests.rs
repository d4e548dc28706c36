//! What the files hold.

use super::super::results::{Index, Input, Observed, Output, Results, Run, Scenario};
use super::*;
use crate::report::example::known;
use crate::statistic::Estimate;

/// A run of an uncertain output and a constant one.
fn results() -> Results {
    let index = |inputs: &[&str], measure: &str, value: f64| Index {
        inputs: inputs.iter().map(|&name| name.to_owned()).collect(),
        measure: measure.to_owned(),
        unit: "1".to_owned(),
        estimate: known(value, 0.0005),
    };
    let emissions = Output {
        name: "emissions".to_owned(),
        unit: "kgCO2e/day".to_owned(),
        statistics: vec![
            ("mean".to_owned(), known(30.7123, 0.0008)),
            ("sd".to_owned(), known(16.53, 0.004)),
            ("median".to_owned(), known(27.4321, 0.003)),
            ("interval_low".to_owned(), known(9.4123, 0.004)),
            (
                "interval_high".to_owned(),
                Estimate {
                    poorly_carried: true,
                    ..known(76.123, 0.02)
                },
            ),
            ("threshold:the article".to_owned(), known(23.04, 0.0)),
            ("p_above:the article".to_owned(), known(0.6271, 0.0001)),
        ],
        indices: vec![
            index(&["gpus"], "sobol_total", 0.61),
            index(&["grid"], "sobol_total", 0.09),
            index(&["gpus", "grid"], "sobol_second", 0.02),
        ],
        observed: vec![Observed {
            name: "the article".to_owned(),
            band: [23.04; 2],
            inside: true,
            shared_source: true,
            source: "ludvigsen2022".to_owned(),
        }],
        ..Output::default()
    };
    let hours = Output {
        name: "hours".to_owned(),
        unit: "h".to_owned(),
        constant: true,
        statistics: ["mean", "median"]
            .map(|name| (name.to_owned(), known(24.0, 0.0)))
            .into(),
        ..Output::default()
    };
    let input = |name: &str, unit: &str, written: &str| Input {
        name: name.to_owned(),
        unit: unit.to_owned(),
        written: written.to_owned(),
        random: written.contains('('),
        ..Input::default()
    };
    let run = Run {
        variant: "base".to_owned(),
        trials: 1_048_576,
        replicates: 32,
        inputs: vec![
            Input {
                evidence: Some("assumption".to_owned()),
                sources: vec!["ludvigsen2022".to_owned(), "a guess of ours".to_owned()],
                ..input("gpus", "GPU", "discrete(values = [8, 16])")
            },
            input(
                "grid",
                "gCO2e/kWh",
                "lognormal(interval = [1, 2], level = 0.9)",
            ),
            input("pue", "1", "1.2"),
        ],
        correlations: vec![(["gpus".to_owned(), "grid".to_owned()], "spearman", 0.25)],
        notes: vec!["truncation removed 1.2 % of the mass of grid".to_owned()],
        outputs: vec![emissions, hours],
        ..Run::default()
    };
    Results {
        version: "1.2.3".to_owned(),
        scenarios: vec![Scenario {
            name: "chat".to_owned(),
            title: Some("A <chat> service".to_owned()),
            references: vec![super::super::manifest::ReferenceRecord {
                key: "ludvigsen2022".to_owned(),
                title: "The Carbon Footprint of ChatGPT".to_owned(),
                year: Some(2022),
                ..Default::default()
            }],
            seed: 42,
            sampler: "sobol".to_owned(),
            level: 0.95,
            runs: vec![run],
            ..Scenario::default()
        }],
        ..Results::default()
    }
}

fn file(results: &Results, name: &str) -> String {
    let files = files(results);
    let found = files.into_iter().find(|file| file.0 == name);
    found.expect("a file of that name").1
}

#[test]
fn every_file() {
    for (name, text) in files(&results()) {
        insta::assert_snapshot!(name, text);
    }
    assert_eq!(files(&results()).map(|file| file.0), NAMES);
}

/// Each sentence follows what was run: told of another run, the paragraph is another.
#[test]
fn methods_are_those_of_the_run() {
    type Change<'a> = &'a dyn Fn(&mut Scenario);
    let told = |change: Change<'_>| {
        let mut results = results();
        change(&mut results.scenarios[0]);
        file(&results, "methods.md")
    };
    let first = |scenario: &mut Scenario, change: &dyn Fn(&mut Run)| change(&mut scenario.runs[0]);
    let cases: [(&str, Change<'_>); 13] = [
        ("independent pseudo-random numbers", &|scenario| {
            scenario.sampler = "random".to_owned();
        }),
        ("Latin hypercube samples", &|scenario| {
            scenario.sampler = "latin-hypercube".to_owned();
        }),
        (": 5 % of the outcomes lie below", &|scenario| {
            scenario.level = 0.9
        }),
        (
            "were known to 3 significant digits by the adaptive procedure of JCGM 101, 7.9, which was not reached",
            &|scenario| {
                first(scenario, &|run| {
                    let asked = "3 significant digits".to_owned();
                    run.stopping = Some((asked, "jcgm101".to_owned(), false));
                });
            },
        ),
        ("7 of the trials were left out", &|scenario| {
            first(scenario, &|run| run.nonfinite = 7);
        }),
        ("All inputs are taken as independent.", &|scenario| {
            first(scenario, &|run| run.correlations.clear());
        }),
        ("gpus and pue are drawn together, as rows", &|scenario| {
            let names = ["gpus", "pue"].map(str::to_owned).to_vec();
            first(scenario, &|run| {
                run.joint = vec![("rows".to_owned(), names.clone())]
            });
        }),
        (
            "The distributions of gpus describe what really varies",
            &|scenario| {
                first(scenario, &|run| run.inputs[0].variability = true);
            },
        ),
        (
            "for each of them 50 trials of the variable inputs",
            &|scenario| {
                first(scenario, &|run| run.nested = Some((1000, 50, false)));
            },
        ),
        ("2 variants of it were run", &|scenario| {
            let again = scenario.runs[0].clone();
            scenario.runs.push(again);
        }),
        ("shows the noise floor", &|scenario| {
            let outputs = &mut scenario.runs[0].outputs;
            outputs[0].indices[0].inputs = vec!["(dummy)".to_owned()];
        }),
        ("where an output has them", &|scenario| {
            scenario.runs[0].outputs[0].statistics.remove(0);
        }),
        ("No distribution acts on any output", &|scenario| {
            first(scenario, &|run| {
                run.outputs.remove(0);
            });
        }),
    ];
    let usual = told(&|_| {});
    for (sentence, change) in cases {
        assert!(!usual.contains(sentence), "{sentence}");
        let changed = told(change);
        assert!(changed.contains(sentence), "{sentence} in:\n{changed}");
    }
}
