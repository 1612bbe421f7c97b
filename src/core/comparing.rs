//! Comparisons: which databases are meant, and what is said of them, read from the store on a thread of its own each
//! time. What has to be collected first, the core's thread decides (`state::comparing`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use time::OffsetDateTime;

use super::Message;
use super::answering::Telling;
use super::api::{Event, Exported};
use super::comparison::{Against, Choice, Compare, Compared, ComparisonReport, SaveBaseline};
use crate::analysis::baseline::Baseline;
use crate::analysis::compare::{Comparison, Database, Shown};
use crate::analysis::drift;
use crate::analysis::gather::{self, Chosen, KINDS, place};
use crate::failure::State;
use crate::inventory::{AccountRegion, QueryLimits, Reader, Record, Records, Refusal, Stop, Storage, Which};
use crate::query::Query;
use crate::rds::{Kind, kind};
use crate::report::{self, About};
use crate::sweep::Coverage;

/// What the core knows of a comparison's data.
#[derive(Debug, Clone)]
pub struct Basis {
    /// Of every kind, for every target.
    pub coverage: Vec<Arc<Coverage>>,
    /// What is asked, in words.
    pub scope: String,
    pub broken: Vec<String>,
}

/// The kinds that have to be there, by account and region.
pub type Needs = BTreeMap<AccountRegion, BTreeSet<&'static str>>;

/// A comparison under way.
#[derive(Debug, Clone)]
pub struct Job {
    /// Names it among others: the newest that a view asks for is the one it gets.
    pub number: u64,
    pub newest: Arc<AtomicU64>,
    pub compare: Compare,
    pub storage: Storage,
    pub limits: QueryLimits,
}

/// Finds out on a thread what a comparison needs, and tells the core.
pub fn choose(job: Job, basis: Basis, telling: &Telling, core: Sender<Message>) {
    run(&job.clone(), telling.clone(), move || {
        let records = open(&job.storage)?;
        let chosen = chosen(&records, &job, &basis)?;
        let _ = core.send(Message::ToCompare { needs: needs(&chosen), job: Box::new(job) });
        Ok(None)
    });
}

/// Compares on a thread, and tells the views.
pub fn compare(job: Job, basis: Basis, telling: &Telling) {
    run(&job.clone(), telling.clone(), move || compared(&job, &basis).map(Some));
}

/// Holds databases against another one on a thread, and tells the views.
pub fn hold_against(job: &Job, held: Arc<Compared>, reference: Option<usize>, telling: &Telling) {
    run(job, telling.clone(), move || Ok(Some(held.held_against(reference))));
}

fn run(
    job: &Job,
    telling: Telling,
    work: impl FnOnce() -> Result<Option<Compared>, String> + Send + 'static,
) {
    let told = telling.clone();
    let (number, newest) = (job.number, Arc::clone(&job.newest));
    let run = move || {
        let compared = work().transpose();
        if let Some(compared) = compared.filter(|_| newest.load(Ordering::Relaxed) == number) {
            telling.send(Event::Comparison(compared.map(Arc::new)));
        }
    };
    if let Err(error) = thread::Builder::new().name("rds-fleet-compares".to_owned()).spawn(run) {
        told.send(Event::Comparison(Err(format!("the comparison cannot be started: {error}"))));
    }
}

/// Writes a report of a comparison on a thread.
pub fn report(asked: ComparisonReport, telling: &Telling, core: Sender<Message>) {
    write(telling.clone(), core, move || {
        let compared = &asked.compared;
        let rows = report::write_file(&asked.path, |out| {
            report::write_comparison(asked.format, &report_of(compared, &asked.shown), out)
        })?;
        let not_collected = compared.comparison.gaps.len() + compared.about.broken.len();
        Ok(Exported { path: asked.path.clone(), rows, not_collected })
    });
}

fn report_of<'a>(compared: &'a Compared, shown: &Shown) -> report::Compared<'a> {
    report::Compared {
        comparison: &compared.comparison,
        about: &compared.about,
        rows: compared.comparison.shown(shown),
        departures: compared.departures.as_deref(),
    }
}

/// Writes a baseline on a thread.
pub fn save_baseline(asked: SaveBaseline, telling: &Telling, core: Sender<Message>) {
    write(telling.clone(), core, move || {
        let baseline = Baseline::of(&asked.compared.comparison, asked.database, &asked.name);
        let text = baseline.text()?;
        let rows = report::write_file(&asked.path, |out| {
            out.write_all(text.as_bytes())?;
            Ok(baseline.settings.values().map(BTreeMap::len).sum())
        })?;
        Ok(Exported { path: asked.path.clone(), rows, not_collected: asked.compared.comparison.gaps.len() })
    });
}

fn write(
    telling: Telling,
    core: Sender<Message>,
    work: impl FnOnce() -> Result<Exported, String> + Send + 'static,
) {
    let told = telling.clone();
    let run = move || {
        let written = work();
        let _ = core.send(Message::Exported);
        telling.send(Event::Exported(written));
    };
    if let Err(error) = thread::Builder::new().name("rds-fleet-export".to_owned()).spawn(run) {
        told.send(Event::Exported(Err(format!("the export cannot be started: {error}"))));
    }
}

fn open(storage: &Storage) -> Result<Records, String> {
    Records::open(storage).map_err(unreadable)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn unreadable(error: rusqlite::Error) -> String {
    format!("the store could not be read: {error}")
}

/// What has to be collected of the chosen databases' places.
fn needs(chosen: &[Chosen]) -> Needs {
    let mut needs = Needs::new();
    for Chosen { record, at } in chosen {
        // What was then cannot be collected any more.
        if at.is_some() {
            continue;
        }
        let kinds = needs.entry(place(record)).or_default();
        let is_instance = record.kind.name == "db-instances";
        let is_clustered = !is_instance || !record.text("DBClusterIdentifier").is_empty();
        let [parameters, cluster_parameters, option_groups] = KINDS;
        kinds.insert(option_groups);
        if is_instance {
            kinds.insert(parameters);
        }
        if is_clustered {
            kinds.insert(cluster_parameters);
            kinds.insert("db-clusters");
        }
    }
    needs
}

fn compared(job: &Job, basis: &Basis) -> Result<Compared, String> {
    let records = open(&job.storage)?;
    let compare = &job.compare;
    let chosen = chosen(&records, job, basis)?;
    let reference = match &compare.against {
        Against::Majority => None,
        Against::Place(place) => Some(*place),
        Against::Named(name) => {
            let record = named(&records, name, basis)?;
            chosen.iter().position(|chosen| is_same(&chosen.record, &record) && chosen.at.is_none())
        }
        Against::Baseline(_) => Some(0),
    };
    let standing = |kind: &'static str, place: &AccountRegion| standing(basis, kind, place);
    let mut subjects = gather::subjects(&records, &chosen, &standing).map_err(unreadable)?;
    let baseline = match &compare.against {
        Against::Baseline(baseline) => {
            subjects.insert(0, baseline.subject(&subjects));
            Some(baseline)
        }
        _ => None,
    };
    let enough = if compare.most.is_some() { 2 } else { 1 };
    if subjects.len() < enough {
        return Err(format!("it takes two to compare, and {} chosen", how_many(subjects.len())));
    }
    if let Some(most) = compare.most.filter(|most| chosen.len() > *most) {
        return Err(format!(
            "at most {most} databases can be compared at once, and {} chosen: choose fewer",
            how_many(chosen.len())
        ));
    }
    let mut comparison = Comparison::of(subjects, &compare.rules, reference);
    let mut departures = None;
    if let Some(baseline) = baseline {
        comparison.only_what_is_in(baseline);
        departures = Some(drift::departures(&comparison, &records).map_err(unreadable)?);
    }
    let about = about(&comparison, &chosen, basis, compare);
    Ok(Compared { comparison, rules: Arc::clone(&compare.rules), about, departures })
}

fn how_many(count: usize) -> String {
    if count == 1 { "1 is".to_owned() } else { format!("{count} are") }
}

/// Why a kind of a place was not collected; `None` where it was, by one role or another.
fn standing(basis: &Basis, name: &'static str, place: &AccountRegion) -> Option<String> {
    let mut why = None;
    for coverage in basis.coverage.iter().filter(|coverage| is_of(coverage, place) && coverage.kind == name) {
        if coverage.state == State::Collected {
            return None;
        }
        let said = coverage.failure.as_ref().map(|failure| format!(": {}", failure.sentence()));
        why = Some(format!("{}{}", coverage.state.word(), said.unwrap_or_default()));
    }
    why.or_else(|| Some(State::NotAsked.word().to_owned()))
}

fn is_of(coverage: &Coverage, place: &AccountRegion) -> bool {
    coverage.account_id.as_deref() == Some(place.0.as_str()) && coverage.region == place.1
}

fn about(comparison: &Comparison, chosen: &[Chosen], basis: &Basis, compare: &Compare) -> About {
    let databases: Vec<String> = comparison.databases.iter().map(Database::title).collect();
    let mut scope = vec![basis.scope.clone(), databases.join(", ")];
    scope.push(
        match (comparison.reference, comparison.reference.and_then(|at| comparison.databases.get(at))) {
            (Some(_), Some(reference)) => format!("held against {}", reference.title()),
            _ => "held against the majority".to_owned(),
        },
    );
    let needs = needs(chosen);
    let is_read = |coverage: &Coverage| {
        let place = (coverage.account_id.clone().unwrap_or_default(), coverage.region.clone());
        needs.get(&place).is_some_and(|kinds| {
            kinds.contains(coverage.kind)
                || chosen.iter().any(|chosen| {
                    chosen.record.kind.name == coverage.kind && gather::place(&chosen.record) == place
                })
        })
    };
    let title = match &compare.against {
        Against::Baseline(baseline) => format!("Drift from {}", baseline.name),
        _ if !compare.times.is_empty() => "Comparison in time".to_owned(),
        _ => "Comparison".to_owned(),
    };
    About {
        title,
        scope,
        made: OffsetDateTime::now_utc(),
        coverage: basis
            .coverage
            .iter()
            .filter(|coverage| is_read(coverage))
            .map(|coverage| Coverage::clone(coverage))
            .collect(),
        // A database that is named is not in an account that cannot be reached.
        broken: if matches!(compare.choice, Choice::Query(_)) { basis.broken.clone() } else { Vec::new() },
    }
}

/// The databases that are meant, in order, each once.
fn chosen(records: &Records, job: &Job, basis: &Basis) -> Result<Vec<Chosen>, String> {
    let compare = &job.compare;
    let mut found: Vec<Record> = Vec::new();
    match &compare.choice {
        Choice::Rows(rows) => {
            for (name, row) in rows {
                let kind = comparable(name)?;
                found.extend(records.of(kind, &Which::Rows(&[*row]), None).map_err(unreadable)?);
            }
        }
        Choice::Named(names) => {
            for name in names {
                found.push(named(records, name, basis)?);
            }
        }
        Choice::Query(query) => found = of_query(records, job, query)?,
    }
    // What the others are held against stands beside them.
    if let Against::Named(name) = &compare.against {
        let reference = named(records, name, basis)?;
        if !found.iter().any(|record| is_same(record, &reference)) {
            found.insert(0, reference);
        }
    }
    let mut met = BTreeSet::new();
    found.retain(|record| met.insert((record.kind.name, record.row)));
    if compare.times.is_empty() {
        return Ok(found.into_iter().map(|record| Chosen { record, at: None }).collect());
    }
    let [now] = &found[..] else {
        return Err(format!(
            "only one database can be compared with what it was, and {} chosen",
            how_many(found.len())
        ));
    };
    let mut chosen = Vec::new();
    let mut times = compare.times.clone();
    times.sort_unstable();
    for at in times {
        let member = now.kind.identifier;
        let values = [now.text(member)];
        let which = Which::Of { place: &place(now), member, values: &values };
        let then = records.of(now.kind, &which, Some(at)).map_err(unreadable)?.pop();
        let record = then.ok_or_else(|| {
            let seen = now.first_seen.clone().unwrap_or_default();
            format!(
                "nothing is known of {} at {}; as it is now it was first seen {seen}",
                values[0],
                report::moment(at)
            )
        })?;
        chosen.push(Chosen { record, at: Some(at) });
    }
    chosen.push(Chosen { record: now.clone(), at: None });
    Ok(chosen)
}

fn is_same(one: &Record, other: &Record) -> bool {
    one.row == other.row && one.kind.name == other.kind.name
}

fn comparable(name: &str) -> Result<&'static Kind, String> {
    ["db-instances", "db-clusters"]
        .contains(&name)
        .then(|| kind(name))
        .flatten()
        .ok_or_else(|| format!("{name} cannot be compared: choose DB instances or clusters"))
}

fn of_query(records: &Records, job: &Job, query: &Query) -> Result<Vec<Record>, String> {
    let kind = comparable(&query.kind)?;
    let mut reader = Reader::open(&job.storage, job.limits, Stop::default()).map_err(unreadable)?;
    let answered = reader.select(query, false).map_err(|refusal| match refusal {
        Refusal::Refused(refused) => refused.to_string(),
        Refusal::Stopped => "the comparison was given up".to_owned(),
    })?;
    let order: BTreeMap<i64, usize> = answered.rows.iter().enumerate().map(|(at, row)| (*row, at)).collect();
    let mut found = records.of(kind, &Which::Rows(&answered.rows), None).map_err(unreadable)?;
    found.sort_by_key(|record| record.row.and_then(|row| order.get(&row).copied()));
    Ok(found)
}

/// The one database of a name.
fn named(records: &Records, name: &str, basis: &Basis) -> Result<Record, String> {
    let is_known = |record: &Record| {
        let place = place(record);
        basis.coverage.iter().any(|coverage| is_of(coverage, &place))
    };
    let parts: Vec<&str> = name.split('/').collect();
    let mut found = Vec::new();
    for (of, arn) in [("db-instances", "DBInstanceArn"), ("db-clusters", "DBClusterArn")] {
        let Some(kind) = kind(of) else { continue };
        let (member, value) = match parts[..] {
            _ if name.starts_with("arn:") => (arn, name),
            [_, _, identifier] => (kind.identifier, identifier),
            _ => (kind.identifier, name),
        };
        found.extend(records.of(kind, &Which::Anywhere { member, value }, None).map_err(unreadable)?);
    }
    found.retain(is_known);
    if let [account, region, _] = parts[..]
        && !name.starts_with("arn:")
    {
        found.retain(|record| place(record) == (account.to_owned(), region.to_owned()));
    }
    match (found.len(), found.pop()) {
        (1, Some(record)) => Ok(record),
        (_, Some(last)) => {
            found.push(last);
            let arn = |record: &Record| match record.kind.name {
                "db-clusters" => {
                    format!("{} (a cluster: {})", full_name(record), record.text("DBClusterArn"))
                }
                _ => full_name(record),
            };
            let names: Vec<String> = found.iter().map(arn).collect();
            Err(format!(
                "{name} is the name of {} databases: {}. Write ACCOUNT/REGION/IDENTIFIER, or the ARN",
                names.len(),
                names.join(", ")
            ))
        }
        (_, None) => {
            let denied = basis
                .coverage
                .iter()
                .filter(|coverage| coverage.kind == "db-instances" && coverage.state != State::Collected);
            let unseen = match denied.count() {
                0 => String::new(),
                count => format!(" ({count} account-regions were not collected)"),
            };
            Err(format!(
                "there is no database {name} in what was collected{unseen}: `rds-fleet-cli export db-instances` lists \
                 them"
            ))
        }
    }
}

fn full_name(record: &Record) -> String {
    let (account, region) = place(record);
    format!("{account}/{region}/{}", record.text(record.kind.identifier))
}
