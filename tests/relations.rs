//! What a row has to do with, through the core and a simulated AWS: each link's count is that of the rows which its
//! conditions show, and what nobody has collected says so.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::sync::Arc;

use rds_fleet::config::Environment;
use rds_fleet::core::{Command, Core, Event, Found, Link, Options, Relations, View};
use rds_fleet::inventory::Place;
use rds_fleet::query::{Filter, Query, Test};
use rds_fleet::rds::kind;
use rds_fleet::sandbox::{ProfileNames, Settings};

fn start() -> Core {
    let demo = Settings { accounts: 3, profiles_per_account: ProfileNames::Demo, ..Settings::default() };
    let environment = Environment::from_variables([], None);
    let options = Options { demo: Some(demo), store: Some(Place::Memory(None)), ..Options::of(environment) };
    let core = Core::start(options, || {}).unwrap();
    wait(&core, |event| matches!(event, Event::Fleet(fleet) if !fleet.accounts.is_empty()).then_some(()));
    core
}

fn wait<T>(core: &Core, pick: impl Fn(Event) -> Option<T>) -> T {
    loop {
        if let Some(found) = pick(core.wait().unwrap()) {
            return found;
        }
    }
}

fn sweep(core: &Core, kinds: &[&'static str]) {
    core.send(Command::Sweep { targets: None, kinds: kinds.to_vec() });
    wait(core, |event| matches!(event, Event::SweepEnded).then_some(()));
}

fn view(core: &Core, name: &str, filters: Vec<Filter>) -> Arc<View> {
    ask(core, Query { filters, ..Query::of(kind(name).unwrap()) })
}

fn ask(core: &Core, query: Query) -> Arc<View> {
    core.send(Command::Show(query.clone()));
    wait(core, |event| match event {
        Event::View(view) if view.query == query => Some(view),
        _ => None,
    })
}

fn relations(core: &Core, kind: &'static str, row: i64) -> Arc<Relations> {
    core.send(Command::Relations { kind, row });
    wait(core, |event| match event {
        Event::Relations(relations) if (relations.kind, relations.row) == (kind, row) => Some(relations),
        _ => None,
    })
}

fn is(column: &str, value: &str) -> Filter {
    Filter::column(column, Test::Is(vec![value.to_owned()]))
}

#[test]
fn a_link_leads_to_exactly_as_many_rows_as_it_says() {
    let core = start();
    let kinds = ["db-instances", "db-clusters", "db-snapshots", "db-parameter-groups", "option-groups"];
    sweep(&core, &kinds);
    let mut met = BTreeSet::new();
    for kind in kinds {
        let rows = view(&core, kind, Vec::new()).rows.clone();
        assert!(!rows.is_empty(), "{kind}");
        for row in rows.iter().take(12) {
            for link in &relations(&core, kind, *row).links {
                check(&core, link);
                if matches!(link.found, Found::One(_)) || matches!(link.found, Found::Rows(rows) if rows > 0)
                {
                    met.insert((kind, link.title));
                }
            }
        }
    }
    for (kind, title) in [
        ("db-instances", "Snapshots"),
        ("db-instances", "Parameter group"),
        ("db-instances", "Same security groups"),
        ("db-clusters", "Members"),
        ("db-snapshots", "Instance"),
        ("db-parameter-groups", "Instances that use it"),
        ("option-groups", "Instances that use it"),
    ] {
        assert!(met.contains(&(kind, title)), "{kind}: {title} in {met:?}");
    }
}

fn check(core: &Core, link: &Link) {
    let shown = view(core, link.kind, link.filters.clone());
    assert!(shown.error.is_none(), "{:?}", shown.error);
    // The same question as a person would write it.
    let written = ask(core, Query::of_sql(&shown.sql));
    assert_eq!(written.rows.len(), shown.rows.len(), "{}", shown.sql);
    match link.found {
        Found::NotCollected => assert!(shown.rows.is_empty(), "{link:?}"),
        Found::One(row) => assert_eq!(*shown.rows, [row], "{link:?}"),
        Found::Rows(rows) => assert_eq!(shown.rows.len(), rows, "{link:?}"),
    }
}

#[test]
fn what_nobody_has_collected_says_so_until_it_is() {
    let core = start();
    sweep(&core, &["db-instances"]);
    let row = view(&core, "db-instances", vec![is("Engine", "postgres")]).rows[0];
    let found = |core: &Core| {
        let relations = relations(core, "db-instances", row);
        relations.links.iter().find(|link| link.title == "Snapshots").unwrap().found
    };
    assert_eq!(found(&core), Found::NotCollected);
    sweep(&core, &["db-snapshots"]);
    assert_ne!(found(&core), Found::NotCollected);
}
