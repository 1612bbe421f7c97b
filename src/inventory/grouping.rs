//! Groups of an ordered list of rows: where each begins and ends, and the sums of amounts within it. Which columns make
//! the groups is the query's business, and which are amounts is said by `rds`.

use std::ops::Range;

use rusqlite::types::{Value, ValueRef};

use super::column::{Arranged, ColumnCache, Source, one_value};
use super::scan::{Cancelled, RowSet, Stopped, scan};
use crate::rds::Cell;

/// Which groups an order makes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grouping {
    /// How many of the first columns make groups, each within those of the one before.
    pub levels: usize,
    /// How many groups there may be.
    pub most: usize,
}

/// Rows that stand together in an order and have the same value in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The column, by its place among those that make groups.
    pub level: usize,
    /// Positions in the order.
    pub rows: Range<usize>,
}

/// The runs of an order, outer ones before their inner ones; `None` where they are more than `most`. `same` says whether
/// the row at a position has the same value as the one before.
pub fn runs(
    rows: usize,
    levels: usize,
    most: usize,
    same: impl Fn(usize, usize) -> bool,
) -> Option<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = vec![0; levels];
    for at in 0..if levels == 0 { 0 } else { rows } {
        let Some(first) = (0..levels).find(|level| at == 0 || !same(*level, at)) else { continue };
        for level in first..levels {
            if at > 0 {
                runs[open[level]].rows.end = at;
            }
            open[level] = runs.len();
            runs.push(Run { level, rows: at..rows });
        }
        if runs.len() > most {
            return None;
        }
    }
    Some(runs)
}

/// A sum as it grows. Whole numbers are summed exactly.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    whole: i128,
    real: Option<f64>,
    /// Whether there was anything to be summed.
    any: bool,
}

impl Sum {
    fn add(&mut self, value: ValueRef<'_>) {
        match value {
            ValueRef::Integer(number) => self.whole += i128::from(number),
            ValueRef::Real(number) => *self.real.get_or_insert_default() += number,
            _ => return,
        }
        self.any = true;
    }

    fn join(&mut self, other: Sum) {
        self.whole += other.whole;
        if let Some(number) = other.real {
            *self.real.get_or_insert_default() += number;
        }
        self.any |= other.any;
    }

    fn cell(self) -> Cell {
        match (self.any, self.real, i64::try_from(self.whole)) {
            (false, _, _) => Cell::Absent,
            (true, None, Ok(whole)) => Cell::Integer(whole),
            (true, real, _) => Cell::Double(self.whole as f64 + real.unwrap_or_default()),
        }
    }
}

impl ColumnCache {
    /// A column's value in the row at a position of an order.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn value_at(
        &self,
        source: &Source<'_>,
        arranged: &Arranged,
        position: usize,
        column: &str,
    ) -> Result<Value, Stopped> {
        if let Some((places, (ranks, values))) = arranged.places.as_ref().zip(self.coded(source, column)) {
            return Ok(values.get(ranks.at(places[position]) as usize).cloned().unwrap_or(Value::Null));
        }
        Ok(one_value(source, column, arranged.rows[position])?)
    }

    /// For each run of an order, the sum of each column among its rows; absent where none has a value.
    ///
    /// # Errors
    /// As `order`.
    pub fn sums(
        &mut self,
        source: &mut Source<'_>,
        arranged: &Arranged,
        columns: &[&str],
        cancelled: Cancelled<'_>,
    ) -> Result<Vec<Vec<Cell>>, Stopped> {
        let runs = arranged.runs.as_deref().unwrap_or_default();
        let innermost = runs.iter().map(|run| run.level).max().unwrap_or_default();
        let inner: Vec<&Run> = runs.iter().filter(|run| run.level == innermost).collect();
        let mut sums = vec![vec![Sum::default(); columns.len()]; inner.len()];
        let mut unknown = Vec::new();
        for (at, column) in columns.iter().enumerate() {
            let known = arranged.places.as_ref().zip(self.coded(source, column));
            let Some((places, (ranks, values))) = known else {
                unknown.push(at);
                continue;
            };
            for (sums, run) in sums.iter_mut().zip(&inner) {
                for place in &places[run.rows.clone()] {
                    let value = values.get(ranks.at(*place) as usize).unwrap_or(&Value::Null);
                    sums[at].add(value.into());
                }
            }
        }
        if !unknown.is_empty() {
            let names: Vec<&str> = unknown.iter().map(|at| columns[*at]).collect();
            let read = read_sums(source, arranged, &inner, &names, cancelled)?;
            for (sums, read) in sums.iter_mut().zip(read) {
                for (at, sum) in unknown.iter().zip(read) {
                    sums[*at] = sum;
                }
            }
        }
        // A run's inner ones follow it.
        let mut inner = sums.into_iter().peekable();
        let mut cells: Vec<Vec<Sum>> = Vec::with_capacity(runs.len());
        let mut outer: Option<usize> = None;
        for run in runs {
            if run.level < innermost {
                outer = Some(cells.len());
                cells.push(vec![Sum::default(); columns.len()]);
            } else if let Some(sums) = inner.next() {
                if let Some(outer) = outer {
                    cells[outer].iter_mut().zip(&sums).for_each(|(outer, sum)| outer.join(*sum));
                }
                cells.push(sums);
            }
        }
        Ok(cells.into_iter().map(|sums| sums.into_iter().map(Sum::cell).collect()).collect())
    }
}

/// The sums of columns that are not cached, from the rows themselves.
fn read_sums(
    source: &mut Source<'_>,
    arranged: &Arranged,
    runs: &[&Run],
    columns: &[&str],
    cancelled: Cancelled<'_>,
) -> Result<Vec<Vec<Sum>>, Stopped> {
    let of_run = |(at, run): (usize, &&Run)| -> Vec<(i64, u32)> {
        arranged.rows[run.rows.clone()].iter().map(|row| (*row, at as u32)).collect()
    };
    let mut run_of_row: Vec<(i64, u32)> = runs.iter().enumerate().flat_map(of_run).collect();
    run_of_row.sort_unstable();
    let rows: Vec<i64> = run_of_row.iter().map(|(row, _)| *row).collect();
    let nothing = || vec![vec![Sum::default(); columns.len()]; runs.len()];
    let parts = scan(
        source.connections,
        source.table,
        columns,
        RowSet::These(&rows),
        cancelled,
        || (nothing(), 0),
        |(sums, next): &mut (Vec<Vec<Sum>>, usize), number, row| {
            // Rows come ascending: the next is the one after the last, or further on where a part begins.
            if run_of_row.get(*next).is_none_or(|(row, _)| *row != number) {
                *next = run_of_row.partition_point(|(row, _)| *row < number);
            }
            if let Some((_, run)) = run_of_row.get(*next).filter(|(row, _)| *row == number) {
                for (at, sum) in sums[*run as usize].iter_mut().enumerate() {
                    sum.add(row.get_ref(at + 1)?);
                }
                *next += 1;
            }
            Ok(())
        },
    )?;
    let mut all = nothing();
    for (part, _) in parts {
        for (sums, more) in all.iter_mut().zip(part) {
            sums.iter_mut().zip(more).for_each(|(sum, more)| sum.join(more));
        }
    }
    Ok(all)
}
