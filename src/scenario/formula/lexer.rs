//! Tokens of a formula, read on demand.

use crate::diagnostic::Fault;
use crate::scenario::codes::UNEXPECTED_CHARACTER;
use crate::scenario::number;
use std::ops::Range;

/// A kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Name,
    Plus,
    Minus,
    Star,
    Slash,
    Caret,
    Percent,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Open,
    Close,
    Comma,
    End,
}

/// A token: its kind and its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// The token at or after an offset.
pub(super) fn token(text: &str, offset: usize) -> Result<Token, Fault> {
    let rest = &text[offset..];
    let start = offset + (rest.len() - rest.trim_start().len());
    let rest = &text[start..];
    let bytes = rest.as_bytes();
    let Some(&first) = bytes.first() else {
        return Ok(Token {
            kind: Kind::End,
            start: text.len(),
            end: text.len(),
        });
    };
    let followed = |next: u8| bytes.get(1) == Some(&next);
    let (kind, length) = match first {
        b'0'..=b'9' => (Kind::Number, number::length(rest)),
        b'.' if bytes.get(1).is_some_and(u8::is_ascii_digit) => {
            (Kind::Number, number::length(rest))
        }
        b'A'..=b'Z' | b'a'..=b'z' | b'_' => (Kind::Name, name_length(bytes)),
        b'*' if followed(b'*') => {
            return Err(unexpected(
                start..start + 2,
                "**",
                "write a power with `^`: `x^2`",
            ));
        }
        b'+' => (Kind::Plus, 1),
        b'-' => (Kind::Minus, 1),
        b'*' => (Kind::Star, 1),
        b'/' => (Kind::Slash, 1),
        b'^' => (Kind::Caret, 1),
        b'%' => (Kind::Percent, 1),
        b'(' => (Kind::Open, 1),
        b')' => (Kind::Close, 1),
        b',' => (Kind::Comma, 1),
        b'<' if followed(b'=') => (Kind::LessOrEqual, 2),
        b'>' if followed(b'=') => (Kind::GreaterOrEqual, 2),
        b'=' if followed(b'=') => (Kind::Equal, 2),
        b'!' if followed(b'=') => (Kind::NotEqual, 2),
        b'<' => (Kind::Less, 1),
        b'>' => (Kind::Greater, 1),
        _ => {
            let character = rest.chars().next().unwrap_or_default();
            let advice = match character {
                '=' => "compare with `==`; a formula's name stands before its quotes, not inside",
                '!' => "write `not`, or `!=` for “differs from”",
                '&' => "write `and`",
                '|' => "write `or`",
                '×' | '·' | '⋅' => "write a product with `*`",
                '÷' => "write a quotient with `/`",
                '−' | '–' => "write minus as `-`",
                '≤' => "write `<=`",
                '≥' => "write `>=`",
                '≠' => "write `!=`",
                'π' => "write `pi`",
                '²' | '³' => "write a power with `^`: `x^2`",
                '?' | ':' => "write a choice as `if(condition, a, b)`",
                '[' | ']' | '{' | '}' => "group with `(` and `)`",
                character if character.is_alphabetic() => {
                    "names of inputs and formulas are made of A–Z, a–z, 0–9 and _"
                }
                _ => {
                    "a formula is made of numbers with units, names, `+ - * / ^`, comparisons, `and or not`, functions and parentheses"
                }
            };
            let range = start..start + character.len_utf8();
            return Err(unexpected(range, &character.to_string(), advice));
        }
    };
    Ok(Token {
        kind,
        start,
        end: start + length,
    })
}

fn unexpected(range: Range<usize>, what: &str, advice: &str) -> Fault {
    Fault::new(
        &UNEXPECTED_CHARACTER,
        range,
        format!("`{what}` has no meaning in a formula"),
        "no meaning here",
        advice,
    )
}

/// A name, with the dots that qualify what comes from an imported file.
fn name_length(bytes: &[u8]) -> usize {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    let mut length = 0;
    loop {
        length += bytes[length..]
            .iter()
            .take_while(|byte| is_letter(byte) || byte.is_ascii_digit())
            .count();
        if bytes.get(length) == Some(&b'.') && bytes.get(length + 1).is_some_and(is_letter) {
            length += 1;
        } else {
            return length;
        }
    }
}
