//! Which databases a text may mean: DB instances and clusters by their name, and by what else people know them by, their
//! endpoints and the name of the database inside (Oracle's SID).

use super::api::{Database, Databases};
use super::naming::Naming;
use crate::inventory::{Reader, Refusal};
use crate::names;
use crate::query::Query;
use crate::rds::kind;
use crate::rds::readable::readable;

/// Databases that are named at most.
const MOST: usize = 20;

/// The kinds that are databases, each with the columns that are looked through, its name first.
const LOOKED_THROUGH: [(&str, &[&str]); 2] = [
    ("db-instances", &["DBInstanceIdentifier", "Endpoint", "DBName"]),
    ("db-clusters", &["DBClusterIdentifier", "Endpoint", "ReaderEndpoint", "DatabaseName"]),
];

/// The databases that a text may mean, the likeliest first; where there are none, those whose names are near.
///
/// # Errors
/// What SQLite says.
pub fn find(reader: &mut Reader, places: Option<&[i64]>, text: &str) -> Result<Databases, Refusal> {
    let databases = called(reader, places, text)?;
    if !databases.is_empty() || text.trim().is_empty() {
        return Ok(Databases { text: text.to_owned(), databases, near: false });
    }
    // Nothing is called so: the databases whose names are nearest, by these names.
    let typed = Naming::of(text).identifier;
    let mut known = Vec::new();
    for (name, _) in LOOKED_THROUGH {
        known.extend(kind(name).map(|kind| reader.names(kind, places)).transpose()?.unwrap_or_default());
    }
    let near = names::nearest(typed, known.iter().map(String::as_str));
    let near: Vec<Database> =
        near.into_iter().map(|name| called(reader, places, name)).collect::<Result<Vec<_>, _>>()?.concat();
    let mut databases: Vec<Database> = Vec::new();
    for database in near {
        if !databases.iter().any(|known| (known.kind, known.row) == (database.kind, database.row)) {
            databases.push(database);
        }
    }
    databases.truncate(MOST);
    Ok(Databases { text: text.to_owned(), databases, near: true })
}

/// The databases that are called as a text says, the likeliest first.
fn called(reader: &mut Reader, places: Option<&[i64]>, text: &str) -> Result<Vec<Database>, Refusal> {
    let mut found = Vec::new();
    let naming = Naming::of(text);
    let text = naming.identifier;
    if text.trim().is_empty() {
        return Ok(found);
    }
    for (name, columns) in LOOKED_THROUGH {
        let Some(kind) = kind(name).filter(|kind| naming.may_be_of(kind.name)) else { continue };
        let shown = [kind.identifier, kind.status.unwrap_or_default(), "Engine", "AccountId", "Region"];
        let shown: Vec<usize> = shown.iter().filter_map(|name| kind.column(name)).collect();
        // Of one name there may be one in every account, and the one that is meant comes anywhere among them.
        let most = if naming.place.is_some() { usize::MAX } else { MOST };
        let rows = reader.find(kind, places, columns, text, most)?;
        let cells = reader.cells(&Query::of(kind), &shown, &rows)?;
        // A row that went in between would shift the others.
        for (row, cells) in rows.iter().zip(&cells).filter(|_| cells.len() == rows.len()) {
            let [identifier, status, engine, account_id, region] = cells.as_slice() else { continue };
            if !naming.may_be_in(&readable(account_id), &readable(region)) {
                continue;
            }
            found.push(Database {
                kind: kind.name,
                row: *row,
                identifier: readable(identifier),
                status: readable(status),
                engine: readable(engine),
                account_id: readable(account_id),
                region: readable(region),
            });
        }
    }
    let text = text.trim().to_lowercase();
    // Stable: within a kind they are in order already, and instances come before clusters that are as near.
    found.sort_by_key(|database| {
        let name = database.identifier.to_lowercase();
        match name == text {
            true => 0,
            false if name.starts_with(&text) => 1,
            false if name.contains(&text) => 2,
            false => 3,
        }
    });
    found.truncate(MOST);
    Ok(found)
}
