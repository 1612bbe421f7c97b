//! Replacing a file so that a crash or a full disk leaves the old one whole: into a new file beside it, which then takes its
//! place with the old one's owner and permissions. An unfinished one is removed when the program is ended, and one that a
//! killed program left, when the same file is written the next time.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::{Result, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::NamedTempFile;

/// The unfinished files of this program: who ends it by a signal removes them.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Removes the files that are being written: the program ends now.
pub fn remove_unfinished() {
    for path in std::mem::take(&mut *unfinished()) {
        let _ = std::fs::remove_file(path);
    }
}

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that is being written and takes another's place when it is whole; dropped before, it is removed.
pub struct Replacement {
    file: NamedTempFile,
    place: PathBuf,
    _listed: Listed,
}

/// Stands in the list of unfinished files until it is dropped.
struct Listed(PathBuf);

impl Drop for Listed {
    fn drop(&mut self) {
        unfinished().remove(&self.0);
    }
}

impl Replacement {
    /// Begins a file beside `place`. A new one gets the permissions of `mode`, less what the system's mask takes away; one
    /// that is replaced hands on its own, and its owner.
    ///
    /// # Errors
    /// What the system says.
    pub fn begin(place: &Path, mode: u32) -> Result<Replacement> {
        let folder = folder_of(place);
        let beginning = beginning_of(place);
        remove_left_over(folder, &beginning);
        let mut builder = tempfile::Builder::new();
        builder.prefix(&beginning).suffix(END);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
        #[cfg(not(unix))]
        let _ = mode;
        let file = builder.tempfile_in(folder)?;
        let _listed = Listed(file.path().to_owned());
        unfinished().insert(file.path().to_owned());
        // Held while it is written, so that nobody takes it for a left-over. Where there are no locks its age tells.
        let _ = file.as_file().try_lock();
        Ok(Replacement { file, place: place.to_owned(), _listed })
    }

    /// What is written into.
    pub fn out(&mut self) -> &mut impl Write {
        self.file.as_file_mut()
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// What the system says; the old file is then as it was.
    pub fn finish(self) -> Result<()> {
        keep_owner_and_mode(self.file.as_file(), &self.place)?;
        self.file.as_file().sync_all()?;
        self.file.persist(&self.place).map_err(|error| error.error)?;
        Ok(())
    }
}

/// The folder of a file's path.
pub fn folder_of(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

const END: &str = ".part";

fn beginning_of(place: &Path) -> String {
    format!(".rds-fleet-{}-", place.file_name().unwrap_or_default().to_string_lossy())
}

/// Gives a new file the owner and the permissions of the one that it replaces, if there is one.
#[cfg(unix)]
fn keep_owner_and_mode(file: &File, place: &Path) -> Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let (Ok(old), new) = (place.metadata(), file.metadata()?) else { return Ok(()) };
    // Only root may give a file away; a group may be one of the writer's own. The owner goes first: a change of owner
    // takes permissions away.
    if old.uid() != new.uid() {
        let _ = fchown(file, Some(old.uid()), None);
    }
    if old.gid() != new.gid() {
        let _ = fchown(file, None, Some(old.gid()));
    }
    file.set_permissions(old.permissions())
}

#[cfg(not(unix))]
fn keep_owner_and_mode(_file: &File, _place: &Path) -> Result<()> {
    Ok(())
}

/// Removes what a program left of the same file that was killed while it wrote.
fn remove_left_over(folder: &Path, beginning: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_ours = name.starts_with(beginning) && name.ends_with(END);
        if is_ours && entry.metadata().is_ok_and(|metadata| metadata.is_file()) && is_left(&entry.path()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether nobody writes an unfinished file any more: nobody holds its lock, or it has been there for a day.
fn is_left(path: &Path) -> bool {
    const LONG_AGO: Duration = Duration::from_secs(24 * 60 * 60);
    // Between making a file and locking it.
    const A_MOMENT: Duration = Duration::from_millis(200);
    let Ok(file) = File::open(path) else { return false };
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    let Some(age) = modified.ok().and_then(|time| time.elapsed().ok()) else { return false };
    match file.try_lock() {
        Ok(()) => age > A_MOMENT,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => age > LONG_AGO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(place: &Path, text: &str) {
        let mut file = Replacement::begin(place, 0o666).unwrap();
        file.out().write_all(text.as_bytes()).unwrap();
        file.finish().unwrap();
    }

    #[test]
    fn what_a_killed_program_left_is_removed_and_what_is_being_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let part = |name: &str| folder.path().join(format!(".rds-fleet-{name}.part"));
        let before = std::time::SystemTime::now() - Duration::from_secs(60);
        let left = |name: &str| {
            let file = File::create(part(name)).unwrap();
            file.set_modified(before).unwrap();
            file
        };
        drop(left("a.csv-1"));
        drop(left("b.csv-1"));
        let busy = left("a.csv-2");
        busy.lock().unwrap();
        drop(File::create(part("a.csv-3")).unwrap());
        std::fs::create_dir(part("a.csv-4")).unwrap();
        write(&folder.path().join("a.csv"), "new");
        assert!(!part("a.csv-1").exists());
        assert!(part("a.csv-2").exists(), "somebody is writing it");
        assert!(part("a.csv-3").exists(), "somebody may be about to write it");
        assert!(part("a.csv-4").exists(), "it is not ours");
        assert!(part("b.csv-1").exists(), "another file's");
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_permissions_whatever_the_mask_and_its_owner() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        let folder = tempfile::tempdir().unwrap();
        for mode in [0o666, 0o600, 0o640, 0o777] {
            let file = folder.path().join(format!("{mode:o}"));
            std::fs::write(&file, "old").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            // Only root can give a file away.
            let given = chown(&file, Some(12345), Some(54321)).is_ok();
            write(&file, "new");
            let now = file.metadata().unwrap();
            assert_eq!(now.mode() & 0o777, mode);
            assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
            assert!(!given || (now.uid(), now.gid()) == (12345, 54321));
        }
    }

    #[test]
    fn an_unfinished_file_is_removed_when_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.csv");
        let file = Replacement::begin(&place, 0o600).unwrap();
        assert!(unfinished().contains(file.file.path()));
        drop(file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(!unfinished().iter().any(|path| path.starts_with(folder.path())));
    }
}
