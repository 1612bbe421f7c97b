//! What an account has in a region beside its DB instances and clusters, all of it derived from them, so that everything
//! fits together: a snapshot names an instance that exists, and a group that an instance names is there. Here is which
//! kind is answered by what; every file is one matter, and none keeps anything between two questions.

mod automated_backups;
mod blue_green;
mod certificates;
mod clock;
mod deleted;
mod endpoints;
mod engine_versions;
mod event_subscriptions;
mod events;
mod export_tasks;
mod global_clusters;
mod integrations;
mod lifecycles;
mod maintenance;
mod option_groups;
mod parameter_groups;
mod parameter_tables;
mod parameters;
mod proxies;
mod proxy_targets;
mod quotas;
mod recommendations;
mod reserved;
mod snapshots;
mod subnet_groups;
mod tenants;

#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::engines::{self, Engine};
use super::fleet::Fleet;
use super::instance::add;
use super::target::{Resource, Target};

/// The resources of a kind, named as the AWS CLI names it; none of a kind that the company does not use.
pub fn of_kind(target: &Target<'_>, fleet: &Fleet, kind: &str) -> Vec<Resource> {
    match kind {
        "db-snapshots" => snapshots::of_instances(target, fleet),
        "db-cluster-snapshots" => snapshots::of_clusters(target, fleet),
        "db-instance-automated-backups" => automated_backups::of_instances(target, fleet),
        "db-cluster-automated-backups" => automated_backups::of_clusters(target, fleet),
        "db-parameter-groups" => parameter_groups::of_instances(target, fleet),
        "db-cluster-parameter-groups" => parameter_groups::of_clusters(target, fleet),
        "db-parameters" => parameters::of_instances(target, fleet),
        "db-cluster-parameters" => parameters::of_clusters(target, fleet),
        "option-groups" => option_groups::all(target, fleet),
        "db-subnet-groups" => subnet_groups::all(target, fleet),
        "db-proxies" => proxies::all(target, fleet),
        "db-proxy-target-groups" => proxy_targets::groups(target, fleet),
        "db-proxy-targets" => proxy_targets::all(target, fleet),
        "db-cluster-endpoints" => endpoints::all(target, fleet),
        "global-clusters" => global_clusters::all(target, fleet),
        "event-subscriptions" => event_subscriptions::all(target, fleet),
        "events" => events::all(target, fleet),
        "pending-maintenance-actions" => maintenance::all(target, fleet),
        "certificates" => certificates::all(target),
        "db-engine-versions" => engine_versions::all(target, fleet),
        "db-major-engine-versions" => lifecycles::all(),
        "reserved-db-instances" => reserved::all(target, fleet),
        "blue-green-deployments" => blue_green::all(target, fleet),
        "db-recommendations" => recommendations::all(target, fleet),
        "integrations" => integrations::all(target, fleet),
        "tenant-databases" => tenants::all(target, fleet),
        "export-tasks" => export_tasks::all(target, fleet),
        "account-attributes" => quotas::all(target, fleet),
        _ => Vec::new(),
    }
}

/// A resource of these members; one of no value is a member that AWS does not send.
fn resource(members: Value) -> Resource {
    let mut resource = Map::new();
    add(&mut resource, members);
    resource
}

/// What a resource says of a member that is text; nothing if it has none.
fn text<'a>(resource: &'a Resource, member: &str) -> &'a str {
    resource.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// What a resource says of a member that is a number; 0 if it has none.
fn number(resource: &Resource, member: &str) -> i64 {
    resource.get(member).and_then(Value::as_i64).unwrap_or_default()
}

/// Members of a resource under the names that another kind has for them, where the resource has them.
fn taken(from: &Resource, names: &[(&str, &str)]) -> Resource {
    names.iter().filter_map(|(here, there)| Some(((*there).to_owned(), from.get(*here)?.clone()))).collect()
}

/// The engine of an instance or a cluster.
fn engine(resource: &Resource) -> &'static Engine {
    engines::engine(text(resource, "Engine"))
}

/// Whether an instance is no member of a cluster, and so has its storage and its backups to itself.
fn stands_alone(instance: &Resource) -> bool {
    !instance.contains_key("DBClusterIdentifier")
}

/// Whether the account is one of production.
fn production(target: &Target<'_>) -> bool {
    target.account.line.environment == "prod"
}
