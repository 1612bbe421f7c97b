//! How the grid's header, rows and cells look and what a click on them means. It formats nothing: texts come from the
//! core, and only for the visible rows.

use std::collections::BTreeSet;
use std::ops::Range;

use egui::accesskit::{self, SortDirection};
use egui::{Align, CursorIcon, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use egui_table::{CellInfo, HeaderCellInfo, PrefetchInfo, TableDelegate};

use super::action::Action;
use super::columns;
use super::marks::{self, Direction, Tone};
use super::pages::Pages;
use super::selection::Selection;
use super::sheet::Sheet;
use super::theme::{self, Tokens};
use crate::query::SortKey;
use crate::rds::Shape;

/// Space left and right of a cell's text.
const PADDING: f32 = 8.0;

/// What a frame needs to know of a column.
pub struct CellColumn {
    /// Its place in the rows of the shown view, where it is there already.
    place: Option<usize>,
    number: bool,
    boolean: bool,
    status: bool,
}

/// The columns to draw, matched with those of the shown view.
pub fn columns(sheet: &Sheet, names: &[String], in_view: &[&str]) -> Vec<CellColumn> {
    names
        .iter()
        .map(|name| {
            let shape = sheet.column(name).map(|column| &column.shape);
            CellColumn {
                place: in_view.iter().position(|known| *known == name.as_str()),
                number: shape.is_some_and(Shape::is_number),
                boolean: matches!(shape, Some(Shape::Boolean)),
                status: sheet.status == Some(name.as_str()),
            }
        })
        .collect()
}

/// The width a column starts with.
pub fn first_width(sheet: &Sheet, name: &str) -> f32 {
    let shape = sheet.column(name).map(|column| &column.shape);
    let by_shape: f32 = match shape {
        _ if sheet.identifier == Some(name) => 232.0,
        _ if sheet.status == Some(name) => 148.0,
        _ if name == "AccountId" => 112.0,
        // Times of ours, as texts.
        _ if ["At", "Since", "FirstSeen", "LastSeen", "Ended"].contains(&name) => 208.0,
        _ if name == "EngineVersion" => 176.0,
        Some(shape) if shape.is_number() => 96.0,
        Some(Shape::Boolean) => 80.0,
        Some(Shape::Timestamp) => 184.0,
        Some(shape) if shape.is_nested() => 200.0,
        _ => 128.0,
    };
    // The header's text is to be read in full where that is cheap.
    let header = (name.len() as f32 * 7.0 + 32.0).min(184.0);
    by_shape.max(header).round()
}

/// One frame of the grid.
pub struct Cells<'a> {
    pub sheet: &'a Sheet,
    pub tokens: &'static Tokens,
    pub pages: &'a Pages,
    pub columns: Vec<CellColumn>,
    pub names: &'a [String],
    pub sort: &'a [SortKey],
    pub selection: &'a mut Selection,
    /// Where the grid is.
    pub table: Rect,
    /// Whether keys go to the grid.
    pub focused: bool,
    /// The column that the keys are at.
    pub column: Option<usize>,
    pub menu_cell: &'a mut Option<(usize, String)>,
    pub visible: Range<usize>,
    /// Rows of which a part was drawn: a row with sticky columns is drawn in two parts.
    pub first_part: BTreeSet<u64>,
    pub clicked: bool,
    pub actions: &'a mut Vec<Action>,
}

impl TableDelegate for Cells<'_> {
    fn prepare(&mut self, info: &PrefetchInfo) {
        self.visible = info.visible_rows.start as usize..info.visible_rows.end as usize;
    }

    fn default_row_height(&self) -> f32 {
        theme::ROW
    }

    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        let at = cell.col_range.start;
        let Some(name) = self.names.get(at) else { return };
        let column = &self.columns[at];
        let rect = ui.max_rect();
        let response = ui.interact(rect, ui.unique_id().with("header"), Sense::CLICK | Sense::DRAG);
        let fill = if response.hovered() { self.tokens.hover } else { self.tokens.raised };
        ui.painter().rect_filled(rect, 0.0, fill);
        let current = self.focused && self.column == Some(at);
        let line = if current { (2.0, self.tokens.accent) } else { (1.0, self.tokens.border) };
        ui.painter().hline(rect.x_range(), rect.bottom() - line.0 / 2.0, Stroke::new(line.0, line.1));

        let key = self.sort.iter().position(|key| key.column == *name);
        let mut text_rect = rect.shrink2(vec2(PADDING, 0.0));
        if let Some(order) = key {
            text_rect.max.x -= if self.sort.len() > 1 { 22.0 } else { 14.0 };
            let direction = if self.sort[order].descending { Direction::Down } else { Direction::Up };
            let center = pos2(text_rect.right() + 9.0, rect.center().y);
            marks::paint_arrow(ui.painter(), center, direction, self.tokens.accent);
            if self.sort.len() > 1 {
                let number = Rect::from_min_max(
                    pos2(center.x + 5.0, rect.top()),
                    pos2(rect.right() - 2.0, rect.bottom()),
                );
                let order = (order + 1).to_string();
                marks::paint_line(ui, number, &order, theme::SMALL, self.tokens.accent, Align::Min);
            }
        }
        if ui.is_sizing_pass() {
            // A double click on the line between two headers fits the column to its texts.
            ui.set_min_width(
                marks::line(ui, name, theme::BODY, self.tokens.text, f32::INFINITY).size().x + 40.0,
            );
        }
        let color = if key.is_some() { self.tokens.text } else { self.tokens.text_weak };
        let align = if column.number { Align::Max } else { Align::Min };
        let cut = marks::paint_line(ui, text_rect, name, theme::BODY, color, align);

        response.widget_info(|| WidgetInfo::labeled(egui::Role::ColumnHeader, true, name));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            if let Some(key) = key.map(|at| &self.sort[at]) {
                let direction =
                    if key.descending { SortDirection::Descending } else { SortDirection::Ascending };
                node.set_sort_direction(direction);
            }
        });
        if response.clicked() {
            let further = ui.input(|input| input.modifiers.shift);
            self.actions.push(Action::Sort { column: name.clone(), further });
        }
        self.header_drag(ui, &response, at);
        response.context_menu(|ui| self.header_menu(ui, at));
        let type_name = self.sheet.column(name).map_or("", |column| column.shape.type_name());
        if cut || ui.input(|input| input.pointer.is_still()) {
            response.on_hover_text(format!(
                "{name} ({type_name})\nClick: sort. Shift+click: sort further. Drag: move.\n\
                 In the grid: Left and Right choose a column, S and Shift+S sort by it."
            ));
        }
    }

    fn row_ui(&mut self, ui: &mut Ui, row: u64) {
        let position = row as usize;
        let rect = ui.max_rect();
        let response = ui.interact(rect, ui.unique_id().with("row"), Sense::CLICK);
        let selected = self.selection.contains(position);
        let has_focus = self.selection.focus() == Some(position);
        if selected {
            ui.painter().rect_filled(rect, 0.0, self.tokens.selected);
        } else if self.under_pointer(ui, rect) {
            // Not the response's hover: a row with sticky columns is two parts, and both are to light up.
            ui.painter().rect_filled(rect, 0.0, self.tokens.hover);
        }
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, self.tokens.hairline));
        if has_focus && self.focused {
            let line = Stroke::new(1.0, self.tokens.accent);
            ui.painter().hline(rect.x_range(), rect.top() + 0.5, line);
            ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, line);
        }
        if self.first_part.insert(row) {
            let name = self.names.iter().position(|name| Some(name.as_str()) == self.sheet.identifier);
            let place = name.and_then(|at| self.columns[at].place).unwrap_or_default();
            ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
                node.set_role(egui::Role::Row);
                node.set_bounds(bounds(rect));
                node.set_row_index(position);
                node.set_selected(selected);
                let text = self.pages.row(position).and_then(|cells| cells.get(place));
                node.set_label(text.map_or("…", |cell| cell.text.as_str()));
            });
        }
        self.row_clicks(ui, &response, position);
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let position = cell.row_nr as usize;
        let Some(column) = self.columns.get(cell.col_nr) else { return };
        let rect = ui.max_rect();
        let text = column.place.and_then(|place| self.pages.row(position)?.get(place));
        let (words, color) = match text {
            None => ("…", self.tokens.text_faint),
            Some(cell) if cell.absent => ("—", self.tokens.text_faint),
            Some(cell) if column.boolean && cell.text == "false" => {
                (cell.text.as_str(), self.tokens.text_weak)
            }
            Some(cell) => (cell.text.as_str(), self.tokens.text),
        };
        let mut text_rect = rect.shrink2(vec2(PADDING, 0.0));
        let mut color = color;
        if column.status && text.is_some_and(|cell| !cell.absent) {
            let tone = Tone::of_status(words);
            tone.paint(ui.painter(), pos2(text_rect.left() + 4.0, rect.center().y), self.tokens);
            text_rect.min.x += 16.0;
            if tone != Tone::Good {
                color = tone.color(self.tokens);
            }
        }
        if ui.is_sizing_pass() {
            let wide = marks::line(ui, words, theme::BODY, color, f32::INFINITY).size().x;
            ui.set_min_width((wide + 2.0 * PADDING + text_rect.left() - rect.left()).min(640.0));
        }
        let align = if column.number { Align::Max } else { Align::Min };
        let cut = marks::paint_line(ui, text_rect, words, theme::BODY, color, align);
        ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
            node.set_role(egui::Role::Cell);
            node.set_bounds(bounds(rect));
            node.set_row_index(position);
            node.set_column_index(cell.col_nr);
            node.set_label(words);
        });
        if self.focused && self.column == Some(cell.col_nr) && self.selection.focus() == Some(position) {
            let line = Stroke::new(1.0, self.tokens.accent);
            ui.painter().rect_stroke(rect, 0.0, line, egui::StrokeKind::Inside);
        }
        if ui.rect_contains_pointer(rect) {
            if ui.input(|input| input.pointer.secondary_pressed()) && text.is_some_and(|cell| !cell.absent) {
                *self.menu_cell = Some((position, words.to_owned()));
            }
            if cut || words.contains('\n') {
                ui.interact(rect, ui.unique_id().with("hover"), Sense::HOVER).on_hover_text(words);
            }
        }
    }
}

impl Cells<'_> {
    fn header_drag(&mut self, ui: &Ui, response: &Response, at: usize) {
        let name = &self.names[at];
        if response.drag_started() {
            response.dnd_set_drag_payload(name.clone());
        }
        if response.dragged() {
            ui.set_cursor_icon(CursorIcon::Grabbing);
        }
        if let Some(dragged) = response.dnd_hover_payload::<String>()
            && *dragged != *name
        {
            let from = self.names.iter().position(|known| known == &*dragged).unwrap_or_default();
            let x = if from < at { response.rect.right() - 1.0 } else { response.rect.left() + 1.0 };
            let line = Stroke::new(2.0, self.tokens.accent);
            ui.painter().vline(x, response.rect.y_range(), line);
        }
        if let Some(dropped) = response.dnd_release_payload::<String>()
            && *dropped != *name
        {
            self.actions.push(Action::Columns(columns::moved(self.names, &dropped, at)));
        }
    }

    fn header_menu(&mut self, ui: &mut Ui, at: usize) {
        let name = &self.names[at];
        let mut entry = |ui: &mut Ui, enabled: bool, text: &str, shortcut: &'static str, action: Action| {
            let mut button = egui::Button::new(text);
            if !shortcut.is_empty() {
                button = button.shortcut_text(shortcut);
            }
            if ui.add_enabled(enabled, button).clicked() {
                self.actions.push(action);
                ui.close();
            }
        };
        let sort = |further| Action::Sort { column: name.clone(), further };
        entry(ui, true, "Sort by this column", "S", sort(false));
        entry(ui, true, "Sort by this column too", "Shift+S", sort(true));
        ui.separator();
        let left = Action::Columns(columns::moved(self.names, name, at.saturating_sub(1)));
        entry(ui, at > 0, "Move left", "", left);
        let right = Action::Columns(columns::moved(self.names, name, at + 1));
        entry(ui, at + 1 < self.names.len(), "Move right", "", right);
        ui.separator();
        let hide = Action::Columns(columns::hidden(self.names, name));
        entry(ui, self.names.len() > 1, "Hide column", "", hide);
        entry(ui, true, "Reset columns", "", Action::Columns(self.sheet.first_columns()));
        ui.separator();
        entry(ui, true, "Show as SQL", "", Action::ShowAsSql);
    }

    /// Whether the pointer is on a row; on the line between two rows it is on the lower one.
    fn under_pointer(&self, ui: &Ui, row: Rect) -> bool {
        let row = row.intersect(self.table);
        let above_the_line = ui.ctx().pointer_hover_pos().is_some_and(|pointer| pointer.y < row.bottom());
        above_the_line && ui.ctx().rect_contains_pointer(ui.layer_id(), row)
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
                if ui.add(egui::Button::new(text).shortcut_text(shortcut.to_owned())).clicked() {
                    self.actions.push(action);
                    ui.close();
                }
            };
            let copy = if rows == 1 {
                "Copy row with headers".to_owned()
            } else {
                format!("Copy {rows} rows with headers")
            };
            entry(ui, copy, "Ctrl+C", Action::CopyRows);
            if let Some((_, text)) = self.menu_cell.as_ref().filter(|(row, _)| *row == position) {
                let short: String = text.chars().take(32).collect();
                let dots = if short.len() < text.len() { "…" } else { "" };
                entry(ui, format!("Copy “{short}{dots}”"), "", Action::CopyText(text.clone()));
            }
            ui.separator();
            entry(ui, "Show details".to_owned(), "Enter", Action::OpenDetails);
            entry(ui, "Export…".to_owned(), "Ctrl+E", Action::OpenExport);
            entry(ui, "Show as SQL".to_owned(), "", Action::ShowAsSql);
        });
    }
}

fn bounds(rect: Rect) -> accesskit::Rect {
    accesskit::Rect {
        x0: rect.min.x.into(),
        y0: rect.min.y.into(),
        x1: rect.max.x.into(),
        y1: rect.max.y.into(),
    }
}
