//! Behind a proxy: its one target group, and the databases that it leads to.
//!
//! Each row names its proxy, which AWS's answers do not always: they are asked proxy by proxy.

use serde_json::{Value, json};

use super::{number, proxies, resource, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target, days_ago};

/// The target groups of all proxies.
pub fn groups(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let group = |proxy: &Resource| {
        let name = text(proxy, "DBProxyName");
        let mut random = target.random(&format!("target group {name}"));
        resource(json!({
            "DBProxyName": name,
            "TargetGroupName": "default",
            "TargetGroupArn": target.arn(&format!("target-group:prx-tg-0{}", random.hex(16))),
            "IsDefault": true,
            "Status": "available",
            "ConnectionPoolConfig": {
                "MaxConnectionsPercent": random.pick(&[100, 100, 90, 60]),
                "MaxIdleConnectionsPercent": random.pick(&[50, 50, 20]),
                "ConnectionBorrowTimeout": 120,
                "SessionPinningFilters":
                    if random.chance(0.3) { json!(["EXCLUDE_VARIABLE_SETS"]) } else { json!([]) },
            },
            "CreatedDate": proxy.get("CreatedDate"),
            "UpdatedDate": days_ago(random.between(1, 190), &mut random),
        }))
    };
    proxies::all(target, fleet).iter().map(group).collect()
}

/// The targets of all proxies: an instance, or a cluster and each of its members.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    proxies::databases(target, fleet)
        .into_iter()
        .flat_map(|(of, database, _)| {
            let proxy = proxies::name(of);
            let Some(members) = database.get("DBClusterMembers").and_then(Value::as_array) else {
                return vec![instance(target, &proxy, database, None, true)];
            };
            let cluster = resource(json!({
                "DBProxyName": proxy,
                "TargetArn": database.get("DBClusterArn"),
                "RdsResourceId": of,
                "Port": number(database, "Port"),
                "Type": "TRACKED_CLUSTER",
            }));
            let of_member = |member: &Value| {
                let name = member["DBInstanceIdentifier"].as_str()?;
                let found = fleet.instances.iter().find(|one| text(one, "DBInstanceIdentifier") == name)?;
                Some(instance(target, &proxy, found, Some(of), member["IsClusterWriter"] == true))
            };
            std::iter::once(cluster).chain(members.iter().filter_map(of_member)).collect()
        })
        .collect()
}

fn instance(
    target: &Target<'_>,
    proxy: &str,
    instance: &Resource,
    cluster: Option<&str>,
    writes: bool,
) -> Resource {
    let name = text(instance, "DBInstanceIdentifier");
    let health = if target.random(&format!("health {proxy} {name}")).chance(0.85) {
        json!({ "State": "AVAILABLE" })
    } else {
        json!({
            "State": "UNAVAILABLE",
            "Reason": "AUTH_FAILURE",
            "Description": "Proxy does not have any registered credentials",
        })
    };
    resource(json!({
        "DBProxyName": proxy,
        "Endpoint": instance.get("Endpoint").map(|endpoint| &endpoint["Address"]),
        "TrackedClusterId": cluster,
        "RdsResourceId": name,
        "Port": instance.get("Endpoint").map(|endpoint| &endpoint["Port"]),
        "Type": "RDS_INSTANCE",
        "Role": if writes { "READ_WRITE" } else { "READ_ONLY" },
        "TargetHealth": health,
    }))
}
