//! Horizontal bars: a name, a bar, a number, one line each, and each a button that leads to its rows. They are painted
//! here: a plot has axes, panning and a scale of its own, and none of what a list of buttons has.

use egui::{Align, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::super::action::Action;
use super::super::marks::{self, Tone, paint_line};
use super::super::roster::Roster;
use super::super::status::grouped;
use super::super::theme::{self, Tokens};
use crate::core::{Bar, Breakdown, By};

/// The share of a line that names have, and that whole versions have, which are long.
const NAMES: f32 = 0.5;
const VERSIONS: f32 = 0.7;
/// The width of the numbers.
const NUMBERS: f32 = 48.0;

pub fn title(by: By) -> &'static str {
    match by {
        By::Account => "Accounts",
        By::Region => "Regions",
        By::Engine => "Engines",
        By::MajorVersion | By::Version => "Versions",
        By::Class => "Classes",
        By::Status => "Status",
    }
}

/// Draws the bars, all to the scale of the longest, and under them how much is in none. `roster` says what people
/// call an account.
pub fn show(ui: &mut Ui, breakdown: &Breakdown, roster: &Roster, actions: &mut Vec<Action>) {
    let bars = || breakdown.bars.iter().chain(&breakdown.others);
    let all: u64 = bars().map(|bar| bar.figure.number).sum();
    let scale = breakdown.bars.first().map_or(1, |bar| bar.figure.number).max(1);
    ui.spacing_mut().item_spacing.y = 0.0;
    for bar in &breakdown.bars {
        let account = roster.accounts.iter().find(|known| known.id == bar.name);
        let called = account.filter(|_| breakdown.by == By::Account).map(|account| account.called.as_str());
        line(ui, breakdown.by, bar, Some(scale), (all, called), actions);
    }
    if let Some(others) = &breakdown.others {
        line(ui, breakdown.by, others, None, (all, None), actions);
    }
}

/// One line; without a scale, what is in none of the bars.
fn line(
    ui: &mut Ui,
    by: By,
    bar: &Bar,
    scale: Option<u64>,
    (all, called): (u64, Option<&str>),
    actions: &mut Vec<Action>,
) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::LINE), Sense::click());
    let number = grouped(bar.figure.number);
    let name = if bar.name.is_empty() { "—" } else { &bar.name };
    let info = format!("{} {name}: {number}", title(by));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &info));
    if ui.is_rect_visible(rect) {
        if response.hovered() {
            ui.painter().rect_filled(rect.expand2(vec2(theme::STEP, 0.0)), 3.0, tokens.hover);
        }
        let share = if by == By::Version { VERSIONS } else { NAMES };
        let end_of_names = (rect.width() * share).round();
        let mut names = rect.with_max_x(rect.left() + end_of_names - 2.0 * theme::STEP);
        if by == By::Status && scale.is_some() {
            Tone::of_status(bar.figure.kind, &bar.name).paint(
                ui.painter(),
                names.left_center() + vec2(5.0, 0.0),
                tokens,
            );
            names.min.x += 4.0 * theme::STEP;
        }
        let color = if scale.is_some() { tokens.text } else { tokens.text_weak };
        let fitting = match (by, called) {
            (By::Version, _) => fitting(ui, name, names.width()),
            // The name by which the accounts beside it are called.
            (By::Account, Some(called)) => called.to_owned(),
            _ => name.to_owned(),
        };
        paint_line(ui, names, &fitting, theme::BODY, color, Align::Min);
        paint_line(ui, rect, &number, theme::BODY, color, Align::Max);
        let track = Rect::from_min_max(
            rect.left_top() + vec2(end_of_names, 5.0),
            rect.right_bottom() - vec2(NUMBERS, 5.0),
        );
        if let Some(scale) = scale {
            let length = (track.width() * bar.figure.number as f32 / scale as f32).round().max(2.0);
            let color = if response.hovered() { tokens.accent } else { tokens.bar };
            ui.painter().rect_filled(track.with_max_x(track.left() + length), CornerRadius::same(2), color);
        }
        if response.has_focus() {
            let stroke = Stroke::new(1.5, tokens.accent);
            ui.painter().rect_stroke(rect.expand2(vec2(theme::STEP, 0.0)), 3.0, stroke, StrokeKind::Inside);
        }
    }
    let share = 100.0 * bar.figure.number as f64 / all.max(1) as f64;
    let called = called.filter(|called| *called != name);
    let called = called.map(|called| format!(" ({called})")).unwrap_or_default();
    let hint = format!(
        "{name}{called}: {number} of {} DB instances, {share:.1} %. Click to see them.",
        grouped(all)
    );
    if response.on_hover_text(hint).clicked() {
        actions.push(Action::ShowRows { kind: bar.figure.kind, filters: bar.figure.filters.clone() });
    }
}

/// An engine and its version, cut where the version begins: long ones differ in their ends.
fn fitting(ui: &Ui, name: &str, width: f32) -> String {
    let fits = |text: &str| !marks::line(ui, text, theme::BODY, Tokens::of(ui).text, width).elided;
    let Some((engine, version)) = name.split_once(' ').filter(|_| !fits(name)) else {
        return name.to_owned();
    };
    let ends = version.char_indices().map(|(at, _)| format!("{engine} …{}", &version[at..]));
    ends.skip(1).find(|text| fits(text)).unwrap_or_else(|| name.to_owned())
}
