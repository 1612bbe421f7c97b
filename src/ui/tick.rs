//! A box to be ticked in a line of a list or a tree. It looks as egui's own, which would be a stop of Tab's in every line:
//! here the list is the one stop, and its keys go through the lines.

use egui::{Id, Pos2, Rect, Response, Role, Sense, Shape, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// A box to be drawn.
pub struct Tick<'a> {
    pub id: Id,
    /// What is clicked.
    pub area: Rect,
    /// Where the box stands in it.
    pub center: Pos2,
    /// Whether it is ticked; `None` where a part of what it stands for is.
    pub on: Option<bool>,
    /// What a screen reader says.
    pub name: &'a str,
}

impl Tick<'_> {
    /// Draws it; what a click does is the caller's business.
    pub fn show(&self, ui: &Ui) -> Response {
        let response = ui.interact(self.area, self.id, Sense::CLICK);
        response.widget_info(|| match self.on {
            Some(on) => WidgetInfo::selected(Role::CheckBox, true, on, self.name),
            None => WidgetInfo::labeled(Role::CheckBox, true, self.name),
        });
        let visuals = ui.style().interact(&response);
        let spacing = ui.spacing();
        let outer = Rect::from_center_size(self.center, vec2(spacing.icon_width, spacing.icon_width));
        let inner = spacing.icon_width_inner;
        let inner = Rect::from_center_size(self.center, vec2(inner, inner));
        ui.painter().rect(
            outer,
            visuals.corner_radius,
            visuals.bg_fill,
            visuals.bg_stroke,
            StrokeKind::Inside,
        );
        let mark = match self.on {
            Some(false) => return response,
            Some(true) => vec![
                inner.left_center(),
                pos2(inner.center().x, inner.bottom()),
                pos2(inner.right(), inner.top()),
            ],
            None => vec![inner.left_center(), inner.right_center()],
        };
        ui.painter().add(Shape::line(mark, visuals.fg_stroke));
        response
    }
}
