//! A Markdown table, for a ticket or a page of documentation. A row stays on its line, and no cell can end its column,
//! format itself or bring HTML with it.

use super::{RowSource, each_row};
use crate::clean::is_hidden;
use crate::rds::Column;
use crate::rds::readable::readable;

/// The rows as a table; numbers stand on the right.
///
/// # Errors
/// What the source says.
pub fn markdown(columns: &[&Column], rows: &mut dyn RowSource) -> Result<String, String> {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(columns.iter().map(|column| escaped(&column.name)).collect());
    let rule = |column: &&Column| if column.shape.is_number() { "---:" } else { "---" };
    text.push_str(&line(columns.iter().map(rule).map(str::to_owned).collect()));
    each_row(rows, |_, row| {
        text.push_str(&line(row.iter().map(|cell| escaped(&readable(cell))).collect()));
        Ok(())
    })
    .map_err(|error| error.to_string())?;
    Ok(text)
}

/// A text that stays a text in Markdown: no link, no picture, no HTML, nothing that formats itself or cannot be seen.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '\n' | '\r' => escaped.push_str("<br>"),
            '\\' | '|' | '<' | '*' | '`' | '[' => escaped.extend(['\\', character]),
            '\t' => escaped.push(' '),
            _ if is_hidden(character) => escaped.extend(character.escape_unicode()),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::Cell;
    use crate::report::tests::{Once, columns};

    #[test]
    fn a_cell_stays_in_its_column() {
        let columns = columns(&["DBInstanceIdentifier", "AllocatedStorage"]);
        let row = vec![Cell::Text("a|b\\|\r\n<b>*x*\t[y](z)".into()), Cell::Integer(20)];
        let mut rows = Once(vec![row, vec![Cell::Absent, Cell::Absent]]);
        assert_eq!(
            markdown(&columns, &mut rows).unwrap(),
            "| DBInstanceIdentifier | AllocatedStorage |\n| --- | ---: |\n\
             | a\\|b\\\\\\|<br>\\<b>\\*x\\* \\[y](z) | 20 |\n|  |  |\n"
        );
    }
}
