//! Watching the two files: one thread that looks at their metadata every second. Polling sees what notifications do
//! not: changes on NFS and SMB, and files that are replaced by a rename. What a change means is decided by whoever is
//! told of it.

use super::environment::Environment;
use super::profiles::Configuration;
use crate::worker;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, SystemTime};

const INTERVAL: Duration = Duration::from_secs(1);

/// Watches the config and credentials files until it is dropped.
#[derive(Debug)]
pub struct Watch {
    /// Dropping it ends the thread, which waits on the other end.
    _stop: Option<Sender<()>>,
}

impl Watch {
    /// Starts watching the files that this environment names. From now on each change is followed, within about a
    /// second, by one call with the configuration read anew; the call is made on the watching thread. Load the first
    /// configuration after this, so that no change falls between. After the drop a call already begun still ends, and
    /// the drop does not wait for it: a file system that hangs must not hang the window.
    pub fn start(environment: Environment, on_change: impl Fn(Configuration) + Send + 'static) -> Watch {
        let (stop, stopped) = mpsc::channel::<()>();
        let mut known = look(&environment);
        let poll = move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(INTERVAL) {
                let now = look(&environment);
                if now != known {
                    known = now;
                    let told = worker::guarded("reading the changed config", || {
                        on_change(Configuration::load(&environment));
                        Ok(())
                    });
                    if let Err(sentence) = told {
                        tracing::error!("{sentence}");
                    }
                }
            }
        };
        let thread = std::thread::Builder::new().name("config watch".to_owned()).spawn(poll);
        match thread {
            Ok(_) => Watch { _stop: Some(stop) },
            Err(error) => {
                tracing::warn!(%error, "the shared config cannot be watched for changes");
                Watch { _stop: None }
            }
        }
    }
}

/// All that tells one state of a file from another without reading it.
#[derive(PartialEq)]
struct Look {
    modified: Option<SystemTime>,
    length: u64,
    /// Device, inode and the time of the last change of the inode, which a rename or a chmod changes.
    #[cfg(unix)]
    inode: (u64, u64, i64, i64),
}

fn look(environment: &Environment) -> [Option<Look>; 2] {
    [look_at(&environment.config_file()), look_at(&environment.credentials_file())]
}

fn look_at(file: &Path) -> Option<Look> {
    #[cfg(unix)]
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(file).ok()?;
    Some(Look {
        modified: metadata.modified().ok(),
        length: metadata.len(),
        #[cfg(unix)]
        inode: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FileState;

    #[test]
    fn an_edit_a_rename_and_a_removal_are_each_told_within_two_seconds() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let write = |path: &Path, names: &[&str]| {
            let text: String = names.iter().map(|name| format!("[profile {name}]\n")).collect();
            std::fs::write(path, text).unwrap();
        };
        write(&file, &["a"]);
        let home = Some(folder.path().to_owned());
        let environment =
            Environment::from_variables([], home).with("AWS_CONFIG_FILE", &file.to_string_lossy());
        let (told, changes) = mpsc::channel();
        let watch = Watch::start(environment, move |configuration| {
            let _ = told.send(configuration);
        });
        let next =
            || changes.recv_timeout(Duration::from_secs(2)).expect("a change is told within two seconds");
        let names = |configuration: &Configuration| -> Vec<String> {
            configuration.profiles.iter().map(|profile| profile.name.clone()).collect()
        };

        write(&file, &["a", "b"]);
        assert_eq!(names(&next()), ["a", "b"]);

        let other = folder.path().join("config.new");
        write(&other, &["c", "d"]);
        std::fs::rename(&other, &file).unwrap();
        assert_eq!(names(&next()), ["c", "d"]);

        std::fs::remove_file(&file).unwrap();
        assert_eq!(next().config_file_state, FileState::Missing);

        write(&file, &["e"]);
        assert_eq!(names(&next()), ["e"]);

        drop(watch);
        let ended = changes.recv_timeout(Duration::from_secs(2));
        assert!(matches!(ended, Err(RecvTimeoutError::Disconnected)), "the thread ends with the watch");
    }
}
