//! The endpoints of Aurora clusters: the writer's, the readers' and those that somebody made.

use serde_json::{Value, json};

use super::{resource, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target};

/// All of them, cluster by cluster.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let aurora = fleet.clusters.iter().filter(|cluster| text(cluster, "Engine").starts_with("aurora"));
    aurora.flat_map(|cluster| of(target, cluster)).collect()
}

fn of(target: &Target<'_>, cluster: &Resource) -> Vec<Resource> {
    let identifier = text(cluster, "DBClusterIdentifier");
    let status = if text(cluster, "Status") == "stopped" { "inactive" } else { "available" };
    let own = [("Endpoint", "WRITER"), ("ReaderEndpoint", "READER")].map(|(member, sort)| {
        resource(json!({
            "DBClusterIdentifier": identifier,
            "Endpoint": cluster.get(member),
            "Status": status,
            "EndpointType": sort,
        }))
    });
    let custom = cluster.get("CustomEndpoints").and_then(Value::as_array).into_iter().flatten();
    let custom = custom.filter_map(|endpoint| Some(made(target, cluster, endpoint.as_str()?, status)));
    own.into_iter().chain(custom).collect()
}

/// A custom endpoint, which leads to the last reader, or to any member where there is no reader.
fn made(target: &Target<'_>, cluster: &Resource, endpoint: &str, status: &str) -> Resource {
    let name = endpoint.split('.').next().unwrap_or_default();
    let mut random = target.random(&format!("endpoint {name}"));
    let members = cluster.get("DBClusterMembers").and_then(Value::as_array).into_iter().flatten();
    let reader = members.rev().find(|member| member["IsClusterWriter"] == false);
    let members: Vec<&Value> = reader.map(|member| &member["DBInstanceIdentifier"]).into_iter().collect();
    resource(json!({
        "DBClusterEndpointIdentifier": name,
        "DBClusterIdentifier": text(cluster, "DBClusterIdentifier"),
        "DBClusterEndpointResourceIdentifier":
            format!("cluster-endpoint-{}", random.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 26)),
        "Endpoint": endpoint,
        "Status": status,
        "EndpointType": "CUSTOM",
        "CustomEndpointType": if members.is_empty() { "ANY" } else { "READER" },
        "StaticMembers": members,
        "ExcludedMembers": [],
        "DBClusterEndpointArn": target.arn(&format!("cluster-endpoint:{name}")),
    }))
}
