//! The list below the grid: what is not covered and why, and what the shared config has to say. Every line can be
//! selected and copied; the sentences are the core's.

use egui::{Align, Frame, Label, Layout, RichText, Ui, vec2};

use super::action::{Action, Page};
use super::marks::Tone;
use super::roster::{Gap, Roster};
use super::theme::{self, Tokens};
use crate::config::Severity;
use crate::core::Fleet;
use crate::failure::{Failure, State};

/// One entry of the not-covered list: three lines of text.
const ENTRY: f32 = 76.0;

/// Draws the page that is open.
pub fn show(
    ui: &mut Ui,
    page: Page,
    fleet: &Fleet,
    roster: &Roster,
    notices: &[String],
    actions: &mut Vec<Action>,
) {
    let diagnostics = &fleet.config.diagnostics;
    ui.horizontal(|ui| {
        let tab = |ui: &mut Ui, this: Page, text: String, actions: &mut Vec<Action>| {
            if ui.selectable_label(page == this, text).clicked() && page != this {
                actions.push(Action::Drawer(this));
            }
        };
        tab(ui, Page::NotCovered, format!("Not covered: {}", roster.not_covered().count()), actions);
        tab(
            ui,
            Page::Configuration,
            format!("Configuration: {}", diagnostics.len() + fleet.config.problems.len()),
            actions,
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button("Close list").clicked() {
                actions.push(Action::CloseDrawer);
            }
            let some = match page {
                Page::NotCovered => roster.not_covered().count() > 0,
                Page::Configuration => diagnostics.len() + fleet.config.problems.len() + notices.len() > 0,
            };
            if ui.add_enabled(some, egui::Button::new("Copy all")).clicked() {
                actions.push(Action::CopyText(whole(page, fleet, roster, notices)));
            }
            if page == Page::NotCovered {
                let idle = !roster.gaps.is_empty() && !fleet.progress.running;
                let retry = ui.add_enabled(idle, egui::Button::new("Retry all"));
                if retry.on_hover_text("Ask AWS again for all of these").clicked() {
                    let mut targets: Vec<u32> = roster.gaps.iter().map(|gap| gap.target).collect();
                    targets.dedup();
                    actions.push(Action::Retry(targets));
                }
            }
        });
    });
    ui.separator();
    match page {
        Page::NotCovered => not_covered(ui, fleet, roster, actions),
        Page::Configuration => configuration(ui, fleet, notices, actions),
    }
}

/// A page's lines as one text.
fn whole(page: Page, fleet: &Fleet, roster: &Roster, notices: &[String]) -> String {
    let lines: Vec<String> = match page {
        Page::NotCovered => {
            let broken = roster.broken.iter().map(|sentence| broken_text(sentence));
            roster.gaps.iter().map(gap_text).chain(broken).collect()
        }
        Page::Configuration => {
            let problems = fleet.config.problems.iter().cloned();
            let notices = fleet.store.notices.iter().chain(notices).cloned();
            problems.chain(notices).chain(fleet.config.diagnostics.iter().map(ToString::to_string)).collect()
        }
    };
    lines.join("\n")
}

fn not_covered(ui: &mut Ui, fleet: &Fleet, roster: &Roster, actions: &mut Vec<Action>) {
    if roster.not_covered().count() == 0 {
        let running = fleet.progress.running;
        ui.weak(if running { "Nothing is missing so far." } else { "Every account-region is covered." });
        return;
    }
    // Profiles that cannot be used come first: nothing but an edit of the config mends them.
    let broken = roster.broken.len();
    let entries = broken + roster.gaps.len();
    egui::ScrollArea::vertical().auto_shrink(false).show_rows(ui, ENTRY, entries, |ui, visible| {
        for at in visible {
            ui.push_id(at, |ui| {
                ui.allocate_ui(vec2(ui.available_width(), ENTRY), |ui| {
                    ui.set_min_height(ENTRY);
                    match (roster.broken.get(at), roster.gaps.get(at.wrapping_sub(broken))) {
                        (Some(sentence), _) => broken_entry(ui, sentence, actions),
                        (None, Some(gap)) => entry(ui, gap, fleet.progress.running, actions),
                        (None, None) => {}
                    }
                });
            });
        }
    });
}

/// A profile that cannot be used: it has no account and region to be listed under.
fn broken_entry(ui: &mut Ui, sentence: &str, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.horizontal(|ui| {
        Tone::Bad.show(ui);
        ui.label(RichText::new("not usable").color(tokens.bad).strong());
        ui.label(RichText::new("A profile of the shared config").color(tokens.text_weak));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::STEP * 3.0);
            if ui.add(egui::Button::new("Copy").small()).clicked() {
                actions.push(Action::CopyText(broken_text(sentence)));
            }
        });
    });
    ui.horizontal_top(|ui| {
        ui.add_space(20.0);
        ui.vertical(|ui| {
            ui.add(Label::new(two_lines(ui, sentence, tokens)).selectable(true));
            ui.weak("It is not collected. The window follows the file as soon as it is mended.");
        });
    });
}

/// The command line's words for the same.
fn broken_text(sentence: &str) -> String {
    format!("not collected: {sentence}")
}

/// A sentence on two lines at most, so that every entry is of one height.
fn two_lines(ui: &Ui, sentence: &str, tokens: &Tokens) -> egui::text::LayoutJob {
    let mut job = egui::text::LayoutJob::simple(
        sentence.to_owned(),
        egui::FontId::proportional(theme::BODY),
        tokens.text,
        ui.available_width() - 16.0,
    );
    job.wrap.max_rows = 2;
    job.wrap.overflow_character = Some('…');
    job
}

fn entry(ui: &mut Ui, gap: &Gap, running: bool, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let coverage = &gap.coverage;
    let tone = Tone::of_state(coverage.state);
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.horizontal(|ui| {
        tone.show(ui);
        ui.label(RichText::new(coverage.state.word()).color(tone.color(tokens)).strong());
        let account = coverage.account_id.as_deref().unwrap_or("account unknown");
        ui.label(RichText::new(format!("{account}  {}", coverage.region)).strong());
        let profiles = if coverage.profiles.len() == 1 { "profile" } else { "profiles" };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(theme::STEP * 3.0);
            if ui.add(egui::Button::new("Copy").small()).clicked() {
                actions.push(Action::CopyText(gap_text(gap)));
            }
            if ui.add_enabled(!running, egui::Button::new("Retry").small()).clicked() {
                actions.push(Action::Retry(vec![gap.target]));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let text =
                    format!("{profiles} {}  ·  {}", coverage.profiles.join(", "), gap.kinds.join(", "));
                ui.add(Label::new(RichText::new(text).color(tokens.text_weak)).truncate());
            });
        });
    });
    ui.horizontal_top(|ui| {
        ui.add_space(20.0);
        ui.vertical(|ui| {
            match &coverage.failure {
                Some(failure) => {
                    ui.add(Label::new(two_lines(ui, &failure.sentence(), tokens)).selectable(true));
                }
                None if coverage.state == State::NotAsked => {
                    ui.weak("Nobody has asked AWS yet. Retry asks now.");
                }
                None => {}
            }
            // Rows that are kept from before are `stale`; what to do depends on why the newest attempt failed.
            let advice = coverage.failure.as_ref().map_or(coverage.state.advice(), Failure::advice);
            if !advice.is_empty() {
                let advice = RichText::new(advice).color(tokens.text_weak);
                ui.add(Label::new(advice).selectable(true).truncate());
            }
        });
    });
}

fn gap_text(gap: &Gap) -> String {
    let line = gap.coverage.line();
    match gap.kinds.as_slice() {
        [only] if *only == gap.coverage.kind => line,
        kinds => line.replacen(gap.coverage.kind, &kinds.join(", "), 1),
    }
}

fn configuration(ui: &mut Ui, fleet: &Fleet, notices: &[String], actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let diagnostics = &fleet.config.diagnostics;
    ui.horizontal(|ui| {
        let files = format!(
            "{}  ·  {}  ·  {} profiles",
            fleet.config.config_file.display(),
            fleet.config.credentials_file.display(),
            fleet.config.profiles
        );
        ui.add(Label::new(RichText::new(files).color(tokens.text_weak)).selectable(true));
    });
    let defaults_only = &fleet.config.defaults_only;
    if !defaults_only.is_empty() {
        let text = format!("Only set defaults, and so are not asked: {}", defaults_only.join(", "));
        ui.add(Label::new(RichText::new(text).color(tokens.text_weak)).selectable(true).truncate());
    }
    if let Some(file) = &fleet.store.file {
        let text = format!("What is collected is kept in {}", file.display());
        ui.add(Label::new(RichText::new(text).color(tokens.text_weak)).selectable(true).truncate());
    }
    let problems = &fleet.config.problems;
    // Of the store, then of the person's own files.
    let notices: Vec<&String> = fleet.store.notices.iter().chain(notices).collect();
    if diagnostics.is_empty() && problems.is_empty() && notices.is_empty() {
        ui.weak("The files say nothing that needs a word.");
        return;
    }
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for problem in problems {
            remark(ui, Severity::Error, problem, tokens, actions);
        }
        for notice in notices {
            remark(ui, Severity::Warning, notice, tokens, actions);
        }
        for diagnostic in diagnostics {
            remark(ui, diagnostic.severity, &diagnostic.to_string(), tokens, actions);
        }
    });
}

fn remark(ui: &mut Ui, severity: Severity, text: &str, tokens: &Tokens, actions: &mut Vec<Action>) {
    let (tone, word) = match severity {
        Severity::Error => (Tone::Bad, "error"),
        Severity::Warning => (Tone::Attention, "warning"),
        Severity::Note => (Tone::Idle, "note"),
    };
    ui.horizontal_top(|ui| {
        tone.show(ui);
        ui.label(RichText::new(word).color(tone.color(tokens)).strong());
        let width = ui.available_width() - 72.0;
        ui.allocate_ui_with_layout(vec2(width, theme::ROW), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            ui.add(Label::new(text).selectable(true).wrap());
        });
        if ui.add(egui::Button::new("Copy").small()).clicked() {
            actions.push(Action::CopyText(text.to_owned()));
        }
    });
}

/// A frame for the drawer: the panel's colour with the window's margins.
pub fn frame(tokens: &Tokens) -> Frame {
    Frame::new().fill(tokens.panel).inner_margin(egui::Margin::symmetric(12, 8))
}
