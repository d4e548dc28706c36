//! From the words on the command line to checked models: folders opened, every file read, every file checked.

use super::{Failure, terminal};
use crate::diagnostic::{Diagnostic, Severity, Style, arrange, is_dangerous, render_all, visible};
use crate::model::{self, DataCache, Model};
use crate::report::folder::{FileRecord, sha256};
use crate::run;
use std::io::{Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// The scenario name of what comes by standard input.
pub(crate) const STDIN: &str = "stdin";

/// The extension of scenario files.
const EXTENSION: &str = "toml";

/// A scenario file as read.
#[derive(Debug)]
pub(crate) struct ScenarioFile {
    /// The path as given, or `stdin`.
    pub(crate) name: String,
    /// The name of the scenario: the file's stem.
    pub(crate) stem: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

impl ScenarioFile {
    /// The line of the manifest.
    pub(crate) fn record(&self) -> FileRecord {
        FileRecord {
            path: self.name.clone(),
            sha256: sha256(&self.bytes),
        }
    }

    /// Whether it came by standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.name == STDIN
    }
}

/// Reads every file that the words name; `stdin` is what comes by standard input, where that is known already. Everything that
/// cannot be read is said at once.
pub(crate) fn read(words: &[PathBuf], stdin: Option<&str>) -> Result<Vec<ScenarioFile>, Failure> {
    let mut files = Vec::new();
    let mut unreadable = Vec::new();
    for path in expand(words, EXTENSION, &mut unreadable) {
        match read_one(&path, stdin) {
            Ok(file) => files.push(file),
            Err(error) => unreadable.push(format!("cannot read {}: {error}", path.display())),
        }
    }
    if !unreadable.is_empty() {
        return Err(Failure::Unreadable(unreadable));
    }
    refuse_equal_stems(&files)?;
    Ok(files)
}

/// The scenario files that the words name now.
pub(crate) fn scenarios(words: &[PathBuf]) -> Vec<PathBuf> {
    expand(words, EXTENSION, &mut Vec::new())
}

/// Every other file that checking scenarios looks for, whether it is there or not.
pub(crate) fn looked_for(scenarios: &[PathBuf], sets: &[String]) -> Vec<PathBuf> {
    let mut data = DataCache::default();
    for path in scenarios {
        if let Ok(file) = read_one(path, None) {
            // Complaints are for the run that comes.
            let _ = check_one(&file, sets, &mut data);
        }
    }
    data.paths().map(Path::to_path_buf).collect()
}

/// Checks every file, on so many threads (`None`: one a processor); prints every complaint of every file. The models of all of them, or
/// nothing.
pub(crate) fn check(
    files: &[ScenarioFile],
    sets: &[String],
    threads: Option<NonZeroUsize>,
    quiet: bool,
) -> Result<Vec<Model>, Failure> {
    let mut models = Vec::with_capacity(files.len());
    let mut refused = false;
    let mut data = DataCache::default();
    for (file, alone) in files.iter().zip(check_alone(files, sets, threads)) {
        match alone.unwrap_or_else(|| check_one(file, sets, &mut data)) {
            Ok(model) => {
                if !quiet {
                    print_diagnostics(&file.name, &model.warnings);
                }
                models.push(model);
            }
            Err(diagnostics) => {
                print_diagnostics(&file.name, &diagnostics);
                refused = true;
            }
        }
    }
    if refused {
        Err(Failure::Refused)
    } else {
        Ok(models)
    }
}

type Checked = Result<Model, Vec<Diagnostic>>;

/// Of many files, those that look for no other file, checked beside each other; `None` for the rest, which share what they read.
fn check_alone(
    files: &[ScenarioFile],
    sets: &[String],
    threads: Option<NonZeroUsize>,
) -> Vec<Option<Checked>> {
    if files.len() == 1 {
        return vec![None];
    }
    let alone = |at: usize| {
        let mut nothing = DataCache::closed();
        let checked = check_one(&files[at], sets, &mut nothing);
        nothing.paths().next().is_none().then_some(checked)
    };
    run::with_threads(threads.map(NonZeroUsize::get), || {
        run::each(files.len(), alone)
    })
}

fn check_one(file: &ScenarioFile, sets: &[String], data: &mut DataCache) -> Checked {
    let source = model::source_of_bytes(&file.name, file.bytes.clone())
        .map_err(|complaint| vec![*complaint])?;
    model::check_with(source, &file.stem, sets, data)
}

/// Prints complaints that the files alone do not give rise to, but what is asked of them; refused when there are any.
pub(crate) fn refuse<'a>(complaints: impl Iterator<Item = &'a Diagnostic>) -> Result<(), Failure> {
    let mut complaints: Vec<Diagnostic> = complaints.cloned().collect();
    arrange(&mut complaints);
    for of_file in complaints.chunk_by(|one, other| one.source.name == other.source.name) {
        print_diagnostics(&of_file[0].source.name, of_file);
    }
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(Failure::Refused)
    }
}

fn print_diagnostics(name: &str, diagnostics: &[Diagnostic]) {
    if diagnostics.is_empty() {
        return;
    }
    let coloured = terminal::colour(&std::io::stderr());
    let style = if coloured {
        Style::Coloured
    } else {
        Style::Plain
    };
    let complaints = render_all(diagnostics, style);
    // There is nobody left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{}", complaints.trim_end());
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count();
    if errors > 0 {
        let complaints = if errors == 1 {
            "1 complaint".to_owned()
        } else {
            format!("{errors} complaints")
        };
        terminal::error(&format!(
            "{name} is refused: {complaints}; `montecarbon explain CODE` says more"
        ));
    }
}

/// Files as they are, folders as the files of an extension in them (not below), sorted by name.
pub(super) fn expand(
    words: &[PathBuf],
    extension: &str,
    unreadable: &mut Vec<String>,
) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for word in words {
        if !word.is_dir() {
            paths.push(word.clone());
            continue;
        }
        match files_in(word, extension) {
            Ok(found) if found.is_empty() => {
                unreadable.push(format!("there is no *.{extension} in {}", word.display()))
            }
            Ok(found) => paths.extend(found),
            Err(error) => unreadable.push(format!("cannot read {}: {error}", word.display())),
        }
    }
    paths
}

fn files_in(folder: &Path, wanted: &str) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        // Hidden files are what editors leave beside the one being written.
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path
            .extension()
            .is_some_and(|extension| extension == wanted)
            && !hidden
            && path.is_file()
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn read_one(path: &Path, stdin: Option<&str>) -> std::io::Result<ScenarioFile> {
    if path == Path::new("-") {
        let mut bytes = stdin.unwrap_or_default().as_bytes().to_vec();
        if stdin.is_none() {
            std::io::stdin().lock().read_to_end(&mut bytes)?;
        }
        return Ok(ScenarioFile {
            name: STDIN.to_owned(),
            stem: STDIN.to_owned(),
            bytes,
        });
    }
    let stem = path
        .file_stem()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    Ok(ScenarioFile {
        name: path.display().to_string(),
        stem,
        bytes: std::fs::read(path)?,
    })
}

/// Results are named by the stem: two files may not share one.
fn refuse_equal_stems(files: &[ScenarioFile]) -> Result<(), Failure> {
    let mut seen = std::collections::HashMap::new();
    for file in files {
        if file.stem.chars().any(is_dangerous) {
            return Err(Failure::Usage(format!(
                "the name of {} has a character in it that a terminal would obey: rename it",
                visible(&file.name)
            )));
        }
        if let Some(earlier) = seen.insert(file.stem.as_str(), file) {
            return Err(Failure::Collision(format!(
                "{} and {} would both be scenario \"{}\" in the results: rename one, or run them apart",
                earlier.name, file.name, file.stem
            )));
        }
    }
    Ok(())
}
