//! Empty lists and structures: to every question they are absent, and what AWS sent can still be had exactly.

use super::*;
use crate::query::written_sql;
use crate::rds::readable::exact;

/// What AWS sends of a list or structure, and whether it says anything.
const SENT: [(&str, &str, bool); 12] = [
    ("TagList", "[]", false),
    ("TagList", "[{}]", false),
    ("TagList", r#"[{"Key":"app","Value":"billing"}]"#, true),
    ("PendingModifiedValues", "{}", false),
    ("PendingModifiedValues", r#"{"PendingCloudwatchLogsExports":{"LogTypesToEnable":[]}}"#, false),
    ("PendingModifiedValues", r#"{"ProcessorFeatures":[{}],"PendingCloudwatchLogsExports":{}}"#, false),
    ("PendingModifiedValues", r#"{"MultiAZ":false}"#, true),
    ("PendingModifiedValues", r#"{"Iops":0,"ProcessorFeatures":[]}"#, true),
    ("EnabledCloudwatchLogsExports", r#"[""]"#, true),
    ("DBSubnetGroup", r#"{"Subnets":[{"SubnetOutpost":{}},{}]}"#, false),
    ("DBSubnetGroup", r#"{"Subnets":[{"SubnetOutpost":{"Arn":"a"}}]}"#, true),
    ("AssociatedRoles", "[[],[]]", false),
];

fn with(name: &str, members: &[(&str, &str)]) -> Row {
    let kind = db_instances();
    let mut cells = vec![
        ("DBInstanceIdentifier", Cell::Text(name.into())),
        ("DBInstanceArn", Cell::Text(format!("arn:aws:rds:eu-central-1:1:db:{name}"))),
    ];
    cells.extend(members.iter().map(|(member, json)| (*member, Cell::Json((*json).into()))));
    Row::of(kind, &cells).unwrap()
}

/// One instance for each of `SENT`, called by its number, and `none` that has no such member.
fn sent() -> Vec<Row> {
    let of =
        |(at, (member, json, _)): (usize, &(&str, &str, bool))| with(&format!("db-{at}"), &[(member, json)]);
    SENT.iter().enumerate().map(of).chain([with("none", &[])]).collect()
}

fn place_of(member: &str) -> usize {
    db_instances().column(member).unwrap()
}

/// The JSON that is printed of a member, by the instance.
fn printed(store: &mut Store, member: &str) -> Vec<(String, String)> {
    let query = Query::of(db_instances());
    let reader = store.reader();
    let rows = { store.reader().select(&query, false).unwrap().rows };
    let columns = [place_of("DBInstanceIdentifier"), place_of(member)];
    let cells = reader.cells(&query, &columns, &rows).unwrap();
    let json = |cell: &Cell| exact(cell).map_or("absent".to_owned(), |value| value.to_string());
    cells.iter().map(|row| (text(&row[0]), json(&row[1]))).collect()
}

/// The lists and structures that are looked at.
const MEMBERS: [&str; 5] =
    ["TagList", "PendingModifiedValues", "EnabledCloudwatchLogsExports", "DBSubnetGroup", "AssociatedRoles"];

#[test]
fn what_says_nothing_is_absent_to_filters_and_to_sql() {
    let mut store = Store::new();
    store.sweep("1", 0, &sent());
    for member in MEMBERS {
        let says = |at: usize| SENT.get(at).is_some_and(|(of, _, says)| *of == member && *says);
        let named = |wanted: bool| -> Vec<String> {
            let numbers = (0..=SENT.len()).filter(|at| says(*at) == wanted);
            let name = |at: usize| if at < SENT.len() { format!("db-{at}") } else { "none".to_owned() };
            numbers.map(name).collect()
        };
        let absent = Filter::column(member, Test::Absent);
        let present = Filter::Not(Box::new(absent.clone()));
        for (filter, wanted, sql) in
            [(absent, named(false), "IS NULL"), (present, named(true), "IS NOT NULL")]
        {
            let query = Query { filters: vec![filter], ..Query::of(db_instances()) };
            assert_eq!(store.names(&query), wanted, "{member} {sql}");
            let first = |rows: Vec<Vec<String>>| -> Vec<String> {
                rows.into_iter().map(|row| row[0].clone()).collect()
            };
            let shown = Query { columns: vec!["DBInstanceIdentifier".into()], ..query };
            let written = written_sql(&shown, db_instances(), None).unwrap();
            assert_eq!(first(store.ask(&written)), wanted, "{written}");
            let own = format!(
                "SELECT DBInstanceIdentifier FROM db_instances WHERE {member} {sql} \
                 ORDER BY DBInstanceIdentifier COLLATE natural_order"
            );
            assert_eq!(first(store.ask(&own)), wanted, "{own}");
            let past = own.replace("FROM db_instances", "FROM db_instances_history");
            assert_eq!(first(store.ask(&past)), wanted, "{past}");
        }
    }
}

#[test]
fn pick_lists_groups_and_sorts_take_it_for_absent() {
    let mut store = Store::new();
    store.sweep("1", 0, &sent());
    let mut reader = store.reader();
    let mut query = Query::of(db_instances());
    for prepared in [false, true] {
        if prepared {
            reader.prepare(&query, &|| false).unwrap();
        }
        let values = reader.values(&query, "TagList", 99, &|| false).unwrap();
        assert_eq!(values.len(), 2, "{values:?}");
        assert_eq!(values[0], (Cell::Absent, SENT.len()));
        assert_eq!((text(&values[1].0).as_str(), values[1].1), ("app=billing", 1));
        query.group = vec!["TagList".into()];
        for descending in [false, true] {
            query.sort = vec![SortKey { column: "TagList".into(), descending }];
            let answered = reader.select(&query, false).unwrap();
            let groups: Vec<(Cell, usize)> =
                answered.groups.iter().map(|group| (group.value.clone(), group.rows.len())).collect();
            assert_eq!(groups.len(), 2, "{groups:?}");
            assert_eq!(groups[1], (Cell::Absent, SENT.len()), "what is absent comes last");
        }
    }
}

#[test]
fn json_has_what_aws_sent() {
    let mut store = Store::new();
    store.sweep("1", 0, &sent());
    for member in MEMBERS {
        for (name, json) in printed(&mut store, member) {
            let of_it =
                |(at, (of, ..)): &(usize, &(&str, &str, bool))| *of == member && name == format!("db-{at}");
            let expected = SENT.iter().enumerate().find(of_it).map_or("absent", |(_, (_, json, _))| json);
            assert_eq!(json, expected, "{member} of {name}");
        }
    }
}

#[test]
fn nothing_that_comes_or_goes_is_no_change() {
    let mut store = Store::new();
    let tags = r#"[{"Key":"app","Value":"billing"}]"#;
    store.sweep("1", 0, &[with("db-1", &[("TagList", "[]"), ("PendingModifiedValues", "{}")])]);
    store.sweep("1", 10, &[with("db-1", &[("TagList", "[]"), ("PendingModifiedValues", "{}")])]);
    assert_eq!(store.ask("SELECT count(*) FROM db_instances_history"), [["1"]], "it is as it was");
    store.sweep("1", 20, &[with("db-1", &[("PendingModifiedValues", r#"{"ProcessorFeatures":[]}"#)])]);
    assert!(store.ask("SELECT * FROM changes").is_empty(), "nothing, in another form");
    store.sweep(
        "1",
        30,
        &[with("db-1", &[("TagList", tags), ("PendingModifiedValues", r#"{"MultiAZ":true}"#)])],
    );
    store.sweep("1", 40, &[with("db-1", &[("TagList", "[]"), ("PendingModifiedValues", "{}")])]);
    let changes = store.ask("SELECT substr(At, 12, 5), Member, Old, New FROM changes ORDER BY At, Member");
    let expected = [
        ["08:30", "PendingModifiedValues.MultiAZ", "", "true"],
        ["08:30", "TagList", "", tags],
        ["08:40", "PendingModifiedValues.MultiAZ", "true", ""],
        ["08:40", "TagList[app]", "billing", ""],
    ];
    assert_eq!(changes, expected);
    assert_eq!(printed(&mut store, "TagList"), [("db-1".to_owned(), "[]".to_owned())]);
}

#[test]
fn what_moves_by_itself_may_become_nothing_and_something_again() {
    let kind = kind("db-cluster-automated-backups").unwrap();
    let mut store = Store::new();
    let mut said = Vec::new();
    let window = r#"{"EarliestTime":"2026-11-01T00:00:00+00:00","LatestTime":"2026-11-20T00:00:00+00:00"}"#;
    for (minute, json) in [(0, "{}"), (5, window), (10, "{}"), (15, "{}"), (20, window)] {
        let members = [
            ("DBClusterAutomatedBackupsArn", Cell::Text("arn-1".into())),
            ("DbClusterResourceId", Cell::Text("cluster-1".into())),
            ("RestoreWindow", Cell::Json(json.into())),
            ("AvailabilityZones", Cell::Json("[]".into())),
        ];
        let row = Row::of(kind, &members).unwrap();
        store.0.stage(kind, 1, &origin("1"), vec![row]).unwrap();
        store.0.settle(kind, 1, &origin("1"), Some(at(minute))).unwrap();
        let query = Query::of(kind);
        let mut reader = store.reader();
        let rows = reader.select(&query, false).unwrap().rows;
        let columns = ["RestoreWindow", "AvailabilityZones"].map(|name| kind.column(name).unwrap());
        let cells = reader.cells(&query, &columns, &rows).unwrap();
        let is_null = store.ask("SELECT RestoreWindow IS NULL FROM db_cluster_automated_backups");
        let zones = exact(&cells[0][1]).unwrap().to_string();
        said.push((exact(&cells[0][0]).unwrap().to_string(), is_null[0][0].clone(), zones));
    }
    let nothing = ("{}".to_owned(), "1".to_owned(), "[]".to_owned());
    let some = (window.to_owned(), "0".to_owned(), "[]".to_owned());
    assert_eq!(said, [nothing.clone(), some.clone(), nothing.clone(), nothing, some]);
    assert!(store.ask("SELECT * FROM changes").is_empty());
}

#[test]
fn a_row_of_the_past_is_what_aws_sent_then() {
    let mut store = Store::new();
    store.sweep("1", 0, &[with("db-1", &[("TagList", "[]"), ("ProcessorFeatures", "[{}]")])]);
    store.sweep("1", 30, &[with("db-1", &[("TagList", r#"[{"Key":"app"}]"#)])]);
    let records = Records::open(store.0.storage()).unwrap();
    let place = ("1".to_owned(), "eu-central-1".to_owned());
    let values = ["db-1".to_owned()];
    let which = Which::Of { place: &place, member: "DBInstanceIdentifier", values: &values };
    let at = |minute| {
        let found = records.of(db_instances(), &which, minute).unwrap().pop().unwrap();
        ["TagList", "ProcessorFeatures"].map(|name| exact(found.cell(name)).map(|value| value.to_string()))
    };
    assert_eq!(at(Some(at_minute(15))), [Some("[]".to_owned()), Some("[{}]".to_owned())]);
    let now = [Some(r#"[{"Key":"app"}]"#.to_owned()), None];
    assert_eq!(at(Some(at_minute(45))), now);
    assert_eq!(at(None), now);
}

fn at_minute(minute: i64) -> OffsetDateTime {
    at(minute)
}

#[test]
fn a_persons_answer_has_no_empty_list_either() {
    let mut store = Store::new();
    store.sweep("1", 0, &sent());
    let mut reader = store.reader();
    // What a function makes of it, under the name of a kind's column.
    let mut query = Query::of_sql("SELECT DBInstanceIdentifier, json('[]') AS TagList FROM db_instances");
    query.filters = vec![Filter::column("TagList", Test::Absent)];
    assert_eq!(reader.select(&query, false).unwrap().rows.len(), SENT.len() + 1);
    let values = reader.values(&query.clone().without("TagList"), "TagList", 9, &|| false).unwrap();
    assert_eq!(values, [(Cell::Absent, SENT.len() + 1)]);
}

/// A store as layout 1 made it: an empty list or structure stands in its column, and nothing says that it was empty.
fn old_layout(file: &std::path::Path) -> Connection {
    let connection = Connection::open(file).unwrap();
    schema::make(&connection).unwrap();
    connection.execute_batch("UPDATE _schema SET Fingerprint = 'layout 1'").unwrap();
    drop_views(&connection);
    for kind in kinds() {
        for table in [kind.table(), kind.past_table()] {
            connection.execute_batch(&format!("ALTER TABLE {} DROP COLUMN _Empty", quoted(&table))).unwrap();
        }
    }
    connection.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    connection
        .execute_batch(
            "INSERT INTO _places VALUES (1, '1', 'eu-central-1', '[\"DB1\"]'); \
             INSERT INTO _collections VALUES (1, 'db-instances', 4000000000000)",
        )
        .unwrap();
    connection
}

/// Writes a row of instances as layout 1 did.
fn write_old(connection: &Connection, row: &Row) {
    let kind = db_instances();
    let name = |(at, cell): (usize, &Cell)| {
        (*cell != Cell::Absent).then(|| quoted(&kind.structure.members[at].name))
    };
    let names: Vec<String> = row.cells.iter().enumerate().filter_map(name).collect();
    let texts = row.cells.iter().filter_map(|cell| match cell {
        Cell::Text(text) | Cell::Json(text) => Some(rusqlite::types::Value::Text(text.clone())),
        _ => None,
    });
    let first = [1, key_number(&kind.row_key(row)), kind.content_hash(row), 4_000_000_000_000];
    let first = first.map(rusqlite::types::Value::Integer).into_iter();
    let unknown = row.unknown.clone().map_or(rusqlite::types::Value::Null, rusqlite::types::Value::Text);
    let values: Vec<_> = first.chain(texts).chain([unknown]).collect();
    let marks = vec!["?"; values.len()].join(", ");
    let names = names.join(", ");
    let text = format!(
        "INSERT INTO db_instances (_Place, _Key, _Hash, _FirstSeen, {names}, _Unknown) VALUES ({marks})"
    );
    connection.execute(&text, rusqlite::params_from_iter(values)).unwrap();
}

#[test]
fn a_store_of_the_first_layout_is_brought_to_this_one_once_and_nothing_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.sqlite");
    {
        let connection = old_layout(&file);
        sent().iter().for_each(|row| write_old(&connection, row));
        connection
            .execute_batch(
                "INSERT INTO db_instances_past (_Place, _Key, _Hash, _FirstSeen, AccountId, Region, \
                 DBInstanceIdentifier, TagList, _LastSeen, _Ended, _Ending) VALUES \
                 (1, 1, 1, 3000000000000, '1', 'eu-central-1', 'db-0', '[]', 3500000000000, 3600000000000, 'gone')",
            )
            .unwrap();
    }
    for _ in 0..2 {
        let (mut store, notices) = Store::at(&file);
        assert!(notices.is_empty(), "{notices:?}");
        assert_eq!(store.ask("SELECT count(*) FROM db_instances WHERE TagList IS NULL"), [["12"]]);
        let absent = Query {
            filters: vec![Filter::column("PendingModifiedValues", Test::Absent)],
            ..Query::of(db_instances())
        };
        assert_eq!(store.names(&absent).len(), SENT.len() + 1 - 2);
        for (name, json) in printed(&mut store, "TagList").iter().take(3) {
            let at: usize = name.trim_start_matches("db-").parse().unwrap();
            assert_eq!(json, SENT[at].1);
        }
        let records = Records::open(store.0.storage()).unwrap();
        let then = OffsetDateTime::from_unix_timestamp(3_550_000_000).unwrap();
        let which = Which::Anywhere { member: "DBInstanceIdentifier", value: "db-0" };
        let found = records.of(db_instances(), &which, Some(then)).unwrap();
        assert_eq!(found[0].cell("TagList"), &Cell::Json("[]".into()));
        assert_eq!(found[0].first_seen.as_deref(), Some("2065-01-24T05:20:00.000+00:00"));
        store.sweep("1", 0, &sent());
        assert!(store.ask("SELECT * FROM changes").is_empty(), "neither by the layout nor by the next sweep");
        assert_eq!(store.ask("SELECT count(*) FROM db_instances_history"), [["14"]]);
    }
    let connection = Connection::open(&file).unwrap();
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, schema::VERSION);
}

#[test]
fn a_store_that_an_older_program_has_open_is_left_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.sqlite");
    let older = old_layout(&file);
    write_old(&older, &with("db-1", &[("TagList", "[]")]));
    let mut lock = place::Lock::take(&file).unwrap();
    lock.share().unwrap();
    let (mut store, notices) = Store::at(&file);
    assert!(notices[0].contains("older version of RDS Fleet: close that"), "{notices:?}");
    assert!(store.names(&Query::of(db_instances())).is_empty(), "in memory, for now");
    let tags: String = older.query_row("SELECT TagList FROM db_instances", [], |row| row.get(0)).unwrap();
    assert_eq!(tags, "[]");
    drop((lock, older, store));
    let (mut store, notices) = Store::at(&file);
    assert!(notices.is_empty(), "{notices:?}");
    assert_eq!(store.names(&Query::of(db_instances())), ["db-1"]);
}

#[test]
fn an_empty_member_that_was_unknown_becomes_an_absent_one_of_its_shape() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.sqlite");
    {
        let connection = old_layout(&file);
        connection
            .execute_batch(
                "ALTER TABLE db_instances DROP COLUMN ProcessorFeatures; \
                                  ALTER TABLE db_instances DROP COLUMN MasterUserSecret",
            )
            .unwrap();
        // AWS's `<ProcessorFeatures/>` was a text without letters to a program that had no shape for it.
        let unknown = r#"{"ProcessorFeatures":"","MasterUserSecret":"","DBSystemId":""}"#;
        write_old(&connection, &Row { unknown: Some(unknown.into()), ..with("db-1", &[]) });
    }
    let (mut store, notices) = Store::at(&file);
    assert!(notices.is_empty(), "{notices:?}");
    for member in ["ProcessorFeatures", "MasterUserSecret"] {
        assert_eq!(store.ask(&format!("SELECT {member} IS NULL FROM db_instances")), [["1"]]);
    }
    assert_eq!(printed(&mut store, "ProcessorFeatures")[0].1, "[]");
    assert_eq!(printed(&mut store, "MasterUserSecret")[0].1, "{}");
    store.sweep("1", 0, &[with("db-1", &[("ProcessorFeatures", "[]"), ("MasterUserSecret", "{}")])]);
    assert!(store.ask("SELECT * FROM changes WHERE Change = 'changed'").is_empty());
}
