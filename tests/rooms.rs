//! Keeps the walls of the house: which room may import which, which package may enter by which file, how long a file may be.
//!
//! The tables below are the rules; a change of design is a change here first.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A room (folder or file directly under `src`) and the rooms that it may import. The order is the flow's.
const ROOMS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("catalog", &[]),
    ("diagnostic", &[]),
    ("unit", &["diagnostic"]),
    ("distribution", &["diagnostic", "kernel"]),
    ("scenario", &["diagnostic", "unit"]),
    ("data", &["diagnostic", "scenario"]),
    (
        "model",
        &[
            "catalog",
            "data",
            "diagnostic",
            "distribution",
            "sampler",
            "scenario",
            "unit",
        ],
    ),
    (
        "program",
        &["distribution", "kernel", "model", "sampler", "unit"],
    ),
    ("sampler", &["distribution", "kernel"]),
    ("statistic", &["kernel"]),
    (
        "sensitivity",
        &["distribution", "kernel", "sampler", "statistic"],
    ),
    (
        "run",
        &[
            "distribution",
            "kernel",
            "model",
            "program",
            "sampler",
            "sensitivity",
            "statistic",
        ],
    ),
    ("report", &["diagnostic", "kernel", "run", "statistic"]),
    ("figure", &["kernel", "report", "statistic"]),
    ("page", &["figure", "report", "statistic"]),
    (
        "pipeline",
        &[
            "distribution",
            "kernel",
            "model",
            "program",
            "report",
            "run",
            "sampler",
            "sensitivity",
            "statistic",
        ],
    ),
    (
        "validation",
        &[
            "diagnostic",
            "distribution",
            "model",
            "pipeline",
            "report",
            "sampler",
            "statistic",
        ],
    ),
    (
        "commands",
        &[
            "catalog",
            "diagnostic",
            "distribution",
            "figure",
            "model",
            "page",
            "pipeline",
            "program",
            "report",
            "run",
            "sampler",
            "scenario",
            "sensitivity",
            "statistic",
            "unit",
            "validation",
        ],
    ),
    ("cli", &["commands", "report", "sampler", "sensitivity"]),
    ("main", &["cli"]),
    ("lib", &[]),
];

/// A package and the only places (folders or files under `src`) by which it may enter.
const DOORS: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["diagnostic"]),
    ("base64", &["report/samples/arrow.rs"]),
    ("clap", &["cli.rs", "cli"]),
    ("clap_complete", &["cli.rs", "cli"]),
    ("clap_mangen", &["cli"]),
    (
        "csv",
        &["catalog", "data", "figure/results.rs", "report/csv.rs"],
    ),
    ("ctrlc", &["commands/progress.rs"]),
    ("flatbuffers", &["report/samples/arrow.rs"]),
    ("flate2", &["report/part.rs"]),
    ("indicatif", &["commands/progress.rs"]),
    ("itoa", &["report/samples.rs"]),
    ("krilla", &["figure/render.rs"]),
    ("krilla_svg", &["figure/render.rs"]),
    ("libm", &["kernel"]),
    ("num_bigint", &["model", "program", "scenario", "unit"]),
    ("num_rational", &["model", "program", "scenario", "unit"]),
    ("num_traits", &["model", "program", "scenario", "unit"]),
    ("parquet", &["report/samples/columns.rs"]),
    ("postcard", &["pipeline/shard.rs"]),
    ("pulp", &["kernel"]),
    ("rand", &["sampler"]),
    ("rand_core", &["sampler"]),
    ("rand_distr", &["validation"]),
    ("rayon", &["run"]),
    ("resvg", &["figure/render.rs"]),
    ("rustix", &["report/folder.rs", "run/parallel.rs"]),
    (
        "serde",
        &[
            "pipeline/shard.rs",
            "report/json.rs",
            "report/manifest.rs",
            "run",
            "sensitivity",
            "statistic",
        ],
    ),
    (
        "serde_json",
        &[
            "commands",
            "diagnostic",
            "model",
            "report",
            "scenario",
            "validation",
        ],
    ),
    ("sha2", &["report/folder.rs", "sampler"]),
    ("strsim", &["diagnostic"]),
    ("tempfile", &["report/part.rs"]),
    ("terminal_size", &["commands/terminal.rs"]),
    ("toml", &["scenario"]),
    ("ttf_parser", &["figure/font.rs"]),
    (
        "unicode_width",
        &[
            "commands/explain.rs",
            "diagnostic",
            "report/grid.rs",
            "report/text/histogram.rs",
        ],
    ),
    ("zmij", &["report/number.rs"]),
];

/// Lines of a file; a longer one holds two things.
const LONGEST: usize = 700;

/// A source file: its path under `src` with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn room(&self) -> &str {
        self.path
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
    }

    /// The text that the compiler sees outside of tests: no comments, and nothing from `#[cfg(test)] mod tests` on.
    fn code(&self) -> String {
        let shipped = self
            .text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        shipped
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path
                    .strip_prefix(&root)
                    .expect("below src")
                    .to_string_lossy()
                    .replace('\\', "/");
                sources.push(Source {
                    path: relative,
                    text: fs::read_to_string(&path).expect("a text"),
                });
            }
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    sources
}

/// The rooms that some code names after `crate::` (or `montecarbon::` in the binary), groups in braces included.
fn imported_rooms(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for prefix in ["crate::", "montecarbon::"] {
        for (start, _) in code.match_indices(prefix) {
            if code[..start].chars().next_back().is_some_and(is_word) {
                continue;
            }
            let rest = &code[start + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(group) => rooms.extend(first_names(group)),
                None => rooms.extend([word(rest)]),
            }
        }
    }
    rooms.remove("");
    rooms
}

/// The first name of each path in a group `a::b, c::{d, e}}`.
fn first_names(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut path = String::new();
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(word(std::mem::take(&mut path).trim())),
            _ => {}
        }
        if depth == 0 && character != ',' {
            path.push(character);
        }
    }
    names.push(word(path.trim()));
    names
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn word(text: &str) -> String {
    text.chars()
        .take_while(|&character| is_word(character))
        .collect()
}

/// Whether some code names a package: `name::` at the start of a path, or `use name;`.
fn names_package(code: &str, package: &str) -> bool {
    code.match_indices(package).any(|(start, _)| {
        let before = code[..start].chars().next_back();
        let after = &code[start + package.len()..];
        // `self::csv::` and `crate::report::csv::` are ours; a leading `::csv::` is the package.
        let ours = code[..start].ends_with("::")
            && code[..start]
                .trim_end_matches(':')
                .chars()
                .next_back()
                .is_some_and(is_word);
        !before.is_some_and(is_word) && !ours && after.starts_with("::")
    })
}

fn complaints(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        let code = source.code();
        let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == source.room()) else {
            complaints.push(format!(
                "src/{}: the room `{}` is not in the table ROOMS",
                source.path,
                source.room()
            ));
            continue;
        };
        for imported in imported_rooms(&code) {
            let is_room = ROOMS.iter().any(|(room, _)| *room == imported);
            if is_room && imported != source.room() && !allowed.contains(&imported.as_str()) {
                complaints.push(format!(
                    "src/{}: `{}` may not import `{imported}`",
                    source.path,
                    source.room()
                ));
            }
        }
        for (package, doors) in DOORS {
            let enters_by_door = doors
                .iter()
                .any(|door| source.path == *door || source.path.starts_with(&format!("{door}/")));
            // `csv` is a file of ours too: within its room the bare name is that file.
            let shadowed =
                *package == "csv" && source.room() == "report" && !code.contains("::csv::Writer");
            if !enters_by_door && !shadowed && names_package(&code, package) {
                complaints.push(format!(
                    "src/{}: `{package}` enters only by {}",
                    source.path,
                    doors.join(", ")
                ));
            }
        }
        let lines = source.text.lines().count();
        if lines > LONGEST {
            complaints.push(format!(
                "src/{}: {lines} lines; a file of more than {LONGEST} holds two things",
                source.path
            ));
        }
    }
    complaints
}

#[test]
fn the_walls_hold() {
    let complaints = complaints(&sources());
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn imports_go_one_way() {
    // A room may import only rooms that cannot reach it again.
    fn reaches(from: &str, target: &str, seen: &mut BTreeSet<String>) -> bool {
        let allowed = ROOMS
            .iter()
            .find(|(room, _)| *room == from)
            .map_or(&[][..], |row| row.1);
        allowed.iter().any(|&next| {
            next == target || (seen.insert(next.to_owned()) && reaches(next, target, seen))
        })
    }
    for (room, _) in ROOMS {
        // The report holds plain data; the pipeline's sink of trials is the one thing it takes from further along.
        if matches!(*room, "report" | "pipeline") {
            continue;
        }
        assert!(
            !reaches(room, room, &mut BTreeSet::new()),
            "{room} reaches itself"
        );
    }
}

#[test]
fn every_dependency_has_a_door() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .expect("a manifest");
    let contributing =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md"))
            .expect("CONTRIBUTING");
    let mut section = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        }
        let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('[')) else {
            continue;
        };
        if !section.contains("dependencies") {
            continue;
        }
        assert!(
            contributing.contains(&format!("| `{name}` |")),
            "CONTRIBUTING.md gives no reason for the dependency {name}"
        );
        if !section.contains("dev-dependencies") {
            let package = name.replace('-', "_");
            assert!(
                DOORS.iter().any(|(door, _)| *door == package),
                "{name} is not in the table DOORS"
            );
        }
    }
}

/// The twin: each kind of violation, planted, is caught.
#[test]
fn planted_violations_are_caught() {
    let planted = |path: &str, text: &str| {
        complaints(&[Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }])
    };
    for (path, text) in [
        ("kernel/exp.rs", "use crate::report::number;\n"),
        ("kernel/exp.rs", "use crate::{\n    report::number,\n};\n"),
        ("statistic/mean.rs", "fn f() { crate::model::check() }\n"),
        ("statistic/mean.rs", "use rayon::prelude::*;\n"),
        (
            "model/mod.rs",
            "fn f() { let table = toml::de::DeTable::parse(text); }\n",
        ),
        ("commands/run.rs", "use clap::Parser;\n"),
        (
            "report/summary.rs",
            "fn f() { ::csv::Writer::from_writer(out); }\n",
        ),
        ("attic/mod.rs", ""),
        ("kernel/long.rs", &"\n".repeat(LONGEST + 1)),
    ] {
        assert_eq!(
            planted(path, text).len(),
            1,
            "{path}: {text:?} gave {:?}",
            planted(path, text)
        );
    }
    for (path, text) in [
        ("kernel/exp.rs", "use crate::kernel::ln;\n"),
        ("kernel/exp.rs", "// crate::report is not imported here\n"),
        (
            "model/mod.rs",
            "use crate::{diagnostic::{Code, Source}, unit::Unit};\n",
        ),
        ("report/samples.rs", "use super::csv::csv_writer;\n"),
        (
            "statistic/mean.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::sampler::Method;\n}\n",
        ),
    ] {
        assert!(
            planted(path, text).is_empty(),
            "{path}: {text:?} gave {:?}",
            planted(path, text)
        );
    }
}
