//! The bar at the bottom: how far the sweep is, what is not covered, what the config says, how old the rows are.

use egui::{Align, Button, CornerRadius, Layout, RichText, Sense, Ui, vec2};
use time::OffsetDateTime;

use super::action::{Action, Page};
use super::commands;
use super::comparison::CompareAction;
use super::icons::{Icon, glyph};
use super::marks::Tone;
use super::roster::Roster;
use super::theme::{self, Tokens};
use crate::config::Severity;
use crate::core::{Fleet, MOST, Progress};

/// The width that the bar's left part needs before the sweep's figures are shown.
const ROOM_FOR_FIGURES: f32 = 760.0;
/// The width that the bar needs before the rows' age is shown beside the rest.
const ROOM_FOR_AGE: f32 = 800.0;

/// What a frame shows.
pub struct Shown<'a> {
    pub fleet: &'a Fleet,
    pub roster: &'a Roster,
    /// The place of the shown kind.
    pub kind: usize,
    pub drawer: Option<Page>,
    pub selected: usize,
    /// Selected rows that can be compared.
    pub comparable: usize,
    /// Notices about the person's own files.
    pub notices: usize,
    /// The newest thing to tell, such as that rows were copied.
    pub message: &'a str,
}

/// Draws the bar.
pub fn show(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let progress = &shown.fleet.progress;
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if shown.fleet.demo {
            let badge =
                RichText::new(" Demo ").strong().color(tokens.on_primary).background_color(tokens.primary);
            ui.label(badge).on_hover_text("A simulated AWS: no call leaves this machine.");
        }
        if ui.available_width() > ROOM_FOR_AGE
            && let Some((oldest, newest)) = shown.roster.as_of(shown.kind)
        {
            let text = format!("as of {}", clock(oldest, newest));
            ui.label(RichText::new(text).color(tokens.text_weak)).on_hover_text(format!(
                "The oldest rows are of {}, the newest of {}.",
                stamp(oldest),
                stamp(newest)
            ));
        }
        if !shown.message.is_empty() {
            ui.separator();
            ui.label(shown.message);
        } else if shown.selected > 1 {
            ui.separator();
            if (2..=MOST).contains(&shown.comparable) {
                let action = Action::Compare(CompareAction::Selected);
                let name = format!("Compare {} databases", shown.comparable);
                let button = ui.button(format!("{} {name}", glyph(Icon::GitCompareArrows)));
                let hint = commands::hint(ui, "See in which settings they differ", &action);
                if button.accessible_name(name).on_hover_text(hint).clicked() {
                    actions.push(action);
                }
            }
            let few = if shown.comparable > MOST {
                format!(", at most {MOST} can be compared")
            } else {
                String::new()
            };
            ui.label(format!("{} selected{few}", grouped(shown.selected as u64)));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            sweep(ui, progress, tokens);
            let gaps = shown.roster.not_covered();
            if gaps.count() > 0 {
                ui.separator();
                let text = format!("{} not covered", gaps.words(Some(shown.roster.targets.len())));
                loud(
                    ui,
                    Tone::Attention,
                    &text,
                    shown.drawer == Some(Page::NotCovered),
                    Page::NotCovered,
                    actions,
                );
            }
            let count = |severity| {
                shown.fleet.config.diagnostics.iter().filter(|found| found.severity == severity).count()
            };
            let errors = count(Severity::Error) + shown.fleet.config.problems.len();
            let warnings = count(Severity::Warning) + shown.fleet.store.notices.len() + shown.notices;
            if errors + warnings > 0 {
                ui.separator();
                let text = match (errors, warnings) {
                    (0, _) => format!("Configuration: {}", counted(warnings, "warning")),
                    (_, 0) => format!("Configuration: {}", counted(errors, "error")),
                    _ => format!(
                        "Configuration: {}, {}",
                        counted(errors, "error"),
                        counted(warnings, "warning")
                    ),
                };
                let tone = if errors > 0 { Tone::Bad } else { Tone::Attention };
                let open = shown.drawer == Some(Page::Configuration);
                loud(ui, tone, &text, open, Page::Configuration, actions);
            }
        });
    });
}

fn loud(ui: &mut Ui, tone: Tone, text: &str, open: bool, page: Page, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    tone.show(ui);
    let label = RichText::new(text).color(tone.color(tokens));
    let button = Button::new(label).selected(open).frame_when_inactive(open);
    if ui.add(button).on_hover_text("What it is and what to do").clicked() {
        actions.push(if open { Action::CloseDrawer } else { Action::Drawer(page) });
    }
}

fn sweep(ui: &mut Ui, progress: &Progress, tokens: &Tokens) {
    if progress.started.is_none() && !progress.running {
        ui.label(RichText::new("No sweep yet").color(tokens.text_weak));
        return;
    }
    let mut text = if progress.cancelling {
        "Cancelling… ".to_owned()
    } else if progress.running {
        let share = progress.done as f32 / progress.targets.max(1) as f32;
        let (rect, response) = ui.allocate_exact_size(vec2(120.0, 8.0), Sense::HOVER);
        let radius = CornerRadius::same(2);
        ui.painter().rect_filled(rect, radius, tokens.raised);
        let done = rect.with_max_x(rect.left() + rect.width() * share.clamp(0.0, 1.0));
        ui.painter().rect_filled(done, radius, tokens.busy);
        response.widget_info(|| {
            let mut info = egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Sweep");
            info.value = Some(f64::from(share));
            info
        });
        String::new()
    } else {
        "Swept ".to_owned()
    };
    text.push_str(&format!(
        "{} of {} accounts",
        grouped(progress.accounts_done as u64),
        grouped(progress.accounts as u64)
    ));
    ui.label(text);
    if progress.accounts_failed > 0 {
        ui.label(RichText::new(format!("{} with failures", progress.accounts_failed)).color(tokens.bad));
    }
    // Where there is little room, what needs attention comes first.
    if ui.available_width() < ROOM_FOR_FIGURES {
        return;
    }
    let rest = format!(
        "{} rows  ·  {} calls  ·  {}",
        grouped(progress.rows),
        grouped(progress.calls),
        seconds(progress.duration)
    );
    ui.label(RichText::new(rest).color(tokens.text_weak)).on_hover_text(format!(
        "{} calls were sent again after AWS refused them.",
        grouped(progress.retries)
    ));
}

fn counted(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// A number with its thousands apart: `12,345`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn seconds(duration: std::time::Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f32())
    } else {
        format!("{}:{:02} min", seconds / 60, seconds % 60)
    }
}

/// A time of day, with its date where rows of more than one day are shown.
pub fn clock(oldest: OffsetDateTime, newest: OffsetDateTime) -> String {
    if oldest.date() != newest.date() {
        return stamp(oldest);
    }
    format!("{:02}:{:02}:{:02} UTC", oldest.hour(), oldest.minute(), oldest.second())
}

/// A moment with its date, to the second.
pub fn stamp(time: OffsetDateTime) -> String {
    format!("{} {:02}:{:02}:{:02} UTC", time.date(), time.hour(), time.minute(), time.second())
}

/// The height of the bar.
pub const HEIGHT: f32 = theme::ROW + 2.0 * theme::STEP;

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_stand_apart() {
        assert_eq!(super::grouped(7), "7");
        assert_eq!(super::grouped(1234), "1,234");
        assert_eq!(super::grouped(1_234_567), "1,234,567");
    }
}
