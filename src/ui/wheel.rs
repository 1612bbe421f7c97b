//! Turns the mouse wheel's notches into scrolling that is done at once. egui spreads a notch over several frames, which
//! looks smooth on a screen of one's own and lags over RDP and X forwarding, where each frame is drawn without a GPU.

use egui::{Event, MouseWheelUnit, RawInput, Vec2};

use super::theme;

/// What one line of the wheel scrolls: three rows.
const LINE: f32 = 3.0 * theme::ROW;
/// egui carries deltas below 8 points out in the same frame.
const AT_ONCE: f32 = 7.5;

/// Replaces each notch by small deltas that add up to whole rows.
pub fn at_once(input: &mut RawInput) {
    let is_notch = |event: &Event| matches!(event, Event::MouseWheel { unit: MouseWheelUnit::Line, .. });
    if !input.events.iter().any(is_notch) {
        return;
    }
    let events = std::mem::take(&mut input.events);
    for event in events {
        let Event::MouseWheel { unit: MouseWheelUnit::Line, delta, phase, modifiers, source } = event else {
            input.events.push(event);
            continue;
        };
        let way = delta * LINE;
        let pieces = (way.length() / AT_ONCE).ceil().clamp(1.0, 400.0);
        for _ in 0..pieces as usize {
            let delta: Vec2 = way / pieces;
            input.events.push(Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta,
                phase,
                modifiers,
                source,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::{Modifiers, TouchPhase, vec2};

    use super::*;

    #[test]
    fn a_notch_scrolls_whole_rows_in_one_frame() {
        let notch = Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, -1.0),
            phase: TouchPhase::Move,
            modifiers: Modifiers::NONE,
            source: egui::MouseWheelSource::Wheel,
        };
        let ctx = egui::Context::default();
        let mut input = RawInput { events: vec![notch], ..RawInput::default() };
        at_once(&mut input);
        let mut scrolled = Vec2::ZERO;
        let mut output = ctx.run_ui(input, |ui| scrolled = ui.input(|input| input.smooth_scroll_delta));
        // A texture that nobody uploads is a mistake everywhere but here.
        output.textures_delta.clear();
        assert!((scrolled.y + LINE).abs() < 0.01, "{scrolled}");
    }
}
