//! Tables and methods as Markdown, with pandoc's citations.

use super::super::text::plain;
use super::{Line, Piece, Section, Table};
use std::fmt::Write as _;

/// The Markdown writer.
pub(super) struct Markdown;

impl Markdown {
    /// `tables.md`.
    pub(super) fn tables(tables: &[Table]) -> String {
        let mut out = String::new();
        for (at, table) in tables.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            let _ = writeln!(out, "**{}**\n", line(&table.caption));
            let headings: Vec<_> = table.columns.iter().map(line).collect();
            row(&mut out, &headings);
            row(&mut out, &vec!["---".to_owned(); headings.len()]);
            for cells in &table.rows {
                row(&mut out, &cells.iter().map(line).collect::<Vec<_>>());
            }
        }
        out
    }

    /// `methods.md`.
    pub(super) fn methods(sections: &[Section]) -> String {
        let mut out = String::new();
        for (at, section) in sections.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            let _ = writeln!(out, "## {}", text(&section.heading));
            for paragraph in &section.paragraphs {
                let _ = writeln!(out, "\n{}", line(paragraph));
            }
        }
        out
    }
}

fn row(out: &mut String, cells: &[String]) {
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn line(line: &Line) -> String {
    line.iter().map(piece).collect()
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(words) => text(words),
        Piece::Number(number) => text(number),
        Piece::Unit(unit) => text(unit),
        Piece::Asymmetric([centre, up, down]) => format!("{centre} (+{up}, −{down})"),
        Piece::Cite(key) => format!("[@{key}]"),
    }
}

/// Text that stays text: no markup, no HTML, no cell, on one line.
fn text(words: &str) -> String {
    let mut out = String::with_capacity(words.len() + 8);
    for character in plain(words).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '$' | '~' | '!' | '^'
            | '@' => {
                out.push('\\');
                out.push(character);
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(
            text("<script>a|b</script> ![x](y) $a_b$ \u{1b}[0m @x"),
            "&lt;script&gt;a\\|b&lt;/script&gt; \\!\\[x\\](y) \\$a\\_b\\$ \\\\u\\{1b\\}\\[0m \\@x"
        );
        assert_eq!(text("a\n# b"), "a \\# b");
    }
}
