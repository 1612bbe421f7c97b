//! The facade that window and command line share: `Command` in, `Event` out. It knows no egui and prints nothing.
//!
//! One thread writes the store and keeps the state (`state`), so nothing is locked; another answers queries
//! (`answering`), one writes a file when there is one to write (`exporting`), one compares (`comparing`), and the worker pool runs beside them on
//! tokio. Views never wait: commands are queued, events are polled.

mod answering;
mod api;
mod choosing;
mod comparing;
mod comparison;
mod copying;
mod exporting;
mod finding;
mod naming;
mod overview;
#[cfg(test)]
mod panics;
mod relating;
mod state;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub use api::*;
pub use comparison::*;
pub use overview::{Bar, Breakdown, By, Completeness, Concern, Figure, Overview, Urgency};

use crate::config::{Configuration, Environment, Watch};
use crate::descriptors::Descriptors;
use crate::sandbox::Sandbox;
use crate::sweep::Limits;
use answering::Telling;

/// A running core: a thread that owns the store, and a worker pool that asks AWS. It ends when it is dropped.
pub struct Core {
    messages: Sender<Message>,
    /// Locked only by the view that takes events, never by the core.
    events: Mutex<Receiver<Event>>,
    thread: Option<JoinHandle<()>>,
}

/// How long the end of the program waits for the store to be closed, which saves the next start some work.
const CLOSING: Duration = Duration::from_secs(2);

/// What the core's thread is told, from all sides.
#[expect(clippy::large_enum_variant, reason = "there are a few a second, and they are moved once")]
enum Message {
    Command(Command),
    Configuration(Box<Configuration>),
    Sweep(crate::sweep::Progress),
    SweepEnded,
    /// A query has been answered, in this time.
    Answered {
        number: u64,
        took: Duration,
    },
    /// An export has come to its end.
    Exported,
    /// What a comparison needs is known.
    ToCompare {
        job: Box<comparing::Job>,
        needs: choosing::Needs,
    },
    Quit,
}

impl Core {
    /// Starts the core. `wake` is called from its thread when events are there to be taken.
    ///
    /// # Errors
    /// A sentence that says what the system refused: a thread, memory, or a port for the simulated AWS.
    pub fn start(options: Options, wake: impl Fn() + Send + Sync + 'static) -> Result<Core, String> {
        let (messages, inbox) = channel();
        let (events_out, events) = channel();
        let sender = messages.clone();
        let mut options = options;
        options.limits.calls = Descriptors::now().calls(options.limits.calls.min(Limits::MOST_CALLS));
        let sandbox = match options.demo.clone() {
            Some(settings) => {
                let sandbox = Sandbox::start(settings)
                    .map_err(|error| format!("the simulated AWS cannot be started on 127.0.0.1: {error}"))?;
                // Nothing of the real environment reaches the demo, and the demo reaches nothing real.
                options.environment = Environment::from_variables(
                    sandbox.variables(),
                    options.environment.home().map(Into::into),
                );
                Some(sandbox)
            }
            None => None,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            // One is enough for some hundred calls a second, and costs a third less than two that wake each other.
            .worker_threads(1)
            .thread_name("rds-fleet-worker")
            .enable_all()
            .build()
            .map_err(|error| format!("the worker pool cannot be started: {error}"))?;
        let telling = Telling { events: events_out, wake: Arc::new(wake) };
        let state = state::State::new(options.clone(), runtime, sender, telling)?;
        let thread = thread::Builder::new()
            .name("rds-fleet-core".to_owned())
            .spawn({
                let messages = messages.clone();
                move || {
                    let _sandbox = sandbox;
                    let environment = options.environment;
                    let watch = options.watch.then(|| {
                        let environment = environment.clone();
                        let messages = messages.clone();
                        Watch::start(environment, move |configuration| {
                            let _ = messages.send(Message::Configuration(Box::new(configuration)));
                        })
                    });
                    // Read here and not by the caller: a config on a slow share must not keep a window from opening.
                    let _ =
                        messages.send(Message::Configuration(Box::new(Configuration::load(&environment))));
                    state.run(&inbox);
                    drop(watch);
                }
            })
            .map_err(|error| format!("the core's thread cannot be started: {error}"))?;
        Ok(Core { messages, events: Mutex::new(events), thread: Some(thread) })
    }

    /// Hands a command over; never waits.
    pub fn send(&self, command: Command) {
        // The core only ends before its views when its thread panicked, and then nothing is left to tell.
        let _ = self.messages.send(Message::Command(command));
    }

    /// Cancels the sweep, from any thread and as long as the core runs.
    pub fn canceller(&self) -> impl Fn() + Send + use<> {
        let messages = self.messages.clone();
        move || {
            let _ = messages.send(Message::Command(Command::Cancel));
        }
    }

    /// The next event, if there is one; never waits.
    pub fn poll(&self) -> Option<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).try_recv().ok()
    }

    /// The next event; waits for it. `None` when the core has ended. Not for a window.
    pub fn wait(&self) -> Option<Event> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        let _ = self.messages.send(Message::Quit);
        let begun = Instant::now();
        let is_running = |thread: &JoinHandle<()>| !thread.is_finished() && begun.elapsed() < CLOSING;
        while self.thread.as_ref().is_some_and(is_running) {
            thread::sleep(Duration::from_millis(1));
        }
    }
}
