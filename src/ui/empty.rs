//! What stands in the grid's place when there are no rows: what is so, and what to do next.

use egui::{Label, RichText, Ui};

use super::action::{Action, Page};
use super::roster::Roster;
use super::sheet::Sheet;
use super::theme::{self, Tokens};
use crate::config::FileState;
use crate::core::{Fleet, View};
use crate::rds::kinds;

/// The command that shows the program without AWS.
const DEMO: &str = "rds-fleet --demo";

/// Profiles that cannot be used which are named here; the list below the grid names them all.
const BROKEN_SHOWN: usize = 3;

/// A profile as the config file wants it, to begin with.
const EXAMPLE: &str = "[profile DB1]
role_arn = arn:aws:iam::111111111111:role/DB-Management-Host-Access-Role
credential_source = Ec2InstanceMetadata
region = eu-west-1";

/// Why there is nothing to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Empty {
    Starting,
    NoConfig,
    ConfigUnreadable,
    NoTargets,
    NothingTicked,
    QueryFailed,
    Loading,
    NothingCollected,
    NoRows,
    NoMatch,
}

/// Why there is nothing to show, or `None` where there is something.
pub fn reason(fleet: Option<&Fleet>, roster: &Roster, view: Option<&View>) -> Option<Empty> {
    let Some(fleet) = fleet else { return Some(Empty::Starting) };
    if let Some(reason) = without_targets(fleet, roster) {
        return Some(reason);
    }
    let Some(view) = view else { return Some(Empty::Loading) };
    if view.error.is_some() {
        return Some(Empty::QueryFailed);
    }
    if !view.rows.is_empty() {
        return None;
    }
    Some(if view.of > 0 { Empty::NoMatch } else { without_rows(fleet, roster, &view.query.kind) })
}

/// Why there is no overview, or `None` where there is one. `known` is how many databases it counts, once it is there.
pub fn of_overview(fleet: Option<&Fleet>, roster: &Roster, known: Option<u64>) -> Option<Empty> {
    let Some(fleet) = fleet else { return Some(Empty::Starting) };
    if let Some(reason) = without_targets(fleet, roster) {
        return Some(reason);
    }
    match known {
        None => Some(Empty::Loading),
        Some(0) => {
            let always = kinds().iter().find(|kind| kind.always).map_or("", |kind| kind.name);
            Some(without_rows(fleet, roster, always))
        }
        Some(_) => None,
    }
}

fn without_targets(fleet: &Fleet, roster: &Roster) -> Option<Empty> {
    if roster.targets.is_empty() {
        return Some(match fleet.config.state {
            FileState::Missing => Empty::NoConfig,
            FileState::Unreadable => Empty::ConfigUnreadable,
            FileState::Read => Empty::NoTargets,
        });
    }
    (roster.ticked() == 0).then_some(Empty::NothingTicked)
}

fn without_rows(fleet: &Fleet, roster: &Roster, kind: &str) -> Empty {
    if fleet.progress.running || roster.lacks(kind) || roster.gaps.is_empty() && !roster.not_asked.is_empty()
    {
        Empty::Loading
    } else if roster.targets_with_gaps == roster.targets.len() {
        Empty::NothingCollected
    } else {
        Empty::NoRows
    }
}

/// Draws the reason and the way on.
pub fn show(
    ui: &mut Ui,
    empty: Empty,
    kind: &str,
    fleet: Option<&Fleet>,
    view: Option<&View>,
    can_simulate: bool,
    actions: &mut Vec<Action>,
) {
    let tokens = Tokens::of(ui);
    let width = ui.available_width().min(640.0);
    let top = (ui.available_height() * 0.28).min(200.0);
    ui.add_space(top);
    ui.horizontal(|ui| {
        ui.add_space(((ui.available_width() - width) / 2.0).max(16.0));
        ui.vertical(|ui| {
            ui.set_max_width(width - 32.0);
            let title = |ui: &mut Ui, text: &str| {
                ui.label(RichText::new(text).size(theme::TITLE + 3.0).strong().color(tokens.text));
                ui.add_space(theme::STEP);
            };
            let say = |ui: &mut Ui, text: &str| {
                ui.add(Label::new(RichText::new(text).color(tokens.text_weak)).selectable(true).wrap());
                ui.add_space(theme::STEP);
            };
            let file = fleet.map(|fleet| fleet.config.config_file.display().to_string()).unwrap_or_default();
            match empty {
                Empty::Starting => title(ui, "Reading the shared AWS config…"),
                Empty::NoConfig => {
                    title(ui, "No AWS config file");
                    say(ui, &format!("RDS Fleet looked for {file} and there is no such file."));
                    say(ui, "Put a profile for each account into it; RDS Fleet sees it as soon as the file is saved:");
                    example(ui, actions);
                    say(ui, "If the file lies elsewhere, let the environment variable AWS_CONFIG_FILE name it and start RDS Fleet again.");
                    demo(ui, can_simulate, actions);
                }
                Empty::ConfigUnreadable => {
                    title(ui, "The AWS config file cannot be read");
                    say(ui, &format!("{file} is there, and this user may not read it or it is not a file."));
                    details(ui, Page::Configuration, "Show what was found", actions);
                    demo(ui, can_simulate, actions);
                }
                Empty::NoTargets => {
                    let problems = fleet.map(|fleet| fleet.config.problems.as_slice()).unwrap_or_default();
                    if !problems.is_empty() {
                        // What was selected on the command line is not there: that is not the file's fault.
                        title(ui, "The selection means no account and region");
                        problems.iter().for_each(|problem| say(ui, problem));
                        return;
                    }
                    title(ui, "The AWS config names no account and region");
                    let broken = fleet.map(|fleet| fleet.config.broken.as_slice()).unwrap_or_default();
                    broken.iter().take(BROKEN_SHOWN).for_each(|sentence| say(ui, sentence));
                    say(ui, &format!("{file} was read, and no profile of it can be used: each needs a region and a way to credentials, such as"));
                    example(ui, actions);
                    if fleet.is_some_and(|fleet| !fleet.config.diagnostics.is_empty()) {
                        details(ui, Page::Configuration, "Show what was found", actions);
                    }
                    demo(ui, can_simulate, actions);
                }
                Empty::NothingTicked => {
                    title(ui, "No account is ticked");
                    say(ui, "Tick accounts on the left to see their databases.");
                    button(ui, "Tick all accounts", Action::TickAll, actions);
                }
                Empty::QueryFailed => {
                    title(ui, "The rows cannot be shown");
                    let error = view.and_then(|view| view.error.as_ref());
                    say(ui, &error.map(ToString::to_string).unwrap_or_default());
                    button(ui, "Clear search and ticks", Action::ClearFilters, actions);
                }
                Empty::Loading => {
                    title(ui, &format!("Asking AWS for {}…", kind));
                    say(ui, "Rows appear as the accounts answer. The bar at the bottom shows how far it is.");
                }
                Empty::NothingCollected => {
                    title(ui, "Nothing could be collected");
                    say(ui, "No account-region has answered, so it is not known whether there are databases.");
                    ui.horizontal(|ui| {
                        details(ui, Page::NotCovered, "Show why", actions);
                        button(ui, "Ask again", Action::Refresh, actions);
                    });
                }
                Empty::NoRows => {
                    title(ui, &format!("No {} here", kind));
                    say(ui, "The account-regions that are ticked and answered have none. The bar at the bottom names those that did not answer.");
                }
                Empty::NoMatch => {
                    title(ui, &format!("No {} match", kind));
                    let of = view.map_or(0, |view| view.of);
                    say(ui, &format!("None of {of} rows contains all the words that are searched for."));
                    button(ui, "Clear search and ticks", Action::ClearFilters, actions);
                }
            }
        });
    });
}

/// What stands in the place of an answer in SQL that has no rows: a heading and what it means.
pub fn no_answer(sheet: &Sheet, view: Option<&View>) -> Option<(&'static str, &'static str)> {
    let changes = sheet.status.is_some();
    match view {
        None if sheet.query().is_none() => Some((
            "Ask a question",
            "Every kind is a table. Start from an example, or write a SELECT of your own.",
        )),
        None => Some(("Asking…", "")),
        Some(view) if view.error.is_some() => Some((
            "The question cannot be answered",
            "What is wrong is said above, and the place is underlined.",
        )),
        Some(view) if view.rows.is_empty() && view.of > 0 => {
            Some(("No rows match", "Clear the search above to see all of them."))
        }
        Some(view) if view.rows.is_empty() && changes => Some((
            "Nothing has changed",
            "The first sweep of an account is what the later ones are compared with. What appears, disappears or changes \
             from then on is listed here, member by member.",
        )),
        Some(view) if view.rows.is_empty() => {
            Some(("No rows", "The question has an answer, and it is empty."))
        }
        Some(_) => None,
    }
}

/// The greatest width of what stands in a page's place.
pub const WIDTH: f32 = 640.0;

/// Draws a heading and a sentence in the grid's place.
pub fn say(ui: &mut Ui, title: &str, words: &str) {
    let tokens = Tokens::of(ui);
    let width = ui.available_width().min(WIDTH);
    ui.add_space((ui.available_height() * 0.28).min(160.0));
    ui.horizontal(|ui| {
        ui.add_space(((ui.available_width() - width) / 2.0).max(16.0));
        ui.vertical(|ui| {
            ui.set_max_width(width - 32.0);
            ui.label(RichText::new(title).size(theme::TITLE + 3.0).strong().color(tokens.text));
            ui.add_space(theme::STEP);
            ui.add(Label::new(RichText::new(words).color(tokens.text_weak)).selectable(true).wrap());
        });
    });
}

fn button(ui: &mut Ui, text: &str, action: Action, actions: &mut Vec<Action>) {
    if ui.button(text).clicked() {
        actions.push(action);
    }
}

fn details(ui: &mut Ui, page: Page, text: &str, actions: &mut Vec<Action>) {
    button(ui, text, Action::Drawer(page), actions);
}

fn example(ui: &mut Ui, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    egui::Frame::new()
        .fill(tokens.canvas)
        .stroke((1.0, tokens.border))
        .inner_margin(8)
        .corner_radius(4)
        .show(ui, |ui| {
            ui.add(Label::new(RichText::new(EXAMPLE).monospace()).selectable(true));
        });
    button(ui, "Copy example", Action::CopyText(EXAMPLE.to_owned()), actions);
    ui.add_space(theme::STEP);
}

/// The way to a look around without AWS: a button, or the command where this window cannot do it.
fn demo(ui: &mut Ui, can_simulate: bool, actions: &mut Vec<Action>) {
    ui.add_space(2.0 * theme::STEP);
    if can_simulate {
        ui.horizontal(|ui| {
            let tokens = Tokens::of(ui);
            let text = RichText::new("Show a simulated fleet").color(tokens.on_primary);
            if ui.add(egui::Button::new(text).fill(tokens.primary)).clicked() {
                actions.push(Action::Simulate);
            }
            ui.weak("to look around without AWS: nothing leaves this machine.");
        });
        return;
    }
    ui.horizontal(|ui| {
        ui.weak("To look around without AWS, start");
        ui.add(Label::new(RichText::new(DEMO).monospace()).selectable(true));
        if ui.add(egui::Button::new("Copy").small()).clicked() {
            actions.push(Action::CopyText(DEMO.to_owned()));
        }
    });
}
