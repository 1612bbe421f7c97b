//! Where to write a report or a baseline, and which baseline to hold databases against. Files are written and read by the
//! core.

use std::path::{Path, PathBuf};

use egui::{ComboBox, Label, RichText, TextEdit, Ui};

use super::path_field::PathField;
use super::{Ending, ending};
use crate::analysis::compare::Database;
use crate::core::Exported;
use crate::report::{ComparisonFormat, Separator};
use crate::ui::action::Action;
use crate::ui::comparison::CompareAction;
use crate::ui::marks::Tone;
use crate::ui::separators;
use crate::ui::status::grouped;
use crate::ui::theme::{self, Tokens};

/// What is offered, and what each is good for.
const FORMATS: [(ComparisonFormat, &str, &str); 5] = [
    (ComparisonFormat::Xlsx, "Excel", "Coloured as on screen, a sheet for each section"),
    (ComparisonFormat::Html, "HTML", "One page to read and to print"),
    (ComparisonFormat::Csv(Separator::COMMA), "CSV", "For spreadsheets"),
    (ComparisonFormat::Markdown, "Markdown", "For a ticket"),
    (ComparisonFormat::Json, "JSON", "Every cell with its verdict and reason, for programs"),
];

/// Which file it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Report,
    SaveBaseline,
    OpenBaseline,
}

/// A dialog with its answers so far.
pub struct FileDialog {
    about: About,
    path: PathField,
    /// Under which name a baseline is saved.
    name: String,
    /// With any separator: `separator` says which.
    format: ComparisonFormat,
    /// What was chosen to stand between the values of CSV.
    separator: Option<Separator>,
    everything: bool,
    /// Whether it is departures from a baseline that are reported: all of them.
    is_drift: bool,
    /// The databases a baseline can be made of, and the one that was chosen; `None` for what most have.
    databases: Vec<String>,
    database: Option<usize>,
    /// Whether a file is being written.
    writing: bool,
    result: Option<Result<String, String>>,
}

impl FileDialog {
    pub fn new(about: About, folder: &Path, databases: &[Database], is_drift: bool) -> FileDialog {
        let path = match about {
            About::Report => folder.join("rds-fleet-comparison.xlsx").display().to_string(),
            About::SaveBaseline => folder.join("baseline.toml").display().to_string(),
            About::OpenBaseline => String::new(),
        };
        FileDialog {
            about,
            path: PathField::new(path),
            name: databases.first().map(|first| first.identifier.to_string()).unwrap_or_default(),
            format: ComparisonFormat::Xlsx,
            separator: None,
            everything: false,
            is_drift,
            databases: databases.iter().map(Database::title).collect(),
            database: None,
            writing: false,
            result: None,
        }
    }

    pub fn title(&self) -> &'static str {
        match self.about {
            About::Report => "Report of the comparison",
            About::SaveBaseline => "Save as baseline",
            About::OpenBaseline => "Drift from a baseline",
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

    /// Draws what is in it; false when it is closed.
    pub fn contents(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) -> bool {
        let mut entered = false;
        match self.about {
            About::Report => {
                let before = self.format;
                ui.horizontal_wrapped(|ui| {
                    for (format, name, hint) in FORMATS {
                        ui.radio_value(&mut self.format, format, name).on_hover_text(hint);
                    }
                });
                if before != self.format {
                    self.path.end_with(self.format.extension());
                }
                if matches!(self.format, ComparisonFormat::Csv(_)) {
                    ui.horizontal_wrapped(|ui| {
                        ui.label("Separator");
                        separators::choose(ui, &mut self.separator, Separator::of_this_machine());
                    });
                }
                if !self.is_drift {
                    ui.horizontal_wrapped(|ui| {
                        ui.radio_value(&mut self.everything, false, "Settings that the filters leave");
                        ui.radio_value(&mut self.everything, true, "All settings");
                    });
                }
                entered |= self.path.written(ui);
            }
            About::SaveBaseline => {
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
                entered |= self.path.written(ui);
            }
            About::OpenBaseline => {
                ui.label(
                    "The databases that are compared, or else those that are selected, are held against it.",
                );
                ui.add_space(theme::STEP);
                entered |= self.path.read(ui, "Baselines");
            }
        }
        self.result_line(ui);
        let ready = !self.writing && !self.path.is_empty();
        let ready = ready && (self.about != About::SaveBaseline || !self.name.trim().is_empty());
        let (verb, otherwise) = match self.about {
            About::Report => ("Write", "Close"),
            About::SaveBaseline => ("Save", "Close"),
            About::OpenBaseline => ("Compare", "Cancel"),
        };
        match ending(ui, verb, otherwise, ready, entered) {
            Ending::Open => true,
            Ending::Closed => false,
            Ending::Done => {
                actions.push(Action::Compare(self.answer()));
                let written = self.about != About::OpenBaseline;
                (self.writing, self.result) = (written, None);
                written
            }
        }
    }

    fn answer(&self) -> CompareAction {
        let path: PathBuf = self.path.path();
        match self.about {
            About::Report => {
                let separator = self.separator.unwrap_or_else(Separator::of_this_machine);
                let format = self.format.separated_by(separator);
                CompareAction::Report { format, everything: self.everything, path }
            }
            About::SaveBaseline => CompareAction::SaveBaseline {
                database: self.database,
                name: self.name.trim().to_owned(),
                path,
            },
            About::OpenBaseline => CompareAction::Drift(path),
        }
    }

    fn result_line(&self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
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
}
