//! What a person sees, finds and counts on the command line, over real HTTP and a real store: an empty list is absent but
//! in JSON, a cell's phrases are found, and members have their names.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::Command;

use rds_fleet::sandbox::{InstanceCount, Sandbox, Settings};
use serde_json::Value;

struct Bastion {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl Bastion {
    fn new() -> Bastion {
        let sandbox = Sandbox::start(Settings {
            accounts: 4,
            regions: vec!["eu-central-1".to_owned()],
            instances_per_target: InstanceCount::Exactly(40),
            ..Settings::default()
        })
        .unwrap();
        Bastion { sandbox, folder: tempfile::tempdir().unwrap() }
    }

    fn run(&self, arguments: &[&str]) -> String {
        let folder: &Path = self.folder.path();
        let output = Command::new(env!("CARGO_BIN_EXE_rds-fleet-cli"))
            .args(arguments)
            .env_clear()
            .env("HOME", folder)
            .env("RDS_FLEET_STORE", folder.join("store.sqlite"))
            .envs(self.sandbox.variables())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn instances(&self, arguments: &[&str]) -> Vec<Value> {
        let all = ["export", "db-instances", "--format", "json"];
        serde_json::from_str(&self.run(&[&all[..], arguments].concat())).unwrap()
    }

    /// How many rows of instances SQL finds.
    fn count(&self, condition: &str) -> usize {
        let sql = format!("SELECT count(*) AS n FROM db_instances WHERE {condition}");
        let answer: Value =
            serde_json::from_str(&self.run(&["query", &sql, "--cached", "--format", "json"])).unwrap();
        usize::try_from(answer[0]["n"].as_u64().unwrap()).unwrap()
    }
}

#[test]
fn an_empty_list_is_absent_everywhere_but_in_json() {
    let bastion = Bastion::new();
    let all = bastion.instances(&[]);
    let is_empty = |row: &Value, member: &str| match &row[member] {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    for member in [
        "PendingModifiedValues",
        "TagList",
        "ReadReplicaDBInstanceIdentifiers",
        "AssociatedRoles",
        "DBSecurityGroups",
    ] {
        assert!(
            all.iter().any(|row| row[member].is_array() || row[member].is_object()),
            "{member} as AWS sent it"
        );
        let empty = all.iter().filter(|row| is_empty(row, member)).count();
        for (test, count) in
            [("is absent", empty), ("is present", all.len() - empty), ("is not absent", all.len() - empty)]
        {
            let condition = format!("{member} {test}");
            let found = bastion.instances(&["--cached", "--where", &condition]);
            assert_eq!(found.len(), count, "{condition}");
            assert!(found.iter().all(|row| all.contains(row)), "and each is printed as before");
        }
        assert_eq!(bastion.count(&format!("{member} IS NULL")), empty, "{member}");
        let groups = bastion.run(&[
            "export",
            "db-instances",
            "--cached",
            "--group-by",
            member,
            "--format",
            "csv",
            "--raw",
        ]);
        let mut groups = csv::Reader::from_reader(groups.as_bytes());
        let counts: Vec<(String, usize)> = groups
            .records()
            .map(|record| record.unwrap())
            .map(|row| (row[0].to_owned(), row[1].parse().unwrap()))
            .collect();
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<usize>(), all.len());
        let nothing: Vec<usize> =
            counts.iter().filter(|(value, _)| value.is_empty()).map(|(_, count)| *count).collect();
        assert_eq!(nothing, [empty], "{member}: one group of those without");
    }
    let raw = bastion.run(&[
        "export",
        "db-instances",
        "--cached",
        "--columns",
        "PendingModifiedValues",
        "--format",
        "csv",
        "--raw",
    ]);
    assert!(raw.lines().any(|line| line == "{}"), "{raw}");
}

#[test]
fn a_phrase_of_a_cell_is_found_and_a_pending_value_has_its_name() {
    let bastion = Bastion::new();
    let all = bastion.instances(&[]);
    let tag = |tag: &Value| {
        format!("{}={}", tag["Key"].as_str().unwrap(), tag["Value"].as_str().unwrap_or_default())
    };
    let tagged = all.iter().find(|row| row["TagList"].as_array().is_some_and(|tags| tags.len() > 1)).unwrap();
    let phrases: Vec<String> = tagged["TagList"].as_array().unwrap().iter().map(tag).collect();
    let endpoint =
        format!("{}:{}", tagged["Endpoint"]["Address"].as_str().unwrap(), tagged["Endpoint"]["Port"]);
    let has = |row: &Value, phrase: &str| {
        row["TagList"].as_array().into_iter().flatten().any(|found| tag(found) == phrase)
    };
    let expected = all.iter().filter(|row| has(row, &phrases[0])).count();
    for (arguments, least) in [
        (["--where", &format!("TagList contains \"{}\"", phrases[0].to_uppercase())], expected),
        (["--where", &format!("TagList contains \"{}\"", phrases.join("; "))], 1),
        (["--where", &format!("\"{}\"", phrases[0])], expected),
        (["--where", &format!("Endpoint contains \"{endpoint}\"")], 1),
        (["--where", &format!("Endpoint matches \"{}\"", endpoint.replace('.', "[.]"))], 1),
        (["--search", &phrases[0]], expected),
        (["--search", &endpoint], 1),
        (["--search", &format!("{endpoint} {}", phrases[1])], 1),
    ] {
        let found = bastion.instances(&["--cached", arguments[0], arguments[1]]);
        assert!(found.len() >= least && found.contains(tagged), "{arguments:?}: {} of {least}", found.len());
        assert!(found.len() < all.len(), "{arguments:?} finds not everything");
    }
    assert_eq!(bastion.count(&format!("contains_text('{endpoint}', Endpoint)")), 1);
    assert!(bastion.instances(&["--cached", "--where", "TagList contains HostedZoneId"]).is_empty());
    let truth = bastion.instances(&["--cached", "--search", "true"]);
    let says = |row: &&Value| row.to_string().contains("true");
    assert!(truth.len() >= all.iter().filter(says).count() && !truth.is_empty());

    for format in ["csv", "html", "table"] {
        let columns = ["--columns", "PendingModifiedValues", "--where", "PendingModifiedValues is present"];
        let written = bastion
            .run(&[&["export", "db-instances", "--cached", "--format", format][..], &columns].concat());
        for row in all.iter().filter(|row| !row["PendingModifiedValues"].as_object().unwrap().is_empty()) {
            for name in row["PendingModifiedValues"].as_object().unwrap().keys() {
                assert!(written.contains(&format!("{name}=")), "{format}: {name} in {written}");
            }
        }
    }
}
