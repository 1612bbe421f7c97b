//! The core's thread: it takes messages one by one, keeps the store and the ledger, and tells the views what changed,
//! not more often than a person can see.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, mpsc, watch};

use super::Message;
use super::api::{
    Account, CellText, Command, ConfigState, Event, Export, Exported, Field, Fleet, Options, Progress,
    Record, RowChoice, Rows, TargetStatus, View,
};
use crate::access::{Sessions, Way};
use crate::config::Configuration;
use crate::failure::{Failure, State as CoverageState};
use crate::inventory::{Inventory, Origin};
use crate::query::Query;
use crate::rds::readable::{self, exact, readable};
use crate::rds::{Cell, Column, Kind, kind, kinds};
use crate::report::{self, RowSource};
use crate::sweep::{self, Coverage, Numbers, Plan, Target};

/// Between two tellings of progress while a sweep runs; and at least this many times what a telling costs, so that a
/// thousand accounts do not pay for being watched.
const TELL_EVERY: Duration = Duration::from_millis(200);
const TELLING_SHARE: u32 = 100;
/// Rows that are read at a time for reports.
const ROWS_AT_ONCE: usize = 500;

/// Everything the core knows.
pub struct State {
    options: Options,
    runtime: Runtime,
    messages: Sender<Message>,
    events: Sender<Event>,
    wake: Box<dyn Fn() + Send>,
    inventory: Inventory,
    configuration: Arc<Configuration>,
    sessions: Arc<Sessions>,
    calls: Arc<Semaphore>,
    numbers: Numbers,
    plan: Plan,
    /// By target's number; targets that the config no longer names stay until the next sweep has ended.
    ledger: HashMap<u32, Entry>,
    sweep: Option<Running>,
    /// Sweeps that were asked for while one ran.
    next: VecDeque<(Option<Vec<u32>>, Vec<&'static str>)>,
    progress: Progress,
    shown: Option<Shown>,
    views: u64,
    fleet_changed: bool,
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
}

/// The query on show.
struct Shown {
    query: Query,
    rows: Arc<Vec<i64>>,
    number: u64,
    changed: bool,
    /// What answering took: a slow query is not repeated at every page.
    took: Duration,
}

impl State {
    /// # Errors
    /// A sentence that says why the store cannot be made.
    pub fn new(
        options: Options,
        runtime: Runtime,
        messages: Sender<Message>,
        events: Sender<Event>,
        wake: Box<dyn Fn() + Send>,
    ) -> Result<State, String> {
        let inventory =
            Inventory::in_memory().map_err(|error| format!("the store cannot be made: {error}"))?;
        let configuration = Arc::new(Configuration::from_texts(&options.environment, None, None));
        let calls = Arc::new(Semaphore::new(options.limits.calls.max(1)));
        let sessions = sessions(&options, &configuration, &calls);
        Ok(State {
            options,
            runtime,
            messages,
            events,
            wake,
            inventory,
            configuration,
            sessions,
            calls,
            numbers: Numbers::default(),
            plan: Plan::default(),
            ledger: HashMap::new(),
            sweep: None,
            next: VecDeque::new(),
            progress: Progress::default(),
            shown: None,
            views: 0,
            fleet_changed: false,
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
            let newest =
                waiting.iter().rposition(|message| matches!(message, Message::Command(Command::Show(_))));
            if let Some(newest) = newest {
                let mut at = 0;
                waiting.retain(|message| {
                    let keep = at == newest || !matches!(message, Message::Command(Command::Show(_)));
                    at += 1;
                    keep
                });
            }
            if let Some(message) = waiting.pop_front()
                && !self.take(message)
            {
                break;
            }
            if self.next_telling().is_some_and(|pause| pause.is_zero()) {
                self.tell();
            }
        }
        if let Some(running) = &self.sweep {
            let _ = running.cancel.send(true);
        }
        // Workers may hang in a call; the program does not wait for them.
        self.runtime.shutdown_background();
    }

    fn take(&mut self, message: Message) -> bool {
        match message {
            Message::Command(command) => self.command(command),
            Message::Configuration(configuration) => self.configure(*configuration),
            Message::Sweep(progress) => self.sweep_progress(progress),
            Message::SweepEnded => self.sweep_ended(),
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
                    self.fleet_changed = true;
                }
            }
            Command::Show(query) => self.show(query),
            Command::Rows { view, positions } => self.rows(view, positions),
            Command::Record { kind: name, row } => {
                if let Some(kind) = kind(name)
                    && let Some(record) = self.record(kind, row)
                {
                    self.send(Event::Record(Arc::new(record)));
                }
            }
            Command::Copy { query, rows } => match self.selected(&query, &rows, false) {
                Ok(mut source) => {
                    let columns = source.columns.clone();
                    if let Ok(text) = report::clipboard(&columns, &mut source) {
                        self.send(Event::Copied(text));
                    }
                }
                Err(error) => tracing::warn!("{error}"),
            },
            Command::Export(export) => {
                let result = self.export(&export);
                self.send(Event::Exported(result));
            }
        }
    }

    // ---- The configuration ----

    fn configure(&mut self, configuration: Configuration) {
        self.configuration = Arc::new(configuration);
        // A running sweep keeps the sessions it began with.
        self.sessions = sessions(&self.options, &self.configuration, &self.calls);
        self.plan = sweep::plan(&self.configuration, &self.options.selection, &mut self.numbers);
        tracing::info!(
            profiles = self.configuration.profiles.len(),
            targets = self.plan.targets.len(),
            broken = self.plan.broken.len(),
            "config read"
        );
        for target in &self.plan.targets {
            let entry = self.ledger.entry(target.number).or_insert_with(|| Entry {
                target: Arc::clone(target),
                account_id: target.account_id.clone(),
                // The other kinds have an entry when somebody has asked for them.
                coverage: kinds()
                    .iter()
                    .filter(|kind| kind.always)
                    .map(|kind| (kind.name, Arc::new(Coverage::not_asked(target, kind.name))))
                    .collect(),
                open: Vec::new(),
                failed: false,
                excluded: false,
            });
            if entry.target.profiles != target.profiles {
                for coverage in entry.coverage.values_mut() {
                    Arc::make_mut(coverage).profiles.clone_from(&target.profiles);
                }
                entry.target = Arc::clone(target);
                let origin = entry.origin();
                if let Err(error) = self.inventory.rename(&origin) {
                    tracing::error!("the store: {error}");
                }
            }
        }
        self.fleet_changed = true;
        self.data_changed();
        // At once: it is the first thing a view waits for.
        self.tell();
    }

    fn config_state(&self) -> ConfigState {
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
            broken: self
                .plan
                .broken
                .iter()
                .map(|profile| sweep::reason(&self.configuration, profile))
                .collect(),
        }
    }

    // ---- The sweep ----

    fn start_sweep(&mut self, targets: Option<Vec<u32>>, names: &[&'static str]) {
        if self.sweep.is_some() {
            // What runs is not disturbed; this comes after it, once however often it was asked.
            let next = (targets, names.to_vec());
            if !self.next.contains(&next) {
                self.next.push_back(next);
            }
            return;
        }
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
        });
        self.fleet_changed = true;
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
        self.runtime.spawn(async move {
            let forward = async {
                while let Some(progress) = progress.recv().await {
                    let _ = messages.send(Message::Sweep(progress));
                }
            };
            tokio::join!(sweep::run(sweep, out, cancelled), forward);
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
            }
            sweep::Progress::Page { target, kind, rows, permit } => {
                let Some(entry) = self.ledger.get(&target) else { return };
                // A page that was on its way when its target was settled as cancelled belongs to nobody.
                if !entry.open.contains(&kind.name) {
                    return;
                }
                self.progress.rows += rows.len() as u64;
                if let Err(error) = self.inventory.stage(kind, &entry.origin(), &rows) {
                    tracing::error!("the store: {error}");
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
        let collected = coverage.state == CoverageState::Collected;
        let staged = self.inventory.settle(kind, target, collected);
        self.progress.calls += u64::from(coverage.calls);
        self.progress.retries += u64::from(coverage.retries);
        match staged {
            Ok(rows) => coverage.rows = rows,
            Err(error) => {
                coverage.state = CoverageState::Failed;
                coverage.failure = Some(Failure {
                    state: CoverageState::Failed,
                    action: "the store".to_owned(),
                    code: None,
                    message: error.to_string(),
                    request_id: None,
                });
            }
        }
        if !collected && self.inventory.is_complete(kind, target) {
            coverage.state = CoverageState::Stale;
            coverage.as_of = entry.coverage.get(kind.name).and_then(|older| older.as_of);
        }
        coverage.profiles.clone_from(&entry.target.profiles);
        if entry.account_id.is_none() {
            entry.account_id.clone_from(&coverage.account_id);
        }
        entry.failed |= coverage.failure.is_some();
        entry.open.retain(|open| *open != kind.name);
        entry.coverage.insert(kind.name, Arc::new(coverage));
        if entry.open.is_empty() {
            self.progress.done += 1;
            self.progress.failed += usize::from(entry.failed);
        }
        self.data_changed();
    }

    fn sweep_ended(&mut self) {
        let Some(running) = self.sweep.take() else { return };
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
        if let Some((targets, kinds)) = self.next.pop_front() {
            self.start_sweep(targets, &kinds);
        }
    }

    fn fleet(&self) -> Fleet {
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
        Fleet { config: self.config_state(), accounts, progress, demo: self.options.demo.is_some() }
    }

    /// How many accounts the sweep means, has done, and could not collect whole.
    fn count_accounts(&self, progress: &mut Progress) {
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

    // ---- Queries ----

    fn show(&mut self, query: Query) {
        self.views += 1;
        self.shown = Some(Shown {
            query,
            rows: Arc::default(),
            number: self.views,
            changed: true,
            took: Duration::ZERO,
        });
        self.answer();
    }

    /// Answers the shown query as the data is now.
    fn answer(&mut self) {
        let Some(shown) = &self.shown else { return };
        let begun = Instant::now();
        let mut view = View {
            number: self.views + 1,
            query: shown.query.clone(),
            rows: Arc::default(),
            of: 0,
            sql: String::new(),
            error: None,
        };
        let mut query = shown.query.clone();
        match kind(&query.kind) {
            None => view.error = Some(no_such_kind(&query.kind)),
            Some(kind) => {
                self.restrict(&mut query);
                match self.inventory.select(kind, &query) {
                    Ok(selected) => {
                        view.rows = Arc::new(selected.rows);
                        view.sql = selected.sql;
                    }
                    Err(error) => view.error = Some(error),
                }
                view.of = self.inventory.count(kind, &query).unwrap_or_default();
            }
        }
        self.views += 1;
        // Not what is searched for: the log is for support tickets, and a search may be anything.
        tracing::debug!(
            kind = view.query.kind,
            rows = view.rows.len(),
            of = view.of,
            microseconds = begun.elapsed().as_micros() as u64,
            "view answered"
        );
        if let Some(shown) = &mut self.shown {
            shown.rows = Arc::clone(&view.rows);
            shown.number = view.number;
            shown.changed = false;
            shown.took = begun.elapsed();
        }
        self.send(Event::View(Arc::new(view)));
    }

    /// Targets that the config no longer names are no part of "all", and what several roles see counts once.
    fn restrict(&self, query: &mut Query) {
        let mut places = HashSet::new();
        query.once = !self.current().all(|entry| places.insert((&entry.account_id, &entry.target.region)));
        let current = |number: &u32| self.plan.targets.iter().any(|target| target.number == *number);
        if query.targets.is_none() && !self.ledger.keys().all(current) {
            query.targets = Some(self.plan.targets.iter().map(|target| target.number).collect());
        }
    }

    fn rows(&self, view: u64, positions: std::ops::Range<usize>) {
        let Some(shown) = self.shown.as_ref().filter(|shown| shown.number == view) else { return };
        let Some(kind) = kind(&shown.query.kind) else { return };
        let end = positions.end.min(shown.rows.len());
        let first = positions.start.min(end);
        let columns: Vec<usize> = shown.query.columns.iter().filter_map(|name| kind.column(name)).collect();
        let texts = self.inventory.cells(kind, &columns, &shown.rows[first..end]).map(|rows| {
            rows.iter()
                .map(|row| {
                    row.iter()
                        .map(|cell| CellText { text: readable(cell), absent: *cell == Cell::Absent })
                        .collect()
                })
                .collect()
        });
        match texts {
            Ok(rows) => self.send(Event::Rows(Arc::new(Rows { view, first, rows }))),
            Err(error) => tracing::error!("the store: {error}"),
        }
    }

    fn record(&self, kind: &'static Kind, row: i64) -> Option<Record> {
        let columns: Vec<usize> = (0..kind.columns.len()).collect();
        let cells = self.inventory.cells(kind, &columns, &[row]).ok()?.pop()?;
        let mut object = serde_json::Map::new();
        let mut fields = Vec::with_capacity(cells.len());
        for (column, cell) in kind.columns.iter().zip(&cells) {
            let value = exact(cell);
            let lines = readable::lines(cell);
            fields.push(Field {
                name: column.name.clone(),
                type_name: column.shape.type_name(),
                text: if lines.is_empty() { readable(cell) } else { joined(&lines) },
                lines,
                absent: value.is_none(),
            });
            if let Some(value) = value.filter(|_| !column.own) {
                object.insert(column.name.clone(), value);
            }
        }
        let unknown = self.inventory.unknown_members(kind, row).ok().flatten();
        let unknown = unknown.and_then(|json| serde_json::from_str::<serde_json::Value>(&json).ok());
        for (name, value) in unknown.as_ref().and_then(serde_json::Value::as_object).into_iter().flatten() {
            let lines = readable::value_lines(value);
            let one_value = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            fields.push(Field {
                name: name.clone(),
                type_name: "newer than this program",
                text: if lines.is_empty() { one_value() } else { joined(&lines) },
                lines,
                absent: false,
            });
            object.insert(name.clone(), value.clone());
        }
        let json = serde_json::to_string_pretty(&object).unwrap_or_default();
        Some(Record { kind: kind.name, row, fields, json })
    }

    fn export(&self, export: &Export) -> Result<Exported, String> {
        let mut source = self.selected(&export.query, &export.rows, export.every_column)?;
        let columns = source.columns.clone();
        let rows =
            report::write_file(&export.path, |out| report::write(export.format, &columns, &mut source, out))?;
        let meant = |entry: &&Entry| {
            export.query.targets.as_ref().is_none_or(|targets| targets.contains(&entry.target.number))
        };
        let not_collected = self
            .current()
            .filter(meant)
            .filter(|entry| {
                entry
                    .coverage
                    .get(export.query.kind.as_str())
                    .is_none_or(|coverage| coverage.state != CoverageState::Collected)
            })
            .count();
        // A profile that cannot be used has no target that could have been left out on purpose.
        let not_collected =
            not_collected + if export.query.targets.is_none() { self.plan.broken.len() } else { 0 };
        tracing::info!(rows, not_collected, path = %export.path.display(), "exported");
        Ok(Exported { path: export.path.clone(), rows, not_collected })
    }

    fn selected(&self, query: &Query, rows: &RowChoice, every_column: bool) -> Result<Source<'_>, String> {
        let kind = kind(&query.kind).ok_or_else(|| no_such_kind(&query.kind))?;
        let mut query = query.clone();
        self.restrict(&mut query);
        let mut selected = self.inventory.select(kind, &query)?.rows;
        if let RowChoice::These(these) = rows {
            let these: HashSet<i64> = these.iter().copied().collect();
            selected.retain(|row| these.contains(row));
        }
        let places: Vec<usize> = if every_column {
            (0..kind.columns.len()).collect()
        } else {
            query.columns.iter().filter_map(|name| kind.column(name)).collect()
        };
        Ok(Source {
            inventory: &self.inventory,
            kind,
            columns: places.iter().map(|&at| &kind.columns[at]).collect(),
            places,
            rows: selected.into(),
        })
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
        let slow = self.shown.as_ref().filter(|shown| shown.changed).map(|shown| shown.took * 4);
        if !self.fleet_changed && slow.is_none() {
            return None;
        }
        let pause = TELL_EVERY.max(slow.unwrap_or_default()).max(self.telling_took * TELLING_SHARE);
        Some(pause.saturating_sub(self.told.elapsed()))
    }

    fn tell(&mut self) {
        if std::mem::take(&mut self.fleet_changed) {
            let begun = Instant::now();
            let fleet = self.fleet();
            self.send(Event::Fleet(Arc::new(fleet)));
            self.telling_took = begun.elapsed();
        }
        if self.shown.as_ref().is_some_and(|shown| shown.changed) {
            self.answer();
        }
        self.told = Instant::now();
    }

    fn send(&self, event: Event) {
        let _ = self.events.send(event);
        (self.wake)();
    }
}

impl Entry {
    fn origin(&self) -> Origin {
        Origin {
            target: self.target.number,
            account_id: self.account_id.clone(),
            region: self.target.region.clone(),
            profiles: self.target.profiles.clone(),
        }
    }
}

/// Rows of the store, some at a time.
struct Source<'a> {
    inventory: &'a Inventory,
    kind: &'static Kind,
    columns: Vec<&'static Column>,
    places: Vec<usize>,
    rows: VecDeque<i64>,
}

impl RowSource for Source<'_> {
    fn next_rows(&mut self) -> Result<Vec<Vec<Cell>>, String> {
        let next: Vec<i64> = self.rows.drain(..ROWS_AT_ONCE.min(self.rows.len())).collect();
        self.inventory.cells(self.kind, &self.places, &next).map_err(|error| format!("the store: {error}"))
    }
}

fn sessions(options: &Options, configuration: &Arc<Configuration>, calls: &Arc<Semaphore>) -> Arc<Sessions> {
    Arc::new(Sessions::new(
        Arc::clone(configuration),
        options.environment.clone(),
        if options.demo.is_some() { Way::Direct } else { Way::Proxied },
        options.limits.connect_timeout,
        options.limits.patience(),
        Arc::clone(calls),
    ))
}

fn joined(lines: &[readable::Line]) -> String {
    lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The sentence for a kind that does not exist.
pub fn no_such_kind(name: &str) -> String {
    let names: Vec<&str> = kinds().iter().map(|kind| kind.name).collect();
    format!("there is no kind {name}: choose one of {}", names.join(", "))
}
