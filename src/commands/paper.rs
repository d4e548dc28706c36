//! `paper`: the files for a paper, into the result folder they are made from.

use super::verify::recorded_in;
use super::{Failure, figures, terminal};
use crate::report::folder::{FileRecord, ResultFolder, sha256_of};
use crate::report::manifest::{self, Recorded};
use crate::report::paper;
use serde_json::Value;
use std::io::{self, Write};
use std::path::Path;

/// Adds the files for a paper to a result folder, which is replaced whole: what `run --paper` would have written.
pub(crate) fn paper(target: &Path, quiet: bool) -> Result<(), Failure> {
    let recorded = recorded_in(target)?;
    refuse_other_files(target, &recorded)?;
    if !holds_runs(&recorded) && recorded.document["comparison"].is_null() {
        return Err(Failure::Unreadable(vec![format!(
            "{}: there is no run and no comparison in it to tell of; a paper is made of what `montecarbon run` or `compare` wrote",
            target.display()
        )]));
    }
    let mut folder = ResultFolder::create(target)?;
    let is_drawn = |path: &str| path.starts_with(&format!("{}/", figures::FOLDER));
    for file in &recorded.results {
        if !paper::NAMES.contains(&&*file.path) && !is_drawn(&file.path) {
            folder.keep(file.clone()).map_err(unwritable)?;
        }
    }
    let drawn = figures::of_folder(folder.building(), &figures::every_kind())?;
    figures::write(&mut folder, &drawn, &figures::every_format())?;
    let mut document = recorded.document;
    document[manifest::PAPER] = Value::Bool(true);
    complete(folder, document)?;
    if !quiet {
        terminal::note(&format!(
            "{} and {}/ are in {}",
            paper::NAMES.join(", "),
            figures::FOLDER,
            target.display()
        ));
    }
    Ok(())
}

/// Writes the files for a paper and the manifest, and puts the folder in its place.
fn complete(mut folder: ResultFolder, document: Value) -> Result<(), Failure> {
    let recorded = Recorded::of(document);
    paper::write(&mut folder, &recorded).map_err(unwritable)?;
    seal(folder, |results, out| {
        manifest::write(recorded.document, results, out)
    })
}

/// Writes the manifest, which is told what the files of the result are, and puts the folder in its place.
pub(super) fn seal(
    mut folder: ResultFolder,
    write: impl FnOnce(&[FileRecord], &mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let results: Vec<FileRecord> = folder.files().to_vec();
    let mut file = folder.file(manifest::NAME).map_err(unwritable)?;
    write(&results, &mut file).map_err(unwritable)?;
    folder.record(file.finish().map_err(unwritable)?);
    Ok(folder.commit()?)
}

fn unwritable(error: io::Error) -> Failure {
    Failure::Unwritable(format!("cannot write the results: {error}"))
}

/// A paper is not made of numbers that somebody changed.
fn refuse_other_files(target: &Path, recorded: &Recorded) -> Result<(), Failure> {
    let mut sentences = Vec::new();
    for file in &recorded.results {
        let path = target.join(&file.path);
        match sha256_of(&path) {
            Ok(found) if found == file.sha256 => {}
            Ok(_) => sentences.push(format!(
                "{} is not as the run wrote it: its SHA-256 has changed",
                path.display()
            )),
            Err(error) => sentences.push(format!("cannot read {}: {error}", path.display())),
        }
    }
    if sentences.is_empty() {
        Ok(())
    } else {
        Err(Failure::NotValid(sentences))
    }
}

fn holds_runs(recorded: &Recorded) -> bool {
    let scenarios = recorded.document["scenarios"].as_array();
    scenarios.into_iter().flatten().any(|scenario| {
        let variants = scenario["variants"].as_array();
        variants.is_some_and(|variants| !variants.is_empty())
    })
}
