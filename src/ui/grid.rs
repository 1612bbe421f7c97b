//! The grid of one sheet: what is asked of it (order, columns, filters, groups), the view it shows, where it stands and
//! what is selected. The old view is drawn until the visible rows of the new one are there, so nothing flickers. How a
//! header and a cell look is said in `grid_header` and `grid_cells`, what a line is in `folds`, where it stands in
//! `scroll`; what the rows are is the core's business.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use egui::layers::ShapeIdx;
use egui::{Id, Rect, Sense, Shape, Stroke, Ui, UiBuilder, WidgetInfo, vec2};
use egui_table::{Column, HeaderRow, Table, TableState};
use time::OffsetDateTime;

use super::action::{Action, GridAction};
use super::ahead;
use super::columns;
use super::filter_row::FilterRow;
use super::folds::{self, Folded, Line, Lines};
use super::grid_cells::{self, Cells};
use super::link::Link;
use super::marks;
use super::pages::Pages;
use super::roster::Ticks;
use super::scroll::Scroll;
use super::selection::Selection;
use super::sheet::Sheet;
use super::theme::{self, Tokens};
use crate::core::{Command, Rows, Values, View};
use crate::query::{Filter, Query, SortKey};

/// Rows asked for before the grid has ever been drawn.
const FIRST_ROWS: usize = 64;

/// A view that is drawn or about to be.
struct Shown {
    pages: Pages,
    lines: Lines,
}

impl Shown {
    fn covers(&self, lines: Range<usize>) -> bool {
        self.lines.positions(lines).iter().all(|positions| self.pages.covers(positions))
    }

    /// Asks for the rows of some lines that are not there.
    fn ask(&mut self, lines: Range<usize>, link: &dyn Link) {
        for positions in self.lines.positions(lines) {
            if let Some(positions) = self.pages.missing(&positions) {
                link.send(Command::Rows { view: self.pages.view.number, positions });
            }
        }
    }
}

/// The grid of one sheet.
pub struct Grid {
    pub sheet: Sheet,
    pub sort: Vec<SortKey>,
    /// The columns that are chosen; of an answer whose columns nobody has chosen there are none, which means all.
    pub columns: Vec<String>,
    /// Columns that stay at the left.
    pub pinned: Vec<String>,
    /// Conditions that all hold.
    pub filters: Vec<Filter>,
    /// The columns that rows are grouped by, at most two.
    pub group: Vec<String>,
    /// Widths that a person has given to columns.
    pub widths: BTreeMap<String, u16>,
    /// The columns that are drawn.
    pub(super) drawn: Vec<String>,
    pub selection: Selection,
    shown: Option<Shown>,
    /// A newer view whose visible rows are not there yet.
    incoming: Option<Shown>,
    folded: Folded,
    pub(super) scroll: Scroll,
    /// The group that the keys are at, instead of a row, by its place among the view's.
    pub(super) at_group: Option<usize>,
    /// The number of a row that is to have the focus as soon as it is shown.
    wanted_row: Option<i64>,
    /// Whether the row that has it is to be scrolled to, once it is known how many lines there are and how many fit.
    reveal: bool,
    /// The column that the keys are at, once they have been used.
    pub(super) column: Option<usize>,
    pub(super) scroll_to_column: Option<usize>,
    /// The column under the pointer when the row menu was opened.
    menu_cell: Option<(usize, String)>,
    filter_row: FilterRow,
    /// Columns whose widths are to follow what is seen of them.
    fit: Vec<String>,
    /// Whether the widths are to be those of the beginning.
    reset_widths: bool,
}

impl Grid {
    pub fn new(sheet: Sheet) -> Grid {
        Grid {
            sort: sheet.first_sort(),
            wanted_row: None,
            reveal: false,
            columns: sheet.first_columns(),
            pinned: sheet.first_pinned(),
            filters: Vec::new(),
            group: Vec::new(),
            widths: BTreeMap::new(),
            sheet,
            drawn: Vec::new(),
            selection: Selection::default(),
            shown: None,
            incoming: None,
            folded: Folded::new(),
            scroll: Scroll::default(),
            at_group: None,
            column: None,
            scroll_to_column: None,
            menu_cell: None,
            filter_row: FilterRow::default(),
            fit: Vec::new(),
            reset_widths: false,
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

    /// Does what was asked of the grid.
    pub fn act(&mut self, action: GridAction) {
        match action {
            GridAction::Filters(filters) => self.filters = filters,
            GridAction::OpenFilter(column) => {
                self.scroll_to_column = self.drawn.iter().position(|name| *name == column);
                self.filter_row.open(&column);
            }
            GridAction::Group(columns) => {
                self.group = columns;
                self.folded.clear();
                self.at_group = None;
            }
            GridAction::FoldAll(folded) => self.fold_all(folded),
            GridAction::Pin { column, on } => {
                self.pinned.retain(|name| *name != column);
                if on {
                    self.pinned.push(column);
                }
                self.arrange(self.drawn.clone());
            }
            GridAction::Fit(columns) => self.fit = columns,
            GridAction::ResetColumns => {
                self.pinned = self.sheet.first_pinned();
                self.columns = self.sheet.first_columns();
                self.reset_widths = true;
            }
        }
    }

    /// Shows exactly these columns, those that stay at the left in front.
    pub fn arrange(&mut self, columns: Vec<String>) {
        self.columns = columns::arranged(&columns, &self.pinned);
    }

    /// The view that is drawn.
    pub fn view(&self) -> Option<&Arc<View>> {
        self.shown.as_ref().map(|shown| &shown.pages.view)
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
        [&self.shown, &self.incoming].into_iter().flatten().any(|shown| shown.pages.view.number == view)
    }

    /// The number of the row that has the focus.
    pub fn focused_row(&self) -> Option<i64> {
        self.view()?.rows.get(self.selection.focus()?).copied()
    }

    /// Takes a view in and asks for the rows that will be visible.
    pub fn take_view(&mut self, view: Arc<View>, link: &dyn Link) {
        if self.sheet.columns.is_empty() {
            self.sheet.columns = Arc::clone(&view.columns);
        }
        let lines = Lines::new(&view, &self.folded);
        let mut incoming = Shown { pages: Pages::new(view), lines };
        incoming.ask(self.visible_in(&incoming), link);
        self.incoming = Some(incoming);
        self.swap_when_ready();
    }

    /// Takes rows in, for whichever view they are of.
    pub fn take_rows(&mut self, rows: Rows) {
        let views = [&mut self.shown, &mut self.incoming];
        let its = views.into_iter().flatten().find(|shown| shown.pages.view.number == rows.view);
        if let Some(shown) = its {
            shown.pages.take(rows);
        }
        self.swap_when_ready();
    }

    /// Takes the values of a column in, for its pick-list.
    pub fn take_values(&mut self, values: &Arc<Values>) {
        self.filter_row.take(values);
    }

    /// The lines that will be visible in a view: the same ones, or the first if it is sorted or searched anew.
    fn visible_in(&self, shown: &Shown) -> Range<usize> {
        let height = if self.scroll.whole() == 0 { FIRST_ROWS } else { self.scroll.whole() + 1 };
        let start = if self.starts_over(&shown.pages.view) { 0 } else { self.scroll.first() };
        let start = start.min(shown.lines.len().saturating_sub(height));
        start..(start + height).min(shown.lines.len())
    }

    fn starts_over(&self, view: &View) -> bool {
        let asked = |view: &View| {
            let Query { search, sort, filters, group, .. } = &view.query;
            (search.clone(), sort.clone(), filters.clone(), group.clone())
        };
        self.view().is_some_and(|known| asked(known) != asked(view))
    }

    fn swap_when_ready(&mut self) {
        let Some(incoming) = self.incoming.take() else { return };
        // Where nothing is shown yet, placeholders are better than nothing.
        if self.shown.is_some() && !incoming.covers(self.visible_in(&incoming)) {
            self.incoming = Some(incoming);
            return;
        }
        if self.starts_over(&incoming.pages.view) {
            self.scroll.to(0);
        }
        // Who has moved on meanwhile is not called back.
        self.wanted_row =
            self.wanted_row.filter(|row| self.focused_row().is_none_or(|focused| focused == *row));
        if let Some(old) = self.shown.take() {
            let (old, new) = (&old.pages.view, &incoming.pages.view);
            self.selection.follow(&old.rows, &new.rows);
            let path = self.at_group.map(|at| folds::path(&old.groups, at));
            self.at_group = path.and_then(|path| folds::paths(&new.groups).position(|known| known == path));
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
        let (Some(row), Some(shown)) = (self.wanted_row, &mut self.shown) else { return false };
        let view = &shown.pages.view;
        let Some(position) = view.rows.iter().position(|number| *number == row) else { return false };
        if folds::unfold(&mut self.folded, &view.groups, position) {
            shown.lines = Lines::new(view, &self.folded);
        }
        self.selection.only(position);
        self.at_group = None;
        self.reveal = true;
        true
    }

    /// What stands at a line.
    pub(super) fn line(&self, line: usize) -> Option<Line> {
        self.shown.as_ref()?.lines.at(line)
    }

    /// The lines there are.
    pub(super) fn lines(&self) -> usize {
        self.shown.as_ref().map_or(0, |shown| shown.lines.len())
    }

    /// The line that the keys are at.
    pub(super) fn focused_line(&self) -> Option<usize> {
        let shown = self.shown.as_ref()?;
        let groups = &shown.pages.view.groups;
        if let Some(at) = self.at_group {
            return shown.lines.of_group(at);
        }
        self.selection.focus().map(|position| shown.lines.of_row(position, groups))
    }

    /// Folds a group or unfolds it; the keys are at it then.
    pub(super) fn fold(&mut self, group: usize, folded: bool) {
        let Some(shown) = &mut self.shown else { return };
        let path = folds::path(&shown.pages.view.groups, group);
        if folded {
            self.folded.insert(path);
        } else {
            self.folded.remove(&path);
        }
        self.at_group = Some(group);
        shown.lines = Lines::new(&shown.pages.view, &self.folded);
    }

    fn fold_all(&mut self, folded: bool) {
        let Some(shown) = &mut self.shown else { return };
        let groups = &shown.pages.view.groups;
        self.folded.clear();
        if folded {
            self.folded.extend(folds::paths(groups));
        }
        shown.lines = Lines::new(&shown.pages.view, &self.folded);
    }

    pub(super) fn is_folded(&self, group: usize) -> bool {
        self.view().is_some_and(|view| self.folded.contains(&folds::path(&view.groups, group)))
    }

    /// Draws the grid. `keys` says whether keys are meant for it when nothing else has the focus.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        keys: bool,
        filter_row: bool,
        link: &dyn Link,
        actions: &mut Vec<Action>,
    ) {
        let Some(rows) = self.view().map(|view| view.rows.len()) else { return };
        let focus_id = Id::unique(("grid", self.sheet.name()));
        let area = ui.available_rect_before_wrap();
        let frame = ui.interact(area, focus_id, Sense::focusable_noninteractive());
        frame.widget_info(|| {
            WidgetInfo::labeled(egui::Role::Grid, true, format!("{}, {rows} rows", self.sheet.title))
        });
        self.choose_columns();
        let nothing_focused = ui.memory(|memory| memory.focused().is_none());
        if keys && (frame.has_focus() || nothing_focused) {
            self.keys(ui, rows, actions);
        }
        if frame.has_focus() {
            ahead::keep_arrows(ui, focus_id);
        }

        // The table stands left of the bar, and is as high as the lines that are drawn.
        let (body, gutter) = area.split_left_right_at_x(area.right() - theme::GUTTER);
        let header = theme::HEADER + if filter_row { theme::FILTER } else { 0.0 };
        let mut inner = ui.new_child(UiBuilder::new().max_rect(body).id_salt("table"));
        let widths = self.widths(&mut inner);
        let across = widths.iter().sum::<f32>() > body.width();
        let height = (body.height() - header - if across { theme::GUTTER } else { 0.0 }).max(theme::ROW);
        self.scroll.fit(self.lines(), height);
        if std::mem::take(&mut self.reveal)
            && let Some(line) = self.focused_line()
        {
            self.scroll.reveal(line);
        }
        if ui.rect_contains_pointer(area) {
            let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            self.scroll.turn(turned);
        }
        let track = Rect::from_min_max(gutter.min + vec2(0.0, header), gutter.max).shrink2(vec2(0.0, 2.0));
        self.scroll.bar(ui, track);
        let tokens = Tokens::of(ui);
        // The header goes on to the right edge, over the bar and over what the columns leave.
        let columns_end = (body.left() + widths.iter().sum::<f32>()).min(gutter.left());
        let corner = gutter.with_max_y(gutter.top() + header).with_min_x(columns_end);
        ui.painter().rect_filled(corner, 0.0, tokens.panel);
        let names = corner.with_max_y(corner.top() + theme::HEADER);
        ui.painter().rect_filled(names, 0.0, tokens.raised);
        ui.painter().hline(names.x_range(), names.bottom() - 0.5, Stroke::new(1.0, tokens.border));
        ui.painter().hline(corner.x_range(), corner.bottom() - 0.5, Stroke::new(1.0, tokens.border));
        if self.lines() == 0 {
            let words = "No rows meet the conditions above.";
            let room = body.with_min_y(body.top() + header + 2.0 * theme::ROW);
            let line = room.with_max_y(room.top() + theme::ROW);
            marks::paint_line(ui, line, words, theme::BODY, tokens.text_weak, egui::Align::Center);
        }
        let clicked = self.table(&mut inner, &widths, height, filter_row, frame.has_focus(), actions);
        if clicked {
            ui.memory_mut(|memory| memory.request_focus(focus_id));
        }
        // Once keys have been used, a row or a group has lines that show the focus.
        if frame.has_focus() && self.selection.focus().is_none() && self.at_group.is_none() {
            let line = Stroke::new(1.0, tokens.accent);
            ui.painter().rect_stroke(area, 0.0, line, egui::StrokeKind::Inside);
        }
        let Some(shown) = &mut self.shown else { return };
        let first = self.scroll.first();
        shown.ask(first..first + self.scroll.drawn(height), link);
        if let Some(command) = self.filter_row.ask(&shown.pages.view, &self.filters) {
            link.send(command);
        }
    }

    fn choose_columns(&mut self) {
        if self.columns.is_empty() {
            // Those that an answer has; the query goes on meaning all.
            self.drawn = self.sheet.first_columns();
        } else if self.drawn != self.columns {
            self.drawn.clone_from(&self.columns);
        }
    }

    /// How wide the columns are; fits those that are to be fitted.
    fn widths(&mut self, ui: &mut Ui) -> Vec<f32> {
        if std::mem::take(&mut self.reset_widths) {
            self.widths.clear();
        }
        for name in std::mem::take(&mut self.fit) {
            self.widths.insert(name.clone(), self.fitting(ui, &name) as u16);
        }
        let width = |name: &String| match self.widths.get(name) {
            Some(width) => f32::from(*width),
            None => grid_cells::first_width(&self.sheet, name),
        };
        let widths: Vec<f32> = self.drawn.iter().map(width).collect();
        // The table takes the widths it has stored, and without any would measure every column and shrink it to its text.
        let id = self.table_without_rows().get_id(ui);
        let mut state = TableState::load(ui.ctx(), id).unwrap_or_default();
        let columns = self.drawn.iter().zip(&widths).map(|(name, width)| (column_id(name), *width));
        let changed =
            columns.filter(|(id, width)| state.col_widths.insert(*id, *width) != Some(*width)).count();
        if changed > 0 {
            state.store(ui.ctx(), id);
        }
        widths
    }

    /// The lines between columns; in the header one is taken hold of to make its column wider, and a double click fits it.
    ///
    /// `under` is the shape below all rows: what fills a line, as a group's does, covers the lines between columns.
    fn borders(&mut self, ui: &Ui, borders: &[(usize, Rect)], area: Rect, under: ShapeIdx) {
        let tokens = Tokens::of(ui);
        let mut lines = Vec::new();
        for &(at, header) in borders {
            let x = header.right();
            let Some(name) = self.drawn.get(at).cloned() else { continue };
            let line = Stroke::new(1.0, tokens.hairline);
            ui.painter().vline(x, header.y_range(), line);
            lines.push(Shape::vline(x, area.y_range(), line));
            let hold = Rect::from_x_y_ranges(x - theme::STEP..=x + theme::STEP, header.y_range());
            let response = ui.interact(hold, column_id(&name).with("border"), Sense::CLICK | Sense::DRAG);
            if response.double_clicked() {
                self.fit.push(name.clone());
                ui.request_repaint();
            }
            if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
                let width = (pointer.x - header.left()).clamp(theme::COLUMN_LEAST, theme::COLUMN_MOST);
                self.widths.insert(name, width.round() as u16);
            }
            if response.hovered() || response.dragged() {
                ui.set_cursor_icon(egui::CursorIcon::ResizeColumn);
                let reach = if response.dragged() { area.y_range() } else { header.y_range() };
                ui.painter().vline(x, reach, Stroke::new(2.0, tokens.accent));
            }
        }
        ui.painter().set(under, lines);
    }

    /// The width that a column's header and the texts that are seen of it want.
    fn fitting(&self, ui: &Ui, name: &str) -> f32 {
        let header = grid_cells::header_width(ui, name);
        let Some(shown) = &self.shown else { return header };
        let column = grid_cells::columns(&self.sheet, &[name.to_owned()], &shown.pages.view.shown_columns());
        let first = self.scroll.first();
        let positions = shown.lines.positions(first..first + self.scroll.whole());
        let texts = positions.into_iter().flatten().filter_map(|position| shown.pages.row(position));
        let widths = texts.map(|row| grid_cells::width(ui, &column[0], row));
        widths.fold(header, f32::max).clamp(theme::COLUMN_LEAST, theme::COLUMN_FITTED).round()
    }

    fn table_without_rows(&self) -> Table {
        Table::new().id_salt(("rows", self.sheet.name()))
    }

    /// Draws header and lines; tells whether a line was clicked.
    fn table(
        &mut self,
        ui: &mut Ui,
        widths: &[f32],
        height: f32,
        filter_row: bool,
        focused: bool,
        actions: &mut Vec<Action>,
    ) -> bool {
        let range = theme::COLUMN_LEAST..=theme::COLUMN_MOST;
        let table_columns: Vec<Column> = self
            .drawn
            .iter()
            .zip(widths)
            .map(|(name, width)| {
                Column::new(*width).range(range.clone()).resizable(false).id(column_id(name))
            })
            .collect();
        // Where there is little room, columns that stay would leave none for the others.
        let pinned = self.drawn.iter().take_while(|name| self.pinned.contains(name)).count();
        let room = |sticky: usize| ui.available_width() > 1.6 * widths[..sticky].iter().sum::<f32>();
        let sticky = (0..=pinned).rev().find(|sticky| room(*sticky)).unwrap_or_default();
        let mut headers = vec![HeaderRow::new(theme::HEADER)];
        if filter_row {
            headers.push(HeaderRow::new(theme::FILTER));
        }
        let first = self.scroll.first();
        let drawn = self.scroll.drawn(height);
        let mut table = self
            .table_without_rows()
            .columns(table_columns)
            .num_sticky_cols(sticky)
            .num_rows(u64::from(drawn > 0))
            .headers(headers);
        if let Some(column) =
            self.scroll_to_column.take().filter(|column| (sticky..widths.len()).contains(column))
        {
            table = table.scroll_to_column(column, None);
        }
        let Some(shown) = &self.shown else { return false };
        let tokens = Tokens::of(ui);
        let area = ui.available_rect_before_wrap();
        let under = ui.painter().add(Shape::Noop);
        let mut cells = Cells {
            sheet: &self.sheet,
            tokens,
            pages: &shown.pages,
            lines: &shown.lines,
            folded: &self.folded,
            columns: grid_cells::columns(&self.sheet, &self.drawn, &shown.pages.view.shown_columns()),
            names: &self.drawn,
            pinned: &self.pinned,
            sort: &self.sort,
            sorted: self.sort != self.sheet.first_sort(),
            filters: &self.filters,
            group: &self.group,
            filter_row: &mut self.filter_row,
            filters_shown: filter_row,
            selection: &mut self.selection,
            table: area,
            pointer: ui.ctx().pointer_hover_pos().filter(|_| ui.rect_contains_pointer(area)),
            visible: first..first + drawn,
            height,
            widths,
            sticky,
            parts: 0,
            heard: ui.ctx().accesskit_node_builder(ui.unique_id(), |_| ()).is_some(),
            now: OffsetDateTime::now_utc(),
            focused,
            at_group: self.at_group,
            column: self.column,
            menu_cell: &mut self.menu_cell,
            borders: Vec::new(),
            clicked: false,
            clicked_group: None,
            actions,
        };
        table.show(ui, &mut cells);
        let (clicked, group, mut borders) = (cells.clicked, cells.clicked_group, cells.borders);
        let sticky_end = area.left() + widths[..sticky].iter().sum::<f32>();
        // A column that has gone under those that stay has no line.
        borders.retain(|(at, header)| {
            let seen = if *at < sticky { area.left() } else { sticky_end };
            (seen..=area.right()).contains(&header.right())
        });
        self.borders(ui, &borders, area, under);
        if sticky > 0 {
            ui.painter().vline(sticky_end, area.y_range(), Stroke::new(1.0, tokens.border));
        }
        if clicked {
            self.at_group = None;
        }
        if let Some(group) = group {
            self.fold(group, !self.is_folded(group));
        }
        clicked || group.is_some()
    }
}

fn column_id(name: &str) -> Id {
    Id::unique(("column", name))
}
