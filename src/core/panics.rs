//! Tests: a worker that panics turns into a failure of its request, which is told, and the next request works.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use super::answering::{Answering, Asker, Question, Telling};
use super::*;
use crate::inventory::{Inventory, Place, QueryLimits};
use crate::query::Query;
use crate::rds::kind;
use crate::report::{Format, Separator};
use crate::sandbox::{InstanceCount, Settings};

type Wanted = fn(&Message) -> bool;

/// At which message the core's thread panics. Each test runs in a process of its own, or alone with this.
static AT: Mutex<Option<Wanted>> = Mutex::new(None);

fn panic_at(wanted: Option<Wanted>) {
    *AT.lock().unwrap() = wanted;
}

pub fn panic_if_wanted(message: &Message) {
    let wanted = *AT.lock().unwrap();
    assert!(!wanted.is_some_and(|wanted| wanted(message)), "asked for");
}

struct Bastion {
    core: Core,
    folder: tempfile::TempDir,
}

impl Bastion {
    fn start() -> Bastion {
        let demo = Settings {
            accounts: 2,
            regions: vec!["eu-central-1".to_owned()],
            instances_per_target: InstanceCount::Exactly(3),
            ..Settings::default()
        };
        let options = Options {
            demo: Some(demo),
            store: Some(Place::Memory(None)),
            ..Options::of(Environment::from_variables([], None))
        };
        let core = Core::start(options, || {}).unwrap();
        let bastion = Bastion { core, folder: tempfile::tempdir().unwrap() };
        bastion.next(|event| match event {
            Event::Fleet(fleet) if !fleet.accounts.is_empty() => Some(()),
            _ => None,
        });
        bastion
    }

    /// What an event says, the first of which something is found.
    fn next<T>(&self, found: impl Fn(Event) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < Duration::from_secs(30), "nobody tells the end");
            match self.core.poll() {
                Some(event) => {
                    if let Some(found) = found(event) {
                        return found;
                    }
                }
                None => thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    fn sweep(&self) -> Option<Arc<Fleet>> {
        self.core.send(Command::Sweep { targets: None, kinds: vec!["db-instances"] });
        let newest = Mutex::new(None);
        self.next(|event| match event {
            Event::Fleet(fleet) => {
                *newest.lock().unwrap() = Some(fleet);
                None
            }
            Event::SweepEnded => Some(()),
            _ => None,
        });
        newest.into_inner().unwrap()
    }

    fn export(&self) -> Result<usize, String> {
        self.core.send(Command::Export(Export {
            query: Query::of(kind("db-instances").unwrap()),
            rows: RowChoice::All,
            every_column: false,
            format: Format::Csv(Separator::COMMA),
            path: self.folder.path().join("rows.csv"),
        }));
        self.next(|event| match event {
            Event::Exported(result) => Some(result.map(|exported| exported.rows)),
            _ => None,
        })
    }

    fn kinds(&self) -> Result<usize, String> {
        self.core.send(Command::Kinds { sql: "SELECT * FROM db_instances".to_owned() });
        self.next(|event| match event {
            Event::Kinds { kinds, .. } => {
                Some(kinds.map(|kinds| kinds.len()).map_err(|error| error.to_string()))
            }
            _ => None,
        })
    }
}

#[test]
fn the_cores_thread_goes_on_after_a_panic_and_says_so() {
    let bastion = Bastion::start();
    bastion.sweep();
    panic_at(Some(|message| matches!(message, Message::Command(Command::Export(_) | Command::Kinds { .. }))));
    assert!(bastion.export().unwrap_err().contains("a bug in RDS Fleet (asked for)"));
    assert!(bastion.kinds().unwrap_err().contains("a bug"));
    panic_at(Some(|message| matches!(message, Message::Command(Command::Sweep { .. }))));
    bastion.sweep();
    panic_at(Some(|message| matches!(message, Message::SweepEnded)));
    bastion.sweep();
    panic_at(None);
    let fleet = bastion.sweep().unwrap();
    assert!(fleet.store.notices.iter().any(|notice| notice.contains("a bug")), "{:?}", fleet.store.notices);
    assert_eq!(bastion.export(), Ok(6));
    assert_eq!(bastion.kinds(), Ok(1));
}

#[test]
fn what_a_panic_left_open_is_a_failure_of_its_target() {
    let bastion = Bastion::start();
    panic_at(Some(|message| {
        matches!(message, Message::Sweep(crate::sweep::Progress::Settled { target: 0, .. }))
    }));
    let fleet = bastion.sweep().unwrap();
    panic_at(None);
    let states: Vec<_> = fleet
        .accounts
        .iter()
        .flat_map(|account| &account.targets)
        .map(|target| {
            let of_kind = |coverage: &&Arc<_>| coverage_kind(coverage) == "db-instances";
            let coverage = target.coverage.iter().find(of_kind).unwrap();
            (coverage.state, target.busy)
        })
        .collect();
    assert!(states.contains(&(crate::failure::State::Failed, false)), "{states:?}");
    assert!(states.contains(&(crate::failure::State::Collected, false)), "{states:?}");
}

fn coverage_kind(coverage: &crate::sweep::Coverage) -> &'static str {
    coverage.kind
}

#[test]
fn the_thread_that_answers_goes_on_after_a_panic_and_says_so() {
    let (inventory, _) = Inventory::open(&Place::Memory(None)).unwrap();
    let (events, told) = channel();
    let (core, _inbox) = channel();
    let telling = Telling { events, wake: Arc::new(|| {}) };
    let storage = inventory.storage().clone();
    let answering = Answering::start(storage, QueryLimits::default(), telling, core).unwrap();
    let next = || told.recv_timeout(Duration::from_secs(20)).expect("nobody tells");
    let query = Query::of(kind("db-instances").unwrap());
    let sql = "SELECT 1".to_owned();

    answering.ask(Question::Panic(Asker::Show(7, query.clone())));
    let Event::View(view) = next() else { panic!("a view") };
    assert!(view.number == 7 && view.error.as_ref().unwrap().to_string().contains("a bug"));
    answering.ask(Question::Panic(Asker::Overview(8)));
    assert!(matches!(next(), Event::Overview(Err(_))));
    answering.ask(Question::Panic(Asker::Values(query, "Engine".to_owned())));
    assert!(matches!(next(), Event::Values(values) if values.column == "Engine"));
    answering.ask(Question::Panic(Asker::Kinds(sql.clone())));
    assert!(matches!(next(), Event::Kinds { kinds: Err(_), .. }));
    answering.ask(Question::Kinds { sql });
    assert!(matches!(next(), Event::Kinds { kinds: Ok(_), .. }));
}
