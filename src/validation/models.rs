//! The models of tests/reference/closed_form.json, whose answers are known exactly, as scenario files.

use serde_json::Value;

/// Computed elsewhere with 50-digit arithmetic; see tests/reference/README.md.
const FILE: &str = include_str!("../../tests/reference/closed_form.json");

/// A model and its exact answers.
pub struct Exact {
    /// Its name.
    pub id: String,
    /// What it is, in a few words.
    pub title: String,
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
    /// Values that have a probability of their own, where the model says so.
    pub atoms: Vec<f64>,
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

/// Every model, in the order of the file.
pub fn closed_form() -> Vec<Exact> {
    let file: Value = serde_json::from_str(FILE).unwrap_or_default();
    let models = file["models"].as_array().cloned().unwrap_or_default();
    models.iter().map(exact).collect()
}

/// The lines of `[inputs]`, each name with a prefix.
pub fn input_lines(model: &Value, prefix: &str) -> String {
    let mut inputs = String::new();
    for (name, input) in model["inputs"].as_object().into_iter().flatten() {
        let family = input["dist"].as_str().unwrap_or_default();
        inputs.push_str(&format!("{prefix}{name} = {{ distribution = \"{family}\""));
        let keys = input.as_object().into_iter().flatten();
        for (key, value) in keys.filter(|(key, _)| *key != "dist") {
            // The reference names some parameters otherwise.
            let key = match (family, key.as_str()) {
                ("gumbel" | "logistic" | "student_t", "loc") => "location",
                ("poisson", "lambda") => "mean",
                (_, key) => key,
            };
            inputs.push_str(&format!(", {key} = {value}"));
        }
        inputs.push_str(" }\n");
    }
    inputs
}

/// The lines of the correlations, each name with a prefix.
pub fn correlation_lines(model: &Value, prefix: &str) -> String {
    let mut correlations = String::new();
    for pair in model["correlation"].as_array().into_iter().flatten() {
        let (key, value) = if pair["kind"] == "gaussian_copula" {
            ("gaussian", &pair["rho"])
        } else {
            ("spearman", &pair["rho_s"])
        };
        let names = pair["inputs"].as_array().into_iter().flatten();
        let inputs: Vec<String> = names
            .filter_map(Value::as_str)
            .map(|name| format!("\"{prefix}{name}\""))
            .collect();
        correlations.push_str(&format!(
            "[[correlations]]\ninputs = [{}]\n{key} = {value}\n",
            inputs.join(", ")
        ));
    }
    correlations
}

fn exact(model: &Value) -> Exact {
    let inputs = input_lines(model, "");
    let correlations = correlation_lines(model, "");
    let number = |key: &str| model[key].as_f64();
    let text = |key: &str| model[key].as_str().unwrap_or_default().to_owned();
    let quantiles = model["quantiles"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|quantile| Some((quantile["p"].as_f64()?, quantile["q"].as_f64()?)))
        .collect();
    Exact {
        id: text("id"),
        title: text("title"),
        inputs,
        correlations,
        formula: text("expression"),
        mean: number("mean"),
        sd: number("sd"),
        quantiles,
        atoms: model["atoms"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|atom| atom["at"].as_f64())
            .collect(),
        shortest: model["shortest_95"]
            .as_array()
            .and_then(|ends| Some((ends[0].as_f64()?, ends[1].as_f64()?))),
    }
}
