//! What a decision would be now, and what it is worth to know first.

use super::super::SensitivityRow;
use super::super::decision::{AlternativeRow, DecisionReport};
use super::super::grid::{Align, Grid};
use super::super::number::{self, ESTIMATE_DIGITS};
use super::drivers::GROUP;
use super::{Page, plain, with_unit};

/// Inputs listed; the file holds them all.
const LISTED: usize = 8;

impl Page {
    /// Every decision that was looked at.
    pub(super) fn decisions(&mut self, decisions: &[DecisionReport]) {
        for decision in decisions {
            self.decision(decision);
        }
    }

    fn decision(&mut self, decision: &DecisionReport) {
        let Some(chosen) = decision.alternatives.iter().find(|row| row.chosen) else {
            return;
        };
        self.line("");
        self.heading(&format!(
            "Decision: the least {} on average has {}",
            plain(&decision.output),
            plain(&chosen.name)
        ));
        let others: Vec<String> = decision
            .alternatives
            .iter()
            .filter(|row| !row.chosen)
            .map(|row| above(row, &decision.unit))
            .collect();
        self.line(&format!("above it: {}", others.join(", ")));
        let everything = decision
            .sensitivity
            .iter()
            .find(|row| row.measure == "evpi");
        if let Some(everything) = everything {
            let worth = if everything.resolved {
                with_unit(
                    &number::estimate(&everything.estimate, ESTIMATE_DIGITS),
                    &decision.unit,
                )
            } else {
                "nothing: the choice is the same in every trial".to_owned()
            };
            self.line(&format!("knowing everything first would be worth {worth}"));
        }
        let inputs = decision.sensitivity.iter().filter(|row| row.rank.is_some());
        let (mut worth, rest): (Vec<_>, Vec<_>) = inputs.partition(|row| row.resolved);
        worth.sort_by_key(|row| row.rank);
        if !worth.is_empty() {
            let unit = plain(&decision.unit).into_owned();
            let heading = format!("worth knowing first ({unit})");
            let mut grid = Grid::new(&[
                ("", Align::Right),
                ("input", Align::Left),
                (heading.as_str(), Align::Right),
            ]);
            for row in worth.iter().take(LISTED) {
                grid.row(cells(row));
            }
            self.grid(grid);
        }
        let groups: Vec<String> = decision
            .sensitivity
            .iter()
            .filter(|row| row.resolved && row.input.starts_with(GROUP))
            .map(|row| {
                let name = plain(&row.input[GROUP.len()..]).into_owned();
                format!(
                    "{name} {}",
                    number::estimate(&row.estimate, ESTIMATE_DIGITS)
                )
            })
            .collect();
        if !groups.is_empty() {
            self.line(&format!("groups together: {}", groups.join(", ")));
        }
        if worth.len() > LISTED {
            self.line(&format!("… and {} weaker ones", worth.len() - LISTED));
        }
        if !rest.is_empty() {
            let names: Vec<_> = rest.iter().map(|row| plain(&row.input)).collect();
            self.line(&format!(
                "would not change the choice, as far as can be told: {}",
                names.join(", ")
            ));
        }
    }
}

/// `base 12.3 kgCO2e/day`.
fn above(row: &AlternativeRow, unit: &str) -> String {
    let number = number::estimate(&row.above, ESTIMATE_DIGITS);
    format!("{} by {}", plain(&row.name), with_unit(&number, unit))
}

fn cells(row: &SensitivityRow) -> Vec<String> {
    vec![
        row.rank.map_or_else(String::new, |rank| rank.to_string()),
        plain(&row.input).into_owned(),
        number::estimate(&row.estimate, ESTIMATE_DIGITS),
    ]
}
