//! What a view asks of the inventory: which kind or a person's own SQL, which targets, which rows, in which order, with
//! which columns.
//!
//! The window edits a query, the command line parses one, and a report carries the one it was made with. A query is
//! plain data: `expression` is how a person writes its conditions, `written` the whole of it as SQL.

mod bounds;
pub mod expression;
mod filter;
pub mod filters_as_text;
mod written;

use serde::{Deserialize, Serialize};

pub use bounds::{Bounds, Moment, Number};
pub use filter::{Filter, Test, pattern};
pub use written::{literal, quoted, written_sql};

use crate::names;
use crate::rds::{Column, Kind};

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
    /// All rows of a kind with its first columns, by account, region and identifier; what happened, from the newest on.
    pub fn of(kind: &Kind) -> Query {
        let happened = kind.happened.map(|column| SortKey { column: column.to_owned(), descending: true });
        let by_place = ["AccountId", "Region", kind.identifier].map(SortKey::ascending);
        Query {
            kind: kind.name.to_owned(),
            sql: None,
            targets: None,
            search: String::new(),
            filters: Vec::new(),
            group: Vec::new(),
            sort: happened.into_iter().chain(by_place).collect(),
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

    /// The whole order: the columns of the group first, ascending unless `sort` names them, then the rest of `sort`.
    pub fn order(&self) -> Vec<SortKey> {
        let of_group = |column: &String| {
            self.sort
                .iter()
                .find(|key| key.column == *column)
                .cloned()
                .unwrap_or_else(|| SortKey::ascending(column))
        };
        let rest = self.sort.iter().filter(|key| !self.group.contains(&key.column)).cloned();
        self.group.iter().map(of_group).chain(rest).collect()
    }

    /// Those of the columns that are shown and are worth summing.
    pub fn amounts<'a>(&self, columns: &'a [Column]) -> Vec<&'a Column> {
        let is_shown = |column: &Column| self.columns.is_empty() || self.columns.contains(&column.name);
        columns.iter().filter(|column| column.is_amount() && is_shown(column)).collect()
    }

    /// The query without its own conditions on a column, as a pick-list for that column wants it.
    pub fn without(mut self, column: &str) -> Query {
        self.filters = self.filters.iter().filter_map(|filter| filter.without(column)).collect();
        self
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

/// The column that a person means by a name.
///
/// # Errors
/// That there is none, and which was probably meant.
pub fn column_named<'a>(name: &str, columns: &'a [Column]) -> Result<&'a Column, String> {
    let names = columns.iter().map(|column| column.name.as_str());
    let found = names::one("column", name, names, WHERE_COLUMNS_ARE)?;
    columns.iter().find(|column| column.name == found).ok_or_else(|| no_such_column(name, columns))
}

/// The sentence for a column that is not there, with the names that were probably meant.
pub fn no_such_column(name: &str, columns: &[Column]) -> String {
    names::missing("column", name, columns.iter().map(|column| column.name.as_str()), WHERE_COLUMNS_ARE)
}

const WHERE_COLUMNS_ARE: &str = "`rds-fleet-cli kinds` lists the columns of every kind";

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
    fn what_happened_is_read_from_the_newest_on_and_what_there_is_by_its_place() {
        let sort = |name: &str| Query::of(kind(name).unwrap()).sort;
        let [date, account, ..] = &sort("events")[..] else { panic!("events have an order") };
        assert!(date.column == "Date" && date.descending && *account == SortKey::ascending("AccountId"));
        let by_place = ["AccountId", "Region", "DBClusterIdentifier"].map(SortKey::ascending);
        assert_eq!(sort("db-clusters"), by_place);
    }

    #[test]
    fn groups_sort_first_and_a_typo_is_told() {
        let kind = kind("db-instances").unwrap();
        let mut query = Query::of(kind);
        query.group = vec!["Engine".into(), "Region".into()];
        query.sort[1].descending = true;
        let order: Vec<(String, bool)> =
            query.order().into_iter().map(|key| (key.column, key.descending)).collect();
        let expected =
            [("Engine", false), ("Region", true), ("AccountId", false), ("DBInstanceIdentifier", false)];
        assert_eq!(order, expected.map(|(name, descending)| (name.to_owned(), descending)));
        assert!(no_such_column("engin", &kind.columns).ends_with("did you mean Engine?"));
        assert!(no_such_column("zzz", &kind.columns).contains("kinds"));
    }

    #[test]
    fn a_columns_own_conditions_are_left_out() {
        let on = |column: &str| Filter::column(column, Test::Absent);
        let mut query = Query::of(kind("db-instances").unwrap());
        query.filters = vec![
            on("Engine"),
            on("MultiAZ"),
            Filter::Not(Box::new(Filter::Any(vec![on("Engine"), on("Engine")]))),
            Filter::Any(vec![on("Engine"), on("MultiAZ")]),
            Filter::All(vec![on("Engine"), on("MultiAZ")]),
        ];
        let left =
            [on("MultiAZ"), Filter::Any(vec![on("Engine"), on("MultiAZ")]), Filter::All(vec![on("MultiAZ")])];
        assert_eq!(query.without("Engine").filters, left);
    }
}
