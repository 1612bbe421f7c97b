//! Who departs from a baseline, where, and since when: read off a comparison whose reference is the baseline, with the
//! times from the store's history.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::baseline::Baseline;
use super::compare::Comparison;
use super::same::Verdict;
use super::setting::{Held, Section};
use crate::inventory::{LastChange, Records};
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
    let mut changes: HashMap<&str, Vec<LastChange>> = HashMap::new();
    for name in ["db-instances", "db-clusters"] {
        let of_kind = comparison.databases.iter().filter(|database| database.kind == name);
        let identifiers: BTreeSet<Arc<str>> =
            of_kind.map(|database| Arc::clone(&database.identifier)).collect();
        if let (Some(kind), false) = (kind(name), identifiers.is_empty()) {
            let identifiers: Vec<Arc<str>> = identifiers.into_iter().collect();
            changes.insert(name, records.last_changes(kind, &identifiers)?);
        }
    }
    let begun = first_seen_of_groups(comparison);
    let mut departures = Vec::new();
    for place in 0..comparison.databases.len() {
        for (at, row) in comparison.rows.iter().enumerate() {
            if row.ignored.is_some() || !row.cells[place].verdict().differs() {
                continue;
            }
            let since = since(comparison, place, at, &changes, &begun);
            departures.push(Departure { database: place, row: at, since });
        }
    }
    Ok(departures)
}

/// When each parameter group was first watched.
fn first_seen_of_groups(comparison: &Comparison) -> BTreeMap<(usize, Arc<str>), String> {
    let mut begun: BTreeMap<(usize, Arc<str>), String> = BTreeMap::new();
    let parameters = comparison.rows.iter().filter(|row| row.section == Section::Parameters);
    for (place, cell) in parameters.flat_map(|row| row.cells.iter().enumerate()) {
        let parameter = cell.held.setting().and_then(|setting| setting.parameter.as_ref());
        let Some(parameter) = parameter else { continue };
        if let Some(seen) = &parameter.first_seen {
            let first = begun.entry((place, Arc::clone(&parameter.group))).or_insert_with(|| seen.clone());
            if seen < first {
                first.clone_from(seen);
            }
        }
    }
    begun
}

fn since(
    comparison: &Comparison,
    place: usize,
    row: usize,
    changes: &HashMap<&str, Vec<LastChange>>,
    begun: &BTreeMap<(usize, Arc<str>), String>,
) -> Option<Since> {
    let (database, row) = (&comparison.databases[place], &comparison.rows[row]);
    if let Held::Set(setting) = &row.cells[place].held
        && let Some(parameter) = &setting.parameter
    {
        let seen = parameter.first_seen.clone()?;
        let first = begun.get(&(place, Arc::clone(&parameter.group)));
        return Some(if first.is_some_and(|first| *first < seen) {
            Since::Changed(seen)
        } else {
            Since::AtLeast(seen)
        });
    }
    let member = &*row.name;
    let is_it = |change: &&LastChange| {
        let within = change.member.strip_prefix(member);
        change.account_id == database.account_id
            && change.region == database.region
            && change.identifier == *database.identifier
            && within.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let changed = changes.get(database.kind)?.iter().filter(is_it).map(|change| change.at.clone()).max();
    changed.map(Since::Changed).or_else(|| database.first_seen.clone().map(Since::AtLeast))
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
