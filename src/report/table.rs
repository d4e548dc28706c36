//! A result table before any format: its columns, and its rows as cells. Formats differ only in how a row is drawn.

use super::Report;
use std::borrow::Cow;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'report> {
    /// A text; empty where there is none.
    Text(Cow<'report, str>),
    /// A number; `None` where it is not available.
    Number(Option<f64>),
    /// A whole number, likewise.
    Count(Option<u64>),
}

impl<'report> Cell<'report> {
    /// A text cell.
    pub fn text(text: impl Into<Cow<'report, str>>) -> Self {
        Cell::Text(text.into())
    }
}

/// Receives the rows of a table, one after another.
pub type RowVisitor<'visitor> = dyn FnMut(&[Cell<'_>]) -> std::io::Result<()> + 'visitor;

/// A result table: one file in this folder each, and one line in [`super::TABLES`].
#[derive(Debug)]
pub struct Table {
    /// Its name: the file without `.csv`, and the key in `--json`.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [&'static str],
    /// Whether the file is left out when there is no row.
    pub optional: bool,
    /// Whether it is there for figures to be drawn from: then it is written to files, and not printed.
    pub for_figures: bool,
    /// Whether each of its rows is about one run by itself: then they can be written as the runs come.
    pub of_runs: bool,
    /// Hands over every row of the report; each has one cell per column.
    pub rows: fn(&Report, &mut RowVisitor<'_>) -> std::io::Result<()>,
}

impl Table {
    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.csv", self.name)
    }

    /// Whether the report has a row for it.
    pub fn has_rows(&self, report: &Report) -> bool {
        let mut any = false;
        // The visitor cannot fail, so neither can the walk.
        let _ = (self.rows)(report, &mut |_| {
            any = true;
            Ok(())
        });
        any
    }
}
