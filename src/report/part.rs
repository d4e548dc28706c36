//! A part: what one shard of a batch found, as it lies in a file, and all parts of a batch together.
//!
//! A line of JSON says what was run. After it come the pieces, each a line of JSON and so many bytes, compressed; a last line has the
//! SHA-256 of all that stands before it: a part that was cut off, or of which a bit has changed, is no part.

use super::folder::{FileRecord, sha256_of_reader};
use super::manifest::TOOL;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The ending of the file's name.
pub const EXTENSION: &str = "part";

/// A line is not looked for beyond so many bytes: any file may be taken for a part.
const MOST_BYTES_OF_A_LINE: u64 = 1 << 28;

/// Missing shards that are named, before the rest is counted.
const MOST_NAMED: usize = 20;

/// What a shard found of a variant in one pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The variant's place among all that are run.
    pub variant: u32,
    /// The name of the pass.
    pub pass: String,
    /// The replicates that the shard passed over.
    pub replicates: Range<u32>,
    /// What was found, compressed.
    packed: Vec<u8>,
}

impl Piece {
    /// What was found, compressed here: by the thread that found it.
    ///
    /// # Errors
    /// None that is known: it is written to memory.
    pub fn new(variant: u32, pass: &str, replicates: Range<u32>, found: &[u8]) -> io::Result<Self> {
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(found)?;
        Ok(Piece {
            variant,
            pass: pass.to_owned(),
            replicates,
            packed: packed.finish()?,
        })
    }
}

/// What was run: the same in every part of a batch, but for the shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The version of the program.
    pub version: String,
    /// The command of the whole batch, word by word, without a folder for its results.
    pub command: Vec<String>,
    /// Every file that was read.
    pub read: Vec<FileRecord>,
    /// The text of the scenario that came by standard input.
    pub stdin: Option<String>,
    /// The number of the shard, from 1.
    pub number: u32,
    /// How many shards there are.
    pub of: u32,
}

impl Head {
    fn line(&self) -> Value {
        let read = self.read.iter();
        json!({
            "tool": TOOL,
            "part": [self.number, self.of],
            "version": self.version,
            "command": self.command,
            "read": read.map(|file| [&file.path, &file.sha256]).collect::<Vec<_>>(),
            "stdin": self.stdin,
        })
    }

    fn of_line(line: &Value) -> Option<Head> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let count = |value: &Value| value.as_u64().and_then(|count| u32::try_from(count).ok());
        let record = |file: &Value| {
            Some(FileRecord {
                path: text(&file[0])?,
                sha256: text(&file[1])?,
            })
        };
        let [number, of] = [0, 1].map(|at| count(&line["part"][at]));
        let (number, of) = (number?, of?);
        (line["tool"] == TOOL && (1..=of).contains(&number)).then_some(())?;
        Some(Head {
            version: text(&line["version"])?,
            command: line["command"]
                .as_array()?
                .iter()
                .map(text)
                .collect::<Option<_>>()?,
            read: line["read"]
                .as_array()?
                .iter()
                .map(record)
                .collect::<Option<_>>()?,
            stdin: text(&line["stdin"]),
            number,
            of,
        })
    }

    /// Whether this is another shard, or the same one, of the same batch.
    fn is_of_batch(&self, other: &Head) -> bool {
        let number = self.number;
        *self
            == Head {
                number,
                ..other.clone()
            }
    }
}

/// A part being written, under another name until it is whole.
pub struct PartWriter {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl PartWriter {
    /// Begins the part at `path`, in a folder that is created where it is not there.
    ///
    /// # Errors
    /// Those of the file system; a file of another kind that stands there is not replaced.
    pub fn create(path: &Path, head: &Head) -> io::Result<PartWriter> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        if path.exists() && !is_part(path)? {
            return Err(io::Error::other(
                "there is another file, which is no part: move it away, or name another folder",
            ));
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".montecarbon-");
        // As any other new file: who may read it is the system's default.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let mut part = PartWriter {
            file: BufWriter::new(builder.tempfile_in(folder)?),
            path: path.to_owned(),
        };
        part.line(&head.line())?;
        Ok(part)
    }

    fn line(&mut self, line: &Value) -> io::Result<()> {
        writeln!(self.file, "{line}")
    }

    /// Appends a piece.
    ///
    /// # Errors
    /// What writing ends with.
    pub fn add(&mut self, piece: &Piece) -> io::Result<()> {
        let Range { start, end } = piece.replicates;
        self.line(&json!({
            "variant": piece.variant,
            "pass": piece.pass,
            "replicates": [start, end],
            "bytes": piece.packed.len(),
        }))?;
        self.file.write_all(&piece.packed)
    }

    /// Puts the part in its place, and says how many bytes it has.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn finish(self) -> io::Result<u64> {
        let file = self.file.into_inner();
        let mut file = file.map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        let sha256 = sha256_of_reader(&mut file)?;
        writeln!(file, "{}", json!({ "sha256": sha256 }))?;
        let size = file.stream_position()?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(size)
    }
}

/// Where a piece lies.
#[derive(Debug)]
struct Place {
    replicates: Range<u32>,
    file: usize,
    offset: u64,
    bytes: u64,
}

/// Every part of a batch.
#[derive(Debug)]
pub struct Parts {
    /// What was run; its shard is one of them.
    pub head: Head,
    paths: Vec<PathBuf>,
    /// By variant and pass, in the order of the replicates.
    pieces: BTreeMap<(u32, String), Vec<Place>>,
}

impl Parts {
    /// Opens the parts of a batch, one file each.
    ///
    /// # Errors
    /// A sentence for each file that is no part, is of another batch, or is there twice, and for the shards that are missing.
    pub fn open(paths: &[PathBuf]) -> Result<Parts, Vec<String>> {
        let mut complaints = Vec::new();
        let mut parts: Option<Parts> = None;
        let mut found: BTreeMap<u32, &Path> = BTreeMap::new();
        for (at, path) in paths.iter().enumerate() {
            if paths[..at].contains(path) {
                continue;
            }
            let (head, pieces) = match read_part(path) {
                Ok(part) => part,
                Err(why) => {
                    complaints.push(format!("{}: {why}", path.display()));
                    continue;
                }
            };
            let parts = parts.get_or_insert_with(|| Parts {
                head: head.clone(),
                paths: Vec::new(),
                pieces: BTreeMap::new(),
            });
            if !head.is_of_batch(&parts.head) {
                let first = parts.paths.first().map_or(path, |first| first);
                complaints.push(other_batch(path, &head, first, &parts.head));
                continue;
            }
            if let Some(earlier) = found.insert(head.number, path) {
                let (number, of) = (head.number, head.of);
                let (path, earlier) = (path.display(), earlier.display());
                complaints.push(format!(
                    "{path} and {earlier} are both shard {number} of {of}: name one of them"
                ));
                continue;
            }
            for (name, mut place) in pieces {
                place.file = parts.paths.len();
                parts.pieces.entry(name).or_default().push(place);
            }
            parts.paths.push(path.clone());
        }
        if let (Some(parts), true) = (&parts, complaints.is_empty()) {
            let of = parts.head.of;
            let missing = (1..=of).filter(|number| !found.contains_key(number));
            let missing: Vec<String> = missing.map(|number| format!("{number}/{of}")).collect();
            if !missing.is_empty() {
                let named = missing.len().min(MOST_NAMED);
                let more = missing.len() - named;
                let more = if more > 0 {
                    format!(" and {more} more")
                } else {
                    String::new()
                };
                complaints.push(format!(
                    "parts are missing: run the same with --shard {}{more}",
                    missing[..named].join(", ")
                ));
            }
        }
        match parts {
            Some(mut parts) if complaints.is_empty() => {
                for places in parts.pieces.values_mut() {
                    places.sort_by_key(|place| place.replicates.start);
                }
                Ok(parts)
            }
            _ => Err(complaints),
        }
    }

    /// Hands what the shards found of a variant in a pass to `take`, in the order of the replicates: of all of them.
    ///
    /// # Errors
    /// Where a piece cannot be read or is not there, and those of `take`.
    pub fn each_piece(
        &self,
        variant: u32,
        pass: &str,
        replicates: u32,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let places = self.pieces.get(&(variant, pass.to_owned()));
        let mut next = 0;
        for place in places.into_iter().flatten() {
            if place.replicates.start != next {
                break;
            }
            next = place.replicates.end;
            take(&self.found(place)?)?;
        }
        if next == replicates {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "no part holds replicate {} of {replicates} of the {pass} of variant {}: run all shards again, with this very program",
            next + 1,
            variant + 1
        )))
    }

    fn found(&self, place: &Place) -> io::Result<Vec<u8>> {
        let path = &self.paths[place.file];
        let read = || {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(place.offset))?;
            let mut found = Vec::new();
            DeflateDecoder::new(file.take(place.bytes)).read_to_end(&mut found)?;
            Ok(found)
        };
        read().map_err(|error: io::Error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })
    }
}

/// Why a part does not belong to the others.
fn other_batch(path: &Path, head: &Head, first: &Path, other: &Head) -> String {
    let what = if head.version != other.version {
        format!(
            "was made by version {}, the other one by {}",
            head.version, other.version
        )
    } else if head.of != other.of {
        format!(
            "is one of {} shards, the other one of {}",
            head.of, other.of
        )
    } else if head.command != other.command {
        format!(
            "is of `{}`, the other one of `{}`",
            head.command.join(" "),
            other.command.join(" ")
        )
    } else {
        let files = head.read.iter().zip(&other.read);
        let file = files
            .filter(|(one, other)| one != other)
            .map(|(one, _)| &one.path);
        let file = file.map(String::as_str).next().unwrap_or("its files");
        format!("read {file} when it was another one; run its shard again")
    };
    format!(
        "{} and {} are not of one batch: the first {what}",
        path.display(),
        first.display()
    )
}

type ReadPart = (Head, Vec<((u32, String), Place)>);

/// A part but for what its pieces hold, or why it is none.
fn read_part(path: &Path) -> Result<ReadPart, String> {
    const CUT_OFF: &str = "is damaged or cut off: run its shard again";
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut file = BufReader::new(file);
    let Some(head) = read_head(&mut file) else {
        return Err(if is_part(path).unwrap_or(false) {
            CUT_OFF.to_owned()
        } else {
            format!("is no part: it is not one of the files that `{TOOL} run --shard` writes")
        });
    };
    let mut pieces = Vec::new();
    let read = read_pieces(&mut file, &mut pieces);
    read.ok().flatten().ok_or(CUT_OFF)?;
    Ok((head, pieces))
}

/// Whether a file is a part, or what is left of one.
fn is_part(path: &Path) -> io::Result<bool> {
    let begin = format!("{{\"tool\":\"{TOOL}\",\"part\"");
    let mut found = Vec::new();
    let file = File::open(path)?;
    file.take(begin.len() as u64).read_to_end(&mut found)?;
    Ok(begin.as_bytes().starts_with(&found))
}

fn read_line(file: &mut BufReader<File>) -> Option<Value> {
    let mut line = Vec::new();
    let mut most = Read::take(file.by_ref(), MOST_BYTES_OF_A_LINE);
    most.read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&line).ok()
}

fn read_head(file: &mut BufReader<File>) -> Option<Head> {
    read_line(file).as_ref().and_then(Head::of_line)
}

/// Where the pieces lie; `None` where something is not as it was written.
fn read_pieces(
    file: &mut BufReader<File>,
    pieces: &mut Vec<((u32, String), Place)>,
) -> io::Result<Option<()>> {
    let end = file.get_ref().metadata()?.len();
    loop {
        let before = file.stream_position()?;
        let Some(line) = read_line(file) else {
            return Ok(None);
        };
        let offset = file.stream_position()?;
        if let Some(written) = line["sha256"].as_str() {
            file.rewind()?;
            let found = sha256_of_reader(Read::take(file, before))?;
            return Ok((found == written && offset == end).then_some(()));
        }
        let count = |value: &Value| value.as_u64().and_then(|count| u32::try_from(count).ok());
        let (Some(variant), Some(pass), Some(from), Some(to), Some(bytes)) = (
            count(&line["variant"]),
            line["pass"].as_str(),
            count(&line["replicates"][0]),
            count(&line["replicates"][1]),
            line["bytes"].as_u64(),
        ) else {
            return Ok(None);
        };
        if bytes > end - offset {
            return Ok(None);
        }
        file.seek_relative(bytes as i64)?;
        pieces.push((
            (variant, pass.to_owned()),
            Place {
                replicates: from..to,
                file: 0,
                offset,
                bytes,
            },
        ));
    }
}
