//! Pairs of settings with the verdict that a DBA would give and its reason, from a file that people can read and add to
//! (`tests/comparison/truth-table.tsv`, which says how it is written); and pairs whose verdicts were written without sight of
//! the program, from AWS's documentation alone (`tests/comparison/expected-verdicts.tsv`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::Arc;

use serde_json::{Value, json};

use rds_fleet::analysis::classes::{GIB, class};
use rds_fleet::analysis::formula::Machine;
use rds_fleet::analysis::meaning::{Meaning, Owner};
use rds_fleet::analysis::same::{Judged, judge};
use rds_fleet::analysis::setting::{self, Held, Parameter, Section, Source, Waits};
use rds_fleet::rds::{Cell, Shape, kind};

/// What stands in one column, read.
struct Side {
    owner: Owner,
    value: String,
    source: Source,
    waits_for_a_reboot: bool,
    becomes: Option<String>,
}

fn side(text: &str, engine: &str, is_left: bool) -> Side {
    let place = if is_left {
        ["111111111111", "eu-central-1", "billing-prod"]
    } else {
        ["222222222222", "us-east-1", "billing-test"]
    };
    let mut owner = Owner {
        account_id: place[0].to_owned(),
        region: place[1].to_owned(),
        identifier: place[2].to_owned(),
        engine: engine.to_owned(),
        vpc: if is_left { "vpc-1" } else { "vpc-2" }.to_owned(),
        machine: Machine { is_replica: Some(false), ..Machine::default() },
        ..Owner::default()
    };
    let mut value = text.to_owned();
    let (mut waits_for_a_reboot, mut becomes) = (false, None);
    // What follows the value, from the right.
    while let Some((before, mark)) = value.clone().rsplit_once(' ') {
        match mark.split_at(1) {
            ("@", name) if name.starts_with("db.") => {
                owner.class = name.to_owned();
                owner.machine.class = class(name);
            }
            (":", port) if port.parse::<u16>().is_ok() => {
                owner.port = port.to_owned();
                owner.machine.port = port.parse().ok();
            }
            (">", new) => becomes = Some(new.to_owned()),
            ("&", storage) if storage.parse::<f64>().is_ok() => {
                owner.storage = storage.to_owned();
                owner.machine.storage = storage.parse::<f64>().ok().map(|gib| gib * GIB);
            }
            ("!", "") => waits_for_a_reboot = true,
            // What the database is called within.
            ("$", name) if !name.is_empty() && name.chars().all(char::is_alphanumeric) => {
                owner.db_name = name.to_owned()
            }
            ("=", "") => owner.vpc = "vpc-1".to_owned(),
            ("%", "") => {
                owner.source = "primary".to_owned();
                owner.machine.is_replica = Some(true);
            }
            _ => break,
        }
        value = before.to_owned();
    }
    let mut source = Source::EngineDefault;
    for (word, of) in
        [("user:", Source::User), ("system:", Source::System), ("default:", Source::EngineDefault)]
    {
        if let Some(rest) = value.strip_prefix(word) {
            (source, value) = (of, rest.to_owned());
        }
    }
    Side { owner, value, source, waits_for_a_reboot, becomes }
}

fn held_parameter(name: &str, data_type: &str, side: &Side) -> Held {
    match side.value.as_str() {
        "?" => return Held::NotKnown("denied".into()),
        "-" => return Held::Missing,
        _ => {}
    }
    let parameter = Arc::new(Parameter {
        name: name.to_owned(),
        value: Some(side.value.clone()).filter(|value| value != "~"),
        source: side.source,
        apply_type: "static".to_owned(),
        data_type: data_type.to_owned(),
        allowed: String::new(),
        apply_method: "pending-reboot".to_owned(),
        group: "group".into(),
        first_seen: None,
    });
    let status = if side.waits_for_a_reboot { "pending-reboot" } else { "in-sync" };
    setting::of_parameter(&parameter, status, &side.owner).held
}

/// A member through the record of an instance, as it comes from the store.
fn held_member(path: &str, side: &Side) -> Held {
    if side.value == "?" {
        return Held::NotKnown("denied".into());
    }
    let kind = kind("db-instances").unwrap();
    let mut cells = vec![Cell::Absent; kind.columns.len()];
    let value = serde_json::from_str(&side.value).unwrap_or(Value::from(side.value.as_str()));
    let mut put = |member: &str, value: &Value| {
        let at = kind.column(member).unwrap();
        cells[at] = match (value, &kind.columns[at].shape) {
            (Value::Bool(truth), _) => Cell::Boolean(*truth),
            (Value::Number(number), _) => Cell::Integer(number.as_i64().unwrap()),
            (Value::String(text), shape) if !shape.is_nested() => Cell::Text(text.clone()),
            (value, Shape::Structure(_) | Shape::List(_)) => Cell::Json(value.to_string()),
            (value, _) => Cell::Text(value.to_string()),
        };
    };
    if side.value != "-" {
        let tag = path.strip_prefix("TagList[").map(|rest| rest.trim_end_matches(']'));
        match (tag, path.split_once('.')) {
            // A tag's value is a text, whatever it looks like.
            (Some(key), _) => put("TagList", &json!([{ "Key": key, "Value": side.value }])),
            (None, Some((outer, inner))) => put(outer, &json!({ inner: value })),
            (None, None) => put(path, &value),
        }
    }
    if let Some(becomes) = &side.becomes {
        let becomes = serde_json::from_str(becomes).unwrap_or(Value::from(becomes.as_str()));
        put("PendingModifiedValues", &json!({ path: becomes }));
    }
    let named = setting::of_members(kind, &cells, &side.owner, None);
    named.into_iter().find(|named| *named.name == *path).map_or(Held::Missing, |named| named.held)
}

/// An option's setting through the answer to DescribeOptionGroups.
fn held_option(path: &str, is_collection: bool, data_type: &str, side: &Side) -> Held {
    if side.value == "?" {
        return Held::NotKnown("denied".into());
    }
    let (option, name) = path.split_once('.').unwrap();
    let mut setting = json!({
        "Name": name, "DataType": data_type, "AllowedValues": "", "ApplyType": "DYNAMIC", "IsModifiable": true,
        "IsCollection": is_collection,
    });
    match side.value.strip_prefix("allowed:").and_then(|rest| rest.split_once('=')) {
        Some((allowed, value)) => {
            setting["AllowedValues"] = allowed.into();
            setting["Value"] = value.into();
        }
        None => match side.value.strip_prefix("default:") {
            Some(default) => setting["DefaultValue"] = default.into(),
            None => setting["Value"] = side.value.as_str().into(),
        },
    }
    let settings = if side.value == "-" { json!([]) } else { json!([setting]) };
    let options = json!([{ "OptionName": option, "OptionSettings": settings }]);
    let named = setting::of_options(&options, &side.owner);
    named.into_iter().find(|named| *named.name == *path).map_or(Held::Missing, |named| named.held)
}

/// What a line says, and the verdict on it, of both orders.
struct Pair<'a> {
    fields: Vec<&'a str>,
    judged: Judged,
    swapped: Judged,
}

fn judge_line(line: &str) -> Pair<'_> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [of, name, left, right, ..] = fields[..] else { panic!("{line}") };
    let (engines, data_type) = of.split_once(' ').unwrap_or((of, ""));
    let (left_engine, right_engine) = engines.split_once('/').unwrap_or((engines, engines));
    let (one, other) = (side(left, left_engine, true), side(right, right_engine, false));
    let held = |side: &Side| match (engines, data_type) {
        ("member", _) => held_member(name, side),
        ("option", "list") => held_option(name, true, "STRING", side),
        ("option", data_type) => held_option(name, false, data_type, side),
        _ => held_parameter(name, data_type, side),
    };
    let (one, other, same_family) = (held(&one), held(&other), left_engine == right_engine);
    let (judged, swapped) = (judge(&one, &other, same_family), judge(&other, &one, same_family));
    Pair { fields, judged, swapped }
}

fn lines(table: &str) -> Vec<&str> {
    table.lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn every_pair_of_the_truth_table_gets_its_verdict_and_its_reason() {
    let lines = lines(include_str!("comparison/truth-table.tsv"));
    assert!(lines.len() >= 260, "{} pairs", lines.len());
    let mut wrong = Vec::new();
    for line in lines {
        let Pair { fields, judged, swapped } = judge_line(line);
        let [_, _, _, _, verdict, reason] = fields[..] else { panic!("{line}") };
        if (judged.verdict.word(), &*judged.reason) != (verdict, reason) {
            wrong.push(format!("{line}\n  but {}: {}", judged.verdict.word(), judged.reason));
        }
        if swapped.verdict != judged.verdict {
            wrong.push(format!("{line}\n  but {} the other way round", swapped.verdict.word()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_verdict_that_was_expected_without_sight_of_the_program_comes_out() {
    let lines = lines(include_str!("comparison/expected-verdicts.tsv"));
    assert!(lines.len() >= 300, "{} pairs", lines.len());
    let mut wrong = Vec::new();
    for line in lines {
        let Pair { fields, judged, swapped } = judge_line(line);
        let [_, _, _, _, verdict] = fields[..] else { panic!("{line}") };
        if judged.verdict.word() != verdict || swapped.verdict != judged.verdict {
            let (word, swapped) = (judged.verdict.word(), swapped.verdict.word());
            wrong.push(format!("{line}\n  but {word}: {}; the other way round {swapped}", judged.reason));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_follows_from_the_class_or_the_version_is_told_to() {
    let memory = "{DBInstanceClassMemory/32768}";
    let follows = |left: &str, right: &str, same_family: bool| {
        let held = |text: &str, is_left| {
            held_parameter("shared_buffers", "integer", &side(text, "postgres16", is_left))
        };
        judge(&held(left, true), &held(right, false), same_family).follows
    };
    let (small, large) = (format!("{memory} @db.r6g.large"), format!("{memory} @db.r6g.4xlarge"));
    assert_eq!(follows(&small, &large, true), Some("DBInstanceClass"));
    assert_eq!(follows(&small, &large, false), Some("DBInstanceClass"));
    assert_eq!(follows(&small, "user:1000", true), None);
    // What nobody has set differs with the engine's version; what somebody has set does not.
    assert_eq!(follows("1000", "2000", false), Some("EngineVersion"));
    assert_eq!(follows("1000", "-", false), Some("EngineVersion"));
    assert_eq!(follows("user:1000", "2000", false), None);
    assert_eq!(follows("user:1000", "-", false), None);
}

#[test]
fn what_waits_says_what_it_waits_for() {
    let waits = Waits { becomes: Some(("db.r6g.xlarge".into(), Meaning::EnginesOwn)), until: "a reboot" };
    assert_eq!(waits.to_string(), "db.r6g.xlarge waits for a reboot");
    assert_eq!(Section::of_word("parameters"), Some(Section::Parameters));
}
