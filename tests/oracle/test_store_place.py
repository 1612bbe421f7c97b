"""RDS_FLEET_STORE names a store or nothing: whatever else lies there is refused in words, and is left exactly as it was."""

import json
import os
import socket
import sqlite3
import stat
import subprocess
from contextlib import closing

import pytest
from compare import aws_environment
from conftest import binary
from test_bad_input import endpoint, environment, no_panic  # noqa: F401  (fixtures)


def facts(path):
    """All that a run must leave as it is."""
    found = os.lstat(path)
    content = path.read_bytes() if stat.S_ISREG(found.st_mode) else os.readlink(path) if path.is_symlink() else None
    return found.st_mode, found.st_uid, found.st_ino, found.st_nlink, found.st_mtime_ns, content


def link_to(target):
    def make(path):
        target_path = path.with_name("target")
        if target:
            target_path.write_bytes(target)
            target_path.chmod(0o644)
        path.symlink_to(target_path)

    return make


def hard_link(path):
    other = path.with_name("other")
    other.touch()
    other.chmod(0o644)
    path.hardlink_to(other)


def bound(path):
    with socket.socket(socket.AF_UNIX) as listening:
        # A socket's path is short.
        folder = os.open(path.parent, os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)


def database(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE precious (x)")
        connection.commit()


def somebody_elses(path):
    path.touch()
    os.chown(path, 12345, 12345)


THINGS = {
    "text file": lambda path: path.write_text("a letter"),
    "long text": lambda path: path.write_text("SQLite format 3 is what I write about\n" * 1000),
    "pipe": os.mkfifo,
    "device": lambda path: os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3)),
    "device that never ends": lambda path: os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5)),
    "socket": bound,
    "folder": lambda path: path.mkdir(),
    "link to a text": link_to(b"a letter"),
    "link to an empty file": link_to(b""),
    "link to nothing": lambda path: path.symlink_to(path.with_name("nowhere")),
    "hard link": hard_link,
    "another program's database": database,
    "somebody else's": somebody_elses,
    "a file that may not be read": lambda path: (path.write_text("a letter"), path.chmod(0)),
}


@pytest.mark.parametrize("name", THINGS)
def test_what_is_no_store_is_left_as_it_is(name, tmp_path, environment, run_fresh):  # noqa: F811
    if os.geteuid() != 0 and name in ("device", "device that never ends", "somebody else's"):
        pytest.skip("only root may make it")
    place = tmp_path / "place"
    place.mkdir()
    store = place / "thing"
    THINGS[name](store)
    before = {path.name: facts(path) for path in place.iterdir()}
    for _ in range(4):
        done = run_fresh("export", "db-instances", "--format", "json", env=environment | {"RDS_FLEET_STORE": store}, timeout=60)
        no_panic(done.stderr)
        assert done.code == 0 and len(json.loads(done.stdout)) == 2000
        assert str(store) in done.stderr and "left as it is" in done.stderr, done.stderr
    done = run_fresh("store", env=environment | {"RDS_FLEET_STORE": store}, timeout=60)
    assert done.code == 1 and str(store) in done.stderr
    assert {path.name: facts(path) for path in place.iterdir()} == before


def test_the_aws_config_is_no_store(tmp_path, environment, run_fresh):  # noqa: F811
    for file in (tmp_path / "config", tmp_path / "credentials"):
        file.write_text(file.read_text() + "# mine\n")
        file.chmod(0o644)
        before = facts(file)
        for _ in range(3):
            done = run_fresh("export", "db-instances", env=environment | {"RDS_FLEET_STORE": file})
            assert done.code == 0 and str(file) in done.stderr
        assert facts(file) == before


@pytest.mark.parametrize("end", [".lock", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("make", [link_to(b"precious"), lambda path: path.symlink_to("/dev/null"), os.mkfifo])
def test_files_beside_the_store_are_looked_at(end, make, tmp_path, environment, run_fresh):  # noqa: F811
    store = tmp_path / "place/inventory.sqlite"
    store.parent.mkdir()
    beside = store.with_name(store.name + end)
    make(beside)
    before = {path.name: facts(path) for path in store.parent.iterdir()}
    null = os.stat("/dev/null").st_mode
    done = run_fresh("export", "db-instances", env=environment | {"RDS_FLEET_STORE": store}, timeout=60)
    assert done.code == 0 and str(beside) in done.stderr, done.stderr
    assert {path.name: facts(path) for path in store.parent.iterdir()} == before
    assert os.stat("/dev/null").st_mode == null


def test_a_lock_that_holds_something_is_none(tmp_path, environment, run_fresh):  # noqa: F811
    store = tmp_path / "place/inventory.sqlite"
    store.parent.mkdir()
    lock = store.with_name(store.name + ".lock")
    lock.write_text("mine")
    done = run_fresh("export", "db-instances", env=environment | {"RDS_FLEET_STORE": store})
    assert done.code == 0 and str(lock) in done.stderr
    assert [path.name for path in store.parent.iterdir()] == [lock.name] and lock.read_text() == "mine"


@pytest.mark.parametrize("which", ["store's folder", "folder above", "cache folder"])
def test_a_folder_that_everybody_may_write_to_is_refused(which, tmp_path, environment, run_fresh):  # noqa: F811
    folder = tmp_path / "cache"
    (folder / "rds-fleet").mkdir(parents=True)
    (folder if which != "store's folder" else folder / "rds-fleet").chmod(0o777)
    variables = {"XDG_CACHE_HOME": folder} if which == "cache folder" else {"RDS_FLEET_STORE": folder / "rds-fleet/store"}
    done = run_fresh("export", "db-instances", env=environment | variables)
    assert done.code == 0 and "everybody may write" in done.stderr
    assert list((folder / "rds-fleet").iterdir()) == []
    # As in /tmp, where only a file's owner may remove it.
    folder.chmod(0o1777)
    (folder / "rds-fleet").chmod(0o700)
    done = run_fresh("export", "db-instances", env=environment | variables)
    assert done.code == 0 and done.stderr == ""
    assert len(list((folder / "rds-fleet").iterdir())) >= 2


@pytest.mark.parametrize("word", [":memory:", "memory"])
def test_memory_leaves_nothing(word, tmp_path, environment, run_fresh):  # noqa: F811
    (tmp_path / "here").mkdir()
    done = run_fresh("export", "db-instances", env=environment | {"RDS_FLEET_STORE": word}, cwd=tmp_path / "here")
    assert done.code == 0 and done.stderr == ""
    assert list((tmp_path / "here").iterdir()) == []


def test_a_store_of_ours_is_used_and_made_private(tmp_path, environment, run_fresh):  # noqa: F811
    store = tmp_path / "store.sqlite"
    store.touch(0o644)
    for _ in range(2):
        done = run_fresh("export", "db-instances", env=environment | {"RDS_FLEET_STORE": store})
        assert done.code == 0 and done.stderr == ""
        assert stat.S_IMODE(store.stat().st_mode) == 0o600
        store.chmod(0o644)
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (0x52445346,)


def test_settings_that_are_a_device_stay_one(tmp_path, environment, run_fresh):  # noqa: F811
    if os.geteuid() != 0:
        pytest.skip("only root may make a device")
    device = tmp_path / "null"
    os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    before = facts(device)
    variables = environment | {"RDS_FLEET_SETTINGS": device}
    run = [binary(), "export", "db-instances", "-o", tmp_path / "x"]
    process = subprocess.run(run, env=aws_environment(tmp_path, **{name: str(value) for name, value in variables.items()}), timeout=60)
    assert process.returncode == 0 and facts(device) == before
