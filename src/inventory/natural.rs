//! The product's order of values: numbers before texts, texts as people count (`db-2` before `db-10`), in any case.
//!
//! It is here twice, as a comparison for SQLite's collation and as keys whose bytes sort the same, and a test holds
//! the two together. Nothing here knows rows or columns.

use std::cmp::Ordering;

use rusqlite::types::ValueRef;

/// Compares two texts: `natord`'s order, in which texts that differ only in case or white space are the same, made
/// total: of those comes first the one of only small letters, then the one whose first capital or white space stands
/// earlier, and so on.
pub fn compare(one: &str, other: &str) -> Ordering {
    natord::compare_ignore_case(one, other).then_with(|| departures(one).cmp(departures(other)))
}

/// The letters of which the natural order does not take notice as they are, with their places.
fn departures(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.char_indices().filter(|(_, letter)| letter.is_whitespace() || !letter.to_lowercase().eq([*letter]))
}

/// Appends bytes that compare as the values do; nothing for NULL, whose place the caller decides.
pub fn push_key(value: ValueRef<'_>, key: &mut Vec<u8>) {
    match value {
        ValueRef::Null => {}
        ValueRef::Integer(number) => push_integer(number, key),
        ValueRef::Real(number) => push_number(number, 0, key),
        ValueRef::Text(text) => {
            key.push(2);
            match std::str::from_utf8(text) {
                Ok(text) => push_text(text, key),
                Err(_) => push_text(&String::from_utf8_lossy(text), key),
            }
        }
        ValueRef::Blob(bytes) => {
            key.push(3);
            key.extend_from_slice(bytes);
        }
    }
}

/// A whole number is the nearest floating-point number and what is missing to it, so that both sorts compare exactly.
#[expect(clippy::cast_precision_loss, reason = "what is lost is kept beside it")]
fn push_integer(number: i64, key: &mut Vec<u8>) {
    let near = number as f64;
    let missing = i128::from(number) - near as i128;
    push_number(near, i16::try_from(missing).unwrap_or_default(), key);
}

fn push_number(number: f64, missing: i16, key: &mut Vec<u8>) {
    // Zero has two signs, and neither is less.
    let bits = if number == 0.0 { 0 } else { number.to_bits() };
    let sign = 1_u64 << 63;
    key.push(1);
    key.extend_from_slice(&(if bits & sign == 0 { bits | sign } else { !bits }).to_be_bytes());
    key.extend_from_slice(&(missing.cast_unsigned() ^ 0x8000).to_be_bytes());
}

/// A letter is itself in lower case, a number its length and its digits (or, with leading zeros, its digits and an
/// end), white space nothing. After the text's end stand the departures, which decide between texts that are the same
/// in this.
fn push_text(text: &str, key: &mut Vec<u8>) {
    let mut plain = true;
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                if byte == b'0' {
                    key.extend_from_slice(&bytes[at..at + digits]);
                    key.push(0);
                } else {
                    push_length(digits, key);
                    key.extend_from_slice(&bytes[at..at + digits]);
                }
                at += digits;
            }
            b'\t'..=b'\r' | b' ' => {
                plain = false;
                at += 1;
            }
            0 | 1 => {
                key.extend_from_slice(&[1, byte + 1]);
                at += 1;
            }
            0x80.. => {
                let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
                plain = false;
                push_letter(letter, key);
                at += letter.len_utf8();
            }
            _ => {
                plain &= !byte.is_ascii_uppercase();
                key.push(byte.to_ascii_lowercase());
                at += 1;
            }
        }
    }
    key.push(0);
    if !plain {
        let mut buffer = [0; 4];
        for (at, letter) in departures(text) {
            push_length(at + 1, key);
            key.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
        }
    }
}

/// The longer of two numbers without leading zeros is the greater. All of it lies between `0` and `9`, as digits do.
fn push_length(digits: usize, key: &mut Vec<u8>) {
    if let Some(short) = u8::try_from(digits).ok().filter(|digits| *digits < 9) {
        key.push(b'0' + short);
        return;
    }
    key.push(b'9');
    let mut rest = digits - 9;
    while rest >= 255 {
        key.push(255);
        rest -= 255;
    }
    key.push(u8::try_from(rest).unwrap_or_default());
}

/// Appends a letter beyond ASCII.
fn push_letter(letter: char, key: &mut Vec<u8>) {
    if !letter.is_whitespace() {
        let mut buffer = [0; 4];
        for lower in letter.to_lowercase() {
            key.extend_from_slice(lower.encode_utf8(&mut buffer).as_bytes());
        }
    }
}
