//! How the window stands, told in the log at the debug level whenever it has changed: for support tickets, and for tests
//! that drive the real window. It counts and names parts of the window, and never says what was typed.

use egui::{Context, Popup};

use super::App;

/// What the window shows, in a few words.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The overview, or the sheet on show.
    page: &'static str,
    /// What lies over it.
    over: &'static str,
    /// Whether a text field has the focus.
    typing: bool,
    details: bool,
    searched: bool,
    filters: usize,
    sorted: usize,
    groups: usize,
    selected: usize,
    ticked: usize,
    dark: bool,
    scale: u16,
    /// Whether an answer is still to come.
    waiting: bool,
}

impl App {
    /// Tells how the window stands, if that is news.
    pub(super) fn tell_standing(&mut self, ctx: &Context) {
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return;
        }
        let grid = &self.grids[self.sheet];
        let over = [
            (self.palette.open, "palette"),
            (self.export.is_some(), "export"),
            (self.memory.preferences, "settings"),
            (self.memory.dialog.is_some(), "view"),
            (self.keys_shown, "keys"),
            (Popup::is_any_open(ctx), "popup"),
        ];
        let over = over.into_iter().find(|(open, _)| *open).map_or("nothing", |(_, name)| name);
        let stands = Standing {
            page: if self.overview.open { "overview" } else { grid.sheet.name() },
            over,
            typing: self.typing,
            details: self.details.open,
            searched: !self.search.is_empty(),
            filters: grid.filters.len(),
            sorted: grid.sort.len(),
            groups: grid.group.len(),
            selected: grid.selection.len(),
            ticked: self.roster.ticked(),
            dark: ctx.theme() == egui::Theme::Dark,
            scale: self.memory.settings.scale.percent(),
            waiting: grid.is_waiting(),
        };
        if self.stands.as_ref() != Some(&stands) {
            tracing::debug!("the window stands: {stands:?}");
            self.stands = Some(stands);
        }
    }
}
