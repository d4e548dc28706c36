//! The grammar of formulas, by precedence climbing. Recursion is bounded by a depth that is reported, and a long flat
//! `a + a + …` is a loop.

use super::ast::{Expression, Operator, Prefix, Term, TermId, TermKind};
use super::functions::{FUNCTIONS, Function, FunctionKind, WORDS, function};
use super::lexer::{Kind, Token, token};
use crate::diagnostic::{Fault, did_you_mean};
use crate::scenario::codes::{
    CHAINED_COMPARISON, EMPTY_FORMULA, FORMULA_SYNTAX, FORMULA_TOO_DEEP, FORMULA_TOO_LONG,
    FUNCTION_WITHOUT_ARGUMENTS, MISSING_OPERATOR, UNBALANCED_PARENTHESIS, UNIT_WITHOUT_NUMBER,
    UNKNOWN_FUNCTION, WRONG_ARGUMENT_COUNT,
};
use crate::scenario::number;
use crate::unit::Units;
use num_traits::Zero;
use std::ops::Range;

/// Nesting of parentheses, functions, prefix operators and powers, at most: far above any formula a person writes, far
/// below what the stack of a thread bears.
const DEEPEST: usize = 200;
/// Terms of one formula, at most.
const MOST_TERMS: usize = 250_000;
/// Bytes of one formula, at most.
const LONGEST: usize = 1_000_000;

/// What names mean to the parser: it needs to know units from quantities to see where a number's unit ends.
pub struct Vocabulary<'a> {
    /// The units of the file.
    pub units: &'a Units,
    /// Whether a name is an input or a formula.
    pub is_quantity: &'a dyn Fn(&str) -> bool,
}

/// Binding powers, loosest first.
mod power {
    pub(super) const LOOSEST: u8 = 0;
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const NOT: u8 = 3;
    pub(super) const COMPARISON: u8 = 4;
    pub(super) const SUM: u8 = 5;
    pub(super) const PRODUCT: u8 = 6;
    pub(super) const SIGN: u8 = 7;
    pub(super) const POWER: u8 = 8;
}

/// Reads a formula.
///
/// # Errors
///
/// The first thing that cannot be read, with its place in `text`.
pub fn parse(text: &str, vocabulary: &Vocabulary<'_>) -> Result<Expression, Fault> {
    if text.trim().is_empty() {
        let advice = "write an expression, such as `energy = \"power * hours\"`";
        return Err(Fault::new(
            &EMPTY_FORMULA,
            0..text.len(),
            "a formula is empty",
            "nothing to compute",
            advice,
        ));
    }
    if text.len() > LONGEST {
        let message = format!(
            "a formula of {} bytes is too long (at most {LONGEST})",
            text.len()
        );
        return Err(Fault::new(
            &FORMULA_TOO_LONG,
            0..0,
            message,
            "too long",
            "give parts of it names of their own",
        ));
    }
    let current = token(text, 0)?;
    let mut parser = Parser {
        text,
        vocabulary,
        current,
        after_number: false,
        depth: 0,
        expression: Expression::default(),
    };
    parser.expression(power::LOOSEST)?;
    match parser.current.kind {
        Kind::End => Ok(parser.expression),
        _ => Err(parser.not_an_operator()),
    }
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) vocabulary: &'a Vocabulary<'a>,
    current: Token,
    /// Whether the token before the current one is a number without a unit.
    after_number: bool,
    depth: usize,
    expression: Expression,
}

impl<'a> Parser<'a> {
    pub(super) fn word(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    fn advance(&mut self) -> Result<Token, Fault> {
        let token_before = self.current;
        self.current = token(self.text, token_before.end)?;
        self.after_number = token_before.kind == Kind::Number;
        Ok(token_before)
    }

    fn push(&mut self, kind: TermKind, range: Range<usize>) -> Result<TermId, Fault> {
        if self.expression.terms.len() == MOST_TERMS {
            let message =
                format!("a formula has more than {MOST_TERMS} numbers, names and operators");
            return Err(Fault::new(
                &FORMULA_TOO_LONG,
                range,
                message,
                "one too many",
                "give parts of it names of their own",
            ));
        }
        let id = u32::try_from(self.expression.terms.len()).unwrap_or(u32::MAX);
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        self.expression.terms.push(Term {
            kind,
            start: narrow(range.start),
            end: narrow(range.end),
        });
        Ok(id)
    }

    /// Goes one level down, or complains.
    fn deeper<T>(
        &mut self,
        at: Range<usize>,
        inner: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.depth == DEEPEST {
            let message = format!("a formula is nested more than {DEEPEST} deep");
            return Err(Fault::new(
                &FORMULA_TOO_DEEP,
                at,
                message,
                "one level too many",
                "give parts of it names of their own",
            ));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    /// An expression of operators that bind at least as tightly as `least`.
    fn expression(&mut self, least: u8) -> Result<TermId, Fault> {
        let start = self.current.start;
        let mut left = self.operand(least)?;
        let mut compared: Option<Token> = None;
        while let Some((operator, binding)) = self.operator() {
            if binding < least {
                break;
            }
            if operator.is_comparison() {
                if let Some(first) = compared {
                    let advice = "write `a < b and b < c`";
                    let message = format!(
                        "`{}` and `{}` stand in one chain of comparisons",
                        self.word(first),
                        self.word(self.current)
                    );
                    return Err(Fault::new(
                        &CHAINED_COMPARISON,
                        self.current.range(),
                        message,
                        "a second comparison",
                        advice,
                    ));
                }
                compared = Some(self.current);
            }
            let token = self.advance()?;
            let right = if operator == Operator::Power {
                // Right-associative, and its exponent may carry a sign: 2^-1.
                self.deeper(token.range(), |parser| parser.expression(power::SIGN))?
            } else {
                self.deeper(token.range(), |parser| parser.expression(binding + 1))?
            };
            let end = self.expression_end();
            left = self.push(TermKind::Binary(operator, left, right), start..end)?;
        }
        Ok(left)
    }

    /// Where the text of the term just read ends: the token before the current one, without the space between.
    fn expression_end(&self) -> usize {
        self.text[..self.current.start].trim_end().len()
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        Some(match self.current.kind {
            Kind::Plus => (Operator::Add, power::SUM),
            Kind::Minus => (Operator::Subtract, power::SUM),
            Kind::Star => (Operator::Multiply, power::PRODUCT),
            Kind::Slash => (Operator::Divide, power::PRODUCT),
            Kind::Caret => (Operator::Power, power::POWER),
            Kind::Less => (Operator::Less, power::COMPARISON),
            Kind::LessOrEqual => (Operator::LessOrEqual, power::COMPARISON),
            Kind::Greater => (Operator::Greater, power::COMPARISON),
            Kind::GreaterOrEqual => (Operator::GreaterOrEqual, power::COMPARISON),
            Kind::Equal => (Operator::Equal, power::COMPARISON),
            Kind::NotEqual => (Operator::NotEqual, power::COMPARISON),
            Kind::Name if self.word(self.current) == "and" => (Operator::And, power::AND),
            Kind::Name if self.word(self.current) == "or" => (Operator::Or, power::OR),
            _ => return None,
        })
    }

    fn operand(&mut self, least: u8) -> Result<TermId, Fault> {
        let token = self.current;
        match token.kind {
            Kind::Number => self.number(),
            Kind::Name => self.name(least),
            Kind::Minus | Kind::Plus => {
                self.advance()?;
                let inner = self.deeper(token.range(), |parser| parser.expression(power::SIGN))?;
                if token.kind == Kind::Plus {
                    return Ok(inner);
                }
                let end = self.expression_end();
                self.push(TermKind::Prefix(Prefix::Negate, inner), token.start..end)
            }
            Kind::Open => {
                self.advance()?;
                let inner =
                    self.deeper(token.range(), |parser| parser.expression(power::LOOSEST))?;
                self.close(token)?;
                Ok(inner)
            }
            _ => Err(self.not_an_operand()),
        }
    }

    fn close(&mut self, open: Token) -> Result<Token, Fault> {
        match self.current.kind {
            Kind::Close => self.advance(),
            Kind::End => Err(Fault::new(
                &UNBALANCED_PARENTHESIS,
                open.range(),
                "a parenthesis is not closed",
                "opened here",
                "add the `)` it needs",
            )),
            _ => Err(self.not_an_operator()),
        }
    }

    fn number(&mut self) -> Result<TermId, Fault> {
        let token = self.current;
        let value = number::exact(&self.word(token).replace('_', "")).map_err(|fault| {
            Fault::new(
                fault.code,
                token.range(),
                fault.message,
                "this number",
                fault.advice,
            )
        })?;
        let Some(unit_end) = self.unit_end(token.end)? else {
            self.advance()?;
            let kind = if value.is_zero() {
                TermKind::BareZero
            } else {
                TermKind::Number(value, Some(crate::unit::Dimension::default()))
            };
            return self.push(kind, token.range());
        };
        let unit = self
            .vocabulary
            .units
            .parse(&self.text[token.end..unit_end])
            .map_err(|fault| fault.shifted(token.end))?;
        self.current = super::lexer::token(self.text, unit_end)?;
        self.after_number = false;
        let kind = match unit {
            Some(unit) => TermKind::Number(value * unit.factor, Some(unit.dimension)),
            None => TermKind::Number(value, None),
        };
        self.push(kind, token.start..unit_end)
    }

    fn name(&mut self, least: u8) -> Result<TermId, Fault> {
        let token = self.current;
        let word = self.word(token);
        let called = self.text[token.end..].trim_start().starts_with('(');
        match word {
            "pi" if !called => {
                self.advance()?;
                return self.push(TermKind::Pi, token.range());
            }
            "not" => {
                if least > power::NOT {
                    let advice = "put it in parentheses: `(not a)`";
                    return Err(Fault::new(
                        &FORMULA_SYNTAX,
                        token.range(),
                        "`not` binds more loosely than what stands before it",
                        "here",
                        advice,
                    ));
                }
                self.advance()?;
                let inner = self.deeper(token.range(), |parser| parser.expression(power::NOT))?;
                let end = self.expression_end();
                return self.push(TermKind::Prefix(Prefix::Not, inner), token.start..end);
            }
            "and" | "or" => return Err(self.not_an_operand()),
            _ => {}
        }
        if let Some(function) = function(word) {
            if called {
                return self.call(function, token);
            }
            if !self.vocabulary.units.contains(word) {
                let message = format!("`{word}` is a function and needs its arguments");
                let advice = format!("write `{}`", function.signature);
                return Err(Fault::new(
                    &FUNCTION_WITHOUT_ARGUMENTS,
                    token.range(),
                    message,
                    "without arguments",
                    advice,
                ));
            }
        }
        if called {
            return Err(self.unknown_function(token));
        }
        if self.vocabulary.units.contains(word) && !(self.vocabulary.is_quantity)(word) {
            let message = format!("the unit `{word}` does not follow a number");
            let advice = format!("write a number before it: `1 {word}`");
            return Err(Fault::new(
                &UNIT_WITHOUT_NUMBER,
                token.range(),
                message,
                "a unit without its number",
                advice,
            ));
        }
        self.advance()?;
        self.push(TermKind::Name(word.to_owned()), token.range())
    }

    fn unknown_function(&self, token: Token) -> Fault {
        let word = self.word(token);
        if (self.vocabulary.is_quantity)(word) {
            let message = format!("`{word}` is not a function, but a parenthesis follows it");
            return Fault::new(
                &MISSING_OPERATOR,
                token.range(),
                message,
                "an operator is missing after it",
                "write `*` for a product",
            );
        }
        let known = FUNCTIONS.iter().map(|function| function.name);
        let list = "`montecarbon list functions` prints the functions there are".to_owned();
        let other = match word {
            "log" => {
                Some("write `ln` for the natural logarithm, `log10` for the decimal one".to_owned())
            }
            "pow" => Some("write a power with `^`: `x^2`".to_owned()),
            "sum" => Some("write the sum with `+`".to_owned()),
            _ => did_you_mean(word, known),
        };
        Fault {
            code: &UNKNOWN_FUNCTION,
            range: token.range(),
            message: format!("`{word}` is not a function"),
            label: "not a function".to_owned(),
            advice: other.into_iter().chain([list]).collect(),
        }
    }

    fn call(&mut self, function: &'static Function, name: Token) -> Result<TermId, Fault> {
        self.advance()?;
        let open = self.advance()?;
        let mut arguments = Vec::new();
        if self.current.kind != Kind::Close {
            loop {
                arguments
                    .push(self.deeper(open.range(), |parser| parser.expression(power::LOOSEST))?);
                if self.current.kind != Kind::Comma {
                    break;
                }
                self.advance()?;
            }
        }
        let close = self.close(open)?;
        let count = arguments.len();
        let odd = function.kind == FunctionKind::Interpolate && count % 2 == 0;
        if count < function.fewest || count > function.most || odd {
            let plural = if count == 1 { "" } else { "s" };
            let message = format!("`{}` is given {count} argument{plural}", function.name);
            let advice = format!("it is called as `{}`", function.signature);
            return Err(Fault::new(
                &WRONG_ARGUMENT_COUNT,
                name.start..close.end,
                message,
                "wrong number of arguments",
                advice,
            ));
        }
        self.push(TermKind::Call(function, arguments), name.start..close.end)
    }

    /// Something stands where an operand is needed.
    fn not_an_operand(&self) -> Fault {
        let token = self.current;
        let (message, advice) = match token.kind {
            Kind::End => (
                "the formula ends where a number or a name is needed".to_owned(),
                "write what follows, or remove the operator before it",
            ),
            Kind::Close
                if self.text[..token.start].matches('(').count()
                    <= self.text[..token.start].matches(')').count() =>
            {
                let advice = "remove it, or add the `(` it belongs to";
                return Fault::new(
                    &UNBALANCED_PARENTHESIS,
                    token.range(),
                    "a parenthesis closes nothing",
                    "never opened",
                    advice,
                );
            }
            _ => (
                format!(
                    "`{}` stands where a number or a name is needed",
                    self.word(token)
                ),
                "write a number, an input, a formula or a function before it",
            ),
        };
        Fault::new(
            &FORMULA_SYNTAX,
            token.range(),
            message,
            "an operand is missing here",
            advice,
        )
    }

    /// Something stands where an operator, or the end, is needed.
    fn not_an_operator(&self) -> Fault {
        let token = self.current;
        let word = self.word(token);
        match token.kind {
            Kind::Close => {
                let advice = "remove it, or add the `(` it belongs to";
                Fault::new(
                    &UNBALANCED_PARENTHESIS,
                    token.range(),
                    "a parenthesis closes nothing",
                    "never opened",
                    advice,
                )
            }
            Kind::Comma => {
                let advice = "write decimals with a point (`0.5`); commas stand between the arguments of a function only";
                Fault::new(
                    &FORMULA_SYNTAX,
                    token.range(),
                    "a comma stands outside a function",
                    "not expected here",
                    advice,
                )
            }
            Kind::Name
                if self.after_number
                    && !(self.vocabulary.is_quantity)(word)
                    && function(word).is_none()
                    && !WORDS.contains(&word) =>
            {
                self.vocabulary.units.unknown(word, token.range())
            }
            _ => {
                let advice = "write an operator between them: `*` for a product";
                let message = format!("an operator is missing before `{word}`");
                Fault::new(
                    &MISSING_OPERATOR,
                    token.range(),
                    message,
                    "an operator is missing before this",
                    advice,
                )
            }
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
