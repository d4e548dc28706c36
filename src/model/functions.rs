//! What each function needs of its arguments, and what its result measures.

use super::codes::{CLAMP_BOUNDS_REVERSED, KNOT_NOT_CONSTANT, KNOTS_NOT_RISING};
use super::dimensions::{Compiler, Quantity};
use super::requirements::Place;
use super::{Binary, Operation, Unary};
use crate::scenario::formula::functions::FunctionKind;
use crate::scenario::formula::{Function, TermId};
use num_rational::{BigRational, Ratio};
use std::sync::Arc;

impl Compiler<'_> {
    pub(super) fn call(
        &mut self,
        function: &Function,
        arguments: &[(Quantity, TermId)],
        id: TermId,
        place: Place<'_>,
    ) -> Option<Quantity> {
        let name = function.name;
        let first = &arguments.first()?.0;
        let pure_unary = match function.kind {
            FunctionKind::If => return self.choose(arguments, place),
            FunctionKind::Minimum | FunctionKind::Maximum | FunctionKind::Clamp => {
                let dimension = self.unify(name, arguments, place)?;
                let fits_any = arguments.iter().all(|(argument, _)| argument.fits_any);
                let joined = if function.kind == FunctionKind::Clamp {
                    self.refuse_reversed_bounds(arguments, place);
                    let raised = self.join(
                        Binary::Maximum,
                        first,
                        &arguments[1].0,
                        Arc::clone(&dimension),
                    );
                    self.join(Binary::Minimum, &raised, &arguments[2].0, dimension)
                } else {
                    let binary = if function.kind == FunctionKind::Minimum {
                        Binary::Minimum
                    } else {
                        Binary::Maximum
                    };
                    let start = Quantity {
                        constant: None,
                        dimension: Arc::clone(&dimension),
                        ..first.clone()
                    };
                    arguments[1..].iter().fold(start, |joined, (argument, _)| {
                        self.join(binary, &joined, argument, Arc::clone(&dimension))
                    })
                };
                return Some(Quantity { fits_any, ..joined });
            }
            FunctionKind::Interpolate => return self.interpolate(arguments, place),
            FunctionKind::Abs => {
                let result = self.unary(Unary::Abs, first, Arc::clone(&first.dimension));
                return Some(Quantity {
                    fits_any: first.fits_any,
                    ..result
                });
            }
            FunctionKind::Sqrt => {
                let dimension =
                    self.in_range(first.dimension.power(Ratio::new(1, 2)), id, place)?;
                return Some(self.unary(Unary::Sqrt, first, dimension));
            }
            FunctionKind::Atan2 => {
                let both: Vec<Option<()>> = arguments
                    .iter()
                    .map(|(value, id)| self.require_pure(name, value, *id, place))
                    .collect();
                return both.iter().all(Option::is_some).then(|| {
                    self.join(
                        Binary::Atan2,
                        first,
                        &arguments[1].0,
                        Arc::clone(&self.pure),
                    )
                });
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
        let [(condition, condition_id), (a, _), (b, _)] = arguments else {
            return None;
        };
        let pure = self.require_pure("the condition of if", condition, *condition_id, place);
        let dimension = self.unify("if", &arguments[1..], place)?;
        pure?;
        let node = self
            .builder
            .node(Operation::If(condition.node, a.node, b.node), &dimension);
        Some(Quantity {
            node,
            dimension,
            fits_any: a.fits_any && b.fits_any,
            constant: None,
        })
    }

    /// Complains of a lower bound that is known to be above the upper one.
    fn refuse_reversed_bounds(&mut self, arguments: &[(Quantity, TermId)], place: Place<'_>) {
        let [_, (lower, _), (upper, id)] = arguments else {
            return;
        };
        let (Some(lower), Some(upper)) = (&lower.constant, &upper.constant) else {
            return;
        };
        if lower > upper {
            let message = "the lower bound of `clamp` is above the upper one";
            let complaint = place
                .error(self.texts, &CLAMP_BOUNDS_REVERSED, *id, message)
                .label("below the lower bound")
                .advise("write the lower bound first: `clamp(x, lower, upper)`");
            self.complaints.push(complaint);
        }
    }

    fn interpolate(
        &mut self,
        arguments: &[(Quantity, TermId)],
        place: Place<'_>,
    ) -> Option<Quantity> {
        let abscissae: Vec<(Quantity, TermId)> = std::iter::once(&arguments[0])
            .chain(arguments[1..].iter().step_by(2))
            .cloned()
            .collect();
        let ordinates: Vec<(Quantity, TermId)> =
            arguments[2..].iter().step_by(2).cloned().collect();
        let below = self.unify("the abscissae of interpolate", &abscissae, place);
        let dimension = self.unify("the values of interpolate", &ordinates, place);
        let mut knots: Vec<BigRational> = Vec::with_capacity(ordinates.len());
        let mut sound = true;
        for (knot, id) in &abscissae[1..] {
            let Some(constant) = &knot.constant else {
                let complaint = place
                    .error(
                        self.texts,
                        &KNOT_NOT_CONSTANT,
                        *id,
                        "an abscissa of `interpolate` is not a constant",
                    )
                    .label("varies")
                    .advise("write a number with its unit; only x and the values y may vary");
                self.complaints.push(complaint);
                sound = false;
                continue;
            };
            if knots.last().is_some_and(|last| last >= constant.as_ref()) {
                let complaint = place
                    .error(
                        self.texts,
                        &KNOTS_NOT_RISING,
                        *id,
                        "the abscissae of `interpolate` do not rise",
                    )
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
        let node = self.builder.node(
            Operation::Interpolate {
                x: arguments[0].0.node,
                knots,
                values,
            },
            &dimension,
        );
        Some(Quantity {
            node,
            dimension,
            fits_any: false,
            constant: None,
        })
    }
}
