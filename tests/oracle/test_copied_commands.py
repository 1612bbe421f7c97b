"""What is said in rds::command of the AWS CLI, asked of the AWS CLI: which values it reads as files, and that the members of a
request in JSON are those that the options stand for."""

import json
import re
import sys
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from compare import aws_environment
from standins import QueryEndpoint
from test_bad_input import describe
import subprocess

DEFINITIONS = Path(__file__).parents[2] / "src/rds/definitions.rs"
AWS = Path(sys.executable).with_name("aws")


@pytest.mark.parametrize("way", ["file://{}", "fileb://{}", "http://127.0.0.1:9/x", "https://127.0.0.1:9/x"])
def test_a_value_that_names_a_file_is_sent_as_it_is(way, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("what-is-in-the-file")
    value = way.format(secret)
    asked = []

    def answer(request):
        asked.append(request.parameters)
        return describe(1)

    with QueryEndpoint(lambda key: "1" * 12, answer).serving() as address:
        run = [AWS, "rds", "describe-db-instances", "--region", "eu-central-1", "--endpoint-url", address]
        environment = aws_environment(tmp_path, AWS_ACCESS_KEY_ID="AKIAX", AWS_SECRET_ACCESS_KEY="another-secret")
        as_json = ["--cli-input-json", json.dumps({"DBInstanceIdentifier": value})]
        done = subprocess.run([*run, *as_json], env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert [parameters["DBInstanceIdentifier"] for parameters in asked] == [value]
        # The control: as an option it is not what was meant.
        plain = subprocess.run([*run, "--db-instance-identifier", value], env=environment, capture_output=True, text=True, timeout=60)
        if plain.returncode == 0:
            sent = [parameters["DBInstanceIdentifier"] for parameters in asked[1:]]
            assert sent in (["what-is-in-the-file"], [value])


def test_every_option_is_the_member_that_it_stands_for():
    model = botocore.session.get_session().get_service_model("rds")
    members = {xform_name(name, "-"): name for one in model.operation_names if one.startswith("Describe")
               for name in model.operation_model(one).input_shape.members}  # fmt: skip
    options = {
        option
        for found in re.findall(r"options: &\[(.*?)\],", DEFINITIONS.read_text(), re.DOTALL)
        for option in re.findall(r'\("([a-z-]+)",', found)
    }
    assert len(options) > 20
    # The one that AWS writes in another way; rds::command does so, too.
    assert members["db-cluster-resource-id"] == "DbClusterResourceId"
    for option in options - {"db-cluster-resource-id"}:
        words = ["DB" if word == "db" else word.capitalize() for word in option.split("-")]
        assert "".join(words) == members[option], option
