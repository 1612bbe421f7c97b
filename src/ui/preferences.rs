//! The settings as a dialog. What is changed holds at once; what needs another start says so.

use egui::{Align, Button, Context, DragValue, Frame, Grid, Id, Label, Layout, Modal, RichText, Ui};

use super::action::Action;
use super::icons::{Icon, glyph};
use super::marks;
use super::memory::Memory;
use super::theme::{self, Tokens};
use crate::settings::{History, Line, LineChoice, Renderer, Scale, Settings, Theme};

/// Draws the dialog; false when it is to be closed.
pub fn show(ctx: &Context, memory: &Memory, actions: &mut Vec<Action>) -> bool {
    let frame = Frame::window(&ctx.global_style());
    let modal = Modal::new(Id::unique("settings")).frame(frame).show(ctx, |ui| {
        // At 200 % on a small screen there is less room than the dialog would like.
        let screen = ctx.content_rect().size();
        ui.set_width(theme::DIALOG.min(screen.x - theme::DIALOG_MARGIN));
        let mut settings = memory.settings.clone();
        marks::name_dialog(ui, "Settings");
        ui.heading("Settings");
        ui.add_space(theme::STEP * 2.0);
        egui::ScrollArea::vertical().max_height(screen.y - 2.0 * theme::DIALOG_MARGIN).show(ui, |ui| {
            choices(ui, memory, &mut settings);
            file(ui, memory, actions);
        });
        if settings != memory.settings {
            actions.push(Action::Set(Box::new(settings)));
        }
        ui.add_space(theme::STEP * 2.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| ui.button("Close").clicked()).inner
    });
    !(modal.inner || modal.should_close())
}

fn choices(ui: &mut Ui, memory: &Memory, settings: &mut Settings) {
    let tokens = Tokens::of(ui);
    let name = |ui: &mut Ui, text: &str| {
        ui.label(RichText::new(text).color(tokens.text_weak));
    };
    let remark = |ui: &mut Ui, text: &str| {
        ui.label("");
        ui.add(Label::new(RichText::new(text).small().color(tokens.text_weak)).wrap());
        ui.end_row();
    };
    let spacing = [6.0 * theme::STEP, 2.0 * theme::STEP];
    Grid::new("settings").num_columns(2).spacing(spacing).show(ui, |ui| {
        name(ui, "Theme");
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0 * theme::STEP;
            ui.radio_value(&mut settings.theme, Theme::System, "As the system");
            ui.radio_value(&mut settings.theme, Theme::Dark, "Dark");
            ui.radio_value(&mut settings.theme, Theme::Light, "Light");
        });
        ui.end_row();

        name(ui, "Scale");
        ui.horizontal(|ui| {
            let scale = settings.scale;
            let mut step = |ui: &mut Ui, icon: Icon, name: &str, to: Scale| {
                let button = ui.add_enabled(to != scale, Button::new(glyph(icon))).accessible_name(name);
                if button.clicked() {
                    settings.scale = to;
                }
            };
            step(ui, Icon::Minus, "Smaller", scale.smaller());
            ui.label(format!("{} %", scale.percent()));
            step(ui, Icon::Plus, "Larger", scale.larger());
            ui.label(RichText::new("Ctrl+Minus, Ctrl+Plus, Ctrl+0").small().color(tokens.text_weak));
        });
        ui.end_row();

        name(ui, "Line");
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0 * theme::STEP;
            ui.radio_value(&mut settings.line, LineChoice::Automatic, "Automatic");
            ui.radio_value(&mut settings.line, LineChoice::Slow, "Slow");
            ui.radio_value(&mut settings.line, LineChoice::Fast, "Fast");
        });
        ui.end_row();
        let (line, why) = memory.line();
        let word = if line == Line::Slow { "Slow: at most ten frames a second" } else { "Fast" };
        remark(ui, &format!("{word}, {why}."));

        name(ui, "Renderer");
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0 * theme::STEP;
            ui.radio_value(&mut settings.renderer, Renderer::Automatic, "Automatic");
            ui.radio_value(&mut settings.renderer, Renderer::Software, "Software");
            ui.radio_value(&mut settings.renderer, Renderer::Glow, "OpenGL");
            let other = if cfg!(windows) { "Direct3D 12" } else { "Vulkan" };
            ui.radio_value(&mut settings.renderer, Renderer::Wgpu, other);
        });
        ui.end_row();

        name(ui, "History");
        ui.horizontal(|ui| {
            let days =
                DragValue::new(&mut settings.history.days).range(1..=History::MOST.days).suffix(" days");
            ui.add(days).accessible_name("Days of history");
            let megabytes = DragValue::new(&mut settings.history.megabytes)
                .range(10..=History::MOST.megabytes)
                .suffix(" MB");
            ui.add(megabytes).accessible_name("Megabytes of history");
        });
        ui.end_row();
        remark(ui, "Renderer and history count from the next start on.");
    });
}

/// Where it all is kept.
fn file(ui: &mut Ui, memory: &Memory, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let Some(file) = memory.file() else { return };
    ui.add_space(theme::STEP);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let copy = ui.button(glyph(Icon::Copy)).accessible_name("Copy the path of the settings file");
            if copy.on_hover_text("Copy the path").clicked() {
                actions.push(Action::CopyText(file.display().to_string()));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let path = RichText::new(file.display().to_string()).color(tokens.text_weak);
                ui.add(Label::new(path).selectable(true).truncate());
            });
        });
    });
}
