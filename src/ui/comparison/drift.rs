//! Who departs from a baseline, where, and since when: one line for each departure. A click goes to the cell.

use egui::{Align, Id, Rect, Ui, vec2};

use super::super::marks;
use super::super::theme::{self, Tokens};
use super::{ComparisonPage, cell, listing};

/// What each column takes of the width.
const PARTS: [(&str, f32); 5] =
    [("Database", 0.27), ("Setting", 0.19), ("Baseline", 0.14), ("Found", 0.2), ("Since", 0.2)];

impl ComparisonPage {
    pub(super) fn departures(&mut self, ui: &mut Ui) {
        let Some(looked) = &self.looked else { return };
        let departures = &looked.departures;
        let tokens = Tokens::of(ui);
        let comparison = &looked.compared.comparison;
        let nothing = match looked.compared.departures.as_ref().is_some_and(Vec::is_empty) {
            true => "Nothing departs from the baseline.",
            false => "No departure is left by the filters above.",
        };
        let header = |ui: &Ui, head: Rect| {
            for (rect, (name, _)) in columns(head).into_iter().zip(PARTS) {
                marks::paint_line(ui, rect, name, theme::SMALL, tokens.text_weak, Align::Min);
            }
        };
        let mut chosen = None;
        listing::list(ui, &mut self.listed, departures.len(), nothing, header, |ui, at, line| {
            let departure = &departures[at];
            let row = &comparison.rows[departure.row];
            let found = &row.cells[departure.database];
            let mut since = departure.since.as_ref().map(ToString::to_string).unwrap_or_default();
            // To the second.
            since.truncate(since.find('.').unwrap_or(since.len()));
            let id = Id::unique(("departure", departure.database, departure.row));
            let name = || format!("{}, since {since}", cell::name(comparison, row, departure.database));
            let response = listing::choosable(ui, line, id, name, false);
            let [database, setting, expected, there, when] = columns(line);
            let title = &looked.titles[departure.database];
            marks::paint_line(ui, database, title, theme::BODY, tokens.text, Align::Min);
            marks::paint_line(ui, setting, &row.name, theme::BODY, tokens.text, Align::Min);
            let baseline = cell::words(&row.cells[row.standard]).0;
            marks::paint_line(ui, expected, &baseline, theme::BODY, tokens.text_weak, Align::Min);
            cell::paint(ui, there, found, true);
            marks::paint_line(ui, when, &since, theme::SMALL, tokens.text_weak, Align::Min);
            if response.clicked() {
                chosen = Some((departure.row, departure.database));
            }
            response.on_hover_ui(|ui| cell::hint(ui, comparison, row, departure.database));
        });
        if let Some((row, database)) = chosen {
            self.zoom(row, database);
            ui.ctx().request_repaint();
        }
    }
}

fn columns(line: Rect) -> [Rect; PARTS.len()] {
    let line = line.shrink2(vec2(2.0 * theme::STEP, 0.0));
    let mut left = line.left();
    PARTS.map(|(_, part)| {
        let wide = line.width() * part;
        let rect = line.with_min_x(left).with_max_x(left + wide - theme::STEP);
        left += wide;
        rect
    })
}
