//! What was: rows that are no more with their times, the list of changes, and the bounds of both. Whether a row has
//! changed is found out in the module above.

use rusqlite::{ToSql, params};
use time::OffsetDateTime;

use super::difference::differences;
use super::{Inventory, News, Origin, milliseconds, values};
use crate::query::quoted;
use crate::rds::readable::readable;
use crate::rds::{Cell, Kind, kinds};

/// How much of the past is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Versions and changes older than this many days go.
    pub days: u32,
    /// The file's size, in millions of bytes, above which the oldest versions go whatever their age.
    pub megabytes: u32,
}

impl Default for Bounds {
    /// A bit more than a year, so that a year can be compared with the last.
    fn default() -> Bounds {
        Bounds { days: 400, megabytes: 2000 }
    }
}

/// Between which two sweeps of which place something changed; times in milliseconds of the Unix epoch.
pub(super) struct Change<'a> {
    pub kind: &'static Kind,
    pub origin: &'a Origin,
    pub before: i64,
    pub at: i64,
}

impl Change<'_> {
    /// Whether it is worth telling. What only its whole content identifies, as an event, cannot change, and that it
    /// leaves AWS's list says nothing.
    fn is_told(&self) -> bool {
        !self.kind.key.is_empty()
    }
}

impl Inventory {
    /// A row that was not there before.
    pub(super) fn appear(&self, change: &Change<'_>, place: i64, news: &News) -> rusqlite::Result<()> {
        self.insert(change.kind, place, change.origin, news, change.at)?;
        if change.is_told() {
            self.tell(change, "appeared", &identifier(change.kind, &news.row.cells), None)?;
        }
        Ok(())
    }

    /// A row that is not as it was.
    pub(super) fn supersede(&self, change: &Change<'_>, row: i64, news: &News) -> rusqlite::Result<()> {
        if change.is_told() {
            let identifier = identifier(change.kind, &news.row.cells);
            for found in differences(change.kind, &self.members(change.kind, row)?, &news.row.cells) {
                self.tell(change, "changed", &identifier, Some((found.member, found.old, found.new)))?;
            }
        }
        self.bury(change.kind, row, change.before, change.at, "changed")?;
        self.rewrite(change.kind, row, news, change.at)
    }

    /// A row that is there no more.
    pub(super) fn disappear(&self, change: &Change<'_>, row: i64) -> rusqlite::Result<()> {
        if change.is_told() {
            let identifier = identifier(change.kind, &self.members(change.kind, row)?);
            self.tell(change, "disappeared", &identifier, None)?;
        }
        self.bury(change.kind, row, change.before, change.at, "gone")?;
        self.delete(change.kind, row)
    }

    /// Moves the rows of places into the past that the config names no more. Nothing is told to have disappeared: it
    /// is only no longer looked at.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn leave_all_but(
        &mut self,
        places: &[(Option<String>, String)],
        at: OffsetDateTime,
    ) -> rusqlite::Result<()> {
        self.begin()?;
        let known: Vec<(i64, String, String)> = self
            .connection
            .prepare_cached("SELECT _Place, AccountId, Region FROM _places")?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        for (place, account, region) in known {
            let is_meant = |(meant, here): &(Option<String>, String)| {
                *here == region && (account.is_empty() || meant.as_ref() == Some(&account))
            };
            if places.iter().any(is_meant) {
                continue;
            }
            for kind in kinds() {
                let as_of = self.as_of(kind, place)?.unwrap_or_default();
                let rows: Vec<i64> = self
                    .connection
                    .prepare_cached(&format!("SELECT _Row FROM {} WHERE _Place = ?", quoted(&kind.table())))?
                    .query_map([place], |row| row.get(0))?
                    .collect::<Result<_, _>>()?;
                for row in &rows {
                    self.bury(kind, *row, as_of, milliseconds(at), "left")?;
                    self.delete(kind, *row)?;
                }
                if !rows.is_empty() {
                    self.changed.insert(kind.name);
                }
            }
            self.connection.execute("DELETE FROM _collections WHERE _Place = ?", [place])?;
            self.connection.execute("DELETE FROM _places WHERE _Place = ?", [place])?;
            self.connection
                .execute("DELETE FROM coverage WHERE AccountId = ? AND Region = ?", [&account, &region])?;
            self.places.remove(&(account, region));
        }
        Ok(())
    }

    /// Keeps the past within its bounds at the end of a sweep, and gives what that frees back to the disk. Where the clock
    /// cannot be believed nothing is removed, and a sentence says so.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn purge(&mut self, bounds: Bounds, now: OffsetDateTime) -> rusqlite::Result<Option<String>> {
        self.begin()?;
        let sweeps = match self.note_sweep(now)? {
            Ok(sweeps) => sweeps,
            Err(doubt) => {
                self.commit()?;
                return Ok(Some(doubt));
            }
        };
        let mut span = i64::from(bounds.days) * 86_400_000;
        let mut purged = self.forget_before(sweeps.before(span))?;
        // Of what is too much, a tenth of the time that is kept goes at a time.
        while self.bytes()? > i64::from(bounds.megabytes) * 1_000_000 && span >= 600_000 {
            span -= span / 10;
            purged += self.forget_before(sweeps.before(span))?;
        }
        self.commit()?;
        if purged > 0 {
            self.connection.execute_batch("PRAGMA incremental_vacuum")?;
        }
        Ok(None)
    }

    fn forget_before(&self, oldest: i64) -> rusqlite::Result<usize> {
        let mut purged = 0;
        for kind in kinds() {
            purged += self
                .connection
                .prepare_cached(&format!("DELETE FROM {} WHERE _Ended < ?", quoted(&kind.past_table())))?
                .execute([oldest])?;
        }
        purged += self.connection.execute("DELETE FROM changes WHERE At < ?", [written(oldest)])?;
        Ok(purged)
    }

    /// What the store takes on the disk beside its free pages.
    fn bytes(&self) -> rusqlite::Result<i64> {
        self.connection.query_row(
            "SELECT (page_count - freelist_count) * page_size \
             FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
            [],
            |row| row.get(0),
        )
    }

    /// Copies a row into the past.
    fn bury(&self, kind: &Kind, row: i64, last_seen: i64, ended: i64, ending: &str) -> rusqlite::Result<()> {
        let columns = format!("_Place, _Key, _Hash, _FirstSeen, {}, _Unknown, _Empty", kind.column_list());
        self.connection
            .prepare_cached(&format!(
                "INSERT INTO {} ({columns}, _LastSeen, _Ended, _Ending) SELECT {columns}, ?, ?, ? FROM {} \
                 WHERE _Row = ?",
                quoted(&kind.past_table()),
                quoted(&kind.table())
            ))?
            .execute(params![last_seen, ended, ending, row])?;
        Ok(())
    }

    /// The members of a row as they are in the store.
    fn members(&self, kind: &Kind, row: i64) -> rusqlite::Result<Vec<Cell>> {
        let members = &kind.structure.members;
        let names: Vec<String> = members.iter().map(|member| quoted(&member.name)).collect();
        self.connection
            .prepare_cached(&format!(
                "SELECT {}, _Empty FROM {} WHERE _Row = ?",
                names.join(", "),
                quoted(&kind.table())
            ))?
            .query_row([row], |row| {
                values::exact_cells(
                    row,
                    0,
                    members.iter().map(|member| (member.name.as_str(), &member.shape)),
                )
            })
    }

    fn tell(
        &self,
        change: &Change<'_>,
        what: &str,
        identifier: &str,
        member: Option<(String, Option<String>, Option<String>)>,
    ) -> rusqlite::Result<()> {
        let (member, old, new) = match member {
            Some((member, old, new)) => (Some(member), old, new),
            None => (None, None, None),
        };
        let cells: [&dyn ToSql; 10] = [
            &written(change.at),
            &written(change.before),
            &change.kind.name,
            &change.origin.account_id,
            &change.origin.region,
            &identifier,
            &what,
            &member,
            &old,
            &new,
        ];
        self.connection
            .prepare_cached(
                "INSERT INTO changes (At, Since, Kind, AccountId, Region, Identifier, Change, Member, Old, New) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(cells)?;
        Ok(())
    }
}

fn identifier(kind: &Kind, cells: &[Cell]) -> String {
    kind.structure.position(kind.identifier).map(|at| readable(&cells[at])).unwrap_or_default()
}

/// A time as the store's texts have it: AWS's form, to the millisecond.
pub fn written(milliseconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let form = time::macros::format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]"
    );
    format!("{}+00:00", time.format(form).unwrap_or_default())
}
