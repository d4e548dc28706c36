//! How the values of one output are classed and ranked before all are known: by the sample of a pilot.

use super::Measure;
use super::joint::{self, OutputPlan};
use super::spearman::Scores;
use crate::kernel;
use crate::statistic::grid::Grid;

/// How one output is classed.
#[derive(Debug)]
pub struct OutputClasses {
    /// Classes and scores of the cells of the output's grid.
    pub(super) scores: Scores,
    /// Subtracted from values before they are summed.
    pub(super) centre: f64,
    /// The classes of the tables, where a measure wants them.
    pub(super) joint: Option<OutputPlan>,
}

impl OutputClasses {
    /// From the sorted values of a pilot, at least one: `rank_classes` of about equal mass for the rank correlations.
    pub fn new(grid: &Grid, sorted: &[f64], rank_classes: usize, measures: &[Measure]) -> Self {
        let mut cells = vec![0; sorted.len()];
        kernel::dispatch(
            #[inline(always)]
            || grid.cells_of(sorted, &mut cells),
        );
        let mut counts = vec![0; grid.cells()];
        for &cell in &cells {
            counts[cell as usize] += 1;
        }
        let of_tables = measures.iter().any(|measure| measure.is_of_tables());
        let joint = of_tables.then(|| {
            let classes = class_of_cell(&counts, joint::CLASSES);
            let classes: Vec<u8> = classes.into_iter().map(|class| class as u8).collect();
            let class_of = |value| classes[grid.cell(value)];
            OutputPlan::new(classes.clone(), sorted, class_of)
        });
        OutputClasses {
            scores: Scores::new(&counts, class_of_cell(&counts, rank_classes)),
            centre: grid.centre(),
            joint,
        }
    }
}

/// Classes of about equal mass in the pilot, rising with the cells, from its counts by cell.
fn class_of_cell(counts: &[u32], classes: usize) -> Vec<u16> {
    let all = counts.iter().map(|&count| count as usize).sum::<usize>();
    let mut below = 0;
    counts
        .iter()
        .map(|&count| {
            let middle = below + count as usize / 2;
            below += count as usize;
            ((middle * classes) / all.max(1)).min(classes - 1) as u16
        })
        .collect()
}
