//! One database's cell of a setting: its sign, its colour and its words. Whether it differs is not decided here.

use egui::{Align, Color32, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::super::icons::Icon;
use super::super::marks;
use super::super::theme::{self, Tokens};
use crate::analysis::compare::{Cell, Comparison, Row};
use crate::analysis::same::Verdict;
use crate::analysis::setting::Held;

/// The room of a sign.
const SIGN: f32 = 18.0;

/// The thickness of the line below what waits.
const WAITS: f32 = 3.0;

/// The sign of a verdict and its colour; `None` for what is equal.
pub fn look(verdict: Verdict, tokens: &Tokens) -> Option<(Icon, Color32)> {
    Some(match verdict {
        Verdict::Equal => return None,
        Verdict::Different => (Icon::EqualNot, tokens.attention),
        Verdict::Missing => (Icon::CircleSlash2, tokens.missing),
        Verdict::Waits => (Icon::RotateCw, tokens.busy),
        Verdict::NotKnown => (Icon::CircleQuestionMark, tokens.text_weak),
    })
}

/// What a cell says, and what stands faintly behind it.
pub fn words(cell: &Cell) -> (String, String) {
    let (mut text, mut behind) = match &cell.held {
        Held::Missing if cell.verdict() == Verdict::Equal => ("—".to_owned(), String::new()),
        Held::Missing if cell.verdict() == Verdict::Waits => (String::new(), String::new()),
        Held::Missing => ("missing".to_owned(), String::new()),
        Held::NotKnown(why) => ("not known".to_owned(), why.to_string()),
        Held::Set(setting) if setting.text.is_empty() && setting.parameter.is_some() => {
            ("the engine's own".to_owned(), String::new())
        }
        Held::Set(setting) => (setting.text.to_string(), String::new()),
    };
    // What a formula comes to is what a person compares; the formula itself stands behind it.
    if let Some(computed) = cell.computed() {
        behind = std::mem::replace(&mut text, computed);
    }
    if cell.verdict() == Verdict::Missing && cell.held != Held::Missing {
        behind = "only here".to_owned();
    }
    if let Some(waits) = cell.waits() {
        behind = if behind.is_empty() { waits } else { format!("{waits}; {behind}") };
    }
    (text, behind)
}

/// A cell as a screen reader says it.
pub fn name(comparison: &Comparison, row: &Row, database: usize) -> String {
    let cell = &row.cells[database];
    let (text, behind) = words(cell);
    let behind = if behind.is_empty() { behind } else { format!(" ({behind})") };
    let title = comparison.databases[database].title();
    format!("{}, {title}: {text}{behind}, {}", row.name, cell.verdict().word())
}

/// Why a cell is marked as it is, for the hint over it.
pub fn hint(ui: &mut Ui, comparison: &Comparison, row: &Row, database: usize) {
    let tokens = Tokens::of(ui);
    let cell = &row.cells[database];
    let (text, behind) = words(cell);
    ui.set_max_width(theme::COMPARED_MOST);
    ui.strong(&*row.name);
    ui.weak(comparison.databases[database].title());
    ui.label(text);
    if !behind.is_empty() {
        ui.weak(behind);
    }
    let color = look(cell.verdict(), tokens).map_or(tokens.text_weak, |(_, color)| color);
    let reason = match cell.judged.reason.as_ref() {
        "" => cell.verdict().word().to_owned(),
        reason => format!("{}: {reason}", cell.verdict().word()),
    };
    ui.colored_label(color, reason);
    if row.standard != database && cell.verdict() != Verdict::Equal {
        let (expected, _) = words(&row.cells[row.standard]);
        let whose = if comparison.reference.is_some() { "The reference has" } else { "Most have" };
        ui.label(format!("{whose} {expected}"));
    }
}

/// Paints what lies behind a marked cell, in the shapes that the heat map has: filled where it differs, a frame where it is
/// missing, a line below where it waits. Violet and blue are one to people who do not see green.
fn shape(ui: &Ui, rect: Rect, verdict: Verdict, tokens: &Tokens) {
    let fill = |rect, color| {
        ui.painter().rect_filled(rect, 2.0, color);
    };
    match verdict {
        Verdict::Equal => {}
        Verdict::Different => fill(rect, tokens.different_fill),
        Verdict::Missing => {
            let line = Stroke::new(1.0, tokens.missing);
            ui.painter().rect_stroke(rect, 2.0, line, StrokeKind::Inside);
        }
        Verdict::Waits => {
            fill(rect, tokens.waits_fill);
            fill(rect.with_min_y(rect.bottom() - WAITS), tokens.busy);
        }
        Verdict::NotKnown => fill(rect, tokens.raised),
    }
}

/// Paints a cell.
pub fn paint(ui: &Ui, rect: Rect, cell: &Cell, quiet: bool) {
    let tokens = Tokens::of(ui);
    let mut room = rect.shrink2(vec2(1.5 * theme::STEP, 0.0));
    let verdict = cell.verdict();
    if let Some((icon, color)) = look(verdict, tokens) {
        shape(ui, rect.shrink(0.5), verdict, tokens);
        marks::paint_icon(ui, pos2(room.left() + 6.0, rect.center().y), icon, theme::BODY, color);
    }
    // Values stand in line whether they are marked or not.
    room.min.x += SIGN;
    let (text, behind) = words(cell);
    let color = match (&cell.held, verdict) {
        (Held::Missing, Verdict::Equal) => tokens.text_faint,
        (Held::Missing, _) => tokens.missing,
        (Held::NotKnown(_), _) => tokens.text_weak,
        (_, Verdict::Equal) if quiet => tokens.text_weak,
        _ => tokens.text,
    };
    let painted = marks::paint_line(ui, room, &text, theme::BODY, color, Align::Min);
    if !behind.is_empty() {
        let taken = painted.size().x + 1.5 * theme::STEP;
        let rest = room.with_min_x(room.left() + if text.is_empty() { 0.0 } else { taken });
        if rest.width() > 6.0 * theme::STEP {
            marks::paint_line(ui, rest, &behind, theme::SMALL, tokens.text_weak, Align::Min);
        }
    }
}
