"""A headless Chromium, driven through its DevTools protocol on a pair of pipes, which needs neither a driver nor a
port. It notes every script that a page compiled, every dialog it opened and every address it asked for."""

import contextlib
import itertools
import json
import os
import select
import shutil
import subprocess
import time

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--headless", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage",
    # Its sandbox refuses to be started by root. It opens nothing but our own files here.
    "--no-sandbox",
    # What the browser asks for by itself is not the page's doing, and nothing is to leave this machine.
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND",
]  # fmt: skip


class Browser:
    """One page of one browser."""

    def __init__(self, send, receive):
        self.send, self.receive = send, receive
        self.numbers, self.pending, self.session = itertools.count(1), b"", None
        self.forget()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Debugger"):
            self.call(f"{domain}.enable")
        self.forget()

    def forget(self):
        self.scripts, self.dialogs, self.requests, self.loaded = [], [], [], False

    def call(self, method, **parameters):
        """One command's answer. What happens meanwhile is noted."""
        number = self._post(method, parameters)
        while True:
            message = self._next(20)
            if message.get("id") == number:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]

    def evaluate(self, expression):
        """What our own expression gives in the page. It is none of the page's scripts."""
        noted = list(self.scripts)
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        self.scripts = noted
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def open(self, path):
        """Opens a file as a double click does, and waits until everything in it has come or failed."""
        self.forget()
        self.call("Page.navigate", url=path.as_uri())
        while not self.loaded:
            self._next(20)
        # What a page starts when it has loaded gets a moment to happen.
        self.listen(0.5)

    def click(self, selector):
        """A click of the mouse in the middle of an element."""
        x, y = self.evaluate(
            f"(() => {{ const element = document.querySelector({json.dumps(selector)});"
            "element.scrollIntoView({block: 'center', inline: 'center'});"
            "const box = element.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def listen(self, seconds):
        deadline = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError):
            while (left := deadline - time.monotonic()) > 0:
                self._next(left)

    def _post(self, method, parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.send, json.dumps(message).encode() + b"\0")
        return number

    def _next(self, timeout):
        deadline = time.monotonic() + timeout
        while b"\0" not in self.pending:
            if not select.select([self.receive], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError(f"Chromium has said nothing for {timeout} s")
            got = os.read(self.receive, 1 << 16)
            assert got, "Chromium has ended"
            self.pending += got
        text, self.pending = self.pending.split(b"\0", 1)
        message = json.loads(text)
        about = message.get("params", {})
        match message.get("method"):
            case "Debugger.scriptParsed":
                self.scripts.append(about["scriptId"])
            case "Page.javascriptDialogOpening":
                self.dialogs.append(about["message"])
                # A page waits for its dialog; the answer to this command is not waited for.
                self._post("Page.handleJavaScriptDialog", {"accept": True})
            case "Network.requestWillBeSent":
                self.requests.append(about["request"]["url"])
            case "Page.loadEventFired":
                self.loaded = True
        return message


@contextlib.contextmanager
def browser(folder):
    """A browser whose profile is in a folder of the test's own."""
    ours, theirs = os.pipe(), os.pipe()
    # Chromium reads commands from descriptor 3 and answers on 4.
    start = f'exec "$0" "$@" 3<&{ours[0]} 4>&{theirs[1]}'
    process = subprocess.Popen(
        ["bash", "-c", start, CHROMIUM, *ARGUMENTS, f"--user-data-dir={folder}", "about:blank"],
        pass_fds=[ours[0], theirs[1]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)},
    )
    os.close(ours[0])
    os.close(theirs[1])
    try:
        yield Browser(ours[1], theirs[0])
    finally:
        # It ends with its pipe; its helpers end with it.
        os.close(ours[1])
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(theirs[0])
