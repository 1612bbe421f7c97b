//! Comparisons as the core's thread sees them: it finds out what they need, has that collected where it is wanted, and
//! then has them made. What is collected already is not asked for again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::State;
use crate::analysis::compare::Shown;
use crate::core::api::Event;
use crate::core::choosing::Needs;
use crate::core::comparing::{self, Basis, Job};
use crate::core::comparison::{
    Choice, Collect, Compare, Compared, ComparisonReport, HoldAgainst, SaveBaseline,
};
use crate::failure::State as CoverageState;
use crate::query::Query;
use crate::rds::kind;

/// A comparison that waits for what is being collected.
pub struct Waiting {
    job: Job,
    /// Targets and kinds that are not settled yet.
    needs: Vec<(u32, &'static str)>,
}

impl State {
    pub(super) fn compare(&mut self, mut compare: Compare) {
        self.commit();
        if let Choice::Query(query) = &mut compare.choice {
            self.restrict(query);
        }
        let job = self.comparison_job(compare);
        comparing::choose(job, self.comparison_basis(), &self.telling, self.messages.clone());
    }

    /// Databases that were compared are judged once more.
    pub(super) fn hold_against(&mut self, asked: HoldAgainst) {
        let job = self.comparison_job(Compare::of(Choice::Rows(Vec::new())));
        comparing::hold_against(&job, asked, &self.telling);
    }

    /// Somebody wants to know when a database changed.
    pub(super) fn moments(&mut self, kind: &'static str, row: i64) {
        self.commit();
        comparing::moments(self.inventory.storage().clone(), kind, row, &self.telling);
    }

    /// A new comparison, which is the only one wanted from now on.
    fn comparison_job(&mut self, compare: Compare) -> Job {
        self.comparing = None;
        Job {
            number: self.compared.fetch_add(1, Ordering::Relaxed) + 1,
            newest: Arc::clone(&self.compared),
            compare,
            storage: self.inventory.storage().clone(),
            limits: self.options.query_limits,
        }
    }

    /// What a comparison needs is known: it is collected, or the comparison is made.
    pub(super) fn needs_known(&mut self, job: Job, needs: &Needs) {
        if job.number != self.compared.load(Ordering::Relaxed) {
            return;
        }
        let open = self.not_there(job.compare.collect, needs);
        if open.is_empty() {
            return self.make_comparison(job);
        }
        let targets: BTreeSet<u32> = open.iter().map(|(target, _)| *target).collect();
        let kinds: BTreeSet<&'static str> = open.iter().map(|(_, kind)| *kind).collect();
        self.comparing = Some(Waiting { job, needs: open });
        self.start_sweep(Some(targets.into_iter().collect()), &kinds.into_iter().collect::<Vec<_>>());
    }

    /// The targets and kinds that are wanted and were not collected. Of the roles that reach a place, one is asked.
    fn not_there(&self, collect: Collect, needs: &Needs) -> Vec<(u32, &'static str)> {
        let mut open = Vec::new();
        for (place, kinds) in needs {
            let roles = || {
                self.current().filter(|entry| {
                    entry.account_id.as_deref() == Some(place.0.as_str()) && entry.target.region == place.1
                })
            };
            let works = |entry: &&super::Entry| {
                entry.coverage.values().any(|coverage| coverage.state == CoverageState::Collected)
            };
            let Some(role) = roles().find(works).or_else(|| roles().next()) else { continue };
            for name in kinds {
                let states = || roles().filter_map(|entry| entry.coverage.get(name));
                let is_there = match collect {
                    Collect::Nothing => true,
                    Collect::Missing => states().any(|coverage| coverage.state != CoverageState::NotAsked),
                    Collect::Fresh => states().any(|coverage| {
                        coverage.state != CoverageState::NotAsked && !coverage.is_from_before()
                    }),
                };
                if let Some(kind) = kind(name).filter(|_| !is_there) {
                    open.push((role.target.number, kind.name));
                }
            }
        }
        open
    }

    /// A target's kind is settled: the comparison that waits may have all it needs.
    pub(super) fn settled_for_comparison(&mut self, target: u32, kind: &'static str) {
        let Some(waiting) = &mut self.comparing else { return };
        waiting.needs.retain(|need| *need != (target, kind));
        if waiting.needs.is_empty() {
            self.compare_waiting();
        }
    }

    /// Nothing is being collected any more: what waits is made with what is there.
    pub(super) fn compare_waiting(&mut self) {
        if let Some(waiting) = self.comparing.take() {
            self.commit();
            self.make_comparison(waiting.job);
        }
    }

    fn make_comparison(&self, mut job: Job) {
        // The store may have moved while it was collected.
        job.storage = self.inventory.storage().clone();
        comparing::compare(job, self.comparison_basis(), &self.telling);
    }

    fn comparison_basis(&self) -> Basis {
        let Some(kind) = kind("db-instances") else {
            return Basis { coverage: Vec::new(), scope: String::new(), broken: Vec::new() };
        };
        let basis = self.basis(&Query::of(kind));
        Basis {
            coverage: basis.coverage,
            scope: format!("databases of {}", self.configuration.config_file.display()),
            broken: basis.broken,
        }
    }

    pub(super) fn report_comparison(&mut self, asked: ComparisonReport) {
        if self.may_export() {
            comparing::report(asked, &self.telling, self.messages.clone());
        }
    }

    pub(super) fn copy_comparison(&self, compared: Arc<Compared>, shown: Shown) {
        comparing::copy(compared, shown, &self.telling);
    }

    pub(super) fn save_baseline(&mut self, asked: SaveBaseline) {
        if self.may_export() {
            comparing::save_baseline(asked, &self.telling, self.messages.clone());
        }
    }

    fn may_export(&self) -> bool {
        let may = self.exporting.is_none();
        if !may {
            self.send(Event::Exported(Err("another export is still being written".to_owned())));
        }
        may
    }
}
