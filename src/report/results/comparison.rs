//! A comparison read back.

use super::{Numbers, count, estimate, field, list, text, texts, truth};
use crate::report::{csv, label};
use crate::statistic::summary::share;
use serde_json::Value;
use std::io;
use std::path::Path;

/// Alternatives held against each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// Trials run.
    pub trials: u64,
    /// Independent replicates.
    pub replicates: u64,
    /// Trials left out.
    pub nonfinite: u64,
    /// Whether its intervals mix uncertainty and variability.
    pub mixes_kinds: bool,
    /// Each pair, in the order of the files.
    pub pairs: Vec<Pair>,
}

/// An alternative against another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pair {
    /// The alternative.
    pub a: String,
    /// What it is held against.
    pub b: String,
    /// Random inputs that are the same quantity in both.
    pub shared: Vec<String>,
    /// Random inputs with another distribution at the same quantile.
    pub same_quantile: Vec<String>,
    /// Those that are the same quantity in both, but correlated otherwise.
    pub in_part: Vec<String>,
    /// Random inputs that are drawn independently.
    pub apart: Vec<String>,
    /// Inputs that are random in one of the two only.
    pub in_one: Vec<String>,
    /// The outputs that both have.
    pub outputs: Vec<Compared>,
}

/// An output of two alternatives.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// The unit of its differences.
    pub unit: String,
    /// Its numbers, each by the quantity and the statistic: `difference mean`.
    pub numbers: Numbers,
}

/// Reads the comparison of a result folder whose manifest is `document`; `None` where it is none.
pub(super) fn read(path: &Path, document: &Value) -> io::Result<Option<Comparison>> {
    let entry = &document["comparison"];
    if entry.is_null() {
        return Ok(None);
    }
    let name = |of: &Value| label(&text(&of["scenario"]), &text(&of["variant"]));
    let pairs = list(&entry["pairs"]).iter().map(|entry| Pair {
        a: name(&entry["a"]),
        b: name(&entry["b"]),
        shared: texts(&entry["shared"]),
        same_quantile: texts(&entry["same_quantile"]),
        in_part: texts(&entry["in_part"]),
        apart: texts(&entry["apart"]),
        in_one: texts(&entry["in_one"]),
        outputs: Vec::new(),
    });
    let mut comparison = Comparison {
        trials: count(&entry["trials"]),
        replicates: count(&entry["replicates"]),
        nonfinite: count(&entry["nonfinite"]),
        mixes_kinds: truth(&entry["mixes_kinds"]),
        pairs: pairs.collect(),
    };
    // Alternatives without an output in common have no table.
    let rows = if path.exists() {
        csv::read(path)?
    } else {
        Vec::new()
    };
    for row in rows {
        let [a, b] = ["a", "b"].map(|of| {
            let [scenario, variant] =
                ["scenario", "variant"].map(|column| field(&row, &format!("{column}_{of}")));
            label(&scenario, &variant)
        });
        let mut pairs = comparison.pairs.iter_mut();
        let Some(pair) = pairs.find(|pair| pair.a == a && pair.b == b) else {
            continue;
        };
        let (name, quantity) = (field(&row, "output"), field(&row, "quantity"));
        let mut number = estimate(&row);
        // No trial, or every one: the table has no column for the limit that is known then.
        if let ("order", Some(value)) = (quantity.as_str(), number.value)
            && (value == 0.0 || value == 1.0)
            && number.standard_error != Some(0.0)
        {
            let trials = comparison.trials - comparison.nonfinite.min(comparison.trials);
            number = share(&[trials], 1, &|_| if value == 0.0 { 0 } else { trials });
        }
        let number = (format!("{quantity} {}", field(&row, "statistic")), number);
        match pair.outputs.last_mut().filter(|last| last.name == name) {
            Some(last) => last.numbers.push(number),
            None => pair.outputs.push(Compared {
                unit: field(&row, "unit"),
                name,
                numbers: vec![number],
            }),
        }
    }
    Ok(Some(comparison))
}
