//! The store: one SQLite table a kind, with AWS's column names, so that every view is a query.
//!
//! It knows rows, targets' numbers and queries; it knows nothing of AWS, of workers or of views. A target's rows of a
//! kind are replaced as a whole when all its pages are there; a failed refresh never removes rows; rows of a target
//! that had none are shown page by page. All of it happens on the thread that owns the `Inventory`.

mod column;
mod functions;
mod natural;
mod scan;
mod search;

use std::collections::HashMap;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql, params, params_from_iter};

pub use column::{ColumnCache, Source};
pub use scan::{Cancelled, RowSet, Stopped};

use crate::query::{Query, count_sql, quoted, to_sql};
use crate::rds::kind::OWN_COLUMNS;
use crate::rds::{Cell, Kind, Row, Shape, kinds};

/// What of a target is written into each of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub target: u32,
    pub account_id: Option<String>,
    pub region: String,
    pub profiles: Vec<String>,
}

/// All rows of all kinds.
#[derive(Debug)]
pub struct Inventory {
    connection: Connection,
    /// The statement that inserts a row, by kind: naming a hundred columns costs more than the insertion itself.
    inserts: HashMap<&'static str, String>,
    held: HashMap<(u32, &'static str), Held>,
}

/// What the store has of one target and kind.
#[derive(Debug, Default)]
struct Held {
    /// Rows of a sweep that came to its end.
    complete: u64,
    is_complete: bool,
    /// Rows of the sweep that is under way.
    staged: u64,
}

/// A query's answer.
#[derive(Debug)]
pub struct Selected {
    /// The row numbers, in the query's order.
    pub rows: Vec<i64>,
    /// The statement that was run.
    pub sql: String,
}

impl Inventory {
    /// An empty store in memory.
    ///
    /// # Errors
    /// What SQLite says; it would have to be out of memory.
    pub fn in_memory() -> rusqlite::Result<Inventory> {
        let connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        // One cached statement a kind and use, and some to spare.
        connection.set_prepared_statement_cache_capacity(64);
        functions::register(&connection)?;
        for kind in kinds() {
            let table = quoted(&kind.table());
            let columns: Vec<String> = kind
                .columns
                .iter()
                .map(|column| format!("{} {}", quoted(&column.name), sql_type(&column.shape)))
                .collect();
            // _Row is stable while a resource stays, so that a selection survives a refresh; _Unknown holds members
            // that this program's shape table does not know yet.
            connection.execute_batch(&format!(
                "CREATE TABLE {table} (_Row INTEGER PRIMARY KEY, _Target INTEGER NOT NULL, _Shown INTEGER NOT NULL, \
                 _Key TEXT, {}, _Unknown TEXT); \
                 CREATE INDEX {} ON {table} (_Target, _Shown, _Key);",
                columns.join(", "),
                quoted(&format!("{}_target", kind.table())),
            ))?;
        }
        let inserts = kinds().iter().map(|kind| (kind.name, insert_statement(kind))).collect();
        Ok(Inventory { connection, inserts, held: HashMap::new() })
    }

    /// Takes one page of a target's rows. They are shown at once if nothing is shown of that target and kind.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn stage(&mut self, kind: &'static Kind, origin: &Origin, rows: &[Row]) -> rusqlite::Result<()> {
        let held = self.held.entry((origin.target, kind.name)).or_default();
        let shown = !held.is_complete;
        let profiles = serde_json::Value::from(origin.profiles.clone()).to_string();
        let key = kind.key.and_then(|key| kind.structure.position(key));
        let identifier = kind.structure.position(kind.identifier);
        let transaction = self.connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(&self.inserts[kind.name])?;
            for row in rows {
                let text = |at: Option<usize>| match at.map(|at| &row.cells[at]) {
                    Some(Cell::Text(text)) => Some(text.as_str()),
                    _ => None,
                };
                insert.raw_bind_parameter(1, origin.target)?;
                insert.raw_bind_parameter(2, shown)?;
                insert.raw_bind_parameter(3, text(key).or_else(|| text(identifier)))?;
                insert.raw_bind_parameter(4, &origin.account_id)?;
                insert.raw_bind_parameter(5, &origin.region)?;
                insert.raw_bind_parameter(6, &profiles)?;
                for (at, cell) in row.cells.iter().enumerate() {
                    insert.raw_bind_parameter(7 + at, cell)?;
                }
                insert.raw_bind_parameter(7 + row.cells.len(), &row.unknown)?;
                insert.raw_execute()?;
            }
        }
        transaction.commit()?;
        held.staged += rows.len() as u64;
        Ok(())
    }

    /// Ends a target's sweep of a kind and says how many rows are shown now. With `collected` the staged rows replace
    /// the older ones, keeping the numbers of those that are the same resource; without, the staged rows go.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn settle(&mut self, kind: &'static Kind, target: u32, collected: bool) -> rusqlite::Result<u64> {
        let held = self.held.entry((target, kind.name)).or_default();
        let table = quoted(&kind.table());
        if collected && held.is_complete {
            let transaction = self.connection.transaction()?;
            let same: Vec<(i64, i64)> = transaction
                .prepare_cached(&format!(
                    "SELECT older._Row, newer._Row FROM {table} older JOIN {table} newer USING (_Target, _Key) \
                     WHERE _Target = ? AND older._Shown = 1 AND newer._Shown = 0"
                ))?
                .query_map([target], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_, _>>()?;
            transaction
                .prepare_cached(&format!("DELETE FROM {table} WHERE _Target = ? AND _Shown = 1"))?
                .execute([target])?;
            let mut renumber = transaction
                .prepare_cached(&format!("UPDATE OR IGNORE {table} SET _Row = ? WHERE _Row = ?"))?;
            for (older, newer) in same {
                renumber.execute(params![older, newer])?;
            }
            transaction
                .prepare_cached(&format!("UPDATE {table} SET _Shown = 1 WHERE _Target = ?"))?
                .execute([target])?;
            drop(renumber);
            transaction.commit()?;
        } else if !collected && held.staged > 0 {
            self.connection
                .prepare_cached(&format!("DELETE FROM {table} WHERE _Target = ? AND _Shown = ?"))?
                .execute(params![target, !held.is_complete])?;
        }
        let staged = std::mem::take(&mut held.staged);
        if collected {
            held.complete = staged;
            held.is_complete = true;
        }
        Ok(held.complete)
    }

    /// Whether rows of an earlier, complete sweep are held.
    pub fn is_complete(&self, kind: &'static Kind, target: u32) -> bool {
        self.held.get(&(target, kind.name)).is_some_and(|held| held.is_complete)
    }

    /// Writes the names of the profiles, which an edit of the config may have changed, into a target's rows.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn rename(&mut self, origin: &Origin) -> rusqlite::Result<()> {
        let profiles = serde_json::Value::from(origin.profiles.clone()).to_string();
        for kind in kinds() {
            self.connection.execute(
                &format!("UPDATE {} SET \"Profiles\" = ? WHERE _Target = ?", quoted(&kind.table())),
                params![profiles, origin.target],
            )?;
        }
        Ok(())
    }

    /// The rows a query means.
    ///
    /// # Errors
    /// A sentence that names what the query asks for and the kind does not have, or what SQLite says.
    pub fn select(&self, kind: &Kind, query: &Query) -> Result<Selected, String> {
        let sql = to_sql(query, kind)?;
        let run = || -> rusqlite::Result<Vec<i64>> {
            let mut statement = self.connection.prepare_cached(&sql.text)?;
            let rows = statement.query_map(params_from_iter(&sql.values), |row| row.get(0))?;
            rows.collect()
        };
        let rows = run().map_err(|error| format!("the query failed: {error}"))?;
        Ok(Selected { rows, sql: sql.text })
    }

    /// How many rows a query means before its search and filters.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn count(&self, kind: &Kind, query: &Query) -> rusqlite::Result<usize> {
        let count: i64 = self.connection.query_row(&count_sql(query, kind), [], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// The cells of some rows in some columns, by the columns' places in `kind.columns`. A row that has gone since is
    /// left out.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn cells(&self, kind: &Kind, columns: &[usize], rows: &[i64]) -> rusqlite::Result<Vec<Vec<Cell>>> {
        let names: Vec<String> = columns.iter().map(|&at| quoted(&kind.columns[at].name)).collect();
        // Row by row: the primary key makes each look-up a few microseconds, and the order is the asked one.
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {} FROM {} WHERE _Row = ?",
            names.join(", "),
            quoted(&kind.table())
        ))?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let mut answer = statement.query([row])?;
            if let Some(row) = answer.next()? {
                let cells: rusqlite::Result<Vec<Cell>> = columns
                    .iter()
                    .enumerate()
                    .map(|(at, &column)| Ok(cell(row.get_ref(at)?, &kind.columns[column].shape)))
                    .collect();
                found.push(cells?);
            }
        }
        Ok(found)
    }

    /// Members of one row that the shape table does not know, as a JSON object.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn unknown_members(&self, kind: &Kind, row: i64) -> rusqlite::Result<Option<String>> {
        let mut statement = self
            .connection
            .prepare_cached(&format!("SELECT _Unknown FROM {} WHERE _Row = ?", quoted(&kind.table())))?;
        let mut rows = statement.query([row])?;
        rows.next()?.map_or(Ok(None), |row| row.get(0))
    }
}

fn insert_statement(kind: &Kind) -> String {
    let own = ["_Target", "_Shown", "_Key"].map(str::to_owned).into_iter();
    let columns: Vec<String> = own
        .chain(kind.columns.iter().map(|column| quoted(&column.name)))
        .chain(["_Unknown".to_owned()])
        .collect();
    debug_assert_eq!(columns.len(), 3 + OWN_COLUMNS.len() + kind.structure.members.len() + 1);
    let marks = vec!["?"; columns.len()].join(", ");
    format!("INSERT INTO {} ({}) VALUES ({marks})", quoted(&kind.table()), columns.join(", "))
}

fn sql_type(shape: &Shape) -> &'static str {
    match shape {
        Shape::Integer | Shape::Long | Shape::Boolean => "INTEGER",
        Shape::Double => "REAL",
        _ => "TEXT",
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Absent => ToSqlOutput::Owned(Value::Null),
            Cell::Text(text) | Cell::Json(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Cell::Double(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Cell::Boolean(truth) => ToSqlOutput::Owned(Value::Integer((*truth).into())),
        })
    }
}

fn cell(value: ValueRef<'_>, shape: &Shape) -> Cell {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match (value, shape) {
        (ValueRef::Null, _) => Cell::Absent,
        (ValueRef::Integer(number), Shape::Boolean) => Cell::Boolean(number != 0),
        (ValueRef::Integer(number), Shape::Double) => Cell::Double(number as f64),
        (ValueRef::Integer(number), _) => Cell::Integer(number),
        (ValueRef::Real(number), _) => Cell::Double(number),
        (ValueRef::Text(bytes) | ValueRef::Blob(bytes), shape) if shape.is_nested() => {
            Cell::Json(text(bytes))
        }
        (ValueRef::Text(bytes) | ValueRef::Blob(bytes), _) => Cell::Text(text(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Filter, FilterValue, SortKey};
    use crate::rds::kind;

    fn instance(name: &str, engine_version: &str, storage: i64, tags: &str) -> Row {
        let kind = kind("db-instances").unwrap();
        let mut cells = vec![Cell::Absent; kind.structure.members.len()];
        let mut set = |member: &str, cell| cells[kind.structure.position(member).unwrap()] = cell;
        set("DBInstanceIdentifier", Cell::Text(name.into()));
        set("DBInstanceArn", Cell::Text(format!("arn:aws:rds:eu-central-1:1:db:{name}")));
        set("EngineVersion", Cell::Text(engine_version.into()));
        set("AllocatedStorage", Cell::Integer(storage));
        set("MultiAZ", Cell::Boolean(storage > 50));
        set("TagList", Cell::Json(tags.into()));
        Row { cells, unknown: None }
    }

    fn origin(target: u32) -> Origin {
        Origin {
            target,
            account_id: Some("1".into()),
            region: "eu-central-1".into(),
            profiles: vec!["DB1".into()],
        }
    }

    fn names(inventory: &Inventory, query: &Query) -> Vec<String> {
        let kind = kind("db-instances").unwrap();
        let rows = inventory.select(kind, query).unwrap().rows;
        let column = kind.column("DBInstanceIdentifier").unwrap();
        let cells = inventory.cells(kind, &[column], &rows).unwrap();
        cells
            .into_iter()
            .map(|mut row| if let Cell::Text(text) = row.remove(0) { text } else { panic!() })
            .collect()
    }

    fn filled() -> (Inventory, &'static Kind) {
        let kind = kind("db-instances").unwrap();
        let mut inventory = Inventory::in_memory().unwrap();
        let rows = [
            instance("db-10", "14.10", 100, r#"[{"Key":"app","Value":"billing"}]"#),
            instance("db-2", "14.9", 20, r#"[{"Key":"env","Value":"Prod"}]"#),
        ];
        inventory.stage(kind, &origin(1), &rows).unwrap();
        (inventory, kind)
    }

    #[test]
    fn rows_are_shown_page_by_page_and_sorted_naturally() {
        let (inventory, kind) = filled();
        let mut query = Query::of(kind);
        assert_eq!(names(&inventory, &query), ["db-2", "db-10"]);
        query.sort = vec![SortKey::ascending("EngineVersion")];
        assert_eq!(names(&inventory, &query), ["db-2", "db-10"]);
        query.sort[0].descending = true;
        assert_eq!(names(&inventory, &query), ["db-10", "db-2"]);
        query.sort = vec![SortKey::ascending("AllocatedStorage")];
        assert_eq!(names(&inventory, &query), ["db-2", "db-10"]);
    }

    #[test]
    fn the_search_reads_values_and_not_the_names_of_nested_members() {
        let (inventory, kind) = filled();
        let mut query = Query::of(kind);
        for (search, expected) in [
            ("prod", vec!["db-2"]),
            ("BILL", vec!["db-10"]),
            ("key", vec![]),
            ("db 14.9", vec!["db-2"]),
            ("100", vec!["db-10"]),
        ] {
            query.search = search.into();
            assert_eq!(names(&inventory, &query), expected, "{search}");
        }
        query.search.clear();
        query.filters =
            vec![Filter { column: "MultiAZ".into(), value: FilterValue::Is(vec!["true".into()]) }];
        assert_eq!(names(&inventory, &query), ["db-10"]);
        query.filters = vec![Filter { column: "MultiAZ".into(), value: FilterValue::Contains("fal".into()) }];
        assert_eq!(names(&inventory, &query), ["db-2"]);
        query.filters.clear();
        query.targets = Some(vec![2]);
        assert!(names(&inventory, &query).is_empty());
    }

    #[test]
    fn a_resource_that_two_roles_see_is_one_row() {
        let (mut inventory, kind) = filled();
        inventory.stage(kind, &origin(2), &[instance("db-10", "14.10", 100, "[]")]).unwrap();
        let mut query = Query::of(kind);
        assert_eq!((names(&inventory, &query).len(), inventory.count(kind, &query).unwrap()), (3, 3));
        query.once = true;
        assert_eq!(names(&inventory, &query), ["db-2", "db-10"]);
        assert_eq!(inventory.count(kind, &query).unwrap(), 2);
        query.targets = Some(vec![2]);
        assert_eq!(names(&inventory, &query), ["db-10"], "seen through the other role alone");
    }

    #[test]
    fn a_refresh_replaces_as_a_whole_and_keeps_row_numbers() {
        let (mut inventory, kind) = filled();
        let query = Query::of(kind);
        assert_eq!(inventory.settle(kind, 1, true).unwrap(), 2);
        let before = inventory.select(kind, &query).unwrap().rows;
        inventory.stage(kind, &origin(1), &[instance("db-3", "15.1", 5, "[]")]).unwrap();
        inventory.stage(kind, &origin(1), &[instance("db-10", "14.11", 100, "[]")]).unwrap();
        assert_eq!(names(&inventory, &query), ["db-2", "db-10"], "nothing half new is shown");
        assert_eq!(inventory.settle(kind, 1, true).unwrap(), 2);
        assert_eq!(names(&inventory, &query), ["db-3", "db-10"]);
        let after = inventory.select(kind, &query).unwrap().rows;
        assert_eq!(after[1], before[1], "db-10 keeps its number");
    }

    #[test]
    fn a_failed_refresh_removes_nothing() {
        let (mut inventory, kind) = filled();
        let query = Query::of(kind);
        inventory.settle(kind, 1, true).unwrap();
        inventory.stage(kind, &origin(1), &[instance("db-3", "15.1", 5, "[]")]).unwrap();
        assert_eq!(inventory.settle(kind, 1, false).unwrap(), 2);
        assert_eq!(names(&inventory, &query), ["db-2", "db-10"]);
        inventory.stage(kind, &origin(2), &[instance("db-3", "15.1", 5, "[]")]).unwrap();
        assert_eq!(names(&inventory, &query).len(), 3);
        assert_eq!(
            inventory.settle(kind, 2, false).unwrap(),
            0,
            "a first sweep that failed leaves nothing half"
        );
        assert_eq!(names(&inventory, &query).len(), 2);
    }
}
