//! Everything that can be done from anywhere in the window, as one table: the palette, the menus, the page of shortcuts,
//! the hints of buttons and the keys themselves are all made from it, so that no shortcut is written twice. What a command
//! does is the app's business.

use egui::{Context, Key, KeyboardShortcut, Modifiers, ThemePreference, Ui};

use super::action::{Action, GridAction, Page, ViewQuestion};
use super::comparison::{CompareAction, Question};
use super::icons::Icon;
use crate::core::{CopyForm, MOST};
use crate::rds::kinds;

/// Where a command stands in the menus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Menu {
    File,
    Edit,
    View,
    Compare,
    Go,
    /// The kinds that are not collected always; part of Go.
    Kinds,
    Help,
}

impl Menu {
    pub fn title(self) -> &'static str {
        match self {
            Menu::File => "File",
            Menu::Edit => "Edit",
            Menu::View => "View",
            Menu::Compare => "Compare",
            Menu::Go => "Go",
            Menu::Kinds => "Other kinds",
            Menu::Help => "Help",
        }
    }
}

/// One thing that can be done.
#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    pub menu: Menu,
    pub icon: Icon,
    /// Whether it can be done now.
    pub enabled: bool,
    pub action: Action,
}

/// What decides which commands can be used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Now {
    pub running: bool,
    pub cancelling: bool,
    /// Account-regions that are ticked.
    pub ticked: usize,
    /// Whether a grid is on show, and whether it has rows.
    pub grid: bool,
    pub rows: bool,
    /// Whether rows are selected, whether commands of the AWS CLI show them, and whether they are grouped.
    pub selected: bool,
    pub described: bool,
    pub grouped: bool,
    /// Whether the search or a condition leaves rows out, or an account is not ticked.
    pub narrowed: bool,
    /// Whether the panel of accounts is shown, and whether the details are.
    pub accounts: bool,
    pub details: bool,
    /// Whether there is a comparison, and whether it is on show.
    pub comparison: bool,
    pub at_comparison: bool,
    /// Whether a comparison that was made is on show.
    pub compared: bool,
    /// Selected rows that can be compared, and rows of the grid that can.
    pub comparable: usize,
    pub matching: usize,
    /// Rows that are selected among the instances while clusters are on show, or the other way round.
    pub apart: usize,
    /// Whether there is a place to go back to, and one to go forward to.
    pub back: bool,
    pub forward: bool,
    /// Whether the simulated fleet can be shown.
    pub can_simulate: bool,
}

/// Ctrl, on a Mac Command, and a key.
const fn command(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn command_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

/// The keys of an action, the one to be told first.
pub fn shortcuts(action: &Action) -> &'static [KeyboardShortcut] {
    match action {
        Action::OpenPalette => &const { [command(Key::P), command_shift(Key::P), plain(Key::F1)] },
        Action::OpenMenu => &const { [plain(Key::F10)] },
        Action::ShowKeys => &const { [KeyboardShortcut::new(Modifiers::SHIFT, Key::F1)] },
        Action::FocusSearch => &const { [command(Key::F), plain(Key::Slash)] },
        Action::Refresh => &const { [plain(Key::F5)] },
        Action::Back => &const { [KeyboardShortcut::new(Modifiers::ALT, Key::ArrowLeft)] },
        Action::Forward => &const { [KeyboardShortcut::new(Modifiers::ALT, Key::ArrowRight)] },
        Action::FilterRow => &const { [command_shift(Key::F)] },
        Action::AccountsPanel => &const { [command(Key::B)] },
        Action::OpenSettings => &const { [command(Key::Comma)] },
        Action::Larger => &const { [command(Key::Plus), command(Key::Equals)] },
        Action::Smaller => &const { [command(Key::Minus)] },
        Action::ActualSize => &const { [command(Key::Num0)] },
        Action::Compare(CompareAction::Selected) => &const { [command(Key::D)] },
        Action::Compare(CompareAction::Show) => &const { [command(Key::Num6)] },
        Action::OpenExport => &const { [command(Key::E)] },
        Action::ShowOverview => &const { [command(Key::Num1)] },
        Action::ShowKind(0) => &const { [command(Key::Num2)] },
        Action::ShowKind(1) => &const { [command(Key::Num3)] },
        Action::ShowChanges => &const { [command(Key::Num4)] },
        Action::ShowSql => &const { [command_shift(Key::Q), command(Key::Num5)] },
        _ => &[],
    }
}

/// Keys that only mean something where they are used, and what they do there.
pub const ELSEWHERE: [(&str, &[(&str, &str)]); 4] = [
    (
        "In a grid",
        &[
            ("Up, Down, Page Up, Page Down, Home, End", "Choose a row; with Shift, all rows up to it"),
            ("Left, Right", "Choose a column"),
            ("S, Shift+S", "Sort by the column; add it as a further key"),
            ("F", "Filter by the column"),
            ("G, Shift+G", "Group by the column; by it too"),
            ("Left, Right on a group", "Collapse or expand it"),
            ("Enter", "Open the details of the row"),
            ("Ctrl+A", "Select all rows"),
            ("Ctrl+C", "Copy the selected rows with headers"),
        ],
    ),
    (
        "In a comparison",
        &[
            ("Up, Down, Page Up, Page Down, Home, End", "Choose a setting or a section"),
            ("Left, Right", "Choose a database"),
            ("Enter", "Show all values of the setting; fold or open the section"),
            ("Shift+Left, Shift+Right", "Make the database's column narrower or wider"),
            ("R", "Hold the others against the database, or the majority again"),
            ("H", "Show the heat map, or the settings again"),
        ],
    ),
    ("In SQL", &[("Ctrl+Enter", "Run"), ("Ctrl+Space", "Complete"), ("Tab", "Take the completion")]),
    (
        "Everywhere",
        &[
            ("Tab, Shift+Tab", "Go to the next or previous control"),
            ("Esc", "Close what was opened last, end the sweep, clear the search"),
        ],
    ),
];

/// Everything that can be done, in the order of the menus.
pub fn table(now: Now) -> Vec<Entry> {
    let mut table = Vec::new();
    let mut add = |menu, icon, name: &str, enabled, action| {
        table.push(Entry { name: name.to_owned(), menu, icon, enabled, action });
    };
    add(
        Menu::File,
        Icon::RefreshCw,
        "Refresh what is ticked",
        !now.running && now.ticked > 0,
        Action::Refresh,
    );
    add(Menu::File, Icon::CircleStop, "Cancel the sweep", now.running && !now.cancelling, Action::Cancel);
    add(Menu::File, Icon::Download, "Export…", now.grid && now.rows, Action::OpenExport);
    add(Menu::File, Icon::FlaskConical, "Show a simulated fleet", now.can_simulate, Action::Simulate);
    add(Menu::File, Icon::Settings, "Settings…", true, Action::OpenSettings);
    add(Menu::File, Icon::X, "Exit", true, Action::Exit);

    for (name, form, enabled) in [
        ("Copy rows with headers", CopyForm::Text, now.selected),
        ("Copy rows as CSV", CopyForm::Csv, now.selected),
        ("Copy rows as JSON", CopyForm::Json, now.selected),
        ("Copy rows as Markdown", CopyForm::Markdown, now.selected),
        ("Copy rows as AWS CLI commands", CopyForm::AwsCommand, now.selected && now.described),
    ] {
        add(Menu::Edit, Icon::Copy, name, enabled, Action::CopyRows(form));
    }
    add(Menu::Edit, Icon::TextCursorInput, "Edit filters as text", now.grid, Action::EditConditions);

    add(Menu::View, Icon::Search, "Search all columns", true, Action::FocusSearch);
    add(Menu::View, Icon::ListFilter, "Line of filters", now.grid, Action::FilterRow);
    add(Menu::View, Icon::FilterX, "Clear search, filters and ticks", now.narrowed, Action::ClearFilters);
    let save = Action::AskAboutView(ViewQuestion::SaveAs);
    add(Menu::View, Icon::Save, "Save view as…", now.grid && now.rows, save);
    add(Menu::View, Icon::RotateCcw, "Reset view", now.grid, Action::ResetView);
    for (icon, name, fold) in [
        (Icon::ChevronsDownUp, "Collapse all groups", true),
        (Icon::ChevronsUpDown, "Expand all groups", false),
    ] {
        add(Menu::View, icon, name, now.grouped, Action::Grid(GridAction::FoldAll(fold)));
    }
    let accounts = if now.accounts { "Hide the accounts" } else { "Show the accounts" };
    add(Menu::View, Icon::PanelLeft, accounts, !now.at_comparison, Action::AccountsPanel);
    let (details, action) = match now.details {
        true => ("Close details", Action::CloseDetails),
        false => ("Open details", Action::OpenDetails),
    };
    add(Menu::View, Icon::PanelRight, details, now.details || now.grid && now.rows, action);
    add(Menu::View, Icon::CheckCheck, "Tick all accounts", true, Action::TickAll);
    add(Menu::View, Icon::CircleAlert, "What is not covered", true, Action::Drawer(Page::NotCovered));
    add(Menu::View, Icon::FileCog, "AWS configuration", true, Action::Drawer(Page::Configuration));
    add(Menu::View, Icon::ZoomIn, "Larger", true, Action::Larger);
    add(Menu::View, Icon::ZoomOut, "Smaller", true, Action::Smaller);
    add(Menu::View, Icon::Scan, "Actual size", true, Action::ActualSize);
    for (icon, name, theme) in [
        (Icon::SunMoon, "Theme of the system", ThemePreference::System),
        (Icon::Moon, "Dark theme", ThemePreference::Dark),
        (Icon::Sun, "Light theme", ThemePreference::Light),
    ] {
        add(Menu::View, icon, name, true, Action::Theme(theme));
    }

    compare(now, &mut add);

    add(Menu::Go, Icon::ArrowLeft, "Back", now.back, Action::Back);
    add(Menu::Go, Icon::ArrowRight, "Forward", now.forward, Action::Forward);
    add(Menu::Go, Icon::Command, "Go to a database or command…", true, Action::OpenPalette);
    add(Menu::Go, Icon::LayoutDashboard, "Overview", true, Action::ShowOverview);
    for (at, kind) in kinds().iter().enumerate().filter(|(_, kind)| kind.always) {
        add(Menu::Go, Icon::Database, kind.title, true, Action::ShowKind(at));
    }
    add(Menu::Go, Icon::History, "Changes", true, Action::ShowChanges);
    add(Menu::Go, Icon::SquareTerminal, "SQL", true, Action::ShowSql);
    add(Menu::Go, Icon::GitCompareArrows, "Comparison", now.comparison, Action::Compare(CompareAction::Show));
    for (at, kind) in kinds().iter().enumerate().filter(|(_, kind)| !kind.always) {
        add(Menu::Kinds, Icon::Table2, kind.title, true, Action::ShowKind(at));
    }

    add(Menu::Help, Icon::Keyboard, "Keyboard shortcuts", true, Action::ShowKeys);
    table
}

/// What can be compared. A command that is used with what is selected says with how much.
fn compare(now: Now, add: &mut impl FnMut(Menu, Icon, &str, bool, Action)) {
    let is_several = (2..=MOST).contains(&now.comparable);
    let selected = match now.comparable {
        count if is_several => format!("Compare {count} databases"),
        _ => "Compare the selected databases".to_owned(),
    };
    // One here and one there: that they are not compared is said to who asks for it.
    let is_some = is_several || now.comparable == 1 && now.apart > 0;
    let all = match now.matching {
        count if count > MOST => format!("Values in use across all {count} databases"),
        _ => "Compare all that match".to_owned(),
    };
    let some = now.comparable > 0 || now.matching > 0 || now.comparison && now.at_comparison;
    for (icon, name, enabled, action) in [
        (Icon::GitCompareArrows, selected.as_str(), is_some, CompareAction::Selected),
        (Icon::GitCompareArrows, all.as_str(), now.matching > 1, CompareAction::Matching),
        (
            Icon::Clock,
            "Compare with an earlier time…",
            now.comparable == 1,
            CompareAction::Ask(Question::Time),
        ),
        (Icon::Target, "Drift from a baseline…", some, CompareAction::Ask(Question::OpenBaseline)),
    ] {
        add(Menu::Compare, icon, name, enabled, Action::Compare(action));
    }
    let rules = CompareAction::Ask(Question::Rules);
    add(Menu::Compare, Icon::EyeOff, "Ignore rules…", true, Action::Compare(rules));
    let report = CompareAction::Ask(Question::Report);
    add(Menu::Compare, Icon::Download, "Report of the comparison…", now.compared, Action::Compare(report));
    let save = CompareAction::Ask(Question::SaveBaseline);
    add(Menu::Compare, Icon::Save, "Save as baseline…", now.compared, Action::Compare(save));
}

/// A shortcut as a person reads it.
pub fn written(ctx: &Context, shortcut: &KeyboardShortcut) -> String {
    match shortcut.logical_key {
        Key::Slash if shortcut.modifiers.is_none() => "/".to_owned(),
        _ => ctx.format_shortcut(shortcut),
    }
}

/// The first shortcut of an action; empty where there is none.
pub fn shortcut(ctx: &Context, action: &Action) -> String {
    shortcuts(action).first().map(|shortcut| written(ctx, shortcut)).unwrap_or_default()
}

/// A hint with the action's shortcut behind it.
pub fn hint(ui: &Ui, words: &str, action: &Action) -> String {
    match shortcut(ui.ctx(), action) {
        shortcut if shortcut.is_empty() => words.to_owned(),
        shortcut => format!("{words} ({shortcut})"),
    }
}

/// The actions whose keys were pressed in this frame; their keys are taken, so that nobody else acts on them. While
/// somebody is `typing`, what writes a character is left to the field.
pub fn pressed(ui: &Ui, now: Now, typing: bool) -> Vec<Action> {
    if !ui.input(|input| {
        input.events.iter().any(|event| matches!(event, egui::Event::Key { pressed: true, .. }))
    }) {
        return Vec::new();
    }
    // AltGr is Ctrl and Alt on Windows, and writes a character.
    let alt = ui.input(|input| input.modifiers.alt);
    let mut keys: Vec<(KeyboardShortcut, Action)> = Vec::new();
    // The menu itself is opened by a key and is no entry of its own.
    let menu = Entry {
        name: String::new(),
        menu: Menu::View,
        icon: Icon::Menu,
        enabled: true,
        action: Action::OpenMenu,
    };
    for entry in table(now).into_iter().chain([menu]) {
        let enabled = |shortcut: &&KeyboardShortcut| {
            entry.enabled && shortcut.modifiers.alt == alt && !(typing && writes(shortcut))
        };
        keys.extend(
            shortcuts(&entry.action).iter().filter(enabled).map(|shortcut| (*shortcut, entry.action.clone())),
        );
    }
    // One with more modifiers would pass for the one with less.
    keys.sort_by_key(|(shortcut, _)| std::cmp::Reverse(shortcut.modifiers.shift));
    ui.input_mut(|input| {
        let mut actions = Vec::new();
        for (shortcut, action) in keys {
            if input.consume_shortcut(&shortcut) {
                if writes(&shortcut) {
                    // Without this the character would be the first thing in a field that gets the focus.
                    let written = shortcut.logical_key.symbol_or_name();
                    input.events.retain(|event| !matches!(event, egui::Event::Text(text) if text == written));
                }
                actions.push(action);
            }
        }
        actions
    })
}

/// Whether a key writes a character where somebody types.
fn writes(shortcut: &KeyboardShortcut) -> bool {
    let function =
        shortcut.logical_key.name().strip_prefix('F').is_some_and(|rest| rest.parse::<u8>().is_ok());
    !function && !shortcut.modifiers.command && !shortcut.modifiers.alt
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn no_two_commands_have_one_shortcut_or_one_name() {
        let mut keys: HashMap<KeyboardShortcut, String> = HashMap::new();
        let mut names: HashMap<String, Action> = HashMap::new();
        for entry in table(Now::default()) {
            for shortcut in shortcuts(&entry.action) {
                let other = keys.insert(*shortcut, entry.name.clone());
                assert!(other.is_none(), "{shortcut:?}: {other:?} and {}", entry.name);
            }
            let other = names.insert(entry.name.clone(), entry.action);
            assert!(other.is_none(), "{}", entry.name);
        }
    }

    #[test]
    fn the_always_collected_kinds_have_the_keys_beside_the_overviews() {
        let always: Vec<usize> =
            kinds().iter().enumerate().filter(|(_, kind)| kind.always).map(|(at, _)| at).collect();
        assert_eq!(always, [0, 1]);
    }
}
