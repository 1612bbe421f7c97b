//! A comparison as text: CSV, JSON, Markdown and a table for a terminal.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Compared, Sheet};
use crate::analysis::compare::Row;
use crate::clean;
use crate::report::Separator;
use crate::report::about::{About, moment};
use crate::report::delimited::{as_io, defused_text, writer};
use crate::report::markdown::escaped;
use crate::report::table::{TextTable, short};

/// RFC 4180 with the byte order mark that Excel wants, formulas defused. What it is of stands in lines at the end.
pub fn csv(sheets: &[Sheet], about: &About, separator: Separator, out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer = writer(separator, out);
    let mut record = |section: &str, cells: Vec<String>| {
        let cells = std::iter::once(section.to_owned()).chain(cells).map(|text| defused_text(&text));
        writer.write_record(cells).map_err(as_io)
    };
    if let Some(first) = sheets.first() {
        record("Section", first.columns.clone())?;
        for line in &first.identity {
            record("Database", line.clone())?;
        }
    }
    for sheet in sheets {
        for line in &sheet.lines {
            record(&sheet.title, line.iter().map(super::SheetCell::signed).collect())?;
        }
    }
    for (name, text) in facts(about) {
        record("About", vec![name, text])?;
    }
    writer.flush()
}

/// What a report is of, by name.
pub fn facts(about: &About) -> Vec<(String, String)> {
    let fact = |name: &str, text: String| (name.to_owned(), text);
    let mut facts: Vec<(String, String)> =
        about.scope.iter().map(|scope| fact("Scope", scope.clone())).collect();
    facts.push(fact("Made", moment(about.made)));
    facts.push(fact("As of", about.as_of().unwrap_or_else(|| "never".to_owned())));
    facts.push(fact("Completeness", about.completeness()));
    facts.extend(about.gaps().map(|gap| fact("Not collected", gap.line())));
    facts.extend(about.broken.iter().map(|reason| fact("Not collected", reason.clone())));
    facts
}

/// Everything, for programs.
pub fn json(compared: &Compared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let comparison = compared.comparison;
    let databases: Vec<Value> = comparison
        .databases
        .iter()
        .map(|database| {
            json!({
                "Identifier": &*database.identifier, "Kind": database.kind, "AccountId": database.account_id,
                "Region": database.region, "Profiles": database.profiles, "Engine": database.engine,
                "EngineVersion": database.version, "DBInstanceClass": database.class, "Arn": database.arn,
                "DBParameterGroupFamily": Some(&database.family).filter(|family| !family.is_empty()),
                "At": database.at,
            })
        })
        .collect();
    let mut document = json!({
        "title": compared.about.title,
        "finding": compared.finding(),
        "scope": compared.about.scope,
        "made": moment(compared.about.made),
        "asOf": compared.about.as_of(),
        "completeness": compared.about.completeness(),
        "coverage": compared.about.coverage,
        "notCollected": comparison.gaps.iter().map(|(database, section, why)| json!({
            "database": database, "section": section.word(), "reason": &**why,
        })).collect::<Vec<_>>(),
        "databases": databases,
        "reference": comparison.reference,
    });
    match compared.departures {
        Some(departures) => {
            let lines: Vec<Value> = departures
                .iter()
                .map(|departure| {
                    let row = &comparison.rows[departure.row];
                    json!({
                        "database": departure.database, "section": row.section.word(), "setting": &*row.name,
                        "baseline": cell(row, row.standard), "found": cell(row, departure.database),
                        "since": departure.since.as_ref().map(ToString::to_string),
                    })
                })
                .collect();
            document["departures"] = lines.into();
        }
        None => {
            let rows: Vec<Value> = compared.rows.iter().map(|&at| setting(compared, at)).collect();
            document["settings"] = rows.into();
        }
    }
    writeln!(out, "{}", clean::json(&serde_json::to_string_pretty(&document)?))
}

fn setting(compared: &Compared<'_>, at: usize) -> Value {
    let row = &compared.comparison.rows[at];
    json!({
        "section": row.section.word(),
        "setting": &*row.name,
        "differing": row.differing,
        "heldAgainst": row.standard,
        "followsFrom": row.cause.map(|cause| &*compared.comparison.rows[cause].name),
        "leftOut": row.ignored,
        "values": (0..row.cells.len()).map(|database| cell(row, database)).collect::<Vec<_>>(),
    })
}

fn cell(row: &Row, database: usize) -> Value {
    let cell = &row.cells[database];
    let setting = cell.held.setting();
    let parameter = setting.and_then(|setting| setting.parameter.as_deref());
    json!({
        "value": setting.map(|setting| &*setting.text),
        "verdict": cell.verdict(),
        "reason": cell.judged.reason,
        "computed": cell.computed(),
        "waits": cell.waits(),
        "source": parameter.map(|parameter| parameter.source),
        "applyType": parameter.map(|parameter| &parameter.apply_type),
        "allowedValues": parameter.map(|parameter| &parameter.allowed),
        "group": parameter.map(|parameter| &*parameter.group),
    })
}

/// Tables as tickets and wikis take them.
pub fn markdown(sheets: &[Sheet], compared: &Compared<'_>, out: &mut dyn Write) -> io::Result<()> {
    let about = compared.about;
    let cell = |text: &str| escaped(text);
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    writeln!(out, "## {}\n\n{}\n", cell(&about.title), cell(&compared.finding()))?;
    for (at, sheet) in sheets.iter().enumerate() {
        writeln!(out, "### {}\n", sheet.title)?;
        let columns: Vec<String> = sheet.columns.iter().map(|column| cell(column)).collect();
        write!(out, "{}{}", line(&columns), line(&vec!["---".to_owned(); columns.len()]))?;
        for identity in sheet.identity.iter().filter(|_| at == 0) {
            write!(out, "{}", line(&identity.iter().map(|text| cell(text)).collect::<Vec<_>>()))?;
        }
        for cells in &sheet.lines {
            write!(out, "{}", line(&cells.iter().map(|each| cell(&each.signed())).collect::<Vec<_>>()))?;
        }
        writeln!(out)?;
    }
    for (name, text) in facts(about) {
        writeln!(out, "- {name}: {}", cell(&text))?;
    }
    Ok(())
}

/// Aligned text: a table a section, and below what it is of.
pub fn table(sheets: &[Sheet], compared: &Compared<'_>, out: &mut dyn Write) -> io::Result<()> {
    for sheet in sheets {
        let columns: Vec<&str> = sheet.columns.iter().map(String::as_str).collect();
        let mut table = TextTable::new(&columns);
        for cells in &sheet.lines {
            table.row(cells.iter().map(|cell| short(&cell.signed())));
        }
        writeln!(out, "{}\n{table}\n", sheet.title)?;
    }
    writeln!(out, "{}", compared.finding())?;
    for (name, text) in facts(compared.about) {
        writeln!(out, "{name}: {}", clean::one_line(&text))?;
    }
    Ok(())
}
