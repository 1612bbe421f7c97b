//! The table of a comparison: names of settings at the left and databases above stay, the rest moves under them. Only the
//! lines and columns that are seen are laid out.

use egui::{Align, Id, Key, Modifiers, Popup, Rect, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::action::Action;
use super::super::ahead;
use super::super::marks;
use super::super::scroll::Scroll;
use super::super::theme::{self, Tokens};
use super::lines::Line;
use super::widths::Column;
use super::{CompareAction, ComparisonPage, Question, Shown};
use super::{header, table_lines};

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
    /// Whether a menu may be open; otherwise only what is under the pointer can open one.
    pub menus: bool,
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
            ahead::keep_arrows(ui, id);
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

        let menus = Popup::is_any_open(ui.ctx());
        let places = Places { body, names, lefts, across: stand.across, menus };
        let at = has_keys.then_some((stand.line, stand.database));
        let first = stand.scroll.first();
        let drawn = stand.scroll.drawn(body.height());
        let mut click = None;
        let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("compared"));
        child.set_clip_rect(body.intersect(ui.clip_rect()));
        for line in first..first + drawn {
            let top = body.top() + (line - first) as f32 * theme::ROW;
            let rect = Rect::from_min_size(pos2(body.left(), top), vec2(body.width(), theme::ROW));
            table_lines::show_line(&mut child, looked, line, rect, &places, at, &mut click);
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
