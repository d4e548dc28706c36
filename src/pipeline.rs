//! The flow from models to a report: each stage called in turn, nothing computed here.

use crate::model::Model;
use crate::report::Report;

/// How to run: the command line over the file's `[run]` over the defaults, already checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Trials asked for (at least 2).
    pub trials: u64,
    /// Seed of every stream.
    pub seed: u64,
    /// `random` or `sobol`.
    pub sampler: crate::sampler::Method,
    /// Independent replicates asked for; `None`: about 32.
    pub replicates: Option<u32>,
    /// Level of the reported intervals, in (0, 1).
    pub level: f64,
    /// Probabilities of the reported quantiles, rising, each in (0, 1).
    pub quantiles: Vec<f64>,
    /// Measures of sensitivity to compute.
    pub measures: Vec<crate::sensitivity::Measure>,
    /// Leave trials with a non-finite output out instead of failing.
    pub allow_nonfinite: bool,
}

/// What the engine tells while it runs; called from any thread.
pub trait Progress: Sync {
    /// A stage of `total` trials begins (one per variant).
    fn begin(&self, scenario: &str, variant: &str, total: u64);
    /// So many more trials are done.
    fn advance(&self, trials: u64);
    /// Asked between segments: whether to stop (Ctrl-C).
    fn cancelled(&self) -> bool;
}

/// Receives the trials of a run, in order, a block at a time.
pub trait TrialSink: Send {
    /// The columns of the variant that comes next: (name, role `input`/`output`, unit), in order.
    fn begin(&mut self, scenario: &str, variant: &str, columns: &[(String, &'static str, String)]) -> std::io::Result<()>;
    /// The next rows: the number of the first trial, its replicate, and one slice per column, all of one length.
    fn rows(&mut self, first_trial: u64, replicate: u32, columns: &[&[f64]]) -> std::io::Result<()>;
    /// The variant is complete.
    fn end(&mut self) -> std::io::Result<()>;
}

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
    /// The progress said stop.
    Cancelled,
    /// The sink of trials failed.
    Sink(std::io::Error),
}

/// Runs every variant in `chosen` of every model (`None`: all of them) and reports.
pub fn simulate(models: &[(Model, Plan)], chosen: Option<&[String]>, progress: &dyn Progress, sink: Option<&mut dyn TrialSink>) -> Result<Report, RunError> {
    let _ = (models, chosen, progress, sink);
    Ok(Report { runs: Vec::new(), notes: Vec::new() })
}
