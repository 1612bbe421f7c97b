//! One application, `invoicing`, with a development, a test and three production databases in five accounts, whose
//! differences are planted here and known: what a comparison must find, and what it must not. They are in the demo only;
//! everything else of the fleet is drawn.

use serde_json::{Value, json};

use super::Settings;
use super::fleet::Fleet;
use super::instance::add;
use super::target::{NOW, Resource, Target, moment};

/// The accounts by their number, each with its region's place and what the database is called.
const PLACES: [(usize, usize, &str); 5] = [
    (0, 0, "invoicing-prod"),
    (7, 0, "invoicing-prod"),
    (2, 1, "invoicing-prod"),
    (1, 0, "invoicing-test"),
    (11, 0, "invoicing-dev"),
];

/// Which of them a target has.
fn here(target: &Target<'_>) -> Option<(usize, &'static str)> {
    PLACES.iter().position(|(number, ..)| *number == target.account.number).map(|at| (at, PLACES[at].2))
}

const SECOND_PROD: usize = 1;
const THIRD_PROD: usize = 2;
const TEST: usize = 3;
const DEV: usize = 4;

/// Adds the application's database, where the target has one.
pub fn add_to(settings: &Settings, target: &Target<'_>, fleet: &mut Fleet) {
    let Some((which, name)) = here(target).filter(|_| settings.planted) else { return };
    if settings.regions.get(PLACES[which].1).is_some_and(|region| region == target.region) {
        fleet.instances.push(database(target, which, name));
    }
}

fn database(target: &Target<'_>, which: usize, name: &str) -> Resource {
    let engine = super::engines::engine("postgres");
    let mut groups = vec![json!({ "VpcSecurityGroupId": "sg-0a1", "Status": "active" })];
    if which == THIRD_PROD {
        groups.push(json!({ "VpcSecurityGroupId": "sg-0b2", "Status": "active" }));
    }
    let is_small = which == TEST || which == DEV;
    let size = [500, 500, 500, 100, 50][which];
    let is_dev = which == DEV;
    let version = if which == TEST { "17.6" } else { "16.10" };
    let family = engine.family(version);
    let classes = ["db.r6g.2xlarge", "db.r6g.2xlarge", "db.r6g.xlarge", "db.r6g.large", "db.t4g.medium"];
    let key = target.key("rds storage");
    let tags = [("app", "invoicing"), ("env", ["prod", "prod", "prod", "test", "dev"][which])];
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let mut resource = Resource::new();
    add(
        &mut resource,
        json!({
            "DBInstanceIdentifier": name,
            "DBInstanceClass": classes[which],
            "Engine": engine.name,
            "EngineVersion": version,
            "LicenseModel": engine.license,
            "DBName": "invoicing",
            "MasterUsername": engine.username,
            "DBInstanceArn": target.arn(&format!("db:{name}")),
            "DbiResourceId": format!("db-{}", target.random(name).text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 26)),
            "InstanceCreateTime": moment(NOW - time::Duration::days(400 + which as i64)),
            "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
            "AutoMinorVersionUpgrade": true,
            "UpgradeRolloutOrder": "second",
            "Endpoint": {
                "Address": target.host(name, "", engine),
                "Port": if is_dev { 5433 } else { 5432 },
                "HostedZoneId": target.hosted_zone(),
            },
            "DbInstancePort": 0,
            "AvailabilityZone": target.zone(which),
            "SecondaryAvailabilityZone": (!is_small).then(|| target.zone(which + 1)),
            "MultiAZ": !is_small,
            "DBSubnetGroup": target.subnet_group(),
            "NetworkType": "IPV4",
            "VpcSecurityGroups": groups,
            "DBSecurityGroups": [],
            "PubliclyAccessible": is_dev,
            "CustomerOwnedIpEnabled": false,
        }),
    );
    // In two, since one would be too long for the compiler.
    add(
        &mut resource,
        json!({
            "AllocatedStorage": size,
            "MaxAllocatedStorage": (!is_dev).then_some(1000),
            "StorageType": "gp3",
            "Iops": if is_small { 3000 } else { 12000 },
            "StorageThroughput": if is_small { 125 } else { 500 },
            "StorageEncrypted": !is_dev,
            "StorageEncryptionType": if is_dev { "none" } else { "sse-kms" },
            "KmsKeyId": (!is_dev).then_some(key),
            "DedicatedLogVolume": false,
            "IsStorageConfigUpgradeAvailable": which == THIRD_PROD,
            "BackupRetentionPeriod": if which == THIRD_PROD { 1 } else { 14 },
            "PreferredBackupWindow": "02:00-02:30",
            "LatestRestorableTime": moment(NOW - time::Duration::minutes(3)),
            "PreferredMaintenanceWindow": "sun:04:00-sun:04:30",
            "BackupTarget": "region",
            "CopyTagsToSnapshot": true,
            "ReadReplicaDBInstanceIdentifiers": [],
            "CACertificateIdentifier": "rds-ca-rsa2048-g1",
            "CertificateDetails": {
                "CAIdentifier": "rds-ca-rsa2048-g1",
                "ValidTill": moment(NOW + time::Duration::days(200 + which as i64)),
            },
            "DBParameterGroups": [{
                "DBParameterGroupName": format!("{GROUP}{family}"),
                "ParameterApplyStatus": if is_dev { "pending-reboot" } else { "in-sync" },
            }],
            "OptionGroupMemberships":
                [{ "OptionGroupName": engine.option_group(version), "Status": "in-sync" }],
            "IAMDatabaseAuthenticationEnabled": true,
            "AssociatedRoles": [],
            "DomainMemberships": [],
            "DeletionProtection": which != SECOND_PROD && !is_dev,
            "MonitoringInterval": 60,
            "EnhancedMonitoringResourceArn": format!(
                "arn:aws:logs:{}:{}:log-group:RDSOSMetrics:log-stream:{name}", target.region, target.account.id
            ),
            "MonitoringRoleArn": target.role("rds-monitoring-role"),
            "PerformanceInsightsEnabled": true,
            "PerformanceInsightsKMSKeyId": target.key("performance insights"),
            "PerformanceInsightsRetentionPeriod": 7,
            "DatabaseInsightsMode": "standard",
            // In another order each: that is no difference.
            "EnabledCloudwatchLogsExports":
                if which == SECOND_PROD { ["upgrade", "postgresql"] } else { ["postgresql", "upgrade"] },
            "DBInstanceStatus": "available",
            "PendingModifiedValues": if which == THIRD_PROD {
                json!({ "DBInstanceClass": "db.r6g.2xlarge" })
            } else {
                json!({})
            },
            "TagList": tags,
        }),
    );
    resource
}

/// How the application's parameter groups begin.
const GROUP: &str = "invoicing-";

/// Whether a parameter group is the application's.
pub fn has_group(group: &str) -> bool {
    group.starts_with(GROUP)
}

/// Whether the engine's version has dropped a parameter.
pub fn has_dropped(group: &str, family: &str, name: &str) -> bool {
    has_group(group)
        && family == "postgres17"
        && ["old_snapshot_threshold", "db_user_namespace"].contains(&name)
}

/// What the application's groups set.
pub fn set(target: &Target<'_>, name: &str) -> Option<&'static str> {
    let (which, _) = here(target)?;
    Some(match (name, which) {
        ("work_mem", SECOND_PROD) => "65536",
        ("work_mem", _) => "16384",
        ("rds.force_ssl", THIRD_PROD) => "0",
        ("rds.force_ssl", _) => "1",
        ("log_min_duration_statement", TEST) => "200",
        ("log_min_duration_statement", DEV) => "0",
        ("log_min_duration_statement", _) => "1000",
        ("statement_timeout", DEV) => "60000",
        ("random_page_cost", SECOND_PROD) => "1.10",
        ("random_page_cost", _) => "1.1",
        ("shared_preload_libraries", SECOND_PROD) => "pgaudit,pg_stat_statements",
        ("shared_preload_libraries", _) => "pg_stat_statements,pgaudit",
        ("log_connections", THIRD_PROD) => "on",
        ("log_connections", _) => "1",
        _ => return None,
    })
}
