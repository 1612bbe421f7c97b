//! Reports of a comparison, and of a drift from a baseline: both are sheets of cells with verdicts, which every format
//! writes in its own way. It knows what is compared as plain data; where it comes from is the analysis' business.

mod html;
mod text;
mod xlsx;

use std::io::{self, Write};
use std::str::FromStr;

use crate::analysis::compare::{Cell, Comparison, Row};
use crate::analysis::drift::{self, Departure};
use crate::analysis::same::Verdict;
use crate::analysis::setting::Held;
use crate::report::{About, Separator};

/// A format in which a comparison is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonFormat {
    /// A workbook, coloured, with a sheet for each section and one on coverage.
    Xlsx,
    Csv(Separator),
    /// Every cell with its verdict and reason, for programs.
    Json,
    /// One page that needs no network.
    Html,
    /// A table for a ticket.
    Markdown,
    /// Aligned text for a terminal.
    Table,
}

impl ComparisonFormat {
    /// Every format with its name on the command line, in the order in which they are offered. CSV is with commas.
    pub const ALL: [(ComparisonFormat, &'static str); 6] = [
        (ComparisonFormat::Xlsx, "xlsx"),
        (ComparisonFormat::Csv(Separator::COMMA), "csv"),
        (ComparisonFormat::Json, "json"),
        (ComparisonFormat::Html, "html"),
        (ComparisonFormat::Markdown, "markdown"),
        (ComparisonFormat::Table, "table"),
    ];

    /// The format with this separator, where it has one.
    #[must_use]
    pub fn separated_by(self, separator: Separator) -> ComparisonFormat {
        match self {
            ComparisonFormat::Csv(_) => ComparisonFormat::Csv(separator),
            format => format,
        }
    }

    /// The usual end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            ComparisonFormat::Markdown => "md",
            ComparisonFormat::Table => "txt",
            ComparisonFormat::Csv(_) => "csv",
            _ => {
                ComparisonFormat::ALL.iter().find(|(format, _)| *format == self).map_or("", |(_, name)| name)
            }
        }
    }
}

impl FromStr for ComparisonFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<ComparisonFormat, String> {
        ComparisonFormat::ALL.iter().find(|(_, name)| *name == text).map(|(format, _)| *format).ok_or_else(
            || {
                let names: Vec<&str> = ComparisonFormat::ALL.iter().map(|(_, name)| *name).collect();
                format!("there is no format {text}: choose one of {}", names.join(", "))
            },
        )
    }
}

/// A comparison as it is reported.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    pub comparison: &'a Comparison,
    pub about: &'a About,
    /// The rows that are shown, in order.
    pub rows: Vec<usize>,
    /// With these it is a report of a drift: a line for each.
    pub departures: Option<&'a [Departure]>,
}

/// One cell of a sheet.
struct SheetCell {
    text: String,
    /// What is said of it; `None` of a name.
    verdict: Option<Verdict>,
    reason: String,
}

impl SheetCell {
    fn name(text: impl Into<String>) -> SheetCell {
        SheetCell { text: text.into(), verdict: None, reason: String::new() }
    }

    /// The text with the sign of its verdict, where there is something to say.
    fn signed(&self) -> String {
        match self.verdict {
            Some(verdict) if verdict != Verdict::Equal => {
                format!("{} {}", verdict.sign(), self.text).trim_end().to_owned()
            }
            _ => self.text.clone(),
        }
    }
}

/// A heading with lines of cells.
struct Sheet {
    title: String,
    columns: Vec<String>,
    /// What identifies the columns, line by line: a name first, then a text for each column from `first` on.
    identity: Vec<Vec<String>>,
    lines: Vec<Vec<SheetCell>>,
}

/// Writes a comparison, and says how many lines it has.
///
/// # Errors
/// What the output says.
pub fn write(format: ComparisonFormat, compared: &Compared<'_>, out: &mut dyn Write) -> io::Result<usize> {
    let sheets = compared.sheets();
    let lines = sheets.iter().map(|sheet| sheet.lines.len()).sum();
    match format {
        ComparisonFormat::Xlsx => xlsx::write(&sheets, compared.about, out)?,
        ComparisonFormat::Csv(separator) => text::csv(&sheets, compared.about, separator, out)?,
        ComparisonFormat::Json => text::json(compared, out)?,
        ComparisonFormat::Html => html::write(&sheets, compared, out)?,
        ComparisonFormat::Markdown => text::markdown(&sheets, compared, out)?,
        ComparisonFormat::Table => text::table(&sheets, compared, out)?,
    }
    Ok(lines)
}

impl Compared<'_> {
    /// One sentence on what was found.
    fn finding(&self) -> String {
        let comparison = self.comparison;
        let mut finding = match self.departures {
            Some([]) => "Nothing departs from the baseline.".to_owned(),
            Some(departures) => {
                let mut who: Vec<usize> = departures.iter().map(|departure| departure.database).collect();
                who.dedup();
                format!("{} settings of {} databases depart from the baseline.", departures.len(), who.len())
            }
            None => {
                let differing =
                    comparison.rows.iter().filter(|row| row.ignored.is_none() && row.differing > 0);
                let looked_at =
                    comparison.rows.iter().filter(|row| row.ignored.is_none() && !row.is_nobodys());
                let ignored = comparison.rows.iter().filter(|row| row.ignored.is_some() && !row.is_nobodys());
                format!(
                    "{} of {} settings differ; {} are left out by rules.",
                    differing.count(),
                    looked_at.count(),
                    ignored.count()
                )
            }
        };
        let gaps = self.comparison.gaps.len();
        if gaps > 0 {
            finding.push_str(&format!(" {gaps} parts were not collected, and may differ as well."));
        }
        finding
    }

    fn sheets(&self) -> Vec<Sheet> {
        match self.departures {
            Some(departures) => vec![self.drift_sheet(departures)],
            None => self.section_sheets(),
        }
    }

    fn section_sheets(&self) -> Vec<Sheet> {
        let databases = &self.comparison.databases;
        let mut columns = vec!["Setting".to_owned(), "Differ".to_owned()];
        columns.extend(databases.iter().enumerate().map(|(at, database)| {
            let mark = if self.comparison.reference == Some(at) { " (reference)" } else { "" };
            format!("{}{mark}", database.title())
        }));
        let line = |name: &str, text: fn(&crate::analysis::compare::Database) -> &str| {
            let mut line = vec![name.to_owned(), String::new()];
            line.extend(databases.iter().map(|database| text(database).to_owned()));
            line
        };
        let mut profiles = line("Profiles", |database| &database.profiles);
        profiles.iter_mut().for_each(|names| *names = first_names(names));
        let identity = vec![
            line("AccountId", |database| &database.account_id),
            line("Region", |database| &database.region),
            profiles,
            line("Engine", |database| &database.engine),
            line("EngineVersion", |database| &database.version),
        ];
        let mut sheets: Vec<Sheet> = Vec::new();
        for &at in &self.rows {
            let row = &self.comparison.rows[at];
            let title = row.section.title();
            if sheets.last().is_none_or(|sheet| sheet.title != title) {
                sheets.push(Sheet {
                    title: title.to_owned(),
                    columns: columns.clone(),
                    identity: identity.clone(),
                    lines: Vec::new(),
                });
            }
            if let Some(sheet) = sheets.last_mut() {
                sheet.lines.push(self.line(row));
            }
        }
        sheets
    }

    fn line(&self, row: &Row) -> Vec<SheetCell> {
        let cause = row.cause.map(|cause| format!(" (follows from {})", self.comparison.rows[cause].name));
        let ignored = row.ignored.as_ref().map(|because| format!(" (left out: {because})"));
        let mut line = vec![
            SheetCell::name(format!(
                "{}{}{}",
                row.name,
                cause.unwrap_or_default(),
                ignored.unwrap_or_default()
            )),
            SheetCell::name(if row.differing > 0 { row.differing.to_string() } else { String::new() }),
        ];
        line.extend(row.cells.iter().map(|cell| SheetCell {
            text: shown(cell),
            verdict: Some(cell.verdict()),
            reason: cell.judged.reason.to_string(),
        }));
        line
    }

    fn drift_sheet(&self, departures: &[Departure]) -> Sheet {
        let columns = [
            "AccountId",
            "Region",
            "Identifier",
            "Section",
            "Setting",
            "Baseline",
            "Found",
            "Verdict",
            "Reason",
            "Since",
        ];
        let mut lines: Vec<Vec<SheetCell>> = departures
            .iter()
            .map(|departure| {
                let row = &self.comparison.rows[departure.row];
                let cell = &row.cells[departure.database];
                let mut line = self.whose(departure.database);
                line.extend([
                    SheetCell::name(row.section.title()),
                    SheetCell::name(&*row.name),
                    SheetCell::name(shown(&row.cells[row.standard])),
                    SheetCell {
                        text: shown(cell),
                        verdict: Some(cell.verdict()),
                        reason: cell.judged.reason.to_string(),
                    },
                    SheetCell::name(cell.verdict().word()),
                    SheetCell::name(&*cell.judged.reason),
                    SheetCell::name(departure.since.as_ref().map(ToString::to_string).unwrap_or_default()),
                ]);
                line
            })
            .collect();
        for (database, why) in drift::not_known(self.comparison) {
            let mut line = self.whose(database);
            line.extend((0..3).map(|_| SheetCell::name("")));
            line.extend([
                SheetCell { text: String::new(), verdict: Some(Verdict::NotKnown), reason: why.clone() },
                SheetCell::name(Verdict::NotKnown.word()),
                SheetCell::name(why),
                SheetCell::name(""),
            ]);
            lines.push(line);
        }
        Sheet {
            title: "Drift".to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            identity: Vec::new(),
            lines,
        }
    }

    fn whose(&self, database: usize) -> Vec<SheetCell> {
        let database = &self.comparison.databases[database];
        vec![
            SheetCell::name(&*database.account_id),
            SheetCell::name(&*database.region),
            SheetCell::name(&*database.identifier),
        ]
    }
}

/// The first of an account's profiles, which may be a hundred.
fn first_names(names: &str) -> String {
    const SHOWN: usize = 3;
    let all: Vec<&str> = names.split("; ").collect();
    match all.len().saturating_sub(SHOWN) {
        0 | 1 => names.to_owned(),
        more => format!("{} and {more} more", all[..SHOWN].join("; ")),
    }
}

/// A cell's value with what it comes to and what waits.
fn shown(cell: &Cell) -> String {
    let mut text = match &cell.held {
        Held::Missing => "—".to_owned(),
        Held::NotKnown(why) => format!("not known: {why}"),
        Held::Set(setting) if setting.text.is_empty() && setting.parameter.is_some() => {
            "(the engine's own)".to_owned()
        }
        Held::Set(setting) => setting.text.to_string(),
    };
    if let Some(computed) = cell.computed() {
        text.push_str(&format!(" = {computed}"));
    }
    if let Some(waits) = cell.waits() {
        text.push_str(&format!(" [{waits}]"));
    }
    text
}
