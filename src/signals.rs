//! What ends the program from outside: Ctrl+C, SIGTERM and a terminal that is closed. Work that can be cut short is told
//! first, and writes what there is; a second signal, or too long a wait, ends the program at once. Either way no unfinished
//! file and no helper stays behind.

use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use crate::{access, files};

/// So long may the program take to write what it has.
const PATIENCE: Duration = Duration::from_secs(20);

/// So long may the end of a window take.
const CLOSING: Duration = Duration::from_secs(5);

type Action = Box<dyn Fn() + Send>;

/// What is done at the first signal, and whether it has come.
static FIRST: Mutex<(Option<Action>, bool)> = Mutex::new((None, false));

fn first() -> MutexGuard<'static, (Option<Action>, bool)> {
    FIRST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to listen. Where the system refuses that, signals end the program as they always do.
pub fn start() {
    let (ready, is_ready) = mpsc::channel();
    let listen = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(listen(&ready)),
            Err(error) => tracing::warn!("signals are not listened to: {error}"),
        }
    };
    if thread::Builder::new().name("rds-fleet-signals".to_owned()).spawn(listen).is_ok() {
        // An error means that it does not listen, which has been logged.
        let _ = is_ready.recv();
    }
}

/// From now on the first signal has this done instead of ending the program. One that has come already counts.
pub fn at_first(action: impl Fn() + Send + 'static) {
    let mut first = first();
    if first.1 {
        action();
    }
    first.0 = Some(Box::new(action));
}

/// Whether a signal has come: nothing more is to be begun.
pub fn has_come() -> bool {
    first().1
}

/// Ends the program after a few seconds, should it not have ended by itself.
pub fn end_soon() {
    // Without a thread it ends when its work does.
    let _ = thread::Builder::new().name("rds-fleet-ends".to_owned()).spawn(|| {
        thread::sleep(CLOSING);
        end_now(0);
    });
}

/// Takes away what would stay behind, and ends.
fn end_now(code: i32) -> ! {
    files::remove_unfinished();
    access::end_helpers();
    process::exit(code)
}

/// Takes the signals one by one; each is the code with which the program ends.
async fn listen(ready: &mpsc::Sender<()>) {
    let (out, mut signals) = tokio::sync::mpsc::unbounded_channel();
    if let Err(error) = forward(&out) {
        tracing::warn!("signals are not listened to: {error}");
        return;
    }
    let _ = ready.send(());
    let Some(code) = signals.recv().await else { return };
    {
        let mut first = first();
        first.1 = true;
        match &first.0 {
            Some(action) => action(),
            None => end_now(code),
        }
    }
    let second = tokio::time::timeout(PATIENCE, signals.recv()).await;
    end_now(second.ok().flatten().unwrap_or(code))
}

#[cfg(unix)]
fn forward(out: &tokio::sync::mpsc::UnboundedSender<i32>) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let ignored = ignored();
    for kind in [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()] {
        let number = kind.as_raw_value();
        // `nohup` and shells that start something in the background have signals ignored, and that stays so.
        if ignored >> (number - 1) & 1 == 1 {
            continue;
        }
        let (mut signals, out) = (signal(kind)?, out.clone());
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                let _ = out.send(128 + number);
            }
        });
    }
    Ok(())
}

/// The signals that are ignored, a bit for each. Only Linux tells them without unsafe code.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = files::read_text("/proc/self/status".as_ref(), 1 << 20).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(not(unix))]
fn forward(out: &tokio::sync::mpsc::UnboundedSender<i32>) -> std::io::Result<()> {
    let out = out.clone();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            let _ = out.send(130);
        }
    });
    Ok(())
}
