//! `compare` and `drift` on the demo, whose differences are planted (`sandbox::planted`): all of them are found, and
//! nothing else is marked.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod planted;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

use rds_fleet::sandbox::{Sandbox, Settings};
use serde_json::Value;

use planted::{CAUSES, DATABASES, PLANTED};

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_rds-fleet-cli"));
    program
        .args(arguments)
        .env_clear()
        .env("HOME", folder)
        .env("RDS_FLEET_STORE", folder.join("store.sqlite"));
    program
}

#[test]
fn everything_planted_is_found_and_nothing_else_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = vec!["--demo", "compare", "--format", "json"];
    arguments.extend(DATABASES);
    let output = program(folder.path(), &arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let settings = document["settings"].as_array().unwrap();
    assert!(settings.len() > 350, "{}", settings.len());
    let signs = BTreeMap::from([
        ("equal", "="),
        ("different", "≠"),
        ("missing", "∅"),
        ("waits", "⟳"),
        ("not-known", "?"),
    ]);
    let mut marked: BTreeMap<String, String> = BTreeMap::new();
    let mut causes = BTreeSet::new();
    for setting in settings {
        let name = setting["setting"].as_str().unwrap();
        let verdicts: Vec<&str> = setting["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|value| signs[value["verdict"].as_str().unwrap()])
            .collect();
        if verdicts.iter().any(|sign| *sign != "=") {
            marked.insert(name.to_owned(), verdicts.join(" "));
        }
        if let Some(cause) = setting["followsFrom"].as_str() {
            causes.insert((name.to_owned(), cause.to_owned()));
        }
    }
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
    };
    assert_eq!(marked, pairs(PLANTED).into_iter().collect());
    assert_eq!(causes, pairs(CAUSES).into_iter().collect());
}

#[test]
fn a_drift_ends_with_four_and_every_format_is_written() {
    // The accounts of the planted application, without the demo's latency, and with a store that the next run finds.
    let sandbox = Sandbox::start(Settings { accounts: 12, planted: true, ..Settings::default() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = |folder: &Path, arguments: &[&str]| -> Output {
        program(folder, arguments).envs(sandbox.variables()).output().unwrap()
    };
    let file = folder.path().join("invoicing.toml");
    let file = file.to_str().unwrap();
    let saved = run(folder.path(), &["baseline", "invoicing", DATABASES[0], "-o", file]);
    assert_eq!(saved.status.code(), Some(0), "{}", String::from_utf8_lossy(&saved.stderr));
    let baseline = std::fs::read_to_string(file).unwrap();
    assert!(baseline.contains("work_mem = \"16384\"") && baseline.contains("a key of the account's own"));

    let of_itself = run(folder.path(), &["drift", "--cached", "--baseline", file, DATABASES[0]]);
    let said = String::from_utf8_lossy(&of_itself.stdout);
    assert_eq!(of_itself.status.code(), Some(0), "{said}");
    assert!(said.contains("Nothing departs from the baseline."), "{said}");

    let drifted = run(folder.path(), &["drift", "--baseline", file, "--format", "csv", DATABASES[1]]);
    assert_eq!(drifted.status.code(), Some(4), "{}", String::from_utf8_lossy(&drifted.stderr));
    let said = String::from_utf8_lossy(&drifted.stdout);
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("invoicing-prod,")).collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].contains("DeletionProtection,true,≠ false"), "{said}");
    assert!(lines[1].contains("work_mem,16384,≠ 65536"), "{said}");

    let where_prod = "DBInstanceIdentifier is invoicing-prod and TagList matches \"app=invoicing\"";
    let all = ["drift", "--baseline", file, "--where", where_prod, "--format", "json"];
    let output = run(folder.path(), &all);
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["databases"].as_array().unwrap().len(), 4, "the baseline and three of production");

    // A person's rules leave more out, and say so; broken ones are told with their line.
    let rules = folder.path().join("rules.toml");
    std::fs::write(&rules, "[[ignore]]\nparameter = \"work_mem\"\nbecause = \"ours\"\n").unwrap();
    let rules = rules.to_str().unwrap();
    let both = [DATABASES[0], DATABASES[1]];
    let by_rules = ["compare", "--cached", "--only-differences", "--format", "csv", "--rules", rules];
    let output = run(folder.path(), &[&by_rules[..], &both[..]].concat());
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("DeletionProtection") && !said.contains("work_mem"), "{said}");
    assert!(said.contains(&format!("by the rules of {rules}")), "{said}");
    std::fs::write(rules, "# ours\n[[ignore]]\nsection = \"Sotrage\"\n").unwrap();
    let output = run(folder.path(), &[&by_rules[..], &both[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 2: there is no section Sotrage"));
    // An age may have its minus; what was not watched then is not known.
    let output = run(folder.path(), &["compare", "--cached", "--at", "-7d", DATABASES[0]]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing is known of invoicing-prod at"));

    let of_family = |family: &str| run(folder.path(), &["values", "--cached", "--family", family]);
    let said = String::from_utf8_lossy(&of_family("postgres16").stdout).into_owned();
    assert!(said.contains("MaxAllocatedStorage") && !said.contains("CharacterSetName"), "{said}");
    let unknown = of_family("postgres1");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("there are "), "the families are named");

    let wrong = run(folder.path(), &["drift", "--baseline", "/no/such/file", DATABASES[1]]);
    assert_eq!(wrong.status.code(), Some(2));
    for (format, begins) in
        [("xlsx", "PK"), ("html", "<!doctype html>"), ("markdown", "## Comparison"), ("table", "Instance")]
    {
        let path = folder.path().join(format);
        let path = path.to_str().unwrap();
        let arguments = [
            "compare",
            "--cached",
            "--only-differences",
            "--reference",
            DATABASES[2],
            "--format",
            format,
            "-o",
            path,
            DATABASES[0],
            DATABASES[1],
        ];
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let written = std::fs::read(path).unwrap();
        assert!(written.starts_with(begins.as_bytes()), "{format}");
        if format != "xlsx" {
            let text = String::from_utf8(written).unwrap();
            assert!(text.contains("BackupRetentionPeriod") && text.contains("Completeness"), "{format}");
            assert!(text.contains(DATABASES[2]), "{format}: the reference stands beside them");
        }
    }
}
