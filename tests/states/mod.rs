//! The ten states in which people see the window most, and one way to bring it into each: what is looked at in pictures
//! and what is walked through by keyboard are the same.

use std::path::PathBuf;
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event as Input, Key, Modifiers, Theme, ThemePreference, UiBuilder, vec2};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, HarnessBuilder};
use rds_fleet::config::{Environment, FileState};
use rds_fleet::core::{Event, Fleet};
use rds_fleet::settings::{EnvironmentRule, Settings};
use rds_fleet::ui::{App, Link, Remembered, Start};

use super::fake_core;
use company::Company;

mod company;

pub type Window = Harness<'static, Option<App>>;

/// A state: its name, and what is done in a window that has just started to get there.
pub struct State {
    pub name: &'static str,
    fleet: fn() -> Fleet,
    overview: bool,
    steps: fn(&mut Window),
}

pub const STATES: [State; 11] = [
    State { name: "overview", fleet: company::fleet, overview: true, steps: |_| {} },
    State { name: "instances", fleet: company::fleet, overview: false, steps: |_| {} },
    State { name: "filtered", fleet: company::fleet, overview: false, steps: filtered },
    State { name: "grouped", fleet: company::fleet, overview: false, steps: grouped },
    State { name: "details", fleet: company::fleet, overview: false, steps: details },
    State { name: "not-covered", fleet: company::fleet, overview: false, steps: not_covered },
    State { name: "sql", fleet: company::fleet, overview: false, steps: sql },
    State { name: "palette", fleet: company::fleet, overview: true, steps: palette },
    State { name: "first-run", fleet: without_config, overview: true, steps: |_| {} },
    State { name: "settings", fleet: company::fleet, overview: true, steps: settings },
    State { name: "no-match", fleet: company::fleet, overview: false, steps: no_match },
];

impl State {
    /// The window in this state. What draws it, if anything, is the caller's business.
    pub fn window(&self, theme: Theme, builder: HarnessBuilder<Option<App>>) -> Window {
        let core = Company::default();
        core.say(Event::Fleet(Arc::new((self.fleet)())));
        let overview = self.overview;
        let builder = builder.with_size(vec2(1280.0, 800.0)).with_max_steps(20).with_theme(theme);
        let mut window = builder.build_ui_state(
            move |ui, app: &mut Option<App>| {
                let app = app.get_or_insert_with(|| open(ui.ctx(), core.clone(), theme, overview));
                // The harness leaves a margin that no window has.
                let whole = UiBuilder::new().max_rect(ui.ctx().content_rect());
                ui.scope_builder(whole, |ui| app.ui(ui));
            },
            None,
        );
        settle(&mut window);
        (self.steps)(&mut window);
        settle(&mut window);
        window
    }
}

fn open(ctx: &egui::Context, core: Company, theme: Theme, overview: bool) -> App {
    let theme = if theme == Theme::Dark { ThemePreference::Dark } else { ThemePreference::Light };
    let start = Start { theme, export_folder: PathBuf::from("/home/ann/Documents") };
    let environment = |name: &str, profile: &str| EnvironmentRule {
        name: name.to_owned(),
        profile: Some(profile.to_owned()),
        tag: None,
    };
    let environments = vec![environment("Production", "*-prod"), environment("Test", "*-test")];
    let remembered = Remembered {
        settings: Settings { environments, ..Settings::default() },
        file: Some(PathBuf::from("/home/ann/.config/rds-fleet/settings.toml")),
        environment: Environment::from_variables([], None),
        ..Remembered::default()
    };
    let app = App::opened(ctx, Box::new(core), start, remembered);
    let simulation = || Err::<Box<dyn Link>, String>("no picture starts it".to_owned());
    let app = app.with_simulation(std::rc::Rc::new(simulation));
    if overview { app.at_overview() } else { app }
}

fn without_config() -> Fleet {
    let mut fleet = fake_core::fleet(Vec::new());
    fleet.config.state = FileState::Missing;
    fleet
}

/// The real core wakes the window when its answers are there.
pub fn settle(window: &mut Window) {
    for _ in 0..3 {
        window.run();
        window.ctx.request_repaint();
    }
    window.run();
}

pub fn press(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    settle(window);
}

fn click(window: &mut Window, role: Role, name: &str) {
    window.get_by_role_and_label(role, name).click();
    settle(window);
}

fn write(window: &mut Window, text: &str) {
    window.event(Input::Text(text.to_owned()));
    settle(window);
}

/// Two conditions, and the list that a third is picked from.
fn filtered(window: &mut Window) {
    click(window, Role::TextInput, "DBInstanceIdentifier contains");
    write(window, "prod");
    click(window, Role::TextInput, "Search all columns");
    write(window, "replica");
    click(window, Role::Button, "Filter DBInstanceStatus");
}

/// Groups by the engine; the second group is folded.
fn grouped(window: &mut Window) {
    window.get_by_role_and_label(Role::ColumnHeader, "Engine").click_secondary();
    settle(window);
    window.get_by_label_contains("Group by").click();
    settle(window);
    let second = window.query_all_by_label_contains("Engine mariadb").next().expect("a group");
    second.click();
    settle(window);
}

/// A database that was searched for.
fn details(window: &mut Window) {
    click(window, Role::TextInput, "Search all columns");
    write(window, "billing");
    click(window, Role::Row, "billing-prod");
    press(window, Modifiers::NONE, Key::Enter);
}

fn not_covered(window: &mut Window) {
    window.query_all_by_label_contains("not covered").next().expect("it is said").click();
    settle(window);
}

fn sql(window: &mut Window) {
    press(window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Q);
    press(window, Modifiers::COMMAND, Key::A);
    window.get_by_role_and_label(Role::MultilineTextInput, "SQL").type_text(company::STATEMENT);
    settle(window);
    press(window, Modifiers::COMMAND, Key::Enter);
}

fn palette(window: &mut Window) {
    press(window, Modifiers::COMMAND, Key::P);
    window.get_by_role(Role::EditableComboBox).type_text("re");
    settle(window);
}

fn settings(window: &mut Window) {
    click(window, Role::Button, "Settings");
}

fn no_match(window: &mut Window) {
    click(window, Role::TextInput, "Search all columns");
    write(window, "nowhere");
}
