//! Any result table as CSV: numbers that read back as the same double, text that no spreadsheet runs.

use super::number;
use super::table::{Cell, Table};
use super::{Report, Writer};
use crate::diagnostic::visible;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::Path;

/// Writes one table as a CSV file with a header line.
#[derive(Debug)]
pub struct Csv(pub &'static Table);

impl Writer for Csv {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut file = csv_writer(out);
        file.write_record(self.0.columns)?;
        write_rows(self.0, report, &mut file)?;
        file.flush()
    }
}

/// Writes the rows of a table, without its header.
pub(super) fn write_rows(
    table: &Table,
    report: &Report,
    file: &mut ::csv::Writer<impl Write>,
) -> io::Result<()> {
    (table.rows)(report, &mut |row| {
        for cell in row {
            file.write_field(field(cell).as_ref())?;
        }
        Ok(file.write_record(None::<&[u8]>)?)
    })
}

/// The one dialect of every CSV file of ours: comma, quotes where needed, lines end in `\n`.
pub fn csv_writer<W: Write>(out: W) -> ::csv::Writer<W> {
    ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::Any(b'\n'))
        .from_writer(out)
}

/// The cells of some columns of a file of ours, row by row; a cell of a column that is not there is empty.
///
/// # Errors
/// When the file cannot be read or is no CSV.
pub fn read_rows<const N: usize>(path: &Path, columns: &[&str; N]) -> io::Result<Vec<[String; N]>> {
    let rows = read(path)?.into_iter();
    Ok(rows
        .map(|mut row| columns.map(|column| row.remove(column).unwrap_or_default()))
        .collect())
}

fn field<'cell>(cell: &'cell Cell<'_>) -> Cow<'cell, str> {
    match cell {
        Cell::Text(text) => harmless(text),
        Cell::Number(value) => {
            value.map_or(Cow::Borrowed(""), |value| number::shortest(value).into())
        }
        Cell::Count(value) => value.map_or(Cow::Borrowed(""), |value| value.to_string().into()),
    }
}

/// Text with an apostrophe before what a spreadsheet would take for a formula (a number is none), and before what has one already, so that
/// [`written`] finds the text again; what a terminal would obey comes out as `\u{1b}`, in every format alike.
pub fn harmless(text: &str) -> Cow<'_, str> {
    let shown = if text.contains('\t') {
        // A tabulator does no harm within a cell.
        text.split('\t')
            .map(visible)
            .collect::<Vec<_>>()
            .join("\t")
            .into()
    } else {
        visible(text)
    };
    if begins_formula(shown.trim_start_matches('\'')) {
        format!("'{shown}").into()
    } else {
        shown
    }
}

/// The text that [`harmless`] was given.
pub fn written(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if begins_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

fn begins_formula(text: &str) -> bool {
    const STARTS: &[char] = &['=', '+', '-', '@', '\t', '\n', '＝', '＋', '－', '＠'];
    text.trim_start_matches(' ').starts_with(STARTS) && !text.parse().is_ok_and(f64::is_finite)
}

/// The rows of a CSV file of ours, each text by its column and [`written`].
///
/// # Errors
/// What reading it ends with.
pub fn read(path: &Path) -> io::Result<Vec<HashMap<String, String>>> {
    let mut file = ::csv::Reader::from_path(path)?;
    let columns = file.headers()?.clone();
    let mut rows = Vec::new();
    for record in file.records() {
        let record = record?;
        let cells = columns.iter().zip(&record);
        rows.push(
            cells
                .map(|(column, cell)| (column.to_owned(), written(cell).to_owned()))
                .collect(),
        );
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_made_harmless() {
        for text in [
            "=1+1", "+A1", "-1-1", "- 1", "-inf", "@SUM(A1)", "\t=1", "\n=1", " =1", "＝1",
        ] {
            assert!(harmless(text).starts_with('\''), "{text:?}");
        }
        for text in [
            "kgCO2e/day",
            "1",
            "-118.2",
            "+2",
            "-1e-5",
            "",
            "a = b",
            "'",
            "'a",
        ] {
            assert_eq!(harmless(text), text);
        }
        assert_eq!(harmless("a\tb\u{1b}[2J\r\nc\r"), "a\tb\\u{1b}[2J\nc\\u{d}");
    }

    #[test]
    fn what_was_made_harmless_is_found_again() {
        for text in [
            "=1", "'=1", "''= 1", " =1", "' =1", "a", "'a", "", "-", "-1", "'-1",
        ] {
            assert_eq!(written(&harmless(text)), text);
        }
    }

    #[test]
    fn every_table() {
        let report = super::super::example::two_runs();
        for table in super::super::TABLES {
            let mut file = Vec::new();
            Csv(table).write(&report, &mut file).expect("written");
            insta::assert_snapshot!(table.name, String::from_utf8(file).expect("text"));
        }
    }
}
