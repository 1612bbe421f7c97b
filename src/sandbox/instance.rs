//! What one DB instance is like in every member of AWS's `DBInstance` that instances commonly have. What is rare is
//! `exhibits`'; which instances there are is `fleet`'s.

use serde_json::{Value, json};

use super::engines::Engine;
use super::random::Random;
use super::target::{Resource, Target, days_ago, minutes_ago};

/// What is settled of an instance before its members are drawn.
pub struct Database<'a> {
    pub identifier: &'a str,
    pub engine: &'static Engine,
    pub version: &'a str,
    pub class: &'a str,
    /// The Oracle system identifier.
    pub sid: Option<&'a str>,
    /// The cluster to which the instance belongs.
    pub cluster: Option<&'a Resource>,
}

/// A version of the engine: mostly one of the newer.
pub fn version(engine: &Engine, random: &mut Random) -> &'static str {
    let newest = random.below(engine.versions.len());
    let again = random.below(engine.versions.len());
    engine.versions[newest.min(again)]
}

/// A class for the environment.
pub fn class(target: &Target<'_>, engine: &Engine, random: &mut Random) -> &'static str {
    match target.account.line.environment {
        "prod" => random.pick(engine.production_classes),
        _ => random.pick(engine.test_classes),
    }
}

/// An instance, complete but for what is rare.
pub fn instance(target: &Target<'_>, database: &Database<'_>, random: &mut Random) -> Resource {
    let mut resource = Resource::new();
    identity(target, database, &mut resource, random);
    network(target, database, &mut resource, random);
    storage(target, database, &mut resource, random);
    backup(database, &mut resource, random);
    security(target, database, &mut resource, random);
    observation(target, database, &mut resource, random);
    status(target, database, &mut resource, random);
    resource.insert("TagList".to_owned(), target.tags(database.identifier, random));
    resource
}

/// Adds members; a value of `null` is a member that AWS does not send.
pub fn add(resource: &mut Resource, members: Value) {
    if let Value::Object(members) = members {
        resource.extend(members.into_iter().filter(|(_, value)| !value.is_null()));
    }
}

/// Whether the account is one of production.
fn production(target: &Target<'_>) -> bool {
    target.account.line.environment == "prod"
}

fn identity(target: &Target<'_>, database: &Database<'_>, resource: &mut Resource, random: &mut Random) {
    let Database { identifier, engine, version, class, sid, cluster } = *database;
    let name = match (engine.name, sid) {
        (_, Some(sid)) => json!(sid),
        (name, _) if name.starts_with("sqlserver") || name == "docdb" || name == "neptune" => Value::Null,
        _ if random.chance(0.2) => Value::Null,
        _ => json!(target.account.line.application.replace('-', "_")),
    };
    let license = match engine.name {
        "db2-se" if random.chance(0.3) => "marketplace-license",
        _ => engine.license,
    };
    add(
        resource,
        json!({
            "DBInstanceIdentifier": identifier,
            "DBInstanceClass": class,
            "Engine": engine.name,
            "EngineVersion": version,
            "LicenseModel": license,
            "DBName": name,
            "MasterUsername": cluster.map_or(json!(engine.username), |cluster| cluster["MasterUsername"].clone()),
            "DBInstanceArn": target.arn(&format!("db:{identifier}")),
            "DbiResourceId": format!("db-{}", random.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 26)),
            "InstanceCreateTime": days_ago(random.between(20, 2400), random),
            "EngineLifecycleSupport": engine.has_extended_support().then(|| extended_support(random)),
            "AutoMinorVersionUpgrade": !random.chance(0.35),
            "UpgradeRolloutOrder": rollout(target),
        }),
    );
    if engine.is_oracle() {
        let set = random.pick(&["AL32UTF8", "AL32UTF8", "AL32UTF8", "WE8ISO8859P15", "WE8MSWIN1252"]);
        add(
            resource,
            json!({
                "CharacterSetName": set,
                "NcharCharacterSetName": "AL16UTF16",
                "MultiTenant": engine.name.ends_with("-cdb"),
            }),
        );
    }
    if engine.is_sqlserver() {
        let zone = random.pick(&["UTC", "W. Europe Standard Time", "AUS Eastern Standard Time"]);
        add(resource, json!({ "CharacterSetName": "SQL_Latin1_General_CP1_CI_AS", "Timezone": zone }));
    } else if engine.name == "db2-se" {
        add(resource, json!({ "Timezone": "UTC", "CharacterSetName": "UTF-8" }));
    }
}

/// Enrolled, which is the default, or not.
pub fn extended_support(random: &mut Random) -> &'static str {
    if random.chance(0.3) {
        "open-source-rds-extended-support-disabled"
    } else {
        "open-source-rds-extended-support"
    }
}

/// The order in which AWS rolls minor versions out.
pub fn rollout(target: &Target<'_>) -> &'static str {
    match target.account.line.environment {
        "prod" => "last",
        "test" => "second",
        _ => "first",
    }
}

fn network(target: &Target<'_>, database: &Database<'_>, resource: &mut Resource, random: &mut Random) {
    let Database { identifier, engine, cluster, .. } = *database;
    let zone = random.below(3);
    let multi = cluster.is_none() && random.chance(if production(target) { 0.7 } else { 0.06 });
    let dual = random.chance(0.05);
    let port = if random.chance(0.04) { engine.port + 1 } else { engine.port };
    add(
        resource,
        json!({
            "Endpoint": {
                "Address": target.host(identifier, "", engine),
                "Port": port,
                "HostedZoneId": target.hosted_zone(),
            },
            "PrimaryEndpoint": cluster.is_none().then(|| json!({
                "Address": target.host(identifier, "primary-", engine),
                "HostedZoneId": target.hosted_zone(),
            })),
            "VPCNetworkingEnabled": true,
            "DbInstancePort": 0,
            "AvailabilityZone": target.zone(zone),
            "MultiAZ": multi,
            "SecondaryAvailabilityZone": multi.then(|| target.zone(zone + 1)),
            "DBSubnetGroup": target.subnet_group(),
            "NetworkType": if dual { "DUAL" } else { "IPV4" },
            "VpcSecurityGroups": target.security_group(engine.name),
            "DBSecurityGroups": [],
            "PubliclyAccessible": !production(target) && random.chance(0.08),
            "CustomerOwnedIpEnabled": false,
        }),
    );
}

fn storage(target: &Target<'_>, database: &Database<'_>, resource: &mut Resource, random: &mut Random) {
    let Database { engine, cluster, .. } = *database;
    if let Some(cluster) = cluster {
        // A member's storage is its cluster's.
        for member in ["StorageType", "StorageEncrypted", "StorageEncryptionType", "KmsKeyId"] {
            if let Some(value) = cluster.get(member) {
                resource.insert(member.to_owned(), value.clone());
            }
        }
        let of_rds = !engine.is_clustered();
        let size = if of_rds { cluster["AllocatedStorage"].clone() } else { json!(1) };
        let throughput = cluster.get("StorageThroughput").cloned().unwrap_or(json!(0));
        let iops = cluster.get("Iops").cloned().filter(|_| of_rds).unwrap_or_default();
        let members = json!({
            "AllocatedStorage": size,
            "StorageThroughput": throughput,
            "Iops": iops,
            "DedicatedLogVolume": false,
            "IsStorageConfigUpgradeAvailable": false,
        });
        add(resource, members);
        return;
    }
    let sizes: &[i64] =
        if production(target) { &[100, 200, 400, 500, 1000, 2000, 6000, 16000] } else { &[20, 50, 100, 200] };
    let size = random.pick(sizes);
    let kind = match random.below(20) {
        0..=2 => "gp2",
        3 if production(target) => "io1",
        4 | 5 if production(target) && size >= 100 => "io2",
        6 if !production(target) => "standard",
        _ => "gp3",
    };
    let (iops, throughput) = match kind {
        "gp3" if size >= 400 => {
            (json!(random.pick(&[12000, 12000, 16000, 24000])), random.pick(&[500, 500, 750]))
        }
        "gp3" => (json!(3000), 125),
        "io1" | "io2" => (json!(random.pick(&[5000, 10000, 20000, 40000])), 0),
        _ => (Value::Null, 0),
    };
    let encrypted = random.chance(if production(target) { 0.95 } else { 0.7 });
    let owned = encrypted && random.chance(0.06);
    add(
        resource,
        json!({
            "AllocatedStorage": size,
            "MaxAllocatedStorage": random.chance(0.5).then_some(size * 2),
            "StorageType": kind,
            "Iops": iops,
            "StorageThroughput": throughput,
            "StorageEncrypted": encrypted,
            "StorageEncryptionType": if owned { "sse-rds" } else if encrypted { "sse-kms" } else { "none" },
            "KmsKeyId": (encrypted && !owned).then(|| target.key("rds storage")),
            "DedicatedLogVolume": kind.starts_with("io") && random.chance(0.4),
            "IsStorageConfigUpgradeAvailable": random.chance(0.15),
        }),
    );
}

fn backup(database: &Database<'_>, resource: &mut Resource, random: &mut Random) {
    let Database { cluster, .. } = *database;
    if let Some(cluster) = cluster {
        for member in ["BackupRetentionPeriod", "PreferredBackupWindow"] {
            resource.insert(member.to_owned(), cluster[member].clone());
        }
    } else {
        let retention = random.pick(&[0, 1, 7, 7, 14, 30, 35]);
        let latest = (retention > 0).then(|| minutes_ago(random.between(1, 6), random));
        let members = json!({
            "BackupRetentionPeriod": retention,
            "PreferredBackupWindow": backup_window(random),
            "LatestRestorableTime": latest,
        });
        add(resource, members);
    }
    add(
        resource,
        json!({
            "PreferredMaintenanceWindow": maintenance_window(random),
            "BackupTarget": "region",
            "CopyTagsToSnapshot": random.chance(0.75),
            "ReadReplicaDBInstanceIdentifiers": [],
        }),
    );
}

/// Half an hour in the night, in UTC.
pub fn backup_window(random: &mut Random) -> String {
    let (hour, minute) = (random.below(6), random.below(30));
    format!("{hour:02}:{minute:02}-{hour:02}:{:02}", minute + 30)
}

/// Half an hour of the week, in UTC.
pub fn maintenance_window(random: &mut Random) -> String {
    let day = random.pick(&["sun", "sun", "sat", "mon", "tue", "wed", "thu"]);
    let (hour, minute) = (random.below(6), random.below(30));
    format!("{day}:{hour:02}:{minute:02}-{day}:{hour:02}:{:02}", minute + 30)
}

fn security(target: &Target<'_>, database: &Database<'_>, resource: &mut Resource, random: &mut Random) {
    let Database { engine, version, cluster, .. } = *database;
    let (authority, until) = certificate(random);
    let apply =
        random.pick(&["in-sync", "in-sync", "in-sync", "in-sync", "in-sync", "in-sync", "pending-reboot"]);
    let family = engine.family(version);
    let group =
        if random.chance(0.6) { target.parameter_group_name(&family) } else { format!("default.{family}") };
    let iam = (engine.has_extended_support() || engine.name == "mariadb") && random.chance(0.25);
    let managed = cluster.is_none() && random.chance(0.25);
    let s3 = (cluster.is_none() && random.chance(0.12)).then(|| match engine.name {
        name if name.contains("oracle") => "S3_INTEGRATION",
        "postgres" => "s3Import",
        _ => "",
    });
    let roles = match s3 {
        Some(feature) if !feature.is_empty() => json!([{
            "RoleArn": target.role("rds-s3-exchange"), "FeatureName": feature, "Status": "ACTIVE",
        }]),
        _ => json!([]),
    };
    // The options of S3 and of native backups are in groups of the account's own.
    let optional = s3 == Some("S3_INTEGRATION")
        || (engine.is_sqlserver() && target.random(database.identifier).chance(0.4));
    let options = engine.option_group(version);
    let options = match options.strip_prefix("default:") {
        Some(rest) if optional => format!("{}-{rest}", target.account.line.application),
        _ => options,
    };
    let protected = match cluster {
        Some(_) => false,
        None => production(target) && random.chance(0.85),
    };
    add(
        resource,
        json!({
            "CACertificateIdentifier": authority,
            "CertificateDetails": { "CAIdentifier": authority, "ValidTill": until },
            "DBParameterGroups": [{ "DBParameterGroupName": group, "ParameterApplyStatus": apply }],
            "OptionGroupMemberships": [{ "OptionGroupName": options, "Status": "in-sync" }],
            "IAMDatabaseAuthenticationEnabled": iam,
            "MasterUserSecret": managed.then(|| master_user_secret(target, database.identifier, random)),
            "AssociatedRoles": roles,
            "DomainMemberships": [],
            "DeletionProtection": protected,
        }),
    );
}

/// The authority that signed, mostly today's, and until when the server's certificate is valid.
pub fn certificate(random: &mut Random) -> (&'static str, Value) {
    match random.below(25) {
        0 => ("rds-ca-2019", json!("2024-08-22T17:08:50Z")),
        1 | 2 => ("rds-ca-ecc384-g1", days_ago(-random.between(20, 360), random)),
        3 | 4 => ("rds-ca-rsa4096-g1", days_ago(-random.between(5, 360), random)),
        _ => ("rds-ca-rsa2048-g1", days_ago(-random.between(5, 360), random)),
    }
}

/// The secret in which RDS keeps the master user's password.
pub fn master_user_secret(target: &Target<'_>, identifier: &str, random: &mut Random) -> Value {
    let (region, account) = (target.region, &target.account.id);
    let secret =
        format!("rds!{identifier}-{}", random.text(b"abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789", 6));
    json!({
        "SecretArn": format!("arn:aws:secretsmanager:{region}:{account}:secret:{secret}"),
        "SecretStatus": if random.chance(0.95) { "active" } else { "rotating" },
        "KmsKeyId": target.key("secrets"),
    })
}

fn observation(target: &Target<'_>, database: &Database<'_>, resource: &mut Resource, random: &mut Random) {
    let Database { identifier, engine, .. } = *database;
    let seconds =
        if production(target) { random.pick(&[60, 60, 15, 30, 1, 0]) } else { random.pick(&[0, 0, 60]) };
    let monitored = seconds > 0;
    let insights =
        !engine.is_oracle() && engine.name != "docdb" && engine.name != "neptune" && random.chance(0.6);
    let advanced = insights && random.chance(0.2);
    let logs: Vec<&str> = engine.logs.iter().copied().filter(|_| random.chance(0.6)).collect();
    let resource_arn = format!(
        "arn:aws:logs:{}:{}:log-group:RDSOSMetrics:log-stream:{identifier}",
        target.region, target.account.id
    );
    add(
        resource,
        json!({
            "MonitoringInterval": seconds,
            "EnhancedMonitoringResourceArn": monitored.then_some(resource_arn),
            "MonitoringRoleArn": monitored.then(|| target.role("rds-monitoring-role")),
            "PerformanceInsightsEnabled": insights,
            "PerformanceInsightsKMSKeyId": insights.then(|| target.key("performance insights")),
            "PerformanceInsightsRetentionPeriod":
                insights.then(|| if advanced { 465 } else { random.pick(&[7, 7, 31, 731]) }),
            "DatabaseInsightsMode": if advanced { "advanced" } else { "standard" },
            "EnabledCloudwatchLogsExports": (!logs.is_empty()).then_some(logs),
        }),
    );
}

fn status(target: &Target<'_>, database: &Database<'_>, resource: &mut Resource, random: &mut Random) {
    let standalone = database.cluster.is_none();
    let stopped = if production(target) { 1 } else { 12 };
    let status = match random.below(100) {
        0..=2 => "backing-up",
        3 | 4 => "modifying",
        5 => "upgrading",
        6 => "configuring-enhanced-monitoring",
        7 => "maintenance",
        8 if random.chance(0.4) => "creating",
        place if standalone && place >= 100 - stopped => "stopped",
        _ => "available",
    };
    let pending = match status {
        "modifying" => pending(database, random),
        "upgrading" => json!({ "EngineVersion": database.engine.versions[0] }),
        "available" if random.chance(0.05) => pending(database, random),
        _ => json!({}),
    };
    add(
        resource,
        json!({
            "DBInstanceStatus": status,
            "PendingModifiedValues": pending,
            "AutomaticRestartTime": (status == "stopped").then(|| days_ago(-random.between(1, 6), random)),
        }),
    );
    if status == "creating" {
        // AWS sends neither before they exist.
        resource.remove("Endpoint");
        resource.remove("LatestRestorableTime");
    }
}

/// A change that waits for the next window.
fn pending(database: &Database<'_>, random: &mut Random) -> Value {
    let engine = database.engine;
    match random.below(9) {
        0 => json!({ "DBInstanceClass": random.pick(engine.production_classes) }),
        1 => json!({ "EngineVersion": engine.versions[0] }),
        2 if !engine.is_clustered() => {
            json!({ "AllocatedStorage": 3000, "Iops": 12000, "StorageThroughput": 500 })
        }
        3 => json!({ "CACertificateIdentifier": "rds-ca-rsa2048-g1" }),
        4 if !engine.is_clustered() => json!({ "MultiAZ": true }),
        5 if !engine.logs.is_empty() => {
            json!({ "PendingCloudwatchLogsExports": { "LogTypesToEnable": engine.logs, "LogTypesToDisable": [] } })
        }
        6 => json!({ "MasterUserPassword": "****" }),
        7 if !engine.is_clustered() => json!({ "StorageType": "gp3", "BackupRetentionPeriod": 14 }),
        _ => json!({ "DBInstanceClass": database.class }),
    }
}
