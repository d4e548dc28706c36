//! Pieces of a page: everything that comes from a scenario is escaped here.

use crate::figure::escaped;
use crate::report::grid::Align;
use crate::report::manifest::ReferenceRecord;
use crate::report::number::shortest;
use crate::report::text::Block;
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A cell of a table.
pub(super) enum Cell {
    /// Text as it is.
    Text(String),
    /// A link within the results.
    Link { to: String, text: String },
    /// A number as people read it, and as it is sorted.
    Number { text: String, value: Option<f64> },
}

/// A column: its heading, and whether it has numbers.
pub(super) type Column<'a> = (&'a str, bool);

/// A whole page.
pub(super) fn page(title: &str, header: &str, sections: &[(&str, &str, String)]) -> String {
    let mut links = String::new();
    let mut body = String::new();
    for (id, heading, section) in sections.iter().filter(|section| !section.2.is_empty()) {
        // Writing to a string cannot fail.
        let _ = writeln!(links, "<li><a href=\"#{id}\">{heading}</a></li>");
        let _ = writeln!(
            body,
            "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{heading}</h2>\n{section}</section>"
        );
    }
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"montecarbon {version}\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#content\">To the results</a>\n<header>\n{header}\
         <nav aria-label=\"Sections\"><ul>\n{links}</ul></nav>\n</header>\n<main id=\"content\">\n{body}</main>\n\
         <footer>montecarbon {version}</footer>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        escaped(title)
    )
}

/// A paragraph; nothing where there is no text.
pub(super) fn paragraph(class: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let class = if class.is_empty() {
        String::new()
    } else {
        format!(" class=\"{class}\"")
    };
    format!("<p{class}>{}</p>\n", escaped(text))
}

/// A list of sentences.
pub(super) fn list(sentences: &[String]) -> String {
    let items = sentences
        .iter()
        .map(|sentence| format!("<li>{}</li>\n", escaped(sentence)));
    format!("<ul>\n{}</ul>\n", items.collect::<String>())
}

/// A table that can be sorted, with its caption.
pub(super) fn table(caption: &str, columns: &[Column<'_>], rows: &[Vec<Cell>]) -> String {
    let shown = format!("<caption>{}</caption>\n", escaped(caption));
    labelled(caption, &shown, columns, rows)
}

/// A table that can be sorted, and what it is called by those who do not see it.
fn labelled(label: &str, caption: &str, columns: &[Column<'_>], rows: &[Vec<Cell>]) -> String {
    let class = |number: bool| if number { " class=\"number\"" } else { "" };
    let heads = columns.iter().map(|&(name, number)| {
        format!("<th scope=\"col\"{}>{}</th>", class(number), escaped(name))
    });
    let lines = rows.iter().map(|row| {
        let cells = row.iter().map(|cell| match cell {
            Cell::Text(text) => format!("<td>{}</td>", escaped(text)),
            Cell::Link { to, text } => {
                format!("<td><a href=\"{}\">{}</a></td>", escaped(to), escaped(text))
            }
            Cell::Number { text, value } => {
                let value = value.map_or_else(String::new, shortest);
                format!(
                    "<td class=\"number\" data-value=\"{value}\">{}</td>",
                    escaped(text)
                )
            }
        });
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    });
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<table class=\"sortable\">\n{caption}\
         <thead><tr>{1}</tr></thead>\n<tbody>\n{2}</tbody>\n</table>\n</div>\n",
        escaped(label),
        heads.collect::<String>(),
        lines.collect::<String>()
    )
}

/// What a terminal is told, piece by piece.
pub(super) fn told(blocks: &[Block]) -> String {
    let mut text = String::new();
    let mut heading = "";
    for block in blocks {
        match block {
            Block::Heading(line) => {
                heading = line;
                text += &format!("<h3>{}</h3>\n", escaped(line));
            }
            // Colour says it again, the words say it already.
            Block::Line(line) if line.contains(": OUTSIDE") || line.starts_with("FAILS: ") => {
                text += &paragraph("outside", line);
            }
            Block::Line(line) => text += &paragraph("", line),
            Block::Grid(grid) => {
                let columns: Vec<Column> = grid
                    .headings()
                    .map(|(name, align)| (name, align == Align::Right))
                    .collect();
                let cell = |(text, column): (&String, &Column)| {
                    let text = text.clone();
                    if column.1 {
                        let value = leading_number(&text);
                        Cell::Number { text, value }
                    } else {
                        Cell::Text(text)
                    }
                };
                let cells = |row: &Vec<String>| row.iter().zip(&columns).map(cell).collect();
                let rows: Vec<Vec<Cell>> = grid.rows().iter().map(cells).collect();
                // The heading above it is its caption.
                text += &labelled(heading, "", &columns, &rows);
            }
            Block::Laid(lines) => {
                text += &format!("<pre class=\"laid\">{}</pre>\n", in_lines(lines))
            }
        }
    }
    text
}

/// What a cell is sorted by.
fn leading_number(text: &str) -> Option<f64> {
    let word = text.trim_start_matches('~').split(' ').next()?;
    word.parse().ok()
}

/// Lines that stay lines.
fn in_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escaped).collect();
    lines.join("\n")
}

/// Works that are cited, by their keys.
pub(super) fn works<'a>(references: impl Iterator<Item = &'a ReferenceRecord>) -> String {
    let work = |reference: &ReferenceRecord| {
        let year = reference
            .year
            .map_or_else(String::new, |year| format!(", {year}"));
        let link = reference.url.as_deref().filter(|url| is_web(url));
        let link = link.map_or_else(String::new, |url| {
            format!(
                ", <a href=\"{0}\" rel=\"noopener noreferrer\">{0}</a>",
                escaped(url)
            )
        });
        format!(
            "<dt>{}</dt><dd>{}{year}{link}</dd>\n",
            escaped(&reference.key),
            escaped(&reference.title)
        )
    };
    let works: String = references.map(work).collect();
    if works.is_empty() {
        works
    } else {
        format!("<h3>Sources</h3>\n<dl class=\"works\">\n{works}</dl>\n")
    }
}

/// Nothing but an address of a page becomes a link.
fn is_web(url: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|start| url.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_with_their_addresses() {
        let work = |url: &str| ReferenceRecord {
            key: "a2020".to_owned(),
            title: "A <work>".to_owned(),
            year: Some(2020),
            url: Some(url.to_owned()),
            other: Vec::new(),
        };
        let text = works([work("https://example.org/?a=1&b=2")].iter());
        assert!(
            text.contains("A &lt;work&gt;, 2020, <a href=\"https://example.org/?a=1&amp;b=2\""),
            "{text}"
        );
        assert!(!works([work("javascript:alert(1)")].iter()).contains("href"));
        assert_eq!(works([].iter()), "");
    }

    #[test]
    fn cells_are_sorted_by_their_numbers() {
        let numbers = ["12.5", "~3", "7 ± 2", "60.2 %", "–"].map(leading_number);
        assert_eq!(
            numbers,
            [Some(12.5), Some(3.0), Some(7.0), Some(60.2), None]
        );
    }
}
