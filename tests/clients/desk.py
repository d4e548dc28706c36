"""What a run shows at a real terminal, and what it does not show: desk.py BINARY."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from terminal import Terminal, run, screen

BINARY = str(Path(sys.argv[1]).resolve())
SCENARIO = """
[inputs]
power = { distribution = "triangular", min = 250, mode = 300, max = 400, unit = "W" }
grid = { distribution = "lognormal", median = 240, gsd = 1.2, unit = "gCO2e/kWh" }
[formulas]
emissions = "power * grid"
[outputs]
emissions = "kgCO2e/day"
"""
SWEEP = "[sweep]\n\"inputs.power.max\" = [" + ", ".join(str(400 + n) for n in range(60)) + "]\n"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

folder = tempfile.mkdtemp()
for name, text in [
    ("one", SCENARIO),
    ("two", SCENARIO + '[variants.windy]\ninputs = { power = { value = 300, unit = "W" } }\n'),
    ("sweep", SCENARIO + SWEEP),
    ("quick", SCENARIO),
]:
    Path(folder, f"{name}.toml").write_text(text)


def at_terminal(*words, columns=100, environment=None):
    return run([BINARY, "run", *words], columns=columns, folder=folder, environment=environment)


def trials_that_take_time(*words):
    """As many trials as take longer than the bar waits, on this machine; and what is said then."""
    trials = 1 << 20
    while True:
        said, code = at_terminal(*words, "--trials", str(trials))
        assert code == 0, said
        # Not by a hair: much faster the next time, it must still be shown.
        if said.count(" left") > 40:
            return trials, said
        trials *= 2
        assert trials < 1e10, said


def bars(said):
    """The lines of the bar, as drawn; a line about a run fills the row before."""
    drawn = re.split(r"[\r\n]|\x1b\[2K|trials in \d+\.\d s *", said)
    return [line for line in drawn if " left" in line or "finishing" in line]


batch = ["one.toml", "two.toml", "--sensitivity", "none"]
trials, said = trials_that_take_time(*batch)
assert re.search(r"█+░* +\d+ % +[\d,.]+( million)? trials/s +\d+s left +[0-2] of 3 done +(one|two)", said), said
last = screen(COLOUR.sub("", said))
for name in ["one", "two", "two / windy"]:
    assert any(re.fullmatch(rf"{name}: [\d,]+ trials in \d+\.\d s", line) for line in last), "\n".join(last)
assert not any(" left" in line or "finishing" in line for line in last), "\n".join(last)
assert COLOUR.search(said), "no colour at a terminal"

batch += ["--trials", str(trials)]
said, _ = at_terminal(*batch, environment={"NO_COLOR": "1"})
assert not COLOUR.search(said) and bars(said), said
said, _ = at_terminal(*batch, "--quiet")
assert not bars(said) and " trials in " not in said, said
said, _ = at_terminal(*batch, environment={"TERM": "dumb"})
assert not bars(said) and "\x1b" not in said, said
for columns in [30, 60]:
    said, _ = at_terminal(*batch, columns=columns)
    widest = max(len(line.rstrip()) for line in bars(said))
    assert widest <= columns, f"{widest} columns of {columns}: {said}"

# Standard error is what counts: in a pipe nothing of it is there, whatever the results are written to.
command = f"'{BINARY}' run {' '.join(batch)} 2>errors"
said, code = run(["sh", "-c", command], folder=folder)
errors = Path(folder, "errors").read_text()
assert code == 0 and "\x1b" not in errors and not bars(errors) and " trials in " not in errors, errors
terminal = Terminal(["sh", "-c", f"'{BINARY}' run {' '.join(batch)} >results"], folder=folder)
terminal.until("one: ")
assert terminal.end() == 0 and "\x1b" not in Path(folder, "results").read_text()

# One run needs no line about itself, and a quick one no bar.
_, said = trials_that_take_time("one.toml")
assert " trials in " not in said and " done " not in said, said
said, _ = at_terminal("quick.toml", "--trials", "4096", "--sensitivity", "none")
assert not bars(said), said

# How far from the target.
words = ["one.toml", "--sensitivity", "none", "--sampler", "random", "--tolerance", "0.001%"]
terminal = Terminal([BINARY, "run", *words], folder=folder)
terminal.until("× the target")
assert re.search(r" left +error \d+\.\d × the target +one", terminal.said), terminal.said
terminal.type("\x03")
assert terminal.end() == 130, terminal.said

# Many runs are counted.
_, said = trials_that_take_time("sweep.toml", "--sensitivity", "none")
assert re.search(r"\d+ of 61 done", said) and " trials in " not in said, said

# Ctrl-C in the middle of a run.
terminal = Terminal([BINARY, "run", "one.toml", "--trials", "1e10", "--sensitivity", "none", "--out", "never"], folder=folder)
terminal.until(" left")
terminal.type("\x03")
assert terminal.end() == 130, terminal.said
assert "stopped; nothing was written" in terminal.said and not Path(folder, "never").exists()

# --watch: a line across the terminal before the next run, and Ctrl-C while it waits.
terminal = Terminal([BINARY, "run", "quick.toml", "--trials", "4096", "--watch"], folder=folder, columns=60)
at = terminal.until("watching quick.toml; Ctrl-C ends")
Path(folder, "quick.toml").write_text(SCENARIO.replace("240", "480"))
at = terminal.until("── quick.toml " + 46 * "─" + "\r\n", at)
terminal.until("watching quick.toml; Ctrl-C ends", at)
terminal.type("\x03")
assert terminal.end() == 130, terminal.said

print("at a terminal: bars, lines of a batch, targets, colour, Ctrl-C and --watch as told")
