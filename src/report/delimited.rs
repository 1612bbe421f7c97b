//! Comma-separated values for files and tab-separated values for the clipboard, as spreadsheets read them.

use std::io::{self, Write};

use super::{RowSource, each_row};
use crate::rds::readable::readable;
use crate::rds::{Cell, Column};

/// RFC 4180 with CRLF line ends, in UTF-8 with the byte order mark without which Excel reads another encoding.
pub fn csv(columns: &[&Column], rows: &mut dyn RowSource, out: &mut dyn Write) -> io::Result<usize> {
    out.write_all("\u{feff}".as_bytes())?;
    records(columns, rows, out, |cell| defused(cell, readable(cell)))
}

/// The same without the mark, and with every text exactly as AWS sent it; lists and structures are JSON.
pub fn raw_csv(columns: &[&Column], rows: &mut dyn RowSource, out: &mut dyn Write) -> io::Result<usize> {
    records(columns, rows, out, |cell| match cell {
        Cell::Json(json) => json.clone(),
        cell => readable(cell),
    })
}

/// The CSV of people as a text: without the mark, which only a file needs.
///
/// # Errors
/// What the source says.
pub fn csv_text(columns: &[&Column], rows: &mut dyn RowSource) -> Result<String, String> {
    let mut text = Vec::new();
    records(columns, rows, &mut text, |cell| defused(cell, readable(cell)))
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn records(
    columns: &[&Column],
    rows: &mut dyn RowSource,
    out: &mut dyn Write,
    text: impl Fn(&Cell) -> String,
) -> io::Result<usize> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(columns.iter().map(|column| &column.name)).map_err(as_io)?;
    let written = each_row(rows, |_, row| writer.write_record(row.iter().map(&text)).map_err(as_io))?;
    writer.flush()?;
    Ok(written)
}

/// The error of the file itself, which says whether the disk is full.
pub(super) fn as_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Tab-separated text with headers. Line breaks and tabs within a cell become blanks, as when a spreadsheet is copied.
///
/// # Errors
/// What the source says.
pub fn clipboard(columns: &[&Column], rows: &mut dyn RowSource) -> Result<String, String> {
    let mut text = columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join("\t");
    each_row(rows, |_, row| {
        let cells: Vec<String> =
            row.iter().map(|cell| defused(cell, readable(cell)).replace(['\t', '\n', '\r'], " ")).collect();
        text.push('\n');
        text.push_str(&cells.join("\t"));
        Ok(())
    })
    .map_err(|error| error.to_string())?;
    Ok(text)
}

/// A text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, "CSV Injection"). Numbers
/// stay numbers.
pub(super) fn defused(cell: &Cell, text: String) -> String {
    let is_text = matches!(cell, Cell::Text(_) | Cell::Json(_));
    if is_text && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && text.parse::<f64>().is_err() {
        return format!("'{text}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{Once, columns};

    #[test]
    fn csv_is_what_spreadsheets_read_safely() {
        let columns = columns(&["DBInstanceIdentifier", "AllocatedStorage", "TagList", "MultiAZ"]);
        let mut rows = Once(vec![
            vec![Cell::Text("=1+1".into()), Cell::Integer(-5), Cell::Absent, Cell::Boolean(true)],
            vec![
                Cell::Text("a,\"b\"\nc".into()),
                Cell::Absent,
                Cell::Json(r#"[{"Key":"@x","Value":"ü"}]"#.into()),
                Cell::Text("-1".into()),
            ],
        ]);
        let mut out = Vec::new();
        assert_eq!(csv(&columns, &mut rows, &mut out).unwrap(), 2);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "\u{feff}DBInstanceIdentifier,AllocatedStorage,TagList,MultiAZ\r\n'=1+1,-5,,true\r\n\
             \"a,\"\"b\"\"\nc\",,'@x=ü,-1\r\n"
        );
    }

    #[test]
    fn raw_csv_is_exact() {
        let columns = columns(&["DBInstanceIdentifier", "TagList"]);
        let mut rows = Once(vec![vec![Cell::Text("=1+1".into()), Cell::Json(r#"[{"Key":"a"}]"#.into())]]);
        let mut out = Vec::new();
        raw_csv(&columns, &mut rows, &mut out).unwrap();
        let expected = "DBInstanceIdentifier,TagList\r\n=1+1,\"[{\"\"Key\"\":\"\"a\"\"}]\"\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn the_clipboard_keeps_a_row_on_its_line() {
        let columns = columns(&["DBInstanceIdentifier", "Engine"]);
        let mut rows = Once(vec![vec![Cell::Text("a\tb\nc".into()), Cell::Absent]]);
        assert_eq!(clipboard(&columns, &mut rows).unwrap(), "DBInstanceIdentifier\tEngine\na b c\t");
    }
}
