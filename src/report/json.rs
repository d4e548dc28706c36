//! `--json`: the rows and names of the result tables on standard output, as one JSON object.

use super::table::{Cell, Table};
use super::{Report, TABLES, Writer};
use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes every table as a list of objects, and the notes.
#[derive(Debug)]
pub struct Json;

impl Writer for Json {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &Document(report))?;
        writeln!(out)
    }
}

/// All of it. Written row by row: a sweep has more rows than should be held as a tree of values.
struct Document<'a>(&'a Report);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let mut document = serializer.serialize_map(None)?;
        for table in TABLES.iter().filter(|table| !table.for_figures) {
            document.serialize_entry(table.name, &Rows(table, report))?;
        }
        let choices = report.choices.iter().map(|choice| {
            json!({ "scenario": choice.scenario, "output": choice.output, "verdict": choice.verdict })
        });
        document.serialize_entry("choices", &choices.collect::<Value>())?;
        document.serialize_entry("notes", &report.every_note())?;
        document.end()
    }
}

struct Rows<'a>(&'static Table, &'a Report);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Rows(table, report) = self;
        let mut rows = serializer.serialize_seq(None)?;
        (table.rows)(report, &mut |row| {
            rows.serialize_element(&Row(table.columns, row))
                .map_err(|error| io::Error::other(error.to_string()))
        })
        .map_err(S::Error::custom)?;
        rows.end()
    }
}

struct Row<'a>(&'static [&'static str], &'a [Cell<'a>]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

/// A number that is not available, and an empty text, are `null`.
impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Text(text) if text.is_empty() => serializer.serialize_none(),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Number(number) => number.serialize(serializer),
            Cell::Count(count) => count.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_the_names_of_the_files() {
        let mut text = Vec::new();
        Json.write(&super::super::example::report(), &mut text)
            .expect("written");
        let document: Value = serde_json::from_slice(&text).expect("JSON");
        let keys: Vec<_> = document.as_object().expect("an object").keys().collect();
        assert_eq!(
            keys,
            [
                "summary",
                "sensitivity",
                "shape",
                "observed",
                "assertions",
                "nested",
                "comparison",
                "ranks",
                "decision",
                "require",
                "variants",
                "choices",
                "notes"
            ]
        );
        let row = document["summary"][0].as_object().expect("a row");
        assert_eq!(
            row.keys().collect::<Vec<_>>(),
            super::super::summary::TABLE.columns
        );
        assert_eq!(row["value"], 30.7123);
        let unavailable = &document["summary"]
            .as_array()
            .expect("rows")
            .last()
            .expect("a row")["value"];
        assert!(unavailable.is_null());
    }
}
