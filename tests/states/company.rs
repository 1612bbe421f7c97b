//! A made-up company for pictures: its databases, accounts and figures look as they do in a real one, and answers follow
//! from them. Nothing in it depends on the day, the machine or chance. What a picture does not ask is `fake_core`'s.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use rds_fleet::config::{Access, Base, Endpoints};
use rds_fleet::core::{
    Account, Bar, Breakdown, By, CellText, Command, Completeness, Concern, Database, Databases, Event, Field,
    Figure, Fleet, Found, Group, Link as Related, Overview, Record, Relations, Rows, TargetStatus, Urgency,
    Values, View,
};
use rds_fleet::failure::{Failure, State};
use rds_fleet::query::{Filter, Query, Test};
use rds_fleet::rds::{Column, Shape, kind, kinds};
use rds_fleet::settings::{Told, Wish};
use rds_fleet::sweep::{Coverage, Target};
use rds_fleet::ui::Link;

use super::fake_core::{self, FakeCore, is};

/// The statement that the picture of SQL asks, and its answer.
pub const STATEMENT: &str = "SELECT Engine, count(*) AS Instances, sum(AllocatedStorage) AS GiB\nFROM db_instances\n\
                             WHERE DBInstanceStatus <> 'stopped'\nGROUP BY Engine\nORDER BY GiB DESC";
const ANSWER: [[&str; 3]; 5] = [
    ["oracle-ee", "9", "24300"],
    ["postgres", "14", "8420"],
    ["sqlserver-se", "4", "3600"],
    ["mysql", "8", "2140"],
    ["aurora-postgresql", "7", "7"],
];

/// Account, name of the profile, region, and how collecting from it ended.
const ACCOUNTS: [(&str, &str, &str, State); 6] = [
    ("111122223333", "commerce-prod", "eu-west-1", State::Collected),
    ("111122223333", "commerce-prod", "eu-central-1", State::Collected),
    ("222233334444", "finance-prod", "eu-west-1", State::Collected),
    ("333344445555", "payments-prod", "eu-west-1", State::Denied),
    ("444455556666", "shared-test", "eu-west-1", State::Collected),
    ("555566667777", "labs-dev", "us-east-1", State::Throttled),
];

const SYSTEMS: [&str; 11] = [
    "billing",
    "catalog",
    "crm",
    "identity",
    "ledger",
    "orders",
    "pricing",
    "reporting",
    "search",
    "shipping",
    "warehouse",
];

/// Engine, version, class, GiB and type of storage, by system.
const SHAPES: [(&str, &str, &str, u32, &str); 6] = [
    ("postgres", "16.4", "db.m6i.xlarge", 500, "gp3"),
    ("mysql", "8.0.39", "db.r6g.large", 200, "gp3"),
    ("oracle-ee", "19.0.0.0.ru-2024-07.rur-2024-07.r1", "db.r5.4xlarge", 4000, "io1"),
    ("aurora-postgresql", "15.7", "db.r6g.2xlarge", 1, "aurora"),
    ("sqlserver-se", "15.00.4385.2.v1", "db.m5.2xlarge", 900, "gp2"),
    ("mariadb", "10.11.8", "db.t4g.medium", 40, "gp3"),
];

/// Stages of a system: what its name ends in, and its place in `ACCOUNTS`.
const STAGES: [(&str, usize); 4] = [("prod", 0), ("prod-replica", 1), ("test", 4), ("dev", 5)];

const DATABASES: usize = SYSTEMS.len() * STAGES.len();

/// The text of a member of a database; `None` where AWS would not send it.
fn member(database: usize, column: &str) -> Option<String> {
    let (system, stage) = (database / STAGES.len(), database % STAGES.len());
    let (ending, place) = STAGES[stage];
    // Every third system is the finance department's.
    let place = if place == 0 && system % 3 == 0 { 2 } else { place };
    let (account, profile, region, _) = ACCOUNTS[place];
    let (engine, version, class, storage, storage_type) = SHAPES[system % SHAPES.len()];
    let name = format!("{}-{ending}", SYSTEMS[system]);
    Some(match column {
        "DBInstanceIdentifier" => name,
        "DBInstanceStatus" => match database {
            5 => "storage-full",
            9 => "modifying",
            14 => "maintenance",
            20 => "backing-up",
            29 => "incompatible-parameters",
            _ if database % 11 == 7 => "stopped",
            _ => "available",
        }
        .to_owned(),
        "AccountId" => account.to_owned(),
        "Region" => region.to_owned(),
        "Profiles" => profile.to_owned(),
        "Engine" => engine.to_owned(),
        "EngineVersion" => version.to_owned(),
        "DBInstanceClass" => class.to_owned(),
        "AllocatedStorage" => (storage * (1 + stage as u32 % 2)).to_string(),
        "StorageType" => storage_type.to_owned(),
        "MultiAZ" => (stage == 0).to_string(),
        "StorageEncrypted" => (system != 4).to_string(),
        "Endpoint" => format!("{name}.c9akciq32.{region}.rds.amazonaws.com:5432"),
        "TagList" => format!("owner={}, stage={ending}", SYSTEMS[system]),
        "DBClusterIdentifier" if engine.starts_with("aurora") => format!("{}-cluster", SYSTEMS[system]),
        _ => return None,
    })
}

fn cell(text: Option<String>) -> CellText {
    CellText { absent: text.is_none(), text: text.unwrap_or_default() }
}

fn passes(database: usize, filter: &Filter) -> bool {
    match filter {
        Filter::Column { column, test } => match (test, member(database, column)) {
            (Test::Absent, text) => text.is_none(),
            (_, None) => false,
            (Test::Contains(part), Some(text)) => text.contains(part.as_str()),
            (Test::Is(values), Some(text)) => values.contains(&text),
            (Test::Between { from, .. }, Some(text)) => {
                let number = |text: &str| text.parse::<u64>().ok();
                from.as_deref().is_none_or(|from| number(&text) >= number(from))
            }
            (Test::Matches(_), Some(_)) => panic!("no picture asks it"),
        },
        Filter::Not(filter) => !passes(database, filter),
        Filter::Any(filters) => filters.iter().any(|filter| passes(database, filter)),
        Filter::All(filters) => filters.iter().all(|filter| passes(database, filter)),
    }
}

/// The databases that a query is answered with.
fn found(query: &Query) -> Vec<usize> {
    let meant = |database: &usize| {
        let has = |word: &str| member(*database, "DBInstanceIdentifier").unwrap().contains(word);
        query.search.split_whitespace().all(has)
            && query.filters.iter().all(|filter| passes(*database, filter))
    };
    let mut found: Vec<usize> = (0..DATABASES).filter(meant).collect();
    let keys = query.group.iter().chain(query.sort.iter().map(|key| &key.column));
    let keys: Vec<&String> = keys.collect();
    found.sort_by_key(|database| keys.iter().map(|key| member(*database, key)).collect::<Vec<_>>());
    found
}

/// The groups of databases that are in the order of the first column that they are grouped by.
fn groups(query: &Query, databases: &[usize]) -> Vec<Group> {
    let Some(column) = query.group.first() else { return Vec::new() };
    let mut groups: Vec<Group> = Vec::new();
    for (at, database) in databases.iter().enumerate() {
        let value = cell(member(*database, column));
        match groups.last_mut() {
            Some(group) if group.value == value => group.rows.end = at + 1,
            _ => groups.push(Group { level: 0, value, rows: at..at + 1, sums: Vec::new() }),
        }
    }
    for group in &mut groups {
        let storage = |database: &usize| member(*database, "AllocatedStorage")?.parse::<u64>().ok();
        let sum: u64 = databases[group.rows.clone()].iter().filter_map(storage).sum();
        group.sums.push(("AllocatedStorage".to_owned(), sum.to_string()));
    }
    groups
}

/// The core of the company.
#[derive(Clone, Default)]
pub struct Company {
    fake: FakeCore,
    shown: Rc<RefCell<Shown>>,
}

/// What the core has answered last.
#[derive(Default)]
struct Shown {
    number: u64,
    query: Option<Query>,
    databases: Vec<usize>,
}

impl Company {
    pub fn say(&self, event: Event) {
        self.fake.say(event);
    }

    fn show(&self, query: &Query) {
        let databases = if query.sql.is_some() { (0..ANSWER.len()).collect() } else { found(query) };
        let number = self.shown.borrow().number + 1;
        let columns: Arc<[Column]> = match kind(&query.kind) {
            Some(kind) => Arc::clone(&kind.columns),
            None => [("Engine", Shape::String), ("Instances", Shape::Long), ("GiB", Shape::Long)]
                .map(|(name, shape)| Column::new(name, shape, true))
                .into(),
        };
        self.say(Event::View(Arc::new(View {
            number,
            query: query.clone(),
            rows: Arc::new(databases.iter().map(|&database| database as i64).collect()),
            of: if query.sql.is_some() { ANSWER.len() } else { DATABASES },
            groups: Arc::new(groups(query, &databases)),
            columns,
            sql: STATEMENT.to_owned(),
            notes: Vec::new(),
            error: None,
        })));
        *self.shown.borrow_mut() = Shown { number, query: Some(query.clone()), databases };
    }

    fn rows(&self, view: u64, positions: Range<usize>) {
        let shown = self.shown.borrow();
        let Some(query) = &shown.query else { return };
        let texts = |at: usize| -> Vec<CellText> {
            if query.sql.is_some() {
                return ANSWER[at].map(|text| cell(Some(text.to_owned()))).to_vec();
            }
            query.columns.iter().map(|column| cell(member(shown.databases[at], column))).collect()
        };
        let rows = positions.clone().map(texts).collect();
        self.say(Event::Rows(Arc::new(Rows { view, first: positions.start, rows })));
    }

    fn values(&self, query: &Query, column: &str) {
        let mut counts: Vec<(CellText, usize)> = Vec::new();
        let without = Query {
            filters: query.filters.iter().filter_map(|filter| filter.without(column)).collect(),
            ..query.clone()
        };
        for database in found(&without) {
            let value = cell(member(database, column));
            match counts.iter_mut().find(|(known, _)| *known == value) {
                Some((_, count)) => *count += 1,
                None => counts.push((value, 1)),
            }
        }
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let (query, column) = (query.clone(), column.to_owned());
        self.say(Event::Values(Arc::new(Values { query, column, values: counts, more: false })));
    }
}

impl Link for Company {
    fn send(&self, command: Command) {
        match &command {
            Command::Show(query) => self.show(query),
            Command::Rows { view, positions } => self.rows(*view, positions.clone()),
            Command::Values { query, column } => self.values(query, column),
            Command::Record { kind, row } => self.say(Event::Record(Arc::new(record(kind, *row)))),
            Command::Relations { kind, row } => self.say(Event::Relations(Arc::new(relations(kind, *row)))),
            Command::Overview { targets } => {
                self.say(Event::Overview(Ok(Arc::new(overview(targets.clone())))));
            }
            Command::Find { text } => self.say(Event::Databases(Arc::new(databases(text)))),
            Command::Kinds { sql } => {
                self.say(Event::Kinds { sql: sql.clone(), kinds: Ok(vec!["db-instances"]) });
            }
            _ => self.fake.send(command),
        }
    }

    fn poll(&self) -> Option<Event> {
        self.fake.poll()
    }

    fn wish(&self, wish: Wish) {
        self.fake.wish(wish);
    }

    fn told(&self) -> Option<Told> {
        None
    }
}

fn databases(text: &str) -> Databases {
    let database = |row: usize| {
        let member = |column| member(row, column).unwrap();
        Database {
            kind: "db-instances",
            row: row as i64,
            identifier: member("DBInstanceIdentifier"),
            status: member("DBInstanceStatus"),
            engine: member("Engine"),
            account_id: member("AccountId"),
            region: member("Region"),
        }
    };
    let databases = (0..DATABASES).map(database).filter(|database| database.identifier.contains(text));
    Databases { text: text.to_owned(), databases: databases.collect(), near: false }
}

fn record(kind: &'static str, row: i64) -> Record {
    let own = |name: &str| member(row as usize, name).unwrap_or_default();
    let name = own("DBInstanceIdentifier");
    let (account, region) = (own("AccountId"), own("Region"));
    let fields = [
        ("AccountId", "string", account.clone()),
        ("Region", "string", region.clone()),
        ("Profiles", "list", own("Profiles")),
        ("DBInstanceIdentifier", "string", name.clone()),
        ("DBInstanceArn", "string", format!("arn:aws:rds:{region}:{account}:db:{name}")),
        ("DbiResourceId", "string", "db-2QZKJ5VXW3MEUQH4TCXZ7NBF5I".to_owned()),
        ("DBInstanceStatus", "string", own("DBInstanceStatus")),
        ("Engine", "string", own("Engine")),
        ("EngineVersion", "string", own("EngineVersion")),
        ("DBInstanceClass", "string", own("DBInstanceClass")),
        ("LicenseModel", "string", "postgresql-license".to_owned()),
        ("AllocatedStorage", "integer", own("AllocatedStorage")),
        ("Iops", "integer", "12000".to_owned()),
        ("StorageType", "string", own("StorageType")),
        ("StorageEncrypted", "boolean", own("StorageEncrypted")),
        ("KmsKeyId", "string", String::new()),
        ("Endpoint", "structure", own("Endpoint")),
        ("PubliclyAccessible", "boolean", "false".to_owned()),
        ("MultiAZ", "boolean", own("MultiAZ")),
        ("BackupRetentionPeriod", "integer", "14".to_owned()),
        ("PreferredBackupWindow", "string", "02:10-02:40".to_owned()),
        ("PreferredMaintenanceWindow", "string", "sun:03:15-sun:03:45".to_owned()),
        ("PerformanceInsightsEnabled", "boolean", "true".to_owned()),
    ];
    let field = |(name, type_name, text): (&str, &'static str, String)| Field {
        name: name.to_owned(),
        type_name,
        absent: text.is_empty(),
        text,
        lines: Vec::new(),
    };
    let json = format!("{{\n    \"DBInstanceIdentifier\": \"{name}\"\n}}");
    Record { kind, row, fields: fields.into_iter().map(field).collect(), json }
}

fn relations(kind: &'static str, row: i64) -> Relations {
    let link = |title, kind, name: Option<&str>, found| Related {
        title,
        name: name.map(str::to_owned),
        kind,
        account: member(row as usize, "AccountId"),
        region: member(row as usize, "Region"),
        filters: vec![is("DBInstanceIdentifier", &member(row as usize, "DBInstanceIdentifier").unwrap())],
        found,
    };
    let links = vec![
        link("Replicas", "db-instances", None, Found::Rows(2)),
        link("Parameter group", "db-parameter-groups", Some("default.postgres16"), Found::NotCollected),
        link("Subnet group", "db-subnet-groups", Some("commerce-private"), Found::NotCollected),
        link("Same security groups", "db-instances", None, Found::Rows(7)),
        link("Snapshots", "db-snapshots", None, Found::NotCollected),
        link("Events", "events", None, Found::NotCollected),
        link("Pending maintenance", "pending-maintenance-actions", None, Found::NotCollected),
        link("Cluster", "db-clusters", None, Found::Rows(0)),
        link("Proxy targets", "db-proxy-targets", None, Found::Rows(0)),
    ];
    Relations { kind, row, links }
}

fn overview(targets: Option<Vec<u32>>) -> Overview {
    let figure = |number, filters| Figure { number, kind: "db-instances", filters };
    let bars = |column: &str| -> Vec<Bar> {
        let mut names: Vec<(String, u64)> = Vec::new();
        for name in (0..DATABASES).filter_map(|database| member(database, column)) {
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, number)) => *number += 1,
                None => names.push((name, 1)),
            }
        }
        names.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        names
            .into_iter()
            .map(|(name, number)| Bar { figure: figure(number, vec![is(column, &name)]), name })
            .collect()
    };
    let versions = [("postgres 16", 8), ("mysql 8.0", 8), ("oracle-ee 19", 8), ("aurora-postgresql 15", 8)];
    let versions = versions.into_iter().chain([("sqlserver-se 15.00", 8), ("mariadb 10.11", 4)]);
    let versions: Vec<Bar> = versions
        .map(|(name, number)| Bar { name: name.to_owned(), figure: figure(number, Vec::new()) })
        .collect();
    let breakdown = |by, bars| Breakdown { by, bars, others: None };
    let concern = |urgency, number, sentence: &str| Concern {
        urgency,
        sentence: sentence.to_owned(),
        why: "Because it matters.",
        figure: figure(number, Vec::new()),
    };
    Overview {
        targets,
        instances: figure(DATABASES as u64, Vec::new()),
        clusters: Figure { number: 8, kind: "db-clusters", filters: Vec::new() },
        storage: figure(62_520, Vec::new()),
        breakdowns: vec![
            breakdown(By::Account, bars("AccountId")),
            breakdown(By::Region, bars("Region")),
            breakdown(By::Engine, bars("Engine")),
            breakdown(By::MajorVersion, versions.clone()),
            breakdown(By::Version, versions),
            breakdown(By::Class, bars("DBInstanceClass")),
            breakdown(By::Status, bars("DBInstanceStatus")),
        ],
        concerns: vec![
            concern(Urgency::Now, 1, "instance is storage-full"),
            concern(Urgency::Now, 1, "instance is incompatible-parameters"),
            concern(Urgency::Soon, 3, "instances near MaxAllocatedStorage"),
            concern(Urgency::Soon, 4, "instances run without backups"),
            concern(Urgency::Advice, 4, "instances not encrypted"),
            concern(Urgency::Advice, 33, "instances without deletion protection"),
        ],
        completeness: Completeness {
            accounts: 5,
            reached: 3,
            awaited: 0,
            states: vec![(State::Collected, 4), (State::Denied, 1), (State::Throttled, 1)],
            as_of: Some((
                time::macros::datetime!(2026-03-02 06:15:02 UTC),
                time::macros::datetime!(2026-03-02 06:15:09 UTC),
            )),
        },
    }
}

fn coverage(target: &Target, state: State) -> Vec<Arc<Coverage>> {
    let (code, action, message) = match state {
        State::Denied => (
            "AccessDenied",
            "sts:AssumeRole arn:aws:iam::333344445555:role/DB-Management-Host-Access-Role",
            "User: arn:aws:sts::999900001111:assumed-role/DB-Management-Host/i-0f9d4c6a1b2e3d4c5 is not authorized to \
             perform: sts:AssumeRole on resource: arn:aws:iam::333344445555:role/DB-Management-Host-Access-Role",
        ),
        _ => ("ThrottlingException", "rds:DescribeDBInstances", "Rate exceeded"),
    };
    let failure = (state != State::Collected).then(|| Failure {
        state,
        action: action.into(),
        code: Some(code.into()),
        message: message.into(),
        request_id: Some("6f2a7c1e-8f6d-4a51-9d1c-3b7b5a0e4f21".into()),
    });
    let rows = |kind: &str| {
        let in_place = |database: &usize| {
            member(*database, "AccountId") == target.account_id
                && member(*database, "Region").as_deref() == Some(target.region.as_str())
        };
        if kind == "db-instances" { (0..DATABASES).filter(in_place).count() as u64 } else { 2 }
    };
    let entry = |kind: &'static str| Coverage {
        state,
        failure: failure.clone(),
        rows: if state == State::Denied { 0 } else { rows(kind) },
        ..Coverage::not_asked(target, kind)
    };
    kinds().iter().filter(|kind| kind.always).map(|kind| Arc::new(entry(kind.name))).collect()
}

/// The fleet after a sweep in which two account-regions could not be collected.
pub fn fleet() -> Fleet {
    let mut accounts: Vec<Account> = Vec::new();
    for (at, (id, profile, region, state)) in ACCOUNTS.into_iter().enumerate() {
        let target = Target {
            number: at as u32 + 1,
            access: Access { base: Base::Ec2InstanceMetadata, roles: Vec::new() },
            region: region.to_owned(),
            endpoints: Endpoints::default(),
            ca_bundle: None,
            profiles: vec![profile.to_owned()],
            role_arn: Some(format!("arn:aws:iam::{id}:role/DB-Management-Host-Access-Role")),
            account_id: Some(id.to_owned()),
        };
        let coverage = coverage(&target, state);
        let status = TargetStatus { target: Arc::new(target), busy: false, coverage };
        match accounts.iter_mut().find(|account| account.account_id.as_deref() == Some(id)) {
            Some(account) => account.targets.push(status),
            None => accounts.push(Account { account_id: Some(id.to_owned()), targets: vec![status] }),
        }
    }
    let mut fleet = fake_core::fleet(accounts);
    let progress = &mut fleet.progress;
    progress.started = Some(time::macros::datetime!(2026-03-02 06:15:00 UTC));
    progress.duration = std::time::Duration::from_millis(8_700);
    (progress.targets, progress.done, progress.failed) = (6, 6, 2);
    (progress.accounts_done, progress.accounts_failed) = (5, 2);
    (progress.rows, progress.calls, progress.retries) = (52, 31, 4);
    fleet
}
