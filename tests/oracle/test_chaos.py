"""One fleet in which everything goes wrong at once: 30 sound profiles, and beside them one for every fault of `chaos`.

The sound ones are complete in every format, each faulty one is named once with its own reason, nothing secret and
nothing that steers a terminal comes out anywhere, memory stays small, and no process stays behind.
"""

import csv
import html
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import threading
import time
import uuid
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from chaos import FAULTS, GIGABYTE, ODD_IDENTIFIER, SOUND, Chaos
from compare import aws_environment
from conftest import binary
from test_bad_input import no_panic
from test_secrets import leaks

FORMATS = ("csv", "json", "html")
# How long a run may take: one call's limit, and some of this machine's slowness.
SECONDS = 90
MOST_MEMORY = 300 * 2**20
# What a program sends that has stopped reading: socket buffers, and what was read before it gave up.
MOST_SENT = 256 * 2**20
# C0 without tabulator and line feed, DEL, C1, and what turns text around.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
# A short piece of a secret is secret, too: a bound may cut it in two.
PIECE = 18
NOT_COLLECTED = "not collected: "


class ChaosRun:
    """One export in a process of its own, watched while it runs."""

    def __init__(self, chaos, form):
        self.form = form
        self.output = chaos.folder / f"out-{form}" / f"fleet.{form}"
        self.store = chaos.folder / f"store-{form}" / "fleet.sqlite"
        self.output.parent.mkdir()
        self.said = chaos.folder / f"said-{form}"
        # Whatever the run starts has this in its environment, however it is started.
        self.mark = f"chaos-{uuid.uuid4()}"
        variables = chaos.environment | {
            "RDS_FLEET_STORE": self.store,
            "RDS_FLEET_HELPER_SECONDS": 8,
            "AWS_MAX_ATTEMPTS": 1,
            "CHAOS_MARK": self.mark,
            "CHAOS_RUN": "patient" if form == "csv" else "short",
        }
        if form == "csv":
            variables |= {"RDS_FLEET_LOG": "trace", "RUST_LOG": "trace"}
        self.environment = aws_environment(chaos.folder, **{name: str(value) for name, value in variables.items()})
        self.code, self.seconds, self.peak, self.left = None, None, 0, []

    def watch(self):
        """Runs it to its end, or ends it where it does not come to one."""
        started = time.monotonic()
        arguments = ["export", "db-instances", "--format", self.form, "-o", self.output]
        with self.said.open("wb") as said:
            process = subprocess.Popen(
                [binary(), *map(str, arguments)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
            while process.poll() is None and time.monotonic() - started < SECONDS:
                self.peak = max(self.peak, peak_memory(process.pid))
                time.sleep(0.02)
        self.seconds = time.monotonic() - started
        self.code = process.poll()
        if self.code is not None:
            # Killed processes need a moment until they are gone.
            time.sleep(0.5)
            self.left = processes_with(self.mark)
        for pid in processes_with(self.mark):
            os.kill(pid, signal.SIGKILL)
        process.wait()

    def text(self):
        # Strict decoding on purpose.
        return self.said.read_bytes().decode()

    def lines(self):
        return self.text().splitlines()

    def not_collected(self):
        return [line for line in self.lines() if line.startswith(NOT_COLLECTED)]

    def again(self, *arguments):
        """A look at what the run has stored, without asking AWS."""
        done = subprocess.run(
            [binary(), *arguments], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=60
        )
        return done.stdout.decode(), done.stderr.decode()


def peak_memory(pid):
    """The most memory that a process has ever had, in bytes."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s*(\d+) kB", status)
    return int(found[1]) * 1024 if found else 0


def processes_with(mark):
    """The processes that have this in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            pass
    return found


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """The fleet, swept three times at once."""
    with Chaos(tmp_path_factory.mktemp("chaos")).serving() as chaos:
        chaos.runs = {form: ChaosRun(chaos, form) for form in FORMATS}
        threads = [threading.Thread(target=run.watch) for run in chaos.runs.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for run in chaos.runs.values():
            print(f"{run.form}: code {run.code}, {run.seconds:.1f} s, peak {run.peak / 2**20:.0f} MB")
        yield chaos


@pytest.fixture(params=FORMATS)
def run(request, fleet):
    return fleet.runs[request.param]


def test_the_fleet_is_what_it_is_meant_to_be():
    profiles = [fault.profile for fault in FAULTS]
    assert len(SOUND) == 30 and len(FAULTS) >= 30
    assert len(set(profiles)) == len(profiles)
    assert not [(one, other) for one in profiles for other in profiles if one != other and one in other]


def test_it_ends_and_says_that_something_is_missing(run):
    assert run.code is not None, f"no end after {run.seconds:.0f} s"
    assert run.code == 3, run.text()[-3000:]
    no_panic(run.text())
    assert [path.name for path in run.output.parent.iterdir()] == [run.output.name]


def test_memory_stays_small(run):
    assert 0 < run.peak < MOST_MEMORY, f"{run.peak / 2**20:.0f} MB"


def test_no_process_stays_behind(run):
    assert run.left == []


def arns(run):
    """The ARNs of an exported file."""
    text = run.output.read_bytes().decode("utf-8-sig")
    if run.form == "csv":
        return [row["DBInstanceArn"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    if run.form == "json":
        return [row["DBInstanceArn"] for row in json.loads(text)]
    return re.findall(r"<td>(arn:aws:rds:[^<]*)</td>", text)


def test_the_sound_profiles_are_complete(fleet, run):
    found = Counter(arns(run))
    missing = Counter(arn.split(":")[4] for arn in fleet.expected() - set(found))
    assert not missing, f"databases that are missing, by account: {missing}"
    assert max(found.values()) == 1
    # Of a faulty account the pages before the fault may be there, and of others nothing.
    others = {arn.split(":")[4] for arn in set(found) - fleet.expected()}
    assert others <= {fleet.account(fault.profile) for fault in FAULTS}
    if run.form == "json":
        rows = json.loads(run.output.read_text())
        assert ODD_IDENTIFIER in {row["DBInstanceIdentifier"] for row in rows}, "a row's own text is AWS's"


def entries_of_html(run):
    """The coverage of the page: what stands in its head under "Not collected", and in the table of gaps."""
    text = run.output.read_text()
    head = text.partition('<table class="rows">')[0]
    broken = re.findall(r"<dt>Not collected</dt><dd>(.*?)</dd>", head, re.DOTALL)
    gaps = re.findall(r"<tr>(<td>.*?)</tr>", head, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]*>", " ", entry)) for entry in broken + gaps]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_is_named_once_with_its_own_reason(fleet, fault):
    entries = {f"stderr of {run.form}": run.not_collected() for run in fleet.runs.values()}
    entries["coverage"] = entries_of_html(fleet.runs["html"])
    for where, lines in entries.items():
        named = [line for line in lines if re.search(rf"\b{fault.profile}\b", line)]
        assert len(named) == 1, f"{where}: {named}"
        assert re.search(fault.reason, named[0], re.IGNORECASE), f"{where}: {named[0]}"
        assert len(named[0]) < 4000, f"{where}: {len(named[0])} characters"


def test_no_sound_profile_is_named(run):
    # What a line is of stands before its second colon; behind it may be the name of a profile's source.
    named = [line for line in run.not_collected() if "good-" in line.split(": ")[1]]
    assert named == []
    assert len(run.not_collected()) == len(FAULTS)
    if run.form != "csv":
        assert len(run.text()) < 60_000, "a wall of text tells nobody anything"


def test_what_is_too_much_is_not_even_read(fleet):
    assert sorted(fleet.sent) == ["body-endless", "error-huge"]
    assert all(sent < len(FORMATS) * MOST_SENT for sent in fleet.sent.values()), fleet.sent
    assert fleet.followed == [], "a redirect was followed, perhaps with credentials"
    assert MOST_SENT < GIGABYTE


def pieces(secrets):
    """Each secret by its beginning and by its end."""
    return {f"{name}, {at}": part for name, whole in secrets.items() for at, part in
            (("beginning", whole[:PIECE]), ("end", whole[-PIECE:]))}  # fmt: skip


def test_no_secret_comes_out(fleet, run):
    secrets = pieces(fleet.secrets)
    # The search itself must work.
    everything = " ".join(secrets.values()).encode()
    assert leaks(everything, secrets) == sorted(secrets)
    written = [run.said, *run.output.parent.iterdir(), *run.store.parent.iterdir()]
    assert run.store in written
    leaking = {path.name: leaks(path.read_bytes(), secrets) for path in written}
    assert not any(leaking.values()), leaking


def test_a_log_was_written(fleet):
    logged = {form: fleet.runs[form].said.stat().st_size for form in FORMATS}
    assert logged["csv"] > 2 * logged["json"], "without a log, no secret in it proves nothing"


def controls(text):
    """What steers a terminal, with what is around it."""
    return [text[max(0, found.start() - 40) : found.end() + 10] for found in CONTROL.finditer(text)][:3]


def test_no_control_character_comes_out(run):
    said = controls(run.text())
    # The lines of CSV end as its standard has it.
    written = controls(run.output.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    assert (said, written) == ([], [])


def test_no_control_character_is_in_the_stored_coverage(run):
    with closing(sqlite3.connect(f"file:{run.store}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT * FROM coverage").fetchall()
    assert len(rows) > len(SOUND)
    assert not [cell for row in rows for cell in row if isinstance(cell, str) and controls(cell)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "db-instances", "--cached"),
        ("export", "db-instances", "--cached", "--format", "jsonl"),
        ("query", "SELECT * FROM coverage", "--cached"),
        ("profiles",),
        ("profiles", "--format", "json"),
    ],
    ids=" ".join,
)
def test_what_is_printed_later_is_clean_too(fleet, arguments):
    run = fleet.runs["json"]
    stdout, stderr = run.again(*arguments)
    assert len(stdout) > 1000, stderr
    found = [(controls(text), leaks(text.encode(), pieces(fleet.secrets))) for text in (stdout, stderr)]
    assert found == [([], []), ([], [])]
