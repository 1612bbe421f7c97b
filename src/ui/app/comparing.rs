//! Comparisons as the window asks for them: which databases are meant is said by the grid or by the comparison on show.
//! How they are shown is the page's business.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Context, Ui};

use super::super::comparison::{COMPARABLE, CompareAction, Question, Shown};
use super::{App, CopyForm};
use crate::analysis::compare;
use crate::core::{
    Against, Choice, Command, Compare, Compared, ComparisonReport, HoldAgainst, MOST, RowChoice, SaveBaseline,
};
use crate::settings::Wish;
use crate::ui::action::Action;

impl App {
    /// The kind of the grid on show, where its rows can be compared.
    fn comparable(&self) -> Option<&'static str> {
        let kind = self.grids[self.sheet].sheet.kind?.name;
        COMPARABLE.contains(&kind).then_some(kind)
    }

    /// How many selected rows can be compared.
    pub(super) fn comparable_rows(&self) -> usize {
        self.comparable().map_or(0, |_| self.grids[self.sheet].selection.len())
    }

    /// The kind that is compared apart from that on show, in a word, and how many of its rows are selected.
    pub(super) fn selected_apart(&self) -> (&'static str, usize) {
        let (word, kind) = match self.comparable() {
            Some("db-instances") => ("cluster", "db-clusters"),
            Some(_) => ("instance", "db-instances"),
            None => return ("", 0),
        };
        let grid = self.grids.iter().find(|grid| grid.sheet.kind_name() == kind);
        (word, grid.map_or(0, |grid| grid.selection.len()))
    }

    /// Says of selected rows that they are not compared with those on show; nothing where there are none.
    fn say_apart(&mut self) {
        let apart = match self.selected_apart() {
            (_, 0) => return,
            (word, 1) => format!("the selected {word} is"),
            (word, count) => format!("the {count} selected {word}s are"),
        };
        self.message = format!("Instances and clusters are compared apart: {apart} not among them");
    }

    /// How many rows the grid's query has, where they can be compared.
    pub(super) fn comparable_matches(&self) -> usize {
        let rows = || self.grids[self.sheet].view().map(|view| view.rows.len());
        self.comparable().and_then(|_| rows()).unwrap_or_default()
    }

    fn selected(&self) -> Option<Choice> {
        let kind = self.comparable()?;
        let grid = &self.grids[self.sheet];
        let view = grid.view()?;
        let rows = match grid.selection.choice(&view.rows) {
            RowChoice::These(rows) => rows,
            RowChoice::All | RowChoice::Groups => view.rows.to_vec(),
        };
        (!rows.is_empty()).then(|| Choice::Rows(rows.into_iter().map(|row| (kind, row)).collect()))
    }

    fn matching(&self) -> Option<Choice> {
        self.comparable()?;
        let query = self.grids[self.sheet].query(&self.ticks, &self.search)?;
        Some(Choice::Query(Box::new(query)))
    }

    /// The databases of the comparison on show, or those that are selected, or all of the grid.
    fn held_against_a_baseline(&self) -> Option<Choice> {
        let of = self.comparison.compared().filter(|_| self.comparison.open);
        let rows: Vec<(&'static str, i64)> = of
            .into_iter()
            .flat_map(|compared| &compared.comparison.databases)
            .filter_map(|database| Some((database.kind, database.row?)))
            .collect();
        if !rows.is_empty() {
            return Some(Choice::Rows(rows));
        }
        self.selected().or_else(|| self.matching())
    }

    /// Does what was asked of comparisons.
    pub(super) fn compare(&mut self, action: CompareAction) {
        match action {
            CompareAction::Selected => {
                self.say_apart();
                // One alone was only asked for together with one that is compared apart.
                let choice = self.selected().filter(|_| self.comparable_rows() > 1);
                self.ask_to_compare(choice.map(Compare::of));
            }
            CompareAction::Matching => {
                let many = self.comparable_matches() > MOST;
                let most = Some(MOST).filter(|_| !many);
                let choice = self.matching();
                self.ask_to_compare(choice.map(|choice| Compare { most, ..Compare::of(choice) }));
            }
            CompareAction::Show => {
                self.overview.open = false;
                self.comparison.open = true;
                self.follow_rules();
            }
            CompareAction::LookBack { kind, row } => {
                self.comparison.look_back(kind, row);
                self.link.send(Command::Moments { kind, row });
            }
            CompareAction::At { kind, row, times } => {
                let compare = Compare { times, ..Compare::of(Choice::Rows(vec![(kind, row)])) };
                self.ask_to_compare(Some(compare));
            }
            CompareAction::Drift(path) => self.drift(path),
            CompareAction::HoldAgainst(reference) => {
                if let Some(compared) = self.comparison.compared().map(Arc::clone) {
                    let family = compared.family().map(str::to_owned);
                    self.judge(compared, reference, family);
                }
            }
            CompareAction::Family(family) => {
                if let Some(compared) = self.comparison.compared().map(Arc::clone) {
                    // A baseline stays what they are held against, and is the first.
                    let reference = compared.baseline.as_ref().map(|_| 0);
                    self.judge(compared, reference, family);
                }
            }
            CompareAction::UseRules(file) => self.link.wish(Wish::ReadRules(file)),
            CompareAction::Ignore { section, name, because } => {
                let file = self.memory.settings.comparison_rules.clone();
                self.link.wish(Wish::Ignore { file, section, name, because });
            }
            CompareAction::Heed(at) => {
                if let Some(file) = self.memory.settings.comparison_rules.clone() {
                    self.link.wish(Wish::Heed { file, at });
                }
            }
            CompareAction::Copy => {
                if let Some(compared) = self.comparison.compared().map(Arc::clone) {
                    let shown = self.comparison.rows_shown();
                    let rows = || compared.comparison.shown(&shown).len();
                    let rows = compared.departures.as_ref().map_or_else(rows, Vec::len);
                    self.copying = (rows, CopyForm::Markdown);
                    self.link.send(Command::CopyComparison { compared, shown });
                }
            }
            CompareAction::Report { format, everything, path } => {
                if let Some(compared) = self.comparison.compared().map(Arc::clone) {
                    let all = compare::Shown::default();
                    let shown = if everything { all } else { self.comparison.rows_shown() };
                    let report = ComparisonReport { compared, shown, format, path };
                    self.link.send(Command::ReportComparison(report));
                }
            }
            CompareAction::SaveBaseline { database, name, path } => {
                if let Some(compared) = self.comparison.compared().map(Arc::clone) {
                    self.link.send(Command::SaveBaseline(SaveBaseline { compared, database, name, path }));
                }
            }
            CompareAction::GiveUp => {
                self.link.send(Command::Cancel);
                self.comparison.give_up();
            }
            CompareAction::Ask(Question::Time) => {
                let row = self.grids[self.sheet].focused_row();
                if let Some((kind, row)) = self.comparable().zip(row) {
                    self.compare(CompareAction::LookBack { kind, row });
                }
            }
            CompareAction::Ask(question) => {
                if question == Question::Rules {
                    self.read_rules();
                }
                self.comparison.ask(question, &self.start.export_folder, &self.memory.rules);
            }
        }
    }

    /// Has databases that were compared judged once more, by the rules of now.
    fn judge(&self, compared: Arc<Compared>, reference: Option<usize>, family: Option<String>) {
        let rules = Arc::clone(&self.memory.rules.rules);
        self.link.send(Command::HoldAgainst(HoldAgainst { compared, reference, rules, family }));
    }

    /// Somebody may have edited the files of rules.
    fn read_rules(&self) {
        self.link.wish(Wish::ReadRules(self.memory.settings.comparison_rules.clone()));
    }

    /// Has what is compared judged by the rules that there are, where it was by others.
    pub(super) fn follow_rules(&self) {
        let by_others = |compared: &&Arc<Compared>| compared.rules != self.memory.rules.rules;
        if let Some(compared) = self.comparison.compared().filter(by_others) {
            let family = compared.family().map(str::to_owned);
            self.judge(Arc::clone(compared), compared.comparison.reference, family);
        }
    }

    pub(super) fn take_comparison(&mut self, answer: Result<Arc<Compared>, String>) {
        self.comparison.take(answer);
        self.follow_rules();
    }

    fn drift(&mut self, path: PathBuf) {
        let against = Against::File(path);
        let compare = |choice| Compare { against, most: None, ..Compare::of(choice) };
        let choice = self.held_against_a_baseline();
        self.ask_to_compare(choice.map(compare));
    }

    fn ask_to_compare(&mut self, compare: Option<Compare>) {
        if let Some(compare) = compare {
            self.overview.open = false;
            self.comparison.wait();
            self.read_rules();
            let rules = Arc::clone(&self.memory.rules.rules);
            self.link.send(Command::Compare(Compare { rules, ..compare }));
        }
    }

    pub(super) fn show_comparison(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let keys = self.grid_has_keys(ui);
        let shown =
            Shown { fleet: self.fleet.as_deref(), roster: &self.roster, rules: &self.memory.rules, keys };
        self.comparison.show(ui, &shown, actions);
    }

    /// Draws the dialog about comparisons that is open.
    pub(super) fn comparison_dialog(&mut self, ctx: &Context, actions: &mut Vec<Action>) {
        self.comparison.show_dialog(ctx, &self.memory.rules, actions);
    }
}
