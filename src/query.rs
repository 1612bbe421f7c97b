//! What a view asks of the inventory: which kind, which targets, which rows, in which order, with which columns.
//!
//! The window edits a query, the command line parses one, and a report carries the one it was made with. A query is
//! plain data; only `to_sql` knows what the store makes of it.

use serde::{Deserialize, Serialize};

use crate::rds::{Column, Kind, Shape};

/// A question to the inventory, answered by the rows of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The kind's name, such as `db-instances`.
    pub kind: String,
    /// The numbers of the targets meant; `None` means all.
    pub targets: Option<Vec<u32>>,
    /// Rows that contain every one of these words in some column, in any case; empty means all.
    pub search: String,
    /// Conditions that all hold.
    pub filters: Vec<Filter>,
    /// The first key sorts first. Rows that lack a value come last in either direction.
    pub sort: Vec<SortKey>,
    /// The columns wanted, in order, by AWS's names.
    pub columns: Vec<String>,
    /// Whether a resource that several targets see, through several roles in its account, is one row. The core sets
    /// it where targets overlap; without such targets it would only cost time.
    #[serde(default)]
    pub once: bool,
}

/// One condition on a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    pub column: String,
    pub value: FilterValue,
}

/// What a column's value must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FilterValue {
    /// Contains the text, in any case.
    Contains(String),
    /// Equals one of these, as shown.
    Is(Vec<String>),
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey {
    pub column: String,
    pub descending: bool,
}

impl Query {
    /// All rows of a kind with its first columns, by account, region and identifier.
    pub fn of(kind: &Kind) -> Query {
        Query {
            kind: kind.name.to_owned(),
            targets: None,
            search: String::new(),
            filters: Vec::new(),
            sort: ["AccountId", "Region", kind.identifier].map(SortKey::ascending).into(),
            columns: kind.first_columns.iter().map(|&column| column.to_owned()).collect(),
            once: false,
        }
    }

    /// Sorts by a column as a click on its header does: first ascending, again reversed. With `further` the column
    /// becomes a further key instead of the only one.
    pub fn click_sort(&mut self, column: &str, further: bool) {
        let at = self.sort.iter().position(|key| key.column == column);
        match (at, further) {
            (Some(at), true) => self.sort[at].descending = !self.sort[at].descending,
            (None, true) => self.sort.push(SortKey::ascending(column)),
            (Some(0), false) if self.sort.len() == 1 => self.sort[0].descending = !self.sort[0].descending,
            // The default order has several keys; the first click on its first key means that column alone, reversed.
            (Some(0), false) => {
                let descending = !self.sort[0].descending;
                self.sort = vec![SortKey { column: column.to_owned(), descending }];
            }
            (_, false) => self.sort = vec![SortKey::ascending(column)],
        }
    }
}

impl SortKey {
    pub fn ascending(column: &str) -> SortKey {
        SortKey { column: column.to_owned(), descending: false }
    }
}

/// A statement for SQLite with the values of its `?` placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sql {
    pub text: String,
    pub values: Vec<String>,
}

/// The statement that lists the row numbers a query means, in order.
///
/// It uses two things that the store gives its connection: the function `contains_text(needle, …)` and the collation
/// `natural_order`, which sorts `db-2` before `db-10` and version 14.9 before 14.10.
///
/// # Errors
/// A sentence that names a column the kind does not have.
pub fn to_sql(query: &Query, kind: &Kind) -> Result<Sql, String> {
    let column = |name: &str| {
        kind.column(name).map(|at| &kind.columns[at]).ok_or_else(|| {
            format!(
                "{} has no column {name}: `rds-fleet-cli kinds` lists the columns of every kind",
                kind.name
            )
        })
    };
    let mut values = Vec::new();
    let mut conditions = vec![meant(query, kind)];
    for word in query.search.split_whitespace() {
        // Without the truth values, which nobody looks for by 0 and 1.
        let columns: Vec<String> = kind
            .columns
            .iter()
            .filter(|column| !matches!(column.shape, Shape::Boolean))
            .map(|column| quoted(&column.name))
            .collect();
        conditions.push(format!("contains_text(?, {})", columns.join(", ")));
        values.push(word.to_lowercase());
    }
    for filter in &query.filters {
        let column = column(&filter.column)?;
        match &filter.value {
            FilterValue::Contains(text) => {
                conditions.push(format!("contains_text(?, {})", as_text(column)));
                values.push(text.to_lowercase());
            }
            FilterValue::Is(choices) => {
                let value = as_text(column);
                let marks = vec!["?"; choices.len()].join(", ");
                conditions.push(format!("{value} IN ({marks})"));
                values.extend(choices.iter().cloned());
            }
        }
    }
    let mut order = Vec::new();
    for key in &query.sort {
        let column = column(&key.column)?;
        let collation = if column.shape.is_number() || matches!(column.shape, Shape::Boolean) {
            ""
        } else {
            " COLLATE natural_order"
        };
        let direction = if key.descending { "DESC" } else { "ASC" };
        order.push(format!("{}{collation} {direction} NULLS LAST", quoted(&column.name)));
    }
    order.push("_Row".to_owned());
    Ok(Sql {
        text: format!(
            "SELECT _Row FROM {} WHERE {} ORDER BY {}",
            quoted(&kind.table()),
            conditions.join(" AND "),
            order.join(", ")
        ),
        values,
    })
}

/// The statement that counts the rows a query means before its search and filters.
pub fn count_sql(query: &Query, kind: &Kind) -> String {
    format!("SELECT count(*) FROM {} WHERE {}", quoted(&kind.table()), meant(query, kind))
}

/// The condition for the rows of the query's targets.
fn meant(query: &Query, kind: &Kind) -> String {
    let mut shown = "_Shown = 1".to_owned();
    if let Some(targets) = &query.targets {
        let numbers: Vec<String> = targets.iter().map(u32::to_string).collect();
        shown.push_str(&format!(" AND _Target IN ({})", numbers.join(", ")));
    }
    if query.once {
        // A row without a key is nobody's double.
        let table = quoted(&kind.table());
        let key = "coalesce(_Key, CAST(_Row AS TEXT))";
        return format!("_Row IN (SELECT min(_Row) FROM {table} WHERE {shown} GROUP BY {key})");
    }
    shown
}

/// A column's value as it is shown.
fn as_text(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.shape {
        Shape::Boolean => format!("CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"),
        _ => format!("CAST({name} AS TEXT)"),
    }
}

/// A name as SQL wants it, with its quotation marks.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::kind;

    #[test]
    fn clicks_sort_as_in_a_spreadsheet() {
        let mut query = Query::of(kind("db-instances").unwrap());
        query.click_sort("Engine", false);
        assert_eq!(query.sort, [SortKey::ascending("Engine")]);
        query.click_sort("Engine", false);
        assert!(query.sort[0].descending);
        query.click_sort("AllocatedStorage", true);
        query.click_sort("AllocatedStorage", true);
        assert_eq!(query.sort.len(), 2);
        assert!(query.sort[1].descending);
        query.click_sort("Engine", false);
        assert_eq!(query.sort, [SortKey::ascending("Engine")]);
    }

    #[test]
    fn an_unknown_column_is_named() {
        let kind = kind("db-instances").unwrap();
        let mut query = Query::of(kind);
        query.sort = vec![SortKey::ascending("Engin")];
        assert!(to_sql(&query, kind).unwrap_err().contains("Engin"));
    }
}
