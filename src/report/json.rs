//! `--json`: the rows and names of the result tables on standard output, as one JSON object.

use super::table::{Cell, Table};
use super::{Report, TABLES, Writer};
use crate::diagnostic::is_dangerous;
use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::ser::{Formatter, PrettyFormatter};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes every table as a list of objects, and the notes.
#[derive(Debug)]
pub struct Json;

impl Writer for Json {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        write_document(&Document(report), out)
    }
}

/// Writes a document, as every JSON of ours is written: a terminal that is shown it obeys nothing in it. JSON has escapes of its own
/// for that, so that every text is read back as it was.
///
/// # Errors
/// What `out` says.
pub fn write_document(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let formatter = Harmless(PrettyFormatter::new());
    document.serialize(&mut serde_json::Serializer::with_formatter(
        &mut *out, formatter,
    ))?;
    writeln!(out)
}

/// The usual layout, with what is dangerous in a string as an escape.
struct Harmless<'a>(PrettyFormatter<'a>);

/// Hands each of these on.
macro_rules! as_usual {
    ($($method:ident($($argument:ident: $type:ty)?);)*) => {
        $(fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $type)?) -> io::Result<()> {
            self.0.$method(out $(, $argument)?)
        })*
    };
}

impl Formatter for Harmless<'_> {
    as_usual! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut shown = 0;
        let dangerous = fragment
            .char_indices()
            .filter(|&(_, character)| is_dangerous(character));
        for (at, character) in dangerous {
            out.write_all(&fragment.as_bytes()[shown..at])?;
            write!(out, "\\u{:04x}", u32::from(character))?;
            shown = at + character.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[shown..])
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

    /// What a terminal would obey is written as an escape, and read back as it was.
    #[test]
    fn nothing_in_a_string_is_obeyed() {
        let document = json!({ "a\u{9b}": ["\u{1b}[2J", "x\u{202e}ü\u{2028}\u{7f}"] });
        let mut text = Vec::new();
        write_document(&document, &mut text).expect("written");
        let text = String::from_utf8(text).expect("text");
        assert!(!text.chars().any(is_dangerous), "{text}");
        assert!(text.contains("x\\u202eü\\u2028\\u007f"), "{text}");
        let read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read, document);
    }

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
