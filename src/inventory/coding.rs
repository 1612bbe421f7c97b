//! Coding columns: one scan reads their values, and every value gets its rank in the product's order (`natural`). This
//! is where a million different texts are compared, so its memory is counted and its work shared by two threads. What
//! becomes of the ranks is the cache's business (`column`).

use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering as Atomically};

use hashbrown::{DefaultHashBuilder, HashTable};
use rusqlite::types::{Value, ValueRef};

use super::column::{Column, Source};
use super::natural::push_key;
use super::ranks::Ranks;
use super::scan::{Cancelled, RowSet, Stopped, scan};

/// The entry of a row that has no value.
const NULL: u32 = u32::MAX;

/// A column of more values, or of more bytes of them, does not keep them.
pub(super) const MOST_VALUES: usize = 1 << 16;
const MOST_VALUE_BYTES: usize = 16 << 20;
/// A column of up to so many values is few-valued: it is worth coding before anybody asks.
const FEW_VALUES: usize = 1 << 12;
const FEW_VALUE_BYTES: usize = 1 << 20;

/// Which columns are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All, but of those with many values only the first that shows itself to be one, for the memory.
    All,
    /// Those that have few values; another is given up as soon as it shows too many.
    Few,
}

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
pub(super) type Coded = (Vec<i64>, Vec<(String, Column)>);

/// Reads columns of a whole table and ranks their values. Those that are not coded are missing from the answer.
pub(super) fn code(
    source: &mut Source<'_>,
    columns: &[&str],
    wanted: Wanted,
    cancelled: Cancelled<'_>,
) -> Result<Coded, Stopped> {
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
                if wanted == Wanted::Few {
                    if reading.known.as_ref().is_some_and(|known| known.has_more(FEW_VALUES, FEW_VALUE_BYTES))
                    {
                        left[at].store(true, Atomically::Relaxed);
                        *reading = Reading::new();
                    }
                } else if reading
                    .known
                    .as_ref()
                    .is_some_and(|known| known.has_more(MOST_VALUES, MOST_VALUE_BYTES))
                {
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
    fn has_more(&self, values: usize, bytes: usize) -> bool {
        self.values.len() > values || self.bytes > bytes
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
    // Where each part's entries begin among all.
    let bases: Vec<usize> = readings
        .iter()
        .scan(0, |base, reading| Some(std::mem::replace(base, *base + reading.keys.places.len())))
        .collect();
    let of_rows = readings.iter().zip(&bases).flat_map(|(reading, base)| {
        let ranks = &ranks[*base..];
        reading.entries.iter().map(move |entry| match *entry {
            NULL => distinct,
            entry => ranks[entry as usize],
        })
    });
    let of_rows = Ranks::pack(of_rows, distinct);
    for (reading, base) in readings.into_iter().zip(bases) {
        if let (Some(values), Some(known)) = (&mut values, reading.known) {
            for (value, rank) in known.values.into_iter().zip(&ranks[base..]) {
                values[*rank as usize] = value;
            }
        }
    }
    let of_values = |value: &Value| match value {
        Value::Text(text) => text.capacity(),
        Value::Blob(bytes) => bytes.capacity(),
        _ => 0,
    };
    let bytes = of_rows.bytes()
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
pub(super) const LONG: usize = 256 * LOOKED_AT;

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
