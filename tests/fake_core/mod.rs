//! A made-up core for the window's tests: it takes the commands down, answers them at once from invented rows, and
//! says what a test hands it. The fleets it speaks of are made here too.

#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod window;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use rds_fleet::config::{Access, Base, Endpoints, FileState};
use rds_fleet::core::{
    Account, Bar, Breakdown, By, CellText, Command, Completeness, Concern, ConfigState, Database, Databases,
    Event, Exported, Field, Figure, Fleet, Group, Overview, Progress, Record, Rows, StoreState, TargetStatus,
    Urgency, Values, View,
};
use rds_fleet::failure::{Failure, State};
use rds_fleet::query::{Filter, Query, Test};
use rds_fleet::rds::{Column, kind, kinds};
use rds_fleet::settings::{Told, Wish};
use rds_fleet::sweep::{Coverage, Target};
use rds_fleet::ui::Link;

/// What a made-up core has been told, and what it is about to say.
#[derive(Default)]
pub struct Wire {
    pub commands: RefCell<Vec<Command>>,
    pub events: RefCell<VecDeque<Event>>,
    /// What the keeper of the person's files has been asked, and what it is about to tell.
    pub wishes: RefCell<Vec<Wish>>,
    pub told: RefCell<VecDeque<Told>>,
    /// Rows of every view.
    pub rows: RefCell<usize>,
    pub views: RefCell<u64>,
    /// Whether rows are left unanswered, as by a core that is busy.
    pub holds_rows: RefCell<bool>,
    /// Whether queries are left unanswered.
    pub holds_views: RefCell<bool>,
    /// Whether exports are left unanswered.
    pub holds_exports: RefCell<bool>,
}

#[derive(Clone, Default)]
pub struct FakeCore(pub Rc<Wire>);

impl Link for FakeCore {
    fn send(&self, command: Command) {
        let wire = &self.0;
        match &command {
            Command::Show(_) if *wire.holds_views.borrow() => {}
            Command::Show(query) => {
                *wire.views.borrow_mut() += 1;
                let nothing = Filter::column("Engine", Test::Contains("nothing".to_owned()));
                let none = query.search == "nowhere" || query.filters.contains(&nothing);
                let found = if none { 0 } else { *wire.rows.borrow() };
                wire.events.borrow_mut().push_back(Event::View(Arc::new(View {
                    number: *wire.views.borrow(),
                    query: query.clone(),
                    rows: Arc::new((100..100 + found as i64).collect()),
                    of: *wire.rows.borrow(),
                    groups: groups(query, found),
                    columns: columns(query),
                    sql: query.sql.clone().unwrap_or("SELECT 'as a person would write it'".to_owned()),
                    notes: query.sql.as_deref().map(rds_fleet::inventory::notes).unwrap_or_default(),
                    error: None,
                })));
            }
            Command::Rows { .. } if *wire.holds_rows.borrow() => {}
            Command::Rows { view, positions } => {
                let query = self.shown();
                let names: Vec<String> = match query.columns.as_slice() {
                    [] => columns(&query).iter().map(|column| column.name.clone()).collect(),
                    names => names.to_vec(),
                };
                let texts = |position| -> Vec<CellText> {
                    names.iter().map(|column| cell(column, position)).collect()
                };
                wire.events.borrow_mut().push_back(Event::Rows(Arc::new(Rows {
                    view: *view,
                    first: positions.start,
                    rows: positions.clone().map(texts).collect(),
                })));
            }
            Command::Record { kind, row } => {
                let field = |name: &str, text: &str| Field {
                    name: name.to_owned(),
                    type_name: "string",
                    text: text.to_owned(),
                    lines: Vec::new(),
                    absent: text.is_empty(),
                };
                wire.events.borrow_mut().push_back(Event::Record(Arc::new(Record {
                    kind,
                    row: *row,
                    fields: vec![
                        field("AccountId", "111111111111"),
                        field("DBInstanceIdentifier", &format!("db-{}", row - 100)),
                        field("KmsKeyId", ""),
                    ],
                    json: "{\n    \"DBInstanceIdentifier\": \"db\"\n}".to_owned(),
                })));
            }
            Command::Copy { .. } => {
                wire.events.borrow_mut().push_back(Event::Copied("copied text".to_owned()));
            }
            Command::Export(_) if *wire.holds_exports.borrow() => {}
            Command::Export(export) => {
                wire.events.borrow_mut().push_back(Event::Exported(Ok(Exported {
                    path: export.path.clone(),
                    rows: 40,
                    not_collected: 1,
                    notes: Vec::new(),
                })));
            }
            Command::Values { query, column } => {
                let value = |text: &str| CellText { text: text.to_owned(), absent: text.is_empty() };
                let values = vec![(value("available"), 30), (value("stopped"), 7), (value(""), 3)];
                wire.events.borrow_mut().push_back(Event::Values(Arc::new(Values {
                    query: query.clone(),
                    column: column.clone(),
                    values,
                    more: false,
                })));
            }
            Command::Overview { targets } => {
                wire.events.borrow_mut().push_back(Event::Overview(Ok(Arc::new(overview(targets.clone())))));
            }
            Command::Find { text } => {
                let databases = database(text).into_iter().collect();
                let found = Databases { text: text.clone(), databases, near: false };
                wire.events.borrow_mut().push_back(Event::Databases(Arc::new(found)));
            }
            Command::Sweep { .. }
            | Command::CancelShow
            | Command::Cancel
            | Command::CancelExport
            | Command::Relations { .. }
            | Command::Tags(_)
            | Command::Compare(_)
            | Command::HoldAgainst(_)
            | Command::Moments { .. }
            | Command::ReportComparison(_)
            | Command::CopyComparison { .. }
            | Command::SaveBaseline(_)
            | Command::Kinds { .. } => {}
        }
        wire.commands.borrow_mut().push(command);
    }

    fn poll(&self) -> Option<Event> {
        self.0.events.borrow_mut().pop_front()
    }

    fn wish(&self, wish: Wish) {
        self.0.wishes.borrow_mut().push(wish);
    }

    fn told(&self) -> Option<Told> {
        self.0.told.borrow_mut().pop_front()
    }
}

/// Groups of ten rows, each with two of five where two columns are grouped by; none where none is.
fn groups(query: &Query, rows: usize) -> Arc<Vec<Group>> {
    let group = |level: usize, value: String, rows: Range<usize>| Group {
        level,
        value: CellText { text: value, absent: false },
        sums: vec![("AllocatedStorage".to_owned(), (100 * rows.len()).to_string())],
        rows,
    };
    let mut groups = Vec::new();
    for (at, start) in (0..rows).step_by(10).enumerate().filter(|_| !query.group.is_empty()) {
        let end = (start + 10).min(rows);
        groups.push(group(0, format!("group {at}"), start..end));
        if query.group.len() == 2 {
            let middle = (start + 5).min(end);
            groups.push(group(1, "first".to_owned(), start..middle));
            groups.push(group(1, "second".to_owned(), middle..end));
        }
    }
    Arc::new(groups)
}

/// A kind's columns; of a statement that of the snapshots' names.
fn columns(query: &Query) -> Arc<[Column]> {
    match kind(&query.kind) {
        Some(kind) => Arc::clone(&kind.columns),
        None => {
            let snapshots = kind("db-snapshots").unwrap();
            let name = snapshots.column("DBSnapshotIdentifier").unwrap();
            [snapshots.columns[name].clone()].into()
        }
    }
}

impl FakeCore {
    /// The query that was shown last.
    pub fn shown(&self) -> Query {
        let commands = self.0.commands.borrow();
        let shown = commands.iter().rev().find_map(|command| match command {
            Command::Show(query) => Some(query.clone()),
            _ => None,
        });
        shown.expect("the window shows something")
    }

    pub fn say(&self, event: Event) {
        self.0.events.borrow_mut().push_back(event);
    }

    pub fn told<T>(&self, pick: impl Fn(&Command) -> Option<T>) -> Vec<T> {
        self.0.commands.borrow().iter().filter_map(pick).collect()
    }

    pub fn swept(&self) -> Vec<Option<Vec<u32>>> {
        self.told(|command| match command {
            Command::Sweep { targets, .. } => Some(targets.clone()),
            _ => None,
        })
    }
}

pub fn is(column: &str, value: &str) -> Filter {
    Filter::column(column, Test::Is(vec![value.to_owned()]))
}

/// Forty instances, of which half are in either of two accounts, and something of every urgency.
pub fn overview(targets: Option<Vec<u32>>) -> Overview {
    let figure = |number, filters| Figure { number, kind: "db-instances", filters };
    let bar = |column: &str, name: &str, number| Bar {
        name: name.to_owned(),
        figure: figure(number, vec![is(column, name)]),
    };
    let breakdown = |by, bars| Breakdown { by, bars, others: None };
    let concern = |urgency, sentence: &str, number, filters| Concern {
        urgency,
        sentence: sentence.to_owned(),
        why: "Because it matters.",
        figure: figure(number, filters),
    };
    let of_postgres = vec![is("Engine", "postgres"), is("EngineVersion", "16.4")];
    let versions = |name: &str| vec![Bar { name: name.to_owned(), figure: figure(40, of_postgres.clone()) }];
    let rest = Filter::Not(Box::new(is("DBInstanceClass", "db.m6i.xlarge")));
    Overview {
        targets,
        instances: figure(40, Vec::new()),
        clusters: Figure { number: 3, kind: "db-clusters", filters: Vec::new() },
        storage: figure(12_345, Vec::new()),
        breakdowns: vec![
            breakdown(
                By::Account,
                vec![bar("AccountId", "111111111111", 20), bar("AccountId", "333333333333", 20)],
            ),
            breakdown(By::Region, vec![bar("Region", "eu-west-1", 40)]),
            breakdown(By::Engine, vec![bar("Engine", "postgres", 40)]),
            breakdown(By::MajorVersion, versions("postgres 16")),
            breakdown(By::Version, versions("postgres 16.4")),
            Breakdown {
                others: Some(Bar { name: "others".to_owned(), figure: figure(15, vec![rest]) }),
                ..breakdown(By::Class, vec![bar("DBInstanceClass", "db.m6i.xlarge", 25)])
            },
            breakdown(By::Status, vec![bar("DBInstanceStatus", "available", 40)]),
        ],
        concerns: vec![
            concern(
                Urgency::Now,
                "instance is storage-full",
                1,
                vec![is("DBInstanceStatus", "storage-full")],
            ),
            concern(Urgency::Advice, "instances not encrypted", 9, vec![is("StorageEncrypted", "false")]),
        ],
        completeness: Completeness {
            accounts: 3,
            reached: 2,
            awaited: 0,
            states: vec![(State::Collected, 2), (State::Denied, 1)],
            as_of: None,
        },
    }
}

/// The instance that has a name: `db-7` is the seventh row.
fn database(text: &str) -> Option<Database> {
    let position: i64 = text.strip_prefix("db-")?.parse().ok()?;
    Some(Database {
        kind: "db-instances",
        row: 100 + position,
        identifier: text.to_owned(),
        status: "available".to_owned(),
        engine: "postgres".to_owned(),
        account_id: "111111111111".to_owned(),
        region: "eu-west-1".to_owned(),
    })
}

fn cell(column: &str, position: usize) -> CellText {
    let text = match column {
        "DBInstanceIdentifier" | "DBClusterIdentifier" => format!("db-{position}"),
        "DBInstanceStatus" | "Status" => "available".to_owned(),
        "Engine" => String::new(),
        "InstanceCreateTime" => "2024-10-02T09:00:08.899000+00:00".to_owned(),
        "DBInstanceArn" => format!("arn:aws:rds:eu-central-1:222222222222:db:db-{position}"),
        "AllocatedStorage" => "100".to_owned(),
        _ => format!("{column} {position}"),
    };
    CellText { absent: text.is_empty(), text }
}

fn coverage(target: &Target, state: State) -> Vec<Arc<Coverage>> {
    let failure = (state == State::Denied).then(|| Failure {
        state,
        action: "sts:AssumeRole arn:aws:iam::222222222222:role/Reader".into(),
        code: Some("AccessDenied".into()),
        message: "User is not authorized to perform: sts:AssumeRole".into(),
        request_id: Some("0a1b2c3d".into()),
    });
    let entry = |kind: &'static str| Coverage {
        state,
        failure: failure.clone(),
        rows: if state == State::Collected { 40 } else { 0 },
        ..Coverage::not_asked(target, kind)
    };
    kinds().iter().filter(|kind| kind.always).map(|kind| Arc::new(entry(kind.name))).collect()
}

pub fn account(number: u32, id: &str, profile: &str, state: State) -> Account {
    account_in(&["eu-west-1"], number, id, profile, state)
}

/// An account in some regions; its targets are numbered from a number on.
pub fn account_in(regions: &[&str], first: u32, id: &str, profile: &str, state: State) -> Account {
    let status = |(number, region): (u32, &&str)| {
        let target = Target {
            number,
            access: Access { base: Base::Ec2InstanceMetadata, roles: Vec::new() },
            region: (*region).to_owned(),
            endpoints: Endpoints::default(),
            ca_bundle: None,
            profiles: vec![profile.to_owned()],
            role_arn: None,
            account_id: Some(id.to_owned()),
        };
        let coverage = coverage(&target, state);
        TargetStatus { target: Arc::new(target), busy: false, coverage }
    };
    Account { account_id: Some(id.to_owned()), targets: (first..).zip(regions).map(status).collect() }
}

pub fn fleet(accounts: Vec<Account>) -> Fleet {
    Fleet {
        config: ConfigState {
            config_file: PathBuf::from("/u01/aws/aws-cli/config"),
            credentials_file: PathBuf::from("/u01/aws/aws-cli/credentials"),
            state: FileState::Read,
            profiles: accounts.len(),
            diagnostics: Vec::new(),
            preselected: None,
            problems: Vec::new(),
            broken: Vec::new(),
            defaults_only: Vec::new(),
        },
        progress: Progress { targets: accounts.len(), accounts: accounts.len(), ..Progress::default() },
        accounts,
        store: StoreState::default(),
        demo: false,
    }
}

pub fn three_accounts() -> Vec<Account> {
    vec![
        account(1, "111111111111", "DB1", State::Collected),
        account(2, "222222222222", "DB2", State::Denied),
        account(3, "333333333333", "DB3", State::Collected),
    ]
}
