//! How the grid's lines and cells look and what a click on them means. It formats nothing: texts come from the core, and
//! only for the visible rows.

use std::borrow::Cow;
use std::ops::Range;

use egui::accesskit::Node;
use egui::{Align, Id, Pos2, Rangef, Rect, Response, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use egui_table::{CellInfo, HeaderCellInfo, TableDelegate};
use time::OffsetDateTime;

use super::action::{Action, GridAction};
use super::comparison::{CompareAction, Question};
use super::filter_row::{Cell, FilterRow};
use super::folds::{self, Folded, Line, Lines};
use super::icons::Icon;
use super::marks::{self, Tone};
use super::pages::Pages;
use super::selection::Selection;
use super::sheet::Sheet;
use super::status::grouped;
use super::theme::{self, Tokens};
use crate::core::{CellText, CopyForm, MOST};
use crate::query::{Filter, SortKey};
use crate::rds::{self, Shape};

/// Space left and right of a cell's text.
pub const PADDING: f32 = 8.0;

/// Space for the sign before a status.
const SIGN: f32 = 16.0;

/// What a frame needs to know of a column.
pub struct CellColumn {
    /// Its place in the rows of the shown view, where it is there already.
    place: Option<usize>,
    pub number: bool,
    boolean: bool,
    status: bool,
    unit: Option<&'static str>,
    time: bool,
    /// Whether a value may be worth saying once more in another unit.
    hinted: bool,
}

/// The columns to draw, matched with those of the shown view.
pub fn columns(sheet: &Sheet, names: &[String], in_view: &[&str]) -> Vec<CellColumn> {
    names
        .iter()
        .map(|name| {
            let shape = sheet.column(name).map(|column| &column.shape);
            let time = matches!(shape, Some(Shape::Timestamp));
            CellColumn {
                place: in_view.iter().position(|known| *known == name.as_str()),
                number: shape.is_some_and(Shape::is_number),
                boolean: matches!(shape, Some(Shape::Boolean)),
                status: sheet.status == Some(name.as_str()),
                unit: rds::unit(name).filter(|_| shape.is_some()),
                time,
                hinted: time || rds::unit(name).is_some(),
            }
        })
        .collect()
}

/// The width a column starts with.
pub fn first_width(sheet: &Sheet, name: &str) -> f32 {
    let shape = sheet.column(name).map(|column| &column.shape);
    let by_shape: f32 = match shape {
        _ if sheet.identifier == Some(name) => 220.0,
        _ if sheet.status == Some(name) => 180.0,
        _ if name == "AccountId" => 112.0,
        // Times of ours, as texts.
        _ if ["At", "Since", "FirstSeen", "LastSeen", "Ended"].contains(&name) => 208.0,
        _ if name == "EngineVersion" => 176.0,
        // What the page is for, and there are few columns beside it.
        _ if name == "PendingMaintenanceActionDetails" => 520.0,
        Some(shape) if shape.is_number() => 96.0,
        Some(Shape::Boolean) => 80.0,
        Some(Shape::Timestamp) => 208.0,
        Some(shape) if shape.is_nested() => 200.0,
        _ => 128.0,
    };
    // The header's text is to be read in full where that is cheap.
    let header = (name.len() as f32 * 7.0 + 32.0).min(184.0);
    by_shape.max(header).round()
}

/// The width that a column's header wants, its signs included.
pub fn header_width(ui: &Ui, name: &str) -> f32 {
    let tokens = Tokens::of(ui);
    marks::line(ui, name, theme::BODY, tokens.text, f32::INFINITY).size().x + 2.0 * PADDING + 32.0
}

/// The width that a row's text in a column wants.
pub fn width(ui: &Ui, column: &CellColumn, row: &[CellText]) -> f32 {
    let Some(cell) = column.place.and_then(|place| row.get(place)) else { return 0.0 };
    let color = Tokens::of(ui).text;
    let unit = column
        .unit
        .map_or(0.0, |unit| marks::line(ui, unit, theme::SMALL, color, f32::INFINITY).size().x + theme::STEP);
    let sign = if column.status { SIGN } else { 0.0 };
    // A hint is short, whatever it says.
    let hint = if column.hinted { theme::HINT } else { 0.0 };
    marks::line(ui, &cell.text, theme::BODY, color, f32::INFINITY).size().x
        + unit
        + sign
        + hint
        + 2.0 * PADDING
}

/// An ARN without its beginning where the whole has no room: `…:db:orders`, because account and region are columns of
/// their own. Any other text is as it is.
fn arn<'w>(ui: &Ui, room: Rect, words: &'w str) -> Cow<'w, str> {
    let Some(resource) = rds::resource_of_arn(words) else { return words.into() };
    let whole = marks::line(ui, words, theme::BODY, Tokens::of(ui).text, room.width());
    if whole.elided { format!("…:{resource}").into() } else { words.into() }
}

/// The id of a part of a line; it goes by the part that scrolls.
fn line_id(line: usize, scrolled: bool) -> Id {
    Id::unique(("line", line, scrolled))
}

/// One frame of the grid.
pub struct Cells<'a> {
    pub sheet: &'a Sheet,
    pub tokens: &'static Tokens,
    pub pages: &'a Pages,
    pub lines: &'a Lines,
    pub folded: &'a Folded,
    pub columns: Vec<CellColumn>,
    pub names: &'a [String],
    pub pinned: &'a [String],
    pub sort: &'a [SortKey],
    /// Whether a person has chosen the order: the usual one is said quietly.
    pub sorted: bool,
    pub filters: &'a [Filter],
    pub group: &'a [String],
    pub filter_row: &'a mut FilterRow,
    pub filters_shown: bool,
    pub selection: &'a mut Selection,
    /// Where the grid is.
    pub table: Rect,
    /// Where in it the pointer is, if nothing lies over it there.
    pub pointer: Option<Pos2>,
    /// The lines that are drawn; the last may be cut.
    pub visible: Range<usize>,
    /// The height of the lines together, which is what there is room for.
    pub height: f32,
    /// The widths of the columns, and how many of them stay at the left.
    pub widths: &'a [f32],
    pub sticky: usize,
    /// The parts of the lines that were drawn: first the columns that scroll, then those that stay.
    pub parts: usize,
    /// Whether a screen reader listens.
    pub heard: bool,
    pub now: OffsetDateTime,
    /// Whether keys go to the grid.
    pub focused: bool,
    /// The group and the column that the keys are at.
    pub at_group: Option<usize>,
    pub column: Option<usize>,
    pub menu_cell: &'a mut Option<(usize, String)>,
    /// The headers that were drawn, by column, for the lines between them.
    pub borders: Vec<(usize, Rect)>,
    pub clicked: bool,
    pub clicked_group: Option<usize>,
    pub actions: &'a mut Vec<Action>,
}

/// The table is told of one row only, as high as all lines together, so that it has nothing to scroll: a `Ui` of its own for
/// every cell, as the table makes them, would take longer than all else in a frame.
impl TableDelegate for Cells<'_> {
    fn default_row_height(&self) -> f32 {
        self.height
    }

    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let at = cell.col_range.start;
        let Some(name) = self.names.get(at) else { return };
        if cell.row_nr == 0 {
            self.header(ui, at);
        } else if let Some(column) = self.sheet.column(name) {
            let cell = Cell { column, filters: self.filters };
            self.filter_row.cell(ui, ui.max_rect(), &cell, self.actions);
        }
    }

    fn row_ui(&mut self, ui: &mut Ui, _: u64) {
        let scrolled = self.parts == 0;
        self.parts += 1;
        let columns = if scrolled { self.sticky..self.widths.len() } else { 0..self.sticky };
        if !scrolled && columns.is_empty() {
            return;
        }
        let (all, seen) = (ui.max_rect(), ui.clip_rect());
        let mut left = all.left() + self.widths[..columns.start].iter().sum::<f32>();
        let mut cells = Vec::with_capacity(columns.len());
        for at in columns {
            let across = Rangef::new(left, left + self.widths[at]);
            left = across.max;
            if across.intersects(seen.x_range()) {
                cells.push((at, across));
            }
        }
        for line in self.visible.clone() {
            let top = all.top() + (line - self.visible.start) as f32 * theme::ROW;
            let rect = Rect::from_x_y_ranges(all.x_range(), top..=top + theme::ROW);
            let cells =
                cells.iter().map(|(at, across)| (*at, Rect::from_x_y_ranges(*across, rect.y_range())));
            match self.lines.at(line) {
                Some(Line::Row(position)) => {
                    self.row(ui, rect, line, position, scrolled);
                    cells.for_each(|(at, rect)| self.cell(ui, rect, line, position, at));
                }
                Some(Line::Group(group)) => {
                    self.group_line(ui, rect, line, group, scrolled);
                    cells.for_each(|(at, rect)| self.sum(ui, rect, line, group, at));
                }
                None => {}
            }
        }
    }

    fn cell_ui(&mut self, _: &mut Ui, _: &CellInfo) {}
}

impl Cells<'_> {
    fn row(&mut self, ui: &mut Ui, rect: Rect, line: usize, position: usize, scrolled: bool) {
        let response = ui.interact(rect, line_id(line, scrolled), Sense::CLICK);
        let selected = self.selection.contains(position);
        let has_focus = self.selection.focus() == Some(position);
        if selected {
            ui.painter().rect_filled(rect, 0.0, self.tokens.selected);
        } else if self.under_pointer(rect) {
            // Not the response's hover: a row with columns that stay is two parts, and both are to light up.
            ui.painter().rect_filled(rect, 0.0, self.tokens.hover);
        }
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, self.tokens.hairline));
        if has_focus && self.focused {
            self.focus_lines(ui, rect);
        }
        if scrolled && self.heard {
            let name = self.names.iter().position(|name| Some(name.as_str()) == self.sheet.identifier);
            let place = name.and_then(|at| self.columns[at].place).unwrap_or_default();
            let text = self.pages.row(position).and_then(|cells| cells.get(place));
            let name = text.map_or("…", |cell| cell.text.as_str());
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Row, true, name));
            self.say(ui, response.id, rect, |node| {
                node.set_row_index(line);
                node.set_selected(selected);
            });
        }
        self.row_clicks(ui, &response, position);
    }

    /// Tells a screen reader of a cell in a line.
    fn say_cell(
        &self,
        ui: &mut Ui,
        rect: Rect,
        line: usize,
        at: usize,
        name: &str,
        write: impl FnOnce(&mut Node),
    ) {
        let of_line = line_id(line, true);
        let cell = UiBuilder::new()
            .scope_id(of_line.with(at))
            .max_rect(rect)
            .accessibility_parent(of_line)
            .accessibility_role(egui::Role::Cell)
            .accessibility_label(name);
        let id = ui.new_child(cell).unique_id();
        self.say(ui, id, rect, |node| {
            node.set_column_index(at);
            write(node);
        });
    }

    fn say(&self, ui: &Ui, id: Id, rect: Rect, write: impl FnOnce(&mut Node)) {
        ui.ctx().accesskit_node_builder(id, |node| {
            // As far as it is seen: columns may go on for long beyond the window.
            node.set_bounds(marks::bounds(rect.intersect(self.table)));
            write(node);
        });
    }

    fn focus_lines(&self, ui: &Ui, rect: Rect) {
        let line = Stroke::new(1.0, self.tokens.accent);
        ui.painter().hline(rect.x_range(), rect.top() + 0.5, line);
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, line);
    }

    fn cell(&mut self, ui: &mut Ui, rect: Rect, line: usize, position: usize, at: usize) {
        let Some(column) = self.columns.get(at) else { return };
        let text = column.place.and_then(|place| self.pages.row(position)?.get(place));
        let (words, color) = match text {
            None => ("…", self.tokens.text_faint),
            Some(cell) if cell.absent => ("—", self.tokens.text_faint),
            Some(cell) if column.boolean && cell.text == "false" => {
                (cell.text.as_str(), self.tokens.text_weak)
            }
            Some(cell) => (cell.text.as_str(), self.tokens.text),
        };
        let there = text.is_some_and(|cell| !cell.absent);
        let mut text_rect = rect.shrink2(vec2(PADDING, 0.0));
        let mut color = color;
        if column.status && there {
            let tone = Tone::of_status(self.sheet.kind_name(), words);
            tone.paint(ui.painter(), pos2(text_rect.left() + 4.0, rect.center().y), self.tokens);
            text_rect.min.x += SIGN;
            color = if tone == Tone::Good { self.tokens.text_weak } else { tone.color(self.tokens) };
        }
        let align = if column.number { Align::Max } else { Align::Min };
        if let Some(unit) = column.unit.filter(|_| there) {
            text_rect.max.x -= marks::paint_after(ui, text_rect, unit, theme::SMALL, self.tokens.text_faint);
        }
        let shown =
            if column.time { self.time(ui, text_rect, words).into() } else { arn(ui, text_rect, words) };
        let painted = marks::paint_line(ui, text_rect, &shown, theme::BODY, color, align);
        let cut = painted.elided || shown != words;
        if column.hinted && there && !painted.elided {
            self.hint(ui, text_rect, painted.size().x + PADDING, at, words);
        }
        if self.heard {
            self.say_cell(ui, rect, line, at, words, |node| node.set_row_index(position));
        }
        if self.focused && self.column == Some(at) && self.selection.focus() == Some(position) {
            let line = Stroke::new(1.0, self.tokens.accent);
            ui.painter().rect_stroke(rect, 0.0, line, egui::StrokeKind::Inside);
        }
        if self.under_pointer(rect.intersect(ui.clip_rect())) {
            if ui.input(|input| input.pointer.secondary_pressed()) && there {
                *self.menu_cell = Some((position, words.to_owned()));
            }
            if cut || words.contains('\n') {
                let id = Id::unique(("cut", line, at));
                ui.interact(rect, id, Sense::HOVER).on_hover_text(words);
            }
        }
    }

    /// A time as far as a column has room for times: all of it, or to the second. All times of a column are alike in
    /// that, whether they have a fraction or not.
    fn time<'w>(&self, ui: &Ui, room: Rect, words: &'w str) -> &'w str {
        const LONGEST: &str = "2000-00-00T00:00:00.000000+00:00";
        let longest = marks::line(ui, LONGEST, theme::BODY, self.tokens.text, f32::INFINITY);
        if longest.size().x <= room.width() { words } else { rds::to_the_second(words).unwrap_or(words) }
    }

    /// Paints a value once more, faintly, in the unit that a person would choose, where what is taken already leaves room:
    /// beside a time, and at the other end of a number's cell, so that numbers stay in line.
    fn hint(&self, ui: &Ui, room: Rect, taken: f32, at: usize, words: &str) {
        let Some(column) = self.sheet.column(&self.names[at]) else { return };
        let Some(hint) = rds::hint(&column.name, &column.shape, words, self.now) else { return };
        let free = if column.shape.is_number() {
            room.with_max_x(room.right() - taken)
        } else {
            room.with_min_x(room.left() + taken)
        };
        let wanted = marks::line(ui, &hint, theme::SMALL, self.tokens.text_faint, f32::INFINITY).size().x;
        if wanted <= free.width() {
            marks::paint_line(ui, free, &hint, theme::SMALL, self.tokens.text_faint, Align::Min);
        }
    }

    /// The line of a group: its value and how many rows it has, over all columns that have no sum.
    fn group_line(&mut self, ui: &mut Ui, rect: Rect, line: usize, at: usize, scrolled: bool) {
        let Some(group) = self.pages.view.groups.get(at) else { return };
        let response = ui.interact(rect, line_id(line, scrolled), Sense::CLICK);
        let fill = if self.under_pointer(rect) { self.tokens.hover } else { self.tokens.panel };
        ui.painter().rect_filled(rect, 0.0, fill);
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, self.tokens.border));
        if self.at_group == Some(at) && self.focused {
            self.focus_lines(ui, rect);
        }
        let folded = self.folded.contains(&folds::path(&self.pages.view.groups, at));
        // Both parts of the line paint the same words at the same place, each as far as it reaches.
        let left = self.table.left() + PADDING + group.level as f32 * 4.0 * theme::STEP;
        let icon = if folded { Icon::ChevronRight } else { Icon::ChevronDown };
        marks::paint_icon(ui, pos2(left + 6.0, rect.center().y), icon, theme::BODY, self.tokens.text_weak);
        let value = if group.value.absent { "(absent)" } else { group.value.text.as_str() };
        let column = self.group.get(group.level).map(String::as_str).unwrap_or_default();
        let rows = group.rows.len();
        let words = format!("{} {}", grouped(rows as u64), if rows == 1 { "row" } else { "rows" });
        let mut x = left + 4.0 * theme::STEP;
        for (text, color) in
            [(column, self.tokens.text_weak), (value, self.tokens.text), (&words, self.tokens.text_weak)]
        {
            let galley = marks::line(ui, text, theme::BODY, color, 480.0);
            let wide = galley.size().x;
            let y = rect.center().y - galley.size().y / 2.0;
            ui.painter().galley(pos2(x.round(), y.round()), galley, color);
            x += wide + 2.0 * theme::STEP;
        }
        if scrolled && self.heard {
            let name = format!("{column} {value}, {words}");
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Row, true, &name));
            self.say(ui, response.id, rect, |node| {
                node.set_expanded(!folded);
                node.set_level(group.level + 1);
                node.set_row_index(line);
            });
        }
        if response.clicked() {
            self.clicked_group = Some(at);
        }
        response.context_menu(|ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            for (text, action) in [
                ("Collapse all", GridAction::FoldAll(true)),
                ("Expand all", GridAction::FoldAll(false)),
                ("Ungroup", GridAction::Group(Vec::new())),
            ] {
                if ui.button(text).clicked() {
                    self.actions.push(Action::Grid(action));
                    ui.close();
                }
            }
        });
    }

    /// The sum of a column's amounts in a group.
    fn sum(&self, ui: &mut Ui, rect: Rect, line: usize, group: usize, at: usize) {
        let Some(name) = self.names.get(at) else { return };
        let groups = &self.pages.view.groups;
        let sum = groups.get(group).and_then(|group| group.sums.iter().find(|(column, _)| column == name));
        let Some((_, sum)) = sum else { return };
        let mut room = rect.shrink2(vec2(PADDING, 0.0));
        if let Some(unit) = self.columns[at].unit {
            room.max.x -= marks::paint_after(ui, room, unit, theme::SMALL, self.tokens.text_faint);
        }
        marks::paint_line(ui, room, sum, theme::BODY, self.tokens.text, Align::Max);
        if self.heard {
            self.say_cell(ui, rect, line, at, &format!("Sum of {name}: {sum}"), |_| ());
        }
    }

    /// Whether the pointer is on a row or a cell; on the line between two rows it is on the lower one.
    fn under_pointer(&self, rect: Rect) -> bool {
        self.pointer.is_some_and(|pointer| rect.contains(pointer) && pointer.y < rect.bottom())
    }

    fn row_clicks(&mut self, ui: &Ui, response: &Response, position: usize) {
        if response.clicked() {
            let modifiers = ui.input(|input| input.modifiers);
            match (modifiers.shift, modifiers.command) {
                (true, _) => self.selection.extend(position),
                (false, true) => self.selection.toggle(position),
                (false, false) => self.selection.only(position),
            }
            self.clicked = true;
        }
        if response.double_clicked() {
            self.actions.push(Action::OpenDetails);
        }
        if response.secondary_clicked() {
            self.clicked = true;
            if !self.selection.contains(position) {
                self.selection.only(position);
            }
        }
        response.context_menu(|ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            let rows = self.selection.len();
            let mut entry = |ui: &mut Ui, text: String, shortcut: &str, action: Action| {
                let mut button = egui::Button::new(text);
                if !shortcut.is_empty() {
                    button = button.shortcut_text(shortcut.to_owned());
                }
                if ui.add(button).clicked() {
                    self.actions.push(action);
                    ui.close();
                }
            };
            let what = if rows == 1 { "row".to_owned() } else { format!("{} rows", grouped(rows as u64)) };
            entry(ui, format!("Copy {what} with headers"), "Ctrl+C", Action::CopyRows(CopyForm::Text));
            ui.menu_button(format!("Copy {what} as"), |ui| {
                for (text, form) in [
                    ("CSV", CopyForm::Csv),
                    ("JSON", CopyForm::Json),
                    ("Markdown table", CopyForm::Markdown),
                    ("AWS CLI command", CopyForm::AwsCommand),
                ] {
                    // Rows of a statement in SQL are described by no command.
                    let enabled = form != CopyForm::AwsCommand || self.sheet.kind.is_some();
                    ui.add_enabled_ui(enabled, |ui| {
                        entry(ui, text.to_owned(), "", Action::CopyRows(form));
                    });
                }
            });
            if let Some((_, text)) = self.menu_cell.as_ref().filter(|(row, _)| *row == position) {
                let short: String = text.chars().take(32).collect();
                let dots = if short.len() < text.len() { "…" } else { "" };
                entry(ui, format!("Copy “{short}{dots}”"), "", Action::CopyText(text.clone()));
            }
            let kind = self.sheet.kind_name();
            if ["db-instances", "db-clusters"].contains(&kind) {
                ui.separator();
                if (2..=MOST).contains(&rows) {
                    let action = Action::Compare(CompareAction::Selected);
                    entry(ui, format!("Compare {rows} databases"), "Ctrl+D", action);
                }
                if self.pages.view.rows.len() > 1 {
                    entry(
                        ui,
                        "Compare all that match".to_owned(),
                        "",
                        Action::Compare(CompareAction::Matching),
                    );
                }
                if rows == 1 {
                    let time = Action::Compare(CompareAction::Ask(Question::Time));
                    entry(ui, "Compare with an earlier time…".to_owned(), "", time);
                }
                let drift = Action::Compare(CompareAction::Ask(Question::OpenBaseline));
                entry(ui, "Drift from a baseline…".to_owned(), "", drift);
            }
            ui.separator();
            entry(ui, "Show details".to_owned(), "Enter", Action::OpenDetails);
            entry(ui, "Export…".to_owned(), "Ctrl+E", Action::OpenExport);
            entry(ui, "Show as SQL".to_owned(), "", Action::ShowAsSql);
        });
    }
}
