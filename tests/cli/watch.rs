//! `--watch`: what is saved is run again.

use crate::fixture::{BAD, CliTest, SMALL};
use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Longer than any machine takes; it passes only where a test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that watches, and the lines that it says, of both streams, as they come.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(test: &CliTest, words: &[&str]) -> Watching {
        let mut child = test
            .command(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let (sender, lines) = channel();
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().expect("a pipe")),
            Box::new(child.stderr.take().expect("a pipe")),
        ];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = sender.send(line);
                }
            });
        }
        Watching { child, lines }
    }

    /// What is said until a line has all of these words in it, and that line; the streams are apart, so lines of both that are wanted
    /// are asked for together.
    fn until(&self, wanted: &[&str]) -> String {
        let mut wanted = wanted.to_vec();
        let mut said = String::new();
        while !wanted.is_empty() {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|error| panic!("{error}: no {wanted:?} in\n{said}"));
            wanted.retain(|words| !line.contains(words));
            said.push_str(&line);
            said.push('\n');
        }
        said
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The scenario with the grid at so many grams.
fn grid(grams: u32) -> String {
    SMALL.replace("value = 240", &format!("value = {grams}"))
}

#[test]
fn a_scenario_that_is_saved_is_run_again() {
    let test = CliTest::with_small();
    let words = [
        "run",
        "small.toml",
        "--variant",
        "base",
        "--trials",
        "4096",
        "--watch",
    ];
    let watching = Watching::start(&test, &words);
    let watched = "note: watching small.toml; Ctrl-C ends";
    // Mean: 325 W × 240 g/kWh × 24 h.
    watching.until(&["1.872", watched]);
    // As vim and most others save.
    test.write("small.toml~new", &grid(480));
    fs::rename(test.path("small.toml~new"), test.path("small.toml")).expect("renamed");
    watching.until(&["3.744", watched]);
    // As others save, and with a complaint.
    test.write("small.toml", BAD);
    watching.until(&[
        "error[unknown-distribution]",
        "small.toml is refused",
        watched,
    ]);
    // As others do: away, and back again.
    fs::remove_file(test.path("small.toml")).expect("removed");
    test.write("small.toml", &grid(120));
    let said = watching.until(&["0.936", watched]);
    assert!(!said.contains("cannot read"), "{said}");
}

/// Files that a scenario reads count as the scenario does, also one that is not there yet.
#[test]
fn files_that_a_scenario_reads_are_watched() {
    let test = CliTest::new();
    test.write(
        "outer.toml",
        "[imports]\nhouse = { file = \"parts/house.toml\" }\n[inputs]\n\
         load = { distribution = \"empirical\", file = \"load.csv\", column = \"load\" }\n\
         [formulas]\nenergy = \"load * house.overhead\"\n[outputs]\nenergy = \"1\"\n",
    );
    let house = |overhead: u32| {
        format!(
            "[inputs]\noverhead = {{ value = {overhead} }}\n[formulas]\ntotal = \"overhead\"\n[outputs]\ntotal = \"1\"\n"
        )
    };
    test.write("parts/house.toml", &house(2));
    let watching = Watching::start(
        &test,
        &[
            "run",
            "outer.toml",
            "--trials",
            "4096",
            "--watch",
            "--out",
            "results",
        ],
    );
    let watched = "note: watching 3 files; Ctrl-C ends";
    watching.until(&["error[data-file-unreadable]", watched]);
    assert!(!test.path("results").exists());
    test.write("load.csv", "load\n7\n7\n");
    watching.until(&["results are in results", watched]);
    assert!(test.read("results/summary.csv").contains(",mean,14,"));
    test.write("parts/house.toml", &house(30));
    watching.until(&["results are in results", watched]);
    assert!(test.read("results/summary.csv").contains(",mean,210,"));
    let manifest = test.read("results/manifest.json");
    assert!(!manifest.contains("--watch"), "{manifest}");
}

#[test]
fn a_folder_is_watched_for_new_scenarios() {
    let test = CliTest::new();
    test.write("all/one.toml", SMALL);
    let watching = Watching::start(&test, &["check", "all", "--watch"]);
    watching.until(&["(one): no complaint", "note: watching all/one.toml; "]);
    test.write("all/two.toml", SMALL);
    watching.until(&["(two): no complaint", "note: watching 2 files; "]);
}

#[test]
fn standard_input_cannot_be_watched() {
    let test = CliTest::new();
    for words in [["run", "-", "--watch"], ["check", "-", "--watch"]] {
        let told = test.told(&words);
        assert!(told.starts_with("exit code: 2\n"), "{told}");
        assert!(told.contains("standard input (-) is read once"), "{told}");
    }
}

/// Whoever reads the results may leave.
#[test]
fn a_closed_pipe_ends_it() {
    let test = CliTest::with_small();
    let words = ["run", "small.toml", "--trials", "4096", "--json", "--watch"];
    let mut child = test
        .command(&words)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    drop(child.stdout.take());
    assert!(child.wait().expect("ended").success());
}
