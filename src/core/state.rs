//! The core's thread: it takes messages one by one, keeps the store and the ledger, and tells the views what changed,
//! not more often than a person can see.

mod asking;
mod comparing;
mod fleet;
mod guarding;
mod keeping;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc, watch};

use super::Message;
use super::answering::{Answering, Question, Telling};
use super::api::{Command, Event, Options, Progress, StoreState};
use crate::access::{Helpers, Sessions, Way};
use crate::config::Configuration;
use crate::failure::{Failure, State as CoverageState};
use crate::inventory::{Inventory, Place, Stop, Storage};
use crate::query::Query;
use crate::rds::{Kind, kind, kinds};
use crate::sweep::{self, Coverage, Numbers, Plan, Target};

/// Between two tellings of progress while a sweep runs; and at least this many times what a telling costs, so that a
/// thousand accounts do not pay for being watched.
const TELL_EVERY: Duration = Duration::from_millis(200);
const TELLING_SHARE: u32 = 100;

/// Everything the core knows.
pub struct State {
    options: Options,
    runtime: Runtime,
    messages: Sender<Message>,
    telling: Telling,
    inventory: Inventory,
    store: StoreState,
    /// What earlier runs left in the store.
    kept: keeping::KeptByName,
    answering: Answering,
    /// Gives the running export up.
    exporting: Option<Stop>,
    /// The comparison that waits for what is being collected, and how many were asked for.
    comparing: Option<comparing::Waiting>,
    compared: Arc<AtomicU64>,
    configuration: Arc<Configuration>,
    sessions: Arc<Sessions>,
    calls: Arc<Semaphore>,
    helpers: Arc<Helpers>,
    numbers: Numbers,
    plan: Plan,
    /// The targets of each account and region: several roles may reach one.
    roles: HashMap<(String, String), Vec<u32>>,
    /// By target's number; targets that the config no longer names stay until the next sweep has ended.
    ledger: HashMap<u32, Entry>,
    sweep: Option<Running>,
    /// Sweeps that were asked for while one ran.
    next: VecDeque<(Option<Vec<u32>>, Vec<&'static str>)>,
    progress: Progress,
    shown: Option<Shown>,
    fleet_changed: bool,
    /// What a person did is told at once: that a sweep has begun, or is being cancelled.
    at_once: bool,
    told: Instant,
    /// What telling the fleet took last.
    telling_took: Duration,
}

/// What is known of one target.
struct Entry {
    target: Arc<Target>,
    account_id: Option<String>,
    coverage: BTreeMap<&'static str, Arc<Coverage>>,
    /// Kinds that the running sweep still has to settle.
    open: Vec<&'static str>,
    failed: bool,
    excluded: bool,
}

struct Running {
    cancel: watch::Sender<bool>,
    begun: Instant,
    targets: Vec<u32>,
    kinds: Vec<&'static str>,
    /// Whether every target is swept.
    all: bool,
    /// Whether the store failed, and all is to be collected again.
    again: bool,
}

/// What is on show.
struct Shown {
    wanted: Wanted,
    /// Of its newest answer, there or awaited.
    number: u64,
    changed: bool,
    answering: bool,
    /// What answering took: a slow query is not repeated at every page.
    took: Duration,
}

#[derive(Clone)]
enum Wanted {
    Query(Query),
    /// The fleet at a glance, for these targets.
    Overview(Option<Vec<u32>>),
}

impl State {
    /// # Errors
    /// A sentence that says why the store cannot be made.
    pub fn new(
        options: Options,
        runtime: Runtime,
        messages: Sender<Message>,
        telling: Telling,
    ) -> Result<State, String> {
        let place = match &options.store {
            Some(place) => place.clone(),
            // A simulated fleet is no history of anything.
            None if options.demo.is_some() => Place::Memory(None),
            None => Place::of(&options.environment),
        };
        let (inventory, notices) =
            Inventory::open(&place).map_err(|error| format!("the store cannot be made: {error}"))?;
        for notice in &notices {
            tracing::warn!("{notice}");
        }
        let file = match inventory.storage() {
            Storage::File(file) => Some(file.clone()),
            Storage::Memory(_) => None,
        };
        let answering = Answering::start(
            inventory.storage().clone(),
            options.query_limits,
            telling.clone(),
            messages.clone(),
        )?;
        let configuration = Arc::new(Configuration::from_texts(&options.environment, None, None));
        let calls = Arc::new(Semaphore::new(options.limits.calls.max(1)));
        let helpers = Arc::new(Helpers::new(options.limits.calls, options.limits.helper_timeout));
        let sessions = sessions(&options, &configuration, &calls, &helpers);
        Ok(State {
            options,
            runtime,
            messages,
            telling,
            kept: keeping::kept(&inventory),
            inventory,
            store: StoreState { file, notices },
            answering,
            exporting: None,
            comparing: None,
            compared: Arc::default(),
            configuration,
            sessions,
            calls,
            helpers,
            numbers: Numbers::default(),
            plan: Plan::default(),
            roles: HashMap::new(),
            ledger: HashMap::new(),
            sweep: None,
            next: VecDeque::new(),
            progress: Progress::default(),
            shown: None,
            fleet_changed: false,
            at_once: false,
            told: Instant::now(),
            telling_took: Duration::ZERO,
        })
    }

    /// Takes messages until the core is dropped.
    pub fn run(mut self, inbox: &Receiver<Message>) {
        let mut waiting = VecDeque::new();
        loop {
            if waiting.is_empty() {
                let next = match self.next_telling() {
                    None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    Some(pause) => inbox.recv_timeout(pause),
                };
                match next {
                    Ok(message) => waiting.push_back(message),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
            waiting.extend(inbox.try_iter());
            // Of several queries typed faster than they are answered only the newest is.
            let shows = |message: &Message| {
                matches!(message, Message::Command(Command::Show(_) | Command::Overview { .. }))
            };
            if let Some(newest) = waiting.iter().rposition(shows) {
                let mut at = 0;
                waiting.retain(|message| {
                    let keep = at == newest || !shows(message);
                    at += 1;
                    keep
                });
            }
            if let Some(message) = waiting.pop_front()
                && !self.take_guarded(message)
            {
                break;
            }
            if self.next_telling().is_some_and(|pause| pause.is_zero()) {
                self.guarded(&[], State::tell);
            }
        }
        if let Some(running) = &self.sweep {
            let _ = running.cancel.send(true);
        }
        self.commit();
        // Workers may hang in a call; the program does not wait for them, and their helpers do not outlive it.
        self.runtime.shutdown_background();
        self.helpers.end();
    }

    fn take(&mut self, message: Message) -> bool {
        #[cfg(test)]
        super::panics::panic_if_wanted(&message);
        match message {
            Message::Command(command) => self.command(command),
            Message::Configuration(configuration) => self.configure(*configuration),
            Message::Sweep(progress) => self.sweep_progress(progress),
            Message::SweepEnded => self.sweep_ended(),
            Message::Answered { number, took } => self.answered(number, took),
            Message::Exported => self.exporting = None,
            Message::ToCompare { job, needs } => self.needs_known(*job, &needs),
            Message::Quit => return false,
        }
        true
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Sweep { targets, kinds } => self.start_sweep(targets, &kinds),
            Command::Cancel => {
                self.next.clear();
                if let Some(running) = &self.sweep {
                    let _ = running.cancel.send(true);
                    self.progress.cancelling = true;
                    (self.fleet_changed, self.at_once) = (true, true);
                }
            }
            Command::Show(query) => self.show(query),
            Command::CancelShow => {
                self.answering.next();
                self.shown = None;
            }
            Command::Overview { targets } => self.show_overview(targets),
            Command::Find { text } => self.find(text),
            Command::Rows { view, positions } => self.answering.ask(Question::Rows { view, positions }),
            Command::Record { kind, row } => self.answering.ask(Question::Record { kind, row }),
            Command::Relations { kind, row } => self.ask_for_relations(kind, row),
            Command::Tags(keys) => {
                self.commit();
                self.answering.ask(Question::Tags(keys));
            }
            Command::Kinds { sql } => self.answering.ask(Question::Kinds { sql }),
            Command::Values { mut query, column } => {
                self.restrict(&mut query);
                self.answering.ask(Question::Values { query, column });
            }
            Command::Copy { mut query, rows, form } => {
                self.restrict(&mut query);
                self.answering.ask(Question::Copy { query, rows, form });
            }
            Command::Export(export) => self.export(export),
            Command::Compare(compare) => self.compare(compare),
            Command::HoldAgainst(asked) => self.hold_against(asked),
            Command::Moments { kind, row } => self.moments(kind, row),
            Command::ReportComparison(asked) => self.report_comparison(asked),
            Command::CopyComparison { compared, shown } => self.copy_comparison(compared, shown),
            Command::SaveBaseline(asked) => self.save_baseline(asked),
            Command::CancelExport => {
                if let Some(stop) = &self.exporting {
                    stop.next();
                }
            }
        }
    }

    // ---- The configuration ----

    fn configure(&mut self, configuration: Configuration) {
        self.configuration = Arc::new(configuration);
        // A running sweep keeps the sessions it began with.
        self.sessions = sessions(&self.options, &self.configuration, &self.calls, &self.helpers);
        self.plan = sweep::plan(&self.configuration, &self.options.selection, &mut self.numbers);
        tracing::info!(
            profiles = self.configuration.profiles.len(),
            targets = self.plan.targets.len(),
            broken = self.plan.broken.len(),
            "config read"
        );
        for target in self.plan.targets.clone() {
            let mut entry = self.ledger.remove(&target.number).unwrap_or_else(|| {
                let mut entry = Entry {
                    target: Arc::clone(&target),
                    account_id: target.account_id.clone(),
                    // The other kinds have an entry when somebody has asked for them.
                    coverage: kinds()
                        .iter()
                        .filter(|kind| kind.always)
                        .map(|kind| (kind.name, Arc::new(Coverage::not_asked(&target, kind.name))))
                        .collect(),
                    open: Vec::new(),
                    failed: false,
                    excluded: false,
                };
                self.remember(&mut entry);
                entry
            });
            if entry.target.profiles != target.profiles {
                for coverage in entry.coverage.values_mut() {
                    Arc::make_mut(coverage).profiles.clone_from(&target.profiles);
                }
                entry.target = target;
            }
            self.ledger.insert(entry.target.number, entry);
        }
        self.roles.clear();
        for target in self.plan.targets.clone() {
            self.note_role(target.number);
        }
        self.name_places();
        self.fleet_changed = true;
        self.data_changed();
        // At once: it is the first thing a view waits for.
        self.tell();
    }

    // ---- The sweep ----

    /// Writes the config into the store, and the names of the profiles into the rows.
    fn name_places(&mut self) {
        let mut written = self.inventory.keep_configuration(&self.configuration);
        let targets: Vec<u32> = self.plan.targets.iter().map(|target| target.number).collect();
        for target in targets {
            let origin = kinds().iter().find(|kind| !kind.shared).and_then(|kind| self.origin(target, kind));
            if let Some(origin) = origin.filter(|origin| origin.account_id.is_some()) {
                written = written.and_then(|()| self.inventory.name(&origin));
            }
        }
        if let Err(error) = written {
            self.store_failed(&error);
        }
    }

    fn start_sweep(&mut self, targets: Option<Vec<u32>>, names: &[&'static str]) {
        if self.sweep.is_some() {
            // What runs is not disturbed; this comes after it, once however often it was asked.
            let next = (targets, names.to_vec());
            if !self.next.contains(&next) {
                self.next.push_back(next);
            }
            return;
        }
        let all = targets.is_none();
        let targets: Vec<Arc<Target>> = self
            .plan
            .targets
            .iter()
            .filter(|target| targets.as_ref().is_none_or(|wanted| wanted.contains(&target.number)))
            .cloned()
            .collect();
        let kinds: Vec<&'static Kind> = names.iter().filter_map(|name| kind(name)).collect();
        for target in &targets {
            if let Some(entry) = self.ledger.get_mut(&target.number) {
                entry.open = kinds.iter().map(|kind| kind.name).collect();
                entry.failed = false;
                for kind in &kinds {
                    entry.coverage.entry(kind.name).or_insert_with(|| {
                        let mut coverage = Coverage::not_asked(target, kind.name);
                        coverage.account_id.clone_from(&entry.account_id);
                        Arc::new(coverage)
                    });
                }
            }
        }
        self.progress = Progress {
            running: true,
            targets: targets.len(),
            started: Some(OffsetDateTime::now_utc()),
            ..Progress::default()
        };
        let (cancel, cancelled) = watch::channel(false);
        self.sweep = Some(Running {
            cancel,
            begun: Instant::now(),
            targets: targets.iter().map(|target| target.number).collect(),
            kinds: kinds.iter().map(|kind| kind.name).collect(),
            all,
            again: false,
        });
        (self.fleet_changed, self.at_once) = (true, true);
        tracing::info!(targets = targets.len(), kinds = kinds.len(), "sweep started");
        self.sessions.forget_failures();
        let (out, mut progress) = mpsc::unbounded_channel();
        let sweep = sweep::Sweep {
            targets,
            kinds,
            accounts: self.options.selection.accounts.clone(),
            sessions: Arc::clone(&self.sessions),
            limits: self.options.limits.clone(),
            calls: Arc::clone(&self.calls),
        };
        let messages = self.messages.clone();
        // A task of its own, so that its end is told even where it panics.
        let swept = self.runtime.spawn(sweep::run(sweep, out, cancelled));
        self.runtime.spawn(async move {
            while let Some(progress) = progress.recv().await {
                let _ = messages.send(Message::Sweep(progress));
            }
            let _ = swept.await;
            let _ = messages.send(Message::SweepEnded);
        });
    }

    fn sweep_progress(&mut self, progress: sweep::Progress) {
        match progress {
            sweep::Progress::Identified { target, account_id } => {
                if let Some(entry) = self.ledger.get_mut(&target) {
                    for coverage in entry.coverage.values_mut() {
                        Arc::make_mut(coverage).account_id = Some(account_id.clone());
                    }
                    entry.account_id = Some(account_id);
                }
                self.note_role(target);
            }
            sweep::Progress::Page { target, kind, rows, permit } => {
                let Some(entry) = self.ledger.get(&target) else { return };
                // A page that was on its way when its target was settled as cancelled belongs to nobody.
                if !entry.open.contains(&kind.name) {
                    return;
                }
                self.progress.rows += rows.len() as u64;
                let Some(origin) = self.origin(target, kind) else { return };
                if let Err(error) = self.inventory.stage(kind, target, &origin, rows) {
                    self.store_failed(&error);
                }
                drop(permit);
                self.data_changed();
            }
            sweep::Progress::Settled { target, kind, coverage } => self.settle(target, kind, *coverage),
            sweep::Progress::Excluded { target } => {
                if let Some(entry) = self.ledger.get_mut(&target) {
                    entry.open.clear();
                    entry.excluded = true;
                    self.progress.done += 1;
                }
            }
        }
        self.fleet_changed = true;
    }

    fn settle(&mut self, target: u32, kind: &'static Kind, mut coverage: Coverage) {
        let Some(entry) = self.ledger.get_mut(&target) else { return };
        if entry.account_id.is_none() {
            entry.account_id.clone_from(&coverage.account_id);
            self.note_role(target);
        } else if coverage.account_id.is_none() {
            // What was cancelled does not know what STS has told before.
            coverage.account_id.clone_from(&entry.account_id);
        }
        self.progress.calls += u64::from(coverage.calls);
        self.progress.retries += u64::from(coverage.retries);
        let collected = coverage.state == CoverageState::Collected;
        let Some(origin) = self.origin(target, kind) else { return };
        // What is the same everywhere was asked through another account.
        let asked = !kind.shared || coverage.pages > 0 || !collected;
        let settled = match coverage.as_of.filter(|_| collected) {
            _ if !asked => Ok(0),
            at => self.inventory.settle(kind, target, &origin, at),
        };
        let complete = settled.and_then(|rows| {
            coverage.rows = rows;
            // The rows of a catalogue are nobody's own.
            Ok(!collected && !kind.shared && self.inventory.is_complete(kind, &origin)?)
        });
        let Some(entry) = self.ledger.get_mut(&target) else { return };
        match complete {
            Ok(true) => {
                let older = entry.coverage.get(kind.name);
                coverage.state = CoverageState::Stale;
                coverage.as_of = older.and_then(|older| older.as_of);
                coverage.rows = older.map_or(0, |older| older.rows);
            }
            Ok(false) => {}
            Err(error) => {
                coverage.state = CoverageState::Failed;
                coverage.failure = Some(Failure {
                    state: CoverageState::Failed,
                    action: "the store".into(),
                    code: None,
                    message: error.to_string().into(),
                    request_id: None,
                });
                self.store_failed(&error);
            }
        }
        let Some(entry) = self.ledger.get_mut(&target) else { return };
        coverage.profiles.clone_from(&entry.target.profiles);
        entry.failed |= coverage.failure.is_some();
        let whole_catalogue = kind.shared && collected && coverage.rows > 0;
        let region = entry.target.region.clone();
        entry.open.retain(|open| *open != kind.name);
        entry.coverage.insert(kind.name, Arc::new(coverage));
        if entry.open.is_empty() {
            self.progress.done += 1;
            self.progress.failed += usize::from(entry.failed);
        }
        if whole_catalogue {
            self.count_catalogue_once(kind, target, &region);
        }
        self.keep(target, kind.name);
        self.data_changed();
        self.settled_for_comparison(target, kind.name);
    }

    /// The rows of a catalogue count once a region, for the target that collected it last.
    fn count_catalogue_once(&mut self, kind: &'static Kind, holder: u32, region: &str) {
        for (number, entry) in &mut self.ledger {
            if *number != holder
                && entry.target.region == region
                && let Some(coverage) = entry.coverage.get_mut(kind.name)
            {
                Arc::make_mut(coverage).rows = 0;
            }
        }
    }

    fn sweep_ended(&mut self) {
        self.settle_left_open();
        if self.sweep.as_ref().is_some_and(|running| !running.again && !*running.cancel.borrow()) {
            let swept_all = self.sweep.as_ref().is_some_and(|running| running.all);
            self.tidy(swept_all);
        }
        self.commit();
        let Some(running) = self.sweep.take() else { return };
        if running.again {
            // Into memory now; whoever waits for the end waits on.
            self.start_sweep((!running.all).then_some(running.targets), &running.kinds);
            return;
        }
        self.progress.running = false;
        self.progress.cancelling = false;
        self.progress.duration = running.begun.elapsed();
        self.fleet_changed = true;
        tracing::info!(
            targets = running.targets.len(),
            failed = self.progress.failed,
            cancelled = *running.cancel.borrow(),
            rows = self.progress.rows,
            calls = self.progress.calls,
            milliseconds = self.progress.duration.as_millis() as u64,
            "sweep ended"
        );
        self.tell();
        self.send(Event::SweepEnded);
        match self.next.pop_front() {
            Some((targets, kinds)) => self.start_sweep(targets, &kinds),
            None => self.compare_waiting(),
        }
    }

    fn current(&self) -> impl Iterator<Item = &Entry> {
        self.plan
            .targets
            .iter()
            .filter_map(|target| self.ledger.get(&target.number))
            .filter(|entry| !entry.excluded)
    }

    // ---- Telling ----

    fn data_changed(&mut self) {
        if let Some(shown) = &mut self.shown {
            shown.changed = true;
        }
    }

    /// How long until something is to be told; `None` if nothing is.
    fn next_telling(&self) -> Option<Duration> {
        if self.at_once {
            return Some(Duration::ZERO);
        }
        // Where no more pages come, what is shown need not wait for them.
        let patience = if self.sweep.is_some() { 4 } else { 0 };
        let changed = self.shown.as_ref().filter(|shown| shown.changed && !shown.answering);
        let slow = changed.map(|shown| shown.took * patience);
        if !self.fleet_changed && slow.is_none() {
            return None;
        }
        let pause = TELL_EVERY.max(slow.unwrap_or_default()).max(self.telling_took * TELLING_SHARE);
        Some(pause.saturating_sub(self.told.elapsed()))
    }

    fn tell(&mut self) {
        self.at_once = false;
        if std::mem::take(&mut self.fleet_changed) {
            let begun = Instant::now();
            let fleet = self.fleet();
            self.send(Event::Fleet(Arc::new(fleet)));
            self.telling_took = begun.elapsed();
        }
        if self.shown.as_ref().is_some_and(|shown| shown.changed && !shown.answering) {
            self.ask_to_show(true);
        }
        self.commit();
        self.told = Instant::now();
    }

    fn send(&self, event: Event) {
        self.telling.send(event);
    }
}

fn sessions(
    options: &Options,
    configuration: &Arc<Configuration>,
    calls: &Arc<Semaphore>,
    helpers: &Arc<Helpers>,
) -> Arc<Sessions> {
    Arc::new(Sessions::new(
        Arc::clone(configuration),
        options.environment.clone(),
        if options.demo.is_some() { Way::Direct } else { Way::Proxied },
        options.limits.connect_timeout,
        options.limits.patience(),
        Arc::clone(calls),
        Arc::clone(helpers),
    ))
}
