//! The panel above the grid in which people ask in SQL: the editor, what it offers while one types, the button that
//! asks, examples, and what was asked before. The answer is a grid like every other; here is only the question.

mod completion;
mod examples;
mod highlight;

use egui::text::{CCursor, CCursorRange};
use egui::text_edit::TextEditState;
use egui::{
    Align, Area, Button, EventFilter, Frame, Id, Key, Label, Layout, Modifiers, Order, Popup, RichText,
    ScrollArea, TextEdit, Ui, vec2,
};

use super::action::Action;
use super::marks::Tone;
use super::theme::{self, Tokens};
use crate::inventory::Refused;
use completion::Completion;

/// Statements that are remembered.
const MOST_REMEMBERED: usize = 50;
/// How much of the height notes take before they scroll.
const NOTES: f32 = 96.0;
/// Lines of the editor before it scrolls.
const LINES: usize = 7;

/// The question and what is around it.
pub struct SqlPanel {
    text: String,
    /// The statement that is being looked at before it is run.
    checking: Option<String>,
    /// What is wrong with the statement, and with which.
    refused: Option<(String, Refused)>,
    /// The newest first.
    asked: Vec<String>,
    completion: Completion,
}

impl Default for SqlPanel {
    fn default() -> SqlPanel {
        SqlPanel {
            text: examples::ALL[0].1.to_owned(),
            checking: None,
            refused: None,
            asked: Vec::new(),
            completion: Completion::default(),
        }
    }
}

/// The editor's id, so that it can be given the focus.
pub fn editor_id() -> Id {
    Id::unique("sql editor")
}

/// Draws below an answer what a person should know of their statement.
pub fn notes(ui: &mut Ui, notes: &[String]) {
    let tokens = Tokens::of(ui);
    ui.add_space(theme::STEP);
    ScrollArea::vertical().max_height(NOTES).show(ui, |ui| {
        for note in notes {
            ui.horizontal_top(|ui| {
                Tone::Attention.show(ui);
                ui.add(Label::new(RichText::new(note).color(tokens.text)).selectable(true).wrap());
            });
        }
    });
    ui.add_space(theme::STEP);
}

impl SqlPanel {
    /// Puts a statement into the editor.
    pub fn write(&mut self, sql: &str) {
        sql.clone_into(&mut self.text);
        self.refused = None;
    }

    /// Notes that a statement is being asked.
    pub fn asking(&mut self, sql: &str) {
        self.asked.retain(|known| known != sql);
        self.asked.insert(0, sql.to_owned());
        self.asked.truncate(MOST_REMEMBERED);
        self.checking = Some(sql.to_owned());
        self.refused = None;
    }

    /// Whether this is the statement that is being looked at; it is no more afterwards.
    pub fn checked(&mut self, sql: &str) -> bool {
        self.checking.take_if(|checking| *checking == sql).is_some()
    }

    /// Takes in what is wrong with a statement.
    pub fn refuse(&mut self, sql: &str, refused: Refused) {
        self.refused = Some((sql.to_owned(), refused));
    }

    /// Draws the panel.
    pub fn show(&mut self, ui: &mut Ui, running: bool, actions: &mut Vec<Action>) {
        let tokens = Tokens::of(ui);
        ui.add_space(2.0 * theme::STEP);
        self.editor(ui, tokens, actions);
        ui.add_space(theme::STEP);
        ui.horizontal(|ui| {
            let ready = !self.text.trim().is_empty();
            let text = RichText::new("Run").color(tokens.on_primary);
            let run = ui.add_enabled(ready, Button::new(text).fill(tokens.primary).min_size(vec2(64.0, theme::ROW)));
            if run.on_hover_text("Ask the question (Ctrl+Enter)").clicked() {
                actions.push(Action::Ask(self.text.trim().to_owned()));
            }
            self.examples(ui, actions);
            self.history(ui, actions);
            ui.add_space(theme::STEP);
            match &self.refused {
                Some((_, refused)) => {
                    Tone::Bad.show(ui);
                    let text = RichText::new(refused.to_string()).color(tokens.bad);
                    ui.add(Label::new(text).selectable(true).truncate());
                }
                None if running => {
                    if ui.button("Cancel").on_hover_text("Give the question up").clicked() {
                        actions.push(Action::CancelAsk);
                    }
                    Tone::Busy.show(ui);
                    ui.label(RichText::new("Asking…").color(tokens.text_weak));
                }
                None => {
                    let hint = "Ctrl+Enter runs it, Ctrl+Space completes. Every kind is a table; only reading is possible.";
                    ui.add(Label::new(RichText::new(hint).color(tokens.text_weak)).truncate());
                }
            }
        });
        ui.add_space(2.0 * theme::STEP);
    }

    fn editor(&mut self, ui: &mut Ui, tokens: &'static Tokens, actions: &mut Vec<Action>) {
        let id = editor_id();
        let focused = ui.memory(|memory| memory.has_focus(id));
        let mut forced = false;
        if focused {
            let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
            if pressed(Modifiers::COMMAND, Key::Enter) {
                self.completion.close();
                actions.push(Action::Ask(self.text.trim().to_owned()));
            }
            forced = pressed(Modifiers::COMMAND, Key::Space) || pressed(Modifiers::CTRL, Key::Space);
            if forced {
                ui.input_mut(|input| {
                    input.events.retain(|event| !matches!(event, egui::Event::Text(text) if text == " "));
                });
            }
            if self.completion.is_open() {
                if pressed(Modifiers::NONE, Key::ArrowDown) {
                    self.completion.step(1);
                } else if pressed(Modifiers::NONE, Key::ArrowUp) {
                    self.completion.step(-1);
                } else if pressed(Modifiers::NONE, Key::Tab) || pressed(Modifiers::NONE, Key::Enter) {
                    self.take_offer(ui);
                } else if pressed(Modifiers::NONE, Key::Escape) {
                    self.completion.close();
                    // egui takes the focus away on Escape before the editor is drawn.
                    ui.memory_mut(|memory| memory.request_focus(id));
                }
            }
        }
        let mistake = self
            .refused
            .as_ref()
            .filter(|(sql, _)| sql == self.text.trim())
            .and_then(|(_, refused)| refused.position);
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
            let mut job = highlight::job(text.as_str(), mistake, tokens);
            job.wrap.max_width = width;
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        let before = self.text.clone();
        let height = theme::MONOSPACE * 1.35 * LINES as f32;
        let output = ScrollArea::vertical()
            .id_salt("sql")
            .max_height(height + 12.0)
            .show(ui, |ui| {
                let output = TextEdit::multiline(&mut self.text)
                    .id(id)
                    .code_editor()
                    // Tab goes on to the next control, so that the keyboard gets out of here.
                    .lock_focus(false)
                    .desired_rows(LINES)
                    .desired_width(f32::INFINITY)
                    .hint_text("SELECT … FROM db_instances")
                    .layouter(&mut layouter)
                    .show(ui);
                output
                    .response
                    .widget_info(|| egui::WidgetInfo::labeled(egui::Role::MultilineTextInput, true, "SQL"));
                output
            })
            .inner;
        let Some(cursor) = output.cursor_range.filter(|_| output.response.has_focus()) else {
            self.completion.close();
            return;
        };
        let at = cursor.primary.index;
        if forced || self.text != before {
            self.completion.offer(&self.text, usize::from(at), forced);
        } else if ui.input(|input| input.pointer.any_pressed()) {
            self.completion.close();
        }
        if self.completion.is_open() {
            // But it writes what is offered.
            let filter = EventFilter {
                tab: true,
                horizontal_arrows: true,
                vertical_arrows: true,
                ..EventFilter::default()
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
            let caret = output.galley.pos_from_cursor(cursor.primary);
            let below = output.galley_pos + caret.left_bottom().to_vec2() + vec2(-6.0, 4.0);
            let chosen = Area::new(Id::unique("sql completion"))
                .order(Order::Foreground)
                .fixed_pos(below)
                .constrain(true)
                .show(ui.ctx(), |ui| {
                    Frame::popup(ui.style()).show(ui, |ui| self.completion.show(ui, tokens)).inner
                })
                .inner;
            if chosen {
                self.take_offer(ui);
                ui.memory_mut(|memory| memory.request_focus(id));
            }
        }
    }

    /// Writes what is offered in the place of what was typed of it.
    fn take_offer(&mut self, ui: &Ui) {
        let Some((range, name)) = self.completion.take() else { return };
        let byte = |at: usize| self.text.char_indices().nth(at).map_or(self.text.len(), |(byte, _)| byte);
        let (from, to) = (byte(range.start), byte(range.end));
        self.text.replace_range(from..to, &name);
        let after = CCursor::new(range.start + name.chars().count());
        let mut state = TextEditState::load(ui.ctx(), editor_id()).unwrap_or_default();
        state.cursor.set_char_range(Some(CCursorRange::one(after)));
        state.store(ui.ctx(), editor_id());
    }

    fn examples(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let button = ui.button("Examples").on_hover_text("Questions to start from");
        Popup::menu(&button).show(|ui| {
            ui.set_min_width(320.0);
            for (title, sql) in examples::ALL {
                if ui.button(*title).on_hover_text(*sql).clicked() {
                    self.write(sql);
                    actions.push(Action::Ask((*sql).to_owned()));
                    ui.close();
                }
            }
        });
    }

    fn history(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let button = ui.add_enabled(!self.asked.is_empty(), Button::new("History"));
        let button = button.on_hover_text("What was asked before, the newest first");
        let mut again = None;
        Popup::menu(&button).show(|ui| {
            ui.set_min_width(420.0);
            ScrollArea::vertical().max_height(360.0).show(ui, |ui| {
                for sql in &self.asked {
                    let line: String = sql.split_whitespace().collect::<Vec<_>>().join(" ");
                    ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
                        if ui.add(Button::new(line).truncate()).on_hover_text(sql).clicked() {
                            again = Some(sql.clone());
                            ui.close();
                        }
                    });
                }
            });
        });
        if let Some(sql) = again {
            self.write(&sql);
            actions.push(Action::Ask(sql));
        }
    }
}
