//! Where the window is and how one gets elsewhere: the overview, a sheet, the rows of a figure, a database by its name,
//! the simulated fleet. What is drawn there is those parts' business.

use std::rc::Rc;

use egui::{Context, Ui};

use super::super::action::Action;
use super::super::commands::{self, Now};
use super::super::link::Link;
use super::super::overview;
use super::super::roster::Ticks;
use super::{App, Start};
use crate::core::{Command, Database};
use crate::query::Filter;
use crate::rds::kinds;

/// Makes a core over the simulated AWS. It is called when somebody asks for it.
pub type Simulation = Rc<dyn Fn() -> Result<Box<dyn Link>, String>>;

impl App {
    /// The window opens at the overview instead of the first grid.
    #[must_use]
    pub fn at_overview(mut self) -> App {
        self.overview.open = true;
        self
    }

    /// The simulated fleet can be shown from the window.
    #[must_use]
    pub fn with_simulation(mut self, simulation: Simulation) -> App {
        self.simulation = Some(simulation);
        self
    }

    /// Whether a grid is on show, and no other page.
    pub(super) fn at_grid(&self) -> bool {
        !self.overview.open && !self.comparison.open
    }

    /// Shows a sheet, by its place in `grids`.
    pub(super) fn show_sheet(&mut self, sheet: usize) {
        self.sheet = sheet;
        self.overview.open = false;
        self.comparison.open = false;
    }

    /// Shows the rows of a kind that some conditions leave. What else is searched for would hide some of them.
    pub(super) fn show_rows(&mut self, kind: &str, filters: Vec<Filter>) {
        let Some(sheet) = kinds().iter().position(|known| known.name == kind) else { return };
        self.show_sheet(sheet);
        self.search.clear();
        self.grid().filters = filters;
        self.collect_shown_kind();
    }

    /// Shows a database among the others of its kind, with its details; where its account is not ticked, among all.
    pub(super) fn show_database(&mut self, database: &Database) {
        let accounts = self.roster.accounts.iter().filter(|account| account.id == database.account_id);
        let mut regions = accounts.flat_map(|account| &account.regions);
        if !regions.any(|region| region.region == database.region && self.ticks.contains(region.target)) {
            self.ticks = Ticks::All;
        }
        self.show_rows(database.kind, Vec::new());
        self.grid().select_row(database.row);
        self.details.open = true;
    }

    /// Asks for the overview, if it is on show and for other targets than before; says whether it is on show.
    pub(super) fn ask_for_overview(&mut self) -> bool {
        if let Some(text) = self.palette.wants() {
            self.link.send(Command::Find { text });
        }
        let Some(targets) = self.overview.wants(&self.ticks) else { return self.overview.open };
        // Whichever sheet comes next is asked for anew: the core shows one thing at a time.
        self.asked = None;
        self.link.send(Command::Overview { targets });
        true
    }

    /// Gives a field the focus that a command is about. In the frame after the palette was closed, egui still takes the
    /// focus from whatever lies below it.
    pub(super) fn give_focus(&mut self, ctx: &Context) {
        let covered = ctx.memory(|memory| memory.top_modal_layer().is_some());
        if covered && self.focus.is_some() {
            ctx.request_repaint();
        } else if let Some(id) = self.focus.take() {
            ctx.memory_mut(|memory| memory.request_focus(id));
        }
    }

    /// What the commands that can be used depend on.
    pub(super) fn now(&self) -> Now {
        let progress = self.fleet.as_ref().map(|fleet| &fleet.progress);
        let grid = &self.grids[self.sheet];
        Now {
            running: progress.is_some_and(|progress| progress.running),
            cancelling: progress.is_some_and(|progress| progress.cancelling),
            ticked: self.roster.ticked(),
            grid: self.at_grid(),
            rows: grid.view().is_some_and(|view| !view.rows.is_empty()),
            selected: !self.overview.open && !grid.selection.is_empty(),
            described: grid.sheet.kind.is_some(),
            grouped: !self.overview.open && !grid.group.is_empty(),
            narrowed: !self.search.is_empty() || !grid.filters.is_empty() || self.ticks != Ticks::All,
            accounts: self.accounts_shown,
            details: self.details.open && self.at_grid(),
            comparison: self.comparison.is_there(),
            at_comparison: self.comparison.open,
            compared: self.comparison.open && self.comparison.compared().is_some(),
            comparable: if self.at_grid() { self.comparable_rows() } else { 0 },
            matching: if self.at_grid() { self.comparable_matches() } else { 0 },
            apart: if self.at_grid() { self.selected_apart().1 } else { 0 },
            back: self.history.can_go_back(),
            forward: self.history.can_go_forward(),
            can_simulate: self.simulation.is_some() && self.fleet.as_ref().is_none_or(|fleet| !fleet.demo),
        }
    }

    /// The keys that mean a command wherever one is.
    pub(super) fn command_keys(&mut self, ui: &Ui, typing: bool, actions: &mut Vec<Action>) {
        if self.menus.watch_alt(ui) {
            actions.push(Action::OpenMenu);
        }
        actions.extend(commands::pressed(ui, self.now(), typing));
    }

    /// Draws what lies over the window.
    pub(super) fn overlays(&mut self, ctx: &Context, actions: &mut Vec<Action>) {
        let now = self.now();
        self.palette.show(ctx, now, &self.memory.views, actions);
        if self.keys_shown && super::super::shortcuts::show(ctx, now) {
            self.keys_shown = false;
        }
    }

    pub(super) fn show_overview(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let fleet = self.fleet.clone();
        let can_simulate = self.simulation.is_some();
        let shown = overview::Shown { fleet: fleet.as_deref(), roster: &self.roster, can_simulate };
        self.overview.show(ui, &shown, actions);
    }

    /// Starts over with the simulated fleet in the place of the real one.
    pub(super) fn simulate(&mut self, ctx: &Context) {
        let Some(simulation) = self.simulation.clone() else { return };
        match simulation() {
            Ok(link) => {
                let theme = ctx.options(|options| options.theme_preference);
                let start = Start { theme, ..self.start.clone() };
                *self = App::new(ctx, link, start).at_overview();
            }
            Err(reason) => self.message = reason,
        }
    }
}
