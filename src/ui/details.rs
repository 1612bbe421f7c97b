//! The panel on the right: every member of one row, or its JSON as the AWS CLI prints it. What a member is called and
//! how its value reads comes from the core.

use std::sync::Arc;

use egui::{Align, Label, Layout, RichText, TextEdit, Ui, vec2};

use super::action::Action;
use super::marks;
use super::theme::{self, Tokens};
use crate::core::{Field, Record};
use crate::rds;

/// The height of a member's first line.
const LINE: f32 = 20.0;
/// The width of a member's copy button.
const COPY_WIDTH: f32 = 40.0;

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
                ui.add_space(theme::STEP);
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

/// One member: its name, its value, and a button that copies the value.
fn member(ui: &mut Ui, field: &Field, tokens: &Tokens, actions: &mut Vec<Action>) {
    let width = ui.available_width();
    let name_width = (width * 0.40).min(240.0).round();
    let value_width = width - name_width - COPY_WIDTH - 3.0 * ui.spacing().item_spacing.x;
    let nested = field.text.contains('\n');
    let row = ui.horizontal_top(|ui| {
        let wide = if nested { name_width + value_width + ui.spacing().item_spacing.x } else { name_width };
        let (name_rect, name) = ui.allocate_exact_size(vec2(wide, LINE), egui::Sense::HOVER);
        let cut = marks::paint_line(ui, name_rect, &field.name, theme::BODY, tokens.text_weak, Align::Min);
        name.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &field.name));
        let hover =
            if cut { format!("{} ({})", field.name, field.type_name) } else { field.type_name.to_owned() };
        name.on_hover_text(hover);
        if !nested {
            ui.allocate_ui_with_layout(vec2(value_width, LINE), Layout::top_down(Align::Min), |ui| {
                ui.set_width(value_width);
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add_space(((LINE - ui.text_style_height(&egui::TextStyle::Body)) / 2.0).round());
                value(ui, field, tokens);
            });
        }
        let copy = egui::Button::new(RichText::new("Copy").size(theme::SMALL).color(tokens.text_weak))
            .small()
            .frame_when_inactive(false);
        let copy = ui.add_enabled_ui(!field.absent, |ui| ui.add_sized(vec2(COPY_WIDTH, LINE), copy)).inner;
        if copy.accessible_name(format!("Copy {}", field.name)).clicked() {
            actions.push(Action::CopyText(field.text.clone()));
        }
    });
    if nested {
        ui.indent(row.response.id, |ui| {
            ui.add(
                Label::new(RichText::new(&field.text).monospace().color(tokens.text)).selectable(true).wrap(),
            );
        });
    }
}

fn value(ui: &mut Ui, field: &Field, tokens: &Tokens) {
    let text = if field.absent {
        RichText::new("—").color(tokens.text_faint)
    } else {
        RichText::new(&field.text).color(tokens.text)
    };
    ui.add(Label::new(text).selectable(!field.absent).wrap());
}
