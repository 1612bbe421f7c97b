//! The values of a setting across the fleet, or the settings that differ most, as a table, CSV or JSON. A formula stands with
//! what it comes to, in a comparison's words.

use std::io::{self, Write};
use std::str::FromStr;

use serde_json::{Value, json};

use super::Separator;
use super::delimited::{as_io, defused_text, writer};
use super::table::{TextTable, short};
use crate::analysis::compare::Comparison;
use crate::analysis::spread::{ValueInUse, Varied};
use crate::clean;

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValuesFormat {
    Table,
    Csv(Separator),
    Json,
}

impl FromStr for ValuesFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<ValuesFormat, String> {
        match text {
            "table" => Ok(ValuesFormat::Table),
            "csv" => Ok(ValuesFormat::Csv(Separator::of_this_machine())),
            "json" => Ok(ValuesFormat::Json),
            _ => Err("choose one of table, csv, json".to_owned()),
        }
    }
}

/// What is listed of a comparison.
#[derive(Debug)]
pub enum Listed<'a> {
    /// The settings that differ most.
    Settings(&'a [Varied]),
    /// Every value of the settings in these rows.
    Values(Vec<usize>),
}

/// Writes a list of values or of settings.
///
/// # Errors
/// What the writer says.
pub fn write(
    format: ValuesFormat,
    comparison: &Comparison,
    listed: &Listed<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match (format, listed) {
        (ValuesFormat::Json, Listed::Settings(varied)) => json_lines(settings_json(comparison, varied), out),
        (ValuesFormat::Json, Listed::Values(rows)) => json_lines(values_json(comparison, rows), out),
        (ValuesFormat::Table, Listed::Settings(varied)) => {
            table(&SETTINGS, &settings(comparison, varied), out)
        }
        (ValuesFormat::Table, Listed::Values(rows)) => {
            table(&VALUES, &values(comparison, rows, Some(WHICH)), out)
        }
        (ValuesFormat::Csv(separator), Listed::Settings(varied)) => {
            csv(&SETTINGS, &settings(comparison, varied), separator, out)
        }
        (ValuesFormat::Csv(separator), Listed::Values(rows)) => {
            csv(&VALUES, &values(comparison, rows, None), separator, out)
        }
    }
}

const SETTINGS: [&str; 4] = ["Section", "Setting", "Values", "Differ"];
const VALUES: [&str; 6] = ["Section", "Value", "Comes to", "Databases", "Engines", "Which"];
/// So many databases are named beside a value in a table: those of a rare one.
const WHICH: usize = 3;

fn settings(comparison: &Comparison, varied: &[Varied]) -> Vec<Vec<String>> {
    let line = |varied: &Varied| {
        let row = &comparison.rows[varied.row];
        vec![
            row.section.title().to_owned(),
            row.name.to_string(),
            varied.values.to_string(),
            varied.differing.to_string(),
        ]
    };
    varied.iter().map(line).collect()
}

/// A line a value, and one for each reason why a value was not collected; `most` databases are named in each.
fn values(comparison: &Comparison, rows: &[usize], most: Option<usize>) -> Vec<Vec<String>> {
    let titles = |databases: &[usize]| {
        let shown = databases.iter().take(most.unwrap_or(usize::MAX));
        shown.map(|&at| comparison.databases[at].title()).collect::<Vec<_>>().join(", ")
    };
    let mut lines = Vec::new();
    for &row in rows {
        let section = comparison.rows[row].section.title().to_owned();
        for value in comparison.values(row) {
            lines.push(vec![
                section.clone(),
                if value.is_missing { "—".to_owned() } else { value.text.clone() },
                value.computed.clone().unwrap_or_default(),
                value.databases.len().to_string(),
                versions(&value),
                titles(&value.databases),
            ]);
        }
        for unknown in comparison.not_collected(row) {
            let count = unknown.databases.len().to_string();
            let which = titles(&unknown.databases);
            let not_known = format!("not known: {}", unknown.why);
            lines.push(vec![section.clone(), not_known, String::new(), count, String::new(), which]);
        }
    }
    lines
}

fn versions(value: &ValueInUse) -> String {
    let version =
        |((engine, version), count): (&(String, String), &usize)| format!("{engine} {version}: {count}");
    value.by_version.iter().map(version).collect::<Vec<_>>().join(", ")
}

fn table(header: &[&str], lines: &[Vec<String>], out: &mut dyn Write) -> io::Result<()> {
    let mut table = TextTable::new(header);
    for line in lines {
        table.row(line.iter().map(|text| short(text)));
    }
    writeln!(out, "{table}")
}

/// As other reports: with the byte order mark that Excel wants, formulas of spreadsheets defused.
fn csv(header: &[&str], lines: &[Vec<String>], separator: Separator, out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer = writer(separator, out);
    writer.write_record(header).map_err(as_io)?;
    for line in lines {
        let cells = line.iter().map(|text| defused_text(text));
        writer.write_record(cells).map_err(as_io)?;
    }
    writer.flush()
}

fn json_lines(document: Value, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", clean::json(&serde_json::to_string_pretty(&document)?))
}

fn settings_json(comparison: &Comparison, varied: &[Varied]) -> Value {
    let line = |varied: &Varied| {
        let row = &comparison.rows[varied.row];
        json!({
            "section": row.section.word(), "setting": &*row.name,
            "values": varied.values, "differing": varied.differing,
        })
    };
    varied.iter().map(line).collect()
}

fn values_json(comparison: &Comparison, rows: &[usize]) -> Value {
    let titles = |databases: &[usize]| -> Vec<String> {
        databases.iter().map(|&at| comparison.databases[at].title()).collect()
    };
    let value = |value: ValueInUse| {
        let version = |((engine, version), count): (&(String, String), &usize)| json!({ "Engine": engine, "EngineVersion": version, "count": count });
        json!({
            "value": (!value.is_missing).then_some(&value.text), "missing": value.is_missing,
            "computed": value.computed, "databases": titles(&value.databases),
            "versions": value.by_version.iter().map(version).collect::<Vec<_>>(),
        })
    };
    let line = |&row: &usize| {
        let not_known = comparison.not_collected(row).into_iter();
        let not_known = not_known.map(|unknown| {
            json!({
                "reason": unknown.why, "databases": titles(&unknown.databases),
            })
        });
        json!({
            "section": comparison.rows[row].section.word(), "setting": &*comparison.rows[row].name,
            "values": comparison.values(row).into_iter().map(value).collect::<Vec<_>>(),
            "notKnown": not_known.collect::<Vec<_>>(),
        })
    };
    rows.iter().map(line).collect()
}
