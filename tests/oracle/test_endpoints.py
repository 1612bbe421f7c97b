"""Where RDS and STS are asked: every region, with and without FIPS and dual-stack endpoints, as botocore would.

A proxy that refuses every connection hears the host names, so this also shows that the proxy of the environment is
used for AWS, and that names are left to it to resolve, as on a bastion without a resolver.
"""

import itertools
import os
import subprocess
import urllib.parse

import botocore.session
import pytest
from conftest import binary
from compare import aws_environment
from standins import QueryEndpoint, _Handler, serving

REGIONS = [
    "us-east-1", "eu-central-1", "eu-isoe-west-1", "ap-southeast-7", "il-central-1", "mx-central-1", "us-gov-west-1",
    "us-gov-east-1", "cn-north-1", "cn-northwest-1", "us-iso-east-1", "us-isob-east-1", "us-isof-south-1",
    "eusc-de-east-1", "xx-somewhere-9",
]  # fmt: skip


class _Refusing(_Handler):
    def do_CONNECT(self):
        self.server.owner.add(self.path)
        self.reply(502)
        self.close_connection = True


def expected_host(service, region, use_fips, use_dualstack):
    session = botocore.session.get_session()
    loader = session.get_component("data_loader")
    rules = loader.load_service_model(service, "endpoint-rule-set-1")
    provider = botocore.endpoint_provider.EndpointProvider(rules, loader.load_data("partitions"))
    parameters = {"Region": region, "UseFIPS": use_fips, "UseDualStack": use_dualstack}
    return urllib.parse.urlsplit(provider.resolve_endpoint(**parameters).url).hostname + ":443"


@pytest.mark.parametrize("service", ["rds", "sts"])
def test_hosts_are_botocores(service, tmp_path):
    lines, expected = [], set()
    for at, (region, fips, dualstack) in enumerate(itertools.product(REGIONS, (False, True), (False, True))):
        lines += [
            f"[profile p{at}]", f"aws_access_key_id = AKIA{at:016}", "aws_secret_access_key = secret",
            f"region = {region}", f"use_fips_endpoint = {str(fips).lower()}",
            f"use_dualstack_endpoint = {str(dualstack).lower()}", "",
        ]  # fmt: skip
        expected.add(expected_host(service, region, fips, dualstack))
    (tmp_path / "config").write_text("\n".join(lines))
    heard = set()
    with (
        serving(_Refusing, heard) as proxy,
        QueryEndpoint(lambda key: "111122223333", lambda request: b"").serving() as sts,
    ):
        environment = aws_environment(tmp_path, AWS_CONFIG_FILE=str(tmp_path / "config"), AWS_MAX_ATTEMPTS="1")
        environment |= {"HTTPS_PROXY": proxy, "NO_PROXY": "127.0.0.1"}
        if service == "rds":
            environment["AWS_ENDPOINT_URL_STS"] = sts
        done = subprocess.run(
            [binary(), "export", "db-instances"],
            env=os.environ | environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert heard == expected
    assert "unreachable" in done.stderr
