//! Sweeps: which variants they make, and what these share.

use montecarbon::diagnostic::Source;
use montecarbon::model::{Model, Variant, check};

const BASE: &str = r#"
[inputs]
power = { distribution = "uniform", min = 1, max = 3, unit = "kW" }
hours = { value = 24, unit = "h" }

[formulas]
energy = "power * hours"

[outputs]
energy = "kWh"

[sweep]
"#;

fn model(sweep: &str) -> Model {
    let text = format!("{BASE}{sweep}");
    check(Source::new("sweep.toml", text), "sweep", &[]).expect("a model")
}

fn written(variant: &Variant) -> (&str, &str, &str) {
    let [power, hours] = &variant.inputs[..] else {
        panic!("two inputs");
    };
    (&power.draw_key, &power.written, &hours.written)
}

#[test]
fn every_combination_is_a_variant_named_as_written() {
    let model = model(
        "\"inputs.hours\" = [1, 2_0.50]\n\"inputs.power.max\" = { low = 2, \"as is\" = 3 }\n",
    );
    let names: Vec<&str> = model
        .variants
        .iter()
        .map(|variant| variant.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "base",
            "hours=1,power.max=low",
            "hours=1,power.max=as is",
            "hours=2_0.50,power.max=low",
            "hours=2_0.50,power.max=as is",
        ]
    );
    // Another parameter keeps the draws.
    assert_eq!(
        written(&model.variants[3]),
        ("power", "uniform(min = 1, max = 2)", "2_0.50")
    );
    assert_eq!(
        model.variants[3].swept,
        [
            ("inputs.hours".to_owned(), "2_0.50".to_owned()),
            ("inputs.power.max".to_owned(), "2".to_owned())
        ]
    );
}

#[test]
fn another_entry_is_another_quantity_whatever_else_is_swept() {
    let model = model(
        "\"inputs.hours\" = [1, 2]\n\"inputs.power\" = { other = { distribution = \"uniform\", min = 1, max = 4, unit = \"kW\" }, fixed = 2 }\n",
    );
    let keys: Vec<&str> = model
        .variants
        .iter()
        .map(|variant| written(variant).0)
        .collect();
    assert_eq!((keys[0], keys[1]), ("power", keys[3]));
    assert_ne!(keys[1], "power");
}

#[test]
fn a_file_makes_a_variant_of_each_row() {
    let model = model(
        "file = \"tests/bad/data/sweep.csv\"\nname = [\"region\", \"kW\"]\nset = { \"inputs.power\" = \"kW\" }\n",
    );
    let names: Vec<&str> = model
        .variants
        .iter()
        .map(|variant| variant.name.as_str())
        .collect();
    assert_eq!(names, ["base", "west,2", "east,3"]);
    assert_eq!(written(&model.variants[2]).1, "3");
    assert_eq!(
        model.variants[2].swept[0],
        ("region".to_owned(), "east".to_owned())
    );
    assert_eq!(model.data.len(), 1);
}
