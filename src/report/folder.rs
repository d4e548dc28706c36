//! The result folder: written whole or not at all.
//!
//! Results are built in a hidden folder beside the target, each file synced, and take the target's place by renaming
//! once everything is there. A run that is killed, or meets a full disk, leaves the target as it was. Only a folder
//! that is new, empty or an earlier result is ever replaced; anything else is refused before the run. What a killed run left
//! beside the target is cleared away by the next one.

mod claim;

use super::manifest;
use claim::Claim;
use sha2::{Digest, Sha256};
use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// What file managers leave behind: not worth refusing a folder for.
const IGNORED: &[&str] = &[".DS_Store", "Thumbs.db", "desktop.ini"];

/// A file of a result, or one that was read: its path and the SHA-256 of its bytes in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// Relative to the result folder (with `/`), or as given for a file that was read.
    pub path: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

/// Why a folder cannot hold the results.
#[derive(Debug)]
#[non_exhaustive]
pub enum FolderError {
    /// It is a file.
    NotAFolder(PathBuf),
    /// It holds something that is not a result of ours.
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The first thing found in it that we did not write.
        found: String,
    },
    /// The command runs inside it, so it cannot be exchanged.
    CurrentDirectory(PathBuf),
    /// The operating system refused.
    Io {
        /// The path it refused.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The results are complete but could not take the target's place; they stay where they were built.
    NotMoved {
        /// The target.
        target: PathBuf,
        /// Where the results are.
        built: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FolderError::NotAFolder(path) => write!(f, "{} is not a folder", path.display()),
            FolderError::Foreign { folder, found } => write!(
                f,
                "{} holds {found}, which is not part of an earlier result: name a new or empty folder, or move it away (results replace a folder whole)",
                folder.display()
            ),
            FolderError::CurrentDirectory(path) => {
                write!(
                    f,
                    "{} is the folder the command runs in and would be replaced: name a folder inside it",
                    path.display()
                )
            }
            FolderError::Io { path, error } => {
                write!(f, "cannot write {}: {error}", path.display())
            }
            FolderError::NotMoved {
                target,
                built,
                error,
            } => {
                write!(
                    f,
                    "the results are complete in {} but could not be moved to {}: {error}",
                    built.display(),
                    target.display()
                )
            }
        }
    }
}

impl std::error::Error for FolderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FolderError::Io { error, .. } | FolderError::NotMoved { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// A result being built. Dropped before [`ResultFolder::commit`], it leaves no trace.
#[derive(Debug)]
pub struct ResultFolder {
    target: PathBuf,
    building: PathBuf,
    /// Says that the folder above belongs to a living run, until this is dropped.
    _claim: Claim,
    /// Whether the target did not exist before and goes again if nothing is committed.
    created: bool,
    files: Vec<FileRecord>,
}

impl ResultFolder {
    /// Creates the target, proves that results can be written beside it, and refuses a folder that is not ours.
    pub fn create(target: &Path) -> Result<ResultFolder, FolderError> {
        let refused = |path: &Path| {
            let path = path.to_owned();
            move |error| FolderError::Io { path, error }
        };
        claim::clear_leftovers(&fs::canonicalize(target).unwrap_or_else(|_| target.to_owned()));
        let created = !target.exists();
        if created {
            fs::create_dir_all(target).map_err(refused(target))?;
        }
        let target = fs::canonicalize(target).map_err(refused(target))?;
        let undo = |error| {
            if created {
                // Only an empty folder can go this way.
                let _ = fs::remove_dir(&target);
            }
            error
        };
        check_replaceable(&target).map_err(undo)?;
        let (building, claim) = Claim::new_folder(&target)
            .map_err(refused(&target))
            .map_err(undo)?;
        let folder = ResultFolder {
            target,
            building,
            _claim: claim,
            created,
            files: Vec::new(),
        };
        let probe = folder.building.join("probe");
        fs::write(&probe, b"writable")
            .and_then(|()| fs::remove_file(&probe))
            .map_err(refused(&probe))?;
        Ok(folder)
    }

    /// Where the results are built: finished files can be read here.
    pub fn building(&self) -> &Path {
        &self.building
    }

    /// Takes over a file of the earlier result as it is.
    pub fn keep(&mut self, file: FileRecord) -> io::Result<()> {
        let (from, to) = (self.target.join(&file.path), self.building.join(&file.path));
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent)?;
        }
        // Trials take gigabytes; not every file system knows a second name for a file.
        if fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to)?;
        }
        self.files.push(file);
        Ok(())
    }

    /// The files finished so far, in order.
    pub fn files(&self) -> &[FileRecord] {
        &self.files
    }

    /// A new file of the result; `name` is relative, with `/`.
    pub fn file(&self, name: &str) -> io::Result<ResultFile> {
        let path = self.building.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let file = File::create_new(&path)?;
        Ok(ResultFile {
            name: name.to_owned(),
            file: BufWriter::with_capacity(1 << 16, file),
            hash: Sha256::new(),
            fresh: 0,
            to_disk: None,
        })
    }

    /// Takes the record of a finished file.
    pub fn record(&mut self, file: FileRecord) {
        self.files.push(file);
    }

    /// Puts the results in the place of the target.
    pub fn commit(mut self) -> Result<(), FolderError> {
        sync_folders(&self.building).map_err(|error| FolderError::Io {
            path: self.building.clone(),
            error,
        })?;
        let result = exchange(&self.building, &self.target);
        let building = std::mem::take(&mut self.building);
        match result {
            Ok(()) => {
                // What is left beside the target is the earlier result.
                let _ = fs::remove_dir_all(&building);
                if let Some(parent) = self.target.parent() {
                    let _ = sync_folder(parent);
                }
                Ok(())
            }
            Err(error) => Err(FolderError::NotMoved {
                target: self.target.clone(),
                built: building,
                error,
            }),
        }
    }
}

impl Drop for ResultFolder {
    fn drop(&mut self) {
        if self.building.as_os_str().is_empty() {
            return;
        }
        let _ = fs::remove_dir_all(&self.building);
        if self.created {
            let _ = fs::remove_dir(&self.target);
        }
    }
}

/// A file of a result being written; its bytes are hashed as they pass.
#[derive(Debug)]
pub struct ResultFile {
    name: String,
    file: BufWriter<File>,
    hash: Sha256,
    /// Bytes written since the disk was last asked to take them.
    fresh: usize,
    to_disk: Option<ToDisk>,
}

/// After so many bytes a large file goes to the disk while the rest is still being made: waiting for all of it at the end took
/// a third of the time of a run that writes a million trials.
const FRESH: usize = 1 << 24;

/// A thread that has nothing to do but wait for the disk.
#[derive(Debug)]
struct ToDisk {
    asked: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl ToDisk {
    fn of(file: &File) -> io::Result<Self> {
        let file = file.try_clone()?;
        let (asked, asks) = sync_channel(1);
        let thread = thread::Builder::new()
            .spawn(move || asks.iter().try_for_each(|()| file.sync_data()))?;
        Ok(ToDisk { asked, thread })
    }

    /// What the disk had to say.
    fn finish(self) -> io::Result<()> {
        drop(self.asked);
        self.thread.join().unwrap_or_else(|_| {
            Err(io::Error::other(
                "the thread that waits for the disk is gone",
            ))
        })
    }
}

impl ResultFile {
    /// Everything is written: waits until it is on the disk.
    pub fn finish(self) -> io::Result<FileRecord> {
        let on_disk = |file: BufWriter<File>, to_disk: Option<ToDisk>| {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            if let Some(to_disk) = to_disk {
                to_disk.finish()?;
            }
            file.sync_all()
        };
        on_disk(self.file, self.to_disk).map_err(|error| named(&self.name, &error))?;
        Ok(FileRecord {
            path: self.name,
            sha256: hexadecimal(&self.hash.finalize()),
        })
    }
}

/// The error with the file that it is of.
fn named(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name}: {error}"))
}

impl Write for ResultFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes);
        let written = written.map_err(|error| named(&self.name, &error))?;
        self.hash.update(&bytes[..written]);
        self.fresh += written;
        if self.fresh >= FRESH {
            self.fresh = 0;
            if self.to_disk.is_none() {
                self.to_disk = Some(ToDisk::of(self.file.get_ref())?);
            }
            // Where the disk is still busy with what came before, it will be asked again; an error is told at the end.
            let _ = self
                .to_disk
                .as_ref()
                .map(|to_disk| to_disk.asked.try_send(()));
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.file.flush();
        flushed.map_err(|error| named(&self.name, &error))
    }
}

/// The SHA-256 of some bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The SHA-256 of a file's bytes in hexadecimal.
///
/// # Errors
/// What reading it ends with.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    sha256_of_reader(File::open(path)?)
}

/// The SHA-256 of all that can be read, in hexadecimal.
pub(super) fn sha256_of_reader(mut file: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Refuses a target that is not empty and not wholly an earlier result.
fn check_replaceable(target: &Path) -> Result<(), FolderError> {
    let refused = |error| FolderError::Io {
        path: target.to_owned(),
        error,
    };
    if !target.is_dir() {
        return Err(FolderError::NotAFolder(target.to_owned()));
    }
    if std::env::current_dir()
        .and_then(fs::canonicalize)
        .is_ok_and(|current| current.starts_with(target))
    {
        return Err(FolderError::CurrentDirectory(target.to_owned()));
    }
    let ours = manifest::result_files(target);
    let mut found = Vec::new();
    list_files(target, "", &mut found).map_err(refused)?;
    found.sort();
    let foreign = found
        .into_iter()
        .find(|name| !ours.iter().any(|known| known == name));
    foreign.map_or(Ok(()), |found| {
        Err(FolderError::Foreign {
            folder: target.to_owned(),
            found,
        })
    })
}

/// Every file below `folder` by its relative path with `/`; a folder inside counts only by its files, unless empty.
fn list_files(folder: &Path, prefix: &str, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            let before = found.len();
            list_files(&entry.path(), &format!("{name}/"), found)?;
            if found.len() == before && prefix.is_empty() && name != "samples" {
                found.push(format!("{name}/"));
            }
        } else if !IGNORED.contains(&entry.file_name().to_string_lossy().as_ref()) {
            found.push(name);
        }
    }
    Ok(())
}

/// Swaps two folders: in one step where the system can, so that the target is there at every moment.
fn exchange(building: &Path, target: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, building, CWD, target, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
        // Some file systems know no exchange: two steps, as elsewhere.
    }
    let aside = claim::aside(building);
    fs::rename(target, &aside)?;
    match fs::rename(building, target) {
        Ok(()) => {
            let _ = fs::remove_dir_all(&aside);
            Ok(())
        }
        Err(error) => {
            fs::rename(&aside, target)?;
            Err(error)
        }
    }
}

/// Syncs a folder and every folder below it: the names of the files, not only their bytes.
fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    // A folder cannot be opened for syncing everywhere (Windows): there is nothing to do then.
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &mut ResultFolder, name: &str, text: &str) {
        let mut file = folder.file(name).expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        let record = file.finish().expect("finished");
        folder.record(record);
    }

    fn result(target: &Path, name: &str) {
        let mut folder = ResultFolder::create(target).expect("a folder");
        write(&mut folder, name, "new");
        let list: Vec<_> = folder
            .files()
            .iter()
            .map(|file| serde_json::json!({ "path": file.path, "sha256": file.sha256 }))
            .collect();
        let text = serde_json::json!({ "tool": "montecarbon", "results": list }).to_string();
        write(&mut folder, manifest::NAME, &text);
        folder.commit().expect("committed");
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names = Vec::new();
        list_files(folder, "", &mut names).expect("listed");
        names.sort();
        names
    }

    #[test]
    fn an_earlier_result_is_replaced_whole() {
        let place = tempfile::tempdir().expect("a place");
        let target = place.path().join("deep/out");
        result(&target, "samples/a.csv");
        result(&target, "summary.csv");
        assert_eq!(names(&target), ["manifest.json", "summary.csv"]);
        assert_eq!(
            names(target.parent().expect("a parent")),
            ["out/manifest.json", "out/summary.csv"],
            "nothing is left beside it"
        );
    }

    #[test]
    fn an_unfinished_result_leaves_the_old_one() {
        let place = tempfile::tempdir().expect("a place");
        let target = place.path().join("out");
        result(&target, "summary.csv");
        let mut folder = ResultFolder::create(&target).expect("a folder");
        write(&mut folder, "other.csv", "half");
        drop(folder);
        assert_eq!(
            names(place.path()),
            ["out/manifest.json", "out/summary.csv"]
        );
        let new = place.path().join("new");
        drop(ResultFolder::create(&new).expect("a folder"));
        assert!(
            !new.exists(),
            "a folder that was made for the run goes with it"
        );
    }

    #[test]
    fn a_folder_that_is_not_ours_is_refused() {
        let place = tempfile::tempdir().expect("a place");
        let target = place.path().join("out");
        result(&target, "summary.csv");
        fs::write(target.join("notes.txt"), "mine").expect("written");
        let error = ResultFolder::create(&target)
            .expect_err("refused")
            .to_string();
        assert!(error.contains("notes.txt"), "{error}");
        assert!(target.join("notes.txt").exists());
        let file = place.path().join("file");
        fs::write(&file, "").expect("written");
        assert!(matches!(
            ResultFolder::create(&file),
            Err(FolderError::NotAFolder(_))
        ));
    }
}
