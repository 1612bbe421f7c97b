//! Comparisons, their reports and baselines, each on a thread of its own that reads the store. Which databases are meant
//! is `choosing`'s; what has to be collected first, the core's thread decides (`state::comparing`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use time::OffsetDateTime;

use super::Message;
use super::answering::Telling;
use super::api::{Event, Exported};
use super::choosing::{chosen, comparable, full_name, how_many, is_of, is_same, named, needs, unreadable};
use super::comparison::{
    Against, Choice, Compare, Compared, ComparisonReport, HoldAgainst, Moments, SaveBaseline,
};
use crate::analysis;
use crate::analysis::baseline::Baseline;
use crate::analysis::compare::{Comparison, Database, Shown};
use crate::analysis::drift;
use crate::analysis::gather::{self, Chosen};
use crate::analysis::moments::Changed;
use crate::analysis::rules::Rules;
use crate::failure::State;
use crate::inventory::{AccountRegion, QueryLimits, Records, Storage, Which};
use crate::report::{self, About};
use crate::sweep::Coverage;
use crate::worker;

/// What the core knows of a comparison's data.
#[derive(Debug, Clone)]
pub struct Basis {
    /// Of every kind, for every target.
    pub coverage: Vec<Arc<Coverage>>,
    /// What is asked, in words.
    pub scope: String,
    pub broken: Vec<String>,
}

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
pub fn choose(mut job: Job, basis: Basis, telling: &Telling, core: Sender<Message>) {
    run(&job.clone(), telling.clone(), move || {
        if let Against::File(path) = &job.compare.against {
            job.compare.against = Against::Baseline(Arc::new(Baseline::of_file(path)?));
        }
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

/// Judges databases once more on a thread, and tells the views.
pub fn hold_against(job: &Job, asked: HoldAgainst, telling: &Telling) {
    let storage = job.storage.clone();
    run(job, telling.clone(), move || judged_anew(&storage, asked).map(Some));
}

/// Finds out on a thread when a database changed, and tells the views.
pub fn moments(storage: Storage, kind: &'static str, row: i64, telling: &Telling) {
    let telling = telling.clone();
    let run = move || {
        let found = worker::guarded("the look back", || moments_of(&storage, kind, row));
        let title = found.as_ref().map(|(title, _)| title.clone()).unwrap_or_default();
        let changed = found.map(|(_, changed)| changed);
        telling.send(Event::Moments(Arc::new(Moments { kind, row, title, changed })));
    };
    // Where no thread can be had there is no list, and a time can be written.
    let _ = thread::Builder::new().name("rds-fleet-looks-back".to_owned()).spawn(run);
}

fn moments_of(storage: &Storage, name: &str, row: i64) -> Result<(String, Vec<Changed>), String> {
    let records = open(storage)?;
    let kind = comparable(name)?;
    let found = records.of(kind, &Which::Rows(&[row]), None).map_err(unreadable)?.pop();
    let record = found.ok_or_else(|| "it is there no more".to_owned())?;
    let changed = analysis::moments::of(&records, &record).map_err(unreadable)?;
    Ok((full_name(&record), changed))
}

fn run(
    job: &Job,
    telling: Telling,
    work: impl FnOnce() -> Result<Option<Compared>, String> + Send + 'static,
) {
    let told = telling.clone();
    let (number, newest) = (job.number, Arc::clone(&job.newest));
    let run = move || {
        let compared = worker::guarded("the comparison", work).transpose();
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
        Ok(Exported { path: asked.path.clone(), rows, not_collected, notes: Vec::new() })
    });
}

/// Writes the rows that are shown as Markdown on a thread, for the clipboard.
pub fn copy(compared: Arc<Compared>, shown: Shown, telling: &Telling) {
    let told = telling.clone();
    let run = move || {
        let written = worker::guarded("the copy", || {
            let mut text = Vec::new();
            let report = report_of(&compared, &shown);
            let written = report::write_comparison(report::ComparisonFormat::Markdown, &report, &mut text);
            written.map_err(|error| error.to_string())?;
            Ok(String::from_utf8_lossy(&text).into_owned())
        });
        match written {
            Ok(text) => told.send(Event::Copied(text)),
            Err(sentence) => tracing::error!("{sentence}"),
        }
    };
    // Where no thread can be had there is nothing to copy, and the clipboard stays as it is.
    let _ = thread::Builder::new().name("rds-fleet-copies".to_owned()).spawn(run);
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
        Ok(Exported {
            path: asked.path.clone(),
            rows,
            not_collected: asked.compared.comparison.gaps.len(),
            notes: Vec::new(),
        })
    });
}

fn write(
    telling: Telling,
    core: Sender<Message>,
    work: impl FnOnce() -> Result<Exported, String> + Send + 'static,
) {
    let told = telling.clone();
    let run = move || {
        let written = worker::guarded("the export", work);
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
        Against::Baseline(_) | Against::File(_) => Some(0),
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
    // What one database was at several times is no vote: they are held against the earliest.
    let reference = reference.or((!compare.times.is_empty()).then_some(0));
    let comparison = Comparison::of(subjects, &compare.rules, reference);
    let about = about(&chosen, basis, compare);
    concluded(comparison, Arc::clone(&compare.rules), about, baseline.map(Arc::clone), &job.storage)
}

fn judged_anew(storage: &Storage, asked: HoldAgainst) -> Result<Compared, String> {
    let HoldAgainst { compared, reference, rules, family } = asked;
    let whole = compared.whole();
    let mut comparison = whole.comparison.clone();
    if let Some(family) = &family {
        comparison.only_of(family);
        if comparison.databases.is_empty() {
            return Err(format!("none of the databases is of the engine family {family}"));
        }
    }
    comparison.hold_against(reference, &rules);
    let about = whole.about.clone();
    let of = family.map(|family| (family, Arc::clone(whole)));
    let judged = concluded(comparison, rules, about, whole.baseline.clone(), storage)?;
    Ok(Compared { of, ..judged })
}

/// What follows from the verdicts: who departs from a baseline, which settings differ most, and what it is that is told.
fn concluded(
    mut comparison: Comparison,
    rules: Arc<Rules>,
    mut about: About,
    baseline: Option<Arc<Baseline>>,
    storage: &Storage,
) -> Result<Compared, String> {
    let mut departures = None;
    if let Some(baseline) = &baseline {
        comparison.only_what_is_in(baseline);
        departures = Some(drift::departures(&comparison, &open(storage)?).map_err(unreadable)?);
    }
    about.scope.truncate(1);
    about.scope.extend(scope(&comparison, &rules));
    Ok(Compared { baseline, departures, ..Compared::new(comparison, rules, about) })
}

/// Of which databases a comparison tells, what they are held against, and by whose rules.
fn scope(comparison: &Comparison, rules: &Rules) -> Vec<String> {
    let databases: Vec<String> = comparison.databases.iter().map(Database::title).collect();
    let reference = comparison.reference.and_then(|at| comparison.databases.get(at));
    let against = reference.map_or("the majority".to_owned(), Database::title);
    let mut scope = vec![databases.join(", "), format!("held against {against}")];
    scope.extend(rules.files().iter().map(|file| format!("by the rules of {}", file.display())));
    scope
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

/// What is known of a comparison but the databases that `scope` tells.
fn about(chosen: &[Chosen], basis: &Basis, compare: &Compare) -> About {
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
        scope: vec![basis.scope.clone()],
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
