//! The bar above the grid: kinds, search, columns, views, refresh, export, settings.

use egui::{
    Align, Button, Id, Layout, Popup, PopupCloseBehavior, RichText, ScrollArea, TextEdit, Ui, UiBuilder, vec2,
};

use super::action::Action;
use super::columns::ColumnsMenu;
use super::icons::{Icon, glyph};
use super::roster::{Roster, Ticks};
use super::sheet::Sheet;
use super::status::grouped;
use super::theme::{self, Tokens};
use super::views;
use crate::core::View;
use crate::rds::kinds;

/// What a frame shows.
pub struct Shown<'a> {
    pub roster: &'a Roster,
    pub ticks: &'a Ticks,
    /// The sheet on show, by its place: the kinds come first.
    pub shown: usize,
    pub sheet: &'a Sheet,
    pub columns: &'a [String],
    pub search: &'a str,
    pub view: Option<&'a View>,
    /// Whether there is a place to go back to, and one to go forward to.
    pub can_go: (bool, bool),
    pub running: bool,
    pub cancelling: bool,
    pub views: views::Shown<'a>,
}

/// The search field's id, so that keys can give it the focus.
pub fn search_id() -> Id {
    Id::unique("search all columns")
}

/// Draws the bar: in one row, or in two where it has been given the height of two.
pub fn show(ui: &mut Ui, menu: &mut ColumnsMenu, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    if ui.available_height() <= theme::BAR {
        ui.horizontal_centered(|ui| {
            sheets(ui, shown, actions);
            ui.separator();
            tools(ui, menu, shown, actions);
        });
        return;
    }
    let rect = ui.available_rect_before_wrap();
    let (first, second) = rect.split_top_bottom_at_y(rect.center().y);
    let row = |rect, name| UiBuilder::new().id_salt(name).max_rect(rect);
    ui.new_child(row(first, "sheets")).horizontal_centered(|ui| sheets(ui, shown, actions));
    ui.new_child(row(second, "tools")).horizontal_centered(|ui| tools(ui, menu, shown, actions));
    ui.advance_cursor_after_rect(rect);
}

/// What there is to look at.
fn sheets(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    travel(ui, shown, actions);
    for (at, kind) in kinds().iter().enumerate().filter(|(_, kind)| kind.always) {
        let count = grouped(shown.roster.rows(shown.ticks, at));
        let chosen = at == shown.shown;
        let text = RichText::new(kind.title).color(if chosen { tokens.text } else { tokens.text_weak });
        let button =
            Button::selectable(chosen, text).right_text(RichText::new(count).color(tokens.text_weak));
        let response = ui.add(button).on_hover_text(format!("aws rds describe-{}", kind.name));
        if response.clicked() && !chosen {
            actions.push(Action::ShowKind(at));
        }
    }
    further_kinds(ui, shown, actions);
    let mut sheet = |ui: &mut Ui, name: &str, place: usize, hint: &str, action: Action| {
        let chosen = shown.shown == place;
        let text = RichText::new(name).color(if chosen { tokens.text } else { tokens.text_weak });
        if ui.add(Button::selectable(chosen, text)).on_hover_text(hint).clicked() && !chosen {
            actions.push(action);
        }
    };
    let hint = "What appeared, disappeared or changed between two sweeps";
    sheet(ui, "Changes", kinds().len() + 1, hint, Action::ShowChanges);
    sheet(ui, "SQL", kinds().len(), "Ask in SQL (Ctrl+Shift+Q)", Action::ShowSql);
}

/// What can be done with it.
fn tools(ui: &mut Ui, menu: &mut ColumnsMenu, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        settings(ui, actions);
        let some = shown.view.is_some_and(|view| view.of > 0);
        let export = ui.add_enabled(some, Button::new("Export…"));
        if export.on_hover_text("Write rows to a file: Excel, CSV, HTML or JSON (Ctrl+E)").clicked() {
            actions.push(Action::OpenExport);
        }
        refresh(ui, shown, actions);
        columns_menu(ui, menu, shown, actions);
        views::menu(ui, &shown.views, actions);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| search(ui, shown, actions));
    });
}

/// The way back and forward, as in a browser.
fn travel(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let mut button = |ui: &mut Ui, icon, name: &str, keys: &str, able, action| {
        let button = Button::new(glyph(icon)).frame_when_inactive(false);
        let response = ui.add_enabled(able, button).accessible_name(name);
        if response.on_hover_text(format!("{name} ({keys})")).clicked() {
            actions.push(action);
        }
    };
    let (back, forward) = shown.can_go;
    let apart = std::mem::replace(&mut ui.spacing_mut().item_spacing.x, theme::STEP / 2.0);
    button(ui, Icon::ArrowLeft, "Back", "Alt+Left", back, Action::Back);
    button(ui, Icon::ArrowRight, "Forward", "Alt+Right", forward, Action::Forward);
    ui.spacing_mut().item_spacing.x = apart;
}

/// The kinds that are collected when somebody wants to see them.
fn further_kinds(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let further = shown.sheet.kind.filter(|kind| !kind.always);
    let text = further.map_or("More kinds", |kind| kind.title);
    let color = if further.is_some() { tokens.text } else { tokens.text_weak };
    let mut button = Button::selectable(further.is_some(), RichText::new(text).color(color));
    if further.is_some() {
        let count = grouped(shown.roster.rows(shown.ticks, shown.shown));
        button = button.right_text(RichText::new(count).color(tokens.text_weak));
    }
    let response =
        ui.add(button).on_hover_text("Snapshots, parameter groups, events and all else that RDS lists");
    Popup::menu(&response).show(|ui| {
        ui.set_min_width(240.0);
        ScrollArea::vertical().max_height(520.0).show(ui, |ui| {
            for (at, kind) in kinds().iter().enumerate().filter(|(_, kind)| !kind.always) {
                let label = ui.selectable_label(at == shown.shown, kind.title);
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
        .filter(|_| !text.trim().is_empty())
        .map(|view| format!("{} of {}", grouped(view.rows.len() as u64), grouped(view.of as u64)));
    let width = (ui.available_width() - if count.is_some() { 116.0 } else { 0.0 }).clamp(48.0, 420.0);
    let field = TextEdit::singleline(&mut text)
        .id(search_id())
        .hint_text("Search all columns  (Ctrl+F)")
        .align(egui::Align2::LEFT_CENTER)
        .desired_width(width);
    let response = ui.add_sized(vec2(width, theme::ROW + 4.0), field).accessible_name("Search all columns");
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

fn refresh(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    if shown.running {
        let button = Button::new(if shown.cancelling { "Cancelling…" } else { "Cancel" });
        let response = ui.add_enabled(!shown.cancelling, button);
        if response.on_hover_text("End the sweep; what was collected stays (Esc)").clicked() {
            actions.push(Action::Cancel);
        }
        return;
    }
    let ticked = shown.roster.ticked(shown.ticks);
    let response = ui.add_enabled(ticked > 0, Button::new("Refresh"));
    if response.on_hover_text(format!("Ask AWS again for {ticked} account-regions (F5)")).clicked() {
        actions.push(Action::Refresh);
    }
}

fn columns_menu(ui: &mut Ui, menu: &mut ColumnsMenu, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let button = ui.button("Columns").on_hover_text("Which columns are shown, and in which order");
    let opened = button.clicked();
    Popup::from_toggle_button_response(&button)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| menu.show(ui, shown.sheet, shown.columns, opened, actions));
}

fn settings(ui: &mut Ui, actions: &mut Vec<Action>) {
    let button = ui.button(glyph(Icon::Settings)).accessible_name("Settings");
    if button.on_hover_text("Theme, scale, line and history (Ctrl+,)").clicked() {
        actions.push(Action::OpenSettings);
    }
}
