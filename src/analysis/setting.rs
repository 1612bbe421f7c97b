//! One database's settings, from its record, its cluster's and the groups that it names: flattened to what a DBA would
//! name, such as `Endpoint.Port` and `TagList[app]`, with what waits to come into force, and with what is not known and
//! why. What differs between databases is decided elsewhere.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::meaning::{self, Meaning, Owner};
use super::own_names::NamedText;
use crate::names;
use crate::rds;
pub use crate::rds::Section;
use crate::rds::readable::{exact, readable};
use crate::rds::{Cell, Kind};

/// Who has set a parameter, in AWS's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Source {
    #[serde(rename = "user")]
    User,
    #[serde(rename = "system")]
    System,
    #[serde(rename = "engine-default")]
    EngineDefault,
}

impl Source {
    pub fn word(self) -> &'static str {
        match self {
            Source::User => "user",
            Source::System => "system",
            Source::EngineDefault => "engine-default",
        }
    }
}

/// A parameter as its group has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub value: Option<String>,
    pub source: Source,
    /// `static` or `dynamic`.
    pub apply_type: String,
    pub data_type: String,
    pub allowed: String,
    /// `immediate` or `pending-reboot`.
    pub apply_method: String,
    pub group: Arc<str>,
    /// Since when the group has had it so, as far as it was watched.
    pub first_seen: Option<String>,
}

/// What does not hold yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Waits {
    /// What the setting will be; `None` where it is what is shown.
    pub becomes: Option<(String, Meaning)>,
    /// What it waits for, such as `a reboot`.
    pub until: &'static str,
}

impl fmt::Display for Waits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.becomes {
            Some((value, _)) => write!(out, "{value} waits for {}", self.until),
            None => write!(out, "waits for {}", self.until),
        }
    }
}

/// A setting that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// As AWS says it; empty for a parameter of which the group says nothing.
    pub text: Arc<str>,
    pub meaning: Meaning,
    /// Of a parameter, what its group says of it.
    pub parameter: Option<Arc<Parameter>>,
    pub waits: Option<Waits>,
}

impl Setting {
    /// Whether there is none yet, and only what it will be is known.
    pub fn is_only_awaited(&self) -> bool {
        self.waits.is_some() && self.parameter.is_none() && self.meaning == Meaning::EnginesOwn
    }
}

/// What a database has of a setting.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    Set(Box<Setting>),
    /// It was looked at, and there is none.
    Missing,
    /// It was not looked at; why, as a sentence.
    NotKnown(Arc<str>),
}

impl Held {
    pub fn setting(&self) -> Option<&Setting> {
        match self {
            Held::Set(setting) => Some(setting),
            _ => None,
        }
    }

    /// Whether somebody has set it in a group, rather than AWS or the engine.
    pub fn is_user_set(&self) -> bool {
        let parameter = self.setting().and_then(|setting| setting.parameter.as_ref());
        parameter.is_some_and(|parameter| parameter.source == Source::User)
    }
}

/// A setting by its name.
#[derive(Debug, Clone)]
pub struct Named {
    pub section: Section,
    pub name: Arc<str>,
    pub held: Held,
}

/// Whether a typed name means the setting of this name: in any case, but for keys within brackets, since keys of tags that differ
/// in case are two.
pub fn is_named(name: &str, typed: &str) -> bool {
    let key = |name: &str| name.find('[').map_or(name.len(), |at| at);
    let ((name, name_key), (typed, typed_key)) = (name.split_at(key(name)), typed.split_at(key(typed)));
    names::same(typed, name) && name_key == typed_key
}

/// As `is_within`, for a member as a person typed it.
pub fn is_within_named(name: &str, typed: &str) -> bool {
    name.get(..typed.len()).is_some_and(|begin| is_named(begin, typed) && is_within(name, begin))
}

/// Whether a setting is a member, or within one: `Endpoint.Port` is within `Endpoint`, `TagList[app]` within `TagList`.
pub fn is_within(name: &str, member: &str) -> bool {
    let within = name.strip_prefix(member);
    within.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What a group of parameters in use means for a database.
#[derive(Debug)]
pub struct GroupInUse<'a> {
    pub parameters: &'a [Arc<Parameter>],
    /// AWS's word, such as `in-sync` or `pending-reboot`.
    pub status: &'a str,
}

/// A member that is not what it says: names of its own, of which only the number can be compared.
const COUNTED: &[&str] = &[
    "ReadReplicaDBInstanceIdentifiers",
    "ReadReplicaDBClusterIdentifiers",
    "ReadReplicaIdentifiers",
    "DBClusterMembers",
    "CustomEndpoints",
];

/// The members of a record as settings. Those of groups are left to `parameters` and `options`; with `section` all stand
/// in that one.
pub fn of_members(kind: &Kind, cells: &[Cell], owner: &Owner, section: Option<Section>) -> Vec<Named> {
    let mut named = Vec::new();
    for (column, cell) in kind.columns.iter().zip(cells) {
        let is_of_groups = [
            "DBParameterGroups",
            "DBClusterParameterGroup",
            "OptionGroupMemberships",
            "DBClusterOptionGroupMemberships",
            "PendingModifiedValues",
        ]
        .contains(&column.name.as_str());
        if column.own || is_of_groups || kind.volatile.contains(&column.name.as_str()) {
            continue;
        }
        let section = section.unwrap_or_else(|| rds::section(kind.name, &column.name));
        let Some(value) = exact(cell) else {
            named.push(Named { section, name: column.name.as_str().into(), held: Held::Missing });
            continue;
        };
        let counted = COUNTED.contains(&column.name.as_str());
        if let Some(items) = value.as_array().filter(|_| counted) {
            #[expect(clippy::cast_precision_loss, reason = "no list has 2^53 items")]
            let meaning = Meaning::Number(items.len() as f64);
            named.push(set(section, &column.name, names(items), meaning));
        } else if column.name == "VpcSecurityGroups" {
            named.extend(security_groups(section, &column.name, &value, owner));
        } else {
            flatten(section, &column.name, &value, owner, &mut named);
        }
        // A list or structure with nothing in it is none.
        if !named.last().is_some_and(|last| is_within(&last.name, &column.name)) {
            named.push(Named { section, name: column.name.as_str().into(), held: Held::Missing });
        }
    }
    if let Some(Value::Object(pending)) =
        kind.column("PendingModifiedValues").and_then(|at| exact(&cells[at]))
    {
        for (member, value) in &pending {
            wait(kind, member, value, owner, section, &mut named);
        }
    }
    named
}

/// The items of a list by their names.
fn names(items: &[Value]) -> String {
    let name = |item: &Value| {
        let members = item.as_object().into_iter().flatten();
        let named = members.filter(|(member, _)| member.ends_with("Identifier")).map(|(_, name)| name);
        named.chain(std::iter::once(item)).map(text_of).next().unwrap_or_default()
    };
    items.iter().map(name).collect::<Vec<_>>().join("; ")
}

fn set(section: Section, name: &str, text: String, meaning: Meaning) -> Named {
    let setting = Setting { text: text.into(), meaning, parameter: None, waits: None };
    Named { section, name: name.into(), held: Held::Set(Box::new(setting)) }
}

/// The security groups of a database, or of an option, in its network; `None` where there are none.
fn security_groups(section: Section, name: &str, value: &Value, owner: &Owner) -> Option<Named> {
    let items = value.as_array().into_iter().flatten();
    let ids = items.filter_map(|item| Some(item.get("VpcSecurityGroupId")?.as_str()?.to_owned()));
    let mut ids: Vec<String> = ids.collect();
    let text = ids.join("; ");
    ids.sort();
    (!ids.is_empty()).then(|| set(section, name, text, Meaning::Groups { vpc: owner.vpc.clone(), ids }))
}

/// A member down to its values: structures by their members' names, tags and the like by their key, other lists as sets of
/// texts. What has nothing in it is not there.
fn flatten(section: Section, path: &str, value: &Value, owner: &Owner, named: &mut Vec<Named>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                flatten(section, &format!("{path}.{name}"), member, owner, named);
            }
        }
        Value::Array(items) => match by_key(items) {
            Some(pairs) => {
                for (key, value) in pairs {
                    flatten(section, &format!("{path}[{key}]"), &value, owner, named);
                }
            }
            None if items.is_empty() => {}
            None => {
                let texts: Vec<String> = items.iter().map(text_of).collect();
                let word = |item: &Value| match item {
                    // Somebody's names are somewhere in it.
                    Value::Object(_) | Value::Array(_) => NamedText::find(text_of(item).trim(), owner),
                    scalar => meaning::of_member(path, text_of(scalar).trim(), owner),
                };
                let words = meaning::words(items.iter().map(word));
                named.push(set(section, path, texts.join("; "), Meaning::Words(words)));
            }
        },
        scalar => named.push(set(section, path, text_of(scalar), meaning_of(path, scalar, owner))),
    }
}

/// The items of a list by their keys, where each has one of its own: a tag's value, or what else an item says.
fn by_key(items: &[Value]) -> Option<Vec<(String, Value)>> {
    let mut pairs: Vec<(String, Value)> = Vec::new();
    for item in items {
        let mut members = item.as_object()?.clone();
        let key = members.shift_remove("Key").or_else(|| members.shift_remove("Name"))?.as_str()?.to_owned();
        if pairs.iter().any(|(known, _)| *known == key) {
            return None;
        }
        let value = match (members.len(), members.get("Value")) {
            (0, _) => Value::from(""),
            (1, Some(value)) => value.clone(),
            _ => Value::Object(members),
        };
        pairs.push((key, value));
    }
    (!pairs.is_empty()).then_some(pairs)
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => readable(&Cell::Json(value.to_string())),
        scalar => scalar.to_string(),
    }
}

fn meaning_of(path: &str, scalar: &Value, owner: &Owner) -> Meaning {
    match scalar {
        Value::Bool(truth) => Meaning::Truth(*truth),
        Value::Number(number) => Meaning::Number(number.as_f64().unwrap_or_default()),
        scalar => meaning::of_text(path, scalar.as_str().unwrap_or_default(), owner),
    }
}

/// Takes down that a member is to be changed.
fn wait(
    kind: &Kind,
    member: &str,
    value: &Value,
    owner: &Owner,
    section: Option<Section>,
    named: &mut Vec<Named>,
) {
    let name = match member {
        // What is pending has names of its own for two members.
        "Port" => "Endpoint.Port",
        "PendingCloudwatchLogsExports" => "EnabledCloudwatchLogsExports",
        member => member,
    };
    let text = text_of(value);
    let meaning = match value {
        Value::Array(_) | Value::Object(_) => Meaning::Text(NamedText::plain(text.as_str())),
        scalar => meaning_of(name, scalar, owner),
    };
    let waits = Waits { becomes: Some((text, meaning)), until: "the maintenance window or a reboot" };
    let known = named.iter_mut().find(|known| *known.name == *name);
    if let Some(Held::Set(setting)) = known.map(|known| &mut known.held) {
        setting.waits = Some(waits);
        return;
    }
    named.retain(|known| *known.name != *name);
    let section = section.unwrap_or_else(|| rds::section(kind.name, name));
    let mut new = set(section, name, String::new(), Meaning::EnginesOwn);
    if let Held::Set(setting) = &mut new.held {
        setting.waits = Some(waits);
    }
    named.push(new);
}

/// The parameters in force by a database's groups: of a member of a cluster, its own group's and the cluster's. A
/// parameter that both have is the instance's, unless only the cluster's group sets it: the instance's own value is the
/// one nearer to the engine, and a value that nobody chose does not hide one that somebody did.
pub fn of_parameters(
    own: Option<GroupInUse<'_>>,
    cluster: Option<GroupInUse<'_>>,
    owner: &Owner,
) -> Vec<Named> {
    let mut named: Vec<Named> = Vec::new();
    let mut status = Vec::new();
    let mut at: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    for group in [own, cluster].into_iter().flatten() {
        status.push(group.status.to_owned());
        for parameter in group.parameters {
            let new = of_parameter(parameter, group.status, owner);
            match at.get(parameter.name.as_str()) {
                None => {
                    at.insert(&parameter.name, named.len());
                    named.push(new);
                }
                Some(&known) if parameter.source == Source::User && !named[known].held.is_user_set() => {
                    named[known] = new;
                }
                Some(_) => {}
            }
        }
    }
    if !status.is_empty() {
        named.push(apply_status(&status));
    }
    named
}

/// Whether what the groups say is in force.
fn apply_status(status: &[String]) -> Named {
    let worst = status.iter().find(|status| *status != "in-sync").map_or("in-sync", String::as_str);
    let mut named =
        set(Section::Parameters, APPLY_STATUS, worst.to_owned(), Meaning::Text(NamedText::plain(worst)));
    if let Held::Set(setting) = &mut named.held
        && worst == "pending-reboot"
    {
        let in_sync = Meaning::Text(NamedText::plain("in-sync"));
        setting.waits = Some(Waits { becomes: Some(("in-sync".to_owned(), in_sync)), until: REBOOT });
    }
    named
}

const REBOOT: &str = "a reboot";

/// Whether what a database's groups say is in force.
pub const APPLY_STATUS: &str = "ParameterApplyStatus";

/// A parameter of a group, as the database of that owner has it.
pub fn of_parameter(parameter: &Arc<Parameter>, status: &str, owner: &Owner) -> Named {
    let meaning = meaning::of_parameter(
        &parameter.name,
        &parameter.data_type,
        &parameter.allowed,
        parameter.value.as_deref(),
        owner,
    );
    // AWS tells of the group that something in it waits, and not what. It can only be what somebody has set and what
    // does not take effect at once.
    let may_wait = status == "pending-reboot"
        && parameter.source == Source::User
        && (parameter.apply_type == "static" || parameter.apply_method == "pending-reboot");
    let setting = Setting {
        text: parameter.value.as_deref().unwrap_or_default().into(),
        meaning,
        waits: may_wait.then_some(Waits { becomes: None, until: REBOOT }),
        parameter: Some(Arc::clone(parameter)),
    };
    let name = parameter.name.as_str().into();
    Named { section: Section::Parameters, name, held: Held::Set(Box::new(setting)) }
}

/// The options of a group, by option and by option and setting.
pub fn of_options(options: &Value, owner: &Owner) -> Vec<Named> {
    let mut named = Vec::new();
    for option in options.as_array().into_iter().flatten() {
        let text = |member: &str| option.get(member).map(text_of).unwrap_or_default();
        let name = text("OptionName");
        let mut described = vec!["on".to_owned()];
        for member in ["OptionVersion", "Port"] {
            let value = text(member);
            if !value.is_empty() {
                described.push(format!("{} {value}", member.trim_start_matches("Option").to_lowercase()));
            }
        }
        let described = described.join(", ");
        let meaning = Meaning::Text(NamedText::plain(described.as_str()));
        named.push(set(Section::Options, &name, described, meaning));
        for setting in option.get("OptionSettings").and_then(Value::as_array).into_iter().flatten() {
            named.push(of_option_setting(&name, setting, owner));
        }
        for member in ["VpcSecurityGroupMemberships", "DBSecurityGroupMemberships"] {
            let path = format!("{name}.{member}");
            match option.get(member) {
                Some(groups) if member.starts_with("Vpc") => {
                    named.extend(security_groups(Section::Options, &path, groups, owner));
                }
                Some(groups) => flatten(Section::Options, &path, groups, owner, &mut named),
                None => {}
            }
        }
    }
    named
}

/// A setting of an option. Where the group has no value of its own, AWS says the default that holds.
fn of_option_setting(option: &str, setting: &Value, owner: &Owner) -> Named {
    let text = |member: &str| setting.get(member).map(text_of).unwrap_or_default();
    let is_collection = setting.get("IsCollection").and_then(Value::as_bool).unwrap_or_default();
    let value = Some(text("Value")).filter(|value| !value.is_empty()).unwrap_or_else(|| text("DefaultValue"));
    let meaning = meaning::of_option(&text("DataType"), &text("AllowedValues"), is_collection, &value, owner);
    set(Section::Options, &format!("{option}.{}", text("Name")), value, meaning)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(named: &[Named]) -> Vec<(&str, &str)> {
        named
            .iter()
            .map(|named| (&*named.name, named.held.setting().map_or("none", |setting| &*setting.text)))
            .collect()
    }

    #[test]
    fn the_items_of_a_list_are_found_by_their_keys_and_nothing_of_them_is_lost() {
        let flat = |value: Value| {
            let mut named = Vec::new();
            flatten(Section::Other, "X", &value, &Owner::default(), &mut named);
            named
        };
        let tags = flat(json!([{"Key": "a", "Value": "1"}, {"Key": "b"}]));
        assert_eq!(texts(&tags), [("X[a]", "1"), ("X[b]", "")]);
        let modes =
            flat(json!([{"Name": "a", "Mode": "x", "Size": 2}, {"Name": "b", "Value": "v", "More": {}}]));
        assert_eq!(texts(&modes), [("X[a].Mode", "x"), ("X[a].Size", "2"), ("X[b].Value", "v")]);
        let twice = flat(json!([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]));
        assert_eq!(texts(&twice), [("X", "a=1; a=2")]);
        assert!(flat(json!([])).is_empty() && flat(json!({"Y": []})).is_empty());
    }

    #[test]
    fn an_option_has_its_version_its_port_its_groups_and_its_defaults() {
        let options = json!([{
            "OptionName": "OEM", "OptionVersion": "13.5", "Port": 5500,
            "OptionSettings": [
                {"Name": "A", "Value": "x", "DefaultValue": "y", "IsCollection": false},
                {"Name": "B", "DefaultValue": "y,z", "IsCollection": true},
                {"Name": "C"},
            ],
            "VpcSecurityGroupMemberships": [{"VpcSecurityGroupId": "sg-2"}, {"VpcSecurityGroupId": "sg-1"}],
            "DBSecurityGroupMemberships": [],
        }]);
        let named = of_options(&options, &Owner { vpc: "vpc-1".to_owned(), ..Owner::default() });
        assert_eq!(
            texts(&named),
            [
                ("OEM", "on, version 13.5, port 5500"),
                ("OEM.A", "x"),
                ("OEM.B", "y,z"),
                ("OEM.C", ""),
                ("OEM.VpcSecurityGroupMemberships", "sg-2; sg-1"),
            ]
        );
        let meaning = |at: usize| named[at].held.setting().map(|setting| &setting.meaning);
        assert!(matches!(meaning(2), Some(Meaning::Words(words)) if words.len() == 2));
        assert!(
            matches!(meaning(4), Some(Meaning::Groups { vpc, ids }) if vpc == "vpc-1" && ids[0] == "sg-1")
        );
    }
}
