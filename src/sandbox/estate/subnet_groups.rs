//! Subnet groups: the one in which the account's databases lie, and the one that AWS makes for a default VPC, which
//! nobody uses.

use serde_json::{Value, json};

use super::resource;
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target};

/// None where there was never a database.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    if fleet.instances.is_empty() && fleet.clusters.is_empty() {
        return Vec::new();
    }
    let mut groups = vec![resource(target.subnet_group())];
    let mut random = target.random("default subnet group");
    if random.chance(0.3) {
        let subnets: Vec<Value> = (0..3)
            .map(|at| {
                json!({
                    "SubnetIdentifier": format!("subnet-0{}", random.hex(16)),
                    "SubnetAvailabilityZone": { "Name": target.zone(at) },
                    "SubnetOutpost": {},
                    "SubnetStatus": "Active",
                })
            })
            .collect();
        groups.push(resource(json!({
            "DBSubnetGroupName": "default",
            "DBSubnetGroupDescription": "default",
            "VpcId": format!("vpc-0{}", random.hex(16)),
            "SubnetGroupStatus": "Complete",
            "Subnets": subnets,
            "DBSubnetGroupArn": target.arn("subgrp:default"),
            "SupportedNetworkTypes": ["IPV4"],
        })));
    }
    groups
}
