//! What the views ask of the rows, handed on to the threads that answer, with what the core knows: which places a query
//! means, and how complete they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::{CoverageState, Entry, Shown, State, Wanted};
use crate::core::answering::{Glance, Question, Show};
use crate::core::api::{Event, Export};
use crate::core::exporting::{self, Basis};
use crate::core::overview::Completeness;
use crate::query::Query;
use crate::rds::{kind, kinds};
use crate::sweep::Coverage;

type PlaceName = (Option<String>, String);

impl State {
    pub(super) fn show(&mut self, query: Query) {
        self.show_one(Wanted::Query(query));
    }

    pub(super) fn show_overview(&mut self, targets: Option<Vec<u32>>) {
        self.show_one(Wanted::Overview(targets));
    }

    fn show_one(&mut self, wanted: Wanted) {
        self.shown =
            Some(Shown { wanted, number: 0, changed: false, answering: false, took: Duration::ZERO });
        self.ask_to_show(false);
    }

    /// Has what is shown answered as the data is now.
    pub(super) fn ask_to_show(&mut self, anew: bool) {
        self.commit();
        let number = self.answering.next();
        let Some(shown) = &mut self.shown else { return };
        shown.changed = false;
        shown.answering = true;
        shown.number = number;
        match shown.wanted.clone() {
            Wanted::Query(mut query) => {
                let places = self.restrict(&mut query);
                self.answering.ask(Question::Show(Show { number, query, places, anew }));
            }
            Wanted::Overview(targets) => {
                let places = self.places_of(targets.clone());
                let completeness = self.completeness(targets.as_deref());
                self.answering.ask(Question::Overview(Glance { number, targets, places, completeness }));
            }
        }
    }

    pub(super) fn find(&mut self, text: String) {
        let places = self.places_of(None);
        self.answering.ask_to_find(text, places);
    }

    /// The places of some targets, for what is an account's own; `None` where they are all that the store has.
    fn places_of(&self, targets: Option<Vec<u32>>) -> Option<Vec<i64>> {
        let own = kinds().iter().find(|kind| !kind.shared)?;
        let mut query = Query { targets, ..Query::of(own) };
        self.restrict(&mut query);
        query.places
    }

    /// How much of some targets is known.
    fn completeness(&self, targets: Option<&[u32]>) -> Completeness {
        let mut states: BTreeMap<CoverageState, usize> = BTreeMap::new();
        let mut accounts: HashMap<String, bool> = HashMap::new();
        let mut times = Vec::new();
        let mut awaited = 0;
        let meant = |entry: &&Entry| targets.is_none_or(|targets| targets.contains(&entry.target.number));
        for entry in self.current().filter(meant) {
            let always = entry
                .coverage
                .values()
                .filter(|coverage| kind(coverage.kind).is_some_and(|kind| kind.always));
            let collected: Vec<&Arc<Coverage>> = always.collect();
            let worst = collected.iter().map(|coverage| coverage.state).max();
            *states.entry(worst.unwrap_or(CoverageState::NotAsked)).or_default() += 1;
            let known: Vec<_> = collected.iter().filter_map(|coverage| coverage.as_of).collect();
            let is_awaited =
                |coverage: &&Arc<Coverage>| coverage.as_of.is_none() && entry.open.contains(&coverage.kind);
            awaited += usize::from(collected.iter().any(is_awaited));
            // An account that is not known yet counts as one of its own.
            let account = entry.account_id.clone();
            let account = account.unwrap_or_else(|| format!("target {}", entry.target.number));
            *accounts.entry(account).or_default() |= !known.is_empty();
            times.extend(known);
        }
        Completeness {
            accounts: accounts.len(),
            reached: accounts.values().filter(|reached| **reached).count(),
            awaited,
            states: states.into_iter().collect(),
            as_of: times.iter().min().copied().zip(times.iter().max().copied()),
        }
    }

    pub(super) fn answered(&mut self, number: u64, took: Duration) {
        if let Some(shown) = self.shown.as_mut().filter(|shown| shown.number == number) {
            shown.answering = false;
            shown.took = took;
        }
    }

    /// Has what a row has to do with others looked up; "everywhere" means where the config leads now.
    pub(super) fn ask_for_relations(&self, kind: &'static str, row: i64) {
        let everywhere = kinds().iter().find(|kind| !kind.shared).and_then(|kind| {
            let mut query = Query::of(kind);
            self.restrict(&mut query);
            query.places
        });
        self.answering.ask(Question::Relations { kind, row, places: everywhere });
    }

    /// Writes the places into a query that it means, where those are not all that the store has: targets that the config
    /// no longer names are no part of "all". Gives them back by name.
    pub(super) fn restrict(&self, query: &mut Query) -> Option<Vec<PlaceName>> {
        let kind = kind(&query.kind)?;
        let known = self.inventory.places().unwrap_or_default();
        let meant: BTreeSet<PlaceName> = self
            .meant(query)
            .filter_map(|entry| {
                let account = if kind.shared { None } else { Some(entry.account_id.clone()?) };
                Some((account, entry.target.region.clone()))
            })
            .collect();
        let of_this_sort = |place: &&PlaceName| place.0.is_none() == kind.shared;
        if known.keys().filter(of_this_sort).all(|place| meant.contains(place)) {
            query.places = None;
            return None;
        }
        query.places = Some(meant.iter().filter_map(|place| known.get(place).copied()).collect());
        Some(meant.into_iter().collect())
    }

    fn meant<'a>(&'a self, query: &'a Query) -> impl Iterator<Item = &'a Entry> {
        self.current().filter(|entry| {
            query.targets.as_ref().is_none_or(|targets| targets.contains(&entry.target.number))
        })
    }

    pub(super) fn export(&mut self, mut export: Export) {
        if self.exporting.is_some() {
            self.send(Event::Exported(Err("another export is still being written".to_owned())));
            return;
        }
        self.commit();
        self.restrict(&mut export.query);
        let basis = self.basis(&export.query);
        self.exporting = exporting::start(
            export,
            basis,
            self.inventory.storage(),
            self.options.query_limits,
            &self.telling,
            self.messages.clone(),
        );
    }

    pub(super) fn basis(&self, query: &Query) -> Basis {
        let of_entry = |entry: &Entry| -> Vec<Arc<Coverage>> {
            let of_kind = |name| match entry.coverage.get(name) {
                Some(coverage) => Arc::clone(coverage),
                None => Arc::new(Coverage::not_asked(&entry.target, name)),
            };
            kinds().iter().map(|kind| of_kind(kind.name)).collect()
        };
        let (all, meant) = (self.current().count(), self.meant(query).count());
        let how_many = match &query.targets {
            Some(_) => format!("{meant} of {all} account-regions"),
            None => format!("all {all} account-regions"),
        };
        Basis {
            coverage: self.meant(query).flat_map(of_entry).collect(),
            scope: format!("{how_many} of {}", self.configuration.config_file.display()),
            // A profile that cannot be used has no target that could have been left out on purpose.
            broken: if query.targets.is_none() { self.broken() } else { Vec::new() },
        }
    }
}
