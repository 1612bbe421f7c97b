//! The search: whether a cell contains a word, in any case, and which rows have every word in some column.
//!
//! A cell is searched as a person sees it: a list or structure as `readable` writes it. To write every one anew would be
//! slow, so bytes are looked at first. Nothing here knows queries.

use memchr::{memchr, memchr2_iter};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::scan::{Cancelled, RowSet, Stopped, scan};
use crate::rds::readable::readable_json;
use crate::rds::{Column, Shape};

/// The bytes that our cells are mostly made of, the commonest first: one that is not among them is looked for first.
const COMMON: &[u8] = b"e-0srat1in2do:c34lp567m89ub";
/// What `readable` writes between the values of a list or structure, and names of members; `hosted zone`, which it writes
/// for one of these, is in that name.
const BETWEEN: [char; 11] = [' ', ';', ',', '=', ':', '(', ')', '[', ']', '{', '}'];

/// How the values of a column are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As they are kept.
    Plain,
    /// JSON, as `readable` writes it.
    Nested,
    /// 0 and 1 as words.
    Truth,
}

impl Shown {
    /// As values of a shape are shown.
    pub fn of(shape: &Shape) -> Shown {
        match shape {
            Shape::Boolean => Shown::Truth,
            shape if shape.is_nested() => Shown::Nested,
            _ => Shown::Plain,
        }
    }
}

/// A column to be searched.
#[derive(Debug, Clone, Copy)]
pub struct Searched<'a> {
    pub name: &'a str,
    pub shown: Shown,
}

impl Searched<'_> {
    /// A column by what it holds.
    pub fn of(column: &Column) -> Searched<'_> {
        Searched { name: &column.name, shown: Shown::of(&column.shape) }
    }
}

/// A word to be found.
#[derive(Debug)]
pub struct Word {
    whole: Needle,
    /// The longest part of it that `readable` cannot have written between two values: JSON that does not have it does not
    /// have the word.
    part: Needle,
    /// Whether that part may be of a number, which may be kept in another form, as `1e5` is.
    in_any_number: bool,
    /// Whether a number of a column can contain the word.
    in_numbers: bool,
}

impl Word {
    /// A word or a phrase, in any case.
    pub fn new(word: &str) -> Word {
        let text = folded(word);
        let part = text.split(BETWEEN).max_by_key(|part| part.len()).unwrap_or_default();
        let in_numbers = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
        let in_any_number = part.bytes().all(|byte| b"0123456789.e+-".contains(&byte));
        Word { part: Needle::new(part.to_owned()), in_any_number, in_numbers, whole: Needle::new(text) }
    }

    /// Whether a value contains the word as it is shown. NULL has nothing.
    pub fn is_in(&self, value: ValueRef<'_>, shown: Shown) -> bool {
        match (value, shown) {
            (ValueRef::Text(text), Shown::Nested) => self.is_in_nested(text),
            (ValueRef::Text(text), _) => self.whole.is_in(text),
            (ValueRef::Integer(number), Shown::Truth) => self.whole.is_in(truth(number).as_bytes()),
            (ValueRef::Integer(number), _) => {
                self.in_numbers && number.to_string().contains(&self.whole.text)
            }
            (ValueRef::Real(number), _) => self.in_numbers && number.to_string().contains(&self.whole.text),
            (ValueRef::Null | ValueRef::Blob(_), _) => false,
        }
    }

    /// The same for a search through all columns. There a truth value is found by its whole word: nearly every row has
    /// both, and every search that begins with `f` would find all rows.
    pub fn is_found_in(&self, value: ValueRef<'_>, shown: Shown) -> bool {
        (shown != Shown::Truth || is_truth(&self.whole.text)) && self.is_in(value, shown)
    }

    fn is_in_nested(&self, json: &[u8]) -> bool {
        if memchr(b'\\', json).is_none() {
            // Most cells do not contain the word at all, not even in a name.
            if !(self.part.is_in(json) || self.in_any_number && may_have_exponent(json)) {
                return false;
            }
            // Every value is written in full.
            if json.is_ascii() && self.whole.text.is_ascii() && self.is_in_values(json) {
                return true;
            }
        }
        match readable_json(json) {
            Some(text) => self.whole.is_in(text.as_bytes()),
            None => self.whole.is_in(json),
        }
    }

    /// Whether one value of some JSON has it, in which nothing is escaped, so that a quotation mark is one. Numbers that
    /// are not whole are left out, since they may be shown in another form.
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
            if !is_name && self.whole.is_in_ascii(&string[..end]) {
                return true;
            }
        }
        self.is_in_scalars(rest)
    }

    /// The same in what stands between strings: numbers and truth values.
    fn is_in_scalars(&self, between: &[u8]) -> bool {
        let is_whole = |scalar: &[u8]| match scalar {
            b"" => false,
            b"true" | b"false" => true,
            number => number.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-'),
        };
        between
            .split(|byte| b"[]{},: \t\r\n".contains(byte))
            .any(|scalar| is_whole(scalar) && self.whole.is_in_ascii(scalar))
    }
}

/// Whether there may be a number with an exponent. Identifiers have digits around an `e` as well, after other letters.
fn may_have_exponent(json: &[u8]) -> bool {
    memchr2_iter(b'e', b'E', json).any(|at| {
        let is_of_number = |byte: &u8| byte.is_ascii_digit() || b"-.".contains(byte);
        let before = json[..at].iter().rposition(|byte| !is_of_number(byte));
        before.is_none_or(|before| before + 1 < at && b"[:, \t\r\n".contains(&json[before]))
    })
}

/// A truth value as it is shown.
fn truth(number: i64) -> &'static str {
    if number == 0 { "false" } else { "true" }
}

/// Whether a word of a search is a truth value.
pub fn is_truth(word: &str) -> bool {
    ["true", "false"].iter().any(|truth| truth.eq_ignore_ascii_case(word))
}

/// In lower case, letter by letter: what surrounds a letter changes nothing, so that a part of a text is folded as it is
/// in the whole. The sigma at a word's end is the other one.
fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|letter| if letter == 'ς' { 'σ' } else { letter }).collect()
}

/// A text that is looked for in bytes.
#[derive(Debug)]
pub(super) struct Needle {
    /// Folded.
    text: String,
    /// The byte of it that cells have least, and where it stands.
    rare: u8,
    rare_at: usize,
}

impl Needle {
    fn new(text: String) -> Needle {
        let commonness = |byte: u8| COMMON.iter().position(|common| *common == byte).unwrap_or(COMMON.len());
        let (rare_at, rare) =
            text.bytes().enumerate().max_by_key(|(_, byte)| commonness(*byte)).unwrap_or_default();
        Needle { text, rare, rare_at }
    }

    /// Of a text in any case.
    pub(super) fn from_text(text: &str) -> Needle {
        Needle::new(folded(text))
    }

    /// Whether the text is in the bytes, in any case.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        if self.is_in_ascii(text) {
            return true;
        }
        // What is not ASCII may become it in lower case, as the sign of Kelvin does.
        !text.is_ascii() && folded(&String::from_utf8_lossy(text)).contains(&self.text)
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
    columns: &[Searched<'_>],
    rows: RowSet<'_>,
    text: &str,
    cancelled: Cancelled<'_>,
) -> Result<Vec<i64>, Stopped> {
    let words: Vec<Word> = text.split_whitespace().map(Word::new).collect();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let parts = scan(connections, table, &names, rows, cancelled, Vec::new, |found, number, row| {
        for word in &words {
            let mut found = false;
            for (at, column) in columns.iter().enumerate() {
                found = word.is_found_in(row.get_ref(at + 1)?, column.shown);
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
    use crate::rds::Cell;
    use crate::rds::readable::readable;

    fn found(word: &str, cell: &str, shown: Shown) -> bool {
        Word::new(word).is_in(ValueRef::Text(cell.as_bytes()), shown)
    }

    #[test]
    fn a_word_is_found_in_any_case() {
        for (word, cell) in [
            ("PROD", "billing-Prod-1"),
            ("g-p", "billing-prod-1"),
            ("1", "billing-prod-1"),
            ("jürgen", "JÜRGEN"),
            ("k", "\u{212a}"),
            ("ΟΔΟΣ", "οδος"),
            ("οδος", "ΟΔΟΣΑ"),
            ("", ""),
            ("\"key\":", r#"{"Key":"a text"}"#),
        ] {
            assert!(found(word, cell, Shown::Plain), "{word} in {cell}");
        }
        for (word, cell) in [("prodx", "billing-prod"), ("a", ""), ("key=", r#"{"Key":"a text"}"#)] {
            assert!(!found(word, cell, Shown::Plain), "{word} not in {cell}");
        }
        assert!(Word::new("-1.5").is_in(ValueRef::Real(-1.5), Shown::Plain));
        assert!(Word::new("00").is_in(ValueRef::Integer(100), Shown::Plain));
        assert!(!Word::new("a").is_in(ValueRef::Integer(100), Shown::Plain));
        assert!(!Word::new("1").is_in(ValueRef::Null, Shown::Plain));
    }

    #[test]
    fn a_truth_value_is_its_word_and_in_a_search_the_whole_of_it() {
        for (word, value, contained, searched) in [
            ("True", 1, true, true),
            ("fal", 0, true, false),
            ("false", 1, false, false),
            ("1", 1, false, false),
        ] {
            let word = Word::new(word);
            assert_eq!(word.is_in(ValueRef::Integer(value), Shown::Truth), contained, "{word:?}");
            assert_eq!(word.is_found_in(ValueRef::Integer(value), Shown::Truth), searched, "{word:?}");
        }
    }

    #[test]
    fn a_list_or_structure_is_searched_as_it_is_shown() {
        for (word, cell) in [
            ("environment=prod", r#"[{"Key":"app","Value":"a"},{"Key":"environment","Value":"Prod"}]"#),
            ("a; environment=prod", r#"[{"Key":"app","Value":"a"},{"Key":"environment","Value":"Prod"}]"#),
            ("=", r#"[{"Key":"a"}]"#),
            (";", r#"["a","b"]"#),
            ("db1.abc.rds.amazonaws.com:5432", r#"{"Address":"db1.abc.rds.amazonaws.com","Port":5432}"#),
            ("(hosted ZONE z1)", r#"{"Address":"a","Port":5432,"HostedZoneId":"Z1"}"#),
            ("prod-16 (in-sync)", r#"[{"DBParameterGroupName":"prod-16","ParameterApplyStatus":"in-sync"}]"#),
            ("AllocatedStorage=200", r#"{"AllocatedStorage":200}"#),
            ("allocatedstorage", r#"{"AllocatedStorage":200}"#),
            ("multiaz=true", r#"{"MultiAZ":true}"#),
            ("maxcapacity=4", r#"{"MinCapacity":0.5,"MaxCapacity":4.0}"#),
            ("0.5", r#"{"MinCapacity":0.5,"MaxCapacity":4.0}"#),
            ("value", r#"[{"Key":"a","Value":"the VALUE"}]"#),
            ("5432", r#"{"Address":"a","Port":5432}"#),
            ("a:b (c)", r#"["x a:b (c) y"]"#),
            ("a\"b", r#"["a\"b"]"#),
            ("a\\b=\nc", r#"[{"Key":"a\\b","Value":"\nc"}]"#),
            ("ü=ς", r#"[{"Key":"Ü","Value":"Σ"}]"#),
            ("ΑΣ:Β", r#"{"Address":"ΑΣ","Port":"Β"}"#),
            ("[not", "[not json"),
        ] {
            assert!(found(word, cell, Shown::Nested), "{word} in {cell}");
        }
        for (word, cell) in [
            ("key", r#"[{"Key":"a","Value":"b"}]"#),
            ("value", r#"[{"Key" : "a","Value":"b\\"}]"#),
            ("value", r#"[{"Key":"ü","Value":"b"}]"#),
            ("\",\"", r#"["a","b"]"#),
            ("ab", r#"["a","b"]"#),
            ("a;b", r#"["a","b"]"#),
            ("null", r#"[null]"#),
            ("4.0", r#"{"MaxCapacity":4.0}"#),
            ("zoneid", r#"{"Address":"a","Port":5432,"HostedZoneId":"Z1"}"#),
            ("subnetoutpost", r#"[{"SubnetIdentifier":"s","SubnetOutpost":{}}]"#),
        ] {
            assert!(!found(word, cell, Shown::Nested), "{word} not in {cell}");
        }
    }

    #[test]
    fn every_part_of_what_is_shown_is_found() {
        for json in [
            r#"[{"Key":"environment","Value":"prod"},{"Key":"ü","Value":""},{"Key":"a b","Value":"c;d=e"}]"#,
            r#"{"Address":"db1.abc","Port":5432,"HostedZoneId":"Z1"}"#,
            r#"[{"Status":"authorized","CIDRIP":"10.0.0.0/8"}]"#,
            r#"{"MinCapacity":0.5,"MaxCapacity":128.0,"Nested":{"A":[1.0,-2.5e-7,1e16,1E5,true]}}"#,
            r#"[{"Key":"a\"b","Value":"\u0000"},{"Key":"{}","Value":"[\"\"]"}]"#,
        ] {
            let shown = readable(&Cell::Json(json.into()));
            let ends: Vec<usize> = shown.char_indices().map(|(at, _)| at).chain([shown.len()]).collect();
            for (from, begin) in ends.iter().enumerate() {
                for end in &ends[from + 1..] {
                    assert!(
                        found(&shown[*begin..*end], json, Shown::Nested),
                        "{} in {shown}",
                        &shown[*begin..*end]
                    );
                }
            }
        }
    }
}
