//! Rows as text for the clipboard, in each of the forms in which people take them elsewhere. The forms themselves are
//! the reports' business; here it is decided which rows and columns go into them.

use super::api::{CopyForm, RowChoice};
use super::exporting::{Source, sentence};
use crate::inventory::Reader;
use crate::query::Query;
use crate::rds::command::{self, Shell};
use crate::rds::readable::exact;
use crate::rds::{Column, Kind, kind};
use crate::report;

/// # Errors
/// A sentence that says why there is no such text.
pub fn copied(reader: &mut Reader, query: Query, rows: &RowChoice, form: CopyForm) -> Result<String, String> {
    let shown = |reader: &mut Reader| -> Result<String, String> {
        let mut source = Source::new(reader, query.clone(), rows, false)?;
        let columns = source.columns();
        let columns: Vec<&Column> = columns.iter().collect();
        match form {
            CopyForm::Csv => report::csv_text(&columns, &mut source),
            CopyForm::Markdown => report::markdown(&columns, &mut source),
            _ => report::clipboard(&columns, &mut source),
        }
    };
    match (form, kind(&query.kind)) {
        (CopyForm::Json, _) if *rows != RowChoice::Groups => objects(reader, query, rows),
        (CopyForm::AwsCommand, Some(kind)) => commands(reader, query, rows, kind),
        (CopyForm::AwsCommand, None) => {
            Err("rows of a query in SQL have no command of the AWS CLI".to_owned())
        }
        _ => shown(reader),
    }
}

/// Every member of the rows, those newer than this program too, as the AWS CLI prints resources.
fn objects(reader: &mut Reader, query: Query, rows: &RowChoice) -> Result<String, String> {
    let kind = kind(&query.kind);
    let source = Source::new(reader, query, rows, true)?;
    let columns = source.columns();
    let mut objects = Vec::new();
    for row in source.numbers() {
        let Some(cells) = source.cells(row).map_err(sentence)? else { continue };
        let members = columns.iter().zip(&cells).filter(|(column, _)| !column.own);
        let mut object: serde_json::Map<_, _> = members
            .filter_map(|(column, cell)| exact(cell).map(|value| (column.json_key().to_owned(), value)))
            .collect();
        let unknown =
            kind.map(|kind| source.reader().unknown_members(kind, row)).transpose().map_err(sentence)?;
        let unknown = unknown.flatten().and_then(|json| serde_json::from_str(&json).ok());
        object.extend(unknown.unwrap_or_else(serde_json::Map::new));
        objects.push(object.into());
    }
    report::json_text(objects).map_err(|error| error.to_string())
}

/// For each row the command that shows it; rows that one command shows have it once.
fn commands(reader: &mut Reader, query: Query, rows: &RowChoice, kind: &Kind) -> Result<String, String> {
    let columns: Vec<String> = command::columns(kind).into_iter().map(str::to_owned).collect();
    let mut source = Source::new(reader, Query { columns, ..query }, rows, false)?;
    let mut commands: Vec<String> = Vec::new();
    loop {
        let rows = report::RowSource::next_rows(&mut source)?;
        if rows.is_empty() {
            return Ok(commands.join("\n"));
        }
        for cells in rows {
            let command = command::describe(kind, &cells, Shell::HERE);
            if commands.last() != Some(&command) {
                commands.push(command);
            }
        }
    }
}
