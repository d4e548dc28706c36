//! The command line: what was typed (the clap types here) becomes what it means (the options of `commands`).

mod compare;
mod merge;
mod pages;
mod plot;
mod require;
mod values;

use crate::commands::{
    self, CheckOptions, DiffOptions, Failure, ListTopic, MOST_TRIALS_TO_STOP, Nested, Overrides,
    Pick, ReplayOptions, RunOptions, SampleFormat, Shard, Stopping, StoppingRule, Tolerance,
    ValidateOptions, VerifyOptions, Work,
};
use crate::sampler::Method;
use crate::sensitivity::Measure;
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use values::{
    assignment, nested, pick, probability, rising, shard, target, threads, tolerance, trials, whole,
};

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    a file was refused or a run failed
  2    wrong usage, or a file cannot be read or written
  3    with --strict: an observed value or an assertion does not hold
  130  stopped by Ctrl-C or the system; nothing was written";

/// Significant digits of the sd that JCGM 101's own rule holds where nothing else is asked for.
const JCGM101_DIGITS: u32 = 2;

/// How sure is a carbon footprint? Monte Carlo uncertainty and sensitivity analysis for the emissions of AI services.
#[derive(Debug, Parser)]
#[command(name = "montecarbon", version, after_help = EXIT_CODES, max_term_width = 100, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios: the outputs with their intervals, and what drives them
    Run(Box<RunArguments>),
    /// Hold variants and files against each other, trial by trial: differences, ratios, which is lower (all by the first file's [run])
    Compare(Box<compare::CompareArguments>),
    /// How much better each input would have to be known for an output to be known well enough
    Require(Box<require::RequireArguments>),
    /// Join the parts of a batch that was run in shards, into the results that one machine would have written
    Merge(merge::MergeArguments),
    /// Draw figures of a result folder, from its files alone
    Plot(plot::PlotArguments),
    /// One trial of a run, whole: every input, formula and output
    Replay(ReplayArguments),
    /// Add tables, methods, bibliography and figures for a paper to a result folder
    Paper {
        /// The result folder of `run`; it is replaced whole
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// No notes
        #[arg(short, long)]
        quiet: bool,
    },
    /// Run again what made a result folder, and say whether every byte is the same
    Verify(VerifyArguments),
    /// What changed between two result folders, and which numbers by more than their errors
    Diff(DiffArguments),
    /// Every complaint about scenarios, and what each input implies, without running
    Check(CheckArguments),
    /// The installed program against models with exact answers and another library's draws
    Validate(ValidateArguments),
    /// List what a scenario or a command line can name
    List {
        /// What to list
        topic: Topic,
        /// Only lines that contain this text
        pattern: Option<String>,
    },
    /// Explain the code of a complaint
    Explain {
        /// The code in brackets, such as `unknown-unit`
        code: String,
    },
    /// Print the JSON Schema of scenario files, for editors
    Schema,
    /// Write a commented scenario to start from; never overwrites
    Init {
        /// The file, with or without `.toml`
        #[arg(default_value = "scenario")]
        name: PathBuf,
    },
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the page of the manual, or write one for each command into a folder
    Man {
        /// The folder, such as ~/.local/share/man/man1; its pages of the same names are replaced
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// How a sample is made.
#[derive(Debug, Args)]
struct SampleArguments {
    /// Trials: 1000000, 1_000_000 or 1e6 [default: the scenario's, or 1,000,000]
    #[arg(short = 'n', long, value_name = "N", value_parser = trials, allow_negative_numbers = true)]
    trials: Option<u64>,
    /// Seed of every draw; the same seed gives the same bytes [default: the scenario's, or 42]
    #[arg(long, value_name = "S", value_parser = whole, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// How points are drawn [default: the scenario's, or sobol]
    #[arg(long, value_name = "METHOD", value_parser = sampler_names())]
    sampler: Option<String>,
    /// Independent replicates that the Monte Carlo error is taken from, 24 to 48 [default: about 32]
    #[arg(long, value_name = "R", value_parser = clap::value_parser!(u32).range(24..=48), allow_negative_numbers = true)]
    replicates: Option<u32>,
}

impl SampleArguments {
    fn overrides(&self) -> Overrides {
        Overrides {
            trials: self.trials,
            seed: self.seed,
            sampler: self.sampler.as_deref().and_then(Method::from_name),
            replicates: self.replicates,
            ..Overrides::default()
        }
    }
}

/// What is asked about what drives the outputs.
#[derive(Debug, Args)]
struct SensitivityArguments {
    /// Measures of what drives the outputs, or none [default: spearman, given-data and, where it costs little, sobol, or shapley for correlated inputs]
    #[arg(long, value_name = "METHOD,…", value_delimiter = ',', value_parser = measure_names())]
    sensitivity: Option<Vec<String>>,
    /// Base sample of the measures that evaluate the model again [default: 131,072, fewer where shapley would take long]
    #[arg(long, value_name = "N", value_parser = trials, allow_negative_numbers = true)]
    base: Option<u64>,
}

#[derive(Debug, Args)]
struct RunArguments {
    /// Scenario files, folders (every *.toml in them) or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
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
    /// Also write every trial, into DIR/samples
    #[arg(long, value_name = "FORMAT", value_parser = sample_format_names(), requires = "out")]
    samples: Option<String>,
    /// Also write tables, methods and bibliography for a paper, in LaTeX and Markdown, into DIR, and figures into DIR/figures
    #[arg(long, requires = "out")]
    paper: bool,
    #[command(flatten)]
    sensitivity: SensitivityArguments,
    /// Run only this variant (repeatable)
    #[arg(long = "variant", value_name = "NAME")]
    variants: Vec<String>,
    /// Replace one thing, such as inputs.pue=1.2 or inputs.grid.median=300 (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    sets: Vec<String>,
    /// Level of the intervals [default: the scenario's, or 0.95]
    #[arg(long, value_name = "P", value_parser = probability, allow_negative_numbers = true)]
    level: Option<f64>,
    /// Probabilities of the reported quantiles [default: the scenario's, or 0.025,0.05,0.25,0.5,0.75,0.95,0.975]
    #[arg(long, value_name = "P", value_delimiter = ',', value_parser = probability, allow_negative_numbers = true)]
    quantiles: Option<Vec<f64>>,
    /// Run until mean, sd and both interval ends of every output are known to this many significant digits
    #[arg(long, value_name = "D", value_parser = clap::value_parser!(u32).range(1..=9), allow_negative_numbers = true, conflicts_with = "trials")]
    digits: Option<u32>,
    /// Run until they are known to within this: 1% of themselves (or of the sd where that is larger), or 0.5 in the output's unit
    #[arg(long, value_name = "T", value_parser = tolerance, allow_negative_numbers = true, conflicts_with_all = ["trials", "digits"])]
    tolerance: Option<Tolerance>,
    /// The same for one output (repeatable): emissions=1%, emissions=0.5 or emissions=3digits
    #[arg(long = "target", value_name = "OUTPUT=T", value_parser = target, conflicts_with = "trials")]
    targets: Vec<(String, Tolerance)>,
    /// How it is told that they are: by the limits of their errors, or by the blocks of JCGM 101, 7.9 (to 2 digits of the sd unless --digits says otherwise) [default: errors]
    #[arg(long, value_name = "RULE", value_parser = stopping_rule_names(), conflicts_with = "trials")]
    method: Option<String>,
    /// Trials that --digits, --tolerance and --target do not exceed [default: 1,000,000,000]
    #[arg(long, value_name = "N", value_parser = trials, allow_negative_numbers = true, conflicts_with = "trials")]
    max_trials: Option<u64>,
    /// Also separate what varies from what is not known: for each of OUTER draws of the uncertain inputs, INNER trials of the variable ones, or every row of their data file (OUTERxrows)
    #[arg(long, value_name = "OUTERxINNER", value_parser = nested)]
    nested: Option<Nested>,
    /// Run one of N shards of all that is asked for, and write its part, FILE.I-of-N.part, into DIR; `merge` joins the parts
    #[arg(long, value_name = "I/N", value_parser = shard, conflicts_with_all = ["digits", "tolerance", "targets", "method", "max_trials", "watch"])]
    shard: Option<Shard>,
    /// Leave trials with an output that is not finite out, and count them, instead of failing
    #[arg(long)]
    allow_nonfinite: bool,
    /// End with code 3 when an observed value or an assertion of the scenario does not hold
    #[arg(long)]
    strict: bool,
    /// Run again whenever a scenario, or a file that it reads, is saved; Ctrl-C ends
    #[arg(long)]
    watch: bool,
    /// Print the result tables as JSON
    #[arg(long)]
    json: bool,
    /// No progress and no notes
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true))]
struct ReplayArguments {
    /// The files of the run that the trial is one of: those before a file may change its Sobol' points
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Its number, from 0, as in the samples and where a trial is not finite
    #[arg(long, value_name = "K", value_parser = whole, allow_negative_numbers = true, group = "which")]
    trial: Option<u64>,
    /// What is sought: max:OUTPUT, min:OUTPUT, q0.975:OUTPUT (nearest to a quantile), nonfinite or nonfinite:OUTPUT (the first)
    #[arg(long, value_name = "WHAT", value_parser = pick, group = "which")]
    at: Option<Pick>,
    #[command(flatten)]
    sample: SampleArguments,
    /// Threads that search [default: one per processor]
    #[arg(short, long, value_name = "T", value_parser = threads, allow_negative_numbers = true)]
    threads: Option<NonZeroUsize>,
    /// The trial of this variant (repeatable) [default: the scenario as written]
    #[arg(long = "variant", value_name = "NAME")]
    variants: Vec<String>,
    /// Replace one thing, such as inputs.pue=1.2 (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    sets: Vec<String>,
    /// Print the trial as JSON
    #[arg(long)]
    json: bool,
    /// No progress and no warnings
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Args)]
struct VerifyArguments {
    /// The result folder; its files are read by their paths of then, so run this where they were run
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Threads; the results are the same for any number [default: one per processor]
    #[arg(short, long, value_name = "T", value_parser = threads, allow_negative_numbers = true)]
    threads: Option<NonZeroUsize>,
    /// Print what became of each file as JSON
    #[arg(long)]
    json: bool,
    /// No notes
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Args)]
struct DiffArguments {
    /// The earlier result folder
    #[arg(value_name = "DIR1")]
    before: PathBuf,
    /// The later one
    #[arg(value_name = "DIR2")]
    after: PathBuf,
    /// End with code 3 when a number changed by more than its error
    #[arg(long)]
    strict: bool,
    /// Print the changes as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct CheckArguments {
    /// Scenario files, folders (every *.toml in them) or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Probabilities of the quantiles shown [default: the scenario's, or 0.025,0.05,0.25,0.5,0.75,0.95,0.975]
    #[arg(long, value_name = "P", value_delimiter = ',', value_parser = probability, allow_negative_numbers = true)]
    quantiles: Option<Vec<f64>>,
    /// Replace one thing before checking, such as inputs.pue=1.2 (repeatable)
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    sets: Vec<String>,
    /// Check again whenever a scenario, or a file that it reads, is saved; Ctrl-C ends
    #[arg(long)]
    watch: bool,
    /// Print the inputs as JSON, at full precision; one object a file
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ValidateArguments {
    /// Trials of each model [default: 1,000,000]
    #[arg(short = 'n', long, value_name = "N", value_parser = trials, allow_negative_numbers = true)]
    trials: Option<u64>,
    /// Seed of every draw [default: 42]
    #[arg(long, value_name = "S", value_parser = whole, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// How points are drawn [default: sobol]
    #[arg(long, value_name = "METHOD", value_parser = sampler_names())]
    sampler: Option<String>,
    /// Threads; the results are the same for any number [default: one per processor]
    #[arg(short, long, value_name = "T", value_parser = threads, allow_negative_numbers = true)]
    threads: Option<NonZeroUsize>,
    /// No progress
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Topic {
    Distributions,
    Samplers,
    Measures,
    Units,
    Functions,
    Catalog,
}

/// Reads the command line, does what it says, and answers with the exit code.
pub fn main(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = words.into_iter().collect();
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe while printing the help is no failure.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    match perform(arguments.command, &words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => commands::report_failure(&failure),
    }
}

fn perform(command: Command, words: &[OsString]) -> Result<(), Failure> {
    match command {
        Command::Run(arguments) => {
            let watch = arguments.watch;
            let options = run_options(*arguments, words)?;
            if let Some(shard) = options.shard {
                commands::shard(&options, shard)
            } else if watch {
                commands::watch(&options.files, &options.sets, options.quiet, || {
                    commands::run(&options)
                })
            } else {
                commands::run(&options)
            }
        }
        Command::Compare(arguments) => commands::compare(&compare::options(*arguments, words)?),
        Command::Replay(arguments) => commands::replay(&replay_options(arguments)?),
        Command::Verify(arguments) => {
            let options = VerifyOptions {
                folder: arguments.folder,
                threads: arguments.threads,
                json: arguments.json,
                quiet: arguments.quiet,
            };
            commands::verify(&options, recorded_work)
        }
        Command::Merge(arguments) => commands::merge(&merge::options(arguments), recorded_work),
        Command::Paper { folder, quiet } => commands::paper(&folder, quiet),
        Command::Require(arguments) => commands::require(&require::options(*arguments, words)),
        Command::Diff(arguments) => commands::diff(&DiffOptions {
            folders: [arguments.before, arguments.after],
            strict: arguments.strict,
            json: arguments.json,
        }),
        Command::Plot(arguments) => commands::plot(&plot::options(arguments)),
        Command::Check(arguments) => {
            let options = CheckOptions {
                files: arguments.files,
                quantiles: arguments.quantiles.map(rising),
                sets: arguments.sets,
                json: arguments.json,
            };
            if arguments.watch {
                commands::watch(&options.files, &options.sets, false, || {
                    commands::check(&options)
                })
            } else {
                commands::check(&options)
            }
        }
        Command::Validate(arguments) => commands::validate(&ValidateOptions {
            trials: arguments.trials,
            seed: arguments.seed,
            sampler: arguments.sampler.as_deref().and_then(Method::from_name),
            threads: arguments.threads,
            quiet: arguments.quiet,
        }),
        Command::List { topic, pattern } => commands::list(topic.into(), pattern.as_deref()),
        Command::Explain { code } => commands::explain(&code),
        Command::Schema => commands::schema(),
        Command::Init { name } => commands::init(&name),
        Command::Completions { shell } => pages::completions(shell),
        Command::Man { folder } => pages::manual(folder.as_deref()),
    }
}

/// What the words of `run` mean.
fn run_options(arguments: RunArguments, words: &[OsString]) -> Result<RunOptions, Failure> {
    let stopping = stopping(&arguments)?;
    // JCGM 101 is about independent trials.
    let of_sample = arguments.sample.overrides();
    let sampler = match &stopping {
        Some(stopping) if stopping.rule == StoppingRule::Jcgm101 => Some(Method::Random),
        _ => of_sample.sampler,
    };
    Ok(RunOptions {
        overrides: Overrides {
            sampler,
            level: arguments.level,
            quantiles: arguments.quantiles.map(rising),
            measures: arguments
                .sensitivity
                .sensitivity
                .map(measures)
                .transpose()?,
            stopping,
            base: arguments.sensitivity.base,
            nested: arguments.nested,
            allow_nonfinite: arguments.allow_nonfinite,
            ..of_sample
        },
        files: arguments.files,
        threads: arguments.threads,
        out: arguments.out,
        paper: arguments.paper,
        samples: arguments.samples.as_deref().and_then(sample_format),
        figures: plot::formats(&arguments.figures),
        html: arguments.html,
        variants: arguments.variants,
        sets: arguments.sets,
        strict: arguments.strict,
        json: arguments.json,
        quiet: arguments.quiet,
        command: match arguments.shard {
            Some(_) => merge::command_of_batch(&command_line(words)),
            None => command_line(words),
        },
        shard: arguments.shard,
        ..RunOptions::default()
    })
}

/// What the words of `replay` mean.
fn replay_options(arguments: ReplayArguments) -> Result<ReplayOptions, Failure> {
    let pick = arguments.trial.map(Pick::Number).or(arguments.at);
    Ok(ReplayOptions {
        run: RunOptions {
            files: arguments.files,
            overrides: arguments.sample.overrides(),
            threads: arguments.threads,
            variants: arguments.variants,
            sets: arguments.sets,
            json: arguments.json,
            quiet: arguments.quiet,
            ..RunOptions::default()
        },
        pick: pick
            .ok_or_else(|| Failure::Usage("name a trial: --trial K or --at WHAT".to_owned()))?,
    })
}

/// What the words that a manifest recorded mean; `None` where they write no results.
fn recorded_work(words: &[String]) -> Option<Work> {
    let words: Vec<OsString> = words.iter().map(OsString::from).collect();
    match Arguments::try_parse_from(&words).ok()?.command {
        Command::Run(arguments) => run_options(*arguments, &words).ok().map(Work::Run),
        Command::Compare(arguments) => compare::options(*arguments, &words).ok().map(Work::Compare),
        Command::Require(arguments) => Some(Work::Require(require::options(*arguments, &words))),
        _ => None,
    }
}

/// The stopping rule that the words ask for.
fn stopping(arguments: &RunArguments) -> Result<Option<Stopping>, Failure> {
    let usage = |text: &str| Err(Failure::Usage(text.to_owned()));
    let asked = arguments
        .digits
        .map(Tolerance::Digits)
        .or(arguments.tolerance);
    let named = arguments.method.as_deref();
    let rule = StoppingRule::ALL
        .iter()
        .find(|row| named == Some(row.1))
        .map(|row| row.0);
    if rule == Some(StoppingRule::Jcgm101) {
        if !matches!(arguments.sample.sampler.as_deref(), None | Some("random")) {
            return usage(
                "--method jcgm101 is a rule for independent trials: use --sampler random, or leave it out",
            );
        }
        if arguments.sample.replicates.is_some() {
            return usage(
                "--method jcgm101 deals its blocks to replicates itself: leave --replicates out",
            );
        }
        let asked = asked.or(arguments
            .targets
            .is_empty()
            .then_some(Tolerance::Digits(JCGM101_DIGITS)));
        return Ok(Some(Stopping {
            rule: StoppingRule::Jcgm101,
            every: asked,
            outputs: arguments.targets.clone(),
            most_trials: arguments.max_trials.unwrap_or(MOST_TRIALS_TO_STOP),
        }));
    }
    if asked.is_none() && arguments.targets.is_empty() {
        return if rule.is_some() || arguments.max_trials.is_some() {
            usage(
                "--method and --max-trials need something to reach: add --digits, --tolerance or --target",
            )
        } else {
            Ok(None)
        };
    }
    Ok(Some(Stopping {
        rule: StoppingRule::Errors,
        every: asked,
        outputs: arguments.targets.clone(),
        most_trials: arguments.max_trials.unwrap_or(MOST_TRIALS_TO_STOP),
    }))
}

/// The words as the manifest keeps them, without the place where the program happens to be installed, and without what makes no
/// difference to a result and would never end.
fn command_line(words: &[OsString]) -> Vec<String> {
    let arguments = words
        .iter()
        .skip(1)
        .filter(|word| *word != "--watch")
        .map(|word| word.to_string_lossy().into_owned());
    std::iter::once("montecarbon".to_owned())
        .chain(arguments)
        .collect()
}

impl From<Topic> for ListTopic {
    fn from(topic: Topic) -> ListTopic {
        match topic {
            Topic::Distributions => ListTopic::Distributions,
            Topic::Samplers => ListTopic::Samplers,
            Topic::Measures => ListTopic::Measures,
            Topic::Units => ListTopic::Units,
            Topic::Functions => ListTopic::Functions,
            Topic::Catalog => ListTopic::Catalog,
        }
    }
}

fn sampler_names() -> PossibleValuesParser {
    PossibleValuesParser::new(Method::ALL.iter().map(|row| row.1))
}

fn sample_format_names() -> PossibleValuesParser {
    PossibleValuesParser::new(SampleFormat::ALL.iter().map(|row| row.1))
}

fn sample_format(word: &str) -> Option<SampleFormat> {
    let row = SampleFormat::ALL.iter().find(|row| row.1 == word);
    row.map(|row| row.0)
}

fn stopping_rule_names() -> PossibleValuesParser {
    PossibleValuesParser::new(StoppingRule::ALL.iter().map(|row| row.1))
}

fn measure_names() -> PossibleValuesParser {
    PossibleValuesParser::new(Measure::ALL.iter().map(|row| row.1).chain(["none"]))
}

/// The measures that the words name, each once; `none` stands alone.
fn measures(words: Vec<String>) -> Result<Vec<Measure>, Failure> {
    if words.iter().any(|word| word == "none") {
        return if words.len() == 1 {
            Ok(Vec::new())
        } else {
            Err(Failure::Usage(
                "--sensitivity: none stands alone, without other measures".to_owned(),
            ))
        };
    }
    let named = |word: &String| {
        Measure::ALL
            .iter()
            .find(|row| row.1 == word)
            .map(|row| row.0)
    };
    let mut measures: Vec<Measure> = Vec::new();
    for measure in words.iter().filter_map(named) {
        if !measures.contains(&measure) {
            measures.push(measure);
        }
    }
    Ok(measures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }
}
