//! What holds of every row that AWS may send, whatever the kind and the texts: whether a value is there, whether it is
//! found, how often it is counted, and what comes back from a file. Rows are drawn from the shape table; a store has many
//! of every kind, and each case asks it something else.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "../generated/mod.rs"]
mod generated;

use std::cell::RefCell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use rds_fleet::clean;
use rds_fleet::inventory::{Inventory, Origin, QueryLimits, Reader, Stop};
use rds_fleet::query::{Filter, Query, Test, expression, quoted, written_sql};
use rds_fleet::rds::readable::{exact, readable};
use rds_fleet::rds::{Cell, Column, Kind, kinds};
use rds_fleet::report::{self, About, Format, RowSource, Separator};
use time::OffsetDateTime;

const CASES: u32 = 1000;
/// Stores, each with rows of its own, and the rows that each has of every kind.
const STORES: u8 = 2;
const ROWS: usize = 10;

struct Store {
    _inventory: Inventory,
    reader: Reader,
}

impl Store {
    fn new(seed: u8) -> Store {
        let mut inventory = Inventory::in_memory().unwrap();
        let origin = Origin {
            account_id: Some("012345678910".to_owned()),
            region: "eu-central-1".to_owned(),
            profiles: vec!["DB1".to_owned(), "app = \"b\"".to_owned()],
        };
        for kind in kinds() {
            inventory.stage(kind, 1, &origin, generated::rows(kind, ROWS, seed)).unwrap();
            let kept = inventory.settle(kind, 1, &origin, Some(OffsetDateTime::now_utc())).unwrap();
            assert_eq!(kept, ROWS as u64, "{}", kind.name);
        }
        inventory.commit().unwrap();
        let reader = Reader::open(inventory.storage(), QueryLimits::default(), Stop::default()).unwrap();
        Store { _inventory: inventory, reader }
    }

    fn rows(&mut self, query: &Query) -> Vec<i64> {
        let mut rows = self.reader.select(query, false).unwrap_or_else(|refusal| panic!("{refusal:?}")).rows;
        rows.sort_unstable();
        rows
    }

    /// The numbers of the rows that SQL means, which selects the internal number under the name of a column.
    fn count(&mut self, sql: &str) -> usize {
        let answered = self.reader.select(&Query::of_sql(sql), false);
        answered.unwrap_or_else(|refusal| panic!("{sql}: {refusal:?}")).rows.len()
    }

    /// The cells of a column, by row.
    fn cells(&self, kind: &Kind, column: usize, rows: &[i64]) -> Vec<Cell> {
        let cells = self.reader.cells(&Query::of(kind), &[column], rows).unwrap();
        cells.into_iter().map(|mut row| row.remove(0)).collect()
    }
}

thread_local! {
    static STORE: RefCell<Vec<Store>> = RefCell::new((0..STORES).map(Store::new).collect());
}

/// Asks one of the stores.
fn with_store<T>(at: Index, ask: impl FnOnce(&mut Store) -> T) -> T {
    STORE.with_borrow_mut(|stores| {
        let at = at.index(stores.len());
        ask(&mut stores[at])
    })
}

/// A kind and one of its columns; every second of them is a list or structure, where there is one.
fn column(kind: Index, nested: bool, at: Index) -> (&'static Kind, usize) {
    let kind = &kinds()[kind.index(kinds().len())];
    let wanted = |column: &Column| !nested || column.shape.is_nested();
    let columns: Vec<usize> = (0..kind.columns.len()).filter(|at| wanted(&kind.columns[*at])).collect();
    (kind, columns[at.index(columns.len())])
}

fn of(kind: &Kind, filter: Filter) -> Query {
    // The rows that SQL answers are only counted.
    Query {
        filters: vec![filter],
        sort: Vec::new(),
        columns: vec![kind.identifier.to_owned()],
        ..Query::of(kind)
    }
}

/// All texts at once.
struct Once(Vec<Vec<Cell>>);

impl RowSource for Once {
    fn total(&self) -> usize {
        self.0.len()
    }

    fn next_rows(&mut self) -> Result<Vec<Vec<Cell>>, String> {
        Ok(std::mem::take(&mut self.0))
    }
}

fn read_back(format: Format, delimiter: u8, columns: &[&Column], rows: Vec<Vec<Cell>>) -> Vec<Vec<String>> {
    let about = About {
        title: String::new(),
        scope: Vec::new(),
        made: OffsetDateTime::UNIX_EPOCH,
        coverage: Vec::new(),
        broken: Vec::new(),
    };
    let mut file = Vec::new();
    report::write(format, columns, &about, &mut Once(rows), &mut file).unwrap();
    let text = String::from_utf8(file).unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(names, columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// What a spreadsheet would run as a formula has an apostrophe before it.
fn defused(cell: &Cell) -> String {
    let text = readable(cell);
    // What cannot be seen, or turns the writing round, is an escape.
    let text =
        if matches!(cell, Cell::Text(_) | Cell::Json(_)) { clean::cell(&text).into_owned() } else { text };
    let runs = matches!(cell, Cell::Text(_) | Cell::Json(_))
        && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_number = text.ends_with(|last: char| last.is_ascii_digit()) && text.parse::<f64>().is_ok();
    if runs && !is_number { format!("'{text}") } else { text }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn present_and_absent_split_the_rows_of_every_column(
        store: Index, kind: Index, nested: bool, at: Index,
    ) {
        let (kind, at) = column(kind, nested, at);
        let name = &kind.columns[at].name;
        with_store(store, |store| {
            let all = store.rows(&Query { sort: Vec::new(), ..Query::of(kind) });
            let absent = Filter::column(name, Test::Absent);
            let absent = of(kind, absent.clone());
            let present = of(kind, Filter::Not(Box::new(absent.filters[0].clone())));
            let (without, with) = (store.rows(&absent), store.rows(&present));
            let both: BTreeSet<i64> = without.iter().chain(&with).copied().collect();
            prop_assert_eq!(without.len() + with.len(), all.len());
            prop_assert_eq!(both.into_iter().collect::<Vec<_>>(), all.clone());
            let cells = store.cells(kind, at, &all);
            for (row, cell) in all.iter().zip(&cells) {
                prop_assert_eq!(with.contains(row), cell.has_value(), "{}: {:?}", name, cell);
                let says = !readable(cell).is_empty();
                prop_assert!(cell.has_value() || !says, "{}: nothing is shown as {:?}", name, cell);
            }
            for (query, rows, own) in [(&absent, &without, "IS NULL"), (&present, &with, "IS NOT NULL")] {
                let written = written_sql(query, kind, None).unwrap();
                prop_assert_eq!(store.count(&written), rows.len(), "{}", written);
                let own = format!("SELECT 1 FROM {} WHERE {} {own}", kind.table(), quoted(name));
                prop_assert_eq!(store.count(&own), rows.len(), "{}", own);
            }
            Ok(())
        })?;
    }

    #[test]
    fn every_word_that_a_cell_shows_is_found(
        store: Index, kind: Index, nested: bool, at: Index, row: Index, word: Index, cut: (Index, Index), upper: bool,
    ) {
        let (kind, at) = column(kind, nested, at);
        let name = &kind.columns[at].name;
        with_store(store, |store| {
            let all = store.rows(&Query { sort: Vec::new(), ..Query::of(kind) });
            let row = all[row.index(all.len())];
            let shown = readable(&store.cells(kind, at, &[row])[0]);
            let in_case = |text: &str| if upper { text.to_uppercase() } else { text.to_owned() };
            // A phrase of the cell, wherever it begins and ends.
            let ends: Vec<usize> = shown.char_indices().map(|(at, _)| at).chain([shown.len()]).collect();
            let (one, other) = (ends[cut.0.index(ends.len())], ends[cut.1.index(ends.len())]);
            let phrase = &shown[one.min(other)..one.max(other)];
            if !phrase.is_empty() {
                let query = of(kind, Filter::column(name, Test::Contains(phrase.to_owned())));
                let found = store.rows(&query);
                prop_assert!(found.contains(&row), "{}: contains {:?} in {:?}", name, phrase, shown);
                let written = written_sql(&query, kind, None).unwrap();
                prop_assert_eq!(store.count(&written), found.len(), "{}", written);
            }
            let words: Vec<&str> = shown.split_whitespace().collect();
            if words.is_empty() {
                return Ok(());
            }
            // Upper and lower case of one letter are not always each other's.
            let word = words[word.index(words.len())];
            let word = if in_case(word).to_lowercase() == word.to_lowercase() { in_case(word) } else { word.to_owned() };
            let contains = of(kind, Filter::column(name, Test::Contains(word.clone())));
            let search = Query { filters: Vec::new(), search: word.clone(), ..contains.clone() };
            for query in [contains, search] {
                let found = store.rows(&query);
                prop_assert!(found.contains(&row), "{}: {:?} in {:?}", name, word, shown);
                let written = written_sql(&query, kind, None).unwrap();
                prop_assert_eq!(store.count(&written), found.len(), "{}", written);
            }
            // As the line of conditions has it.
            let (search, filters) = expression::parse(&expression::print(&word, &[]), &kind.columns).unwrap();
            prop_assert_eq!((search, filters), (word, Vec::new()));
            Ok(())
        })?;
    }

    #[test]
    fn the_counts_of_a_pick_list_add_up_to_the_rows(
        store: Index, kind: Index, nested: bool, at: Index, other: Index, prepared: bool,
    ) {
        let (kind, at) = column(kind, nested, at);
        let name = &kind.columns[at].name;
        let narrowing = &kind.columns[other.index(kind.columns.len())].name;
        with_store(store, |store| {
            let of_all = Query { sort: Vec::new(), ..Query::of(kind) };
            if prepared {
                store.reader.prepare(&of_all, &|| false).unwrap();
            }
            for mut query in [of_all, of(kind, Filter::column(narrowing, Test::Absent))] {
                let rows = store.rows(&query);
                let values = store.reader.values(&query, name, usize::MAX, &|| false).unwrap();
                prop_assert_eq!(values.iter().map(|(_, count)| count).sum::<usize>(), rows.len());
                let without: Vec<&(Cell, usize)> = values.iter().filter(|(value, _)| !value.has_value()).collect();
                prop_assert!(without.len() <= 1, "{:?}", without);
                let absent = store.cells(kind, at, &rows).iter().filter(|cell| !cell.has_value()).count();
                prop_assert_eq!(without.first().map_or(0, |(_, count)| *count), absent);
                query.group = vec![name.clone()];
                let groups = store.reader.select(&query, false).unwrap().groups;
                prop_assert_eq!(groups.len(), values.len());
                prop_assert_eq!(groups.iter().map(|group| group.rows.len()).sum::<usize>(), rows.len());
            }
            Ok(())
        })?;
    }

    #[test]
    fn csv_reads_back_as_it_is_shown(store: Index, kind: Index, row: Index, from: Index, wide: Index) {
        let kind = &kinds()[kind.index(kinds().len())];
        with_store(store, |store| {
            let all = store.rows(&Query { sort: Vec::new(), ..Query::of(kind) });
            let from = from.index(kind.columns.len());
            let chosen: Vec<usize> = (from..kind.columns.len()).take(1 + wide.index(30)).collect();
            let rows: Vec<i64> = all[row.index(all.len())..].iter().copied().take(3).collect();
            let cells = store.reader.cells(&Query::of(kind), &chosen, &rows).unwrap();
            let columns: Vec<&Column> = chosen.iter().map(|at| &kind.columns[*at]).collect();
            let shown: Vec<Vec<String>> = cells.iter().map(|row| row.iter().map(defused).collect()).collect();
            let separators = [(Separator::COMMA, b','), (Separator::SEMICOLON, b';'), (Separator::TAB, b'\t')];
            let (separator, delimiter) = separators[wide.index(3)];
            let of_people = read_back(Format::Csv(separator), delimiter, &columns, cells.clone());
            prop_assert_eq!(of_people, shown);
            let raw = read_back(Format::RawCsv(separator), delimiter, &columns, cells.clone());
            for (texts, cells) in raw.iter().zip(&cells) {
                for (text, cell) in texts.iter().zip(cells) {
                    match cell {
                        Cell::Json(_) => prop_assert_eq!(serde_json::from_str(text).ok(), exact(cell)),
                        cell => prop_assert_eq!(text, &readable(cell)),
                    }
                }
            }
            Ok(())
        })?;
    }
}
