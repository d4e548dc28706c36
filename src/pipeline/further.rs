//! The measures of sensitivity that evaluate the model again.

mod shape;

use super::players::{Roster, dependent_sources, group_label, is_in};
use super::{RunError, VariantRun};
use crate::program::{self, Program, source_label};
use crate::report::shape::ShapeRow;
use crate::report::{SensitivityRow, number};
use crate::run::{self, Exchanged, OutputOutcome, Progress};
use crate::sampler::copula::Group;
use crate::sampler::key::StreamKey;
use crate::sampler::levels::Levels;
use crate::sampler::pick_freeze::{self, PickFreeze};
use crate::sampler::players::Players;
use crate::sampler::{Layout, Method, SampledInput, sobol};
use crate::sensitivity::morris::MorrisDesign;
use crate::sensitivity::shapley::ShapleyDesign;
use crate::sensitivity::sobol::{MOST_PLAYERS_OF_PAIRS, SobolDesign, SobolIndices};
use crate::sensitivity::{DUMMY, Design, Index, Measure, Standard};
use crate::statistic::Estimate;
use std::collections::VecDeque;

/// The base sample where nobody says.
const BASE: u64 = 131_072;
/// Evaluations of a measure where nobody says the base, at most: it is halved until they are.
const MOST_EVALUATIONS: u64 = 1 << 26;
/// The base sample where nobody asked for a measure: a quarter of that, so that a plain run stays quick.
const AUTOMATIC_BASE: u64 = 32_768;
/// Evaluations of a measure that nobody asked for, before its base is halved.
const AUTOMATIC_EVALUATIONS: u64 = 1 << 21;
/// Evaluations of a measure that nobody asked for, at most: beyond, it is offered.
const MOST_AUTOMATIC_EVALUATIONS: u64 = 1 << 23;
/// The least base sample.
const LEAST_BASE: u64 = 1024;

/// What came of the measures that evaluate the model again.
#[derive(Default)]
pub(super) struct Further {
    /// For each output that a distribution acts on and whose rows are still to be taken, those.
    rows: VecDeque<Vec<SensitivityRow>>,
    /// Likewise, the rows of other shapes of the inputs.
    shapes: VecDeque<Vec<ShapeRow>>,
    /// What must be said of them.
    pub(super) notes: Vec<String>,
}

/// What the main sample tells.
pub(super) struct MainSample<'a> {
    /// For each output that a distribution acts on, about where it lies and how widely.
    pub(super) standards: &'a [Standard],
    /// Trials that are left out.
    pub(super) left_out: u64,
    /// What came out for each of those outputs; in a shard nothing.
    pub(super) outputs: &'a [OutputOutcome],
}

impl Further {
    /// The rows of the next output that a distribution acts on: of `sensitivity.csv`, and of `shape.csv`.
    pub(super) fn next(&mut self) -> (Vec<SensitivityRow>, Vec<ShapeRow>) {
        let rows = self.rows.pop_front().unwrap_or_default();
        (rows, self.shapes.pop_front().unwrap_or_default())
    }
}

impl VariantRun<'_> {
    /// Computes every measure of the plan that evaluates the model again; in a shard, what it finds of them.
    pub(super) fn further(
        &self,
        main: &MainSample,
        progress: &dyn Progress,
    ) -> Result<Further, RunError> {
        let mut further = Further {
            rows: vec![Vec::new(); main.outputs.len()].into(),
            ..Further::default()
        };
        let measures = &self.plan.measures;
        let asked = measures
            .iter()
            .any(|measure| !measure.is_of_main_sample() && !measure.is_of_decision());
        if !asked && !self.plan.automatic {
            return Ok(further);
        }
        let program = program::lower_unshared(self.variant, false);
        if !asked && !self.has_dimensions(&program) {
            further.notes.push(format!(
                "no Sobol' indices or Shapley effects: they need two dimensions for each input, and Sobol' points have {}; --sampler random has no limit",
                sobol::DIMENSIONS
            ));
            return Ok(further);
        }
        let again = Again {
            run: self,
            groups: dependent_sources(self.variant, &program),
            inputs: self.exchanged_inputs(&program)?,
            roster: Roster::of(self.variant, &program),
            program,
            main,
            progress,
        };
        let automatic = again.automatic(&mut further.notes);
        for &measure in measures.iter().chain(&automatic) {
            let rows = match measure {
                Measure::Spearman
                | Measure::GivenData
                | Measure::Contribution
                | Measure::Pearson
                | Measure::Regression
                | Measure::Partial
                | Measure::Borgonovo
                | Measure::Pawn
                | Measure::Hsic
                | Measure::Evppi => continue,
                Measure::Sobol => again.sobol(&mut further.notes)?,
                Measure::Shapley => again.shapley()?,
                Measure::Morris => again.morris()?,
                Measure::Tornado => again.tornado(),
                // It keeps no sums: whoever has the whole sample does it.
                Measure::Shape if self.work.is_part() => continue,
                Measure::Shape => {
                    further.shapes = again.shapes()?.into();
                    continue;
                }
            };
            for (sum, more) in further.rows.iter_mut().zip(rows) {
                sum.extend(more);
            }
        }
        further.notes.extend(again.unavailable(&further.rows));
        Ok(further)
    }

    /// The sources as the main sample has them, where there are dimensions for two of each.
    fn exchanged_inputs(&self, program: &Program) -> Result<Vec<SampledInput>, RunError> {
        let sampled = |source: &program::Source| {
            let draw_key = &self.variant.inputs[source.input].draw_key;
            SampledInput {
                key: StreamKey::new(self.plan.seed, draw_key),
                dimension: self.dimensions.of(draw_key),
            }
        };
        if !self.has_dimensions(program) {
            return Err(RunError::TooManyInputs {
                inputs: program.sources.len(),
                most: (sobol::DIMENSIONS / pick_freeze::DIMENSIONS_EACH) as usize,
            });
        }
        Ok(program.sources.iter().map(sampled).collect())
    }

    /// Whether there are dimensions for two of each source.
    fn has_dimensions(&self, program: &Program) -> bool {
        let most = sobol::DIMENSIONS / pick_freeze::DIMENSIONS_EACH;
        let dimension = |source: &program::Source| {
            let draw_key = &self.variant.inputs[source.input].draw_key;
            self.dimensions.of(draw_key)
        };
        self.plan.sampler != Method::Sobol
            || program
                .sources
                .iter()
                .map(dimension)
                .all(|dimension| dimension <= most)
    }
}

/// A variant of which the model is evaluated again.
struct Again<'a> {
    run: &'a VariantRun<'a>,
    /// Lowered without shared columns.
    program: Program,
    inputs: Vec<SampledInput>,
    roster: Roster,
    /// Sources that depend on each other.
    groups: Vec<Group>,
    main: &'a MainSample<'a>,
    progress: &'a dyn Progress,
}

type Rows = Vec<Vec<SensitivityRow>>;

impl Again<'_> {
    /// The measure that nobody asked for: the one that is valid for the inputs, if it costs little.
    fn automatic(&self, notes: &mut Vec<String>) -> Option<Measure> {
        let players = self.roster.count();
        // Of one input every share is one; where trials are left out there is none.
        if !self.run.plan.automatic || players < 2 || self.main.left_out > 0 {
            return None;
        }
        let (measure, evaluations) = if self.groups.is_empty() {
            (Measure::Sobol, players as u64)
        } else {
            (Measure::Shapley, ShapleyDesign::evaluations(players))
        };
        let cost = self.base(evaluations).saturating_mul(evaluations);
        if cost <= MOST_AUTOMATIC_EVALUATIONS {
            return Some(measure);
        }
        notes.push(format!(
            "--sensitivity {} would evaluate the model {} more times: ask for it if that is worth it",
            measure.word(),
            number::count(cost)
        ));
        None
    }

    /// The base sample of a measure with so many evaluations of a row.
    fn base(&self, evaluations: u64) -> u64 {
        let plan = self.run.plan;
        let (first, most) = if plan.automatic {
            let trials = self.run.layout.trials().max(LEAST_BASE);
            (AUTOMATIC_BASE.min(trials), AUTOMATIC_EVALUATIONS)
        } else {
            (BASE, MOST_EVALUATIONS)
        };
        plan.base.unwrap_or_else(|| {
            let mut base = first;
            while base > LEAST_BASE && base.saturating_mul(evaluations) > most {
                base /= 2;
            }
            base
        })
    }

    fn layout(&self, evaluations: u64) -> Layout {
        let plan = self.run.plan;
        plan.sampler.layout(self.base(evaluations), plan.replicates)
    }

    fn standards(&self) -> Vec<Standard> {
        self.main.standards.to_vec()
    }

    /// What the exchanges of a design bring, under the name of a measure; `None` in a shard, which only notes what it finds.
    fn evaluate<D: Design>(
        &self,
        measure: &'static str,
        roster: &Roster,
        design: &D,
        sample: &D::Sample,
        layout: Layout,
    ) -> Result<Option<Vec<D::Tally>>, RunError> {
        let work = self.run.work;
        if let Some(done) = work.done(measure, layout)? {
            return Ok(Some(done));
        }
        let exchanged = Exchanged {
            program: &self.program,
            player_of: &roster.player_of,
            coupled: &roster.coupled(&self.groups),
            design,
            sample,
            layout,
        };
        let replicates = work.replicates(layout);
        let tallies = run::exchange(&exchanged, replicates.clone(), self.progress);
        let tallies = tallies.map_err(|stopped| self.run.stopped(stopped))?;
        work.keep(measure, replicates, tallies)
    }

    fn refuse_dependence(&self, measure: Measure, instead: &'static str) -> Result<(), RunError> {
        let Some(group) = self.groups.first() else {
            return Ok(());
        };
        let name = |&source: &usize| {
            let input = self.program.sources[source].input;
            self.run.variant.inputs[input].name.clone()
        };
        Err(RunError::DependentInputs {
            scenario: self.run.model.scenario.clone(),
            variant: self.run.variant.name.clone(),
            measure: measure.word(),
            inputs: group.members.iter().map(name).collect(),
            instead,
        })
    }

    fn sobol(&self, notes: &mut Vec<String>) -> Result<Rows, RunError> {
        self.refuse_dependence(
            Measure::Sobol,
            "shapley (effects that sum to one) or given-data (first order) hold for dependent inputs",
        )?;
        let players = self.roster.count();
        let automatic = self.run.plan.automatic;
        let pairs = players <= MOST_PLAYERS_OF_PAIRS && !automatic;
        if !pairs && !automatic {
            notes.push(format!(
                "indices of second order are computed for up to {MOST_PLAYERS_OF_PAIRS} inputs, and there are {players}: only first and total ones are reported"
            ));
        }
        let groups = self.groups_of_players();
        let sets: Vec<Players> = groups.iter().map(|(_, players)| players.clone()).collect();
        let design = SobolDesign::new(players, &sets, pairs, self.standards());
        let layout = self.layout(design.evaluations());
        let sample = self.pick_freeze(&design, &self.roster, layout);
        let Some(tallies) = self.evaluate("sobol", &self.roster, &design, &sample, layout)? else {
            return Ok(Rows::new());
        };
        let indices = design.indices(&tallies).into_iter().enumerate();
        let of_output = |(output, indices): (usize, SobolIndices)| {
            let mut rows = self.players("sobol_first", output, "1", &indices.first);
            rows.extend(self.players("sobol_total", output, "1", &indices.total));
            for (measure, of_groups) in ["sobol_first", "sobol_total"]
                .into_iter()
                .zip(&indices.groups)
            {
                rows.extend(groups.iter().zip(of_groups).map(|((name, _), index)| {
                    self.row(measure, output, "1", [name.clone(), String::new()], index)
                }));
            }
            let pairs = indices.second.into_iter().map(|([one, other], index)| {
                let names = [one, other].map(|player| self.roster.names[player].clone());
                self.row("sobol_second", output, "1", names, &index)
            });
            rows.extend(pairs);
            rows
        };
        Ok(indices.map(of_output).collect())
    }

    fn shapley(&self) -> Result<Rows, RunError> {
        let grades = Roster::of_grades(self.run.variant, &self.program);
        let mut rows = vec![Vec::new(); self.main.outputs.len()];
        let model = self.run.model;
        let groups = Roster::of_groups(&model.groups, self.run.variant, &self.program);
        let mut rosters = vec![(&self.roster, "shapley"), (&grades, "shapley_grade")];
        if !model.groups.is_empty() {
            rosters.push((&groups, "shapley_group"));
        }
        for (roster, measure) in rosters {
            let players = roster.count();
            let design = ShapleyDesign::new(players, self.standards(), self.run.plan.seed);
            let layout = self.layout(ShapleyDesign::evaluations(players));
            let sample = self.pick_freeze(&design, roster, layout);
            let Some(tallies) = self.evaluate(measure, roster, &design, &sample, layout)? else {
                continue;
            };
            for (output, indices) in design.indices(&tallies).iter().enumerate() {
                let names = roster.names.iter().map(String::as_str).chain([DUMMY]);
                let more = names.zip(indices).map(|(name, index)| {
                    self.row(
                        measure,
                        output,
                        "1",
                        [name.to_owned(), String::new()],
                        index,
                    )
                });
                rows[output].extend(more);
            }
        }
        Ok(rows)
    }

    /// The groups that the scenario names: what each is called, and its players.
    fn groups_of_players(&self) -> Vec<(String, Players)> {
        let (variant, count) = (self.run.variant, self.roster.count());
        let of_group = |group| {
            let sources = self.program.sources.iter().zip(&self.roster.player_of);
            let members = sources.filter(|(source, _)| is_in(group, variant, source));
            let players = Players::of(count, members.map(|(_, &player)| player));
            (!players.is_empty()).then(|| (group_label(group), players))
        };
        self.run.model.groups.iter().filter_map(of_group).collect()
    }

    fn morris(&self) -> Result<Rows, RunError> {
        self.refuse_dependence(
            Measure::Morris,
            "tornado moves one input whatever the others are, shapley shares the variance out",
        )?;
        let outputs = self.main.standards.len();
        let design = MorrisDesign::new(self.roster.sources(), outputs);
        let layout = self.layout(self.roster.count() as u64);
        let sources = self.program.sources.iter();
        let supports: Vec<_> = sources.map(|source| source.marginal.support()).collect();
        let sample = Levels::new(self.run.plan.sampler, &self.inputs, &supports, layout);
        let Some(tallies) = self.evaluate("morris", &self.roster, &design, &sample, layout)? else {
            return Ok(Rows::new());
        };
        let indices = design.indices(&tallies).into_iter().enumerate();
        let of_output = |(output, [absolute, spread, mean]): (usize, [Vec<Index>; 3])| {
            let unit = self.unit(output);
            let mut rows = self.players("morris_mu_star", output, unit, &absolute);
            rows.extend(self.players("morris_sigma", output, unit, &spread));
            rows.extend(self.players("morris_mu", output, unit, &mean));
            rows
        };
        Ok(indices.map(of_output).collect())
    }

    fn tornado(&self) -> Rows {
        let swings = run::one_at_a_time(&self.program);
        let of_output = |(at, output): (usize, &run::OutputOutcome)| {
            let ends = |source: usize| {
                swings[source]
                    .each_ref()
                    .map(|values| values[output.output])
            };
            let span = |source: usize| {
                let [low, high] = ends(source);
                (high - low).abs()
            };
            let mut order: Vec<usize> = (0..self.program.sources.len()).collect();
            order.sort_by(|&one, &other| span(other).total_cmp(&span(one)));
            let mut rows = Vec::new();
            for (end, measure) in ["tornado_low", "tornado_high"].into_iter().enumerate() {
                for source in 0..self.program.sources.len() {
                    let rank = order.iter().position(|&other| other == source);
                    let index = Index {
                        estimate: Estimate::exact(ends(source)[end]),
                        rank: rank.map(|rank| rank as u32 + 1),
                        resolved: span(source) > 0.0,
                    };
                    let name = source_label(self.run.variant, &self.program.sources[source]);
                    let names = [name, String::new()];
                    rows.push(SensitivityRow {
                        estimate: index.estimate,
                        ..self.row(measure, at, self.unit(at), names, &index)
                    });
                }
            }
            rows
        };
        self.main
            .outputs
            .iter()
            .enumerate()
            .map(of_output)
            .collect()
    }

    fn pick_freeze<D: Design<Sample = PickFreeze<D>>>(
        &self,
        design: &D,
        roster: &Roster,
        layout: Layout,
    ) -> PickFreeze<D> {
        let method = self.run.plan.sampler;
        let groups = self.groups.clone();
        PickFreeze::new(
            design,
            method,
            &self.inputs,
            &roster.player_of,
            groups,
            layout,
        )
    }

    fn unit(&self, output: usize) -> &str {
        &self.run.variant.outputs[self.main.outputs[output].output]
            .unit
            .text
    }

    /// A row for every player, and for the dummy.
    fn players(
        &self,
        measure: &'static str,
        output: usize,
        unit: &str,
        indices: &[Index],
    ) -> Vec<SensitivityRow> {
        let names = self.roster.names.iter().map(String::as_str).chain([DUMMY]);
        names
            .zip(indices)
            .map(|(name, index)| {
                self.row(
                    measure,
                    output,
                    unit,
                    [name.to_owned(), String::new()],
                    index,
                )
            })
            .collect()
    }

    /// A row: not available where trials were left out, for the inputs of those that were kept depend on each other, nor as a share of
    /// a variance that does not exist; marked where the variance itself is poorly known.
    fn row(
        &self,
        measure: &'static str,
        output: usize,
        unit: &str,
        [input, input_2]: [String; 2],
        index: &Index,
    ) -> SensitivityRow {
        let sd = self.main.outputs[output].summary.sd;
        let is_share = measure.starts_with("sobol") || measure.starts_with("shapley");
        let whole = self.main.left_out == 0 && (!is_share || sd.value.is_some());
        SensitivityRow {
            input,
            input_2: (!input_2.is_empty()).then_some(input_2),
            measure,
            unit: unit.to_owned(),
            estimate: if whole {
                index.estimate.marked(sd.poorly_carried)
            } else {
                Estimate::unavailable()
            },
            rank: index.rank.filter(|_| whole),
            resolved: index.resolved && whole,
        }
    }

    /// What is said where an index is not available.
    fn unavailable(&self, rows: &VecDeque<Vec<SensitivityRow>>) -> Option<String> {
        let missing = rows
            .iter()
            .flatten()
            .any(|row| row.estimate.value.is_none());
        let left_out = self.main.left_out > 0;
        if left_out && missing {
            Some(
                "measures that evaluate the model again are not available where trials are left out: the inputs of those that are kept depend on each other; given-data holds for these"
                    .to_owned(),
            )
        } else if missing {
            Some(
                "an index without a value: the output has no variance to share out, or is not finite for some exchange of inputs"
                    .to_owned(),
            )
        } else {
            None
        }
    }
}
