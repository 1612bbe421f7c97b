"""The store on disk: what outlives a run, what changed between two, and what other programs read in it."""

import csv
import io
import json
import shutil
import sqlite3
import stat
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import duckdb
import duckdb_extension_sqlite_scanner
import pandas
import pytest
from compare import aws_environment
from conftest import binary
from standins import AwsError, QueryEndpoint

# DuckDB would fetch its reader of SQLite files from the network; this one came with the tests' environment.
(DUCKDB_SQLITE,) = Path(duckdb_extension_sqlite_scanner.__file__).parent.rglob("sqlite_scanner.duckdb_extension")
ACCOUNTS = {"AKIAONE": "111122223333", "AKIATWO": "444455556666"}


class Fleet:
    """Two accounts whose databases a test may change between two runs."""

    def __init__(self, folder, run):
        self.folder, self.run = folder, run
        self.databases = {
            account: {f"db-{number:02d}": {"AllocatedStorage": "20", "EngineVersion": "16.3"} for number in range(30)}
            for account in ACCOUNTS.values()
        }
        self.denied = set()
        # While it is not set, AWS takes its time.
        self.go_on = threading.Event()
        self.go_on.set()
        (folder / "config").write_text(
            "".join(
                f"[profile {name}]\naws_access_key_id = {key}\naws_secret_access_key = secret\nregion = eu-central-1\n"
                for name, key in (("one", "AKIAONE"), ("two", "AKIATWO"))
            )
        )
        (folder / "credentials").touch()
        self.endpoint = self.aws = None

    def answer(self, request):
        self.go_on.wait(60)
        account = ACCOUNTS[request.access_key]
        if account in self.denied:
            raise AwsError(403, "AccessDenied", "not authorized to perform: rds:DescribeDBInstances")
        kind = request.parameters["Action"].removeprefix("Describe")
        rows = self.databases[account] if kind == "DBInstances" else {}
        body = "".join(
            f"<DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier>"
            f"<DBInstanceArn>arn:aws:rds:eu-central-1:{account}:db:{name}</DBInstanceArn>"
            + "".join(f"<{member}>{value}</{member}>" for member, value in members.items())
            + "</DBInstance>"
            for name, members in rows.items()
        )
        result = f"<{kind}>{body}</{kind}>"
        return f"<Describe{kind}Response><Describe{kind}Result>{result}</Describe{kind}Result></Describe{kind}Response>".encode()

    def environment(self):
        return {
            "AWS_CONFIG_FILE": self.folder / "config",
            "AWS_SHARED_CREDENTIALS_FILE": self.folder / "credentials",
            "AWS_ENDPOINT_URL": self.endpoint,
            "RDS_FLEET_STORE": self.store,
        }

    def __call__(self, *arguments):
        return self.run(*arguments, env=self.environment())

    @property
    def store(self):
        return self.folder / "store/inventory.sqlite"

    def rows(self, *arguments, code=0):
        done = self(*arguments, "--format", "csv", "--raw")
        assert done.code == code, done.stderr
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def changes(self, *arguments, code=0):
        rows = self.rows("changes", *arguments, code=code)
        return sorted((row["AccountId"], row["Identifier"], row["Change"], row["Member"], row["Old"], row["New"]) for row in rows)


@pytest.fixture
def fleet(tmp_path, run_fresh):
    fleet = Fleet(tmp_path, run_fresh)
    fleet.aws = QueryEndpoint(lambda key: ACCOUNTS[key], fleet.answer)
    with fleet.aws.serving() as address:
        fleet.endpoint = address
        yield fleet


def test_what_changed_is_told_member_by_member_and_nothing_else(fleet):
    one, two = ACCOUNTS.values()
    assert fleet.changes() == [], "the first sweep is what the others are compared with"
    assert fleet.changes() == []
    fleet.databases[one]["db-00"] |= {"AllocatedStorage": "40", "EngineVersion": "16.4", "KmsKeyId": "key"}
    del fleet.databases[one]["db-01"]
    fleet.databases[two]["new"] = {"AllocatedStorage": "5"}
    expected = [
        (one, "db-00", "changed", "AllocatedStorage", "20", "40"),
        (one, "db-00", "changed", "EngineVersion", "16.3", "16.4"),
        (one, "db-00", "changed", "KmsKeyId", "", "key"),
        (one, "db-01", "disappeared", "", "", ""),
        (two, "new", "appeared", "", "", ""),
    ]
    assert fleet.changes() == expected
    assert fleet.changes() == [], "told once"

    # What could not be collected has not disappeared, and what changed meanwhile is told when it is seen.
    fleet.denied = {two}
    fleet.databases[two] = {}
    assert fleet.changes(code=3) == []
    fleet.databases[two] = {"new": {"AllocatedStorage": "6"}}
    fleet.denied = set()
    later = fleet.changes()
    assert (two, "new", "changed", "AllocatedStorage", "5", "6") in later
    assert len(later) == 31 and {row[2] for row in later} == {"changed", "disappeared"}
    assert fleet.changes("--since", "1h", "--cached") == sorted(expected + later)
    refused = fleet("changes", "--since", "2100-01-01", "--cached")
    assert refused.code == 2 and "2100-01-01 is still to come" in refused.stderr


def test_what_was_is_kept_with_its_times(fleet):
    def one_database():
        return {"db-00": dict(fleet.databases[ACCOUNTS["AKIAONE"]]["db-00"])}

    fleet.databases = {account: one_database() for account in ACCOUNTS.values()}
    fleet.rows("export", "db-instances")
    for size in ("30", "40"):
        fleet.databases[ACCOUNTS["AKIAONE"]]["db-00"]["AllocatedStorage"] = size
        fleet.rows("export", "db-instances")
    sql = "SELECT AllocatedStorage, FirstSeen, LastSeen, Ended FROM db_instances_history WHERE AccountId = '{}' ORDER BY 2"
    versions = fleet.rows("query", "--cached", sql.format(ACCOUNTS["AKIAONE"]))
    assert [row["AllocatedStorage"] for row in versions] == ["20", "30", "40"]
    for version, later in zip(versions, versions[1:]):
        assert version["FirstSeen"] <= version["LastSeen"] < version["Ended"] == later["FirstSeen"]
    assert versions[-1]["Ended"] == ""
    assert len(fleet.rows("query", "--cached", sql.format(ACCOUNTS["AKIATWO"]))) == 1, "what did not change costs nothing"


def test_the_next_run_has_what_the_last_collected(fleet):
    collected = fleet("export", "db-instances", "--format", "json")
    assert collected.code == 0 and len(json.loads(collected.stdout)) == 60
    asked = len(fleet.aws.requests)
    assert fleet("export", "db-instances", "--cached", "--format", "json").stdout == collected.stdout
    assert len(fleet.aws.requests) == asked
    # Asking and failing is another thing, and the rows that are there are old.
    fleet.denied = set(ACCOUNTS.values())
    failed = fleet("query", "SELECT count(*) FROM db_instances")
    assert failed.code == 1 and "nothing was collected" in failed.stderr


def test_a_query_collects_what_it_reads(fleet):
    counts = fleet.rows("query", "SELECT AccountId, count(*) AS n FROM db_instances GROUP BY 1 ORDER BY 1")
    assert [row["n"] for row in counts] == ["30", "30"]
    fleet.denied = {"444455556666"}
    partly = fleet("query", "SELECT count(*) FROM db_clusters")
    assert partly.code == 3 and "444455556666" in partly.stderr and "AccessDenied" in partly.stderr
    wrong = fleet("query", "SELECT Engin FROM db_instances")
    assert wrong.code == 2 and "line 1, column 8" in wrong.stderr and "Engin" in wrong.stderr
    assert fleet("query", "DELETE FROM db_instances").code == 2


def test_a_query_answers_what_sqlite_answers(fleet):
    fleet.rows("export", "db-instances")
    connection = sqlite3.connect(f"file:{fleet.store}?mode=ro", uri=True)
    for sql in (
        "SELECT AccountId, Region, count(*) AS n, sum(AllocatedStorage) AS s FROM db_instances GROUP BY 1, 2 ORDER BY 1",
        "SELECT DBInstanceIdentifier, DBInstanceArn FROM db_instances ORDER BY 2 DESC LIMIT 7",
        "SELECT Kind, State, \"Rows\" FROM coverage ORDER BY AccountId",
        "SELECT Profile, AccountId FROM profiles ORDER BY 1",
    ):
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        expected = [dict(zip(names, row)) for row in cursor]
        done = fleet("query", "--cached", sql, "--format", "json")
        present = [{name: value for name, value in row.items() if value is not None} for row in expected]
        assert json.loads(done.stdout) == present, sql
    connection.close()


def test_other_programs_open_the_store_while_ours_runs(fleet):
    fleet.rows("export", "db-instances")
    assert stat.S_IMODE(fleet.store.stat().st_mode) == 0o600
    assert stat.S_IMODE(fleet.store.parent.stat().st_mode) == 0o700
    counts = "SELECT AccountId, count(*) AS n FROM {} GROUP BY AccountId ORDER BY AccountId"
    ours = [(row["AccountId"], int(row["n"])) for row in fleet.rows("query", "--cached", counts.format("db_instances"))]
    assert ours == [(account, 30) for account in ACCOUNTS.values()]

    # Ours has the store open and waits for AWS, in the middle of a sweep.
    fleet.go_on.clear()
    environment = aws_environment(fleet.folder, **{name: str(value) for name, value in fleet.environment().items()})
    running = subprocess.Popen([binary(), "export", "db-instances", "--format", "json"], env=environment, stdout=subprocess.PIPE)
    try:
        asked = len(fleet.aws.requests)
        while len(fleet.aws.requests) < asked + 2:
            time.sleep(0.01)
        with closing(sqlite3.connect(f"file:{fleet.store}?mode=ro", uri=True)) as connection:
            assert connection.execute(counts.format("db_instances")).fetchall() == ours
            assert connection.execute(counts.format("db_instances_history")).fetchall() == ours
            frame = pandas.read_sql("SELECT * FROM db_instances", connection)
            assert list(frame.groupby("AccountId").size().items()) == ours
        with duckdb.connect(config={"autoinstall_known_extensions": False}) as duck:
            duck.execute(f"LOAD '{DUCKDB_SQLITE}'")
            duck.execute(f"ATTACH '{fleet.store}' AS fleet (TYPE sqlite, READ_ONLY)")
            assert duck.execute(counts.format("fleet.db_instances")).fetchall() == ours
            assert duck.execute(counts.format("fleet.db_instances_history")).fetchall() == ours
        if shell := shutil.which("sqlite3"):
            command = [shell, "-readonly", "-separator", " ", fleet.store, counts.format("db_instances")]
            done = subprocess.run(command, capture_output=True, text=True)
            assert done.stdout.split("\n")[:-1] == [f"{account} {count}" for account, count in ours], done.stderr
        assert running.poll() is None
    finally:
        fleet.go_on.set()
        out, _ = running.communicate(timeout=60)
    assert running.returncode == 0 and len(json.loads(out)) == 60


def test_two_programs_at_once(fleet):
    fleet.rows("export", "db-instances")
    environment = aws_environment(fleet.folder, **{name: str(value) for name, value in fleet.environment().items()})
    arguments = [binary(), "export", "db-instances", "--format", "json"]
    for size in range(5):
        fleet.databases["111122223333"]["db-00"]["AllocatedStorage"] = str(100 + size)
        running = [subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
        for process in running:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0 and not err, err
            assert len(json.loads(out)) == 60
    told = fleet.changes("--since", "1h", "--cached")
    assert [(row[3], row[4], row[5]) for row in told] == [
        ("AllocatedStorage", old, new) for old, new in (("100", "101"), ("101", "102"), ("102", "103"), ("103", "104"), ("20", "100"))
    ]
    connection = sqlite3.connect(fleet.store)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_store_that_cannot_be_used_costs_nothing_else(fleet):
    fleet.rows("export", "db-instances")
    fleet.store.write_bytes(b"SQLite format 3\0" + b"nonsense" * 1000)
    done = fleet("export", "db-instances", "--format", "json")
    assert done.code == 0 and len(json.loads(done.stdout)) == 60
    assert "set aside" in done.stderr and str(fleet.store) in done.stderr
    assert fleet("export", "db-instances", "--format", "json").stderr == ""


def test_a_page_that_breaks_later_is_found_and_costs_nothing_else(fleet):
    fleet.rows("export", "db-instances")
    # Every page but the first few: the file still opens.
    content = bytearray(fleet.store.read_bytes())
    for at in range(len(content) // 2, len(content)):
        content[at] = 0x5A
    fleet.store.write_bytes(content)
    for _ in range(2):
        fleet.databases["111122223333"]["db-00"]["AllocatedStorage"] = "77"
        done = fleet("export", "db-instances", "--format", "json")
        assert done.code == 0, done.stderr
        assert len(json.loads(done.stdout)) == 60
