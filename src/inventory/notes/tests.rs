use super::*;

/// The notes on a statement, each without what it says of why.
fn instead(sql: &str) -> Vec<String> {
    let write = |note: String| note.split_once("Write ").map(|(_, instead)| instead.to_owned()).unwrap();
    notes(sql).into_iter().map(write).collect()
}

/// What is to be written in the place of a condition on the instances.
fn condition(condition: &str) -> Vec<String> {
    instead(&format!("SELECT DBInstanceIdentifier FROM db_instances WHERE {condition}"))
}

#[test]
fn each_trap_is_told_with_what_to_write() {
    for (trap, write) in [
        // A text and a number.
        ("EngineVersion = 16.10", "EngineVersion = '16.10'"),
        ("EngineVersion == 16.10", "EngineVersion = '16.10'"),
        ("AccountId = 012345678910", "AccountId = '012345678910'"),
        ("AccountId <> 111111111111", "AccountId <> '111111111111'"),
        ("(EngineVersion) IS (16.10)", "EngineVersion IS '16.10'"),
        ("EngineVersion IS NOT DISTINCT FROM 16.10", "EngineVersion IS '16.10'"),
        ("16 < EngineVersion", "EngineVersion COLLATE natural_order > '16'"),
        ("16.10 = EngineVersion", "EngineVersion = '16.10'"),
        ("EngineVersion COLLATE natural_order >= 9", "EngineVersion COLLATE natural_order >= '9'"),
        ("EngineVersion BETWEEN 9 AND 16", "EngineVersion COLLATE natural_order BETWEEN '9' AND '16'"),
        ("AccountId IN (012345678910, '111111111111')", "AccountId IN ('012345678910', '111111111111')"),
        ("AccountId NOT IN (012345678910)", "AccountId NOT IN ('012345678910')"),
        ("DBName = -1", "DBName = '-1'"),
        ("(AccountId, Engine) = (012345678910, 'postgres')", "AccountId = '012345678910'"),
        ("(AccountId, Engine) IN ((012345678910, 'mysql'))", "AccountId = '012345678910'"),
        ("CASE EngineVersion WHEN 16.10 THEN 1 END", "CASE EngineVersion WHEN '16.10'"),
        ("substr(EngineVersion, 1, 2) = 16", "SUBSTR(EngineVersion, 1, 2) = '16'"),
        ("strftime('%Y', InstanceCreateTime) = 2026", "strftime('%Y', InstanceCreateTime) = '2026'"),
        ("tag(TagList, 'cost') = 4711", "tag(TagList, 'cost') = '4711'"),
        // A truth and a text.
        ("MultiAZ = 'true'", "MultiAZ = 1, or just MultiAZ"),
        ("MultiAZ = 'yes'", "MultiAZ = 1, or just MultiAZ"),
        ("MultiAZ = 'No'", "MultiAZ = 0"),
        ("MultiAZ != 'false'", "MultiAZ <> 0"),
        ("'true' = multiaz", "multiaz = 1, or just multiaz"),
        ("MultiAZ LIKE 'true'", "MultiAZ = 1, or just MultiAZ"),
        ("MultiAZ IN ('true', 'yes')", "MultiAZ IN (1, 1)"),
        // A number and a text that is none.
        ("AllocatedStorage > '100 GiB'", "AllocatedStorage > 100"),
        ("AllocatedStorage = 'large'", "AllocatedStorage = 100, for example"),
        ("Endpoint ->> 'Port' = '5432'", "Endpoint ->> 'Port' = 5432"),
        // A list or structure and a plain text.
        ("TagList = 'prod'", "contains_text('prod', TagList), or tag(TagList, 'KEY') = 'prod' for one tag"),
        (
            "TagList <> 'prod'",
            "NOT contains_text('prod', TagList), or tag(TagList, 'KEY') <> 'prod' for one tag",
        ),
        (
            "Endpoint = 'db.example'",
            "contains_text('db.example', Endpoint), or name a member: Endpoint ->> 'Address'",
        ),
        ("Profiles IN ('DB1')", "contains_text('DB1', Profiles)"),
        // A time in another form.
        ("InstanceCreateTime > '01.11.2026'", "InstanceCreateTime > '2026-11-01'"),
        ("InstanceCreateTime > '1.2.2026'", "InstanceCreateTime > '2026-02-01'"),
        ("InstanceCreateTime >= '2026/11/01'", "InstanceCreateTime >= '2026-11-01'"),
        (
            "InstanceCreateTime > '11/01/2026'",
            "InstanceCreateTime > '2026-11-01T08:00:00+00:00', for example",
        ),
        ("InstanceCreateTime > '2026-11-01 08:00'", "InstanceCreateTime > '2026-11-01T08:00'"),
        ("InstanceCreateTime > '2026-11-01T08:00:00Z'", "InstanceCreateTime > '2026-11-01T08:00:00+00:00'"),
        (
            "InstanceCreateTime > '2026-11-01T08:00:00+02:00'",
            "InstanceCreateTime > '2026-11-01T06:00:00+00:00'",
        ),
        ("InstanceCreateTime = '2026-11-01'", "InstanceCreateTime LIKE '2026-11-01%'"),
        ("InstanceCreateTime <> '01.11.2026'", "InstanceCreateTime NOT LIKE '2026-11-01%'"),
        ("InstanceCreateTime IN ('2026-11-01')", "date(InstanceCreateTime) IN ('2026-11-01')"),
        (
            "InstanceCreateTime > datetime('now', '-1 day')",
            "InstanceCreateTime > strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-1 day')",
        ),
        (
            "InstanceCreateTime < CURRENT_TIMESTAMP",
            "InstanceCreateTime < strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')",
        ),
        (
            "InstanceCreateTime BETWEEN '1.10.2026' AND '2026-11-01'",
            "InstanceCreateTime BETWEEN '2026-10-01' AND '2026-11-01'",
        ),
        // Marks that are for names.
        ("Engine = \"postgres\"", "'postgres'"),
        ("\"Engin\" = 'postgres'", "'Engin'; or is the column Engine meant?"),
    ] {
        assert_eq!(
            condition(trap),
            [write],
            "{trap}: {:?}",
            notes(&format!("SELECT 1 FROM db_instances WHERE {trap}"))
        );
    }
    assert_eq!(condition("MultiAZ = \"true\"").len(), 2, "the marks, and the text");
    assert_eq!(
        condition("EngineVersion = 16.10 OR EngineVersion = 16.10"),
        ["EngineVersion = '16.10'"],
        "said once"
    );
    let why = notes("SELECT 1 FROM db_instances WHERE EngineVersion = 16.10 AND MultiAZ = 'true'");
    assert_eq!(
        why,
        [
            "EngineVersion = 16.10: EngineVersion is a text, and SQLite makes the text '16.1' of the number 16.10. Write \
             EngineVersion = '16.10'",
            "MultiAZ = 'true': MultiAZ is 1 or 0, and no text equals it. Write MultiAZ = 1, or just MultiAZ",
        ]
    );
}

#[test]
fn names_are_resolved_wherever_they_come_from() {
    for (sql, write) in [
        (
            "SELECT * FROM db_instances i JOIN db_clusters c USING (DBClusterIdentifier) WHERE c.EngineVersion = 8.0",
            "c.EngineVersion = '8.0'",
        ),
        (
            "SELECT * FROM db_instances AS i, db_clusters c WHERE i.\"EngineVersion\" = 16.10",
            "i.\"EngineVersion\" = '16.10'",
        ),
        (
            "SELECT * FROM db_instances i JOIN db_clusters c ON c.MultiAZ = 'true'",
            "c.MultiAZ = 1, or just c.MultiAZ",
        ),
        ("SELECT EngineVersion AS v FROM db_instances WHERE v = 16.10", "v = '16.10'"),
        (
            "SELECT * FROM (SELECT AccountId a, * FROM db_instances) WHERE a = 012345678910",
            "a = '012345678910'",
        ),
        (
            "SELECT * FROM (SELECT * FROM db_instances) x WHERE x.MultiAZ = 'true'",
            "x.MultiAZ = 1, or just x.MultiAZ",
        ),
        (
            "WITH x AS (SELECT EngineVersion FROM db_instances) SELECT * FROM x WHERE EngineVersion = 16.10",
            "EngineVersion = '16.10'",
        ),
        (
            "WITH x(v) AS (SELECT EngineVersion FROM db_instances), y AS (SELECT v AS w FROM x) SELECT * FROM y WHERE w = 16.10",
            "w = '16.10'",
        ),
        (
            "SELECT * FROM db_clusters c WHERE EXISTS (SELECT 1 FROM db_instances i WHERE c.EngineVersion = 8.0)",
            "c.EngineVersion = '8.0'",
        ),
        (
            "SELECT (SELECT max(AllocatedStorage) FROM db_instances WHERE MultiAZ = 'true')",
            "MultiAZ = 1, or just MultiAZ",
        ),
        ("SELECT * FROM db_instances_history WHERE EngineVersion = 16.10", "EngineVersion = '16.10'"),
        ("SELECT * FROM db_instances_history WHERE FirstSeen > '01.11.2026'", "FirstSeen > '2026-11-01'"),
        ("SELECT * FROM instances_with_clusters WHERE EngineVersion = 16.10", "EngineVersion = '16.10'"),
        (
            "SELECT * FROM instance_parameters WHERE ParameterValue > 100",
            "ParameterValue COLLATE natural_order > '100'",
        ),
        ("SELECT * FROM changes WHERE At > '01.11.2026'", "At > '2026-11-01'"),
        ("SELECT * FROM coverage WHERE \"Rows\" > 'many'", "\"Rows\" > 100, for example"),
        (
            "SELECT EngineVersion FROM db_instances UNION SELECT EngineVersion FROM db_clusters WHERE EngineVersion = 16.10",
            "EngineVersion = '16.10'",
        ),
        (
            "SELECT * FROM (SELECT EngineVersion v FROM db_instances UNION ALL SELECT EngineVersion FROM db_clusters) WHERE v = 16.10",
            "v = '16.10'",
        ),
        (
            "SELECT Engine, count(*) n FROM db_instances GROUP BY 1 HAVING max(EngineVersion) > 16",
            "max(EngineVersion) COLLATE natural_order > '16'",
        ),
        ("SELECT Engine FROM db_instances GROUP BY Engine HAVING count(*) > '5'", "count(*) > 5"),
        ("SELECT sum(MultiAZ = 'true') FROM db_instances", "MultiAZ = 1, or just MultiAZ"),
        ("SELECT count(*) FILTER (WHERE MultiAZ = 'true') FROM db_instances", "MultiAZ = 1, or just MultiAZ"),
        (
            "SELECT * FROM db_instances, json_each(TagList) t WHERE MultiAZ = 'true' AND t.value = 1",
            "MultiAZ = 1, or just MultiAZ",
        ),
        ("SELECT * FROM DB_INSTANCES WHERE engineversion = 16.10 ORDER BY 1", "engineversion = '16.10'"),
        (
            "SELECT BackupRegion FROM db_instance_automated_backups WHERE BackupRegion = 1",
            "BackupRegion = '1'",
        ),
        ("SELECT tag(TagList, \"app\") FROM db_instances", "'app'"),
    ] {
        assert_eq!(instead(sql), [write], "{sql}: {:?}", notes(sql));
    }
}

#[test]
fn what_means_what_it_says_has_no_note() {
    for right in [
        "EngineVersion = '16.10' AND AccountId = '012345678910'",
        "EngineVersion > '16'",
        "MultiAZ AND NOT StorageEncrypted AND MultiAZ = 1 AND MultiAZ = true AND MultiAZ IS TRUE AND MultiAZ = '1'",
        "AllocatedStorage > 100 AND AllocatedStorage = '100' AND AllocatedStorage BETWEEN 1 AND '2' AND AllocatedStorage IN ('1', 2)",
        "InstanceCreateTime > '2026-11-01' AND InstanceCreateTime > '2026' AND InstanceCreateTime < date('now')",
        "InstanceCreateTime >= '2026-11-01T08:00' AND InstanceCreateTime = '2026-11-01T08:00:00.123000+00:00'",
        "InstanceCreateTime > strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-7 days')",
        "date(InstanceCreateTime) = '2026-11-01' AND InstanceCreateTime LIKE '2026-11-01%'",
        "TagList = '[]' AND Endpoint LIKE '%5432%' AND TagList IS NULL AND contains_text('prod', TagList)",
        "Endpoint ->> 'Port' = 5432 AND Endpoint ->> 'Address' = 'x' AND json_extract(Endpoint, '$.Port') = 5432",
        "CAST(EngineVersion AS REAL) >= 16.1 AND EngineVersion + 0 > 16 AND length(EngineVersion) > 3",
        "CAST(AllocatedStorage AS TEXT) = '100' AND AllocatedStorage || '' = '100'",
        "CASE WHEN MultiAZ THEN 'true' ELSE 'false' END = 'true'",
        "(CASE MultiAZ WHEN 1 THEN 'yes' ELSE 'no' END) = 'yes'",
        "iif(MultiAZ, 'true', 'false') = 'true'",
        "Engine IN (SELECT Engine FROM db_clusters) AND AccountId IN (VALUES ('1'), ('2'))",
        "\"Engine\" = 'postgres' AND [Engine] = 'postgres' AND `Engine` = 'postgres'",
        "rowid = '5' AND EngineVersion = DBName AND EngineVersion = 1 + 1",
        "tag(TagList, 'env') = 'prod' AND readable(Endpoint) = 'x'",
    ] {
        let sql = format!("SELECT * FROM db_instances WHERE {right}");
        assert!(notes(&sql).is_empty(), "{right}: {:?}", notes(&sql));
    }
    for right in [
        "SELECT MultiAZ = 1 AS MultiAZ, 16 AS EngineVersion FROM (SELECT 'true' AS MultiAZ FROM db_instances) WHERE MultiAZ = 'true'",
        "SELECT * FROM (SELECT AllocatedStorage AS EngineVersion FROM db_instances) WHERE EngineVersion = 16.10",
        "SELECT * FROM (SELECT count(*) AS Engine FROM db_instances) WHERE Engine = 5",
        "WITH db_instances AS (SELECT 1 AS EngineVersion) SELECT * FROM db_instances WHERE EngineVersion = 16.10",
        "WITH RECURSIVE n(EngineVersion) AS (SELECT 1 UNION ALL SELECT EngineVersion + 1 FROM n LIMIT 5) SELECT * FROM n WHERE EngineVersion > 3",
        "SELECT * FROM db_instances i JOIN (SELECT 1 AS EngineVersion) x WHERE x.EngineVersion = 1",
        "SELECT * FROM (SELECT Engine x FROM db_instances UNION SELECT AllocatedStorage FROM db_instances) WHERE x = 5",
        "SELECT Engine AS \"the engine\" FROM db_instances GROUP BY \"the engine\" ORDER BY \"the engine\"",
        "SELECT t.key, t.value FROM db_instances, json_each(TagList) t WHERE value = 5 AND \"value\" = 5 AND key = 1",
        "SELECT * FROM (SELECT Engine FROM db_instances ORDER BY \"Engine\") ORDER BY \"Engine\"",
        "SELECT d.\"Engine\" FROM db_instances d LEFT JOIN tags t ON t.\"Key\" = 'app' AND t.Value = 'x'",
        "SELECT * FROM pragma_table_info('db_instances') WHERE type = 5",
        "VALUES (1), (2)",
        "SELECT 1",
        "SELECT 'EngineVersion = 16.10' -- EngineVersion = 16.10",
    ] {
        assert!(notes(right).is_empty(), "{right}: {:?}", notes(right));
    }
}

#[test]
fn a_statement_of_any_depth_costs_nothing_but_its_notes() {
    let deep = vec!["EngineVersion = 16.10"; 990].join(" OR ");
    assert_eq!(condition(&deep), ["EngineVersion = '16.10'"]);
    let many: Vec<String> = (0..40).map(|at| format!("EngineVersion = {at}.10")).collect();
    assert_eq!(condition(&many.join(" OR ")).len(), MOST);
    assert!(notes("SELECT ((((").is_empty() && notes("").is_empty());
}
