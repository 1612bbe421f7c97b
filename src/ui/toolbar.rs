//! The bar above the page: menu, back and forward, overview, kinds, search, views, columns, refresh, export, settings.
//! Where there is little room the same things are there as icons.

use egui::{
    Align, Button, Id, Layout, Popup, PopupCloseBehavior, Response, RichText, ScrollArea, TextEdit, Ui, vec2,
};

use super::action::Action;
use super::columns::ColumnsMenu;
use super::commands::{self, Now};
use super::comparison::CompareAction;
use super::icons::{Icon, glyph};
use super::menu::Menus;
use super::roster::{Roster, Ticks};
use super::sheet::Sheet;
use super::status::grouped;
use super::theme::{self, Tokens};
use super::views;
use crate::core::View;
use crate::rds::{Kind, kinds};

/// The width from which on the buttons have words, but for the pages that are looked at most.
const ROOMY: f32 = 1400.0;
/// The width below which the pages are icons, and the kinds one button.
const NARROW: f32 = 1040.0;
/// The width below which only what is looked at or used all day is there: the rest is in the menu and has keys.
const TIGHT: f32 = 720.0;
/// The room that the kind on show has there.
const TIGHT_KIND: f32 = 124.0;
/// The search field's width at most, at least, and what the count beside it takes.
const SEARCH: f32 = 420.0;
const LEAST_SEARCH: f32 = 72.0;
const COUNT: f32 = 116.0;

/// What a frame shows.
pub struct Shown<'a> {
    pub now: Now,
    pub roster: &'a Roster,
    pub ticks: &'a Ticks,
    /// The sheet on show, by its place: the kinds come first.
    pub shown: usize,
    pub sheet: &'a Sheet,
    pub columns: &'a [String],
    pub search: &'a str,
    pub view: Option<&'a View>,
    /// Whether the line of filters stands under the header.
    pub filter_row: bool,
    pub views: views::Shown<'a>,
}

impl Shown<'_> {
    fn is_at(&self, sheet: usize) -> bool {
        self.now.grid && self.shown == sheet
    }

    fn count(&self, kind: usize) -> String {
        grouped(self.roster.rows(kind))
    }
}

/// The search field's id, so that keys can give it the focus.
pub fn search_id() -> Id {
    Id::unique("search all columns")
}

/// Draws the bar.
pub fn show(
    ui: &mut Ui,
    menus: &mut Menus,
    columns: &mut ColumnsMenu,
    shown: &Shown<'_>,
    actions: &mut Vec<Action>,
) {
    let width = ui.available_width();
    let (tight, wide, roomy) = (width < TIGHT, width >= NARROW, width >= ROOMY);
    ui.spacing_mut().item_spacing.x = theme::STEP;
    ui.horizontal_centered(|ui| {
        menus.show(ui, shown.now, actions);
        accounts(ui, shown, actions);
        if !tight {
            travel(ui, shown, actions);
        }
        let hint = "The fleet at a glance, and what needs attention";
        let at_overview = !shown.now.grid && !shown.now.at_comparison;
        page(
            ui,
            (Icon::LayoutDashboard, roomy),
            ("Overview", wide),
            at_overview,
            hint,
            Action::ShowOverview,
            actions,
        );
        if wide {
            for (at, kind) in kinds().iter().enumerate().filter(|(_, kind)| kind.always) {
                let chosen = shown.is_at(at);
                let response = kind_button(ui, kind, Some(shown.count(at)), chosen, "");
                let hint = format!("aws rds describe-{}", kind.name);
                let hint = commands::hint(ui, &hint, &Action::ShowKind(at));
                if response.on_hover_text(hint).clicked() && !chosen {
                    actions.push(Action::ShowKind(at));
                }
            }
        }
        kinds_menu(ui, shown, !wide, tight, actions);
        let hint = "What appeared, disappeared or changed between two sweeps";
        let at_changes = shown.is_at(kinds().len() + 1);
        page(ui, (Icon::History, roomy), ("Changes", wide), at_changes, hint, Action::ShowChanges, actions);
        let at_sql = shown.is_at(kinds().len());
        page(
            ui,
            (Icon::SquareTerminal, roomy),
            ("SQL", wide),
            at_sql,
            "Ask in SQL",
            Action::ShowSql,
            actions,
        );
        if shown.now.comparison {
            let hint = "The databases that were compared last";
            let action = Action::Compare(CompareAction::Show);
            let at = shown.now.at_comparison;
            page(ui, (Icon::GitCompareArrows, roomy), ("Comparison", wide), at, hint, action, actions);
        }
        ui.separator();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let hint = "Theme, scale, line and history";
            act(ui, Icon::Settings, ("Settings", false), true, hint, Action::OpenSettings, actions);
            let hint = "Write rows to a file: Excel, CSV, HTML or JSON";
            let some = shown.now.grid && shown.view.is_some_and(|view| view.of > 0);
            act(ui, Icon::Download, ("Export…", roomy), some, hint, Action::OpenExport, actions);
            refresh(ui, shown, roomy, actions);
            columns_menu(ui, columns, shown, roomy, actions);
            if !tight {
                let button = Button::selectable(shown.filter_row, glyph(Icon::ListFilter));
                let button = ui.add_enabled(shown.now.grid, button).accessible_name("Filter row");
                let hint = commands::hint(ui, "A filter under each header", &Action::FilterRow);
                if button.on_hover_text(hint).clicked() {
                    actions.push(Action::FilterRow);
                }
            }
            views::menu(ui, &shown.views, roomy, actions);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| search(ui, shown, actions));
        });
    });
}

/// The button that shows the panel of accounts or hides it. A dot says of a hidden one that not everything in it is ticked.
fn accounts(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let mut button = Button::selectable(shown.now.accounts, glyph(Icon::PanelLeft));
    let mut hint = "The accounts on the left".to_owned();
    if !shown.now.accounts && *shown.ticks != Ticks::All {
        button = button.right_text(RichText::new("•").color(tokens.attention).strong());
        let all = shown.roster.targets.len();
        hint.push_str(&format!(": {} of {all} account-regions are ticked", shown.now.ticked));
    }
    let response = ui.add_enabled(!shown.now.at_comparison, button).accessible_name("Accounts panel");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(hint.as_str()));
    if response.on_hover_text(commands::hint(ui, &hint, &Action::AccountsPanel)).clicked() {
        actions.push(Action::AccountsPanel);
    }
}

/// Back and forward, as in a browser.
fn travel(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    for (icon, name, able, action) in [
        (Icon::ArrowLeft, "Back", shown.now.back, Action::Back),
        (Icon::ArrowRight, "Forward", shown.now.forward, Action::Forward),
    ] {
        let button = Button::new(glyph(icon)).frame_when_inactive(false);
        let response = ui.add_enabled(able, button).accessible_name(name);
        if response.on_hover_text(commands::hint(ui, name, &action)).clicked() {
            actions.push(action);
        }
    }
}

/// A button with an icon, and with its name where there is room for it.
fn labelled<'a>(icon: Icon, (name, with_name): (&str, bool)) -> Button<'a> {
    Button::new(if with_name { format!("{} {name}", glyph(icon)) } else { glyph(icon) })
}

/// A button that leads to a page. Where room is short, its name is worth more than its icon.
fn page(
    ui: &mut Ui,
    (icon, with_icon): (Icon, bool),
    (name, with_name): (&str, bool),
    chosen: bool,
    hint: &str,
    action: Action,
    actions: &mut Vec<Action>,
) {
    let tokens = Tokens::of(ui);
    let text = match (with_name, with_icon) {
        (true, true) => format!("{} {name}", glyph(icon)),
        (true, false) => name.to_owned(),
        (false, _) => glyph(icon),
    };
    let text = RichText::new(text).color(if chosen { tokens.text } else { tokens.text_weak });
    let response = ui.add(Button::selectable(chosen, text)).accessible_name(name);
    if response.on_hover_text(hint_of(ui, name, with_name, hint, &action)).clicked() && !chosen {
        actions.push(action);
    }
}

/// A button that does something at once.
fn act(
    ui: &mut Ui,
    icon: Icon,
    (name, with_name): (&str, bool),
    enabled: bool,
    hint: &str,
    action: Action,
    actions: &mut Vec<Action>,
) {
    let response = ui.add_enabled(enabled, labelled(icon, (name, with_name))).accessible_name(name);
    if response.on_hover_text(hint_of(ui, name, with_name, hint, &action)).clicked() {
        actions.push(action);
    }
}

/// What a button does, with its name where it is only an icon.
fn hint_of(ui: &Ui, name: &str, with_name: bool, hint: &str, action: &Action) -> String {
    let hint = commands::hint(ui, hint, action);
    if with_name { hint } else { format!("{name}: {hint}") }
}

fn kind_button(ui: &mut Ui, kind: &Kind, count: Option<String>, chosen: bool, after: &str) -> Response {
    let tokens = Tokens::of(ui);
    let color = if chosen { tokens.text } else { tokens.text_weak };
    let text = RichText::new(kind.title).color(color);
    let behind = format!("{}{after}", count.unwrap_or_default());
    ui.add(Button::selectable(chosen, text).right_text(RichText::new(behind).color(tokens.text_weak)))
}

/// The kinds that are collected when somebody wants to see them; with `all`, the others as well. Where it is `tight`, the
/// name of the one on show may be cut.
fn kinds_menu(ui: &mut Ui, shown: &Shown<'_>, all: bool, tight: bool, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let on_show = shown.sheet.kind.filter(|kind| shown.now.grid && (all || !kind.always));
    let arrow = format!(" {}", glyph(Icon::ChevronDown));
    let response = match on_show {
        Some(kind) if tight => {
            let text = RichText::new(kind.title).color(tokens.text);
            let button = Button::selectable(true, text).right_text(arrow).truncate();
            ui.add_sized(vec2(TIGHT_KIND, theme::ROW), button)
        }
        Some(kind) => kind_button(ui, kind, Some(shown.count(shown.shown)), true, &arrow),
        None => {
            let name = if all { "Kinds" } else { "More kinds" };
            let text = RichText::new(format!("{name}{arrow}")).color(tokens.text_weak);
            ui.add(Button::selectable(false, text)).accessible_name(name)
        }
    };
    let hint = "Snapshots, parameter groups, events and all else that RDS lists";
    let response = response.on_hover_text(match on_show {
        Some(kind) if tight => kind.title,
        _ => hint,
    });
    Popup::menu(&response).show(|ui| {
        ui.set_min_width(240.0);
        ScrollArea::vertical().max_height(520.0).show(ui, |ui| {
            for (at, kind) in kinds().iter().enumerate().filter(|(_, kind)| all || !kind.always) {
                let label = ui.selectable_label(shown.is_at(at), kind.title);
                if label.on_hover_text(format!("aws rds describe-{}", kind.name)).clicked() {
                    actions.push(Action::ShowKind(at));
                    ui.close();
                }
            }
        });
    });
}

fn search(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let mut text = shown.search.to_owned();
    let count = shown
        .view
        .filter(|_| shown.now.grid && !text.trim().is_empty())
        .map(|view| format!("{} of {}", grouped(view.rows.len() as u64), grouped(view.of as u64)));
    let room = ui.available_width();
    // Where there is no room for both, what is typed is worth more than how much it finds.
    let count = count.filter(|_| room > LEAST_SEARCH + 2.0 * COUNT);
    let width = (room - if count.is_some() { COUNT } else { 0.0 }).clamp(LEAST_SEARCH, SEARCH);
    let hint = commands::hint(ui, "Search", &Action::FocusSearch);
    let field = TextEdit::singleline(&mut text)
        .id(search_id())
        .hint_text(format!("{} {hint}", glyph(Icon::Search)))
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(width);
    let response =
        ui.add_sized(vec2(width, theme::ROW + theme::STEP), field).accessible_name("Search all columns");
    // egui takes the focus away on Escape before the field is drawn.
    if response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        text.clear();
    }
    if text != shown.search {
        actions.push(Action::Search(text));
    }
    if let Some(count) = count {
        ui.label(RichText::new(count).color(tokens.text_weak));
    }
}

fn refresh(ui: &mut Ui, shown: &Shown<'_>, roomy: bool, actions: &mut Vec<Action>) {
    if shown.now.running {
        let name = if shown.now.cancelling { "Cancelling…" } else { "Cancel" };
        let hint = "End the sweep; what was collected stays (Esc)";
        let enabled = !shown.now.cancelling;
        return act(ui, Icon::CircleStop, (name, roomy), enabled, hint, Action::Cancel, actions);
    }
    let ticked = shown.now.ticked;
    let hint = format!("Ask AWS again for {ticked} account-regions");
    act(ui, Icon::RefreshCw, ("Refresh", roomy), ticked > 0, &hint, Action::Refresh, actions);
}

fn columns_menu(
    ui: &mut Ui,
    menu: &mut ColumnsMenu,
    shown: &Shown<'_>,
    roomy: bool,
    actions: &mut Vec<Action>,
) {
    let button = ui.add_enabled(shown.now.grid, labelled(Icon::Columns3, ("Columns", roomy)));
    let button =
        button.accessible_name("Columns").on_hover_text("Which columns are shown, and in which order");
    let opened = button.clicked();
    Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| menu.show(ui, shown.sheet, shown.columns, opened, actions));
}
