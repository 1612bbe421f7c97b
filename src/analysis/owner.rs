//! What a database's values are read with: its names, its class and all else that formulas follow from. A cluster has
//! members of its own for these, or only those of its instances.

use std::collections::{BTreeMap, HashMap};

use super::classes::{GIB, class};
use super::formula::Machine;
use super::gather::{Chosen, Time, is_cluster, nested, place};
use super::meaning::Owner;
use super::variables::Members;
use crate::inventory::{AccountRegion, Record, Records, Which};
use crate::rds::readable::exact;
use crate::rds::{Cell, kind};

/// The classes of the instances of clusters that have none themselves, by place, time and cluster.
pub struct MembersClasses(HashMap<(AccountRegion, Time, String), BTreeMap<String, String>>);

impl MembersClasses {
    pub fn of(records: &Records, chosen: &[Chosen]) -> rusqlite::Result<MembersClasses> {
        let mut wanted: BTreeMap<(AccountRegion, Time), Vec<String>> = BTreeMap::new();
        let is_without = |record: &Record| is_cluster(record) && record.text(CLUSTER_CLASS).is_empty();
        for Chosen { record, at } in chosen.iter().filter(|chosen| is_without(&chosen.record)) {
            wanted.entry((place(record), *at)).or_default().push(record.text("DBClusterIdentifier"));
        }
        let mut found: HashMap<_, BTreeMap<String, String>> = HashMap::new();
        let Some(instances) = kind("db-instances") else { return Ok(MembersClasses(found)) };
        for ((place, at), names) in wanted {
            let which = Which::Of { place: &place, member: "DBClusterIdentifier", values: &names };
            for record in records.of(instances, &which, at)? {
                let key = (place.clone(), at, record.text("DBClusterIdentifier"));
                let classes = found.entry(key).or_default();
                classes.insert(record.text("DBInstanceIdentifier"), record.text(CLASS));
            }
        }
        Ok(MembersClasses(found))
    }

    /// Those of a cluster, by instance.
    pub fn of_cluster(&self, record: &Record, at: Time) -> Option<&BTreeMap<String, String>> {
        self.0.get(&(place(record), at, record.text("DBClusterIdentifier"))).filter(|_| is_cluster(record))
    }
}

const CLASS: &str = "DBInstanceClass";
const CLUSTER_CLASS: &str = "DBClusterInstanceClass";
const IN_CLUSTER: &str = "DBClusterMembers";
const REPLICATION: &str = "ReplicationSourceIdentifier";

/// Of an instance with its cluster, or of a cluster with the classes of its instances.
pub fn of(record: &Record, cluster: Option<&Record>, classes: Option<&BTreeMap<String, String>>) -> Owner {
    let engine = record.text("Engine");
    let (class_name, no_class) = class_of(record, classes);
    let processors = match record.cell("ProcessorFeatures") {
        Cell::Absent => String::new(),
        chosen => exact(chosen)
            .filter(|value| *value != serde_json::json!([]))
            .map_or_else(String::new, |value| value.to_string()),
    };
    let mut described = class(&class_name);
    if let Some(class) = described.as_mut().filter(|_| !processors.is_empty()) {
        // Somebody has chosen cores and threads.
        class.vcpus = None;
    }
    let port = match record.cell("Endpoint") {
        Cell::Json(_) => nested(record, "Endpoint", "Port").and_then(|port| port.as_u64()),
        _ => record.text("Port").parse().ok(),
    };
    let replica = replica(record, cluster, &engine);
    let storage = record.text("AllocatedStorage");
    let name = if is_cluster(record) { "DatabaseName" } else { "DBName" };
    Owner {
        account_id: record.text("AccountId"),
        region: record.text("Region"),
        identifier: record.text(record.kind.identifier),
        vpc: nested(record, "DBSubnetGroup", "VpcId")
            .and_then(|vpc| vpc.as_str().map(str::to_owned))
            .unwrap_or_else(|| format!("{} {}", record.text("AccountId"), record.text("DBSubnetGroup"))),
        machine: Machine {
            class: described,
            // A shared volume grows by itself, and AWS says 1.
            storage: storage.parse::<f64>().ok().filter(|_| !has_shared_volume(&engine)).map(|gib| gib * GIB),
            port: port.and_then(|port| u16::try_from(port).ok()),
            is_replica: replica.is_replica,
        },
        class: class_name,
        storage,
        port: port.map(|port| port.to_string()).unwrap_or_default(),
        source: replica.source,
        db_name: record.text(name),
        processors,
        role: replica.role,
        no_class,
        members: members(record, &engine),
        engine,
    }
}

/// Whether a cluster's instances share a volume, and one of them writes.
fn has_shared_volume(engine: &str) -> bool {
    engine.starts_with("aurora") || engine == "docdb" || engine == "neptune"
}

fn members(record: &Record, engine: &str) -> Members {
    if !is_cluster(record) {
        let instance = Members::default();
        let replica = if has_shared_volume(engine) { IN_CLUSTER } else { instance.replica };
        return Members { replica, ..instance };
    }
    let class = if record.text(CLUSTER_CLASS).is_empty() { IN_CLUSTER } else { CLUSTER_CLASS };
    Members { class, replica: REPLICATION, port: "Port" }
}

/// The class, and why it is none that formulas can be computed with. Instances of several classes make a cluster that is
/// like another with the same ones, but their parameters come to several values.
fn class_of(record: &Record, classes: Option<&BTreeMap<String, String>>) -> (String, Option<String>) {
    let own = record.text(if is_cluster(record) { CLUSTER_CLASS } else { CLASS });
    if !own.is_empty() || !is_cluster(record) {
        return (own, None);
    }
    let named = exact(record.cell(IN_CLUSTER)).unwrap_or_default();
    let names: Vec<&str> = named
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item.get("DBInstanceIdentifier")?.as_str())
        .collect();
    if names.is_empty() {
        return (own, Some("the cluster has no instances".to_owned()));
    }
    let class_of = |name: &&str| classes?.get(*name).filter(|class| !class.is_empty());
    let Some(mut found) = names.iter().map(class_of).collect::<Option<Vec<&String>>>() else {
        return (own, Some("the classes of the cluster's instances were not collected".to_owned()));
    };
    found.sort();
    let all = found.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(", ");
    found.dedup();
    match found[..] {
        [one] => (one.clone(), None),
        _ => {
            let why = format!("the cluster's instances are of several classes: {all}");
            (all, Some(why))
        }
    }
}

/// Whether a database is a replica, as the variable `TrueIfReplica` has it.
struct Replica {
    is_replica: Option<bool>,
    source: String,
    role: Option<String>,
}

fn replica(record: &Record, cluster: Option<&Record>, engine: &str) -> Replica {
    let members =
        ["ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier", REPLICATION];
    let source = members.map(|member| record.text(member)).into_iter().find(|source| !source.is_empty());
    let of_cluster = cluster.map(|cluster| !cluster.text(REPLICATION).is_empty());
    let source = source.unwrap_or_default();
    if !has_shared_volume(engine) {
        let is_replica = !source.is_empty() || of_cluster == Some(true);
        return Replica { is_replica: Some(is_replica), source, role: None };
    }
    if is_cluster(record) {
        // One value on its writer and another on its readers, on any cluster that is no replica of another.
        let role = format!("a cluster, replicated {}", !source.is_empty());
        return Replica { is_replica: None, source, role: Some(role) };
    }
    let writes = cluster.and_then(|cluster| is_writer(cluster, &record.text("DBInstanceIdentifier")));
    let is_replica = match (writes, of_cluster) {
        (Some(false), _) => Some(true),
        (Some(true), Some(false)) => Some(false),
        _ => None,
    };
    let role = writes
        .zip(of_cluster)
        .map(|(writes, replicated)| format!("writer {writes}, replicated {replicated}"));
    Replica { is_replica, source, role }
}

fn is_writer(cluster: &Record, instance: &str) -> Option<bool> {
    let members = exact(cluster.cell(IN_CLUSTER))?;
    let is_it = |item: &&serde_json::Value| {
        item.get("DBInstanceIdentifier").and_then(serde_json::Value::as_str) == Some(instance)
    };
    members.as_array()?.iter().find(is_it)?.get("IsClusterWriter")?.as_bool()
}
