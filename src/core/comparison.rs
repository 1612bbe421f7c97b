//! The facade's words for comparing databases: what a view asks, and what it is told. Plain data only.

use std::path::PathBuf;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::analysis::baseline::Baseline;
use crate::analysis::compare::{Comparison, Shown};
use crate::analysis::drift::Departure;
use crate::analysis::moments::Changed;
use crate::analysis::rules::Rules;
use crate::analysis::spread::Varied;
use crate::query::Query;
use crate::report::{About, ComparisonFormat};

/// Compare these databases.
#[derive(Debug, Clone)]
pub struct Compare {
    pub choice: Choice,
    pub against: Against,
    /// With one database: as it was at these times, and now as the last.
    pub times: Vec<OffsetDateTime>,
    pub rules: Arc<Rules>,
    pub collect: Collect,
    /// At most so many databases; more are refused. `None` for looking across the fleet.
    pub most: Option<usize>,
}

impl Compare {
    /// Of these databases, as the window compares: against the majority, with the usual rules.
    pub fn of(choice: Choice) -> Compare {
        Compare {
            choice,
            against: Against::Majority,
            times: Vec::new(),
            rules: Arc::new(Rules::usual()),
            collect: Collect::Missing,
            most: Some(MOST),
        }
    }
}

/// Databases that can be beside each other.
pub const MOST: usize = 50;

/// Which databases are meant.
#[derive(Debug, Clone)]
pub enum Choice {
    /// Rows of any grid, each with its kind's name: `db-instances` or `db-clusters`.
    Rows(Vec<(&'static str, i64)>),
    /// By their identifier, by ACCOUNT/REGION/IDENTIFIER, or by ARN.
    Named(Vec<String>),
    /// All rows of a query.
    Query(Box<Query>),
}

/// What each database is held against.
#[derive(Debug, Clone)]
pub enum Against {
    Majority,
    /// The database at this place of the choice.
    Place(usize),
    /// The database of this name, which is compared as well.
    Named(String),
    Baseline(Arc<Baseline>),
    /// The baseline in this file, which the core reads.
    File(PathBuf),
}

/// What is asked of AWS before databases are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collect {
    Nothing,
    /// What has never been collected.
    Missing,
    /// What has not been collected since the program began.
    Fresh,
}

/// Databases beside each other.
#[derive(Debug, Clone)]
pub struct Compared {
    pub comparison: Comparison,
    pub rules: Arc<Rules>,
    /// Which databases, from when, and how complete.
    pub about: About,
    /// What they are held against, if it was written down.
    pub baseline: Option<Arc<Baseline>>,
    /// Against a baseline: every setting that is not as it says.
    pub departures: Option<Vec<Departure>>,
    /// The settings in which they differ, those with the most values first.
    pub varied: Vec<Varied>,
    /// Where they are those of one engine family: its name, and all that were compared.
    pub of: Option<(String, Arc<Compared>)>,
}

impl Compared {
    /// Of databases that are held against each other.
    pub fn new(comparison: Comparison, rules: Arc<Rules>, about: About) -> Compared {
        let varied = comparison.most_varied();
        Compared { comparison, rules, about, baseline: None, departures: None, varied, of: None }
    }

    /// The engine family that they are all of, where others are left out.
    pub fn family(&self) -> Option<&str> {
        self.of.as_ref().map(|(family, _)| family.as_str())
    }

    /// All databases that were compared, of whatever family.
    pub fn whole(self: &Arc<Compared>) -> &Arc<Compared> {
        self.of.as_ref().map_or(self, |(_, whole)| whole)
    }
}

/// Judge databases that were compared once more: answered by `Event::Comparison`.
#[derive(Debug, Clone)]
pub struct HoldAgainst {
    pub compared: Arc<Compared>,
    /// By its place among those that are to be shown; `None` for the majority.
    pub reference: Option<usize>,
    pub rules: Arc<Rules>,
    /// Only databases of this engine family.
    pub family: Option<String>,
}

/// When a database changed: what it may be compared with.
#[derive(Debug, Clone)]
pub struct Moments {
    pub kind: &'static str,
    pub row: i64,
    /// Its name, with account and region.
    pub title: String,
    /// The newest first, or why they cannot be told.
    pub changed: Result<Vec<Changed>, String>,
}

/// Write a comparison into a file: answered by `Event::Exported`.
#[derive(Debug, Clone)]
pub struct ComparisonReport {
    pub compared: Arc<Compared>,
    /// Which rows; of a drift, its departures are written instead.
    pub shown: Shown,
    pub format: ComparisonFormat,
    pub path: PathBuf,
}

/// Write a baseline into a file: answered by `Event::Exported`.
#[derive(Debug, Clone)]
pub struct SaveBaseline {
    pub compared: Arc<Compared>,
    /// Of one database, or of what each setting's reference or majority has.
    pub database: Option<usize>,
    pub name: String,
    pub path: PathBuf,
}
