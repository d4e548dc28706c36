//! The rules of dimensions: what each operator and function needs, and what its result measures.

use super::codes::{
    DIMENSION_MISMATCH, DIMENSION_NOT_PURE, DIMENSION_OUT_OF_RANGE, EXPONENT_NOT_CONSTANT, KNOT_NOT_CONSTANT, KNOTS_NOT_RISING,
};
use super::formulas::{ParsedFormula, Slot};
use super::graph::Builder;
use super::{Binary, NodeId, Operation, Unary};
use crate::diagnostic::{Code, Diagnostic};
use crate::scenario::formula::functions::FunctionKind;
use crate::scenario::formula::{Expression, Function, Operator, Prefix, TermId, TermKind};
use crate::scenario::tree::Texts;
use crate::unit::{Dimension, Unit, describe, example, missing_factor};
use num_rational::{BigRational, Ratio};
use num_traits::{ToPrimitive, Zero};
use std::sync::Arc;

/// Constants longer than this are not followed further: they serve as exponents and knots, and doubling chains would
/// otherwise fill the memory.
const MOST_BITS: u64 = 4096;

/// What is known of a part of a formula.
#[derive(Debug, Clone)]
pub(super) struct Quantity {
    pub(super) node: NodeId,
    pub(super) dimension: Arc<Dimension>,
    /// A `0` without a unit, which fits any dimension.
    fits_any: bool,
    /// Its exact number in base units, where no input with a distribution acts on it.
    constant: Option<Arc<BigRational>>,
}

/// An input as formulas see it.
#[derive(Debug)]
pub(super) struct InputView {
    pub(super) unit: Option<Unit>,
    pub(super) fixed: Option<BigRational>,
}

/// Compiles formulas into a graph. What was complained about is `None`, and whatever uses it stays silent.
pub(super) struct Compiler<'a> {
    pub(super) texts: &'a Texts,
    pub(super) complaints: &'a mut Vec<Diagnostic>,
    pub(super) inputs: Vec<InputView>,
    pub(super) builder: Builder,
    /// The formulas compiled so far, by index.
    pub(super) formulas: Vec<Option<Quantity>>,
    pub(super) pure: Arc<Dimension>,
}

impl Compiler<'_> {
    /// The quantity of an input.
    pub(super) fn input(&mut self, index: usize) -> Option<Quantity> {
        let view = &self.inputs[index];
        let unit = view.unit.as_ref()?;
        let constant = view.fixed.as_ref().map(|value| Arc::new(value * &unit.factor));
        let dimension = Arc::new(unit.dimension.clone());
        let node = self.builder.node(Operation::Input(index), &dimension);
        Some(Quantity { node, dimension, fits_any: false, constant })
    }

    /// Compiles one formula, whose names have been resolved: `slots` has one entry a term.
    pub(super) fn formula(&mut self, formula: &ParsedFormula, slots: &dyn Fn(&str) -> Option<Slot>) -> Option<Quantity> {
        let expression = formula.expression.as_ref()?;
        let mut values: Vec<Option<Quantity>> = Vec::with_capacity(expression.terms.len());
        for (index, term) in expression.terms.iter().enumerate() {
            let id = TermId::try_from(index).unwrap_or(TermId::MAX);
            let value = match &term.kind {
                TermKind::Number(value, dimension) => dimension.as_ref().map(|dimension| self.number(value, dimension)),
                TermKind::BareZero => {
                    let zero = self.number(&BigRational::zero(), &Dimension::default());
                    Some(Quantity { fits_any: true, ..zero })
                }
                TermKind::Pi => {
                    let pure = Arc::clone(&self.pure);
                    Some(Quantity { node: self.builder.node(Operation::Pi, &pure), dimension: pure, fits_any: false, constant: None })
                }
                TermKind::Name(name) => match slots(name) {
                    Some(Slot::Input(input)) => self.input(input),
                    Some(Slot::Formula(formula)) => self.formulas[formula].clone(),
                    None => None,
                },
                TermKind::Prefix(prefix, operand) => {
                    let operand_value = values[*operand as usize].clone();
                    let place = Place { formula, expression };
                    operand_value.and_then(|value| self.prefix(*prefix, value, *operand, place))
                }
                TermKind::Binary(operator, left, right) => {
                    let operands = values[*left as usize].clone().zip(values[*right as usize].clone());
                    let place = Place { formula, expression };
                    operands.and_then(|(a, b)| self.binary(*operator, (a, *left), (b, *right), id, place))
                }
                TermKind::Call(function, arguments) => {
                    let operands: Option<Vec<(Quantity, TermId)>> =
                        arguments.iter().map(|argument| values[*argument as usize].clone().map(|value| (value, *argument))).collect();
                    operands.and_then(|operands| self.call(function, &operands, id, Place { formula, expression }))
                }
            };
            values.push(value);
        }
        values.pop().flatten()
    }

    fn number(&mut self, value: &BigRational, dimension: &Dimension) -> Quantity {
        let node = self.builder.node(Operation::Number(value.clone()), dimension);
        Quantity { node, dimension: Arc::new(dimension.clone()), fits_any: false, constant: Some(Arc::new(value.clone())) }
    }

    fn unary(&mut self, unary: Unary, operand: &Quantity, dimension: Arc<Dimension>) -> Quantity {
        let node = self.builder.node(Operation::Unary(unary, operand.node), &dimension);
        Quantity { node, dimension, fits_any: false, constant: None }
    }

    fn join(&mut self, binary: Binary, left: &Quantity, right: &Quantity, dimension: Arc<Dimension>) -> Quantity {
        let node = self.builder.node(Operation::Binary(binary, left.node, right.node), &dimension);
        Quantity { node, dimension, fits_any: false, constant: None }
    }

    fn prefix(&mut self, prefix: Prefix, operand: Quantity, id: TermId, place: Place<'_>) -> Option<Quantity> {
        match prefix {
            Prefix::Negate => {
                let result = self.unary(Unary::Negate, &operand, Arc::clone(&operand.dimension));
                let constant = operand.constant.map(|value| Arc::new(-value.as_ref()));
                Some(Quantity { fits_any: operand.fits_any, constant, ..result })
            }
            Prefix::Not => {
                self.require_pure("not", &operand, id, place)?;
                Some(self.unary(Unary::Not, &operand, Arc::clone(&self.pure)))
            }
        }
    }

    fn binary(
        &mut self,
        operator: Operator,
        (left, left_id): (Quantity, TermId),
        (right, right_id): (Quantity, TermId),
        id: TermId,
        place: Place<'_>,
    ) -> Option<Quantity> {
        let binary = lowered(operator);
        let folded = fold(operator, &left, &right);
        match operator {
            Operator::Add | Operator::Subtract => {
                let dimension = self.unify(operator.symbol(), &[(left.clone(), left_id), (right.clone(), right_id)], place)?;
                let result = self.join(binary, &left, &right, dimension);
                Some(Quantity { fits_any: left.fits_any && right.fits_any, constant: folded, ..result })
            }
            Operator::Multiply | Operator::Divide => {
                let dimension = if operator == Operator::Multiply {
                    left.dimension.times(&right.dimension)
                } else {
                    left.dimension.over(&right.dimension)
                };
                let dimension = self.in_range(dimension, id, place)?;
                let result = self.join(binary, &left, &right, dimension);
                Some(Quantity { constant: folded, ..result })
            }
            Operator::Power => self.power((left, left_id), (right, right_id), id, place),
            Operator::And | Operator::Or => {
                let both = [self.require_pure(operator.symbol(), &left, left_id, place), self.require_pure(operator.symbol(), &right, right_id, place)];
                both.iter().all(Option::is_some).then(|| self.join(binary, &left, &right, Arc::clone(&self.pure)))
            }
            _ => {
                self.unify(operator.symbol(), &[(left.clone(), left_id), (right.clone(), right_id)], place)?;
                Some(self.join(binary, &left, &right, Arc::clone(&self.pure)))
            }
        }
    }

    fn power(
        &mut self,
        (base, base_id): (Quantity, TermId),
        (exponent, exponent_id): (Quantity, TermId),
        id: TermId,
        place: Place<'_>,
    ) -> Option<Quantity> {
        self.require_pure("an exponent", &exponent, exponent_id, place)?;
        let dimension = if base.dimension.is_pure() {
            Arc::clone(&self.pure)
        } else {
            let Some(constant) = &exponent.constant else {
                let message = format!("the exponent of a quantity of {} varies", describe(&base.dimension));
                let complaint = place
                    .error(self.texts, &EXPONENT_NOT_CONSTANT, exponent_id, message)
                    .label("not a constant")
                    .relate(place.of(self.texts, base_id), describe(&base.dimension));
                let unit = example(&base.dimension);
                let unit = if unit.contains('/') { format!("({unit})") } else { unit };
                self.complaints.push(complaint.advise(format!("write a number, or make the base a pure number: `(… / 1 {unit}) ^ …`")));
                return None;
            };
            let narrow = |number: &num_bigint::BigInt| number.to_i32();
            let ratio = narrow(constant.numer()).zip(narrow(constant.denom())).map(|(numerator, denominator)| Ratio::new(numerator, denominator));
            self.in_range(ratio.and_then(|ratio| base.dimension.power(ratio)), id, place)?
        };
        let constant = fold(Operator::Power, &base, &exponent);
        let result = self.join(Binary::Power, &base, &exponent, dimension);
        Some(Quantity { constant, ..result })
    }

    fn call(&mut self, function: &Function, arguments: &[(Quantity, TermId)], id: TermId, place: Place<'_>) -> Option<Quantity> {
        let name = function.name;
        let first = &arguments.first()?.0;
        let pure_unary = match function.kind {
            FunctionKind::If => return self.choose(arguments, place),
            FunctionKind::Minimum | FunctionKind::Maximum | FunctionKind::Clamp => {
                let dimension = self.unify(name, arguments, place)?;
                let fits_any = arguments.iter().all(|(argument, _)| argument.fits_any);
                let joined = if function.kind == FunctionKind::Clamp {
                    let raised = self.join(Binary::Maximum, first, &arguments[1].0, Arc::clone(&dimension));
                    self.join(Binary::Minimum, &raised, &arguments[2].0, dimension)
                } else {
                    let binary = if function.kind == FunctionKind::Minimum { Binary::Minimum } else { Binary::Maximum };
                    let start = Quantity { constant: None, dimension: Arc::clone(&dimension), ..first.clone() };
                    arguments[1..].iter().fold(start, |joined, (argument, _)| self.join(binary, &joined, argument, Arc::clone(&dimension)))
                };
                return Some(Quantity { fits_any, ..joined });
            }
            FunctionKind::Interpolate => return self.interpolate(arguments, place),
            FunctionKind::Abs => {
                let result = self.unary(Unary::Abs, first, Arc::clone(&first.dimension));
                return Some(Quantity { fits_any: first.fits_any, ..result });
            }
            FunctionKind::Sqrt => {
                let dimension = self.in_range(first.dimension.power(Ratio::new(1, 2)), id, place)?;
                return Some(self.unary(Unary::Sqrt, first, dimension));
            }
            FunctionKind::Atan2 => {
                let both: Vec<Option<()>> = arguments.iter().map(|(value, id)| self.require_pure(name, value, *id, place)).collect();
                return both.iter().all(Option::is_some).then(|| self.join(Binary::Atan2, first, &arguments[1].0, Arc::clone(&self.pure)));
            }
            FunctionKind::Exp => Unary::Exp,
            FunctionKind::Ln => Unary::Ln,
            FunctionKind::Log10 => Unary::Log10,
            FunctionKind::Floor => Unary::Floor,
            FunctionKind::Ceil => Unary::Ceil,
            FunctionKind::Round => Unary::Round,
            FunctionKind::Sin => Unary::Sin,
            FunctionKind::Cos => Unary::Cos,
            FunctionKind::Tan => Unary::Tan,
            FunctionKind::Asin => Unary::Asin,
            FunctionKind::Acos => Unary::Acos,
            FunctionKind::Atan => Unary::Atan,
        };
        self.require_pure(name, first, arguments[0].1, place)?;
        Some(self.unary(pure_unary, first, Arc::clone(&self.pure)))
    }

    fn choose(&mut self, arguments: &[(Quantity, TermId)], place: Place<'_>) -> Option<Quantity> {
        let [(condition, condition_id), (a, _), (b, _)] = arguments else { return None };
        let pure = self.require_pure("the condition of if", condition, *condition_id, place);
        let dimension = self.unify("if", &arguments[1..], place)?;
        pure?;
        let node = self.builder.node(Operation::If(condition.node, a.node, b.node), &dimension);
        Some(Quantity { node, dimension, fits_any: a.fits_any && b.fits_any, constant: None })
    }

    fn interpolate(&mut self, arguments: &[(Quantity, TermId)], place: Place<'_>) -> Option<Quantity> {
        let abscissae: Vec<(Quantity, TermId)> = std::iter::once(&arguments[0]).chain(arguments[1..].iter().step_by(2)).cloned().collect();
        let ordinates: Vec<(Quantity, TermId)> = arguments[2..].iter().step_by(2).cloned().collect();
        let below = self.unify("the abscissae of interpolate", &abscissae, place);
        let dimension = self.unify("the values of interpolate", &ordinates, place);
        let mut knots: Vec<BigRational> = Vec::with_capacity(ordinates.len());
        let mut sound = true;
        for (knot, id) in &abscissae[1..] {
            let Some(constant) = &knot.constant else {
                let complaint = place
                    .error(self.texts, &KNOT_NOT_CONSTANT, *id, "an abscissa of `interpolate` is not a constant")
                    .label("varies")
                    .advise("write a number with its unit; only x and the values y may vary");
                self.complaints.push(complaint);
                sound = false;
                continue;
            };
            if knots.last().is_some_and(|last| last >= constant.as_ref()) {
                let complaint = place
                    .error(self.texts, &KNOTS_NOT_RISING, *id, "the abscissae of `interpolate` do not rise")
                    .label("not above the one before")
                    .advise("write the points in rising order of x, each x once");
                self.complaints.push(complaint);
                sound = false;
            }
            knots.push(constant.as_ref().clone());
        }
        below?;
        let dimension = dimension?;
        if !sound {
            return None;
        }
        let values = ordinates.iter().map(|(value, _)| value.node).collect();
        let node = self.builder.node(Operation::Interpolate { x: arguments[0].0.node, knots, values }, &dimension);
        Some(Quantity { node, dimension, fits_any: false, constant: None })
    }

    /// The one dimension of all operands, or a complaint at the first that differs.
    fn unify(&mut self, what: &str, operands: &[(Quantity, TermId)], place: Place<'_>) -> Option<Arc<Dimension>> {
        let Some((model, model_id)) = operands.iter().find(|(operand, _)| !operand.fits_any) else { return Some(Arc::clone(&self.pure)) };
        let wrong = operands.iter().find(|(operand, _)| !operand.fits_any && operand.dimension != model.dimension);
        let Some((other, other_id)) = wrong else { return Some(Arc::clone(&model.dimension)) };
        let (left, right) = (describe(&model.dimension), describe(&other.dimension));
        let called = if what.contains(' ') { what.to_owned() } else { format!("`{what}`") };
        let need = if what.starts_with("the ") { "need" } else { "needs" };
        let complaint = place
            .error(self.texts, &DIMENSION_MISMATCH, *other_id, format!("{called} {need} equal dimensions, not {left} and {right}"))
            .label(format!("this is {right}{}", in_unit(&other.dimension)))
            .relate(place.of(self.texts, *model_id), format!("this is {left}{}", in_unit(&model.dimension)));
        self.complaints.push(advise_on_mismatch(complaint, &other.dimension, &model.dimension));
        None
    }

    fn require_pure(&mut self, what: &str, value: &Quantity, id: TermId, place: Place<'_>) -> Option<()> {
        if value.dimension.is_pure() {
            return Some(());
        }
        let found = describe(&value.dimension);
        let called = if what.contains(' ') { what.to_owned() } else { format!("`{what}`") };
        let unit = example(&value.dimension);
        let advice = match what {
            "the condition of if" | "and" | "or" | "not" => "compare it with something, such as `x > 0`".to_owned(),
            _ if unit.contains('/') => format!("divide it by a quantity of the same dimension, such as `x / (1 {unit})`"),
            _ => format!("divide it by a quantity of the same dimension, such as `x / 1 {unit}`"),
        };
        let complaint = place
            .error(self.texts, &DIMENSION_NOT_PURE, id, format!("{called} needs a pure number, not {found}"))
            .label(format!("this is {found}{}", in_unit(&value.dimension)))
            .advise(advice);
        self.complaints.push(complaint);
        None
    }

    fn in_range(&mut self, dimension: Option<Dimension>, id: TermId, place: Place<'_>) -> Option<Arc<Dimension>> {
        if dimension.is_none() {
            let complaint = place
                .error(self.texts, &DIMENSION_OUT_OF_RANGE, id, "the dimension of this has an exponent beyond all sense")
                .label("here")
                .advise("divide by a quantity of the same dimension to go on with a pure number");
            self.complaints.push(complaint);
        }
        dimension.map(Arc::new)
    }
}

impl Quantity {
    /// Whether it may be reported in a unit of that dimension.
    pub(super) fn fits(&self, dimension: &Dimension) -> bool {
        self.fits_any || *self.dimension == *dimension
    }
}

/// Where a term stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    formula: &'a ParsedFormula,
    expression: &'a Expression,
}

impl Place<'_> {
    fn of(&self, texts: &Texts, id: TermId) -> crate::scenario::tree::Place {
        texts.within(&self.formula.text, self.expression.terms[id as usize].range())
    }

    fn error(&self, texts: &Texts, code: &'static Code, id: TermId, message: impl Into<String>) -> Diagnostic {
        texts.error(code, self.of(texts, id), message)
    }
}

/// Both dimensions side by side, and the factor between them.
pub(super) fn advise_on_mismatch(complaint: Diagnostic, have: &Dimension, want: &Dimension) -> Diagnostic {
    let Some(missing) = missing_factor(have, want) else { return complaint };
    complaint.advise(format!(
        "the missing factor is `{}`: multiply by a quantity in `{}`, or divide by one in `{}`",
        describe(&missing),
        example(&missing),
        missing_factor(want, have).map_or_else(|| "1".to_owned(), |inverse| example(&inverse)),
    ))
}

/// " (such as `kWh`)", nothing for a pure number.
pub(super) fn in_unit(dimension: &Dimension) -> String {
    if dimension.is_pure() { String::new() } else { format!(" (such as `{}`)", example(dimension)) }
}

fn lowered(operator: Operator) -> Binary {
    match operator {
        Operator::Add => Binary::Add,
        Operator::Subtract => Binary::Subtract,
        Operator::Multiply => Binary::Multiply,
        Operator::Divide => Binary::Divide,
        Operator::Power => Binary::Power,
        Operator::Less => Binary::Less,
        Operator::LessOrEqual => Binary::LessOrEqual,
        Operator::Greater => Binary::Greater,
        Operator::GreaterOrEqual => Binary::GreaterOrEqual,
        Operator::Equal => Binary::Equal,
        Operator::NotEqual => Binary::NotEqual,
        Operator::And => Binary::And,
        Operator::Or => Binary::Or,
    }
}

/// The exact result where both operands are constants and it stays of a sane length.
fn fold(operator: Operator, left: &Quantity, right: &Quantity) -> Option<Arc<BigRational>> {
    let (a, b) = (left.constant.as_deref()?, right.constant.as_deref()?);
    let bits = |value: &BigRational| value.numer().bits() + value.denom().bits();
    if bits(a) + bits(b) > MOST_BITS {
        return None;
    }
    let result = match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide if !b.is_zero() => a / b,
        Operator::Power if b.is_integer() => {
            let exponent = b.to_integer().to_i32()?;
            let longest = bits(a).checked_mul(u64::from(exponent.unsigned_abs()))?;
            if longest > MOST_BITS || (a.is_zero() && exponent < 0) {
                return None;
            }
            a.pow(exponent)
        }
        _ => return None,
    };
    Some(Arc::new(result))
}
