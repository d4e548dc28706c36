//! One place for what every test of the command line needs: a folder of its own, an environment without surprises, and
//! filters for what differs from machine to machine.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A command line in a folder of its own.
pub struct CliTest {
    place: tempfile::TempDir,
}

/// A file that is right, small and uncertain.
pub const SMALL: &str = r#"
title = "A small service"

[inputs]
power = { distribution = "uniform", min = 250, max = 400, unit = "W", source = "a guess of ours", evidence = "assumption" }
grid  = { value = 240, unit = "gCO2e/kWh" }

[formulas]
emissions = "power * grid"

[outputs]
emissions = { unit = "kgCO2e/day", description = "operational", thresholds = { "two kilograms" = 2, "a tonne" = 1000 } }

[variants.hydropower]
description = "=much water"
inputs      = { grid = { value = 30, unit = "gCO2e/kWh" } }
"#;

/// A file with two complaints.
pub const BAD: &str = r#"
[inputs]
power = { distribution = "unifrom", min = 250, max = 400, unit = "W" }
grid  = { value = 240, unit = "gCO2e/kW" }

[formulas]
emissions = "power * gird"

[outputs]
emissions = "kgCO2e/day"
"#;

impl CliTest {
    /// An empty folder.
    pub fn new() -> CliTest {
        CliTest {
            place: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A folder with `small.toml` in it.
    pub fn with_small() -> CliTest {
        let test = CliTest::new();
        test.write("small.toml", SMALL);
        test
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Every file below the folder, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        list(self.place.path(), self.place.path(), &mut files);
        files.sort();
        files
    }

    /// The command, ready to be started.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_montecarbon"));
        command
            .args(words)
            .current_dir(self.place.path())
            .env_clear()
            .stdin(Stdio::null());
        for kept in ["SystemRoot", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
    }

    /// Runs the command.
    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("started")
    }

    /// Runs the command with a text on standard input.
    pub fn run_with_input(&self, words: &[&str], input: &str) -> Output {
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        child
            .stdin
            .take()
            .expect("a pipe")
            .write_all(input.as_bytes())
            .expect("written");
        child.wait_with_output().expect("ended")
    }

    /// Runs the command and says everything about it in one text.
    pub fn told(&self, words: &[&str]) -> String {
        told(&self.run(words))
    }
}

/// Exit code, standard output and standard error, as one text.
pub fn told(output: &Output) -> String {
    format!(
        "exit code: {}\n----- stdout -----\n{}----- stderr -----\n{}",
        output
            .status
            .code()
            .map_or("none".to_owned(), |code| code.to_string()),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn list(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            list(root, &path, files);
        } else {
            files.push(
                path.strip_prefix(root)
                    .expect("below")
                    .to_string_lossy()
                    .replace('\\', "/"),
            );
        }
    }
}

/// Compares a text with its snapshot, without what differs from machine to machine and from version to version.
/// Numbers that a run prints have at most four significant digits, so the last bits of the machine do not show.
macro_rules! assert_told {
    ($told:expr) => {
        insta::with_settings!({
            filters => vec![
                (r"montecarbon \d+\.\d+\.\d+", "montecarbon [VERSION]"),
                (r"montecarbon\.exe", "montecarbon"),
                (r"(cannot (?:read|write) [^:]+): .*\(os error \d+\)", "$1: [REASON]"),
                (r"(?:/[\w.-]+)+/\.tmp\w+", "[FOLDER]"),
            ],
            omit_expression => true,
            prepend_module_to_snapshot => false,
        }, { insta::assert_snapshot!($told) });
    };
}
pub(crate) use assert_told;
