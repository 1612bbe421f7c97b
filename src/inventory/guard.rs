//! A person's own SQL: only reading is possible, whatever is written, and what would run or grow without end is stopped
//! with a sentence.
//!
//! The connection is opened for reading; an authorizer refuses everything but SELECT over the store's tables; a progress
//! handler ends what takes too long or is wanted no more. Here is how such a statement is run; what becomes of its rows
//! is decided by who asks.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Statement};

use super::schema::{Table, tables};
use super::{Storage, linear, temporary};
use crate::names;
use crate::query::quoted;
use crate::rds::{Column, Kind, Shape, kind, kinds};

/// How far a query may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub time: Duration,
    /// Rows of the answer.
    pub rows: usize,
    /// Bytes of the answer's texts and numbers, about.
    pub bytes: usize,
    /// Bytes of temporary files, those of the answer among them.
    pub space: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { time: Duration::from_secs(60), rows: 2_000_000, bytes: 500_000_000, space: 1_000_000_000 }
    }
}

/// Bytes of one value at most: one step of SQLite cannot be interrupted, and is short with texts of such a length.
const MOST_BYTES: i32 = 16 << 20;
/// Bytes of a statement, and of a pattern of LIKE, which is tried at every letter of a text.
const LONGEST_SQL: i32 = 1 << 20;
const LONGEST_PATTERN: i32 = 500;
/// Instructions of SQLite's machine between two looks at the clock: far less than a millisecond, but for long texts.
const LOOK_EVERY: i32 = 1_000;
/// Between two looks at the temporary files.
const LOOK_AT_SPACE: Duration = Duration::from_millis(20);

const READS_ONLY: &str = "a query only reads: write a SELECT";

/// Why a statement was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub message: String,
    /// Line and column of the mistake, both from 1, where SQLite knows it.
    pub position: Option<(usize, usize)>,
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some((line, column)) => write!(formatter, "line {line}, column {column}: {}", self.message),
            None => formatter.write_str(&self.message),
        }
    }
}

impl From<String> for Refused {
    fn from(message: String) -> Refused {
        Refused { message, position: None }
    }
}

/// What the authorizer saw of the statement that was prepared last.
#[derive(Debug, Default)]
struct Seen {
    tables: BTreeSet<String>,
    /// What was refused, as a sentence.
    refused: Option<String>,
}

/// When a statement is stopped.
#[derive(Debug, Default)]
struct Clock {
    until: Option<Instant>,
    run_out: bool,
    /// Bytes of temporary files; none is no bound.
    space: u64,
    /// Those that there were before.
    before: u64,
    too_large: bool,
    looked: Option<Instant>,
}

impl Clock {
    /// Whether the time or the space is used up.
    fn look(&mut self, storage: &Storage) -> bool {
        let now = Instant::now();
        self.run_out |= self.until.is_some_and(|until| now > until);
        if self.space > 0 && self.looked.is_none_or(|looked| now - looked > LOOK_AT_SPACE) {
            self.too_large |= temporary::room(storage).saturating_sub(self.before) > self.space;
            self.looked = Some(Instant::now());
        }
        self.run_out || self.too_large
    }
}

/// A connection for statements that people write.
pub struct Statements {
    connection: Connection,
    storage: Storage,
    seen: Arc<Mutex<Seen>>,
    clock: Arc<Mutex<Clock>>,
}

/// What is said of a statement that took too long.
pub fn out_of_time(limits: Limits) -> Refused {
    Refused::from(format!(
        "the query was stopped after {} s: narrow it down, or allow it more time",
        limits.time.as_secs()
    ))
}

/// What takes an answer's columns and rows.
pub trait Sink {
    /// # Errors
    /// A sentence.
    fn columns(&mut self, columns: &[Described]) -> Result<(), String>;
    /// # Errors
    /// A sentence.
    fn row(&mut self, values: &[ValueRef<'_>]) -> Result<(), String>;
}

/// A column of an answer: its name, and what it is where it is a kind's column unchanged.
#[derive(Debug, Clone)]
pub struct Described {
    pub name: String,
    pub shape: Option<Shape>,
}

impl Statements {
    /// `unwanted` says when an answer is wanted no more.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn open(
        storage: &Storage,
        unwanted: impl Fn() -> bool + Send + 'static,
    ) -> rusqlite::Result<Statements> {
        let mut connection = storage.connect_to_read()?;
        // The program's own columns are nobody's business; `SELECT *` shows AWS's.
        for kind in kinds() {
            connection.execute_batch(&format!(
                "CREATE TEMP VIEW {table} AS SELECT {} FROM main.{table}",
                kind.column_list(),
                table = quoted(&kind.table())
            ))?;
        }
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MOST_BYTES)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, LONGEST_SQL)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN)?;
        linear::register(&connection, MOST_BYTES.unsigned_abs() as usize)?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let clock = Arc::new(Mutex::new(Clock::default()));
        let seeing = Arc::clone(&seen);
        connection
            .authorizer(Some(move |context: AuthContext<'_>| authorize(&context, &mut locked(&seeing))))?;
        let (watched, watched_storage) = (Arc::clone(&clock), storage.clone());
        connection.progress_handler(
            LOOK_EVERY,
            Some(move || locked(&watched).look(&watched_storage) || unwanted()),
        )?;
        Ok(Statements { connection, storage: storage.clone(), seen, clock })
    }

    /// The kinds a statement reads, without running it.
    ///
    /// # Errors
    /// What is wrong with the statement, and where.
    pub fn kinds(&self, sql: &str) -> Result<Vec<&'static Kind>, Refused> {
        drop(self.prepare(sql)?);
        let seen = locked(&self.seen);
        Ok(kinds()
            .iter()
            .filter(|kind| [kind.table(), kind.past_table()].iter().any(|table| seen.tables.contains(table)))
            .collect())
    }

    /// Runs a statement and hands its rows on.
    ///
    /// # Errors
    /// What is wrong with the statement, or why it was stopped.
    pub fn run(&self, sql: &str, limits: Limits, sink: &mut dyn Sink) -> Result<(), Refused> {
        let mut statement = self.prepare(sql)?;
        let described = self.describe(&statement);
        sink.columns(&described)?;
        *locked(&self.clock) = Clock {
            until: Instant::now().checked_add(limits.time),
            space: limits.space,
            before: temporary::room(&self.storage),
            ..Clock::default()
        };
        let ran = self.rows(sql, &mut statement, described.len(), limits, sink);
        *locked(&self.clock) = Clock::default();
        ran
    }

    fn rows(
        &self,
        sql: &str,
        statement: &mut Statement<'_>,
        columns: usize,
        limits: Limits,
        sink: &mut dyn Sink,
    ) -> Result<(), Refused> {
        let stopped = |error: &Error| self.explain(sql, error, limits);
        let mut rows = statement.raw_query();
        let (mut count, mut bytes) = (0, 0);
        while let Some(row) = rows.next().map_err(|error| stopped(&error))? {
            let values: Result<Vec<ValueRef<'_>>, Error> = (0..columns).map(|at| row.get_ref(at)).collect();
            let values = values.map_err(|error| stopped(&error))?;
            count += 1;
            bytes += values.iter().map(size).sum::<usize>();
            if count > limits.rows {
                return Err(Refused::from(format!(
                    "the query was stopped: it has more than {} rows; add a WHERE or a LIMIT",
                    limits.rows
                )));
            }
            if bytes > limits.bytes {
                return Err(Refused::from(format!(
                    "the query was stopped: its answer is larger than {} MB; name fewer columns, or add a LIMIT",
                    limits.bytes / 1_000_000
                )));
            }
            sink.row(&values)?;
        }
        Ok(())
    }

    fn prepare(&self, sql: &str) -> Result<Statement<'_>, Refused> {
        *locked(&self.seen) = Seen::default();
        let prepared =
            self.connection.prepare(sql).map_err(|error| self.explain(sql, &error, Limits::default()));
        if let Some(refused) = &locked(&self.seen).refused {
            return Err(Refused::from(refused.clone()));
        }
        let statement = prepared?;
        if statement.column_count() == 0 {
            return Err(Refused::from(READS_ONLY.to_owned()));
        }
        if statement.parameter_count() > 0 {
            return Err(Refused::from("a query has no parameters: write the values into it".to_owned()));
        }
        Ok(statement)
    }

    fn describe(&self, statement: &Statement<'_>) -> Vec<Described> {
        let seen = locked(&self.seen);
        let read: Vec<&'static Kind> = kinds()
            .iter()
            .filter(|kind| [kind.table(), kind.past_table()].iter().any(|table| seen.tables.contains(table)))
            .collect();
        let mut described: Vec<Described> = statement
            .columns_with_metadata()
            .map(|column| {
                let origin = column.table_name().zip(column.origin_name());
                let kinds_column = origin.and_then(|(table, name)| column_of_a_kind(table, name));
                // A view over two tables hides where a column comes from; its name then tells.
                let named = || {
                    let columns: Vec<&Column> = read
                        .iter()
                        .filter_map(|kind| Some(&kind.columns[kind.column(column.name())?]))
                        .collect();
                    columns.first().copied().filter(|first| {
                        column.origin_name().is_none()
                            && columns.iter().all(|other| other.shape.type_name() == first.shape.type_name())
                    })
                };
                Described {
                    name: column.name().to_owned(),
                    shape: kinds_column.or_else(named).map(|column| column.shape.clone()),
                }
            })
            .collect();
        let mut names = BTreeSet::new();
        for column in &mut described {
            let plain = column.name.clone();
            let mut number = 2;
            while !names.insert(column.name.to_lowercase()) {
                column.name = format!("{plain} {number}");
                number += 1;
            }
        }
        described
    }

    fn explain(&self, sql: &str, error: &Error, limits: Limits) -> Refused {
        if locked(&self.clock).run_out {
            return out_of_time(limits);
        }
        if locked(&self.clock).too_large {
            return Refused::from(format!(
                "the query was stopped: it needs more than {} MB to sort, join and keep what it finds; narrow it down",
                limits.space / 1_000_000
            ));
        }
        match error {
            // The kinds are views here, which SQLite sees before the authorizer does.
            Error::SqlInputError { msg, .. } if msg.starts_with("cannot modify") => {
                Refused::from(READS_ONLY.to_owned())
            }
            Error::SqlInputError { msg, offset, .. } => Refused {
                message: suggesting(sql, msg),
                position: usize::try_from(*offset).ok().map(|offset| position(sql, offset)),
            },
            Error::MultipleStatement => Refused::from("write one statement at a time".to_owned()),
            Error::SqliteFailure(_, Some(message)) => Refused::from(suggesting(sql, message)),
            other => Refused::from(other.to_string()),
        }
    }
}

/// What SQLite says, with the names that may have been meant by one that it does not know.
fn suggesting(sql: &str, message: &str) -> String {
    let of_statement = |table: &&Table| {
        let mut words = sql.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
        words.any(|word| names::same(word, &table.name))
    };
    let known: Vec<&str> = match message.split_once(": ").unwrap_or_default().0 {
        "no such table" => tables().iter().map(|table| table.name.as_str()).collect(),
        "no such column" => tables()
            .iter()
            .filter(of_statement)
            .flat_map(|table| &table.columns)
            .map(String::as_str)
            .collect(),
        _ => return message.to_owned(),
    };
    let typed = message.rsplit([' ', '.']).next().unwrap_or_default();
    match names::nearest(typed, known)[..] {
        [] => message.to_owned(),
        ref near => format!("{message}: did you mean {}?", names::listed(near)),
    }
}

/// The column that a column of a table of the store is, where the table is a kind's, of now or of the past.
pub fn column_of_a_kind(table: &str, name: &str) -> Option<&'static Column> {
    let kind = kind(&table.trim_end_matches("_past").replace('_', "-"))?;
    Some(&kind.columns[kind.column(name)?])
}

/// Says whether a step of a statement is nothing but reading.
fn authorize(context: &AuthContext<'_>, seen: &mut Seen) -> Authorization {
    let refused = match context.action {
        AuthAction::Select | AuthAction::Recursive => return Authorization::Allow,
        AuthAction::Read { table_name, .. } => {
            seen.tables.insert(table_name.to_owned());
            return Authorization::Allow;
        }
        AuthAction::Function { function_name } => {
            if !["load_extension", "fts3_tokenizer"].contains(&function_name) {
                return Authorization::Allow;
            }
            format!("the function {function_name} is not to be had here")
        }
        AuthAction::Pragma { pragma_name, .. } => {
            if ["table_info", "table_xinfo", "table_list"].contains(&pragma_name) {
                return Authorization::Allow;
            }
            format!("PRAGMA {pragma_name} is not to be had here: a query only reads tables")
        }
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
            "other files cannot be opened from here: a query only reads this store".to_owned()
        }
        _ => READS_ONLY.to_owned(),
    };
    seen.refused.get_or_insert(refused);
    Authorization::Deny
}

/// About how many bytes a value takes.
pub fn size(value: &ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len() + 8,
        _ => 8,
    }
}

/// Line and column, from 1, of a byte of a text.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
