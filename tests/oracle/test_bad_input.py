"""Bad input of every sort must end in a sentence that names the thing and says what to do, never in a panic.

The exit code is 2 where the arguments themselves are wrong, and 1 where nothing could be collected or written. Where
it is a matter of taste which of the two an input is, both are allowed.
"""

import json
import os
import random
import re
import stat
import subprocess

import pytest
from standins import AwsError, QueryEndpoint

# A sentence that helps has one of these in it. The list is long on purpose: the words are the product's to choose.
ADVICE = re.compile(
    r"\b(add|allow|ask|available|change|check|choose|correct|create|did you mean|expected|fix|free|give|grant|known|lists|make|mend|"
    r"name an?|needs|pass|pick|point|possible|remove|rename|run|set|shorten|shows|similar|sort|try|unset|use|wait|write)\b",
    re.IGNORECASE,
)
ROW = "<DBInstance><DBInstanceIdentifier>{}</DBInstanceIdentifier><Engine>postgres</Engine></DBInstance>"
ACCOUNT = "111122223333"


def describe(rows):
    """An answer to DescribeDBInstances with that many rows."""
    body = "".join(ROW.format(f"database-{number:05d}") for number in range(rows))
    return (
        f"<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>{body}</DBInstances>"
        "</DescribeDBInstancesResult></DescribeDBInstancesResponse>"
    ).encode()


@pytest.fixture(scope="module")
def endpoint():
    """An AWS of one account with enough rows to fill a small disk."""
    with QueryEndpoint(lambda key: ACCOUNT, lambda request: describe(2000)).serving() as address:
        yield address


@pytest.fixture
def environment(tmp_path, endpoint):
    """A sound config with one profile. The metadata address is closed, so nothing can come from there."""
    (tmp_path / "config").write_text(profile("good"))
    # An empty file, since advice about a missing one would pass for the advice that a test looks for.
    (tmp_path / "credentials").touch()
    return {
        "AWS_CONFIG_FILE": tmp_path / "config",
        "AWS_SHARED_CREDENTIALS_FILE": tmp_path / "credentials",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:9",
    }


def profile(name, region="region = eu-central-1"):
    return f"[profile {name}]\naws_access_key_id = AKIAGOOD\naws_secret_access_key = secret\n{region}\n"


def no_panic(text):
    for sign in ("panicked at", "RUST_BACKTRACE", "stack backtrace", "called `Result::unwrap()`"):
        assert sign not in text, text


def told(done, codes, *things):
    """The run failed as documented, and its stderr names the things and says what to do."""
    no_panic(done.stdout + done.stderr)
    assert done.code in codes, f"exit code {done.code}: {done.stderr}"
    assert len(done.stderr) < 20_000, "a wall of text tells nobody anything"
    for thing in things:
        assert re.search(thing, done.stderr, re.IGNORECASE), f"{thing!r} is not named in: {done.stderr}"
    assert ADVICE.search(done.stderr), f"no advice in: {done.stderr}"


def test_the_sound_config_works(environment, run_fresh):
    """Every test below changes one thing of this run, so this run must succeed."""
    done = run_fresh("export", "db-instances", "--format", "json", env=environment)
    assert done.code == 0, done.stderr
    assert len(json.loads(done.stdout)) == 2000


def missing(path):
    pass


def directory(path):
    path.mkdir()


def dangling_link(path):
    path.symlink_to(path.with_name("nowhere"))


def empty(path):
    path.touch()


def noise(path):
    path.write_bytes(random.Random(11).randbytes(10 * 2**20))


def text_noise(path):
    """Ten megabytes in one line, as a log or a database dump put in the wrong place might be."""
    path.write_text("[profile " + "x]=" * (10 * 2**20 // 3))


@pytest.mark.parametrize("make", [missing, directory, dangling_link, empty, noise, text_noise])
def test_config_that_holds_no_profile(make, tmp_path, environment, run_fresh):
    path = tmp_path / "config-in-question"
    make(path)
    done = run_fresh("export", "db-instances", env=environment | {"AWS_CONFIG_FILE": path}, timeout=60)
    told(done, {1}, re.escape(str(path)))


def test_config_that_may_not_be_read(tmp_path, environment, run_fresh):
    if os.geteuid() == 0:
        pytest.skip("root may read every file, so permissions cannot be tried")
    (tmp_path / "config").chmod(0)
    done = run_fresh("export", "db-instances", env=environment)
    told(done, {1}, re.escape(str(tmp_path / "config")), "permission")


def test_noise_beside_a_sound_profile(tmp_path, environment, run_fresh):
    """A bad line costs its own profile and no other."""
    noisy = ["\ufeff# written by a Windows editor", "= no name", "[profile bad", "[[x]]", "region", "\x00\x01"]
    (tmp_path / "config").write_text("\r\n".join([*noisy, profile("good")]))
    done = run_fresh("export", "db-instances", "--profile", "good", "--format", "json", env=environment)
    no_panic(done.stderr)
    assert done.code == 0, done.stderr
    assert len(json.loads(done.stdout)) == 2000

    listed = run_fresh("profiles", "--format", "json", env=environment)
    diagnostics = json.loads(listed.stdout)["diagnostics"]
    assert {one["line"] for one in diagnostics if one["file"] == str(tmp_path / "config")} & {2, 3}, diagnostics


def loop(*names):
    """Profiles each of which is the source of the one before it, and the first of the last."""
    return "".join(
        f"[profile {name}]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/x\nsource_profile = {source}\nregion = us-east-1\n"
        for name, source in zip(names, [*names[1:], names[0]])
    )


@pytest.mark.parametrize("names", [("ouroboros-1", "ouroboros-2"), ("ouroboros-1", "ouroboros-2", "ouroboros-3")])
def test_loop_of_profiles(names, tmp_path, environment, run_fresh):
    (tmp_path / "config").write_text(loop(*names))
    done = run_fresh("export", "db-instances", env=environment, timeout=60)
    told(done, {1}, *names)

    # The sound profile beside the loop is collected all the same.
    (tmp_path / "config").write_text(loop(*names) + profile("good"))
    done = run_fresh("export", "db-instances", "--format", "json", env=environment, timeout=60)
    told(done, {3}, *names)
    assert len(json.loads(done.stdout)) == 2000


def test_no_region(tmp_path, environment, run_fresh):
    (tmp_path / "config").write_text(profile("adrift", region=""))
    done = run_fresh("export", "db-instances", env=environment)
    told(done, {1}, "adrift", "region")


def test_no_credentials(tmp_path, environment, run_fresh):
    (tmp_path / "config").write_text("[profile penniless]\nregion = eu-central-1\n")
    done = run_fresh("export", "db-instances", "--profile", "penniless", env=environment, timeout=60)
    told(done, {1, 2}, "penniless", "credential|role")


def test_aws_cannot_be_reached(environment, run_fresh):
    nobody_there = environment | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    done = run_fresh("export", "db-instances", env=nobody_there, timeout=120)
    told(done, {1}, "good")


@pytest.mark.parametrize(
    "arguments, codes, thing",
    [
        (["db-instence"], {2}, "db-instence"),
        (["db-instances", "--profile", "nobody"], {1, 2}, "nobody"),
        (["db-instances", "--account", "999900009999"], {1, 2}, "999900009999"),
        (["db-instances", "--account", "not-a-number"], {1, 2}, "not-a-number"),
        # A region becomes part of a host name, so what is no region must not get that far.
        (["db-instances", "--region", "eu/central#1"], {1, 2}, "eu/central#1"),
        (["db-instances", "--format", "stone-tablet"], {2}, "stone-tablet"),
        (["db-instances", "--concurrency", "0"], {2}, "concurrency"),
        (["db-instances", "--concurrency", "many"], {2}, "many"),
        (["db-instances", "--colour", "red"], {2}, "--colour"),
        ([], {2}, "kind"),
    ],
)
def test_wrong_arguments(arguments, codes, thing, environment, run_fresh):
    done = run_fresh("export", *arguments, env=environment)
    told(done, codes, thing)
    assert done.stdout == "", "what is on stdout would be taken for the answer"


OLD = "AccountId,Region,Profiles\n" + "the report of yesterday\n" * 200


def in_a_missing_folder(folder):
    return folder / "missing" / "rows.json"


def a_folder(folder):
    path = folder / "rows.json"
    path.mkdir()
    (path / "inside").write_text(OLD)
    return path


def under_a_file(folder):
    (folder / "file").write_text(OLD)
    return folder / "file" / "rows.json"


def a_name_too_long(folder):
    return folder / ("x" * 300)


def a_full_device(folder):
    """A device like /dev/full. It is one of our own where that can be made, lest a rename harm the machine's."""
    path = folder / "full"
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 7))
        path.open("w").close()
    except OSError:
        path.unlink(missing_ok=True)
        path.symlink_to("/dev/full")
    return path


@pytest.mark.parametrize("place", [in_a_missing_folder, a_folder, under_a_file, a_name_too_long, a_full_device])
def test_output_that_cannot_be_written(place, tmp_path, environment, run_fresh):
    folder = tmp_path / "out"
    folder.mkdir()
    path = place(folder)
    before = contents(folder)
    done = run_fresh("export", "db-instances", "--format", "json", "-o", path, env=environment)
    told(done, {1, 2}, re.escape(str(path)))
    assert contents(folder) == before, "nothing may be changed or left behind"


def contents(folder):
    """Everything below a folder: the kind of each entry, and the text of files."""
    return {
        str(path.relative_to(folder)): path.read_text() if path.is_file() else stat.S_IFMT(path.lstat().st_mode)
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("form", ["json", "csv", "table"])
def test_full_disk_keeps_the_previous_file(form, tmp_path, environment, run_fresh):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", disk]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("only root with the right to mount can make a small disk")
    try:
        (disk / "rows").write_text(OLD)
        done = run_fresh("export", "db-instances", "--format", form, "-o", disk / "rows", env=environment)
        told(done, {1}, re.escape(str(disk / "rows")))
        assert contents(disk) == {"rows": OLD}
    finally:
        subprocess.run(["umount", disk], check=True)


def test_failed_collection_keeps_the_previous_file(tmp_path, environment, run_fresh):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "rows.json").write_text(OLD)

    def refuse(request):
        raise AwsError(403, "AccessDenied", "User: arn:aws:iam::1:user/dba is not authorized to perform: rds:X")

    with QueryEndpoint(lambda key: ACCOUNT, refuse).serving() as refusing:
        refused = environment | {"AWS_ENDPOINT_URL": refusing}
        done = run_fresh("export", "db-instances", "--format", "json", "-o", folder / "rows.json", env=refused)
    # The refusal is told in AWS's own words, so no advice is asked of it.
    assert done.code == 1 and "AccessDenied" in done.stderr, done.stderr
    assert contents(folder) == {"rows.json": OLD}


def test_account_that_could_not_be_told(environment, run_fresh):
    """Where STS refuses, nobody knows whose the keys are: that is said, and not that no profile reaches the account."""

    def refuse(key):
        raise AwsError(403, "InvalidClientTokenId", "The security token included in the request is invalid.")

    with QueryEndpoint(refuse, lambda request: describe(1)).serving() as refusing:
        refused = environment | {"AWS_ENDPOINT_URL": refusing}
        done = run_fresh("export", "db-instances", "--account", ACCOUNT, env=refused)
    assert done.code == 1 and "InvalidClientTokenId" in done.stderr and "good" in done.stderr, done.stderr
    assert "no profile reaches" not in done.stderr


def test_reader_that_goes_away(environment, run_fresh):
    """`rds-fleet-cli export … | head -1`: the pipe is closed before the first row comes."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = run_fresh("export", "db-instances", "--format", "json", env=environment, stdout=writing)
    finally:
        os.close(writing)
    no_panic(done.stderr)
    assert done.code != 101


def test_full_standard_output(environment, run_fresh):
    with open("/dev/full", "wb") as full:
        done = run_fresh("export", "db-instances", "--format", "json", env=environment, stdout=full)
    told(done, {1}, "output|stdout")
