//! What the editor offers while one types: tables, columns of the tables that the statement names, and words of the
//! language. It reads the text, not the grammar: a column is offered wherever a word may stand.

use std::ops::Range;

use egui::{Label, RichText, Sense, Ui, vec2};

use super::highlight::KEYWORDS;
use crate::inventory::{Table, tables};
use crate::ui::theme::{self, Tokens};

/// Offers that are shown at once.
const MOST: usize = 9;
/// Letters after which something is offered without being asked for.
const LETTERS: usize = 2;

/// The list of offers, if it is open.
#[derive(Default)]
pub struct Completion {
    offers: Vec<Offer>,
    chosen: usize,
    /// The characters that an offer takes the place of.
    range: Range<usize>,
}

/// One word to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Offer {
    name: String,
    /// Where it is from, or what it is.
    what: String,
}

impl Completion {
    pub fn is_open(&self) -> bool {
        !self.offers.is_empty()
    }

    pub fn close(&mut self) {
        self.offers.clear();
    }

    /// Chooses another offer.
    pub fn step(&mut self, by: isize) {
        self.chosen = self.chosen.saturating_add_signed(by).min(self.offers.len().saturating_sub(1));
    }

    /// Looks what may stand where the caret is; `forced` also offers where nothing has been typed yet.
    pub fn offer(&mut self, text: &str, caret: usize, forced: bool) {
        let before: Vec<char> = text.chars().take(caret).collect();
        let is_word = |letter: &&char| letter.is_alphanumeric() || **letter == '_';
        let length = before.iter().rev().take_while(is_word).count();
        let typed: String = before[before.len() - length..].iter().collect();
        self.range = before.len() - length..before.len();
        self.chosen = 0;
        self.offers = if length >= LETTERS || forced { offers(text, &typed, tables()) } else { Vec::new() };
        // What is written in full needs no offer.
        if matches!(self.offers.as_slice(), [only] if only.name == typed) {
            self.close();
        }
    }

    /// The chosen offer and what it takes the place of; the list is closed.
    pub fn take(&mut self) -> Option<(Range<usize>, String)> {
        let name = self.offers.get(self.chosen)?.name.clone();
        self.close();
        Some((self.range.clone(), name))
    }

    /// Draws the list and says whether an offer was clicked.
    pub fn show(&mut self, ui: &mut Ui, tokens: &Tokens) -> bool {
        ui.set_width(360.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut clicked = false;
        for (at, offer) in self.offers.iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(vec2(360.0, theme::ROW), Sense::click());
            if at == self.chosen || response.hovered() {
                let fill = if at == self.chosen { tokens.selected } else { tokens.hover };
                ui.painter().rect_filled(rect, 3.0, fill);
            }
            let mut line = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink2(vec2(6.0, 0.0))));
            line.horizontal_centered(|ui| {
                ui.add(Label::new(RichText::new(&offer.name).monospace()).selectable(false));
                let what = RichText::new(&offer.what).size(theme::SMALL).color(tokens.text_weak);
                ui.add(Label::new(what).selectable(false).truncate());
            });
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListBoxOption, true, &offer.name));
            if response.clicked() {
                self.chosen = at;
                clicked = true;
            }
        }
        clicked
    }
}

/// What begins with what was typed: columns of the tables that are named, then tables, words of the language, and, where
/// no table is named yet, every column.
fn offers(text: &str, typed: &str, tables: &[Table]) -> Vec<Offer> {
    let begins =
        |name: &str| name.get(..typed.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(typed));
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let named: Vec<&Table> = tables.iter().filter(|table| words.contains(&table.name.as_str())).collect();
    let mut found: Vec<Offer> = Vec::new();
    let mut add = |name: &str, what: String| {
        if begins(name) && !found.iter().any(|known| known.name == name) {
            found.push(Offer { name: name.to_owned(), what });
        }
    };
    let columns = |of: &[&Table], add: &mut dyn FnMut(&str, String)| {
        for table in of {
            table.columns.iter().for_each(|column| add(column, table.name.clone()));
        }
    };
    columns(&named, &mut add);
    for table in tables {
        add(&table.name, table.meaning.clone());
    }
    for keyword in KEYWORDS {
        add(keyword, String::new());
    }
    if named.is_empty() && !typed.is_empty() {
        columns(&tables.iter().collect::<Vec<_>>(), &mut add);
    }
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, typed: &str) -> Vec<String> {
        offers(text, typed, tables()).into_iter().map(|offer| offer.name).collect()
    }

    #[test]
    fn columns_of_the_named_tables_come_first() {
        assert_eq!(names("SELECT engi FROM db_instances", "engi")[..2], ["Engine", "EngineVersion"]);
        assert_eq!(names("SELECT * FROM db_inst", "db_inst")[0], "db_instances");
        assert_eq!(names("sel", "sel"), ["SELECT"]);
        assert!(names("SELECT DBSnapshotA", "DBSnapshotA").contains(&"DBSnapshotArn".to_owned()));
        assert!(names("SELECT ProxyX FROM db_instances", "ProxyX").is_empty());
    }

    #[test]
    fn an_offer_takes_the_place_of_what_was_typed() {
        let mut completion = Completion::default();
        completion.offer("SELECT ü, Eng FROM db_instances", 13, false);
        assert_eq!(completion.take(), Some((10..13, "Engine".to_owned())));
        completion.offer("SELECT E", 8, false);
        assert!(!completion.is_open(), "one letter is too little to guess from");
        completion.offer("SELECT ", 7, true);
        assert!(completion.is_open());
    }
}
