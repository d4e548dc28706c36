//! `--json`: the rows and names of the result tables on standard output, as one JSON object.

use super::table::Cell;
use super::{Report, TABLES, Writer};
use crate::diagnostic::is_dangerous;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Writes every table as a list of objects, and the notes.
#[derive(Debug)]
pub struct Json;

impl Writer for Json {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut document = Map::new();
        for table in TABLES.iter().filter(|table| !table.for_figures) {
            let mut rows = Vec::new();
            (table.rows)(report, &mut |row| {
                let names = table.columns.iter().map(|name| (*name).to_owned());
                rows.push(Value::Object(names.zip(row.iter().map(value)).collect()));
                Ok(())
            })?;
            document.insert(table.name.to_owned(), Value::Array(rows));
        }
        let choices = report.choices.iter().map(|choice| {
            json!({ "scenario": choice.scenario, "output": choice.output, "verdict": choice.verdict })
        });
        document.insert("choices".to_owned(), choices.collect());
        document.insert("notes".to_owned(), json!(report.every_note()));
        write_document(&Value::Object(document), out)
    }
}

/// Writes a document, as every JSON of ours is written: a terminal that is shown it obeys nothing in it. JSON has escapes of its own
/// for that, so that every text is read back as it was.
///
/// # Errors
/// What `out` says.
pub fn write_document(document: &Value, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(document)?;
    let mut shown = 0;
    // What is dangerous stands in a string: outside there are only digits, punctuation, spaces and line feeds.
    for (at, character) in text
        .char_indices()
        .filter(|&(_, character)| is_dangerous(character))
    {
        out.write_all(&text.as_bytes()[shown..at])?;
        write!(out, "\\u{:04x}", u32::from(character))?;
        shown = at + character.len_utf8();
    }
    out.write_all(&text.as_bytes()[shown..])?;
    writeln!(out)
}

/// A number that is not available, and an empty text, are `null`.
fn value(cell: &Cell<'_>) -> Value {
    match cell {
        Cell::Text(text) if text.is_empty() => Value::Null,
        Cell::Text(text) => Value::from(text.as_ref()),
        Cell::Number(number) => json!(number),
        Cell::Count(count) => json!(count),
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
