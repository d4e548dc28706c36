//! What is typed for `require`.

use super::values::{assignment, probability, threads, trials, whole};
use super::{command_line, sampler_names};
use crate::commands::{Overrides, RequireOptions, Requirement, RunOptions};
use crate::sampler::Method;
use clap::Args;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Trials where nobody says: quantiles of one output, of many evaluations.
const TRIALS: u64 = 131_072;

#[derive(Debug, Args)]
pub(super) struct RequireArguments {
    /// What is asked for, such as "emissions within 20 %": half of the central interval over the median, at the most
    #[arg(value_name = "REQUIREMENT", value_parser = requirement)]
    requirement: Requirement,
    /// Scenario files, folders (every *.toml in them) or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Trials of each evaluation [default: 131,072]
    #[arg(short = 'n', long, value_name = "N", value_parser = trials, allow_negative_numbers = true)]
    trials: Option<u64>,
    /// Seed of every draw [default: the scenario's, or 42]
    #[arg(long, value_name = "S", value_parser = whole, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// How points are drawn [default: the scenario's, or sobol]
    #[arg(long, value_name = "METHOD", value_parser = sampler_names())]
    sampler: Option<String>,
    /// Independent replicates that the Monte Carlo error is taken from, 24 to 48 [default: about 32]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(24..=48), allow_negative_numbers = true)]
    replicates: Option<u32>,
    /// Threads; the results are the same for any number [default: one per processor]
    #[arg(short, long, value_name = "T", value_parser = threads, allow_negative_numbers = true)]
    threads: Option<NonZeroUsize>,
    /// Write the result files to this folder: new, empty, or an earlier result, which is replaced whole
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only this variant (repeatable)
    #[arg(long = "variant", value_name = "NAME")]
    variants: Vec<String>,
    /// Replace one thing, such as inputs.pue=1.2 (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    sets: Vec<String>,
    /// Level of the intervals [default: the scenario's, or 0.95]
    #[arg(long, value_name = "P", value_parser = probability, allow_negative_numbers = true)]
    level: Option<f64>,
    /// Print the result tables as JSON
    #[arg(long)]
    json: bool,
    /// No progress and no notes
    #[arg(short, long)]
    quiet: bool,
}

/// What the words mean.
pub(super) fn options(arguments: RequireArguments, words: &[OsString]) -> RequireOptions {
    RequireOptions {
        requirement: arguments.requirement,
        run: RunOptions {
            files: arguments.files,
            overrides: Overrides {
                trials: Some(arguments.trials.unwrap_or(TRIALS)),
                seed: arguments.seed,
                sampler: arguments.sampler.as_deref().and_then(Method::from_name),
                replicates: arguments.replicates,
                level: arguments.level,
                measures: Some(Vec::new()),
                ..Overrides::default()
            },
            threads: arguments.threads,
            out: arguments.out,
            variants: arguments.variants,
            sets: arguments.sets,
            json: arguments.json,
            quiet: arguments.quiet,
            command: command_line(words),
            ..RunOptions::default()
        },
    }
}

/// `emissions within 20 %`.
fn requirement(text: &str) -> Result<Requirement, String> {
    const HELP: &str = "write OUTPUT within PERCENT, such as \"emissions within 20 %\"";
    let (output, share) = text.split_once(" within ").ok_or(HELP)?;
    let percent = share.trim().strip_suffix('%').ok_or(HELP)?;
    let percent: f64 = percent.trim().parse().map_err(|_| HELP)?;
    if !(percent > 0.0 && percent.is_finite()) || output.trim().is_empty() {
        return Err(HELP.to_owned());
    }
    Ok(Requirement {
        output: output.trim().to_owned(),
        within: percent / 100.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_names_an_output_and_a_share() {
        for text in ["emissions within 20 %", " emissions within 20%"] {
            let found = requirement(text).unwrap();
            assert_eq!((found.output.as_str(), found.within), ("emissions", 0.2));
        }
        for text in [
            "emissions",
            "emissions within 20",
            "emissions within 0 %",
            "emissions within nan %",
            " within 20 %",
        ] {
            assert!(requirement(text).is_err(), "{text}");
        }
    }
}
