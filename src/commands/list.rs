//! `list`: what a scenario or a command line can name, from the tables that the program itself reads.

use super::{Failure, terminal};
use crate::catalog::{self, Row};
use crate::distribution::{Family, Parameterisation, families};
use crate::report::grid::{Align, Grid};
use crate::report::number;
use crate::sampler::Method;
use crate::scenario::formula::FUNCTIONS;
use crate::sensitivity::Measure;
use crate::unit::built_in;

/// What to list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ListTopic {
    /// Families and their parameters.
    Distributions,
    /// Samplers.
    Samplers,
    /// Measures of sensitivity.
    Measures,
    /// Built-in units.
    Units,
    /// Functions of formulas.
    Functions,
    /// Rows of the catalog.
    Catalog,
}

/// One thing of a list: its lines, each with one cell per column.
type Entry = Vec<Vec<String>>;

/// Prints a list; with a pattern, only the things whose lines contain it, in any case.
pub(crate) fn list(topic: ListTopic, pattern: Option<&str>) -> Result<(), Failure> {
    let (headings, entries): (&[&str], Vec<Entry>) = match topic {
        ListTopic::Distributions => (
            &["distribution", "parameters", ""],
            families()
                .iter()
                .map(|family| distribution(family))
                .collect(),
        ),
        ListTopic::Samplers => (
            &["sampler", ""],
            one_line(Method::ALL.iter().map(|row| [row.1, row.2])),
        ),
        ListTopic::Measures => (
            &["measure", "in sensitivity.csv", ""],
            one_line(Measure::ALL.iter().map(|row| [row.1, row.2, row.3])),
        ),
        ListTopic::Units => (&["unit", "prefixes", ""], units()),
        ListTopic::Functions => (
            &["function", ""],
            one_line(FUNCTIONS.iter().map(|row| [row.signature, row.summary])),
        ),
        ListTopic::Catalog => (
            &[
                "entry",
                "value",
                "unit",
                "year",
                "accounting",
                "basis",
                "boundary",
                "source",
                "",
            ],
            catalog::rows().iter().map(row).collect(),
        ),
    };
    let align = |heading: &str| match heading {
        "value" => Align::Right,
        _ => Align::Left,
    };
    let columns: Vec<_> = headings
        .iter()
        .map(|heading| (*heading, align(heading)))
        .collect();
    let mut grid = Grid::new(&columns);
    let pattern = pattern.unwrap_or_default().to_lowercase();
    let matching = entries
        .into_iter()
        .filter(|entry| entry.concat().join(" ").to_lowercase().contains(&pattern));
    matching.flatten().for_each(|line| grid.row(line));
    terminal::print(
        grid.draw(terminal::width(), terminal::colour(&std::io::stdout()))
            .as_bytes(),
    )
}

fn one_line<const N: usize>(rows: impl Iterator<Item = [&'static str; N]>) -> Vec<Entry> {
    rows.map(|row| vec![row.map(str::to_owned).to_vec()])
        .collect()
}

/// A family: a line for each way of writing it.
fn distribution(family: &Family) -> Entry {
    let first = |index: usize, text: &str| {
        if index == 0 {
            text.to_owned()
        } else {
            String::new()
        }
    };
    let ways = family.parameterisations.iter().enumerate();
    ways.map(|(index, way)| {
        vec![
            first(index, family.name),
            parameters(way),
            first(index, family.summary),
        ]
    })
    .collect()
}

/// `min, mode, max, shape = 4`.
fn parameters(way: &Parameterisation) -> String {
    let required = way.required.iter().map(|name| (*name).to_owned());
    let optional = way
        .optional
        .iter()
        .map(|(name, default)| format!("{name} = {}", number::shortest(*default)));
    required.chain(optional).collect::<Vec<_>>().join(", ")
}

/// A row of the catalog.
fn row(row: &Row) -> Entry {
    let words = [&row.description, &row.note];
    let words: Vec<&str> = words
        .into_iter()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    vec![vec![
        row.entry.clone(),
        row.value.clone(),
        row.unit.clone(),
        row.year.map_or_else(String::new, |year| year.to_string()),
        row.accounting.clone(),
        row.basis.clone(),
        row.boundary.clone(),
        row.source.key.clone(),
        words.join("; "),
    ]]
}

fn units() -> Vec<Entry> {
    let prefixes = |letters: &str| {
        letters
            .chars()
            .map(String::from)
            .collect::<Vec<_>>()
            .join(" ")
    };
    built_in()
        .iter()
        .map(|unit| {
            vec![vec![
                unit.name.to_owned(),
                prefixes(unit.prefixes),
                unit.summary.to_owned(),
            ]]
        })
        .collect()
}
