//! Every row of the catalog: its unit and its number can be read, its figure is plausible, its source is named, and what uses it
//! gets the value, the unit and the source.

use montecarbon::catalog::{AGREE_IN, Row, TABLES, entries, entry, rows};
use montecarbon::diagnostic::Source;
use montecarbon::model::{Definition, Evidence, Model, check};
use montecarbon::unit::{Dimension, Units};
use std::collections::{BTreeSet, HashSet};

fn dimension(text: &str) -> Dimension {
    Units::default()
        .parse(text)
        .expect("a unit")
        .expect("a unit that is known")
        .dimension
}

/// What is plausible in a table: a unit of the right dimension, the least and the greatest number in the row's own unit.
fn plausible(row: &Row) -> Result<(), String> {
    let value: f64 = row.value.parse().map_err(|_| "no number".to_owned())?;
    let (units, least, most): (&[&str], f64, f64) = match row.entry.split('/').next().unwrap_or("")
    {
        "device_power" => (&["W/GPU", "W/server", "W"], 5.0, 20_000.0),
        "grid_intensity" => (&["gCO2e/kWh"], 0.0, 2000.0),
        "pue" => (&["1"], 1.0, 3.0),
        "embodied" => (&["kgCO2e/GPU", "kgCO2e/server", "kgCO2e"], 50.0, 10_000.0),
        "water" => (&["L/kWh"], 0.01, 20.0),
        "measured" => (&[], 1e-3, 1e11),
        table => return Err(format!("no table {table}")),
    };
    let measured = dimension(&row.unit);
    if !units.is_empty() && units.iter().all(|unit| dimension(unit) != measured) {
        return Err(format!("`{}` is none of {units:?}", row.unit));
    }
    if value >= least && value <= most {
        Ok(())
    } else {
        Err(format!("{value} is not between {least} and {most}"))
    }
}

#[test]
fn every_row_is_sound() {
    let grades = ["measured", "published", "vendor", "estimate", "assumption"];
    let mut seen = HashSet::new();
    let mut wrong = Vec::new();
    for row in rows() {
        let mut check = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{}: {what}", row.line()));
            }
        };
        if let Err(fault) = plausible(row) {
            check(false, &fault);
        }
        let sober = |name: &str| {
            name.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/_-.".contains(&byte)
            })
        };
        check(sober(&row.entry), "a name of other than a-z, 0-9, / _ - .");
        check(
            !row.source.title.is_empty() && !row.source.licence.is_empty(),
            "no source",
        );
        check(
            grades.contains(&row.evidence.as_str()),
            "no grade of evidence",
        );
        check(
            row.year.is_none_or(|year| (2005..=2027).contains(&year)),
            "a strange year",
        );
        check(seen.insert(row.line()), "twice");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows().len() > 600);
    // Rows of one entry stand together: nothing of the files was lost.
    assert_eq!(
        entries().len(),
        entries().iter().collect::<BTreeSet<_>>().len()
    );
    let lines: usize = TABLES
        .iter()
        .map(|(_, text)| text.lines().count() - 1)
        .sum();
    assert_eq!(
        rows().len(),
        lines,
        "a row without a source of its own is dropped"
    );
}

#[test]
fn an_implausible_row_is_found() {
    let row = |change: &dyn Fn(&mut Row)| {
        let mut row = entry("grid_intensity/azure/westus")[0].clone();
        change(&mut row);
        plausible(&row)
    };
    assert!(row(&|_| {}).is_ok());
    assert!(row(&|row| row.value = "2406".to_owned()).is_err());
    assert!(row(&|row| row.unit = "gCO2e/GPU".to_owned()).is_err());
    assert!(row(&|row| row.value = "24O".to_owned()).is_err());
}

fn model(input: &str) -> Model {
    let text = format!("[inputs]\nx = {input}\n[outputs]\nx = \"gCO2e/kWh\"\n");
    check(Source::new("test.toml", text.as_str()), "test", &[]).expect("accepted")
}

#[test]
fn one_row_is_a_value_with_its_unit_and_source() {
    let model = model(
        "{ catalog = \"grid_intensity/azure/westus\", where = { accounting = \"average\", year = 2019 } }",
    );
    let input = &model.variants[0].inputs[0];
    assert!(matches!(&input.definition, Definition::Fixed(value) if value.to_string() == "1203/5"));
    assert_eq!(input.unit.text, "gCO2e/kWh");
    assert_eq!(input.sources, ["catalog:mlco2-impact"]);
    assert_eq!(input.evidence, Some(Evidence::Published));
    assert_eq!(input.catalog.len(), 1);
    assert_eq!(
        input.equal.as_deref(),
        Some("{ value = 240.6, unit = \"gCO2e/kWh\" }")
    );
    let reference = &model.references[0];
    assert_eq!(reference.key, "catalog:mlco2-impact");
    assert!(reference.title.contains("ML CO2 Impact"));
}

#[test]
fn several_rows_are_a_discrete_distribution_equal_to_the_line_for_pasting() {
    let places = "[\"grid_intensity/azure/westus\", \"grid_intensity/azure/westus2\"]";
    let taken = model(&format!(
        "{{ catalog = {places}, where = {{ basis = \"location\" }} }}"
    ));
    let input = &taken.variants[0].inputs[0];
    let equal = input.equal.clone().expect("a line for pasting");
    // Both regions have the same factor in one of the tables: it weighs twice.
    assert_eq!(
        equal,
        "{ distribution = \"discrete\", values = [240.6, 297.6, 350.861], weights = [1.0, 1.0, 2.0], unit = \"gCO2e/kWh\" }"
    );
    let pasted = model(&equal);
    let mean = |model: &Model| match &model.variants[0].inputs[0].definition {
        Definition::Random(marginal) => marginal.mean(),
        Definition::Fixed(_) => None,
    };
    assert_eq!(mean(&taken), Some((240.6 + 297.6 + 2.0 * 350.861) / 4.0));
    assert_eq!(mean(&taken), mean(&pasted));
}

#[test]
fn weights_and_another_unit() {
    let taken = model(
        "{ catalog = \"grid_intensity/azure/westus\", where = { basis = \"location\" }, weights = [3, 1], unit = \"kgCO2e/MWh\", source = \"my own choice\", evidence = \"assumption\" }",
    );
    let input = &taken.variants[0].inputs[0];
    assert_eq!(
        input.equal.as_deref(),
        Some(
            "{ distribution = \"discrete\", values = [240.6, 350.861], weights = [3.0, 1.0], unit = \"kgCO2e/MWh\" }"
        )
    );
    assert_eq!(input.sources[0], "my own choice");
    assert_eq!(input.sources.len(), 3);
    assert_eq!(input.evidence, Some(Evidence::Assumption));
}

#[test]
fn rows_that_disagree_are_all_listed() {
    let text = "[inputs]\nx = { catalog = \"grid_intensity/azure/westus\" }\n[outputs]\nx = \"gCO2e/kWh\"\n";
    let complaints = check(Source::new("test.toml", text), "test", &[]).expect_err("refused");
    assert_eq!(complaints[0].code.name, "catalog-rows-disagree");
    let advice = complaints[0].advice.join(" ");
    for row in entry("grid_intensity/azure/westus") {
        assert!(advice.contains(&row.line()), "{advice}");
    }
    assert_eq!(
        AGREE_IN.map(|property| property.0),
        ["accounting", "basis", "boundary"]
    );
}
