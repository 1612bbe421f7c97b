//! The column cache: for columns that were sorted, grouped or filtered by, each row's rank instead of its value.
//!
//! SQLite sorts a million texts in many seconds, for each order anew. Here a column is read once and every value gets
//! its rank in the product's order (`natural`); from then on an order is a counting sort of small numbers, and where
//! a column has few values, pick-lists, counts and filters look at each value once and at the rows' ranks. It serves
//! the one thread that reads; what it keeps is bounded, and the columns used least recently go first.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering as Atomically};

use hashbrown::{DefaultHashBuilder, HashTable};
use rusqlite::Connection;
use rusqlite::types::{Value, ValueRef};

use super::natural::push_key;
use super::scan::{Cancelled, RowSet, Stopped, bounds, scan};
use super::search::{Word, search};

/// The rank of NULL, which comes last in either direction.
const NULL: u32 = u32::MAX;
/// A column of more values, or of more bytes of them, does not keep them.
const MOST_VALUES: usize = 1 << 16;
const MOST_VALUE_BYTES: usize = 16 << 20;
/// Of a table so many times larger than the rows wanted, only those rows' values are read.
const FEW: usize = 16;

/// The cached columns of all tables.
#[derive(Debug)]
pub struct ColumnCache {
    budget: usize,
    tables: HashMap<String, Table>,
    /// Counts the uses, to know the least recent.
    clock: u64,
}

/// One table as of one version.
#[derive(Debug)]
struct Table {
    version: u64,
    /// The table's row numbers, ascending; the columns' ranks are in this order.
    rows: Vec<i64>,
    columns: HashMap<String, Column>,
}

#[derive(Debug)]
struct Column {
    ranks: Vec<u32>,
    /// How many ranks there are.
    distinct: u32,
    /// The values by rank, if they are few.
    values: Option<Vec<Value>>,
    bytes: usize,
    used: u64,
}

/// The reader's connections and the table that is asked, as of a version: any number that changes with the data.
#[derive(Debug)]
pub struct Source<'a> {
    pub connections: &'a mut [Connection],
    pub table: &'a str,
    pub version: u64,
}

impl ColumnCache {
    /// An empty cache that keeps at most so many bytes between two questions. The columns of one question are there
    /// together whatever they need; coding a column of a million different texts needs some 150 MB for a moment.
    pub fn new(budget: usize) -> ColumnCache {
        ColumnCache { budget, tables: HashMap::new(), clock: 0 }
    }

    /// How many bytes are kept.
    pub fn bytes(&self) -> usize {
        self.tables.values().map(Table::bytes).sum()
    }

    /// The rows in an order, the first key first: each is a column and whether it descends. Rows that lack a value come
    /// last in either direction, and rows that are alike stay in the order of their numbers.
    ///
    /// # Errors
    /// That it was cancelled, or what SQLite says, such as of a column that does not exist.
    pub fn order(
        &mut self,
        source: &mut Source<'_>,
        rows: RowSet<'_>,
        keys: &[(&str, bool)],
        cancelled: Cancelled<'_>,
    ) -> Result<Vec<i64>, Stopped> {
        let columns: Vec<&str> = keys.iter().map(|(column, _)| *column).collect();
        if columns.is_empty() {
            return order_few(source, rows, keys, cancelled);
        }
        if let RowSet::These(numbers) = rows
            && !self.is_cached(source, &columns)
            && is_few(source, numbers)?
        {
            return order_few(source, rows, keys, cancelled);
        }
        self.load(source, &columns, cancelled)?;
        let Some(table) = self.tables.get(source.table) else { return Ok(Vec::new()) };
        let mut places = table.places(rows);
        let mut spare = Vec::new();
        // From the last key to the first, each sort keeping what the one before did.
        for (column, descending) in keys.iter().rev() {
            if let Some(column) = table.columns.get(*column) {
                column.sort(&mut places, &mut spare, *descending);
            }
        }
        Ok(places.into_iter().map(|place| table.rows[place as usize]).collect())
    }

    /// How many of the rows have each value of a column: the `most` commonest, the commonest first and equally common
    /// ones in the product's order. NULL counts as a value.
    ///
    /// # Errors
    /// As `order`.
    pub fn counts(
        &mut self,
        source: &mut Source<'_>,
        rows: RowSet<'_>,
        column: &str,
        most: usize,
        cancelled: Cancelled<'_>,
    ) -> Result<Vec<(Value, usize)>, Stopped> {
        self.load(source, &[column], cancelled)?;
        let Some(table) = self.tables.get(source.table) else { return Ok(Vec::new()) };
        let Some(coded) = table.columns.get(column) else { return Ok(Vec::new()) };
        let nulls = coded.distinct as usize;
        let mut counts = vec![0_usize; nulls + 1];
        // A row that has the value, for columns that did not keep theirs.
        let mut examples = vec![0_u32; if coded.values.is_some() { 0 } else { nulls + 1 }];
        let mut count = |place: usize| {
            let rank = (coded.ranks[place] as usize).min(nulls);
            counts[rank] += 1;
            if let Some(example) = examples.get_mut(rank) {
                *example = place as u32;
            }
        };
        match rows {
            RowSet::All => (0..table.rows.len()).for_each(&mut count),
            RowSet::These(_) => table.places(rows).iter().for_each(|place| count(*place as usize)),
        }
        let mut ranks: Vec<usize> = (0..=nulls).filter(|rank| counts[*rank] > 0).collect();
        ranks.sort_by_key(|rank| std::cmp::Reverse(counts[*rank]));
        ranks.truncate(most);
        let value = |rank: usize| -> Result<Value, Stopped> {
            match &coded.values {
                _ if rank == nulls => Ok(Value::Null),
                Some(values) => Ok(values[rank].clone()),
                None => Ok(one_value(source, column, table.rows[examples[rank] as usize])?),
            }
        };
        ranks.into_iter().map(|rank| Ok((value(rank)?, counts[rank]))).collect()
    }

    /// The numbers of those rows whose value in a column passes a test, ascending. Where the column is cached with its
    /// values the test sees each value once; otherwise every row's, and nothing is cached for it.
    ///
    /// # Errors
    /// As `order`.
    pub fn matching(
        &mut self,
        source: &mut Source<'_>,
        rows: RowSet<'_>,
        column: &str,
        test: &(dyn Fn(ValueRef<'_>) -> bool + Sync),
        cancelled: Cancelled<'_>,
    ) -> Result<Vec<i64>, Stopped> {
        if self.is_cached(source, &[column])
            && let Some(table) = self.tables.get(source.table)
            && let Some(coded) = table.columns.get(column)
            && let Some(values) = &coded.values
        {
            let mut passes: Vec<bool> = values.iter().map(|value| test(value.into())).collect();
            passes.push(test(ValueRef::Null));
            let nulls = coded.distinct as usize;
            let places = table.places(rows);
            // Without a branch: half of them would be guessed wrong.
            let mut found = vec![0; places.len() + 1];
            let mut count = 0;
            for place in places {
                found[count] = table.rows[place as usize];
                count += usize::from(passes[(coded.ranks[place as usize] as usize).min(nulls)]);
            }
            found.truncate(count);
            return Ok(found);
        }
        let parts = scan(
            source.connections,
            source.table,
            &[column],
            rows,
            cancelled,
            Vec::new,
            |found, number, row| {
                if test(row.get_ref(1)?) {
                    found.push(number);
                }
                Ok(())
            },
        )?;
        Ok(parts.concat())
    }

    /// The numbers of those rows that have every word of a text in some of the columns, ascending. Where all these
    /// columns are cached with their values, each value is looked at once, otherwise every cell.
    ///
    /// Where the text only got longer since the last answer, that answer's rows are all that need be looked at.
    ///
    /// # Errors
    /// As `order`.
    pub fn search(
        &mut self,
        source: &mut Source<'_>,
        rows: RowSet<'_>,
        columns: &[&str],
        text: &str,
        cancelled: Cancelled<'_>,
    ) -> Result<Vec<i64>, Stopped> {
        let coded: Option<Vec<(&Column, &Vec<Value>)>> = if self.is_cached(source, columns) {
            self.tables.get(source.table).and_then(|table| {
                let coded = columns.iter().filter_map(|column| table.columns.get(*column));
                coded.map(|column| column.values.as_ref().map(|values| (column, values))).collect()
            })
        } else {
            None
        };
        let (Some(table), Some(coded)) = (self.tables.get(source.table), coded) else {
            return search(source.connections, source.table, columns, rows, text, cancelled);
        };
        let mut places = table.places(rows);
        for word in text.split_whitespace().map(Word::new) {
            let mut found = vec![false; places.len()];
            for (column, values) in &coded {
                if cancelled() {
                    return Err(Stopped::Cancelled);
                }
                let mut hits: Vec<bool> = values.iter().map(|value| word.is_in(value.into())).collect();
                if hits.contains(&true) {
                    // NULL has nothing.
                    hits.push(false);
                    for (found, place) in found.iter_mut().zip(&places) {
                        let rank = column.ranks[*place as usize].min(column.distinct);
                        *found |= hits[rank as usize];
                    }
                }
            }
            let mut found = found.into_iter();
            places.retain(|_| found.next().unwrap_or_default());
        }
        Ok(places.into_iter().map(|place| table.rows[place as usize]).collect())
    }

    /// Caches columns while there is nothing else to do, so that the next search or order finds them there, as far as
    /// they have room together; says whether they are there now. For a table of so many rows that most columns would
    /// not keep their values, nothing is done.
    ///
    /// # Errors
    /// As `order`.
    pub fn prepare(
        &mut self,
        source: &mut Source<'_>,
        columns: &[&str],
        cancelled: Cancelled<'_>,
    ) -> Result<bool, Stopped> {
        let Some(connection) = source.connections.first() else { return Ok(false) };
        let spread = bounds(connection, source.table)?.map_or(0, |(least, most)| most - least + 1);
        if usize::try_from(spread).is_ok_and(|rows| rows <= MOST_VALUES) {
            self.is_cached(source, columns);
            self.load(source, columns, cancelled)?;
            if self.bytes() > self.budget {
                self.tables.remove(source.table);
            }
        }
        Ok(self.is_cached(source, columns))
    }

    /// Whether the table's columns are cached as they are now. What is of another version goes.
    fn is_cached(&mut self, source: &Source<'_>, columns: &[&str]) -> bool {
        if self.tables.get(source.table).is_some_and(|table| table.version != source.version) {
            self.tables.remove(source.table);
        }
        self.tables
            .get(source.table)
            .is_some_and(|table| columns.iter().all(|column| table.columns.contains_key(*column)))
    }

    /// Caches the columns, those that are missing by one scan if memory allows.
    fn load(
        &mut self,
        source: &mut Source<'_>,
        columns: &[&str],
        cancelled: Cancelled<'_>,
    ) -> Result<(), Stopped> {
        // Columns of another version must not pass for this one's, even where the rows are the same.
        self.is_cached(source, columns);
        loop {
            let mut missing = columns.to_vec();
            if let Some(table) = self.tables.get(source.table).filter(|table| table.version == source.version)
            {
                missing.retain(|column| !table.columns.contains_key(*column));
            }
            missing.sort_unstable();
            missing.dedup();
            if missing.is_empty() {
                break;
            }
            self.make_room(source.table, columns);
            let (rows, coded) = code(source, &missing, cancelled)?;
            let table = self.tables.entry(source.table.to_owned()).or_insert_with(|| Table {
                version: source.version,
                rows: Vec::new(),
                columns: HashMap::new(),
            });
            if table.rows != rows {
                // The data changed before its news came.
                table.columns.clear();
                table.rows = rows;
            }
            table.version = source.version;
            table.columns.extend(coded);
        }
        self.clock += 1;
        if let Some(table) = self.tables.get_mut(source.table) {
            for column in columns {
                if let Some(column) = table.columns.get_mut(*column) {
                    column.used = self.clock;
                }
            }
        }
        self.make_room(source.table, columns);
        Ok(())
    }

    /// Lets go of the columns used least recently until the rest is within the budget, but of none that is needed.
    fn make_room(&mut self, needed: &str, columns: &[&str]) {
        while self.bytes() > self.budget {
            let oldest = self
                .tables
                .iter()
                .flat_map(|(table, cached)| {
                    cached.columns.iter().map(move |(name, column)| (table, name, column))
                })
                .filter(|(table, name, _)| *table != needed || !columns.contains(&name.as_str()))
                .min_by_key(|(_, _, column)| column.used)
                .map(|(table, name, _)| (table.clone(), name.clone()));
            let Some((table, name)) = oldest else { return };
            if let Some(cached) = self.tables.get_mut(&table) {
                cached.columns.remove(&name);
                if cached.columns.is_empty() {
                    self.tables.remove(&table);
                }
            }
        }
    }
}

impl Table {
    fn bytes(&self) -> usize {
        self.rows.len() * size_of::<i64>() + self.columns.values().map(|column| column.bytes).sum::<usize>()
    }

    /// Where the rows stand among the table's; what has gone since is left out.
    fn places(&self, rows: RowSet<'_>) -> Vec<u32> {
        let numbers = match rows {
            RowSet::All => return (0..self.rows.len() as u32).collect(),
            RowSet::These(numbers) => numbers,
        };
        let mut places = Vec::with_capacity(numbers.len());
        let mut from = 0;
        for number in numbers {
            // The next is near the last in a long list, and far in a short one.
            let mut step = 1;
            while self.rows.get(from + step).is_some_and(|row| row <= number) {
                step *= 2;
            }
            let until = self.rows.len().min(from + step + 1);
            match self.rows[from..until].binary_search(number) {
                Ok(at) => {
                    from += at;
                    places.push(from as u32);
                }
                Err(at) => from += at,
            }
        }
        places
    }
}

impl Column {
    /// Sorts places by their rank, keeping the order of those that are alike.
    fn sort(&self, places: &mut Vec<u32>, spare: &mut Vec<u32>, descending: bool) {
        let nulls = self.distinct;
        let key = |place: u32| match self.ranks[place as usize] {
            NULL => nulls,
            rank if descending => nulls - 1 - rank,
            rank => rank,
        };
        if (self.distinct as usize) / 8 > places.len() {
            places.sort_by_key(|place| key(*place));
            return;
        }
        let mut begins = vec![0_u32; nulls as usize + 2];
        for place in &*places {
            begins[key(*place) as usize + 1] += 1;
        }
        for at in 1..begins.len() {
            begins[at] += begins[at - 1];
        }
        spare.resize(places.len(), 0);
        for place in &*places {
            let next = &mut begins[key(*place) as usize];
            spare[*next as usize] = *place;
            *next += 1;
        }
        std::mem::swap(places, spare);
    }
}

/// Whether the rows are so few that reading their values costs less than reading the table's.
fn is_few(source: &Source<'_>, numbers: &[i64]) -> Result<bool, Stopped> {
    let Some(connection) = source.connections.first() else { return Ok(true) };
    let spread = bounds(connection, source.table)?.map_or(0, |(least, most)| most - least + 1);
    Ok(numbers.len() * FEW < usize::try_from(spread).unwrap_or(usize::MAX))
}

/// `order` of a few rows, from their values.
fn order_few(
    source: &mut Source<'_>,
    rows: RowSet<'_>,
    keys: &[(&str, bool)],
    cancelled: Cancelled<'_>,
) -> Result<Vec<i64>, Stopped> {
    let columns: Vec<&str> = keys.iter().map(|(column, _)| *column).collect();
    let parts =
        scan(source.connections, source.table, &columns, rows, cancelled, Vec::new, |found, number, row| {
            let mut values = Vec::with_capacity(keys.len());
            for at in 1..=keys.len() {
                let mut key = Vec::new();
                push_key(row.get_ref(at)?, &mut key);
                values.push(key);
            }
            found.push((values, number));
            Ok(())
        })?;
    let mut rows = parts.concat();
    rows.sort_by(|(one, _), (other, _)| {
        let compared = keys.iter().zip(one.iter().zip(other)).map(|((_, descending), (one, other))| {
            match (one.is_empty(), other.is_empty()) {
                (false, false) if *descending => other.cmp(one),
                (false, false) => one.cmp(other),
                (one, other) => one.cmp(&other),
            }
        });
        compared.fold(Ordering::Equal, Ordering::then)
    });
    Ok(rows.into_iter().map(|(_, number)| number).collect())
}

fn one_value(source: &Source<'_>, column: &str, row: i64) -> rusqlite::Result<Value> {
    let Some(connection) = source.connections.first() else { return Ok(Value::Null) };
    let (column, table) = (crate::query::quoted(column), crate::query::quoted(source.table));
    connection
        .prepare_cached(&format!("SELECT {column} FROM {table} WHERE _Row = ?"))?
        .query_row([row], |row| row.get(0))
}

// ---- Coding ----

/// What stands before a value's bytes, so that values of two kinds differ.
const INTEGER: u8 = 1;
const REAL: u8 = 2;
const TEXT: u8 = 3;
const BLOB: u8 = 4;

/// What a thread has of a column while it reads.
struct Reading {
    /// For each row its entry's number.
    entries: Vec<u32>,
    keys: Keys,
    known: Option<Known>,
    /// The last row's value, which the next one's often equals.
    last: Vec<u8>,
    last_entry: u32,
}

/// The entries' sort keys. Rows that lie together have keys that begin alike, so a key is kept as what it shares with
/// an earlier one, its head, and the rest. In pieces, because a vector of all would for a moment be there twice.
#[derive(Default)]
struct Keys {
    pieces: Vec<Vec<u8>>,
    /// Where each key lies, in steps of `STEP` bytes: its head's place, how much of it is shared, how long the rest is,
    /// and the rest.
    places: Vec<u32>,
    head: u32,
    new: Vec<u8>,
}

const STEP: usize = 4;
const PIECE: usize = 1 << 16;

/// Values that were met, while they are few: each is an entry once.
#[derive(Default)]
struct Known {
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    values: Vec<Value>,
    bytes: usize,
}

/// A table's row numbers and some of its columns by name.
type Coded = (Vec<i64>, Vec<(String, Column)>);

/// Reads columns of a whole table and ranks their values. Of columns with many values only the first that shows itself
/// to be one is coded, for the memory; the others are missing from the answer.
fn code(source: &mut Source<'_>, columns: &[&str], cancelled: Cancelled<'_>) -> Result<Coded, Stopped> {
    const NOBODY: usize = usize::MAX;
    let large = AtomicUsize::new(NOBODY);
    let left: Vec<AtomicBool> = columns.iter().map(|_| AtomicBool::new(false)).collect();
    let parts = scan(
        source.connections,
        source.table,
        columns,
        RowSet::All,
        cancelled,
        || (Vec::new(), columns.iter().map(|_| Reading::new()).collect::<Vec<_>>()),
        |(numbers, readings), number, row| {
            numbers.push(number);
            for (at, reading) in readings.iter_mut().enumerate() {
                if left[at].load(Atomically::Relaxed) {
                    continue;
                }
                reading.take(row.get_ref(at + 1)?);
                if reading.known.as_ref().is_some_and(Known::is_full) {
                    reading.known = None;
                    let first = large.compare_exchange(NOBODY, at, Atomically::Relaxed, Atomically::Relaxed);
                    if first.is_err_and(|other| other != at) {
                        left[at].store(true, Atomically::Relaxed);
                        *reading = Reading::new();
                    }
                }
            }
            Ok(())
        },
    )?;
    let mut numbers = Vec::new();
    let mut readings: Vec<Vec<Reading>> = columns.iter().map(|_| Vec::new()).collect();
    for (more, columns) in parts {
        numbers.extend(more);
        for (readings, reading) in readings.iter_mut().zip(columns) {
            readings.push(reading);
        }
    }
    let mut coded = Vec::with_capacity(columns.len());
    for ((column, readings), left) in columns.iter().zip(readings).zip(&left) {
        if cancelled() {
            return Err(Stopped::Cancelled);
        }
        if !left.load(Atomically::Relaxed) {
            coded.push(((*column).to_owned(), rank(readings, source.connections.len())));
        }
    }
    Ok((numbers, coded))
}

impl Reading {
    fn new() -> Reading {
        Reading {
            entries: Vec::new(),
            keys: Keys::default(),
            known: Some(Known::default()),
            last: Vec::new(),
            last_entry: NULL,
        }
    }

    fn take(&mut self, value: ValueRef<'_>) {
        let number;
        let (kind, bytes): (u8, &[u8]) = match value {
            ValueRef::Null => {
                self.entries.push(NULL);
                return;
            }
            ValueRef::Integer(integer) => {
                number = integer.to_ne_bytes();
                (INTEGER, &number)
            }
            ValueRef::Real(real) => {
                number = real.to_ne_bytes();
                (REAL, &number)
            }
            ValueRef::Text(text) => (TEXT, text),
            ValueRef::Blob(blob) => (BLOB, blob),
        };
        let is_last = self.last.split_first().is_some_and(|(last, rest)| *last == kind && rest == bytes);
        if !is_last {
            self.last.clear();
            self.last.push(kind);
            self.last.extend_from_slice(bytes);
            self.last_entry = match &mut self.known {
                None => self.keys.push(value),
                Some(known) => known.entry(value, &self.last, &mut self.keys),
            };
        }
        self.entries.push(self.last_entry);
    }
}

impl Keys {
    fn push(&mut self, value: ValueRef<'_>) -> u32 {
        let mut key = std::mem::take(&mut self.new);
        key.clear();
        push_key(value, &mut key);
        let head = if self.places.is_empty() { &[] } else { self.at(self.head).rest };
        let shared = head.iter().zip(&key).take_while(|(one, other)| one == other).count();
        // A key that shares little becomes the head of those to come, and shares nothing itself.
        let is_head = shared * 2 < key.len();
        let rest = if is_head { &key[..] } else { &key[shared..] };
        let needed = (3 * size_of::<u32>() + rest.len()).next_multiple_of(STEP);
        if self.pieces.last().is_none_or(|piece| piece.len() + needed > PIECE) {
            self.pieces.push(Vec::with_capacity(PIECE.max(needed)));
        }
        let before = (self.pieces.len() - 1) * (PIECE / STEP);
        if let Some(piece) = self.pieces.last_mut() {
            let place = (before + piece.len() / STEP) as u32;
            if is_head {
                self.head = place;
            }
            for number in [self.head, if is_head { 0 } else { shared as u32 }, rest.len() as u32] {
                piece.extend_from_slice(&number.to_ne_bytes());
            }
            piece.extend_from_slice(rest);
            piece.resize(piece.len().next_multiple_of(STEP), 0);
            self.places.push(place);
        }
        self.new = key;
        (self.places.len() - 1) as u32
    }

    fn get(&self, entry: usize) -> Key<'_> {
        self.at(self.places[entry])
    }

    fn at(&self, place: u32) -> Key<'_> {
        let read = |place: u32| {
            let place = place as usize;
            let bytes = &self.pieces[place / (PIECE / STEP)][place % (PIECE / STEP) * STEP..];
            let number =
                |at: usize| bytes[at * 4..].first_chunk().map_or(0, |bytes| u32::from_ne_bytes(*bytes));
            (number(0), number(1) as usize, &bytes[12..12 + number(2) as usize])
        };
        let (head, shared, rest) = read(place);
        Key { shared: if shared == 0 { &[] } else { &read(head).2[..shared] }, rest }
    }
}

/// A key in its two parts.
#[derive(Clone, Copy)]
struct Key<'a> {
    shared: &'a [u8],
    rest: &'a [u8],
}

impl Key<'_> {
    /// Some bytes from a depth on, then how many these are, so that a shorter key comes first.
    fn prefix(&self, depth: usize) -> u64 {
        let mut bytes = [0; 8];
        let shared = self.shared.get(depth..).unwrap_or_default();
        let rest = &self.rest[depth.saturating_sub(self.shared.len()).min(self.rest.len())..];
        let from_shared = shared.len().min(LOOKED_AT);
        let from_rest = rest.len().min(LOOKED_AT - from_shared);
        bytes[..from_shared].copy_from_slice(&shared[..from_shared]);
        bytes[from_shared..from_shared + from_rest].copy_from_slice(&rest[..from_rest]);
        bytes[LOOKED_AT] = (shared.len() + rest.len()).min(LOOKED_AT + 1) as u8;
        u64::from_be_bytes(bytes)
    }

    /// Compares what is left of two keys from a depth on.
    fn compare(&self, other: &Key<'_>, mut depth: usize) -> Ordering {
        loop {
            let prefix = self.prefix(depth);
            match prefix.cmp(&other.prefix(depth)) {
                Ordering::Equal if goes_on(prefix) => depth += LOOKED_AT,
                decided => return decided,
            }
        }
    }
}

/// Whether there is more of a key than its prefix shows.
fn goes_on(prefix: u64) -> bool {
    prefix & 0xff > LOOKED_AT as u64
}

impl Known {
    fn is_full(&self) -> bool {
        self.values.len() > MOST_VALUES || self.bytes > MOST_VALUE_BYTES
    }

    /// The value's entry, a new one if it was not met before. `told` is the value with its kind.
    fn entry(&mut self, value: ValueRef<'_>, told: &[u8], keys: &mut Keys) -> u32 {
        let Known { table, hasher, values, bytes } = self;
        let hash = hasher.hash_one(told);
        if let Some(entry) = table.find(hash, |entry| same(&values[*entry as usize], value)) {
            return *entry;
        }
        let entry = keys.push(value);
        values.push(owned(value));
        *bytes += told.len();
        // The hash of an entry is not kept: a growing table is rare, and hashes what it has again.
        table.insert_unique(hash, entry, |entry| {
            let mut told = Vec::new();
            tell(&values[*entry as usize], &mut told);
            hasher.hash_one(told.as_slice())
        });
        entry
    }
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

fn same(value: &Value, other: ValueRef<'_>) -> bool {
    match (value, other) {
        (Value::Integer(one), ValueRef::Integer(other)) => *one == other,
        (Value::Real(one), ValueRef::Real(other)) => one.to_bits() == other.to_bits(),
        (Value::Text(one), ValueRef::Text(other)) => one.as_bytes() == other,
        (Value::Blob(one), ValueRef::Blob(other)) => one == other,
        _ => false,
    }
}

/// A value with its kind, as bytes.
fn tell(value: &Value, told: &mut Vec<u8>) {
    match value {
        Value::Null => {}
        Value::Integer(number) => {
            told.push(INTEGER);
            told.extend_from_slice(&number.to_ne_bytes());
        }
        Value::Real(number) => {
            told.push(REAL);
            told.extend_from_slice(&number.to_ne_bytes());
        }
        Value::Text(text) => {
            told.push(TEXT);
            told.extend_from_slice(text.as_bytes());
        }
        Value::Blob(bytes) => {
            told.push(BLOB);
            told.extend_from_slice(bytes);
        }
    }
}

// ---- Ranking ----

/// Ranks the entries of a column's parts together.
fn rank(readings: Vec<Reading>, threads: usize) -> Column {
    let all = Entries { parts: readings.iter().map(|reading| &reading.keys).collect() };
    let mut order = all.numbers();
    let halves = if threads > 1 { halve(&all, &mut order) } else { order.len() };
    let (lower, upper) = order.split_at_mut(halves);
    let (of_lower, of_upper) = std::thread::scope(|scope| {
        let all = &all;
        let other = (!upper.is_empty()).then(|| scope.spawn(move || all.rank(upper)));
        let of_lower = all.rank(lower);
        (of_lower, other.map_or(0, |other| other.join().unwrap_or_default()))
    });
    let distinct = of_lower + of_upper;
    let mut ranks = vec![0_u32; order.len()];
    for (at, sorted) in order.iter().enumerate() {
        let above = if at < halves { 0 } else { of_lower };
        ranks[sorted.number as usize] = sorted.prefix as u32 + above;
    }
    drop(order);
    let mut values =
        readings.iter().all(|reading| reading.known.is_some()).then(|| vec![Value::Null; distinct as usize]);
    let mut of_rows = Vec::with_capacity(readings.iter().map(|reading| reading.entries.len()).sum());
    let mut base = 0;
    for reading in readings {
        let ranks = &ranks[base..];
        base += reading.keys.places.len();
        of_rows.extend(reading.entries.iter().map(|entry| match *entry {
            NULL => NULL,
            entry => ranks[entry as usize],
        }));
        if let (Some(values), Some(known)) = (&mut values, reading.known) {
            for (value, rank) in known.values.into_iter().zip(ranks) {
                values[*rank as usize] = value;
            }
        }
    }
    let of_values = |value: &Value| match value {
        Value::Text(text) => text.capacity(),
        Value::Blob(bytes) => bytes.capacity(),
        _ => 0,
    };
    let bytes = of_rows.len() * size_of::<u32>()
        + values.iter().flatten().map(|value| size_of::<Value>() + of_values(value)).sum::<usize>();
    Column { ranks: of_rows, distinct, values, bytes, used: 0 }
}

/// The entries of all parts, numbered through.
struct Entries<'a> {
    parts: Vec<&'a Keys>,
}

/// An entry on its way to its rank: the part of its key that is looked at, and in the end the rank.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sorting {
    prefix: u64,
    number: u32,
}

/// Bytes of a key that are looked at at once; one more says how many there were.
const LOOKED_AT: usize = 7;
/// Runs of entries that are alike so far are looked at further; short ones, and those alike for long, by comparing.
const SHORT: usize = 12;
const LONG: usize = 256 * LOOKED_AT;

impl Entries<'_> {
    fn numbers(&self) -> Vec<Sorting> {
        let count: usize = self.parts.iter().map(|keys| keys.places.len()).sum();
        (0..count as u32).map(|number| Sorting { prefix: 0, number }).collect()
    }

    fn key(&self, number: u32) -> Key<'_> {
        let mut at = number as usize;
        for keys in &self.parts {
            if at < keys.places.len() {
                return keys.get(at);
            }
            at -= keys.places.len();
        }
        Key { shared: &[], rest: &[] }
    }

    /// Sorts entries, writes each one's rank among them where its prefix was, and says how many ranks there are.
    fn rank(&self, order: &mut [Sorting]) -> u32 {
        let mut next = 0;
        self.rank_from(order, 0, &mut next);
        next
    }

    fn rank_from(&self, order: &mut [Sorting], depth: usize, next: &mut u32) {
        if order.len() <= SHORT || depth >= LONG {
            let compare =
                |one: &Sorting, other: &Sorting| self.key(one.number).compare(&self.key(other.number), depth);
            order.sort_unstable_by(compare);
            for at in 0..order.len() {
                if at > 0 && compare(&order[at - 1], &order[at]).is_eq() {
                    order[at].prefix = order[at - 1].prefix;
                } else {
                    order[at].prefix = u64::from(*next);
                    *next += 1;
                }
            }
            return;
        }
        let mut alike = true;
        for at in 0..order.len() {
            order[at].prefix = self.key(order[at].number).prefix(depth);
            alike &= order[at].prefix == order[0].prefix;
        }
        if !alike {
            // With the number, so that keys are met in the order in which they lie in memory.
            order.sort_unstable();
        }
        for run in order.chunk_by_mut(|one, other| one.prefix == other.prefix) {
            if goes_on(run[0].prefix) {
                self.rank_from(run, depth + LOOKED_AT, next);
            } else {
                run.iter_mut().for_each(|sorting| sorting.prefix = u64::from(*next));
                *next += 1;
            }
        }
    }
}

/// Puts the entries below some middle one before the others, and says how many they are.
fn halve(all: &Entries<'_>, order: &mut [Sorting]) -> usize {
    const WORTH_A_THREAD: usize = 50_000;
    const SAMPLE: usize = 255;
    if order.len() < WORTH_A_THREAD {
        return order.len();
    }
    let step = order.len() / SAMPLE;
    let mut sample: Vec<Key<'_>> =
        order.iter().step_by(step).map(|sorting| all.key(sorting.number)).collect();
    sample.sort_unstable_by(|one, other| one.compare(other, 0));
    let middle = sample[sample.len() / 2];
    let upper: Vec<bool> =
        order.iter().map(|sorting| all.key(sorting.number).compare(&middle, 0).is_ge()).collect();
    let mut lower_count = 0;
    let mut rest = Vec::with_capacity(order.len() / 2);
    for (at, is_upper) in upper.into_iter().enumerate() {
        if is_upper {
            rest.push(order[at]);
        } else {
            order[lower_count] = order[at];
            lower_count += 1;
        }
    }
    order[lower_count..].copy_from_slice(&rest);
    lower_count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::natural;
    use tempfile::NamedTempFile;

    /// Any of many values that are hard to tell apart, the same for the same number.
    fn hostile(random: &mut u64) -> Value {
        let mut draw = |below: usize| {
            *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (*random >> 33) as usize % below
        };
        const PIECES: [&str; 26] = [
            "",
            "0",
            "00",
            "1",
            "9",
            "10",
            "007",
            "123456789",
            "1234567890",
            "a",
            "A",
            "b",
            "db-",
            "DB-",
            " ",
            "\t",
            "\u{a0}",
            "ä",
            "Ä",
            "İ",
            "ß",
            "\u{212a}",
            "\0",
            "\u{1}",
            "/",
            ":",
        ];
        match draw(12) {
            0 => Value::Null,
            1 => Value::Integer(draw(9) as i64 - 4),
            2 => Value::Integer((1_i64 << 53) + draw(4) as i64),
            3 => Value::Integer([i64::MIN, i64::MAX, i64::MAX - 1, 0][draw(4)]),
            4 => {
                Value::Real([-0.0, 0.5, -1.0, 9_007_199_254_740_992.0, f64::MAX, f64::NEG_INFINITY][draw(6)])
            }
            5 => Value::Blob(vec![draw(3) as u8; draw(3)]),
            6 => Value::Text("1".repeat(draw(600))),
            7 => Value::Text("x".repeat(LONG + draw(3))),
            _ => Value::Text((0..draw(5)).map(|_| PIECES[draw(PIECES.len())]).collect()),
        }
    }

    /// A file with so many rows of hostile values, and with gaps between their numbers.
    fn store(rows: usize) -> (NamedTempFile, Vec<Connection>) {
        let file = NamedTempFile::new().unwrap();
        let mut writer = Connection::open(file.path()).unwrap();
        writer.execute_batch("CREATE TABLE t (_Row INTEGER PRIMARY KEY, few, many, mixed)").unwrap();
        let transaction = writer.transaction().unwrap();
        let mut random = 7;
        for at in 0..rows {
            let few =
                if at % 7 == 0 { Value::Null } else { Value::Text(["b", "a", "B", "c"][at % 4].into()) };
            let many = Value::Text(format!("db-{}", at * 7919 % rows));
            transaction
                .execute(
                    "INSERT INTO t VALUES (?, ?, ?, ?)",
                    (at as i64 * 3, few, many, hostile(&mut random)),
                )
                .unwrap();
        }
        transaction.commit().unwrap();
        let connections = vec![open(file.path()), open(file.path())];
        (file, connections)
    }

    fn open(path: &std::path::Path) -> Connection {
        let connection = Connection::open(path).unwrap();
        connection.create_collation("natural_order", natural::compare).unwrap();
        connection
    }

    fn by_sqlite(connection: &Connection, rows: RowSet<'_>, keys: &[(&str, bool)]) -> Vec<i64> {
        let order: String = keys
            .iter()
            .map(|(column, descending)| {
                let direction = if *descending { "DESC" } else { "ASC" };
                format!("{column} COLLATE natural_order {direction} NULLS LAST, ")
            })
            .collect();
        let mut statement = connection.prepare(&format!("SELECT _Row FROM t ORDER BY {order} _Row")).unwrap();
        let all = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap);
        match rows {
            RowSet::All => all.collect(),
            RowSet::These(numbers) => all.filter(|row| numbers.binary_search(row).is_ok()).collect(),
        }
    }

    #[test]
    fn an_order_is_sqlites_whatever_the_values() {
        let (_file, mut connections) = store(5_000);
        let some: Vec<i64> = (0..15_000).filter(|row| row % 5 != 0 && row % 3 == 0).collect();
        let few: Vec<i64> = (0..150).map(|at| at * 99).collect();
        for rows in [RowSet::All, RowSet::These(&some), RowSet::These(&few), RowSet::These(&[])] {
            for keys in [
                &[("mixed", false)][..],
                &[("few", true), ("mixed", true)],
                &[("mixed", false), ("few", true), ("many", false)],
                &[],
            ] {
                let expected = by_sqlite(&connections[0], rows, keys);
                for parts in [1, 2] {
                    let mut cache = ColumnCache::new(1 << 20);
                    let mut source =
                        Source { connections: &mut connections[..parts], table: "t", version: 1 };
                    for _ in 0..2 {
                        let found = cache.order(&mut source, rows, keys, &|| false).unwrap();
                        assert!(found == expected, "{keys:?} of {} rows", expected.len());
                    }
                }
            }
        }
    }

    #[test]
    fn keys_compare_as_the_collation_does() {
        let mut random = 11;
        let mut values: Vec<String> = (0..1200)
            .filter_map(|_| match hostile(&mut random) {
                Value::Text(text) => Some(text),
                _ => None,
            })
            .collect();
        values.dedup();
        let key = |text: &str| {
            let mut key = Vec::new();
            push_key(ValueRef::Text(text.as_bytes()), &mut key);
            key
        };
        for one in values.iter().step_by(5) {
            for other in &values {
                assert_eq!(key(one).cmp(&key(other)), natural::compare(one, other), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn more_values_than_are_kept_are_ranked_all_the_same() {
        let (_file, mut connections) = store(MOST_VALUES * 3);
        let keys = [("few", false), ("many", true)];
        let expected = by_sqlite(&connections[0], RowSet::All, &keys);
        let mut cache = ColumnCache::new(64 << 20);
        let mut source = Source { connections: &mut connections, table: "t", version: 1 };
        assert!(cache.order(&mut source, RowSet::All, &keys, &|| false).unwrap() == expected);
        assert!(cache.tables["t"].columns["many"].values.is_none());
        assert!(cache.tables["t"].columns["few"].values.is_some());
        let counts = cache.counts(&mut source, RowSet::These(&[3, 6]), "many", 9, &|| false).unwrap();
        assert_eq!(counts, [(Value::Text("db-7919".into()), 1), (Value::Text("db-15838".into()), 1)]);
    }

    #[test]
    fn counts_and_conditions_are_sqlites() {
        let (_file, mut connections) = store(20_000);
        let expected: Vec<(Value, usize)> = connections[1]
            .prepare("SELECT few, count(*) n FROM t GROUP BY few ORDER BY n DESC, few COLLATE natural_order")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as usize)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let is_b =
            |value: ValueRef<'_>| matches!(value, ValueRef::Text(text) if text.eq_ignore_ascii_case(b"b"));
        let matching: Vec<i64> = connections[0]
            .prepare("SELECT _Row FROM t WHERE few = 'b' COLLATE NOCASE ORDER BY _Row")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let half: Vec<i64> = (0..10_000).map(|at| at * 3).collect();
        let mut cache = ColumnCache::new(1 << 20);
        let mut source = Source { connections: &mut connections, table: "t", version: 1 };
        let uncoded = cache.matching(&mut source, RowSet::All, "few", &is_b, &|| false).unwrap();
        assert!(uncoded == matching && cache.bytes() == 0);
        let counts = cache.counts(&mut source, RowSet::All, "few", 9, &|| false).unwrap();
        assert_eq!(counts, expected);
        assert_eq!(cache.counts(&mut source, RowSet::All, "few", 2, &|| false).unwrap(), expected[..2]);
        assert!(cache.matching(&mut source, RowSet::All, "few", &is_b, &|| false).unwrap() == matching);
        let of_half = cache.matching(&mut source, RowSet::These(&half), "few", &is_b, &|| false).unwrap();
        assert!(of_half == matching.into_iter().filter(|row| *row < 30_000).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_kept_is_bounded_and_of_the_newest_version() {
        let (_file, mut connections) = store(10_000);
        let keep = 10_000 * 8 + 10_000 * 4 + 1000;
        let mut cache = ColumnCache::new(keep);
        let mut order = |version, column, wanted: bool| {
            let mut source = Source { connections: &mut connections, table: "t", version };
            let answer = cache.order(&mut source, RowSet::All, &[(column, false)], &|| !wanted);
            (answer.map(|rows| rows.len()), cache.bytes())
        };
        assert!(matches!(order(1, "few", false), (Err(Stopped::Cancelled), 0)));
        assert!(matches!(order(1, "few", true), (Ok(10_000), 1..)));
        let (_, many) = order(1, "many", true);
        assert!(many > keep, "what a question needs stays while it is the newest");
        let (_, few) = order(1, "few", true);
        assert!(few <= keep, "and then goes");
        assert!(matches!(order(1, "nothing", true), (Err(Stopped::Store(_)), _)));
        let row = Connection::open(_file.path()).unwrap();
        row.execute("INSERT INTO t VALUES (-5, 'a', 'a', 'a')", []).unwrap();
        assert!(matches!(order(1, "few", true), (Ok(10_000), _)), "nobody said that there is news");
        assert!(matches!(order(2, "few", true), (Ok(10_001), _)));
    }
}
