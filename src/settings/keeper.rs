//! The thread that reads and writes a person's files while a window is open, so that the window itself touches none: a
//! home folder may lie on a share that hangs. Wishes are queued and answered later; of settings that change faster
//! than they are written only the newest are.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use std::path::{Path, PathBuf};

use super::rule_files::{self, RuleBook};
use super::views::OwnViews;
use super::{Folders, SavedView, Settings, SettingsFile, Views};
use crate::rds::Section;
use crate::worker;

/// How long settings have to stay as they are before they are written.
const REST: Duration = Duration::from_millis(800);
/// How long the end of the program waits for the last state to be written.
const CLOSING: Duration = Duration::from_secs(2);

/// What a window asks of its person's files.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Keep the settings so.
    Keep(Box<Settings>),
    /// Look at the folders of the views: somebody may have put files there.
    ReadViews,
    /// Keep a view, over an older one of its name.
    SaveView(Box<SavedView>),
    RenameView {
        from: String,
        to: String,
    },
    DeleteView(String),
    /// Copy a view's file from elsewhere among the person's own.
    OpenView(PathBuf),
    /// Go by the rules in this file of the person's, or by none of their own.
    ReadRules(Option<PathBuf>),
    /// Write into the person's file of rules, or into a new one, that comparisons leave a setting out.
    Ignore {
        file: Option<PathBuf>,
        section: Section,
        name: String,
        because: String,
    },
    /// Take the rule at this place out of the person's file.
    Heed {
        file: PathBuf,
        at: usize,
    },
}

/// What the thread tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// All views there are; sent at the start and whenever a wish is met.
    Views(Arc<Views>),
    /// The rules of comparisons; sent at the start and whenever a wish about them is met.
    Rules(Arc<RuleBook>),
    /// A view was copied from elsewhere under this name; the views were sent before.
    Opened(String),
    /// A wish could not be met.
    Failed(String),
    /// The settings could not be kept.
    NotKept(String),
}

/// A running thread; it writes what is left to write when it is dropped.
pub struct Keeper {
    wishes: Sender<Option<Wish>>,
    /// Locked only by the window that takes what is told.
    told: Mutex<Receiver<Told>>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread, which reads the views at once. `wake` is called from it when something is there to be taken.
    ///
    /// # Errors
    /// A sentence where the system refuses a thread.
    pub fn start(
        file: SettingsFile,
        folders: Folders,
        wake: impl Fn() + Send + 'static,
    ) -> Result<Keeper, String> {
        let (wishes, inbox) = channel();
        let (telling, told) = channel();
        let tell = move |news| {
            // The window may have gone.
            let _ = telling.send(news);
            wake();
        };
        let thread = thread::Builder::new()
            .name("rds-fleet-keeper".to_owned())
            .spawn(move || Keeping { file, folders, newest: None, said: None }.run(&inbox, &tell))
            .map_err(|error| format!("the thread that keeps the settings cannot be started: {error}"))?;
        Ok(Keeper { wishes, told: Mutex::new(told), thread: Some(thread) })
    }

    /// Hands a wish over; never waits.
    pub fn send(&self, wish: Wish) {
        let _ = self.wishes.send(Some(wish));
    }

    /// What is told next, if anything is; never waits.
    pub fn poll(&self) -> Option<Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).try_recv().ok()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let _ = self.wishes.send(None);
        let begun = Instant::now();
        let is_running = |thread: &JoinHandle<()>| !thread.is_finished() && begun.elapsed() < CLOSING;
        while self.thread.as_ref().is_some_and(is_running) {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// What the thread holds.
struct Keeping {
    file: SettingsFile,
    folders: Folders,
    /// Settings that are to be written when they have rested.
    newest: Option<Box<Settings>>,
    /// What was said last about settings that cannot be kept; it is said once.
    said: Option<String>,
}

impl Keeping {
    fn run(mut self, inbox: &Receiver<Option<Wish>>, tell: &impl Fn(Told)) {
        guarded("reading the views and rules", tell, || {
            self.tell_views(tell);
            self.tell_rules(self.file.known().comparison_rules.as_deref(), tell);
        });
        loop {
            let next = match &self.newest {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(_) => inbox.recv_timeout(REST),
            };
            match next {
                Ok(Some(Wish::Keep(settings))) => self.newest = Some(settings),
                Ok(Some(wish)) => guarded("what was asked", tell, || self.meet(wish, tell)),
                Err(RecvTimeoutError::Timeout) => guarded("keeping the settings", tell, || self.write(tell)),
                Ok(None) | Err(RecvTimeoutError::Disconnected) => {
                    return guarded("keeping the settings", tell, || self.write(tell));
                }
            }
        }
    }

    fn write(&mut self, tell: &impl Fn(Told)) {
        let Some(settings) = self.newest.take() else { return };
        match self.file.write(&settings) {
            Ok(()) => self.said = None,
            Err(sentence) => {
                tracing::warn!("{sentence}");
                if self.said.as_ref() != Some(&sentence) {
                    self.said = Some(sentence.clone());
                    tell(Told::NotKept(sentence));
                }
            }
        }
    }

    fn meet(&self, wish: Wish, tell: &impl Fn(Told)) {
        let own = OwnViews(&self.folders);
        let mut opened = None;
        let met = match wish {
            Wish::Keep(_) | Wish::ReadViews => Ok(()),
            Wish::SaveView(view) => own.save(&view),
            Wish::RenameView { from, to } => own.rename(&from, &to),
            Wish::DeleteView(name) => own.delete(&name),
            Wish::OpenView(path) => own.open(&path).map(|name| opened = Some(name)),
            Wish::ReadRules(own) => return self.tell_rules(own.as_deref(), tell),
            Wish::Ignore { file, section, name, because } => {
                let Some(file) = file.or_else(|| rule_files::own_file(&self.folders)) else {
                    let sentence = "the system names no folder for settings, so no rules can be kept";
                    return tell(Told::Failed(sentence.to_owned()));
                };
                let written = rule_files::ignore(&file, section, &name, &because);
                return self.rules_written(written, &file, tell);
            }
            Wish::Heed { file, at } => {
                return self.rules_written(rule_files::heed(&file, at), &file, tell);
            }
        };
        self.tell_views(tell);
        if let Some(name) = opened {
            tell(Told::Opened(name));
        }
        if let Err(sentence) = met {
            tell(Told::Failed(sentence));
        }
    }

    fn rules_written(&self, written: Result<(), String>, own: &Path, tell: &impl Fn(Told)) {
        match written {
            Ok(()) => self.tell_rules(Some(own), tell),
            Err(sentence) => tell(Told::Failed(sentence)),
        }
    }

    fn tell_rules(&self, own: Option<&Path>, tell: &impl Fn(Told)) {
        let book = RuleBook::read(&self.folders, own);
        for fault in book.faults() {
            tracing::warn!("{fault}");
        }
        tell(Told::Rules(Arc::new(book)));
    }

    fn tell_views(&self, tell: &impl Fn(Told)) {
        let views = Views::read(&self.folders);
        for fault in &views.faults {
            tracing::warn!("{fault}");
        }
        tell(Told::Views(Arc::new(views)));
    }
}

/// Does some of the work; where it panics, the person is told, and the next wish is met.
fn guarded(what: &str, tell: &impl Fn(Told), work: impl FnOnce()) {
    let done = worker::guarded(what, || {
        work();
        Ok(())
    });
    if let Err(sentence) = done {
        tell(Told::Failed(sentence));
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::Theme;
    use super::*;
    use crate::config::Environment;

    fn keeper(folder: &Path) -> (Keeper, Settings) {
        let named = folder.join("settings.toml").display().to_string();
        let environment = Environment::from_variables([("RDS_FLEET_SETTINGS".to_owned(), named)], None);
        let (file, settings, _) = SettingsFile::read(&environment);
        (Keeper::start(file, Folders::of(&environment), || {}).unwrap(), settings)
    }

    /// Waits for it: what is told comes from another thread.
    fn next(keeper: &Keeper) -> Told {
        keeper.told.lock().unwrap().recv().unwrap()
    }

    #[test]
    fn the_last_state_is_written_when_the_window_closes() {
        let folder = tempfile::tempdir().unwrap();
        let (keeper, settings) = keeper(folder.path());
        for theme in [Theme::Dark, Theme::Light] {
            keeper.send(Wish::Keep(Box::new(Settings { theme, ..settings.clone() })));
        }
        drop(keeper);
        assert_eq!(
            fs::read_to_string(folder.path().join("settings.toml")).unwrap(),
            "version = 1\ntheme = \"light\"\n"
        );
    }

    #[test]
    fn views_are_told_at_the_start_and_after_every_wish() {
        let folder = tempfile::tempdir().unwrap();
        let (keeper, _) = keeper(folder.path());
        assert_eq!(next(&keeper), Told::Views(Arc::default()));
        assert_eq!(next(&keeper), Told::Rules(Arc::default()));
        let view =
            SavedView { name: "mine".to_owned(), kind: "db-clusters".to_owned(), ..SavedView::default() };
        keeper.send(Wish::SaveView(Box::new(view.clone())));
        let Told::Views(views) = next(&keeper) else { panic!() };
        assert_eq!(views.views, [view]);
        keeper.send(Wish::RenameView { from: "nobody".to_owned(), to: "x".to_owned() });
        next(&keeper);
        assert!(matches!(next(&keeper), Told::Failed(sentence) if sentence.contains("nobody")));
    }
    #[test]
    fn a_setting_that_is_ignored_begins_a_file_of_the_persons_own() {
        let folder = tempfile::tempdir().unwrap();
        let (keeper, _) = keeper(folder.path());
        next(&keeper);
        next(&keeper);
        let (section, name, because) = (Section::Storage, "Iops".to_owned(), "ours".to_owned());
        keeper.send(Wish::Ignore { file: None, section, name, because });
        let Told::Rules(book) = next(&keeper) else { panic!() };
        let path = folder.path().join("comparison-rules.toml");
        assert_eq!(book.own.as_ref().unwrap().path, path);
        assert_eq!(book.rules.ignores(Section::Storage, "Iops"), Some("ours"));
        keeper.send(Wish::Heed { file: path.clone(), at: 0 });
        let Told::Rules(book) = next(&keeper) else { panic!() };
        assert_eq!(book.rules.ignores(Section::Storage, "Iops"), None);
        keeper.send(Wish::Heed { file: path, at: 0 });
        assert!(matches!(next(&keeper), Told::Failed(sentence) if sentence.contains("no more")));
        keeper.send(Wish::ReadRules(None));
        assert_eq!(next(&keeper), Told::Rules(Arc::default()));
    }
}
