"""Times the released binary against what a user would run instead: whole processes, in turn, start-up included.

Usage: compare.py [ROUNDS]   (python3 with numpy; `cargo build --release` first)

Before anything is timed, the answers are compared: a faster program that computes something else is not faster.
Prints, for each task, the median wall time of both and the median of the ratios of the rounds.
"""

import csv
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
TOOL = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "montecarbon"
SCENARIO = ROOT / "scenarios" / "chatgpt-inference.toml"

TASKS = [
    ("10^6 trials, ranking included", 1_000_000, []),
    ("10^6 trials, --sensitivity none", 1_000_000, ["--sensitivity", "none"]),
    ("10^7 trials, --sensitivity none", 10_000_000, ["--sensitivity", "none"]),
]


def peer(trials):
    return [sys.executable, str(HERE / "chatgpt_inference.py"), str(trials)]


def tool(trials, options):
    return [str(TOOL), "run", str(SCENARIO), "--quiet", "--trials", str(trials), *options]


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def same_answers():
    printed = subprocess.run(peer(1_000_000), check=True, capture_output=True, text=True).stdout
    expected = {line.split()[0]: float(line.split()[1]) for line in printed.splitlines()}
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "results"
        subprocess.run(tool(1_000_000, []) + ["--out", str(out)], check=True, stdout=subprocess.DEVNULL)
        with open(out / "summary.csv", newline="") as file:
            means = {row["output"]: float(row["value"]) for row in csv.DictReader(file) if row["statistic"] == "mean"}
    for name, value in expected.items():
        # The means of a million random trials are known to about 0.1 %.
        assert abs(means[name] / value - 1) < 0.005, (name, means[name], value)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    same_answers()
    print(f"{'task':36} {'numpy s':>8} {'montecarbon s':>14} {'ratio':>6}")
    for name, trials, options in TASKS:
        pairs = [(seconds(peer(trials)), seconds(tool(trials, options))) for _ in range(rounds)]
        theirs, ours = (statistics.median(times) for times in zip(*pairs))
        ratio = statistics.median(a / b for a, b in pairs)
        print(f"{name:36} {theirs:8.3f} {ours:14.3f} {ratio:6.1f}")


if __name__ == "__main__":
    main()
