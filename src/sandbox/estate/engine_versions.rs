//! The versions of all engines, with what each can be upgraded to: the same for every account, but for the engine versions
//! that an account has made itself for RDS Custom.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{engine, resource, text};
use crate::sandbox::engines::{self, Engine};
use crate::sandbox::exhibits;
use crate::sandbox::fleet::{Fleet, Form};
use crate::sandbox::target::{Resource, Target};

/// Every version, the oldest of an engine first as AWS lists them.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let of_aws = engines::ENGINES.iter().filter(|engine| !engine.name.starts_with("custom"));
    let mut offered: BTreeMap<&str, Vec<&str>> =
        of_aws.map(|engine| (engine.name, engine.versions.to_vec())).collect();
    // Limitless Database has a version of its own, from which nothing is upgraded.
    offered.entry("aurora-postgresql").or_default().extend(exhibits::version(Form::Limitless));
    for database in fleet.instances.iter().chain(&fleet.clusters) {
        let versions =
            offered.entry(text(database, "Engine")).or_insert_with(|| engine(database).versions.to_vec());
        let version = text(database, "EngineVersion");
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    let mut versions = Vec::new();
    for (name, of_engine) in offered {
        let engine = engines::engine(name);
        versions.extend(of_engine.iter().rev().map(|version| described(target, engine, version)));
    }
    versions
}

/// The newest version of the same major version, if there is a newer one.
pub fn newest_minor(engine: &Engine, version: &str) -> Option<&'static str> {
    let at = engine.versions.iter().position(|one| *one == version)?;
    engine.versions[..at].iter().copied().find(|newer| engine.major(newer) == engine.major(version))
}

fn described(target: &Target<'_>, engine: &Engine, version: &str) -> Resource {
    let custom = engine.name.starts_with("custom");
    let aurora = engine.name.starts_with("aurora");
    let limitless = version.ends_with("-limitless");
    let oracle_sets = engine.is_oracle().then(|| {
        json!([
            character_set("AL32UTF8", "Unicode 5.0 UTF-8 Universal character set"),
            character_set("WE8ISO8859P15", "ISO 8859-15 West European"),
            character_set("WE8MSWIN1252", "Microsoft Windows Code Page 1252 8-bit Latin character set"),
        ])
    });
    let zones = engine.is_sqlserver().then(|| {
        json!([
            { "TimezoneName": "UTC" }, { "TimezoneName": "W. Europe Standard Time" },
            { "TimezoneName": "AUS Eastern Standard Time" },
        ])
    });
    let default_set = if engine.is_sqlserver() {
        Some(character_set(
            "SQL_Latin1_General_CP1_CI_AS",
            "Latin1-General, case-insensitive, accent-sensitive",
        ))
    } else {
        engine.is_oracle().then(|| character_set("AL32UTF8", "Unicode 5.0 UTF-8 Universal character set"))
    };
    let mut described = resource(json!({
        "Engine": engine.name,
        "MajorEngineVersion": engine.major_engine_version(version),
        "EngineVersion": version,
        "DBParameterGroupFamily": engine.family(version),
        "DBEngineDescription": engine.title(),
        "DBEngineVersionDescription": title(engine, version),
        "DefaultCharacterSet": default_set,
        "SupportedCharacterSets": oracle_sets,
        "SupportedNcharCharacterSets":
            engine.is_oracle().then(|| json!([character_set("AL16UTF16", "Unicode 3.1 UTF-16 Universal character set")])),
        "ValidUpgradeTarget": upgrades(engine, version),
        "SupportedTimezones": zones,
        "ExportableLogTypes": engine.logs,
        "SupportsLogExportsToCloudwatchLogs": !engine.logs.is_empty(),
        "SupportsReadReplica": !matches!(engine.name, "oracle-se2" | "sqlserver-se" | "sqlserver-ex"),
        "SupportedEngineModes": aurora.then_some(["provisioned"]),
        "SupportedFeatureNames": features(engine),
        "Status": if engine.is_deprecated(version) { "deprecated" } else { "available" },
        "SupportsParallelQuery": engine.name == "aurora-mysql",
        "SupportsGlobalDatabases": aurora,
        "TagList": [],
        "SupportsBabelfish": engine.name == "aurora-postgresql" && !limitless,
        "SupportsLimitlessDatabase": limitless,
        "SupportsCertificateRotationWithoutRestart": !engine.is_sqlserver() && !custom,
        "SupportedCACertificateIdentifiers": ["rds-ca-rsa2048-g1", "rds-ca-ecc384-g1", "rds-ca-rsa4096-g1"],
        "SupportsLocalWriteForwarding": aurora && !limitless,
        "SupportsIntegrations": aurora || engine.name == "mysql",
        "ServerlessV2FeaturesSupport": aurora.then(|| json!({ "MinCapacity": 0.0, "MaxCapacity": 256.0 })),
    }));
    if custom {
        described.append(&mut made_by_the_company(target, engine, version));
    }
    described
}

/// What a version of RDS Custom has beside: the company made it of its own installation files.
fn made_by_the_company(target: &Target<'_>, engine: &Engine, version: &str) -> Resource {
    let mut random = target.random(version);
    resource(json!({
        "DBEngineVersionArn": target.arn(&format!("cev:{}/{version}/{}", engine.name, random.uuid())),
        "DatabaseInstallationFilesS3BucketName": format!("{}-installation-files", target.account.name),
        "DatabaseInstallationFilesS3Prefix": "oracle/19",
        "KMSKeyId": target.key("custom engine versions"),
        "Image": { "ImageId": format!("ami-0{}", random.hex(16)), "Status": "active" },
        "CreateTime": "2026-08-04T11:20:09.412Z",
    }))
}

fn character_set(name: &str, description: &str) -> Value {
    json!({ "CharacterSetName": name, "CharacterSetDescription": description })
}

fn title(engine: &Engine, version: &str) -> String {
    format!("{} {version}", engine.title())
}

/// Every newer version; automatically only the newest of the same major version.
fn upgrades(engine: &Engine, version: &str) -> Vec<Value> {
    let Some(at) = engine.versions.iter().position(|one| *one == version) else { return Vec::new() };
    let newest = newest_minor(engine, version);
    engine.versions[..at]
        .iter()
        .rev()
        .filter(|to| !engine.is_deprecated(to))
        .map(|to| {
            let major = engine.major(to) != engine.major(version);
            let mut target = json!({
                "Engine": engine.name,
                "EngineVersion": to,
                "Description": title(engine, to),
                "AutoUpgrade": !major && newest == Some(*to),
                "IsMajorVersionUpgrade": major,
            });
            if engine.name.starts_with("aurora") {
                target["SupportedEngineModes"] = json!(["provisioned"]);
                target["SupportsGlobalDatabases"] = json!(true);
            }
            target
        })
        .collect()
}

fn features(engine: &Engine) -> &'static [&'static str] {
    match engine.name {
        "postgres" => &["s3Import", "s3Export", "Lambda"],
        "aurora-postgresql" => &["s3Import", "s3Export", "Lambda", "SageMaker", "Comprehend"],
        "oracle-ee" | "oracle-se2" | "oracle-ee-cdb" => &["S3_INTEGRATION"],
        _ if engine.is_sqlserver() => &["S3_INTEGRATION"],
        _ => &[],
    }
}
