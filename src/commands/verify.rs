//! `verify`: the command of a result folder again, from what its manifest records, and every byte of both.

use super::compare::{CompareOptions, compare};
use super::files::STDIN;
use super::require::{RequireOptions, require};
use super::run::{RunOptions, run};
use super::{Failure, terminal};
use crate::report::folder::{FileRecord, sha256_of};
use crate::report::manifest::{self, Recorded};
use crate::report::verification::{verdicts, write_json, write_text};
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// What `verify` was asked for.
#[derive(Debug)]
pub(crate) struct VerifyOptions {
    /// The result folder.
    pub(crate) folder: PathBuf,
    /// Threads; `None`: one per processor.
    pub(crate) threads: Option<NonZeroUsize>,
    /// Print JSON instead of the list.
    pub(crate) json: bool,
    /// No notes.
    pub(crate) quiet: bool,
}

/// A command that writes a result folder.
#[derive(Debug)]
pub(crate) enum Work {
    /// `run`.
    Run(RunOptions),
    /// `compare`.
    Compare(CompareOptions),
    /// `require`.
    Require(RequireOptions),
}

/// Runs again what made a folder, and says whether every byte is the same. `parse` reads the recorded words.
pub(crate) fn verify(
    options: &VerifyOptions,
    parse: impl Fn(&[String]) -> Option<Work>,
) -> Result<(), Failure> {
    let recorded = recorded_in(&options.folder)?;
    let Some(mut work) = parse(&recorded.command) else {
        return Err(Failure::Unreadable(vec![format!(
            "{}: the command in its manifest is not one that writes results: {}",
            options.folder.display(),
            recorded.command.join(" ")
        )]));
    };
    refuse_changed_files(&recorded.read, recorded.stdin.is_some())?;
    let here = env!("CARGO_PKG_VERSION");
    if recorded.version != here && !options.quiet {
        terminal::note(&format!(
            "the results were made by version {}, this is {here}: numbers may differ",
            recorded.version
        ));
    }
    let place = Place::create()?;
    let again = match &mut work {
        Work::Run(options) => options,
        Work::Compare(options) => &mut options.run,
        Work::Require(options) => &mut options.run,
    };
    again.out = Some(place.results());
    again.threads = options.threads;
    again.stdin = recorded.stdin.clone();
    // The files for a paper may have been added later.
    again.paper = recorded.document[manifest::PAPER] == true;
    // What the run itself prints is no part of the results.
    (again.silent, again.quiet, again.strict) = (true, true, false);
    match &work {
        Work::Run(options) => run(options)?,
        Work::Compare(options) => compare(options)?,
        Work::Require(options) => require(options)?,
    }
    let results = place.results();
    let made = recorded_in(&results)?;
    let verdicts = verdicts((&options.folder, &recorded), (&results, &made)).map_err(unreadable)?;
    let mut page = Vec::new();
    let written = if options.json {
        write_json(&verdicts, &recorded, &mut page)
    } else {
        write_text(&verdicts, &mut page)
    };
    written.map_err(|error| Failure::output(&error))?;
    terminal::print(&page)?;
    let differing = verdicts
        .iter()
        .filter(|verdict| verdict.difference.is_some());
    match differing.count() {
        0 => {
            if !options.quiet {
                terminal::note(&format!(
                    "every byte of {} is the same, made again by: {}",
                    options.folder.display(),
                    recorded.command.join(" ")
                ));
            }
            Ok(())
        }
        count => Err(Failure::NotValid(vec![format!(
            "{count} of {} files of {} differ from what its command makes now",
            verdicts.len(),
            options.folder.display()
        )])),
    }
}

pub(super) fn recorded_in(folder: &Path) -> Result<Recorded, Failure> {
    Recorded::read(folder).map_err(|why| {
        Failure::Unreadable(vec![format!(
            "{} is no result folder: {why}",
            folder.display()
        )])
    })
}

fn unreadable(error: io::Error) -> Failure {
    Failure::Unreadable(vec![error.to_string()])
}

/// What was read must be what it was: every file that is missing or has changed is named.
pub(super) fn refuse_changed_files(read: &[FileRecord], has_stdin: bool) -> Result<(), Failure> {
    let (mut changed, mut unreadable) = (Vec::new(), Vec::new());
    for file in read {
        if file.path == STDIN && has_stdin {
            continue;
        }
        match sha256_of(Path::new(&file.path)) {
            Ok(found) if found == file.sha256 => {}
            Ok(_) => changed.push(format!(
                "{} is not the file that was read then: its SHA-256 has changed",
                file.path
            )),
            Err(error) => unreadable.push(format!(
                "cannot read {}: {error}; paths are those of the run: do this from the folder it was run in",
                file.path
            )),
        }
    }
    if !unreadable.is_empty() {
        unreadable.extend(changed);
        Err(Failure::Unreadable(unreadable))
    } else if !changed.is_empty() {
        Err(Failure::NotValid(changed))
    } else {
        Ok(())
    }
}

/// A folder for the results made again, which goes with them.
struct Place(PathBuf);

impl Place {
    fn create() -> Result<Place, Failure> {
        let mut number = 0_u32;
        loop {
            let name = format!("montecarbon-verify-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Place(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => {
                    return Err(Failure::Unwritable(format!(
                        "cannot write {}: {error}",
                        path.display()
                    )));
                }
            }
        }
    }

    fn results(&self) -> PathBuf {
        self.0.join("results")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What stays behind is in the system's own folder of temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}
