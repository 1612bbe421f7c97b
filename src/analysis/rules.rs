//! What a comparison looks past: a small file that a person reads and hands on, and the same kind of file with what the
//! program looks past by itself (`assets/comparison-rules.toml`, which says how it is written).

use std::path::Path;

use regex::Regex;
use serde::Deserialize;

use super::setting::Section;

/// A file of rules.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    ignored: Vec<Ignore>,
    equal: Vec<Equal>,
}

#[derive(Debug, Clone)]
struct Ignore {
    section: Option<Section>,
    name: Option<Name>,
    pattern: Option<Regex>,
    because: String,
}

#[derive(Debug, Clone)]
struct Equal {
    name: Name,
    values: Vec<String>,
    because: String,
}

#[derive(Debug, Clone)]
enum Name {
    Member(String),
    Parameter(String),
}

impl Name {
    fn of(member: Option<String>, parameter: Option<String>) -> Result<Option<Name>, String> {
        match (member, parameter) {
            (Some(_), Some(_)) => Err("a rule names a member or a parameter, not both".to_owned()),
            (member, parameter) => Ok(member.map(Name::Member).or(parameter.map(Name::Parameter))),
        }
    }

    fn is(&self, section: Section, name: &str) -> bool {
        match self {
            Name::Parameter(parameter) => section == Section::Parameters && name == parameter,
            Name::Member(member) => {
                let within = name.strip_prefix(member.as_str());
                !matches!(section, Section::Parameters | Section::Options)
                    && within.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            }
        }
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "yes")]
    defaults: bool,
    #[serde(default)]
    ignore: Vec<WrittenIgnore>,
    #[serde(default)]
    equal: Vec<WrittenEqual>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenIgnore {
    section: Option<String>,
    member: Option<String>,
    parameter: Option<String>,
    pattern: Option<String>,
    #[serde(default)]
    because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEqual {
    member: Option<String>,
    parameter: Option<String>,
    values: Vec<String>,
    #[serde(default)]
    because: String,
}

impl Rules {
    /// What the program looks past by itself.
    pub fn usual() -> Rules {
        // A test reads the file; without it there are no rules, and nothing is left out.
        Rules::read(include_str!("../../assets/comparison-rules.toml")).unwrap_or_default()
    }

    /// The rules of a file, on top of the usual ones unless it says otherwise.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the file.
    pub fn of_file(path: &Path) -> Result<Rules, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("the rules {} cannot be read: {error}", path.display()))?;
        Rules::of_text(&text).map_err(|why| format!("the rules {}: {why}", path.display()))
    }

    /// As `of_file`, of the file's text.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn of_text(text: &str) -> Result<Rules, String> {
        let file: File = toml_edit::de::from_str(text).map_err(|error| error.to_string())?;
        let defaults = file.defaults;
        let mut rules = Rules::of(file)?;
        if defaults {
            let usual = Rules::usual();
            rules.ignored.extend(usual.ignored);
            rules.equal.extend(usual.equal);
        }
        Ok(rules)
    }

    fn read(text: &str) -> Result<Rules, String> {
        Rules::of(toml_edit::de::from_str(text).map_err(|error| error.to_string())?)
    }

    fn of(file: File) -> Result<Rules, String> {
        let mut rules = Rules::default();
        for written in file.ignore {
            let section = written
                .section
                .map(|word| {
                    Section::of_word(&word).ok_or_else(|| format!("there is no section {word} to ignore"))
                })
                .transpose()?;
            let pattern = written
                .pattern
                .map(|pattern| {
                    Regex::new(&pattern).map_err(|error| format!("the pattern {pattern}: {error}"))
                })
                .transpose()?;
            let name = Name::of(written.member, written.parameter)?;
            if section.is_none() && pattern.is_none() && name.is_none() {
                return Err(
                    "a rule that ignores names a section, a member, a parameter or a pattern".to_owned()
                );
            }
            rules.ignored.push(Ignore { section, name, pattern, because: written.because });
        }
        for written in file.equal {
            let name = Name::of(written.member, written.parameter)?
                .ok_or_else(|| "a rule of equal values names a member or a parameter".to_owned())?;
            rules.equal.push(Equal { name, values: written.values, because: written.because });
        }
        Ok(rules)
    }

    /// Why a setting is left out; `None` where it is not.
    pub fn ignores(&self, section: Section, name: &str) -> Option<&str> {
        let applies = |ignore: &&Ignore| {
            ignore.section.is_none_or(|only| only == section)
                && ignore.name.as_ref().is_none_or(|rule| rule.is(section, name))
                && ignore.pattern.as_ref().is_none_or(|pattern| pattern.is_match(name))
        };
        self.ignored.iter().find(applies).map(|ignore| ignore.because.as_str())
    }

    /// Why two values of a setting mean the same by a rule.
    pub fn equates(&self, section: Section, name: &str, one: &str, other: &str) -> Option<&str> {
        let has = |equal: &Equal, value: &str| equal.values.iter().any(|known| known == value);
        let applies = |equal: &&Equal| equal.name.is(section, name) && has(equal, one) && has(equal, other);
        self.equal.iter().find(applies).map(|equal| equal.because.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_rules_leave_out_identity_and_keep_settings() {
        let rules = Rules::read(include_str!("../../assets/comparison-rules.toml")).unwrap();
        for (section, name) in [
            (Section::Identity, "DBInstanceArn"),
            (Section::Network, "Endpoint.Address"),
            (Section::Network, "DBSubnetGroup.Subnets"),
            (Section::Security, "MasterUserSecret.SecretArn"),
            (Section::Tags, "TagList[aws:cloudformation:stack-name]"),
            (Section::Cluster, "DBClusterArn"),
            (Section::Cluster, "Endpoint"),
        ] {
            assert!(rules.ignores(section, name).is_some(), "{name}");
        }
        for (section, name) in [
            (Section::Network, "Endpoint.Port"),
            (Section::Network, "PubliclyAccessible"),
            (Section::Tags, "TagList[app]"),
            (Section::Cluster, "EngineVersion"),
            (Section::Parameters, "Endpoint"),
            (Section::Security, "KmsKeyId"),
        ] {
            let ignored = rules.ignores(section, name);
            assert!(ignored.is_none() || section == Section::Parameters, "{name}: {ignored:?}");
        }
    }

    #[test]
    fn a_file_adds_to_the_usual_rules_or_stands_instead_of_them() {
        let more = "[[ignore]]\nparameter = \"work_mem\"\nbecause = \"ours\"\n\
                    [[equal]]\nparameter = \"log_statement\"\nvalues = [\"ddl\", \"mod\"]\n";
        let rules = Rules::of_text(more).unwrap();
        assert_eq!(rules.ignores(Section::Parameters, "work_mem"), Some("ours"));
        assert_eq!(rules.ignores(Section::Storage, "work_mem"), None);
        assert!(rules.ignores(Section::Identity, "DBInstanceArn").is_some());
        assert!(rules.equates(Section::Parameters, "log_statement", "ddl", "mod").is_some());
        assert!(rules.equates(Section::Parameters, "log_statement", "ddl", "all").is_none());
        let alone = Rules::of_text(&format!("defaults = false\n{more}")).unwrap();
        assert!(alone.ignores(Section::Identity, "DBInstanceArn").is_none());
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        for (text, said) in [
            ("[[ignore]]\nmembre = \"x\"", "membre"),
            ("[[ignore]]\nsection = \"Sections\"", "Sections"),
            ("[[ignore]]\npattern = \"(\"", "pattern"),
            ("[[ignore]]\nbecause = \"x\"", "names a section"),
            ("[[equal]]\nvalues = []", "names a member"),
            ("[[ignore]]\nmember = \"a\"\nparameter = \"b\"", "not both"),
        ] {
            let error = Rules::of_text(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
