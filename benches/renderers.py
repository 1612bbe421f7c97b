#!/usr/bin/env python3
"""The renderers' benchmark: what the window costs with each of them on a machine without a GPU.

    cargo build --release --bins && benches/renderers.py [target/release/rds-fleet]

The real program with the demo fleet runs on an X server of its own, 1920x1080, with Mesa's software drivers for OpenGL
and Vulkan. Measured are the processor time of the program for one notch of the wheel and for one move of the pointer
over the rows, the time from start to the first frame, and the memory. Then it runs once more over a TCP connection, as X
forwarding has it and without memory that it could share with the server, and the bytes to the display are counted. It
prints figures and asserts none. Needs Xvfb and xdotool, and root for the second part (unshare)."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "target/release/rds-fleet"
RENDERERS = ["software", "glow", "wgpu"]
NOTCHES, MOVES = 60, 120
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Counter:
    """A TCP display in front of an X server's socket, which counts what the program sends and what it gets."""

    def __init__(self, server_socket):
        self.sent = self.got = 0
        self.listener = socket.create_server(("127.0.0.1", 0), family=socket.AF_INET)
        self.name = f"127.0.0.1:{self.listener.getsockname()[1] - 6000}"
        threading.Thread(target=self.accept, args=(server_socket,), daemon=True).start()

    def accept(self, server_socket):
        while True:
            client, _ = self.listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server = socket.socket(socket.AF_UNIX)
            server.connect(server_socket)
            for source, drain, name in ((client, server, "sent"), (server, client, "got")):
                threading.Thread(target=self.pump, args=(source, drain, name), daemon=True).start()

    def pump(self, source, drain, name):
        try:
            while data := source.recv(1 << 18):
                setattr(self, name, getattr(self, name) + len(data))
                drain.sendall(data)
        except OSError:
            pass
        for end in (source, drain):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Display:
    def __init__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24"],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        self.name = f":{number}"
        self.socket = f"/tmp/.X11-unix/X{number}"

    def xdotool(self, *command):
        done = subprocess.run(
            ["xdotool", *map(str, command)],
            env={**os.environ, "DISPLAY": self.name},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip()


class Window:
    def __init__(self, display, name, renderer, home, far=False):
        self.display = display
        home.mkdir()
        self.log = home / "log"
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            # Mesa finds System V memory that it shares with the server even over TCP, as long as both are on one machine.
            [*(["unshare", "--ipc"] if far else []), PROGRAM, "--demo", "--theme", "dark", "--renderer", renderer],
            env={
                **os.environ,
                "DISPLAY": name,
                "HOME": str(home),
                "XDG_CACHE_HOME": str(home / "cache"),
                "XDG_CONFIG_HOME": str(home / "config"),
                "LIBGL_ALWAYS_SOFTWARE": "1",
                "RDS_FLEET_LOG": "info",
            },
            stderr=self.log.open("wb"),
        )

    def says(self, words, timeout=60):
        """How many seconds after the start the log said so."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if words in self.log.read_text(errors="replace"):
                return time.monotonic() - self.started
            if self.process.poll() is not None:
                break
            time.sleep(0.002)
        raise SystemExit(f"the window never said: {words}\n{self.log.read_text(errors='replace')}")

    def cpu(self):
        """Milliseconds of processor time so far, all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / TICK

    def memory(self):
        """Megabytes: resident, and the most there ever were."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return [int(re.search(rf"{name}:\s+(\d+)", text)[1]) / 1024 for name in ("VmRSS", "VmHWM")]

    def fill_the_screen(self):
        window = self.display.xdotool("search", "--onlyvisible", "--name", "^RDS Fleet$").split()[0]
        self.display.xdotool("windowsize", window, 1920, 1080, "windowmove", window, 0, 0)
        self.display.xdotool("windowfocus", window, "mousemove", 1000, 400)
        # From the overview, which has nothing to scroll, to the instances.
        self.display.xdotool("key", "ctrl+2")
        time.sleep(2)

    def close(self):
        self.process.terminate()
        self.process.wait(10)


def drive(display, window, counter):
    """Scrolls, then moves over the rows: processor time and bytes for each."""
    found = []
    for steps in (
        [["click", 5]] * (NOTCHES // 2) + [["click", 4]] * (NOTCHES // 2),
        [["mousemove", 1000, 200 + 24 * (step % 30)] for step in range(MOVES)],
    ):
        cpu, sent = window.cpu(), counter.sent if counter else 0
        for step in steps:
            display.xdotool(*step)
            time.sleep(0.06)
        time.sleep(1)
        bytes_sent = counter.sent - sent if counter else 0
        found.append(((window.cpu() - cpu) / len(steps), bytes_sent / len(steps)))
    return found


def main():
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for renderer in RENDERERS:
            display = Display()
            try:
                window = Window(display, display.name, renderer, Path(folder) / renderer)
                first = window.says("first frame drawn")
                window.says("sweep ended")
                window.fill_the_screen()
                (notch, _), (move, _) = drive(display, window, None)
                resident, most = window.memory()
                window.close()

                counter = Counter(display.socket)
                window = Window(display, counter.name, renderer, Path(folder) / f"{renderer}-tcp", far=True)
                window.says("first frame drawn")
                window.says("sweep ended")
                time.sleep(1)
                swept = counter.sent
                window.fill_the_screen()
                idle = counter.sent
                time.sleep(5)
                idle = counter.sent - idle
                (_, notch_bytes), (_, move_bytes) = drive(display, window, counter)
                window.close()
            finally:
                display.server.terminate()
                display.server.wait(10)
            rows.append((renderer, first, notch, move, resident, most, swept, notch_bytes, move_bytes, idle))
    heads = ["first frame s", "CPU ms/notch", "CPU ms/move", "MB", "MB most", "kB sweep", "kB/notch", "kB/move", "idle B"]
    print(f"{'':<10}" + "".join(f"{head:>15}" for head in heads))
    for renderer, first, notch, move, resident, most, swept, notch_bytes, move_bytes, idle in rows:
        cells = [
            f"{first:.2f}", f"{notch:.1f}", f"{move:.1f}", f"{resident:.0f}", f"{most:.0f}",
            f"{swept / 1000:.0f}", f"{notch_bytes / 1000:.0f}", f"{move_bytes / 1000:.0f}", f"{idle}",
        ]
        print(f"{renderer:<10}" + "".join(f"{cell:>15}" for cell in cells))


if __name__ == "__main__":
    main()
