//! One input at a time: every input at a low and a high quantile, the others at their medians.

use crate::program::{Program, TILE};

/// The quantiles that an input is moved to.
const ENDS: [f64; 2] = [0.05, 0.95];

/// For each source, every output with it at its 5 % and at its 95 % quantile.
pub fn one_at_a_time(program: &Program) -> Vec<[Vec<f64>; 2]> {
    let mut tile = program.tile();
    let rows = ENDS.len() * program.sources.len();
    let mut ends = Vec::with_capacity(rows);
    for first in (0..rows).step_by(TILE) {
        tile.rows = (rows - first).min(TILE);
        program.execute(&mut tile, |source, column| {
            let marginal = &program.sources[source].marginal;
            column.fill(marginal.quantile(0.5));
            for (end, p) in ENDS.into_iter().enumerate() {
                let row = (ENDS.len() * source + end).checked_sub(first);
                if let Some(value) = row.and_then(|row| column.get_mut(row)) {
                    *value = marginal.quantile(p);
                }
            }
        });
        let outputs = |row: usize| {
            let slots = program.outputs.iter();
            slots
                .map(|&slot| tile.value(slot, row))
                .collect::<Vec<f64>>()
        };
        ends.extend((0..tile.rows).map(outputs));
    }
    let mut ends = ends.into_iter();
    let mut next = || ends.next().unwrap_or_default();
    (0..program.sources.len())
        .map(|_| [next(), next()])
        .collect()
}
