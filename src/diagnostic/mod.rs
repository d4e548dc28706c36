//! Complaints about a scenario: where in the text, which code, what is wrong, what to write instead.
//!
//! This room knows nothing of scenarios: it holds the shape of a complaint, the rendering, and the did-you-mean.
//! Each room that complains keeps its own table of [`Code`]s.

use std::sync::Arc;

/// A stable, named kind of complaint. The name says what is wrong, never the cure (`mode-outside-range`).
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Kebab-case, stable: printed in brackets and accepted by `montecarbon explain`.
    pub name: &'static str,
    /// One line: what is wrong.
    pub summary: &'static str,
    /// A paragraph for `explain`: why it is refused, with an example of what to write.
    pub explanation: &'static str,
}

/// A text that complaints can point into.
#[derive(Debug)]
pub struct Source {
    /// The path as the user gave it (`stdin` for standard input, `--set` for the command line).
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// A place in a [`Source`]: byte offsets, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// How much a complaint matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file runs; the reader should know.
    Warning,
}

/// One complaint.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// What kind of complaint.
    pub code: &'static Code,
    /// Whether the file is refused.
    pub severity: Severity,
    /// The text it points into.
    pub source: Arc<Source>,
    /// The offending place.
    pub span: Span,
    /// What is wrong here, in one sentence.
    pub message: String,
    /// The words beside the marked text.
    pub label: String,
    /// Other places that matter, each with its words.
    pub related: Vec<(Span, String)>,
    /// What to write instead (one or more hints).
    pub advice: Vec<String>,
}
