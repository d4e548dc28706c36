//! What is promised about precision: a stopping rule that stops is right, and the default sampler gets there with fewer trials.

use montecarbon::model::load;
use montecarbon::pipeline::{Plan, Stopping, StoppingRule, Tolerance, Unwatched, simulate};
use montecarbon::report::OutputReport;
use montecarbon::run::with_threads;
use montecarbon::sampler::Method;
use montecarbon::validation::{Exact, closed_form, output_of};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

fn value(output: &OutputReport, statistic: &str) -> f64 {
    output.statistic(statistic).unwrap().value.unwrap()
}

fn error(output: &OutputReport, statistic: &str) -> f64 {
    output.statistic(statistic).unwrap().standard_error.unwrap()
}

/// The share of `runs` in which mean, sd and both ends of the 95 % interval are all as near to the exact answers as was asked for;
/// what the rule is told is `looser` times the tolerance that is then looked at.
fn share_right(exact: &Exact, sampler: Method, digits: u32, looser: f64, runs: u64) -> f64 {
    let tolerance = Tolerance::Digits(digits);
    let sd = exact.sd.unwrap();
    let quantile = |p: f64| exact.quantiles.iter().find(|row| row.0 == p).unwrap().1;
    let truths = [
        ("mean", exact.mean.unwrap()),
        ("sd", sd),
        ("interval_low", quantile(0.025)),
        ("interval_high", quantile(0.975)),
    ];
    let asked = if looser == 1.0 {
        tolerance
    } else {
        Tolerance::Absolute(looser * tolerance.half_width(sd, sd))
    };
    let (next, right) = (AtomicU64::new(0), AtomicU64::new(0));
    let worker = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= runs {
                return;
            }
            let plan = Plan {
                seed: 77_000 + seed,
                sampler,
                quantiles: vec![0.5],
                measures: Vec::new(),
                stopping: Some(Stopping {
                    rule: StoppingRule::Errors,
                    every: Some(asked),
                    outputs: Vec::new(),
                    most_trials: 100_000_000,
                }),
                ..Plan::default()
            };
            let output = output_of(exact, &plan, &Unwatched).unwrap();
            let all = truths.iter().all(|&(statistic, truth)| {
                let found = value(&output, statistic);
                (found - truth).abs() <= tolerance.half_width(found, sd)
            });
            right.fetch_add(u64::from(all), Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| with_threads(Some(1), worker));
        }
    });
    right.into_inner() as f64 / runs as f64
}

fn model(id: &str) -> Exact {
    closed_form()
        .into_iter()
        .find(|exact| exact.id == id)
        .unwrap()
}

const SAMPLERS: [Method; 3] = [Method::Random, Method::LatinHypercube, Method::Sobol];

/// Three digits that were asked for are right, for all four numbers together, in at least 95 % of 500 runs.
#[test]
fn digits_are_right() {
    let exact = model("cf_n_sum");
    for sampler in SAMPLERS {
        let share = share_right(&exact, sampler, 3, 1.0, 500);
        println!("{sampler:?}: {:.1} %", 100.0 * share);
        assert!(share >= 0.95, "{sampler:?}: {share}");
    }
}

/// The twin: a rule that is content with limits a hundred times as wide is caught.
#[test]
fn a_rule_that_stops_too_early_is_caught() {
    let exact = model("cf_n_sum");
    for sampler in SAMPLERS {
        let share = share_right(&exact, sampler, 5, 100.0, 100);
        println!("{sampler:?}: {:.1} %", 100.0 * share);
        assert!(share < 0.9, "{sampler:?}: {share}");
    }
}

/// The emissions of the shipped scenario.
fn emissions(sampler: Method, trials: u64, seed: u64) -> OutputReport {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/chatgpt-inference.toml");
    let plan = Plan {
        trials,
        seed,
        sampler,
        measures: Vec::new(),
        ..Plan::default()
    };
    let report = simulate(&[(load(&path, &[]).unwrap(), plan)], None, &Unwatched, None).unwrap();
    report.runs[0].output("emissions").unwrap().clone()
}

/// The root mean square of a standard error over seeds.
fn mean_square_error(sampler: Method, trials: u64, statistic: &str) -> f64 {
    const SEEDS: u64 = 20;
    let squares: f64 = (0..SEEDS)
        .map(|seed| error(&emissions(sampler, trials, seed), statistic).powi(2))
        .sum();
    (squares / SEEDS as f64).sqrt()
}

/// A standard error of the mean of 0.1 % takes the default sampler at most a thirtieth of the trials that independent ones take.
#[test]
fn the_default_sampler_needs_a_thirtieth_of_the_trials_for_a_mean() {
    let default = Plan::default().sampler;
    let relative = |sampler, trials| {
        mean_square_error(sampler, trials, "mean") / value(&emissions(sampler, trials, 0), "mean")
    };
    let trials = 6_000;
    let (few, many) = (
        relative(default, trials),
        relative(Method::Random, 30 * trials),
    );
    println!(
        "mean: {few:.2e} from {trials} trials ({default:?}), {many:.2e} from 30 times as many (random)"
    );
    assert!(few <= 1e-3 && many > 1e-3, "{few} {many}");
}

/// The ends of the 95 % interval take it at most half as many.
#[test]
fn the_default_sampler_needs_half_the_trials_for_interval_ends() {
    let default = Plan::default().sampler;
    for trials in [8_192, 131_072] {
        for end in ["interval_low", "interval_high"] {
            let (few, many) = (
                mean_square_error(default, trials, end),
                mean_square_error(Method::Random, 2 * trials, end),
            );
            println!(
                "{end}, {trials}: {:.2} of the error of twice as many random trials",
                few / many
            );
            assert!(few <= many, "{trials} {end}: {few} {many}");
        }
    }
}
