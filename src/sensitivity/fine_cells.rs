//! The cells of an output's grid, those that hold much of the mass cut at values that a pilot saw.
//!
//! A grid is fine around the median. Where an output takes one value often, or gathers far from its median, a cell of it may hold a single value
//! and whatever lies beside it: for ranks and classes these must be told apart.

use super::add_all;
use crate::statistic::ordered::OrderedByCell;
use serde::{Deserialize, Serialize};

/// A piece holds about one of so many of all values, or one that came more than once.
const PIECES: usize = 1024;

/// Where the cells of a grid are cut: each into fine cells, numbered in the order of their values.
#[derive(Debug)]
pub struct FineCells {
    /// For each cell the first of its fine cells, then how many there are. A cell has one more of them than cuts: before those of a cell there are
    /// as many cuts as fine cells less the cells.
    first: Vec<u32>,
    /// The least value of every fine cell but the first of each cell, rising in a cell.
    cuts: Vec<f64>,
}

impl FineCells {
    /// From a pilot ordered by the cells of the grid. A cell is cut where it holds more than √n of the n values: what is lost inside the
    /// others is less than 1/n of a rank correlation, and the pilot's own error is more than that.
    pub fn new(pilot: &mut OrderedByCell) -> Self {
        let cells = pilot.below().len() - 1;
        let least = pilot.size().isqrt();
        let step = (pilot.size() / PIECES).max(1);
        let (mut first, mut cuts) = (Vec::with_capacity(cells + 1), Vec::new());
        for cell in 0..cells {
            first.push((cell + cuts.len()) as u32);
            if pilot.count(cell) > least {
                cut(pilot.cell(cell), step, &mut cuts);
            }
        }
        first.push((cells + cuts.len()) as u32);
        FineCells { first, cuts }
    }

    /// So many cells, none of them cut.
    #[cfg(test)]
    pub fn uncut(cells: usize) -> Self {
        FineCells {
            first: (0..=cells as u32).collect(),
            cuts: Vec::new(),
        }
    }

    /// Whether any cell is cut: where none is, the fine cells are the cells.
    pub fn any(&self) -> bool {
        !self.cuts.is_empty()
    }

    /// The number of fine cells.
    pub fn count(&self) -> usize {
        self.first.len() - 1 + self.cuts.len()
    }

    /// The places of a cell's cuts.
    #[inline(always)]
    fn cuts_of(&self, cell: usize) -> std::ops::Range<usize> {
        self.first[cell] as usize - cell..self.first[cell + 1] as usize - cell - 1
    }

    /// The fine cell of a value.
    #[inline(always)]
    fn find(&self, value: f64, cell: usize) -> u32 {
        let cuts = &self.cuts[self.cuts_of(cell)];
        let above = if cuts.is_empty() {
            0
        } else {
            cuts.partition_point(|&cut| cut <= value)
        };
        self.first[cell] + above as u32
    }

    /// How many of the pilot's values lie below each fine cell; one more than there are.
    pub fn below(&self, pilot: &mut OrderedByCell) -> Vec<usize> {
        let mut below = Vec::with_capacity(self.count() + 1);
        for cell in 0..self.first.len() - 1 {
            let before = pilot.below()[cell];
            below.push(before);
            let cuts = &self.cuts[self.cuts_of(cell)];
            if !cuts.is_empty() {
                let values = pilot.cell(cell);
                let above = cuts
                    .iter()
                    .map(|cut| values.partition_point(|value| value < cut));
                below.extend(above.map(|above| before + above));
            }
        }
        below.push(pilot.size());
        below
    }
}

/// Appends the cuts of a cell with these values, rising: before every `step`-th of them, and before and behind those that came more than once.
fn cut(values: &[f64], step: usize, cuts: &mut Vec<f64>) {
    let (least, most) = (values[0], values[values.len() - 1]);
    // What came all the time is the cell.
    if least == most {
        return;
    }
    let before = cuts.len();
    let mut push = |value: f64| {
        if cuts.len() == before || cuts[cuts.len() - 1] < value {
            cuts.push(value);
        }
    };
    let mut at = 0;
    while at < values.len() {
        let value = values[at];
        let end = at + values[at..].partition_point(|&other| other == value);
        let came_again = end > at + 1 || (at > 0 && values[at - 1] == value);
        if at > 0 || came_again {
            push(value);
        }
        if came_again {
            push(value.next_up());
        }
        at = end.max(at + step);
    }
}

/// How many trials lie in the fine cells that are not the first of their cells: with the counts by cell, the counts by fine cell.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FineCounts(Vec<u32>);

impl FineCounts {
    /// Nothing counted.
    pub fn new(cells: &FineCells) -> Self {
        FineCounts(vec![0; cells.cuts.len()])
    }

    /// Counts values of these cells; `fine[i]` becomes the fine cell of `values[i]`.
    #[inline(always)]
    pub fn add(&mut self, plan: &FineCells, values: &[f64], cells: &[u32], fine: &mut Vec<u32>) {
        fine.clear();
        fine.extend(values.iter().zip(cells).map(|(&value, &cell)| {
            let found = plan.find(value, cell as usize);
            if found > plan.first[cell as usize] {
                self.0[(found - cell - 1) as usize] += 1;
            }
            found
        }));
    }

    /// Adds those of other trials.
    pub fn merge(&mut self, other: &FineCounts) {
        add_all(&mut self.0, &other.0);
    }

    /// The counts by fine cell, from those by cell.
    pub fn with(&self, plan: &FineCells, by_cell: &[u32]) -> Vec<u32> {
        let mut counts = Vec::with_capacity(plan.count());
        for (cell, &count) in by_cell.iter().enumerate() {
            let above = &self.0[plan.cuts_of(cell)];
            counts.push(count - above.iter().sum::<u32>());
            counts.extend(above);
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistic::grid::Grid;
    use proptest::prelude::*;

    proptest! {
        /// Whatever the pilot was, fine cells rise with the values, and are counted as they are met.
        #[test]
        fn fine_cells_are_in_order_and_counted(
            pilot in prop::collection::vec((-40i32..40, prop::bool::ANY), 64..400),
            more in prop::collection::vec(-50.0f64..50.0, 1..200),
        ) {
            let value = |&(whole, often): &(i32, bool)| if often { f64::from(whole % 4) * 1e3 } else { f64::from(whole) / 7.0 };
            let pilot: Vec<f64> = pilot.iter().map(value).collect();
            let grid = Grid::of(&[&pilot], 2);
            let mut ordered = OrderedByCell::new(&grid, &[&pilot]);
            let plan = FineCells::new(&mut ordered);
            let mut values = [pilot.clone(), more].concat();
            values.sort_by(f64::total_cmp);
            let cells: Vec<u32> = values.iter().map(|&value| grid.cell(value) as u32).collect();
            let (mut counts, mut fine) = (FineCounts::new(&plan), Vec::new());
            counts.add(&plan, &values, &cells, &mut fine);
            prop_assert!(fine.is_sorted());
            let mut by_cell = vec![0; grid.cells()];
            cells.iter().for_each(|&cell| by_cell[cell as usize] += 1);
            let mut expected = vec![0; plan.count()];
            fine.iter().for_each(|&cell| expected[cell as usize] += 1);
            prop_assert_eq!(counts.with(&plan, &by_cell), expected);
            // The pilot's own values, counted the other way.
            let below = plan.below(&mut ordered);
            for value in pilot {
                let cell = plan.find(value, grid.cell(value)) as usize;
                let (less, up_to) = (below[cell], below[cell + 1]);
                let place = ordered.below()[grid.cell(value)] + ordered.cell(grid.cell(value)).partition_point(|&other| other < value);
                prop_assert!(less <= place && place < up_to, "{value}: {less} {place} {up_to}");
            }
        }
    }

    #[test]
    fn what_stands_beside_an_atom_is_told_from_it() {
        // Far from the median, where a cell is wide: an atom with a tenth of the mass, and as much spread a little above it.
        let near = (0..800).map(|at| f64::from(at) / 800.0);
        let atom = (0..100).map(|_| 1000.0);
        let above = (0..100).map(|at| 1000.0 + f64::from(at + 1) / 1000.0);
        let pilot: Vec<f64> = near.chain(atom).chain(above).collect();
        let grid = Grid::of(&[&pilot], 6);
        let cell = grid.cell(1000.0);
        assert_eq!(cell, grid.cell(1000.1));
        let mut ordered = OrderedByCell::new(&grid, &[&pilot]);
        let plan = FineCells::new(&mut ordered);
        let of = |value: f64| plan.find(value, cell);
        let below = of(1000f64.next_down());
        assert_eq!(of(1000.0), below + 1);
        assert_eq!(of(1000f64.next_up()), below + 2);
        assert!(of(1000.1) > of(1000.05) + 10);
        // What is spread evenly is not cut.
        assert!(plan.cuts_of(grid.cell(0.5)).is_empty());
    }
}
