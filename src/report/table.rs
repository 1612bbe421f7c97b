//! Aligned text for a terminal.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::{RowSource, each_row};
use crate::rds::Column;
use crate::rds::readable::readable;

/// Longer cells are cut: a table is to be looked at, the other formats are to be kept.
const LONGEST: usize = 60;

/// The rows as a table with its header; numbers are right-aligned.
pub fn table(columns: &[&Column], rows: &mut dyn RowSource, out: &mut dyn Write) -> io::Result<usize> {
    let mut table = plain(columns.iter().map(|column| column.name.as_str()));
    for (at, column) in columns.iter().enumerate() {
        if column.shape.is_number()
            && let Some(column) = table.column_mut(at)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let written = each_row(rows, |_, row| {
        table.add_row(row.iter().map(|cell| short(&readable(cell))));
        Ok(())
    })?;
    writeln!(out, "{table}")?;
    Ok(written)
}

/// A table as all our listings look: one line a row, a rule under the header, and as wide as its content.
pub fn plain<'a>(header: impl Iterator<Item = &'a str>) -> Table {
    let rule = LineStyle::none().fill('─').junction('─');
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(rule))
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header);
    table
}

/// On one line, without control characters, and not longer than a person reads.
pub(super) fn short(text: &str) -> String {
    let line: String =
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LONGEST + 1).collect();
    if line.chars().count() > LONGEST {
        return line.chars().take(LONGEST - 1).chain(['…']).collect();
    }
    line
}
