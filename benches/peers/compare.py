"""Times the released binary against what a user would run instead: whole processes, in turn, start-up included.

Usage: compare.py [ROUNDS] [TASK…]
(python3 with numpy, polars and SALib; `cargo build --release` first; TASK is the first word of a row, all when none is given)

Before anything is timed, the answers are compared: a faster program that computes something else is not faster.
Prints, for each task, the commands, then the median wall time of both, the median of the ratios of the rounds, and the most
memory each held.
"""

import csv
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
TOOL = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "montecarbon"
MODEL = HERE / "reference-model.toml"
BASE = 131_072
VARIANTS = 200


def variants_of_model():
    """The reference model with as many variants as model.py computes, each with its own number of GPUs."""
    text = MODEL.read_text()
    for variant in range(VARIANTS):
        a, b, c = (bound * (1 + variant / VARIANTS) for bound in (8, 16, 32))
        text += f'\n[variants.v{variant}.inputs]\n'
        text += f'gpus = {{ distribution = "triangular", min = {a!r}, mode = {b!r}, max = {c!r}, unit = "GPU" }}\n'
    return text


class Task:
    """One row: its name, the peer's arguments to model.py, the program's arguments, and where both write."""

    def __init__(self, name, peer, ours, scenario=MODEL):
        self.name, self.peer_arguments, self.our_arguments, self.scenario = name, peer, ours, scenario

    def peer(self, folder):
        arguments = [argument.format(folder=folder) for argument in self.peer_arguments]
        return [sys.executable, str(HERE / "model.py"), *arguments]

    def ours(self, folder):
        arguments = [argument.format(folder=folder) for argument in self.our_arguments]
        return [str(TOOL), "run", str(self.scenario), "--quiet", *arguments]


def tasks(folder):
    many = folder / "variants.toml"
    many.write_text(variants_of_model())
    none = ["--sensitivity", "none"]
    return [
        Task("summary-7: 10^7 trials, mean, sd, seven quantiles of four outputs", ["summary", "10000000"], ["--trials", "1e7", *none]),
        Task("summary-6: 10^6 trials", ["summary", "1000000"], ["--trials", "1e6", *none]),
        Task("ranks: 10^6 trials and Spearman's rho", ["ranks", "1000000"], ["--trials", "1e6", "--sensitivity", "spearman"]),
        Task(
            f"sobol: first-order and total indices with errors, base {BASE}",
            ["sobol", str(BASE)],
            ["--trials", str(BASE), "--sensitivity", "sobol", "--base", str(BASE)],
        ),
        Task(
            "csv: 10^6 trials x 12 columns as CSV",
            ["csv", "1000000", "polars", "{folder}/peer.csv"],
            ["--trials", "1e6", *none, "--samples", "csv", "--out", "{folder}/out"],
        ),
        Task(
            f"variants: {VARIANTS} variants x 10^5 trials",
            ["variants", "100000"],
            ["--trials", "1e5", *none],
            scenario=many,
        ),
    ]


def run(command, folder):
    """Wall seconds and the most memory (MiB) of one process."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return elapsed, usage.ru_maxrss / 1024


def numbers(printed):
    return {line.split()[0]: [float(word) for word in line.split()[1:]] for line in printed.splitlines()}


def rows(folder, file):
    with open(folder / "out" / file, newline="") as text:
        return list(csv.DictReader(text))


def check_answers(folder):
    """Both sides agree on what a million trials of the model give, and on the Sobol' indices."""
    peer = subprocess.run(
        [sys.executable, str(HERE / "model.py"), "summary", "1000000"], check=True, capture_output=True, text=True
    ).stdout
    run([str(TOOL), "run", str(MODEL), "--quiet", "--trials", "1e6", "--out", str(folder / "out")], folder)
    found = rows(folder, "summary.csv")
    for output, expected in numbers(peer).items():
        # A million random trials know the 0.99-quantile of a ratio with gsd 4 to about 1 %.
        for statistic, value in [("mean", expected[0]), ("median", expected[5]), ("q0.95", expected[7]), ("q0.99", expected[8])]:
            ours = [float(row["value"]) for row in found if (row["output"], row["statistic"]) == (output, statistic)]
            assert len(ours) == 1 and abs(ours[0] / value - 1) < 0.02, (output, statistic, ours, value)
    peer = subprocess.run(
        [sys.executable, str(HERE / "model.py"), "sobol", str(BASE)], check=True, capture_output=True, text=True
    ).stdout
    options = ["--trials", str(BASE), "--sensitivity", "sobol", "--out", str(folder / "out")]
    run([str(TOOL), "run", str(MODEL), "--quiet", *options], folder)
    expected = numbers(peer)
    found = [
        row
        for row in rows(folder, "sensitivity.csv")
        if row["output"] == "emissions" and row["input"] in expected and row["measure"] in ("sobol_first", "sobol_total")
    ]
    # An input that an output does not depend on has no row.
    assert len(found) >= 14, found
    for row in found:
        value = expected[row["input"]][row["measure"] == "sobol_total"]
        assert abs(float(row["value"]) - value) < 0.01, (row, value)


def main():
    arguments = sys.argv[1:]
    rounds = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 5
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        check_answers(folder)
        chosen = [task for task in tasks(folder) if not arguments or task.name.split(":")[0] in arguments]
        for task in chosen:
            for command in (task.peer(folder), task.ours(folder)):
                print("$", " ".join(command).replace(str(ROOT) + "/", "").replace(str(folder), "TMP"))
        print()
        print("| task | peer, s | montecarbon, s | ratio | peer, MiB | montecarbon, MiB |")
        print("|---|---:|---:|---:|---:|---:|")
        for task in chosen:
            pairs = [(run(task.peer(folder), folder), run(task.ours(folder), folder)) for _ in range(rounds)]
            theirs, ours = (statistics.median(side[0] for side in sides) for sides in zip(*pairs))
            ratio = statistics.median(a[0] / b[0] for a, b in pairs)
            memory = [max(side[1] for side in sides) for sides in zip(*pairs)]
            print(f"| {task.name} | {theirs:.3f} | {ours:.4f} | {ratio:.1f} | {memory[0]:.0f} | {memory[1]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
