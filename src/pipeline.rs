//! The flow from models to a report: each stage called in turn, nothing computed here.

mod assertions;
mod batch;
mod choices;
mod compare;
mod decision;
mod dimensions;
mod distribution;
mod error;
mod first_order;
mod further;
mod indices;
mod inputs;
mod nested;
mod notes;
mod observed;
mod plan;
mod players;
mod replay;
mod require;
mod rows;
mod shard;
mod stopping;
mod trials;

use crate::distribution::Marginal;
use crate::model::{self, Definition, Model, Variant};
use crate::program::{self, Program, Slot};
use crate::report::{OutputReport, Report, RunReport, SampleReport, SensitivityRow};
use crate::run::{self, Experiment, NonFinite, Outcome, Question, Reached, Stopped, Study, Target};
pub use crate::run::{Encoder, Progress, Tolerance, TrialSink, Unwatched};
use crate::sampler::copula::Copula;
use crate::sampler::key::StreamKey;
use crate::sampler::{Layout, Method, SampledInput, Sampler};
use crate::sensitivity::{DUMMY, MainPlan, Measure};
use crate::statistic::Estimate;
use crate::statistic::tally::Marks;
pub use batch::{Batch, is_chosen};
use batch::{are_small, at_once};
pub use compare::{Against, alternatives, compare};
use dimensions::Dimensions;
use distribution::steps;
pub use error::{NoTrial, RunError};
use further::{Further, MainSample};
use indices::first_ranks;
pub use nested::{InnerPlan, Nested, NotNested};
use observed::Place;
pub use plan::{MOST_TRIALS_TO_STOP, Plan, Stopping, StoppingRule, quantiles, reported_quantiles};
pub use replay::{Pick, replay};
pub use require::{Requirement, require};
use rows::Rows;
pub use rows::quantile_name;
use shard::Work;
pub use shard::{Shard, run_shard};
use std::io;

/// Why parts of one version do not fit.
const OTHER_TRIALS: &str = "a shard counted other trials, or on other grids, than there are here: run all shards again, with this very program";

/// Memory that the sums behind the indices of one variant may take.
const MOST_BYTES_OF_INDICES: u64 = 2 << 30;

/// Runs every variant in `chosen` of every model (`None`: all of them) and reports.
///
/// # Errors
/// See [`RunError`].
pub fn simulate(
    models: &[(Model, Plan)],
    chosen: Option<&[String]>,
    progress: &dyn Progress,
    sink: Option<&mut dyn TrialSink>,
) -> Result<Report, RunError> {
    let batch = Batch {
        models,
        chosen,
        parts: None,
    };
    simulate_into(&batch, progress, sink, &mut Ok)
}

/// What becomes of a run that is whole: what is returned is held until all are.
pub type Take<'a> = dyn FnMut(RunReport) -> io::Result<RunReport> + Send + 'a;

/// [`simulate`], with the runs handed to `take` one after another, in their order.
///
/// # Errors
/// See [`RunError`].
pub fn simulate_into(
    batch: &Batch,
    progress: &dyn Progress,
    mut sink: Option<&mut dyn TrialSink>,
    take: &mut Take<'_>,
) -> Result<Report, RunError> {
    let &Batch { models, chosen, .. } = batch;
    let dimensions = batch.dimensions()?;
    let mut variants = batch.runs(&dimensions)?;
    let decided: Vec<&(Model, Plan)> = models
        .iter()
        .filter(|(model, plan)| decision::is_wanted(model, plan, chosen))
        .collect();
    if let Some((model, _)) = decided.iter().find(|(model, _)| model.decision.is_none()) {
        return Err(RunError::NoDecision {
            scenario: model.scenario.clone(),
        });
    }
    let mut runs = if are_small(&variants) && sink.is_none() {
        let mut runs = Vec::with_capacity(variants.len());
        at_once(
            &variants,
            progress,
            |run| run.clone().report(progress),
            |report| {
                let report = take(report).map_err(RunError::Sink)?;
                inputs::push_run(&mut runs, report);
                Ok(())
            },
        )?;
        runs
    } else {
        let mut runs = Vec::with_capacity(variants.len());
        for run in &mut variants {
            let report = take(run.report(progress)?).map_err(RunError::Sink)?;
            inputs::push_run(&mut runs, report);
            if let Some(sink) = sink.as_deref_mut() {
                run.write_trials(sink)?;
            }
        }
        runs
    };
    let mut first: Option<(&Model, &Variant)> = None;
    for (run, report) in variants.iter().zip(&mut runs) {
        if run.plan.distributions {
            let of_scenario = first.filter(|(model, _)| std::ptr::eq(*model, run.model));
            let as_in = of_scenario.map(|(_, variant)| variant);
            distribution::add_inputs(&mut report.inputs, run.variant, as_in);
            first = of_scenario.or(Some((run.model, run.variant)));
        }
    }
    let decisions = decided.into_iter().filter_map(|(model, plan)| {
        let decision = model.decision.as_ref()?;
        Some(decision::decide(
            model,
            decision,
            plan,
            &dimensions,
            progress,
        ))
    });
    let notes = compare::assert_orders(models, &mut runs, &dimensions, progress)?;
    Ok(Report {
        choices: choices::of(&runs),
        decisions: decisions.collect::<Result<_, _>>()?,
        runs,
        notes,
        ..Report::default()
    })
}

/// One variant to run.
#[derive(Clone)]
struct VariantRun<'a> {
    model: &'a Model,
    variant: &'a Variant,
    plan: &'a Plan,
    dimensions: &'a Dimensions,
    /// The shape of the sample: what the plan says, or where a rule stopped.
    layout: Layout,
    /// Where its trials are run.
    work: Work<'a>,
}

impl VariantRun<'_> {
    /// The uniforms of a program's sources, and of the dummy.
    fn sampler(&self, program: &Program, layout: Layout) -> Box<dyn Sampler> {
        self.sampler_of(program.sources.iter().map(|source| source.input), layout)
    }

    /// The uniforms of inputs, in their order, and of the dummy; correlated ones coupled.
    fn sampler_of(&self, inputs: impl Iterator<Item = usize>, layout: Layout) -> Box<dyn Sampler> {
        self.sampler_by(self.plan.sampler, inputs, layout, |_| true)
    }

    /// The same by any method, for inputs that are all that `belongs` is true of.
    fn sampler_by(
        &self,
        method: Method,
        inputs: impl Iterator<Item = usize>,
        layout: Layout,
        belongs: impl Fn(usize) -> bool,
    ) -> Box<dyn Sampler> {
        let seed = self.plan.seed;
        let sampled = |draw_key: &str| SampledInput {
            key: StreamKey::new(seed, draw_key),
            dimension: self.dimensions.of(draw_key),
        };
        let mut inputs: Vec<usize> = inputs.collect();
        let mut columns: Vec<SampledInput> = inputs
            .iter()
            .map(|&input| sampled(&self.variant.inputs[input].draw_key))
            .collect();
        columns.push(sampled(DUMMY));
        inputs.push(usize::MAX);
        let mut groups = model::coupled(self.variant, self.variant.inputs.len(), Some);
        groups.retain(|group| belongs(group.members[0]));
        // What is correlated depends on every input of its group, also on those that no output needs.
        for member in groups.iter_mut().flat_map(|group| &mut group.members) {
            let column = inputs.iter().position(|input| input == member);
            *member = column.unwrap_or_else(|| {
                inputs.push(*member);
                columns.push(sampled(&self.variant.inputs[*member].draw_key));
                inputs.len() - 1
            });
        }
        let count = columns.len();
        let sampler = method.sampler(columns, layout);
        if groups.is_empty() {
            sampler
        } else {
            Box::new(Copula::new(sampler, count, groups))
        }
    }

    /// The rank correlation that the trials have, for each of the variant's correlations.
    fn achieved_correlations(&self) -> Vec<Estimate> {
        let mut inputs: Vec<usize> = self
            .variant
            .correlations
            .iter()
            .flat_map(|correlation| correlation.inputs)
            .collect();
        inputs.sort_unstable();
        inputs.dedup();
        let marginals: Vec<&dyn Marginal> = inputs
            .iter()
            .filter_map(|&input| match &self.variant.inputs[input].definition {
                Definition::Random(marginal) => Some(&**marginal),
                Definition::Fixed(_) => None,
            })
            .collect();
        let pairs: Vec<[usize; 2]> = self
            .variant
            .correlations
            .iter()
            .map(|correlation| {
                correlation
                    .inputs
                    .map(|input| inputs.binary_search(&input).unwrap_or(0))
            })
            .collect();
        let sampler = self.sampler_of(inputs.iter().copied(), self.layout);
        run::rank_correlations(&*sampler, &self.layout, &marginals, &pairs)
    }

    fn report(&mut self, progress: &dyn Progress) -> Result<RunReport, RunError> {
        let program = program::lower(self.variant, false);
        self.refuse_constant_nonfinite(&program)?;
        self.refuse_indices_too_large(&program, &self.plan.main_measures())?;
        let mut report = self.plain_report(&program, progress)?;
        if let Some(nested) = self.plan.nested {
            let (outer, notes) =
                self.add_nested(nested, &program, &mut report.outputs, progress)?;
            report.nested = Some(outer);
            report.notes.extend(notes);
        }
        progress.end(
            &self.model.scenario,
            &self.variant.name,
            report.sample.trials,
        );
        Ok(report)
    }

    /// The report without what a nested run adds.
    fn plain_report(
        &mut self,
        program: &Program,
        progress: &dyn Progress,
    ) -> Result<RunReport, RunError> {
        if program.varying_outputs().next().is_none() {
            progress.begin(&self.model.scenario, &self.variant.name, 1);
            return Ok(self.assemble(program, None, None, Further::default()));
        }
        let (outcome, reached) = self.outcome(program, progress)?;
        self.refuse_nonfinite(&outcome.nonfinite)?;
        let main = MainSample {
            standards: &outcome.standards,
            left_out: outcome.nonfinite.trials,
            outputs: &outcome.outputs,
        };
        let further = self.further(&main, progress)?;
        Ok(self.assemble(program, Some(&outcome), reached.as_ref(), further))
    }

    /// Runs the trials that the plan asks for, or as many as its stopping rule finds.
    fn outcome(
        &mut self,
        program: &Program,
        progress: &dyn Progress,
    ) -> Result<(Outcome, Option<Reached>), RunError> {
        let (marks, measures) = (self.marks(), self.plan.main_measures());
        let question = self.question(&marks, &measures);
        let Some(stopping) = &self.plan.stopping else {
            let given = self.work.done(shard::MAIN, self.layout)?;
            let trials = if given.is_some() {
                0
            } else {
                self.layout.trials()
            };
            progress.begin(&self.model.scenario, &self.variant.name, trials);
            let sampler = self.sampler(program, self.layout);
            let experiment = Experiment {
                program,
                sampler: &*sampler,
                layout: self.layout,
            };
            let outcome = run::run_given(&experiment, &question, given, progress);
            return Ok((outcome.map_err(|stopped| self.stopped(stopped))?, None));
        };
        progress.begin(&self.model.scenario, &self.variant.name, 0);
        let target = Target {
            tolerances: self
                .variant
                .outputs
                .iter()
                .map(|output| stopping.of_output(&output.name))
                .collect(),
            most_trials: stopping.most_trials,
        };
        let (layout, outcome, reached) = {
            let study = Study {
                program,
                sampler: &|layout| self.sampler(program, layout),
                method: self.plan.sampler,
                replicates: self.plan.replicates,
            };
            let found = match stopping.rule {
                StoppingRule::Errors => run::run_until(&study, &question, &target, progress),
                StoppingRule::Jcgm101 => run::run_jcgm101(&study, &question, &target, progress),
            };
            found.map_err(|stopped| self.stopped(stopped))?
        };
        self.layout = layout;
        Ok((outcome, Some(reached)))
    }

    /// What each output is held against.
    fn marks(&self) -> Vec<Marks> {
        let of_output = |output| {
            let asserted = assertions::thresholds(self.model, self.variant, output);
            observed::marks(self.variant, output, &asserted)
        };
        (0..self.variant.outputs.len()).map(of_output).collect()
    }

    /// What is asked of the main sample.
    fn question<'q>(&'q self, marks: &'q [Marks], measures: &'q [Measure]) -> Question<'q> {
        Question {
            marks,
            quantiles: &self.plan.quantiles,
            level: self.plan.level,
            measures,
            multiples_together: true,
        }
    }

    /// Trials that are run here: in a shard, not all of them.
    fn own_trials(&self) -> u64 {
        let replicates = self.work.replicates(self.layout);
        replicates
            .map(|replicate| self.layout.rows(replicate))
            .sum()
    }

    /// Why there is no outcome.
    fn stopped(&self, stopped: Stopped) -> RunError {
        match stopped {
            Stopped::Cancelled => RunError::Cancelled,
            Stopped::NothingFinite(nonfinite) => self.nonfinite(&nonfinite),
            Stopped::OtherTrials => RunError::Parts(io::Error::other(OTHER_TRIALS)),
        }
    }

    /// Trials that are not finite are left out only where that was asked for.
    fn refuse_nonfinite(&self, nonfinite: &NonFinite) -> Result<(), RunError> {
        if nonfinite.trials > 0 && !self.plan.allow_nonfinite {
            return Err(self.nonfinite(nonfinite));
        }
        Ok(())
    }

    /// The sums behind the indices grow as inputs × outputs: better told than met as a machine out of memory.
    fn refuse_indices_too_large(
        &self,
        program: &Program,
        measures: &[Measure],
    ) -> Result<(), RunError> {
        let (inputs, outputs) = (program.sources.len(), program.varying_outputs().count());
        let replicates = self.layout.replicates;
        let bytes = MainPlan::bytes(measures, inputs, outputs, replicates);
        if bytes > MOST_BYTES_OF_INDICES {
            return Err(RunError::IndicesTooLarge {
                inputs,
                outputs,
                bytes,
            });
        }
        Ok(())
    }

    /// An output that no distribution acts on and that is not finite is not finite in every trial.
    fn refuse_constant_nonfinite(&self, program: &Program) -> Result<(), RunError> {
        match program
            .outputs
            .iter()
            .position(|slot| matches!(slot, Slot::Constant(value) if !value.is_finite()))
        {
            Some(output) => {
                let trials = self.own_trials();
                let mut by_output = vec![0; program.outputs.len()];
                by_output[output] = trials;
                Err(self.nonfinite(&NonFinite {
                    trials,
                    by_output,
                    first: Some((0, output)),
                }))
            }
            None => Ok(()),
        }
    }

    fn nonfinite(&self, nonfinite: &NonFinite) -> RunError {
        let (first_trial, output) = nonfinite.first.unwrap_or_default();
        let program = program::lower(self.variant, true);
        let sampler = self.sampler(&program, self.layout);
        let experiment = Experiment {
            program: &program,
            sampler: &*sampler,
            layout: self.layout,
        };
        let values = run::one_trial(&experiment, &program.inputs, first_trial);
        RunError::NonFinite {
            scenario: self.model.scenario.clone(),
            variant: self.variant.name.clone(),
            output: self.variant.outputs[output].name.clone(),
            count: nonfinite.by_output[output],
            trials: self.own_trials(),
            first_trial,
            inputs: self
                .variant
                .inputs
                .iter()
                .zip(values)
                .map(|(input, value)| (input.name.clone(), value, input.unit.text.clone()))
                .collect(),
        }
    }

    fn assemble(
        &self,
        program: &Program,
        outcome: Option<&Outcome>,
        reached: Option<&Reached>,
        mut further: Further,
    ) -> RunReport {
        let layout = self.layout;
        let trials = outcome.map_or(1, |_| layout.trials());
        let nonfinite = outcome.map_or(0, |outcome| outcome.nonfinite.trials);
        // What asks for each input's own mean or median knows nothing of rows.
        let apart = (!self.variant.rows.is_empty())
            .then(|| program::lower(&self.variant.with_rows_apart(), false));
        let apart = apart.as_ref().unwrap_or(program);
        let at_medians = run::at_medians(apart);
        let first_order = first_order::propagate(self.variant, apart);
        let indices = outcome.map_or_else(Vec::new, Outcome::indices);
        let places: Vec<Place> = (0..self.variant.outputs.len())
            .map(|at| {
                let mut varying = outcome.iter().flat_map(|outcome| &outcome.outputs);
                let found = varying.find(|varying| varying.output == at);
                found.map_or(Place::At(at_medians[at]), |varying| {
                    Place::Among(&varying.summary)
                })
            })
            .collect();
        let outputs = self
            .variant
            .outputs
            .iter()
            .enumerate()
            .map(|(at, output)| {
                let varying = outcome.and_then(|outcome| {
                    let found = outcome
                        .outputs
                        .iter()
                        .find(|varying| varying.output == at)?;
                    Some((outcome, found))
                });
                let rows = Rows {
                    output,
                    plan: self.plan,
                    trials,
                    nonfinite,
                    at_medians: at_medians[at],
                    first_order: first_order[at],
                };
                let (more, shapes) = if varying.is_some() {
                    further.next()
                } else {
                    Default::default()
                };
                OutputReport {
                    name: output.name.clone(),
                    unit: output.unit.text.clone(),
                    description: output.description.clone(),
                    distribution: if self.plan.distributions {
                        varying.map_or_else(
                            || distribution::of_constant(at_medians[at]),
                            |(_, varying)| distribution::of_output(varying),
                        )
                    } else {
                        Vec::new()
                    },
                    convergence: varying
                        .filter(|_| self.plan.distributions)
                        .map_or_else(Vec::new, |(_, found)| steps(found, self.plan.level)),
                    statistics: match varying {
                        Some((_, varying)) => rows.varying(&varying.summary),
                        None => rows.constant(),
                    },
                    sensitivity: varying.map_or_else(Vec::new, |(_, varying)| {
                        let indices = indices.get(varying.counted);
                        let mut rows = indices.map_or_else(Vec::new, |indices| {
                            self.sensitivity(program, indices, varying)
                        });
                        rows.extend(more);
                        if varying.summary.is_rounding() {
                            rows.iter_mut().for_each(SensitivityRow::withdraw);
                        }
                        rows.extend(first_ranks(&rows, layout.replicates as usize));
                        rows
                    }),
                    shapes,
                    observed: observed::of_output(self.model, self.variant, at, places[at]),
                    nested: Vec::new(),
                    constant: varying.is_none(),
                    first_order: varying.and_then(|(_, varying)| {
                        first_order::validate(&first_order[at], &varying.summary, self.plan.level)
                    }),
                    centres: varying.and_then(|(_, varying)| {
                        first_order::centres(&first_order[at], at_medians[at], &varying.summary)
                    }),
                }
            })
            .collect();
        // What the header says is said of the scenario as written, and of what a sweep makes of it; a variant is another one.
        let first = self.model.variants.first();
        let as_written = first.is_some_and(|first| first.name == self.variant.name)
            || !self.variant.swept.is_empty();
        let of_scenario = self.model.description.as_ref().filter(|_| as_written);
        let description = self.variant.description.as_ref().or(of_scenario);
        RunReport {
            scenario: self.model.scenario.clone(),
            title: self.model.title.clone(),
            variant: self.variant.name.clone(),
            description: description.cloned(),
            swept: self.variant.swept.clone(),
            sample: SampleReport {
                sampler: self.plan.sampler.name().to_owned(),
                trials,
                replicates: if outcome.is_some() {
                    layout.replicates
                } else {
                    1
                },
                seed: self.plan.seed,
                level: self.plan.level,
                nonfinite,
                stopping: self
                    .plan
                    .stopping
                    .as_ref()
                    .zip(reached)
                    .map(|(asked, reached)| stopping::report(self.variant, asked, reached)),
            },
            inputs: inputs::reports(self.variant),
            correlations: inputs::correlations(self.variant),
            joint: inputs::joint(self.variant),
            outputs,
            assertions: assertions::of_run(self.model, self.variant, &places, layout.replicates),
            mixes_kinds: notes::mixes_kinds(&[self.variant]),
            nested: None,
            notes: notes::of_run(
                self.variant,
                self.plan,
                &layout,
                outcome,
                &self.achieved_correlations(),
            )
            .into_iter()
            .chain(further.notes)
            .collect(),
        }
    }
}
