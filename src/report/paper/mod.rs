//! The files for a paper: tables, a methods section and the bibliography, in LaTeX and in Markdown, made of nothing but what
//! stands in the result folder, so that they can be made later too.
//!
//! What is told is built once, as `Line`s and `Table`s, and each format decides how it looks.

mod bibtex;
mod latex;
mod layout;
mod markdown;
mod measures;
mod methods;
mod tables;
mod tex;

use super::folder::ResultFolder;
use super::manifest::Recorded;
use super::results::Results;
use bibtex::Bibliography;
use markdown::Markdown;
use std::io::{self, Write as _};
use tex::Tex;

/// A piece of a sentence or of a cell.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// Words of ours or of the scenario: text, never markup.
    Text(String),
    /// A number as `number` writes it.
    Number(String),
    /// A unit of the language.
    Unit(String),
    /// A number and the distances up and down from it.
    Asymmetric([String; 3]),
    /// A work of the bibliography, by its key there.
    Cite(String),
}

/// A sentence, a heading or a cell.
type Line = Vec<Piece>;

fn words(text: impl Into<String>) -> Line {
    vec![Piece::Text(text.into())]
}

fn number(text: impl Into<String>) -> Line {
    vec![Piece::Number(text.into())]
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
struct Table {
    /// What it shows.
    caption: Line,
    /// Its name in references, of letters, digits, `:` and `-`.
    label: String,
    /// Headings.
    columns: Vec<Line>,
    /// One cell per column each.
    rows: Vec<Vec<Line>>,
}

/// A part of the methods: its heading, and its paragraphs.
#[derive(Debug, Clone, PartialEq)]
struct Section {
    heading: String,
    paragraphs: Vec<Line>,
}

/// The name of a scenario in labels.
fn slug(scenario: &str) -> String {
    let safe = |character: char| {
        if character.is_ascii_alphanumeric() {
            character
        } else {
            '-'
        }
    };
    scenario.chars().map(safe).collect()
}

/// Adds the files to a folder whose tables are written and whose manifest will be `recorded`.
///
/// # Errors
/// What reading the tables or writing the files ends with.
pub fn write(folder: &mut ResultFolder, recorded: &Recorded) -> io::Result<()> {
    let results = Results::read(folder.building(), recorded)?;
    for (name, text) in files(&results) {
        let mut file = folder.file(name)?;
        file.write_all(text.as_bytes())?;
        folder.record(file.finish()?);
    }
    Ok(())
}

/// Each file and its text.
fn files(results: &Results) -> [(&'static str, String); 5] {
    let bibliography = Bibliography::of(results);
    let tables = tables::tables(results, &bibliography);
    let methods = methods::sections(results, &bibliography);
    [
        ("tables.tex", Tex::tables(&tables)),
        ("tables.md", Markdown::tables(&tables)),
        ("methods.tex", Tex::methods(&methods)),
        ("methods.md", Markdown::methods(&methods)),
        ("references.bib", bibliography.text()),
    ]
}

/// The names of the files.
pub const NAMES: [&str; 5] = [
    "tables.tex",
    "tables.md",
    "methods.tex",
    "methods.md",
    "references.bib",
];

#[cfg(test)]
mod tests;
