//! What a scenario means: inputs, draws, graphs and dimensions of good files, and that no file whatever brings the checks down.

use montecarbon::diagnostic::Source;
use montecarbon::model::{Binary, Definition, Kind, Model, Operation, Variant, check};
use num_bigint::BigInt;
use num_rational::BigRational;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

fn good(name: &str) -> String {
    std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/good")
            .join(name),
    )
    .unwrap()
}

fn model(text: &str) -> Model {
    let checked = check(Source::new("test.toml", text), "test", &[]);
    checked.unwrap_or_else(|complaints| {
        panic!(
            "{}",
            montecarbon::diagnostic::render_all(&complaints, montecarbon::diagnostic::Style::Plain)
        )
    })
}

fn variant<'a>(model: &'a Model, name: &str) -> &'a Variant {
    model
        .variants
        .iter()
        .find(|variant| variant.name == name)
        .unwrap()
}

fn draw_key<'a>(variant: &'a Variant, input: &str) -> &'a str {
    &variant
        .inputs
        .iter()
        .find(|entry| entry.name == input)
        .unwrap()
        .draw_key
}

/// Every operand comes before its node, and everything refers to something.
fn assert_well_formed(model: &Model) {
    for variant in &model.variants {
        for (index, node) in variant.graph.nodes.iter().enumerate() {
            let operands = match &node.operation {
                Operation::Number(_) | Operation::Pi => vec![],
                Operation::Input(input) => {
                    assert!(*input < variant.inputs.len());
                    vec![]
                }
                Operation::Unary(_, a) => vec![*a],
                Operation::Binary(_, a, b) => vec![*a, *b],
                Operation::If(a, b, c) => vec![*a, *b, *c],
                Operation::Interpolate { x, knots, values } => {
                    assert_eq!(knots.len(), values.len());
                    assert!(knots.is_sorted());
                    std::iter::once(*x).chain(values.iter().copied()).collect()
                }
            };
            assert!(operands.iter().all(|operand| (operand.0 as usize) < index));
        }
        assert!(
            variant
                .outputs
                .iter()
                .all(|output| (output.node.0 as usize) < variant.graph.nodes.len())
        );
    }
}

#[test]
fn the_contract_s_example_means_what_it_says() {
    let model = model(&good("contract.toml"));
    assert_well_formed(&model);
    assert!(model.warnings.is_empty(), "{:?}", model.warnings);
    let names: Vec<&str> = model
        .variants
        .iter()
        .map(|variant| variant.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "us-west",
            "us-west-2",
            "half the GPUs, 50 %",
            "shared",
            "same",
            "swapped"
        ]
    );
    let base = &model.variants[0];
    let inputs: Vec<&str> = base
        .inputs
        .iter()
        .map(|input| input.name.as_str())
        .collect();
    assert_eq!(
        inputs,
        [
            "gpus",
            "idle_power",
            "full_power",
            "utilization",
            "pue",
            "requests",
            "grid"
        ]
    );
    assert_eq!(
        base.inputs[6].written,
        "lognormal(interval = [169, 351], level = 0.90)"
    );
    assert!(
        matches!(&base.inputs[1].definition, Definition::Fixed(value) if *value == BigRational::from_integer(BigInt::from(46)))
    );
    assert_eq!(
        base.outputs[1].thresholds,
        [("the article".to_owned(), 23.04)]
    );
    assert_eq!(model.run.trials, Some(1_000_000));
    assert_eq!(
        model.run.quantiles,
        Some(vec![0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975])
    );
    assert_eq!(
        model.references[1].other,
        [("author".to_owned(), "Luccioni".to_owned())]
    );
    assert_eq!(model.references[1].year, Some(2022));
}

#[test]
fn a_redefined_input_is_another_quantity_unless_it_is_said_or_is_the_same() {
    let model = model(&good("contract.toml"));
    assert_eq!(draw_key(variant(&model, "us-west"), "grid"), "grid");
    assert_eq!(
        draw_key(variant(&model, "us-west-2"), "grid"),
        "us-west-2/grid"
    );
    assert_eq!(draw_key(variant(&model, "us-west-2"), "pue"), "pue");
    assert_eq!(draw_key(variant(&model, "shared"), "grid"), "grid");
    assert_eq!(draw_key(variant(&model, "same"), "grid"), "grid");
    assert_eq!(
        draw_key(variant(&model, "swapped"), "energy"),
        "swapped/energy"
    );
}

#[test]
fn a_formula_may_stand_in_for_an_input_and_the_reverse() {
    let model = model(&good("contract.toml"));
    let swapped = variant(&model, "swapped");
    assert!(swapped.inputs.iter().all(|input| input.name != "pue"));
    assert!(swapped.formulas.iter().any(|formula| formula.name == "pue"));
    assert!(
        swapped
            .formulas
            .iter()
            .all(|formula| formula.name != "energy")
    );
    let eight = variant(&model, "half the GPUs, 50 %")
        .inputs
        .iter()
        .find(|input| input.name == "gpus")
        .unwrap();
    assert_eq!(
        (eight.unit.text.as_str(), eight.written.as_str()),
        ("GPU", "8")
    );
}

#[test]
fn every_function_and_family_is_accepted() {
    for name in ["formulas.toml", "distributions.toml", "toml-1.1.toml"] {
        let model = model(&good(name));
        assert_well_formed(&model);
        let warnings: Vec<&str> = model
            .warnings
            .iter()
            .map(|warning| warning.code.name)
            .collect();
        let expected: &[&str] = if name == "distributions.toml" {
            &["truncation-removes-mass"]
        } else {
            &[]
        };
        assert_eq!(warnings, expected, "{name}");
    }
    let model = model(&good("distributions.toml"));
    assert_eq!(model.variants[0].inputs[3].kind, Kind::Variability);
}

#[test]
fn numbers_reach_the_graph_exactly_and_in_base_units() {
    let model = model("[formulas]\nx = \"0.24 kgCO2e/kWh * 2 kWh\"\n[outputs]\nx = \"gCO2e\"\n");
    let Operation::Number(value) = &model.variants[0].graph.nodes[0].operation else {
        panic!("not a number")
    };
    assert_eq!(
        *value,
        BigRational::new(BigInt::from(24), BigInt::from(360_000_000))
    );
}

#[test]
fn equal_expressions_are_one_node_and_doubling_stays_linear() {
    let mut text = "[inputs]\na = { distribution = \"uniform\", min = 0, max = 1 }\n[formulas]\nf0 = \"(a + 1) * (a + 1)\"\n".to_owned();
    for index in 1..=1000 {
        writeln!(text, "f{index} = \"f{} + f{}\"", index - 1, index - 1).unwrap();
    }
    text.push_str("[outputs]\nf1000 = \"1\"\n");
    let model = model(&text);
    assert_well_formed(&model);
    // a, 1, a + 1, its square, and one sum a formula.
    assert_eq!(model.variants[0].graph.nodes.len(), 1004);
    assert!(model.warnings.is_empty());
}

#[test]
fn long_chains_and_constants_that_double_do_not_bring_it_down() {
    for first in ["a", "3"] {
        let mut text = "[inputs]\na = { value = 1 }\n[formulas]\n".to_owned();
        // Written backwards, so that each formula needs the one below it.
        for index in (1..=100_000).rev() {
            writeln!(text, "f{index} = \"f{} * 2\"", index - 1).unwrap();
        }
        writeln!(
            text,
            "f0 = \"{first}\"\n[outputs]\nf100000 = \"1\"\na = \"1\""
        )
        .unwrap();
        let model = model(&text);
        assert_eq!(model.variants[0].formulas.len(), 100_001);
    }
    let mut circle = "[formulas]\n".to_owned();
    for index in 0..100_000 {
        writeln!(circle, "f{index} = \"f{} * 2\"", (index + 1) % 100_000).unwrap();
    }
    circle.push_str("[outputs]\nf0 = \"1\"\n");
    let complaints = check(Source::new("test.toml", circle), "test", &[]).unwrap_err();
    assert_eq!(complaints.len(), 1);
    assert_eq!(complaints[0].code.name, "formula-cycle");
    assert!(complaints[0].message.len() < 200);
}

#[test]
fn minimum_of_many_and_clamp_are_built_from_pairs() {
    let text = "[inputs]\na = { value = 1 }\n[formulas]\nx = \"clamp(a, 0, min(a, 2, 3))\"\n[outputs]\nx = \"1\"\n";
    let model = model(text);
    let count = |wanted: Binary| {
        model.variants[0].graph.nodes.iter().filter(|node| matches!(node.operation, Operation::Binary(binary, _, _) if binary == wanted)).count()
    };
    assert_eq!((count(Binary::Minimum), count(Binary::Maximum)), (3, 1));
}

#[test]
fn nesting_without_end_is_refused() {
    for open in ["[", "{a=", "{a.b.c.d.e.f.g.h=", "[{a="] {
        let text = format!("title = {}", open.repeat(50_000));
        let complaints = check(Source::new("test.toml", text), "test", &[]).unwrap_err();
        assert!(!complaints.is_empty(), "{open}");
    }
    let headers: String = (0..5_000)
        .map(|index| format!("[a{index}.b.c]\n"))
        .collect();
    assert!(check(Source::new("test.toml", headers), "test", &[]).is_err());
    let units: String = (0..50_000)
        .map(|index| format!("u{index} = \"1 u{}\"\n", index + 1))
        .collect();
    let text = format!(
        "[units]\n{units}u50000 = \"count\"\n[formulas]\nx = \"1 u49000\"\n[outputs]\nx = \"u49001\"\n"
    );
    assert!(check(Source::new("test.toml", text), "test", &[]).is_ok());
}

/// A small generator with a fixed seed: the mutations are the same on every machine and in every run.
struct Mutator(u64);

impl Mutator {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }
}

#[test]
fn damaged_files_are_refused_or_read_but_never_bring_it_down() {
    let files = [
        "contract.toml",
        "formulas.toml",
        "distributions.toml",
        "toml-1.1.toml",
    ]
    .map(good);
    let pieces = [
        "\"", "[", "]", "{", "}", "=", "\n", "inputs", "1e9", "-", "(", ")", "^", "é", "\u{1b}",
        "inf", "nan", ".", "'''", "%", "0", "\\u00", ",",
    ];
    let mut mutator = Mutator(20_221_201);
    for round in 0..4000 {
        let mut text = files[round % files.len()].clone();
        for _ in 0..=mutator.below(4) {
            let mut at = mutator.below(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match mutator.below(4) {
                0 => text.truncate(at),
                1 if at < text.len() => drop(text.remove(at)),
                2 => {
                    let from = mutator.below(text.len());
                    if let Some(copied) = text.get(from.min(at)..from.max(at)).map(str::to_owned) {
                        text.insert_str(at, &copied.chars().take(60).collect::<String>());
                    }
                }
                _ => text.insert_str(at, pieces[mutator.below(pieces.len())]),
            }
        }
        match check(
            Source::new("test.toml", text),
            "test",
            &["inputs.pue=1".to_owned()],
        ) {
            Ok(model) => assert_well_formed(&model),
            Err(complaints) => {
                assert!(!complaints.is_empty());
                let drawn = montecarbon::diagnostic::render_all(
                    &complaints,
                    montecarbon::diagnostic::Style::Plain,
                );
                assert!(!drawn.contains('\u{1b}'));
                assert!(
                    complaints
                        .iter()
                        .all(|complaint| !complaint.message.is_empty()
                            && !complaint.advice.is_empty()),
                    "{drawn}"
                );
            }
        }
    }
}

#[test]
fn checking_is_quick_enough_for_batches_of_ten_thousand_files() {
    let text = good("contract.toml");
    let source = Source::new("test.toml", text);
    let rounds = 200;
    let start = Instant::now();
    for _ in 0..rounds {
        assert!(check(source.clone(), "test", &[]).is_ok());
    }
    let each = start.elapsed() / rounds;
    println!("{each:?} a file");
    // Far above what it takes, so that a busy machine does not fail it; a quadratic step would.
    assert!(each.as_millis() < 20);
}

#[test]
fn correlations_are_shared_replaced_and_dropped_by_variants() {
    use montecarbon::model::Dependence::{Gaussian, Spearman};
    let model = model(&good("contract.toml"));
    let of = |name: &str| -> Vec<_> {
        let variant = variant(&model, name);
        let named = |input: usize| variant.inputs[input].name.as_str();
        variant
            .correlations
            .iter()
            .map(|correlation| (correlation.inputs.map(named), correlation.asked))
            .collect()
    };
    let written = [
        (["utilization", "requests"], Spearman(0.6)),
        (["gpus", "requests"], Gaussian(-0.1)),
    ];
    assert_eq!(of("us-west"), written);
    assert_eq!(of("shared"), written);
    // Its own takes the place of the pair's; the GPUs became a constant.
    let half = "half the GPUs, 50 %";
    assert_eq!(of(half), [(["requests", "utilization"], Gaussian(0.9))]);
    let dropped = &variant(&model, half).dropped_correlations;
    assert_eq!(*dropped, [["gpus".to_owned(), "requests".to_owned()]]);
    assert!(variant(&model, "us-west").dropped_correlations.is_empty());
}

#[test]
fn a_whole_number_is_one_however_it_is_written() {
    for (written, trials) in [
        ("1e6", 1_000_000),
        ("2.5e3", 2_500),
        ("0x100", 256),
        ("7_000", 7_000),
    ] {
        let text = format!(
            "[inputs]\nx = {{ value = 1 }}\n[outputs]\nx = \"1\"\n[run]\ntrials = {written}\n"
        );
        let model = check(Source::new("whole.toml", text), "whole", &[]).expect("a model");
        assert_eq!(model.run.trials, Some(trials), "{written}");
    }
    let rest = "[inputs]\nx = { value = 1 }\n[outputs]\nx = \"1\"\n[references]\na = { title = \"A\", year = 2.022e3 }\n";
    let model = check(Source::new("whole.toml", rest), "whole", &[]).expect("a model");
    assert_eq!(model.references[0].year, Some(2022));
    for (format, is_known) in [
        ("1", true),
        ("1.0", true),
        ("0x1", true),
        ("2", false),
        ("2e0", false),
        ("0x2", false),
    ] {
        let text = format!("format = {format}\n{rest}");
        assert_eq!(
            check(Source::new("whole.toml", text), "whole", &[]).is_ok(),
            is_known,
            "{format}"
        );
    }
}

#[test]
fn a_value_of_two_sources_has_the_weight_of_both() {
    let of = |values: &str| {
        let text = format!(
            "[inputs]\nx = {{ distribution = \"discrete\", {values} }}\n[outputs]\nx = \"1\"\n[variants.\"approx.\"]\ninputs = {{ x = {{ value = 1 }} }}\n"
        );
        let model = model(&text);
        let Definition::Random(marginal) = &variant(&model, "base").inputs[0].definition else {
            panic!("not random");
        };
        // A name may end like a sentence.
        variant(&model, "approx.");
        [77.0, 297.6, 350.9].map(|x| marginal.cdf(x))
    };
    assert_eq!(
        of("values = [297.6, 350.9, 77, 350.9]"),
        of("values = [77, 297.6, 350.9], weights = [1, 1, 2]")
    );
}
