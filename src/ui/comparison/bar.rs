//! The bar above a comparison: what was found, the ways to look at it, what can be made of it, which settings are shown,
//! and what could not be read.

use egui::{Align, Button, ComboBox, Label, Layout, Response, RichText, TextEdit, Ui, vec2};

use super::super::action::Action;
use super::super::icons::{Icon, glyph};
use super::super::marks::Tone;
use super::super::theme::{self, Tokens};
use super::{CompareAction, ComparisonPage, Looked, Question, Tab};
use crate::core::MOST;
use crate::settings::RuleBook;

/// The width of the search field, and from which on buttons have words.
const SEARCH: f32 = 220.0;
const ROOMY: f32 = 900.0;

impl ComparisonPage {
    pub(super) fn bar(&mut self, ui: &mut Ui, rules: &RuleBook, actions: &mut Vec<Action>) {
        let roomy = ui.available_width() >= ROOMY;
        ui.horizontal(|ui| {
            self.tabs(ui);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                files(ui, roomy, actions);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    if let Some(looked) = &self.looked {
                        let label = ui.add(Label::new(RichText::new(found(looked)).strong()).truncate());
                        label.on_hover_ui(|ui| {
                            let about = &looked.compared.about;
                            ui.set_max_width(theme::COMPARED_MOST);
                            ui.label(format!("Made {}", crate::report::moment(about.made)));
                            for scope in &about.scope {
                                ui.weak(scope);
                            }
                        });
                    }
                });
            });
        });
        let before = self.shown.clone();
        ui.horizontal_wrapped(|ui| {
            self.filters(ui, actions);
            let button = ui.button("Ignore rules…");
            let hint = "What is looked past, your own rules, and what to add to them";
            if button.on_hover_text(hint).clicked() {
                actions.push(Action::Compare(CompareAction::Ask(Question::Rules)));
            }
        });
        if before != self.shown {
            self.look();
        }
        for sentence in rules.faults() {
            attention(ui, &format!("These rules do not count: {sentence}"));
        }
        if let Some(looked) = &self.looked {
            gaps(ui, looked);
        }
    }

    fn tabs(&mut self, ui: &mut Ui) {
        let Some(looked) = &self.looked else { return };
        let many = looked.compared.comparison.databases.len() > MOST;
        ui.spacing_mut().item_spacing.x = theme::STEP;
        if looked.compared.departures.is_some() {
            ui.selectable_value(&mut self.tab, Tab::Drift, "Drift")
                .on_hover_text("Who departs from the baseline, where, and since when");
        }
        if !many {
            ui.selectable_value(&mut self.tab, Tab::Settings, "Settings")
                .on_hover_text("Settings down, databases across");
            ui.selectable_value(&mut self.tab, Tab::HeatMap, "Heat map")
                .on_hover_text("Everything that differs at once; a click goes there");
        }
        ui.selectable_value(&mut self.tab, Tab::Values, "Values in use")
            .on_hover_text("The settings in which databases differ most, and every value of each");
        ui.separator();
    }

    fn filters(&mut self, ui: &mut Ui, actions: &mut Vec<Action>) {
        let Some(looked) = &self.looked else { return };
        let field = TextEdit::singleline(&mut self.shown.search)
            .hint_text(format!("{} Find setting or value", glyph(Icon::Search)))
            .align(egui::Align2::LEFT_CENTER);
        let field = ui.add_sized(vec2(SEARCH, theme::ROW), field).accessible_name("Find setting or value");
        if field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            self.shown.search.clear();
        }
        let title = self.shown.section.map_or("All sections", |section| section.title());
        let sections = ComboBox::from_id_salt("sections").selected_text(title).show_ui(ui, |ui| {
            ui.selectable_value(&mut self.shown.section, None, "All sections");
            for (section, differing) in &looked.sections {
                let text = match differing {
                    0 => section.title().to_owned(),
                    differing => format!("{} ({differing})", section.title()),
                };
                ui.selectable_value(&mut self.shown.section, Some(*section), text);
            }
        });
        sections.response.accessible_name("Section");
        families(ui, looked, actions);
        for (on, name, hint) in [
            (&mut self.shown.only_differences, "Only differences", "Leaves out what all have alike"),
            (
                &mut self.shown.only_user_set,
                "Only user-set",
                "Parameters that somebody has set in a group, not those of the engine or of AWS",
            ),
            (
                &mut self.shown.in_exactly_one,
                "Differs in exactly one",
                "Settings in which a single database departs from the others or the reference",
            ),
            (
                &mut self.shown.ignored_too,
                "With what is left out",
                "Names, ARNs, times and all else that the rules look past",
            ),
        ] {
            ui.toggle_value(on, name).on_hover_text(hint);
        }
    }
}

/// The engine families of the databases, where there are several: one of them alone, or all.
fn families(ui: &mut Ui, looked: &Looked, actions: &mut Vec<Action>) {
    if looked.families.len() < 2 {
        return;
    }
    let now = looked.compared.family();
    let mut chosen = now.map(str::to_owned);
    let text = now.unwrap_or("All engine families");
    let list = ComboBox::from_id_salt("families").selected_text(text).show_ui(ui, |ui| {
        ui.selectable_value(&mut chosen, None, "All engine families");
        for (family, count) in &looked.families {
            ui.selectable_value(&mut chosen, Some(family.clone()), format!("{family} ({count})"));
        }
    });
    let mut hint =
        "Databases of one engine family, as AWS calls it, compared with each other alone".to_owned();
    if looked.of_no_known_family > 0 {
        hint.push_str(&format!(". The family of {} is not known", looked.of_no_known_family));
    }
    list.response.accessible_name("Engine family").on_hover_text(hint);
    if chosen.as_deref() != now {
        actions.push(Action::Compare(CompareAction::Family(chosen)));
    }
}

/// A line that somebody should read.
fn attention(ui: &mut Ui, text: &str) -> Response {
    let color = Tokens::of(ui).attention;
    let line = ui.horizontal(|ui| {
        Tone::Attention.show(ui);
        ui.add(Label::new(RichText::new(text).color(color)).truncate())
    });
    line.inner
}

/// What can be made of a comparison.
fn files(ui: &mut Ui, roomy: bool, actions: &mut Vec<Action>) {
    for (icon, name, hint, action) in [
        (
            Icon::Download,
            "Report…",
            "Write it to a file: Excel, HTML, CSV, Markdown or JSON",
            CompareAction::Ask(Question::Report),
        ),
        (
            Icon::Copy,
            "Copy as Markdown",
            "Copies the settings that are shown as a table for a ticket",
            CompareAction::Copy,
        ),
        (
            Icon::Save,
            "Save as baseline…",
            "Writes one database's settings, or what most have, into a text file for version control",
            CompareAction::Ask(Question::SaveBaseline),
        ),
    ] {
        let text = if roomy { format!("{} {name}", glyph(icon)) } else { glyph(icon) };
        let response = ui.add(Button::new(text)).accessible_name(name);
        let hint = if roomy { hint.to_owned() } else { format!("{name}: {hint}") };
        if response.on_hover_text(hint).clicked() {
            actions.push(Action::Compare(action));
        }
    }
}

/// One sentence on what was found.
fn found(looked: &Looked) -> String {
    let (differ, all) = looked.counts;
    let databases = looked.compared.comparison.databases.len();
    match &looked.compared.departures {
        Some(departures) => {
            let title = &looked.compared.about.title;
            format!("{title}: {} departures, {} databases", departures.len(), databases.saturating_sub(1))
        }
        None => format!("{differ} of {all} settings differ between {databases} databases"),
    }
}

/// What could not be read, and of whom: it may differ as well.
fn gaps(ui: &mut Ui, looked: &Looked) {
    let comparison = &looked.compared.comparison;
    let Some((database, section, why)) = comparison.gaps.first() else { return };
    let line =
        |(database, section, why): &(usize, crate::analysis::setting::Section, std::sync::Arc<str>)| {
            format!("{}, {}: {why}", comparison.databases[*database].title(), section.title())
        };
    let mut text = line(&(*database, *section, std::sync::Arc::clone(why)));
    let more = comparison.gaps.len() - 1;
    if more > 0 {
        text.push_str(&format!("  (and {more} more)"));
    }
    let label = attention(ui, &format!("Not collected, and may differ as well: {text}"));
    label.on_hover_ui(|ui| {
        for gap in comparison.gaps.iter().take(20) {
            ui.label(line(gap));
        }
    });
}
