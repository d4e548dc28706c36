//! What must not go unsaid about the alternatives themselves, whatever is compared of them.

use super::{Alternative, Study, label};
use crate::pipeline::{VariantRun, notes};
use crate::report::told_once;

impl Study<'_> {
    /// The notes of the alternatives, each once, below what is to be said of the sample.
    pub(super) fn told(&self) -> Vec<String> {
        let of = |alternative: &Alternative| {
            let run = VariantRun {
                model: alternative.model,
                ..self.variant_run(alternative.variant)
            };
            notes::of_definitions(alternative.variant, &run.achieved_correlations())
        };
        let notes: Vec<Vec<String>> = self.alternatives.iter().map(of).collect();
        let mut alternatives = self.alternatives.iter();
        let is_random = alternatives.any(|of| of.has_random_inputs());
        let rounded = notes::rounded(self.plan, &self.plan.layout()).filter(|_| is_random);
        let labelled = self.alternatives.iter().zip(&notes);
        let labelled = labelled.map(|(of, notes)| (label(*of), &notes[..]));
        rounded.into_iter().chain(told_once(labelled)).collect()
    }
}
