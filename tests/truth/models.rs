//! The models of tests/reference: those with exact answers are the library's own, those with exact indices are read here.

use montecarbon::diagnostic::{Source, Style, render_all};
use montecarbon::model::{Model, check};
pub use montecarbon::validation::{Exact, closed_form};
use montecarbon::validation::{correlation_lines, input_lines};
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads and checks a scenario's text.
pub fn checked(text: &str) -> Model {
    check(Source::new("truth.toml", text), "truth", &[])
        .unwrap_or_else(|complaints| panic!("{text}\n{}", render_all(&complaints, Style::Plain)))
}

/// A model with exact indices.
pub struct Sensitivity {
    /// Its name.
    pub id: String,
    /// Its scenario.
    pub scenario: String,
    /// First-order index by input.
    pub first_order: BTreeMap<String, f64>,
    /// Spearman's coefficient with the output, by input, where it is known.
    pub spearman: BTreeMap<String, f64>,
    /// Pearson's, likewise.
    pub pearson: BTreeMap<String, f64>,
    /// Total index by input.
    pub total: BTreeMap<String, f64>,
    /// Shapley effect by input, where it is known.
    pub shapley: BTreeMap<String, f64>,
    /// Index of second order by pair, where one is known: the others are zero.
    pub second_order: BTreeMap<[String; 2], f64>,
    /// Mean, mean absolute and spread of elementary effects on four levels, by input, where they are known.
    pub morris: BTreeMap<String, [f64; 3]>,
    /// Borgonovo's δ by input, where it is known.
    pub borgonovo: BTreeMap<String, f64>,
    /// Whether inputs are correlated.
    pub dependent: bool,
}

/// The models of tests/reference/sensitivity.json with independent inputs and an index.
pub fn sensitivities() -> Vec<Sensitivity> {
    let all = every_sensitivity().into_iter();
    all.filter(|exact| !exact.dependent).collect()
}

/// The models of tests/reference/sensitivity.json with an index.
pub fn every_sensitivity() -> Vec<Sensitivity> {
    let file: Value = serde_json::from_str(include_str!("../reference/sensitivity.json")).unwrap();
    let pairs = |model: &Value| model["correlation"].as_array().cloned().unwrap_or_default();
    let indices = |model: &Value, key: &str| -> BTreeMap<String, f64> {
        let map = model[key].as_object().cloned().unwrap_or_default();
        map.into_iter()
            .filter_map(|(input, value)| Some((input, value.as_f64()?)))
            .collect()
    };
    // Names of the language may not be units: every input gets a prefix, in the formula too.
    file["models"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|model| model.get("first_order").is_some())
        .map(|model| {
            let names: Vec<&String> = model["inputs"].as_object().unwrap().keys().collect();
            let renamed = |text: &str| {
                let mut out = String::new();
                let mut word = String::new();
                for character in text.chars().chain([' ']) {
                    if character.is_alphanumeric() || character == '_' {
                        word.push(character);
                        continue;
                    }
                    if names.contains(&&word) {
                        out.push_str("in_");
                    }
                    out.push_str(&word);
                    word.clear();
                    out.push(character);
                }
                out.trim_end().to_owned()
            };
            let prefixed = |map: BTreeMap<String, f64>| map.into_iter().map(|(name, value)| (format!("in_{name}"), value)).collect();
            Sensitivity {
                id: model["id"].as_str().unwrap().to_owned(),
                dependent: !pairs(model).is_empty(),
                scenario: format!(
                    "[inputs]\n{}\n{}[formulas]\nresult_of_model = \"{}\"\n[outputs]\nresult_of_model = \"1\"\n",
                    input_lines(model, "in_"),
                    correlation_lines(model, "in_"),
                    renamed(model["expression"].as_str().unwrap())
                ),
                first_order: prefixed(indices(model, "first_order")),
                spearman: prefixed(indices(model, "spearman_with_output")),
                pearson: prefixed(indices(model, "pearson_with_output")),
                total: prefixed(indices(model, "total")),
                shapley: prefixed(indices(model, "shapley")),
                borgonovo: prefixed(indices(model, "borgonovo_delta")),
                second_order: indices(model, "second_order")
                    .into_iter()
                    .map(|(pair, value)| {
                        let (one, other) = pair.split_once(',').unwrap();
                        ([one, other].map(|name| format!("in_{name}")), value)
                    })
                    .collect(),
                morris: model["morris_exact_levels4"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, effects)| {
                        let keys = ["mu", "mu_star", "sigma_population"];
                        (format!("in_{name}"), keys.map(|key| effects[key].as_f64().unwrap()))
                    })
                    .collect(),
            }
        })
        .collect()
}
