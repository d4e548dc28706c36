//! The finished results as plain data, and one writer a format. Nothing is computed here.

pub mod assertions;
pub mod changes;
pub mod comparison;
pub mod convergence;
pub mod csv;
pub mod decision;
pub mod distribution;
#[cfg(test)]
pub(crate) mod example;
pub mod folder;
pub mod grid;
pub mod json;
pub mod manifest;
pub mod nested;
pub mod number;
pub mod observed;
pub mod paper;
pub mod part;
pub mod ranks;
pub mod replay;
pub mod require;
pub mod results;
pub mod samples;
pub mod sensitivity;
pub mod shape;
pub mod stream;
pub mod summary;
pub mod table;
pub mod text;
pub mod variants;
pub mod verification;

use crate::statistic::Estimate;
use crate::statistic::convergence::Step;
use crate::statistic::distribution::Portion;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;
use table::Table;

/// The result tables, in the order of `--json`: each is a file of the result folder.
pub const TABLES: &[Table] = &[
    summary::TABLE,
    distribution::TABLE,
    convergence::TABLE,
    sensitivity::TABLE,
    shape::TABLE,
    observed::TABLE,
    assertions::TABLE,
    nested::TABLE,
    comparison::TABLE,
    ranks::TABLE,
    decision::TABLE,
    require::TABLE,
    variants::TABLE,
];

/// A format: the report in, bytes out. It decides how a number looks, never what it is.
pub trait Writer {
    /// Writes the whole report.
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()>;
}

/// Everything a command has to tell: one entry per scenario and variant, in the order of the files.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Results, in the order of the files, the base variant first.
    pub runs: Vec<RunReport>,
    /// What the choice between the variants of a file does, beside what is not known.
    pub choices: Vec<ChoiceReport>,
    /// Decisions that were looked at, in the order of the files.
    pub decisions: Vec<decision::DecisionReport>,
    /// What would have to be known better, where that was asked for.
    pub requirements: Vec<require::RequireReport>,
    /// Alternatives held against each other, where that was asked for.
    pub comparison: Option<comparison::ComparisonReport>,
    /// Sentences the reader must not miss (trials rounded up, truncation, non-finite trials left out …).
    pub notes: Vec<String>,
}

/// Whether the choice of a variant moves an output more than what is not known within each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceReport {
    /// The file's stem.
    pub scenario: String,
    /// The output.
    pub output: String,
    /// How far apart the medians are, how wide the intervals, and which is more.
    pub verdict: String,
}

impl Report {
    /// The notes of the report, then those of its runs: each once, with the runs that have it unless all have.
    pub fn every_note(&self) -> Vec<String> {
        let of_runs = self.runs.iter();
        let of_runs = told_once(of_runs.map(|run| (run.label(), &run.notes[..])));
        let of_decisions = self.decisions.iter().flat_map(|decision| {
            let notes = decision.notes.iter();
            notes.map(|note| format!("{}: {note}", decision.scenario))
        });
        let notes = self.notes.iter().cloned().chain(of_runs);
        notes.chain(of_decisions).collect()
    }
}

/// What is noted of a run that no distribution acts on.
pub const COMPUTED_ONCE: &str =
    "no distribution acts on any output: each was computed once, exactly";

/// Notes of several labelled things: each once, with the labels of those that have it unless all have.
pub fn told_once<'a>(of: impl ExactSizeIterator<Item = (String, &'a [String])>) -> Vec<String> {
    let told = shared_by(of)
        .into_iter()
        .map(|(note, labels)| match labels {
            Some(labels) => format!("{}: {note}", some_of(&labels)),
            None => note.to_owned(),
        });
    told.collect()
}

/// Notes of several labelled things: each once, and the labels of those that have it; `None`: all have.
pub fn shared_by<'a>(
    of: impl ExactSizeIterator<Item = (String, &'a [String])>,
) -> Vec<(&'a str, Option<Vec<String>>)> {
    let all = of.len();
    let mut sharing: Vec<(&str, Vec<String>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (label, notes) in of {
        for note in notes {
            let place = *places.entry(note).or_insert_with(|| {
                sharing.push((note, Vec::new()));
                sharing.len() - 1
            });
            sharing[place].1.push(label.clone());
        }
    }
    let sharing = sharing.into_iter();
    sharing
        .map(|(note, labels)| (note, (labels.len() < all).then_some(labels)))
        .collect()
}

/// The first few of many labels, and how many more there are: `a, b, c and 4 more`.
pub fn some_of(labels: &[String]) -> String {
    /// Labels named before the rest is counted.
    const NAMED: usize = 3;
    match labels.len().saturating_sub(NAMED) {
        0 => labels.join(", "),
        rest => format!("{} and {rest} more", labels[..NAMED].join(", ")),
    }
}

/// The results of one variant of one scenario.
#[derive(Debug, Clone)]
pub struct RunReport {
    /// The file's stem.
    pub scenario: String,
    /// The scenario's title.
    pub title: Option<String>,
    /// The variant's name.
    pub variant: String,
    /// The variant's description.
    pub description: Option<String>,
    /// What a sweep gave it: its paths or columns, with their values.
    pub swept: Vec<(String, String)>,
    /// How the sample was made.
    pub sample: SampleReport,
    /// One row per input, in the order of the file; runs of a sweep share those that are the same.
    pub inputs: Vec<Arc<InputReport>>,
    /// The dependence between them, in the order of the file.
    pub correlations: Vec<CorrelationReport>,
    /// Inputs that are drawn together, and as what: `shares` that sum to one, or `rows` of a data file.
    pub joint: Vec<(&'static str, Vec<String>)>,
    /// One entry per output, in the order of the file.
    pub outputs: Vec<OutputReport>,
    /// The rows of `assertions.csv`, in their order there.
    pub assertions: Vec<assertions::AssertionRow>,
    /// How it was run nested, where it was.
    pub nested: Option<NestedReport>,
    /// Whether its intervals mix uncertainty and variability.
    pub mixes_kinds: bool,
    /// Sentences about this run.
    pub notes: Vec<String>,
}

impl RunReport {
    /// The output of that name.
    pub fn output(&self, name: &str) -> Option<&OutputReport> {
        self.outputs.iter().find(|output| output.name == name)
    }

    /// The name in messages: `scenario`, or `scenario / variant`.
    pub fn label(&self) -> String {
        label(&self.scenario, &self.variant)
    }
}

/// `scenario`, or `scenario / variant`.
pub fn label(scenario: &str, variant: &str) -> String {
    if variant == BASE {
        scenario.to_owned()
    } else {
        format!("{scenario} / {variant}")
    }
}

/// The name of the scenario as written, unless its header gives it another.
pub const BASE: &str = "base";

/// How a sample was made.
#[derive(Debug, Clone)]
pub struct SampleReport {
    /// The sampler's name.
    pub sampler: String,
    /// Trials really run.
    pub trials: u64,
    /// Independent replicates.
    pub replicates: u32,
    /// The seed.
    pub seed: u64,
    /// The level of the intervals.
    pub level: f64,
    /// Trials left out because an output was not finite.
    pub nonfinite: u64,
    /// The stopping rule that found the number of trials, where there was one.
    pub stopping: Option<StoppingReport>,
}

/// How a stopping rule ended.
#[derive(Debug, Clone)]
pub struct StoppingReport {
    /// The word of the rule.
    pub rule: &'static str,
    /// What mean, sd and interval ends were to be known to, in words.
    pub asked: String,
    /// Whether they are.
    pub reached: bool,
    /// The number that is the farthest from it: its output, its name, and the half-width of its limits over the one asked for.
    pub hardest: Option<(String, &'static str, f64)>,
    /// About how many times more trials would have been needed, where it was not reached and can be.
    pub more: Option<f64>,
}

/// One input, for the table of inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct InputReport {
    /// Its name.
    pub name: String,
    /// Its unit as written.
    pub unit: String,
    /// Family and parameters, or the value, as one line.
    pub written: String,
    /// The same without the catalog, where it was taken from it.
    pub resolved: Option<String>,
    /// Grade of evidence, as the word of the language.
    pub evidence: Option<String>,
    /// Sources as written.
    pub sources: Vec<String>,
    /// Whether it has a distribution.
    pub random: bool,
    /// Whether its distribution is of what varies, not of what is not known.
    pub variability: bool,
    /// The rows of `distribution.csv`, rising; none where it was not asked for, where it is a number, and in a variant where it is
    /// as in the first of the scenario.
    pub distribution: Vec<Portion>,
}

/// Dependence between two inputs as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrelationReport {
    /// The two.
    pub inputs: [String; 2],
    /// `spearman` or `gaussian`.
    pub measure: &'static str,
    /// How strong, from −1 to 1.
    pub value: f64,
}

/// One output.
#[derive(Debug, Clone)]
pub struct OutputReport {
    /// Its name.
    pub name: String,
    /// Its unit as written.
    pub unit: String,
    /// Its description.
    pub description: Option<String>,
    /// The rows of `summary.csv`, in their order there.
    pub statistics: Vec<StatisticRow>,
    /// The rows of `distribution.csv`, rising; none where it was not asked for.
    pub distribution: Vec<Portion>,
    /// The rows of `convergence.csv`, four of them each; none where they were not asked for.
    pub convergence: Vec<Step>,
    /// The rows of `sensitivity.csv`, in their order there.
    pub sensitivity: Vec<SensitivityRow>,
    /// The rows of `shape.csv`, two of them each; none where it was not asked for.
    pub shapes: Vec<shape::ShapeRow>,
    /// The rows of `observed.csv`, in their order there.
    pub observed: Vec<ObservedRow>,
    /// The rows of `nested.csv`, in their order there; none without a nested run.
    pub nested: Vec<NestedRow>,
    /// Whether no distribution acts on it: computed once, exact.
    pub constant: bool,
    /// What first-order propagation says beside the trials.
    pub first_order: Option<FirstOrderReport>,
    /// How its mean, its median and its values at the inputs' means and medians differ, where they do.
    pub centres: Option<Centres>,
}

/// First-order propagation (GUM) held against the trials.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstOrderReport {
    /// Its interval at the level of the run, in the output's unit.
    pub interval: [f64; 2],
    /// How far its ends are from those of the trials.
    pub off: [f64; 2],
    /// How far they may be: the numerical tolerance of two digits of the standard deviation.
    pub tolerance: f64,
    /// Whether it would have been enough.
    pub verdict: Verdict,
    /// Whether it would have been enough for one digit.
    pub for_one_digit: Verdict,
}

/// Whether first-order propagation would have been enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Both ends are within the tolerance.
    Enough,
    /// One is not.
    NotEnough,
    /// The trials do not know their ends well enough to tell.
    Undecided,
}

/// Why the centres of an output differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Centres {
    /// Mean and median of the outcomes differ.
    pub outcomes_skewed: bool,
    /// The mean and the value at the inputs' means differ.
    pub not_linear: bool,
    /// The values at the inputs' means and at their medians differ.
    pub inputs_skewed: bool,
}

impl OutputReport {
    /// The number of the statistic of that name.
    pub fn statistic(&self, name: &str) -> Option<&Estimate> {
        self.statistics
            .iter()
            .find(|row| row.statistic == name)
            .map(|row| &row.estimate)
    }
}

/// One row of `summary.csv`.
#[derive(Debug, Clone)]
pub struct StatisticRow {
    /// `mean`, `q0.025`, `interval_low`, `p_above:the article` …
    pub statistic: Cow<'static, str>,
    /// The row's own unit (`1` for probabilities, counts and the cv).
    pub unit: Arc<str>,
    /// The number with its error.
    pub estimate: Estimate,
    /// The level, for the ends of intervals.
    pub level: Option<f64>,
}

/// One row of `observed.csv`: what was observed, and where it lies in the prediction.
#[derive(Debug, Clone)]
pub struct ObservedRow {
    /// Its name.
    pub name: String,
    /// The ends of the observed band in the output's unit; equal for a single value.
    pub band: [f64; 2],
    /// For each end, P(output < end) + ½ P(output = end).
    pub below: [Estimate; 2],
    /// Whether the band overlaps the central interval.
    pub inside: bool,
    /// Inputs of the output that cite a source of the observation: they make it no validation.
    pub sharing: Vec<String>,
    /// Sources as written.
    pub sources: Vec<String>,
}

/// How a nested run was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NestedReport {
    /// Outer draws run.
    pub outer: u64,
    /// Trials of each of them.
    pub inner: u64,
    /// Whether these are the rows of a data file.
    pub rows: bool,
    /// The level of the intervals, over variability and over uncertainty.
    pub level: f64,
}

/// One row of `nested.csv`: what is known, over uncertainty, about a statistic over variability.
#[derive(Debug, Clone)]
pub struct NestedRow {
    /// `mean`, `q0.025`, `interval_low` …
    pub over_variability: String,
    /// `mean`, `median`, `sd`, `interval_low`, `interval_high`.
    pub over_uncertainty: &'static str,
    /// The row's unit.
    pub unit: String,
    /// The number with its error.
    pub estimate: Estimate,
}

impl SensitivityRow {
    /// Makes the index one that is not available.
    pub fn withdraw(&mut self) {
        self.estimate = Estimate::unavailable();
        self.rank = None;
        self.resolved = false;
    }
}

/// One row of `sensitivity.csv`.
#[derive(Debug, Clone)]
pub struct SensitivityRow {
    /// The input, or `(dummy)` for the noise floor.
    pub input: String,
    /// The second input of a pair.
    pub input_2: Option<String>,
    /// `spearman`, `first_order_given_data` …
    pub measure: &'static str,
    /// The row's unit.
    pub unit: String,
    /// The index with its error.
    pub estimate: Estimate,
    /// 1 is the strongest; `None` for the dummy.
    pub rank: Option<u32>,
    /// Whether it stands out from the noise floor.
    pub resolved: bool,
}
