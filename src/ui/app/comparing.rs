//! Comparisons as the window asks for them: which databases are meant is said by the grid or by the comparison on show.
//! How they are shown is the page's business.

use std::path::PathBuf;
use std::sync::Arc;

use egui::{Context, Ui};

use super::super::comparison::{CompareAction, Shown};
use super::{App, CopyForm};
use crate::analysis::compare;
use crate::core::{Against, Choice, Command, Compare, ComparisonReport, MOST, RowChoice, SaveBaseline};
use crate::ui::action::Action;

/// The kinds whose rows can be compared.
const COMPARABLE: [&str; 2] = ["db-instances", "db-clusters"];

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
                let choice = self.selected();
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
            }
            CompareAction::At(times) => {
                let row = self.grids[self.sheet].focused_row();
                let choice = self.comparable().zip(row).map(|row| Choice::Rows(vec![row]));
                let compare = |choice| Compare { times, ..Compare::of(choice) };
                self.ask_to_compare(choice.map(compare));
            }
            CompareAction::Drift(path) => self.drift(path),
            CompareAction::HoldAgainst(reference) => {
                if let Some(compared) = self.comparison.compared().map(Arc::clone) {
                    self.link.send(Command::HoldAgainst { compared, reference });
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
            CompareAction::Ask(question) => self.comparison.ask(question, &self.start.export_folder),
        }
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
            self.link.send(Command::Compare(compare));
        }
    }

    pub(super) fn show_comparison(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let keys = self.grid_has_keys(ui);
        let shown = Shown { fleet: self.fleet.as_deref(), roster: &self.roster, keys };
        self.comparison.show(ui, &shown, actions);
    }

    /// Draws the dialog about comparisons that is open.
    pub(super) fn comparison_dialog(&mut self, ctx: &Context, actions: &mut Vec<Action>) {
        self.comparison.show_dialog(ctx, actions);
    }
}
