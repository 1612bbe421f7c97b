//! What SQLite is taught for queries, ours and those that people write: the search `contains_text`, the collation
//! `natural_order`, and `tag`, which reads one tag of a list of tags.

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
    connection.create_scalar_function("tag", 2, flags, |context| {
        let (ValueRef::Text(list), ValueRef::Text(key)) = (context.get_raw(0), context.get_raw(1)) else {
            return Ok(None);
        };
        Ok(tag(list, &String::from_utf8_lossy(key)))
    })?;
    connection.create_scalar_function("contains_text", -1, flags, |context| {
        let word = context.get_or_create_aux(0, |value| match value {
            ValueRef::Text(word) => Ok::<_, Infallible>(Some(Word::new(&String::from_utf8_lossy(word)))),
            _ => Ok(None),
        })?;
        let Some(word) = word.as_ref() else { return Ok(false) };
        Ok((1..context.len()).any(|at| word.is_in(context.get_raw(at))))
    })
}

/// The value of a tag in `[{"Key":…,"Value":…},…]`.
fn tag(list: &[u8], key: &str) -> Option<String> {
    let list: serde_json::Value = serde_json::from_slice(list).ok()?;
    let tag = list.as_array()?.iter().find(|tag| tag["Key"].as_str() == Some(key))?;
    Some(tag["Value"].as_str().unwrap_or_default().to_owned())
}
