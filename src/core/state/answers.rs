//! Queries, and what is made of their rows: views, records, the clipboard, exports.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::{Entry, Shown, State};
use crate::core::api::{CellText, Event, Export, Exported, Field, Record, RowChoice, Rows, View};
use crate::inventory::Inventory;
use crate::query::{FilterValue, Query};
use crate::rds::readable::{self, exact, readable};
use crate::rds::{Cell, Column, Kind, kind, kinds};
use crate::report::{self, About, RowSource};
use crate::sweep::Coverage;

/// Rows that are read at a time for reports.
const ROWS_AT_ONCE: usize = 500;

impl State {
    pub(super) fn show(&mut self, query: Query) {
        self.views += 1;
        self.shown = Some(Shown {
            query,
            rows: Arc::default(),
            number: self.views,
            changed: true,
            took: Duration::ZERO,
        });
        self.answer();
    }

    /// Answers the shown query as the data is now.
    pub(super) fn answer(&mut self) {
        let Some(shown) = &self.shown else { return };
        let begun = Instant::now();
        let mut view = View {
            number: self.views + 1,
            query: shown.query.clone(),
            rows: Arc::default(),
            of: 0,
            sql: String::new(),
            error: None,
        };
        let mut query = shown.query.clone();
        match kind(&query.kind) {
            None => view.error = Some(no_such_kind(&query.kind)),
            Some(kind) => {
                self.restrict(&mut query);
                match self.inventory.select(kind, &query) {
                    Ok(selected) => {
                        view.rows = Arc::new(selected.rows);
                        view.sql = selected.sql;
                    }
                    Err(error) => view.error = Some(error),
                }
                view.of = self.inventory.count(kind, &query).unwrap_or_default();
            }
        }
        self.views += 1;
        // Not what is searched for: the log is for support tickets, and a search may be anything.
        tracing::debug!(
            kind = view.query.kind,
            rows = view.rows.len(),
            of = view.of,
            microseconds = begun.elapsed().as_micros() as u64,
            "view answered"
        );
        if let Some(shown) = &mut self.shown {
            shown.rows = Arc::clone(&view.rows);
            shown.number = view.number;
            shown.changed = false;
            shown.took = begun.elapsed();
        }
        self.send(Event::View(Arc::new(view)));
    }

    /// Targets that the config no longer names are no part of "all", and what several roles see counts once.
    fn restrict(&self, query: &mut Query) {
        let mut places = HashSet::new();
        query.once = !self.current().all(|entry| places.insert((&entry.account_id, &entry.target.region)));
        let current = |number: &u32| self.plan.targets.iter().any(|target| target.number == *number);
        if query.targets.is_none() && !self.ledger.keys().all(current) {
            query.targets = Some(self.plan.targets.iter().map(|target| target.number).collect());
        }
    }

    pub(super) fn rows(&self, view: u64, positions: std::ops::Range<usize>) {
        let Some(shown) = self.shown.as_ref().filter(|shown| shown.number == view) else { return };
        let Some(kind) = kind(&shown.query.kind) else { return };
        let end = positions.end.min(shown.rows.len());
        let first = positions.start.min(end);
        let columns: Vec<usize> = shown.query.columns.iter().filter_map(|name| kind.column(name)).collect();
        let texts = self.inventory.cells(kind, &columns, &shown.rows[first..end]).map(|rows| {
            rows.iter()
                .map(|row| {
                    row.iter()
                        .map(|cell| CellText { text: readable(cell), absent: *cell == Cell::Absent })
                        .collect()
                })
                .collect()
        });
        match texts {
            Ok(rows) => self.send(Event::Rows(Arc::new(Rows { view, first, rows }))),
            Err(error) => tracing::error!("the store: {error}"),
        }
    }

    pub(super) fn record(&self, kind: &'static Kind, row: i64) -> Option<Record> {
        let columns: Vec<usize> = (0..kind.columns.len()).collect();
        let cells = self.inventory.cells(kind, &columns, &[row]).ok()?.pop()?;
        let mut object = serde_json::Map::new();
        let mut fields = Vec::with_capacity(cells.len());
        for (column, cell) in kind.columns.iter().zip(&cells) {
            let value = exact(cell);
            let lines = readable::lines(cell);
            fields.push(Field {
                name: column.name.clone(),
                type_name: column.shape.type_name(),
                text: if lines.is_empty() { readable(cell) } else { joined(&lines) },
                lines,
                absent: value.is_none(),
            });
            if let Some(value) = value.filter(|_| !column.own) {
                object.insert(column.name.clone(), value);
            }
        }
        let unknown = self.inventory.unknown_members(kind, row).ok().flatten();
        let unknown = unknown.and_then(|json| serde_json::from_str::<serde_json::Value>(&json).ok());
        for (name, value) in unknown.as_ref().and_then(serde_json::Value::as_object).into_iter().flatten() {
            let lines = readable::value_lines(value);
            let one_value = || value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            fields.push(Field {
                name: name.clone(),
                type_name: "newer than this program",
                text: if lines.is_empty() { one_value() } else { joined(&lines) },
                lines,
                absent: false,
            });
            object.insert(name.clone(), value.clone());
        }
        let json = serde_json::to_string_pretty(&object).unwrap_or_default();
        Some(Record { kind: kind.name, row, fields, json })
    }

    /// Rows with headers, for the clipboard.
    pub(super) fn copied(&self, query: &Query, rows: &RowChoice) -> Result<String, String> {
        let mut source = self.selected(query, rows, false)?;
        let columns = source.columns.clone();
        report::clipboard(&columns, &mut source)
    }

    pub(super) fn export(&self, export: &Export) -> Result<Exported, String> {
        let mut source = self.selected(&export.query, &export.rows, export.every_column)?;
        let columns = source.columns.clone();
        let about = self.about(source.kind, export);
        let rows = report::write_file(&export.path, |out| {
            report::write(export.format, &columns, &about, &mut source, out)
        })?;
        let not_collected = about.gaps().count() + about.broken.len();
        tracing::info!(rows, not_collected, path = %export.path.display(), "exported");
        Ok(Exported { path: export.path.clone(), rows, not_collected })
    }

    /// What an export is of, and what is missing from it.
    fn about(&self, kind: &'static Kind, export: &Export) -> About {
        let query = &export.query;
        let meant = |entry: &&Entry| {
            query.targets.as_ref().is_none_or(|targets| targets.contains(&entry.target.number))
        };
        let coverage: Vec<Coverage> = self
            .current()
            .filter(meant)
            .map(|entry| match entry.coverage.get(kind.name) {
                Some(coverage) => Coverage::clone(coverage),
                None => Coverage::not_asked(&entry.target, kind.name),
            })
            .collect();
        let all = self.current().count();
        let mut scope = vec![match &query.targets {
            Some(_) => format!("{} of {all} account-regions", coverage.len()),
            None => format!("all {all} account-regions"),
        }];
        scope[0].push_str(&format!(" of {}", self.configuration.config_file.display()));
        if !query.search.trim().is_empty() {
            scope.push(format!("rows that contain: {}", query.search.trim()));
        }
        for filter in &query.filters {
            scope.push(match &filter.value {
                FilterValue::Contains(text) => format!("{} contains {text}", filter.column),
                FilterValue::Is(values) => format!("{} is {}", filter.column, values.join(" or ")),
            });
        }
        if let RowChoice::These(rows) = &export.rows {
            scope.push(format!("{} selected rows", rows.len()));
        }
        About {
            title: kind.title.to_owned(),
            scope,
            made: OffsetDateTime::now_utc(),
            coverage,
            // A profile that cannot be used has no target that could have been left out on purpose.
            broken: if query.targets.is_none() { self.broken() } else { Vec::new() },
        }
    }

    fn selected(&self, query: &Query, rows: &RowChoice, every_column: bool) -> Result<Source<'_>, String> {
        let kind = kind(&query.kind).ok_or_else(|| no_such_kind(&query.kind))?;
        let mut query = query.clone();
        self.restrict(&mut query);
        let mut selected = self.inventory.select(kind, &query)?.rows;
        if let RowChoice::These(these) = rows {
            let these: HashSet<i64> = these.iter().copied().collect();
            selected.retain(|row| these.contains(row));
        }
        let places: Vec<usize> = if every_column {
            (0..kind.columns.len()).collect()
        } else {
            query.columns.iter().filter_map(|name| kind.column(name)).collect()
        };
        Ok(Source {
            inventory: &self.inventory,
            kind,
            columns: places.iter().map(|&at| &kind.columns[at]).collect(),
            places,
            rows: selected.into(),
        })
    }
}

/// Rows of the store, some at a time.
struct Source<'a> {
    inventory: &'a Inventory,
    kind: &'static Kind,
    columns: Vec<&'static Column>,
    places: Vec<usize>,
    rows: VecDeque<i64>,
}

impl RowSource for Source<'_> {
    fn total(&self) -> usize {
        self.rows.len()
    }

    fn next_rows(&mut self) -> Result<Vec<Vec<Cell>>, String> {
        let next: Vec<i64> = self.rows.drain(..ROWS_AT_ONCE.min(self.rows.len())).collect();
        self.inventory.cells(self.kind, &self.places, &next).map_err(|error| format!("the store: {error}"))
    }
}

fn joined(lines: &[readable::Line]) -> String {
    lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The sentence for a kind that does not exist.
pub fn no_such_kind(name: &str) -> String {
    let names: Vec<&str> = kinds().iter().map(|kind| kind.name).collect();
    format!("there is no kind {name}: choose one of {}", names.join(", "))
}
