"""Fixtures of the oracle tests: the command line under test and a home in which it finds nothing but what is given."""

import os
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
from compare import aws_environment

DEFAULT_TARGET = Path.home() / ".cache/rds-fleet-target"


class Run(NamedTuple):
    """How one run of the command line ended."""

    code: int
    stdout: str
    stderr: str


def binary():
    """The command line under test: RDS_FLEET_CLI, or the debug build in cargo's target folder."""
    named = os.environ.get("RDS_FLEET_CLI")
    return Path(named or Path(os.environ.get("CARGO_TARGET_DIR", DEFAULT_TARGET)) / "debug/rds-fleet-cli")


class CommandLine:
    """Runs rds-fleet-cli in an environment that holds only a home of its own and what the test adds."""

    def __init__(self, home):
        self.home = home

    def __call__(self, *arguments, env=None, timeout=300, stdout=subprocess.PIPE, **options):
        done = subprocess.run(
            [binary(), *map(str, arguments)],
            env=aws_environment(self.home, **{name: str(value) for name, value in (env or {}).items()}),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            timeout=timeout,
            check=False,
            **options,
        )
        # Strict decoding on purpose: the command line writes UTF-8 whatever AWS sent.
        return Run(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())


def pytest_configure(config):
    """Hides the developer's own AWS set-up and proxies from boto3 and urllib, which the tests use in this process."""
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    # A run in the background, or under nohup, hands ignored signals on to the programs that are tested.
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def pytest_sessionstart(session):
    """A missing binary is one clear sentence, not an error in every test."""
    if not binary().is_file():
        pytest.exit(f"{binary()} does not exist: run cargo build, or set RDS_FLEET_CLI", returncode=3)


@pytest.fixture(scope="module")
def run_cli(tmp_path_factory):
    """The command line with a home that the tests of one file share."""
    return CommandLine(tmp_path_factory.mktemp("home"))


@pytest.fixture
def run_fresh(tmp_path_factory):
    """The command line with a home of its own, for tests in which an earlier run's cache would matter."""
    return CommandLine(tmp_path_factory.mktemp("home"))
