"""What `export` is asked for, and the commands of the AWS CLI that show a row."""

import csv
import io
import json
from collections import Counter

import pytest
from awscli_oracle import describe_name, service_model
from botocore import xform_name


@pytest.fixture(scope="module")
def kinds(run_cli):
    return json.loads(run_cli("kinds", "--format", "json").stdout)


def test_every_option_of_a_rows_command_is_one_of_the_aws_cli(kinds):
    """Options take one text; filters are those that AWS documents for the operation."""
    model = service_model()
    for kind in kinds:
        shape = model.operation_model(kind["operation"]).input_shape
        members = {xform_name(name, "-"): member for name, member in (shape.members if shape else {}).items()}
        columns = {column["name"] for column in kind["columns"]}
        for option, column in kind["options"].items():
            assert members[option].type_name == "string", f"{kind['kind']} --{option}"
            assert column in columns
        for name, column in kind["filters"].items():
            assert f"<code>{name}</code>" in members["filters"].documentation, f"{kind['kind']} {name}"
            assert column in columns
        asks_for_one = kind["options"] or kind["filters"]
        assert asks_for_one or kind["kind"] == "account-attributes", kind["kind"]
    assert "duration" in {xform_name(name, "-") for name in model.operation_model("DescribeEvents").input_shape.members}
    assert all(describe_name(kind["operation"]) == f"describe-{kind['kind']}" for kind in kinds)


def test_export_takes_conditions_order_columns_and_groups(run_cli):
    everything = json.loads(run_cli("--demo", "export", "db-instances", "--format", "json").stdout)
    condition = "(Engine is postgres or mysql) and AllocatedStorage >= 100 and MultiAZ is not true"
    arguments = ["--where", condition, "--sort", "-AllocatedStorage,DBInstanceIdentifier"]
    done = run_cli("--demo", "export", "db-instances", *arguments, "--columns", "DBInstanceArn,AllocatedStorage",
                   "--format", "json")
    rows = json.loads(done.stdout)
    assert {row["DBInstanceArn"] for row in rows} == {
        row["DBInstanceArn"]
        for row in everything
        if row["Engine"] in ("postgres", "mysql") and row["AllocatedStorage"] >= 100 and row.get("MultiAZ") is not True
    }
    assert rows and all(set(row) == {"DBInstanceArn", "AllocatedStorage"} for row in rows)
    sizes = [row["AllocatedStorage"] for row in rows]
    assert sizes == sorted(sizes, reverse=True)

    done = run_cli("--demo", "export", "db-instances", "--group-by", "Engine,Region", "--format", "csv", "--raw")
    groups = list(csv.DictReader(io.StringIO(done.stdout)))
    assert list(groups[0])[:3] == ["Engine", "Region", "Count"]
    counts, storage = Counter(), Counter()
    for row in everything:
        counts[row["Engine"], row["Region"]] += 1
        storage[row["Engine"], row["Region"]] += row["AllocatedStorage"]
    assert {(group["Engine"], group["Region"]): int(group["Count"]) for group in groups} == counts
    assert {(group["Engine"], group["Region"]): int(group["AllocatedStorage"]) for group in groups} == storage

    done = run_cli("--demo", "export", "db-instances", "--where", "Engin is postgres")
    assert done.code == 2 and "did you mean Engine?" in done.stderr and "  ^^^^^" in done.stderr
