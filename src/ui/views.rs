//! The menu of saved views and the small dialogs about them: which there are, which the grid came from and whether it
//! still shows it, save, rename, delete, open. What a view is, and its file, are the settings' business.

use std::path::PathBuf;

use egui::{
    Align, Button, Context, Frame, Id, Layout, Modal, Popup, PopupCloseBehavior, RichText, ScrollArea,
    TextEdit, Ui, vec2,
};

use super::action::{Action, ViewQuestion};
use super::file_picker::{FilePicker, Picked};
use super::icons::{Icon, glyph};
use super::marks;
use super::memory::Memory;
use super::theme::{self, Tokens};
use crate::settings::views::file_name;
use crate::settings::{SavedView, Wish};

/// What a frame shows.
pub struct Shown<'a> {
    pub memory: &'a Memory,
    /// The sheet on show, by its place.
    pub sheet: usize,
    /// What is shown, as a view; `None` where nothing is.
    pub now: Option<SavedView>,
}

impl Shown<'_> {
    /// The view that the sheet came from, and whether it shows something else by now.
    fn origin(&self) -> Option<(&SavedView, bool)> {
        let origin = self.memory.origin(self.sheet)?;
        Some((origin, !self.now.as_ref().is_some_and(|now| now.shows_as(origin))))
    }
}

/// Draws the button and, when it has been clicked, the menu.
pub fn menu(ui: &mut Ui, shown: &Shown<'_>, roomy: bool, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let origin = shown.origin();
    let modified = origin.is_some_and(|(_, modified)| modified);
    let icon = glyph(Icon::Bookmark);
    let mut button = Button::new(if roomy { format!("{icon} Views") } else { icon });
    if modified {
        button = button.right_text(RichText::new("•").color(tokens.attention).strong());
    }
    let (name, hint) = match origin {
        None => ("Views".to_owned(), "Views that were saved: columns, filters, order and groups".to_owned()),
        Some((view, false)) => (format!("Views: {}", view.name), format!("This is the view {}", view.name)),
        Some((view, true)) => {
            (format!("Views: {}, modified", view.name), format!("Changed since the view {}", view.name))
        }
    };
    let response = ui.add(button).accessible_name(name).on_hover_text(hint);
    if response.clicked() {
        // Somebody may have put a file there.
        actions.push(Action::Wish(Wish::ReadViews));
    }
    Popup::menu(&response).close_behavior(PopupCloseBehavior::CloseOnClick).show(|ui| {
        ui.set_min_width(theme::MENU);
        list(ui, shown, actions);
        ui.separator();
        entries(ui, shown, actions);
    });
}

fn list(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let views = &shown.memory.views.views;
    if views.is_empty() {
        ui.weak("No view has been saved yet.");
        return;
    }
    ScrollArea::vertical().max_height(theme::MENU_LIST).show(ui, |ui| {
        for view in views {
            let origin = shown.origin().filter(|(origin, _)| origin.name == view.name);
            let mut text = view.name.clone();
            if origin.is_some_and(|(_, modified)| modified) {
                text.push_str("  •");
            }
            // Also where there is no lock: what stands on the right keeps the name on the left.
            let lock = if view.shared { glyph(Icon::Lock) } else { String::new() };
            let button = Button::selectable(origin.is_some(), text)
                .right_text(RichText::new(lock).color(tokens.text_weak));
            let name = match (view.shared, origin) {
                (true, _) => format!("{}, shared", view.name),
                (false, Some((_, true))) => format!("{}, modified", view.name),
                _ => view.name.clone(),
            };
            let width = ui.available_width();
            let mut response = ui.add_sized(vec2(width, theme::ROW), button).accessible_name(name);
            let hint: Vec<&str> = view
                .description
                .iter()
                .map(String::as_str)
                .chain(view.shared.then_some("For everybody: it can be shown, and saved under another name"))
                .collect();
            if !hint.is_empty() {
                response = response.on_hover_text(hint.join("\n"));
            }
            if response.clicked() {
                actions.push(Action::ShowView(view.name.clone()));
            }
        }
    });
}

fn entries(ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
    let mut entry = |ui: &mut Ui, enabled: bool, text: &str, action: Action| {
        if ui.add_enabled(enabled, Button::new(text)).clicked() {
            actions.push(action);
        }
    };
    let own = shown.origin().filter(|(view, _)| !view.shared);
    if let (Some((view, modified)), Some(now)) = (own, &shown.now) {
        let saved =
            SavedView { name: view.name.clone(), description: view.description.clone(), ..now.clone() };
        entry(ui, modified, "Save", Action::Wish(Wish::SaveView(Box::new(saved))));
    } else {
        entry(ui, false, "Save", Action::AskAboutView(ViewQuestion::SaveAs));
    }
    entry(ui, shown.now.is_some(), "Save as…", Action::AskAboutView(ViewQuestion::SaveAs));
    entry(ui, own.is_some(), "Rename…", Action::AskAboutView(ViewQuestion::Rename));
    entry(ui, own.is_some(), "Delete…", Action::AskAboutView(ViewQuestion::Delete));
    entry(ui, true, "Reset", Action::ResetView);
    ui.separator();
    entry(ui, true, "Open view file…", Action::AskAboutView(ViewQuestion::Open));
}

/// A dialog about the saved views.
pub struct ViewDialog {
    question: ViewQuestion,
    /// The view that it is about.
    old: String,
    /// A name, or the path of a file.
    text: String,
    description: String,
    opened: bool,
    picking: FilePicker,
}

impl ViewDialog {
    /// A dialog about the view that the sheet came from.
    pub fn new(question: ViewQuestion, origin: Option<&SavedView>) -> ViewDialog {
        let old = origin.map(|view| view.name.clone()).unwrap_or_default();
        ViewDialog {
            question,
            text: if question == ViewQuestion::Open { String::new() } else { old.clone() },
            old,
            description: origin.and_then(|view| view.description.clone()).unwrap_or_default(),
            opened: false,
            picking: FilePicker::default(),
        }
    }

    /// Draws the dialog; false when it is to be closed.
    pub fn show(&mut self, ctx: &Context, shown: &Shown<'_>, actions: &mut Vec<Action>) -> bool {
        self.picked();
        let frame = Frame::window(&ctx.global_style());
        let modal = Modal::new(Id::unique("view")).frame(frame).show(ctx, |ui| {
            ui.set_width(theme::DIALOG.min(ctx.content_rect().width() - theme::DIALOG_MARGIN));
            self.contents(ui, shown, actions)
        });
        !(modal.inner || modal.should_close())
    }

    /// Draws what is in the dialog; true when it is done.
    fn contents(&mut self, ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) -> bool {
        let tokens = Tokens::of(ui);
        let (title, verb) = match self.question {
            ViewQuestion::SaveAs => ("Save view", "Save"),
            ViewQuestion::Rename => ("Rename view", "Rename"),
            ViewQuestion::Delete => ("Delete view", "Delete"),
            ViewQuestion::Open => ("Open view file", "Open"),
        };
        marks::name_dialog(ui, title);
        ui.heading(title);
        ui.add_space(theme::STEP * 2.0);
        let mut entered = false;
        match self.question {
            ViewQuestion::Delete => {
                ui.label(format!("Delete the view {}? Its file goes; the data stays.", self.old));
            }
            ViewQuestion::Open => {
                ui.label("It is copied among your own views.");
                ui.horizontal(|ui| {
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        let browse = Button::new("Browse…");
                        if ui.add_enabled(!self.picking.is_open(), browse).clicked() {
                            self.browse(ui.ctx());
                        }
                        entered = self.field(ui, "Path", "/home/ann/Small and old.toml");
                    });
                });
            }
            ViewQuestion::SaveAs | ViewQuestion::Rename => {
                caption(ui, "Name");
                entered = self.field(ui, "Name", "Small and old");
                if self.question == ViewQuestion::SaveAs {
                    ui.add_space(theme::STEP);
                    caption(ui, "Description (optional)");
                    let field = TextEdit::singleline(&mut self.description)
                        .hint_text("What it is for")
                        .desired_width(f32::INFINITY);
                    let field = ui.add(field).accessible_name("Description");
                    entered |= field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
                }
            }
        }
        let remark = self.remark(shown);
        if let Some((remark, _)) = &remark {
            ui.label(RichText::new(remark).color(tokens.attention));
        }
        let ready = remark.is_none_or(|(_, goes)| goes) && !self.text.trim().is_empty();
        ui.add_space(theme::STEP * 2.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = RichText::new(verb).color(tokens.on_primary);
            let done =
                ui.add_enabled(ready, Button::new(text).fill(tokens.primary)).clicked() || entered && ready;
            if done && let Some(wish) = self.wish(shown) {
                actions.push(Action::Wish(wish));
            }
            ui.button("Cancel").clicked() || done
        })
        .inner
    }

    /// Draws the field that the dialog is about; true when Enter was pressed in it.
    fn field(&mut self, ui: &mut Ui, name: &str, hint: &str) -> bool {
        let field = TextEdit::singleline(&mut self.text).hint_text(hint).desired_width(ui.available_width());
        let field = ui.add(field).accessible_name(name);
        if !std::mem::replace(&mut self.opened, true) {
            field.request_focus();
        }
        field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
    }

    /// What there is to say of the name, and whether it goes nevertheless.
    fn remark(&self, shown: &Shown<'_>) -> Option<(String, bool)> {
        let naming = matches!(self.question, ViewQuestion::SaveAs | ViewQuestion::Rename);
        if !naming || self.text.trim().is_empty() {
            return None;
        }
        let name = match file_name(&self.text) {
            Ok(name) => name,
            Err(sentence) => return Some((format!("{sentence}."), false)),
        };
        let there = shown.memory.views.named(name)?;
        match (self.question, there.shared) {
            (ViewQuestion::Rename, _) if name == self.old => None,
            (ViewQuestion::Rename, false) => Some((format!("There is a view {name} already."), false)),
            (_, false) => Some((format!("The view {name} is replaced."), true)),
            (_, true) => Some((format!("Your own view hides the shared one named {name}."), true)),
        }
    }

    fn wish(&self, shown: &Shown<'_>) -> Option<Wish> {
        let name = self.text.trim().to_owned();
        Some(match self.question {
            ViewQuestion::SaveAs => {
                let description = Some(self.description.trim().to_owned()).filter(|text| !text.is_empty());
                Wish::SaveView(Box::new(SavedView { name, description, ..shown.now.clone()? }))
            }
            ViewQuestion::Rename => Wish::RenameView { from: self.old.clone(), to: name },
            ViewQuestion::Delete => Wish::DeleteView(self.old.clone()),
            ViewQuestion::Open => Wish::OpenView(PathBuf::from(name)),
        })
    }

    fn browse(&mut self, ctx: &Context) {
        self.picking.open(ctx, || {
            rfd::FileDialog::new().set_title("Open view file").add_filter("Views", &["toml"]).pick_file()
        });
    }

    fn picked(&mut self) {
        if let Some(Picked::Path(path)) = self.picking.picked() {
            self.text = path.display().to_string();
        }
    }
}

/// The name of the field below it, which has it for a screen reader, too.
fn caption(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).size(theme::SMALL).color(Tokens::of(ui).text_weak));
}
