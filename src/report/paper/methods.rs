//! The methods section: what was done, in the words that JCGM 101:2008 (5.5, 7.2 to 7.9) and the IPCC Guidelines 2006 (Vol. 1,
//! Ch. 3, 3.2.3 and 3.5) ask a report for. Every sentence depends on what the run did.

use super::super::assertions::Outcome;
use super::super::number::{self, count, percent};
use super::super::results::{Comparison, Input, Output, Results, Run, Scenario};
use super::super::{COMPUTED_ONCE, shared_by, some_of, told_once};
use super::bibtex::Bibliography;
use super::tables::{driven, is_floor, is_sampled, told_indices};
use super::{Line, Piece, Section, measures, words};
use std::collections::{HashMap, HashSet};

/// Pairs of alternatives that a sentence names; the table has them all.
const PAIRS_NAMED: usize = 4;

/// Whose errors the numbers have.
const ERRORS: &str = "The Monte Carlo error of each number is taken from the replicates, by the delete-one jackknife, and for quantiles by Woodruff's method, with Student's t; it is not part of the uncertainty of the output, and no digit is printed that it does not support.";
/// What limits an interval that is not of one kind.
const MIXED: &str = "intervals mix what is not known with what varies";

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
        let mut paragraphs = vec![about.model()];
        paragraphs.extend(about.inputs(bibliography));
        let parts = [
            about.dependence(),
            Some(about.propagation()),
            about.reported(),
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
    /// The inputs of a run, as the first has them where it does not say otherwise.
    fn inputs_of<'a>(&'a self, run: &'a Run) -> Vec<&'a Input> {
        let own: HashMap<&str, &Input> = run.inputs.iter().map(|one| (&*one.name, one)).collect();
        let first = &self.first.inputs;
        let known: HashMap<&str, ()> = first.iter().map(|one| (&*one.name, ())).collect();
        let kept = first
            .iter()
            .map(|one| own.get(&*one.name).map_or(one, |own| own));
        let added = run.inputs.iter();
        let added = added.filter(|one| !known.contains_key(&*one.name));
        kept.chain(added).collect()
    }

    /// The names of the inputs of which something holds, with the variants in which it does unless it does in all.
    fn inputs_with(&self, holds: impl Fn(&Input) -> bool) -> Vec<String> {
        let names = |run| -> Vec<String> {
            let inputs = self.inputs_of(run).into_iter();
            let inputs = inputs.filter(|input| holds(input));
            inputs.map(|input| input.name.clone()).collect()
        };
        let of_runs: Vec<_> = self.scenario.runs.iter().map(names).collect();
        let named = self.by_variant(&of_runs).into_iter();
        let named = named.map(|(name, variants)| match variants {
            Some(variants) => format!("{name} (in {})", some_of(&variants)),
            None => name.to_owned(),
        });
        named.collect()
    }

    /// What is said of each run, each once, and the variants of which it is; `None`: of all.
    fn by_variant<'a>(&self, of_runs: &'a [Vec<String>]) -> Vec<(&'a str, Option<Vec<String>>)> {
        let runs = self.scenario.runs.iter().zip(of_runs);
        shared_by(runs.map(|(run, said)| (run.variant.clone(), &said[..])))
    }

    fn model(&self) -> Line {
        let outputs = &self.first.outputs;
        let names = list(outputs.iter().map(|output| output.name.as_str()));
        let outputs = if outputs.len() == 1 {
            "output is"
        } else {
            "outputs are"
        };
        let mut text = format!(
            "The scenario {} was evaluated with montecarbon {}; its {outputs} {names}.",
            self.scenario.name, self.results.version
        );
        let variants = self.scenario.runs.len();
        if variants > 1 {
            text.push_str(&format!(
                " {} variants of it were run; numbers below are those of {} where they differ between variants and no other is named.",
                count(variants as u64),
                self.first.variant
            ));
        } else if self.first.variant != super::super::BASE {
            text.push_str(&format!(" Its variant {} was run.", self.first.variant));
        }
        words(text)
    }

    fn inputs(&self, bibliography: &Bibliography) -> Option<Line> {
        let inputs = &self.first.inputs;
        if inputs.is_empty() {
            return None;
        }
        let random: Vec<&Input> = inputs.iter().filter(|input| input.random).collect();
        let mut families: Vec<(&str, usize)> = Vec::new();
        for input in &random {
            let written = input.definition();
            let end = written.find(['(', ' ']).unwrap_or(written.len());
            let family = &written[..end];
            match families.iter_mut().find(|row| row.0 == family) {
                Some(row) => row.1 += 1,
                None => families.push((family, 1)),
            }
        }
        let described = match (inputs.len() - random.len(), random.len()) {
            (1, 0) => "which is fixed".to_owned(),
            (_, 0) => "all of them fixed".to_owned(),
            (0, 1) => "described by a probability distribution".to_owned(),
            (0, _) => "all of them described by probability distributions".to_owned(),
            (fixed, random) => format!(
                "of which {} fixed and {} described by a probability distribution",
                is_or_are(fixed),
                is_or_are(random)
            ),
        };
        let mut text = format!("It has {}, {described}", numbered(inputs.len(), "input"));
        if !random.is_empty() {
            let families = families.iter().map(|row| format!("{} ({})", row.0, row.1));
            text.push_str(&format!(" ({})", families.collect::<Vec<_>>().join(", ")));
        }
        text.push_str("; the table of inputs has the parameters, the grade of the evidence and the source of each.");
        let graded = |grade: Option<&str>| {
            let of_grade = inputs.iter();
            let count = of_grade
                .filter(|input| input.evidence.as_deref() == grade)
                .count();
            (count > 0).then(|| format!("{} ({count})", grade.unwrap_or("not graded")))
        };
        let grades = GRADES.iter().map(|grade| Some(*grade)).chain([None]);
        let grades: Vec<_> = grades.filter_map(graded).collect();
        text.push_str(&format!(" Grades of evidence: {}.", grades.join(", ")));
        text.push_str(&self.redefined());
        text.push_str(&self.kinds());
        let mut line = words(text);
        let mut sources: Vec<String> = Vec::new();
        let printed = self.scenario.runs.iter().flat_map(|run| &run.inputs);
        for source in printed.flat_map(|input| &input.sources) {
            if !sources.contains(source) {
                sources.push(source.clone());
            }
        }
        if !sources.is_empty() {
            line.push(Piece::Text(" Sources: ".to_owned()));
            line.extend(bibliography.cite(self.scenario, &sources));
            line.push(Piece::Text(".".to_owned()));
        }
        let unsourced = self.inputs_with(|input| input.sources.is_empty());
        if !unsourced.is_empty() {
            let names = list(unsourced.iter().map(String::as_str));
            line.push(Piece::Text(format!(" No source is stated for {names}.")));
        }
        Some(line)
    }

    /// Which inputs the variants define otherwise than the first.
    fn redefined(&self) -> String {
        let own = |run: &Run| {
            let names = list(run.inputs.iter().map(|input| input.name.as_str()));
            (!names.is_empty()).then_some(names).into_iter().collect()
        };
        let mut of_runs: Vec<Vec<String>> = self.scenario.runs.iter().map(own).collect();
        // The first says all of its inputs.
        of_runs[0].clear();
        let redefined = self.by_variant(&of_runs).into_iter();
        let redefined = redefined
            .filter_map(|(names, variants)| Some(format!("{names} ({})", some_of(&variants?))));
        let redefined: Vec<String> = redefined.collect();
        if redefined.is_empty() {
            return String::new();
        }
        format!(
            " It also has what other variants define otherwise: {}.",
            redefined.join("; ")
        )
    }

    /// Whether the distributions are of what is not known or of what varies.
    fn kinds(&self) -> String {
        let varying = self.inputs_with(|input| input.random && input.variability);
        let unknown = self.inputs_with(|input| input.random && !input.variability);
        match (varying.as_slice(), unknown.as_slice()) {
            ([], []) => String::new(),
            ([], _) => " All distributions describe what is not known exactly.".to_owned(),
            (_, []) => " All distributions describe what really varies.".to_owned(),
            (varying, _) => format!(
                " The distributions of {} describe what really varies, the others what is not known exactly.",
                list(varying.iter().map(String::as_str))
            ),
        }
    }

    fn dependence(&self) -> Option<String> {
        let of_runs: Vec<_> = self.scenario.runs.iter().map(dependences).collect();
        let mut sentences = Vec::new();
        let mut in_some = false;
        for (sentence, variants) in self.by_variant(&of_runs) {
            in_some |= variants.is_some();
            sentences.push(match variants {
                Some(variants) => format!("In {}, {sentence}.", some_of(&variants)),
                None => format!("{}.", capitalised(sentence)),
            });
        }
        let random = |run: &Run| {
            let inputs = self.inputs_of(run).into_iter();
            inputs.filter(|input| input.random).count()
        };
        // Whether there is a pair that nothing is said of.
        let has_others = |run: &Run| {
            let joint = run.joint.iter().map(|(_, inputs)| inputs.len());
            let joint: usize = joint.map(pairs).sum();
            pairs(random(run)) > joint + run.correlations.len()
        };
        if self.scenario.runs.iter().any(has_others) {
            let independent = match (sentences.is_empty(), in_some) {
                (true, _) => "All inputs are taken as independent.",
                (false, false) => "All other pairs of inputs are taken as independent.",
                (false, true) => {
                    "All other pairs of inputs, and in the other variants these too, are taken as independent."
                }
            };
            sentences.push(independent.to_owned());
        }
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }

    fn propagation(&self) -> String {
        if !self.scenario.runs.iter().any(is_sampled) {
            return format!("{}.", capitalised(COMPUTED_ONCE));
        }
        let points = points(self.scenario);
        // A variant that nothing acts on is computed once: the sample is that of the others.
        let mut sampled = self.scenario.runs.iter().filter(|run| is_sampled(run));
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
        let constant = self.scenario.runs.iter().filter(|run| !is_sampled(run));
        let constant: Vec<String> = constant.map(|run| run.variant.clone()).collect();
        if !constant.is_empty() {
            text.push_str(&format!(" In {} {COMPUTED_ONCE}.", some_of(&constant)));
        }
        text
    }

    fn reported(&self) -> Option<String> {
        if !self.scenario.runs.iter().any(is_sampled) {
            return None;
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
        Some(format!(
            "The estimate of an output is its mean, its standard uncertainty the standard deviation of the trials (divisor N - 1){where_they_exist}. Intervals are probabilistically symmetric {level} % coverage intervals: {tail} % of the outcomes lie below and {tail} % above. Quantiles are order statistics of all trials (at (k - 1/2)/N). \
             {ERRORS}"
        ))
    }

    fn nested(&self) -> Option<String> {
        let (outer, inner, rows) = self.scenario.runs.iter().find_map(|run| run.nested)?;
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
        // Those whose noise the input without effect shows: where every estimate is exact, its index is zero.
        let mut noisy: Vec<&str> = Vec::new();
        let run = driven(self.scenario)?;
        for index in run.outputs.iter().flat_map(told_indices) {
            let name = measures::name(&index.measure);
            let is_noise = is_floor(&index.inputs) && index.estimate.value != Some(0.0);
            for (names, is_one) in [(&mut measures, true), (&mut noisy, is_noise)] {
                if is_one && index.estimate.value.is_some() && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        if measures.is_empty() {
            return None;
        }
        let floor = if noisy.is_empty() {
            String::new()
        } else {
            let of = list(noisy.into_iter());
            format!(
                "; an input without effect that was made up for it shows the noise floor of {of}"
            )
        };
        Some(format!(
            "What drives the outputs was measured by {}{floor}.",
            list(measures.into_iter())
        ))
    }

    fn observed(&self) -> Option<String> {
        let outputs = self.scenario.runs.iter().flat_map(|run| &run.outputs);
        let held = outputs.flat_map(|output| {
            let observed = output.observed.iter();
            observed.map(|row| ((&output.name, &row.name, row.band.map(f64::to_bits)), row))
        });
        let held: Vec<_> = held.collect();
        if held.is_empty() {
            return None;
        }
        let distinct: HashSet<_> = held.iter().map(|row| row.0).collect();
        let inside = held.iter().filter(|row| row.1.inside).count();
        let shared = held.iter().filter(|row| row.1.shared_source).count();
        let (observations, comparisons) = (distinct.len(), held.len());
        let against = if comparisons > observations {
            let has = |run: &&Run| run.outputs.iter().any(|output| !output.observed.is_empty());
            let variants = self.scenario.runs.iter().filter(has).count();
            format!(" of {variants} variants, which makes {comparisons} comparisons")
        } else {
            String::new()
        };
        let was = if observations == 1 { "was" } else { "were" };
        let overlapped = match (inside, comparisons) {
            (0, 1) => "it did not overlap the interval".to_owned(),
            (1, 1) => "it overlapped the interval".to_owned(),
            (0, _) => "none overlapped the interval".to_owned(),
            (inside, comparisons) if inside == comparisons => {
                "all overlapped the interval".to_owned()
            }
            (inside, comparisons) => {
                format!("{inside} of the {comparisons} overlapped the interval")
            }
        };
        let mut text = format!(
            "{} {was} held against the predictions{against}: {overlapped}.",
            numbered(observations, "observation")
        );
        if shared > 0 {
            let of = match (shared, comparisons) {
                (1, 1) => "so it is with this one".to_owned(),
                (shared, comparisons) if shared == comparisons => {
                    "so it is with all of them".to_owned()
                }
                (shared, comparisons) => {
                    format!("so it is with {shared} of the {comparisons}")
                }
            };
            text.push_str(&format!(
                " What comes from a source that the prediction rests on validates nothing: {of}."
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
        let of_run = |run: &Run| {
            let mixed = run.mixes_kinds.then(|| MIXED.to_owned());
            run.notes
                .iter()
                .cloned()
                .chain(mixed)
                .collect::<Vec<String>>()
        };
        // Of the others it has been said that they were computed once.
        let sampled = self.scenario.runs.iter().filter(|run| is_sampled(run));
        let of_runs: Vec<_> = sampled
            .map(|run| (run.variant.clone(), of_run(run)))
            .collect();
        let of_runs = of_runs.iter();
        let notes = told_once(of_runs.map(|(variant, notes)| (variant.clone(), &notes[..])));
        (!notes.is_empty()).then(|| format!("Limits: {}.", notes.join("; ")))
    }
}

/// What is said of inputs of a run that depend on each other.
fn dependences(run: &Run) -> Vec<String> {
    let correlated = run.correlations.iter().map(|(inputs, measure, value)| {
        let strength = match *measure {
            "spearman" => "Spearman's rank correlation",
            _ => "the parameter of the copula",
        };
        format!(
            "the dependence between {} and {} is modelled by a Gaussian copula, with {strength} at {}",
            inputs[0],
            inputs[1],
            number::shortest(*value)
        )
    });
    let joint = run.joint.iter().map(|(what, inputs)| {
        let names = list(inputs.iter().map(String::as_str));
        match what.as_str() {
            "shares" => {
                format!("the inputs {names} are shares that sum to one (Dirichlet distributed)")
            }
            _ => format!("the inputs {names} are drawn together, as rows of one data file"),
        }
    });
    correlated.chain(joint).collect()
}

/// Pairs of so many things.
fn pairs(of: usize) -> usize {
    of * of.saturating_sub(1) / 2
}

/// The text with a capital at its beginning.
fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter();
    let first = first.flat_map(char::to_uppercase);
    first.chain(characters).collect()
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
    let mut reported = format!(
        "Intervals are probabilistically symmetric {level} % intervals of the differences, and probabilities shares of the trials. {ERRORS}"
    );
    if comparison.mixes_kinds {
        reported.push_str(&format!(" Limits: {MIXED}."));
    }
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
                &pair.in_part,
                [
                    "is the same quantity in both, but correlated otherwise, so that only what is its own is drawn once",
                    "are the same quantities in both, but correlated otherwise, so that only what is their own is drawn once",
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
