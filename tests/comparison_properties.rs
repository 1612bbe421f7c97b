//! What must be true of every comparison, whatever AWS sends, tried on random rows with every member of AWS's shapes and
//! on random groups of parameters and options. A database is equal to itself. A copy under other names differs only in
//! what was changed. The order of two databases changes no verdict. A baseline never drifts from its source.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use rds_fleet::analysis::baseline::Baseline;
use rds_fleet::analysis::classes::class;
use rds_fleet::analysis::compare::{Comparison, Database, NOT_COLLECTED, Subject};
use rds_fleet::analysis::formula::Machine;
use rds_fleet::analysis::meaning::{Meaning, Owner};
use rds_fleet::analysis::own_names::NamedText;
use rds_fleet::analysis::rules::Rules;
use rds_fleet::analysis::same::{Verdict, judge};
use rds_fleet::analysis::setting::{self, GroupInUse, Held, Named, Parameter, Section, Source};
use rds_fleet::rds::{Cell, Kind, Shape, kind};

/// A part of a text.
#[derive(Debug, Clone)]
enum Part {
    Fixed(String),
    Identifier,
    Account,
    Region,
}

/// A text that a database's own names may be in.
type Text = Vec<Part>;

/// Who a database is.
#[derive(Debug, Clone)]
struct Who {
    identifier: String,
    account: String,
    region: &'static str,
    vpc: &'static str,
    class: &'static str,
}

/// What a database's settings are made from: the texts that stand in its members, and a number that says which where.
#[derive(Debug, Clone)]
struct Made {
    of: &'static str,
    texts: Vec<Text>,
    seed: u64,
    /// Own names only where somebody may have given names, and no braces in parameters, which are formulas.
    is_careful: bool,
}

const CASES: u32 = 1000;

fn config() -> ProptestConfig {
    ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() }
}

/// Names that no fixed text has in it.
fn who() -> impl Strategy<Value = Who> {
    (
        select(vec!["zq1", "zq", "zqprod", "zq-orders", "zq-eu-central-1", "zqx-y-z"]),
        select(vec!["111111111111", "222222222222", "000000000001"]),
        select(vec!["eu-central-1", "us-east-1", "us-gov-west-1"]),
        select(vec!["vpc-1", "vpc-2"]),
        select(vec!["db.r6g.large", "db.r6g.4xlarge"]),
    )
        .prop_map(|(identifier, account, region, vpc, class)| Who {
            identifier: identifier.to_owned(),
            account: account.to_owned(),
            region,
            vpc,
            class,
        })
}

fn word() -> impl Strategy<Value = String> {
    let words = [
        "on",
        "0",
        "1.10",
        "128M",
        "-1",
        "ledger",
        "us-east-2",
        "gp3",
        "arn:aws:kms:eu-west-1:999999999999:key/1",
        " ",
        "{identifier}",
        "{account}",
        "{{}",
        "{;}",
        "{empty}",
        "{DBInstanceVCPU*2}",
        "{dbName}",
        "{",
        "}",
        "\n",
        "\r\n",
        "\t",
        "\"",
        "'''",
        "\"\"\"",
        "\\",
        "größe",
        ";",
        ",",
        "a; b",
        "18446744073709551615",
        "1e400",
        "NaN",
        "#x",
    ];
    prop_oneof![
        4 => select(words.to_vec()).prop_map(str::to_owned),
        1 => "[ -~äß\n]{0,6}",
    ]
}

/// A text of words with own names between them, each a word of its own.
fn text() -> impl Strategy<Value = Text> {
    let separator = || select(vec!["/", " ", ":", ".", "=", ", "]).prop_map(str::to_owned);
    let own = prop_oneof![Just(Part::Identifier), Just(Part::Account), Just(Part::Region)];
    let plain = word().prop_map(|word| vec![Part::Fixed(word)]);
    let two = (word(), word()).prop_map(|(one, other)| vec![Part::Fixed(one + &other)]);
    let named = (vec((own, separator()), 1..3), word()).prop_map(|(names, word)| {
        let mut parts: Text = names.into_iter().flat_map(|(own, after)| [own, Part::Fixed(after)]).collect();
        parts.push(Part::Fixed(word));
        parts
    });
    let alone = select(vec![0, 1, 2])
        .prop_map(|own| vec![[Part::Identifier, Part::Account, Part::Region][own].clone()]);
    prop_oneof![3 => plain, 1 => two, 2 => named, 1 => alone]
}

fn made(is_careful: bool) -> impl Strategy<Value = Made> {
    let of = select(vec!["db-instances", "db-clusters"]);
    (of, vec(text(), 1..8), any::<u64>()).prop_map(move |(of, texts, seed)| Made {
        of,
        texts,
        seed,
        is_careful,
    })
}

impl Who {
    fn owner(&self) -> Owner {
        Owner {
            account_id: self.account.clone(),
            region: self.region.to_owned(),
            identifier: self.identifier.clone(),
            engine: "postgres".to_owned(),
            class: self.class.to_owned(),
            vpc: self.vpc.to_owned(),
            machine: Machine { class: class(self.class), ..Machine::default() },
            ..Owner::default()
        }
    }

    fn write(&self, text: &Text) -> String {
        let part = |part: &Part| match part {
            Part::Fixed(fixed) => fixed.clone(),
            Part::Identifier => self.identifier.clone(),
            Part::Account => self.account.clone(),
            Part::Region => self.region.to_owned(),
        };
        text.iter().map(part).collect()
    }
}

impl Made {
    /// A number below `below` that is always the same for a path.
    fn pick(&self, path: &str, below: usize) -> usize {
        let mut hash = self.seed ^ 0xcbf2_9ce4_8422_2325;
        for byte in path.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        (hash >> 20) as usize % below
    }

    fn text(&self, who: &Who, path: &str, may_be_named: bool) -> String {
        let text = &self.texts[self.pick(path, self.texts.len())];
        let has_own = text.iter().any(|part| !matches!(part, Part::Fixed(_)));
        match self.is_careful && has_own && !may_be_named {
            true => "fixed".to_owned(),
            false => who.write(text),
        }
    }

    fn value(&self, who: &Who, path: &str, shape: &Shape) -> Value {
        match shape {
            Shape::String | Shape::Timestamp => self.text(who, path, may_be_named(path)).into(),
            Shape::Integer | Shape::Long => (self.pick(path, 5) as i64 - 1).into(),
            Shape::Double => (self.pick(path, 5) as f64 / 2.0).into(),
            Shape::Boolean => (self.pick(path, 2) == 0).into(),
            Shape::List(list) => {
                let count = self.pick(path, 3);
                (0..count).map(|at| self.value(who, &format!("{path}[{at}]"), &list.of)).collect()
            }
            Shape::Map(_) => json!({}),
            Shape::Structure(structure) => {
                let mut members = Map::new();
                for member in &structure.members {
                    let path = format!("{path}.{}", member.name);
                    // Keys are what a value is found by.
                    let is_key = ["Key", "Name"].contains(&member.name.as_str());
                    if is_key {
                        members.insert(member.name.clone(), format!("key-{}", self.pick(&path, 20)).into());
                    } else if self.pick(&format!("{path}?"), 4) > 0 {
                        members.insert(member.name.clone(), self.value(who, &path, &member.shape));
                    }
                }
                Value::Object(members)
            }
        }
    }

    fn cells(&self, who: &Who, kind: &Kind) -> Vec<Cell> {
        let cell = |name: &str, shape: &Shape| {
            if self.pick(&format!("{name}?"), 3) == 0 {
                return Cell::Absent;
            }
            match self.value(who, name, shape) {
                Value::String(text) => Cell::Text(text),
                Value::Bool(truth) => Cell::Boolean(truth),
                Value::Number(number) => number.as_i64().map_or(Cell::Double(0.5), Cell::Integer),
                nested => Cell::Json(nested.to_string()),
            }
        };
        kind.columns.iter().map(|column| cell(&column.name, &column.shape)).collect()
    }

    fn parameters(&self, who: &Who, group: &str) -> Vec<Arc<Parameter>> {
        let names = [
            "work_mem",
            "shared_preload_libraries",
            "search_path",
            "log_connections",
            "sql_mode",
            "max_connections",
            "x.y",
            "cron.database_name",
            "statement_timeout",
            "p1",
            "p2",
            "p3",
        ];
        let parameter = |name: &&str| {
            let path = format!("{group}/{name}");
            let of = |what: &str, below| self.pick(&format!("{path}.{what}"), below);
            let data_type = ["string", "list", "boolean", "integer", "float"][of("type", 5)];
            let mut value = self.text(who, &path, !["integer", "float"].contains(&data_type));
            if self.is_careful && (value.contains('{') || value.contains('}')) {
                value = "plain".to_owned();
            }
            Arc::new(Parameter {
                name: (*name).to_owned(),
                value: Some(value).filter(|_| of("set", 5) > 0),
                source: [Source::User, Source::System, Source::EngineDefault][of("source", 3)],
                apply_type: ["static", "dynamic"][of("apply", 2)].to_owned(),
                data_type: data_type.to_owned(),
                allowed: ["", "on,off", "0-100", "zqprod,ledger"][of("allowed", 3)].to_owned(),
                apply_method: "immediate".to_owned(),
                group: group.into(),
                first_seen: None,
            })
        };
        names.iter().filter(|name| self.pick(&format!("{group}{name}?"), 4) > 0).map(parameter).collect()
    }

    fn options(&self, who: &Who) -> Value {
        let setting = |option: &str, name: &str| {
            let path = format!("{option}.{name}");
            let of = |what: &str, below| self.pick(&format!("{path}.{what}"), below);
            let data_type = ["STRING", "BOOLEAN", "INTEGER"][of("type", 3)];
            let mut setting = json!({
                "Name": name, "DataType": data_type, "IsCollection": of("list", 2) == 0,
                "AllowedValues": (["", "TRUE,FALSE", "CONNECT,QUERY"][of("allowed", 3)]), "DefaultValue": "on",
            });
            if of("value", 4) > 0 {
                setting["Value"] = self.text(who, &path, data_type != "INTEGER").into();
            }
            setting
        };
        let option = |name: &&str| {
            let groups: Vec<Value> = (0..self.pick(name, 3))
                .map(|at| json!({ "VpcSecurityGroupId": format!("sg-{}{at}", who.vpc) }))
                .collect();
            json!({
                "OptionName": name, "Port": self.pick(name, 3), "OptionVersion": self.text(who, name, false),
                "OptionSettings": (["A", "B", "C"].map(|of| setting(name, of)).to_vec()),
                "VpcSecurityGroupMemberships": groups,
            })
        };
        ["OEM", "S3", "TDE"].iter().filter(|name| self.pick(&format!("{name}?"), 3) > 0).map(option).collect()
    }

    /// The database with its settings, and those of its cluster.
    fn subject(&self, who: &Who) -> Subject {
        let (kind, owner) = (kind(self.of).unwrap(), who.owner());
        let mut cells = self.cells(who, kind);
        let at = |name: &str| kind.column(name).unwrap();
        if self.of == "db-instances" {
            cells[at("DBInstanceClass")] = Cell::Text(who.class.to_owned());
        }
        cells[at(kind.identifier)] = Cell::Text(who.identifier.clone());
        let mut settings = setting::of_members(kind, &cells, &owner, None);
        if self.of == "db-instances" && self.pick("cluster", 4) == 0 {
            let clusters = rds_fleet::rds::kind("db-clusters").unwrap();
            let of = Who { identifier: format!("{}-cluster", who.identifier), ..who.clone() };
            let mut cells = self.cells(&of, clusters);
            cells[clusters.column("DBClusterIdentifier").unwrap()] = Cell::Text(of.identifier.clone());
            settings.extend(setting::of_members(clusters, &cells, &of.owner(), Some(Section::Cluster)));
        }
        let (own, cluster) = (self.parameters(who, "own"), self.parameters(who, "cluster"));
        let status = ["in-sync", "pending-reboot", "applying"]
            [if self.is_careful { 0 } else { self.pick("status", 3) }];
        let in_use = |parameters| Some(GroupInUse { parameters, status });
        settings.extend(setting::of_parameters(in_use(&own), in_use(&cluster), &owner));
        settings.extend(setting::of_options(&self.options(who), &owner));
        let database = Database {
            kind: kind.name,
            identifier: who.identifier.as_str().into(),
            account_id: who.account.clone(),
            region: who.region.to_owned(),
            engine: "postgres".to_owned(),
            family: "postgres16".to_owned(),
            ..Database::default()
        };
        Subject { database, settings, gaps: Vec::new() }
    }
}

/// Whether names are somewhere that people give them.
fn may_be_named(path: &str) -> bool {
    if path.starts_with("PendingModifiedValues") {
        return false;
    }
    let last = path.rsplit('.').next().unwrap();
    path.starts_with("TagList") || last.ends_with("Arn") || ["MasterUsername", "DBName"].contains(&last)
}

fn compared(subjects: Vec<Subject>) -> Comparison {
    Comparison::of(subjects, &Rules::default(), Some(0))
}

/// What differs or is not known of the second, with why.
fn marked(comparison: &Comparison) -> Vec<(String, String)> {
    let rows = comparison.rows.iter().filter(|row| row.ignored.is_none());
    let marked = rows
        .filter(|row| row.cells[1].verdict() != Verdict::Equal)
        .filter(|row| row.cells[1].verdict() != Verdict::NotKnown || !is_not_understood(&row.cells[1].held));
    let line = |row: &rds_fleet::analysis::compare::Row| {
        let [one, other] = &row.cells[..] else { panic!("two databases") };
        let said = format!("{:?}: {:?} beside {:?}", other.judged, one.held, other.held);
        (format!("{}: {}", row.section.word(), row.name), said)
    };
    marked.map(line).collect()
}

/// Whether AWS computes or fills the value in, and what that comes to is not known: then nothing is equal to it.
fn is_not_understood(held: &Held) -> bool {
    match held.setting().map(|setting| &setting.meaning) {
        Some(Meaning::Formula(formula)) => formula.computed.is_err(),
        Some(Meaning::Template(template)) => template.unknown.is_some(),
        _ => false,
    }
}

/// Whether all of these wait for a reboot, which is never said to be equal.
fn only_waits(marked: &[(String, String)]) -> bool {
    marked.iter().all(|(_, said)| said.contains("verdict: Waits"))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_database_is_equal_to_itself(made in made(false), who in who()) {
        let marked = marked(&compared(vec![made.subject(&who), made.subject(&who)]));
        prop_assert!(only_waits(&marked), "{marked:#?}");
        prop_assert!(made.pick("status", 3) == 1 || marked.is_empty(), "{marked:#?}");
    }

    #[test]
    fn a_copy_under_other_names_differs_in_what_was_changed(
        made in made(true), one in who(), other in who(), changed in any::<prop::sample::Index>()
    ) {
        let mut copy = made.subject(&other);
        let mut expected = Vec::new();
        if made.of == "db-instances" && one.class != other.class {
            expected.push("Instance: DBInstanceClass".to_owned());
        }
        let comparison = compared(vec![made.subject(&one), copy.clone()]);
        let found: Vec<String> = marked(&comparison).into_iter().map(|(name, _)| name).collect();
        prop_assert_eq!(&found, &expected, "{:#?}", marked(&comparison));

        // Something is changed.
        let place = changed.index(copy.settings.len());
        let named = copy.settings[place].clone();
        let is_it = |later: &Named| (later.section, &later.name) == (named.section, &named.name);
        let is_last = !copy.settings[place + 1..].iter().any(is_it);
        if let (Held::Set(setting), true) = (&named.held, is_last)
            && setting.waits.is_none()
        {
            let mut setting = setting.clone();
            setting.text = "changed".into();
            setting.meaning = Meaning::Text(NamedText::plain("changed"));
            copy.settings[place].held = Held::Set(setting);
            expected.push(format!("{}: {}", named.section.word(), named.name));
            expected.sort();
            expected.dedup();
            let comparison = compared(vec![made.subject(&one), copy]);
            let mut found: Vec<String> = marked(&comparison).into_iter().map(|(name, _)| name).collect();
            found.sort();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_order_of_two_databases_changes_no_verdict(
        made in made(false), other in made(false), one_who in who(), other_who in who(), same_family in any::<bool>()
    ) {
        let other = Made { of: made.of, ..other };
        let comparison = compared(vec![made.subject(&one_who), other.subject(&other_who)]);
        for row in &comparison.rows {
            let (one, other) = (&row.cells[0].held, &row.cells[1].held);
            let (judged, swapped) = (judge(one, other, same_family), judge(other, one, same_family));
            prop_assert_eq!(judged.verdict, swapped.verdict, "{:?} beside {:?}", one, other);
            let unknown = Held::NotKnown("denied".into());
            prop_assert_eq!(judge(one, &unknown, same_family).verdict, Verdict::NotKnown);
            prop_assert_eq!(judge(&unknown, one, same_family).verdict, Verdict::NotKnown);
        }
    }

    #[test]
    fn a_baseline_never_drifts_from_its_source(
        made in made(false), who in who(), other in who(), alone in any::<bool>()
    ) {
        let source = made.subject(&who);
        // Taken from it among others, or alone.
        let mut taken_from = vec![source.clone()];
        taken_from.extend((!alone).then(|| made.subject(&other)));
        let baseline = Baseline::of(&compared(taken_from), Some(0), "taken");
        let text = baseline.text().unwrap();
        let read = Baseline::of_text(&text).unwrap();
        prop_assert_eq!(&read, &baseline, "{}", text);
        let drift = |baseline: &Baseline| {
            let found = vec![source.clone()];
            let mut comparison = compared([vec![baseline.subject(&found)], found].concat());
            comparison.only_what_is_in(baseline);
            marked(&comparison)
        };
        let found = drift(&read);
        prop_assert!(found.is_empty(), "{text}{found:#?}");
        // Without the names that it had, it holds as well: the source's are its own.
        let unnamed = Baseline { own: Default::default(), ..read };
        let found = drift(&unnamed);
        prop_assert!(found.is_empty(), "{text}{found:#?}");
    }

    #[test]
    fn who_has_the_same_does_not_depend_on_the_order(
        made in made(false), other in made(false), who in vec(who(), 2..4)
    ) {
        let other = Made { of: made.of, ..other };
        let mut subjects: Vec<Subject> = Vec::new();
        for (at, who) in who.iter().enumerate() {
            let mut subject = if at == 2 { other.subject(who) } else { made.subject(who) };
            subject.database.identifier = format!("{at}").as_str().into();
            subjects.push(subject);
        }
        let sets = |subjects: &[Subject]| {
            let comparison = Comparison::of(subjects.to_vec(), &Rules::default(), None);
            let names = |row: usize| {
                let titles = |databases: &[usize]| {
                    let mut titles: Vec<String> = databases.iter().map(|at| comparison.databases[*at].title()).collect();
                    titles.sort();
                    titles
                };
                let mut sets: Vec<Vec<String>> =
                    comparison.values(row).iter().map(|value| titles(&value.databases)).collect();
                sets.sort();
                (comparison.rows[row].name.to_string(), sets)
            };
            (0..comparison.rows.len()).map(names).collect::<Vec<_>>()
        };
        let forward = sets(&subjects);
        subjects.reverse();
        for (forward, backward) in forward.into_iter().zip(sets(&subjects)) {
            prop_assert_eq!(forward, backward);
        }
    }
}

#[test]
fn what_was_not_collected_is_the_only_thing_that_is_not_known() {
    let made = Made { of: "db-instances", texts: vec![vec![Part::Identifier]], seed: 7, is_careful: true };
    let who = Who {
        identifier: "zq-orders".to_owned(),
        account: "111111111111".to_owned(),
        region: "eu-central-1",
        vpc: "vpc-1",
        class: "db.r6g.large",
    };
    let mut denied = made.subject(&who);
    denied.settings.retain(|named: &Named| named.section != Section::Options);
    denied.gaps.push((Section::Options, "denied".into()));
    let marked = marked(&compared(vec![made.subject(&who), denied]));
    assert!(marked.len() > 3, "{marked:?}");
    for (name, said) in marked {
        assert!(name.starts_with("Options: ") && said.contains("NotKnown"), "{name}: {said}");
    }
    assert!(NOT_COLLECTED.starts_with('('));
}
