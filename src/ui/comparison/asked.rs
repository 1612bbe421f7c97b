//! What a person can ask of comparisons, as data; what is done then is the app's business.

use std::path::PathBuf;

use time::OffsetDateTime;

use crate::rds::Section;
use crate::report::ComparisonFormat;

/// The kinds whose rows can be compared.
pub const COMPARABLE: [&str; 2] = ["db-instances", "db-clusters"];

/// What a person can ask of comparisons.
#[derive(Debug, Clone, PartialEq)]
pub enum CompareAction {
    /// Compares the selected rows of the grid.
    Selected,
    /// Compares all rows of the grid's query; more than fifty by their values only.
    Matching,
    /// Shows the comparison that was made last.
    Show,
    /// Asks with which earlier times a database is to be compared.
    LookBack { kind: &'static str, row: i64 },
    /// Compares a database with what it was at these times.
    At { kind: &'static str, row: i64, times: Vec<OffsetDateTime> },
    /// Holds databases against the baseline in a file.
    Drift(PathBuf),
    /// Holds the databases against another of them, or against the majority.
    HoldAgainst(Option<usize>),
    /// Shows the databases of one engine family only, or all.
    Family(Option<String>),
    /// Goes by the rules in a file of the person's, or by none of their own.
    UseRules(Option<PathBuf>),
    /// Writes into the person's rules that a setting is left out.
    Ignore { section: Section, name: String, because: String },
    /// Takes one of the person's rules out, by its place.
    Heed(usize),
    /// Copies the rows that are shown as Markdown.
    Copy,
    /// Writes the rows that are shown, or all, into a file.
    Report { format: ComparisonFormat, everything: bool, path: PathBuf },
    /// Writes a baseline, of one database or of what most have.
    SaveBaseline { database: Option<usize>, name: String, path: PathBuf },
    /// Gives up what is being collected for the comparison.
    GiveUp,
    /// Opens a dialog.
    Ask(Question),
}

/// What a dialog about comparisons asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    Report,
    SaveBaseline,
    OpenBaseline,
    /// With which time the row that has the focus is to be compared.
    Time,
    /// Which rules there are.
    Rules,
    /// Whether a setting is to be ignored, by its place among the comparison's rows.
    Ignore(usize),
}
