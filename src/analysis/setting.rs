//! One database's settings, from its record, its cluster's and the groups that it names: flattened to what a DBA would
//! name, such as `Endpoint.Port` and `TagList[app]`, with what waits to come into force, and with what is not known and
//! why. What differs between databases is decided elsewhere.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::meaning::{self, Meaning, Owner};
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
            let member = |name: &str| {
                let items = value.as_array().into_iter().flatten();
                items.filter_map(|item| Some(item.get(name)?.as_str()?.to_owned())).collect::<Vec<_>>()
            };
            let mut ids = member("VpcSecurityGroupId");
            ids.sort();
            let meaning = Meaning::Groups { vpc: owner.vpc.clone(), ids };
            named.push(set(section, &column.name, member("VpcSecurityGroupId").join("; "), meaning));
        } else {
            flatten(section, &column.name, &value, owner, &mut named);
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

/// A member down to its values: structures by their members' names, tags by their key, other lists as sets of texts.
fn flatten(section: Section, path: &str, value: &Value, owner: &Owner, named: &mut Vec<Named>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                flatten(section, &format!("{path}.{name}"), member, owner, named);
            }
        }
        Value::Array(items) => {
            let pair = |item: &Value| -> Option<(String, Value)> {
                let key = item.get("Key").or_else(|| item.get("Name"))?.as_str()?.to_owned();
                Some((key, item.get("Value").cloned().unwrap_or(Value::from(""))))
            };
            let pairs: Option<Vec<(String, Value)>> = items.iter().map(pair).collect();
            match pairs.filter(|pairs| !pairs.is_empty()) {
                Some(pairs) => {
                    for (key, value) in pairs {
                        flatten(section, &format!("{path}[{key}]"), &value, owner, named);
                    }
                }
                None => {
                    let texts: Vec<String> = items.iter().map(text_of).collect();
                    let words = meaning::words(texts.iter().map(String::as_str), owner, false);
                    named.push(set(section, path, texts.join("; "), Meaning::Words(words)));
                }
            }
        }
        scalar => named.push(set(section, path, text_of(scalar), meaning_of(path, scalar, owner))),
    }
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
        Value::Array(_) | Value::Object(_) => Meaning::Text(text.clone()),
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
        set(Section::Parameters, "ParameterApplyStatus", worst.to_owned(), Meaning::Text(worst.to_owned()));
    if let Held::Set(setting) = &mut named.held
        && worst == "pending-reboot"
    {
        let in_sync = "in-sync".to_owned();
        setting.waits =
            Some(Waits { becomes: Some((in_sync.clone(), Meaning::Text(in_sync))), until: REBOOT });
    }
    named
}

const REBOOT: &str = "a reboot";

/// A parameter of a group, as the database of that owner has it.
pub fn of_parameter(parameter: &Arc<Parameter>, status: &str, owner: &Owner) -> Named {
    let meaning =
        meaning::of_parameter(&parameter.name, &parameter.data_type, parameter.value.as_deref(), owner);
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
        let text = |of: &Value, member: &str| of.get(member).map(text_of).unwrap_or_default();
        let name = text(option, "OptionName");
        let mut described = vec!["on".to_owned()];
        for member in ["OptionVersion", "Port"] {
            let value = text(option, member);
            if !value.is_empty() {
                described.push(format!("{} {value}", member.trim_start_matches("Option").to_lowercase()));
            }
        }
        let described = described.join(", ");
        let meaning = Meaning::Text(described.clone());
        named.push(set(Section::Options, &name, described, meaning));
        for setting in option.get("OptionSettings").and_then(Value::as_array).into_iter().flatten() {
            let value = text(setting, "Value");
            let meaning = Meaning::Text(meaning::neutral(&value, owner));
            named.push(set(Section::Options, &format!("{name}.{}", text(setting, "Name")), value, meaning));
        }
    }
    named
}
