//! The models of tests/reference: those with exact answers are the library's own, those with exact indices are read here.

use montecarbon::diagnostic::{Source, Style, render_all};
use montecarbon::model::{Model, check};
use montecarbon::validation::input_lines;
pub use montecarbon::validation::{Exact, closed_form};
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
}

/// The models of tests/reference/sensitivity.json with independent inputs and an index.
pub fn sensitivities() -> Vec<Sensitivity> {
    let file: Value = serde_json::from_str(include_str!("../reference/sensitivity.json")).unwrap();
    let indices = |model: &Value, key: &str| {
        let map = model[key].as_object().cloned().unwrap_or_default();
        map.into_iter()
            .filter_map(|(input, value)| Some((input, value.as_f64()?)))
            .collect()
    };
    let independent = |model: &&Value| {
        let no_pairs = |pairs: &Value| pairs.as_array().is_none_or(Vec::is_empty);
        model.get("first_order").is_some() && no_pairs(&model["correlation"])
    };
    // Names of the language may not be units: every input gets a prefix, in the formula too.
    file["models"]
        .as_array()
        .unwrap()
        .iter()
        .filter(independent)
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
                scenario: format!(
                    "[inputs]\n{}\n[formulas]\nresult_of_model = \"{}\"\n[outputs]\nresult_of_model = \"1\"\n",
                    input_lines(model, "in_"),
                    renamed(model["expression"].as_str().unwrap())
                ),
                first_order: prefixed(indices(model, "first_order")),
                spearman: prefixed(indices(model, "spearman_with_output")),
            }
        })
        .collect()
}
