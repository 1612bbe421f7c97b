"""Nothing hangs and nothing eats the machine: helpers that never end, pipes and devices in place of files, answers without
end, numbers beyond reason, few file descriptors, full temporary folders, and signals. Each costs one target or one request,
is told in a sentence, and leaves nothing behind. Every run here is bounded in time, with limits that are shortened by the
variables that are meant for it."""

import contextlib
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import threading
import time
import zlib
from http.server import BaseHTTPRequestHandler
from xml.sax.saxutils import escape

import pytest
from compare import aws_environment
from conftest import binary
from standins import AwsError, QueryEndpoint, serving

ACCOUNT = "111122223333"


def account_of(key):
    """Each key is another account's."""
    return f"{zlib.crc32(key.encode()):012d}"


CREDENTIALS = json.dumps({"Version": 1, "AccessKeyId": "AKIAHELPER", "SecretAccessKey": "secret"})


def page(rows, marker=None, inside=""):
    body = "".join(
        f"<DBInstance><DBInstanceIdentifier>{row}</DBInstanceIdentifier>{inside}</DBInstance>" for row in rows
    )
    marker = f"<Marker>{escape(marker)}</Marker>" if marker else ""
    return (
        f"<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>{body}</DBInstances>{marker}"
        "</DescribeDBInstancesResult></DescribeDBInstancesResponse>"
    ).encode()


class Bastion:
    """A home with a config, and an AWS on loopback whose answers the test decides."""

    def __init__(self, folder):
        self.folder, self.answer, self.profiles = folder, lambda request: page(["one"]), []
        self.endpoint = None
        (folder / "credentials").touch()
        (folder / "home").mkdir()

    def keys(self, name, key="AKIAGOOD", region="eu-central-1", more=""):
        """A profile with keys of its own."""
        self.profiles.append(
            f"[profile {name}]\naws_access_key_id = {key}\naws_secret_access_key = secret\nregion = {region}\n{more}"
        )

    def helper(self, name, line):
        """A profile with a helper."""
        self.profiles.append(f"[profile {name}]\nregion = eu-central-1\ncredential_process = {line}\n")

    def script(self, name, text):
        """A helper's program."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path

    def environment(self, **more):
        (self.folder / "config").write_text("\n".join(self.profiles))
        variables = {
            "AWS_CONFIG_FILE": self.folder / "config",
            "AWS_SHARED_CREDENTIALS_FILE": self.folder / "credentials",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:9",
            "RDS_FLEET_STORE": self.folder / "store/inventory.sqlite",
            "RDS_FLEET_HELPER_SECONDS": 2,
        }
        return aws_environment(self.folder / "home", **{k: str(v) for k, v in (variables | more).items()})

    def start(self, *arguments, env=None, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        return subprocess.Popen(
            [os.environ.get("CLI") or binary(), *map(str, arguments)],
            env=self.environment(**(env or {})),
            start_new_session=True,
            **options,
        )

    def run(self, *arguments, env=None, seconds=30, **options):
        """The exit code, standard output and standard error; fails where it takes too long."""
        process = self.start(*arguments, env=env, **options)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            pytest.fail(f"it does not end within {seconds} s")
        assert b"panicked" not in err, err.decode()
        return process.returncode, (out or b"").decode(), err.decode()

    def export(self, *arguments, **options):
        """The names of the databases, the exit code, and what was said."""
        code, out, err = self.run("export", "db-instances", "--format", "json", *arguments, **options)
        return [row["DBInstanceIdentifier"] for row in json.loads(out or "[]")], code, err


@pytest.fixture
def bastion(tmp_path):
    bastion = Bastion(tmp_path)
    endpoint = QueryEndpoint(account_of, lambda request: bastion.answer(request))
    with endpoint.serving() as bastion.endpoint:
        yield bastion


def running(marker):
    """Whether a process whose command line has this in it is there."""
    return subprocess.run(["pgrep", "-f", marker], capture_output=True, check=False).returncode == 0


def gone(marker, seconds=3):
    deadline = time.monotonic() + seconds
    while running(marker) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not running(marker)


def wait_for(found, seconds=15):
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.01)


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


def little_memory():
    resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))


def test_a_baseline_of_a_million_lines(bastion):
    bastion.keys("good")
    path = bastion.folder / "baseline.toml"
    with path.open("w") as file:
        file.write('name = "x"\n[settings.Parameters]\n')
        file.writelines(f'parameter_{number} = "1"\n' for number in range(1_000_000))
    code, _, said = bastion.run("drift", "--baseline", path, seconds=20, preexec_fn=little_memory)
    assert code == 2 and "larger than 2 MB" in said, said


# ---- Hostile answers ----


def deep(levels=4000):
    return "<x>" * levels + "</x>" * levels


def attributes(count=200_000):
    return "<New " + " ".join(f'a{at}="1"' for at in range(count)) + "/>"


def endless(*markers):
    state = {"at": 0}

    def answer():
        state["at"] += 1
        marker = markers[state["at"] % len(markers)] if markers else f"marker-{state['at']}"
        return page([], marker)

    return answer


@pytest.mark.parametrize(
    "answer, told",
    [
        (lambda: page(["x"], inside=f"<New>{deep()}</New>"), "nests"),
        (lambda: page(["x"], inside=f"<TagList>{deep(100_000)}</TagList>"), "nests"),
        (lambda: deep().encode(), "nests"),
        (lambda: page(["x"], marker="m").replace(b"m</Marker>", deep().encode() + b"</Marker>"), "nests"),
        (lambda: page(["x"], inside=attributes()), "tag"),
        (lambda: page(["x"], inside=f"<New>{'<a/>' * 600_000}</New>"), "elements"),
        (lambda: page(["x"]) + b" " * (20 << 20), "larger than 16 MB"),
        (lambda: page(["x"], inside="<A>" + "y" * (20 << 20) + "</A>"), "larger than 16 MB"),
        (endless("a", "b"), "was there before"),
        (endless("a", "b", "c"), "was there before"),
        (endless("a"), "was there before"),
        (endless(), "more than 300 pages"),
    ],
)
def test_a_hostile_answer_costs_its_target(answer, told, bastion):
    bastion.keys("good")
    bastion.keys("odd", "AKIAODD")
    bastion.answer = lambda request: answer() if request.access_key == "AKIAODD" else page(["one"])
    found, code, said = bastion.export(env={"RDS_FLEET_MOST_PAGES": 300}, seconds=30)
    assert (found, code) == (["one"], 3), said[:3000]
    assert told in said and "failed" in said and "odd" in said and len(said) < 3000, said[:3000]


def test_twenty_thousand_rows_of_one_name(bastion):
    """Each is a row of its own, since none may be lost, and they cost no minutes."""
    bastion.keys("good")
    bastion.answer = lambda request: page(["x"] * 20_000, inside="<DBInstanceArn>arn</DBInstanceArn>")
    found, code, said = bastion.export(seconds=30)
    assert (len(found), code) == (20_000, 0), said


class _Flood(BaseHTTPRequestHandler):
    """Errors, and answers, of gigabytes."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.server.owner)
        self.send_header("Content-Length", str(4 << 30))
        self.end_headers()
        try:
            for _ in range(4 << 10):
                self.wfile.write(b"<Error>x</Error>" * (1 << 16))
        except OSError:
            pass

    do_GET = do_PUT = do_POST


@pytest.mark.parametrize("status", [200, 403, 404, 500])
@pytest.mark.parametrize("who", ["rds", "sts", "metadata", "container"])
def test_a_body_of_gigabytes_is_not_read(who, status, bastion):
    with serving(_Flood, status) as address:
        bastion.keys("good", more=f"endpoint_url = {bastion.endpoint}\n")
        environment = {"AWS_MAX_ATTEMPTS": 2, "AWS_ENDPOINT_URL": ""}
        if who in ("rds", "sts"):
            bastion.keys("odd", "AKIA2", more=f"services = odd\nendpoint_url = {bastion.endpoint}\n")
            bastion.profiles.append(f"[services odd]\n{who} =\n  endpoint_url = {address}\n")
        else:
            source = {"metadata": "Ec2InstanceMetadata", "container": "EcsContainer"}[who]
            bastion.profiles.append(
                f"[profile odd]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/x\ncredential_source = {source}\n"
                "region = eu-central-1\n"
            )
            environment |= {
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": address,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{address}/x",
            }
        found, code, said = bastion.export(env=environment, seconds=60, preexec_fn=little_memory)
    assert (found, code) == (["one"], 3), said[:3000]
    assert "odd" in said and len(said) < 5000, said[:5000]


class _Drip(BaseHTTPRequestHandler):
    """An answer that comes letter by letter and never ends."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            for _ in range(120):
                self.wfile.write(b"<")
                time.sleep(0.5)
        except OSError:
            pass

    do_GET = do_PUT = do_POST


@pytest.mark.parametrize("source", ["Ec2InstanceMetadata", "EcsContainer"])
def test_credentials_that_come_letter_by_letter(source, bastion):
    bastion.keys("good")
    bastion.profiles.append(
        f"[profile odd]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/x\ncredential_source = {source}\n"
        "region = eu-central-1\n"
    )
    with serving(_Drip, None) as address:
        environment = {
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": address,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{address}/x",
        }
        found, code, said = bastion.export(env=environment, seconds=15)
    assert (found, code) == (["one"], 3) and "odd" in said, said


def test_answers_that_come_letter_by_letter(bastion):
    """RDS's and STS's: a try has 20 seconds."""
    with serving(_Drip, None) as address:
        bastion.keys("good", more=f"endpoint_url = {bastion.endpoint}\n")
        for service in ("rds", "sts"):
            more = f"services = {service}\nendpoint_url = {bastion.endpoint}\n"
            bastion.keys(f"odd-{service}", f"AKIA{service}", more=more)
            bastion.profiles.append(f"[services {service}]\n{service} =\n  endpoint_url = {address}\n")
        found, code, said = bastion.export(env={"AWS_MAX_ATTEMPTS": 1, "AWS_ENDPOINT_URL": ""}, seconds=40)
    assert (found, code) == (["one"], 3) and "odd-rds" in said and "odd-sts" in said, said
    assert said.count("no answer in time") == 2, said


@pytest.mark.parametrize(
    "answer",
    [
        deep(100_000),
        f"<GetCallerIdentityResponse><GetCallerIdentityResult>{deep(100_000)}</GetCallerIdentityResult>"
        "</GetCallerIdentityResponse>",
        f"<GetCallerIdentityResponse><GetCallerIdentityResult>{attributes(100_000)}</GetCallerIdentityResult>"
        "</GetCallerIdentityResponse>",
        "<GetCallerIdentityResponse>" + "<a/>" * 2_000_000 + "</GetCallerIdentityResponse>",
    ],
    ids=["deep", "deep within", "attributes", "elements"],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_hostile_answer_of_sts_costs_its_target(status, answer, tmp_path):
    class Hostile(QueryEndpoint):
        def respond(self, request):
            if request.service == "sts" and request.access_key == "AKIAODD":
                if status == 200:
                    return answer.encode()
                error = AwsError(status, "X", "y")
                error.document = lambda namespace: f"<ErrorResponse><Error>{answer}</Error></ErrorResponse>".encode()
                raise error
            return super().respond(request)

    bastion = Bastion(tmp_path)
    bastion.keys("good")
    bastion.keys("odd", "AKIAODD")
    with Hostile(account_of, lambda request: page(["one"])).serving() as bastion.endpoint:
        found, code, said = bastion.export(env={"AWS_MAX_ATTEMPTS": 2}, seconds=30)
    assert (found, code) == (["one"], 3) and "odd" in said and len(said) < 3000, said[:3000]


# ---- Numbers ----


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "SELECT * FROM db_instances", "--timeout", "18446744073709551615"],
        ["query", "SELECT * FROM db_instances", "--timeout", "86401"],
        ["export", "db-instances", "--concurrency", "2305843009213693951"],
        ["export", "db-instances", "--concurrency", "18446744073709551615"],
        ["export", "db-instances", "--concurrency", "1025"],
        ["sandbox", "--accounts", "18446744073709551615"],
        ["sandbox", "--instances", "9999999999"],
    ],
)
def test_a_number_beyond_reason_is_named(arguments, bastion):
    bastion.keys("good")
    code, out, said = bastion.run(*arguments, seconds=10)
    assert code == 2 and out == "" and arguments[-1] in said, said


@pytest.mark.parametrize("number", ["18446744073709551615", "300000000", "-1", "sg-9"])
def test_a_baseline_with_numbers_beyond_reason(number, bastion):
    bastion.keys("good")
    group = "<VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-1</VpcSecurityGroupId>"
    group += "<Status>active</Status></VpcSecurityGroupMembership></VpcSecurityGroups><Engine>postgres</Engine>"
    bastion.answer = lambda request: (
        page(["one"], inside=group) if request.parameters["Action"] == "DescribeDBInstances" else page([])
    )
    path = bastion.folder / "baseline.toml"
    path.write_text(f'name = "x"\nengine = "postgres"\n[settings.Network]\nVpcSecurityGroups = "{number}"\n')
    code, out, said = bastion.run("drift", "--baseline", path, "--format", "json", seconds=30, preexec_fn=little_memory)
    assert code == 4, said
    assert "VpcSecurityGroups" in out


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
