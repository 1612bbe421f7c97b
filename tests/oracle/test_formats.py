"""Hostile texts in every text member come back the same from each format, read by Python's own readers, and are
inert in HTML, in a real browser too. What is meant for people is defused against spreadsheet formulas."""

import csv
import html
import io
import json
import re
from html.parser import HTMLParser

import botocore.session
import openpyxl
import pytest
from browser import CHROMIUM, browser
from conftest import CommandLine
from standins import QueryEndpoint
from test_bad_input import profile

NASTY = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\tTab first", "a,b;c", 'quo"te', "apo'strophe", "line\nbreak", " blanks ",
    "<script>alert(1)</script>", "</td></table><img src=x onerror=alert(1)>", "&amp;", "%s%n{}${x}", "\\N\\\\",
    "naïve 漢字 😀", "\u202eright to left\u202c", "\u0085next line\u2028", "\u009b31mred", "x" * 10_000, "NULL", "1E5", "0012", "2026-01-02",
]  # fmt: skip
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="not installed: chromium")
FORMATS = ["csv", "raw", "json", "jsonl", "xlsx", "html"]


def seen(text):
    """As reports for people have it: what cannot be seen, or turns the writing round, is an escape."""
    return re.sub("[\x80-\x9f\u2028\u202c\u202e]", lambda found: f"\\u{{{ord(found[0]):x}}}", text)


def escaped(text):
    return "".join(f"&#{ord(letter)};" for letter in text)


def instance(number, text):
    """Every plain text member is the nasty text; one list holds it too."""
    members = [name for name, shape in TEXT_MEMBERS if name != "DBInstanceArn"]
    body = "".join(f"<{name}>{escaped(text)}</{name}>" for name in members)
    tags = f"<TagList><Tag><Key>{escaped(text)}</Key><Value>v</Value></Tag></TagList>"
    return f"<DBInstance><DBInstanceArn>arn:{number}</DBInstanceArn>{body}{tags}</DBInstance>"


MODEL = botocore.session.get_session().get_service_model("rds")
TEXT_MEMBERS = [
    (name, member) for name, member in MODEL.shape_for("DBInstance").members.items() if member.type_name == "string"
]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("formats")
    (folder / "config").write_text(profile("good"))
    (folder / "credentials").touch()
    body = "".join(instance(number, text) for number, text in enumerate(NASTY))
    page = (
        f"<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances>{body}</DBInstances>"
        "</DescribeDBInstancesResult></DescribeDBInstancesResponse>"
    ).encode()
    run = CommandLine(folder)
    with QueryEndpoint(lambda key: "111122223333", lambda request: page).serving() as address:
        environment = {
            "AWS_CONFIG_FILE": folder / "config",
            "AWS_SHARED_CREDENTIALS_FILE": folder / "credentials",
            "AWS_ENDPOINT_URL": address,
        }
        for name in FORMATS:
            arguments = ["csv", "--raw"] if name == "raw" else [name]
            done = run("export", "db-instances", "--format", *arguments, "-o", folder / name, env=environment)
            assert done.code == 0, done.stderr
    return folder


def by_number(rows):
    return [row for _, row in sorted((int(row["DBInstanceArn"].removeprefix("arn:")), row) for row in rows)]


def hold(rows, tags, member=lambda text: text):
    rows = by_number(rows)
    assert len(rows) == len(NASTY)
    for text, row in zip(NASTY, rows):
        wrong = [name for name, _ in TEXT_MEMBERS if name != "DBInstanceArn" and row[name] != member(text)]
        assert not wrong, f"{text!r} is {row[wrong[0]]!r} in {wrong}"
        assert row["TagList"] == tags(text)


def test_json(written):
    hold(json.loads((written / "json").read_text()), lambda text: [{"Key": text, "Value": "v"}])


def test_json_lines(written):
    # Split at line feeds alone: str.splitlines would also split at U+2028.
    lines = (written / "jsonl").read_text().split("\n")
    assert lines.pop() == ""
    hold(map(json.loads, lines), lambda text: [{"Key": text, "Value": "v"}])


def test_raw_csv(written):
    text = (written / "raw").read_bytes().decode()
    assert not text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows:
        row["TagList"] = json.loads(row["TagList"])
    hold(rows, lambda text: [{"Key": text, "Value": "v"}])


def test_csv_for_people(written):
    text = (written / "csv").read_bytes().decode()
    assert text.startswith("\ufeff") and text.endswith("\r\n")
    rows = by_number(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    for nasty, row in zip(NASTY, rows):
        runs = nasty[0] in "=+-@\t\r\n"
        assert row["DBInstanceIdentifier"] == ("'" if runs else "") + seen(nasty)
        assert row["TagList"] == ("'" if runs else "") + f"{seen(nasty)}=v"


def test_xlsx(written):
    book = openpyxl.load_workbook(io.BytesIO((written / "xlsx").read_bytes()))
    sheet = book["DB instances"]
    names, *rows = sheet.iter_rows(values_only=True)
    hold([dict(zip(names, row)) for row in rows], lambda text: f"{seen(text)}=v", seen)
    kinds = {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None}
    assert kinds == {"s"}, "no cell is a formula"
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref == sheet.dimensions
    facts = dict(row[:2] for row in book["Coverage"].iter_rows(values_only=True) if row[0])
    assert facts["Completeness"] == "All 1 account-regions were collected."
    assert facts["111122223333"] == "eu-central-1"


class Page(HTMLParser):
    """Reads the table of rows, and notes every tag that the page has."""

    def __init__(self):
        super().__init__()
        self.tags, self.rows, self.inside = [], [], False

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "table":
            self.inside = ("class", "rows") in attributes
        elif tag == "tr" and self.inside:
            self.rows.append([])
        elif tag in ("td", "th") and self.inside:
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.inside and self.rows and self.rows[-1] and self.tags[-1] != "script":
            self.rows[-1][-1] += data

    def handle_endtag(self, tag):
        if tag == "table":
            self.inside = False


def test_html(written):
    page = Page()
    text = (written / "html").read_bytes().decode()
    page.feed(text)
    assert page.tags.count("script") == 1 and "img" not in page.tags
    assert "http:" not in text and "https:" not in text and "src=" not in text.replace("src=x onerror", "")
    names, *rows = page.rows
    names = [name.strip() for name in names]
    # Browsers show white space as one blank and what HTML forbids as its picture.
    rows = [dict(zip(names, (cell.rstrip("\n") for cell in row))) for row in rows]
    hold(rows, lambda text: f"{seen(text)}=v", seen)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("browser")) as page:
        yield page


def in_the_table(page, property):
    """What the browser made of the table: its header, then its rows."""
    cells = f"[...row.cells].map(cell => cell.checkVisibility() ? cell.{property} : 'not visible')"
    return page.evaluate(f"[...document.querySelector('table.rows').rows].map(row => {cells})")


def shown(text):
    return re.sub("[ \t\n]+", " ", text).strip(" ")


@needs_browser
def test_a_browser_notices_what_runs_and_what_is_loaded(written, page, tmp_path):
    """The control: the same page from a careless writer, in which the browser does notice what the next test denies."""
    careless = html.unescape((written / "html").read_bytes().decode())
    careless = re.sub("<meta http-equiv[^>]*>", "", careless)
    (tmp_path / "careless.html").write_text(careless)
    page.open(tmp_path / "careless.html")
    assert len(page.scripts) > 1 and set(page.dialogs) == {"1"}
    assert set(page.requests) == {(tmp_path / name).as_uri() for name in ("careless.html", "x")}


@needs_browser
def test_html_in_a_browser(written, page, tmp_path):
    file = tmp_path / "inventory.html"
    file.write_bytes((written / "html").read_bytes())
    page.open(file)
    names, *exact = in_the_table(page, "textContent")
    hold([dict(zip(names, row)) for row in exact], lambda text: f"{seen(text)}=v", seen)
    _, *visible = in_the_table(page, "innerText")
    assert [[shown(cell) for cell in row] for row in visible] == [[shown(cell) for cell in row] for row in exact]

    # Our own script still sorts, by the numbers in a text, up and down.
    at = names.index("DBInstanceArn")
    upwards = [f"arn:{number}" for number in range(len(NASTY))]
    for direction, order in (("descending", upwards[::-1]), ("ascending", upwards)):
        for _ in range(2):
            page.click(f"table.rows th:nth-child({at + 1}) button")
            if page.evaluate("document.querySelector('th[aria-sort]').getAttribute('aria-sort')") == direction:
                break
        names, *rows = in_the_table(page, "textContent")
        assert [row[at] for row in rows] == order, direction
        assert sorted(rows) == sorted(exact)

    page.listen(0.5)
    assert len(page.scripts) == 1, "only our own"
    assert page.dialogs == []
    assert page.requests == [file.as_uri()]
