"""What AWS computes and fills in, and the engine family, compared over real HTTP.

One account behind a Query endpoint: Multi-AZ DB clusters, Aurora clusters and instances of every sort of engine, with
parameter groups whose values are formulas and texts with variables.
"""

import csv
import io
import json
from collections import Counter
from xml.sax.saxutils import escape

import pytest
from standins import RDS_NAMESPACE, AwsError, QueryEndpoint

ACCOUNT = "111122223333"
ARN = f"arn:aws:rds:eu-central-1:{ACCOUNT}:"


def xml(value):
    """Elements of a dictionary; a list holds (name of an item, value) pairs."""
    if isinstance(value, dict):
        return "".join(f"<{name}>{xml(inner)}</{name}>" for name, inner in value.items())
    if isinstance(value, list):
        return "".join(f"<{name}>{xml(inner)}</{name}>" for name, inner in value)
    return escape(value if isinstance(value, str) else json.dumps(value))


def instance(name, engine, version, klass="db.r6g.large", group=None, **more):
    groups = [("DBParameterGroup", {"DBParameterGroupName": group, "ParameterApplyStatus": "in-sync"})] if group else []
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceArn": f"{ARN}db:{name}",
        "Engine": engine,
        "EngineVersion": version,
        "DBInstanceClass": klass,
        "AllocatedStorage": 100,
        "Endpoint": {"Address": f"{name}.example", "Port": 5432},
        "DBParameterGroups": groups,
    } | more


def cluster(name, engine, version, group, members=(), **more):
    writer = next(iter(members), None)
    members = [
        ("DBClusterMember", {"DBInstanceIdentifier": member, "IsClusterWriter": member == writer}) for member in members
    ]
    return {
        "DBClusterIdentifier": name,
        "DBClusterArn": f"{ARN}cluster:{name}",
        "Engine": engine,
        "EngineVersion": version,
        "Port": 5432,
        "DBClusterParameterGroup": group,
        "DBClusterMembers": members,
    } | more


def parameters(data_types, **values):
    return [
        {"ParameterName": name, "ParameterValue": value, "Source": "user", "DataType": data_types.get(name, "integer")}
        for name, value in values.items()
    ]


CONNECTIONS = "LEAST({DBInstanceClassMemory/9531392},5000)"
BOOLEANS = {"wal_compression": "boolean", "read_only": "boolean"}
OF_POSTGRES = parameters(BOOLEANS, max_connections=CONNECTIONS, wal_compression="{DBInstanceVCPU} > 2")
OF_AURORA = parameters(BOOLEANS, max_connections=CONNECTIONS, read_only="{TrueIfReplica}")
ORACLE = "19.0.0.0.ru-2026-07.rur-2026-07.r1"
TEXTS = {name: "string" for name in ("db_unique_name", "control_files", "local_listener")}
OF_ORACLE = parameters(
    TEXTS,
    db_unique_name="{dbName}_{DBUniqueNameSuffix}",
    control_files="/rdsdbdata/db/{dbName}_A/control-01.ctl",
    local_listener="(address=(protocol=tcp)(host=)(port={EndPointPort}))",
    processes="LEAST({DBInstanceClassMemory/9868951}, 20000)",
)

INSTANCES = [
    instance("pg-large", "postgres", "16.10", "db.r6g.large", "own-postgres"),
    instance("pg-large-2", "postgres", "16.10", "db.r6g.large", "own-postgres"),
    instance("pg-4xlarge", "postgres", "16.8", "db.r6g.4xlarge", "own-postgres"),
    instance("pg-8xlarge", "postgres", "16.8", "db.r6g.8xlarge", "own-postgres"),
    instance("pg-plain", "postgres", "16.8", "db.r6g.large", "plain-postgres"),
    instance("pg-serverless-like", "postgres", "16.8", "db.r99.large", "own-postgres"),
    instance("pg-denied", "postgres", "16.8", "db.r6g.large", "denied-group"),
    instance("my", "mysql", "8.0.43", "db.r6g.large", "own-mysql"),
    instance("my-replica", "mysql", "8.0.43", "db.r6g.large", "own-mysql", ReadReplicaSourceDBInstanceIdentifier="my"),
    instance("ledger", "oracle-ee", ORACLE, "db.r5.large", "own-oracle", DBName="LEDGER"),
    instance("sales", "oracle-ee", ORACLE, "db.r5.4xlarge", "own-oracle", DBName="SALES"),
    instance("ms", "sqlserver-se", "15.00.4430.1.v1", "db.r5.large", "default.sqlserver-se-15.0"),
    instance("maria", "mariadb", "10.11.14", "db.r6g.large", "default.mariadb10.11"),
    instance("db2", "db2-se", "11.5.9.0.sb00063198.r1", "db.r6i.large", "default.db2-se-11.5"),
    instance("custom", "custom-oracle-ee", "19.my_cev1", "db.r5.large", "default.custom-oracle-ee-19"),
    instance("nep12", "neptune", "1.2.1.0", "db.r6g.large", "default.neptune1.2"),
    instance("nep13", "neptune", "1.3.2.1", "db.r6g.large", "default.neptune1.3"),
    instance("doc", "docdb", "5.0.0", "db.r6g.large", DBClusterIdentifier="docs"),
    instance("lost", "postgres", "16.10", "db.r6g.large", "gone-group"),
    instance("aur-1", "aurora-mysql", "8.0.mysql_aurora.3.08.2", group="own-aurora", DBClusterIdentifier="aur"),
    instance("aur-2", "aurora-mysql", "8.0.mysql_aurora.3.08.2", group="own-aurora", DBClusterIdentifier="aur"),
    instance("bur-1", "aurora-mysql", "8.0.mysql_aurora.3.08.2", group="own-aurora", DBClusterIdentifier="bur"),
    instance(
        "mixed-1", "aurora-mysql", "8.0.mysql_aurora.3.08.2", group="own-aurora", DBClusterIdentifier="mixed"
    ),
    instance(
        "mixed-2",
        "aurora-mysql",
        "8.0.mysql_aurora.3.08.2",
        "db.r6g.4xlarge",
        "own-aurora",
        DBClusterIdentifier="mixed",
    ),
]
MULTI_AZ = {"AllocatedStorage": 100}
AURORA = ("aurora-mysql", "8.0.mysql_aurora.3.08.2", "own-aurora-cluster")
CLUSTERS = [
    cluster("maz-a", "postgres", "16.10", "own-maz", DBClusterInstanceClass="db.r6gd.large", **MULTI_AZ),
    cluster("maz-b", "postgres", "16.10", "own-maz", DBClusterInstanceClass="db.r6gd.xlarge", **MULTI_AZ),
    cluster("maz-c", "postgres", "16.10", "own-maz", DBClusterInstanceClass="db.r6gd.large", **MULTI_AZ),
    cluster("maz-new", "postgres", "16.10", "own-maz", DBClusterInstanceClass="db.r99.large", **MULTI_AZ),
    cluster("maz-none", "postgres", "16.10", "own-maz", **MULTI_AZ),
    cluster("aur", *AURORA, members=["aur-1", "aur-2"]),
    cluster("bur", *AURORA, members=["bur-1"]),
    cluster("mixed", *AURORA, members=["mixed-1", "mixed-2"]),
    cluster("empty", *AURORA),
    cluster("docs", "docdb", "5.0.0", "own-docs", members=["doc"]),
]
GROUPS = {
    "own-postgres": ("postgres16-special", OF_POSTGRES),
    "plain-postgres": ("postgres16", parameters(BOOLEANS, max_connections="5000", wal_compression="on")),
    "own-mysql": ("mysql8.0", parameters(BOOLEANS, read_only="{TrueIfReplica}")),
    "own-oracle": ("oracle-ee-19", OF_ORACLE),
    "own-aurora": ("aurora-mysql8.0", OF_AURORA),
    "denied-group": ("postgres16", None),
}
CLUSTER_GROUPS = {
    "own-maz": ("postgres16", OF_POSTGRES),
    "own-aurora-cluster": ("aurora-mysql8.0", OF_AURORA),
    "own-docs": ("docdb5.0", []),
}


class Account:
    """Answers as RDS would."""

    def __init__(self):
        self.calls = Counter()
        self.denied = set()

    def answer(self, request):
        action = request.parameters["Action"]
        self.calls[action] += 1
        if action in self.denied:
            raise AwsError(403, "AccessDenied", f"not authorized to perform: rds:{action}")
        name, items = self.items(action, request.parameters)
        inner = xml({name: items})
        return (
            f'<{action}Response xmlns="{RDS_NAMESPACE}"><{action}Result>{inner}</{action}Result></{action}Response>'
        ).encode()

    def items(self, action, asked):
        match action:
            case "DescribeDBInstances":
                return "DBInstances", [("DBInstance", each) for each in INSTANCES]
            case "DescribeDBClusters":
                return "DBClusters", [("DBCluster", each) for each in CLUSTERS]
            case "DescribeDBParameterGroups":
                return "DBParameterGroups", [
                    (
                        "DBParameterGroup",
                        {
                            "DBParameterGroupName": name,
                            "DBParameterGroupArn": f"{ARN}pg:{name}",
                            "DBParameterGroupFamily": family,
                        },
                    )
                    for name, (family, _) in GROUPS.items()
                ]
            case "DescribeDBClusterParameterGroups":
                return "DBClusterParameterGroups", [
                    (
                        "DBClusterParameterGroup",
                        {
                            "DBClusterParameterGroupName": name,
                            "DBClusterParameterGroupArn": f"{ARN}cluster-pg:{name}",
                            "DBParameterGroupFamily": family,
                        },
                    )
                    for name, (family, _) in CLUSTER_GROUPS.items()
                ]
            case "DescribeDBParameters" | "DescribeDBClusterParameters":
                name = asked.get("DBParameterGroupName") or asked["DBClusterParameterGroupName"]
                of = GROUPS if action == "DescribeDBParameters" else CLUSTER_GROUPS
                family, rows = of.get(name, ("", []))
                if name == "gone-group":
                    raise AwsError(404, "DBParameterGroupNotFound", f"DBParameterGroup not found: {name}")
                if name.startswith("default."):
                    rows = [
                        {
                            "ParameterName": "query_timeout",
                            "ParameterValue": str(len(name)) + name[-1],
                            "Source": "engine-default",
                            "DataType": "integer",
                        }
                    ]
                return "Parameters", [("Parameter", each) for each in rows or []]
            case "DescribeOptionGroups":
                return "OptionGroupsList", []
        raise AwsError(400, "InvalidAction", action)


@pytest.fixture(scope="module")
def account():
    return Account()


@pytest.fixture(scope="module")
def address(account):
    with QueryEndpoint(lambda key: ACCOUNT, account.answer).serving() as address:
        yield address


@pytest.fixture
def cli(tmp_path, address, run_fresh):
    (tmp_path / "config").write_text(
        "[profile a]\naws_access_key_id = AKIAGOOD\naws_secret_access_key = secret\nregion = eu-central-1\n"
    )
    (tmp_path / "credentials").touch()
    environment = {
        "AWS_CONFIG_FILE": tmp_path / "config",
        "AWS_SHARED_CREDENTIALS_FILE": tmp_path / "credentials",
        "AWS_ENDPOINT_URL": address,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:9",
        "RDS_FLEET_STORE": tmp_path / "store.sqlite",
    }
    return lambda *arguments: run_fresh(*arguments, env=environment)


def compared(cli, *names):
    done = cli("compare", "--format", "json", *names)
    assert done.code == 0, done.stderr
    document = json.loads(done.stdout)
    return {setting["setting"]: setting for setting in document["settings"]}, document


def second(settings, name):
    cell = settings[name]["values"][1]
    return cell["verdict"], cell["reason"]


def listed(cli, *arguments, code=0):
    done = cli("values", "--format", "json", *arguments)
    assert done.code == code, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("other", "verdict", "reason"),
    [
        ("maz-b", "different", "DBClusterInstanceClass"),
        ("maz-c", "equal", "the same formula"),
        ("maz-new", "not-known", "DBInstanceClassMemory is not known: the instance class is not in the table"),
        ("maz-none", "not-known", "DBInstanceClassMemory is not known: the cluster has no instances"),
        ("empty", "not-known", "DBInstanceClassMemory is not known: the cluster has no instances"),
        ("mixed", "not-known", "of several classes: db.r6g.4xlarge, db.r6g.large"),
    ],
)
def test_a_clusters_formula_is_of_its_own_class(cli, other, verdict, reason):
    settings, _ = compared(cli, "maz-a", other)
    found = second(settings, "max_connections")
    assert found[0] == verdict and reason in found[1], found
    if other == "maz-b":
        assert settings["max_connections"]["followsFrom"] == "DBClusterInstanceClass"
        cells = settings["wal_compression"]["values"]
        assert [cell["computed"] for cell in cells] == ["0", "1"] and cells[1]["verdict"] == "different"


@pytest.mark.parametrize(
    ("one", "other", "connections"),
    [("aur", "bur", "not-known"), ("aur", "mixed", "not-known"), ("empty", "maz-none", "not-known")],
)
def test_clusters_that_have_no_class_are_not_simply_equal(cli, one, other, connections):
    settings, _ = compared(cli, one, other)
    verdict, reason = second(settings, "max_connections")
    if (one, other) == ("aur", "bur"):
        # All their instances are of one class.
        assert (verdict, reason) == ("equal", "the same formula")
        # Writer and readers have it alike on both.
        assert second(settings, "read_only")[0] == "equal"
    else:
        assert verdict == connections and reason, reason


def test_an_aurora_instance_is_a_replica_by_its_role(cli):
    settings, _ = compared(cli, "aur-1", "aur-2")
    assert [cell["computed"] for cell in settings["read_only"]["values"]] == ["0", "1"]
    assert second(settings, "read_only") == ("different", "the same formula, which follows from DBClusterMembers")
    settings, _ = compared(cli, "aur-1", "bur-1")
    assert second(settings, "read_only") == ("equal", "the same formula")


def test_texts_with_variables_are_equal_on_any_class_and_filled_in(cli):
    settings, _ = compared(cli, "ledger", "sales")
    for name in ["db_unique_name", "control_files"]:
        assert second(settings, name)[0] == "equal", settings[name]
    assert settings["control_files"]["values"][1]["computed"] == "/rdsdbdata/db/SALES_A/control-01.ctl"
    assert settings["db_unique_name"]["values"][0]["computed"] == "LEDGER_{DBUniqueNameSuffix}"
    assert settings["local_listener"]["values"][0]["computed"] == "(address=(protocol=tcp)(host=)(port=5432))"
    assert second(settings, "processes")[0] == "different"


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("pg-large", "postgres16-special"),
        ("my", "mysql8.0"),
        ("ledger", "oracle-ee-19"),
        ("ms", "sqlserver-se-15.0"),
        ("maria", "mariadb10.11"),
        ("db2", "db2-se-11.5"),
        ("custom", "custom-oracle-ee-19"),
        ("nep12", "neptune1.2"),
        ("nep13", "neptune1.3"),
        ("doc", "docdb5.0"),
        ("aur-1", "aurora-mysql8.0"),
        ("lost", None),
    ],
)
def test_the_engine_family_is_what_aws_calls_it(cli, name, family):
    done = cli("compare", "--format", "json", name, "pg-plain" if name != "pg-plain" else "my")
    assert json.loads(done.stdout)["databases"][0]["DBParameterGroupFamily"] == family, done.stderr


def test_a_family_that_is_not_known_is_said_and_never_made_up(cli):
    done = cli("values", "--where", "Engine is postgres", "--family", "postgres16")
    assert "the engine family is not known of" in done.stderr and "/lost" in done.stderr
    # Neither is it the other 16 of the account.
    done = cli("values", "--where", "Engine is postgres", "--family", "postgres16-other")
    assert done.code == 2 and "postgres16-special" in done.stderr, done.stderr


def test_databases_of_families_that_differ_say_so_where_the_engine_has_it(cli):
    settings, _ = compared(cli, "nep12", "nep13")
    assert second(settings, "query_timeout") == ("different", "another number, as the engine's version has it")
    assert settings["query_timeout"]["followsFrom"] == "EngineVersion"
    # Of one family whatever the minor version: what differs there differs for itself.
    settings, _ = compared(cli, "pg-large", "pg-8xlarge")
    assert second(settings, "max_connections") == ("different", "the same formula on another class")


@pytest.mark.parametrize("denied", ["DescribeDBParameterGroups", "DescribeDBClusterParameterGroups"])
def test_a_family_that_may_not_be_read_is_not_known_and_the_comparison_goes_on(cli, account, denied):
    account.denied.add(denied)
    try:
        names = ("pg-large", "pg-large-2") if denied == "DescribeDBParameterGroups" else ("maz-a", "maz-c")
        done = cli("compare", "--format", "json", *names)
    finally:
        account.denied.clear()
    document = json.loads(done.stdout)
    assert [each["DBParameterGroupFamily"] for each in document["databases"]] == [None, None]
    settings = {setting["setting"]: setting for setting in document["settings"]}
    assert second(settings, "max_connections") == ("equal", "the same formula")
    assert denied in done.stderr


def test_the_family_costs_one_call_and_none_where_the_groups_name_tells_it(cli, account):
    account.calls.clear()
    compared(cli, "pg-large", "pg-4xlarge")
    assert account.calls["DescribeDBParameterGroups"] == 1
    assert account.calls["DescribeDBEngineVersions"] == 0
    account.calls.clear()
    compared(cli, "nep12", "nep13")
    assert account.calls["DescribeDBParameterGroups"] == 0


def test_values_say_what_a_formula_comes_to(cli):
    [setting] = listed(cli, "--setting", "max_connections", "--where", "Engine is postgres", code=3)
    found = [(value["value"], value["computed"], len(value["databases"])) for value in setting["values"]]
    assert (CONNECTIONS, "5000", 2) not in found, "5000 that somebody has set is the same"
    same = next(value for value in setting["values"] if len(value["databases"]) == 3)
    assert same["computed"] == "5000" and [name.rsplit("/", 1)[1] for name in same["databases"]] == [
        "pg-4xlarge",
        "pg-8xlarge",
        "pg-plain",
    ]
    ranges = [value for value in setting["values"] if (value["computed"] or "").startswith("about ")]
    assert [len(value["databases"]) for value in ranges] == [2]
    unknown = [value for value in setting["values"] if (value["computed"] or "").startswith("not known: ")]
    assert [name.rsplit("/", 1)[1] for name in unknown[0]["databases"]] == ["pg-serverless-like"]

    # All that were asked are somewhere.
    counted = sum(len(value["databases"]) for value in setting["values"])
    counted += sum(len(each["databases"]) for each in setting["notKnown"])
    assert counted == sum(each["Engine"] == "postgres" for each in INSTANCES)
    # And what is said of one is what a comparison says.
    settings, document = compared(cli, "pg-large", "pg-4xlarge")
    cells = settings["max_connections"]["values"]
    assert [cell["computed"] for cell in cells] == [ranges[0]["computed"], "5000"]


def test_values_are_written_as_a_table_and_as_csv_as_well(cli):
    arguments = ("--setting", "wal_compression", "--where", "DBInstanceIdentifier is pg-large")
    done = cli("values", *arguments)
    assert "Comes to" in done.stdout and "{DBInstanceVCPU} > 2" in done.stdout
    done = cli("values", *arguments, "--format", "csv")
    [row] = csv.DictReader(io.StringIO(done.stdout.removeprefix("\ufeff")))
    assert (row["Value"], row["Comes to"], row["Databases"]) == ("{DBInstanceVCPU} > 2", "0", "1")
    done = cli("values", "--format", "xlsx")
    assert done.code == 2 and "table, csv, json" in done.stderr


@pytest.mark.parametrize(
    ("setting", "where", "expected"),
    [
        ("read_only", "Engine is mysql", ["0", "1"]),
        ("wal_compression", "DBInstanceIdentifier in (pg-large, pg-4xlarge)", ["0", "1"]),
        (
            "control_files",
            "Engine is oracle-ee",
            # One text with each database's own name in it: the first stands for both.
            ["/rdsdbdata/db/LEDGER_A/control-01.ctl"],
        ),
    ],
)
def test_values_tell_one_formula_apart_by_what_it_comes_to(cli, setting, where, expected):
    [found] = listed(cli, "--setting", setting, "--where", where)
    assert sorted(value["computed"] for value in found["values"]) == expected


def test_values_of_clusters_are_of_their_class(cli):
    where = "DBClusterIdentifier matches maz-[abc]"
    [found] = listed(cli, "--clusters", "--setting", "wal_compression", "--where", where)
    assert sorted((value["computed"], len(value["databases"])) for value in found["values"]) == [("0", 2), ("1", 1)]


def test_a_baseline_says_the_formula_and_does_not_drift_from_another_class(cli, tmp_path):
    file = tmp_path / "baseline.toml"
    assert cli("baseline", "b", "pg-large", "-o", file).code == 0
    assert 'family = "postgres16-special"' in file.read_text()
    done = cli("drift", "--baseline", file, "--format", "json", "pg-4xlarge")
    departs = {departure["setting"] for departure in json.loads(done.stdout)["departures"]}
    assert "DBInstanceClass" in departs and "max_connections" not in departs
    assert cli("drift", "--baseline", file, "pg-large").code == 0
    assert cli("baseline", "o", "ledger", "-o", file).code == 0
    assert cli("drift", "--baseline", file, "ledger").code == 0
