//! An Excel workbook: the rows as typed cells, and a sheet on what they are of and what is missing.

use std::io::{self, Seek, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::about::moment;
use super::{About, RowSource, each_row};
use crate::clean;
use crate::rds::readable::readable;
use crate::rds::{Cell, Column, Shape};
use crate::worker;

/// Rows of a sheet, the header among them.
const MOST_ROWS: usize = 1_048_576;
/// Characters that Excel keeps of one cell.
const MOST_CHARACTERS: usize = 32_767;
/// Whole numbers beyond this lose digits in Excel's floating point.
const MOST_EXACT: i64 = 1 << 53;
/// Characters of a column's width: no narrower than a date, no wider than is pleasant.
const WIDTHS: (usize, usize) = (8, 48);
/// So many rows decide how wide the columns are.
const LOOKED_AT: usize = 500;

/// Writes the workbook. Rows pass through a temporary file, so memory does not grow with them.
pub fn xlsx(
    columns: &[&Column],
    about: &About,
    rows: &mut dyn RowSource,
    out: &mut dyn Write,
) -> io::Result<usize> {
    guarded(|| written(columns, about, rows, out))
}

/// The library panics where its temporary files cannot be written, mostly since there is no room for them. That becomes an
/// error as of any other file.
pub(super) fn guarded<T>(write: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let mut result = None;
    let panicked = worker::guarded("the workbook", || {
        result = Some(write());
        Ok(())
    });
    result.unwrap_or_else(|| Err(no_room(panicked.err().unwrap_or_default())))
}

/// Temporary files could not be written.
pub(super) fn no_room(why: impl std::fmt::Display) -> io::Error {
    let folder = std::env::temp_dir();
    io::Error::other(format!(
        "temporary files in {} cannot be written: free some space there, or have TMPDIR name another folder ({why})",
        folder.display()
    ))
}

fn written(
    columns: &[&Column],
    about: &About,
    rows: &mut dyn RowSource,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let total = rows.total();
    if total >= MOST_ROWS {
        return Err(io::Error::other(format!(
            "Excel holds {} rows below the header and these are {total}: filter them, or write CSV",
            MOST_ROWS - 1
        )));
    }
    let mut workbook = Workbook::new();
    let header = Format::new().set_bold().set_align(FormatAlign::Left);
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let written = {
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(no_room)?;
        sheet.set_name(sheet_name(&about.title)).map_err(failed)?;
        sheet.set_freeze_panes(1, 1).map_err(failed)?;
        if let (Ok(last_row), Some(last_column)) = (u32::try_from(total), columns.len().checked_sub(1)) {
            sheet.autofilter(0, 0, last_row, place(last_column)).map_err(failed)?;
        }
        for (at, column) in columns.iter().enumerate() {
            sheet.write_with_format(0, place(at), &*clean::cell(&column.name), &header).map_err(failed)?;
        }
        let mut widths: Vec<usize> = columns.iter().map(|column| column.name.len() + 3).collect();
        let written = each_row(rows, |at, row| {
            let line = u32::try_from(at + 1).map_err(io::Error::other)?;
            for (column, (cell, described)) in row.iter().zip(columns).enumerate() {
                let width =
                    write_cell(sheet, line, place(column), cell, &described.shape, &date).map_err(failed)?;
                if at < LOOKED_AT {
                    widths[column] = widths[column].max(width);
                }
            }
            Ok(())
        })?;
        for (at, width) in widths.into_iter().enumerate() {
            let width = width.clamp(WIDTHS.0, WIDTHS.1);
            sheet
                .set_column_width(place(at), f64::from(u16::try_from(width).unwrap_or(u16::MAX)))
                .map_err(failed)?;
        }
        written
    };
    coverage(workbook.add_worksheet(), about, &header, &date).map_err(failed)?;
    // The archive is written with steps back, which `out` need not allow, and may be larger than memory should be.
    let mut file = tempfile::tempfile().map_err(no_room)?;
    workbook.save_to_writer(&mut file).map_err(no_room)?;
    file.rewind()?;
    io::copy(&mut file, out)?;
    Ok(written)
}

/// Writes one cell by its type, and says how wide it is.
fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    shape: &Shape,
    date: &Format,
) -> Result<usize, XlsxError> {
    match cell {
        cell if !cell.has_value() => return Ok(0),
        #[expect(clippy::cast_precision_loss, reason = "the guard keeps to numbers that are exact")]
        Cell::Integer(number) if number.abs() <= MOST_EXACT => {
            sheet.write_number(row, column, *number as f64)?;
            return Ok(number.to_string().len());
        }
        Cell::Double(number) => {
            sheet.write_number(row, column, *number)?;
            return Ok(number.to_string().len());
        }
        Cell::Boolean(truth) => {
            sheet.write_boolean(row, column, *truth)?;
            return Ok(5);
        }
        Cell::Text(text) if matches!(shape, Shape::Timestamp) => {
            // Excel knows no time zone: RDS's are UTC, and what is not goes in as text.
            if let Some(moment) =
                text.strip_suffix("+00:00").and_then(|text| ExcelDateTime::parse_from_str(text).ok())
            {
                sheet.write_datetime_with_format(row, column, &moment, date)?;
                return Ok(19);
            }
        }
        _ => {}
    }
    let mut text = clean::cell(&readable(cell)).into_owned();
    if text.chars().count() > MOST_CHARACTERS {
        text = text.chars().take(MOST_CHARACTERS - 1).chain(['…']).collect();
    }
    // Written as a string: Excel never runs it as a formula.
    sheet.write_string(row, column, &text)?;
    Ok(text.chars().count())
}

pub(super) fn coverage(
    sheet: &mut Worksheet,
    about: &About,
    header: &Format,
    date: &Format,
) -> Result<(), XlsxError> {
    sheet.set_name("Coverage")?;
    let mut row = 0;
    let mut line = |sheet: &mut Worksheet, name: &str, text: &str| {
        sheet.write_string_with_format(row, 0, name, header)?;
        sheet.write_string(row, 1, &*clean::cell(text))?;
        row += 1;
        Ok::<(), XlsxError>(())
    };
    line(sheet, "Report", &about.title)?;
    for scope in &about.scope {
        line(sheet, "Scope", scope)?;
    }
    line(sheet, "Made", &moment(about.made))?;
    line(sheet, "As of", about.as_of().as_deref().unwrap_or("never"))?;
    line(sheet, "Completeness", &about.completeness())?;
    for reason in &about.broken {
        line(sheet, "Not collected", reason)?;
    }
    row += 1;
    let names = ["AccountId", "Region", "Profiles", "State", "Rows", "As of", "Code", "Message", "RequestId"];
    for (at, name) in names.iter().enumerate() {
        sheet.write_string_with_format(row, place(at), *name, header)?;
    }
    let first = row;
    for entry in &about.coverage {
        row += 1;
        let failure = entry.failure.as_ref();
        sheet.write_string(row, 0, entry.account_id.as_deref().unwrap_or("unknown"))?;
        sheet.write_string(row, 1, &entry.region)?;
        sheet.write_string(row, 2, &*clean::cell(&entry.profiles.join("; ")))?;
        sheet.write_string(row, 3, entry.state.word())?;
        #[expect(clippy::cast_precision_loss, reason = "no account has 2^53 rows")]
        sheet.write_number(row, 4, entry.rows as f64)?;
        if let Some(moment) =
            entry.as_of.and_then(|time| ExcelDateTime::from_timestamp(time.unix_timestamp()).ok())
        {
            sheet.write_datetime_with_format(row, 5, &moment, date)?;
        }
        sheet.write_string(
            row,
            6,
            failure.and_then(|failure| failure.code.as_deref()).unwrap_or_default(),
        )?;
        sheet.write_string(row, 7, failure.map(|failure| &*failure.message).unwrap_or_default())?;
        sheet.write_string(
            row,
            8,
            failure.and_then(|failure| failure.request_id.as_deref()).unwrap_or_default(),
        )?;
    }
    sheet.autofilter(first, 0, row, place(names.len() - 1))?;
    for (at, width) in [16, 18, 30, 18, 8, 20, 22, 60, 38].into_iter().enumerate() {
        sheet.set_column_width(place(at), width)?;
    }
    Ok(())
}

/// A column's place in Excel's numbers; a kind has some hundred columns.
pub(super) fn place(column: usize) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}

/// A name that Excel allows for a sheet: at most 31 characters, and none of `[]:*?/\`.
pub(super) fn sheet_name(title: &str) -> String {
    title.chars().map(|letter| if "[]:*?/\\".contains(letter) { ' ' } else { letter }).take(31).collect()
}

pub(super) fn failed(error: XlsxError) -> io::Error {
    io::Error::other(format!("the workbook: {error}"))
}
