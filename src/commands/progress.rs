//! The progress bar of runs over a second, and how a run is stopped: Ctrl-C, or the system's request to end.

use crate::pipeline::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A run that is over sooner shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Set by Ctrl-C; asked between segments.
static STOP: AtomicBool = AtomicBool::new(false);

/// A bar on standard error, drawn once the run has taken a second.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    /// What runs now.
    scenario: Mutex<String>,
    started: Instant,
    /// Whether it may still have to be shown.
    waiting: AtomicBool,
}

impl Bar {
    /// A bar for so many trials in all; never shown when `quiet` or where standard error is no terminal.
    pub(crate) fn new(trials: u64, quiet: bool) -> Bar {
        let bar = ProgressBar::with_draw_target(Some(trials), ProgressDrawTarget::hidden());
        if let Ok(style) =
            ProgressStyle::with_template("{wide_bar} {percent:>3} %  {eta} left  {msg}")
        {
            bar.set_style(style);
        }
        Bar {
            bar,
            scenario: Mutex::default(),
            started: Instant::now(),
            waiting: AtomicBool::new(!quiet && io::stderr().is_terminal()),
        }
    }

    fn scenario(&self) -> MutexGuard<'_, String> {
        self.scenario.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.waiting.store(false, Ordering::Relaxed);
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn begin(&self, scenario: &str, variant: &str, _total: u64) {
        let variant = if variant == crate::report::BASE {
            String::new()
        } else {
            format!(" / {variant}")
        };
        let scenario = crate::report::text::plain(&format!("{scenario}{variant}")).into_owned();
        self.bar.set_message(scenario.clone());
        *self.scenario() = scenario;
    }

    fn expect(&self, trials: u64, ratio: f64) {
        self.bar.inc_length(trials);
        if ratio.is_finite() {
            let scenario = self.scenario();
            self.bar
                .set_message(format!("{scenario}: error {ratio:.1} × the target"));
        }
    }

    fn advance(&self, trials: u64) {
        self.bar.inc(trials);
        if self.started.elapsed() > PATIENCE && self.waiting.swap(false, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    fn cancelled(&self) -> bool {
        STOP.load(Ordering::Relaxed)
    }
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
