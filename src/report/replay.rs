//! One trial, whole: every input, formula and output, as a table and as JSON. Numbers stand in full: they read back as the same
//! doubles, and are those of the samples.

use super::grid::{Align, Grid};
use super::json::write_document;
use super::number;
use super::text::{Text, plain};
use super::{BASE, label};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Digits of the place of an input in its distribution.
const DIGITS: i32 = 4;

/// A trial of a variant.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialReport {
    /// The file's stem.
    pub scenario: String,
    /// The scenario's title.
    pub title: Option<String>,
    /// The variant's name.
    pub variant: String,
    /// Its number, from 0, as in the samples.
    pub trial: u64,
    /// The replicate it belongs to.
    pub replicate: u32,
    /// Trials of the run it is one of.
    pub trials: u64,
    /// The sampler's name.
    pub sampler: &'static str,
    /// The seed.
    pub seed: u64,
    /// How it was found, where it was not asked for by its number.
    pub found: Option<Found>,
    /// Its inputs, formulas and outputs.
    pub quantities: Vec<QuantityReport>,
}

/// How a trial was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it is.
    pub what: &'static str,
    /// The output that was looked at; `None`: all.
    pub output: Option<String>,
    /// The probability and the quantile it is the nearest to.
    pub quantile: Option<(f64, f64)>,
    /// Trials that were left out since an output was not finite.
    pub left_out: u64,
}

/// A quantity of a trial.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantityReport {
    /// What it is of the scenario.
    pub role: Role,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Its number in that unit.
    pub value: f64,
    /// Of an input with a distribution: the probability at or below its number.
    pub at: Option<f64>,
    /// Its definition or its formula as written.
    pub written: String,
}

/// What a quantity is of the scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// An input that is no output.
    Input,
    /// A formula that is no output.
    Formula,
    /// What is reported.
    Output,
}

impl Role {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Role::Input => "input",
            Role::Formula => "formula",
            Role::Output => "output",
        }
    }
}

/// Writes trials for people.
///
/// # Errors
/// What `out` says.
pub fn write_text(trials: &[TrialReport], look: Text, out: &mut dyn Write) -> io::Result<()> {
    for (at, trial) in trials.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        out.write_all(page(trial, look).as_bytes())?;
    }
    Ok(())
}

/// Writes trials as one JSON object. A number that is not finite is `null`, and named beside it.
///
/// # Errors
/// What `out` says.
pub fn write_json(trials: &[TrialReport], out: &mut dyn Write) -> io::Result<()> {
    let document = json!({ "trials": trials.iter().map(object).collect::<Vec<_>>() });
    write_document(&document, out)
}

fn page(trial: &TrialReport, look: Text) -> String {
    let mut page = String::new();
    let title = trial.title.as_deref().unwrap_or(&trial.scenario);
    // Writing to a string cannot fail.
    let _ = writeln!(page, "{}", plain(title));
    if trial.title.is_some() || trial.variant != BASE {
        let _ = writeln!(page, "{}", plain(&label(&trial.scenario, &trial.variant)));
    }
    let _ = writeln!(
        page,
        "trial {} of {} (numbered from 0), in replicate {}; {}, seed {}",
        trial.trial,
        number::count(trial.trials),
        trial.replicate,
        trial.sampler,
        trial.seed
    );
    if let Some(found) = &trial.found {
        let _ = writeln!(page, "{}", sentence(found, trial));
    }
    for role in [Role::Input, Role::Formula, Role::Output] {
        let quantities = trial.quantities.iter().filter(|one| one.role == role);
        let quantities: Vec<_> = quantities.collect();
        if !quantities.is_empty() {
            page.push('\n');
            page.push_str(&grid(role, &quantities).draw(look.width, look.colour));
        }
    }
    page
}

fn grid(role: Role, quantities: &[&QuantityReport]) -> Grid {
    let placed = quantities.iter().any(|quantity| quantity.at.is_some());
    let mut columns = vec![
        (role.word(), Align::Left),
        ("value", Align::Right),
        ("unit", Align::Left),
    ];
    if placed {
        columns.push(("at or below", Align::Right));
    }
    columns.push(("as written", Align::Left));
    let mut grid = Grid::new(&columns);
    for quantity in quantities {
        let mut row = vec![
            plain(&quantity.name).into_owned(),
            in_full(quantity.value),
            plain(&quantity.unit).into_owned(),
        ];
        if placed {
            let percent = |at| format!("{} %", number::rounded(100.0 * at, DIGITS));
            row.push(quantity.at.map_or_else(String::new, percent));
        }
        row.push(plain(&quantity.written).into_owned());
        grid.row(row);
    }
    grid
}

fn sentence(found: &Found, trial: &TrialReport) -> String {
    let output = found.output.as_deref().map(plain);
    let mut text = match (&found.quantile, &output) {
        (Some((p, quantile)), Some(output)) => {
            let mut outputs = trial.quantities.iter();
            let unit = outputs
                .find(|quantity| quantity.role == Role::Output && quantity.name == *output)
                .map_or("", |quantity| &quantity.unit);
            format!(
                "{output}: {} {} ({} {})",
                found.what,
                number::shortest(*p),
                number::shortest(*quantile),
                plain(unit)
            )
        }
        (None, Some(output)) => format!("{output}: {}", found.what),
        (_, None) => format!("any output: {}", found.what),
    };
    if found.left_out > 0 {
        let _ = write!(
            text,
            "; {} with an output that is not finite left out (--at nonfinite finds the first)",
            match found.left_out {
                1 => "1 trial".to_owned(),
                many => format!("{} trials", number::count(many)),
            }
        );
    }
    text
}

/// The number so that it reads back as the same double.
fn in_full(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else {
        number::shortest(value)
    }
}

fn object(trial: &TrialReport) -> Value {
    json!({
        "scenario": trial.scenario,
        "variant": trial.variant,
        "trial": trial.trial,
        "replicate": trial.replicate,
        "trials": trial.trials,
        "sampler": trial.sampler,
        "seed": trial.seed,
        "found": trial.found.as_ref().map(|found| json!({
            "what": found.what,
            "output": found.output,
            "probability": found.quantile.map(|quantile| quantile.0),
            "quantile": found.quantile.map(|quantile| quantile.1),
            "left_out": found.left_out,
        })),
        "quantities": trial.quantities.iter().map(|quantity| json!({
            "role": quantity.role.word(),
            "name": quantity.name,
            "unit": quantity.unit,
            "value": quantity.value,
            "not_finite": (!quantity.value.is_finite()).then(|| in_full(quantity.value)),
            "at_or_below": quantity.at,
            "written": quantity.written,
        })).collect::<Vec<_>>(),
    })
}
