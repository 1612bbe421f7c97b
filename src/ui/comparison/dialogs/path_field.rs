//! A field for a file's path, with the system's file dialog beside it. What becomes of the file is the asking dialog's
//! business.

use std::path::{Path, PathBuf};

use egui::{Align, Button, Context, Key, Layout, TextEdit, Ui};

use crate::ui::file_picker::{FilePicker, Picked};

/// A path as it is written so far.
pub struct PathField {
    text: String,
    picking: FilePicker,
    opened: bool,
}

impl PathField {
    pub fn new(text: String) -> PathField {
        PathField { text, picking: FilePicker::default(), opened: false }
    }

    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub fn path(&self) -> PathBuf {
        PathBuf::from(self.text.trim())
    }

    /// Gives the file's name another end.
    pub fn end_with(&mut self, extension: &str) {
        self.text = Path::new(&self.text).with_extension(extension).display().to_string();
    }

    /// Draws the field of a file that is to be written; true when Enter was pressed in it.
    pub fn written(&mut self, ui: &mut Ui) -> bool {
        self.show(ui, None)
    }

    /// Draws the field of a file that is there; true when Enter was pressed in it. `what` such files are, in a word.
    pub fn read(&mut self, ui: &mut Ui, what: &'static str) -> bool {
        self.show(ui, Some(what))
    }

    fn show(&mut self, ui: &mut Ui, to_read: Option<&'static str>) -> bool {
        if let Some(Picked::Path(path)) = self.picking.picked() {
            self.text = path.display().to_string();
        }
        let mut entered = false;
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add_enabled(!self.picking.is_open(), Button::new("Browse…")).clicked() {
                    self.browse(ui.ctx(), to_read);
                }
                let field = TextEdit::singleline(&mut self.text).desired_width(ui.available_width());
                let field = ui.add(field).accessible_name("File");
                if !std::mem::replace(&mut self.opened, true) {
                    field.request_focus();
                }
                entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            });
        });
        entered
    }

    fn browse(&mut self, ctx: &Context, to_read: Option<&'static str>) {
        let path = self.path();
        self.picking.open(ctx, move || {
            let mut dialog = rfd::FileDialog::new();
            if let Some(folder) = path.parent() {
                dialog = dialog.set_directory(folder);
            }
            if let Some(name) = path.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            match to_read {
                Some(what) => dialog.add_filter(what, &["toml"]).pick_file(),
                None => dialog.save_file(),
            }
        });
    }
}
