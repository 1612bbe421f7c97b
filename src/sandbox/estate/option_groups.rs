//! Option groups: the defaults, which have no options, and the custom groups that instances name, with theirs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{engine, resource, text};
use crate::sandbox::engines::Engine;
use crate::sandbox::fleet::Fleet;
use crate::sandbox::target::{Resource, Target, days_ago};

/// All that instances and clusters name.
pub fn all(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let mut groups: BTreeMap<&str, &Resource> = BTreeMap::new();
    let members = [
        (&fleet.instances, "OptionGroupMemberships", "OptionGroupName"),
        (&fleet.clusters, "DBClusterOptionGroupMemberships", "DBClusterOptionGroupName"),
    ];
    for (databases, memberships, name) in members {
        for database in databases {
            let named = database.get(memberships).and_then(Value::as_array).into_iter().flatten();
            groups.extend(named.filter_map(|group| Some((group[name].as_str()?, database))));
        }
    }
    groups.into_iter().map(|(name, of)| group(target, name, of)).collect()
}

fn group(target: &Target<'_>, name: &str, of: &Resource) -> Resource {
    let engine = engine(of);
    let major = major(engine, name, text(of, "EngineVersion"));
    let default = name.starts_with("default:");
    let owner = target.account.line.application;
    let copied = target.random(&format!("option group {name}")).chance(0.2) && !default;
    resource(json!({
        "OptionGroupName": name,
        "OptionGroupDescription": if default {
            format!("Default option group for {} {major}", engine.name)
        } else {
            format!("Options of {owner} for {} {major}", engine.name)
        },
        "EngineName": engine.name,
        "MajorEngineVersion": major,
        "Options": if default { json!([]) } else { options(target, engine) },
        "AllowsVpcAndNonVpcInstanceMemberships": default,
        "VpcId": (!default).then(|| target.subnet_group()["VpcId"].clone()),
        "OptionGroupArn": target.arn(&format!("og:{name}")),
        "SourceOptionGroup": copied.then(|| {
            let account = &target.account.id;
            format!("arn:aws:rds:eu-west-1:{account}:og:{owner}-master")
        }),
        "SourceAccountId": copied.then(|| target.account.id.clone()),
        "SourceRegion": copied.then_some("eu-west-1"),
        "CopyTimestamp": copied.then(|| days_ago(400, &mut target.random(name))),
    }))
}

/// The major version for which a group is.
fn major(engine: &Engine, name: &str, version: &str) -> String {
    let named = engine
        .versions
        .iter()
        .find(|version| name.ends_with(&engine.option_group(version)["default:".len()..]));
    engine.major_engine_version(named.copied().unwrap_or(version))
}

/// What the company's teams use of an engine's options.
fn options(target: &Target<'_>, engine: &Engine) -> Value {
    let setting = |name: &str, value: &str, apply: &str| {
        json!({
            "Name": name, "Value": value, "DefaultValue": "", "Description": format!("Specifies {name}"),
            "ApplyType": apply, "DataType": "STRING", "AllowedValues": "", "IsModifiable": true, "IsCollection": false,
        })
    };
    let option = |name: &str, description: &str, permanent: bool, settings: Vec<Value>| {
        json!({
            "OptionName": name, "OptionDescription": description, "Persistent": permanent, "Permanent": permanent,
            "OptionSettings": settings, "DBSecurityGroupMemberships": [], "VpcSecurityGroupMemberships": [],
        })
    };
    if engine.is_sqlserver() {
        let role = target.role("rds-sqlserver-backup");
        return json!([
            option(
                "SQLSERVER_BACKUP_RESTORE",
                "SQLServer Backup and Restore",
                false,
                vec![setting("IAM_ROLE_ARN", &role, "DYNAMIC")]
            ),
            option("TDE", "SQLServer Transparent Data Encryption", true, Vec::new()),
        ]);
    }
    let mut integration =
        option("S3_INTEGRATION", "Enables S3_INTEGRATION for the Oracle database", false, Vec::new());
    integration["OptionVersion"] = json!("1.0");
    let mut encryption = option(
        "NATIVE_NETWORK_ENCRYPTION",
        "Oracle Native Network Encryption",
        false,
        vec![setting("SQLNET.ENCRYPTION_SERVER", "REQUIRED", "STATIC")],
    );
    encryption["Port"] = json!(engine.port);
    let zone = vec![setting("TIME_ZONE", "Europe/Berlin", "DYNAMIC")];
    json!([integration, encryption, option("Timezone", "Change time zone", true, zone)])
}
