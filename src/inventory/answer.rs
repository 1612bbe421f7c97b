//! The table of a person's answer: the rows of their SQL as they come, and what its columns turn out to be. It is then
//! read as a kind's table is; running the SQL is `guard`'s business.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::guard::{Described, Sink};
use crate::query::quoted;
use crate::rds::answer::json_has_value;
use crate::rds::{Column, Shape};

/// The table's name, which only its connection sees.
pub const ANSWER: &str = "_answer";

/// Takes the rows of a person's SQL into a table.
pub struct AnswerTable<'a> {
    connection: &'a Connection,
    insert: String,
    found: Vec<Found>,
}

impl AnswerTable<'_> {
    pub fn new(connection: &Connection) -> AnswerTable<'_> {
        AnswerTable { connection, insert: String::new(), found: Vec::new() }
    }

    /// What the columns have turned out to be.
    pub fn into_columns(self) -> Vec<Column> {
        self.found.into_iter().map(Found::column).collect()
    }
}

/// What a column of an answer has held so far.
struct Found {
    described: Described,
    integers: bool,
    numbers: bool,
    json: bool,
    truths: bool,
}

impl Found {
    fn look(&mut self, value: ValueRef<'_>) {
        let (integer, number, json, truth) = match value {
            ValueRef::Null => return,
            ValueRef::Integer(value) => (true, true, false, matches!(value, 0 | 1)),
            ValueRef::Real(_) => (false, true, false, false),
            ValueRef::Text(text) => (false, false, matches!(text.first(), Some(b'[' | b'{')), false),
            ValueRef::Blob(_) => (false, false, false, false),
        };
        self.integers &= integer;
        self.numbers &= number;
        self.json &= json;
        self.truths &= truth;
    }

    /// A value as it is kept: an empty list or structure in a kind's column has no value, wherever it comes from.
    fn kept<'a>(&self, value: ValueRef<'a>) -> ValueRef<'a> {
        let is_nested = self.described.shape.as_ref().is_some_and(Shape::is_nested);
        match value {
            ValueRef::Text(json) if is_nested && !json_has_value(&String::from_utf8_lossy(json)) => {
                ValueRef::Null
            }
            value => value,
        }
    }

    /// The column as what it holds. Of a kind's column the shape is AWS's, if the values are as it says.
    fn column(self) -> Column {
        let fits = |shape: &Shape| match shape {
            Shape::Boolean => self.truths,
            Shape::Integer | Shape::Long => self.integers,
            Shape::Double => self.numbers,
            shape if shape.is_nested() => self.json,
            _ => true,
        };
        let shape = match self.described.shape {
            Some(shape) if fits(&shape) => shape,
            _ if self.integers => Shape::Long,
            _ if self.numbers => Shape::Double,
            _ => Shape::String,
        };
        Column::new(self.described.name, shape, false)
    }
}

impl Sink for AnswerTable<'_> {
    fn columns(&mut self, columns: &[Described]) -> Result<(), String> {
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        let marks = vec!["?"; columns.len()].join(", ");
        self.connection
            .execute_batch(&format!(
                "CREATE TEMP TABLE {ANSWER} (_Row INTEGER PRIMARY KEY, {})",
                names.join(", ")
            ))
            .map_err(|error| error.to_string())?;
        self.insert = format!("INSERT INTO {ANSWER} ({}) VALUES ({marks})", names.join(", "));
        self.found = columns
            .iter()
            .map(|described| Found {
                described: described.clone(),
                integers: true,
                numbers: true,
                json: true,
                truths: true,
            })
            .collect();
        Ok(())
    }

    fn row(&mut self, values: &[ValueRef<'_>]) -> Result<(), String> {
        for (found, value) in self.found.iter_mut().zip(values) {
            found.look(*value);
        }
        let values = self.found.iter().zip(values).map(|(found, value)| found.kept(*value));
        let values: Vec<ToSqlOutput<'_>> = values.map(ToSqlOutput::Borrowed).collect();
        let insert = || -> rusqlite::Result<()> {
            self.connection.prepare_cached(&self.insert)?.execute(params_from_iter(values))?;
            Ok(())
        };
        insert().map_err(|error| format!("the answer cannot be kept: {error}"))
    }
}
