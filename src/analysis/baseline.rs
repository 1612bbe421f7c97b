//! A baseline: one database's settings, or what most of a set have, written down as a text file that version control can
//! keep. The order is always the same and nothing in it changes by itself, so that its differences are those of the
//! settings. What departs from it is `drift`'s.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::compare::{Comparison, Database, NOT_COLLECTED, Subject};
use super::meaning::{self, Key, Meaning, Owner};
use super::setting::{Held, Named, Section, Setting, is_named};
use crate::mistake;

/// What databases are held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    pub name: String,
    /// From which databases it was taken, for people.
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub engine: String,
    /// The engine with its major version: what nobody has set follows from it.
    #[serde(default)]
    pub family: String,
    /// Settings that there are, by section and name.
    #[serde(default)]
    pub settings: BTreeMap<String, BTreeMap<String, String>>,
    /// Settings that there must not be, by section.
    #[serde(default)]
    pub absent: BTreeMap<String, Vec<String>>,
}

/// What stands at the head of a file.
const HEAD: &str = "\
# A baseline of RDS Fleet: what databases are held against by `rds-fleet-cli drift --baseline FILE`.
# Only what stands here is held against: lines may be deleted, and values edited. An empty value of a parameter leaves it
# to the engine; what is listed under [absent] must not be there.

";

impl Baseline {
    /// What one database of a comparison has, or with `None` what each setting's majority or reference has. What the rules
    /// leave out, and what is not known, is not in it.
    pub fn of(comparison: &Comparison, database: Option<usize>, name: &str) -> Baseline {
        let titles: Vec<String> = comparison.databases.iter().map(Database::title).collect();
        let one = database.and_then(|at| comparison.databases.get(at));
        let first = one.or(comparison.databases.first());
        let mut baseline = Baseline {
            name: name.to_owned(),
            from: match one {
                Some(one) => one.title(),
                None => format!("the majority of {}", titles.join(", ")),
            },
            engine: first.map(|database| database.engine.clone()).unwrap_or_default(),
            family: first.map(|database| database.family.clone()).unwrap_or_default(),
            settings: BTreeMap::new(),
            absent: BTreeMap::new(),
        };
        for row in comparison.rows.iter().filter(|row| row.ignored.is_none() && &*row.name != NOT_COLLECTED) {
            let section = row.section.word().to_owned();
            match row.cells.get(database.unwrap_or(row.standard)).map(|cell| &cell.held) {
                Some(Held::Set(setting)) => {
                    baseline
                        .settings
                        .entry(section)
                        .or_default()
                        .insert(row.name.to_string(), portable(setting));
                }
                Some(Held::Missing) => {
                    baseline.absent.entry(section).or_default().push(row.name.to_string());
                }
                Some(Held::NotKnown(_)) | None => {}
            }
        }
        baseline
    }

    /// The file's text.
    ///
    /// # Errors
    /// What cannot be written as TOML, which nothing here should be.
    pub fn text(&self) -> Result<String, String> {
        let text = toml_edit::ser::to_string_pretty(self)
            .map_err(|error| format!("the baseline cannot be written: {error}"))?;
        Ok(format!("{HEAD}{text}"))
    }

    /// # Errors
    /// A sentence that says what is wrong with the file.
    pub fn of_file(path: &Path) -> Result<Baseline, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("the baseline {} cannot be read: {error}", path.display()))?;
        Baseline::of_text(&text).map_err(|why| format!("the baseline {}: {why}", path.display()))
    }

    /// # Errors
    /// A sentence that says what is wrong with the text.
    pub fn of_text(text: &str) -> Result<Baseline, String> {
        let baseline: Baseline = mistake::read(text)?;
        let unknown = |section: &&String| Section::of_word(section).is_none();
        match baseline.settings.keys().chain(baseline.absent.keys()).find(unknown) {
            Some(section) => Err(format!("there is no section {section}")),
            None => Ok(baseline),
        }
    }

    /// Whether it says anything of a setting.
    pub fn covers(&self, section: Section, name: &str) -> bool {
        let word = section.word();
        self.settings.get(word).is_some_and(|settings| settings.keys().any(|typed| is_named(name, typed)))
            || self.absent.get(word).is_some_and(|absent| absent.iter().any(|typed| is_named(name, typed)))
    }

    /// The baseline as a column beside databases. What a text means is read as these have it.
    pub fn subject(&self, others: &[Subject]) -> Subject {
        let mut samples: BTreeMap<(Section, &str), &Setting> = BTreeMap::new();
        for named in others.iter().flat_map(|subject| &subject.settings) {
            if let Held::Set(setting) = &named.held {
                samples.entry((named.section, &named.name)).or_insert(setting);
            }
        }
        let owner = Owner { engine: self.engine.clone(), ..Owner::default() };
        let mut settings = Vec::new();
        for (word, of_section) in &self.settings {
            let Some(section) = Section::of_word(word) else { continue };
            for (typed, text) in of_section {
                // A file may be written by hand: the setting is called as the databases call it.
                let called = samples.keys().find(|(of, name)| *of == section && is_named(name, typed));
                let is_exact = samples.contains_key(&(section, typed.as_str()));
                let name = called.filter(|_| !is_exact).map_or(typed.as_str(), |(_, name)| *name);
                let meaning = match samples.get(&(section, name)) {
                    Some(sample) => read(name, text, sample, &owner),
                    None => Meaning::Text(text.clone()),
                };
                let held = Held::Set(Box::new(Setting {
                    text: text.as_str().into(),
                    meaning,
                    parameter: samples
                        .get(&(section, name))
                        .and_then(|sample| sample.parameter.clone())
                        .filter(|_| section == Section::Parameters),
                    waits: None,
                }));
                settings.push(Named { section, name: name.into(), held });
            }
        }
        let database = Database {
            identifier: Arc::from(format!("baseline {}", self.name)),
            engine: self.engine.clone(),
            family: self.family.clone(),
            ..Database::default()
        };
        Subject { database, settings, gaps: Vec::new() }
    }
}

const OWN_KEY: &str = "a key of the account's own";
const DEFAULT_KEY: &str = "the account's AWS default key";
const OTHERS_KEY: &str = "a key of account ";

/// A setting's text without what is its database's own.
fn portable(setting: &Setting) -> String {
    match &setting.meaning {
        Meaning::Key(Key::OfTheAccount) => OWN_KEY.to_owned(),
        Meaning::Key(Key::AwsDefault) => DEFAULT_KEY.to_owned(),
        Meaning::Key(Key::Alias(alias)) => format!("alias/{alias}"),
        Meaning::Key(Key::OfAnother(account)) => format!("{OTHERS_KEY}{account}"),
        Meaning::Groups { ids, .. } => ids.len().to_string(),
        // Of names of its own, their number.
        Meaning::Number(number) if setting.parameter.is_none() => number.to_string(),
        Meaning::Text(text) => text.clone(),
        Meaning::Words(words) if setting.parameter.is_none() => words.join("; "),
        _ => setting.text.to_string(),
    }
}

/// The opposite of `portable`, for a setting of the sample's sort.
fn read(name: &str, text: &str, sample: &Setting, owner: &Owner) -> Meaning {
    if let Some(parameter) = &sample.parameter {
        let value = Some(text).filter(|text| !text.is_empty());
        let mut meaning = meaning::of_parameter(name, &parameter.data_type, value, owner);
        if let Meaning::Formula(formula) = &mut meaning {
            // It is of no machine.
            formula.inputs.clear();
        }
        return meaning;
    }
    match &sample.meaning {
        Meaning::Truth(_) => Meaning::Truth(text == "true"),
        Meaning::Number(_) => text.parse().map_or_else(|_| Meaning::Text(text.to_owned()), Meaning::Number),
        Meaning::Words(_) => Meaning::Words(meaning::words(text.split(';'), owner, false)),
        Meaning::Groups { .. } => {
            let ids = vec![String::new(); text.parse().unwrap_or_default()];
            Meaning::Groups { vpc: String::new(), ids }
        }
        Meaning::Key(_) => Meaning::Key(match text {
            OWN_KEY => Key::OfTheAccount,
            DEFAULT_KEY => Key::AwsDefault,
            text => match text.strip_prefix("alias/") {
                Some(alias) => Key::Alias(alias.to_owned()),
                None => Key::OfAnother(text.strip_prefix(OTHERS_KEY).unwrap_or(text).to_owned()),
            },
        }),
        _ => Meaning::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_back_as_it_was_written_and_always_in_one_order() {
        let text = "name = \"x\"\nengine = \"postgres\"\n[settings.Storage]\nStorageType = \"gp3\"\n\
                    [settings.Parameters]\nwork_mem = \"16384\"\nmax_connections = \"LEAST({A/1},5)\"\n\
                    [absent]\nStorage = [\"MaxAllocatedStorage\"]\n";
        let baseline = Baseline::of_text(text).unwrap();
        let written = baseline.text().unwrap();
        assert_eq!(Baseline::of_text(&written).unwrap(), baseline);
        assert_eq!(Baseline::of_text(&written).unwrap().text().unwrap(), written);
        assert!(written.find("max_connections").unwrap() < written.find("work_mem").unwrap());
        assert!(baseline.covers(Section::Storage, "MaxAllocatedStorage"));
        assert!(!baseline.covers(Section::Storage, "Iops"));
        let typed = "name = \"x\"\n[settings.storage]\nSTORAGETYPE = \"gp3\"\n[settings.Parameters]\nWork_Mem = \"1\"\n\
                     [settings.Tags]\n\"TagList[App]\" = \"x\"\n[absent]\nStorage = [\"maxallocatedstorage\"]\n";
        let typed = Baseline::of_text(&typed.replace("storage]", "Storage]")).unwrap();
        assert!(
            typed.covers(Section::Storage, "StorageType") && typed.covers(Section::Parameters, "work_mem")
        );
        assert!(
            typed.covers(Section::Storage, "MaxAllocatedStorage")
                && typed.covers(Section::Tags, "TagList[App]")
        );
        assert!(!typed.covers(Section::Tags, "TagList[app]"), "keys of tags are told apart by case");
        assert!(
            Baseline::of_text("name = \"x\"\n[settings.Stuff]\na = \"1\"").unwrap_err().contains("Stuff")
        );
        assert!(Baseline::of_text("naem = \"x\"").unwrap_err().contains("naem"));
    }
}
