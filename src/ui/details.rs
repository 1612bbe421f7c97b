//! The panel on the right: one row whole. What it is and how it stands, what it has to do with, every member in sections,
//! or its JSON as the AWS CLI prints it. What a member is called, where it belongs and how its value reads comes from the
//! core.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::{Align, Button, Label, Layout, RichText, Sense, TextEdit, Ui, WidgetInfo, vec2};

use super::action::Action;
use super::comparison::{COMPARABLE, CompareAction};
use super::icons::{self, Icon};
use super::marks::{self, Direction, Tone};
use super::theme::{self, Tokens};
use super::{members, relations};
use crate::core::{Field, Record, Relations};
use crate::rds::readable::Line;
use crate::rds::{self, Section, section};

const LOOK_BACK: &str = "Compare with an earlier time…";

/// The panel and what it shows.
#[derive(Default)]
pub struct Details {
    pub open: bool,
    json: bool,
    show_absent: bool,
    search: String,
    /// Headings under which nothing is shown, for every row alike.
    folded: BTreeSet<&'static str>,
    record: Option<Arc<Record>>,
    relations: Option<Arc<Relations>>,
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

    /// Takes in what a row has to do with, if it is the one that was asked for last.
    pub fn take_relations(&mut self, relations: Arc<Relations>) {
        if self.asked == Some((relations.kind, relations.row)) {
            self.relations = Some(relations);
        }
    }

    /// Draws the panel. `wanted` is the focused row, if there is one.
    pub fn show(&mut self, ui: &mut Ui, wanted: Option<(&'static str, i64)>, actions: &mut Vec<Action>) {
        let record = self.record.clone().filter(|record| wanted.is_some_and(|(kind, _)| kind == record.kind));
        ui.add_space(theme::STEP * 2.0);
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = Button::new(icons::glyph(Icon::X)).frame_when_inactive(false);
                let close = ui.add(close).accessible_name("Close the details");
                if close.on_hover_text("Close the details (Esc)").clicked() {
                    actions.push(Action::CloseDetails);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let title = record.as_deref().map_or("Details", title_of);
                    ui.add(Label::new(RichText::new(title).heading().strong()).wrap());
                });
            });
        });
        let Some(record) = record else {
            // On a slow machine the answer takes a moment, in which a chosen row must not be asked for.
            ui.weak(if wanted.is_some() { "Reading…" } else { "Click a row to see all its members." });
            return;
        };
        standing(ui, &record);
        if COMPARABLE.contains(&record.kind) {
            let compare = ui.button(format!("{} {LOOK_BACK}", icons::glyph(Icon::GitCompareArrows)));
            let hint = "See what it was, and what has changed since";
            if compare.accessible_name(LOOK_BACK).on_hover_text(hint).clicked() {
                let (kind, row) = (record.kind, record.row);
                actions.push(Action::Compare(CompareAction::LookBack { kind, row }));
            }
        }
        ui.add_space(theme::STEP);
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
        let field =
            ui.add_sized(vec2(ui.available_width(), theme::ROW), field).accessible_name("Find member");
        if field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            self.search.clear();
        }
        ui.add_space(theme::STEP);
        egui::ScrollArea::vertical().auto_shrink(false).id_salt((record.kind, record.row)).show(ui, |ui| {
            self.sections(ui, &record, actions);
        });
    }

    fn sections(&mut self, ui: &mut Ui, record: &Record, actions: &mut Vec<Action>) {
        let tokens = Tokens::of(ui);
        let text = self.search.trim().to_lowercase();
        let related = self.relations.clone();
        let related = related.filter(|related| (related.kind, related.row) == (record.kind, record.row));
        if let Some(related) = related.filter(|related| text.is_empty() && !related.links.is_empty())
            && self.heading(ui, "Related", None, false)
        {
            relations::show(ui, &related, actions);
        }
        let contains = |value: &str| value.to_lowercase().contains(&text);
        let shown: Vec<&Field> = record
            .fields
            .iter()
            .filter(|field| self.show_absent || !field.absent)
            .filter(|field| text.is_empty() || contains(&field.name) || contains(&field.text))
            .collect();
        for part in Section::ALL {
            let fields: Vec<&Field> =
                shown.iter().copied().filter(|field| section(record.kind, &field.name) == part).collect();
            if fields.is_empty() || !self.heading(ui, part.title(), Some(fields.len()), !text.is_empty()) {
                continue;
            }
            for field in fields {
                let tags: Vec<&Line> = field.lines.iter().filter(|line| line.tag).collect();
                if tags.is_empty() {
                    members::member(ui, field, tokens, actions);
                    continue;
                }
                let whole = text.is_empty() || contains(&field.name);
                for tag in tags.into_iter().filter(|tag| whole || contains(&tag.to_string())) {
                    members::member(ui, &tag_of(tag), tokens, actions);
                }
            }
        }
        if shown.is_empty() {
            ui.weak("No member of that name or value.");
        }
        ui.add_space(theme::STEP * 2.0);
    }

    /// A quiet heading that folds what is under it away; true when it is to be shown. What is searched for is shown
    /// under any heading.
    fn heading(&mut self, ui: &mut Ui, title: &'static str, count: Option<usize>, searched: bool) -> bool {
        let tokens = Tokens::of(ui);
        ui.add_space(theme::STEP * 2.0);
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), members::LINE), Sense::click());
        if response.clicked() && !self.folded.remove(title) {
            self.folded.insert(title);
        }
        let open = searched || !self.folded.contains(title);
        let live = response.hovered() || response.has_focus();
        if live {
            ui.painter().rect_filled(rect, 4.0, tokens.hover);
        }
        let direction = if open { Direction::Down } else { Direction::Right };
        let arrow = rect.left_center() + vec2(theme::STEP * 1.5, 0.0);
        marks::paint_arrow(ui.painter(), arrow, direction, tokens.text_faint);
        let text = rect.with_min_x(rect.left() + theme::STEP * 4.0);
        marks::paint_line(ui, text, title, theme::SMALL, tokens.text_weak, Align::Min);
        if let Some(count) = count.filter(|_| !open) {
            let right = rect.with_max_x(rect.right() - theme::STEP);
            marks::paint_line(ui, right, &count.to_string(), theme::SMALL, tokens.text_faint, Align::Max);
        }
        ui.painter().hline(rect.x_range(), rect.bottom() + 0.5, (1.0, tokens.hairline));
        response.widget_info(|| WidgetInfo::labeled(egui::Role::DisclosureTriangle, true, title));
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(open));
        open
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

fn field<'a>(record: &'a Record, name: &str) -> Option<&'a Field> {
    record.fields.iter().find(|field| field.name == name && !field.absent)
}

fn title_of(record: &Record) -> &str {
    let identifier = rds::kind(record.kind).map_or("", |kind| kind.identifier);
    field(record, identifier).map_or("Details", |field| field.text.as_str())
}

/// How the resource stands, with its sign, what it is, and where. Lines are broken between these and none is cut.
fn standing(ui: &mut Ui, record: &Record) {
    let tokens = Tokens::of(ui);
    let status = rds::kind(record.kind).and_then(|kind| kind.status).and_then(|name| field(record, name));
    let words = |names: &[&str]| -> Vec<&str> {
        names.iter().filter_map(|name| Some(field(record, name)?.text.as_str())).collect()
    };
    ui.spacing_mut().interact_size.y = members::LINE;
    ui.horizontal_wrapped(|ui| {
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
        ui.spacing_mut().item_spacing = vec2(theme::STEP, 0.0);
        if let Some(status) = status {
            let tone = Tone::of_status(record.kind, &status.text);
            tone.show(ui);
            ui.label(RichText::new(&status.text).color(tone.color(tokens)));
            ui.add_space(theme::STEP);
        }
        for word in words(&["Engine", "EngineVersion"]) {
            ui.label(RichText::new(word).color(tokens.text_weak));
        }
    });
    let place = words(&["AccountId", "Region"]).join("  ·  ");
    ui.add(Label::new(RichText::new(place).color(tokens.text_weak)).truncate());
}

/// A tag as a member: its key is a name that people gave.
fn tag_of(line: &Line) -> Field {
    Field {
        name: line.name.clone().unwrap_or_default(),
        type_name: "tag",
        text: line.value.clone(),
        lines: Vec::new(),
        absent: false,
    }
}
