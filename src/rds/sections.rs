//! Which section of a resource each of its members belongs to, so that ninety members read as ten short lists. It is a
//! table and a few rules on names; a member that neither knows is in `Other`, and so is never lost. Parameters, options and
//! a database's cluster are sections where databases are compared.

use serde::Serialize;

use super::kind::OWN_COLUMNS;

/// A section of a resource's members, or of what databases have beside them. The order is that in which a person reads
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Section {
    Identity,
    Status,
    Instance,
    Storage,
    Network,
    Security,
    Availability,
    Backup,
    Maintenance,
    Monitoring,
    Tags,
    Parameters,
    Options,
    Cluster,
    Other,
}

impl Section {
    /// Every section, in order.
    pub const ALL: [Section; 15] = [
        Section::Identity,
        Section::Status,
        Section::Instance,
        Section::Storage,
        Section::Network,
        Section::Security,
        Section::Availability,
        Section::Backup,
        Section::Maintenance,
        Section::Monitoring,
        Section::Tags,
        Section::Parameters,
        Section::Options,
        Section::Cluster,
        Section::Other,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Section::Identity => "Identity",
            Section::Status => "Status",
            Section::Instance => "Instance and engine",
            Section::Storage => "Storage",
            Section::Network => "Network",
            Section::Security => "Security",
            Section::Availability => "Availability and replication",
            Section::Backup => "Backup",
            Section::Maintenance => "Maintenance",
            Section::Monitoring => "Monitoring",
            Section::Tags => "Tags",
            Section::Parameters => "Effective parameters",
            Section::Options => "Options",
            Section::Cluster => "Cluster",
            Section::Other => "Other",
        }
    }

    /// One word, for files.
    pub fn word(self) -> &'static str {
        match self {
            Section::Instance => "Instance",
            Section::Availability => "Availability",
            Section::Parameters => "Parameters",
            section => section.title(),
        }
    }

    /// The section of that word, in any case.
    pub fn of_word(word: &str) -> Option<Section> {
        Section::ALL.into_iter().find(|section| section.word().eq_ignore_ascii_case(word))
    }
}

/// The section of a kind's member.
pub fn section(kind: &str, member: &str) -> Section {
    if OWN_COLUMNS.contains(&member) {
        return Section::Identity;
    }
    let exception = EXCEPTIONS.iter().find(|(of, name, _)| *of == kind && *name == member);
    exception
        .map(|(_, _, section)| *section)
        .or_else(|| sorted(member))
        .unwrap_or_else(|| by_its_name(member))
}

/// The section that the table has for a name.
fn sorted(member: &str) -> Option<Section> {
    SORTED.iter().find(|(_, members)| members.contains(&member)).map(|(section, _)| *section)
}

/// What a name gives away of a member that nobody has sorted.
fn by_its_name(member: &str) -> Section {
    ENDINGS
        .iter()
        .find(|(ending, _)| member.ends_with(ending))
        .map_or(Section::Other, |(_, section)| *section)
}

/// Members that mean another thing in one kind than elsewhere.
const EXCEPTIONS: &[(&str, &str, Section)] = &[
    ("db-snapshots", "DBInstanceIdentifier", Section::Backup),
    ("db-snapshots", "DbiResourceId", Section::Backup),
    ("db-snapshots", "InstanceCreateTime", Section::Backup),
    ("db-cluster-snapshots", "DBClusterIdentifier", Section::Backup),
    ("db-cluster-snapshots", "DbClusterResourceId", Section::Backup),
    ("db-cluster-snapshots", "ClusterCreateTime", Section::Backup),
    ("db-instances", "DBClusterIdentifier", Section::Availability),
    ("db-parameters", "Description", Section::Instance),
    ("db-cluster-parameters", "Description", Section::Instance),
    ("certificates", "CertificateArn", Section::Identity),
    ("db-proxies", "Auth", Section::Security),
    ("blue-green-deployments", "Target", Section::Identity),
    ("blue-green-deployments", "Source", Section::Identity),
];

/// The endings that say what a member is about, the first that fits.
const ENDINGS: &[(&str, Section)] = &[
    ("KmsKeyId", Section::Security),
    ("KMSKeyId", Section::Security),
    ("SecretArn", Section::Security),
    ("RoleArn", Section::Security),
    ("Arn", Section::Identity),
    ("ARN", Section::Identity),
    ("Identifier", Section::Identity),
    ("ResourceId", Section::Identity),
    ("Status", Section::Status),
    ("StatusDetails", Section::Status),
    ("NetworkType", Section::Network),
    ("NetworkTypes", Section::Network),
    ("SecurityGroupIds", Section::Network),
    ("SubnetIds", Section::Network),
    ("Endpoint", Section::Network),
    ("Port", Section::Network),
    ("Name", Section::Identity),
    ("Description", Section::Identity),
    ("Tags", Section::Tags),
];

/// The sections of all members of instances, clusters and their snapshots, and of what the other kinds have beside
/// those.
const SORTED: &[(Section, &[&str])] = &[
    (
        Section::Identity,
        &[
            "DBInstanceIdentifier",
            "DBInstanceArn",
            "DbiResourceId",
            "DBClusterIdentifier",
            "DBClusterArn",
            "DbClusterResourceId",
            "DBSnapshotIdentifier",
            "DBSnapshotArn",
            "DBClusterSnapshotIdentifier",
            "DBClusterSnapshotArn",
            "DBName",
            "DatabaseName",
            "DBSystemId",
            "InstanceCreateTime",
            "ClusterCreateTime",
            "CloneGroupId",
            "CrossAccountClone",
            "SourceType",
            "SourceIdentifier",
            "CreateTime",
            "CreatedTime",
            "CreatedDate",
            "ReservedDBInstanceId",
            "RecommendationId",
            "RdsResourceId",
            "CustSubscriptionId",
        ],
    ),
    (
        Section::Status,
        &[
            "DBInstanceStatus",
            "Status",
            "State",
            "StatusInfos",
            "PercentProgress",
            "StorageVolumeStatus",
            "StorageOperationStatus",
            "StorageOperationPercentProgress",
            "AutomaticRestartTime",
            "AutomationMode",
            "ResumeFullAutomationModeTime",
            "FailureReason",
            "FailureCause",
            "WarningMessage",
            "Errors",
            "TargetHealth",
            "FailoverState",
            "UpdatedTime",
            "UpdatedDate",
            "Date",
            "Message",
            "EventCategories",
            "Severity",
            "Detection",
            "Recommendation",
            "Reason",
            "Tasks",
            "SwitchoverDetails",
        ],
    ),
    (
        Section::Instance,
        &[
            "Engine",
            "EngineVersion",
            "EngineMode",
            "EngineName",
            "EngineFamily",
            "MajorEngineVersion",
            "DBInstanceClass",
            "DBClusterInstanceClass",
            "DBCapacityReservationIdentifier",
            "ProcessorFeatures",
            "Capacity",
            "ScalingConfigurationInfo",
            "ServerlessV2ScalingConfiguration",
            "ServerlessV2PlatformVersion",
            "ClusterScalabilityType",
            "LimitlessDatabase",
            "RdsCustomClusterConfiguration",
            "LicenseModel",
            "CharacterSetName",
            "NcharCharacterSetName",
            "Timezone",
            "MultiTenant",
            "DBParameterGroups",
            "DBClusterParameterGroup",
            "DBParameterGroupFamily",
            "OptionGroupMemberships",
            "OptionGroupName",
            "DBClusterOptionGroupMemberships",
            "PendingModifiedValues",
            "MinACU",
            "MaxACU",
            "ParameterName",
            "ParameterValue",
            "Source",
            "ApplyType",
            "ApplyMethod",
            "DataType",
            "AllowedValues",
            "IsModifiable",
            "MinimumEngineVersion",
            "SupportedEngineModes",
            "Options",
        ],
    ),
    (
        Section::Storage,
        &[
            "AllocatedStorage",
            "MaxAllocatedStorage",
            "StorageType",
            "Iops",
            "StorageThroughput",
            "DedicatedLogVolume",
            "AdditionalStorageVolumes",
            "IsStorageConfigUpgradeAvailable",
            "IOOptimizedNextAllowedModificationTime",
            "FullSnapshotSizeInBytes",
        ],
    ),
    (
        Section::Network,
        &[
            "Endpoint",
            "ReaderEndpoint",
            "CustomEndpoints",
            "ListenerEndpoint",
            "Port",
            "DbInstancePort",
            "HostedZoneId",
            "PrimaryEndpoint",
            "DBSubnetGroup",
            "VpcId",
            "VpcSecurityGroups",
            "DBSecurityGroups",
            "PubliclyAccessible",
            "NetworkType",
            "CustomerOwnedIpEnabled",
            "HttpEndpointEnabled",
            "VPCNetworkingEnabled",
            "InternetAccessGatewayEnabled",
            "Subnets",
            "EC2SecurityGroups",
            "IPRanges",
        ],
    ),
    (
        Section::Security,
        &[
            "MasterUsername",
            "MasterUserSecret",
            "IAMDatabaseAuthenticationEnabled",
            "StorageEncrypted",
            "Encrypted",
            "StorageEncryptionType",
            "KmsKeyId",
            "TdeCredentialArn",
            "CACertificateIdentifier",
            "CertificateDetails",
            "DomainMemberships",
            "AssociatedRoles",
            "CustomIamInstanceProfile",
            "DeletionProtection",
            "ActivityStreamStatus",
            "ActivityStreamMode",
            "ActivityStreamKmsKeyId",
            "ActivityStreamKinesisStreamName",
            "ActivityStreamEngineNativeAuditFieldsIncluded",
            "ActivityStreamPolicyStatus",
            "RequireTLS",
            "DefaultAuthScheme",
            "CertificateType",
            "Thumbprint",
            "ValidFrom",
            "ValidTill",
            "CustomerOverride",
            "CustomerOverrideValidTill",
        ],
    ),
    (
        Section::Availability,
        &[
            "MultiAZ",
            "AvailabilityZone",
            "AvailabilityZones",
            "SecondaryAvailabilityZone",
            "SnapshotAvailabilityZone",
            "PromotionTier",
            "DBClusterMembers",
            "ReadReplicaSourceDBInstanceIdentifier",
            "ReadReplicaSourceDBClusterIdentifier",
            "ReadReplicaDBInstanceIdentifiers",
            "ReadReplicaDBClusterIdentifiers",
            "ReplicaMode",
            "ReplicationSourceIdentifier",
            "ReadReplicaIdentifiers",
            "GlobalClusterIdentifier",
            "GlobalClusterMembers",
            "GlobalWriteForwardingStatus",
            "GlobalWriteForwardingRequested",
            "LocalWriteForwardingStatus",
            "StaticMembers",
            "ExcludedMembers",
        ],
    ),
    (
        Section::Backup,
        &[
            "BackupRetentionPeriod",
            "PreferredBackupWindow",
            "LatestRestorableTime",
            "EarliestRestorableTime",
            "EarliestBacktrackTime",
            "BacktrackWindow",
            "BacktrackConsumedChangeRecords",
            "CopyTagsToSnapshot",
            "BackupTarget",
            "AwsBackupRecoveryPointArn",
            "DBInstanceAutomatedBackupsReplications",
            "RestoreWindow",
            "BackupRegion",
            "SnapshotType",
            "SnapshotTarget",
            "SnapshotCreateTime",
            "OriginalSnapshotCreateTime",
            "SnapshotDatabaseTime",
            "SourceRegion",
            "SourceDBSnapshotIdentifier",
            "SourceDBClusterSnapshotArn",
        ],
    ),
    (
        Section::Maintenance,
        &[
            "PreferredMaintenanceWindow",
            "AutoMinorVersionUpgrade",
            "UpgradeRolloutOrder",
            "EngineLifecycleSupport",
            "PendingMaintenanceActionDetails",
            "SupportedEngineLifecycles",
            "ValidUpgradeTarget",
        ],
    ),
    (
        Section::Monitoring,
        &[
            "MonitoringInterval",
            "MonitoringRoleArn",
            "EnhancedMonitoringResourceArn",
            "DatabaseInsightsMode",
            "PerformanceInsightsEnabled",
            "PerformanceInsightsKMSKeyId",
            "PerformanceInsightsRetentionPeriod",
            "EnabledCloudwatchLogsExports",
            "DebugLogging",
        ],
    ),
    (Section::Tags, &["TagList"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::kind;
    use std::collections::HashSet;

    #[test]
    fn every_member_of_databases_and_snapshots_is_sorted_by_hand() {
        for name in ["db-instances", "db-clusters", "db-snapshots", "db-cluster-snapshots"] {
            for member in &kind(name).unwrap().structure.members {
                assert!(sorted(&member.name).is_some(), "{name}: {}", member.name);
            }
        }
    }

    #[test]
    fn the_table_says_each_name_once_and_only_names_that_exist() {
        let mut met = HashSet::new();
        let known: HashSet<&str> = crate::rds::kinds()
            .iter()
            .flat_map(|kind| kind.columns.iter().map(|column| column.name.as_str()))
            .collect();
        for member in SORTED.iter().flat_map(|(_, members)| *members) {
            assert!(met.insert(member), "{member} stands twice");
            assert!(known.contains(member), "{member} is of no kind");
        }
        for (of, member, _) in EXCEPTIONS {
            assert!(kind(of).unwrap().column(member).is_some(), "{of}: {member}");
        }
    }

    #[test]
    fn a_member_that_is_new_is_found_by_its_name_or_last() {
        assert_eq!(section("db-instances", "AccountId"), Section::Identity);
        assert_eq!(section("db-instances", "BackupKmsKeyId"), Section::Security);
        assert_eq!(section("db-instances", "TurboMode"), Section::Other);
        assert_eq!(section("db-instances", "DBClusterIdentifier"), Section::Availability);
        assert_eq!(section("db-clusters", "DBClusterIdentifier"), Section::Identity);
        assert!(Section::ALL.is_sorted());
    }
}
