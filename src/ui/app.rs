//! The whole window: takes the core's events in, draws the parts, carries out what the person asked for. It holds the
//! state that several parts share; how each part looks is that part's business.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{
    CentralPanel, Context, Frame, Key, Margin, Modifiers, Panel, Popup, Stroke, ThemePreference, Ui,
    UiBuilder, vec2,
};

use super::accounts::{self, Accounts};
use super::action::{Action, Page};
use super::columns::ColumnsMenu;
use super::details::Details;
use super::export::{self, ExportDialog, Outcome};
use super::grid::Grid;
use super::link::Link;
use super::roster::{self, Roster, Ticks};
use super::sheet::Sheet;
use super::sql::{self, SqlPanel};
use super::theme::{self, Tokens};
use super::{drawer, empty, status, toolbar};
use crate::core::{Command, CopyForm, Event, Export, Fleet, RowChoice};
use crate::inventory::Refused;
use crate::query::Query;
use crate::rds::kinds;

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
    columns: ColumnsMenu,
    details: Details,
    drawer: Option<Page>,
    export: Option<ExportDialog>,
    /// How many rows the copy under way is of.
    copying: usize,
    message: String,
    /// Whether a text field had the focus when the last frame ended: Enter and Escape of this frame are the field's,
    /// even though egui has taken the focus from it by now.
    typing: bool,
}

/// The place of SQL's sheet; that of the changes follows.
fn sql_sheet() -> usize {
    kinds().len()
}

impl App {
    /// A window on a core. It asks for the first view at once.
    pub fn new(ctx: &Context, link: Box<dyn Link>, start: Start) -> App {
        theme::install(ctx);
        ctx.set_theme(start.theme);
        let mut app = App {
            link,
            start,
            fleet: None,
            roster: Roster::default(),
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
            columns: ColumnsMenu::default(),
            details: Details::default(),
            drawer: None,
            export: None,
            copying: 0,
            message: String::new(),
            typing: false,
        };
        app.ask();
        app
    }

    /// Draws the window into a `Ui` that covers it, after taking in what the core has told since the last frame.
    pub fn ui(&mut self, ui: &mut Ui) {
        while let Some(event) = self.link.poll() {
            self.take(ui.ctx(), event);
        }
        let mut actions = Vec::new();
        self.keys(ui, &mut actions);
        self.parts(ui, &mut actions);
        self.dialogs(ui);
        self.typing = ui.ctx().text_edit_focused();
        if !actions.is_empty() {
            for action in actions {
                self.carry_out(ui.ctx(), action);
            }
            // What was drawn shows the state before: one more frame shows the new one.
            ui.request_repaint();
        }
        self.ask();
        self.ask_for_details();
    }

    fn grid(&mut self) -> &mut Grid {
        &mut self.grids[self.sheet]
    }

    /// Shows the query that the window now stands for, if it is another than before.
    fn ask(&mut self) {
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
                self.message = match self.copying {
                    1 => "1 row copied with headers".to_owned(),
                    rows => format!("{} rows copied with headers", status::grouped(rows as u64)),
                };
            }
            Event::Exported(result) => {
                if let Ok(exported) = &result {
                    self.message = format!("{} rows exported", status::grouped(exported.rows as u64));
                }
                if let Some(dialog) = &mut self.export {
                    dialog.finished(result);
                }
            }
            Event::Kinds { sql, kinds } => self.take_kinds(&sql, kinds),
            Event::Exporting { rows, of } => {
                if let Some(dialog) = &mut self.export {
                    dialog.progress(rows, of);
                }
            }
            Event::Values(_) | Event::Comparison(_) | Event::SweepEnded => {}
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
                // The same statement again means that its answer is wanted anew.
                self.asked = None;
            }
        }
    }

    fn take_fleet(&mut self, fleet: Arc<Fleet>) {
        let first = self.swept.is_empty();
        self.roster = Roster::new(&fleet);
        if first
            && let Some(profile) = &fleet.config.preselected
            && self.ticks == Ticks::All
        {
            let named = Roster::of_profile(&fleet, profile);
            if !named.is_empty() {
                self.ticks = Ticks::Only(named.into_iter().collect());
            }
        }
        let running = fleet.progress.running;
        self.fleet = Some(fleet);
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
        if self.export.is_some() {
            return;
        }
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        let slash = !typing && pressed(Modifiers::NONE, Key::Slash);
        if slash || pressed(Modifiers::COMMAND, Key::F) {
            // Without this the slash would be the first thing in the field.
            ui.input_mut(|input| {
                input.events.retain(|event| !matches!(event, egui::Event::Text(text) if text == "/"))
            });
            ui.memory_mut(|memory| memory.request_focus(toolbar::search_id()));
        }
        if pressed(Modifiers::NONE, Key::F5) {
            actions.push(Action::Refresh);
        }
        if pressed(Modifiers::COMMAND | Modifiers::SHIFT, Key::Q) {
            actions.push(Action::ShowSql);
        }
        if pressed(Modifiers::COMMAND, Key::E) {
            actions.push(Action::OpenExport);
        }
        // Escape takes away the topmost thing: a popup, a field's text, the list, the details, the sweep.
        if !typing && !popup && pressed(Modifiers::NONE, Key::Escape) {
            let running = self.fleet.as_ref().is_some_and(|fleet| fleet.progress.running);
            if self.drawer.is_some() {
                actions.push(Action::CloseDrawer);
            } else if self.details.open {
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
                selected: self.grids[self.sheet].selection.len(),
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
                .show(ui, |ui| drawer::show(ui, page, fleet, &self.roster, actions));
        }
        // Beside an answer in SQL, which may be of anything, the accounts count their instances.
        let kind = if self.sheet < sql_sheet() { self.sheet } else { 0 };
        let shown = accounts::Shown { roster: &self.roster, ticks: &self.ticks, kind };
        let narrow = (width * 0.25).clamp(216.0, 296.0).round();
        Panel::left("accounts")
            .default_size(narrow)
            .size_range(200.0..=(width * 0.4))
            .frame(frame)
            .show(ui, |ui| self.accounts.show(ui, &shown, actions));
        self.toolbar(ui, frame, actions);
        let grid = &self.grids[self.sheet];
        if self.details.open {
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
        if self.sheet == sql_sheet() {
            let running = self.grids[self.sheet].is_waiting();
            Panel::top("sql")
                .resizable(false)
                .frame(frame)
                .show(ui, |ui| self.sql.show(ui, running, actions));
        }
        CentralPanel::default().frame(Frame::new().fill(tokens.canvas)).show(ui, |ui| {
            let grid = &mut self.grids[self.sheet];
            let view = grid.view().cloned();
            if grid.sheet.kind.is_none() {
                match empty::no_answer(&grid.sheet, view.as_deref()) {
                    Some((title, words)) => empty::say(ui, title, words),
                    None => {
                        let keys = self.export.is_none() && !self.typing && !Popup::is_any_open(ui.ctx());
                        grid.show(ui, keys, self.link.as_ref(), actions);
                    }
                }
                return;
            }
            match empty::reason(fleet.as_deref(), &self.roster, &self.ticks, view.as_deref()) {
                Some(reason) => {
                    empty::show(ui, reason, grid.sheet.title, fleet.as_deref(), view.as_deref(), actions);
                }
                None => {
                    let keys = self.export.is_none() && !self.typing && !Popup::is_any_open(ui.ctx());
                    grid.show(ui, keys, self.link.as_ref(), actions);
                }
            }
        });
    }

    fn toolbar(&mut self, ui: &mut Ui, frame: Frame, actions: &mut Vec<Action>) {
        let grid = &self.grids[self.sheet];
        let progress = self.fleet.as_ref().map(|fleet| &fleet.progress);
        let shown = toolbar::Shown {
            roster: &self.roster,
            ticks: &self.ticks,
            shown: self.sheet,
            sheet: &grid.sheet,
            columns: if grid.columns.is_empty() { grid.drawn() } else { &grid.columns },
            search: &self.search,
            view: grid.view().map(AsRef::as_ref),
            running: progress.is_some_and(|progress| progress.running),
            cancelling: progress.is_some_and(|progress| progress.cancelling),
        };
        Panel::top("toolbar").exact_size(theme::BAR).resizable(false).frame(frame).show(ui, |ui| {
            toolbar::show(ui, &mut self.columns, &shown, actions);
        });
    }

    fn dialogs(&mut self, ui: &Ui) {
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
            Action::ShowKind(kind) => {
                self.sheet = kind;
                self.collect_shown_kind();
            }
            Action::ShowSql => {
                self.sheet = sql_sheet();
                ctx.memory_mut(|memory| memory.request_focus(sql::editor_id()));
            }
            Action::ShowChanges => self.sheet = sql_sheet() + 1,
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

            Action::Search(text) => self.search = text,
            Action::ClearFilters => {
                self.search.clear();
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
            Action::Columns(columns) => self.grid().columns = columns,
            Action::Refresh => {
                let idle = self.fleet.as_ref().is_some_and(|fleet| !fleet.progress.running);
                if idle && self.roster.ticked(&self.ticks) > 0 {
                    self.sweep(self.ticks.targets());
                }
            }
            Action::Retry(targets) => self.sweep(Some(targets)),
            Action::Cancel => self.link.send(Command::Cancel),
            Action::CopyRows => self.copy_rows(),
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
                if grid.view().is_some_and(|view| !view.rows.is_empty()) {
                    let today = time::OffsetDateTime::now_utc().date();
                    let selected = grid.selection.len();
                    let folder = &self.start.export_folder;
                    self.export = Some(ExportDialog::new(folder, grid.sheet.name(), today, selected));
                }
            }
            Action::Drawer(page) => self.drawer = Some(page),
            Action::CloseDrawer => self.drawer = None,
            Action::Theme(preference) => ctx.set_theme(preference),
        }
    }

    fn copy_rows(&mut self) {
        let grid = &self.grids[self.sheet];
        let Some(view) = grid.view() else { return };
        self.copying = grid.selection.len();
        let rows = grid.selection.choice(&view.rows);
        // The query of the rows that are seen, even where a newer one is on its way.
        self.link.send(Command::Copy { query: view.query.clone(), rows, form: CopyForm::Text });
    }
}
