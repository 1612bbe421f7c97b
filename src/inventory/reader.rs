//! Answering queries: a connection that only reads, on a thread of its own, so that nobody who writes waits for it. A
//! kind's rows are read where they lie; a person's own SQL is run once, and its answer is then read like a kind.

mod figures;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Error, ErrorCode, OptionalExtension, params_from_iter};

use super::column::{ColumnCache, Source};
use super::guard::{Described, Guard, Limits, Refused, Sink};
use super::holding::holds;
use super::scan::{RowSet, Stopped};
use super::search::Word;
use super::{Storage, values};
use crate::query::{Filter, Query, Test, quoted};
use crate::rds::readable::readable;
use crate::rds::{Cell, Column, Kind, Shape, kind, no_such_kind};

/// Instructions of SQLite's machine between two looks whether the answer is still wanted.
const LOOK_EVERY: i32 = 10_000;
/// The table of a person's answer, which only this connection sees.
const ANSWER: &str = "_answer";
/// Threads that read a large table at once.
const CONNECTIONS: usize = 2;
/// Bytes of columns that are kept coded.
const CACHE: usize = 96 << 20;

/// Says when an answer is wanted no more: questions have numbers, and the newest wins.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    newest: Arc<AtomicU64>,
    mine: Arc<AtomicU64>,
}

impl Stop {
    /// A newer question makes all before it unwanted. It gets the number given back.
    pub fn next(&self) -> u64 {
        self.newest.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The question that is being answered from now on.
    pub fn answering(&self, number: u64) {
        self.mine.store(number, Ordering::Relaxed);
    }

    /// What is being answered from now on is wanted whatever is asked meanwhile.
    pub fn shield(&self) {
        self.answering(u64::MAX);
    }

    /// Nothing is wanted any more.
    pub fn end(&self) {
        self.newest.store(u64::MAX, Ordering::Relaxed);
        self.mine.store(0, Ordering::Relaxed);
    }

    /// Whether what is being answered is wanted no more.
    pub fn is_wanted(&self) -> bool {
        self.newest.load(Ordering::Relaxed) > self.mine.load(Ordering::Relaxed)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    Refused(Refused),
    /// A newer question came, or the answer is wanted no more.
    Stopped,
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Refusal {
        Refusal::Refused(refused)
    }
}

impl From<Stopped> for Refusal {
    fn from(stopped: Stopped) -> Refusal {
        match stopped {
            Stopped::Cancelled => Refusal::Stopped,
            Stopped::Store(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                Refusal::Stopped
            }
            stopped => Refusal::from(stopped.to_string()),
        }
    }
}

impl From<String> for Refusal {
    fn from(message: String) -> Refusal {
        Refusal::Refused(Refused::from(message))
    }
}

/// A query's answer.
#[derive(Debug)]
pub struct Answered {
    /// The row numbers, in the query's order.
    pub rows: Vec<i64>,
    /// How many rows there are before search and filters.
    pub of: usize,
    /// The columns there are.
    pub columns: Arc<[Column]>,
}

/// A connection that answers.
pub struct Reader {
    /// Several, so that a large table is read by several threads at once.
    connections: Vec<Connection>,
    cache: ColumnCache,
    guard: Guard,
    limits: Limits,
    stop: Stop,
    answer: Option<Answer>,
    /// How many there have been.
    answers: u64,
}

/// What a query is asked of.
struct Asked {
    table: String,
    columns: Arc<[Column]>,
    version: u64,
}

impl Asked {
    fn column(&self, name: &str) -> Result<&Column, String> {
        self.columns.iter().find(|column| column.name == name).ok_or_else(|| {
            format!(
                "{} has no column {name}: `rds-fleet-cli kinds` lists the columns of every kind",
                self.table
            )
        })
    }
}

/// What the table of a person's answer holds.
struct Answer {
    sql: String,
    columns: Arc<[Column]>,
}

impl Reader {
    /// # Errors
    /// What SQLite says.
    pub fn open(storage: &Storage, limits: Limits, stop: Stop) -> rusqlite::Result<Reader> {
        let connect = |_| {
            let mut connection = storage.connect_to_read()?;
            let watched = stop.clone();
            connection.progress_handler(LOOK_EVERY, Some(move || watched.is_wanted()))?;
            Ok(connection)
        };
        Ok(Reader {
            connections: (0..CONNECTIONS).map(connect).collect::<rusqlite::Result<_>>()?,
            cache: ColumnCache::new(CACHE),
            guard: Guard::open(storage, stop.clone())?,
            limits,
            stop,
            answer: None,
            answers: 0,
        })
    }

    /// The connection for what is not the reader's own business.
    pub(super) fn connection(&self) -> &Connection {
        &self.connections[0]
    }

    /// The kinds that a person's SQL reads.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn kinds(&self, sql: &str) -> Result<Vec<&'static Kind>, Refused> {
        self.guard.kinds(sql)
    }

    /// The rows a query means. With `anew` a person's SQL is run again, else only if it is another than the last.
    ///
    /// # Errors
    /// A sentence that names what the query asks for and is not there, what SQLite says, or that it was stopped.
    pub fn select(&mut self, query: &Query, anew: bool) -> Result<Answered, Refusal> {
        if let Some(sql) = &query.sql
            && (anew || self.answer.as_ref().is_none_or(|answer| answer.sql != *sql))
        {
            self.run(sql)?;
        }
        let asked = self.asked(query)?;
        let chosen = match query.places.as_ref().filter(|_| query.sql.is_none()) {
            None => None,
            Some(places) => Some(self.in_places(&asked.table, places).map_err(|error| self.refusal(&error))?),
        };
        let stop = self.stop.clone();
        let cancelled = || stop.is_wanted();
        // The table of an answer is only there for the connection that made it.
        let threads = if query.sql.is_some() { 1 } else { self.connections.len() };
        let mut source = Source {
            connections: &mut self.connections[..threads],
            table: &asked.table,
            version: asked.version,
        };
        let all = RowSet::All;
        let of = match &chosen {
            Some(rows) => rows.len(),
            None => count(source.connections, source.table)?,
        };
        let mut rows = chosen;
        if !query.search.trim().is_empty() {
            let columns = searched(&asked.columns);
            let among = rows.as_deref().map_or(all, RowSet::These);
            rows = Some(self.cache.search(&mut source, among, &columns, &query.search, &cancelled)?);
        }
        for filter in &query.filters {
            let Filter::Column { column, test } = filter else {
                return Err(Refusal::from("this condition cannot be answered yet".to_owned()));
            };
            let column = asked.column(column)?;
            let among = rows.as_deref().map_or(all, RowSet::These);
            let passes = passes(test, &column.shape);
            rows = Some(self.cache.matching(&mut source, among, &column.name, &*passes, &cancelled)?);
        }
        let keys: Vec<(&str, bool)> =
            query.sort.iter().map(|key| (key.column.as_str(), key.descending)).collect();
        for (name, _) in &keys {
            asked.column(name)?;
        }
        let among = rows.as_deref().map_or(all, RowSet::These);
        let rows = self.cache.order(&mut source, among, &keys, &cancelled)?;
        Ok(Answered { rows, of, columns: asked.columns })
    }

    /// The rows of some places, ascending.
    fn in_places(&self, table: &str, places: &[i64]) -> rusqlite::Result<Vec<i64>> {
        let places = serde_json::Value::from(places.to_vec()).to_string();
        let text =
            format!("SELECT _Row FROM {} WHERE _Place IN (SELECT value FROM json_each(?))", quoted(table));
        let mut statement = self.connections[0].prepare_cached(&text)?;
        let mut rows: Vec<i64> =
            statement.query_map([places], |row| row.get(0))?.collect::<Result<_, _>>()?;
        rows.sort_unstable();
        Ok(rows)
    }

    /// Codes the columns of what was asked last while there is nothing else to do, so that the next keystroke in the
    /// search is answered from memory.
    ///
    /// # Errors
    /// As `select`.
    pub fn prepare(&mut self, query: &Query) -> Result<(), Refusal> {
        let asked = self.asked(query)?;
        let stop = self.stop.clone();
        let threads = if query.sql.is_some() { 1 } else { self.connections.len() };
        let mut source = Source {
            connections: &mut self.connections[..threads],
            table: &asked.table,
            version: asked.version,
        };
        let columns: Vec<&str> = searched(&asked.columns);
        self.cache.prepare(&mut source, &columns, &|| stop.is_wanted())?;
        Ok(())
    }

    /// The columns of what a query is about.
    ///
    /// # Errors
    /// That there is no such kind, or that the query's SQL has not been run.
    pub fn columns(&self, query: &Query) -> Result<Arc<[Column]>, Refusal> {
        Ok(self.asked(query)?.columns)
    }

    /// The cells of some rows in some columns, by the columns' places in the answer's. A row that has gone since is left
    /// out.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn cells(&self, query: &Query, columns: &[usize], rows: &[i64]) -> Result<Vec<Vec<Cell>>, Refusal> {
        let asked = self.asked(query)?;
        let names: Vec<String> = columns.iter().map(|&at| quoted(&asked.columns[at].name)).collect();
        if names.is_empty() {
            return Ok(rows.iter().map(|_| Vec::new()).collect());
        }
        // Row by row: the primary key makes each look-up a few microseconds, and the order is the asked one.
        let text = format!("SELECT {} FROM {} WHERE _Row = ?", names.join(", "), quoted(&asked.table));
        let run = || -> rusqlite::Result<Vec<Vec<Cell>>> {
            // Without it every row would take the file's locks.
            let _reading = self.connections[0].unchecked_transaction()?;
            let mut statement = self.connections[0].prepare_cached(&text)?;
            let mut found = Vec::with_capacity(rows.len());
            for row in rows {
                let mut answer = statement.query([row])?;
                if let Some(row) = answer.next()? {
                    let cells: rusqlite::Result<Vec<Cell>> = columns
                        .iter()
                        .enumerate()
                        .map(|(at, &column)| Ok(values::cell(row.get_ref(at)?, &asked.columns[column].shape)))
                        .collect();
                    found.push(cells?);
                }
            }
            Ok(found)
        };
        run().map_err(|error| self.refusal(&error))
    }

    /// Members of one row that the shape table does not know, as a JSON object.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn unknown_members(&self, kind: &Kind, row: i64) -> Result<Option<String>, Refusal> {
        let run = || -> rusqlite::Result<Option<String>> {
            let text = format!("SELECT _Unknown FROM {} WHERE _Row = ?", quoted(&kind.table()));
            let mut statement = self.connections[0].prepare_cached(&text)?;
            let mut rows = statement.query([row])?;
            rows.next()?.map_or(Ok(None), |row| row.get(0))
        };
        run().map_err(|error| self.refusal(&error))
    }

    fn asked(&self, query: &Query) -> Result<Asked, Refusal> {
        if query.sql.is_some() {
            let answer = self.answer.as_ref().ok_or_else(|| "the query has not been run".to_owned())?;
            let columns = Arc::clone(&answer.columns);
            return Ok(Asked { table: ANSWER.to_owned(), columns, version: self.answers });
        }
        let kind = kind(&query.kind).ok_or_else(|| no_such_kind(&query.kind))?;
        let version = self.version(kind).map_err(|error| self.refusal(&error))?;
        Ok(Asked { table: kind.table(), columns: Arc::clone(&kind.columns), version })
    }

    /// A number that another one follows whenever a kind's rows change.
    fn version(&self, kind: &Kind) -> rusqlite::Result<u64> {
        let version: Option<i64> = self.connections[0]
            .prepare_cached("SELECT Version FROM _versions WHERE Kind = ?")?
            .query_row([kind.name], |row| row.get(0))
            .optional()?;
        Ok(version.unwrap_or_default().unsigned_abs())
    }

    /// Runs a person's SQL into the table of the answer.
    fn run(&mut self, sql: &str) -> Result<(), Refusal> {
        self.answer = None;
        self.answers += 1;
        let drop = format!("DROP TABLE IF EXISTS temp.{ANSWER}");
        self.connections[0].execute_batch(&drop).map_err(|error| self.refusal(&error))?;
        self.connections[0].execute_batch("BEGIN").map_err(|error| self.refusal(&error))?;
        let mut table =
            AnswerTable { connection: &self.connections[0], insert: String::new(), found: Vec::new() };
        let ran = self.guard.run(sql, self.limits, &mut table);
        let found = std::mem::take(&mut table.found);
        let ended = self.connections[0].execute_batch("COMMIT");
        if let Err(refused) = ran {
            return Err(if self.stop.is_wanted() { Refusal::Stopped } else { Refusal::Refused(refused) });
        }
        ended.map_err(|error| self.refusal(&error))?;
        let columns = found.into_iter().map(Found::column).collect();
        self.answer = Some(Answer { sql: sql.to_owned(), columns });
        Ok(())
    }

    fn refusal(&self, error: &Error) -> Refusal {
        if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) && self.stop.is_wanted() {
            return Refusal::Stopped;
        }
        Refusal::from(format!("the store could not be read: {error}"))
    }
}

/// The columns that a search looks at: not the truth values, which nobody looks for by 0 and 1.
fn searched(columns: &[Column]) -> Vec<&str> {
    let columns = columns.iter().filter(|column| !matches!(column.shape, Shape::Boolean));
    columns.map(|column| column.name.as_str()).collect()
}

fn count(connections: &[Connection], table: &str) -> Result<usize, Stopped> {
    let Some(connection) = connections.first() else { return Ok(0) };
    let text = format!("SELECT count(*) FROM {}", quoted(table));
    let count: i64 = connection.prepare_cached(&text)?.query_row([], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Whether a value passes a filter: what it is compared as is what a person sees.
fn passes<'a>(filter: &'a Test, shape: &'a Shape) -> Box<dyn Fn(ValueRef<'_>) -> bool + Sync + 'a> {
    let is_truth = matches!(shape, Shape::Boolean);
    let truth = |value: ValueRef<'_>| match value {
        ValueRef::Integer(0) => Some("false"),
        ValueRef::Integer(_) => Some("true"),
        _ => None,
    };
    match filter {
        Test::Contains(text) => {
            let word = Word::new(text);
            Box::new(move |value| match truth(value).filter(|_| is_truth) {
                Some(truth) => word.is_in(ValueRef::Text(truth.as_bytes())),
                None => word.is_in(value),
            })
        }
        Test::Is(choices) => Box::new(move |value| {
            let is = |text: &str| choices.iter().any(|choice| choice == text);
            match value {
                ValueRef::Null => false,
                value if is_truth => truth(value).is_some_and(is),
                ValueRef::Text(text) if !shape.is_nested() => {
                    choices.iter().any(|choice| choice.as_bytes() == text)
                }
                value => is(&readable(&values::cell(value, shape))) || holds(value, choices),
            }
        }),
        Test::Absent => Box::new(|value| matches!(value, ValueRef::Null)),
        Test::Matches(_) | Test::Between { .. } => Box::new(|_| false),
    }
}

/// Takes the rows of a person's SQL into a table.
struct AnswerTable<'a> {
    connection: &'a Connection,
    insert: String,
    found: Vec<Found>,
}

/// What a column of an answer has held so far.
struct Found {
    described: Described,
    integers: bool,
    numbers: bool,
    json: bool,
    truths: bool,
}

impl Found {
    fn look(&mut self, value: ValueRef<'_>) {
        let (integer, number, json, truth) = match value {
            ValueRef::Null => return,
            ValueRef::Integer(value) => (true, true, false, matches!(value, 0 | 1)),
            ValueRef::Real(_) => (false, true, false, false),
            ValueRef::Text(text) => (false, false, matches!(text.first(), Some(b'[' | b'{')), false),
            ValueRef::Blob(_) => (false, false, false, false),
        };
        self.integers &= integer;
        self.numbers &= number;
        self.json &= json;
        self.truths &= truth;
    }

    /// The column as what it holds. Of a kind's column the shape is AWS's, if the values are as it says.
    fn column(self) -> Column {
        let fits = |shape: &Shape| match shape {
            Shape::Boolean => self.truths,
            Shape::Integer | Shape::Long => self.integers,
            Shape::Double => self.numbers,
            shape if shape.is_nested() => self.json,
            _ => true,
        };
        let shape = match self.described.shape {
            Some(shape) if fits(&shape) => shape,
            _ if self.integers => Shape::Long,
            _ if self.numbers => Shape::Double,
            _ => Shape::String,
        };
        Column { name: self.described.name, shape, own: false }
    }
}

impl Sink for AnswerTable<'_> {
    fn columns(&mut self, columns: &[Described]) -> Result<(), String> {
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let marks = vec!["?"; columns.len()].join(", ");
        self.connection
            .execute_batch(&format!(
                "CREATE TEMP TABLE {ANSWER} (_Row INTEGER PRIMARY KEY, {})",
                names.join(", ")
            ))
            .map_err(|error| error.to_string())?;
        self.insert = format!("INSERT INTO {ANSWER} ({}) VALUES ({marks})", names.join(", "));
        self.found = columns
            .iter()
            .map(|described| Found {
                described: described.clone(),
                integers: true,
                numbers: true,
                json: true,
                truths: true,
            })
            .collect();
        Ok(())
    }

    fn row(&mut self, values: &[ValueRef<'_>]) -> Result<(), String> {
        for (found, value) in self.found.iter_mut().zip(values) {
            found.look(*value);
        }
        let values = values.iter().map(|value| ToSqlOutput::Borrowed(*value));
        let insert = || -> rusqlite::Result<()> {
            self.connection.prepare_cached(&self.insert)?.execute(params_from_iter(values))?;
            Ok(())
        };
        insert().map_err(|error| format!("the answer cannot be kept: {error}"))
    }
}
