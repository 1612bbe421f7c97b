//! The worker pool: every target's kinds, page by page, within the limits; one target's trouble is its own.
//!
//! A kind whose children are asked by its rows goes before them, and once for all of them. A catalogue, which is the
//! same for every account, is asked of one target a region.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use twox_hash::XxHash64;

use super::{Coverage, Limits, Target};
use crate::access::{Session, Sessions};
use crate::config::Base;
use crate::failure::{Failure, State};
use crate::rds::answer::Page;
use crate::rds::call::{Describe, Patience};
use crate::rds::{Kind, Row, endpoint, kind};

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
    /// What every target is asked.
    families: Vec<Family>,
    /// What one target a region is asked.
    catalogues: Vec<&'static Kind>,
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
    let (catalogues, kinds): (Vec<_>, Vec<_>) = sweep.kinds.iter().copied().partition(|kind| kind.shared);
    let shared = Arc::new(Shared {
        families: families(&kinds),
        catalogues,
        sweep,
        out,
        pages: Arc::new(Semaphore::new(PAGES_WAITING)),
        per_target: Mutex::default(),
        settled: Mutex::default(),
    });
    shared.sweep.sessions.expect(shared.sweep.targets.iter().map(|target| target.identity()));
    let work = async {
        let mut catalogues = JoinSet::new();
        for (targets, kind) in catalogues_by_region(&shared) {
            let shared = Arc::clone(&shared);
            catalogues.spawn(async move { sweep_catalogue(&shared, &targets, kind).await });
        }
        let (opened, ready) = mpsc::unbounded_channel();
        tokio::join!(open_sessions(&shared, opened), sweep_opened(&shared, ready));
        while catalogues.join_next().await.is_some() {}
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
            action: format!("rds:{}", kind.operation).into(),
            code: None,
            message: message.into(),
            request_id: None,
        };
        shared.settle(&target, None, kind, Asked::default(), Err(failure));
    }
}

/// Targets whose session has been asked for, and their place among those that are asked for ahead. Helpers have none: they
/// wait for each other and for their limit, and meanwhile the others are at work.
type Opened = (Vec<Arc<Target>>, Option<OwnedSemaphorePermit>);

/// Asks for sessions ahead of their targets' turn: the targets of one role would otherwise all wait for its one answer, each
/// in a place where another target could be asked.
async fn open_sessions(shared: &Arc<Shared>, opened: mpsc::UnboundedSender<Opened>) {
    let ahead = Arc::new(Semaphore::new(shared.sweep.limits.calls.clamp(1, Semaphore::MAX_PERMITS)));
    let mut openings = JoinSet::new();
    for targets in by_session(shared) {
        let is_of_helper = |target: &Arc<Target>| matches!(target.access.base, Base::Process { .. });
        let permit = match targets.first().is_some_and(is_of_helper) {
            true => None,
            false => Arc::clone(&ahead).acquire_owned().await.ok(),
        };
        let (shared, opened) = (Arc::clone(shared), opened.clone());
        openings.spawn(async move {
            if let Some(first) = targets.first() {
                // What fails is remembered, and told by each target in its own words.
                let _ = session_of(&shared, first).await;
            }
            let _ = opened.send((targets, permit));
        });
        while openings.try_join_next().is_some() {}
    }
    drop(opened);
    while openings.join_next().await.is_some() {}
}

/// Sweeps targets as their sessions come.
async fn sweep_opened(shared: &Arc<Shared>, mut ready: mpsc::UnboundedReceiver<Opened>) {
    // More targets at work than calls at once, so that a call is always ready when one ends; not all of them, so that
    // the first accounts are complete early and a thousand idle ones cost nothing.
    let slots = shared.sweep.limits.calls.saturating_mul(2).clamp(1, Semaphore::MAX_PERMITS);
    let at_work = Arc::new(Semaphore::new(slots));
    let mut tasks = JoinSet::new();
    while let Some((targets, _ahead)) = ready.recv().await {
        for target in targets {
            let Ok(permit) = Arc::clone(&at_work).acquire_owned().await else { break };
            let shared = Arc::clone(shared);
            tasks.spawn(async move {
                sweep_target(&shared, &target).await;
                drop(permit);
            });
            // Ended tasks are let go as we come along.
            while tasks.try_join_next().is_some() {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

/// The targets of each session together, in the order in which the plan names the first of them.
fn by_session(shared: &Shared) -> Vec<Vec<Arc<Target>>> {
    let mut places: HashMap<Session, usize> = HashMap::new();
    let mut groups: Vec<Vec<Arc<Target>>> = Vec::new();
    for target in &shared.sweep.targets {
        // Where only catalogues are wanted, most targets need not even have credentials.
        if shared.families.is_empty() && target.account_id.is_some() {
            continue;
        }
        let at = *places.entry(target.identity().session()).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(Arc::clone(target)),
            None => groups.push(vec![Arc::clone(target)]),
        }
    }
    groups
}

/// The account that a target's credentials are of, once there are some.
async fn session_of(shared: &Shared, target: &Target) -> Result<String, Failure> {
    let identity = target.identity();
    match &target.account_id {
        // The credentials are got first, so that a refusal is told once and in AWS's words.
        Some(account) => shared.sweep.sessions.credentials(&identity).await.map(|_| account.clone()),
        None => shared.sweep.sessions.account_id(&identity).await,
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

/// A kind and those of its children that are wanted.
struct Family {
    head: &'static Kind,
    /// Whether the head is wanted itself, or only asked for the names of its children.
    wanted: bool,
    children: Vec<&'static Kind>,
}

fn families(kinds: &[&'static Kind]) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for wanted in kinds {
        let parent = wanted.parent.as_ref().and_then(|parent| kind(parent.kind));
        let head = parent.unwrap_or(wanted);
        let at = families.iter().position(|family| family.head.name == head.name).unwrap_or_else(|| {
            families.push(Family { head, wanted: false, children: Vec::new() });
            families.len() - 1
        });
        match parent {
            Some(_) => families[at].children.push(wanted),
            None => families[at].wanted = true,
        }
    }
    families
}

/// One target at work.
#[derive(Clone)]
struct Place {
    shared: Arc<Shared>,
    target: Arc<Target>,
    account: String,
    /// Bounds the calls at once for the account and region.
    limit: Arc<Semaphore>,
}

async fn sweep_target(shared: &Arc<Shared>, target: &Arc<Target>) {
    let account = match session_of(shared, target).await {
        Ok(account) => account,
        Err(failure) => {
            for kind in shared.sweep.kinds.iter().filter(|kind| !kind.shared) {
                shared.settle(target, None, kind, Asked::default(), Err(failure.clone()));
            }
            return;
        }
    };
    if target.account_id.is_none() {
        if !shared.wants(&account) {
            for kind in &shared.sweep.kinds {
                locked(&shared.settled).insert((target.number, kind.name));
            }
            shared.tell(Progress::Excluded { target: target.number });
            return;
        }
        shared.tell(Progress::Identified { target: target.number, account_id: account.clone() });
    }
    let place = Place::new(shared, target, account);
    let mut families = JoinSet::new();
    for at in 0..shared.families.len() {
        let place = place.clone();
        families.spawn(async move { place.sweep_family(&place.shared.families[at]).await });
    }
    while families.join_next().await.is_some() {}
}

/// The catalogues, each with the targets of one region and endpoint: all of them would be told the same.
fn catalogues_by_region(shared: &Shared) -> Vec<(Vec<Arc<Target>>, &'static Kind)> {
    let mut regions: Vec<(String, Vec<Arc<Target>>)> = Vec::new();
    for target in &shared.sweep.targets {
        let place = format!("{} {}", target.region, url(target));
        match regions.iter_mut().find(|(known, _)| *known == place) {
            Some((_, targets)) => targets.push(Arc::clone(target)),
            None => regions.push((place, vec![Arc::clone(target)])),
        }
    }
    let of_region = |(_, targets): (String, Vec<Arc<Target>>)| {
        shared.catalogues.iter().map(move |kind| (targets.clone(), *kind))
    };
    regions.into_iter().flat_map(of_region).collect()
}

/// So many targets that get no answer speak for their region: waiting for each in turn would take hours.
const UNANSWERED: usize = 3;

/// Asks the targets of a region for a catalogue, one after the other, until one may have it.
async fn sweep_catalogue(shared: &Arc<Shared>, targets: &[Arc<Target>], kind: &'static Kind) {
    let mut collected = false;
    let mut unanswered = Vec::new();
    for target in targets {
        let account = match &target.account_id {
            Some(account) => Ok(account.clone()),
            None => shared.sweep.sessions.account_id(&target.identity()).await,
        };
        if target.account_id.is_none() && account.as_ref().is_ok_and(|account| !shared.wants(account)) {
            // That it is excluded is told where the target's other kinds are asked.
            continue;
        }
        let mut asked = Asked::default();
        let begun = Instant::now();
        let result = match account.clone() {
            _ if collected => Ok(()),
            _ if unanswered.len() >= UNANSWERED => Err(Failure {
                message: format!(
                    "not asked, because {UNANSWERED} others of the region got no answer: {}",
                    unanswered[0]
                )
                .into(),
                state: State::Unreachable,
                action: format!("rds:{}", kind.operation).into(),
                code: None,
                request_id: None,
            }),
            Err(failure) => Err(failure),
            Ok(account) => {
                Place::new(shared, target, account).ask(kind, None, true, &mut asked, &mut []).await
            }
        };
        asked.duration = begun.elapsed();
        collected |= result.is_ok();
        if let Err(failure) = &result
            && failure.state == State::Unreachable
        {
            unanswered.push(failure.message.clone());
        }
        shared.settle(target, account.ok(), kind, asked, result);
    }
}

/// Names by which the children of a kind are asked for.
struct Names {
    of: &'static Kind,
    found: BTreeSet<String>,
}

impl Place {
    fn new(shared: &Arc<Shared>, target: &Arc<Target>, account: String) -> Place {
        let limit = shared.limit(&account, &target.region);
        Place { shared: Arc::clone(shared), target: Arc::clone(target), account, limit }
    }

    fn settle(&self, kind: &'static Kind, asked: Asked, result: Result<(), Failure>) {
        self.shared.settle(&self.target, Some(self.account.clone()), kind, asked, result);
    }

    async fn sweep_family(&self, family: &Family) {
        let names = |of: &&'static Kind| Names { of, found: BTreeSet::new() };
        let mut children: Vec<Names> = family.children.iter().map(names).collect();
        let mut asked = Asked::default();
        let begun = Instant::now();
        let parent = self.ask(family.head, None, family.wanted, &mut asked, &mut children).await;
        asked.duration = begun.elapsed();
        if family.wanted {
            self.settle(family.head, std::mem::take(&mut asked), parent.clone());
        }
        let mut tasks = JoinSet::new();
        for names in children {
            // What a parent cost that is not wanted itself is borne by its first child.
            let mut asked = Asked { rows: 0, ..std::mem::take(&mut asked) };
            let (place, parent) = (self.clone(), parent.clone());
            tasks.spawn(async move {
                let begun = Instant::now();
                let result = match parent {
                    Ok(()) => place.ask(names.of, Some(&names.found), true, &mut asked, &mut []).await,
                    Err(failure) => Err(failure),
                };
                asked.duration += begun.elapsed();
                place.settle(names.of, asked, result);
            });
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Asks for all pages of a kind: those of each of the names that `of` gives for a kind with a parent. The rows are
    /// told, or only read for the children that they name.
    async fn ask(
        &self,
        kind: &'static Kind,
        of: Option<&BTreeSet<String>>,
        told: bool,
        asked: &mut Asked,
        children: &mut [Names],
    ) -> Result<(), Failure> {
        let target = &self.target;
        let sweep = &self.shared.sweep;
        let http = sweep.sessions.http(target.ca_bundle.as_deref())?;
        let describe = Describe::new(kind, &url(target), &target.region, http, &sweep.limits.patience());
        let calls_before = asked.calls;
        let names: Vec<Option<&str>> = match of {
            None => vec![None],
            Some(names) => names.iter().map(|name| Some(name.as_str())).collect(),
        };
        for name in names {
            let mut marker: Option<String> = None;
            let mut markers: HashSet<u64> = HashSet::new();
            loop {
                let page = self.page(&describe, name, marker.as_deref()).await;
                asked.calls = calls_before + describe.tries();
                asked.pages += u32::from(page.is_ok());
                let page = match page {
                    // Whose parent was deleted since it was read has no rows to miss. On a later page it would be half.
                    Err(failure) if marker.is_none() && is_gone(kind, &failure) => {
                        asked.pages += 1;
                        break;
                    }
                    page => page?,
                };
                let (region, profiles, kind_name) = (&target.region, &target.profiles, kind.name);
                tracing::debug!(
                    region,
                    ?profiles,
                    kind = kind_name,
                    name,
                    rows = page.rows.len(),
                    calls = asked.calls,
                    "page"
                );
                asked.rows += page.rows.len() as u64;
                for names in &mut *children {
                    names.found.extend(page.rows.iter().flat_map(|row| names.of.named_by(kind, row)));
                }
                if told
                    && !page.rows.is_empty()
                    && let Ok(permit) = Arc::clone(&self.shared.pages).acquire_owned().await
                {
                    let (target, rows) = (target.number, page.rows);
                    self.shared.tell(Progress::Page { target, kind, rows, permit });
                }
                match page.marker {
                    None => break,
                    Some(next) => marker = Some(self.is_another(kind, next, &mut markers)?),
                }
            }
        }
        Ok(())
    }

    /// The marker of the next page, if it leads on: a broken proxy or stand-in would be asked for ever.
    fn is_another(&self, kind: &Kind, marker: String, markers: &mut HashSet<u64>) -> Result<String, Failure> {
        let pages = self.shared.sweep.limits.pages;
        let message = if markers.len() + 1 >= pages as usize {
            format!("the listing has more than {pages} pages, which none of AWS's has")
        } else if markers.insert(XxHash64::oneshot(0, marker.as_bytes())) {
            return Ok(marker);
        } else {
            "the answer names a page as the next one that was there before".to_owned()
        };
        Err(Failure {
            state: State::Failed,
            action: format!("rds:{}", kind.operation).into(),
            code: None,
            message: message.into(),
            request_id: None,
        })
    }

    /// One page within the limits.
    async fn page(
        &self,
        describe: &Describe,
        name: Option<&str>,
        marker: Option<&str>,
    ) -> Result<Page, Failure> {
        let (identity, sweep) = (self.target.identity(), &self.shared.sweep);
        let (mut renewals, mut waits) = (0, 0);
        loop {
            let credentials = sweep.sessions.credentials(&identity).await?;
            let (credentials, result) = {
                let _here = self.limit.acquire().await;
                let _anywhere = sweep.calls.acquire().await;
                // They may have run out in the queue. Renewing them here would hold a place that the renewal may need.
                let credentials = match sweep.sessions.at_hand(&identity) {
                    Some(newest) => newest,
                    None if waits < RENEWALS => {
                        waits += 1;
                        continue;
                    }
                    None => credentials,
                };
                let result = describe.page(&credentials, name, marker).await;
                (credentials, result)
            };
            match result {
                Err(failure) if failure.state == State::Expired && renewals < RENEWALS => {
                    renewals += 1;
                    sweep.sessions.forget(&identity, &credentials).await;
                }
                result => {
                    return result.map_err(|failure| sweep.sessions.placed(failure, &url(&self.target)));
                }
            }
        }
    }
}

fn url(target: &Target) -> String {
    target.endpoints.rds_url.clone().unwrap_or_else(|| {
        endpoint::url(&target.region, target.endpoints.use_fips, target.endpoints.use_dualstack)
    })
}

fn is_gone(kind: &Kind, failure: &Failure) -> bool {
    kind.parent.as_ref().is_some_and(|parent| failure.code.as_deref() == Some(parent.not_found))
}

/// How often one page's credentials are renewed when AWS calls them expired, whatever our clock says.
const RENEWALS: u32 = 4;

impl Shared {
    /// Whether an account that was not known before is one of those that are wanted.
    fn wants(&self, account: &String) -> bool {
        self.sweep.accounts.is_empty() || self.sweep.accounts.contains(account)
    }

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
