//! The values of a column to pick from, as Excel lists them: which are ticked, what a tick makes of the condition, and
//! the list itself. The values and how many rows have each come from the core.

use egui::{
    Align, Align2, Event, EventFilter, Id, Key, Layout, Modifiers, Rect, RichText, Role, ScrollArea, Sense,
    Stroke, StrokeKind, TextEdit, Ui, WidgetInfo, vec2,
};

use super::marks;
use super::status::grouped;
use super::theme::{self, Tokens};
use super::tick::Tick;
use crate::core::{CellText, Values};
use crate::names;
use crate::query::{Filter, Test};
use crate::rds::holds_names;

/// Values that are seen at once.
const LINES: usize = 10;
/// The room of a box before its value.
const BOX: f32 = 5.0 * theme::STEP;

/// The values that are ticked: these, or all but these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picks {
    all_but: bool,
    values: Vec<String>,
    absent: bool,
    /// Whether the values are names, which are ticked in whatever case they were typed.
    in_any_case: bool,
}

impl Picks {
    /// Every value, those included that are still to come.
    pub fn all() -> Picks {
        Picks { all_but: true, ..Picks::default() }
    }

    /// What a condition has ticked; `None` where it says something that ticks cannot say.
    pub fn of(filter: &Filter) -> Option<Picks> {
        match filter {
            Filter::Not(inner) => {
                let picks = Picks::of(inner)?;
                (!picks.all_but).then_some(Picks { all_but: true, ..picks })
            }
            Filter::Column { column, test: Test::Is(values) } => {
                Some(Picks { values: values.clone(), in_any_case: holds_names(column), ..Picks::default() })
            }
            Filter::Column { test: Test::Absent, .. } => Some(Picks { absent: true, ..Picks::default() }),
            Filter::Any(filters) => match filters.as_slice() {
                [
                    Filter::Column { column, test: Test::Is(values) },
                    Filter::Column { test: Test::Absent, .. },
                ] => Some(Picks {
                    all_but: false,
                    values: values.clone(),
                    absent: true,
                    in_any_case: holds_names(column),
                }),
                _ => None,
            },
            _ => None,
        }
    }

    /// The condition that the ticks mean; `None` where everything is ticked.
    pub fn filter(&self, column: &str) -> Option<Filter> {
        let is = Filter::column(column, Test::Is(self.values.clone()));
        let absent = Filter::column(column, Test::Absent);
        let these = match (self.values.is_empty(), self.absent) {
            (true, false) if self.all_but => return None,
            (true, true) => absent,
            (_, false) => is,
            (false, true) => Filter::Any(vec![is, absent]),
        };
        Some(if self.all_but { Filter::Not(Box::new(these)) } else { these })
    }

    pub fn ticked(&self, value: &CellText) -> bool {
        let named = if value.absent { self.absent } else { self.names(&value.text) };
        named != self.all_but
    }

    fn names(&self, value: &str) -> bool {
        self.values.iter().any(|known| self.is_same(known, value))
    }

    fn is_same(&self, one: &str, other: &str) -> bool {
        if self.in_any_case { names::same(one, other) } else { one == other }
    }

    pub fn tick(&mut self, value: &CellText, on: bool) {
        let named = on != self.all_but;
        if value.absent {
            self.absent = named;
        } else if named && !self.names(&value.text) {
            self.values.push(value.text.clone());
        } else if !named {
            let in_any_case = self.in_any_case;
            self.values.retain(|known| match in_any_case {
                true => !names::same(known, &value.text),
                false => *known != value.text,
            });
        }
    }
}

/// The list between frames, from when it is opened.
#[derive(Default)]
pub struct PickList {
    search: String,
    /// The line that the keys are at, once they have been used.
    at: Option<usize>,
    scroll: bool,
}

/// What came of a frame.
#[derive(Default)]
pub struct Done {
    /// The ticks, where they have changed.
    pub picks: Option<Picks>,
    /// Whether the person is done with the list.
    pub closed: bool,
}

/// The one stop of Tab's that all lines of a column's list have together.
pub fn lines_id(column: &str) -> Id {
    Id::unique(("values to pick", column))
}

impl PickList {
    /// Draws the list of a column's values. Its lines are one stop of Tab's: arrows go through them, Space ticks, letters
    /// search, Enter is the end. In the search field, Enter picks what is found and nothing else.
    pub fn show(&mut self, ui: &mut Ui, column: &str, values: Option<&Values>, picks: &Picks) -> Done {
        let tokens = Tokens::of(ui);
        let id = lines_id(column);
        let focused = ui.memory(|memory| memory.has_focus(id));
        if focused {
            self.write(ui);
        }
        let width = ui.available_width();
        let field = TextEdit::singleline(&mut self.search).hint_text("Find value").align(Align2::LEFT_CENTER);
        let field = ui.add_sized(vec2(width, theme::ROW), field).accessible_name("Find value");
        let Some(values) = values else {
            ui.label(RichText::new("Counting…").color(tokens.text_weak));
            return Done::default();
        };
        let text = self.search.trim().to_lowercase();
        let is_found = |value: &CellText| text.is_empty() || name(value).to_lowercase().contains(&text);
        let found: Vec<&(CellText, usize)> =
            values.values.iter().filter(|(value, _)| is_found(value)).collect();
        let mut changed = picks.clone();
        let mut closed = false;
        if field.changed() {
            self.at = None;
        } else if field.has_focus()
            && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::ArrowDown))
        {
            ui.memory_mut(|memory| memory.request_focus(id));
        } else if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            closed = true;
            if !text.is_empty() && !found.is_empty() {
                changed = Picks::default();
                found.iter().for_each(|(value, _)| changed.tick(value, true));
            }
        }
        ui.horizontal(|ui| {
            for (word, on) in [("All", true), ("None", false)] {
                let button = ui.button(word).accessible_name(format!("Pick {}", word.to_lowercase()));
                if button.clicked() {
                    if text.is_empty() {
                        changed = if on { Picks::all() } else { Picks::default() };
                    } else {
                        found.iter().for_each(|(value, _)| changed.tick(value, on));
                    }
                }
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let more = if values.more { "more than " } else { "" };
                let count = values.values.len();
                let word = if count == 1 { "value" } else { "values" };
                ui.label(RichText::new(format!("{more}{count} {word}")).color(tokens.text_weak));
            });
        });
        if focused {
            closed |= self.keys(ui, &found, &mut changed);
        }
        self.lines(ui, id, &found, picks, &mut changed);
        if values.more {
            ui.add_space(theme::STEP);
            let text = "Only the commonest are listed; rarer ones are found by typing.";
            ui.label(RichText::new(text).size(theme::SMALL).color(tokens.text_weak));
        }
        Done { picks: (changed != *picks).then_some(changed), closed }
    }

    /// Takes what is typed while the keys are at the lines into the search. A space is a tick.
    fn write(&mut self, ui: &Ui) {
        let before = self.search.clone();
        ui.input(|input| {
            for event in &input.events {
                match event {
                    Event::Text(text) if text != " " => self.search.push_str(text),
                    Event::Key { key: Key::Backspace, pressed: true, .. } => drop(self.search.pop()),
                    _ => {}
                }
            }
        });
        if self.search != before {
            self.at = None;
        }
    }

    /// Goes through the lines and ticks; tells whether Enter was pressed.
    fn keys(&mut self, ui: &Ui, found: &[&(CellText, usize)], changed: &mut Picks) -> bool {
        let presses = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
        let last = found.len().saturating_sub(1);
        let before = self.at;
        let all = found.len() as isize;
        let page = LINES as isize - 1;
        for (key, step) in [
            (Key::ArrowDown, 1),
            (Key::ArrowUp, -1),
            (Key::PageDown, page),
            (Key::PageUp, -page),
            (Key::Home, -all),
            (Key::End, all),
        ] {
            for _ in 0..presses(key) {
                self.at = Some(self.at.unwrap_or_default().saturating_add_signed(step).min(last));
            }
        }
        self.scroll |= self.at != before;
        if presses(Key::Space) % 2 == 1
            && let Some((value, _)) = found.get(self.at.unwrap_or_default())
        {
            changed.tick(value, !changed.ticked(value));
        }
        presses(Key::Enter) > 0
    }

    fn lines(
        &mut self,
        ui: &mut Ui,
        id: Id,
        found: &[&(CellText, usize)],
        picks: &Picks,
        changed: &mut Picks,
    ) {
        let tokens = Tokens::of(ui);
        ui.spacing_mut().item_spacing.y = 0.0;
        // The popup was measured before the values were there: without a least height it would stay as low.
        let height = found.len().min(LINES) as f32 * theme::ROW;
        let area = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
        let list = ui.interact(area, id, Sense::focusable_noninteractive());
        list.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, "Values"));
        if list.has_focus() {
            let filter =
                EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: false };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        }
        let mut scroll = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
        let at = self.at.unwrap_or_default();
        if std::mem::take(&mut self.scroll) {
            // The line in the middle, so that a key more does not scroll again.
            let top = at as f32 * theme::ROW - (height - theme::ROW) / 2.0;
            scroll = scroll.vertical_scroll_offset(top.max(0.0));
        }
        scroll.auto_shrink([false, true]).show_rows(ui, theme::ROW, found.len(), |ui, visible| {
            for line in visible {
                let (value, count) = &found[line];
                let size = vec2(ui.available_width(), theme::ROW);
                let (rect, _) = ui.allocate_exact_size(size, Sense::HOVER);
                let tick = Tick {
                    id: id.with(line),
                    area: rect,
                    center: rect.left_center() + vec2(BOX / 2.0, 0.0),
                    on: Some(picks.ticked(value)),
                    name: name(value),
                };
                let response = tick.show(ui);
                if response.clicked() {
                    changed.tick(value, !picks.ticked(value));
                }
                let text = rect.with_min_x(rect.left() + BOX + theme::STEP);
                let text = text.with_max_x(rect.right() - 2.0 * theme::STEP);
                let weak = value.absent || value.text.is_empty();
                let color = if weak { tokens.text_weak } else { tokens.text };
                let number = grouped(*count as u64);
                let taken = marks::paint_after(ui, text, &number, theme::BODY, tokens.text_weak);
                let text = text.with_max_x(text.right() - taken - theme::STEP);
                if marks::paint_line(ui, text, tick.name, theme::BODY, color, Align::Min).elided {
                    response.clone().on_hover_text(tick.name);
                }
                ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(number));
                if list.has_focus() && line == at {
                    let stroke = Stroke::new(1.0, tokens.accent);
                    ui.painter().rect_stroke(rect, 3.0, stroke, StrokeKind::Inside);
                    ui.ctx().accesskit_node_builder(id, |node| {
                        node.set_active_descendant(response.id.accesskit_id());
                    });
                }
            }
        });
    }
}

fn name(value: &CellText) -> &str {
    match value {
        CellText { absent: true, .. } => "(absent)",
        CellText { text, .. } if text.is_empty() => "(empty)",
        CellText { text, .. } => text.lines().next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> CellText {
        CellText { text: text.to_owned(), absent: text.is_empty() }
    }

    #[test]
    fn ticks_mean_what_they_say() {
        let mut picks = Picks::all();
        assert_eq!(picks.filter("A"), None);
        picks.tick(&value("x"), false);
        let filter = picks.filter("A").unwrap();
        assert_eq!(filter, Filter::Not(Box::new(Filter::column("A", Test::Is(vec!["x".to_owned()])))));
        assert!(!picks.ticked(&value("x")) && picks.ticked(&value("y")) && picks.ticked(&value("")));
        picks.tick(&value("x"), true);
        assert_eq!(picks, Picks::all(), "ticked again it is as before");

        let mut picks = Picks::default();
        assert_eq!(picks.filter("A"), Some(Filter::column("A", Test::Is(Vec::new()))), "nothing is ticked");
        picks.tick(&value(""), true);
        assert_eq!(picks.filter("A"), Some(Filter::column("A", Test::Absent)));
        picks.tick(&value("y"), true);
        assert!(picks.ticked(&value("y")) && !picks.ticked(&value("x")));
    }

    #[test]
    fn a_condition_is_ticked_back() {
        for (all_but, values, absent) in [
            (false, vec!["x"], false),
            (true, vec!["x", "y"], true),
            (false, vec![], true),
            (true, vec!["x"], false),
        ] {
            let values = values.into_iter().map(str::to_owned).collect();
            let picks = Picks { all_but, values, absent, in_any_case: false };
            assert_eq!(Picks::of(&picks.filter("A").unwrap()), Some(picks));
        }
        assert_eq!(Picks::of(&Filter::column("A", Test::Contains("x".to_owned()))), None);
        let typed =
            |column: &str| Picks::of(&Filter::column(column, Test::Is(vec!["ORDERS".to_owned()]))).unwrap();
        let mut name = typed("DBInstanceIdentifier");
        assert!(
            name.ticked(&value("orders")) && !typed("DBName").ticked(&value("orders")),
            "a name is in any case"
        );
        name.tick(&value("orders"), false);
        assert_eq!(name.filter("DBInstanceIdentifier"), Picks::default().filter("DBInstanceIdentifier"));
    }
}
