//! The worker pool: every target's kinds, page by page, within the limits; one target's trouble is its own.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use super::{Coverage, Limits, Target};
use crate::access::{Identity, Sessions};
use crate::failure::{Failure, State};
use crate::rds::call::{Describe, Patience};
use crate::rds::{Kind, Row, endpoint};

/// Pages that wait for the store at most: what bounds the sweep's memory.
const PAGES_WAITING: usize = 16;

/// What a sweep tells as it goes.
#[derive(Debug)]
pub enum Progress {
    /// STS has told the account of a target whose profile names none.
    Identified { target: u32, account_id: String },
    /// One page; the permit is given back when the page has been stored.
    Page { target: u32, kind: &'static Kind, rows: Vec<Row>, permit: OwnedSemaphorePermit },
    /// A target's kind has come to its end, one way or the other.
    Settled { target: u32, kind: &'static Kind, coverage: Box<Coverage> },
    /// The target belongs to none of the accounts that are wanted.
    Excluded { target: u32 },
}

/// What is swept, and with what.
pub struct Sweep {
    pub targets: Vec<Arc<Target>>,
    pub kinds: Vec<&'static Kind>,
    /// Only these accounts, for targets whose account is not known before.
    pub accounts: Vec<String>,
    pub sessions: Arc<Sessions>,
    pub limits: Limits,
    /// Bounds all calls, to STS as well.
    pub calls: Arc<Semaphore>,
}

struct Shared {
    sweep: Sweep,
    out: mpsc::UnboundedSender<Progress>,
    pages: Arc<Semaphore>,
    /// Calls at once by account and region: two roles of one account share its rate.
    per_target: Mutex<HashMap<(String, String), Arc<Semaphore>>>,
    settled: Mutex<HashSet<(u32, &'static str)>>,
}

impl Limits {
    /// How patient each call is.
    pub fn patience(&self) -> Patience {
        Patience {
            attempt_timeout: self.attempt_timeout,
            operation_timeout: self.operation_timeout,
            attempts: self.attempts,
        }
    }
}

/// Runs a sweep to its end, or until `cancel` becomes true; then what is not settled is settled as cancelled.
pub async fn run(sweep: Sweep, out: mpsc::UnboundedSender<Progress>, mut cancel: watch::Receiver<bool>) {
    // More targets at work than calls at once, so that a call is always ready when one ends; not all of them, so that
    // the first accounts are complete early and a thousand idle ones cost nothing.
    let at_work = Arc::new(Semaphore::new(sweep.limits.calls.saturating_mul(2).max(1)));
    let shared = Arc::new(Shared {
        sweep,
        out,
        pages: Arc::new(Semaphore::new(PAGES_WAITING)),
        per_target: Mutex::default(),
        settled: Mutex::default(),
    });
    let work = async {
        let mut tasks = JoinSet::new();
        for target in &shared.sweep.targets {
            let Ok(permit) = Arc::clone(&at_work).acquire_owned().await else { break };
            let (shared, target) = (Arc::clone(&shared), Arc::clone(target));
            tasks.spawn(async move {
                sweep_target(&shared, &target).await;
                drop(permit);
            });
            // Ended tasks are let go as we come along.
            while tasks.try_join_next().is_some() {}
        }
        while tasks.join_next().await.is_some() {}
    };
    tokio::select! {
        () = work => {}
        // Dropping the tasks ends their calls at once.
        _ = cancel.wait_for(|cancelled| *cancelled) => {}
    }
    let unsettled: Vec<(Arc<Target>, &'static Kind)> = {
        let settled = locked(&shared.settled);
        let all = shared
            .sweep
            .targets
            .iter()
            .flat_map(|target| shared.sweep.kinds.iter().map(move |kind| (Arc::clone(target), *kind)));
        all.filter(|(target, kind)| !settled.contains(&(target.number, kind.name))).collect()
    };
    let cancelled = *cancel.borrow();
    for (target, kind) in unsettled {
        // Without a cancel this can only be a task that panicked; its rows are not there and that is said.
        let (state, message) = if cancelled {
            (State::Cancelled, "the sweep was cancelled before this was collected")
        } else {
            (State::Failed, "the worker ended unexpectedly; please report this")
        };
        let failure = Failure {
            state,
            action: format!("rds:{}", kind.operation),
            code: None,
            message: message.to_owned(),
            request_id: None,
        };
        shared.settle(&target, None, kind, Asked::default(), Err(failure));
    }
}

/// What asking for one kind has cost so far.
#[derive(Debug, Default, Clone, Copy)]
struct Asked {
    rows: u64,
    pages: u32,
    calls: u32,
    duration: Duration,
}

async fn sweep_target(shared: &Arc<Shared>, target: &Arc<Target>) {
    let identity = target.identity();
    let account = match &target.account_id {
        // The credentials are got first, so that a refusal is told once and in AWS's words.
        Some(account) => shared.sweep.sessions.credentials(&identity).await.map(|_| account.clone()),
        None => shared.sweep.sessions.account_id(&identity).await,
    };
    let account = match account {
        Ok(account) => account,
        Err(failure) => {
            for kind in &shared.sweep.kinds {
                shared.settle(target, None, kind, Asked::default(), Err(failure.clone()));
            }
            return;
        }
    };
    if target.account_id.is_none() {
        if !shared.sweep.accounts.is_empty() && !shared.sweep.accounts.contains(&account) {
            for kind in &shared.sweep.kinds {
                locked(&shared.settled).insert((target.number, kind.name));
            }
            shared.tell(Progress::Excluded { target: target.number });
            return;
        }
        shared.tell(Progress::Identified { target: target.number, account_id: account.clone() });
    }
    let limit = shared.limit(&account, &target.region);
    let mut kinds = JoinSet::new();
    for kind in &shared.sweep.kinds {
        let kind: &'static Kind = kind;
        let (shared, target, account, limit) =
            (Arc::clone(shared), Arc::clone(target), account.clone(), Arc::clone(&limit));
        kinds.spawn(async move {
            let begun = Instant::now();
            let mut asked = Asked::default();
            let result = sweep_kind(&shared, &target, kind, &limit, &mut asked).await;
            asked.duration = begun.elapsed();
            shared.settle(&target, Some(account), kind, asked, result);
        });
    }
    while kinds.join_next().await.is_some() {}
}

async fn sweep_kind(
    shared: &Shared,
    target: &Target,
    kind: &'static Kind,
    limit: &Semaphore,
    asked: &mut Asked,
) -> Result<(), Failure> {
    let identity = target.identity();
    let url = target.endpoints.rds_url.clone().unwrap_or_else(|| {
        endpoint::url(&target.region, target.endpoints.use_fips, target.endpoints.use_dualstack)
    });
    let describe = Describe::new(
        kind,
        &url,
        &target.region,
        shared.sweep.sessions.http(target.ca_bundle.as_deref())?,
        &shared.sweep.limits.patience(),
    );
    let mut marker: Option<String> = None;
    loop {
        let page = page(shared, &identity, &describe, limit, marker.as_deref()).await;
        asked.calls = describe.tries();
        let page = page?;
        asked.pages += 1;
        let (region, profiles, kind_name) = (&target.region, &target.profiles, kind.name);
        tracing::debug!(
            region,
            ?profiles,
            kind = kind_name,
            rows = page.rows.len(),
            calls = asked.calls,
            "page"
        );
        asked.rows += page.rows.len() as u64;
        if !page.rows.is_empty()
            && let Ok(permit) = Arc::clone(&shared.pages).acquire_owned().await
        {
            shared.tell(Progress::Page { target: target.number, kind, rows: page.rows, permit });
        }
        match page.marker {
            None => return Ok(()),
            // Otherwise a broken proxy or stand-in would be asked for ever.
            repeated if repeated == marker => {
                return Err(Failure {
                    state: State::Failed,
                    action: format!("rds:{}", kind.operation),
                    code: None,
                    message: "the answer names the page it is itself as the next one".to_owned(),
                    request_id: None,
                });
            }
            next => marker = next,
        }
    }
}

/// How often one page's credentials are renewed when AWS calls them expired, whatever our clock says.
const RENEWALS: u32 = 4;

/// One page within the limits.
async fn page(
    shared: &Shared,
    identity: &Identity,
    describe: &Describe,
    limit: &Semaphore,
    marker: Option<&str>,
) -> Result<crate::rds::answer::Page, Failure> {
    let mut renewals = 0;
    loop {
        let credentials = shared.sweep.sessions.credentials(identity).await?;
        let result = {
            let _here = limit.acquire().await;
            let _anywhere = shared.sweep.calls.acquire().await;
            describe.page(&credentials, marker).await
        };
        match result {
            Err(failure) if failure.state == State::Expired && renewals < RENEWALS => {
                renewals += 1;
                shared.sweep.sessions.forget(identity, &credentials).await;
            }
            result => return result,
        }
    }
}

impl Shared {
    fn tell(&self, progress: Progress) {
        // Nobody listens any more when the program ends; the sweep ends with it.
        let _ = self.out.send(progress);
    }

    fn limit(&self, account: &str, region: &str) -> Arc<Semaphore> {
        let calls = self.sweep.limits.calls_per_target.max(1);
        let mut limits = locked(&self.per_target);
        let limit = limits
            .entry((account.to_owned(), region.to_owned()))
            .or_insert_with(|| Arc::new(Semaphore::new(calls)));
        Arc::clone(limit)
    }

    fn settle(
        &self,
        target: &Target,
        account_id: Option<String>,
        kind: &'static Kind,
        asked: Asked,
        result: Result<(), Failure>,
    ) {
        // The first word counts: a worker may still be finishing when the sweep is cancelled.
        if !locked(&self.settled).insert((target.number, kind.name)) {
            return;
        }
        let failure = result.err();
        let coverage = Coverage {
            state: failure.as_ref().map_or(State::Collected, |failure| failure.state),
            as_of: failure.is_none().then(OffsetDateTime::now_utc),
            failure,
            rows: asked.rows,
            pages: asked.pages,
            calls: asked.calls,
            retries: asked.calls.saturating_sub(asked.pages.max(1)),
            duration: asked.duration,
            account_id: account_id.or_else(|| target.account_id.clone()),
            ..Coverage::not_asked(target, kind.name)
        };
        if coverage.failure.is_some() {
            tracing::info!("{}", coverage.line());
        }
        self.tell(Progress::Settled { target: target.number, kind, coverage: Box::new(coverage) });
    }
}

/// A panic elsewhere does not make what is held any less true.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
