//! Complaints as text for people: the offending line with its marks, the words, the advice.

use super::{Diagnostic, Severity, Span};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::borrow::Cow;
use std::ops::Range;

/// How complaints are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Plain text, for files and pipes.
    Plain,
    /// With the terminal's colours.
    Coloured,
}

/// More of a line than this is no help to a reader; the marked place is shown with as much around it.
const WIDEST_EXCERPT: usize = 400;

/// User text made safe to print: control characters (which a terminal would obey) and characters that reorder text
/// come out as `\u{1b}`. A line may end as it does on Windows.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.replace("\r\n", "\n").chars() {
        if is_dangerous(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Whether a terminal would obey a character instead of showing it, or text around it would be shown in another order or on
/// another line: control characters but the line feed, marks of direction, separators of lines and paragraphs, U+FEFF.
pub fn is_dangerous(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// The lines a complaint marks, made safe to print, with the marks moved along.
struct Excerpt {
    text: String,
    first_line: usize,
    marks: Vec<Range<usize>>,
}

impl Excerpt {
    /// Cuts the lines of the spans out of the text, so that the cost does not grow with the file.
    fn new(diagnostic: &Diagnostic, spans: &[&Span]) -> Excerpt {
        let source = &diagnostic.source;
        let text = source.text.as_str();
        let clamp = |offset: usize| source.floor_char_boundary(offset);
        let first = spans
            .iter()
            .map(|span| clamp(span.start))
            .min()
            .unwrap_or(0);
        let last = spans
            .iter()
            .map(|span| clamp(span.end))
            .max()
            .unwrap_or(0)
            .max(first);
        let mut start = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
        let mut end = text[last..]
            .find('\n')
            .map_or(text.len(), |newline| last + newline);
        start = start.max(clamp(first.saturating_sub(WIDEST_EXCERPT)));
        end = end.min(clamp(last + WIDEST_EXCERPT));
        let mut out = String::with_capacity(end - start);
        // Offsets move where a character is replaced by its escape: note where each byte of interest went.
        let mut wanted: Vec<usize> = spans
            .iter()
            .flat_map(|span| [clamp(span.start), clamp(span.end.max(span.start))])
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut moved = Vec::with_capacity(wanted.len());
        let mut next = 0;
        for (offset, character) in text[start..end].char_indices() {
            while next < wanted.len() && wanted[next] <= start + offset {
                moved.push(out.len());
                next += 1;
            }
            if character == '\r' && text[start + offset + 1..].starts_with('\n') {
                continue;
            }
            if character == '\t' {
                out.push('\t');
            } else if character == '\u{feff}' {
                continue;
            } else if is_dangerous(character) {
                out.extend(character.escape_unicode());
            } else {
                out.push(character);
            }
        }
        moved.resize(wanted.len(), out.len());
        let place = |offset: usize| moved[wanted.binary_search(&clamp(offset)).unwrap_or(0)];
        let marks = spans
            .iter()
            .map(|span| place(span.start)..place(span.end.max(span.start)))
            .collect();
        Excerpt {
            text: out,
            first_line: source.position(start).0,
            marks,
        }
    }
}

/// One complaint as text, ending in a newline.
pub fn render(diagnostic: &Diagnostic, style: Style) -> String {
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    // Related places far away would print everything between them: they become notes of their own.
    let near = |span: &Span| {
        let low = span.start.min(diagnostic.span.start);
        let high = span
            .end
            .max(diagnostic.span.end)
            .min(diagnostic.source.text.len());
        high.saturating_sub(low) <= 4096
    };
    let (shown, far): (Vec<_>, Vec<_>) =
        diagnostic.related.iter().partition(|(span, _)| near(span));
    let spans: Vec<&Span> = std::iter::once(&diagnostic.span)
        .chain(shown.iter().map(|(span, _)| span))
        .collect();
    let excerpt = Excerpt::new(diagnostic, &spans);
    let mut snippet = Snippet::source(excerpt.text.as_str())
        .line_start(excerpt.first_line)
        .path(visible(&diagnostic.source.name))
        .annotation(
            AnnotationKind::Primary
                .span(excerpt.marks[0].clone())
                .label(visible(&diagnostic.label)),
        );
    for ((_, words), mark) in shown.iter().zip(&excerpt.marks[1..]) {
        snippet = snippet.annotation(
            AnnotationKind::Context
                .span(mark.clone())
                .label(visible(words)),
        );
    }
    let mut group = level
        .primary_title(visible(&diagnostic.message))
        .id(diagnostic.code.name)
        .element(snippet);
    for (span, words) in far {
        let (line, column) = diagnostic.source.position(span.start);
        group = group.element(
            Level::NOTE.message(format!("{} (line {line}, column {column})", visible(words))),
        );
    }
    for advice in &diagnostic.advice {
        group = group.element(Level::HELP.message(visible(advice)));
    }
    let mut text = renderer.render(&[group]);
    text.push('\n');
    text
}

/// Every complaint, in the order given, with an empty line between two.
pub fn render_all(diagnostics: &[Diagnostic], style: Style) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| render(diagnostic, style))
        .collect::<Vec<_>>()
        .join("\n")
}
