//! The grid of one sheet: its sort order and columns, the view it shows, the selection, and the keys. The old view is
//! drawn until the visible rows of the new one are there, so nothing flickers. How a cell looks is said in
//! `grid_cells`; what the rows are is the core's business.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use egui::{EventFilter, Id, Key, Modifiers, Sense, Ui, WidgetInfo};
use egui_table::{Column, HeaderRow, Table, TableState};

use super::action::Action;
use super::grid_cells::{self, Cells};
use super::link::Link;
use super::pages::Pages;
use super::roster::Ticks;
use super::selection::Selection;
use super::sheet::Sheet;
use super::theme::{self, Tokens};
use crate::core::{Command, Rows, View};
use crate::query::{Filter, Query, SortKey};

/// Rows asked for before the grid has ever been drawn.
const FIRST_ROWS: usize = 64;

/// The grid of one sheet.
pub struct Grid {
    pub sheet: Sheet,
    pub sort: Vec<SortKey>,
    /// The columns that are chosen; of an answer whose columns nobody has chosen there are none, which means all.
    pub columns: Vec<String>,
    /// Conditions that all hold.
    pub filters: Vec<Filter>,
    /// The columns that group, the outermost first.
    pub group: Vec<String>,
    /// Widths that a person has given to columns.
    pub widths: BTreeMap<String, u16>,
    /// The columns that are drawn.
    drawn: Vec<String>,
    pub selection: Selection,
    shown: Option<Pages>,
    /// A newer view whose visible rows are not there yet.
    incoming: Option<Pages>,
    /// The rows drawn last.
    visible: Range<usize>,
    scroll_to: Option<usize>,
    /// The number of a row that is to have the focus as soon as it is shown.
    wanted_row: Option<i64>,
    /// The column that the keys are at, once they have been used.
    column: Option<usize>,
    scroll_to_column: Option<usize>,
    /// The column under the pointer when the row menu was opened.
    menu_cell: Option<(usize, String)>,
}

impl Grid {
    pub fn new(sheet: Sheet) -> Grid {
        Grid {
            sort: sheet.first_sort(),
            wanted_row: None,
            columns: sheet.first_columns(),
            filters: Vec::new(),
            group: Vec::new(),
            widths: BTreeMap::new(),
            sheet,
            drawn: Vec::new(),
            selection: Selection::default(),
            shown: None,
            incoming: None,
            visible: 0..FIRST_ROWS,
            scroll_to: None,
            column: None,
            scroll_to_column: None,
            menu_cell: None,
        }
    }

    /// The columns and the order that a grid of a sheet has at first.
    pub fn first_state(sheet: &Sheet) -> (Vec<String>, Vec<SortKey>) {
        let columns = if sheet.kind.is_some() { sheet.first_columns() } else { Vec::new() };
        (columns, sheet.first_sort())
    }

    /// The query that this grid wants answered; `None` where there is nothing to ask yet. A statement in SQL says itself
    /// which accounts it means.
    pub fn query(&self, ticks: &Ticks, search: &str) -> Option<Query> {
        let of_kind = self.sheet.kind.is_some();
        Some(Query {
            targets: if of_kind { ticks.targets() } else { None },
            search: search.to_owned(),
            filters: self.filters.clone(),
            group: self.group.clone(),
            sort: self.sort.clone(),
            columns: self.columns.clone(),
            ..self.sheet.query()?
        })
    }

    /// Asks another statement: its columns and its order are not those of the one before.
    pub fn ask(&mut self, sql: &str) {
        *self = Grid::new(Sheet { sql: sql.to_owned(), ..Sheet::of_sql() });
    }

    /// The view that is drawn.
    pub fn view(&self) -> Option<&Arc<View>> {
        self.shown.as_ref().map(|pages| &pages.view)
    }

    /// The columns that are drawn.
    pub fn drawn(&self) -> &[String] {
        &self.drawn
    }

    /// Whether something was asked that has not been answered yet.
    pub fn is_waiting(&self) -> bool {
        self.shown.is_none() && self.sheet.query().is_some()
    }

    /// Whether rows of this view are wanted.
    pub fn knows(&self, view: u64) -> bool {
        [&self.shown, &self.incoming].into_iter().flatten().any(|pages| pages.view.number == view)
    }

    /// The number of the row that has the focus.
    pub fn focused_row(&self) -> Option<i64> {
        self.view()?.rows.get(self.selection.focus()?).copied()
    }

    /// Takes a view in and asks for the rows that will be visible.
    pub fn take_view(&mut self, view: Arc<View>, link: &dyn Link) {
        let number = view.number;
        if self.sheet.columns.is_empty() {
            self.sheet.columns = Arc::clone(&view.columns);
        }
        let mut pages = Pages::new(view);
        let positions = self.visible_in(&pages);
        if let Some(positions) = pages.missing(&positions) {
            link.send(Command::Rows { view: number, positions });
        }
        self.incoming = Some(pages);
        self.swap_when_ready();
    }

    /// Takes rows in, for whichever view they are of.
    pub fn take_rows(&mut self, rows: &Rows) {
        for pages in [&mut self.shown, &mut self.incoming].into_iter().flatten() {
            pages.take(rows);
        }
        self.swap_when_ready();
    }

    /// The positions that will be visible in a view: the same ones, or the first if it is sorted or searched anew.
    fn visible_in(&self, pages: &Pages) -> Range<usize> {
        let rows = pages.view.rows.len();
        let height = self.visible.len().max(1);
        let start = if self.starts_over(&pages.view) { 0 } else { self.visible.start };
        let start = start.min(rows.saturating_sub(height));
        start..(start + height).min(rows)
    }

    fn starts_over(&self, view: &View) -> bool {
        let asked = |view: &View| {
            let query = &view.query;
            (query.sort.clone(), query.search.clone(), query.filters.clone())
        };
        self.view().is_some_and(|known| asked(known) != asked(view))
    }

    fn swap_when_ready(&mut self) {
        let Some(incoming) = self.incoming.take() else { return };
        // Where nothing is shown yet, placeholders are better than nothing.
        if self.shown.is_some() && !incoming.covers(&self.visible_in(&incoming)) {
            self.incoming = Some(incoming);
            return;
        }
        if self.starts_over(&incoming.view) {
            self.scroll_to = Some(0);
        }
        // Who has moved on meanwhile is not called back.
        self.wanted_row =
            self.wanted_row.filter(|row| self.focused_row().is_none_or(|focused| focused == *row));
        if let Some(old) = self.shown.take() {
            self.selection.follow(&old.view.rows, &incoming.view.rows);
        }
        self.shown = Some(incoming);
        if self.select_wanted() {
            self.wanted_row = None;
        }
    }

    /// Gives a row the focus, by its number, now if it is shown and else with the next answer that has it.
    pub fn select_row(&mut self, row: i64) {
        self.wanted_row = Some(row);
        self.selection = Selection::default();
        self.select_wanted();
    }

    fn select_wanted(&mut self) -> bool {
        let Some(row) = self.wanted_row else { return false };
        let position = self.view().and_then(|view| view.rows.iter().position(|number| *number == row));
        if let Some(position) = position {
            self.selection.only(position);
            self.scroll_to = Some(position);
        }
        position.is_some()
    }

    /// Draws the grid. `keys` says whether keys are meant for it when nothing else has the focus.
    pub fn show(&mut self, ui: &mut Ui, keys: bool, link: &dyn Link, actions: &mut Vec<Action>) {
        let Some(rows) = self.view().map(|view| view.rows.len()) else { return };
        let focus_id = Id::unique(("grid", self.sheet.name()));
        let frame = ui.interact(ui.available_rect_before_wrap(), focus_id, Sense::focusable_noninteractive());
        frame.widget_info(|| {
            WidgetInfo::labeled(egui::Role::Grid, true, format!("{}, {rows} rows", self.sheet.title))
        });
        let nothing_focused = ui.memory(|memory| memory.focused().is_none());
        if keys && (frame.has_focus() || nothing_focused) {
            self.keys(ui, rows, actions);
        }
        if frame.has_focus() {
            let filter =
                EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: true };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(focus_id, filter));
        }

        let Some(pages) = &mut self.shown else { return };
        if self.columns.is_empty() {
            // Those that an answer has; the query goes on meaning all.
            self.drawn = self.sheet.first_columns();
        } else {
            self.drawn.clone_from(&self.columns);
        }
        let names = &self.drawn;
        let first_width = |name: &String| match self.widths.get(name) {
            Some(width) => f32::from(*width),
            None => grid_cells::first_width(&self.sheet, name),
        };
        let widths: Vec<f32> = names.iter().map(first_width).collect();
        let column_id = |name: &String| Id::unique(("column", name));
        let table_columns: Vec<Column> = names
            .iter()
            .zip(&widths)
            .map(|(name, width)| Column::new(*width).range(48.0..=1200.0).id(column_id(name)))
            .collect();
        // Where there is little room, a column that stays would leave none for the others.
        let room = ui.available_width() > 2.0 * widths.first().copied().unwrap_or_default();
        let sticky = usize::from(
            room && self.sheet.identifier.is_some()
                && names.first().map(String::as_str) == self.sheet.identifier,
        );
        let mut table = Table::new()
            .id_salt(("rows", self.sheet.name()))
            .columns(table_columns)
            .num_sticky_cols(sticky)
            .num_rows(rows as u64)
            .headers([HeaderRow::new(theme::HEADER)]);
        if let Some(row) = self.scroll_to.take().filter(|row| *row < rows) {
            table = table.scroll_to_row(row as u64, None);
        }
        if let Some(column) = self.scroll_to_column.take().filter(|column| *column < names.len()) {
            table = table.scroll_to_column(column, None);
        }
        // Without a stored state the table would measure every column and shrink it to its text.
        let table_id = table.get_id(ui);
        if TableState::load(ui.ctx(), table_id).is_none() {
            let col_widths = names.iter().map(column_id).zip(widths.iter().copied()).collect();
            TableState { col_widths, parent_width: None }.store(ui.ctx(), table_id);
        }

        let tokens = Tokens::of(ui);
        let mut cells = Cells {
            sheet: &self.sheet,
            tokens,
            pages,
            columns: grid_cells::columns(&self.sheet, names, &pages.view.shown_columns()),
            names,
            sort: &self.sort,
            selection: &mut self.selection,
            table: frame.rect,
            focused: frame.has_focus(),
            column: self.column,
            menu_cell: &mut self.menu_cell,
            visible: 0..0,
            first_part: std::collections::BTreeSet::new(),
            clicked: false,
            actions,
        };
        // The table draws its column lines in this colour.
        ui.visuals_mut().widgets.noninteractive.bg_stroke.color = tokens.hairline;
        table.show(ui, &mut cells);
        let (visible, clicked) = (cells.visible, cells.clicked);
        if ui.input(|input| input.pointer.any_released())
            && let Some(state) = TableState::load(ui.ctx(), table_id)
        {
            for (name, first) in names.iter().zip(&widths) {
                let now = state.col_widths.get(&column_id(name)).copied().unwrap_or(*first);
                if (now - first).abs() >= 1.0 {
                    self.widths.insert(name.clone(), now.round() as u16);
                }
            }
        }
        if clicked {
            ui.memory_mut(|memory| memory.request_focus(focus_id));
        }
        if !visible.is_empty() {
            self.visible = visible;
        }
        if let Some(positions) = pages.missing(&self.visible) {
            link.send(Command::Rows { view: pages.view.number, positions });
        }
    }

    fn keys(&mut self, ui: &mut Ui, rows: usize, actions: &mut Vec<Action>) {
        let page = self.visible.len().saturating_sub(2).max(1);
        let last = rows.saturating_sub(1);
        // On a slow line a frame may hold several presses of one key: each counts.
        let presses = |modifiers, key| ui.input_mut(|input| input.count_and_consume_key(modifiers, key));
        let keys = [Key::ArrowDown, Key::ArrowUp, Key::PageDown, Key::PageUp, Key::Home, Key::End];
        for key in keys {
            let extended = presses(Modifiers::SHIFT, key);
            for press in 0..extended + presses(Modifiers::NONE, key) {
                if rows == 0 {
                    continue;
                }
                let focus = self.selection.focus();
                let to = match key {
                    Key::ArrowDown => focus.map_or(0, |at| (at + 1).min(last)),
                    Key::ArrowUp => focus.map_or(0, |at| at.saturating_sub(1)),
                    Key::PageDown => focus.map_or(0, |at| (at + page).min(last)),
                    Key::PageUp => focus.map_or(0, |at| at.saturating_sub(page)),
                    Key::End => last,
                    _ => 0,
                };
                if press < extended {
                    self.selection.extend(to);
                } else {
                    self.selection.only(to);
                }
                self.scroll_to = Some(to);
            }
        }
        self.column_keys(ui, actions);
        if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) {
            self.selection.all(rows);
        }
        let focused = self.selection.focus().is_some();
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) && focused {
            actions.push(Action::OpenDetails);
        }
        let copy = ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy)));
        let text_selected =
            ui.ctx().plugin::<egui::text_selection::LabelSelectionState>().lock().has_selection();
        if copy && !text_selected && !self.selection.is_empty() {
            actions.push(Action::CopyRows);
        }
    }

    /// Left and Right choose a column, S sorts by it as a click on its header does, and Shift+S as a click with Shift.
    fn column_keys(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        let last = self.drawn.len().saturating_sub(1);
        let presses = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
        for _ in 0..presses(Key::ArrowRight) {
            self.column = Some(self.column.map_or(0, |at| (at + 1).min(last)));
            self.scroll_to_column = self.column;
        }
        for _ in 0..presses(Key::ArrowLeft) {
            self.column = Some(self.column.map_or(0, |at| at.min(last).saturating_sub(1)));
            self.scroll_to_column = self.column;
        }
        let further = pressed(Modifiers::SHIFT, Key::S);
        if (further || pressed(Modifiers::NONE, Key::S))
            && let Some(column) = self.drawn.get(self.column.unwrap_or_default().min(last))
        {
            self.column = Some(self.column.unwrap_or_default().min(last));
            actions.push(Action::Sort { column: column.clone(), further });
        }
    }
}
