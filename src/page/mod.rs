//! `report.html`: a result for a reader. One file, no network; whole without scripts, with them its tables can be sorted and its
//! figures asked; for several runs an index, and a page for each.

mod html;

use crate::figure::{Figure, Kind, escaped};
use crate::report::folder::FileRecord;
use crate::report::manifest::ScenarioPlan;
use crate::report::number::{self, ESTIMATE_DIGITS, count, estimate, interval};
use crate::report::text::{drivers_in_line, ranked_by, told_of_all, told_of_run};
use crate::report::{CorrelationReport, OutputReport, Report, RunReport};
use crate::statistic::Estimate;
use html::{Cell, list, page, paragraph, table, told, works};

/// The page that is opened first.
pub const NAME: &str = "report.html";

/// Where a result comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The command, word by word.
    pub command: &'a [String],
    /// The files that were read.
    pub read: &'a [FileRecord],
    /// What each scenario was asked for, and what it cites.
    pub scenarios: &'a [ScenarioPlan],
}

/// Every page by its path in the result folder, the first one to open first.
pub fn pages(report: &Report, figures: &[Figure], origin: &Origin) -> Vec<(String, String)> {
    match report.runs.as_slice() {
        [run] => {
            let notes = report.every_note();
            let more = told(&told_of_all(report));
            vec![(NAME.to_owned(), of_run(run, &notes, figures, origin, &more))]
        }
        runs => {
            let names: Vec<String> = (1..=runs.len())
                .map(|at| format!("reports/{at:04}.html"))
                .collect();
            let mut pages = vec![(NAME.to_owned(), index(report, &names, figures, origin))];
            for (run, name) in runs.iter().zip(names) {
                pages.push((name, of_run(run, &run.notes, figures, origin, "")));
            }
            pages
        }
    }
}

/// The page of one run; `more`: what is told beside it.
fn of_run(
    run: &RunReport,
    notes: &[String],
    figures: &[Figure],
    origin: &Origin,
    more: &str,
) -> String {
    let label = run.label();
    let title = run.title.as_deref().unwrap_or(&label);
    let mut header = format!("<h1>{}</h1>\n", escaped(title));
    if run.title.is_some() {
        header += &paragraph("faint", &label);
    }
    header += &paragraph("", run.description.as_deref().unwrap_or_default());
    let answers: String = run
        .outputs
        .iter()
        .map(|output| answer(run, output))
        .collect();
    let warnings = if notes.is_empty() {
        String::new()
    } else {
        format!(
            "<div class=\"warnings\" role=\"note\">\n{}</div>\n",
            list(notes)
        )
    };
    let of_run = |figure: &&Figure| figure.run.as_deref() == Some(&label);
    let of_kind = |wanted: &dyn Fn(Kind) -> bool| -> Vec<&Figure> {
        let of_run = figures.iter().filter(of_run);
        of_run.filter(|figure| wanted(figure.kind)).collect()
    };
    let inputs = of_kind(&|kind| kind == Kind::Inputs);
    let convergence = of_kind(&|kind| kind == Kind::Convergence);
    let outputs = of_kind(&|kind| !matches!(kind, Kind::Inputs | Kind::Convergence));
    page(
        title,
        &header,
        &[
            (
                "answer",
                "The answer",
                format!("<div class=\"answers\">\n{answers}</div>\n"),
            ),
            ("warnings", "What to keep in mind", warnings),
            (
                "told",
                "What it is held against, and what drives it",
                told(&told_of_run(run)) + more,
            ),
            ("figures", "Figures", show(&outputs)),
            (
                "inputs",
                "Inputs",
                of_inputs(run) + &of_correlations(run) + &of_sources(run, origin) + &show(&inputs),
            ),
            ("numbers", "Numbers", of_numbers(run)),
            (
                "accuracy",
                "How well the numbers are known",
                accuracy(run) + &show(&convergence),
            ),
            ("again", "How to get this again", again(origin)),
        ],
    )
}

/// An output in large letters.
fn answer(run: &RunReport, output: &OutputReport) -> String {
    let statistic = |name: &str| {
        output
            .statistic(name)
            .copied()
            .unwrap_or_else(Estimate::unavailable)
    };
    let median = estimate(&statistic("median"), ESTIMATE_DIGITS);
    let unit = if output.unit == "1" { "" } else { &output.unit };
    let mut text = format!(
        "<article class=\"answer\" aria-label=\"{}\">\n",
        escaped(&output.name)
    );
    text += &format!("<h3>{}</h3>\n", escaped(&output.name));
    text += &paragraph("value", &format!("{median} {unit}"));
    if output.constant {
        text += &paragraph("faint", "no uncertain input acts on it");
    } else {
        let ends = interval(
            &statistic("interval_low"),
            &statistic("interval_high"),
            ESTIMATE_DIGITS,
        );
        let level = number::rounded(100.0 * run.sample.level, 6);
        text += &paragraph("", &format!("median; {level} % interval {ends} {unit}"));
        if run.mixes_kinds {
            text += &paragraph(
                "",
                "the interval mixes what is not known and what really varies",
            );
        }
        let drivers = drivers_in_line(&output.sensitivity);
        if !drivers.is_empty() {
            let by = ranked_by([&output.sensitivity[..]].into_iter()).join(", ");
            text += &paragraph("", &format!("driven by {drivers} ({by})"));
        }
    }
    text += &paragraph("faint", output.description.as_deref().unwrap_or_default());
    text + "</article>\n"
}

/// Figures beside one another.
fn show(figures: &[&Figure]) -> String {
    if figures.is_empty() {
        return String::new();
    }
    let shown = figures.iter().map(|figure| {
        let is_wide = matches!(figure.kind, Kind::Inputs | Kind::Forest | Kind::Comparison);
        let class = if is_wide { " class=\"wide\"" } else { "" };
        format!("<figure{class}>\n{}</figure>\n", figure.svg)
    });
    format!(
        "<div class=\"figures\">\n{}</div>\n",
        shown.collect::<String>()
    )
}

fn of_inputs(run: &RunReport) -> String {
    let rows: Vec<Vec<Cell>> = run
        .inputs
        .iter()
        .map(|input| {
            let written = match &input.resolved {
                Some(resolved) => format!("{} = {resolved}", input.written),
                None => input.written.clone(),
            };
            let texts = [
                input.name.clone(),
                written,
                input.unit.clone(),
                input.evidence.clone().unwrap_or_default(),
                input.sources.join("; "),
            ];
            texts.into_iter().map(Cell::Text).collect()
        })
        .collect();
    let columns = [
        ("input", false),
        ("as written", false),
        ("unit", false),
        ("evidence", false),
        ("source", false),
    ];
    table("Inputs with their evidence and sources", &columns, &rows)
}

/// Which inputs depend on each other.
fn of_correlations(run: &RunReport) -> String {
    let sentence = |correlation: &CorrelationReport| {
        let [one, other] = &correlation.inputs;
        let measure = match correlation.measure {
            "spearman" => "rank correlation",
            _ => "parameter of the Gaussian copula",
        };
        let value = number::shortest(correlation.value);
        format!("{one} and {other}: {measure} {value}")
    };
    let sentences: Vec<String> = run.correlations.iter().map(sentence).collect();
    if sentences.is_empty() {
        String::new()
    } else {
        list(&sentences)
    }
}

/// The works that the inputs of a run cite.
fn of_sources(run: &RunReport, origin: &Origin) -> String {
    let cited = |key: &String| run.inputs.iter().any(|input| input.sources.contains(key));
    let mut scenarios = origin.scenarios.iter();
    let of_run = scenarios.find(|scenario| scenario.scenario == run.scenario);
    let references = of_run.into_iter().flat_map(|scenario| &scenario.references);
    works(references.filter(|reference| cited(&reference.key)))
}

fn of_numbers(run: &RunReport) -> String {
    let mut rows = Vec::new();
    for output in &run.outputs {
        for row in &output.statistics {
            rows.push(vec![
                Cell::Text(output.name.clone()),
                Cell::Text(row.statistic.to_string()),
                Cell::Number {
                    text: estimate(&row.estimate, ESTIMATE_DIGITS),
                    value: row.estimate.value,
                },
                Cell::Number {
                    text: row
                        .estimate
                        .standard_error
                        .map_or_else(String::new, |error| number::rounded(error, 2)),
                    value: row.estimate.standard_error,
                },
                Cell::Text(row.unit.to_string()),
            ]);
        }
    }
    let columns = [
        ("output", false),
        ("statistic", false),
        ("value", true),
        ("standard error", true),
        ("unit", false),
    ];
    table(
        "Every statistic with its Monte Carlo standard error",
        &columns,
        &rows,
    )
}

/// How the sample was made, and what that leaves open.
fn accuracy(run: &RunReport) -> String {
    let sample = &run.sample;
    let mut sentences = vec![format!(
        "{} trials by {} from seed {}, in {} independent replicates: the standard errors come from how these differ.",
        count(sample.trials),
        sample.sampler,
        sample.seed,
        sample.replicates
    )];
    if let Some(stopping) = &sample.stopping {
        let reached = if stopping.reached {
            "reached"
        } else {
            "not reached"
        };
        sentences.push(format!("Asked for was {}: {reached}.", stopping.asked));
    }
    if sample.nonfinite > 0 {
        sentences.push(format!(
            "{} trials that were not finite are left out.",
            count(sample.nonfinite)
        ));
    }
    for output in run.outputs.iter().filter(|output| !output.constant) {
        let known = ["mean", "median", "interval_low", "interval_high"].map(|name| {
            let found = output.statistic(name);
            let error = found.and_then(|found| Some(found.standard_error? / found.value?.abs()));
            error.filter(|error| error.is_finite())
        });
        if let Some(worst) = known.into_iter().flatten().reduce(f64::max) {
            sentences.push(format!(
                "{}: mean, median and both ends of the interval are known to within {} % (two standard errors).",
                output.name,
                number::bound(200.0 * worst)
            ));
        }
    }
    list(&sentences)
}

fn again(origin: &Origin) -> String {
    let mut text = paragraph(
        "",
        "The same command gives the same bytes, on any number of threads:",
    );
    text += &format!(
        "<pre>{}</pre>\n",
        escaped(&lasting(origin.command).join(" "))
    );
    let rows: Vec<Vec<Cell>> = origin
        .read
        .iter()
        .map(|file| {
            vec![
                Cell::Text(file.path.clone()),
                Cell::Text(file.sha256.clone()),
            ]
        })
        .collect();
    let columns = [("file", false), ("SHA-256", false)];
    text += &table("Files that were read", &columns, &rows);
    text + &paragraph(
        "faint",
        "montecarbon verify, with the folder of this page, runs it again from its manifest and compares every byte.",
    )
}

/// The command without what differs from one run of it to the next and changes no number: threads, and the folder.
fn lasting(command: &[String]) -> Vec<&str> {
    const LEFT_OUT: [(&str, &str); 2] = [("--threads", "-t"), ("--out", "-o")];
    let mut words = Vec::new();
    let mut rest = command.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        let is_whole = |(long, short): &(&str, &str)| word == *long || word == *short;
        let holds = |(long, short): &(&str, &str)| {
            word.strip_prefix(long)
                .is_some_and(|value| value.starts_with('='))
                || (word.starts_with(short) && !word.starts_with("--"))
        };
        if LEFT_OUT.iter().any(is_whole) {
            rest.next();
        } else if !LEFT_OUT.iter().any(holds) {
            words.push(word);
        }
    }
    words.extend(["--out", "DIR"]);
    words
}

/// The page of several runs, or of alternatives held against each other.
fn index(report: &Report, names: &[String], figures: &[Figure], origin: &Origin) -> String {
    let mut rows = Vec::new();
    for (run, name) in report.runs.iter().zip(names) {
        for output in &run.outputs {
            let of = |statistic: &str| {
                let found = output.statistic(statistic);
                let found = found.copied().unwrap_or_else(Estimate::unavailable);
                Cell::Number {
                    text: estimate(&found, ESTIMATE_DIGITS),
                    value: found.value,
                }
            };
            rows.push(vec![
                Cell::Link {
                    to: name.clone(),
                    text: run.label(),
                },
                Cell::Text(output.name.clone()),
                of("median"),
                of("interval_low"),
                of("interval_high"),
                Cell::Text(output.unit.clone()),
                Cell::Text(drivers_in_line(&output.sensitivity)),
            ]);
        }
    }
    let columns = [
        ("run", false),
        ("output", false),
        ("median", true),
        ("from", true),
        ("to", true),
        ("unit", false),
        ("driven by", false),
    ];
    let answers = if rows.is_empty() {
        String::new()
    } else {
        table(
            "Every output of every run with its interval",
            &columns,
            &rows,
        )
    };
    let verdicts: Vec<String> = report
        .choices
        .iter()
        .map(|choice| format!("{}, {}: {}", choice.scenario, choice.output, choice.verdict))
        .collect();
    let verdicts = if verdicts.is_empty() {
        String::new()
    } else {
        list(&verdicts)
    };
    let notes = report.every_note();
    let warnings = if notes.is_empty() {
        String::new()
    } else {
        format!(
            "<div class=\"warnings\" role=\"note\">\n{}</div>\n",
            list(&notes)
        )
    };
    let of_several: Vec<&Figure> = figures
        .iter()
        .filter(|figure| figure.run.is_none())
        .collect();
    page(
        "Results",
        "<h1>Results</h1>\n",
        &[
            (
                "answer",
                "The answers",
                verdicts + &answers + &told(&told_of_all(report)),
            ),
            ("warnings", "What to keep in mind", warnings),
            ("figures", "Figures", show(&of_several)),
            ("again", "How to get this again", again(origin)),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::text::Text;
    use crate::report::{Writer as _, example};

    /// What the terminal is told of a run is on its page, each piece once.
    #[test]
    fn what_is_told_is_on_the_page() {
        let report = example::report();
        let origin = Origin {
            command: &[],
            read: &[],
            scenarios: &[],
        };
        let [(_, page)] = &pages(&report, &[], &origin)[..] else {
            panic!("one run has one page");
        };
        let told = Text {
            width: None,
            colour: false,
        };
        let mut terminal = Vec::new();
        told.write(&report, &mut terminal).expect("written");
        let terminal = String::from_utf8(terminal).expect("text");
        let starts = ["P(emissions", "holds: ", "not resolved: ", "Decision: "];
        for start in starts {
            let line = terminal.lines().find(|line| line.starts_with(start));
            let line = escaped(line.unwrap_or_else(|| panic!("no {start} in {terminal}")));
            assert_eq!(page.matches(&format!(">{line}</")).count(), 1, "{line}");
        }
        assert!(page.contains("worth knowing first") && page.contains("<pre class=\"laid\">"));
    }

    #[test]
    fn a_command_without_its_place() {
        let words = "montecarbon run -t 2 a.toml --threads=3 -n 1e6 -o x --out y -obare --only";
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        assert_eq!(
            lasting(&words).join(" "),
            "montecarbon run a.toml -n 1e6 --only --out DIR"
        );
    }
}
