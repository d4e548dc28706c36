"""Times Sobol' indices of eight inputs against SALib: whole processes, in turn, start-up included.

Usage: compare_sobol.py [ROUNDS]   (python3 with SALib; `cargo build --release` first)

Before anything is timed, the answers are compared. The program also computes the 28 indices of second order, which SALib is not
asked for.
"""

import csv
import pathlib
import statistics
import subprocess
import sys
import tempfile

from compare import HERE, TOOL, seconds

BASE = 131_072
SCENARIO = HERE / "sobol_indices.toml"
PEER = [sys.executable, str(HERE / "sobol_indices.py"), str(BASE)]
OURS = [str(TOOL), "run", str(SCENARIO), "--quiet", "--sensitivity", "sobol", "--trials", str(BASE), "--base", str(BASE)]


def same_answers():
    printed = subprocess.run(PEER, check=True, capture_output=True, text=True).stdout
    theirs = {line.split()[0]: [float(word) for word in line.split()[1:]] for line in printed.splitlines()}
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "results"
        subprocess.run([*OURS, "--out", str(out)], check=True, stdout=subprocess.DEVNULL)
        with open(out / "sensitivity.csv", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["input"] in theirs and not row["input_2"]]
    for row in rows:
        expected = theirs[row["input"]][row["measure"] == "sobol_total"]
        assert abs(float(row["value"]) - expected) < 0.01, (row, expected)
    assert len(rows) == 16, rows


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    same_answers()
    pairs = [(seconds(PEER), seconds(OURS)) for _ in range(rounds)]
    theirs, ours = (statistics.median(times) for times in zip(*pairs))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"Sobol' indices, base {BASE}: SALib {theirs:.3f} s, montecarbon {ours:.4f} s, ratio {ratio:.0f}")


if __name__ == "__main__":
    main()
