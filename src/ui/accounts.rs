//! The panel on the left: accounts, their regions and profiles, and the ticks that say what the grid shows. Only the
//! visible lines are laid out, however many accounts there are.

use std::collections::BTreeSet;

use egui::{Align, Align2, Rect, Sense, Ui, WidgetInfo, pos2, vec2};

use super::action::Action;
use super::marks::{self, Direction};
use super::roster::{AccountEntry, RegionEntry, Roster, Standing, Ticks};
use super::theme::{self, Tokens};

/// With at most this many accounts, each is unfolded from the start.
const UNFOLDED: usize = 12;

/// What the panel remembers between frames.
#[derive(Default)]
pub struct Accounts {
    search: String,
    /// Accounts, by name and profiles, that stand the other way than they would on their own.
    turned: BTreeSet<String>,
}

/// What a frame shows.
pub struct Shown<'a> {
    pub roster: &'a Roster,
    pub ticks: &'a Ticks,
    /// The kind whose rows are counted.
    pub kind: usize,
}

enum Line<'a> {
    Account(&'a AccountEntry, bool),
    Region(&'a AccountEntry, &'a RegionEntry),
}

impl Accounts {
    pub fn show(&mut self, ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
        let tokens = Tokens::of(ui);
        ui.add_space(theme::STEP * 2.0);
        ui.horizontal(|ui| {
            ui.heading("Accounts");
            let ticked = shown.roster.ticked(shown.ticks);
            let total = shown.roster.targets.len();
            let note = if ticked == total {
                shown.roster.accounts.len().to_string()
            } else {
                format!("{ticked} of {total} account-regions")
            };
            ui.weak(note);
        });
        ui.horizontal(|ui| {
            if ui.button("All").on_hover_text("Tick every account").clicked() {
                actions.push(Action::TickAll);
            }
            if ui.button("None").on_hover_text("Untick every account").clicked() {
                actions.push(Action::TickNone);
            }
            let field = egui::TextEdit::singleline(&mut self.search)
                .hint_text("Find account or profile")
                .align(Align2::LEFT_CENTER)
                .desired_width(f32::INFINITY);
            let field =
                ui.add_sized(vec2(ui.available_width(), theme::ROW), field).accessible_name("Find account");
            if field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
                self.search.clear();
            }
        });
        ui.add_space(theme::STEP);

        let text = self.search.trim().to_lowercase();
        let unfolded = shown.roster.accounts.len() <= UNFOLDED;
        let mut lines = Vec::new();
        for account in
            shown.roster.accounts.iter().filter(|account| text.is_empty() || account.matches(&text))
        {
            let open = unfolded != self.turned.contains(&key(account));
            lines.push(Line::Account(account, open));
            if open {
                lines.extend(account.regions.iter().map(|region| Line::Region(account, region)));
            }
        }
        if lines.is_empty() && !text.is_empty() {
            ui.add_space(theme::STEP * 2.0);
            ui.weak(format!("No account, profile, region or role contains “{}”.", self.search.trim()));
            return;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        egui::ScrollArea::vertical().auto_shrink(false).show_rows(
            ui,
            theme::ROW,
            lines.len(),
            |ui, visible| {
                for at in visible {
                    let (rect, _) =
                        ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::HOVER);
                    let Some(line) = lines.get(at) else { continue };
                    match line {
                        Line::Account(account, open) => {
                            if self.account(ui, rect, account, *open, shown, tokens, actions) {
                                let name = key(account);
                                if !self.turned.remove(&name) {
                                    self.turned.insert(name);
                                }
                            }
                        }
                        Line::Region(account, entry) => {
                            region(ui, rect, account, entry, shown, tokens, actions)
                        }
                    }
                }
            },
        );
    }

    /// Draws an account's line; true when it is to be folded or unfolded.
    #[expect(clippy::too_many_arguments, reason = "one line of a list, drawn in one place")]
    fn account(
        &self,
        ui: &mut Ui,
        rect: Rect,
        account: &AccountEntry,
        open: bool,
        shown: &Shown<'_>,
        tokens: &Tokens,
        actions: &mut Vec<Action>,
    ) -> bool {
        let id = ui.scope_id().with(("account", &account.name, &account.profiles));
        let targets: Vec<u32> = account.regions.iter().map(|region| region.target).collect();
        let (fold, rest) = rect.split_left_right_at_x(rect.left() + 16.0);
        let fold_response = ui.interact(fold, id.with("fold"), Sense::CLICK);
        let direction = if open { Direction::Down } else { Direction::Right };
        marks::paint_arrow(ui.painter(), fold.center(), direction, tokens.text_weak);
        fold_response.widget_info(|| {
            let word = if open { "Fold" } else { "Unfold" };
            WidgetInfo::labeled(
                egui::Role::DisclosureTriangle,
                true,
                format!("{word} account {}", account.name),
            )
        });
        let line = ListLine {
            id,
            name: &account.name,
            note: &account.profiles,
            standing: &account.standing,
            label: format!("Account {}", account.name),
            hover: format!(
                "{}\nClick: only this account. Tick: with the others.",
                hover_text(&account.name, &account.profiles, &account.standing)
            ),
        };
        line.show(ui, rest, &targets, shown, tokens, actions);
        fold_response.clicked()
    }
}

/// What tells accounts apart, also while their ids are unknown.
fn key(account: &AccountEntry) -> String {
    format!("{}\n{}", account.name, account.profiles)
}

fn region(
    ui: &mut Ui,
    rect: Rect,
    account: &AccountEntry,
    region: &RegionEntry,
    shown: &Shown<'_>,
    tokens: &Tokens,
    actions: &mut Vec<Action>,
) {
    let role = region.role.as_deref().map(|role| format!("{role}\n")).unwrap_or_default();
    let line = ListLine {
        id: ui.scope_id().with(("region", region.target)),
        name: &region.region,
        note: &region.profiles,
        standing: &region.standing,
        label: format!("Account {}, region {}, {}", account.name, region.region, region.profiles),
        hover: format!(
            "{}\n{role}Click: only this account and region. Tick: with the others.",
            hover_text(&format!("{} {}", account.name, region.region), &region.profiles, &region.standing)
        ),
    };
    line.show(ui, rect.with_min_x(rect.left() + 34.0), &[region.target], shown, tokens, actions);
}

fn hover_text(name: &str, profiles: &str, standing: &Standing) -> String {
    let word = if standing.word.is_empty() { "collected" } else { &standing.word };
    format!("{name}: {word}\nProfiles: {profiles}")
}

/// What an account's and a region's line have in common.
struct ListLine<'a> {
    id: egui::Id,
    name: &'a str,
    note: &'a str,
    standing: &'a Standing,
    label: String,
    hover: String,
}

impl ListLine<'_> {
    fn show(
        self,
        ui: &mut Ui,
        rect: Rect,
        targets: &[u32],
        shown: &Shown<'_>,
        tokens: &Tokens,
        actions: &mut Vec<Action>,
    ) {
        let ticked = targets.iter().filter(|target| shown.ticks.contains(**target)).count();
        let (tick_rect, text_rect) = rect.split_left_right_at_x(rect.left() + 20.0);
        let response = ui.interact(text_rect, self.id.with("text"), Sense::CLICK);
        if response.hovered() {
            ui.painter().rect_filled(text_rect, 4.0, tokens.hover);
        }

        let mut on = ticked == targets.len() && !targets.is_empty();
        let mixed = ticked > 0 && !on;
        let tick = egui::Checkbox::without_text(&mut on).indeterminate(mixed);
        let mut child = ui.new_child(
            egui::UiBuilder::new()
                .id_salt(self.id.with("tick"))
                .max_rect(Rect::from_center_size(tick_rect.center(), vec2(16.0, 16.0))),
        );
        child.spacing_mut().interact_size = vec2(16.0, 16.0);
        if child.add(tick).accessible_name(self.label.clone()).changed() {
            actions.push(Action::Tick { targets: targets.to_vec(), on: on || mixed });
        }

        let standing = self.standing;
        standing.tone.paint(ui.painter(), pos2(text_rect.left() + 10.0, text_rect.center().y), tokens);
        let mut right = text_rect.right() - 8.0;
        let rows = standing.rows.get(shown.kind).copied().unwrap_or_default();
        let faded = |color| if ticked == 0 { tokens.text_weak } else { color };
        if rows > 0 || standing.word.is_empty() {
            let count = marks::line(ui, &rows.to_string(), theme::BODY, faded(tokens.text), 80.0);
            let at = pos2(right, text_rect.center().y);
            right -= count.size().x + 8.0;
            ui.painter().galley(Align2::RIGHT_CENTER.anchor_size(at, count.size()).min, count, tokens.text);
        }
        if !standing.word.is_empty() {
            let color = standing.tone.color(tokens);
            let word = marks::line(ui, &standing.short, theme::SMALL, color, 130.0);
            let at = pos2(right, text_rect.center().y);
            right -= word.size().x + 8.0;
            ui.painter().galley(Align2::RIGHT_CENTER.anchor_size(at, word.size()).min, word, color);
        }
        let name_rect =
            Rect::from_min_max(pos2(text_rect.left() + 22.0, rect.top()), pos2(right, rect.bottom()));
        let name = marks::line(ui, self.name, theme::BODY, faded(tokens.text), name_rect.width());
        let note_rect = name_rect.with_min_x(name_rect.left() + name.size().x + 8.0);
        let at = Align2::LEFT_CENTER.anchor_size(name_rect.left_center(), name.size()).min;
        ui.painter().galley(at, name, tokens.text);
        if note_rect.width() > 24.0 {
            marks::paint_line(ui, note_rect, self.note, theme::SMALL, tokens.text_weak, Align::Min);
        }

        response.widget_info(|| {
            let state = if standing.word.is_empty() { "collected" } else { &standing.word };
            WidgetInfo::labeled(egui::Role::ListItem, true, format!("{}: {state}, {rows} rows", self.label))
        });
        if response.clicked() {
            let alone = ticked == targets.len() && shown.roster.ticked(shown.ticks) == ticked;
            actions.push(if alone { Action::TickAll } else { Action::TickOnly(targets.to_vec()) });
        }
        response.context_menu(|ui| {
            let mut entry = |ui: &mut Ui, text: &str, action: Action| {
                if ui.button(text).clicked() {
                    actions.push(action);
                    ui.close();
                }
            };
            entry(ui, "Show only this", Action::TickOnly(targets.to_vec()));
            entry(ui, "Show all", Action::TickAll);
            entry(ui, "Refresh this", Action::Retry(targets.to_vec()));
            entry(ui, "Copy name", Action::CopyText(self.name.to_owned()));
            entry(ui, "Copy profile names", Action::CopyText(self.note.to_owned()));
        });
        response.on_hover_text(self.hover);
    }
}
