"""A stand-in for AWS that writes down who asks for what, and with which credentials.

One `World` is one bastion host: an STS, RDS and IAM Identity Center at three addresses, a metadata service and a proxy. The
access key of every answer says what it was got with, so that the key that RDS sees tells the whole way to it:
`AKIAONE+Reader@main` is the role Reader, assumed with the key AKIAONE at the address main.
"""

import contextlib
import datetime
import ipaddress
import json
import re
import ssl
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standins import RDS_NAMESPACE, STS_NAMESPACE, AwsError, _Handler, _Server, serving

ROLES = "/latest/meta-data/iam/security-credentials/"


class World:
    """What can be reached, and what was asked."""

    def __init__(
        self, token_status=200, without_token=True, refuse=(), refused_services=("sts",), proxy_status=200
    ):
        # Of the metadata service: the status of its tokens, and whether it answers without one.
        self.token_status = token_status
        self.without_token = without_token
        # Regions whose STS refuses, with its code, or whatever else refuses there.
        self.refuse = dict(refuse)
        self.refused_services = refused_services
        # What the proxy says to CONNECT.
        self.proxy_status = proxy_status
        self.asked = []
        self.places = {}

    @contextlib.contextmanager
    def serving(self, https=None):
        """Gives the addresses by their names: main, other, third, metadata and proxy; secure where there is a certificate."""
        with contextlib.ExitStack() as stack:
            for name in ("main", "other", "third"):
                self.places[name] = stack.enter_context(serving(_AwsHandler, (self, name)))
            self.places["metadata"] = stack.enter_context(serving(_MetadataHandler, (self, "metadata")))
            self.places["proxy"] = stack.enter_context(serving(_ProxyHandler, (self, "proxy")))
            if https:
                self.places["secure"] = stack.enter_context(_serving_tls(self, https))
            yield self.places

    def note(self, *words):
        self.asked.append(" ".join(words))

    def calls(self):
        """What was asked, without repetitions and without what only says who somebody is."""
        return sorted({call for call in self.asked if "GetCallerIdentity" not in call})


@contextlib.contextmanager
def _serving_tls(world, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    original = _Server.server_bind

    class Secure(_Server):
        def server_bind(self):
            original(self)
            self.socket = context.wrap_socket(self.socket, server_side=True)

        def handle_error(self, request, client_address):
            # Who does not believe the certificate hangs up.
            pass

    import threading

    server = Secure(("127.0.0.1", 0), _AwsHandler)
    server.owner = (world, "secure")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _AwsHandler(_Handler):
    """STS, RDS and IAM Identity Center."""

    def do_POST(self):
        world, name = self.server.owner
        body = self.body().decode()
        if urllib.parse.urlparse(self.path).path.endswith("/token"):
            return self.renew(world, name, json.loads(body))
        form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        action = form.get("Action", "")
        scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", self.headers.get("Authorization", ""))
        key, region, service = scope.groups() if scope else ("nobody", "", "sts")
        token = self.headers.get("X-Amz-Security-Token")
        key = f"{key} ({token})" if token and not token.startswith("of ") else key
        world.note(name, service, region, action, key)
        try:
            fields = self.answer(world, name, action, form, key, region, service)
        except AwsError as error:
            namespace = STS_NAMESPACE if service == "sts" else RDS_NAMESPACE
            return self.reply(error.status, error.document(namespace), {"Content-Type": "text/xml"})
        namespace = STS_NAMESPACE if service == "sts" else RDS_NAMESPACE
        text = (
            f'<{action}Response xmlns="{namespace}"><{action}Result>{fields}</{action}Result>'
            f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>"
        )
        self.reply(200, text.encode(), {"Content-Type": "text/xml"})

    def answer(self, world, name, action, form, key, region, service):
        if service in world.refused_services and region in world.refuse:
            raise AwsError(403, world.refuse[region], f"not taken in {region}")
        if action == "GetCallerIdentity":
            return "<Arn>arn:aws:iam::111111111111:user/x</Arn><UserId>x</UserId><Account>111111111111</Account>"
        if action in ("AssumeRole", "AssumeRoleWithWebIdentity"):
            role = form["RoleArn"].rsplit("/", 1)[1]
            source = f"WEB-{form['WebIdentityToken']}" if "WebIdentityToken" in form else key
            return f"<Credentials>{credentials_xml(f'{source}+{role}@{name}')}</Credentials>"
        if action.startswith("Describe"):
            return "<DBInstances></DBInstances>"
        raise AwsError(400, "InvalidAction", action)

    def do_GET(self):
        world, name = self.server.owner
        url = urllib.parse.urlparse(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/ecs":
            world.note(name, "ecs")
            return self.reply(200, json.dumps(credentials_json("ECS")).encode(), {"Content-Type": "application/json"})
        token = self.headers.get("x-amz-sso_bearer_token")
        world.note(name, "sso", token or "without token")
        document = {
            "roleCredentials": {
                "accessKeyId": f"SSO-{query.get('account_id')}-{query.get('role_name')}",
                "secretAccessKey": "secret",
                "sessionToken": "of sso",
                "expiration": int(in_an_hour().timestamp() * 1000),
            }
        }
        self.reply(200, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def renew(self, world, name, asked):
        world.note(name, "sso-oidc", asked.get("refreshToken", ""))
        document = {"accessToken": "renewed", "tokenType": "Bearer", "expiresIn": 3600, "refreshToken": "next"}
        self.reply(200, json.dumps(document).encode(), {"Content-Type": "application/json"})


class _MetadataHandler(_Handler):
    def do_PUT(self):
        world, name = self.server.owner
        self.body()
        ttl = self.headers.get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "")
        if world.token_status != 200:
            return self.reply(world.token_status)
        self.reply(200, b"token", {"x-aws-ec2-metadata-token-ttl-seconds": ttl})

    def do_GET(self):
        world, name = self.server.owner
        has_token = self.headers.get("X-Aws-Ec2-Metadata-Token") == "token"
        if not has_token and not world.without_token:
            return self.reply(401)
        if self.path == ROLES:
            return self.reply(200, b"host", {"Content-Type": "text/plain"})
        world.note(name, "with token" if has_token else "without token")
        document = {"Code": "Success", "Type": "AWS-HMAC"} | credentials_json("IMDS")
        self.reply(200, json.dumps(document).encode(), {"Content-Type": "application/json"})


class _ProxyHandler(_Handler):
    """Opens no tunnel, but says who was asked for; plain requests it answers as AWS would."""

    def do_CONNECT(self):
        world, name = self.server.owner
        world.note(name, "CONNECT", self.path)
        self.reply(403 if world.proxy_status == 200 else world.proxy_status)

    def do_POST(self):
        world, name = self.server.owner
        world.note(name, "forwards", urllib.parse.urlparse(self.path).netloc and "a whole URL")
        _AwsHandler.do_POST(self)

    answer = _AwsHandler.answer
    renew = _AwsHandler.renew


def in_an_hour():
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)


def credentials_json(key):
    expiration = in_an_hour().strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"AccessKeyId": key, "SecretAccessKey": "secret", "Token": f"of {key}", "Expiration": expiration}


def credentials_xml(key):
    expiration = in_an_hour().strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>"
        f"<SessionToken>of {key}</SessionToken><Expiration>{expiration}</Expiration>"
    )


def certificate(folder, name, authority=True, issuer=None, host="127.0.0.1"):
    """Makes a certificate and its key in one PEM file; `issuer` is what this gave for another one."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer["certificate"].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(issuer["key"] if issuer else key, hashes.SHA256())
    )
    pem = built.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.pem").write_bytes(pem)
    (folder / f"{name}.server.pem").write_bytes(private + pem)
    return {"certificate": built, "key": key, "bundle": folder / f"{name}.pem", "server": folder / f"{name}.server.pem"}
