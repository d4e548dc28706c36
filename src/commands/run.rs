//! `run`: read, check, prepare the folder, simulate, write, print.

use super::figures;
use super::files::{self, ScenarioFile};
use super::progress::{self, Bar};
use super::{Failure, paper, terminal};
use crate::diagnostic::did_you_mean;
use crate::figure::Format;
use crate::model::{Model, Reference, Variant};
use crate::page::{self, Origin};
use crate::pipeline::{
    self, Batch, Nested, Plan, Progress as _, Shard, Stopping, TrialSink, is_chosen,
};
use crate::report::assertions::{self, Outcome};
use crate::report::csv::Csv;
use crate::report::folder::{FileRecord, ResultFolder, sha256};
use crate::report::json::Json;
use crate::report::manifest::{
    CatalogUse, DefinitionRecord, Manifest, Recorded, ReferenceRecord, ScenarioPlan,
};
use crate::report::part::Parts;
pub(crate) use crate::report::samples::Format as SampleFormat;
use crate::report::samples::{self, Samples};
use crate::report::stream::RunTables;
use crate::report::{self, Report, TABLES, Writer, label, number};
use crate::run;
use crate::sampler::Method;
use crate::sensitivity::Measure;
use std::collections::{HashMap, HashSet};
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

/// Runs of which distributions are kept: each takes some 20 kB and 10 ms, whatever its trials, and a sweep may have 100,000.
const MOST_DISTRIBUTIONS: usize = 200;

/// What `run` was asked for.
#[derive(Debug, Default)]
pub(crate) struct RunOptions {
    /// Files, folders and `-`.
    pub(crate) files: Vec<PathBuf>,
    /// What goes over the scenarios' own `[run]`.
    pub(crate) overrides: Overrides,
    /// Threads; `None`: one per processor.
    pub(crate) threads: Option<NonZeroUsize>,
    /// The result folder.
    pub(crate) out: Option<PathBuf>,
    /// Whether the files for a paper are written.
    pub(crate) paper: bool,
    /// How every trial is written, where that is wanted.
    pub(crate) samples: Option<SampleFormat>,
    /// The formats of the figures in the result folder; empty: none.
    pub(crate) figures: Vec<Format>,
    /// Whether a page for readers is written into the result folder.
    pub(crate) html: bool,
    /// The variants to run; empty: all.
    pub(crate) variants: Vec<String>,
    /// `PATH=VALUE` replacements.
    pub(crate) sets: Vec<String>,
    /// Whether an observed value or assertion that does not hold is a failure.
    pub(crate) strict: bool,
    /// Print JSON instead of the table.
    pub(crate) json: bool,
    /// No progress, no notes.
    pub(crate) quiet: bool,
    /// Print nothing at all.
    pub(crate) silent: bool,
    /// What comes by standard input, where that is known already.
    pub(crate) stdin: Option<String>,
    /// The shard of the batch that is run here, where it is not all of it.
    pub(crate) shard: Option<Shard>,
    /// What every shard of the batch found, where it was run in shards.
    pub(crate) parts: Option<Parts>,
    /// The command line, for the manifest.
    pub(crate) command: Vec<String>,
}

impl RunOptions {
    /// Whether nothing is made of the runs but the tables and the page on the terminal.
    fn needs_tables_only(&self) -> bool {
        !(self.json || self.html || self.paper)
            && self.figures.is_empty()
            && self.overrides.nested.is_none()
    }
}

/// What the command line puts over the scenario's `[run]`.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    /// `--trials`.
    pub(crate) trials: Option<u64>,
    /// `--seed`.
    pub(crate) seed: Option<u64>,
    /// `--sampler`.
    pub(crate) sampler: Option<Method>,
    /// `--replicates`.
    pub(crate) replicates: Option<u32>,
    /// `--level`.
    pub(crate) level: Option<f64>,
    /// `--quantiles`, rising.
    pub(crate) quantiles: Option<Vec<f64>>,
    /// `--sensitivity`.
    pub(crate) measures: Option<Vec<Measure>>,
    /// `--digits`, `--tolerance`, `--target`, `--method`, `--max-trials`.
    pub(crate) stopping: Option<Stopping>,
    /// `--base`.
    pub(crate) base: Option<u64>,
    /// `--nested`.
    pub(crate) nested: Option<Nested>,
    /// `--allow-nonfinite`.
    pub(crate) allow_nonfinite: bool,
}

/// What is run, checked.
pub(super) struct Prepared<'a> {
    pub(super) files: Vec<ScenarioFile>,
    pub(super) planned: Vec<(Model, Plan)>,
    pub(super) chosen: Option<&'a [String]>,
}

/// Reads and checks what is to run.
pub(super) fn prepare(options: &RunOptions) -> Result<Prepared<'_>, Failure> {
    let files = files::read(&options.files, options.stdin.as_deref())?;
    let models = files::check(&files, &options.sets, options.threads, options.quiet)?;
    let chosen = chosen_variants(&models, &options.variants)?;
    let models = models.into_iter();
    let planned: Vec<(Model, Plan)> = models
        .map(|model| planned(model, &options.overrides))
        .collect();
    if options.overrides.nested.is_some() {
        files::refuse(
            planned
                .iter()
                .flat_map(|(model, _)| &model.variants)
                .filter(|variant| is_chosen(variant, chosen))
                .flat_map(|variant| &variant.kinds_correlated),
        )?;
    }
    if let Some(stopping) = &options.overrides.stopping {
        refuse_unknown_targets(&planned, chosen, stopping)?;
    }
    Ok(Prepared {
        files,
        planned,
        chosen,
    })
}

/// Runs scenarios and reports.
pub(crate) fn run(options: &RunOptions) -> Result<(), Failure> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let Prepared {
        files,
        mut planned,
        chosen,
    } = prepare(options)?;
    let runs = planned.iter().flat_map(|(model, _)| &model.variants);
    let runs = runs.filter(|variant| is_chosen(variant, chosen)).count();
    // What figures are drawn from, here or later, and the histogram of a terminal.
    let distributions =
        runs <= MOST_DISTRIBUTIONS && (options.out.is_some() || terminal::width().is_some());
    planned
        .iter_mut()
        .for_each(|(_, plan)| plan.distributions = distributions);
    let mut folder = options
        .out
        .as_deref()
        .map(ResultFolder::create)
        .transpose()?;
    if let Some(format) = options.samples {
        refuse_equal_sample_files(&planned, chosen, format)?;
    }
    progress::watch_for_ctrl_c();
    let mut report = simulate(&planned, chosen, options, folder.as_mut())?;
    if runs > MOST_DISTRIBUTIONS && options.out.is_some() {
        report.notes.push(format!(
            "how each output is distributed, and figures of it, are left out of more than {} runs: name some by --variant",
            number::count(MOST_DISTRIBUTIONS as u64)
        ));
    }
    finish(options, folder, &report, &files, &planned, (started, clock))
}

/// Writes the results into the folder, where there is one, and prints notes and tables. With `--strict`, what does not hold is a failure
/// after that.
pub(super) fn finish(
    options: &RunOptions,
    folder: Option<ResultFolder>,
    report: &Report,
    files: &[ScenarioFile],
    planned: &[(Model, Plan)],
    (started, clock): (SystemTime, Instant),
) -> Result<(), Failure> {
    if let Some(folder) = folder {
        let manifest = manifest(options, files, planned, started, clock);
        write_results(folder, report, &manifest, options)?;
    }
    if !options.quiet {
        report
            .every_note()
            .iter()
            .for_each(|note| terminal::note(note));
    }
    if !options.silent {
        print_report(report, options.json)?;
        if let (Some(out), false) = (&options.out, options.quiet) {
            terminal::note(&format!("results are in {}", out.display()));
        }
    }
    let not_holding = not_holding(report);
    if options.strict && !not_holding.is_empty() {
        return Err(Failure::Strict(not_holding));
    }
    Ok(())
}

/// The observations that lie outside the prediction and the assertions that do not hold, a sentence each.
fn not_holding(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    for run in &report.runs {
        for output in &run.outputs {
            for row in output.observed.iter().filter(|row| !row.inside) {
                sentences.push(format!(
                    "{}: {} lies outside the prediction of {}",
                    run.label(),
                    row.name,
                    output.name
                ));
            }
        }
    }
    for ([scenario, variant], row) in assertions::of_report(report) {
        if row.outcome != Outcome::Holds {
            sentences.push(format!(
                "{}: assertion {}: {}",
                label(scenario, variant),
                row.outcome.words(),
                row.name
            ));
        }
    }
    sentences
}

/// The model with the command line over its `[run]` over the defaults.
pub(super) fn planned(model: Model, overrides: &Overrides) -> (Model, Plan) {
    let of_file = Plan::of(&model);
    let plan = Plan {
        trials: overrides.trials.unwrap_or(of_file.trials),
        seed: overrides.seed.unwrap_or(of_file.seed),
        sampler: overrides.sampler.unwrap_or(of_file.sampler),
        replicates: overrides.replicates.or(of_file.replicates),
        level: overrides.level.unwrap_or(of_file.level),
        quantiles: match &overrides.quantiles {
            Some(quantiles) => pipeline::reported_quantiles(&model, quantiles),
            None => of_file.quantiles,
        },
        measures: overrides.measures.clone().unwrap_or(of_file.measures),
        automatic: overrides.measures.is_none(),
        base: overrides.base,
        stopping: overrides.stopping.clone(),
        nested: overrides.nested,
        allow_nonfinite: overrides.allow_nonfinite,
        distributions: false,
    };
    (model, plan)
}

/// The variants asked for; each must exist in one of the files.
pub(super) fn chosen_variants<'names>(
    models: &[Model],
    names: &'names [String],
) -> Result<Option<&'names [String]>, Failure> {
    let known = || {
        models
            .iter()
            .flat_map(|model| &model.variants)
            .map(|variant| variant.name.as_str())
    };
    for name in names {
        if !known().any(|variant| variant == name) {
            let mut list: Vec<_> = known().map(|variant| format!("\"{variant}\"")).collect();
            list.dedup();
            return Err(Failure::Usage(format!(
                "--variant: there is no variant \"{name}\"; there are {}",
                list.join(", ")
            )));
        }
    }
    Ok((!names.is_empty()).then_some(names))
}

/// An output that is held on its own must be one of a variant that runs.
fn refuse_unknown_targets(
    planned: &[(Model, Plan)],
    chosen: Option<&[String]>,
    stopping: &Stopping,
) -> Result<(), Failure> {
    let variants = planned.iter().flat_map(|(model, _)| &model.variants);
    let chosen: Vec<&Variant> = variants
        .filter(|variant| is_chosen(variant, chosen))
        .collect();
    let mut names = stopping.outputs.iter().map(|target| target.0.as_str());
    names.try_for_each(|name| refuse_unknown_output("--target", name, &chosen))
}

/// An output that an option names must be one of some variant.
pub(super) fn refuse_unknown_output(
    option: &str,
    name: &str,
    variants: &[&Variant],
) -> Result<(), Failure> {
    let outputs = variants.iter().flat_map(|variant| variant.outputs.iter());
    let mut outputs: Vec<&str> = outputs.map(|output| output.name.as_str()).collect();
    if outputs.contains(&name) {
        return Ok(());
    }
    outputs.sort_unstable();
    outputs.dedup();
    let advice = did_you_mean(name, outputs.iter().copied()).unwrap_or_else(|| {
        let list: Vec<_> = outputs.iter().map(|name| format!("\"{name}\"")).collect();
        format!("there are {}", list.join(", "))
    });
    Err(Failure::Usage(format!(
        "{option}: there is no output \"{name}\"; {advice}"
    )))
}

/// Files of samples are named by scenario and variant: the names must differ on every file system.
fn refuse_equal_sample_files(
    planned: &[(Model, Plan)],
    chosen: Option<&[String]>,
    format: SampleFormat,
) -> Result<(), Failure> {
    let mut seen = HashMap::from([(
        "samples/units.csv".to_owned(),
        "the file of the units".to_owned(),
    )]);
    for (model, _) in planned {
        for variant in model
            .variants
            .iter()
            .filter(|variant| is_chosen(variant, chosen))
        {
            let inputs = variant.inputs.iter().map(|input| &input.name);
            let mut names = inputs.chain(variant.outputs.iter().map(|output| &output.name));
            if let Some(taken) = names.find(|name| samples::PLACE.contains(&name.as_str())) {
                return Err(Failure::Collision(format!(
                    "{}: `{taken}` is a column of every file of samples: rename it in the scenario, or leave --samples out",
                    model.scenario
                )));
            }
            let name = samples::file_name(&model.scenario, &variant.name, format);
            let owner = format!("{} / {}", model.scenario, variant.name);
            if let Some(earlier) = seen.insert(name.to_lowercase(), owner.clone()) {
                return Err(Failure::Collision(format!(
                    "{owner} and {earlier} would both write {name}: rename one, or run them apart"
                )));
            }
        }
    }
    Ok(())
}

/// Runs everything, with progress, and the samples into the folder where they are asked for.
fn simulate(
    planned: &[(Model, Plan)],
    chosen: Option<&[String]>,
    options: &RunOptions,
    folder: Option<&mut ResultFolder>,
) -> Result<Report, Failure> {
    let failed = |what: &'static str| {
        move |error: io::Error| Failure::Unwritable(format!("cannot write the {what}: {error}"))
    };
    let variants = |model: &Model| {
        model
            .variants
            .iter()
            .filter(|variant| is_chosen(variant, chosen))
            .count() as u64
    };
    let runs: u64 = planned.iter().map(|(model, _)| variants(model)).sum();
    let trials = planned
        .iter()
        .filter(|(_, plan)| plan.stopping.is_none())
        .map(|(model, plan)| plan.trials.saturating_mul(variants(model)))
        .fold(0, u64::saturating_add);
    let (mut samples, mut tables) = (None, None);
    match (folder, options.samples) {
        (Some(folder), Some(format)) => samples = Some(Samples::new(folder, format)),
        (Some(folder), None)
            if runs > MOST_DISTRIBUTIONS as u64
                && options.needs_tables_only()
                // What is known of a decision stands among the measures of the runs.
                && planned.iter().all(|(model, _)| model.decision.is_none()) =>
        {
            tables = Some(RunTables::new(folder).map_err(failed("results"))?);
        }
        _ => {}
    }
    let sink = samples
        .as_mut()
        .map(|samples| samples as &mut (dyn TrialSink + Send));
    let report = watched(options, trials, |bar| {
        bar.batch(runs);
        let batch = Batch {
            models: planned,
            chosen,
            parts: options.parts.as_ref(),
        };
        pipeline::simulate_into(
            &batch,
            bar,
            sink.map(|sink| sink as &mut dyn TrialSink),
            &mut |run| match &mut tables {
                Some(tables) => tables.add(run),
                None => Ok(run),
            },
        )
    })?;
    if let Some(samples) = samples {
        samples.finish().map_err(failed("samples"))?;
    }
    if let Some(tables) = tables {
        tables.finish().map_err(failed("results"))?;
        let measures = planned
            .iter()
            .any(|(_, plan)| plan.automatic || !plan.measures.is_empty());
        if measures && !options.quiet {
            terminal::note(&format!(
                "what drives the outputs of more than {MOST_DISTRIBUTIONS} runs is written to sensitivity.csv and not printed"
            ));
        }
    }
    Ok(report)
}

/// Does the work on as many threads as asked for, with a bar that shows how far it is.
pub(super) fn watched<T: Send>(
    options: &RunOptions,
    trials: u64,
    work: impl FnOnce(&Bar) -> Result<T, pipeline::RunError> + Send,
) -> Result<T, Failure> {
    let bar = Bar::new(trials, options.quiet);
    let result = run::with_threads(options.threads.map(NonZeroUsize::get), || work(&bar));
    bar.finish();
    let report = result.map_err(Failure::Run)?;
    if bar.cancelled() {
        return Err(Failure::Run(pipeline::RunError::Cancelled));
    }
    Ok(report)
}

/// Everything the manifest says beside the report.
fn manifest(
    options: &RunOptions,
    files: &[ScenarioFile],
    planned: &[(Model, Plan)],
    started: SystemTime,
    clock: Instant,
) -> Manifest {
    Manifest {
        command: options.command.clone(),
        read: read_files(files, planned),
        stdin: stdin_of(files),
        scenarios: planned
            .iter()
            .map(|(model, plan)| scenario_plan(model, plan))
            .collect(),
        sets: options.sets.clone(),
        variants: options.variants.clone(),
        catalog: planned
            .iter()
            .flat_map(|(model, _)| catalog_uses(model))
            .collect(),
        paper: options.paper,
        started,
        elapsed: clock.elapsed(),
        threads: options
            .threads
            .or_else(|| std::thread::available_parallelism().ok())
            .map_or(1, NonZeroUsize::get),
    }
}

/// Every file that was read: the scenarios, then each that one of them imports or takes data from, once.
pub(super) fn read_files(files: &[ScenarioFile], planned: &[(Model, Plan)]) -> Vec<FileRecord> {
    let scenarios = files.iter().map(ScenarioFile::record);
    scenarios.chain(further_files(planned)).collect()
}

/// The scenario that came by standard input.
pub(super) fn stdin_of(files: &[ScenarioFile]) -> Option<String> {
    let file = files.iter().find(|file| file.is_stdin())?;
    Some(String::from_utf8_lossy(&file.bytes).into_owned())
}

fn further_files(planned: &[(Model, Plan)]) -> Vec<FileRecord> {
    let mut records: Vec<FileRecord> = Vec::new();
    for (model, _) in planned {
        let data = model.data.iter().map(|file| &file.source);
        for source in model.imports.iter().chain(data) {
            if records.iter().all(|record| record.path != source.name) {
                records.push(FileRecord {
                    path: source.name.clone(),
                    sha256: sha256(source.text.as_bytes()),
                });
            }
        }
    }
    records
}

/// Each row of the catalog that an input was taken from, with the first variant in which it was.
fn catalog_uses(model: &Model) -> Vec<CatalogUse> {
    let mut uses = Vec::new();
    let mut seen = HashSet::new();
    for variant in &model.variants {
        for input in &variant.inputs {
            for row in &input.catalog {
                let row = row.line();
                if seen.insert((&input.name, row.clone())) {
                    uses.push(CatalogUse {
                        scenario: model.scenario.clone(),
                        variant: variant.name.clone(),
                        input: input.name.clone(),
                        row,
                    });
                }
            }
        }
    }
    uses
}

fn scenario_plan(model: &Model, plan: &Plan) -> ScenarioPlan {
    ScenarioPlan {
        scenario: model.scenario.clone(),
        trials: plan.trials,
        seed: plan.seed,
        sampler: plan.sampler.name(),
        replicates: plan.replicates,
        level: plan.level,
        quantiles: plan.quantiles.clone(),
        measures: plan.measures.iter().map(|measure| measure.word()).collect(),
        automatic: plan.automatic,
        base: plan.base,
        nested: plan.nested.map(|nested| nested.to_string()),
        allow_nonfinite: plan.allow_nonfinite,
        definitions: definitions(model),
        references: model.references.iter().map(reference).collect(),
    }
}

fn reference(reference: &Reference) -> ReferenceRecord {
    ReferenceRecord {
        key: reference.key.clone(),
        title: reference.title.clone(),
        year: reference.year,
        url: reference.url.clone(),
        other: reference.other.clone(),
    }
}

/// The inputs and formulas as written first, then what variants define otherwise.
fn definitions(model: &Model) -> Vec<DefinitionRecord> {
    let mut records: Vec<DefinitionRecord> = Vec::new();
    let mut seen = HashSet::new();
    for variant in &model.variants {
        let inputs = variant.inputs.iter().map(|input| {
            let unit = input.unit.text.as_str();
            (
                "input",
                &input.name,
                unit,
                input.written.as_str(),
                Some(input),
            )
        });
        let formulas = variant.formulas.iter();
        let formulas =
            formulas.map(|formula| ("formula", &formula.name, "", formula.written(), None));
        for (role, name, unit, written, input) in inputs.chain(formulas) {
            if seen.insert((name, unit, written)) {
                let evidence = input.and_then(|input| input.evidence);
                records.push(DefinitionRecord {
                    variant: variant.name.clone(),
                    role,
                    name: name.clone(),
                    unit: unit.to_owned(),
                    written: written.split_whitespace().collect::<Vec<_>>().join(" "),
                    resolved: input.and_then(|input| input.resolved.clone()),
                    evidence: evidence.map(|evidence| evidence.word().to_owned()),
                    sources: input.map(|input| input.sources.clone()).unwrap_or_default(),
                });
            }
        }
    }
    records
}

/// Writes every table and the manifest, and puts the folder in its place.
fn write_results(
    mut folder: ResultFolder,
    report: &Report,
    manifest: &Manifest,
    options: &RunOptions,
) -> Result<(), Failure> {
    let unwritable =
        |error: io::Error| Failure::Unwritable(format!("cannot write the results: {error}"));
    for table in TABLES {
        // A comparison, or what is required, runs no variant by itself.
        let optional = table.optional || report.runs.is_empty();
        let is_written = folder
            .files()
            .iter()
            .any(|file| file.path == table.file_name());
        if is_written || (optional && !table.has_rows(report)) {
            continue;
        }
        let mut file = folder.file(&table.file_name()).map_err(unwritable)?;
        Csv(table).write(report, &mut file).map_err(unwritable)?;
        folder.record(file.finish().map_err(unwritable)?);
    }
    let formats = if options.paper {
        figures::every_format()
    } else {
        options.figures.clone()
    };
    if options.html || !formats.is_empty() {
        let figures = figures::of_report(report)?;
        figures::write(&mut folder, &figures, &formats)?;
        if options.html {
            let origin = Origin {
                command: &manifest.command,
                read: &manifest.read,
                scenarios: &manifest.scenarios,
            };
            for (name, page) in page::pages(report, &figures, &origin) {
                let mut file = folder.file(&name).map_err(unwritable)?;
                file.write_all(page.as_bytes()).map_err(unwritable)?;
                folder.record(file.finish().map_err(unwritable)?);
            }
        }
    }
    if manifest.paper {
        let recorded = Recorded::of(manifest.document(report).map_err(unwritable)?);
        report::paper::write(&mut folder, &recorded).map_err(unwritable)?;
    }
    paper::seal(folder, |results, out| manifest.write(report, results, out))
}

fn print_report(report: &Report, json: bool) -> Result<(), Failure> {
    let mut page = Vec::new();
    let written = if json {
        Json.write(report, &mut page)
    } else {
        terminal::text().write(report, &mut page)
    };
    written.map_err(|error| Failure::output(&error))?;
    terminal::print(&page)
}
