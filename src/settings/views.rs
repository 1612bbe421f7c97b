//! Saved views: what a grid shows, under a name, one small TOML file each. A view is shared by copying its file, and
//! its name is the file's. The person's own lie beside their settings; an administrator's are for everybody and are
//! only read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::{Folders, write_private};
use super::rule_files;
use crate::files::read_text;
use crate::mistake;
use crate::query::{Filter, Query, SortKey, expression, filters_as_text};
use crate::rds::{kind, no_such_kind};

/// A view's file is a few hundred bytes; what is larger is something else.
const MOST_BYTES: u64 = 1_000_000;
const EXTENSION: &str = "toml";

/// What a grid shows, without the accounts that are ticked: those are the person's who looks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedView {
    #[serde(skip)]
    pub name: String,
    /// Whether it is an administrator's, for everybody.
    #[serde(skip)]
    pub shared: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The kind's name, such as `db-instances`; empty where `sql` stands.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sql: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// Without any, the kind's first ones, or all of an answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<SortKey>,
    /// As one text: `Engine is postgres and AllocatedStorage >= 100`.
    #[serde(with = "filters_as_text", skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
}

impl SavedView {
    /// What a query shows, under a name.
    pub fn of(name: &str, query: &Query) -> SavedView {
        SavedView {
            name: name.trim().to_owned(),
            kind: query.kind.clone(),
            sql: query.sql.clone(),
            search: query.search.clone(),
            columns: query.columns.clone(),
            group: query.group.clone(),
            sort: query.sort.clone(),
            filters: query.filters.clone(),
            ..SavedView::default()
        }
    }

    /// The query of every account.
    pub fn query(&self) -> Query {
        let usual = match (&self.sql, kind(&self.kind)) {
            (None, Some(kind)) => Query::of(kind),
            (sql, _) => Query::of_sql(sql.as_deref().unwrap_or_default()),
        };
        Query {
            search: self.search.clone(),
            columns: if self.columns.is_empty() { usual.columns } else { self.columns.clone() },
            group: self.group.clone(),
            sort: if self.sort.is_empty() { usual.sort } else { self.sort.clone() },
            filters: self.filters.clone(),
            ..usual
        }
    }

    /// Whether it shows what another does, whatever they are called.
    pub fn shows_as(&self, other: &SavedView) -> bool {
        self.query() == other.query()
    }

    /// Holds it against the columns that its kind has: in conditions they may be written in any case.
    ///
    /// # Errors
    /// A sentence that says what makes it of no use here.
    fn checked(mut self) -> Result<SavedView, String> {
        if self.sql.is_some() {
            return Ok(self);
        }
        let kind = kind(&self.kind).ok_or_else(|| no_such_kind(&self.kind))?;
        let mut columns =
            self.columns.iter().chain(&self.group).chain(self.sort.iter().map(|key| &key.column));
        if let Some(column) = columns.find(|column| kind.column(column).is_none()) {
            return Err(format!("{} has no column {column}", kind.name));
        }
        let conditions = expression::parse(&expression::print("", &self.filters), &kind.columns);
        self.filters = conditions.map_err(|mistake| mistake.message)?.1;
        Ok(self)
    }
}

/// All views there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Views {
    /// By name, which is theirs alone.
    pub views: Vec<SavedView>,
    /// For each file that cannot be used, a sentence that names it.
    pub faults: Vec<String>,
}

impl Views {
    /// Reads every view there is. A person's own takes the place of an administrator's of the same name.
    pub fn read(folders: &Folders) -> Views {
        let mut all = Views::default();
        all.read_folder(folders.own_views.as_deref(), false);
        for folder in &folders.shared_views {
            all.read_folder(Some(folder), true);
        }
        // Stable: of one name the person's own stays first, then what was named before what lies beside the config.
        all.views.sort_by(|one, other| one.name.cmp(&other.name));
        all.views.dedup_by(|later, earlier| later.name == earlier.name);
        all
    }

    fn read_folder(&mut self, folder: Option<&Path>, shared: bool) {
        let Some(entries) = folder.and_then(|folder| fs::read_dir(folder).ok()) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let is_view = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION));
            // The administrator's rules lie among the views that are for everybody.
            let is_rules = shared && path.file_name().is_some_and(|name| name == rule_files::NAME);
            if !is_view || is_rules || name.starts_with('.') {
                continue;
            }
            match read_view(&path) {
                Ok(view) => self.views.push(SavedView { name, shared, ..view }),
                Err(fault) => {
                    self.faults.push(format!("the view {} cannot be used: {fault}", path.display()));
                }
            }
        }
        self.faults.sort();
    }

    /// A view by its name.
    pub fn named(&self, name: &str) -> Option<&SavedView> {
        self.views.iter().find(|view| view.name == name)
    }
}

fn read_view(path: &Path) -> Result<SavedView, String> {
    let text = read_text(path, MOST_BYTES).map_err(|error| error.to_string())?;
    let view: SavedView = mistake::read(&text)?;
    view.checked()
}

/// The person's own views as files.
#[derive(Debug, Clone)]
pub struct OwnViews<'a>(pub &'a Folders);

impl OwnViews<'_> {
    /// Writes a view, over an older one of its name.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the name or the place.
    pub fn save(&self, view: &SavedView) -> Result<(), String> {
        let path = self.path(&view.name)?;
        let text = toml_edit::ser::to_string_pretty(view).map_err(|error| error.to_string())?;
        write_private(&path, &text).map_err(|error| not_kept(&view.name, &error))
    }

    /// Gives a view another name.
    ///
    /// # Errors
    /// A sentence, also where there is one of the new name already.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), String> {
        let (old, new) = (self.path(from)?, self.path(to)?);
        // A change of case only is the same file on Windows.
        if new.exists() && from.to_lowercase() != to.trim().to_lowercase() {
            return Err(format!("there is a view {} already", to.trim()));
        }
        fs::rename(old, new).map_err(|error| format!("the view {from} cannot be renamed: {error}"))
    }

    /// Deletes a view.
    ///
    /// # Errors
    /// A sentence that says what the system refused.
    pub fn delete(&self, name: &str) -> Result<(), String> {
        fs::remove_file(self.path(name)?)
            .map_err(|error| format!("the view {name} cannot be deleted: {error}"))
    }

    /// Copies a view's file from elsewhere among the person's own, and says its name. One of that name that shows
    /// something else stays, and the new one gets a number.
    ///
    /// # Errors
    /// A sentence that says why the file is no view.
    pub fn open(&self, path: &Path) -> Result<String, String> {
        let view = read_view(path).map_err(|fault| format!("{} cannot be used: {fault}", path.display()))?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut name = stem.clone();
        for number in 2.. {
            let there = self.path(&name)?;
            if !there.exists() || read_view(&there).is_ok_and(|known| known == view) {
                break;
            }
            name = format!("{stem} {number}");
        }
        self.save(&SavedView { name: name.clone(), ..view })?;
        Ok(name)
    }

    fn path(&self, name: &str) -> Result<PathBuf, String> {
        let Some(folder) = &self.0.own_views else {
            return Err("the system names no folder for settings, so no view can be kept".to_owned());
        };
        Ok(folder.join(format!("{}.{EXTENSION}", file_name(name)?)))
    }
}

fn not_kept(name: &str, error: &io::Error) -> String {
    format!("the view {name} cannot be kept: {error}")
}

/// A view's name as a file's, on every system that it may be copied to.
///
/// # Errors
/// A sentence that says what the name must not have.
pub fn file_name(name: &str) -> Result<&str, String> {
    const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];
    let name = name.trim();
    if name.is_empty() {
        return Err("a view needs a name".to_owned());
    }
    if name.chars().count() > 80 {
        return Err("a view's name has 80 characters at most".to_owned());
    }
    let refused = |letter: char| letter.is_control() || r#"/\:*?"<>|"#.contains(letter);
    if name.starts_with('.') || name.ends_with('.') || name.contains(refused) {
        return Err(
            r#"a view's name is a file's: without / \ : * ? " < > |, and no dot at its ends"#.to_owned()
        );
    }
    if RESERVED.contains(&name.to_lowercase().as_str()) {
        return Err(format!("Windows keeps the name {name} to itself"));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Test;

    fn view(name: &str) -> SavedView {
        let mut query = Query::of(kind("db-instances").unwrap());
        query.search = "prod".to_owned();
        query.filters = vec![
            Filter::column("Engine", Test::Is(vec!["mysql".to_owned()])),
            Filter::Not(Box::new(Filter::column("KmsKeyId", Test::Absent))),
        ];
        query.group = vec!["AccountId".to_owned()];
        query.sort = vec![SortKey { column: "AllocatedStorage".to_owned(), descending: true }];
        SavedView::of(name, &query)
    }

    #[test]
    fn a_view_is_saved_renamed_copied_and_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::within(folder.path());
        let own = OwnViews(&folders);
        let names = || Views::read(&folders).views.into_iter().map(|view| view.name).collect::<Vec<_>>();
        own.save(&view("Größte zuerst")).unwrap();
        assert_eq!(Views::read(&folders).views, [view("Größte zuerst")]);
        assert_eq!(Views::read(&folders).views[0].query(), view("").query());
        own.save(&view("b")).unwrap();
        assert!(own.rename("b", "Größte zuerst").unwrap_err().contains("already"));
        own.rename("b", " a ").unwrap();
        assert_eq!(names(), ["Größte zuerst", "a"], "by the letters' numbers");
        let copy = folder.path().join("a.toml");
        fs::copy(folder.path().join("views/a.toml"), &copy).unwrap();
        assert_eq!(own.open(&copy).unwrap(), "a", "the same again is the same");
        own.save(&SavedView { search: String::new(), ..view("a") }).unwrap();
        assert_eq!(own.open(&copy).unwrap(), "a 2", "another of the name stays");
        own.delete("a").unwrap();
        assert_eq!(names(), ["Größte zuerst", "a 2"]);
    }

    #[test]
    fn conditions_are_one_text_that_people_read_and_edit() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::within(folder.path());
        let bound = |text: &str| Some(text.to_owned());
        let conditions = |columns: [&str; 4]| {
            let [name, size, time, key] = columns.map(str::to_owned);
            let on = |column: &str, test: Test| Filter::column(column, test);
            vec![
                on(&name, Test::Contains("a \"quoted\" \\ text\nof two lines".to_owned())),
                on(&name, Test::Is(vec!["or".to_owned(), String::new(), "größe".to_owned()])),
                on(&name, Test::Matches("^db-[0-9]+\\.(eu|us)$".to_owned())),
                on(&size, Test::Between { from: bound("100"), to: bound("500") }),
                on(&time, Test::Between { from: bound("-7d"), to: None }),
                on(&time, Test::Between { from: None, to: bound("2026-11-01") }),
                on(&key, Test::Absent),
                Filter::Not(Box::new(Filter::Any(vec![
                    on(&key, Test::Is(vec!["true".to_owned()])),
                    Filter::All(vec![on(&name, Test::Is(Vec::new())), on(&key, Test::Absent)]),
                ]))),
            ]
        };
        let of_kind =
            conditions(["DBInstanceIdentifier", "AllocatedStorage", "InstanceCreateTime", "KmsKeyId"]);
        let of_sql = conditions(["count(*)", "is", "Grö ße", "not"]);
        let sql = Some("SELECT 1".to_owned());
        let views = [
            SavedView { filters: of_kind, ..view("kind") },
            SavedView { filters: of_sql, sql, kind: String::new(), ..view("sql") },
        ];
        for view in &views {
            OwnViews(&folders).save(view).unwrap();
        }
        assert_eq!(Views::read(&folders), Views { views: views.to_vec(), faults: Vec::new() });
        let text = fs::read_to_string(folder.path().join("views/kind.toml")).unwrap();
        assert!(text.contains("AllocatedStorage between 100 and 500"), "{text}");
    }

    #[test]
    fn a_view_that_was_written_by_hand_or_before_there_was_the_text_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::within(folder.path());
        fs::create_dir(folder.path().join("views")).unwrap();
        let by_hand =
            "kind = \"db-instances\"\nfilters = 'engine is postgres or mysql and MultiAZ is not true'\n";
        let before = "kind = \"db-instances\"\n\n\
                      [[filters]]\n\n[filters.Column]\ncolumn = \"Engine\"\n\n\
                      [filters.Column.test]\nIs = [\"postgres\", \"mysql\"]\n\n\
                      [[filters]]\n\n[filters.Not.Column]\ncolumn = \"MultiAZ\"\ntest = { Is = [\"true\"] }\n";
        for (name, text) in [("by hand", by_hand), ("before", before)] {
            fs::write(folder.path().join(format!("views/{name}.toml")), text).unwrap();
        }
        let all = Views::read(&folders);
        assert_eq!(all.faults, [""; 0]);
        let expected = [
            Filter::column("Engine", Test::Is(vec!["postgres".to_owned(), "mysql".to_owned()])),
            Filter::Not(Box::new(Filter::column("MultiAZ", Test::Is(vec!["true".to_owned()])))),
        ];
        for view in &all.views {
            assert_eq!(view.filters, expected, "{}", view.name);
        }
        assert_eq!(all.views.len(), 2);
    }

    #[test]
    fn ones_own_view_takes_the_place_of_an_administrators() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::within(folder.path());
        fs::create_dir(folder.path().join("shared")).unwrap();
        for name in ["a", "z"] {
            let text = "description = \"For all\"\nkind = \"db-clusters\"\n";
            fs::write(folder.path().join(format!("shared/{name}.toml")), text).unwrap();
        }
        OwnViews(&folders).save(&view("z")).unwrap();
        let all = Views::read(&folders);
        let names: Vec<_> = all.views.iter().map(|view| (view.name.as_str(), view.shared)).collect();
        assert_eq!(names, [("a", true), ("z", false)]);
        assert_eq!(all.named("a").unwrap().query(), Query::of(kind("db-clusters").unwrap()));
    }

    #[test]
    fn a_file_that_is_no_view_is_named_and_the_others_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::within(folder.path());
        OwnViews(&folders).save(&view("good")).unwrap();
        let texts = [
            ("form", "kind = "),
            ("kind", "kind = \"db-instance\""),
            ("column", "kind = \"db-instances\"\n[[sort]]\ncolumn = \"Engin\"\ndescending = false"),
            ("condition", "kind = \"db-instances\"\nfilters = \"Engine is\"\n"),
            ("conditions", "kind = \"db-instances\"\nfilters = \"Iops >= many and billing\"\n"),
        ];
        for (name, text) in texts {
            fs::write(folder.path().join(format!("views/{name}.toml")), text).unwrap();
        }
        let all = Views::read(&folders);
        assert_eq!(all.views.len(), 1);
        assert_eq!(all.faults.len(), 5);
        let wanted = ["no column Engin", "a value is expected", "“billing”", "line 1", "db-instance"];
        for (found, wanted) in all.faults.iter().zip(wanted) {
            assert!(found.contains(wanted), "{found}");
        }
    }

    #[test]
    fn a_name_is_one_that_every_system_takes() {
        for name in ["", " ", "../x", "a/b", "a:b", ".hidden", "dot.", "NUL", "a\nb", &"x".repeat(81)] {
            assert!(file_name(name).is_err(), "{name}");
        }
        assert_eq!(file_name(" Größte, nach Konto (1.5) "), Ok("Größte, nach Konto (1.5)"));
    }
}
