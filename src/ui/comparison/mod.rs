//! The page on which databases stand beside each other: settings down, databases across, what differs marked by colour and
//! sign. It draws a `Comparison` that the core has made and keeps how a person looks at it; what differs, and why, is said
//! in `analysis`. What is drawn in a frame are the lines and columns that are seen, never all there are.

mod asked;
mod bar;
mod cell;
mod dialogs;
mod drift;
mod fleet;
mod header;
mod heat;
mod lines;
mod listing;
mod setting;
mod table;
mod table_lines;
mod widths;

use std::sync::Arc;

use egui::{Context, Frame, Key, Margin, Modifiers, Panel, Ui};

pub use self::asked::{COMPARABLE, CompareAction, Question};
use self::dialogs::{About, Dialog, FileDialog, IgnoreDialog, RulesDialog, TimeDialog};
use self::lines::{Folds, Line};
use self::setting::Setting;
use self::table::Stand;
use self::widths::Widths;
use super::action::Action;
use super::empty;
use super::marks::Tone;
use super::roster::Roster;
use super::theme::{self, Tokens};
use crate::analysis::compare;
use crate::analysis::drift::Departure;
use crate::analysis::setting::Section;
use crate::analysis::spread::Varied;
use crate::core::{Compared, Exported, Fleet, MOST, Moments};
use crate::settings::RuleBook;

/// The ways to look at a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Settings,
    HeatMap,
    Values,
    Drift,
}

/// A comparison as it is looked at.
struct Looked {
    compared: Arc<Compared>,
    /// The databases' names, which no two have alike.
    titles: Vec<String>,
    /// The engine families of all that were compared, with how many are of each.
    families: Vec<(String, usize)>,
    /// How many are of a family that is not known.
    of_no_known_family: usize,
    /// How many settings of each database differ.
    differing: Vec<usize>,
    /// Settings that differ in any, and settings there are.
    counts: (usize, usize),
    sections: Vec<(Section, usize)>,
    lines: Vec<Line>,
    /// The rows of the heat map: those that stand out.
    marked: Vec<usize>,
    /// The settings that differ most, of those.
    varied: Vec<Varied>,
    /// The departures from a baseline, of those.
    departures: Vec<Departure>,
}

/// The page's state between frames.
#[derive(Default)]
pub struct ComparisonPage {
    /// Whether it stands in the grids' place.
    pub open: bool,
    looked: Option<Looked>,
    /// The comparison before one that is awaited or could not be made.
    before: Option<Looked>,
    /// Whether an answer is awaited.
    waiting: bool,
    /// Why there is none.
    refused: Option<String>,
    tab: Tab,
    shown: compare::Shown,
    folds: Folds,
    stand: Stand,
    heat: heat::Heat,
    /// Where the list of departures, and that of the settings that differ most, stand.
    listed: super::scroll::Scroll,
    setting: Option<Setting>,
    widths: Widths,
    pub(super) dialog: Option<Dialog>,
}

/// What a frame shows.
pub struct Shown<'a> {
    pub fleet: Option<&'a Fleet>,
    pub roster: &'a Roster,
    pub rules: &'a RuleBook,
    /// Whether keys are meant for the page where nothing else has the focus.
    pub keys: bool,
}

impl ComparisonPage {
    /// Whether there is something to come back to.
    pub fn is_there(&self) -> bool {
        self.looked.is_some() || self.waiting || self.refused.is_some()
    }

    pub fn compared(&self) -> Option<&Arc<Compared>> {
        self.looked.as_ref().map(|looked| &looked.compared)
    }

    /// Which rows are shown, as the core is told.
    pub fn rows_shown(&self) -> compare::Shown {
        self.shown.clone()
    }

    /// Another comparison has been asked for: it is looked at as if there had been none before.
    pub fn wait(&mut self) {
        let before = self.looked.take().or(self.before.take());
        let widths = std::mem::take(&mut self.widths);
        *self = ComparisonPage { open: true, waiting: true, before, widths, ..ComparisonPage::default() };
    }

    /// Nothing is awaited any more.
    pub fn give_up(&mut self) {
        self.waiting = false;
        if self.looked.is_none() {
            self.refused = Some("it was given up".to_owned());
        }
    }

    /// Takes a comparison in.
    pub fn take(&mut self, answer: Result<Arc<Compared>, String>) {
        self.refused = None;
        let first = std::mem::take(&mut self.waiting);
        match answer {
            Err(why) => self.refused = Some(why),
            Ok(compared) => {
                let comparison = &compared.comparison;
                if first {
                    self.tab = match &compared.departures {
                        Some(_) => Tab::Drift,
                        None if comparison.databases.len() > MOST => Tab::Values,
                        None => Tab::Settings,
                    };
                    self.folds.sections.extend([Section::Identity, Section::Status]);
                } else if comparison.databases.len() > MOST && self.tab != Tab::Drift {
                    self.tab = Tab::Values;
                }
                let differing = (0..comparison.databases.len()).map(|at| comparison.differing(at)).collect();
                let is_setting = |row: &&compare::Row| {
                    row.ignored.is_none() && !row.is_nobodys() && &*row.name != compare::NOT_COLLECTED
                };
                let looked_at = comparison.rows.iter().filter(is_setting);
                let counts = looked_at
                    .fold((0, 0), |(differ, all), row| (differ + usize::from(row.differing > 0), all + 1));
                let sections = comparison.sections();
                let titles = comparison.databases.iter().map(compare::Database::title).collect();
                let families = compared.whole().comparison.families();
                let of_no_known_family = compared.whole().comparison.of_no_known_family().len();
                self.before = None;
                self.looked = Some(Looked {
                    compared,
                    titles,
                    families,
                    of_no_known_family,
                    differing,
                    counts,
                    sections,
                    lines: Vec::new(),
                    marked: Vec::new(),
                    varied: Vec::new(),
                    departures: Vec::new(),
                });
                self.look();
                let row = self.setting.as_ref().map(Setting::row);
                self.setting = None;
                if let Some(row) = row {
                    self.choose(row);
                }
            }
        }
    }

    /// Works out anew which lines there are.
    fn look(&mut self) {
        let Some(looked) = &mut self.looked else { return };
        let comparison = &looked.compared.comparison;
        looked.lines = lines::lines(comparison, &self.shown, &self.folds);
        let marked = compare::Shown { only_differences: true, ..self.shown.clone() };
        looked.marked = comparison.shown(&marked);
        let is_shown = |varied: &&Varied| looked.marked.binary_search(&varied.row).is_ok();
        let of_it = looked.compared.departures.iter().flatten();
        let departs = |departure: &&Departure| looked.marked.binary_search(&departure.row).is_ok();
        looked.departures = of_it.filter(departs).cloned().collect();
        looked.varied = looked.compared.varied.iter().filter(is_shown).cloned().collect();
    }

    /// Shows what there is to know of a setting.
    fn choose(&mut self, row: usize) {
        if let Some(looked) = &self.looked {
            self.setting = Some(Setting::new(&looked.compared.comparison, row));
        }
    }

    /// Goes to a cell of the table.
    fn zoom(&mut self, row: usize, database: usize) {
        self.tab = Tab::Settings;
        if let Some(looked) = &self.looked {
            self.folds.reveal(&looked.compared.comparison, row);
        }
        self.look();
        let there = |line: &Line| matches!(line, Line::Setting { row: known, .. } if *known == row);
        if let Some(line) = self.looked.as_ref().and_then(|looked| looked.lines.iter().position(there)) {
            self.stand.go_to(line, database);
        }
        self.choose(row);
    }

    /// Closes the details of a setting; says whether they were open.
    pub fn close_details(&mut self) -> bool {
        self.setting.take().is_some()
    }

    /// Opens a dialog.
    pub fn ask(&mut self, question: Question, folder: &std::path::Path, rules: &RuleBook) {
        let comparison = self.looked.as_ref().map(|looked| &looked.compared.comparison);
        let file = |about| {
            let databases = comparison.map(|comparison| comparison.databases.as_slice());
            let is_drift = self.compared().is_some_and(|compared| compared.departures.is_some());
            Dialog::File(FileDialog::new(about, folder, databases.unwrap_or_default(), is_drift))
        };
        self.dialog = match question {
            Question::Report => Some(file(About::Report)),
            Question::SaveBaseline => Some(file(About::SaveBaseline)),
            Question::OpenBaseline => Some(file(About::OpenBaseline)),
            Question::Rules => Some(Dialog::Rules(RulesDialog::new(rules))),
            Question::Ignore(row) => comparison.and_then(|comparison| {
                let row = comparison.rows.get(row)?;
                Some(Dialog::Ignore(IgnoreDialog::new(row.section, row.name.to_string())))
            }),
            // Of which row is for the app to say.
            Question::Time => None,
        };
    }

    /// Asks with which times a database is to be compared.
    pub fn look_back(&mut self, kind: &'static str, row: i64) {
        self.dialog = Some(Dialog::Time(TimeDialog::new((kind, row))));
    }

    /// Takes in when a database changed.
    pub fn take_moments(&mut self, moments: &Moments) {
        if let Some(Dialog::Time(dialog)) = &mut self.dialog {
            dialog.take(moments);
        }
    }

    /// Takes in how the writing of a file went; says whether it was a file of this page.
    pub fn written(&mut self, result: &Result<Exported, String>) -> bool {
        match &mut self.dialog {
            Some(Dialog::File(dialog)) => dialog.finished(result),
            _ => false,
        }
    }

    /// Draws the dialog that is open.
    pub fn show_dialog(&mut self, ctx: &Context, rules: &RuleBook, actions: &mut Vec<Action>) {
        if let Some(mut dialog) = self.dialog.take()
            && dialog.show(ctx, rules, actions)
        {
            self.dialog = Some(dialog);
        }
    }

    /// Draws the page.
    pub fn show(&mut self, ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
        if self.waiting {
            return waits(ui, shown.fleet, actions);
        }
        if let Some(why) = &self.refused {
            empty::say(ui, "There is nothing to compare", &format!("{why}."));
            if self.before.is_some() {
                ui.add_space(2.0 * theme::STEP);
                centred(ui, |ui| {
                    if ui.button("Show the comparison before").clicked() {
                        self.refused = None;
                        self.looked = self.before.take();
                        self.look();
                        // The rules may be others by now.
                        actions.push(Action::Compare(CompareAction::Show));
                    }
                });
            }
            return;
        }
        if self.looked.is_none() {
            return empty::say(
                ui,
                "Nothing has been compared yet",
                "Select two or more databases in a grid.",
            );
        }
        let tokens = Tokens::of(ui);
        let frame = Frame::new().fill(tokens.panel).inner_margin(Margin::symmetric(10, 6));
        Panel::top("comparison bar")
            .resizable(false)
            .frame(frame)
            .show(ui, |ui| self.bar(ui, shown.rules, actions));
        if let (Some(setting), Some(looked)) = (&self.setting, &self.looked) {
            let most = (ui.available_width() * 0.5).max(240.0);
            let first = (ui.available_width() * 0.3).clamp(260.0, 400.0).round();
            let mut open = true;
            Panel::right("setting").default_size(first).size_range(220.0..=most).frame(frame).show(
                ui,
                |ui| {
                    open = setting.show(ui, looked, shown.roster, actions);
                },
            );
            if !open {
                self.setting = None;
            }
        }
        let few =
            self.looked.as_ref().is_some_and(|looked| looked.compared.comparison.databases.len() <= MOST);
        let turned = || ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::H));
        if shown.keys && few && turned() {
            self.tab = if self.tab == Tab::HeatMap { Tab::Settings } else { Tab::HeatMap };
        }
        match self.tab {
            Tab::Settings => self.table(ui, shown, actions),
            Tab::HeatMap => self.heat_map(ui, shown),
            Tab::Values => self.values(ui),
            Tab::Drift => self.departures(ui),
        }
    }
}

/// What is being collected before databases can be compared.
fn waits(ui: &mut Ui, fleet: Option<&Fleet>, actions: &mut Vec<Action>) {
    let progress = fleet.map(|fleet| &fleet.progress).filter(|progress| progress.running);
    let words = match progress {
        Some(progress) => format!(
            "Parameters and options are asked for where nobody has asked yet: {} of {} account-regions, {} calls.",
            progress.done, progress.targets, progress.calls
        ),
        None => "What is known of them is read.".to_owned(),
    };
    empty::say(ui, "Comparing…", &words);
    ui.add_space(2.0 * theme::STEP);
    centred(ui, |ui| {
        Tone::Busy.show(ui);
        if ui.button("Give up").clicked() {
            actions.push(Action::Compare(CompareAction::GiveUp));
        }
    });
}

/// Something under a sentence that stands in the page's place.
fn centred(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.add_space(((ui.available_width() - empty::WIDTH) / 2.0).max(16.0));
        contents(ui);
    });
}
