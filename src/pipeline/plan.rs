//! What a run is asked for: defaults, over them the scenario's `[run]`, over it the caller.

use super::Nested;
use crate::model::{About, Model, RunDefaults, Statistic};
use crate::run::{self, Tolerance};
use crate::sampler::{Layout, Method};
use crate::sensitivity::Measure;

/// Trials where neither the caller nor the scenario says.
const TRIALS: u64 = 1_000_000;
/// The seed, likewise: fixed, so that the same command gives the same bytes.
const SEED: u64 = 42;
/// The level of the intervals, likewise.
const LEVEL: f64 = 0.95;
/// The sampler, likewise.
const SAMPLER: Method = Method::Sobol;
/// Probabilities of the quantiles, likewise.
const QUANTILES: [f64; 7] = [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975];

/// How to run: the command line over the file's `[run]` over the defaults, already checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Trials asked for (at least 2).
    pub trials: u64,
    /// Seed of every stream.
    pub seed: u64,
    /// How points are drawn.
    pub sampler: Method,
    /// Independent replicates asked for; `None`: about 32.
    pub replicates: Option<u32>,
    /// Level of the reported intervals, in (0, 1).
    pub level: f64,
    /// Probabilities of the reported quantiles, rising, each in (0, 1).
    pub quantiles: Vec<f64>,
    /// Measures of sensitivity to compute.
    pub measures: Vec<Measure>,
    /// Besides `measures`, Sobol' indices or, where inputs depend on each other, Shapley effects, if they cost little.
    pub automatic: bool,
    /// The base sample of the measures that evaluate the model again; `None`: what they need.
    pub base: Option<u64>,
    /// Run until numbers are known well enough, instead of `trials`.
    pub stopping: Option<Stopping>,
    /// Besides, a nested run.
    pub nested: Option<Nested>,
    /// Leave trials with a non-finite output out instead of failing.
    pub allow_nonfinite: bool,
    /// Also report how the outputs and the inputs are distributed, for figures.
    pub distributions: bool,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            trials: TRIALS,
            seed: SEED,
            sampler: SAMPLER,
            replicates: None,
            level: LEVEL,
            quantiles: QUANTILES.to_vec(),
            measures: Measure::BY_DEFAULT.to_vec(),
            automatic: false,
            base: None,
            stopping: None,
            nested: None,
            allow_nonfinite: false,
            distributions: false,
        }
    }
}

impl Plan {
    /// The scenario's `[run]` over the defaults.
    pub fn of(model: &Model) -> Plan {
        let (run, defaults) = (&model.run, Plan::default());
        let sampler = run.sampler.as_deref().and_then(Method::from_name);
        Plan {
            trials: run.trials.unwrap_or(defaults.trials),
            seed: run.seed.unwrap_or(defaults.seed),
            sampler: sampler.unwrap_or(defaults.sampler),
            replicates: run.replicates,
            level: run.level.unwrap_or(defaults.level),
            quantiles: reported_quantiles(model, run.quantiles.as_deref().unwrap_or(&QUANTILES)),
            automatic: true,
            ..defaults
        }
    }
}

impl Plan {
    /// The measures that the main sample answers.
    pub(super) fn main_measures(&self) -> Vec<Measure> {
        let measures = self.measures.iter().copied();
        measures
            .filter(|measure| measure.is_of_main_sample())
            .collect()
    }

    /// The shape of the sample, of the first stage where there is a stopping rule.
    pub(super) fn layout(&self) -> Layout {
        match &self.stopping {
            None => self.sampler.layout(self.trials, self.replicates),
            Some(stopping) => match stopping.rule {
                StoppingRule::Errors => {
                    run::first_layout(self.sampler, self.replicates, stopping.most_trials)
                }
                StoppingRule::Jcgm101 => run::jcgm101_layout(2, self.level),
            },
        }
    }
}

/// When to stop.
#[derive(Debug, Clone, PartialEq)]
pub struct Stopping {
    /// How it is told that a number is known well enough.
    pub rule: StoppingRule,
    /// What is asked of every output.
    pub every: Option<Tolerance>,
    /// What is asked of single outputs, by name; it goes over what is asked of every one.
    pub outputs: Vec<(String, Tolerance)>,
    /// Trials that are not exceeded.
    pub most_trials: u64,
}

/// How it is told that a number is known well enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoppingRule {
    /// The limits of its error are narrow enough.
    Errors,
    /// JCGM 101:2008, 7.9: blocks agree to a digit of the sd.
    Jcgm101,
}

impl StoppingRule {
    /// Every rule, with its word on the command line.
    pub const ALL: &'static [(StoppingRule, &'static str)] = &[
        (StoppingRule::Errors, "errors"),
        (StoppingRule::Jcgm101, "jcgm101"),
    ];
}

/// Trials that are not exceeded where nothing else is asked for.
pub const MOST_TRIALS_TO_STOP: u64 = 1_000_000_000;

impl Stopping {
    /// What is asked of the output of this name.
    pub fn of_output(&self, name: &str) -> Option<Tolerance> {
        let single = self.outputs.iter().find(|(output, _)| output == name);
        single.map(|row| row.1).or(self.every)
    }
}

/// The probabilities asked for, or the scenario's, or the default ones; rising, each once.
pub fn quantiles(asked: Option<&[f64]>, run: &RunDefaults) -> Vec<f64> {
    rising(asked.or(run.quantiles.as_deref()).unwrap_or(&QUANTILES))
}

/// The probabilities with those of the quantiles that every table shows, the median, or that are asserted.
pub fn reported_quantiles(model: &Model, quantiles: &[f64]) -> Vec<f64> {
    let asserted = model.assertions.iter();
    let asserted = asserted.filter_map(|assertion| match assertion.about {
        About::Statistic {
            statistic: Statistic::Quantile(p),
            ..
        } => Some(p),
        _ => None,
    });
    let quantiles = quantiles.iter().copied().chain([0.5]).chain(asserted);
    rising(&quantiles.collect::<Vec<_>>())
}

fn rising(quantiles: &[f64]) -> Vec<f64> {
    let mut quantiles = quantiles.to_vec();
    quantiles.sort_by(f64::total_cmp);
    quantiles.dedup();
    quantiles
}
