//! `manifest.json`: what was run, from which bytes, into which bytes; enough to run it again.
//!
//! The time, the machine and the number of threads stand here and in no other file: all others are the same bytes
//! whenever and wherever the command runs.

use super::comparison::{AlternativeName, ComparisonReport};
use super::folder::{FileRecord, sha256};
use super::json::write_document;
use super::{CorrelationReport, InputReport, OutputReport, Report, RunReport};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Value, json};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The file's name in the result folder.
pub const NAME: &str = "manifest.json";

/// The name that tells a result folder of ours from any other folder.
pub(super) const TOOL: &str = "montecarbon";

/// The key of what differs from one run to the next: time, host, threads.
const RUN: &str = "run";

/// The key of the files of the result.
const RESULTS: &str = "results";

/// The key that says whether the files for a paper are among them.
pub const PAPER: &str = "paper";

/// What a run was told, beside what its [`Report`] holds.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The command line, word by word.
    pub command: Vec<String>,
    /// Every file that was read.
    pub read: Vec<FileRecord>,
    /// The text of the scenario that came by standard input: no file holds it.
    pub stdin: Option<String>,
    /// What each scenario was asked for, in the order of the files.
    pub scenarios: Vec<ScenarioPlan>,
    /// `--set`, as written.
    pub sets: Vec<String>,
    /// `--variant`, as written; empty: all of them.
    pub variants: Vec<String>,
    /// The rows of the catalog that inputs were taken from.
    pub catalog: Vec<CatalogUse>,
    /// Whether the files for a paper are among the results.
    pub paper: bool,
    /// When the run began.
    pub started: SystemTime,
    /// How long it took.
    pub elapsed: Duration,
    /// Threads used.
    pub threads: usize,
}

/// A row of the catalog that an input was taken from.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogUse {
    /// The file's stem.
    pub scenario: String,
    /// The variant.
    pub variant: String,
    /// The input.
    pub input: String,
    /// The row on one line, in full.
    pub row: String,
}

/// The plan of one scenario.
#[derive(Debug, Clone)]
pub struct ScenarioPlan {
    /// The file's stem.
    pub scenario: String,
    /// Trials asked for.
    pub trials: u64,
    /// The seed.
    pub seed: u64,
    /// The sampler's name.
    pub sampler: &'static str,
    /// Replicates asked for.
    pub replicates: Option<u32>,
    /// The level of the intervals.
    pub level: f64,
    /// The probabilities of the quantiles.
    pub quantiles: Vec<f64>,
    /// The words of the measures.
    pub measures: Vec<&'static str>,
    /// Whether Sobol' indices or Shapley effects were added where they cost little.
    pub automatic: bool,
    /// The base sample asked for.
    pub base: Option<u64>,
    /// `OUTERxINNER` of a nested run.
    pub nested: Option<String>,
    /// Whether trials with a number that is not finite are left out.
    pub allow_nonfinite: bool,
    /// Its inputs and formulas as written first, then what its variants define otherwise.
    pub definitions: Vec<DefinitionRecord>,
    /// `[references]`, in the order of the file.
    pub references: Vec<ReferenceRecord>,
}

/// An input or a formula of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct DefinitionRecord {
    /// The first variant that defines it so.
    pub variant: String,
    /// `input` or `formula`.
    pub role: &'static str,
    /// Its name.
    pub name: String,
    /// The unit of an input.
    pub unit: String,
    /// Its definition on one line.
    pub written: String,
    /// The same without the catalog, of an input that was taken from it.
    pub resolved: Option<String>,
    /// The grade of the evidence of an input.
    pub evidence: Option<String>,
    /// The sources of an input, as written.
    pub sources: Vec<String>,
}

/// An entry of `[references]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferenceRecord {
    /// The key that a source cites.
    pub key: String,
    /// The title, or the whole reference where it was written as one text.
    pub title: String,
    /// The year.
    pub year: Option<i64>,
    /// The address.
    pub url: Option<String>,
    /// Other keys as written.
    pub other: Vec<(String, String)>,
}

impl Manifest {
    /// The manifest of a report, but for the files of its results.
    ///
    /// # Errors
    /// None that is known: everything in it can be written as JSON.
    pub fn document(&self, report: &Report) -> io::Result<Value> {
        let written = Written {
            manifest: self,
            report,
            results: &[],
        };
        Ok(serde_json::to_value(written)?)
    }

    /// Writes the manifest of a report whose files are `results`, variant by variant: there may be many.
    ///
    /// # Errors
    /// What writing ends with.
    pub fn write(
        &self,
        report: &Report,
        results: &[FileRecord],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let written = Written {
            manifest: self,
            report,
            results,
        };
        write_document(&written, out)
    }
}

/// A manifest as it is written.
struct Written<'a> {
    manifest: &'a Manifest,
    report: &'a Report,
    results: &'a [FileRecord],
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (manifest, report) = (self.manifest, self.report);
        let mut document = serializer.serialize_map(None)?;
        let mut entry = |key: &str, value: Value| document.serialize_entry(key, &value);
        entry("tool", TOOL.into())?;
        entry("version", env!("CARGO_PKG_VERSION").into())?;
        entry("command", json!(manifest.command))?;
        entry("read", manifest.read.iter().map(record).collect())?;
        entry("stdin", json!(manifest.stdin))?;
        entry("set", json!(manifest.sets))?;
        entry("variant", json!(manifest.variants))?;
        let plans = manifest.scenarios.iter();
        let scenarios: Vec<Scenario> = plans.map(|plan| Scenario { plan, report }).collect();
        document.serialize_entry("scenarios", &scenarios)?;
        let mut entry = |key: &str, value: Value| document.serialize_entry(key, &value);
        entry(
            "catalog",
            manifest.catalog.iter().map(catalog_use).collect(),
        )?;
        entry(
            "comparison",
            report.comparison.as_ref().map(comparison).into(),
        )?;
        entry("notes", json!(report.every_note()))?;
        entry(PAPER, manifest.paper.into())?;
        entry(RESULTS, self.results.iter().map(record).collect())?;
        entry(
            RUN,
            json!({
                "started": timestamp(manifest.started),
                "seconds": manifest.elapsed.as_secs_f64(),
                "host": host(),
                "threads": manifest.threads,
                "platform": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            }),
        )?;
        document.end()
    }
}

/// Writes a manifest whose files are `results`.
pub fn write(mut document: Value, results: &[FileRecord], out: &mut dyn Write) -> io::Result<()> {
    document[RESULTS] = results.iter().map(record).collect();
    write_document(&document, out)
}

/// A manifest as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The version of the program that wrote it.
    pub version: String,
    /// The command line, word by word.
    pub command: Vec<String>,
    /// Every file that was read.
    pub read: Vec<FileRecord>,
    /// The text of the scenario that came by standard input.
    pub stdin: Option<String>,
    /// The files of the result.
    pub results: Vec<FileRecord>,
    /// All of it.
    pub document: Value,
}

impl Recorded {
    /// Reads the manifest of a result folder.
    ///
    /// # Errors
    /// In words, where there is none or it is not one of ours.
    pub fn read(folder: &Path) -> Result<Recorded, String> {
        let path = folder.join(NAME);
        let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let document: Value = serde_json::from_slice(&bytes)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        if document["tool"] != TOOL {
            return Err(format!("{} is not one of {TOOL}'s", path.display()));
        }
        Ok(Recorded::of(document))
    }

    /// A manifest as it is written.
    pub fn of(document: Value) -> Recorded {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let records = |value: &Value| {
            let records = list(value).into_iter().filter_map(|file| {
                Some(FileRecord {
                    path: text(&file["path"])?,
                    sha256: text(&file["sha256"])?,
                })
            });
            records.collect()
        };
        Recorded {
            version: text(&document["version"]).unwrap_or_default(),
            command: list(&document["command"]).iter().filter_map(text).collect(),
            read: records(&document["read"]),
            stdin: text(&document["stdin"]),
            results: records(&document[RESULTS]),
            document,
        }
    }

    /// What another manifest says otherwise, in words, but for where, when and by which version it was made; `None`: nothing.
    pub fn difference(&self, other: &Recorded) -> Option<String> {
        let keys = |one: &Recorded| -> Vec<String> {
            let object = one.document.as_object().into_iter();
            object.flat_map(|object| object.keys().cloned()).collect()
        };
        let mut names = keys(self);
        names.extend(keys(other));
        names.sort_unstable();
        names.dedup();
        let is_same = |name: &str| self.document[name] == other.document[name];
        names.retain(|name| !matches!(name.as_str(), RUN | "version") && !is_same(name));
        (!names.is_empty()).then(|| format!("differs in {}", names.join(", ")))
    }
}

/// The files of the result in `folder` by their relative paths, its manifest included; none where it is not ours.
pub fn result_files(folder: &Path) -> Vec<String> {
    let Ok(recorded) = Recorded::read(folder) else {
        return Vec::new();
    };
    let results = recorded.results.into_iter().map(|file| file.path);
    results.chain([NAME.to_owned()]).collect()
}

fn record(file: &FileRecord) -> Value {
    json!({ "path": file.path, "sha256": file.sha256 })
}

fn catalog_use(used: &CatalogUse) -> Value {
    json!({
        "scenario": used.scenario,
        "variant": used.variant,
        "input": used.input,
        "row": used.row,
        "sha256": sha256(used.row.as_bytes()),
    })
}

/// What every variant says for itself; of all else only what is not as in the first of its scenario, since there may be many.
const IN_EVERY_VARIANT: [&str; 2] = ["variant", "inputs"];

/// What the entry of a variant says, or that of the first of its scenario.
pub(super) fn said<'a>(variant: &'a Value, first: &'a Value, key: &str) -> &'a Value {
    variant.get(key).unwrap_or(&first[key])
}

/// A scenario and its runs.
struct Scenario<'a> {
    plan: &'a ScenarioPlan,
    report: &'a Report,
}

impl Scenario<'_> {
    fn runs(&self) -> impl Iterator<Item = &RunReport> + Clone {
        let runs = self.report.runs.iter();
        runs.filter(|run| run.scenario == self.plan.scenario)
    }
}

impl Serialize for Scenario<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let plan = self.plan;
        let first = self.runs().next();
        let definitions = plan.definitions.iter().map(|one| {
            json!({
                "variant": one.variant,
                "role": one.role,
                "name": one.name,
                "unit": one.unit,
                "written": one.written,
                "resolved": one.resolved,
                "evidence": one.evidence,
                "source": one.sources,
            })
        });
        let mut scenario = serializer.serialize_map(None)?;
        let mut entry = |key: &str, value: Value| scenario.serialize_entry(key, &value);
        entry("scenario", json!(plan.scenario))?;
        entry("title", json!(first.and_then(|run| run.title.as_deref())))?;
        entry(
            "references",
            plan.references.iter().map(reference).collect(),
        )?;
        entry("trials", plan.trials.into())?;
        entry("seed", plan.seed.into())?;
        entry("sampler", plan.sampler.into())?;
        entry("replicates", plan.replicates.into())?;
        entry("level", plan.level.into())?;
        entry("quantiles", json!(plan.quantiles))?;
        entry("sensitivity", json!(plan.measures))?;
        entry("sensitivity_automatic", plan.automatic.into())?;
        entry("base", plan.base.into())?;
        entry("nested", json!(plan.nested))?;
        entry("allow_nonfinite", plan.allow_nonfinite.into())?;
        entry("definitions", definitions.collect())?;
        scenario.serialize_entry("variants", &Variants(self))?;
        scenario.end()
    }
}

/// The runs of a scenario, one after another.
struct Variants<'a>(&'a Scenario<'a>);

impl Serialize for Variants<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut runs = self.0.runs();
        let mut variants = serializer.serialize_seq(None)?;
        if let Some(first) = runs.next() {
            let of_first = variant(first, None);
            variants.serialize_element(&of_first)?;
            for run in runs {
                let mut entry = variant(run, Some(first));
                if let Value::Object(entry) = &mut entry {
                    entry.retain(|key, value| {
                        IN_EVERY_VARIANT.contains(&&**key) || of_first[key] != *value
                    });
                }
                variants.serialize_element(&entry)?;
            }
        }
        variants.end()
    }
}

/// All of a run. Of its inputs it says only those that it gives another definition than the first of its scenario.
fn variant(run: &RunReport, first: Option<&RunReport>) -> Value {
    let inputs = run.inputs.iter().map(|one| input(one)).enumerate();
    let own = inputs.filter(|(at, own)| {
        let of_first = first.and_then(|first| first.inputs.get(*at));
        of_first.is_none_or(|of_first| input(of_first) != *own)
    });
    json!({
        "variant": run.variant,
        "description": run.description,
        "inputs": own.map(|(_, own)| own).collect::<Vec<_>>(),
        "correlations": run.correlations.iter().map(correlation).collect::<Vec<_>>(),
        "joint": run.joint.iter().map(|(what, inputs)| json!({ "what": what, "inputs": inputs })).collect::<Vec<_>>(),
        "outputs": run.outputs.iter().map(output).collect::<Vec<_>>(),
        "mixes_kinds": run.mixes_kinds,
        "nested": run.nested.map(|nested| json!({
            "outer": nested.outer,
            "inner": nested.inner,
            "rows": nested.rows,
        })),
        "notes": run.notes,
        "trials": run.sample.trials,
        "replicates": run.sample.replicates,
        "nonfinite": run.sample.nonfinite,
        "stopping": run.sample.stopping.as_ref().map(|stopping| json!({
            "rule": stopping.rule,
            "asked": stopping.asked,
            "reached": stopping.reached,
        })),
    })
}

fn reference(reference: &ReferenceRecord) -> Value {
    let other = reference.other.iter();
    let other = other.map(|(key, text)| (key.clone(), Value::from(text.as_str())));
    json!({
        "key": reference.key,
        "title": reference.title,
        "year": reference.year,
        "url": reference.url,
        "other": other.collect::<serde_json::Map<_, _>>(),
    })
}

fn input(input: &InputReport) -> Value {
    json!({
        "name": input.name,
        "unit": input.unit,
        "written": input.written,
        "resolved": input.resolved,
        "random": input.random,
        "variability": input.variability,
        "evidence": input.evidence,
        "source": input.sources,
    })
}

fn correlation(correlation: &CorrelationReport) -> Value {
    json!({ "inputs": correlation.inputs, correlation.measure: correlation.value })
}

/// What `summary.csv` does not say of an output.
fn output(output: &OutputReport) -> Value {
    let rows = output.statistics.iter();
    let poorly_carried = rows.filter(|row| row.estimate.poorly_carried);
    json!({
        "name": output.name,
        "unit": output.unit,
        "description": output.description,
        "constant": output.constant,
        "poorly_carried": poorly_carried.map(|row| &*row.statistic).collect::<Vec<_>>(),
    })
}

/// What was held against what, on how many trials.
fn comparison(comparison: &ComparisonReport) -> Value {
    let name = |of: &AlternativeName| json!({ "scenario": of.scenario, "variant": of.variant });
    let pairs = comparison.pairs.iter();
    json!({
        "trials": comparison.sample.trials,
        "replicates": comparison.sample.replicates,
        "nonfinite": comparison.sample.nonfinite,
        "mixes_kinds": comparison.mixes_kinds,
        "pairs": pairs.map(|pair| json!({
            "a": name(&pair.a),
            "b": name(&pair.b),
            "shared": pair.shared,
            "same_quantile": pair.same_quantile,
            "in_part": pair.in_part,
            "apart": pair.apart,
            "in_one": pair.in_one,
        })).collect::<Vec<_>>(),
    })
}

/// A moment in universal time, to the second: `2022-12-01T09:30:00Z`.
fn timestamp(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // The civil date of a day number, by the era of 400 years that begins on 1 March 0000 (Hinnant, "chrono-compatible
    // low-level date algorithms").
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = 400 * era + year_of_era + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3_600,
        rest / 60 % 60,
        rest % 60
    )
}

/// The machine's name, where the system tells it.
fn host() -> Option<String> {
    let told = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host = told
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())?;
    Some(host.trim().to_owned()).filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_universal_time() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_669_887_000, "2022-12-01T09:30:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(timestamp(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }
}
