//! One trial again: every input, formula and output, by its number or by what is sought.

use super::error::{NoTrial, RunError};
use super::{Dimensions, Plan, VariantRun, Work, is_chosen};
use crate::model::{Definition, Input, Model, Variant};
use crate::program::{self, Program, Slot};
use crate::report::replay::{Found, QuantityReport, Role, TrialReport};
use crate::run::{self, Experiment, Progress, Question, Stopped};
use crate::statistic::tally::Marks;

/// Which trial.
#[derive(Debug, Clone, PartialEq)]
pub enum Pick {
    /// By its number, from 0, as in the samples.
    Number(u64),
    /// The largest outcome of an output.
    Maximum(String),
    /// The smallest.
    Minimum(String),
    /// The outcome nearest to a quantile.
    Quantile(f64, String),
    /// The first outcome that is not finite; `None`: of any output.
    NonFinite(Option<String>),
}

impl Pick {
    /// The output it names.
    pub fn output(&self) -> Option<&str> {
        match self {
            Pick::Number(_) | Pick::NonFinite(None) => None,
            Pick::Maximum(output)
            | Pick::Minimum(output)
            | Pick::Quantile(_, output)
            | Pick::NonFinite(Some(output)) => Some(output),
        }
    }
}

/// The trial of every variant in `chosen` (`None`: of the scenario as written) of every model. The numbers of the trials, and
/// their draws, are those of a run of the same models by the same plans.
///
/// # Errors
/// [`RunError::NoTrial`] where there is none, and what a run can end with.
pub fn replay(
    models: &[(Model, Plan)],
    chosen: Option<&[String]>,
    pick: &Pick,
    progress: &dyn Progress,
) -> Result<Vec<TrialReport>, RunError> {
    let dimensions = Dimensions::deal(models.iter().map(|(model, plan)| (model, plan)))?;
    let mut reports = Vec::new();
    for (model, plan) in models {
        for (at, variant) in model.variants.iter().enumerate() {
            let wanted = match chosen {
                None => at == 0,
                Some(_) => is_chosen(variant, chosen),
            };
            if wanted {
                let run = VariantRun {
                    model,
                    variant,
                    plan,
                    dimensions: &dimensions,
                    layout: plan.layout(),
                    work: Work::Whole,
                };
                reports.push(run.replay(pick, progress)?);
            }
        }
    }
    Ok(reports)
}

/// The best trial so far.
#[derive(Clone, Copy)]
struct Nearest {
    /// How far it is from what is sought.
    distance: f64,
    trial: u64,
}

/// What a search brought.
#[derive(Default)]
struct Search {
    nearest: Option<Nearest>,
    /// Trials left out since an output was not finite.
    left_out: u64,
}

impl VariantRun<'_> {
    fn replay(&self, pick: &Pick, progress: &dyn Progress) -> Result<TrialReport, RunError> {
        let trials = self.layout.trials();
        // As it stands in the samples.
        let program = program::lower(self.variant, true);
        let (trial, found) = match pick {
            Pick::Number(trial) => (*trial, None),
            _ => {
                let (trial, found) = self.find(&program, pick, progress)?;
                (trial, Some(found))
            }
        };
        if trial >= trials {
            return Err(self.no_trial(NoTrial::Beyond { trial, trials }));
        }
        let of_formulas = self.model.with_formulas_as_outputs(self.variant);
        let formulas = program::lower(&of_formulas, false);
        let replicates = 0..self.layout.replicates;
        Ok(TrialReport {
            scenario: self.model.scenario.clone(),
            title: self.model.title.clone(),
            variant: self.variant.name.clone(),
            trial,
            replicate: replicates
                .rev()
                .find(|&replicate| self.layout.first_trial(replicate) <= trial)
                .unwrap_or(0),
            trials,
            sampler: self.plan.sampler.name(),
            seed: self.plan.seed,
            found,
            quantities: self.quantities(
                &self.trial(&program, &program.inputs, trial),
                &self.trial(&program, &program.outputs, trial),
                &of_formulas,
                &self.trial(&formulas, &formulas.outputs, trial),
            ),
        })
    }

    fn trial(&self, program: &Program, slots: &[Slot], trial: u64) -> Vec<f64> {
        let sampler = self.sampler(program, self.layout);
        let experiment = Experiment {
            program,
            sampler: &*sampler,
            layout: self.layout,
        };
        run::one_trial(&experiment, slots, trial)
    }

    /// Inputs, formulas and outputs in the order of the file; what is an output too stands there alone, in its unit.
    fn quantities(
        &self,
        inputs: &[f64],
        outputs: &[f64],
        of_formulas: &Variant,
        formulas: &[f64],
    ) -> Vec<QuantityReport> {
        let variant = self.variant;
        let written = |name: &str| {
            let mut formulas = variant.formulas.iter();
            let formula = formulas.find(|formula| formula.name == name);
            formula.map_or_else(String::new, |formula| formula.written().to_owned())
        };
        let is_output = |name: &str| variant.outputs.iter().any(|output| output.name == name);
        let mut quantities = Vec::new();
        for (input, &value) in variant.inputs.iter().zip(inputs) {
            if is_output(&input.name) {
                continue;
            }
            quantities.push(QuantityReport {
                role: Role::Input,
                name: input.name.clone(),
                unit: input.unit.text.clone(),
                value,
                at: place(input, value),
                written: input.written.clone(),
            });
        }
        let computed = [
            (Role::Formula, &of_formulas.outputs, formulas),
            (Role::Output, &variant.outputs, outputs),
        ];
        for (role, outputs, values) in computed {
            for (output, &value) in outputs.iter().zip(values) {
                let mut inputs = variant.inputs.iter().zip(inputs);
                let input = inputs.find(|(input, _)| input.name == output.name);
                quantities.push(QuantityReport {
                    role,
                    name: output.name.clone(),
                    unit: output.unit.text.clone(),
                    value,
                    at: input.and_then(|(input, &value)| place(input, value)),
                    written: input
                        .map_or_else(|| written(&output.name), |(input, _)| input.written.clone()),
                });
            }
        }
        quantities
    }

    fn no_trial(&self, why: NoTrial) -> RunError {
        RunError::NoTrial {
            scenario: self.model.scenario.clone(),
            variant: self.variant.name.clone(),
            why,
        }
    }

    /// The trial that is sought, and how it was found. Of several that are equally good, the first.
    fn find(
        &self,
        program: &Program,
        pick: &Pick,
        progress: &dyn Progress,
    ) -> Result<(u64, Found), RunError> {
        let named = |output: &Option<&str>| {
            let mut outputs = self.variant.outputs.iter();
            outputs.position(|other| Some(other.name.as_str()) == *output)
        };
        let output = match (pick.output(), named(&pick.output())) {
            (Some(name), None) => {
                return Err(self.no_trial(NoTrial::UnknownOutput(name.to_owned())));
            }
            (_, output) => output,
        };
        let trials = self.layout.trials();
        let target = match (pick, output) {
            (Pick::Quantile(p, _), Some(output)) => {
                Some(self.quantile(program, *p, output, progress)?)
            }
            _ => None,
        };
        progress.begin(&self.model.scenario, &self.variant.name, trials);
        let sampler = self.sampler(program, self.layout);
        let experiment = Experiment {
            program,
            sampler: &*sampler,
            layout: self.layout,
        };
        let only_first = matches!(pick, Pick::NonFinite(_));
        let encode = |first: u64, _: u32, columns: &[&[f64]]| {
            let rows = columns.first().map_or(0, |column| column.len());
            let mut search = Search::default();
            for row in 0..rows {
                let finite = columns.iter().all(|column| column[row].is_finite());
                search.left_out += u64::from(!finite);
                let value = output.map(|output| columns[output][row]);
                let distance = match pick {
                    Pick::NonFinite(_) => {
                        let is_it = value.map_or(!finite, |value| !value.is_finite());
                        is_it.then_some(0.0)
                    }
                    _ if !finite => None,
                    Pick::Maximum(_) => value.map(|value| -value),
                    Pick::Minimum(_) => value,
                    Pick::Quantile(..) => value.zip(target).map(|(value, at)| (value - at).abs()),
                    Pick::Number(_) => None,
                };
                search.offer(distance.map(|distance| Nearest {
                    distance,
                    trial: first + row as u64,
                }));
            }
            (rows as u64, search)
        };
        let mut best = Search::default();
        // What ends the stream early is that the trial is found, or that nobody waits for it any more.
        let ended = run::stream_trials(
            &experiment,
            &program.outputs,
            encode,
            |(rows, search): (u64, Search)| {
                progress.advance(rows);
                best.left_out += search.left_out;
                best.offer(search.nearest);
                let found = only_first && best.nearest.is_some();
                if found || progress.cancelled() {
                    Err(())
                } else {
                    Ok(())
                }
            },
        );
        if ended.is_err() && progress.cancelled() {
            return Err(RunError::Cancelled);
        }
        let found = Found {
            what: match pick {
                Pick::Maximum(_) => "the largest",
                Pick::Minimum(_) => "the smallest",
                Pick::NonFinite(_) => "the first that is not finite",
                Pick::Quantile(..) | Pick::Number(_) => "the nearest to the quantile",
            },
            output: pick.output().map(str::to_owned),
            quantile: match pick {
                Pick::Quantile(p, _) => Some(*p).zip(target),
                _ => None,
            },
            left_out: if only_first { 0 } else { best.left_out },
        };
        match best.nearest {
            Some(nearest) => Ok((nearest.trial, found)),
            None if only_first => {
                Err(self.no_trial(NoTrial::EveryFinite(pick.output().map(str::to_owned))))
            }
            None => Err(self.no_trial(NoTrial::NothingFinite)),
        }
    }

    /// The quantile that a run reports, in the output's unit.
    fn quantile(
        &self,
        program: &Program,
        p: f64,
        output: usize,
        progress: &dyn Progress,
    ) -> Result<f64, RunError> {
        if let Slot::Constant(value) = program.outputs[output] {
            return Ok(value);
        }
        let marks: Vec<Marks> = program.outputs.iter().map(|_| Marks::default()).collect();
        let question = Question {
            marks: &marks,
            quantiles: &[p],
            level: self.plan.level,
            measures: &[],
            multiples_together: false,
        };
        progress.begin(
            &self.model.scenario,
            &self.variant.name,
            self.layout.trials(),
        );
        let sampler = self.sampler(program, self.layout);
        let experiment = Experiment {
            program,
            sampler: &*sampler,
            layout: self.layout,
        };
        let outcome = match run::run(&experiment, &question, progress) {
            Ok(outcome) => outcome,
            Err(Stopped::NothingFinite(_)) => return Err(self.no_trial(NoTrial::NothingFinite)),
            Err(stopped) => return Err(self.stopped(stopped)),
        };
        let mut outputs = outcome.outputs.iter();
        let found = outputs.find(|varying| varying.output == output);
        let quantile = found.and_then(|varying| varying.summary.quantiles.first()?.1.value);
        quantile.ok_or_else(|| self.no_trial(NoTrial::NothingFinite))
    }
}

/// The probability at or below the number of an input with a distribution.
fn place(input: &Input, value: f64) -> Option<f64> {
    match &input.definition {
        Definition::Random(marginal) => Some(marginal.cdf(value)),
        Definition::Fixed(_) => None,
    }
}

impl Search {
    fn offer(&mut self, other: Option<Nearest>) {
        let is_nearer = |other: &Nearest| {
            let nearest = self.nearest;
            nearest.is_none_or(|nearest| other.distance < nearest.distance)
        };
        if let Some(other) = other.filter(is_nearer) {
            self.nearest = Some(other);
        }
    }
}
