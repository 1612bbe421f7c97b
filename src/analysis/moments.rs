//! When a database changed, as far as it was watched: the moments with which it is worth comparing. Its own members count,
//! its cluster's, and the parameters of the groups that it has now.

use std::collections::{BTreeMap, BTreeSet};

use time::{Duration, OffsetDateTime};

use super::gather::{cluster_parameter_group, parameter_groups, place};
use crate::inventory::{Record, Records, Which};
use crate::rds::kind;

/// A moment at which something was found changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub at: OffsetDateTime,
    /// The members and parameters that changed.
    pub what: Vec<String>,
}

impl Changed {
    /// The last moment at which it was as before.
    pub fn before(&self) -> OffsetDateTime {
        // The store's times are to the millisecond.
        self.at - Duration::milliseconds(1)
    }
}

/// The moments of a database's changes, the newest first.
///
/// # Errors
/// What SQLite says.
pub fn of(records: &Records, record: &Record) -> rusqlite::Result<Vec<Changed>> {
    let mut changed: BTreeMap<OffsetDateTime, BTreeSet<String>> = BTreeMap::new();
    let place = place(record);
    let cluster = record.text("DBClusterIdentifier");
    let of_a_cluster = Some(cluster).filter(|name| !name.is_empty());
    let mut cluster_group = cluster_parameter_group(record);
    for (name, identifier) in [
        ("db-instances", Some(record.text("DBInstanceIdentifier")).filter(|name| !name.is_empty())),
        ("db-clusters", of_a_cluster),
    ] {
        let (Some(kind), Some(identifier)) = (kind(name), identifier) else { continue };
        let values = [identifier];
        let which = Which::Of { place: &place, member: kind.identifier, values: &values };
        let changes: Vec<_> = records
            .changes(kind, &[&values[0]])?
            .into_iter()
            .filter(|change| (&change.account_id, &change.region) == (&place.0, &place.1))
            .collect();
        for (_, at) in records.superseded(kind, &which)? {
            let what = changes.iter().filter(|change| change.time() == Some(at));
            changed.entry(at).or_default().extend(what.filter_map(|change| change.member.clone()));
        }
        if name != record.kind.name {
            let now = records.of(kind, &which, None)?.pop();
            cluster_group = now.as_ref().and_then(cluster_parameter_group);
        }
    }
    for (name, member, groups) in [
        ("db-parameters", "DBParameterGroupName", parameter_groups(record)),
        ("db-cluster-parameters", "DBClusterParameterGroupName", cluster_group.into_iter().collect()),
    ] {
        let Some(kind) = kind(name).filter(|_| !groups.is_empty()) else { continue };
        let which = Which::Of { place: &place, member, values: &groups };
        for (parameter, at) in records.superseded(kind, &which)? {
            changed.entry(at).or_default().insert(parameter);
        }
    }
    let newest_first = changed.into_iter().rev();
    Ok(newest_first.map(|(at, what)| Changed { at, what: what.into_iter().collect() }).collect())
}
