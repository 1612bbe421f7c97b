//! Cells as SQLite's values, and back. Lists and structures are JSON text, truth values 0 and 1.

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Statement, ToSql};

use crate::rds::{Cell, Row, Shape};

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Absent => ToSqlOutput::Owned(Value::Null),
            Cell::Text(text) | Cell::Json(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Cell::Double(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Cell::Boolean(truth) => ToSqlOutput::Owned(Value::Integer((*truth).into())),
        })
    }
}

/// Binds the members of a row, and those that are unknown after them, from the parameter `first` on.
pub fn bind(statement: &mut Statement<'_>, first: usize, row: &Row) -> rusqlite::Result<()> {
    for (at, cell) in row.cells.iter().enumerate() {
        statement.raw_bind_parameter(first + at, cell)?;
    }
    statement.raw_bind_parameter(first + row.cells.len(), &row.unknown)
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
