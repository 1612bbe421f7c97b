//! The snapshots of instances and clusters: those that RDS takes each night, those that people and AWS Backup took, and
//! the last one of a database that is gone.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{clock, deleted, engine, number, resource, stands_alone, taken, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::instance::add;
use crate::sandbox::random::Random;
use crate::sandbox::target::{NOW, Resource, Target, moment};

/// What differs between the snapshots of instances and those of clusters: only names.
struct Source {
    identifier: &'static str,
    status: &'static str,
    created: &'static str,
    snapshot: &'static str,
    arn: &'static str,
    /// How the ARN of a snapshot names its kind.
    arn_part: &'static str,
    copied_from: &'static str,
    members: &'static [(&'static str, &'static str)],
}

const INSTANCE: Source = Source {
    identifier: "DBInstanceIdentifier",
    status: "DBInstanceStatus",
    created: "InstanceCreateTime",
    snapshot: "DBSnapshotIdentifier",
    arn: "DBSnapshotArn",
    arn_part: "snapshot",
    copied_from: "SourceDBSnapshotIdentifier",
    members: &[
        ("DBInstanceIdentifier", "DBInstanceIdentifier"),
        ("Engine", "Engine"),
        ("AllocatedStorage", "AllocatedStorage"),
        ("AvailabilityZone", "AvailabilityZone"),
        ("InstanceCreateTime", "InstanceCreateTime"),
        ("MasterUsername", "MasterUsername"),
        ("EngineVersion", "EngineVersion"),
        ("LicenseModel", "LicenseModel"),
        ("Iops", "Iops"),
        ("StorageThroughput", "StorageThroughput"),
        ("StorageType", "StorageType"),
        ("TdeCredentialArn", "TdeCredentialArn"),
        ("StorageEncrypted", "Encrypted"),
        ("StorageEncryptionType", "StorageEncryptionType"),
        ("BackupRetentionPeriod", "BackupRetentionPeriod"),
        ("PreferredBackupWindow", "PreferredBackupWindow"),
        ("KmsKeyId", "KmsKeyId"),
        ("Timezone", "Timezone"),
        ("IAMDatabaseAuthenticationEnabled", "IAMDatabaseAuthenticationEnabled"),
        ("ProcessorFeatures", "ProcessorFeatures"),
        ("DbiResourceId", "DbiResourceId"),
        ("DBSystemId", "DBSystemId"),
        ("MultiTenant", "MultiTenant"),
        ("DedicatedLogVolume", "DedicatedLogVolume"),
    ],
};

const CLUSTER: Source = Source {
    identifier: "DBClusterIdentifier",
    status: "Status",
    created: "ClusterCreateTime",
    snapshot: "DBClusterSnapshotIdentifier",
    arn: "DBClusterSnapshotArn",
    arn_part: "cluster-snapshot",
    copied_from: "SourceDBClusterSnapshotArn",
    members: &[
        ("AvailabilityZones", "AvailabilityZones"),
        ("DBClusterIdentifier", "DBClusterIdentifier"),
        ("Engine", "Engine"),
        ("EngineMode", "EngineMode"),
        ("AllocatedStorage", "AllocatedStorage"),
        ("Port", "Port"),
        ("ClusterCreateTime", "ClusterCreateTime"),
        ("MasterUsername", "MasterUsername"),
        ("EngineVersion", "EngineVersion"),
        ("StorageEncrypted", "StorageEncrypted"),
        ("StorageEncryptionType", "StorageEncryptionType"),
        ("BackupRetentionPeriod", "BackupRetentionPeriod"),
        ("PreferredBackupWindow", "PreferredBackupWindow"),
        ("KmsKeyId", "KmsKeyId"),
        ("IAMDatabaseAuthenticationEnabled", "IAMDatabaseAuthenticationEnabled"),
        ("StorageType", "StorageType"),
        ("StorageThroughput", "StorageThroughput"),
        ("DbClusterResourceId", "DbClusterResourceId"),
    ],
};

/// The snapshots of instances. Members of clusters have none of their own.
pub fn of_instances(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let present = fleet.instances.iter().filter(|instance| stands_alone(instance));
    let mut snapshots: Vec<Resource> = present.flat_map(|instance| of(target, &INSTANCE, instance)).collect();
    if let Some(gone) = deleted::instance(target, &fleet.instances) {
        snapshots.push(last(target, &INSTANCE, &gone));
    }
    sorted(snapshots, &INSTANCE)
}

/// The snapshots of clusters.
pub fn of_clusters(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let mut snapshots: Vec<Resource> =
        fleet.clusters.iter().flat_map(|cluster| of(target, &CLUSTER, cluster)).collect();
    if let Some(gone) = deleted::cluster(target, &fleet.clusters) {
        snapshots.push(last(target, &CLUSTER, &gone));
    }
    sorted(snapshots, &CLUSTER)
}

fn sorted(mut snapshots: Vec<Resource>, source: &Source) -> Vec<Resource> {
    snapshots.sort_by(|one, other| text(one, source.snapshot).cmp(text(other, source.snapshot)));
    snapshots
}

fn of(target: &Target<'_>, source: &Source, of: &Resource) -> Vec<Resource> {
    let identifier = text(of, source.identifier);
    let random = &mut target.random(&format!("snapshots of {} {identifier}", source.arn_part));
    let status = text(of, source.status);
    let mut snapshots = Vec::new();
    if status != "creating" {
        let window = text(of, "PreferredBackupWindow");
        // While a database is stopped, RDS takes none and removes none.
        let since = if status == "stopped" { 7 } else { 0 };
        for night in (0..number(of, "BackupRetentionPeriod").min(2)).rev() {
            let taken_at = clock::night(window, since + night) + Duration::minutes(random.between(1, 6));
            let name = format!("rds:{identifier}-{}", clock::in_names(taken_at));
            snapshots.push(snapshot(target, source, of, &name, "automated", taken_at, random));
        }
    }
    if random.chance(0.6) {
        let reason =
            random.pick(&["before-upgrade", "before-release", "year-end", "audit", "before-migration"]);
        let taken_at = since(of, source, random.pick(&[3, 9, 30, 90, 200, 420, 800]), random);
        let name = format!("{identifier}-{reason}-{:04}-{:02}", taken_at.year(), u8::from(taken_at.month()));
        let mut manual = snapshot(target, source, of, &name, "manual", taken_at, random);
        tag(&mut manual, &reason.replace('-', " "), target);
        snapshots.push(manual);
    }
    if random.chance(0.2) {
        let taken_at = since(of, source, random.between(1, 19), random);
        let name = format!("awsbackup:job-{}", random.uuid());
        snapshots.push(snapshot(target, source, of, &name, "awsbackup", taken_at, random));
    }
    if random.chance(0.05) {
        let taken_at = since(of, source, 12, random);
        let name = format!("{identifier}-copy-from-ireland");
        let mut copy = snapshot(target, source, of, &name, "manual", taken_at, random);
        let (part, account) = (source.arn_part, &target.account.id);
        let original = format!("arn:aws:rds:eu-west-1:{account}:{part}:{identifier}-before-move");
        copy.insert(source.copied_from.to_owned(), json!(original));
        if source.snapshot == INSTANCE.snapshot {
            copy.insert("SourceRegion".to_owned(), json!("eu-west-1"));
        }
        snapshots.push(copy);
    }
    if status == "backing-up" {
        let taken_at = NOW - Duration::minutes(random.between(2, 9));
        let name = format!("{identifier}-by-hand-{}", clock::in_names(taken_at));
        let mut under_way = snapshot(target, source, of, &name, "manual", taken_at, random);
        add(&mut under_way, json!({ "Status": "creating", "PercentProgress": random.between(4, 88) }));
        snapshots.push(under_way);
    }
    snapshots
}

/// The snapshot that was taken when the database was deleted.
fn last(target: &Target<'_>, source: &Source, gone: &Resource) -> Resource {
    let identifier = text(gone, source.identifier);
    let random = &mut target.random(&format!("last snapshot of {identifier}"));
    let name = format!("{identifier}-final");
    snapshot(target, source, gone, &name, "manual", deleted::DELETED, random)
}

/// A moment so many days ago, but not before the database was there.
fn since(of: &Resource, source: &Source, days: i64, random: &mut Random) -> OffsetDateTime {
    let long_ago = NOW - Duration::days(days) - Duration::minutes(random.between(0, 700));
    if moment(long_ago).as_str() > Some(text(of, source.created)) {
        long_ago
    } else {
        NOW - Duration::days(random.between(1, 18)) - Duration::minutes(random.between(0, 700))
    }
}

fn snapshot(
    target: &Target<'_>,
    source: &Source,
    of: &Resource,
    name: &str,
    sort: &str,
    taken_at: OffsetDateTime,
    random: &mut Random,
) -> Resource {
    let at = moment(taken_at + Duration::milliseconds(random.between(0, 59_999)));
    let vpc = target.subnet_group()["VpcId"].clone();
    let keeps_tags = of.get("CopyTagsToSnapshot") == Some(&Value::Bool(true));
    let mut members = resource(json!({
        source.snapshot: name,
        source.arn: target.arn(&format!("{}:{name}", source.arn_part)),
        "SnapshotType": sort,
        "Status": "available",
        "PercentProgress": 100,
        "SnapshotCreateTime": at,
        "VpcId": vpc,
        "TagList": if keeps_tags { of["TagList"].clone() } else { json!([]) },
    }));
    members.append(&mut taken(of, source.members));
    if source.snapshot == INSTANCE.snapshot {
        of_an_instance(of, &at, &mut members, random);
    } else {
        members.insert("LicenseModel".to_owned(), json!(engine(of).license));
    }
    members
}

/// What only the snapshots of instances have.
fn of_an_instance(instance: &Resource, at: &Value, snapshot: &mut Resource, random: &mut Random) {
    let port =
        instance.get("Endpoint").map_or(json!(engine(instance).port), |endpoint| endpoint["Port"].clone());
    let size = number(instance, "AllocatedStorage") << 30;
    add(
        snapshot,
        json!({
            "Port": port,
            "OptionGroupName": instance["OptionGroupMemberships"][0]["OptionGroupName"],
            "OriginalSnapshotCreateTime": at,
            "SnapshotDatabaseTime": at,
            "SnapshotTarget": "region",
            "FullSnapshotSizeInBytes": size / 100 * random.between(20, 90),
            "AdditionalStorageVolumes": volumes(instance),
        }),
    );
}

/// An instance's additional volumes without what is true of running ones only.
pub fn volumes(instance: &Resource) -> Option<Vec<Resource>> {
    const KEPT: [&str; 6] =
        ["VolumeName", "AllocatedStorage", "IOPS", "MaxAllocatedStorage", "StorageThroughput", "StorageType"];
    let volumes = instance.get("AdditionalStorageVolumes")?.as_array()?;
    let kept = KEPT.map(|name| (name, name));
    Some(volumes.iter().filter_map(Value::as_object).map(|volume| taken(volume, &kept)).collect())
}

/// Says why somebody took a snapshot, as the company's rules ask for.
fn tag(snapshot: &mut Resource, reason: &str, target: &Target<'_>) {
    if let Some(Value::Array(tags)) = snapshot.get_mut("TagList") {
        tags.push(json!({ "Key": "reason", "Value": reason }));
        tags.push(json!({ "Key": "taken-by", "Value": target.account.line.owner }));
    }
}
