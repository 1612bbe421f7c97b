//! Databases that were deleted, of which their last snapshot and their retained backups are still there.

use serde_json::json;

use super::text;
use crate::sandbox::instance::add;
use crate::sandbox::target::{NOW, Resource, Target, days_ago};
use time::{Duration, OffsetDateTime};

/// When they were deleted.
pub const DELETED: OffsetDateTime = NOW.saturating_sub(Duration::days(17));

/// An instance as it was when it was deleted, much as one of those that stayed; not every account has one.
pub fn instance(target: &Target<'_>, stayed: &[Resource]) -> Option<Resource> {
    let mut random = target.random("deleted instance");
    let pattern = stayed
        .iter()
        .find(|one| super::stands_alone(one) && super::number(one, "BackupRetentionPeriod") > 0)?;
    if !random.chance(0.5) {
        return None;
    }
    let identifier =
        format!("{}-legacy-{}", target.account.line.application, target.account.line.environment);
    let mut gone = pattern.clone();
    add(
        &mut gone,
        json!({
            "DBInstanceIdentifier": identifier,
            "DBInstanceArn": target.arn(&format!("db:{identifier}")),
            "DbiResourceId": format!("db-{}", random.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 26)),
            "InstanceCreateTime": days_ago(2600, &mut random),
            "TagList": target.tags(&identifier, &mut random),
        }),
    );
    Some(gone)
}

/// A cluster as it was when it was deleted.
pub fn cluster(target: &Target<'_>, stayed: &[Resource]) -> Option<Resource> {
    let mut random = target.random("deleted cluster");
    let pattern = stayed.iter().find(|one| text(one, "Engine").starts_with("aurora"))?;
    if !random.chance(0.5) {
        return None;
    }
    let identifier = format!("{}-pilot-{}", target.account.line.application, target.account.line.environment);
    let mut gone = pattern.clone();
    add(
        &mut gone,
        json!({
            "DBClusterIdentifier": identifier,
            "DBClusterArn": target.arn(&format!("cluster:{identifier}")),
            "DbClusterResourceId": format!("cluster-{}", random.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 26)),
            "ClusterCreateTime": days_ago(900, &mut random),
            "TagList": target.tags(&identifier, &mut random),
        }),
    );
    Some(gone)
}
