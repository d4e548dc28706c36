//! What depends on what: shares that sum to one, correlations with discrete inputs, and what a correlation leaves alone.

use super::models::checked;
use super::{distance, plan};
use montecarbon::model::Definition;
use montecarbon::pipeline::{Plan, Unwatched, simulate};
use montecarbon::report::RunReport;
use montecarbon::sampler::Method;
use montecarbon::sensitivity::Measure;

/// The first variant's run.
fn run(text: &str, sampler: Method, quantiles: &[f64]) -> RunReport {
    let plan = plan(sampler, 200_000, 20_221_130, quantiles.to_vec());
    let report = simulate(&[(checked(text), plan)], None, &Unwatched, None);
    report
        .unwrap_or_else(|error| panic!("{error:?}"))
        .runs
        .remove(0)
}

/// A statistic of the output of that name.
fn statistic(run: &RunReport, output: &str, name: &str) -> montecarbon::statistic::Estimate {
    let output = run.outputs.iter().find(|row| row.name == output).unwrap();
    super::estimate(output, name)
}

fn shares(concentration: f64) -> String {
    format!(
        "[shares.mix]\nmean = {{ coal = 0.4, gas = 0.5, wind = 0.1 }}\nconcentration = {concentration}\n\
         [formulas]\nfossil = \"mix_coal + mix_gas\"\nall = \"mix_wind + fossil\"\n\
         [outputs]\nmix_coal = \"1\"\nmix_wind = \"1\"\nfossil = \"1\"\nall = \"1\"\n"
    )
}

/// How many standard errors the shares are from a Dirichlet distribution of concentration 6, at most.
fn off_dirichlet(run: &RunReport) -> f64 {
    let model = checked(&shares(6.0));
    let mut off: f64 = 0.0;
    for (at, name, mean) in [
        (0, "mix_coal", 0.4),
        (2, "mix_wind", 0.1),
        (2, "fossil", 0.9),
    ] {
        let sd = f64::sqrt(mean * (1.0 - mean) / 7.0);
        off = off.max(distance(mean, &statistic(run, name, "mean")));
        off = off.max(distance(sd, &statistic(run, name, "sd")));
        let Definition::Random(marginal) = &model.variants[0].inputs[at].definition else {
            panic!("{name} is not random");
        };
        // What is left beside the wind is one less it.
        let exact = |p| match name {
            "fossil" => 1.0 - marginal.quantile(1.0 - p),
            _ => marginal.quantile(p),
        };
        for (p, row) in [(0.05, "q0.05"), (0.5, "median"), (0.95, "q0.95")] {
            off = off.max(distance(exact(p), &statistic(run, name, row)));
        }
    }
    off
}

#[test]
fn shares_are_a_dirichlet_distribution() {
    for sampler in [Method::Random, Method::LatinHypercube, Method::Sobol] {
        let found = run(&shares(6.0), sampler, &[0.05, 0.5, 0.95]);
        assert!(off_dirichlet(&found) < 5.0, "{}", off_dirichlet(&found));
        for name in ["min", "max"] {
            let all = statistic(&found, "all", name).value.unwrap();
            assert!((all - 1.0).abs() < 1e-15, "{all}");
        }
        // The twin: another concentration is caught.
        let other = run(&shares(6.2), sampler, &[0.05, 0.5, 0.95]);
        assert!(off_dirichlet(&other) > 5.0, "{}", off_dirichlet(&other));
    }
}

/// A Dirichlet distribution's shares: the mean of one, given another, is linear in it, with a correlation of −√(mᵢ mⱼ / ((1 − mᵢ) (1 − mⱼ))).
#[test]
fn the_indices_of_shares_are_of_the_shares() {
    let text = shares(6.0);
    let correlation = |one: f64, other: f64| -(one * other / (1.0 - one) / (1.0 - other)).sqrt();
    let with = [1.0, correlation(0.4, 0.5), correlation(0.4, 0.1)];
    for sampler in [Method::Random, Method::LatinHypercube, Method::Sobol] {
        let plan = Plan {
            measures: vec![Measure::Pearson, Measure::GivenData, Measure::Regression],
            ..plan(sampler, 200_000, 20_221_130, vec![0.5])
        };
        let report = simulate(&[(checked(&text), plan)], None, &Unwatched, None);
        let run = report.expect("simulated").runs.remove(0);
        let rows = &run.outputs[0].sensitivity;
        let row = |input: &str, measure: &str| {
            let found = rows
                .iter()
                .find(|row| row.input == input && row.measure == measure);
            found
                .unwrap_or_else(|| panic!("no {measure} of {input}"))
                .estimate
        };
        for (name, r) in ["mix_coal", "mix_gas", "mix_wind"].into_iter().zip(with) {
            let (pearson, first) = (row(name, "pearson"), row(name, "first_order_given_data"));
            assert!(
                (pearson.value.unwrap() - r).abs() < 5.0 * pearson.standard_error.unwrap() + 1e-9
            );
            assert!(
                distance(r * r, &first) < 5.0,
                "{name}: {first:?}, not {}",
                r * r
            );
        }
        // The twin: a quarter, about what the gamma draw of the gas by itself says of the coal.
        assert!(distance(0.25, &row("mix_gas", "first_order_given_data")) > 5.0);
        // The last is what the others leave: no coefficient of its own, and nothing of the model unexplained.
        assert_eq!(row("mix_wind", "src").value, None);
        let explained = row("(model)", "src_r2").value.unwrap();
        assert!((explained - 1.0).abs() < 1e-8, "{explained}");
    }
}

fn correlated(correlations: &str) -> String {
    format!(
        "[inputs]\na = {{ distribution = \"normal\", mean = 3, sd = 1 }}\n\
         b = {{ distribution = \"bernoulli\", p = 0.5 }}\nc = {{ distribution = \"gamma\", shape = 2, scale = 1 }}\n\
         {correlations}[formulas]\nboth = \"(a > 3) * b\"\nof_a = \"a\"\nof_c = \"c\"\n\
         [outputs]\nboth = \"1\"\nof_a = \"1\"\nof_c = \"1\"\n"
    )
}

/// P(A > median and B = 1) of a Gaussian copula is ¼ + asin(r) / 2π (Sheppard 1899); others keep their very draws.
#[test]
fn a_correlation_with_a_discrete_input_is_the_copulas() {
    let pair = |gaussian: f64| {
        format!("[[correlations]]\ninputs = [\"a\", \"b\"]\ngaussian = {gaussian}\n")
    };
    let chance = |r: f64| 0.25 + montecarbon::kernel::asin(r) / std::f64::consts::TAU;
    for sampler in [Method::Random, Method::LatinHypercube, Method::Sobol] {
        let free = run(&correlated(""), sampler, &[0.5]);
        for gaussian in [0.5, -0.7, 1.0, -1.0] {
            let found = run(&correlated(&pair(gaussian)), sampler, &[0.5]);
            let both = statistic(&found, "both", "mean");
            if gaussian == -1.0 {
                // It never happens, and of what never happens no error is told.
                assert!(chance(gaussian).abs() < 1e-16);
                assert_eq!((both.value, both.standard_error), (Some(0.0), None));
            } else {
                let z = distance(chance(gaussian), &both);
                assert!(z < 5.0, "{gaussian} {sampler:?}: {both:?}");
                assert!(distance(chance(0.9 * gaussian), &both) > 5.0, "the twin");
            }
            for kept in ["of_a", "of_c"] {
                assert_eq!(
                    statistic(&found, kept, "mean"),
                    statistic(&free, kept, "mean")
                );
                assert_eq!(
                    statistic(&found, kept, "median"),
                    statistic(&free, kept, "median")
                );
            }
            let told = found
                .notes
                .iter()
                .any(|note| note.contains("a–b") && note.contains("achieved"));
            assert!(told, "{:?}", found.notes);
        }
    }
}
