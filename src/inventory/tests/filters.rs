//! Filters, groups and pick-lists, held against SQLite on the same store: what the reader answers is what the written SQL
//! does, whatever the values and the texts of the conditions.

use super::*;
use crate::query::written_sql;
use crate::rds::Shape;

/// Texts that are hard to compare, to quote or to find.
const TEXTS: [&str; 30] = [
    "",
    " ",
    "0",
    "00",
    "1",
    "100",
    "-5",
    "0.5",
    "9007199254740993",
    "9.007199254740992e15",
    "true",
    "false",
    "14.9",
    "14.10",
    "14.20",
    "db-2",
    "DB-10",
    "o'clock \"x\" \\",
    "a\0b",
    "%_*",
    "[not json",
    "{\"Key\":\"a\"}",
    "Jürgen",
    "JÜRGEN",
    "\u{212a}",
    "a\r\nb\tc",
    "2026-11-01",
    "2026-11-01T08:00:00Z",
    "-7d",
    "^1[34]\\.",
];

const TIMES: [&str; 6] = [
    "2026-10-31T23:59:59.999999+00:00",
    "2026-11-01T00:00:00+00:00",
    "2026-11-01T08:00:00+00:00",
    "2026-11-01T23:59:59.500000+00:00",
    "2026-11-02T00:00:00+00:00",
    "2126-01-01T00:00:00+00:00",
];

const JSON: [&str; 6] = [
    "[]",
    r#"[{"Key":"app","Value":"Billing"},{"Key":"env","Value":""}]"#,
    r#"{"Address":"a.rds","Port":5432}"#,
    r#"["100",true]"#,
    r#"[{"Key":"ü\"","Value":"a\u0000b"}]"#,
    r#"{"A":{"B":[1.5,null]}}"#,
];

/// Draws, always the same.
struct Draw(u64);

impl Draw {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    fn cell(&mut self, shape: &Shape) -> Cell {
        if self.below(5) == 0 {
            return Cell::Absent;
        }
        match shape {
            Shape::Boolean => Cell::Boolean(self.below(2) == 0),
            Shape::Integer | Shape::Long => {
                Cell::Integer([0, 1, -5, 100, 9_007_199_254_740_993, i64::MAX, i64::MIN][self.below(7)])
            }
            Shape::Double => {
                Cell::Double([0.0, 0.5, 1.0, -5.0, 100.0, 9_007_199_254_740_992.0][self.below(6)])
            }
            Shape::Timestamp => Cell::Text(self.one(&TIMES).to_owned()),
            Shape::String => Cell::Text(self.one(&TEXTS).to_owned()),
            _ => Cell::Json(self.one(&JSON).to_owned()),
        }
    }

    fn text(&mut self) -> String {
        self.one(&TEXTS).to_owned()
    }

    fn bound(&mut self) -> Option<String> {
        (self.below(3) > 0).then(|| self.text())
    }

    fn filter(&mut self, columns: &[&str], depth: usize) -> Filter {
        let some = self.below(4);
        match self.below(if depth == 0 { 1 } else { 6 }) {
            3 => Filter::Not(Box::new(self.filter(columns, depth - 1))),
            4 => Filter::Any((0..some).map(|_| self.filter(columns, depth - 1)).collect()),
            5 => Filter::All((0..some).map(|_| self.filter(columns, depth - 1)).collect()),
            _ => {
                let test = match self.below(5) {
                    0 => Test::Contains(self.text()),
                    1 => Test::Is((0..some).map(|_| self.text()).collect()),
                    2 => Test::Matches(self.text()),
                    3 => Test::Between { from: self.bound(), to: self.bound() },
                    _ => Test::Absent,
                };
                Filter::column(self.one(columns), test)
            }
        }
    }
}

/// A store with rows of hostile values, and the column that tells them apart.
fn hostile(kind: &'static Kind, identity: &str, rows: usize) -> Store {
    let mut draw = Draw(rows as u64);
    let members = &kind.structure.members;
    let row = |at: usize| {
        let mut cells: Vec<Cell> = members.iter().map(|member| draw.cell(&member.shape)).collect();
        cells[kind.structure.position(identity).unwrap()] = Cell::Text(format!("arn-{at}"));
        Row { cells, unknown: None }
    };
    let rows = (0..rows).map(row).collect();
    let mut store = Store::new();
    store.0.stage(kind, 1, &origin("1"), rows).unwrap();
    store.0.settle(kind, 1, &origin("1"), Some(at(0))).unwrap();
    store
}

#[test]
fn every_filter_means_what_its_sql_means() {
    for (name, identity, columns) in [
        (
            "db-instances",
            "DBInstanceArn",
            &[
                "Engine",
                "EngineVersion",
                "AllocatedStorage",
                "MultiAZ",
                "InstanceCreateTime",
                "Endpoint",
                "TagList",
                "AccountId",
                "Profiles",
            ][..],
        ),
        ("db-shard-groups", "DBShardGroupArn", &["MaxACU", "MinACU", "Status", "ComputeRedundancy"]),
    ] {
        let kind = kind(name).unwrap();
        let mut store = hostile(kind, identity, 80);
        let mut reader = store.reader();
        let arn = kind.column(identity).unwrap();
        let arns = |reader: &mut Reader, query: &Query| -> Result<Vec<String>, String> {
            let answered = match reader.select(query, false) {
                Ok(answered) => answered,
                Err(Refusal::Refused(refused)) => return Err(refused.message),
                Err(Refusal::Stopped) => panic!("nobody stopped it"),
            };
            let column = if query.sql.is_some() { 0 } else { arn };
            let cells = reader.cells(query, &[column], &answered.rows).unwrap();
            Ok(cells.iter().map(|row| text(&row[0])).collect())
        };
        let mut draw = Draw(5);
        let (mut answered, mut refused, mut some) = (0, 0, 0);
        for round in 0..500 {
            if round == 350 {
                // From here on each value is asked once.
                reader.prepare(&Query::of(kind), &|| false).unwrap();
            }
            let mut query = Query::of(kind);
            query.columns = vec![identity.to_owned()];
            query.filters = (0..draw.below(3)).map(|_| draw.filter(columns, 3)).collect();
            if draw.below(4) == 0 {
                query.search = draw.text();
            }
            query.group = (0..draw.below(3)).map(|_| draw.one(columns).to_owned()).collect();
            query.group.dedup();
            query.sort = vec![SortKey::ascending(draw.one(columns)), SortKey::ascending(identity)];
            query.sort[0].descending = draw.below(2) == 0;
            let ours = arns(&mut reader, &query);
            match written_sql(&query, kind, None) {
                Err(said) => {
                    // Which of two mistakes is met first is another matter.
                    let ours = ours.unwrap_err();
                    assert!(ours == said || ours.contains("is no "), "{ours}: {said}");
                    refused += 1;
                }
                Ok(sql) => {
                    let theirs = arns(&mut reader, &Query::of_sql(&sql));
                    if let (Ok(ours), Ok(theirs)) = (&ours, &theirs) {
                        assert_eq!(ours, theirs, "{:?}\n{sql}", query.filters);
                        answered += 1;
                        some += usize::from((1..80).contains(&ours.len()));
                    } else {
                        // SQLite meets a wrong expression only where it comes to it.
                        assert!(ours.is_err_and(|ours| ours.contains("no regular expression")), "{sql}");
                        refused += 1;
                    }
                }
            }
        }
        assert!(answered > 150 && some > 50 && refused > 20, "{answered} {some} {refused}");
    }
}

#[test]
fn names_that_aws_takes_in_any_case_are_found_so_and_by_sql_too() {
    let mut store = Store::new();
    let row = |name: &str, group: &str| {
        let groups = format!(r#"[{{"DBParameterGroupName":"{group}","ParameterApplyStatus":"in-sync"}}]"#);
        let cells = [
            ("DBInstanceIdentifier", Cell::Text(name.to_owned())),
            ("DBInstanceArn", Cell::Text(format!("arn:aws-cn:rds:cn-north-1:1:db:{name}"))),
            ("DBName", Cell::Text(name.to_owned())),
            ("DBParameterGroups", Cell::Json(groups)),
            ("TagList", Cell::Json(format!(r#"[{{"Key":"app","Value":"{name}"}}]"#))),
        ];
        Row::of(db_instances(), &cells).unwrap()
    };
    store.sweep("1", 0, &[row("orders", "prod-16"), row("Billing", "PROD-16"), row("ledger", "test-16")]);
    for (column, typed, found) in [
        ("DBInstanceIdentifier", "ORDERS", 1),
        ("DBInstanceIdentifier", "billing", 1),
        ("DBInstanceIdentifier", "order", 0),
        ("DBInstanceArn", "ARN:aws-cn:rds:cn-north-1:1:DB:Orders", 1),
        ("DBParameterGroups", "Prod-16", 2),
        ("Region", "EU-CENTRAL-1", 3),
        ("DBName", "ORDERS", 0),
        ("TagList", "ORDERS", 0),
        ("TagList", "orders", 1),
    ] {
        let is = Filter::column(column, Test::Is(vec![typed.to_owned(), "nobody".to_owned()]));
        for (filter, found) in [(is.clone(), found), (Filter::Not(Box::new(is)), 3 - found)] {
            let query = Query { filters: vec![filter], ..Query::of(db_instances()) };
            assert_eq!(store.names(&query).len(), found, "{column} {typed}");
            let sql = written_sql(&query, db_instances(), None).unwrap();
            assert_eq!(store.ask(&sql).len(), found, "{sql}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_condition_is_said() {
    let mut store = filled();
    let mut reader = store.reader();
    let mut said = |column: &str, test: Test| {
        let query = Query { filters: vec![Filter::column(column, test)], ..Query::of(db_instances()) };
        match reader.select(&query, false) {
            Err(Refusal::Refused(refused)) => refused.message,
            other => panic!("{other:?}"),
        }
    };
    let pattern = said("Engine", Test::Matches("^1[34".into()));
    assert_eq!(pattern, "Engine: “^1[34” is no regular expression: unclosed character class");
    let large = said("Engine", Test::Matches("a{1000}{1000}".into()));
    assert!(large.ends_with("it is too large"), "{large}");
    let number = said("AllocatedStorage", Test::Between { from: Some("ten".into()), to: None });
    assert_eq!(number, "AllocatedStorage: “ten” is no number");
    let time = said("InstanceCreateTime", Test::Between { from: None, to: Some("soon".into()) });
    assert!(time.starts_with("InstanceCreateTime: “soon” is no time: write 2026-11-01"), "{time}");
    assert!(said("Engin", Test::Absent).ends_with("did you mean Engine?"));
}

#[test]
fn groups_stand_in_order_with_counts_and_sums() {
    let mut store = filled();
    let kind = db_instances();
    let more = [
        instance("db-3", "14.9", 30, "[]"),
        instance("db-4", "9.6", 7, "[]"),
        instance("db-5", "14.9", 60, "[]"),
    ];
    store.0.stage(kind, 1, &origin("1"), more.to_vec()).unwrap();
    let mut query = Query::of(kind);
    query.group = vec!["EngineVersion".into(), "MultiAZ".into()];
    query.sort[0] = SortKey { column: "EngineVersion".into(), descending: true };
    let mut reader = store.reader();
    let told = |reader: &mut Reader, query: &Query| -> Vec<String> {
        let answered = reader.select(query, false).unwrap();
        assert_eq!(answered.rows.len(), 5);
        let tell = |group: &Grouped| {
            let sums: Vec<String> =
                group.sums.iter().map(|(name, sum)| format!("{name} {}", text(sum))).collect();
            format!("{} {} {:?} {}", group.level, text(&group.value), group.rows, sums.join(", "))
        };
        answered.groups.iter().map(tell).collect()
    };
    let expected = [
        "0 14.10 0..1 AllocatedStorage 100",
        "1 true 0..1 AllocatedStorage 100",
        "0 14.9 1..4 AllocatedStorage 110",
        "1 false 1..3 AllocatedStorage 50",
        "1 true 3..4 AllocatedStorage 60",
        "0 9.6 4..5 AllocatedStorage 7",
        "1 false 4..5 AllocatedStorage 7",
    ];
    assert_eq!(told(&mut reader, &query), expected, "read from the rows");
    reader.prepare(&query, &|| false).unwrap();
    assert_eq!(told(&mut reader, &query), expected, "from the coded columns");
    query.group = vec!["Engine".into()];
    assert_eq!(told(&mut reader, &query), ["0  0..5 AllocatedStorage 217"], "what is absent is a group too");
    query.columns = vec!["DBInstanceIdentifier".into()];
    assert_eq!(told(&mut reader, &query), ["0  0..5 "], "only shown columns are summed");
    query.group = ["Engine", "Region", "MultiAZ"].map(str::to_owned).into();
    assert!(matches!(reader.select(&query, false), Err(Refusal::Refused(_))));
}

#[test]
fn too_many_groups_are_refused_with_advice() {
    let mut store = Store::new();
    let rows = (0..20_001).map(|at| instance(&format!("db-{at}"), "14.9", 20, "[]"));
    store.sweep("1", 0, &rows.collect::<Vec<_>>());
    let mut query = Query::of(db_instances());
    query.group = vec!["DBInstanceIdentifier".into()];
    match store.reader().select(&query, false) {
        Err(Refusal::Refused(refused)) => assert!(refused.message.contains("narrow"), "{refused}"),
        other => panic!("{:?}", other.map(|answered| answered.groups.len())),
    }
    query.filters =
        vec![Filter::Not(Box::new(Filter::column("DBInstanceIdentifier", Test::Is(vec!["db-7".into()]))))];
    assert_eq!(store.reader().select(&query, false).unwrap().groups.len(), 20_000);
}

#[test]
fn a_pick_list_has_the_commonest_values_first() {
    let mut store = filled();
    let more = [instance("db-3", "14.9", 30, "[]"), instance("db-4", "9.6", 7, "[]")];
    store.0.stage(db_instances(), 1, &origin("1"), more.to_vec()).unwrap();
    let mut reader = store.reader();
    let mut query = Query::of(db_instances());
    let mut values = |query: &Query, column: &str, most: usize| -> Vec<(String, usize)> {
        let found = reader.values(query, column, most, &|| false).unwrap();
        found.iter().map(|(value, count)| (text(value), *count)).collect()
    };
    let pairs = |pairs: &[(&str, usize)]| -> Vec<(String, usize)> {
        pairs.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect()
    };
    assert_eq!(values(&query, "EngineVersion", 9), pairs(&[("14.9", 2), ("9.6", 1), ("14.10", 1)]));
    assert_eq!(values(&query, "EngineVersion", 1), pairs(&[("14.9", 2)]));
    assert_eq!(values(&query, "MultiAZ", 9), pairs(&[("false", 3), ("true", 1)]));
    query.filters = vec![Filter::column("MultiAZ", Test::Is(vec!["true".into()]))];
    assert_eq!(values(&query, "EngineVersion", 9), pairs(&[("14.10", 1)]));
    assert_eq!(values(&query.without("MultiAZ"), "MultiAZ", 9), pairs(&[("false", 3), ("true", 1)]));
    assert_eq!(values(&Query::of_sql("SELECT 1 AS MultiAZ"), "MultiAZ", 9), [], "nobody has run it");
}

#[test]
fn a_phrase_of_a_cell_is_found_by_every_way_to_look_for_it() {
    let kind = db_instances();
    let members = |name: &str, json: [&str; 3]| {
        let [endpoint, tags, pending] = json.map(|json| Cell::Json(json.to_owned()));
        let text = |text: &str| Cell::Text(text.to_owned());
        Row::of(
            kind,
            &[
                ("DBInstanceIdentifier", text(name)),
                ("DBInstanceArn", text(&format!("arn:aws:rds:eu-central-1:1:db:{name}"))),
                // A text, though it looks like JSON.
                ("DBSystemId", text(r#"{"Key":"sid"}"#)),
                ("Endpoint", endpoint),
                ("TagList", tags),
                ("PendingModifiedValues", pending),
            ],
        )
        .unwrap()
    };
    let mut store = Store::new();
    let rows = [
        members(
            "db-1",
            [
                r#"{"Address":"db1.abc.eu-central-1.rds.amazonaws.com","Port":5432,"HostedZoneId":"Z1"}"#,
                r#"[{"Key":"environment","Value":"prod"},{"Key":"a \"b\"","Value":"c; d"}]"#,
                r#"{"AllocatedStorage":200,"MultiAZ":true}"#,
            ],
        ),
        members("db-2", [r#"{"Address":"db2.abc","Port":1521}"#, r#"[{"Key":"environment"}]"#, "{}"]),
    ];
    store.sweep("1", 0, &rows);
    for (column, phrase) in [
        ("TagList", "environment=prod"),
        ("TagList", "ENVIRONMENT=Prod; a"),
        ("TagList", r#"a "b"=c; d"#),
        ("Endpoint", "db1.abc.eu-central-1.rds.amazonaws.com:5432"),
        ("Endpoint", "com:5432 (hosted zone Z1)"),
        ("PendingModifiedValues", "AllocatedStorage=200"),
        ("PendingModifiedValues", "200, MultiAZ=true"),
        ("DBSystemId", r#"{"Key":"sid"}"#),
        ("DBSystemId", r#""key""#),
    ] {
        let expected = if column == "DBSystemId" { vec!["db-1", "db-2"] } else { vec!["db-1"] };
        let shown = Query { columns: vec!["DBInstanceIdentifier".into()], ..Query::of(kind) };
        let contains = Filter::column(column, Test::Contains(phrase.to_owned()));
        let query = Query { filters: vec![contains], ..shown.clone() };
        assert_eq!(store.names(&query), expected, "contains {phrase}");
        assert_eq!(
            store.ask(&written_sql(&query, kind, None).unwrap()).concat(),
            expected,
            "SQL of {phrase}"
        );
        let query = Query { search: phrase.to_owned(), ..shown };
        assert_eq!(store.names(&query), expected, "search {phrase}");
        assert_eq!(
            store.ask(&written_sql(&query, kind, None).unwrap()).concat(),
            expected,
            "SQL of {phrase}"
        );
        let own = format!(
            "SELECT DBInstanceIdentifier FROM db_instances WHERE contains_text({}, {column})",
            crate::query::literal(phrase)
        );
        if column != "DBSystemId" {
            assert_eq!(store.ask(&own).concat(), expected, "{own}");
        }
    }
    for (column, word) in
        [("TagList", "key"), ("TagList", "value"), ("Endpoint", "port"), ("DBSystemId", "key=")]
    {
        let contains = Filter::column(column, Test::Contains(word.to_owned()));
        let query = Query { filters: vec![contains], ..Query::of(kind) };
        assert!(store.names(&query).is_empty(), "{word} is not shown");
    }
    let reader = &mut store.reader();
    let found = reader.find(
        kind,
        None,
        &["DBInstanceIdentifier", "Endpoint"],
        "db1.abc.eu-central-1.rds.amazonaws.com:5432",
        9,
    );
    assert_eq!(found.unwrap().len(), 1);
}
