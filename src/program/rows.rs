//! Columns of one data file, lowered: the number of a row is drawn once, and each column is read there.

use super::lower::Lowering;
use super::{Register, Step};
use crate::model::Variant;
use std::sync::Arc;

/// The group of columns of one data file that an input belongs to, and its place there.
pub(super) fn rows_of(variant: &Variant, input: usize) -> Option<(usize, usize)> {
    let mut groups = variant.rows.iter().enumerate();
    groups.find_map(|(group, rows)| {
        let place = rows.inputs.iter().position(|&other| other == input)?;
        Some((group, place))
    })
}

impl Lowering<'_> {
    /// The number that a column of a group has in the row that is drawn.
    pub(super) fn take(&mut self, group: usize, place: usize) -> Register {
        let rows = &self.variant.rows[group];
        let row = match self.rows[group] {
            Some(row) => row,
            None => {
                let row = self.draw(rows.inputs[0]);
                self.rows[group] = Some(row);
                row
            }
        };
        let numbers = Arc::clone(&rows.columns[place]);
        self.emit(|result| Step::Take {
            numbers,
            row,
            result,
        })
    }
}
