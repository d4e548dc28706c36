//! The result tables, read back: figures are drawn from these rows alone, whether they were written a moment or a year ago.

use crate::report::csv::written;
use crate::report::distribution::{INPUT, OUTPUT};
use crate::statistic::Estimate;
use crate::statistic::distribution::Portion;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

/// Everything that figures can be drawn of.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// Runs, in the order of the files.
    pub(super) runs: Vec<Run>,
    /// Where each is among them, by its scenario and variant.
    places: HashMap<(String, String), usize>,
    /// Alternatives held against each other.
    pub(super) pairs: Vec<Pair>,
}

/// One variant of one scenario.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) scenario: String,
    pub(super) variant: String,
    /// The run that stands first in its scenario, whose inputs the others have where they have none of that name; itself none.
    pub(super) as_in: Option<String>,
    pub(super) outputs: Vec<Output>,
    pub(super) inputs: Vec<Shape>,
}

/// How something is distributed.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) portions: Vec<Portion>,
}

/// An output.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) shape: Shape,
    /// Name, number, and the level of the ends of intervals.
    pub(super) statistics: Vec<(String, Estimate, Option<f64>)>,
    pub(super) indices: Vec<Index>,
    pub(super) observed: Vec<Observed>,
    /// In rising order of their trials.
    pub(super) steps: Vec<Step>,
}

/// A number as the first replicates have it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) statistic: String,
    pub(super) trials: u64,
    pub(super) estimate: Estimate,
}

/// An index of sensitivity of one input.
#[derive(Debug, Clone)]
pub(super) struct Index {
    pub(super) input: String,
    pub(super) measure: String,
    pub(super) estimate: Estimate,
    pub(super) rank: Option<u32>,
}

/// What was observed of an output.
#[derive(Debug, Clone)]
pub(super) struct Observed {
    pub(super) name: String,
    pub(super) band: [f64; 2],
}

/// The difference of an output between two alternatives, a less b.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) output: String,
    pub(super) unit: String,
    pub(super) a: String,
    pub(super) b: String,
    pub(super) median: Estimate,
    pub(super) interval: [Estimate; 2],
    /// How often a is below b.
    pub(super) below: Estimate,
}

/// A table that cannot be read.
#[derive(Debug)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl Run {
    /// The output of that name; the first row of it makes it.
    fn output_or_new(&mut self, name: &str, unit: &str) -> &mut Output {
        let place = self
            .outputs
            .iter()
            .position(|output| output.shape.name == name);
        let place = place.unwrap_or_else(|| {
            self.outputs.push(Output {
                shape: Shape {
                    name: name.to_owned(),
                    unit: unit.to_owned(),
                    portions: Vec::new(),
                },
                statistics: Vec::new(),
                indices: Vec::new(),
                observed: Vec::new(),
                steps: Vec::new(),
            });
            self.outputs.len() - 1
        });
        &mut self.outputs[place]
    }
}

impl Output {
    /// The number of that name.
    pub(super) fn statistic(&self, name: &str) -> Estimate {
        let found = self.statistics.iter().find(|row| row.0 == name);
        found.map_or_else(Estimate::unavailable, |row| row.1)
    }

    /// Both ends of the central interval.
    pub(super) fn interval(&self) -> [Estimate; 2] {
        ["interval_low", "interval_high"].map(|name| self.statistic(name))
    }

    /// Its level in words: `95 %`.
    pub(super) fn level(&self) -> String {
        let row = self.statistics.iter().find(|row| row.0 == "interval_low");
        let level = row.and_then(|row| row.2).unwrap_or(0.95);
        format!("{} %", crate::report::number::rounded(100.0 * level, 6))
    }
}

impl Results {
    /// Reads what figures need from the tables that there are; `table` gives the bytes of one by its name.
    ///
    /// # Errors
    /// The first line that is not one of such a table.
    pub fn read(mut table: impl FnMut(&str) -> Option<Vec<u8>>) -> Result<Results, Unreadable> {
        let mut results = Results::default();
        results.read_distribution(&rows("distribution", &mut table)?)?;
        for row in &rows("summary", &mut table)? {
            let level = row.number("level")?;
            let name = row.text("statistic")?;
            let estimate = row.limited()?;
            let output = results.run(row)?.output_or_new(&row.text("output")?, "");
            if name == "median" {
                output.shape.unit = row.text("unit")?;
            }
            output.statistics.push((name, estimate, level));
        }
        for row in &rows("convergence", &mut table)? {
            if let Some(output) = results.output(row)? {
                output.steps.push(Step {
                    statistic: row.text("statistic")?,
                    trials: row.number("trials")?.ok_or_else(|| row.wrong("trials"))? as u64,
                    estimate: row.limited()?,
                });
            }
        }
        for row in &rows("sensitivity", &mut table)? {
            if !row.text("input_2")?.is_empty() {
                continue;
            }
            if let Some(output) = results.output(row)? {
                output.indices.push(Index {
                    input: row.text("input")?,
                    measure: row.text("measure")?,
                    estimate: row.estimate("value", "standard_error")?,
                    rank: row.number("rank")?.map(|rank| rank as u32),
                });
            }
        }
        for row in &rows("observed", &mut table)? {
            if let Some(output) = results.output(row)? {
                let ends = [row.number("observed_low")?, row.number("observed_high")?];
                if let [Some(low), Some(high)] = ends {
                    output.observed.push(Observed {
                        name: row.text("name")?,
                        band: [low, high],
                    });
                }
            }
        }
        results.read_comparison(&rows("comparison", &mut table)?)?;
        Ok(results)
    }

    fn read_distribution(&mut self, rows: &[Row]) -> Result<(), Unreadable> {
        for row in rows {
            let (name, unit) = (row.text("name")?, row.text("unit")?);
            let ends = (row.number("low")?, row.number("high")?);
            let (Some(low), Some(high)) = ends else {
                return Err(row.wrong("low"));
            };
            let portion = Portion {
                low,
                high,
                share: row.estimate("share", "share_error")?,
                up_to: row.estimate("up_to", "up_to_error")?,
            };
            let run = self.run(row)?;
            match row.text("role")?.as_str() {
                OUTPUT => {
                    let output = run.output_or_new(&name, &unit);
                    output.shape.portions.push(portion);
                }
                INPUT => match run.inputs.last_mut() {
                    Some(last) if last.name == name => last.portions.push(portion),
                    _ => run.inputs.push(Shape {
                        name,
                        unit,
                        portions: vec![portion],
                    }),
                },
                _ => return Err(row.wrong("role")),
            }
        }
        Ok(())
    }

    fn read_comparison(&mut self, rows: &[Row]) -> Result<(), Unreadable> {
        for row in rows {
            let name = |scenario: &str, variant: &str| {
                Ok::<_, Unreadable>(crate::report::label(
                    &row.text(scenario)?,
                    &row.text(variant)?,
                ))
            };
            let (a, b) = (
                name("scenario_a", "variant_a")?,
                name("scenario_b", "variant_b")?,
            );
            let output = row.text("output")?;
            let is_same = |pair: &Pair| pair.output == output && pair.a == a && pair.b == b;
            if !self.pairs.last().is_some_and(is_same) {
                self.pairs.push(Pair {
                    output,
                    unit: row.text("unit")?,
                    a,
                    b,
                    median: Estimate::unavailable(),
                    interval: [Estimate::unavailable(); 2],
                    below: Estimate::unavailable(),
                });
            }
            let Some(pair) = self.pairs.last_mut() else {
                continue;
            };
            let estimate = row.limited()?;
            match (
                row.text("quantity")?.as_str(),
                row.text("statistic")?.as_str(),
            ) {
                ("difference", "median") => pair.median = estimate,
                ("difference", "interval_low") => pair.interval[0] = estimate,
                ("difference", "interval_high") => pair.interval[1] = estimate,
                ("order", "p_a_below_b") => pair.below = estimate,
                _ => {}
            }
        }
        Ok(())
    }

    /// The run that a row is about, which may be the first row of it.
    fn run(&mut self, row: &Row) -> Result<&mut Run, Unreadable> {
        let (scenario, variant) = (row.text("scenario")?, row.text("variant")?);
        let names = (scenario.clone(), variant.clone());
        let place = *self.places.entry(names).or_insert(self.runs.len());
        if place == self.runs.len() {
            // The variants of a scenario stand together, the first of them first.
            let before = self.runs.last().filter(|run| run.scenario == scenario);
            let as_in = before.map(|run| run.as_in.clone().unwrap_or_else(|| run.variant.clone()));
            self.runs.push(Run {
                scenario,
                variant,
                as_in,
                outputs: Vec::new(),
                inputs: Vec::new(),
            });
        }
        Ok(&mut self.runs[place])
    }

    /// The output that a row is about.
    fn output(&mut self, row: &Row) -> Result<Option<&mut Output>, Unreadable> {
        let name = row.text("output")?;
        let mut outputs = self.run(row)?.outputs.iter_mut();
        Ok(outputs.find(|output| output.shape.name == name))
    }
}

/// A line of a table.
struct Row {
    table: &'static str,
    line: u64,
    header: Rc<csv::StringRecord>,
    fields: csv::StringRecord,
}

impl Row {
    fn text(&self, column: &str) -> Result<String, Unreadable> {
        let at = self.header.iter().position(|name| name == column);
        let field = at.and_then(|at| self.fields.get(at));
        field
            .map(|field| written(field).to_owned())
            .ok_or_else(|| self.wrong(column))
    }

    fn number(&self, column: &str) -> Result<Option<f64>, Unreadable> {
        let text = self.text(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Some).ok_or_else(|| self.wrong(column))
    }

    fn estimate(&self, value: &str, error: &str) -> Result<Estimate, Unreadable> {
        Ok(Estimate {
            value: self.number(value)?,
            standard_error: self.number(error)?,
            ..Estimate::unavailable()
        })
    }

    /// Likewise, with the limits of its error.
    fn limited(&self) -> Result<Estimate, Unreadable> {
        Ok(Estimate {
            error_low: self.number("error_low")?,
            error_high: self.number("error_high")?,
            ..self.estimate("value", "standard_error")?
        })
    }

    fn wrong(&self, column: &str) -> Unreadable {
        Unreadable(format!(
            "{}.csv: line {}: the column {column} is missing or holds no value of such a table",
            self.table, self.line
        ))
    }
}

/// The rows of a table; none where there is none.
fn rows(
    name: &'static str,
    table: &mut impl FnMut(&str) -> Option<Vec<u8>>,
) -> Result<Vec<Row>, Unreadable> {
    let Some(bytes) = table(name) else {
        return Ok(Vec::new());
    };
    let unreadable = |error: csv::Error| Unreadable(format!("{name}.csv: {error}"));
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = Rc::new(reader.headers().map_err(unreadable)?.clone());
    let records = reader.records().map(|record| {
        let fields = record.map_err(unreadable)?;
        Ok(Row {
            table: name,
            line: fields.position().map_or(0, csv::Position::line),
            header: Rc::clone(&header),
            fields,
        })
    });
    records.collect()
}
