//! The panel on the left: environments, accounts and their regions as a tree, and the ticks that say what the grid shows.
//! Which lines there are is worked out when the fleet, the search or what is folded changes; a frame lays out the visible
//! ones only. How a line looks is said in `account_line`.

use std::collections::BTreeSet;

use egui::{Align2, EventFilter, Id, Key, Modifiers, Sense, Ui, WidgetInfo, vec2};

use super::account_line::{self, AccountLine};
use super::action::Action;
use super::roster::{AccountEntry, EnvironmentEntry, RegionEntry, Roster, Ticks};
use super::theme::{self, Tokens};

/// With at most this many accounts, each is unfolded from the start.
const UNFOLDED: usize = 12;

/// What the panel remembers between frames.
#[derive(Default)]
pub struct Accounts {
    search: String,
    /// Environments and accounts, by name, that stand the other way than they would on their own.
    turned: BTreeSet<String>,
    lines: Vec<Line>,
    /// The search that the lines are of; `None` when they are to be worked out anew.
    lines_of: Option<String>,
    /// Whether there is anything to fold.
    arrows: bool,
    /// The line that the keys are at, once they have been used.
    at: Option<usize>,
    scroll: bool,
}

/// What a frame shows.
pub struct Shown<'a> {
    pub roster: &'a Roster,
    pub ticks: &'a Ticks,
    /// The kind whose rows are counted.
    pub kind: usize,
}

/// A line of the tree, by places in the roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Environment {
        at: usize,
        open: bool,
    },
    /// An account whose only region is in the same line has nothing below it to open.
    Account {
        at: usize,
        open: Option<bool>,
    },
    Region {
        account: usize,
        at: usize,
    },
}

/// What a line is of.
#[derive(Clone, Copy)]
pub enum Entry<'a> {
    Environment(&'a EnvironmentEntry),
    Account(&'a AccountEntry),
    Region(&'a AccountEntry, &'a RegionEntry),
}

impl Line {
    fn entry(self, roster: &Roster) -> Option<Entry<'_>> {
        Some(match self {
            Line::Environment { at, .. } => Entry::Environment(roster.environments.get(at)?),
            Line::Account { at, .. } => Entry::Account(roster.accounts.get(at)?),
            Line::Region { account, at } => {
                let account = roster.accounts.get(account)?;
                Entry::Region(account, account.regions.get(at)?)
            }
        })
    }

    /// Whether what is below it is shown; `None` where nothing can be.
    fn open(self) -> Option<bool> {
        match self {
            Line::Environment { open, .. } => Some(open),
            Line::Account { open, .. } => open,
            Line::Region { .. } => None,
        }
    }

    fn depth(self, roster: &Roster) -> usize {
        let below = usize::from(!roster.environments.is_empty());
        match self {
            Line::Environment { .. } => 0,
            Line::Account { .. } => below,
            Line::Region { .. } => below + 1,
        }
    }
}

impl Accounts {
    /// Has the lines worked out anew, because the roster is another one.
    pub fn outdated(&mut self) {
        self.lines_of = None;
    }

    pub fn show(&mut self, ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
        ui.add_space(theme::STEP * 2.0);
        ui.horizontal(|ui| {
            ui.heading("Accounts");
            let ticked = shown.roster.ticked();
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
            let pressed = |key| ui.input(|input| input.key_pressed(key));
            if field.lost_focus() && pressed(Key::Escape) {
                self.search.clear();
            }
            if field.lost_focus() && pressed(Key::Enter) {
                self.work_out(shown.roster);
                self.tick_found(shown.roster, actions);
            }
        });
        self.work_out(shown.roster);
        if !self.search.trim().is_empty() {
            self.say_what_is_found(ui, shown.roster, actions);
        }
        ui.add_space(theme::STEP);
        if !self.lines.is_empty() {
            self.tree(ui, shown, actions);
        }
    }

    /// Works the lines out, if they are not those of the search and the roster.
    fn work_out(&mut self, roster: &Roster) {
        let text = self.search.trim().to_lowercase();
        if self.lines_of.as_ref() == Some(&text) {
            return;
        }
        let kept = self.at.and_then(|at| self.lines.get(at)).copied();
        self.lines.clear();
        let unfolded = roster.accounts.len() <= UNFOLDED;
        self.arrows = !roster.environments.is_empty()
            || roster.accounts.iter().any(|account| account.only_region().is_none());
        if roster.environments.is_empty() {
            self.accounts(roster, 0..roster.accounts.len(), unfolded, &text);
        }
        for (at, environment) in roster.environments.iter().enumerate() {
            // What is searched for is shown wherever it lies.
            let open = !text.is_empty() || !self.turned.contains(&environment.name);
            self.lines.push(Line::Environment { at, open });
            let before = self.lines.len();
            if open {
                self.accounts(roster, environment.accounts.clone(), unfolded, &text);
            }
            if !text.is_empty() && self.lines.len() == before {
                self.lines.pop();
            }
        }
        self.at = kept.and_then(|kept| self.lines.iter().position(|line| *line == kept));
        self.lines_of = Some(text);
    }

    fn accounts(&mut self, roster: &Roster, places: std::ops::Range<usize>, unfolded: bool, text: &str) {
        for at in places {
            let account = &roster.accounts[at];
            if !text.is_empty() && !account.matches(text) {
                continue;
            }
            // Where a profile is searched for, its region is what was meant.
            let inside = !text.is_empty() && !account.is_called(text);
            let open = inside || unfolded != self.turned.contains(&key(account));
            let open = account.only_region().is_none().then_some(open);
            self.lines.push(Line::Account { at, open });
            let regions = account.regions.iter().enumerate().filter(|_| open == Some(true));
            let found = regions.filter(|(_, region)| !inside || region.matches(text));
            self.lines.extend(found.map(|(region, _)| Line::Region { account: at, at: region }));
        }
    }

    fn say_what_is_found(&self, ui: &mut Ui, roster: &Roster, actions: &mut Vec<Action>) {
        let found = self.lines.iter().filter(|line| matches!(line, Line::Account { .. })).count();
        if found == 0 {
            ui.add_space(theme::STEP * 2.0);
            ui.weak(format!("No account, profile, region or role contains “{}”.", self.search.trim()));
            return;
        }
        ui.horizontal(|ui| {
            ui.weak(if found == 1 {
                "1 account found".to_owned()
            } else {
                format!("{found} accounts found")
            });
            let only = ui.add(egui::Button::new("Only these").small());
            if only.on_hover_text("Tick what is found and nothing else (Enter)").clicked() {
                self.tick_found(roster, actions);
            }
        });
    }

    /// Ticks what is found, and nothing else: the regions that are listed, and those of accounts that list none.
    fn tick_found(&self, roster: &Roster, actions: &mut Vec<Action>) {
        let mut targets = Vec::new();
        for line in &self.lines {
            match line.entry(roster) {
                Some(Entry::Region(_, region)) => targets.push(region.target),
                Some(Entry::Account(account)) if line.open() != Some(true) => {
                    targets.extend(account.targets())
                }
                _ => {}
            }
        }
        if !targets.is_empty() && !self.search.trim().is_empty() {
            actions.push(Action::TickOnly(targets));
        }
    }

    fn tree(&mut self, ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
        let id = Id::unique("accounts tree");
        let area = ui.available_rect_before_wrap();
        let tree = ui.interact(area, id, Sense::focusable_noninteractive());
        tree.widget_info(|| WidgetInfo::labeled(egui::Role::Tree, true, "Accounts"));
        if tree.gained_focus() && self.at.is_none() {
            self.at = Some(0);
        }
        if tree.has_focus() {
            let filter =
                EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: false };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
            self.keys(ui, shown, actions);
        }
        let tokens = Tokens::of(ui);
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut turned = None;
        let mut scroll = egui::ScrollArea::vertical().auto_shrink(false);
        if std::mem::take(&mut self.scroll)
            && let Some(at) = self.at
        {
            // The line in the middle, so that a key more does not scroll again.
            let top = at as f32 * theme::ROW - (area.height() - theme::ROW) / 2.0;
            scroll = scroll.vertical_scroll_offset(top.max(0.0));
        }
        scroll.show_rows(ui, theme::ROW, self.lines.len(), |ui, visible| {
            for at in visible {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::HOVER);
                let Some(line) = self.lines.get(at).copied() else { continue };
                let Some(entry) = line.entry(shown.roster) else { continue };
                let drawn = AccountLine {
                    entry,
                    open: line.open(),
                    depth: line.depth(shown.roster),
                    arrows: self.arrows,
                    focused: tree.has_focus() && self.at == Some(at),
                };
                let done = account_line::show(ui, rect, &drawn, shown, tokens, actions);
                if done.turned {
                    turned = Some(at);
                }
                if drawn.focused {
                    ui.ctx().accesskit_node_builder(id, |node| {
                        node.set_active_descendant(done.id.accesskit_id());
                    });
                }
                if done.clicked {
                    self.at = Some(at);
                    ui.memory_mut(|memory| memory.request_focus(id));
                }
            }
        });
        if let Some(at) = turned {
            self.turn(at, shown.roster);
        }
    }

    /// Folds or unfolds a line.
    fn turn(&mut self, at: usize, roster: &Roster) {
        let Some(line) = self.lines.get(at) else { return };
        let name = match line.entry(roster) {
            Some(Entry::Environment(environment)) => environment.name.clone(),
            Some(Entry::Account(account)) => key(account),
            _ => return,
        };
        if !self.turned.remove(&name) {
            self.turned.insert(name);
        }
        self.lines_of = None;
        let kept = match *line {
            Line::Environment { at, open } => Line::Environment { at, open: !open },
            Line::Account { at, open } => Line::Account { at, open: open.map(|open| !open) },
            region => region,
        };
        self.work_out(roster);
        self.at = self.lines.iter().position(|line| *line == kept).or(self.at);
    }

    /// The keys of a tree: up and down, right into and left out of a line, Space ticks, Enter ticks it alone.
    fn keys(&mut self, ui: &Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
        let presses = |key| ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
        let last = self.lines.len().saturating_sub(1);
        let page = ((ui.available_height() / theme::ROW) as usize).max(1);
        let before = self.at;
        let steps = [
            (Key::ArrowDown, 1),
            (Key::ArrowUp, -1),
            (Key::PageDown, page as isize),
            (Key::PageUp, -(page as isize)),
            (Key::Home, -(self.lines.len() as isize)),
            (Key::End, self.lines.len() as isize),
        ];
        for (key, step) in steps {
            for _ in 0..presses(key) {
                self.at = Some(self.at.unwrap_or_default().saturating_add_signed(step).min(last));
            }
        }
        let at = self.at.unwrap_or_default().min(last);
        let Some(line) = self.lines.get(at).copied() else { return };
        if presses(Key::ArrowRight) > 0 {
            match line.open() {
                Some(false) => self.turn(at, shown.roster),
                Some(true) => self.at = Some((at + 1).min(last)),
                None => {}
            }
        }
        if presses(Key::ArrowLeft) > 0 {
            let depth = line.depth(shown.roster);
            if line.open() == Some(true) {
                self.turn(at, shown.roster);
            } else if let Some(above) =
                self.lines[..at].iter().rposition(|line| line.depth(shown.roster) < depth)
            {
                self.at = Some(above);
            }
        }
        self.scroll |= self.at != before;
        let targets = line.entry(shown.roster).map(Entry::targets).unwrap_or_default();
        if presses(Key::Space) > 0 {
            let on = !targets.iter().all(|target| shown.ticks.contains(*target));
            actions.push(Action::Tick { targets, on });
        } else if presses(Key::Enter) > 0 {
            actions.push(Action::TickOnly(targets));
        }
    }
}

impl Entry<'_> {
    pub fn targets(self) -> Vec<u32> {
        match self {
            Entry::Environment(environment) => environment.targets.clone(),
            Entry::Account(account) => account.targets().collect(),
            Entry::Region(_, region) => vec![region.target],
        }
    }
}

/// What tells accounts apart, also while their ids are unknown.
fn key(account: &AccountEntry) -> String {
    format!("{}\n{}", account.id, account.profiles)
}
