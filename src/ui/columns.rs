//! The columns that are shown: moved, hidden and brought back, from the header and from the menu alike. The functions
//! above know names only; the menu below draws them.

use egui::{Align, Button, Layout, RichText, ScrollArea, Ui, vec2};

use super::action::{Action, GridAction};
use super::icons::{self, Icon};
use super::sheet::Sheet;
use super::theme::{self, Tokens};
use crate::rds::{self, Kind};

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

/// The menu's width and the height of its list.
const WIDTH: f32 = 520.0;
const HEIGHT: f32 = 460.0;

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
        ui.set_width(WIDTH);
        ui.horizontal(|ui| {
            ui.strong(format!("{} of {} columns shown", shown.len(), sheet.columns.len()));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Reset").on_hover_text("Back to the first columns").clicked() {
                    actions.push(Action::Grid(GridAction::ResetColumns));
                }
            });
        });
        let field = egui::TextEdit::singleline(&mut self.search)
            .hint_text("Find column by name, type or meaning")
            .align(egui::Align2::LEFT_CENTER);
        let field = ui.add_sized(vec2(WIDTH, theme::ROW), field).accessible_name("Find column");
        if opened {
            self.search.clear();
            field.request_focus();
        }
        ui.add_space(theme::STEP);

        let text = self.search.trim().to_lowercase();
        let further = sheet.columns.iter().map(|column| column.name.as_str());
        let further = further.filter(|name| !shown.iter().any(|known| known == name));
        let mut names: Vec<&str> = shown.iter().map(String::as_str).chain(further).collect();
        names.retain(|name| is_found(sheet, name, &text));
        // A column that is called so is wanted before one that only mentions it.
        names.sort_by_key(|name| !text.is_empty() && !name.to_lowercase().contains(&text));
        if names.is_empty() {
            ui.weak("No column of that name, type or meaning.");
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        // All lines are as high as one with a meaning, where the kind has any.
        let explained =
            sheet.columns.iter().any(|column| rds::meaning(sheet.kind_name(), &column.name).is_some());
        let height = if explained { 1.75 * theme::ROW } else { theme::ROW };
        ScrollArea::vertical()
            .max_height(HEIGHT)
            .min_scrolled_height(HEIGHT)
            .auto_shrink([false, true])
            .show_rows(ui, height, names.len(), |ui, visible| {
                for name in &names[visible] {
                    let at = shown.iter().position(|known| known == name);
                    let row = vec2(ui.available_width(), height);
                    ui.allocate_ui_with_layout(row, Layout::top_down(Align::Min), |ui| {
                        ui.set_min_height(height);
                        line(ui, sheet, name, at, shown, tokens, actions);
                        if let Some(meaning) = rds::meaning(sheet.kind_name(), name) {
                            ui.horizontal(|ui| {
                                ui.add_space(INDENT);
                                let text = RichText::new(meaning).size(theme::SMALL).color(tokens.text_weak);
                                ui.add(egui::Label::new(text).truncate()).on_hover_text(meaning);
                            });
                        }
                    });
                }
            });
    }
}

/// Where a meaning stands: below the name, not below the box before it.
const INDENT: f32 = 24.0;

fn is_found(sheet: &Sheet, name: &str, text: &str) -> bool {
    let type_name = sheet.column(name).map_or("", |column| column.shape.type_name());
    text.is_empty()
        || name.to_lowercase().contains(text)
        || type_name == text
        || rds::meaning(sheet.kind_name(), name).is_some_and(|meaning| meaning.to_lowercase().contains(text))
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
    ui.horizontal(|ui| {
        let mut on = at.is_some();
        if ui.checkbox(&mut on, name).changed() {
            actions.push(Action::Columns(if on { with(shown, name) } else { hidden(shown, name) }));
        }
        let type_name = sheet.column(name).map_or("", |column| column.shape.type_name());
        let unit =
            rds::unit(name).filter(|_| sheet.column(name).is_some_and(|column| column.shape.is_number()));
        let type_name = unit.map_or(type_name.to_owned(), |unit| format!("{type_name}, {unit}"));
        ui.label(RichText::new(type_name).size(theme::SMALL).color(tokens.text_faint));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::STEP * 2.0);
            ui.spacing_mut().item_spacing.x = 0.0;
            let Some(at) = at else { return };
            let mut arrow = |ui: &mut Ui, icon: Icon, to: Option<usize>, word: &str| {
                let text = RichText::new(icons::glyph(icon)).color(tokens.text_weak);
                let button = ui.add_enabled(to.is_some(), Button::new(text).frame_when_inactive(false));
                let button = button.accessible_name(format!("Move {name} {word}"));
                if let (true, Some(to)) = (button.clicked(), to) {
                    actions.push(Action::Columns(moved(shown, name, to)));
                }
            };
            arrow(ui, Icon::ArrowDown, (at + 1 < shown.len()).then_some(at + 1), "right");
            arrow(ui, Icon::ArrowUp, at.checked_sub(1), "left");
        });
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
