//! A line of a comparison's table as it is drawn: a setting with its cells, or what folds others away. Which lines there
//! are is said in `lines`.

use egui::{Align, Id, Rect, Response, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::super::marks::{self, Direction};
use super::super::theme::{self, Tokens};
use super::cell;
use super::lines::Line;
use super::table::{Click, Places};
use super::{Looked, Question};
use crate::analysis::compare::{NOT_COLLECTED, Row};

/// Draws a line. `keys` says which line and which database the keys are at.
pub(super) fn show_line(
    ui: &mut Ui,
    looked: &Looked,
    at: usize,
    rect: Rect,
    places: &Places,
    keys: Option<(usize, usize)>,
    click: &mut Option<Click>,
) {
    let tokens = Tokens::of(ui);
    let comparison = &looked.compared.comparison;
    let Some(line) = looked.lines.get(at).copied() else { return };
    let Line::Setting { row, under } = line else {
        let response = show_fold(ui, looked, line, rect);
        if keys.is_some_and(|(known, _)| known == at) {
            ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, tokens.accent), egui::StrokeKind::Inside);
        }
        if response.clicked() {
            *click = Some(Click::Line(at));
        }
        return;
    };
    let setting = &comparison.rows[row];
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    let (name, cells) = rect.split_left_right_at_x(rect.left() + places.names);
    let response = ui.interact(name, Id::unique(("setting", row, under)), Sense::CLICK);
    let title = if &*setting.name == NOT_COLLECTED { "Not collected" } else { &*setting.name };
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, title));
    if response.hovered() {
        ui.painter().rect_filled(name, 0.0, tokens.hover);
    }
    marks::paint_focus(ui, &response, tokens);
    let indent = theme::STEP * if under { 9.0 } else { 6.0 };
    let mut room = name.with_min_x(name.left() + indent).with_max_x(name.right() - 2.0 * theme::STEP);
    if setting.differing > 0 {
        let count = setting.differing.to_string();
        room.max.x -= marks::paint_after(ui, room, &count, theme::SMALL, tokens.attention);
    }
    let color = if setting.stands_out() { tokens.text } else { tokens.text_weak };
    let cut = marks::paint_line(ui, room, title, theme::BODY, color, Align::Min).elided;
    let follows = setting.cause.filter(|_| !under).map(|cause| &comparison.rows[cause].name);
    let hint = match (&setting.ignored, follows) {
        (Some(because), _) => Some(format!("{title}: left out, {because}")),
        (None, Some(cause)) => Some(format!("{title} follows from {cause}")),
        (None, None) if cut => Some(title.to_owned()),
        (None, None) => None,
    };
    menu(&response, places, row, setting, click);
    let clicked = match hint {
        Some(hint) => response.on_hover_text(hint).clicked(),
        None => response.clicked(),
    };
    if clicked {
        *click = Some(Click::Line(at));
    }
    let clip = ui.clip_rect();
    ui.set_clip_rect(cells.intersect(clip));
    for database in places.seen() {
        let left = places.column(database);
        let rect = Rect::from_min_size(pos2(left, rect.top()), vec2(places.width(database), theme::ROW));
        cell::paint(ui, rect, &setting.cells[database], setting.stands_out());
        if keys == Some((at, database)) {
            ui.painter().rect_stroke(rect, 2.0, Stroke::new(1.5, tokens.accent), egui::StrokeKind::Inside);
        }
        let seen = rect.intersect(cells);
        let response = ui.interact(seen, Id::unique(("compared", row, database)), Sense::CLICK);
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(egui::Role::Cell);
            node.set_bounds(marks::bounds(seen));
            node.set_row_index(at);
            node.set_column_index(database);
            node.set_label(cell::name(comparison, setting, database));
        });
        menu(&response, places, row, setting, click);
        if response.clicked() {
            *click = Some(Click::Cell { line: at, database });
        }
        response.on_hover_ui(|ui| cell::hint(ui, comparison, setting, database));
    }
    ui.set_clip_rect(clip);
}

/// What can be done with a setting.
fn menu(response: &Response, places: &Places, row: usize, setting: &Row, click: &mut Option<Click>) {
    if !places.menus && !response.hovered() {
        return;
    }
    response.context_menu(|ui| {
        if setting.ignored.is_none() && ui.button("Ignore this setting…").clicked() {
            *click = Some(Click::Ask(Question::Ignore(row)));
        }
        if ui.button("Ignore rules…").clicked() {
            *click = Some(Click::Ask(Question::Rules));
        }
    });
}

/// A line that folds others away, or says where they are.
fn show_fold(ui: &Ui, looked: &Looked, line: Line, rect: Rect) -> Response {
    let tokens = Tokens::of(ui);
    let comparison = &looked.compared.comparison;
    let settings = |count: usize, word: &str| match count {
        1 => format!("1 {word}setting"),
        count => format!("{count} {word}settings"),
    };
    let (indent, words, open) = match line {
        Line::Section { section, differing, gap, folded } => {
            let words = format!("{}, {}", section.title(), standing(differing, gap));
            (2.0, words, Some(!folded))
        }
        Line::Equal { count, open, .. } => (6.0, settings(count, "equal "), Some(open)),
        Line::Following { cause, count, open } => {
            let word = if count == 1 { "follows" } else { "follow" };
            let cause = &comparison.rows[cause].name;
            (9.0, format!("{} {word} from {cause}", settings(count, "")), Some(open))
        }
        Line::Elsewhere { count, .. } => {
            let word = if count == 1 {
                "differs and stands under what it follows from"
            } else {
                "differ and stand under what they follow from"
            };
            (6.0, format!("{} {word}", settings(count, "more ")), None)
        }
        Line::Setting { .. } => (6.0, String::new(), None),
    };
    let sense = if open.is_some() { Sense::CLICK } else { Sense::HOVER };
    let response = ui.interact(rect, Id::unique(("fold", line.key())), sense);
    let is_section = matches!(line, Line::Section { .. });
    let fill = match (response.hovered() && open.is_some(), is_section) {
        (true, _) => tokens.hover,
        (false, true) => tokens.panel,
        (false, false) => tokens.canvas,
    };
    ui.painter().rect_filled(rect, 0.0, fill);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.hairline));
    let left = rect.left() + indent * theme::STEP;
    if let Some(open) = open {
        let direction = if open { Direction::Down } else { Direction::Right };
        marks::paint_arrow(ui.painter(), pos2(left + 4.0, rect.center().y), direction, tokens.text_faint);
    }
    let room = rect.with_min_x(left + 4.0 * theme::STEP);
    if let Line::Section { section, differing, gap, .. } = line {
        let title = marks::paint_line(ui, room, section.title(), theme::BODY, tokens.text, Align::Min);
        let rest = room.with_min_x(room.left() + title.size().x + 2.0 * theme::STEP);
        let color = if differing > 0 || gap { tokens.attention } else { tokens.text_weak };
        let count = standing(differing, gap);
        marks::paint_line(ui, rest, &count, theme::SMALL, color, Align::Min);
    } else {
        marks::paint_line(ui, room, &words, theme::SMALL, tokens.text_weak, Align::Min);
    }
    marks::paint_focus(ui, &response, tokens);
    let role = if open.is_some() { egui::Role::DisclosureTriangle } else { egui::Role::Label };
    let of_section = match line {
        Line::Equal { section, .. } | Line::Elsewhere { section, .. } => format!(" of {}", section.title()),
        _ => String::new(),
    };
    response.widget_info(|| WidgetInfo::labeled(role, true, format!("{words}{of_section}")));
    if let Some(open) = open {
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(open));
    }
    response
}

/// How a section stands, in words.
fn standing(differing: usize, gap: bool) -> String {
    let differ = match differing {
        0 if gap => return "not collected of every database".to_owned(),
        0 => "nothing differs".to_owned(),
        1 => "1 differs".to_owned(),
        differing => format!("{differing} differ"),
    };
    if gap { format!("{differ}, not collected of every database") } else { differ }
}
