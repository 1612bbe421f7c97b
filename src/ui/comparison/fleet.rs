//! The settings in which databases differ most, the most varied first, with how many values each has. The values
//! themselves, and who has them, stand in the panel beside.

use egui::{Align, Id, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::super::marks;
use super::super::theme::{self, Tokens};
use super::ComparisonPage;

/// The room of the numbers.
const NUMBERS: f32 = 96.0;

impl ComparisonPage {
    pub(super) fn values(&mut self, ui: &mut Ui) {
        let Some(looked) = &self.looked else { return };
        let tokens = Tokens::of(ui);
        let comparison = &looked.compared.comparison;
        let shown = &looked.varied;
        let area = ui.available_rect_before_wrap();
        let (inner, gutter) = area.split_left_right_at_x(area.right() - theme::GUTTER);
        let (head, body) = inner.split_top_bottom_at_y(inner.top() + theme::HEADER);
        ui.painter().rect_filled(head, 0.0, tokens.raised);
        let columns = |line: Rect| {
            let line = line.shrink2(vec2(3.0 * theme::STEP, 0.0));
            let first = line.with_max_x(line.left() + NUMBERS);
            let second = first.translate(vec2(NUMBERS, 0.0));
            (first, second, line.with_min_x(second.right() + 4.0 * theme::STEP))
        };
        let (values, differ, name) = columns(head);
        for (rect, text, align) in
            [(values, "Values", Align::Max), (differ, "Differ", Align::Max), (name, "Setting", Align::Min)]
        {
            marks::paint_line(ui, rect, text, theme::SMALL, tokens.text_weak, align);
        }
        self.listed.fit(shown.len(), body.height());
        if ui.rect_contains_pointer(area) {
            let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            self.listed.turn(turned);
        }
        self.listed.bar(ui, gutter.with_min_y(body.top()));
        let first = self.listed.first();
        let mut chosen = None;
        for (at, varied) in shown.iter().skip(first).take(self.listed.drawn(body.height())).enumerate() {
            let top = body.top() + at as f32 * theme::ROW;
            let line = Rect::from_min_size(pos2(body.left(), top), vec2(body.width(), theme::ROW));
            let setting = &comparison.rows[varied.row];
            let response = ui.interact(line, Id::unique(("varied", varied.row)), Sense::click());
            response.widget_info(|| {
                let name = format!("{}: {} values, {} differ", setting.name, varied.values, varied.differing);
                WidgetInfo::labeled(egui::Role::Button, true, name)
            });
            let is_chosen = self.setting.as_ref().is_some_and(|setting| setting.row() == varied.row);
            if is_chosen || response.hovered() {
                ui.painter().rect_filled(line, 0.0, if is_chosen { tokens.selected } else { tokens.hover });
            }
            ui.painter().hline(line.x_range(), line.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
            marks::paint_focus(ui, &response, tokens);
            let (values, differ, name) = columns(line);
            for (rect, text, color, align) in [
                (values, varied.values.to_string(), tokens.text, Align::Max),
                (differ, varied.differing.to_string(), tokens.text_weak, Align::Max),
                (name, format!("{}  ·  {}", setting.name, setting.section.title()), tokens.text, Align::Min),
            ] {
                marks::paint_line(ui, rect, &text, theme::BODY, color, align);
            }
            if response.clicked() {
                chosen = Some(varied.row);
            }
        }
        if shown.is_empty() {
            let line = body.with_max_y(body.top() + 3.0 * theme::ROW);
            let words = "No setting that is shown has more than one value.";
            marks::paint_line(ui, line, words, theme::BODY, tokens.text_weak, Align::Center);
        }
        if let Some(row) = chosen {
            self.choose(row);
        }
    }
}
