//! The panel beside a comparison: one setting whole. Every value in use with who has it, the rarest first, and what its
//! parameter group says of it.

use egui::{Align, Button, Label, Layout, RichText, ScrollArea, Ui};

use super::super::action::Action;
use super::super::icons::{Icon, glyph};
use super::super::roster::Roster;
use super::super::theme::{self, Tokens};
use super::{CompareAction, Looked, Question, cell, header};
use crate::analysis::compare::{Comparison, NOT_COLLECTED};
use crate::analysis::same::Verdict;
use crate::analysis::setting::Held;
use crate::analysis::spread::ValueInUse;

/// Databases that are named for a value; there may be hundreds.
const NAMED: usize = 12;

/// One setting of a comparison.
pub struct Setting {
    row: usize,
    values: Vec<ValueInUse>,
    /// Databases of which it is not known, with the reason.
    not_known: Vec<(usize, String)>,
}

impl Setting {
    pub fn new(comparison: &Comparison, row: usize) -> Setting {
        let cells = comparison.rows.get(row).map(|row| row.cells.as_slice()).unwrap_or_default();
        let why = |(at, cell): (usize, &crate::analysis::compare::Cell)| match &cell.held {
            Held::NotKnown(why) => Some((at, why.to_string())),
            _ => None,
        };
        let not_known = cells.iter().enumerate().filter_map(why).collect();
        Setting { row, values: comparison.values(row), not_known }
    }

    pub fn row(&self) -> usize {
        self.row
    }

    /// Draws the panel; false when it was closed.
    pub fn show(&self, ui: &mut Ui, looked: &Looked, roster: &Roster, actions: &mut Vec<Action>) -> bool {
        let tokens = Tokens::of(ui);
        let comparison = &looked.compared.comparison;
        let Some(row) = comparison.rows.get(self.row) else { return false };
        let mut open = true;
        let title = if &*row.name == NOT_COLLECTED { "Not collected" } else { &*row.name };
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = Button::new(glyph(Icon::X)).frame_when_inactive(false);
                if ui.add(close).accessible_name("Close the setting").on_hover_text("Close (Esc)").clicked() {
                    open = false;
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(RichText::new(title).heading().strong()).truncate());
                });
            });
        });
        let weak = |ui: &mut Ui, text: String| {
            ui.add(Label::new(RichText::new(text).color(tokens.text_weak)).wrap().selectable(true));
        };
        weak(ui, row.section.title().to_owned());
        ScrollArea::vertical().auto_shrink(false).id_salt(("setting", self.row)).show(ui, |ui| {
            if let Some(cause) = row.cause.and_then(|cause| comparison.rows.get(cause)) {
                weak(ui, format!("Its difference follows from {}.", cause.name));
            }
            let (question, name) = match &row.ignored {
                Some(because) => {
                    weak(ui, format!("Left out: {because}."));
                    (Question::Rules, "See the rules…")
                }
                None => (Question::Ignore(self.row), "Ignore this setting…"),
            };
            if &*row.name != NOT_COLLECTED && ui.button(name).clicked() {
                actions.push(Action::Compare(CompareAction::Ask(question)));
            }
            self.parameter(ui, comparison);
            ui.add_space(2.0 * theme::STEP);
            for value in &self.values {
                let first = &row.cells[value.databases[0]];
                let (text, behind) =
                    if value.is_missing { ("missing".to_owned(), String::new()) } else { cell::words(first) };
                ui.separator();
                ui.horizontal_wrapped(|ui| {
                    if let Some((icon, color)) = cell::look(first.verdict(), tokens) {
                        ui.label(RichText::new(glyph(icon)).color(color));
                    }
                    ui.add(Label::new(RichText::new(text).strong()).selectable(true).wrap());
                    let databases = match value.databases.len() {
                        1 => "1 database".to_owned(),
                        count => format!("{count} databases"),
                    };
                    ui.weak(databases);
                });
                if !behind.is_empty() {
                    weak(ui, behind);
                }
                let versions = value
                    .by_version
                    .iter()
                    .map(|((engine, version), count)| format!("{engine} {version}: {count}"));
                weak(ui, versions.collect::<Vec<_>>().join("  ·  "));
                for database in value.databases.iter().take(NAMED) {
                    let of = &comparison.databases[*database];
                    let called = header::called(roster, of);
                    ui.add(Label::new(format!("{}  {called}  {}", of.identifier, of.region)).truncate());
                    let cell = &row.cells[*database];
                    if cell.verdict() != Verdict::Equal && !cell.judged.reason.is_empty() {
                        weak(ui, format!("{}: {}", cell.verdict().word(), cell.judged.reason));
                    }
                }
                let more = value.databases.len().saturating_sub(NAMED);
                if more > 0 {
                    weak(ui, format!("and {more} more"));
                }
            }
            if !self.not_known.is_empty() {
                ui.separator();
                ui.strong("Not known");
            }
            for (database, why) in &self.not_known {
                ui.add(Label::new(comparison.databases[*database].title()).truncate());
                weak(ui, why.clone());
            }
        });
        open
    }

    /// What the groups say of a parameter.
    fn parameter(&self, ui: &mut Ui, comparison: &Comparison) {
        let settings = || comparison.rows[self.row].cells.iter().filter_map(|cell| cell.held.setting());
        let parameters = || settings().filter_map(|setting| setting.parameter.as_ref());
        let Some(parameter) = parameters().next() else { return };
        let mut sources: Vec<&str> = parameters().map(|parameter| parameter.source.word()).collect();
        let mut groups: Vec<&str> = parameters().map(|parameter| &*parameter.group).collect();
        for words in [&mut sources, &mut groups] {
            words.sort_unstable();
            words.dedup();
        }
        let tokens = Tokens::of(ui);
        for (name, text) in [
            ("AllowedValues", parameter.allowed.clone()),
            ("ApplyType", parameter.apply_type.clone()),
            ("ApplyMethod", parameter.apply_method.clone()),
            ("DataType", parameter.data_type.clone()),
            ("Source", sources.join(", ")),
            ("DBParameterGroupName", groups.join(", ")),
        ] {
            if !text.is_empty() {
                ui.horizontal_wrapped(|ui| {
                    ui.label(RichText::new(name).color(tokens.text_weak));
                    ui.add(Label::new(text).selectable(true).wrap());
                });
            }
        }
    }
}
