//! What another shape of an input would do to the interval.

use super::super::OutputReport;
use super::super::grid::{Align, Grid};
use super::super::number::{self, ESTIMATE_DIGITS};
use super::super::shape::ShapeRow;
use super::{Page, plain};

/// Shapes listed under an output, those that move it most; the file holds them all.
const LISTED: usize = 8;

impl Page {
    /// What other shapes of the inputs do to each output.
    pub(super) fn shapes(&mut self, outputs: &[OutputReport]) {
        for output in outputs.iter().filter(|output| !output.shapes.is_empty()) {
            self.line("");
            self.heading(&format!(
                "If an input had another shape, with the same mean and sd: {}",
                plain(&output.name)
            ));
            self.shapes_of(output);
        }
    }

    fn shapes_of(&mut self, output: &OutputReport) {
        let moves = |row: &ShapeRow| {
            let known = row.shifts.iter().zip(row.resolved);
            known
                .filter(|(_, resolved)| *resolved)
                .filter_map(|(shift, _)| shift.value)
                .fold(0.0, |most: f64, shift| most.max(shift.abs()))
        };
        let mut rows: Vec<&ShapeRow> = output
            .shapes
            .iter()
            .filter(|row| moves(row) > 0.0)
            .collect();
        rows.sort_by(|one, other| moves(other).total_cmp(&moves(one)));
        if rows.is_empty() {
            self.line("no end of the interval moves by more than the trials can tell");
            return;
        }
        let unit = plain(&output.unit);
        let (low, high) = (format!("lower end ({unit})"), format!("upper end ({unit})"));
        let mut grid = Grid::new(&[
            ("input", Align::Left),
            ("is", Align::Left),
            ("if it were", Align::Left),
            (&low, Align::Right),
            ("moves by", Align::Right),
            (&high, Align::Right),
            ("moves by", Align::Right),
        ]);
        for row in rows.iter().take(LISTED) {
            let mut cells = vec![
                plain(&row.input).into_owned(),
                row.own.to_owned(),
                row.family.to_owned(),
            ];
            for end in 0..2 {
                cells.push(number::estimate(&row.ends[end], ESTIMATE_DIGITS));
                cells.push(if row.resolved[end] {
                    number::estimate(&row.shifts[end], ESTIMATE_DIGITS)
                } else {
                    "not resolved".to_owned()
                });
            }
            grid.row(cells);
        }
        self.grid(grid);
        if rows.len() > LISTED {
            self.line(&format!("… and {} that move it less", rows.len() - LISTED));
        }
    }
}
