//! The rules of dimensions: what each operator and function needs, and what its result measures.

use super::codes::EXPONENT_NOT_CONSTANT;
use super::formulas::{ParsedFormula, Slot};
use super::graph::Builder;
use super::requirements::Place;
use super::{Binary, NodeId, Operation, Unary};
use crate::diagnostic::Diagnostic;
use crate::scenario::formula::{Operator, Prefix, TermId, TermKind};
use crate::scenario::tree::Texts;
use crate::unit::{Dimension, Unit, describe, example};
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
    pub(super) fits_any: bool,
    /// Its exact number in base units, where no input with a distribution acts on it.
    pub(super) constant: Option<Arc<BigRational>>,
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
    /// The members of the imports compiled so far, by index.
    pub(super) imports: Vec<Vec<Option<Quantity>>>,
    pub(super) pure: Arc<Dimension>,
}

impl Compiler<'_> {
    /// The quantity of an input.
    pub(super) fn input(&mut self, index: usize) -> Option<Quantity> {
        let view = &self.inputs[index];
        let unit = view.unit.as_ref()?;
        let constant = view
            .fixed
            .as_ref()
            .map(|value| Arc::new(value * &unit.factor));
        let dimension = Arc::new(unit.dimension.clone());
        let node = self.builder.node(Operation::Input(index), &dimension);
        Some(Quantity {
            node,
            dimension,
            fits_any: false,
            constant,
        })
    }

    /// What a name stands for, once it is compiled.
    pub(super) fn quantity(&mut self, slot: Slot) -> Option<Quantity> {
        match slot {
            Slot::Input(input) => self.input(input),
            Slot::Formula(formula) => self.formulas[formula].clone(),
            Slot::Member { import, member } => self.imports[import].get(member)?.clone(),
        }
    }

    /// Compiles one formula, whose names have been resolved: `slots` has one entry a term.
    pub(super) fn formula(
        &mut self,
        formula: &ParsedFormula,
        slots: &dyn Fn(&str) -> Option<Slot>,
    ) -> Option<Quantity> {
        let expression = formula.expression.as_ref()?;
        let mut values: Vec<Option<Quantity>> = Vec::with_capacity(expression.terms.len());
        for (index, term) in expression.terms.iter().enumerate() {
            let id = TermId::try_from(index).unwrap_or(TermId::MAX);
            let value = match &term.kind {
                TermKind::Number(value, dimension) => dimension
                    .as_ref()
                    .map(|dimension| self.number(value, dimension)),
                TermKind::BareZero => {
                    let zero = self.number(&BigRational::zero(), &Dimension::default());
                    Some(Quantity {
                        fits_any: true,
                        ..zero
                    })
                }
                TermKind::Pi => {
                    let pure = Arc::clone(&self.pure);
                    Some(Quantity {
                        node: self.builder.node(Operation::Pi, &pure),
                        dimension: pure,
                        fits_any: false,
                        constant: None,
                    })
                }
                TermKind::Name(name) => slots(name).and_then(|slot| self.quantity(slot)),
                TermKind::Prefix(prefix, operand) => {
                    let operand_value = values[*operand as usize].clone();
                    let place = Place {
                        formula,
                        expression,
                    };
                    operand_value.and_then(|value| self.prefix(*prefix, value, *operand, place))
                }
                TermKind::Binary(operator, left, right) => {
                    let operands = values[*left as usize]
                        .clone()
                        .zip(values[*right as usize].clone());
                    let place = Place {
                        formula,
                        expression,
                    };
                    operands.and_then(|(a, b)| {
                        self.binary(*operator, (a, *left), (b, *right), id, place)
                    })
                }
                TermKind::Call(function, arguments) => {
                    let operands: Option<Vec<(Quantity, TermId)>> = arguments
                        .iter()
                        .map(|argument| {
                            values[*argument as usize]
                                .clone()
                                .map(|value| (value, *argument))
                        })
                        .collect();
                    operands.and_then(|operands| {
                        self.call(
                            function,
                            &operands,
                            id,
                            Place {
                                formula,
                                expression,
                            },
                        )
                    })
                }
            };
            values.push(value);
        }
        values.pop().flatten()
    }

    fn number(&mut self, value: &BigRational, dimension: &Dimension) -> Quantity {
        let node = self
            .builder
            .node(Operation::Number(value.clone()), dimension);
        Quantity {
            node,
            dimension: Arc::new(dimension.clone()),
            fits_any: false,
            constant: Some(Arc::new(value.clone())),
        }
    }

    pub(super) fn unary(
        &mut self,
        unary: Unary,
        operand: &Quantity,
        dimension: Arc<Dimension>,
    ) -> Quantity {
        let node = self
            .builder
            .node(Operation::Unary(unary, operand.node), &dimension);
        Quantity {
            node,
            dimension,
            fits_any: false,
            constant: None,
        }
    }

    pub(super) fn join(
        &mut self,
        binary: Binary,
        left: &Quantity,
        right: &Quantity,
        dimension: Arc<Dimension>,
    ) -> Quantity {
        let node = self
            .builder
            .node(Operation::Binary(binary, left.node, right.node), &dimension);
        Quantity {
            node,
            dimension,
            fits_any: false,
            constant: None,
        }
    }

    fn prefix(
        &mut self,
        prefix: Prefix,
        operand: Quantity,
        id: TermId,
        place: Place<'_>,
    ) -> Option<Quantity> {
        match prefix {
            Prefix::Negate => {
                let result = self.unary(Unary::Negate, &operand, Arc::clone(&operand.dimension));
                let constant = operand.constant.map(|value| Arc::new(-value.as_ref()));
                Some(Quantity {
                    fits_any: operand.fits_any,
                    constant,
                    ..result
                })
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
                let dimension = self.unify(
                    operator.symbol(),
                    &[(left.clone(), left_id), (right.clone(), right_id)],
                    place,
                )?;
                let result = self.join(binary, &left, &right, dimension);
                Some(Quantity {
                    fits_any: left.fits_any && right.fits_any,
                    constant: folded,
                    ..result
                })
            }
            Operator::Multiply | Operator::Divide => {
                let dimension = if operator == Operator::Multiply {
                    left.dimension.times(&right.dimension)
                } else {
                    left.dimension.over(&right.dimension)
                };
                let dimension = self.in_range(dimension, id, place)?;
                let result = self.join(binary, &left, &right, dimension);
                Some(Quantity {
                    constant: folded,
                    ..result
                })
            }
            Operator::Power => self.power((left, left_id), (right, right_id), id, place),
            Operator::And | Operator::Or => {
                let both = [
                    self.require_pure(operator.symbol(), &left, left_id, place),
                    self.require_pure(operator.symbol(), &right, right_id, place),
                ];
                both.iter()
                    .all(Option::is_some)
                    .then(|| self.join(binary, &left, &right, Arc::clone(&self.pure)))
            }
            _ => {
                self.unify(
                    operator.symbol(),
                    &[(left.clone(), left_id), (right.clone(), right_id)],
                    place,
                )?;
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
                let message = format!(
                    "the exponent of a quantity of {} varies",
                    describe(&base.dimension)
                );
                let complaint = place
                    .error(self.texts, &EXPONENT_NOT_CONSTANT, exponent_id, message)
                    .label("not a constant")
                    .relate(place.of(self.texts, base_id), describe(&base.dimension));
                let unit = example(&base.dimension);
                let unit = if unit.contains('/') {
                    format!("({unit})")
                } else {
                    unit
                };
                self.complaints.push(complaint.advise(format!(
                    "write a number, or make the base a pure number: `(… / 1 {unit}) ^ …`"
                )));
                return None;
            };
            let narrow = |number: &num_bigint::BigInt| number.to_i32();
            let ratio = narrow(constant.numer())
                .zip(narrow(constant.denom()))
                .map(|(numerator, denominator)| Ratio::new(numerator, denominator));
            self.in_range(
                ratio.and_then(|ratio| base.dimension.power(ratio)),
                id,
                place,
            )?
        };
        let constant = fold(Operator::Power, &base, &exponent);
        let result = self.join(Binary::Power, &base, &exponent, dimension);
        Some(Quantity { constant, ..result })
    }
}

impl Quantity {
    /// Whether it may be reported in a unit of that dimension.
    pub(super) fn fits(&self, dimension: &Dimension) -> bool {
        self.fits_any || *self.dimension == *dimension
    }
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
