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

mod render;
mod suggestion;

pub use render::{Style, is_dangerous, render, render_all, visible};
pub use suggestion::{did_you_mean, nearest};

impl Source {
    /// A text under a name, ready to be shared.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Arc::new(Source {
            name: name.into(),
            text: text.into(),
        })
    }

    /// Reads bytes as UTF-8.
    ///
    /// # Errors
    ///
    /// A complaint of the given code at the first byte that is not UTF-8; it points into the text with such bytes
    /// shown as U+FFFD, whose beginning has the same offsets.
    pub fn from_bytes(
        name: impl Into<String>,
        bytes: Vec<u8>,
        code: &'static Code,
    ) -> Result<Arc<Source>, Box<Diagnostic>> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source::new(name, text)),
            Err(error) => {
                let start = error.utf8_error().valid_up_to();
                let byte = error.as_bytes().get(start).copied().unwrap_or_default();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let source = Source::new(name, text);
                let span = Span {
                    start,
                    end: start + '\u{fffd}'.len_utf8(),
                };
                Err(Box::new(
                    Diagnostic::error(
                        code,
                        &source,
                        span,
                        format!("byte 0x{byte:02x} is not UTF-8"),
                    )
                    .label("not UTF-8")
                    .advise("save the file as UTF-8 (in the editor: “save with encoding”)"),
                ))
            }
        }
    }

    /// Line and column (both from 1, the column in characters) of a byte offset.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = self.floor_char_boundary(offset);
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        // A byte order mark is no character of the first line to anyone who counts columns.
        let column = before[line_start..]
            .chars()
            .filter(|character| *character != '\u{feff}')
            .count()
            + 1;
        (line, column)
    }

    /// The largest character boundary at or below an offset.
    fn floor_char_boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Span {
        Span {
            start: range.start,
            end: range.end,
        }
    }
}

impl Diagnostic {
    /// An error without label, related places and advice yet.
    pub fn error(
        code: &'static Code,
        source: &Arc<Source>,
        span: impl Into<Span>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            source: Arc::clone(source),
            span: span.into(),
            message: message.into(),
            label: String::new(),
            related: Vec::new(),
            advice: Vec::new(),
        }
    }

    /// A warning without label, related places and advice yet.
    pub fn warning(
        code: &'static Code,
        source: &Arc<Source>,
        span: impl Into<Span>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, source, span, message)
        }
    }

    /// Sets the words beside the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn relate(mut self, span: impl Into<Span>, words: impl Into<String>) -> Diagnostic {
        self.related.push((span.into(), words.into()));
        self
    }

    /// Adds a hint: what to write instead.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Diagnostic {
        self.advice.push(advice.into());
        self
    }

    /// Line and column (both from 1, the column in characters) of the offending place.
    pub fn position(&self) -> (usize, usize) {
        self.source.position(self.span.start)
    }

    /// The complaint as data: `code`, `severity`, `file`, `line`, `column`, `end_line`, `end_column`, `message`, `label`,
    /// `related` and `advice`.
    pub fn to_json(&self) -> serde_json::Value {
        let place = |span: &Span| {
            let (line, column) = self.source.position(span.start);
            let (end_line, end_column) = self.source.position(span.end);
            (line, column, end_line, end_column)
        };
        let (line, column, end_line, end_column) = place(&self.span);
        let related: Vec<serde_json::Value> = self
            .related
            .iter()
            .map(|(span, words)| {
                let (line, column, ..) = place(span);
                serde_json::json!({ "line": line, "column": column, "message": words })
            })
            .collect();
        serde_json::json!({
            "code": self.code.name,
            "severity": self.severity.word(),
            "file": self.source.name,
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
            "message": self.message,
            "label": self.label,
            "related": related,
            "advice": self.advice,
        })
    }
}

impl Severity {
    /// `error` or `warning`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// Sorts complaints by place (file, then offset), errors before warnings at one place, and drops those said twice
/// (a fault shared by several variants is one fault).
pub fn arrange(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (
            &a.source.name,
            a.span.start,
            a.span.end,
            a.severity,
            a.code.name,
            &a.message,
        )
            .cmp(&(
                &b.source.name,
                b.span.start,
                b.span.end,
                b.severity,
                b.code.name,
                &b.message,
            ))
    });
    diagnostics.dedup_by(|a, b| {
        Arc::ptr_eq(&a.source, &b.source)
            && a.code == b.code
            && a.span == b.span
            && a.message == b.message
    });
}

/// A complaint about a piece of text that does not know yet in which file the text stands: what parsers of small
/// languages (units, formulas) hand back to the room that knows.
#[derive(Debug, Clone)]
pub struct Fault {
    /// What kind of complaint.
    pub code: &'static Code,
    /// The offending bytes of the text that was parsed.
    pub range: std::ops::Range<usize>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The words beside the marked text.
    pub label: String,
    /// What to write instead.
    pub advice: Vec<String>,
}

impl Fault {
    /// A fault with one hint.
    pub fn new(
        code: &'static Code,
        range: std::ops::Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
        advice: impl Into<String>,
    ) -> Fault {
        Fault {
            code,
            range,
            message: message.into(),
            label: label.into(),
            advice: vec![advice.into()],
        }
    }

    /// The same fault in a text that contains the parsed one from byte `offset` on.
    #[must_use]
    pub fn shifted(mut self, offset: usize) -> Fault {
        self.range = self.range.start + offset..self.range.end + offset;
        self
    }
}

/// Declares a room's codes and the table of them in one go, so that none can be left out of the table.
macro_rules! codes {
    ($($(#[doc = $doc:literal])* $item:ident = $name:literal, $summary:literal, $explanation:literal;)*) => {
        $($(#[doc = $doc])* pub static $item: $crate::diagnostic::Code = $crate::diagnostic::Code { name: $name, summary: $summary, explanation: $explanation };)*
        /// Every complaint of this room.
        pub static CODES: &[&$crate::diagnostic::Code] = &[$(&$item),*];
    };
}
pub(crate) use codes;
