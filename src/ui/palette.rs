//! The command palette: every command and saved view by its name, and every database of every account by its, in one list under one
//! field. The commands are the table's (`commands`); which databases a text may mean is the core's business.

use std::sync::Arc;

use egui::accesskit::{Action as Wish, Role};
use egui::{Align2, Area, Context, Id, Key, Modal, Modifiers, Rect, ScrollArea, Sense, TextEdit, Ui, vec2};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use super::action::Action;
use super::commands::{self, Entry, Menu, Now};
use super::icons::{Icon, glyph};
use super::marks::{self, Tone, paint_line};
use super::theme::{self, Tokens};
use crate::core::{Database, Databases};
use crate::settings::Views;

/// Commands that are offered beside databases.
const MOST_COMMANDS: usize = 8;
const WIDTH: f32 = 620.0;
/// Rows that are seen at once.
const ROWS: f32 = 14.0;
/// How far the list hangs below the window's top.
const TOP: f32 = 64.0;

/// What there is to choose from.
enum Offer {
    Command(Entry),
    Database(Database),
}

/// The palette's state between frames.
#[derive(Default)]
pub struct Palette {
    pub open: bool,
    text: String,
    chosen: usize,
    found: Option<Arc<Databases>>,
    /// The text that was last asked for.
    asked: String,
    matcher: Option<Matcher>,
    /// Whether the chosen line is to be brought into sight.
    follow: bool,
    /// Whether Enter waits for what is found: it means what was typed, not what was found for less of it.
    entered: bool,
}

impl Palette {
    pub fn open(&mut self) {
        *self = Palette { open: true, matcher: self.matcher.take(), ..Palette::default() };
    }

    pub fn take(&mut self, found: Arc<Databases>) {
        // What answers an older text would only flicker by.
        if found.text == self.asked {
            self.found = Some(found);
        }
    }

    /// The text to be asked for, if it is another than before.
    pub fn wants(&mut self) -> Option<String> {
        let text = self.text.trim();
        if !self.open || text == self.asked {
            return None;
        }
        text.clone_into(&mut self.asked);
        (!text.is_empty()).then(|| self.asked.clone())
    }

    /// Draws the palette over the window.
    pub fn show(&mut self, ctx: &Context, now: Now, views: &Views, actions: &mut Vec<Action>) {
        if !self.open {
            return;
        }
        let id = Id::unique("palette");
        let area: Area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, TOP));
        let shown = Modal::new(id).area(area).show(ctx, |ui| self.contents(ui, now, views));
        if shown.inner.is_some() || shown.should_close() {
            self.open = false;
            // The next key is meant for what lies below.
            ctx.memory_mut(|memory| memory.surrender_focus(text_id()));
        }
        actions.extend(shown.inner);
    }

    fn contents(&mut self, ui: &mut Ui, now: Now, views: &Views) -> Option<Action> {
        ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 8.0 * theme::STEP));
        marks::name_dialog(ui, "Go to a database or command");
        let tokens = Tokens::of(ui);
        let offers = self.offers(now, views);
        let presses = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key)) as isize;
        let page = ROWS as isize - 1;
        let by = presses(Key::ArrowDown) - presses(Key::ArrowUp)
            + page * (presses(Key::PageDown) - presses(Key::PageUp));
        self.chosen = self.chosen.saturating_add_signed(by).min(offers.len().saturating_sub(1));
        self.follow |= by != 0;
        self.entered |= presses(Key::Enter) > 0;

        let field = TextEdit::singleline(&mut self.text)
            .id(text_id())
            .hint_text("Go to a database or command")
            .desired_width(f32::INFINITY)
            .margin(vec2(2.0 * theme::STEP, theme::STEP));
        let response = ui.add(field).accessible_name("Go to a database or command");
        response.request_focus();
        if response.changed() {
            self.chosen = 0;
            self.follow = true;
            self.entered = false;
        }
        let entered = !self.waits() && std::mem::take(&mut self.entered);
        let option = |at: usize| Id::unique(("palette option", at));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_role(Role::EditableComboBox);
            node.set_expanded(true);
            if !offers.is_empty() {
                node.set_active_descendant(option(self.chosen).accesskit_id());
            }
        });
        ui.add_space(theme::STEP);
        if self.found.as_ref().is_some_and(|found| found.near && !self.waits() && !found.databases.is_empty())
        {
            ui.weak("No database is called so. Did you mean one of these?");
        }
        let mut done = None;
        if offers.is_empty() {
            let words = if self.waits() { "Looking…" } else { "No command and no database is called so." };
            ui.weak(words);
        }
        let height = theme::ROW * ROWS;
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
                node.set_role(Role::ListBox);
                node.set_label("Commands and databases");
            });
            ui.spacing_mut().item_spacing.y = 0.0;
            for (at, offer) in offers.iter().enumerate() {
                let (_, rect) = ui.allocate_space(vec2(ui.available_width(), theme::ROW));
                let line = ui.interact(rect, option(at), Sense::CLICK);
                let is_chosen = at == self.chosen;
                if is_chosen && std::mem::take(&mut self.follow) {
                    ui.scroll_to_rect(rect, None);
                }
                if ui.is_rect_visible(rect) {
                    if is_chosen || line.hovered() {
                        let fill = if is_chosen { tokens.selected } else { tokens.hover };
                        ui.painter().rect_filled(rect, 3.0, fill);
                    }
                    paint(ui, rect.shrink2(vec2(2.0 * theme::STEP, 0.0)), offer, tokens);
                }
                ui.ctx().accesskit_node_builder(line.id, |node| {
                    node.set_role(Role::ListBoxOption);
                    node.set_label(name(offer));
                    node.set_selected(is_chosen);
                    node.add_action(Wish::Click);
                });
                if line.clicked() || entered && is_chosen {
                    done = Some(action(offer));
                }
            }
        });
        done
    }

    /// Whether the databases of the newest text are still looked for.
    fn waits(&self) -> bool {
        let text = self.text.trim();
        !text.is_empty() && self.found.as_ref().is_none_or(|found| found.text != text)
    }

    /// What fits the text: commands that can be used, the likeliest first, then databases. Without a text every command.
    fn offers(&mut self, now: Now, views: &Views) -> Vec<Offer> {
        let views = views.views.iter().map(|view| Entry {
            name: format!("View: {}", view.name),
            menu: Menu::View,
            icon: Icon::Bookmark,
            enabled: true,
            action: Action::ShowView(view.name.clone()),
        });
        let table = commands::table(now).into_iter().chain(views).filter(|entry| {
            // The palette is open already.
            entry.enabled && entry.action != Action::OpenPalette
        });
        let text = self.text.trim();
        if text.is_empty() {
            let mut all: Vec<Entry> = table.collect();
            // One comes here to go somewhere.
            all.sort_by_key(|entry| match entry.menu {
                Menu::Go => 0,
                Menu::Compare => 1,
                Menu::View | Menu::Edit => 2,
                Menu::File => 3,
                Menu::Help => 4,
                Menu::Kinds => 5,
            });
            return all.into_iter().map(Offer::Command).collect();
        }
        let matcher = self.matcher.get_or_insert_with(|| Matcher::new(Config::DEFAULT));
        let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
        let mut buffer = Vec::new();
        let mut fitting: Vec<(u32, Entry)> = table
            .filter_map(|entry| {
                let name = nucleo_matcher::Utf32Str::new(&entry.name, &mut buffer);
                Some((pattern.score(name, matcher)?, entry))
            })
            .collect();
        fitting.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        fitting.truncate(MOST_COMMANDS);
        let commands = fitting.into_iter().map(|(_, entry)| Offer::Command(entry));
        let databases = self.found.iter().flat_map(|found| &found.databases).cloned().map(Offer::Database);
        commands.chain(databases).collect()
    }
}

fn text_id() -> Id {
    Id::unique("palette text")
}

fn name(offer: &Offer) -> String {
    match offer {
        Offer::Command(entry) => entry.name.clone(),
        Offer::Database(database) => format!(
            "{}, {}, account {}, {}",
            database.identifier, database.status, database.account_id, database.region
        ),
    }
}

fn action(offer: &Offer) -> Action {
    match offer {
        Offer::Command(entry) => entry.action.clone(),
        Offer::Database(database) => Action::ShowDatabase(database.clone()),
    }
}

/// A line: a sign, the name, and at the right what else there is to know.
fn paint(ui: &Ui, rect: Rect, offer: &Offer, tokens: &Tokens) {
    let (sign, words) = rect.split_left_right_at_x(rect.left() + theme::ROW);
    let (left, right, share) = match offer {
        Offer::Command(entry) => {
            let icon = glyph(entry.icon);
            paint_line(ui, sign, &icon, theme::BODY, tokens.text_weak, egui::Align::Min);
            (entry.name.clone(), commands::shortcut(ui.ctx(), &entry.action), 0.7)
        }
        Offer::Database(database) => {
            let center = sign.left_center() + vec2(6.0, 0.0);
            Tone::of_status(database.kind, &database.status).paint(ui.painter(), center, tokens);
            let Database { engine, account_id, region, .. } = database;
            (database.identifier.clone(), format!("{engine}  ·  {account_id}  ·  {region}"), 0.45)
        }
    };
    let (name, rest) = words.split_left_right_at_fraction(share);
    paint_line(
        ui,
        name.with_max_x(name.right() - theme::STEP),
        &left,
        theme::BODY,
        tokens.text,
        egui::Align::Min,
    );
    paint_line(ui, rest, &right, theme::SMALL, tokens.text_weak, egui::Align::Max);
}
