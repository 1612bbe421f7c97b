"""Nothing secret may leave the process, even where somebody asks for every log line there is."""

import json
import sys
import urllib.parse
from datetime import datetime, timedelta, timezone

from standins import AwsError, InstanceMetadata, QueryEndpoint
from test_bad_input import describe

ACCOUNT = "444455556666"
STATIC_SECRET = "StaticSecret/wJalrXUtnFEMI+K7MDENG"
STATIC_TOKEN = "StaticToken//AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT+FvwqnKwRcOIfrRh3c=="
SHARED_SECRET = "SharedFileSecret/bPxRfiCYEXAMPLE"
PROCESS_SECRET = "ProcessSecret/zK8mQ+EXAMPLE"
PROCESS_TOKEN = "ProcessToken/FwoGZXIvYXdzEXAMPLE=="
INSTANCE_SECRET = "InstanceSecret/9drTJvcXLB89EXAMPLE"
INSTANCE_TOKEN = "InstanceToken/IQoJb3JpZ2luX2VjEXAMPLE=="
EXTERNAL_ID = "ExternalId=only,we@know:this/9f8e7d"
ROLE_SECRET = "RoleSecret/tKz3Lp+EXAMPLE"
ROLE_TOKEN = "RoleToken/FQoDYXdzEPTzEXAMPLE=="
SECRETS = {
    name: value
    for name, value in globals().items()
    if name.endswith(("_SECRET", "_TOKEN", "_ID")) and isinstance(value, str)
}


def spellings(secret):
    """A secret as it is, as a request's body writes it, as JSON does, and as Rust prints bytes."""
    return {
        secret,
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        json.dumps(secret)[1:-1].replace("/", "\\/"),
        str(list(secret.encode()))[1:-1],
        secret.encode().hex(),
    }


def leaks(data, secrets):
    return sorted(name for name, secret in secrets.items() if any(one.encode() in data for one in spellings(secret)))


def config(folder):
    """A profile for every way that a secret comes in."""
    process = folder / "credentials.json"
    keys = {"AccessKeyId": "AKIAPROCESS", "SecretAccessKey": PROCESS_SECRET, "SessionToken": PROCESS_TOKEN}
    process.write_text(json.dumps({"Version": 1} | keys))
    command = f"{sys.executable} -c \"print(open('{process}').read())\""
    (folder / "config").write_text(
        f"[profile static]\naws_access_key_id = AKIASTATIC\naws_secret_access_key = {STATIC_SECRET}\n"
        f"aws_session_token = {STATIC_TOKEN}\nregion = eu-central-1\n\n"
        "[profile shared]\nregion = us-east-1\n\n"
        f"[profile process]\ncredential_process = {command}\nregion = eu-west-1\n\n"
        f"[profile from-static]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/dba\nsource_profile = static\n"
        f"external_id = {EXTERNAL_ID}\nregion = eu-west-2\n\n"
        f"[profile from-instance]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/dba\n"
        f"credential_source = Ec2InstanceMetadata\nexternal_id = {EXTERNAL_ID}\nregion = eu-west-3\n\n"
        # This one is refused, since errors are where secrets like to be printed.
        f"[profile refused]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/refused\nsource_profile = static\n"
        f"external_id = {EXTERNAL_ID}\nregion = eu-north-1\n"
        # A secret on a line that cannot be parsed must not come back in the diagnostic.
        f"\n[profile broken]\naws_secret_access_key {STATIC_SECRET}\n"
    )
    (folder / "credentials").write_text(
        f"[shared]\naws_access_key_id = AKIASHARED\naws_secret_access_key = {SHARED_SECRET}\n"
    )
    return {"AWS_CONFIG_FILE": folder / "config", "AWS_SHARED_CREDENTIALS_FILE": folder / "credentials"}


def assume(request):
    if request.parameters["RoleArn"].endswith("refused"):
        raise AwsError(403, "AccessDenied", "User: arn:aws:iam::1:user/dba may not perform: sts:AssumeRole")
    expiration = datetime.now(timezone.utc) + timedelta(hours=1)
    return {
        "AccessKeyId": "ASIAROLE",
        "SecretAccessKey": ROLE_SECRET,
        "SessionToken": ROLE_TOKEN,
        "Expiration": expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def test_no_secret_in_any_output(tmp_path, run_fresh):
    environment = config(tmp_path)
    expiration = (datetime.now(timezone.utc) + timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    keys = {"AccessKeyId": "ASIAINSTANCE", "SecretAccessKey": INSTANCE_SECRET, "Token": INSTANCE_TOKEN}
    metadata = InstanceMetadata("instance-role", keys | {"Expiration": expiration})
    secrets = SECRETS | {"METADATA_TOKEN": metadata.token}
    aws = QueryEndpoint(lambda key: ACCOUNT, lambda request: describe(3), assume)
    with aws.serving() as endpoint, metadata.serving() as metadata_address:
        environment |= {"AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata_address}
        export = ["export", "db-instances", "--format", "csv", "-o", tmp_path / "rows.csv"]
        quiet = run_fresh(*export, env=environment)
        environment |= {"RUST_LOG": "trace", "RDS_FLEET_LOG": "trace"}
        exported = run_fresh(*export, env=environment)
        listed = run_fresh("profiles", "--format", "json", env=environment)

    # Each secret was in the program's hands and the log was on, else what is not in the output would prove nothing.
    assert exported.code == 3, exported.stderr
    used = {request.access_key for request in aws.requests if request.service == "rds"}
    assert used == {"AKIASTATIC", "AKIASHARED", "AKIAPROCESS", "ASIAROLE"}
    tokens = {request.session_token for request in aws.requests}
    assert {STATIC_TOKEN, PROCESS_TOKEN, INSTANCE_TOKEN, ROLE_TOKEN} <= tokens
    assert EXTERNAL_ID in {request.parameters.get("ExternalId") for request in aws.requests}
    assert leaks(json.dumps(secrets).encode(), secrets) == sorted(secrets), "the search itself must work"
    written = [tmp_path / "rows.csv", *(path for path in run_fresh.home.rglob("*") if path.is_file())]
    logged = len(exported.stderr) + sum(path.stat().st_size for path in written if path.suffix == ".log")
    assert logged > 2 * len(quiet.stderr), "neither RUST_LOG nor RDS_FLEET_LOG switches a log on"

    outputs = {"stdout": exported.stdout + listed.stdout, "stderr": exported.stderr + listed.stderr}
    for name, text in outputs.items():
        assert not leaks(text.encode(), secrets), f"{name} holds secrets"
    for path in written:
        assert not leaks(path.read_bytes(), secrets), f"{path} holds secrets"
