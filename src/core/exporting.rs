//! Exports: rows from a connection of their own into a file, on a thread of their own, with progress and cancel. What a
//! report is of is put together by the core, which knows the ledger.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::Message;
use super::answering::Telling;
use super::api::{Event, Export, Exported, RowChoice};
use crate::inventory::{QueryLimits, Reader, Refusal, Stop, Storage};
use crate::query::Query;
use crate::rds::{Cell, Column, kind};
use crate::report::{self, About, RowSource};
use crate::sweep::Coverage;

/// Rows that are read at a time.
const ROWS_AT_ONCE: usize = 500;
/// Between two tellings of how far an export is.
const TELL_EVERY: Duration = Duration::from_millis(200);
/// What is said of an export that was given up.
const CANCELLED: &str = "cancelled: the file is left as it was";

/// What the core knows of an export's data.
pub struct Basis {
    /// Of every kind, for the targets that are meant.
    pub coverage: Vec<Arc<Coverage>>,
    /// Which targets are meant, in words.
    pub scope: String,
    /// Sentences about profiles that are meant and cannot be used.
    pub broken: Vec<String>,
}

/// Starts an export; it tells its end itself. `None` where there is no thread for it, which is told as well.
pub fn start(
    export: Export,
    basis: Basis,
    storage: &Storage,
    limits: QueryLimits,
    telling: &Telling,
    core: Sender<Message>,
) -> Option<Stop> {
    let stop = Stop::default();
    let (stopped, storage, telling_it) = (stop.clone(), storage.clone(), telling.clone());
    let run = move || {
        let result = write(&export, basis, &storage, limits, &stopped, &telling_it);
        // Before the view hears of it and asks for the next.
        let _ = core.send(Message::Exported);
        telling_it.send(Event::Exported(result));
    };
    match thread::Builder::new().name("rds-fleet-export".to_owned()).spawn(run) {
        Ok(_) => Some(stop),
        Err(error) => {
            telling.send(Event::Exported(Err(format!("the export cannot be started: {error}"))));
            None
        }
    }
}

fn write(
    export: &Export,
    basis: Basis,
    storage: &Storage,
    limits: QueryLimits,
    stop: &Stop,
    telling: &Telling,
) -> Result<Exported, String> {
    let mut reader = Reader::open(storage, limits, stop.clone())
        .map_err(|error| format!("the store cannot be read: {error}"))?;
    let about = about(export, basis, &reader)?;
    let mut source = Source::new(&mut reader, export.query.clone(), &export.rows, export.every_column)?;
    source.watch = Some(Watch { stop: stop.clone(), telling: telling.clone(), told: Instant::now() });
    let columns = source.columns();
    let columns: Vec<&Column> = columns.iter().collect();
    let rows = report::write_file(&export.path, |out| {
        report::write(export.format, &columns, &about, &mut source, out)
    })
    .map_err(|error| if stop.is_wanted() { CANCELLED.to_owned() } else { error })?;
    let not_collected = about.gaps().count() + about.broken.len();
    tracing::info!(rows, not_collected, path = %export.path.display(), "exported");
    Ok(Exported { path: export.path.clone(), rows, not_collected })
}

/// What an export is of, and what is missing from it.
fn about(export: &Export, basis: Basis, reader: &Reader) -> Result<About, String> {
    let query = &export.query;
    let (title, read): (&str, BTreeSet<&str>) = match &query.sql {
        Some(sql) => {
            let kinds = reader.kinds(sql).map_err(|refused| refused.to_string())?;
            ("Query", kinds.into_iter().map(|kind| kind.name).collect())
        }
        None => (kind(&query.kind).map_or("", |kind| kind.title), BTreeSet::from([query.kind.as_str()])),
    };
    let mut scope = vec![basis.scope];
    scope.extend(query.sql.clone());
    if !query.search.trim().is_empty() {
        scope.push(format!("rows that contain: {}", query.search.trim()));
    }
    for filter in &query.filters {
        scope.push(filter.to_string());
    }
    if let RowChoice::These(rows) = &export.rows {
        scope.push(format!("{} selected rows", rows.len()));
    }
    Ok(About {
        title: title.to_owned(),
        scope,
        made: OffsetDateTime::now_utc(),
        coverage: basis
            .coverage
            .iter()
            .filter(|coverage| read.contains(coverage.kind))
            .map(|coverage| Coverage::clone(coverage))
            .collect(),
        broken: basis.broken,
    })
}

/// Rows of the store, some at a time.
pub struct Source<'a> {
    reader: &'a Reader,
    query: Query,
    columns: Arc<[Column]>,
    places: Vec<usize>,
    rows: VecDeque<i64>,
    total: usize,
    watch: Option<Watch>,
}

struct Watch {
    stop: Stop,
    telling: Telling,
    told: Instant,
}

impl<'a> Source<'a> {
    /// # Errors
    /// A sentence that says why the query has no answer.
    pub fn new(
        reader: &'a mut Reader,
        query: Query,
        choice: &RowChoice,
        every_column: bool,
    ) -> Result<Source<'a>, String> {
        let answered = reader.select(&query, false).map_err(sentence)?;
        let mut rows = answered.rows;
        if let RowChoice::These(these) = choice {
            let these: HashSet<i64> = these.iter().copied().collect();
            rows.retain(|row| these.contains(row));
        }
        let columns = answered.columns;
        let places = if every_column || query.columns.is_empty() {
            (0..columns.len()).collect()
        } else {
            let place = |name: &String| columns.iter().position(|column| column.name == *name);
            query.columns.iter().filter_map(place).collect()
        };
        Ok(Source { reader, query, columns, places, total: rows.len(), rows: rows.into(), watch: None })
    }

    /// The columns that come, in order.
    pub fn columns(&self) -> Vec<Column> {
        self.places.iter().map(|&at| self.columns[at].clone()).collect()
    }
}

impl RowSource for Source<'_> {
    fn total(&self) -> usize {
        self.total
    }

    fn next_rows(&mut self) -> Result<Vec<Vec<Cell>>, String> {
        if let Some(watch) = &mut self.watch {
            if watch.stop.is_wanted() {
                return Err(CANCELLED.to_owned());
            }
            if watch.told.elapsed() > TELL_EVERY {
                watch.told = Instant::now();
                let rows = self.total - self.rows.len();
                watch.telling.send(Event::Exporting { rows, of: self.total });
            }
        }
        let next: Vec<i64> = self.rows.drain(..ROWS_AT_ONCE.min(self.rows.len())).collect();
        self.reader.cells(&self.query, &self.places, &next).map_err(sentence)
    }
}

fn sentence(refusal: Refusal) -> String {
    match refusal {
        Refusal::Refused(refused) => refused.to_string(),
        Refusal::Stopped => CANCELLED.to_owned(),
    }
}
