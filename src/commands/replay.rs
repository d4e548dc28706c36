//! `replay`: one trial, whole.

use super::run::{RunOptions, chosen_variants, planned, refuse_unknown_output, watched};
use super::{Failure, files, progress, terminal};
use crate::model::Model;
use crate::pipeline::{self, Pick, Plan};
use crate::report::replay::{write_json, write_text};

/// What `replay` was asked for.
#[derive(Debug)]
pub(crate) struct ReplayOptions {
    /// As for the run that the trial is one of.
    pub(crate) run: RunOptions,
    /// Which trial.
    pub(crate) pick: Pick,
}

/// Prints one trial of every file and chosen variant.
pub(crate) fn replay(options: &ReplayOptions) -> Result<(), Failure> {
    let run = &options.run;
    let files = files::read(&run.files, run.stdin.as_deref())?;
    let models = files::check(&files, &run.sets, run.threads, run.quiet)?;
    let chosen = chosen_variants(&models, &run.variants)?;
    if let Some(output) = options.pick.output() {
        let variants: Vec<_> = models.iter().flat_map(|model| &model.variants).collect();
        refuse_unknown_output("--at", output, &variants)?;
    }
    let planned: Vec<(Model, Plan)> = models
        .into_iter()
        .map(|model| planned(model, &run.overrides))
        .collect();
    progress::watch_for_ctrl_c();
    let trials = match options.pick {
        Pick::Number(_) => 0,
        _ => planned.iter().map(|(_, plan)| plan.trials).sum(),
    };
    let trials = watched(run, trials, |bar| {
        pipeline::replay(&planned, chosen, &options.pick, bar)
    })?;
    let mut page = Vec::new();
    let written = if run.json {
        write_json(&trials, &mut page)
    } else {
        write_text(&trials, terminal::text(), &mut page)
    };
    written.map_err(|error| Failure::output(&error))?;
    terminal::print(&page)
}
