//! Conditions on rows, as data. Which rows they hold for is the inventory's business; how a person writes them is
//! `expression`'s, in whose language they are displayed.

use std::fmt;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::expression;

/// Bytes that a compiled regular expression may take; a larger one is refused instead of making a question slow.
const LARGEST_PATTERN: usize = 1 << 20;

/// A condition on a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filter {
    /// A column's value passes a test.
    Column { column: String, test: Test },
    /// The condition does not hold; of a value that is absent no test but `Absent` holds, so its opposite does.
    Not(Box<Filter>),
    /// At least one of these holds.
    Any(Vec<Filter>),
    /// All of these hold.
    All(Vec<Filter>),
}

/// What a column's value must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Test {
    /// Contains the text, in any case.
    Contains(String),
    /// Equals one of these, as shown; of a list or structure, one of the values in it does. Names that AWS takes in any case
    /// (`rds::holds_names`) are equal in any case.
    Is(Vec<String>),
    /// A regular expression is found in it, in any case.
    Matches(String),
    /// Lies between two bounds, which belong to it: numbers, times, or texts in the product's order (versions among
    /// them), by the column's type. A missing bound is none. A time is a date (that whole day), RFC 3339, `now`, or a
    /// distance from now such as `-7d` and `+12h`.
    Between { from: Option<String>, to: Option<String> },
    /// There is no value.
    Absent,
}

impl Filter {
    /// A test of one column.
    pub fn column(column: &str, test: Test) -> Filter {
        Filter::Column { column: column.to_owned(), test }
    }

    /// The columns it looks at, each as often as it does.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Filter::Column { column, .. } => vec![column],
            Filter::Not(filter) => filter.columns(),
            Filter::Any(filters) | Filter::All(filters) => filters.iter().flat_map(Filter::columns).collect(),
        }
    }

    /// What is left of it without the conditions that are on one column alone; `None` if that is nothing.
    pub fn without(&self, column: &str) -> Option<Filter> {
        if let Filter::All(filters) = self {
            let left: Vec<Filter> = filters.iter().filter_map(|filter| filter.without(column)).collect();
            return (!left.is_empty()).then_some(Filter::All(left));
        }
        let columns = self.columns();
        let is_own = !columns.is_empty() && columns.iter().all(|name| *name == column);
        (!is_own).then(|| self.clone())
    }
}

/// As a person writes it: `Engine is postgres or mysql`.
impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&expression::written(self))
    }
}

/// A regular expression as `Test::Matches` has it: in any case, and of a bounded size.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn pattern(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).case_insensitive(true).size_limit(LARGEST_PATTERN).build().map_err(|error| {
        let why = match &error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            // The last line says what, those before it show where.
            other => {
                let said = other.to_string();
                said.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
            }
        };
        format!("“{text}” is no regular expression: {why}")
    })
}
