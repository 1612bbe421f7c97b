//! Reading columns of many rows at once, with as many threads as there are connections.
//!
//! Each connection reads a range of row numbers of its own and sees the store as of its own moment. While somebody
//! writes, one range may be a commit newer than the other; the writer's news of that commit make the reader ask again.

use std::fmt;

use rusqlite::{Connection, Row, Statement};

use crate::query::quoted;

/// Below this a second thread costs more than it saves.
const WORTH_A_THREAD: usize = 4096;
/// Rows between two questions whether the answer is still wanted.
const ASK_EVERY: usize = 1024;

/// Which rows of a table are meant.
#[derive(Debug, Clone, Copy)]
pub enum RowSet<'a> {
    All,
    /// Row numbers, ascending.
    These(&'a [i64]),
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Stopped {
    /// Somebody asked something newer.
    Cancelled,
    Store(rusqlite::Error),
}

impl From<rusqlite::Error> for Stopped {
    fn from(error: rusqlite::Error) -> Stopped {
        Stopped::Store(error)
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stopped::Cancelled => write!(out, "the question was given up for a newer one"),
            Stopped::Store(error) => write!(out, "the store cannot be read: {error}"),
        }
    }
}

/// Whether the answer is no longer wanted.
pub type Cancelled<'a> = &'a (dyn Fn() -> bool + Sync);

/// Hands each row to `each`, ascending within a part: its number, and its columns by place. The parts come back in the
/// rows' order, each as `begin` made it and `each` left it.
pub fn scan<P: Send>(
    connections: &mut [Connection],
    table: &str,
    columns: &[&str],
    rows: RowSet<'_>,
    cancelled: Cancelled<'_>,
    begin: impl Fn() -> P + Sync,
    each: impl Fn(&mut P, i64, &Row<'_>) -> rusqlite::Result<()> + Sync,
) -> Result<Vec<P>, Stopped> {
    let Some(first) = connections.first() else { return Ok(Vec::new()) };
    let Some((least, most)) = bounds(first, table)? else { return Ok(Vec::new()) };
    let spread = usize::try_from(most - least + 1).unwrap_or(usize::MAX);
    let count = match rows {
        RowSet::All => spread,
        RowSet::These(rows) => rows.len(),
    };
    let threads = connections.len().min(count / WORTH_A_THREAD + 1);
    let part = |at: usize| -> Part<'_> {
        match rows {
            RowSet::All => {
                let cut = |at: usize| least + (spread / threads * at) as i64;
                Part::Range(cut(at), if at + 1 == threads { most } else { cut(at + 1) - 1 })
            }
            RowSet::These(rows) => {
                let rows = &rows[rows.len() * at / threads..rows.len() * (at + 1) / threads];
                // Looking a row up costs as much as passing a few.
                let is_dense = rows
                    .first()
                    .zip(rows.last())
                    .is_some_and(|(first, last)| (last - first) / 6 < rows.len() as i64);
                if is_dense { Part::Dense(rows) } else { Part::Sparse(rows) }
            }
        }
    };
    // With the table: SQLite takes the name of a column that is not there for a text.
    let names: String = columns.iter().map(|name| format!(", {}.{}", quoted(table), quoted(name))).collect();
    let read = |connection: &Connection, part: Part<'_>| -> Result<P, Stopped> {
        let mut taken = begin();
        // Without a transaction every row that is looked up would take and give back the file's locks.
        let transaction = connection.unchecked_transaction()?;
        let sql = format!("SELECT _Row{names} FROM {} WHERE _Row", quoted(table));
        let mut statement = transaction.prepare_cached(&match part {
            Part::Sparse(_) => format!("{sql} = ?"),
            _ => format!("{sql} BETWEEN ? AND ? ORDER BY _Row"),
        })?;
        read(&mut statement, part, cancelled, &mut |number, row| each(&mut taken, number, row))?;
        Ok(taken)
    };
    let (first, others) = connections[..threads].split_at_mut(1);
    std::thread::scope(|scope| {
        let read = &read;
        let others: Vec<_> = others
            .iter_mut()
            .enumerate()
            .map(|(at, connection)| {
                let part = part(at + 1);
                scope.spawn(move || read(connection, part))
            })
            .collect();
        let mut parts = vec![read(&first[0], part(0))?];
        for other in others {
            parts.push(other.join().unwrap_or(Err(Stopped::Cancelled))?);
        }
        Ok(parts)
    })
}

/// The least and the greatest row number; none in an empty table.
pub fn bounds(connection: &Connection, table: &str) -> rusqlite::Result<Option<(i64, i64)>> {
    // Two questions: SQLite answers each from the tree's edge, and both at once by reading everything.
    let edge = |which: &str| -> rusqlite::Result<Option<i64>> {
        connection
            .prepare_cached(&format!("SELECT {which}(_Row) FROM {}", quoted(table)))?
            .query_row([], |row| row.get(0))
    };
    Ok(edge("min")?.zip(edge("max")?))
}

/// What one connection reads.
#[derive(Clone, Copy)]
enum Part<'a> {
    Range(i64, i64),
    /// Rows that are worth reading a whole range for.
    Dense(&'a [i64]),
    Sparse(&'a [i64]),
}

fn read(
    statement: &mut Statement<'_>,
    part: Part<'_>,
    cancelled: Cancelled<'_>,
    each: &mut dyn FnMut(i64, &Row<'_>) -> rusqlite::Result<()>,
) -> Result<(), Stopped> {
    let mut asked = 0;
    let mut ask = || {
        asked += 1;
        if asked % ASK_EVERY == 0 && cancelled() { Err(Stopped::Cancelled) } else { Ok(()) }
    };
    let (from, until, mut wanted) = match part {
        Part::Sparse(numbers) => {
            for number in numbers {
                ask()?;
                let mut rows = statement.query([number])?;
                if let Some(row) = rows.next()? {
                    each(*number, row)?;
                }
            }
            return Ok(());
        }
        Part::Range(from, until) => (from, until, None),
        Part::Dense(numbers) => match (numbers.first(), numbers.last()) {
            (Some(from), Some(until)) => (*from, *until, Some(numbers.iter().copied().peekable())),
            _ => return Ok(()),
        },
    };
    let mut rows = statement.query([from, until])?;
    while let Some(row) = rows.next()? {
        ask()?;
        let number: i64 = row.get(0)?;
        if let Some(wanted) = &mut wanted {
            while wanted.next_if(|next| *next < number).is_some() {}
            if wanted.next_if_eq(&number).is_none() {
                continue;
            }
        }
        each(number, row)?;
    }
    Ok(())
}
