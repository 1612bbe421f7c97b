//! Reading a file that a person or a profile names: a regular file up to a size, and never a wait. A pipe, a device or a
//! file of gigabytes is refused in words.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// The bytes of a regular file that has no more than `limit` of them.
///
/// # Errors
/// What the system says, or that the file is no regular one or too large. The error does not name the file.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let file = open_regular(path)?;
    let mut bytes = Vec::new();
    // The size that the system tells is not relied on: files grow, and those of /proc have none.
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Error::other(format!("it is larger than {}, the most that is read of it", size(limit))));
    }
    Ok(bytes)
}

/// The text of a regular file that has no more than `limit` bytes.
///
/// # Errors
/// As `read_bounded`, or that the file is not UTF-8 text.
pub fn read_text(path: &Path, limit: u64) -> Result<String> {
    let bytes = read_bounded(path, limit)?;
    String::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::InvalidData, "it is not UTF-8 text"))
}

fn open_regular(path: &Path) -> Result<File> {
    // Looked at before it is opened, since opening alone sets some devices going, and again afterwards.
    refuse_unless_regular(&path.metadata()?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    // Opening a pipe would wait for a writer.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    let file = options.open(path)?;
    refuse_unless_regular(&file.metadata()?)?;
    Ok(file)
}

fn refuse_unless_regular(metadata: &std::fs::Metadata) -> Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() { "it is a folder" } else { "it is a pipe or a device" };
    Err(Error::other(format!("{what}, not a regular file")))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "x".repeat(5000)).unwrap();
        assert_eq!(read_bounded(&file, 5000).unwrap().len(), 5000);
        let said = read_bounded(&file, 4999).unwrap_err().to_string();
        assert!(said.contains("larger than 4 kB"), "{said}");
        assert!(read_bounded(folder.path(), 1).unwrap_err().to_string().contains("folder"));
        let missing = read_bounded(&folder.path().join("none"), 1).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
        std::fs::write(&file, b"\xff").unwrap();
        assert!(read_text(&file, 10).unwrap_err().to_string().contains("UTF-8"));
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_devices_are_refused_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        for path in [pipe.as_path(), link.as_path(), Path::new("/dev/zero"), Path::new("/dev/null")] {
            let said = read_bounded(path, 10).unwrap_err().to_string();
            assert!(said.contains("not a regular file"), "{}: {said}", path.display());
        }
        // A file of /proc says that it has no bytes, and has some.
        assert!(!read_bounded(Path::new("/proc/self/status"), 1 << 20).unwrap().is_empty());
    }
}
