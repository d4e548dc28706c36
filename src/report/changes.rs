//! Two results held against each other: what changed in the scenario, and which numbers changed by more than their errors.

use super::csv::read_rows;
use super::grid::{Align, Grid};
use super::json::write_document;
use super::manifest::{Recorded, said};
use super::number;
use super::text::{Text, plain};
use crate::statistic::replicates::student_factor;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

/// Significant digits of numbers in the table; `--json` has them all.
const DIGITS: i32 = 5;
/// Numbers that differ by less than this share of themselves differ by rounding.
const ROUNDING: f64 = 1e-12;
/// What is compared: the share of unchanged numbers that lie beyond their 95 % limits by chance.
const BY_CHANCE: f64 = 0.05;

/// Two results held against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// What changed of what was asked for, a sentence each.
    pub settings: Vec<String>,
    /// Numbers that differ by more than their errors, in the order of the second result.
    pub beyond: Vec<Change>,
    /// How many numbers were compared.
    pub compared: usize,
    /// How many of them are known with an error only, so that some change by more than it by chance.
    pub with_error: usize,
    /// Numbers that are in one result only, or in units that cannot be converted.
    pub unmatched: Vec<String>,
}

/// A number that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Scenario, variant, output and statistic.
    pub key: [String; 4],
    /// The unit, that of the second result.
    pub unit: String,
    /// The number then, in that unit, and now.
    pub values: [f64; 2],
    /// The standard error of the difference.
    pub standard_error: f64,
}

/// A number of a result.
struct Row {
    unit: String,
    value: f64,
    /// `None`: it has none (an extreme).
    error: Option<f64>,
    replicates: usize,
}

/// The factor from the first unit to the second; `None` where they measure different things, or are not known.
pub type Convert<'a> = &'a dyn Fn(&str, &str) -> Option<f64>;

/// Holds the results in two folders against each other.
///
/// # Errors
/// What reading the tables of numbers ends with.
pub fn changes(
    (before, recorded): (&Path, &Recorded),
    (after, again): (&Path, &Recorded),
    convert: Convert<'_>,
) -> io::Result<Changes> {
    let (_, old) = numbers(before, recorded)?;
    let (order, new) = numbers(after, again)?;
    let mut changes = Changes {
        settings: settings(recorded, again),
        beyond: Vec::new(),
        compared: 0,
        with_error: 0,
        unmatched: Vec::new(),
    };
    for key in order {
        let row = &new[&key];
        let Some(other) = old.get(&key) else {
            changes.unmatched.push(format!("new: {}", key.join(" ")));
            continue;
        };
        let factor = if row.unit == other.unit {
            Some(1.0)
        } else {
            convert(&other.unit, &row.unit)
        };
        let Some(factor) = factor else {
            let units = format!("{} cannot become {}", other.unit, row.unit);
            changes
                .unmatched
                .push(format!("{}: {units}", key.join(" ")));
            continue;
        };
        let values = [other.value * factor, row.value];
        let (Some(one), Some(two)) = (other.error.map(|error| error * factor), row.error) else {
            continue;
        };
        changes.compared += 1;
        let standard_error = (one * one + two * two).sqrt();
        changes.with_error += usize::from(standard_error > 0.0);
        let size = values[0].abs().max(values[1].abs());
        let limit = student_factor(row.replicates.min(other.replicates)) * standard_error;
        if (values[1] - values[0]).abs() > limit.max(ROUNDING * size) {
            changes.beyond.push(Change {
                key,
                unit: row.unit.clone(),
                values,
                standard_error,
            });
        }
    }
    let mut gone: Vec<_> = old.keys().filter(|key| !new.contains_key(*key)).collect();
    gone.sort();
    let gone = gone.iter().map(|key| format!("gone: {}", key.join(" ")));
    changes.unmatched.extend(gone);
    Ok(changes)
}

type Rows = (Vec<[String; 4]>, HashMap<[String; 4], Row>);

/// The rows of a result that have a number which the trials gave: of `summary.csv`, or of a comparison's `comparison.csv`.
fn numbers(folder: &Path, recorded: &Recorded) -> io::Result<Rows> {
    let replicates = replicates(recorded);
    // Alternatives that are compared have the same number.
    let compared = recorded.document["comparison"]["replicates"].as_u64();
    let compared = compared.unwrap_or(2).max(2) as usize;
    let mut rows = (Vec::new(), HashMap::new());
    let mut add =
        |key: [String; 4], of: (String, String), [unit, value, error, low, high]: [String; 5]| {
            let number = |text: &str| text.parse::<f64>().ok();
            let Some(value) = number(&value) else {
                return;
            };
            let replicates = replicates.get(&of).copied().unwrap_or(compared);
            // A share of none has a one-sided limit instead.
            let one_sided = || Some((number(&high)? - number(&low)?) / student_factor(replicates));
            rows.0.push(key.clone());
            let row = Row {
                unit,
                value,
                error: number(&error).or_else(one_sided),
                replicates,
            };
            rows.1.insert(key, row);
        };
    let comparison = folder.join("comparison.csv");
    if comparison.exists() {
        let columns = [
            "scenario_a",
            "variant_a",
            "scenario_b",
            "variant_b",
            "output",
            "quantity",
            "statistic",
            "unit",
            "value",
            "standard_error",
        ];
        for cells in read_rows(&comparison, &columns)? {
            let [
                scenario,
                variant,
                scenario_b,
                variant_b,
                output,
                quantity,
                statistic,
                unit,
                value,
                error,
            ] = cells;
            let key = [
                scenario.clone(),
                format!("{variant} against {scenario_b} / {variant_b}"),
                output,
                format!("{quantity} {statistic}"),
            ];
            let none = String::new;
            add(
                key,
                (scenario, variant),
                [unit, value, error, none(), none()],
            );
        }
        return Ok(rows);
    }
    let columns = [
        "scenario",
        "variant",
        "output",
        "statistic",
        "unit",
        "value",
        "standard_error",
        "error_low",
        "error_high",
    ];
    for cells in read_rows(&folder.join("summary.csv"), &columns)? {
        let [
            scenario,
            variant,
            output,
            statistic,
            unit,
            value,
            error,
            low,
            high,
        ] = cells;
        // How many trials there were is a setting.
        if statistic != "trials" {
            let of = (scenario.clone(), variant.clone());
            let key = [scenario, variant, output, statistic];
            add(key, of, [unit, value, error, low, high]);
        }
    }
    Ok(rows)
}

/// The replicates of each scenario and variant.
fn replicates(recorded: &Recorded) -> HashMap<(String, String), usize> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found = HashMap::new();
    for scenario in list(&recorded.document["scenarios"]) {
        let variants = list(&scenario["variants"]);
        for variant in variants {
            let said = said(variant, &variants[0], "replicates");
            let count = said.as_u64().unwrap_or(2) as usize;
            let name = (text(&scenario["scenario"]), text(&variant["variant"]));
            found.insert(name, count.max(2));
        }
    }
    found
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What changed of what was asked for: program, files, options, definitions.
fn settings(before: &Recorded, after: &Recorded) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut tell = |what: &str, one: Option<&String>, other: Option<&String>| {
        if one != other {
            let shown = |text: Option<&String>| {
                text.map_or_else(|| "(not there)".to_owned(), |text| plain(text).into_owned())
            };
            sentences.push(format!(
                "{}: {} → {}",
                plain(what),
                shown(one),
                shown(other)
            ));
        }
    };
    let [one, other] = [before, after].map(stated);
    let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        tell(name, one.get(name), other.get(name));
    }
    sentences
}

/// What a manifest states, each under a name.
fn stated(recorded: &Recorded) -> BTreeMap<String, String> {
    let mut stated = BTreeMap::new();
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    stated.insert("program".to_owned(), recorded.version.clone());
    stated.insert("--set".to_owned(), shown(&recorded.document["set"]));
    for file in &recorded.read {
        // Results of one scenario at two places are of one scenario.
        let name = Path::new(&file.path).file_name();
        let name = name.map_or_else(
            || file.path.clone(),
            |name| name.to_string_lossy().into_owned(),
        );
        let hash: String = file.sha256.chars().take(12).collect();
        stated.insert(format!("file {name}"), format!("SHA-256 {hash}…"));
    }
    for scenario in list(&recorded.document["scenarios"]) {
        let name = shown(&scenario["scenario"]);
        for key in [
            "trials",
            "seed",
            "sampler",
            "replicates",
            "level",
            "nested",
            "allow_nonfinite",
        ] {
            stated.insert(format!("{name}: {key}"), shown(&scenario[key]));
        }
        for one in list(&scenario["definitions"]) {
            let variant = shown(&one["variant"]);
            let of = super::label(&name, &variant);
            let text = format!("{} {}", shown(&one["written"]), shown(&one["unit"]));
            let what = format!("{of}: {} {}", shown(&one["role"]), shown(&one["name"]));
            stated.insert(what, text.trim_end_matches(" 1").trim_end().to_owned());
        }
    }
    stated
}

/// Writes changes for people.
///
/// # Errors
/// What `out` says.
pub fn write_text(changes: &Changes, look: Text, out: &mut dyn Write) -> io::Result<()> {
    let mut page = String::new();
    // Writing to a string cannot fail.
    if changes.settings.is_empty() {
        let _ = writeln!(page, "the scenario and what was asked for are the same");
    } else {
        let _ = writeln!(page, "What was changed");
        for sentence in &changes.settings {
            let _ = writeln!(page, "  {sentence}");
        }
    }
    page.push('\n');
    let chance = BY_CHANCE * changes.with_error as f64;
    let _ = writeln!(
        page,
        "{} of {} numbers changed by more than the 95 % limits of their errors; about {} would without any change",
        changes.beyond.len(),
        changes.compared,
        number::rounded(chance, 2)
    );
    if !changes.beyond.is_empty() {
        let mut grid = Grid::new(&[
            ("scenario", Align::Left),
            ("variant", Align::Left),
            ("output", Align::Left),
            ("statistic", Align::Left),
            ("before", Align::Right),
            ("after", Align::Right),
            ("change", Align::Right),
            ("± (standard error)", Align::Right),
            ("unit", Align::Left),
        ]);
        for change in &changes.beyond {
            let [before, after] = change.values;
            let mut row: Vec<String> = change
                .key
                .iter()
                .map(|cell| plain(cell).into_owned())
                .collect();
            let numbers = [before, after, after - before];
            row.extend(numbers.map(|value| number::rounded(value, DIGITS)));
            row.push(number::rounded(change.standard_error, 2));
            row.push(plain(&change.unit).into_owned());
            grid.row(row);
        }
        page.push_str(&grid.draw(look.width, look.colour));
    }
    if !changes.unmatched.is_empty() {
        let _ = writeln!(page, "\nNot compared");
        for sentence in &changes.unmatched {
            let _ = writeln!(page, "  {}", plain(sentence));
        }
    }
    out.write_all(page.as_bytes())
}

/// Writes changes as one JSON object.
///
/// # Errors
/// What `out` says.
pub fn write_json(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let beyond: Vec<Value> = changes
        .beyond
        .iter()
        .map(|change| {
            let [scenario, variant, output, statistic] = &change.key;
            json!({
                "scenario": scenario,
                "variant": variant,
                "output": output,
                "statistic": statistic,
                "unit": change.unit,
                "before": change.values[0],
                "after": change.values[1],
                "change": change.values[1] - change.values[0],
                "standard_error": change.standard_error,
            })
        })
        .collect();
    let document = json!({
        "changed": changes.settings,
        "compared": changes.compared,
        "expected_by_chance": BY_CHANCE * changes.with_error as f64,
        "beyond_errors": beyond,
        "not_compared": changes.unmatched,
    });
    write_document(&document, out)
}
