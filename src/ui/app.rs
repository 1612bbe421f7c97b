//! The whole window: takes the core's events in, draws the parts, carries out what the person asked for. It holds the
//! state that several parts share; how each part looks is that part's business.

mod comparing;
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
use super::action::{Action, GridAction, Page};
use super::ahead::Ahead;
use super::chips::Chips;
use super::columns::ColumnsMenu;
use super::comparison::ComparisonPage;
use super::details::Details;
use super::export::{self, ExportDialog, Outcome};
use super::grid::Grid;
use super::history::History;
use super::link::Link;
use super::memory::{self, Left, Memory, Remembered, Taken};
use super::menu::Menus;
use super::overview::OverviewPage;
use super::palette::Palette;
use super::roster::{self, Roster, Ticks};
use super::sheet::Sheet;
use super::sql::{self, SqlPanel};
use super::theme::{self, Tokens};
use super::views::{self, ViewDialog};
use super::{drawer, empty, preferences, status, toolbar};
use crate::core::{Command, CopyForm, Event, Export, Fleet, RowChoice, Tags};
use crate::inventory::Refused;
use crate::query::Query;
use crate::rds::kinds;
use crate::settings::{SavedView, Scale};
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

    fn take(&mut self, ctx: &Context, event: Event) {
        match event {
            Event::Fleet(fleet) => self.take_fleet(fleet),
            Event::View(view) => {
                let same = |grid: &&mut Grid| grid.sheet.answers(&view.query);
                // An answer to a query that has been replaced since would only flicker by.
                let wanted = self.asked.as_ref().is_none_or(|asked| *asked == view.query);
                if let (true, Some(grid)) = (wanted, self.grids.iter_mut().find(same)) {
                    if let (Some(sql), Some(refused)) = (&view.query.sql, &view.error) {
                        self.sql.refuse(sql, refused.clone());
                    }
                    grid.take_view(view, self.link.as_ref());
                    self.details.outdated();
                }
            }
            Event::Rows(rows) => {
                if let Some(grid) = self.grids.iter_mut().find(|grid| grid.knows(rows.view)) {
                    grid.take_rows(&rows);
                }
            }
            Event::Record(record) => self.details.take(record),
            Event::Copied(text) => {
                ctx.copy_text(text);
                self.message = copied(self.copying);
            }
            Event::Exported(result) => {
                if let Ok(exported) = &result {
                    self.message = format!("{} rows exported", status::grouped(exported.rows as u64));
                }
                if self.comparison.written(&result) {
                    self.message.clear();
                } else if let Some(dialog) = &mut self.export {
                    dialog.finished(result);
                }
            }
            Event::Kinds { sql, kinds } => self.take_kinds(&sql, kinds),
            Event::Exporting { rows, of } => {
                if let Some(dialog) = &mut self.export {
                    dialog.progress(rows, of);
                }
            }
            Event::Overview(overview) => self.overview.take(overview),
            Event::Databases(found) => self.palette.take(found),
            Event::Relations(relations) => self.details.take_relations(relations),
            Event::Values(values) => {
                if let Some(grid) = self.grids.iter_mut().find(|grid| grid.sheet.answers(&values.query)) {
                    grid.take_values(&values);
                }
            }
            Event::Tags(tags) => {
                self.tags = tags;
                self.name_accounts();
            }
            Event::SweepEnded => self.ask_for_tags(),
            Event::Comparison(answer) => self.take_comparison(answer),
            Event::Moments(moments) => self.comparison.take_moments(&moments),
        }
    }

    /// A statement in SQL can be asked, or not; what it reads and nobody has collected yet is collected.
    fn take_kinds(&mut self, sql: &str, kinds: Result<Vec<&'static str>, Refused>) {
        if !self.sql.checked(sql) {
            return;
        }
        match kinds {
            Err(refused) => self.sql.refuse(sql, refused),
            Ok(kinds) => {
                let lacking: Vec<&'static str> =
                    kinds.into_iter().filter(|kind| self.roster.lacks(kind)).collect();
                if !lacking.is_empty() && !self.roster.targets.is_empty() {
                    self.link.send(Command::Sweep { targets: None, kinds: lacking });
                }
                self.grids[sql_sheet()].ask(sql);
                self.memory.asking(sql, &mut self.grids[sql_sheet()]);
                // The same statement again means that its answer is wanted anew.
                self.asked = None;
            }
        }
    }

    fn take_fleet(&mut self, fleet: Arc<Fleet>) {
        let first = self.swept.is_empty();
        self.fleet = Some(Arc::clone(&fleet));
        self.name_accounts();
        if first {
            self.ticks = self.memory.ticks(&fleet);
        }
        if first && let Some(profile) = &fleet.config.preselected {
            let named = Roster::of_profile(&fleet, profile);
            if !named.is_empty() {
                self.ticks = Ticks::Only(named.into_iter().collect());
            }
        }
        let running = fleet.progress.running;
        // What an earlier run left is there at once.
        if first {
            self.ask_for_tags();
        }
        if running || self.roster.targets.is_empty() {
            return;
        }
        if first {
            self.sweep(None);
            return;
        }
        // What a config edit has added is asked for without being told to, once.
        let new: Vec<u32> =
            self.roster.not_asked.iter().copied().filter(|target| !self.swept.contains(target)).collect();
        if !new.is_empty() {
            self.sweep(Some(new));
        }
        self.collect_shown_kind();
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
                ticks: &self.ticks,
                kind: self.grids[self.sheet].sheet.kind_name(),
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
            let reason = empty::reason(fleet.as_deref(), &self.roster, &self.ticks, view.as_deref())
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

    fn carry_out(&mut self, ctx: &Context, action: Action) {
        self.message.clear();
        match action {
            Action::ShowOverview => {
                self.comparison.open = false;
                self.overview.open = true;
            }
            Action::Compare(action) => self.compare(action),
            Action::ShowRows { kind, filters } => self.show_rows(kind, filters),
            Action::ShowDatabase(database) => self.show_database(&database),
            Action::Collect(kinds) => self.link.send(Command::Sweep { targets: None, kinds }),
            Action::OpenPalette => self.palette.open(),
            Action::OpenMenu => self.menus.open(),
            Action::ShowKeys => self.keys_shown = true,
            Action::FocusSearch => self.focus = Some(toolbar::search_id()),
            Action::Simulate => self.simulate(ctx),
            Action::Exit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Action::ShowKind(kind) => {
                self.show_sheet(kind);
                self.collect_shown_kind();
            }
            Action::ShowSql => {
                self.show_sheet(sql_sheet());
                self.focus = Some(sql::editor_id());
            }
            Action::ShowChanges => self.show_sheet(sql_sheet() + 1),
            Action::ShowAsSql => {
                if let Some(view) = self.grids[self.sheet].view() {
                    self.sql.write(&view.sql);
                    let sql = view.sql.clone();
                    self.carry_out(ctx, Action::ShowSql);
                    self.carry_out(ctx, Action::Ask(sql));
                }
            }
            Action::CancelAsk => {
                self.link.send(Command::CancelShow);
                self.grids[sql_sheet()].ask("");
                self.asked = None;
            }
            Action::Ask(sql) => {
                self.sql.asking(&sql);
                self.link.send(Command::Kinds { sql });
            }

            Action::Search(text) => {
                // What is searched for is rows: the grid shows them.
                self.overview.open &= text.is_empty();
                self.comparison.open &= text.is_empty();
                self.search = text;
            }
            Action::Back => self.go_back(),
            Action::Forward => self.go_forward(),
            Action::Follow(link) => self.follow(link),
            Action::ClearFilters => {
                self.search.clear();
                self.grid().act(GridAction::Filters(Vec::new()));
                self.ticks = Ticks::All;
            }
            Action::Tick { targets, on } => self.ticks.set(&targets, on, &self.roster.targets),
            Action::TickOnly(targets) => self.ticks = Ticks::Only(targets.into_iter().collect()),
            Action::TickAll => self.ticks = Ticks::All,
            Action::TickNone => self.ticks = Ticks::Only(BTreeSet::new()),
            Action::Sort { column, further } => {
                if let Some(mut query) = self.grid().query(&Ticks::All, "") {
                    query.click_sort(&column, further);
                    self.grid().sort = query.sort;
                }
            }
            Action::Columns(columns) => self.grid().arrange(columns),
            Action::Refresh => {
                let idle = self.fleet.as_ref().is_some_and(|fleet| !fleet.progress.running);
                if idle && self.roster.ticked(&self.ticks) > 0 {
                    self.sweep(self.ticks.targets());
                }
            }
            Action::Retry(targets) => self.sweep(Some(targets)),
            Action::Cancel => self.link.send(Command::Cancel),
            Action::CopyRows(form) => self.copy_rows(form),
            Action::Grid(action) => self.grid().act(action),
            Action::EditConditions => {
                self.focus = Some(self.chips.edit(&self.grids[self.sheet], &self.search));
            }
            Action::FilterRow => self.filter_row = !self.filter_row,
            Action::AccountsPanel => self.accounts_shown = !self.accounts_shown,
            Action::CopyText(text) => {
                ctx.copy_text(text);
                self.message = "Copied".to_owned();
            }
            Action::OpenDetails => self.details.open = true,
            Action::CloseDetails => {
                self.details.open = false;
                self.details.outdated();
            }
            Action::OpenExport => {
                let grid = &self.grids[self.sheet];
                if self.at_grid() && grid.view().is_some_and(|view| !view.rows.is_empty()) {
                    let today = time::OffsetDateTime::now_utc().date();
                    let selected = grid.selection.len();
                    let folder = &self.start.export_folder;
                    self.export = Some(ExportDialog::new(folder, grid.sheet.name(), today, selected));
                }
            }
            Action::Drawer(page) => self.drawer = Some(page),
            Action::CloseDrawer => self.drawer = None,
            Action::Theme(preference) => {
                self.memory.set_theme(preference);
                ctx.set_theme(preference);
            }
            Action::Larger | Action::Smaller | Action::ActualSize => {
                let scale = match action {
                    Action::Larger => self.memory.settings.scale.larger(),
                    Action::Smaller => self.memory.settings.scale.smaller(),
                    _ => Scale::default(),
                };
                self.memory.settings.scale = scale;
                self.memory.dress(ctx);
            }
            Action::OpenSettings => self.memory.preferences = true,
            Action::Set(settings) => {
                // The command line's theme counts until another is chosen.
                if settings.theme != self.memory.settings.theme {
                    ctx.set_theme(theme::preference(settings.theme));
                }
                self.memory.set(*settings);
                self.name_accounts();
                self.ask_for_tags();
                self.memory.dress(ctx);
            }
            Action::ShowView(name) => self.show_view(ctx, Some(&name)),
            Action::ResetView => self.show_view(ctx, None),
            Action::AskAboutView(question) => {
                let dialog = ViewDialog::new(question, self.memory.origin(self.sheet));
                self.memory.dialog = Some(dialog);
            }
            Action::Wish(wish) => {
                self.memory.follow(self.sheet, &wish);
                self.link.wish(wish);
            }
        }
    }

    /// Shows a saved view; without a name the one that the sheet came from, or the sheet as it is at first.
    fn show_view(&mut self, ctx: &Context, name: Option<&str>) {
        let view = match name {
            Some(name) => self.memory.views.named(name),
            None => self.memory.origin(self.sheet),
        };
        let Some(view) = view.cloned() else {
            let sheet = self.sheet;
            memory::show(&mut self.grids[sheet], &SavedView::default());
            self.search.clear();
            return;
        };
        let of_view = |grid: &Grid| match (&view.sql, grid.sheet.kind) {
            (None, Some(kind)) => kind.name == view.kind,
            (Some(sql), None) => grid.sheet.sql == *sql,
            _ => false,
        };
        let sheet = self.grids.iter().position(of_view).unwrap_or(sql_sheet());
        self.memory.set_origin(sheet, Some(view.name.clone()));
        self.search.clone_from(&view.search);
        if of_view(&self.grids[sheet]) {
            self.sheet = sheet;
            memory::show(&mut self.grids[sheet], &view);
            self.collect_shown_kind();
        } else if let Some(sql) = view.sql.clone() {
            self.sql.write(&sql);
            self.memory.wait_for(view);
            self.carry_out(ctx, Action::ShowSql);
            self.carry_out(ctx, Action::Ask(sql));
        }
    }

    fn copy_rows(&mut self, form: CopyForm) {
        let grid = &self.grids[self.sheet];
        let Some(view) = grid.view() else { return };
        self.copying = (grid.selection.len(), form);
        let rows = grid.selection.choice(&view.rows);
        // The query of the rows that are seen, even where a newer one is on its way.
        self.link.send(Command::Copy { query: view.query.clone(), rows, form });
    }
}

/// What was copied, in a few words.
fn copied((rows, form): (usize, CopyForm)) -> String {
    let what = match rows {
        1 => "1 row copied".to_owned(),
        rows => format!("{} rows copied", status::grouped(rows as u64)),
    };
    let how = match form {
        CopyForm::Text => "with headers",
        CopyForm::Csv => "as CSV",
        CopyForm::Json => "as JSON",
        CopyForm::Markdown => "as a Markdown table",
        CopyForm::AwsCommand => "as AWS CLI commands",
    };
    format!("{what} {how}")
}
