//! The models of tests/reference/closed_form.json as scenario files.

use montecarbon::diagnostic::{Source, Style, render_all};
use montecarbon::model::{Model, check};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A model and its exact answers.
pub struct Exact {
    /// Its name.
    pub id: String,
    /// Input lines of the scenario, and its correlations.
    inputs: String,
    correlations: String,
    /// The formula.
    formula: String,
    /// The exact mean; `None` where there is none.
    pub mean: Option<f64>,
    /// The exact sd; `None` where there is none.
    pub sd: Option<f64>,
    /// Probability and exact quantile.
    pub quantiles: Vec<(f64, f64)>,
    /// The exact shortest 95 % interval, where it is given.
    pub shortest: Option<(f64, f64)>,
}

impl Exact {
    /// The model as a scenario file.
    pub fn scenario(&self) -> String {
        format!(
            "[inputs]\n{}\n{}[formulas]\nresult_of_model = \"{}\"\n[outputs]\nresult_of_model = \"1\"\n",
            self.inputs, self.correlations, self.formula
        )
    }
}

/// Reads and checks a scenario's text.
pub fn checked(text: &str) -> Model {
    check(Source::new("truth.toml", text), "truth", &[])
        .unwrap_or_else(|complaints| panic!("{text}\n{}", render_all(&complaints, Style::Plain)))
}

fn models() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../reference/closed_form.json")).unwrap();
    file["models"].as_array().unwrap().clone()
}

/// Every model.
pub fn closed_form() -> Vec<Exact> {
    models().iter().map(exact).collect()
}

/// The lines of `[inputs]`, each name with a prefix.
fn input_lines(model: &Value, prefix: &str) -> String {
    let mut inputs = String::new();
    for (name, input) in model["inputs"].as_object().unwrap() {
        let family = input["dist"].as_str().unwrap();
        write!(inputs, "{prefix}{name} = {{ distribution = \"{family}\"").unwrap();
        for (key, value) in input
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, _)| *key != "dist")
        {
            // The reference names some parameters otherwise.
            let key = match (family, key.as_str()) {
                ("gumbel" | "logistic" | "student_t", "loc") => "location",
                ("poisson", "lambda") => "mean",
                (_, key) => key,
            };
            write!(inputs, ", {key} = {value}").unwrap();
        }
        inputs.push_str(" }\n");
    }
    inputs
}

fn exact(model: &Value) -> Exact {
    let inputs = input_lines(model, "");
    let mut correlations = String::new();
    for pair in model["correlation"].as_array().into_iter().flatten() {
        let (key, value) = match pair["kind"].as_str() {
            Some("gaussian_copula") => ("gaussian", &pair["rho"]),
            Some("spearman_gaussian_copula") => ("spearman", &pair["rho_s"]),
            other => panic!("{other:?}"),
        };
        let inputs = &pair["inputs"];
        writeln!(
            correlations,
            "[[correlations]]\ninputs = {inputs}\n{key} = {value}\n"
        )
        .unwrap();
    }
    let number = |key: &str| model[key].as_f64();
    let quantiles = model["quantiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|quantile| {
            (
                quantile["p"].as_f64().unwrap(),
                quantile["q"].as_f64().unwrap(),
            )
        })
        .collect();
    Exact {
        id: model["id"].as_str().unwrap().to_owned(),
        inputs,
        correlations,
        formula: model["expression"].as_str().unwrap().to_owned(),
        mean: number("mean"),
        sd: number("sd"),
        quantiles,
        shortest: model["shortest_95"]
            .as_array()
            .map(|ends| (ends[0].as_f64().unwrap(), ends[1].as_f64().unwrap())),
    }
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
