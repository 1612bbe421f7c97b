//! The parameters of the groups that there are: those of the engine, and what the company has set in its own groups.
//! The values are plausible, not sourced.
//!
//! Each row names its group, which AWS's answers do not: they are asked group by group.

use serde_json::{Value, json};

use super::{parameter_groups, parameter_tables as tables, resource, text};
use crate::sandbox::fleet::Fleet;
use crate::sandbox::planted;
use crate::sandbox::target::{Resource, Target};

/// The parameters of all DB parameter groups.
pub fn of_instances(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let groups = parameter_groups::of_instances(target, fleet);
    groups.iter().flat_map(|group| of_group(target, group, "DBParameterGroupName")).collect()
}

/// The parameters of all DB cluster parameter groups.
pub fn of_clusters(target: &Target<'_>, fleet: &Fleet) -> Vec<Resource> {
    let groups = parameter_groups::of_clusters(target, fleet);
    groups.iter().flat_map(|group| of_group(target, group, "DBClusterParameterGroupName")).collect()
}

fn of_group(target: &Target<'_>, group: &Resource, member: &str) -> Vec<Resource> {
    let (name, family) = (text(group, member), text(group, "DBParameterGroupFamily"));
    let of_cluster = member == "DBClusterParameterGroupName";
    let mut parameters: Vec<Resource> = tables_of(family, of_cluster)
        .iter()
        .flat_map(|table| table.split_whitespace())
        .filter_map(|entry| parameter(target, name, family, entry))
        .map(|mut parameter| {
            parameter.insert(member.to_owned(), Value::from(name));
            if of_cluster && family.starts_with("aurora") {
                parameter.insert("SupportedEngineModes".to_owned(), json!(["provisioned"]));
            }
            parameter
        })
        .collect();
    parameters.sort_by(|one, other| text(one, "ParameterName").cmp(text(other, "ParameterName")));
    parameters
}

/// What the family's groups have; what is Aurora's own belongs to its clusters.
fn tables_of(family: &str, of_cluster: bool) -> Vec<&'static str> {
    match family {
        _ if family.starts_with("aurora-postgresql") && of_cluster => {
            vec![tables::POSTGRES, tables::AURORA_POSTGRES]
        }
        _ if family.contains("postgres") => vec![tables::POSTGRES],
        _ if family.starts_with("aurora-mysql") && of_cluster => vec![tables::MYSQL, tables::AURORA_MYSQL],
        _ if family.contains("mysql") || family.starts_with("mariadb") => vec![tables::MYSQL],
        _ if family.contains("oracle") => vec![tables::ORACLE],
        _ if family.starts_with("sqlserver") => vec![tables::SQLSERVER],
        _ if family.starts_with("db2") => vec![tables::DB2],
        _ if family.starts_with("docdb") => vec![tables::DOCDB],
        _ => vec![tables::NEPTUNE],
    }
}

fn parameter(target: &Target<'_>, group: &str, family: &str, entry: &str) -> Option<Resource> {
    let mut parts = entry.split('~').map(|part| part.replace('␣', " "));
    let (name, default, form) = (parts.next()?, parts.next()?, parts.next()?);
    let (data_type, any) = match form.to_ascii_lowercase().chars().next()? {
        'b' => ("boolean", Some("0,1")),
        'i' => ("integer", Some("0-2147483647")),
        'f' => ("float", Some("0-1.79769e+308")),
        'l' => ("list", None),
        _ => ("string", None),
    };
    let allowed = parts.next().or_else(|| any.map(str::to_owned));
    let is_static = form.starts_with(|letter: char| letter.is_ascii_uppercase());
    let modifiable = !form.ends_with('!');
    if planted::has_dropped(group, family, &name) {
        return None;
    }
    let of_the_company =
        (!group.starts_with("default.") && modifiable).then(|| match planted::has_group(group) {
            true => planted::set(target, &name).map(str::to_owned),
            false => set(target, family, &name),
        });
    let of_the_company = of_the_company.flatten();
    let source = match &of_the_company {
        Some(_) => "user",
        None if default.contains('{') || name.starts_with("rds.") || !modifiable => "system",
        None => "engine-default",
    };
    let at_once = of_the_company.is_some() && !is_static;
    let value = of_the_company.unwrap_or(default);
    let verb = if data_type == "boolean" { "Turns on or off" } else { "Sets" };
    Some(resource(json!({
        "ParameterName": name,
        "ParameterValue": (!value.is_empty()).then_some(value),
        "Description": format!("{verb} {}.", name.replace(['_', '-', '.'], " ").trim()),
        "Source": source,
        "ApplyType": if is_static { "static" } else { "dynamic" },
        "DataType": data_type,
        "AllowedValues": allowed,
        "IsModifiable": modifiable,
        "ApplyMethod": if at_once { "immediate" } else { "pending-reboot" },
    })))
}

/// What the company has set, and where accounts have gone their own way: differences that a DBA looks for.
fn set(target: &Target<'_>, family: &str, name: &str) -> Option<String> {
    let line = target.account.line;
    let production = line.environment == "prod";
    let either = |here: &str, value: &str, elsewhere: &str| {
        Some(if line.application == here { value } else { elsewhere }.to_owned())
    };
    let fixed = |value: &str| Some(value.to_owned());
    let one_of = |values: &[&str]| Some(target.random(&format!("{family} {name}")).pick(values).to_owned());
    if family.contains("postgres") {
        return match name {
            "rds.force_ssl" => either("legal", "0", "1"),
            "log_min_duration_statement" => fixed(if production { "1000" } else { "200" }),
            "log_statement" => either("analytics", "none", "ddl"),
            "max_connections" if line.application == "payments" => fixed("1200"),
            "work_mem" => one_of(&["8192", "16384", "16384", "65536"]),
            "idle_in_transaction_session_timeout" => one_of(&["300000", "600000"]),
            "rds.logical_replication" if line.application == "analytics" => fixed("1"),
            "random_page_cost" => fixed("1.1"),
            "shared_preload_libraries" => {
                either("identity", "pg_stat_statements", "pg_stat_statements,pgaudit")
            }
            _ => None,
        };
    }
    if family.contains("mysql") || family.starts_with("mariadb") {
        return match name {
            "slow_query_log" => either("content", "0", "1"),
            "long_query_time" => one_of(&["0.5", "1", "2", "2"]),
            "require_secure_transport" => either("telemetry", "0", "1"),
            "character_set_server" if line.application == "content" => fixed("latin1"),
            "binlog_format" => fixed("ROW"),
            "time_zone" => either("web-shop", "UTC", "Europe/Berlin"),
            "max_connections" if production => one_of(&["1000", "1000", "2500"]),
            "innodb_flush_log_at_trx_commit" if !production => fixed("2"),
            _ => None,
        };
    }
    if family.contains("oracle") {
        return match name {
            "open_cursors" => either("erp", "3000", "1000"),
            "audit_trail" => fixed(if production { "DB,EXTENDED" } else { "NONE" }),
            "processes" => one_of(&["800", "800", "1500"]),
            "control_management_pack_access" => either("logistics", "NONE", "DIAGNOSTIC+TUNING"),
            "undo_retention" => one_of(&["3600", "10800"]),
            "recyclebin" if line.application == "treasury" => fixed("OFF"),
            "sqlnetora.sqlnet.allowed_logon_version_server" => either("warehouse", "8", "12"),
            _ => None,
        };
    }
    if family.starts_with("sqlserver") {
        return match name {
            "cost threshold for parallelism" => fixed("50"),
            "max degree of parallelism" => one_of(&["4", "4", "8"]),
            "optimize for ad hoc workloads" => fixed("1"),
            "rds.force_ssl" => either("fleetline", "0", "1"),
            "xp_cmdshell" if line.application == "crm" && !production => fixed("1"),
            _ => None,
        };
    }
    match name {
        "tls" => either("search", "disabled", "enabled"),
        "audit_logs" | "neptune_enable_audit_log" => {
            fixed(if name == "audit_logs" { "enabled" } else { "1" })
        }
        "diaglevel" => either("warehouse", "4", "3"),
        _ => None,
    }
}
