"""The AWS CLI as an oracle: what `aws rds describe-… --output json` prints for one profile.

The AWS CLI's own driver runs inside a worker process, because a fresh `aws` process spends a second of CPU on imports.
Every call gets a new session, an empty home and an environment of its own: the AWS CLI keeps role credentials in
~/.aws/cli/cache, and those of one profile, or of an earlier run, must not answer for another.
"""

import contextlib
import functools
import io
import json
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from compare import aws_environment


@functools.cache
def _loader():
    """The service models, read once a worker. They are AWS's published files and hold no state of a call."""
    from awscli.clidriver import create_clidriver

    return create_clidriver().session.get_component("data_loader")


def describe(kind, profile, config_file, endpoint, metadata, *options):
    """Returns (exit code, parsed JSON or None, stderr) of one run of the AWS CLI with some more options."""
    from awscli.clidriver import create_clidriver
    from awscli.customizations import assumerole

    models = _loader()
    with tempfile.TemporaryDirectory() as home:
        # The AWS CLI works this path out once, when it is imported, so a fresh HOME alone would not be enough.
        assumerole.CACHE_DIR = f"{home}/.aws/cli/cache"
        environment = aws_environment(
            home,
            AWS_CONFIG_FILE=str(config_file),
            AWS_ENDPOINT_URL=endpoint,
            AWS_EC2_METADATA_SERVICE_ENDPOINT=metadata,
        )
        kept = dict(os.environ)
        os.environ.clear()
        os.environ.update(environment)
        stdout, stderr = io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
                driver = create_clidriver()
                driver.session.register_component("data_loader", models)
                # Version 1 ignores AWS_ENDPOINT_URL for RDS in us-east-1, so the address is given outright.
                arguments = ["rds", f"describe-{kind}", "--profile", profile, "--output", "json"]
                code = driver.main([*arguments, *options, "--endpoint-url", endpoint])
        finally:
            os.environ.clear()
            os.environ.update(kept)
        assert code != 0 or os.listdir(assumerole.CACHE_DIR), "the role's credentials went to a cache that others share"
    return code, json.loads(stdout.getvalue()) if code == 0 else None, stderr.getvalue()


def describe_all(calls, workers=2):
    """Runs many `describe` calls, given as tuples of its arguments, and returns their results in the same order."""
    with tempfile.TemporaryDirectory() as home:
        pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_leave_home, initargs=(home,))
        with pool:
            return [done.result() for done in [pool.submit(describe, *call) for call in calls]]


def _leave_home(home):
    """Keeps whatever the AWS CLI does when it is imported away from the developer's own files."""
    os.environ["HOME"] = home


@functools.cache
def service_model():
    """botocore's model of RDS: every operation, member and type, as AWS publishes them."""
    from botocore.session import Session

    return Session().get_service_model("rds")


def describe_name(operation):
    """What the AWS CLI calls an operation."""
    from botocore import xform_name

    return xform_name(operation, "-")


@functools.cache
def _operations():
    model = service_model()
    return {describe_name(name).removeprefix("describe-"): name for name in model.operation_names}


def describe_operation(kind):
    """botocore's model of the operation behind `aws rds describe-KIND`."""
    return service_model().operation_model(_operations()[kind])


def listed(operation):
    """The name and shape of the list that an operation answers with. Each that we know has exactly one."""
    lists = [(name, shape) for name, shape in operation.output_shape.members.items() if shape.type_name == "list"]
    assert len(lists) == 1, f"{operation.name} answers with {len(lists)} lists"
    return lists[0]
