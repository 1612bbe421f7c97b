//! The kinds of resource RDS Fleet knows, one entry a Describe operation. A new kind is one new entry in `DEFINITIONS`.
//!
//! This is the only place that names members of the RDS API: which identify a row, and which a person sees first.
//! Every member of the shape is a column all the same; the list of them comes from `shape`.

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::shape::{self, Answer, Shape, Structure};

/// What we say of a kind; the rest is AWS's model.
struct Definition {
    /// As the AWS CLI names it: `aws rds describe-NAME`.
    name: &'static str,
    operation: &'static str,
    /// What a person calls many of it.
    title: &'static str,
    /// The member by which people know a row.
    identifier: &'static str,
    /// The member that tells rows apart within one account and region, where there is one.
    key: Option<&'static str>,
    /// The member that says how a resource is, where there is one.
    status: Option<&'static str>,
    /// The columns of a grid that nobody has arranged yet, in order.
    first_columns: &'static [&'static str],
    /// What the operation is asked beside its page, such as how far back events go.
    parameters: &'static [(&'static str, &'static str)],
    /// Whether every sweep collects it; the others are collected when a view or a report first wants them.
    always: bool,
}

impl Definition {
    const fn new(name: &'static str, operation: &'static str, title: &'static str) -> Definition {
        Definition {
            name,
            operation,
            title,
            identifier: "",
            key: None,
            status: None,
            first_columns: &[],
            parameters: &[],
            always: false,
        }
    }
}

/// Fourteen days, the furthest that `DescribeEvents` goes back, in minutes.
const FOURTEEN_DAYS: &str = "20160";

const DEFINITIONS: &[Definition] = &[
    Definition {
        identifier: "DBInstanceIdentifier",
        key: Some("DBInstanceArn"),
        status: Some("DBInstanceStatus"),
        first_columns: &[
            "DBInstanceIdentifier",
            "DBInstanceStatus",
            "AccountId",
            "Region",
            "Profiles",
            "Engine",
            "EngineVersion",
            "DBInstanceClass",
            "AllocatedStorage",
            "StorageType",
            "MultiAZ",
            "DBClusterIdentifier",
            "Endpoint",
            "TagList",
        ],
        always: true,
        ..Definition::new("db-instances", "DescribeDBInstances", "DB instances")
    },
    Definition {
        identifier: "DBClusterIdentifier",
        key: Some("DBClusterArn"),
        status: Some("Status"),
        first_columns: &[
            "DBClusterIdentifier",
            "Status",
            "AccountId",
            "Region",
            "Profiles",
            "Engine",
            "EngineVersion",
            "DBClusterMembers",
            "MultiAZ",
            "StorageEncrypted",
            "Endpoint",
            "TagList",
        ],
        always: true,
        ..Definition::new("db-clusters", "DescribeDBClusters", "DB clusters")
    },
    Definition {
        identifier: "DBSnapshotIdentifier",
        key: Some("DBSnapshotArn"),
        status: Some("Status"),
        first_columns: &[
            "DBSnapshotIdentifier",
            "Status",
            "AccountId",
            "Region",
            "DBInstanceIdentifier",
            "SnapshotType",
            "SnapshotCreateTime",
            "Engine",
            "EngineVersion",
            "AllocatedStorage",
            "Encrypted",
            "TagList",
        ],
        ..Definition::new("db-snapshots", "DescribeDBSnapshots", "DB snapshots")
    },
    Definition {
        identifier: "DBClusterSnapshotIdentifier",
        key: Some("DBClusterSnapshotArn"),
        status: Some("Status"),
        first_columns: &[
            "DBClusterSnapshotIdentifier",
            "Status",
            "AccountId",
            "Region",
            "DBClusterIdentifier",
            "SnapshotType",
            "SnapshotCreateTime",
            "Engine",
            "EngineVersion",
            "AllocatedStorage",
            "StorageEncrypted",
            "TagList",
        ],
        ..Definition::new("db-cluster-snapshots", "DescribeDBClusterSnapshots", "DB cluster snapshots")
    },
    Definition {
        identifier: "DBInstanceIdentifier",
        key: Some("DbiResourceId"),
        status: Some("Status"),
        first_columns: &[
            "DBInstanceIdentifier",
            "Status",
            "AccountId",
            "Region",
            "RestoreWindow",
            "BackupRetentionPeriod",
            "Engine",
            "EngineVersion",
            "AllocatedStorage",
            "Encrypted",
        ],
        ..Definition::new(
            "db-instance-automated-backups",
            "DescribeDBInstanceAutomatedBackups",
            "Instance automated backups",
        )
    },
    Definition {
        identifier: "DBClusterIdentifier",
        key: Some("DbClusterResourceId"),
        status: Some("Status"),
        first_columns: &[
            "DBClusterIdentifier",
            "Status",
            "AccountId",
            "Region",
            "RestoreWindow",
            "BackupRetentionPeriod",
            "Engine",
            "EngineVersion",
            "AllocatedStorage",
            "StorageEncrypted",
        ],
        ..Definition::new(
            "db-cluster-automated-backups",
            "DescribeDBClusterAutomatedBackups",
            "Cluster automated backups",
        )
    },
    Definition {
        identifier: "DBParameterGroupName",
        key: Some("DBParameterGroupArn"),
        status: None,
        first_columns: &[
            "DBParameterGroupName",
            "AccountId",
            "Region",
            "DBParameterGroupFamily",
            "Description",
        ],
        ..Definition::new("db-parameter-groups", "DescribeDBParameterGroups", "DB parameter groups")
    },
    Definition {
        identifier: "DBClusterParameterGroupName",
        key: Some("DBClusterParameterGroupArn"),
        status: None,
        first_columns: &[
            "DBClusterParameterGroupName",
            "AccountId",
            "Region",
            "DBParameterGroupFamily",
            "Description",
        ],
        ..Definition::new(
            "db-cluster-parameter-groups",
            "DescribeDBClusterParameterGroups",
            "DB cluster parameter groups",
        )
    },
    Definition {
        identifier: "OptionGroupName",
        key: Some("OptionGroupArn"),
        status: None,
        first_columns: &[
            "OptionGroupName",
            "AccountId",
            "Region",
            "EngineName",
            "MajorEngineVersion",
            "Options",
            "OptionGroupDescription",
        ],
        ..Definition::new("option-groups", "DescribeOptionGroups", "Option groups")
    },
    Definition {
        identifier: "DBSubnetGroupName",
        key: Some("DBSubnetGroupArn"),
        status: Some("SubnetGroupStatus"),
        first_columns: &[
            "DBSubnetGroupName",
            "SubnetGroupStatus",
            "AccountId",
            "Region",
            "VpcId",
            "Subnets",
            "DBSubnetGroupDescription",
        ],
        ..Definition::new("db-subnet-groups", "DescribeDBSubnetGroups", "DB subnet groups")
    },
    Definition {
        identifier: "DBSecurityGroupName",
        key: Some("DBSecurityGroupArn"),
        status: None,
        first_columns: &[
            "DBSecurityGroupName",
            "AccountId",
            "Region",
            "OwnerId",
            "EC2SecurityGroups",
            "IPRanges",
            "DBSecurityGroupDescription",
        ],
        ..Definition::new("db-security-groups", "DescribeDBSecurityGroups", "DB security groups")
    },
    Definition {
        identifier: "DBProxyName",
        key: Some("DBProxyArn"),
        status: Some("Status"),
        first_columns: &[
            "DBProxyName",
            "Status",
            "AccountId",
            "Region",
            "EngineFamily",
            "Endpoint",
            "RequireTLS",
            "VpcId",
        ],
        ..Definition::new("db-proxies", "DescribeDBProxies", "DB proxies")
    },
    Definition {
        identifier: "DBClusterEndpointIdentifier",
        key: Some("Endpoint"),
        status: Some("Status"),
        first_columns: &[
            "DBClusterIdentifier",
            "Status",
            "AccountId",
            "Region",
            "EndpointType",
            "Endpoint",
            "DBClusterEndpointIdentifier",
            "CustomEndpointType",
        ],
        ..Definition::new("db-cluster-endpoints", "DescribeDBClusterEndpoints", "DB cluster endpoints")
    },
    Definition {
        identifier: "GlobalClusterIdentifier",
        key: Some("GlobalClusterArn"),
        status: Some("Status"),
        first_columns: &[
            "GlobalClusterIdentifier",
            "Status",
            "AccountId",
            "Region",
            "Engine",
            "EngineVersion",
            "GlobalClusterMembers",
            "StorageEncrypted",
        ],
        ..Definition::new("global-clusters", "DescribeGlobalClusters", "Global clusters")
    },
    Definition {
        identifier: "CustSubscriptionId",
        key: Some("EventSubscriptionArn"),
        status: Some("Status"),
        first_columns: &[
            "CustSubscriptionId",
            "Status",
            "AccountId",
            "Region",
            "Enabled",
            "SourceType",
            "EventCategoriesList",
            "SnsTopicArn",
        ],
        ..Definition::new("event-subscriptions", "DescribeEventSubscriptions", "Event subscriptions")
    },
    Definition {
        identifier: "SourceIdentifier",
        key: None,
        status: None,
        first_columns: &[
            "Date",
            "SourceIdentifier",
            "SourceType",
            "AccountId",
            "Region",
            "EventCategories",
            "Message",
        ],
        parameters: &[("Duration", FOURTEEN_DAYS)],
        ..Definition::new("events", "DescribeEvents", "Events of 14 days")
    },
    Definition {
        identifier: "ResourceIdentifier",
        key: Some("ResourceIdentifier"),
        status: None,
        first_columns: &["ResourceIdentifier", "AccountId", "Region", "PendingMaintenanceActionDetails"],
        ..Definition::new(
            "pending-maintenance-actions",
            "DescribePendingMaintenanceActions",
            "Pending maintenance actions",
        )
    },
    Definition {
        identifier: "CertificateIdentifier",
        key: Some("CertificateArn"),
        status: None,
        first_columns: &[
            "CertificateIdentifier",
            "AccountId",
            "Region",
            "CertificateType",
            "ValidFrom",
            "ValidTill",
            "CustomerOverride",
        ],
        ..Definition::new("certificates", "DescribeCertificates", "Certificates")
    },
    Definition {
        identifier: "EngineVersion",
        key: None,
        status: Some("Status"),
        first_columns: &[
            "Engine",
            "EngineVersion",
            "Status",
            "AccountId",
            "Region",
            "MajorEngineVersion",
            "DBParameterGroupFamily",
            "DBEngineVersionDescription",
        ],
        ..Definition::new("db-engine-versions", "DescribeDBEngineVersions", "Engine versions")
    },
    Definition {
        identifier: "MajorEngineVersion",
        key: None,
        status: None,
        first_columns: &["Engine", "MajorEngineVersion", "AccountId", "Region", "SupportedEngineLifecycles"],
        ..Definition::new(
            "db-major-engine-versions",
            "DescribeDBMajorEngineVersions",
            "Major engine versions",
        )
    },
    Definition {
        identifier: "ReservedDBInstanceId",
        key: Some("ReservedDBInstanceArn"),
        status: Some("State"),
        first_columns: &[
            "ReservedDBInstanceId",
            "State",
            "AccountId",
            "Region",
            "DBInstanceClass",
            "DBInstanceCount",
            "ProductDescription",
            "MultiAZ",
            "OfferingType",
            "StartTime",
            "Duration",
        ],
        ..Definition::new("reserved-db-instances", "DescribeReservedDBInstances", "Reserved DB instances")
    },
    Definition {
        identifier: "BlueGreenDeploymentName",
        key: Some("BlueGreenDeploymentIdentifier"),
        status: Some("Status"),
        first_columns: &[
            "BlueGreenDeploymentName",
            "Status",
            "AccountId",
            "Region",
            "Source",
            "Target",
            "Tasks",
            "CreateTime",
        ],
        ..Definition::new("blue-green-deployments", "DescribeBlueGreenDeployments", "Blue/green deployments")
    },
    Definition {
        identifier: "RecommendationId",
        key: Some("RecommendationId"),
        status: Some("Status"),
        first_columns: &[
            "Severity",
            "Status",
            "AccountId",
            "Region",
            "ResourceArn",
            "Detection",
            "Recommendation",
            "CreatedTime",
        ],
        ..Definition::new("db-recommendations", "DescribeDBRecommendations", "Recommendations")
    },
    Definition {
        identifier: "DBShardGroupIdentifier",
        key: Some("DBShardGroupArn"),
        status: Some("Status"),
        first_columns: &[
            "DBShardGroupIdentifier",
            "Status",
            "AccountId",
            "Region",
            "DBClusterIdentifier",
            "MinACU",
            "MaxACU",
            "ComputeRedundancy",
            "Endpoint",
        ],
        ..Definition::new("db-shard-groups", "DescribeDBShardGroups", "DB shard groups")
    },
    Definition {
        identifier: "IntegrationName",
        key: Some("IntegrationArn"),
        status: Some("Status"),
        first_columns: &[
            "IntegrationName",
            "Status",
            "AccountId",
            "Region",
            "SourceArn",
            "TargetArn",
            "CreateTime",
        ],
        ..Definition::new("integrations", "DescribeIntegrations", "Zero-ETL integrations")
    },
    Definition {
        identifier: "TenantDBName",
        key: Some("TenantDatabaseARN"),
        status: Some("Status"),
        first_columns: &[
            "TenantDBName",
            "Status",
            "AccountId",
            "Region",
            "DBInstanceIdentifier",
            "MasterUsername",
            "CharacterSetName",
        ],
        ..Definition::new("tenant-databases", "DescribeTenantDatabases", "Tenant databases")
    },
    Definition {
        identifier: "ExportTaskIdentifier",
        key: Some("ExportTaskIdentifier"),
        status: Some("Status"),
        first_columns: &[
            "ExportTaskIdentifier",
            "Status",
            "AccountId",
            "Region",
            "SourceArn",
            "S3Bucket",
            "PercentProgress",
            "TaskStartTime",
        ],
        ..Definition::new("export-tasks", "DescribeExportTasks", "Export tasks")
    },
    Definition {
        identifier: "AccountQuotaName",
        key: Some("AccountQuotaName"),
        status: None,
        first_columns: &["AccountQuotaName", "AccountId", "Region", "Used", "Max"],
        ..Definition::new("account-attributes", "DescribeAccountAttributes", "Quotas")
    },
];

/// One kind of resource: a Describe operation, its answer's shape, and so the table's columns.
#[derive(Debug)]
pub struct Kind {
    /// As the AWS CLI names it: `db-instances` for `aws rds describe-db-instances`.
    pub name: &'static str,
    /// The API's operation, such as `DescribeDBInstances`.
    pub operation: &'static str,
    /// What a person calls it, such as `DB instances`.
    pub title: &'static str,
    /// The member by which people know a row, such as `DBInstanceIdentifier`.
    pub identifier: &'static str,
    /// The member that is different in every row of one account and region, where there is one.
    pub key: Option<&'static str>,
    /// The member that says how a resource is, such as `DBInstanceStatus`, where there is one.
    pub status: Option<&'static str>,
    /// What the operation is asked beside its page.
    pub parameters: &'static [(&'static str, &'static str)],
    /// Whether every sweep collects it.
    pub always: bool,
    /// The columns shown until somebody chooses others.
    pub first_columns: &'static [&'static str],
    pub answer: Answer,
    /// What one row is in AWS's model.
    pub structure: Arc<Structure>,
    /// `AccountId`, `Region`, `Profiles`, then every member of the shape in AWS's order.
    pub columns: Vec<Column>,
}

/// One column of a kind's table.
#[derive(Debug)]
pub struct Column {
    /// AWS's name for the member, or one of ours (`AccountId`, `Region`, `Profiles`).
    pub name: String,
    pub shape: Shape,
    /// Whether the column is RDS Fleet's own and not a member of AWS's shape.
    pub own: bool,
}

/// The columns that every kind has before AWS's members.
pub const OWN_COLUMNS: [&str; 3] = ["AccountId", "Region", "Profiles"];

impl Kind {
    /// The place of a column in `columns`.
    pub fn column(&self, name: &str) -> Option<usize> {
        match OWN_COLUMNS.iter().position(|own| *own == name) {
            Some(at) => Some(at),
            None => self.structure.position(name).map(|at| at + OWN_COLUMNS.len()),
        }
    }

    /// The table's name in the store: `db_instances`.
    pub fn table(&self) -> String {
        self.name.replace('-', "_")
    }

    /// The kind as `rds-fleet-cli kinds --format json` prints it.
    pub fn describe(&self) -> Value {
        let columns: Vec<Value> = self
            .columns
            .iter()
            .map(|column| {
                let mut entry = json!({
                    "name": column.name,
                    "source": if column.own { "rds-fleet" } else { "aws" },
                });
                if let (Value::Object(entry), Value::Object(shape)) = (&mut entry, column.shape.describe()) {
                    entry.extend(shape);
                }
                entry
            })
            .collect();
        json!({ "kind": self.name, "operation": self.operation, "identifier": self.identifier, "columns": columns })
    }
}

/// Every kind, in the order in which they are offered.
pub fn kinds() -> &'static [Kind] {
    &KINDS
}

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

#[expect(clippy::expect_used, reason = "a definition is part of the program, and a test makes all of them")]
static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    DEFINITIONS
        .iter()
        .map(|definition| {
            let answer =
                shape::answer(definition.operation).expect("a definition names an operation of the model");
            let Shape::Structure(structure) = answer.shape.of.clone() else {
                unreachable!("a definition's answer is a list of structures")
            };
            // AWS gives automated backups a Region as well: that of their database, which for a replicated backup is
            // another than the one it was collected in. Two columns cannot have one name; the database's ARN says it.
            let structure = Arc::new(structure.without(&OWN_COLUMNS));
            let own = OWN_COLUMNS.iter().map(|name| Column {
                name: (*name).to_owned(),
                shape: if *name == "Profiles" {
                    Shape::List(Arc::new(shape::List { element: "member".to_owned(), of: Shape::String }))
                } else {
                    Shape::String
                },
                own: true,
            });
            let members = structure.members.iter().map(|member| Column {
                name: member.name.clone(),
                shape: member.shape.clone(),
                own: false,
            });
            Kind {
                name: definition.name,
                operation: definition.operation,
                title: definition.title,
                identifier: definition.identifier,
                key: definition.key,
                status: definition.status,
                parameters: definition.parameters,
                always: definition.always,
                first_columns: definition.first_columns,
                columns: own.chain(members).collect(),
                structure,
                answer,
            }
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_names_members_that_exist() {
        for kind in kinds() {
            let named = [Some(kind.identifier), kind.key, kind.status].into_iter().flatten();
            for name in kind.first_columns.iter().copied().chain(named) {
                assert!(kind.column(name).is_some(), "{}: {name}", kind.name);
            }
        }
    }
}
