//! Nested runs: what varies, and how well that is known.

use super::rows::quantile_name;
use super::{Plan, RunError, VariantRun};
use crate::distribution::Marginal;
use crate::model::{Definition, Input, Kind, MOST_TRIALS, Output, Variant};
use crate::program::Program;
use crate::report::{NestedReport, NestedRow, OutputReport, number};
use crate::run::{self, Inner, NestedExperiment, NestedOutcome, Progress, Stopped};
use crate::sampler::Method;
use crate::statistic::Estimate;
use crate::statistic::inner::{InnerEstimate, InnerStatistic};
use crate::statistic::nested::{OverUncertainty, over_uncertainty};
use std::fmt;
use std::sync::Arc;

/// Memory that the estimates of all outer draws may take.
const MOST_BYTES: u64 = 2 << 30;
/// Trials of an inner sample, at the least and at the most: fewer have no tails, and more than these are kept for every output.
const INNER_TRIALS: std::ops::RangeInclusive<u32> = 20..=1 << 20;
/// Values of a data file that are enumerated, at most.
const MOST_ROWS: usize = 1 << 20;
/// Trials of half an inner sample that lie beyond a quantile, at the fewest, for its error to be trusted.
const FEWEST_BEYOND: f64 = 2.0;
/// The share of noise from which on it is said.
const MUCH_NOISE: f64 = 0.5;
/// The sd of the noise, over the number itself, below which there is nothing to say.
const LEAST_NOISE: f64 = 0.01;

/// A nested run: so many draws of what is not known, and for each an inner sample of what varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nested {
    /// Outer draws.
    pub outer: u64,
    /// The inner sample of each.
    pub inner: InnerPlan,
}

/// The inner sample of each outer draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InnerPlan {
    /// So many trials.
    Trials(u32),
    /// Every row of the one data file behind the inputs that vary, with its weight.
    Rows,
}

impl Nested {
    /// Whether the numbers are within what can be run.
    ///
    /// # Errors
    /// What is wrong with them, and what to write instead.
    pub fn check(self) -> Result<Nested, String> {
        if self.outer < 2 {
            return Err(
                "at least 2 outer draws are needed, and 1000 for an interval worth printing"
                    .to_owned(),
            );
        }
        let InnerPlan::Trials(trials) = self.inner else {
            return Ok(self);
        };
        if !INNER_TRIALS.contains(&trials) {
            return Err(format!(
                "an inner sample has {} to {} trials",
                INNER_TRIALS.start(),
                INNER_TRIALS.end()
            ));
        }
        if self.outer.saturating_mul(u64::from(trials)) > MOST_TRIALS {
            return Err(
                "outer draws × inner trials are more than the 50 billion trials that can be run"
                    .to_owned(),
            );
        }
        Ok(self)
    }
}

impl fmt::Display for Nested {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.inner {
            InnerPlan::Trials(trials) => write!(formatter, "{}x{trials}", self.outer),
            InnerPlan::Rows => write!(formatter, "{}xrows", self.outer),
        }
    }
}

/// Why a variant cannot be run nested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotNested {
    /// No input varies.
    NothingVaries,
    /// Every random input varies.
    NothingUncertain,
    /// An input that is not known and one that varies are correlated.
    KindsCorrelated(String, String),
    /// The inner sample shall be rows, and this input that varies is not a column of the file that others are.
    NotOfOneFile(String),
    /// The inner sample shall be the rows of a file of so many.
    TooManyRows(usize),
    /// Outer draws × rows are so many trials.
    TooManyTrials(u64),
    /// The estimates of all outer draws would take so many bytes.
    TooLarge(u64),
}

impl fmt::Display for NotNested {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotNested::NothingVaries => formatter.write_str(
                "no input varies: mark those that really differ from case to case with kind = \"variability\"",
            ),
            NotNested::NothingUncertain => formatter.write_str(
                "every random input varies and none is uncertain: a plain run says all there is",
            ),
            NotNested::KindsCorrelated(one, other) => write!(
                formatter,
                "{one} and {other} are correlated, and one of them varies while the other is not known: make both of one kind, or remove the correlation"
            ),
            NotNested::NotOfOneFile(input) => write!(
                formatter,
                "rows are those of the one data file behind all inputs that vary, and {input} is not a column of it: write a number of inner trials"
            ),
            NotNested::TooManyRows(rows) => write!(
                formatter,
                "the data file has {rows} rows to go through for every outer draw, and {MOST_ROWS} are the most: write a number of inner trials"
            ),
            NotNested::TooManyTrials(trials) => write!(
                formatter,
                "outer draws × rows are {} trials, and 50 billion can be run: take fewer outer draws",
                number::count(*trials)
            ),
            NotNested::TooLarge(bytes) => write!(
                formatter,
                "the estimates of all outer draws would take {} GiB: take fewer outer draws, outputs or quantiles",
                (bytes >> 30).max(1)
            ),
        }
    }
}

fn inputs_of(variant: &Variant, kind: Kind) -> impl Iterator<Item = &Arc<Input>> {
    variant.inputs.iter().filter(move |input| {
        input.kind == kind && matches!(input.definition, Definition::Random(_))
    })
}

/// Why a variant cannot be run nested, as far as it shows before the run.
pub(super) fn refusal(variant: &Variant, plan: &Plan) -> Option<NotNested> {
    let nested = plan.nested?;
    let Some(first) = inputs_of(variant, Kind::Variability).next() else {
        return Some(NotNested::NothingVaries);
    };
    if inputs_of(variant, Kind::Uncertainty).next().is_none() {
        return Some(NotNested::NothingUncertain);
    }
    for correlation in &variant.correlations {
        let [one, other] = correlation.inputs.map(|input| &variant.inputs[input]);
        if one.kind != other.kind {
            return Some(NotNested::KindsCorrelated(
                one.name.clone(),
                other.name.clone(),
            ));
        }
    }
    let statistics: usize = variant
        .outputs
        .iter()
        .map(|output| wanted(output, plan).len())
        .sum();
    let bytes = nested
        .outer
        .saturating_mul((statistics * size_of::<InnerEstimate>()) as u64);
    if bytes > MOST_BYTES {
        return Some(NotNested::TooLarge(bytes));
    }
    if nested.inner == InnerPlan::Rows {
        // All that take rows of one file are drawn by it.
        let other = inputs_of(variant, Kind::Variability)
            .find(|input| first.data.is_none() || input.draw_key != first.draw_key);
        return other.map(|input| NotNested::NotOfOneFile(input.name.clone()));
    }
    None
}

/// The statistics over variability of an output, in the order of its rows.
fn wanted(output: &Output, plan: &Plan) -> Vec<InnerStatistic> {
    let quantiles = plan.quantiles.iter().copied();
    let ends = [0.5 - 0.5 * plan.level, 0.5 + 0.5 * plan.level];
    let thresholds = output.thresholds.iter().map(|threshold| threshold.1);
    [InnerStatistic::Mean, InnerStatistic::Sd]
        .into_iter()
        .chain(quantiles.chain(ends).map(InnerStatistic::Quantile))
        .chain(thresholds.map(InnerStatistic::Above))
        .collect()
}

/// Their names, likewise.
fn names(output: &Output, plan: &Plan) -> Vec<String> {
    let thresholds = output.thresholds.iter();
    ["mean", "sd"]
        .map(str::to_owned)
        .into_iter()
        .chain(plan.quantiles.iter().map(|&p| quantile_name(p)))
        .chain(["interval_low", "interval_high"].map(str::to_owned))
        .chain(thresholds.map(|(name, _)| format!("p_above:{name}")))
        .collect()
}

/// What the inner samples of the rows of a file are.
struct Rows {
    values: Vec<f64>,
    probabilities: Vec<f64>,
}

impl VariantRun<'_> {
    /// Runs the variant nested, and adds what came out to its outputs; the notes about it.
    pub(super) fn add_nested(
        &self,
        nested: Nested,
        program: &Program,
        outputs: &mut [OutputReport],
        progress: &dyn Progress,
    ) -> Result<(NestedReport, Vec<String>), RunError> {
        let varies: Vec<bool> = program
            .sources
            .iter()
            .map(|source| self.variant.inputs[source.input].kind == Kind::Variability)
            .collect();
        let layout = self.plan.sampler.layout(nested.outer, self.plan.replicates);
        let outer = self.sampler(program, layout);
        let columns: Vec<usize> = (0..varies.len()).filter(|&at| varies[at]).collect();
        let inputs = columns.iter().map(|&at| program.sources[at].input);
        let sampler = self.sampler_by(Method::Sobol, inputs, layout, |input| {
            self.variant.inputs[input].kind == Kind::Variability
        });
        let rows = match nested.inner {
            InnerPlan::Rows => self.rows(program, &columns)?,
            InnerPlan::Trials(_) => None,
        };
        let inner = match (&rows, nested.inner) {
            (Some(rows), _) => Inner::Values {
                values: &rows.values,
                probabilities: &rows.probabilities,
            },
            (None, InnerPlan::Trials(trials)) => Inner::Sample {
                sampler: &*sampler,
                columns: &columns,
                trials: trials.next_multiple_of(2) as usize,
            },
            // No output depends on the file: any one value does.
            (None, InnerPlan::Rows) => Inner::Values {
                values: &[0.0],
                probabilities: &[1.0],
            },
        };
        let report = NestedReport {
            outer: layout.trials(),
            inner: inner.trials() as u64,
            rows: nested.inner == InnerPlan::Rows,
            level: self.plan.level,
        };
        let statistics: Vec<Vec<InnerStatistic>> = program
            .varying_outputs()
            .map(|output| wanted(&self.variant.outputs[output], self.plan))
            .collect();
        let experiment = NestedExperiment {
            program,
            outer: &*outer,
            layout,
            varies: &varies,
            inner,
        };
        let trials = report.outer.saturating_mul(report.inner);
        if trials > MOST_TRIALS {
            return Err(self.not_nested(NotNested::TooManyTrials(trials)));
        }
        progress.expect(trials, f64::INFINITY);
        let outcome = match run::run_nested(&experiment, &statistics, progress) {
            Ok(outcome) => outcome,
            Err(Stopped::NothingFinite(nonfinite)) => {
                return Err(self.nonfinite_nested(&nonfinite, &report));
            }
            Err(stopped) => return Err(self.stopped(stopped)),
        };
        // Where no outer draw kept trials enough there is nothing to say either.
        if outcome.nonfinite.trials > 0
            && (!self.plan.allow_nonfinite || outcome.lost == report.outer)
        {
            return Err(self.nonfinite_nested(&outcome.nonfinite, &report));
        }
        let half = match nested.inner {
            InnerPlan::Trials(_) => Some(0.5 * report.inner as f64),
            InnerPlan::Rows => None,
        };
        let mut notes = self.notes_of_nested(nested, &report, &outcome);
        let mut varying = program
            .varying_outputs()
            .zip(&statistics)
            .zip(outcome.estimates);
        let mut next = varying.next();
        for (at, output) in outputs.iter_mut().enumerate() {
            let described = &self.variant.outputs[at];
            let names = names(described, self.plan);
            output.nested = match &next {
                Some(((place, statistics), estimates)) if *place == at => {
                    let mut beyond = Vec::new();
                    let rows = names.iter().zip(*statistics).zip(estimates);
                    let rows = rows
                        .flat_map(|((name, statistic), replicates)| {
                            let found = over_uncertainty(
                                replicates,
                                self.plan.level,
                                statistic.range(),
                                step(*statistic, half),
                            );
                            if is_beyond(*statistic, half) {
                                beyond.push(name.as_str());
                            }
                            notes.extend(note_of_noise(&described.name, name, &found));
                            of_statistic(
                                name,
                                &described.unit.text,
                                &found,
                                is_beyond(*statistic, half),
                            )
                        })
                        .collect();
                    notes.extend(note_of_tails(&described.name, &beyond));
                    next = varying.next();
                    rows
                }
                _ => names
                    .iter()
                    .flat_map(|name| {
                        let found = constant(
                            name,
                            described,
                            output.statistic("mean").and_then(|mean| mean.value),
                        );
                        of_statistic(name, &described.unit.text, &found, false)
                    })
                    .collect(),
            };
        }
        Ok((report, notes))
    }

    /// The values of the source that varies; `None` where no output depends on it.
    fn rows(&self, program: &Program, columns: &[usize]) -> Result<Option<Rows>, RunError> {
        let Some(&column) = columns.first() else {
            return Ok(None);
        };
        let marginal: &dyn Marginal = &*program.sources[column].marginal;
        match marginal.atoms(MOST_ROWS) {
            Some(values) => Ok(Some(Rows {
                probabilities: values
                    .iter()
                    .map(|&value| marginal.density(value))
                    .collect(),
                values,
            })),
            None => {
                let rows = marginal.atoms(usize::MAX).map_or(0, |values| values.len());
                Err(self.not_nested(NotNested::TooManyRows(rows)))
            }
        }
    }

    /// The refusal of this variant.
    pub(super) fn not_nested(&self, why: NotNested) -> RunError {
        RunError::NotNested {
            scenario: self.model.scenario.clone(),
            variant: self.variant.name.clone(),
            why,
        }
    }

    fn nonfinite_nested(&self, nonfinite: &run::NonFinite, report: &NestedReport) -> RunError {
        let (_, output) = nonfinite.first.unwrap_or_default();
        RunError::NestedNonFinite {
            scenario: self.model.scenario.clone(),
            variant: self.variant.name.clone(),
            output: self.variant.outputs[output].name.clone(),
            count: nonfinite.by_output[output],
            trials: report.outer * report.inner,
        }
    }

    fn notes_of_nested(
        &self,
        nested: Nested,
        report: &NestedReport,
        outcome: &NestedOutcome,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        if report.outer != nested.outer {
            notes.push(format!(
                "{} outer draws were asked for and {} run (replicates × a power of two)",
                number::count(nested.outer),
                number::count(report.outer)
            ));
        }
        if let InnerPlan::Trials(asked) = nested.inner
            && u64::from(asked) != report.inner
        {
            notes.push(format!(
                "{asked} inner trials were asked for and {} run: they are two halves alike",
                report.inner
            ));
        }
        if outcome.nonfinite.trials > 0 {
            notes.push(format!(
                "{} of {} trials of the nested run were left out because an output was not finite, and {} outer draws with too few others",
                number::count(outcome.nonfinite.trials),
                number::count(report.outer * report.inner),
                number::count(outcome.lost)
            ));
        }
        notes
    }
}

/// How far apart the values of a statistic are from half an inner sample of so many trials: a probability is a whole number of them.
fn step(statistic: InnerStatistic, half: Option<f64>) -> f64 {
    match (statistic, half) {
        (InnerStatistic::Above(_), Some(half)) => 1.0 / half,
        _ => 0.0,
    }
}

/// Whether too few values of half an inner sample lie beyond a quantile for its noise to be told.
fn is_beyond(statistic: InnerStatistic, half: Option<f64>) -> bool {
    match (statistic, half) {
        (InnerStatistic::Quantile(p), Some(half)) => half * p.min(1.0 - p) < FEWEST_BEYOND,
        _ => false,
    }
}

/// What is said of quantiles that inner samples do not reach.
fn note_of_tails(output: &str, names: &[&str]) -> Option<String> {
    (!names.is_empty()).then(|| {
        format!(
            "{} of {output} lie so far out that fewer than {FEWEST_BEYOND} trials of half an inner sample lie beyond: their errors cannot be trusted, take more inner trials",
            names.join(", ")
        )
    })
}

/// What is said where much of the spread was noise.
fn note_of_noise(output: &str, statistic: &str, found: &OverUncertainty) -> Option<String> {
    let much = found.noise_share >= MUCH_NOISE
        && found.noise_sd > LEAST_NOISE * found.mean.value.map_or(0.0, f64::abs);
    much.then(|| {
        format!(
            "{} % of the spread of {output}'s {statistic} between outer draws was noise of the inner samples: it was taken out, but more inner trials would make that surer",
            number::rounded(100.0 * found.noise_share, 2)
        )
    })
}

/// An output that no distribution acts on.
fn constant(name: &str, output: &Output, value: Option<f64>) -> OverUncertainty {
    let value = value.unwrap_or(f64::NAN);
    let threshold = output
        .thresholds
        .iter()
        .find(|threshold| name.strip_prefix("p_above:") == Some(&threshold.0));
    let value = match (name, threshold) {
        ("sd", _) => 0.0,
        (_, Some((_, threshold))) => f64::from(u8::from(value > *threshold)),
        _ => value,
    };
    let known = |value| Estimate::with_error(value, Some(0.0));
    OverUncertainty {
        mean: known(value),
        median: known(value),
        sd: known(0.0),
        interval: [known(value); 2],
        noise_share: 0.0,
        noise_sd: 0.0,
    }
}

/// The rows of one statistic over variability.
fn of_statistic(
    name: &str,
    unit: &str,
    found: &OverUncertainty,
    poorly_carried: bool,
) -> Vec<NestedRow> {
    let unit = if name.starts_with("p_above:") {
        "1"
    } else {
        unit
    };
    [
        ("mean", found.mean),
        ("median", found.median),
        ("sd", found.sd),
        ("interval_low", found.interval[0]),
        ("interval_high", found.interval[1]),
    ]
    .map(|(over_uncertainty, estimate)| NestedRow {
        over_variability: name.to_owned(),
        over_uncertainty,
        unit: unit.to_owned(),
        estimate: estimate.marked(poorly_carried),
    })
    .into()
}
