//! The thread that answers queries: views and their rows, records, the clipboard. It has a connection of its own, so
//! that neither the sweep nor the window waits for it; of several queries asked for in a row the newest wins. Exports
//! run beside it (`exporting`).

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::Message;
use super::api::{CellText, CopyForm, Event, Field, Group, Record, RowChoice, Rows, Values, View};
use super::copying::copied;
use super::exporting::sentence;
use super::finding;
use super::overview::{Completeness, Scope, overview};
use super::relating::relate;
use crate::inventory::{Grouped, QueryLimits, Reader, Refusal, Refused, Stop, Storage, notes};
use crate::query::{Query, written_sql};
use crate::rds::readable::{self, exact, readable};
use crate::rds::{Cell, kind};
use crate::worker;

/// After so long without a question the thread does what will be wanted later.
const IDLE: Duration = Duration::from_millis(400);
/// So many values does a pick-list have.
const MOST_VALUES: usize = 500;

/// What the thread is asked.
#[derive(Debug)]
pub enum Question {
    Show(Show),
    Rows {
        view: u64,
        positions: Range<usize>,
    },
    Record {
        kind: &'static str,
        row: i64,
    },
    Relations {
        kind: &'static str,
        row: i64,
        places: Option<Vec<i64>>,
    },
    Tags(Vec<String>),
    Kinds {
        sql: String,
    },
    /// Of several that wait the newest is answered.
    Values {
        query: Query,
        column: String,
    },
    Copy {
        query: Query,
        rows: RowChoice,
        form: CopyForm,
    },
    Overview(Glance),
    Find {
        /// The newest is answered, those before it are left out.
        number: u64,
        text: String,
        places: Option<Vec<i64>>,
    },
    /// The store is another one from now on.
    Move(Storage),
    #[cfg(test)]
    Panic(Asker),
}

/// The overview to be worked out.
#[derive(Debug)]
pub struct Glance {
    /// From `Answering::next`.
    pub number: u64,
    pub targets: Option<Vec<u32>>,
    /// The targets as the store numbers places.
    pub places: Option<Vec<i64>>,
    pub completeness: Completeness,
}

/// A query to be shown.
#[derive(Debug)]
pub struct Show {
    /// From `Answering::next`.
    pub number: u64,
    pub query: Query,
    /// The accounts and regions that `query.places` stands for.
    pub places: Option<Vec<(Option<String>, String)>>,
    /// Whether the data may have changed since it was last asked.
    pub anew: bool,
}

/// How events reach the views.
#[derive(Clone)]
pub struct Telling {
    pub events: Sender<Event>,
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

impl Telling {
    pub fn send(&self, event: Event) {
        // Only a view that has ended does not listen.
        let _ = self.events.send(event);
        (self.wake)();
    }
}

/// The thread as the core sees it. It ends when this is dropped.
pub struct Answering {
    kinds: Counter,
    /// Whatever a person wrote in SQL is answered beside, so that nothing else waits for it.
    sql: Counter,
    stop: Stop,
    /// The number of the newest text to be found.
    finding: Arc<AtomicU64>,
    /// The number of the newest view of SQL.
    shown_sql: AtomicU64,
}

/// Where questions are handed in. Its thread ends when this is dropped.
struct Counter {
    questions: Option<Sender<Question>>,
    stop: Stop,
    /// How many questions have been asked.
    asked: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Answering {
    /// # Errors
    /// A sentence: that the store cannot be read, or that there are no more threads.
    pub fn start(
        storage: Storage,
        limits: QueryLimits,
        telling: Telling,
        core: Sender<Message>,
    ) -> Result<Answering, String> {
        let stop = Stop::default();
        let finding = Arc::new(AtomicU64::new(0));
        let counter = |stop: Stop| {
            let asked = Arc::new(AtomicU64::new(0));
            Counter::open(Desk {
                reader: None,
                storage: storage.clone(),
                limits,
                stop,
                finding: Arc::clone(&finding),
                telling: telling.clone(),
                core: core.clone(),
                shown: None,
                waiting: Waiting { asked, taken: 0 },
                values: None,
            })
        };
        let (kinds, sql) = (counter(stop.clone())?, counter(stop.beside())?);
        Ok(Answering { kinds, sql, stop, finding, shown_sql: AtomicU64::new(0) })
    }

    /// The number of the next view; what is being answered is wanted no more.
    pub fn next(&self) -> u64 {
        self.stop.next()
    }

    /// Asks which databases a text may mean; an older such question that still waits is left out.
    pub fn ask_to_find(&self, text: String, places: Option<Vec<i64>>) {
        let number = self.finding.fetch_add(1, Ordering::Relaxed) + 1;
        self.ask(Question::Find { number, text, places });
    }

    pub fn ask(&self, question: Question) {
        let is_sql = match &question {
            Question::Show(show) => {
                let is_sql = show.query.sql.is_some();
                self.shown_sql.fetch_max(if is_sql { show.number } else { 0 }, Ordering::Relaxed);
                is_sql
            }
            Question::Values { query, .. } | Question::Copy { query, .. } => query.sql.is_some(),
            Question::Rows { view, .. } => *view == self.shown_sql.load(Ordering::Relaxed),
            Question::Record { kind: name, .. } => kind(name).is_none(),
            Question::Kinds { .. } => true,
            Question::Move(storage) => {
                self.sql.ask(Question::Move(storage.clone()));
                false
            }
            _ => false,
        };
        if is_sql { self.sql.ask(question) } else { self.kinds.ask(question) }
    }
}

impl Counter {
    fn open(mut desk: Desk) -> Result<Counter, String> {
        let (questions, inbox) = channel();
        let (stop, asked) = (desk.stop.clone(), Arc::clone(&desk.waiting.asked));
        let thread = thread::Builder::new()
            .name("rds-fleet-answers".to_owned())
            .spawn(move || desk.run(&inbox))
            .map_err(|error| format!("the thread that answers cannot be started: {error}"))?;
        Ok(Counter { questions: Some(questions), stop, asked, thread: Some(thread) })
    }

    fn ask(&self, question: Question) {
        // The thread only ends before the core when it panicked; then nothing is shown any more.
        if let Some(questions) = &self.questions {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let _ = questions.send(question);
        }
    }
}

/// What is being answered is given up, so that the store is closed before the program ends.
impl Drop for Counter {
    fn drop(&mut self) {
        self.questions = None;
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.stop.end();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Who waits for an answer, and is told if there is none.
#[derive(Debug, Clone)]
pub enum Asker {
    Show(u64, Query),
    Overview(u64),
    Kinds(String),
    Values(Query, String),
}

impl Asker {
    /// Those of whom nobody waits are left out: what they ask for just does not come.
    fn of(question: &Question) -> Option<Asker> {
        match question {
            #[cfg(test)]
            Question::Panic(asker) => Some(asker.clone()),
            Question::Show(show) => Some(Asker::Show(show.number, show.query.clone())),
            Question::Overview(glance) => Some(Asker::Overview(glance.number)),
            Question::Kinds { sql } => Some(Asker::Kinds(sql.clone())),
            _ => None,
        }
    }
}

/// What the thread has before it.
struct Desk {
    reader: Option<Reader>,
    storage: Storage,
    limits: QueryLimits,
    stop: Stop,
    finding: Arc<AtomicU64>,
    telling: Telling,
    core: Sender<Message>,
    shown: Option<Arc<View>>,
    waiting: Waiting,
    /// The question for values that is still to be answered: all others go before it.
    values: Option<(Query, String)>,
}

/// Whether a question waits: what nobody waits for as much, such as a pick-list, makes room for it.
#[derive(Clone)]
struct Waiting {
    asked: Arc<AtomicU64>,
    taken: u64,
}

impl Waiting {
    fn is_any(&self) -> bool {
        self.asked.load(Ordering::Relaxed) > self.taken
    }
}

impl Desk {
    fn run(&mut self, inbox: &Receiver<Question>) {
        loop {
            let idle = if self.values.is_some() { Duration::ZERO } else { IDLE };
            let question = match inbox.recv_timeout(idle) {
                Ok(question) => question,
                Err(RecvTimeoutError::Timeout) if self.values.is_some() => {
                    let awaited = self
                        .values
                        .as_ref()
                        .map(|(query, column)| Asker::Values(query.clone(), column.clone()));
                    self.guarded(awaited, Desk::tell_values);
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.guarded(None, Desk::prepare);
                    match inbox.recv() {
                        Ok(question) => question,
                        Err(_) => break,
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            self.waiting.taken += 1;
            self.guarded(Asker::of(&question), |desk| desk.answer(question));
        }
    }

    /// Does some of the work; where it panics, who asked is told, and the next question has a new connection.
    fn guarded(&mut self, asker: Option<Asker>, work: impl FnOnce(&mut Desk)) {
        let done = worker::guarded("what was asked", || {
            work(self);
            Ok(())
        });
        let Err(sentence) = done else { return };
        tracing::error!("{sentence}");
        self.reader = None;
        if let Some(asker) = asker {
            self.tell_failure(asker, sentence);
        }
    }

    fn tell_failure(&self, asker: Asker, sentence: String) {
        match asker {
            Asker::Show(number, query) => {
                let query = Query { places: None, ..query };
                let view = View { error: Some(Refused::from(sentence)), ..View::empty(number, query) };
                self.telling.send(Event::View(Arc::new(view)));
                self.answered(number, Duration::ZERO);
            }
            Asker::Overview(number) => {
                self.telling.send(Event::Overview(Err(Refused::from(sentence))));
                self.answered(number, Duration::ZERO);
            }
            Asker::Kinds(sql) => self.telling.send(Event::Kinds { sql, kinds: Err(Refused::from(sentence)) }),
            Asker::Values(query, column) => {
                let query = Query { places: None, ..query };
                let values = Values { query, column, values: Vec::new(), more: false };
                self.telling.send(Event::Values(Arc::new(values)));
            }
        }
    }

    fn answer(&mut self, question: Question) {
        match question {
            #[cfg(test)]
            Question::Panic(_) => panic!("asked for"),
            Question::Show(show) => self.show(show),
            Question::Rows { view, positions } => self.rows(view, positions),
            Question::Record { kind, row } => self.record(kind, row),
            Question::Relations { kind, row, places } => {
                let telling = self.telling.clone();
                let related =
                    self.reader().and_then(|reader| relate(reader, kind, row, places.as_deref(), &telling));
                if let Err(refusal) = related {
                    tracing::error!("{refusal:?}");
                }
            }
            Question::Tags(keys) => match self.reader().and_then(|reader| reader.tags(&keys)) {
                Ok(tags) => self.telling.send(Event::Tags(Arc::new(tags))),
                Err(refusal) => tracing::error!("{refusal:?}"),
            },
            Question::Kinds { sql } => {
                let found = self.reader().and_then(|reader| Ok(reader.kinds(&sql)?));
                let kinds = match found {
                    Ok(kinds) => Ok(kinds.into_iter().map(|kind| kind.name).collect()),
                    Err(Refusal::Refused(refused)) => Err(refused),
                    Err(Refusal::Stopped) => return,
                };
                self.telling.send(Event::Kinds { sql, kinds });
            }
            Question::Values { query, column } => self.values = Some((query, column)),
            Question::Copy { query, rows, form } => {
                let copied = match self.reader() {
                    Ok(reader) => copied(reader, query, &rows, form),
                    Err(refusal) => Err(sentence(refusal)),
                };
                match copied {
                    Ok(text) => self.telling.send(Event::Copied(text)),
                    Err(error) => tracing::warn!("not copied: {error}"),
                }
            }
            Question::Overview(glance) => self.overview(glance),
            Question::Find { number, text, places } => {
                if number == self.finding.load(Ordering::Relaxed) {
                    self.find(text, places.as_deref());
                }
            }
            Question::Move(storage) => {
                self.storage = storage;
                self.reader = None;
            }
        }
    }

    /// Nobody has asked for a moment: what is shown is made ready for the next keystroke in the search. Any
    /// question ends that, and the next quiet moment goes on with it.
    fn prepare(&mut self) {
        let Some(shown) = self.shown.clone() else { return };
        let waiting = self.waiting.clone();
        let prepared = self.reader().and_then(|reader| reader.prepare(&shown.query, &|| waiting.is_any()));
        if let Err(Refusal::Refused(refused)) = prepared {
            tracing::error!("{refused}");
        }
    }

    /// Answers the question for values. Where another question interrupts that, it waits on.
    fn tell_values(&mut self) {
        let Some((query, column)) = self.values.take() else { return };
        let waiting = self.waiting.clone();
        let asked = query.clone().without(&column);
        let found = self
            .reader()
            .and_then(|reader| reader.values(&asked, &column, MOST_VALUES + 1, &|| waiting.is_any()));
        let mut found = match found {
            Ok(found) => found,
            Err(Refusal::Stopped) => {
                self.values = Some((query, column));
                return;
            }
            Err(Refusal::Refused(refused)) => {
                // The view of the same query says it as well.
                tracing::debug!("{refused}");
                Vec::new()
            }
        };
        let more = found.len() > MOST_VALUES;
        found.truncate(MOST_VALUES);
        let values = found.iter().map(|(value, count)| (cell_text(value), *count)).collect();
        let query = Query { places: None, ..query };
        self.telling.send(Event::Values(Arc::new(Values { query, column, values, more })));
    }

    /// The connection, made when it is first needed: a person should not wait for it before the window opens.
    fn reader(&mut self) -> Result<&mut Reader, Refusal> {
        self.stop.shield();
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => Reader::open(&self.storage, self.limits, self.stop.clone())
                .map_err(|error| format!("the store cannot be read: {error}"))?,
        };
        Ok(self.reader.insert(reader))
    }

    fn show(&mut self, show: Show) {
        let begun = Instant::now();
        let mut view = View::empty(show.number, show.query);
        let stop = self.stop.clone();
        let answered = self.reader().and_then(|reader| {
            stop.answering(show.number);
            if stop.is_wanted() { Err(Refusal::Stopped) } else { reader.select(&view.query, show.anew) }
        });
        match answered {
            Err(Refusal::Stopped) => return,
            Err(Refusal::Refused(refused)) => view.error = Some(refused),
            Ok(answered) => {
                view.rows = Arc::new(answered.rows);
                view.of = answered.of;
                view.groups = Arc::new(answered.groups.into_iter().map(group).collect());
                view.columns = answered.columns;
                view.notes = view.query.sql.as_deref().map(notes).unwrap_or_default();
                view.sql = match (&view.query.sql, kind(&view.query.kind)) {
                    (Some(sql), _) => sql.clone(),
                    (None, Some(kind)) => {
                        written_sql(&view.query, kind, show.places.as_deref()).unwrap_or_default()
                    }
                    (None, None) => String::new(),
                };
            }
        }
        // Not what is searched for: the log is for support tickets, and a search may be anything.
        tracing::debug!(
            kind = view.query.kind,
            rows = view.rows.len(),
            of = view.of,
            microseconds = begun.elapsed().as_micros() as u64,
            "view answered"
        );
        self.shown = Some(Arc::new(view.clone()));
        // Places are the store's business; a view compares what it asked with what it gets.
        view.query.places = None;
        self.telling.send(Event::View(Arc::new(view)));
        self.answered(show.number, begun.elapsed());
    }

    fn answered(&self, number: u64, took: Duration) {
        let _ = self.core.send(Message::Answered { number, took });
    }

    fn overview(&mut self, glance: Glance) {
        let begun = Instant::now();
        let stop = self.stop.clone();
        let worked_out = self.reader().and_then(|reader| {
            stop.answering(glance.number);
            if stop.is_wanted() {
                return Err(Refusal::Stopped);
            }
            let scope = Scope { reader, places: glance.places };
            overview(scope, glance.targets, glance.completeness, OffsetDateTime::now_utc())
        });
        match worked_out {
            Ok(overview) => self.telling.send(Event::Overview(Ok(Arc::new(overview)))),
            Err(Refusal::Stopped) => return,
            Err(Refusal::Refused(refused)) => self.telling.send(Event::Overview(Err(refused))),
        }
        tracing::debug!(microseconds = begun.elapsed().as_micros() as u64, "overview answered");
        self.answered(glance.number, begun.elapsed());
    }

    fn find(&mut self, text: String, places: Option<&[i64]>) {
        match self.reader().and_then(|reader| finding::find(reader, places, &text)) {
            Ok(databases) => self.telling.send(Event::Databases(Arc::new(databases))),
            Err(refusal) => tracing::error!("{refusal:?}"),
        }
    }

    fn rows(&mut self, view: u64, positions: Range<usize>) {
        let Some(shown) = self.shown.clone().filter(|shown| shown.number == view) else { return };
        let end = positions.end.min(shown.rows.len());
        let first = positions.start.min(end);
        let columns = places(&shown);
        let cells =
            self.reader().and_then(|reader| reader.cells(&shown.query, &columns, &shown.rows[first..end]));
        match cells {
            Ok(cells) => {
                let rows = cells.iter().map(|row| row.iter().map(cell_text).collect()).collect();
                self.telling.send(Event::Rows(Arc::new(Rows { view, first, rows })));
            }
            Err(refusal) => tracing::error!("{refusal:?}"),
        }
    }

    fn record(&mut self, name: &'static str, row: i64) {
        let (query, columns) = match (kind(name), &self.shown) {
            (Some(kind), _) => (Query::of(kind), Arc::clone(&kind.columns)),
            (None, Some(shown)) if shown.query.sql.is_some() => {
                (shown.query.clone(), Arc::clone(&shown.columns))
            }
            (None, _) => return,
        };
        let all: Vec<usize> = (0..columns.len()).collect();
        let found = self.reader().and_then(|reader| {
            let cells = reader.cells(&query, &all, &[row])?.pop();
            let unknown = kind(name).map(|kind| reader.unknown_members(kind, row)).transpose()?.flatten();
            Ok(cells.map(|cells| (cells, unknown)))
        });
        let Ok(Some((cells, unknown))) = found else { return };
        let mut object = serde_json::Map::new();
        let mut fields = Vec::with_capacity(cells.len());
        for (column, cell) in columns.iter().zip(&cells) {
            let value = exact(cell);
            let lines = readable::lines(cell);
            fields.push(Field {
                name: column.name.clone(),
                type_name: column.shape.type_name(),
                text: if lines.is_empty() { readable(cell) } else { joined(&lines) },
                lines,
                absent: !cell.has_value(),
            });
            if let Some(value) = value.filter(|_| !column.own) {
                object.insert(column.json_key().to_owned(), value);
            }
        }
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
        self.telling.send(Event::Record(Arc::new(Record { kind: name, row, fields, json })));
    }
}

fn cell_text(cell: &Cell) -> CellText {
    CellText { text: readable(cell), absent: !cell.has_value() }
}

fn group(group: Grouped) -> Group {
    Group {
        level: group.level,
        value: cell_text(&group.value),
        rows: group.rows,
        sums: group.sums.into_iter().map(|(name, sum)| (name, readable(&sum))).collect(),
    }
}

/// The places of a view's columns among those there are.
fn places(view: &View) -> Vec<usize> {
    let place = |name: &str| view.columns.iter().position(|column| column.name == name);
    view.shown_columns().into_iter().filter_map(place).collect()
}

fn joined(lines: &[readable::Line]) -> String {
    lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
