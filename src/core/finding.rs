//! Which databases a text may mean: DB instances and clusters by their name, and by what else people know them by, their
//! endpoints and the name of the database inside (Oracle's SID).

use super::api::Database;
use crate::inventory::{Reader, Refusal};
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

/// The databases that a text may mean, the likeliest first.
///
/// # Errors
/// What SQLite says.
pub fn find(reader: &mut Reader, places: Option<&[i64]>, text: &str) -> Result<Vec<Database>, Refusal> {
    let mut found = Vec::new();
    if text.trim().is_empty() {
        return Ok(found);
    }
    for (name, columns) in LOOKED_THROUGH {
        let Some(kind) = kind(name) else { continue };
        let shown = [kind.identifier, kind.status.unwrap_or_default(), "Engine", "AccountId", "Region"];
        let shown: Vec<usize> = shown.iter().filter_map(|name| kind.column(name)).collect();
        let rows = reader.find(kind, places, columns, text, MOST)?;
        let cells = reader.cells(&Query::of(kind), &shown, &rows)?;
        // A row that went in between would shift the others.
        for (row, cells) in rows.iter().zip(&cells).filter(|_| cells.len() == rows.len()) {
            let [identifier, status, engine, account_id, region] = cells.as_slice() else { continue };
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
