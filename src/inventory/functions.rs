//! What SQLite is taught for our queries: the search `contains_text` and the collation `natural_order`.

use std::convert::Infallible;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;

use super::natural;
use super::search::Word;

/// Gives a connection the functions that `query::to_sql` uses.
pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_collation("natural_order", natural::compare)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("contains_text", -1, flags, |context| {
        let word = context.get_or_create_aux(0, |value| match value {
            ValueRef::Text(word) => Ok::<_, Infallible>(Some(Word::new(&String::from_utf8_lossy(word)))),
            _ => Ok(None),
        })?;
        let Some(word) = word.as_ref() else { return Ok(false) };
        Ok((1..context.len()).any(|at| word.is_in(context.get_raw(at))))
    })
}
