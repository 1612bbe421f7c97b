//! What the window hangs on: a place for commands and a source of events. Nothing here draws or decides.

use std::rc::Rc;

use crate::core::{Command, Core, Event};

/// The core as the window sees it; a test puts channels in its place. Neither call waits.
pub trait Link {
    /// Hands a command over.
    fn send(&self, command: Command);

    /// Takes the next event, if there is one.
    fn poll(&self) -> Option<Event>;
}

impl Link for Rc<Core> {
    fn send(&self, command: Command) {
        Core::send(self, command);
    }

    fn poll(&self) -> Option<Event> {
        Core::poll(self)
    }
}
