//! The table of a comparison: names of settings at the left and databases above stay, the rest moves under them. Only the
//! lines and columns that are seen are laid out.

use egui::{Align, Id, Key, Modifiers, Rect, Response, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::action::Action;
use super::super::marks::{self, Direction};
use super::super::scroll::Scroll;
use super::super::theme::{self, Tokens};
use super::lines::Line;
use super::widths::Column;
use super::{CompareAction, ComparisonPage, Looked, Question, Shown};
use super::{cell, header};
use crate::analysis::compare::{NOT_COLLECTED, Row};

/// By how much a key makes a column wider.
const STEP: f32 = 16.0;

/// Where the table stands, and the cell that the keys are at.
#[derive(Default)]
pub struct Stand {
    scroll: Scroll,
    /// Points that the databases have moved to the left.
    across: f32,
    line: usize,
    database: usize,
    /// A cell that is to be seen with the next frame.
    wanted: bool,
}

impl Stand {
    /// Takes the keys to a cell.
    pub fn go_to(&mut self, line: usize, database: usize) {
        (self.line, self.database, self.wanted) = (line, database, true);
    }
}

/// What a click on the table means.
pub(super) enum Click {
    Line(usize),
    Cell { line: usize, database: usize },
    Header(usize),
    Ask(Question),
}

/// Where things are in this frame.
pub(super) struct Places {
    body: Rect,
    pub names: f32,
    /// Where the databases' columns begin, and where the last one ends.
    lefts: Vec<f32>,
    across: f32,
}

impl Places {
    pub fn column(&self, database: usize) -> f32 {
        self.body.left() + self.names + self.lefts[database] - self.across
    }

    pub fn width(&self, database: usize) -> f32 {
        self.lefts[database + 1] - self.lefts[database]
    }

    /// The databases of which something is seen.
    pub fn seen(&self) -> std::ops::Range<usize> {
        let room = self.body.width() - self.names;
        let first = self.lefts[1..].partition_point(|right| *right <= self.across);
        let last = self.lefts[..self.lefts.len() - 1].partition_point(|left| *left < self.across + room);
        first..last.max(first)
    }
}

impl ComparisonPage {
    pub(super) fn table(&mut self, ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
        let Some(looked) = &self.looked else { return };
        let tokens = Tokens::of(ui);
        let comparison = &looked.compared.comparison;
        let databases = comparison.databases.len();
        let area = ui.available_rect_before_wrap();
        let (inner, gutter) = area.split_left_right_at_x(area.right() - theme::GUTTER);
        let names = self.widths.names(inner.width());
        let room = inner.width() - names;
        let lefts = self.widths.lefts(&looked.titles, room);
        let most = (lefts[databases] - room).max(0.0);
        let below = if most > 0.0 { theme::GUTTER } else { 0.0 };
        let (above, rest) = inner.split_top_bottom_at_y(inner.top() + theme::COMPARED_HEADER);
        let (body, track) = rest.split_top_bottom_at_y(rest.bottom() - below);

        let id = Id::unique("comparison table");
        let focus = ui.interact(area, id, Sense::focusable_noninteractive());
        focus.widget_info(|| {
            WidgetInfo::labeled(egui::Role::Table, true, format!("Comparison of {databases} databases"))
        });
        let nothing_focused = ui.memory(|memory| memory.focused().is_none());
        let has_keys = shown.keys && (focus.has_focus() || nothing_focused);
        if focus.has_focus() {
            let filter = egui::EventFilter {
                tab: false,
                horizontal_arrows: true,
                vertical_arrows: true,
                escape: true,
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        }

        let stand = &mut self.stand;
        stand.scroll.fit(looked.lines.len(), body.height());
        stand.line = stand.line.min(looked.lines.len().saturating_sub(1));
        stand.database = stand.database.min(databases.saturating_sub(1));
        let mut entered = false;
        let mut held = None;
        if has_keys {
            if let Some(title) = looked.titles.get(stand.database) {
                let wide = lefts[stand.database + 1] - lefts[stand.database];
                for (key, way) in [(Key::ArrowRight, STEP), (Key::ArrowLeft, -STEP)] {
                    if ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, key)) {
                        self.widths.set(Column::Database(title), Some(wide + way));
                        ui.ctx().request_repaint();
                    }
                }
            }
            entered = keys(ui, stand, looked.lines.len(), databases);
            if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::R)) {
                held = Some(stand.database);
            }
        }
        if std::mem::take(&mut stand.wanted) {
            stand.scroll.reveal(stand.line);
            let (left, right) = (lefts[stand.database], lefts[stand.database + 1]);
            stand.across = stand.across.clamp((right - room).max(0.0).min(left), left);
        }
        if ui.rect_contains_pointer(area) {
            let turned = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta));
            stand.scroll.turn(turned.y);
            stand.across -= turned.x;
        }
        stand.across = stand.across.clamp(0.0, most);
        stand
            .scroll
            .bar(ui, Rect::from_min_max(pos2(gutter.left(), body.top()), gutter.max).shrink2(vec2(0.0, 2.0)));
        if most > 0.0 {
            let track = track.with_min_x(track.left() + names);
            across_bar(ui, track, &mut stand.across, most, room);
        }

        let places = Places { body, names, lefts, across: stand.across };
        let at = has_keys.then_some((stand.line, stand.database));
        let first = stand.scroll.first();
        let drawn = stand.scroll.drawn(body.height());
        let mut click = None;
        let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("compared"));
        child.set_clip_rect(body.intersect(ui.clip_rect()));
        for line in first..first + drawn {
            let top = body.top() + (line - first) as f32 * theme::ROW;
            let rect = Rect::from_min_size(pos2(body.left(), top), vec2(body.width(), theme::ROW));
            show_line(&mut child, looked, line, rect, &places, at, &mut click);
        }
        if looked.lines.is_empty() {
            let line = body.with_max_y(body.top() + 3.0 * theme::ROW);
            let words = "No setting is left by the filters above.";
            marks::paint_line(ui, line, words, theme::BODY, tokens.text_weak, Align::Center);
        }
        let places = Places { body: above, ..places };
        header::show_header(ui, looked, shown.roster, above, &places, &mut click, actions);
        let clip = ui.clip_rect();
        ui.set_clip_rect(above.with_min_x(above.left() + names).intersect(clip));
        for database in places.seen() {
            let size = vec2(places.width(database), above.height());
            let column = Rect::from_min_size(pos2(places.column(database), above.top()), size);
            self.widths.edge(ui, Column::Database(&looked.titles[database]), column);
        }
        ui.set_clip_rect(clip);
        self.widths.edge(ui, Column::Names, above.with_max_x(above.left() + names));
        let line = Stroke::new(1.0, tokens.border);
        ui.painter().hline(inner.x_range(), above.bottom(), line);
        ui.painter().vline(inner.left() + names, inner.top()..=body.bottom(), line);

        if entered {
            click = Some(Click::Cell { line: self.stand.line, database: self.stand.database });
        }
        let is_drift = looked.compared.departures.is_some();
        match click {
            Some(Click::Header(database)) => held = Some(database),
            Some(Click::Ask(question)) => actions.push(Action::Compare(CompareAction::Ask(question))),
            Some(Click::Line(line)) => self.clicked(ui, id, line, None),
            Some(Click::Cell { line, database }) => self.clicked(ui, id, line, Some(database)),
            None => {}
        }
        if let Some(database) = held.filter(|_| !is_drift) {
            let reference = self.looked.as_ref().and_then(|looked| looked.compared.comparison.reference);
            let reference = Some(database).filter(|database| reference != Some(*database));
            actions.push(Action::Compare(CompareAction::HoldAgainst(reference)));
        }
    }

    fn clicked(&mut self, ui: &Ui, id: Id, line: usize, database: Option<usize>) {
        ui.memory_mut(|memory| memory.request_focus(id));
        self.stand.line = line;
        self.stand.database = database.unwrap_or(self.stand.database);
        let Some(line) = self.looked.as_ref().and_then(|looked| looked.lines.get(line)).copied() else {
            return;
        };
        if let Line::Setting { row, .. } = line {
            self.choose(row);
        } else if self.folds.turn(line) {
            self.look();
        }
        ui.ctx().request_repaint();
    }
}

/// Moves by keys; true when Enter or Space was pressed.
fn keys(ui: &Ui, stand: &mut Stand, lines: usize, databases: usize) -> bool {
    let page = stand.scroll.whole().saturating_sub(1).max(1);
    let presses = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
    let (line, database) = (stand.line, stand.database);
    let back = presses(Key::ArrowUp) + page * presses(Key::PageUp);
    let on = presses(Key::ArrowDown) + page * presses(Key::PageDown);
    stand.line = (line + on).saturating_sub(back).min(lines.saturating_sub(1));
    stand.database = (database + presses(Key::ArrowRight))
        .saturating_sub(presses(Key::ArrowLeft))
        .min(databases.saturating_sub(1));
    if presses(Key::Home) > 0 {
        stand.line = 0;
    }
    if presses(Key::End) > 0 {
        stand.line = lines.saturating_sub(1);
    }
    stand.wanted |= (line, database) != (stand.line, stand.database);
    presses(Key::Enter) + presses(Key::Space) > 0
}

/// The bar by which the databases are moved to the left and right.
fn across_bar(ui: &Ui, track: Rect, across: &mut f32, most: f32, room: f32) {
    let response = ui.interact(track, ui.unique_id().with("across"), Sense::CLICK | Sense::DRAG);
    let length = (track.width() * room / (room + most)).max(theme::ROW);
    let way = (track.width() - length).max(1.0);
    if let Some(pointer) = response.interact_pointer_pos() {
        *across = ((pointer.x - track.left() - length / 2.0) / way * most).clamp(0.0, most);
    }
    let left = track.left() + way * *across / most;
    let style = ui.spacing().scroll;
    let live = response.hovered() || response.dragged();
    let opacity = if live { style.active_handle_opacity } else { style.dormant_handle_opacity };
    let handle = Rect::from_min_size(pos2(left, track.top() + 2.0), vec2(length, style.bar_width));
    let color = Tokens::of(ui).text.gamma_multiply(opacity);
    ui.painter().rect_filled(handle, style.bar_width / 2.0, color);
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_role(egui::Role::ScrollBar);
        node.set_bounds(marks::bounds(track));
        node.set_label("Databases");
        node.set_orientation(egui::accesskit::Orientation::Horizontal);
    });
}

fn show_line(
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
        room.max.x -= marks::paint_after(ui, room, &count, theme::SMALL, tokens.attention) + theme::STEP;
    }
    let color = if setting.stands_out() { tokens.text } else { tokens.text_weak };
    let cut = marks::paint_line(ui, room, title, theme::BODY, color, Align::Min);
    let follows = setting.cause.filter(|_| !under).map(|cause| &comparison.rows[cause].name);
    let hint = match (&setting.ignored, follows) {
        (Some(because), _) => Some(format!("{title}: left out, {because}")),
        (None, Some(cause)) => Some(format!("{title} follows from {cause}")),
        (None, None) if cut => Some(title.to_owned()),
        (None, None) => None,
    };
    menu(&response, row, setting, click);
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
        menu(&response, row, setting, click);
        if response.clicked() {
            *click = Some(Click::Cell { line: at, database });
        }
        response.on_hover_ui(|ui| cell::hint(ui, comparison, setting, database));
    }
    ui.set_clip_rect(clip);
}

/// What can be done with a setting.
fn menu(response: &Response, row: usize, setting: &Row, click: &mut Option<Click>) {
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
        let galley = marks::line(ui, section.title(), theme::BODY, tokens.text, room.width());
        let taken = galley.size().x + 2.0 * theme::STEP;
        marks::paint_line(ui, room, section.title(), theme::BODY, tokens.text, Align::Min);
        let rest = room.with_min_x(room.left() + taken);
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
