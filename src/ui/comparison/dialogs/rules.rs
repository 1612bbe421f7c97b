//! The rules of what comparisons look past: which files they come from, another file of one's own, and one setting more that
//! is ignored. The files are the keeper's, what rules mean is the analysis'.

use egui::{Button, Key, Label, RichText, ScrollArea, TextEdit, Ui};

use super::path_field::PathField;
use super::{Ending, ending};
use crate::rds::Section;
use crate::settings::{RuleBook, RuleFile};
use crate::ui::action::Action;
use crate::ui::comparison::CompareAction;
use crate::ui::icons::{Icon, glyph};
use crate::ui::marks::Tone;
use crate::ui::theme::{self, Tokens};

/// Which rules there are.
pub struct RulesDialog {
    path: PathField,
}

impl RulesDialog {
    pub fn new(rules: &RuleBook) -> RulesDialog {
        let own = rules.own.as_ref().map(|own| own.path.display().to_string());
        RulesDialog { path: PathField::new(own.unwrap_or_default()) }
    }

    /// Draws what is in it; false when it is closed.
    pub fn contents(&mut self, ui: &mut Ui, rules: &RuleBook, actions: &mut Vec<Action>) -> bool {
        ui.label(
            "What comparisons look past: names, ARNs, times and networks, which every database has of its own, and \
             whatever the files below add.",
        );
        ui.add_space(theme::STEP);
        if let Some(own) = &rules.own {
            file(ui, "Yours", own);
            own_rules(ui, own, actions);
        }
        for shared in &rules.shared {
            file(ui, "For everybody", shared);
        }
        ui.horizontal(|ui| {
            Tone::Good.show(ui);
            ui.label("Built in");
        });
        ui.add_space(2.0 * theme::STEP);
        ui.label("A file of your own, on top of the others:");
        let entered = self.path.read(ui, "Rules");
        let known = rules.own.as_ref().map(|own| own.path.clone());
        let ready = !self.path.is_empty();
        if known.is_some()
            && ui
                .button("Do without my file")
                .on_hover_text("The file stays as it is; the others count as before")
                .clicked()
        {
            actions.push(Action::Compare(CompareAction::UseRules(None)));
            self.path = PathField::new(String::new());
        }
        let verb = if known.as_ref() == Some(&self.path.path()) { "Read again" } else { "Use" };
        match ending(ui, verb, "Close", ready, entered) {
            Ending::Open => true,
            Ending::Closed => false,
            Ending::Done => {
                actions.push(Action::Compare(CompareAction::UseRules(Some(self.path.path()))));
                true
            }
        }
    }
}

/// A file, how many rules it has, or why it cannot be used.
fn file(ui: &mut Ui, whose: &str, file: &RuleFile) {
    let tokens = Tokens::of(ui);
    ui.horizontal_top(|ui| {
        let (tone, text) = match &file.rules {
            Ok(rules) => {
                let count = match rules.count() {
                    1 => "1 rule".to_owned(),
                    count => format!("{count} rules"),
                };
                (Tone::Good, format!("{whose}: {count} in {}", file.path.display()))
            }
            Err(sentence) => (Tone::Attention, format!("{whose}: {sentence}. It is left out.")),
        };
        tone.show(ui);
        let color = if tone == Tone::Good { tokens.text } else { tokens.attention };
        ui.add(Label::new(RichText::new(text).color(color)).wrap().selectable(true));
    });
}

/// The person's rules, each with a way to take it out again.
fn own_rules(ui: &mut Ui, own: &RuleFile, actions: &mut Vec<Action>) {
    let Ok(rules) = &own.rules else { return };
    ScrollArea::vertical().max_height(theme::DIALOG_LIST).id_salt("own rules").show(ui, |ui| {
        for (at, rule) in rules.ignored().iter().enumerate() {
            ui.horizontal(|ui| {
                let remove = Button::new(glyph(Icon::X)).frame_when_inactive(false);
                let remove = ui.add(remove).accessible_name(format!("Take out the rule {rule}"));
                if remove.on_hover_text("Take it out of the file").clicked() {
                    actions.push(Action::Compare(CompareAction::Heed(at)));
                }
                ui.label(rule.to_string());
                ui.add(Label::new(RichText::new(&rule.because).weak()).truncate());
            });
        }
    });
}

/// A setting that is to be ignored.
pub struct IgnoreDialog {
    section: Section,
    name: String,
    because: String,
    opened: bool,
}

impl IgnoreDialog {
    pub fn new(section: Section, name: String) -> IgnoreDialog {
        IgnoreDialog { section, name, because: String::new(), opened: false }
    }

    /// Draws what is in it; false when it is closed.
    pub fn contents(&mut self, ui: &mut Ui, rules: &RuleBook, actions: &mut Vec<Action>) -> bool {
        let tokens = Tokens::of(ui);
        ui.horizontal(|ui| {
            ui.strong(&self.name);
            ui.weak(self.section.title());
        });
        let broken = rules.own.as_ref().and_then(|own| own.rules.as_ref().err());
        let (color, text) = match (&rules.own, broken) {
            (_, Some(sentence)) => (tokens.attention, format!("Nothing can be added: {sentence}.")),
            (Some(own), None) => {
                (tokens.text_weak, format!("A rule is written into {}.", own.path.display()))
            }
            (None, None) => {
                (tokens.text_weak, "Your rules begin with it, in a file beside your settings.".to_owned())
            }
        };
        let entered = {
            let field = TextEdit::singleline(&mut self.because)
                .hint_text("Why it may differ (optional)")
                .desired_width(f32::INFINITY);
            let field = ui.add(field).accessible_name("Why it may differ");
            if !std::mem::replace(&mut self.opened, true) {
                field.request_focus();
            }
            field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
        };
        ui.add(Label::new(RichText::new(text).color(color)).wrap());
        match ending(ui, "Ignore", "Cancel", broken.is_none(), entered) {
            Ending::Open => true,
            Ending::Closed => false,
            Ending::Done => {
                actions.push(Action::Compare(CompareAction::Ignore {
                    section: self.section,
                    name: self.name.clone(),
                    because: self.because.trim().to_owned(),
                }));
                false
            }
        }
    }
}
