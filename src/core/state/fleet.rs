//! What the views are told of the fleet: accounts, targets, progress and the config, as they stand now.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::State;
use crate::core::api::{Account, ConfigState, Fleet, Progress, TargetStatus};
use crate::sweep;

impl State {
    pub(super) fn fleet(&self) -> Fleet {
        let mut accounts: BTreeMap<(bool, Option<&String>), Vec<TargetStatus>> = BTreeMap::new();
        for target in &self.plan.targets {
            let Some(entry) = self.ledger.get(&target.number).filter(|entry| !entry.excluded) else {
                continue;
            };
            let status = TargetStatus {
                target: Arc::clone(&entry.target),
                busy: !entry.open.is_empty(),
                coverage: entry.coverage.values().cloned().collect(),
            };
            // Accounts nobody has told yet come last.
            accounts.entry((entry.account_id.is_none(), entry.account_id.as_ref())).or_default().push(status);
        }
        let mut progress = self.progress.clone();
        if let Some(running) = &self.sweep {
            progress.duration = running.begun.elapsed();
        }
        let accounts: Vec<Account> = accounts
            .into_iter()
            .map(|((_, account_id), mut targets)| {
                targets.sort_by(|a, b| {
                    (&a.target.region, &a.target.role_arn).cmp(&(&b.target.region, &b.target.role_arn))
                });
                Account { account_id: account_id.cloned(), targets }
            })
            .collect();
        self.count_accounts(&mut progress);
        Fleet {
            config: self.config_state(),
            accounts,
            progress,
            store: self.store.clone(),
            demo: self.options.demo.is_some(),
        }
    }

    /// How many accounts the sweep means, has done, and could not collect whole.
    pub(super) fn count_accounts(&self, progress: &mut Progress) {
        let swept = self.sweep.as_ref().map(|running| &running.targets);
        let mut accounts: HashMap<String, (bool, bool)> = HashMap::new();
        for target in &self.plan.targets {
            let Some(entry) = self.ledger.get(&target.number).filter(|entry| !entry.excluded) else {
                continue;
            };
            if swept.is_some_and(|swept| !swept.contains(&target.number)) {
                continue;
            }
            // An account that is not known yet counts as one of its own.
            let account = entry.account_id.clone().unwrap_or_else(|| format!("target {}", target.number));
            let (busy, failed) = accounts.entry(account).or_default();
            *busy |= !entry.open.is_empty();
            *failed |= entry.failed;
        }
        progress.accounts = accounts.len();
        progress.accounts_done = accounts.values().filter(|(busy, _)| !busy).count();
        progress.accounts_failed = accounts.values().filter(|(busy, failed)| !busy && *failed).count();
        if progress.started.is_none() {
            progress.accounts_done = 0;
        }
    }

    pub(super) fn config_state(&self) -> ConfigState {
        ConfigState {
            config_file: self.configuration.config_file.clone(),
            credentials_file: self.configuration.credentials_file.clone(),
            state: self.configuration.config_file_state,
            profiles: self.configuration.profiles.len(),
            diagnostics: self.configuration.diagnostics.clone(),
            preselected: self.options.environment.get("AWS_PROFILE").map(str::to_owned),
            problems: self.plan.problems.clone(),
            defaults_only: self
                .configuration
                .profiles
                .iter()
                .filter(|profile| !profile.is_target())
                .map(|profile| profile.name.clone())
                .collect(),
            broken: self.broken(),
        }
    }

    /// For each profile that is meant and cannot be used, why.
    pub(super) fn broken(&self) -> Vec<String> {
        self.plan.broken.iter().map(|profile| sweep::reason(&self.configuration, profile)).collect()
    }
}
