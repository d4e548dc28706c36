//! What a formula says: terms in a flat list, operands before what uses them, so that nothing recurses over a formula.

use super::functions::Function;
use crate::unit::Dimension;
use num_rational::BigRational;
use std::ops::Range;

/// Index of a term in [`Expression::terms`].
pub type TermId = u32;

/// A formula. The last term is the whole.
#[derive(Debug, Clone, Default)]
pub struct Expression {
    /// Operands before what uses them.
    pub terms: Vec<Term>,
}

/// A part of a formula.
#[derive(Debug, Clone)]
pub struct Term {
    /// What it is.
    pub kind: TermKind,
    /// Its first byte in the formula's text.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

impl Term {
    /// Its bytes in the formula's text.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The kinds of terms.
#[derive(Debug, Clone)]
pub enum TermKind {
    /// A number in coherent base units, with what it measures. `None`: its unit was refused before.
    Number(BigRational, Option<Dimension>),
    /// A `0` without a unit, which fits any dimension.
    BareZero,
    /// The circle constant.
    Pi,
    /// An input or a formula.
    Name(String),
    /// A sign or `not` before an operand.
    Prefix(Prefix, TermId),
    /// An operator between operands.
    Binary(Operator, TermId, TermId),
    /// A function of its arguments; their number is right.
    Call(&'static Function, Vec<TermId>),
}

/// Operators before their operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefix {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Operators between their operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `and`
    And,
    /// `or`
    Or,
}

impl Operator {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Power => "^",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::And => "and",
            Operator::Or => "or",
        }
    }

    /// Whether it compares.
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            Operator::Less
                | Operator::LessOrEqual
                | Operator::Greater
                | Operator::GreaterOrEqual
                | Operator::Equal
                | Operator::NotEqual
        )
    }
}
