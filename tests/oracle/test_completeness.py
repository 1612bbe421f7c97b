"""Every kind must show every member that AWS's newest published service model has, with its name and type."""

import json
from typing import NamedTuple

import pytest
from awscli_oracle import describe_name, listed, service_model
from compare import CHILDREN, KINDS

ADDED_BY_US = ["AccountId", "Region", "Profiles"]
# What an answer says beside its list. A table of resources has no row for it.
BESIDE_THE_LIST = {
    ("certificates", "DefaultCertificateForNewLaunches"): "a setting of the account, not a member of any certificate",
}


class Map(NamedTuple):
    """Values under names that are not AWS's."""

    of: object


def of_shape(shape):
    """AWS's type of a botocore shape, all the way down: a word, a list's element, or a structure's members."""
    if shape.type_name == "structure":
        return {name: of_shape(member) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [of_shape(shape.member)]
    if shape.type_name == "map":
        assert shape.key.type_name == "string"
        return Map(of_shape(shape.value))
    return shape.type_name


def of_column(column):
    """The same description of a column or of what is nested in it."""
    if column["type"] == "structure":
        return of_columns(column["members"])
    if column["type"] == "list":
        return [of_column(column["member"])]
    if column["type"] == "map":
        return Map(of_column(column["value"]))
    return column["type"]


def of_columns(columns):
    # AWS's name for a member is its key in JSON, which is the column's name nearly always.
    names = [column.get("json", column["name"]) for column in columns]
    assert len(names) == len(set(names)), f"a name is there twice: {names}"
    return {column.get("json", column["name"]): of_column(column) for column in columns}


def differences(aws, ours, path):
    """Yields a sentence for every member that is missing, misnamed, surplus or of another type."""
    if isinstance(aws, Map) and isinstance(ours, Map):
        yield from differences(aws.of, ours.of, f"{path}{{}}")
    elif isinstance(aws, dict) and isinstance(ours, dict):
        for name in sorted(aws.keys() - ours.keys()):
            yield f"{path}.{name} is missing"
        for name in sorted(ours.keys() - aws.keys()):
            yield f"{path}.{name} is not in AWS's model"
        for name in sorted(aws.keys() & ours.keys()):
            yield from differences(aws[name], ours[name], f"{path}.{name}")
    elif isinstance(aws, list) and isinstance(ours, list):
        yield from differences(aws[0], ours[0], f"{path}[]")
    elif aws != ours:
        yield f"{path} is {_kind(aws)} in AWS's model and {_kind(ours)} here"


def _kind(description):
    return {dict: "a structure", list: "a list", Map: "a map"}.get(type(description), description)


@pytest.fixture(scope="module")
def kinds(run_cli):
    done = run_cli("kinds", "--format", "json")
    assert done.code == 0, done.stderr
    return json.loads(done.stdout)


def test_every_member_of_every_kind(kinds):
    model = service_model()
    wrong = []
    for kind in kinds:
        assert kind["operation"] in model.operation_names, f"{kind['kind']}: AWS has no {kind['operation']}"
        ours = [column for column in kind["columns"] if column["source"] == "aws"]
        aws = of_shape(listed(model.operation_model(kind["operation"]))[1].member)
        wrong += differences(aws, of_columns(ours), kind["kind"])
    assert not wrong, "\n".join(wrong)


def test_nothing_is_said_beside_the_list(kinds):
    """An answer may hold more than rows and a marker. Each such member is a decision, and written down above."""
    model = service_model()
    beside = set()
    for kind in kinds:
        members = model.operation_model(kind["operation"]).output_shape.members
        beside |= {(kind["kind"], name) for name, member in members.items() if member.type_name != "list"}
    assert {named for named in beside if named[1] != "Marker"} == set(BESIDE_THE_LIST)


def test_kinds_are_named_as_the_aws_cli_names_them(kinds):
    names = [kind["kind"] for kind in kinds]
    assert not set(KINDS) - set(names), "these kinds have gone"
    assert len(names) == len(set(names))
    for kind in kinds:
        assert describe_name(kind["operation"]) == f"describe-{kind['kind']}"


def test_our_own_columns_come_first_and_are_marked(kinds):
    model = service_model()
    for kind in kinds:
        added = list(ADDED_BY_US)
        if kind["kind"] in CHILDREN:
            # By whose name a row was asked for, where AWS's rows do not say it.
            parameter = CHILDREN[kind["kind"]].parameter
            in_aws_rows = listed(model.operation_model(kind["operation"]))[1].member.members
            added += [parameter] if parameter not in in_aws_rows else []
        sources = [(column["name"], column["source"]) for column in kind["columns"]]
        assert sources[: len(added)] == [(name, "rds-fleet") for name in added], kind["kind"]
        assert {source for _, source in sources[len(added) :]} == {"aws"}, kind["kind"]


def test_what_is_asked_by_name_is_named_as_in_the_model():
    """A kind that AWS cannot tell all at once is one whose request asks for a name; and no other is a child here."""
    model = service_model()
    operations = {describe_name(name).removeprefix("describe-"): name for name in model.operation_names}
    asked_by_name = {
        kind: required
        for kind in KINDS
        if (required := model.operation_model(operations[kind]).input_shape.required_members)
    }
    assert asked_by_name == {kind: [child.parameter] for kind, child in CHILDREN.items()}
