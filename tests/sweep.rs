//! The sweep end to end: core, sessions, SDK and real HTTP against the simulated AWS.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rds_fleet::config::Environment;
use rds_fleet::core::{Command, Core, Event, Export, Exported, Fleet, Options, RowChoice};
use rds_fleet::failure::State;
use rds_fleet::query::Query;
use rds_fleet::rds::kind;
use rds_fleet::report::Format;
use rds_fleet::sandbox::{Faults, InstanceCount, ProfileNames, Sandbox, Settings};
use rds_fleet::sweep::{Limits, Selection};
use serde_json::Value;

const KINDS: [&str; 2] = ["db-instances", "db-clusters"];

struct Bastion {
    sandbox: Sandbox,
    core: Core,
    fleet: std::sync::Arc<Fleet>,
    folder: tempfile::TempDir,
}

impl Bastion {
    fn start(settings: Settings, limits: Limits, selection: Selection) -> Bastion {
        let sandbox = Sandbox::start(settings).unwrap();
        let environment = Environment::from_variables(sandbox.variables(), None);
        let options = Options { environment, selection, limits, demo: None, watch: true };
        let core = Core::start(options, || {}).unwrap();
        let fleet = loop {
            if let Some(Event::Fleet(fleet)) = core.wait() {
                break fleet;
            }
        };
        Bastion { sandbox, core, fleet, folder: tempfile::tempdir().unwrap() }
    }

    fn sweep(&mut self) -> Duration {
        let begun = Instant::now();
        self.core.send(Command::Sweep { targets: None, kinds: KINDS.to_vec() });
        self.until_swept();
        begun.elapsed()
    }

    fn until_swept(&mut self) {
        loop {
            match self.core.wait().unwrap() {
                Event::Fleet(fleet) => self.fleet = fleet,
                Event::SweepEnded => break,
                _ => {}
            }
        }
    }

    /// What is shown of a kind, as exported JSON.
    fn rows(&self, name: &str) -> Vec<Value> {
        let exported = self.export(name, None);
        serde_json::from_slice(&std::fs::read(exported.path).unwrap()).unwrap()
    }

    fn export(&self, name: &str, targets: Option<Vec<u32>>) -> Exported {
        self.core.send(Command::Export(Export {
            query: Query { targets, ..Query::of(kind(name).unwrap()) },
            rows: RowChoice::All,
            every_column: true,
            format: Format::Json,
            path: self.folder.path().join("rows.json"),
        }));
        loop {
            if let Event::Exported(result) = self.core.wait().unwrap() {
                return result.unwrap();
            }
        }
    }

    fn arns(&self, name: &str) -> Vec<String> {
        let key = kind(name).unwrap().key[0];
        let mut arns: Vec<String> =
            self.rows(name).iter().map(|row| row[key].as_str().unwrap().to_owned()).collect();
        arns.sort();
        arns
    }

    /// Holds what is shown of a kind against the truth: each resource once, and no other.
    fn hold_complete(&self, name: &str) {
        let (ours, expected) = (self.arns(name), self.expected(name));
        let missing: Vec<&String> = expected.iter().filter(|arn| !ours.contains(arn)).take(5).collect();
        let surplus: Vec<&String> = ours.iter().filter(|arn| !expected.contains(arn)).take(5).collect();
        assert_eq!(
            (ours.len(), missing, surplus),
            (expected.len(), vec![], vec![]),
            "{name}: {:#?}",
            self.failures()
        );
    }

    fn expected(&self, name: &str) -> Vec<String> {
        let mut arns: Vec<String> = self
            .sandbox
            .expected(name)
            .into_iter()
            .filter(|resource| resource.reachable)
            .map(|resource| resource.arn)
            .collect();
        arns.sort();
        arns
    }

    /// Every failure's sentence, with how often it was met.
    fn failures(&self) -> BTreeMap<String, usize> {
        let mut sentences = BTreeMap::new();
        for account in &self.fleet.accounts {
            for coverage in account.targets.iter().flat_map(|target| &target.coverage) {
                if let Some(failure) = &coverage.failure {
                    *sentences.entry(failure.message.chars().take(200).collect()).or_default() += 1;
                }
            }
        }
        sentences
    }

    /// States by account, of every target and kind.
    fn states(&self) -> BTreeMap<String, BTreeSet<State>> {
        let mut states: BTreeMap<String, BTreeSet<State>> = BTreeMap::new();
        for account in &self.fleet.accounts {
            for coverage in account.targets.iter().flat_map(|target| &target.coverage) {
                states
                    .entry(account.account_id.clone().unwrap_or_default())
                    .or_default()
                    .insert(coverage.state);
            }
        }
        states
    }
}

fn settings(accounts: usize, instances: usize) -> Settings {
    Settings {
        accounts,
        regions: vec!["eu-central-1".into(), "us-east-1".into()],
        instances_per_target: InstanceCount::Exactly(instances),
        profiles_per_account: ProfileNames::One,
        ..Settings::default()
    }
}

/// `ProfileNames::One` names one region; the sweep asks in both.
fn both_regions() -> Selection {
    Selection { regions: vec!["eu-central-1".into(), "us-east-1".into()], ..Selection::default() }
}

#[test]
fn every_row_arrives_once_and_each_role_is_assumed_once() {
    let mut bastion = Bastion::start(settings(8, 130), Limits::default(), both_regions());
    bastion.sweep();
    for name in KINDS {
        bastion.hold_complete(name);
    }
    assert!(bastion.arns("db-instances").len() >= 8 * 2 * 130);
    let counts = bastion.sandbox.counts();
    assert_eq!(counts.assume_role, 8, "one AssumeRole for each role, whatever its profiles and regions");
    assert_eq!(counts.imds_credentials, 1, "the base credentials are asked for once for all");
    assert!(counts.most_in_flight_per_target <= Limits::default().calls_per_target as u64);
    assert!(counts.most_in_flight <= Limits::default().calls as u64);
    assert!(bastion.states().values().all(|states| *states == BTreeSet::from([State::Collected])));
}

#[test]
fn faults_cost_only_those_who_have_them() {
    let faults = Faults {
        throttled_share: 0.20,
        server_error_share: 0.05,
        dropped_share: 0.03,
        assume_role_denied: vec![3],
        describe_denied: vec![7],
        hanging: vec![11],
        nonsense: vec![15],
        ..Faults::default()
    };
    let settings = Settings {
        faults,
        latency: Duration::from_millis(5),
        // Shorter than the sweep, so that credentials run out in the middle of it.
        credential_lifetime: Duration::from_secs(2),
        ..settings(24, 110)
    };
    let limits = Limits {
        calls: 16,
        attempt_timeout: Duration::from_secs(3),
        operation_timeout: Duration::from_secs(20),
        attempts: 20,
        ..Limits::default()
    };
    let mut bastion = Bastion::start(settings, limits, both_regions());
    let took = bastion.sweep();
    for name in KINDS {
        bastion.hold_complete(name);
    }
    let states = bastion.states();
    let by_state = |state| states.values().filter(|states| states.contains(&state)).count();
    assert_eq!(states.len(), 24);
    assert_eq!((by_state(State::Denied), by_state(State::Failed)), (2, 1), "{states:?}");
    // The one that hangs also outlives its two seconds of credentials; either may be what it ends with.
    assert_eq!(by_state(State::Unreachable) + by_state(State::Expired), 1, "{states:?}");
    for account in &bastion.fleet.accounts {
        for coverage in account.targets.iter().flat_map(|target| &target.coverage) {
            let named = coverage.failure.as_ref().map(|failure| failure.sentence()).unwrap_or_default();
            match coverage.state {
                State::Denied => assert!(named.contains("AccessDenied"), "{named}"),
                State::Failed => assert!(named.contains("not XML") || named.contains("has no <"), "{named}"),
                State::Unreachable => assert!(named.contains("in time"), "{named}"),
                State::Expired => assert!(named.contains("ExpiredToken"), "{named}"),
                state => assert_eq!((state, named.as_str()), (State::Collected, "")),
            }
        }
    }
    let counts = bastion.sandbox.counts();
    assert!(counts.assume_role > 30, "credentials were renewed in the middle: {}", counts.assume_role);
    // Bounded by the hanging account's operations, not by the sum of all troubles.
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn cancel_answers_at_once_and_says_what_is_missing() {
    let settings =
        Settings { faults: Faults { hanging: (4..12).collect(), ..Faults::default() }, ..settings(12, 5) };
    let mut bastion = Bastion::start(settings, Limits::default(), both_regions());
    bastion.core.send(Command::Sweep { targets: None, kinds: KINDS.to_vec() });
    while bastion.fleet.progress.done < 8 {
        if let Event::Fleet(fleet) = bastion.core.wait().unwrap() {
            bastion.fleet = fleet;
        }
    }
    let begun = Instant::now();
    bastion.core.send(Command::Cancel);
    bastion.until_swept();
    assert!(begun.elapsed() < Duration::from_secs(1));
    let cancelled = bastion.states().values().filter(|states| states.contains(&State::Cancelled)).count();
    assert_eq!(cancelled, 8);
    // What was collected stays, and can be refreshed: nothing of it is lost or doubled.
    let before = bastion.arns("db-instances");
    assert_eq!(before.len(), 4 * 2 * 5);
    bastion.core.send(Command::Sweep { targets: Some(vec![0, 1]), kinds: KINDS.to_vec() });
    bastion.until_swept();
    assert_eq!(bastion.arns("db-instances"), before);
}

#[test]
fn an_edit_of_the_config_shows_while_a_sweep_runs() {
    let settings = Settings { latency: Duration::from_millis(400), ..settings(4, 3) };
    let mut bastion =
        Bastion::start(settings, Limits { calls: 1, ..Limits::default() }, Selection::default());
    bastion.core.send(Command::Sweep { targets: None, kinds: KINDS.to_vec() });
    let file = bastion.sandbox.config_file().to_owned();
    let text = std::fs::read_to_string(&file).unwrap();
    let added = "\n[profile ADDED]\nrole_arn = arn:aws:iam::123456789012:role/R\n\
                 credential_source = Ec2InstanceMetadata\nregion = eu-central-1\n[profile BROKEN]\nrole_arn = x\n";
    let begun = Instant::now();
    std::fs::write(&file, text + added).unwrap();
    let mut shown = None;
    loop {
        match bastion.core.wait().unwrap() {
            Event::Fleet(fleet) => {
                let is_new = |account: &rds_fleet::core::Account| {
                    account.account_id.as_deref() == Some("123456789012")
                };
                if shown.is_none() && fleet.accounts.iter().any(is_new) {
                    shown = Some(begun.elapsed());
                    assert!(fleet.progress.running, "the sweep goes on");
                    assert_eq!(fleet.config.broken.len(), 1);
                    assert!(
                        fleet
                            .config
                            .diagnostics
                            .iter()
                            .any(|found| found.profile.as_deref() == Some("BROKEN"))
                    );
                }
                bastion.fleet = fleet;
            }
            Event::SweepEnded => break,
            _ => {}
        }
    }
    assert!(shown.is_some_and(|after| after < Duration::from_secs(2)), "{shown:?}");
    assert_eq!(bastion.arns("db-instances").len(), 4 * 3, "and it is undisturbed");
    assert!(bastion.states()["123456789012"].contains(&State::NotAsked));
    assert_eq!(bastion.export("db-instances", None).not_collected, 2, "the broken profile is counted too");
    assert_eq!(bastion.export("db-instances", Some(vec![0])).not_collected, 0, "other targets are not meant");
}
