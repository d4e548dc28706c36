//! `init`: a commented scenario to start from.

use super::{Failure, terminal};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// The scenario that `init` writes.
pub(crate) const STARTER: &str = include_str!("starter.toml");

/// Writes the starter to `name`, with `.toml` added where it is missing.
pub(crate) fn init(name: &Path) -> Result<(), Failure> {
    let path = if name
        .extension()
        .is_some_and(|extension| extension == "toml")
    {
        name.to_owned()
    } else {
        let mut with_extension = name.as_os_str().to_owned();
        with_extension.push(".toml");
        with_extension.into()
    };
    let mut file = File::create_new(&path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::Unwritable(format!(
            "{} exists already and is never overwritten: choose another name",
            path.display()
        )),
        _ => Failure::Unwritable(format!("cannot write {}: {error}", path.display())),
    })?;
    file.write_all(STARTER.as_bytes()).map_err(|error| {
        Failure::Unwritable(format!("cannot write {}: {error}", path.display()))
    })?;
    let written = path.display().to_string();
    let word = if written.contains(char::is_whitespace) {
        format!("\"{written}\"")
    } else {
        written.clone()
    };
    terminal::note(&format!(
        "wrote {written}; run it with: montecarbon run {word}"
    ));
    Ok(())
}
