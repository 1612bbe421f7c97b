//! The export dialog: format, rows, columns and a path. The core writes the file; the system's file dialog runs on a
//! thread of its own, because on a bastion it may take its time or never open.

use std::path::{Path, PathBuf};

use egui::{
    Align, Button, Context, Frame, Id, Label, Layout, Modal, ProgressBar, RichText, TextEdit, Ui, vec2,
};

use super::file_picker::{FilePicker, Picked};
use super::marks::{self, Tone};
use super::roster::NotCovered;
use super::separators;
use super::status::grouped;
use super::theme::{self, Tokens};
use crate::core::Exported;
use crate::report::{Format, Separator};

/// What is offered, and what each is good for.
const FORMATS: [(Format, &str, &str); 5] = [
    (
        Format::Csv(Separator::COMMA),
        "CSV",
        "For spreadsheets: texts that would run as formulas are made harmless",
    ),
    (
        Format::Xlsx,
        "Excel",
        "A workbook with dates and numbers as such, and a sheet that says what is missing",
    ),
    (Format::Html, "HTML", "One page to read, sort and print, with what is missing at its top"),
    (Format::Json, "JSON", "As the AWS CLI prints it"),
    (Format::RawCsv(Separator::COMMA), "Exact CSV", "For programs: every text as AWS sent it"),
];

/// The dialog's answers so far.
pub struct ExportDialog {
    /// With any separator: `separator` says which.
    format: Format,
    /// What was chosen to stand between the values of CSV.
    separator: Option<Separator>,
    selected_only: bool,
    every_column: bool,
    path: String,
    /// Whether a file is being written.
    writing: bool,
    /// Rows written, of all.
    progress: (usize, usize),
    result: Option<Result<Exported, String>>,
    picking: FilePicker,
    /// Whether the path has been given the focus: it is what is typed over, and Enter in it exports.
    opened: bool,
    /// Whether a file dialog has ended without an answer.
    unanswered: bool,
}

/// What a frame shows.
pub struct Shown<'a> {
    pub title: &'a str,
    pub rows: usize,
    pub selected: usize,
    pub columns: usize,
    pub every_column: usize,
    /// What of the ticked has rows that are missing or old.
    pub not_collected: NotCovered,
}

/// What the person decided.
pub enum Outcome {
    Open,
    Close,
    /// Give up what is being written.
    Cancel,
    /// Write the file.
    Write {
        format: Format,
        selected_only: bool,
        every_column: bool,
        path: PathBuf,
    },
}

impl ExportDialog {
    /// A dialog with the path filled in; `selected` rows are offered first where there are several.
    pub fn new(folder: &Path, name: &str, date: time::Date, selected: usize) -> ExportDialog {
        ExportDialog {
            format: Format::Csv(Separator::COMMA),
            separator: None,
            selected_only: selected > 1,
            every_column: false,
            path: folder.join(format!("rds-fleet-{name}-{date}.csv")).display().to_string(),
            writing: false,
            progress: (0, 0),
            result: None,
            picking: FilePicker::default(),
            opened: false,
            unanswered: false,
        }
    }

    /// Takes in how far the writing is.
    pub fn progress(&mut self, rows: usize, of: usize) {
        self.progress = (rows, of);
    }

    /// Takes in how the writing went.
    pub fn finished(&mut self, result: Result<Exported, String>) {
        self.writing = false;
        self.result = Some(result);
    }

    pub fn show(&mut self, ctx: &Context, shown: &Shown<'_>) -> Outcome {
        self.picked();
        let style = ctx.global_style();
        let frame = Frame::window(&style);
        let modal = Modal::new(Id::unique("export")).frame(frame).show(ctx, |ui| {
            marks::name_dialog(ui, "Export");
            ui.set_width(560.0_f32.min(ctx.content_rect().width() - theme::DIALOG_MARGIN));
            self.contents(ui, shown)
        });
        if modal.should_close() && matches!(modal.inner, Outcome::Open) {
            Outcome::Close
        } else {
            modal.inner
        }
    }

    fn contents(&mut self, ui: &mut Ui, shown: &Shown<'_>) -> Outcome {
        let tokens = Tokens::of(ui);
        let mut outcome = Outcome::Open;
        ui.heading(format!("Export {}", shown.title));
        ui.add_space(theme::STEP * 2.0);
        let row = |ui: &mut Ui, name: &str, contents: &mut dyn FnMut(&mut Ui)| {
            ui.horizontal(|ui| {
                ui.allocate_ui_with_layout(
                    vec2(72.0, theme::ROW),
                    Layout::left_to_right(Align::Center),
                    |ui| {
                        ui.set_min_width(72.0);
                        ui.label(RichText::new(name).color(tokens.text_weak));
                    },
                );
                ui.spacing_mut().item_spacing.x = 4.0 * theme::STEP;
                contents(ui);
            });
        };
        let mut entered = false;
        let before = self.format;
        row(ui, "Format", &mut |ui| {
            for (format, name, hint) in FORMATS {
                ui.radio_value(&mut self.format, format, name).on_hover_text(hint);
            }
        });
        if before != self.format {
            self.change_extension();
        }
        if let Some(usual) = self.usual_separator() {
            row(ui, "Separator", &mut |ui| separators::choose(ui, &mut self.separator, usual));
        }
        row(ui, "Rows", &mut |ui| {
            let all = format!("All {} shown", grouped(shown.rows as u64));
            ui.radio_value(&mut self.selected_only, false, all);
            ui.add_enabled_ui(shown.selected > 0, |ui| {
                let selected = format!("{} selected", grouped(shown.selected as u64));
                ui.radio_value(&mut self.selected_only, true, selected);
            });
        });
        row(ui, "Columns", &mut |ui| {
            ui.radio_value(&mut self.every_column, false, format!("{} shown", shown.columns));
            ui.radio_value(&mut self.every_column, true, format!("All {}", shown.every_column));
        });
        row(ui, "File", &mut |ui| {
            // Of its own: the line of the separator comes and goes while somebody types, and the focus must stay.
            let field = TextEdit::singleline(&mut self.path).id_salt("path").align(egui::Align2::LEFT_CENTER);
            let width = ui.available_width() - 92.0;
            let field = ui.add_sized(vec2(width, theme::ROW), field).accessible_name("Path");
            if !std::mem::replace(&mut self.opened, true) {
                field.request_focus();
            }
            if field.changed() {
                self.follow_extension();
            }
            entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let browse = ui.add_enabled(!self.picking.is_open(), Button::new("Browse…"));
            if browse.clicked() {
                self.browse(ui.ctx());
            }
        });
        if self.picking.is_open() || self.unanswered {
            ui.horizontal(|ui| {
                ui.add_space(80.0);
                ui.weak("If no dialog opens, type the path.");
            });
        }
        ui.add_space(theme::STEP);
        if shown.not_collected.count() > 0 {
            let (verb, whose) =
                if shown.not_collected.count() == 1 { ("is", "its") } else { ("are", "their") };
            let what = shown.not_collected.words(None);
            let text = format!("{what} {verb} not covered: {whose} rows are missing from this file or old.");
            Frame::new().fill(tokens.attention_fill).inner_margin(8).corner_radius(4).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal(|ui| {
                    Tone::Attention.show(ui);
                    ui.label(RichText::new(text).color(tokens.attention));
                });
            });
        }
        self.result_line(ui, tokens);
        ui.add_space(theme::STEP * 2.0);
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let rows = if self.selected_only { shown.selected } else { shown.rows };
                let ready = !self.writing && rows > 0 && !self.path.trim().is_empty();
                let text =
                    RichText::new(format!("Export {} rows", grouped(rows as u64))).color(tokens.on_primary);
                let write = ui.add_enabled(ready, Button::new(text).fill(tokens.primary));
                if write.clicked() || entered && ready {
                    self.writing = true;
                    self.progress = (0, 0);
                    self.result = None;
                    outcome = Outcome::Write {
                        format: self.chosen_format(),
                        selected_only: self.selected_only,
                        every_column: self.every_column,
                        path: PathBuf::from(self.path.trim()),
                    };
                }
                if self.writing && ui.button("Cancel").clicked() {
                    outcome = Outcome::Cancel;
                }
                if ui.button("Close").clicked() {
                    outcome = Outcome::Close;
                }
            });
        });
        outcome
    }

    fn result_line(&self, ui: &mut Ui, tokens: &Tokens) {
        let (tone, text) = match &self.result {
            None if self.writing && self.progress.1 > 0 => {
                let (rows, of) = self.progress;
                let text = format!("{} of {} rows written", grouped(rows as u64), grouped(of as u64));
                ui.add_space(theme::STEP);
                ui.add(ProgressBar::new(rows as f32 / of as f32).text(text).animate(false));
                return;
            }
            None if self.writing => (Tone::Busy, "Writing…".to_owned()),
            None => return,
            Some(Ok(exported)) => {
                let rows = grouped(exported.rows as u64);
                (Tone::Good, format!("{rows} rows written to {}", exported.path.display()))
            }
            Some(Err(sentence)) => (Tone::Bad, sentence.clone()),
        };
        ui.add_space(theme::STEP);
        ui.horizontal_top(|ui| {
            tone.show(ui);
            ui.add(Label::new(RichText::new(text).color(tone.color(tokens))).selectable(true).wrap());
        });
    }

    /// What stands between the values where nobody has chosen; `None` where the format has no separator.
    fn usual_separator(&self) -> Option<Separator> {
        match self.format {
            Format::Csv(_) => Some(Separator::of_this_machine()),
            Format::RawCsv(_) => Some(Separator::COMMA),
            _ => None,
        }
    }

    fn chosen_format(&self) -> Format {
        let separator = self.separator.or(self.usual_separator());
        separator.map_or(self.format, |separator| self.format.separated_by(separator))
    }

    fn change_extension(&mut self) {
        let known = Format::ALL.iter().map(|(format, _)| format.extension());
        let stem = known.filter_map(|end| self.path.strip_suffix(end)?.strip_suffix('.')).next();
        if let Some(stem) = stem {
            self.path = format!("{stem}.{}", self.format.extension());
        }
    }

    /// Takes the format that the path's ending names: nobody wants a CSV file that is called a workbook.
    fn follow_extension(&mut self) {
        let ending = Path::new(self.path.trim()).extension().and_then(|ending| ending.to_str());
        let named =
            |format: Format| ending.is_some_and(|ending| ending.eq_ignore_ascii_case(format.extension()));
        if !named(self.format)
            && let Some((format, ..)) = FORMATS.iter().find(|(format, ..)| named(*format))
        {
            self.format = *format;
        }
    }

    fn browse(&mut self, ctx: &Context) {
        let path = PathBuf::from(self.path.trim());
        let opened = self.picking.open(ctx, move || {
            let mut dialog = rfd::FileDialog::new().set_title("Export");
            if let Some(name) = path.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            if let Some(folder) = path.parent() {
                dialog = dialog.set_directory(folder);
            }
            dialog.save_file()
        });
        self.unanswered = !opened;
    }

    fn picked(&mut self) {
        match self.picking.picked() {
            Some(Picked::Path(path)) => {
                self.path = path.display().to_string();
                self.follow_extension();
                self.unanswered = false;
            }
            Some(Picked::Nothing) => self.unanswered = true,
            None => {}
        }
    }
}
