//! What people call the accounts, brought into the list whenever the fleet, the settings or the databases' tags change.

use super::{App, Command, Roster};
use crate::ui::environments::{self, Naming};

impl App {
    /// Works the list of accounts out anew.
    pub(super) fn name_accounts(&mut self) {
        if let Some(fleet) = &self.fleet {
            let naming = Naming { settings: &self.memory.settings, tags: &self.tags };
            self.roster = Roster::new(fleet, &naming);
            self.roster.tick(&self.ticks);
            self.accounts.outdated();
        }
    }

    /// Asks for the tags that the rules of environments look at.
    pub(super) fn ask_for_tags(&self) {
        let keys = environments::keys(&self.memory.settings);
        if !keys.is_empty() {
            self.link.send(Command::Tags(keys));
        }
    }
}
