//! The inputs of a run, and what joins them, as the report tells them.

use crate::model::{Definition, Dependence, Input, Kind, Variant};
use crate::report::{CorrelationReport, InputReport, RunReport};
use std::sync::Arc;

/// One row per input, in the order of the file, so far without its distribution.
pub fn reports(variant: &Variant) -> Vec<Arc<InputReport>> {
    let report = |input: &Input| InputReport {
        name: input.name.clone(),
        unit: input.unit.text.clone(),
        written: input.written.clone(),
        resolved: input.resolved.clone(),
        evidence: input.evidence.map(|evidence| evidence.word().to_owned()),
        sources: input.sources.clone(),
        random: matches!(input.definition, Definition::Random(_)),
        variability: input.kind == Kind::Variability,
        distribution: Vec::new(),
    };
    let inputs = variant.inputs.iter();
    inputs.map(|input| Arc::new(report(input))).collect()
}

/// Adds a run that is whole; the inputs that it has as the run before are kept once.
pub fn push_run(runs: &mut Vec<RunReport>, mut run: RunReport) {
    let before = runs.last().map_or(&[][..], |before| &before.inputs);
    for (input, before) in run.inputs.iter_mut().zip(before) {
        if input == before {
            *input = Arc::clone(before);
        }
    }
    runs.push(run);
}

/// The dependence asked for, in the order of the file.
pub fn correlations(variant: &Variant) -> Vec<CorrelationReport> {
    let name = |input: usize| variant.inputs[input].name.clone();
    let correlations = variant.correlations.iter();
    let report = correlations.map(|correlation| {
        let (measure, value) = match correlation.asked {
            Dependence::Spearman(value) => ("spearman", value),
            Dependence::Gaussian(value) => ("gaussian", value),
        };
        CorrelationReport {
            inputs: correlation.inputs.map(name),
            measure,
            value,
        }
    });
    report.collect()
}

/// Inputs that are drawn together, and as what.
pub fn joint(variant: &Variant) -> Vec<(&'static str, Vec<String>)> {
    let names = |inputs: &[usize]| {
        let names = inputs
            .iter()
            .map(|&input| variant.inputs[input].name.clone());
        names.collect()
    };
    let shares = variant
        .shares
        .iter()
        .map(|shares| ("shares", names(&shares.inputs)));
    let rows = variant
        .rows
        .iter()
        .map(|rows| ("rows", names(&rows.inputs)));
    shares.chain(rows).collect()
}
