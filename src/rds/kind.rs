//! The kinds of resource RDS Fleet knows: what `definitions` says of each, joined with AWS's shapes to columns.

use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::definitions::{DEFINITIONS, Definition};
use super::shape::{self, Answer, Shape, Structure};

/// One kind of resource: what is said of it (`name`, `operation`, `identifier`, …, see `Definition`), the answer's
/// shape, and so the table's columns.
#[derive(Debug)]
pub struct Kind {
    definition: &'static Definition,
    /// Where the answer's list lies in the XML.
    pub answer: Answer,
    /// What one row is in AWS's model.
    pub structure: Arc<Structure>,
    /// `AccountId`, `Region`, `Profiles`, then every member of the shape in AWS's order.
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
}

/// The columns that every kind has before AWS's members.
pub const OWN_COLUMNS: [&str; 3] = ["AccountId", "Region", "Profiles"];

impl Kind {
    /// The place of a column in `columns`.
    pub fn column(&self, name: &str) -> Option<usize> {
        match OWN_COLUMNS.iter().position(|own| *own == name) {
            Some(at) => Some(at),
            None => self.structure.position(name).map(|at| at + OWN_COLUMNS.len()),
        }
    }

    /// The table's name in the store: `db_instances`.
    pub fn table(&self) -> String {
        self.name.replace('-', "_")
    }

    pub fn row_key(&self, row: &super::Row) -> String {
        let parts: Vec<String> = self
            .key
            .iter()
            .filter_map(|key| match &row.cells[self.structure.position(key)?] {
                super::Cell::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect();
        if parts.is_empty() { format!("{:x}", self.content_hash(row)) } else { parts.join("\u{1f}") }
    }

    pub fn content_hash(&self, row: &super::Row) -> i64 {
        let mut text = String::new();
        for (member, cell) in self.structure.members.iter().zip(&row.cells) {
            if *cell != super::Cell::Absent && !self.volatile.contains(&member.name.as_str()) {
                text.push_str(&format!("{}={cell:?};", member.name));
            }
        }
        twox_hash::XxHash64::oneshot(0, text.as_bytes()) as i64
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
                if let (Value::Object(entry), Value::Object(shape)) = (&mut entry, column.shape.describe()) {
                    entry.extend(shape);
                }
                entry
            })
            .collect();
        json!({ "kind": self.name, "operation": self.operation, "identifier": self.identifier, "columns": columns })
    }
}

/// Every kind, in the order in which they are offered.
pub fn kinds() -> &'static [Kind] {
    &KINDS
}

/// The sentence for a kind that does not exist.
pub fn no_such_kind(name: &str) -> String {
    let names: Vec<&str> = kinds().iter().map(|kind| kind.name).collect();
    format!("there is no kind {name}: choose one of {}", names.join(", "))
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
            // AWS gives automated backups a Region as well: that of their database, which for a replicated backup is
            // another than the one it was collected in. Two columns cannot have one name; the database's ARN says it.
            let structure = Arc::new(structure.without(&OWN_COLUMNS));
            let own = OWN_COLUMNS.iter().map(|name| Column {
                name: (*name).to_owned(),
                shape: if *name == "Profiles" {
                    Shape::List(Arc::new(shape::List { element: "member".to_owned(), of: Shape::String }))
                } else {
                    Shape::String
                },
                own: true,
            });
            let members = structure.members.iter().map(|member| Column {
                name: member.name.clone(),
                shape: member.shape.clone(),
                own: false,
            });
            Kind { definition, columns: own.chain(members).collect(), structure, answer }
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_names_members_that_exist() {
        for kind in kinds() {
            let named =
                [Some(kind.identifier), kind.status].into_iter().flatten().chain(kind.key.iter().copied());
            for name in kind.first_columns.iter().copied().chain(named) {
                assert!(kind.column(name).is_some(), "{}: {name}", kind.name);
            }
        }
    }
}
