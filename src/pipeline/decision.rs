//! What it is worth to know an input before the choice that the scenario's `[decision]` asks for.

use super::players::{Roster, dependent_sources, group_label, is_in};
use super::{Dimensions, Plan, RunError, VariantRun, Work};
use crate::model::{Binary, Combined, Decision, Model, NodeId, Output, Variant};
use crate::program::{self, Program, Slot};
use crate::report::SensitivityRow;
use crate::report::decision::{AlternativeRow, DecisionReport};
use crate::run::{self, Experiment, Inner, NestedExperiment, Outcome, Progress, Question};
use crate::sampler::{Method, sobol};
use crate::sensitivity::evppi::{Loss, Valued, rank_values, value_of_outer};
use crate::sensitivity::{DUMMY, Index, Measure};
use crate::statistic::Estimate;
use crate::statistic::inner::InnerStatistic;
use crate::statistic::tally::Marks;

/// Outer draws for what is several inputs together, and the inner sample of each: two halves of Sobol' points.
const OUTER: u64 = 8192;
const INNER: usize = 512;
/// What stands in place of an input's name where everything is known.
const EVERYTHING: &str = "(all)";

/// Whether a decision is looked at: asked for, or written in the scenario and nothing else asked for.
pub(super) fn is_wanted(model: &Model, plan: &Plan, chosen: Option<&[String]>) -> bool {
    let asked = plan.measures.contains(&Measure::Evppi);
    asked || (plan.automatic && model.decision.is_some() && chosen.is_none())
}

/// Looks at the decision of a scenario.
pub(super) fn decide(
    model: &Model,
    decision: &Decision,
    plan: &Plan,
    dimensions: &Dimensions,
    progress: &dyn Progress,
) -> Result<DecisionReport, RunError> {
    let combined = combine(model, decision);
    let run = VariantRun {
        model,
        variant: &combined,
        plan,
        dimensions,
        layout: plan.sampler.layout(plan.trials, plan.replicates),
        work: Work::Whole,
    };
    Choice {
        decision,
        program: program::lower(&combined, false),
        run,
        progress,
    }
    .report()
}

/// The alternatives as one variant. Its outputs: how much more of the output each has than the first one, and how much more the one
/// with the least has in every trial.
fn combine(model: &Model, decision: &Decision) -> Variant {
    let mut combined = Combined::default();
    let mut nodes: Vec<NodeId> = decision
        .variants
        .iter()
        .map(|&variant| combined.add(&model.variants[variant])[decision.output])
        .collect();
    let output = output_of(model, decision);
    if let Some(threshold) = &decision.threshold {
        nodes.push(combined.number(threshold, &output.unit));
    }
    let mut least = nodes[0];
    for &node in &nodes[1..] {
        least = combined.node(Binary::Minimum, [least, node], &output.unit);
    }
    let names = names(model, decision);
    let mut outputs = Vec::with_capacity(nodes.len());
    let others = nodes[1..].iter().copied().zip(names[1..].iter().cloned());
    for (node, name) in others.chain([(least, "the least".to_owned())]) {
        let name = format!("{} ({name} − {})", output.name, names[0]);
        let both = [node, nodes[0]];
        outputs.push(combined.output(name, Binary::Subtract, both, Some(&output.unit)));
    }
    combined.finish("decision".to_owned(), outputs)
}

fn output_of<'a>(model: &'a Model, decision: &Decision) -> &'a Output {
    &model.variants[decision.variants[0]].outputs[decision.output]
}

/// What the alternatives are called.
fn names(model: &Model, decision: &Decision) -> Vec<String> {
    let variants = decision.variants.iter();
    variants
        .map(|&variant| model.variants[variant].name.clone())
        .chain(decision.threshold.iter().map(|_| "(threshold)".to_owned()))
        .collect()
}

/// A decision with what it is looked at by.
struct Choice<'a> {
    decision: &'a Decision,
    run: VariantRun<'a>,
    program: Program,
    progress: &'a dyn Progress,
}

impl Choice<'_> {
    fn report(&self) -> Result<DecisionReport, RunError> {
        self.run.refuse_constant_nonfinite(&self.program)?;
        let measures = [Measure::GivenData];
        self.run
            .refuse_indices_too_large(&self.program, &measures)?;
        let model = self.run.model;
        let output = output_of(model, self.decision);
        let mut report = DecisionReport {
            scenario: model.scenario.clone(),
            output: output.name.clone(),
            unit: output.unit.text.clone(),
            alternatives: Vec::new(),
            sensitivity: Vec::new(),
            notes: Vec::new(),
        };
        let valued = if self.program.varying_outputs().next().is_none() {
            // The alternatives differ by the same in every trial.
            self.certain()
        } else {
            let outcome = self.outcome(&measures)?;
            let valued = self.valued(&outcome);
            let roster = Roster::of(self.run.variant, &self.program);
            if let Some(valued) = &valued {
                let value = |sources: &[usize], name: &str, notes: &mut Vec<String>| {
                    // Several variants may draw one thing by one key: one column says it all.
                    let key = |source: &usize| self.draw_key(*source);
                    let alike = sources.iter().all(|source| key(source) == key(&sources[0]));
                    match sources {
                        [source, ..] if alike => Ok(valued.columns[*source]),
                        sources => self.of_several(name, sources, notes),
                    }
                };
                let mut estimates = Vec::with_capacity(roster.count() + 1);
                for (name, sources) in roster.names.iter().zip(roster.sources()) {
                    estimates.push(value(&sources, name, &mut report.notes)?);
                }
                estimates.extend(valued.columns.last());
                let replicates = self.run.layout.replicates as usize;
                let indices = rank_values(estimates, replicates);
                let names = roster.names.iter().map(String::as_str).chain([DUMMY]);
                let rows = names
                    .zip(indices)
                    .map(|(name, index)| row(name, "evppi", &report.unit, &index));
                report.sensitivity = rows.collect();
                for group in &model.groups {
                    let sources = self.program.sources.iter().enumerate();
                    let sources: Vec<usize> = sources
                        .filter(|(_, source)| is_in(group, self.run.variant, source))
                        .map(|(at, _)| at)
                        .collect();
                    if sources.is_empty() {
                        continue;
                    }
                    let name = group_label(group);
                    let estimate = value(&sources, &name, &mut report.notes)?;
                    // Held against a column that is worth nothing, and no rival of its members.
                    let nothing = Estimate::with_error(0.0, Some(0.0));
                    let index = Index {
                        rank: None,
                        ..rank_values(vec![estimate, nothing], replicates)[0]
                    };
                    report
                        .sensitivity
                        .push(row(&name, "evppi", &report.unit, &index));
                }
            } else {
                report.notes.push(format!(
                    "the decision by {}: a mean or a variance of what the alternatives differ by is not known: nothing is said of it",
                    output.name
                ));
            }
            valued
        };
        let Some(valued) = valued else {
            return Ok(report);
        };
        let everything = Index {
            estimate: valued.everything,
            rank: None,
            resolved: valued.everything.value.is_some_and(|value| value > 0.0),
        };
        report
            .sensitivity
            .insert(0, row(EVERYTHING, "evpi", &report.unit, &everything));
        report.alternatives = names(model, self.decision)
            .into_iter()
            .zip(&valued.above)
            .enumerate()
            .map(|(at, (name, &above))| AlternativeRow {
                name,
                above,
                chosen: at == valued.chosen,
            })
            .collect();
        Ok(report)
    }

    fn draw_key(&self, source: usize) -> &str {
        let input = self.program.sources[source].input;
        &self.run.variant.inputs[input].draw_key
    }

    /// Where no distribution acts on any difference.
    fn certain(&self) -> Option<Valued> {
        let losses: Vec<f64> = self
            .losses()
            .iter()
            .map(|loss| match *loss {
                Loss::Constant(constant) => constant,
                Loss::Output(_) => f64::NAN,
            })
            .collect();
        let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
        let known = |value: f64| Estimate::with_error(value, Some(0.0));
        Some(Valued {
            chosen: losses.iter().position(|&loss| loss == least)?,
            above: losses.iter().map(|loss| known(loss - least)).collect(),
            everything: known(0.0),
            columns: Vec::new(),
        })
    }

    fn outcome(&self, measures: &[Measure]) -> Result<Outcome, RunError> {
        let (run, layout) = (&self.run, self.run.layout);
        let marks: Vec<Marks> = run
            .variant
            .outputs
            .iter()
            .map(|_| Marks::default())
            .collect();
        let question = Question {
            marks: &marks,
            quantiles: &[0.5],
            level: run.plan.level,
            measures,
            multiples_together: false,
        };
        self.progress
            .begin(&run.model.scenario, "decision", layout.trials());
        let sampler = run.sampler(&self.program, layout);
        let experiment = Experiment {
            program: &self.program,
            sampler: &*sampler,
            layout,
        };
        let outcome = run::run(&experiment, &question, self.progress);
        let outcome = outcome.map_err(|stopped| run.stopped(stopped))?;
        run.refuse_nonfinite(&outcome.nonfinite)?;
        Ok(outcome)
    }

    /// The loss of every alternative, then the least of them.
    fn losses(&self) -> Vec<Loss> {
        let mut varying = 0..;
        let of_slot = |slot: &Slot| match slot {
            Slot::Constant(constant) => Loss::Constant(*constant),
            Slot::Column(_) => Loss::Output(varying.next().unwrap_or_default()),
        };
        let first = [Loss::Constant(0.0)];
        first
            .into_iter()
            .chain(self.program.outputs.iter().map(of_slot))
            .collect()
    }

    /// `None` where a difference has no variance, so that its mean has no error.
    fn valued(&self, outcome: &Outcome) -> Option<Valued> {
        let (plan, tallies) = outcome.main.as_ref()?;
        if outcome
            .outputs
            .iter()
            .any(|output| output.summary.heavy_tail.is_some())
        {
            return None;
        }
        let replicates = outcome.outputs.first()?.replicates.iter();
        let sizes: Vec<u64> = replicates.map(|tally| tally.moments.n).collect();
        let losses = self.losses();
        let (least, losses) = losses.split_last()?;
        let whole = outcome.nonfinite.trials == 0;
        plan.value_of_information(tallies, losses, *least, &sizes, whole)
    }

    /// What it is worth to know several sources together: for each draw of theirs, an inner sample of all others.
    fn of_several(
        &self,
        name: &str,
        sources: &[usize],
        notes: &mut Vec<String>,
    ) -> Result<Estimate, RunError> {
        let (run, variant) = (&self.run, self.run.variant);
        let is_known = |source: &usize| sources.contains(source);
        let across = dependent_sources(variant, &self.program)
            .into_iter()
            .any(|group| group.members.iter().any(is_known) && !group.members.iter().all(is_known));
        if across {
            notes.push(format!(
                "what {name} is worth knowing is not available: an input of it is correlated with one outside"
            ));
            return Ok(Estimate::unavailable());
        }
        let varies: Vec<bool> = (0..self.program.sources.len())
            .map(|source| !is_known(&source))
            .collect();
        let columns: Vec<usize> = (0..varies.len()).filter(|&at| varies[at]).collect();
        let inputs = || columns.iter().map(|&at| self.program.sources[at].input);
        let has_dimension =
            |input: usize| run.dimensions.of(&variant.inputs[input].draw_key) < sobol::DIMENSIONS;
        let method = if inputs().all(has_dimension) {
            Method::Sobol
        } else {
            Method::Random
        };
        let layout = run.plan.sampler.layout(OUTER, run.plan.replicates);
        let outer = run.sampler(&self.program, layout);
        let known: Vec<usize> = sources
            .iter()
            .map(|&at| self.program.sources[at].input)
            .collect();
        let sampler = run.sampler_by(method, inputs(), layout, |input| !known.contains(&input));
        let experiment = NestedExperiment {
            program: &self.program,
            outer: &*outer,
            layout,
            varies: &varies,
            inner: Inner::Sample {
                sampler: &*sampler,
                columns: &columns,
                trials: INNER,
            },
        };
        let wanted: Vec<_> = self
            .program
            .varying_outputs()
            .map(|_| vec![InnerStatistic::Mean])
            .collect();
        self.progress
            .expect(layout.trials() * INNER as u64, f64::INFINITY);
        let outcome = run::run_nested(&experiment, &wanted, self.progress);
        let outcome = outcome.map_err(|stopped| run.stopped(stopped))?;
        if outcome.nonfinite.trials > 0 {
            notes.push(format!(
                "what {name} is worth knowing is not available: an output is not finite for some of its draws"
            ));
            return Ok(Estimate::unavailable());
        }
        let losses = self.losses();
        let means: Vec<_> = outcome
            .estimates
            .iter()
            .map(|statistics| &statistics[0])
            .collect();
        let alternatives = &losses[..losses.len() - 1];
        Ok(value_of_outer(
            alternatives,
            &means,
            layout.replicates as usize,
        ))
    }
}

fn row(name: &str, measure: &'static str, unit: &str, index: &Index) -> SensitivityRow {
    SensitivityRow {
        input: name.to_owned(),
        input_2: None,
        measure,
        unit: unit.to_owned(),
        estimate: index.estimate,
        rank: index.rank,
        resolved: index.resolved,
    }
}
