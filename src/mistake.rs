//! What is wrong with a small text file that a person writes, said with its line: views, rules and baselines say it alike.
//! What stands in such a file is its reader's business.

use std::ops::Range;

use serde::de::DeserializeOwned;

/// Reads TOML that a person may have written.
///
/// # Errors
/// What is wrong, behind its line.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let text = without_mark(text);
    toml_edit::de::from_str(text).map_err(|error| {
        let message = error.message().lines().next().unwrap_or_default();
        behind_line(text, error.span(), message)
    })
}

/// A sentence behind the line that it is about, where that is known.
pub fn behind_line(text: &str, at: Option<Range<usize>>, sentence: &str) -> String {
    let line = at.map(|at| text.get(..at.start).unwrap_or(text).matches('\n').count() + 1);
    line.map_or_else(|| sentence.to_owned(), |line| format!("line {line}: {sentence}"))
}

/// A text without the byte order mark that Notepad writes.
pub fn without_mark(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}
