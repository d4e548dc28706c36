//! The parts of the book that are made of the program's own tables, by their names in `<!-- made: NAME -->`.

use crate::families::EXAMPLES;
use montecarbon::catalog;
use montecarbon::diagnostic::{Source, Style, render_all};
use montecarbon::distribution::{Family, ParameterKind, families};
use montecarbon::figure::{Results, draw_inputs_apart};
use montecarbon::model::{self, diagnostic_codes};
use montecarbon::report::TABLES;
use montecarbon::sampler::Method;
use montecarbon::scenario::formula::FUNCTIONS;
use montecarbon::sensitivity::Measure;
use montecarbon::unit::built_in;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Where the pictures of the families are, from the root.
pub const PICTURES: &str = "docs/pictures/distributions";

/// A part by its name.
pub fn made(name: &str) -> Option<String> {
    Some(match name {
        "distributions" => distributions(),
        "units" => units(),
        "functions" => functions(),
        "samplers" => samplers(),
        "measures" => measures(),
        "complaints" => complaints(),
        "commands" => commands(),
        "tables" => tables(),
        "catalog" => catalog(),
        "sources of the catalog" => sources(),
        "keys" => keys(),
        "input keys" => input_keys(),
        "inner keys" => inner_keys(),
        _ => return None,
    })
}

/// What a command of the program prints, run at the root of the repository.
fn printed(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_montecarbon"))
        .args(words)
        .current_dir(crate::documents::root())
        .env_remove("COLUMNS")
        .output()
        .expect("started");
    assert!(output.status.success(), "{words:?}");
    String::from_utf8(output.stdout).expect("a text")
}

/// A table of Markdown; what could be markup in a cell is not.
fn table(headings: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!(
        "| {} |\n|{}\n",
        headings.join(" | "),
        "---|".repeat(headings.len())
    );
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

fn code(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("`{text}`")
    }
}

/// Words in a list, each as code.
fn codes<'text>(words: impl Iterator<Item = &'text str>) -> String {
    words.map(code).collect::<Vec<_>>().join(", ")
}

/// Text of the tables in prose: outside of code, `<`, `*` and `_` are no markup.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let safe = parts.map(|(at, part)| match at % 2 {
        0 => part
            .replace('<', "&lt;")
            .replace('*', "\\*")
            .replace('_', "\\_"),
        _ => part.to_owned(),
    });
    safe.collect::<Vec<_>>().join("`")
}

/// A heading and a paragraph for each family, with its picture, an example and its parameters.
fn distributions() -> String {
    let mut text = String::new();
    for family in families().iter() {
        let name = family.name;
        let (_, input, definition) = example(family);
        let parameters = family.parameters.iter().map(|parameter| {
            vec![
                code(parameter.name),
                kind(parameter.kind).to_owned(),
                prose(parameter.summary),
            ]
        });
        let _ = write!(
            text,
            "## {name}\n\n{}.\n\n![{name}: density, median and middle 95 % of the example](../pictures/distributions/{name}.svg)\n\n\
             ```toml\n{input} = {definition}\n```\n\nWritten with {}.\n\n{}\n",
            capital(&prose(family.summary)),
            ways(family),
            table(&["parameter", "is a", ""], parameters)
        );
    }
    text
}

/// The ways of writing a family: `min`, `max`; or …
fn ways(family: &Family) -> String {
    let ways = family.parameterisations.iter().map(|way| {
        let required = way.required.iter().map(|name| code(name));
        let optional = way
            .optional
            .iter()
            .map(|(name, default)| code(&format!("{name} = {default}")));
        required.chain(optional).collect::<Vec<_>>().join(", ")
    });
    ways.collect::<Vec<_>>().join("; or ")
}

fn kind(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Quantity => "number in the input's unit",
        ParameterKind::PerUnit => "number in one over the input's unit",
        ParameterKind::Pure => "pure number",
        ParameterKind::QuantityList => "list of numbers in the input's unit",
        ParameterKind::PureList => "list of pure numbers",
        ParameterKind::Bounds => "two numbers in the input's unit, or `inf`",
        ParameterKind::Pairs => "list of pairs `[p, x]`, x in the input's unit",
        ParameterKind::Components => "list of distributions with weights",
        ParameterKind::File => "path of a data file",
        ParameterKind::Column => "column of the data file",
    }
}

fn example(family: &Family) -> &'static (&'static str, &'static str, &'static str) {
    let example = EXAMPLES.iter().find(|row| row.0 == family.name);
    example.unwrap_or_else(|| panic!("{}: no example in tests/book/families.rs", family.name))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// The picture of each family's example, by the family.
pub fn pictures() -> Vec<(&'static str, String)> {
    let mut text = "[inputs]\n".to_owned();
    for family in families().iter() {
        let (_, input, definition) = example(family);
        let _ = writeln!(text, "{input} = {definition}");
    }
    text += "[outputs]\n";
    for (_, input, definition) in EXAMPLES {
        let unit = definition.split_once("unit = \"").map(|(_, rest)| rest);
        let unit = unit
            .and_then(|rest| rest.split_once('"'))
            .map_or("1", |(unit, _)| unit);
        let _ = writeln!(text, "{input} = \"{unit}\"");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    // Beside the folder of the scenarios, which the data file is looked for in.
    let scenario = path("families.toml");
    fs::write(
        &scenario,
        text.replace(
            "scenarios/",
            &format!("{}/scenarios/", crate::documents::root().display()),
        ),
    )
    .expect("written");
    let results = path("results");
    let words = ["run", &scenario, "--out", &results, "--trials", "10000"];
    printed(&[&words[..], &["--sensitivity", "none", "--quiet"]].concat());
    let table = |name: &str| fs::read(Path::new(&results).join(format!("{name}.csv"))).ok();
    let results = Results::read(table).expect("tables of ours");
    let drawn: BTreeMap<String, String> = draw_inputs_apart(&results).into_iter().collect();
    let rows = EXAMPLES.iter();
    rows.map(|(family, input, _)| (*family, drawn[*input].clone()))
        .collect()
}

fn units() -> String {
    let rows = built_in().iter().map(|unit| {
        let prefixes: Vec<String> = unit
            .prefixes
            .chars()
            .map(|letter| code(&letter.to_string()))
            .collect();
        vec![code(unit.name), prefixes.join(" "), prose(unit.summary)]
    });
    table(&["unit", "prefixes", ""], rows)
}

fn functions() -> String {
    let rows = FUNCTIONS.iter();
    table(
        &["function", ""],
        rows.map(|row| vec![code(row.signature), prose(row.summary)]),
    )
}

fn samplers() -> String {
    let rows = Method::ALL.iter();
    table(
        &["`--sampler`", ""],
        rows.map(|row| vec![code(row.1), prose(row.2)]),
    )
}

fn measures() -> String {
    let rows = Measure::ALL.iter();
    table(
        &["`--sensitivity`", "in `sensitivity.csv`", ""],
        rows.map(|row| vec![code(row.1), codes(row.2.split(", ")), prose(row.3)]),
    )
}

fn tables() -> String {
    let rows = TABLES.iter().map(|table| {
        vec![
            code(&format!("{}.csv", table.name)),
            if table.optional {
                "where it has rows"
            } else {
                "always"
            }
            .to_owned(),
            if table.for_figures { "no" } else { "yes" }.to_owned(),
            codes(table.columns.iter().copied()),
        ]
    });
    table(&["file", "written", "in `--json`", "columns"], rows)
}

/// The rows of the catalog, a table for each kind of entry.
fn catalog() -> String {
    let kind = |row: &catalog::Row| row.entry.split('/').next().unwrap_or_default().to_owned();
    let mut text = String::new();
    for rows in catalog::rows().chunk_by(|row, next| kind(row) == kind(next)) {
        let cells = rows.iter().map(|row| {
            let properties = [&row.accounting, &row.basis, &row.boundary];
            let properties = properties.into_iter().filter(|word| !word.is_empty());
            let words = [&row.description, &row.note]
                .into_iter()
                .filter(|text| !text.is_empty());
            vec![
                code(&row.entry),
                row.value.clone(),
                row.unit.clone(),
                row.year.map_or_else(String::new, |year| year.to_string()),
                properties
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(", "),
                code(&row.source.key),
                prose(&words.map(String::as_str).collect::<Vec<_>>().join("; ")),
            ]
        });
        let headings = [
            "entry",
            "value",
            "unit",
            "year",
            "accounting, basis, boundary",
            "source",
            "",
        ];
        let _ = write!(
            text,
            "## {}\n\n{}\n",
            kind(&rows[0]),
            table(&headings, cells)
        );
    }
    text
}

/// The sources of the catalog, in the order of its rows.
fn sources() -> String {
    let mut seen = BTreeSet::new();
    let sources = catalog::rows().iter().map(|row| row.source);
    let sources = sources.filter(|source| seen.insert(&source.key));
    let cells = sources.map(|source| {
        vec![
            code(&source.key),
            prose(&source.title),
            source
                .year
                .map_or_else(String::new, |year| year.to_string()),
            source.licence.clone(),
            format!("<{}>", source.url),
        ]
    });
    table(&["source", "", "year", "licence", ""], cells)
}

/// Every complaint: what `explain` says, and what the smallest file that causes it gets.
fn complaints() -> String {
    let mut examples: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for entry in fs::read_dir(crate::documents::root().join("tests/bad")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text");
        let (announced, scenario) = text.split_once('\n').expect("lines");
        let announced = announced.strip_prefix("# complaint: ").expect("announced");
        let code = announced.split(' ').next().unwrap_or_default();
        let stem = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        // The file that is named after its code, or else the shortest.
        let size = if stem == code { 0 } else { text.len() };
        let better = examples
            .get(code)
            .is_none_or(|known| (size, scenario) < (known.0, known.1.as_str()));
        if better {
            examples.insert(code.to_owned(), (size, scenario.to_owned()));
        }
    }
    let mut text = String::new();
    for found in diagnostic_codes() {
        let name = found.name;
        let _ = write!(
            text,
            "## {name}\n\n{}.\n\n{}",
            capital(&prose(found.summary)),
            explanation(found.explanation)
        );
        if let Some((_, scenario)) = examples.get(name) {
            let rendered = complaint(name, scenario);
            assert!(
                !rendered.is_empty(),
                "{name}: its file causes no such complaint"
            );
            let _ = write!(text, "\n```text\n{}\n```\n", rendered.trim_end());
        }
        text.push('\n');
    }
    text
}

/// How the complaint is printed.
fn complaint(code: &str, scenario: &str) -> String {
    let checked = model::check(Source::new("scenario.toml", scenario), "scenario", &[]);
    let complaints = checked.map_or_else(|complaints| complaints, |model| model.warnings);
    let complaints: Vec<_> = complaints
        .into_iter()
        .filter(|complaint| complaint.code.name == code)
        .collect();
    render_all(&complaints, Style::Plain)
}

/// An explanation as Markdown: lines that begin with spaces are its examples.
fn explanation(text: &str) -> String {
    let mut shown = String::new();
    let mut inside = false;
    for line in text.trim().lines() {
        let example = line.starts_with(' ');
        if example != inside {
            shown += if example { "\n```text\n" } else { "```\n" };
            inside = example;
        }
        let _ = writeln!(
            shown,
            "{}",
            if example {
                line.to_owned()
            } else {
                prose(line)
            }
        );
    }
    if inside {
        shown += "```\n";
    }
    shown
}

/// The help of the program, and of each command in the order of that.
fn commands() -> String {
    let help = printed(&["--help"]);
    let (_, listed) = help.split_once("Commands:\n").expect("commands");
    let (listed, _) = listed.split_once("\n\n").expect("an end");
    let names = listed.lines().filter_map(|line| {
        let name = line.strip_prefix("  ")?;
        (!name.starts_with(' ')).then(|| name.split(' ').next())?
    });
    let mut text = format!("```text\n{help}```\n");
    for name in names {
        let _ = write!(
            text,
            "\n## {name}\n\n```text\n{}```\n",
            printed(&[name, "--help"])
        );
    }
    text
}

/// The keys of a scenario, from its JSON Schema.
fn keys() -> String {
    key_table(&model::schema()["properties"])
}

/// The keys of an input, beside the parameters of its distribution.
fn input_keys() -> String {
    let schema = model::schema();
    let keys = schema["$defs"]["input"]["properties"].as_object();
    let of_family = |key: &str| {
        let mut parameters = families().iter().flat_map(|family| family.parameters);
        parameters.any(|parameter| parameter.name == key)
    };
    let kept = keys.expect("properties").iter();
    let kept = kept.filter(|(key, _)| !of_family(key));
    let kept: serde_json::Map<_, _> = kept.map(|(key, of)| (key.clone(), of.clone())).collect();
    key_table(&kept.into())
}

/// The tables of a scenario whose keys are fixed, each with them.
fn inner_keys() -> String {
    let schema = model::schema();
    let mut text = String::new();
    for (name, of) in schema["properties"].as_object().expect("properties") {
        let forms = [
            &of["properties"],
            &of["items"]["properties"],
            &of["additionalProperties"]["properties"],
        ];
        let places = [
            format!("[{name}]"),
            format!("[[{name}]]"),
            format!("[{name}.NAME]"),
        ];
        for (properties, place) in forms.into_iter().zip(places) {
            if properties.is_object() {
                let _ = write!(
                    text,
                    "`{place}`: {}\n\n{}\n",
                    prose(of["description"].as_str().unwrap_or_default()),
                    key_table(properties)
                );
            }
        }
    }
    text
}

/// Keys with what the schema says of them.
fn key_table(properties: &serde_json::Value) -> String {
    let rows = properties
        .as_object()
        .expect("properties")
        .iter()
        .map(|(key, of)| {
            let words = of["description"].as_str().unwrap_or_default();
            let among = of["enum"]
                .as_array()
                .map(|words| codes(words.iter().filter_map(serde_json::Value::as_str)));
            let among = among.map_or_else(String::new, |among| format!(": {among}"));
            vec![code(key), prose(words) + &among]
        });
    table(&["key", ""], rows)
}
