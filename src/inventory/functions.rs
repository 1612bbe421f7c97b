//! What SQLite is taught for queries, ours and those that people write: the search `contains_text`, which sees a list or
//! structure as the grid shows it, and `contains_plain`, which takes every text as it is, also one that looks like JSON;
//! regular expressions as `matches_text`, the collation `natural_order`, `readable`, which gives a list or structure as
//! the grid shows it, and `tag`, which reads one tag of a list of tags.

use std::convert::Infallible;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;

use super::natural;
use super::search::{Shown, Word};
use crate::query::pattern;
use crate::rds::Cell;
use crate::rds::readable::readable;

/// Gives a connection the functions that `query::written_sql` uses.
pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_collation("natural_order", natural::compare)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("tag", 2, flags, |context| {
        let (ValueRef::Text(list), ValueRef::Text(key)) = (context.get_raw(0), context.get_raw(1)) else {
            return Ok(None);
        };
        Ok(tag(list, &String::from_utf8_lossy(key)))
    })?;
    for (name, is_json) in [("contains_text", true), ("contains_plain", false)] {
        connection.create_scalar_function(name, -1, flags, move |context| {
            let word = context.get_or_create_aux(0, |value| match value {
                ValueRef::Text(word) => Ok::<_, Infallible>(Some(Word::new(&String::from_utf8_lossy(word)))),
                _ => Ok(None),
            })?;
            let Some(word) = word.as_ref() else { return Ok(false) };
            Ok((1..context.len()).any(|at| {
                let value = context.get_raw(at);
                word.is_in(value, if is_json && looks_nested(value) { Shown::Nested } else { Shown::Plain })
            }))
        })?;
    }
    connection.create_scalar_function("matches_text", 2, flags, |context| {
        let pattern = context.get_or_create_aux(0, |value| match value {
            ValueRef::Text(text) => pattern(&String::from_utf8_lossy(text)),
            _ => Err("matches_text wants an expression and a text".to_owned()),
        })?;
        Ok(shown(context.get_raw(1)).is_some_and(|text| pattern.is_match(&text)))
    })?;
    connection.create_scalar_function("readable", 1, flags, |context| {
        Ok(match context.get_raw(0) {
            ValueRef::Text(json) => Some(readable(&Cell::Json(String::from_utf8_lossy(json).into_owned()))),
            value => shown(value),
        })
    })
}

fn looks_nested(value: ValueRef<'_>) -> bool {
    matches!(value, ValueRef::Text([b'[' | b'{', ..]))
}

/// A value of no list or structure as it is shown.
fn shown(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text).into_owned()),
    }
}

/// The value of a tag in `[{"Key":…,"Value":…},…]`.
fn tag(list: &[u8], key: &str) -> Option<String> {
    let list: serde_json::Value = serde_json::from_slice(list).ok()?;
    let tag = list.as_array()?.iter().find(|tag| tag["Key"].as_str() == Some(key))?;
    Some(tag["Value"].as_str().unwrap_or_default().to_owned())
}
