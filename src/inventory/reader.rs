//! Answering queries: a connection that only reads, on a thread of its own, so that nobody who writes waits for it. A
//! kind's rows are read where they lie; a person's own SQL is run once, and its answer is then read like a kind.

mod figures;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, Error, ErrorCode, OptionalExtension};

use super::answer::{ANSWER, AnswerTable};
use super::apart::Guard;
use super::column::{Arranged, ColumnCache, Source};
use super::grouping::Grouping;
use super::guard::{Limits, Refused};
use super::narrowing::{Narrowing, named};
use super::scan::{Cancelled, RowSet, Stopped};
use super::search::{Searched, Shown, is_truth};
use super::{Storage, values};
use crate::query::{Query, quoted};
use crate::rds::{Cell, Column, Kind, kind, no_such_kind};

/// Instructions of SQLite's machine between two looks whether the answer is still wanted.
const LOOK_EVERY: i32 = 10_000;
/// Threads that read a large table at once.
const CONNECTIONS: usize = 2;
/// Bytes of columns that are kept coded.
const CACHE: usize = 96 << 20;
/// Columns that may make groups, one within the other, and how many groups these may be: nobody looks at more.
const LEVELS: usize = 2;
const MOST_GROUPS: usize = 20_000;

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

    /// The same for somebody else who answers beside: the newest question is the newest for both.
    pub fn beside(&self) -> Stop {
        Stop { newest: Arc::clone(&self.newest), mine: Arc::default() }
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
    /// The groups that the query asks for, outer ones before their inner ones.
    pub groups: Vec<Grouped>,
}

/// Rows of an answer that have the same value in a column of `Query::group`.
#[derive(Debug, Clone, PartialEq)]
pub struct Grouped {
    /// The column's place in `Query::group`.
    pub level: usize,
    pub value: Cell,
    /// Positions in the answer.
    pub rows: Range<usize>,
    /// The sums of the query's columns that are amounts, by name; of one that no row has there is none.
    pub sums: Vec<(String, Cell)>,
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
        named(&self.columns, name)
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
            guard: Guard::new(storage, stop.clone()),
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
        let order = query.order();
        for key in &order {
            asked.column(&key.column)?;
        }
        if query.group.len() > LEVELS {
            return Err(Refusal::from(format!("rows can be grouped by {LEVELS} columns, and not by more")));
        }
        let (rows, of) = self.wanted(query, &asked, &|| false)?;
        let of = match of {
            Some(of) => of,
            None => self.total(query, &asked)?,
        };
        let stop = self.stop.clone();
        let cancelled = || stop.is_wanted();
        let keys: Vec<(&str, bool)> = order.iter().map(|key| (key.column.as_str(), key.descending)).collect();
        let grouping = Grouping { levels: query.group.len(), most: MOST_GROUPS };
        let among = rows.as_deref().map_or(RowSet::All, RowSet::These);
        let (cache, mut source) = self.source(query, &asked);
        let arranged = cache.arrange(&mut source, among, &keys, grouping, &cancelled)?;
        let groups = if query.group.is_empty() {
            Vec::new()
        } else {
            groups(cache, &mut source, query, &asked, &arranged, &cancelled)?
        };
        Ok(Answered { rows: arranged.rows, of, columns: asked.columns, groups })
    }

    /// The values of a column among the rows of a query, the `most` commonest first, each with how many rows have it.
    /// Of a person's SQL that is not the one that was run last there are none.
    ///
    /// # Errors
    /// As `select`.
    pub fn values(
        &mut self,
        query: &Query,
        column: &str,
        most: usize,
        superseded: Cancelled<'_>,
    ) -> Result<Vec<(Cell, usize)>, Refusal> {
        if query.sql.is_some() && self.answer.as_ref().map(|answer| &answer.sql) != query.sql.as_ref() {
            return Ok(Vec::new());
        }
        let asked = self.asked(query)?;
        let shape = asked.column(column)?.shape.clone();
        let (rows, _) = self.wanted(query, &asked, superseded)?;
        let stop = self.stop.clone();
        let cancelled = || stop.is_wanted() || superseded();
        let among = rows.as_deref().map_or(RowSet::All, RowSet::These);
        let (cache, mut source) = self.source(query, &asked);
        let counts = cache.counts(&mut source, among, column, most, &cancelled)?;
        Ok(counts.iter().map(|(value, count)| (values::cell(value.into(), &shape), *count)).collect())
    }

    /// The cache, and what it is asked of.
    fn source<'a>(&'a mut self, query: &Query, asked: &'a Asked) -> (&'a mut ColumnCache, Source<'a>) {
        // The table of an answer is only there for the connection that made it.
        let threads = if query.sql.is_some() { 1 } else { self.connections.len() };
        let connections = &mut self.connections[..threads];
        (&mut self.cache, Source { connections, table: &asked.table, version: asked.version })
    }

    /// The rows that pass a query's search and filters, ascending, `None` for all; and how many there were before, where
    /// these are not all.
    fn wanted(
        &mut self,
        query: &Query,
        asked: &Asked,
        superseded: Cancelled<'_>,
    ) -> Result<(Option<Vec<i64>>, Option<usize>), Refusal> {
        let mut rows = match query.places.as_ref().filter(|_| query.sql.is_none()) {
            None => None,
            Some(places) => Some(self.in_places(&asked.table, places).map_err(|error| self.refusal(&error))?),
        };
        let stop = self.stop.clone();
        let cancelled = || stop.is_wanted() || superseded();
        let (cache, mut source) = self.source(query, asked);
        let of = rows.as_ref().map(Vec::len);
        if !query.search.trim().is_empty() {
            let columns = searched(&asked.columns, &query.search);
            let among = rows.as_deref().map_or(RowSet::All, RowSet::These);
            rows = Some(cache.search(&mut source, among, &columns, &query.search, &cancelled)?);
        }
        let mut narrowing = Narrowing { cache, source, columns: &asked.columns, cancelled: &cancelled };
        for filter in &query.filters {
            rows = narrowing.narrow(rows, filter, true)?;
        }
        Ok((rows, of))
    }

    /// How many rows there are at all.
    fn total(&mut self, query: &Query, asked: &Asked) -> Result<usize, Refusal> {
        let (cache, source) = self.source(query, asked);
        if let Some(rows) = cache.rows(&source) {
            return Ok(rows);
        }
        let text = format!("SELECT count(*) FROM {}", quoted(&asked.table));
        let count = || -> rusqlite::Result<i64> {
            self.connections[0].prepare_cached(&text)?.query_row([], |row| row.get(0))
        };
        Ok(usize::try_from(count().map_err(|error| self.refusal(&error))?).unwrap_or_default())
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
    /// search, filter, pick-list or group is answered from memory.
    ///
    /// # Errors
    /// As `select`.
    pub fn prepare(&mut self, query: &Query, superseded: Cancelled<'_>) -> Result<(), Refusal> {
        let asked = self.asked(query)?;
        let stop = self.stop.clone();
        let (cache, mut source) = self.source(query, &asked);
        let columns: Vec<&str> = asked.columns.iter().map(|column| column.name.as_str()).collect();
        Ok(cache.prepare(&mut source, &columns, &|| stop.is_wanted() || superseded())?)
    }

    /// The columns of what a query is about.
    ///
    /// # Errors
    /// That there is no such kind, or that the query's SQL has not been run.
    pub fn columns(&self, query: &Query) -> Result<Arc<[Column]>, Refusal> {
        Ok(self.asked(query)?.columns)
    }

    /// The cells of some rows in some columns, by the columns' places in the answer's, as AWS sent them: an empty list is
    /// one here. A row that has gone since is left out.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn cells(&self, query: &Query, columns: &[usize], rows: &[i64]) -> Result<Vec<Vec<Cell>>, Refusal> {
        let asked = self.asked(query)?;
        let mut names: Vec<String> = columns.iter().map(|&at| quoted(&asked.columns[at].name)).collect();
        if names.is_empty() {
            return Ok(rows.iter().map(|_| Vec::new()).collect());
        }
        // A person's answer is what their statement makes of the rows.
        names.push(if query.sql.is_some() { "NULL" } else { "_Empty" }.to_owned());
        let described = columns.iter().map(|&at| (asked.columns[at].name.as_str(), &asked.columns[at].shape));
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
                    found.push(values::exact_cells(row, 0, described.clone())?);
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
        let mut table = AnswerTable::new(&self.connections[0]);
        let ran = self.guard.run(sql, self.limits, &mut table);
        let columns = table.into_columns().into();
        let ended = self.connections[0].execute_batch("COMMIT");
        if let Err(refused) = ran {
            return Err(if self.stop.is_wanted() { Refusal::Stopped } else { Refusal::Refused(refused) });
        }
        ended.map_err(|error| self.refusal(&error))?;
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

/// The columns that a search looks at: truth values only where one is looked for.
fn searched<'a>(columns: &'a [Column], text: &str) -> Vec<Searched<'a>> {
    let truth = text.split_whitespace().any(is_truth);
    columns.iter().map(Searched::of).filter(|column| truth || column.shown != Shown::Truth).collect()
}

/// The groups of an answer.
fn groups(
    cache: &mut ColumnCache,
    source: &mut Source<'_>,
    query: &Query,
    asked: &Asked,
    arranged: &Arranged,
    cancelled: Cancelled<'_>,
) -> Result<Vec<Grouped>, Refusal> {
    let Some(runs) = &arranged.runs else {
        return Err(Refusal::from(format!(
            "{} has more than {MOST_GROUPS} groups: group by a column with fewer values, or narrow the rows down",
            query.group.join(", ")
        )));
    };
    let amounts: Vec<&str> =
        query.amounts(&asked.columns).into_iter().map(|column| column.name.as_str()).collect();
    let sums = cache.sums(source, arranged, &amounts, cancelled)?;
    let columns =
        query.group.iter().map(|name| asked.column(name)).collect::<Result<Vec<&Column>, String>>()?;
    let mut groups = Vec::with_capacity(runs.len());
    for (run, sums) in runs.iter().zip(sums) {
        let column = columns[run.level];
        let value = cache.value_at(source, arranged, run.rows.start, &column.name)?;
        let sums = amounts.iter().map(|name| (*name).to_owned()).zip(sums);
        groups.push(Grouped {
            level: run.level,
            value: values::cell((&value).into(), &column.shape),
            rows: run.rows.clone(),
            sums: sums.filter(|(_, sum)| *sum != Cell::Absent).collect(),
        });
    }
    Ok(groups)
}
