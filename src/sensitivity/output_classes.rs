//! How the values of one output are classed and ranked before all are known: by the sample of a pilot.

use super::Measure;
use super::fine_cells::FineCells;
use super::joint::{self, OutputPlan};
use super::spearman::Scores;
use crate::statistic::grid::Grid;
use crate::statistic::ordered::OrderedByCell;

/// How one output is classed.
#[derive(Debug)]
pub struct OutputClasses {
    /// Where the cells of the output's grid are cut.
    pub(super) cells: FineCells,
    /// Classes and scores of the fine cells.
    pub(super) scores: Scores,
    /// Subtracted from values before they are summed.
    pub(super) centre: f64,
    /// The classes of the tables, where a measure wants them.
    pub(super) joint: Option<OutputPlan>,
}

impl OutputClasses {
    /// From a pilot ordered by the cells of this grid, one value at least: `rank_classes` of about equal mass for the rank correlations.
    pub fn new(
        grid: &Grid,
        pilot: &mut OrderedByCell,
        rank_classes: usize,
        measures: &[Measure],
    ) -> Self {
        let cells = FineCells::new(pilot);
        let below = cells.below(pilot);
        let of_tables = measures.iter().any(|measure| measure.is_of_tables());
        let joint = of_tables.then(|| {
            let classes = class_of_cell(&below, joint::CLASSES);
            let classes = classes.into_iter().map(|class| class as u8).collect();
            OutputPlan::new(classes, &below, pilot)
        });
        let counts = below.windows(2).map(|ends| (ends[1] - ends[0]) as u32);
        OutputClasses {
            scores: Scores::new(
                &counts.collect::<Vec<_>>(),
                class_of_cell(&below, rank_classes),
            ),
            cells,
            centre: grid.centre(),
            joint,
        }
    }
}

/// Classes of about equal mass, rising with the cells; `below`: how many values lie below each cell, and how many there are.
pub(super) fn class_of_cell(below: &[usize], classes: usize) -> Vec<u16> {
    let size = below[below.len() - 1];
    let of_cell = |ends: &[usize]| {
        let middle = (ends[0] + ends[1]) / 2;
        ((middle * classes) / size).min(classes - 1) as u16
    };
    below.windows(2).map(of_cell).collect()
}
