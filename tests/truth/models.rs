//! The models of tests/reference/closed_form.json as scenario files.

use montecarbon::diagnostic::{Source, Style, render_all};
use montecarbon::model::{Model, check};
use serde_json::Value;
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
