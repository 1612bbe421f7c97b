//! Which environment something belongs to, by a person's rule: on profile names or on a tag.

use serde::{Deserialize, Serialize};

use super::glob;

/// One `[[environment]]` of the settings: `name = "production"` with `profile = "*-prod"` or `tag = "env=prod"`. With
/// both, either is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentRule {
    pub name: String,
    /// A pattern for the name of a profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// A tag's key, an equals sign and a pattern for its value; a key alone means any value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

impl EnvironmentRule {
    /// Whether something with this profile belongs to the environment.
    pub fn takes_profile(&self, profile: &str) -> bool {
        self.profile.as_ref().is_some_and(|pattern| glob::fits(pattern, profile))
    }

    /// Whether something with this tag does. AWS's keys are told apart by their case.
    pub fn takes_tag(&self, key: &str, value: &str) -> bool {
        self.tag.as_ref().is_some_and(|tag| match tag.split_once('=') {
            Some((wanted, pattern)) => wanted.trim() == key && glob::fits(pattern.trim(), value),
            None => tag.trim() == key,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Settings;

    #[test]
    fn the_first_rule_that_fits_says_the_environment() {
        let settings: Settings = toml_edit::de::from_str(
            "[[environment]]\nname = \"production\"\nprofile = \"*-prod\"\ntag = \"env=prod*\"\n\
             [[environment]]\nname = \"tests\"\nprofile = \"*\"\n",
        )
        .unwrap();
        let of = |profile: &str, tag: (&str, &str)| {
            settings.environment_of(&[profile.to_owned()], &[(tag.0.to_owned(), tag.1.to_owned())])
        };
        assert_eq!(of("billing-prod", ("", "")), Some("production"));
        assert_eq!(of("billing-test", ("env", "production")), Some("production"));
        assert_eq!(of("billing-test", ("Env", "production")), Some("tests"));
        assert_eq!(Settings::default().environment_of(&["x".to_owned()], &[]), None);
    }
}
