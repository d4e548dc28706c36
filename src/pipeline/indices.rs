//! The rows of the indices that the main sample answers, and how sure each first rank is.

use super::VariantRun;
use crate::program::{Program, source_label};
use crate::report::SensitivityRow;
use crate::run::OutputOutcome;
use crate::sensitivity::leading::{probability_of_first, probability_of_rank_1};
use crate::sensitivity::{DUMMY, MODEL, MainIndices, OF_RANKS};
use crate::statistic::Estimate;

impl VariantRun<'_> {
    /// The rows of one output.
    pub(super) fn sensitivity(
        &self,
        program: &Program,
        indices: &[MainIndices],
        varying: &OutputOutcome,
    ) -> Vec<SensitivityRow> {
        let names: Vec<String> = program
            .sources
            .iter()
            .map(|source| source_label(self.variant, source))
            .chain([DUMMY.to_owned()])
            .collect();
        // What is one number, of all inputs together.
        let model = vec![MODEL.to_owned()];
        let (names, model) = (&names, &model);
        let rows = indices.iter().flat_map(|MainIndices { measure, indices }| {
            // Without a variance there is nothing to share out; ranks have one.
            let is_there = varying.summary.heavy_tail.is_none() || OF_RANKS.contains(measure);
            let names = if indices.len() == 1 { model } else { names };
            names
                .iter()
                .zip(indices)
                .map(move |(name, index)| SensitivityRow {
                    input: name.clone(),
                    input_2: None,
                    measure,
                    unit: "1".to_owned(),
                    estimate: if is_there {
                        index.estimate
                    } else {
                        Estimate::unavailable()
                    },
                    rank: index.rank.filter(|_| is_there),
                    resolved: index.resolved && is_there,
                })
        });
        rows.collect()
    }
}

/// For each measure that ranks inputs, how sure its first rank is.
pub(super) fn first_ranks(rows: &[SensitivityRow], replicates: usize) -> Vec<SensitivityRow> {
    let mut measures: Vec<&str> = Vec::new();
    for row in rows {
        if !measures.contains(&row.measure) {
            measures.push(row.measure);
        }
    }
    let of_measure = |measure: &str| {
        let ranked = rows
            .iter()
            .filter(|row| row.measure == measure && row.rank.is_some());
        let first = ranked.clone().min_by_key(|row| row.rank)?;
        // An input of two sources is no rival of itself.
        let others = ranked.filter(|row| row.input != first.input);
        let estimates = [first].into_iter().chain(others).map(|row| row.estimate);
        let estimates: Vec<Estimate> = estimates.collect();
        Some(SensitivityRow {
            measure: probability_of_rank_1(measure)?,
            unit: "1".to_owned(),
            estimate: Estimate::exact(probability_of_first(&estimates, replicates)?),
            rank: None,
            ..first.clone()
        })
    };
    measures.into_iter().filter_map(of_measure).collect()
}
