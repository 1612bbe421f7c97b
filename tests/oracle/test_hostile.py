"""Hostile or broken answers, and numbers beyond reason, cost one target or one request and not the program: nesting,
attributes, markers in circles, bodies of gigabytes, answers that come letter by letter."""

import time
from http.server import BaseHTTPRequestHandler

import pytest
from bastion import ACCOUNT, Bastion, account_of, bastion, little_memory, page
from standins import AwsError, QueryEndpoint, serving

__all__ = ["bastion"]


def deep(levels=4000):
    return "<x>" * levels + "</x>" * levels


def attributes(count=200_000):
    return "<New " + " ".join(f'a{at}="1"' for at in range(count)) + "/>"


def endless(*markers):
    state = {"at": 0}

    def answer():
        state["at"] += 1
        marker = markers[state["at"] % len(markers)] if markers else f"marker-{state['at']}"
        return page([], marker)

    return answer


@pytest.mark.parametrize(
    "answer, told",
    [
        (lambda: page(["x"], inside=f"<New>{deep()}</New>"), "nests"),
        (lambda: page(["x"], inside=f"<TagList>{deep(100_000)}</TagList>"), "nests"),
        (lambda: deep().encode(), "nests"),
        (lambda: page(["x"], marker="m").replace(b"m</Marker>", deep().encode() + b"</Marker>"), "nests"),
        (lambda: page(["x"], inside=attributes()), "tag"),
        (lambda: page(["x"], inside=f"<New>{'<a/>' * 600_000}</New>"), "elements"),
        (lambda: page(["x"]) + b" " * (20 << 20), "larger than 16 MB"),
        (lambda: page(["x"], inside="<A>" + "y" * (20 << 20) + "</A>"), "larger than 16 MB"),
        (endless("a", "b"), "was there before"),
        (endless("a", "b", "c"), "was there before"),
        (endless("a"), "was there before"),
        (endless(), "more than 300 pages"),
    ],
)
def test_a_hostile_answer_costs_its_target(answer, told, bastion):
    bastion.keys("good")
    bastion.keys("odd", "AKIAODD")
    bastion.answer = lambda request: answer() if request.access_key == "AKIAODD" else page(["one"])
    found, code, said = bastion.export(env={"RDS_FLEET_MOST_PAGES": 300}, seconds=30)
    assert (found, code) == (["one"], 3), said[:3000]
    assert told in said and "failed" in said and "odd" in said and len(said) < 3000, said[:3000]


def test_twenty_thousand_rows_of_one_name(bastion):
    """Each is a row of its own, since none may be lost, and they cost no minutes."""
    bastion.keys("good")
    bastion.answer = lambda request: page(["x"] * 20_000, inside="<DBInstanceArn>arn</DBInstanceArn>")
    found, code, said = bastion.export(seconds=30)
    assert (len(found), code) == (20_000, 0), said


class _Flood(BaseHTTPRequestHandler):
    """Errors, and answers, of gigabytes."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.server.owner)
        self.send_header("Content-Length", str(4 << 30))
        self.end_headers()
        try:
            for _ in range(4 << 10):
                self.wfile.write(b"<Error>x</Error>" * (1 << 16))
        except OSError:
            pass

    do_GET = do_PUT = do_POST


@pytest.mark.parametrize("status", [200, 403, 404, 500])
@pytest.mark.parametrize("who", ["rds", "sts", "metadata", "container"])
def test_a_body_of_gigabytes_is_not_read(who, status, bastion):
    with serving(_Flood, status) as address:
        bastion.keys("good", more=f"endpoint_url = {bastion.endpoint}\n")
        environment = {"AWS_MAX_ATTEMPTS": 2, "AWS_ENDPOINT_URL": ""}
        if who in ("rds", "sts"):
            bastion.keys("odd", "AKIA2", more=f"services = odd\nendpoint_url = {bastion.endpoint}\n")
            bastion.profiles.append(f"[services odd]\n{who} =\n  endpoint_url = {address}\n")
        else:
            source = {"metadata": "Ec2InstanceMetadata", "container": "EcsContainer"}[who]
            bastion.profiles.append(
                f"[profile odd]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/x\ncredential_source = {source}\n"
                "region = eu-central-1\n"
            )
            environment |= {
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": address,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{address}/x",
            }
        found, code, said = bastion.export(env=environment, seconds=60, preexec_fn=little_memory)
    assert (found, code) == (["one"], 3), said[:3000]
    assert "odd" in said and len(said) < 5000, said[:5000]


class _Drip(BaseHTTPRequestHandler):
    """An answer that comes letter by letter and never ends."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format, *args):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            for _ in range(120):
                self.wfile.write(b"<")
                time.sleep(0.5)
        except OSError:
            pass

    do_GET = do_PUT = do_POST


@pytest.mark.parametrize("source", ["Ec2InstanceMetadata", "EcsContainer"])
def test_credentials_that_come_letter_by_letter(source, bastion):
    bastion.keys("good")
    bastion.profiles.append(
        f"[profile odd]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/x\ncredential_source = {source}\n"
        "region = eu-central-1\n"
    )
    with serving(_Drip, None) as address:
        environment = {
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": address,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{address}/x",
        }
        found, code, said = bastion.export(env=environment, seconds=15)
    assert (found, code) == (["one"], 3) and "odd" in said, said


def test_answers_that_come_letter_by_letter(bastion):
    """RDS's and STS's: a try has 20 seconds."""
    with serving(_Drip, None) as address:
        bastion.keys("good", more=f"endpoint_url = {bastion.endpoint}\n")
        for service in ("rds", "sts"):
            more = f"services = {service}\nendpoint_url = {bastion.endpoint}\n"
            bastion.keys(f"odd-{service}", f"AKIA{service}", more=more)
            bastion.profiles.append(f"[services {service}]\n{service} =\n  endpoint_url = {address}\n")
        found, code, said = bastion.export(env={"AWS_MAX_ATTEMPTS": 1, "AWS_ENDPOINT_URL": ""}, seconds=40)
    assert (found, code) == (["one"], 3) and "odd-rds" in said and "odd-sts" in said, said
    assert said.count("no answer in time") == 2, said


@pytest.mark.parametrize(
    "answer",
    [
        deep(100_000),
        f"<GetCallerIdentityResponse><GetCallerIdentityResult>{deep(100_000)}</GetCallerIdentityResult>"
        "</GetCallerIdentityResponse>",
        f"<GetCallerIdentityResponse><GetCallerIdentityResult>{attributes(100_000)}</GetCallerIdentityResult>"
        "</GetCallerIdentityResponse>",
        "<GetCallerIdentityResponse>" + "<a/>" * 2_000_000 + "</GetCallerIdentityResponse>",
    ],
    ids=["deep", "deep within", "attributes", "elements"],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_hostile_answer_of_sts_costs_its_target(status, answer, tmp_path):
    class Hostile(QueryEndpoint):
        def respond(self, request):
            if request.service == "sts" and request.access_key == "AKIAODD":
                if status == 200:
                    return answer.encode()
                error = AwsError(status, "X", "y")
                error.document = lambda namespace: f"<ErrorResponse><Error>{answer}</Error></ErrorResponse>".encode()
                raise error
            return super().respond(request)

    bastion = Bastion(tmp_path)
    bastion.keys("good")
    bastion.keys("odd", "AKIAODD")
    with Hostile(account_of, lambda request: page(["one"])).serving() as bastion.endpoint:
        found, code, said = bastion.export(env={"AWS_MAX_ATTEMPTS": 2}, seconds=30)
    assert (found, code) == (["one"], 3) and "odd" in said and len(said) < 3000, said[:3000]


# ---- Numbers ----


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "SELECT * FROM db_instances", "--timeout", "18446744073709551615"],
        ["query", "SELECT * FROM db_instances", "--timeout", "86401"],
        ["export", "db-instances", "--concurrency", "2305843009213693951"],
        ["export", "db-instances", "--concurrency", "18446744073709551615"],
        ["export", "db-instances", "--concurrency", "1025"],
        ["sandbox", "--accounts", "18446744073709551615"],
        ["sandbox", "--instances", "9999999999"],
    ],
)
def test_a_number_beyond_reason_is_named(arguments, bastion):
    bastion.keys("good")
    code, out, said = bastion.run(*arguments, seconds=10)
    assert code == 2 and out == "" and arguments[-1] in said, said


@pytest.mark.parametrize("number", ["18446744073709551615", "300000000", "-1", "sg-9"])
def test_a_baseline_with_numbers_beyond_reason(number, bastion):
    bastion.keys("good")
    group = "<VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-1</VpcSecurityGroupId>"
    group += "<Status>active</Status></VpcSecurityGroupMembership></VpcSecurityGroups><Engine>postgres</Engine>"
    bastion.answer = lambda request: (
        page(["one"], inside=group) if request.parameters["Action"] == "DescribeDBInstances" else page([])
    )
    path = bastion.folder / "baseline.toml"
    path.write_text(f'name = "x"\nengine = "postgres"\n[settings.Network]\nVpcSecurityGroups = "{number}"\n')
    code, out, said = bastion.run("drift", "--baseline", path, "--format", "json", seconds=30, preexec_fn=little_memory)
    assert code == 4, said
    assert "VpcSecurityGroups" in out
