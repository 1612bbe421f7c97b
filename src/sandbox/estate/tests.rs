//! Every kind in every account of the demo: shaped as AWS shapes it, read as it was written, and fitting together.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::deleted;
use crate::rds::answer::{read_error, read_page, say_parent};
use crate::rds::kind::{Kind, kind, kinds};
use crate::sandbox::company::{self, Account};
use crate::sandbox::fleet::{self, Fleet};
use crate::sandbox::target::{NOW, Resource, Target, moment};
use crate::sandbox::tests::{assume_role, call, fits, host_keys};
use crate::sandbox::{Sandbox, Settings, pages};

/// All that one account has in one region.
struct Estate {
    account: Account,
    fleet: Fleet,
    of: BTreeMap<&'static str, Vec<Resource>>,
    deleted: BTreeSet<String>,
}

/// Hundreds a group: they are looked at by a test of their own.
const PARAMETERS: [&str; 2] = ["db-parameters", "db-cluster-parameters"];

/// What the demo's accounts have, target by target.
fn estates() -> Vec<Estate> {
    let settings = Settings::demo();
    let mut estates = Vec::new();
    for account in company::accounts(&settings) {
        for region in &settings.regions {
            let target = Target { account: &account, region, seed: settings.seed };
            let fleet = fleet::fleet(&settings, &account, region);
            let of = kinds()
                .iter()
                .filter(|kind| !PARAMETERS.contains(&kind.name))
                .map(|kind| {
                    let resources = match kind.name {
                        "db-instances" => fleet.instances.clone(),
                        "db-clusters" => fleet.clusters.clone(),
                        name => super::of_kind(&target, &fleet, name),
                    };
                    (kind.name, resources)
                })
                .collect();
            let gone = [
                deleted::instance(&target, &fleet.instances).map(|one| text(&one, "DBInstanceIdentifier")),
                deleted::cluster(&target, &fleet.clusters).map(|one| text(&one, "DBClusterIdentifier")),
            ];
            let deleted = gone.into_iter().flatten().collect();
            estates.push(Estate { account: account.clone(), fleet, of, deleted });
        }
    }
    estates
}

fn text(resource: &Resource, member: &str) -> String {
    super::text(resource, member).to_owned()
}

/// All texts that a kind's resources have for a member.
fn texts(estate: &Estate, kind: &str, member: &str) -> BTreeSet<String> {
    estate.of[kind].iter().map(|resource| text(resource, member)).collect()
}

/// Writes a kind's resources page by page, as they are asked for, reads them again, and says how many they were.
fn read_again(kind: &Kind, account: &Account, resources: &[Resource]) -> usize {
    let name = kind.name;
    let mut by_parent: BTreeMap<&str, Vec<Resource>> = BTreeMap::new();
    for resource in resources {
        let mut sent = resource.clone();
        if kind.says_parent {
            sent.remove(kind.key[0]);
        }
        fits(&kind.answer.shape.of, &Value::Object(sent), name);
        let parent = kind.parent.as_ref().map_or("", |by| super::text(resource, by.parameter));
        by_parent.entry(parent).or_default().push(resource.clone());
    }
    let mut keys = BTreeSet::new();
    let mut read = 0;
    for (parent, resources) in by_parent {
        for page in pages::cut(kind, account, &resources, 100) {
            let (body, wrapper) = (page.text_for(account), &kind.answer.wrapper);
            let body = format!("{body}</{wrapper}></{}Response>", kind.operation);
            let mut page = read_page(kind, body.as_bytes()).unwrap();
            say_parent(kind, parent, &mut page);
            assert!(page.rows.iter().all(|row| row.unknown.is_none()), "{name}");
            keys.extend(page.rows.iter().map(|row| kind.row_key(row)));
            read += page.rows.len();
        }
    }
    assert_eq!((read, keys.len()), (resources.len(), read), "{name} of {}", account.name);
    read
}

#[test]
fn every_kind_fits_its_shape_and_is_read_as_it_was_written() {
    let mut rows: BTreeMap<&str, usize> = BTreeMap::new();
    for estate in estates() {
        for (name, resources) in &estate.of {
            *rows.entry(name).or_default() += read_again(kind(name).unwrap(), &estate.account, resources);
        }
    }
    println!("{rows:?}");
    let none: Vec<&str> = rows.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    assert_eq!(none, ["db-security-groups", "db-shard-groups"]);
    // About three an instance, and not thousands.
    let snapshots = rows["db-snapshots"];
    assert!((rows["db-instances"]..4 * rows["db-instances"]).contains(&snapshots), "{snapshots}");
}

#[test]
fn every_group_in_use_has_parameters_and_accounts_differ_in_them() {
    let settings = Settings::demo();
    let mut set: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut families = BTreeSet::new();
    for account in company::accounts(&settings) {
        let region = &settings.regions[account.home(&settings)];
        let target = Target { account: &account, region, seed: settings.seed };
        let fleet = fleet::fleet(&settings, &account, region);
        for name in PARAMETERS {
            let kind = kind(name).unwrap();
            let parent = kind.parent.as_ref().unwrap();
            let parameters = super::of_kind(&target, &fleet, name);
            // Writing them is slow, and all of them are written alike.
            if account.number < 4 {
                read_again(kind, &account, &parameters);
            }
            let groups: BTreeSet<&str> =
                parameters.iter().map(|one| super::text(one, parent.parameter)).collect();
            let databases = if parent.kind == "db-instances" { &fleet.instances } else { &fleet.clusters };
            let mut in_use = 0;
            for group in databases.iter().flat_map(|database| named(kind, database)) {
                assert!(groups.contains(group.as_str()), "{group} of {}", account.name);
                in_use += 1;
            }
            assert!(in_use > 0 || databases.is_empty() || account.line.application == "manufacturing");
            for one in &parameters {
                let name = text(one, "ParameterName");
                families.insert(text(one, "DataType"));
                if super::text(one, "Source") == "user" {
                    assert!(!super::text(one, parent.parameter).starts_with("default."), "{name}");
                    set.entry(name).or_default().insert(text(one, "ParameterValue"));
                }
            }
        }
    }
    assert_eq!(families.into_iter().collect::<Vec<_>>(), ["boolean", "float", "integer", "list", "string"]);
    for differing in ["rds.force_ssl", "work_mem", "open_cursors", "character_set_server", "long_query_time"]
    {
        let values = set.get(differing).map_or(0, BTreeSet::len);
        // Where one account alone has set it, it differs from everybody's default.
        assert!(values > usize::from(differing != "character_set_server"), "{differing}: {values}");
    }
}

/// The names of a kind's children that a database of the sandbox holds.
fn named(kind: &Kind, database: &Resource) -> Vec<String> {
    let path = kind.parent.as_ref().unwrap().path;
    let value = database.get(path[0]).cloned().unwrap_or_default();
    match value {
        Value::Array(groups) => {
            groups.iter().filter_map(|group| Some(group[path[1]].as_str()?.to_owned())).collect()
        }
        Value::String(name) => vec![name],
        _ => Vec::new(),
    }
}

#[test]
fn backups_are_of_databases_that_exist_or_were_deleted() {
    let now = moment(NOW);
    for estate in estates() {
        for (source, member, kinds) in [
            ("db-instances", "DBInstanceIdentifier", ["db-snapshots", "db-instance-automated-backups"]),
            ("db-clusters", "DBClusterIdentifier", ["db-cluster-snapshots", "db-cluster-automated-backups"]),
        ] {
            let present = texts(&estate, source, member);
            for name in kinds {
                for backup in &estate.of[name] {
                    let of = text(backup, member);
                    let last = text(backup, "Status") == "retained"
                        || backup.values().any(|value| *value == json!(format!("{of}-final")));
                    assert_ne!(present.contains(&of), last && estate.deleted.contains(&of), "{name}: {of}");
                    let taken = text(backup, "SnapshotCreateTime");
                    assert!(taken.as_str() < now.as_str().unwrap(), "{taken}");
                    let created = ["InstanceCreateTime", "ClusterCreateTime"]
                        .iter()
                        .find_map(|member| backup.get(*member)?.as_str())
                        .unwrap();
                    assert!(taken.is_empty() || created < taken.as_str(), "{name}: {created} {taken}");
                }
            }
        }
    }
}

#[test]
fn groups_that_databases_name_are_there() {
    let named = |resources: &[Resource], list: &str, member: &str| -> BTreeSet<String> {
        resources
            .iter()
            .flat_map(|one| one.get(list).and_then(Value::as_array).into_iter().flatten())
            .map(|group| group[member].as_str().unwrap().to_owned())
            .collect()
    };
    let mut optional = 0;
    for estate in estates() {
        let (instances, clusters) = (&estate.fleet.instances, &estate.fleet.clusters);
        let of_instances = named(instances, "DBParameterGroups", "DBParameterGroupName");
        assert!(of_instances.is_subset(&texts(&estate, "db-parameter-groups", "DBParameterGroupName")));
        let of_clusters = texts(&estate, "db-clusters", "DBClusterParameterGroup");
        let groups = texts(&estate, "db-cluster-parameter-groups", "DBClusterParameterGroupName");
        assert!(of_clusters.is_subset(&groups), "{of_clusters:?} {groups:?}");
        let options = named(instances, "OptionGroupMemberships", "OptionGroupName");
        assert!(options.is_subset(&texts(&estate, "option-groups", "OptionGroupName")));
        optional += options.iter().filter(|name| !name.starts_with("default:")).count();
        for instance in instances {
            let group = instance["DBSubnetGroup"].as_object().unwrap();
            assert!(estate.of["db-subnet-groups"].contains(group));
            let version = [text(instance, "Engine"), text(instance, "EngineVersion")];
            let offered = estate.of["db-engine-versions"]
                .iter()
                .find(|one| [text(one, "Engine"), text(one, "EngineVersion")] == version)
                .unwrap_or_else(|| panic!("{version:?}"));
            let family = text(offered, "DBParameterGroupFamily");
            let groups = &estate.of["db-parameter-groups"];
            let name = &instance["DBParameterGroups"][0]["DBParameterGroupName"];
            let group = groups.iter().find(|group| group["DBParameterGroupName"] == *name).unwrap();
            assert_eq!(text(group, "DBParameterGroupFamily"), family);
        }
        for cluster in clusters {
            let name = text(cluster, "DBSubnetGroup");
            assert!(texts(&estate, "db-subnet-groups", "DBSubnetGroupName").contains(&name));
        }
    }
    assert!(optional > 3, "{optional}");
}

#[test]
fn what_names_a_database_by_its_arn_names_one_that_exists() {
    for estate in estates() {
        let mut arns = BTreeSet::new();
        for (kind, member) in [
            ("db-instances", "DBInstanceArn"),
            ("db-clusters", "DBClusterArn"),
            ("db-snapshots", "DBSnapshotArn"),
            ("db-cluster-snapshots", "DBClusterSnapshotArn"),
            ("db-parameter-groups", "DBParameterGroupArn"),
        ] {
            arns.extend(texts(&estate, kind, member));
        }
        for (kind, member) in [
            ("pending-maintenance-actions", "ResourceIdentifier"),
            ("events", "SourceArn"),
            ("db-recommendations", "ResourceArn"),
            ("integrations", "SourceArn"),
            ("export-tasks", "SourceArn"),
        ] {
            for arn in texts(&estate, kind, member) {
                assert!(arns.contains(&arn), "{kind}: {arn}");
            }
        }
        for deployment in &estate.of["blue-green-deployments"] {
            assert!(["Source", "Target"].iter().any(|side| arns.contains(&text(deployment, side))));
        }
        for actions in &estate.of["pending-maintenance-actions"] {
            let details = actions["PendingMaintenanceActionDetails"].as_array().unwrap();
            assert!(!details.is_empty() && details.iter().all(|action| action["Action"].is_string()));
        }
        let (first, last) = (moment(NOW - time::Duration::days(14)), moment(NOW));
        for date in texts(&estate, "events", "Date") {
            assert!(first.as_str().unwrap() < date.as_str() && date.as_str() <= last.as_str().unwrap());
        }
    }
}

#[test]
fn what_is_beside_databases_names_those_that_exist() {
    for estate in estates() {
        let instances = texts(&estate, "db-instances", "DBInstanceIdentifier");
        let clusters = texts(&estate, "db-clusters", "DBClusterIdentifier");
        assert!(texts(&estate, "tenant-databases", "DBInstanceIdentifier").is_subset(&instances));
        assert!(texts(&estate, "db-cluster-endpoints", "DBClusterIdentifier").is_subset(&clusters));
        for endpoint in &estate.of["db-cluster-endpoints"] {
            for member in endpoint.get("StaticMembers").and_then(Value::as_array).into_iter().flatten() {
                assert!(instances.contains(member.as_str().unwrap()));
            }
        }
        let named = texts(&estate, "db-clusters", "GlobalClusterIdentifier");
        let global = texts(&estate, "global-clusters", "GlobalClusterIdentifier");
        assert!(named.iter().filter(|name| !name.is_empty()).all(|name| global.contains(name)));
        let quotas = &estate.of["account-attributes"];
        assert!(quotas.iter().all(|quota| quota["Used"].as_i64() <= quota["Max"].as_i64()));
        assert_eq!(quotas[0]["Used"], instances.len());
    }
}

#[test]
fn every_kind_is_answered_over_the_wire_and_only_paged_ones_in_pages() {
    let settings = Settings { accounts: 4, ..Settings::default() };
    let sandbox = Sandbox::start(settings.clone()).unwrap();
    let account = &company::accounts(&settings)[0];
    let region = &settings.regions[account.home(&settings)];
    let host = host_keys(&sandbox);
    let keys = assume_role(&sandbox, &host, account).unwrap().unwrap_or_else(|error| panic!("{error:?}"));
    for kind in kinds() {
        let there = fleet::of_kind(&settings, account, region, kind.name);
        let names: BTreeSet<String> = match &kind.parent {
            Some(parent) => there.iter().map(|resource| text(resource, parent.parameter)).collect(),
            None => BTreeSet::from([String::new()]),
        };
        let (mut rows, mut pages) = (0, 0);
        for name in &names {
            let mut parameters: String =
                kind.parameters.iter().map(|(name, value)| format!("&{name}={value}")).collect();
            if let Some(parent) = &kind.parent {
                parameters.push_str(&format!("&{}={name}", parent.parameter));
            }
            let mut marker = String::new();
            loop {
                let mut form = format!("Action={}&Version=2014-10-31{parameters}", kind.operation);
                if kind.answer.paged {
                    form.push_str("&MaxRecords=100");
                }
                if !marker.is_empty() {
                    form.push_str(&format!("&Marker={marker}"));
                }
                let answered = call(&sandbox, &keys, "rds", region, &form).unwrap();
                assert_eq!(answered.status, 200, "{}: {:?}", kind.name, read_error(&answered.body));
                let page = read_page(kind, &answered.body).unwrap();
                (rows, pages) = (rows + page.rows.len(), pages + 1);
                match page.marker {
                    Some(next) => marker = next,
                    None => break,
                }
            }
        }
        assert_eq!(rows, there.len(), "{}", kind.name);
        assert!(kind.answer.paged || pages == 1, "{}", kind.name);
        if let Some(parent) = &kind.parent {
            for (asked, code) in [
                (format!("&{}=nobody", parent.parameter), parent.not_found),
                (String::new(), "InvalidParameterValue"),
            ] {
                let form = format!("Action={}&Version=2014-10-31{asked}", kind.operation);
                let answered = call(&sandbox, &keys, "rds", region, &form).unwrap();
                assert_eq!(read_error(&answered.body).code.as_deref(), Some(code), "{}", kind.name);
            }
        }
    }
}

/// As `describe-db-engine-versions` calls them; most engines join their name and version in a way of their own.
#[test]
fn the_families_of_the_engines_are_called_as_aws_calls_them() {
    let called: BTreeSet<String> = estates()
        .iter()
        .flat_map(|estate| texts(estate, "db-engine-versions", "DBParameterGroupFamily"))
        .collect();
    for family in [
        "postgres16",
        "postgres11",
        "mysql8.0",
        "mysql8.4",
        "mariadb10.11",
        "oracle-ee-19",
        "oracle-se2-19",
        "oracle-ee-cdb-21",
        "custom-oracle-ee-19",
        "sqlserver-se-15.0",
        "sqlserver-ee-16.0",
        "sqlserver-ex-15.0",
        "db2-se-11.5",
        "aurora-postgresql16",
        "aurora-mysql8.0",
        "aurora-mysql5.7",
        "docdb5.0",
        "neptune1.3",
    ] {
        assert!(called.contains(family), "{family} is not among {called:?}");
    }
}
