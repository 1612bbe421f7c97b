//! The column cache: for columns that were sorted, grouped or filtered by, each row's rank instead of its value.
//!
//! SQLite sorts a million texts in many seconds, for each order anew. Here a column is read once and every value gets
//! its rank in the product's order (`natural`); from then on an order is a counting sort of small numbers, and where
//! a column has few values, pick-lists, counts and filters look at each value once and at the rows' ranks. It serves
//! the one thread that reads; what it keeps is bounded, and the columns used least recently go first.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension};

use super::coding::{MOST_VALUES, Wanted, code};
use super::grouping::{Grouping, Run, runs};
use super::natural::push_key;
use super::ranks::{Ranks, of_any_width};
use super::scan::{Cancelled, RowSet, Stopped, bounds, scan};
use super::search::{Searched, Word, search};
use crate::query::quoted;

/// Of a table so many times larger than the rows wanted, only those rows' values are read.
const FEW: usize = 16;
/// Columns that are coded in one scan while nobody waits: more take more memory for a moment.
const AT_ONCE: usize = 8;

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
    /// Columns that are known to have more than a few values.
    many_valued: HashSet<String>,
}

/// Rows in an order.
#[derive(Debug, Default)]
pub struct Arranged {
    pub rows: Vec<i64>,
    /// Where the rows stand among the table's, if that is known.
    pub(super) places: Option<Vec<u32>>,
    /// The runs of rows that have the same value in the first columns of the order; `None` where they are too many.
    pub runs: Option<Vec<Run>>,
}

#[derive(Debug)]
pub(super) struct Column {
    /// NULL, which comes last in either direction, has the rank `distinct`.
    pub(super) ranks: Ranks,
    /// How many ranks there are.
    pub(super) distinct: u32,
    /// The values by rank, if they are few.
    pub(super) values: Option<Vec<Value>>,
    pub(super) bytes: usize,
    pub(super) used: u64,
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
        Ok(self.arrange(source, rows, keys, Grouping::default(), cancelled)?.rows)
    }

    /// The same, with the groups of rows that have the same values in the first columns of the order.
    ///
    /// # Errors
    /// As `order`.
    pub fn arrange(
        &mut self,
        source: &mut Source<'_>,
        rows: RowSet<'_>,
        keys: &[(&str, bool)],
        grouping: Grouping,
        cancelled: Cancelled<'_>,
    ) -> Result<Arranged, Stopped> {
        let columns: Vec<&str> = keys.iter().map(|(column, _)| *column).collect();
        if let (true, RowSet::These(rows)) = (columns.is_empty(), rows) {
            return Ok(Arranged { rows: rows.to_vec(), places: None, runs: Some(Vec::new()) });
        }
        if columns.is_empty() {
            return arrange_few(source, rows, keys, grouping, cancelled);
        }
        if let RowSet::These(numbers) = rows
            && !self.is_cached(source, &columns)
            && is_few(source, numbers)?
        {
            return arrange_few(source, rows, keys, grouping, cancelled);
        }
        self.load(source, &columns, cancelled)?;
        let Some(table) = self.tables.get(source.table) else { return Ok(Arranged::default()) };
        let mut places = table.places(rows);
        let mut spare = Vec::new();
        // From the last key to the first, each sort keeping what the one before did.
        for (column, descending) in keys.iter().rev() {
            if let Some(column) = table.columns.get(*column) {
                column.sort(&mut places, &mut spare, *descending);
            }
        }
        drop(spare);
        let of_groups: Vec<&Ranks> =
            columns.iter().take(grouping.levels).map(|column| &table.columns[*column].ranks).collect();
        let same = |level: usize, at: usize| {
            let ranks: &Ranks = of_groups[level];
            ranks.at(places[at]) == ranks.at(places[at - 1])
        };
        let runs = runs(places.len(), of_groups.len(), grouping.most, same);
        let rows = places.iter().map(|place| table.rows[*place as usize]).collect();
        Ok(Arranged { rows, places: Some(places), runs })
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
        if let RowSet::These(numbers) = rows
            && !self.is_cached(source, &[column])
            && is_few(source, numbers)?
        {
            return count_few(source, rows, column, most, cancelled);
        }
        self.load(source, &[column], cancelled)?;
        let Some(table) = self.tables.get(source.table) else { return Ok(Vec::new()) };
        let Some(coded) = table.columns.get(column) else { return Ok(Vec::new()) };
        let nulls = coded.distinct as usize;
        let mut counts = vec![0_usize; nulls + 1];
        // A row that has the value, for columns that did not keep theirs.
        let mut examples = vec![0_u32; if coded.values.is_some() { 0 } else { nulls + 1 }];
        let places = match rows {
            RowSet::All if coded.values.is_some() => None,
            rows => Some(table.places(rows)),
        };
        of_any_width!(&coded.ranks, ranks => match places {
            None => ranks.iter().for_each(|rank| counts[*rank as usize] += 1),
            Some(places) => {
                for place in places {
                    let rank = ranks[place as usize] as usize;
                    counts[rank] += 1;
                    if let Some(example) = examples.get_mut(rank) {
                        *example = place;
                    }
                }
            }
        });
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
            let places = table.places(rows);
            // Without a branch: half of them would be guessed wrong.
            let mut found = vec![0; places.len() + 1];
            let mut count = 0;
            of_any_width!(&coded.ranks, ranks => {
                for place in places {
                    found[count] = table.rows[place as usize];
                    count += usize::from(passes[ranks[place as usize] as usize]);
                }
            });
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
        columns: &[Searched<'_>],
        text: &str,
        cancelled: Cancelled<'_>,
    ) -> Result<Vec<i64>, Stopped> {
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let coded: Option<Vec<(&Column, &Vec<Value>)>> = if self.is_cached(source, &names) {
            self.tables.get(source.table).and_then(|table| {
                let coded = names.iter().filter_map(|name| table.columns.get(*name));
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
            for ((column, values), searched) in coded.iter().zip(columns) {
                if cancelled() {
                    return Err(Stopped::Cancelled);
                }
                let mut hits: Vec<bool> =
                    values.iter().map(|value| word.is_found_in(value.into(), searched.shown)).collect();
                if hits.contains(&true) {
                    // NULL has nothing.
                    hits.push(false);
                    of_any_width!(&column.ranks, ranks => {
                        for (found, place) in found.iter_mut().zip(&places) {
                            *found |= hits[ranks[*place as usize] as usize];
                        }
                    });
                }
            }
            let mut found = found.into_iter();
            places.retain(|_| found.next().unwrap_or_default());
        }
        Ok(places.into_iter().map(|place| table.rows[place as usize]).collect())
    }

    /// Caches columns while there is nothing else to do, so that the next search, filter or group finds them there: of a
    /// small table all, as far as they have room together, of a large one those with few values, as far as they have
    /// room beside what is there.
    ///
    /// # Errors
    /// As `order`.
    pub fn prepare(
        &mut self,
        source: &mut Source<'_>,
        columns: &[&str],
        cancelled: Cancelled<'_>,
    ) -> Result<(), Stopped> {
        let Some(connection) = source.connections.first() else { return Ok(()) };
        let spread = bounds(connection, source.table)?.map_or(0, |(least, most)| most - least + 1);
        if usize::try_from(spread).is_ok_and(|rows| rows <= MOST_VALUES) {
            self.load(source, columns, cancelled)?;
            if self.bytes() > self.budget {
                self.tables.remove(source.table);
            }
            return Ok(());
        }
        self.is_cached(source, &[]);
        let unknown: Vec<&str> = columns
            .iter()
            .copied()
            .filter(|column| {
                self.tables.get(source.table).is_none_or(|table| {
                    !table.columns.contains_key(*column) && !table.many_valued.contains(*column)
                })
            })
            .collect();
        for columns in unknown.chunks(AT_ONCE) {
            if self.bytes() > self.budget {
                break;
            }
            let (rows, coded) = code(source, columns, Wanted::Few, cancelled)?;
            let many_valued = columns.iter().filter(|column| coded.iter().all(|(few, _)| few != *column));
            let many_valued: Vec<String> = many_valued.map(|column| (*column).to_owned()).collect();
            self.keep(source, rows, coded).many_valued.extend(many_valued);
        }
        self.make_room(source.table, &[]);
        Ok(())
    }

    /// How many rows the table has, if something of it is cached.
    pub fn rows(&self, source: &Source<'_>) -> Option<usize> {
        let table = self.tables.get(source.table).filter(|table| table.version == source.version)?;
        Some(table.rows.len())
    }

    /// A column's ranks, and their values if these are kept.
    pub(super) fn coded(&self, source: &Source<'_>, column: &str) -> Option<(&Ranks, &[Value])> {
        let table = self.tables.get(source.table).filter(|table| table.version == source.version)?;
        let column = table.columns.get(column)?;
        Some((&column.ranks, column.values.as_deref()?))
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
            let (rows, coded) = code(source, &missing, Wanted::All, cancelled)?;
            self.keep(source, rows, coded);
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

    /// Keeps what was coded with what is there of the same rows.
    fn keep(&mut self, source: &Source<'_>, rows: Vec<i64>, coded: Vec<(String, Column)>) -> &mut Table {
        let table = self.tables.entry(source.table.to_owned()).or_insert_with(|| Table {
            version: source.version,
            rows: Vec::new(),
            columns: HashMap::new(),
            many_valued: HashSet::new(),
        });
        if table.rows != rows {
            // The data changed before its news came.
            table.columns.clear();
            table.many_valued.clear();
            table.rows = rows;
        }
        table.version = source.version;
        table.columns.extend(coded);
        table
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
        of_any_width!(&self.ranks, ranks => sort(ranks, self.distinct, places, spare, descending));
    }
}

fn sort<R: Copy + Into<u32>>(
    ranks: &[R],
    nulls: u32,
    places: &mut Vec<u32>,
    spare: &mut Vec<u32>,
    descending: bool,
) {
    let key = |place: u32| match ranks[place as usize].into() {
        rank if descending && rank < nulls => nulls - 1 - rank,
        rank => rank,
    };
    if nulls as usize / 8 > places.len() {
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

/// Whether the rows are so few that reading their values costs less than reading the table's.
fn is_few(source: &Source<'_>, numbers: &[i64]) -> Result<bool, Stopped> {
    let Some(connection) = source.connections.first() else { return Ok(true) };
    let spread = bounds(connection, source.table)?.map_or(0, |(least, most)| most - least + 1);
    Ok(numbers.len() * FEW < usize::try_from(spread).unwrap_or(usize::MAX))
}

/// `arrange` of a few rows, from their values.
fn arrange_few(
    source: &mut Source<'_>,
    rows: RowSet<'_>,
    keys: &[(&str, bool)],
    grouping: Grouping,
    cancelled: Cancelled<'_>,
) -> Result<Arranged, Stopped> {
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
    let same = |level: usize, at: usize| rows[at].0[level] == rows[at - 1].0[level];
    let runs = runs(rows.len(), grouping.levels.min(keys.len()), grouping.most, same);
    Ok(Arranged { rows: rows.into_iter().map(|(_, number)| number).collect(), places: None, runs })
}

/// A row's value in a column, NULL where the row has gone.
pub(super) fn one_value(source: &Source<'_>, column: &str, row: i64) -> rusqlite::Result<Value> {
    let Some(connection) = source.connections.first() else { return Ok(Value::Null) };
    let (column, table) = (quoted(column), quoted(source.table));
    let found = connection
        .prepare_cached(&format!("SELECT {column} FROM {table} WHERE _Row = ?"))?
        .query_row([row], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(Value::Null))
}

/// `counts` of a few rows, from their values.
fn count_few(
    source: &mut Source<'_>,
    rows: RowSet<'_>,
    column: &str,
    most: usize,
    cancelled: Cancelled<'_>,
) -> Result<Vec<(Value, usize)>, Stopped> {
    let parts = scan(
        source.connections,
        source.table,
        &[column],
        rows,
        cancelled,
        BTreeMap::new,
        |found: &mut BTreeMap<Vec<u8>, (Value, usize)>, _, row| {
            let value = row.get_ref(1)?;
            let mut key = Vec::new();
            push_key(value, &mut key);
            match found.get_mut(&key) {
                Some((_, count)) => *count += 1,
                None => {
                    found.insert(key, (row.get(1)?, 1));
                }
            }
            Ok(())
        },
    )?;
    let mut all = BTreeMap::new();
    for (key, (value, count)) in parts.into_iter().flatten() {
        all.entry(key).or_insert((value, 0)).1 += count;
    }
    let mut counts: Vec<(Value, usize)> = all.into_values().collect();
    // Stable: equally common ones stay in the product's order, but for NULL, which is before all and comes last.
    let nulls = counts.iter().take_while(|(value, _)| *value == Value::Null).count();
    counts.rotate_left(nulls);
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.truncate(most);
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::coding::LONG;
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
        let keep = 10_000 * 8 + 10_000 + 1000;
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
