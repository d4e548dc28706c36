//! A run that is killed, or has no room to write, leaves the earlier result whole and nothing that is in the way of the next.

use crate::fixture::{CliTest, SMALL, told};
use montecarbon::report::folder::sha256_of;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const MORE: [&str; 6] = [
    "--samples",
    "parquet",
    "--figures=svg",
    "--html",
    "--quiet",
    "--out",
];

fn words<'word>(seed: &'word str, trials: &'word str) -> Vec<&'word str> {
    let run = ["run", "small.toml", "--seed", seed, "--trials", trials];
    [&run[..], &MORE, &["results"]].concat()
}

/// What is wrong with a result folder: a file of its manifest that is not there or has other bytes, a file that it does not name.
fn broken(folder: &Path, names: &[String]) -> Vec<String> {
    let Ok(text) = fs::read_to_string(folder.join("manifest.json")) else {
        return vec!["no manifest".to_owned()];
    };
    let Ok(manifest) = serde_json::from_str::<serde_json::Value>(&text) else {
        return vec!["half a manifest".to_owned()];
    };
    let mut found = Vec::new();
    let mut known = BTreeSet::from(["manifest.json".to_owned()]);
    for file in manifest["results"].as_array().into_iter().flatten() {
        let path = file["path"].as_str().unwrap_or_default();
        known.insert(path.to_owned());
        match sha256_of(&folder.join(path)) {
            Ok(hash) if file["sha256"] == hash.as_str() => {}
            Ok(_) => found.push(format!("{path} has other bytes")),
            Err(error) => found.push(format!("{path}: {error}")),
        }
    }
    let foreign = names.iter().filter(|name| !known.contains(*name));
    found.extend(foreign.map(|name| format!("{name} is of no result")));
    found
}

/// The files of the result folder, and what stands beside it that is neither it nor the scenario.
fn around(test: &CliTest) -> (Vec<String>, Vec<String>) {
    let (mut inside, mut beside) = (Vec::new(), Vec::new());
    for name in test.files() {
        match name.strip_prefix("results/") {
            Some(rest) => inside.push(rest.to_owned()),
            None if name != "small.toml" => beside.push(name),
            None => {}
        }
    }
    (inside, beside)
}

fn result(test: &CliTest) -> Vec<String> {
    broken(&test.path("results"), &around(test).0)
}

/// The seed that the result folder tells of.
fn seed(test: &CliTest) -> u64 {
    let manifest: serde_json::Value =
        serde_json::from_str(&test.read("results/manifest.json")).expect("a manifest");
    manifest["scenarios"][0]["seed"].as_u64().expect("a seed")
}

#[test]
fn a_killed_run_leaves_the_earlier_result_and_the_next_one_clears_up() {
    /// So often; each time somewhere else in the run.
    const KILLED: u32 = 12;
    let test = CliTest::with_small();
    let started = Instant::now();
    let output = test.run(&words("1", "20000"));
    assert!(output.status.success(), "{}", told(&output));
    let long = started.elapsed();
    let mut left_something = 0;
    for time in 0..KILLED {
        let mut command = test.command(&words("2", "20000"));
        let mut child = command.stderr(Stdio::null()).spawn().expect("started");
        // Golden-ratio steps spread over the whole of a run whatever their number.
        let share = (f64::from(time) * 0.618_034).fract();
        std::thread::sleep(Duration::from_secs_f64(long.as_secs_f64() * share));
        child.kill().expect("killed");
        child.wait().expect("ended");
        assert_eq!(result(&test), Vec::<String>::new());
        let now = seed(&test);
        assert!(now == 1 || now == 2, "{now}");
        left_something += u32::from(!around(&test).1.is_empty());
    }
    assert!(left_something > 0, "no run was killed while it wrote");
    let output = test.run(&words("3", "4096"));
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(seed(&test), 3);
    assert_eq!(result(&test), Vec::<String>::new());
    assert_eq!(around(&test).1, Vec::<String>::new(), "cleared up");
    let hidden = fs::read_dir(test.path("")).expect("a folder").flatten();
    assert_eq!(hidden.count(), 2, "the scenario and the results");
}

/// The twin: what a run that writes in place would leave is noticed.
#[test]
fn half_a_result_is_noticed() {
    let test = CliTest::with_small();
    let output = test.run(&words("1", "4096"));
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(result(&test), Vec::<String>::new());
    let path = test.path("results/summary.csv");
    let whole = fs::read(&path).expect("read");
    fs::write(&path, &whole[..whole.len() / 2]).expect("written");
    assert_eq!(result(&test), ["summary.csv has other bytes"]);
    fs::remove_file(&path).expect("removed");
    assert_eq!(result(&test).len(), 1);
    fs::write(&path, whole).expect("written");
    test.write("results/later.csv", "");
    assert_eq!(result(&test), ["later.csv is of no result"]);
    fs::write(test.path("results/manifest.json"), "{").expect("written");
    assert_eq!(result(&test), ["half a manifest"]);
}

/// The command by a shell that lets no file grow over so many blocks of 512 bytes, and has writing more end as on a full disk:
/// with an error.
fn with_room(test: &CliTest, blocks: u32, words: &[&str]) -> std::process::Output {
    let mut command = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    command
        .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_montecarbon")])
        .args(words)
        .current_dir(test.path(""))
        .stdin(Stdio::null());
    command.output().expect("started")
}

#[test]
fn without_room_the_earlier_result_stays() {
    let test = CliTest::with_small();
    let output = with_room(&test, 1 << 16, &words("1", "20000"));
    assert!(output.status.success(), "{}", told(&output));
    let before = around(&test);
    // The samples do not fit, then not even the tables.
    for blocks in [256, 4] {
        let output = with_room(&test, blocks, &words("2", "20000"));
        let said = told(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("error: cannot write"), "{said}");
        assert_eq!(result(&test), Vec::<String>::new());
        assert_eq!(seed(&test), 1);
        assert_eq!(around(&test), before);
    }
    let mut fresh = words("2", "20000");
    fresh.pop();
    fresh.push("new");
    let output = with_room(&test, 4, &fresh);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert!(!test.path("new").exists(), "nor is half a new one there");
}

/// Only Linux has a device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_told() {
    let test = CliTest::new();
    test.write("small.toml", SMALL);
    for more in [&[][..], &["--json"]] {
        let mut command = test.command(&["run", "small.toml", "--trials", "4096", "--quiet"]);
        let full = fs::OpenOptions::new().write(true).open("/dev/full");
        command.args(more).stdout(full.expect("a device"));
        let output = command.stderr(Stdio::piped()).output().expect("started");
        let said = told(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("error: "), "{said}");
    }
}
