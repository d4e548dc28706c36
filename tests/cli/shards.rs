//! A batch in shards: the parts joined are the very bytes of one run, and what does not belong together is told.

use crate::fixture::{CliTest, told};
use sha2::{Digest as _, Sha256};
use std::fs;

/// A bit of everything: correlated and discrete inputs, variants, a variable input, a multiple, a tie, observations.
const SERVICE: &str = r#"
title = "A service"

[inputs]
gpus        = { distribution = "discrete", values = [8, 16, 32], weights = [0.15, 0.70, 0.15], unit = "GPU" }
power       = { distribution = "triangular", min = 250, mode = 300, max = 400, unit = "W/GPU" }
utilization = { distribution = "beta", alpha = 2, beta = 3 }
grid        = { distribution = "lognormal", median = 240, gsd = 1.3, unit = "gCO2e/kWh" }
requests    = { distribution = "lognormal", interval = [8e3, 2e4], level = 0.9, unit = "request/day", kind = "variability" }

[[correlations]]
inputs   = ["utilization", "grid"]
spearman = 0.4

[formulas]
emissions   = "gpus * power * max(utilization, 0.3) * grid"
year        = "emissions * 365 day"
per_request = "emissions / requests"

[outputs]
emissions   = { unit = "kgCO2e/day", thresholds = { "the article" = 23.04 } }
year        = "tCO2e"
per_request = "gCO2e/request"
gpus        = "GPU"

[[observed]]
name   = "the article's"
output = "emissions"
value  = 23.04
unit   = "kgCO2e/day"

[variants.hydropower]
inputs = { grid = { value = 30, unit = "gCO2e/kWh" } }
"#;

const TRAINING: &str = r#"
[inputs]
energy = { distribution = "normal", mean = 1287, sd = 100, unit = "MWh" }
grid   = { distribution = "uniform", min = 0.3, max = 0.5, unit = "kgCO2e/kWh" }
half   = { distribution = "uniform", min = -0.1, max = 1 }

[formulas]
emissions = "energy * grid * sqrt(half)"

[outputs]
emissions = "tCO2e"
"#;

const RARE: &str = r#"
[inputs]
x = { distribution = "uniform", min = -1, max = 0.00001 }
q = { distribution = "normal", mean = 1, sd = 0.2 }

[formulas]
y = "sqrt(x) * q"

[outputs]
y = "1"
q = "1"
"#;

fn test() -> CliTest {
    let test = CliTest::new();
    test.write("service.toml", SERVICE);
    test.write("training.toml", TRAINING);
    test.write("rare.toml", RARE);
    test
}

/// Runs the shards of a batch into the folder `parts`.
fn shards(test: &CliTest, words: &[&str], of: u32) {
    for number in 1..=of {
        let shard = format!("{number}/{of}");
        let where_to = ["--shard", &shard, "--out", "parts"];
        let output = test.run(&[&words[..1], &where_to, &words[1..]].concat());
        assert!(
            output.status.success() && output.stdout.is_empty(),
            "{}",
            told(&output)
        );
    }
}

/// Names and bytes of the files of a result, but for the time and the machine.
fn results(test: &CliTest, folder: &str) -> Vec<(String, Vec<u8>)> {
    let files = test.files().into_iter();
    let files = files.filter_map(|file| {
        Some((
            file.strip_prefix(folder)?.strip_prefix('/')?.to_owned(),
            file,
        ))
    });
    let read = |(name, file): (String, String)| {
        let mut bytes = fs::read(test.path(&file)).expect("a file");
        if name == "manifest.json" {
            let mut manifest: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
            manifest["run"] = serde_json::Value::Null;
            // Where `--out` stands among the words is not recorded.
            let words = manifest["command"].as_array_mut().expect("words");
            words.retain(|word| word != "--out" && word != folder);
            bytes = manifest.to_string().into_bytes();
        }
        (name, bytes)
    };
    files.map(read).collect()
}

#[test]
fn parts_joined_are_the_bytes_of_one_run() {
    let both = ["run", "service.toml", "training.toml", "--allow-nonfinite"];
    let all = "sobol,shapley,tornado,spearman,pearson,regression,partial,given-data,borgonovo,pawn,hsic,shape";
    let no_pairs = [
        "--set",
        "formulas.emissions='gpus * power * utilization * 240 gCO2e/kWh'",
    ];
    for (words, counts) in [
        (
            &[&both[..], &["-n", "3000"]].concat()[..],
            &[1, 2, 7, 100][..],
        ),
        // The trials and the exchanges have different numbers of replicates.
        (
            &["run", "training.toml", "--allow-nonfinite", "-n", "2"],
            &[3],
        ),
        (&["run", "service.toml", "-n", "20000"], &[40]),
        (&["run", "-n", "700", "--", "service.toml"], &[2]),
        // Not one of the first trials is finite, and three of all are.
        (
            &["run", "rare.toml", "-n", "300000", "--allow-nonfinite"],
            &[2],
        ),
        (&[&both[..], &["-n", "200_000", "--seed=7"]].concat(), &[3]),
        (
            &[
                &both[..2],
                &[
                    "-n",
                    "20000",
                    "--sampler",
                    "latin-hypercube",
                    "--nested",
                    "64x64",
                ],
            ]
            .concat(),
            &[3],
        ),
        (
            &[
                "run",
                "training.toml",
                "--allow-nonfinite",
                "--sensitivity",
                &all.replace(",shape", ""),
                "-n",
                "5000",
            ],
            &[4],
        ),
        (
            &[
                "run",
                "service.toml",
                "--sensitivity",
                &all.replace("sobol,", ""),
                "-n",
                "5000",
                "--base",
                "2048",
            ],
            &[4],
        ),
        (
            &[
                &[
                    "run",
                    "service.toml",
                    "--variant",
                    "hydropower",
                    "--sensitivity",
                    "sobol,morris",
                ],
                &no_pairs[..],
            ]
            .concat(),
            &[5],
        ),
        (
            &[
                "run",
                "service.toml",
                "-n",
                "2000",
                "--samples",
                "csv",
                "--figures=svg",
                "--html",
                "--paper",
            ],
            &[3],
        ),
    ] {
        let test = test();
        let output = test.run(&[&words[..1], &["--out", "whole"], &words[1..]].concat());
        assert!(output.status.success(), "{}", told(&output));
        for &of in counts {
            shards(&test, words, of);
            let merged = test.run(&["merge", "parts", "--out", "merged"]);
            assert!(merged.status.success(), "{}", told(&merged));
            let said = String::from_utf8_lossy(&merged.stderr).replace("merged", "whole");
            assert_eq!(merged.stdout, output.stdout, "{words:?} {of}");
            assert_eq!(
                said,
                String::from_utf8_lossy(&output.stderr),
                "{words:?} {of}"
            );
            assert_eq!(
                results(&test, "merged"),
                results(&test, "whole"),
                "{words:?} {of}"
            );
            fs::remove_dir_all(test.path("parts")).expect("removed");
        }
    }
}

#[test]
fn what_comes_by_standard_input_is_in_the_parts() {
    let test = CliTest::new();
    let words = ["run", "-", "-n", "5000", "--allow-nonfinite"];
    let whole = test.run_with_input(&words, TRAINING);
    for shard in ["1/2", "2/2"] {
        let output =
            test.run_with_input(&[&words[..], &["--shard", shard, "-q"]].concat(), TRAINING);
        assert!(output.status.success(), "{}", told(&output));
    }
    let merged = test.run(&["merge", "stdin.1-of-2.part", "stdin.2-of-2.part"]);
    assert_eq!(merged.stdout, whole.stdout);
    assert_eq!(merged.stderr, whole.stderr);
}

/// The second of three parts of one command under the name of another one, and sealed again.
fn forge(test: &CliTest, of: &[&str], as_if: &[&str]) {
    let options = ["--shard", "2/3", "--out", "parts", "-q"];
    let output = test.run(&[of, &options].concat());
    assert!(output.status.success(), "{}", told(&output));
    let path = test.path("parts/service.2-of-3.part");
    let mut bytes = fs::read(&path).expect("a part");
    let position = |bytes: &[u8], text: &str| {
        let mut windows = bytes.windows(text.len());
        windows.rposition(|word| word == text.as_bytes())
    };
    for (word, other) in of.iter().zip(as_if).filter(|(word, other)| word != other) {
        let word = format!("\"{word}\"");
        let at = position(&bytes, &word).expect("the word");
        bytes.splice(at..at + word.len(), format!("\"{other}\"").bytes());
    }
    bytes.truncate(position(&bytes, "{\"sha256\"").expect("a seal"));
    let seal = Sha256::digest(&bytes);
    let seal: String = seal.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.extend(format!("{{\"sha256\":\"{seal}\"}}\n").bytes());
    fs::write(&path, bytes).expect("written");
}

/// The numbers are those of the parts: one that claims to be of this base sample and is of another one is seen in them. One of other trials
/// does not pass.
#[test]
fn the_numbers_come_from_the_parts() {
    let test = test();
    let words = |trials, seed, base, sampler| {
        let run = ["run", "service.toml", "-n", trials, "--seed", seed];
        [&run[..], &["--base", base, "--sampler", sampler]].concat()
    };
    let asked = words("20000", "42", "4096", "sobol");
    let whole = test.run(&asked);
    shards(&test, &asked, 3);
    assert_eq!(test.run(&["merge", "parts"]).stdout, whole.stdout);
    forge(&test, &words("20000", "42", "8192", "sobol"), &asked);
    let merged = test.run(&["merge", "parts"]);
    assert!(merged.status.success(), "{}", told(&merged));
    assert_ne!(merged.stdout, whole.stdout);
    for other in [
        words("20000", "43", "4096", "sobol"),
        words("40000", "42", "4096", "sobol"),
        words("20000", "42", "4096", "random"),
    ] {
        forge(&test, &other, &asked);
        let refused = test.told(&["merge", "parts"]);
        assert!(
            refused.starts_with("exit code: 2") && refused.contains("run all shards again"),
            "{refused}"
        );
    }
}

#[test]
fn what_does_not_belong_together_is_told() {
    let test = test();
    let words = ["run", "service.toml", "-n", "4096"];
    shards(&test, &words, 3);
    let part = "parts/service.2-of-3.part";
    let whole = fs::read(test.path(part)).expect("a part");
    let refuses = |code: u8, sentences: &[&str]| {
        let told = test.told(&["merge", "parts", "--out", "merged"]);
        assert!(told.starts_with(&format!("exit code: {code}")), "{told}");
        for sentence in sentences {
            assert!(told.contains(sentence), "{sentence}: {told}");
        }
        assert!(!test.path("merged").exists(), "{told}");
    };
    fs::remove_file(test.path(part)).expect("removed");
    refuses(2, &["parts are missing: run the same with --shard 2/3"]);
    // Cut off anywhere, or with a bit that has changed.
    for length in [0, 1, 40, whole.len() / 2, whole.len() - 2] {
        fs::write(test.path(part), &whole[..length]).expect("written");
        refuses(2, &[part]);
    }
    for at in [30, whole.len() / 3, whole.len() / 2, whole.len() - 9] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(test.path(part), damaged).expect("written");
        refuses(2, &[part]);
    }
    // Everything at once.
    test.write(part, "no part\n");
    fs::write(
        test.path("parts/again.part"),
        fs::read(test.path("parts/service.1-of-3.part")).expect("a part"),
    )
    .expect("written");
    test.run(&[
        "run",
        "service.toml",
        "-n",
        "8192",
        "--shard",
        "2/3",
        "--out",
        "others",
        "-q",
    ]);
    fs::rename(
        test.path("others/service.2-of-3.part"),
        test.path("parts/other.part"),
    )
    .expect("moved");
    refuses(
        2,
        &[
            "parts/service.2-of-3.part: is no part",
            "parts/service.1-of-3.part and parts/again.part are both shard 1 of 3",
            "parts/other.part and parts/again.part are not of one batch: the first is of `montecarbon run service.toml -n 8192`",
        ],
    );
    fs::remove_file(test.path("parts/again.part")).expect("removed");
    fs::remove_file(test.path("parts/other.part")).expect("removed");
    fs::write(test.path(part), &whole).expect("written");
    test.write("service.toml", &SERVICE.replace("1.3", "1.4"));
    refuses(1, &["service.toml is not the file that was read then"]);
    test.write("service.toml", SERVICE);
    let merged = test.run(&["merge", "parts", "--out", "merged"]);
    assert!(merged.status.success(), "{}", told(&merged));
}

#[test]
fn words_of_shards_are_checked() {
    let test = test();
    for (words, sentence) in [
        (&["--shard", "0/3"][..], "counted from 1"),
        (&["--shard", "4/3"], "from 1/N to N/N"),
        (&["--shard", "three"], "write I/N"),
        (&["--shard", "1/3", "--digits", "2"], "cannot be used with"),
        (&["--shard", "1/3", "--watch"], "cannot be used with"),
    ] {
        let told = test.told(&[&["run", "service.toml"], words].concat());
        assert!(
            told.starts_with("exit code: 2") && told.contains(sentence),
            "{told}"
        );
    }
    // What is left of a part is replaced, what is none is not.
    test.write("parts/service.1-of-3.part", "{\"tool\"");
    shards(&test, &["run", "service.toml", "-n", "1000"], 3);
    test.write("parts/service.1-of-3.part", "mine");
    let told = test.told(&["run", "service.toml", "--shard", "1/3", "--out", "parts"]);
    assert!(
        told.starts_with("exit code: 2") && told.contains("which is no part"),
        "{told}"
    );
    assert_eq!(test.read("parts/service.1-of-3.part"), "mine");
    // Nor is anything left of a shard that fails.
    let told = test.told(&["run", "training.toml", "--shard", "1/3", "--out", "failed"]);
    assert!(
        told.starts_with("exit code: 1") && told.contains("is not finite"),
        "{told}"
    );
    assert!(
        test.files().iter().all(|file| !file.starts_with("failed/")),
        "{:?}",
        test.files()
    );
    // Files that are asked for need a folder when the parts are joined.
    fs::remove_dir_all(test.path("parts")).expect("removed");
    shards(
        &test,
        &[
            "run",
            "training.toml",
            "--allow-nonfinite",
            "-n",
            "1000",
            "--html",
        ],
        2,
    );
    let told = test.told(&["merge", "parts"]);
    assert!(
        told.starts_with("exit code: 2")
            && told.contains("name a folder for the results with --out"),
        "{told}"
    );
}
