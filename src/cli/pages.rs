//! What is made from the definition of the command line: completions of shells, and pages of the manual.

use super::Arguments;
use crate::commands::{self, Failure};
use clap::CommandFactory as _;
use std::fs;
use std::path::Path;

const NAME: &str = "montecarbon";

/// Prints the completions of a shell.
pub(super) fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), NAME, &mut script);
    if shell == clap_complete::Shell::Zsh {
        // As generated, the first file takes all that follows it as files: zsh completes no option after it.
        let generated = String::from_utf8_lossy(&script);
        script = generated.replace("'*::", "'*:").into_bytes();
    }
    commands::print(&script)
}

/// Writes a page for the program and one for each command into a folder; without one, prints the program's.
pub(super) fn manual(folder: Option<&Path>) -> Result<(), Failure> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Arguments::command())
            .render(&mut page)
            .map_err(|error| Failure::Unwritable(format!("cannot make the page: {error}")))?;
        return commands::print(&page);
    };
    let unwritable = |error: std::io::Error| {
        Failure::Unwritable(format!("cannot write to {}: {error}", folder.display()))
    };
    fs::create_dir_all(folder).map_err(unwritable)?;
    clap_mangen::generate_to(Arguments::command(), folder).map_err(unwritable)
}
