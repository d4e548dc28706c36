//! What drives the difference of two alternatives: often not what drives either.

use super::{MINUS, Study};
use crate::model::{Binary, Combined, Output};
use crate::pipeline::{RunError, VariantRun, notes};
use crate::program;
use crate::report::SensitivityRow;
use crate::report::comparison::PairReport;
use crate::run::Progress;
use crate::sensitivity::Measure;
use std::collections::HashSet;

/// Measures that are about the values of each input by itself: where both alternatives take one quantile through distributions of
/// their own, an input has two values.
const OF_VALUES: [Measure; 4] = [
    Measure::Pearson,
    Measure::Regression,
    Measure::Partial,
    Measure::Tornado,
];

impl Study<'_> {
    /// Adds the indices of every difference of a pair that a distribution acts on.
    pub(super) fn add_drivers(
        &self,
        report: &mut PairReport,
        [a, b]: [usize; 2],
        notes: &mut Vec<String>,
        progress: &dyn Progress,
    ) -> Result<(), RunError> {
        if self.plan.measures.is_empty() && !self.plan.automatic {
            return Ok(());
        }
        // The one that is held against keeps the plain names of its inputs.
        let mut combined = Combined::default();
        let nodes_b = combined.add(self.alternatives[b].variant);
        let nodes_a = combined.add(self.alternatives[a].variant);
        // What is the same in every trial is driven by nothing.
        let differs = |name: &str| {
            let mut outputs = report.outputs.iter();
            outputs.any(|output| output.name == name && !output.same)
        };
        let common = self.common([a, b]).into_iter();
        let common = common.filter(|(output, ..)| differs(&output.name));
        let outputs = common.map(|(output, at_a, at_b)| {
            let name = self.named(&output.name, [a, b], MINUS);
            let both = [nodes_a[at_a], nodes_b[at_b]];
            combined.output(name, Binary::Subtract, both, Some(&output.unit))
        });
        let outputs: Vec<Output> = outputs.collect();
        if outputs.is_empty() {
            return Ok(());
        }
        let combined = combined.finish(self.alternatives[a].variant.name.clone(), outputs);
        let program = program::lower(&combined, false);
        let mut plan = self.plan.clone();
        if !report.same_quantile.is_empty() {
            let asked = plan.measures.len();
            plan.measures.retain(|measure| !OF_VALUES.contains(measure));
            let note = "pearson, regression, partial and tornado are not available for a difference in which an input takes one quantile through two distributions";
            if plan.measures.len() < asked && notes.iter().all(|other| other != note) {
                notes.push(note.to_owned());
            }
        }
        let mut run = VariantRun {
            plan: &plan,
            ..self.variant_run(&combined)
        };
        run.refuse_indices_too_large(&program, &run.plan.main_measures())?;
        let mut found = run.plain_report(&program, progress)?;
        for output in &mut report.outputs {
            let mut outputs = found.outputs.iter_mut();
            if let Some(found) = outputs.find(|found| found.name == output.difference) {
                output.sensitivity = each_once(std::mem::take(&mut found.sensitivity));
            }
        }
        // What is to be said of the inputs is told of each alternative, by the names that they have there.
        let of_inputs = notes::of_definitions(&combined, &run.achieved_correlations());
        for note in found.notes {
            if !notes.contains(&note) && !of_inputs.contains(&note) {
                notes.push(note);
            }
        }
        Ok(())
    }
}

/// The rows of each input once: an input of one quantile and two distributions is two sources of the same numbers. Ranks are
/// counted without the second.
fn each_once(rows: Vec<SensitivityRow>) -> Vec<SensitivityRow> {
    let mut seen = HashSet::new();
    let key = |row: &SensitivityRow| (row.measure, row.input.clone(), row.input_2.clone());
    let (mut kept, again): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| seen.insert(key(row)));
    for row in &mut kept {
        let before =
            |other: &&SensitivityRow| other.measure == row.measure && other.rank < row.rank;
        let before = again
            .iter()
            .filter(|other| other.rank.is_some())
            .filter(before);
        row.rank = row.rank.map(|rank| rank - before.count() as u32);
    }
    kept
}
