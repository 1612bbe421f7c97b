"""Which credentials a profile means and where it calls: the AWS CLI and the command line are asked the same.

Both get the same config file, credentials file, environment and home, and talk to stand-ins of their own that write down
who asked for what with which key (`recorder`). The AWS CLI is the real one of PyPI (version 1). For what is asked here its
botocore and that of version 2 are alike, but for AWS_REGION, which only version 2 reads.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from compare import aws_environment
from conftest import CommandLine
from recorder import World, certificate, in_an_hour

AWS = Path(sys.executable).parent / "aws"

ROLE = "role_arn = arn:aws:iam::111111111111:role"
KEYS = "aws_access_key_id = AKIAONE\naws_secret_access_key = S\n"
SSO = "sso_start_url = https://start.example\nsso_region = us-east-1\nsso_account_id = 333333333333\nsso_role_name = R\n"
SESSION = "[sso-session s]\nsso_start_url = https://start.example\nsso_region = us-east-1\n"
HELPER = "credential_process = {helper} AKIAHELP\n"
WEB = f"{ROLE}/W\nweb_identity_token_file = {{token}}\n"
ENV_KEYS = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "S"}
IMDS = {"AWS_EC2_METADATA_DISABLED": "false"}
# Whose account is known, so that nobody has to ask STS for it first.
KNOWN = KEYS + "aws_account_id = 111111111111\n"
PROXIED = {"AWS_ENDPOINT_URL": "", "HTTPS_PROXY": "{proxy}"}
EC2 = "credential_source = Ec2InstanceMetadata\n"


@dataclass
class Case:
    """One configuration, of which the profile x is asked for."""

    name: str
    config: str
    credentials: str | None = None
    env: dict = field(default_factory=dict)
    # How the two differ; None where they do not.
    differs: str | None = None
    world: dict = field(default_factory=dict)
    # The tokens in the cache of IAM Identity Center, by what they are kept for.
    signed_in: dict = field(default_factory=dict)
    bundle: str | None = None
    encoding: str = "utf-8"


def token(expires="in an hour", **more):
    when = in_an_hour().strftime("%Y-%m-%dT%H:%M:%SZ") if expires == "in an hour" else expires
    return {"accessToken": "signed-in", "expiresAt": when, "startUrl": "https://start.example"} | more


START = {"https://start.example": token()}
RENEWABLE = token(
    "2020-01-01T00:00:00Z",
    refreshToken="old",
    clientId="id",
    clientSecret="secret",
    registrationExpiresAt=in_an_hour().strftime("%Y-%m-%dT%H:%M:%SZ"),
)


def precedence():
    x = "[profile x]\nregion = eu-west-1\n"
    own = "[x]\naws_access_key_id = AKIACRED\naws_secret_access_key = S\n"
    return [
        Case("keys in the config file", x + KEYS),
        Case("keys in the credentials file", x, own),
        Case("keys in both files", x + KEYS, own),
        Case("keys without a profile in the config file", "[default]\nregion = eu-west-1\n", own,
             differs="the AWS CLI takes the region of [default] for no other profile"),
        Case("a token of the config file beside keys of the credentials file", x + KEYS + "aws_session_token = T\n", own),
        Case("a token", x + KEYS + "aws_session_token = T\n"),
        Case("two tokens", x + KEYS + "aws_session_token = T\naws_security_token = OLD\n"),
        Case(
            "an id and its secret in two files",
            x + "aws_access_key_id = AKIAONE\n",
            "[x]\naws_secret_access_key = S\n",
            differs="the AWS CLI refuses a pair of which each file has half; nothing else can be meant by it",
        ),
        Case("an id without its secret", x + "aws_access_key_id = AKIAONE\n"),
        Case("a process", x + HELPER),
        Case("a process beside keys of the config file", x + HELPER + KEYS),
        Case("a process beside keys of the credentials file", x + HELPER, own),
        Case("a process of the credentials file beside keys of the config file", x + KEYS, "[x]\n" + HELPER),
        Case("a process of the credentials file beside its keys", x, own + HELPER),
        Case("a # within a process's quotes", x + 'credential_process = {helper} "AKIA #1"\n'),
        Case("a # within a process's apostrophes", x + "credential_process = {helper} 'AKIA ;1'\n"),
        Case("a # behind a backslash", x + "credential_process = {helper} AKIA\\ #1\n"),
        Case(
            "a comment behind a process",
            x + HELPER.rstrip() + " # comment\n",
            differs="the AWS CLI hands comments to the helper as arguments; the SDKs and the reference guide do not",
        ),
        Case("keys beside sso_start_url", x + KEYS + "sso_start_url = https://start.example\nsso_region = us-east-1\n"),
        Case("keys beside sso_session", x + KEYS + "sso_session = s\n" + SESSION),
        Case("keys beside sso_session that is not there", x + KEYS + "sso_session = s\n",
             differs="the AWS CLI looks for a token of the session first, which no call of RDS wants"),
        Case("keys beside all of sso", x + KEYS + SSO, signed_in=START),
        Case("keys of the credentials file beside all of sso", x + SSO, own, signed_in=START),
        Case("keys beside half of sso", x + KEYS + "sso_account_id = 333333333333\n"),
        Case("a process beside all of sso", x + HELPER + SSO, signed_in=START),
        Case("a process beside sso_start_url", x + HELPER + "sso_start_url = https://start.example\n"),
        Case("sso", x + SSO, signed_in=START),
        Case("sso by a session", x + "sso_session = s\nsso_account_id = 3\nsso_role_name = R\n" + SESSION, signed_in={"s": token()}),
        Case("sso by a session that is not there", x + "sso_session = s\nsso_account_id = 3\nsso_role_name = R\n"),
        Case("sso_session alone", x + "sso_session = s\n" + SESSION, signed_in={"s": token()}),
        Case("sso with nobody signed in", x + SSO),
        Case("sso whose token has expired", x + SSO, signed_in={"https://start.example": token("2020-01-01T00:00:00Z")}),
        Case("sso whose token ends with UTC", x + SSO, signed_in={
            "https://start.example": token(in_an_hour().strftime("%Y-%m-%dT%H:%M:%SUTC"))}),
        Case("a session's token that ends with UTC", x + "sso_session = s\nsso_account_id = 3\nsso_role_name = R\n" + SESSION,
             signed_in={"s": token(in_an_hour().strftime("%Y-%m-%dT%H:%M:%SUTC"))}),
        Case("a session's token with an offset", x + "sso_session = s\nsso_account_id = 3\nsso_role_name = R\n" + SESSION,
             signed_in={"s": token(in_an_hour().strftime("%Y-%m-%dT%H:%M:%S+0000"))}),
        Case("a web identity", x + WEB),
        Case("a web identity beside keys", x + WEB + KEYS),
        Case("a web identity beside keys of the credentials file", x + WEB, own),
        Case("a web identity beside sso", x + WEB + SSO, signed_in=START),
        Case("a web identity beside a source", x + WEB + "source_profile = b\n[profile b]\n" + KEYS),
        Case("a web identity without a role beside keys", x + KEYS + "web_identity_token_file = {token}\n"),
        Case("a web identity whose file is gone", x + f"{ROLE}/W\nweb_identity_token_file = {{token}}.gone\n"),
        Case("aws login alone", x + "login_session = arn:aws:iam::111111111111:user/ann\n"),
        Case("aws login beside a process", x + "login_session = arn:aws:iam::111111111111:user/ann\n" + HELPER),
        Case("aws login beside keys of the credentials file", x + "login_session = y\n", own),
        Case("keys of the environment", x + KEYS, env=ENV_KEYS),
        Case("keys of the environment beside defaults", x, env=ENV_KEYS),
        Case("a web identity of the environment", x + KEYS, env={
            "AWS_WEB_IDENTITY_TOKEN_FILE": "{token}", "AWS_ROLE_ARN": "arn:aws:iam::111111111111:role/E"}),
        Case("defaults only, on an EC2 instance", x, env=IMDS,
             differs="the AWS CLI goes on to the instance's role; a profile without credentials is no account to list"),
        Case("a source without a role, on an EC2 instance", x + EC2, env=IMDS),
        Case(
            "Environment as the source, without a role",
            x + "credential_source = Environment\n",
            env=ENV_KEYS,
            differs="the AWS CLI heeds credential_source beside a role only and finds nothing",
        ),
    ]


def roles():
    x = "[profile x]\nregion = eu-west-1\n"
    b = "[profile b]\n"
    return [
        Case("a role by keys", x + f"{ROLE}/A\nsource_profile = b\n" + b + KEYS),
        Case("a role by keys of the credentials file", x + f"{ROLE}/A\nsource_profile = b\n", "[b]\n" + KEYS),
        Case("a role by keys that stand beside a role", x + f"{ROLE}/A\nsource_profile = b\n" + b + KEYS + f"{ROLE}/B\nsource_profile = c\n"),
        Case("a role by a process", x + f"{ROLE}/A\nsource_profile = b\n" + b + HELPER),
        Case("a role by a process beside keys", x + f"{ROLE}/A\nsource_profile = b\n" + b + HELPER + KEYS),
        Case("a role by sso", x + f"{ROLE}/A\nsource_profile = b\n" + b + SSO, signed_in=START),
        Case("a role by sso beside keys", x + f"{ROLE}/A\nsource_profile = b\n" + b + SSO + KEYS, signed_in=START),
        Case("a role by a web identity", x + f"{ROLE}/A\nsource_profile = b\n" + b + WEB),
        Case("a role by a web identity beside keys", x + f"{ROLE}/A\nsource_profile = b\n" + b + WEB + KEYS),
        Case("a role by aws login", x + f"{ROLE}/A\nsource_profile = b\n" + b + "login_session = y\n"),
        Case("a chain of three", x + f"{ROLE}/A\nsource_profile = b\n" + b + f"{ROLE}/B\nsource_profile = c\n[profile c]\n{ROLE}/C\nsource_profile = d\n[profile d]\n" + KEYS),
        Case("its own source", x + f"{ROLE}/A\nsource_profile = x\n" + KEYS),
        Case("its own source with a process", x + f"{ROLE}/A\nsource_profile = x\n" + KEYS + HELPER),
        Case("its own source without keys", x + f"{ROLE}/A\nsource_profile = x\n"),
        Case("a circle", x + f"{ROLE}/A\nsource_profile = b\n" + b + f"{ROLE}/B\nsource_profile = x\n"),
        Case("a source of defaults", x + f"{ROLE}/A\nsource_profile = b\n" + b + "region = eu-west-1\n"),
        Case("a source that is not there", x + f"{ROLE}/A\nsource_profile = b\n"),
        Case("a role by the environment", x + f"{ROLE}/A\ncredential_source = Environment\n", env=ENV_KEYS),
        Case("a role by an empty environment", x + f"{ROLE}/A\ncredential_source = Environment\n"),
        Case("a role by the EC2 instance", x + f"{ROLE}/A\n{EC2}", env=IMDS),
        Case("a role by the EC2 instance that is switched off", x + f"{ROLE}/A\n{EC2}"),
        Case("a role by the ECS container", x + f"{ROLE}/A\ncredential_source = EcsContainer\n",
             env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "{main}/ecs"}),
        Case("a role by two things", x + f"{ROLE}/A\ncredential_source = Environment\nsource_profile = b\n" + b + KEYS, env=ENV_KEYS),
        Case("a role by nothing", x + f"{ROLE}/A\n"),
        Case("a role by an unknown source", x + f"{ROLE}/A\ncredential_source = environment\n", env=ENV_KEYS),
        Case("a role beside keys", x + f"{ROLE}/A\nsource_profile = b\n" + KEYS + b + "aws_access_key_id = AKIATWO\naws_secret_access_key = S\n"),
        Case(
            "a named source as a source profile",
            x + f"{ROLE}/A\nsource_profile = b\n" + b + "credential_source = Environment\n",
            env=ENV_KEYS,
            differs="the AWS CLI heeds credential_source beside a role only; it is plain what is meant",
        ),
        Case(
            "an empty role_arn beside keys",
            x + "role_arn =\n" + KEYS,
            differs="the AWS CLI takes the empty role for one and asks for its source; the SDKs take it for none",
        ),
    ]


def text():
    x = "[profile x]\nregion = eu-west-1\n" + KEYS
    other = "aws_access_key_id = AKIATWO\naws_secret_access_key = S\nregion = eu-west-1\n"
    one = KEYS + "region = eu-west-1\n"
    role = f"[profile x]\nregion = eu-west-1\n{ROLE}/A\nsource_profile = default\n"
    return [
        Case("[default] before [profile default]", role + "[default]\n" + one + "[profile default]\n" + other),
        Case("[profile default] before [default]", role + "[profile default]\n" + one + "[default]\n" + other),
        Case('[profile "default"] behind [default]', role + "[default]\n" + one + '[profile "default"]\n' + other),
        Case("[default] of both files", role + "[default]\n" + one, "[default]\naws_access_key_id = AKIACRED\naws_secret_access_key = S\n"),
        Case("[profile default] beside [default] of the credentials file", role + "[profile default]\n" + HELPER, "[default]\naws_access_key_id = AKIACRED\naws_secret_access_key = S\n"),
        Case("a name in quotes", x.replace("profile x", 'profile "x"')),
        Case("Windows line ends", x.replace("\n", "\r\n")),
        Case("keys in capitals", x.replace("aws_access_key_id", "AWS_ACCESS_KEY_ID")),
        Case("a byte-order mark", x, encoding="utf-8-sig", differs="the AWS CLI refuses what Windows' Notepad writes"),
        Case("UTF-16", x, encoding="utf-16", differs="the AWS CLI refuses what Windows' Notepad writes as Unicode"),
        Case("a property twice", x + "region = eu-west-1\n", differs="the AWS CLI refuses the whole file; here the last line counts, and it is said"),
        Case("a section twice", x + "[profile x]\noutput = json\n", differs="the AWS CLI refuses the whole file; here the two are one, and it is said"),
        Case("a comment behind a region", x.replace("eu-west-1", "eu-west-1 # here"), differs="the AWS CLI takes the comment for a part of the region's name; the SDKs do not"),
        Case("a line that is none", x + "nonsense\n"),
    ]


def endpoints():
    x = "[profile x]\nregion = eu-west-1\n"
    role = x + f"{ROLE}/A\nsource_profile = b\n"
    b = "[profile b]\n" + KEYS
    none = {"AWS_ENDPOINT_URL": ""}
    services = "services = s\n[services s]\n"
    sso = {"https://start.example": token()}
    by_session = x + "sso_session = s\nsso_account_id = 3\nsso_role_name = R\n"
    return [
        Case("endpoint_url of the profile", role + "endpoint_url = {other}\n" + b, env=none),
        Case("endpoint_url of the source is none of the profile's", role + "endpoint_url = {other}\n" + b + "endpoint_url = {third}\n", env=none),
        Case("a services section", role + "endpoint_url = {main}\n" + services + "rds =\n  endpoint_url = {other}\nsts =\n  endpoint_url = {third}\n" + b, env=none),
        Case("a services section of one service", role + "endpoint_url = {main}\n" + services + "sts =\n  endpoint_url = {third}\n" + b, env=none),
        Case("AWS_ENDPOINT_URL before the profile", role + "endpoint_url = {other}\n" + b),
        Case("AWS_ENDPOINT_URL_STS", role + b, env={"AWS_ENDPOINT_URL_STS": "{third}"}),
        Case("AWS_ENDPOINT_URL_RDS", role + b, env={"AWS_ENDPOINT_URL_RDS": "{third}"}),
        Case("AWS_ENDPOINT_URL_STS before a services section", role + services + "sts =\n  endpoint_url = {other}\n" + b, env={"AWS_ENDPOINT_URL_STS": "{third}"}),
        Case("a services section that is not there", x + KEYS + "services = gone\n",
             differs="the AWS CLI does not look while the environment names an endpoint; here the slip is said at once"),
        Case("a web identity by AWS_ENDPOINT_URL_STS", x + WEB, env={"AWS_ENDPOINT_URL_STS": "{other}"}),
        Case("a web identity by a services section", x + WEB + "endpoint_url = {main}\n" + services + "sts =\n  endpoint_url = {third}\n", env=none),
        Case("a web identity by endpoint_url", x + WEB + "endpoint_url = {other}\n", env=none),
        Case("sso by AWS_ENDPOINT_URL_SSO", x + SSO, env={"AWS_ENDPOINT_URL_SSO": "{other}"}, signed_in=sso),
        Case("sso by a services section", x + SSO + "endpoint_url = {main}\n" + services + "sso =\n  endpoint_url = {third}\n", env=none, signed_in=sso),
        Case("sso of a source by the profile's services", role + "endpoint_url = {main}\n" + services + "sso =\n  endpoint_url = {third}\n[profile b]\n" + SSO, env=none, signed_in=sso),
        Case("a token that is renewed", by_session + SESSION, signed_in={"s": RENEWABLE}),
        Case("a token that is renewed by AWS_ENDPOINT_URL_SSO_OIDC", by_session + SESSION, env={"AWS_ENDPOINT_URL_SSO_OIDC": "{other}"}, signed_in={"s": RENEWABLE}),
        Case("a token that is renewed by a services section", by_session + "endpoint_url = {main}\n" + services + "sso_oidc =\n  endpoint_url = {third}\n" + SESSION, env=none, signed_in={"s": RENEWABLE}),
        Case("AWS's own endpoint", x + KNOWN, env=PROXIED),
        Case("AWS's own endpoint of STS", role + b, env=PROXIED),
        Case("AWS's own endpoints of sso", x + SSO, env=PROXIED, signed_in=sso),
        Case("AWS's own endpoints of a web identity", x + WEB, env=PROXIED),
        Case("AWS's own endpoint of another partition", x.replace("eu-west-1", "cn-north-1") + KNOWN, env=PROXIED),
        Case("FIPS", x.replace("eu-west-1", "us-east-2") + KNOWN + "use_fips_endpoint = true\n", env=PROXIED),
        Case("FIPS of STS", role.replace("eu-west-1", "us-east-2") + "use_fips_endpoint = true\n" + b, env=PROXIED),
        Case("FIPS of a web identity", x.replace("eu-west-1", "us-west-2") + WEB + "use_fips_endpoint = true\n", env=PROXIED),
        Case("FIPS of a web identity by the environment", x.replace("eu-west-1", "us-west-2") + WEB, env=PROXIED | {"AWS_USE_FIPS_ENDPOINT": "true"}),
        Case("FIPS of sso", x + SSO + "use_fips_endpoint = true\n", env=PROXIED, signed_in=sso),
        Case("dual stack", x + KNOWN + "use_dualstack_endpoint = true\n", env=PROXIED),
        Case("dual stack of STS", role + "use_dualstack_endpoint = true\n" + b, env=PROXIED),
        Case("dual stack of a web identity", x + WEB + "use_dualstack_endpoint = true\n", env=PROXIED),
        Case("dual stack of sso", x + SSO + "use_dualstack_endpoint = true\n", env=PROXIED, signed_in=sso),
    ]


def metadata():
    x = f"[profile x]\nregion = eu-west-1\n{ROLE}/A\n{EC2}"
    env = IMDS | {"AWS_EC2_METADATA_SERVICE_ENDPOINT": ""}
    named = x + "ec2_metadata_service_endpoint = {metadata}\n"
    return [
        Case("a metadata service of the profile", named, env=env),
        Case("a metadata service of the environment goes before", x + "ec2_metadata_service_endpoint = {main}\n", env=IMDS),
        Case("a metadata service's mode that is none", named + "ec2_metadata_service_endpoint_mode = IPv5\n", env=env),
        Case("a metadata service that is no URL", x + "ec2_metadata_service_endpoint = 169.254.169.254\n", env=env),
        Case("a metadata service without tokens (403)", named, env=env, world={"token_status": 403}),
        Case("a metadata service without tokens (404)", named, env=env, world={"token_status": 404}),
        Case("a metadata service without tokens (405)", named, env=env, world={"token_status": 405}),
        Case("a metadata service that wants tokens and gives none", named, env=env, world={"token_status": 403, "without_token": False}),
        Case("a metadata service without tokens, and version 1 switched off", named + "ec2_metadata_v1_disabled = true\n", env=env, world={"token_status": 403}),
        Case("version 1 switched off by the environment", named, env=env | {"AWS_EC2_METADATA_V1_DISABLED": "true"}, world={"token_status": 403}),
        Case("a metadata service that finds the request bad", named, env=env, world={"token_status": 400}),
    ]


def ways():
    x = "[profile x]\nregion = eu-west-1\n" + KNOWN
    proxy = {"HTTP_PROXY": "{proxy}"}
    return [
        Case("a proxy", x, env=proxy),
        Case("a proxy without a scheme", x, env={"HTTP_PROXY": "{proxy_host}"}),
        Case("a proxy in small letters goes before", x, env={"HTTP_PROXY": "http://127.0.0.1:1", "http_proxy": "{proxy}"}),
        Case("NO_PROXY=*", x, env=proxy | {"NO_PROXY": "*"}),
        Case("no_proxy=*", x, env=proxy | {"no_proxy": "*"}),
        Case("NO_PROXY with the address", x, env=proxy | {"NO_PROXY": "10.0.0.1, 127.0.0.1"}),
        Case("NO_PROXY with address and port", x, env=proxy | {"NO_PROXY": "{main_host}"}),
        Case("NO_PROXY with another port", x, env=proxy | {"NO_PROXY": "127.0.0.1:1"}),
        Case("NO_PROXY with another address", x, env=proxy | {"NO_PROXY": "127.0.0.2,example.com"}),
        Case("NO_PROXY with a network", x, env=proxy | {"NO_PROXY": "127.0.0.0/8"},
             differs="the AWS CLI does not know networks; curl and the SDKs do"),
        Case("ALL_PROXY", x, env={"ALL_PROXY": "{proxy}"}, differs="the AWS CLI does not know ALL_PROXY; curl and the SDKs do"),
        Case("a proxy of HTTPS is none of HTTP", x, env={"HTTPS_PROXY": "{proxy}"}),
        Case("a proxy that is none", x, env={"HTTP_PROXY": "http://"}),
        Case("a proxy that nobody is", x, env={"HTTP_PROXY": "http://127.0.0.1:1"}),
        Case("a proxy that wants a password", x, env=PROXIED, world={"proxy_status": 407}),
        Case("a proxy with a domain that needs none", x, env=PROXIED | {"NO_PROXY": "example.com"}),
    ]


def bundles():
    x = "[profile x]\nregion = eu-west-1\n" + KEYS
    secure = {"AWS_ENDPOINT_URL": "{secure}"}
    named = secure | {"AWS_CA_BUNDLE": "{bundle}"}
    return [
        Case("no bundle", x, env=secure, bundle="own"),
        Case("a bundle with the server's own certificate, an authority's", x, env=named, bundle="own"),
        Case("a bundle with the server's own certificate, no authority's", x, env=named, bundle="plain"),
        Case("a bundle with the server's authority", x, env=named, bundle="issued"),
        Case("a bundle with another's authority", x, env=named, bundle="other"),
        Case("a bundle with the server's own certificate for another host", x, env=named, bundle="elsewhere"),
        Case("a bundle of OpenSSL's trusted certificates", x, env=named, bundle="trusted"),
        Case("a bundle with text around", x, env=named, bundle="text"),
        Case("a bundle of the profile", x + "ca_bundle = {bundle}\n", env=secure, bundle="own"),
        Case("a bundle that is gone", x, env=secure | {"AWS_CA_BUNDLE": "/nowhere/ca.pem"}, bundle="own"),
        Case("a bundle with a byte-order mark", x, env=named, bundle="mark"),
    ]


CASES = precedence() + roles() + text() + endpoints() + metadata() + ways() + bundles()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """For each name the server's certificate and the bundle that a person has."""
    folder = tmp_path_factory.mktemp("certificates")
    own = certificate(folder, "own")
    plain = certificate(folder, "plain", authority=False)
    authority = certificate(folder, "authority")
    issued = certificate(folder, "issued", authority=False, issuer=authority)
    elsewhere = certificate(folder, "elsewhere", host="127.0.0.9")
    other = certificate(folder, "stranger")
    trusted = folder / "trusted.pem"
    subprocess.run(["openssl", "x509", "-in", own["bundle"], "-trustout", "-out", trusted], check=True)
    text = folder / "text.pem"
    text.write_bytes(b"The certificate of the proxy\n\n" + own["bundle"].read_bytes() + b"# the end\n")
    mark = folder / "mark.pem"
    mark.write_bytes(b"\xef\xbb\xbf" + own["bundle"].read_bytes())
    return {
        "own": (own["server"], own["bundle"]),
        "plain": (plain["server"], plain["bundle"]),
        "issued": (issued["server"], authority["bundle"]),
        "other": (own["server"], other["bundle"]),
        "elsewhere": (elsewhere["server"], elsewhere["bundle"]),
        "trusted": (own["server"], trusted),
        "text": (own["server"], text),
        "mark": (own["server"], mark),
    }


class Bastion:
    """One case set up for one program: files, environment and stand-ins of its own."""

    def __init__(self, case, folder, certificates):
        self.case = case
        self.folder = folder
        folder.mkdir()
        self.world = World(**case.world)
        self.server, self.bundle = certificates.get(case.bundle, (None, None))

    def ask(self, program):
        """What was asked of AWS, and whether there was an answer."""
        with self.world.serving(self.server) as places:
            run = program(self.written(places), self.folder)
        return self.world.calls(), run.returncode if hasattr(run, "returncode") else run.code, run.stderr

    def written(self, places):
        names = dict(places)
        names |= {f"{name}_host": url.split("://")[1] for name, url in places.items()}
        names |= {"helper": self.helper(), "token": self.folder / "token", "bundle": self.bundle}
        fill = lambda text: re_fill(text, names)
        (self.folder / "token").write_text("a.jwt")
        (self.folder / "config").write_bytes(fill(self.case.config).encode(self.case.encoding))
        if self.case.credentials is not None:
            (self.folder / "credentials").write_text(fill(self.case.credentials))
        self.sign_in()
        env = {
            "AWS_CONFIG_FILE": self.folder / "config",
            "AWS_SHARED_CREDENTIALS_FILE": self.folder / "credentials",
            "AWS_ENDPOINT_URL": "{main}",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "{metadata}",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
        } | self.case.env
        filled = {name: fill(str(value)) for name, value in env.items()}
        return aws_environment(self.folder, **{name: value for name, value in filled.items() if value})

    def helper(self):
        """Prints its arguments as the key."""
        helper = self.folder / "helper"
        helper.write_text(
            "#!/bin/sh\nkey=$(printf '%s|' \"$@\")\n"
            'printf \'{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "S"}\' "${key%|}"\n'
        )
        helper.chmod(0o755)
        return helper

    def sign_in(self):
        cache = self.folder / ".aws/sso/cache"
        cache.mkdir(parents=True)
        for kept_for, document in self.case.signed_in.items():
            name = hashlib.sha1(kept_for.encode()).hexdigest()
            (cache / f"{name}.json").write_text(json.dumps(document))


def re_fill(text, names):
    for name, value in names.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def ours(env, folder):
    env["RDS_FLEET_STORE"] = "memory"
    return CommandLine(folder)("export", "db-instances", "--profile", "x", "--format", "json", env=env)


def theirs(env, folder):
    command = [AWS, "rds", "describe-db-instances", "--profile", "x"]
    return subprocess.run(command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)


def asked_of_both(case, folder, certificates):
    answers = {}
    for name, program in (("ours", ours), ("theirs", theirs)):
        calls, code, stderr = Bastion(case, folder / name, certificates).ask(program)
        answers[name] = (calls, code == 0, stderr)
    shutil.rmtree(folder)
    return answers


@pytest.fixture(scope="module")
def answers(request, tmp_path_factory, certificates):
    """What both did, by the names of the cases that are wanted."""
    folder = tmp_path_factory.mktemp("cases")
    chosen = [item.callspec.params["case"] for item in request.session.items if hasattr(item, "callspec") and "case" in item.callspec.params]
    with ThreadPoolExecutor(2) as pool:
        asked = {}
        for number, case in enumerate(CASES):
            if case not in chosen:
                continue
            place = folder / str(number)
            place.mkdir()
            asked[case.name] = pool.submit(asked_of_both, case, place, certificates)
        return {name: done.result() for name, done in asked.items()}


def test_there_are_enough_cases_and_each_has_a_name_of_its_own():
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_aws_cli_and_we_mean_the_same(case, answers):
    (our_calls, our_success, our_words), (calls, success, words) = answers[case.name].values()
    alike = (our_calls, our_success) == (calls, success)
    said = f"ours: {our_success} {our_calls}\n{our_words}\ntheirs: {success} {calls}\n{words}"
    if case.differs is None:
        assert alike, said
    else:
        assert not alike, f"the difference has gone ({case.differs}): remove it from the table\n{said}"
    # Nobody fails in silence: a profile that AWS does not answer is named.
    assert our_success or "x" in our_words, said


def test_the_table_says_something(answers):
    """A table of failures would be alike in everything."""
    succeeded = [name for name, both in answers.items() if both["theirs"][1]]
    assert len(answers) < len(CASES) or len(succeeded) >= 60, sorted(set(answers) - set(succeeded))
    assert all(both["theirs"][0] for name, both in answers.items() if name in succeeded)
