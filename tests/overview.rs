//! The overview and the search for a database over a real store: the simulated AWS is swept, and every figure is held
//! against the grid with the figure's conditions, and against a count of our own over the exported JSON.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use rds_fleet::config::Environment;
use rds_fleet::core::{
    By, Command, Core, Database, Event, Export, Figure, Options, Overview, RowChoice, Urgency,
};
use rds_fleet::inventory::Place;
use rds_fleet::query::Query;
use rds_fleet::rds::kind;
use rds_fleet::report::Format;
use rds_fleet::sandbox::{Faults, Sandbox, Settings};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

struct Fleet {
    core: Core,
    folder: tempfile::TempDir,
    _sandbox: Sandbox,
}

impl Fleet {
    fn swept(kinds: &[&'static str]) -> Fleet {
        let fleet = Fleet::asked(Settings { accounts: 6, ..Settings::default() }, kinds);
        fleet.until(|event| matches!(event, Event::SweepEnded).then_some(()));
        fleet
    }

    /// A fleet whose sweep has just begun.
    fn asked(settings: Settings, kinds: &[&'static str]) -> Fleet {
        let sandbox = Sandbox::start(settings).unwrap();
        let environment = Environment::from_variables(sandbox.variables(), None);
        let options = Options { store: Some(Place::Memory(None)), ..Options::of(environment) };
        let core = Core::start(options, || {}).unwrap();
        let fleet = Fleet { core, folder: tempfile::tempdir().unwrap(), _sandbox: sandbox };
        fleet.until(|event| matches!(event, Event::Fleet(_)).then_some(()));
        fleet.core.send(Command::Sweep { targets: None, kinds: kinds.to_vec() });
        fleet
    }

    fn until<T>(&self, pick: impl Fn(&Event) -> Option<T>) -> T {
        loop {
            if let Some(found) = pick(&self.core.wait().expect("the core runs")) {
                return found;
            }
        }
    }

    fn overview(&self, targets: Option<Vec<u32>>) -> Arc<Overview> {
        self.core.send(Command::Overview { targets });
        self.until(|event| match event {
            Event::Overview(overview) => Some(overview.clone().unwrap()),
            _ => None,
        })
    }

    /// How many rows the grid shows under a figure's conditions.
    fn shown(&self, figure: &Figure, targets: Option<Vec<u32>>) -> usize {
        let query =
            Query { filters: figure.filters.clone(), targets, ..Query::of(kind(figure.kind).unwrap()) };
        self.core.send(Command::Show(query.clone()));
        self.until(|event| match event {
            Event::View(view) if view.query == query => {
                assert_eq!(view.error, None, "{figure:?}");
                Some(view.rows.len())
            }
            _ => None,
        })
    }

    fn json(&self, name: &str) -> Vec<Value> {
        let path = self.folder.path().join(format!("{name}.json"));
        let query = Query::of(kind(name).unwrap());
        let (rows, format) = (RowChoice::All, Format::Json);
        self.core.send(Command::Export(Export {
            query,
            rows,
            every_column: true,
            format,
            path: path.clone(),
        }));
        self.until(|event| match event {
            Event::Exported(exported) => Some(exported.clone().unwrap()),
            _ => None,
        });
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    fn find(&self, text: &str) -> Vec<Database> {
        self.core.send(Command::Find { text: text.to_owned() });
        self.until(|event| match event {
            Event::Databases(found) if found.text == text => Some(found.databases.clone()),
            _ => None,
        })
    }
}

const EVERYTHING: [&str; 4] = ["db-instances", "db-clusters", "pending-maintenance-actions", "certificates"];

fn figures(overview: &Overview) -> Vec<(String, Figure)> {
    let mut figures = vec![
        ("instances".to_owned(), overview.instances.clone()),
        ("clusters".to_owned(), overview.clusters.clone()),
    ];
    for breakdown in &overview.breakdowns {
        for bar in breakdown.bars.iter().chain(&breakdown.others) {
            figures.push((format!("{:?} {}", breakdown.by, bar.name), bar.figure.clone()));
        }
    }
    figures
        .extend(overview.concerns.iter().map(|concern| (concern.sentence.clone(), concern.figure.clone())));
    figures
}

#[test]
fn every_figure_is_what_the_grid_shows_under_its_conditions() {
    let fleet = Fleet::swept(&EVERYTHING);
    for targets in [None, Some(vec![1, 2])] {
        let overview = fleet.overview(targets.clone());
        let figures = figures(&overview);
        assert!(figures.len() > 30 && overview.instances.number > 10);
        for (name, figure) in figures {
            assert_eq!(fleet.shown(&figure, targets.clone()) as u64, figure.number, "{name}");
        }
        for breakdown in &overview.breakdowns {
            let bars = breakdown.bars.iter().chain(&breakdown.others);
            let all: u64 = bars.map(|bar| bar.figure.number).sum();
            assert_eq!(all, overview.instances.number, "{:?}", breakdown.by);
        }
    }
}

#[test]
fn figures_of_a_first_sweep_say_that_more_is_to_come() {
    let faults = Faults { hanging: vec![0], ..Faults::default() };
    let settings = Settings { accounts: 3, faults, ..Settings::default() };
    let fleet = Fleet::asked(settings, &["db-instances", "db-clusters"]);
    fleet.core.send(Command::Overview { targets: None });
    let one_hangs = |event: &Event| match event {
        Event::Overview(Ok(overview)) => {
            let completeness = &overview.completeness;
            (completeness.reached == 2 && completeness.awaited > 0).then(|| overview.clone())
        }
        _ => None,
    };
    assert!(fleet.until(one_hangs).instances.number > 0, "what is there is counted");
    fleet.core.send(Command::Cancel);
    fleet.until(|event| matches!(event, Event::SweepEnded).then_some(()));
    let completeness = &fleet.overview(None).completeness;
    assert_eq!((completeness.reached, completeness.awaited), (2, 0), "nothing more comes");
}

#[test]
fn the_figures_are_those_of_a_count_by_hand() {
    let fleet = Fleet::swept(&EVERYTHING);
    let overview = fleet.overview(None);
    let instances = fleet.json("db-instances");
    let count = |test: &dyn Fn(&Value) -> bool| instances.iter().filter(|row| test(row)).count() as u64;
    let is_own = |row: &Value| {
        let engine = row["Engine"].as_str().unwrap();
        !engine.starts_with("aurora") && engine != "docdb" && engine != "neptune"
    };
    let sizes =
        instances.iter().filter(|row| is_own(row)).map(|row| row["AllocatedStorage"].as_u64().unwrap());
    assert_eq!(overview.storage.number, sizes.sum::<u64>());

    let now = OffsetDateTime::now_utc();
    let ends = |row: &Value| {
        let text = row["CertificateDetails"]["ValidTill"].as_str().unwrap();
        OffsetDateTime::parse(text, &Rfc3339).unwrap().date()
    };
    let soon = now.date() + time::Duration::days(90);
    let replica = |row: &Value| row["ReadReplicaSourceDBInstanceIdentifier"].is_string();
    let expected: [(&str, u64); 9] = [
        ("server certificate", count(&|row| ends(row) < now.date())),
        ("server certificate", count(&|row| (now.date()..=soon).contains(&ends(row)))),
        ("waits for a reboot", count(&|row| row["DBParameterGroups"].to_string().contains("pending-reboot"))),
        ("publicly accessible", count(&|row| row["PubliclyAccessible"] == true)),
        ("without automated backups", count(&|row| row["BackupRetentionPeriod"] == 0 && !replica(row))),
        (
            "pending changes",
            count(&|row| row["PendingModifiedValues"].as_object().is_some_and(|values| !values.is_empty())),
        ),
        ("not encrypted", count(&|row| row["StorageEncrypted"] == false)),
        (
            "without deletion protection",
            count(&|row| row["MultiAZ"] == true && row["DeletionProtection"] == false),
        ),
        ("ended authority", count(&|row| row["CACertificateIdentifier"] == "rds-ca-2019")),
    ];
    for (words, expected) in expected {
        let told: Vec<u64> = overview
            .concerns
            .iter()
            .filter(|concern| concern.sentence.replace("wait for", "waits for").contains(words))
            .map(|concern| concern.figure.number)
            .collect();
        assert!(expected > 0 && told.contains(&expected), "{words}: {expected} of {told:?}");
    }
    let forced = fleet.json("pending-maintenance-actions");
    let until = (now.date() + time::Duration::days(30)).to_string();
    let is_forced = |row: &&Value| {
        let actions = row["PendingMaintenanceActionDetails"].as_array().unwrap();
        actions
            .iter()
            .any(|action| action["ForcedApplyDate"].as_str().is_some_and(|date| date[..10] <= *until))
    };
    let forced = forced.iter().filter(is_forced).count() as u64;
    let told = overview.concerns.iter().find(|concern| concern.figure.kind == "pending-maintenance-actions");
    assert_eq!(told.map_or(0, |concern| concern.figure.number), forced);

    let major = overview.breakdowns.iter().find(|breakdown| breakdown.by == By::MajorVersion).unwrap();
    for bar in &major.bars {
        let (engine, version) = bar.name.split_once(' ').unwrap();
        let of_it = count(&|row| {
            let whole = row["EngineVersion"].as_str().unwrap();
            row["Engine"] == engine && (whole == version || whole.starts_with(&format!("{version}.")))
        });
        assert_eq!(bar.figure.number, of_it, "{}", bar.name);
    }
    let urgencies: Vec<Urgency> = overview.concerns.iter().map(|concern| concern.urgency).collect();
    assert!(urgencies.is_sorted(), "{urgencies:?}");
    assert_eq!((overview.completeness.accounts, overview.completeness.reached), (6, 6));
    assert!(overview.completeness.as_of.is_some());
}

#[test]
fn a_database_is_found_by_its_name_its_endpoint_and_the_name_inside() {
    let fleet = Fleet::swept(&["db-instances", "db-clusters"]);
    let instances = fleet.json("db-instances");
    let instance =
        instances.iter().find(|row| row["Endpoint"].is_object() && row["DBName"].is_string()).unwrap();
    let text = |name: &str| instance[name].as_str().unwrap().to_owned();
    let identifier = text("DBInstanceIdentifier");
    let first = fleet.find(&identifier.to_uppercase()).remove(0);
    assert_eq!((first.kind, first.identifier.as_str()), ("db-instances", identifier.as_str()));
    assert_eq!(
        (first.account_id, first.region, first.engine),
        (text("AccountId"), text("Region"), text("Engine"))
    );
    let address = instance["Endpoint"]["Address"].as_str().unwrap();
    assert!(fleet.find(address).iter().any(|database| database.identifier == identifier));
    let named = fleet.find(&text("DBName"));
    assert!(!named.is_empty() && named.len() <= 20);
    let cluster = fleet.json("db-clusters").remove(0);
    let name = cluster["DBClusterIdentifier"].as_str().unwrap();
    assert!(
        fleet.find(name).iter().any(|database| database.kind == "db-clusters" && database.identifier == name)
    );
    let few = fleet.find(&identifier[..2]);
    let is_near = |database: &&Database| database.identifier.to_lowercase().starts_with(&identifier[..2]);
    assert_eq!(
        few.iter().take_while(is_near).count(),
        few.iter().filter(is_near).count(),
        "the nearest come first"
    );
    assert!(fleet.find("no database is called so").is_empty());
    // By its ARN or its place it is the only one, in whatever case these are typed.
    let placed = format!("{}/{}/{identifier}", text("AccountId"), text("Region"));
    for whole in [text("DBInstanceArn"), text("DBInstanceArn").to_uppercase(), placed.to_uppercase()] {
        let found = fleet.find(&whole);
        assert_eq!(found[0].identifier, identifier, "{whole}");
        assert!(found.iter().all(|database| database.account_id == text("AccountId")), "{whole}");
    }
    // A slip of the hand: the nearest names are offered instead.
    let slip = format!("{}{}", &identifier[..identifier.len() - 2], &identifier[identifier.len() - 1..]);
    let found = fleet.find(&slip);
    assert!(found.iter().any(|database| database.identifier == identifier), "{slip}: {found:?}");
}
