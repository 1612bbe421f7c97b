//! Who departs from a baseline, where, and since when: read off a comparison whose reference is the baseline, with the
//! times from the store's history.

use std::collections::BTreeSet;

use super::baseline::Baseline;
use super::compare::{Comparison, Row};
use super::same::Verdict;
use super::setting::{Section, is_within};
use crate::inventory::{Change, Records};
use crate::rds::kind;

/// One setting of one database that is not as the baseline says.
#[derive(Debug, Clone, PartialEq)]
pub struct Departure {
    /// The database's place in the comparison.
    pub database: usize,
    /// The setting's place among the comparison's rows.
    pub row: usize,
    /// When it became so, as AWS writes times; `None` where nothing is known.
    pub since: Option<Since>,
}

/// Since when a setting is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// A sweep found it changed.
    Changed(String),
    /// It has been so ever since it was watched.
    AtLeast(String),
}

impl std::fmt::Display for Since {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Since::Changed(at) => write!(out, "{at}"),
            Since::AtLeast(at) => write!(out, "at least {at}"),
        }
    }
}

impl Comparison {
    /// Leaves out what a baseline, which is the first column, says nothing of.
    pub fn only_what_is_in(&mut self, baseline: &Baseline) {
        for row in self.rows.iter_mut().filter(|row| row.ignored.is_none()) {
            if &*row.name != super::compare::NOT_COLLECTED && !baseline.covers(row.section, &row.name) {
                row.ignored = Some("the baseline says nothing of it".to_owned());
            }
        }
    }
}

/// Every departure from the reference of a comparison, by database and setting.
///
/// # Errors
/// What SQLite says.
pub fn departures(comparison: &Comparison, records: &Records) -> rusqlite::Result<Vec<Departure>> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for database in 0..comparison.databases.len() {
        let departs = |row: &Row| row.ignored.is_none() && row.cells[database].verdict().differs();
        let rows = comparison.rows.iter().enumerate().filter(|(_, row)| departs(row));
        found.extend(rows.map(|(row, _)| (database, row)));
    }
    let past = Past::of(comparison, records, &found)?;
    let departure =
        |(database, row)| Departure { database, row, since: past.since(comparison, database, row) };
    Ok(found.into_iter().map(departure).collect())
}

/// What the store has seen change of the settings that depart.
struct Past {
    of_databases: Vec<Change>,
    of_parameters: Vec<Change>,
}

impl Past {
    fn of(comparison: &Comparison, records: &Records, found: &[(usize, usize)]) -> rusqlite::Result<Past> {
        let changes = |kinds: [&str; 2], identifiers: BTreeSet<&str>| -> rusqlite::Result<Vec<Change>> {
            let identifiers: Vec<&str> = identifiers.into_iter().collect();
            let mut changes = Vec::new();
            for kind in kinds.into_iter().filter_map(kind).filter(|_| !identifiers.is_empty()) {
                changes.extend(records.changes(kind, &identifiers)?);
            }
            Ok(changes)
        };
        let databases = found.iter().map(|(database, _)| &*comparison.databases[*database].identifier);
        let rows = found.iter().map(|(_, row)| &comparison.rows[*row]);
        let parameters = rows.filter(|row| row.section == Section::Parameters).map(|row| &*row.name);
        Ok(Past {
            of_databases: changes(["db-instances", "db-clusters"], databases.collect())?,
            of_parameters: changes(["db-parameters", "db-cluster-parameters"], parameters.collect())?,
        })
    }

    fn since(&self, comparison: &Comparison, database: usize, row: usize) -> Option<Since> {
        let row = &comparison.rows[row];
        let parameter = row.cells[database].held.setting().and_then(|setting| setting.parameter.as_ref());
        let database = &comparison.databases[database];
        let is_of = |change: &&Change, identifier: &str| {
            change.account_id == database.account_id
                && change.region == database.region
                && change.identifier == identifier
        };
        if let Some(parameter) = parameter {
            // A parameter's change does not say of which group it was, but the row of the group says when it began.
            let seen = parameter.first_seen.clone()?;
            let mut changes = self.of_parameters.iter().filter(|change| is_of(change, &parameter.name));
            let changed = changes.any(|change| change.at == seen);
            return Some(if changed { Since::Changed(seen) } else { Since::AtLeast(seen) });
        }
        let is_it = |change: &&Change| {
            let within = change.member.as_deref().is_some_and(|member| is_within(member, &row.name));
            within && is_of(change, &database.identifier)
        };
        let changed = self.of_databases.iter().filter(is_it).map(|change| change.at.clone()).max();
        changed.map(Since::Changed).or_else(|| database.first_seen.clone().map(Since::AtLeast))
    }
}

/// Databases of which something is not known, and why: they may depart from the baseline as well.
pub fn not_known(comparison: &Comparison) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = comparison
        .gaps
        .iter()
        .map(|(place, section, why)| (*place, format!("{}: {why}", section.title())))
        .collect();
    for row in comparison.rows.iter().filter(|row| row.ignored.is_none() && row.unsure > 0) {
        for (place, cell) in row.cells.iter().enumerate() {
            if cell.verdict() == Verdict::NotKnown && cell.held.setting().is_some() {
                found.push((place, format!("{}: {}", row.name, cell.judged.reason)));
            }
        }
    }
    found
}
