//! Standard output and standard error: the only place that writes to them. What acts on a terminal does not get there,
//! whoever wrote it; what is data leaves exact where no terminal reads it.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use crate::clean;

/// Says a sentence on standard error. That nobody reads it is no reason to fail.
pub fn say(sentence: &str) {
    let _ = writeln!(io::stderr(), "{}", clean::shown(&clean::without_held(sentence)));
}

/// Prints the help or the version, or says what is wrong with a command.
pub fn not_parsed(said: &clap::Error) -> ExitCode {
    if said.use_stderr() {
        say(said.render().to_string().trim_end());
    } else {
        // That nobody reads the help is no reason to fail.
        let _ = said.print();
    }
    ExitCode::from(u8::try_from(said.exit_code()).unwrap_or(2))
}

/// Whether somebody looks at standard error.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// Standard output for a report: as it is into a file or a pipe, and harmless on a terminal.
pub fn out() -> Box<dyn Write> {
    let out = io::stdout().lock();
    if io::stdout().is_terminal() { Box::new(Harmless::new(out)) } else { Box::new(out) }
}

/// Whether the program was started without a standard output. Rust then opens the null device in its place, to read and
/// to write; who does not want the output has it opened to write only.
#[cfg(unix)]
pub fn is_closed() -> bool {
    use std::os::unix::fs::MetadataExt;
    let stdout = io::stdout();
    let (Ok(flags), Ok(opened)) = (rustix::fs::fcntl_getfl(&stdout), rustix::fs::fstat(&stdout)) else {
        return true;
    };
    flags.contains(rustix::fs::OFlags::RDWR)
        && rustix::fs::FileType::from_raw_mode(opened.st_mode) == rustix::fs::FileType::CharacterDevice
        && std::fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == opened.st_rdev)
}

/// Nobody has found a way to tell.
#[cfg(not(unix))]
pub fn is_closed() -> bool {
    false
}

/// Standard error for the log: each line without secrets.
pub fn log() -> impl Write {
    LogLine
}

struct LogLine;

impl Write for LogLine {
    /// The log hands over a line at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        writeln!(io::stderr(), "{}", clean::message(text.trim_end(), LONGEST_LINE))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Bytes of a line of the log at most.
const LONGEST_LINE: usize = 16 << 10;

/// Writes text on, and escapes of what acts on a terminal. What is no text becomes a question mark.
struct Harmless<W: Write> {
    to: W,
    /// The beginning of a letter whose end is still to come.
    half: Vec<u8>,
}

impl<W: Write> Harmless<W> {
    fn new(to: W) -> Harmless<W> {
        Harmless { to, half: Vec::new() }
    }
}

impl<W: Write> Write for Harmless<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.half.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.half) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.half.len(),
        };
        let text = String::from_utf8_lossy(&self.half[..whole]).into_owned();
        self.half.drain(..whole);
        self.to.write_all(clean::shown(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::{Path, PathBuf};

    #[test]
    fn a_terminal_gets_escapes_of_what_acts_on_it() {
        let mut out = Vec::new();
        let mut harmless = Harmless::new(&mut out);
        let text = "ü\u{1b}[2J\n漢\u{9b}31m\u{202e}";
        // One byte at a time: letters come in parts.
        for byte in text.as_bytes() {
            harmless.write_all(&[*byte]).unwrap();
        }
        harmless.write_all(b"\xff!").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "ü\\u{1b}[2J\n漢\\u{9b}31m\\u{202e}\u{fffd}!");
    }

    /// Every source file below a folder.
    fn sources(folder: &Path) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(sources(&path));
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
                found.push(path);
            }
        }
        found
    }

    #[test]
    fn nothing_is_printed_but_through_here() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let ways =
            ["print!(", "println!(", "dbg!(", "stdout()", "stderr()", "io::stderr)", "Arguments::parse()"];
        let files = sources(&source);
        assert!(files.len() > 100);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let found: Vec<&str> = ways.into_iter().filter(|way| code.contains(way)).collect();
            assert!(found.is_empty() || file.ends_with("src/terminal.rs"), "{}: {found:?}", file.display());
        }
    }
}
