//! What is rare in a fleet: the members that AWS sends for few instances and clusters only, so that each of them can be
//! seen somewhere. What is common is `instance`'s and `cluster`'s.

use serde_json::{Value, json};

use super::fleet::Form;
use super::instance::add;
use super::random::Random;
use super::target::{Resource, Target, days_ago};

/// Makes an instance what its form says.
pub fn on_instance(target: &Target<'_>, form: Form, instance: &mut Resource, random: &mut Random) {
    let identifier = instance["DBInstanceIdentifier"].as_str().unwrap_or_default().to_owned();
    let members = match form {
        Form::Custom => json!({
            "DBInstanceStatus": "available",
            "AutomationMode": "all-paused",
            "ResumeFullAutomationModeTime": days_ago(-1, random),
            "CustomIamInstanceProfile": "AWSRDSCustomInstanceProfile-plant",
            "DBSystemId": "RDSCDB",
            "AutoMinorVersionUpgrade": false,
            "DBInstanceAutomatedBackupsReplications": [],
        }),
        Form::ActivityStream => json!({
            "DBInstanceStatus": "available",
            "ActivityStreamStatus": "started",
            "ActivityStreamKmsKeyId": target.key("activity stream"),
            "ActivityStreamKinesisStreamName":
                format!("aws-rds-das-{}", instance["DbiResourceId"].as_str().unwrap_or_default()),
            "ActivityStreamMode": "async",
            "ActivityStreamEngineNativeAuditFieldsIncluded": true,
            "ActivityStreamPolicyStatus": "locked",
            "AwsBackupRecoveryPointArn": format!(
                "arn:aws:backup:{}:{}:recovery-point:continuous:db-{}", target.region, target.account.id, random.hex(8)
            ),
            "DBInstanceAutomatedBackupsReplications":
                [{ "DBInstanceAutomatedBackupsArn": automated_backup(target, random) }],
            // Sent for instances that keep their TDE keys in a key store of their own.
            "TdeCredentialArn": format!(
                "arn:aws:secretsmanager:{}:{}:secret:tde-{identifier}", target.region, target.account.id
            ),
        }),
        Form::MoreVolumes => json!({
            "ProcessorFeatures": [{ "Name": "coreCount", "Value": "4" }, { "Name": "threadsPerCore", "Value": "1" }],
            "AdditionalStorageVolumes": [
                {
                    "VolumeName": "rdsdbdata2", "StorageVolumeStatus": "ACTIVE", "AllocatedStorage": 6000,
                    "IOPS": 12000, "MaxAllocatedStorage": 8000, "StorageThroughput": 500, "StorageType": "gp3",
                },
                {
                    "VolumeName": "rdsdbdata3", "StorageVolumeStatus": "STORAGE-OPTIMIZATION",
                    "StorageOperationStatus": "Optimizing", "StorageOperationPercentProgress": 38,
                    "AllocatedStorage": 4000, "IOPS": 20000, "StorageType": "io2",
                },
            ],
            "PendingModifiedValues": {
                "ProcessorFeatures": [{ "Name": "coreCount", "Value": "8" }],
                "AdditionalStorageVolumes": [{ "VolumeName": "rdsdbdata2", "AllocatedStorage": 8000 }],
            },
        }),
        Form::AlwaysOn => json!({
            "MultiAZ": true,
            "SecondaryAvailabilityZone": target.zone(2),
            "AvailabilityZone": target.zone(0),
            "ListenerEndpoint": {
                "Address": format!(
                    "{identifier}-listener.{}.{}.rds.amazonaws.com", target.endpoint_part(), target.region
                ),
                "Port": 1433,
                "HostedZoneId": target.hosted_zone(),
            },
        }),
        Form::Domain => json!({
            "DomainMemberships": [{
                "Domain": "d-99677a2f4c", "Status": "joined", "FQDN": "corp.example.com",
                "IAMRoleName": "rds-directoryservice-access",
            }],
        }),
        Form::CapacityReservation => json!({
            "DBCapacityReservationIdentifier": format!("{}-peak-season", target.account.line.application),
        }),
        Form::Optimizing => json!({
            "DBInstanceStatus": "storage-optimization",
            "PercentProgress": "63",
            "StorageVolumeStatus": "STORAGE-OPTIMIZATION",
            "StorageOperationStatus": "Optimizing",
            "StorageOperationPercentProgress": 63,
        }),
        Form::StorageFull => json!({
            "DBInstanceStatus": "storage-full",
            "StorageVolumeStatus": "VOLUME-FULL",
        }),
        Form::Incompatible => json!({ "DBInstanceStatus": "incompatible-parameters" }),
        Form::Stopped => json!({
            "DBInstanceStatus": "stopped",
            "AutomaticRestartTime": days_ago(-4, random),
        }),
        Form::Express => json!({ "VPCNetworkingEnabled": false }),
        _ => return,
    };
    add(instance, members);
}

/// The version of a form that not every version has.
pub fn version(form: Form) -> Option<&'static str> {
    match form {
        Form::Limitless => Some("16.8-limitless"),
        Form::Backtrack => Some("8.0.mysql_aurora.3.08.2"),
        _ => None,
    }
}

/// Makes a cluster what its form says.
pub fn on_cluster(target: &Target<'_>, form: Form, cluster: &mut Resource, random: &mut Random) {
    let identifier = cluster["DBClusterIdentifier"].as_str().unwrap_or_default().to_owned();
    let members = match form {
        Form::Serverless => json!({
            "ServerlessV2ScalingConfiguration":
                { "MinCapacity": 0.5, "MaxCapacity": random.pick(&[4.0, 8.0, 16.0]), "SecondsUntilAutoPause": 300 },
            "ServerlessV2PlatformVersion": "3",
        }),
        Form::Limitless => json!({
            "ClusterScalabilityType": "limitless",
            "StorageType": "aurora-iopt1",
            "LimitlessDatabase": { "Status": "active", "MinRequiredACU": 96.0 },
            "MonitoringInterval": 60,
            "MonitoringRoleArn": target.role("rds-monitoring-role"),
            "PerformanceInsightsEnabled": true,
            "PerformanceInsightsKMSKeyId": target.key("performance insights"),
            "PerformanceInsightsRetentionPeriod": 465,
        }),
        Form::Express => json!({
            "VPCNetworkingEnabled": false,
            "InternetAccessGatewayEnabled": true,
            "IAMDatabaseAuthenticationEnabled": true,
            "ServerlessV2ScalingConfiguration":
                { "MinCapacity": 0.0, "MaxCapacity": 8.0, "SecondsUntilAutoPause": 300 },
            "ServerlessV2PlatformVersion": "4",
        }),
        Form::GlobalSecondary => json!({
            "Status": "upgrading",
            "PercentProgress": "42",
            "GlobalClusterIdentifier": "telemetry-global",
            "GlobalWriteForwardingStatus": "enabled",
            "GlobalWriteForwardingRequested": true,
            "ReplicationSourceIdentifier":
                format!("arn:aws:rds:eu-west-1:{}:cluster:telemetry-global-primary", target.account.id),
        }),
        Form::Clone => json!({ "CloneGroupId": random.uuid(), "CrossAccountClone": true }),
        Form::Backtrack => json!({
            "BacktrackWindow": 86_400,
            "BacktrackConsumedChangeRecords": 48_211_904,
            "EarliestBacktrackTime": days_ago(1, random),
            "CustomEndpoints": [target.host(
                &format!("{identifier}-reporting"), "cluster-custom-", super::engines::engine("aurora-mysql")
            )],
        }),
        Form::ClusterActivityStream => json!({
            "GlobalClusterIdentifier": format!("{}-global", target.account.line.application),
            "ActivityStreamStatus": "started",
            "ActivityStreamMode": "sync",
            "ActivityStreamKmsKeyId": target.key("activity stream"),
            "ActivityStreamKinesisStreamName":
                format!("aws-rds-das-{}", cluster["DbClusterResourceId"].as_str().unwrap_or_default()),
        }),
        Form::Domain => json!({
            "DomainMemberships": [{
                "Domain": "d-99677a2f4c", "Status": "joined", "FQDN": "corp.example.com",
                "IAMRoleName": "rds-directoryservice-access",
            }],
        }),
        _ => return,
    };
    add(cluster, members);
}

/// Makes a member of a cluster what the cluster's form says.
pub fn on_member(form: Form, cluster: &Resource, member: &mut Resource) {
    for name in ["EngineVersion", "ActivityStreamStatus", "ActivityStreamMode"] {
        if let Some(value) = cluster.get(name) {
            member.insert(name.to_owned(), value.clone());
        }
    }
    if form == Form::Domain {
        member.insert("DomainMemberships".to_owned(), cluster["DomainMemberships"].clone());
    }
    if cluster["Status"] == "stopped" {
        add(
            member,
            json!({ "DBInstanceStatus": "stopped", "AutomaticRestartTime": cluster.get("AutomaticRestartTime") }),
        );
    }
}

/// The ARN of a copy of an instance's automated backups in another region.
fn automated_backup(target: &Target<'_>, random: &mut Random) -> Value {
    let id = random.text(b"abcdefghijklmnopqrstuvwxyz0123456789", 40);
    json!(format!("arn:aws:rds:eu-west-1:{}:auto-backup:ab-{id}", target.account.id))
}
