//! What needs attention, the most urgent first: a sign, a number, a sentence, and the rows behind it one click away. What
//! was not collected stands above all, because every other number is without it.

use egui::{Align, FontId, Sense, Stroke, StrokeKind, TextWrapMode, Ui, WidgetInfo, WidgetText, pos2, vec2};

use super::super::action::{Action, Page};
use super::super::marks::{self, Tone, paint_line};
use super::super::roster::Roster;
use super::super::status::grouped;
use super::super::theme::{self, Tokens};
use super::heading;
use crate::core::{Overview, Urgency};
use crate::rds::kind;

/// The width of the signs and of the numbers.
const SIGNS: f32 = 18.0;
const NUMBERS: f32 = 36.0;

/// Kinds that some of the checks look at, and that no sweep collects by itself.
const FURTHER: [&str; 2] = ["pending-maintenance-actions", "certificates"];

/// One line of the list.
struct Line<'a> {
    tone: Tone,
    number: String,
    words: &'a str,
    hint: &'a str,
}

pub fn show(ui: &mut Ui, overview: &Overview, roster: &Roster, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    heading(ui, "Needs attention", |_| {});
    ui.spacing_mut().item_spacing.y = 0.0;
    let gaps = roster.not_covered();
    if gaps.count() > 0 {
        let sentence = format!("{} not covered", gaps.words(Some(roster.targets.len())));
        // Its number stands above the others'.
        let (number, words) = sentence.split_once(' ').unwrap_or_default();
        let hint = "The figures are without what is there. Click to see why.";
        let line = Line { tone: Tone::Bad, number: number.to_owned(), words, hint };
        if show_line(ui, &line) {
            actions.push(Action::Drawer(Page::NotCovered));
        }
    }
    for concern in &overview.concerns {
        let tone = match concern.urgency {
            Urgency::Now => Tone::Bad,
            Urgency::Soon => Tone::Attention,
            Urgency::Advice => Tone::Idle,
        };
        let number = grouped(concern.figure.number);
        if show_line(ui, &Line { tone, number, words: &concern.sentence, hint: concern.why }) {
            let (kind, filters) = (concern.figure.kind, concern.figure.filters.clone());
            actions.push(Action::ShowRows { kind, filters });
        }
    }
    if overview.concerns.is_empty() && gaps.count() == 0 {
        ui.horizontal(|ui| {
            Tone::Good.show(ui);
            ui.label("Nothing that is looked at stands out.");
        });
    }
    let lacking: Vec<&'static str> = FURTHER.into_iter().filter(|kind| roster.lacks(kind)).collect();
    if !lacking.is_empty() {
        let titles: Vec<String> =
            lacking.iter().filter_map(|name| kind(name)).map(|kind| kind.title.to_lowercase()).collect();
        ui.add_space(theme::STEP);
        let text = format!("Also look at {}", titles.join(" and "));
        let text = egui::RichText::new(text).size(theme::SMALL).color(tokens.accent);
        let link = ui.add(egui::Button::new(text).frame(false).wrap_mode(TextWrapMode::Wrap));
        marks::focus_ring(ui, &link);
        let hint = "They are collected when somebody wants them: one call for each account and region.";
        if link.on_hover_text(hint).clicked() {
            actions.push(Action::Collect(lacking));
        }
    }
}

/// Draws a line and says whether it was clicked.
fn show_line(ui: &mut Ui, line: &Line<'_>) -> bool {
    let tokens = Tokens::of(ui);
    let width = ui.available_width();
    let indent = SIGNS + NUMBERS + 2.0 * theme::STEP;
    let galley = WidgetText::from(egui::RichText::new(line.words).color(tokens.text)).into_galley(
        ui,
        Some(TextWrapMode::Wrap),
        width - indent,
        FontId::proportional(theme::BODY),
    );
    let height = galley.size().y + 2.0 * theme::STEP;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height.round()), Sense::click());
    let name = format!("{} {}", line.number, line.words);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
    if ui.is_rect_visible(rect) {
        let around = rect.expand2(vec2(theme::STEP, 0.0));
        if response.hovered() {
            ui.painter().rect_filled(around, 3.0, tokens.hover);
        }
        let first = rect
            .with_max_y(rect.top() + theme::STEP + galley.rows.first().map_or(0.0, |row| row.height()))
            .with_min_y(rect.top() + theme::STEP);
        line.tone.paint(ui.painter(), pos2(rect.left() + 6.0, first.center().y), tokens);
        let numbers = first.with_min_x(rect.left() + SIGNS).with_max_x(rect.left() + SIGNS + NUMBERS);
        paint_line(ui, numbers, &line.number, theme::BODY, line.tone.color(tokens), Align::Max);
        let at = pos2(rect.left() + indent, rect.top() + theme::STEP);
        ui.painter().galley(at, galley, tokens.text);
        if response.has_focus() {
            let stroke = Stroke::new(1.5, tokens.accent);
            ui.painter().rect_stroke(around, 3.0, stroke, StrokeKind::Inside);
        }
    }
    response.on_hover_text(line.hint).clicked()
}
