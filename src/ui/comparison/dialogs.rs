//! The small dialogs about comparisons: where to write a report or a baseline, which baseline to hold databases against,
//! and with which time to compare. Files are written and read by the core.

use std::path::{Path, PathBuf};

use egui::{Align, Button, ComboBox, Context, Frame, Id, Key, Label, Layout, Modal, RichText, TextEdit, Ui};
use time::{Duration, OffsetDateTime};

use super::super::action::Action;
use super::super::marks::Tone;
use super::super::status::grouped;
use super::super::theme::{self, Tokens};
use super::{CompareAction, Question};
use crate::analysis::compare::Database;
use crate::core::Exported;
use crate::report::{ComparisonFormat, moment};
use crate::ui::file_picker::{FilePicker, Picked};

/// What is offered, and what each is good for.
const FORMATS: [(ComparisonFormat, &str, &str); 5] = [
    (ComparisonFormat::Xlsx, "Excel", "Coloured as on screen, a sheet for each section"),
    (ComparisonFormat::Html, "HTML", "One page to read and to print"),
    (ComparisonFormat::Csv, "CSV", "For spreadsheets"),
    (ComparisonFormat::Markdown, "Markdown", "For a ticket"),
    (ComparisonFormat::Json, "JSON", "Every cell with its verdict and reason, for programs"),
];

/// How far back a database is looked at.
const AGES: [(&str, Duration); 5] = [
    ("An hour ago", Duration::hours(1)),
    ("A day ago", Duration::days(1)),
    ("A week ago", Duration::weeks(1)),
    ("30 days ago", Duration::days(30)),
    ("90 days ago", Duration::days(90)),
];

/// A dialog with its answers so far.
pub struct Dialog {
    question: Question,
    path: String,
    /// Under which name a baseline is saved.
    name: String,
    format: ComparisonFormat,
    everything: bool,
    /// Whether it is departures from a baseline that are reported: all of them.
    is_drift: bool,
    /// The databases a baseline can be made of, and the one that was chosen; `None` for what most have.
    databases: Vec<String>,
    database: Option<usize>,
    ages: [bool; AGES.len()],
    /// Whether a file is being written.
    writing: bool,
    result: Option<Result<String, String>>,
    picking: FilePicker,
    opened: bool,
}

impl Dialog {
    pub fn new(question: Question, folder: &Path, databases: &[Database], is_drift: bool) -> Dialog {
        let path = match question {
            Question::Report => folder.join("rds-fleet-comparison.xlsx").display().to_string(),
            Question::SaveBaseline => folder.join("baseline.toml").display().to_string(),
            Question::OpenBaseline | Question::Time => String::new(),
        };
        Dialog {
            question,
            path,
            name: databases.first().map(|first| first.identifier.to_string()).unwrap_or_default(),
            format: ComparisonFormat::Xlsx,
            everything: false,
            is_drift,
            databases: databases.iter().map(Database::title).collect(),
            database: None,
            ages: [false, true, false, false, false],
            writing: false,
            result: None,
            picking: FilePicker::default(),
            opened: false,
        }
    }

    /// Takes in how the writing went; says whether it was this dialog's.
    pub fn finished(&mut self, result: &Result<Exported, String>) -> bool {
        if !std::mem::take(&mut self.writing) {
            return false;
        }
        self.result = Some(result.as_ref().map_err(Clone::clone).map(|exported| {
            format!("{} settings written to {}", grouped(exported.rows as u64), exported.path.display())
        }));
        true
    }

    /// Draws the dialog; false when it is closed.
    pub fn show(&mut self, ctx: &Context, actions: &mut Vec<Action>) -> bool {
        self.picked();
        let frame = Frame::window(&ctx.global_style());
        let modal = Modal::new(Id::unique("comparison dialog")).frame(frame).show(ctx, |ui| {
            ui.set_width(theme::DIALOG.min(ctx.content_rect().width() - theme::DIALOG_MARGIN));
            self.contents(ui, actions)
        });
        modal.inner && !modal.should_close()
    }

    /// Draws what is in it; false when it is closed.
    fn contents(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) -> bool {
        let tokens = Tokens::of(ui);
        let (title, verb) = match self.question {
            Question::Report => ("Report of the comparison", "Write"),
            Question::SaveBaseline => ("Save as baseline", "Save"),
            Question::OpenBaseline => ("Drift from a baseline", "Compare"),
            Question::Time => ("Compare with an earlier time", "Compare"),
        };
        ui.heading(title);
        ui.add_space(2.0 * theme::STEP);
        let mut entered = false;
        match self.question {
            Question::Report => {
                let before = self.format;
                ui.horizontal_wrapped(|ui| {
                    for (format, name, hint) in FORMATS {
                        ui.radio_value(&mut self.format, format, name).on_hover_text(hint);
                    }
                });
                if before != self.format {
                    self.path =
                        Path::new(&self.path).with_extension(self.format.extension()).display().to_string();
                }
                if !self.is_drift {
                    ui.horizontal_wrapped(|ui| {
                        ui.radio_value(&mut self.everything, false, "Settings that the filters leave");
                        ui.radio_value(&mut self.everything, true, "All settings");
                    });
                }
                entered |= self.file(ui, true);
            }
            Question::SaveBaseline => {
                ui.label("A text file for version control. Databases are held against it here, and by rds-fleet-cli drift.");
                ui.add_space(theme::STEP);
                let field = TextEdit::singleline(&mut self.name).desired_width(f32::INFINITY);
                ui.add(field).accessible_name("Name of the baseline");
                let chosen = self.database.and_then(|at| self.databases.get(at)).cloned();
                let most = "What most of them have, or the reference";
                let text = chosen.unwrap_or_else(|| most.to_owned());
                let list = ComboBox::from_id_salt("of").width(ui.available_width()).selected_text(text);
                let list = list.show_ui(ui, |ui| {
                    ui.selectable_value(&mut self.database, None, most);
                    for (at, title) in self.databases.iter().enumerate() {
                        ui.selectable_value(&mut self.database, Some(at), title);
                    }
                });
                list.response.accessible_name("Settings of");
                entered |= self.file(ui, true);
            }
            Question::OpenBaseline => {
                ui.label(
                    "The databases that are compared, or else those that are selected, are held against it.",
                );
                ui.add_space(theme::STEP);
                entered |= self.file(ui, false);
            }
            Question::Time => {
                ui.label("The database as it was then, as far as it was watched, beside what it is now.");
                ui.add_space(theme::STEP);
                let now = OffsetDateTime::now_utc();
                for ((name, age), on) in AGES.iter().zip(&mut self.ages) {
                    ui.horizontal(|ui| {
                        ui.checkbox(on, *name);
                        ui.weak(moment(now - *age));
                    });
                }
            }
        }
        self.result_line(ui, tokens);
        let ready = !self.writing
            && match self.question {
                Question::Time => self.ages.contains(&true),
                Question::SaveBaseline => !self.name.trim().is_empty() && !self.path.trim().is_empty(),
                Question::Report | Question::OpenBaseline => !self.path.trim().is_empty(),
            };
        ui.add_space(2.0 * theme::STEP);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = RichText::new(verb).color(tokens.on_primary);
            let button = ui.add_enabled(ready, Button::new(text).fill(tokens.primary));
            let done = button.clicked() || entered && ready;
            let written = matches!(self.question, Question::Report | Question::SaveBaseline);
            if done {
                actions.push(Action::Compare(self.answer()));
                (self.writing, self.result) = (written, None);
            }
            let closed = ui.button(if written { "Close" } else { "Cancel" }).clicked();
            !closed && (!done || written)
        })
        .inner
    }

    fn answer(&self) -> CompareAction {
        let path = PathBuf::from(self.path.trim());
        match self.question {
            Question::Report => {
                CompareAction::Report { format: self.format, everything: self.everything, path }
            }
            Question::SaveBaseline => CompareAction::SaveBaseline {
                database: self.database,
                name: self.name.trim().to_owned(),
                path,
            },
            Question::OpenBaseline => CompareAction::Drift(path),
            Question::Time => {
                let now = OffsetDateTime::now_utc();
                let chosen = AGES.iter().zip(self.ages).filter(|(_, on)| *on);
                CompareAction::At(chosen.map(|((_, age), _)| now - *age).collect())
            }
        }
    }

    fn result_line(&self, ui: &mut Ui, tokens: &Tokens) {
        let (tone, text) = match &self.result {
            None if self.writing => (Tone::Busy, "Writing…"),
            None => return,
            Some(Ok(text)) => (Tone::Good, text.as_str()),
            Some(Err(text)) => (Tone::Bad, text.as_str()),
        };
        ui.add_space(theme::STEP);
        ui.horizontal_top(|ui| {
            tone.show(ui);
            ui.add(Label::new(RichText::new(text).color(tone.color(tokens))).selectable(true).wrap());
        });
    }

    /// Draws the field of the file; true when Enter was pressed in it.
    fn file(&mut self, ui: &mut Ui, to_write: bool) -> bool {
        let mut entered = false;
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.add_enabled(!self.picking.is_open(), Button::new("Browse…")).clicked() {
                    self.browse(ui.ctx(), to_write);
                }
                let field = TextEdit::singleline(&mut self.path).desired_width(ui.available_width());
                let field = ui.add(field).accessible_name("File");
                if !std::mem::replace(&mut self.opened, true) {
                    field.request_focus();
                }
                entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            });
        });
        entered
    }

    fn browse(&mut self, ctx: &Context, to_write: bool) {
        let path = PathBuf::from(self.path.trim());
        self.picking.open(ctx, move || {
            let mut dialog = rfd::FileDialog::new();
            if let Some(folder) = path.parent() {
                dialog = dialog.set_directory(folder);
            }
            if let Some(name) = path.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            if to_write { dialog.save_file() } else { dialog.add_filter("Baselines", &["toml"]).pick_file() }
        });
    }

    fn picked(&mut self) {
        if let Some(Picked::Path(path)) = self.picking.picked() {
            self.path = path.display().to_string();
        }
    }
}
