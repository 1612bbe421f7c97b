//! The search and the conditions of a query as one line that a person reads and edits:
//!
//! ```text
//! Engine is postgres or mysql and AllocatedStorage >= 100 and MultiAZ is not true and EngineVersion matches "^1[34]"
//! ```
//!
//! It is like a WHERE clause that reads as English. `and` binds stronger than `or`, `not` stronger than both, and
//! parentheses group; words that are no condition are searched for. What is printed here is read here as exactly the
//! same filters. Which rows a condition holds for is the inventory's business.
//!
//! ```text
//! Engine is postgres            Engine is not postgres     Engine is postgres or mysql
//! Engine in (postgres, mysql)   Engine = postgres          Engine != postgres
//! EngineVersion contains 14     EngineVersion matches "^1[34]"
//! AllocatedStorage >= 100       AllocatedStorage < 100     AllocatedStorage between 100 and 500
//! SnapshotCreateTime >= -7d     SnapshotCreateTime < 2026-11-01
//! KmsKeyId is absent            KmsKeyId is present
//! ```

mod lex;
mod parse;
mod print;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

pub use parse::{parse, parse_conditions};
pub use print::{greater, less, print, written};

/// Words that mean something, and so want quotation marks where they are a value or a column's name.
const RESERVED: [&str; 14] = [
    "absent", "all", "and", "any", "between", "contains", "empty", "in", "is", "matches", "not", "null",
    "or", "present",
];

/// What is wrong with an expression, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The characters (not bytes) that are meant; empty at the end of the text.
    pub range: Range<usize>,
    /// A sentence.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

fn is_reserved(word: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(word))
}
