//! JSON as the AWS CLI prints it: an array of objects, indented by four, without the members AWS did not send.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::PrettyFormatter;
use serde_json::{Map, Serializer, Value};

use super::{RowSource, each_row};
use crate::clean;
use crate::rds::readable::exact;
use crate::rds::{Cell, Column};

/// The rows as an array of objects.
pub fn json(columns: &[&Column], rows: &mut dyn RowSource, out: &mut dyn Write) -> io::Result<usize> {
    out.write_all(b"[")?;
    let written = each_row(rows, |at, row| {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        let mut text = Vec::new();
        let formatter = PrettyFormatter::with_indent(b"    ");
        Value::Object(object(columns, &row))
            .serialize(&mut Serializer::with_formatter(&mut text, formatter))?;
        for line in clean::json(&String::from_utf8_lossy(&text)).split_inclusive('\n') {
            out.write_all(b"    ")?;
            out.write_all(line.as_bytes())?;
        }
        Ok(())
    })?;
    out.write_all(if written == 0 { b"]\n" } else { b"\n]\n" })?;
    Ok(written)
}

/// Objects as one such array.
///
/// # Errors
/// What `serde_json` says, which has no reason to.
pub fn text(objects: Vec<Value>) -> serde_json::Result<String> {
    let mut text = Vec::new();
    let formatter = PrettyFormatter::with_indent(b"    ");
    Value::Array(objects).serialize(&mut Serializer::with_formatter(&mut text, formatter))?;
    Ok(clean::json(&String::from_utf8_lossy(&text)).into_owned())
}

/// Each row as an object on its own line, as log tools and databases load them.
pub fn json_lines(columns: &[&Column], rows: &mut dyn RowSource, out: &mut dyn Write) -> io::Result<usize> {
    each_row(rows, |_, row| {
        writeln!(out, "{}", clean::json(&Value::Object(object(columns, &row)).to_string()))
    })
}

/// One row as an object.
fn object(columns: &[&Column], row: &[Cell]) -> Map<String, Value> {
    columns
        .iter()
        .zip(row)
        .filter_map(|(column, cell)| exact(cell).map(|value| (column.json_key().to_owned(), value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{Once, columns};

    #[test]
    fn absent_members_are_left_out_and_types_kept() {
        let columns = columns(&["DBInstanceIdentifier", "AllocatedStorage", "TagList", "MultiAZ", "Engine"]);
        let row = vec![
            Cell::Text("a\n".into()),
            Cell::Integer(20),
            Cell::Json("[]".into()),
            Cell::Boolean(false),
            Cell::Absent,
        ];
        let mut out = Vec::new();
        json(&columns, &mut Once(vec![row]), &mut out).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(
            value,
            serde_json::json!([{"DBInstanceIdentifier": "a\n", "AllocatedStorage": 20, "TagList": [], "MultiAZ": false}])
        );
        let backups = crate::rds::kind("db-cluster-automated-backups").unwrap();
        let columns: Vec<&Column> = ["Region", "BackupRegion"]
            .iter()
            .map(|name| &backups.columns[backups.column(name).unwrap()])
            .collect();
        let row = || vec![Cell::Text("eu-central-1".into()), Cell::Text("eu-west-1".into())];
        for write in [json, json_lines] {
            let mut out = Vec::new();
            write(&columns, &mut Once(vec![row()]), &mut out).unwrap();
            let object = serde_json::json!({"CollectedRegion": "eu-central-1", "Region": "eu-west-1"});
            let value: Value = serde_json::from_slice(&out).unwrap();
            assert_eq!(value.get(0).unwrap_or(&value), &object, "AWS's member has AWS's name");
        }
        let mut empty = Vec::new();
        json(&columns, &mut Once(vec![]), &mut empty).unwrap();
        assert_eq!(empty, b"[]\n");
    }
}
