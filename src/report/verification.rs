//! A result folder held against the one that the same command makes again: every byte of every file.

use super::folder::{FileRecord, sha256_of};
use super::json::write_document;
use super::manifest::Recorded;
use super::text::plain;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// Characters of a line that are shown.
const SHOWN: usize = 80;

/// What became of one file of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Its path in the folder, with `/`.
    pub path: String,
    /// How it differs; `None`: every byte is the same.
    pub difference: Option<String>,
}

/// Holds every file of the result in `old` against the one of its name in `new`; of the manifests all but where, when and on how
/// many threads they were made.
///
/// # Errors
/// What reading a file ends with.
pub fn verdicts(
    (old, recorded): (&Path, &Recorded),
    (new, again): (&Path, &Recorded),
) -> io::Result<Vec<Verdict>> {
    let mut verdicts = Vec::new();
    for file in &recorded.results {
        let other = again.results.iter().find(|other| other.path == file.path);
        verdicts.push(Verdict {
            path: file.path.clone(),
            difference: difference(old, file, new, other)?,
        });
    }
    for file in &again.results {
        if recorded.results.iter().all(|other| other.path != file.path) {
            verdicts.push(Verdict {
                path: file.path.clone(),
                difference: Some("is made now and was not made then".to_owned()),
            });
        }
    }
    verdicts.push(Verdict {
        path: super::manifest::NAME.to_owned(),
        difference: recorded.difference(again),
    });
    Ok(verdicts)
}

fn difference(
    old: &Path,
    file: &FileRecord,
    new: &Path,
    other: Option<&FileRecord>,
) -> io::Result<Option<String>> {
    let path = old.join(&file.path);
    if !path.is_file() {
        return Ok(Some("is missing".to_owned()));
    }
    let found = sha256_of(&path)?;
    let altered = if found == file.sha256 {
        ""
    } else {
        "was altered after it was written; it "
    };
    let Some(other) = other else {
        return Ok(Some(format!("{altered}is not made any more")));
    };
    if found == other.sha256 {
        // Also where only the record of it was altered: that is the manifest's difference.
        return Ok(None);
    }
    let mut lines = [path, new.join(&other.path)].map(|path| File::open(path).map(BufReader::new));
    let [Ok(ours), Ok(theirs)] = &mut lines else {
        return Ok(Some(format!("{altered}cannot be read")));
    };
    let mut number = 0_u64;
    loop {
        number += 1;
        let (mut one, mut two) = (Vec::new(), Vec::new());
        ours.read_until(b'\n', &mut one)?;
        theirs.read_until(b'\n', &mut two)?;
        if one != two || one.is_empty() {
            return Ok(Some(format!(
                "{altered}differs first at line {number}: {}, now {}",
                shown(&one),
                shown(&two)
            )));
        }
    }
}

/// A line as far as it is shown.
fn shown(line: &[u8]) -> String {
    if line.is_empty() {
        return "nothing".to_owned();
    }
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\n', '\r']);
    let mut cut: String = text.chars().take(SHOWN).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    format!("`{}`", plain(&cut))
}

/// Writes verdicts for people, one a line.
///
/// # Errors
/// What `out` says.
pub fn write_text(verdicts: &[Verdict], out: &mut dyn Write) -> io::Result<()> {
    let width = verdicts.iter().map(|verdict| verdict.path.len()).max();
    let width = width.unwrap_or_default();
    for verdict in verdicts {
        let said = verdict.difference.as_deref().unwrap_or("same");
        writeln!(out, "{:width$}  {said}", plain(&verdict.path))?;
    }
    Ok(())
}

/// Writes verdicts as one JSON object.
///
/// # Errors
/// What `out` says.
pub fn write_json(
    verdicts: &[Verdict],
    recorded: &Recorded,
    out: &mut dyn Write,
) -> io::Result<()> {
    let files: Vec<Value> = verdicts
        .iter()
        .map(|verdict| {
            json!({
                "path": verdict.path,
                "same": verdict.difference.is_none(),
                "difference": verdict.difference,
            })
        })
        .collect();
    let same = verdicts.iter().all(|verdict| verdict.difference.is_none());
    let document = json!({
        "same": same,
        "made_by_version": recorded.version,
        "verified_by_version": env!("CARGO_PKG_VERSION"),
        "files": files,
    });
    write_document(&document, out)
}
