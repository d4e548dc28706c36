//! What is typed for `compare`.

use super::values::{assignment, probability, threads};
use super::{SampleArguments, SensitivityArguments, command_line, measures, plot};
use crate::commands::{CompareOptions, Failure, Overrides, RunOptions};
use clap::Args;
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct CompareArguments {
    /// Scenario files, folders (every *.toml in them) or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What the others are held against: a variant, a scenario or "SCENARIO / VARIANT" [default: the first file as written]
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// Hold each against every earlier one instead
    #[arg(long, conflicts_with = "baseline")]
    all_pairs: bool,
    #[command(flatten)]
    sample: SampleArguments,
    /// Threads; the results are the same for any number [default: one per processor]
    #[arg(short, long, value_name = "T", value_parser = threads, allow_negative_numbers = true)]
    threads: Option<NonZeroUsize>,
    /// Write the result files to this folder: new, empty, or an earlier result, which is replaced whole
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Also draw figures, into DIR/figures [default formats: svg,pdf,png]
    #[arg(long, value_name = "FORMAT,…", value_delimiter = ',', value_parser = plot::format_names(), num_args = 0.., require_equals = true, default_missing_values = ["svg", "pdf", "png"], requires = "out")]
    figures: Vec<String>,
    /// Also write a page for readers, DIR/report.html
    #[arg(long, requires = "out")]
    html: bool,
    /// Also write tables, methods and bibliography for a paper, in LaTeX and Markdown, into DIR, and figures into DIR/figures
    #[arg(long, requires = "out")]
    paper: bool,
    #[command(flatten)]
    sensitivity: SensitivityArguments,
    /// Compare only this variant, beside the baseline (repeatable)
    #[arg(long = "variant", value_name = "NAME")]
    variants: Vec<String>,
    /// Replace one thing in every file, such as inputs.pue=1.2 (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    sets: Vec<String>,
    /// Level of the intervals [default: the first scenario's, or 0.95]
    #[arg(long, value_name = "P", value_parser = probability, allow_negative_numbers = true)]
    level: Option<f64>,
    /// Leave trials with an output that is not finite out, and count them, instead of failing
    #[arg(long)]
    allow_nonfinite: bool,
    /// End with code 3 when an assertion that compares two of the alternatives does not hold
    #[arg(long)]
    strict: bool,
    /// Print the result tables as JSON
    #[arg(long)]
    json: bool,
    /// No progress and no notes
    #[arg(short, long)]
    quiet: bool,
}

/// What the words of `compare` mean.
pub(super) fn options(
    arguments: CompareArguments,
    words: &[OsString],
) -> Result<CompareOptions, Failure> {
    Ok(CompareOptions {
        run: RunOptions {
            files: arguments.files,
            overrides: Overrides {
                level: arguments.level,
                measures: arguments
                    .sensitivity
                    .sensitivity
                    .map(measures)
                    .transpose()?,
                base: arguments.sensitivity.base,
                allow_nonfinite: arguments.allow_nonfinite,
                ..arguments.sample.overrides()
            },
            strict: arguments.strict,
            threads: arguments.threads,
            out: arguments.out,
            paper: arguments.paper,
            figures: plot::formats(&arguments.figures),
            html: arguments.html,
            variants: arguments.variants,
            sets: arguments.sets,
            json: arguments.json,
            quiet: arguments.quiet,
            command: command_line(words),
            ..RunOptions::default()
        },
        baseline: arguments.baseline,
        all_pairs: arguments.all_pairs,
    })
}
