//! Runs written to their files as they come, for sweeps of which not every number should be held until the end.

use super::csv::{csv_writer, write_rows};
use super::folder::{ResultFile, ResultFolder};
use super::table::Table;
use super::{Report, RunReport, TABLES};
use std::io;

/// What the table on the terminal and the choices are made of; a name that ends in `:` stands for all that begin with it.
const SHOWN: &[&str] = &[
    "mean",
    "median",
    "interval_low",
    "interval_high",
    "threshold:",
    "p_above:",
];

/// The tables whose rows are about one run each, open in a result folder.
pub struct RunTables<'folder> {
    folder: &'folder mut ResultFolder,
    files: Vec<(&'static Table, Option<csv::Writer<ResultFile>>)>,
}

impl<'folder> RunTables<'folder> {
    /// In a folder, so far without a row.
    ///
    /// # Errors
    /// What making a file ends with.
    pub fn new(folder: &'folder mut ResultFolder) -> io::Result<Self> {
        let tables = TABLES.iter().filter(|table| table.of_runs);
        let mut files: Vec<_> = tables.map(|table| (table, None)).collect();
        for (table, file) in files.iter_mut().filter(|(table, _)| !table.optional) {
            *file = Some(open(folder, table)?);
        }
        Ok(RunTables { folder, files })
    }

    /// Writes the rows of a run; what is left of it is what is shown, and what is told of it elsewhere.
    ///
    /// # Errors
    /// What writing ends with.
    pub fn add(&mut self, run: RunReport) -> io::Result<RunReport> {
        let mut report = Report {
            runs: vec![run],
            ..Report::default()
        };
        for (table, file) in &mut self.files {
            if file.is_none() && table.has_rows(&report) {
                *file = Some(open(self.folder, table)?);
            }
            if let Some(file) = file {
                write_rows(table, &report, file)?;
            }
        }
        for output in report.runs.iter_mut().flat_map(|run| &mut run.outputs) {
            let is_shown = |name: &str| {
                SHOWN.iter().any(|shown| {
                    name == *shown || (shown.ends_with(':') && name.starts_with(shown))
                })
            };
            output
                .statistics
                .retain(|row| is_shown(&row.statistic) || row.estimate.poorly_carried);
            output.statistics.shrink_to_fit();
            output.sensitivity = Vec::new();
        }
        report
            .runs
            .pop()
            .ok_or_else(|| io::Error::other("the run is gone"))
    }

    /// Everything is written.
    ///
    /// # Errors
    /// What writing the last of it ends with.
    pub fn finish(self) -> io::Result<()> {
        for file in self.files.into_iter().filter_map(|(_, file)| file) {
            let file = file.into_inner().map_err(|error| error.into_error())?;
            self.folder.record(file.finish()?);
        }
        Ok(())
    }
}

fn open(folder: &ResultFolder, table: &Table) -> io::Result<csv::Writer<ResultFile>> {
    let mut file = csv_writer(folder.file(&table.file_name())?);
    file.write_record(table.columns)?;
    Ok(file)
}
