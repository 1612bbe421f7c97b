//! Going from place to place: by a link to what a row has to do with, back, and forward. A place is what the window
//! shows; which actions lead to another one is said here.

use egui::{PointerButton, Ui};

use super::{Action, App, Ticks};
use crate::core::{Found, Link};
use crate::query::Filter;
use crate::rds::kinds;

/// What the window shows, as far as going back brings it again.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    overview: bool,
    comparison: bool,
    sheet: usize,
    ticks: Ticks,
    search: String,
    filters: Vec<Filter>,
    /// The number of the row that has the focus.
    row: Option<i64>,
    details: bool,
}

/// Whether an action leads to another place. Typing, ticking and sorting do not: they change the place one is at.
fn leads_away(action: &Action) -> bool {
    matches!(
        action,
        Action::ShowKind(_)
            | Action::ShowSql
            | Action::ShowChanges
            | Action::ShowAsSql
            | Action::ShowOverview
            | Action::ShowRows { .. }
            | Action::ShowDatabase { .. }
            | Action::ShowView(_)
            | Action::Follow(_)
            | Action::Compare(_)
    )
}

impl App {
    /// Carries an action out and remembers the place that it leaves.
    pub(super) fn travel(&mut self, ctx: &egui::Context, action: Action) {
        let here = leads_away(&action).then(|| self.here());
        self.carry_out(ctx, action);
        if let Some(here) = here.filter(|here| *here != self.here()) {
            self.history.left(here);
        }
    }

    fn here(&self) -> Place {
        let grid = &self.grids[self.sheet];
        Place {
            overview: self.overview.open,
            comparison: self.comparison.open,
            sheet: self.sheet,
            ticks: self.ticks.clone(),
            search: self.search.clone(),
            filters: grid.filters.clone(),
            row: grid.focused_row(),
            details: self.details.open,
        }
    }

    pub(super) fn go_back(&mut self) {
        let here = self.here();
        let place = self.history.back(here);
        self.go_to(place);
    }

    pub(super) fn go_forward(&mut self) {
        let here = self.here();
        let place = self.history.forward(here);
        self.go_to(place);
    }

    fn go_to(&mut self, place: Option<Place>) {
        let Some(place) = place else { return };
        self.sheet = place.sheet;
        self.overview.open = place.overview;
        self.comparison.open = place.comparison;
        self.ticks = place.ticks;
        self.search = place.search;
        self.details.open = place.details;
        self.details.outdated();
        let grid = self.grid();
        grid.filters = place.filters;
        if let Some(row) = place.row {
            grid.select_row(row);
        }
        self.collect_shown_kind();
    }

    /// Shows exactly the rows of a link, and the details of the only one.
    pub(super) fn follow(&mut self, link: Link) {
        let Some(sheet) = kinds().iter().position(|kind| kind.name == link.kind) else { return };
        let ticked = match (&link.account, &link.region) {
            (Some(account), Some(region)) => self.roster.ticks_place(&self.ticks, account, region),
            _ => false,
        };
        if !ticked {
            // What is shown is said by the link, not by what was ticked for another purpose.
            self.ticks = Ticks::All;
        }
        self.show_sheet(sheet);
        self.search.clear();
        let grid = self.grid();
        grid.filters = link.filters;
        self.details.open &= matches!(link.found, Found::One(_));
        self.details.outdated();
        if let Found::One(row) = link.found {
            self.grid().select_row(row);
        }
        self.collect_shown_kind();
    }
}

/// The mouse buttons that browsers go back and forward by.
pub(super) fn travel_buttons(ui: &Ui, actions: &mut Vec<Action>) {
    for (button, action) in [(PointerButton::Extra1, Action::Back), (PointerButton::Extra2, Action::Forward)]
    {
        if ui.input(|input| input.pointer.button_pressed(button)) {
            actions.push(action);
        }
    }
}
