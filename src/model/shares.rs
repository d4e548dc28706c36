//! Shares that sum to one: a Dirichlet distribution by its mean and its concentration.

use super::check::Context;
use super::codes::{
    CONCENTRATION_NOT_POSITIVE, NAME_DEFINED_TWICE, SHARE_NOT_POSITIVE, SHARE_REPLACED_ALONE,
    SHARES_NOT_ONE, SHARES_TOO_FEW,
};
use super::inputs::{Identity, InputEntry, evidence};
use super::{Definition, Input, Kind, Shares};
use crate::diagnostic::Diagnostic;
use crate::distribution::codes::PARAMETER_TOO_EXTREME;
use crate::distribution::{Marginal, Parameters, family};
use crate::scenario::tree::{Entry, Node, Table, Text};
use crate::unit::Unit;
use std::collections::HashSet;
use std::sync::Arc;

/// How far from one the means may sum to: what decimals cannot say.
const ROUNDING: f64 = 1e-9;
/// The largest of the Dirichlet's parameters, at least: below, all gamma draws of a trial could underflow to zero.
const LEAST_LARGEST: f64 = 0.1;

/// An entry of `[shares]` as read.
#[derive(Debug, Clone)]
pub(super) struct PlannedShares {
    /// Its key.
    pub(super) name: String,
    /// The names of its inputs, and where each stands.
    pub(super) names: Vec<Text>,
    /// The inputs and the gamma distributions they are made of; `None` when something was complained about.
    pub(super) inputs: Option<Vec<(Input, Arc<dyn Marginal>)>>,
}

impl PlannedShares {
    /// Its inputs under their names.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Text, InputEntry)> {
        let input = |at: usize| self.inputs.as_ref().map(|inputs| inputs[at].0.clone());
        self.names.iter().enumerate().map(move |(at, name)| {
            let entry = InputEntry {
                input: input(at).map(Arc::new),
                unit: Some(Unit::one()),
                identity: None,
                shares_draws: false,
                table: Table::default(),
            };
            (name, entry)
        })
    }
}

impl Context<'_> {
    /// Reads `[shares]`; `inputs` are the names that are taken.
    pub(super) fn read_shares(&mut self, root: &Table, inputs: &[Entry]) -> Vec<PlannedShares> {
        let mut taken: HashSet<String> =
            inputs.iter().map(|entry| entry.key.value.clone()).collect();
        let mut read = Vec::new();
        for entry in root.table("shares").iter().flat_map(|table| &table.entries) {
            let Some(table) = entry.node.as_table() else {
                continue;
            };
            let means = table.table("mean").map_or(&[][..], |means| &means.entries);
            let mut names = Vec::with_capacity(means.len());
            for mean in means {
                let name = Text {
                    value: format!("{}_{}", entry.key.value, mean.key.value),
                    place: mean.key.place,
                };
                self.check_quantity_name(&name);
                if !taken.insert(name.value.clone()) {
                    let message = format!("the share `{}` is an input already", name.value);
                    let complaint = self
                        .texts
                        .error(&NAME_DEFINED_TWICE, name.place, message)
                        .label("taken")
                        .advise("rename one of the two: a share is an input called by its group and its key");
                    self.complaints.push(complaint);
                }
                names.push(name);
            }
            let inputs = self.dirichlet(&entry.key, table, means, &names);
            read.push(PlannedShares {
                name: entry.key.value.clone(),
                names,
                inputs,
            });
        }
        read
    }

    fn concentration(&mut self, node: &Node) -> Option<f64> {
        let concentration = self.finite(node, "concentration")?;
        if !(concentration > 0.0) {
            let message = format!("the concentration is {concentration}");
            let complaint = self
                .texts
                .error(&CONCENTRATION_NOT_POSITIVE, node.place, message)
                .label("not above zero")
                .advise("write a number above zero: the larger, the closer the shares are to their means");
            self.complaints.push(complaint);
            return None;
        }
        Some(concentration)
    }

    /// Whether the means are shares: two or more above zero, which sum to one. `found`: those that are numbers.
    fn are_shares(
        &mut self,
        key: &Text,
        table: &Table,
        means: &[Entry],
        found: &[(&Entry, f64)],
    ) -> bool {
        for (mean, value) in found.iter().filter(|(_, value)| !(*value > 0.0)) {
            let message = format!("the mean share `{}` is {value}", mean.key.value);
            let complaint = self
                .texts
                .error(&SHARE_NOT_POSITIVE, mean.node.place, message)
                .label("not above zero")
                .advise("leave out what has no share");
            self.complaints.push(complaint);
        }
        let Some(place) = table.get("mean").map(|node| node.place) else {
            return false;
        };
        if found.len() < means.len() || !found.iter().all(|(_, value)| *value > 0.0) {
            return false;
        }
        if means.len() < 2 {
            let complaint = self
                .texts
                .error(
                    &SHARES_TOO_FEW,
                    place,
                    format!("`{}` has {} share", key.value, means.len()),
                )
                .label("too few to share")
                .advise("give the mean of two shares or more, which sum to 1");
            self.complaints.push(complaint);
            return false;
        }
        let total: f64 = found.iter().map(|(_, value)| value).sum();
        if (total - 1.0).abs() > ROUNDING {
            let mut complaint = self
                .texts
                .error(
                    &SHARES_NOT_ONE,
                    place,
                    format!("the mean shares of `{}` sum to {total}", key.value),
                )
                .label("do not sum to 1");
            if (total - 100.0).abs() < 1e-6 {
                complaint = complaint.advise("write fractions: 40 % is 0.4");
            }
            self.complaints
                .push(complaint.advise("change one of them so that they sum to 1"));
            return false;
        }
        true
    }

    fn dirichlet(
        &mut self,
        key: &Text,
        table: &Table,
        means: &[Entry],
        names: &[Text],
    ) -> Option<Vec<(Input, Arc<dyn Marginal>)>> {
        let sources = self.read_sources(table.get("source"));
        let before = self.errors();
        let found: Vec<(&Entry, f64)> = means
            .iter()
            .filter_map(|mean| Some((mean, self.finite(&mean.node, &mean.key.value)?)))
            .collect();
        let are_shares = self.are_shares(key, table, means, &found);
        let values: Vec<f64> = found.into_iter().map(|(_, value)| value).collect();
        let node = table.get("concentration")?;
        let concentration = self.concentration(node)?;
        if !are_shares || self.errors() > before {
            return None;
        }
        let total: f64 = values.iter().sum();
        let parameters: Vec<f64> = values
            .iter()
            .map(|value| value / total * concentration)
            .collect();
        let largest = parameters.iter().copied().fold(0.0, f64::max);
        let shares: Option<Vec<Share>> = parameters
            .iter()
            .filter(|_| largest >= LEAST_LARGEST)
            .map(|&parameter| Share::new(parameter, concentration))
            .collect();
        let Some(shares) = shares.filter(|shares| !shares.is_empty()) else {
            let message = format!("shares of concentration {concentration} cannot be computed");
            let complaint = self
                .texts
                .error(&PARAMETER_TOO_EXTREME, node.place, message)
                .label("too small or too large")
                .advise("write a concentration between about 1 and 1e6: one less than what a count of so many would have told");
            self.complaints.push(complaint);
            return None;
        };
        let word = |name: &str| {
            table
                .get(name)
                .and_then(Node::as_text)
                .map(|text| text.value)
        };
        let kind = if word("kind").as_deref() == Some("variability") {
            Kind::Variability
        } else {
            Kind::Uncertainty
        };
        let input = |(at, Share { draw, marginal }): (usize, Share)| {
            let input = Input {
                name: names[at].value.clone(),
                draw_key: names[at].value.clone(),
                unit: Unit::one(),
                definition: Definition::Random(marginal),
                description: word("description"),
                sources: sources.clone(),
                evidence: word("evidence").and_then(|word| evidence(&word)),
                kind,
                removed_by_truncation: None,
                catalog: Vec::new(),
                data: None,
                equal: None,
                resolved: None,
                written: format!(
                    "share of {}(mean = {}, concentration = {concentration})",
                    key.value, values[at]
                ),
                shares_draws: false,
                identity: Some(Arc::new(Identity::Share {
                    parameters: parameters.clone(),
                    place: at,
                })),
            };
            (input, draw)
        };
        Some(shares.into_iter().enumerate().map(input).collect())
    }

    /// Whether an input is one of `[shares]`.
    pub(super) fn is_share(&self, name: &str) -> bool {
        let named = |shares: &PlannedShares| shares.names.iter().any(|other| other.value == name);
        self.shares.iter().any(named)
    }

    /// The complaint about a variant that replaces one share without the others.
    pub(super) fn share_replaced_alone(&self, key: &Text) -> Diagnostic {
        self.texts
            .error(
                &SHARE_REPLACED_ALONE,
                key.place,
                format!("`{}` is a share: replaced alone, the shares would no longer sum to 1", key.value),
            )
            .label("one of several that sum to 1")
            .advise("replace the formulas that use the shares, or write the variant as a file of its own")
    }

    /// The shares among the inputs of a variant, by their indices.
    pub(super) fn build_shares(&self, inputs: &[(String, Option<Arc<Input>>)]) -> Vec<Shares> {
        let mut groups = Vec::new();
        for planned in &self.shares {
            let place = |name: &Text| inputs.iter().position(|(input, _)| *input == name.value);
            let indices: Option<Vec<usize>> = planned.names.iter().map(place).collect();
            if let (Some(indices), Some(members)) = (indices, &planned.inputs) {
                groups.push(Shares {
                    name: planned.name.clone(),
                    inputs: indices,
                    draws: members.iter().map(|(_, draw)| Arc::clone(draw)).collect(),
                });
            }
        }
        groups
    }
}

/// One share: the gamma distribution it is drawn by, and its own beta distribution.
struct Share {
    draw: Arc<dyn Marginal>,
    marginal: Arc<dyn Marginal>,
}

impl Share {
    /// `None` where one of the two cannot be computed.
    fn new(parameter: f64, concentration: f64) -> Option<Self> {
        let gamma = Parameters::default()
            .with("shape", parameter)
            .with("scale", 1.0);
        let beta = Parameters::default()
            .with("alpha", parameter)
            .with("beta", concentration - parameter)
            .with("min", 0.0)
            .with("max", 1.0);
        Some(Share {
            draw: (family("gamma")?.build)(&gamma).ok()?,
            marginal: (family("beta")?.build)(&beta).ok()?,
        })
    }
}
