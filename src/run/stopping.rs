//! When to stop: trials are added until every number asked for is known well enough, or a cap is met.
//!
//! The sample of each stage is that of a plain run of as many trials: the result is the one that `--trials` with the number reached
//! gives, byte for byte, and no thread moves a checkpoint.

use super::{Experiment, Outcome, OutputOutcome, Progress, Question, Stopped};
use crate::kernel;
use crate::program::Program;
use crate::sampler::{Layout, Method, Sampler};
use crate::statistic::Estimate;
use crate::statistic::replicates::student_factor;

/// Trials of the first stage: enough for an error of the ends of a 95 % interval.
const FIRST_TRIALS: u64 = 1 << 14;

/// Replicates where nothing else is asked for: the number stays the same from stage to stage.
const REPLICATES: u32 = 32;

/// The statistics of an output that are held, in their order.
pub(super) const HELD: [&str; 4] = ["mean", "sd", "interval_low", "interval_high"];

/// How well a number is to be known: the half-width of its 95 % limits is at most this.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// Half a unit of this significant digit (1 or more) of the statistic, or of the sd where that is larger.
    Digits(u32),
    /// This fraction of the statistic, or of the sd where that is larger.
    Relative(f64),
    /// This much, in the output's unit.
    Absolute(f64),
}

impl Tolerance {
    /// The half-width that is small enough for a statistic of this value of an output with this sd.
    pub fn half_width(self, value: f64, sd: f64) -> f64 {
        let size = value.abs().max(sd);
        match self {
            Tolerance::Digits(digits) => half_unit(size, digits),
            Tolerance::Relative(fraction) => fraction * size,
            Tolerance::Absolute(half_width) => half_width,
        }
    }
}

/// Half a unit of the significant digit number `digits` of a number of this size (JCGM 101:2008, 7.9.2).
fn half_unit(size: f64, digits: u32) -> f64 {
    if size == 0.0 || !size.is_finite() {
        return 0.0;
    }
    let written = format!("{size:.*e}", digits.saturating_sub(1) as usize);
    let exponent: i32 = written
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0);
    0.5 * kernel::powf(10.0, f64::from(exponent - digits as i32 + 1))
}

/// What is to be reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// For each output of the program, what is asked of its mean, sd and interval ends; `None`: nothing.
    pub tolerances: Vec<Option<Tolerance>>,
    /// Trials that are not exceeded.
    pub most_trials: u64,
}

/// How far a run came.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// Whether every number is known as well as asked.
    pub reached: bool,
    /// The number that was the farthest from it: its output, its name, and the half-width of its limits over the one asked for.
    pub hardest: Option<(usize, &'static str, f64)>,
    /// How many times more trials would have been needed, about, where it was not reached.
    pub more: Option<f64>,
}

/// A program and how to sample it, for any number of trials.
pub struct Study<'a> {
    /// What is computed.
    pub program: &'a Program,
    /// Makes the uniforms for a layout.
    pub sampler: &'a dyn Fn(Layout) -> Box<dyn Sampler>,
    /// How points are drawn.
    pub method: Method,
    /// Replicates asked for.
    pub replicates: Option<u32>,
}

/// The shape of the first stage.
pub fn first_layout(method: Method, replicates: Option<u32>, most_trials: u64) -> Layout {
    let replicates = replicates.unwrap_or(REPLICATES);
    stage_layout(method, FIRST_TRIALS, replicates, most_trials)
}

/// The shape of a stage of at least so many trials, or of as many as the cap allows.
fn stage_layout(method: Method, trials: u64, replicates: u32, most_trials: u64) -> Layout {
    let layout = method.layout(trials.min(most_trials), Some(replicates));
    if layout.trials() <= most_trials {
        return layout;
    }
    // Rounded up beyond the cap: half as many are within it.
    method.layout(layout.trials() / 2, Some(replicates))
}

/// Runs a study until the target is reached, or its cap.
///
/// With `random` the errors of a stage say how many trials there must be, and the next stage has that many: Stein's two-stage rule
/// (Wübbeler, Harris, Cox & Elster, "A two-stage procedure for determining the number of trials in the application of a Monte Carlo
/// method for uncertainty evaluation", Metrologia 47, 317 (2010), equation (8), for every number held), and on where the errors of the second
/// stage turn out larger than those of the first, as heavy tails make them. With the other samplers, whose errors fall faster, trials
/// double.
///
/// # Errors
/// When it was cancelled, or when there is no finite trial to summarise.
pub fn run_until(
    study: &Study,
    question: &Question,
    target: &Target,
    progress: &dyn Progress,
) -> Result<(Layout, Outcome, Reached), Stopped> {
    let mut layout = first_layout(study.method, study.replicates, target.most_trials);
    let mut ratio = f64::INFINITY;
    loop {
        progress.expect(layout.trials(), ratio);
        let sampler = (study.sampler)(layout);
        let experiment = Experiment {
            program: study.program,
            sampler: &*sampler,
            layout,
        };
        let outcome = super::run(&experiment, question, progress)?;
        let held = Held::of(&outcome, target, layout.replicates as usize);
        if held.is_reached() {
            let reached = Reached {
                reached: true,
                hardest: held.hardest,
                more: None,
            };
            return Ok((layout, outcome, reached));
        }
        let next = if held.poorly_carried {
            2.0 * layout.trials() as f64
        } else if study.method == Method::Random {
            // A tenth more at least, lest a stage misses by a hair again and again.
            layout.trials() as f64 * (held.ratio() * held.ratio()).max(1.1)
        } else {
            // Doublings that surely are not enough are left out: no error falls faster than by N^(−3/2).
            let doublings = (0.6 * kernel::log10(held.ratio()) / kernel::log10(2.0)).floor();
            layout.trials() as f64 * kernel::powf(2.0, doublings.max(1.0))
        };
        let trials = next.ceil().min(target.most_trials as f64) as u64;
        let larger = stage_layout(study.method, trials, layout.replicates, target.most_trials);
        if larger.trials() <= layout.trials() || held.never {
            let more = (!held.never).then(|| study.method.more_trials(held.ratio()));
            let reached = Reached {
                reached: false,
                hardest: held.hardest,
                more: more.filter(|more| *more > 1.0),
            };
            return Ok((layout, outcome, reached));
        }
        ratio = held.ratio();
        layout = larger;
    }
}

impl Method {
    /// About how many times more trials bring an error down by `ratio`: by N^(−1/2) where points are independent; the others' errors
    /// fall about as N^(−3/4) where quantiles are concerned.
    fn more_trials(self, ratio: f64) -> f64 {
        match self {
            Method::Random => ratio * ratio,
            Method::LatinHypercube | Method::Sobol => kernel::powf(ratio, 4.0 / 3.0),
        }
    }
}

/// The numbers of a stage beside what is asked of them.
struct Held {
    hardest: Option<(usize, &'static str, f64)>,
    poorly_carried: bool,
    /// A number is asked for that no number of trials will give.
    never: bool,
}

impl Held {
    fn of(outcome: &Outcome, target: &Target, replicates: usize) -> Held {
        let mut held = Held {
            hardest: None,
            poorly_carried: false,
            never: false,
        };
        for varying in &outcome.outputs {
            if let Some(tolerance) = target.tolerances[varying.output] {
                held.take(varying, tolerance, replicates);
            }
        }
        held
    }

    fn take(&mut self, varying: &OutputOutcome, tolerance: Tolerance, replicates: usize) {
        let summary = &varying.summary;
        let sd = summary.sd.value.unwrap_or(0.0);
        let [low, high] = &summary.interval;
        let estimates: [&Estimate; 4] = [&summary.mean, &summary.sd, low, high];
        for (name, estimate) in HELD.into_iter().zip(estimates) {
            self.poorly_carried |= estimate.poorly_carried;
            let (Some(value), Some(error)) = (estimate.value, estimate.standard_error) else {
                if !estimate.poorly_carried {
                    self.never = true;
                    self.hardest = Some((varying.output, name, f64::INFINITY));
                }
                continue;
            };
            // The farther of two limits, where they are not alike.
            let half_width = [
                estimate.error_low.map(|low| value - low),
                estimate.error_high.map(|high| high - value),
            ]
            .into_iter()
            .flatten()
            .fold(student_factor(replicates) * error, f64::max);
            let allowed = tolerance.half_width(value, sd);
            let ratio = if half_width == 0.0 {
                0.0
            } else {
                half_width / allowed
            };
            if self.hardest.is_none_or(|hardest| ratio > hardest.2) {
                self.hardest = Some((varying.output, name, ratio));
            }
        }
    }

    fn ratio(&self) -> f64 {
        self.hardest.map_or(0.0, |hardest| hardest.2)
    }

    fn is_reached(&self) -> bool {
        !self.never && !self.poorly_carried && self.ratio() <= 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_unit_of_a_digit() {
        for (size, digits, expected) in [
            (23.04, 3, 0.05),
            (23.04, 1, 5.0),
            (9.996, 3, 0.05),
            (9.994, 3, 0.005),
            (0.001, 2, 0.000_05),
            (1e6, 2, 5e4),
            (0.0, 2, 0.0),
        ] {
            let found = half_unit(size, digits);
            assert!(
                (found - expected).abs() <= 1e-15 * expected,
                "{size} {digits}: {found}"
            );
        }
        // The sd decides where it is larger.
        assert_eq!(Tolerance::Digits(2).half_width(0.001, 20.0), 0.5);
        assert_eq!(Tolerance::Relative(0.01).half_width(-300.0, 20.0), 3.0);
        assert_eq!(Tolerance::Absolute(0.25).half_width(7.0, 20.0), 0.25);
    }
}
