//! `[decision]`: the alternatives between which one is to be chosen, and by what.

use super::Decision;
use super::check::Context;
use super::codes::{DECISION_TOO_LARGE, DECISION_VARIANT_TWICE, DECISION_WITHOUT_CHOICE};
use super::outputs::OutputEntry;
use crate::scenario::tree::{Node, Table, Text};

/// Alternatives of a decision, at most: what is remembered of each grows with their number.
const MOST_ALTERNATIVES: usize = 64;

impl Context<'_> {
    /// Reads `[decision]`; `None` where there is none, or where it was complained about.
    pub(super) fn read_decision(
        &mut self,
        root: &Table,
        outputs: &[OutputEntry],
        variants: &[&str],
    ) -> Option<Decision> {
        let entry = root.entry("decision")?;
        let table = entry.node.as_table()?;
        let output = table
            .get("minimise")
            .and_then(Node::as_text)
            .and_then(|name| self.output_named(&name, outputs));
        let chosen = self.decision_variants(table.get("variants"), variants);
        let threshold = match table.get("threshold") {
            Some(node) => Some(self.exact(node, "threshold")?),
            None => None,
        };
        let (output, chosen) = (output?, chosen?);
        let alternatives = chosen.len() + usize::from(threshold.is_some());
        if alternatives < 2 {
            let complaint = self
                .texts
                .error(
                    &DECISION_WITHOUT_CHOICE,
                    entry.key.place,
                    "the decision has only one alternative",
                )
                .label("nothing to choose from")
                .advise("add another to [variants] or [sweep], or a `threshold`: what a known alternative has, in the unit of the output");
            self.complaints.push(complaint);
            return None;
        }
        if alternatives > MOST_ALTERNATIVES {
            let complaint = self
                .texts
                .error(
                    &DECISION_TOO_LARGE,
                    entry.key.place,
                    format!("the decision has {alternatives} alternatives"),
                )
                .label(format!("at most {MOST_ALTERNATIVES}"))
                .advise("name those that are to be chosen from in `variants`");
            self.complaints.push(complaint);
            return None;
        }
        Some(Decision {
            output,
            variants: chosen,
            threshold,
        })
    }

    /// The places of the variants to choose from: those that are named, or all.
    fn decision_variants(&mut self, node: Option<&Node>, known: &[&str]) -> Option<Vec<usize>> {
        let Some(node) = node else {
            return Some((0..known.len()).collect());
        };
        let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
        let names: Vec<Text> = nodes.iter().filter_map(Node::as_text).collect();
        let (mut places, mut wrong) = (Vec::new(), names.len() < nodes.len());
        for name in &names {
            match self.variant_named(name, known) {
                Some(place) if places.contains(&place) => {
                    let complaint = self
                        .texts
                        .error(
                            &DECISION_VARIANT_TWICE,
                            name.place,
                            format!("`{}` is an alternative already", name.value),
                        )
                        .label("a second time")
                        .advise("name each variant once");
                    self.complaints.push(complaint);
                    wrong = true;
                }
                Some(place) => places.push(place),
                None => wrong = true,
            }
        }
        (!wrong).then_some(places)
    }
}
