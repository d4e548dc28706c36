//! `--watch`: runs again whenever a scenario, or a file that it reads, is saved.
//!
//! Files are looked at ten times a second rather than watched by the system: there are a handful of them, it needs no package, and
//! it sees what the system's watchers differ in or miss (an editor that saves by renaming, a file that is not there yet, a network
//! folder).

use super::{Failure, files, progress, terminal};
use crate::pipeline::RunError;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

/// Between two looks.
const INTERVAL: Duration = Duration::from_millis(100);

/// Looks that a file may be missing: some editors remove it and write it again.
const MOST_MISSES: u32 = 10;

/// Columns of the line between two runs.
const LINE: usize = 80;

/// What tells one state of a file from the next: when it was written, and its bytes. `None`: it is not there.
type State = Option<(SystemTime, u64)>;

/// Does the work, and again whenever a file that it reads has changed, until Ctrl-C; a failure is said, and the next change waited for.
///
/// # Errors
/// How it ended: Ctrl-C, or a closed pipe; or that standard input is among the files.
pub(crate) fn watch(
    words: &[PathBuf],
    sets: &[String],
    quiet: bool,
    work: impl Fn() -> Result<(), Failure>,
) -> Result<(), Failure> {
    if words.iter().any(|word| word == Path::new("-")) {
        return Err(Failure::Usage(
            "--watch: standard input (-) is read once: name a file".to_owned(),
        ));
    }
    progress::watch_for_ctrl_c();
    loop {
        let look = Look::new(words, sets);
        match work() {
            Ok(()) => {}
            Err(end @ (Failure::ClosedPipe | Failure::Run(RunError::Cancelled))) => {
                return Err(end);
            }
            // The code is for the end.
            Err(failure) => drop(terminal::report_failure(&failure)),
        }
        if !quiet {
            terminal::note(&look.sentence());
        }
        let changed = look.wait().ok_or(Failure::Stopped)?;
        if !quiet {
            separate(&changed);
        }
    }
}

/// The files as they were before the work began.
struct Look<'a> {
    words: &'a [PathBuf],
    /// What the scenarios read.
    further: Vec<PathBuf>,
    states: BTreeMap<PathBuf, State>,
}

impl<'a> Look<'a> {
    /// Scenarios are looked at first: what happens to them later, while the others are being found, is a change.
    fn new(words: &'a [PathBuf], sets: &[String]) -> Look<'a> {
        let mut look = Look {
            words,
            further: Vec::new(),
            states: BTreeMap::new(),
        };
        look.states = look.now();
        let scenarios: Vec<PathBuf> = look.states.keys().cloned().collect();
        look.further = files::looked_for(&scenarios, sets);
        for path in &look.further {
            look.states
                .entry(path.clone())
                .or_insert_with(|| state(path));
        }
        look
    }

    /// How the files are now, with those that have come to a folder.
    fn now(&self) -> BTreeMap<PathBuf, State> {
        let mut paths = files::scenarios(self.words);
        paths.extend_from_slice(&self.further);
        let states = paths.into_iter().map(|path| {
            let state = state(&path);
            (path, state)
        });
        states.collect()
    }

    /// Waits until files have changed and are whole again: the changed ones; `None` after Ctrl-C.
    fn wait(&self) -> Option<Vec<PathBuf>> {
        let mut before = self.now();
        let mut misses = 0;
        while !progress::is_stopped() {
            if before != self.states {
                let missing = |(path, state): (&PathBuf, &State)| {
                    state.is_none() && self.states.get(path).is_some_and(Option::is_some)
                };
                misses += 1;
                thread::sleep(INTERVAL);
                let now = self.now();
                if now == before && (misses >= MOST_MISSES || !now.iter().any(missing)) {
                    return Some(self.changed(&now));
                }
                before = now;
            } else {
                misses = 0;
                thread::sleep(INTERVAL);
                before = self.now();
            }
        }
        None
    }

    fn changed(&self, now: &BTreeMap<PathBuf, State>) -> Vec<PathBuf> {
        let differs = |path: &&PathBuf| self.states.get(*path) != now.get(*path);
        let gone = self.states.keys().filter(|path| !now.contains_key(*path));
        now.keys().filter(differs).chain(gone).cloned().collect()
    }

    fn sentence(&self) -> String {
        let mut paths = self.states.keys();
        match (paths.next(), paths.count()) {
            (Some(only), 0) => format!("watching {}; Ctrl-C ends", only.display()),
            (_, others) => format!("watching {} files; Ctrl-C ends", others + 1),
        }
    }
}

fn state(path: &Path) -> State {
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}

/// On a terminal, a line across it with the names of what changed.
fn separate(changed: &[PathBuf]) {
    if !io::stderr().is_terminal() {
        return;
    }
    let names: Vec<String> = changed
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let names = crate::report::text::plain(&names.join(", ")).into_owned();
    let columns = terminal::width_of_progress().map_or(LINE, |columns| columns.min(LINE));
    let words = format!("── {names} ");
    let rest = "─".repeat(columns.saturating_sub(words.chars().count()));
    // There is nobody left to tell when standard error is closed.
    let _ = writeln!(io::stderr(), "\n{words}{rest}\n");
}
