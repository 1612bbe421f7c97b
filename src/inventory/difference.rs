//! What differs between two versions of one row, member by member, down into lists and structures. Which rows are two
//! versions of one is decided elsewhere.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::rds::answer::json_has_value;
use crate::rds::readable::exact;
use crate::rds::{Cell, Kind};

/// One member that is not as it was. A list or structure is written as JSON; a value that is absent is `None`, and an empty
/// list or structure is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// AWS's name, and within it `Endpoint.Port`, `TagList[app]` or `VpcSecurityGroups[sg-1].Status`.
    pub member: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// The members of a row that differ, in the order of the shape. Lists whose items have an identity are compared item by
/// item, so that their order does not matter.
pub fn differences(kind: &Kind, old: &[Cell], new: &[Cell]) -> Vec<Difference> {
    let mut found = Vec::new();
    for ((member, old), new) in kind.structure.members.iter().zip(old).zip(new) {
        if old != new && !kind.volatile.contains(&member.name.as_str()) {
            compare(&member.name, exact(old).as_ref(), exact(new).as_ref(), &mut found);
        }
    }
    found
}

fn compare(path: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    match (old, new) {
        (Some(old), Some(new)) if old == new => {}
        (old, new) if !says(old) && !says(new) => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let members: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for member in members {
                compare(&format!("{path}.{member}"), old.get(member), new.get(member), found);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => match identity(old, new) {
            Some(identity) => compare_items(path, &identity, old, new, found),
            None if sorted(old) == sorted(new) => {}
            None => found.push(difference(
                path,
                Some(&Value::Array(old.clone())),
                Some(&Value::Array(new.clone())),
            )),
        },
        (old, new) => found.push(difference(path, old, new)),
    }
}

fn says(value: Option<&Value>) -> bool {
    value.is_some_and(|value| json_has_value(&value.to_string()))
}

fn compare_items(path: &str, identity: &str, old: &[Value], new: &[Value], found: &mut Vec<Difference>) {
    let named = |items: &[Value]| -> Vec<String> {
        items.iter().filter_map(|item| item.get(identity)?.as_str().map(str::to_owned)).collect()
    };
    let item = |items: &[Value], name: &str| -> Option<Value> {
        let found = items.iter().find(|item| item.get(identity).and_then(Value::as_str) == Some(name))?;
        // A tag is its value: the rest of it is its name.
        Some(found.get("Value").filter(|_| identity == "Key").unwrap_or(found).clone())
    };
    let names: BTreeSet<String> = named(old).into_iter().chain(named(new)).collect();
    for name in names {
        let path = format!("{path}[{name}]");
        compare(&path, item(old, &name).as_ref(), item(new, &name).as_ref(), found);
    }
}

/// The member by which the items of two lists are known: a tag's `Key`, or what ends like an identifier; each item has
/// it, and no two of one list the same.
fn identity(old: &[Value], new: &[Value]) -> Option<String> {
    let first: &Map<String, Value> = old.iter().chain(new).next()?.as_object()?;
    let ends = ["Key", "Identifier", "Id", "Name", "Arn", "ARN"];
    let mut candidates: Vec<&String> =
        first.keys().filter(|member| ends.iter().any(|end| member.ends_with(end))).collect();
    candidates.sort_by_key(|member| ends.iter().position(|end| member.ends_with(end)));
    candidates.into_iter().find(|member| [old, new].iter().all(|items| tells_apart(items, member))).cloned()
}

fn tells_apart(items: &[Value], member: &str) -> bool {
    let mut known = BTreeSet::new();
    items.iter().all(|item| item.get(member).and_then(Value::as_str).is_some_and(|name| known.insert(name)))
}

fn sorted(items: &[Value]) -> Vec<String> {
    let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
    texts.sort();
    texts
}

fn difference(path: &str, old: Option<&Value>, new: Option<&Value>) -> Difference {
    let text = |value: Option<&Value>| {
        let value = value.filter(|value| says(Some(value)))?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    Difference { member: path.to_owned(), old: text(old), new: text(new) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rds::kind;

    fn row(members: &[(&str, Cell)]) -> Vec<Cell> {
        let kind = kind("db-instances").unwrap();
        let mut cells = vec![Cell::Absent; kind.structure.members.len()];
        for (name, cell) in members {
            cells[kind.structure.position(name).unwrap()] = cell.clone();
        }
        cells
    }

    fn found(old: &[(&str, Cell)], new: &[(&str, Cell)]) -> Vec<(String, String, String)> {
        let kind = kind("db-instances").unwrap();
        let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        differences(kind, &row(old), &row(new))
            .into_iter()
            .map(|found| (found.member, text(found.old), text(found.new)))
            .collect()
    }

    fn one(member: &str, old: &str, new: &str) -> Vec<(String, String, String)> {
        vec![(member.to_owned(), old.to_owned(), new.to_owned())]
    }

    #[test]
    fn scalars_are_named_with_both_values() {
        let storage = |size| [("AllocatedStorage", Cell::Integer(size))];
        assert_eq!(found(&storage(20), &storage(40)), one("AllocatedStorage", "20", "40"));
        assert_eq!(found(&[], &storage(40)), one("AllocatedStorage", "-", "40"));
        assert_eq!(
            found(&[("MultiAZ", Cell::Boolean(false))], &[("MultiAZ", Cell::Boolean(true))]),
            one("MultiAZ", "false", "true")
        );
        assert!(found(&storage(20), &storage(20)).is_empty());
    }

    #[test]
    fn nested_members_are_named_by_their_path() {
        let json = |member, text: &str| [(member, Cell::Json(text.to_owned()))];
        assert_eq!(
            found(
                &json("Endpoint", r#"{"Address":"a","Port":1}"#),
                &json("Endpoint", r#"{"Port":2,"Address":"a"}"#)
            ),
            one("Endpoint.Port", "1", "2")
        );
        assert_eq!(
            found(
                &json("TagList", r#"[{"Key":"app","Value":"x"},{"Key":"env","Value":"test"}]"#),
                &json("TagList", r#"[{"Key":"env","Value":"prod"},{"Key":"app","Value":"x"}]"#)
            ),
            one("TagList[env]", "test", "prod")
        );
        assert_eq!(
            found(
                &json("VpcSecurityGroups", r#"[{"VpcSecurityGroupId":"sg-1","Status":"active"}]"#),
                &json("VpcSecurityGroups", r#"[{"VpcSecurityGroupId":"sg-1","Status":"removing"}]"#)
            ),
            one("VpcSecurityGroups[sg-1].Status", "active", "removing")
        );
    }

    #[test]
    fn another_order_is_no_difference() {
        let json = |text: &str| [("EnabledCloudwatchLogsExports", Cell::Json(text.to_owned()))];
        assert!(found(&json(r#"["audit","error"]"#), &json(r#"["error","audit"]"#)).is_empty());
        assert_eq!(
            found(&json(r#"["audit"]"#), &json(r#"["audit","error"]"#)),
            one("EnabledCloudwatchLogsExports", r#"["audit"]"#, r#"["audit","error"]"#)
        );
    }

    #[test]
    fn what_moves_by_itself_is_no_difference() {
        let at = |time: &str| [("LatestRestorableTime", Cell::Text(time.to_owned()))];
        assert!(found(&at("2026-01-01"), &at("2026-01-02")).is_empty());
    }
}
