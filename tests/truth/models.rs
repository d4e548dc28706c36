//! The models of tests/reference/closed_form.json as scenario files.

use montecarbon::diagnostic::{Source, Style, render_all};
use montecarbon::model::{Model, check};
use serde_json::Value;
use std::fmt::Write;

/// Models that need correlated inputs, which the language does not have yet.
pub const MODELS_WITH_CORRELATION: [&str; 3] = ["cf_ln_corr", "cf_ln_spearman", "cf_n_corr"];

/// A model and its exact answers.
pub struct Exact {
    /// Its name.
    pub id: String,
    /// Input lines of the scenario.
    inputs: String,
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
            "[inputs]\n{}\n[formulas]\nresult_of_model = \"{}\"\n[outputs]\nresult_of_model = \"1\"\n",
            self.inputs, self.formula
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

/// The names of all models.
pub fn all_ids() -> Vec<String> {
    models()
        .iter()
        .map(|model| model["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Every model that the language can state.
pub fn closed_form() -> Vec<Exact> {
    models()
        .iter()
        .filter(|model| model.get("correlation").is_none_or(Value::is_null))
        .map(exact)
        .collect()
}

fn exact(model: &Value) -> Exact {
    let mut inputs = String::new();
    for (name, input) in model["inputs"].as_object().unwrap() {
        let family = input["dist"].as_str().unwrap();
        write!(inputs, "{name} = {{ distribution = \"{family}\"").unwrap();
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
        formula: model["expression"].as_str().unwrap().to_owned(),
        mean: number("mean"),
        sd: number("sd"),
        quantiles,
        shortest: model["shortest_95"]
            .as_array()
            .map(|ends| (ends[0].as_f64().unwrap(), ends[1].as_f64().unwrap())),
    }
}
