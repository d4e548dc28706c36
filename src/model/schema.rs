//! The JSON Schema of scenario files, made of the tables that the parser itself reads.

use super::data::is_of_a_data_file;
use crate::distribution::{self, Family, ParameterKind};
use crate::scenario::keys::{Key, Others, ROOT, Section, Shape};
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
    schema
}

fn section(section: &'static Section) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in section.keys {
        properties.insert(
            key.name.to_owned(),
            described(shape(&key.shape), key.summary),
        );
        if key.required {
            required.push(key.name);
        }
    }
    match section.others {
        Others::Refused => object(properties, &required, json!(false)),
        Others::Are(others) => object(properties, &required, shape(others)),
        Others::Parameters => input(section.keys, &properties),
    }
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

/// An input: a constant, or one of the ways of writing one of the families.
fn input(keys: &'static [Key], common: &Map<String, Value>) -> Value {
    let common_of = |without: &[&str]| -> Map<String, Value> {
        let kept = keys.iter().filter(|key| !without.contains(&key.name));
        kept.filter_map(|key| {
            common
                .get(key.name)
                .map(|schema| (key.name.to_owned(), schema.clone()))
        })
        .collect()
    };
    let constant = common_of(&["distribution", "truncate", "catalog", "where"]);
    let mut from_catalog = common_of(&["value", "distribution", "truncate"]);
    let weights = json!({ "type": "array", "items": { "type": "number" } });
    from_catalog.insert(
        "weights".to_owned(),
        described(weights, "One positive number a row; equal when left out"),
    );
    let mut ways = vec![
        object(constant, &["value"], json!(false)),
        object(from_catalog, &["catalog"], json!(false)),
    ];
    for family in distribution::families() {
        for way in family.parameterisations {
            let mut properties = common_of(&["value", "distribution", "catalog", "where"]);
            properties.insert(
                "distribution".to_owned(),
                described(json!({ "const": family.name }), family.summary),
            );
            if family.discrete {
                properties.remove("truncate");
            }
            let optional = way
                .optional
                .iter()
                .map(|(name, default)| (*name, Some(*default)));
            for (name, default) in way
                .required
                .iter()
                .map(|name| (*name, None))
                .chain(optional)
            {
                properties.insert(name.to_owned(), parameter(family, name, default));
            }
            let required: Vec<&str> = std::iter::once("distribution")
                .chain(way.required.iter().copied())
                .collect();
            ways.push(object(properties, &required, json!(false)));
        }
    }
    json!({ "oneOf": ways })
}

fn parameter(family: &Family, name: &str, default: Option<f64>) -> Value {
    let Some(row) = family
        .parameters
        .iter()
        .find(|parameter| parameter.name == name)
    else {
        return json!(true);
    };
    let mut schema = match row.kind {
        ParameterKind::Quantity | ParameterKind::PerUnit | ParameterKind::Pure => {
            json!({ "type": "number" })
        }
        ParameterKind::QuantityList | ParameterKind::PureList if name == "interval" => {
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
    };
    if let (Value::Object(schema), Some(default)) = (&mut schema, default) {
        schema.insert("default".to_owned(), json!(default));
    }
    described(schema, row.summary)
}
