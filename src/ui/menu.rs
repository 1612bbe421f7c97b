//! The window's menus behind one button, because a bar of them would cost a row of the grid: File, Edit, View, Compare, Go
//! and Help, made from the table of commands. Alt or F10 opens them, as elsewhere.

use egui::{Button, Event, Key, Popup, RichText, ScrollArea, Ui};

use super::action::Action;
use super::commands::{self, Entry, Menu, Now};
use super::icons::{Icon, glyph};

/// The least width of a menu, so that shortcuts stand apart from names.
const WIDTH: f32 = 260.0;
/// Kinds that are seen at once.
const HEIGHT: f32 = 480.0;

/// The menus' state between frames.
#[derive(Default)]
pub struct Menus {
    /// Whether a key asked for them to be opened.
    wanted: bool,
    /// Whether Alt is down and nothing else has happened since.
    alone: bool,
}

impl Menus {
    /// Opens the menus with the next frame.
    pub fn open(&mut self) {
        self.wanted = true;
    }

    /// Watches Alt: pressed and let go alone, it asks for the menus. Not on a Mac, which has no such habit.
    pub fn watch_alt(&mut self, ui: &Ui) -> bool {
        if ui.ctx().os().is_mac() {
            return false;
        }
        let mut let_go = false;
        ui.input(|input| {
            for event in &input.events {
                match event {
                    Event::Key { key: Key::AltLeft, pressed: true, repeat, modifiers, .. } => {
                        self.alone = (self.alone || !repeat) && !modifiers.ctrl && !modifiers.shift;
                    }
                    Event::Key { key: Key::AltLeft, .. } => let_go |= std::mem::take(&mut self.alone),
                    Event::PointerMoved(_) | Event::ModifiersChanged(_) => {}
                    _ => self.alone = false,
                }
            }
        });
        let_go
    }

    /// Draws the button, and the menus where they are open.
    pub fn show(&mut self, ui: &mut Ui, now: Now, actions: &mut Vec<Action>) {
        let response = ui.button(glyph(Icon::Menu)).accessible_name("Menu");
        let response = response.on_hover_text(commands::hint(ui, "Menu", &Action::OpenMenu));
        let opened = std::mem::take(&mut self.wanted);
        if opened {
            Popup::open_id(ui.ctx(), Popup::default_response_id(&response));
        }
        Popup::menu(&response).show(|ui| {
            let table = commands::table(now);
            for menu in [Menu::File, Menu::Edit, Menu::View, Menu::Compare, Menu::Go, Menu::Help] {
                let first = ui
                    .menu_button(menu.title(), |ui| {
                        ui.set_min_width(WIDTH);
                        entries(ui, &table, menu, actions);
                        if menu == Menu::Go {
                            ui.separator();
                            ui.menu_button(Menu::Kinds.title(), |ui| {
                                ui.set_min_width(WIDTH);
                                ScrollArea::vertical()
                                    .max_height(HEIGHT)
                                    .show(ui, |ui| entries(ui, &table, Menu::Kinds, actions));
                            });
                        }
                    })
                    .response;
                if opened && menu == Menu::File {
                    first.request_focus();
                }
            }
        });
    }
}

fn entries(ui: &mut Ui, table: &[Entry], menu: Menu, actions: &mut Vec<Action>) {
    for entry in table.iter().filter(|entry| entry.menu == menu) {
        let shortcut = commands::shortcut(ui.ctx(), &entry.action);
        let text = format!("{}  {}", glyph(entry.icon), entry.name);
        let button = Button::new(text).shortcut_text(RichText::new(shortcut).weak());
        let response = ui.add_enabled(entry.enabled, button).accessible_name(entry.name.as_str());
        if response.clicked() {
            actions.push(entry.action.clone());
            Popup::close_all(ui.ctx());
        }
    }
}
