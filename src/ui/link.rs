//! What the window hangs on: a place for commands and wishes, and a source of what is told. Nothing here draws or decides.

use std::rc::Rc;

use crate::core::{Command, Core, Event};
use crate::settings::{Keeper, Told, Wish};

/// The core and the keeper of a person's files as the window sees them; a test puts channels in their place. No call
/// waits.
pub trait Link {
    /// Hands a command over to the core.
    fn send(&self, command: Command);

    /// Takes the core's next event, if there is one.
    fn poll(&self) -> Option<Event>;

    /// Hands a wish over to the keeper.
    fn wish(&self, wish: Wish);

    /// Takes what the keeper tells next, if it tells anything.
    fn told(&self) -> Option<Told>;
}

/// A running core and a running keeper.
pub struct Backstage {
    pub core: Rc<Core>,
    pub keeper: Rc<Keeper>,
}

impl Link for Backstage {
    fn send(&self, command: Command) {
        self.core.send(command);
    }

    fn poll(&self) -> Option<Event> {
        self.core.poll()
    }

    fn wish(&self, wish: Wish) {
        self.keeper.send(wish);
    }

    fn told(&self) -> Option<Told> {
        self.keeper.poll()
    }
}
