//! Which targets a configuration and a selection mean: distinct (access, region), each with all profiles that name it.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Selection, Target};
use crate::access::Identity;
use crate::config::{Access, Configuration, Endpoints, Profile, Severity, no_region};
use crate::names;

type Key = (Access, String, Endpoints, Option<PathBuf>);

/// Numbers of targets: one that was met before keeps its number when the config is edited.
#[derive(Debug, Default)]
pub struct Numbers(HashMap<Key, u32>);

/// What is to be swept.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// In the order in which the config file names them.
    pub targets: Vec<Arc<Target>>,
    /// Sentences about selected profiles, accounts and regions that cannot be met.
    pub problems: Vec<String>,
    /// Profiles that were selected and cannot be used; what is wrong with them stands in the diagnostics.
    pub broken: Vec<String>,
}

/// Makes the plan. Only the accounts of targets that no ARN names stay open until STS has told them.
pub fn plan(configuration: &Configuration, selection: &Selection, numbers: &mut Numbers) -> Plan {
    let mut plan = Plan::default();
    for name in &selection.profiles {
        if configuration.profile(name).is_none() {
            // The AWS CLI tells names that differ in case apart, and so does the config.
            let known = configuration.profiles.iter().map(|profile| profile.name.as_str());
            let file = configuration.config_file.display();
            let where_all = format!("`rds-fleet-cli profiles` lists those in {file}");
            plan.problems.push(names::missing("profile", name, known, &where_all));
        }
    }
    for region in &selection.regions {
        plan.problems.extend(no_region(region).map(|why| format!("--region {region} {why}")));
    }
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut targets: Vec<Target> = Vec::new();
    for profile in &configuration.profiles {
        let named = selection.profiles.contains(&profile.name);
        if !(selection.profiles.is_empty() && profile.is_target() || named) {
            continue;
        }
        let Some(resolution) = &profile.resolution else {
            plan.broken.push(profile.name.clone());
            continue;
        };
        let account_id = resolution.account_id.clone();
        if let Some(account) = &account_id
            && !selection.accounts.is_empty()
            && !selection.accounts.contains(account)
        {
            continue;
        }
        let own: Vec<String> = resolution.region.iter().cloned().collect();
        for region in if selection.regions.is_empty() { &own } else { &selection.regions } {
            let key = (
                resolution.access.clone(),
                region.clone(),
                resolution.endpoints.clone(),
                resolution.ca_bundle.clone(),
            );
            if let Some(&at) = places.get(&key) {
                targets[at].profiles.push(profile.name.clone());
                continue;
            }
            places.insert(key.clone(), targets.len());
            let next = u32::try_from(numbers.0.len()).unwrap_or(u32::MAX);
            let number = *numbers.0.entry(key).or_insert(next);
            targets.push(Target {
                number,
                access: resolution.access.clone(),
                region: region.clone(),
                endpoints: resolution.endpoints.clone(),
                ca_bundle: resolution.ca_bundle.clone(),
                profiles: vec![profile.name.clone()],
                role_arn: resolution.role_arn.clone(),
                account_id: account_id.clone(),
            });
        }
    }
    for account in &selection.accounts {
        // A target whose account is not known yet may turn out to be it.
        if !targets.iter().any(|target| target.account_id.as_ref().is_none_or(|known| known == account)) {
            let resolved = configuration.profiles.iter().filter_map(|profile| profile.resolution.as_ref());
            let known = resolved.filter_map(|resolution| resolution.account_id.as_deref());
            plan.problems.push(names::missing("account", account, known, WHERE_ACCOUNTS_ARE));
        }
    }
    plan.targets = targets.into_iter().map(Arc::new).collect();
    plan
}

/// Where all accounts are to be seen that could be named.
pub const WHERE_ACCOUNTS_ARE: &str = "`rds-fleet-cli profiles` shows the accounts that the profiles reach";

/// What the diagnostics say of a profile that cannot be used.
pub fn reason(configuration: &Configuration, profile: &str) -> String {
    configuration
        .diagnostics
        .iter()
        .find(|diagnostic| {
            diagnostic.severity == Severity::Error && diagnostic.profile.as_deref() == Some(profile)
        })
        .map_or_else(|| not_a_target(configuration, profile), ToString::to_string)
}

/// What a profile lacks that nothing is wrong with.
fn not_a_target(configuration: &Configuration, profile: &str) -> String {
    if configuration.profile(profile).is_some_and(Profile::is_only_source) {
        return format!(
            "profile {profile} has no region and is only the source of other profiles: add `region = …` to look at \
             its own databases"
        );
    }
    format!(
        "profile {profile} only sets defaults: add role_arn with credential_source or source_profile, or credentials \
         of its own"
    )
}

impl Target {
    /// Whose credentials the target is asked with.
    pub fn identity(&self) -> Identity {
        Identity {
            access: self.access.clone(),
            region: self.region.clone(),
            endpoints: self.endpoints.clone(),
            ca_bundle: self.ca_bundle.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn planned(config: &str, selection: &Selection) -> Plan {
        let environment = Environment::from_variables([("AWS_CONFIG_FILE".into(), "config".into())], None);
        let configuration = Configuration::from_texts(&environment, Some(config.as_bytes()), None);
        plan(&configuration, selection, &mut Numbers::default())
    }

    fn profile(name: &str, account: &str, region: &str) -> String {
        format!(
            "[profile {name}]\nrole_arn = arn:aws:iam::{account}:role/R\n\
             credential_source = Ec2InstanceMetadata\nregion = {region}\n"
        )
    }

    #[test]
    fn profiles_of_one_role_and_region_are_one_target() {
        let config = profile("ORCL1", "111111111111", "eu-central-1")
            + &profile("ORCL2", "111111111111", "eu-central-1")
            + &profile("ORCL3", "111111111111", "us-east-1")
            + "[profile defaults]\nregion = eu-west-1\n";
        let plan = planned(&config, &Selection::default());
        let names: Vec<&[String]> = plan.targets.iter().map(|target| target.profiles.as_slice()).collect();
        assert_eq!(
            names,
            [["ORCL1".to_owned(), "ORCL2".to_owned()].as_slice(), ["ORCL3".to_owned()].as_slice()]
        );
        assert!(plan.problems.is_empty() && plan.broken.is_empty());
    }

    #[test]
    fn what_is_selected_and_not_there_is_named() {
        let config = profile("A", "111111111111", "eu-central-1") + "[profile B]\nrole_arn = nonsense\n";
        let plan = planned(
            &config,
            &Selection {
                profiles: vec!["A".into(), "B".into(), "C".into()],
                accounts: vec!["222222222222".into()],
                regions: vec![],
            },
        );
        assert!(plan.targets.is_empty());
        assert_eq!(plan.broken, ["B"]);
        assert!(plan.problems[0].contains("profile C") && plan.problems[1].contains("222222222222"));
        let typed = Selection {
            profiles: vec!["a".into()],
            accounts: vec!["111111111112".into()],
            regions: vec!["EU_Central-1".into(), "x y".into()],
        };
        let problems = planned(&profile("A", "111111111111", "eu-central-1"), &typed).problems;
        assert_eq!(problems[0], "there is no profile a: did you mean A?");
        assert_eq!(problems[1], "--region EU_Central-1 is not a region: write eu-central-1");
        let typed = Selection { profiles: Vec::new(), regions: Vec::new(), ..typed };
        let problems = planned(&profile("A", "111111111111", "eu-central-1"), &typed).problems;
        assert_eq!(problems, ["there is no account 111111111112: did you mean 111111111111?"]);
    }

    #[test]
    fn chosen_regions_replace_the_profiles_own() {
        let config = profile("A", "111111111111", "eu-central-1");
        let regions = vec!["us-east-1".to_owned(), "us-west-2".to_owned()];
        let plan = planned(&config, &Selection { regions: regions.clone(), ..Selection::default() });
        let found: Vec<String> = plan.targets.iter().map(|target| target.region.clone()).collect();
        assert_eq!(found, regions);
    }
}
