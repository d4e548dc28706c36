//! `merge`: the results of a batch from the parts of its shards, as one machine would have written them.

use super::run::{RunOptions, run};
use super::verify::{Work, refuse_changed_files};
use super::{Failure, files};
use crate::report::part::{EXTENSION, Parts};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// What `merge` was asked for.
#[derive(Debug)]
pub(crate) struct MergeOptions {
    /// Parts, or folders of them.
    pub(crate) parts: Vec<PathBuf>,
    /// The result folder.
    pub(crate) out: Option<PathBuf>,
    /// Threads; `None`: one per processor.
    pub(crate) threads: Option<NonZeroUsize>,
    /// Print JSON instead of the table.
    pub(crate) json: bool,
    /// No progress, no notes.
    pub(crate) quiet: bool,
}

/// Joins the parts of a batch and does all the rest of its command. `parse` reads the recorded words.
pub(crate) fn merge(
    options: &MergeOptions,
    parse: impl Fn(&[String]) -> Option<Work>,
) -> Result<(), Failure> {
    let mut unreadable = Vec::new();
    let paths = files::expand(&options.parts, EXTENSION, &mut unreadable);
    let parts = match Parts::open(&paths) {
        Ok(parts) if unreadable.is_empty() => parts,
        Ok(_) => return Err(Failure::Unreadable(unreadable)),
        Err(complaints) => {
            unreadable.extend(complaints);
            return Err(Failure::Unreadable(unreadable));
        }
    };
    let head = &parts.head;
    let here = env!("CARGO_PKG_VERSION");
    if head.version != here {
        return Err(Failure::Unreadable(vec![format!(
            "the parts were made by version {}, this is {here}: merge them with the version that ran the shards",
            head.version
        )]));
    }
    refuse_changed_files(&head.read, head.stdin.is_some())?;
    let mut command = head.command.clone();
    if let Some(out) = &options.out {
        // Behind `--` it would be a file.
        let end = command.iter().position(|word| word == "--");
        let end = end.unwrap_or(command.len());
        let out = out.to_string_lossy().into_owned();
        command.splice(end..end, ["--out".to_owned(), out]);
    }
    let Some(Work::Run(recorded)) = parse(&command) else {
        return Err(Failure::Usage(format!(
            "what the shards were asked for is written to files: name a folder for the results with --out ({})",
            head.command.join(" ")
        )));
    };
    let merged = RunOptions {
        out: options.out.clone(),
        threads: options.threads,
        stdin: head.stdin.clone(),
        json: options.json || recorded.json,
        quiet: options.quiet,
        parts: Some(parts),
        ..recorded
    };
    run(&merged)
}
