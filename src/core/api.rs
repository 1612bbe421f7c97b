//! The facade's words: what the views may ask (`Command`) and what the core tells them (`Event`). Plain data only.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::comparison::{Compare, Compared, ComparisonReport, HoldAgainst, Moments, SaveBaseline};
use super::overview::Overview;
use crate::analysis::compare::Shown;
use crate::config::{Diagnostic, Environment, FileState};
pub use crate::inventory::Found;
use crate::inventory::{Bounds, Place, QueryLimits, Refused};
use crate::query::{Filter, Query};
use crate::rds::Column;
use crate::rds::readable::Line;
use crate::report::Format;
use crate::sandbox;
use crate::settings::History;
use crate::sweep::{Coverage, Limits, Selection, Target};

/// How a core is started.
#[derive(Debug, Clone)]
pub struct Options {
    pub environment: Environment,
    /// Which profiles, accounts and regions are meant; empty lists mean all.
    pub selection: Selection,
    pub limits: Limits,
    /// A simulated AWS instead of the real one.
    pub demo: Option<sandbox::Settings>,
    /// Whether edits of the config files are followed.
    pub watch: bool,
    /// Where what is collected is kept; `None` means the usual place, or memory for the demo.
    pub store: Option<Place>,
    /// How much of the past is kept.
    pub bounds: Bounds,
    /// How far a person's own SQL may go.
    pub query_limits: QueryLimits,
}

impl Options {
    /// What an environment means without anything said on the command line: every profile, the usual place for the
    /// store, and the bounds that `RDS_FLEET_HISTORY_DAYS` and `RDS_FLEET_HISTORY_MEGABYTES` set for its past.
    pub fn of(environment: Environment) -> Options {
        Options {
            bounds: History::default().bounds(&environment),
            environment,
            selection: Selection::default(),
            limits: Limits::default(),
            demo: None,
            watch: false,
            store: None,
            query_limits: QueryLimits::default(),
        }
    }
}

/// What a view asks of the core. Nothing is answered on the asking thread.
#[derive(Debug, Clone)]
pub enum Command {
    /// Ask AWS for the kinds of these targets; `None` means every target. A running sweep is not disturbed: the
    /// request is met when it has ended.
    Sweep { targets: Option<Vec<u32>>, kinds: Vec<&'static str> },
    /// End the running sweep at once; what was collected stays.
    Cancel,
    /// Show the rows of a query: answered by `Event::View` now and whenever the data behind it changes, until
    /// another query is shown. The newest request wins.
    Show(Query),
    /// Show nothing any more; a query that is being answered is given up.
    CancelShow,
    /// Show the fleet at a glance, for some targets or all, in the place of a query: answered by `Event::Overview` now and
    /// whenever the data behind it changes.
    Overview { targets: Option<Vec<u32>> },
    /// Which databases a text may mean, in all targets: answered by `Event::Databases`. The newest request wins.
    Find { text: String },
    /// The texts of some rows of the view, by position: answered by `Event::Rows`.
    Rows { view: u64, positions: Range<usize> },
    /// All members of one row of the shown view: answered by `Event::Record`.
    Record { kind: &'static str, row: i64 },
    /// What a row of a kind has to do with others: answered by `Event::Relations`.
    Relations { kind: &'static str, row: i64 },
    /// What the databases of each account and region say in these tags: answered by `Event::Tags`.
    Tags(Vec<String>),
    /// Which kinds a person's SQL reads, and whether it can be run at all: answered by `Event::Kinds`.
    Kinds { sql: String },
    /// The values of a column among the rows of a query, for a pick-list: answered by `Event::Values`. The query's own
    /// conditions on that column are left out, as in Excel.
    Values { query: Query, column: String },
    /// Rows as text for the clipboard: answered by `Event::Copied`.
    Copy { query: Query, rows: RowChoice, form: CopyForm },
    /// Write a file: answered by `Event::Exporting` as it goes and by `Event::Exported`. One is written at a time.
    Export(Export),
    /// Give the running export up; the file is left as it was.
    CancelExport,
    /// Databases beside each other: answered by `Event::Comparison`, when what they need is collected. The newest request
    /// wins.
    Compare(Compare),
    /// Databases that were compared held against another of them, or the majority; by other rules, or those of one engine
    /// family only: answered by `Event::Comparison`.
    HoldAgainst(HoldAgainst),
    /// When a database changed, as far as it was watched: answered by `Event::Moments`.
    Moments { kind: &'static str, row: i64 },
    /// The rows of a comparison that are shown, as Markdown: answered by `Event::Copied`.
    CopyComparison { compared: Arc<Compared>, shown: Shown },
    /// Write a comparison: answered by `Event::Exported`.
    ReportComparison(ComparisonReport),
    /// Write settings down as a baseline: answered by `Event::Exported`.
    SaveBaseline(SaveBaseline),
}

/// Which rows of a query's result are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowChoice {
    All,
    /// Row numbers; they come out in the query's order.
    These(Vec<i64>),
    /// Instead of rows, one for each group of the query: its values, how many rows it has, and sums.
    Groups,
}

/// How rows are written for the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyForm {
    /// Tab-separated with headers, as spreadsheets take it.
    Text,
    Csv,
    /// As the AWS CLI prints resources, every member.
    Json,
    /// A table for a ticket.
    Markdown,
    /// For each row the `aws rds describe-… --profile …` command that shows it.
    AwsCommand,
}

/// An export as a view asks for it.
#[derive(Debug, Clone)]
pub struct Export {
    pub query: Query,
    pub rows: RowChoice,
    /// All columns of the kind instead of the query's.
    pub every_column: bool,
    pub format: Format,
    pub path: PathBuf,
}

/// What the core tells a view.
#[derive(Debug, Clone)]
pub enum Event {
    /// Profiles, targets, progress and coverage as they stand now; sent when any of it changed.
    Fleet(Arc<Fleet>),
    /// A query's answer.
    View(Arc<View>),
    Rows(Arc<Rows>),
    Record(Arc<Record>),
    Relations(Arc<Relations>),
    Tags(Arc<Tags>),
    /// The kinds that a person's SQL reads, or what is wrong with it.
    Kinds {
        sql: String,
        kinds: Result<Vec<&'static str>, Refused>,
    },
    /// A column's values, the commonest first.
    Values(Arc<Values>),
    /// The fleet at a glance, or why it cannot be told.
    Overview(Result<Arc<Overview>, Refused>),
    /// The databases that a text may mean.
    Databases(Arc<Databases>),
    Copied(String),
    /// Rows written so far, of all.
    Exporting {
        rows: usize,
        of: usize,
    },
    Exported(Result<Exported, String>),
    /// Databases beside each other, or why they cannot be compared.
    Comparison(Result<Arc<Compared>, String>),
    Moments(Arc<Moments>),
    /// A sweep has ended; the newest `Fleet` was sent before.
    SweepEnded,
}

/// Everything the views show beside rows.
#[derive(Debug, Clone)]
pub struct Fleet {
    pub config: ConfigState,
    pub accounts: Vec<Account>,
    pub progress: Progress,
    pub store: StoreState,
    /// Whether this is the simulated AWS.
    pub demo: bool,
}

/// Where what is collected is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreState {
    /// `None` where it is only in memory.
    pub file: Option<PathBuf>,
    /// Sentences about a store that could not be used as it was.
    pub notices: Vec<String>,
}

/// What was read from the shared AWS config.
#[derive(Debug, Clone)]
pub struct ConfigState {
    pub config_file: PathBuf,
    pub credentials_file: PathBuf,
    pub state: FileState,
    /// Profiles in the files, targets or not.
    pub profiles: usize,
    pub diagnostics: Vec<Diagnostic>,
    /// The profile `AWS_PROFILE` names, for a window to tick first.
    pub preselected: Option<String>,
    /// Sentences about selected profiles and accounts that are not there.
    pub problems: Vec<String>,
    /// For each profile that is meant and cannot be used, the sentence that says why. It is not collected.
    pub broken: Vec<String>,
    /// Profiles that only set defaults and so are no targets.
    pub defaults_only: Vec<String>,
}

/// One account, with what is known of its targets.
#[derive(Debug, Clone)]
pub struct Account {
    /// 12 digits; `None` while no call has told it.
    pub account_id: Option<String>,
    /// By region, then role.
    pub targets: Vec<TargetStatus>,
}

/// One target: an account's role in one region.
#[derive(Debug, Clone)]
pub struct TargetStatus {
    pub target: Arc<Target>,
    /// Whether the running sweep is still at it.
    pub busy: bool,
    /// One entry for each kind, in the order of the kinds.
    pub coverage: Vec<Arc<Coverage>>,
}

impl View {
    /// The names of the columns that are shown: the query's, or all there are.
    pub fn shown_columns(&self) -> Vec<&str> {
        if self.query.columns.is_empty() {
            self.columns.iter().map(|column| column.name.as_str()).collect()
        } else {
            self.query.columns.iter().map(String::as_str).collect()
        }
    }
}

impl TargetStatus {
    /// The worst entry that is not collected, asked or not.
    pub fn problem(&self) -> Option<&Arc<Coverage>> {
        self.coverage.iter().find(|coverage| coverage.failure.is_some())
    }

    /// Rows shown, by kind.
    pub fn rows(&self) -> BTreeMap<&'static str, u64> {
        self.coverage.iter().map(|coverage| (coverage.kind, coverage.rows)).collect()
    }
}

/// How far the sweep is. Counts are of the running sweep, or of the last.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    pub running: bool,
    pub cancelling: bool,
    pub targets: usize,
    pub done: usize,
    /// Targets of which something could not be collected; part of `done`.
    pub failed: usize,
    pub accounts: usize,
    pub accounts_done: usize,
    pub accounts_failed: usize,
    pub rows: u64,
    pub calls: u64,
    pub retries: u64,
    pub started: Option<OffsetDateTime>,
    pub duration: Duration,
}

/// The rows of a query by number, in order.
#[derive(Debug, Clone)]
pub struct View {
    /// Names this answer in `Command::Rows`.
    pub number: u64,
    pub query: Query,
    pub rows: Arc<Vec<i64>>,
    /// Rows of the kind in the query's targets, before search and filters.
    pub of: usize,
    /// The groups of `query.group`, outer ones before their inner ones; empty without.
    pub groups: Arc<Vec<Group>>,
    /// All columns there are, of which the query shows some.
    pub columns: Arc<[Column]>,
    /// The query as a person would write it.
    pub sql: String,
    /// What a person should know of their own SQL: comparisons that hardly mean what was meant.
    pub notes: Vec<String>,
    /// Why there is no answer, where there is none.
    pub error: Option<Refused>,
}

impl View {
    /// The view of a query before it has an answer.
    pub fn empty(number: u64, query: Query) -> View {
        View {
            number,
            query,
            rows: Arc::default(),
            of: 0,
            groups: Arc::default(),
            columns: Arc::default(),
            sql: String::new(),
            notes: Vec::new(),
            error: None,
        }
    }
}

/// A group of a view's rows: those that have the same value in a column of `Query::group`.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// 0 for the first column of the group, 1 for the second.
    pub level: usize,
    pub value: CellText,
    /// Positions of its rows in the view.
    pub rows: Range<usize>,
    /// Sums of the shown columns that are amounts, by name.
    pub sums: Vec<(String, String)>,
}

/// The values of a column, for a pick-list.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    pub query: Query,
    pub column: String,
    /// The commonest, each with how many rows have it; an absent one is `absent`.
    pub values: Vec<(CellText, usize)>,
    /// Whether there are more values than these.
    pub more: bool,
}

/// The databases that a text may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Databases {
    pub text: String,
    /// The likeliest first.
    pub databases: Vec<Database>,
    /// Whether none is called so, and these have names that are near.
    pub near: bool,
}

/// A DB instance or cluster, as somebody looks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    pub kind: &'static str,
    pub row: i64,
    pub identifier: String,
    pub status: String,
    pub engine: String,
    pub account_id: String,
    pub region: String,
}

/// Some rows of a view as texts, in the order of the query's columns.
#[derive(Debug, Clone)]
pub struct Rows {
    pub view: u64,
    /// The position of the first.
    pub first: usize,
    pub rows: Vec<Vec<CellText>>,
}

/// One cell as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellText {
    pub text: String,
    /// Whether AWS did not send the member.
    pub absent: bool,
}

/// Every member of one row.
#[derive(Debug, Clone)]
pub struct Record {
    /// The kind's name; empty for a row of a person's own SQL.
    pub kind: &'static str,
    pub row: i64,
    pub fields: Vec<Field>,
    /// The resource as the AWS CLI prints it, indented.
    pub json: String,
}

/// One member of a record.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    /// AWS's word for the type, such as `boolean`.
    pub type_name: &'static str,
    /// Lists and structures over several lines.
    pub text: String,
    /// A list or structure line by line; empty for what is one value.
    pub lines: Vec<Line>,
    pub absent: bool,
}

/// Tags of databases by account and region: of each key the commonest value.
pub type Tags = BTreeMap<(String, String), Vec<(String, String)>>;

/// What a row has to do with others.
#[derive(Debug, Clone, PartialEq)]
pub struct Relations {
    pub kind: &'static str,
    pub row: i64,
    pub links: Vec<Link>,
}

/// Rows that a row has to do with: its cluster, its snapshots.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// What they are to the row.
    pub title: &'static str,
    /// What the row calls it, where it names exactly one.
    pub name: Option<String>,
    /// Of which kind they are.
    pub kind: &'static str,
    /// The account and region they are in; `None` where they may be anywhere.
    pub account: Option<String>,
    pub region: Option<String>,
    /// The conditions that these rows of the kind meet and no others.
    pub filters: Vec<Filter>,
    pub found: Found,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    pub path: PathBuf,
    pub rows: usize,
    /// Coverage entries of the query's kind and targets that are not collected, and, where the query means every
    /// target, profiles that cannot be used; their rows are not in the file.
    pub not_collected: usize,
    /// As those of a `View`.
    pub notes: Vec<String>,
}
