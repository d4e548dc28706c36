//! Correlations: which inputs, how strongly, and whether all of them can hold together.

use super::check::Context;
use super::codes::{
    CORRELATION_NOT_A_PAIR, CORRELATION_NOT_ONE_NUMBER, CORRELATION_OUT_OF_RANGE,
    CORRELATION_TWICE, CORRELATION_WITHOUT_DISTRIBUTION, CORRELATIONS_CONTRADICT, KINDS_CORRELATED,
    UNKNOWN_NAME,
};
use super::parameters::quoted;
use super::{Correlation, Definition, Dependence, Input};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::sampler::copula::{self, Group};
use crate::scenario::keys::CORRELATION;
use crate::scenario::tree::{Node, Place, Table, Text};
use std::collections::HashSet;
use std::sync::Arc;

/// Members of a group for which the nearest possible matrix is worked out.
const MOST_ADVISED: usize = 40;
/// Steps in one of the entries advised: three digits after the point.
const ADVISED_STEPS: f64 = 1e3;

/// A correlation as read: by names.
#[derive(Debug, Clone)]
pub(super) struct PlannedCorrelation {
    names: [Text; 2],
    asked: Dependence,
    description: Option<String>,
    sources: Vec<String>,
    place: Place,
    /// Whether it comes from the scenario as written into a variant.
    inherited: bool,
    /// Whether each of the two stands where `--set` has put something else.
    edited: [bool; 2],
}

impl PlannedCorrelation {
    pub(super) fn same_pair(&self, other: &Self) -> bool {
        let [a, b] = &self.names;
        let [c, d] = &other.names;
        (a.value == c.value && b.value == d.value) || (a.value == d.value && b.value == c.value)
    }

    /// Notes which names were given another definition from outside the file.
    pub(super) fn with_edits(self, is_edited: impl Fn(&str) -> bool) -> Self {
        PlannedCorrelation {
            edited: self.names.each_ref().map(|name| is_edited(&name.value)),
            ..self
        }
    }

    pub(super) fn inherited(&self) -> Self {
        PlannedCorrelation {
            inherited: true,
            ..self.clone()
        }
    }
}

/// The correlations of a variant, sorted out.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    pub(super) kept: Vec<Correlation>,
    pub(super) dropped: Vec<[String; 2]>,
    /// Complaints about those between inputs of different kinds.
    pub(super) between_kinds: Vec<Diagnostic>,
}

impl Context<'_> {
    /// Reads a list of correlations.
    pub(super) fn read_correlations(
        &mut self,
        node: Option<&Node>,
        names: &HashSet<&str>,
    ) -> Vec<PlannedCorrelation> {
        let mut read: Vec<PlannedCorrelation> = Vec::new();
        for node in node.and_then(Node::as_list).unwrap_or_default() {
            let Some(table) = node.as_table() else {
                continue;
            };
            let sources = self.read_sources(table.get("source"));
            let pair = self.pair(table, names);
            let asked = self.dependence(table, node.place);
            let (Some((pair, place)), Some(asked)) = (pair, asked) else {
                continue;
            };
            let correlation = PlannedCorrelation {
                names: pair,
                asked,
                description: table
                    .get("description")
                    .and_then(Node::as_text)
                    .map(|text| text.value),
                sources,
                place,
                inherited: false,
                edited: [false; 2],
            };
            if let Some(earlier) = read.iter().find(|other| other.same_pair(&correlation)) {
                let [one, other] = &correlation.names;
                let message = format!(
                    "`{}` and `{}` have a correlation already",
                    one.value, other.value
                );
                let complaint = self
                    .texts
                    .error(&CORRELATION_TWICE, place, message)
                    .label("a second one")
                    .relate(earlier.place, "the first one")
                    .advise("keep one of them");
                self.complaints.push(complaint);
                continue;
            }
            read.push(correlation);
        }
        read
    }

    /// The two inputs, and where they stand.
    fn pair(&mut self, table: &Table, names: &HashSet<&str>) -> Option<([Text; 2], Place)> {
        let node = table.get("inputs")?;
        let texts: Vec<Text> = match node.as_list() {
            Some(list) => list.iter().filter_map(Node::as_text).collect(),
            None => vec![node.as_text()?],
        };
        let mut known = true;
        for text in texts
            .iter()
            .filter(|text| !names.contains(text.value.as_str()))
        {
            let message = format!("there is no input `{}`", text.value);
            let mut complaint = self
                .texts
                .error(&UNKNOWN_NAME, text.place, message)
                .label("not known");
            complaint
                .advice
                .extend(did_you_mean(&text.value, names.iter().copied()));
            self.complaints
                .push(complaint.advise("name an input of the scenario"));
            known = false;
        }
        match <[Text; 2]>::try_from(texts) {
            Ok(pair) if pair[0].value != pair[1].value => known.then_some((pair, node.place)),
            wrong => {
                let message = match wrong {
                    Ok([one, _]) => format!("`{}` is correlated with itself", one.value),
                    Err(texts) => {
                        format!("a correlation is between two inputs, not {}", texts.len())
                    }
                };
                let complaint = self
                    .texts
                    .error(&CORRELATION_NOT_A_PAIR, node.place, message)
                    .label("not a pair")
                    .advise("name two inputs: `inputs = [\"one\", \"other\"]`; three that depend on each other are three entries");
                self.complaints.push(complaint);
                None
            }
        }
    }

    /// The one of `spearman` and `gaussian` that is written.
    fn dependence(&mut self, table: &Table, place: Place) -> Option<Dependence> {
        let (spearman, gaussian) = (table.entry("spearman"), table.entry("gaussian"));
        let entry = match (spearman, gaussian) {
            (Some(entry), None) | (None, Some(entry)) => entry,
            (Some(_), Some(second)) => {
                let complaint = self
                    .texts
                    .error(
                        &CORRELATION_NOT_ONE_NUMBER,
                        second.key.place,
                        "the correlation has both `spearman` and `gaussian`",
                    )
                    .label("a second number")
                    .advise("keep one of them");
                self.complaints.push(complaint);
                return None;
            }
            // An unknown key, complained of already, is probably meant to say how strongly.
            (None, None)
                if table
                    .entries
                    .iter()
                    .any(|entry| CORRELATION.key(&entry.key.value).is_none()) =>
            {
                return None;
            }
            (None, None) => {
                let complaint = self
                    .texts
                    .error(
                        &CORRELATION_NOT_ONE_NUMBER,
                        place,
                        "the correlation has neither `spearman` nor `gaussian`",
                    )
                    .label("how strong?")
                    .advise("add the rank correlation, such as `spearman = 0.6`");
                self.complaints.push(complaint);
                return None;
            }
        };
        let value = self.finite(&entry.node, &entry.key.value)?;
        if value.abs() > 1.0 {
            let mut complaint = self
                .texts
                .error(
                    &CORRELATION_OUT_OF_RANGE,
                    entry.node.place,
                    format!("`{}` is {value}, not between -1 and 1", entry.key.value),
                )
                .label("too large");
            if value.abs() <= 100.0 {
                complaint = complaint.advise(format!(
                    "if {value} % is meant, write `{} = {}`",
                    entry.key.value,
                    value / 100.0
                ));
            }
            self.complaints
                .push(complaint.advise("write a number from -1 to 1"));
            return None;
        }
        Some(if entry.key.value == "spearman" {
            Dependence::Spearman(value)
        } else {
            Dependence::Gaussian(value)
        })
    }

    /// The correlations between the inputs of a variant, after all checks.
    pub(super) fn build_correlations(
        &mut self,
        planned: &[PlannedCorrelation],
        inputs: &[(String, Option<Arc<Input>>)],
    ) -> Sorted {
        let mut sorted = Sorted::default();
        let mut places = Vec::new();
        for correlation in planned {
            let indices = correlation.names.each_ref().map(|name| {
                inputs
                    .iter()
                    .position(|(input, _)| *input == name.value)
                    .ok_or(name)
            });
            let is_fixed = |index: usize| matches!(&inputs[index].1, Some(input) if matches!(input.definition, Definition::Fixed(_)));
            let is_data =
                |index: usize| matches!(&inputs[index].1, Some(input) if input.data.is_some());
            let what = |name: &Text, index: Result<usize, &Text>| match index {
                Err(_) => Some("a formula"),
                Ok(_) if self.is_share(&name.value) => Some("a share"),
                Ok(index) if is_fixed(index) => Some("a constant"),
                Ok(index) if is_data(index) => Some("drawn from a data file"),
                Ok(_) => None,
            };
            let named = correlation.names.iter().zip(indices);
            let (edited, wrong): (Vec<_>, Vec<_>) = named
                .zip(correlation.edited)
                .filter_map(|((name, index), edited)| Some((edited, name, what(name, index)?)))
                .partition(|(edited, ..)| *edited);
            match (indices, edited.is_empty() && wrong.is_empty()) {
                ([Ok(one), Ok(other)], true) => {
                    sorted.between_kinds.extend(
                        self.between_kinds(correlation, [&inputs[one].1, &inputs[other].1]),
                    );
                    sorted.kept.push(Correlation {
                        inputs: [one, other],
                        drawn_in: [1, 1],
                        asked: correlation.asked,
                        description: correlation.description.clone(),
                        sources: correlation.sources.clone(),
                    });
                    places.push(correlation.place);
                }
                // Whoever wrote it did not know of the other definition.
                _ if correlation.inherited || wrong.is_empty() => {
                    let names = correlation.names.each_ref().map(|name| name.value.clone());
                    sorted.dropped.push(names);
                }
                _ => {
                    for (_, name, what) in wrong {
                        let message = format!(
                            "`{}` is {what}, so nothing can be correlated with it",
                            name.value
                        );
                        let complaint = self
                            .texts
                            .error(&CORRELATION_WITHOUT_DISTRIBUTION, name.place, message)
                            .label(what)
                            .advise(format!(
                                "remove the correlation, or give `{}` a distribution of its own",
                                name.value
                            ));
                        self.complaints.push(complaint);
                    }
                }
            }
        }
        // What a variant only leaves out stays possible: any part of a semidefinite matrix is.
        if planned.iter().any(|correlation| !correlation.inherited) {
            self.check_possible(&sorted.kept, &places, inputs);
        }
        sorted
    }

    /// The complaint that a nested run has about a correlation between an input that varies and one that is not known.
    fn between_kinds(
        &self,
        correlation: &PlannedCorrelation,
        inputs: [&Option<Arc<Input>>; 2],
    ) -> Option<Diagnostic> {
        let [Some(one), Some(other)] = inputs else {
            return None;
        };
        (one.kind != other.kind).then(|| {
            let message = format!(
                "`{}` and `{}` are correlated, and one of them varies while the other is not known",
                one.name, other.name
            );
            self.texts
                .error(&KINDS_CORRELATED, correlation.place, message)
                .label("of two kinds")
                .advise("give both the same `kind`, or remove the correlation; a plain run, without `--nested`, has no need of either")
        })
    }

    /// Complains of every group whose correlations cannot hold together.
    fn check_possible(
        &mut self,
        correlations: &[Correlation],
        places: &[Place],
        inputs: &[(String, Option<Arc<Input>>)],
    ) {
        let pairs: Vec<_> = correlations
            .iter()
            .map(|correlation| (correlation.inputs, correlation.asked.parameter()))
            .collect();
        for group in copula::groups(inputs.len(), &pairs) {
            let guilty = group.matrix.guilty();
            if guilty.is_empty() {
                continue;
            }
            let name = |place: usize| inputs[group.members[place]].0.as_str();
            let is_guilty = |input: usize| guilty.iter().any(|&at| group.members[at] == input);
            // The last one that has a part in it: before it, nothing was wrong.
            let place = correlations
                .iter()
                .zip(places)
                .filter(|(correlation, _)| correlation.inputs.into_iter().all(is_guilty))
                .map(|(_, place)| *place)
                .max_by_key(|place| (place.text, place.start));
            let Some(place) = place else { continue };
            let list: Vec<&str> = guilty.iter().map(|&at| name(at)).collect();
            let complaint = self
                .texts
                .error(
                    &CORRELATIONS_CONTRADICT,
                    place,
                    format!(
                        "the correlations among {} cannot hold together: the smallest eigenvalue of their matrix is {:.3}",
                        quoted(&list),
                        group.matrix.principal(&guilty).smallest_eigenvalue()
                    ),
                )
                .label("contradicts the others");
            let complaint = advise(complaint, &group, correlations, name);
            if !self.complaints.iter().any(|other| {
                other.code == complaint.code && other.span.start == complaint.span.start
            }) {
                self.complaints.push(complaint);
            }
        }
    }
}

/// Advises the nearest possible matrix.
fn advise<'a>(
    complaint: Diagnostic,
    group: &Group,
    correlations: &[Correlation],
    name: impl Fn(usize) -> &'a str,
) -> Diagnostic {
    let unlisted = "pairs that are not listed count as independent: give them their correlations";
    if group.members.len() > MOST_ADVISED {
        return complaint.advise(unlisted);
    }
    let asked = |one: usize, other: usize| {
        let pair = [group.members[one], group.members[other]];
        correlations.iter().find(|correlation| {
            correlation.inputs == pair || correlation.inputs == [pair[1], pair[0]]
        })
    };
    let nearest = group.matrix.nearest_correlation();
    // Rounded entries may miss by a little: drawn towards independence until they do not.
    let size = group.members.len();
    let rounded = |shrink: f64| {
        let mut lines = Vec::new();
        let mut matrix = group.matrix.clone();
        for one in 0..size {
            for other in one + 1..size {
                let parameter = nearest[(one, other)].clamp(-1.0, 1.0) * (1.0 - shrink);
                let before = asked(one, other);
                let (word, value, old): (&str, f64, f64) = match before.map(|before| before.asked) {
                    Some(Dependence::Gaussian(old)) => ("gaussian", parameter, old),
                    Some(Dependence::Spearman(old)) => {
                        ("spearman", copula::spearman_of_parameter(parameter), old)
                    }
                    None => ("spearman", copula::spearman_of_parameter(parameter), 0.0),
                };
                let value = (value * ADVISED_STEPS).round() / ADVISED_STEPS;
                let dependence = if word == "gaussian" {
                    Dependence::Gaussian(value)
                } else {
                    Dependence::Spearman(value)
                };
                matrix.set_both(one, other, dependence.parameter());
                if (value - old).abs() > 0.5 / ADVISED_STEPS {
                    let verb = if before.is_some() {
                        ""
                    } else {
                        " (a new pair)"
                    };
                    lines.push(format!(
                        "`{}`, `{}`: {word} = {value:.3}{verb}",
                        name(one),
                        name(other)
                    ));
                }
            }
        }
        (matrix, lines)
    };
    let found = [0.0, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05]
        .into_iter()
        .map(rounded)
        .find(|(matrix, _)| matrix.correlation_factor().indefinite_at.is_none());
    match found {
        Some((_, lines)) => complaint.advise(format!(
            "the nearest correlations that can: {}",
            lines.join(" · ")
        )),
        None => complaint.advise(unlisted),
    }
}
