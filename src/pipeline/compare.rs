//! Alternatives held against each other: the same draws for all, the difference and the ratio of every trial summarised as outputs.

mod drivers;
mod orders;
mod shared;
mod told;
mod verdict;

pub(super) use orders::assert_orders;

use super::{Dimensions, Plan, RunError, VariantRun, Work, notes};
use crate::model::{Binary, Combined, Definition, Model, Output, Variant};
use crate::program::{self, Program, Slot};
use crate::report::comparison::{
    AlternativeName, ComparedOutput, ComparisonReport, ComparisonRow, PairReport,
};
use crate::report::ranks::RankRow;
use crate::report::{Report, SampleReport};
use crate::run::{self, Experiment, NonFinite, Outcome, Progress, Question, Stopped};
use crate::statistic::Estimate;
use crate::statistic::summary::{Summary, share};
use crate::statistic::tally::Marks;
use std::collections::{HashMap, HashSet};

/// Pairs that are run together, at most: enough to draw what they share once.
const PAIRS_TOGETHER: usize = 32;
/// Outputs whose differences and ratios are tallied together: few enough for the tallies to stay small.
const OUTPUTS_TOGETHER: usize = 64;
/// Alternatives whose ranks are counted, at most: the counts grow as their square. And pairs whose differences are ranked by what
/// drives them where nobody asks: nobody reads more.
pub(super) const MOST_RANKED: usize = 100;

/// What stands between two alternatives in the name of their difference.
const MINUS: &str = "−";

/// What alternatives are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// Every other one against this one, by its place.
    Baseline(usize),
    /// Each against every earlier one.
    Earlier,
}

/// An alternative: a variant of a file.
#[derive(Debug, Clone, Copy)]
struct Alternative<'a> {
    model: &'a Model,
    variant: &'a Variant,
}

impl Alternative<'_> {
    fn name(&self) -> AlternativeName {
        AlternativeName {
            scenario: self.model.scenario.clone(),
            variant: self.variant.name.clone(),
        }
    }

    fn has_random_inputs(&self) -> bool {
        let mut inputs = self.variant.inputs.iter();
        inputs.any(|input| matches!(input.definition, Definition::Random(_)))
    }

    fn output(&self, name: &str) -> Option<(usize, &Output)> {
        let mut outputs = self.variant.outputs.iter().enumerate();
        outputs.find(|(_, output)| output.name == name)
    }
}

/// The alternatives of a call in order: file and variant by their places.
pub fn alternatives(models: &[Model], chosen: Option<&[String]>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (file, model) in models.iter().enumerate() {
        for (at, variant) in model.variants.iter().enumerate() {
            if chosen.is_none_or(|names| names.contains(&variant.name)) {
                found.push((file, at));
            }
        }
    }
    found
}

/// Holds alternatives against each other, all by one plan. What the files call by one name and define otherwise must have been given
/// keys of its own (`draw_apart`).
///
/// # Errors
/// See [`RunError`].
pub fn compare(
    models: &[Model],
    places: &[(usize, usize)],
    against: Against,
    plan: &Plan,
    progress: &dyn Progress,
) -> Result<Report, RunError> {
    let alternatives: Vec<Alternative> = places
        .iter()
        .map(|&(file, variant)| Alternative {
            model: &models[file],
            variant: &models[file].variants[variant],
        })
        .collect();
    let study = Study {
        dimensions: &Dimensions::deal(models.iter().map(|model| (model, plan)))?,
        alternatives: &alternatives,
        plan,
    };
    let pairs: Vec<[usize; 2]> = match against {
        Against::Baseline(baseline) => (0..alternatives.len())
            .filter(|&other| other != baseline)
            .map(|other| [other, baseline])
            .collect(),
        Against::Earlier => (0..alternatives.len())
            .flat_map(|earlier| (earlier + 1..alternatives.len()).map(move |a| [a, earlier]))
            .collect(),
    };
    let mut told = study.told();
    let mut reports = Vec::with_capacity(pairs.len());
    let mut sample = None;
    let outputs = alternatives.iter().map(|of| of.variant.outputs.len());
    let together = (OUTPUTS_TOGETHER / outputs.max().unwrap_or(1).max(1)).clamp(1, PAIRS_TOGETHER);
    for pairs in pairs.chunks(together) {
        let compared = study.pairs(pairs, &mut told, progress)?;
        sample = sample.or(Some(compared.1));
        reports.extend(compared.0);
    }
    if plan.automatic && pairs.len() > MOST_RANKED {
        told.push(format!(
            "what drives the differences is worked out for up to {MOST_RANKED} pairs, and these are {}: ask for it with --sensitivity",
            pairs.len()
        ));
    } else {
        for (report, &pair) in reports.iter_mut().zip(&pairs) {
            study.add_drivers(report, pair, &mut told, progress)?;
        }
    }
    let ranks = if alternatives.len() > MOST_RANKED {
        told.push(format!(
            "ranks are counted among {MOST_RANKED} alternatives at most, and these are {}: choose some with --variant",
            alternatives.len()
        ));
        Vec::new()
    } else if alternatives.len() > 2 {
        study.ranks()
    } else {
        Vec::new()
    };
    let assertions = study.assertions(models, places, &mut told, progress)?;
    let layout = plan.layout();
    Ok(Report {
        comparison: Some(ComparisonReport {
            assertions,
            sample: SampleReport {
                sampler: plan.sampler.name().to_owned(),
                trials: layout.trials(),
                replicates: layout.replicates,
                seed: plan.seed,
                level: plan.level,
                nonfinite: sample.unwrap_or(0),
                stopping: None,
            },
            mixes_kinds: pairs
                .iter()
                .any(|pair| notes::mixes_kinds(&pair.map(|at| alternatives[at].variant))),
            pairs: reports,
            ranks,
        }),
        notes: told,
        ..Report::default()
    })
}

/// The alternatives with what they are run by.
struct Study<'a> {
    alternatives: &'a [Alternative<'a>],
    dimensions: &'a Dimensions,
    plan: &'a Plan,
}

/// An output of a combined variant: which pair it is of, the output's name, and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Column {
    pair: usize,
    output: String,
    ratio: bool,
}

impl Study<'_> {
    /// The reports of pairs that are run together, and the trials left out.
    fn pairs(
        &self,
        pairs: &[[usize; 2]],
        notes: &mut Vec<String>,
        progress: &dyn Progress,
    ) -> Result<(Vec<PairReport>, u64), RunError> {
        let mut without_ratio: HashSet<Column> = HashSet::new();
        loop {
            let (combined, columns) = self.combine(pairs, &without_ratio);
            let program = program::lower(&combined, false);
            let run = self.variant_run(&combined);
            let outcome = match self.outcome(&run, &program, progress) {
                Err(Stopped::NothingFinite(nonfinite)) => Err(nonfinite),
                found => Ok(found.map_err(|stopped| run.stopped(stopped))?),
            };
            let nonfinite = match &outcome {
                Ok(outcome) => outcome
                    .as_ref()
                    .map_or_else(NonFinite::default, |outcome| outcome.nonfinite.clone()),
                Err(nonfinite) => nonfinite.clone(),
            };
            // Where the baseline is zero there is no ratio, but there is a difference.
            let mut again = false;
            for ((column, slot), at) in columns.iter().zip(&program.outputs).zip(0..) {
                let never = matches!(slot, Slot::Constant(value) if !value.is_finite());
                let count = nonfinite.by_output.get(at).copied().unwrap_or(0);
                if column.ratio && (never || count > 0) {
                    let [a, b] = pairs[column.pair].map(|at| label(self.alternatives[at]));
                    let trials = if never { run.layout.trials() } else { count };
                    notes.push(format!(
                        "the ratio of {} of {a} to that of {b} is not finite in {trials} trials: it is not reported",
                        column.output
                    ));
                    without_ratio.insert(column.clone());
                    again = true;
                }
            }
            if again {
                continue;
            }
            run.refuse_constant_nonfinite(&program)?;
            if nonfinite.trials > 0 && !(self.plan.allow_nonfinite && outcome.is_ok()) {
                return Err(run.nonfinite(&nonfinite));
            }
            let outcome = outcome.unwrap_or_default();
            if nonfinite.trials > 0 {
                notes.push(format!(
                    "{} trials were left out because an output was not finite",
                    nonfinite.trials
                ));
            }
            let mut found: HashMap<&Column, Found> = HashMap::new();
            for ((column, slot), at) in columns.iter().zip(&program.outputs).zip(0..) {
                found.insert(column, Found::of(slot, at, outcome.as_ref()));
            }
            let reports = pairs
                .iter()
                .enumerate()
                .map(|(at, &pair)| self.report(at, pair, &found))
                .collect();
            return Ok((reports, nonfinite.trials));
        }
    }

    /// The pairs' alternatives as one variant whose outputs are the differences and ratios.
    fn combine(
        &self,
        pairs: &[[usize; 2]],
        without_ratio: &HashSet<Column>,
    ) -> (Variant, Vec<Column>) {
        let mut combined = Combined::default();
        let mut nodes = HashMap::new();
        let (mut outputs, mut columns) = (Vec::new(), Vec::new());
        for (pair, &[a, b]) in pairs.iter().enumerate() {
            for at in [a, b] {
                nodes
                    .entry(at)
                    .or_insert_with(|| combined.add(self.alternatives[at].variant));
            }
            for (output, at_a, at_b) in self.common([a, b]) {
                let both = [nodes[&a][at_a], nodes[&b][at_b]];
                let parts = [
                    (false, MINUS, Binary::Subtract, Some(&output.unit)),
                    (true, "/", Binary::Divide, None),
                ];
                for (ratio, sign, function, unit) in parts {
                    let column = Column {
                        pair,
                        output: output.name.clone(),
                        ratio,
                    };
                    if without_ratio.contains(&column) {
                        continue;
                    }
                    let name = self.named(&output.name, [a, b], sign);
                    outputs.push(combined.output(name, function, both, unit));
                    columns.push(column);
                }
            }
        }
        (combined.finish("compare".to_owned(), outputs), columns)
    }

    /// What is made of an output of two alternatives: `emissions (west-2 − west)`.
    fn named(&self, output: &str, pair: [usize; 2], sign: &str) -> String {
        let [one, other] = pair.map(|at| label(self.alternatives[at]));
        format!("{output} ({one} {sign} {other})")
    }

    /// The outputs that two alternatives have in the same dimension: the first one's, and their places in both.
    fn common(&self, [a, b]: [usize; 2]) -> Vec<(&Output, usize, usize)> {
        let other = &self.alternatives[b];
        let outputs = self.alternatives[a].variant.outputs.iter().enumerate();
        outputs
            .filter_map(|(at_a, output)| {
                let (at_b, same) = other.output(&output.name)?;
                (same.unit.dimension == output.unit.dimension).then_some((output, at_a, at_b))
            })
            .collect()
    }

    fn variant_run<'b>(&'b self, combined: &'b Variant) -> VariantRun<'b> {
        VariantRun {
            model: self.alternatives[0].model,
            variant: combined,
            plan: self.plan,
            dimensions: self.dimensions,
            layout: self.plan.layout(),
            work: Work::Whole,
        }
    }

    /// Runs a combined variant; `None` where no distribution acts on anything.
    fn outcome(
        &self,
        run: &VariantRun,
        program: &Program,
        progress: &dyn Progress,
    ) -> Result<Option<Outcome>, Stopped> {
        if program.varying_outputs().next().is_none() {
            return Ok(None);
        }
        let marks: Vec<Marks> = program.outputs.iter().map(|_| sides_of_zero()).collect();
        let question = Question {
            marks: &marks,
            quantiles: &[0.5],
            level: self.plan.level,
            measures: &[],
            multiples_together: false,
        };
        let sampler = run.sampler(program, run.layout);
        progress.begin(&run.model.scenario, &run.variant.name, run.layout.trials());
        let experiment = Experiment {
            program,
            sampler: &*sampler,
            layout: run.layout,
        };
        run::run(&experiment, &question, progress).map(Some)
    }

    fn report(&self, at: usize, pair: [usize; 2], found: &HashMap<&Column, Found>) -> PairReport {
        let [a, b] = pair.map(|at| self.alternatives[at]);
        let outputs = self
            .common(pair)
            .into_iter()
            .filter_map(|(output, ..)| {
                let of = |ratio| {
                    found.get(&Column {
                        pair: at,
                        output: output.name.clone(),
                        ratio,
                    })
                };
                let difference = of(false)?;
                let ratio = of(true).map_or([Estimate::unavailable(); 5], Found::statistics);
                let mut rows = rows("difference", &output.unit.text, difference.statistics());
                rows.extend(self::rows("ratio", "1", ratio));
                rows.extend(difference.order());
                let rounded = of(true).is_some_and(Found::is_one_but_for_roundings);
                let verdict = verdict::of(&rows, &output.unit.text, [a, b].map(label), rounded);
                Some(ComparedOutput {
                    same: rounded || difference.is_zero(),
                    difference: self.named(&output.name, pair, MINUS),
                    name: output.name.clone(),
                    rows,
                    verdict,
                    sensitivity: Vec::new(),
                })
            })
            .collect();
        let mut report = PairReport {
            a: a.name(),
            b: b.name(),
            shared: Vec::new(),
            same_quantile: Vec::new(),
            in_part: Vec::new(),
            apart: Vec::new(),
            in_one: Vec::new(),
            outputs,
        };
        shared::sort_inputs(&mut report, [a.variant, b.variant]);
        report
    }

    /// How often each alternative has each rank, for the outputs that all have.
    fn ranks(&self) -> Vec<RankRow> {
        let mut rows = Vec::new();
        for (at, output) in self.alternatives[0].variant.outputs.iter().enumerate() {
            let in_all = (1..self.alternatives.len())
                .all(|other| self.common([0, other]).iter().any(|common| common.1 == at));
            if !in_all {
                continue;
            }
            let mut combined = Combined::default();
            let outputs: Vec<Output> = self
                .alternatives
                .iter()
                .filter_map(|alternative| {
                    let (place, _) = alternative.output(&output.name)?;
                    Some(Output {
                        node: combined.add(alternative.variant)[place],
                        name: format!("{} ({})", output.name, label(*alternative)),
                        ..output.clone()
                    })
                })
                .collect();
            let combined = combined.finish("compare".to_owned(), outputs);
            let program = program::lower(&combined, false);
            let run = self.variant_run(&combined);
            let sampler = run.sampler(&program, run.layout);
            let experiment = Experiment {
                program: &program,
                sampler: &*sampler,
                layout: run.layout,
            };
            let ranks = run::count_ranks(&experiment, &program.outputs);
            for (number, alternative) in self.alternatives.iter().enumerate() {
                for rank in 0..self.alternatives.len() {
                    let count = |replicate| ranks.count(replicate, number, rank);
                    rows.push(RankRow {
                        output: output.name.clone(),
                        alternative: alternative.name(),
                        rank: rank as u64 + 1,
                        probability: share(&ranks.sizes, 1, &count),
                    });
                }
            }
        }
        rows
    }
}

/// How far from one the ratio of two numbers may be that are the same, worked out in another order.
const ROUNDINGS: f64 = 16.0 * f64::EPSILON;

/// What came out for a column.
enum Found {
    /// The same number in every trial.
    Constant(f64),
    /// The summary, P(x < 0) and P(x = 0).
    Varying(Box<Summary>, [Estimate; 2]),
}

impl Found {
    fn of(slot: &Slot, at: usize, outcome: Option<&Outcome>) -> Found {
        let varying =
            outcome.and_then(|outcome| outcome.outputs.iter().find(|varying| varying.output == at));
        match (slot, varying) {
            (_, Some(varying)) => {
                let tallies = &varying.replicates;
                let sizes: Vec<u64> = tallies
                    .iter()
                    .map(|tally| tally.cells.iter().map(|&count| u64::from(count)).sum())
                    .collect();
                let below = share(&sizes, 1, &|at| sizes[at] - tallies[at].above[0]);
                let equal = share(&sizes, 1, &|at| tallies[at].above[0] - tallies[at].above[1]);
                Found::Varying(Box::new(varying.summary.clone()), [below, equal])
            }
            (Slot::Constant(value), None) => Found::Constant(*value),
            (Slot::Column(_), None) => Found::Constant(f64::NAN),
        }
    }

    fn extremes(&self) -> [f64; 2] {
        match self {
            Found::Constant(value) => [*value; 2],
            Found::Varying(summary, _) => summary.extremes,
        }
    }

    fn is_zero(&self) -> bool {
        self.extremes() == [0.0; 2]
    }

    /// Of a ratio: whether it is nothing but what two ways to the same number leave.
    fn is_one_but_for_roundings(&self) -> bool {
        let mut extremes = self.extremes().into_iter();
        extremes.all(|ratio| (ratio - 1.0).abs() <= ROUNDINGS)
    }

    /// Those of [`STATISTICS`].
    fn statistics(&self) -> [Estimate; 5] {
        match self {
            Found::Constant(value) => {
                let value = known(*value);
                [value, known(0.0), value, value, value]
            }
            Found::Varying(summary, _) => {
                let median = summary.quantiles.first();
                [
                    summary.mean,
                    summary.sd,
                    median.map_or_else(Estimate::unavailable, |median| median.1),
                    summary.interval[0],
                    summary.interval[1],
                ]
            }
        }
    }

    fn order(&self) -> Vec<ComparisonRow> {
        let truth = |holds: bool| known(f64::from(u8::from(holds)));
        let probabilities = match self {
            Found::Constant(value) => [truth(*value < 0.0), truth(*value == 0.0)],
            Found::Varying(_, probabilities) => *probabilities,
        };
        let row = |(statistic, estimate)| ComparisonRow {
            quantity: "order",
            statistic,
            unit: "1".to_owned(),
            estimate,
        };
        let names = ["p_a_below_b", "p_equal"];
        names.into_iter().zip(probabilities).map(row).collect()
    }
}

/// What is said of a difference and of a ratio.
const STATISTICS: [&str; 5] = ["mean", "sd", "median", "interval_low", "interval_high"];

fn rows(quantity: &'static str, unit: &str, statistics: [Estimate; 5]) -> Vec<ComparisonRow> {
    let row = |(statistic, estimate)| ComparisonRow {
        quantity,
        statistic,
        unit: unit.to_owned(),
        estimate,
    };
    STATISTICS.into_iter().zip(statistics).map(row).collect()
}

/// The marks that tell how many values lie at or above zero, and above.
fn sides_of_zero() -> Marks {
    Marks::new(&[0.0_f64.next_down(), 0.0], &[])
}

fn known(value: f64) -> Estimate {
    Estimate {
        standard_error: Some(0.0),
        ..Estimate::exact(value)
    }
}

fn label(of: Alternative<'_>) -> String {
    crate::report::label(&of.model.scenario, &of.variant.name)
}
