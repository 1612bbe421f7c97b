//! Writing a file so that a crash or a full disk leaves the old one whole: into a new file beside it, then renamed.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Duration;

/// What is said when the reader of the standard output has ended, as `head` does: no mistake, and nothing to do.
pub const READER_GONE: &str = "the reader of the standard output has gone";

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
        let mut out = BufWriter::new(std::io::stdout().lock());
        return content(&mut out).and_then(|value| out.flush().map(|()| value)).map_err(|error| match error
            .kind()
        {
            std::io::ErrorKind::BrokenPipe => READER_GONE.to_owned(),
            _ => format!(
                "the standard output cannot be written: {error}; write to a file with -o, or free some space"
            ),
        });
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
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(format!(
            "{} cannot be written: there is no folder {}; make it, or name another",
            path.display(),
            folder.display()
        ));
    }
    let beginning = format!(".rds-fleet-{}-", place.file_name().unwrap_or_default().to_string_lossy());
    remove_left_over(folder, &beginning);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&beginning).suffix(".part");
    // An inventory is made to be handed on: a new file gets the usual permissions, and an old one keeps its own.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let permissions =
            place.metadata().map_or_else(|_| std::fs::Permissions::from_mode(0o666), |m| m.permissions());
        builder.permissions(permissions);
    }
    let mut file =
        builder.tempfile_in(folder).map_err(|error| failed("no file can be made beside it", error))?;
    let value = {
        let mut out = BufWriter::new(file.as_file_mut());
        content(&mut out)
            .and_then(|value| out.flush().map(|()| value))
            .map_err(|error| failed("writing failed", error))?
    };
    file.as_file().sync_all().map_err(|error| failed("writing failed", error))?;
    file.persist(&place).map_err(|error| failed("the finished file cannot take its place", error.error))?;
    Ok(value)
}

/// Removes what a program left of the same file that was ended while it wrote: nobody writes for a day.
fn remove_left_over(folder: &Path, beginning: &str) {
    const LONG_AGO: Duration = Duration::from_secs(24 * 60 * 60);
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_old = || {
            let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
            modified.and_then(|time| time.elapsed().ok()).is_some_and(|age| age > LONG_AGO)
        };
        if name.starts_with(beginning) && name.ends_with(".part") && is_old() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
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

    #[test]
    fn what_a_killed_program_left_is_removed_when_it_is_old() {
        let folder = tempfile::tempdir().unwrap();
        let part = |name: &str| folder.path().join(format!(".rds-fleet-{name}.part"));
        let old = std::time::SystemTime::now() - Duration::from_secs(2 * 24 * 60 * 60);
        for name in ["a.csv-1", "b.csv-1"] {
            let file = std::fs::File::create(part(name)).unwrap();
            file.set_modified(old).unwrap();
        }
        std::fs::File::create(part("a.csv-2")).unwrap();
        write_file(&folder.path().join("a.csv"), |out| out.write_all(b"new")).unwrap();
        assert!(!part("a.csv-1").exists());
        assert!(part("a.csv-2").exists(), "somebody may be writing it");
        assert!(part("b.csv-1").exists(), "another file's");
    }
}
