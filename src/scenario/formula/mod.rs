//! Formulas: text to a flat list of terms. No names are resolved and no dimensions checked here.

pub mod ast;
pub mod functions;
mod lexer;
mod parser;
mod reach;

pub use ast::{Expression, Operator, Prefix, Term, TermId, TermKind};
pub use functions::{FUNCTIONS, Function, WORDS, function, is_reserved};
pub use parser::{Vocabulary, parse};
