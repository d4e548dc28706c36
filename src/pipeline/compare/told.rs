//! What must not go unsaid about the alternatives themselves, whatever is compared of them.

use super::{Alternative, Study, label};
use crate::pipeline::{VariantRun, notes};
use crate::report::told_once;

impl Study<'_> {
    /// The notes of each alternative.
    pub(super) fn notes_of_alternatives(&self) -> Vec<Vec<String>> {
        let of = |alternative: &Alternative| {
            let run = VariantRun {
                model: alternative.model,
                ..self.variant_run(alternative.variant)
            };
            notes::of_definitions(alternative.variant, &run.achieved_correlations())
        };
        self.alternatives.iter().map(of).collect()
    }

    /// Those notes, each once, below what is to be said of the sample.
    pub(super) fn told(&self, of_alternatives: &[Vec<String>]) -> Vec<String> {
        let mut alternatives = self.alternatives.iter();
        let is_random = alternatives.any(|of| !of.random_inputs().is_empty());
        let rounded = notes::rounded(self.plan, &self.plan.layout()).filter(|_| is_random);
        let labelled = self.alternatives.iter().zip(of_alternatives);
        let labelled = labelled.map(|(of, notes)| (label(*of), &notes[..]));
        rounded.into_iter().chain(told_once(labelled)).collect()
    }
}
