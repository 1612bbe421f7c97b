//! Conditions on rows, as data. Which rows they hold for is the inventory's business.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    /// Equals one of these, as shown; of a list or structure, one of the values in it does.
    Is(Vec<String>),
    /// A regular expression is found in it, in any case.
    Matches(String),
    /// Lies between two bounds, which belong to it: numbers, times, or texts in the product's order (versions among
    /// them), by the column's type. A missing bound is none.
    Between { from: Option<String>, to: Option<String> },
    /// There is no value.
    Absent,
}

impl Filter {
    /// A test of one column.
    pub fn column(column: &str, test: Test) -> Filter {
        Filter::Column { column: column.to_owned(), test }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Column { column, test: Test::Contains(text) } => write!(out, "{column} contains {text}"),
            Filter::Column { column, test: Test::Is(values) } => {
                write!(out, "{column} is {}", values.join(" or "))
            }
            _ => write!(out, "{self:?}"),
        }
    }
}
