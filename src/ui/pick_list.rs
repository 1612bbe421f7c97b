//! The values of a column to pick from, as Excel lists them: which are ticked, what a tick makes of the condition, and
//! the list itself. The values and how many rows have each come from the core.

use egui::{Align, Checkbox, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::status::grouped;
use super::theme::{self, Tokens};
use crate::core::{CellText, Values};
use crate::query::{Filter, Test};

/// Values that are seen at once.
const LINES: usize = 10;

/// The values that are ticked: these, or all but these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picks {
    all_but: bool,
    values: Vec<String>,
    absent: bool,
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
            Filter::Column { test: Test::Is(values), .. } => {
                Some(Picks { values: values.clone(), ..Picks::default() })
            }
            Filter::Column { test: Test::Absent, .. } => Some(Picks { absent: true, ..Picks::default() }),
            Filter::Any(filters) => match filters.as_slice() {
                [
                    Filter::Column { test: Test::Is(values), .. },
                    Filter::Column { test: Test::Absent, .. },
                ] => Some(Picks { all_but: false, values: values.clone(), absent: true }),
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
        let named = if value.absent { self.absent } else { self.values.contains(&value.text) };
        named != self.all_but
    }

    pub fn tick(&mut self, value: &CellText, on: bool) {
        let named = on != self.all_but;
        if value.absent {
            self.absent = named;
        } else if named && !self.values.contains(&value.text) {
            self.values.push(value.text.clone());
        } else if !named {
            self.values.retain(|known| *known != value.text);
        }
    }
}

/// Draws the list; answers with the ticks where they have changed.
pub fn show(ui: &mut Ui, search: &mut String, values: Option<&Values>, picks: &Picks) -> Option<Picks> {
    let tokens = Tokens::of(ui);
    let width = ui.available_width();
    let field = TextEdit::singleline(search).hint_text("Find value").align(egui::Align2::LEFT_CENTER);
    ui.add_sized(vec2(width, theme::ROW), field).accessible_name("Find value");
    let Some(values) = values else {
        ui.label(RichText::new("Counting…").color(tokens.text_weak));
        return None;
    };
    let text = search.trim().to_lowercase();
    let found: Vec<&(CellText, usize)> = values
        .values
        .iter()
        .filter(|(value, _)| text.is_empty() || name(value).to_lowercase().contains(&text))
        .collect();
    let mut changed = picks.clone();
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
    ui.spacing_mut().item_spacing.y = 0.0;
    // The popup was measured before the values were there: without a least height it would stay as low.
    let height = found.len().min(LINES) as f32 * theme::ROW;
    let area = ScrollArea::vertical().max_height(height).min_scrolled_height(height);
    area.auto_shrink([false, true]).show_rows(ui, theme::ROW, found.len(), |ui, visible| {
        for (value, count) in &found[visible] {
            let row = vec2(ui.available_width(), theme::ROW);
            ui.allocate_ui_with_layout(row, Layout::right_to_left(Align::Center), |ui| {
                ui.set_min_height(theme::ROW);
                ui.add_space(2.0 * theme::STEP);
                let count = RichText::new(grouped(*count as u64)).color(tokens.text_weak);
                ui.label(count);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
                    let mut on = picks.ticked(value);
                    let weak = value.absent || value.text.is_empty();
                    let color = if weak { tokens.text_weak } else { tokens.text };
                    let text = RichText::new(name(value)).color(color);
                    if ui.add(Checkbox::new(&mut on, text)).changed() {
                        changed.tick(value, on);
                    }
                });
            });
        }
    });
    if values.more {
        ui.add_space(theme::STEP);
        let text = "Only the commonest are listed; rarer ones are found by typing.";
        ui.label(RichText::new(text).size(theme::SMALL).color(tokens.text_weak));
    }
    (changed != *picks).then_some(changed)
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
            let picks = Picks { all_but, values, absent };
            assert_eq!(Picks::of(&picks.filter("A").unwrap()), Some(picks));
        }
        assert_eq!(Picks::of(&Filter::column("A", Test::Contains("x".to_owned()))), None);
    }
}
