//! Reading the two files, bounded and without surprises: whatever stands in the way becomes a diagnostic. What is in
//! the files is read by the grammar; nothing here writes, ever.

use super::diagnostic::{Diagnostic, Severity};
use super::profiles::FileState;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A shared config of a thousand profiles has about 150 KB. Beyond this it is another file, named by mistake.
const LARGEST: u64 = 8_000_000;

/// A file's path, what came of reading it, and its bytes.
pub(super) struct Contents<'a> {
    pub path: PathBuf,
    pub state: FileState,
    pub bytes: std::borrow::Cow<'a, [u8]>,
    pub diagnostic: Option<Diagnostic>,
}

impl<'a> Contents<'a> {
    /// A file whose text is at hand, or that is not there.
    pub fn given(path: PathBuf, text: Option<&'a [u8]>) -> Self {
        let state = if text.is_some() { FileState::Read } else { FileState::Missing };
        Self { path, state, bytes: text.unwrap_or_default().into(), diagnostic: None }
    }

    fn unreadable(path: PathBuf, message: String) -> Self {
        let file = path.clone();
        let diagnostic = Diagnostic { severity: Severity::Error, file, line: None, profile: None, message };
        Self { path, state: FileState::Unreadable, bytes: Vec::new().into(), diagnostic: Some(diagnostic) }
    }
}

/// Reads a file, once. A file that is not there is `Missing` and no diagnostic here: whether that matters depends on
/// the other file.
pub(super) fn read(path: PathBuf) -> Contents<'static> {
    match read_bytes(&path) {
        Ok(Some(bytes)) => Contents { path, state: FileState::Read, bytes: bytes.into(), diagnostic: None },
        Ok(None) => Contents::given(path, None),
        Err(message) => Contents::unreadable(path, message),
    }
}

/// The bytes; `None` when there is no such file; else a sentence that says why it cannot be read.
fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(None),
        ErrorKind::PermissionDenied => {
            Err("the file cannot be read: permission denied; ask its owner for the right to read it"
                .to_owned())
        }
        _ => Err(format!("the file cannot be read ({error}): name the AWS config, a regular file")),
    };
    if is_null_device(path) {
        return Ok(Some(Vec::new()));
    }
    match crate::files::read_bounded(path, LARGEST) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) => failed(error),
    }
}

/// `AWS_CONFIG_FILE=/dev/null` is how scripts say "no config".
fn is_null_device(path: &Path) -> bool {
    path == Path::new("/dev/null") || (cfg!(windows) && path.as_os_str().eq_ignore_ascii_case("nul"))
}

/// What to say about files that are not there. A file named by a variable should exist; without any config file and
/// credentials file there is nothing to show.
pub(super) fn missing(
    config: &Contents<'_>,
    credentials: &Contents<'_>,
    config_is_named: bool,
    credentials_is_named: bool,
) -> Vec<Diagnostic> {
    let tell = |severity, file: &Path, message: String| Diagnostic {
        severity,
        file: file.to_owned(),
        line: None,
        profile: None,
        message,
    };
    let mut diagnostics = Vec::new();
    let both = config.state == FileState::Missing && credentials.state == FileState::Missing;
    if config.state == FileState::Missing && config_is_named {
        let message =
            "AWS_CONFIG_FILE names this file, which does not exist: create it or correct the variable";
        diagnostics.push(tell(Severity::Error, &config.path, message.to_owned()));
    } else if both {
        let message = format!(
            "there is neither this file nor {}: create one, or set AWS_CONFIG_FILE to the shared config file",
            credentials.path.display()
        );
        diagnostics.push(tell(Severity::Error, &config.path, message));
    } else if config.state == FileState::Missing {
        let message = "there is no config file; only the credentials file is used";
        diagnostics.push(tell(Severity::Note, &config.path, message.to_owned()));
    }
    if credentials.state == FileState::Missing && credentials_is_named {
        let message = "AWS_SHARED_CREDENTIALS_FILE names this file, which does not exist: create it or unset the \
                       variable";
        diagnostics.push(tell(Severity::Warning, &credentials.path, message.to_owned()));
    }
    diagnostics
}
