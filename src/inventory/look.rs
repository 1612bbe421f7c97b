//! Looking before touching: whether what lies where a store is to be is a store of ours, or nothing. Whatever else it is, a
//! device, a pipe, a link, somebody's text or another program's database, is refused and left exactly as it is.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use super::place::beside;
use super::schema::APPLICATION_ID;

/// What every file of SQLite begins with, and where in it an application's number stands.
const MAGIC: &[u8] = b"SQLite format 3\0";
const APPLICATION_ID_AT: usize = 68;

/// What lies where a store is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Nothing,
    /// A store of ours, or an empty file.
    Ours,
    /// Begins as SQLite's files do, without our number, and our lock is beside it: a store of ours that is broken, unless
    /// SQLite can read it.
    Doubtful,
}

/// Looks at a store's place and at the files beside it, without changing anything or following a link.
///
/// # Errors
/// A sentence that says what is there instead.
pub fn look(store: &Path) -> Result<Found, String> {
    if store.file_name().is_none() || store.as_os_str().to_string_lossy().ends_with(['/', '\\']) {
        return Err(refused(store, "is a folder: name a file in it"));
    }
    if let Some(folder) = store.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        folder_is_safe(folder)?;
    }
    for end in ["-wal", "-shm", "-journal", ".lock"] {
        let path = beside(store, end);
        if let Some(metadata) = regular(&path)?
            && end == ".lock"
            && metadata.len() > 0
        {
            return Err(refused(&path, "is not the lock of a store of RDS Fleet"));
        }
    }
    let Some(metadata) = regular(store)? else { return Ok(Found::Nothing) };
    if metadata.len() == 0 {
        return Ok(Found::Ours);
    }
    let mut beginning = Vec::new();
    open(store, false)
        .and_then(|file| file.take(100).read_to_end(&mut beginning))
        .map_err(|error| format!("{} cannot be read: {error}", store.display()))?;
    let number = beginning.get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4);
    match (beginning.starts_with(MAGIC), number) {
        (true, Some(number)) if number == APPLICATION_ID.to_be_bytes() => Ok(Found::Ours),
        (true, _) if beside(store, ".lock").exists() => Ok(Found::Doubtful),
        _ => Err(not_ours(store)),
    }
}

/// What is said of a file that is no store of ours.
pub fn not_ours(store: &Path) -> String {
    refused(store, "is not a store of RDS Fleet")
}

fn refused(path: &Path, why: &str) -> String {
    format!("{} {why}, and is left as it is", path.display())
}

/// The facts of a regular file of the user's own that has one name only; `None` where there is nothing.
fn regular(path: &Path) -> Result<Option<Metadata>, String> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(format!("{} cannot be looked at: {error}", path.display())),
    };
    match unfit(&metadata) {
        Some(why) => Err(refused(path, why)),
        None => Ok(Some(metadata)),
    }
}

/// Why a file is none that we would write to.
fn unfit(metadata: &Metadata) -> Option<&'static str> {
    if metadata.is_symlink() {
        return Some("is a link: name the file itself");
    }
    if metadata.is_dir() {
        return Some("is a folder: name a file in it");
    }
    if !metadata.is_file() {
        return Some("is no regular file");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if user().is_some_and(|user| user != metadata.uid()) {
            return Some("belongs to somebody else");
        }
        if metadata.nlink() > 1 {
            return Some("has a second name (a hard link)");
        }
    }
    None
}

/// The user that this program runs as, where the system says it.
#[cfg(unix)]
fn user() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").ok().map(|process| process.uid())
}

/// Whether nobody else can put another file in a store's place: everybody may write into neither its folder nor the one
/// above, unless only a file's owner may remove it there, as in `/tmp`.
fn folder_is_safe(folder: &Path) -> Result<(), String> {
    #[cfg(unix)]
    for folder in folder.ancestors().take(2).filter(|folder| !folder.as_os_str().is_empty()) {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder).map_or(0, |metadata| metadata.permissions().mode());
        if mode & 0o002 != 0 && mode & 0o1000 == 0 {
            return Err(format!(
                "everybody may write into the folder {}, so that others could exchange the store",
                folder.display()
            ));
        }
    }
    Ok(())
}

/// Opens a file that was looked at, or makes it, so that nobody else can read it. What took its place meanwhile is refused.
pub fn open_private(path: &Path) -> io::Result<File> {
    let file = match open(path, true) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path)?,
        opened => opened?,
    };
    let metadata = file.metadata()?;
    if let Some(why) = unfit(&metadata) {
        return Err(io::Error::other(format!("it {why}")));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & 0o077 != 0 {
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(file)
}

fn make(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // Another program of the user was quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open(path, true),
        made => made,
    }
}

/// Opens what is there. A link is not followed, and a pipe that took its place keeps nobody waiting.
fn open(path: &Path, to_write: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(to_write);
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    options.open(path)
}
