//! The row of figures at the top: how much there is, how much of it was reached, and how old it is.

use egui::{RichText, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

use super::super::action::{Action, Page};
use super::super::roster::Roster;
use super::super::status::{clock, grouped, stamp};
use super::super::theme::{self, Tokens};
use crate::core::{Figure, Overview};

/// The height of a figure with its caption.
const HEIGHT: f32 = 44.0;
/// The width from which on figures stand well apart.
const ROOMY: f32 = 640.0;

pub fn show(ui: &mut Ui, overview: &Overview, roster: &Roster, actions: &mut Vec<Action>) {
    let rows = |figure: &Figure| Action::ShowRows { kind: figure.kind, filters: figure.filters.clone() };
    let completeness = &overview.completeness;
    let plural = |number: u64, one: &'static str, many: &'static str| if number == 1 { one } else { many };
    let instances = &overview.instances;
    let clusters = &overview.clusters;
    // While rows are still to come, the numbers are no totals: the tabs count what has been collected whole, these what is
    // there.
    let so_far = if completeness.awaited > 0 { " so far" } else { "" };
    let hint = match completeness.awaited {
        0 => "Click to see them.".to_owned(),
        1 => "1 account-region is still being collected. Click to see what is there.".to_owned(),
        awaited => {
            format!("{awaited} account-regions are still being collected. Click to see what is there.")
        }
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = if ui.available_width() < ROOMY { 4.0 } else { 8.0 } * theme::STEP;
        let caption = plural(instances.number, "DB instance", "DB instances").to_owned() + so_far;
        figure(ui, &grouped(instances.number), &caption, &hint, Some(rows(instances)), actions);
        let caption = plural(clusters.number, "DB cluster", "DB clusters").to_owned() + so_far;
        figure(ui, &grouped(clusters.number), &caption, &hint, Some(rows(clusters)), actions);
        let caption = "GiB without Aurora".to_owned() + so_far;
        let hint = "AllocatedStorage of the instances. The storage of Aurora, DocumentDB and Neptune grows by itself, and \
                    the RDS API does not say how much it is: it is not in this number.";
        figure(
            ui,
            &grouped(overview.storage.number),
            &caption,
            hint,
            Some(rows(&overview.storage)),
            actions,
        );
        let states: Vec<String> = completeness
            .states
            .iter()
            .map(|(state, targets)| format!("{targets} {}", state.word()))
            .collect();
        let gaps = roster.not_covered().count() > 0;
        figure(
            ui,
            &format!("{} of {}", grouped(completeness.reached as u64), grouped(completeness.accounts as u64)),
            "accounts reached",
            &format!("Account-regions: {}.", states.join(", ")),
            gaps.then_some(Action::Drawer(Page::NotCovered)),
            actions,
        );
        if let Some((oldest, newest)) = completeness.as_of {
            let hint = format!("The oldest rows are of {}, the newest of {}.", stamp(oldest), stamp(newest));
            figure(ui, &clock(oldest, newest), "as of", &hint, None, actions);
        }
    });
}

/// A number over what it counts; a button where it leads somewhere.
fn figure(
    ui: &mut Ui,
    number: &str,
    caption: &str,
    hint: &str,
    action: Option<Action>,
    actions: &mut Vec<Action>,
) {
    let tokens = Tokens::of(ui);
    let number = RichText::new(number).size(theme::FIGURE).color(tokens.text);
    let caption_text = RichText::new(caption).size(theme::SMALL).color(tokens.text_weak);
    let name = format!("{} {caption}", number.text());
    let galley = |text: &RichText, ui: &Ui| {
        let font = egui::FontId::proportional(theme::BODY);
        egui::WidgetText::from(text.clone()).into_galley(
            ui,
            Some(egui::TextWrapMode::Extend),
            f32::INFINITY,
            font,
        )
    };
    let (above, below) = (galley(&number, ui), galley(&caption_text, ui));
    let width = above.size().x.max(below.size().x);
    let sense = if action.is_some() { Sense::click() } else { Sense::HOVER };
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), sense);
    let role = if action.is_some() { egui::Role::Button } else { egui::Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, &name));
    let around = rect.expand2(vec2(2.0 * theme::STEP, 0.0));
    if action.is_some() && response.hovered() {
        ui.painter().rect_filled(around, 4.0, tokens.hover);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(around, 4.0, Stroke::new(1.5, tokens.accent), StrokeKind::Inside);
    }
    let at = rect.left_bottom() - vec2(0.0, theme::STEP + below.size().y);
    ui.painter().galley(at, below, tokens.text_weak);
    ui.painter().galley(at - vec2(0.0, above.size().y), above, tokens.text);
    let clicked = response.on_hover_text(hint).clicked();
    actions.extend(action.filter(|_| clicked));
}
