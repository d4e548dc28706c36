//! Which hidden folders beside a target belong to a run that is alive, and what becomes of those whose run was killed.
//!
//! A folder that is being built has a locked file beside it, `….lock`; the system drops the lock with the process, however that
//! ends. Who finds such a file unlocked clears it away with its folder.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What the names of folders that are being built have after the target's.
const BUILDING: &str = ".building-";
/// What is put after a folder's name for the earlier result, where two folders cannot be exchanged in one step.
const EARLIER: &str = "-earlier";
const LOCK: &str = ".lock";

/// A folder that this process builds; its mark goes when this is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    path: PathBuf,
    /// Locked. `None` where the file system has no locks: then nobody else clears the folder away either.
    _file: Option<File>,
}

impl Claim {
    /// Claims a new folder beside the target and creates it.
    pub(super) fn new_folder(target: &Path) -> io::Result<(PathBuf, Claim)> {
        let (parent, name) = place(target)?;
        for number in 0_u32.. {
            let folder = format!("{name}{BUILDING}{}-{number}", std::process::id());
            let folder = parent.join(folder);
            let path = with_ending(&folder, LOCK);
            // Another process with this number may be on another machine.
            let file = match File::create_new(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                other => other?,
            };
            let claim = match file.try_lock() {
                Ok(()) => Claim {
                    path,
                    _file: Some(file),
                },
                Err(fs::TryLockError::WouldBlock) => continue,
                Err(fs::TryLockError::Error(_)) => Claim { path, _file: None },
            };
            match fs::create_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                other => return other.map(|()| (folder, claim)),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Where the earlier result waits while the new one takes its place in two steps.
pub(super) fn aside(building: &Path) -> PathBuf {
    with_ending(building, EARLIER)
}

/// Clears away what killed runs left beside the target, and puts an earlier result back that one of them had just moved aside.
///
/// What cannot be cleared away is left: it is in nobody's way.
pub(super) fn clear_leftovers(target: &Path) {
    let Ok((parent, name)) = place(target) else {
        return;
    };
    let prefix = format!("{name}{BUILDING}");
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries {
        let file_name = entry.file_name();
        let file_name = file_name.to_string_lossy();
        let Some(folder) = file_name.strip_suffix(LOCK) else {
            continue;
        };
        if !folder.starts_with(&prefix) {
            continue;
        }
        // Where nobody holds it, it is held until all is cleared: who comes now finds it taken.
        let Ok(lock) = File::options().write(true).open(entry.path()) else {
            continue;
        };
        if lock.try_lock().is_err() {
            continue;
        }
        let folder = parent.join(folder);
        let earlier = aside(&folder);
        let is_missing = !target.exists() && earlier.exists();
        if is_missing && fs::rename(&earlier, target).is_err() {
            continue;
        }
        let _ = fs::remove_dir_all(&earlier);
        let _ = fs::remove_dir_all(&folder);
        let _ = fs::remove_file(entry.path());
    }
}

/// The folder around the target, and the start of the hidden names beside it.
fn place(target: &Path) -> io::Result<(&Path, String)> {
    let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
        return Err(io::Error::other("a folder beside it has no place"));
    };
    let parent = if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    };
    Ok((parent, format!(".{}", name.to_string_lossy())))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path: OsString = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let mut names: Vec<_> = entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// What a killed process leaves: the folder and its mark, unlocked.
    fn killed(target: &Path) -> PathBuf {
        let (folder, claim) = Claim::new_folder(target).expect("a folder");
        fs::write(folder.join("summary.csv"), "half").expect("written");
        let mark = claim.path.clone();
        drop(claim);
        fs::write(mark, "").expect("written");
        folder
    }

    #[test]
    fn what_a_killed_run_left_goes_and_what_a_live_one_builds_stays() {
        let place = tempfile::tempdir().expect("a place");
        let target = place.path().join("out");
        let other = place.path().join("out2");
        fs::create_dir(&target).expect("a folder");
        let dead = killed(&target);
        let of_another = killed(&other);
        let (alive, claim) = Claim::new_folder(&target).expect("a folder");
        clear_leftovers(&target);
        assert!(!dead.exists() && alive.exists() && of_another.exists());
        assert_eq!(names(place.path()).len(), 5, "{:?}", names(place.path()));
        drop(claim);
        clear_leftovers(&other);
        assert!(!of_another.exists());
    }

    #[test]
    fn an_earlier_result_that_was_moved_aside_comes_back() {
        let place = tempfile::tempdir().expect("a place");
        let target = place.path().join("out");
        let dead = killed(&target);
        fs::create_dir(aside(&dead)).expect("a folder");
        fs::write(aside(&dead).join("summary.csv"), "old").expect("written");
        clear_leftovers(&target);
        assert_eq!(names(place.path()), ["out"]);
        let text = fs::read_to_string(target.join("summary.csv")).expect("read");
        assert_eq!(text, "old");
        // Where the new result is in place, the earlier one goes.
        let dead = killed(&target);
        fs::create_dir(aside(&dead)).expect("a folder");
        clear_leftovers(&target);
        assert_eq!(names(place.path()), ["out"]);
    }
}
