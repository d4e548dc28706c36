//! `compare`: read, check, hold alternatives against each other, write, print.

use super::run::{RunOptions, chosen_variants, finish, planned, watched};
use super::{Failure, files, progress};
use crate::model::{self, Model};
use crate::pipeline::{self, Against, Plan};
use crate::report::folder::ResultFolder;
use std::time::{Instant, SystemTime};

/// What `compare` was asked for.
#[derive(Debug)]
pub(crate) struct CompareOptions {
    /// As for a run.
    pub(crate) run: RunOptions,
    /// The alternative that the others are held against; `None`: the first.
    pub(crate) baseline: Option<String>,
    /// Whether each is held against every earlier one instead.
    pub(crate) all_pairs: bool,
}

/// Holds alternatives against each other and reports.
pub(crate) fn compare(options: &CompareOptions) -> Result<(), Failure> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let run = &options.run;
    let measures = run.overrides.measures.iter().flatten();
    if let Some(measure) = measures.copied().find(|measure| measure.is_of_run()) {
        return Err(Failure::Usage(format!(
            "--sensitivity {} is not about differences: ask `run` for it",
            measure.word()
        )));
    }
    let files = files::read(&run.files, run.stdin.as_deref())?;
    let mut models = files::check(&files, &run.sets, run.threads, run.quiet)?;
    let chosen = chosen_variants(&models, &run.variants)?;
    model::draw_apart(&mut models);
    let mut places = pipeline::alternatives(&models, chosen);
    let against = if options.all_pairs {
        Against::Earlier
    } else {
        Against::Baseline(baseline(&models, &mut places, options.baseline.as_deref())?)
    };
    if places.len() < 2 {
        return Err(Failure::Usage(
            "there is one alternative only: name a second file, or one with [variants] or [sweep]"
                .to_owned(),
        ));
    }
    // All by one plan, so that trial by trial they can be held against each other.
    let (_, plan) = planned(models[0].clone(), &run.overrides);
    let folder = run.out.as_deref().map(ResultFolder::create).transpose()?;
    progress::watch_for_ctrl_c();
    let trials = plan.trials.saturating_mul(places.len() as u64);
    let report = watched(run, trials, |bar| {
        pipeline::compare(&models, &places, against, &plan, bar)
    })?;
    let with_plan: Vec<(Model, Plan)> = models
        .into_iter()
        .map(|model| (model, plan.clone()))
        .collect();
    finish(run, folder, &report, &files, &with_plan, (started, clock))
}

/// The place of the baseline among the alternatives; it becomes one where it is not.
fn baseline(
    models: &[Model],
    places: &mut Vec<(usize, usize)>,
    name: Option<&str>,
) -> Result<usize, Failure> {
    let every = pipeline::alternatives(models, None);
    let Some(wanted) = name.map_or(every.first().copied(), |name| named(models, &every, name))
    else {
        let list: Vec<String> = every
            .iter()
            .map(|&place| format!("\"{}\"", label(models, place)))
            .collect();
        return Err(Failure::Usage(format!(
            "--baseline: there is no alternative \"{}\"; there are {}",
            name.unwrap_or_default(),
            list.join(", ")
        )));
    };
    if let Some(found) = places.iter().position(|&place| place == wanted) {
        return Ok(found);
    }
    places.insert(0, wanted);
    Ok(0)
}

/// The first alternative with that variant's name, or that scenario's, or `SCENARIO / VARIANT`.
fn named(models: &[Model], every: &[(usize, usize)], name: &str) -> Option<(usize, usize)> {
    let variant = |&(file, at): &(usize, usize)| models[file].variants[at].name == name;
    let whole = |&place: &(usize, usize)| label(models, place) == name;
    let scenario = |&(file, _): &(usize, usize)| models[file].scenario == name;
    let find = |is: &dyn Fn(&(usize, usize)) -> bool| every.iter().copied().find(|place| is(place));
    find(&variant)
        .or_else(|| find(&whole))
        .or_else(|| find(&scenario))
}

fn label(models: &[Model], (file, at): (usize, usize)) -> String {
    let model = &models[file];
    format!("{} / {}", model.scenario, model.variants[at].name)
}
