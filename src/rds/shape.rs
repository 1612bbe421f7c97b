//! The shapes of AWS's answers: names and types, nested as AWS nests them, read once from `assets/rds-shapes.json`.
//!
//! The table is drawn from botocore's service model by `assets/draw-shapes.py`; nothing here knows a member by name.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;
use serde_json::{Value, json};

/// The type of a member, in AWS's words.
#[derive(Debug, Clone)]
pub enum Shape {
    String,
    /// 32 bits.
    Integer,
    /// 64 bits.
    Long,
    Double,
    Boolean,
    Timestamp,
    List(Arc<List>),
    Map(Arc<Shape>),
    Structure(Arc<Structure>),
}

/// A list: the name of the XML element that holds one item, and the item's shape.
#[derive(Debug)]
pub struct List {
    pub element: String,
    pub of: Shape,
}

/// A structure: its members in the order of AWS's model, found by name.
#[derive(Debug, Clone)]
pub struct Structure {
    pub name: String,
    pub members: Vec<Member>,
    index: HashMap<String, usize>,
}

/// One member of a structure.
#[derive(Debug, Clone)]
pub struct Member {
    pub name: String,
    pub shape: Shape,
}

impl Structure {
    /// The structure with other names for some of its members: each its name, and the new one.
    pub fn renamed(&self, names: &[(&str, &str)]) -> Structure {
        let member = |member: &Member| {
            let new =
                names.iter().find(|(name, _)| *name == member.name).map_or(&*member.name, |(_, new)| new);
            Member { name: new.to_owned(), shape: member.shape.clone() }
        };
        Structure::new(&self.name, self.members.iter().map(member).collect())
    }

    /// The structure with one more member, a text, in front.
    pub fn with_text(&self, name: &str) -> Structure {
        let first = Member { name: name.to_owned(), shape: Shape::String };
        Structure::new(&self.name, std::iter::once(first).chain(self.members.iter().cloned()).collect())
    }

    fn new(name: &str, members: Vec<Member>) -> Structure {
        let index = members.iter().enumerate().map(|(at, member)| (member.name.clone(), at)).collect();
        Structure { name: name.to_owned(), members, index }
    }

    /// The place of a member in `members`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }
}

impl Shape {
    /// AWS's word for the type, as botocore's service model spells it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Shape::String => "string",
            Shape::Integer => "integer",
            Shape::Long => "long",
            Shape::Double => "double",
            Shape::Boolean => "boolean",
            Shape::Timestamp => "timestamp",
            Shape::List(_) => "list",
            Shape::Map(_) => "map",
            Shape::Structure(_) => "structure",
        }
    }

    /// Whether values are right-aligned and compared as numbers.
    pub fn is_number(&self) -> bool {
        matches!(self, Shape::Integer | Shape::Long | Shape::Double)
    }

    /// Whether values are lists, maps or structures, kept as JSON text.
    pub fn is_nested(&self) -> bool {
        matches!(self, Shape::List(_) | Shape::Map(_) | Shape::Structure(_))
    }

    /// The shape as `rds-fleet-cli kinds --format json` prints it: `{"type": …}` with `members` or `member` inside.
    pub fn describe(&self) -> Value {
        let mut described = json!({ "type": self.type_name() });
        match self {
            Shape::List(list) => described["member"] = list.of.describe(),
            Shape::Map(value) => described["value"] = value.describe(),
            Shape::Structure(structure) => {
                described["members"] = structure
                    .members
                    .iter()
                    .map(|member| {
                        let mut entry = json!({ "name": member.name });
                        if let (Value::Object(entry), Value::Object(shape)) =
                            (&mut entry, member.shape.describe())
                        {
                            entry.extend(shape);
                        }
                        entry
                    })
                    .collect();
            }
            _ => {}
        }
        described
    }
}

/// A Describe operation's answer: where its list lies in the XML and what an item of it is.
#[derive(Debug)]
pub struct Answer {
    /// The element around the result, such as `DescribeDBInstancesResult`.
    pub wrapper: String,
    /// The member that holds the list, such as `DBInstances`.
    pub list: String,
    pub shape: Arc<List>,
    /// Whether the operation answers in pages (`MaxRecords`, `Marker`).
    pub paged: bool,
}

/// The answer of a Describe operation that has exactly one list, or `None` if AWS's model has no such operation.
pub fn answer(operation: &str) -> Option<Answer> {
    let described = TABLE.operations.get(operation)?;
    let Shape::List(shape) = resolve(&described.shape) else { return None };
    Some(Answer {
        wrapper: described.wrapper.clone(),
        list: described.list.clone(),
        shape,
        paged: described.paged,
    })
}

/// Where the table was drawn from, such as `botocore 1.44.5, rds 2014-10-31`.
pub fn source() -> &'static str {
    &TABLE.source
}

#[derive(Deserialize)]
struct Table {
    source: String,
    operations: HashMap<String, DescribedOperation>,
    shapes: HashMap<String, DescribedShape>,
}

#[derive(Deserialize)]
struct DescribedOperation {
    wrapper: String,
    list: String,
    shape: String,
    paged: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DescribedShape {
    List { element: String, list: String },
    Map { map: String },
    Structure { members: serde_json::Map<String, Value> },
}

#[expect(clippy::expect_used, reason = "the text is compiled in, and a test reads all of it")]
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../assets/rds-shapes.json"))
        .expect("assets/rds-shapes.json is read by a test")
});

fn resolve(name: &str) -> Shape {
    match name {
        "string" => Shape::String,
        "integer" => Shape::Integer,
        "long" => Shape::Long,
        "double" | "float" => Shape::Double,
        "boolean" => Shape::Boolean,
        "timestamp" => Shape::Timestamp,
        _ => match &TABLE.shapes[name] {
            DescribedShape::List { element, list } => {
                Shape::List(Arc::new(List { element: element.clone(), of: resolve(list) }))
            }
            DescribedShape::Map { map } => Shape::Map(Arc::new(resolve(map))),
            DescribedShape::Structure { members } => {
                let members: Vec<Member> = members
                    .iter()
                    .map(|(name, shape)| Member {
                        name: name.clone(),
                        shape: resolve(shape.as_str().unwrap_or("string")),
                    })
                    .collect();
                Shape::Structure(Arc::new(Structure::new(name, members)))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table_resolves() {
        for operation in TABLE.operations.keys() {
            assert!(answer(operation).is_some(), "{operation}");
        }
        for name in TABLE.shapes.keys() {
            assert_ne!(resolve(name).type_name(), "", "{name}");
        }
    }
}
