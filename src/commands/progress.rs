//! What is shown while a command runs, on standard error where that is a terminal, and how a run is stopped: Ctrl-C, or the system's
//! request to end.

use super::terminal;
use crate::pipeline::Progress;
use crate::report::number;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::collections::HashMap;
use std::fmt::Write;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A run that is over sooner shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// A batch of more runs counts them instead of saying a line about each.
const MOST_LINES: u64 = 50;

/// Set by Ctrl-C; asked between segments.
static STOP: AtomicBool = AtomicBool::new(false);

/// A bar on standard error, drawn once the work has taken a second; above it a line for each run of a batch that is complete.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    batch: Mutex<Batch>,
    started: Instant,
    /// Whether it may still have to be shown.
    waiting: AtomicBool,
}

/// The runs that the work consists of.
#[derive(Debug, Default)]
struct Batch {
    /// How many there are in all; 0 or 1: no batch.
    runs: u64,
    /// How many are complete.
    complete: u64,
    /// Those that began and are not, with when.
    begun: HashMap<String, Instant>,
    /// The one that began last.
    current: String,
    /// How many times as wide as asked for the limits of its numbers are, where that is known.
    ratio: Option<f64>,
    /// Lines about those that were complete before the bar was shown.
    lines: Vec<String>,
}

impl Batch {
    /// The words beside the bar. A narrow terminal cuts them off at the end.
    fn message(&self) -> String {
        let mut words = Vec::new();
        if self.runs > 1 {
            words.push(format!(
                "{} of {} done",
                number::count(self.complete),
                number::count(self.runs)
            ));
        }
        if let Some(ratio) = self.ratio {
            words.push(format!("error {ratio:.1} × the target"));
        }
        words.push(self.current.clone());
        words.join("  ")
    }

    /// Notes that a run is complete; the line about it, where it gets one.
    fn complete(&mut self, run: &str, trials: u64) -> Option<String> {
        self.complete += 1;
        let begun = self.begun.remove(run)?;
        (2..=MOST_LINES).contains(&self.runs).then(|| {
            let trials = match trials {
                1 => "1 trial".to_owned(),
                trials => format!("{} trials", number::count(trials)),
            };
            format!("{run}: {trials} in {:.1} s", begun.elapsed().as_secs_f64())
        })
    }
}

impl Bar {
    /// A bar for so many trials in all; never shown when `quiet` or where standard error is no terminal.
    pub(crate) fn new(trials: u64, quiet: bool) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(trials), ProgressDrawTarget::hidden());
        let columns = terminal::width_of_progress();
        if let Ok(style) = ProgressStyle::with_template(template(columns)) {
            bar.set_style(style.with_key("rate", rate).with_key("left", left));
        }
        Bar {
            bar,
            batch: Mutex::default(),
            started: Instant::now(),
            waiting: AtomicBool::new(!quiet && io::stderr().is_terminal()),
        }
    }

    /// Says of how many runs the work consists.
    pub(crate) fn batch(&self, runs: u64) {
        self.lock().runs = runs;
    }

    fn lock(&self) -> MutexGuard<'_, Batch> {
        self.batch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows the bar when it is time to, with what there was to say before.
    fn show(&self) {
        if self.started.elapsed() > PATIENCE && self.waiting.swap(false, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            for line in self.lock().lines.drain(..) {
                self.bar.println(line);
            }
        }
    }

    /// Removes the bar; the lines stay.
    pub(crate) fn finish(&self) {
        self.waiting.store(false, Ordering::Relaxed);
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begin(&self, scenario: &str, variant: &str, _total: u64) {
        let run = label(scenario, variant);
        let mut batch = self.lock();
        batch.begun.insert(run.clone(), Instant::now());
        batch.current = run;
        batch.ratio = None;
        self.bar.set_message(batch.message());
    }

    fn expect(&self, trials: u64, ratio: f64) {
        self.bar.inc_length(trials);
        if ratio.is_finite() {
            let mut batch = self.lock();
            batch.ratio = Some(ratio);
            self.bar.set_message(batch.message());
        }
    }

    fn advance(&self, trials: u64) {
        self.bar.inc(trials);
        self.show();
    }

    fn end(&self, scenario: &str, variant: &str, trials: u64) {
        self.show();
        let mut batch = self.lock();
        let line = batch.complete(&label(scenario, variant), trials);
        self.bar.set_message(batch.message());
        match line {
            Some(line) if self.bar.is_hidden() => batch.lines.push(line),
            Some(line) => self.bar.println(line),
            None => {}
        }
    }

    fn cancelled(&self) -> bool {
        STOP.load(Ordering::Relaxed)
    }
}

/// What a run is called; harmless on a terminal.
fn label(scenario: &str, variant: &str) -> String {
    let run = if variant == crate::report::BASE {
        scenario.to_owned()
    } else {
        format!("{scenario} / {variant}")
    };
    crate::report::text::plain(&run).into_owned()
}

/// What a line of the terminal has room for.
fn template(columns: Option<usize>) -> &'static str {
    match columns {
        Some(..50) => "{percent:>3} %  {left}  {wide_msg}",
        Some(..80) => "{percent:>3} %  {rate}  {left}  {wide_msg}",
        _ => "{bar:20}  {percent:>3} %  {rate}  {left}  {wide_msg}",
    }
}

/// Trials a second, to about three digits.
fn rate(state: &ProgressState, out: &mut dyn Write) {
    let rate = state.per_sec();
    // Writing to the buffer of a line cannot fail.
    let _ = match rate {
        1e8.. => write!(out, "{:.0} million trials/s", rate / 1e6),
        1e6.. => write!(out, "{:.1} million trials/s", rate / 1e6),
        1e4.. => write!(
            out,
            "{} trials/s",
            number::count((rate / 1e3).round() as u64 * 1000)
        ),
        _ => write!(out, "{} trials/s", number::count(rate as u64)),
    };
}

/// Time left; where every trial is made, what is left is not counted in trials.
fn left(state: &ProgressState, out: &mut dyn Write) {
    let _ = if state.len().is_some_and(|trials| state.pos() < trials) {
        write!(out, "{:#} left", HumanDuration(state.eta()))
    } else {
        write!(out, "finishing")
    };
}

/// Lets Ctrl-C (or a request to terminate) stop the run between segments, with nothing half written; a second Ctrl-C ends the process at once.
pub(crate) fn watch_for_ctrl_c() {
    // Where the handler cannot be set, Ctrl-C ends the process: the results are still whole or absent.
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// Whether Ctrl-C was pressed.
pub(crate) fn is_stopped() -> bool {
    STOP.load(Ordering::Relaxed)
}
