//! The page that opens first: how much there is, what needs attention, how the instances divide, and how complete and how
//! old all of it is. Every figure leads to the rows it counts. What the figures are is the core's business (`Overview`).

mod bars;
mod concerns;
mod figures;

use std::sync::Arc;

use egui::{Align, Frame, Layout, Margin, RichText, ScrollArea, Ui, vec2};

use super::action::Action;
use super::empty::{self, Empty};
use super::roster::{Roster, Ticks};
use super::theme::{self, Tokens};
use crate::core::{By, Fleet, Overview};
use crate::inventory::Refused;

/// The least width of a column of the page.
const COLUMN: f32 = 272.0;
/// Between columns.
const GAP: f32 = 8.0 * theme::STEP;

/// The page's state between frames.
#[derive(Default)]
pub struct OverviewPage {
    /// Whether it stands in the grids' place.
    pub open: bool,
    shown: Option<Arc<Overview>>,
    /// Why there is no newer one.
    refused: Option<Refused>,
    /// The targets that the core shows it for, while it does.
    asked: Option<Option<Vec<u32>>>,
    /// Whether versions are told in full.
    full_versions: bool,
}

/// What a frame shows.
pub struct Shown<'a> {
    pub fleet: Option<&'a Fleet>,
    pub roster: &'a Roster,
    /// Whether the simulated fleet can be shown from here.
    pub can_simulate: bool,
}

/// A part of the page, in the order of importance.
#[derive(Clone, Copy)]
enum Part {
    Concerns,
    Bars(By),
    Versions,
}

impl OverviewPage {
    /// The targets to ask for, where the page is on show and they are others than before.
    pub fn wants(&mut self, ticks: &Ticks) -> Option<Option<Vec<u32>>> {
        let targets = self.open.then(|| ticks.targets());
        if targets == self.asked {
            return None;
        }
        self.asked.clone_from(&targets);
        targets
    }

    pub fn take(&mut self, overview: Result<Arc<Overview>, Refused>) {
        self.refused = None;
        match overview {
            Ok(overview) => self.shown = Some(overview),
            Err(refused) => self.refused = Some(refused),
        }
    }

    /// Draws the page.
    pub fn show(&mut self, ui: &mut Ui, shown: &Shown<'_>, actions: &mut Vec<Action>) {
        if let Some(refused) = &self.refused {
            return empty::say(ui, "The overview cannot be shown", &refused.to_string());
        }
        let overview = self.shown.clone();
        let known = overview.as_deref().map(|overview| overview.instances.number + overview.clusters.number);
        if let Some(reason) = empty::of_overview(shown.fleet, shown.roster, known) {
            let subject = if reason == Empty::NoRows { "databases" } else { "instances and clusters" };
            return empty::show(ui, reason, subject, shown.fleet, None, shown.can_simulate, actions);
        }
        let Some(overview) = overview else { return };
        let margin = Margin::symmetric(5 * theme::STEP as i8, 3 * theme::STEP as i8);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(margin).show(ui, |ui| {
                figures::show(ui, &overview, shown.roster, actions);
                ui.add_space(3.0 * theme::STEP);
                let columns =
                    ((ui.available_width() + GAP) / (COLUMN + GAP)).floor().clamp(1.0, 4.0) as usize;
                ui.spacing_mut().item_spacing.x = GAP;
                ui.columns(columns, |columns| {
                    let arranged = arrangement(columns.len());
                    for (ui, parts) in columns.iter_mut().zip(arranged) {
                        ui.spacing_mut().item_spacing.x = 2.0 * theme::STEP;
                        for part in *parts {
                            self.part(ui, *part, &overview, shown, actions);
                            ui.add_space(4.0 * theme::STEP);
                        }
                    }
                });
            });
        });
    }

    fn part(
        &mut self,
        ui: &mut Ui,
        part: Part,
        overview: &Overview,
        shown: &Shown<'_>,
        actions: &mut Vec<Action>,
    ) {
        let by = match part {
            Part::Concerns => return concerns::show(ui, overview, shown.roster, actions),
            Part::Bars(by) => by,
            Part::Versions if self.full_versions => By::Version,
            Part::Versions => By::MajorVersion,
        };
        let Some(breakdown) = overview.breakdowns.iter().find(|breakdown| breakdown.by == by) else { return };
        heading(ui, bars::title(by), |ui| {
            if !matches!(part, Part::Versions) {
                return;
            }
            ui.spacing_mut().button_padding.y = 0.0;
            for (full, name) in [(true, "Full"), (false, "Major")] {
                let text = RichText::new(name).size(theme::SMALL);
                if ui.selectable_label(self.full_versions == full, text).clicked() {
                    self.full_versions = full;
                }
            }
        });
        bars::show(ui, breakdown, shown.roster, actions);
    }
}

/// The parts of each column: what needs attention comes first, and the columns are about equally long.
fn arrangement(columns: usize) -> &'static [&'static [Part]] {
    use By::{Account, Class, Engine, Region, Status};
    use Part::{Bars, Concerns, Versions};
    match columns {
        1 => &[&[Concerns, Bars(Status), Bars(Account), Bars(Region), Bars(Engine), Versions, Bars(Class)]],
        2 => {
            &[&[Concerns, Bars(Status), Bars(Region)], &[Bars(Account), Bars(Engine), Versions, Bars(Class)]]
        }
        3 => &[
            &[Concerns],
            &[Bars(Account), Bars(Region), Bars(Class)],
            &[Bars(Engine), Versions, Bars(Status)],
        ],
        _ => &[
            &[Concerns],
            &[Bars(Account), Bars(Region)],
            &[Bars(Engine), Versions],
            &[Bars(Class), Bars(Status)],
        ],
    }
}

/// The heading of a part, and what stands at its right end.
fn heading(ui: &mut Ui, text: &str, right: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    let size = vec2(ui.available_width(), theme::ROW);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        let text = RichText::new(text).size(theme::SMALL).strong().color(tokens.text_weak);
        let label = ui.label(text);
        ui.ctx().accesskit_node_builder(label.id, |node| node.set_role(egui::accesskit::Role::Heading));
        ui.with_layout(Layout::right_to_left(Align::Center), right);
    });
}
