"""The real window on a display of its own, driven by mouse and keyboard as a person would, against the simulated AWS in
another process. What it shows is told by its log, its clipboard and the files it writes, and held against what the
command line says of the same fleet."""

import csv
import re
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from compare import aws_environment
from conftest import CommandLine
from desktop import (
    FIRST_ROW_Y,
    HEADER_Y,
    IDENTIFIER_X,
    ROW_HEIGHT,
    Display,
    Sandbox,
    Window,
    as_rows,
    natural,
    needs_display,
    window_binary,
)

ACCOUNTS, INSTANCES = 6, 7
ROWS = ACCOUNTS * INSTANCES


class Desk(NamedTuple):
    """A window whose sweep has ended, and the truth about its fleet."""

    window: Window
    sandbox: Sandbox
    truth: list
    folder: Path


@pytest.fixture(scope="module")
def display():
    display = Display()
    yield display
    display.close()


@pytest.fixture(scope="module")
def desk(display, tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    sandbox = Sandbox("--accounts", ACCOUNTS, "--region", "eu-west-1", "--instances", INSTANCES)
    run = CommandLine(folder)("export", "db-instances", "--format", "csv", env=sandbox.variables)
    assert run.code == 0, run.stderr
    truth = list(csv.DictReader(run.stdout.removeprefix("\ufeff").splitlines()))
    assert len(truth) == ROWS
    window = Window(display, folder, sandbox.variables, "--theme", "dark")
    # From the overview, which opens first, to the instances.
    window.wait("sweep ended")
    window.wait("overview answered")
    since = window.mark()
    window.keys("ctrl+2")
    window.wait("view answered", since)
    yield Desk(window, sandbox, truth, folder)
    if window.process.poll() is None:
        window.process.kill()
    sandbox.close()


@needs_display
def test_the_sweep_ends_with_every_row(desk):
    ended = desk.window.wait(r"sweep ended .*failed=(\d+) cancelled=(\w+)", timeout=30)
    assert ended.groups() == ("0", "false")
    desk.window.wait(rf'view answered kind="db-instances" rows={ROWS} of={ROWS}')


@needs_display
def test_a_click_on_a_header_sorts_and_an_export_has_the_order(desk):
    for name, reverse in (("up.csv", False), ("down.csv", True)):
        since = desk.window.mark()
        desk.window.click(IDENTIFIER_X, HEADER_Y)
        desk.window.wait("view answered", since)
        rows = desk.window.export(desk.folder / name)
        found = [row["DBInstanceIdentifier"] for row in rows]
        assert found == sorted(found, key=natural, reverse=reverse)
        assert as_rows(rows, list(rows[0])) == as_rows(desk.truth, list(rows[0]))


@needs_display
def test_a_search_shows_and_exports_what_contains_the_word(desk):
    account = desk.truth[0]["AccountId"]
    expected = [row for row in desk.truth if row["AccountId"] == account]
    since = desk.window.mark()
    desk.window.keys("slash")
    desk.window.type(account)
    desk.window.wait(rf"view answered .*rows={len(expected)} of={ROWS}", since)
    rows = desk.window.export(desk.folder / "found.csv")
    assert as_rows(rows, list(rows[0])) == as_rows(expected, list(rows[0]))
    since = desk.window.mark()
    desk.window.keys("ctrl+f", "Escape")
    desk.window.wait(rf"view answered .*rows={ROWS} of={ROWS}", since)


@needs_display
def test_selected_rows_are_copied_with_headers(desk):
    desk.window.click(IDENTIFIER_X, FIRST_ROW_Y)
    desk.window.click(IDENTIFIER_X, FIRST_ROW_Y + 2 * ROW_HEIGHT, held="shift")
    desk.window.keys("ctrl+c")
    header, *rows = csv.reader(desk.window.clipboard().splitlines(), delimiter="\t")
    assert len(rows) == 3
    truth = as_rows(desk.truth, header)
    assert all(tuple(row) in truth for row in rows)
    # Sorted downwards by the test before the last.
    names = sorted((row["DBInstanceIdentifier"] for row in desk.truth), key=natural, reverse=True)
    assert [row[header.index("DBInstanceIdentifier")] for row in rows] == names[:3]


@needs_display
def test_keys_sort_as_a_click_does(desk):
    since = desk.window.mark()
    desk.window.click(IDENTIFIER_X, FIRST_ROW_Y)
    desk.window.keys("Home", "Right", "Right", "Right", "s")
    desk.window.wait("view answered", since)
    rows = desk.window.export(desk.folder / "keys.csv")
    found = [row["AccountId"] for row in rows]
    assert found == sorted(found)


@needs_display
def test_an_edit_of_the_config_shows_within_two_seconds(desk):
    config = Path(desk.sandbox.variables["AWS_CONFIG_FILE"])
    text = config.read_text()
    profile, section = re.search(r"\[profile ([^\]]+)\]\n((?:[^\[].*\n)*role_arn.*\n(?:[^\[\n].*\n)*)", text).groups()
    since = desk.window.mark()
    config.write_text(f"{text}\n[profile ADDED]\n{section}[profile BROKEN]\nrole_arn = x\nregion = eu-west-1\n")
    desk.window.wait(r"config read .*broken=1", since, timeout=2)
    expected = [row for row in desk.truth if profile in row["Profiles"].split("; ")]
    since = desk.window.mark()
    desk.window.keys("slash")
    desk.window.type("ADDED")
    desk.window.wait(rf"view answered .*rows={len(expected)} of={ROWS}", since)
    desk.window.keys("Escape")
    rows = desk.window.export(desk.folder / "added.csv")
    assert sum("ADDED" in row["Profiles"].split("; ") for row in rows) == len(expected) > 0


@needs_display
def test_a_question_in_sql_is_completed_answered_and_exported(desk):
    since = desk.window.mark()
    desk.window.keys("ctrl+shift+q", "ctrl+a")
    # The first offer for what is typed of a column is taken with Tab.
    desk.window.type("SELECT EngineV")
    desk.window.keys("Tab")
    desk.window.type(", count(*) AS n FROM db_instances GROUP BY 1 ")
    desk.window.keys("ctrl+Return")
    expected = Counter(row["EngineVersion"] for row in desk.truth)
    desk.window.wait(rf'view answered kind="" rows={len(expected)} of={len(expected)}', since)
    rows = desk.window.export(desk.folder / "query.csv")
    assert {row["EngineVersion"]: int(row["n"]) for row in rows} == expected
    since = desk.window.mark()
    desk.window.keys("ctrl+shift+q", "ctrl+a")
    desk.window.type("DELETE FROM db_instances ")
    desk.window.keys("ctrl+Return")
    time.sleep(1)
    assert "view answered" not in desk.window.log()[since:], "what does not read is not asked"


@needs_display
def test_an_idle_window_costs_nothing(desk):
    time.sleep(1)
    before = desk.window.processor_seconds()
    time.sleep(10)
    assert desk.window.processor_seconds() - before < 0.1, "more than 1 % of a processor"


@needs_display
def test_it_ends_cleanly_when_it_is_closed(desk):
    assert desk.window.close() == 0
    assert not re.search(r"panicked| ERROR ", desk.window.log()), desk.window.log()


@needs_display
def test_a_running_sweep_is_cancelled(display, tmp_path):
    sandbox = Sandbox("--accounts", 30, "--region", "eu-west-1", "--instances", 2, "--latency", 2000)
    window = Window(display, tmp_path, sandbox.variables, "--theme", "dark")
    try:
        window.wait("sweep started")
        window.keys("Escape")
        window.wait("sweep ended .*cancelled=true", timeout=2)
        since = window.mark()
        window.keys("F5")
        window.wait("sweep started", since)
        # Until the window shows that a sweep runs, Escape has nothing to cancel.
        time.sleep(0.5)
        window.keys("Escape")
        window.wait("sweep ended .*cancelled=true", since, timeout=3)
        assert window.close() == 0
        assert not re.search(r"panicked| ERROR ", window.log()), window.log()
    finally:
        if window.process.poll() is None:
            window.process.kill()
        sandbox.close()


def test_without_a_display_one_sentence_names_the_command_line(tmp_path):
    done = subprocess.run(
        [window_binary(), "--demo"],
        env=aws_environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("rds-fleet: there is no display") and "rds-fleet-cli" in line
