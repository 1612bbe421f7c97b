//! Pending maintenance actions: operating system updates, minor versions, and certificates that must be rotated.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::{clock, engine, engine_versions, resource, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::random::Random;
use crate::sandbox::target::{NOW, Resource, Target, moment};

/// An entry for every instance and cluster for which something is pending.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let instances = fleet.instances.iter().map(|instance| (text(instance, "DBInstanceArn"), instance));
    let clusters = fleet.clusters.iter().map(|cluster| (text(cluster, "DBClusterArn"), cluster));
    instances
        .chain(clusters)
        .filter_map(|(arn, of)| {
            let actions = actions(of, &mut target.random(&format!("maintenance of {arn}")));
            (!actions.is_empty()).then(|| {
                resource(json!({ "ResourceIdentifier": arn, "PendingMaintenanceActionDetails": actions }))
            })
        })
        .collect()
}

fn actions(of: &Resource, random: &mut Random) -> Vec<Value> {
    let opens = clock::next_opening(text(of, "PreferredMaintenanceWindow"));
    let mut actions = Vec::new();
    if random.chance(0.12) {
        let required = random.chance(0.4);
        let dates = Dates {
            auto_applied_after: required.then_some(opens + Duration::days(7)),
            forced: (required && random.chance(0.4)).then_some(opens + Duration::days(63)),
            current: random.chance(0.5).then_some(opens),
        };
        actions.push(action("system-update", "New Operating System update is available", &dates));
    }
    let minor = engine_versions::newest_minor(engine(of), text(of, "EngineVersion"));
    if let Some(minor) = minor.filter(|_| random.chance(0.35)) {
        let automatic = of.get("AutoMinorVersionUpgrade") == Some(&Value::Bool(true));
        let description = if automatic {
            format!("Automatic minor version upgrade to {} {minor}", engine(of).name)
        } else {
            format!("Upgrade to {} {minor} is available", engine(of).name)
        };
        let dates = Dates {
            auto_applied_after: automatic.then_some(opens),
            forced: None,
            current: automatic.then_some(opens),
        };
        actions.push(action("db-upgrade", &description, &dates));
    }
    if text(of, "CACertificateIdentifier") == "rds-ca-2019" {
        let dates = Dates {
            auto_applied_after: None,
            forced: Some(NOW + Duration::days(random.between(20, 80))),
            current: None,
        };
        actions.push(action("ca-certificate-rotation", "Rotation of CA certificate", &dates));
    }
    actions
}

struct Dates {
    /// The first window after which it is applied.
    auto_applied_after: Option<OffsetDateTime>,
    /// When it is applied whether or not a window is open.
    forced: Option<OffsetDateTime>,
    /// When it will be applied as things are.
    current: Option<OffsetDateTime>,
}

fn action(action: &str, description: &str, dates: &Dates) -> Value {
    let opted = dates.auto_applied_after.is_none() && dates.current.is_some();
    Value::Object(resource(json!({
        "Action": action,
        "AutoAppliedAfterDate": dates.auto_applied_after.map(moment),
        "ForcedApplyDate": dates.forced.map(moment),
        "OptInStatus": opted.then_some("next-maintenance"),
        "CurrentApplyDate": dates.current.or(dates.forced).map(moment),
        "Description": description,
    })))
}
