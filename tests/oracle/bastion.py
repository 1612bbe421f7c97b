"""A bastion host whose config and AWS a test decides over, and what it takes to run the command line there within bounds of
time and memory."""

import contextlib
import json
import os
import resource
import signal
import subprocess
import time
import zlib
from xml.sax.saxutils import escape

import pytest
from compare import aws_environment
from conftest import binary
from standins import QueryEndpoint

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


def little_memory():
    resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))


@pytest.fixture
def bastion(tmp_path):
    bastion = Bastion(tmp_path)
    endpoint = QueryEndpoint(account_of, lambda request: bastion.answer(request))
    with endpoint.serving() as bastion.endpoint:
        yield bastion
