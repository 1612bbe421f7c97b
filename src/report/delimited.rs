//! Comma-separated values for files and tab-separated values for the clipboard, as spreadsheets read them.

use std::io::{self, Write};

use super::{RowSource, Separator, each_row};
use crate::clean;
use crate::rds::readable::readable;
use crate::rds::{Cell, Column};

/// How a table is written.
#[derive(Clone, Copy)]
enum For {
    /// Texts as people read them: formulas defused, and escapes of what cannot be seen or turns the writing round.
    People,
    /// Every text exactly as AWS sent it; lists and structures are JSON.
    Programs,
}

impl For {
    fn cell(self, cell: &Cell) -> String {
        match (self, cell) {
            (For::People, cell) => defused(cell, readable(cell)),
            (For::Programs, Cell::Json(json)) => json.clone(),
            (For::Programs, cell) => readable(cell),
        }
    }

    /// The head of a column: a query of one's own may call it anything.
    fn name(self, column: &Column) -> String {
        match self {
            For::People => defused_text(&column.name),
            For::Programs => column.name.clone(),
        }
    }
}

/// RFC 4180 with CRLF line ends, in UTF-8 with the byte order mark without which Excel reads another encoding.
pub fn csv(
    columns: &[&Column],
    separator: Separator,
    rows: &mut dyn RowSource,
    out: &mut dyn Write,
) -> io::Result<usize> {
    out.write_all("\u{feff}".as_bytes())?;
    records(columns, separator, rows, out, For::People)
}

/// The same without the mark, for programs.
pub fn raw_csv(
    columns: &[&Column],
    separator: Separator,
    rows: &mut dyn RowSource,
    out: &mut dyn Write,
) -> io::Result<usize> {
    records(columns, separator, rows, out, For::Programs)
}

/// The CSV of people as a text, as a spreadsheet on this machine reads it: without the mark, which only a file needs.
///
/// # Errors
/// What the source says.
pub fn csv_text(columns: &[&Column], rows: &mut dyn RowSource) -> Result<String, String> {
    let mut text = Vec::new();
    records(columns, Separator::of_this_machine(), rows, &mut text, For::People)
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Writes lines of values. A value with the separator, a quotation mark or a line break in it is quoted.
pub(super) fn writer(separator: Separator, out: &mut dyn Write) -> csv::Writer<&mut dyn Write> {
    csv::WriterBuilder::new()
        .flexible(true)
        .delimiter(separator.byte())
        .terminator(csv::Terminator::CRLF)
        .from_writer(out)
}

fn records(
    columns: &[&Column],
    separator: Separator,
    rows: &mut dyn RowSource,
    out: &mut dyn Write,
    whom: For,
) -> io::Result<usize> {
    let mut writer = writer(separator, out);
    writer.write_record(columns.iter().map(|column| whom.name(column))).map_err(as_io)?;
    let written =
        each_row(rows, |_, row| writer.write_record(row.iter().map(|cell| whom.cell(cell))).map_err(as_io))?;
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
    let on_one_line = |text: String| text.replace(['\t', '\n', '\r'], " ");
    let names: Vec<String> = columns.iter().map(|column| on_one_line(For::People.name(column))).collect();
    let mut text = names.join("\t");
    each_row(rows, |_, row| {
        let cells: Vec<String> = row.iter().map(|cell| on_one_line(For::People.cell(cell))).collect();
        text.push('\n');
        text.push_str(&cells.join("\t"));
        Ok(())
    })
    .map_err(|error| error.to_string())?;
    Ok(text)
}

/// A text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, "CSV Injection"). Numbers
/// stay numbers.
fn defused(cell: &Cell, text: String) -> String {
    let is_text = matches!(cell, Cell::Text(_) | Cell::Json(_));
    if is_text { defused_text(&text) } else { text }
}

/// What begins a formula, also in the full width of East Asian scripts, which some spreadsheets take for the same.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// As `defused`, of what is a text in any case; what cannot be seen in it becomes an escape.
pub(super) fn defused_text(text: &str) -> String {
    let text = clean::cell(text);
    let is_number = text.ends_with(|last: char| last.is_ascii_digit()) && text.parse::<f64>().is_ok();
    if text.starts_with(FORMULA) && !is_number { format!("'{text}") } else { text.into_owned() }
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
        assert_eq!(csv(&columns, Separator::COMMA, &mut rows, &mut out).unwrap(), 2);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "\u{feff}DBInstanceIdentifier,AllocatedStorage,TagList,MultiAZ\r\n'=1+1,-5,,true\r\n\
             \"a,\"\"b\"\"\nc\",,'@x=ü,-1\r\n"
        );
    }

    /// Texts, each written with a separator and read back.
    fn read_back(texts: &[&str], separator: Separator) -> (String, Vec<String>) {
        let columns: Vec<Column> =
            texts.iter().map(|text| Column::new(*text, crate::rds::Shape::String, false)).collect();
        let columns: Vec<&Column> = columns.iter().collect();
        let row = texts.iter().map(|text| Cell::Text((*text).to_owned())).collect();
        let mut out = Vec::new();
        csv(&columns, separator, &mut Once(vec![row]), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(separator.byte())
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let records: Vec<Vec<String>> =
            reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(records[0], records[1], "the headers are written as the texts are");
        (text.clone(), records[1].clone())
    }

    #[test]
    fn values_with_the_separator_are_one_field_and_no_formula_whatever_it_is() {
        let texts = ["a;b", "x;=1+1", "a,b", "a|b", "a\tb", "plain", "ü \"q\""];
        for separator in [",", ";", "tab", "|"] {
            let (_, read) = read_back(&texts, separator.parse().unwrap());
            assert_eq!(read, texts, "{separator}");
        }
        let (text, _) = read_back(&["x;=1+1", "a,b"], Separator::SEMICOLON);
        assert!(text.ends_with("\r\n\"x;=1+1\";a,b\r\n"), "{text}");
        let dangerous =
            ["=1", "+x", "-x", "@x", "＝1+1", "＋1", "－1", "＠x", "\tx", "\rx", "-1e", "-inf", "+nan"];
        let (_, read) = read_back(&dangerous, Separator::SEMICOLON);
        assert_eq!(read, dangerous.map(|text| format!("'{text}")));
        let harmless = ["-1", "+4.5", "-1e5", "1=1", "a@b", "x－1"];
        assert_eq!(read_back(&harmless, Separator::COMMA).1, harmless);
    }

    /// Control characters, also of the second set, what turns the writing round, and what is not seen.
    const UNSEEN: &str = "a\u{1b}[2J\u{9b}31m\u{202e}b\u{2066}\u{200b}\u{85}\u{2028}\u{7f}";
    const SEEN: &str = r"a\u{1b}[2J\u{9b}31m\u{202e}b\u{2066}\u{200b}\u{85}\u{2028}\u{7f}";

    #[test]
    fn people_see_all_that_is_in_a_text_and_programs_have_it_exactly() {
        let (_, read) = read_back(&[UNSEEN, "=\u{202e}1", "a\tb\r\nc", "ü 漢"], Separator::COMMA);
        assert_eq!(read, [SEEN, r"'=\u{202e}1", "a\tb\r\nc", "ü 漢"]);
        let column = Column::new(UNSEEN, crate::rds::Shape::String, false);
        let rows = || Once(vec![vec![Cell::Text(UNSEEN.into())]]);
        assert_eq!(clipboard(&[&column], &mut rows()).unwrap(), format!("{SEEN}\n{SEEN}"));
        let mut raw = Vec::new();
        raw_csv(&[&column], Separator::COMMA, &mut rows(), &mut raw).unwrap();
        assert_eq!(String::from_utf8(raw).unwrap(), format!("{UNSEEN}\r\n{UNSEEN}\r\n"));
    }

    #[test]
    fn raw_csv_is_exact() {
        let columns = columns(&["DBInstanceIdentifier", "TagList"]);
        let mut rows = Once(vec![vec![Cell::Text("=1+1".into()), Cell::Json(r#"[{"Key":"a"}]"#.into())]]);
        let mut out = Vec::new();
        raw_csv(&columns, Separator::COMMA, &mut rows, &mut out).unwrap();
        let expected = "DBInstanceIdentifier,TagList\r\n=1+1,\"[{\"\"Key\"\":\"\"a\"\"}]\"\r\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn the_clipboard_keeps_a_row_on_its_line() {
        let columns = columns(&["DBInstanceIdentifier", "Engine"]);
        let mut rows = Once(vec![vec![Cell::Text("a\tb\nc".into()), Cell::Absent]]);
        assert_eq!(clipboard(&columns, &mut rows).unwrap(), "DBInstanceIdentifier\tEngine\na b c\t");
        let named = Column::new("=1\t+1", crate::rds::Shape::String, false);
        assert_eq!(clipboard(&[&named], &mut Once(vec![])).unwrap(), "'=1 +1");
    }
}
