//! Cells as a person reads them: in the grid, in CSV, on the clipboard. Nothing is left out; the exact form is JSON.

use std::fmt;

use serde_json::{Map, Value};

use super::answer::Cell;

/// The cell on one line; empty where AWS did not send the member.
pub fn readable(cell: &Cell) -> String {
    match cell {
        Cell::Absent => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Double(number) => number.to_string(),
        Cell::Boolean(truth) => truth.to_string(),
        Cell::Json(json) => match serde_json::from_str(json) {
            Ok(value) => nested(&value, false),
            Err(_) => json.clone(),
        },
    }
}

/// The cell as the AWS CLI prints it; `None` where AWS did not send the member.
pub fn exact(cell: &Cell) -> Option<Value> {
    Some(match cell {
        Cell::Absent => return None,
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Integer(number) => Value::from(*number),
        Cell::Double(number) => Value::from(*number),
        Cell::Boolean(truth) => Value::from(*truth),
        Cell::Json(json) => serde_json::from_str(json).unwrap_or_else(|_| Value::from(json.as_str())),
    })
}

/// One line of a list or structure that is written over several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How many structures it stands in.
    pub depth: usize,
    /// Whether an element of a list begins with it, whose other lines stand one deeper.
    pub begins: bool,
    /// The member's name; `None` for an element of a list.
    pub name: Option<String>,
    /// Empty where the lines below are the value.
    pub value: String,
    /// Whether it is a tag, whose name people have given.
    pub tag: bool,
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (indent, dash) = ("  ".repeat(self.depth), if self.begins { "- " } else { "" });
        match &self.name {
            None => write!(out, "{indent}{dash}{}", self.value),
            Some(name) if self.tag && !self.value.is_empty() => {
                write!(out, "{indent}{dash}{name} = {}", self.value)
            }
            Some(name) if self.value.is_empty() => write!(out, "{indent}{dash}{name}"),
            Some(name) => write!(out, "{indent}{dash}{name}  {}", self.value),
        }
    }
}

/// A list or structure line by line, where there is room: one element or member a line, a tag as `key = value`. Empty
/// for a cell that is one value.
pub fn lines(cell: &Cell) -> Vec<Line> {
    let Cell::Json(json) = cell else { return Vec::new() };
    serde_json::from_str(json).map(|value| value_lines(&value)).unwrap_or_default()
}

/// The lines of a JSON value.
pub fn value_lines(value: &Value) -> Vec<Line> {
    let mut lines = Vec::new();
    match value {
        Value::Array(_) | Value::Object(_) => outline(value, 0, &mut lines),
        _ => {}
    }
    lines
}

fn outline(value: &Value, depth: usize, lines: &mut Vec<Line>) {
    let line = |name, value| Line { depth, begins: false, name, value, tag: false };
    match value {
        Value::Array(items) => {
            for item in items {
                if let Some((key, value)) = tag(item) {
                    lines.push(Line { tag: true, ..line(Some(key), value) });
                    continue;
                }
                if let Some(text) = on_one_line(item) {
                    lines.push(line(None, text));
                    continue;
                }
                let first = lines.len();
                outline(item, depth + 1, lines);
                if let Some(line) = lines.get_mut(first) {
                    line.depth = depth;
                    line.begins = true;
                }
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = Some(name.clone());
                match member {
                    Value::Array(items) if items.is_empty() => lines.push(line(name, "none".to_owned())),
                    Value::Object(inner) if inner.is_empty() => lines.push(line(name, "none".to_owned())),
                    member => match on_one_line(member) {
                        Some(value) => lines.push(line(name, value)),
                        None => {
                            lines.push(line(name, String::new()));
                            outline(member, depth + 1, lines);
                        }
                    },
                }
            }
        }
        scalar => lines.push(line(None, nested(scalar, true))),
    }
}

/// The key and value of a tag; AWS leaves an empty value out.
fn tag(value: &Value) -> Option<(String, String)> {
    let members = value.as_object().filter(|members| members.len() <= 2)?;
    let key = members.get("Key")?.as_str()?;
    let value = members.get("Value").map_or(Some(""), Value::as_str)?;
    Some((key.to_owned(), value.to_owned()))
}

/// An element as one line, where a person would write it so: a scalar, a thing with one property.
fn on_one_line(value: &Value) -> Option<String> {
    let members = match value {
        Value::Array(_) => return None,
        Value::Object(members) => members,
        scalar => return Some(nested(scalar, true)),
    };
    let scalars = members.values().all(|member| !member.is_array() && !member.is_object());
    (scalars && (1..=2).contains(&members.len())).then(|| structure(members, true))
}

fn nested(value: &Value, inside: bool) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let text = items.iter().map(|item| nested(item, true)).collect::<Vec<_>>().join("; ");
            if inside { format!("[{text}]") } else { text }
        }
        Value::Object(members) => structure(members, inside),
        Value::Null => String::new(),
        scalar => scalar.to_string(),
    }
}

/// A tag is `key=value`, an endpoint `address:port`, a thing with one property `thing (property)`; anything else has
/// its members by name.
fn structure(members: &Map<String, Value>, inside: bool) -> String {
    let text = |name: &str| members.get(name).map(|value| nested(value, true));
    let is_scalar = |value: &Value| !value.is_array() && !value.is_object();
    if members.len() <= 2
        && let Some(key) = text("Key")
    {
        return format!("{key}={}", text("Value").unwrap_or_default());
    }
    if let (Some(address), Some(port)) = (text("Address"), text("Port")) {
        return match text("HostedZoneId") {
            Some(zone) if members.len() == 3 => format!("{address}:{port} (hosted zone {zone})"),
            _ => format!("{address}:{port}"),
        };
    }
    if members.values().all(is_scalar) {
        let mut values = members.values().map(|value| nested(value, true));
        match (members.len(), values.next(), values.next()) {
            (1, Some(only), _) => return only,
            (2, Some(first), Some(second)) => return format!("{first} ({second})"),
            _ => {}
        }
    }
    let named: Vec<String> =
        members.iter().map(|(name, value)| format!("{name}={}", nested(value, true))).collect();
    let text = named.join(", ");
    if inside { format!("{{{text}}}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_values_read_as_a_person_would_write_them() {
        for (json, expected) in [
            (r#"[{"Key":"app","Value":"billing"},{"Key":"env","Value":""}]"#, "app=billing; env="),
            (r#"{"Address":"a.rds","Port":5432}"#, "a.rds:5432"),
            (r#"{"Address":"a.rds","Port":5432,"HostedZoneId":"Z1"}"#, "a.rds:5432 (hosted zone Z1)"),
            (r#"[{"VpcSecurityGroupId":"sg-1","Status":"active"}]"#, "sg-1 (active)"),
            (r#"["audit","error"]"#, "audit; error"),
            (r#"[{"A":"x","B":1,"C":{"D":[true]}}]"#, "{A=x, B=1, C={D=[true]}}"),
            ("[]", ""),
        ] {
            assert_eq!(readable(&Cell::Json(json.into())), expected);
        }
        assert_eq!(readable(&Cell::Boolean(true)), "true");
    }

    #[test]
    fn lists_and_structures_have_a_line_for_each_thing() {
        let subnets = r#"{"DBSubnetGroupName":"data","Subnets":[
            {"SubnetIdentifier":"subnet-1","SubnetAvailabilityZone":{"Name":"eu-west-1a"},"SubnetOutpost":{}},
            {"SubnetIdentifier":"subnet-2","SubnetAvailabilityZone":{"Name":"eu-west-1b"},"SubnetOutpost":{}}]}"#;
        for (json, expected) in [
            (r#"["DB1","DB2"]"#, "DB1\nDB2"),
            (r#"[{"Key":"app","Value":"billing"},{"Key":"env","Value":""}]"#, "app = billing\nenv"),
            (
                r#"{"Address":"a.rds","Port":5432,"HostedZoneId":"Z1"}"#,
                "Address  a.rds\nPort  5432\nHostedZoneId  Z1",
            ),
            (r#"{"Address":"a.rds","Port":5432}"#, "Address  a.rds\nPort  5432"),
            (r#"[{"VpcSecurityGroupId":"sg-1","Status":"active"}]"#, "sg-1 (active)"),
            (
                subnets,
                "DBSubnetGroupName  data\nSubnets\n  - SubnetIdentifier  subnet-1\n    SubnetAvailabilityZone  \
                 eu-west-1a\n    SubnetOutpost  none\n  - SubnetIdentifier  subnet-2\n    SubnetAvailabilityZone  \
                 eu-west-1b\n    SubnetOutpost  none",
            ),
            ("[]", ""),
        ] {
            let lines: Vec<String> =
                lines(&Cell::Json(json.into())).iter().map(ToString::to_string).collect();
            assert_eq!(lines.join("\n"), expected);
        }
        assert!(lines(&Cell::Text("[1]".into())).is_empty(), "a text is one value, whatever it looks like");
    }
}
