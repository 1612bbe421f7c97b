//! One line of the tree of accounts: an arrow, a tick, a sign, what it is called, where it is, how many rows it has, how
//! old they are and how it stands. What it is called comes first, and nothing that tells it apart is cut: where there is
//! little room, words are left to the sign and to what is said under the pointer. Which lines there are is said in
//! `accounts`.

use std::sync::Arc;

use egui::{Align2, Color32, Galley, Rect, Sense, StrokeKind, Ui, WidgetInfo, pos2};
use time::OffsetDateTime;

use super::accounts::{Entry, Shown};
use super::action::Action;
use super::marks::{self, Direction};
use super::roster::{AccountEntry, RegionEntry, Standing};
use super::theme::{self, Tokens};
use super::tick::Tick;

/// The room of the arrow, and how far regions stand in.
const INDENT: f32 = 16.0;
/// The room of the tick, and of the sign.
const TICK: f32 = 20.0;
const SIGN: f32 = 19.0;
/// Between what stands in a line.
const GAP: f32 = 2.0 * theme::STEP;
/// The least room that the number of rows has, so that nothing moves when it comes.
const COUNT: f32 = 20.0;
/// Rows that are younger say nothing of their age: a sweep of this session collected them.
const NEW: time::Duration = time::Duration::HOUR;
/// Profiles that the menu offers one by one.
const OFFERED: usize = 12;

/// A line to be drawn.
pub struct AccountLine<'a> {
    pub entry: Entry<'a>,
    /// Whether what is below it is shown; `None` where nothing can be.
    pub open: Option<bool>,
    pub depth: usize,
    /// Whether there is an arrow in any line.
    pub arrows: bool,
    /// Whether the keys are at it.
    pub focused: bool,
}

/// What was done to a line.
pub struct Done {
    /// It is to be folded or unfolded.
    pub turned: bool,
    pub clicked: bool,
    /// The line's own id, for a screen reader to follow the keys.
    pub id: egui::Id,
}

/// What the line says.
struct Words<'a> {
    id: egui::Id,
    name: &'a str,
    /// The region of an account that has one only.
    region: &'a str,
    /// What else there is to tell it apart: entries, of which as many are shown as there is room for.
    note: &'a str,
    /// What a screen reader says of its tick.
    label: String,
    hover: String,
    standing: &'a Standing,
}

impl<'a> Words<'a> {
    fn of(ui: &Ui, entry: &Entry<'a>) -> Words<'a> {
        let id = ui.scope_id();
        match *entry {
            Entry::Environment(environment) => Words {
                id: id.with(("environment", &environment.name)),
                name: &environment.name,
                region: "",
                note: "",
                label: format!("Environment {}", environment.name),
                hover: format!("{} accounts", environment.accounts.len()),
                standing: &environment.standing,
            },
            Entry::Account(account) => {
                let only = account.only_region();
                Words {
                    id: id.with(("account", account.environment, &account.id, &account.profiles)),
                    name: &account.called,
                    region: only.map_or("", |only| only.region.as_str()),
                    note: &account.note,
                    label: format!("Account {}", account.label),
                    hover: hover(account, only),
                    standing: &account.standing,
                }
            }
            Entry::Region(account, region) => Words {
                id: id.with(("region", region.target)),
                name: &region.region,
                region: "",
                note: &region.profiles,
                label: format!("Account {}, region {}, {}", account.label, region.region, region.profiles),
                hover: hover(account, Some(region)),
                standing: &region.standing,
            },
        }
    }
}

fn hover(account: &AccountEntry, region: Option<&RegionEntry>) -> String {
    let place = region.map(|region| format!(", {}", region.region)).unwrap_or_default();
    let profiles = region.map_or(&account.profiles, |region| &region.profiles);
    let role = region.and_then(|region| region.role.as_deref());
    let role = role.map(|role| format!("\n{role}")).unwrap_or_default();
    format!("Account {}{place}\nProfiles: {profiles}{role}", account.label)
}

/// Draws a line.
pub fn show(
    ui: &mut Ui,
    rect: Rect,
    line: &AccountLine<'_>,
    shown: &Shown<'_>,
    tokens: &Tokens,
    actions: &mut Vec<Action>,
) -> Done {
    let words = Words::of(ui, &line.entry);
    let is_heading = matches!(line.entry, Entry::Environment(_));
    let targets = line.entry.targets();
    let ticked = targets.iter().filter(|target| shown.ticks.contains(**target)).count();
    let is_region = matches!(line.entry, Entry::Region(..));
    let rect = rect.with_min_x(rect.left() + if is_region { INDENT } else { 0.0 });
    let (fold, rest) = rect.split_left_right_at_x(rect.left() + if line.arrows { INDENT } else { 0.0 });
    let turned = line.open.is_some_and(|open| arrow(ui, fold, open, &words, tokens));
    let (tick_rect, text_rect) = rest.split_left_right_at_x(rest.left() + TICK);

    let response = ui.interact(text_rect, words.id.with("text"), Sense::CLICK);
    if response.hovered() {
        ui.painter().rect_filled(text_rect, 4.0, tokens.hover);
    }
    if line.focused {
        ui.painter().rect_stroke(text_rect.shrink(1.0), 4.0, (1.0, tokens.accent), StrokeKind::Inside);
    }

    let all = ticked == targets.len() && !targets.is_empty();
    let tick = Tick {
        id: words.id.with("tick"),
        area: tick_rect,
        center: tick_rect.center(),
        on: if ticked > 0 && !all { None } else { Some(all) },
        name: &words.label,
    };
    if tick.show(ui).clicked() {
        actions.push(Action::Tick { targets: targets.clone(), on: !all });
    }

    let standing = words.standing;
    let rows = standing.rows.get(shown.kind).copied().unwrap_or_default();
    let as_of = standing.as_of.get(shown.kind).copied().flatten();
    let strong = if ticked == 0 { tokens.text_weak } else { tokens.text };
    let mut room = Room { ui, rect: text_rect.with_max_x(text_rect.right() - theme::STEP) };
    if rows > 0 || standing.word.is_empty() {
        room.at_the_right(&rows.to_string(), theme::BODY, strong, COUNT);
    }
    if is_heading {
        room.rect.min.x += theme::STEP;
        room.at_the_left(words.name, theme::SMALL, tokens.text_weak);
    } else {
        let sign = pos2(text_rect.left() + SIGN / 2.0, text_rect.center().y);
        standing.tone.paint(ui.painter(), sign, tokens);
        room.rect.min.x += SIGN;
        room.at_the_left(words.name, theme::BODY, strong);
    }
    room.entries(words.region, tokens.text_weak);
    room.entries(words.note, tokens.text_weak);
    if let Some(age) = as_of.and_then(|as_of| age(as_of, OffsetDateTime::now_utc())) {
        room.at_the_right(&age, theme::SMALL, tokens.text_weak, 0.0);
    }
    room.at_the_right(&standing.short, theme::SMALL, standing.tone.color(tokens), 0.0);

    let state = if standing.word.is_empty() { "collected" } else { &standing.word };
    response.widget_info(|| {
        let region = if words.region.is_empty() { String::new() } else { format!(", {}", words.region) };
        let label = format!("{}{region}: {state}, {rows} rows", words.label);
        WidgetInfo::labeled(egui::Role::TreeItem, true, label)
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_level(line.depth + 1);
        if let Some(open) = line.open {
            node.set_expanded(open);
        }
    });
    if response.clicked() {
        let alone = ticked == targets.len() && shown.roster.ticked() == ticked;
        actions.push(if alone { Action::TickAll } else { Action::TickOnly(targets.clone()) });
    }
    let done = Done { turned, clicked: response.clicked(), id: response.id };
    response.context_menu(|ui| menu(ui, line, &words, &targets, actions));
    response.on_hover_ui(|ui| {
        ui.label(format!("{}\n{state}{}", words.hover, collected(as_of)));
        ui.weak("Click: only this. Tick: with the others.");
    });
    done
}

/// What is left of a line, which is filled from both ends: what comes first has its place first.
struct Room<'a> {
    ui: &'a Ui,
    rect: Rect,
}

impl Room<'_> {
    fn line(&self, text: &str, size: f32, color: Color32, most: f32) -> Arc<Galley> {
        marks::line(self.ui, text, size, color, most)
    }

    fn put(&mut self, galley: Arc<Galley>, color: Color32) {
        let at = Align2::LEFT_CENTER.anchor_size(self.rect.left_center(), galley.size()).min;
        self.rect.min.x += galley.size().x + GAP;
        self.ui.painter().galley(at.round(), galley, color);
    }

    /// A text that is there in any case, cut where it has to be.
    fn at_the_left(&mut self, text: &str, size: f32, color: Color32) {
        self.put(self.line(text, size, color, self.rect.width()), color);
    }

    /// As many of some entries as there is room for, none of them cut.
    fn entries(&mut self, entries: &str, color: Color32) {
        let line = |text: &str| self.line(text, theme::SMALL, color, f32::INFINITY);
        let fits = |galley: &Arc<Galley>| !entries.is_empty() && galley.size().x <= self.rect.width();
        let ends = entries.match_indices(", ").map(|(end, _)| end);
        let some = ends.map(|end| line(&format!("{}, …", &entries[..end]))).take_while(fits).last();
        if let Some(galley) = Some(line(entries)).filter(fits).or(some) {
            self.put(galley, color);
        }
    }

    /// A text that is there if it fits.
    fn at_the_right(&mut self, text: &str, size: f32, color: Color32, least: f32) {
        let galley = self.line(text, size, color, f32::INFINITY);
        let width = galley.size().x.max(least) + GAP;
        if width <= self.rect.width() {
            let at = Align2::RIGHT_CENTER.anchor_size(self.rect.right_center(), galley.size()).min;
            self.rect.max.x -= width;
            self.ui.painter().galley(at.round(), galley, color);
        }
    }
}

fn arrow(ui: &Ui, rect: Rect, open: bool, words: &Words<'_>, tokens: &Tokens) -> bool {
    let response = ui.interact(rect, words.id.with("fold"), Sense::CLICK);
    let direction = if open { Direction::Down } else { Direction::Right };
    let color = if response.hovered() { tokens.text } else { tokens.text_weak };
    marks::paint_arrow(ui.painter(), rect.center(), direction, color);
    response.widget_info(|| {
        let word = if open { "Fold" } else { "Unfold" };
        let mut label = words.label.clone();
        // Within a sentence.
        label.get_mut(..1).map(str::make_ascii_lowercase);
        WidgetInfo::labeled(egui::Role::DisclosureTriangle, true, format!("{word} {label}"))
    });
    response.clicked()
}

fn menu(ui: &mut Ui, line: &AccountLine<'_>, words: &Words<'_>, targets: &[u32], actions: &mut Vec<Action>) {
    let mut entry = |ui: &mut Ui, text: &str, action: Action| {
        if ui.button(text).clicked() {
            actions.push(action);
            ui.close();
        }
    };
    entry(ui, "Show only this", Action::TickOnly(targets.to_vec()));
    entry(ui, "Show all", Action::TickAll);
    if let Entry::Account(account) = line.entry {
        for (profile, targets) in by_profile(account) {
            entry(ui, &format!("Show only profile {profile}"), Action::TickOnly(targets));
        }
    }
    ui.separator();
    entry(ui, "Refresh this", Action::Retry(targets.to_vec()));
    entry(ui, "Copy name", Action::CopyText(words.name.to_owned()));
    match line.entry {
        Entry::Account(account) => {
            entry(ui, "Copy account id", Action::CopyText(account.id.clone()));
            entry(ui, "Copy profile names", Action::CopyText(account.profiles.clone()));
        }
        Entry::Region(_, region) => {
            entry(ui, "Copy profile names", Action::CopyText(region.profiles.clone()));
        }
        Entry::Environment(_) => {}
    }
}

/// The profiles of an account that mean less than the whole of it, with their targets.
fn by_profile(account: &AccountEntry) -> Vec<(&str, Vec<u32>)> {
    let mut profiles: Vec<(&str, Vec<u32>)> = Vec::new();
    for region in &account.regions {
        for profile in region.profiles.split(", ") {
            match profiles.iter_mut().find(|(known, _)| *known == profile) {
                Some((_, targets)) => targets.push(region.target),
                None => profiles.push((profile, vec![region.target])),
            }
        }
    }
    profiles.retain(|(_, targets)| targets.len() < account.regions.len());
    profiles.truncate(OFFERED);
    profiles
}

fn collected(as_of: Option<OffsetDateTime>) -> String {
    as_of.map_or(String::new(), |at| {
        format!(", rows of {} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
    })
}

/// How old rows are, where that is worth a word: `3 h`, `2 d`.
fn age(as_of: OffsetDateTime, now: OffsetDateTime) -> Option<String> {
    let age = now - as_of;
    if age < NEW {
        return None;
    }
    Some(match age.whole_hours() {
        hours if hours < 48 => format!("{hours} h"),
        hours => format!("{} d", hours / 24),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_age_that_matters_is_said() {
        let now = OffsetDateTime::UNIX_EPOCH + time::Duration::days(100);
        let said = |hours| age(now - time::Duration::hours(hours), now);
        assert_eq!(said(0), None);
        assert_eq!(said(1).as_deref(), Some("1 h"));
        assert_eq!(said(47).as_deref(), Some("47 h"));
        assert_eq!(said(60).as_deref(), Some("2 d"));
    }
}
