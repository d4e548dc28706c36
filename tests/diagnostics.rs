//! Every file of `tests/bad` gets exactly the complaint that its first line announces, and every code is met by at least one.
//! Adding a case is adding a file.

use montecarbon::diagnostic::{Diagnostic, Severity, Source, Style, render, render_all};
use montecarbon::model::{check, diagnostic_codes, schema, source_of_bytes};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Codes that no file of `tests/bad` can show, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "invalid-utf8",
        "the first line of a file that is not UTF-8 could not be read; tested below",
    ),
    ("file-too-large", "64 MiB; tested below"),
    ("formula-too-long", "a megabyte; tested in the parser"),
    (
        "kinds-correlated",
        "needs a nested run; tested on the command line",
    ),
    (
        "imports-too-large",
        "needs fifty files; tested with the imports",
    ),
    ("edit-malformed", "needs a --set; tested below"),
];

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

fn complaints(text: &str, sets: &[&str]) -> Vec<Diagnostic> {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    match check(Source::new("test.toml", text), "test", &sets) {
        Ok(model) => model.warnings,
        Err(complaints) => {
            assert!(
                complaints
                    .iter()
                    .any(|complaint| complaint.severity == Severity::Error),
                "refused without an error"
            );
            complaints
        }
    }
}

fn codes(text: &str, sets: &[&str]) -> Vec<&'static str> {
    complaints(text, sets)
        .iter()
        .map(|complaint| complaint.code.name)
        .collect()
}

/// The announced complaint: code, line, column, part of the message.
fn announced(text: &str) -> (String, usize, usize, String) {
    let line = text
        .lines()
        .next()
        .unwrap()
        .strip_prefix("# complaint: ")
        .expect("the first line announces the complaint");
    let (code, rest) = line.split_once(' ').unwrap();
    let (place, message) = rest.split_once(' ').unwrap();
    let (line, column) = place.split_once(':').unwrap();
    (
        code.to_owned(),
        line.parse().unwrap(),
        column.parse().unwrap(),
        message.trim_matches('"').to_owned(),
    )
}

#[test]
fn every_bad_file_gets_the_complaint_it_announces() {
    let files = files("tests/bad");
    assert!(files.len() >= 60);
    let mut wrong = Vec::new();
    for path in &files {
        let text = std::fs::read_to_string(path).unwrap();
        let (code, line, column, message) = announced(&text);
        let complaints = complaints(&text, &[]);
        let found: Vec<_> = complaints
            .iter()
            .map(|c| (c.code.name, c.position(), c.message.as_str()))
            .collect();
        let right = matches!(found.as_slice(), [(found_code, place, words)]
            if *found_code == code && *place == (line, column) && words.contains(&message));
        if !right {
            wrong.push(format!(
                "{}: announced {code} {line}:{column} {message:?}\n    found {found:?}",
                path.file_name().unwrap().display()
            ));
        }
        for complaint in &complaints {
            assert!(
                !complaint.message.is_empty() && !complaint.label.is_empty(),
                "{}: no words",
                path.display()
            );
            assert!(
                complaint.advice.iter().all(|advice| !advice.is_empty())
                    && !complaint.advice.is_empty(),
                "{}: no advice",
                path.display()
            );
            assert!(
                render(complaint, Style::Plain)
                    .contains(&format!("{}:{line}:{column}", complaint.source.name))
                    || !right,
                "{}",
                render(complaint, Style::Plain)
            );
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}\n{}",
        wrong.len(),
        files.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_code_is_met_and_explained() {
    let met: BTreeSet<String> = files("tests/bad")
        .iter()
        .map(|path| announced(&std::fs::read_to_string(path).unwrap()).0)
        .collect();
    let mut seen = BTreeSet::new();
    for code in diagnostic_codes() {
        assert!(seen.insert(code.name), "{} is declared twice", code.name);
        assert!(
            code.name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{}",
            code.name
        );
        assert!(
            !code.summary.is_empty() && code.explanation.len() > 40,
            "{} is not explained",
            code.name
        );
        let excepted = EXCEPTIONS.iter().any(|(name, _)| *name == code.name);
        assert!(
            met.contains(code.name) != excepted,
            "{}: no file in tests/bad (or an exception that is none)",
            code.name
        );
    }
}

#[test]
fn all_complaints_of_a_file_come_in_one_go() {
    let text = r#"
tittle = "many faults"
[inputs]
power = { distribution = "unifrom", min = 1, max = 2, unit = "kW" }
hours = { value = "24", unit = "hour" }
grid = { distribution = "uniform", min = 1, unit = "gCO2e/kWh", source = "nobody" }
h = { value = 1 }
[formulas]
energy = "power * 24 h + 1 kW"
broken = "energy * (2"
missing = "energy * nothing"
[outputs]
energy = "kW"
missing = "kWh"
[run]
trials = 1
level = 2
"#;
    let mut expected = vec![
        "unknown-key",
        "unknown-distribution",
        "wrong-type",
        "unknown-unit",
        "parameter-missing",
        "unknown-reference",
        "name-is-a-unit",
        "dimension-mismatch",
        "unbalanced-parenthesis",
        "unknown-name",
        "trials-out-of-range",
        "probability-out-of-range",
    ];
    let found = complaints(text, &[]);
    let mut names: Vec<&str> = found.iter().map(|complaint| complaint.code.name).collect();
    let places: Vec<usize> = found.iter().map(|complaint| complaint.span.start).collect();
    assert!(places.is_sorted(), "complaints are sorted by place");
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
}

/// What is wrong with one axis of a sweep, or with one key of shares, hides nothing of the rest.
#[test]
fn faults_of_sweeps_and_shares_do_not_hide_each_other() {
    let text = r#"
[inputs]
hours = { value = 3, unit = "h" }
power = { distribution = "normal", mean = 9, sd = 1, unit = "kW" }
[formulas]
energy = "power * hours"
[outputs]
energy = "kWh"
[sweep]
"inputs.nothing" = [1]
"inputs.hours.sd" = [1]
"power" = [1]
"inputs.power.sd" = [2, -2]
"inputs.power.mean" = [8, 9]
"formulas.energy" = ["power * 2 h"]
[shares.mix]
mean = { coal = 0.5, gas = 0.4 }
[shares.other]
mean = { coal = "much", gas = -0.4 }
concentration = -1
"#;
    assert_eq!(
        codes(text, &[]),
        [
            "edit-of-nothing",
            "unknown-key",
            "sweep-path-malformed",
            "sd-not-positive",
            "sweep-value-without-label",
            "missing-key",
            "shares-not-one",
            "wrong-type",
            "share-not-positive",
            "concentration-not-positive",
        ]
    );
}

#[test]
fn faults_of_sweeps_are_told_once() {
    let scenario = "[inputs]\nutilization = { distribution = \"normal\", mean = 0.5, sd = 0.01 }\n[outputs]\nutilization = \"1\"\n[sweep]\n";
    let many: Vec<String> = (1..300).map(|value| value.to_string()).collect();
    let unknown = format!(
        "{scenario}\"inputs.utilization.sd\" = [0.01, -2]\n\"inputs.nope.sd\" = [{}]\n",
        many.join(", ")
    );
    assert_eq!(codes(&unknown, &[]), ["sd-not-positive", "edit-of-nothing"]);
    let wrong_type = format!(
        "{scenario}\"inputs.utilization.sd\" = [0.01, -2]\n\"inputs.utilization.mean\" = 5\n"
    );
    assert_eq!(codes(&wrong_type, &[]), ["sd-not-positive", "wrong-type"]);
    let above = format!(
        "{scenario}\"inputs.utilization.mean\" = [0.98, 0.99, 1]\n\"inputs.utilization.sd\" = [0.02, 0.03]\n"
    );
    assert_eq!(codes(&above, &[]), ["utilization-above-one"]);
    let cut = above.replace("sd = 0.01 }", "sd = 0.01, truncate = [0.4, 1] }");
    assert_eq!(codes(&cut, &[]), ["truncation-removes-mass"]);
}

#[test]
fn faults_of_components_do_not_hide_each_other() {
    let text = "[inputs]\nx = { distribution = \"mixture\", components = [{ weight = -1, distribution = \"normal\", mean = 0, sd = 1 }, \
                { weight = 1, distribution = \"normal\", mean = 0, sd = 0 }] }\n[outputs]\nx = \"1\"\n";
    assert_eq!(codes(text, &[]), ["weight-not-positive", "sd-not-positive"]);
}

/// Whoever wrote the correlation did not know of the edit; what the file itself contradicts is still said.
#[test]
fn an_edit_that_makes_an_input_constant_drops_its_correlations() {
    let text = "[inputs]\nx = { distribution = \"normal\", mean = 9, sd = 1 }\ny = { distribution = \"uniform\", min = 1, max = 2 }\n\
                [formulas]\nz = \"x * y\"\n[outputs]\nz = \"1\"\n[[correlations]]\ninputs = [\"x\", \"y\"]\nspearman = 0.5\n";
    for set in ["inputs.x=7", "inputs.x={ value = 7 }", "formulas.x=\"7\""] {
        let sets = [set.to_owned()];
        let model = check(Source::new("test.toml", text), "test", &sets).unwrap();
        let variant = &model.variants[0];
        assert!(variant.correlations.is_empty(), "{set}");
        assert_eq!(
            variant.dropped_correlations,
            [["x".to_owned(), "y".to_owned()]]
        );
    }
    assert_eq!(codes(text, &["inputs.x.sd=2"]), [""; 0]);
    let fixed = text.replace("distribution = \"normal\", mean = 9, sd = 1", "value = 9");
    assert_eq!(codes(&fixed, &[]), ["correlation-without-distribution"]);
    let other = "inputs.y={ distribution = \"uniform\", min = 1, max = 3 }";
    for set in ["inputs.y.max=3", other] {
        assert_eq!(codes(&fixed, &[set]), ["correlation-without-distribution"]);
    }
    // A correlation of a variant likewise, but not where the variant makes the constant.
    let (of_all, pair) = text.split_once("[[correlations]]").unwrap();
    let of_variant = format!("{of_all}[[variants.v.correlations]]{pair}");
    assert_eq!(codes(&of_variant, &["inputs.x=7"]), [""; 0]);
    let own = format!("{of_variant}[variants.v.inputs]\nx = {{ value = 3 }}\n");
    for sets in [&[][..], &["inputs.x=7"]] {
        assert_eq!(codes(&own, sets), ["correlation-without-distribution"]);
    }
}

#[test]
fn complaints_are_drawn_with_their_place() {
    let text = "[inputs]\npower = { value = 2, unit = \"kW\" }\n[formulas]\nenergy = \"power * 24 h + power\"\n[outputs]\nenergy = \"kWh\"\n";
    let expected = "\
error[dimension-mismatch]: `+` needs equal dimensions, not energy and power
 --> test.toml:4:26
  |
4 | energy = \"power * 24 h + power\"
  |           ------------   ^^^^^ this is power (such as `W`)
  |           |
  |           this is energy (such as `kWh`)
  |
  = help: the missing factor is `time`: multiply by a quantity in `h`, or divide by one in `1/h`
";
    assert_eq!(render_all(&complaints(text, &[]), Style::Plain), expected);
    assert!(render_all(&complaints(text, &[]), Style::Coloured).contains("\u{1b}["));
    let json = complaints(text, &[])[0].to_json();
    assert_eq!(json["line"], 4);
    assert_eq!(json["column"], 26);
    assert_eq!(json["code"], "dimension-mismatch");
}

#[test]
fn user_text_cannot_command_the_terminal() {
    let text = "[outputs]\nenergy = \"\\u001b[2Jboo\"\n\"\\u001b[31mred\" = \"kWh\"\n# \u{9b}31m\u{202e}\n";
    for style in [Style::Plain, Style::Coloured] {
        let drawn = render_all(&complaints(text, &[]), style);
        assert!(
            !drawn.contains("\u{1b}[2J")
                && !drawn.contains('\u{9b}')
                && !drawn.contains("\u{1b}[31mred"),
            "{drawn:?}"
        );
    }
    let raw = "title = \"a\u{1b}]0;boo\u{7}\u{9b}\u{202e}\"\nfoo = 1\n";
    let drawn = render_all(&complaints(raw, &[]), Style::Plain);
    assert!(
        !drawn
            .chars()
            .any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'),
        "{drawn:?}"
    );
}

#[test]
fn bytes_that_are_not_utf8_have_their_place() {
    let complaint = source_of_bytes("test.toml", b"title = \"caf\xe9\"\n".to_vec()).unwrap_err();
    assert_eq!(
        (complaint.code.name, complaint.position()),
        ("invalid-utf8", (1, 13))
    );
    assert!(render(&complaint, Style::Plain).contains("test.toml:1:13"));
    assert!(source_of_bytes("test.toml", "\u{feff}title = \"é\"\n".as_bytes().to_vec()).is_ok());
}

#[test]
fn a_file_of_any_size_gets_an_answer() {
    assert_eq!(codes(&"#".repeat((64 << 20) + 1), &[]), ["file-too-large"]);
}

const GOOD: &str = r#"
[inputs]
power = { value = 2, unit = "kW", description = "of the server" }
grid = { distribution = "uniform", min = 200, max = 300, unit = "gCO2e/kWh" }
[formulas]
energy = "power * 24 h"
emissions = "energy * grid"
[outputs]
emissions = "kgCO2e"
"#;

#[test]
fn edits_replace_values_inputs_parameters_and_formulas() {
    let written = |sets: &[&str], index: usize| {
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        let model = check(Source::new("test.toml", GOOD), "test", &sets).unwrap();
        let input = &model.variants[0].inputs[index];
        (
            input.written.clone(),
            input.unit.text.clone(),
            input.draw_key.clone(),
        )
    };
    let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(written(&["inputs.power=3"], 0), row("3", "kW", "power"));
    assert_eq!(
        written(&["inputs.grid=250"], 1),
        row("250", "gCO2e/kWh", "grid")
    );
    assert_eq!(
        written(&["inputs.grid.min=250"], 1),
        row("uniform(min = 250, max = 300)", "gCO2e/kWh", "grid")
    );
    let whole =
        "inputs.grid={ distribution = \"uniform\", min = 1, max = 2, unit = \"kgCO2e/kWh\" }";
    assert_eq!(
        written(&[whole], 1),
        row("uniform(min = 1, max = 2)", "kgCO2e/kWh", "grid")
    );
    assert_eq!(
        written(
            &[
                "inputs.grid={ value = 1, unit = \"kgCO2e/kWh\" }",
                "inputs.grid=2"
            ],
            1
        ),
        row("2", "kgCO2e/kWh", "grid")
    );
    assert_eq!(codes(GOOD, &["formulas.energy=\"power * 48 h\""]), [""; 0]);
    assert_eq!(codes(GOOD, &["formulas.grid=\"300 gCO2e/kWh\""]), [""; 0]);
    assert_eq!(
        codes(GOOD, &["inputs.energy={ value = 1, unit = \"MWh\" }"]),
        ["unused-input"]
    );
}

#[test]
fn faulty_edits_are_shown_in_their_own_text() {
    for (set, code, column) in [
        ("inputs.gird=300", "edit-of-nothing", 8),
        ("inputs.energy=300", "edit-of-nothing", 8),
        ("formulas.gird=\"1\"", "edit-of-nothing", 10),
        ("run.trials=5", "edit-of-nothing", 1),
        ("inputs.grid=", "edit-malformed", 13),
        ("inputs.grid", "edit-malformed", 12),
        ("inputs.grid=power", "edit-malformed", 13),
        // A shell has taken the quotes.
        ("formulas.energy=power * gird", "unknown-name", 26),
        ("", "edit-malformed", 1),
        ("inputs.grid.unit=\"kwh\"", "unknown-unit", 19),
        ("inputs.grid.minimum=2", "unknown-key", 13),
        ("inputs.grid=\"x\"", "wrong-type", 13),
        (
            "formulas.energy=\"power * 24 h + power\"",
            "dimension-mismatch",
            33,
        ),
    ] {
        let found = complaints(GOOD, &[set]);
        let found: Vec<_> = found
            .iter()
            .map(|c| (c.source.name.as_str(), c.code.name, c.position()))
            .collect();
        assert_eq!(found, [("--set", code, (1, column))], "{set}");
    }
}

#[test]
fn an_edit_of_what_stands_elsewhere_is_told_where() {
    let text = "[imports]\nim = \"no-such-file.toml\"\n[shares.mix]\nmean = { a = 0.5, b = 0.5 }\nconcentration = 3\n[inputs]\nx = { value = 1 }\n[outputs]\nx = \"1\"\n";
    for (set, told) in [
        ("inputs.im.grid=150", "bind the input"),
        ("inputs.mix_a=0.3", "shares that sum to 1"),
    ] {
        let found = complaints(text, &[set]);
        let of_edit = found.iter().find(|c| c.code.name == "edit-of-nothing");
        let advice = &of_edit.expect("a complaint").advice;
        assert!(advice.iter().any(|line| line.contains(told)), "{advice:?}");
    }
}

#[test]
fn the_schema_agrees_with_the_parser_about_shapes() {
    let schema = schema();
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
    assert!(jsonschema::meta::is_valid(&schema));
    let json = |text: &str| to_json(toml::from_str::<toml::Value>(text).unwrap());
    let mut valid = files("tests/good");
    valid.extend(files("scenarios"));
    valid.extend(files("scenarios/metrology"));
    for path in valid {
        let text = std::fs::read_to_string(&path).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&json(&text))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    }
    for path in files("tests/bad") {
        let text = std::fs::read_to_string(&path).unwrap();
        if text.lines().nth(1) == Some("# wrong shape") {
            assert!(
                !validator.is_valid(&json(&text)),
                "{} has a wrong shape, but fits the schema",
                path.display()
            );
        }
    }
}

/// TOML as JSON, infinities as text: JSON has none.
fn to_json(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Float(float) if float.is_infinite() => {
            serde_json::json!(if float > 0.0 { "inf" } else { "-inf" })
        }
        toml::Value::Array(list) => list.into_iter().map(to_json).collect(),
        toml::Value::Table(table) => table
            .into_iter()
            .map(|(key, value)| (key, to_json(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => serde_json::to_value(other).unwrap(),
    }
}
