//! From the store to what is compared: the records that are meant, with their clusters, parameter groups and option
//! groups, each group read once however many databases have it. What a value is read with is `owner`'s, the engine family
//! `families`'. It only reads; what was not collected is a gap with its
//! reason, never an empty list.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use super::compare::{Database, Subject};
use super::families::Families;
use super::meaning::Owner;
use super::owner;
use super::setting::{self, GroupInUse, Parameter, Section, Source};
use crate::inventory::{AccountRegion, Record, Records, Which};
use crate::rds::readable::exact;
use crate::rds::{Cell, Kind, kind};

/// A database that is meant, now or as it was at a time.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub record: Record,
    pub at: Option<OffsetDateTime>,
}

/// Says why a kind of a place was not collected.
pub type Standing<'a> = &'a dyn Fn(&'static str, &AccountRegion) -> Option<String>;

pub(super) type Time = Option<OffsetDateTime>;

/// What was read so far, by place, time and name.
struct Shelf<'a> {
    records: &'a Records,
    standing: Standing<'a>,
    groups: HashMap<GroupName, Vec<Arc<Parameter>>>,
    options: HashMap<GroupName, serde_json::Value>,
    clusters: HashMap<GroupName, Record>,
    members: owner::MembersClasses,
    families: Families,
}

/// A group, or a cluster: its kind, place, time and name.
type GroupName = (&'static str, AccountRegion, Time, String);

/// The kinds that a comparison reads beside instances and clusters, but for those of `families::needed`.
pub const KINDS: [&str; 3] = ["db-parameters", "db-cluster-parameters", "option-groups"];

/// The settings of databases, in their order.
///
/// # Errors
/// What SQLite says.
pub fn subjects(
    records: &Records,
    chosen: &[Chosen],
    standing: Standing<'_>,
) -> rusqlite::Result<Vec<Subject>> {
    let mut shelf = Shelf {
        records,
        standing,
        groups: HashMap::new(),
        options: HashMap::new(),
        clusters: HashMap::new(),
        members: owner::MembersClasses::of(records, chosen)?,
        families: Families::default(),
    };
    shelf.fetch_clusters(chosen)?;
    shelf.families = Families::of(records, chosen, |chosen| shelf.cluster_of(&chosen.record, chosen.at))?;
    shelf.fetch_groups(chosen)?;
    Ok(chosen.iter().map(|chosen| shelf.subject(chosen)).collect())
}

/// The account and region of a record.
pub fn place(record: &Record) -> AccountRegion {
    (record.text("AccountId"), record.text("Region"))
}

/// The text of a structure's member; empty where it has none.
fn text(item: &serde_json::Value, member: &str) -> String {
    item.get(member).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

/// The groups that a record names, each with its status.
fn named_groups(record: &Record, list: &str, name: &str, status: &str) -> Vec<(String, String)> {
    let value = exact(record.cell(list)).unwrap_or_default();
    value.as_array().into_iter().flatten().map(|item| (text(item, name), text(item, status))).collect()
}

fn own_groups(record: &Record) -> Vec<(String, String)> {
    named_groups(record, "DBParameterGroups", "DBParameterGroupName", "ParameterApplyStatus")
}

/// The names of a record's own parameter groups.
pub fn parameter_groups(record: &Record) -> Vec<String> {
    own_groups(record).into_iter().map(|(name, _)| name).collect()
}

/// The name of a cluster's parameter group.
pub fn cluster_parameter_group(record: &Record) -> Option<String> {
    Some(record.text("DBClusterParameterGroup")).filter(|name| !name.is_empty())
}

fn option_groups(record: &Record) -> Vec<(String, String)> {
    let mut groups = named_groups(record, "OptionGroupMemberships", "OptionGroupName", "Status");
    groups.extend(named_groups(
        record,
        "DBClusterOptionGroupMemberships",
        "DBClusterOptionGroupName",
        "Status",
    ));
    groups
}

pub(super) fn is_cluster(record: &Record) -> bool {
    record.kind.name == "db-clusters"
}

impl Shelf<'_> {
    fn fetch_clusters(&mut self, chosen: &[Chosen]) -> rusqlite::Result<()> {
        let mut wanted: BTreeMap<(AccountRegion, Time), BTreeSet<String>> = BTreeMap::new();
        for Chosen { record, at } in chosen.iter().filter(|chosen| !is_cluster(&chosen.record)) {
            let name = record.text("DBClusterIdentifier");
            if !name.is_empty() {
                wanted.entry((place(record), *at)).or_default().insert(name);
            }
        }
        let Some(clusters) = kind("db-clusters") else { return Ok(()) };
        for ((place, at), names) in wanted {
            let names: Vec<String> = names.into_iter().collect();
            let which = Which::Of { place: &place, member: "DBClusterIdentifier", values: &names };
            for record in self.records.of(clusters, &which, at)? {
                let name = record.text("DBClusterIdentifier");
                self.clusters.insert((clusters.name, place.clone(), at, name), record);
            }
        }
        Ok(())
    }

    fn cluster_of(&self, record: &Record, at: Time) -> Option<&Record> {
        let name = record.text("DBClusterIdentifier");
        if is_cluster(record) || name.is_empty() {
            return None;
        }
        self.clusters.get(&("db-clusters", place(record), at, name))
    }

    /// Reads every group that is named, those of one place at once.
    fn fetch_groups(&mut self, chosen: &[Chosen]) -> rusqlite::Result<()> {
        let mut wanted: BTreeMap<(&'static str, AccountRegion, Time), BTreeSet<String>> = BTreeMap::new();
        for Chosen { record, at } in chosen {
            let mut want = |kind: &'static str, names: Vec<String>| {
                wanted.entry((kind, place(record), *at)).or_default().extend(names);
            };
            let names = |groups: Vec<(String, String)>| groups.into_iter().map(|(name, _)| name).collect();
            want("db-parameters", names(own_groups(record)));
            want("option-groups", names(option_groups(record)));
            let cluster = if is_cluster(record) { Some(record) } else { self.cluster_of(record, *at) };
            if let Some(cluster) = cluster {
                want("db-cluster-parameters", vec![cluster.text("DBClusterParameterGroup")]);
            }
        }
        for ((name, place, at), values) in wanted {
            let Some(kind) = kind(name) else { continue };
            let values: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
            if values.is_empty() {
                continue;
            }
            let member = match name {
                "db-parameters" => "DBParameterGroupName",
                "db-cluster-parameters" => "DBClusterParameterGroupName",
                _ => "OptionGroupName",
            };
            let which = Which::Of { place: &place, member, values: &values };
            // What a parameter is for, in a sentence each, is most of what its row says.
            let found = self.records.with(kind, &which, at, |column| column != "Description")?;
            if name == "option-groups" {
                for record in found {
                    let key = (name, place.clone(), at, record.text(member));
                    self.options.insert(key, exact(record.cell("Options")).unwrap_or_default());
                }
                continue;
            }
            let reading = ParameterColumns::of(kind, member);
            for record in found {
                let parameter = reading.parameter(record);
                let key = (name, place.clone(), at, parameter.group.to_string());
                self.groups.entry(key).or_default().push(Arc::new(parameter));
            }
        }
        Ok(())
    }

    fn subject(&self, chosen: &Chosen) -> Subject {
        let Chosen { record, at } = chosen;
        let place = place(record);
        let cluster = self.cluster_of(record, *at);
        let owner = owner::of(record, cluster, self.members.of_cluster(record, *at));
        let mut settings = setting::of_members(record.kind, &record.cells, &owner, None);
        let mut gaps: Vec<(Section, Arc<str>)> = Vec::new();
        if let Some(cluster) = cluster {
            let owner = owner::of(cluster, None, None);
            settings.extend(setting::of_members(
                cluster.kind,
                &cluster.cells,
                &owner,
                Some(Section::Cluster),
            ));
        } else if !is_cluster(record) && !record.text("DBClusterIdentifier").is_empty() {
            gaps.push((Section::Cluster, self.why("db-clusters", &place, *at, "its cluster")));
        }
        let own = own_groups(record);
        let of_cluster = cluster.or(Some(record).filter(|record| is_cluster(record)));
        let of_cluster = of_cluster.map(|cluster| {
            (cluster.text("DBClusterParameterGroup"), status_in_cluster(cluster, &owner.identifier))
        });
        let own = self.in_use("db-parameters", &place, *at, own.first());
        let of_cluster = self.in_use("db-cluster-parameters", &place, *at, of_cluster.as_ref());
        match (own, of_cluster) {
            (Ok(own), Ok(of_cluster)) => settings.extend(setting::of_parameters(own, of_cluster, &owner)),
            // Half of what is in force would pass for the whole.
            (Err(why), _) | (_, Err(why)) => gaps.push((Section::Parameters, why)),
        }
        for (name, _) in option_groups(record) {
            match self.options.get(&("option-groups", place.clone(), *at, name.clone())) {
                Some(options) => settings.extend(setting::of_options(options, &owner)),
                None => {
                    let what = format!("the option group {name}");
                    gaps.push((Section::Options, self.why("option-groups", &place, *at, &what)));
                }
            }
        }
        let family = self.families.of_database(chosen, cluster);
        let database = database(record, &owner, family, *at);
        Subject { database, settings, gaps }
    }

    /// A parameter group that a database names, or why it is not known.
    fn in_use<'b>(
        &'b self,
        kind: &'static str,
        place: &AccountRegion,
        at: Time,
        named: Option<&'b (String, String)>,
    ) -> Result<Option<GroupInUse<'b>>, Arc<str>> {
        let Some((name, status)) = named.filter(|(name, _)| !name.is_empty()) else { return Ok(None) };
        match self.groups.get(&(kind, place.clone(), at, name.clone())) {
            Some(parameters) => Ok(Some(GroupInUse { parameters, status })),
            None => Err(self.why(kind, place, at, &format!("the parameter group {name}"))),
        }
    }

    /// Why something is not there.
    fn why(&self, kind: &'static str, place: &AccountRegion, at: Time, what: &str) -> Arc<str> {
        if at.is_some() {
            return format!("{what} was not collected at that time").into();
        }
        match (self.standing)(kind, place) {
            Some(why) => format!("{what} was not collected: {why}").into(),
            None => format!("{what} was not there when {kind} were collected").into(),
        }
    }
}

/// Whether the parameters of a cluster's group are in force, for one of its members or for all.
fn status_in_cluster(cluster: &Record, instance: &str) -> String {
    let members = exact(cluster.cell("DBClusterMembers")).unwrap_or_default();
    let is_meant = |item: &&serde_json::Value| {
        instance == cluster.text("DBClusterIdentifier") || text(item, "DBInstanceIdentifier") == instance
    };
    let statuses = members.as_array().into_iter().flatten().filter(is_meant);
    statuses
        .map(|item| text(item, "DBClusterParameterGroupStatus"))
        .find(|status| status != "in-sync")
        .unwrap_or_else(|| "in-sync".to_owned())
}

/// Where the members of a parameter are in its kind's columns.
struct ParameterColumns {
    group: usize,
    name: usize,
    value: usize,
    source: usize,
    apply_type: usize,
    data_type: usize,
    allowed: usize,
    apply_method: usize,
}

impl ParameterColumns {
    fn of(kind: &Kind, group: &str) -> ParameterColumns {
        let at = |name: &str| kind.column(name).unwrap_or_default();
        ParameterColumns {
            group: at(group),
            name: at("ParameterName"),
            value: at("ParameterValue"),
            source: at("Source"),
            apply_type: at("ApplyType"),
            data_type: at("DataType"),
            allowed: at("AllowedValues"),
            apply_method: at("ApplyMethod"),
        }
    }

    fn parameter(&self, mut record: Record) -> Parameter {
        let mut text = |at: usize| match std::mem::replace(&mut record.cells[at], Cell::Absent) {
            Cell::Text(text) => Some(text),
            _ => None,
        };
        Parameter {
            group: text(self.group).unwrap_or_default().into(),
            name: text(self.name).unwrap_or_default(),
            value: text(self.value),
            source: match text(self.source).as_deref() {
                Some("user") => Source::User,
                Some("system") => Source::System,
                _ => Source::EngineDefault,
            },
            apply_type: text(self.apply_type).unwrap_or_default(),
            data_type: text(self.data_type).unwrap_or_default(),
            allowed: text(self.allowed).unwrap_or_default(),
            apply_method: text(self.apply_method).unwrap_or_default(),
            first_seen: record.first_seen,
        }
    }
}

pub(super) fn nested(record: &Record, member: &str, inner: &str) -> Option<serde_json::Value> {
    exact(record.cell(member))?.get(inner).cloned()
}

fn database(record: &Record, owner: &Owner, family: String, at: Time) -> Database {
    let version = record.text("EngineVersion");
    let arn = if is_cluster(record) { "DBClusterArn" } else { "DBInstanceArn" };
    Database {
        kind: record.kind.name,
        row: record.row,
        identifier: owner.identifier.as_str().into(),
        account_id: owner.account_id.clone(),
        region: owner.region.clone(),
        profiles: record.text("Profiles"),
        family,
        engine: owner.engine.clone(),
        version,
        class: owner.class.clone(),
        arn: record.text(arn),
        at: at.map(written),
        first_seen: record.first_seen.clone(),
    }
}

/// A time as it stands beside a database's name.
fn written(at: OffsetDateTime) -> String {
    let form = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    at.to_offset(UtcOffset::UTC).format(form).unwrap_or_default()
}
