//! `check`: every complaint, and what each input implies, without running.

use super::{Failure, files, terminal};
use crate::distribution::Missing;
use crate::model::{Definition, Input, Model};
use crate::program::exact::to_f64;
use crate::report::grid::{Align, Grid};
use crate::report::number;
use crate::report::text::plain;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Significant digits of the table; `--json` has them all.
const DIGITS: i32 = 4;

/// What `check` was asked for.
#[derive(Debug)]
pub(crate) struct CheckOptions {
    /// Files, folders and `-`.
    pub(crate) files: Vec<PathBuf>,
    /// Probabilities of the quantiles, rising.
    pub(crate) quantiles: Option<Vec<f64>>,
    /// `PATH=VALUE` replacements.
    pub(crate) sets: Vec<String>,
    /// Print JSON instead of the table.
    pub(crate) json: bool,
}

/// Checks scenarios and shows what their inputs imply.
pub(crate) fn check(options: &CheckOptions) -> Result<(), Failure> {
    let files = files::read(&options.files, None)?;
    let models = files::check(&files, &options.sets, None, false)?;
    let mut page = String::new();
    for (index, model) in models.iter().enumerate() {
        let quantiles = crate::pipeline::quantiles(options.quantiles.as_deref(), &model.run);
        let implied = implications(model, &quantiles);
        if options.json {
            page.push_str(&document(&implied).to_string());
            page.push('\n');
        } else {
            if index > 0 {
                page.push('\n');
            }
            write_table(&mut page, model, &implied, &quantiles);
        }
    }
    terminal::print(page.as_bytes())
}

/// What an input implies.
struct Implication<'model> {
    input: &'model Input,
    /// Its name, with the variant's before it where a variant gives it another definition.
    name: String,
    mean: Result<f64, Missing>,
    sd: Result<f64, Missing>,
    /// Probability and quantile.
    quantiles: Vec<(f64, f64)>,
}

impl Implication<'_> {
    fn is_fixed(&self) -> bool {
        matches!(self.input.definition, Definition::Fixed(_))
    }

    /// The cells of its numbers: the value of a fixed input in full (alone in its column where `all_fixed`), else mean, sd
    /// and quantiles.
    fn numbers(&self, all_fixed: bool) -> Vec<String> {
        if self.is_fixed() {
            let value = self.mean.map_or_else(
                |_| String::new(),
                |value| number::rounded(value, number::EXACT_DIGITS),
            );
            let empty = if all_fixed {
                0
            } else {
                1 + self.quantiles.len()
            };
            return std::iter::once(value)
                .chain(std::iter::repeat_n(String::new(), empty))
                .collect();
        }
        let shown = |value: Result<f64, Missing>| {
            value.map_or_else(
                |missing| format!("none: {}", missing.word()),
                |value| number::rounded(value, DIGITS),
            )
        };
        let quantiles = self.quantiles.iter().map(|&(_, x)| Ok(x));
        [self.mean, self.sd]
            .into_iter()
            .chain(quantiles)
            .map(shown)
            .collect()
    }
}

/// The inputs as written, then those that variants define otherwise.
fn implications<'model>(model: &'model Model, quantiles: &[f64]) -> Vec<Implication<'model>> {
    let mut implications: Vec<Implication<'model>> = Vec::new();
    let mut seen = HashSet::new();
    for (index, variant) in model.variants.iter().enumerate() {
        for input in &variant.inputs {
            if seen.insert((&input.name, &input.written, &input.unit.text)) {
                let name = if index == 0 {
                    input.name.clone()
                } else {
                    format!("{}/{}", variant.name, input.name)
                };
                implications.push(implication(input, name, quantiles));
            }
        }
    }
    implications
}

fn implication<'model>(
    input: &'model Input,
    name: String,
    probabilities: &[f64],
) -> Implication<'model> {
    let (mean, sd, quantile): (_, _, Box<dyn Fn(f64) -> f64>) = match &input.definition {
        Definition::Fixed(value) => {
            let value = to_f64(value);
            (Ok(value), Ok(0.0), Box::new(move |_| value))
        }
        Definition::Random(marginal) => (
            marginal.mean_or_why(),
            marginal.sd_or_why(),
            Box::new(|u| marginal.quantile(u)),
        ),
    };
    let quantiles = probabilities
        .iter()
        .map(|&probability| (probability, quantile(probability)))
        .collect();
    Implication {
        input,
        name,
        mean,
        sd,
        quantiles,
    }
}

fn document(implications: &[Implication<'_>]) -> Value {
    let inputs: Vec<_> = implications
        .iter()
        .map(|implied| {
            json!({
                "name": implied.name,
                "unit": implied.input.unit.text,
                "mean": implied.mean.ok(),
                "sd": implied.sd.ok(),
                "quantiles": implied.quantiles.iter().map(|(p, x)| json!([p, x])).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "inputs": inputs })
}

fn write_table(
    page: &mut String,
    model: &Model,
    implications: &[Implication<'_>],
    quantiles: &[f64],
) {
    let title = model.title.as_deref().unwrap_or(&model.scenario);
    let verdict = match model.warnings.len() {
        0 => "no complaint".to_owned(),
        1 => "accepted with 1 warning".to_owned(),
        warnings => format!("accepted with {warnings} warnings"),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        page,
        "{} ({}): {verdict}\n",
        plain(title),
        plain(&model.scenario)
    );
    // Where every input is a number, there is no spread to show.
    let all_fixed = implications.iter().all(|implied| implied.is_fixed());
    let percents: Vec<_> = quantiles
        .iter()
        .map(|&p| format!("{} %", number::rounded(100.0 * p, 6)))
        .collect();
    let mut columns = vec![("input", Align::Left)];
    if all_fixed {
        columns.push(("value", Align::Right));
    } else {
        columns.extend([("mean", Align::Right), ("sd", Align::Right)]);
        columns.extend(
            percents
                .iter()
                .map(|percent| (percent.as_str(), Align::Right)),
        );
    }
    columns.extend([
        ("unit", Align::Left),
        ("evidence", Align::Left),
        ("source", Align::Left),
    ]);
    let mut grid = Grid::new(&columns);
    for implied in implications {
        let input = implied.input;
        let mut row = vec![plain(&implied.name).into_owned()];
        row.extend(implied.numbers(all_fixed));
        row.push(plain(&input.unit.text).into_owned());
        row.push(
            input
                .evidence
                .map_or_else(String::new, |evidence| evidence.word().to_owned()),
        );
        row.push(plain(&input.sources.join(", ")).into_owned());
        grid.row(row);
    }
    page.push_str(&grid.draw(terminal::width(), terminal::colour(&std::io::stdout())));
    write_catalog(page, implications);
    let without = implications
        .iter()
        .filter(|implied| implied.input.sources.is_empty());
    let without: Vec<_> = without.map(|implied| plain(&implied.name)).collect();
    if !without.is_empty() {
        let _ = writeln!(page, "\nwithout a source: {}", without.join(", "));
    }
    write_references(page, model, implications);
}

/// Where inputs were taken from the catalog: the rows, and the equal entry to paste where the figures must not move with the
/// catalog.
fn write_catalog(page: &mut String, implications: &[Implication<'_>]) {
    for implied in implications {
        let Some(equal) = &implied.input.equal else {
            continue;
        };
        let _ = writeln!(
            page,
            "\n{} is taken from the catalog:",
            plain(&implied.name)
        );
        for row in &implied.input.catalog {
            let _ = writeln!(page, "  {}", row.line());
        }
        let _ = writeln!(
            page,
            "the same, written out:\n  {} = {equal}",
            implied.input.name
        );
    }
}

/// Where the cited figures are from.
fn write_references(page: &mut String, model: &Model, implications: &[Implication<'_>]) {
    let cited = |key: &String| {
        let by_input = implications
            .iter()
            .any(|implied| implied.input.sources.contains(key));
        let mut observed = model.variants.iter().flat_map(|variant| &variant.observed);
        by_input || observed.any(|observed| observed.sources.contains(key))
    };
    let cited: Vec<_> = model
        .references
        .iter()
        .filter(|one| cited(&one.key))
        .collect();
    if cited.is_empty() {
        return;
    }
    let mut grid = Grid::new(&[
        ("source", Align::Left),
        ("", Align::Left),
        ("year", Align::Left),
        ("", Align::Left),
    ]);
    for reference in cited {
        grid.row(vec![
            plain(&reference.key).into_owned(),
            plain(&reference.title).into_owned(),
            reference
                .year
                .map_or_else(String::new, |year| year.to_string()),
            plain(reference.url.as_deref().unwrap_or_default()).into_owned(),
        ]);
    }
    page.push('\n');
    page.push_str(&grid.draw(terminal::width(), terminal::colour(&std::io::stdout())));
}
