//! What the configuration has to say to the person who wrote it: one sentence with its file, line and profile.
//! The sentences themselves are made where the mistake is found; no secret and no text of a line that could be one
//! is ever part of them.

use crate::clean;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// How much a diagnostic costs.
#[derive(Serialize, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something in the file is lost: the profile it names cannot be used.
    Error,
    /// The file is used, but perhaps not as it was meant, or other AWS tools read it differently.
    Warning,
    /// Worth knowing; nothing is wrong.
    Note,
}

impl Severity {
    /// The word for a person.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// One thing to know about a file of the shared AWS config.
#[derive(Serialize, Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// What it costs.
    pub severity: Severity,
    /// The file it is about.
    pub file: PathBuf,
    /// The line it is about, counted from 1; `None` when it is about the whole file.
    pub line: Option<u32>,
    /// The profile it is about, where it is about one.
    pub profile: Option<String>,
    /// What is wrong and what to do about it, in one line.
    pub message: String,
}

/// One line, as compilers write it: `config:12: profile DB1: message`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:", clean::one_line(&self.file.display().to_string()))?;
        if let Some(line) = self.line {
            write!(formatter, "{line}:")?;
        }
        if let Some(profile) = &self.profile {
            write!(formatter, " profile {}:", shown(profile))?;
        }
        write!(formatter, " {}", self.message)
    }
}

/// A name or value from a file as it may stand in a message: on one line, without what acts on a terminal and without
/// secrets, and cut after 120 characters.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 120;
    let text = clean::message(text, usize::MAX);
    let mut shown: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_is_one_line() {
        let mut diagnostic = Diagnostic {
            severity: Severity::Error,
            file: PathBuf::from("config"),
            line: Some(12),
            profile: Some("DB1".to_owned()),
            message: "role_arn is empty".to_owned(),
        };
        assert_eq!(diagnostic.to_string(), "config:12: profile DB1: role_arn is empty");
        diagnostic.profile = Some("a\u{1b}\nb".to_owned());
        diagnostic.line = None;
        assert_eq!(diagnostic.to_string(), r"config: profile a\u{1b} b: role_arn is empty");
        assert_eq!(serde_json::to_value(Severity::Warning).unwrap(), "warning");
    }
}
