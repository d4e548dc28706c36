//! `explain` and `schema`: what the language says about itself.

use super::{Failure, terminal};
use crate::diagnostic::did_you_mean;
use crate::model::{self, diagnostic_codes};
use unicode_width::UnicodeWidthStr;

/// The longest line of an explanation, in characters.
const PAGE: usize = 90;

/// Prints what a code means and what to write instead.
pub(crate) fn explain(code: &str) -> Result<(), Failure> {
    // As copied from a complaint: with or without the brackets.
    let name = code.trim_start_matches('[').trim_end_matches(']');
    let Some(found) = diagnostic_codes().find(|known| known.name == name) else {
        let advice =
            did_you_mean(name, diagnostic_codes().map(|known| known.name)).unwrap_or_default();
        return Err(Failure::Usage(
            format!("there is no code \"{name}\"; {advice}")
                .trim_end_matches("; ")
                .to_owned(),
        ));
    };
    let width = terminal::width().unwrap_or(PAGE).min(PAGE);
    let explanation = wrapped(found.explanation.trim(), width);
    terminal::print(format!("{}: {}\n\n{explanation}\n", found.name, found.summary).as_bytes())
}

/// A text with its long lines broken at spaces; lines that begin with a space (examples) stay as they are.
fn wrapped(text: &str, width: usize) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        let mut length = 0;
        for word in line.split_inclusive(' ') {
            if length > 0 && length + word.trim_end().width() > width && !line.starts_with(' ') {
                wrapped.truncate(wrapped.trim_end().len());
                wrapped.push('\n');
                length = 0;
            }
            wrapped.push_str(word);
            length += word.width();
        }
        wrapped.push('\n');
    }
    wrapped.truncate(wrapped.trim_end().len());
    wrapped
}

/// Prints the JSON Schema of scenario files.
pub(crate) fn schema() -> Result<(), Failure> {
    terminal::print(format!("{:#}\n", model::schema()).as_bytes())
}
