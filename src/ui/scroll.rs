//! Where the grid stands among its lines, as a whole number of them: a position in points would be rounded from some
//! 700,000 rows on. The table is given the lines that fit and nothing above or below, so it never scrolls up or down.

use egui::{Rect, Sense, Ui, pos2, vec2};

use super::theme::{self, Tokens};

/// The first line that is drawn.
#[derive(Debug, Default)]
pub struct Scroll {
    first: usize,
    /// What the wheel has turned and is less than a line.
    rest: f32,
    /// Lines that fit in full.
    whole: usize,
    lines: usize,
    /// Where in the handle it was taken hold of.
    grip: f32,
}

impl Scroll {
    pub fn first(&self) -> usize {
        self.first
    }

    /// Lines that fit in full.
    pub fn whole(&self) -> usize {
        self.whole
    }

    /// Says how many lines there are and how much room.
    pub fn fit(&mut self, lines: usize, height: f32) {
        self.lines = lines;
        self.whole = ((height / theme::ROW).floor() as usize).max(1);
        self.first = self.first.min(self.most());
    }

    /// The lines that are drawn in some height; the last may be cut.
    pub fn drawn(&self, height: f32) -> usize {
        ((height / theme::ROW).ceil().max(0.0) as usize).min(self.lines - self.first)
    }

    pub fn to(&mut self, first: usize) {
        self.first = first.min(self.most());
        self.rest = 0.0;
    }

    /// Moves as little as it takes to show a line in full.
    pub fn reveal(&mut self, line: usize) {
        if line < self.first {
            self.to(line);
        } else if self.whole > 0 && line >= self.first + self.whole {
            self.to(line + 1 - self.whole);
        }
    }

    /// Moves by what a wheel or a touch pad has turned, in points; what is less than a line is kept.
    pub fn turn(&mut self, points: f32) {
        let way = self.rest - points;
        let lines = (way / theme::ROW).trunc();
        self.rest = way - lines * theme::ROW;
        let moved = if lines < 0.0 {
            self.first.saturating_sub((-lines) as usize)
        } else {
            self.first + lines as usize
        };
        if moved.min(self.most()) == self.first {
            // At an end nothing is kept, so that turning back moves at once.
            self.rest = self.rest.clamp(-theme::ROW, theme::ROW);
        }
        self.first = moved.min(self.most());
    }

    /// The greatest first line: with it the last line stands at the bottom, in full.
    fn most(&self) -> usize {
        self.lines.saturating_sub(self.whole.max(1))
    }

    /// Draws the bar and moves with its handle.
    pub fn bar(&mut self, ui: &Ui, track: Rect) {
        if self.most() == 0 {
            return;
        }
        let response = ui.interact(track, ui.unique_id().with("scroll bar"), Sense::CLICK | Sense::DRAG);
        let length = (track.height() * self.whole as f32 / self.lines as f32).max(theme::ROW);
        let way = f64::from(track.height() - length);
        let start = |first: usize, most: usize| (way * first as f64 / most as f64) as f32;
        if let Some(pointer) = response.interact_pointer_pos() {
            let top = track.top() + start(self.first, self.most());
            if ui.input(|input| input.pointer.primary_pressed()) {
                let within = pointer.y - top;
                // A click beside the handle takes it there.
                self.grip = if (0.0..=length).contains(&within) { within } else { length / 2.0 };
            }
            let offset = f64::from(pointer.y - track.top() - self.grip).clamp(0.0, way);
            self.to((offset / way.max(1.0) * self.most() as f64).round() as usize);
        }
        let (first, most) = (self.first, self.most());
        let handle = Rect::from_min_size(
            pos2(track.left(), track.top() + start(first, most)),
            vec2(track.width(), length),
        );
        let style = ui.spacing().scroll;
        let opacity = if response.dragged() {
            style.interact_handle_opacity
        } else if response.hovered() {
            style.active_handle_opacity
        } else {
            style.dormant_handle_opacity
        };
        let color = Tokens::of(ui).text.gamma_multiply(opacity);
        ui.painter().rect_filled(handle.shrink2(vec2(2.0, 0.0)), style.bar_width / 2.0, color);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(egui::Role::ScrollBar);
            node.set_bounds(super::marks::bounds(track));
            node.set_label("Rows");
            node.set_orientation(egui::accesskit::Orientation::Vertical);
            node.set_min_numeric_value(0.0);
            node.set_max_numeric_value(most as f64);
            node.set_numeric_value(first as f64);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn million() -> Scroll {
        let mut scroll = Scroll::default();
        scroll.fit(1_000_000, 20.5 * theme::ROW);
        scroll
    }

    #[test]
    fn the_last_line_stands_at_the_bottom_in_full() {
        let mut scroll = million();
        scroll.reveal(999_999);
        assert_eq!((scroll.first(), scroll.drawn(20.5 * theme::ROW)), (999_980, 20));
        scroll.reveal(999_980);
        assert_eq!(scroll.first(), 999_980, "what is seen is not moved");
        scroll.reveal(0);
        assert_eq!((scroll.first(), scroll.drawn(20.5 * theme::ROW)), (0, 21));
    }

    #[test]
    fn the_wheel_moves_by_whole_lines_and_keeps_the_rest() {
        let mut scroll = million();
        scroll.to(900_000);
        scroll.turn(-3.0 * theme::ROW);
        assert_eq!(scroll.first(), 900_003);
        scroll.turn(theme::ROW * 0.75);
        scroll.turn(theme::ROW * 0.75);
        assert_eq!(scroll.first(), 900_002);
        scroll.turn(-1e12);
        assert_eq!(scroll.first(), 999_980);
    }

    #[test]
    fn fewer_lines_move_it_up() {
        let mut scroll = million();
        scroll.to(500);
        scroll.fit(100, 20.0 * theme::ROW);
        assert_eq!(scroll.first(), 80);
        scroll.fit(3, 20.0 * theme::ROW);
        assert_eq!((scroll.first(), scroll.drawn(480.0)), (0, 3));
    }
}
