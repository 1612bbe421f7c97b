//! A window on a made-up core, and what a person does in it: click, press, write, and look whether something is there.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event as Input, Galley, Key, Modifiers, Rect, Shape, ThemePreference, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use rds_fleet::core::{Event, Fleet};
use rds_fleet::settings::{SavedView, Told, Views};
use rds_fleet::ui::{App, Link, Remembered, Start};

use super::{FakeCore, fleet, three_accounts};

pub type Window = Harness<'static, Option<App>>;

/// How a window is opened.
pub struct Opening {
    pub fleet: Fleet,
    /// Rows of every view.
    pub rows: usize,
    pub size: Vec2,
    pub theme: ThemePreference,
    pub remembered: Remembered,
    pub views: Vec<SavedView>,
    /// Whether it opens at the overview, from which another made-up core can be reached as the simulated one.
    pub overview: bool,
}

impl Default for Opening {
    fn default() -> Opening {
        Opening {
            fleet: fleet(three_accounts()),
            rows: 40,
            size: vec2(1700.0, 900.0),
            theme: ThemePreference::Dark,
            remembered: Remembered::default(),
            views: Vec::new(),
            overview: false,
        }
    }
}

impl Opening {
    pub fn open(self) -> (Window, FakeCore) {
        let core = FakeCore::default();
        *core.0.rows.borrow_mut() = self.rows;
        core.say(Event::Fleet(Arc::new(self.fleet)));
        if !self.views.is_empty() {
            tell(&core, Told::Views(Arc::new(Views { views: self.views, faults: Vec::new() })));
        }
        let link = core.clone();
        let builder = Harness::builder().with_size(self.size).with_max_steps(20);
        let mut window = builder.build_ui_state(
            move |ui, app: &mut Option<App>| {
                let open = || {
                    let folder = PathBuf::from("/home/ann/Documents");
                    let start = Start { theme: self.theme, export_folder: folder };
                    let link = Box::new(link.clone());
                    let app = App::opened(ui.ctx(), link, start, self.remembered.clone());
                    if self.overview { app.at_overview().with_simulation(Rc::new(simulated)) } else { app }
                };
                let app = app.get_or_insert_with(open);
                // The harness leaves a margin that no window has.
                let whole = egui::UiBuilder::new().max_rect(ui.ctx().content_rect());
                ui.scope_builder(whole, |ui| app.ui(ui));
            },
            None,
        );
        settle(&mut window);
        (window, core)
    }
}

fn simulated() -> Result<Box<dyn Link>, String> {
    let core = FakeCore::default();
    core.say(Event::Fleet(Arc::new(Fleet { demo: true, ..fleet(three_accounts()) })));
    Ok(Box::new(core))
}

/// What the keeper of the person's files tells.
pub fn tell(core: &FakeCore, told: Told) {
    core.0.told.borrow_mut().push_back(told);
}

/// Draws until nothing changes any more, with the answers to what was asked: the real core wakes the window for them.
pub fn settle(window: &mut Window) {
    window.run();
    window.run();
}

pub fn click(window: &mut Window, role: Role, name: &str) {
    window.get_by_role_and_label(role, name).click();
    settle(window);
}

pub fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

/// Writes into what has the focus.
pub fn write(window: &mut Window, text: &str) {
    window.event(Input::Text(text.to_owned()));
    settle(window);
}

/// Whether a part of the window has this role and this name.
pub fn has(window: &Window, role: Role, name: &str) -> bool {
    window.query_by_role_and_label(role, name).is_some()
}

/// Whether this text is anywhere.
pub fn says(window: &Window, text: &str) -> bool {
    window.query_all_by_label_contains(text).next().is_some()
}

/// Whether the keys are at a part of the window; of a list or tree, at any of its lines.
pub fn is_at(window: &Window, role: Role, name: &str) -> bool {
    let id = window.get_by_role_and_label(role, name).accesskit_node().locate().0.0;
    window.ctx.memory(|memory| memory.focused()).is_some_and(|focused| focused.value() == id)
}

/// The texts that are painted within a part of the window.
pub fn painted(window: &Window, within: Rect) -> impl Iterator<Item = &Galley> {
    window.output().shapes.iter().filter_map(move |clipped| match &clipped.shape {
        Shape::Text(text) if within.contains(text.pos) => Some(&*text.galley),
        _ => None,
    })
}

/// The texts within a part of the window that are cut.
pub fn cut(window: &Window, within: Rect) -> Vec<String> {
    painted(window, within).filter(|text| text.elided).map(|text| text.text().to_owned()).collect()
}
