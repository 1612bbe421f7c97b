//! The line of filters under the header: a field a column, the signs of how its text is meant, and the popup behind the
//! funnel, with every way that fits the column's type and its values to pick from. It hands conditions on and keeps only
//! what is half typed.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{
    Align, Align2, Frame, Id, Key, Modifiers, Popup, PopupCloseBehavior, Rect, Response, RichText, Sense,
    SetOpenCommand, Stroke, TextEdit, Ui, WidgetInfo, vec2,
};

use super::action::{Action, GridAction};
use super::condition::{self, Condition, How};
use super::grid_cells::PADDING;
use super::icons::Icon;
use super::marks;
use super::pick_list::{self, PickList, Picks};
use super::theme::{self, Tokens};
use crate::core::{Command, Values, View};
use crate::query::{Filter, Query};
use crate::rds::{Column, Shape};

/// The width of the popup, and of the funnel in a cell.
const POPUP: f32 = 352.0;
const FUNNEL: f32 = 20.0;

/// What the line remembers beside the filters, which are the grid's.
#[derive(Default)]
pub struct FilterRow {
    /// What is typed, by column: more than the filters say while it is half typed.
    typed: HashMap<String, Condition>,
    open: Option<Open>,
    /// The column whose popup is to open as soon as its cell is drawn.
    wanted: Option<String>,
}

/// The popup that is open.
struct Open {
    column: String,
    list: PickList,
    values: Option<Arc<Values>>,
    /// The view whose values were asked for.
    view: Option<u64>,
    from: String,
    to: String,
}

/// What a frame knows of a column.
pub struct Cell<'a> {
    pub column: &'a Column,
    /// The grid's conditions.
    pub filters: &'a [Filter],
}

impl Cell<'_> {
    /// The conditions on this column alone.
    fn own(&self) -> impl Iterator<Item = &Filter> {
        self.filters.iter().filter(|filter| condition::column_of(filter) == Some(&self.column.name))
    }

    fn shape(&self) -> &Shape {
        &self.column.shape
    }

    fn replace(&self, filter: Option<Filter>) -> Action {
        Action::Grid(GridAction::Filters(condition::with(self.filters, &self.column.name, filter)))
    }
}

/// Whether there is a condition on a column alone.
pub fn is_filtered(filters: &[Filter], column: &str) -> bool {
    filters.iter().any(|filter| condition::column_of(filter) == Some(column))
}

fn popup_id(column: &str) -> Id {
    Id::unique(("filter popup", column))
}

impl FilterRow {
    /// Opens a column's popup when its cell is drawn next.
    pub fn open(&mut self, column: &str) {
        self.wanted = Some(column.to_owned());
    }

    /// Takes the values of a column in.
    pub fn take(&mut self, values: &Arc<Values>) {
        if let Some(open) = self.open.as_mut().filter(|open| open.column == values.column) {
            open.values = Some(Arc::clone(values));
        }
    }

    /// What to ask the core for: the values of the column whose popup is open, once for each view.
    pub fn ask(&mut self, view: &View, filters: &[Filter]) -> Option<Command> {
        let open = self.open.as_mut()?;
        if open.view == Some(view.number) {
            return None;
        }
        open.view = Some(view.number);
        let query = Query { filters: filters.to_vec(), ..view.query.clone() };
        Some(Command::Values { query, column: open.column.clone() })
    }

    /// What is typed for a column: as it was typed where the filters still say the same, or as they say it. `None` where
    /// they say more than a line of text does.
    fn typed(&self, cell: &Cell<'_>) -> Option<Condition> {
        let name = &cell.column.name;
        let mut own = cell.own();
        let (only, more) = (own.next(), own.next().is_some());
        if more {
            return None;
        }
        let typed = self.typed.get(name).filter(|typed| typed.filter(cell.column).as_ref() == only);
        match (typed, only) {
            (Some(typed), _) => Some(typed.clone()),
            (None, Some(filter)) => Condition::of(filter, cell.shape()),
            (None, None) => How::of(cell.shape()).first().map(|&how| Condition::new(how)),
        }
    }

    fn type_in(&mut self, cell: &Cell<'_>, condition: Condition, actions: &mut Vec<Action>) {
        let name = &cell.column.name;
        let filter = condition.filter(cell.column);
        self.typed.insert(name.clone(), condition);
        if filter.as_ref() != cell.own().next() || cell.own().count() > 1 {
            actions.push(cell.replace(filter));
        }
    }

    /// Draws a cell of the line.
    pub fn cell(&mut self, ui: &mut Ui, rect: Rect, cell: &Cell<'_>, actions: &mut Vec<Action>) {
        let tokens = Tokens::of(ui);
        let name = &cell.column.name;
        ui.painter().rect_filled(rect, 0.0, tokens.panel);
        ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.border));
        let filtered = cell.own().next().is_some();
        let (left, right) = rect.shrink2(vec2(2.0, 2.0)).split_left_right_at_x(rect.right() - FUNNEL - 3.0);
        let condition = self.typed(cell);
        match condition.filter(|condition| condition.how.is_typed()) {
            Some(condition) => self.field(ui, left, cell, condition, filtered, actions),
            None => {
                let text = cell.own().map(summary).collect::<Vec<_>>().join(", ");
                let response = ui.interact(left, popup_id(name).with("summary"), Sense::CLICK);
                let color = if filtered { tokens.accent } else { tokens.text_faint };
                let text = if filtered { text.as_str() } else { "" };
                marks::paint_line(
                    ui,
                    left.shrink2(vec2(PADDING - 2.0, 0.0)),
                    text,
                    theme::BODY,
                    color,
                    Align::Min,
                );
                response.widget_info(|| {
                    WidgetInfo::labeled(egui::Role::Button, true, format!("Condition on {name}"))
                });
                if response.clicked() {
                    self.open(name);
                }
            }
        }
        let button = ui.interact(right, popup_id(name).with("funnel"), Sense::CLICK);
        let color = match (filtered, button.hovered() || button.has_focus()) {
            (true, _) => tokens.accent,
            (false, true) => tokens.text,
            (false, false) => tokens.text_faint,
        };
        marks::paint_icon(ui, right.center(), Icon::ListFilter, theme::BODY, color);
        marks::paint_focus(ui, &button, tokens);
        button.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("Filter {name}")));
        let toggled = button.clicked();
        self.popup(
            ui,
            &button.on_hover_text("Pick values and more ways to filter (F)"),
            toggled,
            cell,
            actions,
        );
    }

    fn field(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        cell: &Cell<'_>,
        mut condition: Condition,
        filtered: bool,
        actions: &mut Vec<Action>,
    ) {
        let tokens = Tokens::of(ui);
        let name = &cell.column.name;
        let id = popup_id(name).with("field");
        let focused = ui.memory(|memory| memory.has_focus(id));
        let hovered = ui.rect_contains_pointer(rect);
        let half_typed = !filtered && !condition.text.trim().is_empty();
        if focused || hovered || filtered || half_typed {
            let line = if focused { tokens.accent } else { tokens.border };
            let line = Stroke::new(1.0, line);
            ui.painter().rect(rect, 3.0, tokens.field, line, egui::StrokeKind::Inside);
        }
        let sign = sign(&condition, cell.shape());
        // The text stands above those of the column.
        let mut field = rect.with_min_x(rect.left() + PADDING - 2.0);
        if !sign.is_empty() {
            let sign = marks::paint_line(ui, field, sign, theme::BODY, tokens.accent, Align::Min);
            field.min.x += sign.size().x + theme::STEP;
        }
        let color = if half_typed { tokens.attention } else { tokens.text };
        let hint = match condition.how {
            How::Range if cell.shape().is_number() => "100..200, >=100",
            How::Range if matches!(cell.shape(), Shape::Timestamp) => ">=-7d, 2026-01-01..",
            How::Range => "14..16",
            how => how.word(),
        };
        let hint = if focused || hovered { hint } else { "" };
        let edit = TextEdit::singleline(&mut condition.text)
            .id(id)
            .frame(Frame::NONE)
            .text_color(color)
            .hint_text(RichText::new(hint).color(tokens.text_faint))
            .align(Align2::LEFT_CENTER)
            .desired_width(field.width());
        let response = ui.put(field, edit).accessible_name(format!("{name} {}", condition.how.word()));
        // egui takes the focus away on Escape before the field is drawn.
        if response.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
            condition.text.clear();
            self.type_in(cell, condition, actions);
        } else if response.changed() {
            self.type_in(cell, condition, actions);
        } else if half_typed {
            response
                .on_hover_text("Not a condition yet: write 100, >=100, <=200 or 100..200, a date, -7d, or a whole expression");
        }
    }

    /// Draws a column's popup where it is open. `anchor` is what it hangs below.
    pub fn popup(
        &mut self,
        ui: &Ui,
        anchor: &Response,
        toggled: bool,
        cell: &Cell<'_>,
        actions: &mut Vec<Action>,
    ) {
        let name = cell.column.name.as_str();
        let id = popup_id(name);
        let wanted = self.wanted.as_deref() == Some(name);
        if wanted {
            self.wanted = None;
        }
        let set =
            if wanted { Some(SetOpenCommand::Bool(true)) } else { toggled.then_some(SetOpenCommand::Toggle) };
        let shown = Popup::from_response(anchor)
            .id(id)
            .open_memory(set)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .accessible_name(format!("Filter {name}"))
            .show(|ui| {
                ui.set_width(POPUP);
                let opened = self.open.as_ref().is_none_or(|open| open.column != name);
                if opened {
                    self.open = Some(Open::new(cell));
                }
                self.ways(ui, cell, opened, actions);
                self.values(ui, cell, actions);
            });
        let closed = shown.is_none() || !Popup::is_id_open(ui.ctx(), id);
        if closed && self.open.as_ref().is_some_and(|open| open.column == name) {
            self.open = None;
        }
    }

    /// The ways to type a condition.
    fn ways(&mut self, ui: &mut Ui, cell: &Cell<'_>, opened: bool, actions: &mut Vec<Action>) {
        let ways = How::of(cell.shape());
        let Some(&first) = ways.first() else { return };
        let tokens = Tokens::of(ui);
        let mut condition = self.typed(cell).unwrap_or(Condition::new(first));
        let before = condition.clone();
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.spacing_mut().button_padding.x = 1.5 * theme::STEP;
            for &how in ways {
                if ui.selectable_label(condition.how == how, how.word()).clicked() {
                    condition.how = how;
                }
            }
        });
        let field = |ui: &mut Ui, text: &mut String, hint: &str, name: &str, width: f32| {
            let field = TextEdit::singleline(text).hint_text(hint).align(Align2::LEFT_CENTER);
            ui.add_sized(vec2(width, theme::ROW), field).accessible_name(name)
        };
        let width = ui.available_width();
        match condition.how {
            How::Absent | How::Present => {}
            How::Range => {
                let Some(open) = &mut self.open else { return };
                ui.horizontal(|ui| {
                    let half = (width - ui.spacing().item_spacing.x) / 2.0;
                    let from = field(ui, &mut open.from, "from", "From", half);
                    let to = field(ui, &mut open.to, "to", "To", half);
                    if opened {
                        from.request_focus();
                    }
                    if from.changed() || to.changed() {
                        let (from, to) = (open.from.trim(), open.to.trim());
                        condition.text = if from.is_empty() && to.is_empty() {
                            String::new()
                        } else {
                            format!("{from}..{to}")
                        };
                    }
                });
            }
            how => {
                let response = field(ui, &mut condition.text, how.word(), how.word(), width);
                if opened {
                    response.request_focus();
                }
                // Past the ways to the values, as Excel goes from its field into its list.
                if response.has_focus()
                    && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown))
                {
                    ui.memory_mut(|memory| memory.request_focus(pick_list::lines_id(&cell.column.name)));
                }
            }
        }
        ui.horizontal(|ui| {
            if condition.how.is_typed() {
                ui.checkbox(&mut condition.not, "not");
            }
            if cell.own().next().is_some() {
                ui.with_layout(egui::Layout::right_to_left(Align::Center), |ui| {
                    if ui.button("Clear").clicked() {
                        condition = Condition::new(first);
                    }
                });
            }
        });
        if condition != before {
            self.type_in(cell, condition, actions);
        }
        ui.add_space(theme::STEP);
        ui.painter().hline(ui.max_rect().x_range(), ui.cursor().top(), Stroke::new(1.0, tokens.border));
        ui.add_space(2.0 * theme::STEP);
    }

    fn values(&mut self, ui: &mut Ui, cell: &Cell<'_>, actions: &mut Vec<Action>) {
        let Some(open) = &mut self.open else { return };
        let mut own = cell.own();
        let picks = match (own.next(), own.next()) {
            (Some(only), None) => Picks::of(only).unwrap_or(Picks::all()),
            _ => Picks::all(),
        };
        let name = &cell.column.name;
        let done = open.list.show(ui, name, open.values.as_deref(), &picks);
        if let Some(picks) = done.picks {
            self.typed.remove(name);
            actions.push(cell.replace(picks.filter(name)));
        }
        if done.closed {
            ui.close();
        }
    }
}

impl Open {
    fn new(cell: &Cell<'_>) -> Open {
        let typed = cell.own().next().and_then(|filter| Condition::of(filter, cell.shape()));
        let text = typed.filter(|typed| typed.how == How::Range).map(|typed| typed.text).unwrap_or_default();
        let (from, to) = condition::ends(&text);
        let owned = |end: Option<&str>| end.unwrap_or_default().to_owned();
        Open {
            column: cell.column.name.clone(),
            list: PickList::default(),
            values: None,
            view: None,
            from: owned(from),
            to: owned(to),
        }
    }
}

/// How a condition is meant, where it is not what typing means by itself.
fn sign(condition: &Condition, shape: &Shape) -> &'static str {
    match (condition.how, condition.not) {
        (how, false) if How::of(shape).first() == Some(&how) => "",
        (How::Is, false) => "=",
        (How::Is, true) => "≠",
        (How::Matches, false) => "~",
        (How::Matches, true) => "!~",
        (_, true) => "not",
        _ => "",
    }
}

/// What a condition says, without the column under which it stands.
fn summary(filter: &Filter) -> String {
    let text = filter.to_string();
    match condition::column_of(filter).and_then(|column| text.strip_prefix(column)) {
        Some(rest) => rest.trim_start().to_owned(),
        None => text,
    }
}
