//! The page of keyboard shortcuts, made from the table of commands. It knows no shortcut of its own.

use egui::{Context, Frame, Grid, Id, Margin, Modal, RichText, ScrollArea, Ui};

use super::commands::{self, ELSEWHERE, Now};
use super::marks;
use super::theme::{self, Tokens};

/// The most of the window's height that the list takes.
const SHARE: f32 = 0.7;
/// The width of what a key does.
const WORDS: f32 = 300.0;

/// Draws the page over the window; says whether it is to be closed.
pub fn show(ctx: &Context, now: Now) -> bool {
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(4 * theme::STEP as i8));
    let shown = Modal::new(Id::unique("keyboard shortcuts")).frame(frame).show(ctx, |ui| {
        let tokens = Tokens::of(ui);
        marks::name_dialog(ui, "Keyboard shortcuts");
        ui.label(RichText::new("Keyboard shortcuts").heading().color(tokens.text));
        ui.add_space(2.0 * theme::STEP);
        let height = ui.ctx().content_rect().height() * SHARE;
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            section(ui, "Commands", |ui| {
                for entry in commands::table(now) {
                    let keys: Vec<String> = commands::shortcuts(&entry.action)
                        .iter()
                        .map(|shortcut| commands::written(ui.ctx(), shortcut))
                        .collect();
                    if !keys.is_empty() {
                        row(ui, &keys.join(", "), &entry.name);
                    }
                }
                let menu = commands::shortcut(ui.ctx(), &super::action::Action::OpenMenu);
                row(ui, &format!("Alt, {menu}"), "Open the menu");
            });
            for (title, keys) in ELSEWHERE {
                section(ui, title, |ui| keys.iter().for_each(|(key, what)| row(ui, key, what)));
            }
        });
        ui.add_space(2.0 * theme::STEP);
        ui.button("Close").clicked()
    });
    shown.inner || shown.should_close()
}

fn section(ui: &mut Ui, title: &str, rows: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    ui.label(RichText::new(title).size(theme::SMALL).strong().color(tokens.text_weak));
    let grid = Grid::new(title).num_columns(2).spacing([6.0 * theme::STEP, 0.0]).min_col_width(WORDS);
    grid.min_row_height(theme::LINE).show(ui, rows);
    ui.add_space(3.0 * theme::STEP);
}

fn row(ui: &mut Ui, keys: &str, what: &str) {
    ui.label(what);
    ui.weak(keys);
    ui.end_row();
}
