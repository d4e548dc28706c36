//! A result folder read back: what its manifest and its tables say of its runs, as plain data.

mod comparison;

pub use comparison::{Compared, Comparison, Pair};

use super::csv;
use super::manifest::{Recorded, ReferenceRecord, said};
use crate::statistic::Estimate;
use serde_json::Value;
use std::collections::HashMap;
use std::io;
use std::path::Path;

/// The runs of a result folder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Results {
    /// The version of the program that made it.
    pub version: String,
    /// One entry per scenario, in the order of the files.
    pub scenarios: Vec<Scenario>,
    /// What was held against each other, where it is a comparison.
    pub comparison: Option<Comparison>,
}

/// A scenario and its runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scenario {
    /// The file's stem.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// The works it cites, in the order of the file.
    pub references: Vec<ReferenceRecord>,
    /// The seed.
    pub seed: u64,
    /// The word of the sampler.
    pub sampler: String,
    /// The level of the intervals.
    pub level: f64,
    /// One entry per variant that was run, in the order of the file; none where variants were compared.
    pub runs: Vec<Run>,
    /// Each way an input is defined, and the first variant that defines it so.
    pub inputs: Vec<(String, Input)>,
}

/// The run of a variant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// Its name.
    pub variant: String,
    /// Its description.
    pub description: Option<String>,
    /// Trials run.
    pub trials: u64,
    /// Independent replicates.
    pub replicates: u64,
    /// Trials left out.
    pub nonfinite: u64,
    /// What a stopping rule was asked for, in words, by which rule, and whether it was reached.
    pub stopping: Option<(String, String, bool)>,
    /// Its inputs: of the first run of a scenario all, of the others those that differ.
    pub inputs: Vec<Input>,
    /// The dependence between its inputs: the two, how it is measured, and how strong it is.
    pub correlations: Vec<([String; 2], &'static str, f64)>,
    /// Inputs that are drawn together, and as what: `shares` that sum to one, or `rows` of a data file.
    pub joint: Vec<(String, Vec<String>)>,
    /// Whether its intervals mix uncertainty and variability.
    pub mixes_kinds: bool,
    /// Outer draws and inner trials where it was run nested, and whether these are rows of a data file.
    pub nested: Option<(u64, u64, bool)>,
    /// Sentences about it.
    pub notes: Vec<String>,
    /// One entry per output, in the order of the file.
    pub outputs: Vec<Output>,
}

/// An input as written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Family and parameters, or the value.
    pub written: String,
    /// The same without the catalog, where it was taken from it.
    pub resolved: Option<String>,
    /// Whether it has a distribution.
    pub random: bool,
    /// Whether that is of what varies.
    pub variability: bool,
    /// The grade of the evidence.
    pub evidence: Option<String>,
    /// Keys of references, or texts.
    pub sources: Vec<String>,
}

impl Input {
    /// Family and parameters, or the value: what stands in the catalog too.
    pub fn definition(&self) -> &str {
        self.resolved.as_deref().unwrap_or(&self.written)
    }

    /// What it was taken from in the catalog: its entries, and how they were narrowed.
    pub fn in_catalog(&self) -> Option<String> {
        self.resolved.as_ref()?;
        let named = self.written.strip_prefix("catalog(")?.strip_suffix(')')?;
        Some(named.replace(['"', '[', ']'], ""))
    }
}

/// An output and what is known of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Its description.
    pub description: Option<String>,
    /// Whether no distribution acts on it.
    pub constant: bool,
    /// Name and number of each row of `summary.csv`.
    pub statistics: Numbers,
    /// The rows of `sensitivity.csv`.
    pub indices: Vec<Index>,
    /// The rows of `observed.csv`.
    pub observed: Vec<Observed>,
    /// The rows of `nested.csv`: the statistic over what varies, its unit, and its numbers over what is not known.
    pub nested: Vec<(String, String, Numbers)>,
    /// The rows of `assertions.csv`.
    pub assertions: Vec<Assertion>,
}

/// Numbers by their names.
pub type Numbers = Vec<(String, Estimate)>;

/// The number of that name; one that is not available where there is none.
pub fn named(numbers: &Numbers, name: &str) -> Estimate {
    let mut numbers = numbers.iter();
    numbers
        .find(|row| row.0 == name)
        .map_or_else(Estimate::unavailable, |row| row.1)
}

/// What was asserted.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    /// Its name; without one, what it says.
    pub name: String,
    /// What it says.
    pub that: String,
    /// The unit of its number.
    pub unit: String,
    /// The number it is about.
    pub estimate: Estimate,
    /// Whether it holds, in the words of `assertions.csv`.
    pub outcome: String,
}

/// An index of sensitivity.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// The input, or the two.
    pub inputs: Vec<String>,
    /// The word of the measure.
    pub measure: String,
    /// Its unit.
    pub unit: String,
    /// The number.
    pub estimate: Estimate,
}

/// What was observed.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Its name.
    pub name: String,
    /// The ends of the band.
    pub band: [f64; 2],
    /// Whether it overlaps the prediction's interval.
    pub inside: bool,
    /// Whether the prediction rests on the same source.
    pub shared_source: bool,
    /// Sources as written, in one text.
    pub source: String,
}

impl Output {
    /// The number of the statistic of that name; one that is not available where there is none.
    pub fn statistic(&self, name: &str) -> Estimate {
        named(&self.statistics, name)
    }
}

/// Rows of a table by scenario, variant and output, in their order.
struct Rows(HashMap<[String; 3], Vec<HashMap<String, String>>>);

impl Rows {
    fn read(path: &Path) -> io::Result<Rows> {
        let mut rows: HashMap<_, Vec<_>> = HashMap::new();
        // A table without rows has no file.
        if path.exists() {
            for row in csv::read(path)? {
                let key = ["scenario", "variant", "output"].map(|column| field(&row, column));
                rows.entry(key).or_default().push(row);
            }
        }
        Ok(Rows(rows))
    }

    fn of(&self, scenario: &str, variant: &str, output: &str) -> &[HashMap<String, String>] {
        let key = [scenario, variant, output].map(str::to_owned);
        self.0.get(&key).map_or(&[], |rows| rows)
    }
}

/// The tables beside a manifest.
struct Tables {
    summary: Rows,
    sensitivity: Rows,
    observed: Rows,
    nested: Rows,
    assertions: Rows,
}

impl Results {
    /// Reads the tables of `folder`, whose manifest is `recorded`.
    ///
    /// # Errors
    /// What reading a table ends with.
    pub fn read(folder: &Path, recorded: &Recorded) -> io::Result<Results> {
        let tables = Tables {
            summary: Rows::read(&folder.join("summary.csv"))?,
            sensitivity: Rows::read(&folder.join("sensitivity.csv"))?,
            observed: Rows::read(&folder.join("observed.csv"))?,
            nested: Rows::read(&folder.join("nested.csv"))?,
            assertions: Rows::read(&folder.join("assertions.csv"))?,
        };
        let scenarios = list(&recorded.document["scenarios"]);
        Ok(Results {
            version: recorded.version.clone(),
            scenarios: scenarios
                .iter()
                .map(|entry| scenario(entry, &tables))
                .collect(),
            comparison: comparison::read(&folder.join("comparison.csv"), &recorded.document)?,
        })
    }
}

fn scenario(entry: &Value, tables: &Tables) -> Scenario {
    let name = text(&entry["scenario"]);
    let runs = list(&entry["variants"]);
    Scenario {
        title: optional(&entry["title"]),
        references: list(&entry["references"]).iter().map(reference).collect(),
        seed: count(&entry["seed"]),
        sampler: text(&entry["sampler"]),
        level: entry["level"].as_f64().unwrap_or_default(),
        runs: runs
            .iter()
            .map(|entry| run(&name, [entry, &runs[0]], tables))
            .collect(),
        inputs: list(&entry["definitions"])
            .iter()
            .filter(|entry| entry["role"] == "input")
            .map(|entry| (text(&entry["variant"]), input(entry)))
            .collect(),
        name,
    }
}

fn reference(entry: &Value) -> ReferenceRecord {
    let other = entry["other"].as_object().into_iter().flatten();
    ReferenceRecord {
        key: text(&entry["key"]),
        title: text(&entry["title"]),
        year: entry["year"].as_i64(),
        url: optional(&entry["url"]),
        other: other
            .map(|(key, value)| (key.clone(), text(value)))
            .collect(),
    }
}

/// The run of an entry; what it does not say is as in the first of the scenario.
fn run(scenario: &str, [entry, first]: [&Value; 2], tables: &Tables) -> Run {
    let said = |key: &str| said(entry, first, key);
    let variant = text(said("variant"));
    let (stopping, nested) = (said("stopping"), said("nested"));
    let outputs = list(said("outputs")).iter();
    Run {
        description: optional(said("description")),
        trials: count(said("trials")),
        replicates: count(said("replicates")),
        nonfinite: count(said("nonfinite")),
        stopping: (!stopping.is_null()).then(|| {
            let reached = truth(&stopping["reached"]);
            (text(&stopping["asked"]), text(&stopping["rule"]), reached)
        }),
        inputs: list(said("inputs")).iter().map(input).collect(),
        correlations: list(said("correlations"))
            .iter()
            .filter_map(correlation)
            .collect(),
        joint: list(said("joint"))
            .iter()
            .map(|entry| (text(&entry["what"]), texts(&entry["inputs"])))
            .collect(),
        mixes_kinds: truth(said("mixes_kinds")),
        nested: (!nested.is_null()).then(|| {
            let rows = truth(&nested["rows"]);
            (count(&nested["outer"]), count(&nested["inner"]), rows)
        }),
        notes: texts(said("notes")),
        outputs: outputs
            .map(|entry| output(scenario, &variant, entry, tables))
            .collect(),
        variant,
    }
}

fn input(entry: &Value) -> Input {
    Input {
        name: text(&entry["name"]),
        unit: text(&entry["unit"]),
        written: text(&entry["written"]),
        resolved: optional(&entry["resolved"]),
        random: truth(&entry["random"]),
        variability: truth(&entry["variability"]),
        evidence: optional(&entry["evidence"]),
        sources: texts(&entry["source"]),
    }
}

fn correlation(entry: &Value) -> Option<([String; 2], &'static str, f64)> {
    let inputs = texts(&entry["inputs"]).try_into().ok()?;
    let mut measures = ["spearman", "gaussian"].into_iter();
    measures
        .find_map(|measure| Some((entry[measure].as_f64()?, measure)))
        .map(|(value, measure)| (inputs, measure, value))
}

fn output(scenario: &str, variant: &str, entry: &Value, tables: &Tables) -> Output {
    let name = text(&entry["name"]);
    let poorly_carried = texts(&entry["poorly_carried"]);
    let summary = tables.summary.of(scenario, variant, &name).iter();
    let statistics = summary.map(|row| {
        let statistic = field(row, "statistic");
        let estimate = estimate(row).marked(poorly_carried.contains(&statistic));
        (statistic, estimate)
    });
    let indices = tables.sensitivity.of(scenario, variant, &name).iter();
    let observed = tables.observed.of(scenario, variant, &name).iter();
    let assertions = tables.assertions.of(scenario, variant, &name).iter();
    let mut nested: Vec<(String, String, Numbers)> = Vec::new();
    for row in tables.nested.of(scenario, variant, &name) {
        let over_variability = field(row, "over_variability");
        let number = (field(row, "over_uncertainty"), estimate(row));
        match nested.last_mut().filter(|last| last.0 == over_variability) {
            Some(last) => last.2.push(number),
            None => nested.push((over_variability, field(row, "unit"), vec![number])),
        }
    }
    Output {
        unit: text(&entry["unit"]),
        description: optional(&entry["description"]),
        constant: truth(&entry["constant"]),
        statistics: statistics.collect(),
        indices: indices.map(index).collect(),
        observed: observed
            .map(|row| Observed {
                name: field(row, "name"),
                band: ["observed_low", "observed_high"]
                    .map(|column| number(row, column).unwrap_or(f64::NAN)),
                inside: field(row, "inside") == "true",
                shared_source: field(row, "shared_source") == "true",
                source: field(row, "source"),
            })
            .collect(),
        nested,
        assertions: assertions
            .map(|row| Assertion {
                name: field(row, "name"),
                that: field(row, "that"),
                unit: field(row, "unit"),
                estimate: estimate(row),
                outcome: field(row, "outcome"),
            })
            .collect(),
        name,
    }
}

fn index(row: &HashMap<String, String>) -> Index {
    let inputs = ["input", "input_2"].map(|column| field(row, column));
    Index {
        inputs: inputs.into_iter().filter(|name| !name.is_empty()).collect(),
        measure: field(row, "measure"),
        unit: field(row, "unit"),
        estimate: estimate(row),
    }
}

fn estimate(row: &HashMap<String, String>) -> Estimate {
    Estimate {
        value: number(row, "value"),
        standard_error: number(row, "standard_error"),
        error_low: number(row, "error_low"),
        error_high: number(row, "error_high"),
        poorly_carried: false,
    }
}

fn field(row: &HashMap<String, String>, column: &str) -> String {
    row.get(column).cloned().unwrap_or_default()
}

fn number(row: &HashMap<String, String>, column: &str) -> Option<f64> {
    row.get(column)?.parse().ok()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], |list| list)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn optional(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(text).collect()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or_default()
}
