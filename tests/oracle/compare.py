"""Comparing what two programs say about the same databases, and the environment both run in."""

import json
import os
from typing import Callable, NamedTuple

# Every Describe operation of RDS that lists resources of an account, as the AWS CLI names it. They are written down
# here, and not asked of the command line, since a kind that goes missing would take its own checks with it.
KINDS = """
    db-instances db-clusters db-snapshots db-cluster-snapshots db-instance-automated-backups
    db-cluster-automated-backups db-parameter-groups db-cluster-parameter-groups option-groups db-subnet-groups
    db-security-groups db-proxies db-cluster-endpoints global-clusters event-subscriptions events
    pending-maintenance-actions certificates db-engine-versions db-major-engine-versions reserved-db-instances
    blue-green-deployments db-recommendations db-shard-groups integrations tenant-databases export-tasks
    account-attributes db-parameters db-cluster-parameters db-proxy-target-groups db-proxy-targets
""".split()


class Child(NamedTuple):
    """A kind that AWS tells only by the name of what it belongs to."""

    parent: str
    # The request's parameter. Each row says it as well, whether AWS's does or not.
    parameter: str
    names: Callable  # from a row of the parent
    naming: Callable  # a row of the parent that holds these names


# What is asked for the names in the rows of another kind: one call for each name.
CHILDREN = {
    "db-parameters": Child(
        "db-instances",
        "DBParameterGroupName",
        lambda row: [group["DBParameterGroupName"] for group in row.get("DBParameterGroups", [])],
        lambda names: [{"DBParameterGroups": [{"DBParameterGroupName": name} for name in names]}],
    ),
    "db-cluster-parameters": Child(
        "db-clusters",
        "DBClusterParameterGroupName",
        lambda row: [row["DBClusterParameterGroup"]] if "DBClusterParameterGroup" in row else [],
        lambda names: [{"DBClusterParameterGroup": name} for name in names],
    ),
} | dict.fromkeys(
    ["db-proxy-target-groups", "db-proxy-targets"],
    Child(
        "db-proxies",
        "DBProxyName",
        lambda row: [row["DBProxyName"]],
        lambda names: [{"DBProxyName": name} for name in names],
    ),
)
# Catalogues of AWS's, the same for every account: asked once a region, and nobody's own.
SHARED = {"db-engine-versions", "db-major-engine-versions"}
# AWS has a member called Region itself in these kinds: in JSON it keeps its name, and our column has another.
HAS_REGION = {"db-instance-automated-backups", "db-cluster-automated-backups"}


def aws_environment(home, **extra):
    """An environment in which nothing of the developer's own AWS set-up, proxies or caches can be seen."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(home),
        "XDG_CACHE_HOME": f"{home}/.cache",
        "XDG_CONFIG_HOME": f"{home}/.config",
        "XDG_DATA_HOME": f"{home}/.local/share",
        "LANG": "C.UTF-8",
        "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
        **extra,
    }


def region_key(kind):
    """What our JSON calls the region that was asked."""
    return "CollectedRegion" if kind in HAS_REGION else "Region"


def canonical(value):
    """A text that is equal for equal JSON, whatever the order of members."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def differences(expected, actual, path="$"):
    """Yields a sentence for every place where two JSON values differ. An integer is not a double, nor a boolean."""
    if type(expected) is not type(actual):
        yield f"{path}: expected {_short(expected)}, got {_short(actual)}"
    elif isinstance(expected, dict):
        for name in sorted(expected.keys() - actual.keys()):
            yield f"{path}.{name}: missing, expected {_short(expected[name])}"
        for name in sorted(actual.keys() - expected.keys()):
            yield f"{path}.{name}: surplus, got {_short(actual[name])}"
        for name in sorted(expected.keys() & actual.keys()):
            yield from differences(expected[name], actual[name], f"{path}.{name}")
    elif isinstance(expected, list):
        if len(expected) != len(actual):
            yield f"{path}: expected {len(expected)} elements, got {len(actual)}"
        for index, (one, other) in enumerate(zip(expected, actual)):
            yield from differences(one, other, f"{path}[{index}]")
    elif isinstance(expected, str) and expected != actual:
        # Long texts differ in one character as a rule, so only what is around it is shown.
        start = max(0, len(os.path.commonprefix([expected, actual])) - 10)
        yield f"{path}: from character {start}: expected {_short(expected[start:])}, got {_short(actual[start:])}"
    elif expected != actual:
        yield f"{path}: expected {_short(expected)}, got {_short(actual)}"


def row_differences(expected, actual):
    """The differences of two lists of rows whose order means nothing."""
    ours, theirs = sorted(expected, key=canonical), sorted(actual, key=canonical)
    return list(differences(ours, theirs))


def _short(value):
    text = f"{type(value).__name__} {value!r}"
    return text if len(text) <= 100 else f"{text[:100]}… ({len(text)} characters)"
