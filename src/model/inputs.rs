//! An input: its unit, its definition, what is said about it.

use super::check::Context;
use super::codes::{
    HALF_WIDTH_ABOVE_MEAN, INPUT_DEFINED_TWICE, INPUT_WITHOUT_DEFINITION, TRUNCATION_LENGTH,
    TRUNCATION_OF_CONSTANT, TRUNCATION_REMOVES_MASS, UNKNOWN_REFERENCE, UTILIZATION_ABOVE_ONE,
};
use super::{DataRows, Definition, Evidence, Input, Kind};
use crate::catalog::Row;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::distribution::codes::TRUNCATION_OF_ROWS;
use crate::distribution::{self, Marginal, Parameters};
use crate::scenario::keys::INPUT;
use crate::scenario::tree::{Entry, Node, Table, Text, Value};
use crate::scenario::walk;
use crate::unit::Unit;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use std::sync::Arc;

/// A smaller share of a utilization above one moves no number by more than it is known.
const LEAST_ABOVE_ONE: f64 = 1e-5;

/// An input as far as it could be read.
#[derive(Debug)]
pub(super) struct InputEntry {
    /// The input; `None` when it was complained about.
    pub(super) input: Option<Arc<Input>>,
    /// Its unit, known also when its definition is wrong, so that formulas can be checked on.
    pub(super) unit: Option<Unit>,
    /// What it is, to tell a redefinition that changes nothing.
    pub(super) identity: Option<Arc<Identity>>,
    /// Whether it takes the quantile of the input it replaces.
    pub(super) shares_draws: bool,
    /// The entry as written, for a bare number that replaces it.
    pub(super) table: Table,
}

/// What makes a quantity the same as another.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Identity {
    Fixed(BigRational),
    Random {
        family: &'static str,
        parameters: Parameters,
        truncate: Option<(f64, f64)>,
    },
    /// A share: the parameters of the Dirichlet distribution, and which of them it is of.
    Share {
        parameters: Vec<f64>,
        place: usize,
    },
}

/// Where an input's definition is.
enum Found<'table> {
    /// In the file: what it is, its definition, and the share removed by truncation.
    Here((Identity, Definition, Option<f64>)),
    /// In the catalog, under these names.
    InCatalog(&'table Node),
}

impl InputEntry {
    /// Whether both are one quantity, written twice.
    pub(super) fn same_quantity(&self, other: &InputEntry) -> bool {
        let same_unit = matches!((&self.unit, &other.unit), (Some(a), Some(b)) if a.same_as(b));
        same_unit && self.identity.is_some() && self.identity == other.identity
    }

    /// Keys its draws by another name than its own.
    pub(super) fn draw_as(&mut self, draw_key: String) {
        if let Some(input) = &mut self.input {
            Arc::make_mut(input).draw_key = draw_key;
        }
    }
}

impl Context<'_> {
    /// Reads and checks an entry of `[inputs]`.
    pub(super) fn read_input(&mut self, key: &Text, node: &Node) -> InputEntry {
        let Some(table) = node.as_table() else {
            // The walker has complained of its type.
            return InputEntry {
                input: None,
                unit: None,
                identity: None,
                shares_draws: false,
                table: Table::default(),
            };
        };
        let written_unit = table.get("unit");
        let mut unit = match written_unit {
            Some(node) => node.as_text().and_then(|text| self.unit(&text)),
            None => Some(Unit::one()),
        };
        let mut sources = self.read_sources(table.get("source"));
        let word = |name: &str| {
            table
                .get(name)
                .and_then(Node::as_text)
                .map(|text| text.value)
        };
        let (mut rows, mut equal, mut resolved) = (Vec::new(), None, None);
        let definition = match self.definition(key, table, unit.as_ref()) {
            Some(Found::Here(definition)) => Some(definition),
            Some(Found::InCatalog(node)) if written_unit.is_none() || unit.is_some() => {
                let asked = unit.take().filter(|_| written_unit.is_some());
                self.take_from_catalog(table, node, asked).map(|taken| {
                    unit = Some(taken.unit);
                    rows = taken.rows;
                    equal = Some(taken.equal);
                    resolved = Some(taken.resolved);
                    (taken.identity, taken.definition, None)
                })
            }
            _ => None,
        };
        let graded = rows.first().map(|row: &&Row| row.evidence.clone());
        for row in &rows {
            let reference = row.source.reference();
            if !sources.contains(&reference) {
                sources.push(reference);
            }
        }
        let (identity, definition, removed) = match definition {
            Some((identity, definition, removed)) => {
                (Some(Arc::new(identity)), Some(definition), removed)
            }
            None => (None, None, None),
        };
        let data = match identity.as_deref() {
            Some(Identity::Random { parameters, .. }) => DataRows::of(parameters),
            _ => None,
        };
        let input = definition
            .zip(unit.clone())
            .map(|(definition, unit)| Input {
                name: key.value.clone(),
                draw_key: data
                    .as_ref()
                    .map_or_else(|| key.value.clone(), DataRows::draw_key),
                unit,
                definition,
                description: word("description"),
                sources,
                evidence: word("evidence").or(graded).and_then(|word| evidence(&word)),
                kind: if word("kind").as_deref() == Some("variability") {
                    Kind::Variability
                } else {
                    Kind::Uncertainty
                },
                removed_by_truncation: removed,
                catalog: rows,
                data,
                equal,
                resolved,
                written: self.written(table),
                shares_draws: word("draws").is_some(),
                identity: identity.clone(),
            });
        if let Some(input) = &input {
            self.warn_of_utilization(key, input);
        }
        InputEntry {
            input: input.map(Arc::new),
            unit,
            identity,
            shares_draws: word("draws").is_some(),
            table: table.clone(),
        }
    }

    /// Warns of a utilization, told by its name, that may be above one.
    fn warn_of_utilization(&mut self, key: &Text, input: &Input) {
        let name = key.value.to_lowercase();
        let is_meant = name.contains("utilization") || name.contains("utilisation");
        let one = input.unit.factor.recip();
        if !is_meant || !input.unit.dimension.is_pure() {
            return;
        }
        let above = match &input.definition {
            Definition::Fixed(value) if *value > one => "it".to_owned(),
            Definition::Random(marginal) => {
                let above = marginal.survival(one.to_f64().unwrap_or(f64::NAN));
                if !(above > LEAST_ABOVE_ONE) {
                    return;
                }
                format!("{} of it", share_in_words(above))
            }
            Definition::Fixed(_) => return,
        };
        let message = format!(
            "`{}` is a utilization, and {above} lies above one",
            key.value
        );
        let complaint = self
            .texts
            .warning(&UTILIZATION_ABOVE_ONE, key.place, message)
            .label("may be above one");
        self.say_once(complaint.advise(
            "bound it by `truncate = [0, 1]`, or draw it from a `beta` or a `pert`; nothing to do if more than one is meant",
        ));
    }

    /// Takes a warning, unless there is one of its kind at its place: the values of a sweep share theirs, and the first of them says it.
    fn say_once(&mut self, warning: Diagnostic) {
        let is_told = |told: &Diagnostic| {
            std::ptr::eq(told.code, warning.code)
                && Arc::ptr_eq(&told.source, &warning.source)
                && told.span == warning.span
        };
        if !self.complaints.iter().any(is_told) {
            self.complaints.push(warning);
        }
    }

    fn definition<'table>(
        &mut self,
        key: &Text,
        table: &'table Table,
        unit: Option<&Unit>,
    ) -> Option<Found<'table>> {
        let written: Vec<&Entry> = ["value", "distribution", "catalog"]
            .iter()
            .filter_map(|name| table.entry(name))
            .collect();
        if let [first, second, ..] = written.as_slice() {
            let message = format!(
                "the input `{}` has both `{}` and `{}`",
                key.value, first.key.value, second.key.value
            );
            let complaint = self
                .texts
                .error(&INPUT_DEFINED_TWICE, second.key.place, message)
                .label("a second definition");
            self.complaints.push(complaint.advise("keep one of them"));
            return None;
        }
        let first = written
            .first()
            .map(|entry| (entry.key.value.as_str(), &entry.node));
        if !matches!(first, Some(("catalog", _))) {
            self.refuse_catalog_keys(table);
        }
        match first {
            Some(("value", node)) => self.fixed(table, node).map(|value| {
                let identity = Identity::Fixed(value.clone());
                Found::Here((identity, Definition::Fixed(value), None))
            }),
            Some(("distribution", node)) => {
                self.random(table, &node.as_text()?, unit).map(Found::Here)
            }
            Some((_, node)) => Some(Found::InCatalog(node)),
            None => {
                let complaint = self.without_definition(key, table);
                self.complaints.push(complaint);
                None
            }
        }
    }

    fn without_definition(&self, key: &Text, table: &Table) -> crate::diagnostic::Diagnostic {
        let complaint = self
            .texts
            .error(
                &INPUT_WITHOUT_DEFINITION,
                key.place,
                format!(
                    "the input `{}` has neither `value` nor `distribution`",
                    key.value
                ),
            )
            .label("not defined");
        // A slip in the key that matters most is worth naming.
        let slip = table
            .entries
            .iter()
            .filter(|entry| INPUT.key(&entry.key.value).is_none());
        let slip = slip
            .filter_map(|entry| did_you_mean(&entry.key.value, ["value", "distribution"]))
            .next();
        let mut complaint = complaint;
        complaint.advice.extend(slip);
        complaint.advise("write `value = 46`, or `distribution = \"uniform\"` with its parameters")
    }

    fn fixed(&mut self, table: &Table, node: &Node) -> Option<BigRational> {
        let known: Vec<&str> = INPUT.names().collect();
        for entry in table
            .entries
            .iter()
            .filter(|entry| INPUT.key(&entry.key.value).is_none())
        {
            let complaint = walk::unknown_key(self.texts, entry, "an input", &known);
            self.complaints.push(complaint);
        }
        if let Some(entry) = table.entry("truncate") {
            let complaint = self
                .texts
                .error(
                    &TRUNCATION_OF_CONSTANT,
                    entry.key.place,
                    "a constant cannot be truncated",
                )
                .label("of no effect");
            self.complaints
                .push(complaint.advise("remove `truncate`, or give the input a distribution"));
        }
        self.exact(node, "value")
    }

    /// A distribution with its truncation, and the share of the mass that this removed.
    pub(super) fn random(
        &mut self,
        table: &Table,
        family: &Text,
        unit: Option<&Unit>,
    ) -> Option<(Identity, Definition, Option<f64>)> {
        let family = self.family(family)?;
        let parameters = self.parameters(table, family, unit);
        let truncation = table
            .entry("truncate")
            .map(|entry| self.truncation(entry, family.is_of_rows()));
        let parameters = parameters?;
        self.warn_of_half_width(table, &parameters);
        let marginal = match self.data.marginal(family, &parameters) {
            Ok(marginal) => marginal,
            Err(problems) => {
                self.complain_of_parameters(table, &problems);
                return None;
            }
        };
        let truncate = match truncation {
            Some(bounds) => Some(bounds?),
            None => None,
        };
        let (marginal, removed) = match truncate {
            Some((lower, upper)) => self.truncated(table, marginal, lower, upper)?,
            None => (marginal, None),
        };
        let identity = Identity::Random {
            family: family.name,
            parameters,
            truncate,
        };
        Some((identity, Definition::Random(marginal), removed))
    }

    /// Warns of a half width that was probably written in per cent.
    fn warn_of_half_width(&mut self, table: &Table, parameters: &Parameters) {
        const KEY: &str = "relative_half_width";
        let Some(times) = parameters.number(KEY).filter(|&times| times > 1.0) else {
            return;
        };
        if let Some(entry) = table.entry(KEY) {
            let message = format!("the half width is {times} times the mean");
            let complaint = self
                .texts
                .warning(&HALF_WIDTH_ABOVE_MEAN, entry.node.place, message)
                .label("a fraction, not per cent");
            self.say_once(complaint.advise(
                "write 0.1 for ±10 %; nothing to do if the interval is meant to reach beyond zero",
            ));
        }
    }

    fn truncated(
        &mut self,
        table: &Table,
        marginal: Arc<dyn Marginal>,
        lower: f64,
        upper: f64,
    ) -> Option<(Arc<dyn Marginal>, Option<f64>)> {
        match distribution::truncate(marginal, lower, upper) {
            Ok((marginal, removed)) => {
                if removed > 0.0
                    && let Some(entry) = table.entry("truncate")
                {
                    let message = format!(
                        "truncation removes {} of the distribution",
                        share_in_words(removed)
                    );
                    let complaint = self
                        .texts
                        .warning(&TRUNCATION_REMOVES_MASS, entry.node.place, message)
                        .label(format!("removes {}", share_in_words(removed)));
                    self.say_once(
                        complaint.advise("the rest is scaled up; nothing to do if that is meant"),
                    );
                }
                Some((marginal, Some(removed)))
            }
            Err(problems) => {
                self.complain_of_parameters(table, &problems);
                None
            }
        }
    }

    /// The bounds of `truncate`.
    fn truncation(&mut self, entry: &Entry, of_rows: bool) -> Option<(f64, f64)> {
        if of_rows {
            let message = "rows of a data file cannot be truncated";
            let complaint = self
                .texts
                .error(&TRUNCATION_OF_ROWS, entry.key.place, message)
                .label("the other columns of its rows would be cut, too");
            self.complaints.push(
                complaint.advise("remove `truncate`; leave the rows out of the file, or bound what is made of them in a formula: `clamp(x, 0 kW, 5 kW)`"),
            );
            return None;
        }
        let list = entry.node.as_list()?;
        if list.len() != 2 {
            let message = format!(
                "`truncate` has {} number{} instead of 2",
                list.len(),
                if list.len() == 1 { "" } else { "s" }
            );
            let complaint = self
                .texts
                .error(&TRUNCATION_LENGTH, entry.node.place, message)
                .label("not a pair");
            self.complaints.push(complaint.advise("write the lower and the upper bound, `inf` for an open side: `truncate = [0, inf]`"));
            return None;
        }
        let mut bounds = Vec::with_capacity(2);
        for node in list
            .iter()
            .filter(|node| matches!(node.value, Value::Number(..)))
        {
            match walk::any_number(self.texts, node, "truncate") {
                Ok(bound) => bounds.push(bound),
                Err(complaint) => self.complaints.push(*complaint),
            }
        }
        match bounds.as_slice() {
            [lower, upper] => Some((*lower, *upper)),
            _ => None,
        }
    }

    /// The keys of references, or texts, that a `source` cites.
    pub(super) fn read_sources(&mut self, node: Option<&Node>) -> Vec<String> {
        let Some(node) = node else { return Vec::new() };
        let nodes: &[Node] = match &node.value {
            Value::List(list) => list,
            _ => std::slice::from_ref(node),
        };
        let mut sources = Vec::with_capacity(nodes.len());
        for text in nodes.iter().filter_map(Node::as_text) {
            if !text.value.trim().contains(' ')
                && !self
                    .references
                    .iter()
                    .any(|reference| reference.key == text.value)
            {
                let message = if text.value.trim().is_empty() {
                    "a source is empty".to_owned()
                } else {
                    format!("`{}` is not a key of [references]", text.value)
                };
                let mut complaint = self
                    .texts
                    .error(&UNKNOWN_REFERENCE, text.place, message)
                    .label("no such reference");
                complaint.advice.extend(did_you_mean(
                    &text.value,
                    self.references
                        .iter()
                        .map(|reference| reference.key.as_str()),
                ));
                let advice = "add it to [references], or write the source out: a text with a space in it stands for itself";
                self.complaints.push(complaint.advise(advice));
            }
            sources.push(text.value);
        }
        sources
    }

    /// Family and parameters, or the value, on one line.
    fn written(&self, table: &Table) -> String {
        let shown = |entry: &Entry| self.texts.one_line(entry.node.place);
        if let Some(entry) = table.entry("value") {
            return shown(entry);
        }
        if let Some(entry) = table.entry("catalog") {
            let narrowing = ["where", "weights"]
                .iter()
                .filter_map(|key| table.entry(key));
            let parts = narrowing.map(|entry| format!(", {} = {}", entry.key.value, shown(entry)));
            return format!("catalog({}{})", shown(entry), parts.collect::<String>());
        }
        let family = table
            .get("distribution")
            .and_then(Node::as_text)
            .map(|text| text.value)
            .unwrap_or_default();
        let parameters: Vec<String> = table
            .entries
            .iter()
            .filter(|entry| INPUT.key(&entry.key.value).is_none() || entry.key.value == "truncate")
            .map(|entry| format!("{} = {}", entry.key.value, shown(entry)))
            .collect();
        format!("{family}({})", parameters.join(", "))
    }
}

/// The grade that a word names.
pub(super) fn evidence(word: &str) -> Option<Evidence> {
    Some(match word {
        "measured" => Evidence::Measured,
        "published" => Evidence::Published,
        "vendor" => Evidence::Vendor,
        "estimate" => Evidence::Estimate,
        "assumption" => Evidence::Assumption,
        _ => return None,
    })
}

/// A share as per cent, with digits enough to see it and what is missing.
pub fn share_in_words(share: f64) -> String {
    let percent = share * 100.0;
    if share >= 1.0 {
        "all".to_owned()
    } else if percent > 99.9 {
        format!("all but {:.1e} %", 100.0 * (1.0 - share))
    } else if percent >= 0.1 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.1e} %")
    }
}
