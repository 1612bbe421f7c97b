//! What the views ask of the rows, handed on to the threads that answer, with what the core knows: which places a query
//! means, and how complete they are.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Entry, Shown, State};
use crate::core::answering::{Question, Show};
use crate::core::api::{Event, Export};
use crate::core::exporting::{self, Basis};
use crate::query::Query;
use crate::rds::{kind, kinds};
use crate::sweep::Coverage;

type PlaceName = (Option<String>, String);

impl State {
    pub(super) fn show(&mut self, query: Query) {
        self.shown = Some(Shown { query, number: 0, changed: false, answering: false, took: Duration::ZERO });
        self.ask_to_show(false);
    }

    /// Has the shown query answered as the data is now.
    pub(super) fn ask_to_show(&mut self, anew: bool) {
        self.commit();
        let number = self.answering.next();
        let Some(shown) = &mut self.shown else { return };
        shown.changed = false;
        shown.answering = true;
        shown.number = number;
        let mut query = shown.query.clone();
        let places = self.restrict(&mut query);
        self.answering.ask(Question::Show(Show { number, query, places, anew }));
    }

    pub(super) fn answered(&mut self, number: u64, took: Duration) {
        if let Some(shown) = self.shown.as_mut().filter(|shown| shown.number == number) {
            shown.answering = false;
            shown.took = took;
        }
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
