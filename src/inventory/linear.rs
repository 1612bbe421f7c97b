//! SQLite's functions of texts whose own form takes the product of two lengths, which nothing can interrupt: `instr`,
//! `replace`, `trim` and `json_patch` on a person's connection, in a time that the lengths add up to.

use std::borrow::Cow;
use std::collections::HashSet;

use memchr::memmem;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Error, Result};
use serde_json::Value as Json;

/// SQLite's mark of a text that is JSON, so that `json_object` does not put it into quotation marks.
const IS_JSON: Option<std::ffi::c_uint> = Some(b'J' as std::ffi::c_uint);

/// Puts these functions into the place of SQLite's own. `longest` is how many bytes a text may have.
pub fn register(connection: &Connection, longest: usize) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function("instr", 2, flags, |context| Ok(instr(context)))?;
    connection.create_scalar_function("replace", 3, flags, move |context| replace(context, longest))?;
    for (name, start, end) in [("trim", true, true), ("ltrim", true, false), ("rtrim", false, true)] {
        for arguments in [1, 2] {
            connection.create_scalar_function(name, arguments, flags, move |context| {
                Ok(trim(context, start, end))
            })?;
        }
    }
    let flags = flags | FunctionFlags::SQLITE_RESULT_SUBTYPE;
    connection.create_scalar_function("json_patch", 2, flags, |context| Ok((json_patch(context)?, IS_JSON)))
}

fn instr(context: &Context<'_>) -> Option<i64> {
    let (whole, part) = (context.get_raw(0), context.get_raw(1));
    let are_bytes = matches!((whole, part), (ValueRef::Blob(_), ValueRef::Blob(_)));
    let (whole, part) = (text(whole)?, text(part)?);
    let Some(at) = memmem::find(&whole, &part) else { return Some(0) };
    let begins_letter = |byte: &&u8| are_bytes || **byte & 0xc0 != 0x80;
    i64::try_from(whole[..at].iter().filter(begins_letter).count() + 1).ok()
}

fn replace(context: &Context<'_>, longest: usize) -> Result<ToSqlOutput<'static>> {
    let argument = |at| text(context.get_raw(at));
    let (Some(whole), Some(part), Some(other)) = (argument(0), argument(1), argument(2)) else {
        return Ok(ToSqlOutput::Owned(Value::Null));
    };
    if part.is_empty() {
        return Ok(as_text(whole.into_owned()));
    }
    let places: Vec<usize> = memmem::find_iter(&whole, &part[..]).collect();
    let length =
        (whole.len() - places.len() * part.len()).saturating_add(places.len().saturating_mul(other.len()));
    if length > longest {
        return Err(Error::UserFunctionError("string or blob too big".into()));
    }
    let mut replaced = Vec::with_capacity(length);
    let mut done = 0;
    for at in places {
        replaced.extend_from_slice(&whole[done..at]);
        replaced.extend_from_slice(&other);
        done = at + part.len();
    }
    replaced.extend_from_slice(&whole[done..]);
    Ok(as_text(replaced))
}

fn trim(context: &Context<'_>, start: bool, end: bool) -> Option<String> {
    let whole = text(context.get_raw(0))?;
    let of = if context.len() > 1 { text(context.get_raw(1))? } else { Cow::Borrowed(&b" "[..]) };
    let mut letters: Vec<char> = String::from_utf8_lossy(&of).chars().collect();
    letters.dedup();
    let letters: HashSet<char> = letters.into_iter().collect();
    let whole = String::from_utf8_lossy(&whole);
    let mut rest = &*whole;
    if start {
        rest = rest.trim_start_matches(|letter| letters.contains(&letter));
    }
    if end {
        rest = rest.trim_end_matches(|letter| letters.contains(&letter));
    }
    Some(rest.to_owned())
}

/// RFC 7396.
fn json_patch(context: &Context<'_>) -> Result<Option<String>> {
    let parsed = |at| -> Result<Option<Json>> {
        let Some(text) = text(context.get_raw(at)) else { return Ok(None) };
        let malformed = |_| Error::UserFunctionError("malformed JSON".into());
        serde_json::from_slice(&text).map(Some).map_err(malformed)
    };
    let Some(mut target) = parsed(0)? else { return Ok(None) };
    let Some(patch) = parsed(1)? else { return Ok(None) };
    merge(&mut target, patch);
    Ok(Some(target.to_string()))
}

fn merge(target: &mut Json, patch: Json) {
    let Json::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Json::Object(serde_json::Map::new());
    }
    let Json::Object(target) = target else { return };
    let mut removed = HashSet::new();
    for (key, value) in patch {
        if value.is_null() {
            removed.insert(key);
        } else {
            merge(target.entry(key).or_insert(Json::Null), value);
        }
    }
    // All at once: taking one out moves those behind it.
    target.retain(|key, _| !removed.contains(key));
}

/// A value as the text that SQLite makes of it.
fn text(value: ValueRef<'_>) -> Option<Cow<'_, [u8]>> {
    Some(match value {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => Cow::Owned(number.to_string().into_bytes()),
        ValueRef::Real(number) => Cow::Owned(real(number).into_bytes()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Cow::Borrowed(text),
    })
}

/// A number as SQLite prints it: as many digits as it takes, with a point.
fn real(number: f64) -> String {
    let printed = format!("{number:e}");
    let Some((digits, exponent)) = printed.split_once('e') else { return printed };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let with_point = |digits: String| if digits.contains('.') { digits } else { format!("{digits}.0") };
    if (-4..17).contains(&exponent) {
        return with_point(format!("{number}"));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", with_point(digits.to_owned()), exponent.abs())
}

/// Bytes as text. SQLite takes any bytes for text; those that are none become what every reader shows for them.
fn as_text(bytes: Vec<u8>) -> ToSqlOutput<'static> {
    let text = String::from_utf8(bytes);
    ToSqlOutput::Owned(Value::Text(
        text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn ask(connection: &Connection, sql: &str) -> std::result::Result<Value, String> {
        connection.query_row(sql, [], |row| row.get(0)).map_err(|error| error.to_string())
    }

    #[test]
    fn they_answer_as_sqlites_own() {
        let (ours, theirs) = (Connection::open_in_memory().unwrap(), Connection::open_in_memory().unwrap());
        register(&ours, 1 << 20).unwrap();
        let values = [
            "NULL",
            "''",
            "' '",
            "'a'",
            "'abcabc'",
            "'bc'",
            "'  ä漢ä  '",
            "'漢'",
            "'ä '",
            "12",
            "-3",
            "2.5",
            "1.0",
            "0.1 + 0.2",
            "1e20",
            "1e-7",
            "123456789012345678.0",
            "x'61'",
            "x'e6bca2e6bca2'",
            "'[1,2]'",
            "'{\"a\":1,\"b\":{\"c\":2}}'",
            "'{\"a\":null,\"b\":{\"c\":null,\"d\":[1]}}'",
            "'{\"z\":\"ü\"}'",
            "'{'",
            "'null'",
            "'3'",
        ];
        let mut compared = 0;
        for one in values {
            for other in values {
                for sql in [
                    format!("SELECT instr({one}, {other})"),
                    format!("SELECT trim({one}, {other})"),
                    format!("SELECT ltrim({one}, {other}) || '|' || rtrim({one}, {other})"),
                    format!("SELECT ltrim({one})"),
                    format!("SELECT trim({one}) || rtrim({one})"),
                    format!("SELECT replace({one}, {other}, 'X漢')"),
                    format!("SELECT replace({one}, 'a', {other})"),
                    format!("SELECT json_patch({one}, {other})"),
                    format!("SELECT json_object('k', json_patch({one}, {other}))"),
                ] {
                    // SQLite has a JSON of its own in bytes, and keeps the spelling of a number.
                    if sql.contains("json") && [one, other].iter().any(|value| value.starts_with(['x', '1']))
                    {
                        continue;
                    }
                    let (ours, theirs) = (ask(&ours, &sql), ask(&theirs, &sql));
                    assert_eq!(ours.clone().ok(), theirs.clone().ok(), "{sql}: {ours:?} {theirs:?}");
                    compared += usize::from(ours.is_ok());
                }
            }
        }
        assert!(compared > 4000, "{compared}");
    }

    #[test]
    fn a_call_takes_the_time_of_its_texts_and_not_of_their_product() {
        let connection = Connection::open_in_memory().unwrap();
        register(&connection, 16 << 20).unwrap();
        let a = |length: &str| format!("replace(hex(zeroblob({length})), '0', 'a')");
        let calls = [
            format!("SELECT instr({}, {} || 'b')", a("500000"), a("250000")),
            format!("SELECT length(replace({}, {} || 'b', 'c'))", a("500000"), a("250000")),
            format!("SELECT length(trim({}, replace(hex(zeroblob(200000)), '0', '漢') || 'a'))", a("500000")),
            format!("SELECT length(replace({}, 'a', {}))", a("500000"), a("500000")),
        ];
        for sql in calls {
            let begun = Instant::now();
            let _ = ask(&connection, &sql);
            assert!(begun.elapsed() < Duration::from_secs(10), "{sql}: {:?}", begun.elapsed());
        }
    }
}
