//! A list in the comparison's place: a header, lines that can be chosen, a bar. What stands in the lines is said by who
//! lists it.

use egui::{Align, Id, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::super::marks;
use super::super::scroll::Scroll;
use super::super::theme::{self, Tokens};

/// Draws the header and the lines that are seen; where there are none, what is said of that.
pub(super) fn list(
    ui: &mut Ui,
    scroll: &mut Scroll,
    lines: usize,
    nothing: &str,
    header: impl FnOnce(&Ui, Rect),
    mut line: impl FnMut(&mut Ui, usize, Rect),
) {
    let tokens = Tokens::of(ui);
    let area = ui.available_rect_before_wrap();
    let (inner, gutter) = area.split_left_right_at_x(area.right() - theme::GUTTER);
    let (head, body) = inner.split_top_bottom_at_y(inner.top() + theme::HEADER);
    ui.painter().rect_filled(head, 0.0, tokens.raised);
    header(ui, head);
    scroll.fit(lines, body.height());
    if ui.rect_contains_pointer(area) {
        let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
        scroll.turn(turned);
    }
    scroll.bar(ui, gutter.with_min_y(body.top()));
    let first = scroll.first();
    for at in first..first + scroll.drawn(body.height()) {
        let top = body.top() + (at - first) as f32 * theme::ROW;
        line(ui, at, Rect::from_min_size(pos2(body.left(), top), vec2(body.width(), theme::ROW)));
    }
    if lines == 0 {
        let line = body.with_max_y(body.top() + 3.0 * theme::ROW);
        marks::paint_line(ui, line, nothing, theme::BODY, tokens.text_weak, Align::Center);
    }
}

/// Draws what is behind a line that can be chosen.
pub(super) fn choosable(ui: &Ui, line: Rect, id: Id, name: impl Fn() -> String, chosen: bool) -> Response {
    let tokens = Tokens::of(ui);
    let response = ui.interact(line, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name()));
    if chosen || response.hovered() {
        ui.painter().rect_filled(line, 0.0, if chosen { tokens.selected } else { tokens.hover });
    }
    ui.painter().hline(line.x_range(), line.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    marks::paint_focus(ui, &response, tokens);
    response
}
