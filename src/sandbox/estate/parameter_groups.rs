//! Parameter groups: the defaults of the families in use and the custom groups that instances and clusters name.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{engine, resource, text};
use crate::sandbox::engines::Engine;
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target};

/// DB parameter groups.
pub fn of_instances(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let mut groups = BTreeMap::new();
    for instance in &fleet.instances {
        let named = instance.get("DBParameterGroups").and_then(Value::as_array).into_iter().flatten();
        let named = named.filter_map(|group| group["DBParameterGroupName"].as_str());
        collect(target, instance, named, &mut groups);
    }
    groups
        .iter()
        .map(|(name, family)| {
            resource(json!({
                "DBParameterGroupName": name,
                "DBParameterGroupFamily": family,
                "Description": description(target, name, family, "parameter group"),
                "DBParameterGroupArn": target.arn(&format!("pg:{name}")),
            }))
        })
        .collect()
}

/// DB cluster parameter groups.
pub fn of_clusters(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let mut groups = BTreeMap::new();
    for cluster in &fleet.clusters {
        collect(target, cluster, std::iter::once(text(cluster, "DBClusterParameterGroup")), &mut groups);
    }
    groups
        .iter()
        .map(|(name, family)| {
            resource(json!({
                "DBClusterParameterGroupName": name,
                "DBParameterGroupFamily": family,
                "Description": description(target, name, family, "cluster parameter group"),
                "DBClusterParameterGroupArn": target.arn(&format!("cluster-pg:{name}")),
            }))
        })
        .collect()
}

/// The groups that a database names and the default of its family, by name, with their families.
fn collect<'a>(
    target: &Target<'_>,
    of: &Resource,
    named: impl Iterator<Item = &'a str>,
    groups: &mut BTreeMap<String, String>,
) {
    let engine = engine(of);
    for name in named {
        let family = family(target, engine, name).unwrap_or_else(|| engine.family(text(of, "EngineVersion")));
        groups.insert(format!("default.{family}"), family.clone());
        groups.insert(name.to_owned(), family);
    }
}

/// The family of a group of that name.
fn family(target: &Target<'_>, engine: &Engine, name: &str) -> Option<String> {
    if let Some(family) = name.strip_prefix("default.") {
        return Some(family.to_owned());
    }
    let mut families = engine.versions.iter().map(|version| engine.family(version));
    families.find(|family| target.parameter_group_name(family) == name)
}

fn description(target: &Target<'_>, name: &str, family: &str, what: &str) -> String {
    if name.starts_with("default.") {
        return format!("Default {what} for {family}");
    }
    format!("Settings of {} for {family}", target.account.line.application)
}
