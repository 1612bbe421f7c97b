"""Random answers of RDS, drawn from botocore's service model and written as AWS's Query XML.

A seed decides over everything: which members are there, how odd their values are, how the XML is laid out and how the
rows fall into pages. botocore's own parser reads the same bytes and so tells what they mean.
"""

import random
from datetime import datetime, timedelta, timezone

from xml.sax.saxutils import escape

from awscli_oracle import describe_operation, listed
from botocore.parsers import create_parser
from compare import CHILDREN
from standins import RDS_NAMESPACE

STRINGS = [
    "",
    " ",
    "\n",
    "  leading and trailing  ",
    "a & b < c > d \"e\" 'f'",
    "]]>",
    "&amp; is not &",
    "<DBInstance>not an element</DBInstance>",
    "line\nbreak",
    "tab\tstop",
    "carriage\rreturn",
    "both\r\nof them",
    "🗄️ 👩‍💻 😀",
    "שלום עולם",
    "‮reversed‬ مرحبا",
    "データベース",
    "e\u0301 is not é",
    "\u00a0\u2028\u2029\u0085\ufeff",
    "\U0010fffd",
    "null",
    "true",
    "NaN",
    "0123",
    "1e5",
    "-",
    "=HYPERLINK(\"http://127.0.0.1\")",
    "\\n \\u0041 \\",
    "%s %d {0} ${HOME}",
    "{\"a\": [1, null]}",
    "[]",
    "2026-11-22T10:00:00Z",
    "'; DROP TABLE db_instances; --",
]
LETTERS = "abcXYZ 0189 &<>\"'\t\n\r/\\;,|é漢😀\u200f"
DOUBLES = ["0", "0.5", "1e-7", "1E-7", "5", "5.0", "-3.25", "+2.5", "1e22", "1.7976931348623157e308", "5e-324", "0.1"]
INTEGERS = [0, 1, -1, 7, 65536, 2**31 - 1, -(2**31)]
LONGS = [*INTEGERS, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]


class Answers:
    """All pages of one kind for one seed, and what they mean."""

    def __init__(self, kind, seed):
        self.dice = random.Random(f"{kind} {seed}")
        self.operation = describe_operation(kind)
        self.result_key, self.list_shape = listed(self.operation)
        self.presence = self.dice.choice([0.02, 0.2, 0.5, 0.9, 1])
        self.pretty = self.dice.random() < 0.4
        self.oddities = self.dice.choice([0, 0, 0.05, 0.2])
        paged = "Marker" in self.operation.output_shape.members
        markers = [self._marker(number) for number in range(self.dice.choice([0, 0, 0, 1, 2, 4]) if paged else 0)]
        self.pages = {}
        for asked, next_marker in zip([None, *markers], [*markers, None]):
            self.pages[asked] = self._page(next_marker).encode()

    def rows(self):
        """What botocore's parser, and so the AWS CLI, reads in the pages."""
        parser = create_parser("query")
        rows = []
        for body in self.pages.values():
            answer = {"status_code": 200, "headers": {}, "body": body}
            rows += plain(parser.parse(answer, self.operation.output_shape).get(self.result_key, []))
        return rows

    def _marker(self, number):
        # Each differs from the others, since the AWS CLI takes a repeated marker for an endless loop.
        return "".join(self.dice.choices("aZ09+/=&<>\"'%;: é漢😀", k=self.dice.randint(1, 40))) + f"#{number}"

    def _page(self, next_marker):
        members = []
        name = self.list_shape.member.serialization.get("name", "member")
        rows = [self._element(name, self.list_shape.member, 3) for _ in range(self.dice.choice([0, 1, 1, 2, 3]))]
        members.append(self._wrap(self.result_key, rows, 2))
        if next_marker is not None:
            members.append(f"<Marker>{self._text(next_marker)}</Marker>")
        elif "Marker" in self.operation.output_shape.members and self.dice.random() < 0.3:
            members.append("<Marker/>")
        for beside, shape in self.operation.output_shape.members.items():
            if beside not in (self.result_key, "Marker") and self.dice.random() < self.presence:
                members.append(self._element(beside, shape, 2))
        self.dice.shuffle(members)
        action = self.operation.name
        metadata = "<ResponseMetadata><RequestId>6fe47c4d-0000-4000-8000-9a0d1f6d3b2c</RequestId></ResponseMetadata>"
        result = self._wrap(f"{action}Result", members, 1)
        head = self.dice.choice(["", '<?xml version="1.0" encoding="UTF-8"?>', "<?xml version='1.0'?>\n"])
        return head + self._wrap(f'{action}Response xmlns="{RDS_NAMESPACE}"', [result, metadata], 0)

    def _element(self, name, shape, depth):
        if shape.type_name == "structure":
            members = [
                self._element(member.serialization.get("name", member_name), member, depth + 1)
                for member_name, member in shape.members.items()
                if self.dice.random() < self.presence
            ]
            if self.dice.random() < self.oddities:
                members.append(self._unknown(shape, depth + 1))
            self.dice.shuffle(members)
            return self._wrap(name, members, depth)
        if shape.type_name == "list":
            count = self.dice.choice([0, 1, 1, 2, 3])
            member_name = shape.member.serialization.get("name", "member")
            return self._wrap(name, [self._element(member_name, shape.member, depth + 1) for _ in range(count)], depth)
        if shape.type_name == "map":
            assert not shape.serialization.get("flattened") and shape.key.type_name == "string"
            keys = self.dice.sample(STRINGS, self.dice.choice([0, 1, 1, 2, 3]))
            return self._wrap(name, [self._entry(key, shape.value, depth + 1) for key in keys], depth)
        text = getattr(self, f"_{shape.type_name}")()
        if text == "" and self.dice.random() < 0.5:
            return f"<{name}/>"
        return f"<{name}>{text}</{name}>"

    def _entry(self, key, shape, depth):
        parts = [f"<key>{self._text(key)}</key>", self._element("value", shape, depth + 1)]
        self.dice.shuffle(parts)
        return self._wrap("entry", parts, depth)

    def _unknown(self, shape, depth):
        """A member newer than the model. What is inside has known names, and must not be taken for the known ones."""
        inner = self._wrap("NewSettings", [f"<{name}>surplus</{name}>" for name in list(shape.members)[:3]], depth + 1)
        return self._wrap("MemberOfTheFuture", [inner, "<Marker>surplus</Marker>"], depth)

    def _wrap(self, tag, elements, depth):
        name = tag.split()[0]
        if not elements and self.dice.random() < 0.5:
            return f"<{tag}/>"
        if self.oddities:
            elements = [self._comment() + element for element in elements]
        if self.pretty:
            # Windows' line ends now and then: XML says they are read as newlines.
            newline = self.dice.choice(["\n", "\n", "\n", "\r\n"])
            inner = "".join(f"{newline}{'  ' * (depth + 1)}{element}" for element in elements)
            return f"<{tag}>{inner}{newline}{'  ' * depth}</{name}>"
        return f"<{tag}>{''.join(elements)}</{name}>"

    def _comment(self):
        return "<!-- <Marker>not & a marker</Marker> -->" if self.dice.random() < self.oddities else ""

    def _string(self):
        choice = self.dice.random()
        if choice < 0.4:
            value = self.dice.choice(STRINGS)
        elif choice < 0.98:
            value = "".join(self.dice.choices(LETTERS, k=self.dice.randint(1, 30)))
        else:
            value = "".join(self.dice.choices(LETTERS, k=5000))
        return self._text(value)

    def _text(self, value):
        if self.dice.random() < 0.1:
            # A section cannot hold its own end, so the text is cut there. A raw carriage return becomes a newline.
            return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
        parts = [self._character(character) for character in value]
        if len(parts) > 1 and self.dice.random() < self.oddities:
            parts.insert(self.dice.randrange(1, len(parts)), "<!-- in the middle -->")
        return "".join(parts)

    def _character(self, character):
        if character in "&<>":
            return {"&": "&amp;", "<": "&lt;", ">": "&gt;"}[character]
        if character == '"':
            return self.dice.choice(['"', "&quot;"])
        if character == "'":
            return self.dice.choice(["'", "&apos;"])
        if character == "\r":
            return self.dice.choice(["\r", "&#13;", "&#xD;"])
        if (character in "\t\n" or ord(character) > 127) and self.dice.random() < 0.3:
            return self.dice.choice([f"&#{ord(character)};", f"&#x{ord(character):X};"])
        return character

    def _integer(self):
        return str(self.dice.choice([*INTEGERS, self.dice.randint(-(2**31), 2**31 - 1)]))

    def _long(self):
        return str(self.dice.choice([*LONGS, self.dice.randint(-(2**63), 2**63 - 1)]))

    def _double(self):
        return self.dice.choice([*DOUBLES, repr(self.dice.uniform(-1e6, 1e6)), repr(self.dice.random() * 1e-9)])

    def _boolean(self):
        return self.dice.choice(["true", "false"])

    def _timestamp(self):
        moment = datetime(1971, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=self.dice.randrange(150 * 365 * 86400))
        digits = self.dice.choice([0, 3, 3, 6])
        fraction = f".{self.dice.randrange(10**digits):0{digits}d}" if digits else ""
        return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def parent_page(kind, names):
    """The name of the operation that tells whose children there are of a kind, and an answer that tells these."""
    child = CHILDREN[kind]
    operation = describe_operation(child.parent)
    key, shape = listed(operation)
    action, rows = operation.name, _written(key, shape, child.naming(names))
    metadata = "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
    result = f"<{action}Result>{rows}</{action}Result>"
    return action, f'<{action}Response xmlns="{RDS_NAMESPACE}">{result}{metadata}</{action}Response>'.encode()


def _written(name, shape, value):
    if isinstance(value, dict):
        inner = "".join(_written(member, shape.members[member], one) for member, one in value.items())
    elif isinstance(value, list):
        element = shape.member.serialization.get("name", "member")
        inner = "".join(_written(element, shape.member, one) for one in value)
    else:
        inner = escape(value)
    return f"<{name}>{inner}</{name}>"


def plain(value):
    """The parser's answer as the AWS CLI prints it: moments become text."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(element) for element in value]
    return value.isoformat() if isinstance(value, datetime) else value
