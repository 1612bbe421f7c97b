//! Blue/green deployments: one that is being prepared, whose green side is not there yet, or one that was switched over,
//! whose blue side was deleted since.

use serde_json::json;

use super::{engine, resource, stands_alone, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target, days_ago};

/// One at most, and not in most accounts.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let mut random = target.random("blue/green deployment");
    let suitable = |instance: &&Resource| {
        stands_alone(instance)
            && matches!(engine(instance).name, "mysql" | "mariadb" | "postgres")
            && text(instance, "DBInstanceStatus") == "available"
            && !instance.contains_key("ReadReplicaSourceDBInstanceIdentifier")
            && !instance.contains_key("ReadReplicaSourceDBClusterIdentifier")
    };
    let Some(instance) = fleet.instances.iter().find(suitable).filter(|_| random.chance(0.3)) else {
        return Vec::new();
    };
    let (name, arn) = (text(instance, "DBInstanceIdentifier"), text(instance, "DBInstanceArn"));
    let done = random.chance(0.5);
    let source = if done { format!("{arn}-old1") } else { arn.to_owned() };
    let status = |step: usize| match step {
        _ if done => "COMPLETED",
        0 => "IN_PROGRESS",
        _ => "PENDING",
    };
    let steps = ["CREATING_READ_REPLICA_OF_SOURCE", "DB_ENGINE_VERSION_UPGRADE", "CONFIGURE_BACKUPS"];
    let tasks: Vec<_> =
        steps.iter().enumerate().map(|(at, step)| json!({ "Name": step, "Status": status(at) })).collect();
    let switched = json!([{ "SourceMember": source, "TargetMember": arn, "Status": "SWITCHOVER_COMPLETED" }]);
    let provisioning = json!([{ "SourceMember": source, "Status": "PROVISIONING" }]);
    vec![resource(json!({
        "BlueGreenDeploymentIdentifier": format!("bgd-{}", random.text(b"abcdefghijklmnopqrstuvwxyz0123456789", 16)),
        "BlueGreenDeploymentName": format!("{name}-upgrade"),
        "Source": source,
        "Target": done.then_some(arn),
        "SwitchoverDetails": if done { switched } else { provisioning },
        "Tasks": tasks,
        "Status": if done { "SWITCHOVER_COMPLETED" } else { "PROVISIONING" },
        "StatusDetails": done.then_some("Switchover completed"),
        "CreateTime": days_ago(if done { 9 } else { 0 }, &mut random),
        "TagList": instance.get("TagList"),
    }))]
}
