//! What stands in the tables: results, what is exceeded how probably, observations, what drives the outputs, and the inputs.

use super::super::number::{self, ESTIMATE_DIGITS, percent};
use super::super::results::{Output, Results, Run, Scenario};
use super::super::{BASE, label};
use super::bibtex::Bibliography;
use super::{Line, Piece, Table, Width, measures, number as numeric, slug, words};
use crate::statistic::Estimate;

/// Measures that stand side by side in one table.
const MEASURES_ACROSS: usize = 4;
/// Significant digits of an index, where its error does not support fewer.
const INDEX_DIGITS: i32 = 3;
/// Measures that are about another one.
const ABOUT_RANKS: &str = "p_rank_1:";

/// Every table that has a row.
pub(super) fn tables(results: &Results, bibliography: &Bibliography) -> Vec<Table> {
    let mut tables = Vec::new();
    for scenario in &results.scenarios {
        let Some(first) = scenario.runs.first() else {
            continue;
        };
        tables.push(outcomes(scenario));
        tables.push(exceeded(scenario));
        tables.push(observed(scenario));
        for output in first.outputs.iter().filter(|output| !output.constant) {
            tables.extend(drivers(scenario, first, output));
        }
        tables.push(inputs(scenario, bibliography));
    }
    tables.retain(|table| !table.rows.is_empty());
    tables
}

/// The title of a scenario, or its name.
fn title(scenario: &Scenario) -> String {
    scenario.title.clone().unwrap_or(scenario.name.clone())
}

fn named(scenario: &Scenario, what: &str) -> String {
    format!("tab:{}-{what}", slug(&scenario.name))
}

/// The output and its unit, of which variant, where there are several.
fn output_cell(scenario: &Scenario, run: &Run, output: &Output) -> Line {
    let variant = if scenario.runs.len() > 1 {
        format!("{}: ", run.variant)
    } else {
        String::new()
    };
    with_unit(&format!("{variant}{}", output.name), &output.unit)
}

fn with_unit(name: &str, unit: &str) -> Line {
    let mut line = words(name);
    if unit != "1" {
        line.push(Piece::Text(" (".to_owned()));
        line.push(Piece::Unit(unit.to_owned()));
        line.push(Piece::Text(")".to_owned()));
    }
    line
}

fn every_output(scenario: &Scenario) -> impl Iterator<Item = (&Run, &Output)> {
    let runs = scenario.runs.iter();
    runs.flat_map(|run| run.outputs.iter().map(move |output| (run, output)))
}

fn estimate(estimate: &Estimate) -> Line {
    numeric(number::estimate(estimate, ESTIMATE_DIGITS))
}

fn outcomes(scenario: &Scenario) -> Table {
    let row = |(run, output): (&Run, &Output)| {
        let median = output.statistic("median");
        let ends = ["interval_low", "interval_high"].map(|name| output.statistic(name));
        let [low, high] = &ends;
        let (about, interval) = if output.constant {
            (estimate(&median), words("always"))
        } else {
            (
                number::asymmetric(&median, low, high, ESTIMATE_DIGITS)
                    .map_or_else(|| estimate(&median), |about| vec![Piece::Asymmetric(about)]),
                numeric(number::interval(low, high, ESTIMATE_DIGITS)),
            )
        };
        vec![
            output_cell(scenario, run, output),
            estimate(&output.statistic("mean")),
            estimate(&output.statistic("sd")),
            about,
            interval,
        ]
    };
    let level = percent(scenario.level);
    let mut caption = format!(
        "Outcomes of {}. Standard deviation and interval are the spread of the outcomes; the interval is the central {level} % one, and stands at the median as the distances of its ends too. No digit is given that the Monte Carlo error does not support",
        title(scenario)
    );
    let estimates = || every_output(scenario).flat_map(|(_, output)| &output.statistics);
    if estimates().any(|row| row.1.poorly_carried) {
        caption.push_str(
            "; a number after a tilde rests on too few trials for its error to be trusted",
        );
    }
    if scenario.runs.iter().any(|run| run.mixes_kinds) {
        caption.push_str(". The spread mixes what is not known with what varies");
    }
    caption.push('.');
    Table {
        caption: words(caption),
        label: named(scenario, "outcomes"),
        columns: vec![
            (words("Output"), Width::Share(0.27)),
            (words("Mean"), Width::Fitting),
            (words("SD"), Width::Fitting),
            (words("Median"), Width::Fitting),
            (words(format!("{level} % interval")), Width::Fitting),
        ],
        rows: every_output(scenario).map(row).collect(),
    }
}

fn exceeded(scenario: &Scenario) -> Table {
    let rows = every_output(scenario).flat_map(|(run, output)| {
        output.statistics.iter().filter_map(move |(name, above)| {
            let threshold = name.strip_prefix("p_above:")?;
            let limit = output.statistic(&format!("threshold:{threshold}"));
            Some(vec![
                output_cell(scenario, run, output),
                words(threshold),
                numeric(number::shortest(limit.value?)),
                numeric(number::probability(above, ESTIMATE_DIGITS)),
            ])
        })
    });
    Table {
        caption: words(format!(
            "Probabilities that an outcome of {} lies above a threshold.",
            title(scenario)
        )),
        label: named(scenario, "exceedance"),
        columns: vec![
            (words("Output"), Width::Share(0.3)),
            (words("Threshold"), Width::Share(0.3)),
            (words("at"), Width::Fitting),
            (words("Probability"), Width::Fitting),
        ],
        rows: rows.collect(),
    }
}

fn observed(scenario: &Scenario) -> Table {
    let rows = every_output(scenario).flat_map(|(run, output)| {
        output.observed.iter().map(move |observed| {
            let [low, high] = observed.band.map(number::shortest);
            let band = if low == high {
                low
            } else {
                format!("[{low}, {high}]")
            };
            let verdict = if observed.inside { "inside" } else { "outside" };
            let shared = if observed.shared_source {
                ", but the prediction rests on the same source"
            } else {
                ""
            };
            vec![
                output_cell(scenario, run, output),
                words(&observed.name),
                numeric(band),
                words(format!("{verdict}{shared}")),
            ]
        })
    });
    Table {
        caption: words(format!(
            "What was observed, held against the central {} % intervals of {}.",
            percent(scenario.level),
            title(scenario)
        )),
        label: named(scenario, "observed"),
        columns: vec![
            (words("Output"), Width::Share(0.25)),
            (words("Observation"), Width::Share(0.25)),
            (words("Observed"), Width::Fitting),
            (words("Verdict"), Width::Share(0.22)),
        ],
        rows: rows.collect(),
    }
}

/// What some measures are of, and each of them with its unit.
type OfSameThings<'a> = (Vec<&'a [String]>, Vec<(&'a str, &'a str)>);

/// What drives an output: one table for each few measures.
fn drivers(scenario: &Scenario, run: &Run, output: &Output) -> Vec<Table> {
    let indices = || {
        let indices = output.indices.iter();
        indices.filter(|index| !index.measure.starts_with(ABOUT_RANKS))
    };
    // Measures of the same things stand side by side: inputs, pairs of them, grades of evidence.
    let mut kinds: Vec<OfSameThings<'_>> = Vec::new();
    let mut measures: Vec<&str> = Vec::new();
    for first in indices() {
        if measures.contains(&&*first.measure) {
            continue;
        }
        measures.push(&first.measure);
        let of_measure = indices().filter(|index| index.measure == first.measure);
        let of: Vec<&[String]> = of_measure.map(|index| &*index.inputs).collect();
        let measure = (&*first.measure, &*first.unit);
        match kinds.iter_mut().find(|kind| kind.0 == of) {
            Some(kind) => kind.1.push(measure),
            None => kinds.push((of, vec![measure])),
        }
    }
    let mut tables = Vec::new();
    for (of, measures) in &kinds {
        for across in measures.chunks(MEASURES_ACROSS) {
            let cell = |inputs: &[String], measure: &str| {
                let mut found = indices();
                let found = found.find(|index| index.inputs == inputs && index.measure == measure);
                found.map_or_else(Line::new, |index| {
                    numeric(number::estimate(&index.estimate, INDEX_DIGITS))
                })
            };
            let row = |inputs: &&[String]| {
                let cells = across.iter().map(|measure| cell(inputs, measure.0));
                let name = words(inputs.join(" and "));
                std::iter::once(name).chain(cells).collect()
            };
            let headings = across.iter().map(|(measure, unit)| {
                (with_unit(measures::heading(measure), unit), Width::Fitting)
            });
            let floor = if of.iter().any(|inputs| is_floor(inputs)) {
                "; \"(dummy)\" is an input without effect, made up: the noise floor"
            } else {
                ""
            };
            let others = match scenario.runs.len() {
                1 => "",
                _ => "; what drives the other variants is in sensitivity.csv",
            };
            let part = match tables.len() {
                0 => String::new(),
                more => format!("-{}", more + 1),
            };
            tables.push(Table {
                caption: words(format!(
                    "What drives {} of {}{floor}{others}.",
                    output.name,
                    match run.variant.as_str() {
                        BASE => title(scenario),
                        variant => label(&title(scenario), variant),
                    }
                )),
                label: format!(
                    "{}{part}",
                    named(scenario, &format!("drivers-{}", slug(&output.name)))
                ),
                columns: std::iter::once((words("Input"), Width::Share(0.25)))
                    .chain(headings)
                    .collect(),
                rows: of.iter().map(row).collect(),
            });
        }
    }
    tables
}

/// Whether an index is that of the input without effect.
pub(super) fn is_floor(inputs: &[String]) -> bool {
    matches!(inputs, [input] if input == "(dummy)")
}

fn inputs(scenario: &Scenario, bibliography: &Bibliography) -> Table {
    let mut rows = Vec::new();
    for (at, run) in scenario.runs.iter().enumerate() {
        for input in &run.inputs {
            let variant = if at == 0 {
                String::new()
            } else {
                format!("{}: ", run.variant)
            };
            rows.push(vec![
                with_unit(&format!("{variant}{}", input.name), &input.unit),
                words(&input.written),
                words(input.evidence.as_deref().unwrap_or_default()),
                bibliography.cite(scenario, &input.sources),
            ]);
        }
    }
    Table {
        caption: words(format!(
            "Inputs of {}: the value, or the distribution and its parameters, with the grade of the evidence.",
            title(scenario)
        )),
        label: named(scenario, "inputs"),
        columns: vec![
            (words("Input"), Width::Share(0.22)),
            (words("Value or distribution"), Width::Share(0.31)),
            (words("Evidence"), Width::Fitting),
            (words("Source"), Width::Share(0.24)),
        ],
        rows,
    }
}
