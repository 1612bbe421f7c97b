//! A comparison as an Excel workbook: a sheet a section, coloured by verdict, and a sheet on coverage.

use std::io::{self, Seek, Write};

use rust_xlsxwriter::{Color, Format, Note, Workbook, Worksheet, XlsxError};

use super::{Sheet, SheetCell};
use crate::analysis::same::Verdict;
use crate::clean;
use crate::report::About;
use crate::report::xlsx::{coverage, failed, guarded, no_room, place, sheet_name};

/// Widths in characters: of names, and of values.
const WIDTHS: (f64, f64) = (36.0, 28.0);
/// Notes cost much; a cell of a large comparison says its reason in the other formats.
const MOST_NOTES: usize = 2000;

/// Writes the workbook.
pub fn write(sheets: &[Sheet], about: &About, out: &mut dyn Write) -> io::Result<()> {
    guarded(|| written(sheets, about, out))
}

fn written(sheets: &[Sheet], about: &About, out: &mut dyn Write) -> io::Result<()> {
    let mut workbook = Workbook::new();
    let header = Format::new().set_bold().set_background_color(Color::RGB(0x00F3_F4F6));
    let mut notes = 0;
    for sheet in sheets {
        fill(workbook.add_worksheet(), sheet, &header, &mut notes).map_err(failed)?;
    }
    let date = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    coverage(workbook.add_worksheet(), about, &Format::new().set_bold(), &date).map_err(failed)?;
    // The archive is written with steps back, which `out` need not allow.
    let mut file = tempfile::tempfile().map_err(no_room)?;
    workbook.save_to_writer(&mut file).map_err(no_room)?;
    file.rewind()?;
    io::copy(&mut file, out)?;
    Ok(())
}

fn fill(sheet: &mut Worksheet, of: &Sheet, header: &Format, notes: &mut usize) -> Result<(), XlsxError> {
    sheet.set_name(sheet_name(&of.title))?;
    let mut line = 0;
    for (at, column) in of.columns.iter().enumerate() {
        sheet.write_string_with_format(line, place(at), &*clean::cell(column), header)?;
        sheet.set_column_width(place(at), if at == 0 { WIDTHS.0 } else { WIDTHS.1 })?;
    }
    for identity in &of.identity {
        line += 1;
        for (at, text) in identity.iter().enumerate() {
            sheet.write_string_with_format(line, place(at), &*clean::cell(text), header)?;
        }
    }
    if !of.identity.is_empty() {
        sheet.set_column_width(1, 8)?;
    }
    sheet.set_freeze_panes(line + 1, 1)?;
    for cells in &of.lines {
        line += 1;
        for (at, cell) in cells.iter().enumerate() {
            write_cell(sheet, line, place(at), cell, notes)?;
        }
    }
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    line: u32,
    column: u16,
    cell: &SheetCell,
    notes: &mut usize,
) -> Result<(), XlsxError> {
    let text: String = clean::cell(&cell.signed()).chars().take(32_000).collect();
    let Some(colour) = cell.verdict.and_then(colour) else {
        sheet.write_string(line, column, &text)?;
        return Ok(());
    };
    let format = Format::new().set_background_color(Color::RGB(colour));
    sheet.write_string_with_format(line, column, &text, &format)?;
    if *notes < MOST_NOTES && !cell.reason.is_empty() {
        *notes += 1;
        sheet.insert_note(line, column, &Note::new(clean::cell(&cell.reason)))?;
    }
    Ok(())
}

/// The colour behind a verdict: those of the HTML page.
fn colour(verdict: Verdict) -> Option<u32> {
    match verdict {
        Verdict::Equal => None,
        Verdict::Different => Some(0x00FF_DFBA),
        Verdict::Missing => Some(0x00CF_E5F7),
        Verdict::Waits => Some(0x00FF_F3B0),
        Verdict::NotKnown => Some(0x00E4_E4E7),
    }
}
