//! The gate for text that somebody else wrote: AWS, a metadata service, a helper, a proxy, a config file. Nothing of it
//! is shown, stored, logged or reported but through here.
//!
//! A message loses every secret now in use and everything that looks like one, and gets a bound (`CleanText`). A value that
//! is data stays exact in the store and in files; where it is shown, what acts on a terminal or cannot be seen becomes an
//! escape (`shown`, `one_line`). Nothing here knows what a text is about.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

use serde::{Serialize, Serializer};

mod secrets;

pub use secrets::hold;

/// Bytes of a message at most.
const LONGEST: usize = 2048;
/// Bytes of a code or a request id at most.
const LONGEST_NAME: usize = 200;
/// Bytes that are looked at: the rest of a longer text is never shown.
const LOOKED_AT: usize = 64 << 10;

/// A text from elsewhere that may be shown, stored and reported. There is no other way to make one than to clean it.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct CleanText(String);

impl CleanText {
    /// A name that AWS gave, such as a code or a request id: only secrets that are in use are taken out, since an id looks
    /// like a key.
    pub fn name(text: &str) -> CleanText {
        let text = secrets::without(start_of(text));
        CleanText(bounded(&one_line(&text), LONGEST_NAME, text.len()))
    }
}

impl From<&str> for CleanText {
    fn from(text: &str) -> CleanText {
        CleanText(message(text, LONGEST))
    }
}

impl From<String> for CleanText {
    fn from(text: String) -> CleanText {
        text.as_str().into()
    }
}

impl Deref for CleanText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for CleanText {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for CleanText {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for CleanText {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for CleanText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for CleanText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Serialize for CleanText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A message from elsewhere on one line: without secrets, without what acts on a terminal, and not longer than `longest`
/// bytes.
pub fn message(text: &str, longest: usize) -> String {
    let looked_at = start_of(text);
    bounded(&one_line(&without_secrets(looked_at)), longest, text.len())
}

/// The text without the secrets that are in use and without what looks like one.
pub fn without_secrets(text: &str) -> String {
    let text = secrets::without(text);
    secrets::without_what_looks_like_one(&text).into_owned()
}

/// The text without the secrets that are in use: for sentences of ours, in which names may look like the names of secrets.
pub fn without_held(text: &str) -> Cow<'_, str> {
    secrets::without(text)
}

/// A text as it may be shown: what acts on a terminal, turns the writing round or cannot be seen is an escape such as
/// `\u{202e}`. Line feeds stay.
pub fn shown(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte) || byte == b'\n') {
        return Cow::Borrowed(text);
    }
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// A text as it may be shown on one line: line breaks and tabs are blanks.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(['\n', '\r', '\t']) {
        return shown(text);
    }
    let text = text.replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
    Cow::Owned(shown(&text).into_owned())
}

/// A text as it may be shown in a cell of a report, which may have lines and tabs of its own.
pub fn cell(text: &str) -> Cow<'_, str> {
    let is_odd = |character| is_hidden(character) && !matches!(character, '\t' | '\r');
    let escaped = |character: char| match character {
        odd if is_odd(odd) => odd.escape_unicode().to_string(),
        usual => usual.to_string(),
    };
    if text.contains(is_odd) { text.chars().map(escaped).collect::<String>().into() } else { text.into() }
}

/// Whether a character acts on a terminal or cannot be seen: control characters but the line feed, format characters (which
/// turn the writing round, too), separators of lines, and letters that Unicode says are not to be seen. Variation selectors,
/// which choose how an emoji looks, are seen.
pub fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control() && character != '\n';
    }
    matches!(character,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// JSON in which whatever acts on a terminal or cannot be seen is written as JSON's own escape, which means the same.
pub fn json(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut json = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            let units = character.encode_utf16(&mut [0; 2]).to_vec();
            json.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            json.push(character);
        }
    }
    Cow::Owned(json)
}

/// As much of a text as is looked at.
fn start_of(text: &str) -> &str {
    &text[..text.floor_char_boundary(LOOKED_AT)]
}

/// A text within its bound, with a mark where something was cut off. `whole` is how long it was when it came.
fn bounded(text: &str, longest: usize, whole: usize) -> String {
    if text.len() <= longest && whole <= LOOKED_AT {
        return text.to_owned();
    }
    let mark = format!("… (cut, {whole} bytes in all)");
    let end = text.floor_char_boundary(longest.saturating_sub(mark.len()));
    format!("{}{mark}", &text[..end])
}

#[cfg(test)]
mod tests;
