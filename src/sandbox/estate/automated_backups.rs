//! The automated backups from which a database can be restored to any moment: of all that are backed up, and what is
//! retained of those that were deleted.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{deleted, engine, number, resource, snapshots, stands_alone, taken, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::instance::add;
use crate::sandbox::target::{NOW, Resource, Target, moment};

const OF_AN_INSTANCE: &[(&str, &str)] = &[
    ("DBInstanceArn", "DBInstanceArn"),
    ("DbiResourceId", "DbiResourceId"),
    ("DBInstanceIdentifier", "DBInstanceIdentifier"),
    ("AllocatedStorage", "AllocatedStorage"),
    ("AvailabilityZone", "AvailabilityZone"),
    ("InstanceCreateTime", "InstanceCreateTime"),
    ("MasterUsername", "MasterUsername"),
    ("Engine", "Engine"),
    ("EngineVersion", "EngineVersion"),
    ("LicenseModel", "LicenseModel"),
    ("Iops", "Iops"),
    ("StorageThroughput", "StorageThroughput"),
    ("TdeCredentialArn", "TdeCredentialArn"),
    ("StorageEncrypted", "Encrypted"),
    ("StorageEncryptionType", "StorageEncryptionType"),
    ("StorageType", "StorageType"),
    ("KmsKeyId", "KmsKeyId"),
    ("Timezone", "Timezone"),
    ("IAMDatabaseAuthenticationEnabled", "IAMDatabaseAuthenticationEnabled"),
    ("BackupRetentionPeriod", "BackupRetentionPeriod"),
    ("PreferredBackupWindow", "PreferredBackupWindow"),
    ("DBInstanceAutomatedBackupsReplications", "DBInstanceAutomatedBackupsReplications"),
    ("BackupTarget", "BackupTarget"),
    ("MultiTenant", "MultiTenant"),
    ("AwsBackupRecoveryPointArn", "AwsBackupRecoveryPointArn"),
    ("TagList", "TagList"),
    ("DedicatedLogVolume", "DedicatedLogVolume"),
];

const OF_A_CLUSTER: &[(&str, &str)] = &[
    ("Engine", "Engine"),
    ("DBClusterIdentifier", "DBClusterIdentifier"),
    ("MasterUsername", "MasterUsername"),
    ("DbClusterResourceId", "DbClusterResourceId"),
    ("IAMDatabaseAuthenticationEnabled", "IAMDatabaseAuthenticationEnabled"),
    ("ClusterCreateTime", "ClusterCreateTime"),
    ("StorageEncrypted", "StorageEncrypted"),
    ("StorageEncryptionType", "StorageEncryptionType"),
    ("AllocatedStorage", "AllocatedStorage"),
    ("EngineVersion", "EngineVersion"),
    ("DBClusterArn", "DBClusterArn"),
    ("BackupRetentionPeriod", "BackupRetentionPeriod"),
    ("PreferredBackupWindow", "PreferredBackupWindow"),
    ("EngineMode", "EngineMode"),
    ("AvailabilityZones", "AvailabilityZones"),
    ("Port", "Port"),
    ("KmsKeyId", "KmsKeyId"),
    ("StorageType", "StorageType"),
    ("Iops", "Iops"),
    ("StorageThroughput", "StorageThroughput"),
    ("AwsBackupRecoveryPointArn", "AwsBackupRecoveryPointArn"),
    ("TagList", "TagList"),
];

/// Those of instances; a cluster's members have none of their own.
pub fn of_instances(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let backed_up = |instance: &&Resource| {
        stands_alone(instance)
            && number(instance, "BackupRetentionPeriod") > 0
            && text(instance, "DBInstanceStatus") != "creating"
    };
    let present =
        fleet.instances.iter().filter(backed_up).map(|instance| of_instance(target, instance, "active"));
    let gone = deleted::instance(target, &fleet.instances);
    present.chain(gone.map(|gone| of_instance(target, &gone, "retained"))).collect()
}

/// Those of Aurora clusters and Multi-AZ clusters.
pub fn of_clusters(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let of_rds = |cluster: &&Resource| !matches!(text(cluster, "Engine"), "docdb" | "neptune");
    let present = fleet.clusters.iter().filter(of_rds).map(|cluster| of_cluster(target, cluster, "active"));
    let gone = deleted::cluster(target, &fleet.clusters);
    present.chain(gone.map(|gone| of_cluster(target, &gone, "retained"))).collect()
}

fn of_instance(target: &Target<'_>, instance: &Resource, status: &str) -> Resource {
    let port =
        instance.get("Endpoint").map_or(json!(engine(instance).port), |endpoint| endpoint["Port"].clone());
    let mut backup = common(target, instance, status, text(instance, "LatestRestorableTime"));
    backup.append(&mut taken(instance, OF_AN_INSTANCE));
    add(
        &mut backup,
        json!({
            "Port": port,
            "OptionGroupName": instance["OptionGroupMemberships"][0]["OptionGroupName"],
            "DBInstanceAutomatedBackupsArn": arn(target, text(instance, "DbiResourceId")),
            "AdditionalStorageVolumes": snapshots::volumes(instance),
        }),
    );
    backup
}

fn of_cluster(target: &Target<'_>, cluster: &Resource, status: &str) -> Resource {
    let mut backup = common(target, cluster, status, text(cluster, "LatestRestorableTime"));
    backup.append(&mut taken(cluster, OF_A_CLUSTER));
    add(
        &mut backup,
        json!({
            "LicenseModel": engine(cluster).license,
            "DBClusterAutomatedBackupsArn": arn(target, text(cluster, "DbClusterResourceId")),
        }),
    );
    backup
}

fn common(target: &Target<'_>, of: &Resource, status: &str, latest: &str) -> Resource {
    let retained = status == "retained";
    let until = if retained { deleted::DELETED } else { NOW };
    let latest = if retained || latest.is_empty() { moment(until) } else { Value::from(latest) };
    resource(json!({
        "Region": target.region,
        "Status": status,
        "VpcId": target.subnet_group()["VpcId"],
        "RestoreWindow": { "EarliestTime": earliest(of, until), "LatestTime": latest },
    }))
}

/// As far back as backups are kept, but not before the database was there.
fn earliest(of: &Resource, until: OffsetDateTime) -> Value {
    let kept = moment(until - Duration::days(number(of, "BackupRetentionPeriod")) - Duration::minutes(37));
    let created = ["InstanceCreateTime", "ClusterCreateTime"].iter().find_map(|member| of.get(*member));
    match created {
        Some(created) if created.as_str() > kept.as_str() => created.clone(),
        _ => kept,
    }
}

fn arn(target: &Target<'_>, of: &str) -> String {
    let id = target.random(&format!("automated backup {of}")).text(b"abcdefghijklmnopqrstuvwxyz234567", 40);
    target.arn(&format!("auto-backup:ab-{id}"))
}
