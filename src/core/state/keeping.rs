//! The store beside the rows: what an earlier run left in it, what is written into it of the ledger, and what happens
//! when it fails: the run goes on in memory, and says so.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use time::OffsetDateTime;
use twox_hash::XxHash64;

use super::{Entry, State};
use crate::config::{Endpoints, Metadata};
use crate::core::answering::Question;
use crate::failure::State as CoverageState;
use crate::inventory::{Inventory, Kept, Origin, Storage, StoredCoverage, is_broken, set_aside};
use crate::rds::Kind;
use crate::sweep::{Coverage, Selection, Target};

/// What earlier runs left, by the targets' names in the store.
pub type KeptByName = HashMap<String, Vec<StoredCoverage>>;

/// What earlier runs left; none of it where it cannot be read.
pub fn kept(inventory: &Inventory) -> KeptByName {
    let mut by_name = KeptByName::new();
    match inventory.kept() {
        Ok(kept) => kept
            .into_iter()
            .for_each(|coverage| by_name.entry(coverage.target.clone()).or_default().push(coverage)),
        Err(error) => tracing::error!("the store: {error}"),
    }
    by_name
}

/// A name of a target that is the same at the next start.
pub fn stored_name(target: &Target) -> String {
    let mut hasher = XxHash64::default();
    let Endpoints { sts_url, rds_url, use_fips, use_dualstack, sso_url, sso_oidc_url, metadata } =
        &target.endpoints;
    let endpoints = (sts_url, rds_url, use_fips, use_dualstack);
    (&target.access, &target.region, endpoints, &target.ca_bundle).hash(&mut hasher);
    // What came later counts where it is set only, so that older stores keep their targets.
    let source = (sso_url, sso_oidc_url, metadata);
    if source != (&None, &None, &Metadata::default()) {
        source.hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

impl State {
    /// Takes into a target's entry what an earlier run left of it.
    pub(super) fn remember(&self, entry: &mut Entry) {
        for kept in self.kept.get(&stored_name(&entry.target)).into_iter().flatten() {
            if entry.account_id.is_none() {
                entry.account_id.clone_from(&kept.account_id);
            }
            let coverage = Coverage {
                account_id: kept.account_id.clone(),
                state: CoverageState::Stale,
                rows: kept.rows,
                as_of: Some(kept.as_of),
                ..Coverage::not_asked(&entry.target, kept.kind.name)
            };
            entry.coverage.insert(kept.kind.name, coverage.into());
        }
        for coverage in entry.coverage.values_mut() {
            Arc::make_mut(coverage).account_id.clone_from(&entry.account_id);
        }
    }

    /// What of a target is written into its rows of a kind.
    pub(super) fn origin(&self, target: u32, kind: &Kind) -> Option<Origin> {
        let entry = self.ledger.get(&target)?;
        let region = entry.target.region.clone();
        if kind.shared {
            return Some(Origin { account_id: None, region, profiles: Vec::new() });
        }
        let Some(account_id) = entry.account_id.clone() else {
            return Some(Origin { account_id: None, region, profiles: entry.target.profiles.clone() });
        };
        // Every role in the account and region sees the same; the rows name the profiles of all.
        let mut profiles: Vec<String> = Vec::new();
        let key = (account_id, region);
        for entry in self.roles.get(&key).into_iter().flatten().filter_map(|role| self.ledger.get(role)) {
            for profile in &entry.target.profiles {
                if !profiles.contains(profile) {
                    profiles.push(profile.clone());
                }
            }
        }
        Some(Origin { account_id: Some(key.0), region: key.1, profiles })
    }

    /// Takes down which account and region a target reaches.
    pub(super) fn note_role(&mut self, target: u32) {
        let Some(entry) = self.ledger.get(&target) else { return };
        let Some(account_id) = entry.account_id.clone() else { return };
        let roles = self.roles.entry((account_id, entry.target.region.clone())).or_default();
        if !roles.contains(&target) {
            roles.push(target);
        }
    }

    /// Keeps how a target's kind stands.
    pub(super) fn keep(&mut self, target: u32, kind: &'static str) {
        let Some(entry) = self.ledger.get(&target) else { return };
        let Some(coverage) = entry.coverage.get(kind) else { return };
        let kept = Kept { name: &stored_name(&entry.target), target: &entry.target, coverage };
        if let Err(error) = self.inventory.keep(&kept) {
            self.store_failed(&error);
        }
    }

    /// Has readers see what was written.
    pub(super) fn commit(&mut self) {
        if let Err(error) = self.inventory.commit() {
            self.store_failed(&error);
        }
    }

    /// At the end of a sweep of everything: forgets places that the config no longer names, and keeps the past within
    /// its bounds. With profiles that cannot be used it is not known which places those are.
    pub(super) fn tidy(&mut self, swept_all: bool) {
        let now = OffsetDateTime::now_utc();
        let mut tidied = Ok(());
        let is_whole = self.options.selection == Selection::default() && self.plan.broken.is_empty();
        let accounts_known = self.current().all(|entry| entry.account_id.is_some());
        if swept_all && is_whole && accounts_known && !self.plan.targets.is_empty() {
            let places: Vec<(Option<String>, String)> =
                self.current().map(|entry| (entry.account_id.clone(), entry.target.region.clone())).collect();
            let names: Vec<String> = self.plan.targets.iter().map(|target| stored_name(target)).collect();
            tidied =
                self.inventory.leave_all_but(&places, now).and_then(|()| self.inventory.keep_only(&names));
        }
        match tidied.and_then(|()| self.inventory.purge(self.options.bounds, now)) {
            Ok(doubt) => {
                self.store.notices.extend(doubt.into_iter().inspect(|doubt| tracing::warn!("{doubt}")))
            }
            Err(error) => self.store_failed(&error),
        }
    }

    /// The store cannot be written any more: the disk is full, or the file is broken. What was collected in this run is
    /// collected again, into memory.
    pub(super) fn store_failed(&mut self, error: &rusqlite::Error) {
        tracing::error!("the store: {error}");
        let Storage::File(file) = self.inventory.storage().clone() else { return };
        let Ok(memory) = Inventory::in_memory() else { return };
        self.inventory = memory;
        self.answering.ask(Question::Move(self.inventory.storage().clone()));
        let mut notice = format!("the store {} failed ({error})", file.display());
        if is_broken(error)
            && let Ok(aside) = set_aside(&file)
        {
            notice.push_str(&format!(" and was set aside as {}", aside.display()));
        }
        notice.push_str(
            "; from now on what is collected is only kept until the end of this run. Free some space, or set \
             RDS_FLEET_STORE to a file elsewhere",
        );
        self.store.file = None;
        self.store.notices.push(notice);
        for entry in self.ledger.values_mut() {
            for coverage in entry.coverage.values_mut() {
                let fresh = Coverage {
                    account_id: entry.account_id.clone(),
                    ..Coverage::not_asked(&entry.target, coverage.kind)
                };
                *coverage = fresh.into();
            }
        }
        self.fleet_changed = true;
        self.data_changed();
        if let Some(running) = &mut self.sweep {
            running.again = true;
            let _ = running.cancel.send(true);
        }
    }
}
