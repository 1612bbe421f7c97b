//! What people call accounts, and which environment each of their targets belongs to: by the person's settings, and where
//! these say nothing by what the profiles' names have in common. No egui in here.

use std::collections::BTreeMap;

use crate::core::Tags;
use crate::settings::Settings;
use crate::sweep::Target;

/// Where targets are listed that no rule takes.
pub const OTHER: &str = "Other";

/// What names and environments are made from.
pub struct Naming<'a> {
    pub settings: &'a Settings,
    /// The tags of the databases, where a rule asks for them.
    pub tags: &'a Tags,
}

impl Naming<'_> {
    /// The environments in the order in which they are listed, by rule; none where there are no rules.
    pub fn environments(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for rule in &self.settings.environments {
            if !names.contains(&rule.name.as_str()) {
                names.push(&rule.name);
            }
        }
        if !names.is_empty() && !names.contains(&OTHER) {
            names.push(OTHER);
        }
        names
    }

    /// The environment of a target, by its place among `environments`.
    pub fn environment(&self, names: &[&str], account: Option<&str>, target: &Target) -> usize {
        let none = Vec::new();
        let place = (account.unwrap_or_default().to_owned(), target.region.clone());
        let tags = self.tags.get(&place).unwrap_or(&none);
        let name = self.settings.environment_of(&target.profiles, tags).unwrap_or(OTHER);
        names.iter().position(|known| *known == name).unwrap_or_default()
    }

    /// What a person has called an account.
    pub fn given(&self, account: &str) -> Option<&str> {
        self.settings.accounts.get(account).map(String::as_str).filter(|name| !name.trim().is_empty())
    }
}

/// The keys of the tags that the rules ask for.
pub fn keys(settings: &Settings) -> Vec<String> {
    let tags = settings.environments.iter().filter_map(|rule| rule.tag.as_ref());
    let mut keys: Vec<String> =
        tags.map(|tag| tag.split_once('=').map_or(tag.as_str(), |(key, _)| key).trim().to_owned()).collect();
    keys.sort();
    keys.dedup();
    keys
}

/// What an account's profile names begin with, up to where a word ends: what most of them share, the longest such. Where
/// no two share anything, or different groups of them as much, there is no name.
pub fn in_common<'a>(profiles: &[&'a str]) -> Option<&'a str> {
    const LEAST: usize = 3;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for profile in profiles {
        let ends = profile.match_indices(['-', '_', '.', ' ']).map(|(at, _)| at).chain([profile.len()]);
        for end in ends.filter(|end| *end >= LEAST) {
            *counts.entry(&profile[..end]).or_default() += 1;
        }
    }
    let most = counts.values().copied().max().filter(|most| *most > 1 || profiles.len() == 1)?;
    let mut names = counts.into_iter().filter(|(_, count)| *count == most).map(|(name, _)| name);
    // In the order of texts the longer ones follow those that they begin with.
    let first = names.next()?;
    names.try_fold(first, |name, longer| longer.starts_with(name).then_some(longer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_called_what_its_profiles_have_in_common() {
        assert_eq!(in_common(&["billing-prod", "billing-prod-us-east-1", "HRPROD"]), Some("billing-prod"));
        assert_eq!(in_common(&["billing-prod", "billing-test"]), Some("billing"));
        assert_eq!(in_common(&["DB1"]), Some("DB1"));
        assert_eq!(in_common(&["hr-prod", "hr-prod-us-east-1", "HRPROD", "HRP2", "HRP3"]), Some("hr-prod"));
        assert_eq!(in_common(&["crm-prod", "crm-test", "erp-prod", "erp-test"]), None, "as much of each");
        assert_eq!(in_common(&["ORCLP1", "HRPROD", "CRMT"]), None);
        assert_eq!(in_common(&["a-b", "a-c"]), None, "too short to be a name");
        assert_eq!(in_common(&[]), None);
    }

    #[test]
    fn the_tags_that_rules_ask_for_are_named_once() {
        let rule = |tag: Option<&str>| crate::settings::EnvironmentRule {
            name: "production".to_owned(),
            profile: None,
            tag: tag.map(str::to_owned),
        };
        let environments =
            vec![rule(Some("env=prod*")), rule(None), rule(Some("env = live")), rule(Some("live"))];
        let settings = Settings { environments, ..Settings::default() };
        assert_eq!(keys(&settings), ["env", "live"]);
        let naming = Naming { settings: &settings, tags: &Tags::new() };
        assert_eq!(naming.environments(), ["production", OTHER]);
    }
}
