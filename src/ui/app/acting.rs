//! What every action of the window does. Where it leads to another place, `navigation` has taken down the place before.

use std::collections::BTreeSet;

use egui::Context;

use super::{App, sql_sheet};
use crate::core::{Command, CopyForm};
use crate::settings::{SavedView, Scale};
use crate::ui::action::{Action, GridAction};
use crate::ui::export::ExportDialog;
use crate::ui::grid::Grid;
use crate::ui::roster::Ticks;
use crate::ui::views::ViewDialog;
use crate::ui::{memory, sql, status, theme, toolbar};

impl App {
    pub(super) fn carry_out(&mut self, ctx: &Context, action: Action) {
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
                if idle && self.roster.ticked() > 0 {
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
pub(super) fn copied((rows, form): (usize, CopyForm)) -> String {
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
