//! Reports: rows as text and files. It knows columns and cells; where they come from is the inventory's business.

mod about;
mod comparison;
mod delimited;
mod file;
mod html;
mod json;
mod markdown;
mod separator;
mod table;
mod values;
mod xlsx;

use std::io::{self, Write};
use std::str::FromStr;

pub use about::{About, moment};
pub use comparison::{Compared, ComparisonFormat, write as write_comparison};
pub use delimited::{clipboard, csv_text};
pub use file::write_file;
pub use json::text as json_text;
pub use markdown::markdown;
pub use separator::Separator;
pub use table::TextTable;
pub use values::{Listed, ValuesFormat, write as write_values};

use crate::rds::{Cell, Column};

/// A file's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people and spreadsheets: RFC 4180 with a byte order mark, formulas defused.
    Csv(Separator),
    /// For programs: RFC 4180, every text as it is.
    RawCsv(Separator),
    /// An array of objects, as the AWS CLI prints resources.
    Json,
    /// One object a line.
    JsonLines,
    /// An Excel workbook: typed cells, and a second sheet that says what it is of and what is missing.
    Xlsx,
    /// One page that needs no network: to read, to sort, to print.
    Html,
    /// Aligned text for a terminal.
    Table,
}

impl Format {
    /// Every format with its name on the command line, in the order in which they are offered. CSV is with commas.
    pub const ALL: [(Format, &'static str); 6] = [
        (Format::Xlsx, "xlsx"),
        (Format::Csv(Separator::COMMA), "csv"),
        (Format::Json, "json"),
        (Format::JsonLines, "jsonl"),
        (Format::Html, "html"),
        (Format::Table, "table"),
    ];

    /// The format with this separator, where it has one.
    #[must_use]
    pub fn separated_by(self, separator: Separator) -> Format {
        match self {
            Format::Csv(_) => Format::Csv(separator),
            Format::RawCsv(_) => Format::RawCsv(separator),
            format => format,
        }
    }

    /// The usual end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv(_) | Format::RawCsv(_) => "csv",
            Format::Table => "txt",
            _ => Format::ALL.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        Format::ALL.iter().find(|(_, name)| *name == text).map(|(format, _)| *format).ok_or_else(|| {
            let names: Vec<&str> = Format::ALL.iter().map(|(_, name)| *name).collect();
            format!("there is no format {text}: choose one of {}", names.join(", "))
        })
    }
}

/// Rows, some at a time, so that a report of any length needs little memory.
pub trait RowSource {
    /// How many rows there are in all.
    fn total(&self) -> usize;

    /// The next rows, each with a cell for every column; empty at the end.
    ///
    /// # Errors
    /// A sentence that says why there are no more.
    fn next_rows(&mut self) -> Result<Vec<Vec<Cell>>, String>;
}

/// Writes rows in a format and says how many they were.
///
/// # Errors
/// What the source or the output says, or that the format cannot hold so many rows.
pub fn write(
    format: Format,
    columns: &[&Column],
    about: &About,
    rows: &mut dyn RowSource,
    out: &mut dyn Write,
) -> io::Result<usize> {
    match format {
        Format::Csv(separator) => delimited::csv(columns, separator, rows, out),
        Format::RawCsv(separator) => delimited::raw_csv(columns, separator, rows, out),
        Format::Json => json::json(columns, rows, out),
        Format::JsonLines => json::json_lines(columns, rows, out),
        Format::Xlsx => xlsx::xlsx(columns, about, rows, out),
        Format::Html => html::html(columns, about, rows, out),
        Format::Table => table::table(columns, rows, out),
    }
}

/// Hands every row on, and says how many they were.
fn each_row(
    rows: &mut dyn RowSource,
    mut take: impl FnMut(usize, Vec<Cell>) -> io::Result<()>,
) -> io::Result<usize> {
    let mut written = 0;
    loop {
        let batch = rows.next_rows().map_err(io::Error::other)?;
        if batch.is_empty() {
            return Ok(written);
        }
        for row in batch {
            take(written, row)?;
            written += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::kind;

    /// All rows at once.
    pub struct Once(pub Vec<Vec<Cell>>);

    impl RowSource for Once {
        fn total(&self) -> usize {
            self.0.len()
        }

        fn next_rows(&mut self) -> Result<Vec<Vec<Cell>>, String> {
            Ok(std::mem::take(&mut self.0))
        }
    }

    pub fn columns(names: &[&str]) -> Vec<&'static Column> {
        let kind = kind("db-instances").unwrap();
        names.iter().map(|name| &kind.columns[kind.column(name).unwrap()]).collect()
    }
}
