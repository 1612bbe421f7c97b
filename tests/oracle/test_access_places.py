"""Sessions stay where they belong, one region's refusal costs nobody else, and the words say what happened and what to do."""

import json
import time

import pytest
from recorder import World, certificate

ROLE = "role_arn = arn:aws:iam::111111111111:role/R\nsource_profile = base\n"
BASE = "[profile base]\naws_access_key_id = AKIAONE\naws_secret_access_key = S\n"
REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-2")


def in_regions(names=REGIONS, properties=ROLE):
    return BASE + "".join(f"[profile {name}]\nregion = {name}\n{properties}" for name in names)


class Asked:
    """One export of the command line in a world, and what it asked there."""

    def __init__(self, run_cli, tmp_path, config, world=None, env=None, arguments=(), https=None):
        world = world or World()
        with world.serving(https) as places:
            fill = lambda text: fill_in(text, places)
            (tmp_path / "config").write_text(fill(config))
            given = {
                "AWS_CONFIG_FILE": tmp_path / "config",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
                "AWS_ENDPOINT_URL": "{main}",
                "AWS_EC2_METADATA_DISABLED": "true",
                "RDS_FLEET_STORE": "memory",
            } | (env or {})
            filled = {name: fill(str(value)) for name, value in given.items()}
            begun = time.monotonic()
            command = ["export", "db-instances", "--format", "json", *arguments]
            run = run_cli(*command, env={name: value for name, value in filled.items() if value})
            self.seconds = time.monotonic() - begun
            self.places = dict(places)
        self.code, self.stderr = run.code, run.stderr
        self.all = world.asked
        self.rds = [call.split() for call in world.asked if " rds " in call]
        self.roles = [call.split() for call in world.asked if " AssumeRole " in call]


def fill_in(text, places):
    for name, url in places.items():
        text = text.replace("{" + name + "}", url).replace("{" + name + "_host}", url.split("://")[1])
    return text


# ---- A session belongs to the place where it is used ----


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_a_private_endpoint_gets_only_its_own_session(run_cli, tmp_path, order):
    url = {"a": "main", "b": "other"}
    profile = lambda name: f"[profile {name}]\nregion = eu-west-1\nendpoint_url = {{{url[name]}}}\n{ROLE}"
    asked = Asked(run_cli, tmp_path, BASE + "".join(map(profile, order)), env={"AWS_ENDPOINT_URL": ""})
    assert asked.code == 0, asked.stderr
    assert sorted((place, key) for place, _, _, _, key in asked.rds) == [
        ("main", "AKIAONE+R@main"),
        ("other", "AKIAONE+R@other"),
    ]
    assert sorted(place for place, *_ in asked.roles) == ["main", "other"]


def test_nothing_of_aws_reaches_a_private_endpoint(run_cli, tmp_path):
    """One profile calls AWS itself, which here is behind a proxy that lets nothing through."""
    config = in_regions(["eu-west-1"]) + f"[profile p]\nregion = eu-west-1\nendpoint_url = {{other}}\n{ROLE}"
    env = {"AWS_ENDPOINT_URL": "", "HTTPS_PROXY": "{proxy}"}
    asked = Asked(run_cli, tmp_path, config, env=env)
    assert asked.code == 3, asked.stderr
    assert [(place, key) for place, _, _, _, key in asked.rds] == [("other", "AKIAONE+R@other")]
    assert "proxy CONNECT sts.eu-west-1.amazonaws.com:443" in asked.all


def test_a_private_rds_endpoint_has_a_session_of_its_own(run_cli, tmp_path):
    own = "services = s\n"
    config = in_regions(["eu-west-1"]) + f"[profile p]\nregion = eu-west-1\n{own}{ROLE}"
    config += "[services s]\nrds =\n  endpoint_url = {third}\n"
    config = config.replace("region = eu-west-1\nrole", "region = eu-west-1\nendpoint_url = {main}\nrole")
    config = config.replace("services = s\nrole", "endpoint_url = {main}\nservices = s\nrole")
    asked = Asked(run_cli, tmp_path, config, env={"AWS_ENDPOINT_URL": ""})
    assert asked.code == 0, asked.stderr
    assert sorted(place for place, *_ in asked.rds) == ["main", "third"]
    assert [place for place, *_ in asked.roles] == ["main", "main"]


def test_regions_and_profiles_share_one_session(run_cli, tmp_path):
    config = in_regions() + f"[profile second]\nregion = us-east-1\n{ROLE}"
    asked = Asked(run_cli, tmp_path, config)
    assert asked.code == 0, asked.stderr
    assert len(asked.roles) == 1 and sorted(region for _, _, region, *_ in asked.rds) == sorted(REGIONS)


def test_partitions_share_none(run_cli, tmp_path):
    asked = Asked(run_cli, tmp_path, in_regions(["eu-west-1", "us-gov-west-1", "cn-north-1"]))
    assert asked.code == 0 and len(asked.roles) == 3, asked.stderr


@pytest.mark.parametrize("code", ["InvalidClientTokenId", "RegionDisabledException", "AuthFailure", "AccessDenied"])
@pytest.mark.parametrize("refused", [REGIONS[:1], REGIONS[1:2], REGIONS[:2], REGIONS[1:]])
def test_a_region_whose_sts_refuses_takes_nothing_away(run_cli, tmp_path, code, refused):
    world = World(refuse=dict.fromkeys(refused, code))
    asked = Asked(run_cli, tmp_path, in_regions(), world)
    assert asked.code == 0, asked.stderr
    assert sorted(region for _, _, region, *_ in asked.rds) == sorted(REGIONS)
    assert all(key == "AKIAONE+R@main" for *_, key in asked.rds)
    assert len(asked.roles) <= len(refused) + 1, asked.roles


def test_where_all_refuse_each_region_says_its_own(run_cli, tmp_path):
    codes = dict(zip(REGIONS, ["InvalidClientTokenId", "RegionDisabledException", "AccessDenied"]))
    asked = Asked(run_cli, tmp_path, in_regions(), World(refuse=codes))
    assert asked.code == 1 and len(asked.roles) == 3, asked.stderr
    for region, code in codes.items():
        assert f"{region}: " in asked.stderr and f"{code}: not taken in {region}" in asked.stderr, asked.stderr


def test_whose_account_is_unknown_is_found_in_another_region(run_cli, tmp_path):
    arguments = [word for region in REGIONS for word in ("--region", region)]
    config = BASE.replace("base", "keys") + "region = eu-west-1\n"
    world = World(refuse={REGIONS[0]: "InvalidClientTokenId"})
    asked = Asked(run_cli, tmp_path, config, world, arguments=arguments)
    assert asked.code == 0, asked.stderr
    assert sorted(region for _, _, region, *_ in asked.rds) == sorted(REGIONS), asked.stderr


def test_one_profiles_bundle_is_not_the_others(run_cli, tmp_path):
    config = in_regions(["eu-west-1"]) + f"[profile gone]\nregion = eu-west-1\nca_bundle = /nowhere/ca.pem\n{ROLE}"
    asked = Asked(run_cli, tmp_path, config)
    assert asked.code == 3 and len(asked.rds) == 1, asked.stderr
    assert "the CA bundle /nowhere/ca.pem cannot be read" in asked.stderr
    assert "Correct AWS_CA_BUNDLE, or ca_bundle in the profile" in asked.stderr


# ---- What is not understood is named, and what is only a source needs nothing ----


def test_kinds_of_credentials_that_are_not_known_are_named_with_their_line(run_cli, tmp_path):
    config = in_regions(["eu-west-1"]) + "[profile login]\nregion = eu-west-1\nlogin_session = arn\n"
    asked = Asked(run_cli, tmp_path, config + "[profile later]\nregion = eu-west-1\npasskey_login = x\n")
    assert asked.code == 3, asked.stderr
    lines = config.splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if text.startswith("login_session"))
    assert f"config:{line}: profile login: login_session, which `aws login` writes, is not supported" in asked.stderr
    assert "profile later: passkey_login is not supported" in asked.stderr


@pytest.mark.parametrize("arguments", [(), ("--profile", "eu-west-1")])
def test_a_profile_that_is_only_a_source_needs_no_region(run_cli, tmp_path, arguments):
    asked = Asked(run_cli, tmp_path, in_regions(["eu-west-1"]), arguments=arguments)
    assert (asked.code, asked.stderr) == (0, "")
    assert len(asked.rds) == 1


def test_a_source_that_is_asked_for_by_name_says_what_it_lacks(run_cli, tmp_path):
    asked = Asked(run_cli, tmp_path, in_regions(["eu-west-1"]), arguments=("--profile", "base"))
    assert asked.code == 1 and "profile base has no region" in asked.stderr, asked.stderr


# ---- Words ----


@pytest.mark.parametrize("status, reason", [(407, "407"), (403, "403")])
def test_a_proxys_refusal_is_told_after_one_try(run_cli, tmp_path, status, reason):
    world = World(proxy_status=status)
    proxy = "http://ann:hunter2@{proxy_host}"
    asked = Asked(run_cli, tmp_path, in_regions(["eu-west-1"]), world, env={"AWS_ENDPOINT_URL": "", "HTTPS_PROXY": proxy})
    assert asked.code == 1 and asked.seconds < 10, asked.stderr
    assert asked.all == ["proxy CONNECT sts.eu-west-1.amazonaws.com:443"]
    through = asked.places["proxy"]
    said = f"no connection to sts.eu-west-1.amazonaws.com:443 through the proxy {through}: the proxy answered {reason}"
    assert f"unreachable: sts:AssumeRole arn:aws:iam::111111111111:role/R: {said}" in asked.stderr
    assert "NO_PROXY" in asked.stderr and "hunter2" not in asked.stderr


def test_who_cannot_be_reached_is_named(run_cli, tmp_path):
    env = {"AWS_ENDPOINT_URL_RDS": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "2"}
    asked = Asked(run_cli, tmp_path, in_regions(["eu-west-1"]), env=env)
    assert asked.code == 1
    assert "unreachable: rds:DescribeDBInstances: no connection to 127.0.0.1:9: Connection refused" in asked.stderr


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("text", ["http://ann:hunter2@", "http://ann:hunter2@a b:1", "socks5://ann:hunter2@h:1"])
def test_a_proxy_that_cannot_be_read_is_no_direct_connection(run_cli, tmp_path, name, text):
    asked = Asked(run_cli, tmp_path, in_regions(["eu-west-1"]), env={name: text})
    assert asked.code == 1 and asked.all == [], asked.stderr
    assert f"the proxy variable {name} " in asked.stderr and "hunter2" not in asked.stderr, asked.stderr
    assert "Correct or unset HTTPS_PROXY" in asked.stderr


def test_an_unknown_issuer_leads_to_the_bundle(run_cli, tmp_path):
    own = certificate(tmp_path, "own")
    env = {"AWS_ENDPOINT_URL": "{secure}"}
    asked = Asked(run_cli, tmp_path, in_regions(["eu-west-1"]), env=env, https=own["server"])
    assert asked.code == 1 and asked.seconds < 10, asked.stderr
    assert "UnknownIssuer" in asked.stderr and "Set AWS_CA_BUNDLE" in asked.stderr, asked.stderr


@pytest.mark.parametrize(
    "properties, advice",
    [
        ("credential_process = /bin/false\n", "Run the profile's credential_process by hand"),
        ("sso_start_url = https://x\nsso_region = us-east-1\nsso_account_id = 3\nsso_role_name = R\n", "Sign in with `aws sso login`"),
        ("role_arn = arn:aws:iam::111111111111:role/R\nweb_identity_token_file = /nowhere/token\n", "Check web_identity_token_file"),
        ("role_arn = arn:aws:iam::111111111111:role/R\ncredential_source = Environment\n", "Set AWS_ACCESS_KEY_ID"),
        ("role_arn = arn:aws:iam::111111111111:role/R\ncredential_source = Ec2InstanceMetadata\n", "instance profile of this bastion"),
    ],
)
def test_advice_follows_what_was_being_done(run_cli, tmp_path, properties, advice):
    asked = Asked(run_cli, tmp_path, f"[profile p]\nregion = eu-west-1\n{properties}")
    assert asked.code == 1 and advice in asked.stderr, asked.stderr


def test_a_zone_is_called_a_zone_before_any_call(run_cli, tmp_path):
    config = in_regions(["eu-west-1a"])
    asked = Asked(run_cli, tmp_path, config)
    assert asked.code == 1 and asked.all == [], asked.stderr
    assert "eu-west-1a is an availability zone, not a region: write eu-west-1" in asked.stderr
    profiles = run_cli("profiles", env={"AWS_CONFIG_FILE": tmp_path / "config"})
    assert "eu-west-1a is an availability zone" in profiles.stderr
    asked = Asked(run_cli, tmp_path, in_regions(["eu-west-1"]), arguments=("--region", "eu-west-1a"))
    assert asked.code == 2 and asked.all == [], asked.stderr
    assert "--region eu-west-1a is an availability zone, not a region: write eu-west-1" in asked.stderr


def test_a_profile_is_listed_once_and_each_reason_apart(run_cli, tmp_path):
    world = World(refuse=dict.fromkeys(REGIONS, "AccessDenied"), refused_services=("rds",))
    arguments = [word for region in REGIONS for word in ("--region", region)]
    asked = Asked(run_cli, tmp_path, in_regions(["eu-west-1"]), world, arguments=arguments)
    [line] = [line for line in asked.stderr.splitlines() if line.startswith("not collected")]
    assert "account 111111111111 (eu-west-1): " in line
    for region in REGIONS:
        assert f"{region}: denied: rds:DescribeDBInstances: AccessDenied: not taken in {region}" in line, line


def test_a_failed_export_does_not_speak_of_rows_that_nobody_sees(run_fresh, tmp_path):
    env = {"RDS_FLEET_STORE": tmp_path / "store.db"}
    config = in_regions(["eu-west-1"])
    assert Asked(run_fresh, tmp_path, config, env=env).code == 0
    refusing = World(refuse={"eu-west-1": "AccessDenied"}, refused_services=("rds",))
    output = ("--output", tmp_path / "rows.json")
    asked = Asked(run_fresh, tmp_path, config, refusing, env=env, arguments=output)
    assert asked.code == 1 and "nothing was collected" in asked.stderr
    assert "earlier" not in asked.stderr and "stale" not in asked.stderr, asked.stderr
    assert "eu-west-1: denied: " in asked.stderr


# ---- The demo ----


def test_the_demo_depends_on_nothing_of_the_environment(run_fresh):
    rows = lambda run: sorted(row["DBInstanceArn"] for row in json.loads(run.stdout))
    clean = run_fresh("--demo", "export", "db-instances", "--format", "json")
    hostile = {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "nonsense",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_STS": "nonsense",
        "AWS_CA_BUNDLE": "/nowhere/ca.pem",
        "SSL_CERT_FILE": "/nowhere/ca.pem",
        "HTTPS_PROXY": "http://",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "ALL_PROXY": "socks5://127.0.0.1:1",
        "AWS_CONFIG_FILE": "/nowhere/config",
        "AWS_PROFILE": "nobody",
        "AWS_REGION": "nowhere-1a",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_ACCESS_KEY_ID": "AKIA",
    }
    found = run_fresh("--demo", "export", "db-instances", "--format", "json", env=hostile)
    assert found.code == clean.code, found.stderr
    assert rows(found) == rows(clean) and len(rows(found)) > 300
    assert "nowhere" not in found.stderr and "PROXY" not in found.stderr, found.stderr
