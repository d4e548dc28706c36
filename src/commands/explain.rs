//! `explain` and `schema`: what the language says about itself.

use super::{Failure, language, terminal};

/// Prints what a code means and what to write instead.
pub(crate) fn explain(code: &str) -> Result<(), Failure> {
    // As copied from a complaint: with or without the brackets.
    let name = code.trim_start_matches('[').trim_end_matches(']');
    let Some(found) = language::codes()
        .into_iter()
        .find(|known| known.name == name)
    else {
        let advice = language::did_you_mean(name).unwrap_or_default();
        return Err(Failure::Usage(format!(
            "there is no code \"{name}\"{advice}"
        )));
    };
    terminal::print(
        format!(
            "{}: {}\n\n{}\n",
            found.name,
            found.summary,
            found.explanation.trim()
        )
        .as_bytes(),
    )
}

/// Prints the JSON Schema of scenario files.
pub(crate) fn schema() -> Result<(), Failure> {
    terminal::print(format!("{:#}\n", language::schema()).as_bytes())
}
