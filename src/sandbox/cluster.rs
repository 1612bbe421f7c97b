//! What one DB cluster is like in every member of AWS's `DBCluster` that clusters commonly have. What is rare is
//! `exhibits`'; its instances are `instance`'s.

use serde_json::{Value, json};

use super::engines::Engine;
use super::instance::{
    add, backup_window, certificate, extended_support, maintenance_window, master_user_secret, rollout,
};
use super::random::Random;
use super::target::{Resource, Target, days_ago, minutes_ago};

/// A cluster without members, complete but for what is rare.
pub fn cluster(
    target: &Target<'_>,
    identifier: &str,
    engine: &'static Engine,
    version: &str,
    random: &mut Random,
) -> Resource {
    let mut resource = Resource::new();
    identity(target, identifier, engine, version, &mut resource, random);
    protection(target, identifier, engine, &mut resource, random);
    if engine.name.starts_with("aurora") {
        aurora(&mut resource, random);
    }
    if !engine.is_clustered() {
        multi_az_cluster(target, &mut resource, random);
    }
    status(engine, &mut resource, random);
    resource.insert("TagList".to_owned(), target.tags(identifier, random));
    resource
}

fn identity(
    target: &Target<'_>,
    identifier: &str,
    engine: &'static Engine,
    version: &str,
    resource: &mut Resource,
    random: &mut Random,
) {
    let family = engine.family(version);
    let group =
        if random.chance(0.5) { target.parameter_group_name(&family) } else { format!("default.{family}") };
    let named = !matches!(engine.name, "docdb" | "neptune") && random.chance(0.8);
    let dual = random.chance(0.05);
    add(
        resource,
        json!({
            "DBClusterIdentifier": identifier,
            "DBClusterArn": target.arn(&format!("cluster:{identifier}")),
            "DbClusterResourceId": format!("cluster-{}", random.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 26)),
            "Engine": engine.name,
            "EngineVersion": version,
            "EngineMode": "provisioned",
            "EngineLifecycleSupport": engine.has_extended_support().then(|| extended_support(random)),
            "DatabaseName": named.then(|| target.account.line.application.replace('-', "_")),
            "MasterUsername": engine.username,
            "Port": engine.port,
            "Endpoint": target.host(identifier, "cluster-", engine),
            "ReaderEndpoint": target.host(identifier, "cluster-ro-", engine),
            "HostedZoneId": target.hosted_zone(),
            "MultiAZ": false,
            "AvailabilityZones": [target.zone(0), target.zone(1), target.zone(2)],
            "DBSubnetGroup": target.subnet_group_name(),
            "VpcSecurityGroups": target.security_group(engine.name),
            "NetworkType": if dual { "DUAL" } else { "IPV4" },
            "DBClusterParameterGroup": group,
            "DBClusterOptionGroupMemberships":
                [{ "DBClusterOptionGroupName": engine.option_group(version), "Status": "in-sync" }],
            "DBClusterMembers": [],
            "ReadReplicaIdentifiers": [],
            "StatusInfos": [],
            "ClusterCreateTime": days_ago(random.between(20, 1800), random),
            "AutoMinorVersionUpgrade": random.chance(0.7),
            "UpgradeRolloutOrder": rollout(target),
        }),
    );
}

fn protection(
    target: &Target<'_>,
    identifier: &str,
    engine: &Engine,
    resource: &mut Resource,
    random: &mut Random,
) {
    let encrypted = random.chance(0.93);
    let owned = encrypted && random.chance(0.06);
    let retention = random.pick(&[1, 7, 7, 14, 35]);
    let logs: Vec<&str> = engine.logs.iter().copied().filter(|_| random.chance(0.6)).collect();
    let roles = if random.chance(0.15) {
        json!([{ "RoleArn": target.role("rds-s3-exchange"), "Status": "ACTIVE", "FeatureName": "s3Import" }])
    } else {
        json!([])
    };
    let secret = random.chance(0.3).then(|| master_user_secret(target, identifier, random));
    add(
        resource,
        json!({
            "StorageEncrypted": encrypted,
            "StorageEncryptionType": if owned { "sse-rds" } else if encrypted { "sse-kms" } else { "none" },
            "KmsKeyId": (encrypted && !owned).then(|| target.key("rds storage")),
            "BackupRetentionPeriod": retention,
            "EarliestRestorableTime": days_ago(retention, random),
            "LatestRestorableTime": minutes_ago(random.between(1, 6), random),
            "PreferredBackupWindow": backup_window(random),
            "PreferredMaintenanceWindow": maintenance_window(random),
            "CopyTagsToSnapshot": random.chance(0.7),
            "DeletionProtection": target.account.line.environment == "prod" && random.chance(0.85),
            "CrossAccountClone": false,
            "IAMDatabaseAuthenticationEnabled": random.chance(0.3),
            "AssociatedRoles": roles,
            "DomainMemberships": [],
            "EnabledCloudwatchLogsExports": (!logs.is_empty()).then_some(logs),
            "MasterUserSecret": secret,
            "AwsBackupRecoveryPointArn": random.chance(0.08).then(|| {
                let id = random.hex(8);
                format!("arn:aws:backup:{}:{}:recovery-point:continuous:cluster-{id}", target.region, target.account.id)
            }),
        }),
    );
}

/// What Aurora has and the others have not.
fn aurora(resource: &mut Resource, random: &mut Random) {
    let optimized = random.chance(0.2);
    let insights = random.chance(0.5);
    let forwarding = random.pick(&["disabled", "disabled", "enabled"]);
    add(
        resource,
        json!({
            "AllocatedStorage": 1,
            "StorageType": if optimized { "aurora-iopt1" } else { "aurora" },
            "IOOptimizedNextAllowedModificationTime": optimized.then(|| days_ago(-random.between(1, 30), random)),
            "HttpEndpointEnabled": random.chance(0.2),
            "ActivityStreamStatus": "stopped",
            "GlobalWriteForwardingRequested": false,
            "LocalWriteForwardingStatus": forwarding,
            "ClusterScalabilityType": "standard",
            "DatabaseInsightsMode": if insights { "advanced" } else { "standard" },
            "PerformanceInsightsEnabled": insights,
        }),
    );
}

/// What a Multi-AZ DB cluster of RDS has and an Aurora cluster has not.
fn multi_az_cluster(target: &Target<'_>, resource: &mut Resource, random: &mut Random) {
    let (authority, until) = certificate(random);
    add(
        resource,
        json!({
            "MultiAZ": true,
            "AllocatedStorage": 400,
            "StorageType": "io2",
            "Iops": 10000,
            "StorageThroughput": 0,
            "DBClusterInstanceClass": "db.m6gd.xlarge",
            "PubliclyAccessible": false,
            "MonitoringInterval": 30,
            "MonitoringRoleArn": target.role("rds-monitoring-role"),
            "DatabaseInsightsMode": "advanced",
            "PerformanceInsightsEnabled": true,
            "PerformanceInsightsKMSKeyId": target.key("performance insights"),
            "PerformanceInsightsRetentionPeriod": 465,
            "CertificateDetails": { "CAIdentifier": authority, "ValidTill": until },
        }),
    );
}

fn status(engine: &Engine, resource: &mut Resource, random: &mut Random) {
    let status = match random.below(60) {
        0..=2 => "backing-up",
        3 => "modifying",
        4 => "upgrading",
        5 => "stopped",
        _ => "available",
    };
    let pending = match status {
        "modifying" => json!({ "BackupRetentionPeriod": 14, "IAMDatabaseAuthenticationEnabled": true }),
        "upgrading" => json!({ "EngineVersion": engine.versions[0] }),
        _ => Value::Null,
    };
    add(
        resource,
        json!({
            "Status": status,
            "PendingModifiedValues": pending,
            "PercentProgress": (status == "upgrading").then_some("42"),
            "AutomaticRestartTime": (status == "stopped").then(|| days_ago(-random.between(1, 6), random)),
        }),
    );
}
