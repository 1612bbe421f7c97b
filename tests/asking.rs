//! Questions through the core beside the shown view: groups, pick-lists and copies of a simulated fleet.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use rds_fleet::config::Environment;
use rds_fleet::core::{Command, CopyForm, Core, Event, Options, RowChoice, Values, View};
use rds_fleet::inventory::Place;
use rds_fleet::query::{Filter, Query, Test};
use rds_fleet::rds::kind;
use rds_fleet::sandbox::{InstanceCount, Sandbox, Settings};

/// A core that has collected thirty instances.
fn collected() -> (Sandbox, Core) {
    let sandbox = Sandbox::start(Settings {
        accounts: 3,
        regions: vec!["eu-central-1".to_owned()],
        instances_per_target: InstanceCount::Exactly(10),
        ..Settings::default()
    })
    .unwrap();
    let environment = Environment::from_variables(sandbox.variables(), None);
    let store = Some(Place::Memory(None));
    let core = Core::start(Options { store, ..Options::of(environment) }, || {}).unwrap();
    // Before the config is read there is nobody to ask.
    while !matches!(core.wait().unwrap(), Event::Fleet(_)) {}
    core.send(Command::Sweep { targets: None, kinds: vec!["db-instances"] });
    while !matches!(core.wait().unwrap(), Event::SweepEnded) {}
    (sandbox, core)
}

fn instances() -> Query {
    Query::of(kind("db-instances").unwrap())
}

fn view(core: &Core, query: Query) -> Arc<View> {
    core.send(Command::Show(query.clone()));
    loop {
        if let Event::View(view) = core.wait().unwrap()
            && view.query == query
        {
            return view;
        }
    }
}

fn copied(core: &Core, query: &Query, rows: RowChoice, form: CopyForm) -> String {
    core.send(Command::Copy { query: query.clone(), rows, form });
    loop {
        if let Event::Copied(text) = core.wait().unwrap() {
            return text;
        }
    }
}

#[test]
fn groups_cover_the_view_and_can_be_copied() {
    let (_sandbox, core) = collected();
    let mut query = instances();
    query.group = vec!["AccountId".to_owned(), "Engine".to_owned()];
    let view = view(&core, query.clone());
    assert!(view.error.is_none(), "{:?}", view.error);
    assert_eq!((view.rows.len(), view.of), (30, 30));
    let outer: Vec<_> = view.groups.iter().filter(|group| group.level == 0).collect();
    assert_eq!(outer.iter().map(|group| group.rows.len()).collect::<Vec<_>>(), [10, 10, 10]);
    let inner: usize =
        view.groups.iter().filter(|group| group.level == 1).map(|group| group.rows.len()).sum();
    assert_eq!((inner, view.rows.len()), (30, 30));
    assert!(view.sql.contains("ORDER BY \"AccountId\" COLLATE natural_order ASC"), "{}", view.sql);
    assert!(outer.iter().all(|group| group.sums[0].0 == "AllocatedStorage"));

    let table = copied(&core, &query, RowChoice::Groups, CopyForm::Markdown);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "| AccountId | Engine | Count | AllocatedStorage |");
    let innermost = view.groups.iter().find(|group| group.level == 1).unwrap();
    let expected = format!(
        "| {} | {} | {} | {} |",
        outer[0].value.text,
        innermost.value.text,
        innermost.rows.len(),
        innermost.sums[0].1
    );
    assert_eq!(lines[2], expected);
}

#[test]
fn a_pick_list_leaves_the_view_alone_and_only_the_newest_counts() {
    let (_sandbox, core) = collected();
    let mut query = instances();
    query.filters = vec![Filter::column("Engine", Test::Is(vec!["postgres".to_owned()]))];
    let shown = view(&core, query.clone());
    for column in ["Region", "AccountId", "Engine"] {
        core.send(Command::Values { query: query.clone(), column: column.to_owned() });
    }
    let values: Arc<Values> = loop {
        match core.wait().unwrap() {
            Event::Values(values) if values.column == "Engine" => break values,
            Event::View(view) => assert_eq!(view.rows, shown.rows),
            _ => {}
        }
    };
    assert_eq!((&values.query, values.more), (&query, false));
    assert_eq!(values.values.iter().map(|(_, count)| count).sum::<usize>(), 30, "without its own condition");
    let of = |engine: &str| values.values.iter().find(|(value, _)| value.text == engine).unwrap().1;
    assert_eq!(of("postgres"), shown.rows.len());
    assert!(values.values.is_sorted_by(|(_, one), (_, other)| one >= other));
    core.send(Command::Rows { view: shown.number, positions: 0..1 });
    while !matches!(core.wait().unwrap(), Event::Rows(rows) if rows.view == shown.number) {}
}

#[test]
fn rows_are_copied_in_every_form() {
    let (_sandbox, core) = collected();
    let query = instances();
    let view = view(&core, query.clone());
    let two = || RowChoice::These(vec![view.rows[1], view.rows[0]]);
    let csv = copied(&core, &query, two(), CopyForm::Csv);
    assert!(csv.starts_with("DBInstanceIdentifier,DBInstanceStatus,AccountId,"), "{csv}");
    let json = copied(&core, &query, two(), CopyForm::Json);
    let objects: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&json).unwrap();
    assert_eq!(objects.len(), 2);
    assert!(objects[0].contains_key("DBInstanceArn") && !objects[0].contains_key("AccountId"));
    let commands = copied(&core, &query, two(), CopyForm::AwsCommand);
    for (command, object) in commands.lines().zip(&objects) {
        let name = object["DBInstanceIdentifier"].as_str().unwrap();
        let expected = format!(
            "aws rds describe-db-instances --db-instance-identifier {name} --region eu-central-1 --profile "
        );
        assert!(command.starts_with(&expected), "{command}");
    }
    assert_eq!(commands.lines().count(), 2);
    assert_eq!(copied(&core, &query, two(), CopyForm::Text).lines().count(), 3);
}

#[test]
fn nothing_waits_for_a_person_s_sql() {
    let (_sandbox, core) = collected();
    let shown = view(&core, instances());
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n";
    core.send(Command::Show(Query::of_sql(endless)));
    std::thread::sleep(Duration::from_millis(300));
    // Beside it: what the details, the search, a pick-list and the clipboard ask, each answered while it runs.
    let begun = Instant::now();
    core.send(Command::Record { kind: "db-instances", row: shown.rows[0] });
    while !matches!(core.wait().unwrap(), Event::Record(_)) {}
    core.send(Command::Find { text: "db".to_owned() });
    while !matches!(core.wait().unwrap(), Event::Databases(_)) {}
    core.send(Command::Values { query: instances(), column: "Engine".to_owned() });
    while !matches!(core.wait().unwrap(), Event::Values(_)) {}
    copied(&core, &instances(), RowChoice::All, CopyForm::Csv);
    core.send(Command::Rows { view: shown.number, positions: 0..1 });
    while !matches!(core.wait().unwrap(), Event::Rows(rows) if rows.view == shown.number) {}
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    // Another view, and then other SQL.
    assert_eq!(view(&core, instances()).rows.len(), 30);
    core.send(Command::Show(Query::of_sql(endless)));
    let other = Query::of_sql("SELECT DBInstanceIdentifier FROM db_instances");
    let answer = view(&core, other.clone());
    assert_eq!(answer.rows.len(), 30);
    core.send(Command::Rows { view: answer.number, positions: 0..1 });
    while !matches!(core.wait().unwrap(), Event::Rows(rows) if rows.view == answer.number) {}
    // And the program ends at once, whatever runs.
    core.send(Command::Show(Query::of_sql(endless)));
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    drop(core);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[test]
fn what_aws_sent_empty_is_absent_in_the_details_and_in_the_grid_but_not_in_the_json() {
    let (_sandbox, core) = collected();
    let mut query = instances();
    query.columns = vec!["DBInstanceIdentifier".to_owned(), "PendingModifiedValues".to_owned()];
    query.filters = vec![Filter::column("PendingModifiedValues", Test::Absent)];
    let view = view(&core, query);
    assert!(!view.rows.is_empty());
    core.send(Command::Rows { view: view.number, positions: 0..1 });
    core.send(Command::Record { kind: "db-instances", row: view.rows[0] });
    let (mut cells, mut record) = (None, None);
    while cells.is_none() || record.is_none() {
        match core.wait().unwrap() {
            Event::Rows(rows) if rows.view == view.number => cells = Some(rows),
            Event::Record(found) => record = Some(found),
            _ => {}
        }
    }
    let (cells, record) = (cells.unwrap(), record.unwrap());
    assert!(cells.rows[0][1].absent && cells.rows[0][1].text.is_empty());
    for member in ["PendingModifiedValues", "DBSecurityGroups"] {
        let field = record.fields.iter().find(|field| field.name == member).unwrap();
        assert!(field.absent && field.text.is_empty() && field.lines.is_empty(), "{field:?}");
    }
    let json: serde_json::Value = serde_json::from_str(&record.json).unwrap();
    assert_eq!(json["PendingModifiedValues"], serde_json::json!({}));
    assert_eq!(json["DBSecurityGroups"], serde_json::json!([]));
}
