//! Assertions that an output of one variant compares so with that of another, trial by trial.

use super::{Alternative, Study};
use crate::model::{About, Assertion, Comparison, Model};
use crate::pipeline::{Dimensions, Plan, RunError, assertions};
use crate::report::RunReport;
use crate::report::assertions::AssertionRow;
use crate::report::comparison::AlternativeName;
use crate::run::Progress;
use crate::statistic::Estimate;

/// Adds the rows of assertions that compare two variants to the runs of the first of them, where both were run; a note for each
/// where they were not.
pub(in crate::pipeline) fn assert_orders(
    models: &[(Model, Plan)],
    runs: &mut [RunReport],
    dimensions: &Dimensions,
    progress: &dyn Progress,
) -> Result<Vec<String>, RunError> {
    let mut notes = Vec::new();
    for (model, plan) in models {
        for (assertion, order) in orders(model) {
            let place = |variant: usize| {
                let name = &model.variants[variant].name;
                runs.iter()
                    .position(|run| run.scenario == model.scenario && run.variant == *name)
            };
            let [Some(first), Some(second)] = order.variants.map(place) else {
                notes.push(format!(
                    "not asserted, since not both variants were run: {}",
                    assertion.name
                ));
                continue;
            };
            // As many trials as a stopping rule found.
            let trials = [first, second].map(|at| runs[at].sample.trials);
            let plan = Plan {
                trials: if plan.stopping.is_some() {
                    trials[0].max(trials[1]).max(2)
                } else {
                    plan.trials
                },
                ..plan.clone()
            };
            let row = order.row(model, assertion, &plan, dimensions, progress)?;
            runs[first].assertions.push(row);
        }
    }
    Ok(notes)
}

/// The assertions that compare two variants of a model.
fn orders(model: &Model) -> impl Iterator<Item = (&Assertion, Order<'_>)> {
    let assertions = model.assertions.iter();
    assertions.filter_map(|assertion| match &assertion.about {
        About::Order {
            variants,
            output,
            sense,
        } => {
            let order = Order {
                variants: *variants,
                output,
                sense: *sense,
            };
            Some((assertion, order))
        }
        About::Statistic { .. } | About::Exceedance { .. } => None,
    })
}

/// That an output of one variant compares so with that of another, trial by trial.
struct Order<'a> {
    variants: [usize; 2],
    output: &'a str,
    sense: Comparison,
}

impl Order<'_> {
    fn row(
        &self,
        model: &Model,
        assertion: &Assertion,
        plan: &Plan,
        dimensions: &Dimensions,
        progress: &dyn Progress,
    ) -> Result<AssertionRow, RunError> {
        let plan = Plan {
            stopping: None,
            measures: Vec::new(),
            automatic: false,
            ..plan.clone()
        };
        // a > b is b < a, and a <= b is that b < a does not hold.
        let [one, other] = self.variants;
        let (pair, negated) = match self.sense {
            Comparison::Less => ([one, other], false),
            Comparison::Greater => ([other, one], false),
            Comparison::LessOrEqual => ([other, one], true),
            Comparison::GreaterOrEqual => ([one, other], true),
        };
        let alternatives = pair.map(|variant| Alternative {
            model,
            variant: &model.variants[variant],
        });
        let study = Study {
            alternatives: &alternatives,
            dimensions,
            plan: &plan,
        };
        let (reports, _) = study.pairs(&[[0, 1]], &mut Vec::new(), progress)?;
        let mut outputs = reports.iter().flat_map(|report| &report.outputs);
        let found = outputs.find(|compared| compared.name == self.output);
        let below = found.and_then(|compared| compared.estimate("order", "p_a_below_b"));
        let mut estimate = below.copied().unwrap_or_else(Estimate::unavailable);
        if negated {
            estimate = assertions::complement(estimate);
        }
        let replicates = plan.layout().replicates;
        Ok(assertions::row(
            assertion,
            self.output,
            "1",
            estimate,
            replicates,
        ))
    }
}

impl Study<'_> {
    /// The assertions that compare two of the alternatives, each with the first of them; a note where there are others.
    pub(super) fn assertions(
        &self,
        models: &[Model],
        places: &[(usize, usize)],
        notes: &mut Vec<String>,
        progress: &dyn Progress,
    ) -> Result<Vec<(AlternativeName, AssertionRow)>, RunError> {
        let mut rows = Vec::new();
        for (file, model) in models.iter().enumerate() {
            let mut looked_at = 0;
            for (assertion, order) in orders(model) {
                let is_there = |variant| places.contains(&(file, variant));
                if order.variants.into_iter().all(is_there) {
                    let first = Alternative {
                        model,
                        variant: &model.variants[order.variants[0]],
                    };
                    let row = order.row(model, assertion, self.plan, self.dimensions, progress)?;
                    rows.push((first.name(), row));
                    looked_at += 1;
                }
            }
            let left = model.assertions.len() - looked_at;
            if left > 0 {
                notes.push(format!(
                    "{}: {left} of {} assertions are not about two of these alternatives: `run` looks at them",
                    model.scenario,
                    model.assertions.len()
                ));
            }
        }
        Ok(rows)
    }
}
