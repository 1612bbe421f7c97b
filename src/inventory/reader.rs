//! Answering queries: a connection that only reads, on a thread of its own, so that nobody who writes waits for it. A
//! kind's rows are read where they lie; a person's own SQL is run once, and its answer is then read like a kind.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Error, ErrorCode, params_from_iter};

use super::guard::{Described, Guard, Limits, Refused, Sink};
use super::{Storage, values};
use crate::query::{Query, Source, count_sql, quoted, to_sql};
use crate::rds::{Cell, Column, Kind, Shape, kind, no_such_kind};

/// Instructions of SQLite's machine between two looks whether the answer is still wanted.
const LOOK_EVERY: i32 = 10_000;
/// The table of a person's answer, which only this connection sees.
const ANSWER: &str = "temp._answer";

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
    connection: Connection,
    guard: Guard,
    limits: Limits,
    stop: Stop,
    answer: Option<Answer>,
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
        let mut connection = storage.connect_to_read()?;
        let watched = stop.clone();
        connection.progress_handler(LOOK_EVERY, Some(move || watched.is_wanted()))?;
        let guard = Guard::open(storage, stop.clone())?;
        Ok(Reader { connection, guard, limits, stop, answer: None })
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
        let (source, columns) = self.source(query)?;
        let sql = to_sql(query, &source)?;
        let run = || -> rusqlite::Result<(Vec<i64>, usize)> {
            let mut statement = self.connection.prepare_cached(&sql.text)?;
            let rows: Vec<i64> = statement
                .query_map(params_from_iter(&sql.values), |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            let is_all = query.search.trim().is_empty() && query.filters.is_empty();
            let of = if is_all { rows.len() } else { self.count(query, &source)? };
            Ok((rows, of))
        };
        let (rows, of) = run().map_err(|error| self.refusal(&error))?;
        Ok(Answered { rows, of, columns })
    }

    /// The columns of what a query is about.
    ///
    /// # Errors
    /// That there is no such kind, or that the query's SQL has not been run.
    pub fn columns(&self, query: &Query) -> Result<Arc<[Column]>, Refusal> {
        Ok(self.source(query)?.1)
    }

    /// The cells of some rows in some columns, by the columns' places in the answer's. A row that has gone since is left
    /// out.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn cells(&self, query: &Query, columns: &[usize], rows: &[i64]) -> Result<Vec<Vec<Cell>>, Refusal> {
        let (source, described) = self.source(query)?;
        let names: Vec<String> = columns.iter().map(|&at| quoted(&described[at].name)).collect();
        if names.is_empty() {
            return Ok(rows.iter().map(|_| Vec::new()).collect());
        }
        // Row by row: the primary key makes each look-up a few microseconds, and the order is the asked one.
        let text = format!("SELECT {} FROM {} WHERE _Row = ?", names.join(", "), source.table);
        let run = || -> rusqlite::Result<Vec<Vec<Cell>>> {
            let mut statement = self.connection.prepare_cached(&text)?;
            let mut found = Vec::with_capacity(rows.len());
            for row in rows {
                let mut answer = statement.query([row])?;
                if let Some(row) = answer.next()? {
                    let cells: rusqlite::Result<Vec<Cell>> = columns
                        .iter()
                        .enumerate()
                        .map(|(at, &column)| Ok(values::cell(row.get_ref(at)?, &described[column].shape)))
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
            let mut statement = self.connection.prepare_cached(&text)?;
            let mut rows = statement.query([row])?;
            rows.next()?.map_or(Ok(None), |row| row.get(0))
        };
        run().map_err(|error| self.refusal(&error))
    }

    fn count(&self, query: &Query, source: &Source<'_>) -> rusqlite::Result<usize> {
        let count: i64 =
            self.connection.prepare_cached(&count_sql(query, source))?.query_row([], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    fn source(&self, query: &Query) -> Result<(Source<'static>, Arc<[Column]>), Refusal> {
        if query.sql.is_some() {
            let answer = self.answer.as_ref().ok_or_else(|| "the query has not been run".to_owned())?;
            let columns = Arc::clone(&answer.columns);
            return Ok((
                Source { table: ANSWER.into(), columns: columns.to_vec().into(), in_places: false },
                columns,
            ));
        }
        let kind = kind(&query.kind).ok_or_else(|| no_such_kind(&query.kind))?;
        Ok((Source::kind(kind), Arc::clone(&kind.columns)))
    }

    /// Runs a person's SQL into the table of the answer.
    fn run(&mut self, sql: &str) -> Result<(), Refusal> {
        self.answer = None;
        let drop = format!("DROP TABLE IF EXISTS {ANSWER}");
        self.connection.execute_batch(&drop).map_err(|error| self.refusal(&error))?;
        self.connection.execute_batch("BEGIN").map_err(|error| self.refusal(&error))?;
        let mut table =
            AnswerTable { connection: &self.connection, insert: String::new(), found: Vec::new() };
        let ran = self.guard.run(sql, self.limits, &mut table);
        let found = std::mem::take(&mut table.found);
        let ended = self.connection.execute_batch("COMMIT");
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
            .execute_batch(&format!("CREATE TABLE {ANSWER} (_Row INTEGER PRIMARY KEY, {})", names.join(", ")))
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
