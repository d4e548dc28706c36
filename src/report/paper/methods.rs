//! The methods section: what was done, in the words that JCGM 101:2008 (5.5, 7.2 to 7.9) and the IPCC Guidelines 2006 (Vol. 1,
//! Ch. 3, 3.2.3 and 3.5) ask a report for. Every sentence depends on what the run did.

use super::super::assertions::Outcome;
use super::super::number::{self, count, percent};
use super::super::results::{Comparison, Input, Output, Results, Run, Scenario};
use super::bibtex::Bibliography;
use super::tables::is_floor;
use super::{Line, Piece, Section, measures, words};

/// Pairs of alternatives that a sentence names; the table has them all.
const PAIRS_NAMED: usize = 4;

/// Whose errors the numbers have.
const ERRORS: &str = "The Monte Carlo error of each number is taken from the replicates, by the delete-one jackknife, and for quantiles by Woodruff's method, with Student's t; it is not part of the uncertainty of the output, and no digit is printed that it does not support.";

/// Grades of evidence, best first.
const GRADES: [&str; 5] = ["measured", "published", "vendor", "estimate", "assumption"];

/// The sections, scenario by scenario.
pub(super) fn sections(results: &Results, bibliography: &Bibliography) -> Vec<Section> {
    let mut sections: Vec<Section> = comparison(results).into_iter().collect();
    for scenario in &results.scenarios {
        let Some(first) = scenario.runs.first() else {
            continue;
        };
        let about = About {
            results,
            scenario,
            first,
        };
        let mut paragraphs = vec![
            about.model(),
            about.inputs(bibliography),
            about.dependence(),
            words(about.propagation()),
            words(about.reported()),
        ];
        let parts = [
            about.nested(),
            about.drivers(),
            about.observed(),
            about.asserted(),
            about.limits(),
        ];
        paragraphs.extend(parts.into_iter().flatten().map(words));
        sections.push(Section {
            heading: format!(
                "Uncertainty analysis of {}",
                scenario.title.as_ref().unwrap_or(&scenario.name)
            ),
            paragraphs,
        });
    }
    sections
}

/// What the sentences are about.
struct About<'a> {
    results: &'a Results,
    scenario: &'a Scenario,
    /// The scenario as written, or the first variant that was run.
    first: &'a Run,
}

impl About<'_> {
    fn random(&self) -> impl Iterator<Item = &Input> {
        self.first.inputs.iter().filter(|input| input.random)
    }

    /// Whether a distribution acts on an output of a run.
    fn is_sampled(run: &Run) -> bool {
        run.outputs.iter().any(|output| !output.constant)
    }

    fn model(&self) -> Line {
        let outputs = list(self.first.outputs.iter().map(|output| output.name.as_str()));
        let mut text = format!(
            "The scenario {} was evaluated with montecarbon {}; its outputs are {outputs}.",
            self.scenario.name, self.results.version
        );
        let variants = self.scenario.runs.len();
        if variants > 1 {
            text.push_str(&format!(
                " {} variants of it were run; numbers below are those of {} where they differ between variants.",
                count(variants as u64),
                self.first.variant
            ));
        } else if self.first.variant != super::super::BASE {
            text.push_str(&format!(" Its variant {} was run.", self.first.variant));
        }
        words(text)
    }

    fn inputs(&self, bibliography: &Bibliography) -> Line {
        let inputs = &self.first.inputs;
        let random = self.random().count();
        let mut families: Vec<(&str, usize)> = Vec::new();
        for input in self.random() {
            let end = input
                .written
                .find(['(', ' '])
                .unwrap_or(input.written.len());
            let family = &input.written[..end];
            match families.iter_mut().find(|row| row.0 == family) {
                Some(row) => row.1 += 1,
                None => families.push((family, 1)),
            }
        }
        let mut text = format!(
            "It has {}, of which {} fixed and {} described by a probability distribution",
            numbered(inputs.len(), "input"),
            is_or_are(inputs.len() - random),
            is_or_are(random)
        );
        if random > 0 {
            let families = families.iter().map(|row| format!("{} ({})", row.0, row.1));
            text.push_str(&format!(" ({})", families.collect::<Vec<_>>().join(", ")));
        }
        text.push_str("; the table of inputs has the parameters, the grade of the evidence and the source of each.");
        let graded = |grade: Option<&str>| {
            let mut of_grade = inputs.iter();
            let count = of_grade
                .by_ref()
                .filter(|input| input.evidence.as_deref() == grade)
                .count();
            (count > 0).then(|| format!("{} ({count})", grade.unwrap_or("not graded")))
        };
        let grades = GRADES.iter().map(|grade| Some(*grade)).chain([None]);
        let grades: Vec<_> = grades.filter_map(graded).collect();
        text.push_str(&format!(" Grades of evidence: {}.", grades.join(", ")));
        let varying = self.random().filter(|input| input.variability);
        let varying: Vec<_> = varying.map(|input| input.name.as_str()).collect();
        if varying.is_empty() && random > 0 {
            text.push_str(" All distributions describe what is not known exactly.");
        } else if varying.len() == random && random > 0 {
            text.push_str(" All distributions describe what really varies.");
        } else if random > 0 {
            text.push_str(&format!(
                " The distributions of {} describe what really varies, the others what is not known exactly.",
                list(varying.into_iter())
            ));
        }
        let mut line = words(text);
        let mut sources: Vec<String> = Vec::new();
        for source in inputs.iter().flat_map(|input| &input.sources) {
            if !sources.contains(source) {
                sources.push(source.clone());
            }
        }
        if !sources.is_empty() {
            line.push(Piece::Text(" Sources: ".to_owned()));
            line.extend(bibliography.cite(self.scenario, &sources));
            line.push(Piece::Text(".".to_owned()));
        }
        let unsourced = inputs.iter().filter(|input| input.sources.is_empty());
        let unsourced: Vec<_> = unsourced.map(|input| input.name.as_str()).collect();
        if !unsourced.is_empty() {
            let names = list(unsourced.into_iter());
            line.push(Piece::Text(format!(" No source is stated for {names}.")));
        }
        line
    }

    fn dependence(&self) -> Line {
        let mut sentences = Vec::new();
        for (inputs, measure, value) in &self.first.correlations {
            let strength = match *measure {
                "spearman" => "Spearman's rank correlation",
                _ => "the parameter of the copula",
            };
            sentences.push(format!(
                "The dependence between {} and {} is modelled by a Gaussian copula, with {strength} at {}.",
                inputs[0],
                inputs[1],
                number::shortest(*value)
            ));
        }
        for (what, inputs) in &self.first.joint {
            let names = list(inputs.iter().map(String::as_str));
            sentences.push(match what.as_str() {
                "shares" => format!("{names} are shares that sum to one (Dirichlet distributed)."),
                _ => format!("{names} are drawn together, as rows of one data file."),
            });
        }
        if self.random().count() > 1 {
            sentences.push(
                if sentences.is_empty() {
                    "All inputs are taken as independent."
                } else {
                    "All other pairs of inputs are taken as independent."
                }
                .to_owned(),
            );
        }
        words(sentences.join(" "))
    }

    fn propagation(&self) -> String {
        if !self.scenario.runs.iter().any(Self::is_sampled) {
            return "No distribution acts on any output: each was computed once.".to_owned();
        }
        let points = points(self.scenario);
        // A variant that nothing acts on is computed once: the sample is that of the others.
        let mut sampled = self
            .scenario
            .runs
            .iter()
            .filter(|run| Self::is_sampled(run));
        let run = sampled.next().unwrap_or(self.first);
        let mut text = format!(
            "The distributions were propagated by the Monte Carlo method (JCGM 101:2008; approach 2 of the IPCC Guidelines 2006, Vol. 1, Ch. 3) with {} trials in {} independent replicates, drawn by {points} (seed {}).",
            count(run.trials),
            run.replicates,
            self.scenario.seed
        );
        if sampled.any(|other| other.trials != run.trials) {
            text.push_str(&format!(
                " Other variants took other numbers of trials; these are those of {}.",
                run.variant
            ));
        }
        text.push(' ');
        text.push_str(&match &run.stopping {
            None => "The number of trials was fixed beforehand.".to_owned(),
            Some((asked, rule, reached)) => {
                let by = match rule.as_str() {
                    "jcgm101" => "the adaptive procedure of JCGM 101, 7.9",
                    _ => "the 95 % limits of their Monte Carlo errors",
                };
                let ended = if *reached {
                    "which was reached"
                } else {
                    "which was not reached within the trials allowed"
                };
                format!("Trials were added until mean, standard deviation and interval ends were known to {asked} by {by}, {ended}.")
            }
        });
        if run.nonfinite > 0 {
            text.push_str(&format!(
                " {} of the trials were left out because an output was not finite: all results are conditional on the others.",
                count(run.nonfinite)
            ));
        }
        text
    }

    fn reported(&self) -> String {
        if !self.scenario.runs.iter().any(Self::is_sampled) {
            return "Its values are exact.".to_owned();
        }
        let level = percent(self.scenario.level);
        let tail = percent(0.5 * (1.0 - self.scenario.level));
        let exist = |output: &Output| {
            let mut statistics = ["mean", "sd"]
                .map(|name| output.statistic(name))
                .into_iter();
            output.constant || statistics.all(|estimate| estimate.value.is_some())
        };
        let mut outputs = self.scenario.runs.iter().flat_map(|run| &run.outputs);
        let where_they_exist = if outputs.all(exist) {
            ""
        } else {
            ", where an output has them; where it has not, the median and the interval stand alone"
        };
        format!(
            "The estimate of an output is its mean, its standard uncertainty the standard deviation of the trials (divisor N - 1){where_they_exist}. Intervals are probabilistically symmetric {level} % coverage intervals: {tail} % of the outcomes lie below and {tail} % above. Quantiles are order statistics of all trials (at (k - 1/2)/N). \
             {ERRORS}"
        )
    }

    fn nested(&self) -> Option<String> {
        let (outer, inner, rows) = self.first.nested?;
        let trials = if rows {
            format!(
                "all {} rows of the data file behind the variable inputs",
                count(inner)
            )
        } else {
            format!("{} trials of the variable inputs", count(inner))
        };
        Some(format!(
            "What varies was also told apart from what is not known, by a nested simulation: {} draws of the uncertain inputs, and for each of them {trials}.",
            count(outer)
        ))
    }

    fn drivers(&self) -> Option<String> {
        let mut measures: Vec<&str> = Vec::new();
        let mut floor = "";
        let outputs = self.first.outputs.iter();
        for index in outputs.flat_map(|output| &output.indices) {
            if is_floor(&index.inputs) {
                floor = "; an input without effect that was made up for it shows the noise floor";
            }
            if !measures.contains(&&*index.measure) && !index.measure.contains(':') {
                measures.push(&index.measure);
            }
        }
        let names: Vec<_> = measures
            .iter()
            .map(|measure| measures::name(measure))
            .collect();
        (!names.is_empty()).then(|| {
            format!(
                "What drives the outputs was measured by {}{floor}.",
                list(names.into_iter())
            )
        })
    }

    fn observed(&self) -> Option<String> {
        let outputs = self.scenario.runs.iter().flat_map(|run| &run.outputs);
        let observed: Vec<_> = outputs.flat_map(|output| &output.observed).collect();
        if observed.is_empty() {
            return None;
        }
        let inside = observed.iter().filter(|row| row.inside).count();
        let shared = observed.iter().filter(|row| row.shared_source).count();
        let mut text = format!(
            "Of {} held against the predictions, {inside} overlapped the interval.",
            numbered(observed.len(), "observation")
        );
        if shared > 0 {
            text.push_str(&format!(
                " What comes from a source that the prediction rests on validates nothing: {shared} of them."
            ));
        }
        Some(text)
    }

    fn asserted(&self) -> Option<String> {
        let outputs = self.scenario.runs.iter().flat_map(|run| &run.outputs);
        let asserted: Vec<_> = outputs.flat_map(|output| &output.assertions).collect();
        let with = |outcome: Outcome| {
            let outcomes = asserted.iter().map(|assertion| assertion.outcome.as_str());
            outcomes.filter(|word| *word == outcome.words()).count()
        };
        (!asserted.is_empty()).then(|| {
            format!(
                "Of {} about the results, {} at both 95 % limits of the Monte Carlo error, {} at both, and {} not resolved by these trials.",
                numbered(asserted.len(), "assertion"),
                verb(with(Outcome::Holds), ["holds", "hold"]),
                verb(with(Outcome::Fails), ["fails", "fail"]),
                is_or_are(with(Outcome::NotResolved)),
            )
        })
    }

    /// What must not go unsaid.
    fn limits(&self) -> Option<String> {
        let mut notes: Vec<&str> = Vec::new();
        for note in self.scenario.runs.iter().flat_map(|run| &run.notes) {
            if !notes.contains(&&**note) {
                notes.push(note);
            }
        }
        let mixed = "intervals mix what is not known with what varies";
        if self.scenario.runs.iter().any(|run| run.mixes_kinds) {
            notes.push(mixed);
        }
        (!notes.is_empty()).then(|| format!("Limits: {}.", notes.join("; ")))
    }
}

/// `1 input`, `7 inputs`.
fn numbered(count: usize, word: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {word}{ending}")
}

fn is_or_are(count: usize) -> String {
    verb(count, ["is", "are"])
}

/// `1 holds`, `7 hold`.
fn verb(count: usize, [one, more]: [&str; 2]) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// What the points of a sampler are.
fn points(scenario: &Scenario) -> &'static str {
    match scenario.sampler.as_str() {
        "sobol" => "points of a Sobol' sequence, scrambled anew in each replicate",
        "latin-hypercube" => "Latin hypercube samples, one of its own in each replicate",
        _ => "independent pseudo-random numbers",
    }
}

/// The section on alternatives that were held against each other.
fn comparison(results: &Results) -> Option<Section> {
    let comparison = results.comparison.as_ref()?;
    // All are compared by one plan.
    let plan = results.scenarios.first()?;
    let pairs = comparison.pairs.iter();
    let compared = if comparison.pairs.len() > PAIRS_NAMED {
        String::new()
    } else {
        let pairs = pairs.map(|pair| format!("{} against {}", pair.a, pair.b));
        let pairs: Vec<String> = pairs.collect();
        format!(": {}", pairs.join("; "))
    };
    let mut what = format!(
        "With montecarbon {}, {} of alternatives {} held against each other trial by trial{compared}. A difference is the first less the second and a ratio the first over the second, both formed within each of {} trials in {} independent replicates (Monte Carlo method, JCGM 101:2008), drawn by {} (seed {}).",
        results.version,
        numbered(comparison.pairs.len(), "pair"),
        if comparison.pairs.len() == 1 {
            "was"
        } else {
            "were"
        },
        count(comparison.trials),
        comparison.replicates,
        points(plan),
        plan.seed
    );
    if comparison.nonfinite > 0 {
        what.push_str(&format!(
            " {} of the trials were left out because an output was not finite: all results are conditional on the others.",
            count(comparison.nonfinite)
        ));
    }
    let level = percent(plan.level);
    let reported = format!(
        "Intervals are probabilistically symmetric {level} % intervals of the differences, and probabilities shares of the trials. {ERRORS}"
    );
    Some(Section {
        heading: "Comparison of alternatives".to_owned(),
        paragraphs: [what, drawn(comparison), reported].map(words).into(),
    })
}

/// Which draws the alternatives share: once for all pairs of which the same is to be said.
fn drawn(comparison: &Comparison) -> String {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for pair in &comparison.pairs {
        let parts = [
            (
                &pair.shared,
                [
                    "is the same quantity in both, drawn once",
                    "are the same quantities in both, each drawn once",
                ],
            ),
            (
                &pair.same_quantile,
                [
                    "has two distributions, taken at the same quantile",
                    "have two distributions each, taken at the same quantile",
                ],
            ),
            (
                &pair.apart,
                [
                    "is drawn independently for each",
                    "are drawn independently for each",
                ],
            ),
            (
                &pair.in_one,
                [
                    "is random in one of the two only",
                    "are random in one of the two only",
                ],
            ),
        ];
        let parts = parts.iter().filter(|(names, _)| !names.is_empty());
        let parts: Vec<String> = parts
            .map(|(names, [one, more])| {
                let verb = if names.len() == 1 { one } else { more };
                format!("{} {verb}", list(names.iter().map(String::as_str)))
            })
            .collect();
        let text = if parts.is_empty() {
            "nothing is random".to_owned()
        } else {
            parts.join("; ")
        };
        let pair = format!("{} and {}", pair.a, pair.b);
        match told.iter_mut().find(|row| row.0 == text) {
            Some(row) => row.1.push(pair),
            None => told.push((text, vec![pair])),
        }
    }
    let sentences = told.iter().map(|(text, pairs)| match pairs.as_slice() {
        _ if told.len() == 1 => format!("In each pair, {text}."),
        pairs if pairs.len() <= PAIRS_NAMED => {
            format!("Between {}: {text}.", pairs.join(", between "))
        }
        pairs => format!(
            "Between {} and in {} other pairs: {text}.",
            pairs[0],
            pairs.len() - 1
        ),
    });
    sentences.collect::<Vec<_>>().join(" ")
}

/// `a, b and c`.
fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
