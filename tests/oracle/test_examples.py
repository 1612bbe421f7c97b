"""What AWS's own documentation shows as the AWS CLI's output must be what RDS Fleet exports for the same answer.

The AWS CLI's source holds examples of real answers. Each is turned back into the XML that RDS must have sent, and
served. The people who wrote them shortened and edited them by hand, so they are read leniently, and what cannot be
read as AWS's model has it is named in a table below with the reason.
"""

import json
import re
import textwrap
from datetime import timezone
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import pytest
from answers import parent_page
from awscli_oracle import describe_operation, listed
from compare import CHILDREN, KINDS, SHARED, region_key, row_differences
from standins import RDS_NAMESPACE, AwsError, QueryEndpoint

# AWS publishes no example of these.
WITHOUT_EXAMPLE = {"db-cluster-automated-backups", "db-major-engine-versions", "integrations", "tenant-databases"}
# Examples that are left out, by kind and number.
SKIPPED = {
    ("db-snapshots", 2): "--query makes a number of the rows, so there is none to compare",
}
# Where an example has something that AWS's model has not, by its path in a row. It is sent all the same, as an element
# that nobody knows, and neither botocore nor we may be disturbed by it.
NOT_IN_THE_MODEL = {
    ("db-proxies", "DebuggingLogging"): "a misspelling of DebugLogging",
}
PARENT = "example & parent"


def published():
    """The file of each kind that has examples."""
    import awscli

    folder = Path(awscli.__file__).parent / "examples/rds"
    found = {kind: folder / f"describe-{kind}.rst" for kind in KINDS}
    return {kind: file for kind, file in found.items() if file.exists()}


def outputs(text):
    """Each example's output: the indented block after the word, which the editors wrote with one colon or with two."""
    heads = re.findall(r"^Output::?[ \t]*$", text, re.MULTILINE)
    blocks = re.findall(r"^Output::?[ \t]*\n\s*\n((?:[ \t]+\S.*\n?|[ \t]*\n)+)", text, re.MULTILINE)
    assert heads and len(blocks) == len(heads), "an output that is not an indented block"
    return [textwrap.dedent(block) for block in blocks]


def read(text):
    """Reads JSON that people have shortened and edited."""
    # "...some output truncated..."
    text = re.sub(r"^[ \t]*\.\.\..*$", "", text, flags=re.MULTILINE)
    # A list in quotation marks over several lines.
    text = re.sub(r'"\[[ \t]*$', "[", text, flags=re.MULTILINE)
    text = re.sub(r'^([ \t]*)\]"', r"\1]", text, flags=re.MULTILINE)
    # No comma at the end of a line, though another member follows.
    text = re.sub(r'(["\d\]}el])[ \t]*\n(\s*")', r"\1,\n\2", text)
    return json.loads(balanced(text))


def balanced(text):
    """The tokens without brackets that close nothing and commas that nothing follows, and with the brackets that are
    missing at the end."""
    kept, opened = [], []

    def close(bracket):
        if kept[-1] == ",":
            kept.pop()
        kept.append(bracket)

    for token in re.findall(r'"(?:[^"\\\n]|\\.)*"|[\[\]{}:,]|[^\s"\[\]{}:,]+', text):
        if token not in ("}", "]"):
            kept.append(token)
            if token in ("{", "["):
                opened.append("}" if token == "{" else "]")
        elif opened and opened[-1] == token:
            close(opened.pop())
    for bracket in reversed(opened):
        close(bracket)
    return " ".join(kept)


class Example(NamedTuple):
    """One answer: what AWS sent, and what the AWS CLI makes of it."""

    body: str
    rows: list


class Rewriter:
    """Turns the AWS CLI's JSON back into XML, and the JSON into what it is in AWS's model."""

    def __init__(self, kind):
        self.kind = kind
        self.operation = describe_operation(kind)
        self.surplus = set()

    def example(self, output):
        name, shape = listed(self.operation)
        # What was asked with --query is the list itself.
        answer = output if isinstance(output, dict) else {name: output}
        assert answer.get(name), f"{self.kind}: {name} is not in the example"
        if isinstance(answer[name], dict):
            # One that is not in a list, though the model has one.
            answer = answer | {name: [answer[name]]}
        rows = [self.value(shape.member, row, "") for row in answer[name]]
        members = self.operation.output_shape.members
        assert answer.keys() <= members.keys(), f"{self.kind}: {answer.keys()}"
        content = "".join(self.element(member, members[member], value) for member, value in answer.items())
        action = self.operation.name
        body = (
            f'<{action}Response xmlns="{RDS_NAMESPACE}"><{action}Result>{content}</{action}Result>'
            f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>"
        )
        return Example(body, rows)

    def value(self, shape, value, path):
        """The value as the AWS CLI prints it today."""
        if shape.type_name == "structure":
            assert isinstance(value, dict), f"{self.kind}{path} is {value!r}"
            self.surplus |= {f"{path}.{name}".removeprefix(".") for name in value.keys() - shape.members.keys()}
            return {
                name: self.value(shape.members[name], member, f"{path}.{name}")
                for name, member in value.items()
                if name in shape.members
            }
        if shape.type_name == "list":
            assert isinstance(value, list), f"{self.kind}{path} is {value!r}"
            return [self.value(shape.member, element, path) for element in value]
        if shape.type_name == "timestamp":
            return moment(value).isoformat()
        if shape.type_name in ("double", "float"):
            assert type(value) in (int, float), f"{self.kind}{path} is {value!r}"
            return float(value)
        types = {"string": str, "integer": int, "long": int, "boolean": bool}
        assert type(value) is types[shape.type_name], f"{self.kind}{path} is {value!r}"
        return value

    def element(self, name, shape, value):
        """The XML of a value. Its shape is None where AWS's model has no such member."""
        if isinstance(value, dict):
            members = shape.members if shape else {}
            assert all(member.serialization.get("name", key) == key for key, member in members.items())
            inner = "".join(self.element(key, members.get(key), one) for key, one in value.items())
        elif isinstance(value, list):
            element = shape.member.serialization.get("name", "member") if shape else "member"
            inner = "".join(self.element(element, shape and shape.member, one) for one in value)
        elif isinstance(value, bool):
            inner = "true" if value else "false"
        elif shape is not None and shape.type_name == "timestamp":
            # RDS writes milliseconds, and no fraction where there is none.
            time = moment(value)
            inner = f"{time:%Y-%m-%dT%H:%M:%S}" + (f".{time.microsecond // 1000:03d}" if time.microsecond else "") + "Z"
        else:
            inner = escape(str(value))
        return f"<{name}>{inner}</{name}>"


def region_of(account):
    """A region for each example, since a catalogue is asked only once in each."""
    return f"example-{account}"


def moment(text):
    """The AWS CLI has printed timestamps in several forms over the years."""
    from botocore.utils import parse_timestamp

    time = parse_timestamp(text)
    # Some have no zone; RDS has always meant UTC.
    return time.astimezone(timezone.utc) if time.tzinfo else time.replace(tzinfo=timezone.utc)


@pytest.mark.parametrize("kind", published())
def test_export_is_what_the_documentation_shows(kind, tmp_path, run_fresh):
    rewriter = Rewriter(kind)
    texts = outputs(published()[kind].read_text(encoding="utf-8"))
    examples = {
        f"{number:012d}": rewriter.example(read(text))
        for number, text in enumerate(texts, start=1)
        if (kind, number) not in SKIPPED
    }
    assert rewriter.surplus == {path for of_kind, path in NOT_IN_THE_MODEL if of_kind == kind}

    child = CHILDREN.get(kind)
    parent_operation, parents = parent_page(kind, [PARENT]) if child else (None, None)

    def answer(request):
        if request.parameters["Action"] == parent_operation:
            return parents
        asked_by_name = child and request.parameters.get(child.parameter) != PARENT
        if request.parameters["Action"] != rewriter.operation.name or "Marker" in request.parameters or asked_by_name:
            raise AwsError(400, "InvalidAction", f"nobody asked for {request.parameters}")
        return examples[request.access_key.removeprefix("AKIA")].body.encode()

    config = tmp_path / "config"
    config.write_text(
        "".join(
            f"[profile example-{account}]\nregion = {region_of(account)}\naws_access_key_id = AKIA{account}\n"
            f"aws_secret_access_key = example\n"
            for account in examples
        )
    )
    with QueryEndpoint(lambda key: key.removeprefix("AKIA"), answer).serving() as endpoint:
        environment = {"AWS_CONFIG_FILE": config, "AWS_ENDPOINT_URL": endpoint}
        done = run_fresh("export", kind, "--format", "json", env=environment)
    assert done.code == 0, done.stderr

    ours = {}
    for row in json.loads(done.stdout):
        region = row.pop(region_key(kind))
        account = region.removeprefix("example-")
        whose = row.pop("AccountId", None), row.pop("Profiles", None)
        assert kind in SHARED or whose == (account, [f"example-{account}"])
        if child and child.parameter not in listed(rewriter.operation)[1].member.members:
            assert row.pop(child.parameter) == PARENT
        ours.setdefault(account, []).append(row)
    assert set(ours) == set(examples)
    wrong = []
    for account, example in examples.items():
        wrong += [f"example {int(account)} {sentence}" for sentence in row_differences(example.rows, ours[account])]
    assert not wrong, "\n".join(wrong)


def test_every_kind_has_examples_or_is_named():
    """A kind for which AWS publishes an example is covered by itself, since the test above asks for the files."""
    files = published()
    assert set(KINDS) - set(files) == WITHOUT_EXAMPLE
    for kind, number in SKIPPED:
        count = len(outputs(files[kind].read_text(encoding="utf-8")))
        assert number <= count, f"{kind} has no example {number} any more"


def test_reading_leniently_repairs_and_invents_nothing():
    assert read('{"a": 1,\n  ...some output truncated...\n}') == {"a": 1}
    assert read('{"a": [\n  {"b": "x"}\n  ...cut...\n  }\n]\n') == {"a": [{"b": "x"}]}
    assert read('{\n"a": "[\n  {\n"b": "}"\n"c": true\n  }\n]",\n"d": []\n}') == {"a": [{"b": "}", "c": True}], "d": []}
    assert read('[\n"a",\n"b, ]"\n]') == ["a", "b, ]"]
