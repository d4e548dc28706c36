"""A program at a pseudo-terminal, for the scripts beside this one (POSIX)."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time

PATIENCE = 60
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A program with this terminal for all three streams, or with a pipe for standard error."""

    def __init__(self, words, columns=100, folder=None, environment=None):
        environment = {"PATH": os.environ["PATH"], "HOME": folder or "/", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"} | (environment or {})
        self.said = ""
        self.bytes = b""
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder or ".")
            # The size is set before the program looks at it.
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
            os.execvpe(words[0], words, environment)

    def read(self, seconds) -> bool:
        """Takes what is said within so many seconds; whether there may be more."""
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            more = os.read(self.terminal, 1 << 16)
        except OSError:
            more = b""
        self.bytes += more
        self.said = self.bytes.decode(errors="replace")
        return bool(more)

    def until(self, words, start=0) -> int:
        """Waits for words after a place in what was said; the place behind them."""
        deadline = time.monotonic() + PATIENCE
        while (at := self.said.find(words, start)) < 0:
            assert time.monotonic() < deadline and self.read(1), f"no {words!r} in {self.said[start:]!r}"
        return at + len(words)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def end(self) -> int:
        """Waits until the program has ended: its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self.read(1):
            assert time.monotonic() < deadline, f"does not end: {self.said!r}"
        code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        os.close(self.terminal)
        return code


def run(words, **more):
    """What a program says at a terminal, and its exit code."""
    terminal = Terminal(words, **more)
    code = terminal.end()
    return terminal.said, code


def screen(said, columns=100) -> list:
    """What is left on the screen: lines wrapped, written over and erased as a terminal does it."""
    lines, row, column = [""], 0, 0

    def down():
        nonlocal row
        row += 1
        if row == len(lines):
            lines.append("")

    for part in re.split(r"(\x1b\[[0-9;?]*[A-Za-z]|\r|\n)", said):
        if part == "\n":
            down()
        elif part == "\r":
            column = 0
        elif part == "\x1b[2K":
            lines[row] = ""
        elif CONTROL.fullmatch(part):
            count = int(part[2:-1]) if part[2:-1].isdigit() else 1
            row = max(0, row - count) if part[-1] == "A" else row
        else:
            for character in part:
                if column == columns:
                    down()
                    column = 0
                line = lines[row].ljust(column)
                lines[row] = line[:column] + character + line[column + 1 :]
                column += 1
    return [line.rstrip() for line in lines]
