"""A fleet of forty accounts in moto, seen from a bastion host as the AWS Database Blog's method sets it up.

Fifty profiles reach the accounts through one instance role. Ten of them are named after Oracle SIDs and share an
account, some of them the region too. The instance role may not assume the roles of two accounts, and one account's
role may not describe anything.
"""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config

REGIONS = ("eu-central-1", "us-east-1")
MANAGEMENT_ACCOUNT = "999999999999"
MANAGEMENT_ROLE = "DB-Management-Host-CrossAccountAccess-Role"
ACCESS_ROLE = "DB-Management-Host-Access-Role"
# The first account's number begins with zeros, which a program that takes it for a number would lose.
ACCOUNTS = [f"{11111111 + number * 24681357911:012d}" for number in range(40)]
MAY_NOT_BE_ASSUMED = {ACCOUNTS[7], ACCOUNTS[23]}
MAY_NOT_DESCRIBE = {ACCOUNTS[31]}
SEVERAL_PAGES = ACCOUNTS[4]
EMPTY = ACCOUNTS[12]
# Each SID shares the account of the profile with this number. Even SIDs share its region as well.
SIDS = {f"ORCL{number}": account for number, account in enumerate((0, 0, 1, 4, 7, 15, 23, 31, 31, 39), start=1)}

AWKWARD = [
    "plain",
    "a & b < c > d",
    "it's \"quoted\"",
    "Zürich – Straße",
    "データベース",
    "🗄️ finance",
    " blank at both ends ",
    "=1+1",
    "a,b;c|d",
    "x" * 200,
    "",
]
ENGINES = {
    "postgres": "16.3",
    "mysql": "8.0.36",
    "mariadb": "10.11.6",
    "oracle-ee": "19.0.0.0.ru-2024-01.rur-2024-01.r1",
    "sqlserver-se": "15.00.4345.5.v1",
}


@dataclass(frozen=True)
class Target:
    """One account in one region."""

    account: str
    region: str


@dataclass
class Profile:
    """One section of the shared config file."""

    name: str
    target: Target


@dataclass
class Fleet:
    """The profiles, and the databases that were made for them."""

    seed: int
    profiles: list = field(default_factory=list)

    def __post_init__(self):
        home = {}
        for number, account in enumerate(ACCOUNTS):
            region = REGIONS[number % 3 % 2]
            home[number] = region
            self.profiles.append(Profile(f"app-{number:02d}", Target(account, region)))
        for position, (sid, number) in enumerate(SIDS.items()):
            other = REGIONS[1 - REGIONS.index(home[number])]
            region = home[number] if position % 2 == 0 else other
            self.profiles.append(Profile(sid, Target(ACCOUNTS[number], region)))

    def targets(self):
        """Each target with the sorted names of its profiles."""
        names = {}
        for profile in self.profiles:
            names.setdefault(profile.target, []).append(profile.name)
        return {target: sorted(profiles) for target, profiles in names.items()}

    def config(self):
        """The shared config file of the bastion host."""
        sections = ["[default]\nregion = eu-central-1\ncli_timestamp_format = iso8601\n"]
        for profile in self.profiles:
            sections.append(
                f"[profile {profile.name}]\n"
                f"role_arn = arn:aws:iam::{profile.target.account}:role/{ACCESS_ROLE}\n"
                f"credential_source = Ec2InstanceMetadata\nregion = {profile.target.region}\n"
                # The AWS CLI takes this setting from the profile in use and not from the default.
                "cli_timestamp_format = iso8601\n"
            )
        return "\n".join(sections)

    def create(self, moto):
        """Makes roles and databases in moto, turns its IAM checks on, and returns the instance role's credentials."""
        connection = Connection(moto)
        management = connection.account(MANAGEMENT_ACCOUNT)
        willing = [account for account in ACCOUNTS if account not in MAY_NOT_BE_ASSUMED]
        allowed = [f"arn:aws:iam::{account}:role/{ACCESS_ROLE}" for account in willing]
        make_role(management.client("iam"), MANAGEMENT_ROLE, "ec2.amazonaws.com", "sts:AssumeRole", allowed)
        targets = {}
        for target in self.targets():
            targets.setdefault(target.account, []).append(target.region)
        # boto3's clients take longer to build than moto to answer, so two accounts are made at a time.
        with ThreadPoolExecutor(2) as pool:
            for made in [pool.submit(self._create_account, connection, *item) for item in targets.items()]:
                made.result()
        credentials = connection.assume(MANAGEMENT_ACCOUNT, MANAGEMENT_ROLE)
        # urllib would call the body a form, and moto would then not see it.
        checks_on = Request(f"{moto}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
        urlopen(checks_on).close()
        return {
            "AccessKeyId": credentials["AccessKeyId"],
            "SecretAccessKey": credentials["SecretAccessKey"],
            "Token": credentials["SessionToken"],
            "Expiration": credentials["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _create_account(self, connection, account, regions):
        session = connection.account(account)
        action = "rds:ListTagsForResource" if account in MAY_NOT_DESCRIBE else "rds:Describe*"
        principal = f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:role/{MANAGEMENT_ROLE}"
        make_role(session.client("iam"), ACCESS_ROLE, principal, action, "*")
        for region in regions:
            dice = random.Random(f"{self.seed} {account} {region}")
            self.populate(session, account, region, dice)

    def populate(self, session, account, region, dice):
        """Makes what one target has."""
        if account != EMPTY:
            create_databases(session.client("rds", region), account, region, dice)


class Connection:
    """Sessions in any account of moto, while its IAM checks are off."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.sts = _Session(endpoint, "AKIAEXAMPLE", "example", None).client("sts")

    def assume(self, account, role):
        arn = f"arn:aws:iam::{account}:role/{role}"
        return self.sts.assume_role(RoleArn=arn, RoleSessionName="setup")["Credentials"]

    def account(self, account):
        keys = self.assume(account, "setup")
        return _Session(self.endpoint, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


class _Session:
    def __init__(self, endpoint, key, secret, token):
        self.endpoint = endpoint
        self.session = boto3.Session(key, secret, token, region_name=REGIONS[0])

    def client(self, service, region=None):
        # The parameter checks would refuse the empty and odd tags that this fleet has on purpose.
        config = Config(parameter_validation=False, proxies={}, retries={"max_attempts": 1})
        return self.session.client(service, region_name=region, endpoint_url=self.endpoint, config=config)


def make_role(iam, name, principal, action, resource):
    """Makes a role with one statement. moto does not read principals; AWS would."""
    kind = "Service" if principal.endswith("amazonaws.com") else "AWS"
    statement = {"Effect": "Allow", "Principal": {kind: principal}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(statement))
    allow = {"Effect": "Allow", "Action": action, "Resource": resource}
    iam.put_role_policy(RoleName=name, PolicyName="access", PolicyDocument=policy(allow))


def policy(statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def tags(dice):
    chosen = dice.sample(AWKWARD[:9], dice.randint(0, 4))
    return [{"Key": f"{key} {number}", "Value": dice.choice(AWKWARD)} for number, key in enumerate(chosen)]


def create_databases(rds, account, region, dice):
    """Makes instances and clusters that differ in everything that moto keeps."""
    group = f"pg-{account[-4:]}-{region}"
    rds.create_db_parameter_group(
        DBParameterGroupName=group, DBParameterGroupFamily="postgres16", Description=dice.choice(AWKWARD[:6])
    )
    several = (account, region) == (SEVERAL_PAGES, REGIONS[1])
    for number in range(230 if several else dice.randint(1, 4)):
        engine = dice.choice(list(ENGINES))
        create_instance(rds, f"{engine}-{account[-4:]}-{number:03d}", engine, group, region, dice)
    for number in range(dice.randint(0, 2)):
        create_cluster(rds, f"cluster-{account[-4:]}-{number}", region, dice)


def create_instance(rds, name, engine, group, region, dice):
    storage = dice.choice(["gp2", "gp3", "io1", "standard"])
    request = {
        "DBInstanceIdentifier": name,
        "Engine": engine,
        "EngineVersion": ENGINES[engine],
        "DBInstanceClass": dice.choice(["db.t3.micro", "db.m6g.large", "db.r6i.16xlarge"]),
        "MasterUsername": "admin",
        "MasterUserPassword": "not-a-secret",
        "AllocatedStorage": dice.choice([20, 100, 1024, 65536]),
        "StorageType": storage,
        "MultiAZ": dice.random() < 0.5,
        "PubliclyAccessible": dice.random() < 0.2,
        "StorageEncrypted": dice.random() < 0.5,
        "CopyTagsToSnapshot": dice.random() < 0.5,
        "DeletionProtection": dice.random() < 0.5,
        "AutoMinorVersionUpgrade": dice.random() < 0.5,
        "BackupRetentionPeriod": dice.choice([0, 1, 7, 35]),
        "AvailabilityZone": region + dice.choice("abc"),
        "Tags": tags(dice),
    }
    if storage == "io1":
        request["Iops"] = dice.choice([1000, 64000])
    if engine == "postgres" and dice.random() < 0.5:
        request["DBParameterGroupName"] = group
    if engine == "oracle-ee":
        request["DBName"] = dice.choice(["ORCL", "FIN1"])
    if dice.random() < 0.3:
        request["EnableCloudwatchLogsExports"] = ["audit", "error"]
    if dice.random() < 0.2:
        request["PreferredMaintenanceWindow"] = "sun:23:15-sun:23:45"
    rds.create_db_instance(**request)


def create_cluster(rds, name, region, dice):
    engine = dice.choice(["aurora-mysql", "aurora-postgresql", "neptune"])
    request = {
        "DBClusterIdentifier": name,
        "Engine": engine,
        "MasterUsername": "admin",
        "MasterUserPassword": "not-a-secret",
        "DeletionProtection": dice.random() < 0.5,
        "StorageEncrypted": dice.random() < 0.5,
        "CopyTagsToSnapshot": dice.random() < 0.5,
        "Tags": tags(dice),
    }
    if engine == "aurora-postgresql" and dice.random() < 0.7:
        request["ServerlessV2ScalingConfiguration"] = {"MinCapacity": 0.5, "MaxCapacity": dice.choice([8.0, 127.5])}
    rds.create_db_cluster(**request)
    if engine != "neptune" and dice.random() < 0.6:
        rds.create_db_instance(
            DBInstanceIdentifier=f"{name}-writer",
            DBClusterIdentifier=name,
            Engine=engine,
            DBInstanceClass="db.r6g.large",
            AvailabilityZone=f"{region}a",
        )
