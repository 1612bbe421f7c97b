"""Every further kind that moto simulates must be exported as the AWS CLI prints it, in a few small accounts.

moto's answers come from another hand than ours: it writes them from Python objects by botocore's model.
"""

import json
import os
import random

import fleet as fleets
import pytest
from awscli_oracle import describe_all, describe_operation, listed
from botocore import xform_name
from compare import CHILDREN, KINDS, region_key, row_differences
from standins import InstanceMetadata, moto

# test_moto.py holds these against a whole fleet.
FLEET_WIDE = {"db-instances", "db-clusters"}
NOT_IN_MOTO = {
    "account-attributes",
    "certificates",
    "db-cluster-automated-backups",
    "db-cluster-endpoints",
    "db-engine-versions",
    "db-major-engine-versions",
    "db-recommendations",
    "integrations",
    "pending-maintenance-actions",
    "reserved-db-instances",
    "tenant-databases",
}
# moto has them, but cannot be asked for all of them.
MOTO_STUMBLES = {
    "blue-green-deployments": "over MaxRecords, which AWS's model has and every request of ours carries",
    "option-groups": "over a request without a group's name, the AWS CLI's as well as ours",
}
SERVED = [kind for kind in KINDS if kind not in FLEET_WIDE | NOT_IN_MOTO | MOTO_STUMBLES.keys()]
TARGETS = [
    fleets.Target(fleets.ACCOUNTS[0], "us-east-1"),
    fleets.Target(fleets.ACCOUNTS[1], "eu-central-1"),
    fleets.Target(fleets.ACCOUNTS[2], "us-east-1"),
]


class SmallFleet(fleets.Fleet):
    """Three accounts with some of everything that moto can be asked for."""

    def __post_init__(self):
        self.profiles = [fleets.Profile(f"app-{number}", target) for number, target in enumerate(TARGETS)]

    def populate(self, session, account, region, dice):
        rds, ec2 = session.client("rds", region), session.client("ec2", region)
        subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
        for number in range(dice.randint(1, 2)):
            create_everything(rds, f"{account[-4:]}-{number}", account, region, subnets, dice)


def create_everything(rds, name, account, region, subnets, dice):
    """Makes one resource or two of each kind. Their texts and tags are awkward."""
    words = dice.sample(fleets.AWKWARD[:10], 6)
    rds.create_db_parameter_group(
        DBParameterGroupName=f"pg-{name}", DBParameterGroupFamily="postgres16", Description=words[0]
    )
    rds.create_db_parameter_group(
        DBParameterGroupName=f"pg-mysql-{name}", DBParameterGroupFamily="mysql8.0", Description=words[0]
    )
    rds.modify_db_parameter_group(
        DBParameterGroupName=f"pg-mysql-{name}", Parameters=parameters(dice, "immediate", "pending-reboot")
    )
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=f"cpg-{name}",
        DBParameterGroupFamily="aurora-postgresql16",
        Description=words[1],
        Tags=fleets.tags(dice),
    )
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName=f"cpg-{name}", Parameters=parameters(dice, "pending-reboot")
    )
    rds.create_db_subnet_group(
        DBSubnetGroupName=f"sng-{name}",
        DBSubnetGroupDescription=words[4],
        SubnetIds=dice.sample(subnets, 2),
        Tags=fleets.tags(dice),
    )
    rds.create_db_security_group(
        DBSecurityGroupName=f"sg-{name}", DBSecurityGroupDescription=words[5], Tags=fleets.tags(dice)
    )
    for network in ("10.0.0.0/8", "192.0.2.7/32"):
        rds.authorize_db_security_group_ingress(DBSecurityGroupName=f"sg-{name}", CIDRIP=network)

    fleets.create_instance(rds, f"mysql-{name}", "mysql", None, region, dice)
    rds.modify_db_instance(DBInstanceIdentifier=f"mysql-{name}", DBParameterGroupName=f"pg-mysql-{name}")
    fleets.create_cluster(rds, f"cluster-{name}", region, dice)
    for number in range(2):
        rds.create_db_cluster(
            DBClusterIdentifier=f"aurora-{number}-{name}",
            Engine="aurora-postgresql",
            MasterUsername="admin",
            MasterUserPassword="not-a-secret",
            DBClusterParameterGroupName=f"cpg-{name}",
        )
    rds.create_db_snapshot(
        DBInstanceIdentifier=f"mysql-{name}", DBSnapshotIdentifier=f"snap-{name}", Tags=fleets.tags(dice)
    )
    rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier=f"snap-{name}", TargetDBSnapshotIdentifier=f"copy-{name}", CopyTags=True
    )
    rds.create_db_cluster_snapshot(
        DBClusterIdentifier=f"cluster-{name}", DBClusterSnapshotIdentifier=f"csnap-{name}", Tags=fleets.tags(dice)
    )
    for kind in ("snapshot:snap", "cluster-snapshot:csnap"):
        rds.start_export_task(
            ExportTaskIdentifier=f"export-{kind.split(':')[0]}-{name}",
            SourceArn=f"arn:aws:rds:{region}:{account}:{kind}-{name}",
            S3BucketName="exports",
            S3Prefix=words[0],
            IamRoleArn=f"arn:aws:iam::{account}:role/export",
            KmsKeyId="alias/export",
            ExportOnly=[["a.b"], ["a.b", "c & d"]][dice.randrange(2)],
        )
    rds.create_event_subscription(
        SubscriptionName=f"es-{name}",
        SnsTopicArn=f"arn:aws:sns:{region}:{account}:rds",
        SourceType="db-instance",
        EventCategories=["backup", "recovery"],
        SourceIds=[f"mysql-{name}"],
        Enabled=dice.random() < 0.5,
        Tags=fleets.tags(dice),
    )
    rds.create_db_proxy(
        DBProxyName=f"proxy-{name}",
        EngineFamily="MYSQL",
        Auth=[{"AuthScheme": "SECRETS", "SecretArn": "arn:x", "IAMAuth": "DISABLED", "Description": words[2]}],
        RoleArn=f"arn:aws:iam::{account}:role/proxy",
        VpcSubnetIds=dice.sample(subnets, 2),
        RequireTLS=dice.random() < 0.5,
        IdleClientTimeout=dice.choice([1, 1800, 28800]),
        Tags=fleets.tags(dice),
    )
    rds.register_db_proxy_targets(
        DBProxyName=f"proxy-{name}",
        DBInstanceIdentifiers=[f"mysql-{name}"],
        DBClusterIdentifiers=[f"cluster-{name}"],
    )
    rds.modify_db_proxy_target_group(
        DBProxyName=f"proxy-{name}",
        TargetGroupName="default",
        ConnectionPoolConfig={"MaxConnectionsPercent": dice.choice([1, 50, 100]), "InitQuery": words[3]},
    )
    rds.create_global_cluster(
        GlobalClusterIdentifier=f"global-{name}",
        Engine="aurora-mysql",
        StorageEncrypted=dice.random() < 0.5,
        DeletionProtection=dice.random() < 0.5,
    )
    rds.create_db_shard_group(
        DBShardGroupIdentifier=f"shard-{name}",
        DBClusterIdentifier=f"cluster-{name}",
        MaxACU=dice.choice([768.0, 32.5]),
        MinACU=16.0,
        ComputeRedundancy=dice.randrange(3),
        PubliclyAccessible=dice.random() < 0.5,
        Tags=fleets.tags(dice),
    )


def parameters(dice, *methods):
    """Some settings of a group. Their values are awkward."""
    names = ["time_zone", "max_connections", "init_connect"]
    return [
        {"ParameterName": name, "ParameterValue": dice.choice(fleets.AWKWARD[:10]), "ApplyMethod": dice.choice(methods)}
        for name in dice.sample(names, dice.randint(1, 3))
    ]


def ask_for_children(profiles, call):
    """What the AWS CLI says of each child, asked by the names that it says of their parents: (kind, profile, name)."""
    parents = sorted({child.parent for child in CHILDREN.values()})
    asked = [(kind, profile) for kind in parents for profile in profiles]
    said = dict(zip([(kind, profile.name) for kind, profile in asked], describe_all([call(*one) for one in asked])))
    questions = []
    for kind, child in CHILDREN.items():
        for profile in profiles:
            code, answer, stderr = said[child.parent, profile.name]
            assert code == 0, stderr
            (rows,) = [value for value in answer.values() if isinstance(value, list)]
            names = {name for row in rows for name in child.names(row)}
            questions += [(kind, profile, name) for name in sorted(names)]
    option = {kind: "--" + xform_name(child.parameter, "-") for kind, child in CHILDREN.items()}
    calls = [(*call(kind, profile), option[kind], name) for kind, profile, name in questions]
    return list(zip(questions, describe_all(calls)))


@pytest.fixture(scope="module")
def bastion(tmp_path_factory):
    """The fleet's seed, its environment, and what the AWS CLI says for each kind and target."""
    folder = tmp_path_factory.mktemp("bastion")
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**9)))
    print(f"the fleet's seed: run again with SEED={seed}")
    fleet = SmallFleet(seed)
    config_file = folder / "config"
    config_file.write_text(fleet.config())
    with moto(folder / "moto.log") as endpoint:
        metadata = InstanceMetadata(fleets.MANAGEMENT_ROLE, fleet.create(endpoint))
        with metadata.serving() as metadata_address:

            def call(kind, profile):
                return kind, profile.name, config_file, endpoint, metadata_address

            questions = [(kind, profile) for kind in SERVED if kind not in CHILDREN for profile in fleet.profiles]
            answers = {}
            for (kind, profile), answer in zip(questions, describe_all([call(*one) for one in questions])):
                answers.setdefault(kind, {})[profile.target] = [(None, *answer)]
            for (kind, profile, name), answer in ask_for_children(fleet.profiles, call):
                answers.setdefault(kind, {}).setdefault(profile.target, []).append((name, *answer))
            environment = {
                "AWS_CONFIG_FILE": config_file,
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata_address,
                # moto answers with 500 to what it does not know, and the test then need not be patient.
                "AWS_MAX_ATTEMPTS": "1",
            }
            yield seed, environment, answers


@pytest.mark.parametrize("kind", SERVED)
def test_export_equals_the_aws_cli(kind, bastion, run_cli):
    seed, environment, answers = bastion
    name, _ = listed(describe_operation(kind))
    done = run_cli("export", kind, "--format", "json", env=environment)

    assert done.code == 0, done.stderr
    ours = {}
    for row in json.loads(done.stdout):
        target = fleets.Target(row.pop("AccountId"), row.pop(region_key(kind)))
        assert row.pop("Profiles") == [f"app-{TARGETS.index(target)}"]
        ours.setdefault(target, []).append(row)
    wrong = []
    assert answers[kind].keys() == set(TARGETS)
    for target, said in answers[kind].items():
        theirs = []
        for parent, code, answer, stderr in said:
            # moto does not have the default groups that its databases name.
            if parent and parent.startswith("default.") and "ParameterGroupNotFound" in stderr:
                continue
            assert code == 0, f"the oracle itself went wrong for {target}: {stderr}"
            added = {CHILDREN[kind].parameter: parent} if parent else {}
            theirs += [added | row for row in answer[name]]
        # An oracle without rows would agree with anything.
        assert theirs, f"{kind}: nothing was made in {target}"
        wrong += [f"{target} {sentence}" for sentence in row_differences(theirs, ours[target])]
    assert not wrong, f"{len(wrong)} differences from the AWS CLI, fleet SEED={seed}:\n" + "\n".join(wrong[:20])


def test_the_lists_name_kinds():
    named = FLEET_WIDE | NOT_IN_MOTO | MOTO_STUMBLES.keys()
    assert named <= set(KINDS)
    assert len(SERVED) == len(KINDS) - len(named)
