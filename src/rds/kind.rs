//! The kinds of resource RDS Fleet knows: what `definitions` says of each, joined with AWS's shapes to columns.

use std::hash::Hasher;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use twox_hash::XxHash64;

use super::answer::{Cell, Row};
use super::definitions::{AMOUNTS, DEFINITIONS, Definition};
use super::readable::{exact, readable};
use super::shape::{self, Answer, Shape, Structure};
use crate::names;

/// One kind of resource: what is said of it (`name`, `operation`, `identifier`, …, see `Definition`), the answer's
/// shape, and so the table's columns.
#[derive(Debug)]
pub struct Kind {
    definition: &'static Definition,
    /// Where the answer's list lies in the XML.
    pub answer: Answer,
    /// What one row is: AWS's model of it, after the name by which it was asked for where that is not in the model.
    pub structure: Arc<Structure>,
    /// Whether the first member of `structure` is that name.
    pub says_parent: bool,
    /// `AccountId`, `Region`, `Profiles`, then every member of the structure in its order.
    pub columns: Arc<[Column]>,
}

/// What is said of a kind reads as its own.
impl Deref for Kind {
    type Target = Definition;

    fn deref(&self) -> &Definition {
        self.definition
    }
}

/// One column of a kind's table.
#[derive(Debug, Clone)]
pub struct Column {
    /// AWS's name for the member, or one of ours (`AccountId`, `Region`, `Profiles`).
    pub name: String,
    pub shape: Shape,
    /// Whether the column is RDS Fleet's own and not a member of AWS's shape.
    pub own: bool,
    /// The key in JSON, where it is not the name: AWS's members keep AWS's names there.
    key: Option<&'static str>,
}

impl Column {
    /// A column that JSON calls by its name.
    pub fn new(name: impl Into<String>, shape: Shape, own: bool) -> Column {
        Column { name: name.into(), shape, own, key: None }
    }

    /// What JSON calls the column: AWS's name for a member, so that the rest of an object equals the AWS CLI's.
    pub fn json_key(&self) -> &str {
        self.key.unwrap_or(&self.name)
    }

    /// Whether it is worth summing over rows.
    pub fn is_amount(&self) -> bool {
        self.shape.is_number() && AMOUNTS.contains(&self.name.as_str())
    }
}

/// The columns that every kind has before AWS's members.
pub const OWN_COLUMNS: [&str; 3] = ["AccountId", "Region", "Profiles"];

/// What JSON calls them in a kind of which AWS has a member of the same name.
const OWN_KEYS: [&str; 3] = ["CollectedAccountId", "CollectedRegion", "CollectedProfiles"];

impl Kind {
    /// The place in a row of what AWS's answer calls so. Of a kind's own columns and AWS's members no two have one name:
    /// where they would, AWS's member has another (`Definition::renamed`).
    pub fn member(&self, of_aws: &str) -> Option<usize> {
        let renamed = self.renamed.iter().find(|(member, _)| *member == of_aws);
        self.structure.position(renamed.map_or(of_aws, |(_, column)| column))
    }

    /// The place of a column in `columns`.
    pub fn column(&self, name: &str) -> Option<usize> {
        match OWN_COLUMNS.iter().position(|own| *own == name) {
            Some(at) => Some(at),
            None => self.structure.position(name).map(|at| at + OWN_COLUMNS.len()),
        }
    }

    /// The names of this kind's children that a row of its parent's kind holds.
    pub fn named_by(&self, parent: &Kind, row: &Row) -> Vec<String> {
        let Some((first, rest)) = self.parent.as_ref().and_then(|parent| parent.path.split_first()) else {
            return Vec::new();
        };
        let cell = parent.structure.position(first).and_then(|at| exact(&row.cells[at]));
        let mut names = Vec::new();
        if let Some(value) = cell {
            names_at(&value, rest, &mut names);
        }
        names
    }

    /// What tells a row of this kind apart within its account and region: the texts of the key's members, joined by
    /// U+001F. Where a row has none of them, it is its content: two such rows are the same if they say the same.
    pub fn row_key(&self, row: &Row) -> String {
        let cell = |name: &&str| self.structure.position(name).map_or(&Cell::Absent, |at| &row.cells[at]);
        let cells: Vec<&Cell> = self.key.iter().map(cell).collect();
        if cells.iter().all(|cell| matches!(cell, Cell::Absent)) {
            return format!("{:016x}", self.content_hash(row));
        }
        let texts: Vec<String> = cells.into_iter().map(readable).collect();
        texts.join("\u{1f}")
    }

    /// Whether every member of the key is there, so that no other row of the account and region has the same.
    pub fn has_key(&self, row: &Row) -> bool {
        let says = |name: &&str| match self.structure.position(name).map(|at| &row.cells[at]) {
            Some(Cell::Text(text)) => !text.is_empty(),
            _ => false,
        };
        !self.key.is_empty() && self.key.iter().all(says)
    }

    /// What a row says, as a number that is the same in every run, on every platform and in every version of this
    /// program; members that move by themselves are left out, so that another number means that somebody changed it.
    pub fn content_hash(&self, row: &Row) -> i64 {
        // Hasher's methods for numbers depend on the platform, so only bytes are written; each text says its length
        // first, so that no two rows are the same bytes.
        let mut hasher = XxHash64::with_seed(0);
        let mut write = |tag: u8, bytes: &[u8]| {
            hasher.write(&[tag]);
            hasher.write(&(bytes.len() as u64).to_le_bytes());
            hasher.write(bytes);
        };
        for (member, cell) in self.structure.members.iter().zip(&row.cells) {
            if matches!(cell, Cell::Absent) || self.volatile.contains(&member.name.as_str()) {
                continue;
            }
            write(b'm', member.name.as_bytes());
            match cell {
                Cell::Absent => {}
                Cell::Text(text) => write(b't', text.as_bytes()),
                Cell::Integer(number) => write(b'i', &number.to_le_bytes()),
                Cell::Double(number) => write(b'd', &number.to_le_bytes()),
                Cell::Boolean(truth) => write(b'b', &[u8::from(*truth)]),
                Cell::Json(json) => write(b'j', json.as_bytes()),
            }
        }
        if let Some(unknown) = &row.unknown {
            write(b'u', unknown.as_bytes());
        }
        hasher.finish().cast_signed()
    }

    /// The table's name in the store: `db_instances`.
    pub fn table(&self) -> String {
        self.name.replace('-', "_")
    }

    /// The kind as `rds-fleet-cli kinds --format json` prints it.
    pub fn describe(&self) -> Value {
        let columns: Vec<Value> = self
            .columns
            .iter()
            .map(|column| {
                let mut entry = json!({
                    "name": column.name,
                    "source": if column.own { "rds-fleet" } else { "aws" },
                });
                if let Some(key) = column.key {
                    entry["json"] = key.into();
                }
                if let (Value::Object(entry), Value::Object(shape)) = (&mut entry, column.shape.describe()) {
                    entry.extend(shape);
                }
                entry
            })
            .collect();
        let named = |pairs: &[(&str, &str)]| -> Value {
            pairs.iter().map(|(name, member)| ((*name).to_owned(), Value::from(*member))).collect()
        };
        json!({
            "kind": self.name,
            "operation": self.operation,
            "identifier": self.identifier,
            "options": named(self.options),
            "filters": named(self.filters),
            "columns": columns,
        })
    }
}

/// The texts at a path within a value, through lists.
pub(super) fn names_at(value: &Value, path: &[&str], names: &mut Vec<String>) {
    match (value, path.split_first()) {
        (Value::Array(items), _) => items.iter().for_each(|item| names_at(item, path, names)),
        (Value::Object(members), Some((first, rest))) => {
            if let Some(member) = members.get(*first) {
                names_at(member, rest, names);
            }
        }
        (Value::String(name), None) if !name.is_empty() => names.push(name.clone()),
        _ => {}
    }
}

/// Every kind, in the order in which they are offered.
pub fn kinds() -> &'static [Kind] {
    &KINDS
}

/// The sentence for a kind that does not exist.
pub fn no_such_kind(name: &str) -> String {
    let names: Vec<&str> = kinds().iter().map(|kind| kind.name).collect();
    names::missing("kind", name, names.iter().copied(), &format!("choose one of {}", names.join(", ")))
}

/// The kind that a person means by a name, which may also be its table's.
///
/// # Errors
/// That there is none, and which may have been meant.
pub fn kind_named(name: &str) -> Result<&'static Kind, String> {
    let is_meant = |kind: &&Kind| names::same(name, kind.name) || names::same(name, &kind.table());
    KINDS.iter().find(is_meant).ok_or_else(|| no_such_kind(name))
}

/// The kind of that name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

#[expect(clippy::expect_used, reason = "a definition is part of the program, and a test makes all of them")]
static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    DEFINITIONS
        .iter()
        .map(|definition| {
            let answer =
                shape::answer(definition.operation).expect("a definition names an operation of the model");
            let Shape::Structure(structure) = answer.shape.of.clone() else {
                unreachable!("a definition's answer is a list of structures")
            };
            let structure = structure.renamed(definition.renamed);
            // AWS does not repeat in each parameter whose it is.
            let added = definition.parent.as_ref().map(|parent| parent.parameter);
            let added = added.filter(|name| structure.position(name).is_none());
            let structure = Arc::new(added.map_or(structure.clone(), |name| structure.with_text(name)));
            let own = OWN_COLUMNS.iter().zip(OWN_KEYS).map(|(name, key)| {
                let shape = if *name == "Profiles" {
                    Shape::List(Arc::new(shape::List { element: "member".to_owned(), of: Shape::String }))
                } else {
                    Shape::String
                };
                let is_taken = definition.renamed.iter().any(|(member, _)| member == name);
                Column { key: is_taken.then_some(key), ..Column::new(*name, shape, true) }
            });
            let members = structure.members.iter().map(|member| {
                let own = added == Some(member.name.as_str());
                let renamed = definition.renamed.iter().find(|(_, column)| *column == member.name);
                let key = renamed.map(|(of_aws, _)| *of_aws);
                Column { key, ..Column::new(&member.name, member.shape.clone(), own) }
            });
            let columns = own.chain(members).collect();
            Kind { definition, columns, structure, says_parent: added.is_some(), answer }
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_names_members_that_exist() {
        for kind in kinds() {
            let named = [Some(kind.identifier), kind.status, kind.happened].into_iter().flatten();
            let lists = [kind.first_columns, kind.key, kind.volatile];
            let of_command = kind.options.iter().chain(kind.filters).map(|(_, member)| *member);
            for name in lists.into_iter().flatten().copied().chain(named).chain(of_command) {
                assert!(kind.column(name).is_some(), "{}: {name}", kind.name);
            }
            assert!(kind.key.iter().all(|member| !kind.volatile.contains(member)), "{}", kind.name);
            assert_eq!(kind.first_columns.contains(&"AccountId"), !kind.shared, "{}", kind.name);
            if let Some(parent) = &kind.parent {
                let parents = super::kind(parent.kind).unwrap();
                assert!(
                    parents.column(parent.path[0]).is_some() && parents.parent.is_none(),
                    "{}",
                    kind.name
                );
                assert!(kind.key[0] == parent.parameter && !kind.shared && !kind.always, "{}", kind.name);
            }
        }
    }

    fn row(kind: &Kind, members: &[(&str, Cell)]) -> Row {
        Row::of(kind, members).unwrap()
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn a_parents_row_names_its_children() {
        let instances = kind("db-instances").unwrap();
        let groups = r#"[{"DBParameterGroupName":"a","ParameterApplyStatus":"in-sync"},{},{"DBParameterGroupName":"b"}]"#;
        let instance = row(instances, &[("DBParameterGroups", Cell::Json(groups.to_owned()))]);
        assert_eq!(kind("db-parameters").unwrap().named_by(instances, &instance), ["a", "b"]);
        assert!(kind("db-parameters").unwrap().named_by(instances, &row(instances, &[])).is_empty());

        let clusters = kind("db-clusters").unwrap();
        let cluster = row(clusters, &[("DBClusterParameterGroup", text("default.aurora-mysql8.0"))]);
        let parameters = kind("db-cluster-parameters").unwrap();
        assert_eq!(parameters.named_by(clusters, &cluster), ["default.aurora-mysql8.0"]);
    }

    #[test]
    fn only_a_name_that_aws_leaves_out_is_added() {
        let said: Vec<(&str, bool)> = kinds()
            .iter()
            .filter(|kind| kind.parent.is_some())
            .map(|kind| (kind.name, kind.says_parent))
            .collect();
        let expected = [
            ("db-parameters", true),
            ("db-cluster-parameters", true),
            ("db-proxy-target-groups", false),
            ("db-proxy-targets", true),
        ];
        assert_eq!(said, expected);
        for kind in kinds() {
            let own: Vec<usize> = (0..kind.columns.len()).filter(|&at| kind.columns[at].own).collect();
            assert_eq!(
                own,
                (0..OWN_COLUMNS.len() + usize::from(kind.says_parent)).collect::<Vec<_>>(),
                "{}",
                kind.name
            );
        }
    }

    #[test]
    fn a_member_of_aws_that_has_the_name_of_our_column_is_kept_under_another() {
        let mut with_another_name = Vec::new();
        for kind in kinds() {
            let Shape::Structure(of_aws) = &kind.answer.shape.of else { panic!("{}", kind.name) };
            for member in &of_aws.members {
                // Every member of AWS's shape is a column, and AWS's key in JSON is its own.
                let at = kind.member(&member.name).unwrap();
                let column = &kind.columns[at + OWN_COLUMNS.len()];
                assert_eq!(column.json_key(), member.name, "{}", kind.name);
                if column.name != member.name {
                    with_another_name.push((kind.name, column.name.as_str()));
                }
            }
            let names: std::collections::HashSet<&str> =
                kind.columns.iter().map(|column| column.name.as_str()).collect();
            let keys: std::collections::HashSet<&str> = kind.columns.iter().map(Column::json_key).collect();
            assert_eq!((names.len(), keys.len()), (kind.columns.len(), kind.columns.len()), "{}", kind.name);
        }
        let backups = ["db-instance-automated-backups", "db-cluster-automated-backups"];
        assert_eq!(with_another_name, backups.map(|kind| (kind, "BackupRegion")));
        let backups = kind(backups[0]).unwrap();
        assert_eq!(backups.columns[backups.column("Region").unwrap()].json_key(), "CollectedRegion");
        assert_eq!(backups.columns[backups.column("AccountId").unwrap()].json_key(), "AccountId");
        let described = backups.describe();
        let columns = described["columns"].as_array().unwrap();
        let of = |name: &str| columns.iter().find(|column| column["name"] == name).unwrap();
        assert_eq!(
            (&of("Region")["json"], &of("Region")["source"]),
            (&json!("CollectedRegion"), &json!("rds-fleet"))
        );
        assert_eq!(
            (&of("BackupRegion")["json"], &of("BackupRegion")["source"]),
            (&json!("Region"), &json!("aws"))
        );
        assert!(of("Engine").get("json").is_none());
    }

    #[test]
    fn a_member_that_older_stores_lack_changes_no_row() {
        for kind in kinds().iter().filter(|kind| !kind.renamed.is_empty()) {
            for (_, column) in kind.renamed {
                let with = row(kind, &[("Status", text("active")), (column, text("eu-west-1"))]);
                let without = row(kind, &[("Status", text("active"))]);
                assert_eq!(kind.content_hash(&with), kind.content_hash(&without), "{}", kind.name);
            }
        }
    }

    #[test]
    fn a_row_is_told_by_its_key_or_else_by_what_it_says() {
        let versions = kind("db-engine-versions").unwrap();
        let version = row(versions, &[("EngineVersion", text("16.4")), ("Engine", text("postgres"))]);
        assert_eq!(versions.row_key(&version), "postgres\u{1f}16.4\u{1f}");

        let events = kind("events").unwrap();
        let said = |message: &str| {
            events.row_key(&row(events, &[("SourceIdentifier", text("db-1")), ("Message", text(message))]))
        };
        assert_ne!(said("Backing up"), said("Finished"));
        // This number is in stores that were written before: it must never change.
        assert_eq!(said("Backing up"), "509bc58ea6a40611");

        let instances = kind("db-instances").unwrap();
        let nameless = row(instances, &[("Engine", text("postgres"))]);
        assert_eq!(instances.row_key(&nameless), format!("{:016x}", instances.content_hash(&nameless)));
    }

    #[test]
    fn only_what_somebody_changed_changes_the_hash() {
        let kind = kind("db-instances").unwrap();
        let members = [
            ("DBInstanceIdentifier", text("db-1")),
            ("AllocatedStorage", Cell::Integer(20)),
            ("MultiAZ", Cell::Boolean(false)),
            ("LatestRestorableTime", text("2026-11-22T10:00:00+00:00")),
            ("TagList", Cell::Json(r#"[{"Key":"app","Value":"billing"}]"#.to_owned())),
        ];
        let first = row(kind, &members);
        // This number is in stores that were written before: it must never change.
        assert_eq!(kind.content_hash(&first), -3_575_503_053_659_788_635);

        let with = |name: &'static str, cell: Cell| {
            let mut members = members.to_vec();
            members.push((name, cell));
            kind.content_hash(&row(kind, &members))
        };
        assert_eq!(
            with("LatestRestorableTime", text("2026-11-22T10:05:00+00:00")),
            kind.content_hash(&first)
        );
        assert_eq!(with("LatestRestorableTime", Cell::Absent), kind.content_hash(&first));
        let others = [
            with("AllocatedStorage", Cell::Integer(21)),
            with("AllocatedStorage", text("20")),
            with("MultiAZ", Cell::Boolean(true)),
            with("MultiAZ", Cell::Absent),
            with("Engine", text("")),
            kind.content_hash(&Row { unknown: Some(r#"{"New":"1"}"#.to_owned()), ..first.clone() }),
            kind.content_hash(&first),
        ];
        let different: std::collections::HashSet<&i64> = others.iter().collect();
        assert_eq!(different.len(), others.len());
    }
}
