//! Which databases a comparison means: rows of a grid, names as people write them, or the rows of a query; and what has
//! to be collected of them. How they are compared is `comparing`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::comparing::{Basis, Job};
use super::comparison::{Against, Choice};
use super::naming::Naming;
use crate::analysis::families;
use crate::analysis::gather::{Chosen, KINDS, place};
use crate::failure::State;
use crate::inventory::{AccountRegion, Reader, Record, Records, Refusal, Stop, Which};
use crate::names;
use crate::query::Query;
use crate::rds::{Kind, kind};
use crate::report;
use crate::sweep::Coverage;

/// The kinds that have to be there, by account and region.
pub type Needs = BTreeMap<AccountRegion, BTreeSet<&'static str>>;

/// The databases that are meant, in order, each once.
pub fn chosen(records: &Records, job: &Job, basis: &Basis) -> Result<Vec<Chosen>, String> {
    let compare = &job.compare;
    let mut found: Vec<Record> = Vec::new();
    match &compare.choice {
        Choice::Rows(rows) => {
            for (name, row) in rows {
                let kind = comparable(name)?;
                found.extend(records.of(kind, &Which::Rows(&[*row]), None).map_err(unreadable)?);
            }
        }
        Choice::Named(names) => {
            for name in names {
                found.push(named(records, name, basis)?);
            }
        }
        Choice::Query(query) => found = of_query(records, job, query)?,
    }
    // What the others are held against stands beside them.
    if let Against::Named(name) = &compare.against {
        let reference = named(records, name, basis)?;
        if !found.iter().any(|record| is_same(record, &reference)) {
            found.insert(0, reference);
        }
    }
    let mut met = BTreeSet::new();
    found.retain(|record| met.insert((record.kind.name, record.row)));
    let instances = found.iter().filter(|record| record.kind.name == "db-instances").count();
    let clusters = found.len() - instances;
    if instances > 0 && clusters > 0 {
        return Err(format!(
            "instances and clusters have different settings and are compared apart, and {} chosen: choose the clusters' \
             instances instead, which are shown with the settings of their clusters",
            both(instances, clusters)
        ));
    }
    if compare.times.is_empty() {
        return Ok(found.into_iter().map(|record| Chosen { record, at: None }).collect());
    }
    let [now] = &found[..] else {
        return Err(format!(
            "only one database can be compared with what it was, and {} chosen",
            how_many(found.len())
        ));
    };
    let mut chosen = Vec::new();
    let mut times = compare.times.clone();
    times.sort_unstable();
    for at in times {
        let member = now.kind.identifier;
        let values = [now.text(member)];
        let which = Which::Of { place: &place(now), member, values: &values };
        let then = records.of(now.kind, &which, Some(at)).map_err(unreadable)?.pop();
        let record = then.ok_or_else(|| {
            let seen = now.first_seen.clone().unwrap_or_default();
            format!(
                "nothing is known of {} at {}; as it is now it was first seen {seen}",
                values[0],
                report::moment(at)
            )
        })?;
        chosen.push(Chosen { record, at: Some(at) });
    }
    chosen.push(Chosen { record: now.clone(), at: None });
    Ok(chosen)
}

pub fn is_same(one: &Record, other: &Record) -> bool {
    one.row == other.row && one.kind.name == other.kind.name
}

pub fn comparable(name: &str) -> Result<&'static Kind, String> {
    ["db-instances", "db-clusters"]
        .contains(&name)
        .then(|| kind(name))
        .flatten()
        .ok_or_else(|| format!("{name} cannot be compared: choose DB instances or clusters"))
}

fn of_query(records: &Records, job: &Job, query: &Query) -> Result<Vec<Record>, String> {
    let kind = comparable(&query.kind)?;
    let mut reader = Reader::open(&job.storage, job.limits, Stop::default()).map_err(unreadable)?;
    let answered = reader.select(query, false).map_err(|refusal| match refusal {
        Refusal::Refused(refused) => refused.to_string(),
        Refusal::Stopped => "the comparison was given up".to_owned(),
    })?;
    let order: BTreeMap<i64, usize> = answered.rows.iter().enumerate().map(|(at, row)| (*row, at)).collect();
    let mut found = records.of(kind, &Which::Rows(&answered.rows), None).map_err(unreadable)?;
    found.sort_by_key(|record| record.row.and_then(|row| order.get(&row).copied()));
    Ok(found)
}

/// The one database of a name, which is taken in any case.
pub fn named(records: &Records, name: &str, basis: &Basis) -> Result<Record, String> {
    let naming = Naming::of(name);
    let mut found = Vec::new();
    for kind in DATABASES.into_iter().filter(|kind| naming.may_be_of(kind)).filter_map(kind) {
        let which = Which::Anywhere { member: kind.identifier, value: naming.identifier };
        found.extend(records.of(kind, &which, None).map_err(unreadable)?);
    }
    let is_known = |(account, region): &AccountRegion| {
        basis.coverage.iter().any(|coverage| is_of(coverage, &(account.clone(), region.clone())))
    };
    found.retain(|record| {
        let place = place(record);
        is_known(&place) && naming.may_be_in(&place.0, &place.1)
    });
    let mut found =
        names::matching(naming.identifier, found, |record| record.text(record.kind.identifier).into());
    match (found.len(), found.pop()) {
        (1, Some(record)) => Ok(record),
        (_, Some(last)) => {
            found.push(last);
            Err(of_several(name, &found))
        }
        (_, None) => Err(no_database(records, name, naming, basis, &is_known)?),
    }
}

/// The kinds that are databases.
const DATABASES: [&str; 2] = ["db-instances", "db-clusters"];

/// The sentence for a name that several databases have.
fn of_several(name: &str, found: &[Record]) -> String {
    let arn = |record: &Record| match record.kind.name {
        "db-clusters" => format!("{} (a cluster: {})", full_name(record), record.text("DBClusterArn")),
        _ => full_name(record),
    };
    let names: Vec<String> = found.iter().map(arn).collect();
    format!(
        "{name} is the name of {} databases: {}. Write ACCOUNT/REGION/IDENTIFIER, or the ARN",
        names.len(),
        names.join(", ")
    )
}

/// The sentence for a name that no database has, with those that may have been meant and what was not looked at.
fn no_database(
    records: &Records,
    name: &str,
    naming: Naming<'_>,
    basis: &Basis,
    is_known: &dyn Fn(&AccountRegion) -> bool,
) -> Result<String, String> {
    let mut known: Vec<(AccountRegion, String)> = Vec::new();
    for kind in DATABASES.into_iter().filter_map(kind) {
        known.extend(records.names(kind).map_err(unreadable)?);
    }
    known.retain(|(place, _)| is_known(place));
    let near = names::nearest(naming.identifier, known.iter().map(|(_, identifier)| identifier.as_str()));
    let near: Vec<String> = match naming.place {
        None => near.into_iter().map(str::to_owned).collect(),
        // The name may be right, and the place wrong.
        Some(_) => {
            let placed = |((account, region), identifier): &(AccountRegion, String)| {
                format!("{account}/{region}/{identifier}")
            };
            known.iter().filter(|(_, identifier)| near.contains(&identifier.as_str())).map(placed).collect()
        }
    };
    let where_all = "`rds-fleet-cli export db-instances` lists them";
    let mut sentence = names::not_there("database", name, near.iter().map(String::as_str), where_all);
    let is_unseen =
        |coverage: &&Arc<Coverage>| coverage.kind == "db-instances" && coverage.state != State::Collected;
    match basis.coverage.iter().filter(is_unseen).count() {
        0 => {}
        1 => sentence.push_str(" 1 account-region was not collected"),
        count => sentence.push_str(&format!(" {count} account-regions were not collected")),
    }
    Ok(sentence)
}

/// A database's name with its account and region.
pub fn full_name(record: &Record) -> String {
    let (account, region) = place(record);
    format!("{account}/{region}/{}", record.text(record.kind.identifier))
}

/// What has to be collected of the chosen databases' places.
pub fn needs(chosen: &[Chosen]) -> Needs {
    let mut needs = Needs::new();
    for chosen in chosen {
        let Chosen { record, at } = chosen;
        // What was then cannot be collected any more.
        if at.is_some() {
            continue;
        }
        let kinds = needs.entry(place(record)).or_default();
        let is_instance = record.kind.name == "db-instances";
        let is_clustered = !is_instance || !record.text("DBClusterIdentifier").is_empty();
        let [parameters, cluster_parameters, option_groups] = KINDS;
        kinds.insert(option_groups);
        kinds.extend(families::needed(chosen));
        if is_instance {
            kinds.insert(parameters);
        }
        if is_clustered {
            kinds.insert(cluster_parameters);
            kinds.insert("db-clusters");
        }
    }
    needs
}

fn both(instances: usize, clusters: usize) -> String {
    let counted = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    };
    format!("{} and {} are", counted(instances, "instance"), counted(clusters, "cluster"))
}

pub fn how_many(count: usize) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

pub fn is_of(coverage: &Coverage, place: &AccountRegion) -> bool {
    coverage.account_id.as_deref() == Some(place.0.as_str()) && coverage.region == place.1
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
pub fn unreadable(error: rusqlite::Error) -> String {
    format!("the store could not be read: {error}")
}
