//! What SQLite is taught for queries, ours and those that people write: the search `contains_text`, the collation
//! `natural_order`, and `tag`, which reads one tag of a list of tags.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;

/// Gives a connection the functions that `query::to_sql` uses.
pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_collation("natural_order", natord::compare_ignore_case)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("tag", 2, flags, |context| {
        let (ValueRef::Text(list), ValueRef::Text(key)) = (context.get_raw(0), context.get_raw(1)) else {
            return Ok(None);
        };
        Ok(tag(list, &String::from_utf8_lossy(key)))
    })?;
    connection.create_scalar_function("contains_text", -1, flags, |context| {
        let ValueRef::Text(needle) = context.get_raw(0) else { return Ok(false) };
        let needle = String::from_utf8_lossy(needle);
        Ok((1..context.len()).any(|at| match context.get_raw(at) {
            ValueRef::Text(text) => contains(text, &needle),
            ValueRef::Integer(number) => number.to_string().contains(&*needle),
            ValueRef::Real(number) => number.to_string().contains(&*needle),
            _ => false,
        }))
    })
}

/// The value of a tag in `[{"Key":…,"Value":…},…]`.
fn tag(list: &[u8], key: &str) -> Option<String> {
    let list: serde_json::Value = serde_json::from_slice(list).ok()?;
    let tag = list.as_array()?.iter().find(|tag| tag["Key"].as_str() == Some(key))?;
    Some(tag["Value"].as_str().unwrap_or_default().to_owned())
}

/// Whether a cell's text contains the needle, which is lower case. In JSON only values count: every row has a `Key`.
fn contains(text: &[u8], needle: &str) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    if !text.starts_with(['[', '{']) {
        return contains_ignoring_case(text, needle);
    }
    // A cheap look first: most cells do not contain the needle at all, not even in a name.
    (text.contains('\\') || contains_ignoring_case(text, needle))
        && serde_json::from_str::<serde_json::Value>(text)
            .map_or(true, |value| value_contains(&value, needle))
}

fn value_contains(value: &serde_json::Value, needle: &str) -> bool {
    match value {
        serde_json::Value::String(text) => contains_ignoring_case(text, needle),
        serde_json::Value::Array(items) => items.iter().any(|item| value_contains(item, needle)),
        serde_json::Value::Object(members) => members.values().any(|member| value_contains(member, needle)),
        serde_json::Value::Null => false,
        scalar => scalar.to_string().contains(needle),
    }
}

fn contains_ignoring_case(text: &str, needle: &str) -> bool {
    if !needle.is_ascii() || !text.is_ascii() {
        return text.to_lowercase().contains(needle);
    }
    let (text, needle) = (text.as_bytes(), needle.as_bytes());
    let Some(&first) = needle.first() else { return true };
    text.len() >= needle.len()
        && (0..=text.len() - needle.len()).any(|at| {
            text[at].to_ascii_lowercase() == first && text[at..at + needle.len()].eq_ignore_ascii_case(needle)
        })
}
