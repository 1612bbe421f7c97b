//! Writing a file so that a crash or a full disk leaves the old one whole: into a new file beside it, then renamed.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::files::{self, Replacement};
use crate::terminal;

/// Writes a file through `content`, atomically, and gives back what `content` gave. `-` is the standard output;
/// a device or a pipe is written directly, since nothing can take its place.
///
/// # Errors
/// A sentence that names the file, what failed and what to do; the file is then as it was.
pub fn write_file<T>(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> std::io::Result<T>,
) -> Result<T, String> {
    if path == Path::new("-") {
        return write_stdout(content);
    }
    let failed = |what: &str, error: std::io::Error| {
        format!(
            "{} cannot be written, {what}: {error}. What was there before is unchanged; choose another place or {}.",
            path.display(),
            match error.kind() {
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => "free some space",
                std::io::ErrorKind::PermissionDenied => "get the right to write there",
                _ => "check this one",
            }
        )
    };
    // A link stays a link: what it points to is replaced.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match place.metadata() {
        Ok(metadata) if metadata.is_dir() => {
            return Err(format!("{} is a folder: name a file in it", path.display()));
        }
        Ok(metadata) if !metadata.is_file() => {
            let file = OpenOptions::new()
                .write(true)
                .open(&place)
                .map_err(|error| failed("it cannot be opened", error))?;
            let mut out = BufWriter::new(file);
            return content(&mut out)
                .and_then(|value| out.flush().map(|()| value))
                .map_err(|error| failed("writing failed", error));
        }
        _ => {}
    }
    let folder = files::folder_of(&place);
    if !folder.is_dir() {
        return Err(format!(
            "{} cannot be written: there is no folder {}; make it, or name another",
            path.display(),
            folder.display()
        ));
    }
    // An inventory is made to be handed on, so a new file gets the usual permissions.
    let mut file =
        Replacement::begin(&place, 0o666).map_err(|error| failed("no file can be made beside it", error))?;
    let value = {
        let mut out = BufWriter::new(file.out());
        content(&mut out)
            .and_then(|value| out.flush().map(|()| value))
            .map_err(|error| failed("writing failed", error))?
    };
    file.finish().map_err(|error| failed("the finished file cannot take its place", error))?;
    Ok(value)
}

fn write_stdout<T>(content: impl FnOnce(&mut dyn Write) -> std::io::Result<T>) -> Result<T, String> {
    if terminal::is_closed() {
        return Err("the standard output is closed, so nothing can be written there: use -o FILE".to_owned());
    }
    let mut out = BufWriter::new(terminal::out());
    content(&mut out).and_then(|value| out.flush().map(|()| value)).map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => {
            "the reader of the standard output ended before everything was written; use -o FILE to have all of it"
                .to_owned()
        }
        _ => format!("the standard output cannot be written: {error}; use -o FILE, or free some space"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_the_old_file_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("inventory.csv");
        std::fs::write(&file, "old").unwrap();
        let result: Result<(), String> = write_file(&file, |out| {
            out.write_all(b"half")?;
            Err(std::io::Error::other("the disk is full"))
        });
        let message = result.unwrap_err();
        assert!(message.contains("inventory.csv") && message.contains("the disk is full"), "{message}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
        write_file(&file, |out| out.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let message = write_file(Path::new("/nowhere/at/all.csv"), |_| Ok(())).unwrap_err();
        assert!(message.contains("/nowhere/at"), "{message}");
        let folder = tempfile::tempdir().unwrap();
        assert!(write_file(folder.path(), |_| Ok(())).unwrap_err().contains("is a folder"));
    }
}
