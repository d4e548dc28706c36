//! Figures beside the results, and `plot`: figures again from the files of a result folder.

use super::verify::recorded_in;
use super::{Failure, terminal};
use crate::figure::{self, Figure, Format, Kind, Results};
use crate::report::csv::Csv;
use crate::report::folder::{FileRecord, ResultFolder};
use crate::report::{Report, TABLES, Writer};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder of the figures in a result folder.
pub(super) const FOLDER: &str = "figures";

/// What `plot` was asked for.
#[derive(Debug)]
pub(crate) struct PlotOptions {
    /// The result folder.
    pub(crate) folder: PathBuf,
    /// The kinds to draw.
    pub(crate) kinds: Vec<Kind>,
    /// The formats of the files.
    pub(crate) formats: Vec<Format>,
    /// Where the files go.
    pub(crate) out: PathBuf,
    /// No notes.
    pub(crate) quiet: bool,
}

/// Draws the figures of a result folder again, from its files alone.
pub(crate) fn plot(options: &PlotOptions) -> Result<(), Failure> {
    // Says what is wrong with a folder that holds no results.
    recorded_in(&options.folder)?;
    let figures = of_folder(&options.folder, &options.kinds)?;
    if figures.is_empty() {
        let kinds: Vec<&str> = options.kinds.iter().map(|kind| kind.word()).collect();
        return Err(Failure::NotValid(vec![format!(
            "the results in {} have nothing for a figure of the kind {}",
            options.folder.display(),
            kinds.join(", ")
        )]));
    }
    let unwritable = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::Unwritable(format!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(&options.out).map_err(|error| unwritable(&options.out, &error))?;
    let mut written = 0;
    for figure in &figures {
        for &format in &options.formats {
            let path = options.out.join(figure.file_name(format));
            let bytes = figure
                .bytes(format)
                .map_err(|error| unwritable(&path, &error))?;
            fs::write(&path, bytes).map_err(|error| unwritable(&path, &error))?;
            written += 1;
        }
    }
    if !options.quiet {
        terminal::note(&format!("{written} files are in {}", options.out.display()));
    }
    Ok(())
}

/// The figures of those kinds of a result folder, from its files.
pub(super) fn of_folder(folder: &Path, kinds: &[Kind]) -> Result<Vec<Figure>, Failure> {
    let table = |name: &str| fs::read(folder.join(format!("{name}.csv"))).ok();
    let results = Results::read(table)
        .map_err(|error| Failure::Unreadable(vec![format!("{}: {error}", folder.display())]))?;
    Ok(figure::draw(&results, kinds))
}

/// Every figure of a report.
pub(super) fn of_report(report: &Report) -> Result<Vec<Figure>, Failure> {
    let table = |name: &str| {
        let table = TABLES.iter().find(|table| table.name == name)?;
        let mut bytes = Vec::new();
        Csv(table).write(report, &mut bytes).ok()?;
        Some(bytes)
    };
    let results = Results::read(table).map_err(|error| Failure::Unwritable(error.to_string()))?;
    Ok(figure::draw(&results, &every_kind()))
}

/// Every kind of figure.
pub(super) fn every_kind() -> Vec<Kind> {
    Kind::ALL.iter().map(|row| row.0).collect()
}

/// Every format of figures.
pub(super) fn every_format() -> Vec<Format> {
    Format::ALL.iter().map(|row| row.0).collect()
}

/// Writes figures into a result folder.
pub(super) fn write(
    folder: &mut ResultFolder,
    figures: &[Figure],
    formats: &[Format],
) -> Result<(), Failure> {
    let mut records: Vec<FileRecord> = Vec::new();
    for figure in figures {
        for &format in formats {
            let name = format!("{FOLDER}/{}", figure.file_name(format));
            let unwritable = |error: &dyn std::fmt::Display| {
                Failure::Unwritable(format!("cannot write {name}: {error}"))
            };
            let bytes = figure.bytes(format).map_err(|error| unwritable(&error))?;
            let mut file = folder.file(&name).map_err(|error| unwritable(&error))?;
            file.write_all(&bytes).map_err(|error| unwritable(&error))?;
            records.push(file.finish().map_err(|error| unwritable(&error))?);
        }
    }
    records.into_iter().for_each(|record| folder.record(record));
    Ok(())
}
