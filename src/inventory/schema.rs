//! The tables and views of the store, made from the kinds: what each is called, what its columns are, and how a store
//! that an older version wrote is brought to this one. What is written into them is decided elsewhere.

use std::collections::HashSet;
use std::sync::LazyLock;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use twox_hash::XxHash64;

use crate::query::{literal, quoted};
use crate::rds::answer::json_has_value;
use crate::rds::{Column, Kind, Shape, kind, kinds};

/// Marks a SQLite file as ours, in its header.
pub const APPLICATION_ID: i32 = 0x5244_5346;
/// The layout's version. A store with a higher one is left to the program that wrote it.
///
/// 2: an empty list or structure is NULL, and `_Empty` says what it was.
pub const VERSION: i32 = 2;

/// Columns that every kind's table begins with. `_Row` is stable while a resource stays, so that a selection survives
/// a refresh; `_Place` is an account and region; `_Key` and `_Hash` are short forms of what identifies the row and of
/// all it says; `_FirstSeen` is in milliseconds of the Unix epoch.
const INTERNAL: &str = "_Row INTEGER PRIMARY KEY, _Place INTEGER NOT NULL, _Key INTEGER NOT NULL, \
                        _Hash INTEGER NOT NULL, _FirstSeen INTEGER NOT NULL";
/// What they end with: members that no column is for, and those that AWS sent without a value, each as a JSON object.
const BESIDE: &str = "_Unknown TEXT, _Empty TEXT";
/// What a row that is no more has beside that: when it was last seen, when a sweep no longer found it so, and why.
const ENDED: &str = "_LastSeen INTEGER NOT NULL, _Ended INTEGER NOT NULL, _Ending TEXT NOT NULL";

/// A table or view as a person may query it.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: String,
    /// What its rows are.
    pub meaning: String,
    pub columns: Vec<String>,
}

impl Kind {
    /// The table of versions that are no more.
    pub(super) fn past_table(&self) -> String {
        format!("{}_past", self.table())
    }

    /// The view over the present and the past.
    pub(super) fn history_view(&self) -> String {
        format!("{}_history", self.table())
    }

    /// AWS's columns and ours, quoted, as a list of SQL.
    pub(super) fn column_list(&self) -> String {
        self.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
    }
}

/// Makes what is not there yet, and brings what an older version made to this one. To be called within a transaction.
pub fn make(connection: &Connection) -> rusqlite::Result<()> {
    let tables = tables_of_ours();
    let views = views();
    let fingerprint = {
        let columns: Vec<String> = kinds().iter().map(Kind::column_list).collect();
        let views: Vec<&str> = views.iter().map(|view| view.select.as_str()).collect();
        let all = [INTERNAL, BESIDE, tables.as_str(), &columns.join("\n"), &views.join("\n")].join("\n");
        format!("{:016x}", XxHash64::oneshot(0, all.as_bytes()))
    };
    connection.execute_batch("CREATE TABLE IF NOT EXISTS _schema (Fingerprint TEXT NOT NULL)")?;
    let known: Result<String, _> =
        connection.query_row("SELECT Fingerprint FROM _schema", [], |row| row.get(0));
    if known.is_ok_and(|known| known == fingerprint) {
        return Ok(());
    }
    connection.execute_batch(&tables)?;
    for kind in kinds() {
        make_tables(connection, kind)?;
    }
    // Views are only texts: those of another version go, whatever they were called.
    let known: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'view'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in known {
        connection.execute_batch(&format!("DROP VIEW {}", quoted(&name)))?;
    }
    for view in views {
        connection.execute_batch(&format!("CREATE VIEW {} AS {}", quoted(&view.name), view.select))?;
    }
    connection.execute("DELETE FROM _schema", [])?;
    connection.execute("INSERT INTO _schema VALUES (?)", [fingerprint])?;
    Ok(())
}

/// The tables that are not a kind's. Those with an underscore are for the program.
fn tables_of_ours() -> String {
    "CREATE TABLE IF NOT EXISTS _places (_Place INTEGER PRIMARY KEY, AccountId TEXT NOT NULL, Region TEXT NOT NULL, \
         Profiles TEXT NOT NULL, UNIQUE (AccountId, Region)); \
     CREATE TABLE IF NOT EXISTS _collections (_Place INTEGER NOT NULL, Kind TEXT NOT NULL, AsOf INTEGER NOT NULL, \
         PRIMARY KEY (_Place, Kind)) WITHOUT ROWID; \
     CREATE TABLE IF NOT EXISTS _under_way (_Place INTEGER NOT NULL, Kind TEXT NOT NULL, PRIMARY KEY (_Place, Kind)) \
         WITHOUT ROWID; \
     CREATE TABLE IF NOT EXISTS _sweeps (Number INTEGER PRIMARY KEY, At INTEGER NOT NULL); \
     CREATE TABLE IF NOT EXISTS _versions (Kind TEXT PRIMARY KEY, Version INTEGER NOT NULL) WITHOUT ROWID; \
     CREATE TABLE IF NOT EXISTS coverage (_Target TEXT NOT NULL, AccountId TEXT, Region TEXT NOT NULL, \
         Profiles TEXT NOT NULL, RoleArn TEXT, Kind TEXT NOT NULL, State TEXT NOT NULL, \"Rows\" INTEGER NOT NULL, \
         AsOf TEXT, Action TEXT, Code TEXT, Message TEXT, RequestId TEXT, Pages INTEGER, Calls INTEGER, \
         Retries INTEGER, Milliseconds INTEGER, PRIMARY KEY (_Target, Kind)); \
     CREATE TABLE IF NOT EXISTS profiles (Profile TEXT NOT NULL, AccountId TEXT, Region TEXT, RoleArn TEXT, \
         Usable INTEGER NOT NULL, File TEXT NOT NULL, Line INTEGER); \
     CREATE TABLE IF NOT EXISTS diagnostics (Severity TEXT NOT NULL, File TEXT NOT NULL, Line INTEGER, Profile TEXT, \
         Message TEXT NOT NULL); \
     CREATE TABLE IF NOT EXISTS changes (_Change INTEGER PRIMARY KEY, At TEXT NOT NULL, Since TEXT, \
         Kind TEXT NOT NULL, AccountId TEXT, Region TEXT NOT NULL, Identifier TEXT, Change TEXT NOT NULL, \
         Member TEXT, Old TEXT, New TEXT); \
     CREATE INDEX IF NOT EXISTS changes_at ON changes (At);"
        .to_owned()
}

fn make_tables(connection: &Connection, kind: &Kind) -> rusqlite::Result<()> {
    let columns: Vec<String> =
        kind.columns.iter().map(|column| format!("{} {}", quoted(&column.name), sql_type(column))).collect();
    let columns = columns.join(", ");
    let (table, past) = (quoted(&kind.table()), quoted(&kind.past_table()));
    connection.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS {table} ({INTERNAL}, {columns}, {BESIDE}); \
         CREATE UNIQUE INDEX IF NOT EXISTS {} ON {table} (_Place, _Key); \
         CREATE TABLE IF NOT EXISTS {past} ({INTERNAL}, {columns}, {BESIDE}, {ENDED}); \
         CREATE INDEX IF NOT EXISTS {} ON {past} (_Ended);",
        quoted(&format!("{}_key", kind.table())),
        quoted(&format!("{}_ended", kind.past_table())),
    ))?;
    for table in [kind.table(), kind.past_table()] {
        let known: HashSet<String> = connection
            .prepare(&format!("SELECT name FROM pragma_table_info({})", literal(&table)))?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let is_new = |column: &&Column| !known.contains(&column.name);
        for column in kind.columns.iter().filter(is_new) {
            // A member that the older version did not know was kept beside the row.
            connection.execute_batch(&format!(
                "ALTER TABLE {table} ADD COLUMN {name} {}; \
                 UPDATE {table} SET {name} = _Unknown ->> {} WHERE _Unknown IS NOT NULL",
                sql_type(column),
                literal(column.json_key()),
                table = quoted(&table),
                name = quoted(&column.name),
            ))?;
        }
        let nested = kind.columns.iter().filter(|column| column.shape.is_nested() && !column.own);
        if known.contains("_Empty") {
            keep_empty_beside(connection, &table, nested.filter(is_new))?;
        } else {
            connection.execute_batch(&format!("ALTER TABLE {} ADD COLUMN _Empty TEXT", quoted(&table)))?;
            keep_empty_beside(connection, &table, nested)?;
        }
    }
    Ok(())
}

/// Writes NULL where a column holds an empty list or structure, and keeps what it was beside the row, all in one pass: an
/// older version had it in the column.
fn keep_empty_beside<'a>(
    connection: &Connection,
    table: &str,
    columns: impl Iterator<Item = &'a Column>,
) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("_empty", 2, flags, |context| {
        let (ValueRef::Text(text), ValueRef::Text(nothing)) = (context.get_raw(0), context.get_raw(1)) else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(text).into_owned();
        // What was unknown, and empty, is an empty text: of which shape it is was not to be seen.
        Ok(match text.is_empty() {
            true => Some(String::from_utf8_lossy(nothing).into_owned()),
            false => Some(text).filter(|json| !json_has_value(json)),
        })
    })?;
    let (mut kept, mut set, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for column in columns {
        let name = quoted(&column.name);
        let nothing = if matches!(column.shape, Shape::List(_)) { "[]" } else { "{}" };
        let empty = format!("_empty({name}, '{nothing}')");
        kept.push(format!("{}, json({empty})", literal(&column.name)));
        set.push(format!("{name} = CASE WHEN {empty} IS NULL THEN {name} END"));
        found.push(format!("{empty} IS NOT NULL"));
    }
    if set.is_empty() {
        return Ok(());
    }
    // Members of a patch that are null are left out.
    connection.execute_batch(&format!(
        "UPDATE {} SET _Empty = json_patch(coalesce(_Empty, '{{}}'), json_object({})), {} WHERE {}",
        quoted(table),
        kept.join(", "),
        set.join(", "),
        found.join(" OR ")
    ))
}

fn sql_type(column: &Column) -> &'static str {
    match column.shape {
        Shape::Integer | Shape::Long | Shape::Boolean => "INTEGER",
        Shape::Double => "REAL",
        _ => "TEXT",
    }
}

/// Milliseconds of the Unix epoch as AWS's timestamps are written.
fn as_time(column: &str) -> String {
    format!("strftime('%Y-%m-%dT%H:%M:%f+00:00', {column} / 1000.0, 'unixepoch')")
}

struct View {
    name: String,
    meaning: String,
    select: String,
}

fn views() -> Vec<View> {
    let mut views: Vec<View> = kinds().iter().flat_map(history).collect();
    views.push(tags());
    views.extend(pending_maintenance());
    let join = |name: &str, meaning: &str, select: &str| View {
        name: name.to_owned(),
        meaning: meaning.to_owned(),
        select: select.to_owned(),
    };
    views.push(join(
        "instances_with_clusters",
        "DB instances, each beside the cluster it is a member of",
        "SELECT i.AccountId, i.Region, i.Profiles, i.DBInstanceIdentifier, i.DBInstanceStatus, i.DBInstanceClass, \
         i.Engine, i.EngineVersion, i.DBClusterIdentifier, m.value ->> 'IsClusterWriter' AS IsClusterWriter, \
         c.Status AS DBClusterStatus, c.EngineVersion AS DBClusterEngineVersion, c.MultiAZ AS DBClusterMultiAZ, \
         c.Endpoint AS DBClusterEndpoint, c.ReaderEndpoint AS DBClusterReaderEndpoint \
         FROM db_instances i LEFT JOIN db_clusters c USING (AccountId, Region, DBClusterIdentifier) \
         LEFT JOIN json_each(c.DBClusterMembers) m \
         ON (m.value ->> 'DBInstanceIdentifier') = i.DBInstanceIdentifier",
    ));
    if kind("db-parameters").is_some() {
        views.push(join(
            "instance_parameters",
            "every parameter of every DB instance, by its parameter groups",
            "SELECT i.AccountId, i.Region, i.DBInstanceIdentifier, i.DBInstanceClass, i.Engine, i.EngineVersion, \
             p.DBParameterGroupName, g.value ->> 'ParameterApplyStatus' AS ParameterApplyStatus, p.ParameterName, \
             p.ParameterValue, p.Source, p.ApplyType, p.DataType, p.AllowedValues, p.IsModifiable, p.ApplyMethod \
             FROM db_instances i, json_each(i.DBParameterGroups) g JOIN db_parameters p \
             ON p.AccountId = i.AccountId AND p.Region = i.Region \
             AND p.DBParameterGroupName = (g.value ->> 'DBParameterGroupName')",
        ));
        views.push(join(
            "cluster_parameters",
            "every parameter of every DB cluster, by its parameter group",
            "SELECT c.AccountId, c.Region, c.DBClusterIdentifier, c.Engine, c.EngineVersion, \
             p.DBClusterParameterGroupName, p.ParameterName, p.ParameterValue, p.Source, p.ApplyType, p.DataType, \
             p.AllowedValues, p.IsModifiable, p.ApplyMethod \
             FROM db_clusters c JOIN db_cluster_parameters p ON p.AccountId = c.AccountId AND p.Region = c.Region \
             AND p.DBClusterParameterGroupName = c.DBClusterParameterGroup",
        ));
    }
    views
}

/// The present and the past of a kind. At a time `t` a row was as it is written where `FirstSeen <= t` and `Ended` is
/// absent or later.
///
/// Each half is a view of its own: DuckDB, which reads views in its own dialect, asks SQLite for what it does not know, and
/// that only view by view.
fn history(kind: &Kind) -> [View; 3] {
    let columns = kind.column_list();
    let half = |end: &str, select: String| View {
        name: format!("_{}_{end}", kind.table()),
        meaning: String::new(),
        select,
    };
    let present = half(
        "present",
        format!(
            "SELECT {columns}, {} AS FirstSeen, {} AS LastSeen, NULL AS Ended, NULL AS Ending \
             FROM {} now LEFT JOIN _collections c ON c._Place = now._Place AND c.Kind = {}",
            as_time("_FirstSeen"),
            as_time("c.AsOf"),
            quoted(&kind.table()),
            literal(kind.name),
        ),
    );
    let past = half(
        "ended",
        format!(
            "SELECT {columns}, {} AS FirstSeen, {} AS LastSeen, {} AS Ended, _Ending AS Ending FROM {}",
            as_time("_FirstSeen"),
            as_time("_LastSeen"),
            as_time("_Ended"),
            quoted(&kind.past_table()),
        ),
    );
    let both = View {
        name: kind.history_view(),
        meaning: format!("{}: every version, with the times at which it was first and last seen", kind.title),
        select: format!(
            "SELECT * FROM {} UNION ALL SELECT * FROM {}",
            quoted(&present.name),
            quoted(&past.name)
        ),
    };
    [present, past, both]
}

/// Every tag of everything that has tags, a row each.
fn tags() -> View {
    let tagged = |column: &&Column| ["TagList", "Tags"].contains(&column.name.as_str());
    let selects: Vec<String> = kinds()
        .iter()
        .filter_map(|kind| Some((kind, kind.columns.iter().find(tagged)?)))
        .map(|(kind, column)| {
            format!(
                "SELECT {} AS Kind, AccountId, Region, {} AS Identifier, t.value ->> 'Key' AS \"Key\", \
                 t.value ->> 'Value' AS Value FROM {}, json_each({}) t",
                literal(kind.name),
                quoted(kind.identifier),
                quoted(&kind.table()),
                quoted(&column.name)
            )
        })
        .collect();
    View {
        name: "tags".to_owned(),
        meaning: "every tag of every kind that has tags, a row each".to_owned(),
        select: selects.join(" UNION ALL "),
    }
}

/// Pending maintenance with a row an action, which AWS nests by resource.
fn pending_maintenance() -> Option<View> {
    let nested = "PendingMaintenanceActionDetails";
    let kind = kind("pending-maintenance-actions")?;
    let Shape::List(list) = &kind.columns[kind.column(nested)?].shape else { return None };
    let Shape::Structure(action) = &list.of else { return None };
    let members: Vec<String> = action
        .members
        .iter()
        .map(|member| format!("a.value ->> {} AS {}", literal(&member.name), quoted(&member.name)))
        .collect();
    Some(View {
        name: "pending_maintenance".to_owned(),
        meaning: "pending maintenance, a row an action".to_owned(),
        select: format!(
            "SELECT AccountId, Region, Profiles, ResourceIdentifier, {} FROM {}, json_each({}) a",
            members.join(", "),
            quoted(&kind.table()),
            quoted(nested)
        ),
    })
}

/// Every table and view that a query may read, those of the kinds first.
pub fn tables() -> &'static [Table] {
    static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
        let mut tables: Vec<Table> = kinds()
            .iter()
            .map(|kind| Table {
                name: kind.table(),
                meaning: kind.title.to_owned(),
                columns: kind.columns.iter().map(|column| column.name.clone()).collect(),
            })
            .collect();
        let ours = [
            ("coverage", "how each kind of each account and region stands: collected, or why not"),
            ("profiles", "the profiles of the shared AWS config"),
            ("diagnostics", "what is wrong in the shared AWS config, with lines"),
            ("changes", "what appeared, disappeared or changed between two sweeps"),
        ];
        let views = views();
        let meant = ours.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned()));
        let public = views.into_iter().filter(|view| !view.name.starts_with('_'));
        let meant = meant.chain(public.map(|view| (view.name, view.meaning)));
        // The names of their columns are asked of SQLite: an empty store has them all.
        let empty = Connection::open_in_memory().and_then(|empty| make(&empty).map(|()| empty));
        let columns = |name: &str| -> rusqlite::Result<Vec<String>> {
            let Ok(empty) = &empty else { return Ok(Vec::new()) };
            empty
                .prepare(&format!("SELECT name FROM pragma_table_info({})", literal(name)))?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        tables.extend(meant.map(|(name, meaning)| {
            let mut columns = columns(&name).unwrap_or_default();
            columns.retain(|column| !column.starts_with('_'));
            Table { name, meaning, columns }
        }));
        tables
    });
    &TABLES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_and_view_can_be_read() {
        let connection = Connection::open_in_memory().unwrap();
        make(&connection).unwrap();
        for table in tables() {
            assert!(!table.columns.is_empty(), "{}", table.name);
            let columns: Vec<String> = table.columns.iter().map(|column| quoted(column)).collect();
            connection
                .prepare(&format!("SELECT {} FROM {}", columns.join(", "), quoted(&table.name)))
                .unwrap_or_else(|error| panic!("{}: {error}", table.name));
        }
        assert!(tables().iter().any(|table| table.name == "db_instances_history"));
    }

    #[test]
    fn a_member_that_was_unknown_becomes_a_column_with_what_was_kept() {
        let connection = Connection::open_in_memory().unwrap();
        make(&connection).unwrap();
        connection
            .execute_batch(
                "DROP VIEW tags; DROP VIEW db_instances_history; DROP VIEW _db_instances_present; \
                 DROP VIEW _db_instances_ended; DROP VIEW instances_with_clusters; \
                 DROP VIEW IF EXISTS instance_parameters; \
                 ALTER TABLE db_instances DROP COLUMN DBSystemId; UPDATE _schema SET Fingerprint = 'older'; \
                 INSERT INTO db_instances (_Place, _Key, _Hash, _FirstSeen, _Unknown) \
                 VALUES (1, 1, 1, 1, '{\"DBSystemId\":\"CDB1\"}')",
            )
            .unwrap();
        make(&connection).unwrap();
        let found: String = connection
            .query_row("SELECT DBSystemId FROM db_instances_history", [], |row| row.get(0))
            .unwrap();
        assert_eq!(found, "CDB1");
    }
}
