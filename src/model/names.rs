//! Which names inputs, formulas, units and variants may have.

use super::check::Context;
use super::codes::{NAME_IS_A_UNIT, NAME_IS_RESERVED, NAME_MALFORMED};
use crate::diagnostic::{Diagnostic, is_dangerous};
use crate::scenario::formula::is_reserved;
use crate::scenario::tree::{Text, Texts};

/// Whether a name has the form of an input's, a formula's or a unit's.
pub(super) fn is_identifier(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes
        .first()
        .is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// Whether a name has the form of a variant's.
pub(super) fn is_variant_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b" ._+=,%-".contains(byte))
}

/// Whether a label (a threshold's, a reference's) is harmless in a table and on a terminal.
pub(super) fn is_label(name: &str) -> bool {
    !name.trim().is_empty()
        && !name.starts_with(['=', '+', '-', '@'])
        && !name
            .chars()
            .any(|character| character == '\n' || is_dangerous(character))
}

fn malformed(texts: &Texts, name: &Text, advice: &str) -> Diagnostic {
    texts
        .error(
            &NAME_MALFORMED,
            name.place,
            format!("`{}` cannot be a name", name.value),
        )
        .label("not a name")
        .advise(advice)
}

impl Context<'_> {
    /// Complains unless the name may be one of an input or formula.
    pub(super) fn check_quantity_name(&mut self, name: &Text) {
        if !is_identifier(&name.value) {
            self.complaints.push(malformed(
                self.texts,
                name,
                "use letters A–Z and a–z, digits and `_`, not beginning with a digit",
            ));
        } else if is_reserved(&name.value) {
            let message = format!("`{}` is a function or a word of formulas", name.value);
            let complaint = self
                .texts
                .error(&NAME_IS_RESERVED, name.place, message)
                .label("taken");
            self.complaints.push(complaint.advise(format!(
                "choose another name, such as `{}_value`",
                name.value
            )));
        } else if self.units.contains(&name.value) {
            let complaint = self
                .texts
                .error(
                    &NAME_IS_A_UNIT,
                    name.place,
                    format!("`{}` is a unit, so it cannot be a name", name.value),
                )
                .label("a unit");
            self.complaints
                .push(complaint.advise("choose a longer name, which also reads better"));
        }
    }

    /// Complains unless the name may be one of a unit.
    pub(super) fn check_unit_name(&mut self, name: &Text) -> bool {
        // `min` is the minute as well as the function: that one the grammar keeps apart.
        let complaint = if !is_identifier(&name.value) {
            malformed(
                self.texts,
                name,
                "use letters A–Z and a–z, digits and `_`, not beginning with a digit, such as `EUR`",
            )
        } else if is_reserved(&name.value) && !self.units.contains(&name.value) {
            let message = format!("`{}` is a function or a word of formulas", name.value);
            self.texts
                .error(&NAME_IS_RESERVED, name.place, message)
                .label("taken")
                .advise("choose another name for the unit")
        } else {
            return true;
        };
        self.complaints.push(complaint);
        false
    }

    /// Complains unless the name may be one of a variant.
    pub(super) fn check_variant_name(&mut self, name: &Text) {
        if !is_variant_name(&name.value) {
            let advice =
                "use letters, digits, spaces and `. _ + = , % -`, beginning with a letter or digit";
            self.complaints.push(malformed(self.texts, name, advice));
        }
    }

    /// Complains unless the name may be one of a threshold or reference.
    pub(super) fn check_label(&mut self, name: &Text) {
        if !is_label(&name.value) {
            let advice = "a name has no control characters or marks of direction and does not begin with `=`, `+`, `-` or `@`, which a spreadsheet would run";
            self.complaints.push(malformed(self.texts, name, advice));
        }
    }
}
