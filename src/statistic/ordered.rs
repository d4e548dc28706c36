//! A sample that is put in order cell by cell, and inside a cell only where somebody looks.

use super::grid::Grid;
use super::rising::sorted;
use super::tally::group;
use crate::kernel;

/// Values whose cells are worked out together.
const TOGETHER: usize = 256;

/// Values of any rank, of a sample grouped by the cells of a grid.
#[derive(Debug)]
pub struct OrderedByCell {
    /// The values, cell by cell.
    values: Vec<f64>,
    /// How many lie below each cell; one more than there are cells.
    below: Vec<usize>,
    /// Whether each cell's values are sorted.
    sorted: Vec<bool>,
}

impl OrderedByCell {
    /// Of finite values, in parts and in any order.
    pub fn new<P: AsRef<[f64]>>(grid: &Grid, parts: &[P]) -> Self {
        let mut cells = [0; TOGETHER];
        let mut by_cell = |with: &mut dyn FnMut(&[f64], &[u32])| {
            for values in parts.iter().flat_map(|part| part.as_ref().chunks(TOGETHER)) {
                let cells = &mut cells[..values.len()];
                kernel::dispatch(
                    #[inline(always)]
                    || grid.cells_of(values, cells),
                );
                with(values, cells);
            }
        };
        // The cells are worked out twice: less than it takes to write them down in fresh memory.
        let mut below = vec![0usize; grid.cells() + 1];
        by_cell(&mut |_, cells| {
            for &cell in cells {
                below[cell as usize + 1] += 1;
            }
        });
        for cell in 0..grid.cells() {
            below[cell + 1] += below[cell];
        }
        let mut next = below.clone();
        let mut grouped = vec![0.0; below[grid.cells()]];
        by_cell(&mut |values, cells| group(values, cells, &mut next, &mut grouped));
        OrderedByCell {
            values: grouped,
            below,
            sorted: vec![false; grid.cells()],
        }
    }

    /// How many values: one at least.
    pub fn size(&self) -> usize {
        self.values.len()
    }

    /// How many values lie below each cell; one more than there are cells.
    pub fn below(&self) -> &[usize] {
        &self.below
    }

    /// How many values a cell has.
    pub fn count(&self, cell: usize) -> usize {
        self.below[cell + 1] - self.below[cell]
    }

    /// The cell of the value of rank `rank`, counted from zero.
    pub fn cell_of_rank(&self, rank: usize) -> usize {
        self.below.partition_point(|&below| below <= rank) - 1
    }

    /// The value of rank `rank`, counted from zero.
    pub fn of_rank(&mut self, rank: usize) -> f64 {
        let cell = self.cell_of_rank(rank);
        let before = self.below[cell];
        self.cell(cell)[rank - before]
    }

    /// The values of a cell, rising.
    pub fn cell(&mut self, cell: usize) -> &[f64] {
        let values = &mut self.values[self.below[cell]..self.below[cell + 1]];
        if !std::mem::replace(&mut self.sorted[cell], true) {
            values.copy_from_slice(&sorted(values));
        }
        values
    }

    /// The values of these ranks, counted from zero, rising.
    pub fn of_ranks(&mut self, ranks: std::ops::Range<usize>) -> Vec<f64> {
        if ranks.is_empty() {
            return Vec::new();
        }
        for cell in self.cell_of_rank(ranks.start)..=self.cell_of_rank(ranks.end - 1) {
            self.cell(cell);
        }
        self.values[ranks].to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranks_are_those_of_the_sorted_values(
            values in prop::collection::vec(prop::num::f64::NORMAL, 1..200),
            ties in 0usize..50,
            ranks in prop::collection::vec((0.0f64..1.0, 0.0f64..1.0), 1..10),
        ) {
            let mut values = values;
            let first = values[0];
            values.extend(std::iter::repeat_n(first, ties));
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let parts: Vec<&[f64]> = values.chunks(7).collect();
            let grid = Grid::of(&parts, 6);
            let mut ordered = OrderedByCell::new(&grid, &parts);
            prop_assert_eq!(ordered.size(), sorted.len());
            let rank = |share: f64| (share * sorted.len() as f64) as usize;
            for &(one, other) in &ranks {
                prop_assert_eq!(ordered.of_rank(rank(one)), sorted[rank(one)]);
                let cell = ordered.cell_of_rank(rank(other));
                prop_assert_eq!(cell, grid.cell(sorted[rank(other)]));
                let inside = ordered.below()[cell]..ordered.below()[cell + 1];
                prop_assert_eq!(ordered.cell(cell), &sorted[inside]);
                let range = rank(one.min(other))..rank(one.max(other));
                prop_assert_eq!(ordered.of_ranks(range.clone()), sorted[range].to_vec());
            }
        }
    }
}
