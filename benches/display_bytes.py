"""Counts the bytes that leave the machine for a window shown over X forwarding, and prints them; it asserts nothing.

The window runs on the demo's fleet (about 400 instances) and reaches an X server of its own through a proxy on the
loopback interface that counts both ways and reads the requests enough to tell pictures from the rest. Shared memory is
off, as it is over a network. Figures: until the first sweep has ended, while the pointer moves over the rows, and idle.

    python3 benches/display_bytes.py [--idle SECONDS] [--window PROGRAM] [--renderer software|glow|wgpu] [--line slow|fast]
"""

import argparse
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

WIDTH, HEIGHT = 1280, 800
PUT_IMAGE = 72
RENDERERS = ["software", "glow", "wgpu"]


class Requests:
    """Reads one client's side of the X protocol as far as the lengths of its requests, and counts pictures."""

    def __init__(self, count):
        self.count = count
        self.buffer = b""
        self.skip = 0
        self.greeted = False

    def feed(self, data):
        if self.skip >= len(data):
            self.skip -= len(data)
            return
        self.buffer += data[self.skip :]
        self.skip = 0
        while self.step():
            pass

    def step(self):
        buffer = self.buffer
        if not self.greeted:
            if len(buffer) < 12:
                return False
            name, secret = struct.unpack_from("<HH", buffer, 6)
            self.greeted = True
            return self.take(12 + (name + 3) // 4 * 4 + (secret + 3) // 4 * 4)
        if len(buffer) < 8:
            return False
        opcode, _, length = struct.unpack_from("<BBH", buffer)
        if length == 0:
            (length,) = struct.unpack_from("<I", buffer, 4)
        if opcode == PUT_IMAGE:
            self.count["pictures"] += 1
            self.count["picture bytes"] += 4 * length
        return self.take(4 * length)

    def take(self, length):
        self.skip = max(0, length - len(self.buffer))
        self.buffer = self.buffer[length:]
        return self.skip == 0


class Proxy:
    """A TCP display on loopback in front of an X server's own socket."""

    def __init__(self, display):
        self.count = {"out": 0, "in": 0, "pictures": 0, "picture bytes": 0}
        self.server = f"/tmp/.X11-unix/X{display}"
        for number in range(90, 190):
            try:
                self.listener = socket.create_server(("127.0.0.1", 6000 + number))
                self.name = f"127.0.0.1:{number}"
                break
            except OSError:
                continue
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.server)
            requests = Requests(self.count)
            threading.Thread(target=self.pump, args=(client, server, "out", requests.feed), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, "in", None), daemon=True).start()

    def pump(self, source, sink, way, look):
        try:
            while data := source.recv(1 << 20):
                self.count[way] += len(data)
                if look:
                    look(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def start_display():
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
    # A server on another machine shares no memory with the window.
    command += ["-nolisten", "tcp", "-extension", "MIT-SHM"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        return server, answer.readline().strip()


def wait_for(log, pattern, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := re.search(pattern, log.read_text(errors="replace")):
            return found
        time.sleep(0.05)
    sys.exit(f"the log does not say {pattern}:\n{log.read_text(errors='replace')[-3000:]}")


def said(name, before, after, seconds):
    out, back = after["out"] - before["out"], after["in"] - before["in"]
    pictures = after["pictures"] - before["pictures"]
    each = (after["picture bytes"] - before["picture bytes"]) / pictures if pictures else 0
    print(
        f"  {name:<28}{seconds:8.1f} s {out:>14,} bytes out {back:>12,} in   "
        f"{pictures:5} pictures of {each / 1e6:.2f} MB",
        flush=True,
    )


def measure(window, renderer, line, idle):
    home = Path(tempfile.mkdtemp(prefix="rds-fleet-display-"))
    server, display = start_display()
    proxy = Proxy(display)
    log = home / "log"
    variables = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    variables |= {
        "HOME": str(home),
        "DISPLAY": proxy.name,
        "LIBGL_ALWAYS_SOFTWARE": "1",
        "RDS_FLEET_LOG": "debug",
    }
    print(f"{renderer}, {line} line", flush=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [window, "--demo", "--theme", "dark", "--renderer", renderer, "--line", line],
            env=variables,
            stdin=subprocess.DEVNULL,
            stderr=output,
        )
    try:
        before, begun = dict(proxy.count), time.monotonic()
        wait_for(log, "first frame drawn", 60)
        time.sleep(0.2)
        now = dict(proxy.count)
        said("until the first frame", before, now, time.monotonic() - begun)
        before, begun = now, time.monotonic()
        wait_for(log, "sweep ended", 120)
        time.sleep(1)
        now = dict(proxy.count)
        said("one sweep of the demo", before, now, time.monotonic() - begun)
        time.sleep(3)
        before, begun = dict(proxy.count), time.monotonic()
        time.sleep(idle)
        said("idle", before, dict(proxy.count), time.monotonic() - begun)
        if shutil.which("xdotool"):
            before, begun = dict(proxy.count), time.monotonic()
            moves = [part for at in range(120) for part in ("mousemove", "600", str(150 + 4 * at), "sleep", "0.02")]
            subprocess.run(["xdotool", *moves], env={**variables, "DISPLAY": f":{display}"}, check=False)
            time.sleep(1)
            said("the pointer moves, 120 times", before, dict(proxy.count), time.monotonic() - begun)
    finally:
        process.kill()
        process.wait()
        server.terminate()
        server.wait()
        shutil.rmtree(home, ignore_errors=True)


def main():
    target = Path(os.environ.get("CARGO_TARGET_DIR", Path.home() / ".cache/rds-fleet-target"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--window", default=str(target / "release/rds-fleet"))
    parser.add_argument("--idle", type=float, default=300)
    parser.add_argument("--renderer", choices=RENDERERS)
    parser.add_argument("--line", choices=["slow", "fast"])
    arguments = parser.parse_args()
    for renderer in [arguments.renderer] if arguments.renderer else RENDERERS:
        for line in [arguments.line] if arguments.line else ["fast", "slow"]:
            measure(arguments.window, renderer, line, arguments.idle)


if __name__ == "__main__":
    main()
