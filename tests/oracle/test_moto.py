"""The command line and the AWS CLI must say the same about a fleet of forty accounts that moto simulates."""

import csv
import io
import json
import os
import random
import re
from datetime import datetime, timedelta

import fleet as fleets
import pytest
from awscli_oracle import describe_all
from compare import row_differences
from standins import InstanceMetadata, moto

KINDS = {"db-instances": "DBInstances", "db-clusters": "DBClusters"}


class Bastion:
    """The bastion host: its fleet, its config file and its environment."""

    def __init__(self, fleet, config_file, endpoint, metadata, metadata_address):
        self.fleet = fleet
        self.config_file = config_file
        self.endpoint = endpoint
        self.metadata = metadata
        self.metadata_address = metadata_address
        self.environment = {
            "AWS_CONFIG_FILE": config_file,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata_address,
        }

    def failing(self):
        """The targets that cannot be collected, with the action that AWS refuses."""
        refused = dict.fromkeys(fleets.MAY_NOT_BE_ASSUMED, "sts:AssumeRole")
        refused |= dict.fromkeys(fleets.MAY_NOT_DESCRIBE, "rds:Describe")
        return {target: refused[target.account] for target in self.fleet.targets() if target.account in refused}


@pytest.fixture(scope="module")
def bastion(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bastion")
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**9)))
    print(f"the fleet's seed: run again with SEED={seed}")
    fleet = fleets.Fleet(seed)
    config_file = folder / "config"
    config_file.write_text(fleet.config())
    with moto(folder / "moto.log") as endpoint:
        metadata = InstanceMetadata(fleets.MANAGEMENT_ROLE, fleet.create(endpoint))
        with metadata.serving() as metadata_address:
            yield Bastion(fleet, config_file, endpoint, metadata, metadata_address)


@pytest.fixture(scope="module")
def aws_says(bastion):
    """What the AWS CLI says for each kind and target, failures included."""
    questions = [(kind, target, names[0]) for kind in KINDS for target, names in bastion.fleet.targets().items()]
    calls = [
        (kind, profile, bastion.config_file, bastion.endpoint, bastion.metadata_address)
        for kind, _, profile in questions
    ]
    answers = {}
    for (kind, target, _), (code, answer, stderr) in zip(questions, describe_all(calls)):
        answers.setdefault(kind, {})[target] = (code, answer, stderr)
    return answers


def rows_by_target(rows):
    """Our rows without the three members we add, and the profile names that each target's rows carry."""
    found, names = {}, {}
    for row in rows:
        target = fleets.Target(row.pop("AccountId"), row.pop("Region"))
        names.setdefault(target, set()).add(tuple(sorted(row.pop("Profiles"))))
        found.setdefault(target, []).append(row)
    return found, names


def take_moving_times(rows):
    """Takes out the one member that moto answers with the time of the question, so that two programs differ in it."""
    moments = [row.pop("LatestRestorableTime") for row in rows if "LatestRestorableTime" in row]
    for moment in moments:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00", moment), moment
    return [datetime.fromisoformat(moment) for moment in moments]


@pytest.mark.parametrize("kind", KINDS)
def test_export_equals_the_aws_cli(kind, bastion, aws_says, run_cli):
    done = run_cli("export", kind, "--format", "json", env=bastion.environment)

    assert done.code == 3, f"three accounts cannot be collected, so the export is partial:\n{done.stderr}"
    ours, names = rows_by_target(json.loads(done.stdout))
    failing = bastion.failing()
    expected = {}
    for target, (code, answer, stderr) in aws_says[kind].items():
        assert (code != 0) == (target in failing), f"the oracle itself went wrong for {target}: {stderr}"
        if code == 0 and answer[KINDS[kind]]:
            expected[target] = answer[KINDS[kind]]

    # An oracle without rows would agree with anything.
    assert len(expected) > 10
    assert kind == "db-clusters" or len(expected[fleets.Target(fleets.SEVERAL_PAGES, fleets.REGIONS[1])]) > 200
    assert set(ours) == set(expected)
    wrong = []
    for target, theirs in expected.items():
        moving = take_moving_times(ours[target]), take_moving_times(theirs)
        assert len(moving[0]) == len(moving[1])
        assert all(abs(one - other) < timedelta(minutes=30) for one, other in zip(*moving))
        wrong += [f"{target} {sentence}" for sentence in row_differences(theirs, ours[target])]
        assert names[target] == {tuple(bastion.fleet.targets()[target])}, f"the profiles of {target}"
    told = "\n".join(wrong[:20])
    assert not wrong, f"{len(wrong)} differences from the AWS CLI, fleet SEED={bastion.fleet.seed}:\n{told}"


@pytest.mark.parametrize("kind", KINDS)
def test_accounts_that_refuse_are_named(kind, bastion, run_cli):
    done = run_cli("export", kind, "--format", "json", env=bastion.environment)

    failing = bastion.failing()
    lines = [line for line in done.stderr.splitlines() if "AccessDenied" in line]
    for target, action in failing.items():
        naming = [line for line in lines if target.account in line and target.region in line]
        assert len(naming) == 1, f"one line must name {target}:\n{done.stderr}"
        assert f"is not authorized to perform: {action}" in naming[0]
        for profile in bastion.fleet.targets()[target]:
            assert re.search(rf"\b{profile}\b", naming[0]), f"{profile} is missing: {naming[0]}"
    # Regions of one account may share a line. No line may name an account that was collected.
    refused = {target.account for target in failing}
    named = {account for account in fleets.ACCOUNTS if account in done.stderr}
    assert named == refused, f"only the accounts that refuse may be named:\n{done.stderr}"


def test_one_account_alone(bastion, aws_says, run_cli):
    target = fleets.Target(fleets.ACCOUNTS[0], fleets.REGIONS[0])
    before = bastion.metadata.calls.copy()
    chosen = ["--account", target.account, "--region", target.region, "--format", "csv"]
    done = run_cli("export", "db-instances", *chosen, env=bastion.environment)

    assert done.code == 0, done.stderr
    code, answer, _ = aws_says["db-instances"][target]
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout.removeprefix("\ufeff"), newline="")))
    theirs = {row["DBInstanceArn"] for row in answer["DBInstances"]}
    assert len(rows) == len(theirs) and {row["DBInstanceArn"] for row in rows} == theirs
    assert all(target.account in row["AccountId"] and row["Region"] == target.region for row in rows)
    asked = bastion.metadata.calls - before
    assert asked["credentials"] == 1, f"one set of instance credentials serves every role: {asked}"
    assert not bastion.metadata.calls["bad"] and not bastion.metadata.calls["without token"], bastion.metadata.calls


def test_only_refused_accounts_collect_nothing(bastion, run_cli):
    account = min(fleets.MAY_NOT_BE_ASSUMED)
    done = run_cli("export", "db-instances", "--account", account, "--format", "json", env=bastion.environment)

    assert done.code == 1, done.stderr
    assert account in done.stderr and "AccessDenied" in done.stderr
