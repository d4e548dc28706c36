//! Why a run did not finish, and how that is said.

use super::NotNested;
use crate::report::{label, number};
use std::{fmt, io};

/// Why a run did not finish.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// An output was not finite in some trials and leaving them out was not asked for.
    NonFinite {
        /// The file's stem.
        scenario: String,
        /// The variant.
        variant: String,
        /// The output.
        output: String,
        /// In how many trials.
        count: u64,
        /// Of how many.
        trials: u64,
        /// The first of them.
        first_trial: u64,
        /// Every input of that trial: name, number, unit.
        inputs: Vec<(String, f64, String)>,
    },
    /// More random inputs than Sobol' points have dimensions.
    TooManyInputs {
        /// Random inputs of all files of the call.
        inputs: usize,
        /// Dimensions there are.
        most: usize,
    },
    /// The sums behind the measures of sensitivity would take too much memory.
    IndicesTooLarge {
        /// Random inputs.
        inputs: usize,
        /// Outputs that a distribution acts on.
        outputs: usize,
        /// What they would take.
        bytes: u64,
    },
    /// A measure that was asked for does not hold for inputs that depend on each other.
    DependentInputs {
        /// The file's stem.
        scenario: String,
        /// The variant.
        variant: String,
        /// The word of the measure.
        measure: &'static str,
        /// Inputs that correlations connect.
        inputs: Vec<String>,
        /// What holds.
        instead: &'static str,
    },
    /// An output of which nothing can be required.
    NothingToRequire {
        /// The file's stem.
        scenario: String,
        /// The variant.
        variant: String,
        /// Why.
        why: String,
    },
    /// What a decision is asked about, in a scenario without one.
    NoDecision {
        /// The file's stem.
        scenario: String,
    },
    /// A variant that cannot be run nested.
    NotNested {
        /// The file's stem.
        scenario: String,
        /// The variant.
        variant: String,
        /// Why.
        why: NotNested,
    },
    /// An output was not finite in some trials of the nested run and leaving them out was not asked for.
    NestedNonFinite {
        /// The file's stem.
        scenario: String,
        /// The variant.
        variant: String,
        /// The output.
        output: String,
        /// In how many.
        count: u64,
        /// Of how many.
        trials: u64,
    },
    /// There is no trial of the kind that is to be replayed.
    NoTrial {
        /// The file's stem.
        scenario: String,
        /// The variant.
        variant: String,
        /// Why.
        why: NoTrial,
    },
    /// The progress said stop.
    Cancelled,
    /// The sink of trials failed.
    Sink(io::Error),
    /// What a shard found cannot be written, or not be read again.
    Parts(io::Error),
}

/// Why there is no trial to replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoTrial {
    /// Its number is too large.
    Beyond {
        /// The number.
        trial: u64,
        /// Trials there are.
        trials: u64,
    },
    /// The variant has no such output.
    UnknownOutput(String),
    /// All are finite; of every output, or of one.
    EveryFinite(Option<String>),
    /// None is finite in every output.
    NothingFinite,
}

impl fmt::Display for NoTrial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoTrial::Beyond { trial, trials } => write!(
                formatter,
                "there is no trial {trial}: this run has {} trials, numbered from 0 to {}",
                number::count(*trials),
                trials - 1
            ),
            NoTrial::UnknownOutput(output) => write!(formatter, "there is no output \"{output}\""),
            NoTrial::EveryFinite(None) => {
                formatter.write_str("every output is finite in every trial")
            }
            NoTrial::EveryFinite(Some(output)) => {
                write!(formatter, "{output} is finite in every trial")
            }
            NoTrial::NothingFinite => formatter.write_str(
                "in no trial is every output finite; --at nonfinite finds the first trial",
            ),
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::NonFinite {
                scenario,
                variant,
                output,
                count,
                trials,
                first_trial,
                inputs,
            } => {
                let of = label(scenario, variant);
                let always = count == trials;
                let (count, trials) = (number::count(*count), number::count(*trials));
                let among = if always {
                    format!("all {trials}")
                } else {
                    format!("{count} of {trials}")
                };
                let mut text = format!(
                    "{of}: {output} is not finite in {among} trials, first in trial {first_trial}, where"
                );
                for (name, value, unit) in inputs {
                    let unit = if unit == "1" { "" } else { unit };
                    text.push_str(
                        format!("\n  {name} = {} {unit}", number::shortest(*value)).trim_end(),
                    );
                }
                text.push_str(&format!(
                    "\nhelp: `montecarbon replay FILE --trial {first_trial}`, with the options of this run, shows the formulas of that trial too"
                ));
                text.push_str(NON_FINITE_HELP);
                text.push_str(if always {
                    NOTHING_LEFT_HELP
                } else {
                    LEAVE_OUT_HELP
                });
                formatter.write_str(&text)
            }
            RunError::NotNested {
                scenario,
                variant,
                why,
            } => write!(formatter, "{}: --nested: {why}", label(scenario, variant)),
            RunError::NestedNonFinite {
                scenario,
                variant,
                output,
                count,
                trials,
            } => write!(
                formatter,
                "{}: {output} is not finite in {} of {} trials of the nested run{NON_FINITE_HELP}{}",
                label(scenario, variant),
                number::count(*count),
                number::count(*trials),
                if count == trials {
                    NOTHING_LEFT_HELP
                } else {
                    LEAVE_OUT_HELP
                }
            ),
            RunError::NoTrial {
                scenario,
                variant,
                why,
            } => write!(formatter, "{}: {why}", label(scenario, variant)),
            RunError::TooManyInputs { inputs, most } => write!(
                formatter,
                "{inputs} random inputs in all files together, and Sobol' points have {most} dimensions: run fewer files at once, or use --sampler random"
            ),
            RunError::Sink(cause) => write!(formatter, "cannot write what came out: {cause}"),
            RunError::Parts(cause) => write!(formatter, "a part fails: {cause}"),
            RunError::IndicesTooLarge {
                inputs,
                outputs,
                bytes,
            } => write!(
                formatter,
                "the measures of sensitivity of {inputs} inputs for {outputs} outputs would take {} GiB: report fewer outputs, or use --sensitivity none",
                bytes >> 30
            ),
            RunError::DependentInputs {
                scenario,
                variant,
                measure,
                inputs,
                instead,
            } => write!(
                formatter,
                "{}: --sensitivity {measure} needs independent inputs, and {} are correlated
help: {instead}",
                label(scenario, variant),
                inputs.join(", ")
            ),
            RunError::NothingToRequire {
                scenario,
                variant,
                why,
            } => write!(formatter, "{}: {why}", label(scenario, variant)),
            RunError::NoDecision { scenario } => write!(
                formatter,
                "{scenario}: --sensitivity evppi is about a decision, and the scenario has none
help: add [decision] with a line such as minimise = \"emissions\": between the variants, or with threshold = 10 against something known"
            ),
            RunError::Cancelled => formatter.write_str("stopped; nothing was written"),
        }
    }
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RunError::Sink(cause) | RunError::Parts(cause) => Some(cause),
            _ => None,
        }
    }
}

const NON_FINITE_HELP: &str = "
help: a division by an input that can be 0, or a logarithm or root of one that can be negative, gives such a number:
restrict that input with truncate";
const LEAVE_OUT_HELP: &str = ", or leave those trials out and count them with --allow-nonfinite";
/// No trial would be left.
const NOTHING_LEFT_HELP: &str = ", or correct the formula";
