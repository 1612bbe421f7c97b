"""What the loop of the AWS Database Blog costs: `aws rds describe-…` for one profile after the other.

It runs the first profiles of the shared config file that AWS_CONFIG_FILE names, twenty unless told otherwise, and
prints the mean wall and CPU time of a profile, from which a loop over all of them follows by multiplication.

    AWS_CONFIG_FILE=… AWS_ENDPOINT_URL=… python benches/sweep_awscli.py [PROFILES]
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import botocore.session

# The AWS CLI of the same environment as this Python.
AWS = Path(sys.executable).with_name("aws")


def run(arguments, environment):
    """Whether one call of the AWS CLI succeeded. Its answer is read and thrown away, as a loop's would be piped."""
    return subprocess.run([AWS, *arguments], env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    described = botocore.session.Session().full_config["profiles"]
    profiles = [name for name, profile in described.items() if "role_arn" in profile][:wanted]
    # Version 1 ignores AWS_ENDPOINT_URL for RDS in us-east-1, so the address is given outright.
    endpoint = os.environ.get("AWS_ENDPOINT_URL_RDS") or os.environ.get("AWS_ENDPOINT_URL")
    address = ["--endpoint-url", endpoint] if endpoint else []
    failed = 0
    # One home for the whole loop, empty at first: the clusters' call finds the role's credentials in the CLI's cache.
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"HOME": home}
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        for profile in profiles:
            for kind in ("db-instances", "db-clusters"):
                arguments = ["rds", f"describe-{kind}", "--profile", profile, "--output", "json", *address]
                failed += not run(arguments, environment)
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures = {
        "profiles": len(profiles),
        "wall_seconds_per_profile": round(wall / len(profiles), 3),
        "cpu_seconds_per_profile": round(cpu / len(profiles), 3),
        "peak_memory_mb": round(after.ru_maxrss / 1024, 1),
        "failed": failed,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
