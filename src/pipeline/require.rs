//! How much better inputs would have to be known for an output to be known to within a share of itself.

use super::players::Roster;
use super::{Dimensions, Plan, RunError, VariantRun, Work};
use crate::model::{Kind, Model};
use crate::program::{self, Program, Register, Slot};
use crate::report::require::{Need, RequireReport, RequireRow};
use crate::report::{Report, SampleReport};
use crate::run::{self, Progress, Redraw, Redrawn};
use crate::sampler::Sampler;
use crate::sampler::players::Players;
use crate::statistic::paired::{self, Moved};
use crate::statistic::replicates::student_factor;

/// Evaluations made in one go: what they bring is kept until its quantiles are taken.
const TOGETHER: usize = 16;
/// Inputs among which pairs are looked for, at most: those that matter most alone.
const MOST_OF_PAIRS: usize = 16;
/// Pairs of which the factor is found, those that leave the least where both are known.
const PAIRS: usize = 3;
/// How near the half-width is brought to what is asked, as a share of it, and in how many steps at the most.
const NEAR: f64 = 1e-6;
const STEPS: usize = 40;
/// How far to either side of a factor the slope is taken.
const BESIDE: f64 = 0.05;

/// What is asked of an output.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// The output's name.
    pub output: String,
    /// Half the central interval over the median, at the most.
    pub within: f64,
}

/// For each variant what would have to be known better.
///
/// # Errors
/// See [`RunError`].
pub fn require(
    models: &[(Model, Plan)],
    chosen: Option<&[String]>,
    requirement: &Requirement,
    progress: &dyn Progress,
) -> Result<Report, RunError> {
    let dimensions = Dimensions::deal(models.iter().map(|(model, plan)| (model, plan)))?;
    let mut requirements = Vec::new();
    for (model, plan) in models {
        let variants = model.variants.iter();
        for variant in
            variants.filter(|variant| chosen.is_none_or(|names| names.contains(&variant.name)))
        {
            let run = VariantRun {
                model,
                variant,
                plan,
                dimensions: &dimensions,
                layout: plan.layout(),
                work: Work::Whole,
            };
            progress.begin(&model.scenario, &variant.name, run.layout.trials());
            requirements.push(Study::of(&run, requirement, progress)?.report()?);
        }
    }
    Ok(Report {
        requirements,
        ..Report::default()
    })
}

/// An input, or several that are drawn together, that may be known better.
struct Player {
    name: String,
    sources: Vec<usize>,
    /// It takes single values: it can be known, and not half known.
    jumps: bool,
}

/// A variant with what it is asked.
struct Study<'a> {
    run: &'a VariantRun<'a>,
    program: Program,
    sampler: Box<dyn Sampler>,
    sizes: Vec<u64>,
    output: usize,
    column: Register,
    within: f64,
    players: Vec<Player>,
    /// What cannot be known better.
    varies: Vec<String>,
    progress: &'a dyn Progress,
}

/// Players, and how far the distances of their values are brought together.
type Asked = (Vec<usize>, f64);

impl<'a> Study<'a> {
    fn of(
        run: &'a VariantRun<'a>,
        requirement: &Requirement,
        progress: &'a dyn Progress,
    ) -> Result<Self, RunError> {
        let variant = run.variant;
        let program = program::lower_unshared(variant, false);
        let named = |output: &crate::model::Output| output.name == requirement.output;
        let output = variant.outputs.iter().position(named);
        let slot = output.map(|output| (output, program.outputs[output]));
        let Some((output, Slot::Column(column))) = slot else {
            let why = format!(
                "{} does not vary: there is nothing to require",
                requirement.output
            );
            return Err(refused(run, why));
        };
        let roster = Roster::of(variant, &program);
        let (mut players, mut varies) = (Vec::new(), Vec::new());
        for (name, sources) in roster.names.iter().zip(roster.sources()) {
            let first = &program.sources[sources[0]];
            if variant.inputs[first.input].kind == Kind::Variability {
                varies.push(name.clone());
                continue;
            }
            players.push(Player {
                name: name.clone(),
                // The rows of a file are values without an order.
                jumps: !first.others.is_empty() || first.marginal.has_atoms(),
                sources,
            });
        }
        Ok(Study {
            run,
            sampler: run.sampler(&program, run.layout),
            sizes: (0..run.layout.replicates)
                .map(|replicate| run.layout.rows(replicate))
                .collect(),
            output,
            column,
            within: requirement.within,
            players,
            varies,
            program,
            progress,
        })
    }

    fn report(&self) -> Result<RequireReport, RunError> {
        let variant = self.run.variant;
        let count = self.players.len();
        let alone: Vec<Asked> = (0..count).map(|player| (vec![player], 0.0)).collect();
        let present = self.widths(&[(Vec::new(), 0.0)])?.swap_remove(0);
        let known = self.widths(&alone)?;
        let mut rows = Vec::new();
        for (player, known) in known.iter().enumerate() {
            rows.push(self.row(&[player], &present, known)?);
        }
        let all: Vec<usize> = (0..count).collect();
        let all_known = self.widths(&[(all.clone(), 0.0)])?.swap_remove(0);
        let together = self.row(&all, &present, &all_known)?;
        let output = &variant.outputs[self.output];
        Ok(RequireReport {
            scenario: self.run.model.scenario.clone(),
            variant: variant.name.clone(),
            output: output.name.clone(),
            within: self.within,
            sample: SampleReport {
                sampler: self.run.plan.sampler.name().to_owned(),
                trials: self.run.layout.trials(),
                replicates: self.run.layout.replicates,
                seed: self.run.plan.seed,
                level: self.run.plan.level,
                nonfinite: 0,
                stopping: None,
            },
            pair: self.pair(&present, &known)?,
            present: present.estimate(&self.sizes),
            reached: present.value <= self.within,
            rows,
            together,
            varies: self.varies.clone(),
        })
    }

    /// The pair that has to be known better by the least, both by one factor.
    fn pair(&self, present: &Moved, known: &[Moved]) -> Result<Option<RequireRow>, RunError> {
        let mut strongest: Vec<usize> = (0..known.len()).collect();
        strongest.sort_by(|&one, &other| known[one].value.total_cmp(&known[other].value));
        strongest.truncate(MOST_OF_PAIRS);
        let mut pairs: Vec<Asked> = Vec::new();
        for (at, &one) in strongest.iter().enumerate() {
            for &other in &strongest[at + 1..] {
                pairs.push((vec![one.min(other), one.max(other)], 0.0));
            }
        }
        let widths = self.widths(&pairs)?;
        let mut order: Vec<usize> = (0..pairs.len()).collect();
        order.sort_by(|&one, &other| widths[one].value.total_cmp(&widths[other].value));
        let mut best: Option<RequireRow> = None;
        for at in order.into_iter().take(PAIRS) {
            let row = self.row(&pairs[at].0, present, &widths[at])?;
            let factor = |row: &RequireRow| match &row.need {
                Need::Factor(factor) => factor.value.unwrap_or(0.0),
                Need::Nothing => 1.0,
                _ => -1.0,
            };
            if best.as_ref().is_none_or(|best| factor(&row) > factor(best)) {
                best = Some(row);
            }
        }
        Ok(best)
    }

    /// What players need, from the half-width as it is and where they are known.
    fn row(
        &self,
        players: &[usize],
        present: &Moved,
        known: &Moved,
    ) -> Result<RequireRow, RunError> {
        let factor = student_factor(self.sizes.len());
        let distance = |width: &Moved| {
            let error = width
                .estimate(&self.sizes)
                .standard_error
                .unwrap_or(f64::INFINITY);
            (width.value - self.within) / (factor * error)
        };
        let need = if present.value <= self.within {
            Need::Nothing
        } else if distance(known) > 1.0 {
            Need::Impossible
        } else if distance(known) > -1.0 {
            Need::Unresolved
        } else if players.iter().all(|&player| self.players[player].jumps) {
            Need::Known
        } else {
            self.factor(players)?
        };
        let single = match players {
            [player] if self.players[*player].sources.len() == 1 => {
                Some(self.players[*player].sources[0])
            }
            _ => None,
        };
        let source = single.map(|source| &self.program.sources[source]);
        let tail = 0.5 - 0.5 * self.run.plan.level;
        let interval = source
            .filter(|source| source.others.is_empty())
            .map(|source| [tail, 1.0 - tail].map(|p| source.marginal.quantile(p)));
        let needed = match (&need, interval, single) {
            (Need::Factor(factor), Some(interval), Some(source)) => factor
                .value
                .map(|factor| interval.map(|x| self.nearer(source, x, factor))),
            _ => None,
        };
        let known_before: Vec<String> = players
            .iter()
            .filter(|&&player| players.len() > 1 && self.players[player].jumps)
            .map(|&player| self.players[player].name.clone())
            .collect();
        Ok(RequireRow {
            inputs: players
                .iter()
                .map(|&player| self.players[player].name.clone())
                .collect(),
            known: known_before,
            unit: source.map_or_else(String::new, |source| {
                self.run.variant.inputs[source.input].unit.text.clone()
            }),
            need,
            interval,
            needed,
            if_known: known.estimate(&self.sizes),
        })
    }

    /// The factor with which the half-width is what is asked for, by regula falsi (the Illinois variant: Dowell & Jarratt, BIT 11, 168
    /// (1971)): on one set of draws it is a function like any other.
    fn factor(&self, players: &[usize]) -> Result<Need, RunError> {
        let width = |factor: f64| -> Result<Moved, RunError> {
            Ok(self.widths(&[(players.to_vec(), factor)])?.swap_remove(0))
        };
        let off = |width: &Moved| width.value - self.within;
        let (mut low, mut at_low) = (0.0, off(&width(0.0)?));
        let (mut high, mut at_high) = (1.0, off(&width(1.0)?));
        // Known first, those that jump are enough already.
        if at_high <= 0.0 {
            return Ok(Need::Known);
        }
        let mut found = (0.0, width(0.0)?);
        let mut kept = 0;
        for _ in 0..STEPS {
            let next = (high - at_high * (high - low) / (at_high - at_low)).clamp(low, high);
            let there = width(next)?;
            let off = off(&there);
            found = (next, there);
            if off.abs() <= NEAR * self.within || high - low < NEAR {
                break;
            }
            if off < 0.0 {
                (low, at_low) = (next, off);
                at_high *= if kept == -1 { 0.5 } else { 1.0 };
                kept = -1;
            } else {
                (high, at_high) = (next, off);
                at_low *= if kept == 1 { 0.5 } else { 1.0 };
                kept = 1;
            }
        }
        let (factor, there) = found;
        let beside = [(factor - BESIDE).max(0.0), (factor + BESIDE).min(1.0)];
        let [before, after] = [width(beside[0])?, width(beside[1])?];
        let slope = (after.value - before.value) / (beside[1] - beside[0]);
        let moved = Moved::combine(factor, &[(-1.0 / slope, &there)]);
        Ok(Need::Factor(moved.estimate(&self.sizes)))
    }

    /// Half the central interval over the median, with the values of players nearer to their middles.
    fn widths(&self, asked: &[Asked]) -> Result<Vec<Moved>, RunError> {
        let mut widths = Vec::with_capacity(asked.len());
        for asked in asked.chunks(TOGETHER) {
            // One factor for all of a call, but for those that are known or not.
            let factor = asked.first().map_or(0.0, |asked| asked.1);
            let mut redraws = vec![Redraw::Same; self.program.sources.len()];
            for player in &self.players {
                for &source in &player.sources {
                    redraws[source] = self.redraw(source, if player.jumps { 0.0 } else { factor });
                }
            }
            let sources = |players: &[usize]| {
                players
                    .iter()
                    .flat_map(|&player| self.players[player].sources.iter().copied())
                    .collect::<Vec<_>>()
            };
            let sets = asked
                .iter()
                .map(|(players, _)| Players::of(self.program.sources.len(), sources(players)));
            let what = Redrawn {
                program: &self.program,
                sampler: &*self.sampler,
                layout: self.run.layout,
                redraws: &redraws,
                sets: sets.collect(),
                outputs: vec![self.column],
            };
            let outputs = run::redraw(&what, self.progress);
            let outputs = outputs.map_err(|stopped| self.run.stopped(stopped))?;
            for values in &outputs[1..] {
                widths.push(self.width(&values[0])?);
            }
        }
        Ok(widths)
    }

    fn width(&self, values: &[f64]) -> Result<Moved, RunError> {
        let tail = 0.5 - 0.5 * self.run.plan.level;
        let found = paired::quantiles(values, &self.sizes, &[tail, 0.5, 1.0 - tail]);
        let name = &self.run.variant.outputs[self.output].name;
        let Some([low, median, high]) = found.as_deref() else {
            let why = format!(
                "{name} is not finite in some trials: restrict the inputs that make it so with truncate"
            );
            return Err(refused(self.run, why));
        };
        if median.value == 0.0 {
            let why = format!("the median of {name} is 0: there is no share of it");
            return Err(refused(self.run, why));
        }
        let half = 0.5 / median.value.abs();
        let width = half * (high.value - low.value);
        Ok(Moved::combine(
            width,
            &[(half, high), (-half, low), (-width / median.value, median)],
        ))
    }

    fn redraw(&self, source: usize, factor: f64) -> Redraw {
        let marginal = &self.program.sources[source].marginal;
        let middle = marginal.quantile(0.5);
        if is_of_ratios(marginal.family()) && middle > 0.0 {
            Redraw::NearerByRatio { middle, factor }
        } else {
            Redraw::Nearer { middle, factor }
        }
    }

    /// A value of a source, brought nearer to its middle.
    fn nearer(&self, source: usize, x: f64, factor: f64) -> f64 {
        self.redraw(source, factor).of(x)
    }
}

/// Whether the values of a family differ by ratios: its interval shrinks about the median on the scale of the logarithm.
fn is_of_ratios(family: &str) -> bool {
    matches!(family, "lognormal" | "loguniform")
}

fn refused(run: &VariantRun, why: String) -> RunError {
    RunError::NothingToRequire {
        scenario: run.model.scenario.clone(),
        variant: run.variant.name.clone(),
        why,
    }
}
