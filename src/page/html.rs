//! Pieces of a page: everything that comes from a scenario is escaped here.

use crate::figure::escaped;
use crate::report::number::shortest;
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
pub(super) type Column = (&'static str, bool);

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

/// A table that can be sorted.
pub(super) fn table(caption: &str, columns: &[Column], rows: &[Vec<Cell>]) -> String {
    let class = |number: bool| if number { " class=\"number\"" } else { "" };
    let heads = columns
        .iter()
        .map(|&(name, number)| format!("<th scope=\"col\"{}>{name}</th>", class(number)));
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
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n<table class=\"sortable\">\n<caption>{0}</caption>\n\
         <thead><tr>{1}</tr></thead>\n<tbody>\n{2}</tbody>\n</table>\n</div>\n",
        escaped(caption),
        heads.collect::<String>(),
        lines.collect::<String>()
    )
}
