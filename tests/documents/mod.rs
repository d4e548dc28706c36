//! Pages of Markdown held against the program: every scenario that they show is checked, every command is run, and what they print
//! after it is what the program prints.
//!
//! A page is run in a folder of its own, from top to bottom, where `scenarios` is as in this repository:
//!
//! - a `console` block has commands after `$ `, each with what it prints: on standard output, or also on standard error, before or
//!   after it. A command that fails is followed by `$ echo $?`, so that no failure goes unseen;
//! - each line of an `sh` block is a command that must succeed; what it prints is not shown;
//! - a `toml` block is a scenario without complaint;
//! - `<!-- file: NAME -->` above a block saves it under that name, `<!-- refused file: NAME -->` likewise a scenario that is refused;
//! - `<!-- picture: PATH -->` above an image: it has the bytes of that file of the folder;
//! - between `<!-- made: NAME -->` and `<!-- end of NAME -->` stands what the test makes of the program's own tables.
//!
//! What differs is an error with the cure; with `BOOK_UPDATE=1` the page is written as it should be.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A page of the repository.
pub struct Page {
    /// Its path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether pages are written as they should be, instead of complained about.
pub fn updates() -> bool {
    std::env::var_os("BOOK_UPDATE").is_some_and(|value| value == "1")
}

/// Holds what is in a file against what should be; with `BOOK_UPDATE=1` it is written. What is wrong, if anything.
pub fn held_against(path: &Path, expected: &[u8]) -> Option<String> {
    differs(path, &fs::read(path).unwrap_or_default(), expected)
}

fn differs(path: &Path, found: &[u8], expected: &[u8]) -> Option<String> {
    if found == expected {
        return None;
    }
    if updates() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, expected).expect("written");
        return None;
    }
    let shown = path.strip_prefix(root()).unwrap_or(path).display();
    Some(format!(
        "{shown} is not what the program makes of it (BOOK_UPDATE=1 writes it)"
    ))
}

/// A fenced block: its language, the mark above it, and its first line and the one after its last, counted from 0.
struct Fence {
    language: String,
    mark: Option<String>,
    first: usize,
    end: usize,
}

/// A part of the page that will be other lines.
struct Change {
    first: usize,
    end: usize,
    lines: Vec<String>,
}

impl Page {
    /// Reads it.
    pub fn read(path: &str) -> Page {
        let text = fs::read_to_string(root().join(path));
        Page {
            path: path.to_owned(),
            text: text.unwrap_or_else(|error| panic!("{path}: {error}")),
        }
    }

    fn fences(&self) -> Vec<Fence> {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut fences: Vec<Fence> = Vec::new();
        let mut open = false;
        for (at, line) in lines.iter().enumerate() {
            let Some(language) = line.strip_prefix("```") else {
                continue;
            };
            if open {
                assert!(language.is_empty(), "{}:{}: a fence", self.path, at + 1);
                if let Some(fence) = fences.last_mut() {
                    fence.end = at;
                }
            } else {
                fences.push(Fence {
                    language: language.to_owned(),
                    mark: mark_above(&lines, at),
                    first: at + 1,
                    end: lines.len(),
                });
            }
            open = !open;
        }
        assert!(!open, "{}: a fence that does not end", self.path);
        fences
    }

    /// The lines outside of fences, with their numbers from 1.
    fn prose(&self) -> Vec<(usize, &str)> {
        let fences = self.fences();
        let inside = |at: usize| {
            fences
                .iter()
                .any(|fence| at + 1 >= fence.first && at <= fence.end)
        };
        let lines = self.text.lines().enumerate();
        lines
            .filter(|(at, _)| !inside(*at))
            .map(|(at, line)| (at + 1, line))
            .collect()
    }

    /// Runs the page from top to bottom. `not_run` are lines of `sh` blocks that something else runs; `made` makes a part by its name.
    /// What is wrong with it.
    pub fn wrong(&self, not_run: &[&str], made: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let desk = Desk::new();
        let lines: Vec<&str> = self.text.lines().collect();
        let mut wrong = Vec::new();
        let mut changes = self.made_parts(&lines, made, &mut wrong);
        let made_until = |at: usize| {
            changes
                .iter()
                .any(|part| (part.first..part.end).contains(&at))
        };
        let fences = self.fences();
        let fences: Vec<Fence> = fences
            .into_iter()
            .filter(|fence| !made_until(fence.first))
            .collect();
        let mut pictures = self.pictures(&lines).into_iter().peekable();
        for fence in fences {
            while let Some(picture) = pictures.next_if(|picture| picture.line < fence.first) {
                wrong.extend(picture.wrong(self, &desk));
            }
            let body = &lines[fence.first..fence.end];
            let mut say = |words: String| {
                wrong.push(format!("{}:{}: {words}", self.path, fence.first));
            };
            let (name, refused) = match fence.mark.as_deref().map(|mark| mark.split_once(": ")) {
                Some(Some(("file", name))) => (Some(name), false),
                Some(Some(("refused file", name))) => (Some(name), true),
                _ => (None, false),
            };
            let text = body.join("\n") + "\n";
            if let Some(name) = name {
                desk.save(name, &text);
            }
            match fence.language.as_str() {
                "toml" => {
                    let file = name.unwrap_or("-");
                    let checked = desk.run(&format!("montecarbon check '{file}'"), &text, 0);
                    if refused == (checked.code == 0) || (!refused && !checked.errors.is_empty()) {
                        say(format!("the scenario\n{}", checked.errors));
                    }
                }
                "console" => {
                    let shown = desk.console(body, &mut say);
                    changes.push(Change {
                        first: fence.first,
                        end: fence.end,
                        lines: shown,
                    });
                }
                "sh" => {
                    for command in body.iter().filter(|line| !line.trim().is_empty()) {
                        if not_run.contains(command) {
                            continue;
                        }
                        if !command.starts_with("montecarbon ") {
                            say(format!("nothing runs `{command}`"));
                            continue;
                        }
                        let ran = desk.run(command, "", 0);
                        if ran.code != 0 {
                            say(format!("`{command}` fails\n{}", ran.errors));
                        }
                    }
                }
                _ => {}
            }
        }
        wrong.extend(pictures.filter_map(|picture| picture.wrong(self, &desk)));
        let expected = with_changes(&lines, changes);
        let path = root().join(&self.path);
        if let Some(words) = differs(&path, self.text.as_bytes(), expected.as_bytes()) {
            let differing = self.text.lines().zip(expected.lines());
            let place = differing
                .take_while(|(found, right)| found == right)
                .count();
            let right = expected.lines().nth(place).unwrap_or("the end");
            wrong.push(format!(
                "{words}: line {} should be\n    {right}",
                place + 1
            ));
        }
        wrong
    }

    /// The parts that are made of tables.
    fn made_parts(
        &self,
        lines: &[&str],
        made: impl Fn(&str) -> Option<String>,
        wrong: &mut Vec<String>,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let Some(name) = marked(line, "made: ") else {
                continue;
            };
            let end = format!("<!-- end of {name} -->");
            let end = lines.iter().position(|line| *line == end);
            match (end, made(name)) {
                (Some(end), Some(text)) => changes.push(Change {
                    first: at + 1,
                    end,
                    lines: format!("\n{}\n", text.trim_end())
                        .split('\n')
                        .map(str::to_owned)
                        .collect(),
                }),
                _ => wrong.push(format!(
                    "{}:{}: {name} has no end, or is not known",
                    self.path,
                    at + 1
                )),
            }
        }
        changes
    }

    fn pictures(&self, lines: &[&str]) -> Vec<Picture> {
        let marks = lines.iter().enumerate();
        let pictures = marks.filter_map(|(line, mark)| {
            let file = marked(mark, "picture: ")?;
            let image = lines
                .get(line + 1)
                .and_then(|image| targets(image).into_iter().next());
            Some(Picture {
                line,
                file: file.to_owned(),
                image: image.unwrap_or_default(),
            })
        });
        pictures.collect()
    }

    /// Where its links and images lead, with the numbers of their lines.
    pub fn links(&self) -> Vec<(usize, String)> {
        let lines = self.prose().into_iter();
        lines
            .flat_map(|(number, line)| {
                targets(line)
                    .into_iter()
                    .map(move |target| (number, target))
            })
            .collect()
    }

    /// Whether a link can name that place in it: one of its headings, as mdBook and GitHub make it.
    fn has_anchor(&self, anchor: &str) -> bool {
        self.prose().iter().any(|(_, line)| {
            let heading = line.trim_start_matches('#');
            let letters = heading.trim().to_lowercase();
            let letters = letters.chars().filter_map(|letter| match letter {
                ' ' => Some('-'),
                '-' | '_' => Some(letter),
                _ => letter.is_alphanumeric().then_some(letter),
            });
            heading.len() < line.len() && heading.starts_with(' ') && letters.eq(anchor.chars())
        })
    }

    /// Links and images that lead nowhere; `inside` is the folder that they may not leave.
    pub fn broken_links(&self, inside: &str) -> Vec<String> {
        let folder = Path::new(&self.path).parent().unwrap_or(Path::new(""));
        let mut broken = Vec::new();
        for (number, target) in self.links() {
            if target.contains("://") {
                continue;
            }
            let (file, anchor) = match target.split_once('#') {
                Some((file, anchor)) => (file, Some(anchor)),
                None => (target.as_str(), None),
            };
            let path = resolved(&folder.join(file));
            let known = if file.is_empty() {
                anchor.is_some_and(|anchor| self.has_anchor(anchor))
            } else {
                let leads = path.starts_with(inside) && root().join(&path).exists();
                leads
                    && anchor
                        .is_none_or(|anchor| Page::read(&path.to_string_lossy()).has_anchor(anchor))
            };
            if !known {
                broken.push(format!("{}:{number}: {target} leads nowhere", self.path));
            }
        }
        broken
    }
}

/// An image that is a file which the page's commands made.
struct Picture {
    line: usize,
    file: String,
    image: String,
}

impl Picture {
    fn wrong(&self, page: &Page, desk: &Desk) -> Option<String> {
        let place = format!("{}:{}", page.path, self.line + 1);
        let Ok(bytes) = fs::read(desk.folder.path().join(&self.file)) else {
            return Some(format!("{place}: no command above made {}", self.file));
        };
        let folder = root().join(&page.path);
        let image = folder.parent().expect("a folder").join(&self.image);
        held_against(&image, &bytes).map(|words| format!("{place}: {words}"))
    }
}

/// The folder in which a page is run.
struct Desk {
    folder: tempfile::TempDir,
}

/// What became of a command.
struct Ran {
    code: i32,
    output: String,
    errors: String,
}

impl Desk {
    fn new() -> Desk {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&root().join("scenarios"), &folder.path().join("scenarios"));
        Desk { folder }
    }

    fn save(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// Runs a command in a shell; `code` is what the one before ended with.
    fn run(&self, command: &str, input: &str, code: i32) -> Ran {
        let program = Path::new(env!("CARGO_BIN_EXE_montecarbon"));
        let beside = program.parent().expect("a folder").to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(beside).chain(std::env::split_paths(&path));
        let given = self.folder.path().join(".input");
        fs::write(&given, input).expect("written");
        let output = Command::new("sh")
            .args(["-c", &format!("(exit {code}); {command}")])
            .current_dir(self.folder.path())
            .env("PATH", std::env::join_paths(path).expect("a path"))
            .env("LC_ALL", "C")
            .env_remove("COLUMNS")
            .stdin(fs::File::open(given).expect("opened"))
            .output()
            .expect("a shell");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran {
            code: output.status.code().unwrap_or(-1),
            output: text(&output.stdout),
            errors: text(&output.stderr),
        }
    }

    /// The lines of a `console` block as they should be.
    fn console(&self, lines: &[&str], say: &mut impl FnMut(String)) -> Vec<String> {
        let mut shown = Vec::new();
        let mut code = 0;
        let mut at = 0;
        if !lines.first().is_some_and(|line| line.starts_with("$ ")) {
            say("a console block begins with a command".to_owned());
        }
        while at < lines.len() {
            let Some(command) = lines[at].strip_prefix("$ ") else {
                at += 1;
                continue;
            };
            let rest = &lines[at + 1..];
            let length = rest
                .iter()
                .take_while(|line| !line.starts_with("$ "))
                .count();
            let (printed, rest) = rest.split_at(length);
            let ran = self.run(command, "", code);
            code = ran.code;
            let asked = rest.first().is_some_and(|line| *line == "$ echo $?");
            if code != 0 && !asked {
                say(format!("`{command}` fails with {code}\n{}", ran.errors));
            }
            let printed: String = printed.iter().map(|line| format!("{line}\n")).collect();
            // What goes to standard error is shown where the page says so, and where there is nothing else.
            let both = [
                format!("{}{}", ran.errors, ran.output),
                format!("{}{}", ran.output, ran.errors),
            ];
            let blank_between = |text: &str| text.trim_matches('\n') == printed.trim_matches('\n');
            let right = if let Some(both) = both.iter().find(|text| blank_between(text)) {
                both.clone()
            } else if ran.output.is_empty() {
                ran.errors
            } else {
                ran.output
            };
            shown.push(lines[at].to_owned());
            shown.extend(right.trim_end_matches('\n').lines().map(str::to_owned));
            if !rest.is_empty() && printed.ends_with("\n\n") {
                shown.push(String::new());
            }
            at += 1 + length;
        }
        shown
    }
}

/// What an HTML comment of its own line says after a word.
fn marked<'line>(line: &'line str, word: &str) -> Option<&'line str> {
    line.strip_prefix("<!-- ")?
        .strip_suffix(" -->")?
        .strip_prefix(word)
}

/// The comment above a line, blank lines aside.
fn mark_above(lines: &[&str], at: usize) -> Option<String> {
    let above = lines[..at].iter().rev().find(|line| !line.is_empty())?;
    marked(above, "").map(str::to_owned)
}

/// What is in the parentheses of `[…](…)`, outside of code.
fn targets(line: &str) -> Vec<String> {
    let outside: String = line.split('`').step_by(2).collect::<Vec<_>>().join("code");
    let mut targets = Vec::new();
    for (at, _) in outside.match_indices("](") {
        let rest = &outside[at + 2..];
        targets.extend(rest.split_once(')').map(|(target, _)| target.to_owned()));
    }
    targets
}

/// The path without `.` and `..`.
fn resolved(path: &Path) -> PathBuf {
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                if !resolved.pop() {
                    return PathBuf::from("outside");
                }
            }
            std::path::Component::CurDir => {}
            other => resolved.push(other),
        }
    }
    resolved
}

/// The page with its changes.
fn with_changes(lines: &[&str], mut changes: Vec<Change>) -> String {
    changes.sort_by_key(|change| change.first);
    let mut text = String::new();
    let mut at = 0;
    let mut add = |line: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    };
    for change in changes {
        lines[at..change.first].iter().for_each(|line| add(line));
        change.lines.iter().for_each(|line| add(line));
        at = change.end;
    }
    lines[at..].iter().for_each(|line| add(line));
    text
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry").path();
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("copied");
        }
    }
}
