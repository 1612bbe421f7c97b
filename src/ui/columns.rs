//! The columns that are shown: moved, hidden and brought back, from the header and from the menu alike. The functions
//! above know names only; the menu below draws them.

use egui::{Align, Layout, Ui, vec2};

use super::action::Action;
use super::sheet::Sheet;
use super::theme::{self, Tokens};
use crate::rds::Kind;

/// The columns with one moved to stand where another stands.
pub fn moved(columns: &[String], column: &str, to: usize) -> Vec<String> {
    let mut columns = columns.to_vec();
    if let Some(from) = columns.iter().position(|name| name == column) {
        let name = columns.remove(from);
        columns.insert(to.min(columns.len()), name);
    }
    columns
}

/// The columns without one; the last one stays.
pub fn hidden(columns: &[String], column: &str) -> Vec<String> {
    if columns.len() < 2 {
        return columns.to_vec();
    }
    columns.iter().filter(|name| *name != column).cloned().collect()
}

/// The columns with one more at the end.
pub fn with(columns: &[String], column: &str) -> Vec<String> {
    let mut columns = hidden(columns, column);
    if !columns.iter().any(|name| name == column) {
        columns.push(column.to_owned());
    }
    columns
}

/// The columns a kind starts with: how a row is stands first, so that the eye falls on it.
pub fn first(kind: &Kind) -> Vec<String> {
    let status = kind.first_columns.iter().filter(|name| kind.status == Some(name));
    let others = kind.first_columns.iter().filter(|name| kind.status != Some(name));
    status.chain(others).map(|&name| name.to_owned()).collect()
}

/// The columns with those that stay at the left in front, each part in its order.
pub fn arranged(columns: &[String], pinned: &[String]) -> Vec<String> {
    let (mut first, rest): (Vec<String>, Vec<String>) =
        columns.iter().cloned().partition(|name| pinned.contains(name));
    first.extend(rest);
    first
}

/// The menu behind the toolbar's `Columns` button.
#[derive(Default)]
pub struct ColumnsMenu {
    search: String,
}

impl ColumnsMenu {
    /// Draws the menu; `opened` says that it has not been there before, and gives its field the focus.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        sheet: &Sheet,
        shown: &[String],
        opened: bool,
        actions: &mut Vec<Action>,
    ) {
        let tokens = Tokens::of(ui);
        ui.set_width(400.0);
        ui.horizontal(|ui| {
            ui.strong(format!("{} of {} columns shown", shown.len(), sheet.columns.len()));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Reset").on_hover_text("Back to the first columns").clicked() {
                    actions.push(Action::Columns(sheet.first_columns()));
                }
            });
        });
        let field = egui::TextEdit::singleline(&mut self.search)
            .hint_text("Find column or type")
            .align(egui::Align2::LEFT_CENTER);
        let field = ui.add_sized(vec2(400.0, theme::ROW), field).accessible_name("Find column");
        if opened {
            self.search.clear();
            field.request_focus();
        }
        ui.add_space(theme::STEP);

        let text = self.search.trim().to_lowercase();
        let found = |name: &str| {
            let type_name = sheet.column(name).map_or("", |column| column.shape.type_name());
            text.is_empty() || name.to_lowercase().contains(&text) || type_name == text
        };
        let mut names: Vec<&str> = shown.iter().map(String::as_str).collect();
        names.extend(
            sheet
                .columns
                .iter()
                .map(|column| column.name.as_str())
                .filter(|name| !shown.iter().any(|known| known == name)),
        );
        names.retain(|name| found(name));
        if names.is_empty() {
            ui.weak("No column of that name or type.");
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        egui::ScrollArea::vertical().max_height(420.0).auto_shrink([false, true]).show_rows(
            ui,
            theme::ROW,
            names.len(),
            |ui, visible| {
                for name in &names[visible] {
                    let at = shown.iter().position(|known| known == name);
                    ui.allocate_ui_with_layout(
                        vec2(ui.available_width(), theme::ROW),
                        Layout::left_to_right(Align::Center),
                        |ui| line(ui, sheet, name, at, shown, tokens, actions),
                    );
                }
            },
        );
    }
}

fn line(
    ui: &mut Ui,
    sheet: &Sheet,
    name: &str,
    at: Option<usize>,
    shown: &[String],
    tokens: &Tokens,
    actions: &mut Vec<Action>,
) {
    ui.set_min_height(theme::ROW);
    let mut on = at.is_some();
    if ui.checkbox(&mut on, name).changed() {
        actions.push(Action::Columns(if on { with(shown, name) } else { hidden(shown, name) }));
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_space(theme::STEP * 2.0);
        if let Some(at) = at {
            let mut arrow = |ui: &mut Ui, direction, to: Option<usize>, word: &str| {
                let (rect, response) = ui.allocate_exact_size(vec2(20.0, 20.0), egui::Sense::click());
                let color =
                    if response.hovered() || response.has_focus() { tokens.accent } else { tokens.text_weak };
                let color = if to.is_some() { color } else { tokens.border };
                super::marks::paint_arrow(ui.painter(), rect.center(), direction, color);
                response.widget_info(|| {
                    egui::WidgetInfo::labeled(egui::Role::Button, to.is_some(), format!("Move {name} {word}"))
                });
                if let (true, Some(to)) = (response.clicked(), to) {
                    actions.push(Action::Columns(moved(shown, name, to)));
                }
            };
            arrow(ui, super::marks::Direction::Down, (at + 1 < shown.len()).then_some(at + 1), "right");
            arrow(ui, super::marks::Direction::Up, at.checked_sub(1), "left");
        }
        let type_name = sheet.column(name).map_or("", |column| column.shape.type_name());
        ui.label(egui::RichText::new(type_name).size(theme::SMALL).color(tokens.text_weak));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_move_hide_and_come_back() {
        let columns: Vec<String> = ["A", "B", "C"].map(str::to_owned).into();
        assert_eq!(moved(&columns, "A", 2), ["B", "C", "A"]);
        assert_eq!(moved(&columns, "C", 0), ["C", "A", "B"]);
        assert_eq!(moved(&columns, "X", 0), columns);
        assert_eq!(hidden(&columns, "B"), ["A", "C"]);
        assert_eq!(hidden(&columns[..1], "A"), ["A"]);
        assert_eq!(with(&columns, "D"), ["A", "B", "C", "D"]);
        let pinned = ["C".to_owned(), "X".to_owned()];
        assert_eq!(arranged(&columns, &pinned), ["C", "A", "B"]);
    }
}
