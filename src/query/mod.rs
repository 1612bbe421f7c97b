//! What a view asks of the inventory: which kind or a person's own SQL, which targets, which rows, in which order, with
//! which columns.
//!
//! The window edits a query, the command line parses one, and a report carries the one it was made with. A query is
//! plain data; only `to_sql` knows what the store makes of it.

mod filter;

use serde::{Deserialize, Serialize};

pub use filter::{Filter, Test};

use crate::rds::{Column, Kind, Shape};

/// A question to the inventory, answered by the rows of one kind, or by those of a person's own statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The kind's name, such as `db-instances`; empty where `sql` stands.
    pub kind: String,
    /// A SELECT over the store's tables instead of a kind.
    #[serde(default)]
    pub sql: Option<String>,
    /// The numbers of the targets meant; `None` means all.
    pub targets: Option<Vec<u32>>,
    /// Rows that contain every one of these words in some column, in any case; empty means all.
    pub search: String,
    /// Conditions that all hold.
    pub filters: Vec<Filter>,
    /// Columns whose equal values stand together as groups, the outermost first; empty means that there are none.
    #[serde(default)]
    pub group: Vec<String>,
    /// The first key sorts first. Rows that lack a value come last in either direction.
    pub sort: Vec<SortKey>,
    /// The columns wanted, in order, by AWS's names.
    pub columns: Vec<String>,
    /// The targets as the store numbers places; set by the core. `None` means all that the store has.
    #[serde(skip)]
    pub places: Option<Vec<i64>>,
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
            sql: None,
            targets: None,
            search: String::new(),
            filters: Vec::new(),
            group: Vec::new(),
            sort: ["AccountId", "Region", kind.identifier].map(SortKey::ascending).into(),
            columns: kind.first_columns.iter().map(|&column| column.to_owned()).collect(),
            places: None,
        }
    }

    /// All rows of a person's own statement, in its order.
    pub fn of_sql(sql: &str) -> Query {
        Query {
            kind: String::new(),
            sql: Some(sql.to_owned()),
            targets: None,
            search: String::new(),
            filters: Vec::new(),
            group: Vec::new(),
            sort: Vec::new(),
            columns: Vec::new(),
            places: None,
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

/// The query as a person would write it, for the query panel and for other programs. `places` are the accounts and
/// regions that are meant, where not all are.
///
/// # Errors
/// A sentence that names a column the kind does not have.
pub fn written_sql(
    query: &Query,
    kind: &Kind,
    places: Option<&[(Option<String>, String)]>,
) -> Result<String, String> {
    if let Some(sql) = &query.sql {
        return Ok(sql.clone());
    }
    let mut conditions = Vec::new();
    if let Some(places) = places {
        let places: Vec<String> = places
            .iter()
            .map(|(account, region)| match account {
                Some(account) => format!("({}, {})", literal(account), literal(region)),
                None => format!("(NULL, {})", literal(region)),
            })
            .collect();
        conditions.push(format!("(AccountId, Region) IN (VALUES {})", places.join(", ")));
    }
    conditions.extend(wanted(query, kind)?);
    let columns: Vec<String> = query.columns.iter().map(|name| quoted(name)).collect();
    let mut text = format!("SELECT {}\nFROM {}", columns.join(", "), kind.table());
    if !conditions.is_empty() {
        text.push_str(&format!("\nWHERE {}", conditions.join("\n  AND ")));
    }
    let order = order(query, kind)?;
    if !order.is_empty() {
        text.push_str(&format!("\nORDER BY {}", order.join(", ")));
    }
    Ok(text)
}

/// The conditions of the query's search and filters.
fn wanted(query: &Query, kind: &Kind) -> Result<Vec<String>, String> {
    let mut conditions = Vec::new();
    for word in query.search.split_whitespace() {
        // Without the truth values, which nobody looks for by 0 and 1.
        let columns: Vec<String> = kind
            .columns
            .iter()
            .filter(|column| !matches!(column.shape, Shape::Boolean))
            .map(|column| quoted(&column.name))
            .collect();
        conditions.push(format!("contains_text({}, {})", literal(&word.to_lowercase()), columns.join(", ")));
    }
    for filter in &query.filters {
        conditions.push(condition(filter, kind)?);
    }
    Ok(conditions)
}

fn condition(filter: &Filter, kind: &Kind) -> Result<String, String> {
    let joined = |filters: &[Filter], word: &str| -> Result<String, String> {
        let parts = filters.iter().map(|filter| condition(filter, kind)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("({})", parts.join(word)))
    };
    Ok(match filter {
        Filter::Any(filters) => joined(filters, " OR ")?,
        Filter::All(filters) => joined(filters, " AND ")?,
        Filter::Not(filter) => format!("NOT coalesce({}, 0)", condition(filter, kind)?),
        Filter::Column { column: name, test } => {
            let column = column(kind, name)?;
            match test {
                Test::Contains(text) => {
                    format!("contains_text({}, {})", literal(&text.to_lowercase()), as_text(column))
                }
                Test::Is(choices) => {
                    let choices: Vec<String> = choices.iter().map(|choice| literal(choice)).collect();
                    is_one_of(column, &choices.join(", "))
                }
                Test::Matches(_) | Test::Between { .. } => return Err("not yet written as SQL".to_owned()),
                Test::Absent => format!("{} IS NULL", quoted(&column.name)),
            }
        }
    })
}

fn order(query: &Query, kind: &Kind) -> Result<Vec<String>, String> {
    let by = |key: &SortKey| {
        let column = column(kind, &key.column)?;
        let collation = if column.shape.is_number() || matches!(column.shape, Shape::Boolean) {
            ""
        } else {
            " COLLATE natural_order"
        };
        let direction = if key.descending { "DESC" } else { "ASC" };
        Ok(format!("{}{collation} {direction} NULLS LAST", quoted(&column.name)))
    };
    query.sort.iter().map(by).collect()
}

fn column<'a>(kind: &'a Kind, name: &str) -> Result<&'a Column, String> {
    kind.column(name).map(|at| &kind.columns[at]).ok_or_else(|| {
        format!("{} has no column {name}: `rds-fleet-cli kinds` lists the columns of every kind", kind.name)
    })
}

/// Whether a column is one of these texts; of a list or structure, whether one of the values in it is.
fn is_one_of(column: &Column, choices: &str) -> String {
    let shown = format!("{} IN ({choices})", as_text(column));
    if !column.shape.is_nested() {
        return shown;
    }
    let name = quoted(&column.name);
    format!("({shown} OR EXISTS (SELECT 1 FROM json_tree({name}) WHERE CAST(atom AS TEXT) IN ({choices})))")
}

/// A column's value as it is shown.
fn as_text(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.shape {
        Shape::Boolean => format!("CASE {name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"),
        _ => format!("CAST({name} AS TEXT)"),
    }
}

/// A text as SQL writes it.
pub fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
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
        assert!(written_sql(&query, kind, None).unwrap_err().contains("Engin"));
    }
}
