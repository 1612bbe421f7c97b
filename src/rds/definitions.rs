//! What we say of each kind of resource: one entry a Describe operation. A new kind is one new entry here.
//!
//! With `readable`, `sections` and the table of `related` this is the only place that names members of the RDS API: which
//! identify a row, which says how it is, and which a person sees first. Every member of the shape is a column all the same; the list of them comes from
//! `shape`.

/// What we say of a kind; the rest is AWS's model.
#[derive(Debug)]
pub struct Definition {
    /// As the AWS CLI names it: `db-instances` for `aws rds describe-db-instances`.
    pub name: &'static str,
    /// The API's operation, such as `DescribeDBInstances`.
    pub operation: &'static str,
    /// What a person calls many of it, such as `DB instances`.
    pub title: &'static str,
    /// The member by which people know a row, such as `DBInstanceIdentifier`.
    pub identifier: &'static str,
    /// The members that together tell rows of one account and region apart; none where only the whole row does.
    pub key: &'static [&'static str],
    /// Members that move by themselves, without anybody changing the resource: they make no new version of it. So do members
    /// of which an older version of this program knew nothing, while stores are about that it wrote.
    pub volatile: &'static [&'static str],
    /// Members of AWS's that have the name of a column of ours, each with the name of their own column.
    pub renamed: &'static [(&'static str, &'static str)],
    /// The member that says how a resource is, where there is one.
    pub status: Option<&'static str>,
    /// The columns of a grid that nobody has arranged yet, in order.
    pub first_columns: &'static [&'static str],
    /// The member that says when something happened, where rows are what happened: they are read from the newest on.
    pub happened: Option<&'static str>,
    /// What the operation is asked beside its page, such as how far back events go.
    pub parameters: &'static [(&'static str, &'static str)],
    /// The options with which `aws rds describe-…` shows a row alone, each with the member whose value it takes.
    pub options: &'static [(&'static str, &'static str)],
    /// The same where the AWS CLI has no option of its own: names of `--filters`.
    pub filters: &'static [(&'static str, &'static str)],
    /// Whether every sweep collects it; the others are collected when a view or a report first wants them.
    pub always: bool,
    /// Whether it is a catalogue of AWS's, the same for every account: asked once a region, and nobody's own. What an
    /// account has added to it (custom engine versions) is told only of the account that was asked.
    pub shared: bool,
    /// Whose rows name what is asked for, where AWS cannot be asked for all at once.
    pub parent: Option<Parent>,
}

/// The kind whose rows name the children: one call for each name and page.
#[derive(Debug)]
pub struct Parent {
    /// The parent's name, such as `db-instances`.
    pub kind: &'static str,
    /// The members that lead from a parent's row to the names, through lists.
    pub path: &'static [&'static str],
    /// The request's parameter that takes a name; also the member that tells it in each row.
    pub parameter: &'static str,
    /// AWS's code for a name that went since the parent was read.
    pub not_found: &'static str,
}

impl Definition {
    const fn new(name: &'static str, operation: &'static str, title: &'static str) -> Definition {
        Definition {
            name,
            operation,
            title,
            identifier: "",
            key: &[],
            volatile: &[],
            renamed: &[],
            status: None,
            first_columns: &[],
            happened: None,
            parameters: &[],
            options: &[],
            filters: &[],
            always: false,
            shared: false,
            parent: None,
        }
    }
}

/// Fourteen days, the furthest that `DescribeEvents` goes back, in minutes.
const FOURTEEN_DAYS: &str = "20160";

/// Members that are amounts, of whatever kind: their sum over many resources means something, as that of ports,
/// percentages and periods does not.
pub const AMOUNTS: &[&str] = &[
    "AllocatedStorage",
    "BacktrackConsumedChangeRecords",
    "Capacity",
    "DBInstanceCount",
    "FullSnapshotSizeInBytes",
    "Iops",
    "MaxACU",
    "MaxAllocatedStorage",
    "Max",
    "MinACU",
    "StorageThroughput",
    "TotalExtractedDataInGB",
    "Used",
];

pub const DEFINITIONS: &[Definition] = &[
    Definition {
        identifier: "DBInstanceIdentifier",
        key: &["DBInstanceArn"],
        volatile: &["LatestRestorableTime", "PercentProgress", "StorageOperationPercentProgress"],
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
        options: &[("db-instance-identifier", "DBInstanceIdentifier")],
        ..Definition::new("db-instances", "DescribeDBInstances", "DB instances")
    },
    Definition {
        identifier: "DBClusterIdentifier",
        key: &["DBClusterArn"],
        volatile: &[
            "BacktrackConsumedChangeRecords",
            "Capacity",
            "EarliestBacktrackTime",
            "EarliestRestorableTime",
            "LatestRestorableTime",
            "PercentProgress",
        ],
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
        options: &[("db-cluster-identifier", "DBClusterIdentifier")],
        ..Definition::new("db-clusters", "DescribeDBClusters", "DB clusters")
    },
    Definition {
        identifier: "DBSnapshotIdentifier",
        key: &["DBSnapshotArn"],
        volatile: &["PercentProgress"],
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
        options: &[("db-snapshot-identifier", "DBSnapshotIdentifier")],
        ..Definition::new("db-snapshots", "DescribeDBSnapshots", "DB snapshots")
    },
    Definition {
        identifier: "DBClusterSnapshotIdentifier",
        key: &["DBClusterSnapshotArn"],
        volatile: &["PercentProgress"],
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
        options: &[("db-cluster-snapshot-identifier", "DBClusterSnapshotIdentifier")],
        ..Definition::new("db-cluster-snapshots", "DescribeDBClusterSnapshots", "DB cluster snapshots")
    },
    Definition {
        identifier: "DBInstanceIdentifier",
        key: &["DbiResourceId", "DBInstanceAutomatedBackupsArn"],
        volatile: &["BackupRegion", "RestoreWindow"],
        renamed: &[("Region", "BackupRegion")],
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
        options: &[("dbi-resource-id", "DbiResourceId")],
        ..Definition::new(
            "db-instance-automated-backups",
            "DescribeDBInstanceAutomatedBackups",
            "Instance automated backups",
        )
    },
    Definition {
        identifier: "DBClusterIdentifier",
        key: &["DbClusterResourceId", "DBClusterAutomatedBackupsArn"],
        volatile: &["BackupRegion", "RestoreWindow"],
        renamed: &[("Region", "BackupRegion")],
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
        options: &[("db-cluster-resource-id", "DbClusterResourceId")],
        ..Definition::new(
            "db-cluster-automated-backups",
            "DescribeDBClusterAutomatedBackups",
            "Cluster automated backups",
        )
    },
    Definition {
        identifier: "DBParameterGroupName",
        key: &["DBParameterGroupArn"],
        status: None,
        first_columns: &[
            "DBParameterGroupName",
            "AccountId",
            "Region",
            "DBParameterGroupFamily",
            "Description",
        ],
        options: &[("db-parameter-group-name", "DBParameterGroupName")],
        ..Definition::new("db-parameter-groups", "DescribeDBParameterGroups", "DB parameter groups")
    },
    Definition {
        identifier: "DBClusterParameterGroupName",
        key: &["DBClusterParameterGroupArn"],
        status: None,
        first_columns: &[
            "DBClusterParameterGroupName",
            "AccountId",
            "Region",
            "DBParameterGroupFamily",
            "Description",
        ],
        options: &[("db-cluster-parameter-group-name", "DBClusterParameterGroupName")],
        ..Definition::new(
            "db-cluster-parameter-groups",
            "DescribeDBClusterParameterGroups",
            "DB cluster parameter groups",
        )
    },
    Definition {
        identifier: "ParameterName",
        key: &["DBParameterGroupName", "ParameterName"],
        first_columns: &[
            "DBParameterGroupName",
            "ParameterName",
            "ParameterValue",
            "Source",
            "AccountId",
            "Region",
            "ApplyType",
            "ApplyMethod",
            "DataType",
            "AllowedValues",
            "IsModifiable",
        ],
        parent: Some(Parent {
            kind: "db-instances",
            path: &["DBParameterGroups", "DBParameterGroupName"],
            parameter: "DBParameterGroupName",
            not_found: "DBParameterGroupNotFound",
        }),
        options: &[("db-parameter-group-name", "DBParameterGroupName")],
        ..Definition::new("db-parameters", "DescribeDBParameters", "DB parameters")
    },
    Definition {
        identifier: "ParameterName",
        key: &["DBClusterParameterGroupName", "ParameterName"],
        first_columns: &[
            "DBClusterParameterGroupName",
            "ParameterName",
            "ParameterValue",
            "Source",
            "AccountId",
            "Region",
            "ApplyType",
            "ApplyMethod",
            "DataType",
            "AllowedValues",
            "IsModifiable",
        ],
        parent: Some(Parent {
            kind: "db-clusters",
            path: &["DBClusterParameterGroup"],
            parameter: "DBClusterParameterGroupName",
            not_found: "DBParameterGroupNotFound",
        }),
        options: &[("db-cluster-parameter-group-name", "DBClusterParameterGroupName")],
        ..Definition::new("db-cluster-parameters", "DescribeDBClusterParameters", "DB cluster parameters")
    },
    Definition {
        identifier: "OptionGroupName",
        key: &["OptionGroupArn"],
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
        options: &[("option-group-name", "OptionGroupName")],
        ..Definition::new("option-groups", "DescribeOptionGroups", "Option groups")
    },
    Definition {
        identifier: "DBSubnetGroupName",
        key: &["DBSubnetGroupArn"],
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
        options: &[("db-subnet-group-name", "DBSubnetGroupName")],
        ..Definition::new("db-subnet-groups", "DescribeDBSubnetGroups", "DB subnet groups")
    },
    Definition {
        identifier: "DBSecurityGroupName",
        key: &["DBSecurityGroupArn"],
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
        options: &[("db-security-group-name", "DBSecurityGroupName")],
        ..Definition::new("db-security-groups", "DescribeDBSecurityGroups", "DB security groups")
    },
    Definition {
        identifier: "DBProxyName",
        key: &["DBProxyArn"],
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
        options: &[("db-proxy-name", "DBProxyName")],
        ..Definition::new("db-proxies", "DescribeDBProxies", "DB proxies")
    },
    Definition {
        identifier: "TargetGroupName",
        key: &["DBProxyName", "TargetGroupName"],
        status: Some("Status"),
        first_columns: &[
            "DBProxyName",
            "TargetGroupName",
            "Status",
            "AccountId",
            "Region",
            "IsDefault",
            "ConnectionPoolConfig",
        ],
        parent: Some(Parent {
            kind: "db-proxies",
            path: &["DBProxyName"],
            parameter: "DBProxyName",
            not_found: "DBProxyNotFoundFault",
        }),
        options: &[("db-proxy-name", "DBProxyName"), ("target-group-name", "TargetGroupName")],
        ..Definition::new("db-proxy-target-groups", "DescribeDBProxyTargetGroups", "DB proxy target groups")
    },
    Definition {
        identifier: "RdsResourceId",
        // Not every row has a TargetArn, and a cluster may be called the same as one of its instances.
        key: &["DBProxyName", "Type", "RdsResourceId"],
        first_columns: &[
            "DBProxyName",
            "RdsResourceId",
            "AccountId",
            "Region",
            "Type",
            "Role",
            "TargetHealth",
            "Endpoint",
            "TrackedClusterId",
        ],
        parent: Some(Parent {
            kind: "db-proxies",
            path: &["DBProxyName"],
            parameter: "DBProxyName",
            not_found: "DBProxyNotFoundFault",
        }),
        options: &[("db-proxy-name", "DBProxyName")],
        ..Definition::new("db-proxy-targets", "DescribeDBProxyTargets", "DB proxy targets")
    },
    Definition {
        identifier: "DBClusterEndpointIdentifier",
        key: &["Endpoint"],
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
        options: &[
            ("db-cluster-identifier", "DBClusterIdentifier"),
            ("db-cluster-endpoint-identifier", "DBClusterEndpointIdentifier"),
        ],
        ..Definition::new("db-cluster-endpoints", "DescribeDBClusterEndpoints", "DB cluster endpoints")
    },
    Definition {
        identifier: "GlobalClusterIdentifier",
        key: &["GlobalClusterArn"],
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
        options: &[("global-cluster-identifier", "GlobalClusterIdentifier")],
        ..Definition::new("global-clusters", "DescribeGlobalClusters", "Global clusters")
    },
    Definition {
        identifier: "CustSubscriptionId",
        key: &["EventSubscriptionArn"],
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
        options: &[("subscription-name", "CustSubscriptionId")],
        ..Definition::new("event-subscriptions", "DescribeEventSubscriptions", "Event subscriptions")
    },
    Definition {
        identifier: "SourceIdentifier",
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
        happened: Some("Date"),
        parameters: &[("Duration", FOURTEEN_DAYS)],
        options: &[("source-identifier", "SourceIdentifier"), ("source-type", "SourceType")],
        ..Definition::new("events", "DescribeEvents", "Events of 14 days")
    },
    Definition {
        identifier: "ResourceIdentifier",
        key: &["ResourceIdentifier"],
        status: None,
        first_columns: &["ResourceIdentifier", "AccountId", "Region", "PendingMaintenanceActionDetails"],
        options: &[("resource-identifier", "ResourceIdentifier")],
        ..Definition::new(
            "pending-maintenance-actions",
            "DescribePendingMaintenanceActions",
            "Pending maintenance actions",
        )
    },
    Definition {
        identifier: "CertificateIdentifier",
        key: &["CertificateArn"],
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
        options: &[("certificate-identifier", "CertificateIdentifier")],
        ..Definition::new("certificates", "DescribeCertificates", "Certificates")
    },
    Definition {
        identifier: "EngineVersion",
        key: &["Engine", "EngineVersion", "DBEngineVersionArn"],
        status: Some("Status"),
        first_columns: &[
            "Engine",
            "EngineVersion",
            "Status",
            "Region",
            "MajorEngineVersion",
            "DBParameterGroupFamily",
            "DBEngineVersionDescription",
        ],
        shared: true,
        options: &[("engine", "Engine"), ("engine-version", "EngineVersion")],
        ..Definition::new("db-engine-versions", "DescribeDBEngineVersions", "Engine versions")
    },
    Definition {
        identifier: "MajorEngineVersion",
        key: &["Engine", "MajorEngineVersion"],
        status: None,
        first_columns: &["Engine", "MajorEngineVersion", "Region", "SupportedEngineLifecycles"],
        shared: true,
        options: &[("engine", "Engine"), ("major-engine-version", "MajorEngineVersion")],
        ..Definition::new(
            "db-major-engine-versions",
            "DescribeDBMajorEngineVersions",
            "Major engine versions",
        )
    },
    Definition {
        identifier: "ReservedDBInstanceId",
        key: &["ReservedDBInstanceArn"],
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
        options: &[("reserved-db-instance-id", "ReservedDBInstanceId")],
        ..Definition::new("reserved-db-instances", "DescribeReservedDBInstances", "Reserved DB instances")
    },
    Definition {
        identifier: "BlueGreenDeploymentName",
        key: &["BlueGreenDeploymentIdentifier"],
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
        options: &[("blue-green-deployment-identifier", "BlueGreenDeploymentIdentifier")],
        ..Definition::new("blue-green-deployments", "DescribeBlueGreenDeployments", "Blue/green deployments")
    },
    Definition {
        identifier: "RecommendationId",
        key: &["RecommendationId"],
        volatile: &["UpdatedTime"],
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
        filters: &[("recommendation-id", "RecommendationId")],
        ..Definition::new("db-recommendations", "DescribeDBRecommendations", "Recommendations")
    },
    Definition {
        identifier: "DBShardGroupIdentifier",
        key: &["DBShardGroupArn"],
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
        options: &[("db-shard-group-identifier", "DBShardGroupIdentifier")],
        ..Definition::new("db-shard-groups", "DescribeDBShardGroups", "DB shard groups")
    },
    Definition {
        identifier: "IntegrationName",
        key: &["IntegrationArn"],
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
        options: &[("integration-identifier", "IntegrationArn")],
        ..Definition::new("integrations", "DescribeIntegrations", "Zero-ETL integrations")
    },
    Definition {
        identifier: "TenantDBName",
        key: &["TenantDatabaseARN"],
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
        options: &[("db-instance-identifier", "DBInstanceIdentifier"), ("tenant-db-name", "TenantDBName")],
        ..Definition::new("tenant-databases", "DescribeTenantDatabases", "Tenant databases")
    },
    Definition {
        identifier: "ExportTaskIdentifier",
        key: &["ExportTaskIdentifier"],
        volatile: &["PercentProgress", "TotalExtractedDataInGB"],
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
        options: &[("export-task-identifier", "ExportTaskIdentifier")],
        ..Definition::new("export-tasks", "DescribeExportTasks", "Export tasks")
    },
    Definition {
        identifier: "AccountQuotaName",
        key: &["AccountQuotaName"],
        status: None,
        first_columns: &["AccountQuotaName", "AccountId", "Region", "Used", "Max"],
        ..Definition::new("account-attributes", "DescribeAccountAttributes", "Quotas")
    },
];
