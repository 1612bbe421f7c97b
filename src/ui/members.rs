//! One member of a resource in the details: its name, its value, a button that copies it, and lists and structures line
//! by line. Which members are shown, and in which order, is said in `details`.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, Galley, Label, Layout, RichText, Ui, vec2};

use super::action::Action;
use super::marks;
use super::theme::{self, Tokens};
use crate::core::Field;

/// The height of a member's first line.
pub const LINE: f32 = 20.0;
/// The height of a line of a list or structure.
const LIST_LINE: f32 = 18.0;
/// The width of a member's copy button.
const COPY_WIDTH: f32 = 20.0;
/// How much of the panel's width the names have.
const NAME_SHARE: f32 = 0.42;
/// What a long name leaves of the place beside it: enough for a number or a yes.
const LEAST_VALUE: f32 = 48.0;
/// How far values below their name stand in, and each structure within a structure.
pub const INDENT: f32 = 12.0;
/// Between a name and its value within a structure.
const GAP: f32 = 8.0;

/// The width of the names beside values.
pub fn name_width(ui: &Ui) -> f32 {
    (ui.available_width() * NAME_SHARE).min(240.0).round()
}

/// How wide a text is in one line.
pub fn width_of(ui: &Ui, text: &str) -> f32 {
    let font = egui::FontId::proportional(theme::BODY);
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x
}

/// One member: its name, its value, and a button that copies the value. A value that is too long for the place beside
/// its name stands below it, so that a timestamp or an ARN is not broken where it need not be; a long name takes of the
/// place what its value leaves.
pub fn member(ui: &mut Ui, field: &Field, tokens: &Tokens, actions: &mut Vec<Action>) {
    let gap = ui.spacing().item_spacing.x;
    let room = ui.available_width() - COPY_WIDTH - 2.0 * gap;
    let name_width = name_width(ui).max(width_of(ui, &field.name).ceil()).min(room - LEAST_VALUE);
    let value_width = room - name_width;
    let beside = field.lines.len() <= 1
        && !field.text.contains('\n')
        && (field.text.is_empty() || width_of(ui, &field.text) <= value_width);
    let row = ui.horizontal_top(|ui| {
        let wide = if beside { name_width } else { name_width + value_width + gap };
        let (name_rect, name) = ui.allocate_exact_size(vec2(wide, LINE), egui::Sense::HOVER);
        let color = tokens.text_weak;
        let cut = marks::paint_line(ui, name_rect, &field.name, theme::BODY, color, Align::Min).elided;
        name.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &field.name));
        let hover =
            if cut { format!("{} ({})", field.name, field.type_name) } else { field.type_name.to_owned() };
        name.on_hover_text(hover);
        if beside {
            ui.allocate_ui_with_layout(vec2(value_width, LINE), Layout::top_down(Align::Min), |ui| {
                ui.set_width(value_width);
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add_space(((LINE - ui.text_style_height(&egui::TextStyle::Body)) / 2.0).round());
                value(ui, field, tokens);
            });
        }
        if !field.absent {
            copy(ui, field, tokens, actions);
        }
    });
    if !beside {
        let rect = row.response.rect;
        ui.horizontal_top(|ui| {
            ui.add_space(INDENT);
            ui.vertical(|ui| {
                ui.set_max_width(rect.width() - INDENT - COPY_WIDTH);
                if field.lines.is_empty() {
                    value(ui, field, tokens);
                } else {
                    lines(ui, field, tokens);
                }
            });
        });
    }
}

/// The button that copies a member's value: a sign as quiet as the names, because there is one in every line.
fn copy(ui: &mut Ui, field: &Field, tokens: &Tokens, actions: &mut Vec<Action>) {
    let (rect, response) = ui.allocate_exact_size(vec2(COPY_WIDTH, LINE), egui::Sense::click());
    let live = response.hovered() || response.has_focus();
    if live {
        ui.painter().rect_filled(rect, 4.0, tokens.hover);
    }
    let color = if live { tokens.accent } else { tokens.text_faint };
    marks::paint_copy(ui.painter(), rect.center(), color, if live { tokens.hover } else { tokens.panel });
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Copy {}", field.name)));
    if response.on_hover_text("Copy the value").clicked() {
        actions.push(Action::CopyText(field.text.clone()));
    }
}

fn value(ui: &mut Ui, field: &Field, tokens: &Tokens) {
    let (text, color) = match field.text.as_str() {
        _ if field.absent => ("—", tokens.text_faint),
        // AWS sent the member, with nothing in it: that is another thing than not sending it.
        "" => ("empty", tokens.text_weak),
        text => (text, tokens.text),
    };
    let label = match text.contains(char::is_whitespace) {
        true => Label::new(RichText::new(text).color(color)),
        false => Label::new(identifier(ui, text, color, ui.available_width())),
    };
    ui.add(label.selectable(!field.text.is_empty()).wrap());
}

/// A name such as an ARN, whose hyphens are its own: broken after a colon, slash or dot where the first line may end there,
/// and else wherever the line is full, so that nobody takes a hyphen for one that the line's end has put there. Nothing is
/// put into it, so what is copied of it is what AWS sent.
pub fn identifier(ui: &Ui, text: &str, color: Color32, room: f32) -> Arc<Galley> {
    let font = egui::FontId::proportional(theme::BODY);
    let mut job = LayoutJob::simple(text.to_owned(), font, color, room);
    job.wrap.break_anywhere = true;
    if width_of(ui, text) > room {
        let ends = text.rmatch_indices([':', '/', '.']).map(|(at, _)| text.split_at(at + 1));
        let sizes = ends.map(|(first, rest)| (width_of(ui, first), width_of(ui, rest)));
        // As wide as the first part: what follows it does not fit, and goes on the next line.
        if let Some((first, _)) = sizes.into_iter().find(|(first, rest)| *first <= room && rest <= first) {
            job.wrap.max_width = first.ceil();
        }
    }
    ui.painter().layout_job(job)
}

/// A list or structure as one text, so that it is selected in one go: names as quiet as the members', values in full.
fn lines(ui: &mut Ui, field: &Field, tokens: &Tokens) {
    let mut job = LayoutJob::default();
    job.wrap.break_anywhere = field.lines.iter().all(|line| !line.value.contains(char::is_whitespace));
    let format = |color| TextFormat {
        font_id: egui::FontId::proportional(theme::BODY),
        color,
        line_height: Some(LIST_LINE),
        ..TextFormat::default()
    };
    for (at, line) in field.lines.iter().enumerate() {
        if at > 0 {
            job.append("\n", 0.0, format(tokens.text));
        }
        let dash = if line.begins { "– " } else { "" };
        let space = INDENT * line.depth as f32;
        match &line.name {
            None => job.append(&format!("{dash}{}", line.value), space, format(tokens.text)),
            Some(name) => {
                job.append(&format!("{dash}{name}"), space, format(tokens.text_weak));
                let wide = |text: &str| width_of(ui, text);
                // Broken before it and not within it: a host name is broken at its hyphens otherwise.
                if space + wide(dash) + wide(name) + GAP + wide(&line.value) > ui.available_width() {
                    job.append("\n", 0.0, format(tokens.text));
                    job.append(&line.value, space + INDENT, format(tokens.text));
                } else {
                    job.append(&line.value, GAP, format(tokens.text));
                }
            }
        }
    }
    ui.add(Label::new(job).selectable(true).wrap());
}
