//! Global databases, of which one cluster is here and the other in Ireland.

use serde_json::{Value, json};

use super::{resource, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target};

/// Those that clusters name.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let named = fleet.clusters.iter().filter(|cluster| cluster.contains_key("GlobalClusterIdentifier"));
    named.map(|cluster| global(target, cluster)).collect()
}

fn global(target: &Target<'_>, cluster: &Resource) -> Resource {
    let name = text(cluster, "GlobalClusterIdentifier");
    let account = &target.account.id;
    let mut random = target.random(&format!("global cluster {name}"));
    let (here, elsewhere) =
        (&cluster["DBClusterArn"], format!("arn:aws:rds:eu-west-1:{account}:cluster:{name}"));
    let forwarding = cluster.get("GlobalWriteForwardingStatus").and_then(Value::as_str).unwrap_or("disabled");
    // The cluster that replicates is the one that is not written to.
    let (writer, reader) = match cluster.get("ReplicationSourceIdentifier") {
        Some(source) => (source.clone(), here.clone()),
        None => (here.clone(), json!(format!("{elsewhere}-secondary"))),
    };
    resource(json!({
        "GlobalClusterIdentifier": name,
        "GlobalClusterResourceId": format!("cluster-{}", random.hex(16)),
        "GlobalClusterArn": format!("arn:aws:rds::{account}:global-cluster:{name}"),
        "Status": if text(cluster, "Status") == "upgrading" { "upgrading" } else { "available" },
        "Engine": text(cluster, "Engine"),
        "EngineVersion": text(cluster, "EngineVersion"),
        "EngineLifecycleSupport": cluster.get("EngineLifecycleSupport"),
        "DatabaseName": cluster.get("DatabaseName"),
        "StorageEncrypted": cluster.get("StorageEncrypted"),
        "StorageEncryptionType": cluster.get("StorageEncryptionType"),
        "DeletionProtection": cluster.get("DeletionProtection"),
        "GlobalClusterMembers": [
            { "DBClusterArn": writer, "Readers": [reader], "IsWriter": true, "SynchronizationStatus": "connected" },
            {
                "DBClusterArn": reader, "Readers": [], "IsWriter": false,
                "GlobalWriteForwardingStatus": forwarding, "SynchronizationStatus": "connected",
            },
        ],
        "Endpoint":
            format!("{name}.global-{}.global.rds.amazonaws.com", random.text(b"abcdefghijklmnopqrstuvwxyz0123456789", 12)),
        "TagList": cluster.get("TagList"),
    }))
}
