//! A comparison seen across the fleet: every value of one setting that is in use, the rare ones first; and the settings
//! in which databases differ most, of all of them or of one engine family.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::compare::{Cell, Comparison, Database, alike, words};
use super::setting::Held;

/// A value of a setting, and who has it.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueInUse {
    /// As AWS says it in the first of them; empty where there is none.
    pub text: String,
    /// What that comes to, as a comparison says it (`Cell::computed`).
    pub computed: Option<String>,
    pub is_missing: bool,
    /// Places of the databases that have it.
    pub databases: Vec<usize>,
    /// How many of them are of which engine and version.
    pub by_version: BTreeMap<(String, String), usize>,
}

/// Databases of which a setting was not collected, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCollected {
    pub why: String,
    /// Their places.
    pub databases: Vec<usize>,
}

/// A setting by how much it differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Varied {
    /// Its place among the comparison's rows.
    pub row: usize,
    pub values: usize,
    pub differing: usize,
}

impl Comparison {
    /// The databases whose engine family AWS has not told.
    pub fn of_no_known_family(&self) -> Vec<&Database> {
        let is_unknown = |database: &&Database| !database.is_baseline() && database.family.is_empty();
        self.databases.iter().filter(is_unknown).collect()
    }

    /// The engine families of the databases with how many are of each, the largest first.
    pub fn families(&self) -> Vec<(String, usize)> {
        let mut families: BTreeMap<&str, usize> = BTreeMap::new();
        let is_known = |database: &&Database| !database.is_baseline() && !database.family.is_empty();
        for database in self.databases.iter().filter(is_known) {
            *families.entry(&database.family).or_default() += 1;
        }
        let mut families: Vec<(String, usize)> =
            families.into_iter().map(|(family, count)| (family.to_owned(), count)).collect();
        families.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        families
    }

    /// Leaves out the databases of other engine families. They are to be judged anew after that.
    pub fn only_of(&mut self, family: &str) {
        let stays: Vec<bool> = self
            .databases
            .iter()
            .map(|database| database.is_baseline() || database.family.eq_ignore_ascii_case(family))
            .collect();
        let left: Vec<usize> = (0..stays.len()).filter(|place| stays[*place]).collect();
        let mut places = stays.iter();
        self.databases.retain(|_| places.next().copied().unwrap_or_default());
        for row in &mut self.rows {
            let mut places = stays.iter();
            row.cells.retain(|_| places.next().copied().unwrap_or_default());
            row.words = words(&row.name, &row.cells);
        }
        self.gaps.retain_mut(|(place, ..)| match left.binary_search(place) {
            Ok(now) => {
                *place = now;
                true
            }
            Err(_) => false,
        });
    }

    /// Every value of a setting, the rarest first. Databases of which it was not collected are in none.
    pub fn values(&self, row: usize) -> Vec<ValueInUse> {
        let Some(row) = self.rows.get(row) else { return Vec::new() };
        let value = |mut databases: Vec<usize>| {
            databases.sort_unstable();
            let first = &row.cells[commonest(&row.cells, &databases)];
            let mut by_version: BTreeMap<(String, String), usize> = BTreeMap::new();
            for database in databases.iter().map(|place| &self.databases[*place]) {
                *by_version.entry((database.engine.clone(), database.version.clone())).or_default() += 1;
            }
            let is_missing = first.held == Held::Missing;
            let (text, computed) = (first.text().to_owned(), first.computed());
            ValueInUse { text, computed, is_missing, databases, by_version }
        };
        let mut values: Vec<ValueInUse> = listed(&row.cells).into_iter().map(value).collect();
        values.sort_by_key(|value| value.databases.len());
        values
    }

    /// The databases of which a setting was not collected, by the reason.
    pub fn not_collected(&self, row: usize) -> Vec<NotCollected> {
        let mut by_reason: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let cells = self.rows.get(row).map(|row| row.cells.as_slice()).unwrap_or_default();
        for (place, cell) in cells.iter().enumerate() {
            if let Held::NotKnown(why) = &cell.held {
                by_reason.entry(why).or_default().push(place);
            }
        }
        let found = by_reason.into_iter();
        found.map(|(why, databases)| NotCollected { why: why.to_owned(), databases }).collect()
    }

    /// The settings in which databases differ, those with the most values first, and among these those in which the most
    /// databases differ.
    pub fn most_varied(&self) -> Vec<Varied> {
        let differs = |(_, row): &(usize, &super::compare::Row)| row.ignored.is_none() && row.differing > 0;
        let mut varied: Vec<Varied> = self
            .rows
            .iter()
            .enumerate()
            .filter(differs)
            .map(|(at, row)| Varied { row: at, values: listed(&row.cells).len(), differing: row.differing })
            .collect();
        varied.sort_by_key(|varied| std::cmp::Reverse((varied.values, varied.differing)));
        varied
    }
}

/// The databases that have the same, set by set. Those that have the same formula, whose value is not known for the same
/// reason, are one set of a list, although nobody can say whether they have the same value.
fn listed(cells: &[Cell]) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let mut unknown: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for set in alike(cells) {
        let first = &cells[set[0]];
        let Some(why) = first.why_not_computed() else {
            sets.push(set);
            continue;
        };
        match unknown.entry((first.text(), why.to_owned())) {
            Entry::Occupied(at) => sets[*at.get()].extend(set),
            Entry::Vacant(at) => {
                at.insert(sets.len());
                sets.push(set);
            }
        }
    }
    sets
}

/// Of databases that have the same, the first of those whose text most of them have: a formula and what it comes to may be
/// the same.
fn commonest(cells: &[Cell], databases: &[usize]) -> usize {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for place in databases {
        *counts.entry(cells[*place].text()).or_default() += 1;
    }
    let most = counts.values().max().copied();
    let is_commonest = |place: &&usize| counts.get(cells[**place].text()).copied() == most;
    databases.iter().find(is_commonest).copied().unwrap_or(databases[0])
}
