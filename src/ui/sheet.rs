//! What a grid is of: a kind, or the answer to a statement in SQL. It says which columns there are and what they are;
//! which of them are shown, and how, is the grid's business.

use std::sync::Arc;

use super::columns;
use crate::query::{Query, SortKey};
use crate::rds::{Column, Kind};

/// The changes between sweeps, the newest first.
const CHANGES: &str = "SELECT At, Change, Identifier, Member, Old, New, Kind, AccountId, Region, Since\n\
                       FROM changes\n\
                       ORDER BY At DESC, Kind, AccountId, Region, Identifier, Member";

/// What a grid is of.
pub struct Sheet {
    pub title: &'static str,
    /// The kind; otherwise it is `sql`.
    pub kind: Option<&'static Kind>,
    /// Nothing has been asked where it is empty.
    pub sql: String,
    /// The column by which people know a row, where there is one.
    pub identifier: Option<&'static str>,
    /// The column that says how a row is, where there is one.
    pub status: Option<&'static str>,
    /// Those of a statement are known with its first answer.
    pub columns: Arc<[Column]>,
}

impl Sheet {
    pub fn of_kind(kind: &'static Kind) -> Sheet {
        Sheet {
            title: kind.title,
            kind: Some(kind),
            sql: String::new(),
            identifier: Some(kind.identifier),
            status: kind.status,
            columns: Arc::clone(&kind.columns),
        }
    }

    /// What people ask in SQL.
    pub fn of_sql() -> Sheet {
        Sheet {
            title: "Answer",
            kind: None,
            sql: String::new(),
            identifier: None,
            status: None,
            columns: Arc::default(),
        }
    }

    /// What changed between sweeps.
    pub fn of_changes() -> Sheet {
        Sheet {
            title: "Changes",
            sql: CHANGES.to_owned(),
            status: Some("Change"),
            identifier: Some("Identifier"),
            ..Sheet::of_sql()
        }
    }

    /// The kind's name; empty for a statement.
    pub fn kind_name(&self) -> &'static str {
        self.kind.map_or("", |kind| kind.name)
    }

    /// A word for what the sheet is of, for the names of files and of widgets.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Some(kind) => kind.name,
            None if self.status.is_some() => "changes",
            None => "query",
        }
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// All rows, before search, sort and choice of columns; `None` where nothing has been asked.
    pub fn query(&self) -> Option<Query> {
        match self.kind {
            Some(kind) => Some(Query::of(kind)),
            None if self.sql.is_empty() => None,
            None => Some(Query::of_sql(&self.sql)),
        }
    }

    /// Whether a query's rows are this sheet's.
    pub fn answers(&self, query: &Query) -> bool {
        match self.kind {
            Some(kind) => query.sql.is_none() && query.kind == kind.name,
            None => !self.sql.is_empty() && query.sql.as_ref() == Some(&self.sql),
        }
    }

    pub fn first_sort(&self) -> Vec<SortKey> {
        self.query().map(|query| query.sort).unwrap_or_default()
    }

    /// The columns that stay at the left first: how a row is, and by what it is known.
    pub fn first_pinned(&self) -> Vec<String> {
        let names = [self.status, self.identifier].into_iter().flatten();
        names.filter(|_| self.kind.is_some()).map(str::to_owned).collect()
    }

    /// The columns that are shown first: a kind's most telling ones, or all of an answer.
    pub fn first_columns(&self) -> Vec<String> {
        match self.kind {
            Some(kind) => columns::first(kind),
            None => self.columns.iter().map(|column| column.name.clone()).collect(),
        }
    }
}
