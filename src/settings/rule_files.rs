//! The files of rules that comparisons go by beside the program's own: a person's, which they choose or which begins when
//! they have a setting ignored, and an administrator's, which lies among the views that are for everybody. A file that
//! cannot be used is told with its line and costs nothing but itself. What rules mean is the analysis' business.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::{Folders, write_private};
use crate::analysis::rule_text;
use crate::analysis::rules::{MOST_BYTES, Rules};
use crate::files::read_text;
use crate::rds::Section;

/// What a file of rules is called where nobody has chosen one.
pub const NAME: &str = "comparison-rules.toml";

/// One file of rules.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleFile {
    pub path: PathBuf,
    /// What it says, or the sentence on why it cannot be used.
    pub rules: Result<Arc<Rules>, String>,
}

impl RuleFile {
    fn read(path: PathBuf) -> RuleFile {
        RuleFile { rules: Rules::of_file(&path).map(Arc::new), path }
    }
}

/// All rules that comparisons go by.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleBook {
    /// The person's on top of the administrator's on top of the program's own.
    pub rules: Arc<Rules>,
    /// The person's file, if they have one.
    pub own: Option<RuleFile>,
    /// An administrator's, the first counting before those after it.
    pub shared: Vec<RuleFile>,
}

impl Default for RuleBook {
    /// The program's own rules only.
    fn default() -> RuleBook {
        RuleBook { rules: Arc::new(Rules::usual()), own: None, shared: Vec::new() }
    }
}

impl RuleBook {
    /// Reads the rules there are, with the person's file that is named.
    pub fn read(folders: &Folders, own: Option<&Path>) -> RuleBook {
        let own = own.map(|path| RuleFile::read(path.to_owned()));
        let shared = folders.shared_views.iter().map(|folder| folder.join(NAME));
        let shared: Vec<RuleFile> = shared.filter(|path| path.exists()).map(RuleFile::read).collect();
        let sound = |file: &RuleFile| file.rules.as_ref().ok().map(|rules| Rules::clone(rules));
        let below = shared.iter().rev().filter_map(sound).fold(Rules::usual(), |below, file| file.on(below));
        let rules = own.iter().filter_map(sound).fold(below, |below, file| file.on(below));
        RuleBook { rules: Arc::new(rules), own, shared }
    }

    /// For each file that cannot be used, a sentence that names it.
    pub fn faults(&self) -> impl Iterator<Item = &String> {
        self.own.iter().chain(&self.shared).filter_map(|file| file.rules.as_ref().err())
    }
}

/// Where a person's rules begin if they have chosen no file.
pub fn own_file(folders: &Folders) -> Option<PathBuf> {
    Some(folders.settings.as_ref()?.parent()?.join(NAME))
}

/// Writes into a file of rules that a setting is ignored.
///
/// # Errors
/// A sentence that says why it was not written; the file is as it was.
pub fn ignore(path: &Path, section: Section, name: &str, because: &str) -> Result<(), String> {
    edit(path, |text| rule_text::with_rule(text, section, name, because))
}

/// Takes one of the rules that ignore settings out of a file, by its place among them.
///
/// # Errors
/// A sentence that says why it was not written; the file is as it was.
pub fn heed(path: &Path, at: usize) -> Result<(), String> {
    edit(path, |text| rule_text::without_rule(text, at))
}

fn edit(path: &Path, change: impl FnOnce(&str) -> Result<String, String>) -> Result<(), String> {
    let failed = |why: String| format!("the rules {} are left as they were: {why}", path.display());
    let text = match read_text(path, MOST_BYTES) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(failed(error.to_string())),
    };
    // What is broken is for its writer to mend.
    Rules::of_text(&text).map_err(failed)?;
    let text = change(&text).map_err(failed)?;
    write_private(path, &text).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::Views;
    use super::*;

    #[test]
    fn ones_own_rules_lie_on_top_of_an_administrators_and_a_broken_file_costs_only_itself() {
        let folder = tempfile::tempdir().unwrap();
        let folders = Folders::within(folder.path());
        let own = own_file(&folders).unwrap();
        assert_eq!(RuleBook::read(&folders, None), RuleBook::default());
        fs::create_dir(folder.path().join("shared")).unwrap();
        fs::write(
            folder.path().join("shared").join(NAME),
            "[[ignore]]\nmember = \"Iops\"\nbecause = \"all\"",
        )
        .unwrap();
        assert!(Views::read(&folders).faults.is_empty(), "it is no view");
        ignore(&own, Section::Storage, "Iops", "mine").unwrap();
        ignore(&own, Section::Parameters, "work_mem", "mine").unwrap();
        let book = RuleBook::read(&folders, Some(&own));
        assert_eq!(book.rules.ignores(Section::Storage, "Iops"), Some("mine"));
        assert_eq!(book.rules.files(), [own.clone(), folder.path().join("shared").join(NAME)]);
        heed(&own, 0).unwrap();
        let book = RuleBook::read(&folders, Some(&own));
        assert_eq!(book.rules.ignores(Section::Storage, "Iops"), Some("all"));
        assert!(book.rules.ignores(Section::Identity, "DBInstanceArn").is_some());

        fs::write(&own, "[[ignore]]\nmember = \"a\"\nsection = \"x\"").unwrap();
        let book = RuleBook::read(&folders, Some(&own));
        let faults: Vec<&String> = book.faults().collect();
        assert!(faults.len() == 1 && faults[0].contains("line 1: there is no section x"), "{faults:?}");
        assert_eq!(book.rules.ignores(Section::Storage, "Iops"), Some("all"), "the others count");
        assert!(ignore(&own, Section::Storage, "Iops", "").unwrap_err().contains("line 1"));
        assert!(fs::read_to_string(&own).unwrap().ends_with("\"x\""), "it is left as it is");
    }

    #[cfg(unix)]
    #[test]
    fn who_may_read_a_file_of_rules_stays_as_it_is() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        ignore(&path, Section::Storage, "Iops", "").unwrap();
        assert_eq!(mode(), 0o600, "a new one is its writer's");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        ignore(&path, Section::Storage, "StorageType", "").unwrap();
        assert_eq!(mode(), 0o644);
    }
}
