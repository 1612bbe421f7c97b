"""Text that somebody else wrote comes out without secrets and without what acts on a terminal, by whatever way it came in:
errors of AWS, answers that are none, metadata services, helpers, proxies, tokens in files, names and descriptions."""

import hashlib
import json
import re
import socket
import unicodedata

import pytest
from standins import AwsError, QueryEndpoint, _Handler, serving
from test_bad_input import describe
from test_secrets import leaks

# Red text, a bell, a title for the window, C1's way to clear the screen, text that runs backwards, text nobody sees.
HOSTILE = "\x1b[31mred\x07\x1b]0;title\x07\x9b2J\x7f\u202ebackwards\u2066\u200bunseen"
SECRET = "PlantedSecret/wJalrXUtnFEMI+K7MDENG="
TOKEN = "PlantedToken//IQoJb3JpZ2luX2VjEXAMPLETOKEN" + "Ab0/" * 100 + "=="
ELSEWHERE = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # never in our hands
SIGNATURE = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
PASSWORD = "proxy-Passw0rd"
SECRETS = {
    "secret": SECRET, "token": TOKEN, "token's beginning": TOKEN[:30], "elsewhere": ELSEWHERE, "signature": SIGNATURE,
    "password": PASSWORD, "web identity": "WebIdentity.Token/f00", "sso": "SsoAccessToken-9f8e7d", "argument": "hunter2-argument",
}  # fmt: skip


def acts(text):
    """What acts on a terminal or cannot be seen in a text."""
    return sorted({c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c != "\n"})


def canonical_request(token):
    return (
        "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this "
        "request should have been\n'POST\n/\n\ncontent-type:application/x-www-form-urlencoded\nhost:rds.amazonaws.com\n"
        f"x-amz-date:20261130T000000Z\nx-amz-security-token:{token}\n\ncontent-type;host\n{SIGNATURE}'\n"
        f"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261130/rds/aws4_request, Signature={SIGNATURE}\n"
        f'{{"AccessKeyId": "ASIAX", "SecretAccessKey": "{ELSEWHERE}"}} {HOSTILE}'
    )


def xml(text):
    """A text that XML can carry: the escape character itself is none."""
    return re.sub("[\x00-\x08\x0b-\x1f]", "", text)


class Config:
    """One profile with keys, and what a test adds."""

    def __init__(self, folder, endpoint):
        self.folder, self.endpoint = folder, endpoint

    def write(self, more="", keys=True):
        own = f"aws_access_key_id = ASIAONE\naws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\n"
        text = f"[profile one]\nregion = eu-central-1\n{own if keys else ''}{more}\n"
        (self.folder / "config").write_text(text)
        (self.folder / "credentials").touch()
        return {
            "AWS_CONFIG_FILE": self.folder / "config",
            "AWS_SHARED_CREDENTIALS_FILE": self.folder / "credentials",
            "AWS_ENDPOINT_URL": self.endpoint,
            "RDS_FLEET_STORE": self.folder / "store.sqlite",
        }


def everything(run, environment, folder, codes=(0, 1, 3)):
    """All that the command line writes for this config, at every level of its log, with the files and the store."""
    written = []
    for level in ("", "warn", "trace"):
        env = environment | {"RDS_FLEET_LOG": level, "RUST_LOG": level or "trace"}
        for form in ("table", "json", "csv", "html"):
            file = folder / f"out.{form}"
            file.unlink(missing_ok=True)
            done = run("export", "db-instances", "--format", form, "-o", file, env=env)
            assert done.code in codes, done.stderr
            written += [done.stdout, done.stderr, file.read_text() if file.exists() else ""]
        shown = [
            run("profiles", env=env), run("profiles", "--format", "json", env=env), run("views", env=env),
            run("query", "SELECT * FROM coverage", "--cached", "--format", "json", env=env),
            run("query", "SELECT * FROM diagnostics", "--cached", "--format", "table", env=env),
        ]  # fmt: skip
        written += [text for done in shown for text in (done.stdout, done.stderr)]
    for name in ("store.sqlite", "store.sqlite-wal"):
        if (folder / name).exists():
            written.append((folder / name).read_bytes())
    return written


def hold(written, *kept, secrets=SECRETS):
    for text in written:
        if isinstance(text, bytes):
            assert not leaks(text, secrets), "the store holds secrets"
            continue
        assert not leaks(text.encode(), secrets), text[:3000]
        text = text.removeprefix("\ufeff")
        assert not acts(text), (acts(text), text[:3000])
        assert all(len(line) < 20_000 for line in text.split("\n"))
    for text in kept:
        assert any(text in one for one in written if isinstance(one, str)), (text, written[1][:3000])


@pytest.mark.parametrize("status, code", [(403, "SignatureDoesNotMatch"), (400, "InvalidParameter\u009bValue"), (500, "InternalFailure")])
def test_an_error_of_aws_that_quotes_the_request(status, code, tmp_path, run_fresh):
    def refuse(request):
        raise AwsError(status, code, xml(canonical_request(request.session_token)), "0a1b2c3d-request-id")

    with QueryEndpoint(lambda key: "111122223333", refuse).serving() as address:
        environment = Config(tmp_path, address).write() | {"AWS_MAX_ATTEMPTS": "1"}
        written = everything(run_fresh, environment, tmp_path)
    hold(written, code[:16], "0a1b2c3d-request-")


def test_an_error_of_sts_that_quotes_the_request(tmp_path, run_fresh):
    def refuse(request):
        raise AwsError(403, "AccessDenied", xml(canonical_request(request.session_token)))

    aws = QueryEndpoint(lambda key: "111122223333", lambda request: describe(1), refuse)
    role = "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/dba\nsource_profile = one\nregion = eu-west-1"
    with aws.serving() as address:
        environment = Config(tmp_path, address).write(role)
        written = everything(run_fresh, environment, tmp_path)
    hold(written, "AccessDenied", "role/dba")


@pytest.mark.parametrize(
    "body",
    [
        f'{{"Code": "Success", "SecretAccessKey": "{SECRET}", "Token": "{TOKEN}"}}{HOSTILE}',
        # The preview of what is no XML is cut within the token.
        "x" * 50 + TOKEN,
        f"<html>{xml(HOSTILE)} {ELSEWHERE} <b>x-amz-security-token:{TOKEN}</b></html>",
        f"<DescribeDBInstancesResponse><Other>{TOKEN}</Other></DescribeDBInstancesResponse>",
        ("{}" + HOSTILE) * 300_000,
    ],
)
def test_an_answer_that_is_none(body, tmp_path, run_fresh):
    with QueryEndpoint(lambda key: "111122223333", lambda request: body.encode()).serving() as address:
        environment = Config(tmp_path, address).write() | {"AWS_MAX_ATTEMPTS": "1"}
        written = everything(run_fresh, environment, tmp_path)
    hold(written, "the answer")


class Metadata(_Handler):
    """A metadata service that answers with the keys of somebody where it should not."""

    def do_PUT(self):
        self.body()
        self.reply(200, b"imds-token", {"x-aws-ec2-metadata-token-ttl-seconds": "60"})

    def do_GET(self):
        keys = f'{{"SecretAccessKey": "{ELSEWHERE}", "Token": "{TOKEN}", "x": "{HOSTILE}"}}'
        self.reply(self.server.owner, keys.encode(), {"Content-Type": "application/json"})


@pytest.mark.parametrize("status", [404, 500, 200])
def test_a_metadata_service_that_answers_with_keys(status, tmp_path, run_fresh):
    with serving(Metadata, status) as metadata, QueryEndpoint(lambda key: "1" * 12, lambda request: describe(1)).serving() as aws:
        role = "role_arn = arn:aws:iam::111122223333:role/dba\ncredential_source = Ec2InstanceMetadata"
        environment = Config(tmp_path, aws).write(role, keys=False)
        environment |= {"AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata, "AWS_MAX_ATTEMPTS": "1"}
        done = run_fresh("export", "db-instances", "--format", "json", env=environment | {"RDS_FLEET_LOG": "trace"})
    hold([done.stdout, done.stderr], "not collected")


@pytest.mark.parametrize(
    "script",
    [
        'printf "%s %s %b\\n" "$SECRET" "$TOKEN" "$HOSTILE" >&2; exit 3',
        'yes "$SECRET" | head -c 20000000 >&2; exit 3',
        'printf "{ \\"SecretAccessKey\\": \\"%s\\", \\"SessionToken\\": \\"%s\\" no json %b" "$SECRET" "$TOKEN" "$HOSTILE"',
        'printf "%b" "$HOSTILE" ; printf "\\377\\376" >&2; exit 1',
    ],
)
def test_a_helper_that_prints_what_it_knows(script, tmp_path, run_fresh):
    helper = tmp_path / "helper"
    values = {"SECRET": ELSEWHERE, "TOKEN": "SessionToken=" + TOKEN, "HOSTILE": HOSTILE.encode("unicode_escape").decode().replace("\\x", "\\0")}
    exports = "".join(f"{name}='{value}'\n" for name, value in values.items())
    helper.write_text(f"#!/bin/sh\n{exports}{script}\n")
    helper.chmod(0o755)
    with QueryEndpoint(lambda key: "111122223333", lambda request: describe(1)).serving() as address:
        environment = Config(tmp_path, address).write(f"credential_process = {helper} --password hunter2-argument", keys=False)
        written = everything(run_fresh, environment, tmp_path)
    hold(written, "credential_process")


def test_a_web_identity_whose_answer_cannot_be_read(tmp_path, run_fresh):
    """aws-config warns with the whole answer."""

    class Broken(_Handler):
        def do_POST(self):
            self.body()
            fields = f"<SecretAccessKey>{ELSEWHERE}</SecretAccessKey><SessionToken>{TOKEN}</SessionToken>"
            body = f"<AssumeRoleWithWebIdentityResponse><Credentials>{fields}</Credentials>{xml(HOSTILE)}"
            self.reply(200, body.encode())

    token = tmp_path / "token"
    token.write_text(SECRETS["web identity"])
    with serving(Broken, None) as address:
        identity = f"role_arn = arn:aws:iam::111122223333:role/dba\nweb_identity_token_file = {token}"
        environment = Config(tmp_path, address).write(identity, keys=False) | {"AWS_MAX_ATTEMPTS": "1"}
        environment |= {"AWS_ENDPOINT_URL_STS": address}
        for level in ("error", "warn", "info", "debug", "trace"):
            done = run_fresh("export", "db-instances", env=environment | {"RDS_FLEET_LOG": level, "RUST_LOG": level})
            hold([done.stdout, done.stderr])


def test_a_token_of_the_sso_cache_that_is_quoted(tmp_path, run_fresh):
    class Portal(_Handler):
        def do_GET(self):
            token = self.headers.get("x-amz-sso_bearer_token", "")
            self.reply(401, json.dumps({"message": f"Session {token} is not valid {HOSTILE}"}).encode())

    cache = run_fresh.home / ".aws/sso/cache"
    cache.mkdir(parents=True)
    start = "https://example.awsapps.com/start"
    cached = {"startUrl": start, "region": "eu-central-1", "accessToken": SECRETS["sso"], "expiresAt": "2099-01-01T00:00:00Z"}
    (cache / f"{hashlib.sha1(start.encode()).hexdigest()}.json").write_text(json.dumps(cached))
    with serving(Portal, None) as address:
        sso = f"sso_start_url = {start}\nsso_region = eu-central-1\nsso_account_id = 111122223333\nsso_role_name = dba"
        environment = Config(tmp_path, address).write(sso, keys=False) | {"AWS_MAX_ATTEMPTS": "1"}
        environment |= {"AWS_ENDPOINT_URL_SSO": address}
        done = run_fresh("export", "db-instances", env=environment | {"RDS_FLEET_LOG": "trace"})
    hold([done.stdout, done.stderr], "not collected")


def test_passwords_in_urls(tmp_path, run_fresh):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{closed.getsockname()[1]}"
    url = f"http://ann:{PASSWORD}@{nowhere}/path"
    more = f"endpoint_url = {url}\nservices = s\n[services s]\nrds =\n  endpoint_url = {url}\n"
    environment = Config(tmp_path, url).write(more) | {"AWS_MAX_ATTEMPTS": "1"}
    hold(everything(run_fresh, environment, tmp_path), f"http://****@{nowhere}/path")
    # Through a proxy that is not there, and one whose URL cannot be read.
    for proxy in (f"http://ann:{PASSWORD}@{nowhere}", f"http://ann:{PASSWORD}@[::bad"):
        environment = Config(tmp_path, "http://rds.example.test").write() | {"AWS_MAX_ATTEMPTS": "1", "HTTP_PROXY": proxy}
        done = run_fresh("export", "db-instances", env=environment | {"RDS_FLEET_LOG": "trace"})
        hold([done.stdout, done.stderr])


def test_names_and_descriptions_do_nothing_to_a_terminal(tmp_path, run_fresh):
    hostile = HOSTILE.replace("\n", "")
    rows = describe(2).decode().replace("postgres", xml(f"post{hostile}")).encode()
    with QueryEndpoint(lambda key: "111122223333", lambda request: rows).serving() as address:
        config = Config(tmp_path, address)
        keys = "aws_access_key_id = AKIATWO\naws_secret_access_key = another-secret\n"
        strange = f"[profile p{hostile}]\nregion = eu-{hostile}\n{keys}\n[profile {hostile}\nrole_arn = {hostile}\n"
        environment = config.write(strange)
        folder = tmp_path / f"folder{hostile}"
        folder.mkdir()
        (tmp_path / "config").rename(folder / "config")
        environment |= {"AWS_CONFIG_FILE": folder / "config", "RDS_FLEET_VIEWS": folder}
        view = f'version = 1\nkind = "db-instances"\ndescription = {json.dumps("a" + hostile)}\n'
        (folder / f"v{hostile}.toml").write_text(view)
        (folder / "broken.toml").write_text(f"kind = '{hostile.replace(chr(27), '')}")
        runs = [
            ("profiles",), ("profiles", "--format", "json"), ("views",), ("views", "--format", "json"), ("store",),
            ("export", "db-instances"), ("export", "db-instances", "--format", "json"),
            ("export", "db-instances", "--format", "jsonl"), ("values", "--setting", "Engine"),
            ("compare", "database-00000", "database-00001", "--format", "markdown"),
            ("compare", "database-00000", "database-00001", "--format", "json"),
            ("compare", "database-00000", "database-00001"),
            ("baseline", f"name{hostile}", "database-00000", "--rules", folder / "no"),
            ("drift", "--baseline", folder / "none"), ("export", f"kind{hostile}"), ("export", "--view", f"v{hostile}"),
            ("export", "db-instances", "--where", f"Engine is '{hostile}"), ("query", f"SELECT {hostile}"),
            ("query", "SELECT '\x1b[2J\u009b' AS \"a\u202e\"", "--format", "table"), (f"--{hostile}",),
            ("export", "db-instances", "-o", folder / "none" / "x"), ("export", "db-instances", "--profile", f"no{hostile}"),
        ]  # fmt: skip
        for arguments in runs:
            for level in ("", "trace"):
                done = run_fresh(*arguments, env=environment | {"RDS_FLEET_LOG": level})
                hold([done.stdout, done.stderr])
        exact = json.loads(run_fresh("export", "db-instances", "--format", "json", env=environment).stdout)
    assert exact[0]["Engine"] == xml(f"post{hostile}"), "what is data stays as it is"
