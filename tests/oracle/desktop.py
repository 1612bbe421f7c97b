"""The real window on a display of its own, and what it takes to drive it by mouse and keyboard and to tell what it shows:
by its log, its clipboard and the files it writes."""

import csv
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from compare import aws_environment
from conftest import DEFAULT_TARGET, binary

MISSING = [tool for tool in ("Xvfb", "openbox", "xdotool", "xclip") if shutil.which(tool) is None]
needs_display = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

# Where things are in a window that nobody has rearranged, with nothing that is filtered: below the toolbar come the
# header, the line of filters, and the rows; the accounts stand beside them. The identifiers are the second column.
IDENTIFIER_X, HEADER_Y, FIRST_ROW_Y, ROW_HEIGHT = 560, 60, 113, 24
TICK_X, ACCOUNT_X, FIRST_ACCOUNT_Y = 20, 90, 125


def window_binary():
    """The window under test: RDS_FLEET_WINDOW, or the debug build in cargo's target folder."""
    named = os.environ.get("RDS_FLEET_WINDOW")
    return Path(named or Path(os.environ.get("CARGO_TARGET_DIR", DEFAULT_TARGET)) / "debug/rds-fleet")


def until(found, timeout=60, pause=0.05):
    """The first answer that is not empty; None when there is none in time."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(pause)
    return None


class Display:
    """An X server with a window manager."""

    def __init__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as answer:
            self.name = f":{answer.readline().strip()}"
        self.manager = subprocess.Popen(["openbox"], env=self.environment(), stderr=subprocess.DEVNULL)

    def environment(self):
        return {**os.environ, "DISPLAY": self.name}

    def run(self, *command):
        done = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, timeout=60, check=False
        )
        return done.stdout

    def close(self):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait(10)


class Sandbox:
    """The simulated AWS in a process of its own, which ends with its standard input."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [binary(), "sandbox", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.variables = {}
        while "AWS_ENDPOINT_URL_RDS" not in self.variables:
            line = self.process.stdout.readline()
            assert line, "the sandbox has ended"
            name, value = line.removeprefix("export ").strip().split("=", 1)
            self.variables[name] = value

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


class Window:
    """A running window and its log."""

    def __init__(self, display, home, variables, *arguments):
        self.display = display
        self.log_path = home / "log"
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [window_binary(), *arguments],
                env=aws_environment(
                    home,
                    DISPLAY=display.name,
                    LIBGL_ALWAYS_SOFTWARE="1",
                    RDS_FLEET_LOG="debug",
                    **variables,
                ),
                stdin=subprocess.DEVNULL,
                stderr=log,
            )
        self.id = until(lambda: display.run("xdotool", "search", "--onlyvisible", "--name", "^RDS Fleet$").strip())
        assert self.id, f"no window came up:\n{self.log()}"
        # With its title bar the window would not fit on the screen.
        display.run("xdotool", "windowsize", "--sync", self.id, "1270", "760", "windowmove", self.id, "0", "0")
        display.run("xdotool", "windowfocus", "--sync", self.id)

    def log(self):
        return self.log_path.read_text()

    def mark(self):
        """The place in the log from which on something is to be waited for."""
        return len(self.log())

    def wait(self, pattern, since=0, timeout=60):
        found = until(lambda: re.search(pattern, self.log()[since:]), timeout)
        assert found, f"the log does not say {pattern}:\n{self.log()[since:][-4000:]}"
        return found

    def stands(self, **wanted):
        """Waits until the window stands so: what its log said last of it has these values."""

        def last():
            told = re.findall(r"the window stands: Standing \{ (.*) \}", self.log())
            found = dict(part.split(": ", 1) for part in told[-1].split(", ")) if told else {}
            return found if all(found.get(name) == value for name, value in values.items()) else None

        # As the log writes texts, truths and numbers.
        values = {name: f'"{value}"' if isinstance(value, str) else str(value).lower() for name, value in wanted.items()}
        found = until(last)
        assert found, f"the window does not stand so: {wanted}\n{self.log()[-4000:]}"
        return found

    def clipboard(self, *wanted):
        """The text in the clipboard, as soon as there is one that begins with what is wanted."""

        def text():
            found = self.display.run("timeout", "2", "xclip", "-out", "-selection", "clipboard")
            return found if found.startswith(wanted or "") else None

        return until(text) or ""

    def command(self, name, over="nothing"):
        """Runs a command, or goes to a database, by its name in the palette, with nothing waited for in between. Then
        `over` lies over the window."""
        self.keys("ctrl+p")
        self.type(name)
        self.keys("Return")
        self.stands(over=over)

    def keys(self, *keys):
        self.display.run("xdotool", "key", "--delay", "40", *keys)

    def type(self, text):
        self.display.run("xdotool", "type", "--delay", "25", text)

    def click(self, x, y, held=None):
        move = ["mousemove", "--window", self.id, str(x), str(y), "sleep", "0.1"]
        hold = (["keydown", held], ["keyup", held]) if held else ([], [])
        self.display.run("xdotool", *move, *hold[0], "click", "1", "sleep", "0.1", *hold[1])

    def write(self, path):
        """Exports what is shown, with the path typed into the dialog."""
        since = self.mark()
        self.keys("ctrl+e")
        self.stands(over="export", typing=True)
        self.keys("ctrl+a")
        self.type(str(path))
        self.keys("Return")
        self.wait(r"exported rows=", since)
        self.keys("Escape")
        self.stands(over="nothing")

    def export(self, path):
        """Exports what is shown as CSV; the file's rows."""
        self.write(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def processor_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.keys("alt+F4")
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return "still running 30 s after it was closed"


def natural(text):
    """`db-2` before `db-10`: a number counts as one character, at the place of the digits."""
    return [(48, int(part)) if part.isdigit() else (ord(part), 0) for part in re.findall(r"\d+|\D", text)]


def as_rows(rows, columns):
    return sorted(tuple(row[column] for column in columns) for row in rows)
