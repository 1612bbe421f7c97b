//! Who departs from a baseline, where, and since when: one line for each departure. A click goes to the cell.

use egui::{Align, Id, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::super::marks;
use super::super::theme::{self, Tokens};
use super::{ComparisonPage, cell};

/// What each column takes of the width.
const PARTS: [(&str, f32); 5] =
    [("Database", 0.27), ("Setting", 0.19), ("Baseline", 0.14), ("Found", 0.2), ("Since", 0.2)];

impl ComparisonPage {
    pub(super) fn departures(&mut self, ui: &mut Ui) {
        let Some(looked) = &self.looked else { return };
        let departures = &looked.departures;
        let tokens = Tokens::of(ui);
        let comparison = &looked.compared.comparison;
        let area = ui.available_rect_before_wrap();
        let (inner, gutter) = area.split_left_right_at_x(area.right() - theme::GUTTER);
        let (head, body) = inner.split_top_bottom_at_y(inner.top() + theme::HEADER);
        ui.painter().rect_filled(head, 0.0, tokens.raised);
        let columns = |line: Rect| {
            let line = line.shrink2(vec2(2.0 * theme::STEP, 0.0));
            let mut left = line.left();
            PARTS.map(|(_, part)| {
                let wide = line.width() * part;
                let rect = line.with_min_x(left).with_max_x(left + wide - theme::STEP);
                left += wide;
                rect
            })
        };
        for (rect, (name, _)) in columns(head).into_iter().zip(PARTS) {
            marks::paint_line(ui, rect, name, theme::SMALL, tokens.text_weak, Align::Min);
        }
        self.listed.fit(departures.len(), body.height());
        if ui.rect_contains_pointer(area) {
            let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            self.listed.turn(turned);
        }
        self.listed.bar(ui, gutter.with_min_y(body.top()));
        let first = self.listed.first();
        let mut chosen = None;
        for (at, departure) in
            departures.iter().skip(first).take(self.listed.drawn(body.height())).enumerate()
        {
            let top = body.top() + at as f32 * theme::ROW;
            let line = Rect::from_min_size(pos2(body.left(), top), vec2(body.width(), theme::ROW));
            let row = &comparison.rows[departure.row];
            let found = &row.cells[departure.database];
            let title = comparison.databases[departure.database].title();
            let mut since = departure.since.as_ref().map(ToString::to_string).unwrap_or_default();
            // To the second.
            since.truncate(since.find('.').unwrap_or(since.len()));
            let id = Id::unique(("departure", departure.database, departure.row));
            let response = ui.interact(line, id, Sense::click());
            response.widget_info(|| {
                let name = cell::name(comparison, row, departure.database);
                WidgetInfo::labeled(egui::Role::Button, true, format!("{name}, since {since}"))
            });
            if response.hovered() {
                ui.painter().rect_filled(line, 0.0, tokens.hover);
            }
            ui.painter().hline(line.x_range(), line.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
            marks::paint_focus(ui, &response, tokens);
            let [database, setting, expected, there, when] = columns(line);
            marks::paint_line(ui, database, &title, theme::BODY, tokens.text, Align::Min);
            marks::paint_line(ui, setting, &row.name, theme::BODY, tokens.text, Align::Min);
            let baseline = cell::words(&row.cells[row.standard]).0;
            marks::paint_line(ui, expected, &baseline, theme::BODY, tokens.text_weak, Align::Min);
            cell::paint(ui, there, found, true);
            marks::paint_line(ui, when, &since, theme::SMALL, tokens.text_weak, Align::Min);
            if response.clicked() {
                chosen = Some((departure.row, departure.database));
            }
            response.on_hover_ui(|ui| cell::hint(ui, comparison, row, departure.database));
        }
        if departures.is_empty() {
            let line = body.with_max_y(body.top() + 3.0 * theme::ROW);
            let none = looked.compared.departures.as_ref().is_some_and(Vec::is_empty);
            let words = match none {
                true => "Nothing departs from the baseline.",
                false => "No departure is left by the filters above.",
            };
            marks::paint_line(ui, line, words, theme::BODY, tokens.text_weak, Align::Center);
        }
        if let Some((row, database)) = chosen {
            self.zoom(row, database);
            ui.ctx().request_repaint();
        }
    }
}
