//! What keys do in the grid: they move over lines and columns, select, sort, fold, filter and copy.

use egui::{Key, Modifiers, Ui};

use super::action::{Action, GridAction};
use super::folds::{self, Line};
use super::grid::Grid;
use super::grid_header::GROUPED;
use crate::core::CopyForm;

impl Grid {
    pub(super) fn keys(&mut self, ui: &mut Ui, rows: usize, actions: &mut Vec<Action>) {
        self.column_keys(ui, actions);
        self.line_keys(ui);
        if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) {
            self.at_group = None;
            self.selection.all(rows);
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
            if let Some(group) = self.at_group {
                self.fold(group, !self.is_folded(group));
            } else if self.selection.focus().is_some() {
                actions.push(Action::OpenDetails);
            }
        }
        let copy = ui.input(|input| input.events.iter().any(|event| matches!(event, egui::Event::Copy)));
        let text_selected =
            ui.ctx().plugin::<egui::text_selection::LabelSelectionState>().lock().has_selection();
        if copy && !text_selected && !self.selection.is_empty() {
            actions.push(Action::CopyRows(CopyForm::Text));
        }
    }

    fn line_keys(&mut self, ui: &Ui) {
        let page = self.scroll.whole().saturating_sub(1).max(1);
        // On a slow line a frame may hold several presses of one key: each counts.
        let presses = |modifiers, key| ui.input_mut(|input| input.count_and_consume_key(modifiers, key));
        let keys = [Key::ArrowDown, Key::ArrowUp, Key::PageDown, Key::PageUp, Key::Home, Key::End];
        for key in keys {
            let extended = presses(Modifiers::SHIFT, key);
            for press in 0..extended + presses(Modifiers::NONE, key) {
                let Some(last) = self.lines().checked_sub(1) else { continue };
                let focus = self.focused_line();
                let to = match key {
                    Key::ArrowDown => focus.map_or(0, |at| at + 1),
                    Key::ArrowUp => focus.map_or(0, |at| at.saturating_sub(1)),
                    Key::PageDown => focus.map_or(0, |at| at + page),
                    Key::PageUp => focus.map_or(0, |at| at.saturating_sub(page)),
                    Key::End => last,
                    _ => 0,
                };
                self.go_to(
                    to.min(last),
                    press < extended,
                    matches!(key, Key::ArrowUp | Key::PageUp | Key::Home),
                );
            }
        }
    }

    /// Takes the focus to a line. Extended, a selection goes on beyond the line of a group.
    fn go_to(&mut self, to: usize, extended: bool, up: bool) {
        match self.line(to) {
            Some(Line::Row(position)) if extended => {
                self.at_group = None;
                self.selection.extend(position);
            }
            Some(Line::Row(position)) => {
                self.at_group = None;
                self.selection.only(position);
            }
            Some(Line::Group(_)) if extended => {
                let next = if up { to.checked_sub(1) } else { Some(to + 1) };
                if let Some(next) = next.filter(|next| *next < self.lines()) {
                    return self.go_to(next, extended, up);
                }
            }
            Some(Line::Group(group)) => {
                self.at_group = Some(group);
                self.selection.clear();
            }
            None => {}
        }
        self.scroll.reveal(to);
    }

    /// Left and Right choose a column, or fold and unfold a group; S sorts by the column as a click on its header does,
    /// Shift+S as a click with Shift; F opens its filter.
    fn column_keys(&mut self, ui: &Ui, actions: &mut Vec<Action>) {
        let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
        let last = self.drawn().len().saturating_sub(1);
        let presses = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
        for _ in 0..presses(Key::ArrowRight) {
            if let Some(group) = self.at_group {
                self.fold(group, false);
                continue;
            }
            self.column = Some(self.column.map_or(0, |at| (at + 1).min(last)));
            self.scroll_to_column = self.column;
        }
        for _ in 0..presses(Key::ArrowLeft) {
            if let Some(group) = self.at_group {
                self.fold_or_leave(group);
                continue;
            }
            self.column = Some(self.column.map_or(0, |at| at.min(last).saturating_sub(1)));
            self.scroll_to_column = self.column;
        }
        let mut further = pressed(Modifiers::SHIFT, Key::S);
        let sort = further || pressed(Modifiers::NONE, Key::S);
        let group_too = pressed(Modifiers::SHIFT, Key::G);
        let group = group_too || pressed(Modifiers::NONE, Key::G);
        further |= group_too;
        let filter = pressed(Modifiers::NONE, Key::F) || pressed(Modifiers::ALT, Key::ArrowDown);
        if !sort && !filter && !group {
            return;
        }
        let at = self.column.unwrap_or_default().min(last);
        let Some(column) = self.drawn().get(at).cloned() else { return };
        self.column = Some(at);
        actions.push(if sort {
            Action::Sort { column, further }
        } else if group {
            Action::Grid(GridAction::Group(self.grouped_with(column, further)))
        } else {
            Action::Grid(GridAction::OpenFilter(column))
        });
    }

    /// What rows are grouped by after a column has been chosen for it, alone or `further`; chosen again it goes.
    fn grouped_with(&self, column: String, further: bool) -> Vec<String> {
        let mut group = self.group.clone();
        if group.contains(&column) {
            group.retain(|grouped| *grouped != column);
        } else {
            if !further || group.len() >= GROUPED {
                group.clear();
            }
            group.push(column);
        }
        group
    }

    /// Folds a group; one that is folded already is left for the one around it.
    fn fold_or_leave(&mut self, group: usize) {
        if !self.is_folded(group) {
            self.fold(group, true);
        } else if let Some(outer) = self.view().and_then(|view| folds::outer(&view.groups, group)) {
            self.at_group = Some(outer);
        }
        if let Some(line) = self.focused_line() {
            self.scroll.reveal(line);
        }
    }
}
