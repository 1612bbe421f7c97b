"""The peer of the sweep benchmark: a whole fleet's instances and clusters, read with boto3 as a good script would.

It reads the shared config file that AWS_CONFIG_FILE names and asks the endpoints that the AWS_ENDPOINT_URL variables
name. Each role is assumed once, whatever the number of its profiles and regions. Thirty-two threads do the calls. The
instance's own credentials are fetched once. The last line is a JSON object with the figures.

    AWS_CONFIG_FILE=… AWS_ENDPOINT_URL=… python benches/sweep_boto3.py
"""

import json
import resource
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

WORKERS = 32
CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, connect_timeout=10, read_timeout=60)


class Fleet:
    """Every distinct role of the config file, and the regions in which it is wanted."""

    def __init__(self):
        self.session = boto3.Session()
        # Sessions are not safe to share while clients are being made, the clients themselves are. One session behind
        # a lock reads AWS's service models once; one session a thread would read them thirty-two times.
        self.lock = threading.Lock()
        self.base = cache(self._base)

    def _base(self, source):
        """The STS client of the credentials that roles are assumed with."""
        session = boto3.Session(profile_name=source) if source else self.session
        return session.client("sts", region_name="us-east-1", config=CONFIG)

    def roles(self):
        """Maps (role, external id, source profile) to the regions of all profiles that name it."""
        roles = {}
        for name in self.session.available_profiles:
            profile = self.session._session.full_config["profiles"][name]
            if "role_arn" in profile and "region" in profile:
                role = profile["role_arn"], profile.get("external_id"), profile.get("source_profile")
                roles.setdefault(role, set()).add(profile["region"])
        return roles

    def assume(self, role):
        """The temporary keys of a role, as arguments of a client."""
        arn, external_id, source = role
        with self.lock:
            sts = self.base(source)
        extra = {"ExternalId": external_id} if external_id else {}
        keys = sts.assume_role(RoleArn=arn, RoleSessionName="sweep", **extra)["Credentials"]
        return {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }

    def client(self, region, keys):
        with self.lock:
            return self.session.client("rds", region_name=region, config=CONFIG, **keys)


def read(client, operation, key):
    """All rows of one kind in one account and region."""
    return [row for page in client.get_paginator(operation).paginate() for row in page[key]]


def main():
    started = time.perf_counter()
    fleet = Fleet()
    roles = fleet.roles()
    kinds = {"instances": ("describe_db_instances", "DBInstances"), "clusters": ("describe_db_clusters", "DBClusters")}
    rows = {kind: [] for kind in kinds}
    failed = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        # A role's regions and kinds are asked for as soon as that role is assumed, not when all of them are.
        def sweep(role):
            try:
                keys = fleet.assume(role)
            except (ClientError, BotoCoreError) as error:
                print(f"{role[0]}: {error}", file=sys.stderr)
                return None
            clients = [fleet.client(region, keys) for region in roles[role]]
            return [(kind, pool.submit(read, client, *kinds[kind])) for client in clients for kind in kinds]

        for role, reads in zip(roles, pool.map(sweep, roles)):
            if reads is None:
                failed += len(roles[role]) * len(kinds)
            for kind, answer in reads or []:
                try:
                    rows[kind] += answer.result()
                except (ClientError, BotoCoreError) as error:
                    print(f"{role[0]}: {error}", file=sys.stderr)
                    failed += 1
    wall = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "wall_seconds": round(wall, 3),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
        "peak_memory_mb": round(usage.ru_maxrss / 1024, 1),
        **{kind: len(found) for kind, found in rows.items()},
        "failed": failed,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
