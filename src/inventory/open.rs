//! Opening the store: the file is looked at before it is trusted, and what cannot be used costs its history and nothing
//! else.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::look::{look, not_ours};
use super::place::{self, Lock, Place};
use super::schema::{APPLICATION_ID, VERSION};
use super::{Inventory, functions, schema};
use crate::query::quoted;
use crate::rds::{Kind, kinds};

/// How long one program of the user waits while another one writes.
const PATIENCE: Duration = Duration::from_secs(30);
/// Statements that a connection keeps prepared: a few for each kind.
const STATEMENTS: usize = 256;
/// Bytes that the write-ahead log may keep on the disk once what is in it has been written.
const LARGEST_LOG: i64 = 64 << 20;

/// Where connections to an open store are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    File(PathBuf),
    /// A database in this process's memory, by its name.
    Memory(String),
}

impl Storage {
    fn memory() -> Storage {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        Storage::Memory(format!("file:/rds-fleet-{}?vfs=memdb", NUMBER.fetch_add(1, Ordering::Relaxed)))
    }

    /// A connection that may write.
    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        self.connect_with(flags)
    }

    /// A connection that can only read.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn connect_to_read(&self) -> rusqlite::Result<Connection> {
        self.connect_with(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn connect_with(&self, flags: OpenFlags) -> rusqlite::Result<Connection> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match self {
            Storage::File(path) => Connection::open_with_flags(path, flags)?,
            Storage::Memory(name) => Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_URI)?,
        };
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        functions::register(&connection)?;
        Ok(connection)
    }
}

/// Why a file is not a store that can be used.
enum Unfit {
    Broken(String),
    Foreign,
    Newer(i32),
    /// A program of an older version writes it in its own layout.
    InUseByOlder,
    /// Nothing is wrong with it, but it cannot be used now: the disk is full, or may not be written.
    Unusable(String),
}

impl Unfit {
    fn sentence(&self) -> String {
        match self {
            Unfit::Broken(why) => format!("is broken ({why})"),
            Unfit::Foreign => "is not a store of RDS Fleet".to_owned(),
            Unfit::Newer(version) => {
                format!(
                    "was written by a newer version of RDS Fleet (layout {version}, this one knows {VERSION})"
                )
            }
            Unfit::InUseByOlder => {
                "is open in an older version of RDS Fleet: close that, then start this one again".to_owned()
            }
            Unfit::Unusable(why) => format!("cannot be used ({why})"),
        }
    }
}

impl Inventory {
    /// Opens the store of a place; in memory where the place cannot be had. The sentences say what a person should know
    /// of it; an empty list is the usual case.
    ///
    /// # Errors
    /// What SQLite says of a store in memory; there would have to be none left.
    pub fn open(place: &Place) -> rusqlite::Result<(Inventory, Vec<String>)> {
        let mut notices = Vec::new();
        match place {
            Place::Memory(None) => {}
            Place::Memory(Some(why)) => notices.push(not_kept(why)),
            Place::File(path) => match open_file(path, &mut notices) {
                Ok(inventory) => return Ok((inventory, notices)),
                Err(why) => notices.push(not_kept(&why)),
            },
        }
        Ok((Inventory::in_memory()?, notices))
    }

    /// An empty store in memory.
    ///
    /// # Errors
    /// What SQLite says; it would have to be out of memory.
    pub fn in_memory() -> rusqlite::Result<Inventory> {
        let storage = Storage::memory();
        let connection = storage.connect()?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        schema::make(&connection)?;
        Ok(Inventory::over(connection, storage, None))
    }

    fn over(connection: Connection, storage: Storage, lock: Option<Lock>) -> Inventory {
        Inventory {
            connection,
            storage,
            _lock: lock,
            inserts: kinds().iter().map(|kind| (kind.name, insert_statement(kind))).collect(),
            updates: kinds().iter().map(|kind| (kind.name, update_statement(kind))).collect(),
            moves: kinds()
                .iter()
                .filter(|kind| !kind.volatile.is_empty())
                .map(|kind| (kind.name, move_statement(kind)))
                .collect(),
            places: HashMap::new(),
            under_way: HashMap::new(),
            in_transaction: false,
            changed: HashSet::new(),
        }
    }

    /// Removes what a program left half that was ended in the middle of a first sweep.
    fn mend(&self) -> rusqlite::Result<()> {
        let half: Vec<(i64, String)> = self
            .connection
            .prepare("SELECT _Place, Kind FROM _under_way")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (place, name) in half {
            let complete = self
                .connection
                .prepare("SELECT 1 FROM _collections WHERE _Place = ? AND Kind = ?")?
                .exists(rusqlite::params![place, name])?;
            if let Some(kind) = crate::rds::kind(&name).filter(|_| !complete) {
                self.connection
                    .execute(&format!("DELETE FROM {} WHERE _Place = ?", quoted(&kind.table())), [place])?;
            }
        }
        self.connection.execute("DELETE FROM _under_way", [])?;
        Ok(())
    }
}

fn not_kept(why: &str) -> String {
    format!(
        "what is collected is not kept beyond this run: {why}. Check the folder and its space, or set RDS_FLEET_STORE to a \
         file elsewhere"
    )
}

/// Opens the file of a store, or says why it cannot be had.
fn open_file(path: &Path, notices: &mut Vec<String>) -> Result<Inventory, String> {
    let file = path.display();
    look(path)?;
    place::make_private(path).map_err(|error| format!("{file} cannot be made: {error}"))?;
    let mut lock = Lock::take(path).map_err(|error| format!("{file} cannot be locked: {error}"))?;
    let storage = Storage::File(path.to_owned());
    // With the lock in hand: another program may have made it meanwhile.
    let mut opened = look(path).map(|_| open_connection(&storage, lock.alone))?;
    if let Err(unfit @ (Unfit::Broken(_) | Unfit::Newer(_))) = &opened {
        let what = unfit.sentence();
        if !lock.alone {
            return Err(format!("{file} {what}, and another program has it open"));
        }
        let aside = place::set_aside(path)
            .map_err(|error| format!("{file} {what}, and cannot be set aside: {error}"))?;
        notices.push(format!("the store {file} {what}: it was set aside as {}", aside.display()));
        place::make_private(path).map_err(|error| format!("{file} cannot be made: {error}"))?;
        opened = open_connection(&storage, true);
    }
    let connection = opened.map_err(|unfit| match unfit {
        Unfit::Foreign => not_ours(path),
        unfit => format!("{file} {}", unfit.sentence()),
    })?;
    let inventory = Inventory::over(connection, storage, None);
    if lock.alone {
        inventory.mend().map_err(|error| format!("{file}: {error}"))?;
    }
    lock.share().map_err(|error| format!("{file} cannot be locked: {error}"))?;
    Ok(Inventory { _lock: Some(lock), ..inventory })
}

fn open_connection(storage: &Storage, alone: bool) -> Result<Connection, Unfit> {
    let Storage::File(path) = storage else { return Err(Unfit::Foreign) };
    // After a crash SQLite restores the last commit by itself; only then is it worth a look at every page.
    let crashed = alone && fs::metadata(place::beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let broken = |error: rusqlite::Error| match is_broken(&error) {
        true => Unfit::Broken(error.to_string()),
        false => Unfit::Unusable(error.to_string()),
    };
    let connection = storage.connect().map_err(broken)?;
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(broken)?;
    if tables > 0 {
        if number("application_id").map_err(broken)? != APPLICATION_ID {
            return Err(Unfit::Foreign);
        }
        let version = number("user_version").map_err(broken)?;
        if version > VERSION {
            return Err(Unfit::Newer(version));
        }
        if version < VERSION && !alone {
            return Err(Unfit::InUseByOlder);
        }
        if crashed {
            let found: String =
                connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(broken)?;
            if found != "ok" {
                return Err(Unfit::Broken(found));
            }
        }
    } else {
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL").map_err(broken)?;
        // Ours from its first page on: who is ended now must find it so.
        connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(broken)?;
    }
    connection
        .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))
        .map_err(broken)?;
    // After a first sweep of everything the log would keep its size until the last program closes the store.
    connection.pragma_update(None, "journal_size_limit", LARGEST_LOG).map_err(broken)?;
    // With the log, a crash of the machine may cost the last commits but never the file.
    connection.pragma_update(None, "synchronous", "NORMAL").map_err(broken)?;
    let make = || -> rusqlite::Result<()> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        schema::make(&connection)?;
        // An older version took no sweeps down.
        connection.execute_batch(
            "INSERT INTO _sweeps (At) SELECT AsOf FROM _collections WHERE NOT EXISTS (SELECT 1 FROM _sweeps) \
             ORDER BY AsOf DESC LIMIT 1",
        )?;
        connection.execute_batch("COMMIT")
    };
    make().map_err(broken)?;
    Ok(connection)
}

/// Whether an error says that the store itself is not what it was, and not that something else went wrong.
pub fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn insert_statement(kind: &Kind) -> String {
    let marks = vec!["?"; 4 + kind.columns.len() + 2].join(", ");
    format!(
        "INSERT OR REPLACE INTO {} (_Place, _Key, _Hash, _FirstSeen, {}, _Unknown, _Empty) VALUES ({marks})",
        quoted(&kind.table()),
        kind.column_list()
    )
}

/// Writes the members that move by themselves, where one of them has.
fn move_statement(kind: &Kind) -> String {
    let members = |between: &str, word: &str| {
        let members = kind.volatile.iter().copied().chain(["_Empty"]).enumerate();
        let each = members.map(|(at, member)| format!("{} {word} ?{}", quoted(member), at + 1));
        each.collect::<Vec<_>>().join(between)
    };
    format!(
        "UPDATE {} SET {} WHERE _Row = ?{} AND ({})",
        quoted(&kind.table()),
        members(", ", "="),
        kind.volatile.len() + 2,
        members(" OR ", "IS NOT")
    )
}

fn update_statement(kind: &Kind) -> String {
    let members: Vec<String> =
        kind.structure.members.iter().map(|member| format!("{} = ?", quoted(&member.name))).collect();
    format!(
        "UPDATE {} SET _Hash = ?, _FirstSeen = ?, {}, _Unknown = ?, _Empty = ? WHERE _Row = ?",
        quoted(&kind.table()),
        members.join(", ")
    )
}
