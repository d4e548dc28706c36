//! What operands must be: of one dimension, of none, with exponents that make sense. Complaints name both dimensions and
//! the factor between them.

use super::codes::{DIMENSION_MISMATCH, DIMENSION_NOT_PURE, DIMENSION_OUT_OF_RANGE};
use super::dimensions::{Compiler, Quantity};
use super::formulas::ParsedFormula;
use crate::diagnostic::{Code, Diagnostic};
use crate::scenario::formula::{Expression, TermId};
use crate::scenario::tree::Texts;
use crate::unit::{Dimension, describe, example, missing_factor};
use std::sync::Arc;

impl Compiler<'_> {
    /// The one dimension of all operands, or a complaint at the first that differs.
    pub(super) fn unify(
        &mut self,
        what: &str,
        operands: &[(Quantity, TermId)],
        place: Place<'_>,
    ) -> Option<Arc<Dimension>> {
        let Some((model, model_id)) = operands.iter().find(|(operand, _)| !operand.fits_any) else {
            return Some(Arc::clone(&self.pure));
        };
        let wrong = operands
            .iter()
            .find(|(operand, _)| !operand.fits_any && operand.dimension != model.dimension);
        let Some((other, other_id)) = wrong else {
            return Some(Arc::clone(&model.dimension));
        };
        let (left, right) = (describe(&model.dimension), describe(&other.dimension));
        let called = if what.contains(' ') {
            what.to_owned()
        } else {
            format!("`{what}`")
        };
        let need = if what.starts_with("the ") {
            "need"
        } else {
            "needs"
        };
        let complaint = place
            .error(
                self.texts,
                &DIMENSION_MISMATCH,
                *other_id,
                format!("{called} {need} equal dimensions, not {left} and {right}"),
            )
            .label(format!("this is {right}{}", in_unit(&other.dimension)))
            .relate(
                place.of(self.texts, *model_id),
                format!("this is {left}{}", in_unit(&model.dimension)),
            );
        self.complaints.push(advise_on_mismatch(
            complaint,
            &other.dimension,
            &model.dimension,
        ));
        None
    }

    pub(super) fn require_pure(
        &mut self,
        what: &str,
        value: &Quantity,
        id: TermId,
        place: Place<'_>,
    ) -> Option<()> {
        if value.dimension.is_pure() {
            return Some(());
        }
        let found = describe(&value.dimension);
        let called = if what.contains(' ') {
            what.to_owned()
        } else {
            format!("`{what}`")
        };
        let unit = example(&value.dimension);
        let advice = match what {
            "the condition of if" | "and" | "or" | "not" => {
                "compare it with something, such as `x > 0`".to_owned()
            }
            _ if unit.contains('/') => {
                format!("divide it by a quantity of the same dimension, such as `x / (1 {unit})`")
            }
            _ => format!("divide it by a quantity of the same dimension, such as `x / 1 {unit}`"),
        };
        let complaint = place
            .error(
                self.texts,
                &DIMENSION_NOT_PURE,
                id,
                format!("{called} needs a pure number, not {found}"),
            )
            .label(format!("this is {found}{}", in_unit(&value.dimension)))
            .advise(advice);
        self.complaints.push(complaint);
        None
    }

    pub(super) fn in_range(
        &mut self,
        dimension: Option<Dimension>,
        id: TermId,
        place: Place<'_>,
    ) -> Option<Arc<Dimension>> {
        if dimension.is_none() {
            let complaint = place
                .error(
                    self.texts,
                    &DIMENSION_OUT_OF_RANGE,
                    id,
                    "the dimension of this has an exponent beyond all sense",
                )
                .label("here")
                .advise("divide by a quantity of the same dimension to go on with a pure number");
            self.complaints.push(complaint);
        }
        dimension.map(Arc::new)
    }
}

/// Where a term stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) formula: &'a ParsedFormula,
    pub(super) expression: &'a Expression,
}

impl Place<'_> {
    /// Its place in the file.
    pub(super) fn of(&self, texts: &Texts, id: TermId) -> crate::scenario::tree::Place {
        texts.within(
            &self.formula.text,
            self.expression.terms[id as usize].range(),
        )
    }

    /// An error there.
    pub(super) fn error(
        &self,
        texts: &Texts,
        code: &'static Code,
        id: TermId,
        message: impl Into<String>,
    ) -> Diagnostic {
        texts.error(code, self.of(texts, id), message)
    }
}

/// Both dimensions side by side, and the factor between them.
pub(super) fn advise_on_mismatch(
    complaint: Diagnostic,
    have: &Dimension,
    want: &Dimension,
) -> Diagnostic {
    let Some(missing) = missing_factor(have, want) else {
        return complaint;
    };
    complaint.advise(format!(
        "the missing factor is `{}`: multiply by a quantity in `{}`, or divide by one in `{}`",
        describe(&missing),
        example(&missing),
        missing_factor(want, have).map_or_else(|| "1".to_owned(), |inverse| example(&inverse)),
    ))
}

/// " (such as `kWh`)", nothing for a pure number.
pub(super) fn in_unit(dimension: &Dimension) -> String {
    if dimension.is_pure() {
        String::new()
    } else {
        format!(" (such as `{}`)", example(dimension))
    }
}
