//! With which times a database is to be compared: the moments at which it changed, which the core's history knows, ages that
//! people often want, and any other time that is written.

use ::time::{Duration, OffsetDateTime};
use egui::{Key, Label, RichText, ScrollArea, TextEdit, Ui};

use super::{Ending, ending};
use crate::core::Moments;
use crate::query::Moment;
use crate::report::moment;
use crate::ui::action::Action;
use crate::ui::comparison::CompareAction;
use crate::ui::status::stamp;
use crate::ui::theme::{self, Tokens};

/// Ages that people often want.
const AGES: [(&str, Duration); 5] = [
    ("An hour ago", Duration::hours(1)),
    ("A day ago", Duration::days(1)),
    ("A week ago", Duration::weeks(1)),
    ("30 days ago", Duration::days(30)),
    ("90 days ago", Duration::days(90)),
];

/// Members that are named of one change.
const NAMED: usize = 4;

/// A dialog with its answers so far.
pub struct TimeDialog {
    /// The database, by its kind and row.
    of: (&'static str, i64),
    title: String,
    /// Times as they are written, with commas between them.
    text: String,
    ages: [bool; AGES.len()],
    /// When it changed, or why that cannot be told; `None` while it is not known.
    changes: Option<Result<Vec<Change>, String>>,
    opened: bool,
}

/// A change that can be ticked.
struct Change {
    /// The last moment before it.
    before: OffsetDateTime,
    /// When it was found, and what changed.
    words: String,
    ticked: bool,
}

impl TimeDialog {
    pub fn new(of: (&'static str, i64)) -> TimeDialog {
        TimeDialog {
            of,
            title: String::new(),
            text: String::new(),
            ages: [false; AGES.len()],
            changes: None,
            opened: false,
        }
    }

    /// Takes in when the database changed.
    pub fn take(&mut self, moments: &Moments) {
        if (moments.kind, moments.row) != self.of {
            return;
        }
        self.title.clone_from(&moments.title);
        let line = |changed: &crate::analysis::moments::Changed| {
            let mut what = changed.what.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = changed.what.len().saturating_sub(NAMED);
            if more > 0 {
                what.push_str(&format!(" and {more} more"));
            }
            let words = format!("Before {}: {what}", stamp(changed.at));
            Change { before: changed.before(), words, ticked: false }
        };
        let lines = moments.changed.as_ref().map(|changed| changed.iter().map(line).collect());
        self.changes = Some(lines.map_err(Clone::clone));
    }

    /// Draws what is in it; false when it is closed.
    pub fn contents(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) -> bool {
        let tokens = Tokens::of(ui);
        if !self.title.is_empty() {
            ui.add(Label::new(RichText::new(&self.title).strong()).truncate());
        }
        ui.label("As it was then, as far as it was watched, beside what it is now.");
        ui.add_space(2.0 * theme::STEP);
        ui.label(RichText::new("When it was found changed").color(tokens.text_weak));
        match &mut self.changes {
            None => {
                ui.weak("Reading…");
            }
            Some(Err(why)) => {
                ui.weak(why.as_str());
            }
            Some(Ok(changes)) if changes.is_empty() => {
                ui.weak("No change has been seen since it is watched.");
            }
            Some(Ok(changes)) => {
                ScrollArea::vertical().max_height(theme::DIALOG_LIST).show(ui, |ui| {
                    for change in changes {
                        ui.checkbox(&mut change.ticked, change.words.as_str());
                    }
                });
            }
        }
        ui.add_space(2.0 * theme::STEP);
        let now = OffsetDateTime::now_utc();
        ui.horizontal_wrapped(|ui| {
            for ((name, age), on) in AGES.iter().zip(&mut self.ages) {
                ui.checkbox(on, *name).on_hover_text(moment(now - *age));
            }
        });
        ui.add_space(2.0 * theme::STEP);
        let field = TextEdit::singleline(&mut self.text)
            .hint_text("Other times: 2026-11-01, 2026-11-01T08:00:00Z, -7d")
            .desired_width(f32::INFINITY);
        let field = ui.add(field).accessible_name("Other times");
        if !std::mem::replace(&mut self.opened, true) {
            field.request_focus();
        }
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let times = self.times(now);
        if let Err(sentence) = &times {
            ui.add(Label::new(RichText::new(format!("{sentence}.")).color(tokens.attention)).wrap());
        }
        let ready = times.as_ref().is_ok_and(|times| !times.is_empty());
        match ending(ui, "Compare", "Cancel", ready, entered) {
            Ending::Open => true,
            Ending::Closed => false,
            Ending::Done => {
                let (kind, row) = self.of;
                let times = times.unwrap_or_default();
                actions.push(Action::Compare(CompareAction::At { kind, row, times }));
                false
            }
        }
    }

    /// The times that are ticked and written, each once.
    fn times(&self, now: OffsetDateTime) -> Result<Vec<OffsetDateTime>, String> {
        let written = self.text.split(',').filter(|text| !text.trim().is_empty());
        let mut times = written.map(|text| Moment::past(text, now)).collect::<Result<Vec<_>, _>>()?;
        times.extend(AGES.iter().zip(self.ages).filter(|(_, on)| *on).map(|((_, age), _)| now - *age));
        let changes = self.changes.iter().flatten().flatten();
        times.extend(changes.filter(|change| change.ticked).map(|change| change.before));
        times.sort_unstable();
        times.dedup();
        Ok(times)
    }
}
