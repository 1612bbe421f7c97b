"""A run that is killed at any moment, or whose disk is full, loses nothing that was there before: an export is a whole
earlier one or a whole later one, each account and region of the store is as one whole sweep found it, and the next run
works."""

import csv
import io
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from contextlib import closing

import pytest
from compare import aws_environment
from conftest import binary
from standins import QueryEndpoint
from test_bad_input import ADVICE

KEYS = {f"AKIA{number}": f"{111122223333 + number:012d}" for number in range(4)}
REGIONS = ("eu-central-1", "us-east-1")
PLACES = [(account, region) for account in KEYS.values() for region in REGIONS]
PAGE = 100
KILLS_BY_TIME, KILLS_WHILE_WRITING = 14, 6


class Fleet:
    """Four accounts in two regions. From one generation to the next each database changes, and some come or go."""

    def __init__(self, folder):
        self.folder, self.generation = folder, 0
        self.output, self.store = folder / "output/inventory.csv", folder / "store/inventory.sqlite"
        self.output.parent.mkdir()
        profiles = [
            f"[profile {key}-{region}]\naws_access_key_id = {key}\naws_secret_access_key = secret\nregion = {region}\n"
            for key in KEYS
            for region in REGIONS
        ]
        (folder / "config").write_text("".join(profiles))
        (folder / "credentials").touch()
        self.endpoint = None

    def databases(self, generation):
        """How many databases each account has in each region."""
        return 200 + 40 * (generation % 3)

    def answer(self, request):
        account, start = KEYS[request.access_key], int(request.parameters.get("Marker", 0))
        end = min(start + PAGE, self.databases(self.generation))
        body = "".join(
            f"<DBInstance><DBInstanceIdentifier>db-{number}</DBInstanceIdentifier>"
            f"<DBInstanceArn>arn:aws:rds:{request.region}:{account}:db:db-{number}</DBInstanceArn>"
            f"<EngineVersion>{self.generation}</EngineVersion>"
            f"<TagList><Tag><Key>purpose</Key><Value>{'x' * 1000}</Value></Tag></TagList></DBInstance>"
            for number in range(start, end)
        )
        marker = f"<Marker>{end}</Marker>" if end < self.databases(self.generation) else ""
        return (
            f"<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>{body}</DBInstances>{marker}"
            "</DescribeDBInstancesResult></DescribeDBInstancesResponse>"
        ).encode()

    def start(self):
        """An export in a process group of its own."""
        variables = {
            "AWS_CONFIG_FILE": self.folder / "config",
            "AWS_SHARED_CREDENTIALS_FILE": self.folder / "credentials",
            "AWS_ENDPOINT_URL": self.endpoint,
            "RDS_FLEET_STORE": self.store,
        }
        return subprocess.Popen(
            [binary(), "export", "db-instances", "--format", "csv", "-o", self.output],
            env=aws_environment(self.folder, **{name: str(value) for name, value in variables.items()}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self):
        """An export that nobody disturbs: its exit code, and what it said."""
        process = self.start()
        said = process.communicate(timeout=60)[1].decode()
        return process.returncode, said

    def works(self):
        """A run of this generation ends well, and what it leaves is this generation's."""
        code, said = self.run()
        assert (code, said) == (0, "")
        assert self.exported() == self.generation
        assert self.stored() == dict.fromkeys(PLACES, self.generation)

    def one_generation(self, found, rows):
        """The generation of which these are all databases of one account and region."""
        assert len(found) == 1, f"generations are mixed: {found}"
        (generation,) = found
        assert rows == self.databases(generation), f"generation {generation} is not whole: {rows} rows"
        return generation

    def exported(self):
        """The one generation that the whole file holds; None where there is no file."""
        if not self.output.exists():
            return None
        text = self.output.read_bytes().decode("utf-8-sig")
        assert text.endswith("\r\n"), "the last record is not complete"
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert len({row["DBInstanceArn"] for row in rows}) == len(rows)
        counts = Counter((row["AccountId"], row["Region"]) for row in rows)
        assert sorted(counts) == PLACES and len(set(counts.values())) == 1, counts
        return self.one_generation({int(row["EngineVersion"]) for row in rows}, counts[PLACES[0]])

    def stored(self):
        """The generation that the store has of each account and region."""
        # A copy is looked at, since whoever opens the file first also mends it, and that is to be the next run.
        copy = self.folder / "copy.sqlite"
        for end in ("", "-wal"):
            copy.with_name(copy.name + end).unlink(missing_ok=True)
            if (file := self.store.with_name(self.store.name + end)).exists():
                shutil.copyfile(file, copy.with_name(copy.name + end))
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            query = "SELECT AccountId, Region, DBInstanceArn, EngineVersion FROM db_instances"
            rows = connection.execute(query).fetchall()
        assert len({arn for _, _, arn, _ in rows}) == len(rows)
        places = {}
        for account, region, _, generation in rows:
            places.setdefault((account, region), []).append(int(generation))
        return {place: self.one_generation(set(found), len(found)) for place, found in places.items()}


@pytest.fixture
def fleet(tmp_path):
    fleet = Fleet(tmp_path)
    with QueryEndpoint(KEYS.get, fleet.answer).serving() as fleet.endpoint:
        yield fleet


def wait_for_a_part(fleet, process):
    """Waits until the file that is to become the export is being written."""
    while process.poll() is None and not any(fleet.output.parent.glob(".rds-fleet-*.part")):
        time.sleep(0.0005)


def test_killed_at_any_moment(fleet):
    dice = random.Random(20)
    fleet.works()
    fleet.generation += 1
    started = time.monotonic()
    fleet.works()
    whole_time = time.monotonic() - started

    seen = Counter()
    for number in range(KILLS_BY_TIME + KILLS_WHILE_WRITING):
        if number % 5 == 4:
            fleet.output.unlink()
        exported, stored = fleet.exported(), fleet.stored()
        fleet.generation += 1
        process = fleet.start()
        if number < KILLS_BY_TIME:
            time.sleep(whole_time * (number + dice.random()) / KILLS_BY_TIME)
        else:
            wait_for_a_part(fleet, process)
            time.sleep(dice.random() * 0.02)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            seen["ended before"] += 1
        process.communicate(timeout=10)

        seen["part left"] += any(fleet.output.parent.glob(".rds-fleet-*.part"))
        assert fleet.exported() in (exported, fleet.generation)
        now = fleet.stored()
        assert sorted(now) == PLACES
        assert all(now[place] in (stored[place], fleet.generation) for place in PLACES), now
        seen["store as before"] += now == stored
        seen["store partly new"] += len(set(now.values())) == 2
        seen["store new"] += set(now.values()) == {fleet.generation}
        fleet.works()
        for part in fleet.output.parent.glob(".rds-fleet-*.part"):
            part.unlink()
    # Had all kills come early or late, little would have been shown.
    assert seen["store as before"] and seen["store new"] and seen["part left"], seen
    assert seen["ended before"] <= 5, seen


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no small disk can be made here: {made.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill(disk, left):
    """Fills the disk with a ballast until `left` bytes are left."""
    room = os.statvfs(disk)
    with (disk / "ballast").open("wb") as ballast:
        ballast.write(bytes(max(0, room.f_bavail * room.f_frsize - left)))
    return disk / "ballast"


@pytest.mark.parametrize("left", [0, 200_000])
def test_a_full_disk_for_the_export(fleet, small_disk, left):
    fleet.output = small_disk / "inventory.csv"
    fleet.works()
    before = fleet.output.read_bytes()
    ballast = fill(small_disk, left)

    fleet.generation += 1
    code, said = fleet.run()
    assert code == 1
    assert str(fleet.output) in said and "No space left on device" in said and ADVICE.search(said), said
    assert fleet.output.read_bytes() == before
    assert {file.name for file in small_disk.iterdir()} == {"inventory.csv", "ballast"}, "nothing half is left behind"
    assert fleet.stored() == dict.fromkeys(PLACES, fleet.generation)

    ballast.unlink()
    fleet.works()


@pytest.mark.parametrize("left", [0, 50_000, 500_000, 2_000_000])
def test_a_full_disk_for_the_store(fleet, small_disk, left):
    fleet.store = small_disk / "inventory.sqlite"
    fleet.works()
    ballast = fill(small_disk, left)

    fleet.generation += 1
    code, said = fleet.run()
    assert str(fleet.store) in said, said
    # What was collected can be written all the same; where it is not, the older export stays.
    assert fleet.exported() == (fleet.generation if code == 0 else fleet.generation - 1)
    assert all(found in (fleet.generation - 1, fleet.generation) for found in fleet.stored().values())
    assert sorted(fleet.stored()) == PLACES

    ballast.unlink()
    fleet.generation += 1
    fleet.works()


def test_a_full_disk_for_both(fleet, small_disk):
    fleet.output, fleet.store = small_disk / "inventory.csv", small_disk / "inventory.sqlite"
    fleet.works()
    before = fleet.output.read_bytes()
    ballast = fill(small_disk, 50_000)

    fleet.generation += 1
    code, said = fleet.run()
    assert code == 1
    assert str(fleet.output) in said and str(fleet.store) in said, said
    assert fleet.output.read_bytes() == before
    assert all(found in (fleet.generation - 1, fleet.generation) for found in fleet.stored().values())

    ballast.unlink()
    fleet.works()
