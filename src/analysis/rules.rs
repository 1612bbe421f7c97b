//! What a comparison looks past: a small file that a person reads and hands on, and the same kind of file with what the
//! program looks past by itself (`assets/comparison-rules.toml`, which says how it is written).

use std::fmt;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde::Deserialize;
use toml_edit::Document;

use super::setting::{Section, is_within_named};
use crate::files::read_text;
use crate::mistake;
use crate::names;

/// A file of rules has a few hundred bytes; what is larger is something else.
pub const MOST_BYTES: u64 = 1_000_000;

/// The rules of a file, or of several on top of each other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    ignored: Vec<Ignore>,
    equal: Vec<Equal>,
    /// Whether nothing below them counts.
    alone: bool,
    /// Where they come from, beside the program's own.
    files: Vec<PathBuf>,
}

/// A rule that leaves settings out.
#[derive(Debug, Clone, PartialEq)]
pub struct Ignore {
    section: Option<Section>,
    name: Option<Name>,
    pattern: Option<Pattern>,
    pub because: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Equal {
    name: Name,
    values: Vec<String>,
    because: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Name {
    Member(String),
    Parameter(String),
}

#[derive(Debug, Clone)]
struct Pattern(Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

/// What it leaves out, in words.
impl fmt::Display for Ignore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(Name::Parameter(parameter)) => write!(out, "parameter {parameter}")?,
            Some(Name::Member(member)) => write!(out, "{member}")?,
            None if self.pattern.is_none() => write!(out, "everything")?,
            None => {}
        }
        if let Some(Pattern(pattern)) = &self.pattern {
            write!(out, "{}names like {pattern}", if self.name.is_some() { ", " } else { "" })?;
        }
        match self.section {
            Some(section) => write!(out, " in {}", section.word()),
            None => Ok(()),
        }
    }
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
            Name::Parameter(parameter) => section == Section::Parameters && names::same(parameter, name),
            Name::Member(member) => {
                !matches!(section, Section::Parameters | Section::Options) && is_within_named(name, member)
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

impl WrittenIgnore {
    fn read(self) -> Result<Ignore, String> {
        let section = self
            .section
            .map(|word| {
                Section::of_word(&word).ok_or_else(|| format!("there is no section {word} to ignore"))
            })
            .transpose()?;
        let pattern = self
            .pattern
            .map(|pattern| Regex::new(&pattern).map_err(|error| not_a_pattern(&pattern, &error)))
            .transpose()?
            .map(Pattern);
        let name = Name::of(self.member, self.parameter)?;
        if section.is_none() && pattern.is_none() && name.is_none() {
            return Err("a rule that ignores names a section, a member, a parameter or a pattern".to_owned());
        }
        Ok(Ignore { section, name, pattern, because: self.because })
    }
}

/// What is wrong with a pattern, without the picture of it that comes before.
fn not_a_pattern(pattern: &str, error: &regex::Error) -> String {
    let said = error.to_string();
    let said = said.lines().last().unwrap_or_default().trim_start_matches("error: ");
    format!("the pattern {pattern}: {said}")
}

impl WrittenEqual {
    fn read(self) -> Result<Equal, String> {
        let name = Name::of(self.member, self.parameter)?
            .ok_or_else(|| "a rule of equal values names a member or a parameter".to_owned())?;
        Ok(Equal { name, values: self.values, because: self.because })
    }
}

impl Rules {
    /// What the program looks past by itself.
    pub fn usual() -> Rules {
        // A test reads the file; without it there are no rules, and nothing is left out.
        Rules::of_text(include_str!("../../assets/comparison-rules.toml")).unwrap_or_default()
    }

    /// The rules of a file.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the file, and in which line.
    pub fn of_file(path: &Path) -> Result<Rules, String> {
        let unreadable = |why: String| format!("the rules {} cannot be read: {why}", path.display());
        let text = read_text(path, MOST_BYTES).map_err(|error| unreadable(error.to_string()))?;
        let rules = Rules::of_text(&text).map_err(|why| format!("the rules {}: {why}", path.display()))?;
        Ok(Rules { files: vec![path.to_owned()], ..rules })
    }

    /// As `of_file`, of the file's text.
    ///
    /// # Errors
    /// What is wrong with it, behind the line.
    pub fn of_text(text: &str) -> Result<Rules, String> {
        let file: File = mistake::read(text)?;
        let text = mistake::without_mark(text);
        let wrong = |list: &str, at: usize, why: String| {
            let span = Document::parse(text)
                .ok()
                .and_then(|document| document.get(list)?.as_array_of_tables()?.get(at)?.span());
            mistake::behind_line(text, span, &why)
        };
        let ignored = file.ignore.into_iter().enumerate();
        let equal = file.equal.into_iter().enumerate();
        Ok(Rules {
            ignored: ignored
                .map(|(at, written)| written.read().map_err(|why| wrong("ignore", at, why)))
                .collect::<Result<_, _>>()?,
            equal: equal
                .map(|(at, written)| written.read().map_err(|why| wrong("equal", at, why)))
                .collect::<Result<_, _>>()?,
            alone: !file.defaults,
            files: Vec::new(),
        })
    }

    /// These rules on top of others, unless they are to stand alone.
    #[must_use]
    pub fn on(mut self, below: Rules) -> Rules {
        if !self.alone {
            self.ignored.extend(below.ignored);
            self.equal.extend(below.equal);
            self.alone = below.alone;
            self.files.extend(below.files);
        }
        self
    }

    /// The rules that leave settings out, in the file's order.
    pub fn ignored(&self) -> &[Ignore] {
        &self.ignored
    }

    /// The files that they come from, beside the program's own.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// How many rules there are.
    pub fn count(&self) -> usize {
        self.ignored.len() + self.equal.len()
    }

    /// Why a setting is left out; `None` where it is not.
    pub fn ignores(&self, section: Section, name: &str) -> Option<&str> {
        let applies = |ignore: &&Ignore| {
            ignore.section.is_none_or(|only| only == section)
                && ignore.name.as_ref().is_none_or(|rule| rule.is(section, name))
                && ignore.pattern.as_ref().is_none_or(|Pattern(pattern)| pattern.is_match(name))
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
        let rules = Rules::of_text(include_str!("../../assets/comparison-rules.toml")).unwrap();
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
        let rules = Rules::of_text(more).unwrap().on(Rules::usual());
        assert_eq!(rules.ignores(Section::Parameters, "work_mem"), Some("ours"));
        assert_eq!(rules.ignores(Section::Storage, "work_mem"), None);
        let typed = "[[ignore]]\nparameter = \"Work_Mem\"\n[[ignore]]\nmember = \"endpoint.PORT\"\n\
                     [[ignore]]\nmember = \"taglist[App]\"\n[[ignore]]\nsection = \"storage\"\nmember = \"IOPS\"\n";
        let typed = Rules::of_text(typed).unwrap();
        for (section, name, is_ignored) in [
            (Section::Parameters, "work_mem", true),
            (Section::Network, "Endpoint.Port", true),
            (Section::Network, "Endpoint.Portal", false),
            (Section::Tags, "TagList[App]", true),
            (Section::Tags, "TagList[app]", false),
            (Section::Storage, "Iops", true),
            (Section::Parameters, "iops", false),
        ] {
            assert_eq!(typed.ignores(section, name).is_some(), is_ignored, "{name}");
        }
        assert!(rules.ignores(Section::Identity, "DBInstanceArn").is_some());
        assert!(rules.equates(Section::Parameters, "log_statement", "ddl", "mod").is_some());
        assert!(rules.equates(Section::Parameters, "log_statement", "ddl", "all").is_none());
        let alone = Rules::of_text(&format!("defaults = false\n{more}")).unwrap().on(Rules::usual());
        assert!(alone.ignores(Section::Identity, "DBInstanceArn").is_none());
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_its_line() {
        for (text, said) in [
            ("[[ignore]]\nmembre = \"x\"", "line 2: unknown field `membre`"),
            ("[[ignore]]\nsection = \"Sections\"", "line 1: there is no section Sections"),
            ("# ours\n[[ignore]]\nmember = \"a\"\n\n[[ignore]]\npattern = \"(\"", "line 5: the pattern"),
            ("[[ignore]]\nbecause = \"x\"", "line 1: a rule that ignores names a section"),
            ("[[equal]]\nvalues = []", "line 1: a rule of equal values names a member"),
            (
                "[[ignore]]\nmember = \"a\"\nparameter = \"b\"",
                "line 1: a rule names a member or a parameter, not both",
            ),
            ("\u{feff}[[ignore]]\nmember = ", "line 2: "),
        ] {
            let error = Rules::of_text(text).unwrap_err();
            assert!(error.starts_with(said) && !error.contains('\n'), "{text}: {error}");
        }
    }

    #[test]
    fn a_rule_is_said_in_words() {
        let text = "[[ignore]]\nparameter = \"work_mem\"\n[[ignore]]\nsection = \"Storage\"\nmember = \"Iops\"\n\
                    [[ignore]]\nsection = \"Tags\"\n[[ignore]]\npattern = \"Time$\"\n";
        let words: Vec<String> =
            Rules::of_text(text).unwrap().ignored().iter().map(ToString::to_string).collect();
        assert_eq!(
            words,
            ["parameter work_mem", "Iops in Storage", "everything in Tags", "names like Time$"]
        );
    }
}
