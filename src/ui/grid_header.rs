//! The grid's header: names, the order, what is filtered, moving by drag, and the menu of a column.

use egui::accesskit::SortDirection;
use egui::{Align, CursorIcon, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::action::{Action, GridAction};
use super::columns;
use super::filter_row::{self, Cell};
use super::grid_cells::{Cells, PADDING};
use super::icons::Icon;
use super::marks;
use super::theme;
use crate::rds;

/// The most columns that rows are grouped by.
pub const GROUPED: usize = 2;

/// The width of a sign beside a column's name.
const SIGN: f32 = 14.0;

impl Cells<'_> {
    pub(super) fn header(&mut self, ui: &mut Ui, at: usize) {
        let name = &self.names[at];
        let rect = ui.max_rect();
        self.borders.push((at, rect));
        let response = ui.interact(rect, ui.unique_id().with("header"), Sense::CLICK | Sense::DRAG);
        let fill = if response.hovered() { self.tokens.hover } else { self.tokens.raised };
        ui.painter().rect_filled(rect, 0.0, fill);
        let current = self.focused && self.column == Some(at);
        let line = if current { (2.0, self.tokens.accent) } else { (1.0, self.tokens.border) };
        ui.painter().hline(rect.x_range(), rect.bottom() - line.0 / 2.0, Stroke::new(line.0, line.1));

        let key = self.sort.iter().position(|key| key.column == *name);
        let filtered = filter_row::is_filtered(self.filters, name);
        let text_rect = self.header_signs(ui, rect.shrink2(vec2(PADDING, 0.0)), key, filtered);
        let color = if key.is_some_and(|_| self.sorted) || filtered {
            self.tokens.text
        } else {
            self.tokens.text_weak
        };
        let align = if self.columns[at].number { Align::Max } else { Align::Min };
        marks::paint_line(ui, text_rect, name, theme::BODY, color, align);

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
        if !self.filters_shown
            && let Some(column) = self.sheet.column(name)
        {
            let cell = Cell { column, filters: self.filters };
            self.filter_row.popup(ui, &response, false, &cell, self.actions);
        }
        if ui.input(|input| input.pointer.is_still()) {
            response.on_hover_ui(|ui| self.header_words(ui, at));
        }
    }

    /// Paints the place in the order and whether the column is filtered; answers with the room that is left.
    fn header_signs(&self, ui: &Ui, mut room: Rect, key: Option<usize>, filtered: bool) -> Rect {
        if filtered {
            let center = pos2(room.right() - SIGN / 2.0 + 3.0, room.center().y);
            marks::paint_icon(ui, center, Icon::ListFilter, theme::SMALL, self.tokens.accent);
            room.max.x -= SIGN + 2.0;
        }
        let Some(order) = key else { return room };
        let color = if self.sorted { self.tokens.accent } else { self.tokens.text_faint };
        if self.sorted && self.sort.len() > 1 {
            let number = Rect::from_min_max(pos2(room.right() - 6.0, room.top()), room.max + vec2(4.0, 0.0));
            let order = (order + 1).to_string();
            marks::paint_line(ui, number, &order, theme::SMALL, color, Align::Min);
            room.max.x -= 8.0;
        }
        let icon = if self.sort[order].descending { Icon::ArrowDown } else { Icon::ArrowUp };
        let center = pos2(room.right() - SIGN / 2.0 + 3.0, room.center().y);
        marks::paint_icon(ui, center, icon, theme::BODY, color);
        room.max.x -= SIGN;
        room
    }

    fn header_words(&self, ui: &mut Ui, at: usize) {
        let name = &self.names[at];
        ui.set_max_width(360.0);
        let type_name = self.sheet.column(name).map_or("", |column| column.shape.type_name());
        ui.horizontal(|ui| {
            ui.strong(name);
            ui.weak(type_name);
        });
        if let Some(meaning) = rds::meaning(self.sheet.kind_name(), name) {
            ui.label(meaning);
        }
        ui.weak(
            "Click: sort. Shift+click: sort further. Drag: move. Right click: more.\n\
             Keys: Left and Right choose a column, S and Shift+S sort by it, F filters it.",
        );
    }

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
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
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
        entry(ui, true, "Filter…", "F", Action::Grid(GridAction::OpenFilter(name.clone())));
        ui.separator();
        let group = |columns: Vec<String>| Action::Grid(GridAction::Group(columns));
        let grouped = self.group.contains(name);
        if !grouped {
            entry(ui, true, "Group by this column", "G", group(vec![name.clone()]));
        }
        if !grouped && !self.group.is_empty() && self.group.len() < GROUPED {
            let both = self.group.iter().chain([name]).cloned().collect();
            entry(ui, true, "Group by this column too", "Shift+G", group(both));
        }
        if !self.group.is_empty() {
            if grouped {
                let rest = self.group.iter().filter(|column| *column != name).cloned().collect();
                entry(ui, true, "Ungroup", "", group(rest));
            } else {
                entry(ui, true, "Ungroup", "", group(Vec::new()));
            }
            entry(ui, true, "Collapse all", "", Action::Grid(GridAction::FoldAll(true)));
            entry(ui, true, "Expand all", "", Action::Grid(GridAction::FoldAll(false)));
        }
        ui.separator();
        let on = !self.pinned.contains(name);
        let pin = Action::Grid(GridAction::Pin { column: name.clone(), on });
        entry(ui, true, if on { "Pin column" } else { "Unpin column" }, "", pin);
        let left = Action::Columns(columns::moved(self.names, name, at.saturating_sub(1)));
        entry(ui, at > 0, "Move left", "", left);
        let right = Action::Columns(columns::moved(self.names, name, at + 1));
        entry(ui, at + 1 < self.names.len(), "Move right", "", right);
        ui.separator();
        let fit = |columns: Vec<String>| Action::Grid(GridAction::Fit(columns));
        entry(ui, true, "Fit column", "", fit(vec![name.clone()]));
        entry(ui, true, "Fit all columns", "", fit(self.names.to_vec()));
        let hide = Action::Columns(columns::hidden(self.names, name));
        entry(ui, self.names.len() > 1, "Hide column", "", hide);
        entry(ui, true, "Reset columns", "", Action::Grid(GridAction::ResetColumns));
        ui.separator();
        entry(ui, true, "Show as SQL", "", Action::ShowAsSql);
    }
}
