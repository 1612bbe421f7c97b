//! The sweep end to end: core, sessions, SDK and real HTTP against the simulated AWS.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rds_fleet::config::Environment;
use rds_fleet::core::{Command, Core, Event, Export, Exported, Fleet, Options, RowChoice};
use rds_fleet::failure::State;
use rds_fleet::inventory::Place;
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
        let options = Options {
            selection,
            limits,
            watch: true,
            store: Some(Place::Memory(None)),
            ..Options::of(environment)
        };
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
fn that_a_sweep_has_begun_is_told_before_anything_else_is_done() {
    let settings = Settings { faults: Faults { hanging: vec![0, 1], ..Faults::default() }, ..settings(2, 1) };
    let bastion = Bastion::start(settings, Limits::default(), both_regions());
    // The fleet has been told a moment ago, and both are asked for before the next telling would be due.
    bastion.core.send(Command::Sweep { targets: None, kinds: KINDS.to_vec() });
    bastion.core.send(Command::Cancel);
    let mut told = Vec::new();
    loop {
        match bastion.core.wait().unwrap() {
            Event::Fleet(fleet) => told.push((fleet.progress.running, fleet.progress.cancelling)),
            Event::SweepEnded => break,
            _ => {}
        }
    }
    let begun = told.iter().position(|told| *told == (true, false));
    let cancelling = told.iter().position(|told| *told == (true, true));
    assert!(begun.is_some() && cancelling > begun, "{told:?}");
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

/// The coverage of one kind, by account.
fn coverage_of(
    fleet: &Fleet,
    kind: &str,
) -> BTreeMap<String, Vec<std::sync::Arc<rds_fleet::sweep::Coverage>>> {
    let mut coverage: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for account in &fleet.accounts {
        let of_kind =
            account.targets.iter().flat_map(|target| &target.coverage).filter(|one| one.kind == kind);
        coverage.entry(account.account_id.clone().unwrap_or_default()).or_default().extend(of_kind.cloned());
    }
    coverage
}

/// The distinct groups that rows name, with the pages that each group's parameters take.
fn names_in(rows: &[Value], kind: &str, names: impl Fn(&Value) -> Vec<String>) -> BTreeSet<String> {
    assert!(!rows.is_empty(), "{kind}");
    let place = |row: &Value| format!("{} {}", row["AccountId"], row["Region"]);
    rows.iter()
        .flat_map(|row| names(row).into_iter().map(move |name| format!("{} {name}", place(row))))
        .collect()
}

#[test]
fn children_are_asked_once_for_each_name_and_their_parent_once_for_all() {
    let mut bastion = Bastion::start(settings(6, 12), Limits::default(), both_regions());
    let children = ["db-parameters", "db-cluster-parameters", "db-proxy-target-groups", "db-proxy-targets"];
    let all = [&children[..], &["db-instances", "db-proxies"]].concat();
    bastion.core.send(Command::Sweep { targets: None, kinds: all });
    bastion.until_swept();
    assert_eq!(bastion.failures(), BTreeMap::new());
    let counts = bastion.sandbox.counts();
    let of = |operation: &str| counts.describe.get(operation).copied().unwrap_or_default();
    // Wanted or not, a parent is read once: one page here of each of twelve targets.
    assert_eq!((of("DescribeDBInstances"), of("DescribeDBClusters"), of("DescribeDBProxies")), (12, 12, 12));

    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let groups = names_in(&bastion.rows("db-instances"), "db-instances", |row| {
        let groups = row["DBParameterGroups"].as_array().cloned().unwrap_or_default();
        groups.iter().map(|group| text(&group["DBParameterGroupName"])).collect()
    });
    let parameters = bastion.rows("db-parameters");
    let mut in_group: BTreeMap<String, u64> = BTreeMap::new();
    for row in &parameters {
        let group = format!("{} {} {}", row["AccountId"], row["Region"], text(&row["DBParameterGroupName"]));
        *in_group.entry(group).or_default() += 1;
    }
    assert_eq!(in_group.keys().cloned().collect::<BTreeSet<_>>(), groups, "the groups in use and no other");
    let pages: u64 = in_group.values().map(|rows| rows.div_ceil(100)).sum();
    assert!(pages > groups.len() as u64);
    assert_eq!(of("DescribeDBParameters"), pages, "one call for each distinct group and page");

    let proxies = names_in(&bastion.rows("db-proxies"), "db-proxies", |row| vec![text(&row["DBProxyName"])]);
    assert_eq!(of("DescribeDBProxyTargets"), proxies.len() as u64);
    assert_eq!(of("DescribeDBProxyTargetGroups"), proxies.len() as u64);
    let behind = names_in(&bastion.rows("db-proxy-targets"), "db-proxy-targets", |row| {
        vec![text(&row["DBProxyName"])]
    });
    assert_eq!(behind, proxies);
    // The clusters were read and are not shown, for nobody wanted them; what that cost is in the books.
    assert!(
        coverage_of(&bastion.fleet, "db-clusters").values().flatten().all(|one| one.state == State::NotAsked)
    );
    let booked: u32 = bastion
        .fleet
        .accounts
        .iter()
        .flat_map(|account| &account.targets)
        .flat_map(|target| &target.coverage)
        .map(|coverage| coverage.calls)
        .sum();
    assert_eq!(u64::from(booked), counts.describe.values().sum::<u64>());
    assert!(counts.most_in_flight_per_target <= Limits::default().calls_per_target as u64);
}

#[test]
fn a_child_shares_its_parents_failure_and_a_group_that_went_is_none() {
    let mut plain = Bastion::start(settings(3, 12), Limits::default(), Selection::default());
    plain.core.send(Command::Sweep { targets: None, kinds: vec!["db-parameters"] });
    plain.until_swept();
    let config = std::fs::read_to_string(plain.sandbox.config_file()).unwrap();
    let accounts: Vec<String> = config
        .lines()
        .filter_map(|line| Some(line.split("arn:aws:iam::").nth(1)?[..12].to_owned()))
        .collect();
    let mut rows = plain.rows("db-parameters");
    rows.retain(|row| row["AccountId"] == accounts[0].as_str());
    let gone = rows[0]["DBParameterGroupName"].as_str().unwrap().to_owned();

    let faults = Faults {
        operation_denied: vec![(1, "DescribeDBInstances"), (2, "DescribeDBParameters")],
        deleted: vec![gone.clone()],
        ..Faults::default()
    };
    let mut bastion =
        Bastion::start(Settings { faults, ..settings(3, 12) }, Limits::default(), Selection::default());
    bastion.core.send(Command::Sweep { targets: None, kinds: vec!["db-parameters"] });
    bastion.until_swept();
    let coverage = coverage_of(&bastion.fleet, "db-parameters");
    let said = |number: usize| {
        let of_account = &coverage[&accounts[number]];
        assert_eq!(of_account.len(), 1);
        std::sync::Arc::clone(&of_account[0])
    };
    assert_eq!((said(0).state, said(0).failure.clone()), (State::Collected, None));
    for (number, action) in [(1, "rds:DescribeDBInstances"), (2, "rds:DescribeDBParameters")] {
        let coverage = said(number);
        assert_eq!(coverage.state, State::Denied);
        assert_eq!(coverage.failure.as_ref().unwrap().action, action);
        assert_eq!(coverage.rows, 0);
    }
    let left = bastion.rows("db-parameters");
    assert!(!left.is_empty() && left.iter().all(|row| row["DBParameterGroupName"] != gone.as_str()));
    rows.retain(|row| row["DBParameterGroupName"] != gone.as_str());
    assert_eq!(left.len(), rows.len(), "the other groups are all there");
}

#[test]
fn a_catalogue_is_asked_once_a_region_by_the_first_who_may() {
    let name = "db-major-engine-versions";
    let operation = "DescribeDBMajorEngineVersions";
    let faults =
        Faults { assume_role_denied: vec![0], operation_denied: vec![(1, operation)], ..Faults::default() };
    let mut bastion =
        Bastion::start(Settings { faults, ..settings(6, 3) }, Limits::default(), both_regions());
    for sweep in 1..=2_u64 {
        bastion.core.send(Command::Sweep { targets: None, kinds: vec![name] });
        bastion.until_swept();
        let counts = bastion.sandbox.counts();
        // In each of two regions one is refused and one answered.
        assert_eq!(counts.describe.get(operation), Some(&(4 * sweep)));
        // Who was denied the role is asked anew in each sweep, in each region: another's refusal is no answer there.
        assert_eq!(counts.assume_role, 2 + 2 * sweep, "the others need no credentials for it");
        let mut states: BTreeMap<State, Vec<(u32, u64)>> = BTreeMap::new();
        for one in coverage_of(&bastion.fleet, name).values().flatten() {
            states.entry(one.state).or_default().push((one.calls, one.rows));
        }
        assert_eq!(states[&State::Denied].len(), 4, "two accounts in two regions: {states:?}");
        let rows = bastion.rows(name);
        let collected = &mut states.get(&State::Collected).unwrap().clone();
        collected.sort_unstable();
        let each = rows.len() as u64 / 2;
        assert_eq!(collected[..], [[(0, 0)].repeat(6), [(1, each)].repeat(2)].concat());
        hold_each_version_once(&rows);
    }
    // Asked of another who may, the region's catalogue is still there once.
    let last = bastion.fleet.accounts.iter().flat_map(|account| &account.targets);
    let last = last.map(|target| target.target.number).max().unwrap();
    bastion.core.send(Command::Sweep { targets: Some(vec![last]), kinds: vec![name] });
    bastion.until_swept();
    hold_each_version_once(&bastion.rows(name));
}

#[test]
fn a_region_that_does_not_answer_is_not_waited_for_by_every_account() {
    let limits = Limits {
        attempt_timeout: Duration::from_millis(300),
        operation_timeout: Duration::from_millis(600),
        attempts: 2,
        ..Limits::default()
    };
    for (hanging, asked, unanswered) in [(0..2, 3, 2), (0..6, 3, 6)] {
        let faults = Faults { hanging: hanging.collect(), ..Faults::default() };
        let mut bastion = Bastion::start(
            Settings { faults, ..settings(6, 1) },
            limits.clone(),
            Selection { regions: vec!["eu-central-1".into()], ..Selection::default() },
        );
        bastion.core.send(Command::Sweep { targets: None, kinds: vec!["db-engine-versions"] });
        bastion.until_swept();
        let coverage = coverage_of(&bastion.fleet, "db-engine-versions");
        let all: Vec<_> = coverage.values().flatten().collect();
        assert_eq!(all.len(), 6);
        assert_eq!(all.iter().filter(|one| one.calls > 0).count(), asked);
        assert_eq!(all.iter().filter(|one| one.state == State::Unreachable).count(), unanswered);
        let not_asked =
            |sentence: &&String| sentence.contains("3 others of the region got no answer: no answer in time");
        assert_eq!(bastion.failures().keys().filter(not_asked).count(), usize::from(unanswered == 6));
    }
}

fn hold_each_version_once(rows: &[Value]) {
    let versions: BTreeSet<String> = rows
        .iter()
        .map(|row| format!("{} {} {}", row["Region"], row["Engine"], row["MajorEngineVersion"]))
        .collect();
    assert!(rows.len() > 10);
    assert_eq!(versions.len(), rows.len());
    assert!(rows.iter().all(|row| row["AccountId"].is_null()), "nobody's own");
}
