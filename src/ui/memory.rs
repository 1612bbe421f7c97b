//! What the window remembers of a person: their settings, their saved views, and how they left it. It compares and
//! converts; the files are the keeper's, and how dialogs look is said in `preferences` and `views`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{Context, ThemePreference};

use super::grid::Grid;
use super::roster::Ticks;
use super::theme;
use super::views::ViewDialog;
use crate::config::Environment;
use crate::core::{Fleet, TargetStatus};
use crate::settings::{
    Line, LineChoice, RuleBook, SavedView, Settings, SheetState, Theme, Told, Views, Wish,
};

/// What was read of a person's settings before there was a window.
#[derive(Debug, Clone)]
pub struct Remembered {
    pub settings: Settings,
    /// Where they are kept.
    pub file: Option<PathBuf>,
    /// What is to be told about it.
    pub notice: Option<String>,
    /// What the command line says of the line, which counts for this window only.
    pub line: Option<LineChoice>,
    /// What tells a slow line from a fast one.
    pub environment: Environment,
}

impl Default for Remembered {
    fn default() -> Remembered {
        Remembered {
            settings: Settings::default(),
            file: None,
            notice: None,
            line: None,
            environment: Environment::from_variables([], None),
        }
    }
}

/// The window's memory.
pub struct Memory {
    pub settings: Settings,
    /// What the keeper was told last.
    sent: Settings,
    file: Option<PathBuf>,
    line: Option<LineChoice>,
    environment: Environment,
    notices: Vec<String>,
    pub views: Arc<Views>,
    /// What comparisons look past.
    pub rules: Arc<RuleBook>,
    /// The view that each sheet came from, by the sheet's place.
    origins: Vec<Option<String>>,
    /// A view of a statement in SQL whose columns wait for the statement to be found sound.
    pending: Option<SavedView>,
    /// Whether the settings are open.
    pub preferences: bool,
    pub dialog: Option<ViewDialog>,
}

/// How the window stands.
pub struct Left<'a> {
    /// Whether the overview is on show instead of a sheet.
    pub overview: bool,
    /// Whether the line of filters is shown, and whether the panel of accounts is.
    pub filter_row: bool,
    pub accounts: bool,
    pub grids: &'a [Grid],
    pub sheet: usize,
    pub ticks: &'a Ticks,
    pub fleet: Option<&'a Fleet>,
}

impl Memory {
    /// Takes over what was remembered and gives the context its line and scale.
    pub fn new(ctx: &Context, remembered: Remembered) -> Memory {
        let Remembered { settings, file, notice, line, environment } = remembered;
        let memory = Memory {
            sent: settings.clone(),
            settings,
            file,
            line,
            environment,
            notices: notice.into_iter().collect(),
            views: Arc::default(),
            rules: Arc::default(),
            origins: Vec::new(),
            pending: None,
            preferences: false,
            dialog: None,
        };
        memory.dress(ctx);
        memory
    }

    /// Gives a context its line and scale. Both are told in the log, since what people see hangs on them.
    pub fn dress(&self, ctx: &Context) {
        let (line, why) = self.line();
        tracing::info!(?line, why, scale = self.settings.scale.percent(), "line and scale");
        theme::set_line(ctx, line);
        theme::set_scale(ctx, self.settings.scale);
    }

    /// Sentences about files that could not be read or written.
    pub fn notices(&self) -> Vec<String> {
        self.notices.iter().chain(&self.views.faults).chain(self.rules.faults()).cloned().collect()
    }

    /// Where the settings are kept.
    pub fn file(&self) -> Option<&PathBuf> {
        self.file.as_ref()
    }

    /// What the window is seen over, and why that is thought.
    pub fn line(&self) -> (Line, String) {
        self.line.unwrap_or(self.settings.line).line(&self.environment)
    }

    /// Has the settings so; a line that is chosen here counts more than the command line's.
    pub fn set(&mut self, settings: Settings) {
        if settings.line != self.settings.line {
            self.line = None;
        }
        self.settings = settings;
    }

    /// Takes in what the keeper tells; a sentence for the status bar comes back where there is one.
    pub fn take(&mut self, told: Told) -> Taken {
        match told {
            Told::Views(views) => self.views = views,
            Told::Rules(rules) => {
                self.settings.comparison_rules = rules.own.as_ref().map(|own| own.path.clone());
                self.rules = rules;
                return Taken::Rules;
            }
            Told::Opened(name) => return Taken::Show(name),
            Told::Failed(sentence) => return Taken::Say(sentence),
            Told::NotKept(sentence) => self.notices.push(sentence),
        }
        Taken::Nothing
    }

    // ---- The last state ----

    /// Puts the sheets as they were left, and says which was on show.
    pub fn restore(&mut self, grids: &mut [Grid]) -> usize {
        self.origins = vec![None; grids.len()];
        for (grid, origin) in grids.iter_mut().zip(&mut self.origins) {
            let Some(left) = self.settings.last.sheets.get(grid.sheet.name()) else { continue };
            origin.clone_from(&left.view);
            // Columns that this version does not know are left out.
            let knows = |name: &String| grid.sheet.kind.is_none() || grid.sheet.column(name).is_some();
            if let Some(columns) = &left.columns {
                grid.columns = columns.iter().filter(|name| knows(name)).cloned().collect();
            }
            if let Some(pinned) = &left.pinned {
                grid.pinned = pinned.iter().filter(|name| knows(name)).cloned().collect();
            }
            if let Some(sort) = &left.sort {
                grid.sort = sort.iter().filter(|key| knows(&key.column)).cloned().collect();
            }
            grid.group = left.group.iter().filter(|name| knows(name)).cloned().collect();
            grid.filters.clone_from(&left.filters);
            grid.widths.clone_from(&left.widths);
        }
        let last = self.settings.last.sheet.as_deref();
        grids.iter().position(|grid| Some(grid.sheet.name()) == last).unwrap_or_default()
    }

    /// The ticks as they were left in this fleet; everything where nothing of it is there any more.
    pub fn ticks(&self, fleet: &Fleet) -> Ticks {
        let Some(left) = self.settings.last.ticked.get(&fleet_key(fleet)) else { return Ticks::All };
        let left: BTreeSet<&String> = left.iter().collect();
        let statuses = fleet.accounts.iter().flat_map(|account| &account.targets);
        let ticked: BTreeSet<u32> = statuses
            .filter(|status| target_keys(status).any(|key| left.contains(&key)))
            .map(|status| status.target.number)
            .collect();
        if ticked.is_empty() && !left.is_empty() { Ticks::All } else { Ticks::Only(ticked) }
    }

    /// What the keeper is to be told of how the window stands, if that is news.
    pub fn news(&mut self, ctx: &Context, left: &Left<'_>) -> Option<Wish> {
        let last = &mut self.settings.last;
        let shown = left.grids[left.sheet].sheet.name();
        last.filters_hidden = !left.filter_row;
        last.accounts_hidden = !left.accounts;
        last.sheet = (!left.overview).then(|| shown.to_owned());
        last.size = size(ctx).or(last.size);
        if let Some(fleet) = left.fleet.filter(|fleet| !fleet.accounts.is_empty()) {
            match left.ticks {
                Ticks::All => {
                    last.ticked.remove(&fleet_key(fleet));
                }
                ticks => {
                    let statuses = fleet.accounts.iter().flat_map(|account| &account.targets);
                    let ticked = statuses.filter(|status| ticks.contains(status.target.number));
                    let keys = ticked.filter_map(|status| target_keys(status).next()).collect();
                    last.ticked.insert(fleet_key(fleet), keys);
                }
            }
        }
        for (grid, origin) in left.grids.iter().zip(&self.origins) {
            // What a statement in SQL shows is that statement's, and gone with it.
            if grid.sheet.name() == "query" {
                continue;
            }
            let first = Grid::first_state(&grid.sheet);
            let state = SheetState {
                view: origin.clone(),
                columns: (grid.columns != first.0).then(|| grid.columns.clone()),
                pinned: (grid.pinned != grid.sheet.first_pinned()).then(|| grid.pinned.clone()),
                sort: (grid.sort != first.1).then(|| grid.sort.clone()),
                group: grid.group.clone(),
                filters: grid.filters.clone(),
                widths: grid.widths.clone(),
            };
            if state == SheetState::default() {
                last.sheets.remove(grid.sheet.name());
            } else {
                last.sheets.insert(grid.sheet.name().to_owned(), state);
            }
        }
        if self.settings == self.sent {
            return None;
        }
        self.sent = self.settings.clone();
        Some(Wish::Keep(Box::new(self.settings.clone())))
    }

    /// Follows a theme from now on.
    pub fn set_theme(&mut self, preference: ThemePreference) {
        self.settings.theme = match preference {
            ThemePreference::System => Theme::System,
            ThemePreference::Dark => Theme::Dark,
            ThemePreference::Light => Theme::Light,
        };
    }

    // ---- Saved views ----

    /// The view that a sheet came from, if it is still there.
    pub fn origin(&self, sheet: usize) -> Option<&SavedView> {
        self.views.named(self.origins.get(sheet)?.as_ref()?)
    }

    /// Says which view a sheet came from.
    pub fn set_origin(&mut self, sheet: usize, name: Option<String>) {
        if let Some(origin) = self.origins.get_mut(sheet) {
            *origin = name;
        }
    }

    /// Keeps the names of sheets' views right when a view is saved, renamed or deleted.
    pub fn follow(&mut self, sheet: usize, wish: &Wish) {
        match wish {
            Wish::SaveView(view) => self.set_origin(sheet, Some(view.name.clone())),
            Wish::RenameView { from, to } => {
                for origin in self.origins.iter_mut().flatten().filter(|origin| *origin == from) {
                    to.trim().clone_into(origin);
                }
            }
            Wish::DeleteView(name) => {
                for origin in self.origins.iter_mut().filter(|origin| origin.as_ref() == Some(name)) {
                    *origin = None;
                }
            }
            Wish::Keep(_)
            | Wish::ReadViews
            | Wish::OpenView(_)
            | Wish::ReadRules(_)
            | Wish::Ignore { .. }
            | Wish::Heed { .. } => {}
        }
    }

    /// Keeps a view's columns until its statement is being asked.
    pub fn wait_for(&mut self, view: SavedView) {
        self.pending = Some(view);
    }

    /// A statement is being asked: if it is the one of a view, the grid shows it as the view does.
    pub fn asking(&mut self, sql: &str, grid: &mut Grid) {
        if let Some(view) = self.pending.take().filter(|view| view.sql.as_deref() == Some(sql)) {
            show(grid, &view);
        }
    }
}

/// The window's size at 100 %, where the system tells it.
pub fn size(ctx: &Context) -> Option<[u16; 2]> {
    let size = ctx.input(|input| input.viewport().inner_rect)?.size() * ctx.zoom_factor();
    (size.x >= 1.0 && size.y >= 1.0).then(|| [size.x.round() as u16, size.y.round() as u16])
}

/// What came of something that was told.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken {
    Nothing,
    /// A view is to be shown.
    Show(String),
    /// The rules of comparisons.
    Rules,
    /// The person is to be told.
    Say(String),
}

/// Has a grid of the view's kind or statement show it.
pub fn show(grid: &mut Grid, view: &SavedView) {
    let (columns, sort) = Grid::first_state(&grid.sheet);
    grid.columns = if view.columns.is_empty() { columns } else { view.columns.clone() };
    grid.sort = if view.sort.is_empty() { sort } else { view.sort.clone() };
    grid.group.clone_from(&view.group);
    grid.filters.clone_from(&view.filters);
}

/// The fleet that ticks belong to: every config file has its own accounts, and the demo's is never at the same path.
fn fleet_key(fleet: &Fleet) -> String {
    if fleet.demo { "demo".to_owned() } else { fleet.config.config_file.display().to_string() }
}

/// Names of a target that another start knows, too: not its number, and not its account, which a call has to tell.
fn target_keys(status: &TargetStatus) -> impl Iterator<Item = String> {
    let region = &status.target.region;
    status.target.profiles.iter().map(move |profile| format!("{profile} {region}"))
}
