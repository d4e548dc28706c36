//! The empirical distribution: the rows of a data file, alike or by weight.

use super::discrete::Discrete;
use super::parameters::Check;
use super::{
    Built, COLUMN, FILE, Family, Marginal, Parameterisation, Parameters, WEIGHT_COLUMN, codes,
};
use std::sync::Arc;

/// The row of the table.
pub(super) static FAMILY: Family = Family {
    name: "empirical",
    summary: "the rows of a data file, as often as they are there or as their weights say; columns of one file keep their rows together",
    parameters: &[FILE, COLUMN, WEIGHT_COLUMN],
    parameterisations: &[
        Parameterisation::of(&["file", "column"]),
        Parameterisation::of(&["file", "column", "weight_column"]),
    ],
    build,
};

fn build(parameters: &Parameters) -> Built {
    let mut check = Check::new(parameters);
    let values = parameters
        .column("column")
        .map_or(&[][..], |column| &column.numbers);
    let weights = parameters
        .column("weight_column")
        .map(|column| &*column.numbers);
    check.require(
        !values.is_empty(),
        "column",
        &codes::VALUES_EMPTY,
        || "no row can be drawn".into(),
        "at least one row",
    );
    check.require(
        values.iter().all(|value| value.is_finite()),
        "column",
        &codes::NUMBER_NOT_FINITE,
        || "a value is not finite".into(),
        "finite numbers",
    );
    if let Some(weights) = weights {
        check.require(
            weights.len() == values.len(),
            "weight_column",
            &codes::WEIGHTS_LENGTH,
            || format!("{} weights for {} rows", weights.len(), values.len()),
            "one weight a row",
        );
        let total: f64 = weights.iter().sum();
        check.require(
            total > 0.0 && weights.iter().all(|weight| *weight >= 0.0),
            "weight_column",
            &codes::WEIGHT_NOT_POSITIVE,
            || "a weight is below zero, or none is above".into(),
            "weights of zero or more, one of them above zero",
        );
        check.finite("weight_column", "the sum of the weights", total);
    }
    check.finish(|| {
        let mut pairs: Vec<(f64, f64)> = match weights {
            // A value that is never drawn is none of the distribution's.
            Some(weights) => values
                .iter()
                .copied()
                .zip(weights.iter().copied())
                .filter(|pair| pair.1 > 0.0)
                .collect(),
            None => values.iter().map(|&value| (value, 1.0)).collect(),
        };
        // Both zeros are one value.
        pairs.iter_mut().for_each(|pair| pair.0 += 0.0);
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        pairs.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 += later.1;
            }
            same
        });
        Arc::new(Discrete::new(FAMILY.name, &pairs)) as Arc<dyn Marginal>
    })
}

/// The number of a row, 0 for the first, where each is drawn as often as its weight says (all above zero, of a finite sum, at
/// least one).
pub fn row_number(weights: impl Iterator<Item = f64>) -> Arc<dyn Marginal> {
    let pairs: Vec<(f64, f64)> = weights
        .enumerate()
        .map(|(row, weight)| (row as f64, weight))
        .collect();
    Arc::new(Discrete::new(FAMILY.name, &pairs))
}
