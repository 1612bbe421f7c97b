//! The panel on the right: every member of one row, or its JSON as the AWS CLI prints it. What a member is called and
//! how its value reads comes from the core.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Label, Layout, RichText, TextEdit, Ui, vec2};

use super::action::Action;
use super::marks;
use super::theme::{self, Tokens};
use crate::core::{Field, Record};
use crate::rds;

/// The height of a member's first line.
const LINE: f32 = 20.0;
/// The height of a line of a list or structure.
const LIST_LINE: f32 = 18.0;
/// The width of a member's copy button.
const COPY_WIDTH: f32 = 20.0;
/// How much of the panel's width the names have.
const NAME_SHARE: f32 = 0.42;
/// How far values below their name stand in, and each structure within a structure.
const INDENT: f32 = 12.0;
/// Between a name and its value within a structure.
const GAP: f32 = 8.0;

/// The panel and what it shows.
#[derive(Default)]
pub struct Details {
    pub open: bool,
    json: bool,
    show_absent: bool,
    search: String,
    record: Option<Arc<Record>>,
    /// The row that was asked for last.
    asked: Option<(&'static str, i64)>,
}

impl Details {
    /// Says which row is wanted; true when it has to be asked for.
    pub fn want(&mut self, kind: &'static str, row: i64) -> bool {
        if !self.open || self.asked == Some((kind, row)) {
            return false;
        }
        self.asked = Some((kind, row));
        true
    }

    /// Forgets what was asked for, because the rows behind it may have changed.
    pub fn outdated(&mut self) {
        self.asked = None;
    }

    /// Takes a record in, if it is the one that was asked for last.
    pub fn take(&mut self, record: Arc<Record>) {
        if self.asked == Some((record.kind, record.row)) {
            self.record = Some(record);
        }
    }

    /// Draws the panel. `wanted` is the focused row, if there is one.
    pub fn show(&mut self, ui: &mut Ui, wanted: Option<(&'static str, i64)>, actions: &mut Vec<Action>) {
        let tokens = Tokens::of(ui);
        let record = self.record.clone().filter(|record| wanted.is_some_and(|(kind, _)| kind == record.kind));
        ui.add_space(theme::STEP * 2.0);
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Close").on_hover_text("Close the details (Esc)").clicked() {
                    actions.push(Action::CloseDetails);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let title = record.as_deref().map_or("Details", title_of);
                    ui.add(Label::new(RichText::new(title).heading().strong()).truncate());
                });
            });
        });
        let Some(record) = record else {
            ui.weak("Click a row to see all its members.");
            return;
        };
        ui.horizontal(|ui| {
            ui.selectable_value(&mut self.json, false, "Members");
            ui.selectable_value(&mut self.json, true, "JSON");
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if self.json {
                    if ui.button("Copy JSON").clicked() {
                        actions.push(Action::CopyText(record.json.clone()));
                    }
                } else {
                    ui.checkbox(&mut self.show_absent, "Show absent members")
                        .on_hover_text("Members that AWS did not send for this resource");
                }
            });
        });
        if self.json {
            self.json(ui, &record);
            return;
        }
        let field = TextEdit::singleline(&mut self.search)
            .hint_text("Find member or value")
            .align(egui::Align2::LEFT_CENTER);
        ui.add_sized(vec2(ui.available_width(), theme::ROW), field).accessible_name("Find member");
        ui.add_space(theme::STEP);
        let text = self.search.trim().to_lowercase();
        let matches = |field: &&Field| {
            text.is_empty()
                || field.name.to_lowercase().contains(&text)
                || field.text.to_lowercase().contains(&text)
        };
        let kind = rds::kind(record.kind);
        let own = |field: &&Field| {
            kind.and_then(|kind| kind.columns.get(kind.column(&field.name)?)).is_some_and(|column| column.own)
        };
        let present = |field: &&Field| self.show_absent || !field.absent;
        egui::ScrollArea::vertical().auto_shrink(false).id_salt((record.kind, record.row)).show(ui, |ui| {
            let shown = || record.fields.iter().filter(matches).filter(present);
            let mut nothing = true;
            for (title, ours) in [("Where it is", true), ("What AWS says", false)] {
                let mut fields = shown().filter(|field| own(field) == ours).peekable();
                if fields.peek().is_none() {
                    continue;
                }
                nothing = false;
                ui.add_space(theme::STEP * if ours { 1.0 } else { 3.0 });
                ui.label(RichText::new(title).size(theme::SMALL).color(tokens.text_weak));
                ui.separator();
                for field in fields {
                    member(ui, field, tokens, actions);
                }
            }
            if nothing {
                ui.weak("No member of that name or value.");
            }
        });
    }

    fn json(&self, ui: &mut Ui, record: &Record) {
        egui::ScrollArea::both().auto_shrink(false).id_salt(("json", record.kind, record.row)).show(
            ui,
            |ui| {
                ui.add(Label::new(RichText::new(&record.json).monospace()).extend().selectable(true));
            },
        );
    }
}

fn title_of(record: &Record) -> &str {
    let identifier = rds::kind(record.kind).map_or("", |kind| kind.identifier);
    record.fields.iter().find(|field| field.name == identifier).map_or("Details", |field| field.text.as_str())
}

/// One member: its name, its value, and a button that copies the value. A value that is too long for the place beside
/// its name stands below it, so that a timestamp or an ARN is not broken where it need not be.
fn member(ui: &mut Ui, field: &Field, tokens: &Tokens, actions: &mut Vec<Action>) {
    let width = ui.available_width();
    let gap = ui.spacing().item_spacing.x;
    let name_width = (width * NAME_SHARE).min(240.0).round();
    let value_width = width - name_width - COPY_WIDTH - 2.0 * gap;
    let beside = field.lines.len() <= 1 && {
        let font = egui::FontId::proportional(theme::BODY);
        let galley = ui.painter().layout_no_wrap(field.text.clone(), font, tokens.text);
        galley.rows.len() <= 1 && galley.size().x <= value_width
    };
    let row = ui.horizontal_top(|ui| {
        let wide = if beside { name_width } else { name_width + value_width + gap };
        let (name_rect, name) = ui.allocate_exact_size(vec2(wide, LINE), egui::Sense::HOVER);
        let cut = marks::paint_line(ui, name_rect, &field.name, theme::BODY, tokens.text_weak, Align::Min);
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
    let text = if field.absent {
        RichText::new("—").color(tokens.text_faint)
    } else if field.text.is_empty() {
        // AWS sent the member, with nothing in it: that is another thing than not sending it.
        RichText::new("empty").color(tokens.text_weak)
    } else {
        RichText::new(&field.text).color(tokens.text)
    };
    ui.add(Label::new(text).selectable(!field.text.is_empty()).wrap());
}

/// A list or structure as one text, so that it is selected in one go: names as quiet as the members', values in full.
fn lines(ui: &mut Ui, field: &Field, tokens: &Tokens) {
    let mut job = LayoutJob::default();
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
                let wide = |text: &str| {
                    let font = egui::FontId::proportional(theme::BODY);
                    ui.painter().layout_no_wrap(text.to_owned(), font, tokens.text).size().x
                };
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
