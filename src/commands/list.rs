//! `list`: what a scenario or a command line can name, from the tables that the program itself reads.

use super::{Failure, language, terminal};
use crate::report::grid::{Align, Grid};
use crate::sampler::Method;
use crate::sensitivity::Measure;

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
}

/// Prints a table; with a pattern, only the rows that contain it, in any case.
pub(crate) fn list(topic: ListTopic, pattern: Option<&str>) -> Result<(), Failure> {
    let (headings, rows): (&[&str], Vec<Vec<String>>) = match topic {
        ListTopic::Distributions => (
            &["distribution", "parameters", ""],
            language::distributions(),
        ),
        ListTopic::Samplers => (
            &["sampler", ""],
            texts(Method::ALL.iter().map(|row| [row.1, row.2])),
        ),
        ListTopic::Measures => (
            &["measure", "in sensitivity.csv", ""],
            texts(Measure::ALL.iter().map(|row| [row.1, row.2, row.3])),
        ),
        ListTopic::Units => (&["unit", "prefixes", ""], language::units()),
        ListTopic::Functions => (&["function", ""], language::functions()),
    };
    let columns: Vec<_> = headings
        .iter()
        .map(|heading| (*heading, Align::Left))
        .collect();
    let mut grid = Grid::new(&columns);
    let pattern = pattern.unwrap_or_default().to_lowercase();
    for row in rows {
        if row.join(" ").to_lowercase().contains(&pattern) {
            grid.row(row);
        }
    }
    terminal::print(
        grid.draw(terminal::width(), terminal::colour(&std::io::stdout()))
            .as_bytes(),
    )
}

fn texts<const N: usize>(rows: impl Iterator<Item = [&'static str; N]>) -> Vec<Vec<String>> {
    rows.map(|row| row.map(str::to_owned).to_vec()).collect()
}
