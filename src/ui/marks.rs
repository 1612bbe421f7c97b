//! Signs beside words: a shape and a colour for how something stands, so that neither colour nor reading is needed
//! alone. What a state means is said elsewhere; here is only how loud it is.

use egui::{Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};

use super::icons::Icon;
use super::theme::{self, Tokens};
use crate::failure::State;
use crate::rds::status::{Standing, standing};

/// The width of a usual letter, and that of one in a narrow text, in sizes of the font.
const USUAL_LETTER: f32 = 0.5;
const NARROW_LETTER: f32 = 0.42;

/// How loud something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// All is well: a disc.
    Good,
    /// Not asked, stopped: a ring.
    Idle,
    /// Under way: a ring half filled.
    Busy,
    /// Somebody should look: a triangle.
    Attention,
    /// Something is lost: a cross.
    Bad,
}

impl Tone {
    /// How loud a coverage state is.
    pub fn of_state(state: State) -> Tone {
        match state {
            State::Collected => Tone::Good,
            State::NotAsked => Tone::Idle,
            State::Stale | State::Throttled | State::Cancelled | State::RegionNotEnabled => Tone::Attention,
            State::Denied
            | State::ScpDenied
            | State::Expired
            | State::Unreachable
            | State::NoCredentials
            | State::Failed => Tone::Bad,
        }
    }

    /// How loud a status word is: RDS's for a resource of a kind, or that of a change.
    pub fn of_status(kind: &str, word: &str) -> Tone {
        match word {
            "appeared" => Tone::Good,
            "changed" => Tone::Attention,
            "disappeared" => Tone::Bad,
            word => match standing(kind, word) {
                Standing::Well => Tone::Good,
                Standing::Idle => Tone::Idle,
                Standing::UnderWay => Tone::Busy,
                Standing::Attention => Tone::Attention,
                Standing::Trouble => Tone::Bad,
            },
        }
    }

    pub fn color(self, tokens: &Tokens) -> egui::Color32 {
        match self {
            Tone::Good => tokens.good,
            Tone::Idle => tokens.idle,
            Tone::Busy => tokens.busy,
            Tone::Attention => tokens.attention,
            Tone::Bad => tokens.bad,
        }
    }

    /// Paints the sign around a point.
    pub fn paint(self, painter: &egui::Painter, center: Pos2, tokens: &Tokens) {
        let color = self.color(tokens);
        let stroke = Stroke::new(1.5, color);
        match self {
            Tone::Good => {
                painter.circle_filled(center, 3.5, color);
            }
            Tone::Idle => {
                painter.circle_stroke(center, 3.5, stroke);
            }
            Tone::Busy => {
                painter.circle_stroke(center, 4.0, stroke);
                painter.circle_filled(center, 1.75, color);
            }
            Tone::Attention => {
                let corners =
                    vec![center + vec2(0.0, -4.5), center + vec2(5.0, 4.0), center + vec2(-5.0, 4.0)];
                painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
            }
            Tone::Bad => {
                let reach = 3.5;
                let stroke = Stroke::new(2.0, color);
                painter.line_segment([center - vec2(reach, reach), center + vec2(reach, reach)], stroke);
                painter.line_segment([center + vec2(-reach, reach), center + vec2(reach, -reach)], stroke);
            }
        }
    }

    /// Puts the sign where the next widget would stand.
    pub fn show(self, ui: &mut Ui) {
        let tokens = Tokens::of(ui);
        let (rect, _) =
            ui.allocate_exact_size(vec2(12.0, ui.text_style_height(&egui::TextStyle::Body)), Sense::HOVER);
        self.paint(ui.painter(), rect.center(), tokens);
    }
}

/// Paints a triangle for a fold.
pub fn paint_arrow(painter: &egui::Painter, center: Pos2, direction: Direction, color: egui::Color32) {
    let corners = match direction {
        Direction::Down => [pos2(0.0, 3.0), pos2(-4.0, -3.0), pos2(4.0, -3.0)],
        Direction::Right => [pos2(3.0, 0.0), pos2(-3.0, 4.0), pos2(-3.0, -4.0)],
    };
    let corners = corners.iter().map(|corner| center + corner.to_vec2()).collect();
    painter.add(Shape::convex_polygon(corners, color, Stroke::NONE));
}

/// Paints an icon around a point.
pub fn paint_icon(ui: &Ui, center: Pos2, icon: Icon, size: f32, color: egui::Color32) {
    let font = egui::FontId::proportional(size);
    ui.painter().text(center, egui::Align2::CENTER_CENTER, char::from(icon), font, color);
}

/// Paints a frame around what has the focus and is painted by hand.
pub fn paint_focus(ui: &Ui, response: &egui::Response, tokens: &Tokens) {
    if response.has_focus() {
        let line = Stroke::new(1.0, tokens.accent);
        ui.painter().rect_stroke(response.rect, 3.0, line, egui::StrokeKind::Inside);
    }
}

/// Paints two sheets, one before the other, for copying; `behind` is the colour they lie on.
pub fn paint_copy(painter: &egui::Painter, center: Pos2, color: egui::Color32, behind: egui::Color32) {
    let sheet = vec2(7.0, 8.0);
    let stroke = Stroke::new(1.0, color);
    for offset in [vec2(1.5, -2.0), vec2(-1.5, 1.0)] {
        let rect = Rect::from_center_size(center + offset, sheet);
        painter.rect(rect, 1.0, behind, stroke, egui::StrokeKind::Inside);
    }
}

/// Where a triangle points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Down,
    Right,
}

/// Paints one line of text into a rectangle, cut with an ellipsis; gives what was painted, which knows how wide it is and
/// whether it was cut.
pub fn paint_line(
    ui: &Ui,
    rect: Rect,
    text: &str,
    size: f32,
    color: egui::Color32,
    align: egui::Align,
) -> std::sync::Arc<egui::Galley> {
    let galley = line(ui, text, size, color, rect.width());
    let x = match align {
        egui::Align::Min => rect.left(),
        egui::Align::Center => rect.center().x - galley.size().x / 2.0,
        egui::Align::Max => rect.right() - galley.size().x,
    };
    let y = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(x.round(), y.round()), galley.clone(), color);
    galley
}

/// Paints one line of text that reads upwards, from the bottom of a narrow rectangle.
pub fn paint_upright(ui: &Ui, rect: Rect, text: &str, size: f32, color: egui::Color32) {
    let galley = line(ui, text, size, color, rect.height());
    let left = rect.center().x - galley.size().y / 2.0;
    let shape = egui::epaint::TextShape::new(pos2(left.round(), rect.bottom()), galley, color);
    ui.painter().add(shape.with_angle(-std::f32::consts::FRAC_PI_2));
}

/// Paints a short text at the right end of a rectangle, where there is room for it; tells how much it takes.
pub fn paint_after(ui: &Ui, rect: Rect, text: &str, size: f32, color: egui::Color32) -> f32 {
    let galley = line(ui, text, size, color, f32::INFINITY);
    let taken = galley.size().x + theme::STEP;
    if taken > rect.width() {
        return 0.0;
    }
    let y = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2((rect.right() - galley.size().x).round(), y.round()), galley, color);
    taken
}

/// One line of text, laid out and cut to a width. What is not cut is the same picture at any width, so that resizing a
/// column lays out nothing anew.
pub fn line(
    ui: &Ui,
    text: &str,
    size: f32,
    color: egui::Color32,
    width: f32,
) -> std::sync::Arc<egui::Galley> {
    let first = text.lines().next().unwrap_or_default();
    let job = |text: &str| {
        egui::text::LayoutJob::simple_singleline(text.to_owned(), egui::FontId::proportional(size), color)
    };
    let cut = |text: &str| {
        let mut job = job(text);
        job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(1.0));
        ui.painter().layout_job(job)
    };
    if first.len() as f32 * size * USUAL_LETTER < width || width.is_infinite() {
        let whole = ui.painter().layout_job(job(first));
        if whole.size().x <= width {
            return whole;
        }
    }
    // Letters are shaped before they are cut: those far beyond the width, which may be thousands, are left out before.
    let most = (width.max(1.0) / (size * NARROW_LETTER)).ceil() as usize;
    if let Some((end, _)) = first.char_indices().nth(most) {
        let beginning = cut(&first[..end]);
        if beginning.elided {
            return beginning;
        }
    }
    cut(first)
}

/// Says to a screen reader what the dialog is that this is drawn in.
pub fn name_dialog(ui: &Ui, name: &str) {
    if let Some(dialog) = ui.stack().iter().find(|part| part.kind() == Some(egui::UiKind::Modal)) {
        ui.ctx().accesskit_node_builder(dialog.unique_id, |node| node.set_label(name));
    }
}

/// Shows the focus on what paints no frame of its own.
pub fn focus_ring(ui: &Ui, response: &egui::Response) {
    if response.has_focus() {
        let stroke = Stroke::new(1.5, Tokens::of(ui).accent);
        ui.painter().rect_stroke(response.rect.expand(2.0), 3.0, stroke, egui::StrokeKind::Inside);
    }
}

/// A rectangle as AccessKit has it, for what is no widget of egui's.
pub fn bounds(rect: Rect) -> egui::accesskit::Rect {
    egui::accesskit::Rect {
        x0: rect.min.x.into(),
        y0: rect.min.y.into(),
        x1: rect.max.x.into(),
        y1: rect.max.y.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_its_width_ends_however_narrow_its_letters_are() {
        let mut output = egui::Context::default().run_ui(egui::RawInput::default(), |ui| {
            for text in
                ["illi".repeat(100), "W".repeat(400), "rds:orders-2026-10-".repeat(20), "short".into()]
            {
                for width in [1.0, 60.0, 204.0, 5000.0] {
                    let font = egui::FontId::proportional(theme::BODY);
                    let color = egui::Color32::WHITE;
                    let mut job = egui::text::LayoutJob::simple_singleline(text.clone(), font, color);
                    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
                    let plain = ui.painter().layout_job(job);
                    let line = line(ui, &text, theme::BODY, color, width);
                    let seen = |galley: &egui::Galley| {
                        let glyphs: String = galley.rows[0].glyphs.iter().map(|glyph| glyph.chr).collect();
                        (glyphs, galley.elided, galley.size())
                    };
                    assert_eq!(seen(&line), seen(&plain), "{width}");
                }
            }
        });
        output.textures_delta.clear();
    }

    #[test]
    fn status_words_are_as_loud_as_they_deserve() {
        for (tone, words) in [
            (Tone::Good, "available active complete SWITCHOVER_COMPLETED"),
            (Tone::Idle, "stopped inactive retained"),
            (
                Tone::Busy,
                "backing-up backtracking configuring-enhanced-monitoring configuring-iam-database-auth \
                 configuring-log-exports converting-to-vpc creating delete-precheck deleting migrating modifying \
                 moving-to-vpc promoting rebooting renaming resetting-master-credentials starting stopping \
                 storage-initialization storage-optimization update-iam-db-auth upgrading SWITCHOVER_IN_PROGRESS",
            ),
            (Tone::Attention, "maintenance storage-config-upgrade failing-over needs_attention"),
            (
                Tone::Bad,
                "failed storage-full incompatible-create incompatible-network incompatible-option-group \
                 incompatible-parameters incompatible-restore inaccessible-encryption-credentials \
                 inaccessible-encryption-credentials-recoverable insufficient-capacity restore-error cloning-failed \
                 migration-failed SWITCHOVER_FAILED INVALID_CONFIGURATION",
            ),
        ] {
            for word in words.split_whitespace() {
                assert_eq!(Tone::of_status("db-instances", word), tone, "{word}");
            }
        }
    }
}
