"""The completions in real shells, as a user types: shells.py BINARY (needs zsh and fish; bash is held by tests/cli)."""

import subprocess
import sys
import tempfile
from pathlib import Path

from terminal import CONTROL, Terminal

BINARY = str(Path(sys.argv[1]).resolve())
folder = tempfile.mkdtemp()
for shell, name in [("zsh", "_montecarbon"), ("fish", "montecarbon.fish")]:
    script = subprocess.run([BINARY, "completions", shell], check=True, capture_output=True).stdout
    Path(folder, name).write_bytes(script)


def fish(line) -> dict:
    """What fish offers, with the words beside it."""
    code = f"source montecarbon.fish; complete --do-complete {line!r}"
    told = subprocess.run(["fish", "--no-config", "-c", code], check=True, capture_output=True, text=True, cwd=folder)
    assert not told.stderr, told.stderr
    return dict(offer.partition("\t")[::2] for offer in told.stdout.splitlines())


def zsh(line, *wanted):
    """Waits until zsh has completed a line, or listed the possibilities, to all of these words."""
    terminal = Terminal(["zsh", "-f", "-i"], folder=folder, environment={"ZDOTDIR": folder})
    # What it writes when it begins to read keys.
    ready = "\x1b[?2004h"
    at = terminal.until(ready)
    terminal.type(f"fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D\n")
    at = terminal.until(ready, at)
    terminal.type(f"{line}\t\t")
    for words in wanted:
        terminal.until(words, at)
    # What stands on the line is not to be run.
    terminal.type("\x15exit\n")
    terminal.end()


assert list(fish("montecarbon compa")) == ["compare"], fish("montecarbon compa")
offered = fish("montecarbon run --samp")
assert set(offered) == {"--sampler", "--samples"}, offered
assert "points are drawn" in offered["--sampler"], offered
assert set(fish("montecarbon run --sampler ")) >= {"random", "sobol", "latin-hypercube"}
assert fish("montecarbon no-such --") == {}

zsh("montecarbon compa", "montecarbon compare")
zsh("montecarbon run --samp", "--sampler", "--samples", "points are drawn")
zsh("montecarbon run x.toml --sampler so", "--sampler sobol")
zsh("montecarbon list dis", "montecarbon list distributions")

print("zsh and fish complete commands, options and values")
