"""The window on machines that lack one graphics library or both: the renderer that works, or the right sentence."""

import os
import re
import subprocess

import pytest
from compare import aws_environment
from desktop import Display, needs_display, until, window_binary

# Neither Mesa's own library nor any other vendor's is found, by GLX and by EGL; wgpu would use EGL as well.
NO_GL = {
    "__GLX_VENDOR_LIBRARY_NAME": "nobody",
    "__EGL_VENDOR_LIBRARY_FILENAMES": os.devnull,
    "LIBGL_DRIVERS_PATH": "/nonexistent",
}
NO_VULKAN = {"VK_ICD_FILENAMES": os.devnull, "VK_DRIVER_FILES": os.devnull}


@pytest.fixture(scope="module")
def display():
    display = Display()
    yield display
    display.close()


def start(display, home, *arguments, **variables):
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [window_binary(), "--demo", *arguments],
            env=aws_environment(
                home, DISPLAY=display.name, LIBGL_ALWAYS_SOFTWARE="1", RDS_FLEET_LOG="info", **variables
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
        )
    return process, log


def closed(display, process):
    window = display.run("xdotool", "search", "--onlyvisible", "--name", "^RDS Fleet$").strip()
    if window:
        display.run("xdotool", "windowfocus", "--sync", window)
        display.run("xdotool", "key", "alt+F4")
    return process.poll() is not None


@needs_display
@pytest.mark.parametrize(
    ("hidden", "arguments", "renderer"),
    [
        (NO_VULKAN, ["--renderer", "glow"], "glow"),
        (NO_GL, ["--renderer", "wgpu"], "wgpu"),
        ({**NO_GL, **NO_VULKAN}, [], "software"),
    ],
    ids=["OpenGL only", "Vulkan only", "neither"],
)
def test_the_window_opens_with_what_there_is(display, tmp_path, hidden, arguments, renderer):
    process, log = start(display, tmp_path, *arguments, **hidden)
    try:
        assert until(lambda: "first frame drawn" in log.read_text(), timeout=30), log.read_text()
        text = log.read_text()
        assert re.findall(r"renderer ready renderer=(\w+)", text)[-1] == renderer
        assert "line and scale" in text
        # The window manager takes its time to give a new window the keys.
        assert until(lambda: closed(display, process), timeout=20, pause=0.5), log.read_text()
        assert process.returncode == 0, log.read_text()
    finally:
        if process.poll() is None:
            process.kill()


@needs_display
@pytest.mark.parametrize("arguments", [["--renderer", "glow"], ["--renderer", "wgpu"]], ids=["glow", "wgpu"])
def test_without_the_renderer_that_is_asked_for_one_sentence_says_what_to_install(display, tmp_path, arguments):
    environment = aws_environment(tmp_path, DISPLAY=display.name, **NO_GL, **NO_VULKAN)
    done = subprocess.run(
        [window_binary(), "--demo", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    sentence = done.stderr.splitlines()[-1]
    assert sentence.startswith("rds-fleet: no renderer could open a window")
    for word in ("--renderer software", "libgl1-mesa-dri", "mesa-vulkan-drivers", "mesa-dri-drivers", "rds-fleet-cli"):
        assert word in sentence, sentence
    assert "panicked" not in done.stderr
