//! `run --shard`: the trials of one of several machines that share a batch, into one part for `merge`.

use super::run::{Prepared, RunOptions, prepare, read_files, stdin_of, watched};
use super::{Failure, progress, terminal};
use crate::pipeline::{self, Batch, RunError, Shard, is_chosen};
use crate::report::number;
use crate::report::part::{EXTENSION, Head, PartWriter};
use std::io;
use std::path::{Path, PathBuf};

/// Runs a shard and writes its part into the folder, or where the command runs.
pub(crate) fn shard(options: &RunOptions, shard: Shard) -> Result<(), Failure> {
    let Prepared {
        files,
        planned,
        chosen,
    } = prepare(options)?;
    let runs = planned.iter().flat_map(|(model, plan)| {
        let variants = model.variants.iter();
        let chosen = variants.filter(|variant| is_chosen(variant, chosen));
        chosen.map(|_| plan.trials)
    });
    let trials = runs.fold(0, u64::saturating_add) / u64::from(shard.of);
    let stem = files.first().map_or("", |file| file.stem.as_str());
    let path = path(options.out.as_deref(), stem, shard);
    let unwritable =
        |error: io::Error| Failure::Unwritable(format!("cannot write {}: {error}", path.display()));
    let head = Head {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: options.command.clone(),
        read: read_files(&files, &planned),
        stdin: stdin_of(&files),
        number: shard.number,
        of: shard.of,
    };
    let mut part = PartWriter::create(&path, &head).map_err(unwritable)?;
    progress::watch_for_ctrl_c();
    let batch = Batch {
        models: &planned,
        chosen,
        parts: None,
    };
    let run = watched(options, trials, |bar| {
        pipeline::run_shard(&batch, shard, bar, |pieces| {
            pieces.iter().try_for_each(|piece| part.add(piece))
        })
    });
    let passed_over = run.map_err(|failure| match failure {
        Failure::Run(RunError::Parts(error)) => unwritable(error),
        other => other,
    })?;
    let size = part.finish().map_err(unwritable)?;
    if !options.quiet {
        let Shard { number, of } = shard;
        if passed_over == 0 {
            terminal::note(&format!("shard {number} of {of} has no trial to run"));
        }
        terminal::note(&format!(
            "shard {number} of {of} is in {} ({} bytes); when all are there, join them with `montecarbon merge`",
            path.display(),
            number::count(size)
        ));
    }
    Ok(())
}

/// The part's file: named after the first scenario and the shard, so that those of a batch stand in their order.
fn path(folder: Option<&Path>, stem: &str, Shard { number, of }: Shard) -> PathBuf {
    let width = of.to_string().len();
    let name = format!("{stem}.{number:0width$}-of-{of}.{EXTENSION}");
    folder.unwrap_or(Path::new("")).join(name)
}
