//! The store benchmark: a file of a million snapshots (1,000 accounts) and 20,000 instances, asked as the grid asks, and
//! the same questions asked of pandas and DuckDB.
//!
//!     cargo bench --no-default-features --bench inventory [-- --snapshots 1000000 --store file --excel-rows 100000]
//!
//! It prints figures and asserts none. Ours and each peer run in a process of their own, so that their peak memory is
//! their own. The peers come from `RDS_FLEET_PEERS`, a Python that has the newest pandas, pyarrow, duckdb and
//! xlsxwriter (`pip install pandas pyarrow duckdb xlsxwriter` in an environment of its own); without it only ours run.

#![allow(clippy::expect_used, reason = "a benchmark that cannot run says so and ends")]

mod company;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rds_fleet::inventory::{
    ColumnCache, QueryLimits, Reader, RowSet, Searched, Source, Stop, Stopped, Storage,
};
use rds_fleet::query::{Filter, Query, Test, quoted};
use rds_fleet::rds::{Cell, Column, Kind, Shape, kind};
use rds_fleet::report::{self, About, Format, RowSource, Separator};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Statement};
use time::OffsetDateTime;

const ACCOUNTS: usize = 1000;
const INSTANCES: usize = 20_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("make") => {
            let snapshots = arguments[2].parse().expect("a number of snapshots");
            company::make(Path::new(&arguments[1]), ACCOUNTS, INSTANCES, snapshots);
        }
        Some("ours") => ours(Path::new(&arguments[1]), Path::new(&arguments[2]), &arguments[3]),
        _ => compare(&arguments),
    }
}

fn compare(arguments: &[String]) {
    let after =
        |name: &str| arguments.iter().position(|known| known == name).and_then(|at| arguments.get(at + 1));
    let snapshots = after("--snapshots").map_or("1000000", String::as_str);
    let excel_rows = after("--excel-rows").map_or("100000", String::as_str);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = after("--store").map_or_else(|| folder.path().join("store.db"), PathBuf::from);
    let me = std::env::current_exe().expect("this program's path");
    let run = |command: &mut Command| {
        let status = command.status().expect("a process");
        println!("{}", if status.success() { "" } else { "it failed" });
    };
    if !store.exists() {
        run(Command::new(&me).arg("make").arg(&store).arg(snapshots));
    }
    println!("RDS Fleet");
    // Each in a process of its own for its own peak of memory: the grid's questions, its groups and
    // pick-lists, then each export.
    for part in ["questions", "groups", "csv", "xlsx", excel_rows] {
        run(Command::new(&me).arg("ours").args([&store, folder.path()]).arg(part));
    }
    if let Some(python) = std::env::var_os("RDS_FLEET_PEERS") {
        for peer in ["pandas", "duckdb"] {
            println!("{peer}");
            run(Command::new(&python)
                .args(["benches/inventory_pandas.py", peer])
                .args([&store, folder.path()])
                .arg(excel_rows));
        }
    } else {
        println!(
            "RDS_FLEET_PEERS names no Python with pandas, pyarrow, duckdb and xlsxwriter: they are not asked"
        );
    }
}

// ---- Our answers ----

/// Ours again and again, each on the million.
const RUNS: usize = 5;

struct Ours {
    connections: Vec<Connection>,
    cache: ColumnCache,
}

impl Ours {
    fn open(store: &Path) -> Ours {
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(store, flags).expect("a store");
            connection.pragma_update(None, "cache_size", -4000).expect("a store");
            connection
        };
        Ours { connections: vec![open(), open()], cache: ColumnCache::new(64 << 20) }
    }

    fn ask<T>(
        &mut self,
        table: &str,
        answer: impl Fn(&mut ColumnCache, &mut Source<'_>) -> Result<T, Stopped>,
    ) -> T {
        let mut source = Source { connections: &mut self.connections, table, version: 1 };
        answer(&mut self.cache, &mut source).expect("an answer")
    }
}

fn ours(store: &Path, folder: &Path, part: &str) {
    let mut ours = Ours::open(store);
    match part {
        "questions" => questions(store, &mut ours),
        "groups" => groups(store),
        "csv" => export(&mut ours, Format::Csv(Separator::COMMA), &folder.join("ours.csv"), usize::MAX),
        "xlsx" => export(&mut ours, Format::Xlsx, &folder.join("ours.xlsx"), usize::MAX),
        rows => export(
            &mut ours,
            Format::Xlsx,
            &folder.join("part.xlsx"),
            rows.parse().expect("a number of rows"),
        ),
    }
    println!("{:<64}{:>10.0}", "peak memory, MB", peak_memory_mb());
}

fn questions(store: &Path, ours: &mut Ours) {
    println!("{:<64}{:>10}{:>10}{:>10}", "milliseconds", "first", "again", "rows");
    let all = RowSet::All;
    let orders: [(&str, &[(&str, bool)]); 7] = [
        ("sort by one column, Engine", &[("Engine", false)]),
        ("sort by one column, SnapshotCreateTime", &[("SnapshotCreateTime", true)]),
        ("sort by one column, FullSnapshotSizeInBytes", &[("FullSnapshotSizeInBytes", true)]),
        ("sort by one column, DBSnapshotArn", &[("DBSnapshotArn", false)]),
        ("sort by one column, DBSnapshotIdentifier", &[("DBSnapshotIdentifier", false)]),
        (
            "sort by two columns, Region, DBSnapshotIdentifier",
            &[("Region", false), ("DBSnapshotIdentifier", false)],
        ),
        (
            "sort by two columns, Engine, SnapshotCreateTime",
            &[("Engine", false), ("SnapshotCreateTime", true)],
        ),
    ];
    for (name, keys) in orders {
        // Each from nothing.
        ours.cache = ColumnCache::new(64 << 20);
        say(name, || {
            ours.ask("db_snapshots", |cache, source| Ok(cache.order(source, all, keys, &|| false)?.len()))
        });
    }
    ours.cache = ColumnCache::new(64 << 20);
    say("filter by a number, AllocatedStorage >= 500, no column cached", || {
        let large = |value: ValueRef<'_>| matches!(value, ValueRef::Integer(number) if number >= 500);
        let matching = |cache: &mut ColumnCache, source: &mut Source<'_>| {
            cache.matching(source, all, "AllocatedStorage", &large, &|| false)
        };
        ours.ask("db_snapshots", matching).len()
    });
    for column in ["AllocatedStorage", "Engine", "AccountId"] {
        say(&format!("group-by, count(*) by {column}"), || {
            let counts = |cache: &mut ColumnCache, source: &mut Source<'_>| {
                cache.counts(source, all, column, 5000, &|| false)
            };
            ours.ask("db_snapshots", counts).len()
        });
    }
    say("filter by a number, AllocatedStorage >= 500, after its pick-list", || {
        let large = |value: ValueRef<'_>| matches!(value, ValueRef::Integer(number) if number >= 500);
        let matching = |cache: &mut ColumnCache, source: &mut Source<'_>| {
            cache.matching(source, all, "AllocatedStorage", &large, &|| false)
        };
        ours.ask("db_snapshots", matching).len()
    });
    for (name, words) in [
        ("db-snapshots", &["billing", "before-upgrade", "no such word"][..]),
        ("db-instances", &["p", "prod", "prod ora", "zzzz"]),
    ] {
        let kind = kind(name).expect("a kind");
        let columns = searched(kind);
        let table = kind.table();
        for word in words {
            let search = |cache: &mut ColumnCache, source: &mut Source<'_>| {
                cache.search(source, all, &columns, word, &|| false)
            };
            say(&format!("search {name}, {} columns, {word:?}", columns.len()), || {
                ours.ask(&table, search).len()
            });
        }
    }
    let instances = kind("db-instances").expect("a kind");
    let columns = searched(instances);
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let begun = Instant::now();
    ours.cache = ColumnCache::new(64 << 20);
    ours.ask("db_instances", |cache, source| cache.prepare(source, &names, &|| false));
    println!(
        "{:<64}{:>10.1}   {:.1} MB",
        "caching all columns of db-instances while idle",
        begun.elapsed().as_secs_f64() * 1000.0,
        ours.cache.bytes() as f64 / 1e6
    );
    for word in ["p", "prod", "prod ora", "zzzz"] {
        let search = |cache: &mut ColumnCache, source: &mut Source<'_>| {
            let found = cache.search(source, all, &columns, word, &|| false)?;
            let keys = [("AccountId", false), ("Region", false), ("DBInstanceIdentifier", false)];
            cache.order(source, RowSet::These(&found), &keys, &|| false)
        };
        say(&format!("then a keystroke, search and order, {word:?}"), || {
            ours.ask("db_instances", search).len()
        });
    }
    let rows: i64 = ours.connections[0]
        .query_row(
            "SELECT (SELECT max(_Row) FROM db_snapshots) + (SELECT max(_Row) FROM db_instances)",
            [],
            |row| row.get(0),
        )
        .expect("a count");
    let bytes = std::fs::metadata(store).expect("a file").len();
    println!("{:<64}{:>10.0}", "bytes a row on disk", bytes as f64 / rows as f64);
}

/// What is asked, and how.
type Asked<'a> = (&'a str, &'a dyn Fn(&mut Reader) -> usize);

/// Groups, pick-lists and filters as the window asks for them: of a program that has just started, after its first idle
/// moment, and again.
fn groups(store: &Path) {
    println!("{:<52}{:>11}{:>11}{:>11}{:>9}", "milliseconds", "uncoded", "after idle", "again", "found");
    let open = || {
        let storage = Storage::File(store.to_owned());
        Reader::open(&storage, QueryLimits::default(), Stop::default()).expect("a store")
    };
    let snapshots = kind("db-snapshots").expect("a kind");
    let whole = Query { sort: Vec::new(), ..Query::of(snapshots) };
    let values = |reader: &mut Reader, column: &str| {
        reader.values(&whole, column, 501, &|| false).expect("values").len()
    };
    let grouped = |reader: &mut Reader, columns: &[&str]| {
        let group = columns.iter().map(|&column| column.to_owned()).collect();
        reader.select(&Query { group, ..whole.clone() }, false).expect("groups").groups.len()
    };
    let filtered = |reader: &mut Reader| {
        let test = Test::Between { from: Some("500".to_owned()), to: None };
        let filters = vec![Filter::column("AllocatedStorage", test)];
        reader.select(&Query { filters, ..whole.clone() }, false).expect("rows").rows.len()
    };
    let questions: [Asked<'_>; 7] = [
        ("count(*) by Engine, as a pick-list", &|reader| values(reader, "Engine")),
        ("count(*) by AllocatedStorage", &|reader| values(reader, "AllocatedStorage")),
        ("count(*) by AccountId", &|reader| values(reader, "AccountId")),
        ("rows grouped by Engine, with sums", &|reader| grouped(reader, &["Engine"])),
        ("rows grouped by Engine, EngineVersion, with sums", &|reader| {
            grouped(reader, &["Engine", "EngineVersion"])
        }),
        ("rows grouped by AccountId, with sums", &|reader| grouped(reader, &["AccountId"])),
        ("filter, AllocatedStorage >= 500", &filtered),
    ];
    let uncoded: Vec<f64> = questions.iter().map(|(_, ask)| timed(|| ask(&mut open())).0).collect();
    let mut reader = open();
    let (idle, _) = timed(|| reader.prepare(&whole, &|| false).map(|()| 0).expect("to be prepared"));
    for ((name, ask), uncoded) in questions.iter().zip(uncoded) {
        let (first, found) = timed(|| ask(&mut reader));
        let mut again: Vec<f64> = (0..RUNS).map(|_| timed(|| ask(&mut reader)).0).collect();
        again.sort_by(f64::total_cmp);
        println!("{name:<52}{uncoded:>11.1}{first:>11.1}{:>11.1}{found:>9}", again[RUNS / 2]);
    }
    println!("{:<52}{idle:>11.1}", "the idle preparation itself");
}

fn timed(answer: impl FnOnce() -> usize) -> (f64, usize) {
    let begun = Instant::now();
    let found = answer();
    (begun.elapsed().as_secs_f64() * 1000.0, found)
}

/// The columns a search looks at.
fn searched(kind: &Kind) -> Vec<Searched<'_>> {
    kind.columns.iter().filter(|column| !matches!(column.shape, Shape::Boolean)).map(Searched::of).collect()
}

/// Prints the first time, the median of the times after it, and what came out.
fn say(what: &str, mut answer: impl FnMut() -> usize) {
    let (first, count) = timed(&mut answer);
    let mut again: Vec<f64> = (0..RUNS).map(|_| timed(&mut answer).0).collect();
    again.sort_by(f64::total_cmp);
    println!("{what:<64}{first:>10.1}{:>10.1}{count:>10}", again[RUNS / 2]);
}

/// Every column of the snapshots, in the order in which the grid first shows them.
fn export(ours: &mut Ours, format: Format, file: &Path, most: usize) {
    let kind = kind("db-snapshots").expect("a kind");
    let begun = Instant::now();
    let keys = [("AccountId", false), ("Region", false), ("DBSnapshotIdentifier", false)];
    let mut order =
        ours.ask("db_snapshots", |cache, source| cache.order(source, RowSet::All, &keys, &|| false));
    order.truncate(most);
    let columns: Vec<&Column> = kind.columns.iter().collect();
    let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
    // Without a transaction every row would take and give back the file's locks.
    ours.connections[0].execute_batch("BEGIN").expect("a transaction");
    let mut statement = ours.connections[0]
        .prepare(&format!("SELECT {} FROM {} WHERE _Row = ?", names.join(", "), kind.table()))
        .expect("a statement");
    let mut rows = InOrder { kind, order, at: 0, statement: &mut statement };
    let about = About {
        title: kind.title.to_owned(),
        scope: Vec::new(),
        made: OffsetDateTime::UNIX_EPOCH,
        coverage: Vec::new(),
        broken: Vec::new(),
    };
    let written = report::write_file(file, |out| report::write(format, &columns, &about, &mut rows, out));
    println!(
        "{:<64}{:>10.0}{:>20}",
        format!("{format:?} of all columns, in order, milliseconds"),
        begun.elapsed().as_secs_f64() * 1000.0,
        written.expect("a file")
    );
}

/// Rows by their numbers, as an export reads them.
struct InOrder<'a, 'c> {
    kind: &'a Kind,
    order: Vec<i64>,
    at: usize,
    statement: &'a mut Statement<'c>,
}

impl RowSource for InOrder<'_, '_> {
    fn total(&self) -> usize {
        self.order.len()
    }

    fn next_rows(&mut self) -> Result<Vec<Vec<Cell>>, String> {
        let until = self.order.len().min(self.at + 500);
        let mut batch = Vec::with_capacity(until - self.at);
        for number in &self.order[self.at..until] {
            let mut rows = self.statement.query([number]).map_err(|error| error.to_string())?;
            let Some(row) = rows.next().map_err(|error| error.to_string())? else { continue };
            let cells = self.kind.columns.iter().enumerate();
            batch.push(cells.map(|(at, column)| read(row.get_ref(at), &column.shape)).collect());
        }
        self.at = until;
        Ok(batch)
    }
}

fn read(value: rusqlite::Result<ValueRef<'_>>, shape: &Shape) -> Cell {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match value.expect("a value") {
        ValueRef::Null => Cell::Absent,
        ValueRef::Integer(number) if matches!(shape, Shape::Boolean) => Cell::Boolean(number != 0),
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Double(number),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) if shape.is_nested() => Cell::Json(text(bytes)),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Cell::Text(text(bytes)),
    }
}

fn peak_memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number of kilobytes") / 1000.0
}
