//! Imports: what is drawn with what, which names they bring, and files that import each other without end.

use montecarbon::diagnostic::{Diagnostic, Source, Style, render_all};
use montecarbon::model::{Model, Variant, check, draw_apart, load};
use montecarbon::pipeline::{Against, Plan, Unwatched, alternatives, compare, simulate};
use montecarbon::report::RunReport;
use montecarbon::sampler::Method;

const SAMPLERS: [Method; 3] = [Method::Random, Method::LatinHypercube, Method::Sobol];

/// The rows of tests/data/pairs.csv.
const ROWS: [(f64, f64); 5] = [
    (4.0, 10.0),
    (1.0, 30.0),
    (5.0, 20.0),
    (9.0, 20.0),
    (2.0, 40.0),
];

fn try_model(text: &str) -> Result<Model, Vec<Diagnostic>> {
    check(Source::new("whole.toml", text), "whole", &[])
}

fn model(text: &str) -> Model {
    try_model(text).unwrap_or_else(|complaints| panic!("{}", render_all(&complaints, Style::Plain)))
}

fn plan(sampler: Method) -> Plan {
    Plan {
        trials: 100_000,
        sampler,
        measures: Vec::new(),
        ..Plan::default()
    }
}

fn run(text: &str, sampler: Method) -> RunReport {
    simulate(&[(model(text), plan(sampler))], None, &Unwatched, None)
        .expect("a run")
        .runs
        .remove(0)
}

/// A statistic of an output, and its standard error.
fn number(run: &RunReport, output: &str, statistic: &str) -> (f64, f64) {
    let found = run.output(output).expect("an output");
    let found = found.statistic(statistic).expect("a statistic");
    (
        found.value.expect("a value"),
        found.standard_error.unwrap_or(0.0),
    )
}

/// Whether a number is within five of its standard errors of an exact one, and the 1/(2N) that the divisor of the standard
/// deviation makes.
fn near((value, error): (f64, f64), exact: f64) -> bool {
    (value - exact).abs() <= 5.0 * error + 1e-5 * exact.abs()
}

fn names(variant: &Variant) -> Vec<&str> {
    let inputs = variant.inputs.iter();
    inputs.map(|input| input.name.as_str()).collect()
}

#[test]
fn imported_inputs_draw_under_their_qualified_names() {
    // Two uniform inputs: the variance of their sum is 1/6 when they are independent, 1/3 when they are one.
    let apart = "[imports]\npart = \"tests/imported/parts.toml\"\n[inputs]\nx = { distribution = \"uniform\", min = 0, max = 1 }\n\
        [formulas]\nsum = \"x + part.x\"\n[outputs]\nsum = \"1\"\nx = \"1\"\n";
    let bound = apart.replace(
        "\"tests/imported/parts.toml\"",
        "{ file = \"tests/imported/parts.toml\", inputs = { x = \"x\" } }",
    );
    for sampler in SAMPLERS {
        let (one, sixth) = (run(apart, sampler), (1.0_f64 / 6.0).sqrt());
        assert!(near(number(&one, "sum", "sd"), sixth), "{sampler:?}");
        // The twin: what is bound is one quantity.
        let joined = run(&bound, sampler);
        assert!(!near(number(&joined, "sum", "sd"), sixth), "{sampler:?}");
        assert!(
            near(number(&joined, "sum", "sd"), (1.0_f64 / 3.0).sqrt()),
            "{sampler:?}"
        );
        // The file's own draws are those that it has without the import.
        let alone = "[inputs]\nx = { distribution = \"uniform\", min = 0, max = 1 }\n[outputs]\nx = \"1\"\n";
        let alone = run(alone, sampler);
        for statistic in ["mean", "sd", "min", "max", "median"] {
            let [one, alone] = [&one, &alone].map(|run| number(run, "x", statistic).0);
            assert_eq!(one.to_bits(), alone.to_bits(), "{sampler:?} {statistic}");
        }
    }
    let model = model(apart);
    let keys: Vec<_> = model.variants[0]
        .inputs
        .iter()
        .map(|input| input.draw_key.as_str())
        .collect();
    assert_eq!(keys, ["x", "part.x"]);
}

#[test]
fn what_is_drawn_together_there_is_drawn_together_here() {
    let text = "[imports]\npart = \"tests/imported/parts.toml\"\n\
        [outputs]\n\"part.level\" = \"1\"\n\"part.whole\" = \"1\"\n\"part.row\" = \"1\"\n";
    let found = model(text);
    let variant = &found.variants[0];
    // What no output needs is not brought.
    let brought = ["low", "high", "first", "last", "mix_coal", "mix_wind"];
    assert_eq!(names(variant), brought.map(|name| format!("part.{name}")));
    assert_eq!(
        variant
            .formulas
            .iter()
            .filter(|formula| formula.name == "part.level")
            .count(),
        1
    );
    assert!(
        variant
            .formulas
            .iter()
            .all(|formula| formula.name != "part.unused")
    );
    assert_eq!(found.data.len(), 1);
    for sampler in SAMPLERS {
        let run = run(text, sampler);
        let (mean, _) = number(&run, "part.level", "mean");
        assert!((mean - 20.0).abs() < 1e-9, "a correlation of -1: {mean}");
        let (lowest, _) = number(&run, "part.level", "min");
        assert!(
            (lowest - 20.0).abs() < 1e-9,
            "a correlation of -1: {lowest}"
        );
        let (whole, _) = number(&run, "part.whole", "min");
        assert!((whole - 1.0).abs() < 1e-12, "shares: {whole}");
        // Rows of one file: every value is 100 times the first column with the second of its own row.
        for statistic in ["min", "max"] {
            let (row, _) = number(&run, "part.row", statistic);
            assert!(
                ROWS.iter().any(|(x, y)| (row - 100.0 * x - y).abs() < 1e-9),
                "{row}"
            );
        }
    }
}

#[test]
fn a_variant_a_unit_and_a_reference_of_its_own() {
    let text = "[references]\nsame = \"a work that both cite\"\nother = \"another work\"\n[units]\nbox = \"2 request\"\n\
        [imports]\npart = { file = \"tests/imported/parts.toml\", variant = \"wide\" }\n\
        [inputs]\none = { value = 1, unit = \"box\", source = \"other\" }\n\
        [formulas]\nboth = \"one + part.boxes\"\n[outputs]\nboth = \"request\"\n\"part.twice\" = \"1\"\n";
    let found = model(text);
    let variant = &found.variants[0];
    let x = variant
        .inputs
        .iter()
        .find(|input| input.name == "part.x")
        .expect("x");
    assert_eq!(x.draw_key, "part.wide/x");
    assert_eq!(x.sources, ["same", "part.other"]);
    let keys: Vec<_> = found
        .references
        .iter()
        .map(|reference| reference.key.as_str())
        .collect();
    assert_eq!(keys, ["same", "other", "part.other"]);
    let run = run(text, Method::Sobol);
    assert_eq!(
        number(&run, "both", "mean").0,
        14.0,
        "2 and 3 times 4 requests"
    );
    assert!(near(number(&run, "part.twice", "mean"), 3.0));
}

#[test]
fn imports_of_imports_and_one_file_under_one_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    write(
        "inner.toml",
        "[inputs]\nx = { distribution = \"uniform\", min = 0, max = 1 }\n",
    );
    write(
        "middle.toml",
        "[imports]\ninner = \"inner.toml\"\n[formulas]\ny = \"inner.x + 1\"\n",
    );
    let text = "[imports]\nmiddle = \"middle.toml\"\n[formulas]\nz = \"middle.y - middle.inner.x\"\n\
        [outputs]\nz = \"1\"\n\"middle.y\" = \"1\"\n";
    let [one, two] = ["one", "two"].map(|stem| {
        let path = write(&format!("{stem}.toml"), text);
        load(&path, &[]).expect("a model")
    });
    assert_eq!(names(&one.variants[0]), ["middle.inner.x"]);
    assert_eq!(one.imports.len(), 2, "the manifest knows both files");
    // One file under one name in two files is one set of draws: their difference is zero in every trial.
    let mut models = vec![one, two];
    draw_apart(&mut models);
    for sampler in SAMPLERS {
        let places = alternatives(&models, None);
        let report = compare(
            &models,
            &places,
            Against::Baseline(0),
            &plan(sampler),
            &Unwatched,
        );
        let report = report.expect("compared").comparison.expect("a comparison");
        for output in &report.pairs[0].outputs {
            let equal = output.estimate("order", "p_equal").expect("a probability");
            assert_eq!(equal.value, Some(1.0), "{sampler:?}");
        }
    }
}

#[test]
fn chains_and_doublings_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: String, text: String| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    let last = "[inputs]\nx = { value = 1 }\n";
    for (stem, files, twice) in [("chain", 60, false), ("double", 30, true)] {
        write(format!("{stem}{files}.toml"), last.to_owned());
        for at in 0..files {
            let next = format!("{stem}{}.toml", at + 1);
            let second = if twice {
                format!("b = \"{next}\"\n")
            } else {
                String::new()
            };
            let sum = if twice { "a.x + b.x" } else { "a.x" };
            write(
                format!("{stem}{at}.toml"),
                format!(
                    "[imports]\na = \"{next}\"\n{second}[formulas]\nx = \"{sum}\"\n[outputs]\nx = \"1\"\n"
                ),
            );
        }
        let path = folder.path().join(format!("{stem}0.toml"));
        let complaints = load(&path, &[]).expect_err("refused").to_string();
        assert!(complaints.contains("imports-too-large"), "{complaints}");
    }
}
