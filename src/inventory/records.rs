//! Whole rows for who analyses them: by number, by a member's value within a place, now or as they were at a time. It
//! reads on a connection of its own and changes nothing; what the rows mean is not its business.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::past::written;
use super::{Storage, milliseconds, values};
use crate::query::quoted;
use crate::rds::readable::readable;
use crate::rds::{Cell, Kind, Shape};

/// A row with all its members.
#[derive(Debug, Clone)]
pub struct Record {
    pub kind: &'static Kind,
    /// Its number; `None` for a row of the past.
    pub row: Option<i64>,
    /// By the kind's columns.
    pub cells: Vec<Cell>,
    /// When a sweep first found it as it is here.
    pub first_seen: Option<String>,
}

impl Record {
    /// The cell of a column; absent where the kind has no such column.
    pub fn cell(&self, name: &str) -> &Cell {
        self.kind.column(name).map_or(&Cell::Absent, |at| &self.cells[at])
    }

    /// The text of a column; empty where AWS did not send it.
    pub fn text(&self, name: &str) -> String {
        readable(self.cell(name))
    }
}

/// An account and region.
pub type AccountRegion = (String, String);

/// Which rows are meant.
#[derive(Debug)]
pub enum Which<'a> {
    /// By their numbers.
    Rows(&'a [i64]),
    /// Those of a place whose member has one of these values.
    Of { place: &'a AccountRegion, member: &'a str, values: &'a [String] },
    /// Those whose member has this value, wherever they are, and in whatever case: a person typed it.
    Anywhere { member: &'a str, value: &'a str },
}

/// One line of the list of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub account_id: String,
    pub region: String,
    pub identifier: String,
    /// `None` where the row appeared.
    pub member: Option<String>,
    pub at: String,
}

impl Change {
    pub fn time(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(&self.at, &Rfc3339).ok()
    }
}

/// A connection that reads rows.
#[derive(Debug)]
pub struct Records {
    connection: Connection,
}

impl Records {
    /// # Errors
    /// What SQLite says.
    pub fn open(storage: &Storage) -> rusqlite::Result<Records> {
        Ok(Records { connection: storage.connect_to_read()? })
    }

    /// The rows that are meant, as they are, or as they were at a time.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn of(
        &self,
        kind: &'static Kind,
        which: &Which<'_>,
        at: Option<OffsetDateTime>,
    ) -> rusqlite::Result<Vec<Record>> {
        self.with(kind, which, at, |_| true)
    }

    /// As `of`, with the wanted columns only; the others are absent, and cost nothing.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn with(
        &self,
        kind: &'static Kind,
        which: &Which<'_>,
        at: Option<OffsetDateTime>,
        is_wanted: impl Fn(&str) -> bool,
    ) -> rusqlite::Result<Vec<Record>> {
        let (mut conditions, mut parameters) = meant(which, at.is_some());
        let (table, past) = (quoted(&kind.table()), quoted(&kind.past_table()));
        let (table, number) = match at {
            None => (table, "_Row"),
            Some(at) => {
                conditions.push("_FirstSeen <= ? AND (_Ended IS NULL OR _Ended > ?)".to_owned());
                let at = milliseconds(at);
                parameters.extend([Value::Integer(at), Value::Integer(at)]);
                let columns = format!("{}, _FirstSeen, _Empty", kind.column_list());
                let both = format!(
                    "(SELECT {columns}, NULL AS _Ended FROM {table} UNION ALL SELECT {columns}, _Ended FROM {past})"
                );
                (both, "NULL")
            }
        };
        let wanted = kind.columns.iter().map(|described| match is_wanted(&described.name) {
            true => (described.name.as_str(), &described.shape),
            false => ("", &described.shape),
        });
        let wanted: Vec<(&str, &Shape)> = wanted.collect();
        let column = |name: &str| if name.is_empty() { "NULL".to_owned() } else { quoted(name) };
        let columns: Vec<String> = wanted.iter().map(|(name, _)| column(name)).collect();
        let text = format!(
            "SELECT {number}, _FirstSeen, {}, _Empty FROM {table} WHERE {}",
            columns.join(", "),
            conditions.join(" AND ")
        );
        let mut statement = self.connection.prepare_cached(&text)?;
        let rows = statement.query_map(params_from_iter(parameters), |row| {
            let cells = values::exact_cells(row, 2, wanted.iter().copied())?;
            let first_seen = row.get::<_, Option<i64>>(1)?.map(written);
            Ok(Record { kind, row: row.get(0)?, cells, first_seen })
        })?;
        rows.collect()
    }

    /// When rows that are meant were found changed: the identifier of each older version, and the time that ended it.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn superseded(
        &self,
        kind: &'static Kind,
        which: &Which<'_>,
    ) -> rusqlite::Result<Vec<(String, OffsetDateTime)>> {
        let (mut conditions, parameters) = meant(which, true);
        conditions.push("_Ending = 'changed'".to_owned());
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {}, _Ended FROM {} WHERE {}",
            quoted(kind.identifier),
            quoted(&kind.past_table()),
            conditions.join(" AND ")
        ))?;
        let versions = statement.query_map(params_from_iter(parameters), |row| {
            Ok((row.get::<_, Option<String>>(0)?.unwrap_or_default(), row.get::<_, i64>(1)?))
        })?;
        let mut found = Vec::new();
        for version in versions {
            let (identifier, ended) = version?;
            found.extend(time_of(ended).map(|ended| (identifier, ended)));
        }
        Ok(found)
    }

    /// When the rows of a place and kind were last collected whole; `None` if never.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn collected(&self, kind: &Kind, place: &AccountRegion) -> rusqlite::Result<Option<OffsetDateTime>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT c.AsOf FROM _collections c JOIN _places p USING (_Place) \
             WHERE p.AccountId = ? AND p.Region = ? AND c.Kind = ?",
        )?;
        let mut rows = statement.query([&place.0, &place.1, kind.name])?;
        let at = rows.next()?.map(|row| row.get::<_, i64>(0)).transpose()?;
        Ok(at.and_then(time_of))
    }

    /// What every row of a kind is called, with its account and region.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn names(&self, kind: &Kind) -> rusqlite::Result<Vec<(AccountRegion, String)>> {
        let name = quoted(kind.identifier);
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT AccountId, Region, {name} FROM {} WHERE AccountId IS NOT NULL AND {name} IS NOT NULL ORDER BY 1, 2, 3",
            quoted(&kind.table())
        ))?;
        let names = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        names.collect()
    }

    /// When rows of a kind appeared or changed, by their identifiers.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn changes(&self, kind: &Kind, identifiers: &[&str]) -> rusqlite::Result<Vec<Change>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT AccountId, Region, Identifier, Member, At FROM changes WHERE Kind = ? \
             AND Change IN ('changed', 'appeared') AND AccountId IS NOT NULL \
             AND Identifier IN (SELECT value FROM json_each(?))",
        )?;
        let identifiers = serde_json::Value::from(identifiers.to_vec()).to_string();
        let changes = statement.query_map([kind.name, &identifiers], |row| {
            Ok(Change {
                account_id: row.get(0)?,
                region: row.get(1)?,
                identifier: row.get(2)?,
                member: row.get(3)?,
                at: row.get(4)?,
            })
        })?;
        changes.collect()
    }
}

/// The conditions on the rows that are meant, and what they are compared with.
fn meant(which: &Which<'_>, past: bool) -> (Vec<String>, Vec<Value>) {
    let list = |values: Vec<serde_json::Value>| Value::Text(serde_json::Value::from(values).to_string());
    match which {
        Which::Rows(rows) => (
            vec!["_Row IN (SELECT value FROM json_each(?))".to_owned()],
            vec![list(rows.iter().map(|row| (*row).into()).collect())],
        ),
        Which::Of { place: (account, region), member, values } => {
            // The present is found by its place, the past by what it says of itself.
            let of_place = match past {
                false => "_Place = (SELECT _Place FROM _places WHERE AccountId = ? AND Region = ?)",
                true => "AccountId = ? AND Region = ?",
            };
            let member = format!("{} IN (SELECT value FROM json_each(?))", quoted(member));
            let mut parameters: Vec<Value> =
                [account, region].map(|text| Value::Text(text.clone())).into_iter().collect();
            parameters.push(list(values.iter().map(|value| value.as_str().into()).collect()));
            (vec![of_place.to_owned(), member], parameters)
        }
        Which::Anywhere { member, value } => {
            let value = value.to_ascii_lowercase();
            (vec![format!("lower({}) = ?", quoted(member))], vec![Value::Text(value)])
        }
    }
}

/// A time of the store, which counts the milliseconds of the Unix epoch.
fn time_of(milliseconds: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000).ok()
}
