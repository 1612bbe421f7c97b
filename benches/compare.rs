//! What a comparison costs once its data is collected: 50 databases of some 700 settings each, from the store in a file to
//! the verdicts, and what a page asks of it then. It prints figures and asserts none. `cargo bench --bench compare`

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on ends")]

use std::time::{Duration, Instant};

use rds_fleet::analysis::compare::{Comparison, Shown};
use rds_fleet::analysis::gather::{Chosen, subjects};
use rds_fleet::analysis::rules::Rules;
use rds_fleet::inventory::{Inventory, Origin, Place, Records, Which};
use rds_fleet::rds::{Cell, Kind, Row, kind};
use time::OffsetDateTime;

const DATABASES: usize = 50;
const PARAMETERS: usize = 620;
const ROUNDS: usize = 20;

fn row(kind: &Kind, members: &[(&str, Cell)]) -> Row {
    Row::of(kind, members).unwrap()
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn instance(kind: &'static Kind, account: &str, at: usize) -> Row {
    let groups = format!(r#"[{{"DBParameterGroupName":"group-{at}","ParameterApplyStatus":"in-sync"}}]"#);
    let tags: Vec<String> =
        (0..8).map(|tag| format!(r#"{{"Key":"tag-{tag}","Value":"{}"}}"#, at % (tag + 1))).collect();
    let classes = ["db.r6g.large", "db.r6g.xlarge", "db.m7g.2xlarge"];
    let mut members = vec![
        ("DBInstanceIdentifier", text(format!("database-{at}"))),
        ("DBInstanceArn", text(format!("arn:aws:rds:eu-central-1:{account}:db:database-{at}"))),
        ("Engine", text("postgres")),
        ("EngineVersion", text("16.10")),
        ("DBInstanceClass", text(classes[at % 3])),
        ("AllocatedStorage", Cell::Integer(100 * (1 + at as i64 % 4))),
        ("DBParameterGroups", Cell::Json(groups)),
        ("TagList", Cell::Json(format!("[{}]", tags.join(",")))),
        ("Endpoint", Cell::Json(r#"{"Address":"a","Port":5432}"#.to_owned())),
    ];
    // The other members have something to say as well.
    for member in &kind.structure.members {
        if !members.iter().any(|(name, _)| *name == member.name)
            && matches!(member.shape, rds_fleet::rds::Shape::String)
        {
            members.push((&member.name, text(format!("value {}", at % 2))));
        }
    }
    row(kind, &members)
}

fn parameter(kind: &Kind, group: usize, at: usize) -> Row {
    let value = match at % 5 {
        0 => "LEAST({DBInstanceClassMemory/9531392},5000)".to_owned(),
        1 => "on".to_owned(),
        2 => "alpha,beta,gamma".to_owned(),
        _ => (at * if group.is_multiple_of(7) { 2 } else { 1 }).to_string(),
    };
    row(
        kind,
        &[
            ("DBParameterGroupName", text(format!("group-{group}"))),
            ("ParameterName", text(format!("parameter_{at}"))),
            ("ParameterValue", text(value)),
            (
                "Description",
                text("Sets what this parameter sets, in a sentence of the usual length, as AWS has it."),
            ),
            ("Source", text(if at.is_multiple_of(3) { "user" } else { "engine-default" })),
            ("ApplyType", text("dynamic")),
            ("DataType", text(if at % 5 == 2 { "list" } else { "string" })),
            ("AllowedValues", text("0-2147483647")),
            ("IsModifiable", Cell::Boolean(true)),
            ("ApplyMethod", text("pending-reboot")),
        ],
    )
}

/// Ten accounts of five databases, each with a parameter group of its own.
fn store(folder: &tempfile::TempDir) -> Inventory {
    let place = Place::File(folder.path().join("inventory.sqlite"));
    let (mut inventory, _) = Inventory::open(&place).unwrap();
    let (instances, parameters) = (kind("db-instances").unwrap(), kind("db-parameters").unwrap());
    for account in 0..10 {
        let id = format!("{account:012}");
        let origin = Origin {
            account_id: Some(id.clone()),
            region: "eu-central-1".to_owned(),
            profiles: vec![format!("account-{account}")],
        };
        let here = account * 5..account * 5 + 5;
        let rows = here.clone().map(|at| instance(instances, &id, at)).collect();
        inventory.stage(instances, account as u32, &origin, rows).unwrap();
        let of_groups =
            here.flat_map(|group| (0..PARAMETERS).map(move |at| parameter(parameters, group, at)));
        inventory.stage(parameters, account as u32, &origin, of_groups.collect()).unwrap();
        for kind in [instances, parameters] {
            inventory.settle(kind, account as u32, &origin, Some(OffsetDateTime::now_utc())).unwrap();
        }
    }
    inventory.commit().unwrap();
    inventory
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{what:<56} median {median:>10.2?}  worst {worst:>10.2?}");
}

fn time<T>(work: impl Fn() -> T) -> Vec<Duration> {
    (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            std::hint::black_box(work());
            begun.elapsed()
        })
        .collect()
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let inventory = store(&folder);
    let rules = Rules::usual();
    let rows: Vec<i64> = (1..=DATABASES as i64).collect();
    let compare = || {
        let records = Records::open(inventory.storage()).unwrap();
        let found = records.of(kind("db-instances").unwrap(), &Which::Rows(&rows), None).unwrap();
        let chosen: Vec<Chosen> = found.into_iter().map(|record| Chosen { record, at: None }).collect();
        let subjects = subjects(&records, &chosen, &|_, _| None).unwrap();
        Comparison::of(subjects, &rules, None)
    };
    let comparison = compare();
    println!(
        "{} databases x {} settings, {} of which differ",
        comparison.databases.len(),
        comparison.rows.iter().filter(|row| !row.is_nobodys()).count(),
        comparison.rows.iter().filter(|row| row.differing > 0).count()
    );
    print("a comparison, from the store to the verdicts", time(compare));
    print(
        "another reference",
        time(|| {
            let mut other = comparison.clone();
            other.hold_against(Some(7), &rules);
            other
        }),
    );
    let only = Shown { only_differences: true, ..Shown::default() };
    print("which rows are shown: only differences", time(|| comparison.shown(&only)));
    let search = Shown { search: "parameter 12".to_owned(), ..Shown::default() };
    print("which rows are shown: a search in all values", time(|| comparison.shown(&search)));
    print("the settings that differ most", time(|| comparison.most_varied()));
}
