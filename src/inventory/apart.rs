//! A person's SQL runs apart: on a thread and a connection of its own, so that nobody waits for a step of SQLite that cannot
//! be interrupted. Who asks is answered when the time is over or the answer is wanted no more; what still runs then is left,
//! and ends by itself with its connection. What a statement may do is `guard`'s business.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::types::{Value, ValueRef};

use super::Storage;
use super::guard::{Described, Limits, Refused, Sink, Statements, out_of_time};
use super::reader::Stop;
use crate::rds::Kind;

/// How long a statement whose time is over may take to say so itself.
const GRACE: Duration = Duration::from_millis(400);
/// Between two looks whether an answer is still wanted.
const LOOK_EVERY: Duration = Duration::from_millis(40);
/// A statement is understood in less.
const TO_UNDERSTAND: Duration = Duration::from_secs(10);
/// Rows and bytes that come at a time, and how many such parts may wait.
const ROWS_AT_ONCE: usize = 256;
const BYTES_AT_ONCE: usize = 1 << 20;
const PARTS: usize = 4;

/// Runs statements that people write.
pub struct Guard {
    storage: Storage,
    stop: Stop,
    worker: Mutex<Option<Worker>>,
}

/// The thread of a connection. It ends when this is dropped, as soon as SQLite lets it.
struct Worker {
    jobs: Sender<Job>,
    given_up: Arc<AtomicBool>,
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.given_up.store(true, Ordering::Relaxed);
    }
}

struct Job {
    sql: String,
    limits: Limits,
    /// Whether it is only asked which kinds are read.
    to_understand: bool,
    parts: SyncSender<Part>,
}

enum Part {
    Columns(Vec<Described>),
    Rows(Vec<Vec<Value>>),
    Kinds(Vec<&'static Kind>),
    End(Result<(), Refused>),
}

impl Guard {
    pub fn new(storage: &Storage, stop: Stop) -> Guard {
        Guard { storage: storage.clone(), stop, worker: Mutex::default() }
    }

    /// The kinds a statement reads, without running it.
    ///
    /// # Errors
    /// What is wrong with the statement, and where.
    pub fn kinds(&self, sql: &str) -> Result<Vec<&'static Kind>, Refused> {
        let mut found = Vec::new();
        let limits = Limits { time: TO_UNDERSTAND, ..Limits::default() };
        self.ask(sql, limits, true, &mut |part| {
            if let Part::Kinds(kinds) = part {
                found = kinds;
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Runs a statement and hands its rows on.
    ///
    /// # Errors
    /// What is wrong with the statement, or why it was stopped.
    pub fn run(&self, sql: &str, limits: Limits, sink: &mut dyn Sink) -> Result<(), Refused> {
        self.ask(sql, limits, false, &mut |part| match part {
            Part::Columns(columns) => sink.columns(&columns).map_err(Refused::from),
            Part::Rows(rows) => rows.iter().try_for_each(|row| {
                let values: Vec<ValueRef<'_>> = row.iter().map(ValueRef::from).collect();
                sink.row(&values).map_err(Refused::from)
            }),
            Part::Kinds(_) | Part::End(_) => Ok(()),
        })
    }

    fn ask(
        &self,
        sql: &str,
        limits: Limits,
        to_understand: bool,
        take: &mut dyn FnMut(Part) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        // Nobody has thousands of years.
        let until = Instant::now().checked_add(limits.time).and_then(|until| until.checked_add(GRACE));
        let mut place = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = match place.take() {
            Some(worker) => worker,
            None => Worker::start(&self.storage, &self.stop)?,
        };
        let (parts, coming) = sync_channel(PARTS);
        let job = Job { sql: sql.to_owned(), limits, to_understand, parts };
        worker.jobs.send(job).map_err(|_| ended())?;
        let answered = self.parts(&coming, until, limits, take);
        // Only one that has come to its end is asked again.
        if let Some(answered) = answered {
            *place = Some(worker);
            return answered;
        }
        Err(if self.stop.is_wanted() { Refused::from("cancelled".to_owned()) } else { out_of_time(limits) })
    }

    /// Takes the parts of an answer; `None` where its end is not waited for.
    fn parts(
        &self,
        coming: &Receiver<Part>,
        until: Option<Instant>,
        limits: Limits,
        take: &mut dyn FnMut(Part) -> Result<(), Refused>,
    ) -> Option<Result<(), Refused>> {
        loop {
            match coming.recv_timeout(LOOK_EVERY) {
                Ok(Part::End(answered)) => return Some(answered),
                // The thread notices that nobody listens.
                Ok(part) => match take(part) {
                    Ok(()) if until.is_some_and(|until| Instant::now() > until) => {
                        return Some(Err(out_of_time(limits)));
                    }
                    Ok(()) => {}
                    Err(refused) => return Some(Err(refused)),
                },
                Err(RecvTimeoutError::Timeout)
                    if self.stop.is_wanted() || until.is_some_and(|until| Instant::now() > until) =>
                {
                    return None;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Some(Err(ended())),
            }
        }
    }
}

fn ended() -> Refused {
    Refused::from("the query ended unexpectedly; please report this".to_owned())
}

impl Worker {
    fn start(storage: &Storage, stop: &Stop) -> Result<Worker, Refused> {
        let (jobs, inbox) = channel::<Job>();
        let given_up = Arc::<AtomicBool>::default();
        let (storage, stop, gone) = (storage.clone(), stop.clone(), Arc::clone(&given_up));
        let run = move || {
            let unwanted = move || stop.is_wanted() || gone.load(Ordering::Relaxed);
            match Statements::open(&storage, unwanted) {
                Ok(statements) => inbox.iter().for_each(|job| job.answer(&statements)),
                Err(error) => inbox.iter().take(1).for_each(|job| {
                    let refused = Refused::from(format!("the store cannot be read: {error}"));
                    let _ = job.parts.send(Part::End(Err(refused)));
                }),
            }
        };
        thread::Builder::new()
            .name("rds-fleet-sql".to_owned())
            .spawn(run)
            .map_err(|error| Refused::from(format!("the query cannot be started: {error}")))?;
        Ok(Worker { jobs, given_up })
    }
}

impl Job {
    /// Whoever asked may have gone; then there is nobody to tell.
    fn answer(self, statements: &Statements) {
        let answered = if self.to_understand {
            statements.kinds(&self.sql).map(|kinds| {
                let _ = self.parts.send(Part::Kinds(kinds));
            })
        } else {
            let mut sending = Sending { parts: &self.parts, rows: Vec::new(), bytes: 0 };
            let ran = statements.run(&self.sql, self.limits, &mut sending);
            ran.and_then(|()| sending.flush().map_err(Refused::from))
        };
        let _ = self.parts.send(Part::End(answered));
    }
}

/// Sends an answer's rows on, some at a time.
struct Sending<'a> {
    parts: &'a SyncSender<Part>,
    rows: Vec<Vec<Value>>,
    bytes: usize,
}

impl Sending<'_> {
    fn flush(&mut self) -> Result<(), String> {
        self.bytes = 0;
        self.send(Part::Rows)
    }

    fn send(&mut self, part: impl FnOnce(Vec<Vec<Value>>) -> Part) -> Result<(), String> {
        self.parts.send(part(std::mem::take(&mut self.rows))).map_err(|_| "cancelled".to_owned())
    }
}

impl Sink for Sending<'_> {
    fn columns(&mut self, columns: &[Described]) -> Result<(), String> {
        self.send(|_| Part::Columns(columns.to_vec()))
    }

    fn row(&mut self, values: &[ValueRef<'_>]) -> Result<(), String> {
        let row: Vec<Value> = values.iter().map(owned).collect();
        self.bytes += values.iter().map(super::guard::size).sum::<usize>();
        self.rows.push(row);
        if self.rows.len() >= ROWS_AT_ONCE || self.bytes >= BYTES_AT_ONCE { self.flush() } else { Ok(()) }
    }
}

fn owned(value: &ValueRef<'_>) -> Value {
    match *value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        // Ours from here on; SQLite takes any bytes for text.
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}
