//! `profiles`, `kinds` and `views`: what is known without asking AWS.

use serde_json::{Value, json};

use super::arguments::ListFormat;
use super::{Ending, demo_environment, print, print_json, say, say_diagnostics};
use crate::config::{Configuration, Environment, FileState, Profile};
use crate::inventory::{Place, look};
use crate::rds;
use crate::report::TextTable;
use crate::settings::{Folders, SavedView, Views};

/// Lists the profiles. The files' mistakes go to standard error, or into the JSON.
pub fn profiles(demo: bool, environment: Environment, format: ListFormat) -> Ending {
    let (environment, _sandbox) = if demo {
        match demo_environment(&environment) {
            Ok((environment, sandbox)) => (environment, Some(sandbox)),
            Err(sentence) => {
                say(&format!("rds-fleet-cli: {sentence}"));
                return Ending::Nothing;
            }
        }
    } else {
        (environment, None)
    };
    let configuration = Configuration::load(&environment);
    let printed = match format {
        ListFormat::Json => {
            let document = json!({
                "profiles": configuration.profiles.iter().map(profile).collect::<Vec<_>>(),
                "diagnostics": configuration.diagnostics,
            });
            print_json(&document)
        }
        ListFormat::Table => {
            say_diagnostics(&configuration);
            let mut table = TextTable::new(&["Profile", "Account", "Region", "Role", "Chain", "Defined at"]);
            for profile in &configuration.profiles {
                let resolution = profile.resolution.as_ref();
                let text = |value: Option<&String>| value.cloned().unwrap_or_default();
                let chain: Vec<String> = resolution
                    .map(|resolution| resolution.chain.iter().map(link).collect())
                    .unwrap_or_default();
                table.row([
                    profile.name.clone(),
                    text(resolution.and_then(|resolution| resolution.account_id.as_ref())),
                    text(resolution.and_then(|resolution| resolution.region.as_ref())),
                    text(resolution.and_then(|resolution| resolution.role_arn.as_ref())),
                    match (resolution, profile.is_target()) {
                        (Some(_), _) => chain.join(" → "),
                        (None, true) => "cannot be used, see the errors".to_owned(),
                        (None, false) if profile.is_only_source() => {
                            "no target: only a source of others".to_owned()
                        }
                        (None, false) => "no target: only defaults".to_owned(),
                    },
                    format!("{}:{}", profile.source.file.display(), profile.source.line),
                ]);
            }
            print(&format!("{table}\n"))
        }
    };
    // The diagnostics say what is wrong; the exit code says that there is nothing to work with.
    match (printed, configuration.config_file_state) {
        (Ending::Complete, FileState::Read) => Ending::Complete,
        (Ending::Complete, _) if !configuration.profiles.is_empty() => Ending::Complete,
        _ => Ending::Nothing,
    }
}

/// Lists the saved views. Files that cannot be used are named on standard error.
pub fn views(environment: &Environment, format: ListFormat) -> Ending {
    let views = Views::read(&Folders::of(environment));
    for fault in &views.faults {
        say(&format!("rds-fleet-cli: {fault}"));
    }
    match format {
        ListFormat::Json => {
            let view = |view: &SavedView| {
                json!({
                    "name": view.name,
                    "shared": view.shared,
                    "description": view.description,
                    "query": view.query(),
                })
            };
            let document = Value::Array(views.views.iter().map(view).collect());
            print_json(&document)
        }
        ListFormat::Table => {
            let mut table = TextTable::new(&["View", "Of", "Whose", "Description"]);
            for view in &views.views {
                table.row([
                    view.name.as_str(),
                    if view.sql.is_some() { "SQL" } else { &view.kind },
                    if view.shared { "shared" } else { "own" },
                    view.description.as_deref().unwrap_or_default(),
                ]);
            }
            print(&format!("{table}\n"))
        }
    }
}

/// Says where the store of this config lies.
pub fn store(environment: &Environment) -> Ending {
    match Place::of(environment) {
        Place::File(file) if let Err(why) = look(&file) => {
            say(&format!(
                "rds-fleet-cli: nothing is kept beyond a run: {why}. Set RDS_FLEET_STORE to another file"
            ));
            Ending::Nothing
        }
        Place::File(file) => print(&format!("{}\n", file.display())),
        Place::Memory(why) => {
            let why = why.unwrap_or_else(|| "RDS_FLEET_STORE says memory".to_owned());
            say(&format!("rds-fleet-cli: nothing is kept beyond a run: {why}"));
            Ending::Nothing
        }
    }
}

fn profile(profile: &Profile) -> Value {
    let resolution = profile.resolution.as_ref();
    json!({
        "name": profile.name,
        "properties": profile.shown_properties(),
        "account_id": resolution.and_then(|resolution| resolution.account_id.clone()),
        "role_arn": resolution.and_then(|resolution| resolution.role_arn.clone()),
        "region": resolution.and_then(|resolution| resolution.region.clone()),
        "chain": resolution.map(|resolution| &resolution.chain).cloned().unwrap_or_default(),
        "source": { "file": profile.source.file, "line": profile.source.line },
    })
}

fn link(link: &crate::config::ChainLink) -> String {
    let role = link.role_arn.as_deref().and_then(|arn| arn.rsplit('/').next());
    [link.profile.as_deref(), role, link.credential_source.as_deref()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Lists the kinds with their columns.
pub fn kinds(format: ListFormat) -> Ending {
    match format {
        ListFormat::Json => {
            let kinds: Vec<Value> = rds::kinds().iter().map(rds::Kind::describe).collect();
            print_json(&Value::from(kinds))
        }
        ListFormat::Table => {
            let mut table = TextTable::new(&["Kind", "Operation", "Column", "Type", "From"]);
            for kind in rds::kinds() {
                for column in kind.columns.iter() {
                    table.row([
                        kind.name,
                        kind.operation,
                        &column.name,
                        column.shape.type_name(),
                        if column.own { "RDS Fleet" } else { "AWS" },
                    ]);
                }
            }
            print(&format!("{table}\n"))
        }
    }
}
