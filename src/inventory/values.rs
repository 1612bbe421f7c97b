//! Cells as SQLite's values, and back. Lists and structures are JSON text, truth values 0 and 1.
//!
//! A list or structure that says nothing is NULL, as a member that AWS did not send, so that every question takes the
//! two for the same. Which of them AWS sent, and as what, is kept beside the row in `_Empty`, from which the exact cell
//! is made again.

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Statement, ToSql};
use serde_json::{Map, Value as Json};

use crate::rds::{Cell, Kind, Row, Shape};

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            cell if !cell.has_value() => ToSqlOutput::Owned(Value::Null),
            Cell::Absent => ToSqlOutput::Owned(Value::Null),
            Cell::Text(text) | Cell::Json(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Cell::Double(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Cell::Boolean(truth) => ToSqlOutput::Owned(Value::Integer((*truth).into())),
        })
    }
}

/// Binds the members of a row from the parameter `first` on, and after them what is kept beside it: the members that are
/// unknown, and those that are empty.
pub fn bind(statement: &mut Statement<'_>, first: usize, kind: &Kind, row: &Row) -> rusqlite::Result<()> {
    for (at, cell) in row.cells.iter().enumerate() {
        statement.raw_bind_parameter(first + at, cell)?;
    }
    let beside = first + row.cells.len();
    statement.raw_bind_parameter(beside, &row.unknown)?;
    statement.raw_bind_parameter(beside + 1, empty(kind, row))
}

/// The members that AWS sent without a value, as a JSON object; `None` where there are none.
pub fn empty(kind: &Kind, row: &Row) -> Option<String> {
    let members = kind.structure.members.iter().zip(&row.cells);
    let empty: Vec<String> = members
        .filter_map(|(member, cell)| match cell {
            Cell::Json(json) if !cell.has_value() => {
                Some(format!("{}:{json}", Json::from(member.name.as_str())))
            }
            _ => None,
        })
        .collect();
    (!empty.is_empty()).then(|| format!("{{{}}}", empty.join(",")))
}

/// The cells of a row as AWS sent them: `columns` are what stands in it from the place `first` on, by name and shape, and
/// `_Empty` follows them. A column without a name is left as it is.
pub fn exact_cells<'a>(
    row: &rusqlite::Row<'_>,
    first: usize,
    columns: impl Iterator<Item = (&'a str, &'a Shape)> + Clone,
) -> rusqlite::Result<Vec<Cell>> {
    let read = columns.clone().enumerate();
    let mut cells: Vec<Cell> = read
        .map(|(at, (_, shape))| Ok(cell(row.get_ref(first + at)?, shape)))
        .collect::<rusqlite::Result<_>>()?;
    if let ValueRef::Text(empty) = row.get_ref(first + cells.len())? {
        let empty: Map<String, Json> = serde_json::from_slice(empty).unwrap_or_default();
        for (cell, (name, _)) in cells.iter_mut().zip(columns).filter(|(cell, _)| **cell == Cell::Absent) {
            if let Some(sent) = empty.get(name) {
                *cell = Cell::Json(sent.to_string());
            }
        }
    }
    Ok(cells)
}

/// A value as the cell of a column of this shape.
pub fn cell(value: ValueRef<'_>, shape: &Shape) -> Cell {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match (value, shape) {
        (ValueRef::Null, _) => Cell::Absent,
        (ValueRef::Integer(number), Shape::Boolean) => Cell::Boolean(number != 0),
        (ValueRef::Integer(number), Shape::Double) => Cell::Double(number as f64),
        (ValueRef::Integer(number), _) => Cell::Integer(number),
        (ValueRef::Real(number), _) => Cell::Double(number),
        (ValueRef::Text(bytes) | ValueRef::Blob(bytes), shape) if shape.is_nested() => {
            Cell::Json(text(bytes))
        }
        (ValueRef::Text(bytes) | ValueRef::Blob(bytes), _) => Cell::Text(text(bytes)),
    }
}
