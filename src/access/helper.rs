//! Helpers: the programs that `credential_process` names. Each runs within bounds of time and of output, without input, in a
//! process group of its own, which ends with it; few run at a time. What a helper's answer must look like is AWS's:
//! https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html

use std::collections::BTreeSet;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::{Iso8601, Rfc3339};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::held;
#[cfg(not(windows))]
use super::words;

/// Of what a helper prints: credentials have two kilobytes.
const MOST_OUTPUT: usize = 64 << 10;
/// Of what it says on standard error so much is told; the rest is read and dropped.
const MOST_SAID: usize = 2000;
/// How long the output of a helper that has ended is waited for: a process that it left may still hold it open.
const AFTER_ITS_END: Duration = Duration::from_secs(1);
/// Helpers at a time, whatever the number of calls: each is a process or several.
const MOST_AT_ONCE: usize = 8;

/// The process groups of all helpers that run, behind the number of who runs them: they end with the program.
static RUNNING: Mutex<BTreeSet<(usize, u32)>> = Mutex::new(BTreeSet::new());

/// Ends every helper that runs, with all processes that it started.
pub fn end_all() {
    running().iter().for_each(|(_, group)| end(*group));
}

fn running() -> MutexGuard<'static, BTreeSet<(usize, u32)>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs helpers, few at a time.
#[derive(Debug)]
pub struct Helpers {
    number: usize,
    places: Semaphore,
    limit: Duration,
}

impl Helpers {
    /// For so many calls at once; each helper has until `limit`.
    pub fn new(calls: usize, limit: Duration) -> Helpers {
        static NUMBERS: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        Helpers { number, places: Semaphore::new(calls.clamp(1, MOST_AT_ONCE)), limit }
    }

    /// How long each may take.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Ends those that run, with all processes that they started.
    pub fn end(&self) {
        running().range((self.number, 0)..=(self.number, u32::MAX)).for_each(|(_, group)| end(*group));
    }

    /// What a helper gives.
    ///
    /// # Errors
    /// A sentence that says what went wrong. It holds nothing of what the helper printed.
    pub async fn credentials(&self, line: &str) -> Result<Credentials, String> {
        let mut command = command(line)?;
        let _place = self.places.acquire().await;
        let answer = tokio::time::timeout(self.limit, answer(&mut command, self.number));
        let output = answer.await.unwrap_or_else(|_| {
            Err(format!(
                "the helper gave no answer within {} s and was ended: run it by hand to see what it waits for, or \
                 give it longer (helper_seconds in the settings, RDS_FLEET_HELPER_SECONDS)",
                self.limit.as_secs_f64()
            ))
        })?;
        read(&output)
    }
}

/// What is started: the program itself, or a shell where the line needs one.
fn command(line: &str) -> Result<Command, String> {
    #[cfg(windows)]
    let mut command = {
        // As AWS's SDKs do: the whole line within another pair of quotes, which cmd.exe takes away.
        let mut command = Command::new("cmd.exe");
        command.arg("/C").raw_arg(format!("\"{line}\""));
        command
    };
    #[cfg(not(windows))]
    let mut command = match words::Command::of(line)? {
        words::Command::Program { name, arguments } => {
            let mut command = Command::new(name);
            command.args(arguments);
            command
        }
        words::Command::Shell => {
            let mut command = Command::new("sh");
            command.args(["-c", line]);
            command
        }
    };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    Ok(command)
}

/// A helper's processes; they end when this is dropped, be it after the answer, at the limit or with the sweep.
struct Group(usize, u32);

impl Group {
    fn of(child: &Child, number: usize) -> Option<Group> {
        let group = child.id()?;
        running().insert((number, group));
        Some(Group(number, group))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        end(self.1);
        running().remove(&(self.0, self.1));
    }
}

#[cfg(unix)]
fn end(group: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        // That there is none any more is what is wanted.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// The helper itself is ended by `kill_on_drop`. To end what it started would take a job object, which Rust only reaches by
/// unsafe code.
#[cfg(not(unix))]
fn end(_group: u32) {}

/// Starts a helper and gives back what it prints.
async fn answer(command: &mut Command, number: usize) -> Result<Vec<u8>, String> {
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().map_err(|error| {
        format!(
            "the helper {name} cannot be started ({error}): write its whole path; it is started without a shell, as the \
             AWS CLI does"
        )
    })?;
    let group = Group::of(&child, number);
    let (mut printed, mut said) = (Vec::new(), Vec::new());
    let status = listen(&mut child, &mut printed, &mut said).await;
    drop(group);
    let status = status.map_err(|error| format!("the helper {name}: {error}"))?;
    if let Ok(document) = serde_json::from_slice(&printed) {
        // Also of a helper that fails: what it says may quote them.
        held::document(&document);
    }
    if status.success() { Ok(printed) } else { Err(failed(status, &said)) }
}

/// Reads what a helper prints and says until it has ended.
async fn listen(child: &mut Child, printed: &mut Vec<u8>, said: &mut Vec<u8>) -> io::Result<ExitStatus> {
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let reading = async {
        tokio::try_join!(read_all(out, printed, MOST_OUTPUT), read_beginning(err, said, MOST_SAID)).map(drop)
    };
    tokio::pin!(reading);
    tokio::select! {
        read = &mut reading => {
            read?;
            child.wait().await
        }
        status = child.wait() => {
            let status = status?;
            if let Ok(read) = tokio::time::timeout(AFTER_ITS_END, reading).await {
                read?;
            }
            Ok(status)
        }
    }
}

async fn read_all(from: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>, most: usize) -> io::Result<()> {
    let Some(from) = from else { return Ok(()) };
    from.take(most as u64 + 1).read_to_end(into).await?;
    if into.len() > most {
        return Err(io::Error::other(format!(
            "it printed more than {} kB, which are no credentials",
            most >> 10
        )));
    }
    Ok(())
}

async fn read_beginning(
    from: Option<impl AsyncRead + Unpin>,
    into: &mut Vec<u8>,
    most: usize,
) -> io::Result<()> {
    let Some(mut from) = from else { return Ok(()) };
    let mut buffer = [0; 8192];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        let room = most - into.len();
        into.extend_from_slice(&buffer[..read.min(room)]);
    }
}

fn failed(status: ExitStatus, said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    match said.trim() {
        "" => format!("the helper ended with {status} and said nothing on standard error"),
        said => format!("the helper ended with {status}: {said}"),
    }
}

/// The credentials in what a helper printed. Names are read in any case, as AWS's SDKs do.
fn read(printed: &[u8]) -> Result<Credentials, String> {
    let printed = printed.strip_prefix(b"\xef\xbb\xbf").unwrap_or(printed);
    if printed.trim_ascii().is_empty() {
        return Err("the helper printed nothing: it has to print credentials as JSON".to_owned());
    }
    let Ok(Value::Object(answer)) = serde_json::from_slice(printed) else {
        return Err("what the helper printed is no JSON object with credentials".to_owned());
    };
    let member = |name: &str| {
        answer.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    match member("Version") {
        Some(version) if version.as_f64() == Some(1.0) => {}
        Some(_) => return Err("the helper's answer has a Version other than 1".to_owned()),
        None => return Err("the helper's answer has no Version: it has to be 1".to_owned()),
    }
    let text = |name: &str| member(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let wanted = |name: &str| text(name).ok_or_else(|| format!("the helper's answer has no {name}"));
    let (id, secret) = (wanted("AccessKeyId")?, wanted("SecretAccessKey")?);
    let expiry = text("Expiration").map(expiry).transpose()?;
    Ok(Credentials::new(id, secret, text("SessionToken").map(str::to_owned), expiry, "credential_process"))
}

fn expiry(text: &str) -> Result<SystemTime, String> {
    let text = text.trim();
    let plain = text.strip_suffix("UTC").map(|time| format!("{}Z", time.trim_end()));
    let text = plain.as_deref().unwrap_or(text);
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(text, &Iso8601::DEFAULT))
        .map(SystemTime::from)
        .map_err(|_| {
            "the Expiration in the helper's answer is no time: it has to be as 2026-11-01T08:00:00Z"
                .to_owned()
        })
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const GOOD: &str = r#"{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "hush"}"#;

    async fn run(script: &str) -> Result<Credentials, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("helper");
        std::fs::write(&file, script).unwrap();
        Helpers::new(4, Duration::from_secs(2)).credentials(&format!("sh '{}' x", file.display())).await
    }

    fn is_running(marker: &str) -> bool {
        let found = std::process::Command::new("pgrep").args(["-f", marker]).output().unwrap();
        found.status.success()
    }

    #[tokio::test]
    async fn credentials_are_read_as_awss_tools_do() {
        let found = read(GOOD.as_bytes()).unwrap();
        assert_eq!((found.access_key_id(), found.secret_access_key()), ("AKIA", "hush"));
        assert_eq!((found.session_token(), found.expiry()), (None, None));
        for (time, seconds) in [
            ("2026-11-01T08:00:00Z", 1_793_520_000),
            ("2026-11-01T08:00:00+00:00", 1_793_520_000),
            ("2026-11-01T10:00:00.000+02:00", 1_793_520_000),
            ("2026-11-01T08:00:00UTC", 1_793_520_000),
            ("20261101T080000Z", 1_793_520_000),
        ] {
            let text = format!(
                r#"{{"version":1,"accesskeyid":"a","secretaccesskey":"b","SessionToken":"t","Expiration":"{time}"}}"#
            );
            let found = read(format!("\u{feff}{text}").as_bytes()).unwrap();
            assert_eq!(found.session_token(), Some("t"));
            assert_eq!(found.expiry(), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), "{time}");
        }
    }

    #[test]
    fn an_answer_that_is_none_is_a_sentence_without_what_it_says() {
        let deep = "[".repeat(100_000);
        for (printed, wanted) in [
            ("", "printed nothing"),
            ("hush", "no JSON"),
            ("[\"hush\"]", "no JSON"),
            (deep.as_str(), "no JSON"),
            (r#"{"AccessKeyId":"hush"}"#, "no Version"),
            (r#"{"Version":"1","AccessKeyId":"hush"}"#, "Version other"),
            (r#"{"Version":2}"#, "Version other"),
            (r#"{"Version":1,"SecretAccessKey":"hush"}"#, "no AccessKeyId"),
            (r#"{"Version":1,"AccessKeyId":"hush","SecretAccessKey":""}"#, "no SecretAccessKey"),
            (r#"{"Version":1,"AccessKeyId":"a","SecretAccessKey":"b","Expiration":"hush"}"#, "no time"),
        ] {
            let said = read(printed.as_bytes()).unwrap_err();
            assert!(said.contains(wanted) && !said.contains("hush"), "{said}");
        }
    }

    #[tokio::test]
    async fn a_helper_gets_no_input_and_its_words_are_told() {
        assert!(run(&format!("cat; echo '{GOOD}'")).await.is_ok(), "the end of the input comes at once");
        let said = run("echo no session >&2; exit 3").await.unwrap_err();
        assert!(said.contains("exit status: 3") && said.ends_with("no session"), "{said}");
        let said = run("yes 'words' | head -c 30000000 >&2; exit 1").await.unwrap_err();
        assert!(said.len() < MOST_SAID + 200, "{}", said.len());
        let said = run("cat /dev/zero").await.unwrap_err();
        assert!(said.contains("more than 64 kB"), "{said}");
        let said = Helpers::new(1, Duration::from_secs(2)).credentials("/nowhere/helper").await.unwrap_err();
        assert!(said.contains("/nowhere/helper") && said.contains("cannot be started"), "{said}");
    }

    #[tokio::test]
    async fn a_helper_ends_at_its_limit_with_all_that_it_started() {
        let marker = format!("98{}", std::process::id());
        let begun = Instant::now();
        let said = run(&format!("sleep {marker}.1 & sleep {marker}.2")).await.unwrap_err();
        assert!(said.contains("within 2 s") && begun.elapsed() < Duration::from_secs(5), "{said}");
        assert!(!is_running(&format!("sleep {marker}")));
    }

    #[tokio::test]
    async fn what_a_helper_leaves_neither_delays_its_answer_nor_stays() {
        let marker = format!("97{}", std::process::id());
        let begun = Instant::now();
        assert!(run(&format!("sleep {marker}.1 & echo '{GOOD}'")).await.is_ok());
        assert!(begun.elapsed() < Duration::from_millis(1900));
        assert!(!is_running(&format!("sleep {marker}")));
    }

    #[tokio::test]
    async fn a_helper_ends_when_nobody_waits_for_it_any_more() {
        let marker = format!("96{}", std::process::id());
        let script = format!("sleep {marker}; true");
        assert!(tokio::time::timeout(Duration::from_millis(300), run(&script)).await.is_err());
        assert!(!is_running(&format!("sleep {marker}")));
    }

    #[tokio::test]
    async fn few_helpers_run_at_a_time() {
        let helpers = Helpers::new(2, Duration::from_secs(5));
        let line = format!("sleep 0.3; echo '{GOOD}'");
        let begun = Instant::now();
        let all = tokio::join!(
            helpers.credentials(&line),
            helpers.credentials(&line),
            helpers.credentials(&line),
            helpers.credentials(&line),
        );
        assert!(all.0.is_ok() && all.1.is_ok() && all.2.is_ok() && all.3.is_ok());
        assert!(begun.elapsed() >= Duration::from_millis(600));
    }
}
