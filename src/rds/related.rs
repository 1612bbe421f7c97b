//! What a resource has to do with others, as data (`assets/related.txt`): a row of this kind, by these members, names
//! rows of that kind. From a row it makes the conditions that those rows meet; who asks for them, and counts them, lives
//! elsewhere.

use std::sync::LazyLock;

use super::answer::Cell;
use super::kind::{Kind, names_at};
use super::readable::{exact, readable};

/// One way from the rows of a kind to rows of another, or of the same.
#[derive(Debug)]
struct Relation {
    from: &'static str,
    /// What the rows at its end are to the row it starts from, such as `Replicas`.
    title: &'static str,
    to: &'static str,
    on: Vec<On>,
    /// Whether rows of every account and region are meant instead of those of the row's own.
    everywhere: bool,
}

/// A condition that joins the two.
#[derive(Debug)]
enum On {
    /// The column is a name that stands at this path of the row. Where an ARN stands there, it names the account and
    /// region as well, and says of which kind it is.
    Name(Vec<&'static str>, &'static str),
    /// The column is, or holds, the value at this path of the row.
    Value(Vec<&'static str>, &'static str),
    /// The column says this word.
    Says(&'static str, &'static str),
}

/// Rows that a row has to do with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    pub title: &'static str,
    pub kind: &'static str,
    /// What the row calls the other, where it names exactly one.
    pub name: Option<String>,
    /// The account they are in; `None` where that does not matter.
    pub account: Option<String>,
    pub region: Option<String>,
    /// Columns and the values of which each must be or hold one.
    pub conditions: Vec<(&'static str, Vec<String>)>,
}

/// What a row of a kind has to do with others; the cells are in the order of the kind's columns. Members that are absent
/// lead nowhere.
pub fn related(kind: &Kind, cells: &[Cell]) -> Vec<Related> {
    let row = Row { kind, cells };
    RELATIONS
        .iter()
        .filter(|relation| relation.from == kind.name)
        .flat_map(|relation| row.follow(relation))
        .collect()
}

struct Row<'a> {
    kind: &'a Kind,
    cells: &'a [Cell],
}

impl Row<'_> {
    fn values(&self, path: &[&str]) -> Vec<String> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let cell = self.kind.column(first).and_then(|at| self.cells.get(at));
        let mut values = Vec::new();
        match cell {
            Some(cell @ Cell::Json(_)) => {
                if let Some(value) = exact(cell) {
                    names_at(&value, rest, &mut values);
                }
            }
            Some(cell) if rest.is_empty() => {
                values.extend(Some(readable(cell)).filter(|text| !text.is_empty()));
            }
            _ => {}
        }
        values
    }

    fn own(&self, column: &str) -> Option<String> {
        self.values(&[column]).pop()
    }

    /// One answer for each account and region that is named; most often one.
    fn follow(&self, relation: &Relation) -> Vec<Related> {
        let (account, region) = match relation.everywhere {
            true => (None, None),
            false => (self.own("AccountId"), self.own("Region")),
        };
        // A catalogue is nobody's own.
        let shared = super::kind(relation.to).is_some_and(|kind| kind.shared);
        let account = account.filter(|_| !shared);
        let mut conditions = Vec::new();
        let mut named: Vec<(Option<String>, Option<String>, &'static str, Vec<String>)> = Vec::new();
        for on in &relation.on {
            match on {
                On::Says(column, word) => conditions.push((*column, vec![(*word).to_owned()])),
                On::Value(path, column) => match self.values(path) {
                    values if values.is_empty() => return Vec::new(),
                    values => conditions.push((*column, values)),
                },
                On::Name(path, column) => {
                    for value in self.values(path) {
                        let (account, region, name) = match Arn::read(&value) {
                            Some(arn) if arn.is_of(relation.to) => {
                                (some(arn.account), some(arn.region), arn.name)
                            }
                            Some(_) => continue,
                            None => (account.clone(), region.clone(), value.as_str()),
                        };
                        let name = name.to_owned();
                        match named.iter_mut().find(|known| known.0 == account && known.1 == region) {
                            Some(known) if known.3.contains(&name) => {}
                            Some(known) => known.3.push(name),
                            None => named.push((account, region, *column, vec![name])),
                        }
                    }
                    if named.is_empty() {
                        return Vec::new();
                    }
                }
            }
        }
        if named.is_empty() {
            return vec![Related {
                title: relation.title,
                kind: relation.to,
                name: None,
                account,
                region,
                conditions,
            }];
        }
        named
            .into_iter()
            .map(|(account, region, column, names)| Related {
                title: relation.title,
                kind: relation.to,
                name: names.first().filter(|_| names.len() == 1).cloned(),
                account,
                region,
                conditions: std::iter::once((column, names)).chain(conditions.clone()).collect(),
            })
            .collect()
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// `arn:aws:rds:eu-west-1:111111111111:snapshot:rds:db-1`: the name may have colons of its own.
struct Arn<'a> {
    region: &'a str,
    account: &'a str,
    type_: &'a str,
    name: &'a str,
}

impl<'a> Arn<'a> {
    fn read(text: &'a str) -> Option<Arn<'a>> {
        let mut parts = text.splitn(7, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let (_partition, service) = (parts.next()?, parts.next()?);
        let (region, account) = (parts.next()?, parts.next()?);
        let (type_, name) = (parts.next()?, parts.next()?);
        (service == "rds").then_some(Arn { region, account, type_, name })
    }

    fn is_of(&self, kind: &str) -> bool {
        TYPES.iter().any(|(type_, of)| *type_ == self.type_ && *of == kind)
    }
}

/// The types of resource in RDS's ARNs.
const TYPES: &[(&str, &str)] = &[
    ("db", "db-instances"),
    ("cluster", "db-clusters"),
    ("snapshot", "db-snapshots"),
    ("cluster-snapshot", "db-cluster-snapshots"),
    ("global-cluster", "global-clusters"),
    ("pg", "db-parameter-groups"),
    ("cluster-pg", "db-cluster-parameter-groups"),
    ("og", "option-groups"),
    ("subgrp", "db-subnet-groups"),
    ("secgrp", "db-security-groups"),
];

/// Every relation, read from its table.
static RELATIONS: LazyLock<Vec<Relation>> = LazyLock::new(|| {
    let mut from = "";
    let mut relations = Vec::new();
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("  ") {
            None => from = line,
            Some(line) => relations.extend(read(from, line)),
        }
    }
    relations
});

const TABLE: &str = include_str!("../../assets/related.txt");

fn read(from: &'static str, line: &'static str) -> Option<Relation> {
    let mut parts = line.split(" | ");
    let (title, to, on) = (parts.next()?, parts.next()?, parts.next()?);
    let (to, everywhere) = match to.strip_suffix(" everywhere") {
        Some(to) => (to, true),
        None => (to, false),
    };
    let on = on.split(", ").map(condition).collect::<Option<_>>()?;
    Some(Relation { from, title, to, on, everywhere })
}

fn condition(text: &'static str) -> Option<On> {
    let path = |path: &'static str| path.split('.').collect();
    if let Some((member, column)) = text.split_once(" -> ") {
        return Some(On::Name(path(member), column));
    }
    if let Some((member, column)) = text.split_once(" = ") {
        return Some(On::Value(path(member), column));
    }
    text.split_once(" is ").map(|(column, word)| On::Says(column, word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::kind;

    fn cells(kind: &Kind, members: &[(&str, Cell)]) -> Vec<Cell> {
        let mut cells = vec![Cell::Absent; kind.columns.len()];
        for (name, cell) in members {
            cells[kind.column(name).unwrap()] = cell.clone();
        }
        cells
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    fn json(text: &str) -> Cell {
        Cell::Json(text.to_owned())
    }

    fn find<'a>(all: &'a [Related], title: &str) -> Vec<&'a Related> {
        all.iter().filter(|related| related.title == title).collect()
    }

    #[test]
    fn every_relation_names_kinds_and_members_that_exist() {
        let lines = TABLE.lines().filter(|line| line.starts_with("  ")).count();
        assert_eq!(RELATIONS.len(), lines, "a line that cannot be read");
        for relation in RELATIONS.iter() {
            let (from, to) = (kind(relation.from).unwrap(), kind(relation.to).unwrap());
            for on in &relation.on {
                let (member, column) = match on {
                    On::Name(path, column) | On::Value(path, column) => (path[0], column),
                    On::Says(column, _) => ("AccountId", column),
                };
                assert!(from.column(member).is_some(), "{}: {member}", relation.from);
                assert!(to.column(column).is_some(), "{}: {column}", relation.to);
            }
            let names = relation.on.iter().filter(|on| matches!(on, On::Name(..))).count();
            assert!(names <= 1, "{}: {}", relation.from, relation.title);
        }
        for (_, of) in TYPES {
            assert!(kind(of).is_some(), "{of}");
        }
    }

    #[test]
    fn an_instance_leads_to_its_cluster_and_to_replicas_in_other_regions() {
        let instances = kind("db-instances").unwrap();
        let replicas = r#"["db-2","arn:aws:rds:us-east-1:111111111111:db:db-3","db-4"]"#;
        let row = cells(
            instances,
            &[
                ("AccountId", text("111111111111")),
                ("Region", text("eu-west-1")),
                ("DBInstanceIdentifier", text("db-1")),
                ("DBClusterIdentifier", text("orders")),
                ("ReadReplicaDBInstanceIdentifiers", json(replicas)),
                ("VpcSecurityGroups", json(r#"[{"VpcSecurityGroupId":"sg-1","Status":"active"}]"#)),
                ("DBSubnetGroup", json(r#"{"DBSubnetGroupName":"data","VpcId":"vpc-1"}"#)),
            ],
        );
        let all = related(instances, &row);
        let cluster = find(&all, "Cluster")[0];
        assert_eq!((cluster.kind, cluster.name.as_deref()), ("db-clusters", Some("orders")));
        assert_eq!(cluster.account.as_deref(), Some("111111111111"));
        let replicas = find(&all, "Replicas");
        assert_eq!(replicas.len(), 2);
        assert_eq!(replicas[0].conditions[0].1, ["db-2", "db-4"]);
        assert_eq!(
            (replicas[1].region.as_deref(), replicas[1].name.as_deref()),
            (Some("us-east-1"), Some("db-3"))
        );
        assert_eq!(find(&all, "Subnet group")[0].name.as_deref(), Some("data"));
        assert_eq!(find(&all, "Events")[0].conditions.len(), 2);
        assert!(find(&all, "Replica of").is_empty(), "what is absent leads nowhere");
        let groups = find(&all, "In the same security groups");
        assert_eq!(groups[0].conditions, [("VpcSecurityGroups", vec!["sg-1".to_owned()])]);
    }

    #[test]
    fn an_arn_says_what_it_is_of() {
        let events = kind("events").unwrap();
        let arn = "arn:aws:rds:eu-west-1:222222222222:snapshot:rds:db-1-2026-11-26";
        let all = related(events, &cells(events, &[("SourceArn", text(arn))]));
        assert_eq!(all.len(), 1, "neither an instance nor a cluster");
        assert_eq!(all[0].name.as_deref(), Some("rds:db-1-2026-11-26"));
        assert_eq!(all[0].account.as_deref(), Some("222222222222"));
    }

    #[test]
    fn a_catalogue_is_of_no_account() {
        let instances = kind("db-instances").unwrap();
        let row = cells(
            instances,
            &[
                ("AccountId", text("111111111111")),
                ("Region", text("eu-west-1")),
                ("Engine", text("postgres")),
                ("EngineVersion", text("16.4")),
            ],
        );
        let all = related(instances, &row);
        let version = find(&all, "Engine version")[0];
        assert_eq!((version.account.as_deref(), version.region.as_deref()), (None, Some("eu-west-1")));
    }
}
