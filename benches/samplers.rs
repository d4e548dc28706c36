//! The table of docs/samplers.md: root-mean-square errors of the samplers over models with exact answers, and the time they take.
//!
//! `cargo bench --bench samplers`: about a minute and a half on two cores.

#![allow(
    clippy::disallowed_methods,
    reason = "a bench compares numbers, it does not print results"
)]

use montecarbon::pipeline::{Plan, Unwatched};
use montecarbon::sampler::Method;
use montecarbon::validation::{Exact, closed_form, output_of};
use std::time::Instant;

/// Sums, products, a ratio, two branches and an atom.
const MODELS: [&str; 6] = [
    "cf_n_sum",
    "cf_ln_product",
    "cf_u_sum3",
    "cf_g_ratio",
    "cf_mixture",
    "cf_rectified",
];

/// The numbers whose errors are taken.
const STATISTICS: [&str; 3] = ["mean", "q0.025", "q0.975"];

/// Root mean square over models and seeds of each statistic's error in units of the model's sd, and seconds a run.
fn errors(models: &[Exact], sampler: Method, log_trials: u32) -> ([f64; 3], f64) {
    let seeds = if log_trials > 20 { 4 } else { 12 };
    let mut squares = [0.0; 3];
    let mut seconds = 0.0;
    for exact in models {
        let quantile = |p: f64| {
            exact
                .quantiles
                .iter()
                .find(|row| row.0 == p)
                .map(|row| row.1)
        };
        let truths = [exact.mean, quantile(0.025), quantile(0.975)];
        for seed in 0..seeds {
            let plan = Plan {
                trials: 1 << log_trials,
                seed,
                sampler,
                replicates: Some(32),
                quantiles: vec![0.025, 0.975],
                measures: Vec::new(),
                ..Plan::default()
            };
            let started = Instant::now();
            let output = output_of(exact, &plan, &Unwatched).expect("a model that runs");
            seconds += started.elapsed().as_secs_f64();
            for ((square, name), truth) in squares.iter_mut().zip(STATISTICS).zip(truths) {
                let found = output.statistic(name).and_then(|found| found.value);
                let error = (found.expect("a number") - truth.expect("an exact answer"))
                    / exact.sd.expect("a variance");
                *square += error * error;
            }
        }
    }
    let runs = f64::from(u32::try_from(models.len()).unwrap_or(1)) * seeds as f64;
    (squares.map(|square| (square / runs).sqrt()), seconds / runs)
}

/// The slope of ln error over ln trials, by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let (x, y) = (
        points.iter().map(|point| point.0).sum::<f64>() / n,
        points.iter().map(|point| point.1).sum::<f64>() / n,
    );
    let products: f64 = points
        .iter()
        .map(|point| (point.0 - x) * (point.1 - y))
        .sum();
    let squares: f64 = points
        .iter()
        .map(|point| (point.0 - x) * (point.0 - x))
        .sum();
    products / squares
}

fn main() {
    let models: Vec<Exact> = closed_form()
        .into_iter()
        .filter(|exact| MODELS.contains(&exact.id.as_str()))
        .collect();
    println!("| sampler | trials | mean | 2.5 % quantile | 97.5 % quantile | ms a run |");
    println!("|---|---:|---:|---:|---:|---:|");
    let mut slopes = Vec::new();
    for &(sampler, name, _) in Method::ALL {
        let mut points = [const { Vec::new() }; 3];
        for log_trials in (10..=24).step_by(2) {
            let (errors, seconds) = errors(&models, sampler, log_trials);
            let [mean, low, high] = errors;
            println!(
                "| {name} | 2^{log_trials} | {mean:.1e} | {low:.1e} | {high:.1e} | {:.2} |",
                1e3 * seconds
            );
            for (points, error) in points.iter_mut().zip(errors) {
                points.push((f64::from(log_trials) * 2f64.ln(), error.ln()));
            }
        }
        let [mean, low, high] = points.map(|points| slope(&points));
        slopes.push(format!("| {name} | {mean:.2} | {low:.2} | {high:.2} |"));
    }
    println!(
        "\n| sampler | slope: mean | 2.5 % quantile | 97.5 % quantile |\n|---|---:|---:|---:|"
    );
    println!("{}", slopes.join("\n"));
}
