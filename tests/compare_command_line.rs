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

/// What a run of the program said and wrote.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

#[test]
fn names_are_taken_in_any_case_and_what_was_meant_is_suggested() {
    let sandbox = Sandbox::start(Settings { accounts: 12, planted: true, ..Settings::default() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| -> Said {
        let output = program(folder.path(), arguments).envs(sandbox.variables()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    };
    let collected = run(&["export", "DB_Instances", "--format", "json"]);
    assert!(matches!(collected.code, Some(0 | 3)), "{}", collected.err);
    let rows: Value = serde_json::from_str(&collected.out).unwrap();
    let named = |name: &str| {
        let rows = rows.as_array().unwrap().iter();
        rows.filter(|row| row["DBInstanceIdentifier"] == name).cloned().collect::<Vec<Value>>()
    };
    let [test] = &named("invoicing-test")[..] else { panic!("invoicing-test is planted once") };
    let text = |member: &str| test[member].as_str().unwrap().to_owned();
    let placed = format!("{}/{}/Invoicing-TEST", text("AccountId"), text("Region").to_uppercase());
    let arn = text("DBInstanceArn").replace("invoicing-test", "INVOICING-test").replace(":db:", ":DB:");

    // The first collects what the others read.
    let plain = run(&["compare", "invoicing-test", "invoicing-dev", "--format", "json"]);
    let settings = |said: &Said| -> Value {
        let document: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.err));
        document["settings"].clone()
    };
    for name in ["INVOICING-TEST", "Invoicing-test", &placed, &arn] {
        let same = run(&["compare", "--cached", name, "Invoicing-Dev", "--format", "json"]);
        assert_eq!(settings(&same), settings(&plain), "{name}: {}", same.err);
        let reference = ["compare", "--cached", "invoicing-dev", "--reference", name, "--format", "json"];
        assert_eq!(run(&reference).code, Some(0), "--reference {name}");
    }
    for (arguments, sentence) in [
        (
            &["compare", "--cached", "invoicing-tset", "x"][..],
            "there is no database invoicing-tset: did you mean invoicing-test?",
        ),
        (
            &["compare", "--cached", "invoicing-dev", "--reference", "invoicing_tests"],
            "did you mean invoicing-test?",
        ),
        (
            &["compare", "--cached", "999999999999/eu-central-1/invoicing-test", "x"],
            &format!("{}/{}/invoicing-test?", text("AccountId"), text("Region")),
        ),
        (
            &["values", "--cached", "--setting", "work_memm"],
            "there is no setting work_memm: did you mean work_mem?",
        ),
        (&["values", "--cached", "--family", "postgres-16"], "did you mean postgres16"),
        (&["export", "db-instance", "--cached"], "there is no kind db-instance: did you mean db-instances?"),
        (
            &["export", "db-instances", "--cached", "--columns", "Enginee"],
            "there is no column Enginee: did you mean Engine?",
        ),
        (
            &["export", "db-instances", "--cached", "--sort", "-Regoin"],
            "there is no column Regoin: did you mean Region?",
        ),
        (
            &["export", "db-instances", "--cached", "--group-by", "Multi_AZ"],
            "there is no column Multi_AZ: did you mean MultiAZ?",
        ),
        (&["export", "db-instances", "--cached", "--region", "EU-Central-1"], "write eu-central-1"),
        (
            &["export", "--cached", "--view", "nothing"],
            "there is no view nothing: `rds-fleet-cli views` lists them",
        ),
    ] {
        let said = run(arguments);
        assert!(said.code == Some(2) && said.err.contains(sentence), "{arguments:?}: {}", said.err);
    }
    let profile = test["Profiles"][0].as_str().unwrap();
    let other_case = match profile.to_uppercase() {
        upper if upper == profile => profile.to_lowercase(),
        upper => upper,
    };
    // The AWS CLI tells names of profiles apart by case.
    for typed in [other_case.as_str(), "x"] {
        let said = run(&["export", "db-instances", "--cached", "--profile", typed]);
        let suggested = said.err.contains(&format!("did you mean {profile}"));
        assert!(said.code == Some(2) && suggested == (typed != "x"), "{}", said.err);
    }
    let wrong = format!("{}9", &text("AccountId")[..11]);
    let said = run(&["export", "db-instances", "--cached", "--account", &wrong]);
    let is_there = wrong == text("AccountId");
    assert!(is_there || said.err.contains(&format!("did you mean {}", text("AccountId"))), "{}", said.err);

    let count = |condition: &str| {
        let said = run(&[
            "export",
            "db-instances",
            "--cached",
            "--where",
            condition,
            "--columns",
            "engine",
            "--format",
            "jsonl",
        ]);
        assert_eq!(said.err, "", "{condition}");
        said.out.lines().count()
    };
    assert_eq!(count("DBInstanceIdentifier is INVOICING-TEST"), 1);
    assert_eq!(count(&format!("DBInstanceArn is \"{arn}\"")), 1);
    assert_eq!(count("dbinstanceidentifier in (INVOICING-Prod)"), 3);
    assert_eq!(count("not DBInstanceIdentifier is INVOICING-TEST"), rows.as_array().unwrap().len() - 1);
    let group = test["DBParameterGroups"][0]["DBParameterGroupName"].as_str().unwrap();
    let with = |name: &str| count(&format!("DBParameterGroups is \"{name}\""));
    assert!(with(group) > 0 && with(group) == with(&group.to_uppercase()));
    assert_eq!(count("TagList is INVOICING"), 0, "values of tags are told apart by case");

    let values = |name: &str| run(&["values", "--cached", "--setting", name]);
    assert_eq!(values("Work_Mem").out, values("work_mem").out);
    assert_eq!(values("multiaz").out, values("MultiAZ").out);
    let tag = values("TagList[APP]");
    assert_eq!(tag.out, values("TagList[app]").out);
    assert!(tag.err.contains("note: TagList[APP] is taken for TagList[app]"), "{}", tag.err);
    assert_eq!(
        run(&["values", "--cached", "--engine", "Postgres"]).out,
        run(&["values", "--cached", "--engine", "postgres"]).out
    );

    let file = folder.path().join("baseline.toml");
    let file = file.to_str().unwrap();
    assert_eq!(run(&["baseline", "x", "INVOICING-TEST", "--cached", "-o", file]).code, Some(0));
    let baseline = std::fs::read_to_string(file).unwrap();
    let typed = baseline.replace("work_mem = ", "WORK_MEM = ").replace("MultiAZ = ", "multiaz = ");
    assert_ne!(typed, baseline);
    std::fs::write(file, typed).unwrap();
    let drift = run(&["drift", "--cached", "--baseline", file, "invoicing-test"]);
    assert_eq!(drift.code, Some(0), "{}{}", drift.out, drift.err);
    let rules = folder.path().join("rules.toml");
    std::fs::write(
        &rules,
        "[[ignore]]\nparameter = \"WORK_MEM\"\n[[ignore]]\nmember = \"deletionprotection\"\n",
    )
    .unwrap();
    let rules = rules.to_str().unwrap();
    let ignored = run(&[
        "compare",
        "--cached",
        "--rules",
        rules,
        "--only-differences",
        "--format",
        "csv",
        DATABASES[0],
        DATABASES[1],
    ]);
    assert!(
        !ignored.out.contains("work_mem") && !ignored.out.contains("DeletionProtection"),
        "{}",
        ignored.out
    );
}

#[test]
fn a_query_says_what_it_hardly_means_and_csv_is_separated_as_asked() {
    let sandbox = Sandbox::start(Settings { accounts: 2, ..Settings::default() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| -> Said {
        let output = program(folder.path(), arguments).envs(sandbox.variables()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    };
    let query = |sql: &str, more: &[&str]| run(&[&["query", sql], more].concat());
    let said =
        query("SELECT count(*) AS n FROM db_instances WHERE EngineVersion = 16.10 OR MultiAZ = 'true'", &[]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(
        said.err.contains("note: EngineVersion = 16.10")
            && said.err.contains("Write EngineVersion = '16.10'"),
        "{}",
        said.err
    );
    assert!(
        said.err.contains("Write MultiAZ = 1, or just MultiAZ") && !said.out.contains("Write"),
        "{}",
        said.out
    );
    for format in ["csv", "json", "html"] {
        let sql = "SELECT Engine FROM db_instances WHERE AccountId <> 012345678910";
        let said = query(sql, &["--cached", "--format", format]);
        assert!(
            said.err.contains("Write AccountId <> '012345678910'") && !said.out.contains("Write"),
            "{format}: {}",
            said.err
        );
    }
    let right =
        query("SELECT Engine FROM db_instances WHERE EngineVersion = '16.10' AND MultiAZ", &["--cached"]);
    assert_eq!((right.code, right.err.as_str()), (Some(0), ""));

    let sql = "SELECT 'x;=1+1' AS a, 'b,c' AS \"＝d\", 1.5 AS e";
    let written = |more: &[&str]| {
        let said = query(sql, &[&["--cached", "--format", "csv"], more].concat());
        assert_eq!(said.code, Some(0), "{}", said.err);
        said.out
    };
    assert_eq!(written(&[]), "\u{feff}a,'＝d,e\r\nx;=1+1,\"b,c\",1.5\r\n");
    assert_eq!(written(&["--separator", ";"]), "\u{feff}a;'＝d;e\r\n\"x;=1+1\";b,c;1.5\r\n");
    assert_eq!(written(&["--separator", "tab", "--raw"]), "a\t＝d\te\r\nx;=1+1\tb,c\t1.5\r\n");
    assert_eq!(written(&["--raw"]), "a,＝d,e\r\nx;=1+1,\"b,c\",1.5\r\n");
    for (arguments, sentence) in [
        (
            &["changes", "--cached", "--format", "json", "--separator", ";"][..],
            "--separator is for --format csv",
        ),
        (&["export", "db-instances", "--cached", "--separator", ";"], "--separator is for --format csv"),
        (
            &["compare", "--cached", "x", "--format", "html", "--separator", ";"],
            "--separator is for --format csv",
        ),
        (
            &["export", "db-instances", "--cached", "--format", "csv", "--separator", "ab"],
            "write comma, semicolon, tab",
        ),
    ] {
        let said = run(arguments);
        assert!(said.code == Some(2) && said.err.contains(sentence), "{arguments:?}: {}", said.err);
    }
    let changes = run(&["changes", "--cached", "--since", "1d", "--format", "csv", "--separator", "|"]);
    assert!(changes.out.starts_with("\u{feff}At|Since|Kind|"), "{}", changes.out);
}
