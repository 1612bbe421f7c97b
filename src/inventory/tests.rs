mod empty;
mod filters;

use super::*;
use crate::query::{Filter, Query, SortKey, Test};
use crate::rds::{Cell, kind};
use time::Duration;

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

fn db_instances() -> &'static Kind {
    kind("db-instances").unwrap()
}

fn origin(account: &str) -> Origin {
    Origin { account_id: Some(account.into()), region: "eu-central-1".into(), profiles: vec!["DB1".into()] }
}

/// Later than any clock says: a first sweep's rows are first seen when they come in.
fn at(minute: i64) -> OffsetDateTime {
    time::macros::datetime!(2126-11-23 08:00 UTC) + Duration::minutes(minute)
}

/// As an older program left a store, whose views know nothing of newer columns.
fn drop_views(connection: &Connection) {
    let views: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'view'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    views.iter().for_each(|view| connection.execute_batch(&format!("DROP VIEW \"{view}\"")).unwrap());
}

/// A store, and what a reader of it sees.
struct Store(Inventory);

impl Store {
    fn new() -> Store {
        Store(Inventory::in_memory().unwrap())
    }

    fn at(file: &std::path::Path) -> (Store, Vec<String>) {
        let (inventory, notices) = Inventory::open(&Place::File(file.to_owned())).unwrap();
        (Store(inventory), notices)
    }

    /// One sweep of an account, as it went.
    fn sweep(&mut self, account: &str, minute: i64, rows: &[Row]) -> u64 {
        self.0.stage(db_instances(), 1, &origin(account), rows.to_vec()).unwrap();
        let rows = self.0.settle(db_instances(), 1, &origin(account), Some(at(minute))).unwrap();
        self.0.commit().unwrap();
        rows
    }

    fn reader(&mut self) -> Reader {
        self.0.commit().unwrap();
        Reader::open(self.0.storage(), QueryLimits::default(), Stop::default()).unwrap()
    }

    fn names(&mut self, query: &Query) -> Vec<String> {
        let mut reader = self.reader();
        let rows = reader.select(query, false).unwrap().rows;
        let column = db_instances().column("DBInstanceIdentifier").unwrap();
        reader.cells(query, &[column], &rows).unwrap().iter().map(|row| text(&row[0])).collect()
    }

    /// All cells that a person's SQL answers, as texts.
    fn ask(&mut self, sql: &str) -> Vec<Vec<String>> {
        let mut reader = self.reader();
        let query = Query::of_sql(sql);
        let answered = reader.select(&query, false).unwrap();
        let all: Vec<usize> = (0..answered.columns.len()).collect();
        let rows = reader.cells(&query, &all, &answered.rows).unwrap();
        rows.iter().map(|row| row.iter().map(text).collect()).collect()
    }

    fn refused(&mut self, sql: &str) -> Refused {
        match self.reader().select(&Query::of_sql(sql), false) {
            Err(Refusal::Refused(refused)) => refused,
            other => panic!("{sql}: {other:?}"),
        }
    }
}

fn text(cell: &Cell) -> String {
    crate::rds::readable::readable(cell)
}

fn filled() -> Store {
    let mut store = Store::new();
    let rows = [
        instance("db-10", "14.10", 100, r#"[{"Key":"app","Value":"billing"}]"#),
        instance("db-2", "14.9", 20, r#"[{"Key":"env","Value":"Prod"}]"#),
    ];
    store.0.stage(db_instances(), 1, &origin("1"), rows.to_vec()).unwrap();
    store
}

#[test]
fn rows_are_shown_page_by_page_and_sorted_naturally() {
    let mut store = filled();
    let mut query = Query::of(db_instances());
    assert_eq!(store.names(&query), ["db-2", "db-10"]);
    query.sort = vec![SortKey::ascending("EngineVersion")];
    assert_eq!(store.names(&query), ["db-2", "db-10"]);
    query.sort[0].descending = true;
    assert_eq!(store.names(&query), ["db-10", "db-2"]);
    query.sort = vec![SortKey::ascending("AllocatedStorage")];
    assert_eq!(store.names(&query), ["db-2", "db-10"]);
}

#[test]
fn the_search_reads_values_and_not_the_names_of_nested_members() {
    let mut store = filled();
    let mut query = Query::of(db_instances());
    for (search, expected) in [
        ("prod", vec!["db-2"]),
        ("BILL", vec!["db-10"]),
        ("key", vec![]),
        ("db 14.9", vec!["db-2"]),
        ("100", vec!["db-10"]),
        ("ENV=prod", vec!["db-2"]),
        ("app=bill", vec!["db-10"]),
        ("true", vec!["db-10"]),
        ("FALSE prod", vec!["db-2"]),
        ("tru", vec![]),
    ] {
        query.search = search.into();
        assert_eq!(store.names(&query), expected, "{search}");
    }
    query.search.clear();
    query.filters = vec![Filter::column("MultiAZ", Test::Is(vec!["true".into()]))];
    assert_eq!(store.names(&query), ["db-10"]);
    query.filters = vec![Filter::column("MultiAZ", Test::Contains("fal".into()))];
    assert_eq!(store.names(&query), ["db-2"]);
    query.filters.clear();
    query.places = Some(vec![999]);
    assert!(store.names(&query).is_empty());
}

#[test]
fn a_row_that_two_pages_repeat_is_there_once_and_none_is_lost() {
    let mut store = Store::new();
    let (one, other) = (instance("db-1", "14.9", 20, "[]"), instance("db-2", "14.9", 20, "[]"));
    let namesake = instance("db-2", "15.1", 20, "[]");
    for page in [vec![one.clone(), other.clone()], vec![other.clone(), namesake.clone(), namesake.clone()]] {
        store.0.stage(db_instances(), 1, &origin("1"), page).unwrap();
    }
    assert_eq!(store.0.settle(db_instances(), 1, &origin("1"), Some(at(0))).unwrap(), 4);
    assert_eq!(store.names(&Query::of(db_instances())), ["db-1", "db-2", "db-2", "db-2"]);
    store.sweep("1", 5, &[namesake.clone(), one, other, namesake]);
    assert!(store.ask("SELECT * FROM changes").len() <= 2, "their order is all that says which is which");
}

#[test]
fn a_row_that_an_answer_repeats_without_end_costs_no_more_each_time() {
    let mut store = Store::new();
    // Quadratic, this would be two thousand million steps.
    let nameless = Row::of(db_instances(), &[("Engine", Cell::Text("postgres".into()))]).unwrap();
    for _ in 0..20 {
        store.0.stage(db_instances(), 1, &origin("1"), vec![nameless.clone(); 2_000]).unwrap();
    }
    let alike = vec![instance("db-1", "16.4", 20, "[]"); 20_000];
    store.0.stage(db_instances(), 1, &origin("1"), alike.clone()).unwrap();
    // The next page begins with what the last one had.
    store.0.stage(db_instances(), 1, &origin("1"), alike).unwrap();
    assert_eq!(store.0.settle(db_instances(), 1, &origin("1"), Some(at(1))).unwrap(), 60_000);
}

#[test]
fn what_two_roles_of_one_account_see_is_there_once() {
    let mut store = filled();
    store.0.stage(db_instances(), 2, &origin("1"), vec![instance("db-10", "14.10", 100, "[]")]).unwrap();
    assert_eq!(store.0.settle(db_instances(), 1, &origin("1"), Some(at(0))).unwrap(), 2);
    assert_eq!(store.names(&Query::of(db_instances())).len(), 2);
}

#[test]
fn a_refresh_replaces_as_a_whole_and_keeps_row_numbers() {
    let mut store = filled();
    let query = Query::of(db_instances());
    assert_eq!(store.0.settle(db_instances(), 1, &origin("1"), Some(at(0))).unwrap(), 2);
    let before = store.reader().select(&query, false).unwrap().rows;
    for row in [instance("db-3", "15.1", 5, "[]"), instance("db-10", "14.11", 100, "[]")] {
        store.0.stage(db_instances(), 1, &origin("1"), vec![row]).unwrap();
    }
    assert_eq!(store.names(&query), ["db-2", "db-10"], "nothing half new is shown");
    assert_eq!(store.0.settle(db_instances(), 1, &origin("1"), Some(at(1))).unwrap(), 2);
    assert_eq!(store.names(&query), ["db-3", "db-10"]);
    let after = store.reader().select(&query, false).unwrap().rows;
    assert_eq!(after[1], before[1], "db-10 keeps its number");
}

#[test]
fn a_failed_refresh_removes_nothing() {
    let mut store = filled();
    let query = Query::of(db_instances());
    store.0.settle(db_instances(), 1, &origin("1"), Some(at(0))).unwrap();
    store.0.stage(db_instances(), 1, &origin("1"), vec![instance("db-3", "15.1", 5, "[]")]).unwrap();
    store.0.settle(db_instances(), 1, &origin("1"), None).unwrap();
    assert_eq!(store.names(&query), ["db-2", "db-10"]);
    store.0.stage(db_instances(), 2, &origin("2"), vec![instance("db-3", "15.1", 5, "[]")]).unwrap();
    assert_eq!(store.names(&query).len(), 3);
    store.0.settle(db_instances(), 2, &origin("2"), None).unwrap();
    assert_eq!(store.names(&query).len(), 2, "a first sweep that failed leaves nothing half");
    assert_eq!(store.ask("SELECT * FROM changes").len(), 0);
}

#[test]
fn history_costs_what_changed_and_answers_for_any_time() {
    let mut store = Store::new();
    let one = instance("db-1", "14.9", 20, "[]");
    store.sweep("1", 0, &[one.clone(), instance("db-2", "14.9", 20, "[]")]);
    store.sweep("1", 10, &[one.clone(), instance("db-2", "14.9", 20, "[]")]);
    store.sweep("1", 20, &[one.clone(), instance("db-2", "14.10", 40, "[]")]);
    store.sweep("1", 30, &[instance("db-2", "14.10", 40, "[]"), instance("db-3", "15.1", 5, "[]")]);
    let versions = store.ask(
        "SELECT DBInstanceIdentifier, EngineVersion, substr(LastSeen, 12, 5), substr(Ended, 12, 5), Ending \
         FROM db_instances_history ORDER BY 1, 2 DESC",
    );
    assert_eq!(
        versions,
        [
            ["db-1", "14.9", "08:20", "08:30", "gone"],
            ["db-2", "14.9", "08:10", "08:20", "changed"],
            ["db-2", "14.10", "08:30", "", ""],
            ["db-3", "15.1", "08:30", "", ""],
        ]
    );
    let changes = store.ask(
        "SELECT substr(At, 12, 5), Change, Identifier, Member, Old, New FROM changes ORDER BY At, Identifier, Member",
    );
    assert_eq!(
        changes,
        [
            ["08:20", "changed", "db-2", "AllocatedStorage", "20", "40"],
            ["08:20", "changed", "db-2", "EngineVersion", "14.9", "14.10"],
            ["08:30", "disappeared", "db-1", "", "", ""],
            ["08:30", "appeared", "db-3", "", "", ""],
        ],
        "the first sweep is what the others are compared with"
    );
    let then = "'2126-11-23T08:15'";
    let sql = format!(
        "SELECT DBInstanceIdentifier, AllocatedStorage FROM db_instances_history \
         WHERE FirstSeen <= {then} AND (Ended IS NULL OR Ended > {then}) ORDER BY 1"
    );
    assert_eq!(store.ask(&sql), [["db-1", "20"], ["db-2", "20"]]);
}

#[test]
fn what_moves_by_itself_is_current_and_no_change() {
    let mut store = Store::new();
    let restorable = |time: &str| {
        let mut row = instance("db-1", "14.9", 20, "[]");
        row.cells[db_instances().structure.position("LatestRestorableTime").unwrap()] =
            Cell::Text(time.into());
        row
    };
    store.sweep("1", 0, &[restorable("2026-11-23T07:55:00+00:00")]);
    store.sweep("1", 5, &[restorable("2026-11-23T08:00:00+00:00")]);
    assert_eq!(
        store.ask("SELECT LatestRestorableTime FROM db_instances_history"),
        [["2026-11-23T08:00:00+00:00"]]
    );
    assert!(store.ask("SELECT * FROM changes").is_empty());
    let version = store.0.version(db_instances()).unwrap();
    store.sweep("1", 10, &[restorable("2026-11-23T08:00:00+00:00")]);
    assert_eq!(
        store.0.version(db_instances()).unwrap(),
        version,
        "what did not move leaves views as they are"
    );
    store.sweep("1", 15, &[restorable("2026-11-23T08:05:00+00:00")]);
    assert_eq!(store.0.version(db_instances()).unwrap(), version + 1);
}

#[test]
fn an_account_that_the_config_names_no_more_leaves_without_a_word() {
    let mut store = Store::new();
    store.sweep("1", 0, &[instance("db-1", "14.9", 20, "[]")]);
    store.sweep("2", 0, &[instance("db-2", "14.9", 20, "[]")]);
    store.0.leave_all_but(&[(Some("1".into()), "eu-central-1".into())], at(5)).unwrap();
    assert_eq!(store.names(&Query::of(db_instances())), ["db-1"]);
    assert!(store.ask("SELECT * FROM changes").is_empty());
    assert_eq!(
        store.ask("SELECT DBInstanceIdentifier, Ending FROM db_instances_history WHERE Ended IS NOT NULL"),
        [["db-2", "left"]]
    );
    store.sweep("2", 10, &[instance("db-2", "14.9", 20, "[]")]);
    assert!(store.ask("SELECT * FROM changes").is_empty(), "it begins anew");
}

#[test]
fn the_past_is_bounded() {
    let mut store = Store::new();
    for hour in 0..4 {
        store.sweep("1", hour * 60, &[instance("db-1", "14.9", hour, "[]")]);
    }
    let versions = |store: &mut Store| store.ask("SELECT 1 FROM db_instances_history").len();
    assert_eq!(versions(&mut store), 4);
    let bounds = Bounds { days: 1, megabytes: 1000 };
    store.0.purge(bounds, at(61) + Duration::days(1)).unwrap();
    assert_eq!(versions(&mut store), 3, "what ended a day ago is gone");
    store.0.purge(Bounds { days: 1, megabytes: 0 }, at(240) + Duration::days(1)).unwrap();
    assert_eq!(versions(&mut store), 1, "the present always stays");
}

#[test]
fn a_clock_that_is_wrong_costs_no_history() {
    let mut store = Store::new();
    let nightly = |store: &mut Store, day: i64| {
        let minute = day * 24 * 60;
        store.sweep("1", minute, &[instance("db-1", "14.9", day, "[]")]);
        store.0.purge(Bounds { days: 400, megabytes: 2000 }, at(minute)).unwrap()
    };
    let versions = |store: &mut Store| store.ask("SELECT 1 FROM db_instances_history").len();
    for day in 0..20 {
        assert_eq!(nightly(&mut store, day), None);
    }
    // Ten years ahead, again the night after, back, at the Unix epoch, and back: no version goes.
    for (wrong, day) in
        [(true, 3670), (false, 3671), (true, 20), (false, 21), (true, -20_000), (true, 22), (false, 23)]
    {
        let said = nightly(&mut store, day);
        assert_eq!(said.is_some(), wrong, "day {day}: {said:?}");
        assert!(said.is_none_or(|said| said.contains("Check the clock")));
    }
    assert_eq!(versions(&mut store), 27);
    // Too little space is no reason either while the clock is in doubt.
    store.0.purge(Bounds { days: 1, megabytes: 0 }, at(0) + Duration::days(9000)).unwrap();
    assert_eq!(versions(&mut store), 27);
    // With the clock right for longer than the past is kept, the past goes as it should.
    for day in 24..900 {
        nightly(&mut store, day);
    }
    let kept = versions(&mut store);
    assert!((400..=520).contains(&kept), "{kept}");
}

#[test]
fn a_store_of_before_is_no_older_than_its_newest_collection() {
    let mut store = Store::new();
    store.sweep("1", 0, &[instance("db-1", "14.9", 1, "[]")]);
    store.sweep("1", 60, &[instance("db-1", "14.9", 2, "[]")]);
    let said = store.0.purge(Bounds::default(), at(0) + Duration::days(2000)).unwrap();
    assert!(said.is_some_and(|said| said.contains("1999 days after")));
    assert_eq!(store.ask("SELECT 1 FROM db_instances_history").len(), 2);
}

#[test]
fn the_names_of_profiles_are_those_of_the_config() {
    let mut store = Store::new();
    store.sweep("1", 0, &[instance("db-1", "14.9", 20, "[]")]);
    let both = Origin { profiles: vec!["DB1".into(), "DB2".into()], ..origin("1") };
    store.0.name(&both).unwrap();
    assert_eq!(store.ask("SELECT Profiles FROM db_instances"), [["DB1; DB2"]]);
    assert!(store.ask("SELECT * FROM changes").is_empty());
}

#[test]
fn a_store_is_there_at_the_next_start_and_what_was_half_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.sqlite");
    {
        let (mut store, notices) = Store::at(&file);
        assert!(notices.is_empty(), "{notices:?}");
        store.sweep("1", 0, &[instance("db-1", "14.9", 20, "[]")]);
        store.0.stage(db_instances(), 2, &origin("2"), vec![instance("half", "1", 1, "[]")]).unwrap();
        store.0.commit().unwrap();
        let (mut other, _) = Store::at(&file);
        assert_eq!(other.names(&Query::of(db_instances())).len(), 2, "another program sees it come");
    }
    let (mut store, notices) = Store::at(&file);
    assert!(notices.is_empty(), "{notices:?}");
    assert_eq!(store.names(&Query::of(db_instances())), ["db-1"]);
}

#[test]
fn a_member_that_an_older_program_did_not_keep_comes_with_the_next_sweep_and_is_no_change() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.sqlite");
    let backups = kind("db-instance-automated-backups").unwrap();
    let row = |status: &str, members: &[(&str, &str)]| {
        let own =
            [("DbiResourceId", "db-A"), ("DBInstanceAutomatedBackupsArn", "arn:ab-1"), ("Status", status)];
        let cells = own.iter().chain(members).map(|(name, text)| (*name, Cell::Text((*text).to_owned())));
        Row::of(backups, &cells.collect::<Vec<_>>()).unwrap()
    };
    let sweep = |store: &mut Store, minute: i64, row: Row| {
        store.0.stage(backups, 1, &origin("1"), vec![row]).unwrap();
        store.0.settle(backups, 1, &origin("1"), Some(at(minute))).unwrap();
        store.0.commit().unwrap();
    };
    {
        let (mut store, _) = Store::at(&file);
        sweep(&mut store, 0, row("active", &[]));
        sweep(&mut store, 5, row("retained", &[]));
        // As the older program left it: without the column, and with views that know nothing of it.
        let connection = Connection::open(&file).unwrap();
        drop_views(&connection);
        for table in [backups.table(), backups.past_table()] {
            connection.execute_batch(&format!("ALTER TABLE {table} DROP COLUMN BackupRegion")).unwrap();
        }
        connection.execute_batch("UPDATE _schema SET Fingerprint = 'older'").unwrap();
    }
    let (mut store, notices) = Store::at(&file);
    assert!(notices.is_empty(), "{notices:?}");
    let changes = "SELECT count(*) FROM changes";
    let versions = "SELECT Status, BackupRegion, Region, FirstSeen FROM db_instance_automated_backups_history ORDER BY 4";
    let (told, before) = (store.ask(changes), store.ask(versions));
    assert_eq!((before.len(), before[1][1].as_str(), before[1][2].as_str()), (2, "", "eu-central-1"));
    sweep(&mut store, 10, row("retained", &[("BackupRegion", "eu-west-1")]));
    let after = store.ask(versions);
    assert_eq!(store.ask(changes), told, "nothing has changed at AWS");
    assert_eq!((after.len(), after[1][1].as_str(), after[1][2].as_str()), (2, "eu-west-1", "eu-central-1"));
    assert_eq!(after[1][3], before[1][3], "it is the same version");
    sweep(&mut store, 15, row("active", &[("BackupRegion", "eu-west-1")]));
    assert_eq!(
        store.ask("SELECT Member, Old, New FROM changes ORDER BY At DESC LIMIT 1"),
        [["Status", "retained", "active"]]
    );
}

#[test]
fn two_programs_of_one_user_write_the_same_store() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.sqlite");
    let (mut one, mut other) = (Store::at(&file).0, Store::at(&file).0);
    let rows = |storage| vec![instance("db-1", "14.9", storage, "[]"), instance("db-2", "14.9", 5, "[]")];
    one.sweep("1", 0, &rows(20));
    // Both have begun before either has come to its end.
    one.0.stage(db_instances(), 1, &origin("1"), rows(40)).unwrap();
    one.0.commit().unwrap();
    other.sweep("1", 5, &rows(40));
    one.0.settle(db_instances(), 1, &origin("1"), Some(at(6))).unwrap();
    one.0.commit().unwrap();
    assert_eq!(
        one.ask("SELECT Member, Old, New FROM changes"),
        [["AllocatedStorage", "20", "40"]],
        "told once"
    );
    assert_eq!(
        other.ask("SELECT sum(AllocatedStorage) FROM db_instances_history WHERE Ended IS NULL"),
        [["45"]]
    );
}

fn header(application_id: i32) -> Vec<u8> {
    let mut page = b"SQLite format 3\0 and then nothing that SQLite would know".repeat(40);
    page[68..72].copy_from_slice(&application_id.to_be_bytes());
    page
}

#[test]
fn a_store_that_cannot_be_used_is_set_aside_and_named() {
    let newer = |file: &std::path::Path| {
        let connection = Connection::open(file).unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        connection.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", schema::VERSION + 1).unwrap();
    };
    type Make<'a> = &'a dyn Fn(&std::path::Path);
    let cases: [(&str, Make<'_>); 3] = [
        ("is broken", &|file| std::fs::write(file, header(schema::APPLICATION_ID)).unwrap()),
        // Its first page went as well; that it was a store is known by the lock.
        ("is broken", &|file| {
            std::fs::write(file, header(0x2020_2020)).unwrap();
            std::fs::write(place::beside(file, ".lock"), "").unwrap();
        }),
        ("newer version", &newer),
    ];
    for (words, make) in cases {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("inventory.sqlite");
        make(&file);
        let before = std::fs::read(&file).unwrap();
        let (mut store, notices) = Store::at(&file);
        assert!(notices.len() == 1 && notices[0].contains(words), "{words}: {notices:?}");
        store.sweep("1", 0, &[instance("db-1", "14.9", 20, "[]")]);
        assert!(matches!(store.0.storage(), Storage::File(_)));
        let aside =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).find(|path| {
                path.to_string_lossy().contains("set-aside") && notices[0].contains(&*path.to_string_lossy())
            });
        assert_eq!(std::fs::read(aside.unwrap()).unwrap(), before, "{words}");
    }
}

#[test]
fn another_programs_database_is_left_as_it_is() {
    let foreign = |file: &std::path::Path| {
        let database = Connection::open(file).unwrap();
        database.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (1)").unwrap();
    };
    for (with_lock, number) in [(false, 0), (true, 0), (true, 7)] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("places.sqlite");
        foreign(&file);
        Connection::open(&file).unwrap().pragma_update(None, "application_id", number).unwrap();
        if with_lock {
            std::fs::write(place::beside(&file, ".lock"), "").unwrap();
        }
        let before = std::fs::read(&file).unwrap();
        let (store, notices) = Store::at(&file);
        assert!(notices[0].contains("is not a store of RDS Fleet, and is left as it is"), "{notices:?}");
        assert!(matches!(store.0.storage(), Storage::Memory(_)));
        assert_eq!(std::fs::read(&file).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1 + usize::from(with_lock));
    }
}

#[test]
fn a_folder_that_cannot_be_written_means_memory_and_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let not_a_folder = folder.path().join("file");
    std::fs::write(&not_a_folder, "").unwrap();
    let (mut store, notices) = Store::at(&not_a_folder.join("inventory.sqlite"));
    assert!(notices[0].starts_with("what is collected is not kept beyond this run"), "{notices:?}");
    store.sweep("1", 0, &[instance("db-1", "14.9", 20, "[]")]);
    assert_eq!(store.names(&Query::of(db_instances())), ["db-1"]);
}

#[test]
fn sql_has_kinds_as_tables_with_their_types() {
    let mut store = filled();
    assert_eq!(
        store
            .ask("SELECT DBInstanceIdentifier, MultiAZ, TagList FROM db_instances ORDER BY AllocatedStorage"),
        [["db-2", "false", "env=Prod"], ["db-10", "true", "app=billing"]]
    );
    assert_eq!(
        store.ask("SELECT Kind, Identifier, \"Key\", Value FROM tags ORDER BY 2"),
        [["db-instances", "db-10", "app", "billing"], ["db-instances", "db-2", "env", "Prod"]]
    );
    assert_eq!(
        store.ask("SELECT tag(TagList, 'app'), count(*) FROM db_instances GROUP BY 1 ORDER BY 1 NULLS LAST"),
        [["billing", "1"], ["", "1"]]
    );
    assert_eq!(
        store.ask("SELECT count(*), 1.5, 'x' AS a, 'y' AS a FROM db_instances"),
        [["2", "1.5", "x", "y"]]
    );
    let reader = store.reader();
    let kinds: Vec<&str> = reader.kinds("SELECT * FROM tags").unwrap().iter().map(|kind| kind.name).collect();
    assert!(kinds.contains(&"db-instances") && kinds.contains(&"db-snapshots"));
    let kinds = reader.kinds("SELECT count(*) FROM db_clusters_history").unwrap();
    assert_eq!(kinds.iter().map(|kind| kind.name).collect::<Vec<_>>(), ["db-clusters"]);
}

#[test]
fn sql_can_only_read() {
    let mut store = filled();
    for sql in [
        "DELETE FROM db_instances",
        "DELETE FROM main.db_instances",
        "UPDATE changes SET New = 'x'",
        "INSERT INTO _places VALUES (1, '', '', '')",
        "DROP TABLE db_instances",
        "CREATE TABLE t (x)",
        "CREATE TEMP TABLE t (x)",
        "ATTACH 'other.sqlite' AS other",
        "VACUUM INTO 'other.sqlite'",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA query_only",
        "BEGIN",
        "SELECT load_extension('x')",
        "WITH x AS (SELECT 1) DELETE FROM changes",
        "REINDEX",
        "ANALYZE",
        "",
        "-- nothing",
        "SELECT 1; DELETE FROM changes",
        "SELECT ?",
    ] {
        let refused = store.refused(sql);
        assert!(!refused.message.is_empty(), "{sql}");
    }
    assert_eq!(store.names(&Query::of(db_instances())).len(), 2);
}

#[test]
fn a_mistake_in_sql_is_named_with_its_place() {
    let mut store = filled();
    let refused = store.refused("SELECT DBInstanceIdentifier,\n  Engin FROM db_instances");
    assert_eq!(refused.position, Some((2, 3)));
    assert_eq!(refused.message, "no such column: Engin: did you mean Engine?");
    for (sql, near) in [
        ("SELECT i.MultiA FROM db_instances i", "did you mean MultiAZ?"),
        ("SELECT * FROM db_instance", "did you mean db_instances?"),
        ("SELECT * FROM db_instances WHERE EngineVersoin = '16'", "did you mean EngineVersion?"),
        ("SELECT zzz FROM db_instances", "no such column: zzz"),
    ] {
        assert!(store.refused(sql).message.ends_with(near), "{sql}: {}", store.refused(sql));
    }
    assert_eq!(store.refused("SELEC 1").position, Some((1, 1)));
}

#[test]
fn sql_without_end_is_stopped_with_a_sentence() {
    let mut store = filled();
    store.0.commit().unwrap();
    let limits =
        QueryLimits { time: std::time::Duration::from_millis(200), rows: 1000, bytes: 100_000, space: 0 };
    let mut reader = Reader::open(store.0.storage(), limits, Stop::default()).unwrap();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT";
    for (sql, words) in [
        (format!("{endless} count(*) FROM n"), "stopped after"),
        (format!("{endless} i FROM n"), "more than 1000 rows"),
        (format!("{endless} hex(zeroblob(10000)) FROM n"), "larger than"),
        ("SELECT length(hex(zeroblob(200000000)))".to_owned(), "too big"),
    ] {
        match reader.select(&Query::of_sql(&sql), false) {
            Err(Refusal::Refused(refused)) => assert!(refused.message.contains(words), "{sql}: {refused}"),
            other => panic!("{sql}: {other:?}"),
        }
    }
    assert_eq!(reader.select(&Query::of_sql("SELECT 1"), false).unwrap().rows.len(), 1, "and it goes on");
}

#[test]
fn an_answer_is_sorted_and_searched_like_a_kind() {
    let mut store = filled();
    let mut reader = store.reader();
    let mut query =
        Query::of_sql("SELECT DBInstanceIdentifier AS name, AllocatedStorage AS size FROM db_instances");
    query.sort = vec![SortKey::ascending("name")];
    let rows = reader.select(&query, false).unwrap().rows;
    assert_eq!(text(&reader.cells(&query, &[0], &rows).unwrap()[0][0]), "db-2");
    query.search = "db-10".into();
    let answered = reader.select(&query, false).unwrap();
    assert_eq!((answered.rows.len(), answered.of), (1, 2));
}

#[test]
fn a_newer_question_stops_the_older() {
    let mut store = filled();
    store.0.commit().unwrap();
    let stop = Stop::default();
    let mut reader = Reader::open(store.0.storage(), QueryLimits::default(), stop.clone()).unwrap();
    stop.answering(stop.next());
    let newer = stop.clone();
    let asking = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(100));
        newer.next();
    });
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    assert!(matches!(reader.select(&Query::of_sql(endless), false), Err(Refusal::Stopped)));
    asking.join().unwrap();
}

/// Runs a statement with a limit of time, and says how long that took and what came of it.
fn timed(store: &mut Store, sql: &str, limits: QueryLimits) -> (std::time::Duration, Result<usize, Refusal>) {
    store.0.commit().unwrap();
    let mut reader = Reader::open(store.0.storage(), limits, Stop::default()).unwrap();
    let begun = std::time::Instant::now();
    let rows = reader.select(&Query::of_sql(sql), true).map(|answered| answered.rows.len());
    (begun.elapsed(), rows)
}

#[test]
fn whatever_a_statement_does_it_ends_in_its_time() {
    let mut store = Store::new();
    let limits = QueryLimits { time: std::time::Duration::from_millis(300), ..QueryLimits::default() };
    let long = "hex(zeroblob(7000000))";
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000)";
    let keys = "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600000) \
                SELECT json_group_object('key' || i, i) FROM n)";
    let statements = [
        format!(
            "SELECT sum(instr({long}, substr({long}, 1, 7000000) || i)) FROM ({numbers} SELECT i FROM n)"
        ),
        format!("{numbers} SELECT sum(length(trim({long}, i || {long}))) FROM n"),
        format!("{numbers} SELECT sum(length(replace({long}, '0', '00000000000' || i))) FROM n"),
        format!("SELECT length(json_patch({keys}, {keys}))"),
        format!("{numbers} SELECT group_concat(i || {long}) FROM n"),
        format!("SELECT {long} LIKE '%' || replace(hex(zeroblob(60)), '0', '0%') || 'b'"),
        format!("{numbers} SELECT sum({long} GLOB '*0*0*0*' || i || '*b') FROM n"),
        format!("{numbers} SELECT i, {long} || i AS x FROM n ORDER BY x COLLATE natural_order"),
        format!("{numbers} SELECT count(*) FROM (SELECT DISTINCT substr({long}, 1, 100000) || i FROM n)"),
        format!("{numbers} SELECT count(*) FROM n a, n b, n c WHERE a.i + b.i = c.i"),
        format!("{numbers} SELECT max(json_extract({keys}, '$.key' || i)) FROM n"),
        format!("{numbers} SELECT sum(contains_text('b' || i, {long})) FROM n"),
        format!("{numbers} SELECT sum(matches_text('(0*)*b' || i, {long})) FROM n"),
    ];
    for sql in statements {
        let (took, rows) = timed(&mut store, &sql, limits);
        assert!(took < std::time::Duration::from_secs(2), "{took:?}: {sql}");
        let Err(Refusal::Refused(refused)) = rows else { continue };
        let said = refused.to_string();
        assert!(
            ["was stopped", "too big", "too complex", "larger than"].iter().any(|why| said.contains(why)),
            "{sql}: {said}"
        );
    }
}

#[test]
fn a_statement_that_is_hard_to_understand_ends_as_well() {
    let mut store = Store::new();
    let mut doubling = "WITH a0(x) AS (SELECT 1 UNION ALL SELECT 2)".to_owned();
    for level in 1..40 {
        doubling.push_str(&format!(", a{level}(x) AS (SELECT a.x FROM a{0} a, a{0} b)", level - 1));
    }
    let limits = QueryLimits { time: std::time::Duration::from_millis(500), ..QueryLimits::default() };
    let (took, rows) = timed(&mut store, &format!("{doubling} SELECT * FROM a39"), limits);
    assert!(took < std::time::Duration::from_secs(3) && rows.is_err(), "{took:?} {rows:?}");
}

#[test]
fn the_room_of_a_statement_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    for store in [Store::at(&folder.path().join("inventory.sqlite")).0, Store::new()] {
        its_room_is_bounded(store);
    }
}

fn its_room_is_bounded(mut store: Store) {
    let limits = QueryLimits { space: 60_000_000, ..QueryLimits::default() };
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)";
    let wide = "i || hex(zeroblob(500)) AS x";
    for sql in [
        format!("{numbers} SELECT count(*) FROM (SELECT {wide} FROM n ORDER BY x LIMIT 2000000)"),
        format!("{numbers} SELECT count(*) FROM (SELECT DISTINCT {wide} FROM n)"),
        format!(
            "{numbers}, m AS MATERIALIZED (SELECT {wide} FROM n) SELECT count(*) FROM m a JOIN m b USING (x)"
        ),
        format!("{numbers} SELECT {wide} FROM n"),
    ] {
        let (_, rows) = timed(&mut store, &sql, limits);
        let Err(Refusal::Refused(refused)) = rows else { panic!("{sql}: {rows:?}") };
        assert!(refused.to_string().contains("more than 60 MB to sort"), "{sql}: {refused}");
    }
    assert_eq!(timed(&mut store, &format!("{numbers} SELECT i FROM n WHERE i < 1000"), limits).1, Ok(999));
}

#[test]
fn limits_without_measure_are_none() {
    let mut store = Store::new();
    let limits = QueryLimits { time: std::time::Duration::MAX, space: u64::MAX, ..QueryLimits::default() };
    assert_eq!(timed(&mut store, "SELECT 1", limits).1, Ok(1));
}
