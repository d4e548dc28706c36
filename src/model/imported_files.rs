//! The files of `[imports]`: each is read and checked once a call, and none imports itself.

use super::check::{Context, Purpose, check_as};
use super::codes::{IMPORT_CYCLE, IMPORT_UNREADABLE, IMPORTS_TOO_LARGE};
use super::{Model, source_of_bytes};
use crate::data::neighbour;
use crate::diagnostic::{Diagnostic, Source};
use crate::scenario::tree::Text;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files that import one another in a chain, at most.
const DEEPEST: usize = 50;

/// A file as others import it.
#[derive(Debug)]
pub(super) struct ImportedFile {
    source: Arc<Source>,
    pub(super) model: Model,
}

type Loaded = Result<Arc<ImportedFile>, Unloaded>;

/// Why a file cannot be imported.
#[derive(Debug, Clone)]
enum Unloaded {
    /// Why it cannot be read, and the name of a file beside it that may have been meant.
    Unreadable(String, Option<String>),
    /// Its complaints.
    Refused(Vec<Diagnostic>),
}

/// The files that were imported in a call, each checked once, and those being checked.
#[derive(Debug, Default)]
pub(super) struct ImportCache {
    files: HashMap<PathBuf, Loaded>,
    /// From the outermost file to the one being checked.
    open: Vec<PathBuf>,
}

impl ImportCache {
    /// Notes that a file is being checked.
    pub(super) fn enter(&mut self, path: &Path) {
        self.open.push(same_path(path));
    }

    /// Every file that was looked for, whether it was there or not.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.keys().map(PathBuf::as_path)
    }

    /// Notes that it has been.
    pub(super) fn leave(&mut self) {
        self.open.pop();
    }
}

/// One way of writing a path, whatever leads to the file.
fn same_path(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

impl Context<'_> {
    /// The file of a path; `None` when something was complained about.
    pub(super) fn load_import(&mut self, path: &Text) -> Option<Arc<ImportedFile>> {
        let place = self.folder.join(&path.value);
        let canonical = same_path(&place);
        if let Some(from) = self
            .data
            .imports
            .open
            .iter()
            .position(|open| *open == canonical)
        {
            let circle = self.data.imports.open[from..].iter().chain([&canonical]);
            let names: Vec<String> = circle
                .map(|path| {
                    path.file_name()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into_owned()
                })
                .collect();
            let complaint = self
                .texts
                .error(
                    &IMPORT_CYCLE,
                    path.place,
                    format!("files import each other: {}", names.join(" → ")),
                )
                .label("comes back here")
                .advise("move what both need to a file of its own, which both import");
            self.complaints.push(complaint);
            return None;
        }
        if self.data.imports.open.len() > DEEPEST {
            self.too_large(
                path,
                format!("more than {DEEPEST} files import one another in a chain"),
            );
            return None;
        }
        let loaded = match self.data.imports.files.get(&canonical) {
            Some(loaded) => loaded.clone(),
            None => {
                let loaded = self.check_import(&place);
                self.data.imports.files.insert(canonical, loaded.clone());
                loaded
            }
        };
        match loaded {
            Ok(file) => {
                self.complaints.extend(file.model.warnings.iter().cloned());
                for source in file.model.imports.iter().chain([&file.source]) {
                    if !self.imports.iter().any(|other| Arc::ptr_eq(other, source)) {
                        self.imports.push(Arc::clone(source));
                    }
                }
                for data in &file.model.data {
                    if !self.files.iter().any(|other| Arc::ptr_eq(other, data)) {
                        self.files.push(Arc::clone(data));
                    }
                }
                Some(file)
            }
            Err(Unloaded::Refused(complaints)) => {
                self.complaints.extend(complaints);
                None
            }
            Err(Unloaded::Unreadable(why, near)) => {
                self.complain_of_unreadable(&IMPORT_UNREADABLE, "imported", path, &why, near);
                None
            }
        }
    }

    /// Reads and checks the file at a path.
    fn check_import(&mut self, place: &Path) -> Loaded {
        let unreadable = |why: String| Unloaded::Unreadable(why, None);
        if self.data.files.is_closed() {
            return Err(unreadable("is not opened".to_owned()));
        }
        match std::fs::metadata(place) {
            // A device or a pipe may never end.
            Ok(found) if !found.is_file() => return Err(unreadable("is not a file".to_owned())),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let near = neighbour(place);
                return Err(Unloaded::Unreadable("does not exist".to_owned(), near));
            }
            Err(error) => return Err(unreadable(format!("cannot be read: {error}"))),
        }
        let bytes =
            std::fs::read(place).map_err(|error| unreadable(format!("cannot be read: {error}")))?;
        let source = source_of_bytes(&place.display().to_string(), bytes)
            .map_err(|complaint| Unloaded::Refused(vec![*complaint]))?;
        let stem = place.file_stem().unwrap_or_default().to_string_lossy();
        let model = check_as(Purpose::Import, Arc::clone(&source), &stem, &[], self.data)
            .map_err(Unloaded::Refused)?;
        Ok(Arc::new(ImportedFile { source, model }))
    }

    /// Complains of imports beyond all reason.
    pub(super) fn too_large(&mut self, path: &Text, message: String) {
        let complaint = self
            .texts
            .error(&IMPORTS_TOO_LARGE, path.place, message)
            .label("one too many")
            .advise("import the files that are needed directly, each once");
        self.complaints.push(complaint);
    }
}
