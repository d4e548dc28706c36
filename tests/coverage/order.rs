//! How often the limits of P(a < b), of the mean difference and of the median ratio hold the exact answer.

use crate::SAMPLERS;
use montecarbon::diagnostic::Source;
use montecarbon::model::{Model, check};
use montecarbon::pipeline::{Against, Plan, Unwatched, alternatives, compare};
use montecarbon::run::with_threads;
use montecarbon::sampler::Method;
use montecarbon::validation::Comparison;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Sums of normals and products of lognormals that share one factor and have another one apart; the number that is asked for, and the
/// exact answer.
struct Case {
    name: &'static str,
    text: &'static str,
    asked: [(&'static str, &'static str, f64); 2],
}

const CASES: [Case; 2] = [
    Case {
        name: "normals",
        text: "[inputs]\ncommon = { distribution = \"normal\", mean = 100, sd = 15 }\nown = { distribution = \"normal\", mean = 12, sd = 4 }\n\
               [formulas]\ntotal = \"common + own\"\n[outputs]\ntotal = \"1\"\n\
               [variants.other]\ninputs = { own = { distribution = \"normal\", mean = 10, sd = 3 } }\n",
        // b − a is normal with mean −2 and sd √(4² + 3²) = 5: P(other < base) = Φ(0.4).
        asked: [
            ("order", "p_a_below_b", 0.655_421_741_610_324_2),
            ("difference", "mean", -2.0),
        ],
    },
    Case {
        name: "lognormals",
        text: "[inputs]\ncommon = { distribution = \"lognormal\", mu = 0, sigma = 0.7 }\nown = { distribution = \"lognormal\", mu = 0, sigma = 0.3 }\n\
               [formulas]\ntotal = \"common * own\"\n[outputs]\ntotal = \"1\"\n\
               [variants.other]\ninputs = { own = { distribution = \"lognormal\", mu = 0.5, sigma = 0.4 } }\n",
        // The logarithm of the ratio is normal with mean 0.5 and sd √(0.3² + 0.4²) = 0.5: P(other < base) = Φ(−1).
        asked: [
            ("order", "p_a_below_b", 0.158_655_253_931_457_05),
            ("ratio", "median", 1.648_721_270_700_128_2),
        ],
    },
];

/// Case, sampler, trials, which number.
type Key = (&'static str, Method, u64, usize);

/// Hits among `runs` runs; limits `factor` times as wide as reported.
fn study(trials: &[u64], runs: u64, factor: f64) -> BTreeMap<Key, u64> {
    let models: Vec<Model> = CASES
        .iter()
        .map(|case| check(Source::new("case.toml", case.text), "case", &[]).unwrap())
        .collect();
    let hits: Mutex<BTreeMap<Key, u64>> = Mutex::default();
    let next = AtomicU64::new(0);
    let worker = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= runs {
                return;
            }
            for (case, model) in CASES.iter().zip(&models) {
                for method in SAMPLERS {
                    for &trials in trials {
                        let found = one_run(case, model, method, trials, seed, factor);
                        let mut hits = hits.lock().unwrap();
                        for (at, holds) in found.into_iter().enumerate() {
                            *hits.entry((case.name, method, trials, at)).or_default() +=
                                u64::from(holds);
                        }
                    }
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| with_threads(Some(1), worker));
        }
    });
    hits.into_inner().unwrap()
}

fn one_run(
    case: &Case,
    model: &Model,
    sampler: Method,
    trials: u64,
    seed: u64,
    factor: f64,
) -> [bool; 2] {
    let plan = Plan {
        trials,
        seed: 2_000_000 + seed,
        sampler,
        measures: Vec::new(),
        ..Plan::default()
    };
    let models = std::slice::from_ref(model);
    let places = alternatives(models, None);
    let report = compare(models, &places, Against::Baseline(0), &plan, &Unwatched).unwrap();
    let comparison = report.comparison.unwrap();
    let output = &comparison.pairs[0].outputs[0];
    let replicates = comparison.sample.replicates as usize;
    case.asked.map(|(quantity, statistic, exact)| {
        let one = Comparison {
            statistic: statistic.to_owned(),
            probability: None,
            exact,
            found: *output.estimate(quantity, statistic).unwrap(),
            slack: 0.0,
        };
        one.holds(replicates, factor).unwrap()
    })
}

/// Shares outside 93 to 97 % (a median: to 99 %) by more than four of their standard errors.
fn outside(hits: &BTreeMap<Key, u64>, runs: u64) -> Vec<String> {
    let bounds = |case: &str, at: usize| {
        if case == "lognormals" && at == 1 {
            (0.93, 0.99)
        } else {
            (0.93, 0.97)
        }
    };
    let slack = |share: f64| 4.0 * (share * (1.0 - share) / runs as f64).sqrt();
    hits.iter()
        .filter_map(|((case, method, trials, at), hits)| {
            let ((low, high), share) = (bounds(case, *at), *hits as f64 / runs as f64);
            (share < low - slack(low) || share > high + slack(high))
                .then(|| format!("{case} {method:?} {trials} {at}: {share}"))
        })
        .collect()
}

/// The table of the documentation.
fn table(hits: &BTreeMap<Key, u64>, runs: u64) -> String {
    let mut text = String::from(
        "| two alternatives | sampler | trials | P(a < b) | mean a − b, median a / b |\n|---|---|---:|---:|---:|\n",
    );
    for case in &CASES {
        for method in SAMPLERS {
            for trials in [1_000, 8_192] {
                let share =
                    |at| 100.0 * hits[&(case.name, method, trials, at)] as f64 / runs as f64;
                writeln!(
                    text,
                    "| {} | {} | {trials} | {:.1} | {:.1} |",
                    case.name,
                    method.name(),
                    share(0),
                    share(1)
                )
                .unwrap();
            }
        }
    }
    text
}

/// A short form of the study, for every run of the tests; and its twin, limits half as wide.
#[test]
fn limits_of_an_order_hold_the_exact_answer() {
    let hits = study(&[1_000, 8_192], 120, 1.0);
    let lines = outside(&hits, 120);
    assert!(lines.is_empty(), "{}", lines.join("\n"));
    let halved: Vec<u64> = study(&[8_192], 60, 0.5).into_values().collect();
    let runs = 60 * halved.len() as u64;
    let hits: u64 = halved.into_iter().sum();
    assert!(
        (hits as f64) < 0.8 * runs as f64,
        "half as wide: {hits} of {runs}"
    );
}

/// The study itself, and its table in the documentation.
#[test]
#[ignore = "half a minute: a step of its own in .ci/run"]
fn the_study_of_orders() {
    const RUNS: u64 = 2_000;
    let hits = study(&[1_000, 8_192], RUNS, 1.0);
    let table = table(&hits, RUNS);
    println!("{table}");
    let lines = outside(&hits, RUNS);
    assert!(lines.is_empty(), "{}", lines.join("\n"));
    assert!(
        crate::DOCUMENT.contains(&table),
        "docs/coverage.md must hold the table above"
    );
}
