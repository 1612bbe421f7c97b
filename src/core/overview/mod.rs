//! The fleet at a glance: how much there is of what, and what needs attention. Every figure is a query's count, and says
//! the query's conditions, so that the grid shows exactly the rows that were counted.
//!
//! Which checks there are is said in `checks`. Nothing here is drawn, and nothing is asked of AWS.

mod checks;

use time::OffsetDateTime;

use crate::failure::State;
use crate::inventory::{Reader, Refusal};
use crate::query::{Filter, Query, Test};
use crate::rds::readable::readable;
use crate::rds::{Cell, Kind, kind};

/// The bars that a breakdown has at most; what is left is counted as one.
const MOST_BARS: usize = 6;

/// Engines whose storage grows by itself, beside everything whose name begins with `aurora`: what AWS gives as
/// `AllocatedStorage` of their instances is no size.
const WITHOUT_A_SIZE: [&str; 2] = ["docdb", "neptune"];

/// Columns that are counted or tested, to be read by one scan.
const COUNTED: [&str; 18] = [
    "AccountId",
    "AllocatedStorage",
    "BackupRetentionPeriod",
    "CACertificateIdentifier",
    "CertificateDetails",
    "DBInstanceClass",
    "DBInstanceStatus",
    "DBParameterGroups",
    "DeletionProtection",
    "Engine",
    "EngineVersion",
    "MaxAllocatedStorage",
    "MultiAZ",
    "PendingModifiedValues",
    "PubliclyAccessible",
    "ReadReplicaSourceDBInstanceIdentifier",
    "Region",
    "StorageEncrypted",
];

/// The fleet at a glance, for some targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// As it was asked for; `None` means all.
    pub targets: Option<Vec<u32>>,
    pub instances: Figure,
    pub clusters: Figure,
    /// GiB that are allocated to the instances whose storage has a size.
    pub storage: Figure,
    pub breakdowns: Vec<Breakdown>,
    /// The most urgent first, of equally urgent ones that with the most rows.
    pub concerns: Vec<Concern>,
    pub completeness: Completeness,
}

/// A number, and the rows that it counts or sums.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub number: u64,
    pub kind: &'static str,
    pub filters: Vec<Filter>,
}

/// How the DB instances divide by one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    pub by: By,
    /// The largest first.
    pub bars: Vec<Bar>,
    /// What is in none of the bars.
    pub others: Option<Bar>,
}

/// What instances are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    Account,
    Region,
    Engine,
    /// Engine and major version.
    MajorVersion,
    /// Engine and version.
    Version,
    Class,
    Status,
}

/// One part of a breakdown.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// Such as `postgres 16`; empty for a value that is absent.
    pub name: String,
    pub figure: Figure,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Concern {
    pub urgency: Urgency,
    /// What the figure counts, in the number that fits it: `DB instances are not encrypted`.
    pub sentence: String,
    /// Why it matters.
    pub why: &'static str,
    pub figure: Figure,
}

/// How soon somebody should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    Now,
    Soon,
    Advice,
}

/// How much of the fleet the figures are of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Completeness {
    pub accounts: usize,
    /// Accounts of which something is known.
    pub reached: usize,
    /// Targets that are being asked now and have never answered: their rows are still to come, or only some are there.
    pub awaited: usize,
    /// Targets by how the worst of what every sweep collects stands.
    pub states: Vec<(State, usize)>,
    /// When the oldest and the newest rows were collected.
    pub as_of: Option<(OffsetDateTime, OffsetDateTime)>,
}

/// What the figures are asked of.
pub(super) struct Scope<'a> {
    pub reader: &'a mut Reader,
    pub places: Option<Vec<i64>>,
}

impl Scope<'_> {
    fn query(&self, kind: &'static Kind, filters: &[Filter]) -> Query {
        Query { filters: filters.to_vec(), sort: Vec::new(), places: self.places.clone(), ..Query::of(kind) }
    }

    fn figure(&mut self, kind: &'static Kind, filters: Vec<Filter>) -> Result<Figure, Refusal> {
        let number = self.reader.count(&self.query(kind, &filters))? as u64;
        Ok(Figure { number, kind: kind.name, filters })
    }

    /// The values of a column among the rows that some conditions leave, the `most` commonest first.
    fn values(
        &mut self,
        kind: &'static Kind,
        filters: &[Filter],
        column: &str,
        most: usize,
    ) -> Result<Vec<(Cell, u64)>, Refusal> {
        let query = self.query(kind, filters);
        let values = self.reader.values(&query, column, most, &|| false)?;
        Ok(values.into_iter().map(|(cell, count)| (cell, count as u64)).collect())
    }
}

/// Works the overview out as of a moment.
///
/// # Errors
/// What SQLite says, or that it was stopped.
pub(super) fn overview(
    mut scope: Scope<'_>,
    targets: Option<Vec<u32>>,
    completeness: Completeness,
    now: OffsetDateTime,
) -> Result<Overview, Refusal> {
    let (Some(instances), Some(clusters)) = (kind("db-instances"), kind("db-clusters")) else {
        return Err(Refusal::from("there are no instances and clusters to count".to_owned()));
    };
    scope.reader.prepare_columns(instances, &COUNTED)?;
    let all = scope.figure(instances, Vec::new())?;
    let mut breakdowns = Vec::new();
    for (by, column) in [
        (By::Account, "AccountId"),
        (By::Region, "Region"),
        (By::Engine, "Engine"),
        (By::Class, "DBInstanceClass"),
        (By::Status, "DBInstanceStatus"),
    ] {
        breakdowns.push(breakdown(&mut scope, instances, all.number, by, column)?);
    }
    breakdowns.extend(versions(&mut scope, instances, all.number)?);
    Ok(Overview {
        targets,
        storage: storage(&mut scope, instances)?,
        clusters: scope.figure(clusters, Vec::new())?,
        concerns: checks::concerns(&mut scope, now)?,
        instances: all,
        breakdowns,
        completeness,
    })
}

fn is(column: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    Filter::column(column, Test::Is(values.into_iter().map(Into::into).collect()))
}

/// The rows that are in none of the bars.
fn others(kind: &'static str, bars: &[Bar], all: u64, rest: Filter) -> Option<Bar> {
    let number = all - bars.iter().map(|bar| bar.figure.number).sum::<u64>();
    (number > 0).then(|| Bar {
        name: "others".to_owned(),
        figure: Figure { number, kind, filters: vec![Filter::Not(Box::new(rest))] },
    })
}

fn breakdown(
    scope: &mut Scope<'_>,
    kind: &'static Kind,
    all: u64,
    by: By,
    column: &str,
) -> Result<Breakdown, Refusal> {
    let counts = scope.values(kind, &[], column, MOST_BARS)?;
    let bars: Vec<Bar> = counts
        .iter()
        .map(|(cell, count)| {
            let name = readable(cell);
            let filter =
                if name.is_empty() { Filter::column(column, Test::Absent) } else { is(column, [&name]) };
            Bar { name, figure: Figure { number: *count, kind: kind.name, filters: vec![filter] } }
        })
        .collect();
    let tests: Vec<Filter> = bars.iter().flat_map(|bar| bar.figure.filters.clone()).collect();
    let rest = match tests.iter().all(|test| matches!(test, Filter::Column { test: Test::Is(_), .. })) {
        // One condition reads better than as many as there are bars.
        true => is(column, bars.iter().map(|bar| &bar.name)),
        false => Filter::Any(tests),
    };
    Ok(Breakdown { by, others: others(kind.name, &bars, all, rest), bars })
}

/// The instances by engine and version, once by major version and once by the whole of it.
fn versions(scope: &mut Scope<'_>, kind: &'static Kind, all: u64) -> Result<[Breakdown; 2], Refusal> {
    let (mut majors, mut whole): (Vec<Bar>, Vec<Bar>) = (Vec::new(), Vec::new());
    let engines = scope.values(kind, &[], "Engine", usize::MAX)?;
    for engine in engines.iter().map(|(engine, _)| readable(engine)).filter(|engine| !engine.is_empty()) {
        let counts = scope.values(kind, &[is("Engine", [&engine])], "EngineVersion", usize::MAX)?;
        let mut by_major: Vec<(String, Vec<String>, u64)> = Vec::new();
        for (cell, count) in &counts {
            let version = readable(cell);
            let major = major(&engine, &version).to_owned();
            whole.push(bar_of(kind, &engine, &version, vec![version.clone()], *count));
            match by_major.iter_mut().find(|(known, ..)| *known == major) {
                Some((_, versions, sum)) => {
                    versions.push(version);
                    *sum += *count;
                }
                None => by_major.push((major, vec![version], *count)),
            }
        }
        majors.extend(
            by_major
                .into_iter()
                .map(|(major, versions, count)| bar_of(kind, &engine, &major, versions, count)),
        );
    }
    let breakdown = |by, mut bars: Vec<Bar>| {
        // Stable: of equally many, the commonest engine stays first.
        bars.sort_by_key(|bar| std::cmp::Reverse(bar.figure.number));
        bars.truncate(MOST_BARS);
        let rest = Filter::Any(bars.iter().map(|bar| Filter::All(bar.figure.filters.clone())).collect());
        Breakdown { by, others: others(kind.name, &bars, all, rest), bars }
    };
    Ok([breakdown(By::MajorVersion, majors), breakdown(By::Version, whole)])
}

fn bar_of(kind: &Kind, engine: &str, name: &str, versions: Vec<String>, number: u64) -> Bar {
    let filters = vec![is("Engine", [engine]), is("EngineVersion", versions)];
    Bar { name: format!("{engine} {name}"), figure: Figure { number, kind: kind.name, filters } }
}

/// The part of a version that an upgrade across it calls major: the first number of PostgreSQL since 10 and of Oracle, the
/// first two of all else.
fn major<'a>(engine: &str, version: &'a str) -> &'a str {
    let first = version.split('.').next().unwrap_or_default();
    let old_postgres = engine.contains("postgres") && first.parse().is_ok_and(|number: u32| number < 10);
    let numbers =
        if (engine.contains("postgres") && !old_postgres) || engine.contains("oracle") { 1 } else { 2 };
    match version.match_indices('.').nth(numbers - 1) {
        Some((end, _)) => &version[..end],
        None => version,
    }
}

/// The GiB that are allocated, and the instances that have them.
fn storage(scope: &mut Scope<'_>, kind: &'static Kind) -> Result<Figure, Refusal> {
    let engines = scope.values(kind, &[], "Engine", usize::MAX)?;
    let without: Vec<String> = engines
        .iter()
        .map(|(engine, _)| readable(engine))
        .filter(|engine| engine.starts_with("aurora") || WITHOUT_A_SIZE.contains(&engine.as_str()))
        .collect();
    let filters =
        if without.is_empty() { Vec::new() } else { vec![Filter::Not(Box::new(is("Engine", without)))] };
    let sizes = scope.values(kind, &filters, "AllocatedStorage", usize::MAX)?;
    let size = |cell: &Cell| match cell {
        Cell::Integer(size) => u64::try_from(*size).unwrap_or_default(),
        _ => 0,
    };
    let number = sizes.iter().map(|(cell, count)| size(cell) * count).sum();
    Ok(Figure { number, kind: kind.name, filters })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_what_an_upgrade_calls_major() {
        for (engine, version, expected) in [
            ("postgres", "16.4", "16"),
            ("postgres", "9.6.24", "9.6"),
            ("aurora-postgresql", "15.8", "15"),
            ("mysql", "8.0.39", "8.0"),
            ("aurora-mysql", "8.0.mysql_aurora.3.05.2", "8.0"),
            ("oracle-ee", "19.0.0.0.ru-2024-07.rur-2024-07.r1", "19"),
            ("sqlserver-se", "15.00.4385.2.v1", "15.00"),
            ("docdb", "5.0.0", "5.0"),
            ("neptune", "1", "1"),
        ] {
            assert_eq!(major(engine, version), expected, "{engine} {version}");
        }
    }
}
