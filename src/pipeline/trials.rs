//! Every trial of a variant, for files of samples.

use super::{RunError, TrialSink, VariantRun};
use crate::program;
use crate::run::{self, Experiment};

impl VariantRun<'_> {
    /// Hands every trial over, in order: inputs and outputs by name, what is both once.
    pub(super) fn write_trials(&self, sink: &mut dyn TrialSink) -> Result<(), RunError> {
        let program = program::lower(self.variant, true);
        let sampler = self.sampler(&program, self.layout);
        let experiment = Experiment {
            program: &program,
            sampler: &*sampler,
            layout: self.layout,
        };
        let is_output = |name: &str| {
            self.variant
                .outputs
                .iter()
                .any(|output| output.name == name)
        };
        // What is both an input and an output appears once, in the output's unit.
        let inputs = self
            .variant
            .inputs
            .iter()
            .zip(&program.inputs)
            .filter(|(input, _)| !is_output(&input.name));
        let outputs = self.variant.outputs.iter().zip(&program.outputs);
        let (columns, slots): (Vec<_>, Vec<_>) = inputs
            .map(|(input, &slot)| ((input.name.clone(), "input", input.unit.text.clone()), slot))
            .chain(outputs.map(|(output, &slot)| {
                (
                    (output.name.clone(), "output", output.unit.text.clone()),
                    slot,
                )
            }))
            .unzip();
        let encoder = sink
            .begin(&self.model.scenario, &self.variant.name, &columns)
            .map_err(RunError::Sink)?;
        run::stream_trials(&experiment, &slots, &*encoder, |block| sink.block(block))
            .map_err(RunError::Sink)?;
        sink.end().map_err(RunError::Sink)
    }
}
