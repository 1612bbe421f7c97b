//! The line above the grid that says what is left out of it: each condition and the search as a chip that can be taken
//! away, what rows are grouped by, and all conditions as one text to edit.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Button, FontId, Frame, Id, Key, Margin, Panel, RichText, Stroke, TextEdit, Ui};

use super::action::{Action, GridAction};
use super::condition;
use super::grid::Grid;
use super::icons::{self, Icon};
use super::marks;
use super::theme::{self, Tokens};
use crate::query::expression::{self, Mistake};

/// The widest that a chip's text is shown, and the room of the signs around it.
const WIDEST: f32 = 520.0;
const AROUND: f32 = 72.0;

/// The line, and the text where it is being edited.
#[derive(Default)]
pub struct Chips {
    text: Option<String>,
    /// What is wrong with the text.
    mistake: Option<Mistake>,
}

impl Chips {
    /// Draws the line where there is something to say.
    pub fn show(&mut self, ui: &mut Ui, frame: Frame, grid: &Grid, search: &str, actions: &mut Vec<Action>) {
        let search = search.trim();
        if self.text.is_none() && grid.filters.is_empty() && grid.group.is_empty() && search.is_empty() {
            return;
        }
        let frame = frame.inner_margin(Margin { top: 4, bottom: 6, ..frame.inner_margin });
        Panel::top("chips").resizable(false).show_separator_line(false).frame(frame).show(ui, |ui| {
            if self.text.is_some() {
                self.editor(ui, grid, actions);
            } else {
                self.chips(ui, grid, search, actions);
            }
        });
    }

    /// Has all conditions and the search edited as one text, in the field that it answers with.
    pub fn edit(&mut self, grid: &Grid, search: &str) -> Id {
        self.text = Some(expression::print(search.trim(), &grid.filters));
        self.mistake = None;
        editor_id()
    }

    fn chips(&mut self, ui: &mut Ui, grid: &Grid, search: &str, actions: &mut Vec<Action>) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = theme::STEP * 1.5;
            if !search.is_empty() {
                let answer = chip(ui, Icon::Search, &format!("“{search}” in any column"), None);
                if answer.is_some() {
                    actions.push(Action::Search(String::new()));
                }
            }
            for (at, filter) in grid.filters.iter().enumerate() {
                let column = condition::column_of(filter);
                let shown = column.filter(|column| grid.drawn().iter().any(|name| name == column));
                match chip(ui, Icon::ListFilter, &filter.to_string(), shown) {
                    Some(Wish::Remove) => {
                        let mut filters = grid.filters.clone();
                        filters.remove(at);
                        actions.push(Action::Grid(GridAction::Filters(filters)));
                    }
                    Some(Wish::Change(column)) => {
                        actions.push(Action::Grid(GridAction::OpenFilter(column)));
                    }
                    None => {}
                }
            }
            if !grid.group.is_empty() {
                let text = format!("Grouped by {}", grid.group.join(", then "));
                if chip(ui, Icon::Group, &text, None).is_some() {
                    actions.push(Action::Grid(GridAction::Group(Vec::new())));
                }
            }
            let quiet = |text: &str| Button::new(text).frame_when_inactive(false);
            if ui.add(quiet("Clear all")).on_hover_text("Every condition and the search").clicked() {
                actions.push(Action::Grid(GridAction::Filters(Vec::new())));
                actions.push(Action::Grid(GridAction::Group(Vec::new())));
                actions.push(Action::Search(String::new()));
            }
            let hint = "All conditions as one text, with and, or and not";
            if ui.add(quiet("Edit as text")).on_hover_text(hint).clicked() {
                actions.push(Action::EditConditions);
            }
        });
    }

    fn editor(&mut self, ui: &mut Ui, grid: &Grid, actions: &mut Vec<Action>) {
        let tokens = Tokens::of(ui);
        let Some(text) = &mut self.text else { return };
        let escape = ui.input(|input| input.key_pressed(Key::Escape));
        let enter = ui.input(|input| input.key_pressed(Key::Enter));
        let wrong = self.mistake.as_ref().map_or(0..0, |mistake| mistake.range.clone());
        let mut done = None;
        ui.horizontal(|ui| {
            let buttons = 150.0;
            let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| {
                let job = underlined(text.as_str(), wrong.clone(), tokens);
                ui.fonts_mut(|fonts| fonts.layout_job(job))
            };
            let field = TextEdit::singleline(text)
                .id(editor_id())
                .font(egui::TextStyle::Monospace)
                .hint_text(
                    "Engine is postgres and AllocatedStorage >= 100 and DBInstanceStatus is not available",
                )
                .desired_width(ui.available_width() - buttons)
                .layouter(&mut layouter);
            let response = ui.add(field).accessible_name("Conditions as text");
            if response.changed() {
                self.mistake = None;
            }
            let left = response.lost_focus();
            if ui.button("Apply").clicked() || left && enter {
                done = Some(true);
            }
            if ui.button("Cancel").clicked() || left && escape {
                done = Some(false);
            }
        });
        match done {
            Some(true) => match expression::parse(text, &grid.sheet.columns) {
                Ok((search, filters)) => {
                    actions.push(Action::Search(search));
                    actions.push(Action::Grid(GridAction::Filters(filters)));
                    self.text = None;
                }
                Err(mistake) => {
                    self.mistake = Some(mistake);
                    ui.memory_mut(|memory| memory.request_focus(editor_id()));
                }
            },
            Some(false) => self.text = None,
            None => {}
        }
        if let Some(mistake) = &self.mistake {
            ui.label(RichText::new(mistake.to_string()).color(tokens.bad));
        }
    }
}

fn editor_id() -> Id {
    Id::unique("conditions as text")
}

/// What a click on a chip wishes.
enum Wish {
    Remove,
    Change(String),
}

/// A chip: a click on its text opens the filter of `column`, one on its cross takes it away.
fn chip(ui: &mut Ui, icon: Icon, text: &str, column: Option<&str>) -> Option<Wish> {
    let tokens = Tokens::of(ui);
    // No wider than the line, so that its cross is always there.
    let room = (ui.max_rect().width() - AROUND).min(WIDEST);
    let words = marks::line(ui, text, theme::BODY, tokens.text, room);
    let whole = if words.elided { format!("{text}\n") } else { String::new() };
    let mut wish = None;
    Frame::new()
        .fill(tokens.raised)
        .stroke(Stroke::new(1.0, tokens.border))
        .corner_radius(theme::ROW / 2.0)
        .inner_margin(Margin { left: 8, right: 4, top: 0, bottom: 0 })
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = theme::STEP;
                ui.spacing_mut().button_padding.x = 2.0;
                ui.label(RichText::new(icons::glyph(icon)).color(tokens.accent));
                match column {
                    Some(column) => {
                        let button = ui.add(Button::new(words).frame(false));
                        marks::focus_ring(ui, &button);
                        if button.on_hover_text(format!("{whole}Change this condition")).clicked() {
                            wish = Some(Wish::Change(column.to_owned()));
                        }
                    }
                    None => {
                        ui.label(words);
                    }
                }
                let cross = RichText::new(icons::glyph(Icon::X)).color(tokens.text_weak);
                let cross = ui.add(Button::new(cross).frame_when_inactive(false)).on_hover_text("Remove");
                if cross.accessible_name(format!("Remove {text}")).clicked() {
                    wish = Some(Wish::Remove);
                }
            });
        });
    wish
}

/// The text with the letters that are wrong underlined.
fn underlined(text: &str, wrong: Range<usize>, tokens: &Tokens) -> LayoutJob {
    let right = TextFormat::simple(FontId::monospace(theme::MONOSPACE), tokens.text);
    let line = Stroke::new(1.5, tokens.bad);
    let underlined = TextFormat { color: tokens.bad, underline: line, ..right.clone() };
    let byte = |letter: usize| text.char_indices().nth(letter).map_or(text.len(), |(at, _)| at);
    let (start, end) = (byte(wrong.start), byte(wrong.end));
    let mut job = LayoutJob::default();
    for (part, format) in [(0..start, &right), (start..end, &underlined), (end..text.len(), &right)] {
        job.append(text.get(part).unwrap_or_default(), 0.0, format.clone());
    }
    job
}
