//! The sign between two values of a CSV file, and which one a spreadsheet on this machine expects.

use std::fmt;
use std::str::FromStr;

/// The sign between two values of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Separator(u8);

impl Separator {
    pub const COMMA: Separator = Separator(b',');
    pub const SEMICOLON: Separator = Separator(b';');
    pub const TAB: Separator = Separator(b'\t');

    /// What Excel on this machine reads and writes: on Windows the list separator of the user's region, elsewhere a comma,
    /// whatever the locale says, so that a scheduled job writes the same file wherever it runs.
    pub fn of_this_machine() -> Separator {
        of_region().as_deref().and_then(of_list).unwrap_or(Separator::COMMA)
    }

    pub(super) fn byte(self) -> u8 {
        self.0
    }
}

/// The separator of a region's lists; `None` for what no CSV can have.
fn of_list(list: &str) -> Option<Separator> {
    let shown = list.trim();
    if shown.is_empty() { list.parse().ok() } else { shown.parse().ok() }
}

/// The list separator of the user's region, as *Region, Additional settings* has it.
#[cfg(windows)]
fn of_region() -> Option<String> {
    let international = windows_registry::CURRENT_USER.open(r"Control Panel\International").ok()?;
    international.get_string("sList").ok()
}

#[cfg(not(windows))]
fn of_region() -> Option<String> {
    None
}

impl FromStr for Separator {
    type Err = String;

    fn from_str(text: &str) -> Result<Separator, String> {
        match (text.to_ascii_lowercase().as_str(), text.as_bytes()) {
            ("comma", _) => Ok(Separator::COMMA),
            ("semicolon", _) => Ok(Separator::SEMICOLON),
            ("tab" | "\\t", _) => Ok(Separator::TAB),
            // What a value may begin with, or is quoted by, would not be told from it.
            (_, [sign]) if (sign.is_ascii_punctuation() && !b"\"'=+-@".contains(sign)) || *sign == b'\t' => {
                Ok(Separator(*sign))
            }
            _ => Err(format!(
                "“{text}” cannot separate values: write comma, semicolon, tab, or one sign such as ; or |"
            )),
        }
    }
}

impl fmt::Display for Separator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Separator::COMMA => out.write_str("comma"),
            Separator::SEMICOLON => out.write_str("semicolon"),
            Separator::TAB => out.write_str("tab"),
            Separator(sign) => write!(out, "{}", char::from(sign)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_separator_is_a_word_or_one_sign() {
        for (text, separator) in [
            ("comma", Separator::COMMA),
            (",", Separator::COMMA),
            ("Semicolon", Separator::SEMICOLON),
            (";", Separator::SEMICOLON),
            ("TAB", Separator::TAB),
            ("\t", Separator::TAB),
            ("\\t", Separator::TAB),
            ("|", Separator(b'|')),
        ] {
            assert_eq!(text.parse(), Ok(separator), "{text}");
        }
        for text in ["", ";;", "a", "7", "\"", "'", "=", "-", "\n", " ", "§", "comma,"] {
            let error = text.parse::<Separator>().unwrap_err();
            assert!(error.contains("semicolon, tab") && error.contains(text), "{error}");
        }
        assert_eq!(Separator::TAB.to_string().parse(), Ok(Separator::TAB));
        assert_eq!(Separator(b'|').to_string().parse(), Ok(Separator(b'|')));
    }

    #[test]
    fn a_regions_list_separator_is_taken_and_nothing_that_is_none() {
        assert_eq!(of_list(";"), Some(Separator::SEMICOLON));
        assert_eq!(of_list("; "), Some(Separator::SEMICOLON));
        assert_eq!(of_list("\t"), Some(Separator::TAB));
        assert_eq!(of_list(""), None);
        assert_eq!(of_list("--"), None);
    }

    #[cfg(not(windows))]
    #[test]
    fn elsewhere_than_on_windows_it_is_a_comma() {
        assert_eq!(Separator::of_this_machine(), Separator::COMMA);
    }
}
