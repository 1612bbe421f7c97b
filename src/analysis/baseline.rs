//! A baseline: one database's settings, or what most of a set have, written down as a text file that version control can
//! keep. The order is always the same and nothing in it changes by itself, so that its differences are those of the
//! settings. What departs from it is `drift`'s.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::compare::{Comparison, Database, NOT_COLLECTED, Row, Subject};
use super::meaning::{self, Key, Meaning, Owner};
use super::own_names::{NamedText, split_list, written_empty};
use super::setting::{APPLY_STATUS, Held, Named, Parameter, Section, Setting, is_named};
use crate::files::read_text;
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
    /// What the placeholders are in the database from which it was taken.
    #[serde(default)]
    pub own: OwnNames,
    /// Settings that there are, by section and name.
    #[serde(default)]
    pub settings: BTreeMap<String, BTreeMap<String, String>>,
    /// Settings that there must not be, by section.
    #[serde(default)]
    pub absent: BTreeMap<String, Vec<String>>,
}

/// The names of one database, and of its cluster; empty where they are of no use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnNames {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub account: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub region: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub identifier: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cluster: String,
}
/// A baseline has some hundred lines; what is larger is something else.
const MOST_BYTES: u64 = 2_000_000;

/// More security groups than AWS allows any database.
const MOST_GROUPS: usize = 1000;

/// What stands at the head of a file.
const HEAD: &str = "\
# A baseline of RDS Fleet: what databases are held against by `rds-fleet-cli drift --baseline FILE`.
# Only what stands here is held against: lines may be deleted, and values edited. An empty value of a parameter leaves it
# to the engine; what is listed under [absent] must not be there. {identifier}, {account} and {region} are each database's
# own; [own] says what they were where this was taken from, and may be deleted.

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
            own: database.map(|at| own_names(comparison, at)).unwrap_or_default(),
            settings: BTreeMap::new(),
            absent: BTreeMap::new(),
        };
        for row in comparison.rows.iter().filter(|row| row.ignored.is_none() && &*row.name != NOT_COLLECTED) {
            let section = row.section.word().to_owned();
            match row.cells.get(database.unwrap_or(row.standard)).map(|cell| &cell.held) {
                // That something waits passes by itself.
                Some(Held::Set(setting)) if &*row.name == APPLY_STATUS && &*setting.text != "in-sync" => {}
                Some(Held::Set(setting)) if !setting.is_only_awaited() => {
                    baseline
                        .settings
                        .entry(section)
                        .or_default()
                        .insert(row.name.to_string(), portable(setting));
                }
                Some(Held::Set(_) | Held::Missing) => {
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
        let text = read_text(path, MOST_BYTES)
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
        // A file may be written by hand, with a section in any case.
        let is_it = |word: &str| Section::of_word(word) == Some(section);
        let of =
            self.settings.iter().filter(|(word, _)| is_it(word)).flat_map(|(_, settings)| settings.keys());
        let absent = self.absent.iter().filter(|(word, _)| is_it(word)).flat_map(|(_, absent)| absent);
        of.chain(absent).any(|typed| is_named(name, typed))
    }

    /// The baseline as a column beside databases. What a text means is read as these have it.
    pub fn subject(&self, others: &[Subject]) -> Subject {
        let mut samples: BTreeMap<(Section, &str), &Setting> = BTreeMap::new();
        for named in others.iter().flat_map(|subject| &subject.settings) {
            if let Some(setting) = named.held.setting() {
                let sample = samples.entry((named.section, &named.name)).or_insert(setting);
                if sample.is_only_awaited() {
                    *sample = setting;
                }
            }
        }
        let mut settings = Vec::new();
        for (word, of_section) in &self.settings {
            let Some(section) = Section::of_word(word) else { continue };
            let owner = self.owner(section);
            for (typed, text) in of_section {
                // A file may be written by hand: the setting is called as the databases call it.
                let called = samples.keys().find(|(of, name)| *of == section && is_named(name, typed));
                let is_exact = samples.contains_key(&(section, typed.as_str()));
                let name = called.filter(|_| !is_exact).map_or(typed.as_str(), |(_, name)| *name);
                let sample = samples.get(&(section, name)).copied();
                let held = Held::Set(Box::new(read_setting(name, text, sample, &owner)));
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

    /// Whose names the placeholders of a section are.
    fn owner(&self, section: Section) -> Owner {
        let OwnNames { account, region, identifier, cluster } = self.own.clone();
        let identifier = if section == Section::Cluster { cluster } else { identifier };
        Owner { engine: self.engine.clone(), account_id: account, region, identifier, ..Owner::default() }
    }
}

fn own_names(comparison: &Comparison, at: usize) -> OwnNames {
    let Some(database) = comparison.databases.get(at) else { return OwnNames::default() };
    let is_cluster = |row: &&Row| row.section == Section::Cluster && &*row.name == "DBClusterIdentifier";
    let cluster = comparison.rows.iter().find(is_cluster).and_then(|row| row.cells[at].held.setting());
    OwnNames {
        account: database.account_id.clone(),
        region: database.region.clone(),
        // A baseline has a name, but not as a database.
        identifier: if database.is_baseline() { String::new() } else { database.identifier.to_string() },
        cluster: cluster.map(|cluster| cluster.text.to_string()).unwrap_or_default(),
    }
}

const OWN_KEY: &str = "a key of the account's own";
const DEFAULT_KEY: &str = "the account's AWS default key";
const OTHERS_KEY: &str = "a key of account ";

/// A setting's text without what is its database's own.
fn portable(setting: &Setting) -> String {
    let is_parameter = setting.parameter.is_some();
    match &setting.meaning {
        Meaning::EnginesOwn => String::new(),
        Meaning::Key(Key::OfTheAccount) => OWN_KEY.to_owned(),
        Meaning::Key(Key::AwsDefault) => DEFAULT_KEY.to_owned(),
        Meaning::Key(Key::Alias(alias)) => format!("alias/{alias}"),
        Meaning::Key(Key::OfAnother(account)) => format!("{OTHERS_KEY}{account}"),
        Meaning::Groups { ids, .. } => ids.len().to_string(),
        // Of names of its own, their number.
        Meaning::Number(number) if !is_parameter && setting.text.trim().parse() != Ok(*number) => {
            number.to_string()
        }
        Meaning::Text(text) if text.has_own() || !is_parameter => text.written(),
        Meaning::Words(words) if !is_parameter => {
            words.iter().map(NamedText::written_in_list).collect::<Vec<_>>().join("; ")
        }
        Meaning::Words(words) if words.iter().any(NamedText::has_own) => {
            words.iter().map(NamedText::written).collect::<Vec<_>>().join(",")
        }
        _ if setting.text.is_empty() => written_empty(),
        _ => NamedText::plain(&*setting.text).written(),
    }
}

/// The opposite of `portable`, for a setting of the sample's sort.
fn read_setting(name: &str, written: &str, sample: Option<&Setting>, owner: &Owner) -> Setting {
    let text = NamedText::read(written, owner);
    // As AWS would say it, where all of it is known.
    let said = if text.is_verbatim() { text.text() } else { written };
    let parameter = sample.and_then(|sample| sample.parameter.as_ref());
    let meaning = match (parameter, sample) {
        (Some(_), _) if written.is_empty() => Meaning::EnginesOwn,
        (Some(parameter), _) => read_parameter(name, &text, parameter, &owner.engine),
        (None, Some(sample)) => read_member(written, text.clone(), &sample.meaning, owner),
        (None, None) => Meaning::Text(text.clone()),
    };
    Setting { text: said.into(), meaning, parameter: parameter.cloned(), waits: None }
}

fn read_parameter(name: &str, text: &NamedText, parameter: &Parameter, engine: &str) -> Meaning {
    if text.has_own() {
        return meaning::of_named_parameter(name, &parameter.data_type, text, &parameter.allowed);
    }
    // Own names stand as placeholders, and what is none is of nobody.
    let nobody = Owner { engine: engine.to_owned(), ..Owner::default() };
    let (data_type, allowed) = (&parameter.data_type, &parameter.allowed);
    let mut meaning = meaning::of_parameter(name, data_type, allowed, Some(text.text()), &nobody);
    // It is of no machine.
    match &mut meaning {
        Meaning::Formula(formula) => formula.is_of_baseline = true,
        Meaning::Template(template) => template.is_of_baseline = true,
        _ => {}
    }
    meaning
}

fn read_member(written: &str, text: NamedText, sample: &Meaning, owner: &Owner) -> Meaning {
    match sample {
        Meaning::Truth(_) => match meaning::truth_or_digit(text.text()) {
            Some(truth) => Meaning::Truth(truth),
            None => Meaning::Text(text),
        },
        Meaning::Number(_) => match text.text().trim().parse() {
            Ok(number) => Meaning::Number(number),
            Err(_) => Meaning::Text(text),
        },
        Meaning::Words(_) => {
            let words = split_list(written).into_iter().map(|word| NamedText::read(word.trim(), owner));
            Meaning::Words(meaning::words(words))
        }
        // AWS allows a database a few groups: what is no such number is no number of groups, and equal to none.
        Meaning::Groups { .. } => match written.trim().parse() {
            Ok(groups @ ..=MOST_GROUPS) => {
                Meaning::Groups { vpc: String::new(), ids: vec![String::new(); groups] }
            }
            _ => Meaning::Text(text),
        },
        Meaning::Key(_) => Meaning::Key(match written {
            OWN_KEY => Key::OfTheAccount,
            DEFAULT_KEY => Key::AwsDefault,
            written => match written.strip_prefix("alias/") {
                Some(alias) => Key::Alias(alias.to_owned()),
                None => Key::OfAnother(written.strip_prefix(OTHERS_KEY).unwrap_or(written).to_owned()),
            },
        }),
        _ => Meaning::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rules::Rules;
    use crate::analysis::setting::Waits;

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

    fn text_setting(text: NamedText) -> Setting {
        Setting { text: text.text().into(), meaning: Meaning::Text(text), parameter: None, waits: None }
    }

    fn owner(identifier: &str) -> Owner {
        Owner {
            account_id: "111111111111".to_owned(),
            region: "eu-central-1".to_owned(),
            identifier: identifier.to_owned(),
            ..Owner::default()
        }
    }

    fn subject(identifier: &str, tags: &[(&str, &str)]) -> Subject {
        let owner = owner(identifier);
        let named = |(key, text): &(&str, &str)| {
            let held = Held::Set(Box::new(text_setting(NamedText::find(text, &owner))));
            Named { section: Section::Tags, name: format!("TagList[{key}]").as_str().into(), held }
        };
        let database = Database {
            kind: "db-instances",
            identifier: identifier.into(),
            account_id: owner.account_id.clone(),
            region: owner.region.clone(),
            ..Database::default()
        };
        Subject { database, settings: tags.iter().map(named).collect(), gaps: Vec::new() }
    }

    fn verdicts(baseline: &Baseline, found: Subject) -> Vec<(String, &'static str)> {
        let found = vec![found];
        let subjects = [vec![baseline.subject(&found)], found].concat();
        let comparison = Comparison::of(subjects, &Rules::default(), Some(0));
        let verdict = |row: &Row| (row.name.to_string(), row.cells[1].verdict().word());
        comparison.rows.iter().map(verdict).filter(|(_, verdict)| *verdict != "equal").collect()
    }

    #[test]
    fn own_names_are_placeholders_that_hold_for_the_source_its_replica_and_others() {
        let tags = [("app", "ledger"), ("dump", "s3://x-111111111111/ledger"), ("odd", "{identifier}")];
        let source = subject("ledger", &tags);
        let comparison = Comparison::of(vec![source.clone()], &Rules::default(), None);
        let text = Baseline::of(&comparison, Some(0), "x").text().unwrap();
        for line in [
            "\"TagList[app]\" = \"{identifier}\"",
            "\"TagList[dump]\" = \"s3://x-{account}/{identifier}\"",
            "\"TagList[odd]\" = \"{{}identifier}\"",
            "identifier = \"ledger\"",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        let baseline = Baseline::of_text(&text).unwrap();
        assert_eq!(verdicts(&baseline, source.clone()), []);
        assert_eq!(verdicts(&baseline, subject("ledger-r1", &tags)), []);
        let others = [("app", "orders"), ("dump", "s3://x-111111111111/orders"), ("odd", "orders")];
        let odd = [("TagList[odd]".to_owned(), "different")];
        assert_eq!(verdicts(&baseline, subject("orders", &others)), odd);
        // Without the names of its source, the replica's tag is not known to be the same.
        let unnamed = Baseline { own: OwnNames::default(), ..baseline };
        assert_eq!(verdicts(&unnamed, source), []);
        assert_eq!(verdicts(&unnamed, subject("ledger-r1", &tags)).len(), 2);
    }

    #[test]
    fn a_file_of_before_is_still_understood() {
        let text = "name = \"x\"\n[settings.Tags]\n\"TagList[app]\" = \"{identifier}-api\"\n\
                    \"TagList[arn]\" = \"arn:aws:sns:{region}:{account}:dba\"\n";
        let baseline = Baseline::of_text(text).unwrap();
        let tags = [("app", "ledger-api"), ("arn", "arn:aws:sns:eu-central-1:111111111111:dba")];
        assert_eq!(verdicts(&baseline, subject("ledger", &tags)), []);
        let tags = [("app", "{identifier}-api"), ("arn", "arn:aws:sns:eu-central-1:999999999999:dba")];
        assert_eq!(verdicts(&baseline, subject("ledger", &tags)).len(), 2);
    }

    #[test]
    fn what_waits_is_no_departure_and_what_waits_for_its_first_value_is_absent() {
        let becomes = |text: &str| Some((text.to_owned(), Meaning::Text(NamedText::plain(text))));
        let mut waiting = subject("ledger", &[("class", "large"), ("new", "")]);
        for named in &mut waiting.settings {
            let Held::Set(setting) = &mut named.held else { panic!() };
            setting.waits = Some(Waits { becomes: becomes("xlarge"), until: "a reboot" });
            if &*named.name == "TagList[new]" {
                setting.meaning = Meaning::EnginesOwn;
            }
        }
        let comparison = Comparison::of(vec![waiting.clone()], &Rules::default(), None);
        let baseline = Baseline::of(&comparison, Some(0), "x");
        assert_eq!(
            baseline.settings["Tags"],
            BTreeMap::from([("TagList[class]".to_owned(), "large".to_owned())])
        );
        assert_eq!(baseline.absent["Tags"], ["TagList[new]"]);
        assert_eq!(verdicts(&baseline, waiting.clone()), []);
        // What it waits for is what a newer baseline says: it departs until then.
        let mut newer = baseline.clone();
        newer.settings.get_mut("Tags").unwrap().insert("TagList[class]".to_owned(), "xlarge".to_owned());
        assert_eq!(verdicts(&newer, waiting), [("TagList[class]".to_owned(), "waits")]);
    }

    #[test]
    fn a_number_of_security_groups_is_bounded_and_what_is_none_equals_none() {
        let sample = Meaning::Groups { vpc: "vpc-1".to_owned(), ids: Vec::new() };
        let groups = |text: &str| read_member(text, NamedText::plain(text), &sample, &Owner::default());
        let number = |meaning| match meaning {
            Meaning::Groups { ids, .. } => Some(ids.len()),
            _ => None,
        };
        assert_eq!(number(groups("0")), Some(0));
        assert_eq!(number(groups(" 5 ")), Some(5));
        for text in
            ["18446744073709551615", "300000000", "1001", "-1", "1e3", "sg-1", "", "99999999999999999999"]
        {
            assert_eq!(groups(text), Meaning::Text(NamedText::plain(text)), "{text}");
        }
    }
}
