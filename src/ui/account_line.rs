//! One line of the tree of accounts: an arrow, a tick, a sign, what it is called, how it stands, how old and how many its
//! rows are. Which lines there are is said in `accounts`.

use egui::{Align, Align2, Rect, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use time::OffsetDateTime;

use super::accounts::{Entry, Shown};
use super::action::Action;
use super::marks::{self, Direction};
use super::roster::{AccountEntry, Standing};
use super::theme::{self, Tokens};

/// The room of the arrow, and how far each level stands in.
const INDENT: f32 = 16.0;
/// The room of the tick.
const TICK: f32 = 20.0;
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
    note: &'a str,
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
                note: "",
                label: format!("Environment {}", environment.name),
                hover: format!("{} accounts", environment.accounts.len()),
                standing: &environment.standing,
            },
            Entry::Account(account) => Words {
                id: id.with(("account", account.environment, &account.id, &account.profiles)),
                name: &account.called,
                note: &account.note,
                label: format!("Account {}", account.label),
                hover: format!("Account {}\nProfiles: {}", account.label, account.profiles),
                standing: &account.standing,
            },
            Entry::Region(account, region) => Words {
                id: id.with(("region", region.target)),
                name: &region.region,
                note: &region.profiles,
                label: format!("Account {}, region {}, {}", account.label, region.region, region.profiles),
                hover: format!(
                    "Account {}, {}\nProfiles: {}{}",
                    account.label,
                    region.region,
                    region.profiles,
                    region.role.as_deref().map(|role| format!("\n{role}")).unwrap_or_default()
                ),
                standing: &region.standing,
            },
        }
    }
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
    let rect = rect.with_min_x(rect.left() + INDENT * line.depth as f32);
    let (fold, rest) = rect.split_left_right_at_x(rect.left() + INDENT);
    let turned = line.open.is_some_and(|open| arrow(ui, fold, open, &words, tokens));
    let (tick_rect, text_rect) = rest.split_left_right_at_x(rest.left() + TICK);

    let response = ui.interact(text_rect, words.id.with("text"), Sense::CLICK);
    if response.hovered() {
        ui.painter().rect_filled(text_rect, 4.0, tokens.hover);
    }
    if line.focused {
        ui.painter().rect_stroke(text_rect.shrink(1.0), 4.0, (1.0, tokens.accent), StrokeKind::Inside);
    }

    let mut on = ticked == targets.len() && !targets.is_empty();
    let mixed = ticked > 0 && !on;
    let tick = egui::Checkbox::without_text(&mut on).indeterminate(mixed);
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .id_salt(words.id.with("tick"))
            .max_rect(Rect::from_center_size(tick_rect.center(), vec2(16.0, 16.0))),
    );
    child.spacing_mut().interact_size = vec2(16.0, 16.0);
    if child.add(tick).accessible_name(words.label.clone()).changed() {
        actions.push(Action::Tick { targets: targets.clone(), on: on || mixed });
    }

    let standing = words.standing;
    let rows = standing.rows.get(shown.kind).copied().unwrap_or_default();
    let as_of = standing.as_of.get(shown.kind).copied().flatten();
    let strong = if ticked == 0 { tokens.text_weak } else { tokens.text };
    let mut right = text_rect.right() - theme::STEP * 2.0;
    let mut at_the_right = |ui: &Ui, text: &str, size: f32, color, most: f32| {
        let galley = marks::line(ui, text, size, color, most);
        let at = Align2::RIGHT_CENTER.anchor_size(pos2(right, text_rect.center().y), galley.size()).min;
        right -= galley.size().x + theme::STEP * 2.0;
        ui.painter().galley(at.round(), galley, color);
    };
    if rows > 0 || standing.word.is_empty() {
        at_the_right(ui, &rows.to_string(), theme::BODY, strong, 80.0);
    }
    if let Some(age) = as_of.and_then(|as_of| age(as_of, OffsetDateTime::now_utc())) {
        at_the_right(ui, &age, theme::SMALL, tokens.text_weak, 60.0);
    }
    if !standing.short.is_empty() {
        at_the_right(ui, &standing.short, theme::SMALL, standing.tone.color(tokens), 130.0);
    }

    let name_left = if is_heading {
        text_rect.left() + theme::STEP
    } else {
        let sign = pos2(text_rect.left() + 10.0, text_rect.center().y);
        standing.tone.paint(ui.painter(), sign, tokens);
        text_rect.left() + 22.0
    };
    let name_rect = Rect::from_min_max(pos2(name_left, rect.top()), pos2(right, rect.bottom()));
    let name = if is_heading {
        marks::line(ui, words.name, theme::SMALL, tokens.text_weak, name_rect.width())
    } else {
        marks::line(ui, words.name, theme::BODY, strong, name_rect.width())
    };
    let note_rect = name_rect.with_min_x(name_rect.left() + name.size().x + theme::STEP * 2.0);
    let at = Align2::LEFT_CENTER.anchor_size(name_rect.left_center(), name.size()).min;
    ui.painter().galley(at.round(), name, strong);
    if note_rect.width() > 24.0 {
        marks::paint_line(ui, note_rect, words.note, theme::SMALL, tokens.text_weak, Align::Min);
    }

    let state = if standing.word.is_empty() { "collected" } else { &standing.word };
    response.widget_info(|| {
        let label = format!("{}: {state}, {rows} rows", words.label);
        WidgetInfo::labeled(egui::Role::TreeItem, true, label)
    });
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_level(line.depth + 1);
        if let Some(open) = line.open {
            node.set_expanded(open);
        }
    });
    if response.clicked() {
        let alone = ticked == targets.len() && shown.roster.ticked(shown.ticks) == ticked;
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
