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

/// A second variant, in which grid comes from the catalog and what is said of runs differs.
fn with_a_variant(change: &dyn Fn(&mut Run, &mut Run)) -> Results {
    let mut results = results();
    let mut again = results.scenarios[0].runs[0].clone();
    again.variant = "west".to_owned();
    again.inputs = vec![Input {
        name: "grid".to_owned(),
        unit: "gCO2e/kWh".to_owned(),
        written: "catalog([\"grid/west\"], where = { year = 2022 })".to_owned(),
        resolved: Some("240.5".to_owned()),
        sources: vec!["catalog:west".to_owned()],
        ..Input::default()
    }];
    change(&mut results.scenarios[0].runs[0], &mut again);
    results.scenarios[0].runs.push(again);
    results
}

/// What is so in some variants is said of these.
#[test]
fn methods_say_of_which_variants() {
    let told = |change: &dyn Fn(&mut Run, &mut Run)| file(&with_a_variant(change), "methods.md");
    let constant = told(&|_, west| {
        west.outputs.remove(0);
        west.notes = vec![crate::report::COMPUTED_ONCE.to_owned()];
    });
    let noted = told(&|_, west| west.notes = vec!["an interpolation was held".to_owned()]);
    let correlated = told(&|base, _| base.correlations.clear());
    let other = told(&|_, west| west.outputs[0].observed[0].name = "another".to_owned());
    for (text, sentences) in [
        (
            &constant,
            &[
                "In west no distribution acts on any output: each was computed once, exactly.",
                "Limits: truncation removed 1.2 % of the mass of grid.",
                "1 observation was held against the predictions: it overlapped the interval.",
            ][..],
        ),
        (
            &noted,
            &[
                "Limits: base: truncation removed 1.2 % of the mass of grid; west: an interpolation was held.",
                "It also has what other variants define otherwise: grid (west).",
                "Sources: [@ludvigsen2022]; a guess of ours; catalog:west.",
                "No source is stated for grid (in base) and pue.",
                "1 observation was held against the predictions of 2 variants, which makes 2 comparisons: all overlapped the interval.",
                "validates nothing: so it is with all of them.",
            ],
        ),
        (
            &correlated,
            &[
                "In west, the dependence between gpus and grid is modelled",
                "All other pairs of inputs, and in the other variants these too, are taken as independent.",
            ],
        ),
        (
            &other,
            &["2 observations were held against the predictions: all overlapped the interval."],
        ),
    ] {
        for sentence in sentences {
            assert!(text.contains(sentence), "{sentence} in:\n{text}");
        }
    }
    assert!(!constant.contains("Limits: base"), "{constant}");
    assert!(!correlated.contains("All inputs are"), "{correlated}");
}

/// What is taken from the catalog is printed as what it is, and found again by its entry.
#[test]
fn inputs_of_the_catalog_have_their_numbers() {
    let tables = file(&with_a_variant(&|_, _| {}), "tables.md");
    let row = "| west: grid (gCO2e/kWh) | 240.5 |  | catalog:west (catalog: grid/west, where = \\{ year = 2022 \\}) |";
    assert!(tables.contains(row), "{row} in:\n{tables}");
}

/// Sentences that have nothing to be about are not there, and those about one thing are of one thing.
#[test]
fn methods_of_little_are_short() {
    let mut results = results();
    let run = &mut results.scenarios[0].runs[0];
    run.correlations.clear();
    run.notes.clear();
    run.inputs.truncate(1);
    run.outputs.truncate(1);
    let one = file(&results, "methods.md");
    for sentence in [
        "its output is emissions.",
        "It has 1 input, described by a probability distribution (discrete (1));",
    ] {
        assert!(one.contains(sentence), "{sentence} in:\n{one}");
    }
    let run = &mut results.scenarios[0].runs[0];
    run.inputs[0].random = false;
    run.outputs[0].constant = true;
    run.outputs[0].observed.clear();
    run.notes = vec![crate::report::COMPUTED_ONCE.to_owned()];
    let exact = file(&results, "methods.md");
    assert!(exact.contains("It has 1 input, which is fixed;"), "{exact}");
    for text in [&one, &exact] {
        assert!(
            !text.contains("\n\n\n") && !text.contains("independent."),
            "{text}"
        );
    }
    assert_eq!(exact.matches("computed once").count(), 1, "{exact}");
}

/// With two inputs that depend on each other, there are no other pairs.
#[test]
fn no_pair_is_made_up() {
    let mut results = results();
    results.scenarios[0].runs[0].inputs.truncate(2);
    let told = file(&results, "methods.md");
    assert!(!told.contains("taken as independent"), "{told}");
}

/// A measure that has no number is not told of, nor one of grades where none is given.
#[test]
fn measures_told_have_numbers() {
    let mut results = results();
    let indices = &mut results.scenarios[0].runs[0].outputs[0].indices;
    let index = |inputs: &str, measure: &str, estimate| Index {
        inputs: vec![inputs.to_owned()],
        measure: measure.to_owned(),
        unit: "1".to_owned(),
        estimate,
    };
    indices.push(index("gpus", "spearman", Estimate::unavailable()));
    indices.push(index("(no grade)", "shapley_grade", known(1.0, 0.0)));
    indices.push(index("(dummy)", "shapley_grade", known(0.0, 0.0)));
    indices.push(index("(dummy)", "sobol_total", known(0.0, 0.0)));
    let (methods, tables) = (file(&results, "methods.md"), file(&results, "tables.md"));
    assert!(
        !methods.contains("Spearman's rank correlation and"),
        "{methods}"
    );
    for word in ["grades of evidence", "noise floor"] {
        assert!(!methods.contains(word), "{methods}");
    }
    assert!(!tables.contains("(no grade)"), "{tables}");
    let indices = &mut results.scenarios[0].runs[0].outputs[0].indices;
    indices.push(index("measured", "shapley_grade", known(0.5, 0.01)));
    indices.push(index("(dummy)", "pawn", known(0.02, 0.001)));
    let (methods, tables) = (file(&results, "methods.md"), file(&results, "tables.md"));
    assert!(
        methods.contains("shows the noise floor of PAWN indices."),
        "{methods}"
    );
    assert!(tables.contains("(no grade)"), "{tables}");
}

/// A mark is explained where it stands, and nowhere else.
#[test]
fn marks_are_explained_where_they_stand() {
    let explained = "A number after a tilde";
    let with = |statistic: &str| {
        let mut results = results();
        let statistics = &mut results.scenarios[0].runs[0].outputs[0].statistics;
        statistics.retain(|row| row.0 != "interval_high");
        let marked = Estimate {
            poorly_carried: true,
            ..known(76.123, 0.02)
        };
        statistics.push((statistic.to_owned(), marked));
        file(&results, "tables.md")
    };
    assert!(!with("q0.99").contains(explained));
    let shown = with("interval_high");
    assert_eq!(shown.matches(explained).count(), 1, "{shown}");
    assert!(shown.starts_with("**Outcomes"), "{shown}");
}

/// The row of the input without effect is there where it shows something.
#[test]
fn exact_indices_have_no_noise_floor() {
    let index = |measure: &str, value: f64| Index {
        inputs: vec!["(dummy)".to_owned()],
        measure: measure.to_owned(),
        unit: "1".to_owned(),
        estimate: known(value, 0.0),
    };
    let with = |value: f64| {
        let mut results = results();
        let indices = &mut results.scenarios[0].runs[0].outputs[0].indices;
        indices.push(index("sobol_total", value));
        file(&results, "tables.tex")
    };
    assert!(!with(0.0).contains("(dummy)"));
    let noisy = with(0.001);
    assert!(
        noisy.contains("``(dummy)'' is an input without effect"),
        "{noisy}"
    );
    assert!(noisy.contains("\n(dummy) & "), "{noisy}");
}

/// Tables across two columns of text are such floats, and long ones leave the columns.
#[test]
fn tables_fit_two_columns() {
    let mut results = results();
    let tables = file(&results, "tables.tex");
    assert!(tables.contains("\\begin{table*}"), "{tables}");
    assert!(!tables.contains("longtable}"), "{tables}");
    let run = &mut results.scenarios[0].runs[0];
    run.inputs = (0..60)
        .map(|at| Input {
            name: format!("input_{at}"),
            ..run.inputs[0].clone()
        })
        .collect();
    let tables = file(&results, "tables.tex");
    let long = tables.find("\\begin{longtable}").expect("a long table");
    let one = tables.find("\\onecolumn").expect("one column");
    let end = tables.find("\n\\montecarboncolumns\n").expect("as before");
    assert!(one < long && long < end, "{tables}");
}
