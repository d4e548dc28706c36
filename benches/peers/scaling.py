"""How the time of a run grows with its trials, inputs, outputs, files and threads, and what memory it takes.

Usage: scaling.py [PLOT.svg]   (python3, with matplotlib for the plot; `cargo build --release` first)

Whole processes, `--sensitivity none` where nothing else is said, the best of three (one from 10^8 trials on). Prints the tables of docs/benchmarks.md.
"""

import pathlib
import sys
import tempfile

from compare import MODEL, TOOL, run

TRIALS = [10**power for power in range(4, 10)]
INPUTS = [10, 30, 100, 300]
OUTPUTS = [1, 4, 16, 64]
FILES = [10, 100, 1000]
MILLION = 1_000_000


def best(command, folder, times=3):
    return min(run(command, folder) for _ in range(times))


def command(scenario, trials, *options, measures="none"):
    return [str(TOOL), "run", str(scenario), "--quiet", "--trials", str(trials), "--sensitivity", measures, *options]


def chain(inputs, formulas, outputs):
    """A scenario with so many inputs, formulas of one operation each over them, and the last formulas as outputs."""
    lines = ["[inputs]"]
    for i in range(inputs):
        family = [
            'distribution = "triangular", min = 1, mode = 2, max = 4',
            'distribution = "uniform", min = 1, max = 2',
            'distribution = "lognormal", median = 1, gsd = 1.1',
            'distribution = "pert", min = 1, mode = 1.2, max = 2',
        ][i % 4]
        lines.append(f"x{i} = {{ {family} }}")
    lines.append("[formulas]")
    for i in range(formulas):
        # Sums and products in turn, kept near one: no overflow however long the chain.
        before = f"f{i - 1}" if i else "x0"
        lines.append(f'f{i} = "{before} {"*" if i % 2 else "+"} x{i % inputs} {"/ 2" if i % 2 else "- 1"}"')
    lines.append("[outputs]")
    lines += [f'f{formulas - 1 - i} = "1"' for i in range(outputs)]
    return "\n".join(lines) + "\n"


def table(title, head, rows):
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{'---:|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        trials = []
        for count in TRIALS:
            seconds, memory = best(command(MODEL, count), folder, 3 if count < 10**8 else 1)
            trials.append((count, seconds, memory))
        table(
            "Trials of the reference model",
            ["trials", "seconds", "ns a trial", "MiB"],
            [[f"{n:.0e}", f"{s:.3f}", f"{s / n * 1e9:.1f}", f"{m:.0f}"] for n, s, m in trials],
        )
        one, two = (best(command(MODEL, 10**8, "--threads", str(n)), folder, 1)[0] for n in (1, 2))
        print(f"\nOne thread against two at 10^8 trials: {one:.2f} s, {two:.2f} s, {one / two:.2f} times.")

        def measured(name, text):
            path = folder / f"{name}.toml"
            path.write_text(text)
            return best(command(path, MILLION), folder)[0]

        inputs = [(n, measured("inputs", chain(n, n, 1))) for n in INPUTS]
        table("Inputs, with a formula for each; 10^6 trials", ["inputs", "seconds"], [[str(n), f"{s:.3f}"] for n, s in inputs])
        outputs = [(n, measured("outputs", chain(10, 64, n))) for n in OUTPUTS]
        table("Outputs of ten inputs and 64 formulas; 10^6 trials", ["outputs", "seconds"], [[str(n), f"{s:.3f}"] for n, s in outputs])
        reference = best(command(MODEL, MILLION), folder)[0]
        large = measured("large", chain(300, 1000, 4))
        print(f"\n300 inputs, 1,000 formulas, 4 outputs, 10^6 trials: {large:.2f} s, {large / reference:.1f} times the reference model.")
        files = []
        text = MODEL.read_text()
        for count in FILES:
            many = folder / f"files-{count}"
            many.mkdir()
            for i in range(count):
                (many / f"s{i:04}.toml").write_text(text.replace("max = 32", f"max = {32 + i / count}"))
            files.append((count, best(command(many, 10_000), folder)[0]))
        table("Files of 10^4 trials in one batch", ["files", "seconds", "ms a file"], [[str(n), f"{s:.3f}", f"{1000 * s / n:.2f}"] for n, s in files])
        ranked = best(command(many, 10_000, measures="spearman,given-data"), folder)[0]
        print(f"\nWith the indices of a plain run: {1000 * ranked / count:.2f} ms a file.")
        if len(sys.argv) > 1:
            plot(sys.argv[1], [(n, s) for n, s, _ in trials], inputs, outputs, files)


def plot(path, trials, inputs, outputs, files):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "montecarbon"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 4, figsize=(13, 3.2), layout="constrained")
    panels = [("trials", trials), ("inputs", inputs), ("outputs", outputs), ("files", files)]
    for axis, (name, points) in zip(axes, panels):
        x, y = zip(*points)
        axis.loglog(x, y, "o-", color="#0072b2", markersize=4)
        # A line of slope one through the last point: what is linear runs along it.
        axis.loglog(x, [y[-1] * value / x[-1] for value in x], "--", color="#767676", linewidth=1)
        axis.set_xlabel(name)
        axis.grid(True, which="major", linewidth=0.4)
    axes[0].set_ylabel("seconds (dashed: linear)")
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
