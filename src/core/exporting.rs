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
use crate::inventory::{Answered, QueryLimits, Reader, Refusal, Stop, Storage, notes};
use crate::query::Query;
use crate::rds::{Cell, Column, Shape, kind};
use crate::report::{self, About, RowSource};
use crate::sweep::Coverage;
use crate::worker;

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
        let result =
            worker::guarded("the export", || write(&export, basis, &storage, limits, &stopped, &telling_it));
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
    let notes = export.query.sql.as_deref().map(notes).unwrap_or_default();
    Ok(Exported { path: export.path.clone(), rows, not_collected, notes })
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
    match &export.rows {
        RowChoice::All => {}
        RowChoice::These(rows) => scope.push(format!("{} selected rows", rows.len())),
        RowChoice::Groups => scope.push(format!("grouped by {}", query.group.join(", "))),
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

/// Rows of the store, or one for each group of them, some at a time.
pub struct Source<'a> {
    reader: &'a Reader,
    query: Query,
    columns: Vec<Column>,
    /// Where the columns lie in the answer.
    places: Vec<usize>,
    rows: Rows,
    total: usize,
    watch: Option<Watch>,
}

enum Rows {
    Numbers(VecDeque<i64>),
    Groups(VecDeque<Vec<Cell>>),
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
        let all = &answered.columns;
        if *choice == RowChoice::Groups {
            let (columns, rows) = group_rows(&query, &answered);
            let (places, total) = (Vec::new(), rows.len());
            return Ok(Source {
                reader,
                query,
                columns,
                places,
                rows: Rows::Groups(rows),
                total,
                watch: None,
            });
        }
        let places: Vec<usize> = if every_column || query.columns.is_empty() {
            (0..all.len()).collect()
        } else {
            let place = |name: &String| all.iter().position(|column| column.name == *name);
            query.columns.iter().filter_map(place).collect()
        };
        let columns = places.iter().map(|&at| all[at].clone()).collect();
        let mut rows = answered.rows;
        if let RowChoice::These(these) = choice {
            let these: HashSet<i64> = these.iter().copied().collect();
            rows.retain(|row| these.contains(row));
        }
        let total = rows.len();
        Ok(Source { reader, query, columns, places, rows: Rows::Numbers(rows.into()), total, watch: None })
    }

    /// The columns that come, in order.
    pub fn columns(&self) -> Vec<Column> {
        self.columns.clone()
    }

    /// The numbers of the rows that are still to come.
    pub fn numbers(&self) -> Vec<i64> {
        match &self.rows {
            Rows::Numbers(numbers) => numbers.iter().copied().collect(),
            Rows::Groups(_) => Vec::new(),
        }
    }

    /// One row; `None` if it has gone.
    ///
    /// # Errors
    /// What the reader says.
    pub fn cells(&self, row: i64) -> Result<Option<Vec<Cell>>, Refusal> {
        Ok(self.reader.cells(&self.query, &self.places, &[row])?.pop())
    }

    /// What the rows come from.
    pub fn reader(&self) -> &Reader {
        self.reader
    }
}

/// A row for each innermost group: its values, how many rows it has, and the sums. With the columns of that.
fn group_rows(query: &Query, answered: &Answered) -> (Vec<Column>, VecDeque<Vec<Cell>>) {
    let of_group =
        query.group.iter().filter_map(|name| answered.columns.iter().find(|column| column.name == *name));
    let amounts = query.amounts(&answered.columns);
    let count = Column::new("Count", Shape::Long, true);
    let columns =
        of_group.cloned().chain([count]).chain(amounts.iter().map(|&column| column.clone())).collect();
    let mut values: Vec<Cell> = Vec::new();
    let mut rows = VecDeque::new();
    for group in &answered.groups {
        values.truncate(group.level);
        values.push(group.value.clone());
        if values.len() < query.group.len() {
            continue;
        }
        let sum = |column: &&Column| {
            let sum = group.sums.iter().find(|(name, _)| *name == column.name);
            sum.map_or(Cell::Absent, |(_, sum)| sum.clone())
        };
        let count = Cell::Integer(group.rows.len() as i64);
        rows.push_back(values.iter().cloned().chain([count]).chain(amounts.iter().map(sum)).collect());
    }
    (columns, rows)
}

impl RowSource for Source<'_> {
    fn total(&self) -> usize {
        self.total
    }

    fn next_rows(&mut self) -> Result<Vec<Vec<Cell>>, String> {
        let left = match &self.rows {
            Rows::Numbers(numbers) => numbers.len(),
            Rows::Groups(groups) => groups.len(),
        };
        if let Some(watch) = &mut self.watch {
            if watch.stop.is_wanted() {
                return Err(CANCELLED.to_owned());
            }
            if watch.told.elapsed() > TELL_EVERY {
                watch.told = Instant::now();
                watch.telling.send(Event::Exporting { rows: self.total - left, of: self.total });
            }
        }
        let next = ..ROWS_AT_ONCE.min(left);
        match &mut self.rows {
            Rows::Groups(groups) => Ok(groups.drain(next).collect()),
            Rows::Numbers(numbers) => {
                let numbers: Vec<i64> = numbers.drain(next).collect();
                self.reader.cells(&self.query, &self.places, &numbers).map_err(sentence)
            }
        }
    }
}

/// Why there is no answer, in words.
pub fn sentence(refusal: Refusal) -> String {
    match refusal {
        Refusal::Refused(refused) => refused.to_string(),
        Refusal::Stopped => CANCELLED.to_owned(),
    }
}
