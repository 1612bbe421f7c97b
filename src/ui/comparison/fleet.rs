//! The settings in which databases differ most, the most varied first, with how many values each has. The values
//! themselves, and who has them, stand in the panel beside.

use egui::{Align, Id, Rect, Ui, vec2};

use super::super::marks;
use super::super::theme::{self, Tokens};
use super::{ComparisonPage, listing};

/// The room of the numbers.
const NUMBERS: f32 = 96.0;

impl ComparisonPage {
    pub(super) fn values(&mut self, ui: &mut Ui) {
        let Some(looked) = &self.looked else { return };
        let tokens = Tokens::of(ui);
        let comparison = &looked.compared.comparison;
        let shown = &looked.varied;
        let header = |ui: &Ui, head: Rect| {
            let (values, differ, name) = columns(head);
            for (rect, text, align) in [
                (values, "Values", Align::Max),
                (differ, "Differ", Align::Max),
                (name, "Setting", Align::Min),
            ] {
                marks::paint_line(ui, rect, text, theme::SMALL, tokens.text_weak, align);
            }
        };
        let open = self.setting.as_ref().map(super::setting::Setting::row);
        let nothing = "No setting that is shown has more than one value.";
        let mut chosen = None;
        listing::list(ui, &mut self.listed, shown.len(), nothing, header, |ui, at, line| {
            let varied = &shown[at];
            let setting = &comparison.rows[varied.row];
            let name = || format!("{}: {} values, {} differ", setting.name, varied.values, varied.differing);
            let id = Id::unique(("varied", varied.row));
            let response = listing::choosable(ui, line, id, name, open == Some(varied.row));
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
        });
        if let Some(row) = chosen {
            self.choose(row);
        }
    }
}

/// Where a line has its two numbers and the setting.
fn columns(line: Rect) -> (Rect, Rect, Rect) {
    let line = line.shrink2(vec2(3.0 * theme::STEP, 0.0));
    let first = line.with_max_x(line.left() + NUMBERS);
    let second = first.translate(vec2(NUMBERS, 0.0));
    (first, second, line.with_min_x(second.right() + 4.0 * theme::STEP))
}
