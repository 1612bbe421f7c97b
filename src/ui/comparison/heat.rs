//! The heat map: every setting that stands out as a line of small cells, one for each database, so that fifty are seen at
//! once. Each verdict has a colour and a shape; a click goes to the cell in the table.

use egui::{Align, Color32, Id, Key, Mesh, Modifiers, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::super::ahead;
use super::super::marks;
use super::super::scroll::Scroll;
use super::super::theme::{self, Tokens};
use super::{ComparisonPage, Shown, cell};
use crate::analysis::same::Verdict;

/// The thickness of a hollow cell's frame.
const FRAME: f32 = 2.0;

/// Where the map stands, and the cell that the keys are at.
#[derive(Default)]
pub struct Heat {
    scroll: Scroll,
    line: usize,
    database: usize,
}

impl ComparisonPage {
    pub(super) fn heat_map(&mut self, ui: &mut Ui, shown: &Shown<'_>) {
        let Some(looked) = &self.looked else { return };
        let tokens = Tokens::of(ui);
        let comparison = &looked.compared.comparison;
        let databases = comparison.databases.len();
        let area = ui.available_rect_before_wrap().shrink2(vec2(2.0 * theme::STEP, theme::STEP));
        let (inner, gutter) = area.split_left_right_at_x(area.right() - theme::GUTTER);
        let names = (inner.width() * 0.3).min(theme::COMPARED_NAMES).round();
        let width = ((inner.width() - names) / databases.max(1) as f32)
            .clamp(theme::HEAT_LEAST, theme::HEAT_MOST)
            .floor();
        // The shapes are explained above the map, and under that stand the databases' names: upright where there is no room
        // for them otherwise.
        let named = if width >= theme::HEAT_NAMED { theme::LINE } else { theme::HEAT_UPRIGHT };
        let (head, body) = inner.split_top_bottom_at_y(inner.top() + theme::LINE + named);
        let id = Id::unique("heat map");
        let map = Rect::from_min_size(
            pos2(body.left() + names, body.top()),
            vec2(width * databases as f32, body.height()),
        );
        let response = ui.interact(map, id, Sense::click());
        let label = format!("Heat map: {} settings of {databases} databases", looked.marked.len());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, &label));

        let heat = &mut self.heat;
        // The scroll reckons in lines of a grid: as many as would fit of those stand for these.
        heat.scroll.fit(looked.marked.len(), body.height() * theme::ROW / theme::HEAT_LINE);
        if ui.rect_contains_pointer(area) {
            let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            heat.scroll.turn(turned * theme::ROW / theme::HEAT_LINE);
        }
        heat.scroll.bar(ui, gutter.with_min_y(body.top()));
        let mut chosen = None;
        if response.has_focus() && shown.keys {
            ahead::keep_arrows(ui, id);
            let presses = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
            let line = (heat.line + presses(Key::ArrowDown)).saturating_sub(presses(Key::ArrowUp));
            heat.line = line.min(looked.marked.len().saturating_sub(1));
            let database = (heat.database + presses(Key::ArrowRight)).saturating_sub(presses(Key::ArrowLeft));
            heat.database = database.min(databases.saturating_sub(1));
            heat.scroll.reveal(heat.line);
            if presses(Key::Enter) > 0 {
                chosen = looked.marked.get(heat.line).map(|row| (*row, heat.database));
            }
        }

        let first = heat.scroll.first();
        let seen = (body.height() / theme::HEAT_LINE).floor() as usize;
        let mut mesh = Mesh::default();
        let mut section = None;
        for (at, row) in looked.marked.iter().skip(first).take(seen).enumerate() {
            let setting = &comparison.rows[*row];
            let top = body.top() + at as f32 * theme::HEAT_LINE;
            let line = Rect::from_min_size(pos2(body.left(), top), vec2(names, theme::HEAT_LINE));
            let name = ui.interact(line, Id::unique(("heat", *row)), Sense::CLICK);
            name.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &*setting.name));
            let color = if name.hovered() { tokens.accent } else { tokens.text };
            let room = line.with_max_x(line.right() - 2.0 * theme::STEP);
            let painted = marks::paint_line(ui, room, &setting.name, theme::SMALL, color, Align::Max);
            if name.clicked() {
                let differs = setting.cells.iter().position(|cell| cell.verdict() != Verdict::Equal);
                chosen = Some((*row, differs.unwrap_or_default()));
            }
            if section.replace(setting.section) != Some(setting.section) {
                if at > 0 {
                    ui.painter().hline(body.left()..=map.right(), top, Stroke::new(1.0, tokens.border));
                }
                // Beside the setting's name, where that leaves room.
                let color = tokens.text_weak;
                let word = setting.section.word();
                let wide = marks::line(ui, word, theme::SMALL, color, f32::INFINITY).size().x;
                if wide + painted.size().x + 2.0 * theme::STEP < room.width() {
                    marks::paint_line(ui, room, word, theme::SMALL, color, Align::Min);
                }
            }
            for (database, cell) in setting.cells.iter().enumerate() {
                let left = map.left() + database as f32 * width;
                let rect = Rect::from_min_size(pos2(left, top), vec2(width, theme::HEAT_LINE)).shrink(0.5);
                shape(&mut mesh, rect, cell.verdict(), tokens);
            }
        }
        ui.painter().add(mesh);
        if response.has_focus() {
            let at = pos2(
                map.left() + heat.database as f32 * width,
                map.top() + heat.line.saturating_sub(first) as f32 * theme::HEAT_LINE,
            );
            let rect = Rect::from_min_size(at, vec2(width, theme::HEAT_LINE));
            ui.painter().rect_stroke(rect, 1.0, Stroke::new(2.0, tokens.accent), egui::StrokeKind::Outside);
        }
        let (above, names_above) = head.split_top_bottom_at_y(head.top() + theme::LINE);
        legend(ui, above, tokens);
        for (at, database) in comparison.databases.iter().enumerate() {
            let left = map.left() + at as f32 * width;
            let room = names_above.with_min_x(left + 2.0).with_max_x(left + width - 2.0);
            let name = &database.identifier;
            if width >= theme::HEAT_NAMED {
                marks::paint_line(ui, room, name, theme::SMALL, tokens.text_weak, Align::Min);
            } else if width >= theme::SMALL {
                marks::paint_upright(ui, room, name, theme::SMALL, tokens.text_weak);
            }
        }
        let cell_at = |at: egui::Pos2| -> Option<(usize, usize)> {
            let row = looked.marked.get(first + ((at.y - map.top()) / theme::HEAT_LINE).floor() as usize)?;
            let database = ((at.x - map.left()) / width).floor() as usize;
            (database < databases).then_some((*row, database))
        };
        let under = response.hover_pos().and_then(cell_at);
        if response.clicked() {
            chosen = response.interact_pointer_pos().and_then(cell_at).or(chosen);
        }
        if let Some((row, database)) = under {
            let left = map.left() + database as f32 * width;
            let line = Stroke::new(1.0, tokens.accent);
            ui.painter().vline(left - 0.5, map.y_range(), line);
            ui.painter().vline(left + width - 0.5, map.y_range(), line);
            response.on_hover_ui_at_pointer(|ui| {
                cell::hint(ui, comparison, &comparison.rows[row], database);
            });
        }
        if looked.marked.is_empty() {
            let line = body.with_max_y(body.top() + 3.0 * theme::ROW);
            let words = "Nothing stands out among the settings that are shown.";
            marks::paint_line(ui, line, words, theme::BODY, tokens.text_weak, Align::Center);
        }
        if let Some((row, database)) = chosen {
            self.zoom(row, database);
            ui.ctx().request_repaint();
        }
    }
}

/// Adds a cell: filled where it differs, hollow where it is missing, half filled where it waits, a dot where it is not
/// known, and next to nothing where it is equal.
fn shape(mesh: &mut Mesh, rect: Rect, verdict: Verdict, tokens: &Tokens) {
    let mut fill = |rect: Rect, color: Color32| mesh.add_colored_rect(rect, color);
    match verdict {
        Verdict::Equal => fill(rect, tokens.hairline),
        Verdict::Different => fill(rect, tokens.different),
        Verdict::Missing => {
            fill(rect, tokens.missing);
            fill(rect.shrink(FRAME.min(rect.width() / 3.0)), tokens.canvas);
        }
        Verdict::Waits => {
            fill(rect, tokens.waits_fill);
            fill(rect.with_min_y(rect.center().y), tokens.busy);
        }
        Verdict::NotKnown => {
            fill(rect, tokens.hairline);
            let dot = vec2((rect.width() / 2.0).min(4.0), 4.0);
            fill(Rect::from_center_size(rect.center(), dot), tokens.text_faint);
        }
    }
}

/// What the shapes mean.
fn legend(ui: &Ui, head: Rect, tokens: &Tokens) {
    let mut mesh = Mesh::default();
    let mut left = head.left();
    for verdict in [Verdict::Different, Verdict::Missing, Verdict::Waits, Verdict::NotKnown, Verdict::Equal] {
        let at = pos2(left, head.center().y - theme::HEAT_LINE / 2.0);
        let rect = Rect::from_min_size(at, vec2(theme::HEAT_LINE, theme::HEAT_LINE)).shrink(0.5);
        shape(&mut mesh, rect, verdict, tokens);
        let room = Rect::from_min_max(pos2(rect.right() + theme::STEP, head.top()), head.max);
        let word = verdict.word();
        let word = marks::paint_line(ui, room, word, theme::SMALL, tokens.text_weak, Align::Min);
        left = room.left() + word.size().x + 4.0 * theme::STEP;
    }
    ui.painter().add(mesh);
}
