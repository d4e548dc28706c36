//! `require`: read, check, find what would have to be known better, write, print.

use super::run::{RunOptions, chosen_variants, finish, planned, watched};
use super::{Failure, files, progress};
use crate::diagnostic::did_you_mean;
use crate::model::{Model, Variant};
use crate::pipeline::{self, Plan, Requirement};
use crate::report::folder::ResultFolder;
use std::time::{Instant, SystemTime};

/// What `require` was asked for.
#[derive(Debug)]
pub(crate) struct RequireOptions {
    /// As for a run.
    pub(crate) run: RunOptions,
    /// What is asked of an output.
    pub(crate) requirement: Requirement,
}

/// Finds what would have to be known better and reports.
pub(crate) fn require(options: &RequireOptions) -> Result<(), Failure> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let run = &options.run;
    let files = files::read(&run.files, run.stdin.as_deref())?;
    let models = files::check(&files, &run.sets, run.threads, run.quiet)?;
    let chosen = chosen_variants(&models, &run.variants)?;
    let variants = models.iter().flat_map(|model| &model.variants);
    refuse_unknown(variants, &options.requirement.output)?;
    let planned: Vec<(Model, Plan)> = models
        .into_iter()
        .map(|model| planned(model, &run.overrides))
        .collect();
    let folder = run.out.as_deref().map(ResultFolder::create).transpose()?;
    progress::watch_for_ctrl_c();
    let report = watched(run, 0, |bar| {
        pipeline::require(&planned, chosen, &options.requirement, bar)
    })?;
    finish(run, folder, &report, &files, &planned, (started, clock))
}

fn refuse_unknown<'a>(
    variants: impl Iterator<Item = &'a Variant>,
    name: &str,
) -> Result<(), Failure> {
    let mut known: Vec<&str> = Vec::new();
    for variant in variants {
        let names = || variant.outputs.iter().map(|output| output.name.as_str());
        if !names().any(|output| output == name) {
            known.extend(names());
            let advice = did_you_mean(name, known.iter().copied())
                .unwrap_or_else(|| format!("there are {}", known.join(", ")));
            return Err(Failure::Usage(format!(
                "there is no output \"{name}\"; {advice}"
            )));
        }
    }
    Ok(())
}
