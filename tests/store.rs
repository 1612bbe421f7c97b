//! The store through the core: what the next start knows before it has asked anybody, what a config that names less
//! leaves behind, and what happens when the store fails under way.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rds_fleet::config::Environment;
use rds_fleet::core::{Command, Core, Event, Fleet, Options, View};
use rds_fleet::failure::State;
use rds_fleet::inventory::Place;
use rds_fleet::query::Query;
use rds_fleet::rds::kind;
use rds_fleet::sandbox::{InstanceCount, ProfileNames, Sandbox, Settings};

struct Bastion {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl Bastion {
    fn new() -> Bastion {
        let sandbox = Sandbox::start(Settings {
            accounts: 4,
            regions: vec!["eu-central-1".to_owned()],
            instances_per_target: InstanceCount::Exactly(5),
            profiles_per_account: ProfileNames::One,
            ..Settings::default()
        })
        .unwrap();
        Bastion { sandbox, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("store/inventory.sqlite")
    }

    /// A program that starts, and the first it tells.
    fn start(&self) -> (Core, Arc<Fleet>) {
        let environment = Environment::from_variables(self.sandbox.variables(), None);
        let store = Some(Place::File(self.file()));
        let core = Core::start(Options { store, ..Options::of(environment) }, || {}).unwrap();
        let fleet = next_fleet(&core);
        (core, fleet)
    }

    fn calls(&self) -> u64 {
        self.sandbox.counts().describe.values().sum()
    }
}

fn next_fleet(core: &Core) -> Arc<Fleet> {
    loop {
        if let Event::Fleet(fleet) = core.wait().unwrap() {
            return fleet;
        }
    }
}

fn sweep(core: &Core) -> Arc<Fleet> {
    core.send(Command::Sweep { targets: None, kinds: vec!["db-instances", "db-clusters"] });
    let mut fleet = None;
    loop {
        match core.wait().unwrap() {
            Event::Fleet(newest) => fleet = Some(newest),
            Event::SweepEnded => return fleet.unwrap(),
            _ => {}
        }
    }
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

fn instances(core: &Core) -> usize {
    view(core, Query::of(kind("db-instances").unwrap())).rows.len()
}

fn states(fleet: &Fleet) -> Vec<(State, u64)> {
    let targets = fleet.accounts.iter().flat_map(|account| &account.targets);
    let coverage = targets.flat_map(|target| &target.coverage).filter(|one| one.kind == "db-instances");
    coverage.map(|one| (one.state, one.rows)).collect()
}

#[test]
fn the_next_start_shows_the_last_inventory_before_any_call() {
    let bastion = Bastion::new();
    let (core, fleet) = bastion.start();
    assert_eq!(fleet.store.file, Some(bastion.file()));
    assert_eq!(states(&fleet), [(State::NotAsked, 0); 4]);
    let as_of = |fleet: &Fleet| fleet.accounts[0].targets[0].coverage[0].as_of;
    let collected = sweep(&core);
    assert_eq!(states(&collected), [(State::Collected, 5); 4]);
    drop(core);
    let calls = bastion.calls();

    let (core, fleet) = bastion.start();
    assert_eq!(states(&fleet), [(State::Stale, 5); 4], "it is there, and old");
    assert!(
        fleet.accounts.iter().flat_map(|account| &account.targets).all(|target| target.problem().is_none())
    );
    let (then, now) = (as_of(&collected).unwrap(), as_of(&fleet).unwrap());
    assert!((then - now).abs() < std::time::Duration::from_millis(100), "marked with its age");
    assert_eq!(instances(&core), 20);
    assert_eq!(bastion.calls(), calls, "nobody was asked");
    assert_eq!(states(&sweep(&core)), [(State::Collected, 5); 4]);
    assert_eq!(view(&core, Query::of_sql("SELECT * FROM changes")).rows.len(), 0);
}

#[test]
fn what_the_config_names_no_more_is_no_part_of_all() {
    let bastion = Bastion::new();
    drop({
        let (core, _) = bastion.start();
        sweep(&core);
        core
    });
    let config = std::fs::read_to_string(bastion.sandbox.config_file()).unwrap();
    let at = config.rfind("[profile ").unwrap();
    std::fs::write(bastion.sandbox.config_file(), &config[..at]).unwrap();
    let (core, _) = bastion.start();
    assert_eq!(instances(&core), 15, "not even before the next sweep");
    let all = Query::of_sql("SELECT count(*) FROM db_instances");
    view(&core, all);
    sweep(&core);
    let left = "SELECT 1 FROM db_instances_history WHERE Ending = 'left'";
    assert_eq!(view(&core, Query::of_sql(left)).rows.len(), 5);
    assert_eq!(view(&core, Query::of_sql("SELECT 1 FROM db_instances")).rows.len(), 15);
    assert_eq!(view(&core, Query::of_sql("SELECT 1 FROM changes")).rows.len(), 0, "and nothing disappeared");
}

#[test]
fn a_query_sees_what_came_since() {
    let bastion = Bastion::new();
    let (core, _) = bastion.start();
    let query = Query::of_sql("SELECT DBInstanceIdentifier FROM db_instances");
    assert_eq!(view(&core, query.clone()).rows.len(), 0);
    core.send(Command::Sweep { targets: None, kinds: vec!["db-instances"] });
    let mut rows = 0;
    while rows < 20 {
        if let Event::View(view) = core.wait().unwrap() {
            assert_eq!((&view.query, view.columns.len()), (&query, 1));
            rows = view.rows.len();
        }
    }
}

#[test]
fn a_store_that_breaks_under_way_costs_the_run_nothing() {
    let bastion = Bastion::new();
    let (core, _) = bastion.start();
    sweep(&core);
    // Somebody writes over the file while it is open. SQLite must be made to read it again.
    overwrite(&bastion.file());
    let fleet = sweep(&core);
    assert!(!states(&fleet).iter().any(|(state, _)| *state == State::Failed), "{:?}", states(&fleet));
    assert_eq!(instances(&core), 20);
}

fn overwrite(file: &Path) {
    use std::io::{Seek, SeekFrom, Write};
    let mut file = std::fs::OpenOptions::new().write(true).open(file).unwrap();
    let length = file.metadata().unwrap().len();
    file.seek(SeekFrom::Start(100)).unwrap();
    file.write_all(&vec![0x5a; usize::try_from(length).unwrap().saturating_sub(100)]).unwrap();
}

#[test]
fn a_profile_that_a_config_edit_adds_is_named_in_the_rows() {
    let bastion = Bastion::new();
    let environment = Environment::from_variables(bastion.sandbox.variables(), None);
    let options =
        Options { store: Some(Place::File(bastion.file())), watch: true, ..Options::of(environment) };
    let core = Core::start(options, || {}).unwrap();
    next_fleet(&core);
    sweep(&core);
    let mut query = Query::of(kind("db-instances").unwrap());
    assert_eq!(view(&core, query.clone()).rows.len(), 20);
    std::thread::sleep(std::time::Duration::from_millis(600));
    let config = std::fs::read_to_string(bastion.sandbox.config_file()).unwrap();
    let at = config.rfind("[profile ").unwrap();
    let (_, section) = config[at..].split_once('\n').unwrap();
    std::fs::write(bastion.sandbox.config_file(), format!("{config}\n[profile ADDED]\n{section}")).unwrap();
    let is_named = |fleet: &Fleet| {
        let targets = fleet.accounts.iter().flat_map(|account| &account.targets);
        targets.flat_map(|target| &target.target.profiles).any(|profile| profile == "ADDED")
    };
    while !is_named(&next_fleet(&core)) {}
    // Nobody asks for a moment: the search is made ready.
    std::thread::sleep(std::time::Duration::from_millis(900));
    query.search = "added".to_owned();
    assert_eq!(view(&core, query).rows.len(), 5);
}

#[test]
fn a_query_that_is_given_up_makes_room_for_the_next() {
    let bastion = Bastion::new();
    let (core, _) = bastion.start();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    core.send(Command::Show(Query::of_sql(endless)));
    std::thread::sleep(std::time::Duration::from_millis(200));
    core.send(Command::CancelShow);
    let begun = std::time::Instant::now();
    core.send(Command::Kinds { sql: "SELECT 1".to_owned() });
    while !matches!(core.wait().unwrap(), Event::Kinds { .. }) {}
    assert!(begun.elapsed() < std::time::Duration::from_secs(10), "not when its minute is over");
}
