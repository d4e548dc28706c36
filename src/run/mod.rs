//! The engine: replicates × segments of tiles, on any number of threads, merged in the order of the trials.
//!
//! A run is a pilot, which fixes how the values of each output are remembered, and a pass over all trials. Where the pilot's
//! brackets missed a wanted rank, the pass is made again with the cells that were wanting.

mod dependence;
mod exchange;
mod first_order;
mod jcgm101;
mod nested;
mod parallel;
mod pass;
mod pilot;
mod ranks;
mod redraw;
mod shares;
mod stopping;
mod tornado;
mod trials;

use crate::program::Program;
use crate::sampler::{Layout, Sampler};
use crate::sensitivity::{CountedOutput, MainIndices, MainPlan, MainTally, Measure, Standard};
use crate::statistic::order::Missed;
use crate::statistic::summary::{Summary, summarise};
use crate::statistic::tail::HeavyTail;
use crate::statistic::tally::{Marks, Role, Tally, TallyPlan};
pub use dependence::rank_correlations;
pub use exchange::{Exchanged, exchange};
pub use first_order::{FirstOrder, Spread, at_medians, first_order, pearson};
pub use jcgm101::{jcgm101_layout, run_jcgm101};
pub use nested::{Inner, NestedExperiment, NestedOutcome, run_nested};
pub use parallel::{beside_each_other, each, threads, with_threads};
pub use pass::Passed;
pub use ranks::{Ranks, count_ranks};
pub use redraw::{Redraw, Redrawn, redraw};
use serde::{Deserialize, Serialize};
use std::io;
use std::ops::Range;
use std::sync::Arc;
pub use stopping::{Reached, Study, Target, Tolerance, first_layout, run_until};
pub use tornado::one_at_a_time;
pub use trials::{one_trial, stream_trials};

/// What the engine tells while it runs; called from any thread.
pub trait Progress: Sync {
    /// A stage of `total` trials begins (one per variant).
    fn begin(&self, scenario: &str, variant: &str, total: u64);
    /// So many more trials are done.
    fn advance(&self, trials: u64);
    /// So many trials come on top of those that were expected, since a number's limits are still `ratio` times as wide as they shall
    /// be (infinite before anything is known).
    fn expect(&self, trials: u64, ratio: f64);
    /// What began under this name is complete, with so many trials in its sample.
    fn end(&self, scenario: &str, variant: &str, trials: u64);
    /// Asked between segments: whether to stop (Ctrl-C).
    fn cancelled(&self) -> bool;
}

/// A progress that shows nothing and never stops.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn begin(&self, _: &str, _: &str, _: u64) {}

    fn advance(&self, _: u64) {}

    fn expect(&self, _: u64, _: f64) {}

    fn end(&self, _: &str, _: &str, _: u64) {}

    fn cancelled(&self) -> bool {
        false
    }
}

/// Turns a block of rows into bytes, on any thread: the number of the first trial, the replicate, one slice per column.
pub type Encoder = Box<dyn Fn(u64, u32, &[&[f64]]) -> Vec<u8> + Sync>;

/// Receives the trials of a run, in order, a block at a time.
pub trait TrialSink: Send {
    /// The columns of the variant that comes next: (name, role `input`/`output`, unit), in order. Returns what encodes its rows.
    fn begin(
        &mut self,
        scenario: &str,
        variant: &str,
        columns: &[(String, &'static str, String)],
    ) -> io::Result<Encoder>;
    /// The next block, as the encoder made it.
    fn block(&mut self, bytes: Vec<u8>) -> io::Result<()>;
    /// The variant is complete.
    fn end(&mut self) -> io::Result<()>;
}

/// A program with the sample it is run on.
pub struct Experiment<'a> {
    /// What is computed.
    pub program: &'a Program,
    /// The uniforms: a column for each source of the program, and one more that nothing depends on.
    pub sampler: &'a dyn Sampler,
    /// Replicates and rows.
    pub layout: Layout,
}

/// What is asked of an experiment.
pub struct Question<'a> {
    /// What each output is held against.
    pub marks: &'a [Marks],
    /// Probabilities of the quantiles.
    pub quantiles: &'a [f64],
    /// Level of the intervals.
    pub level: f64,
    /// Measures of sensitivity.
    pub measures: &'a [Measure],
    /// Whether an output that is a multiple of another one, and held against nothing, is counted with that one.
    pub multiples_together: bool,
}

/// What came out for the outputs that a distribution acts on.
pub struct Outcome {
    /// For each of them, its index among the outputs, its tallies' plan, the tallies of the replicates, and the summary.
    pub outputs: Vec<OutputOutcome>,
    /// Sums for the indices, replicate by replicate, where any were asked for.
    pub main: Option<(MainPlan, Vec<MainTally>)>,
    /// Trials left out.
    pub nonfinite: NonFinite,
    /// Rows beyond the ends of each interpolation.
    pub beyond: Vec<u64>,
    /// About where each output lies and how widely, from the pilot.
    pub standards: Vec<Standard>,
}

impl Outcome {
    /// The indices of the main sample for each output that was counted, measure by measure; none where none were asked for.
    pub fn indices(&self) -> Vec<Vec<MainIndices>> {
        let Some((plan, tallies)) = &self.main else {
            return Vec::new();
        };
        let mut counted: Vec<&OutputOutcome> = self.outputs.iter().collect();
        counted.sort_by_key(|outcome| outcome.counted);
        counted.dedup_by_key(|outcome| outcome.counted);
        let counted = counted.into_iter().map(|outcome| CountedOutput {
            values: &outcome.replicates,
            scale: outcome.plan.grid.scale(),
        });
        plan.indices(
            tallies,
            &counted.collect::<Vec<_>>(),
            self.nonfinite.trials == 0,
        )
    }
}

/// One output's outcome.
pub struct OutputOutcome {
    /// Its index among the program's outputs.
    pub output: usize,
    /// The place among the outputs that were counted, of the one that it is a multiple of or is itself.
    pub counted: usize,
    /// How many times that one it is.
    pub factor: f64,
    /// The grid the values of that one were counted on.
    pub plan: Arc<TallyPlan>,
    /// What was remembered of each replicate of that one.
    pub replicates: Arc<Vec<Tally>>,
    /// The numbers.
    pub summary: Summary,
}

impl OutputOutcome {
    /// Of an output that is a multiple of this one.
    fn times(&self, output: usize, factor: f64) -> OutputOutcome {
        OutputOutcome {
            output,
            counted: self.counted,
            factor,
            plan: Arc::clone(&self.plan),
            replicates: Arc::clone(&self.replicates),
            summary: self.summary.times(factor),
        }
    }
}

/// Trials in which an output was not finite.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonFinite {
    /// How many trials.
    pub trials: u64,
    /// For each output, in how many.
    pub by_output: Vec<u64>,
    /// The first such trial, and the first output that was not finite in it.
    pub first: Option<(u64, usize)>,
}

impl NonFinite {
    /// Adds those of the trials that come next.
    fn add(&mut self, next: &NonFinite) {
        self.trials += next.trials;
        pass::add_all(&mut self.by_output, &next.by_output);
        self.first = self.first.or(next.first);
    }
}

/// Why there is no outcome.
#[derive(Debug)]
pub enum Stopped {
    /// The progress said stop.
    Cancelled,
    /// No trial was finite.
    NothingFinite(NonFinite),
    /// What was passed over elsewhere are not these trials, or not on these grids.
    OtherTrials,
}

/// Runs the experiment.
///
/// # Errors
/// When it was cancelled, or when there is no finite trial to summarise.
pub fn run(
    experiment: &Experiment,
    question: &Question,
    progress: &dyn Progress,
) -> Result<Outcome, Stopped> {
    run_given(experiment, question, None, progress)
}

/// Runs the experiment where its trials may have been passed over already, by [`run_part`]: of all replicates.
///
/// # Errors
/// Those of [`run`].
pub fn run_given(
    experiment: &Experiment,
    question: &Question,
    given: Option<Passed>,
    progress: &dyn Progress,
) -> Result<Outcome, Stopped> {
    let counted = question.counted(experiment.program);
    let Some(pilot) = pilot::pilot(experiment, question, &counted) else {
        // Not one finite trial in the pilot: count them all before saying so.
        let all = 0..experiment.layout.replicates;
        let everything = match given {
            Some(passed) => passed,
            None => pass::pass(experiment, &[], &[], None, all, progress)?,
        };
        return Err(Stopped::NothingFinite(everything.nonfinite));
    };
    let fits = |given: &Passed| given.is_of(&pilot.plans, experiment.layout.trials());
    if given.as_ref().is_some_and(|given| !fits(given)) {
        return Err(Stopped::OtherTrials);
    }
    answer(experiment, question, &counted, pilot, given, progress)
}

/// One machine's share of an experiment: the trials of some of its replicates.
pub struct Share {
    /// What was found in them.
    pub passed: Passed,
    /// About where each output lies and how widely, as every machine finds it.
    pub standards: Vec<Standard>,
}

/// Passes over the trials of some of the replicates.
///
/// # Errors
/// When it was cancelled.
pub fn run_part(
    experiment: &Experiment,
    question: &Question,
    replicates: Range<u32>,
    progress: &dyn Progress,
) -> Result<Share, Stopped> {
    let counted = question.counted(experiment.program);
    let (plans, main, standards) = match pilot::pilot(experiment, question, &counted) {
        Some(pilot) => {
            let standards = standards(experiment.program, &counted, &pilot);
            (pilot.plans, pilot.main, standards)
        }
        None => Default::default(),
    };
    let counted = &counted[..plans.len()];
    let passed = pass::pass(
        experiment,
        counted,
        &plans,
        main.as_ref(),
        replicates,
        progress,
    )?;
    Ok(Share { passed, standards })
}

/// For each output that a distribution acts on, about where it lies and how widely.
fn standards(program: &Program, counted: &[usize], pilot: &pilot::Pilot) -> Vec<Standard> {
    let place = |output: usize| counted.iter().position(|&other| other == output);
    let standard = |output: usize| {
        let (first, factor) = match place(output) {
            Some(at) => (Some(at), 1.0),
            None => program.multiples[output]
                .map_or((None, 1.0), |(first, factor)| (place(first), factor)),
        };
        // Each is counted, or a multiple of one that is.
        first.map_or(Standard::new(0.0, 1.0), |at| {
            pilot.standards[at].times(factor)
        })
    };
    program.varying_outputs().map(standard).collect()
}

impl Question<'_> {
    /// The outputs whose values are counted.
    fn counted(&self, program: &Program) -> Vec<usize> {
        let alone = |&output: &usize| {
            let multiple = program.multiples[output].is_some() && self.marks[output].is_empty();
            !(self.multiples_together && multiple)
        };
        program.varying_outputs().filter(alone).collect()
    }
}

/// Passes over all trials until every wanted rank was met.
fn answer(
    experiment: &Experiment,
    question: &Question,
    counted: &[usize],
    pilot: pilot::Pilot,
    mut given: Option<Passed>,
    progress: &dyn Progress,
) -> Result<Outcome, Stopped> {
    let standards = standards(experiment.program, counted, &pilot);
    let pilot::Pilot {
        mut plans,
        ends,
        main,
        ..
    } = pilot;
    let all = 0..experiment.layout.replicates;
    loop {
        let passed = match given.take() {
            Some(passed) => passed,
            None => pass::pass(
                experiment,
                counted,
                &plans,
                main.as_ref(),
                all.clone(),
                progress,
            )?,
        };
        let summaries = parallel::each(plans.len(), |at| {
            let mut summary = summarise(
                &plans[at],
                &passed.outputs[at],
                question.quantiles,
                question.level,
                &|tasks, work| parallel::each(tasks, work),
            )?;
            if !summary.is_light() {
                let (ends, orders) = &ends[at];
                if let Some(tail) = HeavyTail::of(orders.finite_below, orders.exact, ends) {
                    summary.without_variance(tail);
                }
            }
            Ok::<_, Vec<Missed>>(summary)
        });
        let mut outputs = Vec::new();
        let mut missed = Vec::new();
        for (at, ((summary, replicates), output)) in summaries
            .into_iter()
            .zip(passed.outputs)
            .zip(counted.iter().copied())
            .enumerate()
        {
            match summary {
                Ok(summary) => outputs.push(OutputOutcome {
                    output,
                    counted: at,
                    factor: 1.0,
                    plan: Arc::new(plans[at].clone()),
                    replicates: Arc::new(replicates),
                    summary,
                }),
                Err(cells) => missed.push((at, cells)),
            }
        }
        if missed.is_empty() {
            let program = experiment.program;
            for output in program.varying_outputs() {
                if let (false, Some((first, factor))) =
                    (counted.contains(&output), program.multiples[output])
                    && let Some(at) = counted.iter().position(|&other| other == first)
                {
                    outputs.push(outputs[at].times(output, factor));
                }
            }
            outputs.sort_by_key(|outcome| outcome.output);
            return Ok(Outcome {
                outputs,
                main: main.map(|plan| (plan, passed.main)),
                nonfinite: passed.nonfinite,
                beyond: passed.beyond,
                standards,
            });
        }
        // The counts of this pass say exactly which cells hold the wanted ranks.
        for (at, cells) in missed {
            let mut roles = plans[at].roles().to_vec();
            for miss in cells {
                let near = miss.cell.saturating_sub(2)..(miss.cell + 3).min(roles.len());
                roles[near]
                    .iter_mut()
                    .filter(|role| **role == Role::Count)
                    .for_each(|role| *role = Role::Keep);
            }
            plans[at] = plans[at].with_roles(roles);
        }
    }
}

impl Experiment<'_> {
    /// The outputs that a distribution acts on.
    pub fn varying_outputs(&self) -> impl Iterator<Item = usize> {
        self.program.varying_outputs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::sampler::key::StreamKey;
    use crate::sampler::{Method, SampledInput};

    /// What an experiment borrows.
    struct Prepared {
        program: Program,
        sampler: Box<dyn Sampler>,
        layout: Layout,
    }

    impl Prepared {
        /// Of a scenario's text.
        fn new(text: &str, method: Method, seed: u64, trials: u64) -> Self {
            let model = crate::model::check(Source::new("run.toml", text), "run", &[]).unwrap();
            let program = crate::program::lower(&model.variants[0], false);
            // One a source, and the dummy.
            let inputs = (0..=program.sources.len() as u32).map(|dimension| SampledInput {
                key: StreamKey::new(seed, &format!("x{dimension}")),
                dimension,
            });
            let layout = method.layout(trials, None);
            Prepared {
                sampler: method.sampler(inputs.collect(), layout),
                program,
                layout,
            }
        }

        fn experiment(&self) -> Experiment<'_> {
            Experiment {
                program: &self.program,
                sampler: &*self.sampler,
                layout: self.layout,
            }
        }
    }

    /// A pilot that asks for no cell to be kept misses every quantile; the passes after it must find the very same answers.
    #[test]
    fn a_bracket_that_misses_is_done_again() {
        let text = "[inputs]\nx = { distribution = \"normal\", mean = 5, sd = 1 }\n\
                    n = { distribution = \"poisson\", mean = 3 }\n[outputs]\nx = \"1\"\nn = \"1\"\n";
        let prepared = Prepared::new(text, Method::Random, 1, 200_000);
        let experiment = prepared.experiment();
        let question = Question {
            marks: &[Marks::default(), Marks::default()],
            quantiles: &[0.001, 0.5, 0.9],
            level: 0.95,
            measures: &[],
            multiples_together: true,
        };
        let direct = run(&experiment, &question, &Unwatched).unwrap();
        let pilot = || {
            let mut pilot = pilot::pilot(&experiment, &question, &[0, 1]).unwrap();
            for plan in &mut pilot.plans {
                let roles = vec![Role::Count; plan.grid.cells()];
                *plan = plan.with_roles(roles);
            }
            pilot
        };
        let again = answer(&experiment, &question, &[0, 1], pilot(), None, &Unwatched).unwrap();
        // The same where it was passed over elsewhere.
        let blind = pilot();
        let part = |replicates| {
            pass::pass(
                &experiment,
                &[0, 1],
                &blind.plans,
                None,
                replicates,
                &Unwatched,
            )
            .unwrap()
        };
        let mut given = part(0..5);
        given.join(part(5..experiment.layout.replicates));
        let given = answer(
            &experiment,
            &question,
            &[0, 1],
            pilot(),
            Some(given),
            &Unwatched,
        )
        .unwrap();
        for again in [again, given] {
            for (direct, again) in direct.outputs.iter().zip(&again.outputs) {
                assert_eq!(direct.summary.quantiles, again.summary.quantiles);
                assert_eq!(direct.summary.interval, again.summary.interval);
            }
        }
    }

    /// A total in other units and times other numbers: what is counted once for all of them is what each has by itself.
    #[test]
    fn multiples_are_counted_once() {
        let text = "[inputs]\nx = { distribution = \"lognormal\", median = 5, gsd = 2, unit = \"kg/day\" }\n\
                    [formulas]\nyear = \"x * 365 day\"\nback = \"0 kg/day - x\"\n\
                    [outputs]\nx = \"kg/day\"\nyear = \"t\"\nback = \"kg/day\"\n";
        let prepared = Prepared::new(text, Method::Sobol, 1, 200_000);
        assert_eq!(prepared.program.multiples, [None, Some((0, 0.365)), None]);
        let experiment = prepared.experiment();
        let marks = vec![Marks::default(); 3];
        let ask = |marks: &[Marks], multiples_together| {
            let question = Question {
                marks,
                quantiles: &[0.05, 0.5],
                level: 0.95,
                measures: &[],
                multiples_together,
            };
            run(&experiment, &question, &Unwatched).unwrap().outputs
        };
        let (together, apart) = (ask(&marks, true), ask(&marks, false));
        assert_eq!(together.len(), 3);
        assert!(Arc::ptr_eq(
            &together[0].replicates,
            &together[1].replicates
        ));
        for (one, other) in together.iter().zip(&apart) {
            assert_eq!(one.output, other.output);
            let numbers = |summary: &Summary| {
                let quantiles = summary.quantiles.iter().map(|quantile| quantile.1);
                let rest = [summary.mean, summary.sd, summary.cv].into_iter();
                let all = rest.chain(summary.interval).chain(quantiles);
                all.flat_map(|estimate| {
                    [estimate.value, estimate.standard_error, estimate.error_low]
                })
                .chain(summary.extremes.map(Some))
                .collect::<Vec<_>>()
            };
            for (one, other) in numbers(&one.summary)
                .into_iter()
                .zip(numbers(&other.summary))
            {
                match (one, other) {
                    (Some(one), Some(other)) => {
                        assert!((one - other).abs() <= 1e-9 * other.abs(), "{one} {other}");
                    }
                    (one, other) => assert_eq!(one, other),
                }
            }
        }
        // What is held against a number is counted by itself.
        let marks = [Marks::default(), Marks::new(&[1.0], &[]), Marks::default()];
        let marked = ask(&marks, true);
        assert_eq!(marked[1].summary.above.len(), 1);
        assert_eq!((marked[1].counted, marked[1].factor), (1, 1.0));
    }

    /// The run of a scenario's text.
    fn outcome(text: &str, seed: u64, trials: u64, threads: usize) -> Vec<OutputOutcome> {
        let prepared = Prepared::new(text, Method::Sobol, seed, trials);
        let experiment = prepared.experiment();
        let question = Question {
            marks: &vec![Marks::default(); prepared.program.outputs.len()],
            quantiles: &[0.5],
            level: 0.95,
            measures: &[],
            multiples_together: true,
        };
        with_threads(Some(threads), || {
            run(&experiment, &question, &Unwatched).unwrap()
        })
        .outputs
    }

    /// The errors of the shortest interval are about what its ends differ by from seed to seed, also where the replicates of Sobol' points
    /// agree so well that an end at the edge of a cell would be the same one in all of them.
    #[test]
    fn ends_of_shortest_intervals_spread_as_told() {
        let text = "[inputs]\nx = { distribution = \"lognormal\", median = 1, gsd = 2 }\n\
                    y = { distribution = \"normal\", mean = 3, sd = 1 }\n[formulas]\nz = \"x * y\"\n[outputs]\nz = \"1\"\n";
        for trials in [131_072, 1_000_000] {
            let mut ends: [Vec<[f64; 2]>; 2] = Default::default();
            for seed in 0..12 {
                let outputs = outcome(text, seed, trials, 2);
                for (ends, end) in ends.iter_mut().zip(outputs[0].summary.shortest) {
                    ends.push([end.value.unwrap(), end.standard_error.unwrap()]);
                }
            }
            for ends in ends {
                let n = ends.len() as f64;
                let mean = ends.iter().map(|end| end[0]).sum::<f64>() / n;
                let squares: f64 = ends
                    .iter()
                    .map(|end| (end[0] - mean) * (end[0] - mean))
                    .sum();
                let spread = (squares / (n - 1.0)).sqrt();
                let told = ends.iter().map(|end| end[1]).sum::<f64>() / n;
                // Twelve runs know their spread to about a fifth; the told errors are approximate.
                let is_told = |told: f64| (0.25..4.0).contains(&(told / spread));
                assert!(is_told(told), "{trials}: {told} {spread}");
                // The twin: errors that have gone to nothing.
                assert!(!is_told(told / 100.0), "{trials}: {told} {spread}");
            }
        }
    }

    /// Which thread counts first is nobody's business, not even of the signs of zeros.
    #[test]
    fn extremes_that_are_zero_have_one_sign() {
        let text = "[inputs]\nx = { distribution = \"normal\", mean = 0, sd = 1 }\n\
                    y = { distribution = \"uniform\", min = 0, max = 1 }\n[formulas]\nz = \"-(x * x) * (y > 2)\"\n[outputs]\nz = \"1\"\n";
        for threads in [1, 3] {
            let [least, most] = outcome(text, 1, 3_000_000, threads)[0].summary.extremes;
            assert!(
                least.to_bits() == 0 && most.to_bits() == 0,
                "{least} {most}"
            );
        }
    }
}
