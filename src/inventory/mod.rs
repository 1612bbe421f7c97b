//! The store: one SQLite table a kind, with AWS's column names, in a file that outlives the program; every view is a
//! query over it.
//!
//! It knows rows, places (an account and region) and queries; it knows nothing of AWS, of workers or of views. A place's
//! rows of a kind are replaced as a whole, in one transaction, when all its pages are there; a failed refresh never
//! removes rows; rows of a place that had none are shown page by page. What a row was before stays, with its times, in
//! the kind's table of the past. `Inventory` is the one connection that writes (this file: rows; `past`: history and
//! its bounds; `ledger`: coverage, profiles, diagnostics); `Reader` answers queries on another thread, and `guard` keeps
//! a person's own SQL from doing anything but reading.

mod age;
mod answer;
mod apart;
mod coding;
mod column;
mod condition;
mod difference;
mod functions;
mod grouping;
mod guard;
mod holding;
mod ledger;
mod linear;
mod look;
mod narrowing;
mod natural;
mod notes;
mod open;
mod past;
mod place;
mod ranks;
mod reader;
mod records;
mod relations;
mod scan;
mod schema;
mod search;
mod temporary;
mod values;

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};
use time::OffsetDateTime;
use twox_hash::XxHash64;

pub use column::{ColumnCache, Source};
pub use guard::{Limits as QueryLimits, Refused};
pub use ledger::{Kept, StoredCoverage};
pub use look::look;
pub use notes::notes;
pub use open::{Storage, is_broken};
pub use past::Bounds;
pub use place::{Place, set_aside};
pub use reader::{Answered, Grouped, Reader, Refusal, Stop};
pub use records::{AccountRegion, Change, Record, Records, Which};
pub use relations::Found;
pub use scan::{Cancelled, RowSet, Stopped};
pub use schema::{Table, tables};
pub use search::Searched;

use crate::query::quoted;
use crate::rds::{Cell, Kind, Row, kinds};

/// Where rows come from: what of a place is written into each of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `None` for what is the same in every account, as the engine versions are.
    pub account_id: Option<String>,
    pub region: String,
    pub profiles: Vec<String>,
}

/// The connection that writes. Transactions are kept open over several writes until `commit`, since each costs more
/// than a row.
#[derive(Debug)]
pub struct Inventory {
    connection: Connection,
    storage: Storage,
    /// Held for as long as the store is open.
    _lock: Option<place::Lock>,
    inserts: HashMap<&'static str, String>,
    updates: HashMap<&'static str, String>,
    moves: HashMap<&'static str, String>,
    places: HashMap<(String, String), (i64, String)>,
    under_way: HashMap<(u32, &'static str), UnderWay>,
    in_transaction: bool,
    /// Kinds whose rows this transaction changes.
    changed: HashSet<&'static str>,
}

/// What a sweep of one target and kind has brought so far.
#[derive(Debug)]
struct UnderWay {
    place: i64,
    /// Whether rows of an earlier, complete sweep are there, which are shown until this one is complete.
    is_refresh: bool,
    /// The kind's version when `known` was read: another program of the user may write meanwhile.
    version: i64,
    known: HashMap<i64, Known>,
    /// When the newest page came in.
    came: i64,
    /// What came, by key, with the hash of what it says.
    seen: HashMap<i64, i64>,
    /// How many rows have had a key so far, for the keys that several have.
    again: HashMap<i64, u32>,
    /// The number that the first repetition of a key with a content has.
    repeated: HashMap<(i64, i64), i64>,
    /// Rows of a refresh that are new, or not as they were.
    news: Vec<News>,
    /// Rows of a refresh that say what they said, with their members that move by themselves, and what is empty of all.
    moved: Vec<(i64, Vec<Cell>)>,
}

impl UnderWay {
    /// The number of a row's key, taken down as seen. A page may repeat a row of the one before, when something was made
    /// meanwhile: it has none. Whatever else has the key of another row is a row of its own, since none may be lost.
    fn new_key(&mut self, kind: &Kind, row: &Row, hash: i64, here: &mut HashSet<i64>) -> Option<i64> {
        let key = kind.row_key(row);
        let base = key_number(&key);
        let Some(first) = self.seen.get(&base) else {
            self.seen.insert(base, hash);
            here.insert(base);
            return Some(base);
        };
        // Of rows that only their content tells apart, two of the same content may be two.
        let is_named = kind.has_key(row);
        let came_before = (*first == hash).then_some(&base).or(self.repeated.get(&(base, hash)));
        if is_named && came_before.is_some_and(|number| !here.contains(number)) {
            return None;
        }
        // Counting on from the last one: an answer may repeat one row without end.
        let again = self.again.entry(base).or_insert(1);
        let number = loop {
            *again += 1;
            let number = key_number(&format!("{key}\u{1f}{again}"));
            if !self.seen.contains_key(&number) {
                break number;
            }
        };
        if is_named {
            self.repeated.entry((base, hash)).or_insert(number);
        }
        self.seen.insert(number, hash);
        here.insert(number);
        Some(number)
    }
}

/// A row that the store has.
#[derive(Debug, Clone, Copy)]
struct Known {
    row: i64,
    hash: i64,
}

#[derive(Debug)]
struct News {
    key: i64,
    hash: i64,
    row: Row,
}

impl Inventory {
    /// Takes one page of a target's rows. They are shown at once if nothing is there of that place and kind.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn stage(
        &mut self,
        kind: &'static Kind,
        target: u32,
        origin: &Origin,
        rows: Vec<Row>,
    ) -> rusqlite::Result<()> {
        self.begin()?;
        let now = milliseconds(OffsetDateTime::now_utc());
        let mut under_way = match self.under_way.remove(&(target, kind.name)) {
            Some(under_way) => under_way,
            None => self.begin_kind(kind, origin)?,
        };
        under_way.came = now;
        let mut here = HashSet::new();
        for row in rows {
            let hash = kind.content_hash(&row);
            let Some(key) = under_way.new_key(kind, &row, hash, &mut here) else { continue };
            let same = under_way.known.get(&key).filter(|known| known.hash == hash).map(|known| known.row);
            match same {
                Some(_) if kind.volatile.is_empty() => {}
                Some(number) if under_way.is_refresh => {
                    under_way.moved.push((number, volatile(kind, row)));
                }
                None if under_way.is_refresh => under_way.news.push(News { key, hash, row }),
                Some(_) => {}
                None => {
                    self.insert(kind, under_way.place, origin, &News { key, hash, row }, now)?;
                    self.changed.insert(kind.name);
                }
            }
        }
        self.under_way.insert((target, kind.name), under_way);
        Ok(())
    }

    /// Ends a target's sweep of a kind and says how many rows it has. With `collected_at` the rows that came replace the
    /// older ones, which go into the past where they differ; without, what came goes.
    ///
    /// # Errors
    /// What SQLite says; the store then has what it had.
    pub fn settle(
        &mut self,
        kind: &'static Kind,
        target: u32,
        origin: &Origin,
        collected_at: Option<OffsetDateTime>,
    ) -> rusqlite::Result<u64> {
        self.begin()?;
        let under_way = match self.under_way.remove(&(target, kind.name)) {
            Some(under_way) => under_way,
            // No page had a row.
            None if collected_at.is_some() => self.begin_kind(kind, origin)?,
            None => return Ok(0),
        };
        let rows = under_way.seen.len() as u64;
        let place = under_way.place;
        self.connection.execute_batch("SAVEPOINT settling")?;
        let settled = match collected_at {
            // A page may wait a moment on its way here: nothing is collected before it is first seen.
            Some(at) => {
                let at = milliseconds(at).max(under_way.came);
                self.replace(kind, origin, under_way, at)
            }
            None => self.give_up(kind, under_way),
        };
        match settled {
            Ok(()) => self.connection.execute_batch("RELEASE settling")?,
            Err(error) => {
                let _ = self.connection.execute_batch("ROLLBACK TO settling; RELEASE settling");
                return Err(error);
            }
        }
        self.connection
            .prepare_cached("DELETE FROM _under_way WHERE _Place = ? AND Kind = ?")?
            .execute(params![place, kind.name])?;
        Ok(rows)
    }

    /// Writes what has been staged and settled so far; readers see it from now on.
    ///
    /// # Errors
    /// What SQLite says, such as that the disk is full; what was written since the last time is then lost.
    pub fn commit(&mut self) -> rusqlite::Result<()> {
        if !std::mem::take(&mut self.in_transaction) {
            return Ok(());
        }
        let changed: Vec<&'static str> = self.changed.drain().collect();
        let write = || {
            for kind in changed {
                self.connection
                    .prepare_cached(
                        "INSERT INTO _versions VALUES (?, 1) ON CONFLICT DO UPDATE SET Version = Version + 1",
                    )?
                    .execute([kind])?;
            }
            self.connection.execute_batch("COMMIT")
        };
        write().inspect_err(|_| {
            // Some errors have ended the transaction already.
            let _ = self.connection.execute_batch("ROLLBACK");
        })
    }

    /// Whether rows of a complete sweep are there.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn is_complete(&mut self, kind: &'static Kind, origin: &Origin) -> rusqlite::Result<bool> {
        let place = self.place(origin)?;
        Ok(self.as_of(kind, place)?.is_some())
    }

    /// The places that the store has, with their numbers for queries.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn places(&self) -> rusqlite::Result<HashMap<(Option<String>, String), i64>> {
        self.connection
            .prepare_cached("SELECT AccountId, Region, _Place FROM _places")?
            .query_map([], |row| {
                let account: String = row.get(0)?;
                Ok(((Some(account).filter(|account| !account.is_empty()), row.get(1)?), row.get(2)?))
            })?
            .collect()
    }

    /// Writes the names of a place's profiles, which an edit of the config may have changed, into its rows.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn name(&mut self, origin: &Origin) -> rusqlite::Result<()> {
        let key = (origin.account_id.clone().unwrap_or_default(), origin.region.clone());
        let known = self
            .connection
            .prepare_cached("SELECT 1 FROM _places WHERE AccountId = ? AND Region = ?")?
            .exists([&key.0, &key.1])?;
        if known { self.place(origin).map(drop) } else { Ok(()) }
    }

    /// Where the store lies, for those who read it.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    fn begin(&mut self) -> rusqlite::Result<()> {
        if !self.in_transaction {
            self.connection.execute_batch("BEGIN IMMEDIATE")?;
            self.in_transaction = true;
        }
        Ok(())
    }

    /// The number of a place, which is made known if it is new, and whose profiles are brought up to date.
    fn place(&mut self, origin: &Origin) -> rusqlite::Result<i64> {
        let key = (origin.account_id.clone().unwrap_or_default(), origin.region.clone());
        let profiles = serde_json::Value::from(origin.profiles.clone()).to_string();
        if let Some((number, known)) = self.places.get(&key)
            && *known == profiles
        {
            return Ok(*number);
        }
        self.begin()?;
        self.connection
            .prepare_cached("INSERT INTO _places (AccountId, Region, Profiles) VALUES (?, ?, '[]') ON CONFLICT DO NOTHING")?
            .execute([&key.0, &key.1])?;
        let (number, known): (i64, String) = self
            .connection
            .prepare_cached("SELECT _Place, Profiles FROM _places WHERE AccountId = ? AND Region = ?")?
            .query_row([&key.0, &key.1], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if known != profiles && origin.account_id.is_some() {
            self.connection
                .prepare_cached("UPDATE _places SET Profiles = ? WHERE _Place = ?")?
                .execute(params![profiles, number])?;
            for kind in kinds() {
                let renamed = self
                    .connection
                    .prepare_cached(&format!(
                        "UPDATE {} SET \"Profiles\" = ? WHERE _Place = ?",
                        quoted(&kind.table())
                    ))?
                    .execute(params![profiles, number])?;
                if renamed > 0 {
                    self.changed.insert(kind.name);
                }
            }
        }
        self.places.insert(key, (number, profiles));
        Ok(number)
    }

    fn begin_kind(&mut self, kind: &'static Kind, origin: &Origin) -> rusqlite::Result<UnderWay> {
        let place = self.place(origin)?;
        let is_refresh = self.as_of(kind, place)?.is_some();
        if !is_refresh {
            // Should the program end before the kind is complete, the next one knows what is half.
            self.connection
                .prepare_cached("INSERT OR IGNORE INTO _under_way VALUES (?, ?)")?
                .execute(params![place, kind.name])?;
        }
        Ok(UnderWay {
            place,
            is_refresh,
            version: self.version(kind)?,
            known: self.known(kind, place)?,
            came: 0,
            seen: HashMap::new(),
            again: HashMap::new(),
            repeated: HashMap::new(),
            news: Vec::new(),
            moved: Vec::new(),
        })
    }

    fn known(&self, kind: &Kind, place: i64) -> rusqlite::Result<HashMap<i64, Known>> {
        self.connection
            .prepare_cached(&format!(
                "SELECT _Key, _Row, _Hash FROM {} WHERE _Place = ?",
                quoted(&kind.table())
            ))?
            .query_map([place], |row| Ok((row.get(0)?, Known { row: row.get(1)?, hash: row.get(2)? })))?
            .collect()
    }

    fn version(&self, kind: &Kind) -> rusqlite::Result<i64> {
        let version = self
            .connection
            .prepare_cached("SELECT Version FROM _versions WHERE Kind = ?")?
            .query_row([kind.name], |row| row.get(0))
            .optional()?;
        Ok(version.unwrap_or_default())
    }

    /// When the rows of a place and kind were collected; `None` if never wholly.
    fn as_of(&self, kind: &Kind, place: i64) -> rusqlite::Result<Option<i64>> {
        self.connection
            .prepare_cached("SELECT AsOf FROM _collections WHERE _Place = ? AND Kind = ?")?
            .query_row(params![place, kind.name], |row| row.get(0))
            .optional()
    }

    fn insert(
        &self,
        kind: &'static Kind,
        place: i64,
        origin: &Origin,
        news: &News,
        now: i64,
    ) -> rusqlite::Result<()> {
        let mut insert = self.connection.prepare_cached(&self.inserts[kind.name])?;
        let profiles =
            &self.places.get(&(origin.account_id.clone().unwrap_or_default(), origin.region.clone()));
        insert.raw_bind_parameter(1, place)?;
        insert.raw_bind_parameter(2, news.key)?;
        insert.raw_bind_parameter(3, news.hash)?;
        insert.raw_bind_parameter(4, now)?;
        insert.raw_bind_parameter(5, &origin.account_id)?;
        insert.raw_bind_parameter(6, &origin.region)?;
        insert.raw_bind_parameter(
            7,
            profiles.filter(|_| origin.account_id.is_some()).map(|(_, profiles)| profiles),
        )?;
        values::bind(&mut insert, 8, kind, &news.row)?;
        insert.raw_execute()?;
        Ok(())
    }

    /// Puts what came in the place of what is there.
    fn replace(
        &mut self,
        kind: &'static Kind,
        origin: &Origin,
        mut under_way: UnderWay,
        at: i64,
    ) -> rusqlite::Result<()> {
        let place = under_way.place;
        if self.version(kind)? != under_way.version || !under_way.is_refresh {
            under_way.known = self.known(kind, place)?;
        }
        let before = self.as_of(kind, place)?;
        let known = &under_way.known;
        if under_way.is_refresh {
            let change = past::Change { kind, origin, before: before.unwrap_or(at), at };
            for news in &under_way.news {
                match known.get(&news.key) {
                    // Another program of the user has just written the same.
                    Some(known) if known.hash == news.hash => {}
                    Some(known) => self.supersede(&change, known.row, news)?,
                    None => self.appear(&change, place, news)?,
                }
            }
            let mut moved = 0;
            for (number, cells) in &under_way.moved {
                moved += self.move_on(kind, *number, cells)?;
            }
            for (_, gone) in known.iter().filter(|(key, _)| !under_way.seen.contains_key(key)) {
                self.disappear(&change, gone.row)?;
            }
            if !under_way.news.is_empty()
                || moved > 0
                || known.keys().any(|key| !under_way.seen.contains_key(key))
            {
                self.changed.insert(kind.name);
            }
        } else {
            // Left over by a sweep that did not come to its end.
            for (_, half) in known.iter().filter(|(key, _)| !under_way.seen.contains_key(key)) {
                self.delete(kind, half.row)?;
            }
        }
        self.connection
            .prepare_cached(
                "INSERT INTO _collections VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET AsOf = excluded.AsOf",
            )?
            .execute(params![place, kind.name, at])?;
        Ok(())
    }

    /// Takes back what a sweep brought that did not come to its end.
    fn give_up(&mut self, kind: &'static Kind, under_way: UnderWay) -> rusqlite::Result<()> {
        // Another role in the account, or another program, may have completed the place meanwhile.
        if under_way.is_refresh || self.as_of(kind, under_way.place)?.is_some() {
            return Ok(());
        }
        self.connection
            .prepare_cached(&format!("DELETE FROM {} WHERE _Place = ?", quoted(&kind.table())))?
            .execute([under_way.place])?;
        self.changed.insert(kind.name);
        Ok(())
    }

    /// Writes another version into a row, which is first seen now.
    fn rewrite(&self, kind: &'static Kind, row: i64, news: &News, first_seen: i64) -> rusqlite::Result<()> {
        let mut update = self.connection.prepare_cached(&self.updates[kind.name])?;
        update.raw_bind_parameter(1, news.hash)?;
        update.raw_bind_parameter(2, first_seen)?;
        values::bind(&mut update, 3, kind, &news.row)?;
        update.raw_bind_parameter(5 + news.row.cells.len(), row)?;
        update.raw_execute()?;
        Ok(())
    }

    /// Writes what moves by itself into a row, if it did: most rows of a sweep are as the sweep before left them, and to
    /// write all of each again would be most of what a sweep costs.
    fn move_on(&self, kind: &'static Kind, row: i64, cells: &[Cell]) -> rusqlite::Result<usize> {
        let mut update = self.connection.prepare_cached(&self.moves[kind.name])?;
        for (at, cell) in cells.iter().enumerate() {
            update.raw_bind_parameter(at + 1, cell)?;
        }
        update.raw_bind_parameter(cells.len() + 1, row)?;
        update.raw_execute()
    }

    fn delete(&self, kind: &Kind, row: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(&format!("DELETE FROM {} WHERE _Row = ?", quoted(&kind.table())))?
            .execute([row])?;
        Ok(())
    }
}

/// The members of a row that move by themselves, in the order of the kind's list, and after them what is kept of all its
/// members that are empty.
fn volatile(kind: &Kind, mut row: Row) -> Vec<Cell> {
    let empty = values::empty(kind, &row).map_or(Cell::Absent, Cell::Text);
    let cell = |name: &&str| match kind.structure.position(name) {
        Some(at) => std::mem::replace(&mut row.cells[at], Cell::Absent),
        None => Cell::Absent,
    };
    kind.volatile.iter().map(cell).chain([empty]).collect()
}

/// Milliseconds of the Unix epoch.
fn milliseconds(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or_default()
}

/// A key as the store keeps it. Two keys of one place have the same number once in 10¹⁹ pairs.
#[expect(clippy::cast_possible_wrap, reason = "SQLite's integers have a sign; only equality matters")]
fn key_number(key: &str) -> i64 {
    XxHash64::oneshot(0, key.as_bytes()) as i64
}

#[cfg(test)]
mod tests;
