"""Stand-ins for AWS on loopback: moto in a process of its own, an instance metadata service, and a Query endpoint.

moto's own metadata service leaves out the token's time to live, which AWS's SDKs insist on, so there is one here. The
Query endpoint answers STS by itself and leaves RDS to the test, so that a test decides over every byte.
"""

import base64
import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

RDS_NAMESPACE = "http://rds.amazonaws.com/doc/2014-10-31/"
STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


class _Server(ThreadingHTTPServer):
    """A loopback server that can take a whole fleet's first connections at once."""

    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        # A client that is killed goes without a word, which is no fault of the server's.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Keeps connections open as AWS does, and says nothing on stderr."""

    protocol_version = "HTTP/1.1"
    # Head and body are two writes; without this the second waits for the client's delayed acknowledgement.
    disable_nagle_algorithm = True

    def log_message(self, format, *args):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def reply(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def serving(handler, owner):
    """Serves `handler` on a free loopback port and gives the address. The handler finds `owner` on its server."""
    server = _Server(("127.0.0.1", 0), handler)
    server.owner = owner
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class InstanceMetadata:
    """The instance metadata service, version 2 only, of one EC2 instance with one role."""

    role: str
    credentials: dict
    token: str = field(default_factory=lambda: base64.b64encode(uuid.uuid4().bytes * 3).decode())
    calls: Counter = field(default_factory=Counter)

    @contextlib.contextmanager
    def serving(self):
        with serving(_MetadataHandler, self) as address:
            yield address


class _MetadataHandler(_Handler):
    def do_PUT(self):
        self.body()
        owner = self.server.owner
        ttl = self.headers.get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds")
        if self.path != "/latest/api/token" or not ttl:
            owner.calls["bad"] += 1
            self.reply(400)
            return
        owner.calls["token"] += 1
        self.reply(200, owner.token.encode(), {"x-aws-ec2-metadata-token-ttl-seconds": ttl})

    def do_GET(self):
        owner = self.server.owner
        if self.headers.get("X-Aws-Ec2-Metadata-Token") != owner.token:
            owner.calls["without token"] += 1
            self.reply(401)
            return
        path = self.path.rstrip("/")
        listing = "/latest/meta-data/iam/security-credentials"
        if path == listing:
            owner.calls["role"] += 1
            self.reply(200, owner.role.encode(), {"Content-Type": "text/plain"})
        elif path == f"{listing}/{owner.role}":
            owner.calls["credentials"] += 1
            document = {"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2026-01-01T00:00:00Z"}
            self.reply(200, json.dumps(document | owner.credentials).encode(), {"Content-Type": "application/json"})
        else:
            owner.calls["other"] += 1
            self.reply(404)


@dataclass
class Request:
    """One call of the Query protocol."""

    service: str
    region: str
    access_key: str
    session_token: str | None
    parameters: dict


class AwsError(Exception):
    """What AWS answers instead of a result."""

    def __init__(self, status, code, message, request_id=None):
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.request_id = request_id or str(uuid.uuid4())

    def document(self, namespace):
        return (
            f'<ErrorResponse xmlns="{namespace}"><Error><Type>Sender</Type><Code>{escape(self.code)}</Code>'
            f"<Message>{escape(self.message)}</Message></Error><RequestId>{self.request_id}</RequestId></ErrorResponse>"
        ).encode()


class QueryEndpoint:
    """STS and RDS at one address. The test gives the account behind a key and the answer to each RDS call."""

    def __init__(self, account_of, answer, assumed_credentials=None):
        self.account_of = account_of
        self.answer = answer
        self.assumed_credentials = assumed_credentials
        self.requests = []

    @contextlib.contextmanager
    def serving(self):
        with serving(_QueryHandler, self) as address:
            yield address

    def respond(self, request):
        self.requests.append(request)
        if request.service == "rds":
            return self.answer(request)
        action = request.parameters.get("Action")
        if action == "GetCallerIdentity":
            account = self.account_of(request.access_key)
            fields = (
                f"<Arn>arn:aws:iam::{account}:user/dba</Arn><UserId>AIDAEXAMPLE</UserId><Account>{account}</Account>"
            )
        elif action == "AssumeRole" and self.assumed_credentials:
            role_arn = request.parameters["RoleArn"]
            session = request.parameters["RoleSessionName"]
            assumed = role_arn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/" + session
            credentials = "".join(
                f"<{name}>{escape(value)}</{name}>" for name, value in self.assumed_credentials(request).items()
            )
            fields = (
                f"<Credentials>{credentials}</Credentials><AssumedRoleUser><Arn>{escape(assumed)}</Arn>"
                f"<AssumedRoleId>AROAEXAMPLE:{escape(session)}</AssumedRoleId></AssumedRoleUser>"
            )
        else:
            raise AwsError(400, "InvalidAction", f"Could not find operation {action}")
        return (
            f'<{action}Response xmlns="{STS_NAMESPACE}"><{action}Result>{fields}</{action}Result>'
            f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata></{action}Response>"
        ).encode()


class _QueryHandler(_Handler):
    def do_POST(self):
        form = self.body().decode()
        scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request", self.headers.get("Authorization", ""))
        headers = {"Content-Type": "text/xml"}
        if scope is None:
            error = AwsError(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
            self.reply(error.status, error.document(RDS_NAMESPACE), headers)
            return
        access_key, region, service = scope.groups()
        namespace = STS_NAMESPACE if service == "sts" else RDS_NAMESPACE
        parameters = dict(urllib.parse.parse_qsl(form, keep_blank_values=True, strict_parsing=True))
        request = Request(service, region, access_key, self.headers.get("X-Amz-Security-Token"), parameters)
        try:
            self.reply(200, self.server.owner.respond(request), headers)
        except AwsError as error:
            headers["x-amzn-RequestId"] = error.request_id
            self.reply(error.status, error.document(namespace), headers)


@contextlib.contextmanager
def moto(log_file):
    """Runs moto's server in a process of its own, so that its work does not compete for this one's lock."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with open(log_file, "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(address, process, log_file)
            yield address
        finally:
            # moto keeps nothing, and a polite end takes it seconds.
            process.kill()
            process.wait()


def _wait_for(address, process, log_file):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/moto-api/data.json", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"moto did not start; its log: {log_file.read_text()}")
