//! Comparisons through the core, against the simulated AWS: what is asked of it and how often, what is said of an account
//! whose parameters may not be read, and what was at another time.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::sync::Arc;

use rds_fleet::analysis::baseline::Baseline;
use rds_fleet::analysis::compare::{Comparison, Shown};
use rds_fleet::analysis::drift::{Since, departures, not_known};
use rds_fleet::analysis::gather::{Chosen, subjects};
use rds_fleet::analysis::moments;
use rds_fleet::analysis::rules::Rules;
use rds_fleet::analysis::same::Verdict;
use rds_fleet::analysis::setting::Section;
use rds_fleet::config::Environment;
use rds_fleet::core::{
    Against, Choice, Collect, Command, Compare, Compared, Core, Event, HoldAgainst, Options,
};
use rds_fleet::inventory::{Inventory, Origin, Place, Records, Storage, Which};
use rds_fleet::query::{Filter, Query, Test};
use rds_fleet::rds::{Cell, Kind, Row, kind};
use rds_fleet::sandbox::{Faults, Sandbox, Settings};
use time::OffsetDateTime;
use time::macros::datetime;

struct Bastion {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl Bastion {
    /// The accounts of the planted application, and some others.
    fn new(faults: Faults) -> Bastion {
        let regions = ["eu-central-1", "us-east-1"].map(str::to_owned).to_vec();
        let sandbox =
            Sandbox::start(Settings { accounts: 12, planted: true, regions, faults, ..Settings::default() })
                .unwrap();
        Bastion { sandbox, folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("inventory.sqlite")
    }

    /// A program that has collected instances and clusters.
    fn start(&self) -> Core {
        let environment = Environment::from_variables(self.sandbox.variables(), None);
        let store = Some(Place::File(self.file()));
        let core = Core::start(Options { store, ..Options::of(environment) }, || {}).unwrap();
        while !matches!(core.wait().unwrap(), Event::Fleet(_)) {}
        core.send(Command::Sweep { targets: None, kinds: vec!["db-instances", "db-clusters"] });
        while !matches!(core.wait().unwrap(), Event::SweepEnded) {}
        core
    }

    fn calls(&self, operation: &str) -> u64 {
        self.sandbox.counts().describe.get(operation).copied().unwrap_or_default()
    }
}

fn invoicing() -> Compare {
    let mut query = Query::of(kind("db-instances").unwrap());
    query.filters = vec![Filter::column("DBInstanceIdentifier", Test::Contains("invoicing-".to_owned()))];
    Compare::of(Choice::Query(Box::new(query)))
}

fn ask(core: &Core, compare: Compare) -> Result<Arc<Compared>, String> {
    core.send(Command::Compare(compare));
    loop {
        if let Event::Comparison(compared) = core.wait().unwrap() {
            return compared;
        }
    }
}

#[test]
fn each_parameter_group_is_asked_once_page_by_page_and_never_again() {
    let bastion = Bastion::new(Faults::default());
    let core = bastion.start();
    assert_eq!(bastion.calls("DescribeDBParameters"), 0);
    let compared = ask(&core, invoicing()).unwrap();
    assert_eq!(compared.comparison.databases.len(), 5);
    assert!(compared.comparison.gaps.is_empty(), "{:?}", compared.comparison.gaps);

    // Every group that an instance of those five accounts and regions names, and nothing of the others.
    let records = Records::open(&Storage::File(bastion.file())).unwrap();
    let mut pages = 0;
    for database in &compared.comparison.databases {
        let place = (database.account_id.clone(), database.region.clone());
        let which = Which::Of { place: &place, member: "Region", values: std::slice::from_ref(&place.1) };
        let mut groups: BTreeMap<String, u64> = BTreeMap::new();
        for record in records.of(kind("db-parameters").unwrap(), &which, None).unwrap() {
            *groups.entry(record.text("DBParameterGroupName")).or_default() += 1;
        }
        assert!(groups.keys().any(|name| name.starts_with("invoicing-")) && groups.len() > 1);
        pages += groups.values().map(|parameters| parameters.div_ceil(100)).sum::<u64>();
    }
    assert_eq!(bastion.calls("DescribeDBParameters"), pages);
    assert_eq!(bastion.calls("DescribeDBClusterParameters"), 0, "none of them is in a cluster");
    // Their groups are the company's, whose names do not say the engine family: one call for each of the five places.
    assert_eq!(bastion.calls("DescribeDBParameterGroups"), 5);
    assert_eq!(bastion.calls("DescribeDBClusterParameterGroups"), 0);
    assert_eq!(bastion.calls("DescribeDBEngineVersions"), 0, "a catalogue of many pages is not needed");
    assert!(compared.comparison.of_no_known_family().is_empty());

    let before = bastion.sandbox.counts().describe;
    let reference = Compare { against: Against::Place(1), ..invoicing() };
    let again = ask(&core, reference).unwrap();
    assert_eq!(again.comparison.reference, Some(1));
    assert_eq!(bastion.sandbox.counts().describe, before, "all of it is there");
    let rules = Arc::clone(&again.rules);
    core.send(Command::HoldAgainst(HoldAgainst { compared: again, reference: None, rules, family: None }));
    let held = loop {
        if let Event::Comparison(held) = core.wait().unwrap() {
            break held.unwrap();
        }
    };
    assert_eq!(held.comparison.reference, None);
}

#[test]
fn parameters_that_may_not_be_read_are_said_to_be_unknown_and_never_equal() {
    let faults = Faults { operation_denied: vec![(7, "DescribeDBParameters")], ..Faults::default() };
    let bastion = Bastion::new(faults);
    let core = bastion.start();
    let compared = ask(&core, invoicing()).unwrap();
    let comparison = &compared.comparison;
    let [(denied, Section::Parameters, why)] = &comparison.gaps[..] else { panic!("{:?}", comparison.gaps) };
    assert!(why.contains("AccessDenied") && why.contains("DescribeDBParameters"), "{why}");
    let parameters = comparison.rows.iter().filter(|row| row.section == Section::Parameters);
    let verdicts: Vec<Verdict> = parameters.clone().map(|row| row.cells[*denied].verdict()).collect();
    assert!(verdicts.len() > 300 && verdicts.iter().all(|verdict| *verdict == Verdict::NotKnown));
    // The others are compared all the same, and what is not known of one is no difference of a setting.
    let work_mem = parameters.clone().find(|row| &*row.name == "shared_buffers").unwrap();
    assert!(work_mem.differing > 0);
    let few = comparison.shown(&Shown { only_differences: true, ..Shown::default() });
    assert!(few.len() < 50, "{}", few.len());
    assert!(few.iter().any(|&row| &*comparison.rows[row].name == "(not collected)"));
    assert!(compared.about.gaps().any(|gap| gap.kind == "db-parameters"));

    // The databases' own settings are known, and so is what they are called.
    let nothing = ask(&core, Compare { collect: Collect::Nothing, ..Compare::of(named(&["invoicing-dev"])) });
    assert!(nothing.unwrap_err().contains("takes two"));
    let many = ask(&core, Compare::of(named(&["invoicing-prod", "invoicing-dev"]))).unwrap_err();
    assert!(many.contains("3 databases") && many.contains("ACCOUNT/REGION/IDENTIFIER"), "{many}");
    let none = ask(&core, Compare::of(named(&["invoicing-qa"]))).unwrap_err();
    assert!(none.contains("no database invoicing-qa"), "{none}");
}

fn named(names: &[&str]) -> Choice {
    Choice::Named(names.iter().map(|&name| name.to_owned()).collect())
}

/// A store with one database that was changed between two sweeps.
struct Changed {
    inventory: Inventory,
    before: OffsetDateTime,
}

fn row(kind: &Kind, members: &[(&str, Cell)]) -> Row {
    Row::of(kind, members).unwrap()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn changed() -> Changed {
    let mut inventory = Inventory::in_memory().unwrap();
    let origin = Origin {
        account_id: Some("111111111111".to_owned()),
        region: "eu-west-1".to_owned(),
        profiles: vec!["a".to_owned()],
    };
    let (instances, parameters) = (kind("db-instances").unwrap(), kind("db-parameters").unwrap());
    let mut before = datetime!(2026-01-01 0:00 UTC);
    for (storage, work_mem) in [(100, "4096"), (200, "65536")] {
        let groups = r#"[{"DBParameterGroupName":"g","ParameterApplyStatus":"in-sync"}]"#;
        let instance = row(
            instances,
            &[
                ("DBInstanceIdentifier", text("db-1")),
                ("DBInstanceArn", text("arn:aws:rds:eu-west-1:111111111111:db:db-1")),
                ("Engine", text("postgres")),
                ("EngineVersion", text("16.4")),
                ("AllocatedStorage", Cell::Integer(storage)),
                ("DBParameterGroups", Cell::Json(groups.to_owned())),
            ],
        );
        let of_group = |name: &str, value: &str| {
            row(
                parameters,
                &[
                    ("DBParameterGroupName", text("g")),
                    ("ParameterName", text(name)),
                    ("ParameterValue", text(value)),
                    ("Source", text("user")),
                    ("DataType", text("integer")),
                ],
            )
        };
        let both = vec![of_group("work_mem", work_mem), of_group("max_connections", "500")];
        for (kind, rows) in [(instances, vec![instance]), (parameters, both)] {
            inventory.stage(kind, 1, &origin, rows).unwrap();
            inventory.settle(kind, 1, &origin, Some(OffsetDateTime::now_utc())).unwrap();
        }
        inventory.commit().unwrap();
        if storage == 100 {
            std::thread::sleep(std::time::Duration::from_millis(30));
            before = OffsetDateTime::now_utc();
            std::thread::sleep(std::time::Duration::from_millis(30));
        }
    }
    Changed { inventory, before }
}

fn record(records: &Records, at: Option<OffsetDateTime>) -> Chosen {
    let place = ("111111111111".to_owned(), "eu-west-1".to_owned());
    let values = ["db-1".to_owned()];
    let which = Which::Of { place: &place, member: "DBInstanceIdentifier", values: &values };
    let record = records.of(kind("db-instances").unwrap(), &which, at).unwrap().pop().unwrap();
    Chosen { record, at }
}

fn differing(comparison: &Comparison) -> Vec<(&str, &str, &str)> {
    let shown = comparison.shown(&Shown { only_differences: true, ..Shown::default() });
    let rows = shown.into_iter().map(|row| &comparison.rows[row]);
    rows.map(|row| (&*row.name, row.cells[0].text(), row.cells[1].text())).collect()
}

#[test]
fn one_database_is_compared_with_what_it_was() {
    let Changed { inventory, before } = changed();
    let records = Records::open(inventory.storage()).unwrap();
    let chosen = [record(&records, Some(before)), record(&records, None)];
    let subjects = subjects(&records, &chosen, &|_, _| None).unwrap();
    let comparison = Comparison::of(subjects, &Rules::usual(), Some(0));
    assert_eq!(differing(&comparison), [("AllocatedStorage", "100", "200"), ("work_mem", "4096", "65536")]);
}

#[test]
fn history_says_when_a_database_changed_and_in_what() {
    let Changed { inventory, before } = changed();
    let records = Records::open(inventory.storage()).unwrap();
    let found = moments::of(&records, &record(&records, None).record).unwrap();
    // The instance and its group were collected one after the other.
    let what: Vec<&str> = found.iter().rev().flat_map(|changed| &changed.what).map(String::as_str).collect();
    assert_eq!(what, ["AllocatedStorage", "work_mem"]);
    for changed in &found {
        assert!(changed.before() > before && changed.at <= OffsetDateTime::now_utc(), "{changed:?}");
    }
    // As it was just before its first change, it is as it was all the time before.
    let chosen = [record(&records, Some(found.last().unwrap().before())), record(&records, Some(before))];
    let subjects = subjects(&records, &chosen, &|_, _| None).unwrap();
    assert!(differing(&Comparison::of(subjects, &Rules::usual(), Some(0))).is_empty());
}

#[test]
fn a_comparison_is_judged_once_more_by_other_rules_and_for_one_family() {
    let bastion = Bastion::new(Faults::default());
    let core = bastion.start();
    let compared = ask(&core, invoicing()).unwrap();
    assert!(compared.about.scope.iter().any(|scope| scope == "held against the majority"));
    let judge = |compared: &Arc<Compared>, reference, rules: &str, family: Option<&str>| {
        let rules = Arc::new(Rules::of_text(rules).unwrap().on(Rules::usual()));
        let (compared, family) = (Arc::clone(compared), family.map(str::to_owned));
        core.send(Command::HoldAgainst(HoldAgainst { compared, reference, rules, family }));
        loop {
            if let Event::Comparison(judged) = core.wait().unwrap() {
                return judged.unwrap();
            }
        }
    };
    let differs = |compared: &Compared, name: &str| {
        let row = compared.comparison.rows.iter().find(|row| &*row.name == name).unwrap();
        row.ignored.is_none() && row.differing > 0
    };
    assert!(differs(&compared, "work_mem"));
    let ignored = judge(&compared, Some(1), "[[ignore]]\nparameter = \"work_mem\"", None);
    assert!(!differs(&ignored, "work_mem") && differs(&ignored, "Iops"));
    let title = ignored.comparison.databases[1].title();
    assert!(ignored.about.scope.contains(&format!("held against {title}")), "{:?}", ignored.about.scope);
    assert!(!ignored.varied.iter().any(|row| &*ignored.comparison.rows[row.row].name == "work_mem"));

    assert_eq!(compared.comparison.families(), [("postgres16".to_owned(), 4), ("postgres17".to_owned(), 1)]);
    let newest = judge(&ignored, None, "", Some("postgres16"));
    assert_eq!(newest.comparison.databases.len(), 4);
    assert!(differs(&newest, "work_mem") && !differs(&newest, "EngineVersion"));
    let whole = judge(&newest, None, "", None);
    assert_eq!(whole.comparison.databases.len(), 5, "the others are still there");

    // Who departs from a baseline follows as well.
    let baseline = Arc::new(Baseline::of(&compared.comparison, Some(0), "invoicing"));
    let drift = ask(&core, Compare { against: Against::Baseline(baseline), ..invoicing() }).unwrap();
    let departs = |drift: &Compared, name: &str| {
        let rows = drift.departures.iter().flatten().map(|departure| departure.row);
        rows.filter(|row| &*drift.comparison.rows[*row].name == name).count()
    };
    assert_eq!((departs(&drift, "work_mem"), departs(&drift, "EngineVersion")), (1, 1));
    let rule = "[[ignore]]\nparameter = \"work_mem\"";
    let judged = judge(&drift, Some(0), rule, Some("postgres16"));
    assert_eq!((departs(&judged, "work_mem"), departs(&judged, "EngineVersion")), (0, 0));
    assert_eq!(judged.comparison.databases.len(), 5, "the baseline and four");
}

#[test]
fn instances_and_clusters_are_not_compared_with_each_other() {
    let bastion = Bastion::new(Faults::default());
    let core = bastion.start();
    let first = |name: &str| {
        core.send(Command::Show(Query::of(kind(name).unwrap())));
        loop {
            if let Event::View(view) = core.wait().unwrap() {
                return view.rows[0];
            }
        }
    };
    let rows = vec![("db-instances", first("db-instances")), ("db-clusters", first("db-clusters"))];
    // What the history knows of each is told with its name.
    for &(kind, row) in &rows {
        core.send(Command::Moments { kind, row });
        let moments = loop {
            if let Event::Moments(moments) = core.wait().unwrap() {
                break moments;
            }
        };
        assert_eq!((moments.kind, moments.row, moments.title.split('/').count()), (kind, row, 3));
        assert_eq!(moments.changed, Ok(Vec::new()), "it was collected once");
    }
    let said = ask(&core, Compare::of(Choice::Rows(rows))).unwrap_err();
    assert!(
        said.contains("compared apart") && said.contains("1 instance and 1 cluster are chosen"),
        "{said}"
    );
}

#[test]
fn a_drift_says_what_departs_and_since_when() {
    let Changed { inventory, before } = changed();
    let records = Records::open(inventory.storage()).unwrap();
    let then = subjects(&records, &[record(&records, Some(before))], &|_, _| None).unwrap();
    let comparison = Comparison::of(then, &Rules::usual(), None);
    let text = Baseline::of(&comparison, Some(0), "db-1").text().unwrap();
    assert!(!text.contains("111111111111") || text.contains("from = "), "{text}");
    let baseline = Baseline::of_text(&text).unwrap();

    let held = |chosen: Chosen| {
        let now = subjects(&records, &[chosen], &|_, _| None).unwrap();
        let mut subjects = vec![baseline.subject(&now)];
        subjects.extend(now);
        let mut comparison = Comparison::of(subjects, &Rules::usual(), Some(0));
        comparison.only_what_is_in(&baseline);
        comparison
    };
    let as_it_was = held(record(&records, Some(before)));
    assert!(departures(&as_it_was, &records).unwrap().is_empty());

    let now = held(record(&records, None));
    let found = departures(&now, &records).unwrap();
    let named: Vec<&str> = found.iter().map(|departure| &*now.rows[departure.row].name).collect();
    assert_eq!(named, ["AllocatedStorage", "work_mem"]);
    for departure in &found {
        assert!(matches!(departure.since, Some(Since::Changed(_))), "{departure:?}");
    }
    // What never changed has been so since it was first looked at, whichever page brought it first.
    let mut other = baseline.clone();
    other.settings.get_mut("Parameters").unwrap().insert("max_connections".to_owned(), "900".to_owned());
    let subjects_now = subjects(&records, &[record(&records, None)], &|_, _| None).unwrap();
    let mut beside = vec![other.subject(&subjects_now)];
    beside.extend(subjects_now);
    let beside = Comparison::of(beside, &Rules::usual(), Some(0));
    let of_connections = departures(&beside, &records).unwrap();
    let of_connections =
        of_connections.iter().find(|found| &*beside.rows[found.row].name == "max_connections").unwrap();
    assert!(matches!(of_connections.since, Some(Since::AtLeast(_))), "{of_connections:?}");
    let work_mem = &now.rows[found[1].row];
    assert_eq!((work_mem.cells[0].text(), work_mem.cells[1].text()), ("4096", "65536"));
}

/// An instance of the application `ledger`, with a parameter group and an option group that have names in them.
fn ledger(inventory: &mut Inventory, run: u32, account: &str, identifier: &str, events: &str) {
    let region = "eu-west-1".to_owned();
    let origin = Origin { account_id: Some(account.to_owned()), region, profiles: vec!["a".to_owned()] };
    let tags = format!(
        r#"[{{"Key":"app","Value":"ledger"}},{{"Key":"Name","Value":"{identifier}"}},
            {{"Key":"dump","Value":"s3://dumps-{account}/{identifier}"}},{{"Key":"note","Value":"{{identifier}}"}}]"#
    );
    let json = |json: &str| Cell::Json(json.to_owned());
    let instance = [
        ("DBInstanceIdentifier", text(identifier)),
        ("DBInstanceArn", text(&format!("arn:aws:rds:eu-west-1:{account}:db:{identifier}"))),
        ("Engine", text("mariadb")),
        ("EngineVersion", text("10.11.8")),
        ("DBInstanceClass", text("db.r6g.large")),
        ("TagList", json(&tags)),
        ("PendingModifiedValues", json(r#"{"DBInstanceClass":"db.r6g.xlarge","MasterUserPassword":"****"}"#)),
        (
            "DBParameterGroups",
            json(r#"[{"DBParameterGroupName":"g","ParameterApplyStatus":"pending-reboot"}]"#),
        ),
        ("OptionGroupMemberships", json(r#"[{"OptionGroupName":"o","Status":"in-sync"}]"#)),
    ];
    let parameter = |name: &str, data_type: &str, value: Option<&str>| {
        let mut members = vec![
            ("DBParameterGroupName", text("g")),
            ("ParameterName", text(name)),
            ("Source", text("user")),
            ("ApplyType", text("static")),
            ("DataType", text(data_type)),
        ];
        members.extend(value.map(|value| ("ParameterValue", text(value))));
        Row::of(kind("db-parameters").unwrap(), &members).unwrap()
    };
    let init = format!("SET @app = '{identifier}';\nSET @note = ' {account} '");
    let parameters = vec![
        parameter("init_connect", "string", Some(&init)),
        parameter("innodb_buffer_pool_size", "integer", Some("{DBInstanceClassMemory*3/4}")),
        parameter("max_join_size", "integer", Some("18446744073709551615")),
        parameter("sql_mode", "string", Some("")),
        parameter("tmp_table_size", "integer", None),
    ];
    let options = format!(
        r#"[{{"OptionName":"MARIADB_AUDIT_PLUGIN","OptionSettings":[
            {{"Name":"SERVER_AUDIT_EVENTS","Value":"{events}","DataType":"STRING","IsCollection":true}},
            {{"Name":"SERVER_AUDIT_FILE_PATH","Value":"/x;y/{identifier}","DataType":"STRING","IsCollection":false}}]}}]"#
    );
    let group = [("OptionGroupName", text("o")), ("Options", json(&options))];
    for (name, rows) in [
        ("db-instances", vec![row(kind("db-instances").unwrap(), &instance)]),
        ("db-parameters", parameters),
        ("option-groups", vec![row(kind("option-groups").unwrap(), &group)]),
    ] {
        let kind = kind(name).unwrap();
        inventory.stage(kind, run, &origin, rows).unwrap();
        inventory.settle(kind, run, &origin, Some(OffsetDateTime::now_utc())).unwrap();
    }
    inventory.commit().unwrap();
}

#[test]
fn a_source_its_replica_and_a_baseline_in_a_file_differ_in_nothing_but_what_was_changed() {
    let mut inventory = Inventory::in_memory().unwrap();
    ledger(&mut inventory, 1, "111111111111", "ledger", "CONNECT, QUERY");
    ledger(&mut inventory, 2, "222222222222", "ledger-r1", "QUERY,CONNECT");
    ledger(&mut inventory, 3, "333333333333", "ledger-r2", "QUERY,CONNECT,TABLE");
    let records = Records::open(inventory.storage()).unwrap();
    let chosen = |account: &str, identifier: &str| {
        let place = (account.to_owned(), "eu-west-1".to_owned());
        let values = [identifier.to_owned()];
        let which = Which::Of { place: &place, member: "DBInstanceIdentifier", values: &values };
        Chosen {
            record: records.of(kind("db-instances").unwrap(), &which, None).unwrap().pop().unwrap(),
            at: None,
        }
    };
    let three = [
        chosen("111111111111", "ledger"),
        chosen("222222222222", "ledger-r1"),
        chosen("333333333333", "ledger-r2"),
    ];
    let read = |chosen: &[Chosen]| subjects(&records, chosen, &|_, _| None).unwrap();
    let comparison = Comparison::of(read(&three), &Rules::usual(), Some(0));
    assert!(comparison.gaps.is_empty(), "{:?}", comparison.gaps);
    // What both wait for is the same, but not of a reboot, of which AWS does not tell what is in force.
    let marked = |comparison: &Comparison, at: usize| -> Vec<(String, Verdict)> {
        let rows = comparison.rows.iter().filter(|row| row.ignored.is_none());
        let cells = rows.map(|row| (row.name.to_string(), row.cells[at].verdict()));
        cells.filter(|(_, verdict)| !matches!(verdict, Verdict::Equal | Verdict::Waits)).collect()
    };
    assert_eq!(marked(&comparison, 1), []);
    let events = "MARIADB_AUDIT_PLUGIN.SERVER_AUDIT_EVENTS".to_owned();
    assert_eq!(marked(&comparison, 2), [(events.clone(), Verdict::Different)]);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.toml");
    std::fs::write(&file, Baseline::of(&comparison, Some(0), "ledger").text().unwrap()).unwrap();
    let baseline = Baseline::of_file(&file).unwrap();
    for (at, changed) in [(0, vec![]), (1, vec![]), (2, vec![events.as_str()])] {
        let now = read(&three[at..=at]);
        let subjects = [vec![baseline.subject(&now)], now].concat();
        let mut drift = Comparison::of(subjects, &Rules::usual(), Some(0));
        drift.only_what_is_in(&baseline);
        let departed = departures(&drift, &records).unwrap();
        let named: Vec<&str> = departed.iter().map(|found| &*drift.rows[found.row].name).collect();
        assert_eq!(named, changed, "{at}: {}", std::fs::read_to_string(&file).unwrap());
        assert!(not_known(&drift).is_empty(), "{:?}", not_known(&drift));
    }
}
