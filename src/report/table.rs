//! Aligned text for a terminal.

use std::fmt;
use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::{RowSource, each_row};
use crate::clean::one_line;
use crate::rds::Column;
use crate::rds::readable::readable;

/// Longer cells are cut: a table is to be looked at, the other formats are to be kept.
const LONGEST: usize = 60;

/// The rows as a table with its header; numbers are right-aligned.
pub fn table(columns: &[&Column], rows: &mut dyn RowSource, out: &mut dyn Write) -> io::Result<usize> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let mut table = TextTable::new(&names);
    for (at, _) in columns.iter().enumerate().filter(|(_, column)| column.shape.is_number()) {
        table.align_right(at);
    }
    let written = each_row(rows, |_, row| {
        table.row(row.iter().map(|cell| short(&readable(cell))));
        Ok(())
    })?;
    writeln!(out, "{table}")?;
    Ok(written)
}

/// A table as all our listings look: one line a row, a rule under the header, and as wide as its content. Whatever a cell
/// holds stays on its line and does nothing to a terminal.
pub struct TextTable(Table);

impl TextTable {
    pub fn new(header: &[&str]) -> TextTable {
        let rule = LineStyle::none().fill('─').junction('─');
        let mut table = Table::new();
        table
            .load_style(TableStyle::new().header_separator(rule))
            .set_content_arrangement(ContentArrangement::Disabled)
            .set_header(header.iter().map(|name| one_line(name).into_owned()));
        TextTable(table)
    }

    /// Puts what a column holds on the right.
    pub fn align_right(&mut self, column: usize) {
        if let Some(column) = self.0.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) {
        self.0.add_row(cells.into_iter().map(|cell| one_line(cell.as_ref()).into_owned()));
    }
}

impl fmt::Display for TextTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// On one line, without what acts on a terminal, and not longer than a person reads.
pub(super) fn short(text: &str) -> String {
    let beginning = &text[..text.floor_char_boundary(LONGEST * 8)];
    let line = one_line(beginning);
    if line.chars().count() > LONGEST {
        return line.chars().take(LONGEST - 1).chain(['…']).collect();
    }
    line.into_owned()
}
