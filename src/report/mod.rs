//! Reports: rows as text and files. It knows columns and cells; where they come from is the inventory's business.

mod delimited;
mod file;
mod json;
mod table;

use std::io::{self, Write};
use std::str::FromStr;

pub use delimited::clipboard;
pub use file::{READER_GONE, write_file};
pub use table::plain as plain_table;

use crate::rds::{Cell, Column};

/// A file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people and spreadsheets: RFC 4180 with a byte order mark, formulas defused.
    Csv,
    /// An array of objects, as the AWS CLI prints resources.
    Json,
    /// Aligned text for a terminal.
    Table,
}

impl Format {
    /// The usual end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Table => "txt",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        match text {
            "csv" => Ok(Format::Csv),
            "json" => Ok(Format::Json),
            "table" => Ok(Format::Table),
            other => Err(format!("there is no format {other}: choose csv, json or table")),
        }
    }
}

/// Rows, some at a time, so that a report of any length needs little memory.
pub trait RowSource {
    /// The next rows, each with a cell for every column; empty at the end.
    ///
    /// # Errors
    /// A sentence that says why there are no more.
    fn next_rows(&mut self) -> Result<Vec<Vec<Cell>>, String>;
}

/// Writes rows in a format and says how many they were.
///
/// # Errors
/// What the source or the output says.
pub fn write(
    format: Format,
    columns: &[&Column],
    rows: &mut dyn RowSource,
    out: &mut dyn Write,
) -> io::Result<usize> {
    match format {
        Format::Csv => delimited::csv(columns, rows, out),
        Format::Json => json::json(columns, rows, out),
        Format::Table => table::table(columns, rows, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::kind;

    /// All rows at once.
    pub struct Once(pub Vec<Vec<Cell>>);

    impl RowSource for Once {
        fn next_rows(&mut self) -> Result<Vec<Vec<Cell>>, String> {
            Ok(std::mem::take(&mut self.0))
        }
    }

    pub fn columns(names: &[&str]) -> Vec<&'static Column> {
        let kind = kind("db-instances").unwrap();
        names.iter().map(|name| &kind.columns[kind.column(name).unwrap()]).collect()
    }
}
