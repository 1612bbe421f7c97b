//! Cells as a person reads them: in the grid, in CSV, on the clipboard. No value is left out; the exact form is JSON.
//!
//! A structure has its members by name, but for those that read as one thing without them (`thing`). What says nothing,
//! such as an empty list within a structure, is not written.

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
        Cell::Json(json) => readable_json(json.as_bytes()).unwrap_or_else(|| json.clone()),
    }
}

/// The same of a list or structure; `None` for what is no JSON.
pub fn readable_json(json: &[u8]) -> Option<String> {
    serde_json::from_slice(json).ok().map(|value| written(&value, Place::Whole))
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
                if let Some((key, value)) = item.as_object().and_then(tag) {
                    lines.push(Line { tag: true, ..line(Some(key.to_owned()), value.to_owned()) });
                    continue;
                }
                if let Some(text) = on_one_line(item, Place::Item) {
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
                    member => match on_one_line(member, Place::Member) {
                        Some(value) => lines.push(line(name, value)),
                        None => {
                            lines.push(line(name, String::new()));
                            outline(member, depth + 1, lines);
                        }
                    },
                }
            }
        }
        scalar => lines.push(line(None, written(scalar, Place::Item))),
    }
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Whole,
    /// In a structure, behind its name.
    Member,
    /// In a list, whose items are things of one sort.
    Item,
}

/// A scalar, or a structure that reads as one thing.
fn on_one_line(value: &Value, place: Place) -> Option<String> {
    match value {
        Value::Array(_) => None,
        Value::Object(members) => {
            let members: Vec<(&str, &Value)> =
                members.iter().map(|(name, value)| (name.as_str(), value)).collect();
            thing(&members, place)
        }
        scalar => Some(written(scalar, place)),
    }
}

fn written(value: &Value, place: Place) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items = items.iter().filter(|item| says(item));
            let text = items.map(|item| written(item, Place::Item)).collect::<Vec<_>>().join("; ");
            if place == Place::Whole { text } else { format!("[{text}]") }
        }
        Value::Object(members) => structure(members, place),
        Value::Null => String::new(),
        Value::Bool(truth) => truth.to_string(),
        // Four is four, whether AWS counts it in quarters or not.
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
        }
    }
}

/// Whether there is a value at all: an empty list or structure is none, nor is one that holds nothing else.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().any(says),
        Value::Object(members) => members.values().any(says),
        _ => true,
    }
}

fn structure(members: &Map<String, Value>, place: Place) -> String {
    let said = members.iter().filter(|(_, value)| says(value));
    let members: Vec<(&str, &Value)> = said.map(|(name, value)| (name.as_str(), value)).collect();
    if let Some(thing) = thing(&members, place) {
        return thing;
    }
    let named: Vec<String> =
        members.iter().map(|(name, value)| format!("{name}={}", written(value, Place::Member))).collect();
    let text = named.join(", ");
    if place == Place::Whole { text } else { format!("{{{text}}}") }
}

/// Members that say by themselves what they are, wherever they stand.
const PLAIN: [&str; 3] = ["Name", "Arn", "Address"];
/// Ends of the names of members by which the items of a list are known.
const IDENTITIES: [&str; 6] = ["Identifier", "Id", "Name", "Arn", "ARN", "CIDRIP"];
/// Those among them that belong to something else than the item.
const FOREIGN: [&str; 7] = [
    "OwnerId",
    "KmsKeyId",
    "AuthSecretArn",
    "IAMRoleName",
    "FeatureName",
    "FromDbClusterArn",
    "ToDbClusterArn",
];

/// A structure of a few scalars that reads as one thing: a tag `key=value`, a setting `name=value`, an endpoint
/// `address:port`, something with its status `sg-1 (active)`, or its name alone. `None` where a value alone would not say
/// what it is of: the members' names are then wanted.
fn thing(members: &[(&str, &Value)], place: Place) -> Option<String> {
    match members {
        [(name, Value::String(text))] if !text.is_empty() => {
            let known = PLAIN.contains(name) || place == Place::Item && is_identity(name);
            known.then(|| text.clone())
        }
        [one, other] => pair(one, other).or_else(|| pair(other, one)),
        [_, _, _] => endpoint(members),
        _ => None,
    }
    .or_else(|| {
        let (key, value) = tag_of(members)?;
        Some(format!("{key}={value}"))
    })
}

/// Two members of which the first says what it is and the second how it is, if they are that.
fn pair((name, value): &(&str, &Value), (other, how): &(&str, &Value)) -> Option<String> {
    let (text, is_text) = (value.as_str()?, how.as_str().is_some_and(|text| !text.is_empty()));
    let how = match how {
        Value::Array(_) | Value::Object(_) => return None,
        scalar => written(scalar, Place::Member),
    };
    match (*name, *other) {
        ("Key" | "Name", "Value") => Some(format!("{text}={how}")),
        _ if text.is_empty() => None,
        ("Address", "Port") => Some(format!("{text}:{how}")),
        ("Address", "HostedZoneId") if is_text => Some(format!("{text} (hosted zone {how})")),
        (name, other) if is_text && is_identity(name) && is_its_own(name, other) => {
            Some(format!("{text} ({how})"))
        }
        _ => None,
    }
}

fn is_identity(name: &str) -> bool {
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    ends(&IDENTITIES) && !ends(&FOREIGN)
}

/// Whether a member tells how that thing is, or what it is: `SubnetStatus` beside `SubnetIdentifier`, and not
/// `SynchronizationStatus` beside `DBClusterArn`.
fn is_its_own(identity: &str, name: &str) -> bool {
    let rest = ["Status", "State", "Description"].iter().find_map(|end| name.strip_suffix(end));
    name == "ParameterApplyStatus" || rest.is_some_and(|of| identity.starts_with(of))
}

fn endpoint(members: &[(&str, &Value)]) -> Option<String> {
    let text = |name: &str| {
        let value = members.iter().find(|(member, _)| *member == name)?.1;
        (!value.is_array() && !value.is_object()).then(|| written(value, Place::Member))
    };
    Some(format!("{}:{} (hosted zone {})", text("Address")?, text("Port")?, text("HostedZoneId")?))
}

/// The key and value of a tag; AWS leaves an empty value out.
fn tag(members: &Map<String, Value>) -> Option<(&str, &str)> {
    let members: Vec<(&str, &Value)> = members.iter().map(|(name, value)| (name.as_str(), value)).collect();
    tag_of(&members)
}

fn tag_of<'a>(members: &[(&str, &'a Value)]) -> Option<(&'a str, &'a str)> {
    match members {
        [("Key", Value::String(key))] => Some((key, "")),
        [("Key", Value::String(key)), ("Value", Value::String(value))]
        | [("Value", Value::String(value)), ("Key", Value::String(key))] => Some((key, value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::rds::Shape;
    use crate::rds::shape::Structure;

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
    fn a_member_keeps_its_name_where_its_value_alone_says_nothing() {
        for (json, expected) in [
            (r#"{"AllocatedStorage":200}"#, "AllocatedStorage=200"),
            (r#"{"MultiAZ":true}"#, "MultiAZ=true"),
            (r#"{"EngineVersion":"16.4"}"#, "EngineVersion=16.4"),
            (r#"{"DBInstanceIdentifier":"orders"}"#, "DBInstanceIdentifier=orders"),
            (
                r#"{"CACertificateIdentifier":"rds-ca-rsa2048-g1"}"#,
                "CACertificateIdentifier=rds-ca-rsa2048-g1",
            ),
            (r#"{"Iops":3000,"StorageThroughput":125}"#, "Iops=3000, StorageThroughput=125"),
            (r#"{"TenantDBName":"t"}"#, "TenantDBName=t"),
            (
                r#"{"PendingCloudwatchLogsExports":{"LogTypesToEnable":["audit"],"LogTypesToDisable":[]}}"#,
                "PendingCloudwatchLogsExports={LogTypesToEnable=[audit]}",
            ),
            (
                r#"{"ProcessorFeatures":[{"Name":"coreCount","Value":"4"}]}"#,
                "ProcessorFeatures=[coreCount=4]",
            ),
            (r#"{"MinCapacity":0.5,"MaxCapacity":4.0}"#, "MinCapacity=0.5, MaxCapacity=4"),
            (r#"{"MinCapacity":8.0}"#, "MinCapacity=8"),
            (
                r#"[{"Name":"coreCount","Value":"4"},{"Name":"threadsPerCore","Value":"1"}]"#,
                "coreCount=4; threadsPerCore=1",
            ),
            (r#"[{"DBParameterGroupName":"prod-16","ParameterApplyStatus":"in-sync"}]"#, "prod-16 (in-sync)"),
            (r#"{"Name":"eu-west-1a"}"#, "eu-west-1a"),
            (r#"[{"VpcSecurityGroupId":"sg-1"}]"#, "sg-1"),
            (r#"[{"Status":"active"}]"#, "{Status=active}"),
            (r#"[{"Status":"authorized","CIDRIP":"10.0.0.0/8"}]"#, "10.0.0.0/8 (authorized)"),
            (r#"[{"Version":"1.0","IsDefault":true}]"#, "{Version=1.0, IsDefault=true}"),
            (
                r#"[{"DBInstanceIdentifier":"a","IsClusterWriter":true}]"#,
                "{DBInstanceIdentifier=a, IsClusterWriter=true}",
            ),
            (
                r#"[{"DBClusterArn":"a","SynchronizationStatus":"connected"}]"#,
                "{DBClusterArn=a, SynchronizationStatus=connected}",
            ),
            (r#"{"SecretStatus":"active","KmsKeyId":"k"}"#, "SecretStatus=active, KmsKeyId=k"),
            (r#"{"CAIdentifier":"rds-ca","ValidTill":"2061"}"#, "CAIdentifier=rds-ca, ValidTill=2061"),
            (r#"{"EarliestTime":"1","LatestTime":"2"}"#, "EarliestTime=1, LatestTime=2"),
            (r#"{"Port":5432}"#, "Port=5432"),
            (r#"{"Address":"a.rds"}"#, "a.rds"),
            (r#"{"Address":"a.rds","HostedZoneId":"Z1"}"#, "a.rds (hosted zone Z1)"),
            (
                r#"{"Address":"a.rds","Port":1,"HostedZoneId":"Z1","New":2}"#,
                "Address=a.rds, Port=1, HostedZoneId=Z1, New=2",
            ),
            (r#"[{"Key":"app","Other":"x"}]"#, "{Key=app, Other=x}"),
            (r#"[{"Name":""}]"#, "{Name=}"),
            (r#"[{"SubnetIdentifier":"s-1","SubnetOutpost":{}},{}]"#, "s-1"),
            (r#"[{"LogTypesToEnable":[]}]"#, ""),
        ] {
            assert_eq!(readable(&Cell::Json(json.into())), expected, "{json}");
        }
    }

    /// What is written without a member's name, of any structure of which AWS sends one or two scalars.
    const BARE: [&str; 51] = [
        "ActionId",
        "ActionId (Description)",
        "ActionId (Status)",
        "Address",
        "Address (hosted zone HostedZoneId)",
        "Address:7",
        "Arn",
        "CIDRIP",
        "CIDRIP (Status)",
        "CharacterSetName",
        "CharacterSetName (CharacterSetDescription)",
        "DBClusterArn",
        "DBClusterOptionGroupName",
        "DBClusterOptionGroupName (Status)",
        "DBInstanceAutomatedBackupsArn",
        "DBInstanceIdentifier",
        "DBParameterGroupName",
        "DBParameterGroupName (ParameterApplyStatus)",
        "DBSecurityGroupName",
        "DBSecurityGroupName (Status)",
        "DBSubnetGroupArn (DBSubnetGroupDescription)",
        "DBSubnetGroupName (DBSubnetGroupDescription)",
        "EC2SecurityGroupId",
        "EC2SecurityGroupId (Status)",
        "EC2SecurityGroupName",
        "EC2SecurityGroupName (Status)",
        "ImageId (Status)",
        "Key=",
        "Key=Value",
        "LifecycleSupportName",
        "Name",
        "Name (Description)",
        "Name (Status)",
        "Name=Value",
        "OptionGroupName",
        "OptionGroupName (Status)",
        "OptionName",
        "OptionName (OptionDescription)",
        "RoleArn",
        "RoleArn (Status)",
        "SecretArn",
        "SecretArn (Description)",
        "SecretArn (SecretStatus)",
        "SubnetIdentifier",
        "SubnetIdentifier (SubnetStatus)",
        "TimezoneName",
        "UserName",
        "UserName (Description)",
        "VolumeName",
        "VpcSecurityGroupId",
        "VpcSecurityGroupId (Status)",
    ];

    /// Every structure below a shape, with how it stands there.
    fn structures(shape: &Shape, place: Place, found: &mut BTreeMap<String, (Place, Arc<Structure>)>) {
        match shape {
            Shape::List(list) => structures(&list.of, Place::Item, found),
            Shape::Map(of) => structures(of, Place::Member, found),
            Shape::Structure(structure) => {
                let known = found.insert(structure.name.clone(), (place, Arc::clone(structure)));
                for member in structure.members.iter().filter(|_| known.is_none()) {
                    structures(&member.shape, Place::Member, found);
                }
            }
            _ => {}
        }
    }

    /// What is written of one or two of a structure's scalars, for each choice of them that AWS may send.
    fn partly_sent(structure: &Structure, place: Place) -> Vec<(Vec<&str>, String)> {
        let scalars: Vec<(&str, Value)> = structure
            .members
            .iter()
            .filter(|member| !member.shape.is_nested())
            .map(|member| {
                let value = match member.shape {
                    Shape::Boolean => Value::from(true),
                    Shape::Integer | Shape::Long => Value::from(7),
                    Shape::Double => Value::from(0.5),
                    _ => Value::from(format!("<{}>", member.name)),
                };
                (member.name.as_str(), value)
            })
            .collect();
        let mut sent = Vec::new();
        for (at, first) in scalars.iter().enumerate() {
            for members in
                std::iter::once(vec![first]).chain(scalars[at + 1..].iter().map(|other| vec![first, other]))
            {
                let names = members.iter().map(|(name, _)| *name).collect();
                let object: Map<String, Value> =
                    members.into_iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
                sent.push((names, written(&Value::Object(object), place)));
            }
        }
        sent
    }

    #[test]
    fn of_every_shape_a_value_without_its_name_is_an_identity_or_its_status() {
        let mut found = BTreeMap::new();
        for kind in crate::rds::kinds() {
            for member in &kind.structure.members {
                structures(&member.shape, Place::Whole, &mut found);
            }
        }
        assert!(found.len() > 40, "{}", found.len());
        let mut bare = std::collections::BTreeSet::new();
        for (name, (place, structure)) in &found {
            for (names, text) in partly_sent(structure, *place) {
                let is_named = names.iter().all(|name| text.contains(&format!("{name}=")));
                let is_pending = name.contains("PendingModifiedValues");
                assert!(is_named || !is_pending, "{name}: {text}");
                if !is_named {
                    bare.insert(text.replace(['<', '>'], ""));
                }
            }
        }
        assert_eq!(bare.into_iter().collect::<Vec<_>>(), BARE);
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
