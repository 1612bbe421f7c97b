"""A fleet of which half is broken, every profile of that half in a way of its own, and the loopback AWS that breaks it.

A sound profile is an account with a few pages of databases, reached in one of six ways. A faulty one is a `Fault`: its
name, the words by which its reason is known, its section of the config file, and what AWS answers for it. Whatever is
secret is made by `Chaos.keys`, so that a test can search for all of it.
"""

import base64
import gzip
import hashlib
import json
import os
import random
import re
import socket
import struct
import threading
import urllib.parse
import uuid
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Callable
from xml.sax.saxutils import escape

from standins import RDS_NAMESPACE, STS_NAMESPACE, AwsError, InstanceMetadata, Request, serving
from standins import _Handler, _MetadataHandler

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "ap-southeast-2")
# AWS calls this region disabled, for STS and for RDS. The role of the profile works elsewhere.
DEAD_REGION = "ap-east-1"
PAGES, PAGE = 3, 12
# What a terminal must never be sent: a title, red, a C1 "begin of a sequence", and text that is turned around.
ESCAPES = "\x1b]0;owned\x07\x1b[31m"
C1_AND_BIDI = "\u009b31m\u0085\u202egnp.exe\u2066x"
# An identifier as AWS never gives one out, of the first sound account's first database.
ODD_IDENTIFIER = f"db\u202e-1{C1_AND_BIDI}"
FOREVER = "9999-01-01T00:00:00Z"
GIGABYTE = 2**30


@dataclass(frozen=True)
class Keys:
    access: str
    secret: str
    token: str | None


@dataclass(frozen=True)
class Fault:
    name: str
    # The reason has this in it, in any case.
    reason: str
    # The profile's section, without its head.
    section: Callable
    # What RDS answers, by the handler of the request; None where nobody gets that far.
    answer: Callable | None = None

    @property
    def profile(self):
        return f"bad-{self.name}"


class Chaos:
    """The fleet in a folder, and its AWS while it is served."""

    def __init__(self, folder):
        self.folder = folder
        self.secrets, self.owners = {}, {}
        # Bytes that were sent of bodies without end, requests that followed a redirect, and pages by profile.
        self.sent, self.followed, self.asked = Counter(), [], Counter()
        self.over = threading.Event()
        self.sound = {}
        self.environment = {}

    def keys(self, name, *, token=True):
        """Keys as AWS would make them, always the same for a name."""
        dice = random.Random(name)
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        secret, session = "".join(dice.choices(letters, k=40)), "".join(dice.choices(letters, k=356)) + "=="
        access = ("ASIA" if token else "AKIA") + "".join(dice.choices(letters[:26] + "234567", k=16))
        self.secrets[f"secret of {name}"] = secret
        if token:
            self.secrets[f"token of {name}"] = session
        keys = Keys(access, secret, session if token else None)
        self.owners[access] = (name, keys)
        return keys

    def account(self, name):
        """The account of a profile, by the first word of whose keys are meant."""
        return f"{int.from_bytes(hashlib.sha256(name.split()[0].encode()).digest()[:6], 'big') % 10**12:012d}"

    @contextmanager
    def serving(self):
        """Writes the files, and serves what they name."""
        with ExitStack() as stack:
            self.address = stack.enter_context(serving(_ChaosHandler, self))
            instance = self.keys("instance")
            document = {"AccessKeyId": instance.access, "SecretAccessKey": instance.secret, "Token": instance.token}
            metadata = InstanceMetadata("bastion", document | {"Expiration": FOREVER})
            self.secrets["the metadata service's token"] = metadata.token
            self.metadata = stack.enter_context(metadata.serving())
            broken = InstanceMetadata("bastion", {})
            broken.chaos = self
            self.secrets["the broken metadata service's token"] = broken.token
            self.broken_metadata = stack.enter_context(serving(_BrokenMetadataHandler, broken))
            self.garbage = stack.enter_context(speaking_no_tls())
            self.write(stack)
            try:
                yield self
            finally:
                self.over.set()

    # The files.

    def write(self, stack):
        self.fifos = {name: self.fifo(name) for name in ("bundle-fifo", "token-fifo", "container-fifo")}
        self.huge = self.folder / "token-huge"
        with self.huge.open("wb") as huge:
            # It takes no room: a hole of five gigabytes.
            huge.truncate(5 * GIGABYTE)
        cache = self.folder / ".aws/sso/cache"
        cache.mkdir(parents=True)
        self.start_url = "https://example.awsapps.com/start"
        sso = cache / f"{hashlib.sha1(self.start_url.encode()).hexdigest()}.json"
        os.mkfifo(sso)
        # Somebody has it open and writes nothing, so that opening it succeeds and reading it waits.
        held = os.open(sso, os.O_RDWR | os.O_NONBLOCK)
        stack.callback(os.close, held)
        config, credentials = [], []
        for number, way in enumerate(SOUND):
            name = f"good-{number:02d}-{way.__name__}"
            region = REGIONS[number % len(REGIONS)]
            self.sound[name] = (self.account(name), region)
            section = f"{way(self, name, credentials)}endpoint_url = {self.address}\nregion = {region}\n"
            config.append(f"[profile {name}]\n{section}")
        for number, fault in enumerate(FAULTS):
            section = fault.section(self, fault)
            section += "" if "endpoint_url" in section else f"endpoint_url = {self.address}\n"
            section += "" if "\nregion" in f"\n{section}" else f"region = {REGIONS[number % len(REGIONS)]}\n"
            config.append(f"[profile {fault.profile}]\n{section}")
        # The faulty ones stand among the sound ones, so that neither half is begun with.
        random.Random(13).shuffle(config)
        (self.folder / "config").write_text("\n".join(config))
        (self.folder / "credentials").write_text("\n".join(credentials))
        self.environment = {
            "AWS_CONFIG_FILE": self.folder / "config",
            "AWS_SHARED_CREDENTIALS_FILE": self.folder / "credentials",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.address}/container",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": self.fifos["container-fifo"],
        }

    def fifo(self, name):
        path = self.folder / name
        os.mkfifo(path)
        return path

    def script(self, name, text):
        path = self.folder / f"helper-{name}"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o700)
        return path

    def role(self, name):
        return f"role_arn = arn:aws:iam::{self.account(name)}:role/{name}\n"

    def static(self, name, *, token=True):
        keys = self.keys(name, token=token)
        session = f"aws_session_token = {keys.token}\n" if token else ""
        return f"aws_access_key_id = {keys.access}\naws_secret_access_key = {keys.secret}\n{session}"

    # What AWS answers.

    def databases(self, account, region):
        """The ARNs of a sound account."""
        return [f"arn:aws:rds:{region}:{account}:db:db-{number:03d}" for number in range(PAGES * PAGE)]

    def expected(self):
        return {arn for account, region in self.sound.values() for arn in self.databases(account, region)}

    def sts(self, request):
        """The body of an answer of STS."""
        action, role = request.parameters["Action"], request.parameters.get("RoleArn", "")
        if request.region == DEAD_REGION:
            raise AwsError(403, "RegionDisabledException", f"STS is not activated in {DEAD_REGION} for account:1.")
        if action == "GetCallerIdentity":
            account = self.account(self.owners[request.access_key][0])
            fields = f"<Arn>arn:aws:iam::{account}:user/dba</Arn><UserId>AIDA</UserId><Account>{account}</Account>"
        elif action in ("AssumeRole", "AssumeRoleWithWebIdentity"):
            keys = self.keys(role.rpartition("/")[2])
            fields = (
                f"<Credentials><AccessKeyId>{keys.access}</AccessKeyId><SecretAccessKey>{keys.secret}</SecretAccessKey>"
                f"<SessionToken>{keys.token}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
                f"<AssumedRoleUser><Arn>{role}/x</Arn><AssumedRoleId>AROA:x</AssumedRoleId></AssumedRoleUser>"
            )
        else:
            raise AwsError(400, "InvalidAction", f"Could not find operation {action}")
        return (
            f'<{action}Response xmlns="{STS_NAMESPACE}"><{action}Result>{fields}</{action}Result>'
            f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>"
        ).encode()

    def rds(self, handler, request):
        name, keys = self.owners[request.access_key]
        self.asked[name] += 1
        if request.session_token != keys.token:
            raise AwsError(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        if request.region == DEAD_REGION:
            raise AwsError(403, "InvalidClientTokenId", "The security token included in the request is invalid")
        if answer := ANSWERS.get(name):
            answer(handler, request)
            return
        if name not in self.sound:
            raise AwsError(400, "Unexpected", f"{name} asks, and should have been refused before")
        account, region = self.sound[name]
        start = int(request.parameters.get("Marker", "page-0").removeprefix("page-")) * PAGE
        arns = self.databases(account, region)
        page = [(arn, arn.rpartition(":")[2]) for arn in arns[start : start + PAGE]]
        if start == 0 and name == next(iter(self.sound)):
            page[0] = (page[0][0], ODD_IDENTIFIER)
        following = start // PAGE + 1
        handler.answer(rows(page), f"page-{following}" if following < PAGES else None)


def rows(page):
    return "".join(
        f"<DBInstance><DBInstanceIdentifier>{escape(identifier)}</DBInstanceIdentifier>"
        f"<DBInstanceArn>{arn}</DBInstanceArn><Engine>postgres</Engine></DBInstance>"
        for arn, identifier in page
    )


class _ChaosHandler(_Handler):
    """STS, RDS and the container's credentials at one address."""

    @property
    def chaos(self):
        return self.server.owner

    def parse_request(self):
        # A tenth of the time that Python's own way takes, which ten thousand pages would wait for.
        self.requestline = self.raw_requestline.decode().rstrip()
        self.command, self.path, self.request_version = self.requestline.split()
        lines = iter(lambda: self.rfile.readline().decode().rstrip(), "")
        self.headers = {name.title(): value for name, _, value in (line.partition(": ") for line in lines)}
        self.close_connection = False
        return True

    def do_GET(self):
        if self.path == "/followed":
            self.chaos.followed.append(self.headers.items())
        self.reply(404, b"not found")

    def do_POST(self):
        if self.path == "/followed":
            self.chaos.followed.append(self.headers.items())
        parameters = dict(urllib.parse.parse_qsl(self.body().decode(), keep_blank_values=True))
        scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request", self.headers.get("Authorization", ""))
        access, region, service = scope.groups() if scope else (None, None, "sts")
        request = Request(service, region, access, self.headers.get("X-Amz-Security-Token"), parameters)
        try:
            if service == "sts":
                self.reply(200, self.chaos.sts(request), {"Content-Type": "text/xml"})
            else:
                self.chaos.rds(self, request)
        except AwsError as error:
            document = error.document(STS_NAMESPACE if service == "sts" else RDS_NAMESPACE)
            self.reply(error.status, document, {"Content-Type": "text/xml", "x-amzn-RequestId": error.request_id})

    def answer(self, listed, marker=None):
        marker = f"<Marker>{marker}</Marker>" if marker else ""
        self.reply(
            200,
            f'<DescribeDBInstancesResponse xmlns="{RDS_NAMESPACE}"><DescribeDBInstancesResult><DBInstances>{listed}'
            f"</DBInstances>{marker}</DescribeDBInstancesResult></DescribeDBInstancesResponse>".encode(),
            {"Content-Type": "text/xml"},
        )

    def begin(self, status, **headers):
        """The head of an answer, and the end of the connection after it."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.close_connection = True

    def pour(self, name, piece, most):
        """Sends a piece over and over, until the other side has had enough. Only the piece is ever in memory."""
        try:
            for _ in range(most // len(piece)):
                self.wfile.write(piece)
                self.chaos.sent[name] += len(piece)
        except OSError:
            pass


class _BrokenMetadataHandler(_MetadataHandler):
    """A metadata service that gives a token out, and then answers 404 with keys in the body."""

    def do_GET(self):
        keys = self.server.owner.chaos.keys("a body of the metadata service")
        document = {"Code": "Gone", "SecretAccessKey": keys.secret, "Token": keys.token, "Message": ESCAPES}
        self.reply(404, (ESCAPES + json.dumps(document)).encode(), {"Content-Type": "text/plain"})


@contextmanager
def speaking_no_tls():
    """A port at which something listens that answers a TLS handshake with a line of text."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n" * 8)

        threading.Thread(target=serve, daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


def document_of(made):
    """What a helper prints for keys."""
    keys = {"AccessKeyId": made.access, "SecretAccessKey": made.secret, "SessionToken": made.token}
    return {"Version": 1, **keys, "Expiration": FOREVER}


# The ways to a sound account. Each gives the profile's section, and may add to the credentials file.


def keys(chaos, name, credentials):
    return chaos.static(name, token=False)


def shared(chaos, name, credentials):
    credentials.append(f"[{name}]\n{chaos.static(name)}")
    return ""


def role(chaos, name, credentials):
    return chaos.role(name) + "source_profile = good-00-keys\n"


def helper(chaos, name, credentials):
    script = chaos.script(name, f"cat <<'END'\n{json.dumps(document_of(chaos.keys(name)))}\nEND")
    return f"credential_process = {script}\n"


def identity(chaos, name, credentials):
    token = chaos.folder / f"token-{name}"
    parts = (base64.urlsafe_b64encode(random.Random(name).randbytes(60)).decode() for _ in range(2))
    token.write_text("eyJhbGciOiJSUzI1NiJ9." + ".".join(parts))
    chaos.secrets[f"identity of {name}"] = token.read_text()
    return f"{chaos.role(name)}web_identity_token_file = {token}\n"


def instance(chaos, name, credentials):
    endpoint = f"ec2_metadata_service_endpoint = {chaos.metadata}\n"
    return f"{chaos.role(name)}credential_source = Ec2InstanceMetadata\n{endpoint}"


SOUND = [keys] * 8 + [shared] * 4 + [role] * 6 + [helper] * 6 + [identity] * 3 + [instance] * 3


# The faults.


def with_keys(chaos, fault):
    return chaos.static(fault.profile)


def helped(script):
    """A profile with a helper of this script, which may name a secret of its own."""

    def section(chaos, fault):
        made = chaos.keys(fault.profile)
        text = script.replace("SECRET", made.secret).replace("TOKEN", made.token)
        return f"credential_process = {chaos.script(fault.name, text)}\n"

    return section


def instead(**values):
    """A profile with keys, and these properties; the values are made from the fleet."""

    def section(chaos, fault):
        return chaos.static(fault.profile) + "".join(f"{name} = {make(chaos)}\n" for name, make in values.items())

    return section


def of_role(**values):
    def section(chaos, fault):
        return chaos.role(fault.profile) + "".join(f"{name} = {make(chaos)}\n" for name, make in values.items())

    return section


def patient(chaos, fault):
    """A helper with keys for a listing without end in the run that is patient, and for one that comes back to where it
    was in others: only to come to the bound on pages takes tens of seconds of the machine's time."""
    choices = []
    for who, owner in (("patient", fault.profile), ("*", f"{fault.profile} in short")):
        choices.append(f"{who}) echo '{json.dumps(document_of(chaos.keys(owner)))}';;")
    return f"credential_process = {chaos.script(fault.name, f'case $CHAOS_RUN in {chr(10).join(choices)} esac')}\n"


def sso(chaos, fault):
    return (
        f"sso_start_url = {chaos.start_url}\nsso_region = eu-central-1\nsso_role_name = dba\n"
        f"sso_account_id = {chaos.account(fault.profile)}\n"
    )


def dead_region(chaos, fault):
    """The role of a sound profile, where AWS calls the region disabled."""
    name = next(name for name in chaos.sound if name.endswith("-role"))
    return f"{chaos.role(name)}source_profile = good-00-keys\nregion = {DEAD_REGION}\n"


def refusing(status, code, message):
    def answer(handler, request):
        raise AwsError(status, code, message)

    return answer


def deep(handler, request):
    handler.answer(f"<DBInstance><Tomorrow>{'<x>' * 4000}{'</x>' * 4000}</Tomorrow></DBInstance>")


def attributes(handler, request):
    named = " ".join(f"a{number}=''" for number in range(200_000))
    handler.answer(f"<DBInstance {named}/>")


def following(marker_after):
    """Pages of one database, with the marker that this gives for the page's own."""

    def answer(handler, request):
        asked = request.parameters.get("Marker")
        account = handler.chaos.account(handler.chaos.owners[request.access_key][0])
        arn = f"arn:aws:rds:{request.region}:{account}:db:{asked}"
        handler.answer(rows([(arn, "one")]), marker_after(asked))

    return answer


def huge_error(handler, request):
    handler.begin(403, Content_Length=4 * GIGABYTE)
    handler.wfile.write(b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>")
    handler.pour("error-huge", b"x" * 2**18, 4 * GIGABYTE)


def endless_body(handler, request):
    handler.begin(200, Transfer_Encoding="chunked")
    piece = b"<DBInstance><Engine>postgres</Engine></DBInstance>" * 5000
    handler.pour("body-endless", b"%x\r\n%s\r\n" % (len(piece), piece), 64 * GIGABYTE)


def stalling(handler, request):
    handler.begin(200, Content_Length=1000)
    handler.wfile.write(b"<DescribeDBInstancesResponse>")
    handler.chaos.over.wait(120)


def gzip_bomb(handler, request):
    # A gigabyte of zeros in fifty members, which a reader of gzip reads as one.
    body = gzip.compress(bytes(GIGABYTE // 50), 1) * 50
    handler.reply(200, body, {"Content-Type": "text/xml", "Content-Encoding": "gzip"})


def short(handler, request):
    handler.begin(200, Content_Length=100_000)
    handler.wfile.write(b"<DescribeDBInstancesResponse>")


def html(handler, request):
    """A proxy's page that repeats the request's head, token first."""
    page = f"<!DOCTYPE html><html><p>{request.session_token}</p><h1>Sign in to the proxy</h1></html>"
    handler.reply(200, page.encode(), {"Content-Type": "text/html"})


def quoting(handler, request):
    """As AWS does, with so much before the token that a bound on the message may fall into it."""
    canonical = f"POST\n/\n\ncontent-type:application/x-www-form-urlencoded\nx-padding:{'p' * 1500}\n"
    canonical += f"x-amz-security-token:{request.session_token}\n\n{handler.headers['Authorization']}"
    raise AwsError(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        f"Key and signing method. The Canonical String for this request should have been\n'{canonical}'",
    )


def reset(handler, request):
    # Closed so, a connection ends with a reset.
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def redirect(handler, request):
    handler.reply(302, b"", {"Location": f"{handler.chaos.address}/followed"})


def cycle(marker):
    return {"A": "B", "B": "A"}.get(marker, "A")


SCP = "User: x is not authorized to perform: rds:DescribeDBInstances with an explicit deny in a service control policy"
ODD = f"no{C1_AND_BIDI}\nnot collected: account 000000000000 (good-00-keys): db-instances in eu-central-1: denied\r\n"
SPEAKS = (
    "printf '\\033]0;owned\\007\\033[31maws_secret_access_key = SECRET\\naws_session_token = TOKEN\\n' >&2\n"
    "head -c 1000000 /dev/zero | tr '\\0' x >&2\nprintf '\\nSECRET TOKEN' >&2\nexit 3"
)
# What nobody waits for ends with its parent's group, although it does not listen to a polite signal.
FORKS = "trap '' TERM INT HUP\nsleep 611 &\n(sleep 612 & wait) &\nsleep 613 | cat\nwait"
BROKEN = '{"Version": 1, "SecretAccessKey": "SECRET", '
LIMIT = r"\b\d+ s\b|second|in time|too long|limit"
SIZE = r"larg|more than|beyond|bytes|[kKMG]B\b|size|limit|too (many|much|long|big)"
FILE = r"regular file|no file|not a file|is a FIFO|pipe|device|larg|[kKMG]B\b"

FAULTS = [
    Fault("helper-hangs", f"credential_process.*({LIMIT})", helped("exec sleep 610")),
    Fault("helper-floods", SIZE, helped(f"exec yes '{BROKEN}'")),
    Fault("helper-speaks", r"exit|status|code 3", helped(SPEAKS)),
    Fault("helper-forks", f"credential_process.*({LIMIT})", helped(FORKS)),
    Fault("helper-garbles", "JSON|pars|not understood", helped(f"echo '{BROKEN}'")),
    Fault("bundle-fifo", f"bundle-fifo.*({FILE})", instead(ca_bundle=lambda chaos: chaos.fifos["bundle-fifo"])),
    Fault("bundle-device", f"/dev/zero.*({FILE})", instead(ca_bundle=lambda chaos: "/dev/zero")),
    Fault(
        "identity-fifo",
        f"token-fifo.*({FILE})",
        of_role(web_identity_token_file=lambda chaos: chaos.fifos["token-fifo"]),
    ),
    Fault("identity-huge", f"token-huge.*({SIZE})", of_role(web_identity_token_file=lambda chaos: chaos.huge)),
    Fault("sso-fifo", f"sso/cache.*({FILE})", sso),
    Fault("container-fifo", f"container-fifo.*({FILE})", of_role(credential_source=lambda chaos: "EcsContainer")),
    Fault(
        "metadata-404",
        "404|metadata",
        of_role(
            credential_source=lambda chaos: "Ec2InstanceMetadata",
            ec2_metadata_service_endpoint=lambda chaos: chaos.broken_metadata,
        ),
    ),
    Fault("xml-deep", "nest|deep", with_keys, deep),
    Fault("xml-attributes", f"attribute|element|{SIZE}", with_keys, attributes),
    Fault("marker-same", "marker|page", with_keys, following(lambda marker: "again")),
    Fault("marker-cycle", "marker|page", with_keys, following(cycle)),
    Fault("marker-endless", "marker|page", patient, following(lambda marker: str(int(marker or 0) + 1))),
    Fault("error-huge", f"403|{SIZE}", with_keys, huge_error),
    Fault("body-endless", SIZE, with_keys, endless_body),
    Fault("body-stalls", LIMIT, with_keys, stalling),
    Fault("body-gzip", "XML|UTF-8|gzip|encod", with_keys, gzip_bomb),
    Fault("body-short", "broke off|broken off|incomplete|end", with_keys, short),
    Fault("body-html", "XML|HTML|no <|proxy", with_keys, html),
    Fault("signature-quoted", "SignatureDoesNotMatch", with_keys, quoting),
    Fault("message-odd", "AccessDenied", with_keys, refusing(403, "AccessDenied", ODD)),
    Fault("sts-region", f"{DEAD_REGION}.*(RegionDisabledException|InvalidClientTokenId)", dead_region),
    Fault("reset", "unreachable|reset|connection", with_keys, reset),
    Fault("no-tls", "TLS|certificate|handshake|corrupt", instead(endpoint_url=lambda chaos: chaos.garbage)),
    Fault("redirect", "302|redirect", with_keys, redirect),
    Fault("expired", "ExpiredToken", with_keys, refusing(403, "ExpiredToken", "The security token has expired")),
    Fault("scp", "denied by SCP.*service control policy", with_keys, refusing(403, "AccessDenied", SCP)),
    Fault("throttled", "throttled.*Rate exceeded", with_keys, refusing(400, "Throttling", "Rate exceeded")),
    Fault("login", "login_session", lambda chaos, fault: "login_session = arn:aws:iam::111122223333:user/dba\n"),
    Fault("zone", "availability zone", instead(region=lambda chaos: "eu-central-1a")),
    Fault("region-odd", "region.*eu/central#1|eu/central#1.*region", instead(region=lambda chaos: "eu/central#1")),
    Fault("source-missing", "nobody-there", of_role(source_profile=lambda chaos: "nobody-there")),
]
# By whose keys a request is signed.
ANSWERS = {fault.profile: fault.answer for fault in FAULTS if fault.answer}
ANSWERS["bad-marker-endless in short"] = following(lambda marker: str((int(marker or 0) + 1) % 40))
