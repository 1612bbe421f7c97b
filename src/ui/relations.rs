//! What a row has to do with, in its details: what it names and what there is of others as links with counts, and in a few
//! words what is not collected yet and what there is none of.

use egui::{Align, Align2, Label, Rect, RichText, Sense, Ui, WidgetInfo, pos2, vec2};

use super::action::Action;
use super::status::grouped;
use super::theme::{self, Tokens};
use super::{marks, members};
use crate::core::{Found, Link, Relations};

/// Draws the links.
pub fn show(ui: &mut Ui, relations: &Relations, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    for link in relations.links.iter().filter(|link| value_of(link).is_some()) {
        line(ui, link, tokens, actions);
    }
    let of = |found| move |link: &&Link| link.name.is_none() && link.found == found;
    let waiting: Vec<&Link> = relations.links.iter().filter(of(Found::NotCollected)).collect();
    if !waiting.is_empty() {
        caption(ui, "Not collected yet", tokens);
        // Lines of one height, broken between links and never within one.
        ui.spacing_mut().interact_size.y = members::LINE;
        ui.horizontal_wrapped(|ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            ui.spacing_mut().item_spacing = vec2(theme::STEP * 4.0, theme::STEP);
            for link in waiting {
                let response = ui.add(egui::Link::new(link.title));
                let response = response.accessible_name(format!("{}: not collected yet", link.title));
                if response.on_hover_text("Collect and show it").clicked() {
                    actions.push(Action::Follow(link.clone()));
                }
            }
        });
    }
    let none: Vec<&str> = relations.links.iter().filter(of(Found::Rows(0))).map(|link| link.title).collect();
    if !none.is_empty() {
        caption(ui, "None", tokens);
        ui.add(Label::new(RichText::new(none.join(", ")).color(tokens.text_weak)).wrap());
    }
}

fn caption(ui: &mut Ui, text: &str, tokens: &Tokens) {
    ui.add_space(theme::STEP);
    ui.label(RichText::new(text).size(theme::SMALL).color(tokens.text_weak));
}

/// What stands beside a link's title: the name of the only one, or how many there are.
fn value_of(link: &Link) -> Option<String> {
    match (&link.name, link.found) {
        (Some(name), _) => Some(name.clone()),
        (None, Found::One(_)) => Some("1".to_owned()),
        (None, Found::Rows(rows)) if rows > 0 => Some(grouped(rows as u64)),
        (None, _) => None,
    }
}

fn line(ui: &mut Ui, link: &Link, tokens: &Tokens, actions: &mut Vec<Action>) {
    let value = value_of(link).unwrap_or_default();
    let (width, gap) = (ui.available_width(), ui.spacing().item_spacing.x);
    let names = members::name_width(ui).max(members::width_of(ui, link.title).ceil());
    let there = link.found != Found::Rows(0);
    let color = if there { tokens.accent } else { tokens.text_weak };
    // A name that is too long for the place beside its title stands below it, as members' values do.
    let beside = members::width_of(ui, &value) <= width - names - gap;
    let (indent, above) = if beside { (names + gap, 0.0) } else { (members::INDENT, members::LINE) };
    let value_text = members::identifier(ui, &value, color, width - indent);
    let height = above + value_text.size().y.max(members::LINE);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    let live = there && (response.hovered() || response.has_focus());
    if live {
        ui.painter().rect_filled(rect, 4.0, tokens.hover);
    }
    let title = rect.with_max_y(rect.top() + members::LINE).with_max_x(rect.left() + names);
    marks::paint_line(ui, title, link.title, theme::BODY, tokens.text_weak, Align::Min);
    let place = Rect::from_min_max(pos2(rect.left() + indent, rect.top() + above), rect.max);
    let at = Align2::LEFT_CENTER.anchor_size(place.left_center(), value_text.size()).min;
    ui.painter().galley(at.round(), value_text, color);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Link, there, format!("{}: {value}", link.title)));
    let hover = match (link.found, &link.region) {
        (Found::Rows(0), _) => "It is not among what is collected.".to_owned(),
        (Found::NotCollected, _) => "Collect and show it".to_owned(),
        (_, Some(region)) => {
            format!("Show in {}, {region}", link.account.as_deref().unwrap_or("every account"))
        }
        (_, None) => "Show in every account and region".to_owned(),
    };
    if response.on_hover_text(format!("{value}\n{hover}")).clicked() && there {
        actions.push(Action::Follow(link.clone()));
    }
}
