//! The settings file: where it lies, reading what can be read of it, and writing what has changed.
//!
//! It is a person's file as much as ours, so writing touches only the keys whose value has changed since it was read:
//! comments, keys of other versions and what was edited meanwhile stay. A file that is broken, or of a newer version, is
//! not written at all: whatever is in it can be had again by mending it, and changes hold until the window is closed.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table};

use super::{History, Settings, VERSION};
use crate::config::Environment;
use crate::files::{Replacement, folder_of, read_text};

/// The settings are a few kilobytes; what is larger is something else.
const MOST_BYTES: u64 = 4_000_000;

/// The folders in which this room keeps its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `None` where the system names no folder for settings.
    pub settings: Option<PathBuf>,
    /// A person's own views, beside the settings.
    pub own_views: Option<PathBuf>,
    /// Views that an administrator has made for everybody.
    pub shared_views: Vec<PathBuf>,
}

impl Folders {
    /// The settings: `RDS_FLEET_SETTINGS`, else `rds-fleet/settings.toml` in the person's config folder. Shared views: a
    /// folder `rds-fleet-views` beside the shared AWS config, and the one that `RDS_FLEET_VIEWS` names.
    pub fn of(environment: &Environment) -> Folders {
        let settings = match environment.get("RDS_FLEET_SETTINGS") {
            Some(file) => Some(PathBuf::from(file)),
            None => config_folder(environment).map(|folder| folder.join("rds-fleet").join("settings.toml")),
        };
        let beside = environment.config_file().parent().map(|folder| folder.join("rds-fleet-views"));
        let named = environment.get("RDS_FLEET_VIEWS").map(PathBuf::from);
        Folders {
            own_views: settings.as_ref().and_then(|file| Some(file.parent()?.join("views"))),
            settings,
            shared_views: named.into_iter().chain(beside).collect(),
        }
    }

    /// Everything within one folder, for tests.
    #[cfg(test)]
    pub fn within(folder: &Path) -> Folders {
        Folders {
            settings: Some(folder.join("settings.toml")),
            own_views: Some(folder.join("views")),
            shared_views: vec![folder.join("shared")],
        }
    }
}

/// The folder for what a person has chosen; on Windows the one that follows them from machine to machine.
fn config_folder(environment: &Environment) -> Option<PathBuf> {
    if cfg!(windows) {
        return environment.get("APPDATA").map(PathBuf::from);
    }
    // XDG Base Directory Specification: a relative path is to be ignored.
    let named = environment.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| {
        let home = environment.home()?;
        let below = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".config" };
        Some(home.join(below))
    })
}

/// The file as it was read or written last.
#[derive(Debug)]
pub struct SettingsFile {
    path: Option<PathBuf>,
    /// What is in it, as far as it could be read.
    known: Settings,
    /// Whether it is one that is not to be written.
    left_alone: bool,
}

impl SettingsFile {
    /// Reads the file, if there is one. Beside the settings comes what is to be told about it.
    pub fn read(environment: &Environment) -> (SettingsFile, Settings, Option<String>) {
        SettingsFile::read_from(Folders::of(environment).settings)
    }

    fn read_from(path: Option<PathBuf>) -> (SettingsFile, Settings, Option<String>) {
        let (settings, notice) = match &path {
            None => (
                Settings::default(),
                Some(
                    "the system names no folder for settings: they hold until the window is closed"
                        .to_owned(),
                ),
            ),
            Some(path) => match read_text(path, MOST_BYTES) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => (Settings::default(), None),
                Err(error) => {
                    let left = "the usual settings are used, and nothing is written to it";
                    let sentence =
                        format!("the settings file {} cannot be read ({error}): {left}", path.display());
                    (unknown(), Some(sentence))
                }
                Ok(text) => {
                    let (settings, fault) = understand(&text);
                    (settings, fault.map(|fault| sentence(path, &fault)))
                }
            },
        };
        let file = SettingsFile { path, known: settings.clone(), left_alone: notice.is_some() };
        (file, settings, notice)
    }

    /// What is in it, as far as it could be read.
    pub(super) fn known(&self) -> &Settings {
        &self.known
    }

    /// Where it lies.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Writes what differs from what is known to be in the file.
    ///
    /// # Errors
    /// A sentence that says why it was not written; the settings hold until the window is closed.
    pub fn write(&mut self, settings: &Settings) -> Result<(), String> {
        let Some(path) = self.path.clone().filter(|_| !self.left_alone && self.known != *settings) else {
            return Ok(());
        };
        let failed = |reason: String| {
            format!(
                "the settings cannot be kept in {} ({reason}): they hold until the window is closed",
                path.display()
            )
        };
        // Somebody may have edited it, and another window may have written it.
        let text = match read_text(&path, MOST_BYTES) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(failed(error.to_string())),
        };
        if let (_, Some(fault)) = understand(&text) {
            self.left_alone = true;
            return Err(sentence(&path, &fault));
        }
        let mut document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| failed(error.message().to_owned()))?;
        let written = |settings: &Settings| -> Result<DocumentMut, String> {
            let text =
                toml_edit::ser::to_string_pretty(settings).map_err(|error| failed(error.to_string()))?;
            text.parse().map_err(|error: toml_edit::TomlError| failed(error.message().to_owned()))
        };
        // A file that a person has begun without one is of this version.
        if text.is_empty() {
            document.insert("version", toml_edit::value(VERSION));
        }
        let (before, now) = (written(&self.known)?, written(settings)?);
        put_changes(&mut document, before.as_table(), now.as_table());
        write_private(&path, &document.to_string()).map_err(|error| failed(error.to_string()))?;
        self.known = settings.clone();
        Ok(())
    }
}

/// Why a file is left alone.
enum Fault {
    Newer(i64),
    Broken { line: Option<usize>, message: String },
}

fn sentence(path: &Path, fault: &Fault) -> String {
    let path = path.display();
    let left = "what could be read of it is used, and nothing is written to it";
    match fault {
        Fault::Newer(version) => format!(
            "the settings file {path} is of a newer RDS Fleet (version {version}, known here is {VERSION}): {left}"
        ),
        Fault::Broken { line, message } => {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            format!("the settings file {path}{line} is not right ({message}): {left} until it is mended")
        }
    }
}

/// The settings where nothing can be read. Nothing of the past is given up on a guess.
fn unknown() -> Settings {
    Settings { history: History::MOST, ..Settings::default() }
}

/// The settings in a text, as far as they can be read, and what is wrong with it.
fn understand(text: &str) -> (Settings, Option<Fault>) {
    let line = |at: Option<std::ops::Range<usize>>| {
        at.map(|at| text.get(..at.start).unwrap_or(text).matches('\n').count() + 1)
    };
    // A byte order mark is what Notepad writes.
    let document: DocumentMut = match text.trim_start_matches('\u{feff}').parse() {
        Ok(document) => document,
        Err(error) => {
            let error: toml_edit::TomlError = error;
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            return (unknown(), Some(Fault::Broken { line: line(error.span()), message }));
        }
    };
    let newer = document.get("version").and_then(Item::as_integer).filter(|version| *version > VERSION);
    let whole = toml_edit::de::from_str::<Settings>(text.trim_start_matches('\u{feff}'));
    match (whole, newer) {
        (Ok(settings), None) => (settings, None),
        (Ok(settings), Some(version)) => (settings, Some(Fault::Newer(version))),
        (Err(error), newer) => {
            let message = error.message().lines().next().unwrap_or_default().to_owned();
            let broken = Fault::Broken { line: line(error.span()), message };
            (readable_part(&document), Some(newer.map_or(broken, Fault::Newer)))
        }
    }
}

/// The settings of those keys that can be read.
fn readable_part(document: &DocumentMut) -> Settings {
    let mut good = DocumentMut::new();
    for (key, item) in document.iter() {
        good.insert(key, item.clone());
        if toml_edit::de::from_document::<Settings>(good.clone()).is_err() {
            good.remove(key);
        }
    }
    let history_is_good = good.contains_key("history") || !document.contains_key("history");
    let settings: Settings = toml_edit::de::from_document(good).unwrap_or_else(|_| unknown());
    if history_is_good { settings } else { Settings { history: History::MOST, ..settings } }
}

/// Puts into a table what differs between two others.
fn put_changes(into: &mut Table, before: &Table, now: &Table) {
    for (key, item) in now.iter() {
        let known = before.get(key);
        if known.is_some_and(|known| text_of(known) == text_of(item)) {
            continue;
        }
        match (into.get_mut(key).and_then(Item::as_table_mut), item.as_table()) {
            (Some(into), Some(now)) => {
                let empty = Table::new();
                put_changes(into, known.and_then(Item::as_table).unwrap_or(&empty), now);
            }
            _ => {
                let mut item = item.clone();
                // A remark behind the old value stays behind the new one.
                if let (Some(old), Some(new)) = (into.get(key).and_then(Item::as_value), item.as_value_mut())
                {
                    *new.decor_mut() = old.decor().clone();
                }
                forget_positions(&mut item);
                // Not inserted where there is one: that would drop the remarks above it.
                match into.get_mut(key) {
                    Some(old) => *old = item,
                    None => drop(into.insert(key, item)),
                }
            }
        }
    }
    for (key, _) in before.iter() {
        if !now.contains_key(key) {
            into.remove(key);
        }
    }
}

/// An item with all that is below it; by itself, a table would leave the tables in it out.
fn text_of(item: &Item) -> String {
    let mut document = DocumentMut::new();
    document.insert("item", item.clone());
    document.to_string()
}

/// A table remembers where it stood in the text it was read from; in another text that means nothing.
fn forget_positions(item: &mut Item) {
    let forget = |table: &mut Table| {
        table.set_position(None);
        for (_, item) in table.iter_mut() {
            forget_positions(item);
        }
    };
    match item {
        Item::Table(table) => forget(table),
        Item::ArrayOfTables(tables) => tables.iter_mut().for_each(forget),
        Item::Value(_) | Item::None => {}
    }
}

/// Writes a file whole or not at all. A new one only its owner can read; who may read one that is there stays as it is.
pub(super) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    // A link stays a link: people keep such files in one place and link to them.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = folder_of(&place);
    if !folder.exists() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    // Nothing can take the place of a device or a pipe: root would replace it for everybody.
    if place.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        return Err(io::Error::other("it is no regular file"));
    }
    if place.metadata().is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let mut file = Replacement::begin(&place, 0o600)?;
    file.out().write_all(text.as_bytes())?;
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::super::{LineChoice, Scale, SheetState, Theme};
    use super::*;
    use crate::query::{Filter, SortKey, Test};

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn light(settings: &Settings) -> Settings {
        Settings { theme: Theme::Light, ..settings.clone() }
    }

    #[test]
    fn what_is_written_is_read_again_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/settings.toml");
        let (mut file, mut settings, notice) = SettingsFile::read_from(Some(path.clone()));
        assert_eq!((&settings, notice), (&Settings::default(), None), "no file is no fault");
        settings.scale = Scale::of_percent(150);
        settings.comparison_rules = Some(PathBuf::from("/u01/rules.toml"));
        settings.last.ticked.insert("/u01/aws/config".to_owned(), Vec::new());
        let hard = Filter::Not(Box::new(Filter::Any(vec![
            Filter::column("Engine", Test::Is(vec!["mysql".to_owned(), "\"'".to_owned()])),
            Filter::column("KmsKeyId", Test::Absent),
            Filter::column("AllocatedStorage", Test::Between { from: None, to: Some("100".to_owned()) }),
        ])));
        let sheet = SheetState {
            columns: Some(vec!["Engine".to_owned()]),
            sort: Some(vec![SortKey::ascending("Engine")]),
            filters: vec![hard.clone(), hard],
            widths: [("Engine".to_owned(), 120)].into(),
            ..SheetState::default()
        };
        settings.last.sheets.insert("db-instances".to_owned(), sheet);
        file.write(&settings).unwrap();
        assert_eq!(SettingsFile::read_from(Some(path.clone())).1, settings);
        // And once more, over what is there.
        settings.last.sheets.clear();
        settings.last.sheet = Some("changes".to_owned());
        file.write(&settings).unwrap();
        assert_eq!(SettingsFile::read_from(Some(path.clone())).1, settings);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn only_what_changed_is_written() {
        let text = "# mine\ntheme = \"dark\" # because of the sun\nfuture = { a = 1 }\n\n\
                    # everything that ends so\n[[environment]]\nname = \"production\"\nprofile = \"*-prod\"\n";
        let (_folder, path) = file(text);
        let (mut file, settings, notice) = SettingsFile::read_from(Some(path.clone()));
        assert_eq!((settings.theme, notice), (Theme::Dark, None));
        // Edited while the window is open.
        fs::write(&path, text.replace("*-prod", "*-live")).unwrap();
        file.write(&light(&settings)).unwrap();
        let written = fs::read_to_string(&path).unwrap();
        let expected = text.replace("*-prod", "*-live").replace("\"dark\"", "\"light\"");
        assert_eq!(written, expected);
    }

    #[test]
    fn a_broken_file_is_told_and_left_as_it_is() {
        for (text, line) in
            [("theme = \"dark\nscale = 120\n", ":1"), ("scale = 120\ntheme = \"blue\"\n", ":2")]
        {
            let (_folder, path) = file(text);
            let (mut file, settings, notice) = SettingsFile::read_from(Some(path.clone()));
            let notice = notice.unwrap();
            assert!(notice.contains(&format!("settings.toml{line} ")), "{notice}");
            assert_eq!(settings.theme, Theme::System);
            let keeps_all = settings.history == History::MOST;
            assert_eq!(keeps_all, line == ":1", "nothing is purged on a guess");
            file.write(&light(&settings)).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        let (_folder, path) = file("line = \"slow\"\ntheme = 7\n[last]\nsheet = 1\n");
        assert_eq!(SettingsFile::read_from(Some(path)).1.line, LineChoice::Slow, "what can be read is used");
    }

    #[test]
    fn a_file_of_a_newer_version_is_told_and_left_as_it_is() {
        let text = "version = 2\ntheme = \"dark\"\nrenderer = \"neural\"\n";
        let (_folder, path) = file(text);
        let (mut file, settings, notice) = SettingsFile::read_from(Some(path.clone()));
        assert!(notice.unwrap().contains("newer"));
        assert_eq!(settings.theme, Theme::Dark);
        file.write(&light(&settings)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn a_file_that_breaks_while_the_window_is_open_is_left_as_it_is() {
        let (_folder, path) = file("");
        let (mut file, settings, _) = SettingsFile::read_from(Some(path.clone()));
        fs::write(&path, "[[[").unwrap();
        assert!(file.write(&light(&settings)).unwrap_err().contains("not right"));
        assert_eq!(file.write(&light(&settings)), Ok(()), "it is said once");
        assert_eq!(fs::read_to_string(&path).unwrap(), "[[[");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        // A file where a folder should be stops the superuser, too.
        fs::write(folder.path().join("below"), "").unwrap();
        let (mut file, settings, _) = SettingsFile::read_from(Some(folder.path().join("settings.toml")));
        file.path = Some(folder.path().join("below/settings.toml"));
        assert!(file.write(&light(&settings)).unwrap_err().contains("cannot be kept"));
        let (_folder, path) = self::file("theme = \"dark\"\n");
        let (mut file, settings, _) = SettingsFile::read_from(Some(path.clone()));
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        assert!(file.write(&light(&settings)).unwrap_err().contains("read-only"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theme = \"dark\"\n");
    }

    #[test]
    fn files_lie_where_the_platform_has_them() {
        let of = |variables: &[(&str, &str)]| {
            let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Folders::of(&Environment::from_variables(variables, Some(PathBuf::from("/home/ann"))))
        };
        let named = of(&[
            ("RDS_FLEET_SETTINGS", "/a/own.toml"),
            ("RDS_FLEET_VIEWS", "/shared"),
            ("AWS_CONFIG_FILE", "/u01/aws/config"),
        ]);
        assert_eq!(named.settings, Some(PathBuf::from("/a/own.toml")));
        assert_eq!(named.own_views, Some(PathBuf::from("/a/views")));
        assert_eq!(named.shared_views, [Path::new("/shared"), Path::new("/u01/aws/rds-fleet-views")]);
        if cfg!(target_os = "linux") {
            let usual = of(&[("XDG_CONFIG_HOME", "relative")]).settings;
            assert_eq!(usual, Some(PathBuf::from("/home/ann/.config/rds-fleet/settings.toml")));
        }
    }
}
