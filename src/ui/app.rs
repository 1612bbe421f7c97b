//! The whole window: its state, as far as several parts share it, and a frame of it. What the core tells is taken in by
//! `hearing`, what the person asked for is done by `acting`; how each part looks is that part's business.

mod acting;
mod comparing;
mod hearing;
mod naming;
mod navigation;
mod places;
mod standing;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{
    CentralPanel, Context, Frame, Id, Key, Margin, Modifiers, Panel, Popup, Stroke, ThemePreference, Ui,
    UiBuilder, vec2,
};

use super::accounts::{self, Accounts};
use super::action::{Action, Page};
use super::ahead::Ahead;
use super::chips::Chips;
use super::columns::ColumnsMenu;
use super::comparison::ComparisonPage;
use super::details::Details;
use super::export::{self, ExportDialog, Outcome};
use super::grid::Grid;
use super::history::History;
use super::link::Link;
use super::memory::{Left, Memory, Remembered, Taken};
use super::menu::Menus;
use super::overview::OverviewPage;
use super::palette::Palette;
use super::roster::{self, Roster, Ticks};
use super::sheet::Sheet;
use super::sql::{self, SqlPanel};
use super::theme::{self, Tokens};
use super::views;
use super::{drawer, empty, preferences, status, toolbar};
use crate::core::{Command, CopyForm, Export, Fleet, RowChoice, Tags};
use crate::query::Query;
use crate::rds::kinds;
use crate::settings::SavedView;
pub use places::Simulation;

/// How the window starts.
#[derive(Debug, Clone)]
pub struct Start {
    pub theme: ThemePreference,
    /// The folder that the export dialog offers first.
    pub export_folder: PathBuf,
}

/// The window's state.
pub struct App {
    link: Box<dyn Link>,
    start: Start,
    fleet: Option<Arc<Fleet>>,
    roster: Roster,
    /// What the databases' tags say that the person's rules ask for.
    tags: Arc<Tags>,
    ticks: Ticks,
    search: String,
    /// The sheet on show, by its place in `grids`.
    sheet: usize,
    /// One for each kind, in the order of the kinds, then SQL's and that of the changes.
    grids: Vec<Grid>,
    sql: SqlPanel,
    /// The query that was asked for last.
    asked: Option<Query>,
    /// Targets that a sweep of this window has been asked for.
    swept: BTreeSet<u32>,
    accounts: Accounts,
    accounts_shown: bool,
    columns: ColumnsMenu,
    chips: Chips,
    /// Whether the line of filters stands under the header.
    filter_row: bool,
    details: Details,
    history: History<navigation::Place>,
    drawer: Option<Page>,
    overview: OverviewPage,
    comparison: ComparisonPage,
    palette: Palette,
    menus: Menus,
    /// Whether the page of shortcuts is open.
    keys_shown: bool,
    simulation: Option<Simulation>,
    export: Option<ExportDialog>,
    /// How many rows the copy under way is of.
    copying: (usize, CopyForm),
    message: String,
    memory: Memory,
    /// Whether a text field had the focus when the last frame ended: Enter and Escape of this frame are the field's,
    /// even though egui has taken the focus from it by now.
    typing: bool,
    /// The field that is to have the focus as soon as nothing lies over the window any more.
    focus: Option<Id>,
    /// What the log was told last of how the window stands.
    stands: Option<standing::Standing>,
}

/// The place of SQL's sheet; that of the changes follows.
fn sql_sheet() -> usize {
    kinds().len()
}

impl App {
    /// A window on a core that remembers nothing.
    pub fn new(ctx: &Context, link: Box<dyn Link>, start: Start) -> App {
        App::opened(ctx, link, start, Remembered::default())
    }

    /// A window on a core, as it was left. It asks for the first view at once.
    pub fn opened(ctx: &Context, link: Box<dyn Link>, start: Start, remembered: Remembered) -> App {
        theme::install(ctx);
        ctx.add_plugin(Ahead::default());
        ctx.set_theme(start.theme);
        let mut app = App {
            link,
            start,
            fleet: None,
            roster: Roster::default(),
            tags: Arc::default(),
            ticks: Ticks::All,
            search: String::new(),
            sheet: 0,
            grids: kinds()
                .iter()
                .map(Sheet::of_kind)
                .chain([Sheet::of_sql(), Sheet::of_changes()])
                .map(Grid::new)
                .collect(),
            sql: SqlPanel::default(),
            asked: None,
            swept: BTreeSet::new(),
            accounts: Accounts::default(),
            accounts_shown: true,
            columns: ColumnsMenu::default(),
            chips: Chips::default(),
            filter_row: true,
            details: Details::default(),
            history: History::default(),
            drawer: None,
            overview: OverviewPage::default(),
            comparison: ComparisonPage::default(),
            palette: Palette::default(),
            menus: Menus::default(),
            keys_shown: false,
            simulation: None,
            export: None,
            copying: (0, CopyForm::Text),
            message: String::new(),
            memory: Memory::new(ctx, remembered),
            typing: false,
            focus: None,
            stands: None,
        };
        app.sheet = app.memory.restore(&mut app.grids);
        app.filter_row = !app.memory.settings.last.filters_hidden;
        app.accounts_shown = !app.memory.settings.last.accounts_hidden;
        app.ask();
        app
    }

    /// Goes on in another context, because the one before has lost what it drew with.
    pub fn move_to(&mut self, ctx: &Context) {
        theme::install(ctx);
        ctx.add_plugin(Ahead::default());
        self.memory.dress(ctx);
    }

    /// Tells the keeper how the window is left.
    pub fn leave(&mut self, ctx: &Context) {
        let left = Left {
            overview: self.overview.open,
            filter_row: self.filter_row,
            accounts: self.accounts_shown,
            grids: &self.grids,
            sheet: self.sheet,
            ticks: &self.ticks,
            fleet: self.fleet.as_deref(),
        };
        if let Some(wish) = self.memory.news(ctx, &left) {
            self.link.wish(wish);
        }
    }

    /// Draws the window into a `Ui` that covers it, after taking in what the core has told since the last frame.
    pub fn ui(&mut self, ui: &mut Ui) {
        while let Some(event) = self.link.poll() {
            self.take(ui.ctx(), event);
        }
        let mut actions = Vec::new();
        while let Some(told) = self.link.told() {
            match self.memory.take(told) {
                Taken::Nothing => {}
                Taken::Show(view) => actions.push(Action::ShowView(view)),
                Taken::Rules => {
                    self.follow_rules();
                    self.leave(ui.ctx());
                }
                Taken::Say(sentence) => self.message = sentence,
            }
        }
        self.give_focus(ui.ctx());
        self.keys(ui, &mut actions);
        self.parts(ui, &mut actions);
        self.dialogs(ui, &mut actions);
        self.overlays(ui.ctx(), &mut actions);
        self.typing = ui.ctx().text_edit_focused();
        // What is remembered changes by an action or by dragging something.
        let moved = !actions.is_empty() || ui.input(|input| input.pointer.any_released());
        if !actions.is_empty() {
            for action in actions {
                self.travel(ui.ctx(), action);
                self.roster.tick(&self.ticks);
            }
            // What was drawn shows the state before: one more frame shows the new one.
            ui.request_repaint();
        }
        self.ask();
        self.ask_for_details();
        if moved {
            self.leave(ui.ctx());
        }
        self.tell_standing(ui.ctx());
    }

    /// What is shown, as a view that could be saved.
    fn view_now(&self) -> Option<SavedView> {
        Some(SavedView::of("", &self.grids[self.sheet].query(&Ticks::All, &self.search)?))
    }

    fn grid(&mut self) -> &mut Grid {
        &mut self.grids[self.sheet]
    }

    /// Shows the query that the window now stands for, if it is another than before.
    fn ask(&mut self) {
        if self.ask_for_overview() {
            return;
        }
        let query = self.grids[self.sheet].query(&self.ticks, &self.search);
        if self.asked != query {
            if let Some(query) = &query {
                self.link.send(Command::Show(query.clone()));
            }
            self.asked = query;
        }
    }

    fn ask_for_details(&mut self) {
        let kind = self.grid().sheet.kind_name();
        if let Some(row) = self.grid().focused_row()
            && self.details.want(kind, row)
        {
            self.link.send(Command::Record { kind, row });
            self.link.send(Command::Relations { kind, row });
        }
    }

    fn sweep(&mut self, targets: Option<Vec<u32>>) {
        match &targets {
            None => self.swept.extend(&self.roster.targets),
            Some(targets) => self.swept.extend(targets),
        }
        let shown = self.sheet;
        let kinds = kinds().iter().enumerate().filter(|(at, kind)| kind.always || *at == shown);
        let kinds = kinds.map(|(_, kind)| kind.name).collect();
        self.link.send(Command::Sweep { targets, kinds });
    }

    /// Asks for the shown kind where it has not been asked for yet: not every sweep collects every kind.
    fn collect_shown_kind(&self) {
        let Some(kind) = self.grids[self.sheet].sheet.kind else { return };
        if !kind.always && !self.roster.targets.is_empty() && self.roster.lacks(kind.name) {
            self.link.send(Command::Sweep { targets: None, kinds: vec![kind.name] });
        }
    }

    fn keys(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        let typing = self.typing || ui.ctx().text_edit_focused();
        let popup = Popup::is_any_open(ui.ctx());
        // What lies over the window has the keys for itself, but for those that make everything larger or smaller.
        if self.in_dialog() || self.palette.open || self.keys_shown {
            let scales =
                |action: &Action| matches!(action, Action::Larger | Action::Smaller | Action::ActualSize);
            actions.extend(super::commands::pressed(ui, self.now(), typing).into_iter().filter(scales));
            return;
        }
        navigation::travel_buttons(ui, actions);
        // What is typed into a list that has been opened is the list's.
        self.command_keys(ui, typing || popup, actions);
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        // Escape takes away the topmost thing: a popup, a field's text, the list, the details, the sweep.
        if !typing && !popup && pressed(Modifiers::NONE, Key::Escape) {
            let running = self.fleet.as_ref().is_some_and(|fleet| fleet.progress.running);
            if self.drawer.is_some() {
                actions.push(Action::CloseDrawer);
            } else if self.comparison.open && self.comparison.close_details() {
                ui.request_repaint();
            } else if self.details.open && self.at_grid() {
                actions.push(Action::CloseDetails);
            } else if running {
                actions.push(Action::Cancel);
            } else if !self.search.is_empty() {
                actions.push(Action::Search(String::new()));
            }
        }
    }

    /// Draws the parts in the order in which Tab goes through them; the status bar comes last, below everything.
    fn parts(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let tokens = Tokens::of(ui);
        let whole = ui.available_rect_before_wrap();
        let (main, bar) = whole.split_top_bottom_at_y(whole.bottom() - status::HEIGHT);
        let part = |name: &str, rect| UiBuilder::new().id_salt(name).max_rect(rect);
        self.panels(&mut ui.new_child(part("main", main)), actions);
        ui.painter().rect_filled(bar, 0.0, tokens.panel);
        ui.painter().hline(bar.x_range(), bar.top() + 0.5, Stroke::new(1.0, tokens.border));
        if let Some(fleet) = &self.fleet {
            let shown = status::Shown {
                fleet,
                roster: &self.roster,
                kind: self.sheet,
                drawer: self.drawer,
                selected: if self.at_grid() { self.grids[self.sheet].selection.len() } else { 0 },
                comparable: if self.at_grid() { self.comparable_rows() } else { 0 },
                notices: self.memory.notices().len(),
                message: &self.message,
            };
            let rect = bar.shrink2(vec2(3.0 * theme::STEP, 2.0));
            status::show(&mut ui.new_child(part("status", rect)), &shown, actions);
        }
    }

    fn panels(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let tokens = Tokens::of(ui);
        let fleet = self.fleet.clone();
        let frame = Frame::new().fill(tokens.panel).inner_margin(Margin::symmetric(10, 0));
        let width = ui.available_width();
        if let (Some(fleet), Some(page)) = (&fleet, self.drawer) {
            Panel::bottom("drawer")
                .default_size(260.0)
                .size_range(120.0..=600.0)
                .frame(drawer::frame(tokens))
                .show(ui, |ui| {
                    drawer::show(ui, page, fleet, &self.roster, &self.memory.notices(), actions);
                });
        }
        // Where there is little room, the bar takes the whole width.
        let above = width < theme::NARROW;
        if above {
            self.toolbar(ui, frame, actions);
        }
        // Beside an answer in SQL, which may be of anything, the accounts count their instances.
        let kind = if self.sheet < sql_sheet() { self.sheet } else { 0 };
        let shown = accounts::Shown { roster: &self.roster, ticks: &self.ticks, kind };
        let first = (width * 0.24).clamp(216.0, 380.0).round();
        // Which databases are compared is settled: their columns have the room.
        if self.accounts_shown && !self.comparison.open {
            Panel::left("accounts")
                .default_size(first)
                .size_range(200.0..=(width * 0.4))
                .frame(frame)
                .show(ui, |ui| self.accounts.show(ui, &shown, actions));
        }
        if !above {
            self.toolbar(ui, frame, actions);
        }
        let grid = &self.grids[self.sheet];
        if self.details.open && self.at_grid() {
            let wanted = grid.focused_row().map(|row| (grid.sheet.kind_name(), row));
            let most = (ui.available_width() * 0.62).max(280.0);
            let first = (width * 0.28).clamp(320.0, 440.0).round();
            Panel::right("details").default_size(first).size_range(280.0..=most).frame(frame).show(
                ui,
                |ui| {
                    self.details.show(ui, wanted, actions);
                },
            );
        }
        if self.sheet == sql_sheet() && self.at_grid() {
            let running = self.grids[self.sheet].is_waiting();
            Panel::top("sql")
                .resizable(false)
                .frame(frame)
                .show(ui, |ui| self.sql.show(ui, running, actions));
            let notes = self.grids[self.sheet].view().map_or(&[][..], |view| &view.notes);
            if !notes.is_empty() {
                Panel::bottom("sql notes").resizable(false).frame(frame).show(ui, |ui| sql::notes(ui, notes));
            }
        }
        if !self.comparison.open {
            self.chips.show(ui, frame, &self.grids[self.sheet], &self.search, actions);
        }
        CentralPanel::default().frame(Frame::new().fill(tokens.canvas)).show(ui, |ui| {
            if self.overview.open {
                return self.show_overview(ui, actions);
            }
            if self.comparison.open {
                return self.show_comparison(ui, actions);
            }
            let keys = self.grid_has_keys(ui);
            let grid = &mut self.grids[self.sheet];
            let view = grid.view().cloned();
            if grid.sheet.kind.is_none() {
                let filtered =
                    !grid.filters.is_empty() && view.as_ref().is_some_and(|view| view.error.is_none());
                match empty::no_answer(&grid.sheet, view.as_deref()).filter(|_| !filtered) {
                    Some((title, words)) => empty::say(ui, title, words),
                    None => {
                        grid.show(ui, keys, self.filter_row, self.link.as_ref(), actions);
                    }
                }
                return;
            }
            // A filter that nothing passes leaves its field where it can be changed.
            let reason = empty::reason(fleet.as_deref(), &self.roster, view.as_deref())
                .filter(|reason| *reason != empty::Empty::NoMatch || grid.filters.is_empty());
            match reason {
                Some(reason) => {
                    let simulate = self.simulation.is_some();
                    let (fleet, view) = (fleet.as_deref(), view.as_deref());
                    empty::show(ui, reason, grid.sheet.title, fleet, view, simulate, actions);
                }
                None => {
                    grid.show(ui, keys, self.filter_row, self.link.as_ref(), actions);
                }
            }
        });
    }

    /// Whether keys are meant for the grid where nothing else has the focus.
    fn grid_has_keys(&self, ui: &Ui) -> bool {
        let over = self.in_dialog() || self.palette.open || self.keys_shown;
        !over && !self.typing && !Popup::is_any_open(ui.ctx())
    }

    fn toolbar(&mut self, ui: &mut Ui, frame: Frame, actions: &mut Vec<Action>) {
        let grid = &self.grids[self.sheet];
        let shown = toolbar::Shown {
            now: self.now(),
            roster: &self.roster,
            ticks: &self.ticks,
            shown: self.sheet,
            sheet: &grid.sheet,
            columns: if grid.columns.is_empty() { grid.drawn() } else { &grid.columns },
            search: &self.search,
            view: grid.view().map(AsRef::as_ref),
            filter_row: self.filter_row,
            views: views::Shown { memory: &self.memory, sheet: self.sheet, now: self.view_now() },
        };
        Panel::top("toolbar").exact_size(theme::BAR).resizable(false).frame(frame).show(ui, |ui| {
            toolbar::show(ui, &mut self.menus, &mut self.columns, &shown, actions);
        });
    }

    /// Whether something lies over the window that keys are meant for.
    fn in_dialog(&self) -> bool {
        let comparison = self.comparison.dialog.is_some();
        self.export.is_some() || self.memory.preferences || self.memory.dialog.is_some() || comparison
    }

    fn dialogs(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        if self.memory.preferences {
            self.memory.preferences = preferences::show(ui.ctx(), &self.memory, actions);
        }
        if let Some(mut dialog) = self.memory.dialog.take() {
            let shown = views::Shown { memory: &self.memory, sheet: self.sheet, now: self.view_now() };
            if dialog.show(ui.ctx(), &shown, actions) {
                self.memory.dialog = Some(dialog);
            }
        }
        self.comparison_dialog(ui.ctx(), actions);
        let Some(dialog) = &mut self.export else { return };
        let grid = &self.grids[self.sheet];
        let Some(view) = grid.view() else { return };
        let fleet = self.fleet.as_deref();
        let shown = export::Shown {
            title: grid.sheet.title,
            rows: view.rows.len(),
            selected: grid.selection.len(),
            columns: view.shown_columns().len(),
            every_column: grid.sheet.columns.len(),
            not_collected: fleet
                .map(|fleet| roster::not_collected(fleet, &self.ticks, grid.sheet.kind_name()))
                .unwrap_or_default(),
        };
        match dialog.show(ui.ctx(), &shown) {
            Outcome::Open => {}
            Outcome::Close => self.export = None,
            Outcome::Cancel => self.link.send(Command::CancelExport),
            Outcome::Write { format, selected_only, every_column, path } => {
                let rows = if selected_only { grid.selection.choice(&view.rows) } else { RowChoice::All };
                if let Some(query) = grid.query(&self.ticks, &self.search) {
                    self.link.send(Command::Export(Export { query, rows, every_column, format, path }));
                }
            }
        }
    }
}
