//! What stands in the tables: results, what is exceeded how probably, observations, what drives the outputs, and the inputs.

use super::super::number::{self, ESTIMATE_DIGITS, POORLY_CARRIED, percent};
use super::super::results::{
    Assertion, Comparison, Index, Input, Output, Results, Run, Scenario, named as number_of,
};
use super::super::text::over_variability;
use super::super::{BASE, label};
use super::bibtex::Bibliography;
use super::{Line, Piece, Table, measures, number as numeric, slug, words};
use crate::statistic::Estimate;

/// Measures that stand side by side in one table.
const MEASURES_ACROSS: usize = 4;
/// Significant digits of an index, where its error does not support fewer.
const INDEX_DIGITS: i32 = 3;
/// What is said below intervals that are not of one kind.
const MIXED: &str = ". The spread mixes what is not known with what varies";
/// Measures that are about another one.
const ABOUT_RANKS: &str = "p_rank_1:";
/// The measure that sums over the inputs of a grade of evidence.
const OF_GRADES: &str = "shapley_grade";

/// Every table that has a row.
pub(super) fn tables(results: &Results, bibliography: &Bibliography) -> Vec<Table> {
    let mut tables = Vec::new();
    let levels = results.scenarios.iter().map(|scenario| scenario.level);
    if let (Some(comparison), Some(level)) = (&results.comparison, levels.clone().next()) {
        tables.push(differences(comparison, level));
    }
    for scenario in &results.scenarios {
        if scenario.runs.is_empty() {
            tables.push(inputs(scenario, bibliography));
            continue;
        }
        tables.push(outcomes(scenario));
        tables.push(nested(scenario));
        tables.push(exceeded(scenario));
        tables.push(observed(scenario));
        tables.push(asserted(scenario));
        if let Some(run) = driven(scenario) {
            for output in run.outputs.iter().filter(|output| !output.constant) {
                tables.extend(drivers(scenario, run, output));
            }
        }
        tables.push(inputs(scenario, bibliography));
    }
    tables.retain(|table| !table.rows.is_empty());
    tables.iter_mut().for_each(explain_marks);
    tables
}

/// Says of a table in which a number is marked what the mark means.
fn explain_marks(table: &mut Table) {
    let mut pieces = table.rows.iter().flatten().flatten();
    let is_marked =
        |piece: &Piece| matches!(piece, Piece::Number(line) if line.contains(POORLY_CARRIED));
    if pieces.any(is_marked) {
        table.caption.push(Piece::Text(
            " A number after a tilde rests on too few trials for its error to be trusted."
                .to_owned(),
        ));
    }
}

/// Whether a distribution acts on an output of a run.
pub(super) fn is_sampled(run: &Run) -> bool {
    run.outputs.iter().any(|output| !output.constant)
}

/// The run of which is told what drives its outputs: the first that something drives.
pub(super) fn driven(scenario: &Scenario) -> Option<&Run> {
    scenario.runs.iter().find(|run| is_sampled(run))
}

/// The indices of an output that are told: not those about other indices, and no sum over grades where none is given.
pub(super) fn told_indices(output: &Output) -> impl Iterator<Item = &Index> + Clone {
    let graded = |index: &&Index| index.measure == OF_GRADES && !is_ungraded(&index.inputs);
    let has_grades = output.indices.iter().any(|index| graded(&index));
    let indices = output.indices.iter();
    indices.filter(move |index| {
        !index.measure.starts_with(ABOUT_RANKS) && (index.measure != OF_GRADES || has_grades)
    })
}

/// Whether an index is of no grade of evidence.
fn is_ungraded(inputs: &[String]) -> bool {
    is_floor(inputs) || matches!(inputs, [grade] if grade == "(no grade)")
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
    if scenario.runs.iter().any(|run| run.mixes_kinds) {
        caption.push_str(MIXED);
    }
    caption.push('.');
    Table {
        caption: words(caption),
        label: named(scenario, "outcomes"),
        columns: vec![
            words("Output"),
            words("Mean"),
            words("SD"),
            words("Median"),
            words(format!("{level} % interval")),
        ],
        rows: every_output(scenario).map(row).collect(),
    }
}

/// Alternatives against each other.
fn differences(comparison: &Comparison, level: f64) -> Table {
    let level = percent(level);
    let outputs = comparison.pairs.iter();
    let outputs = outputs.flat_map(|pair| pair.outputs.iter().map(move |output| (pair, output)));
    let rows = outputs.map(|(pair, output)| {
        let of = |name: &str| number_of(&output.numbers, name);
        vec![
            words(format!("{} against {}", pair.a, pair.b)),
            with_unit(&output.name, &output.unit),
            estimate(&of("difference mean")),
            numeric(number::interval(
                &of("difference interval_low"),
                &of("difference interval_high"),
                ESTIMATE_DIGITS,
            )),
            estimate(&of("ratio median")),
            numeric(number::probability(
                &of("order p_a_below_b"),
                ESTIMATE_DIGITS,
            )),
        ]
    });
    let mixed = if comparison.mixes_kinds { MIXED } else { "" };
    Table {
        caption: words(format!(
            "Alternatives held against each other trial by trial: the difference of the first less the second (the mean, and the central {level} % interval of the outcomes), the median of the ratio of the first to the second, and the probability that the first is below the second. No digit is given that the Monte Carlo error does not support{mixed}."
        )),
        label: "tab:comparison".to_owned(),
        columns: vec![
            words("Alternatives"),
            words("Output"),
            words("Difference"),
            words(format!("{level} % interval")),
            words("Ratio"),
            words("P(below)"),
        ],
        rows: rows.collect(),
    }
}

/// What varies, and how well that is known.
fn nested(scenario: &Scenario) -> Table {
    let rows = every_output(scenario).flat_map(|(run, output)| {
        // The files have every quantile.
        let shown = output.nested.iter().filter(|row| !row.0.starts_with('q'));
        shown.map(move |(statistic, unit, numbers)| {
            let [low, high] =
                ["interval_low", "interval_high"].map(|name| number_of(numbers, name));
            vec![
                output_cell(scenario, run, output),
                with_unit(&over_variability(statistic, scenario.level), unit),
                estimate(&number_of(numbers, "median")),
                numeric(number::interval(&low, &high, ESTIMATE_DIGITS)),
            ]
        })
    });
    let level = percent(scenario.level);
    Table {
        caption: words(format!(
            "What varies in {}, and how well that is known: each statistic is one over what varies, its median and central {level} % interval are over what is not known.",
            title(scenario)
        )),
        label: named(scenario, "nested"),
        columns: vec![
            words("Output"),
            words("Over what varies"),
            words("Median"),
            words(format!("{level} % interval")),
        ],
        rows: rows.collect(),
    }
}

/// What was asserted of the results.
fn asserted(scenario: &Scenario) -> Table {
    let cell = |assertion: &Assertion| {
        let that = if assertion.name == assertion.that {
            String::new()
        } else {
            format!("{}: ", assertion.name)
        };
        words(format!("{that}{}", assertion.that))
    };
    let rows = every_output(scenario).flat_map(|(run, output)| {
        output.assertions.iter().map(move |assertion| {
            let mut number = estimate(&assertion.estimate);
            if assertion.unit != "1" {
                number.push(Piece::Text(" ".to_owned()));
                number.push(Piece::Unit(assertion.unit.clone()));
            }
            let mut row = vec![cell(assertion), number, words(&assertion.outcome)];
            if scenario.runs.len() > 1 {
                row.insert(0, words(&run.variant));
            }
            row
        })
    });
    let mut columns = vec![words("Assertion"), words("Found"), words("Outcome")];
    if scenario.runs.len() > 1 {
        columns.insert(0, words("Variant"));
    }
    Table {
        caption: words(format!(
            "What was asserted of {}: it holds, or fails, where it does so at both 95 % limits of the Monte Carlo error.",
            title(scenario)
        )),
        label: named(scenario, "assertions"),
        columns,
        rows: rows.collect(),
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
            words("Output"),
            words("Threshold"),
            words("at"),
            words("Probability"),
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
            words("Output"),
            words("Observation"),
            words("Observed"),
            words("Verdict"),
        ],
        rows: rows.collect(),
    }
}

/// What some measures are of, and each of them with its unit.
type OfSameThings<'a> = (Vec<&'a [String]>, Vec<(&'a str, &'a str)>);

/// What drives an output: one table for each few measures.
fn drivers(scenario: &Scenario, run: &Run, output: &Output) -> Vec<Table> {
    let indices = || told_indices(output);
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
            // Where every estimate of a measure is exact, an input without effect shows nothing.
            let is_nothing = |inputs: &&[String]| {
                let mut found = indices().filter(|index| index.inputs == **inputs);
                let is_across = |index: &&Index| across.iter().any(|one| *one.0 == *index.measure);
                is_floor(inputs)
                    && found.all(|index| !is_across(&index) || index.estimate.value == Some(0.0))
            };
            let shown: Vec<&[String]> = of.iter().copied().filter(|of| !is_nothing(of)).collect();
            let row = |inputs: &&[String]| {
                let cells = across.iter().map(|measure| cell(inputs, measure.0));
                let name = words(inputs.join(" and "));
                std::iter::once(name).chain(cells).collect()
            };
            let headings = across
                .iter()
                .map(|(measure, unit)| with_unit(measures::heading(measure), unit));
            let floor = if shown.iter().any(|inputs| is_floor(inputs)) {
                "; “(dummy)” is an input without effect, made up: what is not zero in its row is noise"
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
                columns: std::iter::once(words(measures::is_of(across[0].0)))
                    .chain(headings)
                    .collect(),
                rows: shown.iter().map(row).collect(),
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
    let of_runs = scenario.runs.iter();
    let of_runs = of_runs.flat_map(|run| run.inputs.iter().map(|input| (&run.variant, input)));
    // Where variants were compared, none of them was run by itself.
    let defined = scenario
        .inputs
        .iter()
        .map(|(variant, input)| (variant, input));
    let inputs: Vec<(&String, &Input)> = if scenario.runs.is_empty() {
        defined.collect()
    } else {
        of_runs.collect()
    };
    let first = inputs.first().map(|row| row.0);
    let rows = inputs.iter().map(|&(variant, input)| {
        let of_variant = if Some(variant) == first {
            String::new()
        } else {
            format!("{variant}: ")
        };
        let mut sources = bibliography.cite(scenario, &input.sources);
        if let Some(entry) = input.in_catalog() {
            sources.push(Piece::Text(format!(" (catalog: {entry})")));
        }
        vec![
            with_unit(&format!("{of_variant}{}", input.name), &input.unit),
            words(input.definition()),
            words(input.evidence.as_deref().unwrap_or_default()),
            sources,
        ]
    });
    let rows = rows.collect();
    Table {
        caption: words(format!(
            "Inputs of {}: the value, or the distribution and its parameters, with the grade of the evidence.",
            title(scenario)
        )),
        label: named(scenario, "inputs"),
        columns: vec![
            words("Input"),
            words("Value or distribution"),
            words("Evidence"),
            words("Source"),
        ],
        rows,
    }
}
