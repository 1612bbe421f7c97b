//! The facade that window and command line share: `Command` in, `Event` out. It knows no egui and prints nothing.

mod api;

pub use api::*;

/// A running core: a thread that owns the store, and a worker pool that asks AWS.
pub struct Core {}

impl Core {
    /// Starts the core. `wake` is called from its threads when an event is there to be taken, at most every 50 ms.
    pub fn start(options: Options, wake: impl Fn() + Send + Sync + 'static) -> Core {
        let _ = (options, wake);
        Core {}
    }

    /// Hands a command over; never waits.
    pub fn send(&self, command: Command) {
        let _ = command;
    }

    /// The next event, if there is one; never waits.
    pub fn poll(&self) -> Option<Event> {
        None
    }

    /// The next event; waits for it. `None` when the core has ended.
    pub fn wait(&self) -> Option<Event> {
        None
    }
}
