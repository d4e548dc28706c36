//! The same numbers whatever the threads, whatever else the scenario holds, today and in a year.

use montecarbon::diagnostic::Source;
use montecarbon::model::{Model, check};
use montecarbon::pipeline::{Encoder, Plan, Progress, RunError, TrialSink, Unwatched, simulate};
use montecarbon::run::with_threads;
use montecarbon::sampler::Method;
use montecarbon::sensitivity::Measure;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Every column of every variant, by `variant/name`.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    values: BTreeMap<String, Vec<f64>>,
}

impl TrialSink for Columns {
    fn begin(
        &mut self,
        _: &str,
        variant: &str,
        columns: &[(String, &'static str, String)],
    ) -> io::Result<Encoder> {
        self.names = columns
            .iter()
            .map(|(name, _, _)| format!("{variant}/{name}"))
            .collect();
        Ok(Box::new(|_, _, columns| {
            (0..columns[0].len())
                .flat_map(|row| {
                    columns
                        .iter()
                        .flat_map(move |column| column[row].to_le_bytes())
                })
                .collect()
        }))
    }

    fn block(&mut self, bytes: Vec<u8>) -> io::Result<()> {
        let (numbers, _) = bytes.as_chunks::<8>();
        for (at, number) in numbers.iter().enumerate() {
            let name = &self.names[at % self.names.len()];
            self.values
                .entry(name.clone())
                .or_default()
                .push(f64::from_le_bytes(*number));
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn model(text: &str) -> Model {
    check(Source::new("determinism.toml", text), "determinism", &[]).unwrap()
}

fn plan(sampler: Method, trials: u64) -> Plan {
    Plan {
        trials,
        seed: 42,
        sampler,
        replicates: None,
        level: 0.95,
        quantiles: vec![0.025, 0.5, 0.975],
        measures: vec![Measure::Spearman, Measure::GivenData],
        stopping: None,
        automatic: false,
        base: None,
        nested: None,
        allow_nonfinite: false,
        distributions: true,
    }
}

fn columns(text: &str, sampler: Method, trials: u64) -> BTreeMap<String, Vec<f64>> {
    let mut columns = Columns::default();
    simulate(
        &[(model(text), plan(sampler, trials))],
        None,
        &Unwatched,
        Some(&mut columns),
    )
    .unwrap();
    columns.values
}

const SAMPLERS: [Method; 3] = [Method::Random, Method::LatinHypercube, Method::Sobol];

const BASE: &str = r#"
[inputs]
a = { distribution = "lognormal", median = 2, gsd = 1.5 }
b = { distribution = "pert", min = 1, mode = 2, max = 5 }
c = { distribution = "poisson", mean = 3.5 }
[formulas]
y = "a * b + c"
z = "if(a > b, y, exp(-c))"
[outputs]
y = { unit = "1", thresholds = { ten = 10 } }
z = "1"
"#;

/// Correlated inputs, one of which no output needs, and shares.
const DEPENDENT: &str = r#"
[inputs]
a = { distribution = "lognormal", median = 2, gsd = 1.5 }
idle = { distribution = "uniform", min = 0, max = 1 }
b = { distribution = "pert", min = 1, mode = 2, max = 5 }
c = { distribution = "poisson", mean = 3.5 }
[[correlations]]
inputs = ["b", "idle"]
spearman = 0.7
[[correlations]]
inputs = ["idle", "a"]
gaussian = -0.5
[shares.mix]
mean = { coal = 0.5, gas = 0.3, wind = 0.2 }
concentration = 4
[formulas]
y = "a * b + c * mix_gas"
[outputs]
y = "1"
"#;

/// Columns of a data file, in the order of one that no output needs.
const DATA: &str = r#"
[inputs]
a = { distribution = "lognormal", median = 2, gsd = 1.5 }
idle = { distribution = "empirical", file = "tests/data/pairs.csv", column = "y", weight_column = "w" }
x = { distribution = "empirical", file = "tests/data/pairs.csv", column = "x", weight_column = "w" }
ten = { distribution = "empirical", file = "tests/data/ten.csv", column = "x" }
[formulas]
y = "a * x + ten"
[outputs]
y = "1"
"#;

/// The program of a summary leaves out what no output needs, that of the trials does not: the numbers must not tell.
#[test]
fn the_trials_written_are_those_summarised() {
    for (sampler, text) in SAMPLERS
        .into_iter()
        .flat_map(|sampler| [(sampler, DEPENDENT), (sampler, DATA)])
    {
        let report = simulate(
            &[(model(text), plan(sampler, 40_000))],
            None,
            &Unwatched,
            None,
        )
        .unwrap();
        let y = &columns(text, sampler, 40_000)["base/y"];
        for (name, found) in [
            ("min", y.iter().copied().fold(f64::INFINITY, f64::min)),
            ("max", y.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        ] {
            let statistics = &report.runs[0].outputs[0].statistics;
            let row = statistics.iter().find(|row| row.statistic == name).unwrap();
            assert_eq!(row.estimate.value, Some(found), "{sampler:?} {name}");
        }
    }
}

/// A correlation moves the draws of its inputs but the first of their group, and of nothing else.
#[test]
fn a_correlation_leaves_every_other_draw_alone() {
    let start = DEPENDENT.find("[[correlations]]").unwrap();
    let end = DEPENDENT.find("[shares").unwrap();
    let free = format!("{}{}", &DEPENDENT[..start], &DEPENDENT[end..]);
    for sampler in SAMPLERS {
        let (free, coupled) = (
            columns(&free, sampler, 4_000),
            columns(DEPENDENT, sampler, 4_000),
        );
        for (name, values) in &free {
            let moved = ["base/idle", "base/b", "base/y"].contains(&name.as_str());
            assert_eq!(values != &coupled[name], moved, "{sampler:?} {name}");
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_numbers() {
    for (sampler, text) in SAMPLERS
        .into_iter()
        .flat_map(|sampler| [(sampler, BASE), (sampler, DEPENDENT), (sampler, DATA)])
    {
        // Small enough to keep every value, and large enough for brackets, several segments and uneven replicates.
        for trials in [1_000, 100_003, 1_500_000] {
            let run = |threads| {
                with_threads(Some(threads), || {
                    format!(
                        "{:?}",
                        simulate(
                            &[(model(text), plan(sampler, trials))],
                            None,
                            &Unwatched,
                            None
                        )
                        .unwrap()
                    )
                })
            };
            let one = run(1);
            for threads in [2, 3, 7] {
                assert_eq!(one, run(threads), "{sampler:?} {trials} {threads}");
            }
        }
    }
}

/// The model in so many variants, small enough to run beside each other.
fn variants(count: u32) -> String {
    let more = (1..count).map(|at| {
        format!(
            "[variants.v{at}.inputs]\na = {{ distribution = \"uniform\", min = 0, max = {at} }}\n"
        )
    });
    std::iter::once(BASE.to_owned()).chain(more).collect()
}

#[test]
fn variants_beside_each_other_are_what_they_are_alone() {
    for (sampler, trials) in [(Method::Sobol, 20_000), (Method::Random, 100_003)] {
        let run = |threads, chosen: Option<&[String]>| {
            let models = [(model(&variants(10)), plan(sampler, trials))];
            let report = with_threads(Some(threads), || {
                simulate(&models, chosen, &Unwatched, None).unwrap()
            });
            // Not what the variants say once for all of them.
            let outputs = report.runs.iter().map(|run| format!("{:?}", run.outputs));
            outputs.collect()
        };
        let one: Vec<String> = run(1, None);
        assert_eq!(one.len(), 10);
        for threads in [2, 3, 7] {
            assert!(one == run(threads, None), "{sampler:?} {trials} {threads}");
        }
        let alone: Vec<String> = run(3, Some(&["v4".to_owned()]));
        assert!(alone[..] == one[4..5]);
    }
}

/// Says stop as soon as something is done, and counts what was begun.
#[derive(Default)]
struct Impatient {
    begun: AtomicUsize,
    stop: AtomicBool,
}

impl Progress for Impatient {
    fn begin(&self, _: &str, _: &str, _: u64) {
        self.begun.fetch_add(1, Ordering::SeqCst);
    }

    fn advance(&self, _: u64) {
        self.stop.store(true, Ordering::SeqCst);
    }

    fn expect(&self, _: u64, _: f64) {}

    fn end(&self, _: &str, _: &str, _: u64) {}

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

#[test]
fn no_variant_is_begun_after_a_stop() {
    for threads in [1, 2, 3, 7] {
        let models = [(model(&variants(60)), plan(Method::Sobol, 100_000))];
        let progress = Impatient::default();
        let result = with_threads(Some(threads), || simulate(&models, None, &progress, None));
        assert!(matches!(result, Err(RunError::Cancelled)), "{threads}");
        // Those that were at work at the same time, and what their threads began while they waited.
        let begun = progress.begun.load(Ordering::SeqCst);
        assert!((1..=30).contains(&begun), "{threads} {begun}");
    }
}

/// Measures that evaluate the model again: several segments in a replicate, both kinds of dependence.
#[test]
fn any_number_of_threads_gives_the_same_indices() {
    for sampler in SAMPLERS {
        for (text, measures) in [
            (
                BASE,
                vec![Measure::Sobol, Measure::Morris, Measure::Shapley],
            ),
            (DEPENDENT, vec![Measure::Shapley]),
        ] {
            let asked = Plan {
                measures,
                base: Some(1_200_000),
                ..plan(sampler, 1_000)
            };
            let run = |threads| {
                let models = [(model(text), asked.clone())];
                with_threads(Some(threads), || {
                    format!("{:?}", simulate(&models, None, &Unwatched, None).unwrap())
                })
            };
            let one = run(1);
            for threads in [2, 5] {
                assert_eq!(one, run(threads), "{sampler:?} {threads}");
            }
        }
    }
}

/// An input appended, which only another output needs, changes no index of the others.
#[test]
fn an_input_added_leaves_the_indices_alone() {
    let after = BASE
        .replace(
            "[formulas]",
            "last = { distribution = \"uniform\", min = 0, max = 1 }\n[formulas]",
        )
        .replace("[outputs]", "[outputs]\nlast = \"1\"");
    for sampler in SAMPLERS {
        for measure in [Measure::Sobol, Measure::Morris] {
            let asked = Plan {
                measures: vec![measure],
                base: Some(20_000),
                ..plan(sampler, 1_000)
            };
            let rows = |text: &str| {
                let report = simulate(&[(model(text), asked.clone())], None, &Unwatched, None);
                let run = report.unwrap().runs.remove(0);
                let rows = run.output("y").unwrap().sensitivity.clone();
                let kept = rows
                    .into_iter()
                    .filter(|row| row.input != "last" && row.input_2.as_deref() != Some("last"));
                // The rank among pairs shifts where a pair is added.
                kept.map(|row| (row.input, row.input_2, row.measure, row.estimate))
                    .collect::<Vec<_>>()
            };
            assert_eq!(rows(BASE), rows(&after), "{sampler:?} {measure:?}");
        }
    }
}

#[test]
fn an_input_added_leaves_every_other_draw_alone() {
    let before = BASE.replace(
        "[inputs]",
        "[inputs]\nfirst = { distribution = \"uniform\", min = 0, max = 1 }",
    );
    let after = BASE.replace(
        "[formulas]",
        "last = { distribution = \"uniform\", min = 0, max = 1 }\n[formulas]",
    );
    for (sampler, text) in [
        (Method::Random, &before),
        (Method::Random, &after),
        (Method::Sobol, &after),
    ] {
        let (alone, added) = (
            columns(BASE, sampler, 40_000),
            columns(text, sampler, 40_000),
        );
        for (name, values) in &alone {
            assert_eq!(values, &added[name], "{sampler:?} {name}");
        }
        assert_eq!(added.len(), alone.len() + 1);
    }
    // The twin: Sobol' dimensions are dealt in order, so an input put first does move the others; and a seed moves everything.
    assert_ne!(
        columns(BASE, Method::Sobol, 4_000)["base/a"],
        columns(&before, Method::Sobol, 4_000)["base/a"]
    );
}

#[test]
fn variants_share_the_draws_of_what_they_share() {
    let text = format!(
        "{BASE}\n[variants.other]\ninputs = {{ b = {{ distribution = \"pert\", min = 1, mode = 2, max = 9 }} }}\n\
         [variants.paired]\ninputs = {{ b = {{ distribution = \"pert\", min = 1, mode = 2, max = 9, draws = \"shared\" }} }}\n"
    );
    for sampler in SAMPLERS {
        let all = columns(&text, sampler, 20_000);
        for name in ["a", "c"] {
            assert_eq!(all[&format!("base/{name}")], all[&format!("other/{name}")]);
            assert_eq!(all[&format!("base/{name}")], all[&format!("paired/{name}")]);
        }
        // Another quantity is drawn on its own; the same quantity with another parameter takes the same quantiles.
        let correlation = |one: &str, two: &str| {
            let (x, y) = (&all[one], &all[two]);
            let n = x.len() as f64;
            let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
            let product: f64 = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum();
            let square = |x: &[f64], m: f64| x.iter().map(|x| (x - m) * (x - m)).sum::<f64>();
            product / (square(x, mx) * square(y, my)).sqrt()
        };
        assert!(correlation("base/b", "other/b").abs() < 0.05, "{sampler:?}");
        assert!(correlation("base/b", "paired/b") > 0.99, "{sampler:?}");
    }
}

/// What takes rows of one file takes the same rows, whatever else the scenario holds and whatever the variant.
#[test]
fn the_rows_of_a_file_are_drawn_by_its_path() {
    let text = format!(
        "{DATA}\n[variants.other]\ninputs = {{ a = 3, ten = {{ distribution = \"empirical\", file = \"./tests/data/pairs.csv\", column = \"w\", weight_column = \"w\" }} }}\n"
    );
    let alone = "[inputs]\nx = { distribution = \"empirical\", file = \"tests/data/ten.csv\", column = \"x\" }\n[outputs]\nx = \"1\"\n";
    for sampler in SAMPLERS {
        let all = columns(&text, sampler, 20_000);
        for name in ["x", "idle"] {
            assert_eq!(all[&format!("base/{name}")], all[&format!("other/{name}")]);
        }
        // In `other`, the input called ten is the third column of the row.
        let rows = all["other/ten"].iter().zip(&all["other/x"]);
        for (w, x) in rows {
            assert!(
                [(1.0, 4.0), (2.0, 1.0), (3.0, 9.0), (4.0, 2.0)].contains(&(*w, *x)),
                "{w} {x}"
            );
        }
    }
    // What else there is does not matter.
    let there = columns(&text, Method::Random, 20_000);
    assert_eq!(
        columns(alone, Method::Random, 20_000)["base/x"],
        there["base/ten"]
    );
}

#[test]
fn a_longer_run_begins_with_the_shorter_one_replicate_by_replicate() {
    // 32 replicates of 1000 and of 2000 rows: each replicate goes on where it stopped.
    let (short, long) = (
        columns(BASE, Method::Random, 32_000),
        columns(BASE, Method::Random, 64_000),
    );
    for (name, values) in &short {
        for replicate in 0..32 {
            assert_eq!(
                values[replicate * 1000..][..1000],
                long[name][replicate * 2000..][..1000],
                "{name}"
            );
        }
    }
}

/// The first draws, pinned: a change here changes every number anyone has printed, and must be meant.
#[test]
fn the_draws_are_frozen() {
    let text = "[inputs]\nx = { distribution = \"uniform\", min = 0, max = 1 }\ny = { distribution = \"uniform\", min = 0, max = 1 }\n\
                [formulas]\nz = \"x + y\"\n[outputs]\nz = \"1\"\n";
    let bits = |sampler, name: &str| {
        let column = &columns(text, sampler, 3_200)[name];
        [column[0], column[1], column[100], column[3_199]].map(f64::to_bits)
    };
    let found = FROZEN.map(|(sampler, name, _)| (sampler, name, bits(sampler, name)));
    assert_eq!(found, FROZEN, "{found:#x?}");
}

const FROZEN: [(Method, &str, [u64; 4]); 5] = [
    (
        Method::Random,
        "base/x",
        [
            0x3fe6_fc0e_2508_a5df,
            0x3fe7_ffb7_79a2_6477,
            0x3fe8_61d2_22b3_f70f,
            0x3fe2_8dec_bdc6_0e9d,
        ],
    ),
    (
        Method::Random,
        "base/y",
        [
            0x3fc0_bc82_c63b_78f4,
            0x3f80_b213_7650_6840,
            0x3fc4_e1e0_aea6_f42c,
            0x3fef_0e9b_efc0_78b1,
        ],
    ),
    (
        Method::LatinHypercube,
        "base/x",
        [
            0x3fc4_1e8f_ed00_588c,
            0x3fe9_d709_83c6_be73,
            0x3fd1_c484_33e4_e11a,
            0x3fd1_a6ad_b1e0_1f02,
        ],
    ),
    (
        Method::Sobol,
        "base/x",
        [
            0x3fe0_5e49_e298_ec3f,
            0x3fd4_2fd6_2519_51f2,
            0x3fce_5951_c97e_e6dc,
            0x3fce_998f_0c32_bd2c,
        ],
    ),
    (
        Method::Sobol,
        "base/y",
        [
            0x3fd7_5fdf_d232_f8ea,
            0x3fe8_678b_028a_be99,
            0x3fef_84bb_9fa1_17a7,
            0x3fe5_0c9d_e16e_e00f,
        ],
    ),
];
