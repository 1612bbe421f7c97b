//! The databases above a comparison: who each is, how much of it differs, and which one the others are held against.

use egui::{Align, Id, Rect, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::action::Action;
use super::super::icons::Icon;
use super::super::marks;
use super::super::roster::Roster;
use super::super::theme::{self, Tokens};
use super::table::{Click, Places};
use super::{CompareAction, Looked};
use crate::analysis::compare::Database;

pub(super) fn show_header(
    ui: &mut Ui,
    looked: &Looked,
    roster: &Roster,
    rect: Rect,
    places: &Places,
    click: &mut Option<Click>,
    actions: &mut Vec<Action>,
) {
    let tokens = Tokens::of(ui);
    let comparison = &looked.compared.comparison;
    ui.painter().rect_filled(rect, 0.0, tokens.panel);
    let (corner, _) = rect.split_left_right_at_x(rect.left() + places.names);
    let mut at = corner.shrink2(vec2(2.0 * theme::STEP, theme::STEP));
    at.max.y = at.top() + theme::COMPARED_LINE;
    let (against, hint) = match comparison.reference.and_then(|at| comparison.databases.get(at)) {
        Some(reference) => (format!("Held against {}", reference.identifier), reference.title()),
        None => (
            "Held against the majority".to_owned(),
            "What most databases have is taken for right. Click a database's name to hold the others against it."
                .to_owned(),
        ),
    };
    marks::paint_line(ui, at, &against, theme::BODY, tokens.text, Align::Min);
    let response = ui.interact(at, ui.unique_id().with("against"), Sense::HOVER);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, &against));
    response.on_hover_text(hint);
    let next = at.translate(vec2(0.0, theme::COMPARED_LINE));
    // Of two there is no majority.
    if comparison.reference.is_some() && looked.compared.departures.is_none() && looked.titles.len() > 2 {
        let button = next.with_max_y(next.top() + theme::ROW).translate(vec2(0.0, theme::STEP));
        let mut child = ui.new_child(UiBuilder::new().max_rect(button).id_salt("majority"));
        if child.button("Hold against the majority").clicked() {
            actions.push(Action::Compare(CompareAction::HoldAgainst(None)));
        }
    } else if looked.compared.departures.is_none() {
        marks::paint_line(
            ui,
            next,
            "Click a name for another reference",
            theme::SMALL,
            tokens.text_weak,
            Align::Min,
        );
    }
    let clip = ui.clip_rect();
    let across = rect.with_min_x(corner.right());
    ui.set_clip_rect(across.intersect(clip));
    for database in places.seen() {
        let of = &comparison.databases[database];
        let size = vec2(places.width(database), rect.height());
        let whole = Rect::from_min_size(pos2(places.column(database), rect.top()), size);
        let is_reference = comparison.reference == Some(database);
        let id = Id::unique(("database", database));
        let response = ui.interact(whole.intersect(across), id, Sense::click());
        let differ = looked.differing[database];
        let said = match (is_reference, differ) {
            (true, _) if of.is_baseline() => "baseline".to_owned(),
            (true, _) => "reference".to_owned(),
            (false, 0) => "nothing differs".to_owned(),
            (false, 1) => "1 differs".to_owned(),
            (false, differ) => format!("{differ} differ"),
        };
        response
            .widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("{}, {said}", of.title())));
        let fill = match (is_reference, response.hovered()) {
            (true, _) => tokens.selected,
            (false, true) => tokens.hover,
            (false, false) => tokens.panel,
        };
        ui.painter().rect_filled(whole, 0.0, fill);
        ui.painter().vline(whole.right() - 0.5, whole.y_range(), Stroke::new(1.0, tokens.hairline));
        marks::paint_focus(ui, &response, tokens);
        let mut line = whole.shrink2(vec2(1.5 * theme::STEP, theme::STEP));
        line.max.y = line.top() + theme::COMPARED_LINE;
        let called = called(roster, of);
        let profile = of.profiles.split("; ").next().unwrap_or_default();
        let mut place = of.region.clone();
        for words in
            [of.at.as_deref().unwrap_or_default(), if called.contains(profile) { "" } else { profile }]
        {
            if !words.is_empty() {
                place.push_str("  ·  ");
                place.push_str(words);
            }
        }
        let color = if is_reference || differ == 0 { tokens.text_weak } else { tokens.attention };
        for (at, (text, color)) in [
            (&*of.identifier, tokens.text),
            (&called, tokens.text_weak),
            (&place, tokens.text_weak),
            (&format!("{} {}", of.engine, of.version), tokens.text_weak),
            (&said, color),
        ]
        .into_iter()
        .enumerate()
        {
            let mut room = line.translate(vec2(0.0, at as f32 * theme::COMPARED_LINE));
            if at == 4 {
                let icon = match (is_reference, differ) {
                    (true, _) => Icon::Anchor,
                    (false, 0) => Icon::Equal,
                    (false, _) => Icon::EqualNot,
                };
                marks::paint_icon(ui, pos2(room.left() + 6.0, room.center().y), icon, theme::SMALL, color);
                room.min.x += 4.0 * theme::STEP;
            }
            let size = if at == 0 { theme::BODY } else { theme::SMALL };
            marks::paint_line(ui, room, text, size, color, Align::Min);
        }
        let clicked = response.clicked();
        if let Some(row) = of.row {
            response.context_menu(|ui| {
                if ui.button("Compare with an earlier time…").clicked() {
                    actions.push(Action::Compare(CompareAction::LookBack { kind: of.kind, row }));
                }
            });
        }
        response.on_hover_ui(|ui| {
            ui.set_max_width(theme::COMPARED_MOST);
            ui.strong(of.title());
            for text in [&called, &of.profiles, &format!("{} {}", of.engine, of.version), &of.class] {
                if !text.is_empty() {
                    ui.label(text);
                }
            }
            if looked.compared.departures.is_none() {
                ui.weak(if is_reference {
                    "Click to hold against the majority again"
                } else {
                    "Click to hold the others against it"
                });
            }
        });
        if clicked {
            *click = Some(Click::Header(database));
        }
    }
    ui.set_clip_rect(clip);
}

/// What people call the account of a database, with the first of its profiles where nobody has named it.
pub fn called(roster: &Roster, database: &Database) -> String {
    let entry = roster.accounts.iter().find(|account| account.id == database.account_id);
    let called = entry.map(|entry| entry.called.as_str()).filter(|called| !called.is_empty());
    let profile = database.profiles.split("; ").next().unwrap_or_default();
    match (called, database.account_id.as_str()) {
        (Some(called), id) if called != id => format!("{called}  ·  {id}"),
        (_, id) if profile.is_empty() => id.to_owned(),
        (_, id) => format!("{profile}  ·  {id}"),
    }
}
