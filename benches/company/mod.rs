//! Stores to measure with: a simulated company is swept, and what it has is written into a file as often, under other
//! names and times, as rows are wanted.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use rds_fleet::config::Environment;
use rds_fleet::core::{self, Core, Event};
use rds_fleet::inventory::{Inventory, Origin, Place};
use rds_fleet::query::Query;
use rds_fleet::rds::{Cell, Kind, Row, Shape, kind};
use rds_fleet::report::Format;
use rds_fleet::sandbox::Settings;
use serde_json::{Map, Value};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// Sweeps a simulated company of so many accounts and writes what it found: its instances until there are `count`, and
/// every snapshot as often as nights are kept, until there are enough. Only this function knows how a store is made.
pub fn make(file: &Path, accounts: usize, count: usize, snapshots: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (databases, taken) = sweep(folder.path(), accounts);
    let _ = std::fs::remove_file(file);
    let (mut inventory, notices) = Inventory::open(&Place::File(file.to_owned())).expect("a store");
    assert!(notices.is_empty(), "{notices:?}");
    let instances = kind("db-instances").expect("a kind");
    let begun = Instant::now();
    // Each as often as it takes to have exactly so many, those of a place one after the other.
    let swept = objects(&databases).count();
    let times = |at: usize| (at + 1) * count / swept - at * count / swept;
    let again = objects(&databases)
        .enumerate()
        .flat_map(|(at, row)| (0..times(at)).map(move |time| named(row.clone(), instances, time)));
    fill(&mut inventory, instances, again);
    let kind = kind("db-snapshots").expect("a kind");
    let found = objects(&taken).count();
    let nights = snapshots.div_ceil(found);
    let rows = objects(&taken).flat_map(|row| (0..nights).map(move |night| earlier(&row, night)));
    fill(&mut inventory, kind, rows.take(snapshots));
    println!(
        "{swept} databases and {found} snapshots were found; written in {:.1} s",
        begun.elapsed().as_secs_f64()
    );
}

/// The instances and the snapshots of the company, as JSON lines.
fn sweep(folder: &Path, accounts: usize) -> (PathBuf, PathBuf) {
    let demo = Settings { accounts, ..Settings::default() };
    let options = core::Options { demo: Some(demo), ..core::Options::of(Environment::from_process()) };
    let core = Core::start(options, || {}).expect("the core");
    while !matches!(core.wait().expect("an event"), Event::Fleet(_)) {}
    core.send(core::Command::Sweep { targets: None, kinds: vec!["db-instances", "db-snapshots"] });
    while !matches!(core.wait().expect("an event"), Event::SweepEnded) {}
    let written = |name: &str| {
        let path = folder.join(name);
        core.send(core::Command::Export(core::Export {
            query: Query::of(kind(name).expect("a kind")),
            rows: core::RowChoice::All,
            every_column: true,
            format: Format::JsonLines,
            path: path.clone(),
        }));
        loop {
            if let Event::Exported(result) = core.wait().expect("an event") {
                result.expect("a file");
                return path;
            }
        }
    };
    (written("db-instances"), written("db-snapshots"))
}

fn objects(file: &Path) -> impl Iterator<Item = Map<String, Value>> + Clone {
    Lines(file.to_owned(), None).map(|line| serde_json::from_str(&line).expect("a JSON object"))
}

/// The lines of a file, which can be begun again.
struct Lines(PathBuf, Option<std::io::Lines<BufReader<std::fs::File>>>);

impl Clone for Lines {
    fn clone(&self) -> Lines {
        Lines(self.0.clone(), None)
    }
}

impl Iterator for Lines {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let path = &self.0;
        let lines = self
            .1
            .get_or_insert_with(|| BufReader::new(std::fs::File::open(path).expect("the export")).lines());
        lines.next().map(|line| line.expect("a line"))
    }
}

/// The snapshot of so many nights before: another name, ARN, time and size, the same database.
fn earlier(row: &Map<String, Value>, nights: usize) -> Map<String, Value> {
    let mut row = row.clone();
    if nights == 0 {
        return row;
    }
    let shift = Duration::days(nights as i64) + Duration::seconds((nights * 7919 % 300) as i64);
    let text =
        |row: &Map<String, Value>, member: &str| row.get(member).and_then(Value::as_str).map(str::to_owned);
    let Some(name) = text(&row, "DBSnapshotIdentifier") else { return row };
    let mut day = String::new();
    for member in ["SnapshotCreateTime", "OriginalSnapshotCreateTime", "SnapshotDatabaseTime"] {
        if let Some(moment) = text(&row, member).and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok())
        {
            let moment = moment - shift;
            day = format!("{}-{:02}-{:02}", moment.date(), moment.hour(), moment.minute());
            let micros = format!("{:06}", moment.microsecond());
            let (date, time) = (moment.date(), moment.time());
            let (hour, minute, second) = time.as_hms();
            let shown = format!("{date}T{hour:02}:{minute:02}:{second:02}.{micros}+00:00");
            row.insert(member.to_owned(), Value::from(shown));
        }
    }
    let stem = match name.strip_prefix("rds:") {
        Some(rest) => format!("rds:{}", rest.get(..rest.len() - 17).unwrap_or(rest)),
        None => name.clone(),
    };
    let renamed = format!("{stem}-{day}");
    if let Some(arn) = text(&row, "DBSnapshotArn") {
        row.insert("DBSnapshotArn".to_owned(), Value::from(arn.replace(&name, &renamed)));
    }
    row.insert("DBSnapshotIdentifier".to_owned(), Value::from(renamed));
    if let Some(size) = row.get("FullSnapshotSizeInBytes").and_then(Value::as_i64) {
        let smaller = size - size / 1000 * nights as i64 - (nights * 104_729 % 65_536) as i64;
        row.insert("FullSnapshotSizeInBytes".to_owned(), Value::from(smaller));
    }
    row
}

fn fill(inventory: &mut Inventory, kind: &'static Kind, rows: impl Iterator<Item = Map<String, Value>>) {
    let mut here: Option<Origin> = None;
    let mut page = Vec::new();
    let settle = |inventory: &mut Inventory, origin: &Origin, page: &mut Vec<Row>| {
        inventory.stage(kind, 0, origin, std::mem::take(page)).expect("a store");
        inventory.settle(kind, 0, origin, Some(OffsetDateTime::now_utc())).expect("a store");
        inventory.commit().expect("a store");
    };
    for row in rows {
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let profiles = row.get("Profiles").and_then(Value::as_array).into_iter().flatten();
        let origin = Origin {
            account_id: Some(text("AccountId")),
            region: text("Region"),
            profiles: profiles.filter_map(Value::as_str).map(str::to_owned).collect(),
        };
        if let Some(before) = here.replace(origin.clone()).filter(|before| *before != origin) {
            settle(inventory, &before, &mut page);
        }
        let cells =
            kind.structure.members.iter().map(|member| cell(row.get(&member.name), &member.shape)).collect();
        page.push(Row { cells, unknown: None });
    }
    if let Some(origin) = here {
        settle(inventory, &origin, &mut page);
    }
}

/// An instance, the second and further times under a name of its own.
fn named(mut row: Map<String, Value>, kind: &Kind, time: usize) -> Map<String, Value> {
    if time == 0 {
        return row;
    }
    for member in [kind.identifier, kind.key[0]] {
        if let Some(Value::String(name)) = row.get_mut(member) {
            name.push_str(&format!("-{time}"));
        }
    }
    row
}

fn cell(value: Option<&Value>, shape: &Shape) -> Cell {
    match value {
        None => Cell::Absent,
        Some(value) if shape.is_nested() => Cell::Json(value.to_string()),
        Some(Value::Bool(truth)) => Cell::Boolean(*truth),
        Some(Value::Number(number)) if number.is_i64() => Cell::Integer(number.as_i64().unwrap_or_default()),
        Some(Value::Number(number)) => Cell::Double(number.as_f64().unwrap_or_default()),
        Some(Value::String(text)) => Cell::Text(text.clone()),
        Some(other) => Cell::Text(other.to_string()),
    }
}
