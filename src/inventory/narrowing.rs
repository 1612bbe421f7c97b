//! Narrowing rows down by a tree of conditions, through the column cache. What one column's test means is
//! `condition`'s business.

use super::column::{ColumnCache, Source};
use super::condition::passes;
use super::reader::Refusal;
use super::scan::{Cancelled, RowSet};
use crate::query::{Filter, no_such_column};
use crate::rds::Column;

/// The column of that name.
///
/// # Errors
/// That there is none, and which was probably meant.
pub fn named<'a>(columns: &'a [Column], name: &str) -> Result<&'a Column, String> {
    columns.iter().find(|column| column.name == name).ok_or_else(|| no_such_column(name, columns))
}

/// Narrows rows down by conditions.
pub struct Narrowing<'a> {
    pub cache: &'a mut ColumnCache,
    pub source: Source<'a>,
    pub columns: &'a [Column],
    pub cancelled: Cancelled<'a>,
}

impl Narrowing<'_> {
    /// Those of the rows for which the filter holds, or does not; `None` stands for all rows. The opposite of a
    /// condition goes down to its columns' tests, so that nobody has to know which rows are left over.
    ///
    /// # Errors
    /// What is wrong with a condition, what SQLite says, or that it was stopped.
    pub fn narrow(
        &mut self,
        rows: Option<Vec<i64>>,
        filter: &Filter,
        holds: bool,
    ) -> Result<Option<Vec<i64>>, Refusal> {
        match filter {
            Filter::Column { column, test } => {
                let column = named(self.columns, column)?;
                let passes = passes(test, column)?;
                let among = rows.as_deref().map_or(RowSet::All, RowSet::These);
                let found = self.cache.matching(
                    &mut self.source,
                    among,
                    &column.name,
                    &|value| passes(value) == holds,
                    self.cancelled,
                )?;
                Ok(Some(found))
            }
            Filter::Not(filter) => self.narrow(rows, filter, !holds),
            Filter::Any(filters) | Filter::All(filters) if matches!(filter, Filter::All(_)) == holds => {
                filters.iter().try_fold(rows, |rows, filter| self.narrow(rows, filter, holds))
            }
            Filter::Any(filters) | Filter::All(filters) => {
                let mut found = Vec::new();
                for filter in filters {
                    match self.narrow(rows.clone(), filter, holds)? {
                        Some(more) => found.extend(more),
                        None => return Ok(None),
                    }
                }
                found.sort_unstable();
                found.dedup();
                Ok(Some(found))
            }
        }
    }
}
