"""Nothing hangs and nothing is left behind: helpers that never end, signals, pipes and devices in place of files, full
temporary folders, few file descriptors, and a closed standard output. Each costs one target or one request, and is told in
a sentence. Every run is bounded in time, with limits that are shortened by the variables that are meant for it."""

import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import threading
import time

import pytest
from bastion import ACCOUNT, CREDENTIALS, bastion, gone, little_memory, page, running, wait_for

__all__ = ["bastion"]


# ---- Helpers ----


def test_helpers_that_never_end_cost_only_their_profiles(bastion, tmp_path):
    """Twelve that hang, in front of one that works and thirty profiles with keys."""
    marker = f"7{os.getpid()}"
    hanging = bastion.script("hanging", f"sleep {marker}.1 & sleep {marker}.2")
    good = bastion.script("good", f"echo '{CREDENTIALS}'")
    for number in range(12):
        bastion.helper(f"hangs-{number}", f"{hanging} {number}")
    bastion.helper("helped", good)
    for number in range(30):
        bastion.keys(f"good-{number}", f"AKIA{number}")
    bastion.answer = lambda request: page([request.access_key])
    began = time.monotonic()
    found, code, said = bastion.export()
    assert code == 3 and len(found) == 31 and "AKIAHELPER" in found, said
    assert time.monotonic() - began < 12, "eight at a time, two seconds each"
    for number in range(12):
        assert len(re.findall(rf"credential_process of profile hangs-{number}:", said)) == 1, said
    assert "within 2 s" in said and "helper_seconds" in said
    assert gone(f"sleep {marker}")


@pytest.mark.parametrize(
    "script, told",
    [
        ("cat /dev/zero", "more than 64 kB"),
        ("yes words >&2", "within 2 s"),
        ("head -c 50000000 /dev/zero >&2; exit 7", "exit status: 7"),
        ("exec >&- 2>&-; sleep 77", "within 2 s"),
        ("trap '' TERM INT HUP; sleep 77", "within 2 s"),
        ("kill -9 $$", "signal: 9"),
        ("echo '{\"Version\": 1}'", "AccessKeyId"),
        ("true", "printed nothing"),
        ("yes [ | head -c 60000", "no JSON"),
    ],
)
def test_helpers_of_every_sort(script, told, bastion):
    bastion.helper("odd", bastion.script("odd", script))
    bastion.keys("good")
    found, code, said = bastion.export(seconds=15)
    assert (found, code) == (["one"], 3), said
    assert told in said and "profile odd" in said and len(said) < 6000, said[:6000]


def test_a_helper_is_run_as_the_aws_cli_runs_it(bastion):
    """Without a shell: what stands in quotes or looks like a remark is the helper's; and what only a shell can mean is
    still left to one."""
    seen = bastion.folder / "seen"
    script = bastion.script("my helper", f'cat >> "{seen}"; printf "%s|" "$@" >> "{seen}"; echo \'{CREDENTIALS}\'')
    for line, arguments in [
        (f"\"{script}\" 'a b' \"c#d\" e#f x&y '$HOME' \"\\\\ \\x\"", "a b|c#d|e#f|x&y|$HOME|\\ \\x|"),
        (f"'{script}' $ZZZ | cat", ""),
        (f"'{script}' \"$HOME\" 2> /dev/null", f"{bastion.folder / 'home'}|"),
    ]:
        bastion.profiles.clear()
        seen.write_text("")
        bastion.helper("mine", line)
        found, code, said = bastion.export()
        assert (found, code) == (["one"], 0), said
        assert seen.read_text().lstrip("|") == arguments


def test_the_limit_of_helpers_is_a_setting(bastion):
    bastion.helper("slow", bastion.script("slow", f"sleep 3; echo '{CREDENTIALS}'"))
    settings = bastion.folder / "settings.toml"
    settings.write_text("helper_seconds = 1\n")
    environment = {"RDS_FLEET_SETTINGS": settings, "RDS_FLEET_HELPER_SECONDS": ""}
    found, code, said = bastion.export(env=environment)
    assert (found, code) == ([], 1) and "within 1 s" in said, said
    settings.write_text("helper_seconds = 20\n")
    assert bastion.export(env=environment)[:2] == (["one"], 0)


# ---- Signals ----


def slow(bastion, marker):
    """Two profiles that are collected at once, and one whose helper hangs for a minute."""
    bastion.keys("good", "AKIA1")
    bastion.keys("other", "AKIA2", region="us-east-1")
    bastion.helper("hangs", bastion.script("hanging", f"sleep {marker}.1 & sleep {marker}.2"))
    bastion.answered = 0

    def answer(request):
        bastion.answered += 1
        return page([request.access_key])

    bastion.answer = answer
    return {"RDS_FLEET_HELPER_SECONDS": 60}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_has_what_is_there_written(number, bastion):
    marker = f"8{os.getpid()}{number.value}"
    environment = slow(bastion, marker)
    output = bastion.folder / "rows.json"
    process = bastion.start("export", "db-instances", "--format", "json", "-o", output, env=environment)
    wait_for(lambda: bastion.answered == 2 and running(f"sleep {marker}"))
    time.sleep(0.3)
    process.send_signal(number)
    _, err = process.communicate(timeout=10)
    said = err.decode()
    assert process.returncode == 3, said
    assert sorted(row["DBInstanceIdentifier"] for row in json.loads(output.read_text())) == ["AKIA1", "AKIA2"]
    assert "interrupted" in said and "profile hangs" not in said.split("not collected")[0] and "hangs" in said, said
    assert gone(f"sleep {marker}")
    assert not list(bastion.folder.glob(".rds-fleet-*"))


def test_a_second_signal_ends_at_once(bastion):
    """The first has the report written into a pipe that nobody reads."""
    marker = f"9{os.getpid()}"
    environment = slow(bastion, marker)
    pipe = bastion.folder / "pipe"
    os.mkfifo(pipe)
    process = bastion.start("export", "db-instances", "-o", pipe, env=environment)
    wait_for(lambda: bastion.answered == 2 and running(f"sleep {marker}"))
    process.send_signal(signal.SIGINT)
    time.sleep(1)
    assert process.poll() is None, "it waits for a reader"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=2)
    assert process.returncode == 130
    assert gone(f"sleep {marker}")


def test_a_comparison_that_is_interrupted_says_what_it_misses(bastion):
    """What is being collected for it hangs: it is made of what is there, and nothing more is begun."""
    bastion.keys("good")
    group = "<DBParameterGroups><DBParameterGroup><DBParameterGroupName>p</DBParameterGroupName></DBParameterGroup>"
    asked, held = threading.Event(), threading.Event()

    def answer(request):
        if request.parameters["Action"] == "DescribeDBInstances":
            return page(["a", "b"], inside=f"<Engine>postgres</Engine>{group}</DBParameterGroups>")
        if request.parameters["Action"] == "DescribeDBParameters":
            asked.set()
            held.wait(20)
        return page([]).replace(b"DescribeDBInstances", request.parameters["Action"].encode())

    bastion.answer = answer
    process = bastion.start("compare", "a", "b", "--format", "json")
    assert asked.wait(15)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=15)
    held.set()
    assert process.returncode == 3, err.decode()
    assert b"interrupted" in err and b"parameter group p was not collected: cancelled" in err and json.loads(out), err


def test_signals_that_are_ignored_stay_so(bastion):
    """As `nohup` has it."""
    marker = f"6{os.getpid()}"
    environment = slow(bastion, marker) | {"RDS_FLEET_HELPER_SECONDS": 3}
    process = bastion.start(
        "export", "db-instances", env=environment, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    wait_for(lambda: bastion.answered == 2)
    process.send_signal(signal.SIGHUP)
    _, err = process.communicate(timeout=15)
    assert process.returncode == 3 and b"interrupted" not in err, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_no_part_and_no_helper_stays_behind(number, bastion):
    """The report is being written when it ends: by the second signal, since the first lets it be finished."""
    bastion.keys("good")
    bastion.answer = lambda request: page(
        [f"db-{at}" for at in range(20_000)], inside=f"<Endpoint><Address>{'x' * 300}</Address></Endpoint>"
    )
    output = bastion.folder / "out/rows.html"
    output.parent.mkdir()
    process = bastion.start("export", "db-instances", "--format", "html", "-o", output)
    wait_for(lambda: any(output.parent.glob(".rds-fleet-*.part")) or process.poll() is not None)
    process.send_signal(number)
    process.send_signal(number)
    process.communicate(timeout=25)
    assert not list(output.parent.glob(".rds-fleet-*")), "nothing half stays behind"
    assert process.returncode == (0 if output.exists() else 128 + number.value)


def test_what_a_killed_run_left_is_removed_by_the_next(bastion):
    bastion.keys("good")
    output = bastion.folder / "out/rows.csv"
    output.parent.mkdir()
    left = output.parent / ".rds-fleet-rows.csv-AbCdEf.part"
    others = output.parent / ".rds-fleet-other.csv-AbCdEf.part"
    for path in (left, others):
        path.write_text("half")
        os.utime(path, (time.time() - 5, time.time() - 5))
    assert bastion.run("export", "db-instances", "--format", "csv", "-o", output)[0] == 0
    assert {path.name for path in output.parent.iterdir()} == {output.name, others.name}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can replace another's file and keep its owner")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
def test_a_replaced_file_keeps_its_owner_and_mode(mode, bastion):
    bastion.keys("good")
    output = bastion.folder / "rows.csv"
    output.write_text("old")
    output.chmod(mode)
    os.chown(output, 12345, 54321)
    assert bastion.run("export", "db-instances", "--format", "csv", "-o", output)[0] == 0
    now = output.stat()
    assert (now.st_uid, now.st_gid, now.st_mode & 0o7777) == (12345, 54321, mode)
    assert "one" in output.read_text()


# ---- Files that are none ----


def fifo(path):
    os.mkfifo(path)


def zero(path):
    path.symlink_to("/dev/zero")


def huge(path):
    with path.open("wb") as file:
        file.truncate(3 << 30)


def folder(path):
    path.mkdir()


@pytest.mark.parametrize("make", [fifo, zero, huge, folder])
@pytest.mark.parametrize("which", ["ca_bundle", "web identity", "sso", "container", "settings", "rules", "baseline"])
def test_what_is_no_regular_file_is_refused(which, make, bastion):
    """Whoever names it: at once, with little memory, and in a sentence with its name."""
    bastion.keys("good")
    path = bastion.folder / "in-question.json"
    arguments, environment, codes = ["export", "db-instances", "--format", "json"], {}, {3}
    if which == "ca_bundle":
        bastion.keys("odd", "AKIA2", more=f"ca_bundle = {path}\n")
    elif which == "web identity":
        bastion.profiles.append(
            f"[profile odd]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/x\nweb_identity_token_file = {path}\n"
            "region = eu-central-1\n"
        )
    elif which == "sso":
        bastion.profiles.append(
            "[profile odd]\nsso_start_url = https://x.example/start\nsso_region = eu-central-1\n"
            f"sso_account_id = {ACCOUNT}\nsso_role_name = x\nregion = eu-central-1\n"
        )
        name = hashlib.sha1(b"https://x.example/start").hexdigest()
        path = bastion.folder / f"home/.aws/sso/cache/{name}.json"
        path.parent.mkdir(parents=True)
    elif which == "container":
        bastion.profiles.append(
            f"[profile odd]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/x\ncredential_source = EcsContainer\n"
            "region = eu-central-1\n"
        )
        environment = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/x",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": path,
        }
    elif which == "settings":
        environment, codes = {"RDS_FLEET_SETTINGS": path}, {0}
    elif which == "rules":
        arguments, codes = ["compare", "--where", "Engine is x", "--rules", path], {2}
    elif which == "baseline":
        arguments, codes = ["drift", "--baseline", path], {2}
    make(path)
    code, out, said = bastion.run(*arguments, env=environment, seconds=20, preexec_fn=little_memory)
    assert code in codes, said
    assert path.name in said and ("regular file" in said or "larger than" in said), said
    if 0 in codes or 3 in codes:
        assert json.loads(out), said


def test_a_baseline_of_a_million_lines(bastion):
    bastion.keys("good")
    path = bastion.folder / "baseline.toml"
    with path.open("w") as file:
        file.write('name = "x"\n[settings.Parameters]\n')
        file.writelines(f'parameter_{number} = "1"\n' for number in range(1_000_000))
    code, _, said = bastion.run("drift", "--baseline", path, seconds=20, preexec_fn=little_memory)
    assert code == 2 and "larger than 2 MB" in said, said


# ---- A full temporary folder, and few descriptors ----


@pytest.fixture
def small_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be made here")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("arguments", [["export", "db-instances"], ["query", "SELECT * FROM db_instances"]])
def test_a_full_temporary_folder(arguments, small_disk, bastion):
    bastion.keys("good")
    bastion.answer = lambda request: page([f"db-{at}" for at in range(5000)])
    output = bastion.folder / "rows.xlsx"
    output.write_text("old")
    environment = {"TMPDIR": small_disk, "SQLITE_TMPDIR": bastion.folder}
    code, _, said = bastion.run(*arguments, "--format", "xlsx", "-o", output, env=environment, seconds=30)
    assert code == 1 and str(small_disk) in said and "TMPDIR" in said, said
    assert output.read_text() == "old"
    assert bastion.run(*arguments, "--format", "xlsx", "-o", output)[0] == 0


@pytest.mark.parametrize("files", [40, 64, 256])
def test_few_descriptors(files, bastion):
    bastion.answer = lambda request: page([request.access_key])
    for number in range(300):
        bastion.keys(f"p{number}", f"AKIA{number:03}", region=("eu-central-1", "us-east-1")[number % 2])
    for number in range(20):
        bastion.helper(f"h{number}", bastion.script(f"good-{number}", f"echo '{CREDENTIALS}'"))

    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

    found, code, said = bastion.export(seconds=120, preexec_fn=few)
    assert code == 0, said[:3000]
    assert set(found) == {"AKIAHELPER", *(f"AKIA{number:03}" for number in range(300))}, said[:3000]


# ---- Standard output ----


@pytest.mark.parametrize(
    "arguments",
    [["export", "db-instances"], ["export", "db-instances", "--format", "json"], ["profiles"], ["kinds"], ["store"]],
)
def test_a_closed_standard_output_is_an_error(arguments, bastion):
    bastion.keys("good")
    code, _, said = bastion.run(*arguments, stdout=None, preexec_fn=lambda: os.close(1))
    assert code == 1 and "standard output" in said and "-o" in said, said

    reading, writing = os.pipe()
    os.close(reading)
    try:
        code, _, said = bastion.run(*arguments, stdout=writing)
    finally:
        os.close(writing)
    assert code == 1 and "standard output" in said, said

    with open("/dev/null", "wb") as null:
        assert bastion.run(*arguments, stdout=null)[0] == 0
