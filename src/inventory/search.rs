//! The search: whether a cell contains a word, in any case, and which rows have every word in some column.
//!
//! Of a list or a structure only the values count, since every tag has a `Key`. Nothing here knows queries.

use memchr::{memchr, memchr2_iter};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::scan::{Cancelled, RowSet, Stopped, scan};

/// The bytes that our cells are mostly made of, the commonest first: one that is not among them is looked for first.
const COMMON: &[u8] = b"e-0srat1in2do:c34lp567m89ub";

/// A word to be found.
#[derive(Debug)]
pub struct Word {
    /// In lower case.
    text: String,
    /// The byte of the word that cells have least, and where it stands.
    rare: u8,
    rare_at: usize,
    /// Whether a number can contain it.
    in_numbers: bool,
}

impl Word {
    /// A word, in any case.
    pub fn new(word: &str) -> Word {
        let text = word.to_lowercase();
        let commonness = |byte: u8| COMMON.iter().position(|common| *common == byte).unwrap_or(COMMON.len());
        let (rare_at, rare) =
            text.bytes().enumerate().max_by_key(|(_, byte)| commonness(*byte)).unwrap_or_default();
        let in_numbers = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
        Word { text, rare, rare_at, in_numbers }
    }

    /// Whether a value contains the word as it is kept: truth values are numbers, and NULL has nothing.
    pub fn is_in(&self, value: ValueRef<'_>) -> bool {
        match value {
            ValueRef::Text(text) => self.is_in_text(text),
            ValueRef::Integer(number) => self.in_numbers && number.to_string().contains(&self.text),
            ValueRef::Real(number) => self.in_numbers && number.to_string().contains(&self.text),
            ValueRef::Null | ValueRef::Blob(_) => false,
        }
    }

    fn is_in_text(&self, text: &[u8]) -> bool {
        if !matches!(text.first(), Some(b'[' | b'{')) {
            return self.is_in_plain(text);
        }
        // A cheap look first: most cells do not contain the word at all, not even in a name.
        let escaped = memchr(b'\\', text).is_some();
        if !escaped && !self.is_in_plain(text) {
            return false;
        }
        // A word with JSON's own marks may be there only in a text that looks like JSON and is not.
        let marked = self.text.contains(['[', ']', '{', '}', ',', ':', '"']);
        if !escaped && !marked && text.is_ascii() && self.text.is_ascii() {
            return self.is_in_values(text);
        }
        match serde_json::from_slice::<serde_json::Value>(text) {
            Ok(value) => self.is_in_json(&value),
            Err(_) => self.is_in_plain(text),
        }
    }

    fn is_in_plain(&self, text: &[u8]) -> bool {
        if self.is_in_ascii(text) {
            return true;
        }
        // What is not ASCII may become it in lower case, as the sign of Kelvin does.
        !text.is_ascii() && String::from_utf8_lossy(text).to_lowercase().contains(&self.text)
    }

    /// Whether the bytes are in the text but for the case of ASCII letters.
    fn is_in_ascii(&self, text: &[u8]) -> bool {
        let word = self.text.as_bytes();
        if word.is_empty() {
            return true;
        }
        let Some(last) = text.len().checked_sub(word.len()) else { return false };
        let searched = &text[self.rare_at..=last + self.rare_at];
        memchr2_iter(self.rare, self.rare.to_ascii_uppercase(), searched)
            .any(|at| text[at..at + word.len()].eq_ignore_ascii_case(word))
    }

    /// The same in the values of JSON in which nothing is escaped, so that a quotation mark is one.
    fn is_in_values(&self, json: &[u8]) -> bool {
        let mut rest = json;
        while let Some(begin) = memchr(b'"', rest) {
            if self.is_in_scalars(&rest[..begin]) {
                return true;
            }
            let string = &rest[begin + 1..];
            let Some(end) = memchr(b'"', string) else { return false };
            rest = &string[end + 1..];
            let is_name = rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
            if !is_name && self.is_in_ascii(&string[..end]) {
                return true;
            }
        }
        self.is_in_scalars(rest)
    }

    /// The same in what stands between strings: numbers and truth values.
    fn is_in_scalars(&self, between: &[u8]) -> bool {
        between
            .split(|byte| b"[]{},: \t\r\n".contains(byte))
            .any(|scalar| !scalar.is_empty() && scalar != b"null" && self.is_in_ascii(scalar))
    }

    fn is_in_json(&self, value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => self.is_in_plain(text.as_bytes()),
            serde_json::Value::Array(items) => items.iter().any(|item| self.is_in_json(item)),
            serde_json::Value::Object(members) => members.values().any(|member| self.is_in_json(member)),
            serde_json::Value::Null => false,
            scalar => scalar.to_string().contains(&self.text),
        }
    }
}

/// The numbers of the rows that have every word of `text` in some of the columns, ascending.
///
/// Where the text only got longer since the last answer, that answer's rows are all that need be looked at.
///
/// # Errors
/// That it was cancelled, or what SQLite says.
pub fn search(
    connections: &mut [Connection],
    table: &str,
    columns: &[&str],
    rows: RowSet<'_>,
    text: &str,
    cancelled: Cancelled<'_>,
) -> Result<Vec<i64>, Stopped> {
    let words: Vec<Word> = text.split_whitespace().map(Word::new).collect();
    let parts = scan(connections, table, columns, rows, cancelled, Vec::new, |found, number, row| {
        for word in &words {
            let mut found = false;
            for at in 1..=columns.len() {
                found = word.is_in(row.get_ref(at)?);
                if found {
                    break;
                }
            }
            if !found {
                return Ok(());
            }
        }
        found.push(number);
        Ok(())
    })?;
    Ok(parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(word: &str, cell: &str) -> bool {
        Word::new(word).is_in(ValueRef::Text(cell.as_bytes()))
    }

    #[test]
    fn a_word_is_found_in_any_case_and_of_json_in_values_alone() {
        for (word, cell) in [
            ("PROD", "billing-Prod-1"),
            ("g-p", "billing-prod-1"),
            ("1", "billing-prod-1"),
            ("jürgen", "JÜRGEN"),
            ("k", "\u{212a}"),
            ("", ""),
            ("value", r#"[{"Key":"a","Value":"the VALUE"}]"#),
            ("5432", r#"{"Address":"a","Port":5432}"#),
            ("true", r#"{"A": [true]}"#),
            ("a\"b", r#"["a\"b"]"#),
            ("ü", r#"[{"Key":"Ü"}]"#),
            ("[not", "[not json"),
        ] {
            assert!(found(word, cell), "{word} in {cell}");
        }
        for (word, cell) in [
            ("prodx", "billing-prod"),
            ("key", r#"[{"Key":"a","Value":"b"}]"#),
            ("value", r#"[{"Key" : "a","Value":"b\\"}]"#),
            ("value", r#"[{"Key":"ü","Value":"b"}]"#),
            ("\",\"", r#"["a","b"]"#),
            ("ab", r#"["a","b"]"#),
            ("null", r#"[null]"#),
            ("a", ""),
        ] {
            assert!(!found(word, cell), "{word} not in {cell}");
        }
        assert!(Word::new("-1.5").is_in(ValueRef::Real(-1.5)));
        assert!(Word::new("00").is_in(ValueRef::Integer(100)));
        assert!(!Word::new("a").is_in(ValueRef::Integer(100)));
        assert!(!Word::new("1").is_in(ValueRef::Null));
    }
}
