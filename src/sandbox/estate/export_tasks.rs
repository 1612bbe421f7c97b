//! Export tasks: snapshots that were written to S3 for those who analyse.

use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{resource, snapshots, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target, moment};

/// Two at most, of manual snapshots of the engines that can be exported.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let mut random = target.random("export tasks");
    if !random.chance(0.35) {
        return Vec::new();
    }
    let exportable = |snapshot: &Resource| {
        matches!(
            text(snapshot, "Engine"),
            "mysql" | "mariadb" | "postgres" | "aurora-mysql" | "aurora-postgresql"
        ) && text(snapshot, "SnapshotType") == "manual"
            && text(snapshot, "Status") == "available"
    };
    let of_instances = snapshots::of_instances(target, fleet).into_iter().filter(exportable);
    let of_clusters = snapshots::of_clusters(target, fleet).into_iter().filter(exportable);
    let of_instances = of_instances.filter_map(|snapshot| task(target, &snapshot, "DBSnapshot"));
    let of_clusters = of_clusters.filter_map(|snapshot| task(target, &snapshot, "DBClusterSnapshot"));
    of_instances.take(1).chain(of_clusters.take(1)).collect()
}

fn task(target: &Target<'_>, snapshot: &Resource, member: &str) -> Option<Resource> {
    let name = text(snapshot, &format!("{member}Identifier"));
    let mut random = target.random(&format!("export of {name}"));
    let format = &time::format_description::well_known::Rfc3339;
    let taken = OffsetDateTime::parse(text(snapshot, "SnapshotCreateTime"), format).ok()?;
    let begun = taken + Duration::minutes(random.between(40, 500));
    let failed = random.chance(0.25);
    Some(resource(json!({
        "ExportTaskIdentifier": format!("{name}-export"),
        "SourceArn": text(snapshot, &format!("{member}Arn")),
        "SnapshotTime": moment(taken),
        "TaskStartTime": moment(begun),
        "TaskEndTime": moment(begun + Duration::minutes(random.between(12, 190))),
        "S3Bucket": format!("{}-exports", target.account.name),
        "S3Prefix": "snapshots",
        "IamRoleArn": target.role("rds-s3-export"),
        "KmsKeyId": target.key("exports"),
        "Status": if failed { "FAILED" } else { "COMPLETE" },
        "PercentProgress": if failed { 12 } else { 100 },
        "TotalExtractedDataInGB": if failed { 0 } else { random.between(1, 900) },
        "FailureCause": failed.then_some("The KMS key can't be accessed. Make sure that the key is enabled."),
        "SourceType": "SNAPSHOT",
    })))
}
