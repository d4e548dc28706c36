//! How far the unit of a number reaches: over following unit names joined by `* / ^`, and over parentheses that hold
//! nothing else. Everything here only looks ahead.

use super::functions::function;
use super::lexer::{Kind, Token, token};
use super::parser::Parser;
use crate::diagnostic::Fault;

impl Parser<'_> {
    /// Whether a token is a unit's name here (`min(` is the function, not the minute).
    pub(super) fn is_unit(&self, unit: Token) -> bool {
        match unit.kind {
            Kind::Percent => true,
            Kind::Name => {
                let word = self.word(unit);
                self.vocabulary.units.contains(word)
                    && !(function(word).is_some()
                        && self.text[unit.end..].trim_start().starts_with('('))
            }
            _ => false,
        }
    }

    /// Where the unit that begins directly after a number ends: it reaches over following unit names joined by `* / ^`.
    pub(super) fn unit_end(&self, number_end: usize) -> Result<Option<usize>, Fault> {
        let first = token(self.text, number_end)?;
        if !self.is_unit(first) {
            return Ok(None);
        }
        let mut end = self.exponent_end(first.end);
        loop {
            // A character that is no token ends the unit; it is complained about when its turn comes.
            let Ok(join) = token(self.text, end) else {
                return Ok(Some(end));
            };
            if !matches!(join.kind, Kind::Star | Kind::Slash) {
                return Ok(Some(end));
            }
            let Ok(next) = token(self.text, join.end) else {
                return Ok(Some(end));
            };
            if self.is_unit(next) {
                end = self.exponent_end(next.end);
            } else if let Some(group_end) = self.unit_group_end(next) {
                end = self.exponent_end(group_end);
            } else {
                return Ok(Some(end));
            }
        }
    }

    /// The end of `^2`, `^-1` or `^(1/2)` at an offset; the offset itself when there is none.
    fn exponent_end(&self, offset: usize) -> usize {
        let next = |offset: usize| token(self.text, offset).ok();
        let integer = |at: Option<Token>| {
            let at = at?;
            let digits = if matches!(at.kind, Kind::Minus | Kind::Plus) {
                next(at.end)?
            } else {
                at
            };
            let whole = digits.kind == Kind::Number
                && self.word(digits).bytes().all(|byte| byte.is_ascii_digit());
            whole.then_some(digits.end)
        };
        let exponent = || {
            let caret = next(offset).filter(|caret| caret.kind == Kind::Caret)?;
            let first = next(caret.end)?;
            if first.kind != Kind::Open {
                return integer(Some(first));
            }
            let numerator = integer(next(first.end))?;
            let after = next(numerator)?;
            let close = if after.kind == Kind::Slash {
                next(integer(next(after.end))?)?
            } else {
                after
            };
            (close.kind == Kind::Close).then_some(close.end)
        };
        exponent().unwrap_or(offset)
    }

    /// The end of a parenthesis that holds nothing but unit names, if this token opens one.
    fn unit_group_end(&self, open: Token) -> Option<usize> {
        if open.kind != Kind::Open {
            return None;
        }
        let mut depth = 1;
        let mut end = open.end;
        while depth > 0 {
            let mut next = token(self.text, end).ok()?;
            while next.kind == Kind::Open {
                depth += 1;
                next = token(self.text, next.end).ok()?;
            }
            if !self.is_unit(next) {
                return None;
            }
            end = self.exponent_end(next.end);
            let mut after = token(self.text, end).ok()?;
            while after.kind == Kind::Close && depth > 0 {
                depth -= 1;
                end = if depth > 0 {
                    self.exponent_end(after.end)
                } else {
                    after.end
                };
                after = token(self.text, end).ok()?;
            }
            if depth > 0 {
                if !matches!(after.kind, Kind::Star | Kind::Slash) {
                    return None;
                }
                end = after.end;
            }
        }
        Some(end)
    }
}
