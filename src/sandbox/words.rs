//! AWS's words for a kind where it refuses: what an unfiltered call is authorised against, and the error for something
//! that is not there.

use crate::rds::kind::Kind;

/// The words for one kind.
pub struct Words {
    /// The resource's type in ARNs; `None` where an operation is not about resources.
    pub resource: Option<&'static str>,
    /// The error's code; `None` where AWS answers with an empty list.
    pub not_found: Option<&'static str>,
}

/// The words for a kind.
pub fn of(kind: &Kind) -> Words {
    let (resource, not_found) = match kind.name {
        "db-instances" => ("db", Some("DBInstanceNotFound")),
        "db-clusters" => ("cluster", Some("DBClusterNotFoundFault")),
        "db-snapshots" => ("snapshot", Some("DBSnapshotNotFound")),
        "db-cluster-snapshots" => ("cluster-snapshot", Some("DBClusterSnapshotNotFoundFault")),
        "db-instance-automated-backups" => ("auto-backup", Some("DBInstanceAutomatedBackupNotFound")),
        "db-cluster-automated-backups" => {
            ("cluster-auto-backup", Some("DBClusterAutomatedBackupNotFoundFault"))
        }
        "db-parameter-groups" => ("pg", Some("DBParameterGroupNotFound")),
        "db-cluster-parameter-groups" => ("cluster-pg", Some("DBParameterGroupNotFound")),
        "db-parameters" => ("pg", Some("DBParameterGroupNotFound")),
        "db-cluster-parameters" => ("cluster-pg", Some("DBParameterGroupNotFound")),
        "option-groups" => ("og", Some("OptionGroupNotFoundFault")),
        "db-subnet-groups" => ("subgrp", Some("DBSubnetGroupNotFoundFault")),
        "db-security-groups" => ("secgrp", Some("DBSecurityGroupNotFound")),
        "db-proxies" => ("db-proxy", Some("DBProxyNotFoundFault")),
        "db-proxy-target-groups" | "db-proxy-targets" => ("target-group", Some("DBProxyNotFoundFault")),
        "db-cluster-endpoints" => ("cluster-endpoint", None),
        "global-clusters" => ("global-cluster", Some("GlobalClusterNotFoundFault")),
        "event-subscriptions" => ("es", Some("SubscriptionNotFound")),
        "pending-maintenance-actions" => ("db", Some("ResourceNotFoundFault")),
        "reserved-db-instances" => ("ri", Some("ReservedDBInstanceNotFound")),
        "blue-green-deployments" => ("deployment", Some("BlueGreenDeploymentNotFoundFault")),
        "db-shard-groups" => ("shard-group", Some("DBShardGroupNotFound")),
        "integrations" => ("integration", Some("IntegrationNotFoundFault")),
        "tenant-databases" => ("tenant-database", None),
        "certificates" => return Words { resource: None, not_found: Some("CertificateNotFound") },
        "export-tasks" => return Words { resource: None, not_found: Some("ExportTaskNotFound") },
        _ => return Words { resource: None, not_found: None },
    };
    Words { resource: Some(resource), not_found }
}
