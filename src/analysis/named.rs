//! Which setting of a comparison a person means by a name.

use std::collections::BTreeSet;

use super::compare::Comparison;
use super::setting::is_named;
use crate::names;

/// What a typed name means.
#[derive(Debug, PartialEq, Eq)]
pub struct Meant {
    /// As the databases call it.
    pub name: String,
    /// What is to be said of it, where another name was typed.
    pub note: Option<String>,
}

impl Comparison {
    /// The setting of a name: of exactly this one, or else in any case. Keys of tags are told apart by case at AWS, so one that
    /// differs in case is only taken where there is no other, and that is said.
    ///
    /// # Errors
    /// That there is none, with those that may have been meant, or that several differ only in case.
    pub fn setting_named(&self, typed: &str) -> Result<Meant, String> {
        let all: BTreeSet<&str> = self.rows.iter().map(|row| &*row.name).collect();
        let meant = |name: &str| Meant { name: name.to_owned(), note: None };
        if all.contains(typed) {
            return Ok(meant(typed));
        }
        let where_all = "`rds-fleet-cli values` lists those in which databases differ";
        let in_any_case: Vec<&str> = all.iter().copied().filter(|name| is_named(name, typed)).collect();
        if !in_any_case.is_empty() {
            return names::one("setting", typed, in_any_case, where_all).map(meant);
        }
        let name = names::one("setting", typed, all, where_all)?;
        let note = format!("{typed} is taken for {name}: AWS tells keys of tags apart by case");
        Ok(Meant { note: Some(note), ..meant(name) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::compare::{Database, Subject};
    use crate::analysis::meaning::Meaning;
    use crate::analysis::own_names::NamedText;
    use crate::analysis::rules::Rules;
    use crate::analysis::setting::{Held, Named, Section, Setting};

    /// A comparison of one database that has these settings.
    fn of_names(names: &[&str]) -> Comparison {
        let named = |name: &&str| {
            let setting = Setting {
                text: "x".into(),
                meaning: Meaning::Text(NamedText::plain("x")),
                parameter: None,
                waits: None,
            };
            Named { section: Section::Storage, name: (*name).into(), held: Held::Set(Box::new(setting)) }
        };
        let settings = names.iter().map(named).collect();
        let subject = Subject { database: Database::default(), settings, gaps: Vec::new() };
        Comparison::of(vec![subject], &Rules::default(), None)
    }

    #[test]
    fn a_setting_is_meant_in_any_case_and_a_key_of_a_tag_only_where_there_is_no_other() {
        let comparison = of_names(&[
            "max_connections",
            "Iops",
            "TagList[app]",
            "TagList[env]",
            "TagList[Env]",
            "timezone",
            "Timezone",
        ]);
        let name =
            |typed: &str| comparison.setting_named(typed).map(|meant| (meant.name, meant.note.is_some()));
        for (typed, called, is_said) in [
            ("max_connections", "max_connections", false),
            ("MAX_CONNECTIONS", "max_connections", false),
            ("iops", "Iops", false),
            ("taglist[app]", "TagList[app]", false),
            ("TagList[App]", "TagList[app]", true),
            ("TagList[Env]", "TagList[Env]", false),
            ("timezone", "timezone", false),
        ] {
            assert_eq!(name(typed), Ok((called.to_owned(), is_said)), "{typed}");
        }
        assert_eq!(
            name("TIMEZONE").unwrap_err(),
            "TIMEZONE may be the setting Timezone or timezone: write it exactly"
        );
        assert!(name("TagList[ENV]").unwrap_err().contains("TagList[Env] or TagList[env]"));
        assert_eq!(
            name("max_conections").unwrap_err(),
            "there is no setting max_conections: did you mean max_connections?"
        );
        assert!(name("zzz").unwrap_err().ends_with("lists those in which databases differ"));
    }
}
