//! The kinds of resource RDS Fleet knows, one entry a Describe operation. A new kind is one new entry in `DEFINITIONS`.
//!
//! This is the only place that names members of the RDS API: which identify a row, and which a person sees first.
//! Every member of the shape is a column all the same; the list of them comes from `shape`.

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};

use super::shape::{self, Answer, Shape, Structure};

/// What we say of a kind; the rest is AWS's model.
struct Definition {
    /// As the AWS CLI names it: `aws rds describe-NAME`.
    name: &'static str,
    operation: &'static str,
    /// What a person calls one and many of it.
    title: &'static str,
    /// The member by which people know a row.
    identifier: &'static str,
    /// The member that tells rows apart within one account and region.
    key: &'static str,
    /// The columns of a grid that nobody has arranged yet, in order.
    first_columns: &'static [&'static str],
}

const DEFINITIONS: &[Definition] = &[
    Definition {
        name: "db-instances",
        operation: "DescribeDBInstances",
        title: "DB instances",
        identifier: "DBInstanceIdentifier",
        key: "DBInstanceArn",
        first_columns: &[
            "DBInstanceIdentifier",
            "DBInstanceStatus",
            "AccountId",
            "Region",
            "Profiles",
            "Engine",
            "EngineVersion",
            "DBInstanceClass",
            "AllocatedStorage",
            "StorageType",
            "MultiAZ",
            "DBClusterIdentifier",
            "Endpoint",
            "TagList",
        ],
    },
    Definition {
        name: "db-clusters",
        operation: "DescribeDBClusters",
        title: "DB clusters",
        identifier: "DBClusterIdentifier",
        key: "DBClusterArn",
        first_columns: &[
            "DBClusterIdentifier",
            "Status",
            "AccountId",
            "Region",
            "Profiles",
            "Engine",
            "EngineVersion",
            "DBClusterMembers",
            "MultiAZ",
            "StorageEncrypted",
            "Endpoint",
            "TagList",
        ],
    },
];

/// One kind of resource: a Describe operation, its answer's shape, and so the table's columns.
#[derive(Debug)]
pub struct Kind {
    /// As the AWS CLI names it: `db-instances` for `aws rds describe-db-instances`.
    pub name: &'static str,
    /// The API's operation, such as `DescribeDBInstances`.
    pub operation: &'static str,
    /// What a person calls it, such as `DB instances`.
    pub title: &'static str,
    /// The member by which people know a row, such as `DBInstanceIdentifier`.
    pub identifier: &'static str,
    /// The member that is different in every row of one account and region.
    pub key: &'static str,
    /// The columns shown until somebody chooses others.
    pub first_columns: &'static [&'static str],
    pub answer: Answer,
    /// What one row is in AWS's model.
    pub structure: Arc<Structure>,
    /// `AccountId`, `Region`, `Profiles`, then every member of the shape in AWS's order.
    pub columns: Vec<Column>,
}

/// One column of a kind's table.
#[derive(Debug)]
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
            Kind {
                name: definition.name,
                operation: definition.operation,
                title: definition.title,
                identifier: definition.identifier,
                key: definition.key,
                first_columns: definition.first_columns,
                columns: own.chain(members).collect(),
                structure,
                answer,
            }
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_names_members_that_exist() {
        for kind in kinds() {
            for name in kind.first_columns.iter().chain([&kind.identifier, &kind.key]) {
                assert!(kind.column(name).is_some(), "{}: {name}", kind.name);
            }
        }
    }
}
