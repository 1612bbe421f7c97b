//! The account's quotas in the region, with what is used of them counted from what is there.

use serde_json::{Value, json};

use super::{
    event_subscriptions, number, option_groups, parameter_groups, proxies, reserved, resource, snapshots,
    stands_alone, subnet_groups, text,
};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target};

/// Every quota that `DescribeAccountAttributes` names. Where more is used than AWS grants at first, the quota was raised.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let (instances, clusters) = (&fleet.instances, &fleet.clusters);
    let allocated = instances.iter().filter(|instance| stands_alone(instance));
    let subnets = subnet_groups::all(target, fleet);
    let used_and_granted = [
        ("DBInstances", instances.len() as i64, 40),
        ("ReservedDBInstances", reserved::all(target, fleet).len() as i64, 40),
        ("AllocatedStorage", allocated.map(|instance| number(instance, "AllocatedStorage")).sum(), 100_000),
        ("DBSecurityGroups", 0, 25),
        ("AuthorizationsPerDBSecurityGroup", 0, 20),
        (
            "DBParameterGroups",
            made(&parameter_groups::of_instances(target, fleet), "DBParameterGroupName"),
            50,
        ),
        ("ManualSnapshots", manual(&snapshots::of_instances(target, fleet)), 100),
        ("EventSubscriptions", event_subscriptions::all(target, fleet).len() as i64, 20),
        ("DBSubnetGroups", subnets.len() as i64, 50),
        ("OptionGroups", made(&option_groups::all(target, fleet), "OptionGroupName"), 20),
        ("SubnetsPerDBSubnetGroup", most(&subnets, "Subnets"), 20),
        ("ReadReplicasPerMaster", most(instances, "ReadReplicaDBInstanceIdentifiers"), 15),
        ("DBClusters", clusters.len() as i64, 40),
        (
            "DBClusterParameterGroups",
            made(&parameter_groups::of_clusters(target, fleet), "DBClusterParameterGroupName"),
            50,
        ),
        ("DBClusterRoles", most(clusters, "AssociatedRoles"), 5),
        ("DBInstanceRoles", most(instances, "AssociatedRoles"), 5),
        ("ManualClusterSnapshots", manual(&snapshots::of_clusters(target, fleet)), 100),
        ("CustomEndpointsPerDBCluster", most(clusters, "CustomEndpoints"), 5),
        ("DBProxies", proxies::all(target, fleet).len() as i64, 20),
    ];
    used_and_granted
        .into_iter()
        .map(|(name, used, granted)| {
            let mut most = granted;
            while most < used {
                most *= 2;
            }
            resource(json!({ "AccountQuotaName": name, "Used": used, "Max": most }))
        })
        .collect()
}

/// How many groups are not AWS's defaults.
fn made(groups: &[Resource], name: &str) -> i64 {
    groups.iter().filter(|group| !text(group, name).starts_with("default")).count() as i64
}

fn manual(snapshots: &[Resource]) -> i64 {
    snapshots.iter().filter(|snapshot| text(snapshot, "SnapshotType") == "manual").count() as i64
}

/// The length of the longest list that one of them has.
fn most(resources: &[Resource], list: &str) -> i64 {
    let lengths = resources.iter().filter_map(|one| one.get(list).and_then(Value::as_array).map(Vec::len));
    lengths.max().unwrap_or(0) as i64
}
