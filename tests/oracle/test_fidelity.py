"""What RDS Fleet exports must be what botocore reads in the same bytes, however odd the bytes are.

Each seed is an account of its own with static keys, whose access key names the seed, so one run of the command line
meets some hundreds of random answers. SEED=17 runs that seed alone.
"""

import json
import os
import random
import re

import pytest
from answers import Answers, parent_page
from awscli_oracle import describe_operation, listed
from compare import CHILDREN, KINDS, SHARED, region_key, row_differences
from standins import AwsError, QueryEndpoint

# How many fixed seeds a kind has. Some more are new in every run, so that the test goes on looking after it has
# passed once. One converter reads every kind, so the further ones need fewer.
MANY = (200, 40)
FEW = (24, 6)
COUNTS = dict.fromkeys(KINDS, FEW) | dict.fromkeys(["db-instances", "db-clusters"], MANY)
REGIONS = ["eu-central-1", "us-east-1", "ap-southeast-2"]


def seeds_of(kind):
    if "SEED" in os.environ:
        return [int(os.environ["SEED"])]
    fixed, new = COUNTS[kind]
    return [*range(fixed), *random.sample(range(10**3, 10**9), new)]


def account_of(seed):
    """A seed's account. The factor has no divisor in common with ten, so no two seeds share one."""
    return f"{seed * 7919 % 10**12:012d}"


def seed_of(access_key):
    return int(access_key.removeprefix("AKIASEED"))


def region_of(seed, kind=None):
    """A catalogue is asked once a region, so there each seed has a region of its own."""
    return f"seed-{seed}" if kind in SHARED else REGIONS[seed % len(REGIONS)]


def names_of(kind, seed):
    """By whose names a seed's rows are asked for, odd ones and sometimes none; `None` for a kind that has no parent."""
    return ["a", "default.b16", "c & <d> é/+%"][: seed % 4] if kind in CHILDREN else [None]


def write_config(folder, seeds, kind=None):
    """Half of the seeds keep their keys in the credentials file, the others in the config file."""
    config, credentials = [], []
    for seed in seeds:
        keys = f"aws_access_key_id = AKIASEED{seed:012d}\naws_secret_access_key = secret/{seed}+key\n"
        config.append(f"[profile seed-{seed}]\nregion = {region_of(seed, kind)}\n" + (keys if seed % 2 else ""))
        if seed % 2 == 0:
            credentials.append(f"[seed-{seed}]\n{keys}")
    (folder / "config").write_text("\n".join(config))
    (folder / "credentials").write_text("\n".join(credentials))
    return {"AWS_CONFIG_FILE": folder / "config", "AWS_SHARED_CREDENTIALS_FILE": folder / "credentials"}


def page(answers, request):
    """The page that a request asks for. A marker that came back changed finds none."""
    surplus = request.parameters.keys() - {"Action", "Version"} - answers.operation.input_shape.members.keys()
    if surplus:
        raise AwsError(400, "MalformedInput", f"{answers.operation.name} is not asked with {sorted(surplus)}")
    limit = request.parameters.get("MaxRecords", "100")
    if not limit.isdigit() or not 20 <= int(limit) <= 100:
        raise AwsError(400, "InvalidParameterValue", f"MaxRecords {limit} must be between 20 and 100")
    marker = request.parameters.get("Marker")
    if marker not in answers.pages:
        raise AwsError(400, "InvalidParameterValue", f"Invalid or expired value for the marker: {marker!r}")
    return answers.pages[marker]


@pytest.mark.parametrize("kind", KINDS)
def test_export_is_what_botocore_reads(kind, tmp_path, run_fresh):
    seeds = seeds_of(kind)
    answers = {seed: {name: Answers(kind, f"{seed}{name or ''}") for name in names_of(kind, seed)} for seed in seeds}
    operation, child = describe_operation(kind), CHILDREN.get(kind)
    # Whether the name stands in our rows only.
    added = child is not None and child.parameter not in listed(operation)[1].member.members

    def answer(request):
        seed = seed_of(request.access_key)
        if request.region != region_of(seed, kind):
            raise AwsError(400, "InvalidAction", f"nobody asked for {request.parameters} in {request.region}")
        if child:
            parent_operation, parents = parent_page(kind, names_of(kind, seed))
            if request.parameters["Action"] == parent_operation:
                return parents
        if request.parameters["Action"] != operation.name:
            raise AwsError(400, "InvalidAction", f"nobody asked for {request.parameters} in {request.region}")
        name = request.parameters.get(child.parameter) if child else None
        if name not in answers[seed]:
            raise AwsError(404, "InvalidParameterValue", f"nobody is called {name!r}")
        return page(answers[seed][name], request)

    with QueryEndpoint(lambda key: account_of(seed_of(key)), answer).serving() as endpoint:
        environment = write_config(tmp_path, seeds, kind) | {"AWS_ENDPOINT_URL": endpoint}
        done = run_fresh("export", kind, "--format", "json", "-o", tmp_path / "rows.json", env=environment)
    assert done.code == 0, f"every seed can be collected (seeds {seeds[-3:]}…):\n{done.stderr[-4000:]}"

    by_target = {}
    for row in json.loads((tmp_path / "rows.json").read_text(encoding="utf-8")):
        region, whose = row.pop(region_key(kind)), (row.pop("AccountId", None), *row.pop("Profiles", []))
        # Whoever asked for a catalogue, it is nobody's own.
        by_target.setdefault((region, *(() if kind in SHARED else whose)), []).append(row)
    expected = {
        seed: [
            {child.parameter: name} | row if added else row
            for name, one in answers[seed].items()
            for row in one.rows()
        ]
        for seed in seeds
    }
    wrong = []
    for seed in seeds:
        whose = () if kind in SHARED else (account_of(seed), f"seed-{seed}")
        ours = by_target.pop((region_of(seed, kind), *whose), [])
        wrong += [f"SEED={seed} {sentence}" for sentence in row_differences(expected[seed], ours)]
    assert not by_target, f"rows of targets that nobody asked for: {list(by_target)}"
    assert "SEED" in os.environ or sum(map(len, expected.values())) > len(seeds) / 2
    assert not wrong, f"{len(wrong)} differences from botocore:\n" + "\n".join(wrong[:20])


# AWS's own forms of refusal. The request id is in the body and in a header.
REFUSALS = {
    1: (403, "AccessDenied", "x is not authorized to perform: y with an explicit deny in a service control policy"),
    2: (403, "InvalidClientTokenId", "The security token included in the request is invalid"),
    3: (403, "ExpiredToken", "The security token included in the request is expired <at noon> & gone"),
}


def test_a_refusal_is_told_in_aws_own_words(tmp_path, run_fresh):
    refusals = {seed: AwsError(*refusal) for seed, refusal in REFUSALS.items()}
    answers = {seed: Answers("db-instances", seed) for seed in (5, 8)}

    def answer(request):
        seed = seed_of(request.access_key)
        if seed in refusals:
            raise refusals[seed]
        return page(answers[seed], request)

    with QueryEndpoint(lambda key: account_of(seed_of(key)), answer).serving() as endpoint:
        environment = write_config(tmp_path, [*refusals, *answers]) | {"AWS_ENDPOINT_URL": endpoint}
        done = run_fresh("export", "db-instances", "--format", "json", env=environment)

    assert done.code == 3, done.stderr
    assert len(json.loads(done.stdout)) == sum(len(one.rows()) for one in answers.values())
    for seed, refusal in refusals.items():
        lines = [line for line in done.stderr.splitlines() if re.search(rf"\bseed-{seed}\b", line)]
        assert len(lines) == 1, f"one line must name seed-{seed}:\n{done.stderr}"
        for part in (account_of(seed), region_of(seed), refusal.code, refusal.message, refusal.request_id):
            assert part in lines[0], f"{part!r} is missing in: {lines[0]}"
    for seed in answers:
        assert not re.search(rf"\bseed-{seed}\b", done.stderr), f"seed-{seed} was collected:\n{done.stderr}"
