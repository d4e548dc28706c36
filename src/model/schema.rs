//! The JSON Schema of scenario files, made of the tables that the parser itself reads.
//!
//! It is written for what editors make of it. Taplo, the server behind TOML in VS Code and Neovim, offers and explains keys of
//! `properties` alone, not of `then`; takes what it says of a word of an `enum` from `x-taplo`; and where `oneOf` fails it says no more
//! than that. So an input has the keys of all families in one place, and what holds for each stands behind an `if`.

use super::data::is_of_a_data_file;
use crate::distribution::{self, Family, Parameter, ParameterKind, Parameterisation};
use crate::sampler::Method;
use crate::scenario::keys::{INPUT, Key, Others, ROOT, Section, Shape};
use serde_json::{Map, Value, json};

/// The JSON Schema (2020-12) of a scenario file.
pub fn schema() -> Value {
    let mut schema = section(&ROOT);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "montecarbon scenario",
        "description": "A scenario file of montecarbon, format 1. Units, names and formulas are checked by `montecarbon check`.",
    });
    if let (Value::Object(schema), Value::Object(head)) = (&mut schema, head) {
        for (key, value) in head {
            schema.insert(key, value);
        }
        schema.insert("required".to_owned(), json!(["outputs"]));
    }
    let samplers = Method::ALL.iter().map(|row| (row.1, row.2));
    let sampler = &mut schema["properties"]["run"]["properties"]["sampler"];
    let summary = sampler["description"].as_str().unwrap_or_default();
    *sampler = words(summary, samplers);
    schema["$defs"] = json!({ "input": input(&INPUT) });
    schema
}

fn section(section: &'static Section) -> Value {
    match section.others {
        Others::Refused => object(properties(section.keys), &required(section), json!(false)),
        Others::Are(others) => object(properties(section.keys), &required(section), shape(others)),
        // Of those with parameters only inputs are described: see the parameter of components.
        Others::Parameters => json!({ "$ref": "#/$defs/input" }),
    }
}

fn properties(keys: impl IntoIterator<Item = &'static Key>) -> Map<String, Value> {
    let described = |key: &'static Key| described(shape(&key.shape), key.summary);
    let keys = keys.into_iter();
    keys.map(|key| (key.name.to_owned(), described(key)))
        .collect()
}

fn required(section: &Section) -> Vec<&'static str> {
    let keys = section.keys.iter().filter(|key| key.required);
    keys.map(|key| key.name).collect()
}

fn object(properties: Map<String, Value>, required: &[&str], others: Value) -> Value {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema.insert("additionalProperties".to_owned(), others);
    Value::Object(schema)
}

fn described(mut schema: Value, summary: &str) -> Value {
    if let Value::Object(schema) = &mut schema {
        schema.insert("description".to_owned(), json!(summary));
    }
    schema
}

/// One of some words, each with what it means.
fn words<'a>(summary: &str, words: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let (words, meanings): (Vec<&str>, Vec<&str>) = words.unzip();
    json!({
        "enum": words,
        "description": summary,
        "x-taplo": { "docs": { "main": summary, "enumValues": meanings } },
    })
}

fn shape(shape_of: &'static Shape) -> Value {
    match shape_of {
        Shape::Text => json!({ "type": "string" }),
        Shape::Texts => {
            json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
        }
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Whole => json!({ "type": "integer", "minimum": 0 }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Numbers => json!({ "type": "array", "items": number_or_infinity() }),
        Shape::Scalar => json!({ "type": ["string", "number"] }),
        Shape::Section(inner) => section(inner),
        Shape::Sections(inner) => json!({ "type": "array", "items": section(inner) }),
        Shape::Named(inner) => json!({ "type": "object", "additionalProperties": shape(inner) }),
        Shape::Axis => {
            json!({ "anyOf": [{ "type": "array", "minItems": 1 }, { "type": "object", "minProperties": 1 }] })
        }
        Shape::Either(a, b) => json!({ "anyOf": [shape(a), shape(b)] }),
    }
}

/// TOML has infinities and JSON has not: tools that convert write them as text.
fn number_or_infinity() -> Value {
    json!({ "anyOf": [{ "type": "number" }, { "enum": ["inf", "-inf", "+inf"] }] })
}

/// An input: a constant, rows of the catalog, or one of the ways of writing one of the families.
fn input(section: &'static Section) -> Value {
    let common = |without: &[&str]| {
        let kept = section
            .keys
            .iter()
            .filter(|key| !without.contains(&key.name));
        properties(kept)
    };
    let constant = common(&["distribution", "truncate", "catalog", "where"]);
    let mut from_catalog = common(&["value", "distribution", "truncate"]);
    let weights = json!({ "type": "array", "items": { "type": "number" } });
    from_catalog.insert(
        "weights".to_owned(),
        described(weights, "One positive number a row; equal when left out"),
    );
    let mut all = common(&[]);
    all.extend(from_catalog.clone());
    all.insert("distribution".to_owned(), families());
    let mut cases = vec![json!({
        "if": { "not": { "required": ["distribution"] } },
        "then": {
            "if": { "required": ["catalog"] },
            "then": object(from_catalog, &["catalog"], json!(false)),
            "else": object(constant, &["value"], json!(false)),
        },
    })];
    for family in distribution::families() {
        let mut properties = common(&["value", "catalog", "where"]);
        if family.is_of_rows() {
            properties.remove("truncate");
        }
        for parameter in family.parameters {
            let schema = parameter_of(family, parameter);
            properties.insert(parameter.name.to_owned(), schema);
        }
        cases.push(json!({
            "if": { "required": ["distribution"], "properties": { "distribution": { "const": family.name } } },
            "then": ways(family, properties),
        }));
    }
    for (name, schema) in parameters() {
        all.insert(name, schema);
    }
    // In a chain, not in `allOf`: beside that Taplo offers no keys at all.
    let chain = cases.into_iter().rev().reduce(|rest, mut case| {
        case["else"] = rest;
        case
    });
    let mut schema = chain.unwrap_or_else(|| json!({}));
    schema["type"] = json!("object");
    schema["properties"] = Value::Object(all);
    schema
}

/// The names of the families.
fn families() -> Value {
    let families = distribution::families().iter();
    words(
        "The family of its distribution",
        families.map(|family| (family.name, family.summary)),
    )
}

/// What a family takes: keys of its own and of every input; those that must be written, and which go together.
fn ways(family: &Family, properties: Map<String, Value>) -> Value {
    if let [way] = family.parameterisations {
        return object(properties, way.required, json!(false));
    }
    let takes = |way: &Parameterisation, name: &str| {
        way.required.contains(&name) || way.optional.iter().any(|(optional, _)| *optional == name)
    };
    let alternatives: Vec<Value> = family
        .parameterisations
        .iter()
        .map(|way| {
            let names = family.parameters.iter().map(|parameter| parameter.name);
            let others: Vec<Value> = names
                .filter(|name| !takes(way, name))
                .map(|name| json!({ "required": [name] }))
                .collect();
            let mut alternative = json!({ "required": way.required });
            if !others.is_empty() {
                alternative["not"] = json!({ "anyOf": others });
            }
            alternative
        })
        .collect();
    let mut schema = object(properties, &[], json!(false));
    schema["oneOf"] = json!(alternatives);
    schema
}

/// Every parameter of every family, by its name: what any of them takes, and what each of them means by it.
fn parameters() -> Map<String, Value> {
    let mut found: Map<String, Value> = Map::new();
    for family in distribution::families() {
        for parameter in family.parameters {
            let rows = distribution::families().iter().flat_map(|family| {
                let same = family.parameters.iter();
                let same = same.filter(|other| other.name == parameter.name);
                same.map(move |row| (family, row))
            });
            let mut meanings: Vec<(&str, Vec<&str>)> = Vec::new();
            let mut schemas: Vec<Value> = Vec::new();
            for (family, row) in rows {
                match meanings
                    .iter_mut()
                    .find(|(meaning, _)| *meaning == row.summary)
                {
                    Some((_, names)) => names.push(family.name),
                    None => meanings.push((row.summary, vec![family.name])),
                }
                let schema = kind(row);
                if !schemas.contains(&schema) {
                    schemas.push(schema);
                }
            }
            let meaning =
                |(meaning, names): &(&str, Vec<&str>)| format!("{}: {meaning}", names.join(", "));
            let meanings: Vec<String> = meanings.iter().map(meaning).collect();
            let schema = if let [schema] = &schemas[..] {
                schema.clone()
            } else {
                json!({ "anyOf": schemas })
            };
            found.insert(
                parameter.name.to_owned(),
                described(schema, &meanings.join("\n\n")),
            );
        }
    }
    found
}

/// A parameter of a family, with its default where it has one.
fn parameter_of(family: &Family, parameter: &Parameter) -> Value {
    let mut schema = kind(parameter);
    let ways = family.parameterisations.iter();
    let default = ways
        .flat_map(|way| way.optional)
        .find(|(name, _)| *name == parameter.name);
    if let Some((_, default)) = default {
        schema["default"] = json!(default);
    }
    described(schema, parameter.summary)
}

/// What a parameter is written as.
fn kind(parameter: &Parameter) -> Value {
    match parameter.kind {
        ParameterKind::Quantity | ParameterKind::PerUnit | ParameterKind::Pure => {
            json!({ "type": "number" })
        }
        ParameterKind::QuantityList | ParameterKind::PureList if parameter.name == "interval" => {
            json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 })
        }
        ParameterKind::QuantityList | ParameterKind::PureList => {
            json!({ "type": "array", "items": { "type": "number" } })
        }
        ParameterKind::Bounds => {
            json!({ "type": "array", "items": number_or_infinity(), "minItems": 2, "maxItems": 2 })
        }
        ParameterKind::File | ParameterKind::Column => json!({ "type": "string" }),
        // Their own parameters are checked by `check`: a schema that says them all again in every place would be endless.
        ParameterKind::Components => {
            let names: Vec<&str> = distribution::families()
                .iter()
                .filter(|family| !is_of_a_data_file(family))
                .map(|family| family.name)
                .collect();
            let component = json!({
                "type": "object",
                "properties": { "weight": { "type": "number" }, "distribution": { "enum": names } },
                "required": ["weight", "distribution"],
            });
            json!({ "type": "array", "items": component, "minItems": 1 })
        }
        ParameterKind::Pairs => {
            let pair = json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 });
            json!({ "type": "array", "items": pair, "minItems": 3 })
        }
    }
}
